//! Rows that wait for the commit of their slice.

use super::copy::Rows;
use super::session::Session;
use bytes::Bytes;
use futures_util::SinkExt;
use spapi_core::{Error, ErrorKind};
use std::io::{self, Read, Seek, Write};
use std::pin::pin;
use tempfile::SpooledTempFile;
use tokio_postgres::Transaction;

/// The bytes that stay in memory. More of them go to a file without a name in the folder for temporary files.
const IN_MEMORY: usize = 1024 * 1024;
/// The bytes that are sent at once.
const PIECE: usize = 256 * 1024;

/// Rows for a COPY that can be sent more than once.
pub(super) struct Spool {
    /// `None` only after a reading or writing that was cut off.
    file: Option<SpooledTempFile>,
    count: u64,
}

/// Why rows are not in their table.
pub(super) enum CopyError {
    /// The server refused them.
    Refused(tokio_postgres::Error),
    /// They cannot be read again.
    Unreadable(Error),
}

impl Spool {
    pub fn new() -> Self {
        Self { file: Some(SpooledTempFile::new(IN_MEMORY)), count: 0 }
    }

    /// How many rows there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn add(&mut self, rows: Rows) -> Result<(), Error> {
        let count = rows.count();
        if count == 0 {
            return Ok(());
        }
        self.work(move |file| file.write_all(rows.bytes())).await?;
        self.count += count;
        Ok(())
    }

    /// Sends all rows to a table, of which `columns` are the names in their order.
    ///
    /// # Errors
    /// When the server refuses them, or they cannot be read.
    pub async fn copy(&mut self, transaction: &Transaction<'_>, table: &str, columns: &str) -> Result<(), CopyError> {
        let copy = format!("copy {table} ({columns}) from stdin (format binary)");
        let sink = transaction.copy_in::<_, Bytes>(&copy).await?;
        let mut sink = pin!(sink);
        sink.feed(Rows::start()).await?;
        self.work(|file| file.rewind()).await?;
        loop {
            let piece = self.work(|file| {
                let mut piece = Vec::with_capacity(PIECE);
                Read::by_ref(file).take(PIECE as u64).read_to_end(&mut piece)?;
                Ok(piece)
            });
            let piece = piece.await?;
            if piece.is_empty() {
                break;
            }
            sink.send(piece.into()).await?;
        }
        sink.feed(Rows::end()).await?;
        sink.finish().await?;
        Ok(())
    }

    async fn work<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut SpooledTempFile) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let Some(mut file) = self.file.take() else {
            return Err(unusable(io::Error::other("a task before was cut off")));
        };
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&mut file);
            (file, done)
        });
        let (file, done) = done.await.map_err(|error| unusable(io::Error::other(error)))?;
        self.file = Some(file);
        done.map_err(unusable)
    }
}

impl CopyError {
    /// The error for the caller.
    pub fn of(self, session: &Session) -> Error {
        match self {
            Self::Refused(error) => session.failed(&error),
            Self::Unreadable(error) => error,
        }
    }
}

impl From<tokio_postgres::Error> for CopyError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Refused(error)
    }
}

impl From<Error> for CopyError {
    fn from(error: Error) -> Self {
        Self::Unreadable(error)
    }
}

fn unusable(error: io::Error) -> Error {
    let folder = std::env::temp_dir();
    let message = format!("the rows of a slice cannot be kept in {}: {error}", folder.display());
    Error::new(ErrorKind::Config, message)
        .with_source(error)
        .with_hint("Make room there, or name another folder in the environment variable TMPDIR, and run again.")
}

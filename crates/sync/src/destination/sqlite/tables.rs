//! Looks into a file of SQLite that runs have filled.

use super::sqlite::{failed, of, quoted};
use super::{SliceId, SliceSource, SliceState};
use crate::{Kind, Schema, Stream};
use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior};
use spapi_core::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A file of SQLite that runs have filled: what its tables hold, and which slices are committed.
#[derive(Debug)]
pub struct SqliteFile {
    path: PathBuf,
    connection: Connection,
}

/// A slice with the moment of its commit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommittedSlice {
    /// The state of the slice.
    pub state: SliceState,
    /// When it was committed, in UTC and ISO 8601.
    pub committed_at: String,
}

impl SqliteFile {
    /// Opens a file, which must exist.
    ///
    /// # Errors
    /// When there is no such file, or it was not filled by a run.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        if !path.exists() {
            let error = Error::new(ErrorKind::Config, format!("the SQLite file {} does not exist", path.display()));
            return Err(error.with_hint("Run the connection first, or give another path."));
        }
        let open = || {
            let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            connection.busy_timeout(Duration::from_secs(30))?;
            let has = "select 1 from sqlite_master where type = 'table' and name = '_spapi_slices'";
            let is_ours = connection.query_row(has, [], |_| Ok(())).optional()?.is_some();
            Ok((connection, is_ours))
        };
        match open().map_err(|error| failed(&path, error))? {
            (connection, true) => Ok(Self { path, connection }),
            _ => {
                let message = format!("the SQLite file {} has no state of a run", path.display());
                Err(Error::new(ErrorKind::Config, message).with_hint("Give a file that a run has filled."))
            }
        }
    }

    /// The slices of a connection that were committed, in the order of stream, marketplace and slice.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn committed(&self, connection: &str) -> Result<Vec<CommittedSlice>, Error> {
        let read = || {
            let mut statement = self.connection.prepare(
                "select stream, marketplace, slice, \"to\", request_id, document_id, rows, rejected, generation,
                        committed_at
                 from _spapi_slices where connection = ? order by stream, marketplace, slice",
            )?;
            let slices = statement.query_map([connection], |row| {
                let id = SliceId {
                    connection: connection.to_owned(),
                    stream: row.get(0)?,
                    marketplace: row.get(1)?,
                    slice: row.get(2)?,
                };
                let source = SliceSource { to: row.get(3)?, request_id: row.get(4)?, document_id: row.get(5)? };
                let state =
                    SliceState { id, source, rows: row.get(6)?, rejected: row.get(7)?, generation: row.get(8)? };
                Ok(CommittedSlice { state, committed_at: row.get(9)? })
            })?;
            slices.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| failed(&self.path, error))
    }

    /// How many rows of a connection and a marketplace the table of a stream holds. `None` if there is no table. The
    /// marketplace is empty if the rows of all come together.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn rows(&self, connection: &str, stream: &Stream, marketplace: &str) -> Result<Option<u64>, Error> {
        let read = || {
            if !self.has_table(stream.name)? {
                return Ok(None);
            }
            let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE]);
            let count = format!("select count(*) from {} where {of}", quoted(stream.name));
            self.connection.query_row(&count, [connection, marketplace], |row| row.get(0)).map(Some)
        };
        read().map_err(|error| failed(&self.path, error))
    }

    /// Forgets slices, so that the next run reads them again. Their rows are removed at once, except those of a snapshot, which
    /// the next run replaces. Slices that were not committed are left alone. Returns how many rows were removed.
    ///
    /// # Errors
    /// When the file cannot be written. Then nothing was forgotten.
    pub fn forget(&mut self, slices: &[SliceId]) -> Result<u64, Error> {
        let path = self.path.clone();
        let mut forget = || {
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut removed = 0;
            for id in slices {
                let SliceId { connection, stream, marketplace, slice } = id;
                let is = "connection = ? and stream = ? and marketplace = ? and slice = ?";
                let place = [connection, stream, marketplace, slice];
                if transaction.execute(&format!("delete from _spapi_slices where {is}"), place)? == 0 {
                    continue;
                }
                transaction.execute(&format!("delete from _spapi_rejected where {is}"), place)?;
                if Stream::find(stream).is_ok_and(|stream| stream.kind == Kind::Incremental) {
                    let of = of(&[Schema::CONNECTION, Schema::MARKETPLACE, Schema::SLICE]);
                    let delete = format!("delete from {} where {of}", quoted(stream));
                    removed += transaction.execute(&delete, [connection, marketplace, slice])? as u64;
                }
            }
            transaction.commit()?;
            Ok(removed)
        };
        forget().map_err(|error| failed(&path, error))
    }

    fn has_table(&self, name: &str) -> rusqlite::Result<bool> {
        let has = "select 1 from sqlite_master where type = 'table' and name = ?";
        Ok(self.connection.query_row(has, [name], |_| Ok(())).optional()?.is_some())
    }
}

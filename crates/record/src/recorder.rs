//! Writes recordings into a folder.

use super::exchange::recording;
use super::file::Recording;
use super::stand_in::StandIns;
use serde_json::Value;
use spapi_core::{Error, ErrorKind, Exchange, Observer, Operation};
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Writes each exchange of a client into a folder, one file for each answer: `0001-orders-v0-getOrders.json`. Data is
/// replaced by stand-ins, see the [crate](crate).
///
/// It is for tests and support cases: each answer is decoded a second time, and its file is written before the call
/// returns. If a file cannot be written, the log has a warning and the call succeeds.
///
/// ```no_run
/// # fn f(credentials: spapi_core::Credentials) -> Result<(), spapi_core::Error> {
/// use spapi_core::{Client, Marketplace};
/// use spapi_record::Recorder;
///
/// let recorder = Recorder::in_folder("recordings")?;
/// let spapi = Client::builder(Marketplace::JP).credentials(credentials).observer(recorder).build()?;
/// # Ok(()) }
/// ```
pub struct Recorder {
    folder: PathBuf,
    stand_ins: StandIns,
    last: AtomicU32,
}

impl Recorder {
    /// A recorder for a folder, which is created if it is missing.
    ///
    /// # Errors
    /// When the folder cannot be used, or already holds recordings, whose stand-ins have another key.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Result<Self, Error> {
        let folder = folder.into();
        let failed = |error: io::Error| {
            Error::new(ErrorKind::Config, format!("cannot record into {}", folder.display()))
                .with_hint("Give a folder that can be written to.")
                .with_source(error)
        };
        fs::create_dir_all(&folder).map_err(failed)?;
        if !recordings_in(&folder).map_err(failed)?.is_empty() {
            return Err(Error::new(ErrorKind::Config, format!("{} holds recordings already", folder.display()))
                .with_hint("Give another folder, or empty this one: stand-ins agree within one run only."));
        }
        let stand_ins = StandIns::new().map_err(|error| {
            Error::new(ErrorKind::Config, "the system provides no random bytes for the stand-ins of a recording")
                .with_source(error)
        })?;
        Ok(Self { folder, stand_ins, last: AtomicU32::new(0) })
    }

    /// Writes a file. A call never fails because of its recording.
    fn write(&self, number: u32, operation: &Operation, recording: &Recording<Value>) {
        let name = file_name(number, operation);
        let written = serde_json::to_vec_pretty(recording).map_err(io::Error::from).and_then(|mut text| {
            text.push(b'\n');
            // Never overwrites an existing file, and writes the content at once.
            OpenOptions::new().write(true).create_new(true).open(self.folder.join(&name))?.write_all(&text)
        });
        if let Err(error) = written {
            let folder = self.folder.display();
            tracing::warn!(error = error.to_string(), file = name, %folder, "an exchange cannot be recorded");
        }
    }
}

impl Observer for Recorder {
    fn observe(&self, exchange: &Exchange<'_>) {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        self.write(number, exchange.operation, &recording(&self.stand_ins, exchange));
    }
}

/// Does not show the key of the stand-ins.
impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// `0001-orders-v0-getOrders.json`
fn file_name(number: u32, operation: &Operation) -> String {
    let name = match &*operation.id {
        "" => "by-path".to_owned(),
        id => format!("{}-{}-{id}", operation.section, operation.version),
    };
    format!("{number:04}-{name}.json").replace(['/', '\\', ':'], "-")
}

/// The recordings in a folder, in the order of their names.
pub(super) fn recordings_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

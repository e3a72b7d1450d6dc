//! Writes recordings into a folder.

use super::file::Recording;
use super::stand_in::StandIns;
use crate::error::{Error, Kind};
use crate::operation::Operation;
use serde_json::Value;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that is recorded into, with the stand-ins that belong to it.
pub(crate) struct Recorder {
    folder: PathBuf,
    pub(super) stand_ins: StandIns,
    last: AtomicU32,
}

impl Recorder {
    /// Makes the folder where there is none. One with recordings is refused: their stand-ins are another key's.
    pub(crate) fn new(folder: PathBuf) -> Result<Self, Error> {
        let failed = |error: io::Error| {
            Error::new(Kind::Config, format!("cannot record into {}", folder.display()))
                .with_hint("Give a folder that can be written to.")
                .with_source(error)
        };
        fs::create_dir_all(&folder).map_err(failed)?;
        if !recordings_in(&folder).map_err(failed)?.is_empty() {
            return Err(Error::new(Kind::Config, format!("{} holds recordings already", folder.display()))
                .with_hint("Give another folder, or empty this one: stand-ins agree within one run only."));
        }
        let stand_ins = StandIns::new().map_err(|error| {
            Error::new(Kind::Config, "the system gives no random bytes for the stand-ins of a recording")
                .with_source(error)
        })?;
        Ok(Self { folder, stand_ins, last: AtomicU32::new(0) })
    }

    /// The number of the next recording.
    pub(super) fn next_number(&self) -> u32 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Writes a file. A call never fails for its recording.
    pub(super) fn write(&self, number: u32, operation: &Operation, recording: &Recording<Value>) {
        let name = file_name(number, operation);
        let written = serde_json::to_vec_pretty(recording).map_err(io::Error::from).and_then(|mut text| {
            text.push(b'\n');
            // One write, and never over another's file.
            OpenOptions::new().write(true).create_new(true).open(self.folder.join(&name))?.write_all(&text)
        });
        if let Err(error) = written {
            let folder = self.folder.display();
            tracing::warn!(error = error.to_string(), file = name, %folder, "an exchange cannot be recorded");
        }
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

/// The files in a folder that are recordings, in the order of their names.
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

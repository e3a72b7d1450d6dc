//! The file of texts without a place.

use crate::exit::Failure;
use crate::output::file::{self, Place, Rules, Writer};
use serde_json::json;
use spapi_mws::read::{Item, Reason};
use std::io::Write;
use std::path::Path;

/// Writes texts without a place, a line each.
pub struct Unmapped {
    writer: Writer,
    place: Place,
}

impl Unmapped {
    pub fn create(path: &Path, overwrites: bool) -> Result<Self, Failure> {
        file::refuse_folder(path)?;
        let (writer, place) = file::open(Some(path), Rules { overwrites, is_private: true })?;
        Ok(Self { writer, place })
    }

    pub fn add(&mut self, source: &str, item: &Item) -> Result<(), Failure> {
        let (position, all) = match item {
            Item::Record(record) => (record.position(), record.unmapped()),
            Item::Page(page) => (page.position(), page.unmapped()),
        };
        // What is kept is in the output.
        for unmapped in all.iter().filter(|unmapped| unmapped.reason != Reason::Kept) {
            let line = json!({
                "file": source,
                "line": position.line,
                "path": unmapped.path,
                "value": unmapped.value,
                "reason": unmapped.reason.to_string(),
            });
            writeln!(self.writer, "{line}")?;
        }
        Ok(())
    }

    pub fn finish(mut self) -> Result<(), Failure> {
        self.writer.flush()?;
        self.place.finish()
    }
}

//! `models/streams`: the streams of the connector, and what Airbyte's source has of them.

mod complete;
pub mod fields;
mod rows;

pub use complete::{Completed, CompletedColumn, CompletedStream};
pub use rows::{
    AirbyteKind, AirbyteRow, Clock, ColumnsRow, CursorAs, CursorIs, Parent, QueryRow, Row, Step, StreamKind, Version,
    Versions,
};

use crate::known;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

/// The rows of the folder, by stream.
#[derive(Debug, Default)]
pub struct Streams {
    pub rows: BTreeMap<String, Row>,
    pub airbyte: BTreeMap<String, AirbyteRow>,
    pub columns: BTreeMap<String, ColumnsRow>,
}

impl Streams {
    /// Reads a folder such as `models/streams`; a missing file has no rows.
    ///
    /// # Errors
    /// When a file cannot be read or parsed, with its name.
    pub fn read(folder: &Path) -> Result<Self> {
        Ok(Self {
            rows: known::read(&folder.join("streams.toml"))?,
            airbyte: known::read(&folder.join("airbyte.toml"))?,
            columns: known::read(&folder.join("airbyte_columns.toml"))?,
        })
    }
}

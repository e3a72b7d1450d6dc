//! Records as rows of the output.

use crate::documents::{Cell, Columns, Counts, Picked, RowFormat, RowWriter};
use crate::exit::Failure;
use crate::output::file::{Place, Writer};
use crate::progress::Progress;
use spapi_mws::read::{Column, Kind, Record};
use spapi_rows::Kind as ValueKind;
use std::io;
use std::sync::Arc;

/// Writes records of one kind.
pub struct Output<'a> {
    rows: RowWriter<'a>,
    format: RowFormat,
    wanted: &'a [String],
    picked: Option<(Kind, Vec<Column>, Picked)>,
}

impl<'a> Output<'a> {
    pub fn new(
        format: RowFormat,
        wanted: &'a [String],
        writer: Writer,
        place: &'a Place,
        progress: &'a mut Progress,
    ) -> Self {
        Self { rows: RowWriter::new(format, writer, place, progress), format, wanted, picked: None }
    }

    /// Writes a record. `source` is what an error calls its file.
    pub fn push(&mut self, record: &Record, source: &str) -> Result<(), Failure> {
        if !self.format.has_header() && self.wanted.is_empty() {
            return self.push_members(record, source);
        }
        if self.picked.as_ref().is_none_or(|(kind, ..)| *kind != record.kind()) {
            let columns = record.columns();
            let all: Vec<_> = columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
            let picked = Picked::of(&all, self.wanted)?;
            self.picked = Some((record.kind(), columns, picked));
        }
        let Some((_, columns, picked)) = &self.picked else { return Ok(()) };
        let cells: Vec<_> = columns.iter().map(|column| Cell::Value(record.value(column))).collect();
        self.rows.push(&picked.columns, &picked.row(&cells), source)
    }

    /// Writes a record with its objects and lists.
    fn push_members(&mut self, record: &Record, source: &str) -> Result<(), Failure> {
        let (names, cells): (Vec<_>, Vec<_>) =
            record.members().map(|(name, json)| (name.to_owned(), Cell::Json(json))).unzip();
        let kinds = vec![ValueKind::Text; names.len()];
        self.rows.push(&Arc::new(Columns { names, kinds, ..Columns::default() }), &cells, source)
    }

    pub fn finish(self) -> Result<Counts, Failure> {
        self.rows.finish()
    }

    /// Writes what remains after an error.
    pub fn cut_off(self) -> io::Result<()> {
        self.rows.cut_off()
    }
}

//! Writing results: as a table to read, or as JSON to process.

pub mod file;
pub mod json;
pub mod rows;
pub mod screen;
pub mod table;
pub mod text;

use clap::ValueEnum;
use std::io::{self, IsTerminal, StdoutLock, Write};

/// The format of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns, to read.
    Table,
    /// One JSON document.
    Json,
    /// One JSON value on each line, written as soon as it arrives.
    Jsonl,
}

/// Stdout for JSON. On a terminal, control characters are written as JSON escapes. A file or another program gets them
/// unchanged.
pub struct JsonOut {
    out: StdoutLock<'static>,
    is_terminal: bool,
}

impl JsonOut {
    pub fn new() -> Self {
        let out = io::stdout().lock();
        Self { is_terminal: out.is_terminal(), out }
    }
}

impl Write for JsonOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(bytes) {
            // All callers write whole texts.
            Ok(json) if self.is_terminal => {
                self.out.write_all(text::escaped_json(json).as_bytes())?;
                Ok(bytes.len())
            }
            _ => self.out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a list that is complete from the start.
///
/// `row` returns the cells of an entry, `json` the entry itself.
pub fn list<T>(
    format: Format,
    columns: &'static [table::Column],
    entries: impl Iterator<Item = T>,
    row: impl Fn(&T) -> Vec<String>,
    json: impl Fn(&T) -> serde_json::Value,
) -> io::Result<()> {
    match format {
        Format::Table => {
            let mut table = table::Table::new(io::stdout().lock(), columns);
            for entry in entries {
                table.push(row(&entry))?;
            }
            table.finish()
        }
        Format::Json => {
            let mut array = json::Array::new(JsonOut::new());
            for entry in entries {
                array.push(&json(&entry).to_string())?;
            }
            array.finish()
        }
        Format::Jsonl => {
            let mut out = JsonOut::new();
            for entry in entries {
                writeln!(out, "{}", json(&entry))?;
            }
            out.flush()
        }
    }
}

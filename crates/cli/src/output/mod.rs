//! Writing what was found: as a table to read, or as JSON to work with.

pub mod json;
pub mod rows;
pub mod table;

use clap::ValueEnum;
use std::io::{self, Write};

/// How output is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned columns, to read.
    Table,
    /// One JSON document.
    Json,
    /// One JSON value a line, each written as soon as it is there.
    Jsonl,
}

/// Writes a list that is known from the start.
///
/// `row` gives an entry's cells, `json` the entry itself.
pub fn list<T>(
    out: impl Write,
    format: Format,
    columns: &'static [table::Column],
    entries: impl Iterator<Item = T>,
    row: impl Fn(&T) -> Vec<String>,
    json: impl Fn(&T) -> serde_json::Value,
) -> io::Result<()> {
    match format {
        Format::Table => {
            let mut table = table::Table::new(out, columns);
            for entry in entries {
                table.push(row(&entry))?;
            }
            table.finish()
        }
        Format::Json => {
            let mut array = json::Array::new(out);
            for entry in entries {
                array.push(&json(&entry).to_string())?;
            }
            array.finish()
        }
        Format::Jsonl => {
            let mut out = out;
            for entry in entries {
                writeln!(out, "{}", json(&entry))?;
            }
            out.flush()
        }
    }
}

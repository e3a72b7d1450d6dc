//! The pages of a query on disk, and their rows.

use crate::documents::{Cell, Columns, Counts, RowFormat, RowWriter, pick};
use crate::exit::{Exit, Failure};
use crate::output::file::{Place, Writer};
use crate::output::json::one_line;
use crate::output::rows::leaves;
use crate::progress::Progress;
use serde_json::value::RawValue;
use spapi_core::{DateTime, Decimal};
use spapi_rows::{Kind, OwnedValue};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::sync::Arc;

/// The longest line, in bytes.
const LONGEST: u64 = 16 << 20;

/// The most columns. A row's own names become columns, and a document could have any number of them.
const MOST_COLUMNS: usize = 5000;

/// The pages that were read, in a file without a name.
///
/// A row has only the columns that it has values for, so the columns of a table are known after the last row.
pub struct Pages {
    file: io::BufWriter<File>,
    bytes: u64,
    ends_a_line: bool,
}

impl Pages {
    pub fn new() -> Result<Self, Failure> {
        let file = tempfile::tempfile().map_err(|error| of_spool(&error))?;
        Ok(Self { file: io::BufWriter::new(file), bytes: 0, ends_a_line: true })
    }

    /// How many bytes were read.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Adds a piece of a page.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), Failure> {
        self.file.write_all(piece).map_err(|error| of_spool(&error))?;
        self.bytes += piece.len() as u64;
        self.ends_a_line = piece.last().map_or(self.ends_a_line, |last| *last == b'\n');
        Ok(())
    }

    /// Ends a page, so that the next one begins on a line of its own.
    pub fn end_page(&mut self) -> Result<(), Failure> {
        if !self.ends_a_line { self.push(b"\n") } else { Ok(()) }
    }

    /// Writes the pages as they are, one after another.
    pub fn copy(self, out: &mut Writer) -> Result<(), Failure> {
        io::copy(&mut self.read()?, out)?;
        Ok(())
    }

    /// Writes the rows. `wanted` names some of their columns; if it is empty there are all.
    pub fn write_rows(
        self,
        format: RowFormat,
        wanted: &[String],
        out: Writer,
        place: &Place,
        progress: &mut Progress,
    ) -> Result<Counts, Failure> {
        let mut pages = self.read()?;
        let mut output = RowWriter::new(format, out, place, progress);
        if format.has_header() || !wanted.is_empty() {
            let columns = picked(&columns(&mut pages)?, wanted)?;
            pages.rewind().map_err(|error| of_spool(&error))?;
            if !columns.names.is_empty() {
                output.begin(&columns)?;
            }
            let kinds = has_kinds(format).then_some(&columns.kinds);
            each_row(&mut pages, |number, row| {
                match row {
                    Ok(row) => {
                        let cells = below(&columns.names, kinds, &row);
                        output.push(&columns, &cells, "the query")?;
                    }
                    Err(reason) => output.leave_out(&format!("line {number}: {reason}")),
                }
                Ok(())
            })?;
            return output.finish();
        }
        each_row(&mut pages, |number, row| {
            match row {
                Ok(row) => {
                    let names = row.iter().map(|(name, _)| name.clone()).collect();
                    let cells: Vec<_> = row.iter().map(|(_, value)| cell(value, None)).collect();
                    output.push(&Arc::new(Columns { names, ..Columns::default() }), &cells, "the query")?;
                }
                Err(reason) => output.leave_out(&format!("line {number}: {reason}")),
            }
            Ok(())
        })?;
        output.finish()
    }

    fn read(self) -> Result<BufReader<File>, Failure> {
        let mut file = self.file.into_inner().map_err(|error| of_spool(error.error()))?;
        file.rewind().map_err(|error| of_spool(&error))?;
        Ok(BufReader::new(file))
    }
}

/// Whether a column of the format has one kind.
fn has_kinds(format: RowFormat) -> bool {
    format.has_header() && format.has_values()
}

fn of_spool(error: &io::Error) -> Failure {
    let folder = std::env::temp_dir();
    Failure::new(Exit::Failed, format!("the pages cannot be kept in {}: {error}", folder.display()))
        .with_next("make room there, or name another folder with the variable TMPDIR")
}

type Row<'json> = Vec<(String, &'json RawValue)>;

/// Calls the function with each line that is not blank, as the paths and values of its row, or why it is none.
fn each_row(
    pages: &mut BufReader<File>,
    mut row: impl FnMut(u64, Result<Row<'_>, String>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        number += 1;
        let read = pages.by_ref().take(LONGEST).read_until(b'\n', &mut line).map_err(|error| of_spool(&error))?;
        if read == 0 {
            return Ok(());
        }
        if read as u64 == LONGEST && line.last() != Some(&b'\n') {
            return Err(Failure::new(Exit::Failed, format!("line {number} is longer than {LONGEST} bytes"))
                .with_next("--format raw writes the document as it is"));
        }
        let text = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line).trim_ascii();
        if text.is_empty() {
            continue;
        }
        match serde_json::from_slice::<&RawValue>(text) {
            Ok(value) => row(number, Ok(leaves(value)))?,
            Err(error) => row(number, Err(format!("it is not JSON, at column {}", error.column())))?,
        }
    }
}

/// The columns of all rows, in the order of their first occurrence, with the kind that fits all of their values.
fn columns(pages: &mut BufReader<File>) -> Result<Vec<(String, Option<Kind>)>, Failure> {
    let mut columns: Vec<(String, Option<Kind>)> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    each_row(pages, |_, row| {
        for (name, value) in row.unwrap_or_default() {
            let at = *index.entry(name.clone()).or_insert_with(|| {
                columns.push((name, None));
                columns.len() - 1
            });
            let kind = &mut columns[at].1;
            *kind = common(*kind, kind_of(value));
        }
        if columns.len() > MOST_COLUMNS {
            return Err(Failure::new(Exit::Failed, format!("the rows have more than {MOST_COLUMNS} columns"))
                .with_next("write jsonl, in which each row has its own"));
        }
        Ok(())
    })?;
    // A member that is null in some rows and an object in others has no column of its own.
    let names: Vec<_> = columns.iter().map(|(name, _)| format!("{name}.")).collect();
    let is_object =
        |index: usize| columns[index].1.is_none() && columns.iter().any(|(other, _)| other.starts_with(&names[index]));
    let objects: Vec<_> = (0..columns.len()).map(is_object).collect();
    let mut is_object = objects.into_iter();
    columns.retain(|_| !is_object.next().unwrap_or_default());
    Ok(columns)
}

fn picked(columns: &[(String, Option<Kind>)], wanted: &[String]) -> Result<Arc<Columns>, Failure> {
    let names: Vec<_> = columns.iter().map(|(name, _)| name.clone()).collect();
    let indexes = pick(wanted, &names, &[])?;
    Ok(Arc::new(Columns {
        names: indexes.iter().map(|&index| names[index].clone()).collect(),
        kinds: indexes.iter().map(|&index| columns[index].1.unwrap_or(Kind::Text)).collect(),
        ..Columns::default()
    }))
}

/// The kind of a value; `None` for null.
fn kind_of(value: &RawValue) -> Option<Kind> {
    let json = value.get();
    Some(match json.as_bytes().first() {
        Some(b'n') => return None,
        Some(b't' | b'f') => Kind::Boolean,
        Some(b'"') => match text(json) {
            date if date.len() == 10 && DateTime::from(date.as_str()).is_iso_8601() => Kind::Date,
            _ => Kind::Text,
        },
        Some(b'-' | b'0'..=b'9') if json.parse::<i64>().is_ok() => Kind::Integer,
        Some(b'-' | b'0'..=b'9') if json.parse::<Decimal>().is_ok() => Kind::Decimal,
        _ => Kind::Text,
    })
}

/// The kind that has the values of both.
fn common(one: Option<Kind>, other: Option<Kind>) -> Option<Kind> {
    match (one, other) {
        (kind, None) | (None, kind) => kind,
        (Some(one), Some(other)) if one == other => Some(one),
        (Some(Kind::Integer | Kind::Decimal), Some(Kind::Integer | Kind::Decimal)) => Some(Kind::Decimal),
        _ => Some(Kind::Text),
    }
}

/// The cells of a row below these columns.
fn below(names: &[String], kinds: Option<&Vec<Kind>>, row: &Row<'_>) -> Vec<Cell> {
    let values: HashMap<&str, &RawValue> = row.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let cell_of = |(index, name): (usize, &String)| {
        let kind = kinds.and_then(|kinds| kinds.get(index).copied());
        values.get(name.as_str()).map_or(Cell::NULL, |value| cell(value, kind))
    };
    names.iter().enumerate().map(cell_of).collect()
}

/// A value as a cell; of a column of that kind, if columns have kinds.
fn cell(value: &RawValue, kind: Option<Kind>) -> Cell {
    let json = value.get();
    match (json.as_bytes().first(), kind) {
        (Some(b'n'), _) => Cell::NULL,
        (Some(b'"'), Some(Kind::Date)) => Cell::Value(OwnedValue::DateTime(DateTime::from(text(json)))),
        (Some(b'"'), _) => Cell::of_text(text(json)),
        (_, Some(Kind::Boolean)) => Cell::Value(OwnedValue::Boolean(json == "true")),
        (_, Some(Kind::Integer)) => json.parse().map_or(Cell::NULL, |number| Cell::Value(OwnedValue::Integer(number))),
        (_, Some(Kind::Decimal)) => json.parse().map_or(Cell::NULL, |number| Cell::Value(OwnedValue::Decimal(number))),
        _ => Cell::Json(one_line(json)),
    }
}

/// The text of a JSON string.
fn text(json: &str) -> String {
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(texts: &[&str]) -> Pages {
        let mut pages = Pages::new().unwrap();
        for text in texts {
            let (one, other) = text.as_bytes().split_at(text.len() / 2);
            pages.push(one).unwrap();
            pages.push(other).unwrap();
            pages.end_page().unwrap();
        }
        pages
    }

    #[test]
    fn columns_are_those_of_all_pages_with_the_kind_of_all_values() {
        let pages = pages(&[
            "{\"day\":\"2026-11-01\",\"sales\":null,\"n\":1,\"tags\":[1, 2],\"b\":true}\n",
            "\n{\"day\":\"2026-11-02\",\"sales\":{\"amount\":1.50},\"n\":2.5,\"x\":\"2026-11-01\",\"b\":null}",
            "{\"x\":\"a\",\"sales\":{\"amount\":-3},\"e\":1e400}",
        ]);
        assert!(pages.bytes() > 100);
        let mut read = pages.read().unwrap();
        let columns = columns(&mut read).unwrap();
        let expected = [
            ("day", Kind::Date),
            ("n", Kind::Decimal),
            ("tags", Kind::Text),
            ("b", Kind::Boolean),
            ("sales.amount", Kind::Decimal),
            ("x", Kind::Text),
            ("e", Kind::Text),
        ];
        let expected: Vec<_> = expected.map(|(name, kind)| (name.to_owned(), Some(kind))).into();
        assert_eq!(columns, expected);
        let picked = picked(&columns, &["N".to_owned(), "tags".to_owned()]).unwrap();
        read.rewind().unwrap();
        let mut rows = Vec::new();
        each_row(&mut read, |number, row| {
            rows.push((number, below(&picked.names, Some(&picked.kinds), &row.unwrap())));
            Ok(())
        })
        .unwrap();
        let number = |text: &str| Cell::Value(OwnedValue::Decimal(text.parse().unwrap()));
        assert_eq!(rows[0], (1, vec![number("1"), Cell::Json("[1,2]".to_owned())]));
        assert_eq!(rows[1], (3, vec![number("2.5"), Cell::NULL]));
        assert_eq!(rows.len(), 3);
    }

    #[test]
    fn a_line_that_is_not_json_is_named_and_the_others_go_on() {
        let mut read = pages(&["{\"a\":1}\n{\"a\":\n{\"a\":2}"]).read().unwrap();
        let mut seen = Vec::new();
        each_row(&mut read, |number, row| {
            seen.push((number, row.map(|row| row.len())));
            Ok(())
        })
        .unwrap();
        assert_eq!(seen.len(), 3);
        assert!(seen[1].1.as_ref().unwrap_err().contains("not JSON"), "{seen:?}");
    }

    #[test]
    fn a_value_of_any_depth_is_one_row() {
        let deep = "{\"a\":".repeat(100_000) + "1" + &"}".repeat(100_000);
        let mut read = pages(&[&deep]).read().unwrap();
        let columns = columns(&mut read).unwrap();
        assert_eq!((columns.len(), columns[0].1), (1, Some(Kind::Text)));
    }
}

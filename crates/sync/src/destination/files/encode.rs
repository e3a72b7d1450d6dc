//! Writes the rows of a slice into a file that is not visible yet.

use super::manifest::hex;
use super::repeats::{Ordinals, Repeats};
use super::store::{Staged, Store};
use crate::parquet::{Cell, ParquetWriter, copy_with};
use crate::{Batch, FileFormat, Rejected, Schema, SliceId, Value};
use jiff::civil::Date;
use serde::Serialize;
use sha2::{Digest, Sha256};
use spapi_rows::is_personal;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

/// Takes the rows and the dead letters of a slice.
pub(super) struct Encoder {
    store: Arc<Store>,
    id: SliceId,
    schema: Arc<Schema>,
    format: FileFormat,
    /// `None` before the first row.
    rows: Option<(Staged, Body)>,
    letters: Option<(Staged, BufWriter<File>)>,
    repeats: Option<Repeats>,
    pub counts: Counts,
}

/// How many rows and dead letters a slice has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub rows: u64,
    pub rejected: u64,
}

/// What a slice has become.
pub(super) struct Encoded {
    pub counts: Counts,
    pub rows: Option<Whole>,
    pub letters: Option<Whole>,
}

/// A file that is whole.
pub(super) struct Whole {
    pub staged: Staged,
    pub bytes: u64,
    pub sha256: String,
}

enum Body {
    Parquet(ParquetWriter),
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Jsonl { file: BufWriter<File>, names: Vec<String>, line: String },
}

/// A dead letter.
#[derive(Serialize)]
struct Letter<'a> {
    connection: &'a str,
    stream: &'a str,
    marketplace: &'a str,
    slice: &'a str,
    column: &'a str,
    reason: &'a str,
    row: &'a str,
}

impl Encoder {
    pub fn new(store: Arc<Store>, id: SliceId, schema: Arc<Schema>, format: FileFormat) -> Self {
        let repeats = Repeats::of(&schema);
        Self { store, id, schema, format, rows: None, letters: None, repeats, counts: Counts::default() }
    }

    pub fn write(&mut self, batch: &Batch) -> io::Result<()> {
        let schema = Arc::clone(&self.schema);
        let mut cells = Vec::with_capacity(schema.columns.len());
        for row in &batch.rows {
            cells.clear();
            if self.format == FileFormat::Parquet
                && let Err((index, reason)) = parquet_cells(row, &mut cells)
            {
                let why = Rejected { column: schema.columns[index].name.clone(), reason: Cow::Borrowed(reason) };
                self.reject(&why, &excerpt(&schema, row, index))?;
                continue;
            }
            if let Some(repeats) = &mut self.repeats {
                repeats.push(row)?;
            }
            self.counts.rows += 1;
            match self.body()? {
                Body::Parquet(file) => file.push(&cells)?,
                Body::Csv(file) => {
                    let mut text = String::new();
                    for value in row {
                        text.clear();
                        value.write_text(&mut text);
                        file.write_field(&text)?;
                    }
                    file.write_record(None::<&[u8]>)?;
                }
                Body::Jsonl { file, names, line } => {
                    line.clear();
                    for (name, value) in names.iter().zip(row) {
                        line.push_str(name);
                        push_json(line, value)?;
                    }
                    line.push_str("}\n");
                    file.write_all(line.as_bytes())?;
                }
            }
        }
        Ok(())
    }

    pub fn reject(&mut self, why: &Rejected, row: &str) -> io::Result<()> {
        let SliceId { connection, stream, marketplace, slice } = &self.id;
        let letter = Letter { connection, stream, marketplace, slice, column: &why.column, reason: &why.reason, row };
        let (_, file) = match &mut self.letters {
            Some(letters) => letters,
            none => {
                let staged = self.store.stage(connection)?;
                let file = BufWriter::new(staged.file.reopen()?);
                none.insert((staged, file))
            }
        };
        serde_json::to_writer(&mut *file, &letter)?;
        self.counts.rejected += 1;
        file.write_all(b"\n")
    }

    pub fn finish(self) -> io::Result<Encoded> {
        let rows = match self.rows {
            None => None,
            Some((staged, body)) => {
                match body {
                    Body::Parquet(file) => file.finish()?,
                    Body::Csv(mut file) => file.flush()?,
                    Body::Jsonl { mut file, .. } => file.flush()?,
                }
                let staged = match self.repeats.map(Repeats::finish).transpose()?.flatten() {
                    None => staged,
                    Some(ordinals) => {
                        let numbered = self.store.stage(&self.id.connection)?;
                        number(self.format, staged.file.reopen()?, numbered.file.reopen()?, ordinals)?;
                        numbered
                    }
                };
                Some(Whole::of(staged)?)
            }
        };
        let letters = match self.letters {
            None => None,
            Some((staged, mut file)) => {
                file.flush()?;
                Some(Whole::of(staged)?)
            }
        };
        Ok(Encoded { counts: self.counts, rows, letters })
    }

    /// The file, which the first row begins.
    fn body(&mut self) -> io::Result<&mut Body> {
        let rows = match &mut self.rows {
            Some(rows) => rows,
            none => {
                let staged = self.store.stage(&self.id.connection)?;
                let body = Body::new(self.format, staged.file.reopen()?, &self.schema)?;
                none.insert((staged, body))
            }
        };
        Ok(&mut rows.1)
    }
}

impl Body {
    fn new(format: FileFormat, file: File, schema: &Schema) -> io::Result<Self> {
        let file = BufWriter::new(file);
        let names = schema.columns.iter().map(|column| column.name.as_str());
        Ok(match format {
            FileFormat::Parquet => {
                let columns = names.zip(schema.columns.iter().map(|column| column.kind));
                Self::Parquet(ParquetWriter::new(file, columns)?)
            }
            FileFormat::Csv => {
                let mut file = csv::Writer::from_writer(file);
                file.write_record(names)?;
                Self::Csv(Box::new(file))
            }
            FileFormat::Jsonl => {
                let begin = |(index, name): (usize, &str)| {
                    let first = if index == 0 { '{' } else { ',' };
                    format!("{first}{}:", serde_json::Value::from(name))
                };
                Self::Jsonl { file, names: names.enumerate().map(begin).collect(), line: String::new() }
            }
        })
    }
}

impl Whole {
    fn of(staged: Staged) -> io::Result<Self> {
        let mut file = staged.file.reopen()?;
        let (mut hash, mut buffer, mut bytes) = (Sha256::new(), vec![0; 1 << 16], 0);
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                read => {
                    hash.update(&buffer[..read]);
                    bytes += read as u64;
                }
            }
        }
        Ok(Self { staged, bytes, sha256: hex(&hash.finalize()) })
    }
}

/// The cells of a row, or the index of the one that does not fit, with the reason.
fn parquet_cells<'a>(row: &'a [Value], cells: &mut Vec<Cell<'a>>) -> Result<(), (usize, &'static str)> {
    for (index, value) in row.iter().enumerate() {
        let cell = match value {
            Value::Null => Ok(Cell::Null),
            Value::Text(text) | Value::Json(text) => Ok(Cell::Text(text)),
            Value::Integer(number) => Ok(Cell::Integer(*number)),
            Value::Decimal(number) => Cell::decimal(*number),
            Value::Boolean(is) => Ok(Cell::Boolean(*is)),
            Value::Date(day) => days(day).map(Cell::Date).ok_or("expected a date"),
            Value::Timestamp(microseconds) => Ok(Cell::Timestamp(*microseconds)),
        };
        cells.push(cell.map_err(|reason| (index, reason))?);
    }
    Ok(())
}

/// The days from the first one of 1970.
fn days(day: &str) -> Option<i32> {
    let day: Date = day.parse().ok()?;
    day.since(Date::constant(1970, 1, 1)).ok().map(|span| span.get_days())
}

/// What a dead letter shows of a row: its key, and the value that does not fit.
fn excerpt(schema: &Schema, row: &[Value], index: usize) -> String {
    let mut object = serde_json::Map::new();
    for shown in schema.key.iter().copied().chain([index]) {
        let name = &schema.columns[shown].name;
        let mut text = String::new();
        if !is_personal(name) && row[shown].write_text(&mut text) {
            object.insert(name.clone(), text.into());
        }
    }
    serde_json::Value::Object(object).to_string()
}

fn push_json(line: &mut String, value: &Value) -> io::Result<()> {
    match value {
        Value::Null => line.push_str("null"),
        // They are JSON as they are.
        Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) | Value::Json(_) => drop(value.write_text(line)),
        Value::Text(text) | Value::Date(text) => line.push_str(&serde_json::to_string(text)?),
        Value::Timestamp(_) => {
            line.push('"');
            value.write_text(line);
            line.push('"');
        }
    }
    Ok(())
}

/// Copies a file with the ordinals of the rows whose key came before.
fn number(format: FileFormat, mut from: File, to: File, mut ordinals: Ordinals) -> io::Result<()> {
    from.seek(SeekFrom::Start(0))?;
    match format {
        FileFormat::Parquet => copy_with(from, BufWriter::new(to), Schema::ORDINAL, |row| ordinals.of(row)),
        FileFormat::Csv => {
            let mut reader = csv::Reader::from_reader(BufReader::new(from));
            let mut writer = csv::Writer::from_writer(BufWriter::new(to));
            let header = reader.headers()?.clone();
            let index = header.iter().position(|name| name == Schema::ORDINAL);
            writer.write_record(&header)?;
            let mut record = csv::StringRecord::new();
            for row in 0.. {
                if !reader.read_record(&mut record)? {
                    break;
                }
                match ordinals.of(row)? {
                    None => writer.write_record(&record)?,
                    Some(ordinal) => {
                        let ordinal = ordinal.to_string();
                        let fields = record.iter().enumerate();
                        writer.write_record(
                            fields.map(|(field, text)| if Some(field) == index { &ordinal } else { text }),
                        )?;
                    }
                }
            }
            writer.flush()
        }
        FileFormat::Jsonl => {
            // In a text the quotation marks would have a backslash.
            let field = format!("\"{}\":", Schema::ORDINAL);
            let (mut reader, mut writer) = (BufReader::new(from), BufWriter::new(to));
            let mut line = String::new();
            for row in 0.. {
                line.clear();
                if reader.read_line(&mut line)? == 0 {
                    break;
                }
                if let Some(ordinal) = ordinals.of(row)?
                    && let Some(start) = line.find(&field).map(|start| start + field.len())
                {
                    let end = line[start..].find([',', '}']).map_or(line.len(), |length| start + length);
                    line.replace_range(start..end, &ordinal.to_string());
                }
                writer.write_all(line.as_bytes())?;
            }
            writer.flush()
        }
    }
}

/// The ending of the names of files of a form.
pub(super) fn ending(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Parquet => "parquet",
        FileFormat::Csv => "csv",
        FileFormat::Jsonl => "jsonl",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ColumnKind;

    #[test]
    fn days_are_counted_from_1970() {
        for (text, expected) in
            [("1970-01-02", 1), ("1969-12-31", -1), ("2026-11-01", 20758), ("-009999-01-01", -4371587)]
        {
            assert_eq!(days(text), Some(expected), "{text}");
        }
        assert_eq!(days("soon"), None);
    }

    #[test]
    fn a_column_kind_has_a_cell_of_its_kind() {
        let values = [Value::Integer(1), Value::Decimal("1.5".parse().unwrap()), Value::Boolean(true)];
        let mut cells = Vec::new();
        parquet_cells(&values, &mut cells).unwrap();
        let kinds = [ColumnKind::Integer, ColumnKind::Decimal, ColumnKind::Boolean];
        let columns = ["a", "b", "c"].into_iter().zip(kinds);
        let mut file = ParquetWriter::new(io::sink(), columns).unwrap();
        file.push(&cells).unwrap();
        file.finish().unwrap();
    }
}

//! Writing rows: as a table, CSV, JSON or Parquet.

#[cfg(feature = "parquet")]
use super::parquet::Parquet;
use super::{Cell, Columns, RowFormat};
use crate::output::file::Writer;
use crate::output::json::Array;
use crate::output::table::{Column, Table, shortened};
use crate::output::text::escaped_json;
use serde_json::Value;
use spapi_core::text::printable;
use spapi_rows::OwnedValue;
use std::borrow::Cow;
use std::io::{self, Write};

/// The output of rows, with the columns of the first document.
pub struct Output {
    kind: Kind,
    is_terminal: bool,
}

enum Kind {
    Table(Table<Writer>),
    Csv(Box<csv::Writer<Writer>>),
    Json(Array<Writer>),
    Jsonl(Writer),
    #[cfg(feature = "parquet")]
    Parquet(Box<Parquet>),
}

/// The widest cell of a table, in columns of the screen.
const WIDEST: usize = 60;

impl Output {
    /// Begins with the header row, if the format has one.
    pub fn new(format: RowFormat, writer: Writer, columns: &Columns) -> io::Result<Self> {
        let names = &columns.names;
        let is_terminal = writer.is_terminal();
        let kind = match format {
            RowFormat::Table => {
                let columns: Vec<_> = names.iter().map(|name| Column::named(&shortened(name, WIDEST))).collect();
                Kind::Table(Table::new(writer, columns))
            }
            RowFormat::Csv => {
                let shown = |name: &str| if is_terminal { printable(name).to_string() } else { name.to_owned() };
                let mut writer = csv::Writer::from_writer(writer);
                writer.write_record(names.iter().map(|name| shown(&harmless(name))))?;
                Kind::Csv(Box::new(writer))
            }
            RowFormat::Json => Kind::Json(Array::new(writer)),
            #[cfg(feature = "parquet")]
            RowFormat::Parquet => Kind::Parquet(Box::new(Parquet::new(writer, columns)?)),
            RowFormat::Jsonl | RowFormat::Raw => Kind::Jsonl(writer),
        };
        Ok(Self { kind, is_terminal })
    }

    /// Writes a row of these columns. On a terminal, control characters are made harmless.
    pub fn push(&mut self, columns: &Columns, row: &[Cell]) -> io::Result<()> {
        let is_terminal = self.is_terminal;
        let json = || {
            let json = json(&columns.names, row);
            if is_terminal { escaped_json(&json).into_owned() } else { json }
        };
        match &mut self.kind {
            Kind::Table(table) => table.push(row.iter().map(|cell| shortened(&cell.text(), WIDEST).into()).collect()),
            Kind::Csv(writer) => {
                for cell in row {
                    match harmless(&cell.text()) {
                        cell if is_terminal => writer.write_field(printable(&cell).to_string())?,
                        cell => writer.write_field(cell.as_bytes())?,
                    }
                }
                Ok(writer.write_record(None::<&[u8]>)?)
            }
            Kind::Json(array) => array.push(&json()),
            Kind::Jsonl(out) => writeln!(out, "{}", json()),
            #[cfg(feature = "parquet")]
            Kind::Parquet(file) => file.push(row),
        }
    }

    /// Writes what remains.
    pub fn finish(self) -> io::Result<()> {
        match self.kind {
            Kind::Table(table) => table.finish(),
            Kind::Csv(mut writer) => writer.flush(),
            Kind::Json(array) => array.finish(),
            Kind::Jsonl(mut out) => out.flush(),
            #[cfg(feature = "parquet")]
            Kind::Parquet(file) => file.finish(),
        }
    }

    /// Writes what remains after an error. An array stays unclosed.
    pub fn cut_off(self) -> io::Result<()> {
        match self.kind {
            Kind::Table(table) => table.cut_off(),
            Kind::Json(_) => Ok(()),
            #[cfg(feature = "parquet")]
            Kind::Parquet(_) => Ok(()),
            kind => Self { kind, ..self }.finish(),
        }
    }
}

/// The cell with an apostrophe before it if a spreadsheet would run it as a formula. Numbers with a sign stay.
pub fn harmless(cell: &str) -> Cow<'_, str> {
    const STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
    let is_number = |text: &str| {
        text.starts_with(|first: char| first.is_ascii_digit() || first == '.')
            && text.chars().all(|character| character.is_ascii_digit() || matches!(character, '.' | ','))
    };
    match cell.starts_with(STARTS) && !cell.strip_prefix(['+', '-']).is_some_and(is_number) {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

fn json(names: &[String], row: &[Cell]) -> String {
    let mut out = String::from("{");
    for (index, (name, cell)) in names.iter().zip(row).enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&quoted(name));
        out.push(':');
        match cell {
            Cell::Value(OwnedValue::Null) => out.push_str("null"),
            Cell::Json(json) => out.push_str(json),
            Cell::Value(OwnedValue::Integer(_) | OwnedValue::Decimal(_) | OwnedValue::Boolean(_)) => {
                out.push_str(&cell.text());
            }
            Cell::Value(_) => out.push_str(&quoted(&cell.text())),
        }
    }
    out.push('}');
    out
}

/// A text as JSON.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_is_a_formula_is_made_text_and_a_number_stays() {
        for formula in
            ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\u{ff1d}1", "-", "--5", "+-5", "-5a"]
        {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for plain in ["", "a=b", "-5", "+1.50", "-1.234,56", "-.5", "503-1", "'x", "靴"] {
            assert_eq!(harmless(plain), plain);
        }
    }

    #[test]
    fn a_row_of_json_keeps_digits_and_kinds() {
        let names = ["a", "b\"", "c", "d", "e", "f"].map(str::to_owned);
        let row = [
            OwnedValue::Decimal("1.10".parse().unwrap()),
            OwnedValue::Null,
            OwnedValue::Boolean(true),
            OwnedValue::Text("靴\n".to_owned()),
            OwnedValue::Integer(-3),
        ];
        let mut row: Vec<_> = row.into_iter().map(Cell::Value).collect();
        row.push(Cell::Json("[1.0,{}]".to_owned()));
        assert_eq!(json(&names, &row), r#"{"a":1.10,"b\"":null,"c":true,"d":"靴\n","e":-3,"f":[1.0,{}]}"#);
    }
}

//! Writing rows as Parquet, with the kinds of the known columns.

use super::{Cell, Columns};
use spapi_core::DateTime;
use spapi_rows::{Kind, OwnedValue};
use spapi_sync::ColumnKind;
use spapi_sync::parquet::{Cell as Written, ParquetWriter};
use std::io::{self, Write};
use std::time::SystemTime;

/// A Parquet file that is being written.
pub struct Parquet {
    file: ParquetWriter,
    names: Vec<String>,
    kinds: Vec<ColumnKind>,
    number: u64,
}

impl Parquet {
    /// Begins a file with these columns.
    pub fn new<W: Write + Send + 'static>(writer: W, columns: &Columns) -> io::Result<Self> {
        let kinds: Vec<_> = columns.kinds.iter().copied().map(kind).collect();
        let names = columns.names.clone();
        let file = ParquetWriter::new(writer, names.iter().map(String::as_str).zip(kinds.iter().copied()))?;
        Ok(Self { file, names, kinds, number: 0 })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When a value is not of its column's kind. The error names the row and the column.
    pub fn push(&mut self, row: &[Cell]) -> io::Result<()> {
        self.number += 1;
        let cells = self.kinds.iter().zip(row).enumerate().map(|(index, (kind, cell))| {
            written(*kind, cell).map_err(|reason| {
                let name = &self.names[index];
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("row {}, column {name}: {reason}; --format csv has the text of the document", self.number),
                )
            })
        });
        let cells = cells.collect::<io::Result<Vec<_>>>()?;
        self.file.push(&cells)
    }

    /// Writes what remains.
    pub fn finish(self) -> io::Result<()> {
        self.file.finish()
    }
}

fn kind(kind: Kind) -> ColumnKind {
    match kind {
        Kind::Integer => ColumnKind::Integer,
        Kind::Decimal | Kind::LocalDecimal => ColumnKind::Decimal,
        Kind::Boolean => ColumnKind::Boolean,
        Kind::Date => ColumnKind::Date,
        Kind::DateTime => ColumnKind::Timestamp,
        _ => ColumnKind::Text,
    }
}

/// The cell as it is written, or why it cannot be.
fn written(kind: ColumnKind, cell: &Cell) -> Result<Written<'_>, &'static str> {
    let value = match (kind, cell) {
        (_, Cell::Value(value)) => value,
        (ColumnKind::Text, Cell::Json(json)) => return Ok(Written::Text(json)),
        (_, Cell::Json(_)) => return Err("it is a list or an object"),
    };
    Ok(match (kind, value) {
        (_, OwnedValue::Null) => Written::Null,
        (ColumnKind::Text, OwnedValue::Text(text)) => Written::Text(text),
        (ColumnKind::Integer, OwnedValue::Integer(number)) => Written::Integer(*number),
        (ColumnKind::Decimal, OwnedValue::Decimal(number)) => Written::decimal(*number)?,
        (ColumnKind::Boolean, OwnedValue::Boolean(is)) => Written::Boolean(*is),
        (ColumnKind::Date, OwnedValue::DateTime(time)) => Written::Date(day(time).ok_or("it is not a date")?),
        (ColumnKind::Timestamp, OwnedValue::DateTime(time)) => {
            Written::Timestamp(moment(time).ok_or("it is not a time with its zone")?)
        }
        (ColumnKind::Integer | ColumnKind::Decimal, _) => return Err("it is not a number"),
        (ColumnKind::Boolean, _) => return Err("it is neither yes nor no"),
        _ => return Err("it is not a date"),
    })
}

/// The days since 1970 of a date as it is written, whatever its zone.
fn day(time: &DateTime) -> Option<i32> {
    let day = time.as_str().get(..10)?;
    let microseconds = moment(&DateTime::from(format!("{day}T00:00:00Z")))?;
    i32::try_from(microseconds.div_euclid(86_400_000_000)).ok()
}

/// The microseconds since 1970.
fn moment(time: &DateTime) -> Option<i64> {
    let time = time.to_system_time().ok().filter(|_| time.is_iso_8601())?;
    let microseconds = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i128::try_from(after.as_micros()).ok()?,
        Err(before) => -i128::try_from(before.duration().as_micros()).ok()?,
    };
    i64::try_from(microseconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_exact_or_refused() {
        let push = |of, value: OwnedValue| written(kind(of), &Cell::Value(value)).map(|_| ());
        let decimal = |text: &str| OwnedValue::Decimal(text.parse().unwrap());
        assert!(push(Kind::Decimal, decimal("-1234.5600000000")).is_ok());
        assert!(push(Kind::Decimal, decimal("79228162514264337593543950335")).is_err());
        assert!(push(Kind::Decimal, decimal("0.00000000001")).unwrap_err().contains("10 digits"));
        let text = || OwnedValue::Text("x".to_owned());
        for of in [Kind::Integer, Kind::Decimal, Kind::Boolean, Kind::Date, Kind::DateTime] {
            assert!(push(of, text()).is_err(), "{of:?}");
            assert!(push(of, OwnedValue::Null).is_ok(), "{of:?}");
        }
        assert!(push(Kind::DateTime, OwnedValue::DateTime("08/07/2016".into())).is_err());
    }

    #[test]
    fn a_row_that_does_not_fit_is_named() {
        let columns = Columns { names: vec!["a".to_owned()], kinds: vec![Kind::Integer], ..Columns::default() };
        let mut file = Parquet::new(io::sink(), &columns).unwrap();
        file.push(&[Cell::Value(OwnedValue::Integer(1))]).unwrap();
        let error = file.push(&[Cell::Value(OwnedValue::Text("x".to_owned()))]).unwrap_err().to_string();
        assert!(error.starts_with("row 2, column a: it is not a number"), "{error}");
    }

    #[test]
    fn a_day_is_the_one_that_is_written() {
        for (text, days) in [("1970-01-02", 1), ("1969-12-31", -1), ("2026-11-01T23:30:00-08:00", 20758)] {
            assert_eq!(day(&DateTime::from(text)), Some(days), "{text}");
        }
        assert_eq!(day(&DateTime::from("soon")), None);
        assert_eq!(moment(&DateTime::from("1970-01-01T09:00:01+09:00")), Some(1_000_000));
    }
}

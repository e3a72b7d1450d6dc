//! A table that comes in pieces of text.

use crate::error::{TableError, TableErrorKind};
use crate::header::Table;
use crate::row::{NamedRow, RowError};
use crate::split::{Dialect, Found, Limits, Row};
use serde::Deserialize;
use spapi_types::Marketplace;
use spapi_types::decimal::DecimalMark;

/// Reads the rows of a table whose text comes in pieces.
///
/// The first row names the columns. If there are lines before it, such as the summary of a processing report, the remarks
/// of a date range report or the settings and labels of a flat-file template, they are the [`preamble`](Self::preamble).
/// Lines of nothing but spaces are not rows. A row that repeats all of several names is not one either: documents that
/// were joined have it.
///
/// [`push`](Self::push) adds a piece, [`end`](Self::end) says that it was the last. It keeps the text of at most one row
/// and the last piece, and at most 1 MiB more until the header is found.
///
/// [`read`](Self::read) reads a field as its type requires. If it cannot be, the error gives the row and column:
///
/// | type | field |
/// | --- | --- |
/// | `Option` | `None` where it is blank |
/// | [`Amount`](spapi_types::decimal::Amount), for money, and a [`Decimal`](spapi_types::Decimal) by the modules of [`decimal`](spapi_types::decimal) | exact, in the notations listed in [`decimal`](spapi_types::decimal); what `1,234` means is set by [`decimal_mark`](Self::decimal_mark) |
/// | floats and integers | in the same notations; an integer may have a fraction of zeros |
/// | `bool` | `true`, `yes`, `Y`, `1` and their opposites |
/// | [`DateTime`](spapi_types::DateTime), `String` and others | the unchanged text |
pub struct TableReader {
    table: Table,
    is_flexible: bool,
    mark: Option<DecimalMark>,
    marketplace: Option<Marketplace>,
    row_number: u64,
    ended: bool,
}

impl TableReader {
    /// A table without text so far.
    pub fn new(dialect: Dialect, limits: Limits) -> Self {
        Self {
            table: Table::new(dialect, limits),
            is_flexible: dialect.is_flexible(),
            mark: None,
            marketplace: None,
            row_number: 0,
            ended: false,
        }
    }

    /// Sets what the point and the comma mean in numbers that could be read in two ways: `1.234` and `1,234`. Without
    /// it the point begins the fraction, and a number such as `1,234` is an error.
    pub fn decimal_mark(mut self, mark: Option<DecimalMark>) -> Self {
        self.mark = mark;
        self
    }

    /// Sets whose table it is, which decides what a date such as `8/7/26` means for the types that read dates.
    pub fn for_marketplace(mut self, marketplace: Option<Marketplace>) -> Self {
        self.marketplace = marketplace;
        self
    }

    /// What was set with [`decimal_mark`](Self::decimal_mark).
    pub fn mark(&self) -> Option<DecimalMark> {
        self.mark
    }

    /// What was set with [`for_marketplace`](Self::for_marketplace).
    pub fn marketplace(&self) -> Option<Marketplace> {
        self.marketplace
    }

    /// Whether the dialect accepts rows of any length.
    pub fn is_flexible(&self) -> bool {
        self.is_flexible
    }

    /// Adds text, when nothing more can be found in the text so far.
    pub fn push(&mut self, text: &str) {
        self.table.push(text);
    }

    /// Says that no more text comes.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Finds the header, if it has not been found yet.
    ///
    /// # Errors
    /// When a row is longer than the limits allow, or the text ends within quotation marks.
    pub fn find_header(&mut self) -> Result<Found, TableError> {
        self.table.find_header(self.ended)
    }

    /// Finds the next row below the header. [`row`](Self::row) and [`read`](Self::read) are then about it.
    ///
    /// # Errors
    /// The errors of [`find_header`](Self::find_header).
    pub fn advance(&mut self) -> Result<Found, TableError> {
        let found = self.table.advance(self.ended)?;
        self.row_number += u64::from(found == Found::Row);
        Ok(found)
    }

    /// The names of the columns, without spaces around them. Empty before the header is found, and if the text is empty.
    /// If several columns have the name `a`, the further ones are called `a (2)`, `a (3)` and so on.
    pub fn columns(&self) -> &[String] {
        self.table.columns().names()
    }

    /// The name of a column as the header writes it, without spaces around it: `a` also for the second column of that
    /// name. Empty if there is no such column.
    pub fn written_name(&self, index: usize) -> &str {
        self.table.columns().written_name(index)
    }

    /// An error about the row that was found last, and about a column by its index. It is about the table if no row was
    /// found, or its kind is [`MissingColumns`](TableErrorKind::MissingColumns). The message must not repeat a value of
    /// the table.
    pub fn error(&self, kind: TableErrorKind, column: Option<usize>, message: impl Into<String>) -> TableError {
        let error = TableError::new(kind, message);
        match self.row_number {
            0 => error,
            _ if kind == TableErrorKind::MissingColumns => error,
            row => error.at(row, column.map(|column| self.table.columns().shown_name(column))),
        }
    }

    /// The lines before the row that names the columns, each as its fields. Usually there are none, and at most 50.
    /// Blank lines are left out.
    pub fn preamble(&self) -> &[Vec<String>] {
        self.table.preamble()
    }

    /// The line below the last row that says how many rows there are, or their sum, such as `Total: 12`. It is not a row,
    /// because it has one field while the table has several columns. `None` before the end, and if there is no such line.
    pub fn closing(&self) -> Option<&str> {
        self.table.closing()
    }

    /// The number of the row that was found last, from 1. 0 if none was found. The header does not count.
    pub fn row_number(&self) -> u64 {
        self.row_number
    }

    /// The row that was found last.
    pub fn row(&self) -> Row<'_> {
        self.table.row()
    }

    /// Reads the row that was found last.
    ///
    /// # Errors
    /// When the row cannot be read as a `T`, or its number of fields differs from the number of columns and the dialect
    /// is not [flexible](Dialect::flexible). The rows after it can still be read.
    pub fn read<'row, T: Deserialize<'row>>(&'row self) -> Result<T, TableError> {
        let (columns, mut row) = (self.table.columns(), self.table.row());
        let (expected, count) = (self.table.width(), columns.names().len());
        if row.len() == expected {
            row = row.first(count);
        } else if !self.is_flexible {
            let others = match expected == count {
                true => format!("there are {count} columns"),
                false => format!("the first rows have {expected}"),
            };
            let reason = format!("it has {} fields, and {others}", row.len());
            return Err(TableError::new(TableErrorKind::FieldCount, reason).at(self.row_number, None));
        }
        NamedRow::new(columns, row, self.mark)
            .read()
            .map_err(|RowError { column, reason, kind }| TableError::new(kind, reason).at(self.row_number, column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    type Map = BTreeMap<String, String>;

    /// A reader at the first row of a whole text.
    fn at_first_row(dialect: Dialect, text: &str) -> TableReader {
        let mut reader = TableReader::new(dialect, Limits::default());
        reader.push(text);
        reader.end();
        assert_eq!(reader.advance(), Ok(Found::Row));
        reader
    }

    #[test]
    fn rows_are_numbered_below_the_header() {
        let mut reader = TableReader::new(Dialect::TSV, Limits::default());
        assert_eq!((reader.advance(), reader.row_number()), (Ok(Found::Nothing), 0));
        reader.push("a\tb\n1\t2\n\n3\t");
        assert_eq!(reader.find_header(), Ok(Found::Row));
        assert_eq!((reader.columns(), reader.row_number()), (&["a", "b"].map(String::from)[..], 0));
        assert_eq!((reader.advance(), reader.row_number(), reader.row().get(1)), (Ok(Found::Row), 1, Some("2")));
        assert_eq!((reader.advance(), reader.row_number()), (Ok(Found::Nothing), 1));
        reader.push("4");
        reader.end();
        assert_eq!((reader.advance(), reader.row_number(), reader.row().get(1)), (Ok(Found::Row), 2, Some("4")));
        assert_eq!((reader.advance(), reader.row_number()), (Ok(Found::Nothing), 2));
    }

    #[test]
    fn a_row_that_cannot_be_read_has_a_place_and_the_next_one_is_read() {
        let mut reader = at_first_row(Dialect::TSV, "sku\tquantity\nA\t1\t2\nB\tMary\nC\t1,234\nD\t7\n");
        let error = reader.read::<Map>().unwrap_err();
        assert_eq!((error.kind(), error.place().unwrap().row), (TableErrorKind::FieldCount, 1));
        assert_eq!(error.to_string(), "the document cannot be read at row 1: it has 3 fields, and there are 2 columns");
        for (kind, place) in [
            (TableErrorKind::Value, "row 2, column quantity"),
            (TableErrorKind::AmbiguousComma, "row 3, column quantity"),
        ] {
            reader.advance().unwrap();
            let error = reader.read::<BTreeMap<String, Cell>>().unwrap_err();
            assert_eq!((error.kind(), error.place().unwrap().to_string().as_str()), (kind, place), "{error}");
            assert!(!error.to_string().contains("Mary"), "{error}");
        }
        reader.advance().unwrap();
        let row: (&str, u8) = reader.read().unwrap();
        assert_eq!(row, ("D", 7), "fields are borrowed from the text");
    }

    /// A sku, or a number.
    #[derive(Debug)]
    struct Cell;

    impl<'de> Deserialize<'de> for Cell {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            match text.as_str() {
                "A" | "B" | "C" => Ok(Self),
                number => spapi_types::decimal::parse(number, None).map(|_| Self).map_err(serde::de::Error::custom),
            }
        }
    }

    #[test]
    fn a_flexible_dialect_takes_rows_of_any_length() {
        let text = "a\tb\n1\n1\t2\t3\n";
        let mut reader = at_first_row(Dialect::TSV.flexible(), text);
        assert_eq!(reader.read::<Map>().unwrap().len(), 1);
        reader.advance().unwrap();
        assert_eq!(reader.read::<Map>().unwrap().len(), 2);
        assert!(at_first_row(Dialect::TSV, text).read::<Map>().is_err());
    }

    #[test]
    fn a_row_beyond_the_limits_has_its_kind() {
        let limits = Limits { longest_row: 5, most_columns: 2 };
        for (text, kind) in
            [("a\tb\n123456\t\n", TableErrorKind::RowTooLong), ("a\tb\n1\t\t\n", TableErrorKind::TooManyColumns)]
        {
            let mut reader = TableReader::new(Dialect::TSV, limits);
            reader.push(text);
            let error = reader.advance().unwrap_err();
            assert_eq!((error.kind(), error.place()), (kind, None));
        }
        let mut reader = TableReader::new(Dialect::TSV, Limits::default());
        reader.push("\"a\"\t\"b\"\n\"1\"\t\"2");
        reader.end();
        assert_eq!(reader.advance().unwrap_err().kind(), TableErrorKind::OpenQuotes);
    }
}

//! Reads the fields of rows from the cells of documents.

use crate::column::{Column, Kind, Order};
use spapi_tables::TableErrorKind;
use spapi_types::datetime::{DateHabits, DateOrder};
use spapi_types::decimal::{self, DecimalError, DecimalMark};
use spapi_types::{DateTime, Decimal, Marketplace};

/// The value of a row's field.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// The document has none.
    Null,
    /// A text or an id.
    Text(&'a str),
    /// A whole number.
    Integer(i64),
    /// An exact number.
    Decimal(Decimal),
    /// Yes or no.
    Boolean(bool),
    /// A date or time, in ISO 8601 if it could be read, else as the document has it.
    DateTime(&'a DateTime),
}

/// What a document's numbers and dates mean.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Settings {
    pub mark: Option<DecimalMark>,
    pub marketplace: Option<Marketplace>,
}

/// A cell that is to be read.
pub(crate) struct Cell<'a> {
    pub text: &'a str,
    pub column: &'static Column,
    pub settings: Settings,
}

/// Why a cell cannot be read. It does not repeat the cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CellError {
    NotABoolean,
    NotAnInteger,
    /// It has three digits behind its only point.
    AmbiguousPoint,
    Decimal(DecimalError),
}

impl CellError {
    pub(crate) fn kind(self) -> TableErrorKind {
        match self {
            Self::Decimal(DecimalError::AmbiguousComma) | Self::AmbiguousPoint => TableErrorKind::AmbiguousComma,
            _ => TableErrorKind::Value,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::NotABoolean => "expected yes or no, true or false, or one of their first letters",
            Self::NotAnInteger => "expected a whole number",
            Self::AmbiguousPoint => {
                "the point may begin the fraction or group digits: say of which marketplace the document is"
            }
            Self::Decimal(error) => error.as_str(),
        }
    }
}

/// A field of a row.
pub(crate) trait Field {
    /// Takes the cell.
    fn read(&mut self, cell: &Cell<'_>) -> Result<(), CellError>;

    fn value(&self) -> Value<'_>;
}

impl Field for String {
    fn read(&mut self, cell: &Cell<'_>) -> Result<(), CellError> {
        *self = cell.text.to_owned();
        Ok(())
    }

    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

/// The types that an optional field may have.
pub(crate) trait Nullable: Sized {
    /// Whether a text stands for an absent value.
    fn is_absent(text: &str) -> bool {
        // What the fee preview writes for what it does not know.
        matches!(trimmed(text), "" | "--")
    }

    fn read(cell: &Cell<'_>) -> Result<Self, CellError>;

    fn value(&self) -> Value<'_>;
}

impl<T: Nullable> Field for Option<T> {
    fn read(&mut self, cell: &Cell<'_>) -> Result<(), CellError> {
        *self = if T::is_absent(cell.text) { None } else { Some(T::read(cell)?) };
        Ok(())
    }

    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, T::value)
    }
}

impl Nullable for String {
    fn is_absent(text: &str) -> bool {
        text.chars().all(char::is_whitespace)
    }

    fn read(cell: &Cell<'_>) -> Result<Self, CellError> {
        Ok(cell.text.to_owned())
    }

    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Nullable for i64 {
    fn read(cell: &Cell<'_>) -> Result<Self, CellError> {
        let text = trimmed(cell.text);
        if let Ok(number) = text.parse() {
            return Ok(number);
        }
        let number = read_local(text, cell.settings.mark).map_err(|error| match error {
            CellError::Decimal(DecimalError::NotANumber) => CellError::NotAnInteger,
            error => error,
        })?;
        if !number.is_integer() {
            return Err(CellError::NotAnInteger);
        }
        i64::try_from(number).map_err(|_| CellError::Decimal(DecimalError::TooLarge))
    }

    fn value(&self) -> Value<'_> {
        Value::Integer(*self)
    }
}

impl Nullable for Decimal {
    fn read(cell: &Cell<'_>) -> Result<Self, CellError> {
        let mark = cell.settings.mark;
        match cell.column.kind {
            Kind::LocalDecimal => read_local(cell.text, mark),
            _ => decimal::parse(cell.text, mark).map_err(CellError::Decimal),
        }
    }

    fn value(&self) -> Value<'_> {
        Value::Decimal(*self)
    }
}

impl Nullable for bool {
    fn read(cell: &Cell<'_>) -> Result<Self, CellError> {
        spapi_tables::boolean(cell.text).ok_or(CellError::NotABoolean)
    }

    fn value(&self) -> Value<'_> {
        Value::Boolean(*self)
    }
}

impl Nullable for DateTime {
    fn read(cell: &Cell<'_>) -> Result<Self, CellError> {
        let text = trimmed(cell.text);
        if is_iso_8601(text.as_bytes()) {
            return Ok(Self::from(text));
        }
        let marketplace = cell.settings.marketplace;
        let order = cell.column.order.and_then(|order| order.here(marketplace));
        let read = Self::from_document(text, DateHabits { order, marketplace });
        Ok(read.unwrap_or_else(|_| Self::from(cell.text)))
    }

    fn value(&self) -> Value<'_> {
        Value::DateTime(self)
    }
}

impl Order {
    fn here(self, marketplace: Option<Marketplace>) -> Option<DateOrder> {
        match (self, marketplace) {
            (Self::DayFirst, _) => Some(DateOrder::DayFirst),
            (Self::MonthFirst, _) => Some(DateOrder::MonthFirst),
            (Self::Marketplace, Some(Marketplace::US)) => Some(DateOrder::MonthFirst),
            (Self::Marketplace, Some(Marketplace::JP)) => Some(DateOrder::YearFirst),
            (Self::Marketplace, Some(_)) => Some(DateOrder::DayFirst),
            (Self::Marketplace, None) => None,
        }
    }
}

/// Reads a number, unless a point in it could begin the fraction or group digits and no mark says which.
fn read_local(text: &str, mark: Option<DecimalMark>) -> Result<Decimal, CellError> {
    let number = decimal::parse(text, mark).map_err(CellError::Decimal)?;
    if mark.is_none() && decimal::is_ambiguous(text) { Err(CellError::AmbiguousPoint) } else { Ok(number) }
}

/// A text without spaces around it. Nearly all cells have none, which the first and the last byte show.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [] => text,
        [first, ..] if !first.is_ascii_graphic() => text.trim(),
        [.., last] if !last.is_ascii_graphic() => text.trim(),
        _ => text,
    }
}

/// Whether a text has the shape `2020-12-18` or `2020-12-18T06:32:18` with an offset or without. Nearly all dates have.
fn is_iso_8601(text: &[u8]) -> bool {
    let has_shape = |text: &[u8], shape: &[u8]| {
        text.len() == shape.len()
            && text.iter().zip(shape).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                b'+' => matches!(byte, b'+' | b'-'),
                _ => byte == wanted,
            })
    };
    match text.split_at_checked(19) {
        None => has_shape(text, b"0000-00-00"),
        Some((start, rest)) => {
            has_shape(start, b"0000-00-00T00:00:00")
                && (matches!(rest, b"" | b"Z") || has_shape(rest, b"+00:00") || has_shape(rest, b".000Z"))
        }
    }
}

//! Converts the fields of a row to a value, with serde.

use crate::error::TableErrorKind;
use crate::header::{Columns, SHOWN_CHARACTERS};
use crate::split::Row;
use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use spapi_types::Decimal;
use spapi_types::decimal::{self, DecimalError, DecimalMark};
use spapi_types::text::printable;
use std::fmt;
use std::str::FromStr;

/// Why a row could not be read. It never repeats a value.
#[derive(Debug)]
pub(crate) struct RowError {
    /// The column's name, or its number if it has none, in a form that is safe to show.
    pub column: Option<String>,
    pub reason: String,
    pub kind: TableErrorKind,
}

impl RowError {
    fn new(reason: impl Into<String>) -> Self {
        Self { column: None, reason: reason.into(), kind: TableErrorKind::Value }
    }

    fn at(mut self, column: String) -> Self {
        self.column.get_or_insert(column);
        self
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for RowError {}

impl From<DecimalError> for RowError {
    fn from(error: DecimalError) -> Self {
        let kind = match error {
            DecimalError::AmbiguousComma => TableErrorKind::AmbiguousComma,
            _ => TableErrorKind::Value,
        };
        Self { kind, ..Self::new(error.as_str()) }
    }
}

impl de::Error for RowError {
    /// The texts of other crates may contain the value. Only texts that are known not to are kept.
    fn custom<T: fmt::Display>(message: T) -> Self {
        let text = message.to_string();
        match DecimalError::ALL.into_iter().find(|error| error.as_str() == text) {
            Some(error) => error.into(),
            None => Self::new("the value does not fit its type"),
        }
    }

    fn invalid_type(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("expected {expected}"))
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::new(format!("expected {expected}"))
    }

    fn invalid_length(length: usize, expected: &dyn de::Expected) -> Self {
        Self::new(format!("expected {expected}, found {length} fields"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("expected one of {}", expected.join(", ")))
    }

    fn unknown_field(field: &str, _: &'static [&'static str]) -> Self {
        Self::new(format!("the column {} is not expected", printable(field).up_to(SHOWN_CHARACTERS)))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("there is no column {field}"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(format!("there is more than one column {field}"))
    }
}

/// A row with its columns.
#[derive(Clone, Copy)]
pub(crate) struct NamedRow<'a> {
    columns: &'a Columns,
    row: Row<'a>,
    /// How its numbers are written.
    mark: Option<DecimalMark>,
    /// The only field that is decoded with its text, if all other fields are decoded together.
    only: Option<usize>,
}

/// How many fields a row may have for the search for the field that a structure cannot be read from.
const MOST_FIELDS_TO_TRY: usize = 100;

impl<'a> NamedRow<'a> {
    pub(crate) fn new(columns: &'a Columns, row: Row<'a>, mark: Option<DecimalMark>) -> Self {
        Self { columns, row, mark, only: None }
    }

    /// Decodes the row to a value.
    pub(crate) fn read<T: de::Deserialize<'a>>(self) -> Result<T, RowError> {
        self.read_once::<T>().map_err(|error| match error.column {
            Some(_) => error,
            None => self.find_column::<T>(error),
        })
    }

    fn read_once<T: de::Deserialize<'a>>(self) -> Result<T, RowError> {
        decimal::in_document(self.mark, || T::deserialize(self))
    }

    /// Finds the column of an error that does not name it: serde first buffers the fields of flattened structures, and
    /// reads them without their columns. It is the column whose field alone is an error, among fields that are `0`.
    fn find_column<T: de::Deserialize<'a>>(self, error: RowError) -> RowError {
        let fails = |only| NamedRow { only: Some(only), ..self }.read_once::<T>().is_err();
        if self.row.len() > MOST_FIELDS_TO_TRY || fails(usize::MAX) {
            return error;
        }
        match (0..self.row.len()).find(|index| fails(*index)) {
            Some(index) => self.locate(index, error),
            None => error,
        }
    }

    /// Adds the column to an error.
    fn locate(self, index: usize, error: RowError) -> RowError {
        error.at(self.columns.shown_name(index))
    }

    fn fields(self, of_structure: Option<&'static [&'static str]>) -> Fields<'a> {
        Fields { row: self, of_structure, next: 0 }
    }

    fn field(self, index: usize) -> Option<Field<'a>> {
        let text = self.row.get(index)?;
        Some(self.text(if self.only.is_none_or(|only| only == index) { text } else { "0" }))
    }

    fn text(self, text: &'a str) -> Field<'a> {
        Field { text, mark: self.mark }
    }
}

impl<'de> Deserializer<'de> for NamedRow<'de> {
    type Error = RowError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_map(self.fields(None))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_seq(self.fields(None))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, RowError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, RowError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, RowError> {
        visitor.visit_map(self.fields(Some(fields)))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct map enum
        identifier ignored_any
    }
}

/// Iterates over the fields of a row.
struct Fields<'a> {
    row: NamedRow<'a>,
    /// The fields of the structure that is read, if one is.
    of_structure: Option<&'static [&'static str]>,
    next: usize,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = RowError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, RowError> {
        // A row shorter than the names lacks the last ones. Fields beyond the names have none.
        match self.row.columns.name_for(self.next, self.of_structure).filter(|_| self.next < self.row.row.len()) {
            Some(name) => seed.deserialize(self.row.text(name)).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, RowError> {
        let index = self.next;
        self.next += 1;
        let field = self.row.field(index).unwrap_or(self.row.text(""));
        seed.deserialize(field).map_err(|error| self.row.locate(index, error))
    }
}

impl<'de> SeqAccess<'de> for Fields<'de> {
    type Error = RowError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, RowError> {
        let index = self.next;
        let Some(field) = self.row.field(index) else { return Ok(None) };
        self.next += 1;
        seed.deserialize(field).map(Some).map_err(|error| self.row.locate(index, error))
    }
}

/// Reads a flag: `true`, `yes`, `Y`, `1` and their opposites, in any case and with spaces around them. `None` if it is
/// something else.
pub fn boolean(text: &str) -> Option<bool> {
    let text = text.trim();
    let is = |names: [&str; 4]| names.iter().any(|name| text.eq_ignore_ascii_case(name));
    match () {
        () if is(["true", "yes", "y", "1"]) => Some(true),
        () if is(["false", "no", "n", "0"]) => Some(false),
        () => None,
    }
}

/// One field: text, and everything that can be read from text.
#[derive(Clone, Copy)]
struct Field<'a> {
    text: &'a str,
    mark: Option<DecimalMark>,
}

impl Field<'_> {
    /// An integer, even if its digits are grouped or its fraction is zero.
    fn whole<T: FromStr + TryFrom<i128>>(self) -> Option<T> {
        let text = self.text.trim();
        text.parse().ok().or_else(|| {
            let number = decimal::parse(text, self.mark).ok().filter(Decimal::is_integer)?;
            T::try_from(i128::try_from(number).ok()?).ok()
        })
    }

    /// A number with a fraction, with the same rules as a decimal.
    fn fractional<T: FromStr>(self) -> Option<T> {
        match decimal::parse(self.text, self.mark) {
            Ok(number) => number.to_string().parse().ok(),
            Err(DecimalError::TooLarge) => self.text.trim().parse().ok(),
            Err(_) => None,
        }
    }
}

macro_rules! numbers {
    ($($deserialize:ident $visit:ident $read:ident)*) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
            match self.$read() {
                Some(number) => visitor.$visit(number),
                None => Err(de::Error::invalid_type(de::Unexpected::Other("text"), &visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Field<'de> {
    type Error = RowError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_borrowed_str(self.text)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        match boolean(self.text) {
            Some(is) => visitor.visit_bool(is),
            None => Err(de::Error::invalid_type(de::Unexpected::Other("text"), &visitor)),
        }
    }

    numbers! {
        deserialize_i8 visit_i8 whole
        deserialize_i16 visit_i16 whole
        deserialize_i32 visit_i32 whole
        deserialize_i64 visit_i64 whole
        deserialize_i128 visit_i128 whole
        deserialize_u8 visit_u8 whole
        deserialize_u16 visit_u16 whole
        deserialize_u32 visit_u32 whole
        deserialize_u64 visit_u64 whole
        deserialize_u128 visit_u128 whole
        deserialize_f32 visit_f32 fractional
        deserialize_f64 visit_f64 fractional
    }

    /// An empty field is `None`.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        if self.text.trim().is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, RowError> {
        visitor.visit_enum(self.text.into_deserializer())
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_borrowed_bytes(self.text.as_bytes())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        char str string unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

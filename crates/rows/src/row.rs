//! The rows that are generated, seen as one kind of thing.

use crate::column::{Format, RowType};
use crate::field::{Field, Value};
use crate::json::JsonReader;
use crate::xml::XmlReader;
use serde::ser::{Serialize, SerializeMap, Serializer};
use spapi_tables::TextReader;
use spapi_types::Decimal;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A row of a report: one of the structures of this crate.
///
/// It is written by serde as a map from the names of its [fields](crate::Column::field), null where the document has no
/// value, and then of its unknown columns.
pub trait Row: Default + Clone + std::fmt::Debug + Serialize + fields::Fields + Send + Sync + 'static {
    /// What is known of the rows of this type.
    const TYPE: &'static RowType;

    /// The value of the column of that index in [`TYPE`](Self::TYPE). Null if there is no such column.
    fn value(&self, column: usize) -> Value<'_> {
        self.field(column).map_or(Value::Null, Field::value)
    }

    /// The columns that are not known, in the order of the document.
    fn unknown(&self) -> &[UnknownColumn];
}

/// A column of a document that is not known, or whose name comes twice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownColumn {
    /// The name in the document. In a table a further column of one name is called `name (2)`.
    pub name: Arc<str>,
    /// The text of the cell, unchanged. From JSON, the text of the value, or JSON if it is a list or an object.
    pub value: String,
}

pub(crate) mod fields {
    use super::UnknownColumn;
    use crate::field::Field;

    /// Access to the fields of a row by the index of their column. Only this crate can implement it.
    #[allow(private_interfaces, reason = "only this crate names the trait")]
    pub trait Fields {
        fn field(&self, column: usize) -> Option<&dyn Field>;
        fn field_mut(&mut self, column: usize) -> Option<&mut dyn Field>;
        fn unknown_mut(&mut self) -> &mut Vec<UnknownColumn>;
    }
}

pub(crate) use fields::Fields;

/// Writes a row as a map.
pub(crate) fn serialize<T: Row, S: Serializer>(row: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let columns = T::TYPE.columns;
    let mut map = serializer.serialize_map(Some(columns.len() + row.unknown().len()))?;
    for (index, column) in columns.iter().enumerate() {
        match row.value(index) {
            Value::Null => map.serialize_entry(column.field, &())?,
            Value::Text(text) => map.serialize_entry(column.field, text)?,
            Value::Integer(number) => map.serialize_entry(column.field, &number)?,
            Value::Decimal(number) => map.serialize_entry(column.field, &Number(number))?,
            Value::Boolean(is) => map.serialize_entry(column.field, &is)?,
            Value::DateTime(time) => map.serialize_entry(column.field, time)?,
        }
    }
    if !row.unknown().is_empty() {
        let mut taken: HashSet<String> = columns.iter().map(|column| column.field.to_owned()).collect();
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for column in row.unknown() {
            let count = counts.entry(&column.name).or_default();
            let name = loop {
                *count += 1;
                let name = if *count == 1 { column.name.to_string() } else { format!("{} ({count})", column.name) };
                if taken.insert(name.clone()) {
                    break name;
                }
            };
            map.serialize_entry(&name, &column.value)?;
        }
    }
    map.end()
}

/// A number with all its digits.
struct Number(Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        spapi_types::decimal::number::serialize(&self.0, serializer)
    }
}

/// The reader of documents that are not tables.
pub(crate) fn text_reader<T: Row>() -> Option<Box<dyn TextReader<T>>> {
    match T::TYPE.format {
        Format::Json => Some(Box::new(JsonReader::<T>::new())),
        Format::Xml => Some(Box::new(XmlReader::<T>::new())),
        _ => None,
    }
}

/// Makes a structure a row: its name, its description, and the index and name of each field.
macro_rules! row {
    ($name:ident, $description:ident; $($index:literal $field:ident),+) => {
        impl crate::row::Fields for $name {
            #[allow(private_interfaces, reason = "only this crate names the trait")]
            fn field(&self, column: usize) -> Option<&dyn crate::field::Field> {
                match column {
                    $($index => Some(&self.$field),)+
                    _ => None,
                }
            }

            #[allow(private_interfaces, reason = "only this crate names the trait")]
            fn field_mut(&mut self, column: usize) -> Option<&mut dyn crate::field::Field> {
                match column {
                    $($index => Some(&mut self.$field),)+
                    _ => None,
                }
            }

            fn unknown_mut(&mut self) -> &mut Vec<UnknownColumn> {
                &mut self.unknown
            }
        }

        impl crate::row::Row for $name {
            const TYPE: &'static RowType = &$description;

            fn unknown(&self) -> &[UnknownColumn] {
                &self.unknown
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                crate::row::serialize(self, serializer)
            }
        }

        impl spapi_tables::TableRow for $name {
            type Columns = crate::columns::Columns;

            fn find_columns(table: &spapi_tables::TableReader) -> Result<Self::Columns, spapi_tables::TableError> {
                crate::columns::Columns::find(&$description, table)
            }

            fn read_row(
                columns: &Self::Columns,
                table: &spapi_tables::TableReader,
            ) -> Result<Self, spapi_tables::TableError> {
                columns.read(table)
            }

            fn text_reader() -> Option<Box<dyn spapi_tables::TextReader<Self>>> {
                crate::row::text_reader()
            }
        }
    };
}

pub(crate) use row;

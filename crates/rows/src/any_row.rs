//! Rows of JSON and XML reports whose type is chosen while the program runs.

use crate::column::RowType;
use crate::field::Field;
use crate::row::{Fields, UnknownColumn};
use crate::text_row::OwnedValue;

/// A row of a type that is chosen while the program runs, from a [`JsonReader`](crate::JsonReader) or an
/// [`XmlReader`](crate::XmlReader).
///
/// ```
/// use spapi_rows::{JsonReader, OwnedValue, report};
///
/// let row_type = report("GET_VENDOR_TRAFFIC_REPORT").unwrap().rows[1];
/// let mut reader = JsonReader::of(row_type);
/// reader.push(br#"{"trafficByAsin": [{"asin": "B000000001", "glanceViews": 12, "new": true}]}"#);
/// reader.end();
/// let row = reader.try_next()?.unwrap();
/// let views = row_type.columns.iter().position(|column| column.field == "glance_views").unwrap();
/// assert_eq!(row.values()[views], OwnedValue::Integer(12));
/// assert_eq!(&*row.unknown()[0].name, "new");
/// # Ok::<(), spapi_rows::ReadError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AnyRow {
    values: Vec<OwnedValue>,
    unknown: Vec<UnknownColumn>,
}

impl AnyRow {
    pub(crate) fn new(row_type: &'static RowType) -> Self {
        Self { values: vec![OwnedValue::Null; row_type.columns.len()], unknown: Vec::new() }
    }

    /// The values, one for each of the type's columns.
    pub fn values(&self) -> &[OwnedValue] {
        &self.values
    }

    /// The columns that are not known, in the order of the document.
    pub fn unknown(&self) -> &[UnknownColumn] {
        &self.unknown
    }
}

impl Fields for AnyRow {
    #[allow(private_interfaces, reason = "only this crate names the trait")]
    fn field(&self, column: usize) -> Option<&dyn Field> {
        self.values.get(column).map(|value| value as &dyn Field)
    }

    #[allow(private_interfaces, reason = "only this crate names the trait")]
    fn field_mut(&mut self, column: usize) -> Option<&mut dyn Field> {
        self.values.get_mut(column).map(|value| value as &mut dyn Field)
    }

    fn unknown_mut(&mut self) -> &mut Vec<UnknownColumn> {
        &mut self.unknown
    }
}

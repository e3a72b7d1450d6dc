//! The form of the rows that a destination gets.

use serde_json::Value as Json;
use spapi_core::document::Charset;
use spapi_rows::XmlForm;

/// The form of the rows of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowForm {
    /// Columns with types, under names of ours: [`Schema::of`](crate::Schema::of).
    #[default]
    Typed,
    /// What the document has, under its own names: one object of JSON in [`Schema::OTHERS`](crate::Schema::OTHERS), and a few of
    /// its fields as columns: [`Schema::of_documents`](crate::Schema::of_documents).
    Document(DocumentForm),
}

/// How a row of a document becomes one object of JSON.
///
/// An element of JSON stays as it is, one of XML becomes an object, and a row of a table is an object of texts by the names of the
/// header row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentForm {
    /// The names of fields that are columns too. A field that a row lacks is that of the row that it belongs to.
    pub fields: Vec<String>,
    /// The names of a table's columns in place of those of its header row, by the fields of our rows. A column whose header has one of
    /// these names keeps it. A column in another language that has none gets its English name, if that is known.
    pub names: Vec<(&'static str, &'static str)>,
    /// The columns of a table, by the names above, whose values are not simply their texts.
    pub read: Vec<(String, Reading)>,
    /// The charset of the documents, whatever they declare.
    pub charset: Option<Charset>,
    /// The form of an element of XML.
    pub xml: XmlForm,
}

/// How the text of a cell becomes a value of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reading {
    /// As a value of its column: a number, or a date or time in ISO 8601. A text that is none stays as it is.
    Value,
    /// As its text, and null if it is empty.
    TextOrNull,
    /// As a date or time in ISO 8601, and null if it is empty. A text in ISO 8601, and one that is no date, stays as it is.
    Time,
}

impl DocumentForm {
    /// The fields of an object that are columns too, as texts. One that it lacks is that of `parent`, which it belongs to.
    pub(crate) fn fields_of(&self, object: &Json, parent: &Json) -> Vec<Option<String>> {
        let field = |value: &Json, name: &str| value.get(name).filter(|value| !value.is_null()).map(text_of);
        self.fields.iter().map(|name| field(object, name).or_else(|| field(parent, name))).collect()
    }
}

/// A text as it is, and other JSON as it is written.
pub(crate) fn text_of(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Default for DocumentForm {
    fn default() -> Self {
        let xml = XmlForm::new("value");
        Self { fields: Vec::new(), names: Vec::new(), read: Vec::new(), charset: None, xml }
    }
}

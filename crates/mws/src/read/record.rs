//! What a reader returns: records, and the pages that they stood on.

use super::document::operation_of;
use super::error::Position;
use super::json::{Json, Object};
use super::kind::{Column, Kind, columns_of};
use super::notification::in_lower_camel;
use serde::de::DeserializeOwned;
use spapi_rows::{Kind as ValueKind, OwnedValue, RowType};
use spapi_types::json::{self, DecodeError};
use std::fmt;

/// A record in the shape that it has today.
#[derive(Clone)]
pub struct Record {
    pub(super) kind: Kind,
    pub(super) position: Position,
    pub(super) object: Object,
    pub(super) unmapped: Vec<Unmapped>,
    /// Of what type the row is, if it is the row of a report.
    pub(super) row_type: Option<&'static RowType>,
}

impl Record {
    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Where its element begins.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The record as JSON. Members are in the order of the document, numbers have its digits.
    pub fn json(&self) -> String {
        let mut out = String::with_capacity(1024);
        self.object.write(&mut out);
        out
    }

    /// The record as a type of a section crate, such as `spapi_orders::v0::types::Order`: see [`Kind`].
    ///
    /// # Errors
    /// When it is not of the type.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        json::read(self.json().as_bytes())
    }

    /// The outermost members, with their values as JSON.
    pub fn members(&self) -> impl Iterator<Item = (&str, String)> {
        self.object.0.iter().map(|(name, value)| {
            let mut json = String::new();
            value.write(&mut json);
            (&**name, json)
        })
    }

    /// The columns of its kind, or of the rows of its report.
    pub fn columns(&self) -> Vec<Column> {
        self.row_type.map_or_else(|| self.kind.columns(), columns_of)
    }

    /// The value of a [column](Self::columns).
    pub fn value(&self, column: &Column) -> OwnedValue {
        let Some(found) = self.at(&column.name) else { return OwnedValue::Null };
        let text = match found {
            Json::Text(text) | Json::Plain(text) => text.clone(),
            structure => {
                let mut out = String::new();
                structure.write(&mut out);
                out
            }
        };
        let value = match column.kind {
            ValueKind::Integer => text.parse().ok().map(OwnedValue::Integer),
            ValueKind::Decimal | ValueKind::LocalDecimal => text.parse().ok().map(OwnedValue::Decimal),
            ValueKind::Boolean => text.parse().ok().map(OwnedValue::Boolean),
            ValueKind::Date | ValueKind::DateTime => Some(OwnedValue::DateTime(text.as_str().into())),
            _ => None,
        };
        value.unwrap_or(OwnedValue::Text(text))
    }

    /// The member at names joined by dots.
    fn at(&self, path: &str) -> Option<&Json> {
        // The names of columns of reports may have dots.
        let found = self.object.get(path).or_else(|| self.object.at(path));
        match self.kind {
            // Some types of notifications have an envelope in the other case.
            Kind::Notifications => found.or_else(|| self.object.at(&in_lower_camel(path))),
            _ => found,
        }
    }

    /// Its [key](Kind::key), if it has one.
    pub fn key(&self) -> Option<&str> {
        match self.at(self.kind.key()?)? {
            Json::Text(key) => Some(key),
            _ => None,
        }
    }

    /// What the document has and the JSON has not, or has as a member that today's type does not know.
    pub fn unmapped(&self) -> &[Unmapped] {
        &self.unmapped
    }
}

/// Does not show what was read.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("kind", &self.kind).field("position", &self.position).finish_non_exhaustive()
    }
}

/// A document, after its records.
#[derive(Clone, PartialEq)]
pub struct Page {
    pub(super) root: String,
    pub(super) kind: Option<Kind>,
    pub(super) position: Position,
    pub(super) records: u64,
    pub(super) object: Object,
    pub(super) unmapped: Vec<Unmapped>,
}

impl Page {
    /// The name of its outermost element, such as `ListOrdersByNextTokenResponse`.
    pub fn root(&self) -> &str {
        &self.root
    }

    /// What its records are. `None` for a document that is not read, such as the answer of an operation that has nothing
    /// to read.
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// Where it begins.
    pub fn position(&self) -> Position {
        self.position
    }

    /// How many records it has.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// The operation that answered it, without `ByNextToken`. `None` for a notification, a report or an error.
    pub fn operation(&self) -> Option<&str> {
        operation_of(&self.root)
    }

    /// Whether it goes on with a page before it.
    pub fn is_continuation(&self) -> bool {
        self.root.strip_suffix("Response").is_some_and(|operation| operation.ends_with("ByNextToken"))
    }

    /// The token of the next page. `None` for the last.
    pub fn next_token(&self) -> Option<&str> {
        let is_last = matches!(self.object.get("hasNext"), Some(Json::Plain(flag)) if flag == "false");
        let token = ["NextToken", "nextToken"].into_iter().find_map(|name| match self.object.get(name) {
            Some(Json::Text(token)) => Some(token.as_str()),
            _ => None,
        });
        token.filter(|_| !is_last)
    }

    /// Amazon's id of the request, if the answer has it.
    pub fn request_id(&self) -> Option<&str> {
        match self.object.get("RequestId")? {
            Json::Text(id) => Some(id),
            _ => None,
        }
    }

    /// Everything beside its records, as JSON: members of today's shape where there are such, and `RequestId`.
    pub fn json(&self) -> String {
        let mut out = String::new();
        self.object.write(&mut out);
        out
    }

    /// What it has outside of its records and the JSON has not.
    pub fn unmapped(&self) -> &[Unmapped] {
        &self.unmapped
    }
}

/// Does not show what was read.
impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("root", &self.root)
            .field("kind", &self.kind)
            .field("position", &self.position)
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}

/// A text of the document that has no place in today's type.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unmapped {
    /// The names of the elements from the outermost, joined by `/`. An attribute has `@` before its name.
    pub path: String,
    /// The text. It may say who bought something, or where that person lives.
    pub value: String,
    /// Why it has no place.
    pub reason: Reason,
}

/// Does not show the text.
impl fmt::Debug for Unmapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unmapped").field("path", &self.path).field("reason", &self.reason).finish_non_exhaustive()
    }
}

/// Why a text of a document has no place in today's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Today's type has nothing like it.
    NoPlace,
    /// It is in the JSON, as a member that today's type does not know.
    Kept,
    /// The element or attribute is not known.
    Unknown,
    /// Another element has the same place, with another value.
    Repeated,
    /// It is not what its place takes: a whole number, a number of 28 digits at most, or a flag.
    OtherValue,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPlace => "no place today",
            Self::Kept => "kept, but not in today's type",
            Self::Unknown => "not known",
            Self::Repeated => "its place is taken",
            Self::OtherValue => "not a value of its place",
        })
    }
}

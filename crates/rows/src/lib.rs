#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod any_row;
mod column;
mod error;
mod field;
#[rustfmt::skip]
mod generated;
mod columns;
mod json;
mod personal;
mod queue;
mod row;
mod text_row;
mod tree;
mod xml;

pub use any_row::AnyRow;
pub use column::{Column, Format, Kind, Order, Report, RowType};
pub use columns::Columns;
pub use error::ReadError;
pub use field::Value;
pub use generated::*;
pub use json::JsonReader;
pub use personal::{is_person, is_personal, is_personal_within};
pub use row::{Row, UnknownColumn};
pub use text_row::{OwnedValue, TextRow, known_columns};
pub use xml::XmlReader;

/// The report type of a name such as `GET_MERCHANT_LISTINGS_ALL_DATA`. `None` if its rows are not known.
pub fn report(name: &str) -> Option<&'static Report> {
    REPORTS.binary_search_by(|report| report.name.cmp(name)).ok().map(|index| &REPORTS[index])
}

#[cfg(test)]
mod tests;

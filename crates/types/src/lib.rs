#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod absent;
mod data_element;
pub mod datetime;
pub mod decimal;
pub mod json;
pub mod marketplace;
pub mod open_enum;
pub mod operation;
pub mod parameter;
pub mod points;
pub mod text;

pub use data_element::DataElement;
pub use datetime::DateTime;
pub use marketplace::{Marketplace, Region};
pub use operation::Operation;
pub use points::{HasPoints, Points};

pub use http::Method;
/// Serde reads and writes it by the modules of [`decimal`], or as an
/// [`Amount`](crate::decimal::Amount).
pub use rust_decimal::Decimal;
pub use serde;

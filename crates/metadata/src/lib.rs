#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod find;
#[rustfmt::skip]
mod generated;
mod table;

pub use find::{PathParameters, Published, find, find_all, find_by_path, operations, section};
pub use generated::{RETIRED_TYPES, SECTIONS};
pub use spapi_document_types::{self as document_types, Dataset, FeedType, ReportType};
pub use spapi_types::parameter::{Body, Kind, List, Location};
pub use table::{Api, Entry, Field, ObjectSchema, Parameter, RetiredType, Retirement, Schema, Section};

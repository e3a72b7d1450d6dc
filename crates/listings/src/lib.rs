#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod attributes;
pub mod bulk;
pub mod definition;
pub mod discover;
mod seller;
pub mod template;
mod validate;

pub use attributes::{Attributes, Selectors, apply, read_attributes};
pub use definition::{Definition, Definitions, Requirements};
pub use discover::Discovery;
pub use spapi_jobs::ListingsPatch;
pub use validate::{Finding, Findings, Severity, Validator};

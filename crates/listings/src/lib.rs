#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod attributes;
pub mod bulk;
pub mod template;
mod validate;

pub use attributes::{Attributes, Selectors, apply};
pub use spapi_jobs::ListingsPatch;
pub use validate::{Finding, Findings, Severity, Validator};

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod attributes;
pub mod template;

pub use attributes::{Attributes, Selectors, apply};
pub use spapi_jobs::ListingsPatch;

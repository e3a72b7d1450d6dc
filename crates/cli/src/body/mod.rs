//! The bodies of requests by the table of operations: their fields, examples of them, and their validation.

mod example;
mod rows;
mod validate;

pub use example::{Extent, example};
pub use rows::rows;
pub use validate::{Validated, validate};

use spapi_metadata::ObjectSchema;

/// Whether two names stand for one object. An object may contain itself, so that its fields cannot be compared.
fn is_same(one: &ObjectSchema, other: &ObjectSchema) -> bool {
    std::ptr::eq(one, other)
}

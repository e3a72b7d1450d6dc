//! What makes the types of an API survive what Amazon sends, and easy to make. Each pass changes [`Types`] and nothing
//! else; they run in this order.
//!
//! [`Types`]: super::types::Types

pub mod absence;
pub mod decimals;
pub mod reach;
pub mod unknown_fields;

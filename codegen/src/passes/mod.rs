//! Changes the types of an API so that they tolerate what Amazon sends and are easy to make. Each pass changes only
//! [`Types`]; they run in this order.
//!
//! [`Types`]: super::types::Types

pub mod absence;
pub mod decimals;
pub mod reach;
pub mod unknown_fields;

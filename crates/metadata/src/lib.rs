//! Every operation of Amazon's Selling Partner API as data: for programs that call by name, servers that
//! imitate the API, and tools that plan quotas. To call an operation with types, use its section crate.
#![deny(missing_docs)]

#[rustfmt::skip]
mod generated;
mod table;

pub use generated::{RETIRED_TYPES, SECTIONS};
pub use table::{
    Api, Body, Entry, Kind, List, Location, Parameter, RetiredType, Retirement, Section, find, operations,
};

#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

pub mod explain;
pub mod map;
pub mod read;

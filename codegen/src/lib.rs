//! The generator behind `cargo xtask generate`: reads Amazon's models and writes the section crates.
//!
//! The steps are `load` -> `catalog` -> `normalise` -> `convert` and `types` (progenitor and typify) -> `passes` ->
//! `emit` -> `output`. Everything is made in memory before anything is written. [`diff`] compares two sets of models by
//! what is generated from them. The library uses no network, no git and no command line.

mod bodies;
pub mod catalog;
mod convert;
pub mod diff;
pub mod documents;
mod emit;
pub mod escape;
mod example;
mod facts;
mod facts_table;
pub mod files;
mod in_memory;
pub mod known;
pub mod load;
mod make;
pub mod metadata;
mod naming;
pub mod normalise;
pub mod notifications;
pub mod output;
mod passes;
mod references;
pub mod retirements;
pub mod rows;
pub mod streams;
mod transaction;
mod types;
mod usual;
pub mod walk;
pub mod words;
mod workspace;

pub use in_memory::{Generated, GeneratedApi, in_memory};
pub use transaction::{Transaction, refuse_what_is_half_written};
pub use workspace::{Origin, Workspace, notification_files, own_workspace, row_files, workspace};

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod airbyte;
mod batch;
mod connection;
mod destination;
mod elements;
mod engine;
#[rustfmt::skip]
mod generated;
mod key_file;
mod object;
mod plan;
#[cfg(feature = "raw-documents")]
mod raw_documents;
mod schedule;
mod schema;
pub mod singer;
mod stream;

pub use batch::{Batch, Batcher};
pub use connection::{
    AirbyteSettings, ChosenStream, ColumnChoice, Connection, CredentialSource, DestinationSettings, Environment,
    FileFormat, Inbound, RawDocumentSettings, Reference,
};
#[cfg(feature = "sqlite")]
pub use destination::Sqlite;
pub use destination::{Destination, Gap, SliceId, SliceSource, SliceState, Tables, Writing};
pub use elements::ElementRows;
#[cfg(feature = "raw-documents")]
pub use engine::replay;
pub use engine::{RunOptions, SliceOutcome, Sources, StreamProgress, Summary, Waiting, WaitingFor, run};
pub use plan::{CallCount, Plan, PlannedSlice, PlannedStream, plan, plan_next, slices};
#[cfg(feature = "raw-documents")]
pub use raw_documents::RawDocuments;
pub use schedule::Schedule;
pub use schema::{Column, ColumnKind, Rejected, Schema, Value};
pub use stream::{Clock, Field, Kind, Origin, Range, Stream, UnknownStream};

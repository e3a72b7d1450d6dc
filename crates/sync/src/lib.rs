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
mod plan;
mod schedule;
mod schema;
pub mod singer;
mod stream;

pub use batch::{Batch, Batcher};
pub use connection::{
    AirbyteSettings, ChosenStream, ColumnChoice, Connection, CredentialSource, DestinationSettings, Environment,
    FileFormat, Inbound, Reference,
};
#[cfg(feature = "sqlite")]
pub use destination::Sqlite;
pub use destination::{Destination, Gap, SliceId, SliceSource, SliceState, Tables, Writing};
pub use elements::ElementRows;
pub use engine::{RunOptions, SliceOutcome, Sources, StreamProgress, Summary, Waiting, WaitingFor, run};
pub use plan::{CallCount, Plan, PlannedSlice, PlannedStream, plan, plan_next, slices};
pub use schedule::Schedule;
pub use schema::{Column, ColumnKind, Rejected, Schema, Value};
pub use stream::{Clock, Kind, Origin, Range, Stream, UnknownStream};

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod airbyte;
mod batch;
mod check;
#[cfg(feature = "cluster")]
pub mod cluster;
mod connection;
mod destination;
mod elements;
mod engine;
mod form;
#[rustfmt::skip]
mod generated;
mod key_file;
mod mutex;
mod notifications;
mod object;
#[cfg(feature = "files")]
pub mod parquet;
mod plan;
#[cfg(feature = "raw-documents")]
mod raw_documents;
mod schedule;
mod schema;
pub mod singer;
mod standing;
mod stream;

pub use batch::{Batch, Batcher};
pub use check::{Finding, check};
pub use connection::{
    AirbyteSettings, ChosenStream, ColumnChoice, Connection, CredentialSource, DestinationSettings, Draft, Environment,
    FileFormat, Inbound, Quirks, RawDocumentSettings, Reference, Setting,
};
#[cfg(feature = "files")]
pub use destination::Files;
#[cfg(feature = "postgres")]
pub use destination::Postgres;
#[cfg(feature = "sqlite")]
pub use destination::{Comparison, Condition, DeadLetter, Page, Select, Selected, Sqlite, SqliteReader, TableInfo};
pub use destination::{Destination, Gap, SliceId, SliceSource, SliceState, StreamId, Tables, Writing};
pub use elements::ElementRows;
#[cfg(feature = "raw-documents")]
pub use engine::replay;
pub use engine::{RunOptions, SliceOutcome, Sources, StreamProgress, Summary, Waiting, WaitingFor, run};
pub use form::{DocumentForm, Reading, RowForm};
pub use notifications::{NotificationRow, NotificationTables};
pub use plan::{CallCount, Plan, PlannedSlice, PlannedStream, plan, plan_next, slices};
#[cfg(feature = "raw-documents")]
pub use raw_documents::RawDocuments;
pub use schedule::Schedule;
pub use schema::{Column, ColumnKind, Rejected, Schema, Value};
pub use standing::{Hole, Standing, standings};
pub use stream::{Clock, Field, Kind, Origin, Range, Stream, UnknownStream};

#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod apis;
mod calendar;
mod charset;
mod clock;
mod control;
mod dates;
mod documents;
mod error;
mod examples;
mod faults;
mod feeds;
mod jobs;
mod listen;
mod login;
mod notifications;
mod paging;
mod query;
mod quota;
mod record;
mod reply;
mod reports;
mod roles;
mod routes;
mod sandbox;
mod seal;
mod server;
mod shop;
mod static_mode;
mod target;
#[cfg(feature = "tls")]
mod tls;

pub use clock::Clock;
pub use documents::ContentType;
pub use examples::{Example, Examples, Parameter, Place};
pub use faults::{Fault, FaultKind};
pub use login::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN};
pub use quota::Limits;
pub use record::Record;
pub use roles::RestrictedRole;
pub use sandbox::{Builder, Sandbox};

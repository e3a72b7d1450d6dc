#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod apis;
mod clock;
mod dates;
mod error;
mod examples;
mod faults;
mod listen;
mod login;
mod paging;
mod query;
mod quota;
mod record;
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
pub use examples::{Example, Examples, Parameter, Place};
pub use faults::{Fault, FaultKind};
pub use login::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN};
pub use quota::Limits;
pub use record::Record;
pub use sandbox::{Builder, Sandbox};

#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod apis;
mod clock;
mod dates;
mod error;
mod login;
mod paging;
mod query;
mod quota;
mod reply;
mod routes;
mod sandbox;
mod seal;
mod server;
mod shop;

pub use clock::Clock;
pub use login::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN};
pub use quota::Limits;
pub use sandbox::{Builder, Sandbox};

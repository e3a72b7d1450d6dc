#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod apis;
mod calendar;
mod charset;
mod clock;
mod dates;
mod documents;
mod error;
mod feeds;
mod jobs;
mod login;
mod notifications;
mod paging;
mod query;
mod quota;
mod reply;
mod reports;
mod routes;
mod sandbox;
mod seal;
mod server;
mod shop;

pub use clock::Clock;
pub use documents::ContentType;
pub use login::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN};
pub use quota::Limits;
pub use sandbox::{Builder, Sandbox};

#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod consent;
mod control;
mod examples;
mod faults;
mod http;
mod keep;
mod login;
mod quota;
mod sandbox;
mod seal;
mod sections;
mod server;
mod shop;
mod time;

pub use examples::{Example, Examples, Parameter, Place};
pub use faults::{Fault, FaultKind};
pub use http::{InProcess, LoggedRequest};
pub use login::{APPLICATION_ID, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, RestrictedRole, SELLER_ID};
pub use quota::Limits;
pub use sandbox::{Builder, Sandbox};
pub use sections::{ContentType, PointsDifference, Sent};
pub use time::Clock;

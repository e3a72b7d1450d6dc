#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod absent;
pub mod auth;
mod call;
pub mod client;
mod clock;
pub mod datetime;
pub mod decimal;
pub mod decode;
mod detached;
mod digest;
#[cfg(feature = "document")]
pub mod document;
#[cfg(feature = "drift")]
pub mod drift;
mod encode;
mod endpoint;
mod error;
mod execute;
mod files;
mod json_path;
pub mod marketplace;
pub mod open_enum;
pub mod operation;
mod options;
mod page;
#[cfg(feature = "record")]
pub mod record;
mod request;
mod response;
mod retry;
pub mod throttle;
mod transport;
mod user_agent;

pub use auth::{Credentials, DataElement};
pub use client::Client;
pub use clock::{Clock, SystemClock};
pub use datetime::DateTime;
pub use decode::{Decode, DecodeError};
pub use endpoint::Endpoint;
pub use error::{ApiError, Error};
pub use marketplace::{Marketplace, Region};
pub use operation::Operation;
pub use options::RequestOptions;
pub use page::{Items, Pages};
pub use request::{Request, UntypedRequest};
pub use response::{RawResponse, Response};
pub use retry::RetryPolicy;
pub use throttle::{Priority, Quotas};

pub use bytes::Bytes;
pub use http::{HeaderMap, Method, StatusCode};
pub use rust_decimal::Decimal;
pub use serde;
pub use serde_json::{Value, json};

/// A JSON object of any members.
pub type Object = serde_json::Map<String, Value>;

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

pub mod auth;
mod call;
pub mod client;
mod clock;
pub mod decode;
mod detached;
#[cfg(feature = "document")]
pub mod document;
mod endpoint;
mod error;
mod exchange;
mod execute;
mod files;
mod future;
mod hash;
mod headers;
mod idle;
pub mod json_path;
mod marketplaces;
mod mask;
mod observe;
mod options;
mod page;
mod percent_encode;
mod request;
mod response;
mod retry;
pub mod throttle;
pub mod transport;
mod user_agent;
mod wire;

pub use auth::Credentials;
pub use client::Client;
pub use clock::{Clock, SystemClock};
pub use decode::{Decode, DecodeError};
pub use endpoint::Endpoint;
pub use error::{ApiError, Error, ErrorKind};
pub use future::BoxFuture;
#[cfg(feature = "observe")]
pub use observe::{BodyType, Decoded, Exchange, Observer};
pub use options::RequestOptions;
pub use page::{Items, Pages};
pub use request::{Request, UntypedRequest};
pub use response::{RawResponse, Response};
pub use retry::{Retry, RetryPolicy};
pub use throttle::{Priority, Quotas};

#[doc(inline)]
pub use spapi_types::{
    DataElement, DateTime, Decimal, Marketplace, Operation, Region, absent, datetime, decimal, marketplace, open_enum,
    operation, text,
};

pub use bytes::Bytes;
pub use http::{HeaderMap, Method, StatusCode};
pub use serde;
pub use serde_json::{Value, json};

/// A JSON object of any members.
pub type Object = serde_json::Map<String, Value>;

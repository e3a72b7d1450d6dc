//! [`Amount`]: decimal::Amount
//! [`Client`]: Client
//! [`Client::authorize`]: Client::authorize
//! [`Client::exchange`]: Client::exchange
//! [`Client::for_seller`]: Client::for_seller
//! [`Client::retry`]: Client::retry
//! [`ClientBuilder::transport`]: client::ClientBuilder::transport
//! [`Clock`]: Clock
//! [`Consent`]: auth::Consent
//! [`CredentialFile`]: auth::CredentialFile
//! [`CredentialStore`]: auth::CredentialStore
//! [`Credentials`]: Credentials
//! [`Credentials::application`]: Credentials::application
//! [`DateTime`]: DateTime
//! [`Decimal`]: Decimal
//! [`Error`]: Error
//! [`Error::is_page_token_expired`]: Error::is_page_token_expired
//! [`Error::new`]: Error::new
//! [`Error::outcome_unknown`]: Error::outcome_unknown
//! [`Priority`]: Priority
//! [`Quotas`]: Quotas
//! [`Quotas::in_memory()`]: Quotas::in_memory
//! [`Quotas::off()`]: Quotas::off
//! [`Quotas::with_store(store)`]: Quotas::with_store
//! [`RetryPolicy`]: RetryPolicy
//! [`ServiceTransport`]: transport::ServiceTransport
//! [`TokenStore`]: auth::TokenStore
//! [`Transport`]: transport::Transport
//! [`throttle::QuotaStore`]: throttle::QuotaStore
#![cfg_attr(feature = "document", doc = "[`Client::download`]: Client::download")]
#![cfg_attr(feature = "document", doc = "[`Client::upload`]: Client::upload")]
#![cfg_attr(feature = "document", doc = "[`Dialect::usual_of`]: document::UsualDialect::usual_of")]
#![cfg_attr(feature = "document", doc = "[`Download::longest_row`]: document::Download::longest_row")]
#![cfg_attr(feature = "document", doc = "[`Download::lossy`]: document::Download::lossy")]
#![cfg_attr(feature = "document", doc = "[`Download::most_columns`]: document::Download::most_columns")]
#![cfg_attr(feature = "document", doc = "[`Download::of_type`]: document::Download::of_type")]
#![cfg_attr(feature = "document", doc = "[`Rows::preamble`]: document::Rows::preamble")]
#![cfg_attr(feature = "observe", doc = "[`Observer`]: Observer")]
#![cfg_attr(feature = "quota-files", doc = "[`Quotas::in_folder(path)`]: Quotas::in_folder")]
//!
#![doc = include_str!("../README.md")]
#![cfg_attr(
    not(all(feature = "document", feature = "observe", feature = "quota-files")),
    doc = "\n## What this page leaves out\n\n\
        This documentation was built without:\n"
)]
#![cfg_attr(
    not(feature = "document"),
    doc = "- the feature `document`: `Client::download`, `Client::upload`, the module `document`"
)]
#![cfg_attr(
    not(feature = "observe"),
    doc = "- the feature `observe`: `Observer`, `Exchange`, `ClientBuilder::observer`"
)]
#![cfg_attr(not(feature = "quota-files"), doc = "- the feature `quota-files`: `Quotas::in_folder`")]
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
mod json;
mod marketplaces;
mod mask;
mod observe;
mod options;
mod page;
mod payload;
mod percent_encode;
mod request;
mod response;
mod retry;
pub mod throttle;
pub mod transport;
mod user_agent;
mod wire;

#[doc(inline)]
pub use auth::Credentials;
#[doc(inline)]
pub use client::Client;
pub use clock::{Clock, SystemClock};
#[doc(inline)]
pub use decode::{Decode, DecodeError};
pub use endpoint::Endpoint;
pub use error::{ApiError, Error, ErrorKind};
pub use future::BoxFuture;
#[cfg(feature = "observe")]
pub use observe::{BodyType, Decoded, Exchange, Observer};
pub use options::RequestOptions;
pub use page::{Items, Pages};
pub use payload::HasPayload;
pub use request::{Request, UntypedRequest};
pub use response::{RawResponse, Response};
pub use retry::{Retry, RetryPolicy};
#[doc(inline)]
pub use throttle::{Priority, Quotas};

#[doc(inline)]
pub use spapi_types::json::path as json_path;
#[doc(inline)]
pub use spapi_types::{
    DataElement, DateTime, Decimal, HasPoints, Marketplace, Operation, Points, Region, absent, datetime, decimal,
    has_points, marketplace, open_enum, operation, points, text,
};

pub use bytes::Bytes;
pub use http::{HeaderMap, Method, StatusCode};
pub use serde;
pub use serde_json::{Value, json};

/// A JSON object of any members.
pub type Object = serde_json::Map<String, Value>;

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

#[cfg(feature = "consume")]
pub mod consume;
mod envelope;
mod error;
pub mod facts;
#[rustfmt::skip]
mod generated;
mod landed;
mod latest;
mod payload;
mod place;
mod prime;
#[cfg(all(feature = "consume", feature = "setup"))]
pub mod rotation;
mod secret;
#[cfg(feature = "setup")]
pub mod setup;
mod unwrap;

pub use envelope::{Metadata, Notification};
pub use error::{ParseError, ParseErrorKind};
pub use generated::payloads;
pub use generated::{NotificationType, Payload};
pub use landed::{Price, PricedOffer};
pub use latest::{Latest, Placed};
pub use payload::PayloadType;
pub use secret::Secret;

/// Any JSON object.
pub type Object = serde_json::Map<String, serde_json::Value>;

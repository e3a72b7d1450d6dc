//! Observers: what watches the exchanges of a client. Without the feature `observe` nothing here does anything.

#[cfg(not(feature = "observe"))]
#[path = "off.rs"]
mod switch;
#[cfg(feature = "observe")]
#[path = "on.rs"]
mod switch;

pub(crate) use switch::{Asked, Noted, Observers, noting};
#[cfg(feature = "observe")]
pub use switch::{BodyType, Decoded, Exchange, Observer};

//! Observers of a client's exchanges. Without the feature `observe` this module does nothing.

#[cfg(not(feature = "observe"))]
#[path = "off.rs"]
mod switch;
#[cfg(feature = "observe")]
#[path = "on.rs"]
mod switch;

pub(crate) use switch::{Asked, Noted, Observers, noting};
#[cfg(feature = "observe")]
pub use switch::{BodyType, Decoded, Exchange, Observer};

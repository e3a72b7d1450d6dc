//! Changes of listings against an Amazon within the process, in paused time.

mod amazon;
#[cfg(feature = "events")]
mod events;
mod neighbors;
mod price;
mod quantity;
mod sandbox;
mod submitted;
mod wait;

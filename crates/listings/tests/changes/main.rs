//! Changes of listings against an Amazon within the process, in paused time.

mod amazon;
mod neighbors;
mod price;
mod quantity;
mod sandbox;
mod submitted;
mod wait;

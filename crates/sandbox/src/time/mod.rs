//! The sandbox's time: its clock, its calendar, and dates in requests and answers.

pub(crate) mod calendar;
mod clock;
pub(crate) mod dates;

pub use clock::Clock;

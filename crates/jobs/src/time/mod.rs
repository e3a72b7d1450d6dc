//! Spans of time: what a caller asks for, what a report type makes of it, and the slices that it is cut into.

mod bound;
mod period;
mod rule;
mod span;

pub use bound::Bound;
pub(crate) use period::Period;
pub(crate) use rule::{Longest, Rounding, Rule};
pub use span::SentEnd;
pub use span::Span;

use spapi_core::{Error, ErrorKind};

fn wrong(message: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::new(ErrorKind::Input, message).with_hint(format!("{} Nothing was sent.", hint.into()))
}

pub(crate) fn out_of_range(error: jiff::Error) -> Error {
    wrong("a time of the range is too far from now", "Give times between the years 1995 and 2100.").with_source(error)
}

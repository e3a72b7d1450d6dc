//! Dates as they stand in requests and answers.

use spapi_types::DateTime;
use std::time::{Duration, SystemTime};

/// The time in the form of Amazon's answers: UTC, whole seconds.
pub(crate) fn text(time: SystemTime) -> String {
    DateTime::from(whole_seconds(time)).to_string()
}

/// The time in the form of the `Date` header. What lies outside of the years 1970 to 9999 is moved to their edge.
pub(crate) fn http(time: SystemTime) -> String {
    const LAST: u64 = 253_402_300_799;
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds(time).min(LAST)))
}

/// The time that a parameter names, or `None` where it is not a date in ISO 8601. A blank is refused: it is what remains
/// of the `+` of an offset that the client did not encode.
pub(crate) fn read(text: &str) -> Option<SystemTime> {
    let iso = text.starts_with(|first: char| first.is_ascii_digit()) && !text.contains(' ');
    SystemTime::try_from(&DateTime::from(text)).ok().filter(|_| iso)
}

/// The time without its fraction of a second: Amazon's dates carry none.
pub(crate) fn whole_seconds(time: SystemTime) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds(time))
}

/// Seconds since 1970; 0 before that.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

//! Dates in the form of requests and answers.

use spapi_types::DateTime;
use std::time::{Duration, SystemTime};

/// The time in the form of Amazon's answers: UTC, whole seconds.
pub(crate) fn text(time: SystemTime) -> String {
    DateTime::from(whole_seconds(time)).to_string()
}

/// The time in the form of the `Date` header. A time outside of the years 1970 to 9999 becomes the nearest one inside.
pub(crate) fn http(time: SystemTime) -> String {
    const LAST: u64 = 253_402_300_799;
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds(time).min(LAST)))
}

/// The time that a parameter names, or `None` if it is not an ISO 8601 date. A space is refused: the `+` of an offset
/// becomes one when the client does not percent-encode it.
pub(crate) fn read(text: &str) -> Option<SystemTime> {
    let iso = text.starts_with(|first: char| first.is_ascii_digit()) && !text.contains(' ');
    SystemTime::try_from(&DateTime::from(text)).ok().filter(|_| iso)
}

/// The time without its fraction of a second, because Amazon's dates have none.
pub(crate) fn whole_seconds(time: SystemTime) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds(time))
}

/// Seconds since 1970; 0 before that.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

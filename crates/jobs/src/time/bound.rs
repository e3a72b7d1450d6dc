//! One end of a range, as a caller gives it.

use super::period::start_of;
use super::{out_of_range, wrong};
use jiff::civil::{Date, DateTime as CivilDateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use spapi_core::{DateTime, Error};
use spapi_types::text::printable;
use std::time::SystemTime;

/// One end of a range: a moment or a day.
///
/// | given | as the start | as the end |
/// | --- | --- | --- |
/// | a [`SystemTime`], or a text such as `2026-10-01T09:00:00+09:00` | that moment | that moment, which the range does not include |
/// | a date: `2026-10-01` | the first moment of the day | the last moment of the day, which the range includes |
///
/// The days are those of the report type: of the marketplace's time zone or of UTC. A text with a time of day needs a zone:
/// `Z` or an offset.
///
/// ```
/// use spapi_jobs::Bound;
/// use std::time::SystemTime;
///
/// let bounds: [Bound; 3] = ["2026-10-01".into(), "2026-10-01T09:00Z".into(), SystemTime::now().into()];
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Bound(Given);

#[derive(Clone, Debug, PartialEq)]
enum Given {
    Moment(SystemTime),
    Text(String),
}

/// A bound that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Read {
    Moment(Timestamp),
    Day(Date),
}

impl Bound {
    /// The first moment of the range that starts here.
    pub(crate) fn start(&self, zone: &TimeZone) -> Result<Timestamp, Error> {
        match self.read()? {
            Read::Moment(moment) => Ok(moment),
            Read::Day(day) => start_of(day, zone),
        }
    }

    /// The first moment after the range that ends here.
    pub(crate) fn end(&self, zone: &TimeZone) -> Result<Timestamp, Error> {
        match self.read()? {
            Read::Moment(moment) => Ok(moment),
            Read::Day(day) => start_of(day.checked_add(1.day()).map_err(out_of_range)?, zone),
        }
    }

    fn read(&self) -> Result<Read, Error> {
        let text = match &self.0 {
            Given::Moment(moment) => return Timestamp::try_from(*moment).map(Read::Moment).map_err(out_of_range),
            Given::Text(text) => text.trim(),
        };
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Ok(Read::Moment(moment));
        }
        let shown = printable(text).up_to(40);
        let is_day = text.len() <= "2026-01-01".len();
        match (is_day.then(|| text.parse::<Date>()), text.parse::<CivilDateTime>()) {
            (Some(Ok(day)), _) => Ok(Read::Day(day)),
            (_, Ok(_)) if !is_day => Err(wrong(
                format!("\"{shown}\" has a time of day and no time zone"),
                format!("Write {shown}Z for UTC, or an offset such as {shown}+09:00."),
            )),
            _ => Err(wrong(
                format!("\"{shown}\" is not a date or time"),
                "Write a date such as 2026-10-01, or a time with its zone such as 2026-10-01T09:00:00Z.",
            )),
        }
    }
}

impl From<SystemTime> for Bound {
    fn from(moment: SystemTime) -> Self {
        Self(Given::Moment(moment))
    }
}

impl From<&str> for Bound {
    fn from(text: &str) -> Self {
        Self(Given::Text(text.to_owned()))
    }
}

impl From<String> for Bound {
    fn from(text: String) -> Self {
        Self(Given::Text(text))
    }
}

impl From<DateTime> for Bound {
    fn from(time: DateTime) -> Self {
        Self(Given::Text(time.as_str().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokyo() -> TimeZone {
        TimeZone::get("Asia/Tokyo").unwrap()
    }

    #[test]
    fn a_date_is_a_whole_day_of_the_zone_and_a_moment_is_itself() {
        for (given, start, end) in [
            ("2026-10-01", "2026-09-30T15:00:00Z", "2026-10-01T15:00:00Z"),
            (" 2026-10-01T09:00:00+09:00\n", "2026-10-01T00:00:00Z", "2026-10-01T00:00:00Z"),
            ("2026-10-01T09:00Z", "2026-10-01T09:00:00Z", "2026-10-01T09:00:00Z"),
            ("2026-10-01 09:00:00.5Z", "2026-10-01T09:00:00.5Z", "2026-10-01T09:00:00.5Z"),
        ] {
            let bound = Bound::from(given);
            assert_eq!(bound.start(&tokyo()).unwrap().to_string(), start, "{given}");
            assert_eq!(bound.end(&tokyo()).unwrap().to_string(), end, "{given}");
        }
        let moment = SystemTime::UNIX_EPOCH;
        assert_eq!(Bound::from(moment).end(&tokyo()).unwrap(), Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn a_day_that_has_no_midnight_begins_after_the_clock_change() {
        // In Cairo the clocks go from 00:00 to 01:00 on this day.
        let cairo = TimeZone::get("Africa/Cairo").unwrap();
        assert_eq!(Bound::from("2026-04-24").start(&cairo).unwrap().to_string(), "2026-04-23T22:00:00Z");
        assert_eq!(Bound::from("2026-04-23").end(&cairo).unwrap().to_string(), "2026-04-23T22:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_named_with_what_to_write() {
        for (given, part) in [
            ("2026-10-01T09:00", "write 2026-10-01t09:00z for utc"),
            ("2026-10-01 09:00:00", "no time zone"),
            ("2026-02-30", "is not a date or time"),
            ("yesterday", "\"yesterday\" is not a date or time"),
            ("", "is not a date or time"),
            ("01/10/2026", "is not a date or time"),
            ("2026-10-01T25:00Z", "is not a date or time"),
        ] {
            let error = Bound::from(given).start(&tokyo()).unwrap_err();
            assert!(error.is_input() && error.to_string().to_lowercase().contains(part), "{given}: {error}");
            assert!(error.to_string().contains("Nothing was sent."), "{error}");
        }
    }
}

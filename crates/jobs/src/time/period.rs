//! The periods of the calendar that reports are made of.

use super::out_of_range;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use spapi_core::Error;
use std::fmt;

const HOUR: i64 = 3600;

/// A period of the calendar. Weeks begin on Sunday, and hours are those of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Period {
    /// The start of the period that contains the moment.
    pub fn floor(self, moment: Timestamp, zone: &TimeZone) -> Result<Timestamp, Error> {
        if self == Self::Hour {
            let second = moment.as_second().div_euclid(HOUR) * HOUR;
            return Timestamp::from_second(second).map_err(out_of_range);
        }
        start_of(self.first_day(moment.to_zoned(zone.clone()).date())?, zone)
    }

    /// The moment itself if a period starts there, else the start of the next period.
    pub fn ceil(self, moment: Timestamp, zone: &TimeZone) -> Result<Timestamp, Error> {
        let start = self.floor(moment, zone)?;
        if start == moment { Ok(moment) } else { self.after(start, zone) }
    }

    /// The start of the next period, after the start of a period.
    pub fn after(self, start: Timestamp, zone: &TimeZone) -> Result<Timestamp, Error> {
        if self == Self::Hour {
            return start.checked_add(SignedDuration::from_secs(HOUR)).map_err(out_of_range);
        }
        let step = match self {
            Self::Hour | Self::Day => 1.day(),
            Self::Week => 1.week(),
            Self::Month => 1.month(),
            Self::Quarter => 3.months(),
            Self::Year => 1.year(),
        };
        let day = start.to_zoned(zone.clone()).date().checked_add(step).map_err(out_of_range)?;
        start_of(day, zone)
    }

    fn first_day(self, day: Date) -> Result<Date, Error> {
        let first = match self {
            Self::Hour | Self::Day => Ok(day),
            Self::Week => day.checked_sub(i64::from(day.weekday().since(Weekday::Sunday)).days()),
            Self::Month => Ok(day.first_of_month()),
            Self::Quarter => Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1),
            Self::Year => Ok(day.first_of_year()),
        };
        first.map_err(out_of_range)
    }
}

/// The first moment of a day, which is not midnight where a clock change skips midnight.
pub(super) fn start_of(day: Date, zone: &TimeZone) -> Result<Timestamp, Error> {
    let start = day.to_zoned(zone.clone()).and_then(|day| day.start_of_day());
    Ok(start.map_err(out_of_range)?.timestamp())
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week from Sunday to Saturday",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_where_the_calendar_says() {
        let zone = TimeZone::get("America/Los_Angeles").unwrap();
        // A Wednesday, in summer time.
        let moment: Timestamp = "2026-05-13T12:34:56-07:00".parse().unwrap();
        for (period, floor, ceil) in [
            (Period::Hour, "2026-05-13T19:00:00Z", "2026-05-13T20:00:00Z"),
            (Period::Day, "2026-05-13T07:00:00Z", "2026-05-14T07:00:00Z"),
            (Period::Week, "2026-05-10T07:00:00Z", "2026-05-17T07:00:00Z"),
            (Period::Month, "2026-05-01T07:00:00Z", "2026-06-01T07:00:00Z"),
            (Period::Quarter, "2026-04-01T07:00:00Z", "2026-07-01T07:00:00Z"),
            (Period::Year, "2026-01-01T08:00:00Z", "2027-01-01T08:00:00Z"),
        ] {
            let (down, up) = (period.floor(moment, &zone).unwrap(), period.ceil(moment, &zone).unwrap());
            assert_eq!((down.to_string().as_str(), up.to_string().as_str()), (floor, ceil), "{period}");
            assert_eq!(period.ceil(down, &zone).unwrap(), down, "{period}");
            assert_eq!(period.after(down, &zone).unwrap(), up, "{period}");
        }
    }

    #[test]
    fn a_day_with_a_clock_change_is_one_day() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        for (start, next) in
            [("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"), ("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]
        {
            let start = start.parse().unwrap();
            assert_eq!(Period::Day.after(start, &zone).unwrap().to_string(), next);
        }
    }
}

//! Days, weeks and months of UTC.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use std::time::SystemTime;

/// The day of a time; the calendar's last day for a time beyond it.
pub(crate) fn day(time: SystemTime) -> Date {
    Timestamp::try_from(time).map_or(Date::MAX, |time| time.to_zoned(TimeZone::UTC).date())
}

/// The first moment of a day.
pub(crate) fn start(date: Date) -> SystemTime {
    date.to_zoned(TimeZone::UTC).map_or(SystemTime::UNIX_EPOCH, |zoned| zoned.timestamp().into())
}

/// The same time a month later, or on that month's last day if the month is too short.
pub(crate) fn month_later(time: SystemTime) -> SystemTime {
    let zoned = Timestamp::try_from(time).map(|time| time.to_zoned(TimeZone::UTC));
    zoned.and_then(|zoned| zoned.checked_add(1.month())).map_or(time, |zoned| zoned.timestamp().into())
}

/// The length of a report's periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Granularity {
    Day,
    /// Sunday to Saturday.
    Week,
    Month,
    Quarter,
    Year,
}

/// The names of the granularities that reports of sales have.
pub(crate) const GRANULARITIES: [(&str, Granularity); 3] =
    [("DAY", Granularity::Day), ("WEEK", Granularity::Week), ("MONTH", Granularity::Month)];

impl Granularity {
    /// The first day of the period that holds the day.
    pub(crate) fn first_day(self, date: Date) -> Date {
        match self {
            Self::Day => date,
            Self::Week => date.checked_sub(i64::from(date.weekday().to_sunday_zero_offset()).days()).unwrap_or(date),
            Self::Month => date.first_of_month(),
            Self::Quarter => date.first_of_month().saturating_sub(i64::from((date.month() - 1) % 3).months()),
            Self::Year => date.first_of_year(),
        }
    }

    /// The first day of the period after the one that starts on `first`.
    pub(crate) fn next(self, first: Date) -> Date {
        let span: Span = match self {
            Self::Day => 1.day(),
            Self::Week => 1.week(),
            Self::Month => 1.month(),
            Self::Quarter => 3.months(),
            Self::Year => 1.year(),
        };
        first.saturating_add(span)
    }

    /// The first and last days of the periods that start at `from` or later, and before `until`. `from` must be the first
    /// day of a period.
    pub(crate) fn periods(self, from: Date, until: Date) -> impl Iterator<Item = (Date, Date)> {
        let firsts = std::iter::successors(Some(from), move |first| {
            // The last day that there is has no next one.
            Some(self.next(*first)).filter(|next| next > first)
        });
        firsts.take_while(move |first| *first < until).map(move |first| (first, self.last_day(first)))
    }

    /// The last day of the period that starts on `first`.
    pub(crate) fn last_day(self, first: Date) -> Date {
        self.next(first).saturating_sub(1.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn periods_follow_each_other() {
        let (from, until) = (date(2026, 2, 1), date(2026, 4, 1));
        let months: Vec<_> = Granularity::Month.periods(from, until).collect();
        assert_eq!(months, [(from, date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31))]);
        assert_eq!(Granularity::Day.periods(from, until).count(), 59);
        // The week of a Tuesday begins on the Sunday before it.
        assert_eq!(Granularity::Week.first_day(date(2026, 11, 24)), date(2026, 11, 22));
        assert_eq!(Granularity::Week.last_day(date(2026, 11, 22)), date(2026, 11, 28));
        assert_eq!(Granularity::Quarter.first_day(date(2026, 11, 24)), date(2026, 10, 1));
        assert_eq!(Granularity::Quarter.last_day(date(2026, 10, 1)), date(2026, 12, 31));
        assert_eq!(Granularity::Year.last_day(Granularity::Year.first_day(date(2028, 2, 29))), date(2028, 12, 31));
        assert_eq!(Granularity::Day.periods(Date::MAX, Date::MAX).count(), 0);
    }

    #[test]
    fn days_begin_at_midnight_and_months_have_their_lengths() {
        let leap = date(2028, 2, 29);
        assert_eq!(day(start(leap)), leap);
        assert_eq!(month_later(start(date(2026, 1, 31))), start(date(2026, 2, 28)));
    }
}

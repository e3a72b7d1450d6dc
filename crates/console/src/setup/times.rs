//! Times as people type them, and as a connection has them: in UTC.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Unit};
use spapi_core::Marketplace;
use std::time::SystemTime;

/// The zone of a time that names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// That of the marketplace.
    #[default]
    Shop,
    Utc,
}

impl Zone {
    pub fn of(text: &str) -> Self {
        if text == "utc" { Self::Utc } else { Self::Shop }
    }
}

/// The zone of a marketplace.
pub fn zone(marketplace: Marketplace) -> TimeZone {
    TimeZone::get(marketplace.time_zone()).unwrap_or(TimeZone::UTC)
}

/// Reads a time. One that names its own zone is taken as it is; a date is its first moment.
///
/// # Errors
/// The key of the text that says why.
pub fn read(text: &str, typed_in: Zone, marketplace: Marketplace) -> Result<SystemTime, &'static str> {
    const YEARS: std::ops::RangeInclusive<i16> = 1995..=2099;
    let text = plain(text);
    let time = match (text.parse::<Timestamp>(), civil(&text)) {
        (Ok(time), _) => time,
        (Err(_), Some(civil)) => {
            let zone = if typed_in == Zone::Utc { TimeZone::UTC } else { zone(marketplace) };
            civil.to_zoned(zone).map_err(|_| "fault-time")?.timestamp()
        }
        (Err(_), None) => return Err("fault-time"),
    };
    match YEARS.contains(&time.to_zoned(TimeZone::UTC).year()) {
        true => Ok(time.into()),
        false => Err("fault-year"),
    }
}

/// Signs of Japanese keyboards as those of ASCII, and dates with slashes as those with hyphens.
fn plain(text: &str) -> String {
    let narrow = |character: char| match character {
        '０'..='９' => char::from_digit(u32::from(character) - u32::from('０'), 10).unwrap_or(character),
        '／' | '/' | '年' | '月' | '．' | '－' => '-',
        '：' => ':',
        '　' => ' ',
        other => other,
    };
    text.trim().chars().filter(|one| *one != '日').map(narrow).collect()
}

/// A date, or a date and a time of day, also with single digits.
fn civil(text: &str) -> Option<DateTime> {
    let (day, rest) = match text.split_once([' ', 'T']) {
        Some((day, rest)) => (day, Some(rest.trim())),
        None => (text, None),
    };
    let mut parts = day.split('-').map(|part| part.parse::<i16>().ok());
    let (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    match rest {
        None => Some(date.at(0, 0, 0, 0)),
        Some(time) => {
            let mut parts = time.split(':').map(|part| part.parse::<i8>().ok());
            let (Some(Some(hour)), Some(Some(minute))) = (parts.next(), parts.next()) else { return None };
            let second = parts.next().unwrap_or(Some(0))?;
            Some(date.to_datetime(Time::new(hour, minute, second, 0).ok().filter(|_| parts.next().is_none())?))
        }
    }
}

/// A time as a connection has it: `2024-01-01T00:00:00Z`.
pub fn written(time: SystemTime) -> String {
    let time = Timestamp::try_from(time).and_then(|time| time.round(Unit::Second));
    time.map(|time| time.to_string()).unwrap_or_default()
}

/// A time of a connection in the zone of a marketplace: the day, the time of day, and the zone's difference from UTC such as `+09:00`.
/// `None` if it is no time.
pub fn converted(text: &str, marketplace: Marketplace) -> Option<(Date, String, String)> {
    let time = text.parse::<Timestamp>().ok()?.to_zoned(zone(marketplace));
    let offset = SignedDuration::from_secs(i64::from(time.offset().seconds()));
    let (hours, minutes) = (offset.as_hours(), offset.as_mins().abs() % 60);
    Some((time.date(), format!("{:02}:{:02}", time.hour(), time.minute()), format!("{hours:+03}:{minutes:02}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_zone_that_was_chosen() {
        let read = |text: &str, zone| read(text, zone, Marketplace::JP).map(written);
        for text in
            ["2024-01-01", "2024/1/1", "2024年1月1日", "２０２４／０１／０１", "2024-01-01 0:00", "2024-01-01T00:00:00"]
        {
            assert_eq!(read(text, Zone::Shop).as_deref(), Ok("2023-12-31T15:00:00Z"), "{text}");
            assert_eq!(read(text, Zone::Utc).as_deref(), Ok("2024-01-01T00:00:00Z"), "{text}");
        }
        for text in ["2024-01-01T00:00:00Z", "2024-01-01T09:00:00+09:00"] {
            assert_eq!(read(text, Zone::Shop).as_deref(), Ok("2024-01-01T00:00:00Z"), "{text}");
        }
        for wrong in
            ["soon", "2024-13-01", "2024-02-30", "01/02/2024/3", "2024-01-01 25:00", "2024-01-01 1:2:3:4", "2024", ""]
        {
            assert_eq!(read(wrong, Zone::Shop), Err("fault-time"), "{wrong}");
        }
        assert_eq!(read("0024-01-01", Zone::Utc), Err("fault-year"));
        assert_eq!(read("3024-01-01T00:00:00Z", Zone::Utc), Err("fault-year"));
    }

    #[test]
    fn a_stored_time_is_shown_in_the_zone_of_the_shop() {
        let shown = |marketplace| converted("2024-07-01T00:00:00Z", marketplace);
        assert_eq!(
            shown(Marketplace::JP),
            Some(("2024-07-01".parse().unwrap(), "09:00".to_owned(), "+09:00".to_owned()))
        );
        assert_eq!(shown(Marketplace::US).unwrap().2, "-07:00");
        assert_eq!(shown(Marketplace::IN).unwrap().2, "+05:30");
        assert_eq!(converted("soon", Marketplace::JP), None);
    }
}

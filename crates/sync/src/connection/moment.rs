//! The times of a connection, which are those of UTC.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::time::SystemTime;

/// A time that was read.
pub(super) struct Moment {
    pub time: SystemTime,
    /// What to say of it, if it was not written in UTC.
    pub note: Option<String>,
}

/// Reads a time with its zone, or a date, which is its first moment in UTC.
///
/// # Errors
/// When it is neither, with what is wrong and what to write.
pub(super) fn read(text: &str) -> Result<Moment, (String, String)> {
    let shown = super::keys::shown(text);
    if let Ok(time) = text.parse::<Timestamp>() {
        let is_utc = text.ends_with(['Z', 'z']);
        let note = (!is_utc).then(|| format!("{text} is {time} in UTC"));
        return Ok(Moment { time: time.into(), note });
    }
    let is_date = text.len() <= "2026-01-01".len();
    if let (true, Ok(date)) = (is_date, text.parse::<Date>()) {
        let start = date.to_zoned(TimeZone::UTC).map(|start| start.timestamp());
        let start = start.map_err(|_| (format!("{shown} is too far from now"), "Write a later date.".to_owned()))?;
        return Ok(Moment {
            time: start.into(),
            note: Some(format!("{text} is {start}, the start of the day in UTC")),
        });
    }
    match text.parse::<DateTime>() {
        Ok(_) => Err((
            format!("{shown} has no time zone"),
            "Write Z behind it if it is in UTC, or an offset such as +09:00 for Japan.".to_owned(),
        )),
        Err(_) => Err((
            format!("{shown} is not a date or time"),
            "Write a time with its zone such as 2026-01-01T00:00:00Z.".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_that_of_utc_and_another_zone_is_said_aloud() {
        for (given, time, note) in [
            ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z", None),
            (
                "2024-01-01T09:00+09:00",
                "2024-01-01T00:00:00Z",
                Some("2024-01-01T09:00+09:00 is 2024-01-01T00:00:00Z in UTC"),
            ),
            (
                "2024-01-01",
                "2024-01-01T00:00:00Z",
                Some("2024-01-01 is 2024-01-01T00:00:00Z, the start of the day in UTC"),
            ),
        ] {
            let Ok(read) = read(given) else { panic!("{given} is refused") };
            assert_eq!(read.time, SystemTime::from(time.parse::<Timestamp>().unwrap()), "{given}");
            assert_eq!(read.note.as_deref(), note, "{given}");
        }
    }

    #[test]
    fn a_time_without_a_zone_and_what_is_no_time_are_refused() {
        for (given, what) in [
            ("2024-01-01T09:00:00", "has no time zone"),
            ("2024-01-01 09:00", "has no time zone"),
            ("01/02/2024", "is not a date or time"),
            ("2024-02-30", "is not a date or time"),
            ("Atzr|secret", "what looks like a secret is not a date or time"),
        ] {
            let Err((error, _)) = read(given) else { panic!("{given} is taken") };
            assert!(error.contains(what) && !error.contains("Atzr"), "{error}");
        }
    }
}

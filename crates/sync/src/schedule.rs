//! When the runs of a connection begin.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::fmt;
use std::time::{Duration, SystemTime};

/// When the runs of a connection begin: every so many minutes, hours or days, or by a cron expression. All times are UTC.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    text: String,
    rule: Rule,
}

#[derive(Clone, Debug, PartialEq)]
enum Rule {
    /// At the multiples of a duration since the start of 1970.
    Interval(Duration),
    Cron(Box<Cron>),
}

/// The shortest interval.
const SHORTEST: Duration = Duration::from_secs(60);
/// The longest interval.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

impl Schedule {
    /// Reads a schedule: `30m`, `6h` or `1d`, or the five fields of a cron expression (minute, hour, day of the month, month, day
    /// of the week), such as `15 6 * * *`. An interval of six hours begins runs at 00:00, 06:00, 12:00 and 18:00.
    ///
    /// # Errors
    /// When it is neither, an interval is shorter than a minute or longer than a year, or a cron expression never comes.
    ///
    /// ```
    /// use spapi_core::DateTime;
    /// use spapi_sync::Schedule;
    ///
    /// let now = DateTime::from("2026-01-31T09:30:00Z").to_system_time()?;
    /// let next = |text: &str| DateTime::from(Schedule::parse(text).unwrap().next_after(now).unwrap()).to_string();
    /// assert_eq!(next("6h"), "2026-01-31T12:00:00Z");
    /// assert_eq!(next("15 6 * * *"), "2026-02-01T06:15:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let rule = match interval(text) {
            Some(interval) if interval < SHORTEST => return Err("the interval is shorter than a minute".to_owned()),
            Some(interval) if interval > LONGEST => return Err("the interval is longer than a year".to_owned()),
            Some(interval) => Rule::Interval(interval),
            None => {
                let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
                let cron = parser.parse(text).map_err(|_| {
                    "it is neither an interval, such as 6h, nor a cron expression of five fields, such as 15 6 * * *"
                })?;
                Rule::Cron(Box::new(cron))
            }
        };
        let schedule = Self { text: text.to_owned(), rule };
        match schedule.next_after(SystemTime::now()) {
            Some(_) => Ok(schedule),
            None => Err("the cron expression never comes".to_owned()),
        }
    }

    /// The first time after a moment at which a run begins. `None` if there is none that can be computed.
    pub fn next_after(&self, moment: SystemTime) -> Option<SystemTime> {
        match &self.rule {
            Rule::Interval(interval) => {
                let since = moment.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
                let past = since.as_secs() / interval.as_secs();
                let next = past.checked_add(1)?.checked_mul(interval.as_secs())?;
                SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(next))
            }
            Rule::Cron(cron) => {
                let moment = Timestamp::try_from(moment).ok()?.to_zoned(TimeZone::UTC);
                cron.find_next_occurrence(&moment, false).ok().map(|next| next.timestamp().into())
            }
        }
    }
}

/// As it was written.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A whole number of minutes, hours or days.
fn interval(text: &str) -> Option<Duration> {
    let (unit, seconds) =
        [('s', 1), ('m', 60), ('h', 3600), ('d', 86400)].into_iter().find(|(unit, _)| text.ends_with(*unit))?;
    let number = text.strip_suffix(unit)?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Duration::from_secs(number.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use spapi_types::DateTime;

    fn next(text: &str, after: &str) -> String {
        let after = DateTime::from(after).to_system_time().unwrap();
        DateTime::from(Schedule::parse(text).unwrap().next_after(after).unwrap()).to_string()
    }

    #[test]
    fn a_run_begins_after_the_moment_and_never_at_it() {
        assert_eq!(next("30m", "2026-01-01T00:00:00Z"), "2026-01-01T00:30:00Z");
        assert_eq!(next("1d", "2026-01-01T23:59:59Z"), "2026-01-02T00:00:00Z");
        assert_eq!(next("*/15 * * * *", "2026-01-01T00:15:00Z"), "2026-01-01T00:30:00Z");
        assert_eq!(next("0 6 * * mon", "2026-01-01T00:00:00Z"), "2026-01-05T06:00:00Z");
        assert_eq!(next("0 0 29 2 *", "2026-01-01T00:00:00Z"), "2028-02-29T00:00:00Z");
    }

    #[test]
    fn what_is_no_schedule_is_refused_with_what_to_write() {
        for (text, why) in [
            ("", "such as 6h"),
            ("6", "such as 6h"),
            ("h", "such as 6h"),
            ("-6h", "such as 6h"),
            ("6 h", "such as 6h"),
            ("* * * * * *", "five fields"),
            ("61 * * * *", "five fields"),
            ("30s", "shorter than a minute"),
            ("0m", "shorter than a minute"),
            ("99999999999999999999d", "longer than a year"),
            ("0 0 31 2 *", "never comes"),
        ] {
            let error = Schedule::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}

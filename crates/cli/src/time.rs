//! Times and durations of the command line.

use spapi_core::DateTime;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// How times are given, for help and errors.
pub const FORMS: &str = "an ISO 8601 date, such as 2026-11-01 or 2026-11-01T09:30:00Z, or a time back from now, such \
                         as 45m, 12h, 30d or 3w";

/// A moment between 1970 and 9999: an ISO 8601 date, or a duration back from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    time: SystemTime,
    /// Whether it was given as a time back from now.
    is_relative: bool,
}

impl Moment {
    /// That long before now, in whole seconds.
    pub fn ago(duration: Duration) -> Option<Self> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok()?;
        let since_1970 = Duration::from_secs(now.checked_sub(duration)?.as_secs());
        Some(Self { time: SystemTime::UNIX_EPOCH + since_1970, is_relative: true })
    }

    /// Whether it was given as a time back from now, so that the same text means another time later.
    pub fn is_relative(self) -> bool {
        self.is_relative
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(duration) = duration(text) {
            return Self::ago(duration).ok_or_else(|| format!("{text} back from now lies before the year 1970"));
        }
        // Core reads the dates of reports too, which calls do not take.
        let date = DateTime::from(text);
        let time = date.to_system_time().ok().filter(|_| date.is_iso_8601()).ok_or_else(|| format!("give {FORMS}"))?;
        if time < SystemTime::UNIX_EPOCH {
            return Err("it lies before the year 1970".to_owned());
        }
        Ok(Self { time, is_relative: false })
    }
}

/// In UTC, as the API takes it.
impl From<Moment> for DateTime {
    fn from(moment: Moment) -> Self {
        moment.time.into()
    }
}

/// The time that a text such as `30d` means, as the API takes it; with `is_day`, its day alone. `None` if the text is not
/// a time back from now.
///
/// # Errors
/// When the time lies before the year 1970.
pub fn back_from_now(text: &str, is_day: bool) -> Result<Option<String>, String> {
    if duration(text).is_err() {
        return Ok(None);
    }
    let mut time = DateTime::from(text.parse::<Moment>()?).to_string();
    if is_day {
        time.truncate("2026-11-01".len());
    }
    Ok(Some(time))
}

/// A duration such as `90s`, `45m`, `12h`, `30d` or `2w`. A number that is too large becomes the longest duration.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "give a whole number and its unit (s, m, h, d or w), such as 90s, 5m or 30d".to_owned();
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86400,
        'w' => 7 * 86400,
        _ => return Err(wrong()),
    };
    let digits = &text[..text.len() - unit.len_utf8()];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let number = digits.parse::<u64>().unwrap_or(u64::MAX);
    Ok(Duration::from_secs(number.saturating_mul(seconds)))
}

/// A time to wait: a duration of 30 days at most.
pub fn wait(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(30 * 86400);
    match duration(text)? {
        wait if wait <= LONGEST => Ok(wait),
        _ => Err("give 30d at most".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_number_and_a_unit() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("12h"), Ok(Duration::from_secs(43_200)));
        assert_eq!(duration("2w"), duration("14d"));
        for wrong in ["", "d", "5", "-1d", "+1d", "1.5h", "5 d", "1y", "5é"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        assert_eq!(wait("30d"), duration("30d"));
        for long in ["721h", "99999999999999999999d", "999999999999999999w"] {
            assert!(wait(long).is_err() && duration(long).unwrap() > Duration::from_secs(30 * 86400), "{long}");
        }
    }

    #[test]
    fn a_time_back_from_now_is_written_as_the_api_takes_it() {
        let time = back_from_now("3w", false).unwrap().unwrap();
        assert!(DateTime::from(&*time).is_iso_8601() && time.ends_with('Z'), "{time}");
        assert_eq!(back_from_now("3w", true).unwrap().unwrap(), time[..10]);
        for other in ["2026-11-01", "yesterday", "", "7"] {
            assert_eq!(back_from_now(other, false), Ok(None), "{other}");
        }
        assert!(back_from_now("99999999999d", false).unwrap_err().contains("before the year 1970"));
    }

    #[test]
    fn a_moment_is_a_date_or_so_long_ago() {
        let at = |text: &str| DateTime::from(text.parse::<Moment>().unwrap());
        assert_eq!(at("2026-11-01").as_str(), "2026-11-01T00:00:00Z");
        assert_eq!(at("2026-11-01T09:30+09:00").as_str(), "2026-11-01T00:30:00Z");
        let before = Moment::ago(Duration::from_secs(3600)).unwrap();
        let hour_ago: Moment = "1h".parse().unwrap();
        assert!(before <= hour_ago && hour_ago <= Moment::ago(Duration::from_secs(3600)).unwrap());
        assert!(hour_ago.is_relative() && !"2026-11-01".parse::<Moment>().unwrap().is_relative());
        assert_eq!(at("1h").as_str().len(), "2026-11-01T00:00:00Z".len(), "whole seconds");
        for wrong in ["", "yesterday", "2026-13-01", "30", "-3d", "14.03.2026"] {
            assert!(wrong.parse::<Moment>().unwrap_err().contains("3w"), "{wrong}");
        }
        for early in ["99999999999d", "99999999999999999999999w", "1969-12-31T23:59:59Z", "0001-01-01"] {
            assert!(early.parse::<Moment>().unwrap_err().contains("before the year 1970"), "{early}");
        }
    }
}

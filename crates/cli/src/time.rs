//! Times and durations as they are given on the command line.

use spapi_core::DateTime;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// A moment: an ISO 8601 date, or a duration back from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub SystemTime);

impl Moment {
    /// So long before now.
    pub fn ago(duration: Duration) -> Option<Self> {
        SystemTime::now().checked_sub(duration).map(Self)
    }
}

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ago = duration(text).ok().and_then(Self::ago);
        let date = || DateTime::from(text).to_system_time().ok().map(Self);
        ago.or_else(date).ok_or_else(|| {
            "give an ISO 8601 date, such as 2026-11-01 or 2026-11-01T09:30:00Z, \
             or a time back from now, such as 30d, 12h or 45m"
                .to_owned()
        })
    }
}

/// In UTC, as the API takes it.
impl From<Moment> for DateTime {
    fn from(moment: Moment) -> Self {
        moment.0.into()
    }
}

/// A duration such as `90s`, `45m`, `12h`, `30d` or `2w`.
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
    let number = digits.parse::<u64>().map_err(|_| wrong())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
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
        for wrong in
            ["", "d", "5", "-1d", "+1d", "1.5h", "5 d", "1y", "5é", "99999999999999999999d", "999999999999999999w"]
        {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_moment_is_a_date_or_so_long_ago() {
        let at = |text: &str| DateTime::from(text.parse::<Moment>().unwrap());
        assert_eq!(at("2026-11-01").as_str(), "2026-11-01T00:00:00Z");
        assert_eq!(at("2026-11-01T09:30+09:00").as_str(), "2026-11-01T00:30:00Z");
        let before = Moment::ago(Duration::from_secs(3600)).unwrap();
        let hour_ago: Moment = "1h".parse().unwrap();
        assert!(before <= hour_ago && hour_ago <= Moment::ago(Duration::from_secs(3600)).unwrap());
        for wrong in ["", "yesterday", "2026-13-01", "999999999999999w", "30"] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
    }
}

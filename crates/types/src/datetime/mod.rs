//! Dates and times as Amazon sends them: kept as text, parsed on demand.

mod convert;
mod read;

use crate::Marketplace;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::time::{Duration, SystemTime};

/// A date or time, kept exactly as it was received or given.
///
/// Amazon sends dates in several forms, and not all of them can be parsed. So the type keeps the text and encodes it
/// unchanged. [`to_system_time`](Self::to_system_time) and, with the features `chrono`, `jiff` and `time`, the
/// conversions to the types of those crates parse it. They parse these forms:
///
/// | form | example |
/// | --- | --- |
/// | ISO 8601, to the second, fraction or minute | `2024-01-01T09:30:00.123Z`, `2018-05-01T00:00-07:00` |
/// | the same with a space, or with an offset without colon | `2024-01-01 09:30:00+0000` |
/// | without a zone: UTC | `2024-01-01T09:30:00` |
/// | a date: its first moment in UTC | `2025-01-12` |
/// | the form of HTTP headers | `Mon, 28 Oct 2019 18:49:32 GMT` |
/// | the form of Unix and Java programs | `Mon Oct 28 18:49:32 UTC 2019` |
/// | with points, day first | `15.11.2026 05:01:27 UTC`, `14.03.2023`, `14.3.23` |
/// | with slashes, year first | `2026/07/03 12:34:56 JST` |
/// | with slashes or hyphens, where only one order of day and month is possible | `07/31/2026`, `31/07/2016`, `08/07/2016 10:12:40 MEST` |
/// | with the month's name, in English, German, French, Italian or Spanish | `02-Sep-2026`, `1 mars 2023`, `Jun 8, 2025 10:23:05 PM PDT` |
///
/// Of the names of time zones, they parse those that Amazon writes and that mean one zone: UTC, GMT, PST, PDT, CET,
/// CEST, MET, MEST and JST. A date that could be two days, such as `08/07/2016` or `8/7/16`, and a name such as BST or
/// IST are errors.
///
/// Null decodes as the empty text, which is also the default. Two values are equal if their texts are.
///
/// ```
/// use spapi_types::DateTime;
/// use std::time::{Duration, SystemTime};
///
/// let minute = DateTime::from("1970-01-01T00:01Z");
/// assert_eq!(minute.as_str(), "1970-01-01T00:01Z");
/// assert_eq!(minute.to_system_time()?, SystemTime::UNIX_EPOCH + Duration::from_secs(60));
/// assert!(DateTime::from("some day").to_system_time().is_err());
/// # Ok::<(), spapi_types::datetime::DateTimeError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct DateTime(String);

/// Which part of a date such as `08/07/2016` or `8/7/16` comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DateOrder {
    /// The day, then the month.
    DayFirst,
    /// The month, then the day.
    MonthFirst,
    /// The year, then the month.
    YearFirst,
}

/// What is known of the dates of a document, for dates that could be two days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateHabits {
    /// Which part comes first.
    pub order: Option<DateOrder>,
    /// Whose time a zone with several meanings is, such as IST.
    pub marketplace: Option<Marketplace>,
}

impl DateTime {
    /// Reads a text in one of the forms listed above and keeps it in ISO 8601: a date as `2016-07-08`, a time as
    /// `2016-07-08T10:12:40+01:00`. The offset stays. A text without a zone stays without one.
    ///
    /// `habits` decide between the meanings of a date that could be two days, of a year of two digits and of the zones
    /// BST, CST and IST.
    ///
    /// # Errors
    /// When the text has none of the forms, or could still mean two moments.
    ///
    /// ```
    /// use spapi_types::datetime::{DateHabits, DateOrder, DateTime};
    /// use spapi_types::Marketplace;
    ///
    /// let habits = DateHabits { order: Some(DateOrder::DayFirst), marketplace: Some(Marketplace::GB) };
    /// let opened = DateTime::from_document("08/07/2016 10:12:40 BST", habits)?;
    /// assert_eq!(opened.as_str(), "2016-07-08T10:12:40+01:00");
    /// # Ok::<(), spapi_types::datetime::DateTimeError>(())
    /// ```
    pub fn from_document(text: &str, habits: DateHabits) -> Result<Self, DateTimeError> {
        read::iso_8601(text, habits).map(Self).map_err(DateTimeError)
    }

    /// The name of the newtype struct as which the type is decoded with the feature `markers`, so that a deserializer
    /// recognizes it.
    pub const MARKER: &'static str = "spapi_types::DateTime";

    /// The text as received or given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the text is empty, as it is when an answer lacks the value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the text is a date or time of ISO 8601, the only forms that operations accept.
    pub fn is_iso_8601(&self) -> bool {
        read::is_iso_8601(&self.0)
    }

    /// The moment of the text. Without a zone it means UTC, without a time the first moment of the day.
    ///
    /// # Errors
    /// When the text has none of the forms listed above, names a day or time that does not exist, or means a moment
    /// that this system cannot represent.
    pub fn to_system_time(&self) -> Result<SystemTime, DateTimeError> {
        let moment = self.read()?;
        let seconds = Duration::from_secs(moment.seconds.unsigned_abs());
        let whole = if moment.seconds < 0 {
            SystemTime::UNIX_EPOCH.checked_sub(seconds)
        } else {
            SystemTime::UNIX_EPOCH.checked_add(seconds)
        };
        let moment = whole.and_then(|whole| whole.checked_add(Duration::from_nanos(u64::from(moment.nanos))));
        moment.ok_or(DateTimeError("the moment is out of this system's range"))
    }

    fn read(&self) -> Result<read::Moment, DateTimeError> {
        read::moment(&self.0).map_err(DateTimeError)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for DateTime {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for DateTime {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for DateTime {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// In UTC, to the millisecond: `2024-01-01T09:30:00Z`, `2024-01-01T09:30:00.123Z`. Smaller fractions are dropped.
impl From<SystemTime> for DateTime {
    fn from(time: SystemTime) -> Self {
        let (seconds, nanos) = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => (i128::from(after.as_secs()), after.subsec_nanos()),
            Err(error) => {
                let before = error.duration();
                match before.subsec_nanos() {
                    0 => (-i128::from(before.as_secs()), 0),
                    nanos => (-i128::from(before.as_secs()) - 1, 1_000_000_000 - nanos),
                }
            }
        };
        Self(read::to_text(seconds, nanos / 1_000_000))
    }
}

impl TryFrom<&DateTime> for SystemTime {
    type Error = DateTimeError;

    fn try_from(time: &DateTime) -> Result<Self, DateTimeError> {
        time.to_system_time()
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::open_enum::text(deserializer, Self::MARKER).map(|text| Self(text.into_owned()))
    }
}

/// Why a text is not a date or time. It does not repeat the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateTimeError(&'static str);

impl fmt::Display for DateTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a date or time that can be read: {}", self.0)
    }
}

impl std::error::Error for DateTimeError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_kept_and_null_is_empty() {
        for json in ["\"2024-01-01T00:00Z\"", "\"2025-01-12\"", "\"nonsense\"", "\"\""] {
            let time: DateTime = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&time).unwrap(), json);
        }
        let empty: DateTime = serde_json::from_str("null").unwrap();
        assert_eq!(empty, DateTime::default());
        assert!(empty.is_empty());
        assert!(empty.to_system_time().is_err());
        assert_eq!(serde_json::from_str::<DateTime>("1572288572").unwrap().as_str(), "1572288572");
        assert!(serde_json::from_str::<DateTime>("{}").is_err());
    }

    #[test]
    fn a_system_time_is_restored_to_the_millisecond() {
        for (time, text) in [
            (SystemTime::UNIX_EPOCH, "1970-01-01T00:00:00Z"),
            (SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_120), "2023-11-14T22:13:20.120Z"),
            (SystemTime::UNIX_EPOCH - Duration::from_millis(1), "1969-12-31T23:59:59.999Z"),
            (SystemTime::UNIX_EPOCH - Duration::from_secs(86_400), "1969-12-31T00:00:00Z"),
            (SystemTime::UNIX_EPOCH + Duration::from_secs(951_782_400), "2000-02-29T00:00:00Z"),
        ] {
            let written = DateTime::from(time);
            assert_eq!(written.as_str(), text);
            assert_eq!(SystemTime::try_from(&written).unwrap(), time);
        }
        let fine = DateTime::from(SystemTime::UNIX_EPOCH + Duration::from_nanos(1_999_999));
        assert_eq!(fine.as_str(), "1970-01-01T00:00:00.001Z");
    }

    #[test]
    fn only_some_forms_are_iso_8601() {
        for (text, is_iso) in [
            ("2024-01-31", true),
            ("2024-01-31T09:30Z", true),
            ("2024-01-31T09:30:00.000+09:00", true),
            ("2024-01-31T09:30", true),
            ("14.03.2023", false),
            ("2013-01-07 07:35:42 PST", false),
            ("Mon, 28 Oct 2019 18:49:32 GMT", false),
            ("2024-02-30", false),
            ("soon", false),
            ("", false),
        ] {
            assert_eq!(DateTime::from(text).is_iso_8601(), is_iso, "{text}");
        }
    }

    #[test]
    fn the_error_does_not_repeat_the_text() {
        let error = DateTime::from("Mary Miller").to_system_time().unwrap_err();
        assert!(!error.to_string().contains("Mary"), "{error}");
    }
}

//! Conversions to and from the date types of other crates, each behind a feature of its name.

#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
use super::{DateTime, DateTimeError};

#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
const OUT_OF_RANGE: DateTimeError = DateTimeError("the moment is out of the range of the type it is converted to");

#[cfg(feature = "chrono")]
mod chrono {
    use super::{DateTime, DateTimeError, OUT_OF_RANGE};
    use ::chrono::{SecondsFormat, TimeZone, Utc};

    impl TryFrom<&DateTime> for ::chrono::DateTime<Utc> {
        type Error = DateTimeError;

        fn try_from(time: &DateTime) -> Result<Self, DateTimeError> {
            let moment = time.read()?;
            Utc.timestamp_opt(moment.seconds, moment.nanos).single().ok_or(OUT_OF_RANGE)
        }
    }

    /// With the offset of its zone and as many digits of the fraction as it has.
    impl<Tz: TimeZone> From<::chrono::DateTime<Tz>> for DateTime {
        fn from(time: ::chrono::DateTime<Tz>) -> Self {
            Self(time.fixed_offset().to_rfc3339_opts(SecondsFormat::AutoSi, true))
        }
    }
}

#[cfg(feature = "jiff")]
mod jiff {
    use super::{DateTime, DateTimeError, OUT_OF_RANGE};
    use ::jiff::{Timestamp, Zoned};

    impl TryFrom<&DateTime> for Timestamp {
        type Error = DateTimeError;

        fn try_from(time: &DateTime) -> Result<Self, DateTimeError> {
            let moment = time.read()?;
            let nanos = i128::from(moment.seconds) * 1_000_000_000 + i128::from(moment.nanos);
            Timestamp::from_nanosecond(nanos).map_err(|_| OUT_OF_RANGE)
        }
    }

    /// In UTC, with as many digits of the fraction as it has.
    impl From<Timestamp> for DateTime {
        fn from(time: Timestamp) -> Self {
            Self(time.to_string())
        }
    }

    /// With the offset of its zone, and without the zone's name.
    impl From<Zoned> for DateTime {
        fn from(time: Zoned) -> Self {
            Self(time.timestamp().display_with_offset(time.offset()).to_string())
        }
    }
}

#[cfg(feature = "time")]
mod time {
    use super::{DateTime, DateTimeError, OUT_OF_RANGE};
    use ::time::{OffsetDateTime, UtcDateTime};

    impl TryFrom<&DateTime> for OffsetDateTime {
        type Error = DateTimeError;

        fn try_from(time: &DateTime) -> Result<Self, DateTimeError> {
            let moment = time.read()?;
            let nanos = i128::from(moment.seconds) * 1_000_000_000 + i128::from(moment.nanos);
            OffsetDateTime::from_unix_timestamp_nanos(nanos).map_err(|_| OUT_OF_RANGE)
        }
    }

    impl TryFrom<&DateTime> for UtcDateTime {
        type Error = DateTimeError;

        fn try_from(time: &DateTime) -> Result<Self, DateTimeError> {
            OffsetDateTime::try_from(time).map(OffsetDateTime::to_utc)
        }
    }

    /// In UTC, to the millisecond.
    impl From<OffsetDateTime> for DateTime {
        fn from(time: OffsetDateTime) -> Self {
            Self(super::super::read::to_text(time.unix_timestamp().into(), time.to_utc().millisecond().into()))
        }
    }

    /// To the millisecond.
    impl From<UtcDateTime> for DateTime {
        fn from(time: UtcDateTime) -> Self {
            Self(super::super::read::to_text(time.unix_timestamp().into(), time.millisecond().into()))
        }
    }
}

#[cfg(all(test, feature = "chrono", feature = "jiff", feature = "time"))]
mod tests {
    use crate::DateTime;

    #[test]
    fn each_crate_reads_and_writes_the_same_moment() {
        let text = DateTime::from("2019-10-29T03:49:32.250+09:00");
        let chrono = ::chrono::DateTime::<::chrono::Utc>::try_from(&text).unwrap();
        let jiff = ::jiff::Timestamp::try_from(&text).unwrap();
        let time = ::time::OffsetDateTime::try_from(&text).unwrap();
        let utc = ::time::UtcDateTime::try_from(&text).unwrap();
        assert_eq!(chrono.timestamp_millis(), 1_572_288_572_250);
        for (written, expected) in [
            (DateTime::from(chrono), "2019-10-28T18:49:32.250Z"),
            (DateTime::from(jiff), "2019-10-28T18:49:32.25Z"),
            (DateTime::from(time), "2019-10-28T18:49:32.250Z"),
            (DateTime::from(utc), "2019-10-28T18:49:32.250Z"),
            (
                DateTime::from(chrono.with_timezone(&::chrono::FixedOffset::east_opt(32_400).unwrap())),
                "2019-10-29T03:49:32.250+09:00",
            ),
            (
                DateTime::from(jiff.to_zoned(::jiff::tz::TimeZone::fixed(::jiff::tz::offset(9)))),
                "2019-10-29T03:49:32.25+09:00",
            ),
        ] {
            assert_eq!(written.as_str(), expected);
            assert_eq!(written.to_system_time(), text.to_system_time());
        }
        for nonsense in ["", "never", "2024-02-30"] {
            let text = DateTime::from(nonsense);
            assert!(::chrono::DateTime::<::chrono::Utc>::try_from(&text).is_err());
            assert!(::jiff::Timestamp::try_from(&text).is_err());
            assert!(::time::OffsetDateTime::try_from(&text).is_err());
        }
    }
}

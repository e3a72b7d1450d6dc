//! Reads and writes moments in the proleptic Gregorian calendar.

/// A moment, as seconds and nanoseconds since 1970-01-01T00:00:00Z. The nanoseconds count forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub seconds: i64,
    pub nanos: u32,
}

type Parsed<T> = Result<T, &'static str>;

const FORMS: &str = "expected a form such as 2024-01-31, 2024-01-31T09:30Z or 2024-01-31T09:30:00.000+09:00";
const NO_SUCH_DAY: &str = "there is no such day";
const NO_SUCH_TIME: &str = "there is no such time of day";

/// Reads a moment in any form that Amazon has been seen to use.
pub(super) fn moment(text: &str) -> Parsed<Moment> {
    let text = text.trim();
    if text.is_empty() {
        return Err("the text is empty");
    }
    let mut reader = Reader { rest: text };
    let moment = if text.starts_with(|first: char| first.is_ascii_digit()) { reader.iso()? } else { reader.named()? };
    if reader.rest.is_empty() { Ok(moment) } else { Err(FORMS) }
}

/// Writes seconds since 1970 with milliseconds, which are left out where they are none.
pub(super) fn to_text(seconds: i128, millis: u32) -> String {
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

struct Reader<'text> {
    rest: &'text str,
}

impl Reader<'_> {
    /// `2024-01-31`, `2024-01-31T09:30`, with seconds, a fraction and a zone or without.
    fn iso(&mut self) -> Parsed<Moment> {
        let year = self.number(4)?;
        self.expect('-')?;
        let month = self.number(2)?;
        self.expect('-')?;
        let days = days(year, month, self.number(2)?)?;
        if self.rest.is_empty() {
            return Ok(at(days, Clock::MIDNIGHT, 0));
        }
        if !(self.eat('T') || self.eat('t') || self.eat(' ')) {
            return Err(FORMS);
        }
        let clock = self.clock()?;
        let offset = self.offset()?;
        Ok(at(days, clock, offset))
    }

    /// `Mon, 28 Oct 2019 18:49:32 GMT` and `Mon Oct 28 18:49:32 UTC 2019`.
    fn named(&mut self) -> Parsed<Moment> {
        let weekday = self.word();
        if !WEEKDAYS.iter().any(|name| name.eq_ignore_ascii_case(weekday)) {
            return Err(FORMS);
        }
        let comma = self.eat(',');
        self.expect(' ')?;
        if comma {
            let day = self.day()?;
            self.expect(' ')?;
            let month = self.month()?;
            self.expect(' ')?;
            let days = days(self.number(4)?, month, day)?;
            self.expect(' ')?;
            let clock = self.clock()?;
            Ok(at(days, clock, self.offset()?))
        } else {
            let month = self.month()?;
            self.expect(' ')?;
            let day = self.day()?;
            self.expect(' ')?;
            let clock = self.clock()?;
            self.expect(' ')?;
            // A plain Unix date has no zone before the year.
            let zone = self.word();
            if !zone.is_empty() {
                if !is_utc(zone) {
                    return Err("the name of its time zone is not known");
                }
                self.expect(' ')?;
            }
            let days = days(self.number(4)?, month, day)?;
            Ok(at(days, clock, 0))
        }
    }

    /// `09:30`, `09:30:00`, `09:30:00.123`. Midnight at a day's end is `24:00`, a leap second `:60`.
    fn clock(&mut self) -> Parsed<Clock> {
        let hour = self.number(2)?;
        self.expect(':')?;
        let minute = self.number(2)?;
        let (mut second, mut nanos) = (0, 0);
        if self.eat(':') {
            second = self.number(2)?;
            if self.eat('.') || self.eat(',') {
                nanos = self.fraction()?;
            }
        }
        let end_of_day = hour == 24 && (minute, second, nanos) == (0, 0, 0);
        if (hour > 23 && !end_of_day) || minute > 59 || second > 60 {
            return Err(NO_SUCH_TIME);
        }
        Ok(Clock { second: hour * 3600 + minute * 60 + second, nanos })
    }

    /// Digits after the point, to the nanosecond; what is finer is cut off.
    fn fraction(&mut self) -> Parsed<u32> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (taken, rest) = self.rest.split_at(digits);
        if digits == 0 {
            return Err(FORMS);
        }
        self.rest = rest;
        let padded = taken.bytes().chain(std::iter::repeat(b'0')).take(9);
        Ok(padded.fold(0, |nanos, digit| nanos * 10 + u32::from(digit - b'0')))
    }

    /// `Z`, `UTC`, `+09:00`, `+0900`, `+09`, or nothing, which means UTC. In seconds to the east.
    fn offset(&mut self) -> Parsed<i64> {
        let spaced = self.eat(' ');
        if self.rest.is_empty() {
            return if spaced { Err(FORMS) } else { Ok(0) };
        }
        let sign = if self.eat('+') {
            1
        } else if self.eat('-') {
            -1
        } else if is_utc(self.word()) {
            return Ok(0);
        } else {
            return Err("the name of its time zone is not known");
        };
        let hours = self.number(2)?;
        let minutes = if self.eat(':') || !self.rest.is_empty() { self.number(2)? } else { 0 };
        if hours > 23 || minutes > 59 {
            return Err("there is no such offset from UTC");
        }
        Ok(sign * (hours * 3600 + minutes * 60))
    }

    /// Exactly so many digits.
    fn number(&mut self, digits: usize) -> Parsed<i64> {
        let (taken, rest) = self.rest.split_at_checked(digits).ok_or(FORMS)?;
        if !taken.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FORMS);
        }
        self.rest = rest;
        taken.parse().map_err(|_| FORMS)
    }

    /// One or two digits; a Unix date pads with a space.
    fn day(&mut self) -> Parsed<i64> {
        self.eat(' ');
        let two = self.rest.bytes().take(2).all(|byte| byte.is_ascii_digit());
        self.number(if two { 2 } else { 1 })
    }

    fn month(&mut self) -> Parsed<i64> {
        let word = self.word();
        (1..).zip(MONTHS).find(|(_, name)| name.eq_ignore_ascii_case(word)).map(|(month, _)| month).ok_or(FORMS)
    }

    fn word(&mut self) -> &str {
        let end = self.rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn expect(&mut self, character: char) -> Parsed<()> {
        if self.eat(character) { Ok(()) } else { Err(FORMS) }
    }

    fn eat(&mut self, character: char) -> bool {
        match self.rest.strip_prefix(character) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

/// A time of day.
#[derive(Clone, Copy)]
struct Clock {
    second: i64,
    nanos: u32,
}

impl Clock {
    const MIDNIGHT: Self = Self { second: 0, nanos: 0 };
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn is_utc(zone: &str) -> bool {
    ["Z", "UTC", "GMT"].iter().any(|name| name.eq_ignore_ascii_case(zone))
}

fn at(days: i64, clock: Clock, offset: i64) -> Moment {
    Moment { seconds: days * 86_400 + clock.second - offset, nanos: clock.nanos }
}

/// Days from 1970-01-01 to a day, if it exists.
fn days(year: i64, month: i64, day: i64) -> Parsed<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Err(NO_SUCH_DAY),
    };
    if day < 1 || day > length {
        return Err(NO_SUCH_DAY);
    }
    // Years from March, so that the leap day is the last of its year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    Ok(year * 365 + leap_days + day_of_year - DAYS_TO_1970)
}

/// From the first of March of year 0 to the first of January 1970.
const DAYS_TO_1970: i64 = 719_468;

/// The year, month and day that stand so many days from 1970-01-01.
fn civil(days: i128) -> (i128, i128, i128) {
    let days = days + i128::from(DAYS_TO_1970);
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year_of_era + next_year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> i64 {
        moment(text).unwrap_or_else(|error| panic!("{text}: {error}")).seconds
    }

    #[test]
    fn every_form_amazon_uses() {
        let second = 1_572_288_572;
        for text in [
            "2019-10-28T18:49:32Z",
            "2019-10-28t18:49:32z",
            "2019-10-28T18:49:32",
            "2019-10-28 18:49:32",
            "2019-10-28 18:49:32Z",
            "2019-10-28 18:49:32 UTC",
            "2019-10-28T18:49:32+00:00",
            "2019-10-28T18:49:32+0000",
            "2019-10-28T18:49:32-00:00",
            "2019-10-29T03:49:32+09:00",
            "2019-10-29T03:49:32 +0900",
            "2019-10-29T03:49:32+09",
            "2019-10-28T11:49:32-07:00",
            "2019-10-29T00:19:32+05:30",
            "Mon Oct 28 18:49:32 UTC 2019",
            "Mon Oct 28 18:49:32 GMT 2019",
            "Mon Oct 28 18:49:32 2019",
            "Mon, 28 Oct 2019 18:49:32 GMT",
            "Mon, 28 Oct 2019 18:49:32 +0000",
            "Mon, 28 Oct 2019 14:49:32 -0400",
            "  2019-10-28T18:49:32Z  ",
        ] {
            assert_eq!(moment(text), Ok(Moment { seconds: second, nanos: 0 }), "{text}");
        }
        assert_eq!(seconds("2024-01-01T00:00Z"), 1_704_067_200);
        assert_eq!(seconds("2024-01-01"), 1_704_067_200);
        assert_eq!(seconds("2025-01-12"), 1_736_640_000);
        assert_eq!(seconds("2018-05-01T00:00-07:00"), 1_525_158_000);
        assert_eq!(seconds("Fri Mar  1 00:00:00 UTC 2024"), 1_709_251_200);
        assert_eq!(seconds("Fri, 1 Mar 2024 00:00:00 GMT"), 1_709_251_200);
        assert_eq!(seconds("1969-12-31T23:59:59Z"), -1);
        assert_eq!(seconds("0000-01-01"), -62_167_219_200);
        assert_eq!(seconds("2016-12-31T23:59:60Z"), seconds("2017-01-01"));
        assert_eq!(seconds("2016-12-31T24:00:00Z"), seconds("2017-01-01"));
    }

    #[test]
    fn fractions_are_read_to_the_nanosecond() {
        for (text, nanos) in [
            ("2019-10-28T18:49:32.1Z", 100_000_000),
            ("2019-10-28T18:49:32,123Z", 123_000_000),
            ("2019-10-28T18:49:32.000000001+00:00", 1),
            ("2019-10-28T18:49:32.9999999999999", 999_999_999),
        ] {
            assert_eq!(moment(text), Ok(Moment { seconds: 1_572_288_572, nanos }), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            " ",
            "x",
            "2024",
            "2024-1-1",
            "2024-01",
            "2024-13-01",
            "2024-00-01",
            "2024-01-00",
            "2023-02-29",
            "1900-02-29",
            "2024-04-31",
            "2024-01-01T",
            "2024-01-01T1",
            "2024-01-01T10",
            "2024-01-01T25:00Z",
            "2024-01-01T24:00:01Z",
            "2024-01-01T10:60Z",
            "2024-01-01T10:00:61Z",
            "2024-01-01T10:00:00.Z",
            "2024-01-01T10:00:00ZZ",
            "2024-01-01T10:00:00+24:00",
            "2024-01-01T10:00:00+1",
            "2024-01-01T10:00 PST",
            "2024-01-01Z",
            "20240101",
            "1/2/2024",
            "Mon Oct 28",
            "Mon Oct 28 18:49:32 CST 2019",
            "Xyz Oct 28 18:49:32 UTC 2019",
            "Mon Foo 28 18:49:32 UTC 2019",
            "Mon, 28 Oct 2019",
            "２０２４-01-01",
            "2024-01-0é",
            "é",
            "2024-01-01T10:00:00+é0",
            "-2024-01-01",
            "+002024-01-01",
            "2024-01-01T10:00:00 ",
        ] {
            if text == "2024-01-01T10:00:00 " {
                assert!(moment(text).is_ok(), "spaces around a date do no harm");
            } else {
                assert!(moment(text).is_err(), "{text}");
            }
        }
    }

    /// Every day of 800 years and odd times in every zone, against a library that is known to be right.
    #[test]
    fn agrees_with_jiff() {
        use jiff::{Timestamp, civil};
        let mut date = civil::date(1600, 1, 1);
        let mut number = -135_140_i64;
        while date.year() < 2400 {
            assert_eq!(days(date.year().into(), date.month().into(), date.day().into()), Ok(number), "{date}");
            let written = super::civil(number.into());
            assert_eq!(written, (date.year().into(), date.month().into(), date.day().into()));
            date = date.tomorrow().unwrap();
            number += 1;
        }
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let timestamp =
                Timestamp::from_nanosecond(random.i128(-60_000_000_000_000_000_000..=250_000_000_000_000_000_000))
                    .unwrap();
            let offset = jiff::tz::Offset::from_seconds(random.i32(-23 * 60..=23 * 60) * 60).unwrap();
            let expected = (timestamp.as_second(), timestamp.subsec_nanosecond());
            for text in [timestamp.to_string(), timestamp.display_with_offset(offset).to_string()] {
                let read = moment(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
                let total = |seconds: i64, nanos: i64| i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
                assert_eq!(total(read.seconds, read.nanos.into()), total(expected.0, expected.1.into()), "{text}");
            }
            let back = to_text(timestamp.as_second().into(), 0);
            assert_eq!(back.parse::<Timestamp>().unwrap().as_second(), timestamp.as_second(), "{back}");
        }
    }
}

//! Reads and writes moments in the proleptic Gregorian calendar.

use super::{DateHabits, DateOrder};
use crate::Marketplace;

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
const DAY_OR_MONTH: &str = "its day and month could be each other";
const SHORT_YEAR: &str = "its year has two digits, so that day, month and year could be each other";
const UNKNOWN_ZONE: &str = "the name of its time zone is not known";
const AMBIGUOUS_ZONE: &str = "the name of its time zone has more than one meaning";

/// Parses a moment in any form that Amazon is known to use.
pub(super) fn moment(text: &str) -> Parsed<Moment> {
    read(text, DateHabits::default()).map(Reading::moment)
}

/// The text in ISO 8601, with what it says of time and zone and no more.
pub(super) fn iso_8601(text: &str, habits: DateHabits) -> Parsed<String> {
    read(text, habits).map(Reading::to_iso_8601)
}

fn read(text: &str, habits: DateHabits) -> Parsed<Reading> {
    let text = text.trim();
    if text.is_empty() {
        return Err("the text is empty");
    }
    let mut reader = Reader { rest: text, habits };
    let reading = match text.find(|character: char| !character.is_ascii_digit()) {
        Some(0) if WEEKDAYS.iter().any(|name| text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(name))) => {
            reader.named()?
        }
        None => return Err(FORMS),
        Some(4) if !text[4..].starts_with(['/', '.']) => reader.iso()?,
        _ => reader.local()?,
    };
    if reader.rest.is_empty() { Ok(reading) } else { Err(FORMS) }
}

/// Whether a text is a moment in a form of ISO 8601.
pub(super) fn is_iso_8601(text: &str) -> bool {
    let mut reader = Reader { rest: text, habits: DateHabits::default() };
    let is_zone_name = text.ends_with(|last: char| last.is_ascii_alphabetic() && !last.eq_ignore_ascii_case(&'Z'));
    reader.iso().is_ok() && reader.rest.is_empty() && !is_zone_name
}

/// Writes seconds since 1970, with milliseconds unless they are zero.
pub(super) fn to_text(seconds: i128, millis: u32) -> String {
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// What a text says: a day, and a time and an offset if it has them.
#[derive(Clone, Copy)]
struct Reading {
    days: i64,
    clock: Option<Clock>,
    /// In seconds to the east.
    offset: Option<i64>,
}

impl Reading {
    fn moment(self) -> Moment {
        let clock = self.clock.unwrap_or(Clock { second: 0, nanos: 0 });
        let seconds = self.days * 86_400 + clock.second - self.offset.unwrap_or_default();
        Moment { seconds, nanos: clock.nanos }
    }

    fn to_iso_8601(self) -> String {
        // Midnight at a day's end and a leap second are moments of the next day.
        let seconds = i128::from(self.days) * 86_400 + self.clock.map_or(0, |clock| i128::from(clock.second));
        let (year, month, day) = civil(seconds.div_euclid(86_400));
        let mut text = format!("{year:04}-{month:02}-{day:02}");
        let Some(clock) = self.clock else { return text };
        let second = seconds.rem_euclid(86_400);
        text.push_str(&format!("T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60));
        if clock.nanos > 0 {
            text.push_str(format!(".{:09}", clock.nanos).trim_end_matches('0'));
        }
        match self.offset {
            None => {}
            Some(0) => text.push('Z'),
            Some(offset) => {
                let sign = if offset < 0 { '-' } else { '+' };
                let minutes = offset.abs() / 60;
                text.push_str(&format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60));
            }
        }
        text
    }
}

struct Reader<'text> {
    rest: &'text str,
    habits: DateHabits,
}

impl Reader<'_> {
    /// `2024-01-31`, `2024-01-31T09:30`, with seconds, a fraction and a zone or without.
    fn iso(&mut self) -> Parsed<Reading> {
        let year = self.number(4)?;
        self.expect('-')?;
        let month = self.number(2)?;
        self.expect('-')?;
        let days = days(year, month, self.number(2)?)?;
        if self.rest.is_empty() {
            return Ok(Reading { days, clock: None, offset: None });
        }
        if !(self.eat('T') || self.eat('t') || self.eat(' ')) {
            return Err(FORMS);
        }
        let clock = self.clock()?;
        Ok(Reading { days, clock: Some(clock), offset: self.offset()? })
    }

    /// The forms of the marketplaces: `2026/07/03 12:34:56 JST`, `15.11.2026 05:01:27 UTC`, `31/07/2016`,
    /// `02-Sep-2026`, `1 mars 2023`, `Jun 8, 2025 10:23:05 PM PDT`.
    fn local(&mut self) -> Parsed<Reading> {
        let date = self.local_date()?;
        let (clock, offset, zone) = match self.rest {
            "" => (None, None, ""),
            _ => {
                self.eat(',');
                self.expect(' ')?;
                let clock = self.local_clock()?;
                let zone = self.rest.trim_start();
                (Some(clock), self.offset()?, zone)
            }
        };
        let (month, day) = match date.order {
            Order::Known => (date.second, date.first),
            // Lists of continental Europe begin with the day, and only they have these names.
            Order::DayOrMonth if CENTRAL_EUROPE.iter().any(|name| name.eq_ignore_ascii_case(zone)) => {
                (date.second, date.first)
            }
            Order::DayOrMonth if date.first > 12 || date.first == date.second => (date.second, date.first),
            Order::DayOrMonth if date.second > 12 => (date.first, date.second),
            Order::DayOrMonth => match self.habits.order {
                Some(DateOrder::DayFirst) => (date.second, date.first),
                Some(DateOrder::MonthFirst) => (date.first, date.second),
                Some(DateOrder::YearFirst) | None => return Err(DAY_OR_MONTH),
            },
        };
        Ok(Reading { days: days(date.year, month, day)?, clock, offset })
    }

    fn local_date(&mut self) -> Parsed<LocalDate> {
        if !self.rest.starts_with(|first: char| first.is_ascii_digit()) {
            let month = self.month_word()?;
            self.expect(' ')?;
            let (day, _) = self.digits()?;
            self.eat(',');
            self.expect(' ')?;
            return Ok(LocalDate { year: self.year()?, first: day, second: month, order: Order::Known });
        }
        let (first, length) = self.digits()?;
        let separator = self.rest.chars().next().ok_or(FORMS)?;
        let (after_point, rest) = match self.rest.strip_prefix(". ") {
            Some(rest) => (true, rest),
            None => (false, &self.rest[separator.len_utf8()..]),
        };
        if rest.starts_with(|next: char| next.is_alphabetic()) && (after_point || matches!(separator, ' ' | '-')) {
            self.rest = rest;
            let month = self.month_word()?;
            self.expect(if separator == '-' { '-' } else { ' ' })?;
            return Ok(LocalDate { year: self.year()?, first, second: month, order: Order::Known });
        }
        if !matches!(separator, '.' | '/' | '-') {
            return Err(FORMS);
        }
        self.expect(separator)?;
        let (second, _) = self.digits()?;
        self.expect(separator)?;
        if length == 4 {
            let (day, _) = self.digits()?;
            return Ok(LocalDate { year: first, first: day, second, order: Order::Known });
        }
        if separator == '.' {
            // Dates with points begin with the day, also those whose year has two digits.
            let year = match self.digits()? {
                (year, 4) => year,
                (year, 2) => 2000 + year,
                _ => return Err(FORMS),
            };
            return Ok(LocalDate { year, first, second, order: Order::Known });
        }
        let (third, length) = self.digits()?;
        match (self.habits.order, length) {
            (_, 4) => Ok(LocalDate { year: third, first, second, order: Order::DayOrMonth }),
            (Some(DateOrder::YearFirst), _) => {
                Ok(LocalDate { year: 2000 + first, first: third, second, order: Order::Known })
            }
            (Some(_), 2) => Ok(LocalDate { year: 2000 + third, first, second, order: Order::DayOrMonth }),
            _ => Err(SHORT_YEAR),
        }
    }

    /// `09:30`, `9:30:05`, `10:23:05 PM`, `10:23 p.m.`.
    fn local_clock(&mut self) -> Parsed<Clock> {
        if self.rest.as_bytes().get(1) == Some(&b':') {
            // A single digit, as the reading of the clock does not know it.
            let (hour, rest) = self.rest.split_at(1);
            let padded = format!("0{hour}{rest}");
            let mut reader = Reader { rest: &padded, habits: self.habits };
            let clock = reader.clock()?;
            let left = reader.rest.len();
            self.rest = &self.rest[self.rest.len() - left..];
            return self.half_of_day(clock);
        }
        let clock = self.clock()?;
        self.half_of_day(clock)
    }

    /// Applies `AM` or `PM` after a time.
    fn half_of_day(&mut self, clock: Clock) -> Parsed<Clock> {
        let rest = self.rest.trim_start_matches([' ', '\u{a0}', '\u{202f}']);
        let is =
            |name: &&(&str, bool)| rest.get(..name.0.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.0));
        let Some((name, afternoon)) = HALVES.iter().find(is) else { return Ok(clock) };
        let rest = &rest[name.len()..];
        if !(rest.is_empty() || rest.starts_with(' ')) {
            return Ok(clock);
        }
        self.rest = rest;
        let hour = clock.second / 3600;
        if !(1..=12).contains(&hour) {
            return Err(NO_SUCH_TIME);
        }
        let hours = hour % 12 + if *afternoon { 12 } else { 0 };
        Ok(Clock { second: clock.second % 3600 + hours * 3600, ..clock })
    }

    /// Some digits, up to four, and how many.
    fn digits(&mut self) -> Parsed<(i64, usize)> {
        let length = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if matches!(length, 1 | 2 | 4) { Ok((self.number(length)?, length)) } else { Err(FORMS) }
    }

    /// A year of four digits.
    fn year(&mut self) -> Parsed<i64> {
        match self.digits()? {
            (year, 4) => Ok(year),
            _ => Err(SHORT_YEAR),
        }
    }

    /// The name of a month in one of the languages of [`MONTH_NAMES`], or its beginning with a point or without.
    fn month_word(&mut self) -> Parsed<i64> {
        let end = self.rest.find(|letter: char| !letter.is_alphabetic()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.strip_prefix('.').unwrap_or(rest);
        let word = word.to_lowercase();
        let is_month = |names: &[&str]| word.chars().count() >= 3 && names.iter().any(|name| name.starts_with(&word));
        let mut months = (1..).zip(MONTH_NAMES).filter(|(_, names)| is_month(names)).map(|(month, _)| month);
        match (months.next(), months.next()) {
            (Some(month), None) => Ok(month),
            _ => Err("the name of its month is not known"),
        }
    }

    /// `Mon, 28 Oct 2019 18:49:32 GMT` and `Mon Oct 28 18:49:32 UTC 2019`.
    fn named(&mut self) -> Parsed<Reading> {
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
            Ok(Reading { days, clock: Some(clock), offset: self.offset()? })
        } else {
            let month = self.month()?;
            self.expect(' ')?;
            let day = self.day()?;
            self.expect(' ')?;
            let clock = self.clock()?;
            self.expect(' ')?;
            // A plain Unix date has no zone before the year.
            let habits = self.habits;
            let zone = self.word();
            let mut offset = None;
            if !zone.is_empty() {
                offset = Some(zone_offset(zone, habits.marketplace)?);
                self.expect(' ')?;
            }
            let days = days(self.number(4)?, month, day)?;
            Ok(Reading { days, clock: Some(clock), offset })
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

    /// `Z`, `UTC`, `PST`, `+09:00`, `+0900`, `+09`, or nothing. In seconds to the east.
    fn offset(&mut self) -> Parsed<Option<i64>> {
        let spaced = self.eat(' ');
        if self.rest.is_empty() {
            return if spaced { Err(FORMS) } else { Ok(None) };
        }
        let sign = if self.eat('+') {
            1
        } else if self.eat('-') {
            -1
        } else {
            let habits = self.habits;
            return zone_offset(self.word(), habits.marketplace).map(Some);
        };
        let hours = self.number(2)?;
        let minutes = if self.eat(':') || !self.rest.is_empty() { self.number(2)? } else { 0 };
        if hours > 23 || minutes > 59 {
            return Err("there is no such offset from UTC");
        }
        Ok(Some(sign * (hours * 3600 + minutes * 60)))
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

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day with its month, whichever is which.
struct LocalDate {
    year: i64,
    /// The day, if the order is known.
    first: i64,
    /// The month, if the order is known.
    second: i64,
    order: Order,
}

#[derive(Clone, Copy)]
enum Order {
    Known,
    DayOrMonth,
}

const HALVES: [(&str, bool); 4] = [("AM", false), ("PM", true), ("a.m.", false), ("p.m.", true)];

/// The months in English, German, French, Italian and Spanish, in lower case.
const MONTH_NAMES: [&[&str]; 12] = [
    &["january", "januar", "jänner", "janvier", "gennaio", "enero"],
    &["february", "februar", "février", "fevrier", "febbraio", "febrero"],
    &["march", "märz", "maerz", "mars", "marzo"],
    &["april", "avril", "aprile", "abril"],
    &["may", "mai", "maggio", "mayo"],
    &["june", "juni", "juin", "giugno", "junio"],
    &["july", "juli", "juillet", "luglio", "julio"],
    &["august", "août", "aout", "agosto"],
    &["september", "septembre", "settembre", "septiembre", "setiembre"],
    &["october", "oktober", "octobre", "ottobre", "octubre"],
    &["november", "novembre", "noviembre"],
    &["december", "dezember", "décembre", "decembre", "dicembre", "diciembre"],
];

/// Names of time zones that Amazon writes and that mean one thing, in hours to the east of UTC.
const ZONES: [(&str, i64); 10] = [
    ("Z", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("PST", -8),
    ("PDT", -7),
    ("CET", 1),
    ("MET", 1),
    ("CEST", 2),
    ("MEST", 2),
    ("JST", 9),
];
const CENTRAL_EUROPE: [&str; 4] = ["CET", "MET", "CEST", "MEST"];
/// Names that mean British and Bangladesh, Indian, Irish and Israel, American and Chinese time. Each with the
/// marketplaces where it means one of them, and that one in minutes to the east of UTC.
const AMBIGUOUS_ZONES: [(&str, &[Marketplace], i64); 4] = [
    ("BST", &[Marketplace::GB, Marketplace::IE], 60),
    ("IST", &[Marketplace::IN], 330),
    ("IST", &[Marketplace::IE], 60),
    ("CST", &[Marketplace::US, Marketplace::CA, Marketplace::MX], -360),
];

/// In seconds to the east.
fn zone_offset(name: &str, marketplace: Option<Marketplace>) -> Parsed<i64> {
    if let Some((_, hours)) = ZONES.iter().find(|(zone, _)| zone.eq_ignore_ascii_case(name)) {
        return Ok(hours * 3600);
    }
    let mut meanings = AMBIGUOUS_ZONES.iter().filter(|(zone, ..)| zone.eq_ignore_ascii_case(name)).peekable();
    if meanings.peek().is_none() {
        return Err(UNKNOWN_ZONE);
    }
    let mut here = meanings.filter(|(_, places, _)| marketplace.is_some_and(|here| places.contains(&here)));
    here.next().map(|(.., minutes)| minutes * 60).ok_or(AMBIGUOUS_ZONE)
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

/// The year, month and day that are so many days from 1970-01-01.
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
    fn every_form_that_amazon_uses_is_read() {
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
    fn forms_of_the_marketplaces_are_read() {
        for (text, same) in [
            ("15.11.2026 05:01:27 UTC", "2026-11-15T05:01:27Z"),
            ("14.03.2023 07:49:55 UTC", "2023-03-14T07:49:55Z"),
            ("14.03.2023", "2023-03-14"),
            ("01.02.2023", "2023-02-01"),
            ("1.2.2023 7:05", "2023-02-01T07:05Z"),
            ("3.4.21", "2021-04-03"),
            ("24.12.25", "2025-12-24"),
            ("2013-01-07 07:35:42 PST", "2013-01-07T07:35:42-08:00"),
            ("2022-07-11 01:34:18 pdt", "2022-07-11T01:34:18-07:00"),
            ("2026/07/03 12:34:56 JST", "2026-07-03T12:34:56+09:00"),
            ("2026/07/03 0:34:56 JST", "2026-07-03T00:34:56+09:00"),
            ("2026/7/3", "2026-07-03"),
            ("2026.07.03", "2026-07-03"),
            ("31/07/2016 10:12:40 MEST", "2016-07-31T10:12:40+02:00"),
            ("08/07/2016 10:12:40 MEST", "2016-07-08T10:12:40+02:00"),
            ("08/01/2016 10:12:40 CET", "2016-01-08T10:12:40+01:00"),
            ("31/07/2016 10:12:40 GMT", "2016-07-31T10:12:40Z"),
            ("07/31/2026", "2026-07-31"),
            ("05/05/2026", "2026-05-05"),
            ("02-Sep-2026", "2026-09-02"),
            ("02-Sep-2026 14:22:10", "2026-09-02T14:22:10Z"),
            ("13-02-2026", "2026-02-13"),
            ("Jun 8, 2025 10:23:05 PM PDT", "2025-06-08T22:23:05-07:00"),
            ("Jun. 8, 2025 12:05:00 a.m. PDT", "2025-06-08T00:05:00-07:00"),
            ("Jun 8, 2025 12:05 PM PST", "2025-06-08T12:05:00-08:00"),
            ("June 18, 2025", "2025-06-18"),
            ("May 1, 2025, 1:00:00\u{202f}AM UTC", "2025-05-01T01:00:00Z"),
            ("March 3, 2025 09:00:00 PM", "2025-03-03T21:00:00Z"),
            ("1 mars 2023 22:45:57 UTC", "2023-03-01T22:45:57Z"),
            ("3 août 2023", "2023-08-03"),
            ("8 juil. 2023", "2023-07-08"),
            ("1. März 2023 05:01:27 UTC", "2023-03-01T05:01:27Z"),
            ("2. Dez. 2023", "2023-12-02"),
            ("5 ott 2023 01:02:03 UTC", "2023-10-05T01:02:03Z"),
            ("9 ene. 2023", "2023-01-09"),
            ("9 MAYO 2023", "2023-05-09"),
            ("Mon Oct 28 11:49:32 PDT 2019", "2019-10-28T18:49:32Z"),
        ] {
            assert_eq!(moment(text), moment(same), "{text}");
            assert!(moment(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn an_ambiguous_date_is_an_error() {
        for (text, reason) in [
            ("08/07/2016", DAY_OR_MONTH),
            ("08/07/2016 10:12:40", DAY_OR_MONTH),
            ("08/07/2016 10:12:40 UTC", DAY_OR_MONTH),
            ("1/2/2024", DAY_OR_MONTH),
            ("08-07-2016", DAY_OR_MONTH),
            ("31/07/2016 10:12:40 BST", AMBIGUOUS_ZONE),
            ("02-Sep-2026 14:22:10 IST", AMBIGUOUS_ZONE),
            ("2024-01-01 10:00:00 CST", AMBIGUOUS_ZONE),
            ("3.4.2", FORMS),
            ("21/4/3", SHORT_YEAR),
            ("13/04/21", SHORT_YEAR),
            ("31.02.2023", NO_SUCH_DAY),
            ("15.13.2023", NO_SUCH_DAY),
            ("31/31/2023", NO_SUCH_DAY),
            ("13/07/2016 13:12:40 PM", NO_SUCH_TIME),
            ("Jun 8, 2025 0:12:40 AM", NO_SUCH_TIME),
            ("8 jui 2023", "the name of its month is not known"),
            ("8 ma 2023", "the name of its month is not known"),
            ("8 Foo 2023", "the name of its month is not known"),
            ("07/2026", FORMS),
            ("2026/07", FORMS),
            ("15.11.2026 UTC", FORMS),
            ("15.11.2026T05:01", FORMS),
            ("15.11.20261", FORMS),
            ("Jun 8 2025 10:00 XM", UNKNOWN_ZONE),
            ("8 Jun. 2025 at 10:00", FORMS),
        ] {
            assert_eq!(moment(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn what_is_known_of_a_document_decides_between_two_days() {
        use DateOrder::{DayFirst, MonthFirst, YearFirst};
        let (gb, ie, india, us) = (Marketplace::GB, Marketplace::IE, Marketplace::IN, Marketplace::US);
        for (text, order, marketplace, iso) in [
            ("08/07/2016 10:12:40 BST", Some(DayFirst), Some(gb), "2016-07-08T10:12:40+01:00"),
            ("2024-07-01 10:00:00 IST", None, Some(ie), "2024-07-01T10:00:00+01:00"),
            ("02-Sep-2026 14:22:10 IST", None, Some(india), "2026-09-02T14:22:10+05:30"),
            ("2024-01-01 10:00:00 CST", None, Some(us), "2024-01-01T10:00:00-06:00"),
            ("08/07/2016", Some(MonthFirst), None, "2016-08-07"),
            ("08/07/2016", Some(DayFirst), None, "2016-07-08"),
            ("07/31/2016", Some(DayFirst), None, "2016-07-31"),
            ("8/7/16", Some(MonthFirst), None, "2016-08-07"),
            ("8/7/16", Some(DayFirst), None, "2016-07-08"),
            ("16/8/7", Some(YearFirst), None, "2016-08-07"),
            ("3.4.21", Some(YearFirst), None, "2021-04-03"),
            ("2013-01-07 07:35:42 PST", None, None, "2013-01-07T07:35:42-08:00"),
            ("2024-01-01 00:00:00 UTC", None, None, "2024-01-01T00:00:00Z"),
            ("2024-01-01 00:00:00.120", None, None, "2024-01-01T00:00:00.12"),
            ("2016-12-31T24:00:00Z", None, None, "2017-01-01T00:00:00Z"),
            ("Jun 8, 2025 10:23:05 PM PDT", None, None, "2025-06-08T22:23:05-07:00"),
            ("14.03.2023", None, None, "2023-03-14"),
        ] {
            assert_eq!(iso_8601(text, DateHabits { order, marketplace }).as_deref(), Ok(iso), "{text}");
        }
        for (text, order, marketplace) in [
            ("08/07/2016", None, Some(gb)),
            ("08/07/2016", Some(YearFirst), None),
            ("08/07/2016 10:12:40 BST", Some(DayFirst), Some(us)),
            ("8/7/16", None, None),
            ("99/99/16", Some(DayFirst), None),
        ] {
            assert!(iso_8601(text, DateHabits { order, marketplace }).is_err(), "{text}");
        }
    }

    #[test]
    fn a_damaged_text_never_causes_a_panic() {
        let mut random = fastrand::Rng::with_seed(11);
        for form in [
            "15.11.2026 05:01:27 UTC",
            "2013-01-07 07:35:42 PST",
            "Jun 8, 2025 10:23:05 PM PDT",
            "1. März 2023 5:01:27,5 +01:00",
            "02-Sep-2026 a.m.",
            "Mon Oct 28 18:49:32 UTC 2019",
        ] {
            for _ in 0..20_000 {
                let mut characters: Vec<char> = form.chars().collect();
                for _ in 0..random.usize(1..4) {
                    let place = random.usize(0..characters.len().max(1));
                    match random.u8(0..3) {
                        _ if characters.is_empty() => break,
                        0 => drop(characters.remove(place)),
                        1 => {
                            characters[place] =
                                *random.choice(&['é', '９', ':', '.', ' ', '1', '/', '\u{202f}']).unwrap()
                        }
                        _ => characters.truncate(place.max(1)),
                    }
                }
                let _ = moment(&characters.into_iter().collect::<String>());
            }
        }
        for short in ["1", "12", "123", "12345", ".", "1.", "1/", "1:", "é"] {
            assert!(moment(short).is_err(), "{short}");
        }
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
            "2024-01-01T10:00 XST",
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
        ] {
            assert!(moment(text).is_err(), "{text}");
        }
        assert_eq!(seconds(" 2024-01-01T10:00:00 "), seconds("2024-01-01T10:00:00"));
    }

    /// Every day of 800 years and odd times in every zone, compared with another library.
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

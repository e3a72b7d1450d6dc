//! Values as a language shows them.

use crate::language::Language;
use crate::setup::converted;
use fluent_bundle::FluentValue;
use jiff::civil::Date;
use spapi_core::{Error, ErrorKind, Marketplace};
use spapi_sync::{Kind, Stream, WaitingFor};
use spapi_types::DateTime;
use std::time::{Duration, SystemTime};

impl Language {
    /// A whole number with its groups of three digits.
    pub fn number(self, number: u64) -> String {
        self.digits(&number.to_string())
    }

    /// A decimal number with its groups of three digits, and the point of the language.
    pub fn digits(self, number: &str) -> String {
        let (group, point) = if self == Self::De { ('.', ',') } else { (',', '.') };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
        let mut out = sign.to_owned();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                out.push(group);
            }
            out.push(digit);
        }
        if !part.is_empty() {
            out.push(point);
            out.push_str(part);
        }
        out
    }

    /// A number in a text that depends on it: `count` chooses between singular and plural, `shown` is how it is written.
    pub fn count(self, key: &str, count: u64) -> String {
        self.say_with(key, &[("count", FluentValue::from(count)), ("shown", self.number(count).into())])
    }

    /// A day.
    pub fn day(self, day: Date) -> String {
        match self {
            Self::De => format!("{:02}.{:02}.{:04}", day.day(), day.month(), day.year()),
            Self::Ja => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
            Self::En => day.to_string(),
        }
    }

    /// A day without its year.
    pub fn day_of_year(self, day: Date) -> String {
        match self {
            Self::De => format!("{}.{}.", day.day(), day.month()),
            Self::En | Self::Ja => format!("{}/{}", day.month(), day.day()),
        }
    }

    /// A time of ISO 8601 in the zone of a marketplace, such as `2024-01-01 09:00 (+09:00)`. What is no time stays as it is.
    pub fn time(self, text: &str, marketplace: Marketplace) -> String {
        match converted(text, marketplace) {
            Some((day, time, offset)) if marketplace == Marketplace::JP && self == Self::Ja && offset == "+09:00" => {
                format!("{} {time}", self.day(day))
            }
            Some((day, time, offset)) => format!("{} {time} (UTC{offset})", self.day(day)),
            None => text.to_owned(),
        }
    }

    /// A moment in the zone of a marketplace.
    pub fn moment(self, time: SystemTime, marketplace: Marketplace) -> String {
        self.time(DateTime::from(time).as_str(), marketplace)
    }

    /// How long something lasts, in its largest unit.
    pub fn lasting(self, lasts: Duration) -> String {
        let seconds = lasts.as_secs();
        match seconds {
            0..=89 => self.count("seconds", seconds),
            90..=5399 => self.count("minutes", (seconds + 30) / 60),
            5400..=129_599 => self.count("hours", (seconds + 1800) / 3600),
            _ => self.count("days", (seconds + 43_200) / 86_400),
        }
    }

    /// How long something lasts at least. A few seconds are nothing to plan by.
    pub fn at_least(self, lasts: Duration) -> String {
        if lasts.as_secs() < 60 {
            self.say("under-a-minute")
        } else {
            self.say_with("about", &[("time", self.lasting(lasts).into())])
        }
    }

    /// The country of a marketplace.
    pub fn country(self, marketplace: Marketplace) -> String {
        self.say(country_key(marketplace))
    }

    /// The marketplace of a country code, or all.
    pub fn marketplace(self, code: Option<&str>) -> String {
        match code.map(str::parse::<Marketplace>) {
            Some(Ok(known)) => self.country(known),
            Some(Err(_)) => code.unwrap_or_default().to_owned(),
            None => self.say("all-marketplaces"),
        }
    }

    /// The title of a stream.
    pub fn title(self, stream: &Stream) -> String {
        if self == Self::En {
            return stream.title.to_owned();
        }
        if let Some(title) = self.find_text(stream.name, &[]) {
            return title;
        }
        // A kind of rows within a report that has several.
        let base = stream.report_type().and_then(|known| self.find_text(known.name, &[]));
        let part = stream.title.rsplit_once(": ").map(|(_, part)| part);
        match (base, part) {
            (Some(base), Some(part)) => self.say_with("stream-part", &[("title", base.into()), ("part", part.into())]),
            _ => stream.title.to_owned(),
        }
    }

    /// Whether a stream is read as a whole or in slices, and how long these are at most.
    pub fn way(self, stream: &Stream) -> String {
        match (stream.kind, stream.longest_days()) {
            (Kind::Snapshot, _) => self.say("way-whole"),
            (_, Some(days)) => self.count("way-slices-at-most", days.into()),
            (_, None) => self.say("way-slices"),
        }
    }

    /// For what a run waits.
    pub fn waits(self, what: WaitingFor) -> String {
        match what {
            WaitingFor::Quota => self.say("waits-quota"),
            WaitingFor::Report => self.say("waits-report"),
            _ => self.say("waits-answer"),
        }
    }

    /// What an error means and what to do, in plain words. The library's own words stand below it.
    pub fn plainly(self, error: &Error) -> String {
        self.say(match error.kind() {
            _ if error.outcome_unknown() => "error-unknown-outcome",
            ErrorKind::Config => "error-config",
            ErrorKind::Input => "error-input",
            ErrorKind::Login => "error-login",
            ErrorKind::Quota => "error-quota",
            ErrorKind::Connect | ErrorKind::Untrusted => "error-connect",
            ErrorKind::Timeout | ErrorKind::Lost => "error-lost",
            ErrorKind::Denied => "error-denied",
            ErrorKind::NotFound => "error-not-found",
            ErrorKind::Server => "error-server",
            _ => "error-other",
        })
    }
}

/// The key of a country's name.
fn country_key(marketplace: Marketplace) -> &'static str {
    match marketplace {
        Marketplace::CA => "country-ca",
        Marketplace::US => "country-us",
        Marketplace::MX => "country-mx",
        Marketplace::BR => "country-br",
        Marketplace::IE => "country-ie",
        Marketplace::ES => "country-es",
        Marketplace::GB => "country-gb",
        Marketplace::FR => "country-fr",
        Marketplace::BE => "country-be",
        Marketplace::NL => "country-nl",
        Marketplace::DE => "country-de",
        Marketplace::IT => "country-it",
        Marketplace::SE => "country-se",
        Marketplace::ZA => "country-za",
        Marketplace::PL => "country-pl",
        Marketplace::EG => "country-eg",
        Marketplace::TR => "country-tr",
        Marketplace::SA => "country-sa",
        Marketplace::AE => "country-ae",
        Marketplace::IN => "country-in",
        Marketplace::SG => "country-sg",
        Marketplace::AU => "country-au",
        _ => "country-jp",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_those_of_the_language() {
        assert_eq!(Language::Ja.number(1_234_567), "1,234,567");
        assert_eq!(Language::De.digits("-1234.50"), "-1.234,50");
        let time = "2023-12-31T15:00:00Z";
        assert_eq!(Language::Ja.time(time, Marketplace::JP), "2024年1月1日 00:00");
        assert_eq!(Language::De.time(time, Marketplace::DE), "31.12.2023 16:00 (UTC+01:00)");
        assert_eq!(Language::En.time("whole", Marketplace::US), "whole");
        let day = Date::constant(2024, 1, 31);
        assert_eq!([Language::Ja, Language::De].map(|one| one.day_of_year(day)), ["1/31", "31.1."]);
        assert_eq!(Language::En.lasting(Duration::from_secs(7200)), "2 hours");
    }

    #[test]
    fn every_stream_has_a_title_in_each_language() {
        for stream in Stream::all() {
            assert_ne!(Language::Ja.title(stream), stream.title, "{}", stream.name);
            assert!(
                Language::De.find_text(stream.name, &[]).is_some() || stream.title.contains(": "),
                "{}",
                stream.name
            );
        }
        for marketplace in Marketplace::ALL {
            let key = country_key(*marketplace);
            assert!(key.ends_with(&marketplace.country_code().to_lowercase()), "{key}");
        }
    }
}

//! How a report writes dates, times, and yes or no.

use crate::shop::Market;
use crate::time::{calendar, dates};
use jiff::civil::Date;
use std::time::{Duration, SystemTime};

/// How a report writes dates, times, and yes or no.
#[derive(Clone, Copy)]
pub(super) struct Style {
    /// Yes and no.
    pub(super) flags: (&'static str, &'static str),
    pub(super) time: fn(&Market, SystemTime) -> String,
    pub(super) day: fn(&Market, Date) -> String,
}

impl Style {
    /// The style of most reports.
    pub(super) const USUAL: Self = Self { flags: ("true", "false"), time: iso_time, day: iso_day };
    pub(super) const YES_NO: Self = Self { flags: ("Yes", "No"), ..Self::USUAL };
    pub(super) const Y_N: Self = Self { flags: ("Y", "N"), ..Self::USUAL };
    pub(super) const LISTINGS: Self = Self { time: zoned_time, ..Self::USUAL };
    pub(super) const SELLER_RETURNS: Self = Self { flags: ("Y", "N"), day: english_day, ..Self::USUAL };
    pub(super) const LEDGER: Self = Self { day: american_day, ..Self::USUAL };
    pub(super) const FEEDBACK: Self = Self { day: short_day, ..Self::USUAL };
    pub(super) const SETTLEMENT: Self = Self { time: settlement_time, day: settlement_day, ..Self::USUAL };
}

fn iso_time(_: &Market, time: SystemTime) -> String {
    dates::text(time).replace('Z', "+00:00")
}

fn iso_day(_: &Market, day: Date) -> String {
    day.to_string()
}

/// `08-Nov-2026`.
fn english_day(_: &Market, day: Date) -> String {
    day.strftime("%d-%b-%Y").to_string()
}

/// `11/08/2026`.
fn american_day(_: &Market, day: Date) -> String {
    day.strftime("%m/%d/%Y").to_string()
}

/// `11/8/26`, `8.11.26` or `26/11/8`.
fn short_day(market: &Market, day: Date) -> String {
    let form = match market.currency() {
        "JPY" => "%y/%-m/%-d",
        "EUR" => "%-d.%-m.%y",
        _ => "%-m/%-d/%y",
    };
    day.strftime(form).to_string()
}

/// A time with the letters of its zone, for dates in winter: `2025-01-03 01:02:00 PST`.
fn zoned_time(market: &Market, time: SystemTime) -> String {
    const HOUR: Duration = Duration::from_secs(3600);
    let (local, zone) = match market.currency() {
        "JPY" => (time + 9 * HOUR, "JST"),
        "EUR" => (time + HOUR, "MET"),
        _ => (time - 8 * HOUR, "PST"),
    };
    let ([year, month, day], clock) = parts(local);
    match market.currency() {
        "JPY" => format!("{year}/{month}/{day} {clock} {zone}"),
        "EUR" => format!("{day}/{month}/{year} {clock} {zone}"),
        _ => format!("{year}-{month}-{day} {clock} {zone}"),
    }
}

/// A time in the country's format, in UTC.
fn settlement_time(market: &Market, time: SystemTime) -> String {
    let ([year, month, day], clock) = parts(time);
    match market.currency() {
        "EUR" => format!("{day}.{month}.{year} {clock} UTC"),
        "JPY" => format!("{year}/{month}/{day} {clock} UTC"),
        _ => format!("{year}-{month}-{day} {clock} UTC"),
    }
}

fn settlement_day(market: &Market, day: Date) -> String {
    let text = settlement_time(market, calendar::start(day));
    text.split(' ').next().unwrap_or_default().to_owned()
}

/// Year, month and day of a time, and its time of day.
fn parts(time: SystemTime) -> ([String; 3], String) {
    let text = dates::text(time);
    let (date, clock) = text.trim_end_matches('Z').split_once('T').unwrap_or((&text, ""));
    let mut parts = date.split('-').map(str::to_owned);
    ([(); 3].map(|()| parts.next().unwrap_or_default()), clock.to_owned())
}

//! Compares a request with the tables of types, and refuses what does not fit.

use crate::time::Bound;
use jiff::tz::TimeZone;
use spapi_core::{DateTime, Error, ErrorKind, Marketplace};
use spapi_document_types::{DocumentOption, FeedType, Marketplaces, OptionKind, ReportType};
use spapi_types::text::printable;
use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

/// Refuses a request. `hint` says what to do instead.
pub(crate) fn refuse<T>(message: impl Into<String>, hint: impl AsRef<str>) -> Result<T, Error> {
    Err(Error::new(ErrorKind::Input, message).with_hint(format!("{} Nothing was sent.", hint.as_ref())))
}

/// What to do if the table is wrong.
pub(crate) const UNCHECKED: &str = "If Amazon has changed the type, use .unchecked().";

/// What is known of a report type or feed type.
pub(crate) struct Known {
    name: &'static str,
    marketplaces: Marketplaces,
    options: &'static [DocumentOption],
    /// The names of the doubtful facts.
    unsure: &'static [&'static str],
}

impl From<&ReportType> for Known {
    fn from(kind: &ReportType) -> Self {
        let ReportType { name, marketplaces, options, unsure, .. } = *kind;
        Self { name, marketplaces, options, unsure }
    }
}

impl From<&FeedType> for Known {
    fn from(kind: &FeedType) -> Self {
        let FeedType { name, marketplaces, options, unsure, .. } = *kind;
        Self { name, marketplaces, options, unsure }
    }
}

/// The day of this time, in the form in which the tables are asked what Amazon still has.
pub(crate) fn day(now: SystemTime) -> String {
    DateTime::from(now).as_str().chars().take("2026-01-01".len()).collect()
}

/// Refuses what Amazon has retired. `what` is the end of the sentence about it, and `hint` what else can be done.
pub(crate) fn refuse_gone<T>(what: impl fmt::Display, instead: Option<&str>, hint: &str) -> Result<T, Error> {
    let instead = instead.map(|instead| format!("Instead: {instead}. ")).unwrap_or_default();
    refuse(format!("Amazon no longer {what}"), format!("{instead}{hint}"))
}

/// Refuses a report type that is not known and whose name is like a known one. Other unknown names may be new types.
pub(crate) fn check_report_type(name: &str) -> Result<(), Error> {
    match ReportType::find(name) {
        Some(_) => Ok(()),
        None => refuse_misspelt("report type", name, &ReportType::nearest(name)),
    }
}

/// Refuses a feed type in the same way.
pub(crate) fn check_feed_type(name: &str) -> Result<(), Error> {
    match FeedType::find(name) {
        Some(_) => Ok(()),
        None => refuse_misspelt("feed type", name, &FeedType::nearest(name)),
    }
}

fn refuse_misspelt(what: &str, name: &str, nearest: &[&str]) -> Result<(), Error> {
    if nearest.is_empty() {
        return Ok(());
    }
    refuse(
        format!("the {what} {} is not known", printable(name).up_to(100)),
        format!("Known are {}. If it is a new type, use .unchecked().", nearest.join(", ")),
    )
}

/// Refuses what cannot be the id of a marketplace, such as the code of a country that Amazon has no marketplace in.
pub(crate) fn check_ids(marketplaces: &[String]) -> Result<(), Error> {
    // All ids have 12 to 14 of these; a shorter or longer new one can be sent unchecked.
    let is_id =
        |id: &String| id.len() >= 10 && id.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit());
    match marketplaces.iter().find(|id| id.parse::<Marketplace>().is_err() && !is_id(id)) {
        None => Ok(()),
        Some(wrong) => refuse(
            format!("the marketplace {} is not known", shown(wrong)),
            "Give its id or its country's code, such as JP, US or DE. If it is new, use .unchecked().",
        ),
    }
}

/// Refuses marketplaces that do not have the type. Doubtful facts count too: `.unchecked()` sends the request all the same.
pub(crate) fn check_marketplaces(kind: &Known, marketplaces: &[String]) -> Result<(), Error> {
    let Marketplaces::Only(some) = kind.marketplaces else { return Ok(()) };
    let mut known = marketplaces.iter().filter_map(|id| id.parse::<Marketplace>().ok());
    let Some(wrong) = known.find(|marketplace| !some.contains(marketplace)) else { return Ok(()) };
    let codes: Vec<_> = some.iter().map(|one| one.country_code()).collect();
    refuse(
        format!("{} does not exist for {}", kind.name, wrong.country_code()),
        format!("It exists for {}. {UNCHECKED}", codes.join(", ")),
    )
}

/// Refuses options that the type does not have, values that they do not take, and missing ones that it needs.
pub(crate) fn check_options(kind: &Known, given: &BTreeMap<String, String>) -> Result<(), Error> {
    let name = kind.name;
    let is_sure = !kind.unsure.contains(&"options");
    for (option, value) in given {
        match kind.options.iter().find(|known| known.name == option) {
            Some(known) => value_of(name, known, value)?,
            None if !is_sure => {}
            None if kind.options.is_empty() => {
                return refuse(format!("{name} has no option {}", shown(option)), format!("It has none. {UNCHECKED}"));
            }
            None => {
                let known: Vec<_> = kind.options.iter().map(|known| known.name).collect();
                return refuse(
                    format!("{name} has no option {}", shown(option)),
                    format!("It has {}. {UNCHECKED}", known.join(", ")),
                );
            }
        }
    }
    // Whether a seller or a vendor asks is not known here.
    let missing = kind.options.iter().find(|known| {
        known.is_required && known.party.is_none() && given.get(known.name).is_none_or(|value| value.trim().is_empty())
    });
    match missing {
        Some(missing) if is_sure => {
            let values = missing.values.join(", ");
            let values = if values.is_empty() { String::new() } else { format!(", which is one of {values}") };
            refuse(
                format!("{name} needs the option {}", missing.name),
                format!("Set it with .option(\"{}\", value){values}.", missing.name),
            )
        }
        _ => Ok(()),
    }
}

fn value_of(name: &str, option: &DocumentOption, value: &str) -> Result<(), Error> {
    let is_known = |value: &str| option.values.is_empty() || option.values.contains(&value);
    let (is_right, expected) = match option.kind {
        OptionKind::Flag => (matches!(value, "true" | "false"), "true or false".to_owned()),
        OptionKind::Choice => (is_known(value), format!("one of {}", option.values.join(", "))),
        OptionKind::List(separator) => (
            value.split(separator).map(str::trim).all(is_known),
            format!("values among {}, with {separator:?} between them", option.values.join(", ")),
        ),
        OptionKind::DateTime => (
            Bound::from(value).start(&TimeZone::UTC).is_ok(),
            "a date and time with its zone, such as 2026-10-01T00:00:00Z".to_owned(),
        ),
        OptionKind::Marketplace => (value.parse::<Marketplace>().is_ok(), "the id of a marketplace".to_owned()),
        _ => (true, String::new()),
    };
    if !is_right {
        return refuse(
            format!("the option {} of {name} has no value {}", option.name, shown(value)),
            format!("It takes {expected}. {UNCHECKED}"),
        );
    }
    match option.longest {
        Some(longest) if value.chars().count() > longest as usize => refuse(
            format!("the option {} of {name} has {} characters", option.name, value.chars().count()),
            format!("It takes at most {longest}."),
        ),
        _ => Ok(()),
    }
}

fn shown(text: &str) -> String {
    format!("\"{}\"", printable(text).up_to(60))
}

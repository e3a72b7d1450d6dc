//! Compares the options of a request with those of its type, and refuses what does not fit.

use crate::time::Bound;
use jiff::tz::TimeZone;
use spapi_core::{Error, ErrorKind, Marketplace};
use spapi_document_types::{DocumentOption, OptionKind};
use spapi_types::text::printable;
use std::collections::BTreeMap;

/// Refuses a request. `hint` says what to do instead.
pub(crate) fn refuse<T>(message: impl Into<String>, hint: impl AsRef<str>) -> Result<T, Error> {
    Err(Error::new(ErrorKind::Input, message).with_hint(format!("{} Nothing was sent.", hint.as_ref())))
}

/// What to do if the table is wrong.
pub(crate) const UNCHECKED: &str = "If Amazon has changed the type, use .unchecked().";

/// What is known of a type and its options.
pub(crate) struct Known {
    pub name: &'static str,
    pub options: &'static [DocumentOption],
    /// The names of the doubtful facts.
    pub unsure: &'static [&'static str],
}

/// Refuses options that the type does not have, values that they do not take, and missing ones that it needs.
pub(crate) fn check(kind: &Known, given: &BTreeMap<String, String>) -> Result<(), Error> {
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

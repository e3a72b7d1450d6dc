//! What a request for a report must have, by the facts of its type.

use super::Report;
use super::report::End;
use crate::time::calendar::{self, Granularity};
use crate::time::dates;
use jiff::ToSpan;
use spapi_metadata::ReportType;
use spapi_metadata::document_types::{Dates, DocumentOption, OptionKind, Periods, Rounding, Unit};
use spapi_types::Marketplace;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The start of the names of the options that only the sandbox has.
const OWN: &str = "sandbox";

/// How the report ends before anything is made of it: `None` if it can be made.
///
/// # Errors
/// Why Amazon fails the report, if it does. A doubtful fact of the type fails no report.
pub(super) fn check(report: &Report) -> Result<Option<End>, String> {
    let Some(known) = report.kind.known() else { return Ok(None) };
    options(known, report)?;
    marketplaces(known, report)?;
    dates(known, report)?;
    let history = known.history_days.filter(|_| !known.unsure.contains(&"history_days"));
    let age = report.course.created.duration_since(report.from).unwrap_or_default();
    if history.is_some_and(|days| age > DAY * days.saturating_add(1)) {
        return Ok(Some(End::NoData));
    }
    match &known.periods {
        Some(periods) => fits(periods, report)?,
        None => {
            let length = report.until.duration_since(report.from).unwrap_or_default();
            if let Some(days) = known.longest_days.filter(|days| length > DAY * *days) {
                return Err(format!("The range from dataStartTime to dataEndTime is longer than {days} days."));
            }
        }
    }
    Ok(None)
}

/// Checks that the type has the given options with these values, and that none is missing.
fn options(known: &ReportType, report: &Report) -> Result<(), String> {
    if let Some(option) =
        known.options.iter().find(|option| option.is_required && !report.options.contains_key(option.name))
    {
        return Err(format!("The report needs the option {}; it takes {}.", option.name, option.values.join(", ")));
    }
    if known.unsure.contains(&"options") {
        return Ok(());
    }
    for (name, value) in report.options.iter().filter(|(name, _)| !name.starts_with(OWN)) {
        let Some(option) = known.option(name) else {
            let names: Vec<&str> = known.options.iter().map(|option| option.name).collect();
            let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            return Err(format!("{} has no option {name:?}; it has {names}.", known.name));
        };
        takes(option, value)?;
    }
    Ok(())
}

fn takes(option: &DocumentOption, value: &str) -> Result<(), String> {
    let possible = match option.kind {
        OptionKind::Flag => "true, false".to_owned(),
        OptionKind::DateTime => "a date and time with its zone".to_owned(),
        OptionKind::Marketplace => "the id of a marketplace".to_owned(),
        _ => option.values.join(", "),
    };
    let is_known = |value: &str| option.values.is_empty() || option.values.contains(&value);
    let takes = match option.kind {
        OptionKind::Flag => ["true", "false"].contains(&value),
        OptionKind::Choice => is_known(value),
        OptionKind::List(separator) => value.split(separator).all(|element| is_known(element.trim())),
        OptionKind::DateTime => dates::read(value).is_some(),
        OptionKind::Marketplace => Marketplace::ALL.iter().any(|marketplace| marketplace.id() == value),
        _ => true,
    };
    if !takes {
        return Err(format!("The option {} has no value {value:?}; it takes {possible}.", option.name));
    }
    match option.longest {
        Some(longest) if value.chars().count() > longest as usize => {
            Err(format!("The option {} takes at most {longest} characters.", option.name))
        }
        _ => Ok(()),
    }
}

fn marketplaces(known: &ReportType, report: &Report) -> Result<(), String> {
    if known.unsure.contains(&"marketplaces") {
        return Ok(());
    }
    let has_none =
        report.course.markets.iter().find(|market| known.marketplaces.contains(market.marketplace) == Some(false));
    has_none.map_or(Ok(()), |market| Err(format!("{} has no report of the type {}.", market.name, known.name)))
}

fn dates(known: &ReportType, report: &Report) -> Result<(), String> {
    if known.unsure.contains(&"dates") {
        return Ok(());
    }
    match (known.dates, report.has_start) {
        (Dates::Required, false) => Err(format!("{} needs dataStartTime and dataEndTime.", known.name)),
        (Dates::Refused, true) => Err(format!("{} takes no dataStartTime and no dataEndTime.", known.name)),
        _ => Ok(()),
    }
}

/// Checks that the range is made of whole periods, if it must be.
fn fits(periods: &Periods, report: &Report) -> Result<(), String> {
    let Some(option) = periods.option.filter(|_| periods.rounding == Rounding::MustFit) else { return Ok(()) };
    let value = report.option(option, "");
    let Some(period) = periods.choices.iter().find(|choice| choice.value == value) else {
        let choices: Vec<&str> = periods.choices.iter().map(|choice| choice.value).collect();
        return Err(format!("The option {option} has no value {value:?}; it takes {}.", choices.join(", ")));
    };
    let granularity = match period.unit {
        Unit::Week => Granularity::Week,
        Unit::Month => Granularity::Month,
        Unit::Quarter => Granularity::Quarter,
        Unit::Year => Granularity::Year,
        _ => Granularity::Day,
    };
    let (first, next) = (calendar::day(report.from), calendar::day(report.until).saturating_add(1.day()));
    if granularity.first_day(first) != first || granularity.first_day(next) != next {
        return Err(format!("dataStartTime and dataEndTime are not the first and last days of a {value}."));
    }
    let count = granularity.periods(first, next).count();
    match period.longest {
        Some(longest) if count > longest as usize => {
            Err(format!("The report covers at most {longest} periods of a {value}."))
        }
        _ if periods.takes_several == Some(false) && count > 1 => Err(format!("The report covers one {value} only.")),
        _ => Ok(()),
    }
}

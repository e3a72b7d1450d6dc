//! Compares a request with what is known of its type, before anything is sent.

use crate::table::{self, UNCHECKED, refuse};
use crate::time::{Bound, Longest, Period, Rounding, Rule, Span};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use spapi_core::{Error, ErrorKind, Marketplace};
use spapi_document_types::{self as known, Access, Availability, Dates, MarketplaceIds, ReportType};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// What a caller gives.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub type_name: String,
    pub marketplaces: Vec<String>,
    pub range: Option<(Bound, Option<Bound>)>,
    pub options: BTreeMap<String, String>,
    pub is_unchecked: bool,
}

/// What the request means.
#[derive(Debug)]
pub(super) struct Checked {
    pub rule: Rule,
    /// The span that all of its reports together cover.
    pub span: Option<Span>,
    pub is_restricted: bool,
    pub least_interval: Option<Duration>,
}

/// Compares a request with the table of types. A type that is not in it is taken as it is.
pub(super) fn check(given: &Given, now: SystemTime) -> Result<Checked, Error> {
    let kind = ReportType::find(&given.type_name);
    if given.type_name.trim().is_empty() {
        return refuse("the report type is empty", "Name a type such as GET_MERCHANT_LISTINGS_ALL_DATA.");
    }
    if given.marketplaces.is_empty() {
        return refuse("the report has no marketplace", "Name at least one, such as Marketplace::JP.");
    }
    if !given.is_unchecked {
        table::check_report_type(&given.type_name)?;
        table::check_ids(&given.marketplaces)?;
        if let Some(kind) = kind {
            can_be_requested(kind, now)?;
            table::check_marketplaces(&kind.into(), &given.marketplaces)?;
            one_marketplace(kind, given)?;
            table::check_options(&kind.into(), &given.options)?;
            dates(kind, given)?;
        }
    }
    let rule = rule(kind, given);
    let span = match &given.range {
        Some((from, to)) => Some(rule.effective(from, to.as_ref(), moment(now)?)?),
        None => None,
    };
    Ok(Checked {
        rule,
        span,
        is_restricted: kind.is_some_and(|kind| kind.access == Access::RestrictedDataToken),
        least_interval: kind.and_then(|kind| kind.frequency).map(|frequency| {
            Duration::from_secs(60 * u64::from(frequency.minutes) / u64::from(frequency.times.max(1)))
        }),
    })
}

fn moment(now: SystemTime) -> Result<Timestamp, Error> {
    Timestamp::try_from(now).map_err(|error| {
        Error::new(ErrorKind::Config, "the clock of this machine is too far from today").with_source(error)
    })
}

/// The spans of the reports of a type for a range, of which each has at most these days. They begin with the period in which
/// the range begins and end with the last period that is over. What lies further back than the type reaches is left out.
pub(super) fn spans_within(
    given: &Given,
    (from, to): (SystemTime, SystemTime),
    longest_days: Option<u32>,
    now: SystemTime,
) -> Result<Vec<Span>, Error> {
    let moment = |time: SystemTime| Timestamp::try_from(time).map_err(crate::time::out_of_range);
    let now = moment(now)?;
    let mut rule = rule(ReportType::find(&given.type_name), given);
    rule.longest.days = rule.longest.days.into_iter().chain(longest_days).min();
    match rule.within(moment(from)?, moment(to)?.min(now), rule.earliest(now))? {
        Some(span) => rule.slices(span),
        None => Ok(Vec::new()),
    }
}

fn can_be_requested(kind: &ReportType, now: SystemTime) -> Result<(), Error> {
    let name = kind.name;
    if kind.is_gone(&table::day(now)) {
        return table::refuse_gone(format_args!("has the report type {name}"), kind.instead, UNCHECKED);
    }
    let ways = kind.availability;
    if ways.is_empty() || ways.contains(&Availability::Requested) || kind.unsure.contains(&"availability") {
        return Ok(());
    }
    match ways.contains(&Availability::Scheduled) {
        true => refuse(
            format!("{name} cannot be requested, only scheduled"),
            format!("Create a schedule with .schedules(), and find its reports with .existing(\"{name}\")."),
        ),
        false => refuse(
            format!("{name} cannot be requested: Amazon makes it unasked"),
            format!("Find its reports with .existing(\"{name}\")."),
        ),
    }
}

fn one_marketplace(kind: &ReportType, given: &Given) -> Result<(), Error> {
    let several = given.marketplaces.len() > 1;
    if several && kind.marketplace_ids == MarketplaceIds::One && !kind.unsure.contains(&"marketplace_ids") {
        return refuse(
            format!("{} covers one marketplace, and {} are given", kind.name, given.marketplaces.len()),
            "Request a report for each.",
        );
    }
    Ok(())
}

fn dates(kind: &ReportType, given: &Given) -> Result<(), Error> {
    let name = kind.name;
    if kind.unsure.contains(&"dates") {
        return Ok(());
    }
    match (kind.dates, &given.range) {
        (Dates::Required, None) => refuse(format!("{name} needs a range of time"), "Set it with .between(from, to)."),
        (Dates::Refused, Some(_)) => refuse(format!("{name} takes no range of time"), "Leave it out."),
        (Dates::Ignored, Some(_)) => {
            refuse(format!("Amazon ignores the range of time of {name}"), "Leave it out, and see the type's options.")
        }
        _ => Ok(()),
    }
}

/// How the type treats a range.
pub(super) fn rule(kind: Option<&ReportType>, given: &Given) -> Rule {
    let zone = zone(given);
    let Some(kind) = kind else { return Rule { zone, periods: None, longest: Longest::default(), days_back: None } };
    let sure = |field: &str| !given.is_unchecked && !kind.unsure.contains(&field);
    let mut longest = Longest { days: kind.longest_days, periods: None };
    let mut days_back = kind.history_days.filter(|_| sure("history_days"));
    let mut periods = kind.has_dates_only.then_some((Period::Day, Rounding::Outward));
    if let Some((all, chosen)) = kind.periods.as_ref().and_then(|all| Some((all, chosen(all, kind, given)?))) {
        let rounding = match all.rounding {
            known::Rounding::Inward => Rounding::Inward,
            known::Rounding::MustFit if sure("periods") => Rounding::MustFit,
            // Whole periods are right whatever Amazon does at their ends.
            _ => Rounding::Outward,
        };
        periods = unit(chosen.unit).map(|unit| (unit, rounding));
        longest.periods = if all.takes_several == Some(false) { Some(1) } else { chosen.longest };
        if let Some(history) = chosen.history.filter(|_| sure("periods")) {
            let days = (u64::from(history) * hours(chosen.unit)).div_ceil(24);
            let days = u32::try_from(days).unwrap_or(u32::MAX);
            days_back = Some(days_back.map_or(days, |known| known.min(days)));
        }
    }
    // Periods are dates without a zone, which are sent as those of UTC.
    let zone = if periods.is_some() { TimeZone::UTC } else { zone };
    Rule { zone, periods, longest, days_back }
}

/// The zone of the first marketplace, in which a date is a day.
fn zone(given: &Given) -> TimeZone {
    let marketplace = given.marketplaces.iter().find_map(|id| id.parse::<Marketplace>().ok());
    marketplace.and_then(|marketplace| TimeZone::get(marketplace.time_zone()).ok()).unwrap_or(TimeZone::UTC)
}

/// The period that the request's option, its default, or the type chooses.
fn chosen<'a>(all: &'a known::Periods, kind: &ReportType, given: &Given) -> Option<&'a known::Period> {
    let Some(option) = all.option else { return all.choices.first() };
    let value = given.options.get(option).map(String::as_str);
    let value = value.or_else(|| kind.option(option).and_then(|option| option.default))?;
    all.choices.iter().find(|choice| choice.value.eq_ignore_ascii_case(value.trim()))
}

fn unit(unit: known::Unit) -> Option<Period> {
    Some(match unit {
        known::Unit::Hour => Period::Hour,
        known::Unit::Day => Period::Day,
        known::Unit::Week => Period::Week,
        known::Unit::Month => Period::Month,
        known::Unit::Quarter => Period::Quarter,
        known::Unit::Year => Period::Year,
        _ => return None,
    })
}

/// The most hours that a period has.
fn hours(unit: known::Unit) -> u64 {
    match unit {
        known::Unit::Hour => 1,
        known::Unit::Week => 7 * 24,
        known::Unit::Month => 31 * 24,
        known::Unit::Quarter => 92 * 24,
        known::Unit::Year => 366 * 24,
        _ => 24,
    }
}

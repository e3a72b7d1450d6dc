//! What a request for a report must have, by the facts of its type.

use super::Report;
use crate::time::calendar::{self, Granularity};
use jiff::ToSpan;
use spapi_metadata::document_types::{Rounding, Unit};
use std::time::Duration;

const DAY: u64 = 24 * 3600;

/// Returns why Amazon fails the report, if it does.
pub(super) fn check(report: &Report) -> Result<(), String> {
    let Some(known) = report.kind.known() else { return Ok(()) };
    if let Some(option) =
        known.options.iter().find(|option| option.is_required && !report.options.contains_key(option.name))
    {
        return Err(format!("The report needs the option {}; it takes {}.", option.name, option.values.join(", ")));
    }
    let Some(periods) = &known.periods else {
        let longest = known.longest_days.map(|days| Duration::from_secs(u64::from(days) * DAY));
        let length = report.until.duration_since(report.from).unwrap_or_default();
        return match (longest, known.longest_days) {
            (Some(longest), Some(days)) if length > longest => {
                Err(format!("The range from dataStartTime to dataEndTime is longer than {days} days."))
            }
            _ => Ok(()),
        };
    };
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

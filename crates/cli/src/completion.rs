//! The candidates that a shell offers for a word: sections, operations, parameters and values.

use crate::catalog;
use clap_complete::engine::CompletionCandidate;
use spapi_core::Marketplace;
use spapi_core::operation::ApiName;
use spapi_events::facts::facts;
use spapi_metadata::{FeedType, Kind, Parameter, Published, ReportType, SECTIONS};
use spapi_orders::v2026_01_01::types::{SearchOrdersFulfillmentStatuses, SearchOrdersIncludedData};
use spapi_reports::v2021_06_30::types::{CreateReportScheduleSpecificationPeriod, GetReportsProcessingStatuses};
use spapi_sync::Stream;
use std::ffi::OsStr;

/// The environment variable that a shell's script sets to get candidates.
pub const VARIABLE: &str = "SPAPI_COMPLETE";

type Candidates = Vec<CompletionCandidate>;

/// Sections, with their versions when the word has an `@`.
pub fn sections(current: &OsStr) -> Candidates {
    let current = current.to_string_lossy();
    let names = SECTIONS.iter().flat_map(|section| {
        let versions = section.apis.iter().map(|api| format!("{}@{}", section.name, section.version_of(api)));
        let names = match current.contains('@') {
            true => versions.collect(),
            false => vec![section.name.to_owned()],
        };
        names.into_iter().map(|name| (name, section.about))
    });
    matching(&current, names)
}

/// The operations of the section before the word.
pub fn operations(current: &OsStr) -> Candidates {
    let Some((section, _)) = section(&words_before()) else { return Vec::new() };
    let Ok((_, apis)) = catalog::section(&section) else { return Vec::new() };
    // Of an operation that several versions have, the newest is called.
    let mut entries: Vec<_> = apis.iter().rev().flat_map(|api| api.operations).collect();
    entries.sort_by(|one, other| one.operation.id.cmp(&other.operation.id));
    entries.dedup_by(|one, other| one.operation.id == other.operation.id);
    let names = entries.into_iter().map(|entry| (entry.operation.id.to_string(), entry.about));
    matching(&current.to_string_lossy(), names)
}

/// The parameters of the operation before the word, or the values of one.
pub fn arguments(current: &OsStr) -> Candidates {
    let current = current.to_string_lossy();
    let words = words_before();
    let Some(found) = operation(&words) else { return Vec::new() };
    let parameter = |name: &str| found.entry.parameters.iter().find(|parameter| parameter.name == name);
    if let Some((name, value)) = current.split_once('=') {
        let Some(parameter) = parameter(name) else { return Vec::new() };
        return with_prefix(&format!("{name}="), parameter_values(parameter, value));
    }
    // bash splits a word at its `=`, and drops the `=` if the value is empty.
    let before = words.iter().rev().find(|word| *word != "=");
    if let Some(parameter) = before.and_then(|name| parameter(name)) {
        return parameter_values(parameter, &current);
    }
    let is_given = |name: &str| words.iter().any(|word| word.split('=').next() == Some(name));
    let open = found.entry.parameters.iter().filter(|parameter| !is_given(parameter.name));
    matching(
        &current,
        open.map(|parameter| (format!("{}=", parameter.name), if parameter.required { "required" } else { "" })),
    )
}

/// Country codes, separated by commas.
pub fn marketplaces(current: &OsStr) -> Candidates {
    listed(&current.to_string_lossy(), |one| {
        let codes = Marketplace::ALL.iter().map(|known| (known.country_code().to_owned(), known.country()));
        matching(one, codes)
    })
}

/// Report types, separated by commas.
pub fn report_types(current: &OsStr) -> Candidates {
    listed(&current.to_string_lossy(), |one| {
        matching(one, ReportType::all().iter().map(|kind| (kind.name.to_owned(), kind.title)))
    })
}

/// Names of MWS.
pub fn mws_names(current: &OsStr) -> Candidates {
    let names = spapi_mws::map::entries().map(|entry| (entry.name.to_owned(), entry.kind.as_str()));
    matching(&current.to_string_lossy(), names)
}

/// Notification types, separated by commas.
pub fn notification_types(current: &OsStr) -> Candidates {
    listed(&current.to_string_lossy(), |one| {
        let mut names: Vec<_> = facts().iter().map(|facts| (facts.name.to_owned(), facts.about)).collect();
        names.dedup_by(|one, other| one.0 == other.0);
        matching(one, names.into_iter())
    })
}

/// The streams of `spapi sync`.
pub fn streams(current: &OsStr) -> Candidates {
    listed(&current.to_string_lossy(), |one| {
        matching(one, Stream::all().iter().map(|stream| (stream.name.to_owned(), stream.title)))
    })
}

/// Feed types.
pub fn feed_types(current: &OsStr) -> Candidates {
    matching(&current.to_string_lossy(), FeedType::all().iter().map(|kind| (kind.name.to_owned(), kind.title)))
}

/// The statuses of reports.
pub fn report_statuses(current: &OsStr) -> Candidates {
    listed(&current.to_string_lossy(), |one| words_of(one, GetReportsProcessingStatuses::VALUES))
}

/// How often a schedule makes a report.
pub fn schedule_periods(current: &OsStr) -> Candidates {
    let periods = CreateReportScheduleSpecificationPeriod::VALUES;
    matching(&current.to_string_lossy(), periods.iter().map(|period| ((*period).to_owned(), "")))
}

/// The statuses of orders.
pub fn statuses(current: &OsStr) -> Candidates {
    listed(&current.to_string_lossy(), |one| words_of(one, SearchOrdersFulfillmentStatuses::VALUES))
}

/// The parts of an order that can be requested.
pub fn included_data(current: &OsStr) -> Candidates {
    listed(&current.to_string_lossy(), |one| words_of(one, SearchOrdersIncludedData::VALUES))
}

/// The values in lower case, or in upper case if the word has an upper-case letter.
fn words_of(current: &str, values: &[&str]) -> Candidates {
    let is_upper = current.contains(|character: char| character.is_ascii_uppercase());
    let names = values.iter().map(|value| match is_upper {
        true => ((*value).to_owned(), ""),
        false => (value.to_ascii_lowercase().replace('_', "-"), ""),
    });
    matching(current, names)
}

fn parameter_values(parameter: &Parameter, current: &str) -> Candidates {
    listed(current, |one| match parameter.kind {
        _ if parameter.name.to_ascii_lowercase().starts_with("marketplaceid") => {
            let codes = Marketplace::ALL.iter().map(|known| (known.country_code().to_owned(), known.country()));
            matching(one, codes)
        }
        Kind::Boolean => matching(one, ["true", "false"].into_iter().map(|value| (value.to_owned(), ""))),
        _ => {
            let values = parameter.values.iter().chain(parameter.usual);
            matching(one, values.map(|value| ((*value).to_owned(), "")))
        }
    })
}

/// Completes the last of the values that commas separate.
fn listed(current: &str, one: impl FnOnce(&str) -> Candidates) -> Candidates {
    match current.rsplit_once(',') {
        Some((before, last)) => with_prefix(&format!("{before},"), one(last)),
        None => one(current),
    }
}

fn with_prefix(prefix: &str, candidates: Candidates) -> Candidates {
    candidates.into_iter().map(|candidate| candidate.add_prefix(prefix)).collect()
}

/// The names that begin with the word, with the first sentence about each as help.
fn matching<'about>(current: &str, names: impl Iterator<Item = (String, &'about str)>) -> Candidates {
    let current = current.to_ascii_lowercase();
    let is_begun = |name: &str| name.to_ascii_lowercase().starts_with(&current);
    names
        .filter(|(name, _)| is_begun(name))
        .map(|(name, about)| {
            let sentence = about.split(". ").next().unwrap_or_default();
            CompletionCandidate::new(name).help((!sentence.is_empty()).then(|| sentence.to_owned().into()))
        })
        .collect()
}

/// The words of the command line before the one to complete, without options.
fn words_before() -> Vec<String> {
    let words: Vec<_> = std::env::args_os().skip_while(|word| word != "--").skip(1).collect();
    let index = std::env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|index| index.parse().ok());
    let count = index.unwrap_or(words.len().saturating_sub(1));
    let words = words.into_iter().take(count).map(|word| word.to_string_lossy().into_owned());
    words.filter(|word| !word.starts_with('-')).collect()
}

/// The section among the words, and the words after it.
fn section(words: &[String]) -> Option<(ApiName, &[String])> {
    let start = words.iter().position(|word| word == "call" || word == "operations")? + 1;
    (start..words.len()).find_map(|index| {
        let name: ApiName = words[index].parse().ok()?;
        catalog::section(&name).ok()?;
        Some((name, &words[index + 1..]))
    })
}

/// The operation after the section.
fn operation(words: &[String]) -> Option<Published> {
    let (section, rest) = section(words)?;
    rest.iter().find_map(|word| catalog::operation(&section, word).ok())
}

//! `spapi report types`: the report types, or one of them.

use super::wanted::type_name;
use crate::catalog::{close_to, did_you_mean};
use crate::completion;
use crate::exit::Failure;
use crate::notes;
use crate::number::noun;
use crate::output::table::{Column, Table};
use crate::output::{self, Format, JsonOut, json as json_output, screen};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Value, json};
use spapi_metadata::ReportType;
use spapi_metadata::document_types::{
    Access, Availability, Dates, DocumentOption, MarketplaceIds, Marketplaces, OptionKind, Rounding,
};
use std::io::{self, Write};

#[derive(Debug, Args)]
pub struct Options {
    /// Only types with all of these words in their name, title or group, such as 'end user'; or one type, with all that is
    /// known of it.
    #[arg(value_name = "FILTER", add = ArgValueCompleter::new(completion::report_types))]
    filter: Option<String>,

    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let filter = options.filter.as_deref().unwrap_or_default();
    if let Some(kind) = type_name(filter).ok().and_then(|name| ReportType::find(&name)) {
        return one(options.format, kind);
    }
    let typed = words(filter);
    let has = |kind: &&ReportType| {
        let own = words_of(kind).join(" ");
        typed.iter().all(|word| own.contains(word.as_str()))
    };
    let mut found = ReportType::all().iter().filter(has).peekable();
    if found.peek().is_none() {
        let close = did_you_mean(&nearest(&typed));
        let message = match typed.as_slice() {
            [_] => format!("no report type has {filter:?} in its name, title or group{close}"),
            _ => format!("no report type has all words of {filter:?} in its name, title and group{close}"),
        };
        return Err(Failure::usage(message).with_next("`spapi report types` lists all"));
    }
    Ok(output::list(options.format, COLUMNS, found, row, |kind| json(kind))?)
}

/// The words of a text in lower case, without what stands between them.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| letter.is_whitespace() || matches!(letter, '_' | '-'));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

fn words_of(kind: &ReportType) -> Vec<String> {
    [kind.name, kind.title, kind.category].into_iter().flat_map(words).collect()
}

/// The types whose names are nearest to these words, or else those that have the nearest word for each of them.
fn nearest(typed: &[String]) -> Vec<&'static str> {
    let names = ReportType::nearest(&typed.join("_"));
    if !names.is_empty() {
        return names;
    }
    let known: Vec<_> = ReportType::all().iter().flat_map(words_of).collect();
    let near = |word: &String| close_to(word, known.iter().map(String::as_str)).first().copied();
    let Some(near) = typed.iter().map(near).collect::<Option<Vec<_>>>() else { return Vec::new() };
    let has = |kind: &&ReportType| {
        let own = words_of(kind);
        near.iter().all(|word| own.iter().any(|one| one == word))
    };
    ReportType::all().iter().filter(has).take(3).map(|kind| kind.name).collect()
}

const COLUMNS: &[Column] = &[
    Column::text("TYPE"),
    Column::text("TITLE"),
    Column::text("GROUP"),
    Column::text("FORMAT"),
    Column::text("COMES"),
    Column::number("DAYS"),
    Column::text("OPTIONS"),
    Column::text("MARKETPLACES"),
    Column::text("RETIRED"),
];

fn row(kind: &&ReportType) -> Vec<String> {
    vec![
        kind.name.to_owned(),
        kind.title.to_owned(),
        kind.category.to_owned(),
        format(kind),
        comes(kind).join(", "),
        kind.longest_days.map(|days| days.to_string()).unwrap_or_default(),
        kind.options.iter().map(option_name).collect::<Vec<_>>().join(", "),
        marketplaces(kind),
        kind.retires_on.unwrap_or_default().to_owned(),
    ]
}

/// The name, with a star if every request needs it.
fn option_name(option: &DocumentOption) -> String {
    format!("{}{}", option.name, if option.is_required { "*" } else { "" })
}

fn format(kind: &ReportType) -> String {
    format!("{:?}", kind.layout.format).to_uppercase()
}

fn comes(kind: &ReportType) -> Vec<&'static str> {
    let words = kind.availability.iter().map(|way| match way {
        Availability::Requested => "requested",
        Availability::Scheduled => "scheduled",
        Availability::Automatic => "automatic",
        _ => "otherwise",
    });
    words.collect()
}

fn marketplaces(kind: &ReportType) -> String {
    match kind.marketplaces {
        Marketplaces::All => "all".to_owned(),
        Marketplaces::Only(some) => some.iter().map(|one| one.country_code()).collect::<Vec<_>>().join(","),
        _ => String::new(),
    }
}

fn json(kind: &ReportType) -> Value {
    let options = kind.options.iter().map(|option| {
        json!({
            "name": option.name,
            "kind": kind_of(option.kind),
            "required": option.is_required,
            "values": option.values,
            "default": option.default,
            "longest": option.longest,
        })
    });
    let options: Vec<_> = options.collect();
    json!({
        "type": kind.name,
        "title": kind.title,
        "group": kind.category,
        "format": format(kind),
        "comes": comes(kind),
        "access": access(kind.access),
        "roles": kind.roles,
        "marketplaces": match kind.marketplaces {
            Marketplaces::Only(some) => json!(some.iter().map(|one| one.country_code()).collect::<Vec<_>>()),
            Marketplaces::All => json!("all"),
            _ => Value::Null,
        },
        "marketplacesOfOne": several(kind.marketplace_ids),
        "range": range(kind.dates),
        "longestDays": kind.longest_days,
        "historyDays": kind.history_days,
        "retentionDays": kind.retention_days,
        "options": options,
        "retiresOn": kind.retires_on,
        "instead": kind.instead,
        "note": Some(kind.note).filter(|note| !note.is_empty()),
        "unsure": kind.unsure.iter().map(|fact| words_for(fact).1).collect::<Vec<_>>(),
    })
}

fn kind_of(kind: OptionKind) -> &'static str {
    match kind {
        OptionKind::Flag => "true or false",
        OptionKind::Choice => "choice",
        OptionKind::List(_) => "list",
        OptionKind::DateTime => "time",
        OptionKind::Locale => "locale",
        OptionKind::Marketplace => "marketplace id",
        OptionKind::Currency => "currency",
        _ => "text",
    }
}

fn access(access: Access) -> &'static str {
    match access {
        Access::Open => "any of the roles",
        Access::RestrictedRole => "a restricted role",
        _ => "a restricted role, and a restricted data token",
    }
}

fn several(ids: MarketplaceIds) -> &'static str {
    match ids {
        MarketplaceIds::One => "one",
        MarketplaceIds::Several => "several",
        MarketplaceIds::Ignored => "all of the account, whichever are given",
        MarketplaceIds::Refused => "none",
        _ => "",
    }
}

fn range(dates: Dates) -> &'static str {
    match dates {
        Dates::Required => "required",
        Dates::Optional => "optional",
        Dates::Ignored => "ignored",
        Dates::Refused => "refused",
        _ => "",
    }
}

/// One type with all that is known.
fn one(format: Format, kind: &ReportType) -> Result<(), Failure> {
    match format {
        Format::Table => describe(kind)?,
        Format::Json => writeln!(JsonOut::new(), "{}", json_output::indented(&json(kind).to_string()))?,
        Format::Jsonl => writeln!(JsonOut::new(), "{}", json(kind))?,
    }
    if !kind.unsure.is_empty() {
        let facts: Vec<_> = kind.unsure.iter().map(|fact| words_for(fact).0).collect();
        notes::note(format!("not certain: {}", facts.join(", ")));
    }
    Ok(io::stdout().flush()?)
}

/// The word of the table and the key of JSON for a field of the type.
fn words_for(field: &'static str) -> (&'static str, &'static str) {
    match field {
        "availability" => ("comes", "comes"),
        "dates" => ("range of time", "range"),
        "delay_hours" => ("complete after", "delayHours"),
        "layout" => ("format", "format"),
        "longest_days" => ("longest range", "longestDays"),
        "status" => ("retired on", "retiresOn"),
        other => (other, other),
    }
}

const FACTS: &[Column] = &[Column::text("FACT"), Column::text("VALUE")];

const OPTION_COLUMNS: &[Column] = &[
    Column::text("OPTION"),
    Column::text("KIND"),
    Column::text("REQUIRED"),
    Column::text("DEFAULT"),
    Column::text("VALUES"),
];

fn describe(kind: &ReportType) -> io::Result<()> {
    let mut facts = Table::new(io::stdout().lock(), FACTS).wrapped_to(screen::width());
    for (fact, value) in facts_of(kind).into_iter().filter(|(_, value)| !value.is_empty()) {
        facts.push(vec![fact.to_owned(), value])?;
    }
    facts.finish()?;
    if kind.options.is_empty() {
        return Ok(());
    }
    writeln!(io::stdout())?;
    let mut options = Table::new(io::stdout().lock(), OPTION_COLUMNS).wrapped_to(screen::width());
    for option in kind.options {
        options.push(vec![
            option.name.to_owned(),
            kind_of(option.kind).to_owned(),
            if option.is_required { "yes" } else { "" }.to_owned(),
            option.default.unwrap_or_default().to_owned(),
            option.values.join(", "),
        ])?;
    }
    options.finish()
}

fn facts_of(kind: &ReportType) -> Vec<(&'static str, String)> {
    let counted = |count: u32, one: &str| format!("{count} {}", noun(count.into(), one));
    let days = |days: Option<u32>| days.map(|days| counted(days, "day")).unwrap_or_default();
    let rows = spapi_rows::report(kind.name).map(|report| {
        let columns = |count: usize| format!("{count} {}", noun(count as u64, "column"));
        report.rows.iter().map(|row| format!("{} of {}", row.name, columns(row.columns.len()))).collect::<Vec<_>>()
    });
    let rounding = kind.periods.as_ref().map(|periods| match periods.rounding {
        Rounding::Inward => "whole periods inside the range",
        Rounding::Outward => "every period that the range touches",
        Rounding::MustFit => "the range must begin and end with a period",
        _ => "",
    });
    let frequency =
        kind.frequency.map(|frequency| format!("{} in {}", frequency.times, counted(frequency.minutes, "minute")));
    vec![
        ("type", kind.name.to_owned()),
        ("title", kind.title.to_owned()),
        ("group", kind.category.to_owned()),
        ("format", format(kind)),
        ("rows", rows.map(|rows| rows.join("; ")).unwrap_or_default()),
        ("comes", comes(kind).join(", ")),
        ("needs", access(kind.access).to_owned()),
        ("roles", kind.roles.join(", ")),
        ("marketplaces", marketplaces(kind)),
        ("marketplaces of one report", several(kind.marketplace_ids).to_owned()),
        ("range of time", range(kind.dates).to_owned()),
        ("longest range", days(kind.longest_days)),
        ("periods", rounding.unwrap_or_default().to_owned()),
        ("earliest start", kind.history_days.map(|days| format!("{} ago", counted(days, "day"))).unwrap_or_default()),
        ("complete after", kind.delay_hours.map(|hours| counted(hours, "hour")).unwrap_or_default()),
        ("kept for", days(Some(kind.retention_days))),
        ("most requests", frequency.unwrap_or_default()),
        ("retired on", kind.retires_on.unwrap_or_default().to_owned()),
        ("instead", kind.instead.unwrap_or_default().to_owned()),
        ("note", kind.note.to_owned()),
    ]
}

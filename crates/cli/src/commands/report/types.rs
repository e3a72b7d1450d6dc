//! `spapi report types`: the report types, or one of them.

use crate::catalog::did_you_mean;
use crate::completion;
use crate::exit::Failure;
use crate::notes;
use crate::number::noun;
use crate::output::table::{Column, Table};
use crate::output::{self, Format, JsonOut, json as json_output, screen};
use crate::report_types::{
    access, comes, format, has, json, kind_of, marketplaces, nearest, range, several, type_name, words, words_for,
};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use spapi_metadata::ReportType;
use spapi_metadata::document_types::{DocumentOption, Rounding};
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
    let mut found = ReportType::all().iter().filter(|kind| has(kind, &typed)).peekable();
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

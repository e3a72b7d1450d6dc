//! `spapi report types`: the report types, or one of them.

use super::wanted::type_name;
use crate::catalog::did_you_mean;
use crate::completion;
use crate::exit::Failure;
use crate::notes;
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
    /// Only types with this text in their name, title or group; or one type, with all that is known of it.
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
    let words = filter.to_lowercase();
    let has = |kind: &&ReportType| {
        [kind.name, kind.title, kind.category].iter().any(|text| text.to_lowercase().contains(&words))
    };
    let mut found = ReportType::all().iter().filter(has).peekable();
    if found.peek().is_none() {
        let close = did_you_mean(&ReportType::nearest(filter));
        return Err(Failure::usage(format!("no report type has {filter:?} in its name, title or group{close}"))
            .with_next("`spapi report types` lists all"));
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
        "unsure": kind.unsure,
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
        notes::note(format!("not certain: {}", kind.unsure.join(", ")));
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
    let days = |days: Option<u32>| days.map(|days| format!("{days} days")).unwrap_or_default();
    let rows = spapi_rows::report(kind.name).map(|report| {
        report.rows.iter().map(|row| format!("{} of {} columns", row.name, row.columns.len())).collect::<Vec<_>>()
    });
    let rounding = kind.periods.as_ref().map(|periods| match periods.rounding {
        Rounding::Inward => "whole periods inside the range",
        Rounding::Outward => "every period that the range touches",
        Rounding::MustFit => "the range must begin and end with a period",
        _ => "",
    });
    let frequency = kind.frequency.map(|frequency| format!("{} in {} minutes", frequency.times, frequency.minutes));
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
        ("earliest start", days(kind.history_days).replace("days", "days ago")),
        ("complete after", kind.delay_hours.map(|hours| format!("{hours} hours")).unwrap_or_default()),
        ("kept for", days(Some(kind.retention_days))),
        ("most requests", frequency.unwrap_or_default()),
        ("retired on", kind.retires_on.unwrap_or_default().to_owned()),
        ("instead", kind.instead.unwrap_or_default().to_owned()),
        ("note", kind.note.to_owned()),
    ]
}

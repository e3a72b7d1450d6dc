//! `spapi operations`: what can be called, and with which parameters.

use crate::args::OperationsArgs;
use crate::catalog::{self, restricted_option};
use crate::ends::{end, today};
use crate::exit::Failure;
use crate::output::table::{Column, NOTHING, Table, shortened};
use crate::output::{self, Format, json as json_output};
use serde_json::{Value, json};
use spapi_core::operation::{ApiName, Paging, PagingStyle};
use spapi_metadata::{Body, Kind, List, Location, Parameter, Published};
use std::io::{self, Write};

pub fn run(args: &OperationsArgs) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match (&args.section, &args.operation) {
        (Some(section), Some(id)) => one(out, args.format, catalog::operation(section, id)?),
        (section, _) => {
            let found = all(section.as_ref())?;
            if let (Some(section), Format::Table) = (section, args.format) {
                introduce(&mut out, section)?;
            }
            Ok(output::list(out, args.format, COLUMNS, found, row, json)?)
        }
    }
}

/// What a section and its versions are for.
fn introduce(out: &mut impl Write, section: &ApiName) -> Result<(), Failure> {
    let (section, apis) = catalog::section(section)?;
    if !section.about.is_empty() {
        writeln!(out, "{}\n", section.about)?;
    }
    for api in apis.iter().filter(|api| !api.about.is_empty()) {
        writeln!(out, "{}: {}", section.version_of(api), api.about)?;
        if let Some(retirement) = &api.retirement {
            writeln!(out, "It {}", end(retirement, &today()))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The operations of a section and version, or all there are.
fn all(section: Option<&ApiName>) -> Result<impl Iterator<Item = Published>, Failure> {
    let wanted = section.map(catalog::section).transpose()?;
    let is_wanted = move |found: &Published| {
        wanted.as_ref().is_none_or(|(section, apis)| {
            found.section.name == section.name && apis.iter().any(|api| api.module == found.api.module)
        })
    };
    Ok(spapi_metadata::operations().filter(is_wanted))
}

/// The columns that a text may take in a table; `--format json` has it whole.
const WIDEST: usize = 80;

const COLUMNS: &[Column] = &[
    Column::text("SECTION"),
    Column::text("VERSION"),
    Column::text("OPERATION"),
    Column::text("METHOD"),
    Column::text("PATH"),
    Column::number("RATE"),
    Column::number("BURST"),
    Column::text("PAGING"),
    Column::text("REPEAT"),
    Column::text("WHAT IT DOES"),
];

fn row(found: &Published) -> Vec<String> {
    let operation = found.entry.operation;
    let rate = operation.rate;
    vec![
        found.section.name.to_owned(),
        found.section.version_of(found.api).to_owned(),
        operation.id.to_string(),
        operation.method.to_string(),
        operation.path.to_string(),
        rate.map(|rate| rate.per_second.to_string()).unwrap_or_default(),
        rate.map(|rate| rate.burst.to_string()).unwrap_or_default(),
        operation.paging.map(|paging| pages_by(paging).to_owned()).unwrap_or_default(),
        operation.repeat.as_str().to_owned(),
        shortened(&does(found), WIDEST).into_owned(),
    ]
}

/// What it does, after when it ends.
fn does(found: &Published) -> String {
    let about = found.entry.about;
    found.entry.retirement.map_or(about.to_owned(), |retirement| format!("(until {}) {about}", retirement.on))
}

fn json(found: &Published) -> Value {
    let operation = found.entry.operation;
    json!({
        "section": found.section.name,
        "version": found.section.version_of(found.api),
        "operation": operation.id,
        "method": operation.method.as_str(),
        "path": operation.path,
        "rate": operation.rate.map(|rate| rate.per_second),
        "burst": operation.rate.map(|rate| rate.burst),
        "pageToken": operation.paging.and_then(|paging| paging.token_parameter()),
        "repeat": operation.repeat.as_str(),
        "grantless": operation.grantless,
        "restricted": operation.restricted.is_some(),
        "deprecated": found.entry.deprecated,
        "retirement": found.entry.retirement.map(|end| json!({ "on": end.on, "instead": end.instead })),
        "about": found.entry.about,
    })
}

/// What asks for the next page: a parameter of the query, a place in the body, or another operation.
fn pages_by(paging: Paging) -> &'static str {
    match paging.style {
        PagingStyle::Token { parameter, .. } | PagingStyle::Job { parameter, .. } => parameter,
        PagingStyle::TokenElsewhere { operation, .. } => &operation.id,
        PagingStyle::Offset { offset, .. } => offset,
        PagingStyle::PageIndex { index, .. } => index,
        _ => "",
    }
}

/// One operation with its parameters.
fn one(mut out: impl Write, format: Format, found: Published) -> Result<(), Failure> {
    match format {
        Format::Table => describe(&mut out, found)?,
        Format::Json => writeln!(out, "{}", json_output::indented(&json_with_parameters(&found).to_string()))?,
        Format::Jsonl => writeln!(out, "{}", json_with_parameters(&found))?,
    }
    Ok(out.flush()?)
}

const PARAMETER_COLUMNS: &[Column] = &[
    Column::text("PARAMETER"),
    Column::text("IN"),
    Column::text("TYPE"),
    Column::text("REQUIRED"),
    Column::text("VALUES"),
];

fn describe(out: &mut impl Write, found: Published) -> io::Result<()> {
    let entry = found.entry;
    let operation = entry.operation;
    writeln!(out, "{operation}")?;
    writeln!(out, "{} {}", operation.method, operation.path)?;
    if !entry.about.is_empty() {
        writeln!(out, "{}", entry.about)?;
    }
    match operation.rate {
        Some(rate) => writeln!(out, "rate: {} calls a second, {} at once", rate.per_second, rate.burst)?,
        None => writeln!(out, "rate: not documented")?,
    }
    writeln!(out, "repeat: {}", operation.repeat.as_str())?;
    if let Some(paging) = operation.paging {
        let follow = if paging.can_be_followed() { "--all-pages follows" } else { "--all-pages cannot follow" };
        writeln!(out, "pages: {} continues, {follow}", pages_by(paging))?;
    }
    if let Some(scope) = operation.grantless {
        writeln!(out, "grantless: scope {scope}")?;
    }
    if let Some(option) = restricted_option(&found) {
        writeln!(out, "restricted: {option} asks for buyers' data")?;
    }
    if entry.deprecated {
        writeln!(out, "deprecated: Amazon's model says so")?;
    }
    if let Some(retirement) = &entry.retirement {
        writeln!(out, "end: it {}", end(retirement, &today()))?;
    }
    match entry.body {
        Body::Required => writeln!(out, "body: required (--body FILE)")?,
        Body::Optional => writeln!(out, "body: optional (--body FILE)")?,
        _ => {}
    }
    if entry.parameters.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let mut table = Table::new(&mut *out, PARAMETER_COLUMNS);
    for parameter in entry.parameters {
        table.push(vec![
            parameter.name.to_owned(),
            location(parameter.location).to_owned(),
            kind(parameter),
            if parameter.required { "yes" } else { NOTHING }.to_owned(),
            shortened(&parameter.values.join(","), WIDEST).into_owned(),
        ])?;
    }
    table.finish()
}

fn json_with_parameters(found: &Published) -> Value {
    let parameters = found.entry.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "in": location(parameter.location),
            "type": kind(parameter),
            "required": parameter.required,
            "values": parameter.values,
        })
    });
    let mut value = json(found);
    value["parameters"] = parameters.collect();
    value["body"] = match found.entry.body {
        Body::Required => "required".into(),
        Body::Optional => "optional".into(),
        _ => Value::Null,
    };
    value
}

fn location(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        _ => NOTHING,
    }
}

fn kind(parameter: &Parameter) -> String {
    let one = match parameter.kind {
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::Boolean => "boolean",
        Kind::DateTime => "date",
        _ => "text",
    };
    match parameter.list {
        List::No => one.to_owned(),
        _ => format!("{one} list"),
    }
}

//! `spapi sync objects`: the streams, or one of them.

use crate::catalog::{close_to, did_you_mean};
use crate::completion;
use crate::exit::Failure;
use crate::output::table::{Column, Table};
use crate::output::{self, Format, JsonOut, json as json_output, screen};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Value, json};
use spapi_sync::{Kind, Origin, Schema, Stream};
use std::io::{self, Write};

#[derive(Debug, Args)]
pub struct Options {
    /// Only streams with this text in their name, title or source; or one stream, with all that is known of it.
    #[arg(value_name = "FILTER", add = ArgValueCompleter::new(completion::streams))]
    filter: Option<String>,

    /// Only streams that Airbyte's source for this API has too, under the same names.
    #[arg(long)]
    airbyte: bool,

    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let filter = options.filter.as_deref().unwrap_or_default();
    if let Some(stream) = Stream::find(filter).ok().filter(|_| !filter.trim().is_empty()) {
        return one(options.format, stream);
    }
    let words = filter.trim().to_lowercase();
    let has = |stream: &&Stream| {
        let text = [stream.name, stream.title, source(stream)];
        text.iter().any(|text| text.to_lowercase().contains(&words)) && (!options.airbyte || stream.airbyte().is_some())
    };
    let mut found = Stream::all().iter().filter(has).peekable();
    if found.peek().is_none() {
        let close = did_you_mean(&close_to(filter, Stream::all().iter().map(|stream| stream.name)));
        return Err(Failure::usage(format!("no stream has {filter:?} in its name, title or source{close}"))
            .with_next("`spapi sync objects` lists all"));
    }
    Ok(output::list(options.format, COLUMNS, found, |stream| row(stream), |stream| json(stream))?)
}

const COLUMNS: &[Column] = &[
    Column::text("STREAM"),
    Column::text("TITLE"),
    Column::text("KIND"),
    Column::text("KEY"),
    Column::text("CURSOR"),
    Column::number("DAYS"),
    Column::number("LOOKBACK"),
    Column::text("SOURCE"),
];

fn row(stream: &Stream) -> Vec<String> {
    let days = |days: Option<u32>| days.map(|days| days.to_string()).unwrap_or_default();
    vec![
        stream.name.to_owned(),
        stream.title.to_owned(),
        kind(stream).to_owned(),
        stream.key.join(","),
        stream.cursor.unwrap_or_default().to_owned(),
        days(stream.longest_days()),
        days(Some(stream.lookback_days).filter(|days| *days > 0)),
        // A report has the name of its type, or says more in JSON.
        match &stream.origin {
            Origin::Report { report_type, is_found, .. } => {
                let how = if *is_found { "found report" } else { "report" };
                if *report_type == stream.name { how.to_owned() } else { format!("{how} {report_type}") }
            }
            _ => source(stream).to_owned(),
        },
    ]
}

fn kind(stream: &Stream) -> &'static str {
    match stream.kind {
        Kind::Snapshot => "snapshot",
        _ => "incremental",
    }
}

/// The report type, operation or dataset.
fn source(stream: &Stream) -> &'static str {
    match &stream.origin {
        Origin::Report { report_type, .. } => report_type,
        Origin::Operation { operation, .. } => operation,
        Origin::Query { dataset, .. } => dataset,
        _ => "",
    }
}

fn json(stream: &'static Stream) -> Value {
    let (from, is_found) = match &stream.origin {
        Origin::Report { is_found, .. } => ("report", *is_found),
        Origin::Operation { .. } => ("operation", false),
        _ => ("query", false),
    };
    let schema = Schema::of(stream);
    json!({
        "stream": stream.name,
        "title": stream.title,
        "kind": kind(stream),
        "key": stream.key,
        "cursor": stream.cursor,
        "clock": stream.clock,
        "mostDays": stream.longest_days(),
        "lookbackDays": stream.lookback_days,
        "finalDays": stream.final_days,
        "from": from,
        "source": source(stream),
        "isFound": is_found,
        "roles": stream.roles(),
        "airbyte": stream.airbyte().is_some(),
        "columns": schema.columns,
    })
}

/// One stream with all that is known.
fn one(format: Format, stream: &'static Stream) -> Result<(), Failure> {
    let json = json(stream);
    match format {
        Format::Table => {}
        Format::Json => return Ok(writeln!(JsonOut::new(), "{}", json_output::indented(&json.to_string()))?),
        Format::Jsonl => return Ok(writeln!(JsonOut::new(), "{json}")?),
    }
    let mut out = io::stdout().lock();
    let mut facts = Table::new(&mut out, [Column::text("FACT"), Column::text("VALUE")]).wrapped_to(screen::width());
    let list = |value: &Value| {
        let words = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        words.collect::<Vec<_>>().join(", ")
    };
    for (name, key) in [
        ("stream", "stream"),
        ("title", "title"),
        ("kind", "kind"),
        ("from", "from"),
        ("source", "source"),
        ("key", "key"),
        ("cursor", "cursor"),
        ("slices by", "clock"),
        ("most days of a slice", "mostDays"),
        ("days read again", "lookbackDays"),
        ("final after days", "finalDays"),
        ("any of the roles", "roles"),
        ("in Airbyte's source", "airbyte"),
    ] {
        let value = &json[key];
        let text = match value {
            Value::Null => continue,
            Value::Array(_) => list(value),
            Value::String(text) => text.clone(),
            Value::Bool(is) => if *is { "yes" } else { "no" }.to_owned(),
            other => other.to_string(),
        };
        facts.push(vec![name.to_owned(), text])?;
    }
    facts.finish()?;
    writeln!(out)?;
    let schema = Schema::of(stream);
    let mut columns =
        Table::new(&mut out, [Column::text("COLUMN"), Column::text("TYPE"), Column::text("MAY BE ABSENT")]);
    for column in &schema.columns {
        let kind = serde_json::to_value(column.kind).ok();
        let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
        columns.push(vec![column.name.clone(), kind, if column.nullable { "yes" } else { "" }.to_owned()])?;
    }
    Ok(columns.finish()?)
}

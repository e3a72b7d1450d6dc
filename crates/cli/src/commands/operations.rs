//! `spapi operations`: the operations and their parameters.

use crate::body::{self, Extent};
use crate::catalog::{self, restricted_option};
use crate::completion;
use crate::described::{has, json, json_with_parameters, kind, location, pages_by, values, words};
use crate::exit::Failure;
use crate::notes;
use crate::output::screen::{self, wrapped};
use crate::output::table::{Column, NOTHING, Table};
use crate::output::{self, Format, JsonOut, json as json_output};
use crate::retirement::{announcement, today};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use spapi_core::operation::ApiName;
use spapi_metadata::{Body, Published};
use std::io::{self, Write};

#[derive(Debug, Args)]
pub struct Options {
    /// Only operations of this section, or of a version of it.
    #[arg(value_name = "SECTION[@VERSION]", add = ArgValueCompleter::new(completion::sections))]
    section: Option<ApiName>,

    /// Only this operation, with its parameters and the fields of its body.
    #[arg(add = ArgValueCompleter::new(completion::operations))]
    operation: Option<String>,

    /// Only operations with all of these words in their names, path, description or parameters.
    #[arg(short, long, value_name = "WORDS", conflicts_with = "operation")]
    search: Option<String>,

    /// Print a body to fill in for `spapi call ... --body FILE`, with the fields that Amazon requires or with all.
    #[arg(
        long,
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "required",
        requires = "operation",
        conflicts_with = "format",
        value_name = "EXTENT"
    )]
    example_body: Option<Extent>,

    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    if let (Some(section), Some(id)) = (&options.section, &options.operation) {
        let found = catalog::operation(section, id)?;
        return match options.example_body {
            Some(extent) => example_body(found, extent),
            None => one(options.format, found),
        };
    }
    let words = options.search.as_deref().map(words);
    let found = all(options.section.as_ref())?.filter(|found| words.as_ref().is_none_or(|words| has(found, words)));
    let mut found = found.peekable();
    if found.peek().is_none() {
        notes::note("no operation has all of these words: leave out a word, or shorten one");
    }
    match (options.format, screen::width()) {
        (Format::Table, width) => {
            if let (Some(section), None) = (&options.section, &words) {
                introduce(io::stdout().lock(), section, width)?;
            }
            match width {
                Some(width) => Ok(blocks(io::stdout().lock(), found, width)?),
                None => Ok(output::list(options.format, COLUMNS, found, row, json)?),
            }
        }
        (format, _) => Ok(output::list(format, COLUMNS, found, row, json)?),
    }
}

/// Writes the operations for a screen: a table would be much wider.
fn blocks(mut out: impl Write, found: impl Iterator<Item = Published>, width: usize) -> io::Result<()> {
    for published in found {
        let operation = published.entry.operation;
        let rate = operation.rate.map(|rate| format!("{} a second, {} at once", rate.per_second, rate.burst));
        let paging = operation.paging.map(|paging| format!("pages by {}", pages_by(paging)));
        let facts = [Some(format!("{} {}", operation.method, operation.path)), rate, paging];
        let facts: Vec<_> = facts.into_iter().flatten().chain([operation.repeat.as_str().to_owned()]).collect();
        writeln!(out, "{published}")?;
        for text in [facts.join("; "), does(&published)].iter().filter(|text| !text.is_empty()) {
            writeln!(out, "{}", wrapped(text, width, 4).join("\n"))?;
        }
    }
    out.flush()
}

/// Writes a text, in lines that fit on the screen if there is one.
fn paragraph(out: &mut impl Write, text: &str, screen: Option<usize>) -> io::Result<()> {
    match screen {
        Some(width) => writeln!(out, "{}", wrapped(text, width, 0).join("\n")),
        None => writeln!(out, "{text}"),
    }
}

/// Writes what a section and its versions are for.
fn introduce(mut out: impl Write, section: &ApiName, screen: Option<usize>) -> Result<(), Failure> {
    let (section, apis) = catalog::section(section)?;
    if !section.about.is_empty() {
        paragraph(&mut out, section.about, screen)?;
        writeln!(out)?;
    }
    for api in apis.iter().filter(|api| !api.about.is_empty()) {
        paragraph(&mut out, &format!("{}: {}", section.version_of(api), api.about), screen)?;
        if let Some(retirement) = &api.retirement {
            paragraph(&mut out, &format!("It {}", announcement(retirement, &today())), screen)?;
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
        does(found),
    ]
}

/// What it does, after the day of its retirement.
fn does(found: &Published) -> String {
    let about = found.entry.about;
    found.entry.retirement.map_or(about.to_owned(), |retirement| format!("(until {}) {about}", retirement.on))
}

/// Writes a body to fill in.
fn example_body(found: Published, extent: Extent) -> Result<(), Failure> {
    let Some(schema) = &found.entry.schema else {
        return Err(Failure::usage(format!("{found} takes no body")).with_next("leave out --example-body"));
    };
    if extent == Extent::Required && body::rows(schema).iter().all(|row| !row.is_required) {
        notes::note("Amazon requires none of its fields: --example-body=all prints all");
    }
    let mut out = JsonOut::new();
    writeln!(out, "{}", body::example(schema, extent))?;
    Ok(out.flush()?)
}

/// One operation with its parameters and its body.
fn one(format: Format, found: Published) -> Result<(), Failure> {
    let json = || json_with_parameters(&found).to_string();
    match format {
        Format::Table => describe(&mut io::stdout().lock(), found)?,
        Format::Json => writeln!(JsonOut::new(), "{}", json_output::indented(&json()))?,
        Format::Jsonl => writeln!(JsonOut::new(), "{}", json())?,
    }
    Ok(io::stdout().flush()?)
}

const PARAMETER_COLUMNS: &[Column] = &[
    Column::text("PARAMETER"),
    Column::text("IN"),
    Column::text("TYPE"),
    Column::text("REQUIRED"),
    Column::text("MEANING AND VALUES"),
];

fn describe(out: &mut impl Write, found: Published) -> io::Result<()> {
    let screen = screen::width();
    let entry = found.entry;
    let operation = entry.operation;
    writeln!(out, "{operation}")?;
    writeln!(out, "{} {}", operation.method, operation.path)?;
    if !entry.about.is_empty() {
        paragraph(out, entry.about, screen)?;
    }
    writeln!(out, "reference: {}", entry.reference)?;
    match operation.rate {
        Some(rate) => writeln!(out, "rate: {} calls a second, {} at once", rate.per_second, rate.burst)?,
        None => writeln!(out, "rate: not documented")?,
    }
    writeln!(out, "repeat: {}", operation.repeat.as_str())?;
    if let Some(paging) = operation.paging {
        let follow =
            if paging.can_be_followed() { "--all-pages fetches them" } else { "--all-pages cannot fetch them" };
        writeln!(out, "pages: {} continues, {follow}", pages_by(paging))?;
    }
    if let Some(scope) = operation.grantless {
        writeln!(out, "grantless: scope {scope}")?;
    }
    if let Some(option) = restricted_option(&found) {
        writeln!(out, "restricted: {option} requests buyers' data")?;
    }
    if entry.deprecated {
        writeln!(out, "deprecated in Amazon's model")?;
    }
    if let Some(retirement) = &entry.retirement {
        writeln!(out, "retirement: it {}", announcement(retirement, &today()))?;
    }
    match entry.body {
        Body::Required => writeln!(out, "body: required (--body FILE; --example-body prints one to fill in)")?,
        Body::Optional => writeln!(out, "body: optional (--body FILE; --example-body prints one to fill in)")?,
        _ => {}
    }
    if !entry.parameters.is_empty() {
        writeln!(out)?;
        let mut table = Table::new(&mut *out, PARAMETER_COLUMNS).wrapped_to(screen);
        for parameter in entry.parameters {
            table.push(vec![
                parameter.name.to_owned(),
                location(parameter.location).to_owned(),
                kind(parameter),
                yes_or_nothing(parameter.required),
                meaning(parameter.about, &values(parameter).join(", "), parameter.example),
            ])?;
        }
        table.finish()?;
    }
    let rows = entry.schema.as_ref().map(body::rows).unwrap_or_default();
    if !rows.is_empty() {
        writeln!(out)?;
        let mut table = Table::new(&mut *out, BODY_COLUMNS).wrapped_to(screen);
        for row in rows {
            let like = row.like.map(|path| format!("fields as in {path}"));
            let values = if row.values.is_empty() { row.limits.to_owned() } else { row.values.join(", ") };
            let meaning = meaning(row.about, &like.unwrap_or(values), "");
            table.push(vec![row.path, row.kind, yes_or_nothing(row.is_required), meaning])?;
        }
        table.finish()?;
    }
    Ok(())
}

const BODY_COLUMNS: &[Column] =
    &[Column::text("BODY FIELD"), Column::text("TYPE"), Column::text("REQUIRED"), Column::text("MEANING AND VALUES")];

/// What a parameter or a field means, its values or limits, and an example.
fn meaning(about: &str, values: &str, example: &str) -> String {
    let example = if example.is_empty() { String::new() } else { format!("for example {example}") };
    let facts: Vec<_> = [values, &example].into_iter().filter(|text| !text.is_empty()).collect();
    let facts = facts.join("; ");
    let facts = if about.is_empty() || facts.is_empty() { facts } else { format!("({facts})") };
    [about, &facts].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn yes_or_nothing(is_so: bool) -> String {
    if is_so { "yes" } else { NOTHING }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meaning_has_its_values_and_an_example_behind_it() {
        assert_eq!(meaning("", "", ""), "");
        assert_eq!(meaning("", "A, B", ""), "A, B");
        assert_eq!(meaning("The state.", "", ""), "The state.");
        assert_eq!(meaning("The state.", "A, B", ""), "The state. (A, B)");
        assert_eq!(meaning("The SKU.", "", "SENCHA-100"), "The SKU. (for example SENCHA-100)");
        assert_eq!(meaning("", "1 to 40 characters", "SENCHA-100"), "1 to 40 characters; for example SENCHA-100");
    }

    #[test]
    fn blocks_fit_on_the_screen() {
        let mut out = Vec::new();
        blocks(&mut out, spapi_metadata::operations(), 80).unwrap();
        let shown = String::from_utf8(out).unwrap();
        for line in shown.lines() {
            // A path and a name are one word.
            let is_word = !line.trim().trim_start_matches(['G', 'E', 'T', 'P', 'O', 'S']).trim().contains(' ');
            assert!(line.len() <= 80 || is_word || !line.starts_with(' '), "{line}");
        }
        for published in spapi_metadata::operations() {
            assert!(shown.contains(&published.to_string()));
        }
    }
}

//! `spapi mws map`: what replaces names of MWS.

use super::tree;
use crate::catalog::did_you_mean;
use crate::completion;
use crate::exit::{Exit, Failure};
use crate::notes;
use crate::number::noun;
use crate::output::screen;
use crate::output::table::{Column, NOTHING, Table};
use crate::output::{JsonOut, json as json_output};
use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Value, json};
use spapi_core::text::printable;
use spapi_mws::map::{Entry, Mention, entries, find, nearest};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

const HELP: &str = "\
Without a name and without --file, all names are listed. If a name is not known, the others are shown, and the exit code is 1.

--file reads a file, a folder with all below it, or an archive (.zip, .tar, .gz, .tar.gz), and lists each place that names \
something of MWS. Files that a .gitignore excludes are left out, and those that are not text. A name is sure if MWS alone \
has it in this spelling; others may be of your own program, and are marked with maybe. MWS stands for each name that has \
MWS as a part.

Examples:
  spapi mws map ListOrders _GET_MERCHANT_LISTINGS_DATA_
  spapi mws map --file ~/src/old-shop --summary
  spapi mws map --file access-logs.zip --format csv > places.csv";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The names, in upper or lower case: operations, report types, feed types, notification types, states, hosts, client
    /// libraries.
    #[arg(value_name = "NAME", add = ArgValueCompleter::new(completion::mws_names))]
    names: Vec<String>,

    /// Files, folders or archives to search for names. It may be given several times.
    #[arg(long, value_name = "PATH", conflicts_with = "names")]
    file: Vec<PathBuf>,

    /// Also read files that a .gitignore excludes.
    #[arg(long, requires = "file")]
    no_ignore: bool,

    /// List each name once, with the number of its places.
    #[arg(long, requires = "file")]
    summary: bool,

    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = MapFormat::Table)]
    format: MapFormat,
}

/// The format of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum MapFormat {
    /// Aligned columns, to read.
    Table,
    /// One JSON document.
    Json,
    /// One JSON value on each line.
    Jsonl,
    /// CSV with a header.
    Csv,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    if !options.file.is_empty() {
        return places(options);
    }
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    match options.names.as_slice() {
        [] => found.extend(entries()),
        names => names.iter().for_each(|name| match find(name.trim()) {
            Some(entry) => found.push(entry),
            None => unknown.push(name.trim()),
        }),
    }
    if options.format == MapFormat::Table && !options.names.is_empty() {
        let mut out = io::stdout().lock();
        for (at, entry) in found.iter().enumerate() {
            if at > 0 {
                writeln!(out)?;
            }
            describe(&mut out, entry)?;
        }
        out.flush()?;
        return conclude(&unknown);
    }
    let mut list = List::new(options.format, COLUMNS);
    for entry in found {
        list.push(row(entry), || json(entry))?;
    }
    list.finish()?;
    conclude(&unknown)
}

/// Names what is not known, with near names.
fn conclude(unknown: &[&str]) -> Result<(), Failure> {
    let describe = |name: &str| {
        let near: Vec<_> = nearest(name).iter().map(|entry| entry.name).collect();
        format!(
            "MWS has no name {:?} that this program knows{}",
            printable(name).up_to(100).to_string(),
            did_you_mean(&near)
        )
    };
    let Some((last, before)) = unknown.split_last() else { return Ok(()) };
    before.iter().for_each(|name| notes::warn(describe(name)));
    Err(Failure::new(Exit::Failed, describe(last)).with_next("`spapi mws map` lists all names"))
}

const COLUMNS: &[Column] = &[
    Column::text("NAME"),
    Column::text("KIND"),
    Column::text("SECTION"),
    Column::text("REPLACED BY"),
    Column::text("COMMAND"),
    Column::text("NOTE"),
];

fn row(entry: &'static Entry) -> Vec<String> {
    vec![
        entry.name.to_owned(),
        entry.kind.as_str().to_owned(),
        entry.section.to_owned(),
        replaced_by(entry),
        entry.commands().into_iter().next().unwrap_or_default(),
        note(entry),
    ]
}

fn replaced_by(entry: &Entry) -> String {
    let names: Vec<_> = entry.replacement.names().collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

fn note(entry: &Entry) -> String {
    let unsure = if entry.is_unsure { "this row is unsure" } else { "" };
    [entry.note, unsure].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ")
}

/// All that is known of a name, a line each.
fn describe(out: &mut impl Write, entry: &'static Entry) -> io::Result<()> {
    writeln!(out, "{}: {} of MWS, {}", entry.name, entry.kind.as_str(), entry.section)?;
    writeln!(out, "replaced by: {}", replaced_by(entry))?;
    for builder in entry.builders() {
        writeln!(out, "in Rust: {builder}")?;
    }
    if let Some(library) = entry.library {
        writeln!(out, "in Rust: {library}")?;
    }
    for command in entry.commands() {
        writeln!(out, "command: {command}")?;
    }
    for retired in entry.retirements() {
        let ending = match retired.on {
            Some(on) => format!("on {on}, as Amazon has announced"),
            None => "it is no longer in Amazon's list, and may be refused".to_owned(),
        };
        let instead = retired.instead.map(|instead| format!("; replacement: {instead}")).unwrap_or_default();
        writeln!(out, "retirement of {}: {ending}{instead}", retired.name)?;
    }
    let note = note(entry);
    if note.is_empty() { Ok(()) } else { writeln!(out, "note: {note}") }
}

fn json(entry: &'static Entry) -> Value {
    let retirements = entry.retirements().into_iter();
    let retirements =
        retirements.map(|retired| json!({"name": retired.name, "on": retired.on, "instead": retired.instead}));
    json!({
        "name": entry.name,
        "kind": entry.kind.as_str(),
        "section": entry.section,
        "replacements": entry.replacement.names().collect::<Vec<_>>(),
        "builders": entry.builders(),
        "library": entry.library,
        "commands": entry.commands(),
        "retirements": retirements.collect::<Vec<_>>(),
        "note": entry.note,
        "isUnsure": entry.is_unsure,
    })
}

const PLACES: &[Column] = &[
    Column::text("PLACE"),
    Column::text("WORD"),
    Column::text("SURE"),
    Column::text("NAME"),
    Column::text("REPLACED BY"),
    Column::text("COMMAND"),
];

const SUMMARY: &[Column] = &[
    Column::text("NAME"),
    Column::number("PLACES"),
    Column::number("FILES"),
    Column::text("REPLACED BY"),
    Column::text("COMMAND"),
];

/// How often a name is found.
#[derive(Default)]
struct Count {
    places: u64,
    files: u64,
}

/// Lists the places in files.
fn places(options: &Options) -> Result<(), Failure> {
    let mut counts = BTreeMap::<&'static str, Count>::new();
    let mut list = List::new(options.format, if options.summary { SUMMARY } else { PLACES });
    let mut last = BTreeMap::<&'static str, String>::new();
    let read = tree::read(&options.file, options.no_ignore, &mut |file: &str, mention: &Mention| {
        let entry = mention.entry;
        let count = counts.entry(entry.name).or_default();
        count.places += 1;
        if last.get(entry.name).is_none_or(|last| last != file) {
            count.files += 1;
            last.insert(entry.name, file.to_owned());
        }
        if options.summary { Ok(()) } else { list.push(place(file, mention), || place_json(file, mention)) }
    })?;
    if options.summary {
        for (name, count) in &counts {
            let Some(entry) = find(name) else { continue };
            let cells = vec![
                (*name).to_owned(),
                count.places.to_string(),
                count.files.to_string(),
                replaced_by(entry),
                entry.commands().into_iter().next().unwrap_or_default(),
            ];
            let json = || {
                let mut json = json(entry);
                json["places"] = count.places.into();
                json["files"] = count.files.into();
                json
            };
            list.push(cells, json)?;
        }
    }
    list.finish()?;
    let (names, places) = (counts.len() as u64, counts.values().map(|count| count.places).sum::<u64>());
    let lost = counts.keys().filter_map(|name| find(name)).filter(|entry| !entry.is_replaced()).count() as u64;
    let (place, file) = (noun(places, "place"), noun(read.files, "file"));
    notes::note(format!(
        "{names} {} of MWS in {places} {place}, in {} {file} that were read; nothing replaces {lost} of them",
        noun(names, "name"),
        read.files
    ));
    read.note_skipped();
    match read.failed {
        0 => Ok(()),
        count => Err(Failure::new(Exit::Failed, format!("{count} {} could not be read", noun(count, "file")))),
    }
}

fn place(file: &str, mention: &Mention) -> Vec<String> {
    vec![
        format!("{file}:{}:{}", mention.line, mention.column),
        mention.word.clone(),
        if mention.is_sure { "yes" } else { "maybe" }.to_owned(),
        mention.entry.name.to_owned(),
        replaced_by(mention.entry),
        mention.entry.commands().into_iter().next().unwrap_or_default(),
    ]
}

fn place_json(file: &str, mention: &Mention) -> Value {
    json!({
        "file": file,
        "line": mention.line,
        "column": mention.column,
        "word": mention.word,
        "isSure": mention.is_sure,
        "name": mention.entry.name,
        "kind": mention.entry.kind.as_str(),
        "replacements": mention.entry.replacement.names().collect::<Vec<_>>(),
        "commands": mention.entry.commands(),
    })
}

/// A list in one of the formats, written while it grows.
enum List {
    Table(Box<Table<io::StdoutLock<'static>>>),
    Json(json_output::Array<JsonOut>),
    Jsonl(JsonOut),
    Csv { writer: Box<csv::Writer<io::StdoutLock<'static>>>, columns: &'static [Column], has_header: bool },
}

impl List {
    fn new(format: MapFormat, columns: &'static [Column]) -> Self {
        match format {
            MapFormat::Table => {
                Self::Table(Box::new(Table::new(io::stdout().lock(), columns).wrapped_to(screen::width())))
            }
            MapFormat::Json => Self::Json(json_output::Array::new(JsonOut::new())),
            MapFormat::Jsonl => Self::Jsonl(JsonOut::new()),
            MapFormat::Csv => {
                let writer = Box::new(csv::Writer::from_writer(io::stdout().lock()));
                Self::Csv { writer, columns, has_header: false }
            }
        }
    }

    fn push(&mut self, cells: Vec<String>, json: impl FnOnce() -> Value) -> io::Result<()> {
        match self {
            Self::Table(table) => table
                .push(cells.into_iter().map(|cell| if cell.is_empty() { NOTHING.to_owned() } else { cell }).collect()),
            Self::Json(array) => array.push(&json().to_string()),
            Self::Jsonl(out) => writeln!(out, "{}", json()),
            Self::Csv { writer, columns, has_header } => {
                header(writer, columns, has_header)?;
                Ok(writer.write_record(cells)?)
            }
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Table(table) => table.finish(),
            Self::Json(array) => array.finish(),
            Self::Jsonl(mut out) => out.flush(),
            Self::Csv { mut writer, columns, mut has_header } => {
                header(&mut writer, columns, &mut has_header)?;
                writer.flush()
            }
        }
    }
}

/// Writes the names of the columns, once.
fn header(writer: &mut csv::Writer<impl Write>, columns: &[Column], has_header: &mut bool) -> io::Result<()> {
    if !std::mem::replace(has_header, true) {
        writer.write_record(columns.iter().map(|column| column.title().to_lowercase().replace(' ', "_")))?;
    }
    Ok(())
}

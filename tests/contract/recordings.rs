//! Recordings of real traffic, tested against the types: the generated builder makes each call again, and the operation's
//! types decode the recorded answer.
//!
//! `spapi-record` writes the recordings. Some of their values are stand-ins, of which only the form counts.

use crate::call::{Call, Given, Place};
use crate::dispatch::CALLS;
use crate::examples::{Witness, client};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use spapi_core::operation::{ApiName, OperationName};
use spapi_metadata::{Body, Entry, List, Location, Published};
use spapi_tests::{Answer, Server};
use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The recordings in a folder.
pub struct Folder {
    /// The recordings of known operations, by the operation's name.
    pub operations: BTreeMap<String, Recorded>,
    /// The files that do not fit any operation, each with the reason.
    pub unusable: Vec<String>,
    /// The recordings without anything to test, each with the reason.
    pub untyped: Vec<String>,
}

/// The recordings of an operation.
pub struct Recorded {
    call: &'static Call,
    entry: &'static Entry,
    /// With the names of their files, in that order.
    recordings: Vec<(String, Recording)>,
}

/// The outcome of the recordings of an operation.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many there are.
    pub recordings: usize,
    /// How many decode without a difference.
    pub clean: usize,
    /// How many have differences.
    pub drifted: usize,
    /// The differences, with how often and where first they occurred.
    drifts: BTreeMap<String, Seen>,
    /// What could not be tested, or only in another way, each with its file.
    pub notes: Vec<String>,
}

#[derive(Debug)]
struct Seen {
    count: usize,
    first: String,
}

/// A recording's file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recording {
    operation: Option<Named>,
    request: Request,
    response: Response,
}

/// The operation's name in a recording. It may have changed: method and path identify the operation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    section: String,
    version: String,
    id: String,
}

/// As an operation is displayed: `orders@v0 getOrder`.
impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        OperationName::new(ApiName::new(&self.section, Some(&self.version)), &*self.id).fmt(f)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    method: String,
    path: String,
    #[serde(default)]
    path_parameters: BTreeMap<String, String>,
    #[serde(default)]
    query: Vec<String>,
    body: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    status: u16,
    #[serde(default)]
    #[allow(dead_code, reason = "a recording has this member")]
    headers: BTreeMap<String, String>,
    /// As text, because a number's digits count.
    #[serde(default, deserialize_with = "present")]
    body: Option<Box<RawValue>>,
    text: Option<String>,
    #[serde(default)]
    body_left_out: bool,
}

/// A body of `null` is a body.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

impl Folder {
    /// Reads the recordings in a folder and the folders below it: the files with the ending `.json`.
    ///
    /// # Errors
    /// When it cannot be read, or has no such file.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut files = Vec::new();
        find(folder, &mut files).map_err(|error| {
            format!("the recordings in {} cannot be read: {error}. Name a folder of recordings.", folder.display())
        })?;
        if files.is_empty() {
            return Err(format!(
                "there are no recordings in {}: no file ends with .json. Make some with a Recorder \
                 of spapi-record.",
                folder.display()
            ));
        }
        files.sort();
        let mut read = Self { operations: BTreeMap::new(), unusable: Vec::new(), untyped: Vec::new() };
        for file in files {
            let name = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
            match fs::read(&file).map_err(|error| error.to_string()).and_then(|text| parse(&text)) {
                Ok(recording) => read.add(name, recording),
                Err(why) => read.unusable.push(format!("{name}: {why}")),
            }
        }
        Ok(read)
    }

    fn add(&mut self, file: String, recording: Recording) {
        let Request { method, path, .. } = &recording.request;
        let known = spapi_metadata::operations()
            .map(|published| (published, published.entry.operation))
            .find(|(_, operation)| operation.method.as_str() == method && operation.path == *path);
        let call = known.and_then(|(Published { section, api, entry, .. }, _)| {
            let key = (section.name, api.module, &*entry.operation.id);
            Some((CALLS.iter().find(|call| (call.section, call.module, call.operation) == key)?, entry))
        });
        match (call, &recording.operation) {
            (Some((call, entry)), _) => {
                let new = || Recorded { call, entry, recordings: Vec::new() };
                self.operations.entry(call.name()).or_insert_with(new).recordings.push((file, recording));
            }
            // The path may have stand-ins, or belong to an API that these crates do not have.
            (None, None) => self.untyped.push(format!(
                "{file}: {method} {path} was called by path, but no operation of these crates has that path"
            )),
            (None, Some(named)) => {
                self.unusable.push(format!("{file}: {named}, {method} {path} is not an operation of these crates"));
            }
        }
    }
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    Ok(())
}

/// Takes only names and places from serde's error, because the file may not be a recording.
fn parse(text: &[u8]) -> Result<Recording, String> {
    serde_json::from_slice(text).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let said = error.to_string();
        let field = said.split('`').nth(1).unwrap_or_default();
        match () {
            () if !error.is_data() => format!("it is not JSON: {place}"),
            () if said.starts_with("unknown field") => format!(
                "it is not a recording of the form that this spapi-record writes: `{field}` at {place} is not known. \
                 If another version wrote it, record again with this one, or test it with a checkout of that one"
            ),
            () if said.starts_with("missing field") => {
                format!("it is not a recording: `{field}` is missing at {place}")
            }
            () => format!("it is not a recording: {place} is not as expected"),
        }
    })
}

impl Recorded {
    /// How many recordings there are.
    pub fn count(&self) -> usize {
        self.recordings.len()
    }

    /// Makes each call and decodes each answer again.
    pub async fn check(&self) -> Checked {
        let mut checked = Checked { recordings: self.count(), ..Checked::default() };
        for (file, recording) in &self.recordings {
            let mut note = |why: String| checked.notes.push(format!("{file}: {why}"));
            let own = self.entry.operation.to_string();
            if let Some(named) = recording.operation.as_ref().map(Named::to_string).filter(|named| *named != own) {
                note(format!("it names {named}, and was tested as {own}, the operation of its method and path"));
            }
            match self.check_one(recording, &mut note).await {
                None => {}
                Some(found) if found.is_empty() => checked.clean += 1,
                Some(found) => {
                    checked.drifted += 1;
                    for drift in found {
                        let new = || Seen { count: 0, first: file.clone() };
                        checked.drifts.entry(drift).or_insert_with(new).count += 1;
                    }
                }
            }
        }
        checked
    }

    /// The differences; `None` if there was nothing to test.
    async fn check_one(&self, recording: &Recording, note: &mut impl FnMut(String)) -> Option<Vec<String>> {
        let Response { status, body, text, body_left_out, .. } = &recording.response;
        if !(200..300).contains(status) {
            note(format!("{status} is not a success, and no type decodes it"));
            return None;
        }
        if *body_left_out {
            note("its answer was not recorded, because no type decodes it".to_owned());
            return None;
        }
        let answer = match (body, text) {
            (Some(body), _) => Answer::json(*status, body),
            (None, Some(text)) => Answer::html(*status, text),
            (None, None) => Answer::empty(*status),
        };
        let server = Server::always(answer).await;
        let witness = Witness::default();
        let mut given = self.given(&recording.request);
        let sending = match (self.call.make)(&client(&server.url(), &witness), &mut given) {
            Ok(sending) => sending,
            Err(misfit) => return Some(vec![format!("not callable: {}: {}", general(&misfit.place), misfit.reason)]),
        };
        let mut found: Vec<_> = given.changed().iter().map(|drift| format!("sent: {}", general(drift))).collect();
        // The name may be a stand-in, as the names of `raw_query` are.
        given.left_over().iter().for_each(|name| note(format!("no setter takes {name}, so the call leaves it out")));
        match sending.await {
            Ok(received) => {
                found.extend(witness.drifts().iter().map(general));
                if body.is_some() && !received.is_read {
                    found.push("not read: the operation's answer has no type".to_owned());
                }
            }
            Err(error) if error.is_input() => {
                // Only the first sentence of the error gives the reason.
                let why = error.to_string();
                found.push(format!("not callable: {}", why.split(". ").next().unwrap_or_default()));
            }
            Err(error) if error.is_decode() && body.is_none() && text.is_none() => {
                note("its answer was not recorded: no type decoded it".to_owned());
                return None;
            }
            Err(error) => found.push(format!("the answer cannot be decoded: {}", general(&error))),
        }
        Some(found)
    }

    /// What the recording has of the request.
    fn given(&self, request: &Request) -> Given {
        let mut given = Given::default();
        for (name, value) in &request.path_parameters {
            given.set(Place::Path, name, value.as_str().into());
        }
        let mut query: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for pair in &request.query {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            query.entry(name).or_default().push(value);
        }
        for (name, values) in query {
            let parameters = &mut self.entry.parameters.iter();
            let known = parameters.find(|known| known.location == Location::Query && known.name == name);
            let value = match known.map(|known| known.list) {
                Some(List::Csv) => values.iter().flat_map(|value| value.split(',')).collect(),
                Some(List::Multi) => values.into_iter().collect(),
                _ => Value::from(values.join(",")),
            };
            given.set(Place::Query, name, value);
        }
        match &request.body {
            Some(body) => given.set_body(body.clone()),
            // A body whose type accepts anything is not recorded, but the answer can still be tested.
            None if self.entry.body == Body::Required => given.set_body(json!({})),
            None => {}
        }
        given
    }
}

/// The text without the indexes of its path, so that all elements of a list share one text: `payload.Orders[3].Total`
/// becomes `payload.Orders[].Total`.
fn general(said: &impl ToString) -> String {
    let said = said.to_string();
    let mut parts = said.split('[');
    let mut written = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|character: char| character.is_ascii_digit());
        write!(written, "[{}", if rest.starts_with(']') { rest } else { part }).expect("text can be written to");
    }
    written
}

impl Checked {
    /// One line for each difference: `2 Changed payload.Amount (first in 0001-finances.json)`.
    pub fn drifts(&self) -> Vec<String> {
        self.drifts.iter().map(|(what, Seen { count, first })| format!("{count} {what} (first in {first})")).collect()
    }
}

/// The outcome of a folder: a line for each operation, and the recordings that could not be tested.
pub struct Table<'a> {
    /// The operations by their names.
    pub checked: &'a BTreeMap<String, Checked>,
    /// The folder, for the files that could not be tested.
    pub folder: &'a Folder,
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.checked.keys().map(String::len).chain(["operation".len()]).max().unwrap_or_default();
        let mut line = |name: &str, [all, clean, drifted, rest]: [&dyn fmt::Display; 4]| {
            writeln!(f, "{name:width$}  {all:>10}  {clean:>6}  {drifted:>7}  {rest:>10}")
        };
        line("operation", [&"recordings", &"clean", &"drifted", &"not tested"])?;
        for (name, Checked { recordings, clean, drifted, .. }) in self.checked {
            line(name, [recordings, clean, drifted, &(recordings - clean - drifted)])?;
        }
        let notes = self.checked.values().flat_map(|checked| &checked.notes);
        let notes: Vec<_> = self.folder.unusable.iter().chain(&self.folder.untyped).chain(notes).collect();
        if !notes.is_empty() {
            writeln!(f, "\nnot tested:")?;
        }
        notes.into_iter().try_for_each(|note| writeln!(f, "  {note}"))
    }
}

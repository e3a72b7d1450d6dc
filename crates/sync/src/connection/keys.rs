//! Reads settings of a file by their keys, with errors that name file and key.

use serde_json::{Map, Value};
use spapi_core::{Error, ErrorKind};
use spapi_types::text::printable;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

/// The settings of a file or of a table in it.
pub(super) struct Keys<'a> {
    file: &'a str,
    /// The keys of the tables around it, each followed by a point.
    prefix: String,
    table: Map<String, Value>,
    known: BTreeSet<&'static str>,
}

/// A table with its key.
type Table = (&'static str, Map<String, Value>);

impl<'a> Keys<'a> {
    pub fn new(file: &'a str, prefix: String, table: Map<String, Value>) -> Self {
        Self { file, prefix, table, known: BTreeSet::new() }
    }

    /// The value of a setting that may have several names. An empty text counts as absent.
    pub fn take(&mut self, names: &[&'static str]) -> Result<Option<(&'static str, Value)>, Error> {
        self.known.extend(names);
        let mut found = None;
        for name in names {
            let Some(value) = self.table.remove(*name) else { continue };
            if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
                continue;
            }
            if let Some((other, _)) = found {
                return Err(self.wrong(name, format!("it is the same setting as {other}"), "Remove one of both."));
            }
            found = Some((*name, value));
        }
        Ok(found)
    }

    pub fn text(&mut self, names: &[&'static str]) -> Result<Option<(&'static str, String)>, Error> {
        match self.take(names)? {
            None => Ok(None),
            Some((key, Value::String(text))) => Ok(Some((key, text.trim().to_owned()))),
            Some((key, other)) => Err(self.wrong(key, format!("it is {}", kind(&other)), "Write a text.")),
        }
    }

    pub fn required_text(&mut self, names: &[&'static str]) -> Result<(&'static str, String), Error> {
        match self.text(names)? {
            Some(found) => Ok(found),
            None => Err(self.wrong(names[0], "it is missing", format!("Add {}.", names[0]))),
        }
    }

    pub fn flag(&mut self, names: &[&'static str], default: bool) -> Result<bool, Error> {
        match self.take(names)? {
            None => Ok(default),
            Some((_, Value::Bool(is))) => Ok(is),
            Some((key, other)) => {
                Err(self.wrong(key, format!("it is {}", kind(&other)), "Write true or false, without quotation marks."))
            }
        }
    }

    /// A whole number within bounds.
    pub fn whole(&mut self, names: &[&'static str], bounds: RangeInclusive<u32>) -> Result<Option<u32>, Error> {
        let Some((key, value)) = self.take(names)? else { return Ok(None) };
        let number = value
            .as_u64()
            .or_else(|| value.as_f64().filter(|number| number.fract() == 0.0).map(|number| number as u64));
        let number = number.and_then(|number| u32::try_from(number).ok()).filter(|number| bounds.contains(number));
        let (least, most) = (bounds.start(), bounds.end());
        let allowed = if *most == u32::MAX { format!("{least} or more") } else { format!("{least} to {most}") };
        match number {
            Some(number) => Ok(Some(number)),
            None => {
                let what = if value.is_number() {
                    format!("{value} is outside of {allowed}")
                } else {
                    format!("it is {}", kind(&value))
                };
                Err(self.wrong(key, what, format!("Write a whole number, {allowed}.")))
            }
        }
    }

    /// A list of texts.
    pub fn texts(&mut self, names: &[&'static str]) -> Result<Option<(&'static str, Vec<String>)>, Error> {
        let Some((key, value)) = self.take(names)? else { return Ok(None) };
        let hint = format!("Write {key} = [\"...\", \"...\"].");
        let Value::Array(list) = value else { return Err(self.wrong(key, format!("it is {}", kind(&value)), hint)) };
        let texts = list.into_iter().map(|value| match value {
            Value::String(text) => Ok(text),
            other => Err(self.wrong(key, format!("it contains {}", kind(&other)), hint.clone())),
        });
        Ok(Some((key, texts.collect::<Result<_, _>>()?)))
    }

    /// A table.
    pub fn table(&mut self, names: &[&'static str]) -> Result<Option<Table>, Error> {
        match self.take(names)? {
            None => Ok(None),
            Some((key, Value::Object(table))) => Ok(Some((key, table))),
            Some((key, other)) => Err(self.wrong(
                key,
                format!("it is {}", kind(&other)),
                format!("Write a table: [{}{key}].", self.prefix),
            )),
        }
    }

    /// The keys of a table of this one.
    pub fn within(&self, key: &str, table: Map<String, Value>) -> Keys<'a> {
        Keys::new(self.file, format!("{}{key}.", self.prefix), table)
    }

    /// Fails if a key was not taken.
    pub fn finish(self) -> Result<(), Error> {
        let Some(key) = self.table.keys().next() else { return Ok(()) };
        let likeness = |known: &&&'static str| (strsim::normalized_damerau_levenshtein(key, known) * 1000.0) as u32;
        let nearest = self.known.iter().max_by_key(likeness).filter(|known| likeness(known) >= 600);
        let hint = match nearest {
            Some(known) => format!("Did you mean {known}?"),
            None => format!("Known are {}.", self.known.iter().copied().collect::<Vec<_>>().join(", ")),
        };
        Err(self.wrong(&printable(key).up_to(60).to_string(), "there is no such setting", hint))
    }

    /// What is left, of a file that may have more keys than are known.
    pub fn ignore_others(self) {}

    pub fn wrong(&self, key: &str, what: impl Display, hint: impl Into<String>) -> Error {
        wrong(self.file, &format!("{}{key}", self.prefix), what, hint)
    }
}

/// An error about a key of a file.
pub(super) fn wrong(file: &str, key: &str, what: impl Display, hint: impl Into<String>) -> Error {
    Error::new(ErrorKind::Config, format!("{file}: {key}: {what}")).with_hint(hint.into())
}

/// A value in an error. One that looks like a secret is not shown.
pub(super) fn shown(text: &str) -> String {
    let secret = ["Atzr|", "Atza|", "amzn1.oa2-cs.", "AKIA"];
    match secret.iter().any(|beginning| text.contains(beginning)) {
        true => "what looks like a secret".to_owned(),
        false => format!("\"{}\"", printable(text).up_to(60)),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a table",
    }
}

//! Reads examples from Amazon's model files.

use super::{Example, Parameter, Place};
use crate::http::published::key;
use serde_json::{Map, Value};
use spapi_metadata::Published;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

/// The examples of a folder of models.
pub(super) struct Read {
    pub(super) all: Vec<Example>,
    /// Operations with examples that are not in the table of operations.
    pub(super) unknown: Vec<String>,
}

/// Reads every model below the folder, in the order of their paths.
pub(super) fn read(folder: &Path) -> io::Result<Read> {
    let mut files = Vec::new();
    json_files(folder, &mut files)?;
    files.sort();
    let published: HashMap<_, _> = spapi_metadata::operations()
        .map(|operation| {
            ((operation.entry.operation.method.to_string(), shape(&operation.entry.operation.path)), operation)
        })
        .collect();
    let mut read = Read { all: Vec::new(), unknown: Vec::new() };
    let mut models = 0;
    for file in &files {
        let model = json(file)?;
        // Amazon's repository also holds other JSON, such as the schemas of notifications.
        let Some(paths) = model.get("paths").and_then(Value::as_object) else { continue };
        models += 1;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        for (path, item) in paths {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let places = Places::of(&model, item, operation);
                let method = method.to_ascii_uppercase();
                match published.get(&(method.clone(), shape(path))) {
                    Some(known) => read.all.extend(examples(known, operation, &places)),
                    None if has_examples(operation) => read.unknown.push(format!("{method} {path} of {name}")),
                    None => {}
                }
            }
        }
    }
    if models == 0 {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            format!(
                "{}: this folder holds no model of Amazon's; `cargo xtask models fetch` in a checkout of this \
                 project puts them into models/upstream, or clone https://github.com/amzn/selling-partner-api-models",
                folder.display()
            ),
        ));
    }
    Ok(read)
}

fn json_files(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder).map_err(|error| at(folder, error))? {
        let entry = entry.map_err(|error| at(folder, error))?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(|error| at(folder, error))?);
        if kind.is_dir() {
            json_files(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "json") {
            files.push(path);
        }
    }
    Ok(())
}

fn json(file: &Path) -> io::Result<Value> {
    let text = std::fs::read_to_string(file).map_err(|error| at(file, error))?;
    // Some of Amazon's files begin with a byte order mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    serde_json::from_str(text).map_err(|error| at(file, io::Error::new(io::ErrorKind::InvalidData, error)))
}

fn at(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// A path without the names of its parameters: the names differ between a model and the table.
fn shape(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The place of each parameter of an operation, by name.
struct Places(HashMap<String, Place>);

impl Places {
    fn of(model: &Value, item: &Value, operation: &Value) -> Self {
        let lists = [item, operation].map(|holder| holder["parameters"].as_array());
        let places = lists.into_iter().flatten().flatten().filter_map(|parameter| {
            let shared = parameter["$ref"].as_str().and_then(|reference| model.pointer(reference.strip_prefix('#')?));
            let parameter = shared.unwrap_or(parameter);
            let place = match parameter["in"].as_str()? {
                "path" => Place::Path,
                "query" => Place::Query,
                "body" => Place::Body,
                _ => return None,
            };
            Some((parameter["name"].as_str()?.to_owned(), place))
        });
        Self(places.collect())
    }

    /// Examples call the body `body`, whatever the model calls it.
    fn get(&self, name: &str) -> Place {
        let other = if name == "body" { Place::Body } else { Place::Query };
        self.0.get(name).copied().unwrap_or(other)
    }
}

fn cases(operation: &Value) -> impl Iterator<Item = (&str, &Vec<Value>)> {
    operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(status, response)| Some((status.as_str(), response["x-amzn-api-sandbox"]["static"].as_array()?)))
}

fn has_examples(operation: &Value) -> bool {
    cases(operation).next().is_some()
}

fn examples(published: &Published, operation: &Value, places: &Places) -> Vec<Example> {
    let [section, module, id] = key(published);
    let mut examples = Vec::new();
    for (status, cases) in cases(operation) {
        // `default` is not a status, and no example has it.
        let Ok(status) = status.parse() else { continue };
        for (index, case) in cases.iter().enumerate() {
            let parameters = case["request"]["parameters"].as_object();
            examples.push(Example {
                section,
                module,
                operation: id,
                status,
                index,
                parameters: parameters.into_iter().flatten().filter_map(|(n, v)| parameter(n, v, places)).collect(),
                headers: case["responseHeaders"].as_object().map(headers).unwrap_or_default(),
                response: case.get("response").filter(|body| **body != "").cloned(),
            });
        }
    }
    examples
}

/// A parameter with its value; `None` if the example does not set it.
fn parameter(name: &str, given: &Value, places: &Places) -> Option<Parameter> {
    let place = places.get(name);
    let value = match given.get("value") {
        // Some examples hold the body without a wrapper.
        None if place == Place::Body && given.as_object().is_some_and(|body| !body.is_empty()) => given,
        None => return None,
        Some(value) => value,
    };
    (!value.is_null()).then(|| Parameter { name: name.to_owned(), place, value: value.clone() })
}

fn headers(given: &Map<String, Value>) -> Vec<(String, String)> {
    let text = |header: &Value| header["value"].as_str().map(str::to_owned);
    given.iter().filter_map(|(name, header)| Some((name.clone(), text(header)?))).collect()
}

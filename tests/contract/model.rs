//! Amazon's models, read directly from the files, because a test of generated code must not rely on the generator.

use crate::call::Place;
use serde_json::Value;
use std::path::Path;

/// A model file.
pub struct Model {
    document: Value,
}

/// An operation's request in a model.
pub struct Operation {
    /// In upper case.
    pub method: String,
    /// With its parameters in braces.
    pub path: String,
    /// In the path, the query and the headers.
    pub parameters: Vec<Parameter>,
    /// The schema of the body, if it takes one, and whether the body is required.
    pub body: Option<(Value, bool)>,
    /// The content types that it takes; empty when the model does not say.
    pub consumes: Vec<String>,
}

/// A parameter.
pub struct Parameter {
    /// Its name as it is sent.
    pub name: String,
    /// Where it is sent.
    pub place: Place,
    /// Whether it must be given.
    pub is_required: bool,
    /// How a list is joined, if it takes a list.
    pub list: Option<List>,
    /// Whether a value of the path keeps its slashes.
    pub is_greedy: bool,
    /// The schema of its value, or of each of its values.
    pub schema: Value,
}

/// How a list is written in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// `a=1,2`, which is Swagger's default.
    Csv,
    /// `a=1&a=2`.
    Multi,
}

impl Model {
    /// Reads a file.
    ///
    /// # Panics
    /// When the file cannot be opened or is not JSON. That cannot happen to a fetched file, whose hash was verified.
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = text.trim_start_matches('\u{feff}');
        let document = serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { document }
    }

    /// Every operation.
    pub fn operations(&self) -> Vec<Operation> {
        let paths = self.document["paths"].as_object().into_iter().flatten();
        paths.flat_map(|(path, item)| self.operations_at(path, item)).collect()
    }

    fn operations_at<'a>(&'a self, path: &'a str, item: &'a Value) -> impl Iterator<Item = Operation> + 'a {
        let members = item.as_object().into_iter().flatten();
        members.filter(|(_, operation)| operation.get("responses").is_some()).map(move |(method, operation)| {
            let mut found = Operation {
                method: method.to_ascii_uppercase(),
                path: path.to_owned(),
                parameters: Vec::new(),
                body: None,
                consumes: [&operation["consumes"], &self.document["consumes"]]
                    .into_iter()
                    .find_map(Value::as_array)
                    .map(|types| types.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
                    .unwrap_or_default(),
            };
            let lists = [&item["parameters"], &operation["parameters"]];
            for parameter in lists.into_iter().filter_map(Value::as_array).flatten() {
                self.read_parameter(parameter, &mut found);
            }
            found
        })
    }

    fn read_parameter(&self, parameter: &Value, found: &mut Operation) {
        let parameter = self.resolve(parameter);
        let is_required = parameter["required"] == true;
        let place = match parameter["in"].as_str() {
            Some("path") => Place::Path,
            Some("query") => Place::Query,
            Some("header") => Place::Header,
            Some("body") => {
                found.body = Some((parameter["schema"].clone(), is_required));
                return;
            }
            other => panic!("{} {}: a parameter in {other:?}", found.method, found.path),
        };
        let is_list = parameter["type"] == "array";
        let list = match parameter["collectionFormat"].as_str() {
            _ if !is_list => None,
            Some("multi") => Some(List::Multi),
            None | Some("csv") => Some(List::Csv),
            Some(other) => panic!("{} {}: a list written as {other}", found.method, found.path),
        };
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        // An operation's own parameter replaces the path's parameter of the same name.
        found.parameters.retain(|known| (known.place, &known.name) != (place, &name));
        found.parameters.push(Parameter {
            name,
            place,
            is_required: is_required || place == Place::Path,
            list,
            is_greedy: parameter.as_object().is_some_and(|members| members.keys().any(|key| key.contains("greedy"))),
            schema: if is_list { self.resolve(&parameter["items"]).clone() } else { parameter.clone() },
        });
    }

    /// The target of a reference, or the value itself.
    pub fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        let target = value["$ref"].as_str().and_then(|reference| self.document.pointer(reference.strip_prefix('#')?));
        target.map_or(value, |target| self.resolve(target))
    }
}

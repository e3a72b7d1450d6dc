//! Compares two versions of one model.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Map, Value};

use super::origins::{self, Origins};
use super::schema::{At, Differ, Found, Node, collect_references, head, renamed};
use crate::load::child;
use crate::metadata::rates::{self, Rate};
use crate::naming;
use crate::{normalise, walk};

/// The differences, and which definition refers to which.
#[derive(Debug, Default)]
pub struct Difference {
    pub found: Vec<Found>,
    /// Kinds of changes that get one line for each file, with the number of places.
    pub counted: BTreeMap<&'static str, usize>,
    /// The definitions that each definition and operation refers to, before or after.
    pub graph: BTreeMap<Node, BTreeSet<String>>,
    /// The operations of the new document by id, each with its JSON pointer.
    pub operations: BTreeMap<String, String>,
}

/// Compares two versions of a model.
///
/// # Errors
/// When one refers to shared parameters that do not exist, or two operations would have the same name.
pub fn compare(old: &Value, new: &Value) -> Result<Difference> {
    let ((old, old_origins), (new, new_origins)) = (prepared(old)?, prepared(new)?);
    let mut differ = Differ::default();
    definitions(&mut differ, &old, &new);
    operations(&mut differ, &old, &new);
    whole(&mut differ, &old, &new);
    let mut graph: BTreeMap<Node, BTreeSet<String>> = BTreeMap::new();
    for document in [&old, &new] {
        for (name, schema) in walk::definitions(document).into_iter().flatten() {
            collect_references(schema, graph.entry(Node::Definition(name.clone())).or_default());
        }
        for operation in read_operations(document) {
            let node = graph.entry(Node::Operation(operation.id.to_owned())).or_default();
            collect_references(&Value::Object(operation.body.clone()), node);
        }
    }
    for found in &mut differ.found {
        let [before, after] = &found.pointers;
        let model = |pointer: &Option<String>, origins: &Origins| pointer.as_ref().map(|pointer| origins.of(pointer));
        found.pointers = [model(before, &old_origins), model(after, &new_origins)];
    }
    let operations = read_operations(&new).into_iter();
    let operations = operations.map(|operation| (operation.id.to_owned(), new_origins.of(&operation.pointer())));
    Ok(Difference { found: differ.found, counted: differ.counted, graph, operations: operations.collect() })
}

/// The document as code is generated from it, with all shared parameters and responses written out and distinct
/// operation ids; and the pointers of the written-out parts in the model.
fn prepared(document: &Value) -> Result<(Value, Origins)> {
    let mut document = document.clone();
    origins::mark(&mut document);
    normalise::operation_ids::apply(&mut document)?;
    normalise::shared::apply(&mut document)?;
    let origins = Origins::take(&mut document);
    Ok((document, origins))
}

fn whole(differ: &mut Differ, old: &Value, new: &Value) {
    let at = At::new(Node::File, "", String::new());
    let empty = Map::new();
    let (old, new) = (old.as_object().unwrap_or(&empty), new.as_object().unwrap_or(&empty));
    let info =
        |document: &Map<String, Value>| document.get("info").and_then(Value::as_object).cloned().unwrap_or_default();
    differ.members(&at.below("info", "info"), &info(old), &info(new), &[]);
    // Tags change only how operations are sorted on a page of documentation.
    for key in ["tags"] {
        if old.get(key) != new.get(key) {
            differ.count("prose-changed");
        }
    }
    differ.members(&at, old, new, &["info", "paths", "definitions", "tags"]);
}

fn definitions(differ: &mut Differ, old: &Value, new: &Value) {
    let empty = Map::new();
    let (before, after) = (walk::definitions(old).unwrap_or(&empty), walk::definitions(new).unwrap_or(&empty));
    let by_case = renamed(before, after, naming::type_name);
    let at = |name: &str| At::new(Node::Definition(name.to_owned()), name, child("/definitions", name));
    for (name, schema) in before {
        if let Some(later) = after.get(name) {
            differ.schema(&at(name), schema, later);
        } else if let Some(later) = by_case.get(name) {
            let pointers = [name, later].map(|name| Some(child("/definitions", name)));
            differ.push(
                "definition-renamed",
                &At { pointers: pointers.clone(), ..at(name) },
                Some(name.clone()),
                Some(later.clone()),
                [Some(schema), after.get(later)],
            );
            differ.schema(&At { pointers, ..at(later) }, schema, &after[later]);
        } else {
            differ.push("definition-removed", &at(name), Some(head(schema)), None, [Some(schema), None]);
        }
    }
    for (name, schema) in after {
        if !before.contains_key(name) && !by_case.values().any(|later| later == name) {
            differ.push("definition-added", &at(name), None, Some(head(schema)), [None, Some(schema)]);
        }
    }
}

struct Operation<'a> {
    id: &'a str,
    method: &'a str,
    path: &'a str,
    body: &'a Map<String, Value>,
}

impl Operation<'_> {
    fn route(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    fn pointer(&self) -> String {
        child(&child("/paths", self.path), self.method)
    }

    /// The place of the operation with these pointers.
    fn at(&self, pointers: [Option<String>; 2]) -> At {
        let node = Node::Operation(self.id.to_owned());
        At { node, place: self.id.to_owned(), pointers, member: None }
    }
}

fn read_operations(document: &Value) -> Vec<Operation<'_>> {
    walk::operations(document)
        .map(|(path, method, body)| {
            let id = body.get("operationId").and_then(Value::as_str).unwrap_or_default();
            Operation { id, method, path, body }
        })
        .collect()
}

fn operations(differ: &mut Differ, old: &Value, new: &Value) {
    let (before, after) = (read_operations(old), read_operations(new));
    let mut taken = BTreeSet::new();
    for operation in &before {
        let free = |candidate: &&Operation| !before.iter().any(|known| known.id == candidate.id);
        let same_id = after.iter().find(|candidate| candidate.id == operation.id);
        let by_case = || after.iter().filter(free).find(|other| other.id.eq_ignore_ascii_case(operation.id));
        let by_route = || after.iter().filter(free).find(|other| other.route() == operation.route());
        let whole = Value::Object(operation.body.clone());
        let Some(later) = same_id.or_else(by_case).or_else(by_route) else {
            let mut at = operation.at([Some(operation.pointer()), None]);
            at.member = Some(operation.id.to_owned());
            differ.push("operation-removed", &at, Some(operation.route()), None, [Some(&whole), None]);
            continue;
        };
        taken.insert(later.id);
        let later_whole = Value::Object(later.body.clone());
        let sides = [Some(&whole), Some(&later_whole)];
        let pointers = [Some(operation.pointer()), Some(later.pointer())];
        if later.id != operation.id {
            let names = (Some(operation.id.to_owned()), Some(later.id.to_owned()));
            differ.push("operation-renamed", &operation.at(pointers.clone()), names.0, names.1, sides);
        }
        if later.route() != operation.route() {
            let at = later.at(pointers.clone());
            differ.push("operation-moved", &at, Some(operation.route()), Some(later.route()), sides);
        }
        operation_change(differ, &later.at(pointers), operation, later);
    }
    for operation in after.iter().filter(|operation| !taken.contains(operation.id)) {
        let whole = Value::Object(operation.body.clone());
        let mut at = operation.at([None, Some(operation.pointer())]);
        at.member = Some(operation.id.to_owned());
        differ.push("operation-added", &at, None, Some(operation.route()), [None, Some(&whole)]);
    }
}

fn operation_change(differ: &mut Differ, at: &At, old: &Operation, new: &Operation) {
    description(differ, at, old.body, new.body);
    let deprecated = |operation: &Operation| operation.body.get("deprecated").and_then(Value::as_bool).unwrap_or(false);
    let word = |is: bool| Some(if is { "deprecated" } else { "in use" }.to_owned());
    let (before, after) = (deprecated(old), deprecated(new));
    if before != after {
        let kind = if after { "deprecation-added" } else { "deprecation-removed" };
        differ.push(kind, at, word(before), word(after), [None, None]);
    }
    parameters(differ, at, old.body, new.body);
    responses(differ, at, old.body, new.body);
    if old.body.get("tags") != new.body.get("tags") {
        differ.count("prose-changed");
    }
    let known = ["description", "deprecated", "parameters", "responses", "operationId", "tags"];
    differ.members(at, old.body, new.body, &known);
}

/// The description contains the usage plan; the rest of it is prose.
fn description(differ: &mut Differ, at: &At, old: &Map<String, Value>, new: &Map<String, Value>) {
    let text = |operation: &Map<String, Value>| {
        operation.get("description").and_then(Value::as_str).unwrap_or_default().replace("\\n", "\n")
    };
    let (before, after) = (text(old), text(new));
    // `generate` reports a usage plan that cannot be read, unless `sections.toml` has the rate.
    let rate = |text: &str| rates::read(text).unwrap_or(Rate::Unknown);
    let (old_rate, new_rate) = (rate(&before), rate(&after));
    if old_rate != new_rate {
        let kind = match (old_rate, new_rate) {
            (Rate::Unknown, _) => "rate-added",
            (_, Rate::Unknown) => "rate-removed",
            _ => "rate-changed",
        };
        let described = |rate: Rate| rate.values().map(|(rate, burst)| format!("{rate} a second, {burst} at once"));
        differ.push(kind, at, described(old_rate), described(new_rate), [None, None]);
    }
    let without_table =
        |text: &str| text.lines().filter(|line| !line.trim_start().starts_with('|')).collect::<Vec<_>>().join("\n");
    let only_the_rate = old_rate != new_rate && without_table(&before) == without_table(&after);
    if old.get("description") != new.get("description") && !only_the_rate {
        differ.count("prose-changed");
    }
}

fn parameters(differ: &mut Differ, at: &At, old: &Map<String, Value>, new: &Map<String, Value>) {
    // By place and name. An operation has one body, whatever its name.
    let list = |operation: &Map<String, Value>| -> Map<String, Value> {
        let list = operation.get("parameters").and_then(Value::as_array);
        let text =
            |parameter: &Value, key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let named = list.into_iter().flatten().map(|parameter| {
            let name = if text(parameter, "in") == "body" { "body".to_owned() } else { text(parameter, "name") };
            (format!("{} {name}", text(parameter, "in")), parameter.clone())
        });
        named.collect()
    };
    let (before, after) = (list(old), list(new));
    let index = |operation: &Map<String, Value>, parameter: Option<&Value>| {
        operation.get("parameters")?.as_array()?.iter().position(|other| Some(other) == parameter)
    };
    if before.len() == after.len() && before.keys().all(|key| after.contains_key(key)) && before.keys().ne(after.keys())
    {
        differ.count("order-changed");
    }
    let same_place = |name: &str| name.to_lowercase();
    // The name is compared separately; the other members decide whether it is the same parameter.
    let nameless = |list: &Map<String, Value>| -> Map<String, Value> {
        let without_name = |parameter: &Value| {
            let mut parameter = parameter.clone();
            parameter.as_object_mut().map(|parameter| parameter.shift_remove("name"));
            parameter
        };
        list.iter().map(|(key, parameter)| (key.clone(), without_name(parameter))).collect()
    };
    let by_case = renamed(&nameless(&before), &nameless(&after), same_place);
    let name = |key: &str| key.split_once(' ').map_or(key, |(_, name)| name).to_owned();
    let here = |key: &str, sides: [Option<&Value>; 2]| {
        let name = name(key);
        let indices = [index(old, sides[0]), index(new, sides[1])];
        let mut below = at.below("parameters", "").below_each(indices, &format!("({name})"));
        below.member = Some(name);
        below
    };
    let described = |key: &str, parameter: &Value| {
        let place = key.split_once(' ').map_or("", |(place, _)| place);
        let kind = head(parameter.get("schema").unwrap_or(parameter));
        let required = if is_required(parameter) { "required" } else { "optional" };
        format!("{place}, {kind}, {required}")
    };
    for (key, parameter) in &before {
        let later = after.get(key).or_else(|| after.get(by_case.get(key)?));
        let here = here(key, [Some(parameter), later]);
        let (later, later_key) = match (after.get(key), by_case.get(key)) {
            (Some(later), _) => (later, key),
            (None, Some(later)) => {
                differ.push(
                    "parameter-renamed",
                    &here,
                    Some(name(key)),
                    Some(name(later)),
                    [Some(parameter), after.get(later)],
                );
                (&after[later], later)
            }
            (None, None) => {
                differ.push("parameter-removed", &here, Some(described(key, parameter)), None, [Some(parameter), None]);
                continue;
            }
        };
        if key.split(' ').next() != later_key.split(' ').next() {
            differ.push(
                "type-changed",
                &here,
                Some(described(key, parameter)),
                Some(described(later_key, later)),
                [Some(parameter), Some(later)],
            );
        }
        parameter_change(differ, &here, parameter, later);
    }
    for (key, parameter) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
        if !by_case.values().any(|later| later == key) {
            differ.push(
                "parameter-added",
                &here(key, [None, Some(parameter)]),
                None,
                Some(described(key, parameter)),
                [None, Some(parameter)],
            );
        }
    }
}

fn is_required(parameter: &Value) -> bool {
    parameter.get("required").and_then(Value::as_bool).unwrap_or(false)
}

fn parameter_change(differ: &mut Differ, at: &At, old: &Value, new: &Value) {
    let (before, after) = (is_required(old), is_required(new));
    if before != after {
        let word = |is: bool| Some(if is { "required" } else { "optional" }.to_owned());
        differ.push(
            if after { "required-added" } else { "required-removed" },
            at,
            word(before),
            word(after),
            [None, None],
        );
    }
    // In Swagger 2.0 a parameter is itself a schema, unless it is a body.
    let without = |parameter: &Value| {
        let mut parameter = parameter.clone();
        if let Some(object) = parameter.as_object_mut() {
            for key in ["name", "in", "required"] {
                object.remove(key);
            }
        }
        parameter
    };
    match (old.get("schema"), new.get("schema")) {
        (Some(before), Some(after)) => differ.schema(&at.below("schema", ""), before, after),
        (None, None) => {}
        (before, after) => differ.push("type-changed", at, before.map(head), after.map(head), [before, after]),
    }
    differ.schema(at, &without(old), &without(new));
}

fn responses(differ: &mut Differ, at: &At, old: &Map<String, Value>, new: &Map<String, Value>) {
    let empty = Map::new();
    let of = |operation: &Map<String, Value>| operation.get("responses").and_then(Value::as_object).cloned();
    let (before, after) = (of(old).unwrap_or_else(|| empty.clone()), of(new).unwrap_or_else(|| empty.clone()));
    let statuses: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for status in statuses {
        let at = at.below("responses", "").below(status, &format!(" {status}"));
        let described = |response: &Value| response.get("schema").map_or("no body".to_owned(), head);
        let (Some(old), Some(new)) = (before.get(status), after.get(status)) else {
            let (old, new) = (before.get(status), after.get(status));
            let kind = if new.is_some() { "response-added" } else { "response-removed" };
            differ.push(kind, &at, old.map(described), new.map(described), [old, new]);
            continue;
        };
        match (old.get("schema"), new.get("schema")) {
            (Some(old), Some(new)) => differ.schema(&at.below("schema", ""), old, new),
            (None, None) => {}
            (old, new) => differ.push("response-changed", &at, old.map(head), new.map(head), [old, new]),
        }
        if old.get("headers") != new.get("headers") {
            differ.count("header-changed");
        }
        let object = |response: &Value| response.as_object().cloned().unwrap_or_default();
        differ.members(&at, &object(old), &object(new), &["schema", "headers"]);
    }
}

//! The facts of a model about each operation, read before the document is changed.

pub mod paging;
pub mod rates;

use super::catalog::{Api, Exceptions, Restricted};
use super::retirements::Retirement;
use super::usual::Usual;
use super::{example, walk, words};
use crate::naming;
use anyhow::{Context, Result, bail};
pub use paging::Paging;
pub use rates::Rate;
use serde_json::{Map, Value};
use spapi_types::operation::Repeat;
pub use spapi_types::parameter::{Body, Kind, List, Location};
use std::collections::BTreeMap;

/// An operation.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The published name, or one that distinguishes it from an operation with the same name: `getOrders`.
    pub id: String,
    /// In upper case: `GET`.
    pub method: String,
    /// With `{placeholders}`; a greedy one is `{+name}`.
    pub path: String,
    /// Path, query and header parameters, in the order of the model.
    pub parameters: Vec<Parameter>,
    pub body: Body,
    pub answers: Answers,
    pub rate: Rate,
    pub repeat: Repeat,
    pub paging: Option<Paging>,
    pub grantless: Option<String>,
    pub restricted: Option<Restricted>,
    pub deprecated: bool,
    /// The retirement of the operation or of its whole version.
    pub retirement: Option<Retirement>,
    /// What the operation does, in our own words.
    pub about: Option<String>,
    /// Amazon's page about the operation, or about its section.
    pub reference: String,
    /// Amazon's description, if it is quoted.
    pub quotation: Option<String>,
    pub sandbox_only: bool,
    /// Values for the README's call, by parameter.
    pub example: BTreeMap<String, String>,
    /// Whether the README's example of a body uses this operation.
    pub shown: bool,
}

/// A path, query or header parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: String,
    pub location: Location,
    pub kind: Kind,
    pub list: List,
    pub required: bool,
    /// The values of an enum.
    pub values: Vec<String>,
    /// The usual values of a text without an enum.
    pub usual: Vec<String>,
    /// Limits and format, in words.
    pub facts: String,
    /// What it means, in our own words; empty if that is not known.
    pub about: String,
    /// A value within the limits, as it is sent; empty if none is known.
    pub example: String,
    /// Amazon's description, if it is quoted.
    pub quotation: Option<String>,
}

/// The successful responses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// No successful response has a body.
    Empty,
    /// Every successful response has the same type.
    One,
    /// One type, or no body.
    OneOrEmpty,
    /// A type for each status: status and definition.
    ByStatus(Vec<(u16, String)>),
}

/// Reads the operations of a model whose references are resolved and whose responses are normalised.
pub fn operations(api: &Api, document: &Value, answers: &BTreeMap<String, Answers>) -> Result<Vec<Operation>> {
    let usual = Usual::read(document);
    let mut found = Vec::new();
    for (path, method, model) in walk::operations(document) {
        let id = model.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let exceptions = api.exceptions.get(&id).cloned().unwrap_or_default();
        let answers = answers.get(&id).cloned().unwrap_or(Answers::Empty);
        let mut operation = read(document, path, method, model, &id, exceptions, answers)
            .with_context(|| format!("{}: {} {path} ({id})", api.place, method.to_uppercase()))?;
        for parameter in &mut operation.parameters {
            if parameter.kind == Kind::Text && parameter.values.is_empty() {
                parameter.usual = usual.of(&parameter.name).to_vec();
            }
            let mut schemas = model.get("parameters").and_then(Value::as_array).into_iter().flatten();
            let Some(schema) = schemas.find(|schema| schema["name"] == parameter.name) else { continue };
            parameter.quotation = example::description(document, schema).filter(|_| api.words.quotes);
            if let Some(meaning) = api.words.meanings.of_parameter(&id, &parameter.name) {
                parameter.about.clone_from(&meaning.about);
                let fitting = meaning.example.as_ref().filter(|value| example::fits(document, schema, value));
                parameter.example = fitting.map(words::text).unwrap_or_default();
            }
        }
        if let (Rate::Unknown, Some(known)) = (operation.rate, api.last_known.get(&id)) {
            operation.rate = Rate::LastKnown { per_second: known.per_second, burst: known.burst };
        }
        operation.retirement = api.retirements.get(&id).or(api.retirement.as_ref()).cloned();
        operation.about = api.words.operations.get(&id).cloned();
        operation.reference = api.references.of(&id).to_owned();
        let description = model.get("description").and_then(Value::as_str).filter(|_| api.words.quotes);
        operation.quotation = description.map(str::to_owned);
        found.push(operation);
    }
    Ok(found)
}

/// The POST operations without a `repeat` in `models/sections.toml`. They count as `once`, because the effect of a
/// second call is unknown.
pub fn unjudged_posts<'a>(api: &'a Api, operations: &'a [Operation]) -> impl Iterator<Item = &'a Operation> {
    let is_judged = |id: &str| api.exceptions.get(id).is_some_and(|exceptions| exceptions.repeat.is_some());
    operations.iter().filter(move |operation| operation.method == "POST" && !is_judged(&operation.id))
}

/// Fails if `models/sections.toml` has a row for an operation that the model does not have: the row is a mistake, or
/// Amazon has changed the operation and someone must look at it.
pub fn check_rows(api: &Api, operations: &[Operation]) -> Result<()> {
    let has = |id: &str| operations.iter().any(|operation| operation.id == id);
    match api.exceptions.iter().find(|(id, row)| !row.gone && !has(id)) {
        Some((id, _)) => bail!(
            "models/sections.toml has a row for the operation {id} of {}, which the model does not have: correct its name, \
             remove the row, or mark it `gone = true` if Amazon has removed the operation and may bring it back",
            api.place
        ),
        None => Ok(()),
    }
}

fn read(
    document: &Value,
    path: &str,
    method: &str,
    operation: &Map<String, Value>,
    id: &str,
    exceptions: Exceptions,
    answers: Answers,
) -> Result<Operation> {
    let mut parameters = Vec::new();
    let mut body = Body::None;
    let mut path = path.to_owned();
    for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
        let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
        let required = parameter.get("required").and_then(Value::as_bool).unwrap_or(false);
        let location = match parameter.get("in").and_then(Value::as_str) {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("header") => Location::Header,
            Some("body") => {
                body = if required { Body::Required } else { Body::Optional };
                continue;
            }
            other => bail!("parameter {name} is in {other:?}; this generator supports path, query, header and body"),
        };
        if location == Location::Path && is_greedy(parameter) {
            path = path.replace(&format!("{{{name}}}"), &format!("{{+{name}}}"));
        }
        let item = if parameter.get("type").and_then(Value::as_str) == Some("array") {
            walk::resolve(document, parameter.get("items").unwrap_or(&Value::Null))
        } else {
            parameter
        };
        parameters.push(Parameter {
            name: name.to_owned(),
            location,
            kind: kind(item),
            list: list(parameter),
            required: required || location == Location::Path,
            values: enum_values(item),
            usual: Vec::new(),
            facts: super::facts::of(document, parameter),
            about: String::new(),
            example: String::new(),
            quotation: None,
        });
    }
    let repeat = exceptions.repeat.unwrap_or(match method {
        "get" | "head" | "options" => Repeat::Safe,
        "put" | "delete" => Repeat::Idempotent,
        _ => Repeat::Once,
    });
    let paging = paging::read(document, operation, &parameters, &exceptions)?;
    let description = operation.get("description").and_then(Value::as_str).unwrap_or_default();
    let rate = match exceptions.rate {
        Some(row) => Rate::Overridden { per_second: row.per_second, burst: row.burst },
        None => rates::read(description)?,
    };
    Ok(Operation {
        id: id.to_owned(),
        method: method.to_uppercase(),
        path,
        parameters,
        body,
        answers,
        rate,
        repeat,
        paging,
        grantless: exceptions.grantless,
        restricted: exceptions.restricted.filter(|restricted| *restricted != Restricted::Whole(false)),
        deprecated: operation.get("deprecated").and_then(Value::as_bool).unwrap_or(false),
        retirement: None,
        about: None,
        reference: String::new(),
        quotation: None,
        sandbox_only: exceptions.sandbox_only,
        example: exceptions.example,
        shown: exceptions.shown,
    })
}

impl Operation {
    /// The method and path: `GET /orders/v0/orders`.
    pub fn place(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The name as a function: `get_orders`.
    pub fn method_name(&self) -> String {
        naming::value_name(&self.id)
    }

    /// The method of the client that makes the call; `new` makes the client itself.
    pub fn client_method(&self) -> String {
        let name = self.method_name();
        if name == "new" { "new_".into() } else { name }
    }

    /// The name of the builder: `GetOrders`.
    pub fn builder_name(&self) -> String {
        naming::builder_name(&self.id)
    }

    /// The name of the constant with its metadata: `GET_ORDERS`.
    pub fn constant_name(&self) -> String {
        naming::constant_name(&self.id)
    }

    /// The parameters of one location.
    pub fn parameters_in(&self, location: Location) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.location == location)
    }

    /// Path parameters in the order of the path, which is the order of the arguments.
    pub fn path_parameters(&self) -> Vec<&Parameter> {
        let mut found: Vec<_> = self.parameters_in(Location::Path).collect();
        found.sort_by_key(|parameter| {
            self.path
                .find(&format!("{{{}}}", parameter.name))
                .or_else(|| self.path.find(&format!("{{+{}}}", parameter.name)))
        });
        found
    }
}

/// A placeholder that takes several path segments.
fn is_greedy(parameter: &Value) -> bool {
    parameter.as_object().is_some_and(|object| {
        object
            .iter()
            .any(|(key, value)| key.starts_with("x-") && key.contains("greedy") && value != &Value::Bool(false))
    })
}

fn list(parameter: &Value) -> List {
    match (parameter.get("type").and_then(Value::as_str), parameter.get("collectionFormat").and_then(Value::as_str)) {
        (Some("array"), Some("multi")) => List::Multi,
        // Swagger's default is csv.
        (Some("array"), _) => List::Csv,
        _ => List::No,
    }
}

fn kind(schema: &Value) -> Kind {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => Kind::Integer,
        Some("number") if format.starts_with("int") => Kind::Integer,
        Some("number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        Some("string") if format.eq_ignore_ascii_case("date-time") || format == "date" || format == "dateTime" => {
            Kind::DateTime
        }
        _ => Kind::Text,
    }
}

/// The values of an enum, as strings.
pub fn enum_values(schema: &Value) -> Vec<String> {
    let values = schema.get("enum").and_then(Value::as_array);
    values.into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    /// An operation with only an id.
    pub fn operation(id: &str) -> Operation {
        Operation {
            id: id.into(),
            method: "GET".into(),
            path: "/".into(),
            parameters: Vec::new(),
            body: Body::None,
            answers: Answers::One,
            rate: Rate::Unknown,
            repeat: Repeat::Safe,
            paging: None,
            grantless: None,
            restricted: None,
            deprecated: false,
            retirement: None,
            about: None,
            reference: String::new(),
            quotation: None,
            sandbox_only: false,
            example: BTreeMap::new(),
            shown: false,
        }
    }

    #[test]
    fn a_post_without_a_repeat_is_listed_and_counts_as_once() {
        let api = Api {
            place: "x/x.json".into(),
            file: "x.json".into(),
            module: "v0".into(),
            client: "X".into(),
            version: "v0".into(),
            document: Value::Null,
            last_known: BTreeMap::new(),
            words: Default::default(),
            references: Default::default(),
            retirement: None,
            retirements: BTreeMap::new(),
            exceptions: toml::from_str("judged = { repeat = 'safe' }\nrated = { sandbox_only = true }").unwrap(),
        };
        let operation_of = |id: &str| json!({"operationId": id, "responses": {}});
        let document = json!({"paths": {
            "/a": {"post": operation_of("judged"), "get": operation_of("read")},
            "/b": {"post": operation_of("rated"), "put": operation_of("write")},
            "/c": {"post": operation_of("unnamed")},
        }});
        let found = operations(&api, &document, &BTreeMap::new()).unwrap();
        let listed: Vec<_> = unjudged_posts(&api, &found).collect();
        assert_eq!(listed.iter().map(|operation| operation.id.as_str()).collect::<Vec<_>>(), ["rated", "unnamed"]);
        assert!(listed.iter().all(|operation| operation.repeat == Repeat::Once));
    }

    #[test]
    fn path_parameters_come_in_the_order_of_the_path() {
        let parameter = |name: &str, location| Parameter {
            name: name.into(),
            location,
            kind: Kind::Text,
            list: List::No,
            required: true,
            values: Vec::new(),
            usual: Vec::new(),
            facts: String::new(),
            about: String::new(),
            example: String::new(),
            quotation: None,
        };
        let mut operation = operation("x");
        operation.path = "/a/{first}/{+rest}".into();
        operation.parameters = vec![
            parameter("rest", Location::Path),
            parameter("q", Location::Query),
            parameter("first", Location::Path),
        ];
        let names: Vec<_> = operation.path_parameters().iter().map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(names, ["first", "rest"]);
    }
}

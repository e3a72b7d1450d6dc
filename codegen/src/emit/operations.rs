//! Writes `operations.rs`: a builder for each call, on top of core's `Request`.

use super::rust_types::Speller;
use super::{banner, code, literal, paging as paging_words, paragraphs, quotation, reference};
use crate::catalog::{By, Restricted};
use crate::metadata::paging::{Paging, Style};
use crate::metadata::{Answers, Body, List, Location, Operation, Parameter};
use crate::naming;
use crate::normalise::stand_ins;
use crate::retirements::Retirement;
use crate::types::{Type, Types};
use anyhow::{Context, Result, bail};
use std::fmt::Write;

/// Methods that every builder has; a parameter with such a name gets a trailing underscore.
const OWN: [&str; 8] = ["new", "send", "pages", "items", "raw_query", "with_options", "restricted", "body"];

/// The resolved types of a call's arguments and response.
pub struct Call<'a> {
    pub operation: &'a Operation,
    /// The type of the body.
    pub body: Option<Type>,
    /// Query and header parameters with their types.
    pub setters: Vec<Setter<'a>>,
    /// The Rust type of the response.
    pub answer: String,
    /// The function that decodes the response.
    decode: String,
    /// How the pages are followed, if there are pages.
    paging: Option<PagingCode>,
}

pub struct Setter<'a> {
    pub parameter: &'a Parameter,
    pub kind: Type,
    pub method: String,
}

struct PagingCode {
    /// A closure that takes the next page's token from a page; `None` if an offset selects the page.
    next_token: Option<String>,
    /// Whether a caller can set a token.
    takes_token: bool,
    /// The type of the items, and a closure that takes their list from a page.
    items: Option<(String, String)>,
}

/// Resolves an operation's types.
pub fn call<'a>(operation: &'a Operation, types: &Types) -> Result<Call<'a>> {
    resolve(operation, types).with_context(|| format!("in the operation {}", operation.id))
}

fn resolve<'a>(operation: &'a Operation, types: &Types) -> Result<Call<'a>> {
    let speller = Speller::outside(types);
    let function = operation.method_name();
    let arguments = types.arguments.get(&function).context("progenitor wrote no function for it")?;
    let argument = |name: &str| {
        arguments.get(name).cloned().with_context(|| format!("progenitor gave its function no argument `{name}`"))
    };
    let body = match operation.body {
        Body::None => None,
        _ => Some(argument("body")?),
    };
    let mut setters = Vec::new();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.location != Location::Path) {
        let name = naming::value_name(&parameter.name);
        let kind = argument(&stand_ins::argument(&parameter.name))?;
        let method = if OWN.contains(&name.as_str()) { format!("{name}_") } else { name };
        setters.push(Setter { parameter, kind, method });
    }
    let named = format!("{}Answer", operation.builder_name());
    let success = match &operation.answers {
        Answers::Empty | Answers::ByStatus(_) => None,
        Answers::One | Answers::OneOrEmpty => {
            let answer = types.answers.get(&function).and_then(Option::as_ref);
            Some(answer.context("progenitor gave its function no response")?)
        }
    };
    let (answer, decode) = match (&operation.answers, success) {
        (Answers::One, Some(kind @ Type::List(_))) => (speller.spell(kind), "spapi_core::decode::json_list".to_owned()),
        (Answers::One, Some(kind)) => (speller.spell(kind), "spapi_core::decode::json".to_owned()),
        (Answers::OneOrEmpty, Some(kind)) => {
            (speller.option(&speller.spell(kind)), "spapi_core::decode::json_or_empty".to_owned())
        }
        (Answers::ByStatus(_), _) => (named.clone(), format!("{named}::decode")),
        _ => ("()".to_owned(), "spapi_core::decode::empty".to_owned()),
    };
    let followed = operation.paging.as_ref().filter(|paging| paging.can_be_followed());
    let paging = match (followed, success) {
        (Some(paging), Some(kind)) => {
            let empty = operation.answers == Answers::OneOrEmpty;
            let next_token = match &paging.style {
                Style::Token { response, .. } | Style::Elsewhere { response, .. } => {
                    Some(next_token(types, kind, response, empty)?)
                }
                _ => None,
            };
            check_places(types, paging, kind, body.as_ref())?;
            let items = paging.items.as_deref().map(|path| items(types, kind, path, empty, &speller)).transpose()?;
            let takes_token = matches!(paging.style, Style::Token { .. });
            Some(PagingCode { next_token, takes_token, items })
        }
        (Some(_), None) => bail!("it pages, but its response has more than one type"),
        _ => None,
    };
    Ok(Call { operation, body, setters, answer, decode, paging })
}

/// Checks the assumptions that core makes when it follows the pages.
fn check_places(types: &Types, paging: &Paging, answer: &Type, body: Option<&Type>) -> Result<()> {
    match &paging.style {
        Style::Elsewhere { operation, .. } => {
            let other = types.answers.get(&naming::value_name(operation)).and_then(Option::as_ref);
            if other != Some(answer) {
                bail!("its next pages come from {operation}, whose response has another type");
            }
        }
        Style::Offset { offset, limit, total, .. } => {
            let body = body.context("it pages by an offset in a body, but has no body")?;
            for (kind, path) in [(body, offset), (body, limit), (answer, total)] {
                let number = path
                    .split('.')
                    .try_fold(kind.clone(), |kind, name| field(types, &kind, name).map(|field| field.kind.clone()));
                number.with_context(|| format!("the path {path} of its paging"))?;
            }
        }
        Style::Token { .. } | Style::Index { .. } | Style::Job { .. } => {}
    }
    Ok(())
}

/// `operations.rs` of an API.
pub fn write(calls: &[Call], types: &Types, source: &str) -> String {
    let speller = Speller::outside(types);
    let mut out = banner("//", source);
    out.push_str(
        "//! A builder for each operation. The methods of the client make builders, and `send` makes the call.\n\n",
    );
    out.push_str("use super::{meta, types};\nuse spapi_core::{Client, Error, Items, Pages, Request, RequestOptions, Response};\n");
    let uses = |word: &str| calls.iter().any(|call| call.uses(word));
    if !uses("types::") {
        out = out.replace("use super::{meta, types};", "use super::meta;");
    }
    for (word, import) in [("Items", ", Items"), ("Pages", ", Pages")] {
        if !uses(word) {
            out = out.replace(import, "");
        }
    }
    for call in calls {
        out.push('\n');
        write_call(&mut out, call, &further_needs(call.operation, calls), &speller);
        if let Answers::ByStatus(answers) = &call.operation.answers {
            write_answer(&mut out, &call.answer, answers, types, &speller);
        }
    }
    out
}

/// The arguments that the operation for the next pages requires from the caller.
fn further_needs<'a>(operation: &Operation, calls: &'a [Call]) -> Vec<&'a str> {
    let Some(Paging { style: Style::Elsewhere { operation: id, .. }, .. }) = &operation.paging else {
        return Vec::new();
    };
    let others = calls.iter().filter(|call| call.operation.id == *id).flat_map(|call| &call.operation.parameters);
    // The row's rule sets the query type.
    others
        .filter(|parameter| {
            parameter.required && parameter.location == Location::Query && parameter.name != "QueryType"
        })
        .map(|parameter| parameter.name.as_str())
        .collect()
}

impl Call<'_> {
    /// Whether the generated call contains this word.
    fn uses(&self, word: &str) -> bool {
        match word {
            "Pages" => self.paging.is_some(),
            "Items" => self.paging.as_ref().is_some_and(|paging| paging.items.is_some()),
            _ => {
                let named = |kind: &Type| matches!(innermost(kind), Type::Named(_));
                self.answer.contains(word)
                    || matches!(self.operation.answers, Answers::ByStatus(_))
                    || self.body.as_ref().is_some_and(named)
                    || self.setters.iter().any(|setter| named(&setter.kind))
            }
        }
    }

    /// The arguments of the client's method: path parameters, then a required body.
    pub fn arguments(&self, types: &Types) -> Vec<(String, String)> {
        let speller = Speller::outside(types);
        let mut arguments: Vec<_> = self
            .operation
            .path_parameters()
            .into_iter()
            .map(|parameter| (naming::argument_name(&parameter.name), "impl ::std::fmt::Display".to_owned()))
            .collect();
        if let (Some(kind), Body::Required) = (&self.body, self.operation.body) {
            arguments.push(("body".to_owned(), speller.argument("body", kind).kind));
        }
        arguments
    }
}

fn innermost(kind: &Type) -> &Type {
    match kind {
        Type::List(inner) | Type::Map(inner) => innermost(inner),
        other => other,
    }
}

fn write_call(out: &mut String, call: &Call, further_needs: &[&str], speller: &Speller) {
    let operation = call.operation;
    let name = operation.builder_name();
    let answer = &call.answer;
    let place = format!("{}. {}", code(&operation.place()), reference(operation));
    let retirement = operation.retirement.as_ref().map(Retirement::sentence);
    let paging = operation.paging.as_ref().map(|paging| paging_words::sentences(paging, further_needs));
    for line in paragraphs("", operation.about.clone().into_iter().chain([place]).chain(retirement).chain(paging)) {
        let _ = writeln!(out, "{line}");
    }
    let _ = writeln!(out, "#[derive(Clone, Debug)]\n#[must_use = \"a call does nothing until it is sent\"]");
    let _ = writeln!(out, "pub struct {name} {{\n    request: Request<{answer}>,\n}}\n\nimpl {name} {{");

    let mut arguments = vec!["client: &Client".to_owned()];
    let mut lines = Vec::new();
    for parameter in operation.path_parameters() {
        let argument = naming::argument_name(&parameter.name);
        lines.push(format!("request.path({}, {argument});", literal(&parameter.name)));
        arguments.push(format!("{argument}: impl ::std::fmt::Display"));
    }
    if let (Some(kind), Body::Required) = (&call.body, operation.body) {
        let (argument, line) = body(kind, speller, "request");
        arguments.push(argument);
        lines.push(line);
    }
    let _ = writeln!(out, "    pub(super) fn new({}) -> Self {{", arguments.join(", "));
    let make = format!("Request::new(client, &meta::{}, {})", operation.constant_name(), call.decode);
    if lines.is_empty() {
        let _ = writeln!(out, "        Self {{ request: {make} }}\n    }}");
    } else {
        let _ = writeln!(out, "        let mut request = {make};\n        {}", lines.join("\n        "));
        let _ = writeln!(out, "        Self {{ request }}\n    }}");
    }

    for setter in &call.setters {
        write_setter(out, setter, speller);
    }
    if let (Some(kind), Body::Optional) = (&call.body, operation.body) {
        let (argument, line) = body(kind, speller, "self.request");
        let _ = writeln!(
            out,
            "\n    /// Sets the body, which is optional.\n    pub fn body(mut self, {argument}) -> Self {{"
        );
        let _ = writeln!(out, "        {line}\n        self\n    }}");
    }
    if let Some(restricted) = &operation.restricted {
        write_restricted(out, restricted);
    }
    out.push_str(
        "
    /// Sends a query parameter unchanged, instead of a typed one with the same name.
    pub fn raw_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.request.raw_query(name, value);
        self
    }

    /// Sets options for this call only.
    pub fn with_options(mut self, options: RequestOptions) -> Self {
        self.request.with_options(options);
        self
    }
",
    );
    let _ = writeln!(out, "\n    /// Sends the call.");
    let _ = writeln!(
        out,
        "    pub async fn send(self) -> Result<Response<{answer}>, Error> {{\n        self.request.send().await\n    }}"
    );
    if let Some(paging) = &call.paging {
        let (from, pages) = match &paging.next_token {
            Some(next_token) if paging.takes_token => {
                ("from the first page or from the page token that was set", format!("pages({next_token})"))
            }
            Some(next_token) => ("from the first page", format!("pages({next_token})")),
            None => ("from the offset in the body", "pages_by_offset()".to_owned()),
        };
        let _ = writeln!(out, "\n    /// Reads the answers page by page, {from}.");
        let _ = writeln!(out, "    pub fn pages(self) -> Pages<{answer}> {{\n        self.request.{pages}\n    }}");
        if let Some((item, list)) = &paging.items {
            let items = match &paging.next_token {
                Some(next_token) => format!("items({next_token}, {list})"),
                None => format!("items_by_offset({list})"),
            };
            let _ = writeln!(out, "\n    /// Reads the listed items one by one, through all pages.");
            let _ = writeln!(out, "    pub fn items(self) -> Items<{answer}, {item}> {{");
            let _ = writeln!(out, "        self.request.{items}\n    }}");
        }
    }
    out.push_str("}\n");
}

/// The method that requests personal data.
fn write_restricted(out: &mut String, restricted: &Restricted) {
    let (doc, argument, data) = match restricted {
        Restricted::Parts(parts) => {
            let names: Vec<_> =
                parts.iter().map(|part| format!("[`{part:?}`](spapi_core::DataElement::{part:?})")).collect();
            let doc = format!("Requests buyers' personal data with a restricted data token: {}.", names.join(", "));
            (doc, ", data: impl IntoIterator<Item = spapi_core::DataElement>", "data")
        }
        Restricted::Whole(_) => {
            ("Requests the answer with its personal data, with a restricted data token.".to_owned(), "", "[]")
        }
        Restricted::By(By::Resource) => (
            "Requests the resource with its personal data, with a restricted data token for this resource only."
                .to_owned(),
            "",
            "[]",
        ),
    };
    let _ = writeln!(out, "\n    /// {doc}\n    pub fn restricted(mut self{argument}) -> Self {{");
    let _ = writeln!(out, "        self.request.restricted({data});\n        self\n    }}");
}

/// The argument that takes a body, and the line that sets it.
fn body(kind: &Type, speller: &Speller, request: &str) -> (String, String) {
    let argument = speller.argument("body", kind);
    if argument.value == "body" {
        return (format!("body: {}", argument.kind), format!("{request}.json(&body);"));
    }
    let line = format!("let body: {} = {};\n        {request}.json(&body);", speller.spell(kind), argument.value);
    (format!("body: {}", argument.kind), line)
}

/// What a parameter means, and below it its facts.
fn setter_doc(parameter: &Parameter) -> Vec<String> {
    let mut doc = code(&parameter.name);
    if parameter.location == Location::Header {
        doc.push_str(", a header");
    }
    if parameter.required {
        doc.push_str("; required");
    }
    if !parameter.facts.is_empty() {
        let _ = write!(doc, "; {}", parameter.facts);
    }
    if !parameter.example.is_empty() {
        let _ = write!(doc, "; for example {}", code(&parameter.example));
    }
    let about = Some(parameter.about.clone()).filter(|about| !about.is_empty());
    about.into_iter().chain([doc + "."]).collect()
}

fn write_setter(out: &mut String, setter: &Setter, speller: &Speller) {
    let parameter = setter.parameter;
    let name = naming::value_name(&parameter.name);
    let argument = speller.argument(&name, &setter.kind);
    let wire = literal(&parameter.name);
    let line = match (&setter.kind, parameter.location) {
        (Type::List(items), location) => {
            // A parameter whose type converts is converted by name, because the request takes anything that implements
            // `Display`.
            let item = speller.spell(items);
            let values = match argument.kind.starts_with("impl IntoIterator") {
                true => format!("{name}.into_iter().map(Into::<{item}>::into)"),
                false => format!("Into::<Vec<{item}>>::into({name})"),
            };
            match (location, parameter.list) {
                (Location::Header, _) => {
                    let texts = format!("{values}.into_iter().map(|value| value.to_string()).collect::<Vec<_>>()");
                    format!("self.request.header({wire}, {texts}.join(\",\"));")
                }
                (_, List::Multi) => format!("self.request.query_multi({wire}, {values});"),
                _ => format!("self.request.query_csv({wire}, {values});"),
            }
        }
        (Type::DateTime, Location::Query) => format!("self.request.query_time({wire}, {name});"),
        (kind, location) => {
            let method = if location == Location::Header { "header" } else { "query" };
            match argument.kind.starts_with("impl Into") {
                true => format!("self.request.{method}({wire}, Into::<{}>::into({name}));", speller.spell(kind)),
                false => format!("self.request.{method}({wire}, {name});"),
            }
        }
    };
    out.push('\n');
    let quoted = quotation(parameter.quotation.as_deref());
    for line in paragraphs("    ", setter_doc(parameter).into_iter().chain(quoted)) {
        let _ = writeln!(out, "{line}");
    }
    let _ = writeln!(out, "    pub fn {}(mut self, {name}: {}) -> Self {{", setter.method, argument.kind);
    let _ = writeln!(out, "        {line}\n        self\n    }}");
}

/// An enum for an operation whose response differs by status.
fn write_answer(out: &mut String, name: &str, answers: &[(u16, String)], types: &Types, speller: &Speller) {
    let _ = writeln!(
        out,
        "\n/// The answer, by its status.\n#[derive(Clone, Debug, PartialEq)]\n#[non_exhaustive]\npub enum {name} {{"
    );
    for (status, definition) in answers {
        let kind = speller.spell(&types.of_definition(definition));
        let _ = writeln!(out, "    /// Status {status}.\n    Status{status}({kind}),");
    }
    let _ = writeln!(
        out,
        "}}\n\nimpl {name} {{\n    fn decode(response: &spapi_core::RawResponse) -> Result<Self, spapi_core::DecodeError> {{"
    );
    let _ = writeln!(out, "        match response.status().as_u16() {{");
    for (at, (status, _)) in answers.iter().enumerate() {
        let pattern = if at + 1 == answers.len() { "_".to_owned() } else { status.to_string() };
        let _ = writeln!(out, "            {pattern} => spapi_core::decode::json(response).map(Self::Status{status}),");
    }
    out.push_str("        }\n    }\n}\n");
}

/// A closure that reads the next page's token.
fn next_token(types: &Types, answer: &Type, path: &str, empty: bool) -> Result<String> {
    let mut code = if empty { "page.as_ref()?".to_owned() } else { "page".to_owned() };
    let mut kind = answer.clone();
    let segments: Vec<_> = path.split('.').collect();
    for (at, segment) in segments.iter().enumerate() {
        let field = field(types, &kind, segment).with_context(|| format!("the page token's path {path}"))?;
        let _ = write!(code, ".{}", field.name);
        kind = field.kind.clone();
        match (at + 1 == segments.len(), field.optional) {
            (true, true) => code.push_str(".as_deref()"),
            (true, false) => code = format!("Some({code}.as_str())"),
            (false, true) => code.push_str(".as_ref()?"),
            (false, false) => {}
        }
    }
    if kind != Type::Text {
        bail!("the page token at {path} is not a string");
    }
    Ok(format!("|page| {code}"))
}

/// A closure that takes the list from a page, and the type of its items.
fn items(types: &Types, answer: &Type, path: &str, empty: bool, speller: &Speller) -> Result<(String, String)> {
    let mut code = if empty { "page.unwrap_or_default()".to_owned() } else { "page".to_owned() };
    let mut kind = answer.clone();
    for segment in path.split('.') {
        let field = field(types, &kind, segment).with_context(|| format!("the list's path {path}"))?;
        let _ = write!(code, ".{}", field.name);
        if field.optional {
            code.push_str(".unwrap_or_default()");
        }
        kind = field.kind.clone();
    }
    match kind {
        Type::List(item) => Ok((speller.spell(&item), format!("|page| {code}"))),
        _ => bail!("{path} is not a list"),
    }
}

fn field<'a>(types: &'a Types, kind: &Type, wire: &str) -> Result<&'a crate::types::Field> {
    let Type::Named(name) = kind else { bail!("{wire} cannot be a field of a type that is not a structure") };
    let structure = types.structs.get(name).with_context(|| format!("{name} is not a structure"))?;
    structure.fields.iter().find(|field| field.wire == wire).with_context(|| format!("{name} has no {wire}"))
}

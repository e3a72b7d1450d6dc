//! Compares the requests of each builder with Amazon's model: a call with every parameter and the whole body, a call with
//! the required ones, a call with a page token, and a call without each required parameter.

use crate::call::{Call, Given, Misfit, Place};
use crate::examples::operation;
use crate::model::{List, Model, Operation, Parameter};
use crate::values::{Values, properties};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use spapi_core::Error;
use spapi_tests::{Answer, Received, Server};
use std::collections::BTreeMap;

/// How much the test compared of an operation, and the problems that it found.
#[derive(Default)]
pub struct Verified {
    /// The number of parameters whose sent values were compared.
    pub parameters: usize,
    /// The number of required parameters whose absence the client refused.
    pub required: usize,
    /// The number of properties of the body, with those of nested values.
    pub properties: usize,
    /// Where the sent body differs from the model, to compare with the list of expected differences.
    pub differences: Vec<String>,
    /// Faults that no list excuses.
    pub problems: Vec<String>,
}

/// A parameter with its values.
struct Valued {
    parameter: Parameter,
    values: Vec<Value>,
}

/// Makes the calls of an operation.
pub async fn verify(call: &Call, model: &Model) -> Verified {
    let Operation { method, path, parameters, body, consumes } = operation(call, model);
    let mut values = Values::new(model);
    let parameters = parameters.into_iter().map(|parameter| {
        let mut of = values.of_parameter(&parameter);
        if parameter.is_greedy {
            // A value that keeps its slashes is a path, so no segment is empty.
            of = vec![Value::String(format!("resource/{}", of[0].as_str().unwrap_or_default().replace('/', "")))];
        }
        Valued { values: of, parameter }
    });
    let mut check = Check {
        call,
        method,
        path,
        parameters: parameters.collect(),
        body_is_required: body.as_ref().is_some_and(|(_, required)| *required),
        body: body.and_then(|(schema, _)| values.of_schema(&schema)),
        takes_json: consumes.is_empty() || consumes.iter().any(|kind| kind == "application/json"),
        token: page_token(call),
        verified: Verified::default(),
    };
    check.all().await;
    check.verified
}

/// The query parameter for the page token. With it, the client leaves out the parameters that Amazon refuses beside it.
fn page_token(call: &Call) -> Option<&'static str> {
    call.published()?.entry.operation.paging?.token_parameter()
}

struct Check<'a> {
    call: &'a Call,
    method: String,
    path: String,
    parameters: Vec<Valued>,
    body: Option<Value>,
    body_is_required: bool,
    takes_json: bool,
    token: Option<&'static str>,
    verified: Verified,
}

impl Check<'_> {
    async fn all(&mut self) {
        let is_token =
            |valued: &Valued, token| valued.parameter.place == Place::Query && token == Some(&*valued.parameter.name);
        let token = self.token;
        // Everything but the page token, which would make the client leave out other parameters.
        let everything = |valued: &Valued| !is_token(valued, token);
        if let Some(request) = self.send("with everything", &everything, true).await {
            self.verified.parameters += self.parameters.iter().filter(|valued| everything(valued)).count();
            self.verified.properties += self.body.as_ref().map_or(0, properties);
            self.compare("with everything", &request, &everything, true);
        }
        let required = |valued: &Valued| valued.parameter.is_required && !is_token(valued, token);
        let has_body = self.body_is_required;
        if let Some(request) = self.send("with what is required", &required, has_body).await {
            self.compare("with what is required", &request, &required, has_body);
        }
        if token.is_some() {
            self.with_token(token).await;
        }
        for at in 0..self.parameters.len() {
            let parameter = &self.parameters[at].parameter;
            if parameter.is_required && parameter.place != Place::Path {
                self.without(at).await;
            }
        }
    }

    /// Sends the page token with all parameters: the client may leave parameters out, but must not change any.
    async fn with_token(&mut self, token: Option<&str>) {
        let Some(request) = self.send("with a page token", &|_| true, true).await else { return };
        let own = self.parameters.iter().find(|valued| token == Some(&*valued.parameter.name));
        let Some(own) = own else { return self.problem("the model has no parameter for the page token") };
        let sent = query(&request);
        let mut problems = Vec::new();
        if sent.get(&own.parameter.name) != Some(&own.on_the_wire()) {
            problems.push(format!("the page token is sent as {:?}", sent.get(&own.parameter.name)));
        }
        for (name, values) in &sent {
            let valued = self.parameters.iter().find(|valued| valued.parameter.name == *name);
            // One API has a parameter QueryType which announces the token.
            let is_type = name == "QueryType" && values == &["NEXT_TOKEN"];
            if !is_type && valued.is_none_or(|valued| valued.on_the_wire() != *values) {
                problems.push(format!("beside the page token, {name} is sent as {values:?}"));
            }
        }
        self.verified.parameters += 1;
        self.verified.problems.extend(problems);
    }

    /// Without a required parameter the client sends nothing, and the error names the parameter.
    async fn without(&mut self, missing: usize) {
        let name = self.parameters[missing].parameter.name.clone();
        if self.token == Some(&name) {
            return;
        }
        let token = self.token;
        let given = self.given(&|valued| valued.parameter.name != name && token != Some(&*valued.parameter.name), true);
        let (requests, answer) = match self.exchange(given).await {
            Ok(exchanged) => exchanged,
            Err(misfit) => return self.problem(&format!("{}: {}", misfit.place, misfit.reason)),
        };
        let is_named = answer.is_err_and(|error| error.is_input() && error.to_string().contains(&name));
        if !requests.is_empty() || !is_named {
            self.problem(&format!("without the required {name}, the call is not refused with an error that names it"));
        }
        self.verified.required += 1;
    }

    /// Sends a call with some of the parameters. The server must receive exactly one request.
    async fn send(&mut self, what: &str, is_given: &dyn Fn(&Valued) -> bool, has_body: bool) -> Option<Received> {
        let given = self.given(is_given, has_body);
        match self.exchange(given).await {
            Ok((mut requests, _)) if requests.len() == 1 => requests.pop(),
            Ok((requests, answer)) => {
                let why = answer.err().map_or_else(String::new, |error| error.to_string());
                self.problem(&format!("{what}, {} calls are sent: {why}", requests.len()));
                None
            }
            Err(misfit) => {
                let difference = format!("not callable: {}: {}", misfit.place, misfit.reason);
                if !self.verified.differences.contains(&difference) {
                    self.verified.differences.push(difference);
                }
                None
            }
        }
    }

    fn given(&self, is_given: &dyn Fn(&Valued) -> bool, has_body: bool) -> Given {
        let mut given = Given::default();
        for valued in self.parameters.iter().filter(|valued| is_given(valued)) {
            let value = match (valued.parameter.list, &*valued.values) {
                (None, [one]) => one.clone(),
                (_, values) => Value::Array(values.to_vec()),
            };
            given.set(valued.parameter.place, &valued.parameter.name, value);
        }
        if let Some(body) = self.body.as_ref().filter(|_| has_body) {
            given.set_body(body.clone());
        }
        given
    }

    /// Makes the call to its own server; returns what the server received and the client's result.
    async fn exchange(&mut self, mut given: Given) -> Result<(Vec<Received>, Result<(), Error>), Misfit> {
        let server = Server::always(Answer::json(200, "{}")).await;
        let sending = (self.call.make)(&server.client(), &mut given)?;
        for name in given.left_over() {
            self.problem(&format!("no setter takes {name}"));
        }
        for name in given.raw() {
            self.problem(&format!("the setter's type does not allow the model's value of {name}"));
        }
        let answer = sending.await.map(drop);
        Ok((server.calls(), answer))
    }

    /// Compares the sent request with the model.
    fn compare(&mut self, what: &str, request: &Received, is_given: &dyn Fn(&Valued) -> bool, has_body: bool) {
        let mut problems = Vec::new();
        if request.method != self.method {
            problems.push(format!("the method is {}", request.method));
        }
        if let Err(problem) = self.compare_path(request.path()) {
            problems.push(problem);
        }
        let given = |place| {
            let all = self.parameters.iter().filter(move |valued| valued.parameter.place == place && is_given(valued));
            all.map(|valued| (valued.parameter.name.clone(), valued.on_the_wire()))
        };
        let expected: BTreeMap<_, _> = given(Place::Query).collect();
        let sent = query(request);
        if sent != expected {
            problems.push(format!("the query is {sent:?} instead of {expected:?}"));
        }
        for (name, values) in given(Place::Header) {
            let sent = request.header(&name.to_ascii_lowercase());
            if sent != Some(&values.join(",")) {
                problems.push(format!("the header {name} is {sent:?} instead of {values:?}"));
            }
        }
        let unset =
            self.parameters.iter().filter(|valued| valued.parameter.place == Place::Header && !is_given(valued));
        for valued in unset.filter(|valued| request.header(&valued.parameter.name.to_ascii_lowercase()).is_some()) {
            problems.push(format!("the header {} is sent without a value from the caller", valued.parameter.name));
        }
        match self.body.as_ref().filter(|_| has_body) {
            None if !request.body.is_empty() => problems.push("a body is sent".to_owned()),
            None => {}
            Some(_) if request.header("content-type") != Some("application/json") || !self.takes_json => {
                problems.push(format!("the content type is {:?}", request.header("content-type")));
            }
            Some(body) => {
                let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
                let mut differences = Vec::new();
                differ("body", body, &sent, &mut differences);
                self.verified.differences.extend(differences);
            }
        }
        self.verified.problems.extend(problems.into_iter().map(|problem| format!("{what}, {problem}")));
    }

    /// Compares the path, part by part, with the model's.
    fn compare_path(&self, sent: &str) -> Result<(), String> {
        let sent_parts: Vec<_> = sent.split('/').collect();
        let parts: Vec<_> = self.path.split('/').collect();
        for (at, part) in parts.iter().enumerate() {
            let Some((before, rest)) = part.split_once('{') else {
                match sent_parts.get(at) == Some(part) {
                    true => continue,
                    false => return Err(format!("the path is {sent}")),
                }
            };
            let name = rest.trim_end_matches('}');
            let valued = self
                .parameters
                .iter()
                .find(|valued| valued.parameter.place == Place::Path && valued.parameter.name == name);
            let valued = valued.ok_or_else(|| format!("the model has no path parameter {name}"))?;
            let value = match valued.parameter.is_greedy {
                true => sent_parts.get(at..).map(|parts| parts.join("/")),
                false => sent_parts.get(at).map(|&part| part.to_owned()),
            };
            let value = value.as_deref().and_then(|value| value.strip_prefix(before)).map(decoded);
            if value.as_ref() != valued.on_the_wire().first() {
                return Err(format!("{name} is {value:?} in the path {sent}"));
            }
            if valued.parameter.is_greedy {
                return Ok(());
            }
        }
        if sent_parts.len() == parts.len() { Ok(()) } else { Err(format!("the path is {sent}")) }
    }

    fn problem(&mut self, problem: &str) {
        self.verified.problems.push(problem.to_owned());
    }
}

impl Valued {
    /// The values as a server decodes them. The commas that join a list do not belong to its values, whose own commas
    /// are encoded.
    fn on_the_wire(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match self.parameter.list {
            Some(List::Csv) => {
                vec![self.values.iter().map(|value| encoded_commas(&text(value))).collect::<Vec<_>>().join(",")]
            }
            _ => self.values.iter().map(text).collect(),
        }
    }
}

/// Marks a value's own commas, to distinguish them from those that join a list.
fn encoded_commas(text: &str) -> String {
    text.replace(',', "%2C")
}

/// The query as a server decodes it: the values of each name. Where commas join a list, the commas within a value stay
/// encoded, to distinguish the two.
fn query(request: &Received) -> BTreeMap<String, Vec<String>> {
    let mut query: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let text = request.target.split_once('?').map_or("", |(_, query)| query);
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // In a query a plus is a space.
        let parts: Vec<_> = value.split(',').map(|part| decoded(&part.replace('+', " "))).collect();
        let value = match &*parts {
            [one] => one.clone(),
            several => several.iter().map(|part| encoded_commas(part)).collect::<Vec<_>>().join(","),
        };
        query.entry(decoded(name)).or_default().push(value);
    }
    query
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// Adds the paths at which the sent JSON differs from the given JSON: in names, kinds of values, or values.
fn differ(path: &str, given: &Value, sent: &Value, differences: &mut Vec<String>) {
    match (given, sent) {
        (Value::Object(given), Value::Object(sent)) => {
            for (name, given) in given {
                let path = format!("{path}.{name}");
                match sent.get(name) {
                    Some(sent) => differ(&path, given, sent, differences),
                    None => differences.push(format!("not sent: {path}")),
                }
            }
            let added = sent.keys().filter(|name| !given.contains_key(*name));
            differences.extend(added.map(|name| format!("sent in addition: {path}.{name}")));
        }
        (Value::Array(given), Value::Array(sent)) if given.len() == sent.len() => {
            for (at, (given, sent)) in given.iter().zip(sent).enumerate() {
                differ(&format!("{path}[{at}]"), given, sent, differences);
            }
        }
        _ if given == sent => {}
        _ => differences.push(format!("sent differently: {path}: {sent} instead of {given}")),
    }
}

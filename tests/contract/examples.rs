//! Amazon's static examples: the typed client requests each one from the sandbox.

use crate::call::{Call, Given, Place, Received};
use crate::dispatch::CALLS;
use crate::model::{Model, Operation};
use crate::values::Values;
use serde_json::{Value, json};
use spapi_core::{Client, Credentials, Endpoint, Error, ErrorKind, Marketplace, RetryPolicy};
use spapi_record::drift::{Drift, DriftReporter};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Example, Limits, REFRESH_TOKEN, Sandbox};
use spapi_tests::{Answer, Server};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The outcome of an example.
pub struct Outcome {
    /// `orders@v0 getOrders 200 #0`.
    pub name: String,
    /// Whether it shows a success.
    pub is_success: bool,
    /// Whether the operation's types decode a body.
    pub has_body: bool,
    /// Whether the test filled in required values that the example leaves out.
    pub is_filled: bool,
    /// Its outcome.
    pub kind: Kind,
    /// What differs, as `WHAT` of the list of expected differences.
    pub differences: Vec<String>,
    /// Faults that no list excuses.
    pub problems: Vec<String>,
}

/// The kinds of outcomes, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The request does not fit the types.
    NotCallable,
    /// The sandbox answers with another example or with no example.
    NotReached,
    /// The sent body or the decoded answer is not the example's.
    Drift,
    /// Request and answer match, but a value of the query does not fit its setter's type and is sent by `raw_query`.
    Raw,
    /// Request and answer match the example.
    Clean,
}

/// What the test learns about a call beside its answer: the example that the sandbox matched, and what the types lost.
#[derive(Clone, Default)]
pub struct Witness {
    note: Arc<Mutex<Option<String>>>,
    drifts: Arc<Mutex<Vec<Drift>>>,
}

impl Witness {
    fn note(&self) -> Option<String> {
        self.note.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What the types lost of the answers since the last call of this function.
    pub fn drifts(&self) -> Vec<Drift> {
        std::mem::take(&mut *self.drifts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Requests every example below the folder of models.
///
/// # Panics
/// When the sandbox does not start.
pub async fn run(models: &Path) -> Vec<Outcome> {
    let witness = Witness::default();
    let note = Arc::clone(&witness.note);
    let sandbox = Sandbox::builder().models(models).limits(Limits::Off).on_request(move |record| {
        *note.lock().unwrap_or_else(PoisonError::into_inner) = record.note.clone();
    });
    let sandbox = sandbox.start().await.expect("a sandbox");
    let mut known: Option<(&str, Model)> = None;
    let mut outcomes = Vec::new();
    for example in sandbox.examples().expect("a sandbox with examples").all() {
        let call = CALLS.iter().find(|call| is_of(call, example)).expect("a call of every operation");
        let model = match known.take() {
            Some((name, model)) if name == call.model => model,
            _ => Model::read(&models.join(call.model)),
        };
        outcomes.push(outcome(&sandbox, &witness, example, call, &model).await);
        known = Some((call.model, model));
    }
    outcomes
}

fn is_of(call: &Call, example: &Example) -> bool {
    (call.section, call.module, call.operation) == (example.section, example.module, example.operation)
}

async fn outcome(sandbox: &Sandbox, witness: &Witness, example: &Example, call: &Call, model: &Model) -> Outcome {
    let mut given = given(example);
    let is_filled = fill(&mut given, model, &operation(call, model));
    let mut outcome = Outcome {
        name: format!("{} {} #{}", call.name(), example.status, example.index),
        is_success: example.status < 400,
        has_body: example.response.is_some() && example.status != 204,
        is_filled,
        kind: Kind::Clean,
        differences: Vec::new(),
        problems: Vec::new(),
    };
    match (call.make)(&client(sandbox.url(), witness), &mut given) {
        Ok(sending) => {
            outcome.problems.extend(given.left_over().into_iter().map(|name| format!("no setter takes {name}")));
            given.raw().iter().for_each(|name| outcome.differ(Kind::Raw, format!("raw: {name}")));
            given.changed().iter().for_each(|drift| outcome.differ(Kind::Drift, format!("sent: {drift}")));
            let answer = sending.await;
            outcome.compare(example, answer, witness);
        }
        Err(misfit) => outcome.differ(Kind::NotCallable, format!("not callable: {}: {}", misfit.place, misfit.reason)),
    }
    if outcome.is_success && outcome.kind <= Kind::NotReached {
        outcome.decode_alone(example, call, model, witness).await;
    }
    outcome
}

impl Outcome {
    fn differ(&mut self, kind: Kind, what: String) {
        self.kind = self.kind.min(kind);
        self.differences.push(what);
    }

    /// Compares the client's result of the sandbox's answer with the example.
    fn compare(&mut self, example: &Example, answer: Result<Received, Error>, witness: &Witness) {
        let own = format!("example {} #{}", example.status, example.index);
        match (witness.note(), answer) {
            (Some(note), answer) if note == own => self.compare_answer(example, answer, witness),
            // Only the first sentence of the error gives the reason.
            (None, Err(error)) if error.is_input() => {
                let why = error.to_string();
                let why = why.split(". ").next().unwrap_or_default();
                self.differ(Kind::NotCallable, format!("not callable: {why}"));
            }
            (note, _) => {
                // Drift in the other example's answer says nothing about this example.
                drop(witness.drifts());
                let other = note.as_deref().and_then(|note| note.strip_prefix("example "));
                self.differ(Kind::NotReached, format!("answered by {}", other.unwrap_or("none")));
            }
        }
    }

    /// Decodes an example that its own request does not reach, from a server that has only this answer.
    async fn decode_alone(&mut self, example: &Example, call: &Call, model: &Model, witness: &Witness) {
        let body = example.response.as_ref().filter(|_| self.has_body);
        let answer = body.map_or(Answer::empty(example.status), |body| Answer::json(example.status, body));
        let server = Server::always(answer).await;
        let mut given = Given::default();
        fill(&mut given, model, &operation(call, model));
        match (call.make)(&client(&server.url(), witness), &mut given) {
            Ok(sending) => {
                let answer = sending.await;
                self.compare_answer(example, answer, witness);
            }
            Err(misfit) => self.problems.push(format!("{}: {}", misfit.place, misfit.reason)),
        }
    }

    /// Compares the client's answer or error with the example's.
    fn compare_answer(&mut self, example: &Example, answer: Result<Received, Error>, witness: &Witness) {
        for drift in witness.drifts() {
            self.differ(Kind::Drift, drift.to_string());
        }
        match answer {
            Ok(answer) if !self.is_success => {
                self.problems.push(format!("{} counts as a success", answer.raw.status()));
            }
            Ok(Received { raw, is_read }) => {
                if self.has_body && !is_read {
                    self.differ(Kind::Drift, "not read".to_owned());
                }
                let body = raw.body();
                let body = (!body.is_empty()).then(|| serde_json::from_slice::<Value>(body).unwrap_or_default());
                let expected = example.response.clone().filter(|_| self.has_body);
                if raw.status() != example.status || body != expected {
                    self.problems.push(format!("{} has another status or body", raw.status()));
                }
            }
            Err(error) if self.is_success && error.kind() == ErrorKind::Answer => {
                let codes: Vec<_> = error.codes().collect();
                self.differ(Kind::Drift, format!("an error: {}", codes.join(", ")));
            }
            Err(error) if self.is_success => {
                self.problems.push(format!("the answer cannot be decoded: {error}"));
            }
            Err(error) => {
                let codes: Vec<_> = error.codes().map(str::to_owned).collect();
                let expected = codes_of(example.response.as_ref().unwrap_or(&Value::Null));
                if error.status().is_none_or(|status| status != example.status) || codes != expected {
                    self.problems.push(format!("{:?} and {codes:?} instead of {expected:?}", error.status()));
                }
            }
        }
    }
}

/// The codes of an error's body, which is `{"errors": [...]}` or only the list.
fn codes_of(body: &Value) -> Vec<String> {
    let list = body.get("errors").unwrap_or(body).as_array();
    list.into_iter().flatten().filter_map(|error| error["code"].as_str().map(str::to_owned)).collect()
}

/// The request of the example.
fn given(example: &Example) -> Given {
    let mut given = Given::default();
    for parameter in &example.parameters {
        match parameter.place {
            spapi_sandbox::Place::Path => given.set(Place::Path, &parameter.name, parameter.value.clone()),
            spapi_sandbox::Place::Body => given.set_body(parameter.value.clone()),
            _ => given.set(Place::Query, &parameter.name, parameter.value.clone()),
        }
    }
    given
}

/// Fills in what the operation requires and the example leaves out. Returns whether it filled in anything.
pub fn fill(given: &mut Given, model: &Model, operation: &Operation) -> bool {
    let mut values = Values::new(model);
    let mut is_filled = false;
    for parameter in operation.parameters.iter().filter(|parameter| parameter.is_required) {
        if !given.has(parameter.place, &parameter.name) {
            given.set(parameter.place, &parameter.name, values.of_parameter(parameter).swap_remove(0));
            is_filled = true;
        }
    }
    match &operation.body {
        Some((schema, true)) if !given.has_body() => {
            given.set_body(values.of_schema(schema).unwrap_or_else(|| json!({})));
            true
        }
        _ => is_filled,
    }
}

/// The operation of a call in its model.
///
/// # Panics
/// When the model has none.
pub fn operation(call: &Call, model: &Model) -> Operation {
    let known = call.published().expect("a known operation").entry;
    let path = known.operation.path.replace("{+", "{");
    let mut operations = model.operations().into_iter();
    let is_same = |operation: &Operation| operation.path == path && operation.method == known.operation.method.as_str();
    let mut found = operations.find(is_same).unwrap_or_else(|| panic!("{} is not in {}", call.name(), call.model));
    // The table knows more times than the model, which declares some of them as plain text.
    let is_time = |name: &str| {
        known.parameters.iter().any(|known| known.name == name && known.kind == spapi_metadata::Kind::DateTime)
    };
    for parameter in &mut found.parameters {
        if parameter.schema["format"].is_null() && is_time(&parameter.name) {
            parameter.schema["format"] = "date-time".into();
        }
    }
    found
}

/// A client that makes each call once. Each example has its own client and so its own quotas.
pub fn client(url: &str, witness: &Witness) -> Client {
    let drifts = Arc::clone(&witness.drifts);
    Client::builder(Marketplace::JP)
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .endpoint(Endpoint::custom(url))
        .any_marketplace()
        .retry(RetryPolicy::none())
        .observer(DriftReporter::new(move |report| {
            drifts.lock().unwrap_or_else(PoisonError::into_inner).extend(report.drifts.iter().cloned());
        }))
        .build()
        .expect("a client for loopback")
}

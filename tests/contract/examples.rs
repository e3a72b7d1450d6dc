//! Amazon's static examples, each called for by the typed client and answered by the sandbox.

use crate::call::{Call, Given, Place, Received};
use crate::dispatch::CALLS;
use crate::model::{Model, Operation};
use crate::values::Values;
use serde_json::{Value, json};
use spapi_core::{Client, Credentials, Endpoint, Error, Marketplace, RetryPolicy};
use spapi_record::drift::{Drift, DriftReporter};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Example, Limits, REFRESH_TOKEN, Sandbox};
use spapi_tests::{Answer, Server};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// What became of an example.
pub struct Outcome {
    /// `orders@v0 getOrders 200 #0`.
    pub name: String,
    /// Whether it shows a success.
    pub is_success: bool,
    /// Whether the types have a body to read.
    pub has_body: bool,
    /// Whether the operation asks for more than the example shows, which was filled in.
    pub is_filled: bool,
    /// What became of it, in the order in which it is told.
    pub kind: Kind,
    /// What differs, to be held against the list of what is expected to: `WHAT`.
    pub differences: Vec<String>,
    /// What may never be.
    pub problems: Vec<String>,
}

/// What became of an example, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The types do not take the request.
    NotCallable,
    /// The sandbox answers by another example, or by none.
    NotReached,
    /// The body that is sent, or the answer as it is read, is not the example's.
    Drift,
    /// A value of the query is none of its setter's type, and is sent by `raw_query`.
    Raw,
    /// Request and answer are the example's.
    Clean,
}

/// What is known of a call beside its answer: how the sandbox found that, and what the types did not keep of it.
#[derive(Clone, Default)]
pub struct Witness {
    note: Arc<Mutex<Option<String>>>,
    drifts: Arc<Mutex<Vec<Drift>>>,
}

impl Witness {
    fn note(&self) -> Option<String> {
        self.note.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// What the types did not keep of the answer since this was asked last.
    pub fn drifts(&self) -> Vec<Drift> {
        std::mem::take(&mut *self.drifts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Calls for every example below the folder of models.
///
/// # Panics
/// Where the sandbox does not start.
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
        name: example.to_string(),
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
            outcome.hold(example, answer, witness);
        }
        Err(misfit) => outcome.differ(Kind::NotCallable, format!("not callable: {}: {}", misfit.place, misfit.reason)),
    }
    if outcome.is_success && outcome.kind <= Kind::NotReached {
        outcome.hold_alone(example, call, model, witness).await;
    }
    outcome
}

impl Outcome {
    fn differ(&mut self, kind: Kind, what: String) {
        self.kind = self.kind.min(kind);
        self.differences.push(what);
    }

    /// Holds what the client makes of the sandbox's answer against the example.
    fn hold(&mut self, example: &Example, answer: Result<Received, Error>, witness: &Witness) {
        let own = format!("example {} #{}", example.status, example.index);
        match (witness.note(), answer) {
            (Some(note), answer) if note == own => self.hold_answer(example, answer, witness),
            // A client that refuses a call says why in one sentence, and what to do in the next.
            (None, Err(error)) if error.is_input() => {
                let why = error.to_string();
                let why = why.split(". ").next().unwrap_or_default();
                self.differ(Kind::NotCallable, format!("not callable: {why}"));
            }
            (note, _) => {
                // What was not kept of the other's answer says nothing of this one's.
                drop(witness.drifts());
                let other = note.as_deref().and_then(|note| note.strip_prefix("example "));
                self.differ(Kind::NotReached, format!("answered by {}", other.unwrap_or("none")));
            }
        }
    }

    /// Reads the answer of an example that its own request does not get, from a server that has no other.
    async fn hold_alone(&mut self, example: &Example, call: &Call, model: &Model, witness: &Witness) {
        let body = example.response.as_ref().filter(|_| self.has_body);
        let answer = body.map_or(Answer::empty(example.status), |body| Answer::json(example.status, body));
        let server = Server::always(answer).await;
        let mut given = Given::default();
        fill(&mut given, model, &operation(call, model));
        match (call.make)(&client(&server.url(), witness), &mut given) {
            Ok(sending) => {
                let answer = sending.await;
                self.hold_answer(example, answer, witness);
            }
            Err(misfit) => self.problems.push(format!("{}: {}", misfit.place, misfit.reason)),
        }
    }

    /// Holds the client's answer or error against the example's.
    fn hold_answer(&mut self, example: &Example, answer: Result<Received, Error>, witness: &Witness) {
        for drift in witness.drifts() {
            self.differ(Kind::Drift, drift.to_string());
        }
        match answer {
            Ok(answer) if !self.is_success => {
                self.problems.push(format!("{} is taken for a success", answer.raw.status()));
            }
            Ok(Received { raw, is_read }) => {
                if self.has_body && !is_read {
                    self.differ(Kind::Drift, "not read".to_owned());
                }
                let body = raw.body();
                let body = (!body.is_empty()).then(|| serde_json::from_slice::<Value>(body).unwrap_or_default());
                let expected = example.response.clone().filter(|_| self.has_body);
                if raw.status() != example.status || body != expected {
                    self.problems.push(format!("{} comes with another status or body", raw.status()));
                }
            }
            Err(error) if self.is_success => {
                self.problems.push(format!("the answer does not read: {error}"));
            }
            Err(error) => {
                let codes: Vec<_> = error.codes().map(str::to_owned).collect();
                let expected = codes_of(example.response.as_ref().unwrap_or(&Value::Null));
                if error.status().is_none_or(|status| status != example.status) || codes != expected {
                    self.problems.push(format!("{:?} and {codes:?} in place of {expected:?}", error.status()));
                }
            }
        }
    }
}

/// The codes of an error's body, which is `{"errors": [...]}` or the list by itself.
fn codes_of(body: &Value) -> Vec<String> {
    let list = body.get("errors").unwrap_or(body).as_array();
    list.into_iter().flatten().filter_map(|error| error["code"].as_str().map(str::to_owned)).collect()
}

/// What the example shows of the request.
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

/// Fills in what the operation requires and the example leaves open. Says whether there was such a thing.
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
/// Where the model has none.
pub fn operation(call: &Call, model: &Model) -> Operation {
    let known = call.published().expect("a known operation").entry;
    let path = known.operation.path.replace("{+", "{");
    let mut operations = model.operations().into_iter();
    let is_same = |operation: &Operation| operation.path == path && operation.method == known.operation.method.as_str();
    operations.find(is_same).unwrap_or_else(|| panic!("{} is not in {}", call.name(), call.model))
}

/// A client that makes each call once. One for each example: they have quotas of their own.
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

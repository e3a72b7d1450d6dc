//! Amazon's static examples, each called for by the typed client and answered by the sandbox.

use crate::call::{Call, Given, Place};
use crate::dispatch::CALLS;
use crate::model::{Model, Operation};
use crate::values::Values;
use serde_json::{Value, json};
use spapi_core::drift::Drift;
use spapi_core::{Client, Credentials, Endpoint, Error, Marketplace, RawResponse, RetryPolicy};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Example, Limits, REFRESH_TOKEN, Sandbox};
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

/// What is left of the calls on their way: how the sandbox found the answer, and what the types did not keep of it.
#[derive(Clone, Default)]
struct Witness {
    note: Arc<Mutex<Option<String>>>,
    drifts: Arc<Mutex<Vec<Drift>>>,
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
    let client = client(sandbox, witness);
    let sending = match (call.make)(&client, &mut given) {
        Ok(sending) => sending,
        Err(misfit) => {
            outcome.differ(Kind::NotCallable, format!("not callable: {}: {}", misfit.place, misfit.reason));
            return outcome;
        }
    };
    outcome.problems.extend(given.left_over().into_iter().map(|name| format!("no setter takes {name}")));
    given.raw().iter().for_each(|name| outcome.differ(Kind::Raw, format!("raw: {name}")));
    given.changed().iter().for_each(|drift| outcome.differ(Kind::Drift, format!("sent: {drift}")));
    let answer = sending.await;
    let note = witness.note.lock().unwrap_or_else(PoisonError::into_inner).take();
    let own = format!("example {} #{}", example.status, example.index);
    if note.as_ref() != Some(&own) {
        // What is beyond the name of the parameter is Amazon's.
        let other = note.unwrap_or_default();
        let other = other.split(" is ").next().unwrap_or_default();
        outcome.differ(Kind::NotReached, format!("answered by: {other}"));
        return outcome;
    }
    outcome.hold(example, answer);
    for drift in std::mem::take(&mut *witness.drifts.lock().unwrap_or_else(PoisonError::into_inner)) {
        outcome.differ(Kind::Drift, drift.to_string());
    }
    outcome
}

impl Outcome {
    fn differ(&mut self, kind: Kind, what: String) {
        self.kind = self.kind.min(kind);
        self.differences.push(what);
    }

    /// Holds the client's answer or error against the example's.
    fn hold(&mut self, example: &Example, answer: Result<RawResponse, Error>) {
        match answer {
            Ok(answer) if !self.is_success => {
                self.problems.push(format!("{} is taken for a success", answer.status()));
            }
            Ok(answer) => {
                let body = answer.body();
                let body = (!body.is_empty()).then(|| serde_json::from_slice::<Value>(body).unwrap_or_default());
                let expected = example.response.clone().filter(|_| self.has_body);
                if answer.status() != example.status || body != expected {
                    self.problems.push(format!("{} comes with another status or body", answer.status()));
                }
            }
            Err(error) if self.is_success => {
                let place = error.decode_path().unwrap_or_default();
                let why = error.to_string();
                self.problems.push(format!("the answer does not read at {place}: {why}"));
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
fn fill(given: &mut Given, model: &Model, operation: &Operation) -> bool {
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
    let known = spapi_operations::find(call.section, Some(call.module), call.operation).expect("a known operation");
    let path = known.operation.path.replace("{+", "{");
    let mut operations = model.operations().into_iter();
    let is_same = |operation: &Operation| operation.path == path && operation.method == known.operation.method.as_str();
    operations.find(is_same).unwrap_or_else(|| panic!("{} is not in {}", call.name(), call.model))
}

/// A client that makes each call once. One for each example: they have quotas of their own.
fn client(sandbox: &Sandbox, witness: &Witness) -> Client {
    let drifts = Arc::clone(&witness.drifts);
    Client::builder(Marketplace::JP)
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .endpoint(Endpoint::custom(sandbox.url()))
        .retry(RetryPolicy::none())
        .report_drift(move |report| {
            drifts.lock().unwrap_or_else(PoisonError::into_inner).extend(report.drifts.iter().cloned());
        })
        .build()
        .expect("a client for loopback")
}

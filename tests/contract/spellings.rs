//! Amazon's static examples with their values in other spellings: each must be decoded, and all other values must stay
//! unchanged.

use crate::call::{Call, Given};
use crate::dispatch::CALLS;
use crate::examples::{fill, operation};
use crate::model::Model;
use http::{Request, Response};
use serde_json::{Value, json};
use spapi_core::transport::{Body, Purpose, Transport, TransportError};
use spapi_core::{BoxFuture, Client, Credentials, Marketplace, RetryPolicy};
use spapi_record::drift::{Drift, DriftKind, DriftReporter};
use spapi_sandbox::{Example, Limits, Sandbox};
use std::collections::BTreeSet;
use std::future::ready;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The number of tried values, and the problems.
#[derive(Default)]
pub struct Tried {
    pub examples: usize,
    pub values: usize,
    pub problems: Vec<String>,
}

/// Tries every example of a success that has a body.
///
/// # Panics
/// When the sandbox does not start.
pub async fn run(models: &Path) -> Tried {
    let sandbox = Sandbox::builder().models(models).limits(Limits::Off).start().await.expect("a sandbox");
    let mut tried = Tried::default();
    for example in sandbox.examples().expect("a sandbox with examples").all() {
        let Some(body) = example.response.as_ref().filter(|_| (200..204).contains(&example.status)) else { continue };
        if holds_only_errors(body) {
            // The client makes an error of such a success and decodes nothing.
            continue;
        }
        let call = CALLS.iter().find(|call| is_of(call, example)).expect("a call of every operation");
        let model = Model::read(&models.join(call.model));
        let reading = Reading { call, model: &model, status: example.status };
        if let Err(problem) = reading.try_all(body, &mut tried).await {
            tried.problems.push(format!("{example}: {problem}"));
        }
        tried.examples += 1;
    }
    tried
}

fn holds_only_errors(body: &Value) -> bool {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    body.as_object().is_some_and(|fields| {
        fields.get("errors").is_some_and(|errors| !is_empty(errors))
            && fields.iter().all(|(name, value)| name == "errors" || is_empty(value))
    })
}

fn is_of(call: &Call, example: &Example) -> bool {
    (call.section, call.module, call.operation) == (example.section, example.module, example.operation)
}

struct Reading<'a> {
    call: &'a Call,
    model: &'a Model,
    status: u16,
}

impl Reading<'_> {
    async fn try_all(&self, body: &Value, tried: &mut Tried) -> Result<(), String> {
        let original = self.read(body).await?;

        let mut respelt = body.clone();
        respell(&mut respelt);
        let lost = |drifts: &[Drift]| -> BTreeSet<_> {
            drifts.iter().filter(|drift| drift.kind != DriftKind::Changed).cloned().collect()
        };
        let read = self.read(&respelt).await.map_err(|error| format!("respelt: {error}"))?;
        if lost(&read) != lost(&original) {
            return Err(format!("respelt: {:?} instead of {:?}", lost(&read), lost(&original)));
        }

        let mut patterns = BTreeSet::new();
        let mut places = Vec::new();
        find_scalars(body, &mut Vec::new(), &mut String::new(), &mut patterns, &mut places);
        for place in places {
            let mut odd = body.clone();
            *place.steps.iter().fold(&mut odd, |value, step| step.of(value)) = json!([["odd"]]);
            let read = self.read(&odd).await.map_err(|error| format!("{} is odd: {error}", place.path))?;
            // When a list loses its only element, the list itself is reported as lost.
            let is_beside = |path: &str| {
                !path.starts_with(&place.path) && place.path.strip_prefix(path).is_none_or(|rest| rest != "[0]")
            };
            let beside = |drifts: &[Drift]| -> BTreeSet<_> {
                drifts.iter().filter(|drift| is_beside(&drift.path)).cloned().collect()
            };
            if beside(&read) != beside(&original) {
                return Err(format!("{} is odd: {:?} instead of {:?}", place.path, beside(&read), beside(&original)));
            }
            tried.values += 1;
        }
        Ok(())
    }

    /// What the types lose of a body.
    async fn read(&self, body: &Value) -> Result<Vec<Drift>, String> {
        let drifts = Arc::new(Mutex::new(Vec::new()));
        let client = Client::builder(Marketplace::JP)
            .credentials(Credentials::new("client-id", "client-secret", "refresh-token"))
            .any_marketplace()
            .retry(RetryPolicy::none())
            .transport(Always { status: self.status, body: body.to_string() })
            .observer(DriftReporter::new({
                let drifts = Arc::clone(&drifts);
                move |report| {
                    drifts.lock().unwrap_or_else(PoisonError::into_inner).extend(report.drifts.iter().cloned())
                }
            }))
            .build()
            .map_err(|error| error.to_string())?;
        let mut given = Given::default();
        fill(&mut given, self.model, &operation(self.call, self.model));
        let sending =
            (self.call.make)(&client, &mut given).map_err(|misfit| format!("{}: {}", misfit.place, misfit.reason))?;
        sending.await.map_err(|error| error.to_string())?;
        let mut drifts = drifts.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut *drifts))
    }
}

/// Answers a login with a token, and every other request with the same body.
struct Always {
    status: u16,
    body: String,
}

impl Transport for Always {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let (status, body) = match request.extensions().get::<Purpose>() {
            Some(Purpose::Login) => (200, r#"{"access_token":"Atza|1","expires_in":3600}"#.to_owned()),
            _ => (self.status, self.body.clone()),
        };
        let mut response = Response::new(body.into());
        *response.status_mut() = status.try_into().expect("a status");
        Box::pin(ready(Ok(response)))
    }
}

/// Spells each number and flag as a text, and each text that is a number or a flag as that.
fn respell(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(respell),
        Value::Object(members) => members.values_mut().for_each(respell),
        Value::Number(number) => *value = number.to_string().into(),
        Value::Bool(flag) => *value = flag.to_string().into(),
        Value::String(text) => match text.as_str() {
            "true" => *value = true.into(),
            "false" => *value = false.into(),
            text => {
                if let Some(number) = text.parse::<i64>().ok().filter(|number| number.to_string() == text) {
                    *value = number.into();
                }
            }
        },
        Value::Null => {}
    }
}

#[derive(Clone)]
enum Step {
    Key(String),
    Index(usize),
}

impl Step {
    fn of<'value>(&self, value: &'value mut Value) -> &'value mut Value {
        match self {
            Self::Key(key) => &mut value[key],
            Self::Index(index) => &mut value[index],
        }
    }
}

struct Place {
    steps: Vec<Step>,
    path: String,
}

/// Finds the first scalar of each path. All elements of a list share one path. Names that a path hides are left out.
fn find_scalars(
    value: &Value,
    steps: &mut Vec<Step>,
    pattern: &mut String,
    patterns: &mut BTreeSet<String>,
    places: &mut Vec<Place>,
) {
    let length = pattern.len();
    match value {
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                steps.push(Step::Index(index));
                pattern.push_str("[]");
                find_scalars(value, steps, pattern, patterns, places);
                pattern.truncate(length);
                steps.pop();
            }
        }
        Value::Object(members) => {
            let is_plain = |key: &str| {
                key.starts_with(|c: char| c.is_ascii_alphabetic()) && key.bytes().all(|b| b.is_ascii_alphanumeric())
            };
            for (key, value) in members.iter().filter(|(key, _)| is_plain(key)) {
                steps.push(Step::Key(key.clone()));
                pattern.push('.');
                pattern.push_str(key);
                find_scalars(value, steps, pattern, patterns, places);
                pattern.truncate(length);
                steps.pop();
            }
        }
        Value::Null => {}
        _ if steps.is_empty() => {}
        _ => {
            if patterns.insert(pattern.clone()) {
                places.push(Place { path: path_of(steps), steps: steps.clone() });
            }
        }
    }
}

fn path_of(steps: &[Step]) -> String {
    let mut path = String::new();
    for step in steps {
        match step {
            Step::Index(index) => path.push_str(&format!("[{index}]")),
            Step::Key(key) if path.is_empty() => path.push_str(key),
            Step::Key(key) => path.push_str(&format!(".{key}")),
        }
    }
    path
}

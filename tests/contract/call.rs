//! Calls through the generated builders, with values that are known only at run time.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use spapi_core::Client;
use spapi_core::operation::{ApiName, OperationName};
use spapi_core::{DateTime, Decimal, Error, HeaderMap, RawResponse, Response, StatusCode};
use spapi_metadata::Published;
use spapi_record::drift::{Drift, DriftKind, compare};
use std::any::type_name;
use std::pin::Pin;

/// An operation, and the function that calls its builder.
pub struct Call {
    /// The section: `orders`.
    pub section: &'static str,
    /// The module of its version: `v0`.
    pub module: &'static str,
    /// Its id: `getOrders`.
    pub operation: &'static str,
    /// The model file, with its folder.
    pub model: &'static str,
    /// Passes the values to the builder.
    pub make: fn(&Client, &mut Given) -> Made,
}

impl Call {
    /// Its row in the table of operations.
    pub fn published(&self) -> Option<Published> {
        spapi_metadata::find(&OperationName::new(ApiName::new(self.section, Some(self.module)), self.operation))
    }

    /// `orders@v0 getOrders`.
    pub fn name(&self) -> String {
        format!("{}@{} {}", self.section, self.module, self.operation)
    }
}

/// A call that is ready to send, or the value that the builder does not take.
pub type Made = Result<Sending, Misfit>;

/// A call that is being sent.
pub type Sending = Pin<Box<dyn Future<Output = Result<Received, Error>> + Send>>;

/// A successful answer.
pub struct Received {
    /// The raw answer.
    pub raw: RawResponse,
    /// Whether the operation has a type to decode it.
    pub is_read: bool,
}

impl<T> From<Response<T>> for Received {
    fn from(response: Response<T>) -> Self {
        // `()` is the only type of size zero here; it means that the answer has no value.
        Self { is_read: size_of::<T>() > 0, raw: response.into_parts().1 }
    }
}

/// A value that does not fit the builder's type.
#[derive(Debug)]
pub struct Misfit {
    /// Its path: `body.destinations[0].name`.
    pub place: String,
    /// What was expected.
    pub reason: String,
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// As a header.
    Header,
}

/// The values for a call, and the values that the builder did not take unchanged.
#[derive(Debug, Default)]
pub struct Given {
    parameters: Vec<Parameter>,
    body: Option<Value>,
    body_is_taken: bool,
    raw: Vec<String>,
    changed: Vec<Drift>,
}

#[derive(Debug)]
struct Parameter {
    place: Place,
    name: String,
    value: Value,
    is_taken: bool,
}

/// A decimal of the path, the query or a header, whose type does not say how it is decoded.
#[derive(Deserialize)]
pub struct Number(#[serde(with = "spapi_core::decimal::number")] Decimal);

impl From<Number> for Decimal {
    fn from(number: Number) -> Self {
        number.0
    }
}

/// A value as its setter takes it.
pub enum Read<T> {
    /// The parameter has no value.
    Absent,
    /// A value of the setter's type.
    Typed(T),
    /// A text that the setter's type does not allow.
    Raw(String),
}

impl Given {
    /// Sets a parameter. A list is one value.
    pub fn set(&mut self, place: Place, name: &str, value: Value) {
        self.parameters.push(Parameter { place, name: name.to_owned(), value, is_taken: false });
    }

    /// Sets the body.
    pub fn set_body(&mut self, body: Value) {
        self.body = Some(body);
    }

    /// Whether the parameter is set.
    pub fn has(&self, place: Place, name: &str) -> bool {
        self.parameters.iter().any(|parameter| parameter.is(place, name))
    }

    /// Whether the body is set.
    pub fn has_body(&self) -> bool {
        self.body.is_some()
    }

    /// The names of the values that the builder has no setter for.
    pub fn left_over(&self) -> Vec<String> {
        let parameters = self.parameters.iter().filter(|parameter| !parameter.is_taken);
        let mut left: Vec<_> = parameters.map(|parameter| parameter.name.clone()).collect();
        if self.body.is_some() && !self.body_is_taken {
            left.push("the body".to_owned());
        }
        left
    }

    /// The query parameters that only `raw_query` takes.
    pub fn raw(&self) -> &[String] {
        &self.raw
    }

    /// Where the body, decoded into its type, differs from the given one.
    pub fn changed(&self) -> &[Drift] {
        &self.changed
    }

    /// A parameter of the path, for its argument.
    pub fn path(&mut self, name: &str) -> Result<String, Misfit> {
        let missing = || Misfit { place: name.to_owned(), reason: "it is not set".to_owned() };
        self.take(Place::Path, name).map(|value| text(&value)).ok_or_else(missing)
    }

    /// A parameter of the query, for its setter.
    pub fn query<T: DeserializeOwned>(&mut self, name: &str) -> Read<T> {
        let Some(value) = self.take(Place::Query, name) else { return Read::Absent };
        // The client refuses a time that is not ISO 8601, though its type has a place for any text.
        let is_time = type_name::<T>() == type_name::<DateTime>();
        let is_refused = is_time && !DateTime::from(text(&value)).is_iso_8601();
        if let Some(value) = read(&value).filter(|_| !is_refused) {
            return Read::Typed(value);
        }
        self.raw.push(name.to_owned());
        Read::Raw(text(&value))
    }

    /// A header, for its setter.
    pub fn header<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Misfit> {
        let Some(value) = self.take(Place::Header, name) else { return Ok(None) };
        let misfit = || Misfit { place: name.to_owned(), reason: "its type does not allow the value".to_owned() };
        read(&value).map(Some).ok_or_else(misfit)
    }

    /// The body, for a builder that requires one.
    pub fn body<T: DeserializeOwned + Serialize>(&mut self) -> Result<T, Misfit> {
        let missing = || Misfit { place: "body".to_owned(), reason: "it is not set".to_owned() };
        self.optional_body()?.ok_or_else(missing)
    }

    /// The body, for a builder that accepts one.
    pub fn optional_body<T: DeserializeOwned + Serialize>(&mut self) -> Result<Option<T>, Misfit> {
        let Some(body) = &self.body else { return Ok(None) };
        self.body_is_taken = true;
        let body_text = RawResponse::new(StatusCode::OK, HeaderMap::new(), body.to_string());
        let value: T = body_text.json().map_err(|error| misfit(&error))?;
        let written = serde_json::to_value(&value)
            .map_err(|error| Misfit { place: "body".to_owned(), reason: error.to_string() })?;
        // The type adds the fields that it requires, because Amazon's examples may show only a part of a request.
        let changed = compare(body, &written).into_iter().filter(|drift| drift.kind != DriftKind::Defaulted);
        self.changed = changed.collect();
        Ok(Some(value))
    }

    fn take(&mut self, place: Place, name: &str) -> Option<Value> {
        let parameter = self.parameters.iter_mut().find(|parameter| parameter.is(place, name))?;
        parameter.is_taken = true;
        Some(parameter.value.clone())
    }
}

impl Parameter {
    /// Names of path parameters may differ in spelling: the client does not send them, and the examples spell some
    /// differently.
    fn is(&self, place: Place, name: &str) -> bool {
        let same = if place == Place::Path { str::eq_ignore_ascii_case } else { str::eq };
        self.place == place && same(&self.name, name)
    }
}

/// Converts core's decode error, `... at PATH: REASON: STATUS`.
fn misfit(error: &Error) -> Misfit {
    let path = error.decode_path().unwrap_or_default();
    let separator = if path.is_empty() || path.starts_with('[') { "" } else { "." };
    let text = error.to_string();
    Misfit { place: format!("body{separator}{path}"), reason: text.split(": ").nth(1).unwrap_or(&text).to_owned() }
}

/// Reads a value as the type that a setter takes. Amazon's examples write numbers as texts and texts as numbers, and
/// one value for a list of one.
fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    let as_text = |value: &Value| Value::String(text(value));
    let as_json = |value: &Value| serde_json::from_str(&text(value)).unwrap_or_default();
    let forms = match value {
        Value::Array(values) => vec![
            value.clone(),
            values.iter().map(as_text).collect(),
            values.iter().map(as_json).collect(),
            as_text(value),
        ],
        one => {
            let forms = [one.clone(), as_text(one), as_json(one)];
            let lists = forms.clone().map(|form| Value::Array(vec![form]));
            forms.into_iter().chain(lists).collect()
        }
    };
    forms.into_iter().find_map(|form| serde_json::from_value(form).ok())
}

/// The text of a value in a path or a query.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// Passes a parameter to its setter.
macro_rules! set {
    ($call:ident, $given:ident.query($name:literal), $setter:ident: $kind:ty) => {
        let $call = match $given.query::<$kind>($name) {
            $crate::call::Read::Absent => $call,
            $crate::call::Read::Typed(value) => $call.$setter(value),
            $crate::call::Read::Raw(text) => $call.raw_query($name, text),
        };
    };
    ($call:ident, $given:ident.header($name:literal), $setter:ident: $kind:ty) => {
        let $call = match $given.header::<$kind>($name)? {
            None => $call,
            Some(value) => $call.$setter(value),
        };
    };
}

/// Passes an optional body to the builder.
macro_rules! optional_body {
    ($call:ident, $given:ident, $kind:ty) => {
        let $call = match $given.optional_body::<$kind>()? {
            None => $call,
            Some(value) => $call.body(value),
        };
    };
}

/// Sends a call, and keeps the raw answer.
macro_rules! sending {
    ($call:ident) => {
        Ok(Box::pin(async move { $call.send().await.map(Into::into) }))
    };
}

pub(crate) use {optional_body, sending, set};

//! An exchange that is to be recorded: the answer has come, and is about to be read.

use super::file::{Named, Recording, Request, Response};
use super::{Outline, Recorder};
use crate::operation::Operation;
use crate::response::OperationRef;
use crate::wire::Answer;
use bytes::Bytes;
use http::Method;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a call asked for, as it was given.
#[derive(Clone)]
pub(crate) struct Asked {
    /// The path with its parameters in their places, percent-encoded.
    pub path: String,
    pub path_parameters: Vec<(Cow<'static, str>, String)>,
    /// The values are percent-encoded, but for the commas of lists.
    pub query: Vec<(Cow<'static, str>, String)>,
    pub body: Option<Bytes>,
    /// What the body's type knows of it, where it is known.
    pub outline: Option<Arc<Outline>>,
    /// Whether it asks for a token, which is not recorded.
    pub is_for_restricted_token: bool,
}

impl Asked {
    /// The names of the query with their values, decoded; lists by their elements.
    pub(super) fn query(&self) -> impl Iterator<Item = (&Cow<'static, str>, Vec<String>)> {
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        self.query.iter().map(move |(name, value)| (name, value.split(',').map(decoded).collect()))
    }
}

/// An answer that came, and what was asked. It is written once: when its body is read, or when it is known that
/// nobody reads it.
pub(crate) struct Exchange {
    recorder: Arc<Recorder>,
    number: u32,
    operation: OperationRef,
    asked: Asked,
    answer: Answer,
    is_written: AtomicBool,
}

/// What is known of an answer's body.
enum Known<'a> {
    Nothing,
    /// Nobody reads it.
    Unread,
    /// It is an answer without success.
    Error,
    Type(&'a Value, &'a Outline),
}

impl Exchange {
    pub(crate) fn new(recorder: &Arc<Recorder>, operation: &OperationRef, asked: &Asked, answer: &Answer) -> Self {
        Self {
            recorder: Arc::clone(recorder),
            number: recorder.next_number(),
            operation: operation.clone(),
            asked: asked.clone(),
            answer: answer.clone(),
            is_written: AtomicBool::new(false),
        }
    }

    /// Writes it with the body as far as `T` knows it.
    pub(crate) fn write_as<T: DeserializeOwned>(&self) {
        match serde_json::from_slice::<Value>(&self.answer.2) {
            Ok(body) => self.write_with(&body, &Outline::of::<T>(&body)),
            Err(_) => self.write(Known::Unread),
        }
    }

    fn write_with(&self, body: &Value, outline: &Outline) {
        // A type that takes anything knows nothing.
        self.write(if outline.takes_anything() { Known::Nothing } else { Known::Type(body, outline) });
    }

    /// Writes what nobody has read.
    pub(crate) fn write_unread(&self) {
        let is_typed = !self.operation.id.is_empty();
        self.write(match () {
            () if !self.answer.0.is_success() => Known::Error,
            () if is_typed => Known::Unread,
            () => Known::Nothing,
        });
    }

    fn write(&self, known: Known<'_>) {
        if !self.is_written.swap(true, Ordering::AcqRel) {
            let recording = self.recording(&known);
            self.recorder.write(self.number, &self.operation, &recording);
        }
    }

    fn recording(&self, known: &Known<'_>) -> Recording<Value> {
        let stand_ins = &self.recorder.stand_ins;
        let (status, headers, body) = &self.answer;
        let mut response = Response {
            status: status.as_u16(),
            headers: stand_ins.headers(headers),
            body: None,
            text: None,
            body_left_out: false,
        };
        let is_empty = body.iter().all(u8::is_ascii_whitespace);
        match known {
            _ if is_empty => {}
            Known::Type(body, outline) => response.body = Some(stand_ins.body(body, Some(outline))),
            Known::Nothing => response.body_left_out = true,
            Known::Error | Known::Unread => match (serde_json::from_slice(body), known) {
                (Ok(body), Known::Error) => response.body = Some(stand_ins.error_body(&body)),
                (Ok(_), _) => {}
                (Err(_), _) => response.text = Some(stand_ins.text(&String::from_utf8_lossy(body))),
            },
        }
        Recording { operation: named(&self.operation), request: self.request(), response }
    }

    fn request(&self) -> Request {
        let stand_ins = &self.recorder.stand_ins;
        let operation: &Operation = &self.operation;
        // What is written in a program is the API's; what was made while it ran may be anybody's.
        let name = |name: &Cow<'static, str>| match name {
            Cow::Borrowed(name) => (*name).to_owned(),
            Cow::Owned(name) if is_parameter(operation, name) => name.clone(),
            Cow::Owned(name) => stand_ins.text(name),
        };
        let body = self.asked.outline.as_ref().and_then(|outline| {
            let body: Value = serde_json::from_slice(self.asked.body.as_deref()?).ok()?;
            (!outline.takes_anything()).then(|| stand_ins.body(&body, Some(outline)))
        });
        Request {
            method: match operation.method {
                Method::GET | Method::POST | Method::PUT | Method::DELETE | Method::PATCH | Method::HEAD => {
                    operation.method.to_string()
                }
                _ => stand_ins.text(operation.method.as_str()),
            },
            path: if is_path_public(operation) {
                operation.path.to_string()
            } else {
                stand_ins.unknown_path(&operation.path)
            },
            path_parameters: self
                .asked
                .path_parameters
                .iter()
                .map(|(known, value)| (name(known), stand_ins.path_value(value)))
                .collect(),
            query: self
                .asked
                .query()
                .map(|(known, values)| format!("{}={}", name(known), stand_ins.query_value(operation, known, &values)))
                .collect(),
            body,
        }
    }
}

/// Whether its path is the API's: of an operation, or written in the program.
fn is_path_public(operation: &Operation) -> bool {
    !operation.id.is_empty() || matches!(operation.path, Cow::Borrowed(_))
}

/// Whether the operation's metadata have a parameter of that name.
fn is_parameter(operation: &Operation, name: &str) -> bool {
    let token = operation.paging.and_then(|paging| paging.token_parameter());
    token == Some(name)
        || operation.required.contains(&name)
        || (is_path_public(operation) && operation.path.split(['{', '}', '+']).any(|part| part == name))
}

/// `None` where it was made by path.
pub(super) fn named(operation: &Operation) -> Option<Named> {
    (!operation.id.is_empty()).then(|| Named {
        section: operation.section.to_string(),
        version: operation.version.to_string(),
        id: operation.id.to_string(),
    })
}

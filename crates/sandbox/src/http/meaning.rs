//! What a request means. It is found out once, and every step of the answer goes by it.

use super::Query;
use super::published::{Published, segments};
use crate::control;
use axum::extract::Request;
use axum::http::Method;

/// Where access tokens are asked for.
pub(crate) const TOKEN_PATH: &str = "/auth/o2/token";

/// Where documents are downloaded and uploaded: everything below this path.
pub(crate) const DOCUMENTS_PATH: &str = "/documents/";

/// What a request means.
#[derive(Debug)]
pub(crate) struct Meaning {
    pub(crate) target: Target,
    pub(crate) query: Query,
}

impl Meaning {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            target: Target::of(request.method(), request.uri().path()),
            query: Query::parse(request.uri().query().unwrap_or_default()),
        }
    }
}

/// What a method and a path are for.
#[derive(Debug)]
pub(crate) enum Target {
    /// A token of Login with Amazon.
    Login,
    /// The document of that id, behind the URL that an operation gave.
    Document(String),
    /// The sandbox itself.
    Control,
    /// An operation that Amazon publishes.
    Operation(Called),
    /// Nothing that is known.
    Unknown,
    /// A path whose percent-encoding does not decode to UTF-8.
    NotUtf8,
}

/// An operation that is called.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) operation: Published,
    /// The values of the path's parameters, decoded, in the order of the path.
    pub(crate) values: Vec<String>,
}

impl Target {
    /// What a method and a path are for.
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        if path == TOKEN_PATH {
            return Self::Login;
        }
        if control::is_at(path) {
            return Self::Control;
        }
        let Some(segments) = segments(path) else { return Self::NotUtf8 };
        if let [folder, id] = &segments[..] {
            if folder == "documents" && !id.is_empty() {
                return Self::Document(id.clone());
            }
        }
        match Published::find(method, &segments) {
            Some((operation, values)) => Self::Operation(Called { operation, values }),
            None => Self::Unknown,
        }
    }

    /// What it is called in the log; nothing where it is not known.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Login => "login".into(),
            Self::Document(_) => "document".into(),
            Self::Control => "sandbox".into(),
            Self::Operation(called) => called.operation.to_string(),
            Self::Unknown | Self::NotUtf8 => String::new(),
        }
    }
}

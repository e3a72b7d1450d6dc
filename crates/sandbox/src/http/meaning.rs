//! The meaning of a request. It is parsed once, and every step of the answer uses it.

use super::{Query, hosts};
use crate::{consent, control};
use axum::extract::Request;
use spapi_metadata::{PathParameters, Published};
use spapi_types::operation::{PathTemplate, RequestPath};
use spapi_types::{Method, Region};

/// The path of the token endpoint.
pub(crate) const TOKEN_PATH: &str = "/auth/o2/token";

/// The path below which documents are downloaded and uploaded.
#[cfg(feature = "tls")]
pub(super) const DOCUMENTS_PATH: &str = "/documents/";

/// The path of a document.
const DOCUMENT: PathTemplate<'static> = PathTemplate::new("/documents/{id}");

/// What a request means.
#[derive(Debug)]
pub(crate) struct Meaning {
    /// The region whose endpoint is called.
    pub(crate) region: Region,
    /// The path without the part that names the region.
    pub(crate) path: String,
    pub(crate) target: Target,
    pub(crate) query: Query,
}

impl Meaning {
    /// Parses a request. `default` is the region of a request that names none.
    ///
    /// A request names a region by one of Amazon's hosts, or by the first part of its path: `/eu/orders/v0/orders`.
    pub(crate) fn of(request: &Request, default: Region) -> Self {
        let whole = request.uri().path();
        let named = Region::ALL.iter().find_map(|region| {
            let rest = whole.strip_prefix('/')?.strip_prefix(region.code())?;
            rest.starts_with('/').then_some((*region, rest))
        });
        let of_host = || hosts::named(request.uri(), request.headers()).find_map(hosts::region);
        let (region, path) = named.unwrap_or_else(|| (of_host().unwrap_or(default), whole));
        Self {
            region,
            target: Target::of(request.method(), path),
            path: path.to_owned(),
            query: Query::parse(request.uri().query().unwrap_or_default()),
        }
    }
}

/// What a method and a path address.
#[derive(Debug)]
pub(crate) enum Target {
    /// A token of Login with Amazon.
    Login,
    /// The document with this id, behind a presigned URL.
    Document(String),
    /// A page on which a seller authorizes the application.
    Consent,
    /// The sandbox itself.
    Control,
    /// An operation that Amazon publishes.
    Operation(Called),
    /// Nothing that the sandbox knows.
    Unknown,
    /// A path whose percent-encoding does not decode to UTF-8.
    NotUtf8,
}

/// An operation that is called.
#[derive(Debug)]
pub(crate) struct Called {
    pub(crate) operation: Published,
    /// The path's parameters with their decoded values, in the order of the path.
    pub(crate) values: PathParameters,
}

impl Target {
    /// What a method and a path address.
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        if path == TOKEN_PATH {
            return Self::Login;
        }
        if consent::is_at(path) {
            return Self::Consent;
        }
        if control::is_at(path) {
            return Self::Control;
        }
        let Ok(path) = RequestPath::parse(path) else { return Self::NotUtf8 };
        if let Some((_, id)) = DOCUMENT.match_path(&path).and_then(|mut values| values.pop()) {
            return Self::Document(id);
        }
        match spapi_metadata::find_by_path(method, &path) {
            Some((operation, values)) => Self::Operation(Called { operation, values }),
            None => Self::Unknown,
        }
    }

    /// Its name in the log; empty if the target is unknown.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Login => "login".into(),
            Self::Document(_) => "document".into(),
            Self::Consent => "consent".into(),
            Self::Control => "sandbox".into(),
            Self::Operation(called) => called.operation.to_string(),
            Self::Unknown | Self::NotUtf8 => String::new(),
        }
    }
}

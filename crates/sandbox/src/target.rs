//! What a request is for.

use crate::control;
use crate::error::ApiError;
use crate::quota::Limit;
use crate::routes;
use crate::server;
use axum::http::Method;
use spapi_metadata::{Api, Entry, Location, Section};
use std::fmt;

/// Where documents are fetched from and sent to: everything below this path.
pub(crate) const DOCUMENTS_PATH: &str = "/documents/";

/// What a request is for.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// A token of Login with Amazon.
    Login,
    /// A document behind the URL that an operation gave.
    Document,
    /// The sandbox itself.
    Control,
    /// An operation that Amazon publishes, and the values of the path's parameters.
    Operation(Published, Vec<String>),
    /// Nothing that is known.
    Unknown,
}

impl Target {
    /// What a method and a path are for.
    pub(crate) fn of(method: &Method, path: &str) -> Self {
        if path == server::TOKEN_PATH {
            return Self::Login;
        }
        if path.starts_with(DOCUMENTS_PATH) {
            return Self::Document;
        }
        if control::is_at(path) {
            return Self::Control;
        }
        match routes::segments(path).map(|segments| Published::find(method, &segments)) {
            Ok(Some((operation, values))) => Self::Operation(operation, values),
            Ok(None) | Err(ApiError { .. }) => Self::Unknown,
        }
    }

    /// What it is called in the log; nothing where it is not known.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Login => "login".into(),
            Self::Document => "document".into(),
            Self::Control => "sandbox".into(),
            Self::Operation(operation, _) => operation.to_string(),
            Self::Unknown => String::new(),
        }
    }
}

/// An operation that Amazon publishes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Published {
    pub(crate) section: &'static Section,
    pub(crate) api: &'static Api,
    pub(crate) entry: &'static Entry,
}

impl Published {
    /// Every one.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        spapi_metadata::operations().map(|published| Self {
            section: published.section,
            api: published.api,
            entry: published.entry,
        })
    }

    /// Whether it has a query parameter of that name.
    pub(crate) fn has_query(&self, name: &str) -> bool {
        self.entry.parameters.iter().any(|known| known.location == Location::Query && known.name == name)
    }

    /// The operation of a method and a path's decoded parts, and the values of the path's parameters. Of several paths
    /// that fit, the one with more fixed parts counts.
    pub(crate) fn find(method: &Method, segments: &[String]) -> Option<(Self, Vec<String>)> {
        Self::all()
            .filter(|operation| operation.entry.operation.method.as_str() == method.as_str())
            .filter_map(|operation| Some((operation, routes::fit(&operation.entry.operation.path, segments)?)))
            .max_by_key(|(operation, _)| operation.fixed_parts())
    }

    /// Those of that name: one, as `orders@v0 getOrders`, or that of each version, as `orders getOrders`.
    ///
    /// # Errors
    /// Where there is none, with those that have the same id.
    pub(crate) fn named(name: &str) -> Result<Vec<Self>, String> {
        let (section, id) = name.split_once(' ').unwrap_or(("", name));
        let (section, version) = section.split_once('@').map_or((section, None), |(name, of)| (name, Some(of)));
        let found: Vec<_> = Self::all()
            .filter(|operation| operation.section.name == section && operation.entry.operation.id == id)
            .filter(|operation| {
                let (module, number) = (operation.api.module, &*operation.entry.operation.version);
                version.is_none_or(|version| version == module || version == number)
            })
            .collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let elsewhere: Vec<_> = Self::all()
            .filter(|operation| operation.entry.operation.id.eq_ignore_ascii_case(id))
            .map(|operation| format!("\"{operation}\""))
            .collect();
        let hint = if elsewhere.is_empty() { String::new() } else { format!(" (there is {})", elsewhere.join(", ")) };
        Err(format!("Amazon publishes no operation {name:?}{hint}"))
    }

    /// How many parts of its path are no parameters.
    pub(crate) fn fixed_parts(&self) -> usize {
        routes::fixed_parts(&self.entry.operation.path)
    }

    /// The parameters of the query that every call must have.
    pub(crate) fn required_query(&self) -> impl Iterator<Item = &'static str> + use<> {
        let parameters = self.entry.parameters.iter();
        let required = parameters.filter(|parameter| parameter.required && parameter.location == Location::Query);
        required.map(|parameter| parameter.name)
    }

    /// The rate and burst that Amazon documents, where it does.
    pub(crate) fn documented_limit(&self) -> Option<Limit> {
        let rate = self.entry.operation.rate?;
        Some(Limit { rate: rate.per_second, burst: f64::from(rate.burst) })
    }

    /// The section, module and id.
    pub(crate) fn key(&self) -> [&'static str; 3] {
        [self.section.name, self.api.module, &self.entry.operation.id]
    }
}

/// `orders@v0 getOrders`.
impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [section, module, id] = self.key();
        write!(f, "{section}@{module} {id}")
    }
}

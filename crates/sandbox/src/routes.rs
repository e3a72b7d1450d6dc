//! Which operation a request means: one that the sandbox serves, one that only Amazon has, or none.

use crate::apis;
use crate::error::ApiError;
use crate::login::Caller;
use crate::query::Query;
use crate::reply::Reply;
use crate::server::Server;
use crate::target::Published;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use spapi_metadata::Entry;
use std::fmt;

/// An operation that the sandbox serves.
pub(crate) struct Route {
    /// The section's name: `orders`.
    pub(crate) section: &'static str,
    /// The module of its version: `v0`.
    pub(crate) module: &'static str,
    /// The operation's id: `getOrders`.
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    /// The path, with its parameters in braces.
    pub(crate) path: &'static str,
    pub(crate) handler: Handler,
}

/// What answers the calls of an operation.
pub(crate) type Handler = fn(&Server, &Call) -> Result<Reply, ApiError>;

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{} {}", self.section, self.module, self.id)
    }
}

/// A call of a served operation. It has no debug form, as its headers hold the token.
pub(crate) struct Call {
    /// The values of the path's parameters, decoded, in the order of the path.
    pub(crate) path: Vec<String>,
    pub(crate) query: Query,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) caller: Caller,
}

impl Call {
    /// The first value of the path's parameters.
    pub(crate) fn id(&self) -> &str {
        self.path.first().map(String::as_str).unwrap_or_default()
    }

    /// The number of the seller who calls. Routes for the application alone have none.
    pub(crate) fn seller(&self) -> Result<usize, ApiError> {
        self.caller.seller().ok_or_else(|| ApiError::unauthorized("This operation needs a seller's token."))
    }

    /// The body, which must be JSON of that form.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_slice(&self.body).map_err(|error| ApiError::invalid_input(format!("The body: {error}.")))
    }
}

/// What a method and path mean.
#[derive(Debug)]
pub(crate) enum Meaning {
    /// A served operation, and the values of the path's parameters.
    Served(&'static Route, Published, Vec<String>),
    /// An operation that a published model has and the sandbox lacks, by name.
    Unserved(String),
    /// Nothing that a published model has.
    Unknown,
}

/// The meaning of a request. Of several paths that fit, the one with more fixed parts counts.
pub(crate) fn find(method: &Method, path: &str) -> Result<Meaning, ApiError> {
    let segments = segments(path)?;
    let served = apis::routes()
        .filter(|route| route.method == *method)
        .filter_map(|route| Some((fixed_parts(route.path), route, fit(route.path, &segments)?)))
        .max_by_key(|(fixed, ..)| *fixed);
    let published = Published::find(method, &segments).map(|(operation, _)| operation);
    Ok(match (served, published) {
        (Some((fixed, route, values)), Some(operation)) if operation.fixed_parts() <= fixed => {
            Meaning::Served(route, operation, values)
        }
        (_, Some(operation)) => {
            let [section, module, id] = operation.key();
            Meaning::Unserved(format!("{id} of {section} {module}"))
        }
        _ => Meaning::Unknown,
    })
}

/// Whether two paths are the same once they are decoded.
pub(crate) fn same_path(one: &str, other: &str) -> bool {
    matches!((segments(one), segments(other)), (Ok(one), Ok(other)) if one == other)
}

/// An operation whose answers hold restricted data.
pub(crate) struct Restricted {
    pub(crate) entry: &'static Entry,
    /// Whether the path was the operation's own, with its parameters' names in place of values.
    pub(crate) generic: bool,
}

/// The restricted operation that a method and path mean; the path may be one with values or the operation's own.
pub(crate) fn restricted(method: &str, path: &str) -> Option<Restricted> {
    let segments = segments(path).ok()?;
    let (_, values, entry) = spapi_metadata::operations()
        .map(|published| published.entry)
        .filter(|entry| entry.operation.method.as_str() == method)
        .filter_map(|entry| {
            let template = &entry.operation.path;
            Some((fixed_parts(template), fit(template, &segments)?, entry))
        })
        .max_by_key(|(fixed, ..)| *fixed)?;
    let generic = !values.is_empty() && entry.operation.path == path;
    // A parameter by another name than the operation's is neither form.
    let is_form = generic || values.iter().all(|value| !value.contains(['{', '}', '?']));
    (entry.operation.restricted.is_some() && is_form).then_some(Restricted { entry, generic })
}

/// The parts of a request's path, each decoded by itself, so that an encoded `/` stays within its part.
pub(crate) fn segments(path: &str) -> Result<Vec<String>, ApiError> {
    let decode = |segment| {
        percent_decode_str(segment)
            .decode_utf8()
            .map(|text| text.into_owned())
            .map_err(|_| ApiError::invalid_input("The path is not UTF-8 once it is decoded."))
    };
    path.strip_prefix('/').unwrap_or(path).split('/').map(decode).collect()
}

/// The values of the template's parameters where the path fits it. `{name}` takes one part that is not empty,
/// `{+name}`, as the last, all that follow.
pub(crate) fn fit(template: &str, segments: &[String]) -> Option<Vec<String>> {
    let mut rest = segments;
    let mut values = Vec::new();
    for part in template.strip_prefix('/').unwrap_or(template).split('/') {
        let (first, others) = rest.split_first()?;
        let parameter = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
        match parameter {
            None if part == first => rest = others,
            Some(name) if name.starts_with('+') => {
                values.push(rest.join("/"));
                rest = &[];
            }
            Some(_) if !first.is_empty() => {
                values.push(first.clone());
                rest = others;
            }
            _ => return None,
        }
    }
    rest.is_empty().then_some(values)
}

/// How many parts of a path are no parameters.
pub(crate) fn fixed_parts(template: &str) -> usize {
    template.split('/').filter(|part| !part.starts_with('{')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(template: &str, path: &str) -> Option<Vec<String>> {
        fit(template, &segments(path).unwrap())
    }

    #[test]
    fn values_are_decoded_part_by_part() {
        let template = "/listings/items/{sellerId}/{sku}";
        assert_eq!(fits(template, "/listings/items/A1/A%2FB%20C%2B%C3%A9%25").unwrap(), ["A1", "A/B C+é%"]);
        assert_eq!(fits(template, "/listings/items/A1/C+D").unwrap(), ["A1", "C+D"], "a plus is a plus in a path");
        assert_eq!(fits(template, "/listings/%69tems/A1/x").unwrap(), ["A1", "x"], "fixed parts may be encoded too");
        for path in
            ["/listings/items/A1", "/listings/items/A1/", "/listings/items/A1/x/", "/listings/items/A1/A/B", "/"]
        {
            assert_eq!(fits(template, path), None, "{path}");
        }
        assert_eq!(fits("/uploads/{+resource}", "/uploads/a/b%20c/d").unwrap(), ["a/b c/d"]);
        assert!(segments("/a/%FF").is_err());
    }

    #[test]
    fn every_served_operation_finds_itself() {
        for route in apis::routes() {
            let path = route.path.replace(['{', '}'], "");
            let Meaning::Served(found, operation, _) = find(&route.method, &path).unwrap() else {
                panic!("{route:?}: {path}")
            };
            assert_eq!(format!("{found:?}"), format!("{route:?}"));
            assert_eq!(operation.to_string(), format!("{route:?}"));
        }
    }

    #[test]
    fn every_served_operation_is_one_that_amazon_publishes() {
        for route in apis::routes() {
            let name = format!("{route:?}").parse().unwrap();
            let published = spapi_metadata::find(&name);
            let published = published.unwrap_or_else(|| panic!("{route:?} is not in the table of operations"));
            let operation = published.entry.operation;
            assert_eq!((&operation.method, &*operation.path), (&route.method, route.path), "{route:?}");
        }
    }
}

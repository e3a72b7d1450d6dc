//! Look-ups in the table of Amazon's operations.

use crate::quota::Limit;
use spapi_metadata::{Entry, Location, Published};
use spapi_types::Method;
use spapi_types::operation::{OperationName, RequestPath};

/// The unique key of an operation: its section, module and id.
pub(crate) type Key = [&'static str; 3];

/// The key of an operation.
pub(crate) fn key(operation: &Published) -> Key {
    [operation.section.name, operation.api.module, &operation.entry.operation.id]
}

/// Whether the operation has a query parameter of that name.
pub(crate) fn has_query(operation: &Published, name: &str) -> bool {
    operation.entry.parameters.iter().any(|known| known.location == Location::Query && known.name == name)
}

/// The parameters of the query that every call of the operation must have.
pub(crate) fn required_query(operation: &Published) -> impl Iterator<Item = &'static str> + use<> {
    let parameters = operation.entry.parameters.iter();
    let required = parameters.filter(|parameter| parameter.required && parameter.location == Location::Query);
    required.map(|parameter| parameter.name)
}

/// The rate and burst that Amazon documents, if it documents them.
pub(crate) fn documented_limit(operation: &Published) -> Option<Limit> {
    let rate = operation.entry.operation.rate?;
    Some(Limit { rate: rate.per_second, burst: f64::from(rate.burst) })
}

/// The operations with a name: one for `orders@v0 getOrders`, one of each version for `orders getOrders`.
///
/// # Errors
/// When there is none; the error suggests similar operations.
pub(crate) fn named(text: &str) -> Result<Vec<Published>, String> {
    let asked: Result<OperationName, _> = text.parse();
    let found: Vec<_> = asked.iter().flat_map(spapi_metadata::find_all).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let alike = alike(text);
    let hint = if alike.is_empty() { String::new() } else { format!(" (there is {})", alike.join(", ")) };
    Err(format!("Amazon publishes no operation {text:?}{hint}"))
}

/// The operations that a wrong name probably means: those with its id, the named section's first; or, if no operation has
/// the id, all operations of the section.
fn alike(text: &str) -> Vec<String> {
    let mut words = text.split_whitespace();
    let (api, id) = (words.next().unwrap_or_default(), words.next_back());
    let section = api.split('@').next().unwrap_or_default();
    let is_of_section = |operation: &Published| operation.section.name.eq_ignore_ascii_case(section);
    let id = id.unwrap_or(api);
    let has_id = |operation: &Published| operation.entry.operation.id.eq_ignore_ascii_case(id);
    let mut found: Vec<Published> = spapi_metadata::operations().filter(has_id).collect();
    found.sort_by_key(|operation| !is_of_section(operation));
    if found.is_empty() {
        found = spapi_metadata::operations().filter(is_of_section).collect();
    }
    found.iter().map(|operation| format!("\"{operation}\"")).collect()
}

/// Whether two paths are equal after percent-decoding.
pub(crate) fn same_path(one: &str, other: &str) -> bool {
    matches!((RequestPath::parse(one), RequestPath::parse(other)), (Ok(one), Ok(other)) if one == other)
}

/// An operation that returns restricted data.
pub(crate) struct Restricted {
    pub(crate) entry: &'static Entry,
    /// Whether the path holds the names of its parameters instead of values.
    pub(crate) generic: bool,
}

/// The restricted operation that a method and a path name. The path may hold values or the names of the parameters.
pub(crate) fn restricted(method: &str, path: &str) -> Option<Restricted> {
    let method = Method::from_bytes(method.as_bytes()).ok()?;
    let (Published { entry, .. }, values) = spapi_metadata::find_by_path(&method, &RequestPath::parse(path).ok()?)?;
    let generic = !values.is_empty() && entry.operation.path == path;
    // A path with a parameter name that the operation does not have is neither form.
    let is_form = generic || values.iter().all(|(_, value)| !value.contains(['{', '}', '?']));
    (entry.operation.restricted.is_some() && is_form).then_some(Restricted { entry, generic })
}

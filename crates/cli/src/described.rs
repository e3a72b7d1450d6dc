//! Operations as data for people and programs: the words that find them, and their facts as JSON.

use crate::body;
use crate::output::table::NOTHING;
use serde_json::{Value, json};
use spapi_core::operation::{Paging, PagingStyle};
use spapi_metadata::{Body, Kind, List, Location, Parameter, Published};

/// The words to search for, in lower case.
pub fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_lowercase).collect()
}

/// Whether an operation has all of the words.
pub fn has(found: &Published, words: &[String]) -> bool {
    let entry = found.entry;
    let parameters = entry.parameters.iter().flat_map(|parameter| parameter.values.iter().chain([&parameter.name]));
    let names = [found.section.name, found.api.module, &entry.operation.version, &entry.operation.id];
    let texts: Vec<_> =
        names.into_iter().chain([&*entry.operation.path, entry.about]).chain(parameters.copied()).collect();
    let text = texts.join("\n").to_lowercase();
    words.iter().all(|word| text.contains(word.as_str()))
}

/// The facts of an operation, without its parameters.
pub fn json(found: &Published) -> Value {
    let operation = found.entry.operation;
    json!({
        "section": found.section.name,
        "version": found.section.version_of(found.api),
        "operation": operation.id,
        "method": operation.method.as_str(),
        "path": operation.path,
        "rate": operation.rate.map(|rate| rate.per_second),
        "burst": operation.rate.map(|rate| rate.burst),
        "pageToken": operation.paging.and_then(|paging| paging.token_parameter()),
        "repeat": operation.repeat.as_str(),
        "grantless": operation.grantless,
        "restricted": operation.restricted.is_some(),
        "deprecated": found.entry.deprecated,
        "retirement": found.entry.retirement.map(|retirement| json!({ "on": retirement.on, "instead": retirement.instead })),
        "about": found.entry.about,
        "reference": found.entry.reference,
    })
}

/// What requests the next page: a query parameter, a place in the body, or another operation.
pub fn pages_by(paging: Paging) -> &'static str {
    match paging.style {
        PagingStyle::Token { parameter, .. } | PagingStyle::Job { parameter, .. } => parameter,
        PagingStyle::TokenElsewhere { operation, .. } => &operation.id,
        PagingStyle::Offset { offset, .. } => offset,
        PagingStyle::PageIndex { index, .. } => index,
        _ => "",
    }
}

/// The body with its fields; null for an operation that takes none.
fn json_of_body(found: &Published) -> Value {
    let Some(schema) = &found.entry.schema else { return Value::Null };
    let fields = body::rows(schema).into_iter().map(|row| {
        json!({
            "path": row.path,
            "type": row.kind,
            "required": row.is_required,
            "about": row.about,
            "values": row.values,
            "limits": row.limits,
            "fieldsAsIn": row.like,
        })
    });
    json!({ "required": found.entry.body == Body::Required, "fields": fields.collect::<Value>() })
}

/// The facts of an operation, with its parameters and its body.
pub fn json_with_parameters(found: &Published) -> Value {
    let parameters = found.entry.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "in": location(parameter.location),
            "type": kind(parameter),
            "required": parameter.required,
            "about": parameter.about,
            "values": values(parameter),
            "example": parameter.example,
        })
    });
    let mut value = json(found);
    value["parameters"] = parameters.collect();
    value["body"] = json_of_body(found);
    value
}

/// The known values: all that the model lists, or the usual ones.
pub fn values(parameter: &Parameter) -> &'static [&'static str] {
    if parameter.values.is_empty() { parameter.usual } else { parameter.values }
}

/// Where a parameter is sent, in a word.
pub fn location(location: Location) -> &'static str {
    match location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
        _ => NOTHING,
    }
}

/// The type of a parameter in words.
pub fn kind(parameter: &Parameter) -> String {
    let one = match parameter.kind {
        Kind::Integer => "integer",
        Kind::Number => "number",
        Kind::Boolean => "boolean",
        Kind::DateTime => "date",
        _ => "text",
    };
    match parameter.list {
        List::No => one.to_owned(),
        _ => format!("{one} list"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_finds_names_words_paths_and_parameters() {
        let found = |text: &str| -> Vec<String> {
            let words = words(text);
            let found = spapi_metadata::operations().filter(|published| has(published, &words));
            found.map(|published| published.to_string()).collect()
        };
        assert_eq!(found("GETORDERMETRICS"), ["sales@v1 getOrderMetrics"]);
        assert_eq!(found("/sales/v1/orderMetrics"), ["sales@v1 getOrderMetrics"]);
        assert!(found("getOrder 2026-01-01").contains(&"orders@2026-01-01 getOrder".to_owned()));
        assert!(found("granularityTimeZone").contains(&"sales@v1 getOrderMetrics".to_owned()));
        assert!(found("fba-inventory inventory summaries").iter().all(|name| name.starts_with("fba-inventory@")));
        assert!(found("sells socks on the moon").is_empty());
        assert_eq!(found("").len(), spapi_metadata::operations().count());
    }
}

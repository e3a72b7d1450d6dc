//! Finds how an operation pages: the parameter that takes a token, where the answer has the next one, and its one list.

use super::{Location, Parameter};
use crate::generate::catalog::PagingRule;
use crate::generate::walk;
use serde_json::{Map, Value};

/// Paging by a token in the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    /// The query parameter.
    pub token: String,
    /// Where the answer has the next token, with dots.
    pub response: String,
    /// Where the answer has its one list, with dots.
    pub items: Option<String>,
    /// What is sent with the token; all again where nothing is said.
    pub rule: Option<PagingRule>,
}

/// Names that a page token has, in lower case; `previous` tokens are others.
const TOKENS: [&str; 4] = ["nexttoken", "paginationtoken", "pagetoken", "nextpagetoken"];

/// Where tokens and lists stand: at the top, or in one of these.
const WRAPPERS: [&[&str]; 4] = [&[], &["pagination"], &["payload"], &["payload", "pagination"]];

/// Finds the paging of an operation, or `None` where it has no token parameter or no token in its answer.
pub fn find(document: &Value, operation: &Map<String, Value>, parameters: &[Parameter]) -> Option<Paging> {
    let token = parameters
        .iter()
        .find(|p| p.location == Location::Query && TOKENS.contains(&p.name.to_ascii_lowercase().as_str()))?;
    let answer = success_schema(operation)?;
    let response = WRAPPERS.iter().find_map(|wrapper| {
        let properties = properties_at(document, answer, wrapper)?;
        let name = properties.keys().find(|name| TOKENS.contains(&name.to_ascii_lowercase().as_str()))?;
        Some(dotted(wrapper, name))
    })?;
    let items = [&[] as &[&str], &["payload"]].iter().find_map(|wrapper| {
        let properties = properties_at(document, answer, wrapper)?;
        let mut lists = properties.iter().filter(|(name, schema)| {
            !name.eq_ignore_ascii_case("errors")
                && walk::resolve(document, schema).get("type").and_then(Value::as_str) == Some("array")
        });
        match (lists.next(), lists.next()) {
            (Some((name, _)), None) => Some(dotted(wrapper, name)),
            _ => None,
        }
    });
    Some(Paging { token: token.name.clone(), response, items, rule: None })
}

/// The schema of the first success that has one.
fn success_schema(operation: &Map<String, Value>) -> Option<&Value> {
    let responses = operation.get("responses")?.as_object()?;
    responses.iter().filter(|(status, _)| status.starts_with('2')).find_map(|(_, response)| response.get("schema"))
}

fn properties_at<'a>(document: &'a Value, schema: &'a Value, wrapper: &[&str]) -> Option<&'a Map<String, Value>> {
    let mut schema = walk::resolve(document, schema);
    for name in wrapper {
        schema = walk::resolve(document, schema.get("properties")?.get(name)?);
    }
    schema.get("properties")?.as_object()
}

fn dotted(wrapper: &[&str], name: &str) -> String {
    wrapper.iter().copied().chain([name]).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::metadata::{Kind, List};
    use serde_json::json;

    fn paging(parameter: &str, schema: Value) -> Option<Paging> {
        let document = json!({"definitions": {"Things": {"type": "array", "items": {"type": "string"}}}});
        let operation = json!({"responses": {"200": {"schema": schema}, "400": {}}});
        let parameter = Parameter {
            name: parameter.into(),
            location: Location::Query,
            kind: Kind::Text,
            list: List::No,
            required: false,
            values: Vec::new(),
            facts: String::new(),
        };
        find(&document, operation.as_object().unwrap(), &[parameter])
    }

    #[test]
    fn token_and_list_are_found_in_each_published_place() {
        let things = json!({"$ref": "#/definitions/Things"});
        let token = json!({"type": "string"});
        let wrapped = |key: &str, inner: Value| json!({"properties": {key: {"properties": inner}}});
        let cases = [
            (
                json!({"properties": {"nextToken": token, "things": things, "errors": things}}),
                "nextToken",
                Some("things"),
            ),
            (
                wrapped("payload", json!({"NextToken": token, "Things": things})),
                "payload.NextToken",
                Some("payload.Things"),
            ),
            (
                json!({"properties": {"pagination": {"properties": {"nextToken": token}}, "payload": {"properties": {"things": things}}}}),
                "pagination.nextToken",
                Some("payload.things"),
            ),
            (json!({"properties": {"nextToken": token, "a": things, "b": things}}), "nextToken", None),
        ];
        for (schema, response, items) in cases {
            let found = paging("pageToken", schema).unwrap();
            assert_eq!((found.response.as_str(), found.items.as_deref()), (response, items));
        }
    }

    #[test]
    fn without_a_parameter_or_an_answer_for_the_token_nothing_pages() {
        let schema = json!({"properties": {"nextToken": {"type": "string"}}});
        assert!(paging("pageSize", schema.clone()).is_none());
        assert!(paging("nextToken", json!({"properties": {"a": {"type": "string"}}})).is_none());
        assert!(paging("nextToken", schema).is_some());
    }
}

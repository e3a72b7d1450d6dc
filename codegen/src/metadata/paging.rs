//! How an operation pages: as `models/sections.toml` says, or by a token that the model contains.

use super::{Location, Parameter};
use crate::catalog::{Exceptions, PagingRow};
use crate::walk;
use anyhow::{Result, bail};
use serde_json::{Map, Value};
use spapi_types::operation::ArgumentRule;

/// How an operation pages. Paths in a body or a response are names joined by dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paging {
    pub style: Style,
    /// The path of the response's only list.
    pub items: Option<String>,
    /// What is sent with a token; everything is sent again if this is not given.
    pub rule: ArgumentRule,
    /// How many seconds a token is valid.
    pub token_life: Option<u64>,
}

/// How the next page is requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Style {
    /// By the query parameter `token`, with the value at `response` of the response.
    Token { token: String, response: String },
    /// By another operation, with the value at `response` of the response.
    Elsewhere { operation: String, response: String },
    /// By the path `offset` of the body, next to the path of the page's length; the response has the total number at
    /// `total`.
    Offset { offset: String, limit: String, total: String, maximum: u64 },
    /// By the query parameter `index`, next to the one of the page's length. The response does not mark the last page.
    Index { index: String, size: String },
    /// By the path `parameter` of the body that starts a job, with the value at `response` of the response about a job.
    Job { parameter: String, response: String },
}

/// The paging of an operation, if it pages.
pub fn read(
    document: &Value,
    operation: &Map<String, Value>,
    parameters: &[Parameter],
    exceptions: &Exceptions,
) -> Result<Option<Paging>> {
    let row = match exceptions.paging.clone() {
        Some(PagingRow::Pages(false)) => None,
        Some(PagingRow::Pages(true)) | None => find(document, operation, parameters),
        Some(PagingRow::Token { token, response, items }) => Some((Style::Token { token, response }, items)),
        Some(PagingRow::Elsewhere { elsewhere, response, items }) => {
            Some((Style::Elsewhere { operation: elsewhere, response }, items))
        }
        Some(PagingRow::Offset { offset, limit, total, maximum, items }) => {
            Some((Style::Offset { offset, limit, total, maximum }, Some(items)))
        }
        Some(PagingRow::Index { index, size }) => Some((Style::Index { index, size }, None)),
        Some(PagingRow::Job { job, response }) => Some((Style::Job { parameter: job, response }, None)),
    };
    let is_token = matches!(row, Some((Style::Token { .. }, _)));
    if !is_token && (exceptions.paging_rule.is_some() || exceptions.token_life.is_some()) {
        bail!("models/sections.toml gives a paging_rule or a token_life, but no page token was found");
    }
    let rule = exceptions.paging_rule.unwrap_or(ArgumentRule::RepeatArguments);
    Ok(row.map(|(style, items)| Paging { style, items, rule, token_life: exceptions.token_life }))
}

impl Paging {
    /// Whether a client can follow the pages. It cannot follow an index without a known end, or jobs.
    pub fn can_be_followed(&self) -> bool {
        !matches!(self.style, Style::Index { .. } | Style::Job { .. })
    }
}

/// Names of a page token, in lower case; `previous` tokens are others.
const TOKENS: [&str; 4] = ["nexttoken", "paginationtoken", "pagetoken", "nextpagetoken"];

/// The objects that contain tokens and lists: the top level, or one of these.
const WRAPPERS: [&[&str]; 4] = [&[], &["pagination"], &["payload"], &["payload", "pagination"]];

/// Finds a token and the only list; `None` if the operation has no token parameter or its response has no token.
fn find(document: &Value, operation: &Map<String, Value>, parameters: &[Parameter]) -> Option<(Style, Option<String>)> {
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
    Some((Style::Token { token: token.name.clone(), response }, items))
}

/// The schema of the first successful response that has one.
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
    use crate::metadata::{Kind, List};
    use serde_json::json;

    fn paging(parameter: &str, schema: Value) -> Option<Paging> {
        read_with(parameter, schema, "").unwrap()
    }

    /// Applies a row of `models/sections.toml`.
    fn read_with(parameter: &str, schema: Value, row: &str) -> Result<Option<Paging>> {
        let document = json!({"definitions": {"Things": {"type": "array", "items": {"type": "string"}}}});
        let operation = json!({"responses": {"200": {"schema": schema}, "400": {}}});
        let parameter = Parameter {
            name: parameter.into(),
            location: Location::Query,
            kind: Kind::Text,
            list: List::No,
            required: false,
            values: Vec::new(),
            usual: Vec::new(),
            facts: String::new(),
            about: String::new(),
            example: String::new(),
            quotation: None,
        };
        let exceptions = toml::from_str(row).unwrap();
        read(&document, operation.as_object().unwrap(), &[parameter], &exceptions)
    }

    #[test]
    fn each_kind_of_paging_can_be_set() {
        let say = |row: &str| read_with("page", json!({}), row).unwrap();
        let style = |row: &str| say(row).unwrap().style;
        assert_eq!(say(""), None);
        assert!(matches!(style("paging = { token = 't', response = 'r' }"), Style::Token { .. }));
        assert!(matches!(style("paging = { elsewhere = 'other', response = 'r' }"), Style::Elsewhere { .. }));
        assert!(matches!(style("paging = { index = 'i', size = 's' }"), Style::Index { .. }));
        assert!(matches!(style("paging = { job = 't', response = 'r' }"), Style::Job { .. }));
        let offset = say("paging = { offset = 'o', limit = 'l', total = 't', maximum = 9, items = 'i' }").unwrap();
        let places = ["o", "l", "t"].map(str::to_owned);
        let [o, l, t] = places;
        assert_eq!(offset.style, Style::Offset { offset: o, limit: l, total: t, maximum: 9 });
        assert_eq!(offset.items.as_deref(), Some("i"));
        let short =
            say("token_life = 30\npaging_rule = 'token-only'\npaging = { token = 't', response = 'r' }").unwrap();
        assert_eq!((short.token_life, short.rule), (Some(30), ArgumentRule::TokenOnly));
    }

    #[test]
    fn a_missing_token_can_have_neither_rule_nor_life() {
        for row in
            ["token_life = 30", "paging_rule = 'token-only'", "token_life = 1\npaging = { index = 'i', size = 's' }"]
        {
            assert!(read_with("page", json!({}), row).is_err(), "{row}");
        }
        let unknown = "paging = { token = 't', response = 'r', itmes = 'i' }";
        assert!(toml::from_str::<Exceptions>(unknown).is_err(), "a misspelt word is an error");
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
            assert_eq!(found.style, Style::Token { token: "pageToken".into(), response: response.into() });
            assert_eq!((found.items.as_deref(), found.rule), (items, ArgumentRule::RepeatArguments));
        }
    }

    #[test]
    fn an_operation_without_token_parameter_or_token_in_the_answer_has_no_pages() {
        let schema = json!({"properties": {"nextToken": {"type": "string"}}});
        assert!(paging("pageSize", schema.clone()).is_none());
        assert!(paging("nextToken", json!({"properties": {"a": {"type": "string"}}})).is_none());
        assert!(paging("nextToken", schema).is_some());
    }
}

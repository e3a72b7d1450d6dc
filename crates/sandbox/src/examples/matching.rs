//! Finds the example that a request matches, or the nearest ones.

use super::{Example, Parameter, Place};
use crate::http::published::required_query;
use crate::http::{Called, Query};
use serde_json::Value;
use spapi_metadata::{Body, List, PathParameters, Published};

/// A request, in the form that the examples are compared with.
pub(super) struct Asked {
    operation: Published,
    /// The path's parameters by name.
    path: PathParameters,
    /// The query's parameters, in the order of the request.
    query: Vec<(String, String)>,
    body: Sent,
}

/// The body of a request.
enum Sent {
    Nothing,
    NotJson,
    Json(Value),
}

/// The result for a request.
#[derive(Debug, PartialEq)]
pub(super) enum Found<'a> {
    /// The example that it matches.
    Match(&'a Example),
    /// The example that differs in the fewest places, and its first difference. When several differ equally, the first
    /// successful one counts, or else the first. When that example is an error, the nearest successful one follows it.
    /// Empty if there are no examples.
    Nearest(Vec<(&'a Example, String)>),
}

/// The nearest example so far, and its first difference.
#[derive(Default)]
struct Nearest<'a>(Option<((usize, bool), &'a Example, String)>);

impl<'a> Nearest<'a> {
    fn offer(&mut self, distance: (usize, bool), example: &'a Example, difference: &str) {
        if self.0.as_ref().is_none_or(|(least, ..)| distance < *least) {
            self.0 = Some((distance, example, difference.to_owned()));
        }
    }
}

impl Asked {
    /// Reads a request of the operation from its decoded path parameters, its query and its body.
    pub(super) fn new(called: &Called, query: &Query, body: &[u8]) -> Self {
        let operation = called.operation;
        let body = match body.iter().all(u8::is_ascii_whitespace) {
            true => Sent::Nothing,
            false => serde_json::from_slice(body).map_or(Sent::NotJson, Sent::Json),
        };
        Self {
            operation,
            path: called.values.clone(),
            query: query.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            body,
        }
    }

    /// The example that the request matches. When several match, the one that requires the most counts, then the first.
    /// If the first match counted, an earlier example that requires less would hide 78 of the 913 examples of the
    /// 2026-08-05 models. With this rule only 2 are hidden, because they require the same as another.
    pub(crate) fn find<'a>(&self, examples: impl Iterator<Item = &'a Example>) -> Found<'a> {
        let mut matched: Option<(usize, &Example)> = None;
        let mut nearest = Nearest::default();
        let mut nearest_success = Nearest::default();
        let missing = self.missing();
        for example in examples {
            let mut differences = missing.clone();
            let mut asked_for = 0;
            for parameter in &example.parameters {
                asked_for += leaves(&parameter.value);
                self.compare(parameter, &mut differences);
            }
            let is_error = !(200..300).contains(&example.status);
            let distance = (differences.len(), is_error);
            match differences.into_iter().next() {
                None if matched.is_none_or(|(most, _)| asked_for > most) => matched = Some((asked_for, example)),
                None => {}
                Some(first) => {
                    if !is_error {
                        nearest_success.offer(distance, example, &first);
                    }
                    nearest.offer(distance, example, &first);
                }
            }
        }
        let found = [nearest, nearest_success].into_iter().filter_map(|Nearest(found)| found);
        let mut found: Vec<_> = found.map(|(_, example, difference)| (example, difference)).collect();
        found.dedup();
        matched.map_or(Found::Nearest(found), |(_, example)| Found::Match(example))
    }

    /// What Amazon requires in every call of the operation and this request lacks.
    fn missing(&self) -> Vec<String> {
        let required = required_query(&self.operation);
        let absent = required.filter(|required| self.query.iter().all(|(name, _)| name != required));
        let mut missing: Vec<_> = absent.map(|name| format!("{name} is required")).collect();
        if self.operation.entry.body == Body::Required && matches!(self.body, Sent::Nothing) {
            missing.push("a body is required".into());
        }
        missing
    }

    /// Adds the differences between the request and a parameter of an example. A difference names the example's value but
    /// not the request's, which may be secret.
    fn compare(&self, parameter: &Parameter, differences: &mut Vec<String>) {
        let Parameter { name, place, value } = parameter;
        match place {
            Place::Path => {
                let sent = self.path.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                if !sent.is_some_and(|(_, sent)| is_text(value, sent)) {
                    differences.push(format!("{name} is not {value}"));
                }
            }
            Place::Query => match self.values(name) {
                None => differences.push(format!("{name} is missing; the example has {value}")),
                Some(sent) if !is_list(value, &sent) => differences.push(format!("{name} is not {value}")),
                Some(_) => {}
            },
            Place::Body => match &self.body {
                Sent::Nothing => differences.push("the body is missing".into()),
                Sent::NotJson => differences.push("the body is not JSON".into()),
                Sent::Json(sent) => compare_json("body", value, sent, differences),
            },
        }
    }

    /// The values of a query parameter, or `None` if it is absent. When commas join a list and the name is repeated, only
    /// the first value counts, as it does at Amazon.
    fn values(&self, name: &str) -> Option<Vec<&str>> {
        let mut sent = self.query.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let known = self.operation.entry.parameters.iter().find(|known| known.name == name);
        match known.map_or(List::No, |known| known.list) {
            List::Multi => Some(sent.collect()).filter(|values: &Vec<_>| !values.is_empty()),
            List::Csv => sent.next().map(|joined| joined.split(',').collect()),
            _ => sent.next().map(|one| vec![one]),
        }
    }
}

/// Whether the text is the value in the form that it has in a path or a query.
fn is_text(value: &Value, sent: &str) -> bool {
    match value {
        Value::String(text) => text == sent,
        Value::Number(number) => number.as_f64().is_some_and(|number| sent.parse() == Ok(number)),
        Value::Bool(flag) => sent.parse() == Ok(*flag),
        _ => false,
    }
}

/// Whether the values are those of the list, or the single value.
fn is_list(value: &Value, sent: &[&str]) -> bool {
    match value {
        Value::Array(values) => {
            values.len() == sent.len() && values.iter().zip(sent).all(|(value, sent)| is_text(value, sent))
        }
        // A list with a single value may hold commas in it.
        one => is_text(one, &sent.join(",")),
    }
}

/// Adds each place where a body lacks a value of the example or has a different one. More values do not count.
fn compare_json(path: &str, value: &Value, sent: &Value, differences: &mut Vec<String>) {
    match (value, sent) {
        (Value::Object(members), Value::Object(sent)) => {
            for (name, value) in members {
                let path = format!("{path}.{name}");
                match sent.get(name) {
                    Some(sent) => compare_json(&path, value, sent, differences),
                    None if value.is_null() => {}
                    None => differences.push(format!("{path} is missing; the example has {value}")),
                }
            }
        }
        (Value::Array(values), Value::Array(sent)) if values.len() == sent.len() => {
            for (place, (value, sent)) in values.iter().zip(sent).enumerate() {
                compare_json(&format!("{path}[{place}]"), value, sent, differences);
            }
        }
        (Value::Array(values), Value::Array(_)) => {
            differences.push(format!("{path} does not have {} values", values.len()));
        }
        // 10 and 10.0 are the same number.
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => {}
        (one, other) if one == other => {}
        _ => differences.push(format!("{path} is not {value}")),
    }
}

/// How much a value requires: the count of its single values and the lengths of its lists. `{}` requires nothing.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(leaves).sum::<usize>(),
        Value::Array(values) => 1 + values.iter().map(leaves).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Target;
    use axum::http::Method;
    use serde_json::json;

    fn example(status: u16, parameters: &[(&str, Place, Value)]) -> Example {
        let parameters = parameters.iter().cloned();
        Example {
            section: "orders",
            module: "v0",
            operation: "getOrders",
            status,
            index: 0,
            parameters: parameters.map(|(name, place, value)| Parameter { name: name.into(), place, value }).collect(),
            headers: vec![],
            response: None,
        }
    }

    fn asked(method: Method, path: &str, query: &str, body: &str) -> Asked {
        let Target::Operation(called) = Target::of(&method, path) else { panic!("{path}") };
        Asked::new(&called, &Query::parse(query), body.as_bytes())
    }

    fn orders(query: &str) -> Asked {
        asked(Method::GET, "/orders/v0/orders", query, "")
    }

    fn nearest<'a>(asked: &Asked, examples: &'a [Example]) -> (&'a Example, String) {
        match asked.find(examples.iter()) {
            Found::Nearest(nearest) if !nearest.is_empty() => nearest[0].clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn of_several_matches_the_one_with_most_parameters_answers() {
        let any = example(200, &[]);
        let day = example(400, &[("CreatedAfter", Place::Query, json!("TEST_CASE_400"))]);
        let both = example(
            404,
            &[
                ("CreatedAfter", Place::Query, json!("TEST_CASE_400")),
                ("MarketplaceIds", Place::Query, json!(["A", "B"])),
            ],
        );
        let examples = [any, day, both];
        for (query, status) in [
            ("MarketplaceIds=A&CreatedAfter=2026-01-01", 200),
            ("MarketplaceIds=A&CreatedAfter=TEST_CASE_400&Other=1", 400),
            ("MarketplaceIds=A,B&CreatedAfter=TEST_CASE_400", 404),
            ("MarketplaceIds=A%2CB&CreatedAfter=TEST_CASE_400", 404),
            ("MarketplaceIds=B,A&CreatedAfter=TEST_CASE_400", 400),
            ("MarketplaceIds=A&MarketplaceIds=B&CreatedAfter=TEST_CASE_400", 400),
        ] {
            let Found::Match(found) = orders(query).find(examples.iter()) else { panic!("{query}") };
            assert_eq!(found.status, status, "{query}");
        }
        let twin = examples[0].clone();
        let twins = [Example { index: 1, ..twin.clone() }, twin];
        assert_eq!(orders("MarketplaceIds=A").find(twins.iter()), Found::Match(&twins[0]), "the first of equals");
    }

    #[test]
    fn the_nearest_example_and_the_difference_are_named() {
        let examples = [
            example(200, &[("CreatedAfter", Place::Query, json!("X")), ("MaxResultsPerPage", Place::Query, json!(1))]),
            example(400, &[("MaxResultsPerPage", Place::Query, json!(10))]),
        ];
        let (found, why) = nearest(&orders("MarketplaceIds=A&MaxResultsPerPage=9"), &examples);
        assert_eq!((found.status, why.as_str()), (400, "MaxResultsPerPage is not 10"));
        let (found, why) = nearest(&orders("MarketplaceIds=A&CreatedAfter=X"), &examples);
        assert_eq!((found.status, why.as_str()), (200, "MaxResultsPerPage is missing; the example has 1"));
        let (_, why) = nearest(&orders("MaxResultsPerPage=10"), &examples);
        assert_eq!(why, "MarketplaceIds is required");
        assert_eq!(orders("").find([].iter()), Found::Nearest(Vec::new()));
        assert!(matches!(orders("MarketplaceIds=A&MaxResultsPerPage=10.0").find(examples.iter()), Found::Match(_)));
    }

    #[test]
    fn of_equally_near_examples_the_successful_one_is_named() {
        let of = |status, value: &str| example(status, &[("CreatedAfter", Place::Query, json!(value))]);
        let examples = [of(400, "A"), of(404, "B"), of(204, "C"), of(200, "D")];
        let asked = orders("MarketplaceIds=A&CreatedAfter=other");
        assert_eq!(nearest(&asked, &examples).0.status, 204);
        assert_eq!(nearest(&asked, &examples[..2]).0.status, 400, "if none is successful, the first");
        let closer = [&examples[..], &[example(500, &[])]].concat();
        let Found::Nearest(nearest) = orders("CreatedAfter=other").find(closer.iter()) else { panic!("a match") };
        let statuses: Vec<_> = nearest.iter().map(|(example, _)| example.status).collect();
        assert_eq!(statuses, [500, 204], "the nearest comes first, then the nearest successful one");
    }

    #[test]
    fn bodies_and_paths_are_compared_with_the_example() {
        let path = "/orders/v0/orders/1%2F2/shipment";
        let body = json!({"a": {"b": [1, {"c": "d"}]}, "n": null});
        let examples =
            [example(204, &[("orderId", Place::Path, json!("1/2")), ("payload", Place::Body, body.clone())])];
        let post = |path: &str, body: &str| asked(Method::POST, path, "", body);
        for sent in [r#"{"a":{"b":[1.0,{"c":"d"}]}}"#, r#"{"a":{"b":[1,{"c":"d","more":1}],"more":2},"n":null}"#] {
            assert_eq!(post(path, sent).find(examples.iter()), Found::Match(&examples[0]), "{sent}");
        }
        for (sent, difference) in [
            ("", "a body is required"),
            ("{", "the body is not JSON"),
            ("{}", r#"body.a is missing; the example has {"b":[1,{"c":"d"}]}"#),
            (r#"{"a":{"b":[1]}}"#, "body.a.b does not have 2 values"),
            (r#"{"a":{"b":[1,{"c":"secret"}]}}"#, r#"body.a.b[1].c is not "d""#),
            (r#"{"a":{"b":["1",{"c":"d"}]}}"#, "body.a.b[0] is not 1"),
        ] {
            assert_eq!(nearest(&post(path, sent), &examples).1, difference);
        }
        let other = post("/orders/v0/orders/3/shipment", &body.to_string());
        assert_eq!(nearest(&other, &examples).1, r#"orderId is not "1/2""#);
    }

    #[test]
    fn a_list_may_repeat_its_name_where_the_model_says_so() {
        let multi = spapi_metadata::operations()
            .find_map(|operation| {
                let mut parameters = operation.entry.parameters.iter();
                let name = parameters.find(|parameter| parameter.list == List::Multi)?.name;
                Some((operation, name))
            })
            .expect("an operation with such a list");
        let (operation, name) = multi;
        let called = Called { operation, values: Vec::new() };
        let asked = Asked::new(&called, &Query::parse(&format!("{name}=A&{name}=B%2CC")), b"");
        assert_eq!(asked.values(name), Some(vec!["A", "B,C"]));
    }
}

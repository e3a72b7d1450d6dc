//! Normalises successful responses. progenitor accepts one success schema and panics at two. Amazon publishes 200 with
//! a body and 204 without (customerFeedback), 200 and 202 with different bodies (fulfillmentOutbound 2026-07-04), and a
//! schema on 204, which has no body. Error schemas are removed: core decodes those bodies itself, whatever their shape.

use crate::metadata::Answers;
use crate::naming;
use crate::walk;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashSet};

/// Turns the responses of operations that respond differently by status into definitions, so that they have distinct
/// names.
pub fn name(document: &mut Value) {
    let mut taken: HashSet<String> =
        walk::definitions(document).into_iter().flatten().map(|(name, _)| naming::type_name(name)).collect();
    let mut made = Map::new();
    walk::operations_mut(document, |_, _, operation| {
        if !matches!(of(operation), Answers::ByStatus(_)) {
            return;
        }
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        for (status, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            let Some(schema) = response.get_mut("schema").filter(|_| status.starts_with('2')) else { continue };
            if walk::referenced(schema).is_some() {
                continue;
            }
            let names = (1..).map(|number| {
                format!("{id}-{status}-answer{}", if number == 1 { String::new() } else { number.to_string() })
            });
            let Some(name) = names.into_iter().find(|name| taken.insert(naming::type_name(name))) else { continue };
            made.insert(name.clone(), std::mem::replace(schema, json!({"$ref": format!("#/definitions/{name}")})));
        }
    });
    if !made.is_empty()
        && let Some(definitions) =
            document.as_object_mut().map(|document| document.entry("definitions").or_insert_with(|| json!({})))
        && let Some(definitions) = definitions.as_object_mut()
    {
        definitions.extend(made);
    }
}

/// Reads the successful responses of each operation, by id.
pub fn read(document: &Value) -> BTreeMap<String, Answers> {
    walk::operations(document)
        .map(|(_, _, operation)| {
            let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
            (id.to_owned(), of(operation))
        })
        .collect()
}

fn of(operation: &Map<String, Value>) -> Answers {
    let successes = successes(operation);
    let mut schemas: Vec<(u16, &Value)> = Vec::new();
    for (status, schema) in &successes {
        if let Some(schema) = schema {
            schemas.push((*status, schema));
        }
    }
    match schemas.as_slice() {
        [] => Answers::Empty,
        [(_, first), rest @ ..] if rest.iter().all(|(_, other)| other == first) => {
            if schemas.len() == successes.len() {
                Answers::One
            } else {
                Answers::OneOrEmpty
            }
        }
        several => Answers::ByStatus(
            several
                .iter()
                .map(|(status, schema)| (*status, walk::referenced(schema).unwrap_or_default().to_owned()))
                .collect(),
        ),
    }
}

/// Successful responses by status, with their schemas; a 204 has none, even if the model gives one.
fn successes(operation: &Map<String, Value>) -> Vec<(u16, Option<&Value>)> {
    let responses = operation.get("responses").and_then(Value::as_object);
    let mut found: Vec<_> = responses
        .into_iter()
        .flatten()
        .filter_map(|(status, response)| Some((status.parse::<u16>().ok()?, response)))
        .filter(|(status, _)| (200..300).contains(status))
        .map(|(status, response)| (status, response.get("schema").filter(|_| status != 204)))
        .collect();
    found.sort_by_key(|(status, _)| *status);
    found
}

/// Leaves each operation one JSON response, from which progenitor finds the type.
pub fn reduce(document: &mut Value) {
    walk::operations_mut(document, |_, _, operation| {
        let first = successes(operation).into_iter().find_map(|(_, schema)| schema.cloned());
        let answer = match first {
            Some(schema) => json!({"200": {"description": "", "schema": schema}}),
            None => json!({"204": {"description": ""}}),
        };
        operation.insert("responses".into(), answer);
        // application/hal+json is JSON, but progenitor would generate bytes for it.
        operation.insert("produces".into(), json!(["application/json"]));
        operation.insert("consumes".into(), json!(["application/json"]));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_by_status_get_names_that_are_free() {
        let mut document = json!({
            "paths": {"/a": {"post": {"operationId": "postA", "responses": {
                "200": {"schema": {"type": "array", "items": {"type": "string"}}},
                "202": {"schema": {"$ref": "#/definitions/Accepted"}}, "400": {"schema": {"type": "string"}}
            }}}},
            "definitions": {"Accepted": {}, "PostA200Answer": {}}
        });
        name(&mut document);
        assert_eq!(document["definitions"]["postA-200-answer2"]["type"], "array");
        let answers = [(200, "postA-200-answer2".to_owned()), (202, "Accepted".to_owned())];
        assert_eq!(read(&document)["postA"], Answers::ByStatus(answers.into()));
        assert_eq!(document["paths"]["/a"]["post"]["responses"]["400"]["schema"]["type"], "string");
    }

    fn answers(responses: Value) -> Answers {
        of(json!({"operationId": "x", "responses": responses}).as_object().unwrap())
    }

    #[test]
    fn each_published_combination_is_distinguished() {
        let a = json!({"schema": {"$ref": "#/definitions/A"}});
        let b = json!({"schema": {"$ref": "#/definitions/B"}});
        assert_eq!(answers(json!({"200": a, "400": b})), Answers::One);
        assert_eq!(answers(json!({"200": a, "207": a})), Answers::One);
        assert_eq!(answers(json!({"200": a, "204": {}})), Answers::OneOrEmpty);
        assert_eq!(answers(json!({"204": a, "400": b})), Answers::Empty);
        assert_eq!(answers(json!({"400": b})), Answers::Empty);
        assert_eq!(answers(json!({"202": b, "200": a})), Answers::ByStatus(vec![(200, "A".into()), (202, "B".into())]));
    }

    #[test]
    fn only_one_answer_remains() {
        let mut document = json!({"paths": {"/a": {"get": {"responses": {
            "202": {"schema": {"$ref": "#/definitions/B"}}, "200": {"schema": {"$ref": "#/definitions/A"}}, "404": {"schema": {"type": "string"}}
        }}}}});
        reduce(&mut document);
        let responses = document["paths"]["/a"]["get"]["responses"].as_object().unwrap();
        assert_eq!(responses.keys().collect::<Vec<_>>(), ["200"]);
        assert_eq!(responses["200"]["schema"]["$ref"], "#/definitions/A");
    }
}

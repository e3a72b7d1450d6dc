//! The schemas of answers and documents, made stricter: they allow only what they name.

use jsonschema::Validator;
use serde_json::{Value, json};
use spapi_metadata::Published;
use spapi_types::operation::{ApiName, OperationName};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Amazon's published files.
pub struct Schemas {
    upstream: PathBuf,
    /// The validators of answers so far; `None` for an answer without a body.
    answers: Mutex<HashMap<Key, Option<Arc<Validator>>>>,
}

/// Section, module, operation and status.
type Key = (String, String, String, u16);

impl Schemas {
    pub fn new(upstream: &Path) -> Self {
        Self { upstream: upstream.to_owned(), answers: Mutex::default() }
    }

    fn read(&self, path: &str) -> Value {
        let path = self.upstream.join(path);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).expect("JSON")
    }

    /// The model with this file name, in any folder.
    fn model(&self, name: &str) -> Value {
        let folders = fs::read_dir(self.upstream.join("models")).expect("the models");
        let folder = folders.map(|folder| folder.expect("a folder").path()).find(|folder| folder.join(name).is_file());
        let folder = folder.unwrap_or_else(|| panic!("no model is called {name}"));
        self.read(folder.join(name).to_str().expect("UTF-8"))
    }

    /// What is wrong with an operation's answer of that status. An answer without a schema has no body.
    pub fn answer(&self, section: &str, module: &str, id: &str, status: u16, body: Option<&Value>) -> Vec<String> {
        let key = (section.to_owned(), module.to_owned(), id.to_owned(), status);
        let known = self.answers.lock().expect("no panic").get(&key).cloned();
        let validator = match known.map(Ok).unwrap_or_else(|| self.validator(&key)) {
            Ok(validator) => validator,
            Err(problem) => return vec![problem],
        };
        let problems = match (&validator, body) {
            (None, None) => Vec::new(),
            (None, Some(body)) => vec![format!("has no body in the model, but here {body}")],
            (Some(_), None) => vec!["has a body in the model, but none here".to_owned()],
            (Some(validator), Some(body)) => invalid(validator, body),
        };
        self.answers.lock().expect("no panic").insert(key, validator);
        problems.into_iter().map(|problem| format!("{id} {status}: {problem}")).collect()
    }

    fn validator(&self, (section, module, id, status): &Key) -> Result<Option<Arc<Validator>>, String> {
        let name = OperationName::new(ApiName::new(section, Some(module)), &**id);
        let Published { api, entry, .. } =
            spapi_metadata::find(&name).unwrap_or_else(|| panic!("{section} {module} {id} is published"));
        let model = self.model(api.model);
        let method = entry.operation.method.as_str().to_lowercase();
        let operation = model["paths"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(_, operations)| &operations[&method])
            .find(|operation| operation["operationId"] == json!(id))
            .unwrap_or_else(|| panic!("{id} is in its model"));
        let response = operation["responses"].get(status.to_string());
        let response = response.ok_or_else(|| format!("{id}: {status} is not a status of the model"))?;
        let Some(schema) = response.get("schema") else { return Ok(None) };
        let mut definitions = model["definitions"].clone();
        close(&mut definitions);
        let schema = json!({
            "$schema": "http://json-schema.org/draft-04/schema#",
            "definitions": definitions,
            "allOf": [schema],
        });
        Ok(Some(Arc::new(build(&schema))))
    }

    /// What is wrong with a document, by the schema of that file.
    pub fn document(&self, file: &str, document: &Value) -> Vec<String> {
        let mut schema = self.read(&format!("schemas/{file}"));
        close(&mut schema);
        invalid(&build(&schema), document).into_iter().map(|why| format!("{file}: {why}")).collect()
    }

    /// What is wrong with a notification, by the schema of that file. The schemas require points, which only Japan has, and
    /// of a fulfillment order a shipment with an `info` and a return at any time.
    pub fn notification(&self, file: &str, notification: &Value) -> Vec<String> {
        let mut schema = self.read(&format!("schemas/{file}"));
        require_less(&mut schema);
        close(&mut schema);
        invalid(&build(&schema), notification).into_iter().map(|why| format!("{file}: {why}")).collect()
    }

    /// Wrong answers, each in its own way, that still pass.
    pub fn unnoticed(&self) -> Vec<String> {
        let good = json!({ "reportId": "1", "reportType": "T", "createdTime": "2026-11-22T09:00:00Z", "processingStatus": "DONE" });
        let check = |body: &Value| self.answer("reports", "v2021_06_30", "getReport", 200, Some(body));
        let mut problems = check(&good);
        for (name, value) in [
            ("reportId", Value::Null),
            ("createdTime", json!("yesterday")),
            ("processingStatus", json!("READY")),
            ("colour", json!("blue")),
        ] {
            let mut wrong = good.clone();
            wrong[name] = value;
            if check(&wrong).is_empty() {
                problems.push(format!("{name} is wrong, but no problem is found: {wrong}"));
            }
        }
        if self.answer("reports", "v2021_06_30", "cancelReport", 200, Some(&good)).is_empty() {
            problems.push("a body that the model does not have passes".into());
        }
        problems
    }
}

/// Forbids members that an object's schema does not name, if the schema names any. The parts of an `allOf` name only their
/// own members, so they stay open.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if name != "allOf" && name != "oneOf" {
                    close(member);
                }
            }
            if members.get("properties").is_some_and(Value::is_object) && !members.contains_key("additionalProperties")
            {
                members.insert("additionalProperties".into(), json!(false));
            }
        }
        Value::Array(entries) => entries.iter_mut().for_each(close),
        _ => {}
    }
}

/// Leaves out of the members that an object must have those that only some have.
fn require_less(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Array(required)) = members.get_mut("required") {
                let optional = ["Points", "FulfillmentShipment", "FulfillmentReturnItem", "info"];
                required.retain(|name| name.as_str().is_none_or(|name| !optional.contains(&name)));
            }
            members.values_mut().for_each(require_less);
        }
        Value::Array(entries) => entries.iter_mut().for_each(require_less),
        _ => {}
    }
}

fn build(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).expect("a schema")
}

fn invalid(validator: &Validator, body: &Value) -> Vec<String> {
    let problems = validator.iter_errors(body);
    problems.map(|problem| format!("{} {problem}", problem.instance_path())).collect()
}

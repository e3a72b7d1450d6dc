//! Values that a model allows. Each is different, because a test must notice a value in the wrong place.

use crate::call::Place;
use crate::model::{Model, Parameter};
use serde_json::{Map, Number, Value, json};

/// Characters that have a special meaning in URLs and that a call must send unchanged.
const AWKWARD: &str = "/ &+%,=?#é日";

/// The same for a header, which allows only ASCII.
const AWKWARD_IN_HEADER: &str = "/ &+%,=?#";

/// Makes values.
pub struct Values<'a> {
    model: &'a Model,
    made: u32,
    /// The references that led to the current schema, to detect a cycle.
    followed: Vec<String>,
}

impl<'a> Values<'a> {
    /// Values of a model.
    pub fn new(model: &'a Model) -> Self {
        Self { model, made: 1000, followed: Vec::new() }
    }

    /// The values of a parameter: two or more of a list, one of any other.
    pub fn of_parameter(&mut self, parameter: &Parameter) -> Vec<Value> {
        let known = parameter.schema["enum"].as_array();
        match (parameter.list, known) {
            (Some(_), Some(known)) => known.clone(),
            (None, Some(known)) => vec![known.last().cloned().unwrap_or_default()],
            (Some(_), None) => vec![self.one(parameter), self.one(parameter)],
            (None, None) => vec![self.one(parameter)],
        }
    }

    fn one(&mut self, parameter: &Parameter) -> Value {
        self.made += 1;
        let made = self.made;
        let schema = &parameter.schema;
        match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("integer"), _) => json!(made),
            (Some("number"), _) => json!(f64::from(made) + 0.5),
            (Some("boolean"), _) => json!(true),
            (_, Some("date-time")) => json!(date_time(made)),
            (_, Some("date")) => json!(format!("2026-01-{:02}", made % 28 + 1)),
            _ if parameter.place == Place::Header => json!(format!("{made}{AWKWARD_IN_HEADER}{made}")),
            _ => json!(format!("{made}{AWKWARD}{made}")),
        }
    }

    /// A value of a schema with every property, or `None` for a schema that contains itself.
    pub fn of_schema(&mut self, schema: &Value) -> Option<Value> {
        let Some(reference) = schema["$ref"].as_str() else { return self.of_plain(schema) };
        if self.followed.iter().any(|followed| followed == reference) {
            return None;
        }
        self.followed.push(reference.to_owned());
        let model = self.model;
        let value = self.of_schema(model.resolve(schema));
        self.followed.pop();
        value
    }

    fn of_plain(&mut self, schema: &Value) -> Option<Value> {
        self.made += 1;
        let made = self.made;
        if let Some(known) = schema["enum"].as_array() {
            return known.first().cloned();
        }
        let is_object = ["properties", "allOf", "additionalProperties"].iter().any(|key| schema.get(key).is_some());
        Some(match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("array"), _) => json!([self.of_schema(&schema["items"])?]),
            (Some("object") | None, _) if is_object => self.of_object(schema)?,
            (Some("object") | None, _) => any_object(made),
            (Some("integer"), _) => json!(made),
            (Some("number"), Some(format)) if format.starts_with("int") => json!(made),
            (Some("number"), _) => Number::from_f64(f64::from(made) + 0.25).map(Value::Number)?,
            (Some("boolean"), _) => json!(true),
            (_, Some(format)) if format.to_ascii_lowercase().starts_with("date") => json!(date_time(made)),
            // This text is an amount too, because some of Amazon's amounts are texts.
            _ => json!(format!("{made}.50")),
        })
    }

    fn of_object(&mut self, schema: &Value) -> Option<Value> {
        let mut object = Map::new();
        for part in schema["allOf"].as_array().into_iter().flatten() {
            if let Value::Object(members) = self.of_schema(part)? {
                object.extend(members);
            }
        }
        let required: Vec<_> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            match self.of_schema(property) {
                Some(value) => drop(object.insert(name.clone(), value)),
                None if required.contains(&name.as_str()) => return None,
                None => {}
            }
        }
        match &schema["additionalProperties"] {
            further @ Value::Object(members) if !members.is_empty() => {
                object.insert(format!("further{}", self.made), self.of_schema(further)?);
            }
            _ if object.is_empty() => return Some(any_object(self.made)),
            _ => {}
        }
        Some(Value::Object(object))
    }
}

/// An object whose members the model does not name.
fn any_object(made: u32) -> Value {
    json!({format!("any{made}"): {"number": made, "text": format!("{made}é")}})
}

fn date_time(made: u32) -> String {
    format!("2026-01-02T{:02}:{:02}:05Z", made % 24, made % 60)
}

/// The number of properties of a value, including nested ones.
pub fn properties(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(|value| 1 + properties(value)).sum(),
        Value::Array(values) => values.iter().map(properties).sum(),
        _ => 0,
    }
}

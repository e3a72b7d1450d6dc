//! A body to fill in: JSON that the model allows.

use super::is_same;
use crate::marketplace::takes_ids;
use crate::output::json::indented;
use spapi_core::Marketplace;
use spapi_metadata::{Field, Kind, ObjectSchema, Schema};

/// How much an example holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Extent {
    /// What Amazon asks for in every call.
    Required,
    /// Every field.
    All,
}

/// The example, indented.
pub fn example(schema: &Schema, extent: Extent) -> String {
    let mut writer = Writer { extent, json: String::new(), open: Vec::new() };
    writer.value(schema, None);
    indented(&writer.json)
}

struct Writer {
    extent: Extent,
    json: String,
    /// The objects that are being written, which are not written within themselves.
    open: Vec<&'static ObjectSchema>,
}

impl Writer {
    fn value(&mut self, schema: &Schema, field: Option<&Field>) {
        match schema {
            Schema::List(items) => self.list(items, field),
            Schema::Map(values) => self.map(values, field),
            Schema::Object(object) => self.object(object),
            Schema::Enum(values) => self.text(values.iter().find(|value| !value.is_empty()).unwrap_or(&"")),
            scalar => match field {
                Some(field) if takes_ids(field.name) => self.text(Marketplace::JP.id()),
                Some(field) if !field.example.is_empty() => self.json.push_str(field.example),
                _ => match plain(scalar) {
                    Some(json) => self.json.push_str(json),
                    None => self.text(&format!("<{}>", field.map_or("text", |field| field.name))),
                },
            },
        }
    }

    fn list(&mut self, items: &Schema, field: Option<&Field>) {
        self.json.push('[');
        let least = field.map_or(0, |field| field.min_items);
        if !self.is_within_itself(items) {
            for number in 0..least.max(1) {
                self.separate(number);
                self.value(items, field);
            }
        }
        self.json.push(']');
    }

    fn map(&mut self, values: &Schema, field: Option<&Field>) {
        self.json.push('{');
        if self.extent == Extent::All && !self.is_within_itself(values) {
            self.json.push_str("\"name\":");
            self.value(values, field);
        }
        self.json.push('}');
    }

    fn object(&mut self, object: &'static ObjectSchema) {
        self.json.push('{');
        if !self.open.iter().any(|open| is_same(open, object)) {
            self.open.push(object);
            let wanted = object.fields.iter().filter(|field| self.is_wanted(field));
            for (number, field) in wanted.collect::<Vec<_>>().into_iter().enumerate() {
                self.separate(number);
                self.text(field.name);
                self.json.push(':');
                self.value(&field.schema, Some(field));
            }
            self.open.pop();
        }
        self.json.push('}');
    }

    fn is_wanted(&self, field: &Field) -> bool {
        field.is_required || (self.extent == Extent::All && !self.is_within_itself(&field.schema))
    }

    /// Whether it would hold an object that is being written.
    fn is_within_itself(&self, schema: &Schema) -> bool {
        match schema {
            Schema::List(inner) | Schema::Map(inner) => self.is_within_itself(inner),
            Schema::Object(object) => self.open.iter().any(|open| is_same(open, object)),
            _ => false,
        }
    }

    fn separate(&mut self, number: usize) {
        if number > 0 {
            self.json.push(',');
        }
    }

    fn text(&mut self, text: &str) {
        self.json.push_str(&serde_json::Value::from(text).to_string());
    }
}

/// The value of a type without limits. `None` for a text, which has a placeholder.
fn plain(schema: &Schema) -> Option<&'static str> {
    match schema {
        Schema::Scalar(Kind::Integer | Kind::Number) => Some("1"),
        Schema::Scalar(Kind::Boolean) => Some("false"),
        Schema::Scalar(Kind::DateTime) => Some("\"2026-01-01T00:00:00Z\""),
        Schema::Scalar(_) => None,
        _ => Some("{}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::validate;
    use crate::force::Force;
    use serde_json::{Value, json};

    fn example_of(operation: &str, extent: Extent) -> Value {
        let found = spapi_metadata::find(&operation.parse().unwrap()).unwrap();
        serde_json::from_str(&example(&found.entry.schema.unwrap(), extent)).unwrap()
    }

    #[test]
    fn an_example_holds_what_is_required_or_everything() {
        let required =
            json!({"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [Marketplace::JP.id()]});
        assert_eq!(example_of("reports createReport", Extent::Required), required);
        let all = example_of("reports createReport", Extent::All);
        assert_eq!(all["dataStartTime"], "2026-01-01T00:00:00Z");
        assert_eq!(all["reportOptions"], json!({"name": "<reportOptions>"}));
        let patch = example_of("listings-items patchListingsItem", Extent::Required);
        assert_eq!(patch["patches"][0]["op"], "add");
        assert_eq!(example_of("listings-items putListingsItem", Extent::Required)["attributes"], json!({}));
    }

    #[test]
    fn limits_are_kept() {
        let all = example_of("services getFixedSlotCapacity", Extent::All);
        assert_eq!(all["slotDuration"].as_u64().unwrap() % 5, 0);
        let all = example_of("invoices@2024-06-19 createInvoicesExport", Extent::All);
        assert_eq!(all["dateStart"], "2026-11-01");
    }

    #[test]
    fn every_example_of_the_table_passes_the_validation_and_is_of_a_bounded_size() {
        for published in spapi_metadata::operations() {
            let Some(schema) = &published.entry.schema else { continue };
            for extent in [Extent::Required, Extent::All] {
                let text = example(schema, extent);
                assert!(text.len() < 100_000, "{published}: {} bytes", text.len());
                let body = serde_json::from_str(&text).unwrap();
                let mut warnings = Vec::new();
                let validated = validate(published, body, &Force::default(), &mut warnings);
                assert!(validated.is_ok(), "{published}: {validated:?}\n{text}");
                assert!(warnings.is_empty(), "{published}: {warnings:?}");
            }
        }
    }
}

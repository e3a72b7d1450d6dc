//! The fields of a body, a row each.

use super::is_same;
use spapi_metadata::{Field, Kind, ObjectSchema, Schema};

/// A field, or the whole of a body that is not an object.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands: `items[].sku`. `[]` stands for each element of a list, `*` for each name of a map.
    pub path: String,
    /// Its type in words: `text`, `object list`.
    pub kind: String,
    /// Whether Amazon requires it in every such object.
    pub is_required: bool,
    /// What it means; empty if nobody has written it.
    pub about: &'static str,
    /// The known values of an enum.
    pub values: &'static [&'static str],
    /// Bounds, pattern and format in words.
    pub limits: &'static str,
    /// The path of an object with the same fields, which are listed there.
    pub like: Option<String>,
}

/// The rows of a body.
pub fn rows(schema: &Schema) -> Vec<Row> {
    let mut rows = Rows { rows: Vec::new(), listed: Vec::new() };
    match schema {
        Schema::Object(object) => rows.fields("", object),
        other => rows.add("", other, None),
    }
    rows.rows
}

struct Rows {
    rows: Vec<Row>,
    /// The objects whose fields are listed, and their paths.
    listed: Vec<(&'static ObjectSchema, String)>,
}

impl Rows {
    fn fields(&mut self, path: &str, object: &'static ObjectSchema) {
        self.listed.push((object, path.to_owned()));
        for field in object.fields {
            let path = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
            self.add(&path, &field.schema, Some(field));
        }
    }

    fn add(&mut self, path: &str, schema: &Schema, field: Option<&Field>) {
        let (inner, steps) = innermost(schema);
        let below = format!("{path}{steps}");
        let listed = match inner {
            Schema::Object(object) => self.listed.iter().find(|(listed, _)| is_same(listed, object)),
            _ => None,
        };
        let like = listed.map(|(_, path)| if path.is_empty() { "the body".to_owned() } else { path.clone() });
        let is_new = like.is_none();
        self.rows.push(Row {
            path: if path.is_empty() { "(the body)".to_owned() } else { path.to_owned() },
            kind: kind(schema),
            is_required: field.is_some_and(|field| field.is_required),
            about: field.map_or("", |field| field.about),
            values: if let Schema::Enum(values) = inner { values } else { &[] },
            limits: field.map_or("", |field| field.limits),
            like,
        });
        if let (Schema::Object(object), true) = (inner, is_new) {
            self.fields(&below, object);
        }
    }
}

/// What stands in lists and maps, and the way there.
fn innermost(schema: &Schema) -> (&Schema, String) {
    match schema {
        Schema::List(items) => {
            let (inner, steps) = innermost(items);
            (inner, format!("[]{steps}"))
        }
        Schema::Map(values) => {
            let (inner, steps) = innermost(values);
            (inner, format!(".*{steps}"))
        }
        other => (other, String::new()),
    }
}

/// A type in words.
fn kind(schema: &Schema) -> String {
    match schema {
        Schema::List(items) => format!("{} list", kind(items)),
        Schema::Map(values) => format!("{} map", kind(values)),
        Schema::Scalar(Kind::Integer) => "integer".to_owned(),
        Schema::Scalar(Kind::Number) => "number".to_owned(),
        Schema::Scalar(Kind::Boolean) => "boolean".to_owned(),
        Schema::Scalar(Kind::DateTime) => "date".to_owned(),
        Schema::Object(_) | Schema::AnyObject => "object".to_owned(),
        Schema::Any => "any JSON".to_owned(),
        _ => "text".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows_of(operation: &str) -> Vec<Row> {
        let found = spapi_metadata::find(&operation.parse().unwrap()).unwrap();
        rows(&found.entry.schema.unwrap())
    }

    fn row<'a>(rows: &'a [Row], path: &str) -> &'a Row {
        rows.iter().find(|row| row.path == path).unwrap_or_else(|| panic!("no row {path} in {rows:#?}"))
    }

    #[test]
    fn a_row_has_type_requirement_and_values() {
        let rows = rows_of("reports createReport");
        assert_eq!(row(&rows, "reportType").kind, "text");
        assert!(row(&rows, "reportType").is_required);
        assert!(row(&rows, "reportType").about.ends_with('.'));
        assert_eq!(row(&rows, "marketplaceIds").kind, "text list");
        assert_eq!(row(&rows, "reportOptions").kind, "text map");
        assert_eq!(row(&rows, "dataStartTime").kind, "date");
        assert!(!row(&rows, "dataStartTime").is_required);
        let rows = rows_of("reports createReportSchedule");
        assert!(row(&rows, "period").values.contains(&"P1D"));
    }

    #[test]
    fn fields_of_objects_in_lists_have_a_path_and_are_listed_once() {
        let rows = rows_of("fulfillment-outbound@2020-07-01 createFulfillmentOrder");
        assert_eq!(row(&rows, "items").kind, "object list");
        assert!(row(&rows, "items[].sellerSku").is_required);
        let rows = rows_of("fulfillment-inbound@2024-03-20 createInboundPlan");
        let twice = rows.iter().map(|row| &row.path).collect::<std::collections::HashSet<_>>();
        assert_eq!(twice.len(), rows.len(), "no path comes twice");
    }

    #[test]
    fn a_body_that_is_a_list_has_a_row_of_its_own() {
        let rows = rows_of("product-fees getMyFeesEstimates");
        assert_eq!(rows[0].path, "(the body)");
        assert_eq!(rows[0].kind, "object list");
        assert!(row(&rows, "[].IdType").is_required);
    }

    #[test]
    fn every_body_of_the_table_has_rows_of_a_bounded_number() {
        for published in spapi_metadata::operations() {
            let entry = published.entry;
            assert_eq!(entry.schema.is_some(), entry.body != spapi_metadata::Body::None, "{published}");
            if let Some(schema) = &entry.schema {
                assert!((0..400).contains(&rows(schema).len()), "{published}: {}", rows(schema).len());
            }
        }
    }
}

//! The published schema of a dataset, with which a query is checked before it is sent.

use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{ExecutableDocument, Schema};
use spapi_core::{Error, ErrorKind};
use spapi_document_types::Dataset;
use spapi_types::text::printable;
use std::fmt;
use std::path::Path;

/// How many faults an error names.
const MOST_FAULTS: usize = 5;

/// The GraphQL schema of a dataset, which Amazon publishes as a file beside the API's models.
#[derive(Clone)]
pub struct KioskSchema(Valid<Schema>);

impl KioskSchema {
    /// The schema of a dataset that this version knows, such as `analytics_salesAndTraffic_2024_04_24`. `None` for any other
    /// dataset, whose schema you read from a file.
    pub fn of_dataset(name: &str) -> Option<Self> {
        Self::parse(Dataset::find(name)?.graphql()?).ok()
    }

    /// The schema in a text.
    ///
    /// # Errors
    /// When the text is not a schema. The error names the first faults and their lines.
    pub fn parse(text: impl Into<String>) -> Result<Self, Error> {
        let schema = Schema::parse_and_validate(text, "schema.graphql");
        schema.map(Self).map_err(|wrong| {
            Error::new(ErrorKind::Input, format!("the schema cannot be used: {}", faults(&wrong.errors)))
        })
    }

    /// The schema in a file.
    ///
    /// # Errors
    /// The errors of [`parse`](Self::parse). Also an error if the file cannot be read.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|error| {
            Error::new(ErrorKind::Input, format!("the schema {} cannot be read", path.display())).with_source(error)
        })?;
        Self::parse(text)
    }

    /// Checks a query: names of fields and arguments, their types, and what is required.
    ///
    /// # Errors
    /// When the query does not fit. The error names the first faults, their lines and columns.
    pub fn check(&self, query: &str) -> Result<(), Error> {
        match ExecutableDocument::parse_and_validate(&self.0, query, "query.graphql") {
            Ok(_) => Ok(()),
            Err(wrong) => {
                let message = format!("the query does not fit the dataset's schema: {}", faults(&wrong.errors));
                Err(Error::new(ErrorKind::Input, message).with_hint("Correct the query. Nothing was sent."))
            }
        }
    }

    /// Whether the schema has this dataset.
    pub(super) fn has(&self, dataset: &str) -> bool {
        let query = self.0.schema_definition.query.as_ref().and_then(|name| self.0.get_object(name));
        query.is_some_and(|query| query.fields.contains_key(dataset))
    }
}

fn faults(errors: &DiagnosticList) -> String {
    let fault = |message: String, at: Option<String>| {
        let message = printable(&message).up_to(200).to_string();
        at.map_or(message.clone(), |at| format!("{at}: {message}"))
    };
    let mut faults: Vec<String> = errors
        .iter()
        .take(MOST_FAULTS)
        .map(|error| {
            let json = error.to_json();
            let at = json.locations.first().map(|at| format!("line {}, column {}", at.line, at.column));
            fault(json.message, at)
        })
        .collect();
    if errors.len() > MOST_FAULTS {
        faults.push(format!("and {} more", errors.len() - MOST_FAULTS));
    }
    faults.join("; ")
}

impl fmt::Debug for KioskSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KioskSchema").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "schema { query: Query }
        directive @kept(duration: String!) on FIELD_DEFINITION
        scalar Date
        type Query { sales_2030: Sales }
        type Sales { byDate(from: Date!, by: By!, shops: [String!]): [Day] }
        enum By { DAY WEEK }
        type Day { date: Date! @kept(duration: \"P30D\"), units: Int }";

    #[test]
    fn a_query_that_fits_passes_and_each_fault_is_named_with_its_place() {
        let schema = KioskSchema::parse(SCHEMA).unwrap();
        assert!(schema.has("sales_2030") && !schema.has("other"));
        schema.check("{sales_2030{byDate(from:\"2030-01-01\" by:DAY shops:[\"A\"]){date units}}}").unwrap();
        for (query, part) in [
            ("{sales_2030{byDate(from:\"2030-01-01\" by:DAY){dates}}}", "dates"),
            ("{sales_2030{byDate(from:\"2030-01-01\"){date}}}", "by"),
            ("{sales_2030{byDate(from:\"2030-01-01\" by:YEAR){date}}}", "YEAR"),
            ("{sales_2030{byDate(from:\"2030-01-01\" by:DAY shops:[1]){date}}}", "String"),
            ("{sales_2030{byDate(from:\"2030-01-01\" by:DAY)}}", "byDate"),
            ("{sales_2030{byDate(from:\"2030-01-01\" by:DAY until:1){date}}}", "until"),
            ("{sales_2030", "query.graphql"),
            ("{a b", ""),
        ] {
            let error = schema.check(query).unwrap_err();
            let text = error.to_string();
            assert!(error.is_input() && text.contains("Nothing was sent"), "{text}");
            assert!(text.contains(part) || text.contains("line 1"), "{query}: {text}");
        }
        let many = format!("{{sales_2030{{{}}}}}", "x ".repeat(50));
        assert!(schema.check(&many).unwrap_err().to_string().contains("more"));
    }

    #[test]
    fn what_is_no_schema_is_refused_and_deep_texts_end() {
        assert!(KioskSchema::parse("type Query {").unwrap_err().to_string().contains("cannot be used"));
        assert!(KioskSchema::parse("type A { b: Missing }").is_err());
        assert!(KioskSchema::read("/no/such/file").unwrap_err().to_string().contains("/no/such/file"));
        let schema = KioskSchema::parse(SCHEMA).unwrap();
        assert!(schema.check(&"{sales_2030".repeat(700)).is_err());
    }

    #[test]
    fn the_schema_of_each_known_dataset_is_read_and_has_the_fields_of_its_queries() {
        for dataset in Dataset::all() {
            let schema = KioskSchema::of_dataset(dataset.name);
            assert_eq!(schema.is_some(), dataset.schema.is_some(), "{}", dataset.name);
            let Some(schema) = schema else { continue };
            assert!(schema.has(dataset.name));
            for query in dataset.queries {
                // Without arguments it does not fit, and the field is known.
                let error = schema.check(&format!("{{{}{{{}{{startDate}}}}}}", dataset.name, query.name)).unwrap_err();
                let text = error.to_string();
                assert!(text.contains("required argument") && !text.contains("no field"), "{text}");
            }
        }
        assert!(KioskSchema::of_dataset("analytics_unknown").is_none());
    }

    /// The schemas that Amazon publishes, if they were fetched.
    #[test]
    fn amazons_schemas_are_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/upstream/schemas/data-kiosk");
        let Ok(files) = std::fs::read_dir(folder) else { return };
        for file in files {
            let schema = KioskSchema::read(file.unwrap().path()).unwrap();
            assert!(schema.check("{no_such_dataset{a}}").is_err());
        }
    }
}

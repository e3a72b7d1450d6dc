//! From the text of a schema to a compiled one.

use super::{references, vocabulary};
use jsonschema::{Draft, ValidationError};
use serde_json::Value;
use spapi_core::{Error, ErrorKind};
use spapi_types::text::printable;

/// The most bytes of a schema. The largest known one of Amazon's has 1.2 million.
const MOST_BYTES: usize = 4 << 20;

/// A schema that is ready to check attributes.
pub(super) struct Compiled {
    pub schema: Value,
    pub rules: jsonschema::Validator,
    /// What was removed so that it compiles: the code of a warning and its words.
    pub cut: Vec<(&'static str, String)>,
}

/// Compiles the schema as Draft 2019-09 with formats asserted and with Amazon's vocabulary. Nothing is fetched: neither the
/// meta-schema that `$schema` names nor what a `$ref` leads to.
pub(super) fn compile(text: &str) -> Result<Compiled, Error> {
    if text.len() > MOST_BYTES {
        return Err(refused(&format!(
            "it has {} bytes, and at most {MOST_BYTES} are read; Amazon's have about one million",
            text.len()
        )));
    }
    let mut schema: Value = serde_json::from_str(text).map_err(|error| refused(&unreadable(text, &error)))?;
    if !schema.is_object() {
        return Err(refused("it is not a JSON object"));
    }
    let options = vocabulary::with_keywords(jsonschema::options().offline())
        .with_draft(Draft::Draft201909)
        .should_validate_formats(true);
    let (rules, cut) = match options.build(&schema) {
        Ok(rules) => (rules, Vec::new()),
        Err(error) => {
            let references = references::cut(&mut schema).into_iter().map(|words| ("reference_unresolved", words));
            let mut cut: Vec<_> = references.collect();
            cut.extend(references::cut_empty(&mut schema).into_iter().map(|words| ("alternatives_empty", words)));
            if cut.is_empty() {
                return Err(not_compiled(&error));
            }
            (options.build(&schema).map_err(|error| not_compiled(&error))?, cut)
        }
    };
    Ok(Compiled { schema, rules, cut })
}

fn unreadable(text: &str, error: &serde_json::Error) -> String {
    if text.trim().is_empty() {
        return "it is empty".to_owned();
    }
    format!("it is not JSON that can be read: {}", printable(&error.to_string()).up_to(200))
}

fn not_compiled(error: &ValidationError<'_>) -> Error {
    let place = match error.instance_path().as_str() {
        "" => error.schema_path().as_str(),
        place => place,
    };
    let place = if place.is_empty() { "/" } else { place };
    // The message quotes the faulty value, which may be the schema of a whole attribute.
    let why = match error.kind() {
        jsonschema::error::ValidationErrorKind::AnyOf { .. } => "this keyword has a value of the wrong type".to_owned(),
        _ => printable(&error.to_string()).up_to(300).to_string(),
    };
    refused(&format!("at {}, {why}", printable(place).up_to(200)))
}

fn refused(why: &str) -> Error {
    Error::new(ErrorKind::Input, format!("the schema cannot be used: {why}"))
        .with_hint("fetch the definition of the product type again; the schema is the document that its link leads to")
}

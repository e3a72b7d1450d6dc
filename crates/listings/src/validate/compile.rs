//! From the text of a schema to a compiled one.

use super::message::types;
use super::words::{listed, shown};
use super::{parts, references};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;
use spapi_core::{Error, ErrorKind};
use spapi_types::text::printable;

/// The most bytes of a schema. The largest known one of Amazon's has 1.2 million.
const MOST_BYTES: usize = 4 << 20;

/// A schema that is ready to check attributes.
pub(super) struct Compiled {
    pub schema: Value,
    pub rules: jsonschema::Validator,
    /// What was removed because it asks for nothing or does not compile: the code of a warning and its words.
    pub cut: Vec<(&'static str, String)>,
}

/// Compiles the schema.
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
    let mut cut: Vec<_> =
        references::cut_circular(&mut schema).into_iter().map(|words| ("reference_circular", words)).collect();
    references::join_selectors(&mut schema);
    let options = parts::options();
    let rules = match options.build(&schema) {
        Ok(rules) => rules,
        Err(error) => {
            let mut faults: Vec<_> =
                references::cut(&mut schema).into_iter().map(|words| ("reference_unresolved", words)).collect();
            faults.extend(references::cut_empty(&mut schema).into_iter().map(|words| ("alternatives_empty", words)));
            if faults.is_empty() {
                return Err(not_compiled(&error));
            }
            cut.append(&mut faults);
            options.build(&schema).map_err(|error| not_compiled(&error))?
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
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            let mut wanted: Vec<_> = context.iter().filter_map(|errors| wanted(errors.first()?)).collect();
            wanted.dedup();
            let given = shown(error.instance());
            match wanted.len() {
                0 => format!("this keyword cannot have the value {given}"),
                _ => format!("this keyword must be {}; {given} stands there", listed(wanted.into_iter(), "or", 5)),
            }
        }
        Kind::Type { .. } => {
            let wanted = wanted(error).unwrap_or_default();
            format!("this keyword must be {wanted}; {} stands there", shown(error.instance()))
        }
        _ => printable(&error.to_string()).up_to(300).to_string(),
    };
    refused(&format!("at {}, {why}", printable(place).up_to(200)))
}

/// What the meta-schema asks for.
fn wanted(error: &ValidationError<'_>) -> Option<String> {
    match error.kind() {
        Kind::Type { kind } => Some(types(kind)),
        Kind::Enum { options } => Some(format!("one of {}", listed(options.as_array()?.iter().map(shown), "and", 10))),
        _ => None,
    }
}

fn refused(why: &str) -> Error {
    Error::new(ErrorKind::Input, format!("the schema cannot be used: {why}"))
        .with_hint("fetch the definition of the product type again; the schema is the document that its link leads to")
}

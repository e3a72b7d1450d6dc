//! Lints of the numbers of products: EAN, UPC, GTIN and the like.

use super::finding::Severity;
use super::lint::Lint;
use super::words::shown;
use crate::discover::{IdentifierKind, checked};
use serde_json::{Map, Value};

/// The attribute with the numbers, each with its type.
const NUMBERS: &str = "externally_assigned_product_identifier";

/// A number whose form or check digit is wrong, which Amazon refuses. `looks_at` says whether an instance counts.
pub(super) fn numbers(
    attributes: &Map<String, Value>,
    looks_at: &dyn Fn(&str, usize) -> bool,
    found: &mut dyn FnMut(Lint),
) {
    let instances = attributes.get(NUMBERS).and_then(Value::as_array).into_iter().flatten();
    for (at, instance) in instances.enumerate().filter(|(at, _)| looks_at(NUMBERS, *at)) {
        let text = |member: &str| instance.get(member).and_then(Value::as_str);
        let (Some(kind), Some(value)) = (text("type").and_then(kind), text("value")) else { continue };
        if let Err(why) = checked(&kind, value) {
            found(Lint {
                code: "check_digit",
                severity: Severity::Error,
                pointer: format!("/{NUMBERS}/{at}/value"),
                property: None,
                message: format!("{} cannot be the {kind}: {why}", shown(&value.into())),
            });
        }
    }
}

/// The kind that a type names, if its numbers have a check digit.
fn kind(name: &str) -> Option<IdentifierKind> {
    match name.to_ascii_lowercase().as_str() {
        "ean" => Some(IdentifierKind::Ean),
        "upc" => Some(IdentifierKind::Upc),
        "gtin" => Some(IdentifierKind::Gtin),
        "isbn" => Some(IdentifierKind::Isbn),
        "jan" => Some(IdentifierKind::Jan),
        _ => None,
    }
}

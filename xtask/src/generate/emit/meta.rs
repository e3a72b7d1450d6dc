//! Writes operations as data: `meta.rs` of a section crate, and the rows of the operations table.

use super::{banner, literal};
use crate::generate::catalog::{PagingRule, Repeat};
use crate::generate::metadata::{Location, Operation};
use std::fmt::Write;

/// `meta.rs` of an API.
pub fn write(section: &str, version: &str, operations: &[Operation], source: &str) -> String {
    let mut out = banner("//", source);
    out.push_str("//! What core knows of each operation: method, path, rate, paging and how it bears repeating.\n\n");
    out.push_str("#![allow(unused_imports, reason = \"not every API pages\")]\n\n");
    out.push_str("use spapi_core::Method;\n");
    out.push_str("use spapi_core::operation::{ArgumentRule, Operation, Paging, Repeat};\n");
    for operation in operations {
        let _ = write!(out, "\n/// `{} {}`.\n", operation.method, operation.path);
        write_static(&mut out, "pub ", section, version, operation);
    }
    out
}

/// A static `Operation`.
pub fn write_static(out: &mut String, visibility: &str, section: &str, version: &str, operation: &Operation) {
    let _ = writeln!(
        out,
        "{visibility}static {}: Operation =\n    Operation::new({}, {}, {}, Method::{}, {})",
        operation.constant_name(),
        literal(section),
        literal(version),
        literal(&operation.id),
        operation.method,
        literal(&operation.path)
    );
    for word in words(operation) {
        let _ = writeln!(out, "        .{word}");
    }
    out.truncate(out.trim_end().len());
    out.push_str(";\n");
}

fn words(operation: &Operation) -> Vec<String> {
    let mut words = Vec::new();
    if let Some((per_second, burst)) = operation.rate.values() {
        words.push(format!("rate({per_second:?}, {burst})"));
    }
    words.push(format!(
        "repeat(Repeat::{})",
        match operation.repeat {
            Repeat::Safe => "Safe",
            Repeat::Idempotent => "Idempotent",
            Repeat::Create => "Create",
            Repeat::Once => "Once",
        }
    ));
    let required: Vec<_> = operation
        .parameters
        .iter()
        .filter(|parameter| parameter.required && parameter.location != Location::Path)
        .map(|parameter| literal(&parameter.name))
        .collect();
    if !required.is_empty() {
        words.push(format!("required(&[{}])", required.join(", ")));
    }
    if let Some(paging) = &operation.paging {
        let mut word = format!("paging(Paging::token({}, {})", literal(&paging.token), literal(&paging.response));
        if let Some(items) = &paging.items {
            let _ = write!(word, ".items({})", literal(items));
        }
        match paging.rule {
            None | Some(PagingRule::RepeatArguments) => {}
            Some(PagingRule::TokenOnly) => word.push_str(".rule(ArgumentRule::TokenOnly)"),
            Some(PagingRule::RepeatRequired) => word.push_str(".rule(ArgumentRule::RepeatRequired)"),
            Some(PagingRule::TokenOrRepeat) => word.push_str(".rule(ArgumentRule::TokenOrRepeat)"),
            Some(PagingRule::TokenPlusQueryType) => word.push_str(".rule(ArgumentRule::TokenPlusQueryType)"),
        }
        word.push(')');
        words.push(word);
    }
    if let Some(scope) = &operation.grantless {
        words.push(format!("grantless({})", literal(scope)));
    }
    if operation.restricted {
        words.push("restricted()".into());
    }
    words
}

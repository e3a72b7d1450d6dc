//! Writes operations as data: `meta.rs` of a section crate, and the rows of the operations table.

use super::{banner, code, literal};
use crate::catalog::{By, Restricted};
use crate::metadata::paging::{Paging, Style};
use crate::metadata::{Location, Operation};
use crate::naming;
use spapi_types::operation::ArgumentRule;
use std::fmt::Write;

/// `meta.rs` of an API.
pub fn write(section: &str, version: &str, operations: &[Operation], source: &str) -> String {
    let mut out = banner("//", source);
    out.push_str("//! The operations as data: method, path, rate, paging, and whether a call can be repeated.\n\n");
    out.push_str("#![allow(unused_imports, reason = \"not every API has pages or restricted data\")]\n\n");
    out.push_str("use spapi_core::operation::{ArgumentRule, Operation, Paging, Repeat, Restricted};\n");
    out.push_str("use spapi_core::{DataElement, Method};\n");
    for operation in operations {
        let _ = write!(out, "\n/// {}.\n", code(&operation.place()));
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
    words.push(format!("repeat(Repeat::{:?})", operation.repeat));
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
        words.push(format!("paging({})", paging_value(paging)));
    }
    if let Some(scope) = &operation.grantless {
        words.push(format!("grantless({})", literal(scope)));
    }
    match &operation.restricted {
        None => {}
        Some(Restricted::Whole(_)) => words.push("restricted(Restricted::new())".into()),
        Some(Restricted::By(By::Resource)) => words.push("restricted(Restricted::new().by_resource())".into()),
        Some(Restricted::Parts(parts)) => {
            let parts: Vec<_> = parts.iter().map(|part| format!("DataElement::{part:?}")).collect();
            words.push(format!("restricted(Restricted::new().data_elements(&[{}]))", parts.join(", ")));
        }
    }
    words
}

fn paging_value(paging: &Paging) -> String {
    let mut value = match &paging.style {
        Style::Token { token, response } => format!("Paging::token({}, {})", literal(token), literal(response)),
        Style::Elsewhere { operation, response } => {
            format!("Paging::token_elsewhere({}, &{})", literal(response), naming::constant_name(operation))
        }
        Style::Offset { offset, limit, total, maximum } => {
            let [offset, limit, total] = [offset, limit, total].map(|path| literal(path));
            format!("Paging::offset({offset}, {limit}, {total}, {maximum})")
        }
        Style::Index { index, size } => format!("Paging::page_index({}, {})", literal(index), literal(size)),
        Style::Job { parameter, response } => format!("Paging::job({}, {})", literal(parameter), literal(response)),
    };
    if let Some(items) = &paging.items {
        let _ = write!(value, ".items({})", literal(items));
    }
    if paging.rule != ArgumentRule::RepeatArguments {
        let _ = write!(value, ".rule(ArgumentRule::{:?})", paging.rule);
    }
    if let Some(seconds) = paging.token_life {
        let _ = write!(value, ".token_life(::std::time::Duration::from_secs({seconds}))");
    }
    value
}

//! Writes the rows of `spapi-operations`: every operation with its parameters.

use super::{banner, literal, meta};
use crate::generate::catalog::Section;
use crate::generate::metadata::{Body, Kind, List, Location, Operation};
use std::fmt::Write;

/// The table's root: `generated/mod.rs`.
pub fn write_root<'a>(sections: impl Iterator<Item = &'a Section>, source: &str) -> String {
    let mut out = banner("//", source);
    out.push_str("use crate::Section;\n\n");
    let mut modules = String::new();
    let mut rows = String::new();
    for section in sections {
        let module = section.name.replace('-', "_");
        let _ = writeln!(modules, "mod {module};");
        let _ = writeln!(rows, "    Section {{ name: {}, apis: {module}::APIS }},", literal(&section.name));
    }
    let _ = writeln!(
        out,
        "{modules}\n/// Every section, in alphabetical order.\npub static SECTIONS: &[Section] = &[\n{rows}];"
    );
    out
}

/// A section's rows: its APIs with their operations.
pub fn write_section(section: &Section, operations: &[&[Operation]], source: &str) -> String {
    let mut out = banner("//", source);
    out.push_str("#![allow(unused_imports, reason = \"not every section has each kind of thing\")]\n\n");
    out.push_str("use crate::{Api, Body, Entry, Kind, List, Location, Parameter};\n");
    out.push_str("use spapi_core::operation::{ArgumentRule, Operation, Paging, Repeat, Restricted};\n");
    out.push_str("use spapi_core::{DataElement, Method};\n\n");
    out.push_str("pub static APIS: &[Api] = &[\n");
    for api in &section.apis {
        let (module, model) = (&api.module, literal(&api.file));
        let _ = writeln!(out, "    Api {{ module: {}, model: {model}, operations: {module}::ROWS }},", literal(module));
    }
    out.push_str("];\n");
    for (api, operations) in section.apis.iter().zip(operations) {
        let _ = writeln!(out, "\nmod {} {{\n    use super::*;", api.module);
        for operation in *operations {
            let mut text = String::from("\n");
            meta::write_static(&mut text, "", &section.name, &api.version, operation);
            for line in text.lines() {
                let _ = writeln!(out, "{}{line}", if line.is_empty() { "" } else { "    " });
            }
        }
        out.push_str("\n    pub static ROWS: &[Entry] = &[\n");
        for operation in *operations {
            write_row(&mut out, operation);
        }
        out.push_str("    ];\n}\n");
    }
    out
}

fn write_row(out: &mut String, operation: &Operation) {
    let body = match operation.body {
        Body::None => "None",
        Body::Optional => "Optional",
        Body::Required => "Required",
    };
    let _ = writeln!(out, "        Entry {{\n            operation: &{},", operation.constant_name());
    out.push_str("            parameters: &[\n");
    for parameter in &operation.parameters {
        let location = match parameter.location {
            Location::Path => "Path",
            Location::Query => "Query",
            Location::Header => "Header",
        };
        let kind = match parameter.kind {
            Kind::Text => "Text",
            Kind::Integer => "Integer",
            Kind::Number => "Number",
            Kind::Boolean => "Boolean",
            Kind::DateTime => "DateTime",
        };
        let list = match parameter.list {
            List::No => "No",
            List::Csv => "Csv",
            List::Multi => "Multi",
        };
        let values: Vec<_> = parameter.values.iter().map(|value| literal(value)).collect();
        let _ = writeln!(
            out,
            "                Parameter {{ name: {}, location: Location::{location}, kind: Kind::{kind}, list: List::{list}, required: {}, values: &[{}] }},",
            literal(&parameter.name),
            parameter.required,
            values.join(", ")
        );
    }
    let _ = writeln!(
        out,
        "            ],\n            body: Body::{body},\n            deprecated: {},\n        }},",
        operation.deprecated
    );
}

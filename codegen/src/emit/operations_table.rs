//! Writes the rows of `spapi-metadata`: every operation with its parameters.

use super::{banner, bodies, literal, literals, meta};
use crate::bodies::Bodies;
use crate::catalog::Section;
use crate::metadata::Operation;
use crate::retirements::{Retirement, Retirements};
use std::fmt::Write;

/// The table's root: `generated/mod.rs`.
pub fn write_root(sections: &[Section], retirements: &Retirements, source: &str) -> String {
    let mut out = banner("//", source);
    out.push_str("use crate::{RetiredType, Retirement, Section};\n\n");
    let mut modules = String::new();
    let mut rows = String::new();
    for section in sections {
        let module = section.name.replace('-', "_");
        let _ = writeln!(modules, "mod {module};");
        let (name, about) = (literal(&section.name), about(section.about.as_ref()));
        let _ = writeln!(rows, "    Section {{ name: {name}, about: {about}, apis: {module}::APIS }},");
    }
    let _ = writeln!(
        out,
        "{modules}\n/// Every section, in alphabetical order.\npub static SECTIONS: &[Section] = &[\n{rows}];"
    );
    out.push_str(
        "\n/// The types of reports, feeds, notifications and Data Kiosk schemas that Amazon has announced to retire.\n",
    );
    out.push_str("pub static RETIRED_TYPES: &[RetiredType] = &[\n");
    for kind in retirements.types() {
        let _ = writeln!(
            out,
            "    RetiredType {{ section: {}, name: {}, payload: {}, retirement: {} }},",
            literal(kind.section),
            literal(kind.name),
            option(kind.payload),
            end(&kind.retirement)
        );
    }
    out.push_str("];\n");
    out
}

/// A section's rows: its APIs with their operations.
pub fn write_section(section: &Section, operations: &[&[Operation]], bodies: &[&Bodies], source: &str) -> String {
    let mut out = banner("//", source);
    out.push_str("#![allow(unused_imports, reason = \"not every section has each kind of thing\")]\n\n");
    out.push_str(
        "use crate::{Api, Body, Entry, Field, Kind, List, Location, ObjectSchema, Parameter, Retirement, Schema};\n",
    );
    out.push_str("use spapi_types::operation::{ArgumentRule, Operation, Paging, Repeat, Restricted};\n");
    out.push_str("use spapi_types::{DataElement, Method};\n\n");
    out.push_str("pub static APIS: &[Api] = &[\n");
    for api in &section.apis {
        let (module, model) = (&api.module, literal(&api.file));
        let _ = writeln!(
            out,
            "    Api {{ module: {}, model: {model}, about: {}, retirement: {}, operations: {module}::ROWS }},",
            literal(module),
            about(api.words.about.as_ref()),
            retirement(api.retirement.as_ref())
        );
    }
    out.push_str("];\n");
    for ((api, operations), bodies) in section.apis.iter().zip(operations).zip(bodies) {
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
            write_row(&mut out, operation, bodies);
        }
        out.push_str("    ];\n");
        out.push_str(&bodies::write(bodies));
        out.push_str("}\n");
    }
    out
}

fn write_row(out: &mut String, operation: &Operation, bodies: &Bodies) {
    let _ = writeln!(out, "        Entry {{\n            operation: &{},", operation.constant_name());
    out.push_str("            parameters: &[\n");
    for parameter in &operation.parameters {
        let _ = writeln!(
            out,
            "                Parameter {{ name: {}, location: Location::{:?}, kind: Kind::{:?}, list: List::{:?}, required: {}, values: &[{}], usual: &[{}], about: {}, example: {} }},",
            literal(&parameter.name),
            parameter.location,
            parameter.kind,
            parameter.list,
            parameter.required,
            literals(&parameter.values),
            literals(&parameter.usual),
            literal(&parameter.about),
            literal(&parameter.example)
        );
    }
    let _ = writeln!(
        out,
        "            ],\n            body: Body::{:?},\n            schema: {},\n            about: {},\n            reference: {},\n            deprecated: {},\n            retirement: {},\n        }},",
        operation.body,
        bodies::of_operation(bodies, &operation.id),
        about(operation.about.as_ref()),
        literal(&operation.reference),
        operation.deprecated,
        retirement(operation.retirement.as_ref())
    );
}

fn about(text: Option<&String>) -> String {
    literal(text.map_or("", String::as_str))
}

fn option(text: Option<&str>) -> String {
    text.map_or("None".to_owned(), |text| format!("Some({})", literal(text)))
}

fn retirement(retirement: Option<&Retirement>) -> String {
    retirement.map_or("None".to_owned(), |retirement| format!("Some({})", end(retirement)))
}

fn end(retirement: &Retirement) -> String {
    format!("Retirement {{ on: {}, instead: {} }}", literal(&retirement.on), option(retirement.instead.as_deref()))
}

//! Writes the request bodies of an API for the operations table: a static for each object, a constant for each enum.

use super::literal;
use crate::bodies::{Bodies, Field, Object};
use crate::types::Type;
use std::fmt::Write;

/// The module `bodies` of an API; empty if no body has an object or an enum.
pub fn write(bodies: &Bodies) -> String {
    if bodies.objects.is_empty() && bodies.enums.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "\n    #[allow(non_upper_case_globals, reason = \"they have the names of the section crate's Rust types\")]\n    \
         mod bodies {\n        use super::{Field, Kind, ObjectSchema, Schema};\n",
    );
    for (name, values) in &bodies.enums {
        // Sorted by name, as fields are.
        let mut values: Vec<_> = values.iter().map(|value| literal(value)).collect();
        values.sort_unstable();
        let _ = writeln!(out, "\n        pub const {name}: &[&str] = &[{}];", values.join(", "));
    }
    for (name, object) in &bodies.objects {
        out.push('\n');
        write_object(&mut out, name, object, bodies);
    }
    out.push_str("    }\n");
    out
}

/// The expression for an operation's body, outside the module `bodies`.
pub fn of_operation(bodies: &Bodies, id: &str) -> String {
    bodies.of(id).map_or("None".to_owned(), |kind| format!("Some({})", schema(kind, "bodies::", bodies)))
}

fn write_object(out: &mut String, name: &str, object: &Object, bodies: &Bodies) {
    let _ = writeln!(out, "        pub static {name}: ObjectSchema = ObjectSchema {{");
    let _ = writeln!(out, "            name: {},\n            fields: &[", literal(name));
    for field in &object.fields {
        let _ = writeln!(out, "                {},", expression(field, bodies));
    }
    let _ = writeln!(out, "            ],\n            is_open: {},\n        }};", object.is_open);
}

fn expression(field: &Field, bodies: &Bodies) -> String {
    let mut out = format!("Field::new({}, {})", literal(&field.name), schema(&field.kind, "", bodies));
    if field.required {
        out.push_str(".required()");
    }
    if !field.about.is_empty() {
        let _ = write!(out, ".about({})", literal(&field.about));
    }
    if !field.limits.is_empty() {
        let _ = write!(out, ".limits({})", literal(&field.limits));
    }
    if field.min_items > 1 {
        let _ = write!(out, ".min_items({})", field.min_items);
    }
    if !field.example.is_empty() {
        let _ = write!(out, ".example({})", literal(&field.example));
    }
    out
}

/// The expression for a type; `place` is the prefix of the names of objects and enums.
fn schema(kind: &Type, place: &str, bodies: &Bodies) -> String {
    match kind {
        Type::Text | Type::Decimal(crate::types::Wire::Text) => "Schema::Scalar(Kind::Text)".into(),
        Type::Integer => "Schema::Scalar(Kind::Integer)".into(),
        Type::Decimal(crate::types::Wire::Number) => "Schema::Scalar(Kind::Number)".into(),
        Type::Secret => "Schema::Scalar(Kind::Text)".into(),
        Type::Boolean => "Schema::Scalar(Kind::Boolean)".into(),
        Type::DateTime => "Schema::Scalar(Kind::DateTime)".into(),
        Type::Any => "Schema::Any".into(),
        Type::Object => "Schema::AnyObject".into(),
        Type::Map(values) => format!("Schema::Map(&{})", schema(values, place, bodies)),
        Type::List(items) => format!("Schema::List(&{})", schema(items, place, bodies)),
        Type::Named(name) if bodies.enums.contains_key(name) => format!("Schema::Enum({place}{name})"),
        Type::Named(name) => format!("Schema::Object(&{place}{name})"),
    }
}

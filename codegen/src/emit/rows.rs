//! Writes the rows of reports: a structure for each kind of rows, and its columns as data.

use super::{banner, code, literal, literals};
use crate::naming;
use crate::rows::{Column, Format, Kind, Order, Reports, Rows};
use std::fmt::Write;

/// Where the files come from, as their first line says it.
const SOURCE: &str = "models/rows";

/// The root of the generated files: all report types with their rows.
pub fn write_root(reports: &Reports) -> String {
    let mut out = banner("//", SOURCE);
    out.push_str("use crate::column::Report;\n\n");
    for (report_type, ..) in reports.own() {
        let _ = writeln!(out, "mod {};", module(report_type));
    }
    out.push('\n');
    for (report_type, _, rows) in reports.own() {
        let mut names: Vec<_> = rows.iter().map(|rows| rows.name.as_str()).collect();
        names.sort_unstable();
        let _ = writeln!(out, "pub use {}::{{{}}};", module(report_type), names.join(", "));
    }
    out.push_str("\n/// The report types whose rows are known, in alphabetical order.\n");
    out.push_str("pub static REPORTS: &[Report] = &[\n");
    for (report_type, report) in &reports.0 {
        let own = report.same_as.as_ref().unwrap_or(report_type);
        let rows = reports.0.get(own).map(|report| report.rows.as_slice()).unwrap_or_default();
        let rows: Vec<_> =
            rows.iter().map(|rows| format!("&{}::{}", module(own), naming::constant_name(&rows.name))).collect();
        let _ = writeln!(out, "    Report {{ name: {}, rows: &[{}] }},", literal(report_type), rows.join(", "));
    }
    out.push_str("];\n");
    out.push_str("\n/// Shows all row types to a test.\n#[cfg(test)]\n");
    out.push_str("pub(crate) fn visit_all(visitor: &mut impl crate::tests::Visit) {\n");
    for (.., rows) in reports.own() {
        for rows in rows {
            let _ = writeln!(out, "    visitor.visit::<{}>();", rows.name);
        }
    }
    out.push_str("}\n");
    out
}

/// The file of a report type, without its ending.
pub fn module(report_type: &str) -> String {
    report_type.to_ascii_lowercase()
}

/// The rows of a report type.
pub fn write_report(reports: &Reports, report_type: &str, format: Format, rows: &[Rows]) -> String {
    let mut out = banner("//", SOURCE);
    let uses = |kinds: &[Kind]| rows.iter().flat_map(|rows| &rows.columns).any(|column| kinds.contains(&column.kind));
    let types: Vec<_> =
        [("DateTime", uses(&[Kind::Date, Kind::DateTime])), ("Decimal", uses(&[Kind::Decimal, Kind::LocalDecimal]))]
            .into_iter()
            .filter_map(|(name, is_used)| is_used.then_some(name))
            .collect();
    let order = rows.iter().flat_map(|rows| &rows.columns).any(|column| column.order.is_some());
    let order = if order { "Order, " } else { "" };
    let _ = writeln!(out, "use crate::column::{{Column, Format, Kind, {order}RowType}};");
    out.push_str("use crate::row::{UnknownColumn, row};\n");
    match types.as_slice() {
        [] => {}
        [one] => out.push_str(&format!("use spapi_types::{one};\n")),
        several => out.push_str(&format!("use spapi_types::{{{}}};\n", several.join(", "))),
    }
    let same: Vec<_> = reports
        .0
        .iter()
        .filter(|(_, report)| report.same_as.as_deref() == Some(report_type))
        .map(|(name, _)| name)
        .collect();
    for rows in rows {
        write_structure(&mut out, report_type, &same, rows);
        write_description(&mut out, report_type, format, rows);
        write_row(&mut out, rows);
        if let Some(points) = points(rows) {
            let _ = writeln!(out, "\nspapi_types::has_points!({}: {});", rows.name, points.field);
        }
    }
    out
}

/// The column with the number of Amazon Points: those of an item of an order, or those of an offer.
fn points(rows: &Rows) -> Option<&Column> {
    let is_points = |column: &&Column| {
        column.kind == Kind::Integer && matches!(column.field.as_str(), "points_granted" | "standard_price_point")
    };
    rows.columns.iter().find(is_points)
}

fn write_structure(out: &mut String, report_type: &str, same: &[&String], rows: &Rows) {
    let types: Vec<_> = [report_type].into_iter().chain(same.iter().map(|name| name.as_str())).map(code).collect();
    let place = match (&rows.at, &rows.each) {
        (Some(at), Some(each)) => format!(", an element of {} in {}", code(each), code(at)),
        (Some(at), None) => format!(", an element of {}", code(at)),
        _ => String::new(),
    };
    let _ = write!(out, "\n/// A row of {}{place}.\n", types.join(" and "));
    out.push_str("#[derive(Clone, Debug, Default, PartialEq)]\n#[non_exhaustive]\n");
    let _ = writeln!(out, "pub struct {} {{", rows.name);
    for column in &rows.columns {
        for line in super::paragraphs("    ", docs(column)) {
            let _ = writeln!(out, "{line}");
        }
        let _ = writeln!(out, "    pub {}: {},", column.field, rust_type(column));
    }
    out.push_str("    /// The columns that are not known, in the order of the document.\n");
    out.push_str("    pub unknown: Vec<UnknownColumn>,\n}\n");
}

fn docs(column: &Column) -> Vec<String> {
    let kind = match (column.kind, column.order) {
        (Kind::Text, _) => "text",
        (Kind::Id, _) => "an id, as it is written",
        (Kind::Integer, _) => "a whole number",
        (Kind::Decimal, _) => "an exact number",
        (Kind::LocalDecimal, _) => "an exact number, written as the marketplace writes numbers",
        (Kind::Boolean, _) => "yes or no",
        (Kind::Date, None) => "a date",
        (Kind::Date, Some(Order::DayFirst)) => "a date with its day first",
        (Kind::Date, Some(Order::MonthFirst)) => "a date with its month first",
        (Kind::Date, Some(Order::Marketplace)) => "a date as the marketplace writes dates",
        (Kind::DateTime, None) => "a date and time",
        (Kind::DateTime, Some(Order::DayFirst)) => "a date and time, with the day first",
        (Kind::DateTime, Some(Order::MonthFirst)) => "a date and time, with the month first",
        (Kind::DateTime, Some(Order::Marketplace)) => "a date and time as the marketplace writes them",
    };
    let key = if column.key { " A part of the row's key." } else { "" };
    let optional = if column.optional { " Not in all documents." } else { "" };
    let mut docs = vec![format!("{}: {kind}.{key}{optional}", code(&column.name))];
    let names = column.also.iter().map(|name| code(name));
    let names: Vec<_> =
        names.chain(column.headers.iter().map(|(language, name)| format!("{} ({language})", code(name)))).collect();
    if !names.is_empty() {
        docs.push(format!("Also {}.", names.join(", ")));
    }
    if !column.values.is_empty() {
        let values: Vec<_> = column.values.iter().map(|value| code(value)).collect();
        docs.push(format!("Known values: {}.", values.join(", ")));
    }
    docs
}

fn rust_type(column: &Column) -> String {
    let name = match column.kind {
        Kind::Text | Kind::Id => "String",
        Kind::Integer => "i64",
        Kind::Decimal | Kind::LocalDecimal => "Decimal",
        Kind::Boolean => "bool",
        Kind::Date | Kind::DateTime => "DateTime",
    };
    if column.is_nullable() { format!("Option<{name}>") } else { name.to_owned() }
}

fn write_description(out: &mut String, report_type: &str, format: Format, rows: &Rows) {
    let _ = writeln!(
        out,
        "\npub static {}: RowType = RowType::new({}, {}, Format::{format:?}, &[",
        naming::constant_name(&rows.name),
        literal(report_type),
        literal(&rows.name),
    );
    for column in &rows.columns {
        let (name, field) = (literal(&column.name), literal(&column.field));
        let _ = write!(out, "    Column::new({name}, {field}, Kind::{:?})", column.kind);
        for word in words(column) {
            let _ = write!(out, ".{word}");
        }
        out.push_str(",\n");
    }
    out.push_str("])");
    if rows.by_position {
        out.push_str(".by_position()");
    }
    if let Some(at) = &rows.at {
        let _ = write!(out, ".at({})", literal(at));
    }
    if let Some(each) = &rows.each {
        let _ = write!(out, ".each({})", literal(each));
    }
    out.push_str(";\n");
}

fn words(column: &Column) -> Vec<String> {
    let mut words = Vec::new();
    if column.optional {
        words.push("optional()".to_owned());
    }
    if column.key {
        words.push("key()".to_owned());
    }
    if let Some(order) = column.order {
        words.push(format!("order(Order::{order:?})"));
    }
    if !column.values.is_empty() {
        words.push(format!("values(&[{}])", literals(&column.values)));
    }
    if !column.also.is_empty() {
        words.push(format!("also(&[{}])", literals(&column.also)));
    }
    if !column.headers.is_empty() {
        let headers =
            column.headers.iter().map(|(language, name)| format!("({}, {})", literal(language), literal(name)));
        words.push(format!("headers(&[{}])", headers.collect::<Vec<_>>().join(", ")));
    }
    words
}

fn write_row(out: &mut String, rows: &Rows) {
    let fields: Vec<_> =
        rows.columns.iter().enumerate().map(|(index, column)| format!("{index} {}", column.field)).collect();
    let _ = writeln!(
        out,
        "\nrow! {{ {}, {};\n    {}\n}}",
        rows.name,
        naming::constant_name(&rows.name),
        fields.join(",\n    ")
    );
}

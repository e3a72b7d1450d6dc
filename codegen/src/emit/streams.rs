//! Writes the rows of `spapi-sync`. Only what differs from the rule is written.

use super::{banner, literal, literals};
use crate::streams::fields::Field;
use crate::streams::{
    AirbyteKind, AirbyteRow, Completed, CompletedColumn, CompletedStream, CursorIs, Row, Step, Version, Versions,
};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The files of the folder `generated` by name, with their texts.
pub fn write(completed: &Completed<'_>, fields: &BTreeMap<String, Vec<Field>>) -> [(&'static str, String); 4] {
    [
        ("mod.rs", format!("{}pub mod airbyte;\npub mod fields;\npub mod streams;\n", banner("//", "models/streams"))),
        ("streams.rs", streams(&completed.streams, fields)),
        ("fields.rs", self::fields_of(fields)),
        ("airbyte.rs", airbyte(&completed.airbyte)),
    ]
}

/// The name of the columns of a stream.
fn constant(stream: &str) -> String {
    heck::ToShoutySnakeCase::to_shouty_snake_case(stream)
}

fn fields_of(streams: &BTreeMap<String, Vec<Field>>) -> String {
    let mut out = banner("//", "models/streams, the models and the schemas of spapi-document-types");
    out.push_str("use crate::schema::ColumnKind;\nuse crate::stream::Field;\n");
    for (name, fields) in streams {
        let _ = writeln!(out, "\npub static {}: &[Field] = &[", constant(name));
        for field in fields {
            let _ = write!(
                out,
                "    Field::new({}, {}, ColumnKind::{:?})",
                literal(&field.name),
                literal(&field.path),
                field.kind
            );
            if !field.selection.is_empty() {
                let _ = write!(out, ".selection({})", literal(&field.selection));
            }
            if field.of_parent {
                out.push_str(".of_parent()");
            }
            out.push_str(",\n");
        }
        out.push_str("];\n");
    }
    out
}

fn streams(rows: &BTreeMap<String, CompletedStream>, fields: &BTreeMap<String, Vec<Field>>) -> String {
    let mut out = banner("//", "models/streams, models/documents and models/rows");
    out.push_str("use super::fields;\nuse crate::stream::{Clock, Kind, Origin, Range, Stream};\n\npub static STREAMS: &[Stream] = &[\n");
    for (name, stream) in rows {
        let row = &stream.row;
        let kind = format!("Kind::{:?}", stream.kind);
        let _ = write!(
            out,
            "    Stream::new({}, {}, {kind}, {})",
            literal(name),
            literal(&stream.title),
            origin(name, stream)
        );
        if let Some(clock) = stream.clock {
            let _ = write!(out, ".clock(Clock::{clock:?})");
        }
        if let Some(days) = row.most_days {
            let _ = write!(out, ".most_days({days})");
        }
        if !row.key.is_empty() {
            let _ = write!(out, ".key(&[{}])", literals(&row.key));
        }
        if let Some(cursor) = &row.cursor {
            let _ = write!(out, ".cursor({})", literal(cursor));
        }
        if row.lookback_days != 0 {
            let _ = write!(out, ".lookback_days({})", row.lookback_days);
        }
        if let Some(days) = row.final_days {
            let _ = write!(out, ".final_days({days})");
        }
        if fields.contains_key(name) {
            let _ = write!(out, ".fields(fields::{})", constant(name));
        }
        out.push_str(",\n");
    }
    out.push_str("];\n");
    out
}

fn origin(name: &str, stream: &CompletedStream) -> String {
    let row = &stream.row;
    if let Some(operation) = &row.operation {
        return format!(
            "Origin::Operation {{ operation: {}, list: {}, each: {}, arguments: &[{}], marketplace: {}, range: {} }}",
            literal(operation),
            literal(row.list.as_deref().unwrap_or_default()),
            optional(row.each.as_deref()),
            pairs(&row.arguments),
            optional(row.marketplace.as_deref()),
            range(row)
        );
    }
    if let Some(query) = &row.query {
        return format!(
            "Origin::Query {{ dataset: {}, query: {}, each: {}, arguments: {} }}",
            literal(&query.dataset),
            literal(&query.name),
            optional(query.each.as_deref()),
            literal(&query.arguments)
        );
    }
    format!(
        "Origin::Report {{ report_type: {}, rows: {}, options: &[{}], defaults: &[{}], is_found: {} }}",
        literal(stream.report(name).unwrap_or(name)),
        optional(row.rows.as_deref()),
        pairs(&row.options),
        pairs(&row.defaults),
        stream.is_found
    )
}

fn range(row: &Row) -> String {
    match (&row.from, &row.to, &row.interval, &row.parent) {
        (Some(from), Some(to), ..) => format!("Range::Ends {{ from: {}, to: {} }}", literal(from), literal(to)),
        (.., Some(interval), _) => format!("Range::Interval({})", literal(interval)),
        (.., Some(parent)) => format!(
            "Range::Parent {{ stream: {}, field: {}, argument: {} }}",
            literal(&parent.stream),
            literal(&parent.field),
            literal(&parent.argument)
        ),
        _ => "Range::Whole".to_owned(),
    }
}

fn optional(text: Option<&str>) -> String {
    text.map_or("None".to_owned(), |text| format!("Some({})", literal(text)))
}

fn pairs(values: &BTreeMap<String, String>) -> String {
    let pairs = values.iter().map(|(name, value)| format!("({}, {})", literal(name), literal(value)));
    pairs.collect::<Vec<_>>().join(", ")
}

fn airbyte(rows: &BTreeMap<&str, (&AirbyteRow, Vec<CompletedColumn>)>) -> String {
    let mut out = banner("//", "models/streams and models/rows");
    out.push_str(
        "use crate::airbyte::{AirbyteColumn, AirbyteStream, AirbyteType, ByVersion, Cursor, CursorForm, CursorOrigin, Step, Version};\n\npub static AIRBYTE_STREAMS: &[AirbyteStream] = &[\n",
    );
    for (name, (row, columns)) in rows {
        let _ = writeln!(out, "    AirbyteStream {{\n        name: {},", literal(name));
        for (field, value) in fields(row) {
            let _ = writeln!(out, "        {field}: {value},");
        }
        out.push_str("        columns: &[\n");
        for column in columns {
            let _ = writeln!(out, "            {},", self::column(column));
        }
        out.push_str("        ],\n        ..AirbyteStream::BY_RULE\n    },\n");
    }
    out.push_str("];\n");
    out
}

/// The fields that are not by rule.
fn fields(row: &AirbyteRow) -> Vec<(&'static str, String)> {
    let number = |value: Option<u32>| value.map_or("None".to_owned(), |value| format!("Some({value})"));
    let places = row.places;
    let mut fields = vec![
        ("v4_place", number(places.v4)),
        ("seller_place", number(places.seller)),
        ("vendor_place", number(places.vendor)),
        ("step", step(row)),
    ];
    if let (Some(cursor), Some(form)) = (&row.cursor, row.cursor_as) {
        let origin = match row.cursor_is {
            CursorIs::Row => "Row",
            CursorIs::SliceEnd => "SliceEnd",
            CursorIs::Parent => "Parent",
        };
        let cursor = literal(cursor);
        fields.push((
            "cursor",
            format!("Some(Cursor {{ field: {cursor}, origin: CursorOrigin::{origin}, form: CursorForm::{form:?} }})"),
        ));
    }
    let v4 = if row.key_v4.is_empty() { &row.key } else { &row.key_v4 };
    let v6 = if row.key_v6.is_empty() { &row.key } else { &row.key_v6 };
    if !v4.is_empty() || !v6.is_empty() {
        fields.push(("key", format!("ByVersion {{ v4: &[{}], v6: &[{}] }}", literals(v4), literals(v6))));
    }
    if row.start_days.is_some() || row.start_days_v4.is_some() {
        let v6 = row.start_days.unwrap_or(730);
        fields.push(("start_days", format!("ByVersion {{ v4: {}, v6: {v6} }}", row.start_days_v4.unwrap_or(v6))));
    }
    if row.end_minutes != 0 {
        fields.push(("end_minutes", row.end_minutes.to_string()));
    }
    if row.lookback {
        fields.push(("takes_lookback", "true".to_owned()));
    }
    if row.lookback_hours != 0 || row.lookback_hours_v4 != 0 {
        let hours = format!("ByVersion {{ v4: {}, v6: {} }}", row.lookback_hours_v4, row.lookback_hours);
        fields.push(("lookback_hours", hours));
    }
    if !row.options.is_empty() {
        fields.push(("options", format!("&[{}]", pairs(&row.options))));
    }
    if let Some(versions) = row.user_options {
        let v4 = versions == Versions::Both;
        fields.push(("takes_user_options", format!("ByVersion {{ v4: {v4}, v6: true }}")));
    }
    if !row.injected.is_empty() {
        fields.push(("injected", format!("&[{}]", literals(&row.injected))));
    }
    fields
}

fn step(row: &AirbyteRow) -> String {
    let days = row.most_days.unwrap_or_default();
    let step = match row.step {
        Step::Period => {
            format!("Step::Period {{ most_days: {days}, absent_days: {} }}", row.absent_days.unwrap_or(365))
        }
        Step::Fixed => format!("Step::Fixed {{ days: {days} }}"),
        Step::EventsStep => format!("Step::EventsStep {{ most_days: {days} }}"),
        Step::Month => "Step::Month".to_owned(),
        Step::LastWeek => "Step::LastWeek".to_owned(),
        Step::Parent => "Step::Parent".to_owned(),
        Step::Once => "Step::Once".to_owned(),
    };
    let v4 = if row.v4_once { "Step::Once" } else { &step };
    format!("ByVersion {{ v4: {v4}, v6: {step} }}")
}

fn column(column: &CompletedColumn) -> String {
    let kind = match column.kind {
        AirbyteKind::String => "Text".to_owned(),
        other => format!("{other:?}"),
    };
    let mut out = format!("AirbyteColumn::new({}, AirbyteType::{kind})", literal(&column.name));
    if let Some(field) = &column.field {
        let _ = write!(out, ".field({})", literal(field));
    }
    if !column.nullable {
        out.push_str(".never_null()");
    }
    match column.only {
        Some(Version::V4) => out.push_str(".only(Version::V4)"),
        Some(Version::V6) => out.push_str(".only(Version::V6)"),
        None => {}
    }
    out
}

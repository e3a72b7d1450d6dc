//! Every row type reads documents that are made from its own description.

mod cells;
mod columns;
mod structured;
mod tables;

use crate::{Column, Columns, Kind, REPORTS, Row, RowType, Value, report};
use spapi_tables::{Dialect, Found, Limits, TableError, TableReader, TableRow};
use spapi_types::Marketplace;
use spapi_types::decimal::DecimalMark;
use std::collections::HashSet;

/// A test of one row type.
pub(crate) trait Visit {
    fn visit<T: Row + TableRow<Columns = Columns>>(&mut self);
}

/// A cell that can be read as a column, and its value as a row's map has it.
fn sample(column: &Column, index: usize) -> (String, serde_json::Value) {
    let number = index + 1;
    match column.kind {
        Kind::Text => (format!(" text \"{number}\" "), format!(" text \"{number}\" ").into()),
        Kind::Id => (format!("00{number}"), format!("00{number}").into()),
        Kind::Integer => (format!("-{number}"), (-i64::try_from(number).unwrap()).into()),
        Kind::Decimal => (format!("{number}.50"), serde_json::from_str(&format!("{number}.50")).unwrap()),
        Kind::LocalDecimal => (format!("1.{number:03},50"), serde_json::from_str(&format!("1{number:03}.50")).unwrap()),
        Kind::Boolean => ("Yes".to_owned(), true.into()),
        Kind::Date => ("14.03.2023".to_owned(), "2023-03-14".into()),
        Kind::DateTime => ("2023-03-14 07:49:55 PST".to_owned(), "2023-03-14T07:49:55-08:00".into()),
    }
}

fn reader(dialect: Dialect, text: &str) -> TableReader {
    let mut table = TableReader::new(dialect, Limits::default());
    table.push(text);
    table.end();
    table
}

/// The rows of a document, each read or not.
fn rows<T: TableRow>(mut table: TableReader) -> Result<Vec<Result<T, TableError>>, TableError> {
    let mut columns = None;
    let mut rows = Vec::new();
    while table.advance()? == Found::Row {
        if columns.is_none() {
            columns = Some(T::find_columns(&table)?);
        }
        rows.extend(columns.as_ref().map(|columns| T::read_row(columns, &table)));
    }
    Ok(rows)
}

/// The only row of a document in the notation of Germany.
fn only<T: TableRow>(dialect: Dialect, text: &str) -> T {
    let table = reader(dialect, text).decimal_mark(Some(DecimalMark::Comma)).for_marketplace(Some(Marketplace::DE));
    let mut rows = rows(table).unwrap();
    assert_eq!(rows.len(), 1, "{text}");
    rows.remove(0).unwrap()
}

fn to_map(row: &impl Row) -> serde_json::Map<String, serde_json::Value> {
    match serde_json::to_value(row).unwrap() {
        serde_json::Value::Object(map) => map,
        other => panic!("{other}"),
    }
}

fn is_table(row_type: &RowType) -> bool {
    row_type.at.is_none()
}

#[test]
fn report_types_are_found_by_name() {
    assert!(REPORTS.is_sorted_by(|a, b| a.name < b.name));
    for known in REPORTS {
        assert_eq!(report(known.name).unwrap().name, known.name);
        assert!(!known.rows.is_empty());
    }
    assert!(report("GET_NOTHING").is_none());
    let [one, other] = ["GET_FBA_MYI_ALL_INVENTORY_DATA", "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA"].map(report);
    assert_eq!(one.unwrap().rows[0].name, other.unwrap().rows[0].name);
}

#[test]
fn fields_and_descriptions_agree() {
    struct Agree(HashSet<&'static str>);

    impl Visit for Agree {
        fn visit<T: Row + TableRow<Columns = Columns>>(&mut self) {
            let row = T::default();
            for (index, column) in T::TYPE.columns.iter().enumerate() {
                let empty = if column.nullable { Value::Null } else { Value::Text("") };
                assert_eq!(row.value(index), empty, "{} {}", T::TYPE.name, column.name);
            }
            assert_eq!(row.value(T::TYPE.columns.len()), Value::Null);
            let fields: HashSet<_> = T::TYPE.columns.iter().map(|column| column.field).collect();
            assert_eq!(fields.len(), T::TYPE.columns.len());
            assert!(report(T::TYPE.report_type).unwrap().rows.iter().any(|rows| rows.name == T::TYPE.name));
            assert!(self.0.insert(T::TYPE.name));
        }
    }

    let mut agree = Agree(HashSet::new());
    crate::generated::visit_all(&mut agree);
    let described: HashSet<_> = REPORTS.iter().flat_map(|report| report.rows).map(|rows| rows.name).collect();
    assert_eq!(agree.0, described);
}

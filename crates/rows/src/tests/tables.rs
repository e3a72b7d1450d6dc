//! Every table, in every language, quoted and bare.

use super::{Visit, is_table, only, reader, rows, sample, to_map};
use crate::{Column, Columns, Row, RowType};
use spapi_tables::{Dialect, TableErrorKind, TableRow};
use std::collections::BTreeSet;

/// The header of a language: English where it has no name of its own.
fn header_of(column: &Column, language: &str) -> &'static str {
    column.headers.iter().find(|(tag, _)| *tag == language).map_or(column.name, |(_, name)| name)
}

/// All languages of a row type, English first.
fn languages(row_type: &RowType) -> Vec<&'static str> {
    let others: BTreeSet<_> =
        row_type.columns.iter().flat_map(|column| column.headers).map(|(language, _)| *language).collect();
    [""].into_iter().chain(others).collect()
}

/// A document with one row, and how it is read.
fn document(names: &[String], cells: &[String], is_quoted: bool) -> String {
    let line = |fields: &[String]| match is_quoted {
        true => fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect::<Vec<_>>().join("\t"),
        false => fields.join("\t"),
    };
    format!("{}\r\n{}\r\n", line(names), line(cells))
}

/// The index of a column with its name and a cell.
type Cell = (usize, String, String);

fn cells(row_type: &RowType, language: &str) -> Vec<Cell> {
    let cell =
        |(index, column): (usize, &Column)| (index, header_of(column, language).to_owned(), sample(column, index).0);
    row_type.columns.iter().enumerate().map(cell).collect()
}

fn check<T: Row + TableRow<Columns = Columns>>(cells: &[Cell], what: &str) {
    let names: Vec<_> = cells.iter().map(|(_, name, _)| name.clone()).collect();
    let texts: Vec<_> = cells.iter().map(|(.., text)| text.clone()).collect();
    for is_quoted in [false, true] {
        let text = document(&names, &texts, is_quoted);
        for dialect in [Dialect::TSV, Dialect::QUOTED_TSV] {
            let row: T = only(dialect, &text);
            let map = to_map(&row);
            for (index, column) in T::TYPE.columns.iter().enumerate() {
                let expected = match cells.iter().any(|(other, ..)| *other == index) {
                    true => sample(column, index).1,
                    false if column.nullable => serde_json::Value::Null,
                    false => "".into(),
                };
                assert_eq!(map[column.field], expected, "{} {what} {}", T::TYPE.name, column.name);
            }
            assert_eq!(row.unknown(), [], "{} {what}", T::TYPE.name);
        }
    }
}

#[test]
fn every_table_is_read_in_every_language() {
    struct Languages(usize);

    impl Visit for Languages {
        fn visit<T: Row + TableRow<Columns = Columns>>(&mut self) {
            for language in languages(T::TYPE).into_iter().filter(|_| is_table(T::TYPE)) {
                check::<T>(&cells(T::TYPE, language), language);
                self.0 += 1;
            }
        }
    }

    let mut languages = Languages(0);
    crate::generated::visit_all(&mut languages);
    assert!(languages.0 > 80, "{}", languages.0);
}

#[test]
fn every_table_is_read_without_its_optional_columns() {
    struct Required;

    impl Visit for Required {
        fn visit<T: Row + TableRow<Columns = Columns>>(&mut self) {
            if is_table(T::TYPE) {
                let required = cells(T::TYPE, "").into_iter().filter(|(index, ..)| T::TYPE.columns[*index].required);
                check::<T>(&required.collect::<Vec<_>>(), "required");
            }
        }
    }

    crate::generated::visit_all(&mut Required);
}

#[test]
fn every_table_is_read_in_any_order_and_in_other_spellings() {
    struct Spellings;

    impl Visit for Spellings {
        fn visit<T: Row + TableRow<Columns = Columns>>(&mut self) {
            if !is_table(T::TYPE) {
                return;
            }
            let spell = |(index, name, text): Cell| {
                let name: String = match index % 3 {
                    0 => name.to_uppercase(),
                    1 => format!(" {} ", name.replace(['-', ' '], "_")),
                    _ => name.replace(['-', ' ', '_'], ""),
                };
                (index, name, text)
            };
            let cells: Vec<_> = cells(T::TYPE, "").into_iter().rev().map(spell).collect();
            check::<T>(&cells, "spellings");
        }
    }

    crate::generated::visit_all(&mut Spellings);
}

#[test]
fn every_other_name_is_read() {
    struct Others;

    impl Visit for Others {
        fn visit<T: Row + TableRow<Columns = Columns>>(&mut self) {
            for (column, described) in T::TYPE.columns.iter().enumerate() {
                for other in described.also {
                    let mut cells = cells(T::TYPE, "");
                    cells[column].1 = (*other).to_owned();
                    check::<T>(&cells, other);
                }
            }
        }
    }

    crate::generated::visit_all(&mut Others);
}

#[test]
fn blank_cells_are_absent_and_cut_rows_are_padded() {
    struct Blank;

    impl Visit for Blank {
        fn visit<T: Row + TableRow<Columns = Columns>>(&mut self) {
            if !is_table(T::TYPE) {
                return;
            }
            let names: Vec<_> = T::TYPE.columns.iter().map(|column| column.name).collect();
            let blank = vec![" "; names.len()].join("\t");
            // A row of nothing but blanks is not a row, so an unknown column has something.
            let text = format!("{}\tnew\n{blank}\tx\n", names.join("\t"));
            let row: T = only(Dialect::TSV, &text);
            for (index, column) in T::TYPE.columns.iter().enumerate().filter(|(_, column)| column.nullable) {
                assert_eq!(row.value(index), crate::Value::Null, "{} {}", T::TYPE.name, column.name);
            }
            let text = format!("{}\n{}\n", names.join("\t"), sample(&T::TYPE.columns[0], 0).0);
            let row: T = only(Dialect::TSV, &text);
            let map = to_map(&row);
            assert_eq!(map[T::TYPE.columns[0].field], sample(&T::TYPE.columns[0], 0).1);
        }
    }

    crate::generated::visit_all(&mut Blank);
}

#[test]
fn a_bad_number_or_flag_is_an_error_with_its_place() {
    struct Bad(usize);

    impl Visit for Bad {
        fn visit<T: Row + TableRow<Columns = Columns>>(&mut self) {
            if !is_table(T::TYPE) {
                return;
            }
            let cells = cells(T::TYPE, "");
            let names: Vec<_> = cells.iter().map(|(_, name, _)| name.as_str()).collect();
            for (index, column) in T::TYPE.columns.iter().enumerate() {
                use crate::Kind::{Boolean, Decimal, Integer, LocalDecimal};
                if !matches!(column.kind, Boolean | Decimal | Integer | LocalDecimal) {
                    continue;
                }
                let mut bad: Vec<_> = cells.iter().map(|(.., text)| text.as_str()).collect();
                bad[index] = "Mary Miller";
                let good: Vec<_> = cells.iter().map(|(.., text)| text.as_str()).collect();
                let text = format!("{}\n{}\n{}\n", names.join("\t"), bad.join("\t"), good.join("\t"));
                let rows = rows::<T>(reader(Dialect::TSV, &text)).unwrap();
                let error = rows[0].as_ref().unwrap_err();
                let place = error.place().unwrap();
                assert_eq!((place.row, place.column.as_deref()), (1, Some(column.name)), "{error}");
                assert_eq!(error.kind(), TableErrorKind::Value);
                assert!(!error.to_string().contains("Mary"), "{error}");
                assert!(rows[1].is_ok(), "the next row is read");
                self.0 += 1;
            }
        }
    }

    let mut bad = Bad(0);
    crate::generated::visit_all(&mut bad);
    assert!(bad.0 > 400, "{}", bad.0);
}

//! Rows and columns from an answer of any shape.

use super::json;
use super::table::{Column, Table, shortened};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

/// The largest width of a cell, in columns of the screen.
const WIDEST: usize = 60;

/// The items of an answer: the list at `path`. Without a path, the list that is the only content of the answer.
pub fn items<'json>(answer: &'json RawValue, path: Option<&str>) -> Option<Vec<&'json RawValue>> {
    match path {
        Some(path) => json::elements_at(answer, path),
        None => bare_list(answer),
    }
}

/// The list of an answer that has no other member, as in `{"payload": [...]}`.
fn bare_list(answer: &RawValue) -> Option<Vec<&RawValue>> {
    if let Some(list) = json::elements(answer) {
        return Some(list);
    }
    match json::members(answer)?.as_slice() {
        [(_, only)] => bare_list(only),
        _ => None,
    }
}

/// A table with a row for each item and a column for each member. The name of a nested member has dots.
#[derive(Default)]
pub struct Items {
    columns: Vec<String>,
    index: HashMap<String, usize>,
    rows: Vec<Vec<String>>,
}

impl Items {
    pub fn push(&mut self, item: &RawValue) {
        let mut row = Vec::new();
        for (name, cell) in flat(item) {
            let next = self.columns.len();
            let column = *self.index.entry(name).or_insert_with_key(|name| {
                self.columns.push(name.clone());
                next
            });
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            row[column] = cell;
        }
        self.rows.push(row);
    }

    /// Writes the table. The number of columns is known only after the last item.
    pub fn finish(self, out: impl Write) -> io::Result<()> {
        let count = self.columns.len();
        let columns: Vec<_> = self.columns.iter().map(|name| Column::named(name)).collect();
        let mut table = Table::new(out, columns);
        for mut row in self.rows {
            row.resize(count, String::new());
            table.push(row)?;
        }
        table.finish()
    }
}

/// Writes an answer that is not a list, a line for each member.
pub fn members(out: impl Write, answer: &RawValue) -> io::Result<()> {
    const COLUMNS: &[Column] = &[Column::text("MEMBER"), Column::text("VALUE")];
    let mut table = Table::new(out, COLUMNS);
    for (name, cell) in flat(answer) {
        table.push(vec![name, cell])?;
    }
    table.finish()
}

/// The path and text of each member that is not null. A value without members is called VALUE.
fn flat(value: &RawValue) -> Vec<(String, String)> {
    let mut cells = Vec::new();
    flatten(&mut cells, String::new(), value);
    cells
}

fn flatten(cells: &mut Vec<(String, String)>, path: String, value: &RawValue) {
    match json::members(value) {
        Some(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name } else { format!("{path}.{name}") };
                flatten(cells, path, value);
            }
        }
        None if value.get() == "null" => {}
        None => {
            let path = if path.is_empty() { "VALUE".to_owned() } else { path };
            cells.push((path, shortened(&text(value), WIDEST).into_owned()));
        }
    }
}

/// The text of a scalar, the elements of a list of scalars, or the length of another list.
fn text(value: &RawValue) -> Cow<'_, str> {
    let Some(elements) = json::elements(value) else { return scalar(value) };
    let is_scalar = |element: &&RawValue| !element.get().starts_with(['{', '[']);
    if elements.iter().all(is_scalar) {
        Cow::Owned(elements.into_iter().map(scalar).collect::<Vec<_>>().join(","))
    } else {
        Cow::Owned(format!("[{}]", elements.len()))
    }
}

fn scalar(value: &RawValue) -> Cow<'_, str> {
    match value.get() {
        text if text.starts_with('"') => serde_json::from_str::<String>(text).map_or(Cow::Borrowed(text), Cow::Owned),
        other => Cow::Borrowed(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(json: &str) -> &RawValue {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn columns_are_the_members_of_all_items_in_the_order_of_their_coming() {
        let answer = raw(r#"{"payload":[
                {"id":"a","total":{"amount":1.10,"currencyCode":"JPY"},"tags":["x","y"],"lines":[{},{}]},
                {"id":"靴","late":true,"total":null}
            ]}"#);
        let mut table = Items::default();
        for item in items(answer, None).unwrap() {
            table.push(item);
        }
        let mut out = Vec::new();
        table.finish(&mut out).unwrap();
        let expected = "\
id  total.amount  total.currencyCode  tags  lines  late
a   1.10          JPY                 x,y   [2]    -
靴  -             -                   -     -      true
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn an_answer_without_a_list_has_a_line_a_member() {
        let mut out = Vec::new();
        members(&mut out, raw(r#"{"reportId":"1","scope":{"days":[1,2]}}"#)).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "MEMBER      VALUE\nreportId    1\nscope.days  1,2\n");
    }

    #[test]
    fn the_list_is_at_its_path_or_all_there_is() {
        let count = |json: &str, path| items(raw(json), path).map(|items| items.len());
        assert_eq!(count(r#"{"orders":[1,2],"next":"t"}"#, Some("orders")), Some(2));
        assert_eq!(count(r#"{"orders":[1,2],"next":"t"}"#, None), None);
        assert_eq!(count("[1]", None), Some(1));
        assert_eq!(count(r#"{"payload":{"list":[1]}}"#, None), Some(1));
        assert_eq!(count(r#"{"payload":{"a":1}}"#, None), None);
        assert_eq!(count("{}", None), None);
        assert_eq!(count(r#"{"orders":null}"#, Some("orders")), Some(0));
    }
}

//! Rows and columns from an answer of any shape.

use super::json;
use super::table::{Column, Table, shortened};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Write};

/// The largest width of a cell, in columns of the screen.
const WIDEST: usize = 60;

/// The items of an answer: the list at `path`. Without a path, the list that is the only content of the answer.
pub fn items<'json>(answer: &'json RawValue, path: Option<&str>) -> Option<Vec<&'json RawValue>> {
    match path {
        Some(path) => json::elements_by_path(answer, path),
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

/// The largest number of columns. An answer's own names become columns, and it may have any number of them.
const MOST_COLUMNS: usize = 500;

/// A table with a row for each item and a column for each member. The name of a nested member has dots.
#[derive(Default)]
pub struct Items {
    columns: Vec<String>,
    index: HashMap<String, usize>,
    /// The cells of each row that have a value, with their columns.
    rows: Vec<Vec<(usize, String)>>,
    is_cut: bool,
}

impl Items {
    pub fn push(&mut self, item: &RawValue) {
        let mut row = Vec::new();
        for (name, cell) in flat(item) {
            match self.column(name) {
                Some(column) => row.push((column, cell)),
                None => self.is_cut = true,
            }
        }
        self.rows.push(row);
    }

    /// The column of that name, which may be a new one.
    fn column(&mut self, name: String) -> Option<usize> {
        let next = self.columns.len();
        match self.index.entry(name) {
            Entry::Occupied(known) => Some(*known.get()),
            Entry::Vacant(_) if next == MOST_COLUMNS => None,
            Entry::Vacant(new) => {
                self.columns.push(new.key().clone());
                Some(*new.insert(next))
            }
        }
    }

    /// Whether there were more columns than a table shows.
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Writes the table. The number of columns is known only after the last item.
    pub fn finish(self, out: impl Write) -> io::Result<()> {
        let columns: Vec<_> = self.columns.iter().map(|name| Column::named(&shortened(name, WIDEST))).collect();
        let count = columns.len();
        let mut table = Table::new(out, columns);
        for cells in self.rows {
            let mut row = vec![String::new(); count];
            for (column, cell) in cells {
                row[column] = cell;
            }
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
    let shown = |value| shortened(&text(value), WIDEST).into_owned();
    let filled = leaves(value).into_iter().filter(|(_, value)| value.get() != "null");
    filled.map(|(path, value)| (path, shown(value))).collect()
}

/// The path of each value that is not an object, and the value. A value without members is called VALUE.
pub fn leaves(value: &RawValue) -> Vec<(String, &RawValue)> {
    let mut leaves = Vec::new();
    flatten(&mut leaves, String::new(), value, 0);
    leaves
}

/// The deepest member with a path of its own. An object below it is one value.
const DEEPEST: usize = 32;

fn flatten<'json>(leaves: &mut Vec<(String, &'json RawValue)>, path: String, value: &'json RawValue, depth: usize) {
    match json::members(value).filter(|_| depth < DEEPEST) {
        Some(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name } else { format!("{path}.{name}") };
                flatten(leaves, path, value, depth + 1);
            }
        }
        None => leaves.push((if path.is_empty() { "VALUE".to_owned() } else { path }, value)),
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
    fn columns_are_the_members_of_all_items_in_the_order_of_their_first_occurrence() {
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

    #[test]
    fn an_answer_with_ever_new_names_has_a_table_of_bounded_width() {
        let mut table = Items::default();
        for number in 0..MOST_COLUMNS + 2 {
            table.push(raw(&format!(r#"{{"{}{number}":1}}"#, "a".repeat(100))));
        }
        assert!(table.is_cut());
        let mut out = Vec::new();
        table.finish(&mut out).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert_eq!(shown.lines().next().unwrap().split("  ").count(), MOST_COLUMNS);
        assert_eq!(shown.lines().count(), 1 + MOST_COLUMNS + 2);
    }
}

//! Makes rows of the elements of JSON and XML documents.

use crate::column::{Kind, RowType};
use crate::error::ReadError;
use crate::field::{Cell, Settings, Value};
use crate::row::{Fields, UnknownColumn};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;
use spapi_types::decimal::DecimalMark;

/// How deep an element may be. Reports have some five levels.
pub(crate) const MOST_DEPTH: usize = 64;

/// A value of JSON, or an element of XML.
///
/// An element of XML is an object of its attributes, called `@name`, its elements, and its own text, called `""`. An
/// element with nothing but text is a text. An element that occurs several times is that many members.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Null,
    Text(String),
    /// A number or a flag, as it is written.
    Scalar(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    /// The text for a cell: for a list or an object, JSON. `None` for null.
    fn into_text(self) -> Option<String> {
        match self {
            Self::Null => None,
            Self::Text(text) | Self::Scalar(text) => Some(text),
            Self::List(_) | Self::Object(_) => Some(serde_json::to_string(&self).unwrap_or_default()),
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Scalar(text) => match RawValue::from_string(text.clone()) {
                Ok(raw) => raw.serialize(serializer),
                Err(_) => serializer.serialize_str(text),
            },
            Self::List(nodes) => serializer.collect_seq(nodes),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, node) in members {
                    map.serialize_entry(name, node)?;
                }
                map.end()
            }
        }
    }
}

/// What is to be done with the members of an element.
#[derive(Debug)]
pub(crate) struct Plan {
    row_type: &'static RowType,
    root: Step,
    /// Whether the rows keep what is not known around their elements too. One row type of a report does.
    is_first: bool,
}

#[derive(Debug, Default)]
struct Step {
    name: &'static str,
    column: Option<usize>,
    /// Whether each of these members has rows of its own.
    is_each: bool,
    /// Whether the row type's elements are these members, or the whole element.
    is_row: bool,
    /// Whether another row type of the report has the member.
    is_elsewhere: bool,
    steps: Vec<Step>,
}

impl Step {
    fn down(&mut self, path: &'static str, visit: &mut dyn FnMut(&mut Step, bool)) {
        let (first, rest) = next_name(path);
        let index = self.steps.iter().position(|step| step.name == first).unwrap_or_else(|| {
            self.steps.push(Step { name: first, ..Step::default() });
            self.steps.len() - 1
        });
        let step = &mut self.steps[index];
        visit(step, rest.is_empty());
        if !rest.is_empty() {
            step.down(rest, visit);
        }
    }

    fn find(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }
}

/// The first name of a path such as `a.b@c`, whose names are `a`, `b` and `@c`, and the rest of the path.
fn next_name(path: &'static str) -> (&'static str, &'static str) {
    match path.get(1..).and_then(|rest| rest.find(['.', '@'])) {
        Some(end) => {
            let (first, rest) = path.split_at(end + 1);
            (first, rest.strip_prefix('.').unwrap_or(rest))
        }
        None => (path, ""),
    }
}

impl Plan {
    pub(crate) fn of(row_type: &'static RowType) -> Self {
        let mut root = Step { is_row: row_type.each.is_none(), ..Step::default() };
        for (index, column) in row_type.columns.iter().enumerate() {
            root.down(column.name, &mut |step, is_last| {
                if is_last {
                    step.column = Some(index);
                }
            });
        }
        if let Some(each) = row_type.each {
            root.down(each, &mut |step, is_last| {
                step.is_each = true;
                step.is_row |= is_last;
            });
        }
        let report = crate::report(row_type.report_type);
        let alike: Vec<_> =
            report.into_iter().flat_map(|report| report.rows).filter(|other| other.at == row_type.at).collect();
        let is_first = alike.first().is_none_or(|first| first.name == row_type.name);
        for each in alike.iter().filter(|other| other.name != row_type.name).filter_map(|other| other.each) {
            root.down(each, &mut |step, is_last| step.is_elsewhere |= is_last && !step.is_each);
        }
        Self { row_type, root, is_first }
    }

    /// The rows of an element.
    pub(crate) fn rows<T: Fields + Clone>(&self, empty: &T, element: Node, rows: &mut Vec<T>) -> Result<(), ReadError> {
        self.fill(empty.clone(), element, &self.root, String::new(), rows)
    }

    /// Fills a row from a node, and adds it, or a row for each of the members that have rows of their own.
    fn fill<T: Fields + Clone>(
        &self,
        mut row: T,
        node: Node,
        step: &Step,
        path: String,
        rows: &mut Vec<T>,
    ) -> Result<(), ReadError> {
        let mut each = Vec::new();
        take(self.row_type, &mut row, node, step, path, step.is_row || self.is_first, &mut each)?;
        if step.is_row {
            rows.push(row);
            return Ok(());
        }
        for (step, path, node) in each {
            let elements = match node {
                Node::Null => Vec::new(),
                Node::List(elements) => elements,
                node => vec![node],
            };
            for element in elements {
                self.fill(row.clone(), element, step, path.clone(), rows)?;
            }
        }
        Ok(())
    }
}

/// Takes a node into the fields of a row. What has rows of its own is put into `each`.
fn take<'plan, T: Fields>(
    row_type: &'static RowType,
    row: &mut T,
    node: Node,
    step: &'plan Step,
    path: String,
    keeps_unknown: bool,
    each: &mut Vec<(&'plan Step, String, Node)>,
) -> Result<(), ReadError> {
    let node = match (step.column, node) {
        // The text of an element whose attributes or elements are columns too.
        (Some(column), Node::Object(mut members)) if !step.steps.is_empty() => {
            if let Some(at) = members.iter().position(|(name, _)| name.is_empty()) {
                read(row_type, row, column, members.swap_remove(at).1)?;
            }
            Node::Object(members)
        }
        (Some(column), node) => return read(row_type, row, column, node),
        (None, node) => node,
    };
    let members = match node {
        Node::Object(members) => members,
        Node::Null => return Ok(()),
        // An empty list in the place of an object is absence. In XML, so is an empty element.
        Node::List(list) if list.is_empty() => return Ok(()),
        Node::Text(text) if text.trim().is_empty() => return Ok(()),
        node => {
            keep(row, path, node);
            return Ok(());
        }
    };
    for (name, node) in members {
        let inner = || match name.as_str() {
            name if path.is_empty() || name.starts_with('@') => format!("{path}{name}"),
            name => format!("{path}.{name}"),
        };
        match step.find(&name) {
            Some(next) if next.is_each => each.push((next, inner(), node)),
            Some(next) if next.is_elsewhere => {}
            Some(Step { column: Some(column), steps, .. }) if steps.is_empty() => read(row_type, row, *column, node)?,
            Some(next) => take(row_type, row, node, next, inner(), keeps_unknown, each)?,
            None if keeps_unknown => keep(row, inner(), node),
            None => {}
        }
    }
    Ok(())
}

fn keep<T: Fields>(row: &mut T, path: String, node: Node) {
    let value = node.into_text().unwrap_or_default();
    row.unknown_mut().push(UnknownColumn { name: path.into(), value });
}

fn read<T: Fields>(row_type: &'static RowType, row: &mut T, column: usize, node: Node) -> Result<(), ReadError> {
    let known = &row_type.columns[column];
    if !matches!(row.field(column).map_or(Value::Null, |field| field.value()), Value::Null | Value::Text("")) {
        keep(row, known.name.to_owned(), node);
        return Ok(());
    }
    let Some(text) = node.into_text() else { return Ok(()) };
    // Settlement reports in XML may have values in quotation marks.
    let is_quoted = known.kind != Kind::Text && text.len() > 1 && text.starts_with('"') && text.ends_with('"');
    let text = if is_quoted { &text[1..text.len() - 1] } else { &text };
    let settings = Settings { mark: Some(DecimalMark::Point), marketplace: None };
    let cell = Cell { text, column: known, settings };
    let Some(field) = row.field_mut(column) else { return Ok(()) };
    field.read(&cell).map_err(|error| ReadError::of_cell(known.name, error.as_str()))
}

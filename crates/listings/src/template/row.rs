//! Rows of a filled template: from cells to attributes, and from a place in the attributes back to the cell.

use super::cell::Cell;
use super::column::Column;
use super::field::{Defaults, Step};
use crate::{Attributes, Finding, Findings};
use serde_json::{Map, Value};
use spapi_types::text::printable;
use std::collections::BTreeMap;

/// The keywords of findings about cells.
const CELL: &str = "cell";
const COLUMN: &str = "column";

/// The header of a filled template: which column of the file has which value. [`Template::header`](super::Template::header)
/// makes it.
#[derive(Clone, Debug)]
pub struct Header {
    /// By the place in the file.
    pub(super) columns: Vec<Place>,
    /// Whether a comma begins the fraction of a number in the marketplace.
    pub(super) has_comma: bool,
}

/// What a column of a file has.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// A value of an attribute, and the way to it.
    Value(Box<Column>, Vec<Step>),
    /// Not an attribute: the SKU, the product type, or nothing.
    Own,
    /// A name that the schema does not have, and what may be meant.
    Unknown(String, String),
}

/// A cell that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BadCell {
    /// The place of the column in the file, from 0.
    pub column: usize,
    /// The place that the value has in the attributes, as a JSON pointer.
    pub pointer: String,
    /// The attribute's name. For a column that is none, the column's.
    pub attribute: String,
    /// Whether the schema has no such column.
    pub is_unknown: bool,
    /// Why it cannot be read, in words.
    pub message: String,
}

/// The attributes of a row.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Filled {
    /// The attributes, without those whose cells are empty or cannot be read.
    pub attributes: Attributes,
    /// The cells that cannot be read.
    pub bad_cells: Vec<BadCell>,
    /// The column of each value, by its JSON pointer.
    places: BTreeMap<String, usize>,
}

impl Filled {
    /// The cells that cannot be read, as errors with the keyword `cell`, or `column` if the schema has no such column.
    pub fn findings(&self) -> Findings {
        let finding = |bad: &BadCell| {
            let keyword = if bad.is_unknown { COLUMN } else { CELL };
            let finding = Finding::of_input(keyword, bad.message.clone());
            Finding { pointer: bad.pointer.clone(), attribute: Some(bad.attribute.clone()), ..finding }
        };
        // No row has more cells than a sheet has columns.
        let mut findings = Findings::keeping(usize::MAX);
        self.bad_cells.iter().for_each(|bad| findings.append(&Findings::from_iter([finding(bad)])));
        findings
    }

    /// The column of the file, from 0, that a finding of [`findings`](Self::findings) or of a check of the
    /// [`attributes`](Self::attributes) is about: the one with the value, or else the one in which a missing value belongs.
    /// `None` if no column fits.
    pub fn column_of(&self, header: &Header, finding: &Finding) -> Option<usize> {
        if matches!(finding.keyword.as_str(), CELL | COLUMN) {
            return self.bad_cells.iter().find(|bad| bad.pointer == finding.pointer).map(|bad| bad.column);
        }
        if finding.is_stored {
            return None;
        }
        let inner = finding.property.as_ref().map(|name| format!("{}/{}", finding.pointer, escaped(name)));
        if let Some(column) = inner.as_deref().and_then(|inner| self.column_at(header, inner)) {
            return Some(column);
        }
        let mut place = finding.pointer.as_str();
        while !place.is_empty() {
            if let Some(column) = self.column_at(header, place) {
                return Some(column);
            }
            place = place.rsplit_once('/').map(|(parent, _)| parent)?;
        }
        None
    }

    /// The column with the value at this place or the first below it, or else the first column that belongs there.
    fn column_at(&self, header: &Header, pointer: &str) -> Option<usize> {
        let below = format!("{pointer}/");
        let exact = self.places.get(pointer).copied();
        let inside =
            || self.places.iter().filter(|(known, _)| known.starts_with(&below)).map(|(_, column)| *column).min();
        exact.or_else(inside).or_else(|| header.column_at(pointer))
    }
}

impl Header {
    /// The column of the file at this place, from 0. `None` if it does not belong to an attribute.
    pub fn column(&self, place: usize) -> Option<&Column> {
        match self.columns.get(place)? {
            Place::Value(column, _) => Some(column),
            _ => None,
        }
    }

    /// The first column of a value at or below this place, whatever the positions in arrays.
    fn column_at(&self, pointer: &str) -> Option<usize> {
        let members = |pointer: &str| -> Vec<String> {
            let parts = pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"));
            parts.filter(|part| part.parse::<usize>().is_err()).collect()
        };
        let wanted = members(pointer);
        self.columns.iter().position(|column| {
            let Place::Value(_, steps) = column else { return false };
            let mut own = steps.iter().filter_map(|step| match step {
                Step::Member(name) => Some(name),
                Step::Element => None,
            });
            !wanted.is_empty() && wanted.iter().all(|name| own.next() == Some(name))
        })
    }

    /// The attributes that the cells of a row stand for, typed as the schema says. Empty cells are left out, and what the
    /// template fills in is there.
    pub(super) fn read(&self, cells: &[Cell], defaults: &Defaults) -> Filled {
        let mut filled = Filled::default();
        let mut root = Slot::Object(BTreeMap::new());
        for (place, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
            let (column, steps) = match column {
                Place::Value(column, steps) => (column, steps),
                Place::Unknown(name, close) if !cell.is_empty() => {
                    filled.bad_cells.push(BadCell {
                        column: place,
                        pointer: format!("/{}", escaped(name)),
                        attribute: name.clone(),
                        is_unknown: true,
                        message: format!(
                            "the column {} is not an attribute of the product type{close}",
                            printable(name).up_to(80)
                        ),
                    });
                    continue;
                }
                _ => continue,
            };
            match cell.read(column, self.has_comma) {
                Ok(None) => {}
                Ok(Some(value)) => root.put(steps, &column.indexes, Slot::Value(value, place)),
                Err(message) => filled.bad_cells.push(BadCell {
                    column: place,
                    pointer: pointer(steps, &column.indexes),
                    attribute: column.attribute.clone(),
                    is_unknown: false,
                    message,
                }),
            }
        }
        filled.attributes = root.into_attributes(defaults, &mut filled.places);
        filled
    }

    /// The attributes with these values in the columns.
    pub(super) fn with_values(&self, values: Vec<Value>, defaults: &Defaults) -> Attributes {
        let mut root = Slot::Object(BTreeMap::new());
        for (place, (column, value)) in self.columns.iter().zip(values).enumerate() {
            if let Place::Value(column, steps) = column {
                root.put(steps, &column.indexes, Slot::Value(value, place));
            }
        }
        root.into_attributes(defaults, &mut BTreeMap::new())
    }
}

/// A value on its way into the attributes. Elements keep their positions until all are there.
enum Slot {
    Value(Value, usize),
    Object(BTreeMap<String, Slot>),
    Array(BTreeMap<usize, Slot>),
}

impl Slot {
    fn put(&mut self, steps: &[Step], indexes: &[usize], value: Slot) {
        let Some((step, steps)) = steps.split_first() else {
            *self = value;
            return;
        };
        let empty = || match steps.first() {
            Some(Step::Element) => Self::Array(BTreeMap::new()),
            _ => Self::Object(BTreeMap::new()),
        };
        match (self, step) {
            (Self::Object(members), Step::Member(name)) => {
                members.entry(name.clone()).or_insert_with(empty).put(steps, indexes, value);
            }
            (Self::Array(elements), Step::Element) => {
                let (index, indexes) = indexes.split_first().map_or((0, indexes), |(index, rest)| (*index, rest));
                elements.entry(index).or_insert_with(empty).put(steps, indexes, value);
            }
            // The steps of all fields of a schema agree.
            _ => {}
        }
    }

    fn into_attributes(self, defaults: &Defaults, places: &mut BTreeMap<String, usize>) -> Attributes {
        match self.into_value(&mut Vec::new(), &mut String::new(), defaults, places) {
            Value::Object(attributes) => attributes,
            _ => Attributes::new(),
        }
    }

    fn into_value(
        self,
        steps: &mut Vec<Step>,
        pointer: &mut String,
        defaults: &Defaults,
        places: &mut BTreeMap<String, usize>,
    ) -> Value {
        let length = pointer.len();
        match self {
            Self::Value(value, column) => {
                places.insert(pointer.clone(), column);
                value
            }
            Self::Object(slots) => {
                let mut members = Map::new();
                for (name, slot) in slots {
                    pointer.push('/');
                    pointer.push_str(&escaped(&name));
                    steps.push(Step::Member(name.clone()));
                    members.insert(name, slot.into_value(steps, pointer, defaults, places));
                    steps.pop();
                    pointer.truncate(length);
                }
                for (name, value) in defaults.get(steps).into_iter().flatten() {
                    members.entry(name.clone()).or_insert_with(|| value.clone());
                }
                Value::Object(members)
            }
            Self::Array(slots) => {
                let mut elements = Vec::new();
                for slot in slots.into_values() {
                    pointer.push_str(&format!("/{}", elements.len()));
                    steps.push(Step::Element);
                    elements.push(slot.into_value(steps, pointer, defaults, places));
                    steps.pop();
                    pointer.truncate(length);
                }
                Value::Array(elements)
            }
        }
    }
}

/// The JSON pointer to a value.
fn pointer(steps: &[Step], indexes: &[usize]) -> String {
    let mut indexes = indexes.iter();
    let part = |step: &Step| match step {
        Step::Member(name) => format!("/{}", escaped(name)),
        Step::Element => format!("/{}", indexes.next().copied().unwrap_or_default()),
    };
    steps.iter().map(part).collect()
}

/// A member's name as a part of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

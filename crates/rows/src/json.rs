//! Reads the rows of a JSON report as it comes.

mod cut;

use crate::error::ReadError;
use crate::row::Row;
use crate::tree::{MOST_DEPTH, Node, Plan};
use cut::{Cutter, Piece};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use spapi_types::json;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::marker::PhantomData;

/// Reads the rows of one type from a JSON report whose text comes in pieces, such as
/// [`SearchTermRow`](crate::SearchTermRow).
///
/// [`push`](Self::push) adds a piece, [`end`](Self::end) says that it was the last. It keeps one element of the report's
/// list and the last piece.
///
/// ```
/// use spapi_rows::{JsonReader, VendorTrafficByAsinRow};
///
/// let mut reader = JsonReader::<VendorTrafficByAsinRow>::new();
/// reader.push(br#"{"reportSpecification": {"reportType": "GET_VENDOR_TRAFFIC_REPORT"}, "trafficByAsin": [{"asin": "B0"#);
/// assert_eq!(reader.try_next()?, None);
/// reader.push(br#"00000001", "startDate": "2026-07-05", "glanceViews": 12}]}"#);
/// reader.end();
/// let row = reader.try_next()?.unwrap();
/// assert_eq!((row.asin.as_str(), row.glance_views), ("B000000001", Some(12)));
/// assert_eq!(reader.try_next()?, None);
/// # Ok::<(), spapi_rows::ReadError>(())
/// ```
pub struct JsonReader<T> {
    plan: Plan,
    cutter: Cutter,
    rows: VecDeque<T>,
    elements: u64,
    specification: Option<String>,
    over: bool,
    row: PhantomData<fn() -> T>,
}

impl<T: Row> JsonReader<T> {
    /// A report without text so far.
    pub fn new() -> Self {
        Self {
            plan: Plan::of(T::TYPE),
            cutter: Cutter::new(T::TYPE.at.unwrap_or_default()),
            rows: VecDeque::new(),
            elements: 0,
            specification: None,
            over: false,
            row: PhantomData,
        }
    }

    /// Adds bytes, when there are no more rows in those so far.
    pub fn push(&mut self, text: &[u8]) {
        self.cutter.push(text);
    }

    /// Says that no more text comes.
    pub fn end(&mut self) {
        self.cutter.end();
    }

    /// The `reportSpecification`, which repeats what was requested, as JSON. `None` before it was read. It usually
    /// stands before the rows.
    pub fn specification(&self) -> Option<&str> {
        self.specification.as_deref()
    }

    /// The next row. `None` if more text is needed, and after [`end`](Self::end) if there are no more rows.
    ///
    /// # Errors
    /// When an element cannot be read: the rows of the next elements can. When the text is not JSON, ends too early or
    /// has no list of such rows: after that there are no more rows.
    pub fn try_next(&mut self) -> Result<Option<T>, ReadError> {
        while self.rows.is_empty() && !self.over {
            let piece = self.cutter.next().inspect_err(|_| self.over = true)?;
            match piece {
                None => return Ok(None),
                Some(Piece::Specification(text)) => {
                    self.specification = Some(String::from_utf8_lossy(&text).into_owned());
                }
                Some(Piece::Element(text)) => {
                    self.elements += 1;
                    let mut rows = Vec::new();
                    let read = of_json(&text).and_then(|element| self.plan.rows(element, &mut rows));
                    read.map_err(|error| error.at(self.elements))?;
                    self.rows.extend(rows);
                }
            }
        }
        Ok(self.rows.pop_front())
    }
}

impl<T: Row> Default for JsonReader<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Does not show what was read.
impl<T> fmt::Debug for JsonReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonReader").field("elements", &self.elements).finish_non_exhaustive()
    }
}

/// Reads a value as leniently as answers are read.
fn of_json(text: &[u8]) -> Result<Node, ReadError> {
    read_value(text, 0).map_err(|error| match error {
        Some(error) => ReadError::new(error.to_string()),
        None => ReadError::new("it has too many lists or objects in each other"),
    })
}

fn read_value(text: &[u8], depth: usize) -> Result<Node, Option<json::DecodeError>> {
    if depth > MOST_DEPTH {
        return Err(None);
    }
    match text.trim_ascii_start().first() {
        Some(b'{') => {
            let Members(members) = json::read(text)?;
            let read = |(name, raw): (String, Box<RawValue>)| Ok((name, read_value(raw.get().as_bytes(), depth + 1)?));
            members.into_iter().map(read).collect::<Result<_, _>>().map(Node::Object)
        }
        Some(b'[') => {
            let elements: Vec<Box<RawValue>> = json::read(text)?;
            let read = |raw: Box<RawValue>| read_value(raw.get().as_bytes(), depth + 1);
            elements.into_iter().map(read).collect::<Result<_, _>>().map(Node::List)
        }
        Some(b'"') => Ok(Node::Text(json::read(text)?)),
        _ => {
            let raw: Box<RawValue> = json::read(text)?;
            Ok(if raw.get() == "null" { Node::Null } else { Node::Scalar(raw.get().to_owned()) })
        }
    }
}

/// The members of an object. Of those with one name the last counts.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members: Vec<(String, Box<RawValue>)> = Vec::new();
                let mut places: HashMap<String, usize> = HashMap::new();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    match places.entry(name.clone()) {
                        Entry::Occupied(place) => members[*place.get()].1 = value,
                        Entry::Vacant(place) => {
                            place.insert(members.len());
                            members.push((name, value));
                        }
                    }
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

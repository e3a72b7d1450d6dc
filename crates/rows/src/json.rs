//! Reads the rows of a JSON report as it comes.

mod cut;

use crate::any_row::AnyRow;
use crate::column::RowType;
use crate::error::ReadError;
use crate::queue::Queue;
use crate::row::{Fields, Row};
use crate::tree::{MOST_DEPTH, Node};
use cut::Cutter;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use spapi_tables::{TableError, TextReader};
use spapi_types::json;
use std::collections::HashSet;
use std::fmt;

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
    cutter: Cutter,
    queue: Queue<T>,
}

impl<T: Row> JsonReader<T> {
    /// A report without text so far.
    pub fn new() -> Self {
        Self::with(T::TYPE, T::default())
    }
}

impl JsonReader<AnyRow> {
    /// A report without text so far, with rows of a type that is chosen while the program runs.
    pub fn of(row_type: &'static RowType) -> Self {
        Self::with(row_type, AnyRow::new(row_type))
    }

    /// The next element of the report's list as the document writes it, instead of its rows. `None` if more text is needed,
    /// and after [`end`](Self::end) if there are no more.
    ///
    /// # Errors
    /// The errors of [`try_next`](Self::try_next).
    ///
    /// ```
    /// use spapi_rows::{JsonReader, Row, VendorTrafficByAsinRow};
    ///
    /// let mut reader = JsonReader::of(VendorTrafficByAsinRow::TYPE);
    /// reader.push(br#"{"trafficByAsin": [{"asin": "B000000001", "new": {"amount": 12.50}}]}"#);
    /// reader.end();
    /// let element = reader.try_next_element()?;
    /// assert_eq!(element.as_deref(), Some(r#"{"asin": "B000000001", "new": {"amount": 12.50}}"#));
    /// assert_eq!(reader.try_next_element()?, None);
    /// # Ok::<(), spapi_rows::ReadError>(())
    /// ```
    pub fn try_next_element(&mut self) -> Result<Option<String>, ReadError> {
        self.queue.try_next_element(
            || self.cutter.next(),
            |text| {
                let read = json::read::<Box<RawValue>>(&text).map_err(|error| ReadError::new(error.to_string()))?;
                Ok(String::from(Box::<str>::from(read)))
            },
        )
    }
}

#[allow(private_bounds, reason = "only this crate makes types with such fields")]
impl<T: Fields + Clone> JsonReader<T> {
    fn with(row_type: &'static RowType, empty: T) -> Self {
        Self { cutter: Cutter::new(row_type.at.unwrap_or_default()), queue: Queue::new(row_type, empty) }
    }

    /// Adds bytes, when there are no more rows in those so far.
    pub fn push(&mut self, text: &[u8]) {
        self.cutter.push(text);
    }

    /// Says that no more text comes.
    pub fn end(&mut self) {
        self.cutter.end();
    }

    /// The next row. `None` if more text is needed, and after [`end`](Self::end) if there are no more rows.
    ///
    /// # Errors
    /// When an element cannot be read: the rows of the next elements can. When the text is not JSON, ends too early or
    /// has no list of such rows: after that there are no more rows.
    pub fn try_next(&mut self) -> Result<Option<T>, ReadError> {
        self.queue.try_next(|| self.cutter.next(), |text| of_json(&text))
    }
}

impl<T: Row> TextReader<T> for JsonReader<T> {
    fn push(&mut self, text: &str) {
        self.push(text.as_bytes());
    }

    fn end(&mut self) {
        self.end();
    }

    fn try_next(&mut self) -> Result<Option<T>, TableError> {
        self.try_next().map_err(TableError::from)
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
        f.debug_struct("JsonReader").field("elements", &self.queue.elements()).finish_non_exhaustive()
    }
}

/// Reads a value as leniently as answers are read.
fn of_json(text: &[u8]) -> Result<Node, ReadError> {
    let read = match text.trim_ascii_start().first() {
        Some(b'{') => json::read(text).map_err(Some).and_then(|members| of_members(members, 0)),
        _ => json::read(text).map_err(Some).and_then(|raw: Box<RawValue>| of_raw(raw.get(), 0)),
    };
    read.map_err(|error| match error {
        Some(error) => ReadError::new(error.to_string()),
        None => ReadError::new("it has too many lists or objects in each other"),
    })
}

/// Reads a value whose text is known to be JSON. `None` is an error of depth.
fn of_raw(text: &str, depth: usize) -> Result<Node, Option<json::DecodeError>> {
    if depth > MOST_DEPTH {
        return Err(None);
    }
    let text = text.trim_ascii();
    match text.as_bytes().first() {
        Some(b'{') => of_members(json::read(text.as_bytes())?, depth),
        Some(b'[') => {
            let elements: Vec<Box<RawValue>> = json::read(text.as_bytes())?;
            let read = |raw: Box<RawValue>| of_raw(raw.get(), depth + 1);
            elements.into_iter().map(read).collect::<Result<_, _>>().map(Node::List)
        }
        Some(b'"') => match text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(plain) if !plain.contains('\\') => Ok(Node::Text(plain.to_owned())),
            _ => Ok(Node::Text(json::read(text.as_bytes())?)),
        },
        _ if text == "null" => Ok(Node::Null),
        _ => Ok(Node::Scalar(text.to_owned())),
    }
}

fn of_members(members: Members, depth: usize) -> Result<Node, Option<json::DecodeError>> {
    let read = |(name, raw): (String, Box<RawValue>)| Ok((name, of_raw(raw.get(), depth + 1)?));
    members.0.into_iter().map(read).collect::<Result<_, _>>().map(Node::Object)
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
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(without_repeats(members)))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

/// Of members with one name keeps the last.
fn without_repeats(members: Vec<(String, Box<RawValue>)>) -> Vec<(String, Box<RawValue>)> {
    let mut seen = HashSet::with_capacity(members.len());
    let mut is_last: Vec<bool> = members.iter().rev().map(|(name, _)| seen.insert(name.as_str())).collect();
    is_last.reverse();
    members.into_iter().zip(is_last).filter_map(|(member, is_last)| is_last.then_some(member)).collect()
}

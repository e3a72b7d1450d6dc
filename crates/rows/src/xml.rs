//! Reads the rows of an XML report as it comes.

use crate::any_row::AnyRow;
use crate::column::RowType;
use crate::error::ReadError;
use crate::queue::Queue;
use crate::row::{Fields, Row};
use crate::tree::{MOST_DEPTH, Node};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};
use spapi_tables::{TableError, TextReader};
use std::fmt;

/// How many bytes an element with rows may have. No element of Amazon's is nearly that long.
const LONGEST_ELEMENT: usize = 8 * 1024 * 1024;

/// Reads the rows of one type from an XML report whose text comes in pieces, such as
/// [`XmlOrderItemRow`](crate::XmlOrderItemRow).
///
/// [`push`](Self::push) adds a piece, [`end`](Self::end) says that it was the last. It keeps one element that has rows
/// and the last piece.
///
/// ```
/// use spapi_rows::{XmlOrderItemRow, XmlReader};
///
/// let mut reader = XmlReader::<XmlOrderItemRow>::new();
/// reader.push("<AmazonEnvelope><Message><Order><AmazonOrderID>503-1</AmazonOrderID><OrderItem><SKU>A&amp;");
/// assert_eq!(reader.try_next()?, None);
/// reader.push("B</SKU><Quantity>2</Quantity></OrderItem></Order></Message></AmazonEnvelope>");
/// reader.end();
/// let item = reader.try_next()?.unwrap();
/// assert_eq!((item.amazon_order_id.as_str(), item.sku.as_str(), item.quantity), ("503-1", "A&B", Some(2)));
/// assert_eq!(reader.try_next()?, None);
/// # Ok::<(), spapi_rows::ReadError>(())
/// ```
pub struct XmlReader<T> {
    elements: Elements,
    queue: Queue<T>,
}

/// Looks for the elements that have rows.
struct Elements {
    at: Vec<&'static str>,
    text: String,
    /// The offset up to which the text has been read.
    read: usize,
    ended: bool,
    /// The names of the elements that are open around those with rows.
    outside: Vec<String>,
    /// The element with rows that is being read, and those open inside it.
    inside: Vec<Element>,
    /// How many bytes it has so far.
    length: usize,
    has_root: bool,
}

/// An element that is open.
struct Element {
    name: String,
    members: Vec<(String, Node)>,
    text: String,
}

impl Element {
    fn of(start: &BytesStart<'_>) -> Result<Self, ReadError> {
        let name = name(start.name().as_ref());
        let mut members = Vec::new();
        for attribute in start.attributes().with_checks(false) {
            let attribute = attribute.map_err(|_| invalid())?;
            let value = String::from_utf8_lossy(&attribute.value).into_owned();
            let value = quick_xml::escape::unescape(&value).map_or(value.clone(), |value| value.into_owned());
            members.push((format!("@{}", self::name(attribute.key.as_ref())), Node::Text(value)));
        }
        Ok(Self { name, members, text: String::new() })
    }

    fn into_member(mut self) -> (String, Node) {
        let node = match self.members.is_empty() {
            true => Node::Text(self.text),
            false => {
                if !self.text.trim().is_empty() {
                    self.members.push((String::new(), Node::Text(self.text)));
                }
                Node::Object(self.members)
            }
        };
        (self.name, node)
    }
}

fn invalid() -> ReadError {
    ReadError::new("it is not valid XML")
}

/// A name without its prefix.
fn name(name: &[u8]) -> String {
    let name = String::from_utf8_lossy(name);
    name.rsplit(':').next().unwrap_or_default().to_owned()
}

impl<T: Row> XmlReader<T> {
    /// A report without text so far.
    pub fn new() -> Self {
        Self::with(T::TYPE, T::default())
    }
}

impl XmlReader<AnyRow> {
    /// A report without text so far, with rows of a type that is chosen while the program runs.
    pub fn of(row_type: &'static RowType) -> Self {
        Self::with(row_type, AnyRow::new(row_type))
    }

    /// The next element that has rows as an object of JSON, instead of its rows: a member for each attribute and each element
    /// inside. An element that occurs several times is a list, and an empty one is null. `None` as in
    /// [`try_next`](Self::try_next).
    ///
    /// # Errors
    /// The errors of [`try_next`](Self::try_next).
    ///
    /// ```
    /// use spapi_rows::{Row, XmlForm, XmlOrderRow, XmlReader};
    ///
    /// let mut reader = XmlReader::of(XmlOrderRow::TYPE);
    /// reader.push("<AmazonEnvelope><Message><Order><OrderItem><Amount currency=\"EUR\">1.50</Amount><SKU/>");
    /// reader.push("</OrderItem></Order></Message></AmazonEnvelope>");
    /// reader.end();
    /// let element = reader.try_next_element(XmlForm::new("value").lists(&["OrderItem"]))?;
    /// let expected = r#"{"OrderItem":[{"Amount":{"currency":"EUR","value":"1.50"},"SKU":null}]}"#;
    /// assert_eq!(element.as_deref(), Some(expected));
    /// # Ok::<(), spapi_rows::ReadError>(())
    /// ```
    pub fn try_next_element(&mut self, form: XmlForm) -> Result<Option<String>, ReadError> {
        self.queue.try_next_element(|| self.elements.next(), |node| Ok(form.value(node).to_string()))
    }
}

/// How an element of XML becomes an object of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XmlForm {
    text: &'static str,
    lists: &'static [&'static str],
}

impl XmlForm {
    /// A form in which the text of an element that has attributes too is a member of this name.
    pub const fn new(text: &'static str) -> Self {
        Self { text, lists: &[] }
    }

    /// Makes lists of the elements with these names even where one stands alone.
    pub const fn lists(self, names: &'static [&'static str]) -> Self {
        Self { lists: names, ..self }
    }

    fn value(self, node: Node) -> Value {
        match node {
            Node::Null => Value::Null,
            Node::Text(text) | Node::Scalar(text) => match text.trim() {
                "" => Value::Null,
                text => Value::String(text.to_owned()),
            },
            Node::List(nodes) => nodes.into_iter().map(|node| self.value(node)).collect(),
            Node::Object(members) => {
                let mut object = Map::new();
                for (name, node) in members {
                    let name = match name.strip_prefix('@') {
                        Some(attribute) => attribute.to_owned(),
                        None if name.is_empty() => self.text.to_owned(),
                        None => name,
                    };
                    let value = self.value(node);
                    match object.get_mut(&name) {
                        Some(Value::Array(list)) => list.push(value),
                        Some(first) => *first = Value::Array(vec![first.take(), value]),
                        None if self.lists.contains(&name.as_str()) => {
                            object.insert(name, Value::Array(vec![value]));
                        }
                        None => {
                            object.insert(name, value);
                        }
                    }
                }
                Value::Object(object)
            }
        }
    }
}

#[allow(private_bounds, reason = "only this crate makes types with such fields")]
impl<T: Fields + Clone> XmlReader<T> {
    fn with(row_type: &'static RowType, empty: T) -> Self {
        let at = row_type.at.unwrap_or_default().split('.').collect();
        Self { elements: Elements::new(at), queue: Queue::new(row_type, empty) }
    }

    /// Adds text, when there are no more rows in the text so far.
    pub fn push(&mut self, text: &str) {
        self.elements.push(text);
    }

    /// Says that no more text comes.
    pub fn end(&mut self) {
        self.elements.ended = true;
    }

    /// The next row. `None` if more text is needed, and after [`end`](Self::end) if there are no more rows.
    ///
    /// # Errors
    /// When an element cannot be read: the rows of the next elements can. When the text is not XML, ends too early or is
    /// another document: after that there are no more rows.
    pub fn try_next(&mut self) -> Result<Option<T>, ReadError> {
        self.queue.try_next(|| self.elements.next(), Ok)
    }
}

impl Elements {
    fn new(at: Vec<&'static str>) -> Self {
        Self {
            at,
            text: String::new(),
            read: 0,
            ended: false,
            outside: Vec::new(),
            inside: Vec::new(),
            length: 0,
            has_root: false,
        }
    }

    fn push(&mut self, text: &str) {
        self.text.drain(..self.read);
        self.read = 0;
        self.text.push_str(text);
    }

    /// The next element that has rows.
    fn next(&mut self) -> Result<Option<Node>, ReadError> {
        let text = std::mem::take(&mut self.text);
        let found = self.next_of(&text);
        self.text = text;
        found
    }

    fn next_of(&mut self, text: &str) -> Result<Option<Node>, ReadError> {
        let start = self.read;
        let mut reader = Reader::from_str(&text[start..]);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        loop {
            let event = match reader.read_event() {
                Ok(Event::Eof) => return self.at_end(),
                Ok(event) => event,
                Err(_) if !self.ended && text.len() - self.read <= LONGEST_ELEMENT => return Ok(None),
                Err(_) => return Err(invalid()),
            };
            let read = start + usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            // A text at the end may go on, and so may the name of an entity.
            if read == text.len() && !self.ended && !text.ends_with('>') {
                return Ok(None);
            }
            self.length += read - self.read;
            self.read = read;
            if let Some(element) = self.take(event)? {
                return Ok(Some(element));
            }
            if !self.inside.is_empty() && self.length > LONGEST_ELEMENT {
                return Err(ReadError::new(format!("an element is longer than {LONGEST_ELEMENT} bytes")));
            }
        }
    }

    fn at_end(&self) -> Result<Option<Node>, ReadError> {
        match self.ended {
            false => Ok(None),
            true if !self.has_root => Err(ReadError::new("it is empty")),
            true if self.outside.is_empty() && self.inside.is_empty() => Ok(None),
            true => Err(ReadError::new("it ends too early")),
        }
    }

    /// Takes an event. Returns the element with rows that ends with it.
    fn take(&mut self, event: Event<'_>) -> Result<Option<Node>, ReadError> {
        match event {
            Event::Start(start) => self.open(&start).map(|()| None),
            Event::Empty(start) => {
                self.open(&start)?;
                Ok(self.close())
            }
            Event::End(end) => {
                let name = name(end.name().as_ref());
                let open = self.inside.last().map(|element| &element.name).or(self.outside.last());
                if open == Some(&name) { Ok(self.close()) } else { Err(invalid()) }
            }
            Event::Text(text) => self.add(&text.decode().map_err(|_| invalid())?),
            Event::CData(text) => self.add(&text.decode().map_err(|_| invalid())?),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|_| invalid())?;
                let name = reference.decode().map_err(|_| invalid())?;
                match (character, resolve_xml_entity(&name)) {
                    (Some(character), _) => self.add(character.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => self.add(text),
                    (None, None) => self.add(&format!("&{name};")),
                }
            }
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) | Event::Eof => Ok(None),
        }
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), ReadError> {
        let element = Element::of(start)?;
        if self.outside.is_empty() && self.inside.is_empty() {
            if self.has_root || self.at.first() != Some(&element.name.as_str()) {
                return Err(ReadError::new(format!("it is not a document of {}", self.at.first().unwrap_or(&""))));
            }
            self.has_root = true;
        }
        if self.outside.len() + self.inside.len() > MOST_DEPTH {
            return Err(ReadError::new("it has too many elements in each other"));
        }
        let level = self.outside.len() + 1;
        let is_row = level == self.at.len()
            && self.outside.iter().zip(&self.at).all(|(name, wanted)| name == wanted)
            && self.at.last() == Some(&element.name.as_str());
        if !self.inside.is_empty() || is_row {
            if self.inside.is_empty() {
                self.length = 0;
            }
            self.inside.push(element);
        } else {
            self.outside.push(element.name);
        }
        Ok(())
    }

    fn close(&mut self) -> Option<Node> {
        let Some(element) = self.inside.pop() else {
            self.outside.pop();
            return None;
        };
        let (name, node) = element.into_member();
        match self.inside.last_mut() {
            Some(parent) => {
                parent.members.push((name, node));
                None
            }
            None => Some(node),
        }
    }

    fn add(&mut self, text: &str) -> Result<Option<Node>, ReadError> {
        match self.inside.last_mut() {
            Some(element) => element.text.push_str(text),
            // Text outside of the root is not XML: an error page, or another kind of document.
            None if self.outside.is_empty() && !text.trim_matches(['\u{feff}', '\0']).trim().is_empty() => {
                return Err(invalid());
            }
            None => {}
        }
        Ok(None)
    }
}

impl<T: Row> TextReader<T> for XmlReader<T> {
    fn push(&mut self, text: &str) {
        self.push(text);
    }

    fn end(&mut self) {
        self.end();
    }

    fn try_next(&mut self) -> Result<Option<T>, TableError> {
        self.try_next().map_err(TableError::from)
    }
}

impl<T: Row> Default for XmlReader<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Does not show what was read.
impl<T> fmt::Debug for XmlReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XmlReader").field("elements", &self.queue.elements()).finish_non_exhaustive()
    }
}

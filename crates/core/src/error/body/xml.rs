//! Reads the parts of an XML text that may describe errors, and the heading of a page of HTML.

use super::value::{Keeps, LONGEST_TEXT, MOST_DEPTH, MOST_VALUES, Member, Name, Value, bounded};
use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// How many attributes of an element are read.
const MOST_ATTRIBUTES: usize = 20;

/// The outermost element, or several, or the text of a page for people.
pub(super) enum Document {
    Xml(Vec<Member>),
    Page(Value),
}

/// Reads a text up to its end, or to where it is no longer XML.
pub(super) fn read(text: &str) -> Document {
    let mut reader = Reader::from_str(text);
    reader.config_mut().allow_dangling_amp = true;
    let mut open: Vec<Open> = Vec::new();
    let mut roots = Vec::new();
    let mut values = 0;
    // How many elements are open that are too deep or too many to be kept.
    let mut skipped = 0_usize;
    while let Ok(event) = reader.read_event() {
        match event {
            Event::DocType(kind) if kind.trim_ascii_start().to_ascii_lowercase().starts_with(b"html") => {
                return Document::Page(heading(text));
            }
            Event::Start(tag) | Event::Empty(tag) if open.is_empty() && is_named(&tag, b"html") => {
                return Document::Page(heading(text));
            }
            Event::Start(tag) if skipped == 0 && values < MOST_VALUES && open.len() < MOST_DEPTH => {
                values += 1;
                open.push(Open::new(&tag, open.last()));
            }
            Event::Start(_) => skipped += 1,
            Event::Empty(tag) if skipped == 0 && values < MOST_VALUES => {
                values += 1;
                let element = Open::new(&tag, open.last()).close();
                within(&mut open, &mut roots, element);
            }
            Event::End(_) if skipped > 0 => skipped -= 1,
            Event::End(_) => {
                let Some(element) = open.pop() else { break };
                within(&mut open, &mut roots, element.close());
            }
            Event::Text(text) if skipped == 0 => push(&mut open, &String::from_utf8_lossy(&text)),
            Event::CData(text) if skipped == 0 => push(&mut open, &String::from_utf8_lossy(&text)),
            Event::GeneralRef(reference) if skipped == 0 => push(&mut open, &resolved(&reference)),
            Event::Eof => break,
            _ => {}
        }
    }
    // The elements that were not closed still hold those that were.
    while let Some(mut element) = open.pop() {
        element.text.clear();
        within(&mut open, &mut roots, element.close());
    }
    Document::Xml(roots)
}

/// An element that is not closed yet.
struct Open {
    name: Name,
    key: String,
    keeps: Keeps,
    members: Vec<Member>,
    text: String,
}

impl Open {
    fn new(tag: &BytesStart<'_>, parent: Option<&Self>) -> Self {
        let key = bounded(&String::from_utf8_lossy(tag.local_name().as_ref()));
        let name = Name::of(&key);
        // Unknown elements may contain errors.
        let keeps = parent.map_or(Keeps::Known, |parent| parent.keeps).within(name).unwrap_or(Keeps::Known);
        let mut members = Vec::new();
        for attribute in tag.attributes().with_checks(false).flatten().take(MOST_ATTRIBUTES) {
            let key = String::from_utf8_lossy(attribute.key.as_ref());
            let name = Name::of(&key);
            // A prefix, as in `xsi:type`, tells that the attribute is about the XML.
            if name != Name::Unknown && !key.contains(':') {
                let text = String::from_utf8_lossy(&attribute.value);
                let value = Value::Text(bounded(&unescape(&text).unwrap_or_default()));
                members.push(Member { name, key: key.into_owned(), value });
            }
        }
        Self { name, key, keeps, members, text: String::new() }
    }

    fn close(mut self) -> Member {
        let text = Some(bounded(&self.text)).filter(|text| !text.is_empty()).map(Value::Text);
        let value = match text {
            text if self.members.is_empty() => text.unwrap_or_default(),
            text => {
                let text = text.map(|value| Member { name: Name::Text, key: "text".to_owned(), value });
                self.members.extend(text);
                Value::Object(self.members)
            }
        };
        Member { name: self.name, key: self.key, value }
    }
}

/// Puts an element into the one that contains it.
fn within(open: &mut [Open], roots: &mut Vec<Member>, element: Member) {
    match open.last_mut() {
        Some(parent) => parent.members.push(element),
        None => roots.push(element),
    }
}

/// Adds to the text of the current element.
fn push(open: &mut [Open], text: &str) {
    if let Some(element) = open.last_mut().filter(|element| element.text.len() < LONGEST_TEXT) {
        element.text.push_str(super::value::beginning(text, 2 * LONGEST_TEXT));
    }
}

/// What a reference such as `&lt;` means. An unknown one stays.
fn resolved(reference: &BytesRef<'_>) -> String {
    let written = format!("&{};", String::from_utf8_lossy(reference));
    unescape(&written).map(|text| text.into_owned()).unwrap_or(written)
}

fn is_named(tag: &BytesStart<'_>, name: &[u8]) -> bool {
    tag.local_name().as_ref().eq_ignore_ascii_case(name)
}

/// Whether a text that does not begin as XML holds a page.
pub(super) fn holds_page(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["<html", "<!doctype html", "<head", "<body"].iter().any(|tag| text.contains(tag))
}

/// The title of a page, and its first heading if that says something else.
pub(super) fn heading(text: &str) -> Value {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    let mut texts = [const { String::new() }; 2];
    let mut current = None;
    while let Ok(event) = reader.read_event() {
        let mut add = |part: &str| {
            if let Some(index) = current {
                let text: &mut String = &mut texts[index];
                if text.len() < LONGEST_TEXT {
                    text.push_str(part);
                }
            }
        };
        match event {
            Event::Start(tag) if is_named(&tag, b"title") => current = Some(0),
            Event::Start(tag) if is_named(&tag, b"h1") => current = Some(1),
            Event::Text(text) => add(&String::from_utf8_lossy(&text)),
            Event::GeneralRef(reference) => add(&resolved(&reference)),
            Event::End(tag) => {
                let name = tag.local_name();
                let ends = |name: &[u8]| ["title", "h1"].iter().any(|tag| name.eq_ignore_ascii_case(tag.as_bytes()));
                if ends(name.as_ref()) {
                    current = None;
                    if !texts[1].is_empty() {
                        break;
                    }
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let [title, heading] = texts.map(|text| bounded(&text.split_whitespace().collect::<Vec<_>>().join(" ")));
    let said = match (title.is_empty(), title.contains(&heading)) {
        (true, _) => vec![(Name::Message, heading)],
        (false, true) => vec![(Name::Message, title)],
        (false, false) => vec![(Name::Message, title), (Name::Details, heading)],
    };
    let member = |(name, text)| Member { name, key: String::new(), value: Value::Text(text) };
    Value::Object(said.into_iter().map(member).collect())
}

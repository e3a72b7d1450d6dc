//! XML feeds: messages in Amazon's envelope.
//!
//! The text is read as a stream, so that time and memory grow only with its length: a seller's file may hold anything.

use super::feed::{MOST_NAMED, Outcome};
use crate::sections::documents::Text;
use crate::sections::documents::charset::Charset;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::HashSet;
use std::fmt::Write;

pub(super) fn process(feed: &str, text: &str) -> Outcome {
    match read(text.trim_start_matches('\u{feff}')) {
        Some(Messages { count, faulty, named }) => {
            let faults: Vec<_> =
                named.into_iter().map(|id| (id, "The message names no SKU, order or shipment.")).collect();
            Outcome::done(report(feed, count, faulty, &faults))
        }
        None => {
            let fault = ("0".to_owned(), "The document is not well-formed XML.");
            Outcome::fatal(Some(report(feed, 0, 1, &[fault])))
        }
    }
}

/// The counts of a feed.
#[derive(Default)]
struct Messages {
    count: usize,
    /// How many of them name no SKU, order or shipment.
    faulty: usize,
    /// The ids of the first of those.
    named: Vec<String>,
}

/// The purpose of an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    MessageId,
    /// It names the SKU, order or shipment of its message.
    Key,
    Other,
}

/// The message that the reader is in.
#[derive(Default)]
struct Message {
    id: String,
    names_its_object: bool,
}

/// Reads the messages; `None` if the text is not well-formed. A document type counts as not well-formed, because its
/// entities could make a short text long.
fn read(text: &str) -> Option<Messages> {
    let mut reader = Reader::from_str(text);
    let mut messages = Messages::default();
    let mut message = Message::default();
    // The open elements, the root first.
    let mut open: Vec<Element> = Vec::new();
    let mut has_root = false;
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) => {
                has_root = enter(&element, &open, has_root)?;
                open.push(kind(&element, open.len()));
                if is_message(&element, open.len()) {
                    message = Message::default();
                    messages.count += 1;
                }
            }
            Event::Empty(element) => {
                has_root = enter(&element, &open, has_root)?;
                if is_message(&element, open.len() + 1) {
                    messages.count += 1;
                    messages.end(Message::default());
                }
            }
            Event::End(element) => {
                if open.len() == 2 && element.local_name().as_ref() == MESSAGE {
                    messages.end(std::mem::take(&mut message));
                }
                open.pop()?;
            }
            Event::Text(text) => message.text(&open, &text.decode().ok()?)?,
            Event::CData(text) => message.text(&open, &text.decode().ok()?)?,
            Event::GeneralRef(reference) => {
                let known = reference.is_char_ref() || resolve_xml_entity(&reference.decode().ok()?).is_some();
                // A reference is a character other than a space.
                message.text(&open, if known { "&" } else { return None })?;
            }
            Event::DocType(_) => return None,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => return (has_root && open.is_empty()).then_some(messages),
        }
    }
}

const MESSAGE: &[u8] = b"Message";

/// Whether an element is allowed at its place, with these attributes: `Some(true)`, the new `has_root`, or `None`.
fn enter(element: &BytesStart, open: &[Element], has_root: bool) -> Option<bool> {
    let mut names = HashSet::new();
    // The reader's own check for repeated names is off, because it compares each name with all before it.
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.ok()?;
        let is_new = names.insert(attribute.key.into_inner());
        let is_read = attribute.normalized_value(XmlVersion::Implicit1_0).is_ok();
        if !(is_new && is_read) {
            return None;
        }
    }
    let is_second_root = has_root && open.is_empty();
    (!is_second_root).then_some(true)
}

/// Whether an element at this depth is a message. The root has depth 1.
fn is_message(element: &BytesStart, depth: usize) -> bool {
    depth == 2 && element.local_name().as_ref() == MESSAGE
}

/// The purpose of an element inside of `depth` others.
fn kind(element: &BytesStart, depth: usize) -> Element {
    let name = element.local_name();
    match name.as_ref() {
        b"MessageID" if depth == 2 => Element::MessageId,
        name if name == b"SKU" || name.ends_with(b"OrderID") || name.ends_with(b"ShipmentId") => Element::Key,
        _ => Element::Other,
    }
}

impl Message {
    /// Adds a text, which is allowed only inside of the root.
    fn text(&mut self, open: &[Element], text: &str) -> Option<()> {
        let text = text.trim();
        match open.last() {
            None if !text.is_empty() => return None,
            Some(Element::Key) if !text.is_empty() => self.names_its_object = true,
            // A longer text is not an id.
            Some(Element::MessageId) if self.id.len() + text.len() <= 20 => self.id.push_str(text),
            _ => {}
        }
        Some(())
    }
}

impl Messages {
    fn end(&mut self, message: Message) {
        if message.names_its_object {
            return;
        }
        self.faulty += 1;
        if self.named.len() < MOST_NAMED {
            // Only digits, so that the report needs no escaping.
            let is_number = !message.id.is_empty() && message.id.chars().all(|c| c.is_ascii_digit());
            self.named.push(if is_number { message.id } else { "0".to_owned() });
        }
    }
}

/// The report on `count` messages, `faulty` of which are faulty, with the first faults.
fn report(feed: &str, count: usize, faulty: usize, faults: &[(String, &str)]) -> Text {
    let mut results = String::new();
    for (id, message) in faults {
        // Writing to a string does not fail.
        let _ = write!(
            results,
            "<Result><MessageID>{id}</MessageID><ResultCode>Error</ResultCode><ResultMessageCode>90220\
             </ResultMessageCode><ResultDescription>{message}</ResultDescription></Result>"
        );
    }
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AmazonEnvelope><Header><DocumentVersion>1.02</DocumentVersion>\
         </Header><MessageType>ProcessingReport</MessageType><Message><MessageID>1</MessageID><ProcessingReport>\
         <DocumentTransactionID>{feed}</DocumentTransactionID><StatusCode>Complete</StatusCode><ProcessingSummary>\
         <MessagesProcessed>{count}</MessagesProcessed><MessagesSuccessful>{}</MessagesSuccessful>\
         <MessagesWithError>{}</MessagesWithError><MessagesWithWarning>0</MessagesWithWarning></ProcessingSummary>\
         {results}</ProcessingReport></Message></AmazonEnvelope>",
        count.saturating_sub(faulty),
        faulty,
    );
    Text { media_type: "text/xml", charset: Charset::Utf8, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> Option<(usize, usize)> {
        read(text).map(|messages| (messages.count, messages.faulty))
    }

    #[test]
    fn messages_are_counted_and_those_without_an_object_are_reported() {
        let text = "<?xml version=\"1.0\"?><a:AmazonEnvelope xmlns:a='x'><Header><SKU>1</SKU></Header>\
            <Message><MessageID>1</MessageID><Price><SKU>A&amp;B</SKU></Price></Message>\
            <Message><MessageID>2</MessageID><Price><SKU> </SKU></Price></Message>\
            <Message><MessageID>x</MessageID><AmazonOrderID><![CDATA[249]]></AmazonOrderID></Message>\
            <Message/></a:AmazonEnvelope><!-- end -->";
        let messages = read(text).unwrap();
        assert_eq!((messages.count, messages.faulty), (4, 2));
        assert_eq!(messages.named, ["2", "0"]);
    }

    #[test]
    fn malformed_xml_is_refused() {
        assert_eq!(counts("<a><Message><SKU>&lt;&#233;</SKU></Message></a>"), Some((1, 0)));
        for text in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>text",
            "</a>",
            "<a><Message></a></Message>",
            "<a b='1' b='2'/>",
            "<a b=1/>",
            "<a b='&unknown;'/>",
            "<a>&unknown;</a>",
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
        ] {
            assert_eq!(counts(text), None, "{text}");
        }
    }

    /// Comparing each attribute with all attributes before it would take hours.
    #[test]
    fn half_a_million_attributes_are_read_in_one_pass() {
        let mut text = String::from("<a");
        (0..500_000).for_each(|number| write!(text, " a{number}=''").unwrap());
        assert_eq!(counts(&(text.clone() + "/>")), Some((0, 0)));
        assert_eq!(counts(&(text + " a7=''/>")), None, "one of them is repeated");
        let deep = "<a>".repeat(500_000) + &"</a>".repeat(500_000);
        assert_eq!(counts(&deep), Some((0, 0)));
    }
}

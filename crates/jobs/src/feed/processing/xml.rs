//! The processing report of XML feeds.
//!
//! It is read as a stream, so that time and memory grow only with its length.

use super::{FeedIssue, ProcessingReport, Severity, filled, message_id, unreadable};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;
use spapi_core::Error;

/// The longest name of an element that is kept. Amazon's have at most some thirty bytes.
const LONGEST_NAME: usize = 100;

pub(super) fn read(text: &str) -> Result<ProcessingReport, Error> {
    let mut reader = Reader::from_str(text);
    let mut reading = Reading::default();
    loop {
        let at = reader.buffer_position();
        let wrong = |why: &str| unreadable(format_args!("its XML {why} at byte {at}"));
        match reader.read_event().map_err(|error| unreadable(error).with_hint(HINT))? {
            Event::Start(element) => reading.enter(element.local_name().as_ref()),
            Event::Empty(element) => {
                reading.enter(element.local_name().as_ref());
                reading.leave();
            }
            Event::End(_) => reading.leave(),
            Event::Text(text) => reading.text.push_str(&text.decode().map_err(unreadable)?),
            Event::CData(text) => reading.text.push_str(&text.decode().map_err(unreadable)?),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(unreadable)?;
                let name = reference.decode().map_err(unreadable)?;
                match character {
                    Some(character) => reading.text.push(character),
                    None => {
                        reading.text.push_str(resolve_xml_entity(&name).ok_or_else(|| wrong("has an unknown entity"))?)
                    }
                }
            }
            // Its entities could make a short text long.
            Event::DocType(_) => return Err(wrong("has a document type, which is refused")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof if !reading.open.is_empty() => return Err(wrong("ends inside of an element")),
            Event::Eof if !reading.is_report => return Err(unreadable("its XML has no ProcessingReport")),
            Event::Eof => return Ok(reading.report),
        }
    }
}

const HINT: &str = "The document is not well-formed XML. Read its bytes to see what Amazon sent.";

/// The place of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Report,
    Summary,
    Result,
    Info,
    Other,
}

#[derive(Default)]
struct Reading {
    report: ProcessingReport,
    is_report: bool,
    /// The open elements, the root first.
    open: Vec<Element>,
    /// The name of the element that was entered last, and the text since then.
    name: String,
    text: String,
    issue: FeedIssue,
}

impl Reading {
    fn enter(&mut self, name: &[u8]) {
        let element = match (name, self.open.last()) {
            (b"ProcessingReport", _) => Element::Report,
            (b"ProcessingSummary", Some(Element::Report)) => Element::Summary,
            (b"Result", Some(Element::Report)) => Element::Result,
            (b"AdditionalInfo", Some(Element::Result)) => Element::Info,
            _ => Element::Other,
        };
        self.is_report |= element == Element::Report;
        if element == Element::Result {
            self.issue = FeedIssue::default();
        }
        self.open.push(element);
        self.name = String::from_utf8_lossy(&name[..name.len().min(LONGEST_NAME)]).into_owned();
        self.text.clear();
    }

    fn leave(&mut self) {
        let left = self.open.pop();
        let text = filled(&std::mem::take(&mut self.text));
        // Only the element that was entered last has a name here, and it has no children.
        let name = std::mem::take(&mut self.name);
        if left == Some(Element::Result) {
            self.report.issues.push(std::mem::take(&mut self.issue));
        }
        let (Some(text), Some(parent)) = (text, self.open.last()) else { return };
        if name.is_empty() {
            return;
        }
        let totals = &mut self.report.totals;
        match (parent, name.as_str()) {
            (Element::Report, "DocumentTransactionID") => self.report.feed_id = Some(text),
            (Element::Summary, "MessagesProcessed") => totals.processed = text.parse().ok(),
            (Element::Summary, "MessagesSuccessful") => totals.accepted = text.parse().ok(),
            (Element::Summary, "MessagesWithError") => {
                totals.errors = text.parse().ok();
                totals.invalid = totals.errors;
            }
            (Element::Summary, "MessagesWithWarning") => totals.warnings = text.parse().ok(),
            (Element::Result, "MessageID") => self.issue.message_id = message_id(&text),
            (Element::Result, "ResultCode") => self.issue.severity = Severity::named(&text),
            (Element::Result, "ResultMessageCode") => self.issue.code = Some(text),
            (Element::Result, "ResultDescription") => self.issue.message = text,
            (Element::Info, "SKU") => self.issue.sku = Some(text),
            (Element::Info, _) => drop(self.issue.details.insert(name, text)),
            _ => {}
        }
    }
}

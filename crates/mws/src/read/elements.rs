//! Reads the XML of answers and notifications.

use super::build::{Builder, Refusal};
use super::error::{Position, ReadError, ReadErrorKind, shown};
use super::reader::Item;
use super::source::{Source, count};
use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;
use std::io::Read;
use std::str::from_utf8;

/// Reads documents that follow each other.
pub(super) struct Elements<R> {
    xml: Reader<Source<R>>,
    buffer: Vec<u8>,
    builder: Builder,
    /// The charset that the first document declares.
    charset: Option<String>,
    /// Whether the first element of a document is missing yet: of the first, or of one whose declaration was read.
    is_awaited: bool,
    is_over: bool,
}

impl<R: Read> Elements<R> {
    pub(super) fn new(source: Source<R>) -> Self {
        let mut xml = Reader::from_reader(source);
        xml.config_mut().expand_empty_elements = true;
        Self { xml, buffer: Vec::new(), builder: Builder::default(), charset: None, is_awaited: true, is_over: false }
    }

    /// The next record, or the page after its last.
    pub(super) fn try_next(&mut self) -> Result<Option<Item>, ReadError> {
        loop {
            if let Some(item) = self.builder.ready() {
                return Ok(Some(item));
            }
            if self.is_over {
                return Ok(None);
            }
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            self.xml.get_mut().begin();
            let taken = match self.xml.read_event_into(&mut buffer) {
                Ok(event) => self.take(event),
                Err(error) => Err(self.refused(&error)),
            };
            self.buffer = buffer;
            if let Err(error) = taken {
                self.is_over = true;
                return Err(error);
            }
        }
    }

    fn take(&mut self, event: Event<'_>) -> Result<(), ReadError> {
        match event {
            Event::Start(start) => self.open(&start),
            Event::End(_) => self.builder.close().map_err(|refusal| self.refusal(refusal)),
            Event::Text(text) => {
                let text = self.utf8(&text)?;
                self.add(text)
            }
            Event::CData(text) => {
                let text = self.utf8(&text)?;
                self.add(text)
            }
            Event::GeneralRef(reference) => self.add_reference(&reference),
            Event::Decl(declaration) => self.declare(&declaration),
            Event::DocType(_) => {
                Err(self.error(ReadErrorKind::Forbidden, "it has a document type declaration, and MWS never wrote one"))
            }
            // All tags stand alone by the reader's setting.
            Event::Empty(_) | Event::Comment(_) | Event::PI(_) => Ok(()),
            Event::Eof => self.end(),
        }
    }

    fn utf8<'text>(&mut self, bytes: &'text [u8]) -> Result<&'text str, ReadError> {
        from_utf8(bytes).map_err(|_| self.error(ReadErrorKind::Charset, "a text is not UTF-8"))
    }

    fn error(&mut self, kind: ReadErrorKind, message: impl Into<String>) -> ReadError {
        let position = self.xml.get_mut().position();
        ReadError::new(kind, Some(position), message)
    }

    fn refusal(&mut self, Refusal(kind, message): Refusal) -> ReadError {
        self.error(kind, message)
    }

    fn cut_off(&mut self, position: Position) -> ReadError {
        let message = match self.builder.within() {
            Some(name) => format!("it ends in the middle of <{}>: the file is cut off", shown(name)),
            None => "it ends in the middle of a tag: the file is cut off".to_owned(),
        };
        ReadError::new(ReadErrorKind::CutOff, Some(position), message)
    }

    /// Why the text is not XML.
    fn refused(&mut self, error: &Error) -> ReadError {
        let source = self.xml.get_mut();
        if let Some(failure) = source.failure() {
            return failure;
        }
        let message = match error {
            Error::Io(error) => return ReadError::io(error),
            Error::Syntax(SyntaxError::InvalidBangMarkup) => {
                "<! begins neither a comment nor a CDATA section".to_owned()
            }
            Error::Syntax(_) => {
                let end = source.end();
                return self.cut_off(end);
            }
            Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
                format!("<{}> is closed by </{}>", shown(expected), shown(found))
            }
            Error::IllFormed(IllFormedError::UnmatchedEndTag(name)) => {
                format!("</{}> closes nothing", shown(name))
            }
            Error::IllFormed(IllFormedError::UnclosedReference) => {
                if source.peek(1).is_ok_and(str::is_empty) {
                    let end = source.end();
                    return self.cut_off(end);
                }
                "an & stands alone: in XML it is written &amp;".to_owned()
            }
            _ => "it is not XML".to_owned(),
        };
        self.error(ReadErrorKind::NotXml, message)
    }

    fn declare(&mut self, declaration: &[u8]) -> Result<(), ReadError> {
        if let Some(name) = self.builder.within() {
            let message = format!("another document begins in the middle of <{}>, which is cut off", shown(name));
            return Err(self.error(ReadErrorKind::CutOff, message));
        }
        self.is_awaited = true;
        let declared = super::source::declared(&[b"<?", declaration, b">"].concat());
        match (&self.charset, declared) {
            (Some(first), Some(declared)) if !first.eq_ignore_ascii_case(&declared) => {
                let message = "a document begins that declares another charset than the one before it: \
                               keep it in a file of its own";
                Err(self.error(ReadErrorKind::Charset, message))
            }
            (None, declared) => {
                self.charset = declared;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), ReadError> {
        let name = self.utf8(start.local_name().into_inner())?;
        let source = self.xml.get_mut();
        let opened = self.builder.open(name, start.len(), || source.position());
        opened.map_err(|refusal| self.refusal(refusal))?;
        self.is_awaited = false;
        self.take_attributes(start)
    }

    fn take_attributes(&mut self, start: &BytesStart<'_>) -> Result<(), ReadError> {
        if start.attributes_raw().iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        for attribute in start.attributes().with_checks(false) {
            let Ok(attribute) = attribute else {
                return Err(self.error(ReadErrorKind::NotXml, "an attribute is not written as XML"));
            };
            let name = attribute.key.as_ref();
            if name.starts_with(b"xmlns") || name.starts_with(b"xsi:") {
                continue;
            }
            let name = self.utf8(attribute.key.local_name().into_inner())?.to_owned();
            let raw = self.utf8(&attribute.value)?;
            // What is written as a reference stays.
            let blanks = with_line_feeds(raw.trim()).replace(['\n', '\t'], " ");
            let Ok(text) = unescape(&blanks) else {
                return Err(self.unknown_entity());
            };
            if !text.trim().is_empty() {
                self.builder.add_attribute(name, &text);
            }
        }
        Ok(())
    }

    fn add(&mut self, text: &str) -> Result<(), ReadError> {
        if self.builder.within().is_some() {
            return self.builder.add(&with_line_feeds(text)).map_err(|refusal| self.refusal(refusal));
        }
        let blank = |character: char| character.is_whitespace() || matches!(character, '\u{feff}' | '\0');
        let lead = text.len() - text.trim_start_matches(blank).len();
        if lead == text.len() {
            return Ok(());
        }
        let mut position = self.xml.get_mut().position();
        count(&mut position, &text.as_bytes()[..lead]);
        let message = "there is text outside of the XML, such as the headers of HTTP or the lines of a log: keep only \
                       the XML documents";
        Err(ReadError::new(ReadErrorKind::NotXml, Some(position), message))
    }

    fn add_reference(&mut self, reference: &BytesRef<'_>) -> Result<(), ReadError> {
        let mut letter = [0; 4];
        let text = match reference.resolve_char_ref() {
            Ok(Some(character)) => Some(&*character.encode_utf8(&mut letter)),
            _ => from_utf8(reference).ok().and_then(resolve_xml_entity),
        };
        match text {
            // White space that is written so counts.
            Some(text) if self.builder.within().is_some() => {
                self.builder.add_as_it_is(text).map_err(|refusal| self.refusal(refusal))
            }
            Some(text) => self.add(text),
            None => Err(self.unknown_entity()),
        }
    }

    fn unknown_entity(&mut self) -> ReadError {
        self.error(
            ReadErrorKind::Forbidden,
            "it refers to an entity that XML itself does not have; entities of a document are not expanded",
        )
    }

    fn end(&mut self) -> Result<(), ReadError> {
        self.is_over = true;
        if self.builder.within().is_none() && !self.is_awaited {
            return Ok(());
        }
        let end = self.xml.get_mut().end();
        if self.is_awaited {
            let message = "it ends before the first element of a document: the file is cut off";
            return Err(ReadError::new(ReadErrorKind::CutOff, Some(end), message));
        }
        Err(self.cut_off(end))
    }
}

/// A text with the ends of lines that XML has, whatever the file has.
fn with_line_feeds(text: &str) -> Cow<'_, str> {
    match text.contains('\r') {
        true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(text),
    }
}

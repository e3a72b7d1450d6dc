//! Makes records of the rows of reports in XML, which have today's form since the days of MWS.

use super::error::{Position, ReadError, ReadErrorKind, shown};
use super::json::{Json, Object};
use super::kind::Kind;
use super::reader::Item;
use super::record::{Page, Reason, Record, Unmapped};
use super::source::Source;
use quick_xml::Reader;
use quick_xml::events::Event;
use spapi_rows::{AnyRow, OwnedValue, RowType, XmlReader};
use std::borrow::Cow;
use std::io::{BufRead, Read};

/// How many bytes of text are read at once, so that an error has a place.
const PIECE: usize = 4096;

/// The element of the message of a report, and what its rows are.
const MESSAGES: [(&str, Kind); 3] =
    [("SettlementReport", Kind::Settlements), ("OrderReport", Kind::OrderReport), ("Order", Kind::AllOrders)];

/// What stands in the first message of a report in XML. `None` if the text begins with another document.
///
/// # Errors
/// When it is a report that is not known, or has a document type declaration.
pub(super) fn message_of(text: &str) -> Result<Option<Kind>, ReadError> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let first = Position { line: 1, column: 1 };
    let mut open: Vec<String> = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                let name = String::from_utf8_lossy(start.local_name().into_inner()).into_owned();
                match open.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                    [] if name != "AmazonEnvelope" => return Ok(None),
                    ["AmazonEnvelope", "Message"] if !matches!(name.as_str(), "MessageID" | "OperationType") => {
                        return match MESSAGES.iter().find(|(message, _)| *message == name) {
                            Some((_, kind)) => Ok(Some(*kind)),
                            None => Err(ReadError::new(
                                ReadErrorKind::UnknownDocument,
                                Some(first),
                                format!(
                                    "its messages are <{}>, and only reports of settlements and orders are read",
                                    shown(&name)
                                ),
                            )),
                        };
                    }
                    _ => open.push(name),
                }
            }
            Ok(Event::End(_)) => {
                open.pop();
            }
            Ok(Event::DocType(_)) => {
                let message = "it has a document type declaration, and MWS never wrote one";
                return Err(ReadError::new(ReadErrorKind::Forbidden, Some(first), message));
            }
            Ok(Event::Eof) | Err(_) if open.is_empty() => return Ok(None),
            Ok(Event::Eof) | Err(_) => {
                let message = "it is an <AmazonEnvelope> without a message, or cut off";
                return Err(ReadError::new(ReadErrorKind::UnknownDocument, Some(first), message));
            }
            Ok(_) => {}
        }
    }
}

/// Reads the rows of one report.
pub(super) struct ReportRows<R> {
    source: Source<R>,
    rows: XmlReader<AnyRow>,
    row_type: &'static RowType,
    kind: Kind,
    /// Where the text begins that was read last.
    position: Position,
    records: u64,
    /// Whether there is no more text.
    is_over: bool,
    has_page: bool,
}

impl<R: Read> ReportRows<R> {
    pub(super) fn new(source: Source<R>, kind: Kind, rows: Option<&str>) -> Result<Self, ReadError> {
        let known = kind.report().map_or(&[][..], |report| report.rows);
        let row_type = match rows {
            None => known.first(),
            Some(name) => known.iter().find(|known| known.name.eq_ignore_ascii_case(name)),
        };
        let Some(row_type) = row_type else {
            let names: Vec<_> = known.iter().map(|known| known.name).collect();
            let message = format!("it has other rows: {}", names.join(", "));
            return Err(ReadError::new(ReadErrorKind::UnknownRows, None, message));
        };
        Ok(Self {
            source,
            rows: XmlReader::of(row_type),
            row_type,
            kind,
            position: Position { line: 1, column: 1 },
            records: 0,
            is_over: false,
            has_page: true,
        })
    }

    pub(super) fn try_next(&mut self) -> Result<Option<Item>, ReadError> {
        loop {
            let read = self.rows.try_next().map_err(|error| {
                let kind = if self.is_over { ReadErrorKind::CutOff } else { ReadErrorKind::NotXml };
                ReadError::new(kind, Some(self.position), error.to_string())
            })?;
            match read {
                Some(row) => return Ok(Some(Item::Record(self.record(&row)))),
                None if self.is_over => return Ok(std::mem::take(&mut self.has_page).then(|| Item::Page(self.page()))),
                None => self.more()?,
            }
        }
    }

    fn more(&mut self) -> Result<(), ReadError> {
        self.source.begin();
        let text = match self.source.fill_buf() {
            Ok(text) => text,
            Err(error) => return Err(self.source.failure().unwrap_or_else(|| ReadError::io(&error))),
        };
        let piece = &text[..text.len().min(PIECE)];
        // Line by line, so that the place of an error is its line.
        let length = piece.iter().position(|&byte| byte == b'\n').map_or(piece.len(), |at| at + 1);
        let valid = std::str::from_utf8(&piece[..length])
            .unwrap_or_else(|error| std::str::from_utf8(&piece[..error.valid_up_to()]).unwrap_or_default());
        if valid.is_empty() {
            self.is_over = true;
            self.rows.end();
            return Ok(());
        }
        self.rows.push(valid);
        let length = valid.len();
        self.source.consume(length);
        self.position = self.source.position();
        Ok(())
    }

    fn record(&mut self, row: &AnyRow) -> Record {
        self.records += 1;
        let mut object = Object::default();
        for (column, value) in self.row_type.columns.iter().zip(row.values()) {
            let value = match value {
                OwnedValue::Text(text) => Json::Text(text.clone()),
                OwnedValue::Integer(number) => Json::Plain(number.to_string()),
                OwnedValue::Decimal(number) => Json::Plain(number.to_string()),
                OwnedValue::Boolean(flag) => Json::Plain(flag.to_string()),
                OwnedValue::DateTime(time) => Json::Text(time.as_str().to_owned()),
                _ => continue,
            };
            object.0.push((Cow::Borrowed(column.name), value));
        }
        let unmapped = row.unknown().iter().map(|unknown| Unmapped {
            path: format!(
                "{}/{}",
                self.row_type.at.unwrap_or_default().replace('.', "/"),
                unknown.name.replace('.', "/")
            ),
            value: unknown.value.clone(),
            reason: Reason::Unknown,
        });
        Record {
            kind: self.kind,
            position: self.position,
            object,
            unmapped: unmapped.collect(),
            row_type: Some(self.row_type),
        }
    }

    fn page(&self) -> Page {
        Page {
            root: "AmazonEnvelope".to_owned(),
            kind: Some(self.kind),
            position: Position { line: 1, column: 1 },
            records: self.records,
            object: Object::default(),
            unmapped: Vec::new(),
        }
    }
}

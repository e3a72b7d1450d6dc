//! Reads an archive from its first byte.

use super::elements::Elements;
use super::error::{Position, ReadError, ReadErrorKind};
use super::foreign::refuse_text;
use super::record::{Page, Record};
use super::report::{ReportRows, message_of};
use super::source::Source;
use spapi_tables::Charset;
use std::fmt;
use std::io::Read;

/// How much text is searched for the kind of a report in XML.
const LOOK_AHEAD: usize = 64 * 1024;

/// What a reader returns.
#[derive(Clone, Debug)]
pub enum Item {
    /// A record.
    Record(Record),
    /// The document whose records came before it.
    Page(Page),
}

/// Reads MWS answers, notifications or a report from XML, record by record.
///
/// It keeps one record and 64 KiB of text. The records of a ListOrderItems answer wait for its end, where the id of their
/// order may be. A text may have several documents after each other. After an error there is nothing more.
///
/// ```
/// use spapi_mws::read::{Item, Kind, Reader};
///
/// let xml = r#"<ListOrdersResponse xmlns="https://mws.amazonservices.com/Orders/2013-09-01"><ListOrdersResult>
///     <Orders><Order><AmazonOrderId>503-1234567-1234567</AmazonOrderId><BuyerName>Aoi</BuyerName></Order></Orders>
///     <NextToken>abc</NextToken></ListOrdersResult></ListOrdersResponse>"#;
/// let mut reader = Reader::new(xml.as_bytes());
/// let Some(Item::Record(order)) = reader.try_next()? else { panic!("an order") };
/// assert_eq!(order.kind(), Kind::Orders);
/// assert_eq!(order.json(), r#"{"AmazonOrderId":"503-1234567-1234567","BuyerInfo":{"BuyerName":"Aoi"}}"#);
/// let Some(Item::Page(page)) = reader.try_next()? else { panic!("the end of the page") };
/// assert_eq!((page.records(), page.next_token()), (1, Some("abc")));
/// assert!(reader.try_next()?.is_none());
/// # Ok::<(), spapi_mws::read::ReadError>(())
/// ```
pub struct Reader<R> {
    body: Body<R>,
    charset: Option<Charset>,
    rows: Option<String>,
}

enum Body<R> {
    Start(R),
    Elements(Box<Elements<R>>),
    Report(Box<ReportRows<R>>),
    Over,
}

impl<R: Read> Reader<R> {
    /// Reads from there. The charset is that of a byte order mark, or else UTF-8 where the text is in it, or else the one
    /// that the XML declares.
    pub fn new(input: R) -> Self {
        Self { body: Body::Start(input), charset: None, rows: None }
    }

    /// Sets the charset, whatever the text declares.
    pub fn charset(mut self, charset: Charset) -> Self {
        self.charset = Some(charset);
        self
    }

    /// Chooses the rows of reports in XML, by the name of their type in `spapi-rows`, such as `XmlSettlementItemRow`. A
    /// report has several kinds of rows; without this it is the first.
    pub fn rows(mut self, name: impl Into<String>) -> Self {
        self.rows = Some(name.into());
        self
    }

    /// The next record, or the page after its last record. `None` at the end.
    ///
    /// # Errors
    /// When the text cannot be read further, with its place.
    pub fn try_next(&mut self) -> Result<Option<Item>, ReadError> {
        if let Body::Start(_) = self.body {
            let Body::Start(input) = std::mem::replace(&mut self.body, Body::Over) else { return Ok(None) };
            self.body = self.begin(input)?;
        }
        let item = match &mut self.body {
            Body::Elements(elements) => elements.try_next(),
            Body::Report(rows) => rows.try_next(),
            Body::Start(_) | Body::Over => Ok(None),
        };
        if !matches!(item, Ok(Some(_))) {
            self.body = Body::Over;
        }
        item
    }

    fn begin(&self, input: R) -> Result<Body<R>, ReadError> {
        let mut source = Source::new(input, self.charset);
        source.skip_blank()?;
        let text = source.peek(LOOK_AHEAD)?;
        if text.is_empty() {
            let first = Position { line: 1, column: 1 };
            return Err(ReadError::new(ReadErrorKind::NotXml, Some(first), "it is empty"));
        }
        refuse_text(text)?;
        Ok(match message_of(text)? {
            Some(message) => Body::Report(Box::new(ReportRows::new(source, message, self.rows.as_deref())?)),
            None => Body::Elements(Box::new(Elements::new(source))),
        })
    }
}

/// Does not show what was read.
impl<R> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

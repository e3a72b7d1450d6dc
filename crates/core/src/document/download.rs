//! Downloads from a presigned URL.

use super::pipeline::{AsBytes, Chunks, Pieces, Text};
use super::reading::Reading;
use super::rows::Rows;
use super::source::{Place, Renew, Source};
use super::types::{self, UsualCharset};
use super::unpack::{self, Announced};
use crate::decimal::DecimalMark;
use crate::error::{Error, ErrorKind};
use crate::transport::Body;
use crate::{BoxFuture, Client, Marketplace};
use spapi_tables::{Charset, Dialect, TableRow};
use spapi_types::text::printable;
use std::fmt;
use std::sync::Arc;

/// A download that has not started. [`Client::download`] makes it.
#[must_use = "a download does nothing until it is opened"]
pub struct Download {
    origin: Origin,
    compression: Option<String>,
    renew: Option<Renew>,
    reading: Reading,
}

/// Where the bytes come from.
enum Origin {
    Url { client: Client, url: String },
    Body { body: Body, content_type: Option<String> },
}

impl Download {
    pub(super) fn new(client: &Client, url: String) -> Self {
        Self::with(Origin::Url { client: client.clone(), url })
    }

    /// Reads a document that is at hand, such as a file, instead of one behind a URL. `content_type` is the one that came with
    /// it, if it is known.
    ///
    /// ```
    /// use spapi_core::document::{Dialect, Download};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let document = Download::of_body("sku\tprice\nA-1\t1200\n", None).open().await?;
    /// let mut rows = document.rows::<Vec<String>>(Dialect::TSV)?;
    /// assert_eq!(rows.try_next().await?.unwrap(), ["A-1", "1200"]);
    /// # Ok::<(), spapi_core::Error>(()) }).unwrap();
    /// ```
    pub fn of_body(body: impl Into<Body>, content_type: Option<String>) -> Self {
        Self::with(Origin::Body { body: body.into(), content_type })
    }

    fn with(origin: Origin) -> Self {
        Self { origin, compression: None, renew: None, reading: Reading::default() }
    }

    /// Sets the `compressionAlgorithm` that came with the URL, if there was one.
    ///
    /// The first bytes of the document decide whether it is unpacked, so that it is unpacked exactly once. The
    /// announced algorithm distinguishes an empty document from one that was cut off at once. Any other than `GZIP` is
    /// an error.
    pub fn compression(mut self, algorithm: Option<&str>) -> Self {
        self.compression = algorithm.map(str::to_owned);
        self
    }

    /// Sets how to ask Amazon for another URL of the same document, for a URL that has expired: before the download
    /// starts, or when the rest is requested after a lost connection. Each request of the document may renew it once.
    ///
    /// Without it an expired URL is an error, see [`Error::is_url_expired`].
    pub fn renewed_by(
        mut self,
        renew: impl Fn() -> BoxFuture<'static, Result<String, Error>> + Send + Sync + 'static,
    ) -> Self {
        self.renew = Some(Arc::new(renew));
        self
    }

    /// Sets the charset, whatever the answer declares. Only a byte order mark takes precedence.
    pub fn charset(mut self, charset: Charset) -> Self {
        self.reading.charset = Some(charset);
        self
    }

    /// Sets the charset for a document that declares none and is not UTF-8. Without it such a document is an error.
    ///
    /// To decide, the client reads up to 64 KiB from the first character that is not ASCII.
    pub fn fallback(mut self, charset: Charset) -> Self {
        self.reading.fallback = Some(charset);
        self
    }

    /// Sets what the point and the comma mean in numbers of rows that could be read in two ways: `1.234` and `1,234`.
    /// By default the point begins the fraction, and a number such as `1,234` is an error.
    pub fn decimal_mark(mut self, mark: DecimalMark) -> Self {
        self.reading.mark = Some(mark);
        self
    }

    /// Sets the report or feed type and the marketplace of the document. That sets the [`fallback`](Self::fallback)
    /// ([`Charset::usual_of`](UsualCharset::usual_of)) and the [`decimal_mark`](Self::decimal_mark):
    ///
    /// | marketplaces | settlements and date range reports | other types |
    /// | --- | --- | --- |
    /// | CA, US, MX, IE, GB, IN, SG, AU, JP | [`Point`](DecimalMark::Point) | [`Point`](DecimalMark::Point) |
    /// | BR, ES, FR, BE, NL, DE, IT, SE, PL, TR | [`Comma`](DecimalMark::Comma) | [`Either`](DecimalMark::Either), as they have points and do not group digits |
    /// | others | none | none |
    pub fn of_type(mut self, type_name: &str, marketplace: Marketplace) -> Self {
        self.reading.mark = types::usual_mark(type_name, marketplace);
        self.reading.marketplace = Some(marketplace);
        self.fallback(Charset::usual_of(type_name, marketplace))
    }

    /// Replaces what cannot be decoded with U+FFFD, instead of an error. [`Text::replaced`] and [`Rows::replaced`]
    /// count the replaced characters.
    pub fn lossy(mut self) -> Self {
        self.reading.lossy = true;
        self
    }

    /// Sets how many bytes a row may have. By default [`LONGEST_ROW`](super::LONGEST_ROW). A longer row is an error, so
    /// that a document which is not a table takes no more memory than that.
    pub fn longest_row(mut self, bytes: usize) -> Self {
        self.reading.limits.longest_row = bytes;
        self
    }

    /// Sets how many columns a row may have. By default [`MOST_COLUMNS`](super::MOST_COLUMNS). A row with more columns
    /// is an error.
    pub fn most_columns(mut self, columns: usize) -> Self {
        self.reading.limits.most_columns = columns;
        self
    }

    /// Requests the document and waits until its first bytes come. It is tried again by the client's policy, like a
    /// call that only reads.
    ///
    /// # Errors
    /// When the URL cannot be used or [has expired](Error::is_url_expired), no answer comes, the document host refuses,
    /// or the document has an unknown packing or charset.
    pub async fn open(self) -> Result<Document, Error> {
        let by_caller = match self.compression.as_deref().map(str::trim) {
            None | Some("") => false,
            Some(name) if name.eq_ignore_ascii_case("gzip") => true,
            Some(name) => {
                let message = format!("the compression algorithm \"{}\" is not known", printable(name).up_to(40));
                return Err(Error::new(ErrorKind::Input, message));
            }
        };
        let (client, url) = match self.origin {
            Origin::Url { client, url } => (client, url),
            Origin::Body { body, content_type } => {
                let announced = Announced { by_caller, by_header: false };
                return Ok(Document { source: Source::at_hand(body), announced, content_type, reading: self.reading });
            }
        };
        let (source, headers) = Source::open(Place::new(client, &url, self.renew)?).await?;
        let announced = Announced { by_caller, by_header: unpack::content_encoding(&headers)? };
        let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        Ok(Document { source, announced, content_type, reading: self.reading })
    }
}

/// Does not show the URL, which opens the document to everybody.
impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("compression", &self.compression)
            .field("reading", &self.reading)
            .finish_non_exhaustive()
    }
}

/// A document whose answer has started. Read it as bytes, as text or as rows.
///
/// Reading starts a task in the tokio runtime in which the document was opened.
pub struct Document {
    source: Source,
    announced: Announced,
    content_type: Option<String>,
    reading: Reading,
}

impl Document {
    /// The content type that the answer declares.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Reads it as unpacked bytes: for PDF, XLSX and ZIP, and for XML and JSON, whose parsers detect the charset
    /// themselves.
    pub fn bytes(self) -> Chunks {
        Chunks { pieces: Pieces::start(self.source, self.announced, AsBytes) }
    }

    /// Reads it as text. The charset is the one that was set, else the one that the content type declares, else strict
    /// UTF-8, else the fallback.
    ///
    /// # Errors
    /// When the content type declares an unknown charset.
    pub fn text(self) -> Result<Text, Error> {
        let decoder = self.reading.decoder(self.content_type.as_deref())?;
        Ok(Text::new(Pieces::start(self.source, self.announced, decoder)))
    }

    /// Reads it as a table whose first row names the columns. Each other row becomes a `T`: a structure with fields
    /// named like the columns, a map such as `BTreeMap<String, String>`, or a list such as `Vec<String>`.
    ///
    /// A type of `spapi-rows` for a report in JSON or XML reads such a document, whatever the dialect.
    ///
    /// # Errors
    /// The errors of [`text`](Self::text).
    pub fn rows<T: TableRow>(self, dialect: Dialect) -> Result<Rows<T>, Error> {
        let reading = self.reading;
        Ok(Rows::new(self.text()?.pieces, dialect, &reading))
    }
}

/// Does not show the URL and the headers.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

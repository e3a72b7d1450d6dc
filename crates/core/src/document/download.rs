//! From a presigned URL to a document that can be read.

use super::charset::{Charset, TextDecoder};
use super::host;
use super::pipeline::{AsBytes, Chunks, Pieces, Text};
use super::rows::Rows;
use super::source::Source;
use super::split::Dialect;
use super::unpack::{self, Announced};
use crate::error::{Error, Kind};
use crate::{Client, Marketplace};
use serde::de::DeserializeOwned;
use std::fmt;

/// A download that has not begun. Made by [`Client::download`].
#[must_use = "a download does nothing until it is opened"]
pub struct Download {
    client: Client,
    url: String,
    compression: Option<String>,
    charset: Option<Charset>,
    fallback: Option<Charset>,
}

impl Download {
    pub(super) fn new(client: &Client, url: String) -> Self {
        Self { client: client.clone(), url, compression: None, charset: None, fallback: None }
    }

    /// Sets the `compressionAlgorithm` that came with the URL, if one did.
    ///
    /// Whether the document is unpacked its first bytes decide, so that it is done neither twice nor not at all; this
    /// says what to make of a document that is a single byte long, and refuses what is not `GZIP`.
    pub fn compression(mut self, algorithm: Option<&str>) -> Self {
        self.compression = algorithm.map(str::to_owned);
        self
    }

    /// Sets the charset whatever the answer declares. Only a byte order mark overrules it.
    pub fn charset(mut self, charset: Charset) -> Self {
        self.charset = Some(charset);
        self
    }

    /// Sets the charset of a document that declares none and is not UTF-8. Without it such a document is an error.
    ///
    /// To tell, up to 64 KiB are looked at from the first character that is not ASCII.
    pub fn fallback(mut self, charset: Charset) -> Self {
        self.fallback = Some(charset);
        self
    }

    /// Sets the [`fallback`](Self::fallback) to what documents of a report or feed type and a marketplace are mostly
    /// written in: [`Charset::usual_of`].
    pub fn of_type(self, type_name: &str, marketplace: Marketplace) -> Self {
        self.fallback(Charset::usual_of(type_name, marketplace))
    }

    /// Asks for the document and waits until it begins to come. As a call that only reads, it is tried again by the
    /// client's policy.
    ///
    /// # Errors
    /// When the URL cannot be used or [has expired](Error::is_url_expired), no answer comes, the document host refuses, the
    /// document is packed or written in a way that is not known, or the client replays recordings.
    pub async fn open(self) -> Result<Document, Error> {
        let url = host::checked(&self.client, &self.url)?;
        let by_caller = match self.compression.as_deref().map(str::trim) {
            None | Some("") => false,
            Some(name) if name.eq_ignore_ascii_case("gzip") => true,
            Some(name) => {
                let name: String = name.chars().take(40).collect();
                return Err(Error::new(Kind::Input, format!("the compression algorithm {name:?} is not known")));
            }
        };
        let (source, headers) = Source::open(self.client, url).await?;
        let announced = Announced { by_caller, by_header: unpack::content_encoding(&headers)? };
        let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.map(str::to_owned);
        Ok(Document { source, announced, content_type, charset: self.charset, fallback: self.fallback })
    }
}

/// Without the URL, which opens the document to everybody.
impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("compression", &self.compression)
            .field("charset", &self.charset)
            .field("fallback", &self.fallback)
            .finish_non_exhaustive()
    }
}

/// A document that has begun to come: to be read as bytes, as text or as rows.
///
/// To read it a task is started, so it needs the tokio runtime it was opened in.
pub struct Document {
    source: Source,
    announced: Announced,
    content_type: Option<String>,
    charset: Option<Charset>,
    fallback: Option<Charset>,
}

impl Document {
    /// The content type the answer declares.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Reads it as bytes, unpacked: for PDF, XLSX, ZIP, and for XML and JSON, whose parsers look for the charset
    /// themselves.
    pub fn bytes(self) -> Chunks {
        Chunks { pieces: Pieces::start(self.source, self.announced, AsBytes) }
    }

    /// Reads it as text: in the charset set, else in the one the content type declares, else in strict UTF-8, else in
    /// the fallback.
    ///
    /// # Errors
    /// When the content type declares a charset that is not known.
    pub fn text(self) -> Result<Text, Error> {
        let decoder = match (self.charset, &self.content_type) {
            (Some(charset), _) => Some(charset),
            (None, Some(content_type)) => Charset::of_content_type(content_type).map_err(|error| {
                Error::new(Kind::Decode, format!("the document's charset cannot be read: {error}"))
                    .with_hint("Set the charset of the download.")
            })?,
            (None, None) => None,
        };
        let decoder = decoder.map_or_else(|| TextDecoder::undecided(self.fallback), TextDecoder::known);
        Ok(Text { pieces: Pieces::start(self.source, self.announced, decoder) })
    }

    /// Reads it as a table whose first row names the columns, each other row as a `T`: a structure with fields named
    /// as the columns, a map such as `BTreeMap<String, String>`, or a list such as `Vec<String>`.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub fn rows<T: DeserializeOwned>(self, dialect: Dialect) -> Result<Rows<T>, Error> {
        Ok(Rows::new(self.text()?.pieces, dialect))
    }
}

/// Without the URL and the headers.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

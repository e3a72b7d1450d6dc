//! The rows of a document in JSON or XML.

use spapi_core::Error;
use spapi_core::document::{Chunks, Text};
use spapi_jobs::ReportDocument;
use spapi_rows::{AnyRow, Format, JsonReader, ReadError, RowType, XmlForm, XmlReader};
use std::fmt;

/// The rows of a report's document in JSON or XML, as the type of its rows describes them.
pub struct ElementRows(Source);

/// The document and the reader of its rows.
enum Source {
    Json(Chunks, Box<JsonReader<AnyRow>>),
    Xml(Text, Box<XmlReader<AnyRow>>),
}

impl ElementRows {
    /// Requests the document and waits until its first bytes come. `None`, without a request, if rows of this type are those
    /// of a table: then read it with [`ReportDocument::rows`].
    ///
    /// # Errors
    /// The errors of [`ReportDocument::open`].
    pub async fn open(document: &ReportDocument, row_type: &'static RowType) -> Result<Option<Self>, Error> {
        Ok(Some(Self(match row_type.format {
            Format::Json => Source::Json(document.open().await?.bytes(), Box::new(JsonReader::of(row_type))),
            Format::Xml => Source::Xml(document.open().await?.text()?, Box::new(XmlReader::of(row_type))),
            _ => return Ok(None),
        })))
    }

    /// The next row, or why it cannot be read; `None` after the last. If the inner error has the number of a row, the rows
    /// after it can be read.
    ///
    /// # Errors
    /// When the document cannot be loaded further.
    pub async fn try_next(&mut self) -> Result<Option<Result<AnyRow, ReadError>>, Error> {
        let next = |source: &mut Source| match source {
            Source::Json(_, reader) => reader.try_next(),
            Source::Xml(_, reader) => reader.try_next(),
        };
        self.next_by(next).await
    }

    /// The next element that has rows, as an object of JSON, instead of its rows. An element of XML has this form.
    ///
    /// # Errors
    /// The errors of [`try_next`](Self::try_next).
    pub async fn try_next_element(&mut self, form: XmlForm) -> Result<Option<Result<String, ReadError>>, Error> {
        let next = |source: &mut Source| match source {
            Source::Json(_, reader) => reader.try_next_element(),
            Source::Xml(_, reader) => reader.try_next_element(form),
        };
        self.next_by(next).await
    }

    async fn next_by<T>(
        &mut self,
        next: impl Fn(&mut Source) -> Result<Option<T>, ReadError>,
    ) -> Result<Option<Result<T, ReadError>>, Error> {
        let mut is_whole = false;
        loop {
            let found = next(&mut self.0);
            match found {
                Ok(None) if is_whole => return Ok(None),
                Ok(None) => {}
                found => return Ok(found.transpose()),
            }
            match &mut self.0 {
                Source::Json(pieces, reader) => match pieces.try_next().await? {
                    Some(piece) => reader.push(&piece),
                    None => {
                        reader.end();
                        is_whole = true;
                    }
                },
                Source::Xml(pieces, reader) => match pieces.try_next().await? {
                    Some(piece) => reader.push(&piece),
                    None => {
                        reader.end();
                        is_whole = true;
                    }
                },
            }
        }
    }
}

/// Does not show what was read.
impl fmt::Debug for ElementRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ElementRows").finish_non_exhaustive()
    }
}

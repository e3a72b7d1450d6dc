//! The document of a report.

use crate::document::JobDocument;
use crate::journal::Entry;
use spapi_core::document::{Charset, Dialect, Document, Rows, TableRow, UsualDialect};
use spapi_core::{Error, ErrorKind};
use std::fmt;

/// The document of a report that is done. It can be opened as often as needed, also by another run with the same journal.
///
/// A URL that expires before or during a download is renewed, and the download goes on where it was.
pub struct ReportDocument {
    document: JobDocument,
    charset: Option<Charset>,
}

impl ReportDocument {
    pub(super) fn new(document: JobDocument) -> Self {
        Self { document, charset: None }
    }

    /// Reads it in this charset, whatever the document declares. By default the declared one counts, and without one the
    /// usual one of the type and marketplace.
    pub fn charset(self, charset: Charset) -> Self {
        Self { charset: Some(charset), ..self }
    }

    /// Amazon's id of the document.
    pub fn id(&self) -> &str {
        self.document.id()
    }

    /// Requests the document and waits until its first bytes come. Read it as bytes, text or rows. Its charset and decimal
    /// mark are the usual ones of the type and marketplace.
    ///
    /// # Errors
    /// When Amazon no longer has the document or refuses the caller, and the errors of
    /// [`Download::open`](spapi_core::document::Download::open).
    pub async fn open(&self) -> Result<Document, Error> {
        let download = self.document.download().await?;
        match self.charset {
            Some(charset) => download.charset(charset),
            None => download,
        }
        .open()
        .await
    }

    /// Opens it as a table, each row of which becomes a `T`: a structure with fields named like the columns, a map, or a
    /// row of `spapi-rows`. Its dialect is the usual one of the type. A table without rows gives none.
    ///
    /// # Errors
    /// The errors of [`open`](Self::open). Also an error if documents of the type are usually no tables.
    pub async fn rows<T: TableRow>(&self) -> Result<Rows<T>, Error> {
        let type_name = self.document.type_name();
        let Some(dialect) = Dialect::usual_of(type_name) else {
            let message = format!("the documents of {type_name} are usually no tables");
            return Err(Error::new(ErrorKind::Input, message)
                .with_hint("Open it and read its bytes or text, or its rows with a dialect of your choice."));
        };
        self.open().await?.rows(dialect)
    }

    /// Notes in the journal that the document is read and its rows are where they belong. The next equal request then makes
    /// a new report. Until then every run gets this one. Without a journal it does nothing.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn finish(&self) -> Result<(), Error> {
        self.document.finish().await
    }

    /// Notes in the journal that a report that was found is read, so that it is not found again.
    pub(super) async fn note_finished(&self, entry: &Entry) -> Result<(), Error> {
        self.document.context().journal.write(self.document.key(), entry).await
    }
}

/// Does not show the URL, which opens the document to everybody.
impl fmt::Debug for ReportDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportDocument").field("type_name", &self.document.type_name()).finish_non_exhaustive()
    }
}

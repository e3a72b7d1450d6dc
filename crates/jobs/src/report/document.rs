//! The document of a report.

use crate::context::Context;
use crate::journal::{Entry, JobKey};
use spapi_core::document::{Charset, Dialect, Document, Rows, TableRow, UsualDialect};
use spapi_core::{BoxFuture, Error, ErrorKind, Marketplace};
use spapi_reports::v2021_06_30::Reports as Api;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a URL is used again. Amazon's are valid for five minutes.
const URL_LIFE: Duration = Duration::from_secs(240);

/// The document of a report that is done. It can be opened as often as needed, also by another run with the same journal.
///
/// A URL that expires before or during a download is renewed, and the download goes on where it was.
pub struct ReportDocument {
    place: Arc<Place>,
    key: JobKey,
}

/// Where the document is.
struct Place {
    context: Arc<Context>,
    id: String,
    type_name: String,
    marketplace: Option<Marketplace>,
    is_restricted: bool,
    charset: Option<Charset>,
    url: Mutex<Option<Url>>,
}

#[derive(Clone)]
struct Url {
    text: String,
    compression: Option<String>,
    came_at: Instant,
}

impl Place {
    /// A URL of the document, which costs a call unless there is one from a moment ago.
    async fn url(&self, renew: bool) -> Result<Url, Error> {
        let known = self.url.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| !renew && known.came_at.elapsed() < URL_LIFE) {
            return Ok(known);
        }
        let mut call = Api::new(&self.context.client).get_report_document(&self.id);
        if self.is_restricted {
            call = call.restricted();
        }
        let answer = call.with_options(self.context.patient()).send().await?;
        let compression = answer.compression_algorithm.as_ref().map(ToString::to_string);
        let url = Url { text: answer.url.clone(), compression, came_at: Instant::now() };
        *self.url.lock().unwrap_or_else(PoisonError::into_inner) = Some(url.clone());
        Ok(url)
    }
}

impl ReportDocument {
    pub(super) fn new(
        context: Arc<Context>,
        id: String,
        type_name: String,
        marketplace: Option<Marketplace>,
        is_restricted: bool,
        key: JobKey,
    ) -> Self {
        let place = Place { context, id, type_name, marketplace, is_restricted, charset: None, url: Mutex::default() };
        Self { place: Arc::new(place), key }
    }

    /// Without a restricted data token.
    pub(super) fn unrestricted(self) -> Self {
        let Place { context, id, type_name, marketplace, .. } = &*self.place;
        Self::new(Arc::clone(context), id.clone(), type_name.clone(), *marketplace, false, self.key)
    }

    /// Reads it in this charset, whatever the document declares. By default the declared one counts, and without one the
    /// usual one of the type and marketplace.
    pub fn charset(self, charset: Charset) -> Self {
        let Place { context, id, type_name, marketplace, is_restricted, .. } = &*self.place;
        let mut place = Self::new(
            Arc::clone(context),
            id.clone(),
            type_name.clone(),
            *marketplace,
            *is_restricted,
            self.key.clone(),
        );
        if let Some(place) = Arc::get_mut(&mut place.place) {
            place.charset = Some(charset);
        }
        place
    }

    /// Amazon's id of the document.
    pub fn id(&self) -> &str {
        &self.place.id
    }

    /// Requests the document and waits until its first bytes come. Read it as bytes, text or rows. Its charset and decimal
    /// mark are the usual ones of the type and marketplace.
    ///
    /// # Errors
    /// When Amazon no longer has the document or refuses the caller, and the errors of
    /// [`Download::open`](spapi_core::document::Download::open).
    pub async fn open(&self) -> Result<Document, Error> {
        let url = self.place.url(false).await.map_err(explained)?;
        let place = Arc::clone(&self.place);
        let renew = move || -> BoxFuture<'static, Result<String, Error>> {
            let place = Arc::clone(&place);
            Box::pin(async move { Ok(place.url(true).await?.text) })
        };
        let client = &self.place.context.client;
        let mut download = client.download(&url.text).compression(url.compression.as_deref()).renewed_by(renew);
        if let Some(marketplace) = self.place.marketplace {
            download = download.of_type(&self.place.type_name, marketplace);
        }
        if let Some(charset) = self.place.charset {
            download = download.charset(charset);
        }
        download.open().await
    }

    /// Opens it as a table, each row of which becomes a `T`: a structure with fields named like the columns, a map, or a
    /// row of `spapi-rows`. Its dialect is the usual one of the type. A table without rows gives none.
    ///
    /// # Errors
    /// The errors of [`open`](Self::open). Also an error if documents of the type are usually no tables.
    pub async fn rows<T: TableRow>(&self) -> Result<Rows<T>, Error> {
        let type_name = &self.place.type_name;
        let Some(dialect) = Dialect::usual_of(type_name) else {
            let message = format!("the documents of {type_name} are usually no tables");
            return Err(Error::new(ErrorKind::Input, message)
                .with_hint("Open it and read its bytes or text, or its rows with a dialect of your choice."));
        };
        self.open().await?.rows(dialect)
    }

    /// Tells the journal that the document is read and its rows are where they belong. The next equal request then makes a
    /// new report. Until then every run gets this one.
    ///
    /// Without a journal there is nothing to tell.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub async fn finish(&self) -> Result<(), Error> {
        self.place.context.journal.remove(&self.key).await
    }

    /// Tells the journal that a report that was found is read, so that it is not found again.
    pub(super) async fn note_finished(&self, entry: &Entry) -> Result<(), Error> {
        self.place.context.journal.write(&self.key, entry).await
    }
}

/// Adds what to do when Amazon no longer has it.
fn explained(error: Error) -> Error {
    match error.is_not_found() {
        true => error.with_hint("Amazon no longer has the document. Finish it, and request the report again."),
        false => error,
    }
}

/// Does not show the URL, which opens the document to everybody.
impl fmt::Debug for ReportDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportDocument").field("type_name", &self.place.type_name).finish_non_exhaustive()
    }
}

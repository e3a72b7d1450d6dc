//! The documents that reports, feeds and queries end with.

use crate::context::Context;
use crate::journal::JobKey;
use spapi_core::document::{Document, Download};
use spapi_core::{BoxFuture, Error, ErrorKind, Marketplace};
use spapi_data_kiosk::v2023_11_15::DataKiosk;
use spapi_feeds::v2021_06_30::Feeds;
use spapi_reports::v2021_06_30::Reports;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a URL is used again. Amazon's are valid for five minutes.
const URL_LIFE: Duration = Duration::from_secs(240);

/// A document of Amazon's, and the key under which the journal has its job. It can be opened as often as needed.
#[derive(Clone)]
pub(crate) struct JobDocument(Arc<Inner>);

struct Inner {
    context: Arc<Context>,
    id: String,
    origin: DocumentOrigin,
    key: JobKey,
    url: Mutex<Option<Url>>,
}

/// What a document belongs to. `marketplace` is the first of several.
#[derive(Clone)]
pub(crate) enum DocumentOrigin {
    Report { type_name: String, marketplace: Option<Marketplace>, is_restricted: bool },
    Feed { type_name: String, marketplace: Option<Marketplace> },
    Query,
}

#[derive(Clone)]
struct Url {
    text: String,
    compression: Option<String>,
    came_at: Instant,
}

impl JobDocument {
    pub fn new(context: &Arc<Context>, id: String, origin: DocumentOrigin, key: JobKey) -> Self {
        Self(Arc::new(Inner { context: Arc::clone(context), id, origin, key, url: Mutex::default() }))
    }

    /// Amazon's id of the document.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    pub fn key(&self) -> &JobKey {
        &self.0.key
    }

    pub fn context(&self) -> &Context {
        &self.0.context
    }

    /// The type of the report or feed.
    pub fn type_name(&self) -> &str {
        match &self.0.origin {
            DocumentOrigin::Report { type_name, .. } | DocumentOrigin::Feed { type_name, .. } => type_name,
            DocumentOrigin::Query => "",
        }
    }

    /// A URL of the document, which costs a call unless there is one from a moment ago.
    async fn url(&self, renew: bool) -> Result<Url, Error> {
        let known = self.0.url.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| !renew && known.came_at.elapsed() < URL_LIFE) {
            return Ok(known);
        }
        let Inner { context, id, origin, .. } = &*self.0;
        let (client, options) = (&context.client, context.patient());
        let (text, compression) = match origin {
            DocumentOrigin::Report { is_restricted, .. } => {
                let mut call = Reports::new(client).get_report_document(id);
                if *is_restricted {
                    call = call.restricted();
                }
                let answer = call.with_options(options).send().await?;
                (answer.url.clone(), answer.compression_algorithm.as_ref().map(ToString::to_string))
            }
            DocumentOrigin::Feed { .. } => {
                let answer = Feeds::new(client).get_feed_document(id).with_options(options).send().await?;
                (answer.url.clone(), answer.compression_algorithm.as_ref().map(ToString::to_string))
            }
            DocumentOrigin::Query => {
                let answer = DataKiosk::new(client).get_document(id).with_options(options).send().await?;
                (answer.document_url.clone(), None)
            }
        };
        let url = Url { text, compression, came_at: Instant::now() };
        *self.0.url.lock().unwrap_or_else(PoisonError::into_inner) = Some(url.clone());
        Ok(url)
    }

    /// A download that has not started, with the usual charset and decimal mark of the type. With a store it is from there.
    pub async fn download(&self) -> Result<Download, Error> {
        let download = match &self.0.context.store {
            None => self.download_anew().await?,
            Some(store) => {
                let kept = match store.find(&self.0.id).await? {
                    Some(kept) => Some(kept),
                    None => {
                        let document = self.download_anew().await?.open().await?;
                        let content_type = document.content_type().map(str::to_owned);
                        store.keep(&self.0.id, content_type, document.bytes()).await?;
                        store.find(&self.0.id).await?
                    }
                };
                let kept = kept.ok_or_else(|| {
                    let message = format!("the store has lost the document {}, which it has just kept", self.0.id);
                    Error::new(ErrorKind::Config, message)
                })?;
                Download::of_body(kept.body, kept.content_type)
            }
        };
        Ok(match &self.0.origin {
            DocumentOrigin::Report { type_name, marketplace: Some(marketplace), .. }
            | DocumentOrigin::Feed { type_name, marketplace: Some(marketplace) } => {
                download.of_type(type_name, *marketplace)
            }
            _ => download,
        })
    }

    /// A download from the document host. A URL that expires is renewed.
    async fn download_anew(&self) -> Result<Download, Error> {
        let url = self.url(false).await.map_err(|error| match error.is_not_found() {
            true => error.with_hint("Amazon no longer has the document. Finish it, and request it again."),
            false => error,
        })?;
        let document = self.clone();
        let renew = move || -> BoxFuture<'static, Result<String, Error>> {
            let document = document.clone();
            Box::pin(async move { Ok(document.url(true).await?.text) })
        };
        let client = &self.0.context.client;
        Ok(client.download(url.text).compression(url.compression.as_deref()).renewed_by(renew))
    }

    /// Requests the document and waits until its first bytes come.
    pub async fn open(&self) -> Result<Document, Error> {
        self.download().await?.open().await
    }

    /// Removes the entry from the journal.
    pub async fn finish(&self) -> Result<(), Error> {
        self.0.context.journal.remove(&self.0.key).await
    }
}

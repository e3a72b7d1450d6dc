//! The documents that feeds and queries end with.

use crate::context::Context;
use crate::journal::JobKey;
use spapi_core::document::Document;
use spapi_core::{BoxFuture, Error, Marketplace};
use spapi_data_kiosk::v2023_11_15::DataKiosk;
use spapi_feeds::v2021_06_30::Feeds;
use std::sync::Arc;

/// A document of Amazon's, and the entry of the journal that has it.
#[derive(Clone)]
pub(crate) struct JobDocument {
    pub context: Arc<Context>,
    pub id: String,
    pub origin: DocumentOrigin,
    pub key: JobKey,
}

/// What the document belongs to.
#[derive(Clone)]
pub(crate) enum DocumentOrigin {
    /// A feed of this type, for this marketplace first.
    Feed {
        type_name: String,
        marketplace: Option<Marketplace>,
    },
    Query,
}

impl JobDocument {
    /// A new URL of the document, and how it is compressed.
    async fn url(&self) -> Result<(String, Option<String>), Error> {
        let (client, options) = (&self.context.client, self.context.patient());
        match self.origin {
            DocumentOrigin::Feed { .. } => {
                let answer = Feeds::new(client).get_feed_document(&self.id).with_options(options).send().await?;
                Ok((answer.url.clone(), answer.compression_algorithm.as_ref().map(ToString::to_string)))
            }
            DocumentOrigin::Query => {
                let answer = DataKiosk::new(client).get_document(&self.id).with_options(options).send().await?;
                Ok((answer.document_url.clone(), None))
            }
        }
    }

    /// Requests the document and waits until its first bytes come. A URL that expires is renewed.
    pub async fn open(&self) -> Result<Document, Error> {
        let gone = |error: Error| match error.is_not_found() {
            true => error.with_hint("Amazon no longer has the document. Finish it, and start the job again."),
            false => error,
        };
        let (url, compression) = self.url().await.map_err(gone)?;
        let document = self.clone();
        let renew = move || -> BoxFuture<'static, Result<String, Error>> {
            let document = document.clone();
            Box::pin(async move { Ok(document.url().await?.0) })
        };
        let client = &self.context.client;
        let mut download = client.download(url).compression(compression.as_deref()).renewed_by(renew);
        if let DocumentOrigin::Feed { type_name, marketplace: Some(marketplace) } = &self.origin {
            download = download.of_type(type_name, *marketplace);
        }
        download.open().await
    }

    /// Removes the entry from the journal.
    pub async fn finish(&self) -> Result<(), Error> {
        self.context.journal.remove(&self.key).await
    }
}

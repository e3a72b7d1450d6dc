//! A store that keeps documents as they are downloaded.

use spapi_core::document::Chunks;
use spapi_core::transport::Body;
use spapi_core::{BoxFuture, Error};

/// Keeps the documents of jobs, so that they can be read again without Amazon.
///
/// With a store each document is downloaded whole before it is read, and read from the store.
pub trait DocumentStore: Send + Sync + 'static {
    /// The document with this id. `None` if it was not kept, or has expired.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn find<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<KeptDocument>, Error>>;

    /// Keeps a document under its id, with the content type that came with it. Afterward it is found.
    ///
    /// # Errors
    /// When the document cannot be loaded to its end, or the store cannot be written.
    fn keep<'a>(&'a self, id: &'a str, content_type: Option<String>, bytes: Chunks)
    -> BoxFuture<'a, Result<(), Error>>;
}

/// A document of a store.
#[derive(Debug)]
#[non_exhaustive]
pub struct KeptDocument {
    /// The content type that came with it.
    pub content_type: Option<String>,
    /// Its bytes, unpacked or in gzip.
    pub body: Body,
}

impl KeptDocument {
    /// A document with these bytes.
    pub fn new(content_type: Option<String>, body: Body) -> Self {
        Self { content_type, body }
    }
}

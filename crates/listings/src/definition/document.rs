//! The schema of a product type: downloaded, compared with its checksum, and compiled.

use super::checksum::Checksum;
use crate::Validator;
use serde_json::Value;
use spapi_core::{BoxFuture, Bytes, Client, Error, ErrorKind};

/// The largest schema that is read, in bytes. The largest ones of Amazon's have about 1 MB.
pub(super) const LARGEST_SCHEMA: usize = 16 * 1024 * 1024;

/// A schema whose bytes have the right checksum.
pub(super) struct Document {
    text: String,
    validator: Result<Validator, Error>,
}

impl Document {
    /// Compiles the schema on a thread that may be busy: a large one takes tens of milliseconds.
    ///
    /// # Errors
    /// When it is not text.
    pub(super) async fn compile(bytes: Bytes) -> Result<Self, Error> {
        let compiled = tokio::task::spawn_blocking(move || {
            let text = String::from_utf8(bytes.into())
                .map_err(|error| Error::new(ErrorKind::Answer, "the schema is not text in UTF-8").with_source(error))?;
            let validator = Validator::compile(text.strip_prefix('\u{feff}').unwrap_or(&text));
            Ok(Self { text, validator })
        });
        let cut_off = |error| Error::new(ErrorKind::Lost, "the schema's compilation was cut off").with_source(error);
        compiled.await.map_err(cut_off)?
    }

    /// As it came.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn validator(&self) -> Result<&Validator, Error> {
        self.validator.as_ref().map_err(Clone::clone)
    }

    /// The schema as JSON, also of one that does not compile.
    ///
    /// # Errors
    /// When it is not JSON.
    pub(super) fn json(&self) -> Result<Value, Error> {
        match &self.validator {
            Ok(validator) => Ok(validator.schema().clone()),
            Err(_) => serde_json::from_str(self.text.trim_start_matches('\u{feff}'))
                .map_err(|error| Error::new(ErrorKind::Answer, "the schema is not JSON").with_source(error)),
        }
    }
}

/// Why a schema was not downloaded.
#[derive(Clone, Debug)]
pub(super) enum Failed {
    /// Its bytes have this checksum, which is not the one that Amazon names.
    Differs(Checksum),
    Other(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Downloads the schema with this checksum. `renew` returns another link when the first has expired.
pub(super) async fn download(
    client: &Client,
    link: String,
    checksum: Checksum,
    renew: impl Fn() -> BoxFuture<'static, Result<String, Error>> + Send + Sync + 'static,
) -> Result<Bytes, Failed> {
    let document = client.download(link).renewed_by(renew).open().await?;
    let bytes = document.bytes().collect(LARGEST_SCHEMA).await?;
    match Checksum::of(&bytes) {
        same if same == checksum => Ok(bytes),
        other => Err(Failed::Differs(other)),
    }
}

//! How the text of a document is read.

use crate::Marketplace;
use crate::decimal::DecimalMark;
use crate::error::{Error, ErrorKind};
use spapi_tables::{Charset, CharsetSource, Limits, TextDecoder};

/// The settings of a download that apply to its document.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reading {
    pub charset: Option<Charset>,
    pub fallback: Option<Charset>,
    pub lossy: bool,
    pub mark: Option<DecimalMark>,
    pub marketplace: Option<Marketplace>,
    pub limits: Limits,
}

impl Reading {
    /// A decoder for the charset that was set, else for the one that the content type declares, else for UTF-8 or the
    /// fallback.
    pub(super) fn decoder(&self, content_type: Option<&str>) -> Result<TextDecoder, Error> {
        let declared = match (self.charset, content_type) {
            (None, Some(content_type)) => Charset::of_content_type(content_type).map_err(|error| {
                Error::new(ErrorKind::Decode, format!("the document cannot be decoded: {error}"))
                    .with_hint("Set the charset with Download::charset.")
            })?,
            _ => None,
        };
        let decoder = match (self.charset, declared) {
            (Some(charset), _) => TextDecoder::known(charset, CharsetSource::Set),
            (None, Some(charset)) => TextDecoder::known(charset, CharsetSource::Declared),
            (None, None) => TextDecoder::undecided(self.fallback),
        };
        Ok(decoder.lossy(self.lossy))
    }
}

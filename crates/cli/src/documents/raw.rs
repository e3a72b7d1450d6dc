//! A document as it is.

use crate::connection::Problem;
use crate::exit::Failure;
use crate::output::file::{Place, Writer};
use crate::progress::Progress;
use spapi_core::document::Document;
use std::io::Write;

/// Writes the bytes of a document, or its text in UTF-8.
pub async fn copy(
    document: Document,
    to_utf8: bool,
    writer: &mut Writer,
    place: &Place,
    progress: &mut Progress,
) -> Result<(), Problem> {
    let mut note = |bytes: &[u8]| {
        writer.write_all(bytes).map_err(Failure::from)?;
        progress.rows(0, place.written());
        Ok::<_, Failure>(())
    };
    if to_utf8 {
        let mut pieces = document.text()?;
        while let Some(piece) = pieces.try_next().await? {
            note(piece.as_bytes())?;
        }
    } else {
        let mut pieces = document.bytes();
        while let Some(piece) = pieces.try_next().await? {
            note(&piece)?;
        }
    }
    Ok(())
}

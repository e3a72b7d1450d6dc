//! Reads JSON of servers by the lenient reader, and logs where it deviates from its type.

use serde::de::DeserializeOwned;
use spapi_types::json::{self, DecodeError, Note};

pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    read_with_notes(body).map(|(value, _)| value)
}

pub(crate) fn read_with_notes<T: DeserializeOwned>(body: &[u8]) -> Result<(T, Vec<Note>), DecodeError> {
    let (value, notes) = json::read_with_notes(body)?;
    log(&notes);
    Ok((value, notes))
}

fn log(notes: &[Note]) {
    for Note { path, kind, .. } in notes {
        tracing::debug!(path, ?kind, "the answer is not spelt as its type says");
    }
}

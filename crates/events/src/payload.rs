//! Payloads by their types.

use crate::Payload;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use spapi_types::json::{self, Note};

/// The payload of a notification type in one version.
pub trait PayloadType: Sized {
    /// The notification type.
    const NOTIFICATION_TYPE: &'static str;
    /// The versions of the payload that are read as this type; empty if that is every version.
    const VERSIONS: &'static [&'static str];

    /// The payload, if it is of this type.
    fn of(payload: &Payload) -> Option<&Self>;
}

/// Reads a payload; `None` if the text is no object.
pub(crate) fn read<P: DeserializeOwned>(text: &[u8], make: impl Fn(Box<P>) -> Payload) -> Option<Payload> {
    json::read(text).ok().map(|payload| make(Box::new(payload)))
}

/// What a text has otherwise than the type.
pub(crate) fn notes<P: DeserializeOwned>(text: &[u8]) -> Vec<Note> {
    json::read_with_all_notes::<P>(text).map(|(_, notes)| notes).unwrap_or_default()
}

/// The members that an object has, each as unknown, and those that it has twice.
pub(crate) fn notes_of_members(text: &[u8]) -> Vec<Note> {
    #[derive(Deserialize)]
    struct Nothing {}
    notes::<Nothing>(text)
}

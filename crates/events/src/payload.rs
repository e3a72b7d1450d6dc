//! Payloads by their types.

use crate::Payload;

/// The payload of a notification type in one version, or in several that are alike.
pub trait PayloadType: Sized {
    /// The notification type.
    const NOTIFICATION_TYPE: &'static str;
    /// The versions of its payload that are read as this type.
    const VERSIONS: &'static [&'static str];

    /// The payload, if it is of this type.
    fn of(payload: &Payload) -> Option<&Self>;
}

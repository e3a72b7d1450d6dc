//! What Amazon allows for each type of notification, by the facts of `spapi-events`.

use crate::http::ApiError;
use spapi_events::facts::{self, DestinationKind, NotificationFacts, Spelling, Subscription};

/// The facts of a type that a subscription can be made to, in its newest version.
///
/// `day` is the sandbox's, as `2026-12-01`: on it, Amazon must have at least one version left. A version with an announced end
/// is still taken while another one has none, because Amazon has moved such ends several times.
pub(super) fn find(name: &str, day: &str) -> Result<&'static NotificationFacts, ApiError> {
    let invalid = |problem: String| ApiError::invalid_input(format!("notificationType: {problem}"));
    let newest = facts::newest(name).ok_or_else(|| invalid(format!("there is no notification {name:?}.")))?;
    if newest.subscription == Subscription::Console {
        return Err(invalid(format!("{name} needs no subscription; it goes to the queue of the application.")));
    }
    if facts::find(name).all(|known| known.is_retired_on(day)) {
        let instead = newest.retirement.and_then(|retirement| retirement.instead);
        // The facts set names in backticks.
        let instead = instead.map_or_else(String::new, |instead| format!("; use {}", instead.replace('`', "")));
        return Err(invalid(format!("Amazon has removed {name}{instead}.")));
    }
    Ok(newest)
}

/// The type in a version; refuses one that the payload does not have.
pub(super) fn in_version(name: &str, version: &str) -> Result<&'static NotificationFacts, ApiError> {
    let known = facts::find(name).find(|known| known.payload_version.is_none_or(|known| known == version));
    known.ok_or_else(|| {
        let versions: Vec<&str> = facts::find(name).filter_map(|known| known.payload_version).collect();
        ApiError::invalid_input(format!("payloadVersion: {name} has {}, not {version:?}.", versions.join(", ")))
    })
}

/// Refuses a destination that does not take the type.
pub(super) fn check_destination(kind: &NotificationFacts, is_queue: bool) -> Result<(), ApiError> {
    let (goes_to, not_to) = match (kind.destination, is_queue) {
        (DestinationKind::Sqs, false) => ("an SQS queue", "EventBridge"),
        (DestinationKind::EventBridge, true) => ("EventBridge", "an SQS queue"),
        _ => return Ok(()),
    };
    Err(ApiError::invalid_input(format!("destinationId: {} goes to {goes_to}, not to {not_to}.", kind.name)))
}

/// Whether the names of the envelope begin with a small letter.
pub(super) fn is_camel(name: &str, version: &str) -> bool {
    let mut known = facts::find(name);
    let known = known.find(|known| known.payload_version == Some(version)).or_else(|| facts::newest(name));
    known.is_some_and(|known| known.envelope == Spelling::CamelCase)
}

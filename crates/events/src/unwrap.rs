//! Finds the envelope of a notification in the body of a message: EventBridge and SNS wrap it, and some senders write
//! JSON as a text.

use crate::{Notification, ParseError, ParseErrorKind as Kind};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use spapi_types::json;
use spapi_types::text::from_utf8_lossy;
use std::collections::BTreeMap;

/// In how many other envelopes a notification may be wrapped.
const MOST_WRAPPINGS: usize = 4;

/// The members of an object, with the text of each value.
pub(crate) type Members = BTreeMap<String, Box<RawValue>>;

/// The text of the innermost envelope, and its members.
pub(crate) fn unwrap(body: &[u8]) -> Result<(String, Members), ParseError> {
    let most = Notification::MOST_BYTES;
    if body.len() > most {
        return Err(ParseError::new(
            Kind::TooLarge,
            format!("it has {} bytes, and at most {most} are read", body.len()),
        ));
    }
    let mut text = from_utf8_lossy(body).into_owned();
    for _ in 0..=MOST_WRAPPINGS {
        text.drain(..text.len() - without_lead(&text).len());
        if is_too_deep(&text) {
            let most = Notification::MOST_DEPTH;
            return Err(ParseError::new(Kind::TooDeep, format!("it is nested deeper than {most} levels")));
        }
        let members = match text.chars().next() {
            Some('{') => object(&text).ok_or_else(not_json)?,
            Some('"') => {
                text = json::read(text.as_bytes()).map_err(|_| not_json())?;
                continue;
            }
            _ if serde_json::from_str::<IgnoredAny>(&text).is_ok() => {
                return Err(ParseError::new(Kind::NotAnObject, "it is JSON and not an object"));
            }
            _ => return Err(not_json()),
        };
        if member(&members, "NotificationType").is_some() {
            return Ok((text, members));
        }
        text = wrapped(&members)?;
    }
    Err(ParseError::new(Kind::TooDeep, format!("it is wrapped in more than {MOST_WRAPPINGS} other envelopes")))
}

/// The text that an envelope of EventBridge or SNS holds.
fn wrapped(members: &Members) -> Result<String, ParseError> {
    let not_ours = |reason: &str| ParseError::new(Kind::NotANotification, reason);
    if let Some(detail) = member(members, "detail") {
        return Ok(detail.get().to_owned());
    }
    let kind = text(members, "Type").unwrap_or_default();
    match member(members, "Message") {
        Some(message) if kind == "Notification" || member(members, "TopicArn").is_some() => match kind.as_str() {
            "SubscriptionConfirmation" | "UnsubscribeConfirmation" => {
                Err(not_ours("it is SNS's confirmation of a subscription: confirm it in AWS"))
            }
            _ => Ok(message.get().to_owned()),
        },
        _ => Err(not_ours("it has no `NotificationType`, and is no envelope of EventBridge or SNS")),
    }
}

/// The text without white space and byte order marks at its beginning.
pub(crate) fn without_lead(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', '\r', '\u{feff}'])
}

/// The members of a text that is an object.
pub(crate) fn object(text: &str) -> Option<Members> {
    json::read(text.as_bytes()).ok()
}

/// The member of that name in any case, unless it is null.
pub(crate) fn member<'a>(members: &'a Members, name: &str) -> Option<&'a RawValue> {
    let mut found = members.iter().filter(|(key, value)| key.eq_ignore_ascii_case(name) && value.get() != "null");
    found.next().map(|(_, value)| &**value)
}

/// The member of that name as a text; `None` if it is empty, or neither a text nor a number or a flag.
pub(crate) fn text(members: &Members, name: &str) -> Option<String> {
    let text: String = json::read(member(members, name)?.get().as_bytes()).ok()?;
    Some(text).filter(|text| !text.is_empty())
}

/// Whether lists and objects are nested deeper than is read.
pub(crate) fn is_too_deep(text: &str) -> bool {
    let (mut depth, mut within_text, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if within_text => escaped = true,
            b'"' => within_text = !within_text,
            b'{' | b'[' if !within_text => depth += 1,
            b'}' | b']' if !within_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > Notification::MOST_DEPTH {
            return true;
        }
    }
    false
}

fn not_json() -> ParseError {
    ParseError::new(Kind::NotJson, "it is empty or not JSON")
}

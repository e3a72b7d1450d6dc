//! The envelope of a notification.

use crate::unwrap::{Members, is_too_deep, member, object, text, unwrap};
use crate::{NotificationType, ParseError, ParseErrorKind, Payload, PayloadType};
use serde_json::Value;
use spapi_types::DateTime;
use spapi_types::json::{self, Note};
use std::fmt;

/// A notification: the envelope, and the payload by its type.
///
/// `Debug` shows the envelope alone, because payloads have data of buyers and secrets.
#[derive(Clone)]
#[non_exhaustive]
pub struct Notification {
    /// What it is about.
    pub notification_type: NotificationType,
    /// The version of the payload, such as `1.0` or `2020-09-04`; empty if the envelope has none.
    pub payload_version: String,
    /// The version of the envelope.
    pub notification_version: Option<String>,
    /// When it happened.
    pub event_time: Option<DateTime>,
    /// Who subscribed, and when Amazon sent it.
    pub metadata: Metadata,
    /// What happened.
    pub payload: Payload,
    raw: Value,
}

/// Who subscribed to a notification, and when Amazon sent it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// The application.
    pub application_id: Option<String>,
    /// The subscription.
    pub subscription_id: Option<String>,
    /// The notification. A notification that is sent again keeps it.
    pub notification_id: Option<String>,
    /// When Amazon sent it.
    pub publish_time: Option<DateTime>,
}

impl Notification {
    /// The longest body in bytes that is read: 1 MiB, the most that a message of Amazon SQS may have.
    pub const MOST_BYTES: usize = 1024 * 1024;

    /// How deep lists and objects of a body may be nested.
    pub const MOST_DEPTH: usize = 100;

    /// Reads the body of a message.
    ///
    /// The envelope may be spelt in either way (`NotificationType` or `notificationType`, also mixed), wrapped by
    /// EventBridge (`detail`) or SNS (`Message`), or written as a text. A payload whose type or version is not known is
    /// [`Payload::Other`].
    ///
    /// # Errors
    /// When the body is not a notification. The error holds no value of the body.
    pub fn parse(body: &[u8]) -> Result<Self, ParseError> {
        let (envelope, members) = unwrap(body)?;
        let Some(kind) = text(&members, "NotificationType") else {
            let reason = "its `NotificationType` is empty or not a text";
            return Err(ParseError::new(ParseErrorKind::NotANotification, reason));
        };
        let mut raw: Value = json::read(envelope.as_bytes())
            .map_err(|_| ParseError::new(ParseErrorKind::NotJson, "it is empty or not JSON"))?;
        let payload_text = payload_text(&members, &mut raw);
        let notification_type = NotificationType::known(&kind);
        let payload_version = text(&members, "PayloadVersion").unwrap_or_default();
        let payload = payload_text
            .as_deref()
            .and_then(|text| crate::generated::decode(&notification_type, &payload_version, inside(text).as_bytes()))
            .unwrap_or_else(|| Payload::Other(payload_of(&raw).clone()));
        Ok(Self {
            notification_type,
            payload_version,
            notification_version: text(&members, "NotificationVersion"),
            event_time: text(&members, "EventTime").map(DateTime::from),
            metadata: metadata(&members),
            payload,
            raw,
        })
    }

    /// The id of the notification. Amazon may send a notification again, with the same id.
    pub fn id(&self) -> Option<&str> {
        self.metadata.notification_id.as_deref()
    }

    /// The payload, if it is of that type.
    pub fn payload_as<P: PayloadType>(&self) -> Option<&P> {
        P::of(&self.payload)
    }

    /// The envelope as it came, unwrapped, with the members that no type names.
    pub fn raw(&self) -> &Value {
        &self.raw
    }

    /// The seller or vendor whose notification it is, wherever its type keeps the id.
    pub fn seller_id(&self) -> Option<&str> {
        let payload = inside_value(payload_of(&self.raw));
        let names = ["SellerId", "MerchantId", "AccountId"];
        let found = names.iter().find_map(|name| value_of(payload, name)?.as_str());
        found.map(|id| id.strip_prefix("amzn1.merchant.o.").unwrap_or(id))
    }
}

/// Without the payload.
impl fmt::Debug for Notification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notification")
            .field("notification_type", &self.notification_type)
            .field("payload_version", &self.payload_version)
            .field("event_time", &self.event_time)
            .field("metadata", &self.metadata)
            .finish_non_exhaustive()
    }
}

fn metadata(members: &Members) -> Metadata {
    let found = member(members, "NotificationMetadata").and_then(|metadata| object(metadata.get())).unwrap_or_default();
    Metadata {
        application_id: text(&found, "ApplicationId"),
        subscription_id: text(&found, "SubscriptionId"),
        notification_id: text(&found, "NotificationId"),
        publish_time: text(&found, "PublishTime").map(DateTime::from),
    }
}

/// The text of the payload. A payload that is written as a text takes its place in `raw` as what it says.
fn payload_text(members: &Members, raw: &mut Value) -> Option<String> {
    let payload = member(members, "Payload")?.get();
    if !payload.starts_with('"') {
        return Some(payload.to_owned());
    }
    let text: String = json::read(payload.as_bytes()).ok()?;
    if is_too_deep(&text) {
        return None;
    }
    let value: Value = json::read(text.as_bytes()).ok().filter(Value::is_object)?;
    let place =
        raw.as_object_mut()?.iter_mut().find(|(name, value)| name.eq_ignore_ascii_case("Payload") && !value.is_null());
    *place?.1 = value;
    Some(text)
}

/// The text within the wrapper of a payload, such as `AnyOfferChangedNotification`.
fn inside(payload: &str) -> String {
    let wrapped = object(payload).and_then(|members| {
        let mut wrappers = members.iter().filter(|(name, value)| is_wrapper(name) && value.get().starts_with('{'));
        let (_, only) = wrappers.next().filter(|_| wrappers.next().is_none())?;
        Some(only.get().to_owned())
    });
    wrapped.unwrap_or_else(|| payload.to_owned())
}

fn inside_value(payload: &Value) -> &Value {
    let wrapped = payload.as_object().and_then(|members| {
        let mut wrappers = members.iter().filter(|(name, value)| is_wrapper(name) && value.is_object());
        let (_, only) = wrappers.next()?;
        wrappers.next().is_none().then_some(only)
    });
    wrapped.unwrap_or(payload)
}

fn is_wrapper(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("notification")
}

fn payload_of(raw: &Value) -> &Value {
    value_of(raw, "Payload").unwrap_or(&Value::Null)
}

/// The member of that name in any case, unless it is null.
fn value_of<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let mut found =
        object.as_object()?.iter().filter(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null());
    found.next().map(|(_, value)| value)
}

impl Notification {
    /// What the payload has otherwise than its type: members that the type does not know, values that could not be read.
    /// The notes hold paths and no values. A payload of an unknown type has none.
    pub fn drift(&self) -> Vec<Note> {
        let text = inside_value(payload_of(&self.raw)).to_string();
        crate::generated::drift(&self.payload, text.as_bytes())
    }
}

//! The envelope of a notification.

use crate::facts::{self, NotificationFacts};
use crate::payload::notes_of_members;
use crate::place;
use crate::unwrap::{Members, is_too_deep, member, object, text, unwrap, without_lead};
use crate::{NotificationType, ParseError, ParseErrorKind, Payload, PayloadType};
use serde_json::Value;
use spapi_types::DateTime;
use spapi_types::json::{self, Note, NoteKind};
use std::fmt;
use std::time::SystemTime;

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
    /// The payload with its wrapper as it came, in which a member may occur twice.
    payload_text: Option<String>,
    /// The name of the wrapper.
    wrapper: Option<String>,
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
        let metadata = written_out(&members, "NotificationMetadata", &mut raw);
        let payload_text = written_out(&members, "Payload", &mut raw);
        let notification_type = NotificationType::known(&kind);
        let payload_version = text(&members, "PayloadVersion").unwrap_or_default();
        let payload_members = payload_text.as_deref().and_then(object).unwrap_or_default();
        let wrapper = wrapper(&notification_type, &payload_members);
        let inner = wrapper.as_ref().and_then(|name| payload_members.get(name)).map(|inner| inner.get());
        let payload = inner
            .or(payload_text.as_deref())
            .and_then(|text| crate::generated::decode(&notification_type, &payload_version, text.as_bytes()))
            .unwrap_or_else(|| Payload::Other(place::member(&raw, "Payload").cloned().unwrap_or_default()));
        Ok(Self {
            notification_type,
            payload_version,
            notification_version: text(&members, "NotificationVersion"),
            event_time: text(&members, "EventTime").map(DateTime::from),
            metadata: metadata.as_deref().and_then(object).map(|found| Metadata::of(&found)).unwrap_or_default(),
            payload,
            raw,
            payload_text,
            wrapper,
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

    /// The envelope as it came, unwrapped, with the members that no type names. It has buyers' data and secrets, which
    /// its `Debug` and serde show.
    pub fn raw(&self) -> &Value {
        &self.raw
    }

    /// The payload as JSON, without a wrapper such as `OrderChangeNotification`. Null if there is none.
    pub fn payload_json(&self) -> &Value {
        let payload = place::member(&self.raw, "Payload").unwrap_or(&Value::Null);
        self.wrapper.as_ref().and_then(|name| payload.get(name)).unwrap_or(payload)
    }

    /// The seller or vendor whose notification it is, wherever its type keeps the id.
    pub fn seller_id(&self) -> Option<&str> {
        let payload = self.payload_json();
        let own = self.facts().and_then(|facts| facts.seller);
        let mut places = own.into_iter().chain(["SellerId", "AccountId"]);
        places.find_map(|place| place::text(payload, place)).map(|id| id.strip_prefix(ACCOUNT).unwrap_or(id))
    }

    /// The marketplace that it is about; the first one if there are several, wherever its type keeps the id.
    pub fn marketplace_id(&self) -> Option<&str> {
        let payload = self.payload_json();
        let own = self.facts().and_then(|facts| facts.marketplace);
        own.into_iter().chain(["MarketplaceId"]).find_map(|place| place::text(payload, place))
    }

    /// What it is about: its type and the ids of the thing whose state it says, such as seller, marketplace and SKU, as
    /// the text of a JSON list. A later notification of the same key replaces this one. `None` if it says what happened
    /// in a span of time, or no id is there.
    pub fn key(&self) -> Option<String> {
        let payload = self.payload_json();
        let places = self.facts()?.key;
        let ids: Vec<_> =
            places.iter().map(|place| place::value(payload, place).cloned().unwrap_or_default()).collect();
        if ids.iter().all(Value::is_null) {
            return None;
        }
        let all = [Value::from(self.notification_type.as_str())].into_iter().chain(ids);
        Some(Value::from_iter(all).to_string())
    }

    /// When it happened, or if the envelope does not say it, when Amazon sent it. `None` if neither can be read.
    pub fn happened_at(&self) -> Option<SystemTime> {
        let times = [self.event_time.as_ref(), self.metadata.publish_time.as_ref()];
        times.into_iter().flatten().find_map(|time| time.to_system_time().ok())
    }

    /// What is known of its type and version.
    pub fn facts(&self) -> Option<&'static NotificationFacts> {
        facts::of(self.notification_type.as_str(), &self.payload_version)
    }

    /// What the payload has otherwise than its type: members that the type does not know or that occur twice, values that could not
    /// be read, and members beside the wrapper, by their names. The notes hold paths and no values. A payload without a type has none.
    pub fn drift(&self) -> Vec<Note> {
        let Some(text) = self.payload_text.as_deref().filter(|_| !matches!(self.payload, Payload::Other(_))) else {
            return Vec::new();
        };
        let Some(wrapper) = &self.wrapper else { return crate::generated::drift(&self.payload, text.as_bytes()) };
        let members = object(text).unwrap_or_default();
        let inner = members.get(wrapper).map(|inner| inner.get()).unwrap_or_default();
        let mut notes = crate::generated::drift(&self.payload, inner.as_bytes());
        // To a type without a field, the wrapper is unknown too.
        let mut own = String::new();
        json::path::push_key(&mut own, wrapper);
        let beside = notes_of_members(text.as_bytes()).into_iter();
        notes.extend(beside.filter(|note| note.kind != NoteKind::Unknown || note.path != own));
        notes
    }
}

/// What an account's id has before the seller's.
const ACCOUNT: &str = "amzn1.merchant.o.";

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

impl Metadata {
    fn of(members: &Members) -> Self {
        Self {
            application_id: text(members, "ApplicationId"),
            subscription_id: text(members, "SubscriptionId"),
            notification_id: text(members, "NotificationId"),
            publish_time: text(members, "PublishTime").map(DateTime::from),
        }
    }
}

/// The text of a member that is an object. One that is written as a text takes its place in `raw` as what it says.
fn written_out(members: &Members, name: &str, raw: &mut Value) -> Option<String> {
    let member = member(members, name)?.get();
    if !member.starts_with('"') {
        return Some(member.to_owned());
    }
    let text: String = json::read(member.as_bytes()).ok()?;
    let text = without_lead(&text);
    if is_too_deep(text) {
        return None;
    }
    let value: Value = json::read(text.as_bytes()).ok().filter(Value::is_object)?;
    let place = raw.as_object_mut()?.iter_mut().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_null());
    *place?.1 = value;
    Some(text.to_owned())
}

/// The name of the member that the payload is in, such as `AnyOfferChangedNotification`.
fn wrapper(kind: &NotificationType, payload: &Members) -> Option<String> {
    let letters = |name: &str| name.replace('_', "").to_ascii_lowercase();
    let own = letters(kind.as_str());
    let is_wrapper = |name: &str| name.to_ascii_lowercase().ends_with("notification") || letters(name) == own;
    let only = |mut names: Vec<&String>| names.pop().filter(|_| names.is_empty()).cloned();
    let objects = || payload.iter().filter(|(_, value)| value.get().starts_with('{')).map(|(name, _)| name);
    let named = only(objects().filter(|name| is_wrapper(name)).collect());
    // Amazon publishes no schema of these, and their members are texts.
    let is_of_secret = matches!(
        kind,
        NotificationType::ApplicationOauthClientNewSecret | NotificationType::ApplicationOauthClientSecretExpiry
    );
    named.or_else(|| only(objects().collect()).filter(|_| is_of_secret && payload.len() == 1))
}

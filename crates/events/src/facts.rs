//! What is known of each notification type, from Amazon's documentation and schemas.
//!
//! ```ignore
//! use spapi_events::facts::{self, DestinationKind};
//!
//! let facts = facts::newest("LISTINGS_ITEM_STATUS_CHANGE").unwrap();
//! assert_eq!(facts.destination, DestinationKind::EventBridge);
//! assert_eq!(facts.payload_version, Some("1.0"));
//! ```

use crate::generated::FACTS;

/// What is known of a notification type in one version of its payload.
#[allow(dead_code, reason = "until the table is generated")]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct NotificationFacts {
    /// The notification type.
    pub name: &'static str,
    /// The version of the payload. `None` if it is not known.
    pub payload_version: Option<&'static str>,
    /// How the names of the envelope are spelt.
    pub envelope: Spelling,
    /// Where Amazon sends it.
    pub destination: DestinationKind,
    /// Whose notification it is. Empty if that is not known.
    pub parties: &'static [Party],
    /// The roles of the application of which one is needed. Empty if none is, or that is not known.
    pub roles: &'static [&'static str],
    /// How a subscription is made.
    pub subscription: Subscription,
    /// The members that an `eventFilter` of this type may have besides its type. Empty if it takes none.
    pub event_filter: &'static [&'static str],
    /// Whether a subscription is known to take a `filterExpression`.
    pub filter_expression: bool,
    /// Whether public sources agree that Amazon sends it.
    pub is_confirmed: bool,
    /// When Amazon ends it.
    pub retirement: Option<Retirement>,
    /// Whether this crate has a type for the payload.
    pub has_payload_type: bool,
    /// What it says, in a few words.
    pub about: &'static str,
    /// Where the payload keeps the seller's or vendor's id.
    pub(crate) seller: Option<&'static str>,
    /// Where the payload keeps the marketplace's id.
    pub(crate) marketplace: Option<&'static str>,
    /// Where the payload keeps what it is about. Later notifications of an equal key replace earlier ones.
    pub(crate) key: &'static [&'static str],
}

/// How the names of an envelope are spelt. [`Notification::parse`](crate::Notification::parse) reads both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Spelling {
    /// `NotificationType`
    PascalCase,
    /// `notificationType`
    CamelCase,
    /// Public sources do not say.
    Unknown,
}

/// Where Amazon sends notifications of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DestinationKind {
    /// To a queue of Amazon SQS.
    Sqs,
    /// To an event bus of Amazon EventBridge.
    EventBridge,
    /// To either.
    Either,
    /// Public sources do not say.
    Unknown,
}

/// Whose notification it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Party {
    /// A seller's.
    Seller,
    /// A vendor's.
    Vendor,
    /// The application's.
    Application,
}

/// How a subscription is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Subscription {
    /// By `createSubscription` with a seller's or vendor's token.
    Token,
    /// By `createSubscription` with a grantless token.
    Grantless,
    /// In Amazon's developer console, without a call.
    Console,
}

/// When Amazon ends something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Retirement {
    /// The day, as `2026-07-29`.
    pub on: &'static str,
    /// What replaces it.
    pub instead: Option<&'static str>,
}

impl NotificationFacts {
    /// Whether Amazon has ended it on that day, given as `2026-12-01`.
    pub fn is_retired_on(&self, day: &str) -> bool {
        self.retirement.is_some_and(|retirement| retirement.on <= day)
    }
}

/// All types and versions, by name and then by version.
pub fn facts() -> &'static [NotificationFacts] {
    FACTS
}

/// The versions of a type, the oldest first; none if the type is not known.
pub fn find(name: &str) -> impl Iterator<Item = &'static NotificationFacts> {
    FACTS.iter().filter(move |facts| facts.name == name)
}

/// The newest version of a type.
pub fn newest(name: &str) -> Option<&'static NotificationFacts> {
    find(name).last()
}

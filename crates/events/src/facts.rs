//! What is known of each notification type, from Amazon's documentation and schemas.
//!
//! ```
//! use spapi_events::facts::{self, DestinationKind};
//!
//! let facts = facts::newest("LISTINGS_ITEM_STATUS_CHANGE").unwrap();
//! assert_eq!(facts.destination, DestinationKind::EventBridge);
//! assert_eq!(facts.payload_version, Some("1.0"));
//! ```

use crate::generated::FACTS;

/// What is known of a notification type in one version of its payload.
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

/// The row of a type in that version; of its newest version if that version is not known.
pub(crate) fn of(name: &str, version: &str) -> Option<&'static NotificationFacts> {
    find(name).find(|facts| facts.payload_version == Some(version)).or_else(|| newest(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_found_with_all_its_versions() {
        let versions = find("LISTINGS_ITEM_ISSUES_CHANGE").map(|facts| facts.payload_version);
        assert_eq!(versions.collect::<Vec<_>>(), [Some("1.0"), Some("2023-12-13")]);
        assert_eq!(newest("LISTINGS_ITEM_ISSUES_CHANGE").unwrap().payload_version, Some("2023-12-13"));
        assert_eq!(of("LISTINGS_ITEM_ISSUES_CHANGE", "1.0").unwrap().payload_version, Some("1.0"));
        assert_eq!(of("LISTINGS_ITEM_ISSUES_CHANGE", "9").unwrap().payload_version, Some("2023-12-13"));
        assert!(find("NOTHING").next().is_none() && of("NOTHING", "1.0").is_none());
    }

    #[test]
    fn retirements_have_their_day_and_what_replaces_the_type() {
        let old = find("LISTINGS_ITEM_ISSUES_CHANGE").next().unwrap();
        assert!(old.is_retired_on("2026-12-01") && !old.is_retired_on("2026-08-25"));
        assert!(!newest("LISTINGS_ITEM_ISSUES_CHANGE").unwrap().is_retired_on("2099-01-01"));
        let order = newest("ORDER_STATUS_CHANGE").unwrap().retirement.unwrap();
        assert_eq!(order.instead, Some("`ORDER_CHANGE`"));
    }

    #[test]
    fn every_row_is_a_type_and_some_payloads_have_no_type() {
        for facts in facts() {
            assert!(crate::NotificationType::VALUES.contains(&facts.name), "{}", facts.name);
        }
        let without: Vec<_> = facts().iter().filter(|facts| !facts.has_payload_type).map(|facts| facts.name).collect();
        assert_eq!(
            without,
            ["BOPIS_CHECKIN_DETAILS", "EXTERNAL_FULFILLMENT_SHIPMENT_STATUS_CHANGE", "SHIPPING_CHARGE_NOTIFICATION"]
        );
    }
}

//! Destinations of notifications, subscriptions to them, and the notifications that wait to be sent. The sandbox sends none.

use crate::http::ApiError;
use crate::keep::{self, forms};
use crate::login::Account;
use crate::time::dates;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spapi_metadata::PathParameters;
use spapi_types::Region;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// The most destinations, and the most subscriptions, that the sandbox keeps.
const MOST: usize = 1000;

/// The most notifications that wait; the sandbox drops the oldest ones.
const MOST_QUEUED: usize = 10_000;

/// The id of the application in notifications.
const APPLICATION_ID: &str = "amzn1.sellerapps.app.spapi-sandbox";

/// A queue or an event bus of the application.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Destination {
    #[serde(with = "forms::region")]
    pub(crate) region: Region,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) resource: Value,
}

/// A seller's subscription to one type of notification.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub(crate) id: String,
    pub(crate) account: Account,
    pub(crate) kind: String,
    pub(crate) payload_version: String,
    pub(crate) destination: String,
    pub(crate) directive: Option<Value>,
}

impl Subscription {
    /// Whether a path names this subscription's type and id.
    pub(super) fn is_at(&self, type_and_id: &PathParameters) -> bool {
        type_and_id.iter().map(|(_, value)| value).eq([&self.kind, &self.id])
    }
}

/// The destinations and subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Notifications {
    state: Mutex<State>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    destinations: Vec<Destination>,
    subscriptions: Vec<Subscription>,
    /// The notifications that wait, the oldest first.
    queue: VecDeque<Queued>,
    /// The number of ids so far, which makes each one unique.
    made: u64,
}

/// A notification that waits to be sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Queued {
    account: Account,
    destination: String,
    notification: Value,
}

/// Something that sellers hear of if they have subscribed to it.
pub(crate) struct Notice<'a> {
    /// The type of the notification.
    pub(crate) kind: &'static str,
    pub(crate) region: Region,
    pub(crate) at: SystemTime,
    pub(crate) marketplace_id: &'a str,
    /// The payload of a version.
    pub(crate) payload: &'a dyn Fn(&str) -> Value,
}

impl Subscription {
    /// Whether the subscription wants notifications about a marketplace.
    fn takes(&self, marketplace_id: &str) -> bool {
        let wanted = self.directive.as_ref().and_then(|it| it["eventFilter"]["marketplaceIds"].as_array());
        wanted.is_none_or(|ids| ids.is_empty() || ids.iter().any(|id| id == marketplace_id))
    }
}

impl State {
    fn next_id(&mut self) -> String {
        self.made += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.made)
    }
}

impl Notifications {
    /// The part of the state that is kept between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        keep::saved(&self.state)
    }

    pub(crate) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        keep::restore(&self.state, saved)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new destination.
    pub(super) fn create_destination(
        &self,
        region: Region,
        name: String,
        resource: Value,
    ) -> Result<Destination, ApiError> {
        let mut state = self.state();
        if state.destinations.iter().any(|known| known.region == region && known.resource == resource) {
            return Err(ApiError::conflict("A destination with that resource already exists."));
        }
        if state.destinations.len() >= MOST {
            return Err(ApiError::too_many("destinations", MOST));
        }
        let destination = Destination { region, id: state.next_id(), name, resource };
        state.destinations.push(destination.clone());
        Ok(destination)
    }

    pub(super) fn destinations(&self, region: Region) -> Vec<Destination> {
        self.state().destinations.iter().filter(|known| known.region == region).cloned().collect()
    }

    /// Removes a destination. Returns whether it existed.
    pub(super) fn delete_destination(&self, region: Region, id: &str) -> bool {
        let mut state = self.state();
        let before = state.destinations.len();
        state.destinations.retain(|known| known.region != region || known.id != id);
        state.destinations.len() < before
    }

    /// Adds a subscription, and makes its id.
    pub(super) fn subscribe(&self, subscription: Subscription) -> Result<Subscription, ApiError> {
        let mut state = self.state();
        let key = |s: &Subscription| (s.account, s.kind.clone(), s.payload_version.clone());
        if state.subscriptions.iter().any(|known| key(known) == key(&subscription)) {
            return Err(ApiError::conflict("A subscription to that type already exists."));
        }
        if state.subscriptions.len() >= MOST {
            return Err(ApiError::too_many("subscriptions", MOST));
        }
        let subscription = Subscription { id: state.next_id(), ..subscription };
        state.subscriptions.push(subscription.clone());
        Ok(subscription)
    }

    pub(super) fn subscriptions(&self, region: Region) -> Vec<Subscription> {
        self.state().subscriptions.iter().filter(|known| known.account.region == region).cloned().collect()
    }

    /// Queues a notification for each subscription that wants it. All sellers share one shop, so each of them hears of it.
    pub(crate) fn queue(&self, notice: &Notice) {
        let mut state = self.state();
        let wanted: Vec<Subscription> = state
            .subscriptions
            .iter()
            .filter(|known| known.account.region == notice.region && known.kind == notice.kind)
            .filter(|known| known.takes(notice.marketplace_id))
            .cloned()
            .collect();
        for subscription in wanted {
            let notification = json!({
                "NotificationVersion": "1.0",
                "NotificationType": notice.kind,
                "PayloadVersion": subscription.payload_version,
                "EventTime": dates::text(notice.at),
                "Payload": (notice.payload)(&subscription.payload_version),
                "NotificationMetadata": {
                    "ApplicationId": APPLICATION_ID,
                    "SubscriptionId": subscription.id,
                    "PublishTime": dates::text(notice.at),
                    "NotificationId": state.next_id(),
                },
            });
            if state.queue.len() >= MOST_QUEUED {
                state.queue.pop_front();
            }
            let (account, destination) = (subscription.account, subscription.destination);
            state.queue.push_back(Queued { account, destination, notification });
        }
    }

    /// The notifications that wait, the oldest first.
    pub(crate) fn queued(&self) -> Vec<Value> {
        let show = |queued: &Queued| {
            json!({
                "region": queued.account.region.code(),
                "destinationId": queued.destination,
                "notification": queued.notification,
            })
        };
        self.state().queue.iter().map(show).collect()
    }

    /// Removes the notifications that wait.
    pub(crate) fn clear_queue(&self) {
        self.state().queue.clear();
    }

    /// Removes the subscription of a type and id. Returns whether it existed.
    pub(super) fn unsubscribe(&self, region: Region, type_and_id: &PathParameters) -> bool {
        let mut state = self.state();
        let before = state.subscriptions.len();
        state.subscriptions.retain(|known| known.account.region != region || !known.is_at(type_and_id));
        state.subscriptions.len() < before
    }
}

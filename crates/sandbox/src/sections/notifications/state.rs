//! Destinations of notifications and subscriptions to them. The sandbox sends no notification.

use crate::http::ApiError;
use crate::keep::{self, forms};
use crate::login::Account;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spapi_metadata::PathParameters;
use spapi_types::Region;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most destinations, and the most subscriptions, that the sandbox keeps.
const MOST: usize = 1000;

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
    /// The number of ids so far, which makes each one unique.
    made: u64,
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

    /// Removes the subscription of a type and id. Returns whether it existed.
    pub(super) fn unsubscribe(&self, region: Region, type_and_id: &PathParameters) -> bool {
        let mut state = self.state();
        let before = state.subscriptions.len();
        state.subscriptions.retain(|known| known.account.region != region || !known.is_at(type_and_id));
        state.subscriptions.len() < before
    }
}

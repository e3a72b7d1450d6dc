//! Destinations of notifications, subscriptions to them, and what was sent.

use super::delivery::{Delivery, Sent};
use super::directive::Wanted;
use super::rules;
use crate::faults::{FaultKind, Faults};
use crate::http::ApiError;
use crate::keep::{self, forms};
use crate::login::Account;
use crate::time::dates;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spapi_metadata::PathParameters;
use spapi_types::Region;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// The most destinations, and the most subscriptions, that the sandbox keeps.
const MOST: usize = 1000;

/// The most notifications that are shown, and the most items whose changes are joined; the sandbox drops the oldest ones.
const MOST_QUEUED: usize = 10_000;

/// How long a notification that is out of order waits for a later one, by the sandbox's clock.
const LONGEST_HELD: Duration = Duration::from_secs(60);

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

impl Destination {
    pub(super) fn is_queue(&self) -> bool {
        self.resource.get("sqs").is_some()
    }
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
    pub(super) wanted: Wanted,
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
    delivery: Delivery,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    destinations: Vec<Destination>,
    subscriptions: Vec<Subscription>,
    /// The newest notifications, the oldest first.
    queue: VecDeque<Queued>,
    /// Those that are sent after a later one, each with its time.
    held: Vec<(SystemTime, Queued)>,
    /// The items whose changes are joined, by subscription and item.
    joined: BTreeMap<String, Joined>,
    /// The number of ids so far, which makes each one unique.
    made: u64,
    /// What is not delivered yet.
    #[serde(skip)]
    out: Vec<Sent>,
}

/// A notification and where it goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Queued {
    #[serde(with = "forms::region")]
    region: Region,
    destination: String,
    notification: Value,
}

/// The changes of an item within a period.
#[derive(Debug, Serialize, Deserialize)]
struct Joined {
    until: SystemTime,
    period: Duration,
    /// The newest change after the first one.
    last: Option<Queued>,
}

/// Something that sellers hear of if they have subscribed to it.
pub(crate) struct Notice<'a> {
    /// The type of the notification.
    pub(crate) kind: &'static str,
    pub(crate) region: Region,
    pub(crate) at: SystemTime,
    pub(crate) marketplace_id: Option<&'a str>,
    /// The seller whom it concerns; all sellers if there is none, because they share one shop.
    pub(crate) account: Option<Account>,
    /// The kind of a change of an order.
    pub(crate) order_change: Option<&'a str>,
    /// The item by which changes can be joined.
    pub(crate) item: Option<&'a str>,
    /// The payload of a version.
    pub(crate) payload: &'a dyn Fn(&str) -> Value,
}

impl<'a> Notice<'a> {
    /// For all sellers who have subscribed to the type.
    pub(crate) fn new(kind: &'static str, region: Region, at: SystemTime, payload: &'a dyn Fn(&str) -> Value) -> Self {
        Self { kind, region, at, marketplace_id: None, account: None, order_change: None, item: None, payload }
    }
}

impl State {
    fn next_id(&mut self) -> String {
        self.made += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.made)
    }

    /// A notification in the envelope of its type.
    fn envelope(
        &mut self,
        kind: &str,
        version: &str,
        subscription: Option<&str>,
        at: SystemTime,
        payload: Value,
    ) -> Value {
        let (time, is_camel) = (dates::text(at), rules::is_camel(kind, version));
        self.made += 1;
        // The time keeps the ids of two runs of the sandbox apart.
        let id = format!("{:08x}-0000-4000-8000-{:012x}", dates::seconds(at) & 0xffff_ffff, self.made);
        let notification_version = if is_camel { version } else { "1.0" };
        let mut notification = json!({
            "NotificationVersion": notification_version,
            "NotificationType": kind,
            "PayloadVersion": version,
            "EventTime": time,
        });
        let mut metadata = json!({ "ApplicationId": APPLICATION_ID, "PublishTime": time, "NotificationId": id });
        if let Some(subscription) = subscription {
            metadata["SubscriptionId"] = subscription.into();
        }
        notification["NotificationMetadata"] = metadata;
        if is_camel {
            notification = with_small_letters(notification);
        }
        notification[if is_camel { "payload" } else { "Payload" }] = payload;
        notification
    }

    /// Sends a notification, with the faults that are due for it.
    fn send(&mut self, queued: Queued, at: SystemTime, faults: &Faults) {
        let due = faults.of_notification();
        let copies = if due.contains(&FaultKind::Doubled) { 2 } else { 1 };
        if due.contains(&FaultKind::Reordered) {
            self.held.extend(std::iter::repeat_n((at, queued), copies));
            if self.held.len() > MOST_QUEUED {
                self.release(|_| true);
            }
            return;
        }
        for _ in 0..copies {
            self.append(queued.clone());
        }
        self.release(|_| true);
    }

    /// Sends those that were held for a later one.
    fn release(&mut self, is_due: impl Fn(SystemTime) -> bool) {
        let (due, held) = std::mem::take(&mut self.held).into_iter().partition(|(at, _)| is_due(*at));
        self.held = held;
        for (_, queued) in Vec::from_iter::<Vec<_>>(due) {
            self.append(queued);
        }
    }

    fn append(&mut self, queued: Queued) {
        let destination = self.destinations.iter().find(|known| known.id == queued.destination);
        if let Some(destination) = destination {
            self.out.push(Sent::new(destination, &queued.notification));
        }
        if self.queue.len() >= MOST_QUEUED {
            self.queue.pop_front();
        }
        self.queue.push_back(queued);
    }

    /// Sends a change of an item at once, or keeps it until the end of the period that an earlier one began.
    fn join(&mut self, key: String, period: Duration, queued: Queued, at: SystemTime, faults: &Faults) {
        if let Some(joined) = self.joined.get_mut(&key) {
            joined.last = Some(queued);
            return;
        }
        if self.joined.len() < MOST_QUEUED {
            self.joined.insert(key, Joined { until: at + period, period, last: None });
        }
        self.send(queued, at, faults);
    }

    /// Sends what waits for its time.
    fn settle(&mut self, now: SystemTime, faults: &Faults) {
        let due: Vec<String> =
            self.joined.iter().filter(|(_, joined)| joined.until <= now).map(|(key, _)| key.clone()).collect();
        for key in due {
            let Some(Joined { until, period, last }) = self.joined.remove(&key) else { continue };
            let Some(last) = last else { continue };
            if until + period > now {
                self.joined.insert(key, Joined { until: until + period, period, last: None });
            }
            self.send(last, until, faults);
        }
        self.release(|at| at + LONGEST_HELD <= now);
    }
}

/// An envelope whose members begin with a small letter.
fn with_small_letters(envelope: Value) -> Value {
    let Value::Object(members) = envelope else { return envelope };
    let small = |(name, value): (String, Value)| {
        let mut letters = name.chars();
        let first: String = letters.next().map(|first| first.to_ascii_lowercase()).into_iter().collect();
        (first + letters.as_str(), with_small_letters(value))
    };
    members.into_iter().map(small).collect()
}

impl Notifications {
    /// Without subscriptions, and with what takes the notifications.
    pub(crate) fn new(delivery: Delivery) -> Self {
        Self { state: Mutex::default(), delivery }
    }

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

    /// Changes the state, and delivers what that sends. Nothing is locked during the delivery.
    fn deliver<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let changed = change(&mut state);
        let out = std::mem::take(&mut state.out);
        drop(state);
        out.iter().for_each(|sent| self.delivery.take(sent));
        changed
    }

    /// A new destination. An AWS account has one for EventBridge in a region.
    pub(super) fn create_destination(
        &self,
        region: Region,
        name: String,
        resource: Value,
    ) -> Result<Destination, ApiError> {
        let mut state = self.state();
        let account = |resource: &Value| resource.pointer("/eventBridge/accountId").cloned();
        let is_taken = |known: &Destination| {
            known.resource == resource || account(&resource).is_some_and(|id| account(&known.resource) == Some(id))
        };
        if state.destinations.iter().any(|known| known.region == region && is_taken(known)) {
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

    /// Removes a destination, which no subscription may use. Returns whether it existed.
    pub(super) fn delete_destination(&self, region: Region, id: &str) -> Result<bool, ApiError> {
        let mut state = self.state();
        if state.subscriptions.iter().any(|known| known.destination == id && known.account.region == region) {
            return Err(ApiError::conflict("Subscriptions use the destination: delete them first."));
        }
        let before = state.destinations.len();
        state.destinations.retain(|known| known.region != region || known.id != id);
        Ok(state.destinations.len() < before)
    }

    /// Adds a subscription, and makes its id.
    pub(super) fn subscribe(&self, subscription: Subscription) -> Result<Subscription, ApiError> {
        let mut state = self.state();
        let key = |s: &Subscription| (s.account, s.kind.clone(), s.payload_version.clone());
        let expression = |s: &Subscription| s.directive.as_ref()?.get("filterExpression").cloned();
        // Only expressions that differ make several of one type.
        let are_apart = |known: &Subscription| {
            expression(known).zip(expression(&subscription)).is_some_and(|(known, new)| known != new)
        };
        if state.subscriptions.iter().any(|known| key(known) == key(&subscription) && !are_apart(known)) {
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

    /// Whether there is a subscription to a type in a region.
    pub(crate) fn is_wanted(&self, kind: &str, region: Region) -> bool {
        self.state().subscriptions.iter().any(|known| known.kind == kind && known.account.region == region)
    }

    /// Sends a notification for each subscription that wants it. The state is locked while the payload is made.
    pub(crate) fn publish(&self, notice: &Notice, faults: &Faults) {
        self.deliver(|state| {
            let subscribed = state.subscriptions.iter().filter(|known| {
                known.kind == notice.kind
                    && known.account.region == notice.region
                    && notice.account.is_none_or(|account| account == known.account)
            });
            for subscription in subscribed.cloned().collect::<Vec<_>>() {
                let Subscription { id, payload_version: version, destination, wanted, .. } = subscription;
                let payload = (notice.payload)(&version);
                if !wanted.takes(notice.marketplace_id, notice.order_change, &payload) {
                    continue;
                }
                let notification = state.envelope(notice.kind, &version, Some(&id), notice.at, payload);
                let queued = Queued { region: notice.region, destination, notification };
                match (wanted.period, notice.item) {
                    (Some(period), Some(item)) => {
                        let key = format!("{id} {} {item}", notice.marketplace_id.unwrap_or_default());
                        state.join(key, period, queued, notice.at, faults);
                    }
                    _ => state.send(queued, notice.at, faults),
                }
            }
        });
    }

    /// Sends a notification to the application, which goes to its first queue. Nothing is sent without one.
    pub(crate) fn publish_to_application(&self, kind: &str, at: SystemTime, payload: Value, faults: &Faults) {
        self.deliver(|state| {
            let queue = state.destinations.iter().find(|known| known.is_queue());
            let Some((region, destination)) = queue.map(|queue| (queue.region, queue.id.clone())) else { return };
            let notification = state.envelope(kind, "2020-09-04", None, at, payload);
            state.send(Queued { region, destination, notification }, at, faults);
        });
    }

    /// Sends a made-up notification of a type to a destination.
    pub(super) fn test(&self, kind: &str, version: &str, destination: &Destination, at: SystemTime, faults: &Faults) {
        self.deliver(|state| {
            let payload = json!({ "test": true });
            let notification = state.envelope(kind, version, None, at, payload);
            let (region, destination) = (destination.region, destination.id.clone());
            state.send(Queued { region, destination, notification }, at, faults);
        });
    }

    /// Sends what waits for its time.
    pub(crate) fn settle(&self, now: SystemTime, faults: &Faults) {
        self.deliver(|state| state.settle(now, faults));
    }

    /// The newest notifications, the oldest first, with those that were to come after a later one.
    pub(crate) fn queued(&self) -> Vec<Value> {
        let show = |queued: &Queued| {
            json!({
                "region": queued.region.code(),
                "destinationId": queued.destination,
                "notification": queued.notification,
            })
        };
        self.deliver(|state| {
            state.release(|_| true);
            state.queue.iter().map(show).collect()
        })
    }

    /// Removes the notifications that are shown.
    pub(crate) fn clear_queue(&self) {
        self.deliver(|state| {
            state.release(|_| true);
            state.queue.clear();
        });
    }

    /// Why the newest notifications could not be delivered, if they could not.
    pub(crate) fn problem(&self) -> Option<String> {
        self.delivery.problem()
    }

    /// Whether something takes notifications as they are sent.
    pub(crate) fn is_delivered(&self) -> bool {
        self.delivery.is_there()
    }

    /// Removes the subscription of a type and id. Returns whether it existed.
    pub(super) fn unsubscribe(&self, region: Region, type_and_id: &PathParameters) -> bool {
        let mut state = self.state();
        let before = state.subscriptions.len();
        state.subscriptions.retain(|known| known.account.region != region || !known.is_at(type_and_id));
        state.subscriptions.len() < before
    }
}

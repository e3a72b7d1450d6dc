//! The calls of the Notifications API.

use spapi_core::{Client, Error, ErrorKind};
use spapi_notifications::v1::Notifications;
use spapi_notifications::v1::types::{
    CreateDestinationRequest, CreateSubscriptionRequest, Destination, ProcessingDirective, SendTestNotificationRequest,
    Subscription, TestNotification,
};

/// The largest page.
const PAGE: i64 = 100;

/// All destinations of the application in the client's region.
pub(super) async fn destinations(client: &Client) -> Result<Vec<Destination>, Error> {
    Ok(Notifications::new(client).get_destinations().send().await?.payload.clone())
}

/// A new destination.
pub(super) async fn create_destination(
    client: &Client,
    request: CreateDestinationRequest,
) -> Result<Destination, Error> {
    let answer = Notifications::new(client).create_destination(request).send().await?;
    answer.payload.clone().ok_or_else(|| nothing("destination"))
}

/// The seller's subscriptions to a type, in all versions. None is no error.
pub(super) async fn subscriptions(client: &Client, notification_type: &str) -> Result<Vec<Subscription>, Error> {
    let list = Notifications::new(client).get_subscriptions().notification_types([notification_type]).page_size(PAGE);
    let mut found = Vec::new();
    let mut items = list.items();
    loop {
        match items.try_next().await {
            Ok(Some(subscription)) => found.push(subscription),
            Ok(None) => return Ok(found),
            Err(error) if error.is_not_found() && found.is_empty() => return Ok(found),
            Err(error) => return Err(error),
        }
    }
}

/// A new subscription. Returns its id.
pub(super) async fn subscribe(
    client: &Client,
    notification_type: &str,
    version: &str,
    destination_id: &str,
    directive: Option<ProcessingDirective>,
) -> Result<String, Error> {
    let request = CreateSubscriptionRequest::new(destination_id, version);
    let request = directive.into_iter().fold(request, CreateSubscriptionRequest::processing_directive);
    let answer = Notifications::new(client).create_subscription(notification_type, request).send().await?;
    answer.payload.as_ref().map(|made| made.subscription_id.clone()).ok_or_else(|| nothing("subscription"))
}

/// Deletes a subscription. One that is gone is no error.
pub(super) async fn unsubscribe(client: &Client, notification_type: &str, id: &str) -> Result<(), Error> {
    gone(Notifications::new(client).delete_subscription_by_id(notification_type, id).send().await.map(drop))
}

/// Deletes a destination. One that is gone is no error.
pub(super) async fn delete_destination(client: &Client, id: &str) -> Result<(), Error> {
    gone(Notifications::new(client).delete_destination(id).send().await.map(drop))
}

/// Sends a made-up notification to a destination.
pub(super) async fn send_test(
    client: &Client,
    notification_type: &str,
    version: &str,
    destination_id: &str,
    scenario: &str,
) -> Result<(), Error> {
    let test = TestNotification::new(version).test_scenario(scenario);
    let request = SendTestNotificationRequest::new().destination_id(destination_id).test_notification(test);
    Notifications::new(client).send_test_notification(notification_type, request).send().await.map(drop)
}

fn gone(deleted: Result<(), Error>) -> Result<(), Error> {
    match deleted {
        Err(error) if error.is_not_found() => Ok(()),
        other => other,
    }
}

/// Amazon answered success without what it made.
fn nothing(what: &str) -> Error {
    Error::new(ErrorKind::Decode, format!("Amazon accepted the {what}, and did not say its id"))
        .with_hint("Run it again: it finds what exists.")
        .with_outcome_unknown(true)
}

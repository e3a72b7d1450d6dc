//! Notifications v1: destinations, which belong to the application, and subscriptions, which belong to sellers.

mod delivery;
mod directive;
mod rules;
mod state;

pub(crate) use delivery::Delivery;
pub use delivery::Sent;
pub(crate) use state::{Notice, Notifications};

use crate::http::{ApiError, Reply};
use crate::sections::Served;
use crate::sections::call::Call;
use crate::server::Server;
use crate::time::calendar;
use directive::Wanted;
use serde::Deserialize;
use serde_json::{Value, json};
use state::{Destination, Subscription};

pub(super) static SERVED: Served = Served {
    section: "notifications",
    module: "v1",
    takes_long: false,
    operations: &[
        ("createDestination", create_destination),
        ("getDestinations", get_destinations),
        ("getDestination", get_destination),
        ("deleteDestination", delete_destination),
        ("getSubscriptions", get_subscriptions),
        ("createSubscription", create_subscription),
        ("getSubscription", get_subscription),
        ("getSubscriptionById", get_subscription_by_id),
        ("deleteSubscriptionById", delete_subscription_by_id),
        ("sendTestNotification", send_test_notification),
    ],
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DestinationRequest {
    name: String,
    resource_specification: ResourceSpecification,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceSpecification {
    sqs: Option<Sqs>,
    event_bridge: Option<EventBridge>,
}

#[derive(Deserialize)]
struct Sqs {
    arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventBridge {
    region: String,
    account_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SubscriptionRequest {
    payload_version: String,
    destination_id: String,
    processing_directive: Option<Value>,
}

fn create_destination(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let DestinationRequest { name, resource_specification } = call.json()?;
    let resource = match resource_specification {
        ResourceSpecification { sqs: Some(Sqs { arn }), event_bridge: None } => {
            let parts: Vec<&str> = arn.split(':').collect();
            if !arn.starts_with("arn:aws:sqs:") || parts.len() != 6 || parts.iter().any(|part| part.is_empty()) {
                return Err(ApiError::invalid_input("resourceSpecification.sqs.arn is not the ARN of a queue."));
            }
            if arn.ends_with(".fifo") {
                return Err(ApiError::invalid_input(
                    "resourceSpecification.sqs.arn is the ARN of a FIFO queue: notifications go to standard queues only.",
                ));
            }
            json!({ "sqs": { "arn": arn } })
        }
        ResourceSpecification { sqs: None, event_bridge: Some(EventBridge { region, account_id }) } => {
            let source = format!("aws.partner/sellingpartnerapi.amazon.com/{account_id}/{name}");
            json!({ "eventBridge": { "name": source, "region": region, "accountId": account_id } })
        }
        _ => return Err(ApiError::invalid_input("resourceSpecification must hold either sqs or eventBridge.")),
    };
    let destination = server.notifications.create_destination(call.region, name, resource)?;
    Ok(payload(destination_body(&destination)))
}

fn get_destinations(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let destinations = server.notifications.destinations(call.region);
    Ok(payload(destinations.iter().map(destination_body).collect()))
}

fn get_destination(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let destinations = server.notifications.destinations(call.region);
    let found = destinations.iter().find(|destination| destination.id == call.id());
    Ok(payload(destination_body(found.ok_or_else(|| no_destination(call.id()))?)))
}

fn delete_destination(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let deleted = server.notifications.delete_destination(call.region, call.id())?;
    deleted.then(|| json!({}).into()).ok_or_else(|| no_destination(call.id()))
}

fn create_subscription(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    rules::find(call.id(), &today(server))?;
    let asked: SubscriptionRequest = call.json()?;
    let kind = rules::in_version(call.id(), &asked.payload_version)?;
    rules::check_destination(kind, destination(server, call, &asked.destination_id)?.is_queue())?;
    let wanted = Wanted::read(kind, call.region, asked.processing_directive.as_ref())?;
    let subscription = Subscription {
        id: String::new(),
        account: call.account()?,
        kind: kind.name.to_owned(),
        payload_version: asked.payload_version,
        destination: asked.destination_id,
        directive: asked.processing_directive,
        wanted,
    };
    Ok(payload(subscription_body(&server.notifications.subscribe(subscription)?)))
}

/// The day of the sandbox, as `2026-12-01`.
fn today(server: &Server) -> String {
    calendar::day(server.clock.now()).to_string()
}

/// The destination that a body names.
fn destination(server: &Server, call: &Call, id: &str) -> Result<Destination, ApiError> {
    let known = server.notifications.destinations(call.region).into_iter().find(|known| known.id == id);
    known.ok_or_else(|| ApiError::invalid_input(format!("destinationId: there is no destination {id:?}.")))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TestRequest {
    destination_id: String,
    test_notification: TestNotification,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TestNotification {
    payload_version: String,
    test_scenario: Option<String>,
}

/// Sends a notification whose payload only says that it is a test, because Amazon's scenarios are not published.
fn send_test_notification(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let kind = rules::find(call.id(), &today(server))?;
    let TestRequest { destination_id, test_notification } = call.json()?;
    if test_notification.test_scenario.is_none_or(|scenario| scenario.is_empty()) {
        return Err(ApiError::invalid_input("testNotification.testScenario is required."));
    }
    rules::in_version(kind.name, &test_notification.payload_version)?;
    let destination = destination(server, call, &destination_id)?;
    let (now, version) = (server.clock.now(), &test_notification.payload_version);
    server.notifications.test(kind.name, version, &destination, now, &server.faults);
    Ok(json!({}).into())
}

fn get_subscriptions(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let (account, version) = (call.account()?, call.query.text("payloadVersion"));
    let [kind] = call.query.list("notificationTypes").unwrap_or_default()[..] else {
        return Err(ApiError::invalid_input("notificationTypes is required, and must hold one type."));
    };
    call.query.number("pageSize", 30..=100)?;
    // One page holds all of a seller's subscriptions, so the sandbox never gives a token here.
    if call.query.text("nextToken").is_some() {
        return Err(ApiError::invalid_input("nextToken is not a token of an earlier answer."));
    }
    let mut found = server.notifications.subscriptions(call.region);
    found.retain(|known| {
        known.account == account && known.kind == kind && version.is_none_or(|version| known.payload_version == version)
    });
    let bodies: Vec<Value> = found.iter().map(subscription_body).collect();
    Ok(payload(json!({ "subscriptions": bodies })))
}

fn get_subscription(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let (account, version) = (call.account()?, call.query.text("payloadVersion"));
    let subscriptions = server.notifications.subscriptions(call.region);
    let found = subscriptions.iter().find(|known| {
        known.account == account && known.kind == call.id() && version.is_none_or(|v| known.payload_version == v)
    });
    let found = found.ok_or_else(|| ApiError::not_found(format!("There is no subscription to {:?}.", call.id())))?;
    Ok(payload(subscription_body(found)))
}

fn get_subscription_by_id(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let subscriptions = server.notifications.subscriptions(call.region);
    let found = subscriptions.iter().find(|known| known.is_at(&call.path));
    Ok(payload(subscription_body(found.ok_or_else(|| no_subscription(call))?)))
}

fn delete_subscription_by_id(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let deleted = server.notifications.unsubscribe(call.region, &call.path);
    deleted.then(|| json!({}).into()).ok_or_else(|| no_subscription(call))
}

fn payload(payload: Value) -> Reply {
    json!({ "payload": payload }).into()
}

fn no_destination(id: &str) -> ApiError {
    ApiError::not_found(format!("There is no destination {id:?}."))
}

fn no_subscription(call: &Call) -> ApiError {
    ApiError::not_found(format!(
        "There is no subscription {:?} to {:?}.",
        call.path.get(1).map_or("", |(_, id)| id),
        call.id()
    ))
}

fn destination_body(destination: &Destination) -> Value {
    json!({ "destinationId": destination.id, "name": destination.name, "resource": destination.resource })
}

fn subscription_body(subscription: &Subscription) -> Value {
    let mut body = json!({
        "subscriptionId": subscription.id,
        "payloadVersion": subscription.payload_version,
        "destinationId": subscription.destination,
    });
    if let Some(directive) = &subscription.directive {
        body["processingDirective"] = directive.clone();
    }
    body
}

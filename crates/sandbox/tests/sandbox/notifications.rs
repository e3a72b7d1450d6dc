//! Destinations, which belong to the application, and subscriptions, which belong to sellers.

use crate::support::{Caller, JP, answer, builder, destination};
use serde_json::{Value, json};

const SCOPE: &str = "sellingpartnerapi::notifications";
const DESTINATIONS: &str = "/notifications/v1/destinations";
const SUBSCRIPTIONS: &str = "/notifications/v1/subscriptions";

fn queue(name: &str, arn: &str) -> Value {
    json!({ "name": name, "resourceSpecification": { "sqs": { "arn": arn } } })
}

#[tokio::test]
async fn destinations_belong_to_the_application() {
    let sandbox = builder().start().await.unwrap();
    let (seller, application) = (Caller::new(&sandbox).await, Caller::of_scope(&sandbox, SCOPE).await);
    let orders = queue("orders", "arn:aws:sqs:eu-west-1:000000000000:orders");
    seller.post(DESTINATIONS, &orders).await.error(403, "Unauthorized");
    let created = application.post(DESTINATIONS, &orders).await;
    assert_eq!(created.status, 200, "{:?}", created.body);
    let destination = created.body["payload"].clone();
    assert_eq!(destination["resource"], orders["resourceSpecification"]);
    application.post(DESTINATIONS, &orders).await.error(409, "Conflict");
    let bus = json!({
        "name": "bus",
        "resourceSpecification": { "eventBridge": { "region": "us-east-1", "accountId": "000000000000" } },
    });
    let bus = application.post(DESTINATIONS, &bus).await.body["payload"].clone();
    assert_eq!(bus["resource"]["eventBridge"]["accountId"], json!("000000000000"));
    assert_eq!(application.body(DESTINATIONS, &[]).await["payload"], json!([destination, bus]));

    let path = format!("{DESTINATIONS}/{}", destination["destinationId"].as_str().unwrap());
    assert_eq!(application.body(&path, &[]).await["payload"], destination);
    assert_eq!(application.delete(&path, &[]).await.0, 200);
    assert_eq!(application.delete(&path, &[]).await.0, 404);
    application.get(&path, &[]).await.error(404, "NotFound");
    // Another event bus of the same AWS account.
    let second = json!({
        "name": "second",
        "resourceSpecification": { "eventBridge": { "region": "eu-west-1", "accountId": "000000000000" } },
    });
    application.post(DESTINATIONS, &second).await.error(409, "Conflict");
    let fifo = application.post(DESTINATIONS, &queue("x", "arn:aws:sqs:eu-west-1:000000000000:orders.fifo")).await;
    assert!(fifo.error(400, "InvalidInput").contains("FIFO"));
    for wrong in [queue("x", "orders"), json!({ "name": "x", "resourceSpecification": {} }), json!({})] {
        application.post(DESTINATIONS, &wrong).await.error(400, "InvalidInput");
    }
}

#[tokio::test]
async fn the_seller_makes_a_subscription_and_the_application_ends_it() {
    let sandbox = builder().seller("Atzr|second").start().await.unwrap();
    let (seller, other) = (Caller::new(&sandbox).await, Caller::of(&sandbox, "Atzr|second").await);
    let application = Caller::of_scope(&sandbox, SCOPE).await;
    let orders = queue("orders", "arn:aws:sqs:eu-west-1:000000000000:orders");
    let destination = application.post(DESTINATIONS, &orders).await.body["payload"]["destinationId"].clone();
    let path = format!("{SUBSCRIPTIONS}/ORDER_CHANGE");
    let wanted = json!({ "payloadVersion": "1.0", "destinationId": destination });
    let created = seller.post(&path, &wanted).await;
    assert_eq!(created.status, 200, "{:?}", created.body);
    let subscription = created.body["payload"].clone();
    seller.post(&path, &wanted).await.error(409, "Conflict");
    assert_eq!(seller.body(&path, &[]).await["payload"], subscription);
    other.get(&path, &[]).await.error(404, "NotFound");
    seller.get(&path, &[("payloadVersion", "2.0")]).await.error(404, "NotFound");
    let listed = async |caller: &Caller, kind: &str| {
        caller.body(SUBSCRIPTIONS, &[("notificationTypes", kind)]).await["payload"]["subscriptions"].clone()
    };
    assert_eq!(listed(&seller, "ORDER_CHANGE").await, json!([subscription]));
    assert_eq!(listed(&seller, "REPORT_PROCESSING_FINISHED").await, json!([]));
    assert_eq!(listed(&other, "ORDER_CHANGE").await, json!([]));
    for query in [
        vec![],
        vec![("notificationTypes", "A,B")],
        vec![("notificationTypes", "A"), ("pageSize", "29")],
        vec![("notificationTypes", "A"), ("nextToken", "guess")],
    ] {
        seller.get(SUBSCRIPTIONS, &query).await.error(400, "InvalidInput");
    }

    let in_use = format!("{DESTINATIONS}/{}", destination.as_str().unwrap());
    let in_use = answer(application.request(reqwest::Method::DELETE, &in_use)).await;
    assert!(in_use.error(409, "Conflict").contains("delete them first"));
    let by_id = format!("{path}/{}", subscription["subscriptionId"].as_str().unwrap());
    seller.get(&by_id, &[]).await.error(403, "Unauthorized");
    assert_eq!(application.body(&by_id, &[]).await["payload"], subscription);
    assert_eq!(application.delete(&by_id, &[]).await.0, 200);
    application.get(&by_id, &[]).await.error(404, "NotFound");
    seller.get(&path, &[]).await.error(404, "NotFound");
    let nowhere = json!({ "payloadVersion": "1.0", "destinationId": "none" });
    seller.post(&path, &nowhere).await.error(400, "InvalidInput");
}

#[tokio::test]
async fn a_subscription_that_amazon_would_refuse_is_refused_with_the_reason() {
    let sandbox = builder().start().await.unwrap();
    let (seller, application) = (Caller::new(&sandbox).await, Caller::of_scope(&sandbox, SCOPE).await);
    let (queue, bus) = (destination(&application, false).await, destination(&application, true).await);
    let refused = async |kind: &str, version: &str, destination: &Value, directive: Value| {
        let mut body = json!({ "payloadVersion": version, "destinationId": destination });
        if !directive.is_null() {
            body["processingDirective"] = directive;
        }
        let answer = seller.post(&format!("{SUBSCRIPTIONS}/{kind}"), &body).await;
        answer.error(400, "InvalidInput").to_owned()
    };
    let event = |filter: Value| json!({ "eventFilter": filter });
    for (kind, version, destination, directive, part) in [
        ("ORDER_STATUS_CHANGE", "1.0", &queue, Value::Null, "use ORDER_CHANGE"),
        ("ORDER_CHANGES", "1.0", &queue, Value::Null, "there is no notification"),
        ("APPLICATION_OAUTH_CLIENT_NEW_SECRET", "1.0", &queue, Value::Null, "needs no subscription"),
        ("ORDER_CHANGE", "2.0", &queue, Value::Null, "payloadVersion: ORDER_CHANGE has 1.0"),
        ("ORDER_CHANGE", "1.0", &bus, Value::Null, "goes to an SQS queue"),
        ("LISTINGS_ITEM_STATUS_CHANGE", "1.0", &queue, Value::Null, "goes to EventBridge"),
        (
            "LISTINGS_ITEM_STATUS_CHANGE",
            "1.0",
            &bus,
            event(json!({ "eventFilterType": "LISTINGS_ITEM_STATUS_CHANGE" })),
            "takes no event filter",
        ),
        (
            "ORDER_CHANGE",
            "1.0",
            &queue,
            event(json!({ "eventFilterType": "ANY_OFFER_CHANGED" })),
            "must be ORDER_CHANGE",
        ),
        (
            "ORDER_CHANGE",
            "1.0",
            &queue,
            event(json!({ "eventFilterType": "ORDER_CHANGE", "orderChangeTypes": ["Any"] })),
            "orderChangeTypes",
        ),
        (
            "ANY_OFFER_CHANGED",
            "1.0",
            &queue,
            event(json!({
                "eventFilterType": "ANY_OFFER_CHANGED",
                "aggregationSettings": { "aggregationTimePeriod": "OneHour" },
            })),
            "FiveMinutes or TenMinutes",
        ),
        (
            "FULFILLMENT_ORDER_STATUS",
            "1.0",
            &queue,
            json!({ "eventFilter": {}, "filterExpression": "a == 'b'" }),
            "exclude each other",
        ),
        ("FULFILLMENT_ORDER_STATUS", "1.0", &queue, json!({ "filterExpression": "a + b" }), "comparisons"),
        ("ORDER_CHANGE", "1.0", &queue, json!({ "filterExpression": "a == 'b'" }), "takes none"),
    ] {
        let message = refused(kind, version, destination, directive).await;
        assert!(message.contains(part), "{kind}: {message}");
    }
    let filter = json!({ "eventFilterType": "ANY_OFFER_CHANGED", "marketplaceIds": [JP] });
    let wanted = json!({ "payloadVersion": "1.0", "destinationId": queue, "processingDirective": event(filter) });
    assert_eq!(seller.post(&format!("{SUBSCRIPTIONS}/ANY_OFFER_CHANGED"), &wanted).await.status, 200);
}

//! Amazon's part of the work: units on their way to it, and orders from elsewhere that it ships.

use crate::support::{Answer, Caller, JP, answer, builder, fulfillment_order, heard, presigned, subscribe};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use spapi_sandbox::Sandbox;
use std::time::Duration;

const OUTBOUND: &str = "/fba/outbound/2020-07-01";
const INBOUND: &str = "/inbound/fba/2024-03-20";
const HOUR: Duration = Duration::from_secs(3600);

/// A new SKU with this many units.
async fn stock(caller: &Caller, units: u32) {
    let item = json!({ "sellerSku": "NEW", "marketplaceId": JP, "productName": "New (blue)" });
    caller.post("/fba/inventory/v1/items", &item).await;
    let add = caller.request(Method::POST, "/fba/inventory/v1/items/inventory").header("x-amzn-idempotency-token", "1");
    let units = json!({ "inventoryItems": [{ "sellerSku": "NEW", "marketplaceId": JP, "quantity": units }] });
    assert_eq!(answer(add.json(&units)).await.status, 200);
}

/// The units of the SKU: to sell, on their way, and reserved.
async fn units(caller: &Caller) -> (u64, u64, u64) {
    let query = [
        ("granularityType", "Marketplace"),
        ("granularityId", JP),
        ("marketplaceIds", JP),
        ("details", "true"),
        ("sellerSkus", "NEW"),
    ];
    let body = caller.body("/fba/inventory/v1/summaries", &query).await;
    let details = &body["payload"]["inventorySummaries"][0]["inventoryDetails"];
    let number = |value: &Value| value.as_u64().unwrap();
    (
        number(&details["fulfillableQuantity"]),
        number(&details["inboundShippedQuantity"]),
        number(&details["reservedQuantity"]["totalReservedQuantity"]),
    )
}

/// An order of this many units of the SKU.
fn order(id: &str, units: u32) -> Value {
    fulfillment_order(id, "NEW", units)
}

async fn create(caller: &Caller, order: &Value) -> Answer {
    caller.post(&format!("{OUTBOUND}/fulfillmentOrders"), order).await
}

async fn of_id(caller: &Caller, id: &str) -> Value {
    caller.body(&format!("{OUTBOUND}/fulfillmentOrders/{id}"), &[]).await["payload"].clone()
}

#[tokio::test]
async fn amazon_ships_an_order_from_elsewhere_and_its_package_can_be_tracked() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    stock(&caller, 5).await;
    subscribe(&sandbox, &caller, JP, &[("FULFILLMENT_ORDER_STATUS", "1.0")], Value::Null).await;
    assert_eq!(create(&caller, &order("A-1", 2)).await.status, 200);
    assert_eq!(units(&caller).await, (3, 0, 2));
    let status = |order: &Value| order["fulfillmentOrder"]["fulfillmentOrderStatus"].as_str().unwrap().to_owned();
    let mut seen = vec![status(&of_id(&caller, "A-1").await)];
    for _ in 0..5 {
        sandbox.clock().advance(HOUR);
        // The tokens from before have expired.
        seen.push(status(&of_id(&Caller::new(&sandbox).await, "A-1").await));
    }
    let caller = Caller::new(&sandbox).await;
    assert_eq!(seen, ["Received", "Processing", "Processing", "Processing", "Complete", "Complete"]);
    assert_eq!(units(&caller).await, (3, 0, 0));
    let shipped = of_id(&caller, "A-1").await;
    let package =
        shipped["fulfillmentShipments"][0]["fulfillmentShipmentPackage"][0]["packageNumber"].as_u64().unwrap();
    let number = package.to_string();
    let path = format!("{OUTBOUND}/tracking");
    let query = [("packageNumber", number.as_str())];
    let track = async || Caller::new(&sandbox).await.body(&path, &query).await["payload"].clone();
    let first = track().await;
    assert_eq!((&first["currentStatus"], &first["shipToAddress"]["city"]), (&json!("IN_TRANSIT"), &json!("Osaka")));
    sandbox.clock().advance(72 * HOUR);
    let last = track().await;
    assert_eq!((&last["currentStatus"], last["trackingEvents"].as_array().unwrap().len()), (&json!("DELIVERED"), 4));
    let sent = heard(&sandbox);
    let statuses: Vec<&Value> = sent
        .iter()
        .map(|(_, payload)| &payload["FulfillmentOrderStatusNotification"]["FulfillmentOrderStatus"])
        .collect();
    assert_eq!(statuses, ["RECEIVED", "PLANNING", "PROCESSING", "COMPLETE"]);
    Caller::new(&sandbox).await.get(&path, &[("packageNumber", "7")]).await.error(404, "NotFound");
}

#[tokio::test]
async fn an_order_can_be_cancelled_until_it_is_processed_or_fails_without_units() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    stock(&caller, 5).await;
    let cancel = async |id: &str| {
        answer(Caller::new(&sandbox).await.request(Method::PUT, &format!("{OUTBOUND}/fulfillmentOrders/{id}/cancel")))
            .await
    };
    create(&caller, &order("A-1", 2)).await;
    assert_eq!(cancel("A-1").await.status, 200);
    assert_eq!(units(&caller).await, (5, 0, 0));
    cancel("A-1").await.error(400, "InvalidInput");
    cancel("A-9").await.error(404, "NotFound");
    create(&caller, &order("A-2", 9)).await;
    create(&caller, &order("A-3", 1)).await;
    sandbox.clock().advance(2 * HOUR);
    let caller = Caller::new(&sandbox).await;
    cancel("A-3").await.error(400, "InvalidInput");
    let missing = of_id(&caller, "A-2").await;
    assert_eq!(missing["fulfillmentOrder"]["fulfillmentOrderStatus"], json!("Unfulfillable"));
    assert_eq!(missing["fulfillmentOrderItems"][0]["unfulfillableQuantity"], json!(9));
    let listed = caller.body(&format!("{OUTBOUND}/fulfillmentOrders"), &[]).await;
    assert_eq!(listed["payload"]["fulfillmentOrders"].as_array().unwrap().len(), 3);
    create(&caller, &order("A-3", 1)).await.error(400, "InvalidInput");
    let mut unknown = order("A-4", 1);
    unknown["items"][0]["sellerSku"] = json!("NONE");
    assert!(create(&caller, &unknown).await.error(400, "InvalidInput").contains("NONE"));
    let preview = async |units: u32| {
        let path = format!("{OUTBOUND}/fulfillmentOrders/preview");
        let body = caller.post(&path, &order("any", units)).await.body;
        body["payload"]["fulfillmentPreviews"][0]["isFulfillable"].clone()
    };
    assert_eq!((preview(4).await, preview(5).await), (json!(true), json!(false)));
}

#[tokio::test]
async fn a_filter_expression_chooses_the_status() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    stock(&caller, 5).await;
    let filter = "FulfillmentOrderStatusNotification.FulfillmentOrderStatus == `COMPLETE`";
    let directive = json!({ "filterExpression": filter });
    subscribe(&sandbox, &caller, JP, &[("FULFILLMENT_ORDER_STATUS", "1.0")], directive).await;
    create(&caller, &order("A-1", 1)).await;
    sandbox.clock().advance(5 * HOUR);
    assert_eq!(heard(&sandbox).len(), 1);
}

/// A call of a step, which must be accepted and then succeed. Returns the answer.
async fn step(caller: &Caller, path: &str, body: &Value) -> Value {
    let answer = caller.post(&format!("{INBOUND}{path}"), body).await;
    assert_eq!(answer.status, 202, "{:?}", answer.body);
    let operation = format!("{INBOUND}/operations/{}", answer.body["operationId"].as_str().unwrap());
    let states = [caller.body(&operation, &[]).await, caller.body(&operation, &[]).await];
    assert_eq!(states.map(|state| state["operationStatus"].clone()), ["IN_PROGRESS", "SUCCESS"]);
    answer.body
}

fn plan(units: u32) -> Value {
    json!({
        "name": "Blue ones",
        "destinationMarketplaces": [JP],
        "items": [{ "msku": "NEW", "quantity": units, "labelOwner": "SELLER", "prepOwner": "NONE" }],
        "sourceAddress": {
            "name": "Sandbox Kitchen",
            "addressLine1": "1-2-3 Mihon",
            "city": "Chiyoda",
            "countryCode": "JP",
            "postalCode": "100-0000",
            "phoneNumber": "03-0000-0000",
        },
    })
}

#[tokio::test]
async fn units_travel_to_amazon_by_a_plan_with_labels() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    stock(&caller, 1).await;
    let made = step(&caller, "/inboundPlans", &plan(24)).await;
    let path = format!("/inboundPlans/{}", made["inboundPlanId"].as_str().unwrap());
    let early = caller.post(&format!("{INBOUND}{path}/placementOptions/x/confirmation"), &json!({})).await;
    assert!(early.error(400, "InvalidInput").contains("generatePlacementOptions"));
    step(&caller, &format!("{path}/placementOptions"), &json!({})).await;
    let options = caller.body(&format!("{INBOUND}{path}/placementOptions"), &[]).await;
    let placement = options["placementOptions"][0].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (placement_id, shipment_id) = (text(&placement["placementOptionId"]), text(&placement["shipmentIds"][0]));
    let shipment =
        async || Caller::new(&sandbox).await.body(&format!("{INBOUND}{path}/shipments/{shipment_id}"), &[]).await;
    assert_eq!(shipment().await["status"], json!("UNCONFIRMED"));
    step(&caller, &format!("{path}/placementOptions/{placement_id}/confirmation"), &json!({})).await;
    let configuration = json!({ "shipmentId": shipment_id, "readyToShipWindow": { "start": "2026-11-24T00:00:00Z" } });
    let wanted = json!({ "placementOptionId": placement_id, "shipmentTransportationConfigurations": [configuration] });
    step(&caller, &format!("{path}/transportationOptions"), &wanted).await;
    let options = caller.body(&format!("{INBOUND}{path}/transportationOptions"), &[]).await;
    let option = text(&options["transportationOptions"][0]["transportationOptionId"]);
    let chosen =
        json!({ "transportationSelections": [{ "shipmentId": shipment_id, "transportationOptionId": option }] });
    step(&caller, &format!("{path}/transportationOptions/confirmation"), &chosen).await;
    assert_eq!(units(&caller).await, (1, 24, 0));

    let confirmation = text(&shipment().await["shipmentConfirmationId"]);
    let labels = format!("/fba/inbound/v0/shipments/{confirmation}/labels");
    let query = [("PageType", "PackageLabel_A4_2"), ("LabelType", "BARCODE_2D"), ("NumberOfPackages", "2")];
    let url = text(&caller.body(&labels, &query).await["payload"]["DownloadURL"]);
    let pdf = presigned(Client::new().get(url)).await;
    assert_eq!(pdf.header("content-type"), Some("application/pdf"));
    assert!(pdf.text().starts_with("%PDF-") && pdf.text().contains(&format!("{confirmation}U000002")));

    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(text(&shipment().await["status"]));
        sandbox.clock().advance(48 * HOUR);
    }
    assert_eq!(seen, ["READY_TO_SHIP", "IN_TRANSIT", "RECEIVING", "CLOSED"]);
    let caller = Caller::new(&sandbox).await;
    assert_eq!(units(&caller).await, (25, 0, 0));
    let query = [("QueryType", "SHIPMENT"), ("MarketplaceId", JP), ("ShipmentIdList", confirmation.as_str())];
    let old = caller.body("/fba/inbound/v0/shipments", &query).await;
    assert_eq!(old["payload"]["ShipmentData"][0]["ShipmentStatus"], json!("CLOSED"));
    let items = caller.body(&format!("/fba/inbound/v0/shipments/{confirmation}/items"), &[]).await;
    assert_eq!(items["payload"]["ItemData"][0]["QuantityReceived"], json!(24));
}

#[tokio::test]
async fn labels_of_items_are_a_pdf_and_wrong_plans_are_refused() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    stock(&caller, 1).await;
    let wanted = json!({
        "labelType": "STANDARD_FORMAT",
        "marketplaceId": JP,
        "mskuQuantities": [{ "msku": "NEW", "quantity": 3 }],
    });
    let made = caller.post(&format!("{INBOUND}/items/labels"), &wanted).await.body;
    let pdf = presigned(Client::new().get(made["documentDownloads"][0]["uri"].as_str().unwrap())).await;
    assert!(pdf.text().contains("New \\(blue\\)"), "{}", pdf.text());
    let mut unknown = plan(1);
    unknown["items"][0]["msku"] = json!("NONE");
    let mut nowhere = plan(1);
    nowhere["sourceAddress"]["city"] = json!("");
    for (wrong, part) in [(unknown, "NONE"), (nowhere, "sourceAddress.city"), (plan(0), "quantity")] {
        let answer = caller.post(&format!("{INBOUND}/inboundPlans"), &wrong).await;
        assert!(answer.error(400, "InvalidInput").contains(part), "{:?}", answer.body);
    }
    caller.get(&format!("{INBOUND}/inboundPlans/none"), &[]).await.error(404, "NotFound");
}

#[tokio::test]
async fn a_kept_shop_goes_on_with_its_orders_and_plans() {
    let folder = tempfile::tempdir().unwrap();
    let start = async || -> (Sandbox, Caller) {
        let sandbox = builder().keep_in(folder.path()).start().await.unwrap();
        let caller = Caller::new(&sandbox).await;
        (sandbox, caller)
    };
    let (sandbox, caller) = start().await;
    stock(&caller, 5).await;
    create(&caller, &order("A-1", 2)).await;
    let made = step(&caller, "/inboundPlans", &plan(24)).await;
    drop(sandbox);
    let (sandbox, caller) = start().await;
    assert_eq!(units(&caller).await, (3, 0, 2));
    sandbox.clock().advance(5 * HOUR);
    let caller = Caller::new(&sandbox).await;
    assert_eq!(of_id(&caller, "A-1").await["fulfillmentOrder"]["fulfillmentOrderStatus"], json!("Complete"));
    let id = made["inboundPlanId"].as_str().unwrap();
    assert_eq!(caller.body(&format!("{INBOUND}/inboundPlans/{id}"), &[]).await["name"], json!("Blue ones"));
}

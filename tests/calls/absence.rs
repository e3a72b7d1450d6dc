//! A null counts as an absent field, and an absent field is decoded as empty.

use serde_json::{Value, json};
use spapi_core::{Client, Marketplace};
use spapi_fulfillment_inbound::v0::{FulfillmentInbound, types as inbound};
use spapi_orders::{v0, v2026_01_01 as v2026};
use spapi_product_fees::v0::{ProductFees, types as fees};
use spapi_product_pricing::v0::{ProductPricing, types as pricing};
use spapi_product_type_definitions::v2020_09_01::{ProductTypeDefinitions, types as definitions};
use spapi_sales::v1::{Sales, types as sales};
use spapi_shipping::v2::Shipping;
use spapi_tests::{Answer, Server};

async fn answered(body: Value) -> (Server, Client) {
    let server = Server::always(Answer::json(200, body)).await;
    let client = server.client();
    (server, client)
}

/// An answer without these fields, and one where they are null.
fn without_value(names: &[&str]) -> [Value; 2] {
    let nulls = names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    [json!({}), Value::Object(nulls)]
}

#[tokio::test]
async fn absent_texts_enums_and_structures_are_empty() {
    for order in without_value(&["AmazonOrderId", "OrderStatus", "PurchaseDate", "LastUpdateDate", "OrderTotal"]) {
        let (_server, client) = answered(json!({"payload": {"Orders": [order, {"AmazonOrderId": "2"}]}})).await;
        let answer = v0::Orders::new(&client).get_orders().marketplace_ids([Marketplace::JP]).send().await.unwrap();
        let [first, second] = answer.payload.as_ref().unwrap().orders.as_slice() else { panic!("two orders") };
        assert_eq!(*first, v0::types::Order::default());
        assert_eq!((first.amazon_order_id.as_str(), first.purchase_date.as_str()), ("", ""));
        assert!(matches!(&first.order_status, v0::types::OrderOrderStatus::Unrecognized(text) if text.is_empty()));
        assert_eq!(second.amazon_order_id, "2");
    }
    for interval in without_value(&["interval", "totalSales", "averageUnitPrice"]) {
        let (_server, client) = answered(json!({"payload": [interval]})).await;
        let metrics = Sales::new(&client).get_order_metrics().marketplace_ids([Marketplace::JP]);
        let answer = metrics.interval("i").granularity("Day").send().await.unwrap();
        assert_eq!(answer.payload, [sales::OrderMetricsInterval::default()]);
        assert_eq!(answer.payload[0].total_sales, sales::Money::default());
    }
}

#[tokio::test]
async fn absent_numbers_flags_money_and_dates_are_none() {
    for interval in without_value(&["orderCount", "orderItemCount", "unitCount"]) {
        let body = json!({"payload": [interval, {"unitCount": 0, "totalSales": {"amount": null}}]});
        let (_server, client) = answered(body).await;
        let metrics = Sales::new(&client).get_order_metrics().marketplace_ids([Marketplace::JP]);
        let answer = metrics.interval("i").granularity("Day").send().await.unwrap();
        assert_eq!((answer.payload[0].unit_count, answer.payload[0].order_count), (None, None));
        assert_eq!((answer.payload[1].unit_count, answer.payload[1].total_sales.amount), (Some(0), None));
    }
    for shipment in without_value(&["AreCasesRequired", "ShipFromAddress", "ConfirmedNeedByDate"]) {
        let (_server, client) = answered(json!({"payload": {"ShipmentData": [shipment]}})).await;
        let shipments = FulfillmentInbound::new(&client).get_shipments().marketplace_id(Marketplace::JP);
        let answer = shipments.query_type("SHIPMENT").send().await.unwrap();
        let shipment = &answer.payload.as_ref().unwrap().shipment_data[0];
        assert_eq!(*shipment, inbound::InboundShipmentInfo::default());
        assert_eq!((shipment.are_cases_required, &shipment.confirmed_need_by_date), (None, &None));
    }
    for order in without_value(&["createdTime", "lastUpdatedTime", "orderItems", "salesChannel", "recipient"]) {
        let (_server, client) = answered(json!({"orders": [order]})).await;
        let answer = v2026::Orders::new(&client).search_orders().send().await.unwrap();
        assert_eq!(answer.orders, [v2026::types::Order::default()]);
        assert_eq!((&answer.orders[0].created_time, &answer.orders[0].last_updated_time), (&None, &None));
    }
}

#[tokio::test]
async fn absent_lists_and_maps_are_empty() {
    for payload in without_value(&["Orders", "NextToken"]) {
        let (_server, client) = answered(json!({"payload": payload, "errors": null})).await;
        let orders = v0::Orders::new(&client).get_orders().marketplace_ids([Marketplace::JP]);
        let answer = orders.clone().send().await.unwrap();
        assert!(answer.payload.as_ref().unwrap().orders.is_empty() && answer.errors.is_empty());
        assert!(orders.items().try_next().await.unwrap().is_none());
    }
    for definition in without_value(&["propertyGroups", "marketplaceIds", "productTypeVersion", "requirements"]) {
        let (_server, client) = answered(definition).await;
        let answer = ProductTypeDefinitions::new(&client).get_definitions_product_type("LUGGAGE");
        let answer = answer.marketplace_ids([Marketplace::JP]).send().await.unwrap();
        assert_eq!(*answer, definitions::ProductTypeDefinition::default());
        assert!(answer.property_groups.is_empty());
    }
}

#[tokio::test]
async fn a_null_payload_is_absent() {
    for body in [json!({"payload": null}), json!({}), json!({"payload": null, "errors": []})] {
        let (_server, client) = answered(body).await;
        let orders = v0::Orders::new(&client);
        assert_eq!(orders.get_order("1").send().await.unwrap().payload, None);
        let mut items = orders.get_order_items("1").items();
        assert!(items.try_next().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn nulls_inside_lists_and_maps_are_skipped() {
    let orders = json!({"payload": {"Orders": [null, {"AmazonOrderId": "1", "PaymentMethodDetails": [null, "CVS"]}]}});
    let (_server, client) = answered(orders).await;
    let answer = v0::Orders::new(&client).get_orders().marketplace_ids([Marketplace::JP]).send().await.unwrap();
    let [order] = answer.payload.as_ref().unwrap().orders.as_slice() else { panic!("one order") };
    assert_eq!(order.payment_method_details, ["CVS"]);

    let groups = json!({"offer": {"title": "Offer", "propertyNames": [null, "price"]}, "gone": null});
    let (_server, client) = answered(json!({"propertyGroups": groups})).await;
    let answer = ProductTypeDefinitions::new(&client).get_definitions_product_type("LUGGAGE");
    let answer = answer.marketplace_ids([Marketplace::JP]).send().await.unwrap();
    assert_eq!(answer.property_groups.keys().collect::<Vec<_>>(), ["offer"]);
    assert_eq!(answer.property_groups["offer"].property_names, ["price"]);
}

#[tokio::test]
async fn nulls_inside_the_lists_of_a_map_are_skipped() {
    let points = json!({"HELIX": [null, {"accessPointId": "1"}], "LOCKER": null, "COUNTER": []});
    let (_server, client) = answered(json!({"payload": {"accessPointsMap": points}})).await;
    let call = Shipping::new(&client).get_access_points().access_point_types(["HELIX"]);
    let answer = call.country_code("JP").postal_code("100-0001").send().await.unwrap();
    let points = &answer.payload.as_ref().unwrap().access_points_map;
    assert_eq!(points["HELIX"].len(), 1);
    assert_eq!(points["HELIX"][0].access_point_id.as_deref(), Some("1"));
}

#[tokio::test]
async fn nulls_among_unnamed_members_are_skipped() {
    let headers = json!({"Date": null, "x-amzn-RequestId": "id-1", "x-amzn-RateLimit-Limit": null, "Via": "1.1"});
    let (_server, client) = answered(json!({"responses": [{"headers": headers, "status": {"statusCode": 200}}]})).await;
    let batch = ProductPricing::new(&client).get_item_offers_batch(pricing::GetItemOffersBatchRequest::new());
    let answer = batch.send().await.unwrap();
    let headers = answer.responses[0].headers.as_ref().unwrap();
    assert_eq!((headers.date.as_deref(), headers.x_amzn_request_id.as_deref()), (None, Some("id-1")));
    assert_eq!(headers.unknown_fields["Via"], "1.1");
}

#[tokio::test]
async fn nulls_inside_an_answer_that_is_a_list_are_skipped() {
    let (_server, client) = answered(json!([null, {"Status": "Success"}])).await;
    let request = fees::FeesEstimateByIdRequest::new("ASIN", "B");
    let answer = ProductFees::new(&client).get_my_fees_estimates([request]).send().await.unwrap();
    assert_eq!((answer.len(), answer[0].status.as_deref()), (1, Some("Success")));
}

#[tokio::test]
async fn unknown_fields_are_ignored() {
    let order = json!({"AmazonOrderId": "1", "Brand": {"new": [1, {"deep": null}]}, "OrderTotal": {"Tax": "x"}});
    let (_server, client) = answered(json!({"payload": order, "pagination": {}, "": 7})).await;
    let answer = v0::Orders::new(&client).get_order("1").send().await.unwrap();
    assert_eq!(answer.payload.as_ref().unwrap().amazon_order_id, "1");
}

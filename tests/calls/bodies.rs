//! The client sends exactly the body that the caller gave.

use serde_json::{Value, json};
use spapi_core::{Marketplace, Object};
use spapi_fulfillment_outbound::v2026_07_04::{FulfillmentOutbound, types as outbound};
use spapi_listings_items::v2021_08_01::{ListingsItems, types as listings};
use spapi_product_fees::v0::types as fees;
use spapi_reports::v2021_06_30::{Reports, types as reports};
use spapi_supply_sources::v2020_07_01::{SupplySources, types::UpdateSupplySourceRequest};
use spapi_tests::{Answer, Server};
use std::collections::BTreeMap;

fn object(value: Value) -> Object {
    let Value::Object(object) = value else { panic!("an object, not {value}") };
    object
}

#[tokio::test]
async fn required_fields_only() {
    let server = Server::always(Answer::json(202, json!({"reportId": "1"}))).await;
    let body = reports::CreateReportSpecification::new([Marketplace::JP, Marketplace::US], "GET_SALES");
    let answer = Reports::new(&server.client()).create_report(body).send().await.unwrap();
    assert_eq!(answer.report_id, "1");
    let call = server.call();
    assert_eq!((call.method.as_str(), call.target.as_str()), ("POST", "/reports/2021-06-30/reports"));
    assert_eq!(call.header("content-type"), Some("application/json"));
    assert_eq!(call.text(), r#"{"marketplaceIds":["A1VC38T7YXB528","ATVPDKIKX0DER"],"reportType":"GET_SALES"}"#);
}

#[tokio::test]
async fn required_and_optional_fields() {
    let server = Server::always(Answer::json(202, "{}")).await;
    let body = reports::CreateReportSpecification::new(["A"], "GET_SALES")
        .data_start_time("2026-01-12")
        .report_options(BTreeMap::from([("reportPeriod".into(), "DAY".into())]))
        .marketplace_ids(["B"]);
    Reports::new(&server.client()).create_report(body).send().await.unwrap();
    assert_eq!(
        server.call().json(),
        json!({
            "dataStartTime": "2026-01-12",
            "marketplaceIds": ["B"],
            "reportOptions": {"reportPeriod": "DAY"},
            "reportType": "GET_SALES",
        })
    );
}

#[tokio::test]
async fn structures_in_structures() {
    let money = |amount: i64| fees::MoneyType::new().amount(amount).currency_code("JPY");
    let points = fees::Points::new().points_number(100).points_monetary_value(money(100));
    let price = fees::PriceToEstimateFees::new(money(1980)).points(points);
    let request = fees::FeesEstimateRequest::new("1", Marketplace::JP, price).is_amazon_fulfilled(false);
    let body = fees::GetMyFeesEstimateRequest::new().fees_estimate_request(request);
    let server = Server::always(Answer::json(200, "{}")).await;
    let call = spapi_product_fees::v0::ProductFees::new(&server.client()).get_my_fees_estimate_for_sku("A/B", body);
    call.send().await.unwrap();
    assert_eq!(server.call().target, "/products/fees/v0/listings/A%2FB/feesEstimate");
    assert_eq!(
        server.call().json(),
        json!({"FeesEstimateRequest": {
            "Identifier": "1",
            "IsAmazonFulfilled": false,
            "MarketplaceId": "A1VC38T7YXB528",
            "PriceToEstimateFees": {
                "ListingPrice": {"Amount": 1980, "CurrencyCode": "JPY"},
                "Points": {"PointsNumber": 100, "PointsMonetaryValue": {"Amount": 100, "CurrencyCode": "JPY"}},
            },
        }})
    );
}

#[tokio::test]
async fn a_listing_with_free_attributes() {
    let server = Server::always(Answer::json(200, json!({"sku": "A", "status": "ACCEPTED"}))).await;
    let client = ListingsItems::new(&server.client());
    let attributes = json!({
        "item_name": [{"value": "鞄 \"é\"\u{2028}", "language_tag": "ja_JP", "marketplace_id": "A1VC38T7YXB528"}],
        "purchasable_offer": [{"our_price": [{"schedule": [{"value_with_tax": 17.31}]}], "end_at": {"value": null}}],
        "anything": {"at": ["all", 1, true, null, {}]},
    });
    let body = listings::ListingsItemPutRequest::new(object(attributes.clone()), "LUGGAGE").requirements("LISTING");
    let call = client.put_listings_item("A1", "A", body).marketplace_ids([Marketplace::JP]);
    let answer = call.mode("VALIDATION_PREVIEW").issue_locale("ja_JP").send().await.unwrap();
    assert!(matches!(answer.status, listings::ListingsItemSubmissionResponseStatus::Accepted));
    let call = server.call();
    assert_eq!((call.method.as_str(), call.path()), ("PUT", "/listings/2021-08-01/items/A1/A"));
    assert_eq!(call.json(), json!({"attributes": attributes, "productType": "LUGGAGE", "requirements": "LISTING"}));
}

#[tokio::test]
async fn patches_of_a_listing() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let value = json!({"marketplace_id": "A1VC38T7YXB528", "quantity": 7, "nested": [{"x": null}]});
    let patches = [
        listings::PatchOperation::new("replace", "/attributes/fulfillment_availability").value([object(value.clone())]),
        listings::PatchOperation::new(listings::PatchOperationOp::Delete, "/attributes/bullet_point"),
    ];
    let body = listings::ListingsItemPatchRequest::new(patches, "PRODUCT");
    let call = ListingsItems::new(&server.client()).patch_listings_item("A1", "A", body);
    call.marketplace_ids([Marketplace::JP]).send().await.unwrap();
    assert_eq!(server.call().method, "PATCH");
    assert_eq!(
        server.call().json(),
        json!({"productType": "PRODUCT", "patches": [
            {"op": "replace", "path": "/attributes/fulfillment_availability", "value": [value]},
            {"op": "delete", "path": "/attributes/bullet_point"},
        ]})
    );
}

#[tokio::test]
async fn a_read_value_is_written_back_with_its_unknown_fields() {
    let destination = json!({
        "deliveryAddress": {
            "addressLine1": "1-1",
            "countryCode": "JP",
            "name": "N",
            "postalCode": "100-0001",
            "what3words": "///a.b.c",
            "geo": {"lat": 35.5, "exact": null},
        },
        "droneLanding": [1, "pad", null],
        "gate": null,
    });
    let server = Server::in_turn([
        Answer::json(200, json!({"order": {"orderId": "1", "destination": destination}})),
        Answer::json(202, "{}"),
    ])
    .await;
    let client = FulfillmentOutbound::new(&server.client());
    let order = client.get_order("1").send().await.unwrap().into_inner().order;
    let mut received = order.destination.unwrap();
    assert_eq!(received.unknown_fields["droneLanding"], json!([1, "pad", null]));
    received.delivery_address.name = "M".into();
    let item = outbound::CreateOrderLineItem::new(
        outbound::Amount::new("2"),
        "a",
        outbound::OrderProduct::new(outbound::ProductIdentifier::new("SKU")),
    );
    client.create_order(outbound::CreateOrderRequest::new(received, [item], "2")).send().await.unwrap();

    let mut expected = destination;
    expected["deliveryAddress"]["name"] = json!("M");
    assert_eq!(
        server.calls().pop().unwrap().json(),
        json!({
            "destination": expected,
            "lineItems": [{"amount": {"value": "2"}, "lineItemId": "a", "product": {"productIdentifier": {"amazonSku": "SKU"}}}],
            "orderId": "2",
        })
    );
}

#[tokio::test]
async fn an_optional_body() {
    let server = Server::always(Answer::empty(204)).await;
    let call = SupplySources::new(&server.client()).update_supply_source("S");
    call.clone().send().await.unwrap();
    call.body(UpdateSupplySourceRequest::new().alias("Tokyo")).send().await.unwrap();
    let [without, with] = server.calls().try_into().unwrap();
    assert_eq!((without.text(), without.header("content-type")), ("", None));
    assert_eq!((with.text(), with.header("content-type")), (r#"{"alias":"Tokyo"}"#, Some("application/json")));
}

/// Servers refuse a POST or PUT without a content length.
#[tokio::test]
async fn a_request_without_a_body_sends_its_length() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let client = server.client();
    let upload = spapi_uploads::v2020_11_01::Uploads::new(&client).create_upload_destination_for_resource("a");
    upload.marketplace_ids([Marketplace::JP]).content_md5("x").send().await.unwrap();
    SupplySources::new(&client).update_supply_source("S").send().await.unwrap();
    for call in server.calls() {
        assert_eq!(call.header("content-length"), Some("0"), "{} {}", call.method, call.target);
    }
}

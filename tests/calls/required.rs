//! Required parameters, set by their setters or by `raw_query`.

use serde_json::json;
use spapi_core::{Error, Marketplace};
use spapi_fba_inventory::v1::{FbaInventory, types::AddInventoryRequest};
use spapi_orders::v0::Orders;
use spapi_product_type_definitions::v2020_09_01::ProductTypeDefinitions;
use spapi_reports::v2021_06_30::Reports;
use spapi_sales::v1::Sales;
use spapi_seller_wallet::v2024_03_01::{SellerWallet, types::TransactionInitiationRequest};
use spapi_tests::{Answer, Server};
use spapi_uploads::v2020_11_01::Uploads;

fn assert_missing(result: Result<impl Sized, Error>, names: &str) {
    let Err(error) = result else { panic!("sent without {names}") };
    assert!(error.is_input(), "{error}");
    assert!(error.to_string().contains(&format!("{names} not set")), "{error}");
}

#[tokio::test]
async fn a_missing_parameter_is_named_and_nothing_is_sent() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let client = server.client();
    let orders = Orders::new(&client);
    assert_missing(orders.get_orders().send().await, "MarketplaceIds is");
    assert_missing(orders.get_orders().created_after("2026-01-12").pages().try_next().await, "MarketplaceIds is");
    assert_missing(orders.get_orders().items().try_next().await, "MarketplaceIds is");
    assert_missing(orders.get_orders().marketplace_ids(Vec::<String>::new()).send().await, "MarketplaceIds is");

    let metrics = Sales::new(&client).get_order_metrics();
    assert_missing(metrics.clone().send().await, "marketplaceIds, interval, granularity are");
    let metrics = metrics.interval("2026-01-01T00:00:00Z--2026-01-12T00:00:00Z").asin("B");
    assert_missing(metrics.clone().send().await, "marketplaceIds, granularity are");
    assert_missing(metrics.granularity("Day").send().await, "marketplaceIds is");

    let upload = Uploads::new(&client).create_upload_destination_for_resource("a/b");
    assert_missing(upload.marketplace_ids([Marketplace::JP]).send().await, "contentMD5 is");
    assert_missing(
        ProductTypeDefinitions::new(&client).get_definitions_product_type("LUGGAGE").send().await,
        "marketplaceIds is",
    );
    assert_eq!(server.request_count(), 0);
}

#[tokio::test]
async fn a_missing_header_is_named_too() {
    let server = Server::always(Answer::json(200, "{}")).await;
    let client = server.client();
    let inventory = FbaInventory::new(&client).add_inventory(AddInventoryRequest::default());
    assert_missing(inventory.clone().send().await, "x-amzn-idempotency-token is");
    let payout = SellerWallet::new(&client).create_transaction(TransactionInitiationRequest::default());
    let payout = payout.marketplace_id(Marketplace::JP).amount_digital_signature("a");
    assert_missing(payout.clone().send().await, "destAccountDigitalSignature is");
    assert_eq!(server.request_count(), 0);

    inventory.x_amzn_idempotency_token("token 1").send().await.unwrap();
    payout.dest_account_digital_signature("d").send().await.unwrap();
    let calls = server.calls();
    assert_eq!(calls[0].header("x-amzn-idempotency-token"), Some("token 1"));
    assert!(calls[0].query().is_empty(), "{}", calls[0].target);
    assert_eq!(calls[1].header("destaccountdigitalsignature"), Some("d"));
    assert_eq!(calls[1].header("amountdigitalsignature"), Some("a"));
}

#[tokio::test]
async fn raw_query_sends_a_value_that_the_type_does_not_allow() {
    let server = Server::always(Answer::json(200, json!({"payload": {"Orders": []}}))).await;
    let orders = Orders::new(&server.client());
    let call = orders.get_orders().raw_query("CreatedAfter", "TEST_CASE_200").raw_query("MarketplaceIds", "A,B");
    call.send().await.unwrap();
    assert_eq!(server.call().query(), ["CreatedAfter=TEST_CASE_200", "MarketplaceIds=A%2CB"]);
}

#[tokio::test]
async fn raw_query_replaces_typed_values() {
    let server = Server::always(Answer::json(200, json!({"reports": []}))).await;
    let call = Reports::new(&server.client()).get_reports().report_types(["GET_A", "GET_B"]).page_size(10);
    let call = call.raw_query("reportTypes", "GET_C").raw_query("pageSize", "many").raw_query("new one", "ä&b");
    call.send().await.unwrap();
    assert_eq!(server.call().query(), ["new%20one=%C3%A4%26b", "pageSize=many", "reportTypes=GET_C"]);
}

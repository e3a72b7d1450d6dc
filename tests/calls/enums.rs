//! Enum values that the model does not list.

use serde_json::{Value, json};
use spapi_core::{Client, Marketplace};
use spapi_listings_items::v2021_08_01::{ListingsItems, types::ItemSummaryByMarketplaceStatus as ListingStatus};
use spapi_orders::v0::Orders;
use spapi_orders::v0::types::{OrderOrderStatus as Status, OrderPaymentMethod as PaymentMethod};
use spapi_product_fees::v0::{ProductFees, types as fees};
use spapi_sales::v1::Sales;
use spapi_tests::{Answer, Server};

async fn answered(body: Value) -> (Server, Client) {
    let server = Server::always(Answer::json(200, body)).await;
    let client = server.client();
    (server, client)
}

#[tokio::test]
async fn an_unknown_value_is_kept_and_written_back() {
    let body = json!({"payload": {
        "AmazonOrderId": "1",
        "LastUpdateDate": "2026-01-12T00:00:00Z",
        "OrderStatus": "Teleported",
        "PaymentMethod": "Other",
        "PurchaseDate": "2026-01-12T00:00:00Z",
        "BuyerInvoicePreference": "",
        "FulfillmentChannel": "mfn",
    }});
    let (_server, client) = answered(body.clone()).await;
    let answer = Orders::new(&client).get_order("1").send().await.unwrap();
    let order = answer.payload.as_ref().unwrap();
    assert!(matches!(&order.order_status, Status::Unrecognized(text) if text == "Teleported"));
    assert_eq!(order.order_status.to_string(), "Teleported");
    // A value `Other` is not the variant for unknown values, and the case of letters counts.
    assert!(matches!(order.payment_method, Some(PaymentMethod::Other)));
    assert_eq!(order.fulfillment_channel.as_ref().map(AsRef::as_ref), Some("mfn"));
    assert_eq!(order.buyer_invoice_preference.as_ref().map(AsRef::as_ref), Some(""));
    assert_eq!(serde_json::to_value(&*answer).unwrap(), body);
}

#[tokio::test]
async fn an_unknown_value_in_a_list_keeps_the_others() {
    let status = json!(["BUYABLE", "LEVITATING", "DISCOVERABLE"]);
    let (_server, client) = answered(json!({"sku": "A", "summaries": [{"status": status}]})).await;
    let item = ListingsItems::new(&client).get_listings_item("A1", "A").marketplace_ids([Marketplace::JP]);
    let item = item.send().await.unwrap();
    let [buyable, unknown, discoverable] = item.summaries[0].status.as_slice() else { panic!("{item:?}") };
    assert!(matches!(
        (buyable, discoverable, unknown),
        (ListingStatus::Buyable, ListingStatus::Discoverable, ListingStatus::Unrecognized(_))
    ));
    assert_eq!(serde_json::to_value(&item.summaries[0].status).unwrap(), status);
}

#[tokio::test]
async fn an_unknown_value_can_be_sent() {
    let identifier = json!({"IdType": "GalacticId", "OptionalFulfillmentProgram": "FBA_MOON"});
    let server = Server::in_turn([
        Answer::json(200, json!({"payload": {"FeesEstimateResult": {"FeesEstimateIdentifier": identifier}}})),
        Answer::json(200, "[]"),
        Answer::json(200, "{}"),
    ])
    .await;
    let client = server.client();
    let product_fees = ProductFees::new(&client);
    let answer = product_fees.get_my_fees_estimate_for_asin("B", fees::GetMyFeesEstimateRequest::new()).send().await;
    let answer = answer.unwrap().into_inner().payload.unwrap().fees_estimate_result.unwrap();
    let identifier = answer.fees_estimate_identifier.unwrap();
    let request = fees::FeesEstimateRequest::new("1", Marketplace::JP, fees::PriceToEstimateFees::default())
        .optional_fulfillment_program(identifier.optional_fulfillment_program.unwrap());
    let body = fees::FeesEstimateByIdRequest::new(identifier.id_type.unwrap(), "B").fees_estimate_request(request);
    product_fees.get_my_fees_estimates([body]).send().await.unwrap();
    let sent = server.calls().pop().unwrap().json();
    assert_eq!(sent[0]["IdType"], "GalacticId");
    assert_eq!(sent[0]["FeesEstimateRequest"]["OptionalFulfillmentProgram"], "FBA_MOON");

    let metrics = Sales::new(&client).get_order_metrics().marketplace_ids([Marketplace::JP]).interval("i");
    metrics.granularity("Fort night").send().await.unwrap();
    assert!(server.calls().pop().unwrap().query().contains(&"granularity=Fort%20night"));
}

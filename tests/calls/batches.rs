//! Batches: the answer succeeds, and some of its items fail.

use serde_json::json;
use spapi_core::Marketplace;
use spapi_product_fees::v0::{ProductFees, types as fees};
use spapi_product_pricing::{v0, v2022_05_01};
use spapi_tests::{Answer, Server};

#[tokio::test]
async fn each_offer_has_its_own_status_and_errors() {
    let request = |asin: &str| json!({"MarketplaceId": "A1VC38T7YXB528", "ItemCondition": "New", "Asin": asin});
    let throttled = json!({"errors": [{"code": "QuotaExceeded", "message": "Slow down."}]});
    let invalid = json!({"errors": [{"code": "InvalidInput", "message": "No such ASIN.", "details": "B3"}]});
    let body = json!({"responses": [
        {
            "headers": {"Date": "Mon, 12 Jan 2026 09:30:00 GMT", "x-amzn-RequestId": "id-1", "Via": "1.1"},
            "status": {"statusCode": 200, "reasonPhrase": "OK"},
            "request": request("B1"),
            "body": {"payload": {"ASIN": "B1", "status": "Success", "Offers": [{"SubCondition": "new"}]}},
        },
        {"status": {"statusCode": 429, "reasonPhrase": "Too Many Requests"}, "request": request("B2"), "body": throttled},
        {"status": {"statusCode": 400, "reasonPhrase": "Bad Request"}, "request": request("B3"), "body": invalid},
        {"status": null, "request": request("B4"), "body": null},
    ]});
    let server = Server::always(Answer::json(200, body)).await;
    let asins = ["B1", "B2", "B3", "B4"];
    let requests = asins.map(|asin| {
        let uri = format!("/products/pricing/v0/items/{asin}/offers");
        v0::types::ItemOffersRequest::new("New", Marketplace::JP, "GET", uri)
    });
    let body = v0::types::GetItemOffersBatchRequest::new().requests(requests);
    let answer = v0::ProductPricing::new(&server.client()).get_item_offers_batch(body).send().await.unwrap();

    let [good, throttled, invalid, odd] = answer.responses.as_slice() else { panic!("four answers") };
    let status = |response: &v0::types::ItemOffersResponse| response.status.as_ref().and_then(|line| line.status_code);
    assert_eq!([good, throttled, invalid, odd].map(status), [Some(200), Some(429), Some(400), None]);
    let asin = |response: &v0::types::ItemOffersResponse| response.request.asin.clone().unwrap();
    assert_eq!([good, throttled, invalid, odd].map(asin), asins);
    assert_eq!(good.body.payload.as_ref().unwrap().offers[0].sub_condition, "new");
    assert_eq!(good.headers.as_ref().unwrap().x_amzn_request_id.as_deref(), Some("id-1"));
    assert_eq!((throttled.body.payload.as_ref(), throttled.body.errors[0].code.as_str()), (None, "QuotaExceeded"));
    assert_eq!(invalid.body.errors[0].details.as_deref(), Some("B3"));
    assert_eq!(odd.body, v0::types::GetOffersResponse::default());

    assert_eq!(
        server.call().json(),
        json!({"requests": asins.map(|asin| json!({
            "ItemCondition": "New",
            "MarketplaceId": "A1VC38T7YXB528",
            "method": "GET",
            "uri": format!("/products/pricing/v0/items/{asin}/offers"),
        }))})
    );
}

#[tokio::test]
async fn each_expected_price_has_its_own_status_and_errors() {
    let body = json!({"responses": [
        {"status": {"statusCode": 200}, "headers": {"Via": null}, "request": {"sku": "A"}, "body": {
            "featuredOfferExpectedPriceResults": [{"resultStatus": "VALID_FOEP"}]}},
        {"status": {"statusCode": 429}, "request": {"sku": "B"}, "body": {
            "errors": [{"code": "QuotaExceeded", "message": "Slow down."}]}},
        {"status": {"statusCode": 500}, "request": {"sku": "C"}},
    ]});
    let server = Server::always(Answer::json(200, body)).await;
    let batch = v2022_05_01::types::GetFeaturedOfferExpectedPriceBatchRequest::new();
    let pricing = v2022_05_01::ProductPricing::new(&server.client());
    let answer = pricing.get_featured_offer_expected_price_batch(batch).send().await.unwrap();
    let outcomes: Vec<_> = answer
        .responses
        .iter()
        .map(|response| {
            let errors = response.body.iter().flat_map(|body| &body.errors).count();
            (response.request.sku.as_str(), response.status.status_code, errors)
        })
        .collect();
    assert_eq!(outcomes, [("A", Some(200), 0), ("B", Some(429), 1), ("C", Some(500), 0)]);
}

#[tokio::test]
async fn each_fees_estimate_has_its_own_status_and_error() {
    let body = json!([
        {
            "Status": "Success",
            "FeesEstimateIdentifier": {"IdValue": "B1", "SellerInputIdentifier": "1"},
            "FeesEstimate": {"TimeOfFeesEstimation": "Mon Oct 28 18:49:32 UTC 2019", "TotalFeesEstimate": {"Amount": 17.31}},
        },
        {
            "Status": "ClientError",
            "FeesEstimateIdentifier": {"IdValue": "B2", "SellerInputIdentifier": "2"},
            "Error": {"Type": "Sender", "Code": "DataNotAvailable", "Message": "No such item.", "Detail": []},
        },
        {"Status": "ServiceError", "Error": {"Type": "Receiver", "Code": "InternalError", "Detail": null}},
    ]);
    let server = Server::always(Answer::json(200, body)).await;
    let requests = ["B1", "B2", "B3"].map(|asin| fees::FeesEstimateByIdRequest::new("ASIN", asin));
    let answer = ProductFees::new(&server.client()).get_my_fees_estimates(requests).send().await.unwrap();

    let [good, unknown, failed] = answer.as_slice() else { panic!("three results") };
    let status = |result: &fees::FeesEstimateResult| result.status.clone().unwrap();
    assert_eq!([good, unknown, failed].map(status), ["Success", "ClientError", "ServiceError"]);
    assert_eq!(good.error, None);
    assert!(good.fees_estimate.as_ref().unwrap().total_fees_estimate.as_ref().unwrap().amount.is_some());
    let error = unknown.error.as_ref().unwrap();
    assert_eq!((error.code.as_str(), error.type_.as_str()), ("DataNotAvailable", "Sender"));
    let identifier = unknown.fees_estimate_identifier.as_ref().unwrap();
    assert_eq!(identifier.seller_input_identifier.as_deref(), Some("2"));
    assert_eq!((failed.fees_estimate.as_ref(), failed.error.as_ref().unwrap().message.as_str()), (None, ""));

    let sent = ["B1", "B2", "B3"].map(|asin| json!({"IdType": "ASIN", "IdValue": asin}));
    assert_eq!(server.call().json(), json!(sent));
}

//! The token and the other parameters that the client sends for each further page.

use serde_json::json;
use spapi_core::{Clock, Marketplace, StatusCode};
use spapi_fba_inventory::v1::FbaInventory;
use spapi_feeds::v2021_06_30::Feeds;
use spapi_fulfillment_inbound::v0::{FulfillmentInbound, types::GetShipmentsShipmentStatusList as ShipmentStatus};
use spapi_listings_items::v2021_08_01::ListingsItems;
use spapi_orders::{v0, v2026_01_01};
use spapi_replenishment::v2022_11_07::{Replenishment, types as replenishment};
use spapi_reports::v2021_06_30::Reports;
use spapi_tests::{Answer, Received, Server};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// A token of characters that a query must escape, and its escaped form.
const TOKEN: &str = "a+b/c==&d%2B é";
const ENCODED: &str = "a%2Bb%2Fc%3D%3D%26d%252B%20%C3%A9";

fn orders_2026(ids: &[&str], token: &str) -> Answer {
    let orders: Vec<_> = ids.iter().map(|id| json!({"orderId": id})).collect();
    Answer::json(200, json!({"orders": orders, "pagination": {"nextToken": token}}))
}

/// The queries of all calls so far.
fn queries(calls: &[Received]) -> Vec<Vec<&str>> {
    calls.iter().map(Received::query).collect()
}

#[tokio::test]
async fn all_pages_are_fetched_including_an_empty_one() {
    let server =
        Server::in_turn([orders_2026(&["1", "2"], TOKEN), orders_2026(&[], "t 2"), orders_2026(&["3"], "")]).await;
    let search = v2026_01_01::Orders::new(&server.client()).search_orders().marketplace_ids([Marketplace::JP]);
    let mut pages = search.created_after("2026-01-12").max_results_per_page(2).pages();
    let mut lengths = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        lengths.push(page.orders.len());
    }
    assert_eq!(lengths, [2, 0, 1]);
    assert!(pages.try_next().await.unwrap().is_none(), "a call after the last page returns no page");

    let [filter, market, size] = ["createdAfter=2026-01-12", "marketplaceIds=A1VC38T7YXB528", "maxResultsPerPage=2"];
    assert_eq!(
        queries(&server.calls()),
        [
            vec![filter, market, size],
            vec![filter, market, size, &format!("paginationToken={ENCODED}")],
            vec![filter, market, size, "paginationToken=t%202"],
        ]
    );
}

#[tokio::test]
async fn all_items_are_fetched_across_pages() {
    let server =
        Server::in_turn([orders_2026(&["1", "2"], "t1"), orders_2026(&[], "t2"), orders_2026(&["3"], "")]).await;
    let mut items = v2026_01_01::Orders::new(&server.client()).search_orders().items();
    let mut ids = Vec::new();
    while let Some(order) = items.try_next().await.unwrap() {
        ids.push(order.order_id);
    }
    assert_eq!(ids, ["1", "2", "3"]);
    assert!(items.try_next().await.unwrap().is_none());
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn a_missing_null_or_empty_token_ends_the_list() {
    for last in [
        json!({"items": [{"sku": "A"}]}),
        json!({"items": [{"sku": "A"}], "pagination": null}),
        json!({"items": [{"sku": "A"}], "pagination": {}}),
        json!({"items": [{"sku": "A"}], "pagination": {"nextToken": null, "previousToken": "p"}}),
        json!({"items": [{"sku": "A"}], "pagination": {"nextToken": ""}}),
    ] {
        let server = Server::in_turn([Answer::json(200, last)]).await;
        let search = ListingsItems::new(&server.client()).search_listings_items("A1");
        let mut items = search.marketplace_ids([Marketplace::JP]).items();
        assert_eq!(items.try_next().await.unwrap().unwrap().sku, "A");
        assert!(items.try_next().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn after_an_error_the_same_page_is_fetched_again() {
    let server =
        Server::in_turn([orders_2026(&["1"], "t"), Answer::html(500, "<html></html>"), orders_2026(&["2"], "")]).await;
    let search = v2026_01_01::Orders::new(&server.client()).search_orders().created_after("2026-01-12");
    let mut items = search.items();
    assert_eq!(items.try_next().await.unwrap().unwrap().order_id, "1");
    assert_eq!(items.try_next().await.unwrap_err().status(), Some(StatusCode::INTERNAL_SERVER_ERROR));
    assert_eq!(items.try_next().await.unwrap().unwrap().order_id, "2");
    assert!(items.try_next().await.unwrap().is_none());
    let targets = server.targets();
    assert_eq!((targets.len(), &targets[1]), (3, &targets[2]));
}

#[tokio::test]
async fn a_repeated_token_is_an_error_instead_of_an_endless_loop() {
    let server = Server::in_turn([orders_2026(&["1"], "t"), orders_2026(&["2"], "t")]).await;
    let mut items = v2026_01_01::Orders::new(&server.client()).search_orders().items();
    assert_eq!(items.try_next().await.unwrap().unwrap().order_id, "1");
    assert_eq!(items.try_next().await.unwrap().unwrap().order_id, "2");
    let error = items.try_next().await.unwrap_err();
    assert!(error.to_string().contains("orders@2026-01-01 searchOrders"), "{error}");
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn a_saved_token_resumes_the_list() {
    let server = Server::in_turn([orders_2026(&["2"], "t2"), orders_2026(&["3"], "")]).await;
    let search = v2026_01_01::Orders::new(&server.client()).search_orders().created_after("2026-01-12");
    let mut items = search.pagination_token(TOKEN).items();
    let mut ids = Vec::new();
    while let Some(order) = items.try_next().await.unwrap() {
        ids.push(order.order_id);
    }
    assert_eq!(ids, ["2", "3"]);
    let filter = "createdAfter=2026-01-12";
    assert_eq!(
        queries(&server.calls()),
        [vec![filter, &format!("paginationToken={ENCODED}")], vec![filter, "paginationToken=t2"]]
    );
}

#[tokio::test]
async fn later_pages_of_reports_and_feeds_send_only_the_token() {
    let server = Server::in_turn([
        Answer::json(200, json!({"reports": [{"reportId": "1"}], "nextToken": TOKEN})),
        Answer::json(200, json!({"reports": [], "nextToken": "t2"})),
        Answer::json(200, json!({"reports": [{"reportId": "2"}]})),
        Answer::json(200, json!({"feeds": [{"feedId": "1"}], "nextToken": "t3"})),
        Answer::json(200, json!({"feeds": [], "nextToken": null})),
        Answer::json(200, json!({"reports": []})),
    ])
    .await;
    let client = server.client();

    let reports = Reports::new(&client).get_reports().report_types(["GET_A", "GET_B"]).page_size(1);
    let mut items = reports.clone().created_since("2026-01-12").items();
    let mut ids = Vec::new();
    while let Some(report) = items.try_next().await.unwrap() {
        ids.push(report.report_id);
    }
    assert_eq!(ids, ["1", "2"]);

    let mut feeds = Feeds::new(&client).get_feeds().feed_types(["JSON_LISTINGS_FEED"]).page_size(1).items();
    assert_eq!(feeds.try_next().await.unwrap().unwrap().feed_id, "1");
    assert!(feeds.try_next().await.unwrap().is_none());

    // The same applies to a saved token.
    reports.next_token("saved").send().await.unwrap();

    assert_eq!(
        queries(&server.calls()),
        [
            vec!["createdSince=2026-01-12", "pageSize=1", "reportTypes=GET_A,GET_B"],
            vec![&format!("nextToken={ENCODED}")],
            vec!["nextToken=t2"],
            vec!["feedTypes=JSON_LISTINGS_FEED", "pageSize=1"],
            vec!["nextToken=t3"],
            vec!["nextToken=saved"],
        ]
    );
}

#[tokio::test]
async fn later_pages_of_orders_v0_send_required_parameters_and_no_filter() {
    let server = Server::in_turn([
        Answer::json(200, json!({"payload": {"Orders": [{"AmazonOrderId": "1"}], "NextToken": TOKEN}})),
        Answer::json(200, json!({"payload": {"Orders": [{"AmazonOrderId": "2"}], "CreatedBefore": "2026-01-13"}})),
    ])
    .await;
    let orders = v0::Orders::new(&server.client());
    let call = orders.get_orders().marketplace_ids([Marketplace::JP, Marketplace::US]).created_after("2026-01-12");
    let mut items = call.order_statuses(["Shipped"]).max_results_per_page(1).items();
    for id in ["1", "2"] {
        assert_eq!(items.try_next().await.unwrap().unwrap().amazon_order_id, id);
    }
    assert!(items.try_next().await.unwrap().is_none());
    let markets = "MarketplaceIds=A1VC38T7YXB528,ATVPDKIKX0DER";
    assert_eq!(
        queries(&server.calls()),
        [
            vec!["CreatedAfter=2026-01-12", markets, "MaxResultsPerPage=1", "OrderStatuses=Shipped"],
            vec![markets, &format!("NextToken={ENCODED}")],
        ]
    );

    let error = orders.get_orders().next_token("saved").send().await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("MarketplaceIds"), "{error}");
    assert_eq!(server.calls().len(), 2);
}

#[tokio::test]
async fn later_pages_of_order_items_send_the_path_and_the_token() {
    let server = Server::in_turn([
        Answer::json(200, json!({"payload": {"OrderItems": [{"OrderItemId": "a"}], "NextToken": TOKEN}})),
        Answer::json(200, json!({"payload": {"OrderItems": [{"OrderItemId": "b"}]}})),
    ])
    .await;
    let mut items = v0::Orders::new(&server.client()).get_order_items("1").items();
    for id in ["a", "b"] {
        assert_eq!(items.try_next().await.unwrap().unwrap().order_item_id, id);
    }
    assert!(items.try_next().await.unwrap().is_none());
    assert_eq!(
        server.targets(),
        [
            "GET /orders/v0/orders/1/orderItems".to_owned(),
            format!("GET /orders/v0/orders/1/orderItems?NextToken={ENCODED}"),
        ]
    );
}

#[tokio::test]
async fn later_pages_of_inbound_shipments_send_the_query_type() {
    let page = |id: &str, token: &str| {
        Answer::json(200, json!({"payload": {"ShipmentData": [{"ShipmentId": id}], "NextToken": token}}))
    };
    let items = json!({"payload": {"ItemData": [{"SellerSKU": "A"}]}});
    let server = Server::in_turn([page("1", TOKEN), page("2", ""), Answer::json(200, items)]).await;
    let inbound = FulfillmentInbound::new(&server.client());
    let shipments = inbound.get_shipments().marketplace_id(Marketplace::JP).query_type("SHIPMENT");
    let mut items = shipments.shipment_status_list([ShipmentStatus::Working, ShipmentStatus::Shipped]).items();
    for id in ["1", "2"] {
        assert_eq!(items.try_next().await.unwrap().unwrap().shipment_id.as_deref(), Some(id));
    }
    assert!(items.try_next().await.unwrap().is_none());

    // A saved token needs the marketplace but not the query type, which has only one possible value.
    let items = inbound.get_shipment_items().next_token("saved").last_updated_after("2026-01-12");
    let error = items.clone().send().await.unwrap_err();
    assert!(error.to_string().contains("parameter MarketplaceId is not set"), "{error}");
    items.marketplace_id(Marketplace::JP).send().await.unwrap();

    let market = "MarketplaceId=A1VC38T7YXB528";
    assert_eq!(
        queries(&server.calls()),
        [
            vec![market, "QueryType=SHIPMENT", "ShipmentStatusList=WORKING,SHIPPED"],
            vec![market, &format!("NextToken={ENCODED}"), "QueryType=NEXT_TOKEN"],
            vec![market, "NextToken=saved", "QueryType=NEXT_TOKEN"],
        ]
    );
}

#[tokio::test]
async fn the_token_saved_in_the_middle_of_a_page_fetches_it_again() {
    let answers = || [orders_2026(&["1"], TOKEN), orders_2026(&["2", "3"], "t2"), orders_2026(&["4"], "")];
    let server = Server::in_turn(answers().into_iter().chain(answers().into_iter().skip(1))).await;
    let search = v2026_01_01::Orders::new(&server.client()).search_orders().created_after("2026-01-12");
    let mut items = search.clone().items();
    for id in ["1", "2"] {
        assert_eq!(items.try_next().await.unwrap().unwrap().order_id, id);
    }
    assert_eq!(items.next_token(), Some(TOKEN), "order 3 has not been returned");
    let saved = items.next_token().unwrap().to_owned();
    for id in ["3", "4"] {
        assert_eq!(items.try_next().await.unwrap().unwrap().order_id, id);
    }
    assert_eq!((items.next_token(), items.is_done()), (None, true));

    let mut again = search.pagination_token(saved).items();
    for id in ["2", "3", "4"] {
        assert_eq!(again.try_next().await.unwrap().unwrap().order_id, id);
    }
    assert!(again.try_next().await.unwrap().is_none());
    let calls = server.calls();
    assert_eq!(calls[3].target, calls[1].target);
}

/// The answer with the offers from an offset on, out of five offers.
fn offers(call: &Received) -> Answer {
    let pagination = &call.json()["pagination"];
    let [offset, limit] = ["offset", "limit"].map(|name| pagination[name].as_u64().expect("a number"));
    let all: Vec<_> = (offset..5.min(offset + limit)).map(|number| json!({"asin": format!("B{number}")})).collect();
    Answer::json(200, json!({"offers": all, "pagination": {"totalResults": 5}}))
}

#[tokio::test]
async fn offers_are_paged_by_the_offset_in_the_body() {
    let server = Server::new(offers).await;
    let client = Replenishment::new(&server.client());
    let filters = replenishment::ListOffersRequestFilters::new(Marketplace::JP, ["SUBSCRIBE_AND_SAVE"]).asins(["B1"]);
    let body = |offset| {
        let pagination = replenishment::ListOffersRequestPagination::new(2, offset);
        replenishment::ListOffersRequest::new(filters.clone(), pagination)
    };
    let mut items = client.list_offers().body(body(0)).items();
    let mut found = Vec::new();
    while let Some(offer) = items.try_next().await.unwrap() {
        found.push(offer.asin.unwrap());
    }
    assert_eq!(found, ["B0", "B1", "B2", "B3", "B4"]);
    let sent: Vec<_> = server.calls().iter().map(Received::json).collect();
    for (sent, offset) in sent.iter().zip([0, 2, 4]) {
        assert_eq!(*sent, serde_json::to_value(body(offset)).unwrap());
    }
    assert_eq!(sent.len(), 3);

    let mut pages = client.list_offers().body(body(2)).pages();
    assert_eq!(pages.next_token(), Some("2"));
    assert_eq!(pages.try_next().await.unwrap().unwrap().offers.len(), 2);
    assert_eq!(pages.next_token(), Some("4"));

    let error = client.list_offers().body(body(9001)).pages().try_next().await.unwrap_err();
    assert!(error.to_string().contains("none beyond 9000"), "{error}");
    assert_eq!(server.calls().len(), 4);
}

#[tokio::test]
async fn metrics_of_offers_are_paged_by_the_offset_in_the_body() {
    let server = Server::new(offers).await;
    let body = replenishment::ListOfferMetricsRequest::new(
        replenishment::ListOfferMetricsRequestFilters::default(),
        replenishment::ListOfferMetricsRequestPagination::new(3, 0),
    );
    let mut items = Replenishment::new(&server.client()).list_offer_metrics().body(body).items();
    let mut found = Vec::new();
    while let Some(offer) = items.try_next().await.unwrap() {
        found.push(offer.asin.unwrap());
    }
    assert_eq!(found, ["B0", "B1", "B2", "B3", "B4"]);
    assert_eq!(server.targets(), ["POST /replenishment/2022-11-07/offers/metrics/search"; 2]);
}

#[tokio::test]
async fn further_items_of_a_shipment_come_from_another_operation() {
    let page = |sku: &str, token: &str| {
        Answer::json(200, json!({"payload": {"ItemData": [{"SellerSKU": sku}], "NextToken": token}}))
    };
    let server = Server::in_turn([page("A", TOKEN), page("B", "t2"), page("C", ""), page("A", TOKEN)]).await;
    let inbound = FulfillmentInbound::new(&server.client());
    let mut items = inbound.get_shipment_items_by_shipment_id("FBA1").marketplace_id(Marketplace::JP).items();
    for sku in ["A", "B", "C"] {
        assert_eq!(items.try_next().await.unwrap().unwrap().seller_sku, sku);
    }
    assert!(items.try_next().await.unwrap().is_none());

    let mut items = inbound.get_shipment_items_by_shipment_id("FBA1").items();
    assert!(items.try_next().await.unwrap().is_some());
    let error = items.try_next().await.unwrap_err();
    assert!(error.to_string().contains("getShipmentItems: the required parameter MarketplaceId"), "{error}");
    assert_eq!(items.next_token(), Some(TOKEN));

    let market = "MarketplaceId=A1VC38T7YXB528";
    let calls = server.calls();
    let paths: Vec<_> = calls.iter().map(Received::path).collect();
    let (first, further) = ("/fba/inbound/v0/shipments/FBA1/items", "/fba/inbound/v0/shipmentItems");
    assert_eq!(paths, [first, further, further, first]);
    assert_eq!(
        queries(&calls),
        [
            vec![market],
            vec![market, &format!("NextToken={ENCODED}"), "QueryType=NEXT_TOKEN"],
            vec![market, "NextToken=t2", "QueryType=NEXT_TOKEN"],
            vec![],
        ]
    );
}

#[derive(Debug, Default)]
struct ManualClock(AtomicU64);

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + self.0.load(Ordering::SeqCst))
    }
}

#[tokio::test]
async fn an_expired_token_of_fba_inventory_is_explained() {
    let page =
        json!({"payload": {"inventorySummaries": [{"asin": "B1"}, {"asin": "B2"}]}, "pagination": {"nextToken": "t"}});
    let refusal = json!({"errors": [{"code": "InvalidInput", "message": "no"}]});
    let server = Server::in_turn([Answer::json(200, page), Answer::json(400, refusal)]).await;
    let clock = Arc::new(ManualClock::default());
    let client = server.client_builder().clock(Arc::clone(&clock) as _).build().unwrap();
    let summaries = FbaInventory::new(&client).get_inventory_summaries().granularity_type("Marketplace");
    let mut items = summaries.granularity_id(Marketplace::JP).marketplace_ids([Marketplace::JP]).items();
    assert_eq!(items.try_next().await.unwrap().unwrap().asin.as_deref(), Some("B1"));
    clock.0.store(31, Ordering::SeqCst);
    assert_eq!(items.try_next().await.unwrap().unwrap().asin.as_deref(), Some("B2"));
    let error = items.try_next().await.unwrap_err();
    assert!(error.is_page_token_expired() && error.status() == Some(StatusCode::BAD_REQUEST));
    assert!(
        error.to_string().contains("is valid for 30 s and came 31 s ago: 400 Bad Request: InvalidInput: no"),
        "{error}"
    );
}

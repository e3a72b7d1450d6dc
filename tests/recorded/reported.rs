//! Answers in forms that users of SP-API clients have reported in public. The data is made up. Each answer is a folder
//! in `recorded/reported`, written by hand.

use spapi_catalog_items::v2022_04_01::CatalogItems;
use spapi_core::{Client, Error, Marketplace, RetryPolicy, StatusCode};
use spapi_finances::v0::Finances;
use spapi_listings_items::v2021_08_01::{ListingsItems, types::GetListingsItemIncludedData as Included};
use spapi_orders::v0::{Orders, operations::GetOrders, types as orders};
use spapi_product_pricing::v0::{ProductPricing, types as pricing};
use spapi_record::Replay;
use spapi_reports::v2021_06_30::{Reports, types as reports};
use std::path::Path;
use std::time::Duration;

const ORDER: &str = "900-0000001-0000001";

/// A client that a folder of recordings answers, and the replay, whose recordings must all be used in the end.
struct Reported {
    client: Client,
    replay: Replay,
}

impl Reported {
    fn open(folder: &str) -> Self {
        let replay = Replay::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("recorded/reported").join(folder));
        Self::of(replay.unwrap(), RetryPolicy::new())
    }

    /// The same, but each recording answers only the request that it was recorded for.
    fn strict(folder: &str) -> Self {
        Self::of(Self::open(folder).replay.strict(), RetryPolicy::new())
    }

    /// The same, but the client does not retry, so that a test sees the first answer.
    fn once(folder: &str) -> Self {
        Self::of(Self::open(folder).replay, RetryPolicy::none())
    }

    fn of(replay: Replay, retry: RetryPolicy) -> Self {
        let client = replay.client(Marketplace::JP).any_marketplace().retry(retry).build().unwrap();
        Self { client, replay }
    }

    fn orders(&self) -> Orders {
        Orders::new(&self.client)
    }

    async fn order(&self) -> Result<orders::GetOrderResponse, Error> {
        self.orders().get_order(ORDER).send().await.map(spapi_core::Response::into_inner)
    }

    fn done(self) {
        assert_eq!(self.replay.unserved(), [""; 0]);
    }
}

fn list(orders: &Orders) -> GetOrders {
    orders.get_orders().marketplace_ids([Marketplace::JP])
}

/// The ids of the orders of all pages.
async fn ids(list: GetOrders) -> Vec<String> {
    let mut items = list.items();
    let mut ids = Vec::new();
    while let Some(order) = items.try_next().await.unwrap() {
        ids.push(order.amazon_order_id);
    }
    ids
}

#[tokio::test]
async fn an_unknown_value_of_an_enum_loses_no_order() {
    let reported = Reported::open("unknown_enum_values");
    let page = list(&reported.orders()).send().await.unwrap().into_inner().payload.unwrap();
    let statuses: Vec<_> = page.orders.iter().map(|order| order.order_status.as_str()).collect();
    assert_eq!(statuses, ["Shipped", "AwaitingStars", "Unshipped"]);
    assert!(matches!(page.orders[1].order_status, orders::OrderOrderStatus::Unrecognized(_)));
    let text = |value: Option<&dyn ToString>| value.map(|value| value.to_string()).unwrap_or_default();
    let [known, unknown, other] = page.orders.as_slice() else { panic!("three orders") };
    assert!(matches!(known.payment_method, Some(orders::OrderPaymentMethod::Cod)));
    assert_eq!(text(unknown.payment_method.as_ref().map(|value| value as _)), "Barter");
    assert_eq!(text(unknown.order_type.as_ref().map(|value| value as _)), "TimeTravel");
    assert_eq!(text(other.easy_ship_shipment_status.as_ref().map(|value| value as _)), "LostAtSea");
    assert_eq!(text(other.fulfillment_channel.as_ref().map(|value| value as _)), "afn");
    reported.done();
}

#[tokio::test]
async fn an_item_may_lack_what_the_model_requires() {
    let reported = Reported::open("missing_required_fields");
    let items =
        reported.orders().get_order_items(ORDER).send().await.unwrap().into_inner().payload.unwrap().order_items;
    let read: Vec<_> =
        items.iter().map(|item| (item.order_item_id.as_str(), item.asin.as_str(), item.quantity_ordered)).collect();
    assert_eq!(read, [("70000000000001", "", None), ("", "", None), ("70000000000003", "B0MADEUP01", Some(2))]);
    reported.done();
}

#[tokio::test]
async fn a_null_counts_as_absent_in_every_place() {
    let reported = Reported::open("nulls_for_texts_and_lists");
    let answer = reported.order().await.unwrap();
    assert!(answer.errors.is_empty());
    let order = answer.payload.unwrap();
    assert_eq!(
        (order.amazon_order_id.as_str(), order.order_status.as_str(), order.purchase_date.as_str()),
        (ORDER, "", "")
    );
    assert!(order.order_total.is_none() && order.payment_execution_detail.is_empty());
    assert_eq!(order.payment_method_details, ["Standard"]);
    let address = order.shipping_address.unwrap();
    assert_eq!((address.name, address.city.as_deref(), address.country_code), (None, Some("Nowhere"), None));
    reported.done();
}

#[tokio::test]
async fn money_as_floating_point_keeps_its_digits() {
    let reported = Reported::open("money_as_floats");
    let answer = Finances::new(&reported.client).list_financial_events().send().await.unwrap().into_inner();
    let events = answer.payload.unwrap().financial_events.unwrap();
    let charges = events.shipment_event_list[0].shipment_item_list[0].item_charge_list.iter();
    let amounts =
        charges.map(|charge| charge.charge_amount.as_ref().unwrap().currency_amount.map(|amount| amount.to_string()));
    assert_eq!(
        amounts.map(Option::unwrap_or_default).collect::<Vec<_>>(),
        ["17.31", "1.10", "123456789012345.67", "-0.30", ""]
    );
    reported.done();
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_throttled_for_long_is_created_once() {
    let reported = Reported::open("throttled_again_and_again");
    let body = reports::CreateReportSpecification::new([Marketplace::JP], "GET_MADE_UP_REPORT");
    let answer = Reports::new(&reported.client).create_report(body.clone()).send().await.unwrap();
    assert_eq!((answer.status(), answer.report_id.as_str()), (StatusCode::ACCEPTED, "80000000001"));
    reported.done();

    let once = Reported::once("throttled_again_and_again");
    let error = Reports::new(&once.client).create_report(body).send().await.unwrap_err();
    assert!(error.is_throttled() && !error.outcome_unknown(), "{error}");
    assert_eq!(error.codes().collect::<Vec<_>>(), ["QuotaExceeded"]);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
    assert_eq!(error.request_id(), Some("00000000-0000-4000-8000-000000000001"));
    assert_eq!(once.replay.unserved(), ["2.json", "3.json"]);
}

#[tokio::test]
async fn errors_may_come_as_a_bare_list() {
    let reported = Reported::open("errors_as_a_bare_list");
    let search = CatalogItems::new(&reported.client).search_catalog_items().marketplace_ids([Marketplace::JP]);
    let error = search.send().await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST));
    assert_eq!(error.codes().collect::<Vec<_>>(), ["InvalidInput"]);
    assert_eq!(error.messages().collect::<Vec<_>>(), ["made up: no case fits"]);
    reported.done();
}

#[tokio::test]
async fn a_page_of_html_is_an_error_that_shows_its_status_and_headline() {
    let reported = Reported::once("a_gateways_page_of_html");
    let error = reported.order().await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE));
    assert!(!error.is_throttled() && error.to_string().contains("503 Service Unavailable: made up: busy"), "{error}");
    let error = reported.order().await.unwrap_err();
    assert!(error.is_timeout() && error.status() == Some(StatusCode::GATEWAY_TIMEOUT), "{error}");
    // With a status of success, a page of HTML cannot be decoded.
    let error = reported.order().await.unwrap_err();
    assert!(error.is_decode() && !error.to_string().contains("signed out"), "{error}");
    assert_eq!((error.status(), error.decode_path()), (Some(StatusCode::OK), Some("")));
    reported.done();
}

#[tokio::test]
async fn a_call_that_only_reads_is_repeated_after_a_gateways_fault() {
    let reported = Reported::open("a_gateways_page_of_html");
    assert!(reported.order().await.unwrap_err().is_decode(), "the third attempt has an answer");
    reported.done();
}

#[tokio::test]
async fn a_token_that_expires_between_pages_loses_no_order() {
    let reported = Reported::once("a_token_that_expires_between_pages");
    assert_eq!(ids(list(&reported.orders())).await, [ORDER, "900-0000002-0000002"]);
    reported.done();
}

#[tokio::test]
async fn an_empty_page_is_not_the_last() {
    let reported = Reported::strict("an_empty_page_before_others");
    let search = list(&reported.orders()).created_after("2026-01-31T00:00:00Z");
    assert_eq!(ids(search).await, [ORDER, "900-0000002-0000002"]);
    reported.done();
}

#[tokio::test]
async fn a_fatal_report_may_have_no_document() {
    let reported = Reported::strict("a_fatal_report_without_a_document");
    let report = Reports::new(&reported.client).get_report("80000000001").send().await.unwrap();
    assert!(matches!(report.processing_status, reports::ReportProcessingStatus::Fatal));
    assert!(report.report_document_id.is_none() && report.marketplace_ids.is_empty());
    let [created, ended] = [&report.created_time, &report.processing_end_time].map(|time| time.as_ref().unwrap());
    let took = ended.to_system_time().unwrap().duration_since(created.to_system_time().unwrap()).unwrap();
    assert_eq!((ended.as_str(), took), ("2026-01-31 09:31", Duration::from_secs(60)));
    reported.done();
}

#[tokio::test]
async fn a_document_may_have_a_compression_that_no_model_names() {
    let reported = Reported::strict("a_document_packed_otherwise");
    let document = Reports::new(&reported.client).get_report_document("made-up-document").send().await.unwrap();
    assert_eq!(document.compression_algorithm.as_ref().map(AsRef::as_ref), Some("IDENTITY"));
    assert_eq!(document.url, "https://store.example/made-up");
    reported.done();
}

#[tokio::test]
async fn japanese_text_is_read_unchanged_in_every_script() {
    let reported = Reported::strict("japanese_in_every_form");
    let answer = reported.orders().get_order_address(ORDER).send().await.unwrap().into_inner();
    let address = answer.payload.unwrap().shipping_address.unwrap();
    let texts = [address.name, address.address_line1, address.address_line2, address.city, address.phone];
    assert_eq!(
        texts.map(Option::unwrap),
        ["架空 太郎", "架空町１丁目２－３", "ﾏﾝｼｮﾝ 髙𠮷", "Ōsaka", "０９０－００００－００００"]
    );
    reported.done();
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped() {
    let reported = Reported::open("a_byte_order_mark");
    let order = reported.order().await.unwrap();
    assert_eq!(order.payload.as_ref().unwrap().amazon_order_id, "900-0000001-0000001");
    reported.done();
}

#[tokio::test]
async fn a_sku_with_special_characters_is_sent_unchanged_and_lists_are_joined_by_commas() {
    let reported = Reported::strict("a_sku_with_everything_in_it");
    let listings = ListingsItems::new(&reported.client);
    let ask = |sku: &str| {
        let item = listings.get_listings_item("AMADEUPSELLER", sku).marketplace_ids([Marketplace::JP, Marketplace::DE]);
        item.included_data([Included::Summaries, Included::Offers])
    };
    let error = ask("RED-M & L 50%+é").send().await.unwrap_err();
    assert!(error.to_string().contains("the path parameter sku has another value"), "{error}");
    assert_eq!(ask("RED/M & L 50%+é").send().await.unwrap().sku, "RED/M & L 50%+é");
    reported.done();
}

#[tokio::test]
async fn a_success_may_hide_an_item_that_was_throttled() {
    let reported = Reported::open("a_success_that_hides_a_throttled_item");
    let request = pricing::ItemOffersRequest::new("New", Marketplace::JP, "GET", "/products/pricing/v0/items/B/offers");
    let body = pricing::GetItemOffersBatchRequest::new().requests([request.clone(), request]);
    let answer = ProductPricing::new(&reported.client).get_item_offers_batch(body).send().await.unwrap();
    let [good, throttled] = answer.responses.as_slice() else { panic!("two answers") };
    assert_eq!(good.body.payload.as_ref().and_then(|payload| payload.asin.as_deref()), Some("B0MADEUP01"));
    assert_eq!(throttled.status.as_ref().and_then(|status| status.status_code), Some(429));
    assert_eq!(throttled.body.errors[0].code, "QuotaExceeded");
    reported.done();
}

#[tokio::test]
async fn a_success_may_have_errors_beside_its_payload() {
    let reported = Reported::open("errors_beside_a_payload");
    let answer = reported.order().await.unwrap();
    assert_eq!(answer.payload.unwrap().amazon_order_id, ORDER);
    let codes: Vec<_> = answer.errors.iter().map(|error| error.code.as_str()).collect();
    assert_eq!(codes, ["PartialFailure", ""]);
    reported.done();
}

#[tokio::test]
async fn an_error_without_a_usual_body_keeps_its_status_and_code() {
    let reported = Reported::once("an_error_without_a_body");
    let error = reported.order().await.unwrap_err();
    assert!(error.is_auth() && error.errors().is_empty(), "{error}");
    let error = reported.order().await.unwrap_err();
    assert!(error.is_auth() && error.codes().eq(["AccessDeniedException"]), "{error}");
    let error = reported.order().await.unwrap_err();
    assert!(error.codes().eq(["500"]) && error.messages().eq(["made up"]), "{error}");
    reported.done();
}

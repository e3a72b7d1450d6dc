//! One odd value never loses a page: a value in another spelling is decoded by its meaning, a value that cannot be
//! decoded is absent, and the other values of the page do not change.

use serde_json::{Value, json};
use spapi_catalog_items::v2022_04_01::types as catalog;
use spapi_core::{HeaderMap, Marketplace, RawResponse, StatusCode, decode};
use spapi_fba_inventory::v1::types as inventory;
use spapi_finances::v0::types as finances;
use spapi_listings_items::v2021_08_01::types as listings;
use spapi_orders::v0::{Orders, types as orders};
use spapi_orders::v2026_01_01::types as orders_2026;
use spapi_tests::{Answer, Server};
use spapi_vendor_orders::v1::types as vendor;

fn read<T: serde::de::DeserializeOwned + serde::Serialize>(body: impl ToString) -> T {
    let body = body.to_string();
    decode::json(&RawResponse::new(StatusCode::OK, HeaderMap::new(), body.clone()))
        .unwrap_or_else(|error| panic!("{error}: {body}"))
}

fn error<T: serde::de::DeserializeOwned + serde::Serialize>(body: &'static str) -> String {
    match decode::json::<T>(&RawResponse::new(StatusCode::OK, HeaderMap::new(), body)) {
        Ok(_) => panic!("read: {body}"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_flag_as_text_loses_no_page_and_no_item() {
    let body = r#"{"payload":{"Orders":[
        {"AmazonOrderId":"1","IsReplacementOrder":"false","NumberOfItemsShipped":"2","OrderTotal":{"Amount":5.10}},
        {"AmazonOrderId":"2","IsReplacementOrder":"maybe","IsPrime":true}]}}"#;
    let server = Server::always(Answer::json(200, body)).await;
    let client = server.client();
    let call = Orders::new(&client).get_orders().marketplace_ids([Marketplace::JP]);
    let answer = call.clone().send().await.unwrap();
    let [first, second] = answer.payload.as_ref().unwrap().orders.as_slice() else { panic!("two orders") };
    assert_eq!((first.is_replacement_order, first.number_of_items_shipped), (Some(false), Some(2)));
    assert_eq!(first.order_total.as_ref().unwrap().amount.unwrap().to_string(), "5.10");
    assert_eq!((second.is_replacement_order, second.is_prime), (None, Some(true)));
    let mut items = call.items();
    let mut ids = Vec::new();
    while let Some(order) = items.try_next().await.unwrap() {
        ids.push(order.amazon_order_id);
    }
    assert_eq!(ids, ["1", "2"]);
}

#[test]
fn numbers_and_flags_are_read_where_a_text_is_declared() {
    let answer: orders::GetOrderItemsResponse = read(
        r#"{"payload":{"OrderItems":[{"OrderItemId":60696125413094,"IsGift":false,"ProductInfo":{"NumberOfItems":1},
            "Title":"a","PromotionIds":[7,"b"]},{"OrderItemId":"2","IsGift":"true"}]}}"#,
    );
    let [first, second] = answer.payload.as_ref().unwrap().order_items.as_slice() else { panic!("two items") };
    assert_eq!((first.order_item_id.as_str(), first.is_gift.as_deref()), ("60696125413094", Some("false")));
    assert_eq!(first.product_info.as_ref().unwrap().number_of_items.as_deref(), Some("1"));
    assert_eq!(first.promotion_ids, ["7", "b"]);
    assert_eq!((second.order_item_id.as_str(), second.is_gift.as_deref()), ("2", Some("true")));
}

#[test]
fn integers_are_read_in_other_spellings_in_many_sections() {
    for (spelling, expected) in [
        (json!("3"), Some(3)),
        (json!(3.0), Some(3)),
        (json!(" 3 "), Some(3)),
        (json!("3.00"), Some(3)),
        (json!("3e0"), Some(3)),
        (json!(""), None),
        (json!("many"), None),
        (json!(3.5), None),
        (json!("1,234"), None),
        (json!(true), None),
        (json!([3]), None),
        (json!({"value": 3}), None),
        (Value::Null, None),
    ] {
        let page: orders::GetOrderItemsResponse = read(
            json!({"payload": {"OrderItems": [{"QuantityOrdered": spelling, "Title": "t"}, {"QuantityOrdered": 9}]}}),
        );
        let items = &page.payload.as_ref().unwrap().order_items;
        assert_eq!((items[0].quantity_ordered, items[1].quantity_ordered), (expected, Some(9)), "{spelling}");
        assert_eq!(items[0].title.as_deref(), Some("t"));

        let page: orders_2026::SearchOrdersResponse = read(
            json!({"orders": [{"orderId": "1", "orderItems": [{"quantityOrdered": spelling}]}, {"orderId": "2"}]}),
        );
        assert_eq!((page.orders[0].order_items[0].quantity_ordered, page.orders.len()), (expected, 2), "{spelling}");

        let page: inventory::GetInventorySummariesResponse = read(json!({"payload": {"inventorySummaries": [
            {"totalQuantity": spelling, "inventoryDetails": {"inboundWorkingQuantity": spelling}, "asin": "A"},
            {"totalQuantity": 1}]}}));
        let summaries = &page.payload.as_ref().unwrap().inventory_summaries;
        assert_eq!((summaries[0].total_quantity, summaries[1].total_quantity), (expected, Some(1)), "{spelling}");
        let details = summaries[0].inventory_details.as_ref().unwrap();
        assert_eq!((details.inbound_working_quantity, summaries[0].asin.as_deref()), (expected, Some("A")));

        let page: catalog::ItemSearchResults = read(json!({"numberOfResults": spelling, "items": [{"asin": "A",
            "images": [{"marketplaceId": "M", "images": [{"height": spelling, "width": 1}]}]}]}));
        assert_eq!((page.number_of_results, page.items[0].images[0].images[0].height), (expected, expected));
        assert_eq!(page.items[0].images[0].images[0].width, Some(1));

        let page: finances::ListFinancialEventsResponse = read(json!({"payload": {"FinancialEvents": {
            "ShipmentEventList": [{"AmazonOrderId": "1", "ShipmentItemList": [{"QuantityShipped": spelling}]}]}}}));
        let events = page.payload.as_ref().unwrap().financial_events.as_ref().unwrap();
        assert_eq!(events.shipment_event_list[0].shipment_item_list[0].quantity_shipped, expected, "{spelling}");

        let page: vendor::GetPurchaseOrderResponse = read(json!({"payload": {"purchaseOrderNumber": "P",
            "orderDetails": {"items": [{"itemSequenceNumber": 1, "orderedQuantity": {"amount": spelling}}]}}}));
        let order = page.payload.as_ref().unwrap();
        let item = &order.order_details.as_ref().unwrap().items[0];
        assert_eq!((item.ordered_quantity.amount, item.item_sequence_number.as_str()), (expected, "1"), "{spelling}");
    }
}

#[test]
fn an_empty_list_is_read_as_an_empty_object() {
    for empty in ["[]", "\"\"", "null", "{}"] {
        let item: listings::Item =
            read(format!(r#"{{"sku":"S1","summaries":[],"attributes":{empty},"issues":[],"offers":""}}"#));
        assert_eq!((item.sku.as_str(), item.attributes.len(), item.offers.len()), ("S1", 0, 0), "{empty}");
        let page: orders::GetOrdersResponse = read(format!(
            r#"{{"payload":{{"Orders":[{{"AmazonOrderId":"1","OrderTotal":{empty},"BuyerInfo":{empty}}}]}}}}"#
        ));
        let order = &page.payload.as_ref().unwrap().orders[0];
        assert_eq!(order.order_total.clone().unwrap_or_default(), orders::Money::default());
        assert_eq!(order.amazon_order_id, "1");
    }
}

#[test]
fn a_list_is_not_read_by_position() {
    let page: orders::GetOrdersResponse = read(
        r#"{"payload":{"Orders":[{"AmazonOrderId":"1","OrderTotal":["5.00","USD"]},["x","y"],{"AmazonOrderId":"2"}]}}"#,
    );
    let found = &page.payload.as_ref().unwrap().orders;
    let ids: Vec<_> = found.iter().map(|order| order.amazon_order_id.as_str()).collect();
    assert_eq!((ids.as_slice(), &found[0].order_total), (&["1", "2"][..], &None));
    for body in ["[]", "[[]]", "\"\"", "null"] {
        assert!(error::<orders::GetOrdersResponse>(body).contains("expected struct GetOrdersResponse"), "{body}");
        assert!(error::<listings::Item>(body).contains("expected struct Item"), "{body}");
        assert!(error::<inventory::GetInventorySummariesResponse>(body).contains("expected struct"), "{body}");
    }
}

#[test]
fn the_last_value_of_a_repeated_member_counts() {
    let page: orders::GetOrdersResponse = read(
        r#"{"payload":{"Orders":[{"AmazonOrderId":"0","AmazonOrderId":"1"},{"AmazonOrderId":"2"}],"NextToken":"a",
            "NextToken":"b"}}"#,
    );
    let payload = page.payload.as_ref().unwrap();
    assert_eq!((payload.orders[0].amazon_order_id.as_str(), payload.orders.len()), ("1", 2));
    assert_eq!(payload.next_token.as_deref(), Some("b"));
    let item: listings::Item = read(r#"{"sku":"a","sku":"b","summaries":[{"asin":"x","asin":"y"}]}"#);
    assert_eq!((item.sku.as_str(), item.summaries[0].asin.as_deref()), ("b", Some("y")));
}

#[test]
fn an_undecodable_character_is_replaced_and_loses_nothing_else() {
    for (odd, expected) in [(r"Mug \ud83d", "Mug \u{fffd}"), (r"\udc00", "\u{fffd}"), ("USB\tCable", "USB\tCable")] {
        let page: orders::GetOrderItemsResponse = read(format!(
            r#"{{"payload":{{"OrderItems":[{{"OrderItemId":"1","Title":"{odd}"}},{{"OrderItemId":"2"}}]}}}}"#
        ));
        let items = &page.payload.as_ref().unwrap().order_items;
        assert_eq!((items[0].title.as_deref(), items.len()), (Some(expected), 2));
        let page: catalog::ItemSearchResults =
            read(format!(r#"{{"items":[{{"asin":"A","summaries":[{{"itemName":"{odd}"}}]}},{{"asin":"B"}}]}}"#));
        assert_eq!((page.items[0].summaries[0].item_name.as_deref(), page.items.len()), (Some(expected), 2));
    }
    let body = b"{\"orders\":[{\"orderId\":\"1\",\"programs\":[\"T\xfcr\"]},{\"orderId\":\"2\"}]}";
    let raw = RawResponse::new(StatusCode::OK, HeaderMap::new(), body.to_vec());
    let page: orders_2026::SearchOrdersResponse = decode::json(&raw).unwrap();
    assert_eq!((page.orders.len(), page.orders[1].order_id.as_str()), (2, "2"));
}

#[test]
fn text_that_is_not_json_is_an_error_with_its_path() {
    let body = r#"{"payload":{"OrderItems":[{"IsTransparency":false,"DeemedResellerCategory": UOSS}]}}"#;
    assert_eq!(
        error::<orders::GetOrderItemsResponse>(body),
        "the answer cannot be read at payload.OrderItems[0].DeemedResellerCategory: it is not valid JSON"
    );
}

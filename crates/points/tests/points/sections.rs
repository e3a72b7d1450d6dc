//! Points in the sections, in shapes and with numbers as Amazon has them: typed, and found in the same JSON.
#![allow(deprecated, reason = "the newer version does not say what points cost")]

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use spapi_core::Decimal;
use spapi_listings_items::v2021_08_01::types::Item;
use spapi_orders::v0::types::GetOrderItemsResponse;
use spapi_orders::v2026_01_01::types::GetOrderResponse;
use spapi_points::{Found, HasPoints, Meaning, Points, find, movements};
use spapi_product_fees::v0::types::PriceToEstimateFees;
use spapi_product_pricing::v0::types::{GetOffersResponse, GetPricingResponse};
use spapi_product_pricing::v2022_05_01::types::{FeaturedOfferExpectedPrice, Offer};

fn decoded<T: DeserializeOwned>(json: &Value) -> T {
    spapi_types::json::read(json.to_string().as_bytes()).unwrap()
}

fn yen(number: i64) -> Points {
    let amount = Decimal::from_i128_with_scale(i128::from(number) * 100, 2);
    Points::new(Some(number), Some(amount), Some("JPY".to_owned())).unwrap()
}

fn places(json: &Value) -> Vec<(String, Meaning, Option<i64>)> {
    let place = |found: Found| (found.pointer, found.meaning, found.points.number);
    find(json).into_iter().map(place).collect()
}

#[test]
fn orders_v0() {
    let answer = json!({"payload": {"AmazonOrderId": "503-1", "OrderItems": [
        {"OrderItemId": "1", "PointsGranted": {
            "PointsNumber": 10, "PointsMonetaryValue": {"Amount": "10.00", "CurrencyCode": "JPY"}}},
        {"OrderItemId": "2"},
        {"OrderItemId": "3", "PointsGranted": {"PointsNumber": 0}},
    ]}});
    let items = decoded::<GetOrderItemsResponse>(&answer).payload.unwrap().order_items;
    let points: Vec<_> = items.iter().map(HasPoints::amazon_points).collect();
    assert_eq!(points, [Some(yen(10)), None, Some(Points::of_number(0))]);
    let places = places(&answer);
    assert_eq!(places[0], ("/payload/OrderItems/0/PointsGranted".to_owned(), Meaning::Granted, Some(10)));
    assert_eq!(places.len(), 2);
}

#[test]
fn orders_of_2026() {
    let answer = json!({"order": {"orderId": "503-1", "orderItems": [
        {"orderItemId": "1", "expense": {"pointsCost": {"pointsGranted": {
            "pointsNumber": 322, "pointsMonetaryValue": {"amount": "322.00", "currencyCode": "JPY"}}}}},
        {"orderItemId": "2", "expense": {}},
        {"orderItemId": "3"},
    ]}});
    let order = decoded::<GetOrderResponse>(&answer).order;
    let points: Vec<_> = order.order_items.iter().map(HasPoints::amazon_points).collect();
    assert_eq!(points, [Some(yen(322)), None, None]);
    let place = "/order/orderItems/0/expense/pointsCost/pointsGranted".to_owned();
    assert_eq!(places(&answer), [(place, Meaning::Granted, Some(322))]);
}

#[test]
fn pricing_v0() {
    let money = |amount: i64| json!({"CurrencyCode": "JPY", "Amount": amount});
    let points = |number: i64| json!({"PointsNumber": number, "PointsMonetaryValue": money(number)});
    let answer = json!({"payload": [{"status": "Success", "Product": {
        "CompetitivePricing": {"CompetitivePrices": [
            {"CompetitivePriceId": "1", "Price": {"LandedPrice": money(3220), "Points": points(322)}},
            {"CompetitivePriceId": "2", "Price": {"LandedPrice": money(3220)}}]},
        "Offers": [{"BuyingPrice": {"ListingPrice": money(5000), "Points": points(500)}, "SellerSKU": "A-1"}],
    }}]});
    let decoded: GetPricingResponse = decoded(&answer);
    let product = decoded.payload[0].product.as_ref().unwrap();
    let prices = &product.competitive_pricing.as_ref().unwrap().competitive_prices;
    let number = |points: Option<Points>| points.and_then(|points| points.number);
    let found: Vec<_> = prices.iter().map(|price| number(price.amazon_points())).collect();
    assert_eq!(found, [Some(322), None]);
    let offer = &product.offers[0];
    assert_eq!((number(offer.amazon_points()), number(offer.buying_price.amazon_points())), (Some(500), Some(500)));
    let mut numbers: Vec<_> = places(&answer).into_iter().map(|(_, meaning, number)| (meaning, number)).collect();
    numbers.sort();
    assert_eq!(numbers, [(Meaning::Offered, Some(322)), (Meaning::Offered, Some(500))]);
}

#[test]
fn offers_of_pricing_v0() {
    let points = json!({"PointsNumber": 10});
    let answer = json!({"payload": {"Summary": {
        "LowestPrices": [{"condition": "new", "Points": points}, {"condition": "used"}],
        "BuyBoxPrices": [{"condition": "new", "Points": points}],
    }, "Offers": [{"SellerId": "A1", "Points": points}]}});
    let result = decoded::<GetOffersResponse>(&answer).payload.unwrap();
    let summary = result.summary;
    assert_eq!(summary.lowest_prices[0].amazon_points(), Some(Points::of_number(10)));
    assert_eq!(summary.lowest_prices[1].amazon_points(), None);
    assert_eq!(summary.buy_box_prices[0].amazon_points(), Some(Points::of_number(10)));
    assert_eq!(result.offers[0].amazon_points(), Some(Points::of_number(10)));
    assert_eq!(places(&answer).len(), 3);
}

#[test]
fn pricing_of_2022() {
    let points = json!({"pointsNumber": 500, "pointsMonetaryValue": {"currencyCode": "JPY", "amount": 500.00}});
    let offer: Offer = decoded(&json!({"sellerId": "A1", "points": points}));
    let price: FeaturedOfferExpectedPrice = decoded(&json!({"points": points}));
    for found in [offer.amazon_points(), price.amazon_points()] {
        let found = found.unwrap();
        assert_eq!((found.number, found.amount, found.count()), (Some(500), Some(Decimal::from(500)), Some(500)));
    }
    assert_eq!(decoded::<Offer>(&json!({"sellerId": "A1"})).amazon_points(), None);
}

#[test]
fn fees_and_listings() {
    let price: PriceToEstimateFees = decoded(&json!({"Points": {
        "PointsNumber": 10, "PointsMonetaryValue": {"CurrencyCode": "JPY", "Amount": 10}}}));
    assert_eq!(price.amazon_points().unwrap().number, Some(10));
    let listing = json!({"sku": "A-1", "offers": [
        {"marketplaceId": "A1VC38T7YXB528", "offerType": "B2C", "points": {"pointsNumber": 12}},
        {"marketplaceId": "A1VC38T7YXB528", "offerType": "B2B"},
    ]});
    let item: Item = decoded(&listing);
    let points: Vec<_> = item.offers.iter().map(HasPoints::amazon_points).collect();
    assert_eq!(points, [Some(Points::of_number(12)), None]);
    assert_eq!(places(&listing), [("/offers/0/points".to_owned(), Meaning::Offered, Some(12))]);
}

#[test]
fn finances() {
    let cost = |amount: f64| json!({"CurrencyCode": "JPY", "CurrencyAmount": amount});
    let answer = json!({"payload": {"FinancialEvents": {
        "ShipmentEventList": [{"AmazonOrderId": "503-1", "PostedDate": "2026-10-03T04:05:06Z", "ShipmentItemList": [
            {"SellerSKU": "A-1", "CostOfPointsGranted": cost(-322.0)}, {"SellerSKU": "A-2"}]}],
        "ShipmentSettleEventList": [{"AmazonOrderId": "503-1", "ShipmentItemList": [
            {"SellerSKU": "A-1", "CostOfPointsGranted": cost(-322.0)}]}],
        "RefundEventList": [{"AmazonOrderId": "503-2", "ShipmentItemAdjustmentList": [
            {"SellerSKU": "A-1", "CostOfPointsReturned": cost(10.0)}]}],
        "GuaranteeClaimEventList": [{"AmazonOrderId": "503-3", "ShipmentItemAdjustmentList": [
            {"CostOfPointsReturned": cost(500.0)}]}],
        "ChargebackEventList": [{"AmazonOrderId": "503-4", "ShipmentItemAdjustmentList": [
            {"CostOfPointsReturned": {"CurrencyCode": "JPY"}}]}],
    }}});
    let decoded: spapi_finances::v0::types::ListFinancialEventsResponse = decoded(&answer);
    let events = decoded.payload.unwrap().financial_events.unwrap();
    let found: Vec<_> = movements(&events).collect();
    let amounts: Vec<_> = found
        .iter()
        .map(|movement| (movement.order_id.as_str(), movement.sku.as_deref(), movement.meaning, movement.amount))
        .collect();
    assert_eq!(
        amounts,
        [
            ("503-1", Some("A-1"), Meaning::Granted, Decimal::from(-322)),
            ("503-2", Some("A-1"), Meaning::Returned, Decimal::from(10)),
            ("503-3", None, Meaning::Returned, Decimal::from(500)),
        ]
    );
    assert_eq!(found[0].points().count(), Some(322));
    assert_eq!(places(&answer).len(), 4, "the list of settled shipments repeats one");
}

#[test]
fn notifications() {
    let money = |amount: i64| json!({"Amount": amount, "CurrencyCode": "JPY"});
    let notification = json!({
        "NotificationVersion": "1.0", "NotificationType": "ANY_OFFER_CHANGED", "PayloadVersion": "1.0",
        "EventTime": "2026-11-01T00:00:00Z",
        "Payload": {"AnyOfferChangedNotification": {
            "SellerId": "A1SELLER",
            "OfferChangeTrigger": {"MarketplaceId": "A1VC38T7YXB528", "ASIN": "B000000001"},
            "Summary": {
                "LowestPrices": [{"Condition": "new", "ListingPrice": money(1445)}],
                "BuyBoxPrices": [{"Condition": "new", "ListingPrice": money(1815), "Points": {"PointsNumber": 18}}],
            },
            "Offers": [{"SellerId": "A1SELLER", "ListingPrice": money(5000), "Points": {"PointsNumber": 500}}],
        }},
        "NotificationMetadata": {"NotificationId": "1"},
    });
    let parsed = spapi_events::Notification::parse(notification.to_string().as_bytes()).unwrap();
    let mut found = find(parsed.raw());
    found.sort_by(|one, other| one.pointer.cmp(&other.pointer));
    let found: Vec<_> = found.into_iter().map(|found| (found.pointer, found.points)).collect();
    let place = |place: &str| format!("/Payload/AnyOfferChangedNotification/{place}/Points");
    assert_eq!(
        found,
        [(place("Offers/0"), Points::of_number(500)), (place("Summary/BuyBoxPrices/0"), Points::of_number(18)),]
    );
    let health =
        json!({"payload": {"merchantOffer": {"points": {"pointsNumber": 12}}, "summary": {"buyBoxPrice": {}}}});
    assert_eq!(places(&health), [("/payload/merchantOffer/points".to_owned(), Meaning::Offered, Some(12))]);
}

/// What the reader of archives makes of MWS's XML has today's shapes, with every value as a text.
#[test]
fn archives_of_mws() {
    let money = |amount: &str| json!({"CurrencyCode": "JPY", "Amount": amount});
    let items =
        json!({"OrderItems": [{"PointsGranted": {"PointsMonetaryValue": money("10.00"), "PointsNumber": "10"}}]});
    let prices = json!([{"Product": {"CompetitivePricing": {"CompetitivePrices": [
        {"Price": {"Points": {"PointsNumber": "322", "PointsMonetaryValue": money("322.00")}}}]}}}]);
    let ours = json!([{"Product": {"Offers": [
        {"BuyingPrice": {"Points": {"PointsNumber": "500", "PointsMonetaryValue": money("500.00")}}}]}}]);
    for (json, number) in [(items, 10), (prices, 322), (ours, 500)] {
        let found = find(&json);
        assert_eq!((found.len(), &found[0].points), (1, &yen(number)));
    }
}

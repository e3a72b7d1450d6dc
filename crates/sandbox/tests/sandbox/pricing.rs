//! Prices of the shop and its competitor, with points in Japan.

use crate::support::{Caller, JP, US, builder};
use serde_json::{Value, json};

const V0: &str = "/products/pricing/v0";

/// The SKU of a listing that is for sale, with its ASIN, its price and its points.
async fn listing(caller: &Caller, marketplace: &str) -> (String, String, f64, Option<i64>) {
    let query = [("marketplaceIds", marketplace), ("includedData", "summaries,offers"), ("pageSize", "20")];
    let found = caller.body("/listings/2021-08-01/items/A1SPAPISANDBOX", &query).await;
    let items = found["items"].as_array().unwrap();
    let item = items.iter().find(|item| {
        let offer = &item["offers"][0];
        offer.is_object() && (marketplace != JP || offer["points"].is_object())
    });
    let item = item.expect("an offer");
    let offer = &item["offers"][0];
    let amount = &offer["price"]["amount"];
    (
        item["sku"].as_str().unwrap().to_owned(),
        item["summaries"][0]["asin"].as_str().unwrap().to_owned(),
        amount.as_str().map_or_else(|| amount.as_f64().unwrap(), |text| text.parse().unwrap()),
        offer["points"]["pointsNumber"].as_i64(),
    )
}

#[tokio::test]
async fn the_operations_agree_with_the_listing() {
    let sandbox = builder().start().await.unwrap();
    for marketplace in [JP, US] {
        let caller = Caller::new(&sandbox).await.at(marketplace);
        let (sku, asin, price, points) = listing(&caller, marketplace).await;
        let expected = points.map(|points| json!(points)).unwrap_or(Value::Null);
        let query = [("MarketplaceId", marketplace), ("ItemType", "Sku"), ("Skus", sku.as_str())];
        let own = caller.body(&format!("{V0}/price"), &query).await["payload"][0].clone();
        assert_eq!(own["status"], json!("Success"), "{own}");
        let own = &own["Product"]["Offers"][0]["BuyingPrice"];
        assert_eq!(own["ListingPrice"]["Amount"].as_f64(), Some(price));
        assert_eq!(own["Points"]["PointsNumber"], expected);
        assert_eq!(own["Points"]["PointsMonetaryValue"]["Amount"], expected, "a point is worth one yen");

        let query = [("MarketplaceId", marketplace), ("ItemCondition", "New")];
        let by_asin = caller.body(&format!("{V0}/items/{asin}/offers"), &query).await["payload"].clone();
        let by_sku =
            caller.body(&format!("{V0}/listings/{}/offers", sku.replace(' ', "%20")), &query).await["payload"].clone();
        assert_eq!(by_asin["Offers"], by_sku["Offers"]);
        let mine = by_asin["Offers"].as_array().unwrap().iter().find(|offer| offer["MyOffer"] == true).unwrap();
        assert_eq!(mine["ListingPrice"]["Amount"].as_f64(), Some(price));
        assert_eq!(mine["Points"]["PointsNumber"], expected);
        let best = &by_asin["Summary"]["BuyBoxPrices"][0];
        let query = [("MarketplaceId", marketplace), ("ItemType", "Asin"), ("Asins", asin.as_str())];
        let competitive = caller.body(&format!("{V0}/competitivePrice"), &query).await["payload"][0].clone();
        let competitive = &competitive["Product"]["CompetitivePricing"]["CompetitivePrices"][0]["Price"];
        assert_eq!((&competitive["LandedPrice"], &competitive["Points"]), (&best["LandedPrice"], &best["Points"]));
    }
}

#[tokio::test]
async fn unknown_items_and_wrong_requests_are_named() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let query = [("MarketplaceId", JP), ("ItemType", "Sku"), ("Skus", "NONE")];
    let found = caller.body(&format!("{V0}/price"), &query).await["payload"].clone();
    assert_eq!(found, json!([{ "status": "ClientError", "SellerSKU": "NONE" }]));
    for query in [
        vec![("ItemType", "Sku"), ("Skus", "A")],
        vec![("MarketplaceId", JP), ("Skus", "A")],
        vec![("MarketplaceId", JP), ("ItemType", "Asin"), ("Skus", "A")],
        vec![("MarketplaceId", US), ("ItemType", "Sku"), ("Skus", "A")],
        vec![("MarketplaceId", JP), ("ItemType", "Sku"), ("Skus", "A"), ("ItemCondition", "Old")],
    ] {
        caller.get(&format!("{V0}/price"), &query).await.error(400, "InvalidInput");
    }
    let query = [("MarketplaceId", JP), ("ItemCondition", "New")];
    caller.get(&format!("{V0}/listings/NONE/offers"), &query).await.error(400, "InvalidInput");
    let used = [("MarketplaceId", JP), ("ItemCondition", "Used")];
    let none = caller.body(&format!("{V0}/items/B0SBXU0007/offers"), &used).await["payload"].clone();
    assert_eq!((&none["status"], &none["Offers"]), (&json!("NoBuyableOffers"), &json!([])));
}

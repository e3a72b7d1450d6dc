//! Restrictions of products: each reason, by the ASIN.

use crate::support::{Caller, DE, JP, US, builder};
use serde_json::{Value, json};
use spapi_sandbox::{Fault, FaultKind};

const PATH: &str = "/listings/2021-08-01/restrictions";

/// The products of the catalog whose ASINs end with this digit, of which the marketplace has one at least.
async fn ending(caller: &Caller, digit: char) -> String {
    let query = [("marketplaceIds", US), ("keywords", "glass"), ("pageSize", "20")];
    let mut page = caller.body("/catalog/2022-04-01/items", &query).await;
    loop {
        let asins = page["items"].as_array().unwrap().iter().map(|item| item["asin"].as_str().unwrap());
        if let Some(asin) = asins.into_iter().find(|asin| asin.ends_with(digit)) {
            return asin.to_owned();
        }
        let token = page["pagination"]["nextToken"].as_str().expect("a product with that digit").to_owned();
        page = caller.body("/catalog/2022-04-01/items", &[("marketplaceIds", US), ("pageToken", &token)]).await;
    }
}

async fn restrictions(caller: &Caller, asin: &str, more: &[(&str, &str)]) -> Vec<Value> {
    let query = [&[("asin", asin), ("sellerId", "A1SELLER"), ("marketplaceIds", US)], more].concat();
    caller.body(PATH, &query).await["restrictions"].as_array().unwrap().clone()
}

fn codes(restrictions: &[Value]) -> Vec<&str> {
    restrictions.iter().map(|one| one["reasons"][0]["reasonCode"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_last_digit_of_the_asin_decides() {
    let sandbox = builder().orders(1).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    assert_eq!(restrictions(&caller, &ending(&caller, '0').await, &[]).await, [Value::Null; 0]);

    let approval = restrictions(&caller, &ending(&caller, '3').await, &[("conditionType", "new_new")]).await;
    assert_eq!(codes(&approval), ["APPROVAL_REQUIRED"]);
    let link = &approval[0]["reasons"][0]["links"][0];
    assert!(link["resource"].as_str().unwrap().starts_with("https://sellercentral.amazon.com/"), "{link}");
    assert_eq!(link["verb"], json!("GET"));

    let used = ending(&caller, '5').await;
    assert_eq!(restrictions(&caller, &used, &[("conditionType", "new_new")]).await, [Value::Null; 0]);
    assert_eq!(codes(&restrictions(&caller, &used, &[("conditionType", "used_good")]).await), ["APPROVAL_REQUIRED"]);
    let all = restrictions(&caller, &used, &[]).await;
    let conditions: Vec<&str> = all.iter().map(|one| one["conditionType"].as_str().unwrap()).collect();
    assert_eq!(conditions.len(), 10);
    assert!(conditions.iter().all(|condition| !condition.starts_with("new_")), "{conditions:?}");

    let ineligible = restrictions(&caller, &ending(&caller, '7').await, &[]).await;
    assert_eq!((codes(&ineligible), ineligible[0]["reasons"][0].get("links")), (vec!["NOT_ELIGIBLE"], None));

    assert_eq!(codes(&restrictions(&caller, "B000000000", &[]).await), ["ASIN_NOT_FOUND"]);
    assert_eq!(restrictions(&caller, "B0SBXU0003", &[]).await, [Value::Null; 0], "the shop sells it");
    assert_eq!(restrictions(&caller, "B0SBODD000", &[]).await, [json!({})], "an answer that was seen");
}

#[tokio::test]
async fn the_reason_is_in_the_requested_language() {
    let sandbox = builder().orders(1).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let message = async |marketplace: &str, more: &[(&str, &str)]| {
        let query = [&[("asin", "B000000000"), ("sellerId", "A1"), ("marketplaceIds", marketplace)], more].concat();
        caller.at(marketplace).body(PATH, &query).await["restrictions"][0]["reasons"][0]["message"].clone()
    };
    assert_eq!(message(DE, &[]).await, json!("Der Marktplatz hat dieses Produkt nicht."));
    assert_eq!(message(JP, &[("reasonLocale", "en_US")]).await, json!("The marketplace does not have this product."));
}

#[tokio::test]
async fn errors_are_a_bare_list() {
    let sandbox = builder().orders(1).start().await.unwrap();
    let caller = Caller::new(&sandbox).await.at(US);
    let whole = [("asin", "B000000000"), ("sellerId", "A1"), ("marketplaceIds", US)];
    for (place, named) in whole.iter().map(|(name, _)| *name).enumerate() {
        let mut query = whole.to_vec();
        query.remove(place);
        let answer = caller.get(PATH, &query).await;
        assert_eq!((answer.status.as_u16(), &answer.body[0]["code"]), (400, &json!("InvalidInput")), "{}", answer.body);
        assert!(answer.body[0]["message"].as_str().unwrap().contains(named));
    }
    for wrong in [("conditionType", "new"), ("productType", "ZEPPELIN"), ("reasonLocale", "English")] {
        let answer = caller.get(PATH, &[&whole[..], &[wrong]].concat()).await;
        assert!(answer.body[0]["message"].as_str().unwrap().contains(wrong.0), "{}", answer.body);
    }
    let short = caller.get(PATH, &[("asin", "B0"), ("sellerId", "A1"), ("marketplaceIds", US)]).await;
    assert!(short.body[0]["message"].as_str().unwrap().contains("asin"));
    let stranger = Caller::with_token(&sandbox, "Atza|guess").get(PATH, &whole).await;
    assert_eq!((stranger.status.as_u16(), &stranger.body[0]["code"]), (403, &json!("Unauthorized")));
    for (kind, status) in [(FaultKind::Throttled, 429), (FaultKind::ServerError, 500), (FaultKind::ExpiredToken, 403)] {
        sandbox.clear_faults();
        sandbox.fault(Fault::new("listings-restrictions getListingsRestrictions", kind)).unwrap();
        let answer = caller.get(PATH, &whole).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_array().map(Vec::len)),
            (status, Some(1)),
            "{}",
            answer.body
        );
    }
}

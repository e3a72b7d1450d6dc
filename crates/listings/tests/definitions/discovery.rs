//! Items, restrictions and product types.

use crate::script::{Call, Reply, SELLER, Script};
use serde_json::{Value, json};
use spapi_core::Marketplace;
use spapi_listings::Requirements;
use spapi_listings::discover::{Condition, Discovery, Identifier, Next, Permission, Query};

const JP: Marketplace = Marketplace::JP;

fn item(asin: &str, eans: &[&str]) -> Value {
    let identifiers: Vec<_> = eans.iter().map(|ean| json!({ "identifierType": "EAN", "identifier": ean })).collect();
    json!({
        "asin": asin,
        "identifiers": [{ "marketplaceId": JP.id(), "identifiers": identifiers }],
        "productTypes": [{ "marketplaceId": JP.id(), "productType": "LUGGAGE" }],
        "summaries": [
            { "marketplaceId": "ATVPDKIKX0DER", "itemName": "elsewhere" },
            { "marketplaceId": JP.id(), "itemName": "A suitcase", "brand": "靴", "itemClassification": "BASE_PRODUCT" },
        ],
    })
}

fn items(items: &[Value]) -> Reply {
    Reply::Json(200, json!({ "numberOfResults": items.len(), "items": items }))
}

fn may_list() -> Reply {
    Reply::Json(200, json!({ "restrictions": [] }))
}

fn types(names: &[&str]) -> Reply {
    let types: Vec<_> =
        names.iter().map(|name| json!({ "name": name, "displayName": "Bags", "marketplaceIds": [JP.id()] })).collect();
    Reply::Json(200, json!({ "productTypes": types, "productTypeVersion": "v1" }))
}

/// An Amazon with one item.
fn shop() -> Script {
    Script::new(|call, _| match call.name.as_str() {
        "items" => match call.query.get("identifiers").map(String::as_str) {
            Some("4901234567894") => items(&[item("B0AAAAAAA1", &["4901234567894"])]),
            _ => items(&[]),
        },
        "restrictions" => may_list(),
        _ => types(&["LUGGAGE", "BACKPACK"]),
    })
}

fn words_or_number(text: &str) -> Query {
    Query::of(text).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_hit_by_its_number_leads_to_an_offer() {
    let script = shop();
    let found = Discovery::new(&script.client(), JP).find(words_or_number("4901234567894")).await.unwrap();
    let Next::Offer([item]) = found.next() else { panic!("{found:?}") };
    assert_eq!(
        (item.asin.as_str(), item.title.as_deref(), item.brand.as_deref()),
        ("B0AAAAAAA1", Some("A suitcase"), Some("靴"))
    );
    assert_eq!((item.permission(), found.missing.len()), (Some(Permission::MayList), 0));
    let offer = item.offer("new_new").unwrap();
    assert_eq!((offer.product_type.as_str(), offer.requirements), ("LUGGAGE", Requirements::ListingOfferOnly));
    let value = |value: &str| json!([{ "value": value, "marketplace_id": JP.id() }]);
    assert_eq!(
        Value::Object(offer.attributes),
        json!({ "merchant_suggested_asin": value("B0AAAAAAA1"), "condition_type": value("new_new") })
    );
    let search = &script.calls("items")[0].query;
    assert_eq!((search["identifiersType"].as_str(), search.get("sellerId")), ("JAN", None));
    let asked = &script.calls("restrictions")[0].query;
    assert_eq!(
        (asked["asin"].as_str(), asked["sellerId"].as_str(), asked.get("conditionType")),
        ("B0AAAAAAA1", SELLER, None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_miss_leads_to_product_types_by_the_title() {
    let script = shop();
    let discovery = Discovery::new(&script.client(), JP).title("A suitcase, with wheels").locale("en_US");
    let found = discovery.find(words_or_number("4512345678906")).await.unwrap();
    let Next::Create([first, _]) = found.next() else { panic!("{found:?}") };
    assert_eq!((first.name.as_str(), first.display_name.as_str()), ("LUGGAGE", "Bags"));
    assert_eq!(found.missing, [Identifier::new("JAN", "4512345678906").unwrap()]);
    let asked = &script.calls("productTypes")[0].query;
    assert_eq!((asked["itemName"].as_str(), asked["locale"].as_str()), ("A suitcase, with wheels", "en_US"));
}

#[tokio::test(start_paused = true)]
async fn a_miss_without_words_leads_nowhere_and_sends_no_search_for_types() {
    let script = shop();
    let found = Discovery::new(&script.client(), JP).find(words_or_number("4512345678906")).await.unwrap();
    assert!(matches!(found.next(), Next::Create([])), "{found:?}");
    assert_eq!(script.calls("productTypes").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn words_without_a_hit_lead_to_recommended_types_or_to_those_of_that_name() {
    let script = Script::new(|call, _| match call.query.contains_key("itemName") {
        _ if call.name == "items" => items(&[]),
        true => types(&[]),
        false => types(&["SUITCASE"]),
    });
    let found = Discovery::new(&script.client(), JP).find(words_or_number("red suitcase,with wheels")).await.unwrap();
    assert_eq!(found.product_types[0].name, "SUITCASE");
    assert_eq!(script.calls("items")[0].query["keywords"], "red,suitcase,with,wheels");
    let asked = script.calls("productTypes");
    assert_eq!(
        (asked[0].query["itemName"].as_str(), asked[1].query["keywords"].as_str()),
        ("red suitcase,with wheels", "red,suitcase,with,wheels")
    );
}

#[tokio::test(start_paused = true)]
async fn words_are_read_page_by_page_up_to_the_limit() {
    let script = Script::new(|call, _| {
        if call.name == "restrictions" {
            return may_list();
        }
        let page: usize = call.query.get("pageToken").map_or(0, |token| token.parse().unwrap());
        let some: Vec<_> = (0..20).map(|number| item(&format!("B0{:08}", page * 20 + number), &[])).collect();
        let next = (page + 1).to_string();
        Reply::Json(200, json!({ "numberOfResults": 1000, "items": some, "pagination": { "nextToken": next } }))
    });
    let discovery = Discovery::new(&script.client(), JP).without_restrictions();
    let found = discovery.clone().limit(45).find(words_or_number("suitcase")).await.unwrap();
    assert_eq!((found.items.len(), found.total), (45, Some(1000)));
    assert_eq!(found.items[44].asin, "B000000044");
    assert_eq!(script.calls("items").len(), 3);
    assert!(script.calls("restrictions").is_empty() && found.items[0].eligibility.is_none());
    discovery.find(words_or_number("suitcase")).await.unwrap();
    assert_eq!(script.calls("items")[3].query["pageSize"], "10");
}

#[tokio::test(start_paused = true)]
async fn many_identifiers_are_searched_for_by_kind_and_the_missing_ones_named() {
    let script = Script::new(|call, _| match call.query["identifiersType"].as_str() {
        "ASIN" => items(&[item("B0AAAAAAA1", &[])]),
        // The catalog names it as an EAN.
        "UPC" => items(&[item("B0AAAAAAA2", &["0036000291452"]), item("B0AAAAAAA1", &["0036000291452"])]),
        _ => items(&[]),
    });
    let identifiers = ["B0AAAAAAA1", "036000291452", "4006381333931", "036000291452", "B0AAAAAAA9", "012345678905"];
    let identifiers = identifiers.map(|text| Identifier::detect(text).unwrap().unwrap());
    let discovery = Discovery::new(&script.client(), JP).without_restrictions();
    let found = discovery.find(Query::Identifiers(identifiers.to_vec())).await.unwrap();
    let asins: Vec<_> = found.items.iter().map(|item| item.asin.as_str()).collect();
    assert_eq!(asins, ["B0AAAAAAA1", "B0AAAAAAA2"]);
    let missing: Vec<_> = found.missing.iter().map(Identifier::value).collect();
    assert_eq!(missing, ["B0AAAAAAA9", "012345678905", "4006381333931"]);
    let sent: Vec<_> = script.calls("items").into_iter().map(|call| call.query["identifiers"].clone()).collect();
    assert_eq!(sent, ["B0AAAAAAA1,B0AAAAAAA9", "036000291452,012345678905", "4006381333931"]);
}

#[tokio::test(start_paused = true)]
async fn identifiers_that_items_do_not_show_are_asked_for_one_by_one() {
    let script = Script::new(|call, _| match call.query["identifiers"].as_str() {
        "sku-1,sku-2,sku-3" => items(&[item("B0AAAAAAA1", &[]), item("B0AAAAAAA3", &[])]),
        "sku-1" => items(&[item("B0AAAAAAA1", &[])]),
        "sku-3" => items(&[item("B0AAAAAAA3", &[])]),
        _ => items(&[]),
    });
    let skus = ["sku-1", "sku-2", "sku-3"].map(|sku| Identifier::new("SKU", sku).unwrap()).to_vec();
    let discovery = Discovery::new(&script.client(), JP).without_restrictions();
    let found = discovery.find(Query::Identifiers(skus.clone())).await.unwrap();
    assert_eq!((found.items.len(), found.missing), (2, vec![skus[1].clone()]));
    assert_eq!(script.calls("items")[0].query["sellerId"], SELLER);
    let nobody = Discovery::new(&script.client_of(None), JP);
    assert!(nobody.find(Query::Identifiers(skus)).await.unwrap_err().is_input());
}

#[tokio::test(start_paused = true)]
async fn a_wrong_check_digit_and_an_empty_search_are_refused_before_anything_is_sent() {
    assert!(Query::of("4901234567895").unwrap_err().to_string().contains("4901234567894"));
    assert!(Query::of(" , ").unwrap_err().is_input());
    let script = shop();
    let discovery = Discovery::new(&script.client(), JP);
    let error = discovery.find(Query::Words("word ".repeat(21))).await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("21 words"), "{error}");
    assert!(discovery.product_types(" ").await.unwrap_err().is_input());
    assert!(discovery.restrictions("4901234567894", None).await.unwrap_err().is_input());
    assert_eq!(script.counts(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_restriction_that_cannot_be_read_costs_one_item_its_answer() {
    let script = Script::new(|call, _| {
        if call.name == "items" {
            let all: Vec<_> = (1..=9).map(|number| item(&format!("B0AAAAAAA{number}"), &[])).collect();
            return items(&all);
        }
        match call.query["asin"].as_str() {
            // The errors of this operation are a bare list in the model.
            "B0AAAAAAA2" => Reply::Json(400, json!([{ "code": "InvalidInput", "message": "no such ASIN" }])),
            "B0AAAAAAA3" => Reply::Json(200, json!({ "restrictions": [reason("NOT_ELIGIBLE")] })),
            _ => may_list(),
        }
    });
    let found = Discovery::new(&script.client(), JP).find(words_or_number("suitcase")).await.unwrap();
    let permissions: Vec<_> = found.items.iter().map(|item| item.permission()).collect();
    assert_eq!(
        permissions[..4],
        [Some(Permission::MayList), None, Some(Permission::NotEligible), Some(Permission::MayList)]
    );
    let error = found.items[1].eligibility.as_ref().unwrap().as_ref().unwrap_err();
    assert!(error.is_bad_request() && error.codes().eq(["InvalidInput"]), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_family_of_variations_has_no_offer() {
    let script = Script::new(|call, _| {
        let mut parent = item("B0AAAAAAA1", &[]);
        parent["summaries"][1]["itemClassification"] = "VARIATION_PARENT".into();
        if call.name == "items" { items(&[parent]) } else { may_list() }
    });
    let found = Discovery::new(&script.client(), JP).find(words_or_number("suitcase")).await.unwrap();
    assert!(found.items[0].is_variation_parent && found.items[0].offer("new_new").is_none());
    assert_eq!((found.items[0].permission(), script.calls("restrictions").len()), (None, 0));
}

#[tokio::test(start_paused = true)]
async fn an_item_with_gaps_is_read() {
    let script = Script::new(|_, _| {
        items(&[json!({ "asin": "B0AAAAAAA1", "summaries": null, "productTypes": [{}] }), json!({})])
    });
    let found =
        Discovery::new(&script.client(), JP).without_restrictions().find(words_or_number("suitcase")).await.unwrap();
    assert_eq!((found.items[0].title.as_deref(), found.items[0].product_type.as_deref()), (None, None));
    assert_eq!(found.items[0].offer("new_new").unwrap().product_type, "PRODUCT");
}

fn reason(code: &str) -> Value {
    let link = json!({ "resource": "https://sellercentral.amazon.co.jp/approvals", "verb": "GET", "title": "Ask" });
    json!({ "marketplaceId": JP.id(), "conditionType": "used_good",
        "reasons": [{ "message": "not yet", "reasonCode": code, "links": [link] }] })
}

async fn restrictions(answer: Value) -> Result<spapi_listings::discover::Eligibility, spapi_core::Error> {
    let script = Script::new(move |_, _| Reply::Json(200, answer.clone()));
    Discovery::new(&script.client(), JP).restrictions("b0aaaaaaa1", None).await
}

#[tokio::test(start_paused = true)]
async fn an_empty_object_in_the_place_of_an_empty_list_lets_the_seller_list() {
    for answer in [
        json!({ "restrictions": [] }),
        json!({ "restrictions": [{}] }),
        json!({ "restrictions": {} }),
        json!({ "restrictions": null }),
        json!({}),
    ] {
        let found = restrictions(answer.clone()).await.unwrap();
        assert_eq!((found.permission(), found.asin.as_str()), (Permission::MayList, "B0AAAAAAA1"), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn reasons_have_their_words_and_the_page_for_approval() {
    let found = restrictions(json!({ "restrictions": [reason("APPROVAL_REQUIRED")] })).await.unwrap();
    assert_eq!(found.permission(), Permission::NeedsApproval);
    assert_eq!(found.restrictions[0].condition.as_deref(), Some("used_good"));
    assert_eq!(found.restrictions[0].reasons[0].message, "not yet");
    assert_eq!(found.approval_links()[0].url, "https://sellercentral.amazon.co.jp/approvals");
}

#[tokio::test(start_paused = true)]
async fn the_condition_the_type_and_the_language_are_sent_and_the_seller_is_needed() {
    let script = shop();
    let discovery = Discovery::new(&script.client(), JP).condition(Condition::UsedGood).locale("en_US").seller_id("A9");
    let found = discovery.restrictions("B0AAAAAAA1", Some("LUGGAGE")).await.unwrap();
    assert_eq!(found.condition.as_deref(), Some("used_good"));
    let Call { query, .. } = &script.calls("restrictions")[0];
    let names = ["conditionType", "productType", "reasonLocale", "sellerId", "marketplaceIds"];
    assert_eq!(names.map(|name| query[name].as_str()), ["used_good", "LUGGAGE", "en_US", "A9", JP.id()]);

    let nobody = Discovery::new(&script.client_of(None), JP);
    let error = nobody.restrictions("B0AAAAAAA1", None).await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("seller_id"), "{error}");
    let found = nobody.find(words_or_number("4901234567894")).await.unwrap();
    assert!(found.items[0].eligibility.is_none());
}

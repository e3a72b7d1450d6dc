//! The catalog: searches, pages, numbers and languages.

use crate::support::{Caller, DE, JP, US, builder};
use serde_json::{Value, json};
use spapi_sandbox::Sandbox;
use std::collections::HashSet;

const ITEMS: &str = "/catalog/2022-04-01/items";
const FR: &str = "A13V1IB3VIYZZH";

async fn started() -> (Sandbox, Caller) {
    let sandbox = builder().orders(1).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    (sandbox, caller)
}

async fn search(caller: &Caller, marketplace: &str, more: &[(&str, &str)]) -> Value {
    let endpoint = if marketplace == FR { DE } else { marketplace };
    caller.at(endpoint).body(ITEMS, &[&[("marketplaceIds", marketplace)], more].concat()).await
}

fn asins(found: &Value) -> Vec<String> {
    found["items"].as_array().unwrap().iter().map(|item| item["asin"].as_str().unwrap().to_owned()).collect()
}

fn title(item: &Value) -> &str {
    item["summaries"][0]["itemName"].as_str().unwrap()
}

#[tokio::test]
async fn pages_give_each_product_once_and_lead_back() {
    let (_sandbox, caller) = started().await;
    let first = search(&caller, US, &[("keywords", "leather"), ("pageSize", "20")]).await;
    let count = first["numberOfResults"].as_u64().unwrap() as usize;
    assert!(count > 60, "{count}");
    assert_eq!(first["pagination"].get("previousToken"), None);
    let (mut all, mut page) = (asins(&first), first.clone());
    while let Some(token) = page["pagination"]["nextToken"].as_str() {
        page = caller.at(US).body(ITEMS, &[("marketplaceIds", US), ("pageToken", token)]).await;
        assert_eq!(page["numberOfResults"].as_u64(), Some(count as u64));
        all.extend(asins(&page));
    }
    assert_eq!((all.len(), all.iter().collect::<HashSet<_>>().len()), (count, count));
    let mut back = asins(&page);
    while let Some(token) = page["pagination"]["previousToken"].as_str() {
        page = caller.at(US).body(ITEMS, &[("marketplaceIds", US), ("pageToken", token)]).await;
        back.splice(0..0, asins(&page));
    }
    assert_eq!(back, all);
    assert_eq!(asins(&search(&caller, US, &[("keywords", "leather")]).await).len(), 10, "the usual size");
    caller.at(US).get(ITEMS, &[("marketplaceIds", US), ("pageToken", "x")]).await.error(400, "InvalidInput");
}

#[tokio::test]
async fn the_seed_decides_the_catalog_and_each_marketplace_speaks_its_language() {
    let (_sandbox, caller) = started().await;
    let other = builder().orders(1).seed(2).start().await.unwrap();
    let other = Caller::new(&other).await;
    let again = builder().orders(1).start().await.unwrap();
    let again = Caller::new(&again).await;
    let of = async |caller: &Caller| search(caller, DE, &[("keywords", "Koffer")]).await["items"].clone();
    assert_eq!(of(&caller).await, of(&again).await);
    assert_ne!(of(&caller).await, of(&other).await);
    for (marketplace, word) in [(US, "Suitcase"), (DE, "Koffer"), (FR, "Valise"), (JP, "スーツケース")] {
        let found = search(&caller, marketplace, &[("keywords", word)]).await;
        let items = found["items"].as_array().unwrap();
        assert!(items.len() == 10 && items.iter().all(|item| title(item).contains(word)), "{word}: {found}");
    }
    let english = search(&caller, DE, &[("keywords", "Suitcase"), ("keywordsLocale", "en_GB")]).await;
    assert!(title(&english["items"][0]).contains("Koffer"));
    let english = search(&caller, DE, &[("keywords", "Koffer"), ("locale", "en_GB")]).await;
    assert!(title(&english["items"][0]).contains("Suitcase"));
}

#[tokio::test]
async fn numbers_have_right_check_digits_and_find_their_product() {
    let (_sandbox, caller) = started().await;
    let mut types = HashSet::new();
    for (marketplace, word) in [(US, "mug"), (JP, "マグカップ")] {
        let found =
            search(&caller, marketplace, &[("keywords", word), ("includedData", "identifiers"), ("pageSize", "20")])
                .await;
        for item in found["items"].as_array().unwrap() {
            for number in item["identifiers"][0]["identifiers"].as_array().unwrap() {
                let (kind, digits) =
                    (number["identifierType"].as_str().unwrap(), number["identifier"].as_str().unwrap());
                types.insert(kind.to_owned());
                let length = match kind {
                    "UPC" => 12,
                    "EAN" | "JAN" => 13,
                    _ => 14,
                };
                assert_eq!(digits.len(), length, "{kind} {digits}");
                let weighted = digits.bytes().rev().zip([1, 3].into_iter().cycle());
                let sum: u32 = weighted.map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
                assert_eq!(sum % 10, 0, "{kind} {digits}");
                let by_number =
                    search(&caller, marketplace, &[("identifiers", digits), ("identifiersType", kind)]).await;
                assert_eq!(asins(&by_number), [item["asin"].as_str().unwrap()], "{kind} {digits}");
            }
        }
    }
    assert_eq!(types, HashSet::from(["EAN", "GTIN", "JAN", "UPC"].map(str::to_owned)));
}

#[tokio::test]
async fn the_shops_products_are_found_by_asin_and_by_sku() {
    let (_sandbox, caller) = started().await;
    let both = [("identifiers", "B0SBXJ0001,B0SBXJ0002,B0SBXJ0001,B000000000"), ("identifiersType", "ASIN")];
    let found = search(&caller, JP, &both).await;
    assert_eq!(asins(&found), ["B0SBXJ0001", "B0SBXJ0002"]);
    assert_eq!((&found["numberOfResults"], found.get("refinements")), (&json!(2), None));
    assert_eq!(title(&found["items"][0]), "深蒸し煎茶 100g 袋入り");
    let by_sku = [("identifiers", "SENCHA/100g x3"), ("identifiersType", "SKU"), ("sellerId", "A1")];
    assert_eq!(asins(&search(&caller, JP, &by_sku).await), ["B0SBXJ0002"]);
    assert_eq!(
        asins(&search(&caller, JP, &[("identifiers", "4901234567894"), ("identifiersType", "ISBN")]).await),
        [""; 0]
    );
    // The product is not in the other marketplaces.
    let elsewhere = caller.at(US).get(&format!("{ITEMS}/B0SBXJ0001"), &[("marketplaceIds", US)]).await;
    assert!(elsewhere.error(404, "NotFound").contains("B0SBXJ0001"));
}

#[tokio::test]
async fn brands_and_classifications_narrow_a_search_and_are_its_refinements() {
    let (_sandbox, caller) = started().await;
    let all = search(&caller, DE, &[("keywords", "leder")]).await;
    let refinements = &all["refinements"];
    let sum = |list: &str| -> u64 {
        refinements[list].as_array().unwrap().iter().map(|one| one["numberOfResults"].as_u64().unwrap()).sum()
    };
    assert!(sum("classifications") <= all["numberOfResults"].as_u64().unwrap());
    let brand = &refinements["brands"][0];
    let class = &refinements["classifications"][0];
    let narrowed =
        search(&caller, DE, &[("keywords", "leder"), ("brandNames", brand["brandName"].as_str().unwrap())]).await;
    assert_eq!(narrowed["numberOfResults"], brand["numberOfResults"]);
    let id = class["classificationId"].as_str().unwrap();
    let narrowed = search(&caller, DE, &[("keywords", "leder"), ("classificationIds", id)]).await;
    assert_eq!(narrowed["numberOfResults"], class["numberOfResults"]);
}

#[tokio::test]
async fn an_item_has_the_requested_parts_for_each_marketplace() {
    let (_sandbox, caller) = started().await;
    let found = search(&caller, FR, &[("keywords", "valise"), ("includedData", "summaries,relationships")]).await;
    let items = found["items"].as_array().unwrap();
    let child =
        items.iter().find(|item| item["relationships"][0]["relationships"][0].get("parentAsins").is_some()).unwrap();
    let parent = child["relationships"][0]["relationships"][0]["parentAsins"][0].as_str().unwrap();
    let both = format!("{DE},{FR}");
    let parts = "attributes,classifications,dimensions,identifiers,images,productTypes,relationships,salesRanks,summaries,vendorDetails";
    let parent = caller
        .at(DE)
        .body(&format!("{ITEMS}/{parent}"), &[("marketplaceIds", FR), ("includedData", "relationships,summaries")])
        .await;
    assert_eq!(parent["summaries"][0]["itemClassification"], json!("VARIATION_PARENT"));
    let children = parent["relationships"][0]["relationships"][0]["childAsins"].as_array().unwrap();
    assert!(children.contains(&child["asin"]));
    // A product that both marketplaces have.
    let mut shared = Value::Null;
    for item in items {
        let path = format!("{ITEMS}/{}", item["asin"].as_str().unwrap());
        shared = caller.at(DE).body(&path, &[("marketplaceIds", &both), ("includedData", parts)]).await;
        if shared["summaries"].as_array().unwrap().len() == 2 {
            break;
        }
    }
    assert_eq!(shared.as_object().unwrap().len(), 11);
    assert_eq!(shared["vendorDetails"], json!([]));
    let names = shared["attributes"]["item_name"].as_array().unwrap();
    let languages: Vec<&str> = names.iter().map(|name| name["language_tag"].as_str().unwrap()).collect();
    assert_eq!(languages, ["de_DE", "fr_FR"]);
    assert_eq!(shared["dimensions"][0]["item"]["weight"]["unit"], json!("kilograms"));
}

#[tokio::test]
async fn a_search_that_cannot_be_answered_says_why() {
    let (_sandbox, caller) = started().await;
    let many = vec!["a"; 21].join(",");
    for (query, named) in [
        (&[][..], "identifiers or keywords"),
        (&[("keywords", "a"), ("identifiers", "b"), ("identifiersType", "ASIN")], "not both"),
        (&[("identifiers", "b")], "identifiersType"),
        (&[("identifiers", "b"), ("identifiersType", "FNSKU")], "identifiersType"),
        (&[("identifiers", "b"), ("identifiersType", "SKU")], "sellerId"),
        (&[("identifiers", "b"), ("identifiersType", "ASIN"), ("brandNames", "x")], "brandNames"),
        (&[("identifiers", many.as_str()), ("identifiersType", "ASIN")], "identifiers"),
        (&[("keywords", many.as_str())], "keywords"),
        (&[("keywords", "a"), ("pageSize", "21")], "pageSize"),
        (&[("keywords", "a"), ("includedData", "variations")], "includedData"),
    ] {
        let answer = caller.get(ITEMS, &[&[("marketplaceIds", JP)], query].concat()).await;
        assert!(answer.error(400, "InvalidInput").contains(named), "{query:?}");
    }
    let two = format!("{DE},{FR}");
    let answer = caller.at(DE).get(ITEMS, &[("marketplaceIds", two.as_str()), ("keywords", "a")]).await;
    assert!(answer.error(400, "InvalidInput").contains("marketplaceIds"));
}

//! Definitions of product types: their schemas have each keyword and each trap of Amazon's, and follow the request.

use crate::support::{Caller, DE, JP, US, builder, now, presigned};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jsonschema::{Draft, Validator};
use md5::{Digest, Md5};
use reqwest::Client;
use serde_json::{Value, json};
use spapi_sandbox::{Clock, Fault, FaultKind, Sandbox};
use std::collections::BTreeSet;
use std::time::Duration;

const TYPES: &str = "/definitions/2020-09-01/productTypes";
const FR: &str = "A13V1IB3VIYZZH";

/// Every product type of the sandbox.
const NAMES: [&str; 13] = [
    "LUGGAGE",
    "HOME",
    "KITCHEN",
    "SHIRT",
    "HEADPHONES",
    "BOARD_GAME",
    "COFFEE",
    "TEA",
    "CABLE",
    "LAMP",
    "NOTEBOOK",
    "SHOES",
    "PRODUCT",
];

async fn started() -> (Sandbox, Caller) {
    let sandbox = builder().orders(1).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    (sandbox, caller)
}

/// A definition of a product type in the marketplace's own endpoint, with these parameters.
async fn definition(caller: &Caller, name: &str, marketplace: &str, more: &[(&str, &str)]) -> Value {
    let endpoint = if marketplace == FR { DE } else { marketplace };
    let query = [&[("marketplaceIds", marketplace)], more].concat();
    caller.at(endpoint).body(&format!("{TYPES}/{name}"), &query).await
}

/// The document that a link of a definition leads to, whose checksum must be right.
async fn document(link: &Value) -> Vec<u8> {
    assert_eq!(link["link"]["verb"], json!("GET"));
    let document = presigned(Client::new().get(link["link"]["resource"].as_str().unwrap())).await;
    assert_eq!((document.status, document.header("content-type")), (200, Some("application/json")));
    assert_eq!(link["checksum"], json!(BASE64_STANDARD.encode(Md5::digest(&document.bytes))));
    document.bytes
}

async fn schema(caller: &Caller, name: &str, marketplace: &str, more: &[(&str, &str)]) -> Value {
    let definition = definition(caller, name, marketplace, more).await;
    serde_json::from_slice(&document(&definition["schema"]).await).unwrap()
}

fn compiled(schema: &Value) -> Validator {
    let options = jsonschema::options().with_draft(Draft::Draft201909).should_validate_formats(true);
    options.build(schema).unwrap_or_else(|error| panic!("{}: {error}", schema["$id"]))
}

/// Calls a function with each schema in a schema, and how deep it is.
fn each<'a>(schema: &'a Value, depth: usize, visit: &mut dyn FnMut(&'a Value, usize)) {
    visit(schema, depth);
    let Some(members) = schema.as_object() else { return };
    for (keyword, value) in members {
        match keyword.as_str() {
            "properties" | "$defs" => {
                value.as_object().unwrap().values().for_each(|schema| each(schema, depth + 1, visit));
            }
            "allOf" | "anyOf" | "oneOf" => {
                value.as_array().unwrap().iter().for_each(|schema| each(schema, depth + 1, visit));
            }
            "items" | "contains" | "if" | "then" | "else" | "not" => each(value, depth + 1, visit),
            _ => {}
        }
    }
}

fn names(schema: &Value, pointer: &str) -> Vec<String> {
    let found = schema.pointer(pointer).unwrap_or(&Value::Null);
    match found {
        Value::Object(members) => members.keys().cloned().collect(),
        found => serde_json::from_value(found.clone()).unwrap_or_default(),
    }
}

#[tokio::test]
async fn every_schema_compiles_and_is_closed() {
    let (_sandbox, caller) = started().await;
    for name in NAMES {
        for marketplace in [JP, US, DE, FR] {
            let schema = schema(&caller, name, marketplace, &[]).await;
            compiled(&schema);
            assert_eq!(schema["additionalProperties"], json!(false));
            let known = names(&schema, "/properties");
            for required in names(&schema, "/required") {
                assert!(known.contains(&required), "{name}: {required}");
            }
        }
    }
}

#[tokio::test]
async fn the_meta_schema_is_of_the_sandboxs_own_words_and_has_the_vocabulary() {
    let (_sandbox, caller) = started().await;
    let definition = definition(&caller, "LUGGAGE", US, &[]).await;
    let meta: Value = serde_json::from_slice(&document(&definition["metaSchema"]).await).unwrap();
    let schema: Value = serde_json::from_slice(&document(&definition["schema"]).await).unwrap();
    assert_eq!(meta["$id"], schema["$schema"]);
    let known = names(&meta, "/properties");
    for keyword in [
        "selectors",
        "maxUniqueItems",
        "minUniqueItems",
        "maxUtf8ByteLength",
        "minUtf8ByteLength",
        "editable",
        "hidden",
        "enumNames",
        "$lifecycle",
    ] {
        assert!(known.iter().any(|name| name == keyword), "{keyword}");
    }
    let vocabulary = "https://schemas.amazon.com/selling-partners/definitions/product-types/vocabulary/v1";
    assert_eq!(meta["$vocabulary"][vocabulary], json!(true));
}

#[tokio::test]
async fn each_keyword_of_amazons_schemas_occurs() {
    let (_sandbox, caller) = started().await;
    let schema = schema(&caller, "LUGGAGE", US, &[]).await;
    let mut found = BTreeSet::new();
    each(&schema, 0, &mut |schema, _| found.extend(schema.as_object().into_iter().flat_map(|members| members.keys())));
    let found: Vec<&str> = found.into_iter().map(String::as_str).collect();
    let expected = [
        "$comment",
        "$defs",
        "$id",
        "$lifecycle",
        "$ref",
        "$schema",
        "additionalProperties",
        "allOf",
        "anyOf",
        "contains",
        "default",
        "description",
        "editable",
        "else",
        "enum",
        "enumNames",
        "examples",
        "exclusiveMinimum",
        "format",
        "hidden",
        "if",
        "items",
        "maxItems",
        "maxLength",
        "maxUniqueItems",
        "maxUtf8ByteLength",
        "maximum",
        "minItems",
        "minLength",
        "minUniqueItems",
        "minUtf8ByteLength",
        "minimum",
        "multipleOf",
        "not",
        "oneOf",
        "pattern",
        "properties",
        "required",
        "selectors",
        "then",
        "title",
        "type",
    ];
    assert_eq!(found, expected);
}

/// The names of the traps that a schema has.
fn traps(schema: &Value) -> BTreeSet<&'static str> {
    let mut traps = BTreeSet::new();
    each(schema, 0, &mut |schema, depth| {
        let is = |keyword: &str, value: &Value| schema.get(keyword) == Some(value);
        let has = |keyword: &str| schema.get(keyword).is_some();
        let enumerated = schema.get("enum").and_then(Value::as_array);
        let mut note = |is_here: bool, name: &'static str| is_here.then(|| traps.insert(name));
        let formats = ["date", "date-time"].map(|name| schema.to_string().contains(&format!("\"format\":\"{name}\"")));
        note(has("oneOf") && formats == [true, true], "one of date and date-time");
        note(is("multipleOf", &json!(0.01)), "a multiple of 0.01");
        note(is("multipleOf", &json!(1e-12)), "a multiple of 1e-12");
        note(is("maxItems", &json!(0)) && is("minItems", &json!(1)), "a list that can have no length");
        note(enumerated == Some(&vec![json!("ALL")]), "only one audience");
        note(is("exclusiveMinimum", &json!(0)), "above zero");
        note(is("format", &json!("uri")), "an address");
        note(has("pattern"), "the address of a picture");
        note(is("maxUniqueItems", &json!(1)), "one for each selector");
        note(is("maxUniqueItems", &json!(1000)), "a thousand for each selector");
        note(has("selectors") && !has("maxUniqueItems"), "selectors without a limit");
        note(
            is("type", &json!("number")) && has("maxLength") || is("type", &json!("integer")) && has("maxLength"),
            "a length of a number",
        );
        note(enumerated.is_some_and(|values| values.len() == 1774), "1774 values");
        note(
            enumerated.is_some_and(|values| {
                values.iter().map(Value::to_string).collect::<BTreeSet<_>>().len() < values.len()
            }),
            "repeated values",
        );
        note(
            schema.pointer("/anyOf/0") == Some(&json!({ "type": "string" }))
                && schema.pointer("/anyOf/1/enum").is_some(),
            "an open list",
        );
        note(schema.pointer("/$lifecycle/enumDeprecated/0").is_some(), "a value without a future");
        note(has("items") && !has("type"), "items without a type");
        note(has("maxUtf8ByteLength") && has("minUtf8ByteLength"), "lengths in bytes");
        note(is("editable", &json!(false)), "a value that stays");
        note(is("hidden", &json!(true)), "a hidden value");
        note(has("if") && has("then") && !has("else"), "a condition without else");
        note(has("if") && schema.pointer("/else/if").is_some(), "a chain of conditions");
        note(schema.pointer("/contains/properties/value/enum").is_some(), "a condition on an instance");
        note(schema.pointer("/not/required").is_some(), "a forbidden attribute");
        note(depth > 47, "a chain of 47");
        note(
            schema.get("allOf").and_then(Value::as_array).is_some_and(|all| (90..=110).contains(&all.len())),
            "about a hundred rules",
        );
        note(
            schema.pointer("/properties/variation_theme").is_some_and(|theme| {
                theme.get("selectors").is_none() && theme["items"]["properties"].get("marketplace_id").is_none()
            }),
            "an attribute without selectors",
        );
        note(
            schema
                .pointer("/properties/fulfillment_availability/items/properties")
                .is_some_and(|stock| stock.get("marketplace_id").is_none()),
            "stock without a marketplace",
        );
        note(
            schema.pointer("/$defs/marketplace_id/anyOf").is_some()
                && schema.pointer("/$defs/language_tag/anyOf").is_some(),
            "open definitions",
        );
        note(schema.pointer("/properties/list_price/items/properties/value").is_some(), "the list price as value");
    });
    traps
}

#[tokio::test]
async fn each_trap_of_amazons_schemas_occurs_in_both_large_ones() {
    let (_sandbox, caller) = started().await;
    let expected = BTreeSet::from([
        "1774 values",
        "a chain of 47",
        "a chain of conditions",
        "a condition on an instance",
        "a condition without else",
        "a forbidden attribute",
        "a hidden value",
        "a length of a number",
        "a list that can have no length",
        "a multiple of 0.01",
        "a multiple of 1e-12",
        "a thousand for each selector",
        "a value that stays",
        "a value without a future",
        "about a hundred rules",
        "above zero",
        "an address",
        "an attribute without selectors",
        "an open list",
        "items without a type",
        "lengths in bytes",
        "one for each selector",
        "one of date and date-time",
        "only one audience",
        "open definitions",
        "repeated values",
        "selectors without a limit",
        "stock without a marketplace",
        "the address of a picture",
        "the list price as value",
    ]);
    for name in ["LUGGAGE", "HOME"] {
        assert_eq!(traps(&schema(&caller, name, US, &[]).await), expected, "{name}");
    }
    let german = schema(&caller, "HOME", DE, &[]).await;
    let price = names(&german, "/properties/list_price/items/properties");
    assert!(price.contains(&"value_with_tax".into()) && !price.contains(&"value".into()), "{price:?}");
}

#[tokio::test]
async fn two_schemas_are_as_large_as_amazons_largest() {
    let (_sandbox, caller) = started().await;
    for (name, range) in [("LUGGAGE", 760_000..1_120_000), ("HOME", 760_000..1_120_000), ("TEA", 100_000..250_000)] {
        let definition = definition(&caller, name, US, &[]).await;
        let length = document(&definition["schema"]).await.len();
        assert!(range.contains(&length), "{name}: {length}");
    }
    let schema = schema(&caller, "LUGGAGE", US, &[]).await;
    let properties = names(&schema, "/properties").len();
    assert!((120..=150).contains(&properties), "{properties}");
    assert_eq!(names(&schema, "/required").len(), 7);
}

#[tokio::test]
async fn the_same_request_gives_the_same_document_in_every_sandbox() {
    let (_one, caller) = started().await;
    let other = builder().orders(1).seed(7).start().await.unwrap();
    let other = Caller::new(&other).await;
    for more in [&[][..], &[("locale", "fr_FR")], &[("requirements", "LISTING_OFFER_ONLY")]] {
        let first = definition(&caller, "LAMP", DE, more).await;
        let checksums = [first["schema"]["checksum"].clone(), first["productTypeVersion"].clone()];
        for caller in [&caller, &other] {
            let again = definition(caller, "LAMP", DE, more).await;
            assert_eq!([again["schema"]["checksum"].clone(), again["productTypeVersion"].clone()], checksums);
        }
    }
}

#[tokio::test]
async fn titles_labels_and_some_values_follow_the_locale() {
    let (_sandbox, caller) = started().await;
    let pointer = |schema: &Value, pointer: &str| schema.pointer(pointer).cloned().unwrap_or_default();
    for (marketplace, locale, title, name, label, value) in [
        (US, "en_US", "Luggage", "Title", "Japan", "Oak"),
        (DE, "de_DE", "Koffer und Taschen", "Titel", "Japan", "Eiche"),
        (FR, "fr_FR", "Bagages", "Titre", "Japon", "Chêne"),
        (JP, "ja_JP", "スーツケース・旅行かばん", "商品名", "日本", "オーク"),
    ] {
        let own = definition(&caller, "LUGGAGE", marketplace, &[]).await;
        assert_eq!((&own["locale"], &own["displayName"]), (&json!(locale), &json!(title)));
        let schema = schema(&caller, "LUGGAGE", marketplace, &[("locale", "DEFAULT")]).await;
        assert_eq!(pointer(&schema, "/properties/item_name/title"), json!(name));
        let countries = pointer(&schema, "/properties/country_of_origin/items/properties/value");
        let place = countries["enum"].as_array().unwrap().iter().position(|country| country == "JP").unwrap();
        assert_eq!(countries["enumNames"][place], json!(label));
        assert_eq!(pointer(&schema, "/properties/material/items/properties/value/enum/0"), json!(value));
    }
    // A definition for Japan in German has German values, which the service does not take there.
    let german = schema(&caller, "LUGGAGE", JP, &[("locale", "de")]).await;
    assert_eq!(pointer(&german, "/properties/material/items/properties/value/enum/0"), json!("Eiche"));
    let italian = definition(&caller, "LUGGAGE", JP, &[("locale", "it_IT")]).await;
    assert_eq!(italian["locale"], json!("ja_JP"));
}

#[tokio::test]
async fn prices_for_companies_need_the_seller() {
    let (_sandbox, caller) = started().await;
    let offer = "/properties/purchasable_offer/items/properties";
    let without = schema(&caller, "TEA", US, &[]).await;
    let with = schema(&caller, "TEA", US, &[("sellerId", "A1SELLER")]).await;
    let (plan, audience) = (format!("{offer}/quantity_discount_plan/maxItems"), format!("{offer}/audience/enum"));
    assert_eq!((without.pointer(&plan), without.pointer(&audience)), (Some(&json!(0)), Some(&json!(["ALL"]))));
    assert_eq!((with.pointer(&plan), with.pointer(&audience)), (None, Some(&json!(["ALL", "B2B"]))));
}

#[tokio::test]
async fn the_requirements_choose_the_attributes() {
    let (_sandbox, caller) = started().await;
    let of = async |more: &[(&str, &str)]| schema(&caller, "SHIRT", DE, more).await;
    let has = |schema: &Value, name: &str| names(schema, "/properties").contains(&name.to_owned());
    let product = of(&[("requirements", "LISTING_PRODUCT_ONLY")]).await;
    assert!(has(&product, "item_name") && !has(&product, "purchasable_offer"));
    let offer = of(&[("requirements", "LISTING_OFFER_ONLY")]).await;
    assert!(!has(&offer, "item_name") && has(&offer, "purchasable_offer"));
    assert_eq!(
        BTreeSet::from_iter(names(&offer, "/required")),
        BTreeSet::from(["condition_type".to_owned(), "merchant_suggested_asin".into()])
    );
    let loose = of(&[("requirementsEnforced", "NOT_ENFORCED")]).await;
    assert_eq!((loose["required"].clone(), has(&loose, "item_name")), (json!([]), true));
    assert!(compiled(&loose).is_valid(&json!({})) && !compiled(&of(&[]).await).is_valid(&json!({})));
    for schema in [&product, &offer, &loose] {
        compiled(schema);
    }
}

#[tokio::test]
async fn the_level_of_parentage_settles_its_conditions() {
    let (_sandbox, caller) = started().await;
    let of = async |level: &str| schema(&caller, "SHOES", US, &[("parentageLevel", level)]).await;
    let has = |schema: &Value, name: &str| names(schema, "/properties").contains(&name.to_owned());
    let (none, child, parent) = (of("NONE").await, of("CHILD").await, of("PARENT").await);
    for name in ["parentage_level", "child_parent_sku_relationship", "variation_theme"] {
        assert!(!has(&none, name), "{name}");
    }
    assert!(names(&child, "/required").contains(&"child_parent_sku_relationship".into()));
    assert_eq!(names(&child, "/properties/child_parent_sku_relationship/items/required"), ["parent_sku"]);
    assert!(names(&parent, "/required").contains(&"variation_theme".into()) && !has(&parent, "purchasable_offer"));
    let whole = schema(&caller, "SHOES", US, &[]).await;
    let rules = |schema: &Value| schema["allOf"].as_array().unwrap().len();
    for schema in [&none, &child, &parent] {
        compiled(schema);
        assert!(rules(schema) < rules(&whole));
        let mut asks = false;
        each(schema, 0, &mut |schema, _| {
            asks |= schema.get("if").is_some_and(|when| {
                when.to_string().contains("parentage_level") && when.to_string().contains("contains")
            })
        });
        assert!(!asks);
    }
}

#[tokio::test]
async fn the_groups_hold_each_attribute_once() {
    let (_sandbox, caller) = started().await;
    for name in ["HOME", "PRODUCT"] {
        let definition = definition(&caller, name, JP, &[]).await;
        let schema: Value = serde_json::from_slice(&document(&definition["schema"]).await).unwrap();
        let groups = definition["propertyGroups"].as_object().unwrap().values();
        let mut grouped: Vec<String> = groups.flat_map(|group| names(group, "/propertyNames")).collect();
        grouped.sort();
        let mut known = names(&schema, "/properties");
        known.sort();
        assert_eq!(grouped, known);
    }
}

#[tokio::test]
async fn a_release_candidate_has_more_than_the_latest_version() {
    let (_sandbox, caller) = started().await;
    let latest = definition(&caller, "LUGGAGE", FR, &[]).await;
    let next = definition(&caller, "LUGGAGE", FR, &[("productTypeVersion", "RELEASE_CANDIDATE")]).await;
    let version = |definition: &Value| definition["productTypeVersion"]["version"].as_str().unwrap().to_owned();
    assert_eq!(next["productTypeVersion"]["releaseCandidate"], json!(true));
    assert_ne!((version(&latest), &latest["schema"]["checksum"]), (version(&next), &next["schema"]["checksum"]));
    let named = definition(&caller, "LUGGAGE", FR, &[("productTypeVersion", &version(&next))]).await;
    assert_eq!(named["schema"]["checksum"], next["schema"]["checksum"]);
    // A product type without one answers with its latest version.
    let tea = definition(&caller, "TEA", FR, &[("productTypeVersion", "RELEASE_CANDIDATE")]).await;
    assert_eq!(tea["productTypeVersion"]["latest"], json!(true));
}

#[tokio::test]
async fn the_next_version_becomes_the_latest_after_thirty_days() {
    let (sandbox, caller) = started().await;
    let first = definition(&caller, "HOME", US, &[]).await;
    let next = definition(&caller, "HOME", US, &[("productTypeVersion", "RELEASE_CANDIDATE")]).await;
    sandbox.clock().advance(Duration::from_secs(30 * 24 * 3600));
    let caller = Caller::new(&sandbox).await;
    let now = definition(&caller, "HOME", US, &[]).await;
    assert_eq!(now["schema"]["checksum"], next["schema"]["checksum"]);
    assert_eq!(
        now["productTypeVersion"],
        json!({ "version": next["productTypeVersion"]["version"], "latest": true, "releaseCandidate": false })
    );
    let named = first["productTypeVersion"]["version"].as_str().unwrap();
    let old = definition(&caller, "HOME", US, &[("productTypeVersion", named)]).await;
    assert_eq!(
        (&old["schema"]["checksum"], &old["productTypeVersion"]["latest"]),
        (&first["schema"]["checksum"], &json!(false))
    );
}

#[tokio::test]
async fn a_schema_can_be_fetched_for_a_week_by_anyone_with_the_link() {
    let clock = Clock::stopped_at(now());
    let sandbox = builder().orders(1).clock(clock.clone()).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let link = definition(&caller, "CABLE", JP, &[]).await["schema"].clone();
    clock.advance(Duration::from_secs(7 * 24 * 3600 - 1));
    document(&link).await;
    let url = link["link"]["resource"].as_str().unwrap();
    clock.advance(Duration::from_secs(1));
    presigned(Client::new().get(url)).await.refused(403, "AccessDenied");
    let caller = Caller::new(&sandbox).await;
    document(&definition(&caller, "CABLE", JP, &[]).await["schema"]).await;
}

#[tokio::test]
async fn a_fault_changes_a_schema_that_stays_valid_json() {
    let (sandbox, caller) = started().await;
    sandbox.fault(Fault::new("documents", FaultKind::ChangedBody).nth(1)).unwrap();
    let link = definition(&caller, "NOTEBOOK", US, &[]).await["schema"].clone();
    let url = link["link"]["resource"].as_str().unwrap();
    let changed = presigned(Client::new().get(url)).await;
    let right = document(&link).await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.bytes, right);
    let [changed, right]: [Value; 2] = [&changed.bytes, &right].map(|bytes| serde_json::from_slice(bytes).unwrap());
    assert_eq!(changed, right);
}

#[tokio::test]
async fn product_types_are_found_by_words_and_by_the_title_of_an_item() {
    let (_sandbox, caller) = started().await;
    let found = async |marketplace: &str, more: &[(&str, &str)]| {
        let query = [&[("marketplaceIds", marketplace)], more].concat();
        let found = caller.at(marketplace).body(TYPES, &query).await;
        let types = found["productTypes"].as_array().unwrap().clone();
        types.iter().map(|found| found["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(found(US, &[]).await, NAMES);
    assert_eq!(found(US, &[("keywords", "suitcase,sneakers")]).await, ["LUGGAGE", "SHOES"]);
    assert_eq!(found(DE, &[("keywords", "kopfhörer")]).await, ["HEADPHONES"]);
    assert_eq!(found(DE, &[("keywords", "board_game")]).await, ["BOARD_GAME"]);
    assert_eq!(found(DE, &[("keywords", "スニーカー"), ("searchLocale", "ja_JP")]).await, ["SHOES"]);
    assert_eq!(found(JP, &[("itemName", "深蒸し煎茶 100g 袋入り")]).await, ["TEA"]);
    assert_eq!(found(US, &[("itemName", "Pure Cotton Kitchen Towels")]).await, ["KITCHEN", "HOME"]);
    assert_eq!(found(US, &[("itemName", "Zeppelin")]).await, [""; 0]);
    let shown = caller.at(DE).body(TYPES, &[("marketplaceIds", DE), ("keywords", "tee"), ("locale", "ja_JP")]).await;
    assert_eq!(shown["productTypes"][0]["displayName"], json!("お茶"));
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let (_sandbox, caller) = started().await;
    let path = format!("{TYPES}/TEA");
    for (query, named) in [
        (&[][..], "marketplaceIds"),
        (&[("marketplaceIds", "A1VC38T7YXB528,A1VC38T7YXB528")], "marketplaceIds"),
        (&[("marketplaceIds", US)], "marketplaceIds"),
        (&[("marketplaceIds", "A39IBJ37TRP1C6")], "marketplaceIds"),
        (&[("marketplaceIds", JP), ("requirements", "ALL")], "requirements"),
        (&[("marketplaceIds", JP), ("requirementsEnforced", "NO")], "requirementsEnforced"),
        (&[("marketplaceIds", JP), ("parentageLevel", "SIBLING")], "parentageLevel"),
        (&[("marketplaceIds", JP), ("locale", "Japanese")], "locale"),
    ] {
        let answer = caller.get(&path, query).await;
        assert!(answer.error(400, "InvalidInput").contains(named), "{query:?}");
    }
    let unknown = caller.get(&format!("{TYPES}/ZEPPELIN"), &[("marketplaceIds", JP)]).await;
    assert!(unknown.error(404, "NotFound").contains("ZEPPELIN"));
    let version = caller.get(&path, &[("marketplaceIds", JP), ("productTypeVersion", "1")]).await;
    assert!(version.error(404, "NotFound").contains("productTypeVersion"));
    let both = caller.get(TYPES, &[("marketplaceIds", JP), ("keywords", "a"), ("itemName", "b")]).await;
    assert!(both.error(400, "InvalidInput").contains("not both"));
}

//! Definitions and discovery against the sandbox.

use serde_json::{Value, json};
use spapi_core::transport::ServiceTransport;
use spapi_core::{Client, Credentials, Endpoint, Marketplace, Quotas};
use spapi_listings::definition::{Definitions, Requirements};
use spapi_listings::discover::{
    CatalogItem, Condition, Discovery, Identifier, IdentifierKind, Next, Permission, Query,
};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Fault, FaultKind, Limits, REFRESH_TOKEN, Sandbox};
use std::sync::Arc;

const SELLER: &str = "A1SELLER";

#[derive(Debug)]
struct SandboxClock(spapi_sandbox::Clock);

impl spapi_core::Clock for SandboxClock {
    fn now(&self) -> std::time::SystemTime {
        self.0.now()
    }
}

fn sandbox(marketplace: Marketplace) -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().region(marketplace.region()).limits(Limits::Off).build().unwrap();
    let client = Client::builder(marketplace)
        .endpoint(Endpoint::custom(sandbox.url()))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN).with_seller_id(SELLER))
        .transport(ServiceTransport::new(sandbox.service()))
        .clock(Arc::new(SandboxClock(sandbox.clock().clone())))
        .quotas(&Quotas::off())
        .build()
        .unwrap();
    (sandbox, client)
}

#[tokio::test]
async fn the_definition_of_each_product_type_compiles_in_each_marketplace() {
    for marketplace in [Marketplace::JP, Marketplace::DE, Marketplace::FR, Marketplace::US] {
        let (_sandbox, client) = sandbox(marketplace);
        let (definitions, discovery) = (Definitions::new(&client), Discovery::new(&client, marketplace));
        let mut count = 0;
        for word in ["luggage", "home", "kitchen", "shirt", "headphones", "board_game", "coffee", "cable", "shoes"] {
            for found in discovery.product_types(word).await.unwrap() {
                let definition = definitions.get(&found.name, marketplace).await.unwrap();
                assert_eq!(definition.display_name, found.display_name);
                assert_eq!(definition.locale, marketplace.default_locale(), "{}", found.name);
                assert!(!definition.validator().unwrap().create(&json!({})).is_valid(), "{}", found.name);
                count += 1;
            }
        }
        assert!(count >= 9, "{count} in {marketplace:?}");
    }
}

#[tokio::test]
async fn the_sellers_id_lets_the_schema_take_an_offer_to_businesses() {
    let (_sandbox, client) = sandbox(Marketplace::US);
    let audiences = |schema: &Value| schema["properties"]["purchasable_offer"].to_string().matches("B2B").count();
    let with = Definitions::new(&client).get("LUGGAGE", Marketplace::US).await.unwrap();
    let stranger = client.for_seller(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN));
    let without = Definitions::new(&stranger).get("LUGGAGE", Marketplace::US).await.unwrap();
    assert_eq!((with.seller_id.as_deref(), without.seller_id.as_deref()), (Some(SELLER), None));
    assert!(audiences(&with.schema_json().unwrap()) > 0);
    assert_eq!(audiences(&without.schema_json().unwrap()), 0);
}

#[tokio::test]
async fn a_schema_that_is_changed_on_the_way_is_requested_again_and_refused_the_second_time() {
    let (sandbox, client) = sandbox(Marketplace::US);
    let fails = |times| sandbox.fault(Fault::new("documents", FaultKind::ChangedBody).times(times)).unwrap();
    let definitions = Definitions::new(&client);
    fails(1);
    definitions.get("LUGGAGE", Marketplace::US).await.unwrap();
    fails(2);
    let error = definitions.get("SHOES", Marketplace::US).await.unwrap_err();
    assert!(error.to_string().contains("checksum"), "{error}");
    definitions.get("SHOES", Marketplace::US).await.unwrap();
}

#[tokio::test]
async fn an_expired_link_is_replaced() {
    let (sandbox, client) = sandbox(Marketplace::US);
    sandbox.fault(Fault::new("documents", FaultKind::ExpiredUrl).times(1)).unwrap();
    Definitions::new(&client).get("LUGGAGE", Marketplace::US).await.unwrap();
}

#[tokio::test]
async fn an_unknown_product_type_is_not_found() {
    let (_sandbox, client) = sandbox(Marketplace::US);
    let error = Definitions::new(&client).get("ZEPPELIN", Marketplace::US).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn an_item_is_found_by_words_and_again_by_each_of_its_identifiers() {
    let (_sandbox, client) = sandbox(Marketplace::JP);
    let discovery = Discovery::new(&client, Marketplace::JP).without_restrictions();
    let found = discovery.clone().limit(25).find(Query::of("スーツケース").unwrap()).await.unwrap();
    assert_eq!(found.items.len(), 25);
    assert!(found.total.unwrap() > 25);
    let has = |item: &CatalogItem, kind: &str| item.identifiers.iter().any(|(known, _)| known == kind);
    let item = found.items.iter().find(|item| has(item, "JAN") && !has(item, "UPC")).unwrap();
    assert_eq!((item.product_type.as_deref(), item.title.is_some()), (Some("LUGGAGE"), true));
    let own = (IdentifierKind::Asin.as_str().to_owned(), item.asin.clone());
    for (kind, value) in item.identifiers.iter().chain([&own]) {
        let detected = Query::of(value).unwrap();
        assert!(matches!(detected, Query::Identifiers(_)), "{kind} {value}");
        for query in [detected, Query::Identifiers(vec![Identifier::new(kind.as_str(), value).unwrap()])] {
            let found = discovery.find(query.clone()).await.unwrap();
            let Next::Offer([same]) = found.next() else { panic!("{query:?}: {found:?}") };
            assert_eq!(same.asin, item.asin, "{query:?}");
        }
    }
    let many = found.items.iter().map(|item| Identifier::new(IdentifierKind::Asin, &item.asin).unwrap());
    let unknown = Identifier::new(IdentifierKind::Asin, "B000000000").unwrap();
    let all = discovery.find(Query::Identifiers(many.chain([unknown.clone()]).collect())).await.unwrap();
    assert_eq!((all.items.len(), all.missing), (25, vec![unknown]));
}

#[tokio::test]
async fn each_kind_of_restriction_is_told_apart() {
    let (_sandbox, client) = sandbox(Marketplace::US);
    let discovery = Discovery::new(&client, Marketplace::US).condition(Condition::NewNew).limit(200);
    let found = discovery.find(Query::of("glass").unwrap()).await.unwrap();
    let of = |digit: char| {
        let is_it = |item: &&CatalogItem| item.asin.ends_with(digit) && !item.is_variation_parent;
        found.items.iter().find(is_it).unwrap_or_else(|| panic!("an item that ends with {digit}"))
    };
    for (digit, permission) in [
        ('0', Permission::MayList),
        ('3', Permission::NeedsApproval),
        ('5', Permission::MayList),
        ('7', Permission::NotEligible),
    ] {
        assert_eq!(of(digit).permission(), Some(permission), "{digit}");
    }
    let needs = of('3').eligibility.as_ref().unwrap().as_ref().unwrap();
    assert!(needs.approval_links()[0].url.starts_with("https://sellercentral.amazon.com/"));
    let used = discovery.clone().condition(Condition::UsedGood).restrictions(&of('5').asin, None).await.unwrap();
    assert_eq!(used.permission(), Permission::NeedsApproval);
    let unknown = discovery.restrictions("B000000000", None).await.unwrap();
    assert_eq!(unknown.permission(), Permission::AsinNotFound);
    let odd = discovery.restrictions("B0SBODD000", None).await.unwrap();
    assert_eq!(odd.permission(), Permission::MayList);
    let error = discovery.restrictions("B000000000", Some("ZEPPELIN")).await.unwrap_err();
    assert!(error.is_bad_request() && error.to_string().contains("ZEPPELIN"), "{error}");
}

#[tokio::test]
async fn a_product_that_amazon_lacks_leads_to_its_type_and_to_what_an_offer_and_an_item_need() {
    let (_sandbox, client) = sandbox(Marketplace::DE);
    let discovery = Discovery::new(&client, Marketplace::DE).title("Koffer mit vier Rollen");
    let found = discovery.find(Query::of("4006381333931").unwrap()).await.unwrap();
    let Next::Create([first, ..]) = found.next() else { panic!("{found:?}") };
    assert_eq!(first.name, "LUGGAGE");
    let definitions = Definitions::new(&client);
    let required = async |requirements: Requirements| {
        let definition = definitions.get("LUGGAGE", Marketplace::DE).requirements(requirements).await.unwrap();
        definition.schema_json().unwrap()["required"].as_array().unwrap().len()
    };
    assert!(required(Requirements::ListingOfferOnly).await < required(Requirements::Listing).await);
}

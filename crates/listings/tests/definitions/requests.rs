//! What is requested, and what comes of the answer.

use crate::script::{Reply, SELLER, Script, Types, definition, schema};
use serde_json::{Value, json};
use spapi_core::{ErrorKind, Marketplace};
use spapi_listings::definition::{Definitions, ParentageLevel, Requirements};
use std::time::{Duration, SystemTime};

#[tokio::test(start_paused = true)]
async fn a_definition_says_what_amazon_answers_and_has_a_validator() {
    let types = Types::new();
    let script = types.script();
    let luggage = Definitions::new(&script.client()).get(" LUGGAGE ", Marketplace::JP).await.unwrap();
    assert_eq!((luggage.product_type.as_str(), luggage.display_name.as_str()), ("LUGGAGE", "Luggage"));
    assert_eq!((luggage.version.as_str(), luggage.is_latest), ("v1", Some(true)));
    assert_eq!((luggage.locale.as_str(), luggage.marketplace_id.as_str()), ("ja_JP", Marketplace::JP.id()));
    assert_eq!(luggage.groups[0].attributes, ["purchasable_offer", "condition_type"]);
    assert_eq!((luggage.schema(), luggage.is_outdated), (schema("1").as_str(), false));
    assert!(luggage.asked_at > SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));

    let validator = luggage.validator().unwrap();
    assert!(!validator.create(&json!({})).is_valid());
    assert!(validator.create(&json!({ "item_name": [{ "value": "x" }] })).is_valid());
    let elsewhere = json!({ "item_name": [{ "value": "x", "marketplace_id": Marketplace::US.id() }] });
    let findings = validator.create(&elsewhere);
    assert!(findings.iter().any(|finding| finding.keyword == "marketplace_mismatch"), "{findings}");
    assert!(!format!("{luggage:?}").contains("additionalProperties"));
}

#[tokio::test(start_paused = true)]
async fn the_request_has_the_usual_options_and_the_seller_of_the_credentials() {
    let script = Types::new().script();
    Definitions::new(&script.client()).get("LUGGAGE", Marketplace::JP).await.unwrap();
    let call = &script.calls("LUGGAGE")[0];
    assert_eq!(call.path, "/definitions/2020-09-01/productTypes/LUGGAGE");
    let query: Vec<_> = call.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(
        query,
        [
            ("locale", "DEFAULT"),
            ("marketplaceIds", Marketplace::JP.id()),
            ("productTypeVersion", "LATEST"),
            ("requirements", "LISTING"),
            ("requirementsEnforced", "ENFORCED"),
            ("sellerId", SELLER),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn each_option_is_sent_and_has_a_definition_of_its_own() {
    let script = Types::new().script();
    let definitions = Definitions::new(&script.client());
    let get = || definitions.get("LUGGAGE", Marketplace::JP);
    let other = get().locale("en_US").await.unwrap();
    assert_eq!((other.locale.as_str(), script.calls("LUGGAGE")[0].query["locale"].as_str()), ("en_US", "en_US"));
    for (request, name, value) in [
        (get().requirements(Requirements::ListingOfferOnly), "requirements", "LISTING_OFFER_ONLY"),
        (get().not_enforced(), "requirementsEnforced", "NOT_ENFORCED"),
        (get().parentage_level(ParentageLevel::Child), "parentageLevel", "CHILD"),
        (get().version("RELEASE_CANDIDATE"), "productTypeVersion", "RELEASE_CANDIDATE"),
        (get().seller_id("A2OTHER"), "sellerId", "A2OTHER"),
        (definitions.get("LUGGAGE", Marketplace::AU), "marketplaceIds", Marketplace::AU.id()),
    ] {
        script.counts();
        request.clone().await.unwrap();
        assert_eq!(script.calls("LUGGAGE").last().unwrap().query[name], value);
        assert_eq!(script.counts(), (1, 0), "the schema of the same checksum is not downloaded again: {name}");
        request.await.unwrap();
        assert_eq!(script.counts(), (0, 0), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_seller_is_the_given_one_or_that_of_the_credentials_or_none() {
    let script = Types::new().script();
    let asked = |definitions: Definitions| {
        let script = &script;
        async move {
            script.counts();
            let found = definitions.get("LUGGAGE", Marketplace::JP).await.unwrap();
            let sent = script.calls("LUGGAGE")[0].query.get("sellerId").cloned();
            assert_eq!(found.seller_id, sent);
            sent
        }
    };
    let nobody = script.client_of(None);
    assert_eq!(asked(Definitions::new(&nobody)).await, None);
    assert_eq!(asked(Definitions::new(&nobody).seller_id("A9")).await.as_deref(), Some("A9"));
    assert_eq!(asked(Definitions::new(&script.client())).await.as_deref(), Some(SELLER));
}

#[tokio::test(start_paused = true)]
async fn callers_at_the_same_time_share_one_request_and_one_download() {
    let script = Types::new().script();
    let definitions = Definitions::new(&script.client());
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..20 {
        // Two sellers, whose schemas are the same.
        let request = definitions.clone().get("LUGGAGE", Marketplace::JP).seller_id(format!("A{}", number % 2));
        tasks.spawn(async move { request.await.unwrap().validator().unwrap() });
    }
    assert_eq!(tasks.join_all().await.len(), 20);
    assert_eq!(script.counts(), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn callers_at_the_same_time_share_one_failure() {
    let types = Types::new();
    types.set(|state| state.is_denied = true);
    let script = types.script();
    let definitions = Definitions::new(&script.client());
    let get = || async { definitions.get("LUGGAGE", Marketplace::JP).await };
    let (one, two) = tokio::join!(get(), get());
    assert!(one.unwrap_err().is_auth() && two.unwrap_err().is_auth());
    let together = script.counts().0;
    assert!(get().await.is_err());
    assert_eq!(script.counts().0, together, "the two asked as often as one does");
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_goes_away_does_not_stop_the_others() {
    let script = Types::new().script();
    let client = script.client();
    // The access token does not take time again.
    Definitions::new(&client).get("LUGGAGE", Marketplace::JP).await.unwrap();
    for (moment, way) in [(50, "the definition"), (150, "the schema")] {
        let definitions = Definitions::new(&client);
        let get = || async { definitions.get("LUGGAGE", Marketplace::JP).await };
        let (gone, found) = tokio::join!(tokio::time::timeout(Duration::from_millis(moment), get()), get());
        assert!(gone.is_err(), "{way} is on its way");
        assert_eq!(found.unwrap().schema(), schema("1"), "{way}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_document_that_is_cut_off_once_is_requested_again() {
    let types = Types::new();
    types.set(|state| state.cut = 1);
    let script = types.script();
    let found = Definitions::new(&script.client()).get("LUGGAGE", Marketplace::JP).await.unwrap();
    assert_eq!(found.schema(), schema("1"));
    assert_eq!(script.counts(), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_checksum_that_is_wrong_twice_is_an_error_and_nothing_is_kept() {
    let types = Types::new();
    types.set(|state| state.cut = 2);
    let (script, folder) = (types.script(), tempfile::tempdir().unwrap());
    let definitions = script.definitions(folder.path());
    let error = definitions.get("LUGGAGE", Marketplace::JP).await.unwrap_err();
    let text = error.to_string();
    assert_eq!(error.kind(), ErrorKind::DocumentHost);
    assert!(text.contains("LUGGAGE") && text.contains("MD5") && text.contains("twice"), "{text}");
    assert!(!text.contains("s3cr3t"), "{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    // The next one is not kept from success.
    definitions.get("LUGGAGE", Marketplace::JP).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_checksum_that_is_none_is_an_error_that_shows_it() {
    for checksum in ["", "d41d8cd98f00b204e9800998ecf8427e", "AAAA"] {
        let types = Types::new();
        types.set(|state| state.checksum = Some(checksum.to_owned()));
        let script = types.script();
        let error = Definitions::new(&script.client()).get("LUGGAGE", Marketplace::JP).await.unwrap_err();
        assert!(error.to_string().contains(&format!("\"{checksum}\" is not an MD5")), "{error}");
        assert_eq!(script.counts(), (1, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_link_is_replaced_by_a_new_one() {
    let types = Types::new();
    types.set(|state| state.expired = 1);
    let script = types.script();
    Definitions::new(&script.client()).get("LUGGAGE", Marketplace::JP).await.unwrap();
    assert_eq!(script.counts(), (2, 2));
    types.set(|state| {
        state.expired = 9;
        state.schema = schema("2");
    });
    let error = Definitions::new(&script.client()).get("LUGGAGE", Marketplace::JP).await.unwrap_err();
    assert!(error.is_url_expired() && !error.to_string().contains("s3cr3t"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_schema_that_does_not_compile_can_still_be_shown() {
    for text in ["", "[]", "not JSON", "{\"type\": 7}"] {
        let types = Types::new();
        types.set(|state| state.schema = text.to_owned());
        let found = Definitions::new(&types.script().client()).get("LUGGAGE", Marketplace::JP).await.unwrap();
        assert!(found.validator().unwrap_err().is_input(), "{text}");
        assert_eq!(found.schema(), text);
        assert_eq!(found.schema_json().ok(), serde_json::from_str::<Value>(text).ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_schema_of_5_mb_is_kept_and_one_without_end_is_not_read() {
    let types = Types::new();
    types.set(|state| state.schema = format!("{}{}", schema("1"), " ".repeat(5 << 20)));
    let found = Definitions::new(&types.script().client()).get("LUGGAGE", Marketplace::JP).await.unwrap();
    assert!(found.schema().len() > 5 << 20);
    types.set(|state| state.schema = " ".repeat((16 << 20) + 1));
    let error = Definitions::new(&types.script().client()).get("LUGGAGE", Marketplace::JP).await.unwrap_err();
    assert!(error.to_string().contains("bytes"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_definition_of_another_product_type_is_not_taken_for_the_wanted_one() {
    let script = Script::new(|call, _| Reply::Json(200, definition("PRODUCT", call, "v1", "1B2M2Y8AsgTpgAmY7PhCfg==")));
    let error = Definitions::new(&script.client()).get("LUGAGE", Marketplace::JP).await.unwrap_err();
    assert!(error.is_not_found() && error.to_string().contains("of PRODUCT in place of LUGAGE"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_with_nulls_and_gaps_is_read() {
    let empty = "1B2M2Y8AsgTpgAmY7PhCfg==";
    let script = Script::new(move |call, _| match call.name.as_str() {
        "document" => Reply::Text(200, String::new()),
        _ => Reply::Json(
            200,
            json!({ "propertyGroups": null, "productTypeVersion": null, "displayName": null,
                "schema": { "checksum": empty, "link": { "resource": "https://documents.test/a" } } }),
        ),
    });
    let found = Definitions::new(&script.client()).get("LUGGAGE", Marketplace::JP).await.unwrap();
    assert_eq!((found.version.as_str(), found.is_latest, found.groups.len()), ("", None, 0));
    assert_eq!(found.locale, "DEFAULT");
}

#[tokio::test(start_paused = true)]
async fn a_name_that_cannot_be_one_is_refused_before_anything_is_sent() {
    let script = Types::new().script();
    let definitions = Definitions::new(&script.client());
    for name in ["", "  ", &"X".repeat(201), ".."] {
        let error = definitions.get(name, Marketplace::JP).await.unwrap_err();
        assert!(error.is_input(), "{name}: {error}");
    }
    let error = definitions.get("LUGGAGE", Marketplace::US).await.unwrap_err();
    assert!(error.is_input(), "a marketplace of another region: {error}");
    assert_eq!(script.counts(), (0, 0));
}

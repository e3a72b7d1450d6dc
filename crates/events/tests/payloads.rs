//! A notification of every type and version: whole, and with one member changed at a time.
//!
//! Amazon's own examples are used too, where `cargo xtask models fetch` has fetched them. Otherwise their tests show as
//! ignored.

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use spapi_events::facts::{NotificationFacts, facts};
use spapi_events::payloads::application_oauth_client_new_secret::ApplicationOauthClientNewSecret;
use spapi_events::payloads::{any_offer_changed, b2b_any_offer_changed, fee_promotion, order_change};
use spapi_events::{Notification, NotificationType, Payload, PricedOffer};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A body with the name of its file.
type Body = (String, Value);

fn main() -> ExitCode {
    let amazons = amazons();
    let is_missing = amazons.is_empty();
    let fixtures = || ours().into_iter().map(|(_, body)| body).collect::<Vec<_>>();
    let trials = vec![
        test("every_type_has_its_payload", every_type_has_its_payload),
        test("one_changed_member_does_not_lose_a_notification_of_ours", move || {
            let tried = change_members(&fixtures());
            println!("{tried} changes of our notifications");
        }),
        test("values_that_the_schemas_have_wrongly_are_read", values_that_the_schemas_have_wrongly_are_read),
        test("a_secret_is_never_shown", a_secret_is_never_shown),
        test("other_names_of_a_type_are_the_type", other_names_of_a_type_are_the_type),
        test("amazons_examples_are_read", {
            let amazons = amazons.clone();
            move || amazons_examples_are_read(&amazons)
        })
        .with_ignored_flag(is_missing),
        test("one_changed_member_does_not_lose_an_example_of_amazons", move || {
            let tried = change_members(&amazons);
            println!("{tried} changes of Amazon's examples");
        })
        .with_ignored_flag(is_missing),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn test(name: &str, run: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        run();
        Ok::<(), Failed>(())
    })
}

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// A made-up notification of every row of the facts.
fn ours() -> Vec<(&'static NotificationFacts, Body)> {
    let file = |facts: &NotificationFacts| match facts.payload_version {
        Some(version) => format!("{}@{version}.json", facts.name.to_ascii_lowercase()),
        None => format!("{}.json", facts.name.to_ascii_lowercase()),
    };
    let body = |facts| (file(facts), read(&here("tests/fixtures").join(file(facts))));
    facts().iter().map(|facts| (facts, body(facts))).collect()
}

/// The examples in Amazon's schemas.
fn amazons() -> Vec<Body> {
    let Ok(folder) = fs::read_dir(here("../../models/upstream/schemas/notifications")) else { return Vec::new() };
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let examples = paths.iter().flat_map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let examples = read(path)["examples"].as_array().cloned().unwrap_or_default();
        examples.into_iter().map(move |example| (name.clone(), example))
    });
    examples.collect()
}

fn parse(body: &Value) -> Notification {
    Notification::parse(body.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"))
}

fn every_type_has_its_payload() {
    for (facts, (file, body)) in ours() {
        let notification = parse(&body);
        assert_eq!(notification.notification_type.as_str(), facts.name);
        assert!(NotificationType::VALUES.contains(&facts.name));
        let is_typed = !matches!(notification.payload, Payload::Other(_));
        assert_eq!(is_typed, facts.has_payload_type, "{file}");
        assert_eq!(notification.drift(), [], "{file}");
        assert!(notification.id().is_some() && notification.happened_at().is_some(), "{file}");
        if !is_typed {
            continue;
        }
        let text = body.to_string();
        let has = |word: &str| text.contains(word);
        assert_eq!(notification.seller_id(), has("A2MADEUPSELLER").then_some("A2MADEUPSELLER"), "{file}");
        assert_eq!(notification.marketplace_id(), has("A1VC38T7YXB528").then_some("A1VC38T7YXB528"), "{file}");
        if let Some(key) = notification.key() {
            let key: Vec<Value> = serde_json::from_str(&key).unwrap();
            assert_eq!(key[0], facts.name);
            let is_there = |id: &&Value| id.is_string() && text.contains(&id.to_string());
            let milestone = facts.name == "SHIPMENT_TRACKING_MILESTONE_CHANGED";
            assert!(milestone || key[1..].iter().all(|id| is_there(&id)), "{file}: {key:?}");
        }
    }
}

fn amazons_examples_are_read(examples: &[Body]) {
    for (file, example) in examples {
        let notification = parse(example);
        assert!(!matches!(notification.payload, Payload::Other(_)), "{file}");
        assert_eq!(notification.drift(), [], "{file}: a member is not known, or cannot be read");
        assert!(notification.id().is_some() && notification.event_time.is_some(), "{file}");
    }
    println!("{} examples", examples.len());
}

/// One step on the way to a value.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Member(String),
    Element(usize),
}

/// The ways to all values below a value.
fn ways(value: &Value, way: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
    let below: Vec<(Step, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (Step::Member(name.clone()), value)).collect(),
        Value::Array(elements) => elements.iter().enumerate().map(|(at, value)| (Step::Element(at), value)).collect(),
        _ => Vec::new(),
    };
    // The first element of a list stands for all.
    for (step, value) in below.into_iter().filter(|(step, _)| !matches!(step, Step::Element(1..))) {
        way.push(step);
        found.push(way.clone());
        ways(value, way, found);
        way.pop();
    }
}

/// Changes what is at the end of a way; without a value it is removed.
fn change(root: &mut Value, way: &[Step], value: Option<Value>) {
    let (last, way) = way.split_last().unwrap();
    let holder = way.iter().fold(root, |value, step| match step {
        Step::Member(name) => &mut value[name],
        Step::Element(at) => &mut value[*at],
    });
    match (last, value) {
        (Step::Member(name), Some(value)) => holder[name] = value,
        (Step::Element(at), Some(value)) => holder[*at] = value,
        (Step::Member(name), None) => _ = holder.as_object_mut().unwrap().remove(name),
        (Step::Element(at), None) => _ = holder.as_array_mut().unwrap().remove(*at),
    }
}

/// Changes one member at a time, in every way, and returns the number of changes.
fn change_members(bodies: &[Body]) -> usize {
    let wrong = [
        None,
        Some(Value::Null),
        Some(json!("n/a")),
        Some(json!("")),
        Some(json!(5)),
        Some(json!(0.5)),
        Some(json!("17")),
        Some(json!(true)),
        Some(json!([])),
        Some(json!({})),
        Some(json!([["x"]])),
        Some(json!({"made": {"up": 1}})),
    ];
    let mut tried = 0;
    for (file, body) in bodies {
        let mut found = Vec::new();
        ways(body, &mut Vec::new(), &mut found);
        let whole = parse(body);
        for way in found {
            let Step::Member(first) = &way[0] else { unreachable!("a body is an object") };
            let first = first.to_ascii_lowercase();
            if first == "notificationtype" {
                continue;
            }
            for value in &wrong {
                let mut changed = body.clone();
                change(&mut changed, &way, value.clone());
                tried += 1;
                let notification = parse(&changed);
                let what = || format!("{file} with {value:?} at {way:?}");
                assert_eq!(notification.notification_type, whole.notification_type, "{}", what());
                let is_typed = !matches!(notification.payload, Payload::Other(_));
                // Of a list or a text no payload can be made, nor of a version that is not known.
                let may_be_other = way.len() == 1 && (first == "payload" || first == "payloadversion");
                let was_typed = !matches!(whole.payload, Payload::Other(_));
                assert!(is_typed || may_be_other || !was_typed, "{}", what());
                if first != "payload" {
                    assert!(!is_typed || notification.payload == whole.payload, "{}", what());
                }
                if first != "notificationmetadata" {
                    assert_eq!(notification.metadata, whole.metadata, "{}", what());
                }
                assert_stays_local(&notification, &way, &what);
            }
        }
    }
    tried
}

/// A value that cannot be read makes no other value unreadable.
fn assert_stays_local(notification: &Notification, way: &[Step], what: &impl Fn() -> String) {
    let names: Vec<_> =
        way.iter().filter_map(|step| if let Step::Member(name) = step { Some(name) } else { None }).collect();
    for note in notification.drift() {
        let is_near =
            note.path.split(['.', '[']).any(|part| names.iter().any(|name| *name == part)) || names.len() <= 2;
        assert!(is_near, "{}: {note:?}", what());
    }
}

fn payload_of(name: &str, change: impl FnOnce(&mut Value)) -> Notification {
    let mut body = read(&here("tests/fixtures").join(name));
    let wrapper = &mut body["Payload"];
    let inner = wrapper.as_object_mut().unwrap().values_mut().next().unwrap();
    change(inner);
    parse(&body)
}

fn values_that_the_schemas_have_wrongly_are_read() {
    let changed = payload_of("any_offer_changed@1.0.json", |payload| {
        payload["Offers"] = json!([
            {
                "SellerId": "A3MADEUP", "SellerFeedbackRating": {"SellerPositiveFeedbackRating": 94.7, "FeedbackCount": "12"},
                "PrimeInformation": {"IsPrime": true, "IsNationalPrime": "false"}, "IsBuyBoxWinner": true,
                "ConditionNotes": "a scratch", "ListingPrice": {"Amount": "1980.50", "CurrencyCode": "JPY"},
                "Shipping": {"Amount": 0, "CurrencyCode": "JPY"}, "Points": {"PointsNumber": 10}, "New": 1
            },
            {"SellerFeedbackRating": {"FeedbackCount": 1}, "PrimeInformation": {"IsOfferPrime": false}}
        ]);
    });
    let payload: &any_offer_changed::AnyOfferChanged = changed.payload_as().unwrap();
    let [first, second] = payload.offers.as_slice() else { panic!("two offers") };
    let rating = first.seller_feedback_rating.as_ref().unwrap();
    assert_eq!(rating.seller_positive_feedback_rating.unwrap().to_string(), "94.7");
    assert_eq!(rating.feedback_count, Some(12));
    let prime = first.prime_information.as_ref().unwrap();
    assert_eq!((prime.is_offer_prime, prime.is_offer_national_prime), (Some(true), Some(false)));
    assert_eq!((first.is_buy_box_winner, first.condition_notes.as_deref()), (Some(true), Some("a scratch")));
    assert_eq!(first.landed_price().unwrap().amount.to_string(), "1970.50");
    assert_eq!(second.seller_feedback_rating.as_ref().unwrap().seller_positive_feedback_rating, None);
    assert_eq!(second.prime_information.as_ref().unwrap().is_offer_prime, Some(false));
    let unknown: Vec<_> = changed.drift().into_iter().filter(|note| note.path.ends_with("New")).collect();
    assert_eq!(unknown[0].path, "Offers[0].New");
    assert_eq!(changed.payload_json()["Offers"][0]["New"], 1);

    let both = payload_of("any_offer_changed@1.0.json", |payload| {
        payload["Offers"] = json!([{"SellerId": "A3", "PrimeInformation": {"IsPrime": true, "IsOfferPrime": true}}]);
    });
    let payload: &any_offer_changed::AnyOfferChanged = both.payload_as().unwrap();
    assert_eq!(payload.offers[0].seller_id.as_deref(), Some("A3"));

    let b2b = payload_of("b2b_any_offer_changed@1.0.json", |payload| {
        payload["Offers"][0]["PrimeInformation"] = json!({"IsOfferPrime": true});
    });
    let payload: &b2b_any_offer_changed::B2bAnyOfferChanged = b2b.payload_as().unwrap();
    assert_eq!(payload.offers[0].prime_information.as_ref().unwrap().is_prime, Some(true));

    // The schema has whole amounts, and digits that no binary fraction has.
    let fees = payload_of("fee_promotion@1.0.json", |payload| {
        payload["PromotionInformation"][0]["PriceThreshold"]["Amount"] = serde_json::from_str("17.31").unwrap();
    });
    let payload: &fee_promotion::FeePromotion = fees.payload_as().unwrap();
    let threshold = payload.promotion_information[0].price_threshold.as_ref().unwrap();
    assert_eq!(threshold.amount.unwrap().to_string(), "17.31");

    let order = payload_of("order_change@1.0.json", |payload| {
        payload["Summary"]["OrderStatus"] = "Teleported".into();
        payload["Summary"]["PurchaseDate"] = Value::Null;
    });
    let payload: &order_change::OrderChange = order.payload_as().unwrap();
    let summary = payload.summary.as_ref().unwrap();
    assert_eq!(summary.order_status.as_ref().unwrap().as_str(), "Teleported");
    assert_eq!(summary.purchase_date, None);
}

fn a_secret_is_never_shown() {
    let file = here("tests/fixtures/application_oauth_client_new_secret.json");
    let mut body = read(&file);
    let wrapper = body["payload"].as_object_mut().unwrap().values_mut().next().unwrap();
    wrapper["newClientSecret"] = "amzn1.oa2-cs.v1.made-up".into();
    let notification = parse(&body);
    let payload: &ApplicationOauthClientNewSecret = notification.payload_as().unwrap();
    assert_eq!(payload.new_client_secret.as_ref().unwrap().expose(), "amzn1.oa2-cs.v1.made-up");
    let shown = format!("{notification:?} {payload:?} {:?}", notification.payload);
    let written = serde_json::to_string(payload).unwrap();
    assert!(!shown.contains("oa2-cs") && !written.contains("oa2-cs"), "{shown} {written}");
}

fn other_names_of_a_type_are_the_type() {
    let mut body = read(&here("tests/fixtures/listings_item_status_change@1.0.json"));
    body["NotificationType"] = "LISTINGS_ITEM_STATUS_CHANGED".into();
    let notification = parse(&body);
    assert_eq!(notification.notification_type, NotificationType::ListingsItemStatusChange);
    assert!(matches!(notification.payload, Payload::ListingsItemStatusChange(_)));
    // A type with one version needs none; of a type with several, no version is guessed.
    body["PayloadVersion"] = Value::Null;
    assert!(matches!(parse(&body).payload, Payload::ListingsItemStatusChange(_)));
    let mut body = read(&here("tests/fixtures/listings_item_issues_change@1.0.json"));
    body["PayloadVersion"] = Value::Null;
    assert!(matches!(parse(&body).payload, Payload::Other(_)));
}

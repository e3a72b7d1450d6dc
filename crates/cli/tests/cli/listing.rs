//! `spapi listing`.

use crate::support::{Answer, Ran, Server, assert_expected, in_folder, reply, run_with_credentials, run_with_input};
use serde_json::Value;

const DE: &str = "A1PA6795UKMFR9";

/// A listing with an offer for all at 20 EUR, one for businesses, and stock of 3.
const LISTED: Answer = reply(
    "200 OK",
    r#"{"sku":"A/1 #50%","summaries":[{"marketplaceId":"A1PA6795UKMFR9","asin":"B000000001","productType":"LUGGAGE","status":["DISCOVERABLE"],"itemName":"Koffer 靴"}],
    "attributes":{"purchasable_offer":[
        {"marketplace_id":"A1PA6795UKMFR9","currency":"EUR","audience":"B2B","our_price":[{"schedule":[{"value_with_tax":18}]}]},
        {"marketplace_id":"A1PA6795UKMFR9","currency":"EUR","audience":"ALL","our_price":[{"schedule":[{"value_with_tax":20}]}],
         "minimum_seller_allowed_price":[{"schedule":[{"value_with_tax":10}]}]}],
        "fulfillment_availability":[{"fulfillment_channel_code":"DEFAULT","quantity":3,"lead_time_to_ship_max_days":2}]},
    "offers":[{"marketplaceId":"A1PA6795UKMFR9","offerType":"B2C","price":{"currency":"EUR","amount":"20.00"}}],
    "fulfillmentAvailability":[{"fulfillmentChannelCode":"DEFAULT","quantity":3}],
    "issues":[
        {"code":"18448","severity":"WARNING","message":"Add a size.","attributeNames":["size","color"],"categories":["MISSING_ATTRIBUTE"]},
        {"code":"8560","severity":"ERROR","message":"No\u001b match.","attributeName":"brand","categories":[],
         "enforcements":{"actions":[{"action":"LISTING_SUPPRESSED"}],"exemption":{"status":"EXEMPT_UNTIL_EXPIRY_DATE","expiryDate":"2026-12-24"}},"marketplaceIds":["A1PA6795UKMFR9"]},
        {"severity":"ERROR","message":"Something."}]}"#,
);

/// The same with a price of 12.50, and without the lead time.
const CHANGED: Answer = reply(
    "200 OK",
    r#"{"sku":"A-1","summaries":[{"marketplaceId":"A1PA6795UKMFR9","productType":"LUGGAGE","status":[]}],
    "attributes":{"purchasable_offer":[
        {"marketplace_id":"A1PA6795UKMFR9","currency":"EUR","audience":"ALL","our_price":[{"schedule":[{"value_with_tax":12.5}]}],
         "minimum_seller_allowed_price":[{"schedule":[{"value_with_tax":10}]}]},
        {"marketplace_id":"A1PA6795UKMFR9","currency":"EUR","audience":"B2B","our_price":[{"schedule":[{"value_with_tax":18}]}]}],
        "fulfillment_availability":[{"fulfillment_channel_code":"DEFAULT","quantity":3}]},
    "offers":[{"marketplaceId":"A1PA6795UKMFR9","offerType":"B2C","price":{"currencyCode":"EUR","amount":"12.50"}}],
    "fulfillmentAvailability":[{"fulfillmentChannelCode":"DEFAULT","quantity":3}]}"#,
);

const VALID: Answer = reply("200 OK", r#"{"sku":"A-1","status":"VALID","submissionId":"1","issues":[]}"#);
const ACCEPTED: Answer =
    reply("200 OK", r#"{"sku":"A-1","status":"ACCEPTED","submissionId":"submission-7","issues":[]}"#);
const INVALID: Answer = reply(
    "200 OK",
    r#"{"sku":"A-1","status":"INVALID","submissionId":"1","issues":[{"code":"90220","severity":"ERROR","message":"Missing.","attributeNames":["brand"],"categories":["MISSING_ATTRIBUTE"]}]}"#,
);
const UNAVAILABLE: Answer = reply(
    "200 OK",
    r#"{"sku":"A-1","status":"INVALID","submissionId":"1","issues":[{"code":"4000000","severity":"ERROR","message":"Internal."}]}"#,
);
const GONE: Answer = reply("404 Not Found", r#"{"errors":[{"code":"NOT_FOUND","message":"SKU not found"}]}"#);

fn listing(server: &Server, arguments: &[&str]) -> Ran {
    let more = ["-m", "DE", "--seller", "A1SELLER", "-e", &server.url];
    run_with_credentials(&[&["listing"], arguments, &more[..]].concat())
}

/// A file with this text in a folder that lives as long as the value.
fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(folder.path(), "body.json");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

#[test]
fn a_dry_run_of_a_price_shows_the_plan_and_changes_nothing() {
    let server = Server::start(vec![LISTED, VALID]);
    let ran = listing(&server, &["price", "A/1 #50%", "--price", "12.50", "--dry-run"])
        .ended(0)
        .said(&["nothing was changed"]);
    assert_eq!(ran.out, "WHAT          NOW     AFTER\nprice (ALL)   20 EUR  12.5 EUR\nlowest price  10 EUR  10 EUR\n");
    let received = server.received();
    let lines: Vec<_> = received.iter().map(|request| request.line.split('?').next().unwrap()).collect();
    let path = "/listings/2021-08-01/items/A1SELLER/A%2F1%20%2350%25";
    assert_eq!(lines, [format!("GET {path}"), format!("PATCH {path}")]);
    assert!(received[1].line.contains("mode=VALIDATION_PREVIEW"), "{}", received[1].line);
}

#[test]
fn a_price_is_changed_and_what_else_changed_is_said() {
    let server = Server::start(vec![LISTED, VALID, LISTED, ACCEPTED, CHANGED]);
    let ran = listing(&server, &["price", "A-1", "--price", "12.50"]).ended(0);
    assert_eq!(
        ran.out,
        "WHAT          NOW     AFTER\nprice (ALL)   20 EUR  12.5 EUR\nlowest price  10 EUR  10 EUR\nWHAT         BEFORE  NOW\nprice (ALL)  20 EUR  12.5 EUR\n"
    );
    ran.said(&[
        "something else changed: fulfillment_availability [DEFAULT] lead_time_to_ship_max_days: 2 before, nothing now",
    ]);
    let sent: Value = serde_json::from_str(&server.received()[3].body).unwrap();
    assert_eq!((&sent["productType"], &sent["patches"][0]["op"]), (&"LUGGAGE".into(), &"merge".into()));
}

#[test]
fn a_price_comes_as_json_too() {
    let server = Server::start(vec![LISTED, VALID, LISTED, ACCEPTED, CHANGED]);
    let ran = listing(&server, &["price", "A-1", "--price", "12,50", "-f", "json"]).ended(0);
    let out: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&out["plan"]["before"], &out["plan"]["after"]), (&"20".into(), &"12.5".into()));
    let change = &out["change"];
    assert_eq!(
        (&change["after"], &change["marketplaceId"], &change["way"]),
        (&"12.5".into(), &DE.into(), &"merge".into())
    );
    assert_eq!(
        (&change["submission"]["submissionId"], &change["pending"]),
        (&"submission-7".into(), &Value::Array(vec![]))
    );
    assert_eq!(change["others"][0]["member"], "lead_time_to_ship_max_days");

    let server = Server::start(vec![LISTED, VALID]);
    let ran = listing(&server, &["price", "A-1", "--price", "12.50", "-f", "jsonl", "--dry-run"]).ended(0);
    let out: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&out["change"], &out["plan"]["preview"]["outcome"]), (&Value::Null, &"valid".into()));
    assert_eq!(ran.out.lines().count(), 1);
}

#[test]
fn a_price_that_cannot_be_is_refused_with_the_option_to_use() {
    let server = Server::start(vec![LISTED]);
    for (price, part) in [
        ("1e400", "such as 12.50"),
        ("-1", "not above zero"),
        ("0", "not above zero"),
        ("12.505", "12.505 has 3 decimal places, and EUR has 2"),
        ("twelve", "such as 12.50"),
        ("1,234", "such as 12.50"),
    ] {
        listing(&server, &["price", "A-1", "--price", price]).ended(2).said(&[part]);
    }
    assert_eq!(server.received().len(), 0, "nothing was sent");
    let ran = listing(&server, &["price", "A-1", "--price", "9.99"]).ended(2);
    ran.said(&["9.99 EUR is below the lowest that the seller allows, 10 EUR", "by --minimum", "by --force"]);
    let ran = listing(&server, &["price", "A-1", "--price", "12", "--audience", "VIP"]).ended(2);
    ran.said(&["no offer for VIP in EUR in DE; it has: B2B in EUR in DE; ALL in EUR in DE"]);
}

#[test]
fn a_plan_that_amazon_refuses_is_not_sent() {
    let server = Server::start(vec![LISTED, INVALID]);
    let ran = listing(&server, &["price", "A-1", "--price", "12"]).ended(1);
    ran.said(&["ERROR 90220 (brand): Missing.", "Amazon would refuse the change; nothing was changed"]);
    assert!(
        server.received().iter().all(|request| request.line.starts_with("GET ") || request.line.contains("PREVIEW"))
    );
}

#[test]
fn a_quantity_is_changed() {
    let server = Server::start(vec![LISTED, VALID]);
    let ran = listing(&server, &["quantity", "A-1", "--quantity", "12", "--dry-run"]).ended(0);
    assert_eq!(ran.out, "WHAT                NOW  AFTER\nquantity (DEFAULT)  3    12\n");
    let server = Server::start(vec![LISTED, VALID, LISTED, ACCEPTED, LISTED]);
    let ran = listing(&server, &["quantity", "A-1", "--quantity", "12", "--for", "0s"]).ended(0);
    ran.said(&["the attributes do not show it yet", "the stock that buyers can order does not show it yet"]);
    let server = Server::start(vec![LISTED]);
    listing(&server, &["quantity", "A-1", "--quantity", "3", "--channel", "AMAZON_EU"])
        .ended(2)
        .said(&["Amazon counts"]);
    for wrong in ["-1", "1.5", "many"] {
        listing(&server, &["quantity", "A-1", "--quantity", wrong]).ended(2).said(&["give a whole number"]);
    }
    assert_eq!(server.received().len(), 0);
}

#[test]
fn issues_are_shown_by_attribute() {
    let server = Server::start(vec![LISTED]);
    assert_expected("listing_issues.txt", &listing(&server, &["issues", "A-1"]).ended(0).out);
    let json: Vec<Value> =
        serde_json::from_str(&listing(&server, &["issues", "A-1", "-f", "json"]).ended(0).out).unwrap();
    assert_eq!((json.len(), &json[1]["attributeNames"][0]), (3, &"brand".into()));
    let lines = listing(&server, &["issues", "A-1", "-f", "jsonl"]).ended(0).out;
    assert_eq!(lines.lines().count(), 3);
    let server = Server::start(vec![CHANGED]);
    let ran = listing(&server, &["issues", "A-1"]).ended(0).said(&["Amazon has no issue"]);
    assert_eq!(ran.out.lines().count(), 1);
    listing(&Server::start(vec![GONE]), &["issues", "A-1"]).ended(1).said(&["no listing with the SKU A-1 in DE"]);
}

#[test]
fn a_wait_ends_when_the_listing_is_what_was_asked_for() {
    let server = Server::start(vec![LISTED]);
    let ran = listing(&server, &["wait", "A-1", "--until", "discoverable"]).ended(0);
    assert_eq!(
        ran.out,
        "SKU  MARKET  ASIN        STATUS        TITLE\nA-1  DE      B000000001  DISCOVERABLE  Koffer 靴\n"
    );
    let ran = listing(&server, &["wait", "A-1"]).ended(1);
    ran.said(&[
        "the listing has 1 error in the way",
        "`spapi listing issues A-1 -m DE --seller A1SELLER -e http://127.0.0.1",
    ]);
    let ran = listing(&Server::start(vec![CHANGED]), &["wait", "A-1", "--for", "0s", "-f", "json"]).ended(1);
    let waited: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&waited["ended"]["outcome"], &waited["looks"]), (&"notYet".into(), &1.into()));
    listing(&Server::start(vec![GONE]), &["wait", "A-1", "--for", "0s"]).ended(1).said(&["not created"]);
    listing(&Server::start(vec![GONE]), &["wait", "A-1", "--deleted"]).ended(0);
    listing(&Server::start(vec![LISTED]), &["wait", "A-1", "--deleted", "--for", "0s"]).ended(1).said(&["not deleted"]);
    listing(&server, &["wait", "A-1", "--deleted", "--until", "buyable"]).ended(2).said(&["cannot be used"]);
}

#[test]
fn attributes_are_put_from_a_file_or_stdin() {
    let (_folder, path) = file(r#"{"brand":[{"value":"x"}]}"#);
    let put = ["put", "A-1", "--product-type", "LUGGAGE", "--attributes", &path];
    let server = Server::start(vec![ACCEPTED]);
    let ran = listing(&server, &put).ended(0);
    assert_eq!(ran.out, "SKU  STATUS    SUBMISSION\nA-1  ACCEPTED  submission-7\n");
    let request = server.received().remove(0);
    assert!(request.line.starts_with("PUT ") && !request.line.contains("mode="), "{}", request.line);

    let ran = listing(&Server::start(vec![INVALID]), &put).ended(1);
    ran.said(&["Amazon answered with the status INVALID for the SKU A-1: ERROR 90220 (brand): Missing"]);

    let body = r#"{"productType":"CUP","requirements":"LISTING_OFFER_ONLY","attributes":{"brand":[{"value":"x"}]}}"#;
    let server = Server::start(vec![ACCEPTED]);
    let words = ["listing", "put", "A-1", "--attributes", "-", "-m", "DE", "--seller", "A1SELLER", "-e", &server.url];
    run_with_input(&words, body).ended(0);
    let sent: Value = serde_json::from_str(&server.received()[0].body).unwrap();
    assert_eq!(sent, serde_json::from_str::<Value>(body).unwrap());
}

#[test]
fn a_preview_says_which_of_three_it_is() {
    let (_folder, path) = file(r#"{"brand":[{"value":"x"}]}"#);
    let preview = ["preview", "A-1", "--product-type", "LUGGAGE", "--attributes", &path];
    for (answer, code, outcome, part) in [
        (VALID, 0, "valid", "Amazon would take it"),
        (INVALID, 1, "invalid", "Amazon would refuse it"),
        (UNAVAILABLE, 1, "unavailable", "the preview is not available"),
    ] {
        let server = Server::start(vec![answer]);
        let ran = listing(&server, &[&preview[..], &["-f", "json"]].concat()).ended(code).said(&[part]);
        let json: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(json["outcome"], outcome);
        assert!(server.received()[0].line.contains("mode=VALIDATION_PREVIEW"));
        let put = [&["put"], &preview[1..], &["--dry-run"]].concat();
        listing(&server, &put).ended(code).said(&[part]);
        assert!(server.received()[0].line.contains("mode=VALIDATION_PREVIEW"));
    }
    let server = Server::start(vec![INVALID]);
    assert_expected("listing_preview_invalid.txt", &listing(&server, &preview).ended(1).out);
}

#[test]
fn patches_are_read_from_a_file() {
    let patches = r#"[{"op":"delete","path":"/attributes/brand","value":[{"marketplace_id":"A1PA6795UKMFR9"}]}]"#;
    let (_folder, path) = file(patches);
    let patch = ["patch", "A-1", "--patch", &path];
    let server = Server::start(vec![LISTED, ACCEPTED]);
    listing(&server, &patch).ended(0);
    let sent: Value = serde_json::from_str(&server.received()[1].body).unwrap();
    assert_eq!(sent["patches"], serde_json::from_str::<Value>(patches).unwrap());
    let server = Server::start(vec![GONE]);
    let ran = listing(&server, &patch).ended(1);
    ran.said(&["Nothing was sent", "to make a listing, use `spapi listing put`"]);
    let server = Server::start(vec![ACCEPTED]);
    listing(&server, &[&patch[..], &["--upsert", "--product-type", "CUP"]].concat()).ended(0);
    assert!(server.received()[0].line.starts_with("PATCH "));
    listing(&Server::start(vec![LISTED, VALID]), &["preview", "A-1", "--patch", &path]).ended(0);
}

#[test]
fn what_a_schema_finds_wrong_is_not_sent() {
    let schema = r#"{"$schema":"https://schemas.amazon.com/selling-partners/definitions/product-types/meta-schema/v1",
        "type":"object","required":["brand"],"properties":{"brand":{"type":"array","minItems":1,"selectors":["marketplace_id"],
        "items":{"type":"object","required":["value"],"properties":{"value":{"type":"string","maxLength":5},"marketplace_id":{"type":"string"}}}}}}"#;
    let (_schema, schema) = file(schema);
    let server = Server::start(vec![LISTED, VALID]);
    let long = r#"[{"value":"much too long","marketplace_id":"A1PA6795UKMFR9"}]"#;
    let (_long, attributes) = file(&format!(r#"{{"brand":{long}}}"#));
    let (_patch, patch) = file(&format!(r#"[{{"op":"replace","path":"/attributes/brand","value":{long}}}]"#));
    let given = ["--product-type", "LUGGAGE", "--schema", &schema];
    for words in [
        ["put", "--attributes", &attributes],
        ["preview", "--attributes", &attributes],
        ["patch", "--patch", &patch],
        ["preview", "--patch", &patch],
    ] {
        let ran = listing(&server, &[&[words[0], "A-1"], &words[1..], &given[..]].concat()).ended(2);
        ran.said(&["note: error at ", "the schema finds errors; nothing was sent"]);
    }
    assert_eq!(server.received().len(), 0);
    let (_short, attributes) = file(r#"{"brand":[{"value":"short","marketplace_id":"A1PA6795UKMFR9"}]}"#);
    let server = Server::start(vec![ACCEPTED]);
    listing(&server, &[&["put", "A-1", "--attributes", &attributes], &given[..]].concat()).ended(0);
    let (_odd, odd) = file("{");
    listing(&server, &["put", "A-1", "--product-type", "X", "--attributes", &attributes, "--schema", &odd])
        .ended(2)
        .said(&["--schema "]);
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_the_place() {
    let server = Server::start(vec![LISTED]);
    for (text, part) in [
        ("{", "body.json is not JSON: EOF while parsing an object at line 1"),
        (r#"[{"op":"replace","path":"/attributes/x","value":[{"value":1e400}]}]"#, "number out of range at line 1"),
        (r#"{"patches":[{"op":"replace"}]}"#, "body.json: /patches/0 has no path"),
        (r#"[{"op":"replace","path":"/attributes/x/0/value","value":[{}]}]"#, "/0: the patch (replace)"),
        ("7", "body.json: the text is a number, not an array of patches"),
    ] {
        let (_folder, path) = file(text);
        listing(&server, &["patch", "A-1", "--patch", &path]).ended(2).said(&[part]);
    }
    for (text, part) in [
        (r#"{"brand":"x"}"#, "/brand is a text, not an array of objects"),
        ("[]", "the attributes are an array, not an object"),
        (r#"{"attributes":{},"productType":7}"#, "/productType is not a text"),
    ] {
        let (_folder, path) = file(text);
        listing(&server, &["put", "A-1", "--product-type", "CUP", "--attributes", &path]).ended(2).said(&[part]);
    }
    let (_folder, path) = file(r#"{"brand":[{}]}"#);
    listing(&server, &["put", "A-1", "--attributes", &path]).ended(2).said(&["the product type is missing"]);
    listing(&server, &["put", "A-1", "--attributes", "/nowhere/x.json"])
        .ended(2)
        .said(&["/nowhere/x.json cannot be read"]);
    listing(&server, &["preview", "A-1"]).ended(2).said(&["--attributes"]);
    listing(&server, &["issues", ""]).ended(2);
    listing(&server, &["issues", " "]).ended(2).said(&["the SKU is empty"]);
    assert_eq!(server.received().len(), 0);
}

#[test]
fn a_delete_is_shown_first_on_request() {
    let server = Server::start(vec![LISTED]);
    let ran =
        listing(&server, &["delete", "A-1", "--dry-run"]).ended(0).said(&["it would be deleted; nothing was changed"]);
    assert!(ran.out.contains("B000000001"), "{}", ran.out);
    assert!(server.received().iter().all(|request| request.line.starts_with("GET ")));
    let server = Server::start(vec![LISTED, ACCEPTED]);
    listing(&server, &["delete", "A-1"]).ended(0);
    assert!(server.received()[1].line.starts_with("DELETE /listings/2021-08-01/items/A1SELLER/A-1?"));
    let server = Server::start(vec![GONE]);
    listing(&server, &["delete", "A-1"]).ended(1).said(&["has no listing"]);
}

#[test]
fn a_lost_answer_to_a_change_has_its_own_exit_code_and_is_not_repeated() {
    let server = Server::start(vec![LISTED, Answer::HangUp]);
    listing(&server, &["delete", "A-1"]).ended(5).said(&["check before calling again"]);
    assert_eq!(server.received().len(), 2);
}

#[test]
fn the_seller_is_the_one_of_the_credentials_or_is_asked_for() {
    let server = Server::start(vec![CHANGED]);
    let words = ["listing", "issues", "A-1", "-m", "DE", "-e", &server.url];
    run_with_credentials(&words).ended(2).said(&["needs Amazon's id of the seller", "--seller", "SPAPI_SELLER_ID"]);
    let mut command = crate::support::with_credentials(&words);
    Ran::of(command.env("SPAPI_SELLER_ID", "A2OTHER").output().unwrap()).ended(0);
    assert!(server.received()[0].line.contains("/items/A2OTHER/A-1?"));
}

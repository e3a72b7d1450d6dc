//! `spapi listing get` and `list`, and waiting for a deletion.

use crate::support::{Answer, Ran, Server, reply, run, run_with_credentials};
use serde_json::Value;

fn embedded(arguments: &[&str]) -> Ran {
    run(&[&["listing"], arguments, &["-m", "JP", "-e", "embedded"]].concat())
}

#[test]
fn a_listing_is_shown_with_its_price_and_stock_and_in_json_with_its_attributes() {
    let ran = embedded(&["get", "SENCHA-100"]).ended(0).said(&["in --format json"]);
    let lines: Vec<_> = ran.out.lines().collect();
    assert!(
        lines[0].starts_with("SKU") && lines[1].starts_with("SENCHA-100") && lines[1].contains("JPY"),
        "{}",
        ran.out
    );
    let listing: Value =
        serde_json::from_str(&embedded(&["get", "SENCHA-100", "--format", "json"]).ended(0).out).unwrap();
    assert!(listing["attributes"]["purchasable_offer"].is_array(), "{listing}");
    embedded(&["get", "NO-SUCH-SKU"]).ended(1).said(&["no listing with the SKU NO-SUCH-SKU"]);
    embedded(&["get", &"x".repeat(41)]).ended(2).said(&["has 41 characters, and Amazon takes 40"]);
}

#[test]
fn the_listings_of_a_seller_are_listed_all_or_by_filters() {
    let skus = |more: &[&str]| -> Vec<String> {
        let ran = embedded(&[&["list", "--format", "jsonl"], more].concat()).ended(0);
        let sku = |line: &str| serde_json::from_str::<Value>(line).unwrap()["sku"].as_str().unwrap().to_owned();
        ran.out.lines().map(sku).collect()
    };
    let all = skus(&[]);
    assert!(all.len() > 5 && all.contains(&"SENCHA-100".to_owned()), "{all:?}");
    assert_eq!(skus(&["-n", "3"]), all[..3]);
    assert_eq!(skus(&["--sku", "SENCHA-100"]), ["SENCHA-100"]);
    let (buyable, others) = (skus(&["--status", "buyable"]), skus(&["--without", "buyable"]));
    assert_eq!(buyable.len() + others.len(), all.len());
    let ran = embedded(&["list", "-n", "2"]).ended(0).said(&["2 of "]);
    assert_eq!(ran.out.lines().count(), 3, "{}", ran.out);
    let many = (0..21).map(|number| format!("A-{number}")).collect::<Vec<_>>().join(",");
    embedded(&["list", "--sku", &many]).ended(2).said(&["21 SKUs", "takes 20"]);
    embedded(&["list", "--sku", "NO-SUCH-SKU"]).ended(0).said(&["there are no such listings"]);
}

const GONE: Answer = reply("404 Not Found", r#"{"errors":[{"code":"NOT_FOUND","message":"SKU not found"}]}"#);

#[test]
fn a_deletion_of_what_amazon_does_not_know_is_said() {
    let server = Server::start(vec![GONE]);
    let arguments = ["listing", "wait", "A-1", "--deleted", "-m", "DE", "--seller", "A1", "-e", &server.url];
    run_with_credentials(&arguments).ended(0).said(&["did not show the listing at the first look"]);
}

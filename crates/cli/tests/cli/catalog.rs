//! `spapi catalog search`, `spapi listing restrictions` and `spapi listing schema`.

use crate::support::{Ran, Server, in_folder, reply, run, run_with_credentials, spapi};
use serde_json::Value;
use std::fs;

const EMBEDDED: [&str; 4] = ["-e", "embedded", "--seller", "A1SELLER"];

fn embedded(arguments: &[&str]) -> Ran {
    run(&[arguments, &EMBEDDED].concat())
}

fn json(ran: &Ran) -> Vec<Value> {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out))
}

/// An item of the embedded shop's catalog whose ASIN ends like this.
fn item(market: &str, end: char) -> Value {
    let arguments = ["catalog", "search", "glass", "-m", market, "--no-restrictions", "-n", "200", "-f", "json"];
    let is_it = |item: &Value| item["asin"].as_str().unwrap().ends_with(end) && item["isVariationParent"] == false;
    json(&embedded(&arguments).ended(0)).into_iter().find(is_it).expect("an item")
}

#[test]
fn words_find_items_and_the_next_step() {
    let ran = embedded(&["catalog", "search", "スーツケース", "-m", "JP", "-n", "3"]).ended(0);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines.len(), 4, "{}", ran.out);
    assert!(lines[0].starts_with("ASIN        MAY LIST") && lines[1].contains("LUGGAGE"), "{}", ran.out);
    ran.said(&[
        "these are 3 of ",
        "spapi listing schema LUGGAGE --requirements offer-only -m JP --seller A1SELLER -e embedded",
    ]);
}

#[test]
fn identifiers_in_one_or_several_pieces_find_their_items() {
    let item = item("US", '0');
    let of = |kind: &str| {
        let found = item["identifiers"].as_array().unwrap().iter().find(|one| one["type"] == kind);
        found.unwrap()["value"].as_str().unwrap().to_owned()
    };
    let (ean, asin) = (of("EAN"), item["asin"].as_str().unwrap());
    let found = |arguments: &[&str]| {
        let ran = embedded(&[&["catalog", "search", "-m", "US", "-f", "json"], arguments].concat()).ended(0);
        json(&ran).iter().map(|item| item["asin"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let in_pieces = format!("{} {}", &ean[..6], &ean[6..]);
    for arguments in
        [&[ean.as_str()][..], &[&in_pieces], &[&ean[..6], &ean[6..]], &[asin, &ean], &["--kind", "gtin", &ean]]
    {
        assert_eq!(found(arguments), [asin], "{arguments:?}");
    }
    assert_eq!(found(&["--words", &ean]), [""; 0]);
}

#[test]
fn a_wrong_check_digit_is_refused_with_the_right_one_and_a_mixture_too() {
    let search = |texts: &[&str]| embedded(&[&["catalog", "search", "-m", "JP"], texts].concat());
    search(&["4901234567895"]).ended(2).said(&["4901234567894", "--words"]);
    search(&["4901234567894", "suitcase"]).ended(2).said(&["JAN 4901234567894", "--words"]);
    search(&["--kind", "UPC", "4901234567894"]).ended(2).said(&["12 digits"]);
    search(&["--kind", "UPS", "1"]).ended(2);
    search(&["--condition", "brand-new", "x"]).ended(2).said(&["used-like-new"]);
}

#[test]
fn what_amazon_lacks_leads_to_product_types() {
    let search = |more: &[&str]| embedded(&[&["catalog", "search", "-m", "DE"], more].concat()).ended(0);
    let ran = search(&["4006381333931", "--title", "Koffer mit vier Rollen"]);
    assert!(ran.out.starts_with("PRODUCT TYPE  NAME\nLUGGAGE       "), "{}", ran.out);
    ran.said(&["no item of DE has EAN 4006381333931", "spapi listing schema LUGGAGE -m DE"]);
    search(&["4006381333931"]).said(&["--title TITLE"]);
    let ran = search(&["--types", "Koffer", "-f", "json"]);
    assert_eq!(json(&ran)[0]["productType"], "LUGGAGE");
}

#[test]
fn restrictions_say_why_and_where_to_ask() {
    let asin = |end| item("US", end)["asin"].as_str().unwrap().to_owned();
    let [free, approval, used, never] = ['0', '3', '5', '7'].map(asin);
    let restrictions = |more: &[&str]| embedded(&[&["listing", "restrictions", "-m", "US"], more].concat());
    let ran = restrictions(&[&free, &approval, &never, "--condition", "new"]).ended(0);
    let lines: Vec<Vec<&str>> = ran.out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[1], [free.as_str(), "new", "yes", "-", "-", "-"]);
    assert_eq!(lines[2][..5], [approval.as_str(), "new", "with", "approval", "APPROVAL_REQUIRED"]);
    assert!(lines[2].last().unwrap().starts_with("https://sellercentral.amazon.com/"), "{}", ran.out);
    assert_eq!(lines[3][..4], [never.as_str(), "new", "no", "NOT_ELIGIBLE"]);
    ran.said(&["in a browser"]);

    let ran = restrictions(&[&used]).ended(0).said(&["conditions that are not listed are not restricted"]);
    assert!(ran.out.contains(" used-good ") && !ran.out.contains(" new "), "{}", ran.out);
    let ran = restrictions(&[&never, "-f", "json"]).ended(0);
    assert_eq!(
        (&json(&ran)[0]["permission"], &json(&ran)[0]["asin"]),
        (&"NOT_ELIGIBLE".into(), &never.as_str().into())
    );
}

#[test]
fn an_asin_that_cannot_be_one_costs_only_its_own_row() {
    let ran = embedded(&["listing", "restrictions", "-m", "US", "B000000000", "B00"]).ended(1);
    assert!(ran.out.contains("no such ASIN"), "{}", ran.out);
    ran.said(&["B00", "1 of 2 ASINs"]);
    embedded(&["listing", "restrictions", "-m", "US", "B00"]).ended(2).said(&["an ASIN has 10 letters and digits"]);
    let server = Server::start(vec![reply("200 OK", r#"{"restrictions":[]}"#)]);
    let arguments = ["listing", "restrictions", "B000000000", "-m", "US", "-e", &server.url];
    run_with_credentials(&arguments).ended(2).said(&["the seller's id is not known", "--seller"]);
    assert!(server.received().is_empty());
}

#[test]
fn a_schema_is_shown_by_what_it_requires_and_what_it_takes() {
    let schema = |more: &[&str]| embedded(&[&["listing", "schema", "LUGGAGE", "-m", "DE"], more].concat()).ended(0);
    let ran = schema(&[]);
    let rows: Vec<_> = ran.out.lines().collect();
    assert!(rows[0].starts_with("ATTRIBUTE"), "{}", ran.out);
    assert!(rows.iter().any(|row| row.starts_with("item_name ") && row.contains(" yes ")), "{}", ran.out);
    let (needed, all) = (rows.len(), schema(&["--all"]).out.lines().count());
    assert!(needed < all, "{needed} {all}");
    ran.said(&["LUGGAGE (", "in de_DE"]);
    let offer = schema(&["--requirements", "offer-only", "-f", "json"]);
    let offer = json(&offer);
    assert!(offer.iter().all(|column| column["attribute"] != "item_name" || column["need"] != "REQUIRED"));
    assert!(
        offer
            .iter()
            .any(|column| column["attribute"] == "condition_type" && column["choices"][0]["value"] == "new_new")
    );
    schema(&["--locale", "en_US"]).said(&["in en_US"]);
    embedded(&["listing", "schema", "ZEPPELIN", "-m", "DE"]).ended(1).said(&["catalog search --types WORDS -m DE"]);
}

#[test]
fn a_schema_gets_into_a_file_as_amazon_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = in_folder(folder.path(), "luggage.json");
    let schema = |more: &[&str]| embedded(&[&["listing", "schema", "LUGGAGE", "-m", "JP", "-o", &file], more].concat());
    assert_eq!(schema(&[]).ended(0).out, "");
    let saved: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert!(saved["properties"]["item_name"].is_object());
    schema(&[]).ended(2).said(&["--overwrite"]);
    schema(&["--overwrite"]).ended(0);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn definitions_are_kept_in_the_folder_that_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let keep = in_folder(folder.path(), "definitions");
    let arguments = [&["listing", "schema", "LUGGAGE", "-m", "JP"], &EMBEDDED[..]].concat();
    let kept = |more: &[&str]| {
        let output = spapi(&[&arguments[..], more].concat()).env("SPAPI_DEFINITIONS_FOLDER", &keep).output().unwrap();
        Ran::of(output).ended(0);
        fs::read_dir(&keep).unwrap().count()
    };
    assert_eq!(kept(&[]), 2);
    assert_eq!(kept(&[]), 2);
    assert_eq!(kept(&["--refresh"]), 2);
    assert_eq!(kept(&["--requirements", "offer-only"]), 4);
}

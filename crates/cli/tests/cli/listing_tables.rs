//! Tables of listings as persons write them, and files that are nearly listings.

use crate::listing_files::{Files, schema, title};
use crate::support::{in_folder, run, run_with_credentials};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};
use std::fs;

/// A workbook with these sheets of texts.
fn workbook(files: &Files, name: &str, sheets: &[(&str, &[&[&str]])]) -> String {
    let mut workbook = Workbook::new();
    for (sheet, rows) in sheets {
        let sheet = workbook.add_worksheet().set_name(*sheet).unwrap();
        for (row, cells) in (0..).zip(*rows) {
            for (column, cell) in (0..).zip(*cells) {
                sheet.write_string(row, column, *cell).unwrap();
            }
        }
    }
    files.write(name, workbook.save_to_buffer().unwrap())
}

#[test]
fn the_sheet_of_a_workbook_is_named_and_another_can_be_read() {
    let files = Files::new();
    let good: &[&[&str]] = &[&["sku", "item_name"], &["A-1", "Koffer"]];
    let bad: &[&[&str]] = &[&["sku", "item_name"], &["A-2", "far too long a name"]];
    let file = workbook(&files, "a.xlsx", &[("Germany", good), ("France", bad), ("Choices", good)]);
    files
        .validate(&file, &["-m", "DE"])
        .ended(0)
        .said(&["only the sheet Germany is read, and not France; --sheet names another"]);
    let ran = files.validate(&file, &["-m", "DE", "--sheet", "France"]).ended(2);
    assert!(ran.out.contains("France!B2") && !ran.err.contains("only the sheet"), "{}{}", ran.out, ran.err);
    files
        .validate(&file, &["-m", "DE", "--sheet", "Spain"])
        .ended(2)
        .said(&["no sheet Spain", "Germany, France, Choices"]);
    let only = workbook(&files, "b.xlsx", &[("Listings", good), ("Choices", good)]);
    let ran = files.validate(&only, &["-m", "DE"]).ended(0);
    assert!(!ran.err.contains("--sheet"), "{}", ran.err);
    let csv = files.write("c.csv", "sku,item_name\nA-1,Koffer\n");
    files.validate(&csv, &["-m", "DE", "--sheet", "x"]).ended(2).said(&["c.csv", "leave out --sheet"]);
    let json = files.write("d.json", json!({ "item_name": title("x") }).to_string());
    files.validate(&json, &["--sheet", "x"]).ended(2).said(&["--sheet is for workbooks"]);
    let bulk = ["listing", "bulk", &file, "--schema", &files.schema, "-m", "DE", "--dry-run", "--sheet", "France"];
    run(&[&bulk[..], &["--format", "csv"]].concat()).ended(2).said(&["1 of 1 listings"]);
}

#[test]
fn a_table_without_a_listing_says_so() {
    let files = Files::new();
    for (name, text) in [("a.csv", "sku,item_name\n"), ("b.csv", "sku,item_name\n# label,Titel\n,\n")] {
        let file = files.write(name, text);
        files.validate(&file, &["-m", "DE"]).ended(2).said(&[name, "has no listing", "fill in a row"]);
    }
    let file = workbook(&files, "c.xlsx", &[("Listings", &[&["sku", "item_name"]])]);
    files.validate(&file, &["-m", "DE"]).ended(2).said(&["c.xlsx has no listing"]);
}

#[test]
fn a_sku_that_is_twice_in_a_file_or_too_long_is_an_error() {
    let files = Files::new();
    let long = "x".repeat(41);
    let text = format!("sku,item_name\nA-1,Koffer\nA-2,Koffer\nA-1,Tasche\n{long},Koffer\n");
    let found = files.findings(&files.write("a.csv", text), 2, &["-m", "DE"]);
    let found: Vec<_> = found
        .iter()
        .map(|one| [&one["keyword"], &one["cell"], &one["message"]].map(|text| text.as_str().unwrap_or_default()))
        .collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(
        found[0],
        ["duplicate_sku", "line 4, column sku", "the SKU A-1 is in line 2 and in line 4; leave one of them"]
    );
    assert_eq!(found[1][..2], ["sku", "line 5, column sku"]);
    assert!(found[1][2].ends_with("has 41 characters, and Amazon takes 40"), "{found:?}");
    let one = |sku: &str| json!({ "sku": sku, "productType": "BAG", "attributes": { "item_name": title("x") } });
    let file = files.write("b.json", json!([one("B"), one("B"), one(&long)]).to_string());
    let found = files.findings(&file, 2, &[]);
    let keywords: Vec<_> = found.iter().map(|one| one["keyword"].as_str().unwrap()).collect();
    assert_eq!(keywords, ["duplicate_sku", "sku"]);
}

#[test]
fn a_number_that_can_be_read_as_two_is_refused_where_a_comma_begins_the_fraction() {
    let files = Files::new();
    let mut schema = schema();
    let item = &mut schema["properties"]["number_of_items"]["items"]["properties"]["value"];
    *item = json!({ "type": "number" });
    let schema = files.write("numbers.json", schema.to_string());
    let check = |number: &str, market: &str| {
        let file = files.write("n.csv", format!("sku;item_name;number_of_items\nA;x;{number}\n"));
        run(&["listing", "validate", &file, "--schema", &schema, "-m", market])
    };
    for (number, market) in [
        ("1.079", "JP"),
        ("1.5", "DE"),
        ("1,5", "DE"),
        ("1 079,00", "DE"),
        ("1\u{a0}079,00", "FR"),
        ("1.079,5", "DE"),
        ("1079", "DE"),
    ] {
        check(number, market).ended(0);
    }
    for (number, market) in [("1.079", "DE"), ("1.079", "FR"), ("1,079", "DE"), ("1,079", "JP"), ("-1.079", "IT")] {
        let ran = check(number, market).ended(2);
        let said = ["line 2, column number_of_items", "can be read as two numbers", "1079", "1.0790"];
        assert!(said.iter().all(|part| ran.out.contains(part)), "{number} in {market}: {}", ran.out);
    }
}

#[test]
fn what_a_spreadsheet_has_made_of_a_text_is_refused() {
    let files = Files::new();
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in (0..).zip(["sku", "item_name", "color"]) {
        sheet.write_string(0, column, name).unwrap();
    }
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let date = ExcelDateTime::from_ymd(2026, 2, 1).unwrap();
    sheet.write_string(1, 0, "A-1").unwrap();
    sheet.write_datetime_with_format(1, 1, &date, &day).unwrap();
    sheet.write_boolean(2, 1, true).unwrap();
    sheet.write_datetime_with_format(2, 0, &date, &day).unwrap();
    let file = files.write("a.xlsx", workbook.save_to_buffer().unwrap());
    let found = files.findings(&file, 2, &["-m", "DE"]);
    let cell = |cell: &str| {
        let one = found.iter().find(|one| one["cell"] == cell && one["keyword"] != "required");
        one.unwrap_or_else(|| panic!("{cell}: {found:?}"))["message"].as_str().unwrap().to_owned()
    };
    assert!(cell("Sheet1!B2").contains("has made the date 2026-02-01 of it"), "{found:?}");
    assert!(cell("Sheet1!B3").contains("has made the truth value true of it"), "{found:?}");
    assert!(cell("Sheet1!A3").contains("the SKU cannot be read: the spreadsheet has made the date"), "{found:?}");
}

#[test]
fn warnings_that_say_the_same_of_many_listings_are_said_once_with_their_number() {
    let files = Files::new();
    let price = json!({ "type": "array", "items": { "type": "object", "properties": { "schedule": { "type": "array", "items": {
        "type": "object", "properties": { "value_with_tax": { "type": "number" } } } } } } });
    let members =
        json!({ "our_price": price, "minimum_seller_allowed_price": price, "maximum_seller_allowed_price": price });
    let offers = json!({ "type": "array", "items": { "type": "object", "properties": members } });
    let schema = json!({ "type": "object", "properties": { "purchasable_offer": offers } });
    let schema = files.write("offers.json", schema.to_string());
    let rows: String = (1..=5).map(|row| format!("A-{row},{row}9.5\n")).collect();
    let file = files.write("a.csv", format!("sku,purchasable_offer.our_price\n{rows}"));
    let arguments = ["listing", "validate", &file, "--schema", &schema, "-m", "US"];
    let ran = run(&arguments).ended(0);
    assert_eq!(ran.out.matches("price_unbracketed").count(), 1, "{}", ran.out);
    assert!(ran.out.contains("(and so in 4 more)"), "{}", ran.out);
    // Programs get each of them.
    let ran = run(&[&arguments[..], &["--format", "jsonl"]].concat()).ended(0);
    assert_eq!(ran.out.matches("price_unbracketed").count(), 5, "{}", ran.out);
}

#[test]
fn findings_that_are_left_out_are_counted_in_each_form_and_all_are_shown_if_asked_for() {
    let files = Files::new();
    let numbers: Vec<_> =
        (0..300).map(|number| json!({ "value": "x", "language_tag": "de_DE", "n": number })).collect();
    let listing = json!({ "item_name": title("x"), "number_of_items": numbers });
    let file = files.write("a.json", listing.to_string());
    let found = files.findings(&file, 2, &[]);
    let last = found.last().unwrap();
    assert_eq!((&last["keyword"], &last["severity"]), (&json!("omitted"), &json!("error")));
    let omitted = last["omitted"].as_u64().unwrap();
    assert!(omitted > 100 && last["message"].as_str().unwrap().contains(&format!("{omitted} more findings")), "{last}");
    let all = files.findings(&file, 2, &["--all"]);
    assert_eq!(all.len() as u64, found.len() as u64 - 1 + omitted);
    assert!(files.validate(&file, &[]).ended(2).out.contains("--all shows them"));
}

#[test]
fn an_attribute_with_the_name_messages_is_no_feed() {
    let files = Files::new();
    let mut schema = schema();
    schema["properties"]["messages"] = schema["properties"]["brand"].clone();
    let schema = files.write("messages.json", schema.to_string());
    let listing =
        json!({ "item_name": title("Koffer"), "messages": [{ "value": "x", "marketplace_id": "A1PA6795UKMFR9" }] });
    let file = files.write("a.json", listing.to_string());
    run(&["listing", "validate", &file, "--schema", &schema]).ended(0).said(&["the listing is valid"]);
    let message =
        json!({ "messageId": 1, "sku": "A", "operationType": "UPDATE", "productType": "BAG", "attributes": listing });
    for feed in [json!({ "messages": [message] }), json!({ "header": {}, "messages": [message, message] })] {
        let file = files.write("b.json", feed.to_string());
        let ran = run(&["listing", "validate", &file, "--schema", &schema]);
        assert!(
            ran.err.contains("the listing is valid") || ran.out.contains("duplicate_sku"),
            "{}{}",
            ran.out,
            ran.err
        );
    }
}

#[test]
fn a_product_type_in_small_letters_is_found_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(folder.path(), "luggage.csv");
    let ran = run(&["listing", "template", "luggage", "-m", "DE", "-e", "embedded", "-o", &path]).ended(0);
    assert!(ran.err.contains("LUGGAGE is taken"), "{}", ran.err);
    // A family of variations has its columns.
    let text = fs::read_to_string(&path).unwrap();
    let names: Vec<_> = text.trim_start_matches('\u{feff}').lines().next().unwrap().split(',').collect();
    for name in ["parentage_level", "child_parent_sku_relationship.parent_sku", "variation_theme"] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    fs::write(&path, "sku,product_type,item_name,parent_sku\nA-1,luggage,Koffer,P-1\n").unwrap();
    let ran = run(&["listing", "validate", &path, "-m", "DE", "-e", "embedded"]).ended(2);
    assert!(ran.out.contains("did you mean child_parent_sku_relationship.parent_sku?"), "{}", ran.out);
    let ran = run(&["listing", "schema", "Luggage", "-m", "DE", "-e", "embedded"]).ended(0);
    assert!(ran.err.contains("LUGGAGE is taken") && ran.out.contains("item_name"), "{}{}", ran.out, ran.err);
}

#[test]
fn one_listing_is_read_as_strictly_as_many() {
    let files = Files::new();
    let put = |file: &str| {
        let put = [
            "listing",
            "put",
            "A-1",
            "-m",
            "DE",
            "--seller",
            "A1",
            "-e",
            "http://127.0.0.1:1",
            "--product-type",
            "BAG",
        ];
        run_with_credentials(&[&put[..], &["--attributes", file]].concat()).ended(2)
    };
    put(&files.write("a.xlsx", "x")).said(&["a.xlsx is a table", "spapi listing bulk"]);
    let twice = files.write("b.json", r#"{"brand":[{"value":"a"}],"brand":[{"value":"b"}]}"#);
    put(&twice).said(&["b.json", "/brand", "twice"]);
    let elsewhere = json!({ "brand": [{ "value": "a", "marketplace_id": "A13V1IB3VIYZZH" }] });
    put(&files.write("c.json", elsewhere.to_string())).said(&[
        "/brand/0/marketplace_id",
        "(FR)",
        "the call is for",
        "(DE)",
    ]);
    let patch = files.write("d.json", r#"[{"op":"merge","op":"replace","path":"/attributes/x","value":[{}]}]"#);
    for command in ["patch", "preview"] {
        let arguments =
            ["listing", command, "A-1", "-m", "DE", "--seller", "A1", "-e", "http://127.0.0.1:1", "--patch", &patch];
        run_with_credentials(&arguments).ended(2).said(&["d.json", "/0/op", "twice"]);
    }
}

/// With the marketplace of the call, a value for another one is an error before anything is sent.
#[test]
fn attributes_for_another_marketplace_are_invalid() {
    let files = Files::new();
    let listing =
        json!({ "item_name": [{ "value": "x", "language_tag": "de_DE", "marketplace_id": "A13V1IB3VIYZZH" }] });
    let file = files.write("a.json", listing.to_string());
    let found = files.findings(&file, 2, &["-m", "DE"]);
    let keywords: Vec<_> = found.iter().map(|one| one["keyword"].clone()).collect();
    assert_eq!(keywords, [Value::from("marketplace_mismatch")]);
    files.validate(&file, &[]).ended(0);
}

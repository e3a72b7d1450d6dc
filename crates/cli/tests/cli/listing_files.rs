//! `spapi listing template`, `validate` and `bulk`: files of listings.

use crate::support::{Ran, in_folder, run, run_with_input, spapi};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const DE: &str = "A1PA6795UKMFR9";

/// A small product type.
pub fn schema() -> Value {
    let said = |value: Value| {
        let members =
            json!({ "value": value, "language_tag": { "enum": ["de_DE"] }, "marketplace_id": { "type": "string" } });
        json!({ "title": "Attribut", "type": "array", "minItems": 1, "maxUniqueItems": 1, "selectors": ["marketplace_id", "language_tag"],
            "items": { "type": "object", "required": ["value"], "properties": members } })
    };
    json!({
        "type": "object", "additionalProperties": false, "required": ["item_name"],
        "properties": {
            "item_name": said(json!({ "type": "string", "maxLength": 10 })),
            "color": said(json!({ "type": "string", "enum": ["red", "blue"] })),
            "number_of_items": said(json!({ "type": "integer" })),
            "brand": { "type": "array", "editable": false, "selectors": ["marketplace_id"],
                "items": { "type": "object", "editable": false, "properties": { "value": { "type": "string", "editable": false }, "marketplace_id": { "type": "string" } } } },
        },
    })
}

pub struct Files {
    folder: TempDir,
    pub schema: String,
}

impl Files {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let schema = in_folder(folder.path(), "schema.json");
        fs::write(&schema, self::schema().to_string()).unwrap();
        Self { folder, schema }
    }

    pub fn path(&self, name: &str) -> String {
        in_folder(self.folder.path(), name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    pub fn template(&self, more: &[&str]) -> Ran {
        run(&[&["listing", "template", "BAG", "--schema", &self.schema, "-m", "DE"], more].concat())
    }

    pub fn validate(&self, file: &str, more: &[&str]) -> Ran {
        run(&[&["listing", "validate", file, "--schema", &self.schema], more].concat())
    }

    /// The findings of a file.
    pub fn findings(&self, file: &str, code: i32, more: &[&str]) -> Vec<Value> {
        let ran = self.validate(file, &[more, &["--format", "json"]].concat()).ended(code);
        serde_json::from_str(&ran.out).unwrap()
    }
}

pub fn title(text: &str) -> Value {
    json!([{ "value": text, "language_tag": "de_DE", "marketplace_id": DE }])
}

#[test]
fn a_json_template_is_filled_in_and_valid() {
    let files = Files::new();
    let mut body: Value = serde_json::from_str(&files.template(&[]).ended(0).out).unwrap();
    assert_eq!(body["productType"], "BAG");
    let file = files.write("empty.json", body.to_string());
    let ran = files.validate(&file, &[]).ended(2).said(&["count as empty", "is invalid"]);
    assert!(ran.out.contains("item_name"), "{}", ran.out);
    body["attributes"]["item_name"][0]["value"] = "Koffer".into();
    let file = files.write("filled.json", body.to_string());
    files.validate(&file, &["-m", "DE"]).ended(0).said(&["the listing is valid"]);
}

#[test]
fn a_template_is_written_as_each_of_its_forms_and_kept() {
    let files = Files::new();
    for (name, magic) in [("a.json", "{"), ("a.csv", "\u{feff}sku,product_type,item_name"), ("a.xlsx", "PK")] {
        let path = files.path(name);
        files.template(&["-o", &path]).ended(0).said(&[&path, "columns of attributes"]);
        assert!(fs::read(&path).unwrap().starts_with(magic.as_bytes()), "{name}");
        files.template(&["-o", &path]).ended(2).said(&["exists already", "--overwrite"]);
        files.template(&["-o", &path, "--overwrite", "--all"]).ended(0);
    }
    files.template(&["-o", &files.path("a.ods")]).ended(2).said(&["a.ods", ".json, .csv or .xlsx"]);
}

#[test]
fn findings_of_a_table_name_cells() {
    let files = Files::new();
    let text = "sku,product_type,item_name,color,number_of_items,colour\nA-1,BAG,Koffer,red,2,\nA-2,BAG,,green,two,\nA-3,BAG,far too long a name,blue,1,red\n,BAG,x,,,\n";
    let file = files.write("a.csv", text);
    let found = files.findings(&file, 2, &["-m", "DE"]);
    let cells: Vec<_> = found
        .iter()
        .filter(|one| one["severity"] == "error")
        .map(|one| {
            (
                one["row"].as_u64().unwrap(),
                one["cell"].as_str().unwrap_or_default().to_owned(),
                one["keyword"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    for expected in [
        (3, "line 3, column item_name", "required"),
        (3, "line 3, column color", "enum"),
        (3, "line 3, column number_of_items", "cell"),
        (4, "line 4, column item_name", "maxLength"),
        (4, "line 4, column colour", "column"),
        (5, "line 5, column sku", "sku"),
    ] {
        let expected = (expected.0, expected.1.to_owned(), expected.2.to_owned());
        assert!(cells.contains(&expected), "{expected:?} is not in {cells:?}");
    }
    assert_eq!(cells.len(), 6, "{cells:?}");
    let ran = files.validate(&file, &["-m", "DE"]).ended(2).said(&["3 of 4 listings"]);
    assert!(ran.out.contains("did you mean color?"), "{}", ran.out);
    files.validate(&file, &[]).ended(2).said(&["a table needs the marketplace"]);
}

#[test]
fn findings_of_json_have_pointers_into_the_file() {
    let files = Files::new();
    let wrong = json!({ "item_name": title("far too long a name") });
    let body = json!({ "sku": "A-1", "productType": "BAG", "attributes": wrong });
    let message = json!({ "messageId": 1, "sku": "A-1", "operationType": "PARTIAL_UPDATE", "productType": "BAG", "attributes": wrong });
    let patch = json!({ "productType": "BAG", "patches": [{ "op": "replace", "path": "/attributes/item_name", "value": title("far too long a name") }] });
    for (name, text, pointer, row) in [
        ("a.json", wrong.to_string(), "/item_name/0/value", None),
        ("b.json", body.to_string(), "/attributes/item_name/0/value", None),
        ("c.json", json!([{ "item_name": title("x") }, body]).to_string(), "/1/attributes/item_name/0/value", None),
        (
            "d.jsonl",
            format!("{}\n\n{body}\n", json!({ "item_name": title("x") })),
            "/attributes/item_name/0/value",
            Some(3),
        ),
        (
            "e.json",
            json!({ "header": {}, "messages": [message] }).to_string(),
            "/messages/0/attributes/item_name/0/value",
            None,
        ),
        ("f.json", patch.to_string(), "/item_name/0/value", None),
    ] {
        let file = files.write(name, text);
        let found = files.findings(&file, 2, &[]);
        let one = found.iter().find(|one| one["keyword"] == "maxLength").unwrap_or_else(|| panic!("{name}: {found:?}"));
        assert_eq!(
            (one["pointer"].as_str(), one["row"].as_u64(), one["attribute"].as_str()),
            (Some(pointer), row, Some("item_name")),
            "{name}"
        );
        assert_eq!((one["file"].as_str(), one["severity"].as_str()), (Some(file.as_str()), Some("error")));
    }
}

#[test]
fn an_update_is_checked_against_what_the_listing_has() {
    let files = Files::new();
    let brand = |text: &str| json!([{ "value": text, "marketplace_id": DE }]);
    let change = files.write("change.json", json!({ "brand": brand("New") }).to_string());
    assert_eq!(files.findings(&change, 2, &[])[0]["property"], "item_name");
    assert_eq!(files.findings(&change, 0, &["--mode", "update"]), [] as [Value; 0]);
    let stored = json!({ "item_name": title("x"), "brand": brand("Old") });
    for current in [stored.clone(), json!({ "sku": "A-1", "attributes": stored })] {
        let current = files.write("current.json", current.to_string());
        let found = files.findings(&change, 2, &["--mode", "update", "--current", &current]);
        assert!(found.iter().any(|one| one["keyword"] == "editable"), "{found:?}");
    }
    // An error of what is stored is not one of the file.
    let odd = json!({ "item_name": title("x"), "number_of_items": title("many") });
    let current = files.write("current.json", odd.to_string());
    let found = files.findings(&change, 2, &["--mode", "update", "--current", &current]);
    assert!(found.iter().any(|one| one["isStored"] == true && one["keyword"] == "type"), "{found:?}");
    let twice = files.write("twice.json", r#"{"brand":[{"value":"a"}],"brand":[{"value":"b"}]}"#);
    files.validate(&twice, &[]).ended(2).said(&["twice.json, value at line 1", "/brand"]);
    files.validate(&change, &["--current", &change]).ended(2).said(&["--current is for --mode update"]);
    let list = files.write("list.json", "[]");
    files.validate(&change, &["--mode", "update", "--current", &list]).ended(2).said(&["is not one object"]);
}

#[test]
fn what_is_no_listing_is_said_with_its_place() {
    let files = Files::new();
    for (name, text, part) in [
        ("a.json", "{\"item_name\":\n [1e400]}", "line 2 column 7"),
        ("b.json", "", "has no listing"),
        ("c.json", "[]", "has no listing"),
        ("d.json", "{", "EOF"),
        ("e.csv", "", "no names of columns"),
        ("f.xlsx", "x", "cannot be read as XLSX"),
    ] {
        let file = files.write(name, text);
        files.validate(&file, &["-m", "DE"]).ended(2).said(&[name, part]);
    }
    // A listing that is not an object is a finding.
    for text in ["5", "\"x\"", "null", "[1]"] {
        let file = files.write("g.json", text);
        assert_eq!(files.findings(&file, 2, &[])[0]["keyword"], "type", "{text}");
    }
    files.validate(&files.path("missing.json"), &[]).ended(2).said(&["missing.json cannot be read"]);
}

#[test]
fn a_schema_that_is_none_is_said_with_its_name() {
    let files = Files::new();
    let listing = files.write("a.json", "{}");
    for (name, text, part) in
        [("s.json", "{", "s.json: "), ("t.json", "{\"properties\":5}", "t.json: "), ("u.json", "\u{0}", "u.json: ")]
    {
        let schema = files.write(name, text);
        run(&["listing", "validate", &listing, "--schema", &schema]).ended(2).said(&[part]);
    }
    run(&["listing", "validate", &listing]).ended(2).said(&["neither --schema nor --marketplace"]);
}

#[test]
fn a_listing_is_read_from_stdin() {
    let files = Files::new();
    let arguments = ["listing", "validate", "-", "--schema", &files.schema];
    let ran = run_with_input(&arguments, &json!({ "item_name": title("Koffer") }).to_string());
    ran.ended(0).said(&["the listing is valid"]);
}

#[test]
fn a_dry_run_lists_what_is_invalid_and_sends_nothing() {
    let files = Files::new();
    let line = |sku: &str, text: &str| {
        json!({ "sku": sku, "productType": "BAG", "attributes": { "item_name": title(text) } }).to_string()
    };
    let text =
        [line("A-1", "Koffer"), line("A-2", "far too long a name"), line("A-3", "x"), line("A-3", "y")].join("\n");
    let file = files.write("a.jsonl", text);
    let out = files.path("out.jsonl");
    let arguments = ["listing", "bulk", &file, "--schema", &files.schema, "-m", "DE", "--dry-run", "-o", &out];
    run(&arguments).ended(2).said(&["1 SKU", "2 of 3 listings are invalid"]);
    let rows: Vec<Value> =
        fs::read_to_string(&out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.iter().map(|row| row["sku"].as_str().unwrap()).collect::<Vec<_>>(), ["A-2", "A-3"]);
    assert_eq!(
        (rows[0]["outcome"].as_str(), rows[0]["details"][0]["keyword"].as_str()),
        (Some("invalid"), Some("maxLength"))
    );
    assert_eq!(rows[1]["place"], "line 3, line 4");
}

#[test]
fn a_table_of_a_batch_names_its_cells() {
    let files = Files::new();
    let file = files.write("a.csv", "sku,product_type,item_name\nA-1,BAG,Koffer\nA-2,BAG,far too long a name\n");
    let ran = run(&["listing", "bulk", &file, "--schema", &files.schema, "-m", "DE", "--dry-run", "--format", "csv"])
        .ended(2);
    assert!(ran.out.contains("line 3, column item_name: "), "{}", ran.out);
    assert!(!ran.out.contains("A-1"), "{}", ran.out);
}

#[test]
fn nothing_is_sent_without_the_seller() {
    let files = Files::new();
    let file = files.write(
        "a.json",
        json!({ "sku": "A-1", "productType": "BAG", "attributes": { "item_name": title("x") } }).to_string(),
    );
    let mut command =
        spapi(&["listing", "bulk", &file, "--schema", &files.schema, "-m", "DE", "-e", "http://127.0.0.1:1"]);
    command.envs([("SPAPI_CLIENT_ID", "id"), ("SPAPI_CLIENT_SECRET", "secret"), ("SPAPI_REFRESH_TOKEN", "Atzr|token")]);
    Ran::of(command.output().unwrap()).ended(2).said(&["Amazon's id of the seller"]);
    assert!(Path::new(&file).exists());
}

/// A table of suitcases for the shop in the sandbox, as a template has it, with one row that is wrong.
fn suitcases(files: &Files) -> String {
    let template = files.path("template.csv");
    run(&["listing", "template", "LUGGAGE", "-m", "DE", "-e", "embedded", "-o", &template]).ended(0);
    let text = fs::read_to_string(&template).unwrap();
    let names: Vec<String> =
        text.trim_start_matches('\u{feff}').lines().next().unwrap().split(',').map(str::to_owned).collect();
    let row = |sku: &str, price: &str| {
        let cell = |name: &String| match name.as_str() {
            "sku" => sku,
            "product_type" => "LUGGAGE",
            "item_name" => "Koffer",
            "brand" => "Hausmarke",
            "product_description" | "bullet_point.1" => "leicht",
            "country_of_origin" => "DE",
            "recommended_browse_nodes.1" => "50010",
            "supplier_declared_dg_hz_regulation" => "Keine",
            "condition_type" => "new_new",
            "externally_assigned_product_identifier.type" => "ean",
            "externally_assigned_product_identifier.value" => "4006381333931",
            "main_product_image_locator" => "https://example.com/a.jpg",
            "purchasable_offer.our_price" => price,
            "purchasable_offer.minimum_seller_allowed_price" => "80",
            "purchasable_offer.maximum_seller_allowed_price" => "120",
            "fulfillment_availability.quantity" => "5",
            _ => "",
        };
        names.iter().map(cell).collect::<Vec<_>>().join(",") + "\n"
    };
    files.write("filled.csv", format!("{text}{}{}{}", row("F-1", "99.9"), row("F/2 #", "99.9"), row("F-3", "viel")))
}

#[test]
fn a_template_of_the_sandbox_is_filled_in_checked_and_sold_by_either_way() {
    let files = Files::new();
    let file = suitcases(&files);
    let ran = run(&["listing", "validate", &file, "-m", "DE", "-e", "embedded"]).ended(2).said(&["1 of 3 listings"]);
    assert!(
        ran.out.contains("line 7, column purchasable_offer.our_price") && !ran.out.contains("line 5"),
        "{}",
        ran.out
    );
    for way in ["feed", "api"] {
        let (shop, out) = (files.path(&format!("shop-{way}")), files.path(&format!("{way}.jsonl")));
        let arguments =
            ["listing", "bulk", &file, "-m", "DE", "-e", "embedded", "--keep", &shop, "--by", way, "-o", &out];
        run(&arguments).ended(1).said(&["3 SKUs: 1 invalid, 2 live", "1 listing is not changed"]);
        let rows: Vec<Value> =
            fs::read_to_string(&out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let found: Vec<_> =
            rows.iter().map(|row| (row["sku"].as_str().unwrap(), row["outcome"].as_str().unwrap())).collect();
        assert_eq!(found, [("F-1", "live"), ("F/2 #", "live"), ("F-3", "invalid")], "{way}");
        let get = [
            "call",
            "listings-items",
            "getListingsItem",
            "sku=F/2 #",
            "sellerId=A1SANDBOXSELLER",
            "includedData=attributes",
        ];
        let shown = run(&[&get[..], &["-m", "DE", "-e", "embedded", "--keep", &shop]].concat()).ended(0);
        let item: Value = serde_json::from_str(&shown.out).unwrap();
        assert_eq!(item["attributes"]["supplier_declared_dg_hz_regulation"][0]["value"], "not_applicable", "{item}");
    }
}

#[test]
fn a_batch_of_an_unknown_product_type_says_so_for_its_listings_and_sends_the_others() {
    let files = Files::new();
    let change = |sku: &str, product_type: &str| {
        json!({ "sku": sku, "productType": product_type, "attributes": {} }).to_string()
    };
    let file = files.write("a.jsonl", [change("A-1", "NO_SUCH_TYPE"), change("A-2", "LUGGAGE")].join("\n"));
    let ran = run(&["listing", "bulk", &file, "-m", "DE", "-e", "embedded", "--dry-run", "--format", "jsonl"]).ended(2);
    let rows: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let keyword = |row: &Value| row["details"][0]["keyword"].as_str().unwrap_or_default().to_owned();
    assert_eq!(rows.iter().map(keyword).collect::<Vec<_>>(), ["product_type", "required"]);
}

#[test]
fn a_batch_of_new_prices_keeps_bounds_points_and_issues_from_before() {
    let files = Files::new();
    let file = files.write("prices.csv", "sku,product_type,purchasable_offer.our_price\nSENCHA-100,KITCHEN,1234\n");
    for way in ["feed", "api"] {
        let (shop, out) = (files.path(&format!("shop-{way}")), files.path(&format!("{way}.jsonl")));
        let at = ["-m", "JP", "-e", "embedded", "--keep", &shop];
        let bulk = ["listing", "bulk", &file, "--update", "--settle", "20s", "--by", way, "-o", &out];
        run(&[&bulk[..], &at].concat()).ended(0).said(&["--journal FOLDER"]);
        let row: Value = serde_json::from_str(fs::read_to_string(&out).unwrap().trim()).unwrap();
        assert_ne!(row["outcome"], "refused", "{way}: an issue from before: {row}");
        // The offer has its new price, the highest that the seller allows, and its points.
        let price = ["listing", "price", "SENCHA-100", "--price", "9999", "--dry-run"];
        run(&[&price[..], &at].concat()).ended(2).said(&["the highest that the seller allows, 2160 JPY"]);
        let price = ["listing", "price", "SENCHA-100", "--price", "1300", "--dry-run", "--format", "json"];
        let plan: Value = serde_json::from_str(&run(&[&price[..], &at].concat()).ended(0).out).unwrap();
        assert_eq!((&plan["plan"]["before"], &plan["plan"]["points"]), (&json!("1234"), &json!(10)), "{way}: {plan}");
    }
}

#[test]
fn what_nobody_has_filled_in_is_not_put() {
    let files = Files::new();
    let template = files.path("template.json");
    run(&["listing", "template", "LUGGAGE", "-m", "DE", "-e", "embedded", "-o", &template]).ended(0);
    let preview = ["listing", "preview", "A-1", "--attributes", &template, "--product-type", "LUGGAGE"];
    let ran = run(&[&preview[..], &["-m", "DE", "-e", "embedded"]].concat());
    ran.said(&["which nobody has filled in, count as empty"]);
}

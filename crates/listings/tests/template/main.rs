//! Templates: from a schema to columns, and from filled cells to attributes.

mod schema;

use schema::schema;
use serde_json::{Value, json};
use spapi_core::Marketplace;
use spapi_listings::template::{Cell, Column, Kind, Need, Template, remove_placeholders};
use spapi_listings::{Finding, Validator};

const DE: &str = "A1PA6795UKMFR9";

fn template() -> Template {
    Template::new(&schema(), Marketplace::DE).unwrap()
}

fn column(template: &Template, name: &str) -> Column {
    template.columns().into_iter().find(|column| column.name == name).unwrap_or_else(|| panic!("{name}"))
}

fn text(text: &str) -> Cell {
    Cell::from(text)
}

/// The attributes of a row with these cells, all of which can be read.
fn attributes(cells: &[(&str, Cell)]) -> Value {
    let template = template();
    let header = template.header(cells.iter().map(|(name, _)| *name));
    let filled = template.attributes(&header, &cells.iter().map(|(_, cell)| cell.clone()).collect::<Vec<_>>());
    assert_eq!(filled.bad_cells, []);
    Value::Object(filled.attributes)
}

/// Why the cell of a column cannot be read.
fn refusal(name: &str, cell: Cell) -> String {
    let template = template();
    let header = template.header([name]);
    let filled = template.attributes(&header, &[cell]);
    assert_eq!((filled.attributes.len(), filled.bad_cells.len()), (0, 1), "{name}");
    assert_eq!(filled.bad_cells[0].column, 0);
    filled.bad_cells[0].message.clone()
}

#[test]
fn a_template_has_what_is_required_what_may_be_and_the_basics_of_an_offer() {
    let names: Vec<_> = template().columns().into_iter().map(|column| column.name).collect();
    assert_eq!(
        names,
        [
            "item_name",
            "brand",
            "externally_assigned_product_identifier.type",
            "externally_assigned_product_identifier.value",
            "condition_type",
            "batteries_required",
            "bullet_point.1",
            "bullet_point.2",
            "bullet_point.3",
            "battery.cell_composition",
            "battery.weight.value",
            "battery.weight.unit",
            "fulfillment_availability.fulfillment_channel_code",
            "fulfillment_availability.quantity",
            "purchasable_offer.maximum_seller_allowed_price",
            "purchasable_offer.minimum_seller_allowed_price",
            "purchasable_offer.our_price",
        ]
    );
}

#[test]
fn a_template_of_all_has_every_value_but_those_that_are_filled_in() {
    let all: Vec<_> = template().all().columns().into_iter().map(|column| column.name).collect();
    for name in [
        "purchasable_offer.discounted_price.value_with_tax",
        "purchasable_offer.discounted_price.end_at",
        "release_date",
        "color",
    ] {
        assert!(all.iter().any(|known| known == name), "{name} is not in {all:?}");
    }
    for part in ["marketplace_id", "language_tag", "currency", "audience", "quantity_discount_plan"] {
        assert!(!all.iter().any(|known| known.contains(part)), "{part} is in {all:?}");
    }
}

#[test]
fn a_column_says_its_label_its_need_its_choices_and_its_limits() {
    let template = template().all();
    let name = column(&template, "item_name");
    assert_eq!((name.label.as_str(), &name.need, name.kind), ("Produktname", &Need::Required, Kind::Text));
    assert_eq!(name.takes(), "text, at most 20 characters, at most 30 bytes in UTF-8");
    assert_eq!(name.example.as_deref(), Some("Koffer"));
    let bullet = column(&template, "bullet_point.2");
    assert_eq!((bullet.label.as_str(), &bullet.need), ("Aufzählungspunkt 2", &Need::Optional));
    assert_eq!(column(&template, "bullet_point.1").need, Need::Required);
    let battery = column(&template, "battery.cell_composition");
    assert_eq!(battery.need.to_string(), "required if batteries_required is true");
    let price = column(&template, "purchasable_offer.our_price");
    assert_eq!((price.kind, price.takes().as_str()), (Kind::Number, "number, more than 0, in steps of 0.01"));
    let condition = column(&template, "condition_type");
    assert_eq!(condition.choices_up_to(1), "new_new (Neu), and 1 more");
    assert!(!condition.is_open && column(&template, "color").is_open);
    assert_eq!(column(&template, "release_date").kind, Kind::DateOrTime);
    assert_eq!(column(&template, "fulfillment_availability.quantity").takes(), "whole number, at least 0");
}

#[test]
fn a_row_becomes_attributes_with_what_the_marketplace_fills_in() {
    let row = attributes(&[
        ("sku", text("A-1")),
        ("item_name", text(" Koffer ")),
        ("bullet_point.1", Cell::Empty),
        ("bullet_point.2", text("leicht")),
        ("bullet_point.7", text("blau")),
        ("batteries_required", Cell::Boolean(true)),
        ("battery.weight.value", Cell::Number(0.1 + 0.2)),
        ("battery.weight.unit", text("Kilogramm")),
        ("externally_assigned_product_identifier.type", text("ean")),
        ("externally_assigned_product_identifier.value", text("0012345678905")),
        ("purchasable_offer.our_price", text("12,50")),
        ("fulfillment_availability.quantity", Cell::Number(7.0)),
        ("release_date", Cell::Time("2026-03-01".to_owned())),
        ("color", text("   ")),
    ]);
    let said = |value: &str| json!({ "value": value, "language_tag": "de_DE", "marketplace_id": DE });
    assert_eq!(
        row,
        json!({
            "item_name": [said("Koffer")],
            "bullet_point": [said("leicht"), said("blau")],
            "batteries_required": [{ "value": true, "marketplace_id": DE }],
            "battery": [{ "weight": [{ "value": 0.3, "unit": "kilograms" }], "marketplace_id": DE }],
            "externally_assigned_product_identifier": [{ "type": "ean", "value": "0012345678905", "marketplace_id": DE }],
            "purchasable_offer": [{
                "marketplace_id": DE, "currency": "EUR", "audience": "ALL", "our_price": [{ "schedule": [{ "value_with_tax": 12.5 }] }],
            }],
            "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": 7 }],
            "release_date": [{ "value": "2026-03-01", "marketplace_id": DE }],
        })
    );
    assert_eq!(row["fulfillment_availability"][0]["quantity"].as_i64(), Some(7), "a whole number stays one");
}

#[test]
fn a_file_may_have_more_columns_than_the_template() {
    let row = attributes(&[
        ("purchasable_offer.our_price", text("20")),
        ("purchasable_offer.2.audience", text("B2B")),
        ("purchasable_offer.2.our_price.schedule.value_with_tax", text("18")),
        ("item_name.value", text("Koffer")),
        ("item_name.language_tag", text("en_GB")),
    ]);
    let offers = row["purchasable_offer"].as_array().unwrap();
    assert_eq!((offers.len(), &offers[0]["audience"], &offers[1]["audience"]), (2, &json!("ALL"), &json!("B2B")));
    assert_eq!(offers[1]["our_price"], json!([{ "schedule": [{ "value_with_tax": 18 }] }]));
    assert_eq!(row["item_name"][0]["language_tag"], "en_GB");
}

#[test]
fn an_empty_row_has_no_attributes() {
    assert_eq!(attributes(&[("item_name", text(" ")), ("purchasable_offer.our_price", Cell::Empty)]), json!({}));
}

#[test]
fn a_cell_that_cannot_be_read_says_why_and_is_left_out() {
    for (name, cell, part) in [
        ("purchasable_offer.our_price", text("12.50 €"), "12.50 € is not a number such as 12.5, without a currency"),
        ("purchasable_offer.our_price", text("1.250"), "write 1250 for the one, or 1.2500 for the other"),
        ("item_name", Cell::Boolean(true), "the spreadsheet has made the truth value true of it"),
        ("item_name", Cell::Time("2026-02-01".to_owned()), "format the cell as text and type it again"),
        ("purchasable_offer.our_price", text("1,250"), "can be read as two numbers"),
        ("purchasable_offer.our_price", text("1e400"), "is not a number"),
        ("purchasable_offer.our_price", text("0.1234567890123456"), "more than 15 digits"),
        ("purchasable_offer.our_price", Cell::Number(f64::INFINITY), "not finite"),
        ("fulfillment_availability.quantity", text("1.5"), "1.5 is not a whole number"),
        ("fulfillment_availability.quantity", Cell::Failed("#REF!".to_owned()), "has no value for it: #REF!"),
        ("batteries_required", text("yes"), "yes is not true or false"),
        ("release_date", text("31.01.2026"), "31.01.2026 is not a date such as 2026-01-31, or"),
        ("release_date", Cell::Time("2026-01-31T08:00:00".to_owned()), "with its zone"),
        ("externally_assigned_product_identifier.value", Cell::Number(4.006381333931e18), "format the column as text"),
        ("colour", text("red"), "the column colour is not an attribute of the product type; did you mean color?"),
        ("bullet_point.0", text("red"), "is not an attribute"),
        ("bullet_point.99999", text("red"), "is not an attribute"),
        ("item_name.3.4.5", text("red"), "is not an attribute"),
        ("2.item_name", text("red"), "is not an attribute"),
        ("item_name\u{1b}[31m", text("red"), "item_name [31m"),
    ] {
        let why = refusal(name, cell);
        assert!(why.contains(part), "{name}: {why}");
    }
}

#[test]
fn labels_and_words_of_spreadsheets_stand_for_their_values() {
    for (name, cell, attribute, value) in [
        ("condition_type", text("Neu"), "condition_type", json!("new_new")),
        ("batteries_required", text("WAHR"), "batteries_required", json!(true)),
        ("batteries_required", text("Nein"), "batteries_required", json!(false)),
        ("release_date", text("2026-01-31T08:00:00+09:00"), "release_date", json!("2026-01-31T08:00:00+09:00")),
        ("release_date", Cell::Time("2026-01-31T00:00:00".to_owned()), "release_date", json!("2026-01-31")),
        ("color", text("Türkis"), "color", json!("Türkis")),
        ("item_name", Cell::Number(501.0), "item_name", json!("501")),
        ("item_name", text("鞄"), "item_name", json!("鞄")),
    ] {
        assert_eq!(attributes(&[(name, cell)])[attribute][0]["value"], value, "{name}");
    }
}

#[test]
fn a_finding_names_the_column_of_the_value_or_the_one_where_it_is_missing() {
    let template = template().all();
    let names = [
        "sku",
        "brand",
        "bullet_point.1",
        "bullet_point.3",
        "batteries_required",
        "battery.weight.value",
        "battery.weight.unit",
        "purchasable_offer.our_price",
        "color",
    ];
    let header = template.header(names);
    let cells = ["A-1", "", "", "far too long for this", "true", "3", "stones", "0", ""].map(text);
    let filled = template.attributes(&header, &cells);
    let validator = Validator::compile(&schema().to_string()).unwrap().for_marketplace(Marketplace::DE);
    let findings = validator.create(&Value::Object(filled.attributes.clone()));
    let at = |finding: &Finding| filled.column_of(&header, finding).map(|column| names[column]);
    let found: Vec<_> = findings.errors().map(|finding| (finding.keyword.as_str(), at(finding))).collect();
    for expected in [
        ("maxLength", Some("bullet_point.3")),
        ("exclusiveMinimum", Some("purchasable_offer.our_price")),
        ("enum", Some("battery.weight.unit")),
        // Brand is required and has a column; the title has none.
        ("required", Some("brand")),
        ("required", None),
    ] {
        assert!(found.contains(&expected), "{expected:?} is not in {found:?}");
    }
}

#[test]
fn the_finding_of_a_bad_cell_names_its_own_column() {
    let template = template();
    let names = ["item_name", "battery.1.weight.value", "battery.2.weight.value", "colour"];
    let header = template.header(names);
    let filled = template.attributes(&header, &["", "3", "many", "red"].map(text));
    let at: Vec<_> =
        filled.findings().iter().map(|finding| (finding.keyword.clone(), filled.column_of(&header, finding))).collect();
    assert_eq!(at, [("cell".to_owned(), Some(2)), ("column".to_owned(), Some(3))]);
    assert!(!filled.findings().is_valid());
}

#[test]
fn a_json_template_says_what_to_fill_in_and_is_valid_once_that_is_done() {
    let mut json = template().json();
    let name = json["item_name"][0]["value"].as_str().unwrap().to_owned();
    assert_eq!(name, "<fill in: Produktname; required; text, at most 20 characters, at most 30 bytes in UTF-8>");
    assert_eq!(json["item_name"][0]["language_tag"], "de_DE");
    assert_eq!(json["fulfillment_availability"][0]["fulfillment_channel_code"], "DEFAULT");
    json["item_name"][0]["value"] = "Koffer".into();
    json["brand"][0]["value"] = "Ours".into();
    json["bullet_point"][1]["value"] = "leicht".into();
    json["batteries_required"][0]["value"] = false.into();
    json["fulfillment_availability"][0]["quantity"] = 3.into();
    assert!(remove_placeholders(&mut json) > 5);
    let said = |value: &str| json!([{ "value": value, "language_tag": "de_DE", "marketplace_id": DE }]);
    let expected = json!({
        "item_name": said("Koffer"),
        "brand": said("Ours"),
        "bullet_point": said("leicht"),
        "batteries_required": [{ "value": false, "marketplace_id": DE }],
        "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": 3 }],
    });
    assert_eq!(json, expected);
    let validator = Validator::compile(&schema().to_string()).unwrap();
    assert!(validator.create(&json).is_valid(), "{}", validator.create(&json));
}

#[test]
fn attributes_without_placeholders_stay_as_they_are() {
    let before = json!({ "a": [], "b": [{}], "c": [{ "value": "<b>bold</b>", "marketplace_id": DE }], "d": null });
    let mut after = before.clone();
    assert_eq!((remove_placeholders(&mut after), after), (0, before));
}

#[test]
fn a_schema_that_has_nothing_to_fill_in_is_refused() {
    for (schema, part) in [
        (json!({}), "has no attributes"),
        (json!([1]), "has no attributes"),
        (json!({ "properties": [] }), "has no attributes"),
    ] {
        let error = Template::new(&schema, Marketplace::DE).unwrap_err();
        assert!(error.is_input() && error.to_string().contains(part), "{error}");
    }
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let to = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    let members: serde_json::Map<_, _> = (0..30).map(|number| (format!("n{number}"), to("node"))).collect();
    let all: Vec<_> = (0..1000).map(|_| to("all")).collect();
    let schema = json!({
        "$defs": { "node": { "type": "object", "properties": members }, "all": { "allOf": all } },
        "properties": { "node": to("node"), "all": to("all"), "lost": to("nowhere") },
    });
    let names: Vec<_> = Template::new(&schema, Marketplace::DE)
        .unwrap()
        .all()
        .columns()
        .into_iter()
        .map(|column| column.name)
        .collect();
    assert_eq!(names, ["all", "lost"]);
}

#[test]
fn a_schema_with_more_values_than_a_person_can_fill_in_is_refused() {
    let of = |inner: Value, count: usize| {
        let members: serde_json::Map<_, _> = (0..count).map(|number| (format!("n{number}"), inner.clone())).collect();
        json!({ "type": "object", "properties": members })
    };
    let to = |name: &str| json!({ "$ref": format!("#/$defs/{name}") });
    let schema = json!({
        "$defs": { "a": of(to("b"), 30), "b": of(to("c"), 30), "c": of(json!({ "type": "string" }), 30) },
        "properties": { "a": to("a") },
    });
    let error = Template::new(&schema, Marketplace::DE).unwrap_err();
    assert!(error.is_input() && error.to_string().contains("more than 20000 values"), "{error}");
}

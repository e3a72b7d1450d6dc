//! Generates payloads from tiny schemas and rows.

use std::collections::BTreeMap;
use std::path::Path;

use codegen::notification_files;
use codegen::notifications::{Notifications, Schemas};
use codegen::output::Output;
use codegen::retirements::Retirements;
use serde_json::{Value, json};

const HEAD: &str = "[[notification]]\nname = \"TINY_CHANGE\"\npayload_version = \"1.0\"\nabout = \"It changed\"\n";

fn read(rows: &str) -> anyhow::Result<Notifications> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notifications.toml");
    std::fs::write(&path, rows).unwrap();
    Notifications::read(&path)
}

fn generate(rows: &str, schema: Option<Value>) -> anyhow::Result<BTreeMap<String, String>> {
    let mut schemas = Schemas::default();
    schemas.0.extend(schema.map(|schema| ("Tiny.json".to_owned(), schema)));
    let mut output = Output::default();
    notification_files(&mut output, &read(rows)?, &schemas, &Retirements::default(), "models")?;
    Ok(output.below(Path::new("crates/events/src/generated")))
}

/// The fields of a generated module, without attributes and documentation.
fn fields(text: &str) -> Vec<&str> {
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with("pub ") && !line.ends_with('{'));
    lines.map(|line| line.trim_start_matches("pub ").trim_end_matches(',')).collect()
}

#[test]
fn a_schema_its_example_and_the_row_make_a_payload_together() {
    let money =
        json!({"type": "object", "properties": {"Amount": {"type": "integer"}, "CurrencyCode": {"type": "string"}}});
    let schema = json!({
        "#ref": "#/definitions/Response",
        "definitions": {"Response": {"type": "object", "properties": {"Payload": {"properties": {"TinyNotification": {
            "type": "object", "required": ["Id", "Gone"], "properties": {
                "Id": {"type": "string"},
                "When": {"type": ["string", "null"]},
                "TimeOfChange": {"type": "string"},
                "Prices": {"type": "array", "additionalItems": true, "items": {"anyOf": [{"type": "object", "properties": {"Price": money}},
                    {"type": "object", "properties": {"Price": money, "Points": {"$ref": "#/definitions/Points"}}}]}},
                "Tuple": {"type": "array", "items": [{"$ref": "#/definitions/Points"}]},
                "Dangling": {"$ref": "#/definitions/Nothing"},
                "Packages": {"type": "array", "properties": {"Odd": {"type": "string"}}},
                "Rating": {"type": "integer"}
            }
        }}}}}, "Points": {"type": "object", "properties": {"PointsNumber": {"type": "integer"}}}},
        "examples": [{"Payload": {"TinyNotification": {
            "Id": "1", "OnlyHere": [{"Deep": true}, {"Deep": null, "More": 1.5}], "Dangling": {"a": "x"}, "Packages": ["p"], "Nothing": null
        }}}]
    });
    let row = HEAD.to_owned()
        + "schema = \"Tiny.json\"\n[notification.members]\nRating = \"decimal\"\n\"Prices[].IsWinner\" = \"boolean\"\n\
           Secret = \"secret\"\nKind = [\"A\", \"B\"]\n[notification.types]\n\"OnlyHere[]\" = \"Extra\"\n";
    let files = generate(&row, Some(schema)).unwrap();
    let module = &files["payloads/tiny_change.rs"];
    assert_eq!(
        fields(module),
        [
            // Dangling
            "a: Option<String>",
            // Extra
            "deep: Option<bool>",
            "more: Option<spapi_types::Decimal>",
            // Money
            "amount: Option<spapi_types::Decimal>",
            "currency_code: Option<String>",
            // Points
            "points_number: Option<i64>",
            // Price
            "is_winner: Option<bool>",
            "points: Option<Points>",
            "price: Option<Money>",
            // TinyChange
            "dangling: Option<Dangling>",
            "id: Option<String>",
            "kind: Option<Kind>",
            "nothing: Option<String>",
            "only_here: Vec<Extra>",
            "packages: Vec<String>",
            "prices: Vec<Price>",
            "rating: Option<spapi_types::Decimal>",
            "secret: Option<crate::Secret>",
            "time_of_change: Option<spapi_types::DateTime>",
            "tuple: Vec<Points>",
            "when: Option<String>",
        ],
        "{module}"
    );
    for words in [
        "#[serde(skip_serializing)]\n    pub secret",
        "with = \"spapi_types::decimal::number_option\"",
        "spapi_types::open_enum! {\n    /// `Kind` of `TINY_CHANGE` 1.0.",
    ] {
        assert!(module.contains(words), "{words} is not in {module}");
    }
    assert!(
        files["payload.rs"]
            .contains("(NotificationType::TinyChange, \"1.0\" | \"\") => read(text, Payload::TinyChange),")
    );
    assert!(files["facts.rs"].contains("name: \"TINY_CHANGE\","));
}

#[test]
fn versions_of_a_type_have_modules_of_their_own() {
    let second = HEAD.replace("1.0", "2026-01-30");
    let rows = format!("{HEAD}[notification.members]\na = \"text\"\n{second}[notification.members]\nb = \"text\"\n");
    let files = generate(&rows, None).unwrap();
    assert!(
        files.contains_key("payloads/tiny_change/v1_0.rs") && files.contains_key("payloads/tiny_change/v2026_01_30.rs")
    );
    assert!(files["payload.rs"].contains("TinyChangeV2026_01_30(Box<payloads::tiny_change::v2026_01_30::TinyChange>)"));
    assert!(files["payload.rs"].contains("(NotificationType::TinyChange, \"1.0\") =>"));
    assert_eq!(files["types.rs"].matches("TinyChange = ").count(), 1);
}

#[test]
fn a_row_that_cannot_be_is_refused_by_its_name() {
    let other = HEAD.replace("TINY_CHANGE", "A_CHANGE");
    let cases = [
        (HEAD.replace("TINY_CHANGE", "tiny"), "a name is written `ORDER_CHANGE`"),
        (HEAD.replace("1.0", "v1"), "a version is written"),
        (HEAD.replace("changed", "changed."), "without a full stop"),
        (format!("{HEAD}{HEAD}"), "TINY_CHANGE 1.0 is before TINY_CHANGE 1.0"),
        (format!("{HEAD}{other}"), "rows are sorted"),
        (format!("{HEAD}schema = \"../Tiny.json\"\n"), "the name of a JSON file"),
        (format!("{HEAD}schema = \"Missing.json\"\n"), "there is no schemas/notifications/Missing.json"),
        (format!("{HEAD}event_filter = [\"a\"]\nfilter_expression = true\n"), "an event filter or a filter expression"),
        (format!("{HEAD}also = [\"TINY_CHANGE\"]\n"), "another name of one"),
        (format!("{HEAD}[notification.members]\na = \"number\"\n"), "its kind is text"),
        (format!("{HEAD}[notification.members]\na = []\n"), "known values of a text"),
        (format!("{HEAD}[notification.members]\n\"a..b\" = \"text\"\n"), "a place is written"),
        (format!("{HEAD}[notification.members]\na = \"text\"\n\"a.b\" = \"text\"\n"), "is no object"),
        (
            format!("{HEAD}[notification.members]\na = \"text\"\n[notification.types]\na = \"C\"\n"),
            "which is neither an object nor an enum",
        ),
        (
            format!("{HEAD}key = [\"b\"]\n[notification.members]\na = \"text\"\n"),
            "its payload does not have the member b",
        ),
        (format!("{HEAD}unknown = 1\n"), "unknown"),
    ];
    for (rows, words) in cases {
        let error = format!("{:#}", generate(&rows, None).unwrap_err());
        assert!(error.contains(words), "{words} is not in {error}");
    }
}

#[test]
fn a_hostile_schema_is_an_error() {
    let row = format!("{HEAD}schema = \"Tiny.json\"\n");
    let payload = |schema: Value| json!({"properties": {"Payload": schema}, "definitions": {"A": {"properties": {"a": {"$ref": "#/definitions/A"}}}}});
    let cases = [
        (payload(json!({"$ref": "#/definitions/A"})), "refers to itself"),
        (payload(json!({"properties": {"a b": {}}})), "is not named with letters"),
        (payload(json!({"properties": {"a": {"enum": ["\u{202e}x"]}}})), "invisible characters"),
        (payload(json!({"properties": {"ab": {"type": "string"}, "aB": {}, "a": {"properties": {}}}})), ""),
        (payload(json!({})), "no members"),
        (json!([]), "no members"),
    ];
    for (schema, words) in cases {
        match generate(&row, Some(schema)) {
            Ok(_) => assert_eq!(words, ""),
            Err(error) => assert!(
                format!("{error:#}").contains(words) && format!("{error:#}").contains("TINY_CHANGE"),
                "{error:#}"
            ),
        }
    }
}

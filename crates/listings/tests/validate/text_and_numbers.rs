//! Lengths in characters and bytes, formats, and numbers.

use super::{attribute, check, one_value, schema, stock, with};
use serde_json::{Value, json};

fn text_with(rules: Value) -> Value {
    let mut rule = json!({ "type": "string" });
    super::extend(&mut rule, rules);
    schema(json!({ "part_number": one_value(rule) }), json!({}))
}

fn part(value: &str) -> Value {
    with("part_number", json!(value))
}

const PLACE: &str = "/part_number/0/value";

#[test]
fn byte_limits_count_utf_8_and_length_counts_characters() {
    let bytes = format!("{PLACE} maxUtf8ByteLength");
    let length = format!("{PLACE} maxLength");
    let fewer = format!("{PLACE} minUtf8ByteLength");
    check(
        &text_with(json!({ "maxUtf8ByteLength": 6 })),
        &[
            ("at the limit", part("abcdef"), &[]),
            ("above it", part("abcdefg"), &[&bytes]),
            ("two Japanese characters", part("茶碗"), &[]),
            ("three Japanese characters", part("茶碗屋"), &[&bytes]),
            ("a precomposed letter", part("aaaaé"), &[]),
            ("a letter with a combining mark", part("aaaae\u{301}"), &[&bytes]),
        ],
    );
    check(
        &text_with(json!({ "maxLength": 3, "maxUtf8ByteLength": 4 })),
        &[
            ("one astral character", part("🍵"), &[]),
            ("bytes only", part("茶碗"), &[&bytes]),
            ("both", part("茶碗屋上"), &[&bytes, &length]),
            ("characters only", part("abcd"), &[&length]),
        ],
    );
    check(
        &text_with(json!({ "minUtf8ByteLength": 3 })),
        &[
            ("empty", part(""), &[&fewer]),
            ("two letters", part("ab"), &[&fewer]),
            ("one character of three bytes", part("茶"), &[]),
        ],
    );
    check(&text_with(json!({ "minLength": 0, "maxLength": 9 })), &[("empty", part(""), &[])]);
    let minimum = format!("{PLACE} minLength");
    check(&text_with(json!({ "minLength": 2 })), &[("one astral character is one", part("🍵"), &[&minimum])]);
}

#[test]
fn byte_limits_are_for_texts_only() {
    let rule = json!({ "maxUtf8ByteLength": 1, "minUtf8ByteLength": 9, "maxLength": 1 });
    check(
        &schema(json!({ "part_number": one_value(rule) }), json!({})),
        &[
            ("a number", with("part_number", json!(12345)), &[]),
            ("a list", with("part_number", json!(["abc"])), &[]),
            ("null", with("part_number", json!(null)), &[]),
        ],
    );
}

#[test]
fn one_of_a_date_and_a_time_takes_either() {
    let wrong = format!("{PLACE} oneOf");
    let wrong = &[wrong.as_str()][..];
    let schema = text_with(
        json!({ "oneOf": [{ "type": "string", "format": "date" }, { "type": "string", "format": "date-time" }] }),
    );
    let rows: &[(&str, &[&str])] = &[
        ("2026-11-30", &[]),
        ("2024-02-29", &[]),
        ("2026-02-29", wrong),
        ("2026-11-31", wrong),
        ("2026-13-01", wrong),
        ("26-11-30", wrong),
        ("2026/11/30", wrong),
        ("20261130", wrong),
        ("2026-11-30T09:00:00Z", &[]),
        ("2026-11-30T09:00:00.5+09:00", &[]),
        ("2026-11-30t09:00:00z", &[]),
        ("2026-11-30T09:00:00-00:00", &[]),
        ("2016-12-31T23:59:60Z", &[]),
        ("2026-11-30T09:00:61Z", wrong),
        ("2026-11-30T24:00:00Z", wrong),
        ("2026-11-30T09:00:00", wrong),
        ("2026-11-30T09:00Z", wrong),
        ("2026-11-30T09:00:00+25:00", wrong),
        ("2026-11-30T09:00:00.Z", wrong),
        ("tomorrow", wrong),
        ("", wrong),
    ];
    let rows: Vec<_> = rows.iter().map(|(value, expected)| (*value, part(value), *expected)).collect();
    check(&schema, &rows);
}

#[test]
fn addresses_are_whole_and_have_a_scheme_of_the_pattern() {
    let pattern = format!("{PLACE} pattern");
    let format = format!("{PLACE} format");
    check(
        &text_with(json!({ "format": "uri", "pattern": "^(https?|s3)://" })),
        &[
            ("https", part("https://example.com/a.jpg"), &[]),
            ("s3", part("s3://bucket/a.jpg"), &[]),
            ("another scheme", part("ftp://example.com/a.jpg"), &[&pattern]),
            ("the scheme in capitals", part("HTTPS://example.com/a.jpg"), &[&pattern]),
            ("relative", part("/a.jpg"), &[&format, &pattern]),
            ("a blank", part("https://example.com/a b.jpg"), &[&format]),
            ("a Japanese name", part("https://example.com/茶.jpg"), &[&format]),
        ],
    );
}

#[test]
fn multiples_are_exact() {
    let place = "/list_price/0/value multipleOf";
    let price = |step: f64| {
        schema(json!({ "list_price": one_value(json!({ "type": "number", "multipleOf": step })) }), json!({}))
    };
    let row = |value: f64, expected: &'static [&'static str]| ("a price", with("list_price", json!(value)), expected);
    // Each cent up to 100, of which binary arithmetic refuses every ninth.
    let cents: Vec<_> =
        (0..=10_000).map(|cents| row(format!("{}.{:02}", cents / 100, cents % 100).parse().unwrap(), &[])).collect();
    check(&price(0.01), &cents);
    let wrong = &["/list_price/0/value multipleOf"][..];
    assert_eq!(wrong, [place]);
    check(
        &price(0.01),
        &[row(0.005, wrong), row(19.999, wrong), row(1e-9, wrong), row(123_456_789.12, &[]), row(1e15, &[])],
    );
    check(&price(1e-12), &[row(0.07, &[]), row(2.54, &[]), row(72.4, &[]), row(1e-13, wrong)]);
    check(&price(5.0), &[row(10.0, &[]), row(12.0, wrong), row(-5.0, &[])]);
}

#[test]
fn limits_of_numbers_are_inclusive_or_exclusive() {
    let rule = json!({ "type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 10.5 });
    check(
        &schema(json!({ "width": one_value(rule) }), json!({})),
        &[
            ("inside", with("width", json!(0.0001)), &[]),
            ("the minimum", with("width", json!(0)), &["/width/0/value exclusiveMinimum"]),
            ("the maximum", with("width", json!(10.5)), &["/width/0/value exclusiveMaximum"]),
        ],
    );
    let stock_of = |quantity: Value, days: Value| json!({ "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": quantity, "lead_time_to_ship_max_days": days }] });
    check(
        &schema(json!({ "fulfillment_availability": stock() }), json!({})),
        &[
            ("at the limits", stock_of(json!(0), json!(30)), &[]),
            ("a negative quantity", stock_of(json!(-1), json!(1)), &["/fulfillment_availability/0/quantity minimum"]),
            (
                "too many days",
                stock_of(json!(1), json!(31)),
                &["/fulfillment_availability/0/lead_time_to_ship_max_days maximum"],
            ),
            ("an integer as a float", stock_of(json!(3.0), json!(1)), &[]),
            ("a fraction", stock_of(json!(2.5), json!(1)), &["/fulfillment_availability/0/quantity type"]),
            ("a number as text", stock_of(json!("3"), json!(1)), &["/fulfillment_availability/0/quantity type"]),
            ("a number of twenty digits", stock_of(json!(12345678901234567890_u64), json!(1)), &[]),
        ],
    );
}

#[test]
fn a_flag_as_text_is_wrong_by_type_and_by_choice() {
    let flag = json!({ "type": "boolean", "enum": [false, true], "enumNames": ["No", "Yes"] });
    check(
        &schema(json!({ "batteries_required": one_value(flag) }), json!({})),
        &[
            ("true", with("batteries_required", json!(true)), &[]),
            (
                "its text",
                with("batteries_required", json!("true")),
                &["/batteries_required/0/value type", "/batteries_required/0/value enum"],
            ),
            (
                "one",
                with("batteries_required", json!(1)),
                &["/batteries_required/0/value type", "/batteries_required/0/value enum"],
            ),
        ],
    );
}

#[test]
fn a_choice_of_numbers_takes_each_spelling() {
    let count = one_value(json!({ "type": "number", "enum": [1, 2.5] }));
    check(
        &schema(json!({ "count": count }), json!({})),
        &[
            ("1.0", with("count", json!(1.0)), &[]),
            ("2.5", with("count", json!(2.5)), &[]),
            ("3", with("count", json!(3)), &["/count/0/value enum"]),
        ],
    );
    let repeated = attribute(
        json!({ "value": { "type": "string", "enum": ["A/B", "C", "A/B"] } }),
        &["value"],
        &["marketplace_id"],
        json!({}),
    );
    check(
        &schema(json!({ "theme": repeated }), json!({})),
        &[("a choice that is listed twice", with("theme", json!("A/B")), &[])],
    );
}

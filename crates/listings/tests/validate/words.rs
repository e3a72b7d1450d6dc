//! What findings say to a seller.

use super::{JP, attribute, extend, one_value, schema, stock, validator, with};
use serde_json::{Value, json};

/// The only error's message.
#[track_caller]
fn message(schema: &Value, attributes: &Value) -> String {
    let findings = validator(schema).create(attributes);
    let errors: Vec<_> = findings.errors().collect();
    assert_eq!(errors.len(), 1, "{findings}");
    errors[0].message.clone()
}

fn titled(rule: Value, title: &str) -> Value {
    let mut attribute = one_value(rule);
    extend(&mut attribute, json!({ "title": title }));
    attribute
}

#[test]
fn a_finding_names_the_attribute_with_its_label_the_limit_and_the_value() {
    let schema = schema(
        json!({ "part_number": titled(json!({ "type": "string", "maxLength": 3, "maxUtf8ByteLength": 100 }), "部品番号") }),
        json!({}),
    );
    let findings = validator(&schema).create(&with("part_number", json!("茶碗屋上")));
    let finding = findings.errors().next().unwrap();
    assert_eq!(finding.label.as_deref(), Some("部品番号"));
    assert_eq!(finding.attribute.as_deref(), Some("part_number"));
    let message = "part_number (\"部品番号\") takes at most 3 characters; 4 characters stand there: \"茶碗屋上\"";
    assert_eq!(finding.message, message);
    assert_eq!(finding.to_string(), format!("error at /part_number/0/value: {message} [maxLength]"));
    let value = serde_json::to_value(&findings).unwrap();
    let expected = json!({ "valid": false, "omitted": 0, "findings": [{ "severity": "error", "pointer": "/part_number/0/value", "keyword": "maxLength",
        "attribute": "part_number", "label": "部品番号", "message": message }] });
    assert_eq!(value, expected);
}

#[test]
fn byte_limits_say_bytes_and_characters() {
    let schema =
        schema(json!({ "keyword": one_value(json!({ "type": "string", "maxUtf8ByteLength": 7 })) }), json!({}));
    assert_eq!(
        message(&schema, &with("keyword", json!("茶碗屋"))),
        "keyword takes at most 7 bytes in UTF-8; 9 bytes (3 characters) stand there"
    );
}

#[test]
fn choices_are_listed_and_the_likely_one_is_suggested() {
    let many: Vec<_> = (1..=13).map(|number| format!("choice {number:02}")).collect();
    let schema = schema(json!({ "kind": one_value(json!({ "type": "string", "enum": many })) }), json!({}));
    let said = message(&schema, &with("kind", json!("choise 07")));
    assert!(said.contains("\"choice 01\", \"choice 02\"") && said.contains("\"choice 10\" and 3 more"), "{said}");
    assert!(said.contains("did you mean \"choice 07\"?") && said.ends_with("; \"choise 07\" stands there"), "{said}");
    let said = message(&schema, &with("kind", json!("CHOICE 12 ")));
    assert!(said.contains("send \"choice 12\""), "{said}");
    let said = message(&schema, &with("kind", json!("something else")));
    assert!(!said.contains("did you mean"), "{said}");
}

#[test]
fn a_label_in_the_place_of_its_value_is_recognized() {
    let kind = json!({ "type": "string", "enum": ["cotton", "hemp"], "enumNames": ["綿", "麻"] });
    let said = message(&schema(json!({ "kind": one_value(kind) }), json!({})), &with("kind", json!("麻")));
    assert!(said.contains("\"麻\" is the label of \"hemp\": send \"hemp\""), "{said}");
    let open =
        json!({ "type": "string", "anyOf": [{ "type": "string" }, { "enum": ["cotton"], "enumNames": ["綿"] }] });
    let findings = validator(&schema(json!({ "kind": one_value(open) }), json!({}))).create(&with("kind", json!("綿")));
    let said = findings.warnings().next().unwrap().message.clone();
    assert!(said.contains("send \"cotton\""), "{said}");
}

#[test]
fn numbers_and_flags_in_quotation_marks_are_recognized() {
    let stock = schema(json!({ "fulfillment_availability": stock() }), json!({}));
    let attributes =
        json!({ "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": "3" }] });
    assert_eq!(
        message(&stock, &attributes),
        "fulfillment_availability quantity must be a whole number without quotation marks; \"3\" stands there"
    );
    let flag = schema(json!({ "flag": one_value(json!({ "type": "boolean" })) }), json!({}));
    assert_eq!(
        message(&flag, &with("flag", json!("true"))),
        "flag must be true or false without quotation marks; \"true\" stands there"
    );
}

#[test]
fn a_bare_value_is_shown_the_form_of_an_attribute() {
    let schema = schema(json!({ "brand": one_value(json!({ "type": "string" })) }), json!({}));
    let said = message(&schema, &json!({ "brand": "無印" }));
    assert_eq!(said, "brand must be a list of objects such as [{\"value\": …}]; \"無印\" stands there");
}

#[test]
fn an_unknown_attribute_and_member_get_a_like_name() {
    let schema = schema(
        json!({ "bullet_point": one_value(json!({ "type": "string" })), "brand": one_value(json!({})) }),
        json!({}),
    );
    let said = message(&schema, &json!({ "bullet_points": [] }));
    assert_eq!(said, "bullet_points is not an attribute of this product type; did you mean bullet_point?");
    let said = message(&schema, &json!({ "brand": [{ "valeu": 1, "value": 1, "marketplace_id": JP }] }));
    assert_eq!(said, "brand has no member valeu; did you mean value?; it has marketplace_id and value");
    let said = message(&schema, &json!({ "b2b_price": [] }));
    assert!(said.contains("audience B2B"), "{said}");
}

#[test]
fn values_for_business_customers_lead_to_a_schema_with_the_seller_s_id() {
    let plan = json!({ "type": "array", "minItems": 1, "maxItems": 0 });
    let said = message(
        &schema(json!({ "quantity_discount_plan": plan }), json!({})),
        &json!({ "quantity_discount_plan": [{}] }),
    );
    assert!(said.contains("seller's id"), "{said}");
    let offers = schema(json!({ "purchasable_offer": super::offer(&["ALL"]) }), json!({}));
    let said = message(&offers, &json!({ "purchasable_offer": [super::offer_of(JP, "B2B", json!(1))] }));
    assert!(said.contains("seller's id"), "{said}");
}

#[test]
fn possible_forms_are_described_shortly() {
    let when =
        json!({ "oneOf": [{ "type": "string", "format": "date" }, { "type": "string", "format": "date-time" }] });
    let said = message(&schema(json!({ "restock": one_value(when) }), json!({})), &with("restock", json!("soon")));
    assert_eq!(
        said,
        "restock has none of its 2 possible forms: must be a date such as 2026-01-31; or it must be a date and time with its zone, \
         such as 2026-01-31T08:00:00Z; \"soon\" stands there"
    );
    let many: Vec<_> = (0..50).map(|number| json!({ "const": number })).collect();
    let said = message(
        &schema(json!({ "restock": one_value(json!({ "anyOf": many })) }), json!({})),
        &with("restock", json!("x")),
    );
    assert!(said.len() < 300 && said.contains("and 47 more"), "{said}");
}

#[test]
fn a_condition_that_looks_at_unsent_attributes_is_said_to_be_uncertain() {
    let text = || one_value(json!({ "type": "string" }));
    let schema = schema(
        json!({ "a": text(), "b": text() }),
        json!({ "if": { "required": ["a"] }, "else": { "not": { "required": ["b"] } } }),
    );
    let findings = validator(&schema).update(&with("b", json!("x")), None);
    let said = &findings.warnings().next().unwrap().message;
    assert!(said.contains("because a is not given") && said.contains("a is not sent"), "{said}");
    assert!(findings.is_valid(), "{findings}");
}

#[test]
fn members_of_offers_are_named_by_their_way() {
    let inner = attribute(json!({ "amount": { "type": "number", "minimum": 1 } }), &[], &[], json!({}));
    let schema = schema(
        json!({ "plan": attribute(json!({ "levels": inner }), &[], &[], json!({ "title": "Discounts" })) }),
        json!({}),
    );
    let said = message(&schema, &json!({ "plan": [{ "levels": [{ "amount": 0 }] }] }));
    assert_eq!(said, "plan (\"Discounts\") levels.amount must be at least 1; 0 stands there");
}

#[test]
fn a_wrong_type_is_named_wherever_its_schema_stands() {
    let mut schema = schema(json!({ "note": one_value(json!({ "$ref": "#text" })) }), json!({}));
    schema["$defs"]["text"] = json!({ "$anchor": "text", "type": ["string", "boolean"] });
    let said = message(&schema, &with("note", json!(5)));
    assert!(said.contains("must be ") && !said.contains("must be ;") && said.contains("a text"), "{said}");
    let none = super::schema(json!({ "note": one_value(json!({ "enum": [] })) }), json!({}));
    let said = message(&none, &with("note", json!("x")));
    assert!(said.contains("takes no value: the schema lists none"), "{said}");
}

#[test]
fn all_findings_are_kept_if_that_is_asked_for() {
    let schema = schema(json!({ "note": one_value(json!({ "type": "string" })) }), json!({}));
    let notes: Vec<_> = (0..300).map(|number| json!({ "value": number, "marketplace_id": JP })).collect();
    let notes = json!({ "note": notes });
    let usual = validator(&schema).create(&notes);
    assert_eq!((usual.errors().count(), usual.omitted(), usual.omitted_errors()), (200, 101, 101));
    let all = validator(&schema).keep(1000).create(&notes);
    assert_eq!((all.errors().count(), all.omitted()), (301, 0));
}

//! A schema with the traits of those of Amazon's home products: about 140 attributes, 80 conditions, a chain of 47 branches,
//! thousands of choices, and Amazon's own keywords.

use serde_json::{Map, Value, json};

pub const MARKETPLACE: &str = "ATVPDKIKX0DER";
pub const TEXTS: usize = 34;
pub const CHOICES: usize = 40;
pub const OPEN: usize = 8;
pub const FLAGS: usize = 10;
pub const SIZES: usize = 22;
pub const DATES: usize = 7;
pub const IMAGES: usize = 14;
/// The branches of the chain.
pub const LEAGUES: usize = 47;

/// The number of choices of a list: one is very long.
pub fn choices_of(list: usize) -> usize {
    match list {
        0 => 1774,
        list => 10 + list * 37 % 150,
    }
}

pub fn schema() -> Value {
    let mut attributes = Map::new();
    let marketplace = json!({ "$ref": "#/$defs/marketplace_id" });
    let language = json!({ "$ref": "#/$defs/language_tag" });
    for at in 0..TEXTS {
        let value = leaf(
            json!({ "type": "string", "minLength": 0, "maxLength": 200 + at, "maxUtf8ByteLength": 600, "minUtf8ByteLength": 1 }),
            "Text",
            at,
        );
        let members = json!({ "value": value, "language_tag": language, "marketplace_id": marketplace });
        let limit = if at == 0 { 10 } else { 1 };
        attributes.insert(
            format!("text_{at}"),
            attribute(members, &["language_tag", "value"], &["marketplace_id", "language_tag"], limit, "Text", at),
        );
    }
    for at in 0..CHOICES {
        let values: Vec<_> = (0..choices_of(at)).map(|choice| format!("choice_{at}_{choice}")).collect();
        let names: Vec<_> = (0..choices_of(at)).map(|choice| format!("Choice number {choice} of {at}")).collect();
        let value = leaf(
            json!({ "type": "string", "enum": values, "enumNames": names, "editable": at % 4 != 0 }),
            "Choice",
            at,
        );
        let members = json!({ "value": value, "marketplace_id": marketplace });
        attributes.insert(format!("choice_{at}"), attribute(members, &["value"], &["marketplace_id"], 1, "Choice", at));
    }
    for at in 0..OPEN {
        let values: Vec<_> = (0..60).map(|choice| format!("Open {at} {choice}")).collect();
        let value = leaf(
            json!({ "type": "string", "anyOf": [{ "type": "string" }, { "type": "string", "enum": values, "enumNames": values }] }),
            "Open",
            at,
        );
        let members = json!({ "value": value, "language_tag": language, "marketplace_id": marketplace });
        attributes.insert(
            format!("open_{at}"),
            attribute(members, &["language_tag", "value"], &["marketplace_id", "language_tag"], 1, "Open", at),
        );
    }
    for at in 0..FLAGS {
        let value = leaf(json!({ "type": "boolean", "enum": [false, true], "enumNames": ["No", "Yes"] }), "Flag", at);
        let members = json!({ "value": value, "marketplace_id": marketplace });
        attributes.insert(format!("flag_{at}"), attribute(members, &["value"], &["marketplace_id"], 1, "Flag", at));
    }
    for at in 0..SIZES {
        let side = |name: &str| {
            json!({ "type": "array", "minItems": 1, "maxItems": 1, "title": name,
                "items": { "type": "object", "required": ["unit", "value"], "additionalProperties": false, "properties": {
                    "unit": leaf(json!({ "type": "string", "enum": ["centimeters", "feet", "inches", "meters"],
                        "enumNames": ["Centimeters", "Feet", "Inches", "Meters"] }), name, at),
                    "value": leaf(json!({ "type": "number", "exclusiveMinimum": 0, "multipleOf": 1e-12 }), name, at) } } })
        };
        let members = json!({ "length": side("Length"), "width": side("Width"), "height": side("Height"), "marketplace_id": marketplace,
            "material": { "type": "array", "minItems": 1, "minUniqueItems": 1, "maxUniqueItems": 1, "selectors": ["language_tag"],
                "items": { "type": "object", "required": ["language_tag", "value"], "additionalProperties": false,
                    "properties": { "value": leaf(json!({ "type": "string", "maxLength": 100 }), "Material", at), "language_tag": language } } } });
        attributes.insert(format!("size_{at}"), attribute(members, &["length"], &["marketplace_id"], 1, "Size", at));
    }
    for at in 0..DATES {
        let value = leaf(
            json!({ "type": "string", "oneOf": [{ "type": "string", "format": "date" }, { "type": "string", "format": "date-time" }] }),
            "Date",
            at,
        );
        attributes.insert(
            format!("date_{at}"),
            attribute(
                json!({ "value": value, "marketplace_id": marketplace }),
                &["value"],
                &["marketplace_id"],
                1,
                "Date",
                at,
            ),
        );
    }
    for at in 0..IMAGES {
        let value = leaf(json!({ "type": "string", "format": "uri", "pattern": "^(https?|s3)://" }), "Image", at);
        attributes.insert(
            format!("image_{at}"),
            attribute(
                json!({ "media_location": value, "marketplace_id": marketplace }),
                &["media_location"],
                &["marketplace_id"],
                1,
                "Image",
                at,
            ),
        );
    }
    let schedule = json!({ "type": "array", "minItems": 1, "maxItems": 1, "items": { "type": "object", "required": ["schedule"], "additionalProperties": false, "properties": {
        "schedule": { "type": "array", "minItems": 1, "items": { "type": "object", "required": ["value_with_tax"], "additionalProperties": false, "properties": {
            "value_with_tax": { "type": "number", "minimum": 0, "editable": true }, "start_at": { "type": "string", "format": "date-time" } } } } } } });
    let offer = json!({ "currency": { "type": "string", "editable": false, "anyOf": [{ "type": "string" }, { "type": "string", "enum": ["USD"], "enumNames": ["USD"] }] },
        "audience": { "type": "string", "editable": false, "enum": ["ALL", "B2B"], "enumNames": ["All", "Business"] },
        "our_price": schedule, "minimum_seller_allowed_price": schedule, "maximum_seller_allowed_price": schedule, "marketplace_id": marketplace });
    attributes.insert(
        "purchasable_offer".into(),
        attribute(offer, &[], &["marketplace_id", "currency", "audience"], 1, "Offer", 0),
    );
    let stock = json!({ "fulfillment_channel_code": { "type": "string", "enum": ["AMAZON_NA", "DEFAULT"], "enumNames": ["Amazon", "Seller"] },
        "quantity": { "type": "integer", "minimum": 0 }, "lead_time_to_ship_max_days": { "type": "integer", "minimum": 0, "maximum": 30 } });
    attributes.insert(
        "fulfillment_availability".into(),
        attribute(stock, &["fulfillment_channel_code"], &["fulfillment_channel_code"], 1, "Stock", 0),
    );
    for (name, label) in [("league_name", "League"), ("team_name", "Team")] {
        let value = leaf(json!({ "type": "string" }), label, 0);
        attributes.insert(
            name.into(),
            attribute(
                json!({ "value": value, "marketplace_id": marketplace }),
                &["value"],
                &["marketplace_id"],
                1,
                label,
                0,
            ),
        );
    }
    let open = |value: &str, name: &str| json!({ "type": "string", "editable": false, "hidden": true, "anyOf": [{ "type": "string" }, { "type": "string", "enum": [value], "enumNames": [name] }] });
    json!({
        "$schema": "https://schemas.amazon.com/selling-partners/definitions/product-types/meta-schema/v1",
        "$comment": "made up",
        "type": "object",
        "required": ["text_0", "text_1", "choice_0", "choice_1", "flag_0", "purchasable_offer", "image_0"],
        "additionalProperties": false,
        "properties": attributes,
        "allOf": conditions(),
        "$defs": { "marketplace_id": open(MARKETPLACE, "Amazon.com"), "language_tag": open("en_US", "English") },
    })
}

/// A member's rule with what people read of it.
fn leaf(rule: Value, label: &str, at: usize) -> Value {
    let mut leaf = rule;
    leaf["title"] = json!(format!("{label} {at}"));
    leaf["description"] = json!(format!(
        "Provide the {} number {at} as it is printed on the product or on its package, without other words",
        label.to_lowercase()
    ));
    leaf["examples"] = json!([format!("{label} {at}")]);
    leaf
}

fn attribute(members: Value, required: &[&str], selectors: &[&str], limit: usize, label: &str, at: usize) -> Value {
    json!({
        "type": "array", "minItems": 1, "minUniqueItems": 1, "maxUniqueItems": limit, "selectors": selectors,
        "title": format!("{label} {at}"),
        "description": format!("The {} number {at} of the product, for each marketplace and language", label.to_lowercase()),
        "examples": [format!("Example of {label} {at}")],
        "items": { "type": "object", "required": required, "properties": members, "additionalProperties": false },
    })
}

fn is(attribute: &str, values: Value) -> Value {
    json!({ "required": [attribute], "properties": { attribute: { "contains": { "required": ["value"], "properties": { "value": { "enum": values } } } } } })
}

fn conditions() -> Vec<Value> {
    let mut all = Vec::new();
    // A flag or a choice asks for another attribute.
    for at in 0..56 {
        let (premise, values) = match at % 2 {
            0 => (format!("flag_{}", at / 2 % FLAGS), json!([true])),
            _ => (
                format!("choice_{}", at % CHOICES),
                json!([format!("choice_{}_1", at % CHOICES), format!("choice_{}_2", at % CHOICES)]),
            ),
        };
        all.push(
            json!({ "if": is(&premise, values), "then": { "allOf": [{ "required": [format!("text_{}", 2 + at / 2 % FLAGS)] }] } }),
        );
    }
    // Forms with `not`, of which one forbids an attribute.
    for at in 0..20 {
        let (choice, other) = (format!("choice_{}", 2 + at), format!("text_{}", TEXTS - 1 - at % 8));
        all.push(json!({
            "if": { "allOf": [
                { "not": { "required": [choice], "properties": { (choice.as_str()): { "items": { "required": ["value"], "not": { "required": ["language_tag"] } } } } } },
                { "anyOf": [{ "not": is(&choice, json!([format!("{choice}_3")])) }, { "not": { "required": [choice] } }] },
            ] },
            "then": { "not": { "required": [format!("{choice}_never")] } },
            "else": { "if": is(&choice, json!([format!("{choice}_3")])), "then": { "not": { "required": [other] } } },
        }));
    }
    // The team must be that of the league.
    let mut chain = json!(null);
    for at in (0..LEAGUES).rev() {
        let rule = json!({ "properties": { "team_name": { "items": { "properties": { "value": { "enum": (0..32).map(|team| format!("Team {at} {team}")).collect::<Vec<_>>() } } } } } });
        let mut link =
            json!({ "if": is("league_name", json!([format!("league_{at}"), format!("League {at}")])), "then": rule });
        if !chain.is_null() {
            link["else"] = chain;
        }
        chain = link;
    }
    all.push(chain);
    all
}

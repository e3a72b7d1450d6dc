//! A small product type with the traits of real ones.

use serde_json::{Value, json};

/// An attribute with one value for each language.
fn said(title: &str, value: Value, most: u64) -> Value {
    let items = json!({
        "type": "object", "required": ["value", "language_tag"], "additionalProperties": false,
        "properties": { "value": value, "language_tag": { "$ref": "#/$defs/language_tag" }, "marketplace_id": { "$ref": "#/$defs/marketplace_id" } },
    });
    json!({ "title": title, "type": "array", "minUniqueItems": 1, "maxUniqueItems": most, "selectors": ["marketplace_id", "language_tag"], "items": items })
}

/// An attribute with one value.
fn plain(title: &str, value: Value) -> Value {
    let items = json!({
        "type": "object", "required": ["value"], "additionalProperties": false,
        "properties": { "value": value, "marketplace_id": { "$ref": "#/$defs/marketplace_id" } },
    });
    json!({ "title": title, "type": "array", "maxUniqueItems": 1, "selectors": ["marketplace_id"], "items": items })
}

fn price() -> Value {
    let value = json!({ "type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01 });
    json!({ "type": "array", "minItems": 1, "maxItems": 1, "items": { "type": "object", "required": ["schedule"], "properties": {
        "schedule": { "type": "array", "minItems": 1, "maxItems": 1, "items": { "type": "object", "required": ["value_with_tax"], "properties": { "value_with_tax": value } } },
    } } })
}

pub fn schema() -> Value {
    let date =
        json!({ "oneOf": [{ "type": "string", "format": "date" }, { "type": "string", "format": "date-time" }] });
    let offer = json!({ "title": "Angebot", "type": "array", "maxUniqueItems": 1, "selectors": ["marketplace_id", "currency", "audience"],
        "items": { "type": "object", "properties": {
            "marketplace_id": { "$ref": "#/$defs/marketplace_id" },
            "currency": { "type": "string", "anyOf": [{ "type": "string" }, { "type": "string", "enum": ["EUR"] }] },
            "audience": { "type": "string", "enum": ["ALL", "B2B"] },
            "our_price": price(),
            "minimum_seller_allowed_price": price(),
            "maximum_seller_allowed_price": price(),
            "discounted_price": { "type": "array", "items": { "type": "object", "properties": { "schedule": { "type": "array", "items": { "type": "object",
                "properties": { "value_with_tax": { "type": "number" }, "start_at": date, "end_at": date } } } } } },
            "quantity_discount_plan": { "type": "array", "minItems": 1, "maxItems": 0, "items": { "type": "object", "properties": { "x": { "type": "string" } } } },
        } } });
    let weight = json!({ "type": "array", "maxItems": 1, "items": { "type": "object", "required": ["value", "unit"], "properties": {
        "value": { "type": "number", "minimum": 0 },
        "unit": { "type": "string", "enum": ["grams", "kilograms"], "enumNames": ["Gramm", "Kilogramm"] },
    } } });
    let battery = json!({ "title": "Batterie", "type": "array", "maxUniqueItems": 1, "selectors": ["marketplace_id"], "items": { "type": "object",
        "required": ["cell_composition", "weight"], "properties": {
            "marketplace_id": { "$ref": "#/$defs/marketplace_id" },
            "cell_composition": { "title": "Zusammensetzung", "type": "string" },
            "weight": weight,
        } } });
    let stock = json!({ "title": "Bestand", "type": "array", "selectors": ["fulfillment_channel_code"], "items": { "type": "object", "required": ["fulfillment_channel_code"],
        "properties": { "fulfillment_channel_code": { "type": "string", "enum": ["DEFAULT", "AMAZON_EU"] }, "quantity": { "type": "integer", "minimum": 0 },
            "restock_date": date } } });
    let identifier = json!({ "title": "Produkt-ID", "type": "array", "maxUniqueItems": 1, "selectors": ["marketplace_id", "type", "value"], "items": { "type": "object",
        "required": ["type", "value"], "properties": { "type": { "type": "string", "enum": ["ean", "gtin"] }, "value": { "type": "string" },
            "marketplace_id": { "$ref": "#/$defs/marketplace_id" } } } });
    json!({
        "type": "object", "additionalProperties": false,
        "required": ["item_name", "brand", "bullet_point", "batteries_required"],
        "properties": {
            "item_name": said("Produktname", json!({ "type": "string", "maxLength": 20, "maxUtf8ByteLength": 30, "examples": ["Koffer"] }), 1),
            "brand": said("Marke", json!({ "type": "string" }), 1),
            "bullet_point": said("Aufzählungspunkt", json!({ "type": "string", "maxLength": 12 }), 3),
            "color": said("Farbe", json!({ "anyOf": [{ "type": "string" }, { "type": "string", "enum": ["Rot", "Blau"] }] }), 1),
            "condition_type": plain("Zustand", json!({ "type": "string", "enum": ["new_new", "used_good"], "enumNames": ["Neu", "Gebraucht"] })),
            "batteries_required": plain("Batterien nötig", json!({ "type": "boolean", "enum": [false, true], "enumNames": ["Nein", "Ja"] })),
            "release_date": plain("Erscheinungsdatum", date),
            "battery": battery,
            "externally_assigned_product_identifier": identifier,
            "purchasable_offer": offer,
            "fulfillment_availability": stock,
        },
        "allOf": [{
            "if": { "required": ["batteries_required"], "properties": { "batteries_required": { "contains": { "properties": { "value": { "enum": [true] } } } } } },
            "then": { "required": ["battery"] },
        }],
        "$defs": {
            "language_tag": { "type": "string", "hidden": true, "anyOf": [{ "type": "string" }, { "type": "string", "enum": ["de_DE"] }] },
            "marketplace_id": { "type": "string", "hidden": true, "anyOf": [{ "type": "string" }, { "type": "string", "enum": ["A1PA6795UKMFR9"] }] },
        },
    })
}

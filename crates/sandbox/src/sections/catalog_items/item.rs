//! A product of the catalog in the form of answers.

use crate::shop::product_types::{Language, words};
use crate::shop::{Entry, Role};
use serde_json::{Map, Value, json};
use spapi_types::Marketplace;

/// The parts that an answer can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Attributes,
    Classifications,
    Dimensions,
    Identifiers,
    Images,
    ProductTypes,
    Relationships,
    SalesRanks,
    Summaries,
    /// What only a vendor sees.
    VendorDetails,
}

pub(super) const PARTS: [(&str, Part); 10] = [
    ("attributes", Part::Attributes),
    ("classifications", Part::Classifications),
    ("dimensions", Part::Dimensions),
    ("identifiers", Part::Identifiers),
    ("images", Part::Images),
    ("productTypes", Part::ProductTypes),
    ("relationships", Part::Relationships),
    ("salesRanks", Part::SalesRanks),
    ("summaries", Part::Summaries),
    ("vendorDetails", Part::VendorDetails),
];

/// The host of the pictures, which does not exist.
const PICTURES: &str = "https://images.spapi-sandbox.test";

/// How answers show products.
pub(super) struct Shown<'a> {
    pub(super) marketplaces: &'a [Marketplace],
    /// The language of the labels. Texts of the product are in the language of each marketplace.
    pub(super) language: Language,
}

impl Shown<'_> {
    pub(super) fn item(&self, entry: &Entry, parts: &[Part]) -> Value {
        let mut item = json!({ "asin": entry.asin });
        for part in parts {
            let Some((name, _)) = PARTS.iter().find(|(_, known)| known == part) else { continue };
            item[*name] = match part {
                Part::Attributes => self.attributes(entry).into(),
                Part::VendorDetails => json!([]),
                part => self.marketplaces.iter().map(|own| self.of_marketplace(entry, *part, *own)).collect(),
            };
        }
        item
    }

    /// A part of the answer for one marketplace.
    fn of_marketplace(&self, entry: &Entry, part: Part, own: Marketplace) -> Value {
        let id = own.id();
        let kind = entry.product_type;
        match part {
            Part::Classifications => json!({ "marketplaceId": id, "classifications": [self.classification(entry)] }),
            Part::Dimensions => {
                let package = entry.sides.map(|side| side + 20);
                json!({
                    "marketplaceId": id,
                    "item": dimensions(own, entry.sides, entry.grams),
                    "package": dimensions(own, package, entry.grams + 120),
                })
            }
            Part::Identifiers => {
                let numbers = entry.numbers(own).into_iter();
                let numbers = numbers.map(|(kind, number)| json!({ "identifierType": kind, "identifier": number }));
                json!({ "marketplaceId": id, "identifiers": numbers.collect::<Vec<_>>() })
            }
            Part::Images => {
                let image = |variant: &str, side: u32| {
                    let link = format!("{PICTURES}/{}.{variant}.{side}.jpg", entry.asin);
                    json!({ "variant": variant, "link": link, "height": side, "width": side })
                };
                let images = [image("MAIN", 1500), image("MAIN", 500), image("PT01", 1500)];
                json!({ "marketplaceId": id, "images": images })
            }
            Part::ProductTypes => json!({ "marketplaceId": id, "productType": kind.name }),
            Part::Relationships => json!({ "marketplaceId": id, "relationships": relationships(entry) }),
            Part::SalesRanks => {
                let place = format!("https://{}", own.retail_host());
                json!({
                    "marketplaceId": id,
                    "classificationRanks": [{
                        "classificationId": kind.node.to_string(),
                        "title": kind.title.of(self.language),
                        "link": format!("{place}/{}", kind.node),
                        "rank": 1 + entry.rank / 40,
                    }],
                    "displayGroupRanks": [{
                        "websiteDisplayGroup": display_group(entry),
                        "title": kind.title.of(self.language),
                        "link": format!("{place}/{}", display_group(entry)),
                        "rank": entry.rank,
                    }],
                })
            }
            Part::Summaries | Part::Attributes | Part::VendorDetails => self.summary(entry, own),
        }
    }

    fn summary(&self, entry: &Entry, own: Marketplace) -> Value {
        let language = Language::of_marketplace(own);
        let mut summary = json!({
            "marketplaceId": own.id(),
            "adultProduct": false,
            "autographed": false,
            "brand": entry.brand,
            "browseClassification": self.classification(entry),
            "itemClassification": match entry.role {
                Role::Parent(_) => "VARIATION_PARENT",
                Role::Alone | Role::Child(_) => "BASE_PRODUCT",
            },
            "itemName": entry.title(self.language),
            "manufacturer": entry.brand,
            "memorabilia": false,
            "modelNumber": entry.model,
            "packageQuantity": 1,
            "partNumber": entry.model,
            "releaseDate": entry.released,
            "tradeInEligible": false,
            "websiteDisplayGroup": display_group(entry),
            "websiteDisplayGroupName": entry.product_type.title.of(self.language),
        });
        if !matches!(entry.role, Role::Parent(_)) {
            summary["color"] = entry.color.of(language).into();
            summary["size"] = entry.size.into();
        }
        summary
    }

    /// The category, below that of everything.
    fn classification(&self, entry: &Entry) -> Value {
        let everything = words("Everything", "Alles", "Tout", "すべて");
        json!({
            "classificationId": entry.product_type.node.to_string(),
            "displayName": entry.product_type.title.of(self.language),
            "parent": { "classificationId": "10", "displayName": everything.of(self.language) },
        })
    }

    /// The attributes, with an instance for each marketplace.
    fn attributes(&self, entry: &Entry) -> Map<String, Value> {
        let mut attributes = Map::new();
        for own in self.marketplaces {
            let language = Language::of_marketplace(*own);
            let mut add = |name: &str, mut instance: Value| {
                instance["marketplace_id"] = own.id().into();
                match attributes.get_mut(name) {
                    Some(Value::Array(instances)) => instances.push(instance),
                    _ => drop(attributes.insert(name.to_owned(), json!([instance]))),
                }
            };
            let spoken = |value: &str| json!({ "value": value, "language_tag": own.default_locale() });
            add("item_name", spoken(&entry.title(language)));
            add("brand", spoken(entry.brand));
            add("manufacturer", spoken(entry.brand));
            add("model_number", spoken(&entry.model));
            add("material", spoken(entry.material.of(language)));
            add("item_weight", weight(*own, entry.grams));
            let sides = ["length", "width", "height"].into_iter().zip(entry.sides);
            add("item_dimensions", sides.map(|(name, side)| (name.to_owned(), length(*own, side))).collect());
            if !matches!(entry.role, Role::Parent(_)) {
                add("color", spoken(entry.color.of(language)));
                add("size", spoken(entry.size));
            }
            for (kind, number) in entry.numbers(*own) {
                add("externally_assigned_product_identifier", json!({ "type": kind.to_lowercase(), "value": number }));
            }
        }
        attributes
    }
}

fn display_group(entry: &Entry) -> String {
    format!("{}_display_on_website", entry.product_type.name.to_lowercase())
}

fn relationships(entry: &Entry) -> Value {
    let theme = json!({ "theme": "COLOR/SIZE", "attributes": ["color", "size"] });
    match &entry.role {
        Role::Alone => json!([]),
        Role::Parent(children) => json!([{ "type": "VARIATION", "childAsins": children, "variationTheme": theme }]),
        Role::Child(parent) => json!([{ "type": "VARIATION", "parentAsins": [parent], "variationTheme": theme }]),
    }
}

fn is_imperial(own: Marketplace) -> bool {
    own == Marketplace::US
}

/// A length of so many tenths of a centimeter, in the unit of the marketplace.
fn length(own: Marketplace, tenths: u64) -> Value {
    match is_imperial(own) {
        true => json!({ "unit": "inches", "value": hundredths(tenths as f64 / 25.4) }),
        false => json!({ "unit": "centimeters", "value": tenths as f64 / 10.0 }),
    }
}

/// A weight of so many grams, in the unit of the marketplace.
fn weight(own: Marketplace, grams: u64) -> Value {
    match is_imperial(own) {
        true => json!({ "unit": "pounds", "value": hundredths(grams as f64 / 453.592_37) }),
        false => json!({ "unit": "kilograms", "value": grams as f64 / 1000.0 }),
    }
}

/// The number with two decimal places, above zero.
fn hundredths(number: f64) -> f64 {
    (number * 100.0).round().max(1.0) / 100.0
}

fn dimensions(own: Marketplace, [long, wide, high]: [u64; 3], grams: u64) -> Value {
    json!({
        "length": length(own, long),
        "width": length(own, wide),
        "height": length(own, high),
        "weight": weight(own, grams),
    })
}

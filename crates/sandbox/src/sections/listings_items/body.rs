//! A listing as answers show it.

use crate::server::Server;
use crate::shop::listings::offer::{Stock, decimals, instances, text};
use crate::shop::listings::{Attributes, Issue, Listing, Place, images, of_marketplace, value};
use crate::shop::{amount, fn_sku};
use crate::time::dates;
use serde_json::{Map, Value, json};
use spapi_types::Marketplace;
use std::time::SystemTime;

/// A part of a listing that an answer can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Summaries,
    Attributes,
    Issues,
    Offers,
    Availability,
    Relationships,
    ProductTypes,
    /// Only vendors have it.
    Procurement,
}

/// The names of the parts.
pub(crate) const PARTS: [(&str, Part); 8] = [
    ("summaries", Part::Summaries),
    ("attributes", Part::Attributes),
    ("issues", Part::Issues),
    ("offers", Part::Offers),
    ("fulfillmentAvailability", Part::Availability),
    ("procurement", Part::Procurement),
    ("relationships", Part::Relationships),
    ("productTypes", Part::ProductTypes),
];

/// The listing in these marketplaces, or `None` if it is in none of them.
pub(crate) fn item(
    server: &Server,
    listing: &Listing,
    marketplaces: &[Marketplace],
    parts: &[Part],
    locale: &str,
) -> Option<Value> {
    let now = server.clock.now();
    let place = |marketplace: &Marketplace| Some((*marketplace, listing.places.get(marketplace.id())?));
    let places: Vec<(Marketplace, &Place)> = marketplaces.iter().filter_map(place).collect();
    if places.is_empty() {
        return None;
    }
    let attributes = &listing.attributes;
    let mut body = Map::from_iter([("sku".to_owned(), Value::from(listing.sku.clone()))]);
    for part in parts {
        let (name, content): (_, Vec<Value>) = match part {
            Part::Summaries => (
                "summaries",
                places.iter().map(|(marketplace, place)| summary(attributes, *marketplace, place, now)).collect(),
            ),
            Part::Attributes => {
                body.insert("attributes".into(), merged(attributes, &places).into());
                continue;
            }
            Part::Issues => {
                let found = places.iter().flat_map(|(id, place)| place.shown.issues.iter().map(|issue| (*id, issue)));
                ("issues", issues(found, locale))
            }
            Part::Offers => ("offers", places.iter().flat_map(|(id, place)| offers(*id, place, now)).collect()),
            Part::Availability => {
                ("fulfillmentAvailability", places.iter().flat_map(|(_, place)| stock(place)).collect())
            }
            Part::Relationships => {
                ("relationships", places.iter().map(|(id, _)| relationships(server, listing, *id)).collect())
            }
            Part::ProductTypes => (
                "productTypes",
                places
                    .iter()
                    .map(|(id, place)| json!({ "marketplaceId": id.id(), "productType": place.product_type }))
                    .collect(),
            ),
            Part::Procurement => continue,
        };
        body.insert(name.to_owned(), content.into());
    }
    Some(body.into())
}

fn summary(attributes: &Attributes, marketplace: Marketplace, place: &Place, now: SystemTime) -> Value {
    let mut summary = json!({
        "marketplaceId": marketplace.id(),
        "productType": place.product_type,
        "status": place.status(attributes, marketplace, now),
        "createdDate": dates::text(place.created),
        "lastUpdatedDate": dates::text(place.updated),
    });
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            summary[name] = value;
        }
    };
    add("conditionType", value(attributes, "condition_type", marketplace).map(Value::from));
    // Before the item is known, the listing has neither its ASIN nor its title.
    if let Some(asin) = &place.asin {
        add("asin", Some(asin.as_str().into()));
        add("itemName", value(attributes, "item_name", marketplace).map(Value::from));
        add("fnSku", fulfillment_sku(place).map(Value::from));
        let main = images(attributes, marketplace).find(|(name, _)| *name == "main_product_image_locator");
        add("mainImage", main.map(|(_, link)| json!({ "link": link, "height": 500, "width": 500 })));
    }
    summary
}

/// Amazon's number for the units in its warehouses, if it has any.
pub(super) fn fulfillment_sku(place: &Place) -> Option<String> {
    let by_amazon = place.shown.stocks.iter().any(|stock| !stock.is_own());
    place.asin.as_ref().filter(|_| by_amazon).map(|asin| fn_sku(asin))
}

/// The attributes of several marketplaces.
fn merged(attributes: &Attributes, places: &[(Marketplace, &Place)]) -> Attributes {
    let mut merged = Attributes::new();
    for (marketplace, _) in places {
        for (name, values) in of_marketplace(attributes, *marketplace) {
            let known = merged.entry(name).or_insert_with(|| json!([]));
            if let (Value::Array(known), Value::Array(values)) = (known, values) {
                known.extend(values);
            }
        }
    }
    merged
}

/// The issues; one that several marketplaces have names them all.
pub(super) fn issues<'a>(of: impl Iterator<Item = (Marketplace, &'a Issue)>, locale: &str) -> Vec<Value> {
    let mut found: Vec<(&Issue, Vec<&str>)> = Vec::new();
    for (marketplace, issue) in of {
        match found.iter_mut().find(|(known, _)| *known == issue) {
            Some((_, ids)) => ids.push(marketplace.id()),
            None => found.push((issue, vec![marketplace.id()])),
        }
    }
    found.into_iter().map(|(issue, ids)| issue.body(locale, &ids)).collect()
}

fn offers(marketplace: Marketplace, place: &Place, now: SystemTime) -> Vec<Value> {
    let open = place.shown.offers.iter().filter(|offer| offer.is_open(now));
    open.map(|offer| {
        let is_for_companies = offer.audience == "B2B";
        let name = if is_for_companies { "Amazon Business" } else { "Sell on Amazon" };
        let price = amount(offer.price, decimals(&offer.currency));
        let mut body = json!({
            "marketplaceId": marketplace.id(),
            "offerType": if is_for_companies { "B2B" } else { "B2C" },
            "price": { "currencyCode": offer.currency, "amount": price },
            "audience": { "value": offer.audience, "displayName": name },
        });
        if let Some(points) = offer.points {
            body["points"] = json!({ "pointsNumber": points });
        }
        body
    })
    .collect()
}

fn stock(place: &Place) -> Vec<Value> {
    let show = |stock: &Stock| match stock.quantity {
        Some(quantity) => json!({ "fulfillmentChannelCode": stock.channel, "quantity": quantity }),
        None => json!({ "fulfillmentChannelCode": stock.channel }),
    };
    place.shown.stocks.iter().map(show).collect()
}

/// The SKU of the parent in a family of variations.
pub(super) fn parent(attributes: &Attributes, marketplace: Marketplace) -> Option<&str> {
    instances(attributes, "child_parent_sku_relationship", marketplace)
        .find_map(|instance| text(instance, "parent_sku"))
}

/// The family of a child or of a parent.
fn relationships(server: &Server, listing: &Listing, marketplace: Marketplace) -> Value {
    let attributes = &listing.attributes;
    let mut family = json!({ "type": "VARIATION" });
    match parent(attributes, marketplace) {
        Some(parent) => family["parentSkus"] = json!([parent]),
        None if value(attributes, "parentage_level", marketplace) == Some("parent") => {
            let is_child = |other: &Listing| {
                let is_here = other.places.contains_key(marketplace.id());
                is_here && parent(&other.attributes, marketplace) == Some(&listing.sku)
            };
            let children = |other: &Listing| is_child(other).then(|| other.sku.clone());
            family["childSkus"] = server.listings.select(marketplace.region(), children).into();
        }
        None => return json!({ "marketplaceId": marketplace.id(), "relationships": [] }),
    }
    let mut themes = instances(attributes, "variation_theme", marketplace);
    if let Some(theme) = themes.find_map(|theme| text(theme, "name")) {
        let names: Vec<String> = theme.split('/').map(str::to_lowercase).collect();
        family["variationTheme"] = json!({ "attributes": names, "theme": theme });
    }
    json!({ "marketplaceId": marketplace.id(), "relationships": [family] })
}

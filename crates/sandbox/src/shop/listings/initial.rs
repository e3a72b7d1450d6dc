//! The listings of the shop's products. By their place in the list of products they differ in what sellers have beside a
//! price: other audiences, sale prices, limits, points, lead times and second marketplaces.

use super::issue::{Enforcement, Exemption, Issue, LISTING_SUPPRESSED, SEARCH_SUPPRESSED, Severity};
use super::listing::{Listing, Place};
use super::offer::{EVERYBODY, OFFER, OWN_CHANNEL, STOCK, number, price_list};
use super::processing::PRODUCT_CODES;
use super::{Attributes, DEFAULT_SELLER};
use crate::shop::{Market, Product, by_amazon};
use crate::time::dates;
use serde_json::{Map, Value, json};
use spapi_types::Marketplace;
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

/// How long before the start of the sandbox the listings were made.
const AGE: Duration = Duration::from_secs(200 * 24 * 3600);

const DAY: Duration = Duration::from_secs(24 * 3600);

/// The product type of everything in the shop.
const PRODUCT_TYPE: &str = "KITCHEN";

/// The place of the product that the seller has sold out.
const SOLD_OUT: usize = 9;

/// The places of the products that have an offer to companies, a sale price, and an offer in a second marketplace. The
/// product at 6 has everything.
const FOR_COMPANIES: [usize; 4] = [1, 4, 6, 7];
const ON_SALE: [usize; 3] = [3, 5, 6];
const IN_TWO_MARKETPLACES: [usize; 2] = [2, 6];

/// The places of the products whose offers have limits, and whose stock has a lead time.
const LIMITED: [usize; 6] = [0, 2, 4, 6, 8, 10];
const WITH_LEAD_TIME: [usize; 2] = [3, 6];

/// The listings of a market's products.
pub(super) fn listings(
    eans: &HashMap<&'static str, String>,
    market: &'static Market,
    began: SystemTime,
) -> impl Iterator<Item = Listing> {
    market.products.iter().enumerate().map(move |(place, product)| {
        let ean = eans.get(product.asin).map(String::as_str).unwrap_or_default();
        listing(market, product, ean, place, began)
    })
}

fn listing(market: &'static Market, product: &'static Product, ean: &str, place: usize, began: SystemTime) -> Listing {
    let mut listing = Listing::new(product.sku);
    let mut marketplaces = vec![market.marketplace];
    marketplaces.extend(second(market.marketplace).filter(|_| IN_TWO_MARKETPLACES.contains(&place)));
    for marketplace in &marketplaces {
        let sold = Sold { market, product, place, marketplace: *marketplace, began };
        for (name, values) in sold.attributes(ean) {
            let stored = listing.attributes.entry(name).or_insert_with(|| json!([]));
            if let (Value::Array(stored), Value::Array(values)) = (stored, values) {
                stored.extend(values);
            }
        }
    }
    for marketplace in marketplaces {
        let created = began - AGE;
        let mut known = Place::new(DEFAULT_SELLER, PRODUCT_TYPE, created);
        known.updated = began - Duration::from_secs(3600 * place as u64);
        known.asin = Some(product.asin.to_owned());
        known.points = (marketplace == Marketplace::JP).then_some(product.price / 100);
        if marketplace == market.marketplace {
            known.imposed = imposed(place, began);
        }
        let known = known.settled(&listing.attributes, marketplace);
        listing.places.insert(marketplace.id().to_owned(), known);
    }
    listing
}

/// The second marketplace of a seller.
fn second(marketplace: Marketplace) -> Option<Marketplace> {
    match marketplace {
        Marketplace::US => Some(Marketplace::CA),
        Marketplace::DE => Some(Marketplace::FR),
        _ => None,
    }
}

/// The issues that Amazon has with a product: the first one is not found in searches, the ninth one will end in a month.
fn imposed(place: usize, began: SystemTime) -> Vec<Issue> {
    match place {
        0 => vec![
            Issue::new(
                "18027",
                Severity::Error,
                "INVALID_IMAGE",
                "main_product_image_locator",
                "The main image shows more than the product.",
            )
            .and("de", "Das Hauptbild zeigt mehr als das Produkt.")
            .and("fr", "L'image principale montre plus que le produit.")
            .and("ja", "メイン画像に商品以外が写っています。")
            .with_action(SEARCH_SUPPRESSED),
        ],
        8 => {
            let message = "The listing needs an approval by the end of the exemption.";
            let issue = Issue::new("18742", Severity::Warning, "QUALIFICATION_REQUIRED", "", message)
                .and("de", "Das Angebot braucht bis zum Ende der Ausnahme eine Freigabe.")
                .and("fr", "L'offre doit être approuvée avant la fin de l'exemption.")
                .and("ja", "免除期間が終わるまでに承認が必要です。");
            let actions = vec![LISTING_SUPPRESSED.to_owned()];
            let end = dates::whole_seconds(began) + 30 * DAY;
            vec![Issue { enforcement: Some(Enforcement { actions, exemption: Exemption::Until(end) }), ..issue }]
        }
        _ => Vec::new(),
    }
}

/// A product in a marketplace.
struct Sold {
    market: &'static Market,
    product: &'static Product,
    place: usize,
    marketplace: Marketplace,
    began: SystemTime,
}

impl Sold {
    fn attributes(&self, ean: &str) -> Attributes {
        let Self { market, product, place, marketplace, .. } = *self;
        let (id, language) = (marketplace.id(), marketplace.default_locale());
        let text = |text: &str| json!([{ "value": text, "language_tag": language, "marketplace_id": id }]);
        let plain = |value: &str| json!([{ "value": value, "marketplace_id": id }]);
        let mut attributes = Map::new();
        let mut add = |name: &str, value: Value| drop(attributes.insert(name.to_owned(), value));
        add("item_name", text(product.title));
        add("product_description", text(product.title));
        add("bullet_point", text(product.title));
        add("brand", text("Sandbox Kitchen"));
        add("country_of_origin", plain("JP"));
        add("supplier_declared_dg_hz_regulation", plain("not_applicable"));
        match marketplace {
            Marketplace::US => add("item_type_keyword", plain("kitchen-oak-box")),
            Marketplace::CA => {}
            _ => add("recommended_browse_nodes", plain("60100")),
        }
        add("condition_type", plain("new_new"));
        add("merchant_suggested_asin", plain(product.asin));
        add(PRODUCT_CODES, json!([{ "type": "ean", "value": ean, "marketplace_id": id }]));
        let link = format!("https://images.spapi-sandbox.test/{}.jpg", product.asin);
        add("main_product_image_locator", json!([{ "media_location": link, "marketplace_id": id }]));
        add(OFFER, self.offers());
        let stock = match by_amazon(market, product) {
            true => json!({ "fulfillment_channel_code": amazons_channel(marketplace), "marketplace_id": id }),
            false => {
                let quantity = if place == SOLD_OUT { 0 } else { 5 + 7 * place };
                let mut stock = json!({
                    "fulfillment_channel_code": OWN_CHANNEL,
                    "quantity": quantity,
                    "marketplace_id": id,
                });
                if WITH_LEAD_TIME.contains(&place) {
                    stock["lead_time_to_ship_max_days"] = 3.into();
                }
                stock
            }
        };
        add(STOCK, json!([stock]));
        attributes
    }

    fn offers(&self) -> Value {
        let Self { product, place, marketplace, began, .. } = *self;
        let currency = marketplace.currency();
        // The second marketplace is a little dearer.
        let price = if marketplace == self.market.marketplace { product.price } else { product.price * 11 / 10 };
        let offer = |audience: &str, price: i64| {
            json!({
                "marketplace_id": marketplace.id(),
                "currency": currency,
                "audience": audience,
                "our_price": price_list(price, currency),
            })
        };
        let mut for_all = offer(EVERYBODY, price);
        if LIMITED.contains(&place) {
            for_all["minimum_seller_allowed_price"] = price_list(price * 6 / 10, currency);
            for_all["maximum_seller_allowed_price"] = price_list(price * 2, currency);
        }
        if ON_SALE.contains(&place) {
            for_all["discounted_price"] = json!([{ "schedule": [{
                "start_at": dates::text(began - 2 * DAY),
                "end_at": dates::text(began + 20 * DAY),
                "value_with_tax": number(price * 9 / 10, currency),
            }] }]);
        }
        let mut offers = vec![for_all];
        if FOR_COMPANIES.contains(&place) {
            let mut for_companies = offer("B2B", price * 95 / 100);
            let levels = json!([{ "lower_bound": 10, "value": number(price * 8 / 10, currency) }]);
            let schedule = json!([{ "discount_type": "fixed", "levels": levels }]);
            for_companies["quantity_discount_plan"] = json!([{ "schedule": schedule }]);
            offers.push(for_companies);
        }
        offers.into()
    }
}

/// The channel of goods that Amazon ships.
fn amazons_channel(marketplace: Marketplace) -> &'static str {
    use spapi_types::Region;
    match (marketplace, marketplace.region()) {
        (Marketplace::JP, _) => "AMAZON_JP",
        (_, Region::Europe) => "AMAZON_EU",
        _ => "AMAZON_NA",
    }
}

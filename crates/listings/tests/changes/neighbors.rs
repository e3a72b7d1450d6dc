//! A change leaves its neighbors as they are: random listings with offers for businesses, sale prices, other marketplaces,
//! stock of several channels, lead times and points.

use crate::amazon::{Amazon, offer, price, with};
use fastrand::Rng;
use serde_json::{Map, Value, json};
use spapi_core::{Decimal, Marketplace};
use spapi_listings::{ListingsPatch, Way};
use std::collections::BTreeMap;

const STATES: u64 = 1_000;

/// How many of the states the other tests use.
const FEWER: u64 = 300;

const SKU: &str = "A-1";

/// The main marketplace, the others of its region, and the channel of what Amazon ships.
const PLACES: [(Marketplace, &[Marketplace], &str); 3] = [
    (Marketplace::JP, &[], "AMAZON_JP"),
    (Marketplace::DE, &[Marketplace::FR, Marketplace::GB], "AMAZON_EU"),
    (Marketplace::US, &[Marketplace::CA, Marketplace::MX], "AMAZON_NA"),
];

/// A listing, and what is to be changed.
pub struct Case {
    pub market: Marketplace,
    pub others: &'static [Marketplace],
    pub attributes: Value,
    pub points: Option<i64>,
    pub audience: &'static str,
    pub price: Decimal,
    pub quantity: u64,
    pub way: Option<Way>,
}

fn amount(rng: &mut Rng, market: Marketplace) -> f64 {
    match market {
        Marketplace::JP => f64::from(rng.u32(1_000..9_999)),
        _ => f64::from(rng.u32(1_000..9_999)) / 100.0,
    }
}

fn random_offer(rng: &mut Rng, market: Marketplace, audience: &str) -> Value {
    let mut made = offer(market, audience, amount(rng, market));
    let sale = amount(rng, market);
    let plan = json!([{ "schedule": [{ "discount_type": "fixed", "levels": [{ "lower_bound": 5, "value": sale }] }] }]);
    let sale = json!([{ "schedule": [{ "value_with_tax": sale, "start_at": "2026-11-01", "end_at": "2027-01-06" }] }]);
    for (name, value, is_there) in [
        ("discounted_price", sale, rng.bool()),
        ("minimum_seller_allowed_price", price(1.0), rng.bool()),
        ("maximum_seller_allowed_price", price(99_999.0), rng.bool()),
        ("quantity_discount_plan", plan, audience == "B2B" && rng.bool()),
        ("start_at", json!({ "value": "2026-01-01T00:00:00Z" }), rng.bool()),
        ("end_at", json!({ "value": "2030-01-01T00:00:00Z" }), rng.bool()),
    ] {
        if is_there {
            made[name] = value;
        }
    }
    // Amazon leaves the audience out of some offers for all.
    if audience == "ALL" && rng.u8(..) < 32 {
        made.as_object_mut().unwrap().remove("audience");
    }
    made
}

impl Case {
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let (market, others, channel) = PLACES[rng.usize(..PLACES.len())];
        let audience = if rng.bool() { "B2B" } else { "ALL" };
        let mut offers = vec![random_offer(&mut rng, market, "ALL")];
        if audience == "B2B" || rng.bool() {
            offers.push(random_offer(&mut rng, market, "B2B"));
        }
        for other in others {
            for audience in ["ALL", "B2B"] {
                if rng.bool() {
                    offers.push(random_offer(&mut rng, *other, audience));
                }
            }
        }
        rng.shuffle(&mut offers);
        let mut stock = vec![json!({ "fulfillment_channel_code": "DEFAULT", "quantity": rng.u32(..50) })];
        for (name, value) in
            [("lead_time_to_ship_max_days", json!(rng.u32(1..9))), ("restock_date", json!("2026-12-24"))]
        {
            if rng.bool() {
                stock[0] = with(stock[0].clone(), Value::Object(Map::from_iter([(name.to_owned(), value)])));
            }
        }
        if rng.bool() {
            stock.push(json!({ "fulfillment_channel_code": channel }));
        }
        if rng.bool() {
            stock.push(json!({ "fulfillment_channel_code": "SHOP_2", "quantity": rng.u32(..50) }));
        }
        rng.shuffle(&mut stock);
        let title = json!([{ "value": "Suitcase", "language_tag": "en_US", "marketplace_id": market.id() }]);
        let price = amount(&mut rng, market).to_string().parse().unwrap();
        Self {
            market,
            others,
            attributes: json!({ "purchasable_offer": offers, "fulfillment_availability": stock, "item_name": title }),
            points: (market == Marketplace::JP && rng.bool()).then(|| rng.i64(1..200)),
            audience,
            price,
            quantity: rng.u64(..500),
            way: [None, Some(Way::Replace)][usize::from(rng.u8(..) < 64)],
        }
    }

    fn amazon(&self) -> Amazon {
        let amazon = Amazon::with(SKU, self.attributes.clone());
        amazon.state().listings.get_mut(SKU).unwrap().points = self.points;
        amazon
    }

    /// What a listing has besides the one member that changes: each member of each instance with its value.
    pub fn neighbors(stored: &Map<String, Value>, changed: &str) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for (name, instances) in stored {
            for instance in instances.as_array().unwrap() {
                let text = |member: &str| instance.get(member).and_then(Value::as_str).unwrap_or_default();
                let audience =
                    if name == "purchasable_offer" && text("audience").is_empty() { "ALL" } else { text("audience") };
                let key = format!("{name} {} {audience} {}", text("marketplace_id"), text("fulfillment_channel_code"));
                for (member, value) in instance.as_object().unwrap().iter().filter(|(member, _)| *member != "audience")
                {
                    all.insert(format!("{key} {member}"), value.to_string());
                }
            }
        }
        assert!(all.remove(changed).is_some(), "{changed} is not in {all:?}");
        all
    }

    pub fn price_key(&self) -> String {
        format!("purchasable_offer {} {}  our_price", self.market.id(), self.audience)
    }
}

/// How many neighbors differ.
pub fn unwanted(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> usize {
    let lost = before.iter().filter(|(name, value)| after.get(*name) != Some(value)).count();
    lost + after.keys().filter(|name| !before.contains_key(*name)).count()
}

#[tokio::test(start_paused = true)]
async fn a_change_of_a_price_leaves_every_neighbor_as_it_is() {
    let mut changes = 0;
    for seed in 0..STATES {
        let case = Case::of(seed);
        let amazon = case.amazon();
        let before = Case::neighbors(&amazon.stored(SKU).attributes, &case.price_key());
        let request = amazon.listings(case.market).price(SKU, case.market, case.price).audience(case.audience);
        let request = request.watching(case.others.iter().copied());
        let change = case.way.into_iter().fold(request, |request, way| request.by(way)).await.unwrap();
        let after = Case::neighbors(&amazon.stored(SKU).attributes, &case.price_key());
        changes += unwanted(&before, &after);
        assert_eq!(before, after, "state {seed}");
        assert!(change.is_shown() && change.others.is_empty(), "state {seed}: {change:?}");
        assert_eq!(
            (change.after, amazon.stored(SKU).points),
            (Some(case.price.normalize()), case.points),
            "state {seed}"
        );
    }
    println!("{STATES} states, changes of a price: {changes} unwanted changes");
}

/// The quantity that a case changes.
pub const QUANTITY: &str = "fulfillment_availability   DEFAULT quantity";

#[tokio::test(start_paused = true)]
async fn a_change_of_a_quantity_leaves_every_neighbor_as_it_is() {
    for seed in 0..FEWER {
        let case = Case::of(seed);
        let amazon = case.amazon();
        let before = Case::neighbors(&amazon.stored(SKU).attributes, QUANTITY);
        let request = amazon.listings(case.market).quantity(SKU, case.market, case.quantity);
        let request = request.watching(case.others.iter().copied());
        let change = case.way.into_iter().fold(request, |request, way| request.by(way)).await.unwrap();
        let after = Case::neighbors(&amazon.stored(SKU).attributes, QUANTITY);
        assert_eq!(before, after, "state {seed}");
        assert!(change.is_shown() && change.others.is_empty(), "state {seed}: {change:?}");
        assert_eq!(change.after, Some(case.quantity), "state {seed}");
    }
}

/// What other clients do: replace the offer with its price alone.
#[tokio::test(start_paused = true)]
async fn a_replacement_with_the_price_alone_loses_neighbors() {
    let (mut lost, mut changes) = (0, 0);
    for seed in 0..FEWER {
        let case = Case::of(seed);
        let amazon = case.amazon();
        let before = Case::neighbors(&amazon.stored(SKU).attributes, &case.price_key());
        let value: f64 = case.price.to_string().parse().unwrap();
        let patch =
            ListingsPatch::replace("purchasable_offer", json!([offer(case.market, case.audience, value)])).unwrap();
        amazon.listings(case.market).patch(SKU, case.market, [patch]).await.unwrap().accepted().unwrap();
        let unwanted = unwanted(&before, &Case::neighbors(&amazon.stored(SKU).attributes, &case.price_key()));
        changes += unwanted;
        lost += usize::from(unwanted > 0);
    }
    println!("{FEWER} states, replacements with the price alone: {changes} unwanted changes in {lost} of them");
    assert!(lost > FEWER as usize / 2, "{lost}");
}

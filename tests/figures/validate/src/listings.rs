//! Listings for the schema, each from a seed.

use crate::schema::{CHOICES, DATES, FLAGS, IMAGES, LEAGUES, MARKETPLACE, OPEN, SIZES, TEXTS, choices_of};
use fastrand::Rng;
use serde_json::{Map, Value, json};

/// The attributes of a listing.
const ATTRIBUTES: usize = 40;

fn text(value: String) -> Value {
    json!({ "value": value, "language_tag": "en_US", "marketplace_id": MARKETPLACE })
}

fn value(value: impl Into<Value>) -> Value {
    json!([{ "value": value.into(), "marketplace_id": MARKETPLACE }])
}

/// A listing without an error.
pub fn valid(seed: u64) -> Value {
    let mut rng = Rng::with_seed(seed);
    let mut listing = Map::new();
    let bullets: Vec<_> =
        (0..5).map(|at| text(format!("Bullet {at} of listing {seed}, with some more words about it"))).collect();
    listing.insert("text_0".into(), json!(bullets));
    listing.insert("text_1".into(), json!([text(format!("Name of listing {seed}"))]));
    let price = |amount: f64| json!([{ "schedule": [{ "value_with_tax": amount }] }]);
    let amount = rng.u32(10..400) as f64 / 4.0;
    let offer = |audience: &str, amount: f64| {
        json!({ "marketplace_id": MARKETPLACE, "currency": "USD", "audience": audience, "our_price": price(amount),
            "minimum_seller_allowed_price": price(amount / 2.0), "maximum_seller_allowed_price": price(amount * 2.0) })
    };
    listing.insert("purchasable_offer".into(), json!([offer("ALL", amount), offer("B2B", amount - 0.25)]));
    listing.insert("fulfillment_availability".into(), json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": rng.u32(0..500), "lead_time_to_ship_max_days": 2 }]));
    for at in [0, 1] {
        listing.insert(format!("choice_{at}"), choice(at, &mut rng));
    }
    listing.insert("image_0".into(), image(0));
    // The first flags ask for the texts of the same numbers.
    for at in 0..FLAGS {
        listing.insert(format!("flag_{at}"), value(at < 3));
        if at < 3 {
            for shift in [0, 5] {
                let name = format!("text_{}", 2 + (at + shift) % FLAGS);
                listing.insert(name, json!([text(format!("More of {seed}"))]));
            }
        }
    }
    let league = rng.usize(0..LEAGUES);
    listing.insert("league_name".into(), value(format!("League {league}")));
    listing.insert("team_name".into(), value(format!("Team {league} {}", rng.u32(0..32))));
    while listing.len() < ATTRIBUTES {
        let (name, instances) = match rng.u32(0..6) {
            0 => {
                let at = rng.usize(12..TEXTS - 8);
                (format!("text_{at}"), json!([text(format!("Text {at} of listing {seed}"))]))
            }
            1 => {
                let at = rng.usize(2..CHOICES);
                (format!("choice_{at}"), choice(at, &mut rng))
            }
            2 => {
                let at = rng.usize(0..OPEN);
                (format!("open_{at}"), json!([text(format!("Open {at} {}", rng.u32(0..60)))]))
            }
            3 => {
                let at = rng.usize(0..SIZES);
                let side = |length: u32| json!([{ "unit": "inches", "value": f64::from(length) / 4.0 }]);
                let instance = json!({ "length": side(rng.u32(1..80)), "width": side(rng.u32(1..80)), "height": side(rng.u32(1..80)), "marketplace_id": MARKETPLACE,
                    "material": [{ "value": "oak", "language_tag": "en_US" }] });
                (format!("size_{at}"), json!([instance]))
            }
            4 => {
                let at = rng.usize(0..DATES);
                let date = format!("2026-{:02}-{:02}", rng.u32(1..13), rng.u32(1..29));
                (format!("date_{at}"), value(if rng.bool() { date } else { date + "T08:00:00Z" }))
            }
            _ => {
                let at = rng.usize(0..IMAGES);
                (format!("image_{at}"), image(at))
            }
        };
        listing.insert(name, instances);
    }
    Value::Object(listing)
}

/// A choice that no condition looks at.
fn choice(at: usize, rng: &mut Rng) -> Value {
    value(format!("choice_{at}_{}", rng.usize(4..choices_of(at))))
}

fn image(at: usize) -> Value {
    json!([{ "media_location": format!("https://example.com/images/{at}.jpg"), "marketplace_id": MARKETPLACE }])
}

/// A listing with about twelve errors of many kinds.
pub fn faulty(seed: u64) -> Value {
    let mut listing = valid(seed);
    listing["text_0"][0]["value"] = json!("x".repeat(260));
    listing["text_1"][0]["language_tag"] = Value::Null;
    listing["choice_0"][0]["value"] = json!("choise_0_4");
    listing["choice_1"][0]["value"] = json!(4);
    listing["purchasable_offer"][1]["audience"] = json!("ALL");
    listing["purchasable_offer"][0]["our_price"] = json!([{}]);
    listing["fulfillment_availability"][0]["quantity"] = json!(-1);
    listing["fulfillment_availability"][0]["marketplace_id"] = json!(MARKETPLACE);
    listing["image_0"][0]["media_location"] = json!("a picture.jpg");
    listing["flag_4"][0]["value"] = json!("true");
    listing["team_name"][0]["value"] = json!("Another team");
    listing["date_0"] = value("2026-02-30");
    listing["unknown"] = value("x");
    if let Value::Object(members) = &mut listing {
        members.remove("text_2");
    }
    listing
}

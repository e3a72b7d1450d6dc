//! Makes the orders of a shop from a seed.

use super::after;
use super::random::Random;
use super::{Buyer, FulfilledBy, Item, Market, Order, Package, Payment, Product, Promotion, Speed, Status, markets_of};
use crate::time::dates;
use spapi_types::Region;
use std::collections::HashSet;
use std::time::{Duration, SystemTime};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The age of the newest order, in seconds: lists end two minutes before the present.
const YOUNGEST: u64 = 5 * MINUTE;

/// How far back the orders reach, in seconds.
const SPAN: u64 = 45 * DAY;

/// Separates the random numbers of buyers from those of orders.
const BUYERS: u64 = 0x6275_7965_7273;

/// Separates the random numbers of orders that arrive after the start from those of the first ones.
const ARRIVALS: u64 = 0x6172_7269_7665;

/// Separates the random numbers of returns and feedback from those of orders.
const AFTER: u64 = 0x0061_6674_6572;

/// The orders of each region, from the weeks before `now`. Later days have more orders than earlier ones.
pub(super) fn orders(seed: u64, count: usize, now: SystemTime) -> Vec<Order> {
    let now = dates::whole_seconds(now);
    let mut taken = HashSet::new();
    let regions = Region::ALL.iter().map(|region| markets_of(*region).collect::<Vec<_>>());
    let places = regions
        .filter(|markets| !markets.is_empty())
        .flat_map(|markets| (0..count as u64).map(move |place| (place, markets[place as usize % markets.len()])));
    places
        .map(|(place, market)| {
            let mut random = Random::new(seed, place);
            // Whole numbers, because every machine squares them alike.
            let part = (place * 1_000_000 + random.below(1_000_000)) / count as u64;
            let age = YOUNGEST + SPAN * part / 1_000_000 * part / 1_000_000;
            let id = order_id(&mut random, market, &mut taken);
            // A separate stream of random numbers, so that changes of buyers do not change orders.
            let mut random_buyer = Random::new(seed ^ BUYERS, place);
            let (mut order, _) = order(&mut random, &mut random_buyer, market, id, age, now);
            let mut random = Random::new(seed ^ AFTER, place);
            let mut random_id = Random::new(seed ^ AFTER, place + count as u64);
            after::follow(&mut order, &mut random, || order_id(&mut random_id, market, &mut taken), now);
            order
        })
        .collect()
}

/// A new order id.
fn order_id(random: &mut Random, market: &Market, taken: &mut HashSet<String>) -> String {
    let id = untaken_id(random, market, |id| taken.contains(id));
    taken.insert(id.clone());
    id
}

fn untaken_id(random: &mut Random, market: &Market, is_taken: impl Fn(&str) -> bool) -> String {
    loop {
        let prefix = random.pick(market.order_prefixes);
        let id = format!("{prefix}-{:07}-{:07}", random.below(10_000_000), random.below(10_000_000));
        if !is_taken(&id) {
            return id;
        }
    }
}

/// The id of an order that arrives after the start.
pub(super) fn id_of_arrival(seed: u64, number: u64, market: &Market, is_taken: impl Fn(&str) -> bool) -> String {
    untaken_id(&mut Random::new(seed ^ ARRIVALS, number), market, is_taken)
}

/// What an order that arrives after the start is in turn, each with its time: not paid, paid, then shipped, cancelled or
/// refused by Amazon, and at last with its package delivered. It is never returned.
pub(super) fn life(
    seed: u64,
    number: u64,
    market: &'static Market,
    id: &str,
    created: SystemTime,
) -> Vec<(SystemTime, Order)> {
    // Long enough for every order to be at its end.
    const AGE: u64 = 60 * DAY;
    let created = dates::whole_seconds(created);
    let (mut random, mut random_buyer) =
        (Random::new(seed ^ ARRIVALS, number), Random::new(seed ^ BUYERS ^ ARRIVALS, number));
    let now = created + Duration::from_secs(AGE);
    let (end, paid) = order(&mut random, &mut random_buyer, market, id.to_owned(), AGE, now);
    let paid = created + Duration::from_secs(paid);
    let early = |at: SystemTime, status: Status| {
        let mut order = Order { status, updated: at, packages: Vec::new(), ..end.clone() };
        for item in &mut order.items {
            (item.shipped, item.cancel_reason) = (0, None);
        }
        (at, order)
    };
    let mut stages = vec![early(created, Status::Pending)];
    if end.updated > paid {
        stages.push(early(paid, Status::Unshipped));
    }
    let mut sent = end.clone();
    sent.packages.iter_mut().for_each(|package| package.delivered = false);
    stages.push((end.updated, sent));
    if !end.packages.is_empty() {
        stages.push((end.updated + Duration::from_secs(2 * DAY), end));
    }
    stages
}

/// An order placed `age` seconds before `now`, and after how many seconds it was paid.
fn order(
    random: &mut Random,
    random_buyer: &mut Random,
    market: &'static Market,
    id: String,
    age: u64,
    now: SystemTime,
) -> (Order, u64) {
    let created = now - Duration::from_secs(age);
    let after = |seconds: u64| created + Duration::from_secs(seconds);
    let fulfilled_by = if random.percent(45) { FulfilledBy::Amazon } else { FulfilledBy::Merchant };
    let by_merchant = fulfilled_by == FulfilledBy::Merchant;
    let speed = random.pick(&[Speed::Standard, Speed::Standard, Speed::Standard, Speed::Expedited, Speed::NextDay]);
    let business = random.percent(12);
    let prime = by_merchant && random.percent(15);
    let payment = payment(random, market, business);
    let mut items = items(random, market, speed, prime);

    let paid = match payment {
        Payment::ConvenienceStore => HOUR + random.below(2 * DAY),
        _ => 10 * MINUTE + random.below(50 * MINUTE),
    };
    let handling = if by_merchant { 12 * HOUR + random.below(2 * DAY) } else { 4 * HOUR + random.below(DAY) };
    let sent = paid + handling;
    let (status, updated) = fate(random, age, paid, sent, by_merchant, items.len());

    match status {
        Status::Shipped => items.iter_mut().for_each(|item| item.shipped = item.quantity),
        Status::PartiallyShipped => items[0].shipped = items[0].quantity,
        Status::Cancelled if random.percent(60) => {
            let reason = random.pick(market.cancel_reasons);
            items.iter_mut().for_each(|item| item.cancel_reason = Some(reason));
        }
        _ => {}
    }
    let packages = match status {
        Status::Shipped | Status::PartiallyShipped if by_merchant => {
            let transit = DAY + random.below(3 * DAY);
            vec![package(random, market, &items, after(updated), updated + transit < age)]
        }
        _ => Vec::new(),
    };
    // Days after the order: earliest and latest dispatch, earliest and latest delivery.
    let (ship_from, ship_to, deliver_from, deliver_to) = match (status, speed) {
        (Status::PendingAvailability, _) => (29, 30, 33, 34),
        (_, Speed::Standard) => (0, 3, 4, 7),
        (_, Speed::Expedited) => (0, 2, 3, 4),
        (_, Speed::NextDay) => (0, 1, 1, 2),
    };
    let order = Order {
        seller_order_id: random.percent(25).then(|| format!("SHOP-{:06}", random.below(1_000_000))),
        id,
        market,
        created,
        updated: after(updated),
        status,
        fulfilled_by,
        speed,
        payment,
        business,
        prime,
        ship_by: (after(ship_from * DAY), after(ship_to * DAY)),
        deliver_by: (after(deliver_from * DAY), after(deliver_to * DAY)),
        items,
        packages,
        buyer: Buyer::new(random_buyer, market, business),
        returned: None,
        feedback: None,
    };
    (order, paid)
}

fn payment(random: &mut Random, market: &Market, business: bool) -> Payment {
    // Cash on delivery and payment at a convenience shop exist in Japan.
    let japan = market.currency() == "JPY";
    match random.below(100) {
        0..15 if japan => Payment::CashOnDelivery,
        15..30 if japan => Payment::ConvenienceStore,
        _ if business => Payment::Invoice,
        _ => Payment::CreditCard,
    }
}

/// The status of an order of this age, and how many seconds after the order it got this status.
fn fate(random: &mut Random, age: u64, paid: u64, sent: u64, by_merchant: bool, lines: usize) -> (Status, u64) {
    let chance = random.below(100);
    match chance {
        0..3 if age < 10 * DAY => (Status::PendingAvailability, MINUTE),
        _ if age < paid => (Status::Pending, 0),
        3..9 => (Status::Cancelled, paid + random.below(age - paid + 1).min(DAY)),
        9..13 if !by_merchant => (Status::Unfulfillable, paid),
        // The first part of an order in parts ships after half of the time.
        _ if by_merchant
            && lines > 1
            && age >= sent / 2
            && sent / 2 >= paid
            && (age < sent || chance < 40 && age < 10 * DAY) =>
        {
            (Status::PartiallyShipped, sent / 2)
        }
        _ if age < sent => (Status::Unshipped, paid),
        _ => (Status::Shipped, sent),
    }
}

fn items(random: &mut Random, market: &'static Market, speed: Speed, prime: bool) -> Vec<Item> {
    let lines = random.pick(&[1, 1, 1, 1, 1, 1, 2, 2, 3, 4]);
    let first = random.below(market.products.len() as u64) as usize;
    let mut items: Vec<Item> = (0..lines)
        // Steps of 5 through the 12 products reach no product twice.
        .map(|line| &market.products[(first + 5 * line) % market.products.len()])
        .map(|product| item(random, market, product))
        .collect();
    let price: i64 = items.iter().map(|item| item.price).sum();
    let shipping = match speed {
        _ if prime => 0,
        Speed::Standard if price >= market.free_shipping_above => 0,
        Speed::Standard => market.shipping,
        Speed::Expedited | Speed::NextDay => 2 * market.shipping,
    };
    items[0].shipping = shipping;
    items[0].shipping_tax = market.tax(shipping);
    items
}

fn item(random: &mut Random, market: &Market, product: &'static Product) -> Item {
    let quantity = random.pick(&[1, 1, 1, 1, 1, 1, 1, 2, 2, 3]);
    let price = product.price * i64::from(quantity);
    let promotion = random.percent(12).then_some(Promotion { id: market.promotion, discount: price / 20 });
    // One percent of the price, sometimes five.
    let points = (market.currency() == "JPY" && random.percent(70)).then(|| price * random.pick(&[1, 1, 1, 5]) / 100);
    Item {
        id: format!("{:014}", random.below(100_000_000_000_000)),
        product,
        quantity,
        shipped: 0,
        price,
        tax: market.tax(price),
        shipping: 0,
        shipping_tax: 0,
        promotion,
        points,
        gift: random.percent(6),
        cancel_reason: None,
    }
}

/// The package with all shipped units.
fn package(random: &mut Random, market: &Market, items: &[Item], sent: SystemTime, delivered: bool) -> Package {
    let (carrier, service) = random.pick(market.carriers);
    Package {
        reference: "1".into(),
        carrier,
        service,
        tracking_number: format!("{:012}", random.below(1_000_000_000_000)),
        sent,
        delivered,
        contents: items.iter().filter(|item| item.shipped > 0).map(|item| (item.id.clone(), item.shipped)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::MARKETS;
    use std::collections::HashMap;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(1_800_000_000_500)
    }

    #[test]
    fn the_same_seed_gives_the_same_shop() {
        assert_eq!(orders(1, 50, now()), orders(1, 50, now()));
        assert_ne!(orders(1, 50, now()), orders(2, 50, now()));
        assert!(orders(1, 0, now()).is_empty());
        assert_eq!(orders(9, 1, now()).len(), 3, "one in each region");
    }

    #[test]
    fn the_default_shop_is_varied() {
        let orders = orders(1, 300, now());
        let mut statuses = HashMap::new();
        for order in &orders {
            *statuses.entry(order.status).or_insert(0) += 1;
        }
        assert_eq!(statuses.len(), 7, "{statuses:?}");
        for market in &MARKETS {
            let count = |days: u64| {
                let since = now() - Duration::from_secs(days * DAY);
                orders.iter().filter(|order| order.market == market && order.created >= since).count()
            };
            assert!(count(1) > 3 && count(7) > count(1) && count(45) > count(14), "{}", market.name);
        }
        assert!(orders.iter().any(|order| order.items.len() > 2));
        assert!(orders.iter().flat_map(|order| &order.items).any(|item| item.points.is_some()));
    }

    #[test]
    fn orders_make_sense() {
        for seed in 0..20 {
            let orders = orders(seed, 200, now());
            let ids: HashSet<_> = orders.iter().map(|order| &order.id).collect();
            assert_eq!(ids.len(), orders.len());
            for order in orders {
                let id = &order.id;
                assert!(order.created <= order.updated && order.updated <= now(), "{order:?}");
                assert!(order.total() > 0 && !order.items.is_empty(), "{id}");
                let skus: HashSet<_> = order.items.iter().map(|item| item.product.sku).collect();
                assert_eq!(skus.len(), order.items.len(), "{id}");
                let (sent, unsent) = (order.units_shipped(), order.units_unshipped());
                match order.status {
                    Status::Shipped => assert!(sent > 0 && unsent == 0, "{id}"),
                    Status::PartiallyShipped => assert!(sent > 0 && unsent > 0, "{id}"),
                    Status::Cancelled => assert!(sent == 0 && unsent == 0, "{id}"),
                    _ => assert!(sent == 0 && unsent > 0, "{id}"),
                }
                let packed: u32 = order.packages.iter().flat_map(|package| &package.contents).map(|(_, n)| n).sum();
                let expected = if order.fulfilled_by == FulfilledBy::Merchant { sent } else { 0 };
                assert_eq!(packed, expected, "{id}");
                if order.market.currency() != "JPY" {
                    assert!(order.items.iter().all(|item| item.points.is_none()), "{id}");
                }
            }
        }
    }
}

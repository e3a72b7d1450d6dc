//! Each kind of difference, and what is none.

use super::*;

const DAY: u64 = 24 * 3600;

fn day(day: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(day * DAY)
}

fn granted(order: &str, amount: i64, at: u64) -> Movement {
    Movement::new(order, Meaning::Granted, amount).sku("A").posted(day(at))
}

/// Settlements of two weeks from day 0 to day 56, and a range of days 14 to 28.
fn reconciliation() -> Reconciliation {
    let mut points = Reconciliation::new(day(14)..day(28));
    for number in 0..4 {
        let start = number * 14;
        assert!(points.settlement(Period::new(number.to_string(), day(start), day(start + 14))));
    }
    points
}

/// The difference between two lists of amounts at day 20.
fn between(settled: &[i64], booked: &[i64]) -> Option<What> {
    let mut points = reconciliation();
    settled.iter().for_each(|amount| points.settled(granted("1", *amount, 20)));
    booked.iter().for_each(|amount| points.booked(granted("1", *amount, 20)));
    let outcome = points.finish();
    assert_eq!((outcome.orders, outcome.open.len()), (1, 0));
    assert_eq!(outcome.matching, u64::from(outcome.differences.is_empty()));
    outcome.differences.first().map(|difference| difference.what)
}

#[test]
fn each_kind_of_difference_is_named() {
    for (settled, booked, what) in [
        (&[-10][..], &[-10][..], None),
        (&[-10, -5], &[-15], None),
        (&[-10, 10, -10], &[-10], None),
        (&[], &[-10], Some(What::NotSettled)),
        (&[-10], &[], Some(What::NotBooked)),
        (&[-10, -10], &[-10], Some(What::Doubled(Side::Settlements))),
        (&[-10], &[-10, -10, -10], Some(What::Doubled(Side::Finances))),
        (&[-10, -5, -5], &[-5, -10], Some(What::Doubled(Side::Settlements))),
        (&[10], &[-10], Some(What::Sign)),
        (&[-9], &[-10], Some(What::Amount)),
        (&[-10, -9], &[-10], Some(What::Amount)),
    ] {
        assert_eq!(between(settled, booked), what, "{settled:?} {booked:?}");
    }
}

#[test]
fn a_difference_says_order_sku_sums_and_time() {
    let mut points = reconciliation();
    points.settled(granted("503-1", -10, 20));
    points.booked(granted("503-1", -12, 19));
    points.settled(Movement::new("503-1", Meaning::Returned, 10).sku("A").posted(day(21)));
    points.booked(Movement::new("503-1", Meaning::Returned, 10).sku("A").posted(day(21)));
    let outcome = points.finish();
    assert_eq!((outcome.orders, outcome.matching), (1, 1));
    let json = serde_json::to_value(&outcome.differences).unwrap();
    let expected = serde_json::json!([{
        "orderId": "503-1", "sku": "A", "meaning": "granted", "what": "amount",
        "settled": "-10", "booked": "-12", "posted": "1970-01-20T00:00:00Z",
    }]);
    assert_eq!(json, expected);
}

#[test]
fn amounts_of_skus_are_compared_apart_unless_one_side_does_not_name_them() {
    let mut points = reconciliation();
    for (sku, settled, booked) in [("A", -10, -20), ("B", -20, -10)] {
        points.settled(granted("1", settled, 20).sku(sku));
        points.booked(granted("1", booked, 20).sku(sku));
        points.settled(granted("2", settled, 20).sku(""));
        points.booked(granted("2", booked, 20).sku(sku));
    }
    let differences = points.finish().differences;
    let found: Vec<_> = differences.iter().map(|one| (one.order_id.as_str(), one.sku.as_deref())).collect();
    assert_eq!(found, [("1", Some("A")), ("1", Some("B"))]);
}

#[test]
fn a_sku_that_lost_letters_in_shift_jis_is_no_difference() {
    let mut points = reconciliation();
    points.settled(granted("1", -10, 20).sku("Caf?-1"));
    points.booked(granted("1", -10, 20).sku("Café-1"));
    points.settled(granted("2", -10, 20).sku("Caf\u{fffd}-1"));
    points.booked(granted("2", -11, 20).sku("Café-1"));
    points.settled(granted("2", -5, 20).sku("B?"));
    points.booked(granted("2", -5, 20).sku("B?"));
    let differences = points.finish().differences;
    let found: Vec<_> = differences.iter().map(|one| (one.what, one.sku.as_deref())).collect();
    assert_eq!(found, [(What::Amount, Some("Café-1"))]);
}

#[test]
fn what_is_outside_of_the_range_counts_only_as_the_other_half() {
    let mut points = reconciliation();
    // Booked at the edge, and settled behind it.
    points.booked(granted("edge", -10, 27));
    points.settled(granted("edge", -10, 29));
    points.settled(granted("before", -10, 13));
    points.booked(granted("after", -10, 28));
    points.booked(Movement::new("no time", Meaning::Granted, -10));
    let outcome = points.finish();
    assert_eq!((outcome.orders, outcome.matching), (2, 1));
    assert_eq!(outcome.differences, [], "without a time it is not known which settlement would have it");
    assert_eq!(outcome.open[0].order_id, "no time");
}

#[test]
fn what_a_later_settlement_can_still_have_is_open() {
    let outcome = |periods: &[(u64, u64)], lag: u64, posted: u64| {
        let mut points = Reconciliation::new(day(0)..day(100)).lag(Duration::from_secs(lag * DAY));
        for (start, end) in periods {
            points.settlement(Period::new(start.to_string(), day(*start), day(*end)));
        }
        points.booked(granted("1", -10, posted));
        let outcome = points.finish();
        assert_eq!(outcome.differences.len() + outcome.open.len(), 1);
        outcome.differences.len()
    };
    assert_eq!(outcome(&[(0, 14), (14, 28)], 14, 10), 1);
    assert_eq!(outcome(&[(0, 14), (14, 28)], 14, 14), 1);
    assert_eq!(outcome(&[(0, 14), (14, 28)], 14, 15), 0, "the next settlement is not read");
    assert_eq!(outcome(&[(0, 14), (14, 28)], 0, 27), 1);
    assert_eq!(outcome(&[(0, 14), (28, 42)], 14, 10), 0, "a settlement between is not read");
    assert_eq!(outcome(&[(0, 14), (28, 42)], 14, 28), 1);
    assert_eq!(outcome(&[(14, 28)], 14, 10), 0, "it was not read so early");
    assert_eq!(outcome(&[], 14, 10), 0);
}

#[test]
fn a_second_shipment_is_open_until_a_settlement_must_have_it() {
    let outcome = |second: u64| {
        let mut points = Reconciliation::new(day(0)..day(56));
        for start in [0, 14] {
            points.settlement(Period::new(start.to_string(), day(start), day(start + 14)));
        }
        points.booked(granted("1", -10, 5));
        points.settled(granted("1", -10, 5));
        points.booked(granted("1", -10, second));
        let outcome = points.finish();
        (outcome.differences.len(), outcome.open.len())
    };
    assert_eq!(outcome(20), (0, 1));
    assert_eq!(outcome(10), (1, 0));
}

#[test]
fn a_settlement_counts_once() {
    let mut points = reconciliation();
    assert!(!points.settlement(Period::new("1", day(14), day(28))));
}

#[test]
fn sums_that_no_decimal_holds_are_a_difference() {
    let mut points = reconciliation();
    for _ in 0..2 {
        points.settled(Movement::new("1", Meaning::Granted, Decimal::MAX).sku("A").posted(day(20)));
    }
    points.booked(granted("1", -10, 20));
    assert_eq!(points.finish().differences[0].what, What::Amount);
}

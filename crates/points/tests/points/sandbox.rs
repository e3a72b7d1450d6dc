//! Settlements and Finances of the sandbox's shop: 10,000 orders without a difference, and each planted one found.
#![allow(deprecated, reason = "the newer version does not say what points cost")]

use spapi_core::transport::ServiceTransport;
use spapi_core::{Client, Clock, Credentials, DateTime, Decimal, Endpoint, Marketplace, Quotas};
use spapi_finances::v0::Finances;
use spapi_jobs::Reports;
use spapi_points::{Meaning, Movement, Outcome, Period, Reconciliation, SettlementRow, Side, What, movements};
use spapi_rows::SettlementV2Row;
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Limits, PointsDifference, REFRESH_TOKEN, Sandbox};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const ORDERS: usize = 10_000;
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The sandbox's clock.
#[derive(Debug)]
struct SandboxClock(spapi_sandbox::Clock);

impl Clock for SandboxClock {
    fn now(&self) -> SystemTime {
        self.0.now()
    }
}

fn shop(orders: usize) -> Sandbox {
    Sandbox::builder().orders(orders).limits(Limits::Off).build().unwrap()
}

/// What both sides of a shop say.
struct Books {
    now: SystemTime,
    periods: Vec<Period>,
    settled: Vec<Movement>,
    booked: Vec<Movement>,
}

impl Books {
    async fn of_a_shop(orders: usize) -> Self {
        Self::of(&shop(orders)).await
    }

    async fn of(shop: &Sandbox) -> Self {
        let client = Client::builder(Marketplace::JP)
            .endpoint(Endpoint::custom(shop.url()))
            .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
            .transport(ServiceTransport::new(shop.service()))
            .clock(Arc::new(SandboxClock(shop.clock().clone())))
            .quotas(&Quotas::off())
            .build()
            .unwrap();
        let mut books = Self { now: shop.clock().now(), periods: Vec::new(), settled: Vec::new(), booked: Vec::new() };
        let reports = Reports::new(&client);
        let mut found =
            reports.existing("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2").marketplaces([Marketplace::JP.id()]);
        while let Some(report) = found.try_next().await.unwrap() {
            let mut rows = report.document.rows::<SettlementV2Row>().await.unwrap();
            while let Some(row) = rows.try_next().await.unwrap() {
                books.periods.extend(row.period());
                books.settled.extend(row.movement());
            }
        }
        // The sandbox makes the whole range for each page, so a few days at a time are faster.
        for age in (0..60).step_by(2).rev() {
            let day = |age: u32| DateTime::from(books.now - age * DAY);
            let call =
                Finances::new(&client).list_financial_events().max_results_per_page(100).posted_after(day(age + 2));
            let mut pages = if age == 0 { call.pages() } else { call.posted_before(day(age)).pages() };
            while let Some(page) = pages.try_next().await.unwrap() {
                let events = page.payload.as_ref().unwrap().financial_events.as_ref().unwrap();
                books.booked.extend(movements(events));
            }
        }
        books
    }

    fn reconciled(&self, lag: Duration) -> Outcome {
        let mut points = Reconciliation::new(self.now - 60 * DAY..self.now).lag(lag);
        self.periods.iter().for_each(|period| assert!(points.settlement(period.clone())));
        self.settled.iter().cloned().for_each(|movement| points.settled(movement));
        self.booked.iter().cloned().for_each(|movement| points.booked(movement));
        points.finish()
    }

    /// The index of an amount of this meaning that Finances booked within these settlements, of an order with one such amount.
    fn pick(&self, amounts: &[Movement], meaning: Meaning, taken: &mut HashSet<String>) -> usize {
        let (first, last) = (self.periods[0].start, self.periods[self.periods.len() - 1].end);
        let is_one = |movement: &Movement| {
            let posted = movement.posted.as_ref().unwrap().to_system_time().unwrap();
            let same = |other: &&Movement| other.order_id == movement.order_id && other.meaning == movement.meaning;
            (first..last).contains(&posted) && movement.meaning == meaning && amounts.iter().filter(same).count() == 1
        };
        let found = amounts.iter().position(|one| is_one(one) && !taken.contains(&one.order_id)).unwrap();
        taken.insert(amounts[found].order_id.clone());
        found
    }
}

#[tokio::test]
async fn an_honest_shop_has_no_difference_and_each_planted_one_is_found() {
    let mut books = Books::of_a_shop(ORDERS).await;
    let honest = books.reconciled(Duration::ZERO);
    println!("{} orders with points, {} amounts match, {} open", honest.orders, honest.matching, honest.open.len());
    assert_eq!(honest.differences, []);
    assert!(honest.orders > 3000 && honest.matching > honest.orders, "{honest:?}");
    let is_behind = |one: &spapi_points::Difference| {
        let posted = one.posted.as_ref().unwrap().to_system_time().unwrap();
        one.what == What::NotSettled && books.periods.iter().all(|period| !(period.start..period.end).contains(&posted))
    };
    assert!(!honest.open.is_empty() && honest.open.iter().all(is_behind), "only what no settlement has yet is open");

    let mut planted = HashSet::new();
    let mut taken = HashSet::new();
    for meaning in [Meaning::Granted, Meaning::Returned] {
        // On either side: gone, another amount, the other sign, and doubled.
        for side in [Side::Settlements, Side::Finances] {
            let amounts = if side == Side::Settlements { books.settled.clone() } else { books.booked.clone() };
            let mut changed = amounts.clone();
            let mut plant = |what: What, change: &dyn Fn(&mut Vec<Movement>, usize)| {
                let index = books.pick(&amounts, meaning, &mut taken);
                let index = changed.iter().position(|one| *one == amounts[index]).unwrap();
                planted.insert((changed[index].order_id.clone(), meaning, what.name()));
                change(&mut changed, index);
            };
            let (gone, doubled) = match side {
                Side::Settlements => (What::NotSettled, What::Doubled(Side::Settlements)),
                _ => (What::NotBooked, What::Doubled(Side::Finances)),
            };
            plant(gone, &|amounts, index| drop(amounts.remove(index)));
            plant(What::Amount, &|amounts, index| amounts[index].amount += Decimal::ONE);
            plant(What::Sign, &|amounts, index| amounts[index].amount = -amounts[index].amount);
            plant(doubled, &|amounts, index| amounts.push(amounts[index].clone()));
            match side {
                Side::Settlements => books.settled = changed,
                _ => books.booked = changed,
            }
        }
    }
    let outcome = books.reconciled(Duration::ZERO);
    let found: HashSet<_> =
        outcome.differences.iter().map(|one| (one.order_id.clone(), one.meaning, one.what.name())).collect();
    assert_eq!((found.len(), planted.len()), (outcome.differences.len(), 16));
    assert_eq!(found, planted);
    println!("{} planted, {} found", planted.len(), found.len());
}

#[tokio::test]
async fn what_is_only_in_one_of_two_settlements_that_are_read_is_no_difference() {
    let mut books = Books::of_a_shop(1000).await;
    // Without the newest settlement, its orders are open.
    let newest = books.periods.pop().unwrap();
    let is_in_newest = |movement: &Movement| {
        let posted = movement.posted.as_ref().unwrap().to_system_time().unwrap();
        posted >= newest.start
    };
    books.settled.retain(|movement| !is_in_newest(movement));
    let outcome = books.reconciled(Duration::ZERO);
    assert_eq!(outcome.differences, []);
    assert!(outcome.open.len() > 100);
}

#[tokio::test]
async fn each_difference_that_the_sandbox_plants_is_found() {
    let shop = shop(1000);
    let mut planted = Vec::new();
    for _ in 0..3 {
        for (difference, what) in [
            (PointsDifference::MissingGrant, What::NotSettled),
            (PointsDifference::WrongAmount, What::Amount),
            (PointsDifference::WrongSign, What::Sign),
            (PointsDifference::DoubledReturn, What::Doubled(Side::Settlements)),
            (PointsDifference::OnlyInSettlement, What::NotBooked),
            (PointsDifference::OnlyInFinances, What::NotSettled),
        ] {
            planted.push((shop.plant_points(difference, None).unwrap(), what.name()));
        }
    }
    let outcome = Books::of(&shop).await.reconciled(Duration::ZERO);
    let mut found: Vec<_> = outcome.differences.iter().map(|one| (one.order_id.clone(), one.what.name())).collect();
    // An order that only one side has differs in each of its amounts.
    found.sort();
    found.dedup();
    planted.sort();
    assert_eq!(found, planted);
    println!("{} planted by the sandbox, all found", planted.len());
}

//! The seller's account agrees with the orders, whichever operation tells it.

use crate::support::{Caller, DE, JP, US, builder};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const V0: &str = "/finances/v0/financialEvents";
const TRANSACTIONS: &str = "/finances/2024-06-19/transactions";

/// All elements of a list, page by page.
async fn all(caller: &Caller, path: &str, query: &[(&str, &str)], token: &str, list: &str) -> Vec<Value> {
    let (mut found, mut next): (Vec<Value>, Option<String>) = (Vec::new(), None);
    loop {
        let more: Vec<_> = next.iter().map(|value| (token, value.as_str())).collect();
        let body = caller.body(path, &[query, &more].concat()).await;
        let payload = &body["payload"];
        found.extend(payload.pointer(list).and_then(Value::as_array).into_iter().flatten().cloned());
        let Some(value) = payload[token].as_str() else { return found };
        next = Some(value.to_owned());
    }
}

/// An amount in hundredths.
fn cents(amount: &Value) -> i64 {
    let number = amount.as_f64().or_else(|| amount.as_str()?.parse().ok()).unwrap();
    (number * 100.0).round() as i64
}

#[tokio::test]
async fn what_buyers_paid_is_what_was_booked_for_their_orders() {
    let sandbox = builder().start().await.unwrap();
    for marketplace in [JP, US, DE] {
        let caller = &Caller::new(&sandbox).await.at(marketplace);
        let query = [("MarketplaceIds", marketplace), ("CreatedAfter", "2026-01-01"), ("OrderStatuses", "Shipped")];
        let orders = all(caller, "/orders/v0/orders", &query, "NextToken", "/Orders").await;
        let totals: BTreeMap<_, _> = orders
            .iter()
            .map(|order| (order["AmazonOrderId"].as_str().unwrap().to_owned(), cents(&order["OrderTotal"]["Amount"])))
            .collect();
        assert!(totals.len() > 20);
        let bookings = all(caller, TRANSACTIONS, &[("marketplaceId", marketplace)], "nextToken", "/transactions").await;
        let mut paid = 0;
        for booking in bookings.iter().filter(|booking| booking["transactionType"] == "Shipment") {
            let id = booking["relatedIdentifiers"][0]["relatedIdentifierValue"].as_str().unwrap();
            let parts =
                booking["items"].as_array().unwrap().iter().flat_map(|item| item["breakdowns"].as_array().unwrap());
            let parts: Vec<_> = parts
                .map(|part| {
                    (part["breakdownType"].as_str().unwrap(), cents(&part["breakdownAmount"]["currencyAmount"]))
                })
                .collect();
            let sum = parts.iter().map(|(_, amount)| amount).sum::<i64>();
            assert_eq!(sum, cents(&booking["totalAmount"]["currencyAmount"]), "{booking}");
            let charges = parts.iter().filter(|(kind, _)| ["Principal", "Shipping", "Tax"].contains(kind));
            if let Some(total) = totals.get(id) {
                assert_eq!(charges.map(|(_, amount)| amount).sum::<i64>(), *total, "{booking}");
                paid += 1;
            }
        }
        assert_eq!(paid, totals.len());
    }
}

#[tokio::test]
async fn both_versions_have_the_same_bookings_within_the_dates_over_all_pages() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let ids = |bookings: &[Value]| -> BTreeSet<String> {
        let of =
            |booking: &Value| booking["relatedIdentifiers"][0]["relatedIdentifierValue"].as_str().map(str::to_owned);
        bookings.iter().filter(|booking| booking["transactionType"] == "Shipment").filter_map(of).collect()
    };
    let (from, to) = ("2026-10-20T00:00:00Z", "2026-11-10T00:00:00Z");
    let range = [("postedAfter", from), ("postedBefore", to)];
    let new = all(&caller, TRANSACTIONS, &range, "nextToken", "/transactions").await;
    let posted = |booking: &Value| booking["postedDate"].as_str().is_some_and(|at| (from..to).contains(&at));
    assert!(new.iter().all(posted) && new.len() > 10);
    let range = [("PostedAfter", from), ("PostedBefore", to), ("MaxResultsPerPage", "7")];
    let old = all(&caller, V0, &range, "NextToken", "/FinancialEvents/ShipmentEventList").await;
    let old: BTreeSet<_> = old.iter().map(|event| event["AmazonOrderId"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids(&new), old);
    let groups = all(&caller, "/finances/v0/financialEventGroups", &[], "NextToken", "/FinancialEventGroupList").await;
    let open = groups.iter().filter(|group| group["ProcessingStatus"] == "Open").count();
    assert_eq!((groups.len(), open), (4, 1));
    caller
        .get(TRANSACTIONS, &[("postedAfter", "2026-11-10"), ("postedBefore", "2026-11-01")])
        .await
        .error(400, "InvalidInput");
}

#[tokio::test]
async fn sales_by_day_and_the_whole_have_the_same_sum() {
    let sandbox = builder().start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    let interval = "2026-10-20T00:00:00Z--2026-11-10T00:00:00Z";
    let mut sums = Vec::new();
    for granularity in ["Day", "Total"] {
        let query = [("marketplaceIds", JP), ("interval", interval), ("granularity", granularity)];
        let body = caller.body("/sales/v1/orderMetrics", &query).await;
        let metrics = body["payload"].as_array().unwrap();
        let sum = |name: &str| metrics.iter().map(|metric| metric[name].as_i64().unwrap()).sum::<i64>();
        let sales = metrics.iter().map(|metric| cents(&metric["totalSales"]["amount"])).sum::<i64>();
        sums.push((sum("unitCount"), sum("orderItemCount"), sum("orderCount"), sales));
    }
    assert!(sums[0].2 > 10 && sums[0] == sums[1], "{sums:?}");
}

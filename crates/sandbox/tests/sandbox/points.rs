//! The points of the shop's orders in every book, and planted differences.

use crate::support::{Caller, JP, builder, presigned};
use reqwest::Client;
use serde_json::{Value, json};
use spapi_sandbox::{PointsDifference, Sandbox};
use std::collections::BTreeMap;

/// What a book has of points by order: granted and returned, each with its count.
type Book = BTreeMap<String, Vec<(&'static str, i64)>>;

/// The points in the finances of the time that the settlements cover.
async fn finances(caller: &Caller, range: &[(&str, &str)]) -> Book {
    let mut book = Book::new();
    let mut next: Option<String> = None;
    loop {
        let more: Vec<_> = next.iter().map(|token| ("NextToken", token.as_str())).collect();
        let query = if more.is_empty() { range.to_vec() } else { more };
        let body = caller.body("/finances/v0/financialEvents", &query).await;
        let events = &body["payload"]["FinancialEvents"];
        for (list, items, member, name) in [
            ("ShipmentEventList", "ShipmentItemList", "CostOfPointsGranted", "PointsGranted"),
            ("RefundEventList", "ShipmentItemAdjustmentList", "CostOfPointsReturned", "PointsReturned"),
        ] {
            for event in events[list].as_array().unwrap() {
                for item in event[items].as_array().unwrap() {
                    if let Some(amount) = item[member]["CurrencyAmount"].as_f64() {
                        let order = event["AmazonOrderId"].as_str().unwrap().to_owned();
                        book.entry(order).or_default().push((name, amount as i64));
                    }
                }
            }
        }
        next = body["payload"]["NextToken"].as_str().map(str::to_owned);
        if next.is_none() {
            book.values_mut().for_each(|amounts| amounts.sort());
            return book;
        }
    }
}

/// The points in all settlements of Japan, by the names of the columns of a report type.
async fn settlements(caller: &Caller, kind: &str, what: &str, amount: &str) -> Book {
    let mut book = Book::new();
    let query = [("reportTypes", kind), ("marketplaceIds", JP), ("pageSize", "100")];
    let reports = caller.body("/reports/2021-06-30/reports", &query).await;
    for report in reports["reports"].as_array().unwrap() {
        let path = format!("/reports/2021-06-30/documents/{}", report["reportDocumentId"].as_str().unwrap());
        let document = caller.body(&path, &[]).await;
        let file = presigned(Client::new().get(document["url"].as_str().unwrap())).await;
        let text = String::from_utf8_lossy(&file.bytes).into_owned();
        let mut lines = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let head = lines.next().unwrap();
        let place = |name: &str| head.iter().position(|column| *column == name).unwrap_or_else(|| panic!("{name}"));
        for line in lines {
            let name = match line[place(what)] {
                "PointsGranted" => "PointsGranted",
                "PointsReturned" => "PointsReturned",
                _ => continue,
            };
            let amount = line[place(amount)].parse::<f64>().unwrap() as i64;
            book.entry(line[place("order-id")].to_owned()).or_default().push((name, amount));
        }
    }
    book.values_mut().for_each(|amounts| amounts.sort());
    book
}

/// The points in all settlements of Japan in XML.
async fn in_xml(caller: &Caller) -> Book {
    let mut book = Book::new();
    let query = [("reportTypes", "GET_V2_SETTLEMENT_REPORT_DATA_XML"), ("marketplaceIds", JP), ("pageSize", "100")];
    let reports = caller.body("/reports/2021-06-30/reports", &query).await;
    for report in reports["reports"].as_array().unwrap() {
        let path = format!("/reports/2021-06-30/documents/{}", report["reportDocumentId"].as_str().unwrap());
        let document = caller.body(&path, &[]).await;
        let file = presigned(Client::new().get(document["url"].as_str().unwrap())).await;
        let mut order = "";
        for part in file.text().split('<') {
            let (tag, text) = part.split_once('>').unwrap_or_default();
            let name = match tag.split(' ').next().unwrap_or_default() {
                "AmazonOrderID" => {
                    order = text;
                    continue;
                }
                "CostOfPointsGranted" => "PointsGranted",
                "CostOfPointsReturned" => "PointsReturned",
                _ => continue,
            };
            assert_eq!(tag.split_once(' ').unwrap().1, "currency=\"JPY\"");
            book.entry(order.to_owned()).or_default().push((name, text.parse().unwrap()));
        }
    }
    book.values_mut().for_each(|amounts| amounts.sort());
    book
}

async fn new_settlements(caller: &Caller) -> Book {
    settlements(caller, "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", "amount-description", "amount").await
}

/// The time of the three settlements of the tests' shop.
const RANGE: [(&str, &str); 2] = [("PostedAfter", "2026-10-11T00:00:00Z"), ("PostedBefore", "2026-11-22T00:00:00Z")];

async fn shop() -> (Sandbox, Caller) {
    let sandbox = builder().orders(1500).compressed_documents(false).start().await.unwrap();
    let caller = Caller::new(&sandbox).await;
    (sandbox, caller)
}

#[tokio::test]
async fn an_honest_shop_has_the_same_points_in_every_book() {
    let (_sandbox, caller) = shop().await;
    let booked = finances(&caller, &RANGE).await;
    let amounts = || booked.values().flatten();
    assert!(amounts().any(|(name, amount)| *name == "PointsReturned" && *amount > 0));
    assert!(amounts().filter(|(name, _)| *name == "PointsGranted").all(|(_, amount)| *amount < 0));
    assert_eq!(new_settlements(&caller).await, booked);
    let old = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE";
    assert_eq!(settlements(&caller, old, "item-related-fee-type", "item-related-fee-amount").await, booked);
    assert_eq!(in_xml(&caller).await, booked);
    // An order shows the points of each item; what was not shipped is not booked yet.
    let mut compared = 0;
    for (id, amounts) in booked.iter().take(40) {
        let items =
            caller.body(&format!("/orders/v0/orders/{id}/orderItems"), &[]).await["payload"]["OrderItems"].clone();
        let items = items.as_array().unwrap();
        if items.iter().any(|item| item["QuantityShipped"] != item["QuantityOrdered"]) {
            continue;
        }
        let granted: i64 = items.iter().filter_map(|item| item["PointsGranted"]["PointsNumber"].as_i64()).sum();
        let booked: i64 = amounts.iter().filter(|(name, _)| *name == "PointsGranted").map(|(_, amount)| -amount).sum();
        assert_eq!(granted, booked, "{id}");
        compared += 1;
    }
    assert!(compared > 20);
}

#[tokio::test]
async fn each_planted_difference_changes_one_order_in_one_book() {
    let (sandbox, caller) = shop().await;
    let (finances_before, settled_before) = (finances(&caller, &RANGE).await, new_settlements(&caller).await);
    let mut planted = Vec::new();
    for difference in [
        PointsDifference::MissingGrant,
        PointsDifference::WrongAmount,
        PointsDifference::WrongSign,
        PointsDifference::DoubledReturn,
        PointsDifference::OnlyInSettlement,
        PointsDifference::OnlyInFinances,
    ] {
        let id = sandbox.plant_points(difference, None).unwrap();
        assert!(!planted.contains(&id));
        planted.push(id.clone());
        assert!(sandbox.plant_points(difference, Some(&id)).is_err(), "one for each order");
    }
    let (booked, settled) = (finances(&caller, &RANGE).await, new_settlements(&caller).await);
    let differing = |one: &Book, other: &Book| -> Vec<String> {
        let ids = one.keys().chain(other.keys());
        let mut ids: Vec<String> = ids.filter(|id| one.get(*id) != other.get(*id)).cloned().collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let [only_in_settlement, only_in_finances] = &planted[4..] else { panic!("six") };
    assert_eq!(differing(&booked, &finances_before), std::slice::from_ref(only_in_settlement));
    let mut changed: Vec<String> = planted.iter().filter(|id| *id != only_in_settlement).cloned().collect();
    changed.sort();
    assert_eq!(differing(&settled, &settled_before), changed);
    assert!(!settled.contains_key(only_in_finances) && !booked.contains_key(only_in_settlement));
    planted.sort();
    assert_eq!(differing(&booked, &settled), planted);

    let url = format!("{}/_sandbox/points", sandbox.url());
    let shown: Value =
        serde_json::from_str(&Client::new().get(&url).send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!(shown["differences"].as_array().unwrap().len(), 6);
    let made = Client::new().post(&url).json(&json!({ "kind": "missingGrant" })).send().await.unwrap();
    assert_eq!(made.status(), 201);
    assert_eq!(Client::new().delete(&url).send().await.unwrap().status(), 204);
    assert_eq!(new_settlements(&caller).await, settled_before);
    assert_eq!(finances(&caller, &RANGE).await, finances_before);
}

//! Each element of the tables, alone and filled, against the types of the section crates.

#![allow(deprecated, reason = "answers of MWS are older than the types that Amazon retires")]

use super::super::kind::Kind;
use super::super::record::{Reason, Record};
use super::super::shape::{ANY, Leaf, Rows, What};
use super::super::{Item, LowestOffers, Reader};
use serde::de::DeserializeOwned;
use spapi_types::json::{self, NoteKind};

/// An element with everything that its table has.
fn element(name: &str, what: &What) -> String {
    match what {
        // Some amounts are texts of digits.
        What::Leaf(Leaf::Text) if matches!(name, "Amount" | "Value") => format!("<{name}>7.50</{name}>"),
        What::Leaf(leaf) => format!("<{name}>{}</{name}>", sample(*leaf)),
        What::Object(rows) | What::Record(rows) | What::Answer(rows) => filled(name, rows),
        What::List(items, what) => format!("<{name}>{}</{name}>", element(items[0], what).repeat(2)),
        What::Each(what) => element(name, what).repeat(2),
        What::Free => format!("<{name}><Part Units=\"cm\">1</Part><Other>x</Other></{name}>"),
        What::Nowhere => format!("<{name}>a text</{name}>"),
    }
}

fn filled(name: &str, rows: Rows) -> String {
    let (mut attributes, mut inside) = (String::new(), String::new());
    for row in rows {
        match (row.name, &row.what) {
            ("", What::Leaf(leaf)) => inside.push_str(sample(*leaf)),
            (ANY, _) => {}
            (row_name, what) => match row_name.strip_prefix('@') {
                Some(attribute) => {
                    let value = if let What::Leaf(leaf) = what { sample(*leaf) } else { "a text" };
                    attributes.push_str(&format!(" {attribute}=\"{value}\""));
                }
                None => inside.push_str(&element(row_name, what)),
            },
        }
    }
    format!("<{name}{attributes}>{inside}</{name}>")
}

fn sample(leaf: Leaf) -> &'static str {
    match leaf {
        Leaf::Text | Leaf::Token | Leaf::Name => "a text",
        Leaf::Integer => "7",
        Leaf::Number => "7.50",
        Leaf::Flag => "true",
        Leaf::Time => "2019-03-04T05:06:07Z",
        Leaf::Words(words) => words[0].0,
    }
}

fn records(operation: &str, result: &str) -> Vec<Record> {
    let xml = format!("<{operation}Response>{result}</{operation}Response>");
    let mut reader = Reader::new(xml.as_bytes());
    let mut records = Vec::new();
    while let Some(item) = reader.try_next().unwrap() {
        if let Item::Record(record) = item {
            records.push(record);
        }
    }
    records
}

/// Reads a record as a type, which must know all members but those that are kept.
fn check<T: DeserializeOwned>(record: &Record, kept: &[&str]) {
    let (_, notes) = json::read_with_all_notes::<T>(record.json().as_bytes()).unwrap();
    for note in notes {
        let is_kept = note.kind == NoteKind::Unknown && kept.iter().any(|kept| note.path.ends_with(kept));
        // Some types want a text of digits for a number, or the other way around; enums know other words.
        assert!(is_kept || note.kind == NoteKind::Respelled, "{}: {note:?}", record.kind());
    }
    for unmapped in record.unmapped() {
        assert!(matches!(unmapped.reason, Reason::NoPlace | Reason::Kept), "{}: {unmapped:?}", record.kind());
    }
}

/// Checks a record by a type.
type Check = fn(&Record);

#[test]
fn todays_types_know_each_member_of_the_tables() {
    use spapi_fba_inventory::v1::types::InventorySummary;
    use spapi_feeds::v2021_06_30::types::Feed;
    use spapi_finances::v0::types::{FinancialEventGroup, FinancialEvents};
    use spapi_fulfillment_inbound::v0::types::{InboundShipmentInfo, InboundShipmentItem};
    use spapi_fulfillment_outbound::v2020_07_01::types::{
        FulfillmentOrder, GetFulfillmentOrderResult, PackageTrackingDetails,
    };
    use spapi_merchant_fulfillment::v0::types::{Shipment, ShippingService};
    use spapi_orders::v0::types::{Order, OrderItem};
    use spapi_product_pricing::v0::types::{GetOffersResult, Price, Product};
    use spapi_reports::v2021_06_30::types::Report;
    let checks: [(&str, Check, usize); 20] = [
        ("ListOrders", |record| check::<Order>(record, &[]), 2),
        ("ListOrderItems", |record| check::<OrderItem>(record, &["AmazonOrderId"]), 2),
        ("GetMyPriceForASIN", |record| check::<Price>(record, &["Error"]), 1),
        ("GetLowestPricedOffersForSKU", |record| check::<GetOffersResult>(record, &["Error"]), 1),
        ("GetLowestOfferListingsForASIN", |record| check::<LowestOffers>(record, &["Error"]), 1),
        ("GetMatchingProduct", |record| check::<Product>(record, &["status", "ASIN", "Id", "IdType", "Error"]), 5),
        ("ListFinancialEvents", |record| check::<FinancialEvents>(record, &[]), 68),
        ("ListFinancialEventGroups", |record| check::<FinancialEventGroup>(record, &[]), 2),
        ("ListInventorySupply", |record| check::<InventorySummary>(record, &[]), 2),
        ("ListInboundShipments", |record| check::<InboundShipmentInfo>(record, &[]), 2),
        ("ListInboundShipmentItems", |record| check::<InboundShipmentItem>(record, &[]), 2),
        ("ListAllFulfillmentOrders", |record| check::<FulfillmentOrder>(record, &[]), 2),
        ("GetFulfillmentOrder", |record| check::<GetFulfillmentOrderResult>(record, &[]), 1),
        ("GetPackageTrackingDetails", |record| check::<PackageTrackingDetails>(record, &[]), 1),
        ("CreateShipment", |record| check::<Shipment>(record, &[]), 2),
        ("GetEligibleShippingServices", |record| check::<ShippingService>(record, &[]), 2),
        ("GetReportRequestList", |record| check::<Report>(record, &[]), 4),
        ("GetFeedSubmissionList", |record| check::<Feed>(record, &[]), 2),
        ("GetOrder", |record| check::<Order>(record, &[]), 2),
        ("GetReportList", |record| check::<Report>(record, &[]), 4),
    ];
    for (operation, check, expected) in checks {
        let found = super::super::document::of_root(&format!("{operation}Response")).unwrap();
        let result = element(&format!("{operation}Result"), found.result.unwrap());
        let records = records(operation, &result);
        assert_eq!(records.len(), expected, "{operation}");
        records.iter().for_each(check);
    }
}

#[test]
fn the_columns_of_a_kind_have_the_values_of_its_records() {
    for (operation, kind) in [("ListOrders", Kind::Orders), ("GetMyPriceForSKU", Kind::Prices)] {
        let found = super::super::document::of_root(&format!("{operation}Response")).unwrap();
        let record = records(operation, &element(&format!("{operation}Result"), found.result.unwrap())).remove(0);
        for column in kind.columns() {
            assert_ne!(record.value(&column), spapi_rows::OwnedValue::Null, "{}", column.name);
        }
    }
}

/// The elements and attributes of a table with a place, and all.
fn count(rows: Rows) -> (usize, usize) {
    rows.iter().fold((0, 0), |(mapped, all), row| {
        let mut what = &row.what;
        while let What::List(_, inner) | What::Each(inner) = what {
            what = inner;
        }
        let (inner, inner_all) = match what {
            What::Object(rows) | What::Record(rows) => count(rows),
            _ => (0, 0),
        };
        let has_place = !matches!(row.what, What::Nowhere);
        (mapped + usize::from(has_place) + inner, all + 1 + inner_all)
    })
}

#[test]
fn nearly_all_elements_have_a_place() {
    let (mapped, all) = Kind::ALL
        .into_iter()
        .filter_map(Kind::rows)
        .map(count)
        .fold((0, 0), |sum, next| (sum.0 + next.0, sum.1 + next.1));
    println!("{mapped} of {all} elements and attributes have a place");
    assert!(mapped * 100 >= all * 96, "{mapped} of {all}");
}

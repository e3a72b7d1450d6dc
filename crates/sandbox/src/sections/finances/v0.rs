//! Finances v0: listFinancialEventGroups, listFinancialEvents.

use super::{Booking, Event, bookings, number};
use crate::http::{ApiError, Reply};
use crate::sections::Served;
use crate::sections::call::Call;
use crate::sections::differences::Book;
use crate::sections::paging::List;
use crate::sections::reports::settlements;
use crate::server::Server;
use crate::shop::{Market, markets_of};
use crate::time::dates;
use serde_json::{Value, json};
use std::time::SystemTime;

pub(in crate::sections) static SERVED: Served = Served {
    section: "finances",
    module: "v0",
    takes_long: false,
    operations: &[
        ("listFinancialEventGroups", list_financial_event_groups),
        ("listFinancialEvents", list_financial_events),
    ],
};

const GROUPS: List = List {
    operation: "finances/v0/listFinancialEventGroups",
    token: "NextToken",
    size: Some("MaxResultsPerPage"),
    most: 100,
};
const EVENTS: List = List { operation: "finances/v0/listFinancialEvents", ..GROUPS };

/// A settlement, or the time since the last one.
struct Group {
    market: &'static Market,
    from: SystemTime,
    /// `None` if it is open.
    until: Option<SystemTime>,
    total: i64,
}

impl Group {
    fn id(&self) -> String {
        settlements::id(self.market, self.until.unwrap_or(self.from + settlements::LENGTH))
    }
}

fn list_financial_event_groups(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let now = server.clock.now();
    let (groups, token) = GROUPS.page(
        &server.pages,
        &call.query,
        |query| {
            let started = query.range("FinancialEventGroupStartedAfter", "FinancialEventGroupStartedBefore", now)?;
            let groups = markets_of(call.region).flat_map(|market| groups(server, market, now));
            Ok(groups.filter(|group| started.contains(&group.from)).collect())
        },
        |group: &Group| (dates::seconds(group.from), group.id()),
    )?;
    let list: Vec<Value> = groups.iter().map(group).collect();
    Ok(answer(json!({ "FinancialEventGroupList": list }), token))
}

fn groups(server: &Server, market: &'static Market, now: SystemTime) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut until = settlements::first_end(server.began);
    loop {
        let from = until - settlements::LENGTH;
        let is_open = until > now;
        let parts = settlements::transactions(server, market, from..until.min(now), Book::Finances);
        let total = parts.iter().map(|part| part.amount).sum();
        groups.push(Group { market, from, until: (!is_open).then_some(until), total });
        if is_open {
            return groups;
        }
        until += settlements::LENGTH;
    }
}

fn group(group: &Group) -> Value {
    let money = |units: i64| money(group.market, units);
    let mut body = json!({
        "FinancialEventGroupId": group.id(),
        "ProcessingStatus": if group.until.is_some() { "Closed" } else { "Open" },
        "OriginalTotal": money(group.total),
        "BeginningBalance": money(0),
        "FinancialEventGroupStart": dates::text(group.from),
    });
    if let Some(until) = group.until {
        body["FinancialEventGroupEnd"] = dates::text(until).into();
        body["FundTransferStatus"] = "Succeeded".into();
        body["FundTransferDate"] = dates::text(until).into();
        body["AccountTail"] = "000".into();
    }
    body
}

fn list_financial_events(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let (found, token) = EVENTS.page(
        &server.pages,
        &call.query,
        |query| {
            let range = query.range("PostedAfter", "PostedBefore", server.clock.now())?;
            Ok(bookings(server, &markets_of(call.region).collect::<Vec<_>>(), &range))
        },
        |booking| (dates::seconds(booking.at), booking.id()),
    )?;
    let of = |event: Event| found.iter().filter(move |booking| booking.event == event);
    let events = json!({
        "ShipmentEventList": of(Event::Order).map(shipment).collect::<Vec<_>>(),
        "RefundEventList": of(Event::Refund).map(shipment).collect::<Vec<_>>(),
        "AdjustmentEventList": of(Event::Reimbursement).map(adjustment).collect::<Vec<_>>(),
    });
    Ok(answer(json!({ "FinancialEvents": events }), token))
}

fn answer(mut payload: Value, token: Option<String>) -> Reply {
    if let Some(token) = token {
        payload["NextToken"] = token.into();
    }
    json!({ "payload": payload }).into()
}

/// A sale, or with `Adjustment` in the names of its lists what was given back.
fn shipment(booking: &Booking<'_>) -> Value {
    let (order, market) = (booking.order, booking.order.market);
    let is_refund = booking.event == Event::Refund;
    let name = |sale: &str| if is_refund { sale.replace("List", "AdjustmentList") } else { sale.to_owned() };
    let items = order.items.iter().filter_map(|item| {
        let parts: Vec<_> = booking.parts.iter().filter(|part| part.item.id == item.id).collect();
        let first = parts.first()?;
        let of = |kind: &str| parts.iter().filter(move |part| part.kind == kind).collect::<Vec<_>>();
        let charge = |part: &&&super::Transaction<'_>| {
            let kind = if part.description == "Shipping" { "ShippingCharge" } else { part.description };
            json!({ "ChargeType": kind, "ChargeAmount": money(market, part.amount) })
        };
        let mut body = json!({
            "SellerSKU": item.product.sku,
            "QuantityShipped": first.quantity,
            name("ItemChargeList"): of("ItemPrice").iter().map(charge).collect::<Vec<_>>(),
            name("ItemFeeList"): of("ItemFees").iter().map(|part| {
                json!({ "FeeType": part.description, "FeeAmount": money(market, part.amount) })
            }).collect::<Vec<_>>(),
            name("PromotionList"): of("Promotion").iter().map(|part| json!({
                "PromotionType": "PromotionMetaDataDefinitionValue",
                "PromotionId": item.promotion.map(|promotion| promotion.id),
                "PromotionAmount": money(market, part.amount),
            })).collect::<Vec<_>>(),
        });
        let id = if is_refund { "OrderAdjustmentItemId" } else { "OrderItemId" };
        body[id] = item.id.as_str().into();
        let taxes: Vec<Value> = of("ItemWithheldTax").iter().map(charge).collect();
        if !taxes.is_empty() {
            body["ItemTaxWithheldList"] =
                json!([{ "TaxCollectionModel": "MarketplaceFacilitator", "TaxesWithheld": taxes }]);
        }
        let points = of(settlements::POINTS);
        if !points.is_empty() {
            let cost = if is_refund { "CostOfPointsReturned" } else { "CostOfPointsGranted" };
            body[cost] = money(market, points.iter().map(|part| part.amount).sum());
        }
        Some(body)
    });
    let items: Vec<Value> = items.collect();
    json!({
        "AmazonOrderId": order.id,
        "SellerOrderId": order.seller_order_id.as_ref().unwrap_or(&order.id),
        "MarketplaceName": market.name,
        "PostedDate": dates::text(booking.at),
        if is_refund { "ShipmentItemAdjustmentList" } else { "ShipmentItemList" }: items,
    })
}

fn adjustment(booking: &Booking<'_>) -> Value {
    let market = booking.order.market;
    let items: Vec<Value> = booking
        .parts
        .iter()
        .map(|part| {
            json!({
                "Quantity": part.quantity.to_string(),
                "TotalAmount": money(market, part.amount),
                "SellerSKU": part.item.product.sku,
                "ASIN": part.item.product.asin,
                "ProductDescription": part.item.product.title,
            })
        })
        .collect();
    json!({
        "AdjustmentType": "WAREHOUSE_DAMAGE",
        "PostedDate": dates::text(booking.at),
        "AdjustmentAmount": money(market, booking.total()),
        "AdjustmentItemList": items,
    })
}

fn money(market: &Market, units: i64) -> Value {
    json!({ "CurrencyCode": market.currency(), "CurrencyAmount": number(market, units) })
}

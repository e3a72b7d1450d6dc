//! Settlements in XML, with the amounts of the flat files.

use super::settlements::{self, Event, POINTS, Transaction};
use super::xml::{Xml, document, time};
use super::{Outcome, Report};
use crate::sections::differences::Book;
use crate::server::Server;
use crate::shop::{FulfilledBy, Market};

/// A settlement: its data, then each order and refund with its items, then what belongs to no sale.
pub(super) fn make(report: &Report, server: &Server) -> Outcome {
    let market = report.course.market();
    let transactions = settlements::transactions(server, market, report.from..report.until, Book::Settlements);
    let total = transactions.iter().map(|part| part.amount).sum();
    let xml = document("SettlementReport", |xml| {
        xml.element("SettlementReport", |xml| {
            xml.element("SettlementData", |xml| {
                xml.text("AmazonSettlementID", settlements::id(market, report.until));
                xml.amount_of("TotalAmount", market, total);
                xml.text("StartDate", time(report.from));
                xml.text("EndDate", time(report.until));
                xml.text("DepositDate", time(report.until));
            });
            let is_together = |one: &Transaction<'_>, other: &Transaction<'_>| {
                one.order.id == other.order.id && one.event == other.event
            };
            for parts in transactions.chunk_by(is_together) {
                of_order(xml, market, parts);
            }
        });
    });
    Outcome::Document(xml)
}

/// What was booked for an order at one time.
fn of_order(xml: &mut Xml, market: &Market, parts: &[Transaction<'_>]) {
    let Some(first) = parts.first() else { return };
    let order = first.order;
    let (name, item, prices, fees, points) = match first.event {
        Event::Order => ("Order", "Item", "ItemPrice", "ItemFees", "CostOfPointsGranted"),
        Event::Refund => {
            ("Refund", "AdjustedItem", "ItemPriceAdjustments", "ItemFeeAdjustments", "CostOfPointsReturned")
        }
        Event::Reimbursement => {
            return xml.element("OtherTransaction", |xml| {
                xml.text("AmazonOrderID", &order.id);
                xml.text("TransactionType", first.description);
                xml.text("PostedDate", time(first.at));
                xml.amount_of("Amount", market, parts.iter().map(|part| part.amount).sum());
            });
        }
    };
    xml.element(name, |xml| {
        xml.text("AmazonOrderID", &order.id);
        xml.text("MerchantOrderID", order.seller_order_id.as_ref().unwrap_or(&order.id));
        xml.text("MarketplaceName", market.name);
        xml.element("Fulfillment", |xml| {
            let by_amazon = order.fulfilled_by == FulfilledBy::Amazon;
            xml.text("MerchantFulfillmentID", if by_amazon { "AFN" } else { "MFN" });
            xml.text("PostedDate", time(first.at));
            for parts in parts.chunk_by(|one, other| one.item.id == other.item.id) {
                let Some(first) = parts.first() else { continue };
                xml.element(item, |xml| {
                    xml.text("AmazonOrderItemCode", &first.item.id);
                    xml.text("SKU", first.item.product.sku);
                    xml.text("Quantity", first.quantity.to_string());
                    let of =
                        |kinds: &'static [&'static str]| parts.iter().filter(move |part| kinds.contains(&part.kind));
                    amounts(xml, market, prices, "Component", of(&["ItemPrice", "ItemWithheldTax"]));
                    amounts(xml, market, fees, "Fee", of(&["ItemFees"]));
                    for part in of(&["Promotion"]) {
                        xml.element("Promotion", |xml| {
                            xml.text("MerchantPromotionID", part.item.promotion.map_or("", |promotion| promotion.id));
                            xml.text("Type", part.description);
                            xml.amount_of("Amount", market, part.amount);
                        });
                    }
                    for part in of(&[POINTS]) {
                        xml.amount_of(points, market, part.amount);
                    }
                });
            }
        });
    });
}

/// A list of amounts with their types; none without amounts.
fn amounts<'a, 'b: 'a>(
    xml: &mut Xml,
    market: &Market,
    list: &str,
    name: &str,
    parts: impl Iterator<Item = &'a Transaction<'b>>,
) {
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return;
    }
    xml.element(list, |xml| {
        for part in parts {
            xml.element(name, |xml| {
                xml.text("Type", part.description);
                xml.amount_of("Amount", market, part.amount);
            });
        }
    });
}

//! Lines about the offers of one marketplace.

use super::{Cell, Line, Lines, Source, of_item};
use crate::sections::listings_items::settle;
use crate::time::{calendar, dates};
use jiff::ToSpan;

/// All offers.
pub(in super::super) fn all(source: Source<'_>) -> Lines<'_> {
    Ok(Box::new(offers(source).map(|offer| offer.line)))
}

/// The offers with units.
pub(in super::super) fn active(source: Source<'_>) -> Lines<'_> {
    Ok(Box::new(offers(source).filter(|offer| offer.left > 0).map(|offer| offer.line)))
}

/// The offers without units.
pub(in super::super) fn inactive(source: Source<'_>) -> Lines<'_> {
    Ok(Box::new(offers(source).filter(|offer| offer.left == 0).map(|offer| offer.line)))
}

/// The offer that the seller has ended: the last product's old one.
pub(in super::super) fn cancelled(source: Source<'_>) -> Lines<'_> {
    Ok(Box::new(offers(source).last().into_iter().map(|Offer { mut line, .. }| {
        for field in ["sku", "seller_sku"] {
            line.insert(field, "OLD-SKU-1".into());
        }
        line.insert("quantity", 0_u32.into());
        line
    })))
}

/// The offers that searches do not show.
pub(in super::super) fn suppressed(source: Source<'_>) -> Lines<'_> {
    let day = calendar::day(source.server.clock.now()).saturating_sub(3.days());
    let hidden = offers(source).filter_map(|Offer { line, hidden_because, .. }| Some((line, hidden_because?)));
    Ok(Box::new(hidden.map(move |(mut line, why)| {
        line.extend([
            ("status", Cell::from("Search Suppressed")),
            ("reason", "Invalid information".into()),
            ("condition", "New".into()),
            ("status_change_date", day.into()),
            ("issue_description", why.into()),
        ]);
        line
    })))
}

/// An offer and its line.
struct Offer<'a> {
    /// The units that are left.
    left: u64,
    /// Why searches do not show it, if they do not.
    hidden_because: Option<String>,
    line: Line<'a>,
}

fn offers(source: Source<'_>) -> impl Iterator<Item = Offer<'_>> {
    let (market, server) = (source.market(), source.server);
    settle(server);
    let stocks = server.inventory.of(market);
    let channel = match market.currency() {
        "JPY" => "AMAZON_JP",
        "EUR" => "AMAZON_EU",
        _ => "AMAZON_NA",
    };
    server.listings.of(market).into_iter().enumerate().map(move |(place, entry)| {
        let stock = stocks.iter().find(|stock| stock.sku == entry.sku);
        // Amazon or the seller counts the stock, depending on who ships the product.
        let left = entry.quantity.or(stock.map(|stock| stock.fulfillable)).unwrap_or_default();
        let opened = dates::read(&format!("2025-01-{:02}T09:{:02}:00Z", 1 + place % 28, place % 60));
        let mut line = of_item(entry.sku.into(), entry.asin.clone().into(), entry.title.into());
        line.extend([
            ("listing_id", format!("0101SBX{place:04}").into()),
            ("price", entry.price.map_or(Cell::Blank, Cell::Amount)),
            ("quantity", entry.quantity.into()),
            ("open_date", opened.into()),
            ("item_is_marketplace", "y".into()),
            ("product_id_type", "1".into()),
            ("item_note", Cell::Blank),
            ("item_condition", "11".into()),
            ("product_id", entry.asin.into()),
            ("pending_quantity", 0_u32.into()),
            ("fulfillment_channel", if entry.quantity.is_none() { channel } else { "DEFAULT" }.into()),
            ("merchant_shipping_group", "Standard".into()),
            ("status", if left > 0 { "Active" } else { "Inactive" }.into()),
        ]);
        // Only Japan has points.
        if market.currency() == "JPY" {
            line.insert("standard_price_point", entry.points.into());
        }
        Offer { left, hidden_because: entry.hidden_because, line }
    })
}

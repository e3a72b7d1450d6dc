//! Lines about the offers of one marketplace.

use super::{Cell, Line, Lines, Source, of_product};
use crate::time::{calendar, dates};
use jiff::ToSpan;

/// All offers.
pub(in super::super) fn all(source: Source<'_>) -> Lines<'_> {
    Ok(Box::new(offers(source).map(|(_, line)| line)))
}

/// The offers with units.
pub(in super::super) fn active(source: Source<'_>) -> Lines<'_> {
    Ok(Box::new(offers(source).filter(|(left, _)| *left > 0).map(|(_, line)| line)))
}

/// The offers without units.
pub(in super::super) fn inactive(source: Source<'_>) -> Lines<'_> {
    Ok(Box::new(offers(source).filter(|(left, _)| *left == 0).map(|(_, line)| line)))
}

/// The offer that the seller has ended: the last product's old one.
pub(in super::super) fn cancelled(source: Source<'_>) -> Lines<'_> {
    Ok(Box::new(offers(source).last().into_iter().map(|(_, mut line)| {
        for field in ["sku", "seller_sku"] {
            line.insert(field, "OLD-SKU-1".into());
        }
        line.insert("quantity", 0_u32.into());
        line
    })))
}

/// The offer that searches do not show: the first product's.
pub(in super::super) fn suppressed(source: Source<'_>) -> Lines<'_> {
    let day = calendar::day(source.server.clock.now()).saturating_sub(3.days());
    Ok(Box::new(offers(source).take(1).map(move |(_, mut line)| {
        line.extend([
            ("status", Cell::from("Search Suppressed")),
            ("reason", "Missing information".into()),
            ("condition", "New".into()),
            ("status_change_date", day.into()),
            ("issue_description", "The main image is missing.".into()),
        ]);
        line
    })))
}

/// Each offer with the units that are left.
fn offers(source: Source<'_>) -> impl Iterator<Item = (u64, Line<'_>)> {
    let (market, server) = (source.market(), source.server);
    let stocks = server.inventory.of(market);
    let channel = match market.currency() {
        "JPY" => "AMAZON_JP",
        "EUR" => "AMAZON_EU",
        _ => "AMAZON_NA",
    };
    market.products.iter().enumerate().map(move |(place, product)| {
        let offer = server.offers.of(market, product);
        let stock = stocks.iter().find(|stock| stock.sku == product.sku);
        // Amazon or the seller counts the stock, depending on who ships the product.
        let left = offer.quantity.or(stock.map(|stock| stock.fulfillable)).unwrap_or_default();
        let opened = dates::read(&format!("2025-01-{:02}T09:{:02}:00Z", 1 + place % 28, place % 60));
        let mut line = of_product(product);
        line.extend([
            ("listing_id", format!("0101SBX{place:04}").into()),
            ("price", Cell::Amount(offer.price)),
            ("quantity", offer.quantity.into()),
            ("open_date", opened.into()),
            ("item_is_marketplace", "y".into()),
            ("product_id_type", "1".into()),
            ("item_note", Cell::Blank),
            ("item_condition", "11".into()),
            ("product_id", product.asin.into()),
            ("pending_quantity", 0_u32.into()),
            ("fulfillment_channel", if offer.quantity.is_none() { channel } else { "DEFAULT" }.into()),
            ("merchant_shipping_group", "Standard".into()),
            ("status", if left > 0 { "Active" } else { "Inactive" }.into()),
        ]);
        // Only Japan has points.
        if market.currency() == "JPY" {
            line.insert("standard_price_point", (offer.price / 100).into());
        }
        (left, line)
    })
}

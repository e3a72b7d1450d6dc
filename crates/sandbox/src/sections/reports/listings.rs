//! All listings of one marketplace.

use super::table::Table;
use super::{Outcome, Report};
use crate::sections::documents::charset::Charset;
use crate::server::Server;

const COLUMNS: [&str; 16] = [
    "item-name",
    "listing-id",
    "seller-sku",
    "price",
    "quantity",
    "open-date",
    "product-id-type",
    "item-note",
    "item-condition",
    "asin1",
    "product-id",
    "pending-quantity",
    "fulfillment-channel",
    "merchant-shipping-group",
    "status",
    "standard-price-point",
];

/// The column names in Japanese.
const COLUMNS_JP: [&str; 16] = [
    "商品名",
    "出品ID",
    "出品者SKU",
    "価格",
    "数量",
    "出品日",
    "商品IDタイプ",
    "コンディション説明",
    "コンディション",
    "ASIN 1",
    "商品ID",
    "保留中の数量",
    "フルフィルメント・チャンネル",
    "merchant-shipping-group",
    "ステータス",
    "standard-price-point",
];

pub(super) fn make(report: &Report, server: &Server) -> Outcome {
    let market = report.course.market();
    let locale = report.option("preferredReportDocumentLocale", market.marketplace.default_locale());
    let names = if locale.starts_with("ja") { &COLUMNS_JP } else { &COLUMNS };
    let japan = market.currency() == "JPY";
    // Only Japan has the last column, points.
    let mut table = Table::new(Charset::of(market), if japan { &names[..] } else { &names[..names.len() - 1] });
    let (zone, channel) = match market.currency() {
        "JPY" => ("JST", "AMAZON_JP"),
        "EUR" => ("MET", "AMAZON_EU"),
        _ => ("PST", "AMAZON_NA"),
    };
    let stocks = server.inventory.of(market);
    for (place, product) in market.products.iter().enumerate() {
        let offer = server.offers.of(market, product);
        let stock = stocks.iter().find(|stock| stock.sku == product.sku);
        // Amazon or the seller counts the stock, depending on who ships the product.
        let quantity = offer.quantity.map(|quantity| quantity.to_string()).unwrap_or_default();
        let left = offer.quantity.or(stock.map(|stock| stock.fulfillable)).unwrap_or_default();
        table.row(&[
            product.title,
            &format!("0101SBX{place:04}"),
            product.sku,
            &market.amount(offer.price),
            &quantity,
            &format!("2025-01-{:02} 09:{:02}:00 {zone}", 1 + place % 28, place % 60),
            "1",
            "",
            "11",
            product.asin,
            product.asin,
            "0",
            if offer.quantity.is_none() { channel } else { "DEFAULT" },
            "Standard",
            if left > 0 { "Active" } else { "Inactive" },
            &(offer.price / 100).to_string(),
        ]);
    }
    Outcome::Document(table.finish())
}

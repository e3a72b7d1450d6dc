//! Reads amounts, dates, marketplaces and new enum values from Amazon's JSON without losing any of them. It calls nothing.

use spapi_types::{DateTime, Decimal, Marketplace, decimal, open_enum};
use std::error::Error;

open_enum! {
    /// The status of an order.
    enum Status {
        /// It is on its way.
        Shipped = "Shipped",
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Order {
    marketplace_id: String,
    purchase_date: DateTime,
    status: Status,
    // A number or a text, with all of its digits.
    #[serde(with = "decimal::number_option")]
    total: Option<Decimal>,
}

fn main() -> Result<(), Box<dyn Error>> {
    for json in [
        r#"{"MarketplaceId": "A1VC38T7YXB528", "PurchaseDate": "2026-11-01T00:00Z", "Status": "Shipped", "Total": "1,234.50"}"#,
        r#"{"MarketplaceId": "A1PA6795UKMFR9", "PurchaseDate": "2026-11-02", "Status": "LostAtSea", "Total": 17.31}"#,
    ] {
        let order: Order = serde_json::from_str(json)?;
        let marketplace: Marketplace = order.marketplace_id.parse()?;
        let total = order.total.unwrap_or_default();
        println!(
            "{}\t{}\t{}\t{total} {}",
            marketplace.country_code(),
            order.purchase_date,
            order.status,
            marketplace.currency()
        );
    }
    Ok(())
}

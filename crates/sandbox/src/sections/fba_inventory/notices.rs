//! What sellers hear of changes of their stock in Amazon's warehouses.

use super::Stock;
use crate::sections::notifications::Notice;
use crate::server::Server;
use crate::shop::listings::DEFAULT_SELLER;
use crate::shop::{Market, markets_of};
use serde_json::{Value, json};
use std::time::SystemTime;

/// Sends the notification that the stock of a SKU has changed. It has the stock of all the region's marketplaces.
pub(in crate::sections) fn notify(server: &Server, market: &Market, sku: &str, at: SystemTime) {
    let region = market.region();
    let stocks: Vec<Stock> = markets_of(region).filter_map(|market| server.inventory.get(market, sku)).collect();
    let Some(first) = stocks.first() else { return };
    let payload = |_: &str| {
        json!({
            "SellerId": DEFAULT_SELLER,
            "FNSKU": first.fn_sku,
            "ASIN": first.asin,
            "SKU": sku,
            "FulfillmentInventoryByMarketplace": stocks.iter().map(of_marketplace).collect::<Vec<_>>(),
        })
    };
    let notice = Notice {
        marketplace_id: Some(market.marketplace.id()),
        ..Notice::new("FBA_INVENTORY_AVAILABILITY_CHANGES", region, at, &payload)
    };
    server.notifications.publish(&notice, &server.faults);
}

fn of_marketplace(stock: &Stock) -> Value {
    json!({
        "MarketplaceId": stock.market.marketplace.id(),
        "ItemName": stock.name,
        "FulfillmentInventory": {
            "InboundQuantityBreakdown": { "Working": 0, "Shipped": stock.inbound, "Receiving": 0 },
            "Fulfillable": stock.fulfillable,
            "Unfulfillable": 0,
            "Researching": 0,
            "ReservedQuantityBreakdown": {
                "WarehouseProcessing": 0,
                "WarehouseTransfer": 0,
                "PendingCustomerOrder": stock.reserved,
            },
            "FutureSupplyBuyable": 0,
            "PendingCustomerOrderInTransit": 0,
        },
        "Stores": [],
    })
}

//! FBA Inventory v1: getInventorySummaries, and the operations that change a sandbox's stock.

mod notices;
mod stock;

pub(super) use notices::notify;
pub(crate) use stock::{Inventory, Stock};

use crate::http::{ApiError, Query, Reply};
use crate::sections::Served;
use crate::sections::call::Call;
use crate::sections::marketplaces;
use crate::server::Server;
use crate::shop::Market;
use crate::time::dates;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spapi_types::Region;
use std::time::{Duration, SystemTime};

pub(super) static SERVED: Served = Served {
    section: "fba-inventory",
    module: "v1",
    takes_long: false,
    operations: &[
        ("getInventorySummaries", get_inventory_summaries),
        ("createInventoryItem", create_inventory_item),
        ("deleteInventoryItem", delete_inventory_item),
        ("addInventory", add_inventory),
    ],
};

/// How many summaries a page holds: few, so that the shop's stock has more than one page.
const PAGE: usize = 5;

/// How long a page token is valid.
const TOKEN_LIFE: Duration = Duration::from_secs(30);

/// The longest SKU, name of a product and idempotency token, in bytes.
const LONGEST_NAME: usize = 500;

/// The purpose that tokens are sealed for.
const OPERATION: &str = "fba/inventory/v1/getInventorySummaries";

/// The content of a page token.
#[derive(Serialize, Deserialize)]
struct Next {
    query: Query,
    /// The SKU of the last summary on the page.
    after: String,
    /// Seconds since 1970.
    expires: u64,
}

fn get_inventory_summaries(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let now = server.clock.now();
    // They are required with a token too.
    let market = market_of(call.region, &call.query)?;
    let (query, after) = match call.query.text("nextToken") {
        None => (call.query.clone(), None),
        Some(token) => {
            let content = server.pages.open(OPERATION, token);
            let next: Option<Next> = content.and_then(|content| serde_json::from_str(&content).ok());
            let next = next.ok_or_else(|| ApiError::invalid_input("nextToken is not a token of an earlier answer."))?;
            if dates::seconds(now) >= next.expires {
                return Err(ApiError::invalid_input("nextToken has expired: it is valid for 30 seconds."));
            }
            (next.query, Some(next.after))
        }
    };
    let details = query.flag("details")?.unwrap_or(false);
    let since = query.date("startDateTime")?;
    let skus = query.list("sellerSkus");
    if skus.as_ref().is_some_and(|skus| skus.len() > 50) {
        return Err(ApiError::invalid_input("sellerSkus takes at most 50 values."));
    }
    let sku = query.text("sellerSku");
    let mut stocks = server.inventory.of(market);
    stocks.retain(|stock| {
        after.as_ref().is_none_or(|after| stock.sku > *after)
            && since.is_none_or(|since| stock.updated >= since)
            && skus.as_ref().is_none_or(|skus| skus.contains(&stock.sku.as_str()))
            && sku.is_none_or(|sku| stock.sku == sku)
    });
    let more = stocks.len() > PAGE;
    stocks.truncate(PAGE);
    let summaries: Vec<Value> = stocks.iter().map(|stock| summary(stock, details)).collect();
    let mut answer = json!({
        "payload": {
            "granularity": { "granularityType": "Marketplace", "granularityId": market.marketplace.id() },
            "inventorySummaries": summaries,
        },
    });
    if let Some(last) = stocks.pop().filter(|_| more) {
        let next = Next { query, after: last.sku, expires: dates::seconds(now + TOKEN_LIFE) };
        // Strings and a number always encode to JSON.
        let content = serde_json::to_string(&next).unwrap_or_default();
        answer["pagination"] = json!({ "nextToken": server.pages.close(OPERATION, &content) });
    }
    Ok(answer.into())
}

/// The marketplace that the request asks for.
fn market_of(region: Region, query: &Query) -> Result<&'static Market, ApiError> {
    match query.text("granularityType") {
        Some("Marketplace") => {}
        _ => return Err(ApiError::invalid_input("granularityType is required, and must be Marketplace.")),
    }
    let granularity =
        query.text("granularityId").ok_or_else(|| ApiError::invalid_input("granularityId is required."))?;
    let ids = query.list("marketplaceIds").unwrap_or_default();
    let [id] = ids[..] else {
        return Err(ApiError::invalid_input("marketplaceIds is required, and must hold one id."));
    };
    if id != granularity {
        return Err(ApiError::invalid_input("granularityId must be the id in marketplaceIds."));
    }
    one_market(region, "marketplaceIds", id)
}

fn one_market(region: Region, name: &str, id: &str) -> Result<&'static Market, ApiError> {
    let markets = marketplaces::read(region, name, vec![id])?;
    markets.first().copied().ok_or_else(|| ApiError::invalid_input(format!("{name} is required.")))
}

fn summary(stock: &Stock, details: bool) -> Value {
    let mut body = json!({
        "asin": stock.asin,
        "fnSku": stock.fn_sku,
        "sellerSku": stock.sku,
        "condition": "NewItem",
        "lastUpdatedTime": dates::text(stock.updated),
        "productName": stock.name,
        "totalQuantity": stock.total(),
    });
    if details {
        body["inventoryDetails"] = json!({
            "fulfillableQuantity": stock.fulfillable,
            "inboundWorkingQuantity": 0,
            "inboundShippedQuantity": stock.inbound,
            "inboundReceivingQuantity": 0,
            "reservedQuantity": {
                "totalReservedQuantity": stock.reserved,
                "pendingCustomerOrderQuantity": stock.reserved,
                "pendingTransshipmentQuantity": 0,
                "fcProcessingQuantity": 0,
            },
            "researchingQuantity": { "totalResearchingQuantity": 0, "researchingQuantityBreakdown": [] },
            "unfulfillableQuantity": { "totalUnfulfillableQuantity": 0 },
        });
    }
    body
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewItem {
    seller_sku: String,
    marketplace_id: String,
    product_name: String,
}

fn create_inventory_item(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let NewItem { seller_sku, marketplace_id, product_name } = call.json()?;
    let market = one_market(call.region, "marketplaceId", &marketplace_id)?;
    if seller_sku.is_empty() {
        return Err(ApiError::invalid_input("sellerSku is required."));
    }
    if seller_sku.len() > LONGEST_NAME || product_name.len() > LONGEST_NAME {
        return Err(ApiError::too_long("sellerSku and productName", LONGEST_NAME));
    }
    server.inventory.create(market, &seller_sku, &product_name, now(server))?;
    Ok(json!({}).into())
}

fn delete_inventory_item(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let id = call.query.text("marketplaceId").ok_or_else(|| ApiError::invalid_input("marketplaceId is required."))?;
    let (market, sku) = (one_market(call.region, "marketplaceId", id)?, call.id());
    let deleted = server.inventory.delete(market, sku);
    deleted.then(|| json!({}).into()).ok_or_else(|| no_sku(sku))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Additions {
    #[serde(default)]
    inventory_items: Vec<Addition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Addition {
    seller_sku: String,
    marketplace_id: String,
    quantity: u32,
}

fn add_inventory(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let token = call.headers.get("x-amzn-idempotency-token").and_then(|value| value.to_str().ok());
    let token = token.ok_or_else(|| ApiError::invalid_input("The header x-amzn-idempotency-token is required."))?;
    if token.len() > LONGEST_NAME {
        return Err(ApiError::too_long("The header x-amzn-idempotency-token", LONGEST_NAME));
    }
    let Additions { inventory_items } = call.json()?;
    let units = inventory_items.into_iter().map(|addition| {
        let market = one_market(call.region, "marketplaceId", &addition.marketplace_id)?;
        Ok((market, addition.seller_sku, u64::from(addition.quantity)))
    });
    let units = units.collect::<Result<Vec<_>, ApiError>>()?;
    let has_added = server.inventory.add(token, &units, now(server)).map_err(|sku| no_sku(&sku))?;
    for (market, sku, _) in units.iter().filter(|_| has_added) {
        notify(server, market, sku, now(server));
    }
    Ok(json!({}).into())
}

fn now(server: &Server) -> SystemTime {
    dates::whole_seconds(server.clock.now())
}

fn no_sku(sku: &str) -> ApiError {
    ApiError::not_found(format!("The marketplace has no SKU {sku:?} in Amazon's warehouses."))
}

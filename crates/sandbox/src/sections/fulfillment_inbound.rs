//! Fulfillment Inbound v0: getShipments, getShipmentItemsByShipmentId. Each marketplace has a shipment to Amazon for every
//! week; the newest has the units that the stock shows as inbound.

use super::Served;
use super::call::Call;
use super::marketplaces;
use super::paging::List;
use crate::http::{ApiError, Reply};
use crate::server::Server;
use crate::shop::Market;
use crate::time::{calendar, dates};
use serde_json::{Value, json};
use spapi_types::Region;
use std::time::{Duration, SystemTime};

pub(super) static SERVED: Served = Served {
    section: "fulfillment-inbound",
    module: "v0",
    takes_long: false,
    operations: &[("getShipments", get_shipments), ("getShipmentItemsByShipmentId", get_shipment_items_by_shipment_id)],
};

const LIST: List = List { operation: "fba/inbound/v0/getShipments", token: "NextToken", size: None, most: 3 };

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// How many shipments a marketplace has.
const COUNT: u32 = 6;

/// The units of each product in a shipment that has arrived.
const UNITS: u64 = 24;

/// A shipment: its number from the newest on, 0, and when it was last changed.
#[derive(Clone, Copy)]
struct Shipment {
    market: &'static Market,
    number: u32,
    updated: SystemTime,
}

impl Shipment {
    fn id(self) -> String {
        format!("FBA{}{:05}", self.market.marketplace.country_code(), dates::seconds(self.updated) / 86_400)
    }

    fn has_arrived(self) -> bool {
        self.number > 0
    }
}

fn shipments(server: &Server, market: &'static Market) -> impl Iterator<Item = Shipment> {
    let newest = calendar::start(calendar::day(server.began)) - Duration::from_secs(24 * 3600);
    (0..COUNT).map(move |number| Shipment { market, number, updated: newest - WEEK * number })
}

fn market(region: Region, id: Option<&str>) -> Result<&'static Market, ApiError> {
    let id = id.ok_or_else(|| ApiError::invalid_input("MarketplaceId is required."))?;
    let markets = marketplaces::read(region, "MarketplaceId", vec![id])?;
    markets.first().copied().ok_or_else(|| ApiError::invalid_input("MarketplaceId is required."))
}

fn get_shipments(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    market(call.region, call.query.text("MarketplaceId"))?;
    let (found, token) = LIST.page(
        &server.pages,
        &call.query,
        |query| {
            let market = market(call.region, query.text("MarketplaceId"))?;
            let mut all: Vec<_> = shipments(server, market).collect();
            match query.text("QueryType") {
                Some("DATE_RANGE") => {
                    let range = query.range("LastUpdatedAfter", "LastUpdatedBefore", server.clock.now())?;
                    all.retain(|shipment| range.contains(&shipment.updated));
                }
                Some("SHIPMENT") => {
                    let ids = query.list("ShipmentIdList").unwrap_or_default();
                    all.retain(|shipment| ids.is_empty() || ids.contains(&shipment.id().as_str()));
                }
                _ => return Err(ApiError::invalid_input("QueryType must be SHIPMENT, DATE_RANGE or NEXT_TOKEN.")),
            }
            Ok(all)
        },
        |shipment| (dates::seconds(shipment.updated), shipment.id()),
    )?;
    let list: Vec<Value> = found.into_iter().map(body).collect();
    let mut payload = json!({ "ShipmentData": list });
    if let Some(token) = token {
        payload["NextToken"] = token.into();
    }
    Ok(json!({ "payload": payload }).into())
}

fn body(shipment: Shipment) -> Value {
    json!({
        "ShipmentId": shipment.id(),
        "ShipmentName": format!("Week {}", shipment.number),
        "ShipFromAddress": {
            "Name": "Sandbox Kitchen",
            "AddressLine1": "1-2-3 Mihon",
            "City": "Chiyoda",
            "StateOrProvinceCode": "Tokyo",
            "CountryCode": shipment.market.marketplace.country_code(),
            "PostalCode": "100-0000",
        },
        "DestinationFulfillmentCenterId": "NRT1",
        "ShipmentStatus": if shipment.has_arrived() { "CLOSED" } else { "IN_TRANSIT" },
        "LabelPrepType": "SELLER_LABEL",
        "AreCasesRequired": false,
        "BoxContentsSource": "NONE",
    })
}

fn get_shipment_items_by_shipment_id(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let id = call.id();
    let all = crate::shop::markets_of(call.region).flat_map(|market| shipments(server, market));
    let shipment = { all }.find(|shipment| shipment.id() == id);
    let shipment = shipment.ok_or_else(|| ApiError::not_found(format!("There is no shipment {id:?}.")))?;
    let items: Vec<Value> = server
        .inventory
        .of(shipment.market)
        .into_iter()
        .map(|stock| {
            let units = if shipment.has_arrived() { UNITS } else { stock.inbound };
            (units, stock)
        })
        .filter(|(units, _)| *units > 0)
        .map(|(units, stock)| {
            json!({
                "ShipmentId": id,
                "SellerSKU": stock.sku,
                "FulfillmentNetworkSKU": stock.fn_sku,
                "QuantityShipped": units,
                "QuantityReceived": if shipment.has_arrived() { units } else { 0 },
                "QuantityInCase": 0,
            })
        })
        .collect();
    Ok(json!({ "payload": { "ItemData": items } }).into())
}

//! Fulfillment Inbound v0: getShipments, getShipmentItemsByShipmentId, getLabels. Each marketplace has a shipment to Amazon
//! for every week; the newest has the units that the stock shows as inbound. The shipments of inbound plans are here too.

use super::labels;
use super::plan::{CLOSED, Plan};
use crate::http::{ApiError, Reply};
use crate::sections::call::Call;
use crate::sections::paging::List;
use crate::sections::{Served, marketplaces, reports};
use crate::server::Server;
use crate::shop::Market;
use crate::time::{calendar, dates};
use serde_json::{Value, json};
use spapi_types::Region;
use std::time::{Duration, SystemTime};

pub(in crate::sections) static SERVED: Served = Served {
    section: "fulfillment-inbound",
    module: "v0",
    takes_long: false,
    operations: &[
        ("getShipments", get_shipments),
        ("getShipmentItemsByShipmentId", get_shipment_items_by_shipment_id),
        ("getLabels", get_labels),
    ],
};

const LIST: List = List { operation: "fba/inbound/v0/getShipments", token: "NextToken", size: None, most: 3 };

const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// How many shipments a marketplace has.
const COUNT: u32 = 6;

/// The most boxes with labels.
const MOST_BOXES: usize = 200;

/// The units of each product in a shipment that has arrived.
const UNITS: u64 = 24;

/// A shipment.
struct Shipment {
    market: &'static Market,
    /// When it was last changed.
    updated: SystemTime,
    kind: Kind,
}

enum Kind {
    /// One of every week, by its number from the newest on, 0.
    Weekly(u32),
    /// That of an inbound plan, with its status.
    Planned(Box<Plan>, &'static str),
}

impl Shipment {
    fn id(&self) -> String {
        match &self.kind {
            Kind::Weekly(_) => {
                format!("FBA{}{:05}", self.market.marketplace.country_code(), dates::seconds(self.updated) / 86_400)
            }
            Kind::Planned(plan, _) => plan.confirmation_id(),
        }
    }

    fn has_arrived(&self) -> bool {
        match &self.kind {
            Kind::Weekly(number) => *number > 0,
            Kind::Planned(_, status) => *status == CLOSED,
        }
    }

    fn status(&self) -> &'static str {
        match &self.kind {
            Kind::Weekly(0) => "IN_TRANSIT",
            Kind::Weekly(_) => CLOSED,
            Kind::Planned(_, status) => status,
        }
    }

    fn name(&self) -> String {
        match &self.kind {
            Kind::Weekly(number) => format!("Week {number}"),
            Kind::Planned(plan, _) => plan.name.clone(),
        }
    }

    /// The units of each SKU, with Amazon's number for it.
    fn units(&self, server: &Server) -> Vec<(String, String, u64)> {
        match &self.kind {
            Kind::Weekly(number) => {
                let stocks = server.inventory.of(self.market).into_iter();
                stocks.map(|stock| (stock.sku, stock.fn_sku, if *number > 0 { UNITS } else { stock.inbound })).collect()
            }
            Kind::Planned(plan, _) => {
                let fn_sku = |sku: &str| server.inventory.get(self.market, sku).map(|stock| stock.fn_sku);
                let unit = |line: &super::plan::Line| {
                    (line.msku.clone(), fn_sku(&line.msku).unwrap_or_default(), u64::from(line.quantity))
                };
                plan.lines.iter().map(unit).collect()
            }
        }
    }
}

fn shipments(server: &Server, market: &'static Market) -> Vec<Shipment> {
    let newest = calendar::start(calendar::day(server.began)) - Duration::from_secs(24 * 3600);
    let weekly = |number| Shipment { market, updated: newest - WEEK * number, kind: Kind::Weekly(number) };
    let now = server.clock.now();
    let planned = |plan: Plan| {
        let status = plan.status(now);
        Shipment { market, updated: plan.updated, kind: Kind::Planned(Box::new(plan), status) }
    };
    (0..COUNT).map(weekly).chain(server.plans.shipments(market).into_iter().map(planned)).collect()
}

/// The shipment that the path names.
fn named(server: &Server, call: &Call) -> Result<Shipment, ApiError> {
    let id = call.id();
    let mut all = crate::shop::markets_of(call.region).flat_map(|market| shipments(server, market));
    all.find(|shipment| shipment.id() == id).ok_or_else(|| ApiError::not_found(format!("There is no shipment {id:?}.")))
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
            let mut all = shipments(server, market);
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
    let list: Vec<Value> = found.iter().map(body).collect();
    let mut payload = json!({ "ShipmentData": list });
    if let Some(token) = token {
        payload["NextToken"] = token.into();
    }
    Ok(json!({ "payload": payload }).into())
}

fn body(shipment: &Shipment) -> Value {
    json!({
        "ShipmentId": shipment.id(),
        "ShipmentName": shipment.name(),
        "ShipFromAddress": {
            "Name": "Sandbox Kitchen",
            "AddressLine1": "1-2-3 Mihon",
            "City": "Chiyoda",
            "StateOrProvinceCode": "Tokyo",
            "CountryCode": shipment.market.marketplace.country_code(),
            "PostalCode": "100-0000",
        },
        "DestinationFulfillmentCenterId": "NRT1",
        "ShipmentStatus": v0_status(shipment.status()),
        "LabelPrepType": "SELLER_LABEL",
        "AreCasesRequired": false,
        "BoxContentsSource": "NONE",
    })
}

/// The name of a status in this version, which has fewer.
fn v0_status(status: &'static str) -> &'static str {
    match status {
        "READY_TO_SHIP" => "SHIPPED",
        other => other,
    }
}

fn get_shipment_items_by_shipment_id(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let shipment = named(server, call)?;
    let units = shipment.units(server).into_iter().filter(|(.., units)| *units > 0);
    let items = units.map(|(sku, fn_sku, units)| {
        json!({
            "ShipmentId": shipment.id(),
            "SellerSKU": sku,
            "FulfillmentNetworkSKU": fn_sku,
            "QuantityShipped": units,
            "QuantityReceived": if shipment.has_arrived() { units } else { 0 },
            "QuantityInCase": 0,
        })
    });
    Ok(json!({ "payload": { "ItemData": items.collect::<Vec<_>>() } }).into())
}

/// The labels of a shipment's boxes.
fn get_labels(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let (account, shipment) = (call.account()?, named(server, call)?);
    for name in ["PageType", "LabelType"] {
        if call.query.text(name).is_none() {
            return Err(ApiError::invalid_input(format!("{name} is required.")));
        }
    }
    let boxes = call.query.number("NumberOfPackages", 1..=MOST_BOXES)?.unwrap_or(1);
    let line = |number: usize| {
        format!("{}U{number:06}  {}  {}", shipment.id(), shipment.name(), reports::warehouse(shipment.market))
    };
    let lines: Vec<String> = (1..=boxes).map(line).collect();
    let url = server.documents.publish(account, "application/pdf", labels::pdf(&lines)).url;
    Ok(json!({ "payload": { "DownloadURL": url } }).into())
}

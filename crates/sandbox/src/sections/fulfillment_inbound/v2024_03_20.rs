//! Fulfillment Inbound 2024-03-20: from a plan by its placement and its transport to a shipment with labels.
//!
//! A plan has one placement and one shipment. The steps can be taken in this order only, as at Amazon; packing is left out.

use super::labels;
use super::plan::{Line, Plan, State};
use crate::http::{ApiError, Reply};
use crate::sections::Served;
use crate::sections::call::Call;
use crate::sections::paging::List;
use crate::sections::{fba_inventory, marketplaces, reports};
use crate::server::Server;
use crate::time::dates;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;

pub(in crate::sections) static SERVED: Served = Served {
    section: "fulfillment-inbound",
    module: "v2024_03_20",
    takes_long: false,
    operations: &[
        ("createInboundPlan", create_inbound_plan),
        ("listInboundPlans", list_inbound_plans),
        ("getInboundPlan", get_inbound_plan),
        ("getInboundOperationStatus", get_inbound_operation_status),
        ("generatePlacementOptions", generate_placement_options),
        ("listPlacementOptions", list_placement_options),
        ("confirmPlacementOption", confirm_placement_option),
        ("generateTransportationOptions", generate_transportation_options),
        ("listTransportationOptions", list_transportation_options),
        ("confirmTransportationOptions", confirm_transportation_options),
        ("getShipment", get_shipment),
        ("listShipmentItems", list_shipment_items),
        ("createMarketplaceItemLabels", create_marketplace_item_labels),
    ],
};

const LIST: List = List {
    operation: "inbound/fba/2024-03-20/listInboundPlans",
    token: "paginationToken",
    size: Some("pageSize"),
    most: 30,
};

/// The most items of a plan.
const MOST: usize = 100;

/// How long an offer is valid.
const OFFER_LIFE: Duration = Duration::from_secs(24 * 3600);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewPlan {
    destination_marketplaces: Vec<String>,
    items: Vec<Line>,
    name: Option<String>,
    source_address: Value,
}

fn create_inbound_plan(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let account = call.account()?;
    let NewPlan { destination_marketplaces, items, name, source_address } = call.json()?;
    let [market] = marketplaces::read(call.region, "destinationMarketplaces", destination_marketplaces)?[..] else {
        return Err(ApiError::invalid_input("destinationMarketplaces must hold one marketplace."));
    };
    for member in ["name", "addressLine1", "city", "countryCode", "phoneNumber", "postalCode"] {
        if source_address[member].as_str().is_none_or(str::is_empty) {
            return Err(ApiError::invalid_input(format!("sourceAddress.{member} is required.")));
        }
    }
    if items.is_empty() || items.len() > MOST || items.iter().any(|item| item.quantity == 0) {
        return Err(ApiError::invalid_input(format!(
            "items must hold 1 to {MOST} items, each with a quantity above 0."
        )));
    }
    for item in &items {
        if server.inventory.get(market, &item.msku).is_none() {
            return Err(ApiError::invalid_input(format!(
                "items: Amazon has no SKU {:?} of the seller in {}; createInventoryItem makes one.",
                item.msku,
                market.marketplace.id()
            )));
        }
        for (member, owner) in [("labelOwner", &item.label_owner), ("prepOwner", &item.prep_owner)] {
            if !["AMAZON", "SELLER", "NONE"].contains(&owner.as_str()) {
                return Err(ApiError::invalid_input(format!("items: {member} takes AMAZON, SELLER and NONE.")));
            }
        }
    }
    let now = dates::whole_seconds(server.clock.now());
    let mut state = server.plans.state();
    let number = state.next();
    let plan = Plan {
        account,
        market,
        number,
        name: name.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("Plan {number}")),
        source: source_address,
        lines: items,
        created: now,
        updated: now,
        is_placed: false,
        is_confirmed: false,
        has_transport: false,
        sent: None,
        has_arrived: false,
    };
    let id = plan.id();
    state.add(plan);
    let operation = state.operate(account, "createInboundPlan");
    Ok(Reply::accepted(json!({ "inboundPlanId": id, "operationId": operation })))
}

fn get_inbound_operation_status(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let operation = server.plans.state().ask(call.account()?, call.id());
    let operation = operation.ok_or_else(|| ApiError::not_found(format!("There is no operation {:?}.", call.id())))?;
    Ok(json!({
        "operation": operation.name,
        "operationId": operation.id,
        "operationProblems": [],
        "operationStatus": if operation.asked > 1 { "SUCCESS" } else { "IN_PROGRESS" },
    })
    .into())
}

/// The plan that the path names.
fn plan<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Plan, ApiError> {
    let account = call.account()?;
    let found = state.plans.iter_mut().find(|plan| plan.account == account && plan.id() == call.id());
    found.ok_or_else(|| ApiError::not_found(format!("There is no inbound plan {:?}.", call.id())))
}

/// Refuses a step before the one that it needs.
fn after(has_come: bool, step: &str) -> Result<(), ApiError> {
    has_come.then_some(()).ok_or_else(|| ApiError::invalid_input(format!("The plan needs {step} first.")))
}

/// Takes a step of the plan that the path names.
fn step(
    server: &Server,
    call: &Call,
    name: &str,
    take: impl FnOnce(&mut Plan) -> Result<(), ApiError>,
) -> Result<Reply, ApiError> {
    let mut state = server.plans.state();
    let plan = plan(&mut state, call)?;
    take(plan)?;
    plan.updated = dates::whole_seconds(server.clock.now());
    let account = plan.account;
    let operation = state.operate(account, name);
    Ok(Reply::accepted(json!({ "operationId": operation })))
}

fn generate_placement_options(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    step(server, call, "generatePlacementOptions", |plan| {
        plan.is_placed = true;
        Ok(())
    })
}

fn confirm_placement_option(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    step(server, call, "confirmPlacementOption", |plan| {
        after(plan.is_placed, "generatePlacementOptions")?;
        let id = second(call);
        if id != plan.placement_id() {
            return Err(ApiError::not_found(format!("The plan has no placement option {id:?}.")));
        }
        plan.is_confirmed = true;
        Ok(())
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WantedTransport {
    placement_option_id: String,
}

fn generate_transportation_options(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let WantedTransport { placement_option_id } = call.json()?;
    step(server, call, "generateTransportationOptions", |plan| {
        after(plan.is_confirmed, "confirmPlacementOption")?;
        if placement_option_id != plan.placement_id() {
            return Err(ApiError::invalid_input("placementOptionId is not the confirmed option."));
        }
        plan.has_transport = true;
        Ok(())
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Selections {
    transportation_selections: Vec<Selection>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Selection {
    shipment_id: String,
    transportation_option_id: String,
}

fn confirm_transportation_options(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let Selections { transportation_selections: selections } = call.json()?;
    let now = dates::whole_seconds(server.clock.now());
    step(server, call, "confirmTransportationOptions", |plan| {
        after(plan.has_transport, "generateTransportationOptions")?;
        let is_right = |one: &Selection| {
            one.shipment_id == plan.shipment_id() && one.transportation_option_id == plan.transport_id()
        };
        if selections.len() != 1 || !selections.iter().all(is_right) {
            return Err(ApiError::invalid_input(
                "transportationSelections must choose an option of the plan's shipment.",
            ));
        }
        if plan.sent.is_none() {
            plan.sent = Some(now);
            for line in &plan.lines {
                server.inventory.announce(plan.market, &line.msku, u64::from(line.quantity), now);
            }
        }
        Ok(())
    })
}

/// Puts the units of shipments that have arrived into the stock.
pub(in crate::sections) fn settle(server: &Server) {
    let now = server.clock.now();
    let mut arrived = Vec::new();
    for plan in server.plans.state().plans.iter_mut().filter(|plan| !plan.has_arrived) {
        if let Some(at) = plan.arrives().filter(|at| *at <= now) {
            plan.has_arrived = true;
            arrived.push((plan.clone(), at));
        }
    }
    for (plan, at) in arrived {
        for line in &plan.lines {
            if server.inventory.arrive(plan.market, &line.msku, u64::from(line.quantity), at) {
                fba_inventory::notify(server, plan.market, &line.msku, at);
            }
        }
    }
}

/// The second id of the path.
fn second(call: &Call) -> &str {
    call.path.get(1).map(|(_, id)| id.as_str()).unwrap_or_default()
}

fn list_inbound_plans(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let account = call.account()?;
    let (found, token) = LIST.page(
        &server.pages,
        &call.query,
        |query| {
            let statuses = [("ACTIVE", "ACTIVE"), ("VOIDED", "VOIDED"), ("SHIPPED", "SHIPPED")];
            let wanted = query.choices("status", &statuses)?;
            let mut all: Vec<Plan> = server.plans.state().plans.iter().cloned().collect();
            all.retain(|plan| {
                plan.account == account && wanted.as_ref().is_none_or(|wanted| wanted.contains(&status(plan)))
            });
            Ok(all)
        },
        |plan| (dates::seconds(plan.created), plan.id()),
    )?;
    let plans: Vec<Value> = found.iter().map(summary).collect();
    let mut answer = json!({ "inboundPlans": plans });
    if let Some(token) = token {
        answer["pagination"] = json!({ "nextToken": token });
    }
    Ok(answer.into())
}

fn status(plan: &Plan) -> &'static str {
    if plan.sent.is_some() { "SHIPPED" } else { "ACTIVE" }
}

fn summary(plan: &Plan) -> Value {
    json!({
        "inboundPlanId": plan.id(),
        "name": plan.name,
        "createdAt": dates::text(plan.created),
        "lastUpdatedAt": dates::text(plan.updated),
        "marketplaceIds": [plan.market.marketplace.id()],
        "sourceAddress": plan.source,
        "status": status(plan),
    })
}

fn get_inbound_plan(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let now = server.clock.now();
    let mut state = server.plans.state();
    let plan = plan(&mut state, call)?;
    let mut body = summary(plan);
    if plan.is_placed {
        let status = if plan.is_confirmed { "ACCEPTED" } else { "OFFERED" };
        body["placementOptions"] = json!([{ "placementOptionId": plan.placement_id(), "status": status }]);
        body["shipments"] = json!([{ "shipmentId": plan.shipment_id(), "status": plan.status(now) }]);
    }
    Ok(body.into())
}

fn list_placement_options(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let mut state = server.plans.state();
    let plan = plan(&mut state, call)?;
    let option = json!({
        "placementOptionId": plan.placement_id(),
        "status": if plan.is_confirmed { "ACCEPTED" } else { "OFFERED" },
        "shipmentIds": [plan.shipment_id()],
        "fees": [],
        "discounts": [],
        "expiration": dates::text(plan.updated + OFFER_LIFE),
    });
    let options = if plan.is_placed { vec![option] } else { Vec::new() };
    Ok(json!({ "placementOptions": options }).into())
}

fn list_transportation_options(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let mut state = server.plans.state();
    let plan = plan(&mut state, call)?;
    let option = json!({
        "transportationOptionId": plan.transport_id(),
        "shipmentId": plan.shipment_id(),
        "carrier": { "name": "The seller's own carrier", "alphaCode": "OTHER" },
        "preconditions": [],
        "shippingMode": "GROUND_SMALL_PARCEL",
        "shippingSolution": "USE_YOUR_OWN_CARRIER",
    });
    let options = if plan.has_transport { vec![option] } else { Vec::new() };
    Ok(json!({ "transportationOptions": options }).into())
}

/// The plan whose shipment the path names.
fn with_shipment<'a>(state: &'a mut State, call: &Call) -> Result<&'a mut Plan, ApiError> {
    let (plan, id) = (plan(state, call)?, second(call));
    let has_it = plan.is_placed && plan.shipment_id() == id;
    has_it.then_some(plan).ok_or_else(|| ApiError::not_found(format!("The plan has no shipment {id:?}.")))
}

fn get_shipment(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let mut state = server.plans.state();
    let plan = with_shipment(&mut state, call)?;
    let mut body = json!({
        "shipmentId": plan.shipment_id(),
        "name": plan.name,
        "placementOptionId": plan.placement_id(),
        "source": { "sourceType": "SELLER_FACILITY", "address": plan.source },
        "destination": { "destinationType": "AMAZON_WAREHOUSE", "warehouseId": reports::warehouse(plan.market) },
        "status": plan.status(server.clock.now()),
    });
    if plan.is_confirmed {
        body["shipmentConfirmationId"] = plan.confirmation_id().into();
    }
    if plan.sent.is_some() {
        body["selectedTransportationOptionId"] = plan.transport_id().into();
    }
    Ok(body.into())
}

fn list_shipment_items(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let mut state = server.plans.state();
    let plan = with_shipment(&mut state, call)?;
    let items = plan.lines.iter().map(|line| {
        let stock = server.inventory.get(plan.market, &line.msku);
        let (asin, fnsku) = stock.map(|stock| (stock.asin, stock.fn_sku)).unwrap_or_default();
        json!({
            "asin": asin,
            "fnsku": fnsku,
            "msku": line.msku,
            "quantity": line.quantity,
            "labelOwner": line.label_owner,
            "prepInstructions": [],
        })
    });
    Ok(json!({ "items": items.collect::<Vec<_>>() }).into())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WantedLabels {
    label_type: String,
    marketplace_id: String,
    msku_quantities: Vec<Units>,
}

#[derive(Deserialize)]
struct Units {
    msku: String,
    quantity: u32,
}

fn create_marketplace_item_labels(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let account = call.account()?;
    let WantedLabels { label_type, marketplace_id, msku_quantities: units } = call.json()?;
    let [market] = marketplaces::read(call.region, "marketplaceId", vec![marketplace_id])?[..] else {
        return Err(ApiError::invalid_input("marketplaceId is required."));
    };
    if !["STANDARD_FORMAT", "THERMAL_PRINTING"].contains(&label_type.as_str()) {
        return Err(ApiError::invalid_input("labelType takes STANDARD_FORMAT and THERMAL_PRINTING."));
    }
    if units.is_empty() || units.len() > MOST {
        return Err(ApiError::invalid_input(format!("mskuQuantities must hold 1 to {MOST} SKUs.")));
    }
    let line = |units: &Units| {
        let stock = server.inventory.get(market, &units.msku);
        let stock = stock.ok_or_else(|| ApiError::invalid_input(format!("Amazon has no SKU {:?}.", units.msku)))?;
        Ok(format!("{} x {}  {}", units.quantity, stock.fn_sku, stock.name))
    };
    let lines = units.iter().map(line).collect::<Result<Vec<_>, ApiError>>()?;
    let published = server.documents.publish(account, "application/pdf", labels::pdf(&lines));
    Ok(json!({
        "documentDownloads": [{
            "downloadType": "URL",
            "uri": published.url,
            "expiration": dates::text(server.clock.now() + OFFER_LIFE),
        }],
    })
    .into())
}

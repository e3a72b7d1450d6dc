//! Fulfillment Outbound 2020-07-01: orders from elsewhere that Amazon ships from the seller's stock, and their packages.

mod order;

use super::Served;
use super::call::Call;
use super::fba_inventory;
use super::marketplaces;
use super::notifications::Notice;
use super::paging::List;
use crate::http::{ApiError, Reply};
use crate::keep;
use crate::login::Account;
use crate::server::Server;
use crate::shop::listings::DEFAULT_SELLER;
use crate::shop::{Market, markets_of};
use crate::time::dates;
use order::{FulfillmentOrder, Line, Status};
use serde::Deserialize;
use serde_json::{Value, json};
use spapi_types::Region;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

pub(super) static SERVED: Served = Served {
    section: "fulfillment-outbound",
    module: "v2020_07_01",
    takes_long: false,
    operations: &[
        ("getFulfillmentPreview", get_fulfillment_preview),
        ("createFulfillmentOrder", create_fulfillment_order),
        ("listAllFulfillmentOrders", list_all_fulfillment_orders),
        ("getFulfillmentOrder", get_fulfillment_order),
        ("cancelFulfillmentOrder", cancel_fulfillment_order),
        ("getPackageTrackingDetails", get_package_tracking_details),
    ],
};

const LIST: List =
    List { operation: "fba/outbound/2020-07-01/listAllFulfillmentOrders", token: "nextToken", size: None, most: 50 };

/// The most orders that the sandbox keeps; it drops the oldest ones. And the most items of an order.
const MOST: usize = 10_000;
const MOST_ITEMS: usize = 100;

/// The longest id of an order, in bytes.
const LONGEST_ID: usize = 40;

/// The fulfillment orders of all sellers, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct FulfillmentOrders {
    state: Mutex<VecDeque<FulfillmentOrder>>,
}

impl FulfillmentOrders {
    /// The part of the state that is kept between runs.
    pub(crate) fn saved(&self) -> serde_json::Result<Value> {
        keep::saved(&self.state)
    }

    pub(crate) fn restore(&self, saved: Value) -> serde_json::Result<()> {
        keep::restore(&self.state, saved)
    }

    fn state(&self) -> MutexGuard<'_, VecDeque<FulfillmentOrder>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The units that have left the warehouses of a marketplace, each with its time, its order and its SKU.
    pub(super) fn sent(&self, market: &Market, now: SystemTime) -> Vec<(SystemTime, String, String, u32)> {
        let state = self.state();
        let of_market = state.iter().filter(|order| order.market == market && order.status(now).1 == Status::Complete);
        let units = of_market.flat_map(|order| {
            let unit = |line: &Line| (order.sent(), order.id.clone(), line.seller_sku.clone(), line.quantity);
            order.lines.iter().map(unit)
        });
        units.collect()
    }

    /// The first order of a seller that the condition holds for.
    fn find(&self, account: Account, is_it: impl Fn(&FulfillmentOrder) -> bool) -> Option<FulfillmentOrder> {
        self.state().iter().find(|order| order.account == account && is_it(order)).cloned()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    marketplace_id: Option<String>,
    items: Vec<Line>,
}

/// The members that a new order must have besides its items.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct New {
    seller_fulfillment_order_id: String,
    #[serde(rename = "displayableOrderId")]
    _displayable_order_id: String,
    displayable_order_date: String,
    #[serde(rename = "displayableOrderComment")]
    _displayable_order_comment: String,
    shipping_speed_category: String,
    #[serde(rename = "destinationAddress")]
    _destination_address: Address,
    fulfillment_action: Option<String>,
}

/// What an address must have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Address {
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "addressLine1")]
    _address_line1: String,
    #[serde(rename = "postalCode")]
    _postal_code: String,
    #[serde(rename = "countryCode")]
    _country_code: String,
}

const SPEEDS: [&str; 4] = ["Standard", "Expedited", "Priority", "ScheduledDelivery"];

/// The marketplace and the items of a request.
fn wanted(call: &Call) -> Result<(&'static Market, Vec<Line>), ApiError> {
    let Wanted { marketplace_id, items } = call.json()?;
    let market = market(call.region, marketplace_id.as_deref())?;
    if items.is_empty() || items.len() > MOST_ITEMS || items.iter().any(|item| item.quantity == 0) {
        return Err(ApiError::invalid_input(format!(
            "items must hold 1 to {MOST_ITEMS} items, each with a quantity above 0."
        )));
    }
    Ok((market, items))
}

/// The marketplace that a request names, or the region's first one.
fn market(region: Region, id: Option<&str>) -> Result<&'static Market, ApiError> {
    let named = id.map(|id| marketplaces::read(region, "marketplaceId", vec![id])).transpose()?;
    let market = named.map_or_else(|| markets_of(region).next(), |named| named.first().copied());
    market.ok_or_else(|| ApiError::invalid_input("marketplaceId is required."))
}

/// The items whose units are there, and those whose units are not.
fn split(server: &Server, market: &Market, items: Vec<Line>) -> (Vec<Line>, Vec<Line>) {
    items.into_iter().partition(|item| {
        let stock = server.inventory.get(market, &item.seller_sku);
        stock.is_some_and(|stock| stock.fulfillable >= u64::from(item.quantity))
    })
}

fn get_fulfillment_preview(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let (market, items) = wanted(call)?;
    let body: Value = call.json()?;
    let named = body["shippingSpeedCategories"].as_array().map(|list| list.iter().filter_map(Value::as_str).collect());
    let speeds: Vec<&str> = named.unwrap_or_else(|| SPEEDS[..3].to_vec());
    if let Some(unknown) = speeds.iter().find(|speed| !SPEEDS.contains(speed)) {
        return Err(ApiError::invalid_input(format!("shippingSpeedCategories has no value {unknown:?}.")));
    }
    let units: u32 = items.iter().map(|item| item.quantity).fold(0, u32::saturating_add);
    let (there, missing) = split(server, market, items);
    let now = server.clock.now();
    let at = |days: u64| dates::text(now + Duration::from_secs(24 * 3600) * u32::try_from(days).unwrap_or(u32::MAX));
    let item = |line: &Line| {
        json!({
            "sellerSku": line.seller_sku,
            "quantity": line.quantity,
            "sellerFulfillmentOrderItemId": line.seller_fulfillment_order_item_id,
        })
    };
    let unfulfillable: Vec<Value> = missing
        .iter()
        .map(|line| {
            let mut body = item(line);
            body["itemUnfulfillableReasons"] = json!(["The warehouses do not have the units."]);
            body
        })
        .collect();
    let preview = |speed: &str, fastest: u64| {
        // A fee for each unit; faster ones cost more.
        let fee = i64::from(units) * (market.shipping + market.shipping / i64::try_from(fastest).unwrap_or(1));
        let mut body = json!({
            "shippingSpeedCategory": speed,
            "isFulfillable": missing.is_empty(),
            "isCODCapable": false,
            "marketplaceId": market.marketplace.id(),
            "estimatedFees": [{
                "name": "FBAPerUnitFulfillmentFee",
                "amount": { "currencyCode": market.currency(), "value": market.amount(fee) },
            }],
            "unfulfillablePreviewItems": unfulfillable,
        });
        if missing.is_empty() {
            body["fulfillmentPreviewShipments"] = json!([{
                "earliestShipDate": at(0),
                "latestShipDate": at(1),
                "earliestArrivalDate": at(fastest),
                "latestArrivalDate": at(fastest + 1),
                "fulfillmentPreviewItems": there.iter().map(item).collect::<Vec<_>>(),
            }]);
        }
        body
    };
    let days = |speed: &str| match speed {
        "Priority" => 1,
        "Expedited" => 2,
        _ => 4,
    };
    let previews: Vec<Value> = speeds.iter().map(|speed| preview(speed, days(speed))).collect();
    Ok(json!({ "payload": { "fulfillmentPreviews": previews } }).into())
}

fn create_fulfillment_order(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let account = call.account()?;
    let (market, lines) = wanted(call)?;
    let new: New = call.json()?;
    let id = new.seller_fulfillment_order_id;
    if id.is_empty() || id.len() > LONGEST_ID {
        return Err(ApiError::too_long("sellerFulfillmentOrderId is required, and", LONGEST_ID));
    }
    if dates::read(&new.displayable_order_date).is_none() {
        return Err(ApiError::invalid_input("displayableOrderDate is not an ISO 8601 date."));
    }
    if !SPEEDS.contains(&new.shipping_speed_category.as_str()) {
        return Err(ApiError::invalid_input(format!("shippingSpeedCategory takes {}.", SPEEDS.join(", "))));
    }
    let is_held = match new.fulfillment_action.as_deref() {
        None | Some("Ship") => false,
        Some("Hold") => true,
        Some(_) => return Err(ApiError::invalid_input("fulfillmentAction takes Ship and Hold.")),
    };
    if let Some(line) = lines.iter().find(|line| server.inventory.get(market, &line.seller_sku).is_none()) {
        return Err(ApiError::invalid_input(format!(
            "items: the warehouses have no SKU {:?} in {}.",
            line.seller_sku,
            market.marketplace.id()
        )));
    }
    let mut orders = server.fulfillment.state();
    if orders.iter().any(|order| order.account == account && order.id == id) {
        return Err(ApiError::invalid_input(format!("sellerFulfillmentOrderId: there is an order {id:?} already.")));
    }
    let number = orders.back().map_or(1, |last| last.number.saturating_add(1));
    if orders.len() >= MOST {
        orders.pop_front();
    }
    let (_, missing) = split(server, market, lines.clone());
    orders.push_back(FulfillmentOrder {
        account,
        market,
        number,
        id,
        received: dates::whole_seconds(server.clock.now()),
        lines,
        request: call.json()?,
        is_held,
        is_unfulfillable: !missing.is_empty(),
        cancelled: None,
        notified: None,
    });
    Ok(json!({}).into())
}

fn list_all_fulfillment_orders(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let (account, now) = (call.account()?, server.clock.now());
    let (found, token) = LIST.page(
        &server.pages,
        &call.query,
        |query| {
            let since = query.date("queryStartDate")?;
            let mut all: Vec<FulfillmentOrder> = server.fulfillment.state().iter().cloned().collect();
            all.retain(|order| order.account == account && since.is_none_or(|since| order.status(now).0 >= since));
            Ok(all)
        },
        |order| (dates::seconds(order.received), order.id.clone()),
    )?;
    let orders: Vec<Value> = found.iter().map(|order| order.summary(now)).collect();
    let mut payload = json!({ "fulfillmentOrders": orders });
    if let Some(token) = token {
        payload["nextToken"] = token.into();
    }
    Ok(json!({ "payload": payload }).into())
}

fn get_fulfillment_order(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let order = server.fulfillment.find(call.account()?, |order| order.id == call.id());
    let order = order.ok_or_else(|| no_order(call.id()))?;
    Ok(json!({ "payload": order.body(server.clock.now()) }).into())
}

fn cancel_fulfillment_order(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let (account, now) = (call.account()?, dates::whole_seconds(server.clock.now()));
    let mut orders = server.fulfillment.state();
    let order = orders.iter_mut().find(|order| order.account == account && order.id == call.id());
    let order = order.ok_or_else(|| no_order(call.id()))?;
    match order.status(now) {
        (_, Status::Received | Status::Planning) => {
            order.cancelled = Some(now);
            Ok(json!({}).into())
        }
        (_, status) => {
            let message =
                format!("The order is {}: only one that is not processed yet can be cancelled.", status.code());
            Err(ApiError::invalid_input(message))
        }
    }
}

fn get_package_tracking_details(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let number = call.query.number("packageNumber", 1..=usize::MAX)?;
    let number = number.ok_or_else(|| ApiError::invalid_input("packageNumber is required."))?;
    let is_it = |order: &FulfillmentOrder| usize::try_from(order.package()) == Ok(number);
    let order = server.fulfillment.find(call.account()?, is_it);
    let tracking = order.and_then(|order| order.tracking(server.clock.now()));
    let tracking = tracking.ok_or_else(|| ApiError::not_found(format!("There is no package {number}.")))?;
    Ok(json!({ "payload": tracking }).into())
}

fn no_order(id: &str) -> ApiError {
    ApiError::not_found(format!("There is no fulfillment order {id:?}."))
}

/// Moves the stock of orders whose status has changed, and sends the notifications of it.
pub(super) fn settle(server: &Server) {
    let now = server.clock.now();
    let mut changes = Vec::new();
    for order in server.fulfillment.state().iter_mut().filter(|order| order.notified.is_none_or(|it| !it.is_final())) {
        let course = order.course(now);
        let known = course.iter().position(|(_, status)| Some(*status) == order.notified).map_or(0, |place| place + 1);
        for (at, status) in course.into_iter().skip(known) {
            order.notified = Some(status);
            changes.push((order.clone(), at, status));
        }
    }
    for (order, at, status) in changes {
        move_stock(server, &order, at, status);
        notify(server, &order, at, status);
    }
}

fn move_stock(server: &Server, order: &FulfillmentOrder, at: SystemTime, status: Status) {
    if order.is_unfulfillable {
        return;
    }
    for Line { seller_sku: sku, quantity, .. } in &order.lines {
        let units = u64::from(*quantity);
        let has_moved = match status {
            Status::Received => server.inventory.reserve(order.market, sku, units, at),
            Status::Complete => server.inventory.send(order.market, sku, units, at),
            Status::Cancelled => server.inventory.free(order.market, sku, units, at),
            _ => continue,
        };
        if has_moved {
            fba_inventory::notify(server, order.market, sku, at);
        }
    }
}

fn notify(server: &Server, order: &FulfillmentOrder, at: SystemTime, status: Status) {
    let payload = |_: &str| {
        let mut body = json!({
            "SellerId": DEFAULT_SELLER,
            "EventType": "Order",
            "StatusUpdatedDateTime": dates::text(at),
            "SellerFulfillmentOrderId": order.id,
            "FulfillmentOrderStatus": status.code(),
        });
        if status == Status::Complete {
            body["EventType"] = "Shipment".into();
            body["FulfillmentShipment"] = json!({
                "FulfillmentShipmentStatus": "SHIPPED",
                "AmazonShipmentId": order.shipment_id(),
                "EstimatedArrivalDateTime": dates::text(order.arrives()),
                "FulfillmentShipmentPackages": [{
                    "PackageNumber": order.package(),
                    "CarrierCode": order::CARRIER,
                    "TrackingNumber": order.tracking_number(),
                }],
            });
        }
        json!({ "FulfillmentOrderStatusNotification": body })
    };
    let notice = Notice {
        marketplace_id: Some(order.market.marketplace.id()),
        account: Some(order.account),
        ..Notice::new("FULFILLMENT_ORDER_STATUS", order.market.region(), at, &payload)
    };
    server.notifications.publish(&notice, &server.faults);
}

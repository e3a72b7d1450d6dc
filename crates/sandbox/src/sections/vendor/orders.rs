//! Vendor Orders v1: getPurchaseOrders, getPurchaseOrder, getPurchaseOrdersStatus.

use super::{PurchaseOrder, cost, money, party, purchase_orders};
use crate::http::{ApiError, Query, Reply};
use crate::sections::Served;
use crate::sections::call::Call;
use crate::sections::paging::List;
use crate::server::Server;
use crate::time::dates;
use serde_json::{Value, json};

pub(in crate::sections) static SERVED: Served = Served {
    section: "vendor-orders",
    module: "v1",
    takes_long: false,
    operations: &[
        ("getPurchaseOrders", get_purchase_orders),
        ("getPurchaseOrder", get_purchase_order),
        ("getPurchaseOrdersStatus", get_purchase_orders_status),
    ],
};

const ORDERS: List =
    List { operation: "vendor/orders/v1/getPurchaseOrders", token: "nextToken", size: Some("limit"), most: 100 };
const STATUS: List = List { operation: "vendor/orders/v1/getPurchaseOrdersStatus", ..ORDERS };

fn get_purchase_orders(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    page(server, call, &ORDERS, ["changedAfter", "changedBefore"], "orders", order)
}

fn get_purchase_orders_status(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    page(server, call, &STATUS, ["updatedAfter", "updatedBefore"], "ordersStatus", status)
}

fn get_purchase_order(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let number = call.id();
    let found = purchase_orders(call.region, server.began).into_iter().find(|order| order.number() == number);
    let found = found.ok_or_else(|| ApiError::not_found(format!("There is no purchase order {number:?}.")))?;
    Ok(json!({ "payload": order(found) }).into())
}

fn page(
    server: &Server,
    call: &Call,
    list: &List,
    [after, before]: [&str; 2],
    name: &str,
    body: fn(PurchaseOrder) -> Value,
) -> Result<Reply, ApiError> {
    let entries = |query: &Query| {
        let created = query.range("createdAfter", "createdBefore", server.clock.now())?;
        let updated = query.range(after, before, server.clock.now())?;
        let mut all = purchase_orders(call.region, server.began);
        all.retain(|order| created.contains(&order.created) && updated.contains(&order.updated()));
        Ok(all)
    };
    let (found, token) =
        list.page(&server.pages, &call.query, entries, |order| (dates::seconds(order.updated()), order.number()))?;
    let bodies: Vec<Value> = found.into_iter().map(body).collect();
    let mut payload = json!({ name: bodies });
    if let Some(token) = token {
        payload["pagination"] = json!({ "nextToken": token });
    }
    Ok(json!({ "payload": payload }).into())
}

fn order(order: PurchaseOrder) -> Value {
    let market = order.market;
    let items: Vec<Value> = order
        .lines()
        .enumerate()
        .map(|(place, (product, units))| {
            json!({
                "itemSequenceNumber": (place + 1).to_string(),
                "amazonProductIdentifier": product.asin,
                "vendorProductIdentifier": product.sku,
                "orderedQuantity": { "amount": units, "unitOfMeasure": "Eaches", "unitSize": 1 },
                "isBackOrderAllowed": false,
                "netCost": money(market, cost(product.price)),
                "listPrice": money(market, product.price),
            })
        })
        .collect();
    let state = match (order.is_received(), order.is_confirmed()) {
        (true, _) => "Closed",
        (false, true) => "Acknowledged",
        (false, false) => "New",
    };
    json!({
        "purchaseOrderNumber": order.number(),
        "purchaseOrderState": state,
        "orderDetails": {
            "purchaseOrderDate": dates::text(order.created),
            "purchaseOrderChangedDate": dates::text(order.updated()),
            "purchaseOrderStateChangedDate": dates::text(order.updated()),
            "purchaseOrderType": "RegularOrder",
            "paymentMethod": "Invoice",
            "buyingParty": party("AMZ1", market),
            "sellingParty": { "partyId": "VENDOR1" },
            "shipToParty": party("NRT1", market),
            "billToParty": party("AMZ1", market),
            "items": items,
        },
    })
}

fn status(order: PurchaseOrder) -> Value {
    let market = order.market;
    let (ordered, received) = (dates::text(order.created), dates::text(order.updated()));
    let quantity = |units: u32| json!({ "amount": units, "unitOfMeasure": "Eaches", "unitSize": 1 });
    let items: Vec<Value> = order
        .lines()
        .enumerate()
        .map(|(place, (product, units))| {
            let accepted = if order.is_confirmed() { units } else { 0 };
            let mut receiving =
                json!({ "receiveStatus": if order.is_received() { "RECEIVED" } else { "NOT_RECEIVED" } });
            if order.is_received() {
                receiving["receivedQuantity"] = quantity(units);
                receiving["lastReceiveDate"] = received.as_str().into();
            }
            json!({
                "itemSequenceNumber": (place + 1).to_string(),
                "buyerProductIdentifier": product.asin,
                "vendorProductIdentifier": product.sku,
                "netCost": money(market, cost(product.price)),
                "listPrice": money(market, product.price),
                "orderedQuantity": { "orderedQuantity": quantity(units) },
                "acknowledgementStatus": {
                    "confirmationStatus": if order.is_confirmed() { "ACCEPTED" } else { "UNCONFIRMED" },
                    "acceptedQuantity": quantity(accepted),
                },
                "receivingStatus": receiving,
            })
        })
        .collect();
    json!({
        "purchaseOrderNumber": order.number(),
        "purchaseOrderStatus": if order.is_received() { "CLOSED" } else { "OPEN" },
        "purchaseOrderDate": ordered,
        "lastUpdatedDate": received,
        "sellingParty": { "partyId": "VENDOR1" },
        "shipToParty": party("NRT1", market),
        "itemStatus": items,
    })
}

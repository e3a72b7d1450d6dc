//! Vendor Direct Fulfillment Shipping v1: getShippingLabels. The parcels are those that the shop sent by itself.

use super::party;
use crate::http::{ApiError, Query, Reply};
use crate::sections::Served;
use crate::sections::call::Call;
use crate::sections::paging::List;
use crate::server::Server;
use crate::shop::{Order, Package};
use crate::time::dates;
use serde_json::{Value, json};
use std::time::SystemTime;

pub(in crate::sections) static SERVED: Served = Served {
    section: "vendor-direct-fulfillment-shipping",
    module: "v1",
    takes_long: false,
    operations: &[("getShippingLabels", get_shipping_labels)],
};

const LIST: List = List {
    operation: "vendor/directFulfillment/shipping/v1/getShippingLabels",
    token: "nextToken",
    size: Some("limit"),
    most: 100,
};

/// When the labels of an order were made.
fn made(order: &Order) -> Option<SystemTime> {
    order.packages.iter().map(|package| package.sent).min()
}

fn get_shipping_labels(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let entries = |query: &Query| {
        if query.text("createdAfter").is_none() || query.text("createdBefore").is_none() {
            return Err(ApiError::invalid_input("createdAfter and createdBefore are required."));
        }
        let range = query.range("createdAfter", "createdBefore", server.clock.now())?;
        let of_region = server.shop.orders().filter(|order| order.market.region() == call.region);
        Ok(of_region.filter(|order| made(order).is_some_and(|at| range.contains(&at))).collect())
    };
    let (found, token) = LIST.page(&server.pages, &call.query, entries, |order: &&Order| {
        (made(order).map_or(0, dates::seconds), order.id.clone())
    })?;
    let labels: Vec<Value> = found.into_iter().map(labels).collect();
    let mut payload = json!({ "shippingLabels": labels });
    if let Some(token) = token {
        payload["pagination"] = json!({ "nextToken": token });
    }
    Ok(json!({ "payload": payload }).into())
}

fn labels(order: &Order) -> Value {
    let label = |package: &Package| {
        json!({
            "packageIdentifier": package.reference,
            "trackingNumber": package.tracking_number,
            "shipMethod": package.service,
            "shipMethodName": package.carrier,
            // "^XA^XZ": a label with nothing on it.
            "content": "XlhBXlha",
        })
    };
    json!({
        // A purchase order has letters and digits only.
        "purchaseOrderNumber": order.id.replace('-', ""),
        "sellingParty": { "partyId": "VENDOR1" },
        "shipFromParty": party("WAREHOUSE1", order.market),
        "labelFormat": "ZPL",
        "labelData": order.packages.iter().map(label).collect::<Vec<_>>(),
    })
}

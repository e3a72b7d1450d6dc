//! What sellers hear of new and changed orders.

use super::v0;
use crate::sections::notifications::Notice;
use crate::sections::{fba_inventory, finances};
use crate::server::Server;
use crate::shop::listings::DEFAULT_SELLER;
use crate::shop::{FulfilledBy, Order, Stage, Status};
use crate::time::dates;
use serde_json::{Value, json};
use std::time::SystemTime;

const STATUS_CHANGE: &str = "OrderStatusChange";
const BUYER_CHANGE: &str = "BuyerRequestedChange";

/// Lets orders arrive and change, with Amazon's stock, and sends the notifications of it.
pub(in crate::sections) fn settle(server: &Server) {
    for Stage { at, order, before } in server.shop.settle(server.clock.now()) {
        if before == Some(order.status) {
            continue;
        }
        let cancel_reason = order.items.iter().find_map(|item| item.cancel_reason);
        if order.status == Status::Cancelled && cancel_reason.is_some() {
            // The buyer asked for it while the order still had its former status.
            let asked = Order { status: before.unwrap_or(Status::Pending), ..order.clone() };
            publish(server, &asked, at, BUYER_CHANGE, "Buyer Requested Cancel");
        }
        publish(server, &order, at, STATUS_CHANGE, "Order Status Change");
        if order.status == Status::Shipped {
            finances::notify(server, &order, at);
        }
        if order.fulfilled_by == FulfilledBy::Amazon {
            move_stock(server, &order, before, at);
        }
    }
}

/// Reserves the units of a new order in Amazon's warehouses, and lets them leave or be free again at its end.
fn move_stock(server: &Server, order: &Order, before: Option<Status>, at: SystemTime) {
    for item in &order.items {
        let (sku, units) = (item.product.sku, u64::from(item.quantity));
        let has_moved = match (before, order.status) {
            (None, _) => server.inventory.reserve(order.market, sku, units, at),
            (_, Status::Shipped) => server.inventory.send(order.market, sku, units, at),
            (_, Status::Cancelled | Status::Unfulfillable) => server.inventory.free(order.market, sku, units, at),
            _ => continue,
        };
        if has_moved {
            fba_inventory::notify(server, order.market, sku, at);
        }
    }
}

fn publish(server: &Server, order: &Order, at: SystemTime, change: &str, reason: &str) {
    let payload = |_: &str| payload(order, at, change, reason);
    let notice = Notice {
        marketplace_id: Some(order.market.marketplace.id()),
        order_change: Some(change),
        ..Notice::new("ORDER_CHANGE", order.market.region(), at, &payload)
    };
    server.notifications.publish(&notice, &server.faults);
}

fn payload(order: &Order, at: SystemTime, change: &str, reason: &str) -> Value {
    let ((ship_from, ship_to), (deliver_from, deliver_to)) = (order.ship_by, order.deliver_by);
    let is_cancelling = change == BUYER_CHANGE;
    let items = order.items.iter().map(|item| {
        let is_sent = item.shipped == item.quantity;
        json!({
            "OrderItemId": item.id,
            "SellerSKU": item.product.sku,
            "SupplySourceId": null,
            "OrderItemStatus": if is_sent { "Shipped" } else { "Unshipped" },
            "Quantity": item.quantity,
            "QuantityShipped": item.shipped,
            "IsBuyerRequestedCancel": is_cancelling,
            "ItemEarliestDeliveryDate": dates::text(deliver_from),
            "ItemLatestDeliveryDate": dates::text(deliver_to),
        })
    });
    let programs = [(order.business, "Business"), (order.prime, "Prime")];
    let summary = json!({
        "MarketplaceId": order.market.marketplace.id(),
        "OrderStatus": v0::status(order.status),
        "PurchaseDate": dates::text(order.created),
        "DestinationPostalCode": order.known_buyer().map(|buyer| &buyer.postal_code),
        "FulfillmentType": if order.fulfilled_by == FulfilledBy::Amazon { "AFN" } else { "MFN" },
        "OrderType": "StandardOrder",
        "NumberOfItemsShipped": order.units_shipped(),
        "NumberOfItemsUnshipped": order.units_unshipped(),
        "EarliestDeliveryDate": dates::text(deliver_from),
        "LatestDeliveryDate": dates::text(deliver_to),
        "EarliestShipDate": dates::text(ship_from),
        "LatestShipDate": dates::text(ship_to),
        "CancelNotifyDate": dates::text(at),
        "OrderPrograms": programs.iter().filter(|(is_in, _)| *is_in).map(|(_, name)| *name).collect::<Vec<_>>(),
        "ShippingPrograms": [],
        "OrderItems": items.collect::<Vec<_>>(),
    });
    json!({
        "OrderChangeNotification": {
            "NotificationLevel": "OrderLevel",
            "SellerId": DEFAULT_SELLER,
            "AmazonOrderId": order.id,
            "OrderChangeType": change,
            "OrderChangeTrigger": { "TimeOfOrderChange": dates::text(at), "ChangeReason": reason },
            "Summary": summary,
        },
    })
}

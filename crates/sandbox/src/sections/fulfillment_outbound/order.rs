//! A fulfillment order: an order from elsewhere that Amazon ships from the seller's stock.

use crate::keep::forms;
use crate::login::Account;
use crate::sections::reports::warehouse;
use crate::shop::Market;
use crate::time::dates;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

const HOUR: Duration = Duration::from_secs(3600);

/// When an order gets each status after Amazon has received it, and when its package arrives.
const PLANNED_AFTER: Duration = Duration::from_secs(10 * 60);
const PROCESSED_AFTER: Duration = HOUR;
const SENT_AFTER: Duration = Duration::from_secs(4 * 3600);
const DELIVERED_AFTER: Duration = Duration::from_secs(52 * 3600);

/// The carrier of every package.
pub(super) const CARRIER: &str = "Amazon";

/// The members of a new order that answers repeat.
const SHOWN: [&str; 11] = [
    "sellerFulfillmentOrderId",
    "displayableOrderId",
    "displayableOrderDate",
    "displayableOrderComment",
    "shippingSpeedCategory",
    "deliveryWindow",
    "destinationAddress",
    "fulfillmentPolicy",
    "codSettings",
    "notificationEmails",
    "featureConstraints",
];

/// A unit or more of a SKU.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    pub(super) seller_sku: String,
    pub(super) seller_fulfillment_order_item_id: String,
    pub(super) quantity: u32,
}

/// A fulfillment order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct FulfillmentOrder {
    pub(super) account: Account,
    #[serde(with = "forms::market")]
    pub(super) market: &'static Market,
    /// Its number among all, which its package has too.
    pub(super) number: u32,
    pub(super) id: String,
    pub(super) received: SystemTime,
    pub(super) lines: Vec<Line>,
    /// The request that made it.
    pub(super) request: Value,
    /// Whether the seller wants it held.
    pub(super) is_held: bool,
    /// Whether the units were not there.
    pub(super) is_unfulfillable: bool,
    pub(super) cancelled: Option<SystemTime>,
    /// The last status that a notification named.
    pub(super) notified: Option<Status>,
}

/// The status of a fulfillment order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Status {
    Received,
    Planning,
    Processing,
    Complete,
    Cancelled,
    Unfulfillable,
}

impl Status {
    /// Its name in answers.
    fn name(self) -> &'static str {
        match self {
            Self::Received => "Received",
            Self::Planning => "Planning",
            Self::Processing => "Processing",
            Self::Complete => "Complete",
            Self::Cancelled => "Cancelled",
            Self::Unfulfillable => "Unfulfillable",
        }
    }

    /// Its name in notifications.
    pub(super) fn code(self) -> String {
        self.name().to_ascii_uppercase()
    }

    pub(super) fn is_final(self) -> bool {
        matches!(self, Self::Complete | Self::Cancelled | Self::Unfulfillable)
    }
}

impl FulfillmentOrder {
    /// The statuses that it has had by a time, each since when.
    pub(super) fn course(&self, now: SystemTime) -> Vec<(SystemTime, Status)> {
        let steps: &[(Duration, Status)] = match (self.is_held, self.is_unfulfillable) {
            (true, _) => &[(Duration::ZERO, Status::Received)],
            (_, true) => &[(Duration::ZERO, Status::Received), (PLANNED_AFTER, Status::Unfulfillable)],
            _ => &[
                (Duration::ZERO, Status::Received),
                (PLANNED_AFTER, Status::Planning),
                (PROCESSED_AFTER, Status::Processing),
                (SENT_AFTER, Status::Complete),
            ],
        };
        let until = self.cancelled.map_or(now, |cancelled| cancelled.min(now));
        let come = steps.iter().map(|(after, status)| (self.received + *after, *status));
        let mut course: Vec<_> = come.filter(|(at, _)| *at <= until).collect();
        course.extend(self.cancelled.filter(|at| *at <= now).map(|at| (at, Status::Cancelled)));
        course
    }

    /// The present status, and since when.
    pub(super) fn status(&self, now: SystemTime) -> (SystemTime, Status) {
        self.course(now).pop().unwrap_or((self.received, Status::Received))
    }

    /// When the package leaves and arrives.
    pub(super) fn sent(&self) -> SystemTime {
        self.received + SENT_AFTER
    }

    pub(super) fn arrives(&self) -> SystemTime {
        self.received + DELIVERED_AFTER
    }

    /// The number of its package.
    pub(super) fn package(&self) -> u32 {
        1000 + self.number
    }

    pub(super) fn shipment_id(&self) -> String {
        format!("S{:09}", self.number)
    }

    pub(super) fn tracking_number(&self) -> String {
        format!("TBA{:012}", self.number)
    }

    /// What a list shows of it.
    pub(super) fn summary(&self, now: SystemTime) -> Value {
        let (since, status) = self.status(now);
        let mut body = json!({
            "marketplaceId": self.market.marketplace.id(),
            "fulfillmentAction": if self.is_held { "Hold" } else { "Ship" },
            "receivedDate": dates::text(self.received),
            "fulfillmentOrderStatus": status.name(),
            "statusUpdatedDate": dates::text(since),
        });
        for name in SHOWN {
            if let Some(value) = self.request.get(name) {
                body[name] = value.clone();
            }
        }
        body
    }

    /// All of it.
    pub(super) fn body(&self, now: SystemTime) -> Value {
        let (_, status) = self.status(now);
        let units = |is_it: bool, line: &Line| if is_it { line.quantity } else { 0 };
        let items = self.lines.iter().map(|line| {
            let mut item = json!({
                "sellerSku": line.seller_sku,
                "sellerFulfillmentOrderItemId": line.seller_fulfillment_order_item_id,
                "quantity": line.quantity,
                "orderItemDisposition": "Sellable",
                "cancelledQuantity": units(status == Status::Cancelled, line),
                "unfulfillableQuantity": units(status == Status::Unfulfillable, line),
            });
            if !status.is_final() || status == Status::Complete {
                item["estimatedShipDate"] = dates::text(self.sent()).into();
                item["estimatedArrivalDate"] = dates::text(self.arrives()).into();
            }
            item
        });
        let mut body = json!({
            "fulfillmentOrder": self.summary(now),
            "fulfillmentOrderItems": items.collect::<Vec<_>>(),
            "returnItems": [],
            "returnAuthorizations": [],
        });
        if matches!(status, Status::Processing | Status::Complete) {
            body["fulfillmentShipments"] = json!([self.shipment(status)]);
        }
        body
    }

    fn shipment(&self, status: Status) -> Value {
        let is_sent = status == Status::Complete;
        let items = self.lines.iter().map(|line| {
            let mut item = json!({
                "sellerSku": line.seller_sku,
                "sellerFulfillmentOrderItemId": line.seller_fulfillment_order_item_id,
                "quantity": line.quantity,
            });
            if is_sent {
                item["packageNumber"] = self.package().into();
            }
            item
        });
        let mut shipment = json!({
            "amazonShipmentId": self.shipment_id(),
            "fulfillmentCenterId": warehouse(self.market),
            "fulfillmentShipmentStatus": if is_sent { "SHIPPED" } else { "PENDING" },
            "estimatedArrivalDate": dates::text(self.arrives()),
            "fulfillmentShipmentItem": items.collect::<Vec<_>>(),
        });
        if is_sent {
            shipment["shippingDate"] = dates::text(self.sent()).into();
            shipment["fulfillmentShipmentPackage"] = json!([{
                "packageNumber": self.package(),
                "carrierCode": CARRIER,
                "trackingNumber": self.tracking_number(),
                "amazonFulfillmentTrackingNumber": self.tracking_number(),
                "estimatedArrivalDate": dates::text(self.arrives()),
            }]);
        }
        shipment
    }

    /// Where its package is; `None` before it has left.
    pub(super) fn tracking(&self, now: SystemTime) -> Option<Value> {
        let (_, status) = self.status(now);
        if status != Status::Complete {
            return None;
        }
        let address = &self.request["destinationAddress"];
        let text = |name: &str| address[name].as_str().unwrap_or_default();
        let to = json!({ "city": text("city"), "state": text("stateOrRegion"), "country": text("countryCode") });
        let here = json!({
            "city": warehouse(self.market),
            "state": "",
            "country": self.market.marketplace.country_code(),
        });
        let steps = [
            (self.sent(), &here, "EVENT_101", "The carrier has the data of the package."),
            (self.sent() + HOUR, &here, "EVENT_201", "The package has left the warehouse."),
            (self.arrives() - 4 * HOUR, &to, "EVENT_302", "The package is out for delivery."),
            (self.arrives(), &to, "EVENT_301", "The package is delivered."),
        ];
        let come = || steps.iter().filter(|(at, ..)| *at <= now);
        let state = match come().count() {
            4 => "DELIVERED",
            3 => "OUT_FOR_DELIVERY",
            _ => "IN_TRANSIT",
        };
        let events = come().map(|(at, place, code, what)| {
            json!({
                "eventDate": dates::text(*at),
                "eventAddress": place,
                "eventCode": code,
                "eventDescription": what,
            })
        });
        Some(json!({
            "packageNumber": self.package(),
            "trackingNumber": self.tracking_number(),
            "carrierCode": CARRIER,
            "shipDate": dates::text(self.sent()),
            "estimatedArrivalDate": dates::text(self.arrives()),
            "shipToAddress": to,
            "currentStatus": state,
            "trackingEvents": events.collect::<Vec<_>>(),
        }))
    }
}

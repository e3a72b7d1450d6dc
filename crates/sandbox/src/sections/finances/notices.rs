//! What sellers hear of what is booked for their orders.

use super::{Booking, bookings, number};
use crate::sections::notifications::Notice;
use crate::server::Server;
use crate::shop::Order;
use crate::shop::listings::DEFAULT_SELLER;
use crate::time::dates;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

const KIND: &str = "TRANSACTION_UPDATE";

/// Sends the notification of what is booked for an order at a time, if anything is.
pub(in crate::sections) fn notify(server: &Server, order: &Order, at: SystemTime) {
    if !server.notifications.is_wanted(KIND, order.market.region()) {
        return;
    }
    let range = at..at + Duration::from_secs(1);
    let booked = bookings(server, &[order.market], &range).into_iter().filter(|booking| booking.order.id == order.id);
    for booking in booked {
        let payload = |_: &str| payload(&booking);
        let notice = Notice {
            marketplace_id: Some(order.market.marketplace.id()),
            ..Notice::new(KIND, order.market.region(), at, &payload)
        };
        server.notifications.publish(&notice, &server.faults);
    }
}

fn payload(booking: &Booking<'_>) -> Value {
    let market = booking.order.market;
    json!({
        "TransactionUpdateNotification": {
            "SellingPartnerMetadata": {
                "SellingPartnerId": DEFAULT_SELLER,
                "MarketplaceId": market.marketplace.id(),
                "AccountType": "Standard Orders",
            },
            "RelatedIdentifiers": [
                { "RelatedIdentifierName": "ORDER_ID", "RelatedIdentifierValue": booking.order.id },
            ],
            "TransactionType": booking.event.name(),
            "PostedDate": dates::text(booking.at),
            "TotalAmount": { "CurrencyAmount": number(market, booking.total()), "CurrencyCode": market.currency() },
        },
    })
}

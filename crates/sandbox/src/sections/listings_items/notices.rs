//! What sellers hear of the changes of their listings.

use crate::sections::notifications::Notice;
use crate::sections::product_pricing;
use crate::server::Server;
use crate::shop::listings::{Event, SEARCH_SUPPRESSED, What};
use crate::time::dates;
use serde_json::{Value, json};
use spapi_types::Marketplace;

/// Takes the steps of listings that are due, and queues the notifications of them. Each look at the listings begins with it.
pub(crate) fn settle(server: &Server) {
    for (region, event) in server.listings.settle(server.clock.now()) {
        let kind = match &event.what {
            What::Offers(audiences) => {
                let known = Marketplace::ALL.iter().find(|known| known.id() == event.marketplace_id);
                if let (Some(marketplace), Some(asin)) = (known, &event.asin) {
                    product_pricing::notify(server, *marketplace, asin, event.at, audiences);
                }
                continue;
            }
            What::Status(..) => "LISTINGS_ITEM_STATUS_CHANGE",
            What::Issues(..) => "LISTINGS_ITEM_ISSUES_CHANGE",
            What::Quantity(..) => "LISTINGS_ITEM_MFN_QUANTITY_CHANGE",
        };
        let payload = |version: &str| payload(&event, version);
        let notice =
            Notice { marketplace_id: Some(&event.marketplace_id), ..Notice::new(kind, region, event.at, &payload) };
        server.notifications.publish(&notice, &server.faults);
    }
}

/// The payload of a version.
fn payload(event: &Event, version: &str) -> Value {
    let mut payload = json!({ "SellerId": event.seller, "Sku": event.sku });
    if !matches!(event.what, What::Quantity(..)) {
        payload["MarketplaceId"] = event.marketplace_id.clone().into();
        if let Some(asin) = &event.asin {
            payload["Asin"] = asin.clone().into();
        }
    }
    match &event.what {
        What::Status(status, created) => {
            payload["Status"] = status.clone().into();
            payload["CreatedDate"] = dates::text(*created).into();
        }
        What::Issues(severities, actions) => {
            payload["Severities"] = severities.clone().into();
            let mut actions = actions.clone();
            if version == "1.0" {
                // The first version knows one action.
                actions.retain(|action| action == SEARCH_SUPPRESSED);
            }
            payload["EnforcementActions"] = actions.into();
        }
        What::Quantity(channel, quantity) => {
            payload["FulfillmentChannelCode"] = channel.clone().into();
            payload["Quantity"] = (*quantity).into();
        }
        // They have notifications of their own.
        What::Offers(_) => {}
    }
    payload
}

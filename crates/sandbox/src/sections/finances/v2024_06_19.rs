//! Finances 2024-06-19: listTransactions.

use super::{Booking, bookings, markets, number};
use crate::http::{ApiError, Reply};
use crate::sections::Served;
use crate::sections::call::Call;
use crate::sections::paging::List;
use crate::server::Server;
use crate::shop::Market;
use crate::time::dates;
use serde_json::{Value, json};

pub(in crate::sections) static SERVED: Served = Served {
    section: "finances",
    module: "v2024_06_19",
    takes_long: false,
    operations: &[("listTransactions", list_transactions)],
};

const LIST: List =
    List { operation: "finances/2024-06-19/listTransactions", token: "nextToken", size: None, most: 100 };

fn list_transactions(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    // The number of the seller is that of the sandbox's refresh token.
    let seller = format!("SELLER{}", call.caller.seller().unwrap_or_default() + 1);
    let (found, token) = LIST.page(
        &server.pages,
        &call.query,
        |query| {
            let range = query.range("postedAfter", "postedBefore", server.clock.now())?;
            let status = query.text("transactionStatus");
            let (name, value) = (query.text("relatedIdentifierName"), query.text("relatedIdentifierValue"));
            let mut all = bookings(server, &markets(call.region, query)?, &range);
            all.retain(|booking| {
                status.is_none_or(|status| status == RELEASED)
                    && name.is_none_or(|name| name == "ORDER_ID" && value.is_none_or(|id| id == booking.order.id))
            });
            Ok(all)
        },
        |booking| (dates::seconds(booking.at), booking.id()),
    )?;
    let transactions: Vec<Value> = found.iter().map(|booking| body(booking, &seller)).collect();
    let mut payload = json!({ "transactions": transactions });
    if let Some(token) = token {
        payload["nextToken"] = token.into();
    }
    Ok(json!({ "payload": payload }).into())
}

/// The status of what is paid out.
const RELEASED: &str = "RELEASED";

fn body(booking: &Booking<'_>, seller: &str) -> Value {
    let market = booking.order.market;
    let money = |units: i64| money(market, units);
    let kind = booking.event.name();
    let mut items: Vec<Value> = Vec::new();
    for item in &booking.order.items {
        let parts: Vec<_> = booking.parts.iter().filter(|part| part.item.id == item.id).collect();
        if parts.is_empty() {
            continue;
        }
        let breakdowns: Vec<Value> = parts
            .iter()
            .map(|part| json!({ "breakdownType": part.description, "breakdownAmount": money(part.amount), "breakdowns": [] }))
            .collect();
        items.push(json!({
            "description": item.product.title,
            "totalAmount": money(parts.iter().map(|part| part.amount).sum()),
            "breakdowns": breakdowns,
        }));
    }
    json!({
        "sellingPartnerMetadata": {
            "sellingPartnerId": seller,
            "accountType": "Standard Orders",
            "marketplaceId": market.marketplace.id(),
        },
        "relatedIdentifiers": [{ "relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": booking.order.id }],
        "transactionType": kind,
        "transactionId": booking.id(),
        "transactionStatus": RELEASED,
        "description": format!("{kind} of the order {}", booking.order.id),
        "postedDate": dates::text(booking.at),
        "totalAmount": money(booking.total()),
        "marketplaceDetails": { "marketplaceId": market.marketplace.id(), "marketplaceName": market.name },
        "items": items,
    })
}

fn money(market: &Market, units: i64) -> Value {
    json!({ "currencyCode": market.currency(), "currencyAmount": number(market, units) })
}

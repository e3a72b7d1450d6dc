//! The data of the buyers who chose to share them, only in the European Union.

use super::{Outcome, Report};
use crate::sections::documents::Text;
use crate::server::Server;
use crate::shop::{self, Order};
use crate::time::calendar::{self, GRANULARITIES, Granularity};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

pub(super) const NAME: &str = "END_USER_DATA_REPORT";

/// The longest range, in days. A longer one is cut at its end.
const LONGEST: i64 = 365;

pub(super) fn make(report: &Report, server: &Server) -> Outcome {
    if let Some(market) = report.course.markets.iter().find(|market| market.currency() != "EUR") {
        return Outcome::Failed(format!("{} has no such report.", market.name));
    }
    let period = match report.choice("reportPeriod", &GRANULARITIES, Granularity::Month) {
        Ok(period) => period,
        Err(problem) => return Outcome::Failed(problem),
    };
    // Only whole periods count, and the range includes its last day.
    let (asked_from, asked_until) = (calendar::day(report.from), calendar::day(report.until).saturating_add(1.day()));
    let from = match period.first_day(asked_from) {
        first if first < asked_from || calendar::start(first) < report.from => period.next(first),
        first => first,
    };
    let until = period.first_day(asked_until.min(from.saturating_add(LONGEST.days())));
    let mut orders: Vec<&Order> = server
        .shop
        .orders()
        .filter(|order| report.course.markets.contains(&order.market) && order.has_amounts() && order.buyer.shares_data)
        .filter(|order| (from..until).contains(&calendar::day(order.created)))
        .collect();
    orders.sort_by_key(|order| (order.created, &order.id));
    let people: Vec<Value> = orders.into_iter().map(|order| person(order, period)).collect();
    Outcome::Document(Text::json(&json!({
        "reportSpecification": {
            "reportType": NAME,
            "reportOptions": { "reportPeriod": report.option("reportPeriod", "MONTH") },
            "dataStartTime": from.to_string(),
            "dataEndTime": until.saturating_sub(1.day()).max(from).to_string(),
            "marketplaceIds": shop::ids(&report.course.markets),
        },
        "endUserData": people,
    })))
}

fn person(order: &Order, period: Granularity) -> Value {
    let buyer = &order.buyer;
    let first: Date = period.first_day(calendar::day(order.created));
    let metrics = order.items.iter().map(|item| {
        let sales: f64 = order.market.amount(item.price).parse().unwrap_or_default();
        json!({
            "startDate": first.to_string(),
            "endDate": period.last_day(first).to_string(),
            "marketplaceId": order.market.marketplace.id(),
            "asin": item.product.asin,
            "pageViews": 2 + item.quantity,
            "gms": sales,
            "currencyCode": order.market.currency(),
        })
    });
    let mut address = json!({
        "addressLine1": buyer.street,
        "city": buyer.city,
        "postalCode": buyer.postal_code,
        "countryCode": order.market.marketplace.country_code(),
    });
    if let Some(building) = &buyer.building {
        address["addressLine2"] = building.clone().into();
    }
    json!({
        "fullName": buyer.name,
        "mailingAddress": address,
        "primaryEmail": buyer.email,
        "asinMetrics": metrics.collect::<Vec<_>>(),
    })
}

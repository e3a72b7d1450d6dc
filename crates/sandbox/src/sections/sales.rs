//! Sales v1: getOrderMetrics, from the same figures as the reports.

use super::Served;
use super::call::Call;
use super::marketplaces;
use super::reports::sales::{Days, total};
use crate::http::{ApiError, Reply};
use crate::server::Server;
use crate::shop::Market;
use crate::time::calendar::{self, Granularity};
use crate::time::dates;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::time::SystemTime;

pub(super) static SERVED: Served =
    Served { section: "sales", module: "v1", takes_long: false, operations: &[("getOrderMetrics", get_order_metrics)] };

/// The granularities that the sandbox has; `None` is the whole interval.
const GRANULARITIES: [(&str, Option<Granularity>); 4] = [
    ("Day", Some(Granularity::Day)),
    ("Week", Some(Granularity::Week)),
    ("Month", Some(Granularity::Month)),
    ("Total", None),
];

/// The most days of an interval.
const LONGEST_DAYS: u64 = 731;

fn get_order_metrics(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let query = &call.query;
    let invalid = |message: &str| ApiError::invalid_input(message);
    let markets = marketplaces::read(call.region, "marketplaceIds", query.list("marketplaceIds").unwrap_or_default())?;
    let [market] = markets[..] else { return Err(invalid("marketplaceIds must hold one id in the sandbox.")) };
    let granularity = query.choices("granularity", &GRANULARITIES)?.unwrap_or_default();
    let [granularity] = granularity[..] else { return Err(invalid("granularity is required.")) };
    if query.text("granularityTimeZone").is_some_and(|zone| zone != "UTC") {
        return Err(invalid("granularityTimeZone: the sandbox has the days of UTC only."));
    }
    let interval = query.text("interval").ok_or_else(|| invalid("interval is required."))?;
    let read = interval.split_once("--").and_then(|(from, to)| Some((dates::read(from)?, dates::read(to)?)));
    let (from, to) = read.ok_or_else(|| invalid("interval must be two times with -- between them."))?;
    if to <= from || to.duration_since(from).is_ok_and(|long| long.as_secs() > LONGEST_DAYS * 24 * 3600) {
        return Err(invalid("interval must end after its start, and within 731 days."));
    }
    // Days that the interval touches count as a whole.
    let (first, last) = (calendar::day(from), calendar::day(to - std::time::Duration::from_secs(1)));
    let days = Days::new(server, market, (first, last));
    let periods: Vec<(Date, Date)> = match granularity {
        None => vec![(first, last)],
        Some(period) => period
            .periods(period.first_day(first), last.saturating_add(1.day()))
            .map(|(start, end)| (start.max(first), end.min(last)))
            .collect(),
    };
    let metrics: Vec<Value> = periods.into_iter().map(|period| metric(server, market, &days, period)).collect();
    Ok(json!({ "payload": metrics }).into())
}

fn metric(server: &Server, market: &'static Market, days: &Days, (first, last): (Date, Date)) -> Value {
    let sum = total(&days.sums((first, last)));
    let (from, to) = (calendar::start(first), calendar::start(last.saturating_add(1.day())));
    let is_in = |created: SystemTime| (from..to).contains(&created);
    let orders = server.shop.orders().filter(|order| order.market == market && order.has_amounts());
    let money = |units: i64| json!({ "currencyCode": market.currency(), "amount": market.amount(units) });
    json!({
        "interval": format!("{}--{}", dates::text(from), dates::text(to)),
        "unitCount": sum.units,
        "orderItemCount": sum.items,
        "orderCount": orders.filter(|order| is_in(order.created)).count(),
        "averageUnitPrice": money(if sum.units == 0 { 0 } else { sum.sales / sum.units }),
        "totalSales": money(sum.sales),
    })
}

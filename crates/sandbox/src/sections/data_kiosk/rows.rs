//! The rows of each dataset, with all their fields, from the same figures as the reports.

use super::query::{Query, text_of, texts_of};
use crate::sections::reports::sales::{Figures, amount, sales_by_date, sums, total, traffic_by_asin, traffic_by_date};
use crate::server::Server;
use crate::shop::{Market, Product, market, markets_of};
use crate::time::calendar::{self, GRANULARITIES, Granularity};
use graphql_parser::query::Value as Argument;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};
use spapi_types::Region;

/// Amazon's commission and the fee for a shipment, in percent of the sales.
const FEES: [(&str, i64); 2] = [("REFERRAL_FEES", 15), ("FBA_FULFILLMENT_FEES", 12)];

/// The most days of one query, so that a query does not take long.
const LONGEST_DAYS: i64 = 731;

/// The rows of a query, or why it fails.
pub(super) fn rows(query: &Query, region: Region, server: &Server) -> Result<Vec<Value>, String> {
    let range = range(query, server)?;
    match query.name.as_str() {
        "salesAndTrafficByDate" => {
            let period = period(query.text("aggregateBy"))?;
            let markets = markets(query, region)?;
            Ok(markets.into_iter().flat_map(|market| by_date(server, market, period, range)).collect())
        }
        "salesAndTrafficByAsin" => {
            let markets = markets(query, region)?;
            let by = query.text("aggregateBy").unwrap_or_default();
            Ok(markets.into_iter().flat_map(|market| by_product(server, market, by, range, &[])).collect())
        }
        "salesAndTrafficTrends" => trends(query, region, server, range),
        "economics" => economics(query, region, server, range),
        "manufacturingView" | "sourcingView" => {
            let period = period(query.text("aggregateBy"))?;
            let is_maker = query.name == "manufacturingView";
            Ok(markets_of(region).flat_map(|market| vendor(server, market, period, range, is_maker)).collect())
        }
        // What the future brings: the shop has none.
        _ => Ok(Vec::new()),
    }
}

/// The first and last days.
fn range(query: &Query, server: &Server) -> Result<(Date, Date), String> {
    let day = |name: &str| {
        let text = query.text(name).unwrap_or_default();
        text.parse::<Date>().map_err(|_| format!("{name} is not a date in the form YYYY-MM-DD: {text:?}."))
    };
    let (first, last) = (day("startDate")?, day("endDate")?);
    if last < first {
        return Err("endDate is before startDate.".into());
    }
    if first < calendar::day(server.clock.now()).saturating_sub(2.years()) {
        return Err("startDate is more than two years ago.".into());
    }
    if last > first.saturating_add(LONGEST_DAYS.days()) {
        return Err(format!("The range is longer than {LONGEST_DAYS} days."));
    }
    Ok((first, last))
}

fn period(name: Option<&str>) -> Result<Granularity, String> {
    let name = name.unwrap_or_default();
    let known = GRANULARITIES.iter().find(|(known, _)| *known == name);
    known.map(|(_, period)| *period).ok_or_else(|| format!("There is no granularity {name:?}."))
}

/// The whole periods inside a range.
fn inside(period: Granularity, (first, last): (Date, Date)) -> Vec<(Date, Date)> {
    let start = period.first_day(first);
    let start = if start < first { period.next(start) } else { start };
    period.periods(start, last.saturating_add(1.day())).filter(|(_, end)| *end <= last).collect()
}

fn markets(query: &Query, region: Region) -> Result<Vec<&'static Market>, String> {
    query.list("marketplaceIds").into_iter().map(|id| known_market(id, region)).collect()
}

fn known_market(id: &str, region: Region) -> Result<&'static Market, String> {
    let known = market(id).filter(|market| market.region() == region);
    known.ok_or_else(|| format!("The seller does not sell in the marketplace {id:?}."))
}

fn by_date(server: &Server, market: &'static Market, period: Granularity, range: (Date, Date)) -> Vec<Value> {
    let row = |(first, last): (Date, Date)| {
        let sum = total(&sums(server, market, (first, last)));
        json!({
            "startDate": first.to_string(),
            "endDate": last.to_string(),
            "marketplaceId": market.marketplace.id(),
            "sales": sales_by_date(market, &sum),
            "traffic": traffic_by_date(&sum),
        })
    };
    inside(period, range).into_iter().map(row).collect()
}

/// The products' rows; only these if there are any.
fn by_product(
    server: &Server,
    market: &'static Market,
    by: &str,
    (first, last): (Date, Date),
    only: &[&str],
) -> Vec<Value> {
    let sums = sums(server, market, (first, last));
    let all = total(&sums);
    let wanted = sums.iter().filter(|(product, _)| only.is_empty() || only.contains(&product.asin));
    let rows = wanted.map(|(product, figures)| {
        let mut row = json!({
            "startDate": first.to_string(),
            "endDate": last.to_string(),
            "marketplaceId": market.marketplace.id(),
            "parentAsin": product.asin,
            "asinAggregation": by,
            "sales": sales_by_date(market, figures),
            "traffic": traffic_by_asin(figures, &all),
        });
        if by != "PARENT" {
            row["childAsin"] = product.asin.into();
        }
        if by == "SKU" {
            row["sku"] = product.sku.into();
        }
        row
    });
    rows.collect()
}

fn trends(query: &Query, region: Region, server: &Server, range: (Date, Date)) -> Result<Vec<Value>, String> {
    let (period, by) = (period(query.text("dateAggregation"))?, query.text("asinAggregation").unwrap_or_default());
    let filters = match query.arguments.get("filters") {
        Some(Argument::List(filters)) => filters.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let mut rows = Vec::new();
    for filter in filters {
        let Argument::Object(filter) = filter else { return Err("A filter is not an object.".into()) };
        let market = known_market(filter.get("marketplaceId").and_then(text_of).unwrap_or_default(), region)?;
        let asins = filter.get("asins").map(texts_of).unwrap_or_default();
        if asins.is_empty() || asins.len() > 30 {
            return Err("A filter takes 1 to 30 ASINs.".into());
        }
        for period in inside(period, range) {
            rows.extend(by_product(server, market, by, period, &asins));
        }
    }
    Ok(rows)
}

fn economics(query: &Query, region: Region, server: &Server, range: (Date, Date)) -> Result<Vec<Value>, String> {
    let by = match query.arguments.get("aggregateBy") {
        Some(Argument::Object(by)) => by.clone(),
        _ => Default::default(),
    };
    let periods = match by.get("date").and_then(text_of) {
        None | Some("RANGE") => vec![range],
        Some(name) => inside(period(Some(name))?, range),
    };
    let id = by.get("productId").and_then(text_of).unwrap_or("MSKU");
    let mut rows = Vec::new();
    for market in markets(query, region)? {
        for (first, last) in &periods {
            let sums = sums(server, market, (*first, *last));
            let sold = sums.iter().filter(|(_, figures)| figures.units > 0);
            rows.extend(sold.map(|(product, figures)| economy(market, product, figures, (*first, *last), id)));
        }
    }
    Ok(rows)
}

fn economy(market: &Market, product: &Product, figures: &Figures, (first, last): (Date, Date), id: &str) -> Value {
    // What came back, at the present price.
    let refunded = product.price * figures.units_refunded;
    let net = figures.sales - refunded;
    let fee = |(name, percent): (&str, i64)| {
        let charge = figures.sales * percent / 100;
        json!({
            "feeTypeName": name,
            "charges": [{
                "startDate": first.to_string(),
                "endDate": last.to_string(),
                "properties": [],
                "components": [],
                "aggregatedDetail": {
                    "amount": amount(market, charge),
                    "amountPerUnit": amount(market, charge / figures.units.max(1)),
                    "promotionAmount": amount(market, 0),
                    "quantity": figures.units,
                    "taxAmount": amount(market, 0),
                    "totalAmount": amount(market, charge),
                },
            }],
        })
    };
    let proceeds = net - FEES.iter().map(|(_, percent)| figures.sales * percent / 100).sum::<i64>();
    let mut row = json!({
        "startDate": first.to_string(),
        "endDate": last.to_string(),
        "marketplaceId": market.marketplace.id(),
        "parentAsin": product.asin,
        "ads": [],
        "fees": FEES.map(fee),
        "netProceeds": {
            "total": amount(market, proceeds),
            "perUnit": amount(market, proceeds / figures.units.max(1)),
        },
        "sales": {
            "averageSellingPrice": amount(market, figures.sales / figures.units.max(1)),
            "netProductSales": amount(market, net),
            "netUnitsSold": figures.units - figures.units_refunded,
            "orderedProductSales": amount(market, figures.sales),
            "refundedProductSales": amount(market, refunded),
            "unitsOrdered": figures.units,
            "unitsRefunded": figures.units_refunded,
        },
    });
    if id != "PARENT_ASIN" {
        row["childAsin"] = product.asin.into();
    }
    if id == "MSKU" {
        row["msku"] = product.sku.into();
        row["fnsku"] = product.asin.replacen("B0", "X0", 1).into();
    }
    row
}

/// The rows that a vendor of the same products has.
fn vendor(
    server: &Server,
    market: &'static Market,
    period: Granularity,
    range: (Date, Date),
    is_maker: bool,
) -> Vec<Value> {
    let metrics = |figures: &Figures| {
        let shipped = json!({ "units": figures.units_shipped, "value": amount(market, figures.sales_shipped) });
        let mut metrics = json!({
            "costs": { "shippedCogs": amount(market, figures.sales_shipped * 7 / 10) },
            "customerSatisfaction": { "customerReturns": figures.units_refunded },
            "shippedOrders": {
                "averageSellingPrice": amount(market, figures.sales_shipped / figures.units_shipped.max(1)),
                "shippedUnitsWithRevenue": shipped,
            },
        });
        if is_maker {
            metrics["orders"] = json!({
                "orderedUnitsWithRevenue": { "units": figures.units, "value": amount(market, figures.sales) },
            });
            metrics["traffic"] = json!({ "glanceViews": figures.views });
        }
        metrics
    };
    let row = |(first, last): (Date, Date)| {
        let sums = sums(server, market, (first, last));
        let products = sums.iter().map(|(product, figures)| {
            let key = json!({ "asin": product.asin, "parentAsin": product.asin, "productTitle": product.title });
            json!({ "groupByKey": key, "metrics": metrics(figures) })
        });
        json!({
            "startDate": first.to_string(),
            "endDate": last.to_string(),
            "marketplaceId": market.marketplace.id(),
            "totals": metrics(&total(&sums)),
            "metrics": products.collect::<Vec<_>>(),
        })
    };
    inside(period, range).into_iter().map(row).collect()
}

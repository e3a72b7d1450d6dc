//! The rows of each dataset, with all their fields, from the same figures as the reports.

use super::query::{Query, text_of, texts_of};
use crate::sections::reports::sales::{Days, Figures, amount, sales_by_date, total, traffic_by_asin, traffic_by_date};
use crate::server::Server;
use crate::shop::{Market, Product, market, markets_of};
use crate::time::calendar::{self, GRANULARITIES, Granularity};
use graphql_parser::query::Value as Argument;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};
use spapi_metadata::{Dataset, document_types};
use spapi_types::Region;

/// Amazon's commission and the fee for a shipment, in percent of the sales.
const FEES: [(&str, i64); 2] = [("REFERRAL_FEES", 15), ("FBA_FULFILLMENT_FEES", FULFILLMENT)];
const FULFILLMENT: i64 = 12;

/// The fees that a preview can name, in percent of the price.
const PREVIEW_FEES: [(&str, i64); 17] = [
    ("AGED_INVENTORY_SURCHARGE", 0),
    ("BASE_FBA_FULFILLMENT_FEE", FULFILLMENT),
    ("BASE_MONTHLY_STORAGE_FEE", 1),
    ("CLOSING_FEES", 0),
    ("DIGITAL_SERVICES_FEE_FBA", 0),
    ("DIGITAL_SERVICES_FEE_SOA", 0),
    ("FBA_FULFILLMENT_FEES", FULFILLMENT),
    ("FBA_INBOUND_PLACEMENT_SERVICE_FEE", 0),
    ("HIGH_RETURN_RATE_FEE", 0),
    ("LOW_INVENTORY_LEVEL_FEE", 0),
    ("MONTHLY_INVENTORY_STORAGE_FEES", 1),
    ("PAN_EU_OVERSIZE_FEE", 0),
    ("PER_ITEM_SELLING_FEES", 0),
    ("REFERRAL_FEES", 15),
    ("RETURN_PROCESSING_FEE", 0),
    ("SPONSORED_PRODUCTS_CHARGES", 0),
    ("STORAGE_UTILIZATION_SURCHARGE", 0),
];

/// The actions that a simulation can name.
const ACTIONS: [&str; 2] = ["AWD", "SIPP"];

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
            Ok(markets
                .into_iter()
                .flat_map(|market| by_product(&Days::new(server, market, range), market, by, range, &[]))
                .collect())
        }
        "salesAndTrafficTrends" => trends(query, region, server, range),
        "economics" => economics(query, region, server, range),
        "manufacturingView" | "sourcingView" => {
            let period = period(query.text("aggregateBy"))?;
            let is_maker = query.name == "manufacturingView";
            Ok(markets_of(region).flat_map(|market| vendor(server, market, period, range, is_maker)).collect())
        }
        "economicsPreview" => preview(query, region, range),
        "economicsSimulation" => simulation(query, region, range),
        other => Err(format!("The sandbox has no rows of {other}.")),
    }
}

/// What is known of the query's field.
fn known(query: &Query) -> Option<&'static document_types::Query> {
    let queries = Dataset::find(&query.dataset)?.queries;
    queries.iter().find(|known| known.name == query.name)
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
    let today = calendar::day(server.clock.now());
    let known = known(query);
    if let Some(days) = known.and_then(|known| known.history_days)
        && first < today.saturating_sub(i64::from(days).days())
    {
        return Err(format!("startDate is more than {days} days before today."));
    }
    if let Some(days) = known.and_then(|known| known.future_days)
        && last > today.saturating_add(i64::from(days).days())
    {
        return Err(format!("endDate is more than {days} days after today."));
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
    let days = Days::new(server, market, range);
    let row = |(first, last): (Date, Date)| {
        let sum = total(&days.sums((first, last)));
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
    days: &Days,
    market: &'static Market,
    by: &str,
    (first, last): (Date, Date),
    only: &[&str],
) -> Vec<Value> {
    let sums = days.sums((first, last));
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
        let days = Days::new(server, market, range);
        for period in inside(period, range) {
            rows.extend(by_product(&days, market, by, period, &asins));
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
        let days = Days::new(server, market, range);
        for (first, last) in &periods {
            let sums = days.sums((*first, *last));
            let sold = sums.iter().filter(|(_, figures)| figures.units > 0);
            rows.extend(sold.map(|(product, figures)| economy(market, product, figures, (*first, *last), id)));
        }
    }
    Ok(rows)
}

fn economy(market: &Market, product: &Product, figures: &Figures, range: (Date, Date), id: &str) -> Value {
    // What came back, at the present price.
    let refunded = product.price * figures.units_refunded;
    let net = figures.sales - refunded;
    let fees = FEES.map(|(name, percent)| {
        let charge = figures.sales * percent / 100;
        json!({ "feeTypeName": name, "charges": [fee(market, range, charge, figures.units, &[])] })
    });
    let proceeds = net - FEES.iter().map(|(_, percent)| figures.sales * percent / 100).sum::<i64>();
    let mut row = of_product(market, product, range, id);
    row["ads"] = json!([]);
    row["fees"] = json!(fees);
    row["netProceeds"] = json!({
        "total": amount(market, proceeds),
        "perUnit": amount(market, proceeds / figures.units.max(1)),
    });
    row["sales"] = sales(market, figures, refunded);
    row
}

/// The range, the marketplace and the ids of a product, as finely as `id` says.
fn of_product(market: &Market, product: &Product, (first, last): (Date, Date), id: &str) -> Value {
    let mut row = json!({
        "startDate": first.to_string(),
        "endDate": last.to_string(),
        "marketplaceId": market.marketplace.id(),
        "parentAsin": product.asin,
    });
    if id != "PARENT_ASIN" {
        row["childAsin"] = product.asin.into();
    }
    if id == "MSKU" {
        row["msku"] = product.sku.into();
        row["fnsku"] = product.fnsku().into();
    }
    row
}

fn sales(market: &Market, figures: &Figures, refunded: i64) -> Value {
    json!({
        "averageSellingPrice": amount(market, figures.sales / figures.units.max(1)),
        "netProductSales": amount(market, figures.sales - refunded),
        "netUnitsSold": figures.units - figures.units_refunded,
        "orderedProductSales": amount(market, figures.sales),
        "refundedProductSales": amount(market, refunded),
        "unitsOrdered": figures.units,
        "unitsRefunded": figures.units_refunded,
    })
}

/// What Amazon charges for a number of units.
fn fee(market: &Market, (first, last): (Date, Date), charge: i64, units: i64, properties: &[(&str, &str)]) -> Value {
    let properties = properties.iter().map(|(name, value)| json!({ "propertyName": name, "propertyValue": value }));
    json!({
        "startDate": first.to_string(),
        "endDate": last.to_string(),
        "identifier": format!("{first}/{last}"),
        "properties": properties.collect::<Vec<_>>(),
        "components": [],
        "aggregatedDetail": {
            "amount": amount(market, charge),
            "amountPerUnit": amount(market, charge / units.max(1)),
            "promotionAmount": amount(market, 0),
            "quantity": units,
            "taxAmount": amount(market, 0),
            "totalAmount": amount(market, charge),
        },
    })
}

/// The fees of the coming time for a unit of each product, at its present price.
fn preview(query: &Query, region: Region, range: (Date, Date)) -> Result<Vec<Value>, String> {
    let percent = |name: &&str| -> Result<i64, String> {
        let known = PREVIEW_FEES.iter().find(|(known, _)| known == name);
        known.map(|(_, percent)| *percent).ok_or_else(|| format!("There is no fee type {name:?}."))
    };
    let names = query.list("feeTypes");
    let percents = names.iter().map(percent).collect::<Result<Vec<_>, _>>()?;
    let mut rows = Vec::new();
    for market in markets(query, region)? {
        rows.extend(market.products.iter().map(|product| {
            let charges = names
                .iter()
                .zip(&percents)
                .map(|(name, percent)| (*name, fee(market, range, product.price * percent / 100, 1, &[])));
            planned(market, product, range, charges)
        }));
    }
    Ok(rows)
}

/// What an action would cost for each of the query's products.
fn simulation(query: &Query, region: Region, range: (Date, Date)) -> Result<Vec<Value>, String> {
    let market = known_market(query.text("marketplaceId").unwrap_or_default(), region)?;
    let actions = query.list("actionTypes");
    if let Some(unknown) = actions.iter().find(|action| !ACTIONS.contains(action)) {
        return Err(format!("There is no action type {unknown:?}."));
    }
    let mut rows = Vec::new();
    for id in products(query)? {
        let is_it = |product: &&Product| [product.asin, product.sku, &product.fnsku()].contains(&id.as_str());
        let product = market.products.iter().find(is_it);
        let product = product.ok_or_else(|| format!("The seller has no product {id:?}."))?;
        let charge = product.price * FULFILLMENT / 100;
        let charges = actions.iter().map(|action| {
            // A fifth less than without the action.
            (FEES[1].0, fee(market, range, charge * 4 / 5, 1, &[("actionType", *action)]))
        });
        rows.push(planned(market, product, range, charges));
    }
    Ok(rows)
}

/// The ids of the products in the argument `products`.
fn products(query: &Query) -> Result<Vec<String>, String> {
    let objects = match query.arguments.get("products") {
        Some(Argument::List(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let most = known(query).and_then(|known| known.most_products).unwrap_or(u32::MAX);
    if objects.is_empty() || objects.len() > most as usize {
        return Err(format!("products takes 1 to {most} products."));
    }
    let value = |object: &Argument<'static, String>| match object {
        Argument::Object(object) => match object.get("identifier") {
            Some(Argument::Object(identifier)) => identifier.get("value").and_then(text_of).map(str::to_owned),
            _ => None,
        },
        _ => None,
    };
    let values: Option<Vec<String>> = objects.iter().map(value).collect();
    values.ok_or_else(|| "A product has no identifier with a value.".to_owned())
}

/// A row on the future of a product, which has no sales yet.
fn planned<'a>(
    market: &Market,
    product: &Product,
    range: (Date, Date),
    charges: impl Iterator<Item = (&'a str, Value)>,
) -> Value {
    let mut row = of_product(market, product, range, "MSKU");
    let fees =
        charges.map(|(name, charge)| json!({ "feeTypeName": name, "charge": charge.clone(), "charges": [charge] }));
    row["fees"] = fees.collect();
    row["netProceeds"] = json!({ "total": null, "perUnit": null });
    row["sales"] = sales(market, &Figures::default(), 0);
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
    let days = Days::new(server, market, range);
    let row = |(first, last): (Date, Date)| {
        let sums = days.sums((first, last));
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

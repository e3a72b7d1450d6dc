//! Lines of JSON reports, by the names of the columns: what Brand Analytics and vendors see of the shop's sales.

use super::super::sales::{Days, Figures, total};
use super::{Cell, Line, Lines, Source};
use crate::time::calendar::{self, Granularity};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::time::Duration;

const PERIODS: [(&str, Granularity); 5] = [
    ("DAY", Granularity::Day),
    ("WEEK", Granularity::Week),
    ("MONTH", Granularity::Month),
    ("QUARTER", Granularity::Quarter),
    ("YEAR", Granularity::Year),
];

/// How many products stand beside one.
const BESIDE: usize = 3;

/// What was bought in the same order.
pub(in super::super) fn baskets(source: Source<'_>) -> Lines<'_> {
    let market = source.market();
    let mut lines = Vec::new();
    for (first, last) in periods(source)? {
        let orders = source.server.shop.orders().filter(|order| {
            order.market == market && order.has_amounts() && (first..=last).contains(&calendar::day(order.created))
        });
        let mut alone: BTreeMap<&str, usize> = BTreeMap::new();
        let mut together: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for order in orders {
            for item in &order.items {
                *alone.entry(item.product.asin).or_default() += 1;
                for other in order.items.iter().filter(|other| other.product != item.product) {
                    *together.entry(item.product.asin).or_default().entry(other.product.asin).or_default() += 1;
                }
            }
        }
        for (asin, others) in together {
            let mut others: Vec<_> = others.into_iter().collect();
            others.sort_by_key(|(other, count)| (usize::MAX - count, *other));
            let all = alone.get(asin).copied().unwrap_or(1);
            lines.extend(others.into_iter().take(BESIDE).zip(1_u32..).map(|((other, count), rank)| {
                let mut line = of_period(first, last);
                line.extend([
                    ("asin", asin.into()),
                    ("purchasedWithAsin", other.into()),
                    ("purchasedWithRank", rank.into()),
                    ("combinationPct", share(count as i64, all as i64)),
                ]);
                line
            }));
        }
    }
    Ok(Box::new(lines.into_iter()))
}

/// What was bought instead of a product: made up, the next products of the shop.
pub(in super::super) fn alternatives(source: Source<'_>) -> Lines<'_> {
    neighbours(source, ["purchasedAsin", "purchasedRank", "purchasedPct"])
}

/// What was looked at beside a product: made up, the next products of the shop.
pub(in super::super) fn comparisons(source: Source<'_>) -> Lines<'_> {
    neighbours(source, ["comparedAsin", "comparedRank", "comparedPct"])
}

fn neighbours<'a>(source: Source<'a>, [asin, rank, percent]: [&'static str; 3]) -> Lines<'a> {
    let products = source.market().products;
    let lines = periods(source)?.into_iter().flat_map(move |(first, last)| {
        products.iter().enumerate().flat_map(move |(place, product)| {
            (1..=BESIDE).map(move |step| {
                let mut line = of_period(first, last);
                line.extend([
                    ("asin", product.asin.into()),
                    (asin, products[(place + step) % products.len()].asin.into()),
                    (rank, (step as u64).into()),
                    (percent, share(BESIDE as i64 + 1 - step as i64, 10)),
                ]);
                line
            })
        })
    });
    Ok(Box::new(lines))
}

/// How many buyers came back for a product: none, because each order of the shop has a buyer of its own.
pub(in super::super) fn repeats(source: Source<'_>) -> Lines<'_> {
    let market = source.market();
    by_product(
        source,
        |figures| figures.items > 0,
        move |figures| {
            Line::from([
                ("orders", figures.items.into()),
                ("uniqueCustomers", figures.items.into()),
                ("repeatCustomersPctTotal", Cell::Decimal(0.0)),
                ("repeatPurchaseRevenue.amount", Cell::Amount(0)),
                ("repeatPurchaseRevenue.currencyCode", market.currency().into()),
                ("repeatPurchaseRevenuePctTotal", Cell::Decimal(0.0)),
            ])
        },
    )
}

/// The words that buyers searched for: those of the titles, in the order of the views.
pub(in super::super) fn searches(source: Source<'_>) -> Lines<'_> {
    let mut lines = Vec::new();
    let periods = periods(source)?;
    let days = days(source, &periods);
    for range in periods {
        let mut sums = days.sums(range);
        sums.sort_by_key(|(product, figures)| (-figures.views, product.asin));
        lines.extend(sums.into_iter().zip(1_u32..).map(|((product, figures), rank)| {
            Line::from([
                ("departmentName", Cell::from("Kitchen")),
                ("searchTerm", product.title.split(',').next().unwrap_or_default().to_lowercase().into()),
                ("searchFrequencyRank", rank.into()),
                ("clickedAsin", product.asin.into()),
                ("clickShareRank", 1_u32.into()),
                ("clickShare", Cell::Decimal(1.0)),
                ("conversionShare", share(figures.units, figures.sessions)),
            ])
        }));
    }
    Ok(Box::new(lines.into_iter()))
}

/// The sales of each product to a vendor's customers.
pub(in super::super) fn vendor_sales(source: Source<'_>) -> Lines<'_> {
    by_product(source, |_| true, move |figures| sales(source, figures))
}

/// The sums of [`vendor_sales`].
pub(in super::super) fn vendor_sales_total(source: Source<'_>) -> Lines<'_> {
    by_period(source, move |figures| sales(source, figures))
}

fn sales(source: Source<'_>, figures: &Figures) -> Line<'static> {
    let currency = source.market().currency();
    Line::from([
        ("customerReturns", figures.units_refunded.into()),
        ("orderedRevenue.amount", Cell::Amount(figures.sales)),
        ("orderedRevenue.currencyCode", currency.into()),
        ("orderedUnits", figures.units.into()),
        // Seven tenths of what the customers paid.
        ("shippedCogs.amount", Cell::Amount(figures.sales_shipped * 7 / 10)),
        ("shippedCogs.currencyCode", currency.into()),
        ("shippedRevenue.amount", Cell::Amount(figures.sales_shipped)),
        ("shippedRevenue.currencyCode", currency.into()),
        ("shippedUnits", figures.units_shipped.into()),
    ])
}

/// The views of each product.
pub(in super::super) fn vendor_traffic(source: Source<'_>) -> Lines<'_> {
    by_product(source, |_| true, |figures| Line::from([("glanceViews", figures.views.into())]))
}

/// The sums of [`vendor_traffic`].
pub(in super::super) fn vendor_traffic_total(source: Source<'_>) -> Lines<'_> {
    by_period(source, |figures| Line::from([("glanceViews", figures.views.into())]))
}

/// The margin of each product: the three tenths that the costs leave.
pub(in super::super) fn vendor_margin(source: Source<'_>) -> Lines<'_> {
    by_product(source, |figures| figures.units > 0, |_| Line::from([("netPureProductMargin", Cell::Decimal(0.3))]))
}

/// The margin of all products.
pub(in super::super) fn vendor_margin_total(source: Source<'_>) -> Lines<'_> {
    by_period(source, |_| Line::from([("netPureProductMargin", Cell::Decimal(0.3))]))
}

/// The present stock of each product, in each period.
pub(in super::super) fn vendor_stock(source: Source<'_>) -> Lines<'_> {
    let market = source.market();
    let lines = periods(source)?.into_iter().flat_map(move |(first, last)| {
        source.server.inventory.of(market).into_iter().map(move |stock| {
            let price = market.products.iter().find(|product| product.sku == stock.sku).map_or(0, |known| known.price);
            let mut line = of_period(first, last);
            line.extend(stock_of(market.currency(), stock.fulfillable, price));
            line.insert("asin", stock.asin.into());
            line
        })
    });
    Ok(Box::new(lines))
}

/// The sums of [`vendor_stock`].
pub(in super::super) fn vendor_stock_total(source: Source<'_>) -> Lines<'_> {
    let market = source.market();
    let price_of = |sku: &str| market.products.iter().find(|product| product.sku == sku).map_or(0, |known| known.price);
    let stocks = source.server.inventory.of(market);
    let units: u64 = stocks.iter().map(|stock| stock.fulfillable).sum();
    let cost: i64 = stocks.iter().map(|stock| price_of(&stock.sku) * signed(stock.fulfillable)).sum();
    let lines = periods(source)?.into_iter().map(move |(first, last)| {
        let mut line = of_period(first, last);
        line.extend(stock_of(market.currency(), units, 0));
        line.insert("sellableOnHandInventoryCost.amount", Cell::Amount(cost));
        line
    });
    Ok(Box::new(lines))
}

fn stock_of(currency: &'static str, units: u64, price: i64) -> Line<'static> {
    Line::from([
        ("netReceivedInventoryCost.amount", Cell::Amount(0)),
        ("netReceivedInventoryCost.currencyCode", currency.into()),
        ("netReceivedInventoryUnits", 0_u32.into()),
        ("openPurchaseOrderUnits", 0_u32.into()),
        ("sellableOnHandInventoryCost.amount", Cell::Amount(price * signed(units))),
        ("sellableOnHandInventoryCost.currencyCode", currency.into()),
        ("sellableOnHandInventoryUnits", units.into()),
    ])
}

/// The present stock of each product, in each whole hour of the range.
pub(in super::super) fn vendor_hours(source: Source<'_>) -> Lines<'_> {
    const HOUR: Duration = Duration::from_secs(3600);
    let report = source.report;
    let past = crate::time::dates::seconds(report.from) % HOUR.as_secs();
    let first = if past == 0 { report.from } else { report.from + HOUR - Duration::from_secs(past) };
    let hours = std::iter::successors(Some(first), |hour| Some(*hour + HOUR));
    let until = report.until;
    let lines = hours.take_while(move |hour| *hour + HOUR <= until).flat_map(move |hour| {
        source.server.inventory.of(source.market()).into_iter().map(move |stock| {
            Line::from([
                ("startTime", hour.into()),
                ("endTime", (hour + HOUR).into()),
                ("asin", stock.asin.into()),
                ("highlyAvailableInventory", stock.fulfillable.into()),
            ])
        })
    });
    Ok(Box::new(lines))
}

/// The units of the coming weeks: as many as in each of the last four.
pub(in super::super) fn vendor_forecast(source: Source<'_>) -> Lines<'_> {
    const WEEKS: i64 = 4;
    let today = calendar::day(source.server.clock.now());
    let start = Granularity::Week.next(Granularity::Week.first_day(today));
    let past = (today.saturating_sub(WEEKS.weeks()), today);
    let sums = Days::new(source.server, source.market(), past).sums(past);
    let weeks = Granularity::Week.periods(start, start.saturating_add(WEEKS.weeks()));
    Ok(Box::new(weeks.flat_map(move |(first, last)| {
        sums.clone().into_iter().map(move |(product, figures)| {
            let mean = figures.units as f64 / WEEKS as f64;
            let mut line = of_period(first, last);
            line.extend([
                ("forecastGenerationDate", today.into()),
                ("asin", product.asin.into()),
                ("meanForecastUnits", Cell::Decimal(mean)),
                ("p70ForecastUnits", Cell::Decimal(mean * 1.25)),
                ("p80ForecastUnits", Cell::Decimal(mean * 1.5)),
                ("p90ForecastUnits", Cell::Decimal(mean * 2.0)),
            ]);
            line
        })
    })))
}

/// A line for each period and each product that the condition holds for.
fn by_product<'a>(
    source: Source<'a>,
    is_wanted: fn(&Figures) -> bool,
    line: impl Fn(&Figures) -> Line<'static> + Copy + 'a,
) -> Lines<'a> {
    let periods = periods(source)?;
    let days = days(source, &periods);
    Ok(Box::new(periods.into_iter().flat_map(move |(first, last)| {
        let sums = days.sums((first, last)).into_iter();
        sums.filter(move |(_, figures)| is_wanted(figures)).map(move |(product, figures)| {
            let mut whole = of_period(first, last);
            whole.insert("asin", product.asin.into());
            whole.extend(line(&figures));
            whole
        })
    })))
}

/// A line for each period.
fn by_period<'a>(source: Source<'a>, line: impl Fn(&Figures) -> Line<'static> + 'a) -> Lines<'a> {
    let periods = periods(source)?;
    let days = days(source, &periods);
    Ok(Box::new(periods.into_iter().map(move |(first, last)| {
        let mut whole = of_period(first, last);
        whole.extend(line(&total(&days.sums((first, last)))));
        whole
    })))
}

/// The periods of the report, which `checks` has found to fit.
fn periods(source: Source<'_>) -> Result<Vec<(Date, Date)>, String> {
    let period = source.report.choice("reportPeriod", &PERIODS, Granularity::Day)?;
    let (first, last) = (calendar::day(source.report.from), calendar::day(source.report.until));
    Ok(period.periods(first, last.saturating_add(1.day())).collect())
}

/// The figures of the days of all periods.
fn days(source: Source<'_>, periods: &[(Date, Date)]) -> Days {
    let today = calendar::day(source.server.clock.now());
    let first = periods.first().map_or(today, |(first, _)| *first);
    let last = periods.last().map_or(today, |(_, last)| *last);
    Days::new(source.server, source.market(), (first, last))
}

fn of_period<'a>(first: Date, last: Date) -> Line<'a> {
    Line::from([("startDate", first.into()), ("endDate", last.into())])
}

fn share<'a>(of: i64, to: i64) -> Cell<'a> {
    Cell::Decimal((of as f64 / to.max(1) as f64 * 10_000.0).round() / 10_000.0)
}

fn signed(units: u64) -> i64 {
    i64::try_from(units).unwrap_or(i64::MAX)
}

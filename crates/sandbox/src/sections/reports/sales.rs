//! Sales and traffic of one marketplace, by date and by product.
//!
//! The sales come from the orders. The traffic is made up from the sales, so that the sums by date and by product agree.

use super::{Outcome, Report};
use crate::sections::documents::Text;
use crate::server::Server;
use crate::shop::{Market, Order, Product};
use crate::time::calendar::{self, GRANULARITIES, Granularity};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) const NAME: &str = "GET_SALES_AND_TRAFFIC_REPORT";

/// How products are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Parent,
    Child,
    Sku,
}

const BY: [(&str, By); 3] = [("PARENT", By::Parent), ("CHILD", By::Child), ("SKU", By::Sku)];

/// The figures of one product on one day, or their sum over several.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::sections) struct Figures {
    pub(in crate::sections) units: i64,
    pub(in crate::sections) items: i64,
    pub(in crate::sections) sales: i64,
    pub(in crate::sections) business_units: i64,
    pub(in crate::sections) business_items: i64,
    pub(in crate::sections) business_sales: i64,
    pub(in crate::sections) units_shipped: i64,
    pub(in crate::sections) orders_shipped: i64,
    pub(in crate::sections) sales_shipped: i64,
    pub(in crate::sections) units_refunded: i64,
    pub(in crate::sections) sessions: i64,
    pub(in crate::sections) views: i64,
}

impl Figures {
    pub(in crate::sections) fn add(&mut self, other: Self) {
        self.units += other.units;
        self.items += other.items;
        self.sales += other.sales;
        self.business_units += other.business_units;
        self.business_items += other.business_items;
        self.business_sales += other.business_sales;
        self.units_shipped += other.units_shipped;
        self.orders_shipped += other.orders_shipped;
        self.sales_shipped += other.sales_shipped;
        self.units_refunded += other.units_refunded;
        self.sessions += other.sessions;
        self.views += other.views;
    }
}

pub(super) fn make(report: &Report, server: &Server) -> Outcome {
    let market = report.course.market();
    let by_date = report.choice("dateGranularity", &GRANULARITIES, Granularity::Day);
    let by_asin = report.choice("asinGranularity", &BY, By::Parent);
    let (by_date, by_asin) = match (by_date, by_asin) {
        (Ok(by_date), Ok(by_asin)) => (by_date, by_asin),
        (Err(problem), _) | (_, Err(problem)) => return Outcome::Failed(problem),
    };
    // Widen the range to whole periods.
    let from = by_date.first_day(calendar::day(report.from));
    let until = by_date.next(by_date.first_day(calendar::day(report.until)));
    let figures = figures(server, market, from, until);

    let by_date: Vec<Value> = by_date
        .periods(from, until)
        .map(|(first, last)| {
            let mut sum = Figures::default();
            figures.range((first, 0)..=(last, usize::MAX)).for_each(|(_, figures)| sum.add(*figures));
            json!({ "date": first.to_string(), "salesByDate": sales_by_date(market, &sum), "trafficByDate": traffic_by_date(&sum) })
        })
        .collect();
    let mut products = vec![Figures::default(); market.products.len()];
    for ((_, place), figures) in &figures {
        products[*place].add(*figures);
    }
    let mut all = Figures::default();
    products.iter().for_each(|figures| all.add(*figures));
    let by_product = market.products.iter().zip(&products).map(|(product, figures)| {
        let mut body = json!({
            "parentAsin": product.asin,
            "salesByAsin": sales_by_asin(market, figures),
            "trafficByAsin": traffic_by_asin(figures, &all),
        });
        if by_asin != By::Parent {
            body["childAsin"] = product.asin.into();
        }
        if by_asin == By::Sku {
            body["sku"] = product.sku.into();
        }
        body
    });
    let by_product: Vec<Value> = by_product.collect();
    Outcome::Document(Text::json(&json!({
        "reportSpecification": {
            "reportType": NAME,
            "reportOptions": {
                "dateGranularity": report.option("dateGranularity", "DAY"),
                "asinGranularity": report.option("asinGranularity", "PARENT"),
            },
            "dataStartTime": from.to_string(),
            "dataEndTime": until.saturating_sub(1.day()).to_string(),
            "marketplaceIds": [market.marketplace.id()],
        },
        "salesAndTrafficByDate": by_date,
        "salesAndTrafficByAsin": by_product,
    })))
}

/// The figures of a marketplace on each day of a range.
pub(in crate::sections) struct Days {
    market: &'static Market,
    figures: BTreeMap<(Date, usize), Figures>,
}

impl Days {
    /// The days from the first to the last.
    pub(in crate::sections) fn new(server: &Server, market: &'static Market, (first, last): (Date, Date)) -> Self {
        Self { market, figures: figures(server, market, first, last.saturating_add(1.day())) }
    }

    /// The sums of each product in a part of the range.
    pub(in crate::sections) fn sums(&self, (first, last): (Date, Date)) -> Vec<(&'static Product, Figures)> {
        let mut sums: Vec<_> = self.market.products.iter().map(|product| (product, Figures::default())).collect();
        for ((_, place), figures) in self.figures.range((first, 0)..=(last, usize::MAX)) {
            sums[*place].1.add(*figures);
        }
        sums
    }
}

/// The sum of all products.
pub(in crate::sections) fn total(sums: &[(&Product, Figures)]) -> Figures {
    let mut total = Figures::default();
    sums.iter().for_each(|(_, figures)| total.add(*figures));
    total
}

/// The figures of each day and product, by the product's index. Every product has page views every day.
fn figures(server: &Server, market: &Market, from: Date, until: Date) -> BTreeMap<(Date, usize), Figures> {
    let place_of = |sku: &str| market.products.iter().position(|product| product.sku == sku).unwrap_or(0);
    let mut figures: BTreeMap<(Date, usize), Figures> = Granularity::Day
        .periods(from, until)
        .flat_map(|(day, _)| (0..market.products.len()).map(move |place| ((day, place), Figures::default())))
        .collect();
    let orders = server.shop.orders().filter(|order| order.market == market && order.has_amounts());
    for order in orders {
        for item in &order.items {
            let place = place_of(item.product.sku);
            if let Some(figures) = figures.get_mut(&(calendar::day(order.created), place)) {
                let units = i64::from(item.quantity);
                figures.units += units;
                figures.items += 1;
                figures.sales += item.price;
                if order.business {
                    figures.business_units += units;
                    figures.business_items += 1;
                    figures.business_sales += item.price;
                }
            }
            if let Some(figures) = figures.get_mut(&(calendar::day(order.updated), place)) {
                shipped(figures, order, item.shipped, item.quantity, item.price);
            }
        }
        let refunded = order.return_of_item().filter(|(_, returned)| returned.replacement.is_none());
        if let Some((item, returned)) = refunded
            && let Some(figures) = figures.get_mut(&(calendar::day(returned.received), place_of(item.product.sku)))
        {
            figures.units_refunded += i64::from(returned.quantity);
        }
        let first = order.items.first().map_or(0, |item| place_of(item.product.sku));
        if let Some(figures) = figures.get_mut(&(calendar::day(order.updated), first)) {
            figures.orders_shipped += i64::from(order.units_shipped() > 0);
        }
    }
    for ((_, place), figures) in &mut figures {
        figures.sessions = 7 * figures.units + 3 + *place as i64;
        figures.views = figures.sessions + figures.sessions / 3;
    }
    figures
}

fn shipped(figures: &mut Figures, order: &Order, shipped: u32, quantity: u32, price: i64) {
    if order.units_shipped() > 0 {
        figures.units_shipped += i64::from(shipped);
        figures.sales_shipped += price * i64::from(shipped) / i64::from(quantity.max(1));
    }
}

pub(in crate::sections) fn sales_by_date(market: &Market, figures: &Figures) -> Value {
    json!({
        "orderedProductSales": amount(market, figures.sales),
        "orderedProductSalesB2B": amount(market, figures.business_sales),
        "unitsOrdered": figures.units,
        "unitsOrderedB2B": figures.business_units,
        "totalOrderItems": figures.items,
        "totalOrderItemsB2B": figures.business_items,
        "averageSalesPerOrderItem": amount(market, figures.sales / figures.items.max(1)),
        "averageSalesPerOrderItemB2B": amount(market, figures.business_sales / figures.business_items.max(1)),
        "averageUnitsPerOrderItem": ratio(figures.units, figures.items),
        "averageUnitsPerOrderItemB2B": ratio(figures.business_units, figures.business_items),
        "averageSellingPrice": amount(market, figures.sales / figures.units.max(1)),
        "averageSellingPriceB2B": amount(market, figures.business_sales / figures.business_units.max(1)),
        "unitsRefunded": figures.units_refunded,
        "refundRate": percent(figures.units_refunded, figures.units),
        "claimsGranted": 0,
        "claimsAmount": amount(market, 0),
        "shippedProductSales": amount(market, figures.sales_shipped),
        "unitsShipped": figures.units_shipped,
        "ordersShipped": figures.orders_shipped,
    })
}

pub(in crate::sections) fn traffic_by_date(figures: &Figures) -> Value {
    let (browser_sessions, browser_views) = (browser(figures.sessions), browser(figures.views));
    json!({
        "browserPageViews": browser_views,
        "mobileAppPageViews": figures.views - browser_views,
        "pageViews": figures.views,
        "browserSessions": browser_sessions,
        "mobileAppSessions": figures.sessions - browser_sessions,
        "sessions": figures.sessions,
        "buyBoxPercentage": 97.5,
        "orderItemSessionPercentage": percent(figures.items, figures.sessions),
        "unitSessionPercentage": percent(figures.units, figures.sessions),
        "averageOfferCount": 12,
        "averageParentItems": 12,
        "feedbackReceived": 0,
        "negativeFeedbackReceived": 0,
        "receivedNegativeFeedbackRate": 0.0,
    })
}

fn sales_by_asin(market: &Market, figures: &Figures) -> Value {
    json!({
        "unitsOrdered": figures.units,
        "unitsOrderedB2B": figures.business_units,
        "orderedProductSales": amount(market, figures.sales),
        "orderedProductSalesB2B": amount(market, figures.business_sales),
        "totalOrderItems": figures.items,
        "totalOrderItemsB2B": figures.business_items,
    })
}

pub(in crate::sections) fn traffic_by_asin(figures: &Figures, all: &Figures) -> Value {
    let (browser_sessions, browser_views) = (browser(figures.sessions), browser(figures.views));
    json!({
        "browserSessions": browser_sessions,
        "mobileAppSessions": figures.sessions - browser_sessions,
        "sessions": figures.sessions,
        "browserSessionPercentage": percent(browser_sessions, browser(all.sessions)),
        "mobileAppSessionPercentage": percent(figures.sessions - browser_sessions, all.sessions - browser(all.sessions)),
        "sessionPercentage": percent(figures.sessions, all.sessions),
        "browserPageViews": browser_views,
        "mobileAppPageViews": figures.views - browser_views,
        "pageViews": figures.views,
        "browserPageViewsPercentage": percent(browser_views, browser(all.views)),
        "mobileAppPageViewsPercentage": percent(figures.views - browser_views, all.views - browser(all.views)),
        "pageViewsPercentage": percent(figures.views, all.views),
        "buyBoxPercentage": 97.5,
        "unitSessionPercentage": percent(figures.units, figures.sessions),
    })
}

/// The part of the traffic that comes from browsers.
fn browser(all: i64) -> i64 {
    all * 2 / 5
}

/// An amount as a number, the form of this report.
pub(in crate::sections) fn amount(market: &Market, units: i64) -> Value {
    let amount: f64 = market.amount(units).parse().unwrap_or_default();
    json!({ "amount": amount, "currencyCode": market.currency() })
}

fn ratio(of: i64, to: i64) -> f64 {
    (of as f64 / to.max(1) as f64 * 100.0).round() / 100.0
}

/// At most 100, also if items of one session count twice.
fn percent(of: i64, to: i64) -> f64 {
    (ratio(of * 100, to)).min(100.0)
}

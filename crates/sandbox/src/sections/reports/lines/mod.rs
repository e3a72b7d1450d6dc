//! The lines of reports: what each says, by the field names of `spapi-rows`.
//!
//! A line may say more than a report has columns for. All lines of a report have the same fields.

pub(super) mod analytics;
pub(super) mod ledger;
pub(super) mod listings;
pub(super) mod orders;
pub(super) mod returns;
pub(super) mod stock;

use super::Report;
use crate::server::Server;
use crate::shop::{Market, Product, fn_sku};
use jiff::civil::Date;
use std::borrow::Cow;
use std::collections::HashMap;
use std::time::SystemTime;

/// A line, by field.
pub(super) type Line<'a> = HashMap<&'static str, Cell<'a>>;

/// The lines of a report, made one by one; or why there can be none.
pub(super) type Lines<'a> = Result<Box<dyn Iterator<Item = Line<'a>> + 'a>, String>;

/// What a cell says, before the report's style decides on its text.
#[derive(Clone, Debug)]
pub(super) enum Cell<'a> {
    Blank,
    Text(Cow<'a, str>),
    Integer(i64),
    Decimal(f64),
    /// An amount in the currency's smallest unit.
    Amount(i64),
    Flag(bool),
    Time(SystemTime),
    Day(Date),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.as_str().into())
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u64> for Cell<'_> {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<u32> for Cell<'_> {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<bool> for Cell<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<SystemTime> for Cell<'_> {
    fn from(time: SystemTime) -> Self {
        Self::Time(time)
    }
}

impl From<Date> for Cell<'_> {
    fn from(day: Date) -> Self {
        Self::Day(day)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Blank, Into::into)
    }
}

/// A report that is being made, and the shop.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) report: &'a Report,
    pub(super) server: &'a Server,
}

impl Source<'_> {
    /// Whether a time is in the report's range.
    pub(super) fn covers(self, time: SystemTime) -> bool {
        (self.report.from..=self.report.until).contains(&time)
    }

    /// The marketplace, where only one counts.
    pub(super) fn market(self) -> &'static Market {
        self.report.course.market()
    }
}

/// What every line about a product says of it.
pub(super) fn of_product(product: &Product) -> Line<'_> {
    of_item(product.sku.into(), product.asin.into(), product.title.into())
}

/// What every line says of an item with this SKU, ASIN and title.
fn of_item<'a>(sku: Cow<'a, str>, asin: Cow<'a, str>, title: Cow<'a, str>) -> Line<'a> {
    let fn_sku = fn_sku(&asin);
    let (sku, asin, title) = (Cell::Text(sku), Cell::Text(asin), Cell::Text(title));
    Line::from([
        ("sku", sku.clone()),
        ("msku", sku.clone()),
        ("seller_sku", sku.clone()),
        ("merchant_sku", sku),
        ("asin", asin.clone()),
        ("asin1", asin),
        ("fnsku", fn_sku.clone().into()),
        ("fulfillment_channel_sku", fn_sku.into()),
        ("product_name", title.clone()),
        ("item_name", title.clone()),
        ("title", title),
    ])
}

/// The warehouse that the units of a marketplace are in.
pub(in crate::sections) fn warehouse(market: &Market) -> &'static str {
    match market.currency() {
        "JPY" => "NRT5",
        "EUR" => "LEJ1",
        _ => "PHX7",
    }
}

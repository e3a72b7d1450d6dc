//! Charts of a connection's rows.

use super::tables::{filled, nothing};
use super::{Asked, first, path, problem, tabs};
use crate::chart::{Bars, Rank, Ranks, Series};
use crate::language::Language;
use crate::setup::converted;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use spapi_core::{Decimal, Error, Marketplace};
use spapi_sync::{Connection, Sqlite, Stream};
use std::collections::{BTreeMap, HashSet};

/// How many days the charts of days have.
const DAYS: [u32; 3] = [30, 90, 365];
/// The most rows that a chart is made of.
const MOST: u32 = 1_000_000;
/// How many products the chart of stock has.
const PRODUCTS: usize = 20;

/// Where orders are: the stream and its columns with time, order, amount, currency and state.
const ORDERS: [(&str, &[&str]); 4] = [
    (
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
        &["purchase_date", "amazon_order_id", "item_price", "currency", "order_status"],
    ),
    (
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL",
        &["purchase_date", "amazon_order_id", "item_price", "currency", "order_status"],
    ),
    (
        "orders_2026_01_01",
        &[
            "createdTime",
            "orderId",
            "proceeds_grandTotal_amount",
            "proceeds_grandTotal_currencyCode",
            "fulfillment_fulfillmentStatus",
        ],
    ),
    ("Orders", &["PurchaseDate", "AmazonOrderId", "OrderTotal_Amount", "OrderTotal_CurrencyCode", "OrderStatus"]),
];
/// Where stock is: the stream and its columns with SKU, name and quantity.
const STOCK: [(&str, &[&str]); 2] = [
    ("fba_inventory_summaries", &["sellerSku", "productName", "totalQuantity"]),
    ("GET_MERCHANT_LISTINGS_ALL_DATA", &["seller_sku", "item_name", "quantity"]),
];
/// Where points are: the stream and its columns with time, meaning and amount.
const POINTS: (&str, &[&str]) =
    ("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", &["posted_date_time", "amount_description", "amount"]);

/// The charts.
pub async fn show(asked: Asked, Path(id): Path<String>) -> Response {
    let (_, connection) = match asked.connection(&id) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let title = asked.say("tab-charts");
    let days = asked.query.text("days").parse().ok().filter(|days| DAYS.contains(days)).unwrap_or(DAYS[0]);
    let drawn = match filled(&connection) {
        Ok(Some(file)) => drawn(&asked, &connection, &file, days).await,
        Ok(None) => Ok(nothing(&asked, &id, &connection)),
        Err(error) => Err(error),
    };
    let used = asked.app.runs.of(&id).map(|run| run.used()).unwrap_or_default();
    let content = html! {
        (tabs(&asked, &id, &connection, "/charts"))
        h1 { (title) }
        p {
            @for one in DAYS {
                a href=(path(&id, &format!("/charts?days={one}"))) aria-current=[(one == days).then_some("true")] {
                    (asked.language.count("last-days", one.into()))
                } " "
            }
        }
        @match drawn {
            Ok(drawn) => { (drawn) }
            Err(error) => { (problem(asked.language, &asked.say("tables-failed"), Some(&error))) }
        }
        @if !used.is_empty() { (quotas(asked.language, used)) }
    };
    asked.page(&title, &content).into_response()
}

async fn drawn(asked: &Asked, connection: &Connection, file: &Sqlite, days: u32) -> Result<Markup, Error> {
    let mut all = Vec::new();
    let marketplace = first(connection);
    let period = Period::last(days, marketplace);
    for (name, columns) in ORDERS {
        if let Some(rows) = read(connection, file, name, columns, &period.since).await? {
            all.push(orders(asked.language, &rows, &period));
            break;
        }
    }
    for (name, columns) in STOCK {
        if let Some(rows) = read(connection, file, name, columns, "").await? {
            all.push(stock(asked.language, &rows));
            break;
        }
    }
    let (name, columns) = POINTS;
    if marketplace == Marketplace::JP
        && let Some(rows) = read(connection, file, name, columns, &period.since).await?
    {
        all.push(points(asked.language, &rows, &period));
    }
    Ok(html! {
        @for one in &all { (one) }
        @if all.is_empty() { p { (asked.say("no-charts")) } }
    })
}

type Rows = Vec<Vec<Option<String>>>;

/// Cells of a stream of the connection. `None` if it is not one of its objects, or has no table yet.
async fn read(
    connection: &Connection,
    file: &Sqlite,
    name: &str,
    columns: &'static [&'static str],
    since: &str,
) -> Result<Option<Rows>, Error> {
    let Some(stream) = Stream::find(name)
        .ok()
        .filter(|stream| connection.streams.iter().any(|chosen| chosen.stream.name == stream.name))
    else {
        return Ok(None);
    };
    let mut all = None;
    // Rows of all marketplaces together have none.
    for id in connection.marketplaces.iter().map(|one| one.id()).chain([""]) {
        let rows = file.cells(&connection.name, stream, id, columns, (since.to_owned(), MOST)).await?;
        if let Some(rows) = rows {
            all.get_or_insert_with(Vec::new).extend(rows);
        }
    }
    Ok(all)
}

/// The days of a chart.
struct Period {
    days: Vec<Date>,
    /// The first moment, as the tables have it.
    since: String,
    marketplace: Marketplace,
}

impl Period {
    /// The last days of a marketplace, with today.
    fn last(days: u32, marketplace: Marketplace) -> Self {
        let today = converted(&Timestamp::now().to_string(), marketplace).map(|(day, ..)| day).unwrap_or_default();
        let back = (0..days).rev().filter_map(|back| today.checked_sub(i64::from(back).days()).ok());
        let days: Vec<_> = back.collect();
        // A day more covers every zone. Days before the first are left out below.
        let since = days.first().and_then(|first| first.checked_sub(1.day()).ok());
        Self { since: since.map(|day| day.to_string()).unwrap_or_default(), days, marketplace }
    }

    fn day(&self, text: &str) -> Option<Date> {
        converted(text, self.marketplace).map(|(day, ..)| day)
    }

    /// Labels of the days, without the year.
    fn labels(&self, language: Language) -> Vec<String> {
        self.days.iter().map(|day| language.day_of_year(*day)).collect()
    }

    fn values(&self, of: &BTreeMap<Date, Decimal>) -> Vec<f64> {
        self.days.iter().map(|day| of.get(day).map(float).unwrap_or_default()).collect()
    }
}

fn float(number: &Decimal) -> f64 {
    number.to_string().parse().unwrap_or_default()
}

fn decimal(text: Option<&String>) -> Decimal {
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn orders(language: Language, rows: &Rows, period: &Period) -> Markup {
    let mut numbers: BTreeMap<Date, HashSet<&str>> = BTreeMap::new();
    let mut sales: BTreeMap<Date, Decimal> = BTreeMap::new();
    let mut currency = "";
    for row in rows {
        let [Some(time), Some(order), amount, of_currency, state] = row.as_slice() else { continue };
        let is_cancelled = state.as_deref().is_some_and(|state| state.to_ascii_uppercase().starts_with("CANCEL"));
        let Some(day) = period.day(time).filter(|_| !is_cancelled) else { continue };
        numbers.entry(day).or_default().insert(order);
        let total = sales.entry(day).or_default();
        *total = total.checked_add(decimal(amount.as_ref())).unwrap_or(*total);
        currency = of_currency.as_deref().filter(|code| !code.is_empty()).unwrap_or(currency);
    }
    let numbers: BTreeMap<_, _> = numbers.into_iter().map(|(day, orders)| (day, Decimal::from(orders.len()))).collect();
    let labels = period.labels(language);
    let orders_title = language.say("chart-orders");
    let sales_title = language.say_with("chart-sales", &[("currency", currency.into())]);
    let number = |value: f64| language.digits(&value.to_string());
    html! {
        section {
            h2 { (orders_title) }
            (Bars {
                id: "orders",
                title: &orders_title,
                about: &summed(language, &numbers, period),
                labels: &labels,
                series: &[Series { name: orders_title.clone(), values: period.values(&numbers) }],
                number: &number,
            }.draw())
            h2 { (sales_title) }
            (Bars {
                id: "sales",
                title: &sales_title,
                about: &summed(language, &sales, period),
                labels: &labels,
                series: &[Series { name: sales_title.clone(), values: period.values(&sales) }],
                number: &number,
            }.draw())
            (days(language, period, &[(orders_title.as_str(), &numbers), (sales_title.as_str(), &sales)]))
        }
    }
}

/// The sum of all days, for who cannot see the bars.
fn summed(language: Language, of: &BTreeMap<Date, Decimal>, period: &Period) -> String {
    let own = period.days.iter().filter_map(|day| of.get(day));
    let sum = own.fold(Decimal::ZERO, |sum, one| sum.checked_add(*one).unwrap_or(sum));
    let days = language.number(period.days.len() as u64);
    language.say_with("chart-sum", &[("sum", language.digits(&sum.to_string()).into()), ("days", days.into())])
}

/// The table beside charts of days.
fn days(language: Language, period: &Period, columns: &[(&str, &BTreeMap<Date, Decimal>)]) -> Markup {
    html! {
        details {
            summary { (language.say("chart-table")) }
            div.wide tabindex="0" role="region" aria-label=(language.say("chart-table")) {
                table {
                    thead { tr {
                        th scope="col" { (language.say("column-day")) }
                        @for (name, _) in columns { th.number scope="col" { (name) } }
                    } }
                    tbody { @for day in &period.days { tr {
                        th scope="row" { (language.day(*day)) }
                        @for (_, of) in columns {
                            td.number { (language.digits(&of.get(day).copied().unwrap_or_default().to_string())) }
                        }
                    } } }
                }
            }
        }
    }
}

fn stock(language: Language, rows: &Rows) -> Markup {
    let mut products: BTreeMap<&str, (&str, Decimal)> = BTreeMap::new();
    for row in rows {
        let [Some(sku), name, quantity] = row.as_slice() else { continue };
        let product = products.entry(sku).or_default();
        product.0 = name.as_deref().unwrap_or(product.0);
        product.1 = product.1.checked_add(decimal(quantity.as_ref())).unwrap_or(product.1);
    }
    let mut products: Vec<_> = products.into_iter().collect();
    products.sort_by(|(_, (_, one)), (_, (_, other))| other.cmp(one));
    let title = language.say("chart-stock");
    let quantity = |number: &Decimal| language.digits(&number.to_string());
    let ranks = products.iter().take(PRODUCTS).map(|(sku, (_, number))| Rank {
        name: (*sku).to_owned(),
        value: float(number),
        shown: quantity(number),
    });
    let ranks: Vec<_> = ranks.collect();
    let about = language.count("chart-stock-about", products.len() as u64);
    html! {
        section {
            h2 { (title) }
            (Ranks { id: "stock", title: &title, about: &about, ranks: &ranks, whole: None }.draw())
            details {
                summary { (language.say("chart-table")) }
                div.wide tabindex="0" role="region" aria-label=(language.say("chart-table")) {
                    table {
                        thead { tr {
                            th scope="col" { "SKU" }
                            th scope="col" { (language.say("column-product")) }
                            th.number scope="col" { (language.say("column-quantity")) }
                        } }
                        tbody { @for (sku, (name, number)) in products.iter().take(500) { tr {
                            th scope="row" { (sku) } td { (name) } td.number { (quantity(number)) }
                        } } }
                    }
                }
            }
        }
    }
}

/// Which part of Amazon's quotas the last run has used up at this moment.
fn quotas(language: Language, used: Vec<(String, f64)>) -> Markup {
    let ranks = used.into_iter().map(|(operation, part)| {
        let percent = (part * 100.0).round();
        // The part before the blank is the API, which the name of the operation says too.
        let name = operation.rsplit(' ').next().unwrap_or_default().to_owned();
        Rank { name, value: percent, shown: format!("{percent} %") }
    });
    let ranks: Vec<_> = ranks.collect();
    let title = language.say("chart-quota");
    html! {
        section {
            h2 { (title) }
            (Ranks { id: "quota", title: &title, about: &language.say("chart-quota-about"), ranks: &ranks, whole: Some(100.0) }.draw())
            p.help { (language.say("chart-quota-about")) }
            details {
                summary { (language.say("chart-table")) }
                table { tbody { @for rank in &ranks { tr { th scope="row" { (rank.name) } td.number { (rank.shown) } } } } }
            }
        }
    }
}

fn points(language: Language, rows: &Rows, period: &Period) -> Markup {
    let (mut granted, mut returned): (BTreeMap<Date, Decimal>, BTreeMap<Date, Decimal>) = Default::default();
    for row in rows {
        let [Some(time), Some(meaning), amount] = row.as_slice() else { continue };
        let plain: String = meaning.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
        let of = match plain.as_str() {
            "pointsgranted" | "costofpointsgranted" => &mut granted,
            "pointsreturned" | "costofpointsreturned" => &mut returned,
            _ => continue,
        };
        let Some(day) = period.day(time) else { continue };
        let total = of.entry(day).or_default();
        *total = total.checked_add(decimal(amount.as_ref()).abs()).unwrap_or(*total);
    }
    let title = language.say("chart-points");
    let (given, back) = (language.say("points-granted"), language.say("points-returned"));
    let about =
        format!("{given}: {} {back}: {}", summed(language, &granted, period), summed(language, &returned, period));
    html! {
        section {
            h2 { (title) }
            (Bars {
                id: "points",
                title: &title,
                about: &about,
                labels: &period.labels(language),
                series: &[
                    Series { name: given.clone(), values: period.values(&granted) },
                    Series { name: back.clone(), values: period.values(&returned) },
                ],
                number: &|value| language.digits(&value.to_string()),
            }.draw())
            (days(language, period, &[(given.as_str(), &granted), (back.as_str(), &returned)]))
        }
    }
}

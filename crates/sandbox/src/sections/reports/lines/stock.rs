//! Lines about the units in Amazon's warehouses of one marketplace.

use super::{Cell, Line, Lines, Source, of_product, warehouse};
use crate::sections::fba_inventory::Stock;
use crate::shop::{FulfilledBy, Market, Product};
use crate::time::calendar;
use jiff::ToSpan;
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Amazon's commission on a price, in percent.
pub(in super::super) const COMMISSION: i64 = 15;

/// The fee for the shipment of a unit, as a part of its price in percent.
const SHIPMENT_FEE: i64 = 12;

/// The units of each product.
pub(in super::super) fn all(source: Source<'_>) -> Lines<'_> {
    Ok(Box::new(stocks(source).map(|(_, _, line)| line)))
}

/// The units that no offer sells: none but of the first product.
pub(in super::super) fn stranded(source: Source<'_>) -> Lines<'_> {
    let day = calendar::day(source.server.clock.now()).saturating_sub(5.days());
    Ok(Box::new(stocks(source).take(1).map(move |(stock, _, mut line)| {
        line.extend([
            ("primary_action", Cell::from("Edit listing")),
            ("date_stranded", day.into()),
            ("status_primary", "Stranded".into()),
            ("stranded_reason", "Listing removed".into()),
            ("fulfillable_qty", stock.fulfillable.into()),
            ("unfulfillable_qty", 0_u32.into()),
            ("inbound_shipped_qty", stock.inbound.into()),
        ]);
        line
    })))
}

/// The storage fees of the months in the report's range.
pub(in super::super) fn storage(source: Source<'_>) -> Lines<'_> {
    let first = calendar::day(source.report.from).first_of_month();
    let last = calendar::day(source.report.until);
    let months = calendar::Granularity::Month.periods(first, last.saturating_add(1.day()));
    let months: Vec<String> = months.map(|(month, _)| month.strftime("%Y-%m").to_string()).collect();
    let market = source.market();
    Ok(Box::new(months.into_iter().flat_map(move |month| {
        stocks(source).map(move |(stock, _, mut line)| {
            line.extend([
                ("month_of_charge", Cell::from(month.clone())),
                ("average_quantity_on_hand", stock.total().into()),
                ("average_quantity_pending_removal", 0_u32.into()),
                ("estimated_total_item_volume", format!("{:.2}", 0.01 * stock.total() as f64).into()),
                ("storage_rate", Cell::Amount(market.shipping / 5)),
                // A hundredth of the rate for each unit.
                ("estimated_monthly_storage_fee", Cell::Amount(market.shipping / 5 * signed(stock.total()) / 100)),
                ("dangerous_goods_storage_type", "--".into()),
            ]);
            line
        })
    })))
}

/// What was sold to subscribers in the last weeks: nothing, because the shop has none.
pub(in super::super) fn subscriptions(source: Source<'_>) -> Lines<'_> {
    let now = source.report.until;
    Ok(Box::new(stocks(source).map(move |(_, _, mut line)| {
        line.extend([
            ("offer_state", Cell::from("ACTIVE")),
            ("snapshot_date", now.into()),
            ("week_1_start_date", (now - 7 * DAY).into()),
            ("active_subscriptions", 0_u32.into()),
        ]);
        for field in [
            "sns_units_shipped_week_1",
            "sns_units_shipped_week_2",
            "sns_units_shipped_week_3",
            "sns_units_shipped_week_4",
            "scheduled_sns_units_week_1",
            "scheduled_sns_units_week_2",
            "scheduled_sns_units_week_3",
            "scheduled_sns_units_week_4",
            "scheduled_sns_units_week_5",
            "scheduled_sns_units_week_6",
            "scheduled_sns_units_week_7",
            "scheduled_sns_units_week_8",
        ] {
            line.insert(field, 0_u32.into());
        }
        line
    })))
}

/// Each stock, its product if an offer sells it, and its line.
fn stocks(source: Source<'_>) -> impl Iterator<Item = (Stock, Option<&'static Product>, Line<'_>)> {
    let market = source.market();
    source.server.inventory.of(market).into_iter().map(move |stock| {
        let product = market.products.iter().find(|product| product.sku == stock.sku);
        let line = line(source, market, &stock, product);
        (stock, product, line)
    })
}

fn line<'a>(source: Source<'a>, market: &'static Market, stock: &Stock, product: Option<&'static Product>) -> Line<'a> {
    let now = source.server.clock.now();
    let price = product.map_or(0, |product| source.server.listings.price(market, product.sku).unwrap_or(product.price));
    let sold = |days: u32| sold(source, market, &stock.sku, now - DAY * days, now);
    let mut line = product.map(of_product).unwrap_or_default();
    for field in ["sku", "seller_sku", "merchant_sku"] {
        line.insert(field, stock.sku.clone().into());
    }
    for field in ["fnsku", "fulfillment_channel_sku"] {
        line.insert(field, stock.fn_sku.clone().into());
    }
    line.extend([
        ("asin", stock.asin.clone().into()),
        ("product_name", stock.name.clone().into()),
        ("condition", "New".into()),
        ("condition_type", "NewItem".into()),
        ("warehouse_condition_code", "SELLABLE".into()),
        ("country", market.marketplace.country_code().into()),
        ("country_code", market.marketplace.country_code().into()),
        ("marketplace", market.marketplace.country_code().into()),
        ("currency", market.currency().into()),
        ("currency_code", market.currency().into()),
        ("fulfilled_by", "Amazon".into()),
        ("fulfillment_center", warehouse(market).into()),
        ("snapshot_date", calendar::day(now).into()),
    ]);
    line.extend(units(stock));
    line.extend(size());
    line.extend(fees(price));
    for (units_field, sales_field, days) in [
        ("units_shipped_t7", "sales_shipped_last_7_days", 7),
        ("units_shipped_t30", "sales_shipped_last_30_days", 30),
        ("units_shipped_t60", "sales_shipped_last_60_days", 60),
        ("units_shipped_t90", "sales_shipped_last_90_days", 90),
        ("units_sold_last_30_days", "sales_last_30_days", 30),
    ] {
        let (units, sales) = sold(days);
        line.extend([(units_field, units.into()), (sales_field, Cell::Amount(sales))]);
    }
    // Only Japan has points.
    if market.currency() == "JPY" {
        line.insert("points_granted", (price / 100).into());
    }
    line
}

/// The numbers of units, under each report's names.
fn units(stock: &Stock) -> Line<'static> {
    let mut line = Line::new();
    let on_hand = stock.fulfillable + stock.reserved;
    for (fields, units) in [
        (
            &[
                "quantity_available",
                "quantity_for_local_fulfillment",
                "available",
                "afn_fulfillable_quantity",
                "inv_age_0_to_90_days",
            ][..],
            stock.fulfillable,
        ),
        (&["afn_reserved_quantity", "reserved_quantity", "customer_order"], stock.reserved),
        (&["afn_warehouse_quantity"], on_hand),
        (&["afn_total_quantity", "total_units"], stock.total()),
        (&["afn_inbound_shipped_quantity", "inbound", "inbound_quantity", "shipped"], stock.inbound),
        (
            &[
                "afn_unsellable_quantity",
                "afn_inbound_working_quantity",
                "afn_inbound_receiving_quantity",
                "afn_researching_quantity",
                "pending_removal_quantity",
                "inv_age_91_to_180_days",
                "inv_age_181_to_270_days",
                "inv_age_271_to_365_days",
                "fc_transfer",
                "fc_processing",
                "unfulfillable",
                "unfulfillable_quantity",
                "working",
                "receiving",
            ],
            0,
        ),
    ] {
        line.extend(fields.iter().map(|field| (*field, Cell::from(units))));
    }
    line.extend([("mfn_listing_exists", false.into()), ("afn_listing_exists", true.into())]);
    line
}

/// The size of a unit, which is the same for every product.
fn size() -> Line<'static> {
    Line::from([
        ("longest_side", "30.00".into()),
        ("median_side", "20.00".into()),
        ("shortest_side", "10.00".into()),
        ("length_and_girth", "90.00".into()),
        ("unit_of_dimension", "centimeters".into()),
        ("measurement_units", "centimeters".into()),
        ("item_package_weight", "0.80".into()),
        ("weight", "0.80".into()),
        ("unit_of_weight", "kilograms".into()),
        ("weight_units", "kilograms".into()),
        ("item_volume", "0.01".into()),
        ("per_unit_volume", "0.01".into()),
        ("storage_volume", "0.01".into()),
        ("volume_units", "cubic meters".into()),
        ("volume_unit_measurement", "cubic meters".into()),
        ("product_size_tier", "Standard-Size".into()),
        ("storage_type", "Standard-Size".into()),
        ("product_group", "Kitchen".into()),
        ("brand", "Sandbox".into()),
    ])
}

/// The price and the fees that it brings.
fn fees(price: i64) -> Line<'static> {
    let (commission, shipment) = (price * COMMISSION / 100, price * SHIPMENT_FEE / 100);
    Line::from([
        ("price", Cell::Amount(price)),
        ("your_price", Cell::Amount(price)),
        ("sales_price", Cell::Amount(price)),
        ("estimated_fee_total", Cell::Amount(commission + shipment)),
        ("estimated_referral_fee_per_unit", Cell::Amount(commission)),
        ("estimated_variable_closing_fee", Cell::Amount(0)),
        ("expected_fulfillment_fee_per_unit", Cell::Amount(shipment)),
    ])
}

/// The units of a SKU that Amazon shipped in a time, and the price of them.
fn sold(source: Source<'_>, market: &Market, sku: &str, from: SystemTime, until: SystemTime) -> (i64, i64) {
    let orders = source.server.shop.orders().filter(|order| {
        order.market == market && order.fulfilled_by == FulfilledBy::Amazon && (from..=until).contains(&order.updated)
    });
    let items = orders.flat_map(|order| &order.items).filter(|item| item.product.sku == sku && item.shipped > 0);
    items.fold((0, 0), |(units, sales), item| (units + i64::from(item.shipped), sales + item.price))
}

fn signed(units: u64) -> i64 {
    i64::try_from(units).unwrap_or(i64::MAX)
}

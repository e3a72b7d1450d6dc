//! Writing orders: the columns of a table, or JSON.

use crate::exit::{Exit, Failure};
use crate::output::json::Array;
use crate::output::table::{Column, Table, shortened};
use crate::output::{Format, JsonOut};
use spapi_core::Marketplace;
use spapi_orders::v2026_01_01::types::{Buyer, CustomerAddress, Money, Order};
use std::io::{self, Write};

/// The parts of an order that a table has columns for.
pub const HAS_COLUMNS: [&str; 4] = ["FULFILLMENT", "PROCEEDS", "BUYER", "RECIPIENT"];

/// The output, with columns for the requested parts of an order. Each order is written when it arrives; a table is
/// written a hundred rows at a time.
pub enum Output {
    Table { table: Table<io::StdoutLock<'static>>, fields: Vec<&'static Field> },
    Json(Array<JsonOut>),
    Jsonl(JsonOut),
}

impl Output {
    pub fn new(format: Format, included: &[String]) -> Self {
        let fields = fields(included);
        match format {
            Format::Table => {
                let columns: Vec<_> = fields.iter().map(|field| field.column.clone()).collect();
                Self::Table { table: Table::new(io::stdout().lock(), columns), fields }
            }
            Format::Json => Self::Json(Array::new(JsonOut::new())),
            Format::Jsonl => Self::Jsonl(JsonOut::new()),
        }
    }

    pub fn push(&mut self, order: &Order) -> Result<(), Failure> {
        match self {
            Self::Table { table, fields } => table.push(row(order, fields))?,
            Self::Json(array) => array.push(&json(order)?)?,
            Self::Jsonl(out) => {
                writeln!(out, "{}", json(order)?)?;
                out.flush()?;
            }
        }
        Ok(())
    }

    /// Ends the output after an error: the remaining rows are written, and an array stays unclosed.
    pub fn cut_off(self) -> io::Result<()> {
        match self {
            Self::Table { table, .. } => table.cut_off(),
            Self::Json(_) | Self::Jsonl(_) => Ok(()),
        }
    }

    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Table { table, .. } => table.finish(),
            Self::Json(array) => array.finish(),
            Self::Jsonl(mut out) => out.flush(),
        }
    }
}

fn json(order: &Order) -> Result<String, Failure> {
    serde_json::to_string(order)
        .map_err(|error| Failure::new(Exit::Failed, format!("order {} cannot be written: {error}", order.order_id)))
}

/// A column and its cell for an order, which is empty if the answer does not have the value.
pub struct Field {
    column: Column,
    cell: fn(&Order) -> String,
}

static FIELDS: [Field; 7] = [
    Field { column: Column::text("ORDER ID"), cell: |order| order.order_id.clone() },
    Field {
        column: Column::text("CREATED"),
        cell: |order| order.created_time.as_ref().map(ToString::to_string).unwrap_or_default(),
    },
    Field { column: Column::text("MARKET"), cell: market },
    Field {
        column: Column::text("STATUS"),
        cell: |order| {
            order.fulfillment.as_ref().map(|fulfillment| fulfillment.fulfillment_status.to_string()).unwrap_or_default()
        },
    },
    Field { column: Column::number("ITEMS"), cell: quantity },
    Field {
        column: Column::number("TOTAL"),
        cell: |order| total(order).and_then(|total| total.amount).map(|amount| amount.to_string()).unwrap_or_default(),
    },
    Field {
        column: Column::text("CURRENCY"),
        cell: |order| total(order).map(|total| total.currency_code.clone()).unwrap_or_default(),
    },
];

/// With `--include buyer`.
static BUYER_FIELDS: [Field; 2] = [
    Field {
        column: Column::text("BUYER"),
        cell: |order| of_buyer(order, |buyer| buyer.buyer_name.as_ref().or(buyer.buyer_company_name.as_ref())),
    },
    Field { column: Column::text("EMAIL"), cell: |order| of_buyer(order, |buyer| buyer.buyer_email.as_ref()) },
];

/// With `--include recipient`.
static RECIPIENT_FIELDS: [Field; 6] = [
    Field {
        column: Column::text("RECIPIENT"),
        cell: |order| of_address(order, |address| address.name.as_ref().or(address.company_name.as_ref())),
    },
    Field { column: Column::text("ADDRESS"), cell: address_lines },
    Field { column: Column::text("CITY"), cell: |order| of_address(order, |address| address.city.as_ref()) },
    Field {
        column: Column::text("STATE"),
        cell: |order| of_address(order, |address| address.state_or_region.as_ref()),
    },
    Field {
        column: Column::text("POSTAL CODE"),
        cell: |order| of_address(order, |address| address.postal_code.as_ref()),
    },
    Field { column: Column::text("COUNTRY"), cell: |order| of_address(order, |address| address.country_code.as_ref()) },
];

/// The columns for these parts of an order.
fn fields(included: &[String]) -> Vec<&'static Field> {
    let has = |data: &str| included.iter().any(|included| included == data);
    let of = |data, fields: &'static [Field]| if has(data) { fields } else { &[] };
    FIELDS.iter().chain(of("BUYER", &BUYER_FIELDS)).chain(of("RECIPIENT", &RECIPIENT_FIELDS)).collect()
}

fn row(order: &Order, fields: &[&Field]) -> Vec<String> {
    fields.iter().map(|field| (field.cell)(order)).collect()
}

fn market(order: &Order) -> String {
    let id = order.sales_channel.marketplace_id.as_deref().unwrap_or_default();
    id.parse::<Marketplace>().map_or(id, |known| known.country_code()).to_owned()
}

fn quantity(order: &Order) -> String {
    let quantities: Vec<_> =
        order.order_items.iter().filter_map(|item| item.quantity_ordered.map(i128::from)).collect();
    if quantities.is_empty() { String::new() } else { quantities.iter().sum::<i128>().to_string() }
}

fn total(order: &Order) -> Option<&Money> {
    order.proceeds.as_ref()?.grand_total.as_ref()
}

fn of_buyer(order: &Order, part: fn(&Buyer) -> Option<&String>) -> String {
    order.buyer.as_ref().and_then(part).cloned().unwrap_or_default()
}

fn address(order: &Order) -> Option<&CustomerAddress> {
    order.recipient.as_ref()?.delivery_address.as_ref()
}

fn of_address(order: &Order, part: fn(&CustomerAddress) -> Option<&String>) -> String {
    address(order).and_then(part).cloned().unwrap_or_default()
}

fn address_lines(order: &Order) -> String {
    /// The columns of the screen for it.
    const WIDEST: usize = 60;
    let lines = |address: &CustomerAddress| {
        let lines = [&address.address_line1, &address.address_line2, &address.address_line3];
        lines.into_iter().flatten().cloned().collect::<Vec<_>>().join(", ")
    };
    shortened(&address(order).map(lines).unwrap_or_default(), WIDEST).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(json: &str) -> Order {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_row_holds_what_the_answer_has() {
        let full = order(
            r#"{"orderId":"503-1","createdTime":"2026-11-01T00:00:00Z","salesChannel":{"marketplaceId":"A1VC38T7YXB528"},
                "orderItems":[{"quantityOrdered":2},{"quantityOrdered":1},{}],"fulfillment":{"fulfillmentStatus":"ODD_NEW"},
                "proceeds":{"grandTotal":{"amount":"1980.50","currencyCode":"JPY"}}}"#,
        );
        let row = |order: &Order| row(order, &fields(&[]));
        assert_eq!(row(&full), ["503-1", "2026-11-01T00:00:00Z", "JP", "ODD_NEW", "3", "1980.50", "JPY"]);
        assert_eq!(row(&order(r#"{"orderId":"503-2"}"#)), ["503-2", "", "", "", "", "", ""]);
        assert_eq!(row(&order(r#"{"salesChannel":{"marketplaceId":"ANEWONE"}}"#))[2], "ANEWONE");
    }

    #[test]
    fn buyer_and_recipient_have_columns_when_they_are_asked_for() {
        let full = order(
            r#"{"orderId":"1","buyer":{"buyerName":"Mary","buyerEmail":"m@example.com"},"recipient":{"deliveryAddress":
                {"name":"Jo","addressLine1":"1 Road","addressLine3":"Flat 2","city":"X","postalCode":"9","countryCode":"GB"}}}"#,
        );
        let cells = |included: &[&str]| {
            let included: Vec<_> = included.iter().map(|&data| data.to_owned()).collect();
            row(&full, &fields(&included)).split_off(FIELDS.len())
        };
        assert!(cells(&["FULFILLMENT", "PROCEEDS"]).is_empty());
        assert_eq!(cells(&["BUYER"]), ["Mary", "m@example.com"]);
        assert_eq!(
            cells(&["RECIPIENT", "BUYER"]),
            ["Mary", "m@example.com", "Jo", "1 Road, Flat 2", "X", "", "9", "GB"]
        );
    }
}

//! The reports with points: with and without the column, in both charsets, in both languages, in other spellings.

use encoding_rs::{SHIFT_JIS, UTF_8};
use spapi_core::Decimal;
use spapi_core::document::{Dialect, Download, TableRow};
use spapi_points::{HasPoints, Meaning, Points, SettlementRow};
use spapi_rows::{
    ActiveListingRow, AfnInventoryRow, AllOrderRow, BackCompatListingRow, CancelledListingRow, Column,
    FulfilledShipmentRow, OrderRow, Row, RowType, SettlementRow as FlatSettlementRow, SettlementV2Row,
    UnshippedOrderRow, XmlOrderItemRow, XmlOrderReportItemRow, XmlSettlementItemRow, XmlSettlementRefundItemRow,
};
use spapi_types::Marketplace;

/// What stands in the column of points. `None` leaves the column out.
const CELLS: [(Option<&str>, Option<i64>); 6] = [
    (None, None),
    (Some(""), None),
    (Some(" "), None),
    (Some("0"), Some(0)),
    (Some("10"), Some(10)),
    (Some("1,322"), Some(1322)),
];

/// How the names of a header are spelled.
const SPELLINGS: [Spelling; 5] =
    [Spelling::English, Spelling::Japanese, Spelling::Plural, Spelling::Underscores, Spelling::Capitals];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Spelling {
    English,
    Japanese,
    /// `standard-price-points`, and the Japanese name without its blank.
    Plural,
    Underscores,
    Capitals,
}

impl Spelling {
    fn of(self, column: &Column) -> String {
        let japanese = column.headers.iter().find(|(language, _)| *language == "ja").map(|(_, name)| *name);
        match self {
            Self::English => column.name.to_owned(),
            Self::Japanese => japanese.unwrap_or(column.name).to_owned(),
            Self::Plural if column.name == "standard-price-point" => "standard-price-points".to_owned(),
            Self::Plural => japanese.unwrap_or(column.name).replace(' ', ""),
            Self::Underscores => column.name.replace('-', "_"),
            Self::Capitals => column.name.to_uppercase(),
        }
    }
}

/// The charsets, with what the answer of the document host says of the text.
const CHARSETS: [(&encoding_rs::Encoding, &str); 2] =
    [(UTF_8, "text/plain; charset=UTF-8"), (SHIFT_JIS, "text/plain; charset=Shift_JIS")];

/// The rows of a document in a charset.
async fn read<T: Row + TableRow>(
    text: &str,
    type_name: &str,
    charset: (&'static encoding_rs::Encoding, &str),
) -> Vec<T> {
    let (bytes, _, is_lossy) = charset.0.encode(text);
    assert!(!is_lossy, "{text}");
    let download = Download::of_body(bytes.into_owned(), Some(charset.1.to_owned()));
    let document = download.of_type(type_name, Marketplace::JP).open().await.unwrap();
    let mut rows = document.rows::<T>(Dialect::TSV).unwrap();
    let mut all = Vec::new();
    while let Some(row) = rows.try_next().await.unwrap() {
        all.push(row);
    }
    all
}

/// A table with one row, whose other cells are blank, except for its ids.
fn table(row_type: &RowType, spelling: Spelling, cell: Option<&str>) -> String {
    let is_points = |column: &&Column| matches!(column.field, "points_granted" | "standard_price_point");
    let columns: Vec<_> = row_type.columns.iter().filter(|column| cell.is_some() || !is_points(column)).collect();
    let names: Vec<_> = columns.iter().map(|column| spelling.of(column)).collect();
    let cells = columns.iter().map(|column| match cell {
        Some(cell) if is_points(column) => cell,
        _ if column.nullable => "",
        _ => "A-1",
    });
    format!("{}\n{}\n", names.join("\t"), cells.collect::<Vec<_>>().join("\t"))
}

/// Reads all cells of a report that is a table. Returns how many.
async fn tables<T: Row + TableRow + HasPoints>(type_name: &str) -> usize {
    let mut count = 0;
    for charset in CHARSETS {
        for spelling in SPELLINGS {
            for (cell, expected) in CELLS {
                let rows = read::<T>(&table(T::TYPE, spelling, cell), type_name, charset).await;
                let points = rows[0].amazon_points();
                let label = format!("{type_name} {} {spelling:?} {cell:?}", charset.1);
                assert_eq!((rows.len(), &points), (1, &expected.map(Points::of_number)), "{label}");
                assert!(rows[0].unknown().is_empty(), "{label}: {:?}", rows[0].unknown());
                count += 1;
            }
        }
    }
    count
}

/// Reads all cells of a report in XML, in which `element` stands around the points. Returns how many.
async fn documents<T: Row + TableRow + HasPoints>(type_name: &str, name: &str, around: fn(&str) -> String) -> usize {
    let mut count = 0;
    for charset in CHARSETS {
        for (cell, expected) in CELLS {
            let element = cell.map(|cell| format!("<{name}>{cell}</{name}>")).unwrap_or_default();
            let text = around(&element);
            let rows = read::<T>(&text, type_name, charset).await;
            assert_eq!(rows[0].amazon_points(), expected.map(Points::of_number), "{type_name} {cell:?}");
            count += 1;
        }
    }
    count
}

fn order(points: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><AmazonEnvelope><Message><Order><AmazonOrderID>503-1</AmazonOrderID><OrderItem>\
         <SKU>靴下-1</SKU><Quantity>1</Quantity>{points}</OrderItem></Order></Message></AmazonEnvelope>"
    )
}

fn order_report(points: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><AmazonEnvelope><Message><OrderReport><AmazonOrderID>503-1</AmazonOrderID><Item>\
         <AmazonOrderItemCode>7</AmazonOrderItemCode><SKU>靴下-1</SKU>{points}</Item></OrderReport></Message>\
         </AmazonEnvelope>"
    )
}

/// A settlement in a flat file: the row with its time, and one with this type or description and amount.
fn settlement(row_type: &RowType, kind: &str, description: &str, amount: &str) -> String {
    let line = |cells: &[(&str, &str)]| {
        let of = |column: &Column| cells.iter().find(|(field, _)| *field == column.field).map_or("", |(_, text)| *text);
        row_type.columns.iter().map(of).collect::<Vec<_>>().join("\t")
    };
    let names: Vec<_> = row_type.columns.iter().map(|column| column.name).collect();
    let first = line(&[
        ("settlement_id", "11"),
        ("settlement_start_date", "2026-10-01 00:00:00 UTC"),
        ("settlement_end_date", "2026-10-15 00:00:00 UTC"),
        ("currency", "JPY"),
    ]);
    let second = line(&[
        ("settlement_id", "11"),
        ("transaction_type", "Order"),
        ("order_id", "503-1"),
        ("sku", "靴下-1"),
        ("amount_type", kind),
        ("amount_description", description),
        ("amount", amount),
        ("item_related_fee_type", description),
        ("item_related_fee_amount", amount),
        ("posted_date", "2026-10-03"),
        ("posted_date_time", "2026-10-03 04:05:06 UTC"),
    ]);
    format!("{}\n{first}\n{second}\n", names.join("\t"))
}

/// Reads all cells of a settlement in a flat file. Returns how many.
async fn settlements<T: SettlementRow + TableRow>(type_name: &str) -> usize {
    let mut count = 0;
    for charset in CHARSETS {
        for (description, amount, expected) in [
            ("PointsGranted", "-10", Some((Meaning::Granted, -10))),
            ("PointsGranted", "-322.00", Some((Meaning::Granted, -322))),
            ("PointsReturned", "10", Some((Meaning::Returned, 10))),
            ("Points Returned", "1,500", Some((Meaning::Returned, 1500))),
            ("PointsGranted", "", None),
            ("Commission", "-10", None),
            ("", "-10", None),
        ] {
            let kind = if description.starts_with("Points") { "Points" } else { "ItemFees" };
            let rows = read::<T>(&settlement(T::TYPE, kind, description, amount), type_name, charset).await;
            assert_eq!(rows[0].period().unwrap().id, "11");
            assert!(rows[0].movement().is_none() && rows[1].period().is_none());
            let movement = rows[1].movement();
            let found = movement.as_ref().map(|movement| (movement.meaning, movement.amount));
            let expected = expected.map(|(meaning, amount)| (meaning, Decimal::from(amount)));
            assert_eq!(found, expected, "{type_name} {description} {amount}");
            if let Some(movement) = movement {
                assert_eq!((movement.order_id.as_str(), movement.sku.as_deref()), ("503-1", Some("靴下-1")));
                assert!(movement.posted.unwrap().as_str().starts_with("2026-10-03"));
            }
            count += 1;
        }
    }
    count
}

/// Reads all cells of a settlement in XML. Returns how many.
async fn xml_settlements() -> usize {
    const TYPE: &str = "GET_V2_SETTLEMENT_REPORT_DATA_XML";
    let around = |order: &str, items: &str| {
        format!(
            "<?xml version=\"1.0\"?><AmazonEnvelope><Message><SettlementReport><SettlementData>\
             <AmazonSettlementID>11</AmazonSettlementID></SettlementData><{order}><AmazonOrderID>503-1</AmazonOrderID>\
             <Fulfillment><PostedDate>2026-10-03T04:05:06Z</PostedDate>{items}</Fulfillment></{order}></SettlementReport>\
             </Message></AmazonEnvelope>"
        )
    };
    let mut count = 0;
    for charset in CHARSETS {
        for (cell, expected) in [
            ("", None),
            ("<CostOfPointsNAME currency=\"JPY\"></CostOfPointsNAME>", None),
            ("<CostOfPointsNAME currency=\"JPY\">-322.00</CostOfPointsNAME>", Some(-322)),
            ("<CostOfPointsNAME>10</CostOfPointsNAME>", Some(10)),
        ] {
            let granted = cell.replace("NAME", "Granted");
            let text = around("Order", &format!("<Item><SKU>靴下-1</SKU><Quantity>1</Quantity>{granted}</Item>"));
            let rows = read::<XmlSettlementItemRow>(&text, TYPE, charset).await;
            let movement = rows[0].movement();
            assert!(movement.as_ref().is_none_or(|movement| movement.meaning == Meaning::Granted));
            assert_eq!(movement.map(|movement| movement.amount), expected.map(Decimal::from), "{cell}");

            let returned = cell.replace("NAME", "Returned");
            let text = around("Refund", &format!("<AdjustedItem><SKU>靴下-1</SKU>{returned}</AdjustedItem>"));
            let rows = read::<XmlSettlementRefundItemRow>(&text, TYPE, charset).await;
            let movement = rows[0].movement();
            assert!(movement.as_ref().is_none_or(|movement| movement.meaning == Meaning::Returned));
            assert_eq!(movement.map(|movement| movement.amount), expected.map(Decimal::from), "{cell}");
            count += 2;
        }
    }
    count
}

#[tokio::test]
async fn each_report_gives_the_right_number_or_none() {
    let counts = [
        ("listings", tables::<ActiveListingRow>("GET_MERCHANT_LISTINGS_DATA").await),
        ("back compat", tables::<BackCompatListingRow>("GET_MERCHANT_LISTINGS_DATA_BACK_COMPAT").await),
        ("cancelled", tables::<CancelledListingRow>("GET_MERCHANT_CANCELLED_LISTINGS_DATA").await),
        ("orders", tables::<OrderRow>("GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING").await),
        ("unshipped", tables::<UnshippedOrderRow>("GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING").await),
        ("by order date", tables::<AllOrderRow>("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL").await),
        ("by last update", tables::<AllOrderRow>("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL").await),
        ("shipments", tables::<FulfilledShipmentRow>("GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL").await),
        ("stock", tables::<AfnInventoryRow>("GET_AFN_INVENTORY_DATA").await),
        (
            "order report",
            documents::<XmlOrderReportItemRow>("GET_ORDER_REPORT_DATA_SHIPPING", "points_granted", order_report).await,
        ),
        (
            "xml by order date",
            documents::<XmlOrderItemRow>("GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", "points-granted", order)
                .await,
        ),
        (
            "xml by last update",
            documents::<XmlOrderItemRow>("GET_XML_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL", "points-granted", order)
                .await,
        ),
        ("settlement", settlements::<FlatSettlementRow>("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE").await),
        ("settlement V2", settlements::<SettlementV2Row>("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2").await),
        ("settlement XML", xml_settlements().await),
    ];
    let all: usize = counts.iter().map(|(_, count)| count).sum();
    println!("{} reports, {all} cells: {counts:?}", counts.len());
    assert!(counts.iter().all(|(_, count)| *count > 0));
}

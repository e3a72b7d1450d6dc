//! Headers that are longer, shorter, repeated or of another document.

use super::{only, reader, rows, to_map};
use crate::{
    ActiveListingRow, AllListingRow, DateRangeTransactionRow, LedgerSummaryRow, OpenListingRow, RemovalShipmentRow,
    Row, SellerFeedbackRow,
};
use spapi_tables::{Dialect, TableErrorKind, TableRow};

fn unknown(row: &impl Row) -> Vec<(&str, &str)> {
    row.unknown().iter().map(|column| (&*column.name, column.value.as_str())).collect()
}

#[test]
fn unknown_and_repeated_columns_are_kept_in_order() {
    let row: OpenListingRow = only(Dialect::TSV, "zeta\tsku\tasin\tSKU\talpha\tzeta\tsku\t\n1\tA\tB0\t2\t\t3\t4\t5\n");
    assert_eq!((row.sku.as_str(), row.asin.as_str()), ("A", "B0"));
    assert_eq!(
        unknown(&row),
        [("zeta", "1"), ("SKU", "2"), ("alpha", ""), ("zeta (2)", "3"), ("sku (2)", "4"), ("", "5")]
    );
    let map = to_map(&row);
    assert_eq!((map["sku"].as_str(), map["SKU"].as_str(), map["zeta (2)"].as_str()), (Some("A"), Some("2"), Some("3")));
}

#[test]
fn an_unknown_column_never_hides_a_field_in_a_map() {
    let row: ActiveListingRow = only(Dialect::TSV, "seller-sku\titem-name\titem_name\nA\tSock\tother\n");
    let map = to_map(&row);
    assert_eq!((map["item_name"].as_str(), map["item_name (2)"].as_str()), (Some("Sock"), Some("other")));
}

#[test]
fn dead_columns_of_one_name_are_distinguished_by_their_order() {
    let dead: Vec<_> = AllListingRow::TYPE
        .columns
        .iter()
        .filter(|column| column.headers.contains(&("en-GB", "Deprecated column")))
        .map(|column| column.field)
        .collect();
    let header = format!("seller-sku{}", "\tDeprecated column".repeat(dead.len()));
    let cells: String = (1..=dead.len()).map(|number| format!("\t{number}")).collect();
    let row: AllListingRow = only(Dialect::TSV, &format!("{header}\nA{cells}\n"));
    let map = to_map(&row);
    for (number, field) in (1..).zip(dead) {
        let text = map[field].as_str().map_or_else(|| map[field].to_string(), str::to_owned);
        assert_eq!(text, number.to_string(), "{field}");
    }
    // With fewer of them it is not known which they are.
    let row: AllListingRow = only(Dialect::TSV, "seller-sku\tDeprecated column\tDeprecated column\nA\t1\t2\n");
    assert_eq!(unknown(&row), [("Deprecated column", "1"), ("Deprecated column (2)", "2")]);
    assert_eq!(row.image_url, None);
}

#[test]
fn names_that_look_alike_are_not_mixed_up() {
    let row: ActiveListingRow =
        only(Dialect::TSV, "Händler-SKU\tProdukt-ID-Typ\tProdukt-ID\tAnzahl Bestellungen\tMenge\nA\t1\tB0\t7\t3\n");
    assert_eq!((row.product_id_type.as_str(), row.product_id.as_str()), ("1", "B0"));
    assert_eq!((row.pending_quantity, row.quantity), (Some(7), Some(3)));
    let row: ActiveListingRow = only(Dialect::TSV, "出品者SKU\t数量\t在庫数\nA\t3\t7\n");
    assert_eq!((row.pending_quantity, row.quantity), (Some(7), Some(3)));
}

#[test]
fn the_proper_name_of_a_column_comes_before_its_old_one() {
    let row: RemovalShipmentRow =
        only(Dialect::TSV, "removal-date\torder-id\trequest-date\tquantity shipped\n2024-01-01\t1\t2024-02-02\t3\n");
    assert_eq!(row.request_date.unwrap().as_str(), "2024-02-02");
    assert_eq!(row.shipped_quantity, Some(3));
    assert_eq!(row.unknown[0].value, "2024-01-01");
}

#[test]
fn a_header_of_another_document_is_an_error_that_shows_it() {
    for (text, said) in [
        ("name\tcolour\nMary\tred\n", "no column of OpenListingRow"),
        ("H?ndler-SKU\tprice\nA\t1\n", "no column sku, the key of OpenListingRow; it has: H?ndler-SKU, price"),
    ] {
        let error = rows::<OpenListingRow>(reader(Dialect::TSV, text)).unwrap_err();
        assert_eq!(error.kind(), TableErrorKind::MissingColumns);
        assert!(error.to_string().contains(said) && !error.to_string().contains("Mary"), "{error}");
    }
    assert!(rows::<OpenListingRow>(reader(Dialect::TSV, "")).unwrap().is_empty());
    assert!(rows::<OpenListingRow>(reader(Dialect::TSV, "sku\tasin\n")).unwrap().is_empty());
}

#[test]
fn a_header_says_what_it_lacks_and_what_is_new() {
    let mut table = reader(Dialect::TSV, "sku\tnew\nA\t1\n");
    table.find_header().unwrap();
    let columns = OpenListingRow::find_columns(&table).unwrap();
    assert_eq!(columns.missing().map(|column| column.name).collect::<Vec<_>>(), ["asin"]);
    assert_eq!(columns.unknown().collect::<Vec<_>>(), ["new"]);
}

#[test]
fn long_rows_are_errors_and_the_others_are_read() {
    let text = "sku\tasin\nA\tB1\nB\tB2\tmore\nC\tB3\t\t \nD\nE\tB5\n";
    let rows = rows::<OpenListingRow>(reader(Dialect::TSV, text)).unwrap();
    let read: Vec<_> = rows.iter().map(|row| row.as_ref().map(|row| row.sku.as_str()).ok()).collect();
    assert_eq!(read, [Some("A"), None, Some("C"), Some("D"), Some("E")]);
    let error = rows[1].as_ref().unwrap_err();
    assert_eq!((error.kind(), error.place().unwrap().row), (TableErrorKind::FieldCount, 2));
    assert!(!error.to_string().contains("more"), "{error}");
    assert!(super::rows::<OpenListingRow>(reader(Dialect::TSV.flexible(), text)).unwrap()[1].is_ok());
}

#[test]
fn feedback_in_any_language_is_read_by_position() {
    let row: SellerFeedbackRow =
        only(Dialect::TSV, "Datum\tBewertung\tKommentare\tAntwort\tBestellnr.\tE-Mail\n3.4.21\t5\tgut\t\t028-1\ta@b\n");
    assert_eq!((row.date.unwrap().as_str(), row.rating, row.order_id.as_str()), ("2021-04-03", Some(5), "028-1"));
    let text = "Datum\tBewertung\tKommentare\n3.4.21\t5\tgut\n";
    assert_eq!(
        rows::<SellerFeedbackRow>(reader(Dialect::TSV, text)).unwrap_err().kind(),
        TableErrorKind::MissingColumns
    );
}

#[test]
fn names_without_blanks_or_with_underscores_are_read() {
    let row: LedgerSummaryRow = only(
        Dialect::QUOTED_TSV,
        "\"Date\"\t\"MSKU\"\t\"StartingWarehouseBalance\"\t\"Customer_Shipments\"\n\"07/08/2024\"\t\"A\"\t\"5\"\t\"-2\"\n",
    );
    assert_eq!((row.starting_warehouse_balance, row.customer_shipments), (Some(5), Some(-2)));
    assert_eq!(row.date.unwrap().as_str(), "2024-07-08");
}

#[test]
fn a_date_range_report_has_remarks_before_its_header() {
    let text = "\"Alle Beträge in EUR\"\n\"Definitionen:\"\n\"Umsätze: Verkäufe\"\n\
                \"Datum/Uhrzeit\",\"Abrechnungsnummer\",\"Typ\",\"Umsätze\",\"Gesamt\"\n\
                \"01.01.2024 00:00:16 UTC\",\"123\",\"Bestellung\",\"1.234\",\"-1.234,56\"\n";
    let row: DateRangeTransactionRow = only(Dialect::CSV, text);
    assert_eq!(row.date_time.unwrap().as_str(), "2024-01-01T00:00:16Z");
    assert_eq!(row.product_sales.unwrap().to_string(), "1234");
    assert_eq!(row.total.unwrap().to_string(), "-1234.56");
}

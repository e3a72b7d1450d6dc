//! Cells of every kind, in every spelling, and hostile ones.

use super::{only, reader, rows};
use crate::{
    AllListingRow, AllOrderRow, EstimatedFbaFeeRow, LedgerSummaryRow, Row, SellerFeedbackRow, SettlementV2Row, Value,
};
use spapi_tables::{Dialect, TableError, TableErrorKind, TableReader};
use spapi_types::Marketplace;
use spapi_types::decimal::DecimalMark;

/// Reads one cell.
fn read<T: Row + spapi_tables::TableRow>(
    column: &str,
    cell: &str,
    marketplace: Option<Marketplace>,
    mark: Option<DecimalMark>,
) -> Result<T, TableError> {
    let key = T::TYPE.columns.iter().find(|known| known.key).map_or("zz", |key| key.name);
    let text = format!("{column}\t{key}\n{cell}\tk\n");
    let table: TableReader = reader(Dialect::TSV, &text).decimal_mark(mark).for_marketplace(marketplace);
    rows(table).unwrap().remove(0)
}

#[test]
fn flags_in_every_spelling() {
    let read = |cell| read::<AllOrderRow>("is-business-order", cell, None, None);
    for yes in ["true", "True", "TRUE", "yes", "Yes", "Y", "y", "1", " true "] {
        assert_eq!(read(yes).unwrap().is_business_order, Some(true), "{yes}");
    }
    for no in ["false", "False", "FALSE", "no", "No", "N", "n", "0", " false "] {
        assert_eq!(read(no).unwrap().is_business_order, Some(false), "{no}");
    }
    assert_eq!(read(" ").unwrap().is_business_order, None);
    for neither in ["2", "truely", "maybe", "\u{0}"] {
        assert_eq!(read(neither).unwrap_err().kind(), TableErrorKind::Value, "{neither:?}");
    }
}

#[test]
fn whole_numbers() {
    let read = |cell, mark| read::<AllOrderRow>("quantity", cell, None, mark).map(|row| row.quantity);
    for (cell, mark, number) in [
        ("0", None, Some(0)),
        ("-7", None, Some(-7)),
        (" 12 ", None, Some(12)),
        ("1.0", None, Some(1)),
        ("1,234", Some(DecimalMark::Point), Some(1234)),
        ("1.234", Some(DecimalMark::Comma), Some(1234)),
        ("1,234,567", None, Some(1_234_567)),
        ("--", None, None),
        ("", None, None),
        ("9223372036854775807", None, Some(i64::MAX)),
    ] {
        assert_eq!(read(cell, mark).unwrap(), number, "{cell}");
    }
    for (cell, kind) in [
        ("1.5", TableErrorKind::Value),
        ("1.234", TableErrorKind::AmbiguousComma),
        ("1,234", TableErrorKind::AmbiguousComma),
        ("9223372036854775808", TableErrorKind::Value),
        ("1e400", TableErrorKind::Value),
        ("365+", TableErrorKind::Value),
        ("０", TableErrorKind::Value),
    ] {
        assert_eq!(read(cell, None).unwrap_err().kind(), kind, "{cell}");
    }
}

#[test]
fn exact_numbers_in_the_notation_of_the_marketplace() {
    let read = |cell, mark| read::<SettlementV2Row>("amount", cell, None, mark).map(|row| row.amount);
    for (cell, mark, number) in [
        ("1141,18", None, "1141.18"),
        ("-0,01", None, "-0.01"),
        ("1.234,50", None, "1234.50"),
        ("1.234", Some(DecimalMark::Comma), "1234"),
        ("1.234", Some(DecimalMark::Point), "1.234"),
        ("1,234", Some(DecimalMark::Point), "1234"),
        ("0.125", None, "0.125"),
        ("012.500", None, "12.500"),
        ("19.99", None, "19.99"),
        ("0.10000000000000000000000001", None, "0.10000000000000000000000001"),
    ] {
        assert_eq!(read(cell, mark).unwrap().unwrap().to_string(), number, "{cell}");
    }
    for cell in ["1.234", "-12.345", "1,234"] {
        assert_eq!(read(cell, None).unwrap_err().kind(), TableErrorKind::AmbiguousComma, "{cell}");
    }
    for cell in ["EUR 5", "5%", "(5)", "1..2", "NaN", "inf", "=1+1"] {
        assert_eq!(read(cell, None).unwrap_err().kind(), TableErrorKind::Value, "{cell}");
    }
    let fee = only::<EstimatedFbaFeeRow>(Dialect::TSV, "sku\tlongest-side\nA\t--\n");
    assert_eq!(fee.longest_side, None);
}

#[test]
fn dates_are_iso_8601_or_the_unchanged_text() {
    let open_date = |cell, marketplace| read::<AllListingRow>("open-date", cell, marketplace, None).unwrap().open_date;
    for (cell, marketplace, iso) in [
        ("2013-01-07 07:35:42 PST", None, "2013-01-07T07:35:42-08:00"),
        ("08/07/2016 10:12:40 MEST", None, "2016-07-08T10:12:40+02:00"),
        ("08/07/2016 10:12:40 BST", Some(Marketplace::GB), "2016-07-08T10:12:40+01:00"),
        ("08/07/2016 10:12:40 BST", None, "08/07/2016 10:12:40 BST"),
        ("02/01/2024 10:12:40 IST", Some(Marketplace::IN), "2024-01-02T10:12:40+05:30"),
        ("2022/07/11 01:34:18 JST", Some(Marketplace::JP), "2022-07-11T01:34:18+09:00"),
        ("2020-12-18T06:32:18-08:00", None, "2020-12-18T06:32:18-08:00"),
        ("soon", None, "soon"),
        ("2020-99-99", None, "2020-99-99"),
    ] {
        assert_eq!(open_date(cell, marketplace).unwrap().as_str(), iso, "{cell}");
    }
    assert_eq!(open_date(" ", None), None);
    let ledger = |cell| read::<LedgerSummaryRow>("Date", cell, Some(Marketplace::DE), None).unwrap().date.unwrap();
    assert_eq!(ledger("07/08/2024").as_str(), "2024-07-08");
    assert_eq!(ledger("07/2024").as_str(), "07/2024");
    for (cell, marketplace, iso) in [
        ("8/7/21", Some(Marketplace::US), "2021-08-07"),
        ("8/7/21", Some(Marketplace::GB), "2021-07-08"),
        ("21/8/7", Some(Marketplace::JP), "2021-08-07"),
        ("3.4.21", Some(Marketplace::DE), "2021-04-03"),
        ("2021-04-03", Some(Marketplace::SE), "2021-04-03"),
        ("8/7/21", None, "8/7/21"),
    ] {
        let text = format!("Date\tRating\tComments\tResponse\tOrder ID\tRater Email\n{cell}\t5\t\t\t1\t\n");
        let table = reader(Dialect::TSV, &text).for_marketplace(marketplace);
        let row = rows::<SellerFeedbackRow>(table).unwrap().remove(0).unwrap();
        assert_eq!(row.date.unwrap().as_str(), iso, "{cell} {marketplace:?}");
    }
}

#[test]
fn ids_and_texts_are_unchanged() {
    for cell in ["007", " A ", "1.234", "1e5", "\"quoted", "=SUM(A1)", "\u{202e}x", "é\u{301}", "0"] {
        let row: AllListingRow = only(Dialect::TSV, &format!("seller-sku\titem-name\n{cell}\t{cell}\n"));
        assert_eq!((row.seller_sku.as_str(), row.item_name.as_str()), (cell, cell));
    }
}

#[test]
fn the_first_row_of_a_settlement_has_the_totals() {
    let text = "settlement-id\tsettlement-start-date\ttotal-amount\tcurrency\tposted-date\tposted-date-time\tamount\n\
                123\t01.01.2024 00:00:16 UTC\t1141,18\tEUR\t\t\t\n\
                123\t\t\t\t02.01.2024\t02.01.2024 10:00:00 UTC\t-1,50\n";
    let table = reader(Dialect::TSV, text).decimal_mark(Some(DecimalMark::Comma));
    let rows: Vec<SettlementV2Row> = rows(table).unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(rows[0].total_amount.unwrap().to_string(), "1141.18");
    assert_eq!(rows[0].settlement_start_date.as_ref().unwrap().as_str(), "2024-01-01T00:00:16Z");
    assert_eq!((rows[1].total_amount, rows[1].currency.as_deref()), (None, None));
    assert_eq!(rows[1].posted_date.as_ref().unwrap().as_str(), "2024-01-02");
    assert_eq!(rows[1].amount.unwrap().to_string(), "-1.50");
}

#[test]
fn absent_points_are_none_and_never_zero() {
    let with = read::<AllOrderRow>("points-granted", "0", None, None).unwrap();
    let without = read::<AllOrderRow>("sku", "A", None, None).unwrap();
    let blank = read::<AllOrderRow>("points-granted", "", None, None).unwrap();
    assert_eq!((with.points_granted, without.points_granted, blank.points_granted), (Some(0), None, None));
    let index = AllOrderRow::TYPE.columns.iter().position(|column| column.field == "points_granted").unwrap();
    assert_eq!(without.value(index), Value::Null);
}

#[test]
fn no_cell_however_odd_is_a_panic() {
    let odd =
        ["", " ", "\u{0}", "\u{feff}", "🦀", "-", "+", ".", ",", "1.", ".1", "−1", "1’000", "99999999999999999999"];
    for column in ["quantity", "item-price", "is-business-order", "purchase-date", "sku"] {
        for cell in odd {
            for mark in [None, Some(DecimalMark::Point), Some(DecimalMark::Comma), Some(DecimalMark::Either)] {
                let _ = read::<AllOrderRow>(column, cell, None, mark);
            }
        }
    }
}

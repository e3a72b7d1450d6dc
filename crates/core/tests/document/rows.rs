//! Tables as Amazon writes them: quotation marks, preambles, line ends, repeated column names, and undecodable text.

use crate::support::{DocumentHost, count, gzip, ok};
use spapi_core::decimal::{self, Amount, DecimalMark};
use spapi_core::document::{Charset, Dialect, MOST_COLUMNS, UsualDialect};
use spapi_core::{Decimal, Error, Marketplace};
use std::collections::BTreeMap;

type Map = BTreeMap<String, String>;

/// All rows of a document in UTF-8, as maps.
async fn maps(dialect: Dialect, text: &str) -> Vec<Map> {
    let host = DocumentHost::start([ok(&["content-type: text/plain; charset=utf-8"], text.as_bytes())]).await;
    let mut rows = host.open().await.unwrap().rows(dialect).unwrap();
    let mut all = Vec::new();
    while let Some(row) = rows.try_next().await.unwrap() {
        all.push(row);
    }
    all
}

#[tokio::test]
async fn a_report_is_read_with_and_without_quotation_marks() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Line {
        #[serde(rename = "Country")]
        country: String,
        #[serde(rename = "Merchant SKU")]
        sku: String,
    }
    let dialect = Dialect::usual_of("GET_RESTOCK_INVENTORY_RECOMMENDATIONS_REPORT").unwrap();
    for body in [
        "\"Country\"\t\"Merchant SKU\"\n\"US\"\t\"LMP-1\"\n".to_owned().into_bytes(),
        "\u{feff}\"Country\"\t\"Merchant SKU\"\r\n\"US\"\t\"LMP-1\"\r\n".to_owned().into_bytes(),
        gzip(b"Country\tMerchant SKU\rUS\tLMP-1\r"),
        b"\"Country\"\t\"Merchant SKU\"\r\"US\"\t\"LMP-1\"".to_vec(),
    ] {
        let host = DocumentHost::start([ok(&[], &body)]).await;
        let mut rows = host.open().await.unwrap().rows::<Line>(dialect).unwrap();
        assert_eq!(rows.columns().await.unwrap(), ["Country", "Merchant SKU"]);
        assert_eq!(rows.try_next().await.unwrap(), Some(Line { country: "US".into(), sku: "LMP-1".into() }));
        assert_eq!(rows.try_next().await.unwrap(), None);
    }
    let ledger = Dialect::usual_of("GET_LEDGER_SUMMARY_VIEW_DATA").unwrap();
    let rows = maps(ledger, "Date\tTitle\n01/31/2026\t\"Unfinished\n01/31/2026\tLamp\n").await;
    assert_eq!((rows.len(), rows[0]["Title"].as_str(), rows[1]["Title"].as_str()), (2, "\"Unfinished", "Lamp"));
    // A document that ends within quotation marks has been cut.
    let host = DocumentHost::start([ok(&[], b"\"a\"\t\"b\"\n\"1\"\t\"2\"\n\"3\"\t\"4")]).await;
    let (rows, error) = count(host.open().await.unwrap().rows::<Map>(Dialect::TSV).unwrap()).await;
    assert_eq!(rows, 1);
    assert!(error.unwrap().to_string().contains("ends within quotation marks"));
}

#[tokio::test]
async fn a_table_below_a_preamble_is_read_by_its_header_row() {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Message {
        original_record_number: u32,
        sku: String,
        error_code: Option<u32>,
        error_message: String,
    }
    let text = "Feed Processing Summary:\n\tNumber of records processed\t\t2\n\tNumber of records \
                successful\t\t1\n\noriginal-record-number\tsku\terror-code\terror-type\terror-message\n1\t12345\t\tError\tno \
                price\n";
    let dialect = Dialect::usual_of("POST_FLAT_FILE_INVLOADER_DATA").unwrap();
    let host = DocumentHost::start([ok(&[], text.as_bytes())]).await;
    let mut rows = host.open().await.unwrap().rows::<Message>(dialect).unwrap();
    assert_eq!(rows.preamble().await.unwrap()[1], ["", "Number of records processed", "", "2"]);
    let message = rows.try_next().await.unwrap().unwrap();
    assert_eq!((message.original_record_number, message.error_code), (1, None));
    assert_eq!((message.sku.as_str(), message.error_message.as_str()), ("12345", "no price"));
    assert!(rows.try_next().await.unwrap().is_none());
    assert_eq!(rows.preamble().await.unwrap().len(), 3);

    let text = "\"Inclut les ventes Amazon, Expédié par Amazon\"\r\n\"Tous les montants en EUR, sauf indication\"\r\n\r\n\
                \"date/heure\",\"numéro de versement\",\"total\"\r\n\"1 mars 2026\",\"7\",\"1 141,18\"\r\n";
    let rows = maps(Dialect::usual_of("GET_DATE_RANGE_FINANCIAL_TRANSACTION_DATA").unwrap(), text).await;
    assert_eq!((rows.len(), rows[0]["numéro de versement"].as_str(), rows[0]["total"].as_str()), (1, "7", "1 141,18"));
    let template =
        "TemplateType=Offer\tVersion=2026.1\t\nSKU\tPrice\tCondition note\nsku\tprice\titem-note\nA\t1\tnew\n";
    let rows = maps(Dialect::usual_of("POST_FLAT_FILE_LISTINGS_DATA").unwrap(), template).await;
    assert_eq!((rows.len(), rows[0]["item-note"].as_str()), (1, "new"));
    let rows = maps(Dialect::CSV, "sep=,\r\nReport:,stock\r\n\r\nsku,quantity\r\nA,\"1,000\"\r\n").await;
    assert_eq!((rows.len(), rows[0]["quantity"].as_str()), (1, "1,000"));
    let text = "a\tb\n1\t2\t\n3\t4\t\n";
    assert_eq!(maps(Dialect::TSV, text).await[1], Map::from([("a".into(), "3".into()), ("b".into(), "4".into())]));
    let host =
        DocumentHost::start([ok(&[], text.as_bytes()), ok(&[], format!("{text}5\t6\n").repeat(30).as_bytes())]).await;
    let mut rows = host.open().await.unwrap().rows::<Vec<String>>(Dialect::TSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap(), ["1", "2"]);
    let mut rows = host.open().await.unwrap().rows::<Map>(Dialect::TSV).unwrap();
    let error = rows.try_next().await.unwrap_err().to_string();
    assert!(error.contains("row 1: it has 3 fields, and there are 2 columns"), "{error}");
    let rows = maps(Dialect::TSV, "sku\nA\nB\n").await;
    assert_eq!((rows.len(), rows[1]["sku"].as_str()), (2, "B"));
}

#[tokio::test]
async fn columns_with_the_same_name_lose_nothing() {
    let text = "item-name\tDeprecated column\tseller-sku\tDeprecated column\nLamp\t1\tLMP-1\t2\n";
    let rows = maps(Dialect::TSV, text).await;
    let values: Vec<_> = rows[0].iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expected =
        [("Deprecated column", "1"), ("Deprecated column (2)", "2"), ("item-name", "Lamp"), ("seller-sku", "LMP-1")];
    assert_eq!(values, expected);

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Others {
        item_name: String,
    }
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct One {
        #[serde(rename = "Deprecated column")]
        column: String,
    }
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Both {
        #[serde(rename = "Deprecated column")]
        first: u32,
        #[serde(rename = "Deprecated column (2)")]
        second: u32,
    }
    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Rest {
        seller_sku: String,
        #[serde(flatten)]
        rest: Map,
    }
    let host = DocumentHost::start((0..4).map(|_| ok(&[], text.as_bytes()))).await;
    let mut rows = host.open().await.unwrap().rows::<Others>(Dialect::TSV).unwrap();
    assert_eq!(rows.columns().await.unwrap()[3], "Deprecated column (2)");
    assert_eq!(rows.try_next().await.unwrap().unwrap().item_name, "Lamp");
    let mut rows = host.open().await.unwrap().rows::<One>(Dialect::TSV).unwrap();
    let error = rows.try_next().await.unwrap_err();
    assert!(error.to_string().contains("more than one column Deprecated column"), "{error}");
    let mut rows = host.open().await.unwrap().rows::<Both>(Dialect::TSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap(), Some(Both { first: 1, second: 2 }));
    let mut rows = host.open().await.unwrap().rows::<Rest>(Dialect::TSV).unwrap();
    let row = rows.try_next().await.unwrap().unwrap();
    assert_eq!(
        (row.seller_sku.as_str(), row.rest["Deprecated column (2)"].as_str(), row.rest.len()),
        ("LMP-1", "2", 3)
    );
}

#[tokio::test]
async fn a_lossy_download_loses_no_row_to_an_undecodable_character() {
    let bytes =
        [b"a\tb\n1\t1\n\x83\x65\x83\t2\n".as_slice(), &b"\x81\x60\t3\n".repeat(50_000), b"\x81\xff\t4\n"].concat();
    for headers in [&["content-type: text/plain; charset=Shift_JIS"][..], &[]] {
        for body in [bytes.clone(), gzip(&bytes)] {
            let host = DocumentHost::start((0..4).map(|_| ok(headers, &body))).await;
            let download =
                || host.client.download(&host.url).of_type("GET_MERCHANT_LISTINGS_ALL_DATA", Marketplace::JP);
            let mut rows = download().lossy().open().await.unwrap().rows::<(String, u32)>(Dialect::TSV).unwrap();
            let mut read = Vec::new();
            while let Some(row) = rows.try_next().await.unwrap() {
                read.push(row);
            }
            assert_eq!((read.len(), rows.replaced()), (50_003, 2));
            assert_eq!((&read[1], &read[2]), (&("テ\u{fffd}".to_owned(), 2), &("～".to_owned(), 3)));
            let mut text = download().lossy().open().await.unwrap().text().unwrap();
            assert_eq!(text.collect(1_000_000).await.unwrap().matches('\u{fffd}').count(), 2);
            assert_eq!(text.replaced(), 2);
            let (rows, error) = count(download().open().await.unwrap().rows::<Map>(Dialect::TSV).unwrap()).await;
            let error = error.unwrap().to_string();
            assert!(
                rows <= 1 && error.contains("not Shift_JIS at byte 10") && error.contains("Download::lossy"),
                "{error}"
            );
            let set = download().charset(Charset::SHIFT_JIS).open().await.unwrap();
            let error = set.text().unwrap().collect(1_000_000).await.unwrap_err().to_string();
            assert!(error.contains("was set with Download::charset"), "{error}");
        }
    }
}

#[tokio::test]
async fn an_endless_document_is_an_error() {
    for (dialect, start, comma) in [
        (Dialect::CSV, "a,b\n", b','),
        (Dialect::CSV.flexible(), "a,b\n", b','),
        (Dialect::CSV, "", b','),
        (Dialect::CSV, "\"a\",\"b\"\n", b','),
        (Dialect::QUOTED_TSV, "a\tb\n", b'\t'),
        (Dialect::QUOTED_TSV, "\"a\"\n", b'\t'),
        (Dialect::TSV.flexible(), "a\tb\n", b'\t'),
        (Dialect::TSV, "", b'\t'),
    ] {
        let body = gzip(&[start.as_bytes(), &vec![comma; 12 << 20]].concat());
        let host = DocumentHost::start([ok(&[], &body)]).await;
        let mut rows = host.open().await.unwrap().rows::<Vec<String>>(dialect).unwrap();
        let error = rows.try_next().await.unwrap_err();
        let shown = error.to_string();
        let expected = [format!("more than {MOST_COLUMNS} columns"), "longer than 8388608 bytes".to_owned()];
        assert!(
            error.is_decode() && expected.iter().any(|words| shown.contains(words)),
            "{dialect:?} {start:?} {shown}"
        );
        let progress = error.progress().unwrap();
        assert!((16_384..10 << 20).contains(&progress.unpacked) && progress.rows == 0, "{shown}");
        assert!(rows.try_next().await.unwrap().is_none());
    }
    let wide = |columns: usize| vec!["x"; columns].join(",") + "\n";
    let host = DocumentHost::start([20_000, 20_000, 20_000].map(|columns| ok(&[], wide(columns).as_bytes()))).await;
    let rows = |most: usize| {
        let download = host.client.download(&host.url).most_columns(most);
        async move { download.open().await?.rows::<Vec<String>>(Dialect::CSV)?.columns().await.map(<[_]>::len) }
    };
    assert_eq!(rows(20_000).await.unwrap(), 20_000);
    assert!(rows(19_999).await.unwrap_err().to_string().contains("more than 19999 columns"));
    let download = host.client.download(&host.url).longest_row(39_998);
    let mut rows = download.open().await.unwrap().rows::<Vec<String>>(Dialect::TSV).unwrap();
    assert!(rows.columns().await.unwrap_err().to_string().contains("longer than 39998 bytes"));
}

#[tokio::test]
async fn a_long_column_name_is_shown_shortened_on_one_line() -> Result<(), Error> {
    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Strict {}
    let name = format!("\u{1b}[2J\u{202e}\u{9b}x{}", "y".repeat(1_000_000));
    let body = format!("{name}\tb\n1\t2\n");
    let host = DocumentHost::start((0..2).map(|_| ok(&[], body.as_bytes()))).await;
    let mut rows = host.open().await?.rows::<Strict>(Dialect::TSV)?;
    let unknown = rows.try_next().await.unwrap_err();
    let mut rows = host.open().await?.rows::<BTreeMap<String, bool>>(Dialect::TSV)?;
    let value = rows.try_next().await.unwrap_err();
    for error in [unknown, value] {
        let shown = format!("{error} {error:?} {:?}", error.decode_path());
        assert!(shown.len() < 2000, "{}", shown.len());
        assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{shown}");
    }
    Ok(())
}

#[tokio::test]
async fn an_empty_document_has_no_rows_unless_gzip_was_announced() {
    for (headers, compression, is_cut) in [
        (&[][..], None, false),
        (&["content-type: text/plain"], Some(""), false),
        (&["content-encoding: identity"], None, false),
        (&[], Some("GZIP"), true),
        (&["content-encoding: gzip"], None, true),
        (&["content-encoding: utf-8"], Some("GZIP"), true),
    ] {
        let host = DocumentHost::start((0..2).map(|_| ok(headers, b""))).await;
        let open = || host.client.download(&host.url).compression(compression).open();
        let (rows, error) = count(open().await.unwrap().rows::<Map>(Dialect::CSV).unwrap()).await;
        let bytes = open().await.unwrap().bytes().collect(10).await;
        assert_eq!((rows, error.is_some(), bytes.is_err()), (0, is_cut, is_cut), "{headers:?} {compression:?}");
        if let Some(error) = error {
            assert!(error.is_decode() && error.to_string().contains("It is cut off"), "{error}");
        }
    }
    for empty in ["\u{feff}".as_bytes(), &gzip(b""), b"\r\n  \r\n"] {
        let host = DocumentHost::start([ok(&[], empty)]).await;
        assert_eq!(count(host.open().await.unwrap().rows::<Map>(Dialect::TSV).unwrap()).await.0, 0);
    }
}

#[tokio::test]
async fn padding_after_gzip_and_unknown_content_encodings_lose_nothing() {
    let padded = [gzip(b"a\tb\n1\t2\n"), gzip(b"3\t4\n\x1a\0"), b"\r\n".to_vec(), vec![0; 1000]].concat();
    for (headers, body) in [
        (&[][..], padded.clone()),
        (&["content-encoding: gzip"], padded.clone()),
        (&["content-encoding: UTF-8"], padded),
        (&["content-encoding: UTF-8"], b"a\tb\n1\t2\n3\t4\n".to_vec()),
        (&["content-encoding: none, binary"], b"a\tb\n1\t2\n3\t4\n".to_vec()),
    ] {
        let host = DocumentHost::start([ok(headers, &body)]).await;
        let (rows, error) = count(host.open().await.unwrap().rows::<Map>(Dialect::TSV).unwrap()).await;
        assert!(rows == 2 && error.is_none(), "{headers:?} {error:?}");
    }
    // Anything else is an error, after the rows before it.
    let whole = gzip(b"a\tb\n1\t2\n3\t4\n");
    let host = DocumentHost::start([ok(&[], &[&whole, &b"\0\n<Error>"[..]].concat())]).await;
    let (rows, error) = count(host.open().await.unwrap().rows::<Map>(Dialect::TSV).unwrap()).await;
    let error = error.unwrap();
    let expected = format!("not gzip at byte {}, behind 12 whole unpacked bytes: they begin with 3c", whole.len() + 2);
    assert!(rows == 2 && error.is_decode() && error.to_string().contains(&expected), "{error}");
    assert_eq!(error.progress().unwrap().rows, 2);
    let host = DocumentHost::start([ok(&[&format!("content-encoding: zstd, {}", "x".repeat(60_000))], b"")]).await;
    let error = host.open().await.unwrap_err();
    assert!(error.to_string().len() < 300, "{error}");
}

#[derive(Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Settled {
    settlement_id: String,
    #[serde(with = "decimal::text_option")]
    total_amount: Option<Decimal>,
    amount: Option<Amount>,
    quantity: Option<u32>,
}

/// The rows of a document of a type and marketplace.
async fn settled(body: &str, of_type: Option<(&str, Marketplace)>) -> Vec<Result<Settled, Error>> {
    let host = DocumentHost::start([ok(&[], body.as_bytes())]).await;
    let mut download = host.client.download(&host.url);
    if let Some((type_name, marketplace)) = of_type {
        download = download.of_type(type_name, marketplace);
    }
    let mut rows = download.open().await.unwrap().rows(Dialect::TSV).unwrap();
    let mut all = Vec::new();
    while let Some(row) = rows.try_next().await.transpose() {
        all.push(row);
    }
    all
}

#[tokio::test]
async fn money_is_read_as_the_marketplace_writes_it() {
    let header = "settlement-id\ttotal-amount\tamount\tquantity";
    let settlement = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";
    let german = format!(
        "{header}\n1\t1920,85\t\t\n1\t\t44,90\t1\n1\t\t-0,01\t2,0\n1\t1.234,50\t1.234\t1.234\n1\t 1 234,50\t1,234\t3\n"
    );
    let read: Vec<_> =
        settled(&german, Some((settlement, Marketplace::DE))).await.into_iter().map(Result::unwrap).collect();
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    let totals: Vec<_> = read.iter().map(|row| row.total_amount).collect();
    assert_eq!(totals, [Some(number("1920.85")), None, None, Some(number("1234.50")), Some(number("1234.50"))]);
    let amounts: Vec<_> = read.iter().map(|row| row.amount.map(Decimal::from)).collect();
    let expected = [None, Some("44.90"), Some("-0.01"), Some("1234"), Some("1.234")].map(|text| text.map(number));
    assert_eq!(amounts, expected);
    assert_eq!(read.iter().map(|row| row.quantity).collect::<Vec<_>>(), [None, Some(1), Some(2), Some(1234), Some(3)]);

    let ambiguous = format!("{header}\n1\t1,234\t1.234\t\n");
    for (of_type, total, amount) in [
        (Some((settlement, Marketplace::JP)), "1234", "1.234"),
        (Some((settlement, Marketplace::FR)), "1.234", "1234"),
        (Some(("GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING", Marketplace::FR)), "1.234", "1.234"),
        (Some(("GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING", Marketplace::US)), "1234", "1.234"),
    ] {
        let row = settled(&ambiguous, of_type).await.remove(0).unwrap();
        assert_eq!((row.total_amount, row.amount.map(Decimal::from)), (Some(number(total)), Some(number(amount))));
    }
    let error = settled(&ambiguous, None).await.remove(0).unwrap_err();
    assert_eq!(error.decode_path(), Some("row 1, column total-amount"));
    assert!(error.to_string().contains("Download::of_type"), "{error}");

    let host = DocumentHost::start([ok(&[], ambiguous.as_bytes())]).await;
    let download = host.client.download(&host.url).decimal_mark(DecimalMark::Comma);
    let row = download.open().await.unwrap().rows::<Settled>(Dialect::TSV).unwrap().try_next().await.unwrap().unwrap();
    assert_eq!(row.total_amount, Some(number("1.234")));
}

#[tokio::test]
async fn money_that_cannot_be_read_is_an_error() {
    let header = "settlement-id\ttotal-amount\tamount\tquantity";
    for odd in ["n/a", "--", "1.2.3", "€5,00", "5,00 EUR", "(5,00)", "5,00-", "12%", "1e30", "NaN", "l0,00", "1,2,3"]
    {
        for (line, column) in [
            (format!("1\t{odd}\t1\t1"), "total-amount"),
            (format!("1\t1\t{odd}\t1"), "amount"),
            (format!("1\t1\t1\t{odd}"), "quantity"),
        ] {
            let body = format!("{header}\n1\t\u{a0}\t\t\n{line}\n1\t1\t1\t1\n");
            let rows = settled(&body, Some(("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", Marketplace::DE))).await;
            let [blank, wrong, right] = &rows[..] else { panic!("{rows:?}") };
            let blank = blank.as_ref().unwrap();
            assert_eq!((blank.total_amount, blank.amount, blank.quantity), (None, None, None));
            let error = wrong.as_ref().unwrap_err();
            assert_eq!(error.decode_path(), Some(format!("row 2, column {column}").as_str()), "{odd}");
            assert!(!error.to_string().contains(odd), "{error}");
            assert!(right.is_ok());
        }
    }
    // The same applies to types for which serde buffers the values.
    #[derive(Debug, serde::Deserialize)]
    struct Flat {
        #[serde(flatten)]
        inner: Inner,
    }
    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Inner {
        #[serde(with = "decimal::number_option")]
        total_amount: Option<Decimal>,
    }
    let body = "total-amount\n1141,18\nn/a\n\u{2003}\n-1.7763568394002505E-15\n1,234\n";
    let host = DocumentHost::start((0..4).map(|_| ok(&[], body.as_bytes()))).await;
    let mut rows = host.open().await.unwrap().rows::<Flat>(Dialect::TSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap().inner.total_amount, Some("1141.18".parse().unwrap()));
    let error = rows.try_next().await.unwrap_err();
    assert!(error.to_string().contains("at row 2, column total-amount: expected a decimal number"), "{error}");
    let tiny = rows.try_next().await.unwrap().unwrap().inner.total_amount.unwrap();
    assert!(tiny.abs() < "0.01".parse().unwrap(), "a blank line is not a row");
    assert!(rows.try_next().await.unwrap_err().to_string().contains("comma"));
    let mut rows = host.open().await.unwrap().rows::<(Option<Amount>,)>(Dialect::TSV).unwrap();
    assert!(rows.try_next().await.unwrap().unwrap().0.is_some());
    assert!(rows.try_next().await.is_err());
    let mut rows = host.open().await.unwrap().rows::<BTreeMap<String, f64>>(Dialect::TSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap()["total-amount"], 1141.18);
    assert!(rows.try_next().await.is_err());
    let download = host.client.download(&host.url).decimal_mark(DecimalMark::Comma);
    let mut rows = download.open().await.unwrap().rows::<(f64,)>(Dialect::TSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap(), Some((1141.18,)));
}

#[tokio::test]
async fn a_type_of_spapi_rows_finds_its_columns_itself() {
    use spapi_rows::{AllListingRow, SellerFeedbackRow, SettlementV2Row};

    let listings =
        "出品者SKU\t数量\t出品日\t新しい列\n007\t3\t2022/07/11 01:34:18 JST\tx\nA\tmany\t\t\nB\t1\t\t\tmore\nC\n";
    let bytes = Charset::SHIFT_JIS.encode(listings).unwrap();
    let host = DocumentHost::start([ok(&[], &bytes)]).await;
    let download = host.client.download(&host.url).of_type("GET_MERCHANT_LISTINGS_ALL_DATA", Marketplace::JP);
    let mut rows = download.open().await.unwrap().rows::<AllListingRow>(Dialect::TSV).unwrap();
    let row = rows.try_next().await.unwrap().unwrap();
    assert_eq!((row.seller_sku.as_str(), row.quantity), ("007", Some(3)));
    assert_eq!(row.open_date.unwrap().as_str(), "2022-07-11T01:34:18+09:00");
    assert_eq!(row.unknown[0].value, "x");
    for place in ["row 2, column 数量", "row 3"] {
        assert_eq!(rows.try_next().await.unwrap_err().decode_path(), Some(place));
    }
    assert_eq!(rows.try_next().await.unwrap().unwrap().seller_sku, "C");
    assert!(rows.try_next().await.unwrap().is_none());

    let settlement = "settlement-id\tamount\tposted-date\n1\t1.234\t03.02.2026\n";
    let host = DocumentHost::start([ok(&[], settlement.as_bytes())]).await;
    let download = host.client.download(&host.url);
    let download = download.of_type("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", Marketplace::DE);
    let mut rows = download.open().await.unwrap().rows::<SettlementV2Row>(Dialect::TSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap().amount, Some(Decimal::from(1234)));

    let feedback = "日付\t評価\tコメント\t返答\t注文番号\tメール\n24/3/5\t5\t良い\t\t250-1\t\n";
    let host = DocumentHost::start([ok(&[], feedback.as_bytes())]).await;
    let download = host.client.download(&host.url).of_type("GET_SELLER_FEEDBACK_DATA", Marketplace::JP);
    let mut rows = download.open().await.unwrap().rows::<SellerFeedbackRow>(Dialect::TSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap().date.unwrap().as_str(), "2024-03-05");
}

#[tokio::test]
async fn a_type_of_spapi_rows_reads_json_and_xml_too() {
    use spapi_rows::{VendorTrafficByAsinRow, XmlOrderItemRow};

    let json = r#"{"reportSpecification":{},"trafficByAsin":[{"asin":"B1","glanceViews":12},{"asin":"B2","glanceViews":"many"},
                  {"asin":"B3","glanceViews":1}]}"#;
    let cut = json[..json.len() - 20].replace("\"many\"", "2");
    let host = DocumentHost::start([ok(&[], &gzip(json.as_bytes())), ok(&[], cut.as_bytes())]).await;
    let mut rows = host.open().await.unwrap().rows::<VendorTrafficByAsinRow>(Dialect::TSV).unwrap();
    assert!(rows.columns().await.unwrap().is_empty() && rows.preamble().await.unwrap().is_empty());
    let row = rows.try_next().await.unwrap().unwrap();
    assert_eq!((row.asin.as_str(), row.glance_views), ("B1", Some(12)));
    let error = rows.try_next().await.unwrap_err();
    assert!(error.is_decode() && error.decode_path() == Some("row 2, column glanceViews"), "{error}");
    assert!(!error.to_string().contains("many"), "{error}");
    assert_eq!(rows.try_next().await.unwrap().unwrap().asin, "B3");
    assert!(rows.try_next().await.unwrap().is_none());
    let (rows, error) = count(host.open().await.unwrap().rows::<VendorTrafficByAsinRow>(Dialect::TSV).unwrap()).await;
    let error = error.unwrap();
    assert!(rows == 2 && error.to_string().contains("it ends too early") && error.decode_path().is_none(), "{error}");
    assert_eq!(error.progress().unwrap().rows, 2);

    let xml = "<AmazonEnvelope><Message><Order><AmazonOrderID>503-1</AmazonOrderID><OrderItem><SKU>A&amp;B</SKU></OrderItem>\
               <OrderItem><SKU>C</SKU></OrderItem></Order></Message></AmazonEnvelope>";
    let host = DocumentHost::start([ok(&[], xml.as_bytes()), ok(&[], b"sku\tname\nMary\tred\n")]).await;
    let mut rows = host.open().await.unwrap().rows::<XmlOrderItemRow>(Dialect::TSV).unwrap();
    assert_eq!(rows.try_next().await.unwrap().unwrap().sku, "A&B");
    assert_eq!(rows.try_next().await.unwrap().unwrap().sku, "C");
    assert!(rows.try_next().await.unwrap().is_none());
    let (rows, error) = count(host.open().await.unwrap().rows::<XmlOrderItemRow>(Dialect::TSV).unwrap()).await;
    let shown = error.unwrap().to_string();
    assert!(rows == 0 && shown.contains("not valid XML") && !shown.contains("Mary"), "{shown}");
}

#[tokio::test]
async fn a_document_of_another_type_is_an_error_and_has_no_rows() {
    let host = DocumentHost::start([ok(&[], b"name\tcolour\nMary\tred\nJohn\tblue\n")]).await;
    let rows = host.open().await.unwrap().rows::<spapi_rows::OpenListingRow>(Dialect::TSV).unwrap();
    let (rows, error) = count(rows).await;
    let error = error.unwrap();
    assert!(rows == 0 && error.is_decode(), "{error}");
    let shown = error.to_string();
    assert!(shown.contains("name, colour") && shown.contains("another type") && !shown.contains("Mary"), "{shown}");
}

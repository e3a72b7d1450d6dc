//! `spapi mws read`.

use crate::support::{Ran, in_folder, run, run_with_input, spapi};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn orders(operation: &str, ids: &[u32], token: Option<&str>) -> String {
    let orders: String = ids
        .iter()
        .map(|id| {
            format!(
                "<Order><AmazonOrderId>503-{id}</AmazonOrderId><PurchaseDate>2019-01-02T03:04:05</PurchaseDate>\
                 <OrderTotal><Amount>10.50</Amount><CurrencyCode>JPY</CurrencyCode></OrderTotal><IsPrime>True</IsPrime>\
                 <NumberOfItemsShipped>{id}</NumberOfItemsShipped><TFMShipmentStatus>Lost</TFMShipmentStatus>\
                 <PaymentMethodDetails><PaymentMethodDetail>COD</PaymentMethodDetail></PaymentMethodDetails></Order>"
            )
        })
        .collect();
    let token = token.map(|token| format!("<NextToken>{token}</NextToken>")).unwrap_or_default();
    format!(
        "<{operation}Response><{operation}Result>{token}<Orders>{orders}</Orders></{operation}Result></{operation}Response>"
    )
}

const ITEMS: &str = "<ListOrderItemsResponse><ListOrderItemsResult><OrderItems><OrderItem><OrderItemId>7</OrderItemId>\
                     </OrderItem></OrderItems><AmazonOrderId>503-1</AmazonOrderId></ListOrderItemsResult></ListOrderItemsResponse>";

fn read(arguments: &[&str]) -> Ran {
    run(&[&["mws", "read"], arguments].concat())
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A folder with pages of orders, their items and other files.
fn archive(folder: &Path) {
    fs::create_dir(folder.join("orders")).unwrap();
    fs::write(folder.join("orders/page2.xml"), orders("ListOrdersByNextToken", &[2, 3], Some("u"))).unwrap();
    fs::write(folder.join("orders/page1.xml"), orders("ListOrders", &[1, 2], Some("t"))).unwrap();
    fs::write(folder.join("orders/page10.xml"), orders("ListOrdersByNextToken", &[4], None)).unwrap();
    fs::write(folder.join("z-items.xml"), ITEMS).unwrap();
    fs::write(folder.join("z-notes.txt"), "not XML").unwrap();
    fs::write(folder.join("z-status.xml"), "<GetServiceStatusResponse/>").unwrap();
}

fn zip(path: &str, entries: &[(&str, &[u8])]) {
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn a_folder_is_read_in_order_and_nothing_goes_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path());
    let out = tempfile::tempdir().unwrap();
    let [output, unmapped] = ["a.jsonl", "b.jsonl"].map(|name| in_folder(out.path(), name));
    let ran = read(&[folder.path().to_str().unwrap(), "-o", &output, "--unmapped", &unmapped]).ended(0);
    let ids: Vec<_> =
        lines(&fs::read_to_string(&output).unwrap()).iter().map(|order| order["AmazonOrderId"].clone()).collect();
    assert_eq!(ids, ["503-1", "503-2", "503-2", "503-3", "503-4"]);
    ran.said(&[
        "read 5 files",
        "ListOrdersByNextTokenResponse 2",
        "5 records of orders-v0, 1 with an id that came before",
        "1 record of order-items-v0; to write them: --as order-items-v0",
        "documents that are not read: GetServiceStatusResponse 1",
        "1 file left out, not being XML",
        "3 ListOrdersByNextTokenResponse/ListOrdersByNextTokenResult/Orders/Order/TFMShipmentStatus: no place today",
    ]);
    let rest = lines(&fs::read_to_string(&unmapped).unwrap());
    assert_eq!((rest.len(), &rest[0]["value"], &rest[0]["line"]), (5, &json!("Lost"), &json!(1)));
    assert!(rest[0]["file"].as_str().unwrap().ends_with("page1.xml"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        for file in [&output, &unmapped] {
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o077, 0, "buyers' data is its owner's");
        }
    }
}

#[test]
fn a_record_has_todays_shape_and_columns_are_its_members() {
    let xml = orders("ListOrders", &[1], None);
    let ran = run_with_input(&["mws", "read", "-", "-f", "jsonl"], &xml).ended(0);
    let expected = json!({
        "AmazonOrderId": "503-1",
        "PurchaseDate": "2019-01-02T03:04:05Z",
        "OrderTotal": {"Amount": "10.50", "CurrencyCode": "JPY"},
        "IsPrime": true,
        "NumberOfItemsShipped": 1,
        "PaymentMethodDetails": ["COD"],
    });
    assert_eq!(lines(&ran.out), [expected]);
    let columns = "AmazonOrderId,OrderTotal.Amount,PaymentMethodDetails,IsPrime,NumberOfItemsShipped";
    let ran = run_with_input(&["mws", "read", "-", "-f", "csv", "--columns", columns], &xml).ended(0);
    assert_eq!(ran.out, format!("{columns}\n503-1,10.50,\"[\"\"COD\"\"]\",true,1\n"));
    let ran = run_with_input(&["mws", "read", "-", "-f", "jsonl", "--columns", columns], &xml).ended(0);
    assert_eq!(lines(&ran.out)[0]["OrderTotal.Amount"], "10.50");
    run_with_input(&["mws", "read", "-", "-f", "csv", "--columns", "AmazonOrderID,Nothing"], &xml)
        .ended(1)
        .said(&["no column \"Nothing\""]);
    run_with_input(&["mws", "read", "-", "-f", "raw"], &xml).ended(2).said(&["--format raw is not for archives"]);
    run_with_input(&["mws", "read", "-", "--as", "orders"], &xml).ended(2).said(&["orders-v0, order-items-v0"]);
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_has_kinds() {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let folder = tempfile::tempdir().unwrap();
    let file = in_folder(folder.path(), "orders.parquet");
    run_with_input(&["mws", "read", "-", "-o", &file], &orders("ListOrders", &[1, 2], None)).ended(0);
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&file).unwrap()).unwrap();
    let kind = |name: &str| reader.schema().field_with_name(name).unwrap().data_type().to_string();
    assert_eq!(kind("IsPrime"), "Boolean");
    assert_eq!(kind("NumberOfItemsShipped"), "Int64");
    assert!(kind("PurchaseDate").starts_with("Timestamp"), "{}", kind("PurchaseDate"));
    assert_eq!(reader.build().unwrap().map(|batch| batch.unwrap().num_rows()).sum::<usize>(), 2);
}

#[test]
fn another_kind_is_chosen_and_a_missing_page_is_named() {
    let folder = tempfile::tempdir().unwrap();
    archive(folder.path());
    let path = folder.path().to_str().unwrap();
    let ran = read(&[path, "--as", "order-items-v0", "-f", "jsonl"]).ended(0);
    assert_eq!(lines(&ran.out), [json!({"AmazonOrderId": "503-1", "OrderItemId": "7"})]);
    fs::remove_file(folder.path().join("orders/page2.xml")).unwrap();
    fs::remove_file(folder.path().join("orders/page10.xml")).unwrap();
    read(&[path, "-f", "csv"]).ended(0).said(&["a page of ListOrders is missing after", "page1.xml"]);
}

#[test]
fn zips_are_read_in_the_order_of_names_and_paths_that_lead_out_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = in_folder(folder.path(), "archive.zip");
    let (first, second) = (orders("ListOrders", &[1], Some("t")), orders("ListOrdersByNextToken", &[2], None));
    zip(&path, &[("a/10.xml", second.as_bytes()), ("a/9.xml", first.as_bytes()), ("readme.txt", b"hello")]);
    let ran = read(&[&path, "-f", "jsonl"]).ended(0).said(&["read 2 files", "1 file left out"]);
    let ids: Vec<_> = lines(&ran.out).iter().map(|order| order["AmazonOrderId"].clone()).collect();
    assert_eq!(ids, ["503-1", "503-2"]);
    assert!(!ran.err.contains("is missing"), "{}", ran.err);

    zip(&path, &[("../../etc/out.xml", first.as_bytes()), ("in.xml", second.as_bytes())]);
    let ran = read(&[&path, "-f", "jsonl"])
        .ended(1)
        .said(&["../../etc/out.xml: its path leads out of the zip", "1 file could not"]);
    assert_eq!(lines(&ran.out).len(), 1, "the other is read");

    // 80 MiB of spaces in 80 KiB.
    let mut bomb = ZipWriter::new(File::create(&path).unwrap());
    bomb.start_file("bomb.xml", SimpleFileOptions::default()).unwrap();
    bomb.write_all(b"<ListOrdersResponse>").unwrap();
    let spaces = vec![b' '; 1024 * 1024];
    for _ in 0..80 {
        bomb.write_all(&spaces).unwrap();
        bomb.write_all(b"<a/>").unwrap();
    }
    bomb.finish().unwrap();
    read(&[&path, "-f", "jsonl"]).ended(1).said(&["bomb.xml: it unpacks to more than 300 times its size"]);

    let inner = in_folder(folder.path(), "inner.zip");
    zip(&inner, &[("a.xml", first.as_bytes())]);
    zip(&path, &[("inner.zip", &fs::read(&inner).unwrap())]);
    read(&[&path, "-f", "jsonl"]).ended(1).said(&["a zip in an archive is not read"]);
    fs::write(&path, b"PK\x03\x04 and no more").unwrap();
    read(&[&path, "-f", "jsonl"]).ended(1).said(&["it is not a zip that can be read"]);
}

#[test]
fn a_file_that_is_cut_off_is_named_with_its_place_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let [bad, good, log] = ["1.xml", "2.xml", "3.log"].map(|name| in_folder(folder.path(), name));
    let whole = orders("ListOrders", &[1, 2], None);
    let broken = whole.replace("<IsPrime>", "\n<IsPrime>");
    fs::write(&bad, &broken[..broken.len() - 45]).unwrap();
    fs::write(&good, orders("ListOrders", &[3], None)).unwrap();
    fs::write(&log, format!("HTTP/1.1 200 OK\r\n\r\n{whole}")).unwrap();
    let ran = read(&[&bad, &good, &log, "-f", "jsonl"]).ended(1).said(&[
        "1.xml: line 3, column",
        "the file is cut off",
        "3.log: line 1, column 1: there is text outside of the XML",
        "2 files could not be read to their ends; what came before is written",
    ]);
    let ids: Vec<_> = lines(&ran.out).iter().map(|order| order["AmazonOrderId"].clone()).collect();
    assert_eq!(ids, ["503-1", "503-2", "503-3"]);
    assert!(!ran.err.contains("200 OK"), "{}", ran.err);
}

#[test]
fn rows_of_a_settlement_and_charsets_are_chosen() {
    let settlement = "<AmazonEnvelope><MessageType>SettlementReport</MessageType><Message><SettlementReport>\
                      <SettlementData><AmazonSettlementID>42</AmazonSettlementID></SettlementData><Order>\
                      <AmazonOrderID>503-1</AmazonOrderID><Fulfillment><Item><SKU>S</SKU><Quantity>2</Quantity></Item>\
                      </Fulfillment></Order></SettlementReport></Message></AmazonEnvelope>";
    let ran =
        run_with_input(&["mws", "read", "-", "-f", "csv", "--columns", "AmazonSettlementID"], settlement).ended(0);
    assert_eq!(ran.out, "AmazonSettlementID\n42\n");
    let rows = ["mws", "read", "-", "-f", "jsonl", "--rows", "XmlSettlementItemRow"];
    let ran = run_with_input(&rows, settlement).ended(0);
    assert_eq!(lines(&ran.out)[0]["Fulfillment.Item.Quantity"], 2);
    run_with_input(&["mws", "read", "-", "-f", "jsonl", "--rows", "Other"], settlement)
        .ended(1)
        .said(&["it has other rows: XmlSettlementRow", "--rows names one of them"]);
    let ran = run_with_input(&["mws", "read", "-", "-f", "jsonl"], settlement).ended(0);
    ran.said(&["the rows are those of XmlSettlementRow; --rows chooses others: XmlSettlementItemRow"]);
    run_with_input(&rows, ITEMS).ended(0).said(&["--rows is for reports of settlements and orders in XML"]);
    run_with_input(&["mws", "read", "-", "--charset", "martian"], settlement).ended(2).said(&["Shift_JIS"]);
}

/// A tar with these files, whose paths are written as they are.
fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_cksum();
        tar.append(&header, *bytes).unwrap();
    }
    tar.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn tars_are_read_in_the_order_of_names_and_paths_that_lead_out_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (orders("ListOrders", &[1], Some("t")), orders("ListOrdersByNextToken", &[2], None));
    let packed = gzip(first.as_bytes());
    let whole = tar(&[("a/10.xml", second.as_bytes()), ("a/9.xml.gz", &packed), ("readme.txt", b"hello")]);
    for (name, bytes) in [("a.tar", whole.clone()), ("a.tar.gz", gzip(&whole)), ("a.tgz", gzip(&whole)), ("a", whole)] {
        let path = in_folder(folder.path(), name);
        fs::write(&path, &bytes).unwrap();
        let of_stdin = || {
            let mut command = spapi(&["mws", "read", "-", "-f", "jsonl"]);
            Ran::of(command.stdin(File::open(&path).unwrap()).output().unwrap())
        };
        for ran in [read(&[&path, "-f", "jsonl"]), of_stdin()] {
            let ran = ran.ended(0).said(&["read 2 files", "1 file left out"]);
            let ids: Vec<_> = lines(&ran.out).iter().map(|order| order["AmazonOrderId"].clone()).collect();
            assert_eq!(ids, ["503-1", "503-2"], "{name}");
            assert!(!ran.err.contains("is missing"), "{name}: {}", ran.err);
        }
    }
    let path = in_folder(folder.path(), "b.tar");
    let out = tar(&[
        ("../../etc/out.xml", first.as_bytes()),
        ("/etc/x.xml", first.as_bytes()),
        ("in.xml", second.as_bytes()),
    ]);
    fs::write(&path, &out).unwrap();
    let ran = read(&[&path, "-f", "jsonl"]).ended(1).said(&[
        "../../etc/out.xml: its path leads out of the tar",
        "/etc/x.xml: its path leads out of the tar",
        "2 files could not",
    ]);
    assert_eq!(lines(&ran.out).len(), 1, "the other is read");

    fs::write(&path, tar(&[("inner.tar", &out)])).unwrap();
    read(&[&path, "-f", "jsonl"]).ended(1).said(&["a tar in an archive is not read"]);
    // Of one that is cut off, what is whole is read.
    let long = orders("ListOrders", &(1..2000).collect::<Vec<_>>(), None);
    let cut = tar(&[("1.xml", first.as_bytes()), ("2.xml", long.as_bytes())]);
    for bytes in [cut[..cut.len() - 100_000].to_vec(), gzip(&cut[..cut.len() - 100_000])] {
        fs::write(&path, &bytes).unwrap();
        let ran = read(&[&path, "-f", "jsonl"]).ended(1).said(&["2.xml: line 1, column", "the file is cut off"]);
        assert_eq!(lines(&ran.out)[0]["AmazonOrderId"], "503-1");
    }
}

#[test]
fn what_cannot_be_read_is_refused_before_a_file_is_created() {
    let folder = tempfile::tempdir().unwrap();
    let [output, unmapped, good, file] =
        ["out.csv", "rest.jsonl", "good.xml", "file"].map(|name| in_folder(folder.path(), name));
    fs::write(&good, orders("ListOrders", &[1], None)).unwrap();
    let arguments = |path: &str| {
        let arguments = [good.as_str(), path, "-o", &output, "--unmapped", &unmapped];
        ["mws", "read"].into_iter().chain(arguments).map(str::to_owned).collect::<Vec<_>>()
    };
    let refused = |path: &str, says: &[&str], input: &str| {
        let arguments = arguments(path);
        run_with_input(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), input).ended(2).said(says);
        assert!(!Path::new(&output).exists() && !Path::new(&unmapped).exists(), "{path}");
    };
    refused("/no/such/file.xml", &["no file or folder has the path /no/such/file.xml"], "");
    let cases: [(&[u8], &[&str]); 6] = [
        (b"{\"payload\": {\"Orders\": []}}", &["file: it is JSON, and MWS answered with XML", "`spapi events replay`"]),
        (b"[{\"NotificationType\": \"X\"}]", &["it is JSON"]),
        (b"sku\tprice\nA\t1\n", &["it is a flat file with tabs between its columns", "`spapi report get`"]),
        (b"sku,price\nA,1\n", &["it is a flat file with commas between its columns"]),
        (b"%PDF-1.4\n", &["it is a PDF, and not XML"]),
        (b"7z\xbc\xaf\x27\x1c", &["it is packed with 7-Zip", "unpack it"]),
    ];
    for (bytes, says) in cases {
        fs::write(&file, bytes).unwrap();
        refused(&file, says, "");
        if let Ok(text) = std::str::from_utf8(bytes) {
            refused("-", &[&says[0].replace("file: ", "stdin: ")], text);
        }
    }
    // In an archive it is named, and the others are read.
    fs::write(&file, gzip(b"{\"payload\": 1}")).unwrap();
    read(&[&good, &file, "-o", &output]).ended(1).said(&["file: it is JSON", "`spapi events replay`"]);
    assert!(Path::new(&output).exists());
}

#[test]
fn an_error_of_a_charset_names_the_option() {
    let folder = tempfile::tempdir().unwrap();
    let file = in_folder(folder.path(), "a.xml");
    let xml = orders("ListOrders", &[1], None).into_bytes();
    fs::write(&file, [&xml[..xml.len() / 2], b"<BuyerName>\x8e\x52</BuyerName>", &xml[xml.len() / 2..]].concat())
        .unwrap();
    read(&[&file]).ended(1).said(&["--charset names the charset that it has, such as --charset Shift_JIS"]);
    let declared = "<?xml version='1.0' encoding='martian'?><x/>";
    run_with_input(&["mws", "read", "-"], declared).ended(1).said(&["\"martian\" is not known", "--charset names"]);
}

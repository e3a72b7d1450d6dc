//! Runs a connection against the sandbox into a file of SQLite, in paused time.
#![cfg(feature = "sqlite")]

use spapi_core::transport::{Body, Purpose, ServiceTransport, Transport, TransportError};
use spapi_core::{BoxFuture, Client, Credentials, Endpoint, Marketplace};
use spapi_jobs::{MemoryJournal, Reports};
use spapi_rows::TextRow;
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Fault, FaultKind, REFRESH_TOKEN, Sandbox};
use spapi_sync::{Connection, Destination, RunOptions, SliceOutcome, Sources, Sqlite, Summary, WaitingFor, run};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
const ORDERS: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL";
const RETURNS: &str = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE";
const XML: &str = "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
const TRAFFIC: &str = "GET_SALES_AND_TRAFFIC_REPORT_BY_DATE";

struct Shop {
    sandbox: Sandbox,
    reports: Reports,
    sources: Sources,
    folder: tempfile::TempDir,
}

impl Shop {
    fn open() -> Self {
        let sandbox = Sandbox::builder().build().unwrap();
        let client = Client::builder(Marketplace::JP)
            .endpoint(Endpoint::custom(sandbox.url()))
            .transport(ServiceTransport::new(sandbox.service()))
            .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
            .build()
            .unwrap();
        let reports = Reports::new(&client).journal(MemoryJournal::default());
        let sources = Sources::new(&client).reports(reports.clone());
        Self { sandbox, reports, sources, folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("a.db")
    }

    async fn run(&self, connection: &Connection, now: SystemTime) -> Summary {
        let mut destination = Sqlite::open(self.path()).unwrap();
        let options = RunOptions::new().now(now);
        run(&self.sources, connection, &mut destination, options, |_| ()).await.unwrap()
    }

    /// Sources that answer these operations with a status and a body, and everything else as the shop does; and the URIs that
    /// were asked for.
    fn answering(&self, answers: &[(&'static str, u16, &'static str)]) -> (Sources, Arc<Mutex<Vec<String>>>) {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let shop = Box::new(ServiceTransport::new(self.sandbox.service()));
        let transport = Answers { answers: answers.to_vec(), asked: Arc::clone(&asked), shop };
        let client = Client::builder(Marketplace::JP)
            .endpoint(Endpoint::custom(self.sandbox.url()))
            .transport(transport)
            .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN).with_seller_id("SELLER1"))
            .build()
            .unwrap();
        (Sources::new(&client), asked)
    }

    /// All rows of a table, in an order of their own.
    fn rows(&self, table: &str) -> Vec<String> {
        let connection = rusqlite::Connection::open(self.path()).unwrap();
        let mut statement = connection.prepare(&format!("select * from {table}")).unwrap();
        let columns = statement.column_count();
        let line = |row: &rusqlite::Row<'_>| {
            Ok((0..columns).map(|index| format!("{:?}", row.get_ref(index).unwrap())).collect())
        };
        let mut rows: Vec<String> = statement.query_map([], line).unwrap().map(Result::unwrap).collect();
        rows.sort();
        rows
    }
}

/// Answers some operations itself.
struct Answers {
    answers: Vec<(&'static str, u16, &'static str)>,
    asked: Arc<Mutex<Vec<String>>>,
    shop: Box<dyn Transport>,
}

impl Transport for Answers {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let operation = match request.extensions().get::<Purpose>() {
            Some(Purpose::Call(operation)) => operation.id.to_string(),
            _ => String::new(),
        };
        match self.answers.iter().find(|(id, ..)| *id == operation) {
            Some((_, status, body)) => {
                self.asked.lock().unwrap().push(request.uri().to_string());
                let answer = http::Response::builder().status(*status).header("content-type", "application/json");
                let answer = answer.body(Body::from(*body)).unwrap();
                Box::pin(std::future::ready(Ok(answer)))
            }
            None => self.shop.send(request),
        }
    }
}

fn connection(objects: &[&str], start: SystemTime) -> Connection {
    let objects = objects.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let start = spapi_core::DateTime::from(start);
    let text = format!("name = \"a\"\nregion = \"JP\"\nstart_date = \"{start}\"\nobjects = [{objects}]\n");
    Connection::parse(&text, "a.toml", Path::new("")).unwrap()
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 3600)
}

fn gaps(summary: &Summary) -> Vec<String> {
    summary.gaps().map(|(id, why)| format!("{}: {why}", id.stream)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_run_fills_tables_and_the_next_one_doubles_and_loses_nothing() {
    let shop = Shop::open();
    let now = SystemTime::now();
    let connection = connection(&[LISTINGS, ORDERS, RETURNS, XML, TRAFFIC], now - days(70));
    let outcomes = shop.run(&connection, now).await;
    assert_eq!(gaps(&outcomes), [""; 0]);
    let mut expected = 0;
    let document = shop.reports.request(LISTINGS, [Marketplace::JP]).await.unwrap().document().unwrap();
    let mut rows = document.rows::<TextRow>().await.unwrap();
    while rows.try_next().await.unwrap().is_some() {
        expected += 1;
    }
    let tables = [LISTINGS, ORDERS, RETURNS, XML, TRAFFIC];
    let before = tables.map(|table| shop.rows(table));
    assert_eq!(before[0].len(), expected);
    assert!(before.iter().all(|rows| !rows.is_empty()), "{:?}", before.map(|rows| rows.len()));
    assert!(shop.rows("_spapi_rejected").is_empty());

    let again = shop.run(&connection, now).await;
    assert_eq!(gaps(&again), [""; 0]);
    assert!(again.outcomes.len() < outcomes.outcomes.len(), "{} and {}", again.outcomes.len(), outcomes.outcomes.len());
    for (table, rows) in tables.iter().zip(before) {
        assert_eq!(shop.rows(table), rows, "{table}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slice_that_fails_is_a_gap_which_a_later_run_fills() {
    let shop = Shop::open();
    let now = SystemTime::now();
    let connection = connection(&[LISTINGS, ORDERS], now - days(70));
    shop.sandbox.fault(Fault::new("documents", FaultKind::CorruptGzip).nth(1)).unwrap();
    let outcomes = shop.run(&connection, now).await;
    assert_eq!(gaps(&outcomes).len(), 1, "{:?}", gaps(&outcomes));
    let committed = outcomes.outcomes.len() - 1;
    assert_eq!(shop.rows("_spapi_slices").len(), committed);
    assert_eq!(shop.rows("_spapi_gaps").len(), 1);
    assert_eq!(gaps(&shop.run(&connection, now).await), [""; 0]);
    assert_eq!(shop.rows("_spapi_slices").len(), outcomes.outcomes.len());
    assert_eq!(shop.rows("_spapi_gaps"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_amazon_cannot_make_is_asked_for_again_after_a_pause() {
    let shop = Shop::open();
    let now = SystemTime::now();
    let connection = connection(&[LISTINGS], now - days(70));
    let fatal = r#"{"reportId":"R1","reportType":"GET_MERCHANT_LISTINGS_ALL_DATA","processingStatus":"FATAL",
        "createdTime":"2026-01-01T00:00:00Z","dataStartTime":"2026-01-01T00:00:00Z","dataEndTime":"2026-01-01T00:00:00Z"}"#;
    let (sources, asked) = shop.answering(&[("getReport", 200, fatal)]);
    let mut destination = Sqlite::open(shop.path()).unwrap();
    let at = |minutes: u64| RunOptions::new().now(SystemTime::now() + Duration::from_secs(60 * minutes));
    for (options, attempts, asks) in
        [(at(0), 1, 1), (at(29), 1, 0), (at(31), 2, 1), (at(119), 2, 0), (at(119).retry_all(true), 3, 1)]
    {
        let before = asked.lock().unwrap().len();
        let summary = run(&sources, &connection, &mut destination, options, |_| ()).await.unwrap();
        assert!(gaps(&summary)[0].contains("Amazon gives no reason"), "{:?}", gaps(&summary));
        assert_eq!((summary.streams[0].gaps, summary.streams[0].slices), (1, 1));
        let gap = destination.gaps("a").await.unwrap().remove(0);
        assert_eq!((gap.attempts, asked.lock().unwrap().len() - before), (attempts, asks), "{gap:?}");
        assert!(gap.reason.contains("Amazon gives no reason") && gap.not_before > gap.failed_at, "{gap:?}");
    }
    let later = at(60 * 24);
    assert!(run(&shop.sources, &connection, &mut destination, later, |_| ()).await.unwrap().is_whole());
    assert_eq!(destination.gaps("a").await.unwrap(), []);
}

/// A connection with these streams and further text.
fn with(objects: &[&str], settings: &str, rest: &str) -> Connection {
    let objects = objects.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let text = format!("name = \"a\"\nregion = \"JP\"\nobjects = [{objects}]\n{settings}\n{rest}\n");
    Connection::parse(&text, "a.toml", Path::new("")).unwrap()
}

/// The texts of a column.
fn texts(shop: &Shop, sql: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(shop.path()).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap).collect()
}

#[tokio::test(start_paused = true)]
async fn columns_are_dropped_hashed_and_chosen_and_rows_are_filtered() {
    let plain = Shop::open();
    plain.run(&with(&[LISTINGS], "", ""), SystemTime::now()).await;
    let skus = texts(&plain, &format!("select seller_sku from {LISTINGS} order by 1"));
    let shop = Shop::open();
    let key = shop.folder.path().join("key");
    std::fs::write(&key, "0123456789abcdef0123456789abcdef\n").unwrap();
    let connection = with(
        &[LISTINGS],
        &format!("hash_key_file = \"{}\"", key.display()),
        &format!(
            "[streams.{LISTINGS}]\nonly = [\"seller_sku\", \"item_name\", \"price\"]\ndrop = [\"price\"]\n\
             hash = [\"item_name\"]\nfilter = {{ seller_sku = [\"{}\", \"{}\"] }}",
            skus[0], skus[1]
        ),
    );
    assert_eq!(gaps(&shop.run(&connection, SystemTime::now()).await), [""; 0]);
    assert_eq!(texts(&shop, &format!("select seller_sku from {LISTINGS} order by 1")), skus[..2]);
    let columns =
        texts(&shop, &format!("select name from pragma_table_info('{LISTINGS}') where substr(name, 1, 1) <> '_'"));
    assert_eq!(columns, ["item_name", "seller_sku"]);
    let names = texts(&plain, &format!("select item_name from {LISTINGS} order by seller_sku"));
    let hashes = texts(&shop, &format!("select item_name from {LISTINGS} order by seller_sku"));
    assert!(hashes.iter().all(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())));
    assert_eq!(hashes[0] == hashes[1], names[0] == names[1]);
}

#[tokio::test(start_paused = true)]
async fn fields_of_an_operation_are_dropped_and_hashed_and_rows_are_filtered() {
    let shop = Shop::open();
    let key = shop.folder.path().join("key");
    std::fs::write(&key, "0123456789abcdef0123456789abcdef").unwrap();
    let since = spapi_core::DateTime::from(SystemTime::now() - days(10));
    let connection = with(
        &["Orders"],
        &format!("hash_key_file = \"{}\"\nstart_date = \"{since}\"", key.display()),
        "[streams.Orders]\ndrop = [\"OrderTotal\"]\nhash = [\"AmazonOrderId\"]\nfilter = { OrderStatus = \"Shipped\" }",
    );
    assert_eq!(gaps(&shop.run(&connection, SystemTime::now()).await), [""; 0]);
    let objects = texts(&shop, "select _others from Orders");
    assert!(!objects.is_empty());
    for object in &objects {
        assert!(object.contains("\"OrderStatus\":\"Shipped\"") && !object.contains("OrderTotal"), "{object}");
    }
    let ids = texts(&shop, "select AmazonOrderId from Orders");
    assert!(ids.iter().all(|id| id.len() == 64));
    assert!(objects.iter().all(|object| ids.iter().any(|id| object.contains(id.as_str()))));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_cannot_be_read_is_refused_by_name_and_the_others_go_on() {
    const QUERY: &str = "analytics_salesAndTraffic_2024_04_24_salesAndTrafficByDate";
    const SHIPPING: &str = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING";
    const UNSHIPPED: &str = "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING";
    let shop = Shop::open();
    let rest = format!("[streams.{RETURNS}]\nhash = [\"order_id\"]");
    let connection = with(&[QUERY, SHIPPING, UNSHIPPED, RETURNS, LISTINGS], "", &rest);
    let summary = shop.run(&connection, SystemTime::now()).await;
    assert!(!summary.is_whole());
    let refused = |name: &str| {
        let found = summary.streams.iter().find(|one| one.stream.name == name).unwrap();
        found.refused.clone().unwrap_or_default()
    };
    assert!(refused(QUERY).contains("Data Kiosk"), "{}", refused(QUERY));
    assert!(refused(SHIPPING).contains("include_pii = true"), "{}", refused(SHIPPING));
    assert!(refused(UNSHIPPED).contains("include_pii = true"), "{}", refused(UNSHIPPED));
    assert!(refused(RETURNS).contains("hash_key_file"), "{}", refused(RETURNS));
    assert_eq!(refused(LISTINGS), "");
    assert!(!shop.rows(LISTINGS).is_empty());
}

#[tokio::test(start_paused = true)]
async fn two_connections_share_a_file_and_a_snapshot_of_one_keeps_the_rows_of_the_other() {
    let shop = Shop::open();
    let mut connection = with(&[LISTINGS], "", "");
    shop.run(&connection, SystemTime::now()).await;
    let alone = shop.rows(LISTINGS).len();
    connection.name = "b".to_owned();
    shop.run(&connection, SystemTime::now()).await;
    assert_eq!(shop.rows(LISTINGS).len(), 2 * alone);
    shop.run(&connection, SystemTime::now()).await;
    assert_eq!(shop.rows(LISTINGS).len(), 2 * alone);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_stopped_commits_what_it_reads_and_the_next_one_reads_the_rest() {
    let shop = Shop::open();
    let now = SystemTime::now();
    let connection = connection(&[LISTINGS, ORDERS, "Orders"], now - days(200));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut stop = Some(stop);
    let mut destination = Sqlite::open(shop.path()).unwrap();
    let options = RunOptions::new().now(now).stop(async { drop(stopped.await) });
    let summary = run(&shop.sources, &connection, &mut destination, options, |stream| {
        if stream.done == 1 {
            stop.take();
        }
    })
    .await
    .unwrap();
    drop(destination);
    assert!(summary.is_stopped && !summary.is_whole());
    let due: u64 = summary.streams.iter().map(|stream| stream.slices).sum();
    assert!((summary.outcomes.len() as u64) < due, "{} of {due}", summary.outcomes.len());
    assert_eq!(shop.rows("_spapi_slices").len(), summary.outcomes.len());
    let rest = shop.run(&connection, now).await;
    assert!(rest.is_whole(), "{:?}", gaps(&rest));
    assert_eq!(shop.rows("_spapi_slices").len() as u64, due);
}

#[tokio::test(start_paused = true)]
async fn progress_says_what_a_stream_waits_for_and_its_slices_come_in_their_order() {
    let shop = Shop::open();
    let now = SystemTime::now();
    let connection = connection(&[ORDERS, "Orders"], now - days(100));
    let mut destination = Sqlite::open(shop.path()).unwrap();
    let (mut waited, mut last) = (Vec::new(), Vec::new());
    let summary = run(&shop.sources, &connection, &mut destination, RunOptions::new().now(now), |stream| {
        waited.extend(stream.waiting.as_ref().map(|waiting| waiting.what));
        last.push((stream.stream.name, stream.done));
    })
    .await
    .unwrap();
    assert!(waited.contains(&WaitingFor::Report) && waited.contains(&WaitingFor::Answer), "{waited:?}");
    for stream in &summary.streams {
        let name = stream.stream.name;
        let done: Vec<_> = last.iter().filter(|(other, _)| *other == name).map(|(_, done)| *done).collect();
        assert!(done.is_sorted() && done.last() == Some(&stream.slices), "{name}: {done:?}");
        let slices: Vec<_> = summary
            .outcomes
            .iter()
            .filter_map(|outcome| match outcome {
                SliceOutcome::Committed(state) if state.id.stream == name => Some(state.id.slice.clone()),
                _ => None,
            })
            .collect();
        assert!(slices.is_sorted(), "{name}: {slices:?}");
        let committed =
            texts(&shop, &format!("select cast(sum(rows) as text) from _spapi_slices where stream = '{name}'"));
        assert_eq!(committed, [stream.rows.to_string()]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_amazon_denies_is_not_asked_for_every_slice_and_the_others_go_on() {
    const DENIED: &str = r#"{"errors": [{"code": "Unauthorized", "message": "Access is denied."}]}"#;
    let now = SystemTime::now();
    // Up to four reports are in work when the first one is denied.
    for (stream, operation, most) in [("Orders", "getOrders", 1), (ORDERS, "createReport", 4)] {
        let shop = Shop::open();
        let connection = connection(&[stream, "fba_inventory_summaries"], now - days(200));
        let (sources, asked) = shop.answering(&[(operation, 403, DENIED)]);
        let mut destination = Sqlite::open(shop.path()).unwrap();
        let summary = run(&sources, &connection, &mut destination, RunOptions::new().now(now), |_| ()).await.unwrap();
        assert!(summary.streams[0].gaps > most && summary.streams[0].gaps == summary.streams[0].slices, "{stream}");
        assert!((1..=most).contains(&(asked.lock().unwrap().len() as u64)), "{stream}");
        assert!(gaps(&summary).iter().all(|gap| gap.contains("Access is denied.")), "{:?}", gaps(&summary));
        assert_eq!((summary.streams[1].gaps, summary.streams[1].done), (0, 1));
    }
}

const OPERATIONS: [&str; 5] =
    ["Orders", "OrderItems", "orders_2026_01_01", "order_items_2026_01_01", "fba_inventory_summaries"];

#[tokio::test(start_paused = true)]
async fn streams_of_operations_are_read_over_all_pages_and_the_next_run_doubles_and_loses_nothing() {
    let shop = Shop::open();
    let now = SystemTime::now();
    let connection = connection(&OPERATIONS, now - days(70));
    let summary = shop.run(&connection, now).await;
    assert_eq!(gaps(&summary), [""; 0]);
    let before = OPERATIONS.map(|table| shop.rows(table));
    // Of more than one page, and of either version the same.
    assert!(before[0].len() > 100 && before[0].len() == before[2].len() && before[1].len() == before[3].len());
    assert!(before[1].len() > before[0].len() && !before[4].is_empty());
    shop.run(&connection, now).await;
    for (table, rows) in OPERATIONS.iter().zip(before) {
        assert_eq!(shop.rows(table), rows, "{table}");
    }
}

const SETTLEMENTS: &str = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";

#[tokio::test(start_paused = true)]
async fn reports_that_amazon_makes_by_itself_are_read_each_once() {
    let shop = Shop::open();
    let now = SystemTime::now();
    let connection = connection(&[SETTLEMENTS], now - days(89));
    let summary = shop.run(&connection, now).await;
    assert!(summary.is_whole() && summary.streams[0].slices > 1, "{:?}", gaps(&summary));
    let before = shop.rows(SETTLEMENTS);
    assert!(!before.is_empty());
    assert_eq!(before.len() as u64, summary.streams[0].rows);
    let again = shop.run(&connection, now).await;
    assert_eq!(again.streams[0].slices, 0);
    assert_eq!(shop.rows(SETTLEMENTS), before);
}

#[tokio::test(start_paused = true)]
async fn sales_bookings_and_listings_are_asked_for_with_their_arguments() {
    let shop = Shop::open();
    let now = SystemTime::now();
    let answers = [
        ("getOrderMetrics", 200, r#"{"payload": [{"interval": "x--y", "unitCount": 1}]}"#),
        ("listTransactions", 200, r#"{"payload": {"transactions": [{"transactionId": "1"}, {"transactionId": "2"}]}}"#),
        ("listFinancialEvents", 200, r#"{"payload": {"FinancialEvents": {"ShipmentEventList": []}}}"#),
        ("searchListingsItems", 200, r#"{"numberOfResults": 1, "items": [{"sku": "A"}]}"#),
    ];
    let objects = ["order_metrics_by_day", "transactions_2024_06_19", "ListFinancialEvents", "listings_items"];
    let connection = connection(&objects, now - days(20));
    let (sources, asked) = shop.answering(&answers);
    let mut destination = Sqlite::open(shop.path()).unwrap();
    let summary = run(&sources, &connection, &mut destination, RunOptions::new().now(now), |_| ()).await.unwrap();
    assert_eq!(gaps(&summary), [""; 0]);
    assert_eq!(objects.map(|table| shop.rows(table).len()), [1, 2, 1, 1]);
    let asked = asked.lock().unwrap().join("\n");
    for part in [
        "interval=",
        "granularity=Day",
        "marketplaceIds=A1VC38T7YXB528",
        "postedAfter=",
        "PostedBefore=",
        "/items/SELLER1?",
    ] {
        assert!(asked.contains(part), "{part}: {asked}");
    }
}

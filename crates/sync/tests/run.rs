//! Runs a connection against the sandbox into a file of SQLite, in paused time.
#![cfg(feature = "sqlite")]

use spapi_core::transport::{Body, Purpose, ServiceTransport, Transport, TransportError};
use spapi_core::{BoxFuture, Client, Credentials, Endpoint, Marketplace, Region};
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
        "[streams.Orders]\ndrop = [\"OrderTotal_Amount\"]\nhash = [\"AmazonOrderId\"]\nfilter = { OrderStatus = \"Shipped\" }",
    );
    assert_eq!(gaps(&shop.run(&connection, SystemTime::now()).await), [""; 0]);
    let statuses = texts(&shop, "select OrderStatus from Orders");
    assert!(!statuses.is_empty() && statuses.iter().all(|status| status == "Shipped"));
    let ids = texts(&shop, "select AmazonOrderId from Orders");
    assert!(ids.iter().all(|id| id.len() == 64));
    let columns = texts(&shop, "select name from pragma_table_info('Orders')");
    assert!(columns.iter().any(|name| name == "OrderTotal_CurrencyCode"));
    assert!(!columns.iter().any(|name| name == "OrderTotal_Amount"));
}

#[tokio::test(start_paused = true)]
async fn orders_have_columns_with_types_and_buyers_data_only_on_request() {
    let now = SystemTime::now();
    let since = spapi_core::DateTime::from(now - days(40));
    let of = |pii: bool| with(&["Orders", "OrderItems"], &format!("start_date = \"{since}\"\ninclude_pii = {pii}"), "");
    let (hidden, shown) = (Shop::open(), Shop::open());
    assert_eq!(gaps(&hidden.run(&of(false), now).await), [""; 0]);
    assert_eq!(gaps(&shown.run(&of(true), now).await), [""; 0]);
    let counted =
        |shop: &Shop, condition: &str| texts(shop, &format!("select '1' from Orders where {condition}")).len();
    for shop in [&hidden, &shown] {
        assert!(counted(shop, "OrderTotal_Amount <> '' and OrderTotal_CurrencyCode = 'JPY'") > 50);
        assert!(counted(shop, "substr(PurchaseDate, 20) = '.000000Z' and IsPrime in (0, 1)") > 50);
        assert_eq!(counted(shop, "_others is not null"), 0);
    }
    assert!(counted(&shown, "json_extract(BuyerInfo, '$.BuyerEmail') like '%@%'") > 50);
    assert!(counted(&shown, "json_extract(ShippingAddress, '$.Name') <> ''") > 50);
    assert_eq!(counted(&hidden, "BuyerInfo like '%@%' or json_extract(ShippingAddress, '$.Name') <> ''"), 0);
    assert_eq!(hidden.rows("_spapi_rejected"), [""; 0]);
    let orders =
        texts(&hidden, "select AmazonOrderId from OrderItems where ItemPrice_Amount <> '' and QuantityOrdered > 0");
    assert!(orders.len() > 50 && orders.iter().all(|id| !id.is_empty()));
}

#[tokio::test(start_paused = true)]
async fn addresses_of_vendors_customers_and_rows_that_do_not_fit_show_no_buyers_data() {
    let shop = Shop::open();
    let answers = [(
        "getPurchaseOrders",
        200,
        r#"{"payload": {"orders": [
            {"purchaseOrderNumber": "1", "purchaseOrderState": "New", "new": {"shipToParty": {"name": "secret"}},
             "orderDetails": {"purchaseOrderDate": "2026-01-02T00:00:00Z", "items": [],
              "shipToParty": {"partyId": "P", "address": {"name": "secret", "addressLine1": "secret", "phone": "secret", "city": "Kobe"}}}},
            {"purchaseOrderNumber": "2", "purchaseOrderState": {"secret": 1},
             "orderDetails": {"purchaseOrderDate": "soon", "dealCode": "D", "billToParty": {"name": "secret"}}}
        ]}}"#,
    )];
    let since = spapi_core::DateTime::from(SystemTime::now() - days(5));
    let connection = with(&["VendorOrders"], &format!("account_type = \"Vendor\"\nstart_date = \"{since}\""), "");
    let (sources, _) = shop.answering(&answers);
    let mut destination = Sqlite::open(shop.path()).unwrap();
    let summary = run(&sources, &connection, &mut destination, RunOptions::new(), |_| ()).await.unwrap();
    assert_eq!((gaps(&summary), summary.streams[0].rejected), (Vec::new(), 1));
    drop(destination);
    assert_eq!(
        texts(&shop, "select orderDetails_purchaseOrderDate from VendorOrders"),
        ["2026-01-02T00:00:00.000000Z"]
    );
    let json = |column: &str| -> serde_json::Value {
        texts(&shop, &format!("select {column} from VendorOrders"))[0].parse().unwrap()
    };
    let party = serde_json::json!({"address": {"city": "Kobe"}, "partyId": "P"});
    assert_eq!(json("orderDetails_shipToParty"), party);
    assert_eq!(json("_others"), serde_json::json!({"new": {"shipToParty": {}}}));
    assert_eq!(
        texts(&shop, "select \"column\" || ': ' || reason from _spapi_rejected"),
        ["purchaseOrderState: expected a text"]
    );
    let letter: serde_json::Value = texts(&shop, "select row from _spapi_rejected")[0].parse().unwrap();
    assert_eq!(letter["purchaseOrderNumber"], "2");
    assert_eq!(letter.get("orderDetails_billToParty"), None);
    // The text of a date that is none is shown, as in the dead letters of reports.
    let mut names: Vec<_> = letter.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["orderDetails_dealCode", "orderDetails_purchaseOrderDate", "purchaseOrderNumber"]);
    for file in ["a.db", "a.db-wal"] {
        let bytes = std::fs::read(shop.folder.path().join(file)).unwrap_or_default();
        let secret = bytes.windows(6).filter(|bytes| bytes == b"secret").count();
        assert_eq!(secret, 0, "{file}");
    }
}

const SALES: &str = "analytics_salesAndTraffic_2024_04_24_salesAndTrafficByDate";

#[tokio::test(start_paused = true)]
async fn a_query_of_data_kiosk_fills_its_table_and_the_next_run_doubles_and_loses_nothing() {
    let shop = Shop::open();
    let now = SystemTime::now();
    let connection = connection(&[SALES], now - days(40));
    let summary = shop.run(&connection, now).await;
    assert!(summary.is_whole(), "{:?}", gaps(&summary));
    let before = shop.rows(SALES);
    assert!(before.len() as u64 == summary.streams[0].rows && before.len() >= 40);
    let figures = "select startDate from X where sales_orderedProductSales_amount <> '' and traffic_sessions > 0";
    let dates = texts(&shop, &figures.replace('X', SALES));
    assert!(dates.iter().all(|date| date.len() == 10) && dates.len() >= 40, "{dates:?}");
    assert!(shop.run(&connection, now).await.is_whole());
    assert_eq!(shop.rows(SALES), before);
}

#[tokio::test(start_paused = true)]
async fn a_query_without_data_is_an_empty_slice_and_one_that_amazon_cannot_run_a_gap() {
    let now = SystemTime::now();
    for (ended, outcome) in [
        (
            r#"{"queryId": "Q1", "query": "q", "createdTime": "2026-01-01T00:00:00Z", "processingStatus": "DONE"}"#,
            (1, 0),
        ),
        (
            r#"{"queryId": "Q1", "query": "q", "createdTime": "2026-01-01T00:00:00Z", "processingStatus": "FATAL"}"#,
            (0, 1),
        ),
        (
            r#"{"queryId": "Q1", "query": "q", "createdTime": "2026-01-01T00:00:00Z", "processingStatus": "CANCELLED"}"#,
            (0, 1),
        ),
    ] {
        let shop = Shop::open();
        let (sources, _) = shop.answering(&[("getQuery", 200, ended)]);
        let mut destination = Sqlite::open(shop.path()).unwrap();
        let connection = connection(&[SALES], now - days(5));
        let summary = run(&sources, &connection, &mut destination, RunOptions::new().now(now), |_| ()).await.unwrap();
        let shown = &summary.streams[0];
        assert_eq!((shown.done, shown.gaps, shown.rows), (outcome.0, outcome.1, 0), "{ended}: {:?}", gaps(&summary));
        assert_eq!(destination.gaps("a").await.unwrap().len() as u64, outcome.1);
    }
}

#[tokio::test(start_paused = true)]
async fn with_a_wait_between_requests_reports_are_asked_for_one_after_the_other() {
    let now = SystemTime::now();
    let since = spapi_core::DateTime::from(now - days(90));
    let mut waited = Vec::new();
    for spaced in [false, true] {
        let shop = Shop::open();
        let settings = format!("start_date = \"{since}\"\nwait_between_requests = {spaced}");
        let connection = with(&[ORDERS, RETURNS], &settings, "");
        let before = tokio::time::Instant::now();
        assert!(shop.run(&connection, now).await.is_whole());
        waited.push((before.elapsed(), shop.rows("_spapi_slices").len() as u32));
    }
    let [(at_once, _), (spaced, reports)] = waited[..] else { panic!("two runs") };
    // The documented rate of createReport is one in a minute.
    let interval = Duration::from_secs_f64(1.0 / 0.0167);
    assert!(spaced >= interval * (reports - 1), "{spaced:?} for {reports}");
    assert!(at_once < spaced / 2, "{at_once:?} and {spaced:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_cannot_be_read_is_refused_by_name_and_the_others_go_on() {
    const SHIPPING: &str = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING";
    const UNSHIPPED: &str = "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING";
    let shop = Shop::open();
    let rest = format!("[streams.{RETURNS}]\nhash = [\"order_id\"]");
    let connection = with(&[SHIPPING, UNSHIPPED, RETURNS, LISTINGS], "", &rest);
    let summary = shop.run(&connection, SystemTime::now()).await;
    assert!(!summary.is_whole());
    let refused = |name: &str| {
        let found = summary.streams.iter().find(|one| one.stream.name == name).unwrap();
        found.refused.clone().unwrap_or_default()
    };
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

#[tokio::test(start_paused = true)]
async fn after_a_token_is_revoked_in_the_middle_the_rest_are_gaps_and_a_new_token_fills_them() {
    let now = SystemTime::now();
    let connection = connection(&[LISTINGS, ORDERS, "Orders"], now - days(200));
    let undisturbed = Shop::open();
    assert!(undisturbed.run(&connection, now).await.is_whole());
    let shop = Shop::open();
    let mut destination = Sqlite::open(shop.path()).unwrap();
    let summary = run(&shop.sources, &connection, &mut destination, RunOptions::new().now(now), |stream| {
        if stream.stream.name == ORDERS && stream.done == 2 {
            shop.sandbox.revoke(REFRESH_TOKEN);
        }
    })
    .await
    .unwrap();
    let done: u64 = summary.streams.iter().map(|stream| stream.done).sum();
    assert!(done > 2 && summary.gaps().count() > 2, "{summary:?}");
    let kept = destination.gaps("a").await.unwrap();
    assert_eq!(kept.len(), summary.gaps().count());
    assert!(kept.iter().all(|gap| gap.attempts == 1 && !gap.reason.contains(REFRESH_TOKEN)), "{kept:?}");

    let renewed = Shop { folder: shop.folder, ..Shop::open() };
    drop(destination);
    assert!(renewed.run(&connection, now).await.is_whole());
    // The times of one shop are some moments later than those of the other.
    for (table, ids) in [(LISTINGS, "seller_sku"), (ORDERS, "amazon_order_id, sku"), ("Orders", "AmazonOrderId")] {
        let ids = format!("(select {ids} from {table})");
        assert_eq!(renewed.rows(&ids), undisturbed.rows(&ids), "{table}");
    }
    assert_eq!(renewed.rows("_spapi_gaps"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_loses_and_doubles_nothing() {
    let shop = Shop::open();
    let now = SystemTime::now();
    let connection = connection(&[ORDERS, RETURNS], now - days(100));
    assert!(shop.run(&connection, now).await.is_whole());
    let before = [ORDERS, RETURNS].map(|table| shop.rows(table));
    for back in [1, 45, 99, 4000] {
        let summary = shop.run(&connection, now - days(back)).await;
        assert_eq!(gaps(&summary), [""; 0], "{back} days back");
        assert_eq!([ORDERS, RETURNS].map(|table| shop.rows(table)), before, "{back} days back");
    }
    assert!(shop.run(&connection, now).await.is_whole());
    assert_eq!([ORDERS, RETURNS].map(|table| shop.rows(table)), before);
}

#[tokio::test(start_paused = true)]
async fn columns_that_come_later_are_added_and_filled_when_their_slices_are_read_again() {
    let shop = Shop::open();
    let now = SystemTime::now();
    let some = with(&[LISTINGS], "", &format!("[streams.{LISTINGS}]\nonly = [\"seller_sku\", \"price\"]"));
    assert!(shop.run(&some, now).await.is_whole());
    let narrow = shop.rows(LISTINGS);
    let all = with(&[LISTINGS], "", "");
    assert!(shop.run(&all, now).await.is_whole());
    let undisturbed = Shop::open();
    assert!(undisturbed.run(&all, now).await.is_whole());
    let cells = |rows: &[String]| rows.iter().map(String::len).sum::<usize>();
    assert!(narrow.len() == shop.rows(LISTINGS).len() && cells(&shop.rows(LISTINGS)) > cells(&narrow));
    let names = "seller_sku, item_name, price, quantity, _others";
    let of = |shop: &Shop| shop.rows(&format!("(select {names} from {LISTINGS})"));
    assert_eq!(of(&shop), of(&undisturbed));
}

/// Renames a column of documents.
struct Renames {
    shop: Box<dyn Transport>,
    from: &'static [u8],
    to: &'static [u8],
}

impl Transport for Renames {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let is_document = matches!(request.extensions().get::<Purpose>(), Some(Purpose::Plain));
        Box::pin(async move {
            let answer = self.shop.send(request).await?;
            if !is_document {
                return Ok(answer);
            }
            let (head, body) = answer.into_parts();
            let mut bytes = body.collect().await?.to_vec();
            if let Some(at) = bytes.windows(self.from.len()).position(|window| window == self.from) {
                bytes[at..at + self.from.len()].copy_from_slice(self.to);
            }
            Ok(http::Response::from_parts(head, Body::from(bytes)))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_column_that_amazon_renames_loses_no_value() {
    let shop = Shop::open();
    let sandbox = Sandbox::builder().region(Region::NorthAmerica).compressed_documents(false).build().unwrap();
    let renames = |from, to| {
        let shop = Box::new(ServiceTransport::new(sandbox.service()));
        let client = Client::builder(Marketplace::US)
            .endpoint(Endpoint::custom(sandbox.url()))
            .transport(Renames { shop, from, to })
            .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
            .build()
            .unwrap();
        Sources::new(&client)
    };
    let text = format!("name = \"a\"\nregion = \"US\"\nobjects = [\"{LISTINGS}\"]\n");
    let connection = Connection::parse(&text, "a.toml", Path::new("")).unwrap();
    let read = async |sources: Sources| {
        let mut destination = Sqlite::open(shop.path()).unwrap();
        run(&sources, &connection, &mut destination, RunOptions::new(), |_| ()).await.unwrap()
    };
    let names = |column: &str| shop.rows(&format!("(select {column} from {LISTINGS})"));
    assert!(read(renames(b"item-name", b"item-name")).await.is_whole());
    let before = names("item_name");
    assert!(before.len() > 5 && before[0].starts_with("Text"), "{before:?}");
    // Another value of the row keeps its column, and this one its name.
    assert!(read(renames(b"item-name", b"item-nome")).await.is_whole());
    assert_eq!(names("json_extract(_others, '$.\"item-nome\"')"), before);
    // Rows without their key would replace each other, so the table stays as it was, and the slice is a gap.
    let summary = read(renames(b"seller-sku", b"seller-skv")).await;
    assert!(gaps(&summary)[0].contains("has no column for seller_sku"), "{:?}", gaps(&summary));
    assert_eq!(names("json_extract(_others, '$.\"item-nome\"')"), before);
}

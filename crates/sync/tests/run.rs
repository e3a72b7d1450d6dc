//! Runs a connection against the sandbox into a file of SQLite, in paused time.
#![cfg(feature = "sqlite")]

use spapi_core::transport::ServiceTransport;
use spapi_core::{Client, Credentials, Endpoint, Marketplace};
use spapi_jobs::{MemoryJournal, Reports};
use spapi_rows::TextRow;
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Fault, FaultKind, REFRESH_TOKEN, Sandbox};
use spapi_sync::{Connection, RunOptions, Sources, Sqlite, Summary, run};
use std::path::Path;
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
    assert_eq!(gaps(&shop.run(&connection, now).await), [""; 0]);
    assert_eq!(shop.rows("_spapi_slices").len(), outcomes.outcomes.len());
}

#[tokio::test(start_paused = true)]
async fn choices_that_are_not_applied_yet_are_refused() {
    let shop = Shop::open();
    let text = format!(
        "name = \"a\"\nregion = \"JP\"\nobjects = [\"{LISTINGS}\"]\n[streams.{LISTINGS}]\ndrop = [\"price\"]\n"
    );
    let connection = Connection::parse(&text, "a.toml", Path::new("")).unwrap();
    let summary = shop.run(&connection, SystemTime::now()).await;
    let refused = summary.streams[0].refused.as_deref().unwrap_or_default();
    assert!(refused.contains("are not applied yet") && !summary.is_whole(), "{refused}");
}

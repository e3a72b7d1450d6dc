//! A sync that is killed at random points and then run to its end leaves what an undisturbed one leaves.
#![cfg(all(feature = "sqlite", unix))]

use spapi_core::Clock as _;
use spapi_core::{BoxFuture, Client, Credentials, DateTime, Endpoint, Marketplace, Quotas};
use spapi_jobs::{FolderJournal, Reports};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Clock, Limits, REFRESH_TOKEN, Sandbox};
use spapi_sync::{Connection, RunOptions, Sources, Sqlite, run};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
const RETURNS: &str = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE";
const ORDERS: &str = "orders_2026_01_01";
const TABLES: [&str; 3] = [LISTINGS, RETURNS, ORDERS];

/// How often the process is killed, for a figure. 20 without it.
const KILLS: &str = "SPAPI_SYNC_KILLS";
/// What the other process syncs: the folder, the server and the moment.
const FOLDER: &str = "SPAPI_SYNC_TEST_FOLDER";
const SERVER: &str = "SPAPI_SYNC_TEST_SERVER";
const NOW: &str = "SPAPI_SYNC_TEST_NOW";

/// How many times faster than here the time goes for Amazon and for the client.
const FASTER: u32 = 100;

/// The time of the client.
#[derive(Clone, Copy, Debug)]
struct Faster {
    /// The moment at which it was right.
    since: SystemTime,
}

impl spapi_core::Clock for Faster {
    fn now(&self) -> SystemTime {
        self.since + self.since.elapsed().unwrap() * FASTER
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(wait / FASTER))
    }
}

fn start(folder: &Path, server: &str, now: &DateTime) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "the_other_process"])
        .envs([(FOLDER, folder.as_os_str()), (SERVER, server.as_ref()), (NOW, now.as_str().as_ref())])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test]
#[ignore = "it is the other process of another test"]
async fn the_other_process() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let now = DateTime::from(std::env::var(NOW).unwrap()).to_system_time().unwrap();
    let start = DateTime::from(now - Duration::from_secs(150 * 24 * 3600));
    let text = format!(
        "name = \"a\"\nregion = \"JP\"\nstart_date = \"{start}\"\nperiod_in_days = 15\nobjects = [\"{LISTINGS}\", \"{RETURNS}\", \"{ORDERS}\"]\n"
    );
    let connection = Connection::parse(&text, "a.toml", Path::new("")).unwrap();
    let client = Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(std::env::var(SERVER).unwrap()))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .quotas(&Quotas::off())
        .clock(Arc::new(Faster { since: now }))
        .build()
        .unwrap();
    let pause = Duration::from_secs(1);
    let journal = FolderJournal::open(folder.join("journal")).unwrap();
    let reports = Reports::new(&client).journal(journal).polling(pause, pause);
    let mut destination = Sqlite::open(folder.join("a.db")).unwrap();
    let sources = Sources::new(&client).reports(reports);
    let summary = run(&sources, &connection, &mut destination, RunOptions::new().now(now), |_| ()).await.unwrap();
    assert!(summary.is_whole(), "{summary:?}");
}

/// All rows of all tables, in an order of their own, and the slices without their times and ids.
fn rows(folder: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(folder.join("a.db")).unwrap();
    let mut rows = Vec::new();
    let slices = "select stream, marketplace, slice, \"to\", rows, rejected from _spapi_slices".to_owned();
    for sql in TABLES.map(|table| format!("select '{table}', * from {table}")).into_iter().chain([slices]) {
        let mut statement = connection.prepare(&sql).unwrap();
        let columns = statement.column_count();
        let line = |row: &rusqlite::Row<'_>| {
            Ok((0..columns).map(|index| format!("{:?}", row.get_ref(index).unwrap())).collect())
        };
        rows.extend(statement.query_map([], line).unwrap().map(Result::<String, _>::unwrap));
    }
    rows.sort();
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_is_killed_again_and_again_loses_and_doubles_nothing() {
    let kills: u32 = std::env::var(KILLS).map_or(20, |kills| kills.parse().unwrap());
    let now = DateTime::from(SystemTime::now());
    let clock = Clock::stopped_at(now.to_system_time().unwrap());
    let sandbox = Sandbox::builder().orders(1000).limits(Limits::Off).clock(clock.clone()).start().await.unwrap();
    let time = Faster { since: now.to_system_time().unwrap() };
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_millis(2)).await;
            let behind = time.now().duration_since(clock.now()).unwrap_or_default();
            clock.advance(behind);
        }
    });
    let (mut expected, mut whole) = (Vec::new(), Duration::ZERO);
    // The first one makes the sandbox's shop, so the second one is measured.
    for _ in 0..2 {
        let undisturbed = tempfile::tempdir().unwrap();
        let began = Instant::now();
        assert!(start(undisturbed.path(), sandbox.url(), &now).wait().unwrap().success());
        whole = began.elapsed();
        expected = rows(undisturbed.path());
    }
    assert!(expected.len() > 1000, "{}", expected.len());

    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut folder, mut hit, mut ended) = (tempfile::tempdir().unwrap(), 0, 0);
    while hit < kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut child = start(folder.path(), sandbox.url(), &now);
        let wait = whole.mul_f64((random % 1_000_000) as f64 / 1_000_000.0);
        tokio::time::sleep(wait).await;
        match child.try_wait().unwrap() {
            Some(status) => {
                assert!(status.success(), "after {hit} kills");
                ended += 1;
                assert_eq!(rows(folder.path()), expected, "after {hit} kills");
                folder = tempfile::tempdir().unwrap();
            }
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                hit += 1;
            }
        }
    }
    assert!(start(folder.path(), sandbox.url(), &now).wait().unwrap().success());
    let found = rows(folder.path());
    let lost = expected.iter().filter(|row| !found.contains(row)).count();
    println!(
        "{hit} kills, {} runs to the end, {} of {} rows, {lost} lost, a whole run takes {whole:?}",
        ended + 1,
        found.len(),
        expected.len()
    );
    assert_eq!(found, expected);
}

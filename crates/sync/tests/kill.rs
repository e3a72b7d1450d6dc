//! A sync that is killed at random points and then run to its end leaves what an undisturbed one leaves.
#![cfg(all(feature = "sqlite", unix))]

use spapi_core::Clock as _;
use spapi_core::{BoxFuture, Client, Credentials, DateTime, Endpoint, Marketplace, Quotas};
use spapi_jobs::{FolderJournal, Reports};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Clock, Limits, REFRESH_TOKEN, Sandbox};
use spapi_sync::{Connection, Destination, RunOptions, Sources, Sqlite, run};
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
/// Where it syncs to.
const TO: &str = "SPAPI_SYNC_TEST_TO";

/// A destination in a folder.
#[derive(Clone, Copy, Debug)]
enum To {
    Sqlite,
    #[cfg(feature = "files")]
    Parquet,
}

impl To {
    fn named(name: &str) -> Self {
        match name {
            #[cfg(feature = "files")]
            "Parquet" => Self::Parquet,
            _ => Self::Sqlite,
        }
    }

    fn open(self, folder: &Path) -> Box<dyn Destination> {
        match self {
            Self::Sqlite => Box::new(Sqlite::open(folder.join("a.db")).unwrap()),
            #[cfg(feature = "files")]
            Self::Parquet => Box::new(spapi_sync::Files::folder(folder.join("data"), spapi_sync::FileFormat::Parquet)),
        }
    }

    /// All rows of all tables, in an order of their own, and the slices without their times and ids.
    fn rows(self, folder: &Path) -> Vec<String> {
        let mut rows = match self {
            Self::Sqlite => sqlite_rows(folder),
            #[cfg(feature = "files")]
            Self::Parquet => parquet::rows(&folder.join("data")),
        };
        rows.sort();
        rows
    }
}

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

fn start(to: To, folder: &Path, server: &str, now: &DateTime) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "the_other_process"])
        .env(TO, format!("{to:?}"))
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
    let mut destination = To::named(&std::env::var(TO).unwrap()).open(folder);
    let sources = Sources::new(&client).reports(reports);
    let summary = run(&sources, &connection, &mut *destination, RunOptions::new().now(now), |_| ()).await.unwrap();
    assert!(summary.is_whole(), "{summary:?}");
}

fn sqlite_rows(folder: &Path) -> Vec<String> {
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
    rows
}

#[cfg(feature = "files")]
mod parquet {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use serde_json::Value;
    use std::collections::BTreeSet;
    use std::fs::{self, File};
    use std::path::Path;

    /// What the manifests name, which are all files that there are.
    pub fn rows(folder: &Path) -> Vec<String> {
        let json = |path: &str| -> Value { serde_json::from_slice(&fs::read(folder.join(path)).unwrap()).unwrap() };
        let (mut rows, mut named) = (Vec::new(), BTreeSet::new());
        for table in json("_spapi/a/manifest.json")["tables"].as_array().unwrap() {
            let path = table["file"].as_str().unwrap();
            named.insert(folder.join(path));
            for slice in json(path)["slices"].as_array().unwrap() {
                let state = ["slice", "to", "rows", "rejected"].map(|name| slice[name].to_string());
                rows.push(format!("{} {} {}", table["stream"], table["marketplace"], state.join(" ")));
                let Some(path) = slice["file"]["path"].as_str() else { continue };
                named.insert(folder.join(path));
                let reader = SerializedFileReader::new(File::open(folder.join(path)).unwrap()).unwrap();
                let read = reader.get_row_iter(None).unwrap();
                rows.extend(read.map(|row| format!("{} {}", table["stream"], row.unwrap())));
            }
        }
        let mut found = BTreeSet::new();
        walk(folder, &mut found);
        found.retain(|path| !path.ends_with("_spapi/a/manifest.json") && path.extension() != Some("lock".as_ref()));
        assert_eq!(found, named);
        rows
    }

    fn walk(folder: &Path, found: &mut BTreeSet<std::path::PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => walk(&path, found),
                false => drop(found.insert(path)),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_that_is_killed_again_and_again_loses_and_doubles_nothing() {
    kill_again_and_again(To::Sqlite).await;
}

#[cfg(feature = "files")]
#[tokio::test(flavor = "multi_thread")]
async fn a_sync_to_parquet_that_is_killed_again_and_again_loses_and_doubles_nothing() {
    kill_again_and_again(To::Parquet).await;
}

async fn kill_again_and_again(to: To) {
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
        assert!(start(to, undisturbed.path(), sandbox.url(), &now).wait().unwrap().success());
        whole = began.elapsed();
        expected = to.rows(undisturbed.path());
    }
    assert!(expected.len() > 1000, "{}", expected.len());

    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut folder, mut hit, mut ended) = (tempfile::tempdir().unwrap(), 0, 0);
    while hit < kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut child = start(to, folder.path(), sandbox.url(), &now);
        let wait = whole.mul_f64((random % 1_000_000) as f64 / 1_000_000.0);
        tokio::time::sleep(wait).await;
        match child.try_wait().unwrap() {
            Some(status) => {
                assert!(status.success(), "after {hit} kills");
                ended += 1;
                assert_eq!(to.rows(folder.path()), expected, "after {hit} kills");
                folder = tempfile::tempdir().unwrap();
            }
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                hit += 1;
            }
        }
    }
    assert!(start(to, folder.path(), sandbox.url(), &now).wait().unwrap().success());
    let found = to.rows(folder.path());
    let lost = expected.iter().filter(|row| !found.contains(row)).count();
    println!(
        "{to:?}: {hit} kills, {} runs to the end, {} of {} rows, {lost} lost, a whole run takes {whole:?}",
        ended + 1,
        found.len(),
        expected.len()
    );
    assert_eq!(found, expected);
}

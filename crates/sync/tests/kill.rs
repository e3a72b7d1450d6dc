//! A sync that is killed at random points and then run to its end leaves what an undisturbed one leaves.
//!
//! That of Postgres shows as ignored where its server is not installed.

#[cfg(feature = "postgres")]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod server;

use libtest_mimic::{Arguments, Trial};
use spapi_core::Clock as _;
use spapi_core::{BoxFuture, Client, Credentials, DateTime, Endpoint, Marketplace, Quotas};
use spapi_jobs::{FolderJournal, Reports};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Clock, Limits, REFRESH_TOKEN, Sandbox};
use spapi_sync::{Connection, RunOptions, Sources, Tables, run};
use std::collections::HashMap;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
const RETURNS: &str = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE";
const ORDERS: &str = "orders_2026_01_01";
/// A snapshot, events, updates of an operation, a ledger that is replaced by slices, and a document in JSON.
const TABLES: [&str; 5] =
    [LISTINGS, RETURNS, ORDERS, "GET_LEDGER_DETAIL_VIEW_DATA", "GET_SALES_AND_TRAFFIC_REPORT_BY_DATE"];

/// How often the process is killed, for a figure. 20 without it.
const KILLS: &str = "SPAPI_SYNC_KILLS";
/// What the other process syncs: the folder of the journal, the destination, the server and the moment.
const ADDRESS: &str = "SPAPI_SYNC_TEST_ADDRESS";
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

/// Where the rows go.
#[derive(Clone, Copy)]
enum Place {
    Sqlite,
    #[cfg(feature = "files")]
    Parquet,
    #[cfg(feature = "postgres")]
    Postgres,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            #[cfg(feature = "files")]
            Self::Parquet => "parquet",
            #[cfg(feature = "postgres")]
            Self::Postgres => "postgres",
        }
    }

    /// Why it cannot be had here.
    fn why_not(self) -> Option<&'static str> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres if server::programs().is_none() => Some("no server of Postgres is installed here"),
            _ => None,
        }
    }
}

/// A destination that syncs fill, with the journal beside it.
struct Filled {
    folder: tempfile::TempDir,
    rows: Rows,
}

/// What it is filled with, as another program sees it.
enum Rows {
    Sqlite(std::path::PathBuf),
    #[cfg(feature = "files")]
    Parquet(std::path::PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(Arc<server::Server>, String),
}

/// What a case needs for all its destinations.
struct Places {
    place: Place,
    #[cfg(feature = "postgres")]
    server: Option<Arc<server::Server>>,
}

impl Places {
    fn new(place: Place) -> Self {
        Self {
            place,
            #[cfg(feature = "postgres")]
            server: matches!(place, Place::Postgres).then(|| Arc::new(server::Server::new())),
        }
    }

    /// An empty destination.
    fn add(&self) -> Filled {
        let folder = tempfile::tempdir().unwrap();
        let rows = match self.place {
            Place::Sqlite => Rows::Sqlite(folder.path().join("a.db")),
            #[cfg(feature = "files")]
            Place::Parquet => Rows::Parquet(folder.path().join("data")),
            #[cfg(feature = "postgres")]
            Place::Postgres => {
                let server = self.server.clone().unwrap();
                let name = server.query("postgres", "select 'sync_' || count(*) from pg_database").remove(0);
                server.query("postgres", &format!("create database {name}"));
                Rows::Postgres(server, name)
            }
        };
        Filled { folder, rows }
    }
}

impl Filled {
    /// How the other process opens it.
    fn address(&self) -> String {
        match &self.rows {
            Rows::Sqlite(path) => format!("sqlite:{}", path.display()),
            #[cfg(feature = "files")]
            Rows::Parquet(path) => format!("parquet:{}", path.display()),
            #[cfg(feature = "postgres")]
            Rows::Postgres(server, name) => server.url(server::USER, name),
        }
    }

    /// All rows of all tables, in an order of their own, and the slices without their times and ids.
    fn rows(&self) -> Vec<String> {
        let slices = "select '', stream, marketplace, slice, \"to\", rows, rejected from _spapi_slices".to_owned();
        #[cfg(feature = "files")]
        if let Rows::Parquet(path) = &self.rows {
            let mut rows = parquet::rows(path);
            rows.sort();
            return rows;
        }
        let queries = TABLES.map(|table| format!("select '{table}', * from \"{table}\"")).into_iter().chain([slices]);
        let mut rows: Vec<_> = queries.flat_map(|sql| self.query(&sql)).collect();
        rows.sort();
        rows
    }

    fn query(&self, sql: &str) -> Vec<String> {
        match &self.rows {
            Rows::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                let mut statement = connection.prepare(sql).unwrap();
                let columns = statement.column_count();
                let line = |row: &rusqlite::Row<'_>| {
                    Ok((0..columns).map(|index| format!("{:?}", row.get_ref(index).unwrap())).collect())
                };
                statement.query_map([], line).unwrap().map(Result::<String, _>::unwrap).collect()
            }
            #[cfg(feature = "files")]
            Rows::Parquet(_) => panic!("a folder of files takes no query: {sql}"),
            #[cfg(feature = "postgres")]
            Rows::Postgres(server, name) => server.query(name, sql),
        }
    }

    fn start(&self, server: &str, now: &DateTime) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .env(FOLDER, self.folder.path())
            .envs([(ADDRESS, &*self.address()), (SERVER, server), (NOW, now.as_str())])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }
}

/// Opens the destination of an address.
async fn open(address: &str) -> Box<dyn Tables> {
    match address.split_once(':') {
        Some(("sqlite", path)) => Box::new(spapi_sync::Sqlite::open(path).unwrap()),
        #[cfg(feature = "files")]
        Some(("parquet", path)) => Box::new(spapi_sync::Files::folder(path, spapi_sync::FileFormat::Parquet)),
        #[cfg(feature = "postgres")]
        Some(("postgres", _)) => Box::new(spapi_sync::Postgres::connect(address, "amazon").await.unwrap()),
        _ => panic!("{address} is not of a destination that this was built with"),
    }
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

/// What the other process does.
async fn sync(folder: &Path) {
    let now = DateTime::from(std::env::var(NOW).unwrap()).to_system_time().unwrap();
    let start = DateTime::from(now - Duration::from_secs(150 * 24 * 3600));
    let objects = TABLES.map(|name| format!("\"{name}\"")).join(", ");
    let text = format!(
        "name = \"a\"\nregion = \"JP\"\nstart_date = \"{start}\"\nperiod_in_days = 15\nobjects = [{objects}]\n"
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
    let mut destination = open(&std::env::var(ADDRESS).unwrap()).await;
    let sources = Sources::new(&client).reports(reports);
    let summary = run(&sources, &connection, &mut *destination, RunOptions::new().now(now), |_| ()).await.unwrap();
    assert!(summary.is_whole(), "{summary:?}");
}

async fn a_sync_that_is_killed_again_and_again_loses_and_doubles_nothing(place: Place) {
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
    let places = Places::new(place);
    let (mut expected, mut whole) = (Vec::new(), Duration::ZERO);
    // The first one makes the sandbox's shop, so the second one is measured.
    for _ in 0..2 {
        let undisturbed = places.add();
        let began = Instant::now();
        assert!(undisturbed.start(sandbox.url(), &now).wait().unwrap().success());
        whole = began.elapsed();
        expected = undisturbed.rows();
    }
    assert!(expected.len() > 1000, "{}", expected.len());

    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut filled, mut hit, mut ended) = (places.add(), 0, 0);
    while hit < kills {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut child = filled.start(sandbox.url(), &now);
        let wait = whole.mul_f64((random % 1_000_000) as f64 / 1_000_000.0);
        tokio::time::sleep(wait).await;
        match child.try_wait().unwrap() {
            Some(status) => {
                assert!(status.success(), "after {hit} kills");
                ended += 1;
                assert_eq!(filled.rows(), expected, "after {hit} kills");
                filled = places.add();
            }
            None => {
                child.kill().unwrap();
                child.wait().unwrap();
                hit += 1;
            }
        }
    }
    assert!(filled.start(sandbox.url(), &now).wait().unwrap().success());
    let found = filled.rows();
    let missing = |these: &[String], those: &[String]| {
        let mut left: HashMap<String, usize> = HashMap::new();
        those.iter().for_each(|row| *left.entry(row.clone()).or_default() += 1);
        let is_missing = |row: &&String| {
            left.get_mut(*row).is_none_or(|count| count.checked_sub(1).map(|less| *count = less).is_none())
        };
        these.iter().filter(is_missing).count()
    };
    println!(
        "{}: {hit} kills, {} runs to the end, {} rows each, {} lost, {} doubled, a whole run takes {whole:?}",
        place.name(),
        ended + 1,
        expected.len(),
        missing(&expected, &found),
        missing(&found, &expected)
    );
    assert_eq!(found, expected);
}

fn main() -> ExitCode {
    let runtime = || tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if let Some(folder) = std::env::var_os(FOLDER) {
        runtime().block_on(sync(Path::new(&folder)));
        return ExitCode::SUCCESS;
    }
    let places: &[Place] = &[
        Place::Sqlite,
        #[cfg(feature = "files")]
        Place::Parquet,
        #[cfg(feature = "postgres")]
        Place::Postgres,
    ];
    let trials = places.iter().map(|place| {
        let place = *place;
        let why = place.why_not().map(|why| format!(" ({why})")).unwrap_or_default();
        let name = format!("{}::a_sync_that_is_killed_again_and_again_loses_and_doubles_nothing{why}", place.name());
        let trial = Trial::test(name, move || {
            runtime().block_on(a_sync_that_is_killed_again_and_again_loses_and_doubles_nothing(place));
            Ok(())
        });
        trial.with_ignored_flag(!why.is_empty())
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

//! Processes of this test that are workers, and what they share.

use crate::networks::Network;
use crate::server::{Server, USER};
use spapi_core::{BoxFuture, Client, Credentials, DateTime, Endpoint, Error, Marketplace, Quotas};
use spapi_jobs::{DataKiosk, Reports};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Clock, Limits, REFRESH_TOKEN, Sandbox};
use spapi_sync::cluster::{Cluster, ConnectionFolder, Listing, Site, StreamJobState, Worker};
use spapi_sync::{Connection, Destination, Postgres, RunOptions, Sources, run};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::oneshot;

pub const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
pub const RETURNS: &str = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE";
/// A snapshot, events, updates of an operation, a ledger that is replaced by slices, and a document in JSON.
pub const TABLES: [&str; 5] =
    [LISTINGS, RETURNS, "orders_2026_01_01", "GET_LEDGER_DETAIL_VIEW_DATA", "GET_SALES_AND_TRAFFIC_REPORT_BY_DATE"];

/// What a worker needs: the database, the server, the moment, and the folder of the connections.
const DATABASE: &str = "SPAPI_CLUSTER_TEST_DATABASE";
const SERVER: &str = "SPAPI_CLUSTER_TEST_SERVER";
const NOW: &str = "SPAPI_CLUSTER_TEST_NOW";
const FOLDER: &str = "SPAPI_CLUSTER_TEST_FOLDER";
/// Set if the time goes as here, and the workers share the quotas.
const QUOTAS: &str = "SPAPI_CLUSTER_TEST_QUOTAS";
/// Set if each connection is of a seller of its own.
const SELLERS: &str = "SPAPI_CLUSTER_TEST_SELLERS";

/// How many times faster than here the time goes for Amazon and for the client.
const FASTER: u32 = 100;
/// How often a worker says that it is alive, so that it counts as gone after less than a second.
const HEARTBEAT: Duration = Duration::from_millis(200);
/// After how long a worker counts as gone for certain.
pub const SILENCE: Duration = HEARTBEAT.saturating_mul(10);
/// How long a case waits before it fails.
const LONGEST: Duration = Duration::from_secs(240);

/// The time of the client.
#[derive(Clone, Copy, Debug)]
struct Faster {
    /// The moment at which it was right.
    since: SystemTime,
}

impl spapi_core::Clock for Faster {
    fn now(&self) -> SystemTime {
        self.since + self.since.elapsed().unwrap_or_default() * FASTER
    }

    fn sleep(&self, wait: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(wait / FASTER))
    }
}

/// Where the rows of a worker come from, and where they go.
struct Place {
    server: String,
    database: String,
    since: SystemTime,
    /// What the workers share, if they share the quotas.
    stores: Option<spapi_stores::Postgres>,
    has_sellers: bool,
}

/// The refresh token of the seller of a connection.
fn seller(connection: &str) -> String {
    format!("Atzr|of-the-seller-{connection}")
}

impl Place {
    fn sources_now(&self, connection: &Connection) -> Sources {
        let token = if self.has_sellers { seller(&connection.name) } else { REFRESH_TOKEN.to_owned() };
        let builder = Client::builder(Marketplace::JP)
            .endpoint(Endpoint::custom(&self.server))
            .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, token))
            .longest_wait(Duration::from_secs(3600));
        let client = match &self.stores {
            None => builder.quotas(&Quotas::off()).clock(Arc::new(Faster { since: self.since })),
            Some(stores) => builder.quotas(&Quotas::with_store(stores.quota())).token_store(Arc::new(stores.tokens())),
        };
        let client = client.build().unwrap();
        let pause = Duration::from_secs(1);
        let queries = DataKiosk::new(&client).polling(pause, pause);
        Sources::new(&client).reports(Reports::new(&client).polling(pause, pause)).queries(queries)
    }
}

impl Site for Place {
    fn sources<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<Sources, Error>> {
        Box::pin(async { Ok(self.sources_now(connection)) })
    }

    fn destination<'a>(&'a self, _: &'a Connection) -> BoxFuture<'a, Result<Box<dyn Destination>, Error>> {
        Box::pin(async {
            let opened = Postgres::connect(&self.database, "amazon").await?;
            Ok(Box::new(opened) as Box<dyn Destination>)
        })
    }
}

/// Whether this process is a worker.
pub fn is_worker() -> bool {
    std::env::var_os(DATABASE).is_some()
}

/// What a worker does: it takes jobs until its stdin ends.
pub async fn work() {
    let variable = |name: &str| std::env::var(name).unwrap();
    let since = DateTime::from(variable(NOW)).to_system_time().unwrap();
    let stores = match std::env::var_os(QUOTAS) {
        Some(_) => Some(spapi_stores::Postgres::connect(&variable(DATABASE)).await.unwrap()),
        None => None,
    };
    let has_sellers = std::env::var_os(SELLERS).is_some();
    let place = Place { server: variable(SERVER), database: variable(DATABASE), since, stores, has_sellers };
    let cluster = connect(&place.database).await;
    let worker = Worker::new(&cluster, ConnectionFolder::new(variable(FOLDER)), place)
        .streams(8)
        .heartbeat(HEARTBEAT)
        .poll(Duration::from_millis(100));
    let (ended, stop) = oneshot::channel::<()>();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(ended);
    });
    worker.run(async move { drop(stop.await) }).await.unwrap();
}

/// Connects, also while the server starts.
async fn connect(database: &str) -> Cluster {
    let began = Instant::now();
    loop {
        match Cluster::connect(database).await {
            Ok(cluster) => return cluster,
            Err(error) => assert!(began.elapsed() < LONGEST, "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// A process that is a worker, killed when it is dropped.
pub struct Process(Child);

impl Process {
    pub fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.0.id().to_string()]).status().unwrap().success());
    }

    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    pub fn is_alive(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Asks it to stop, and waits until it has. Returns whether it ended well.
    pub fn stop(&mut self) -> bool {
        drop(self.0.stdin.take());
        self.0.wait().unwrap().success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A shop, a server of Postgres, and connections.
pub struct Stage {
    pub sandbox: Sandbox,
    pub server: Server,
    pub folder: tempfile::TempDir,
    now: DateTime,
    has_quotas: bool,
    has_sellers: bool,
    /// How many calls were answered, and how many of them were too many (429).
    pub calls: Arc<[AtomicU64; 2]>,
}

impl Stage {
    /// With so many connections of all tables.
    pub async fn with(connections: usize) -> Self {
        let stage = Self::empty().await;
        for number in 0..connections {
            stage.add(&format!("c{number}"), &TABLES, "");
        }
        stage
    }

    pub async fn empty() -> Self {
        let now = DateTime::from(SystemTime::now());
        let clock = Clock::stopped_at(now.to_system_time().unwrap());
        let sandbox = Sandbox::builder().orders(300).limits(Limits::Off).clock(clock.clone()).start().await.unwrap();
        let time = Faster { since: now.to_system_time().unwrap() };
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(2)).await;
                let behind = spapi_core::Clock::now(&time).duration_since(clock.now()).unwrap_or_default();
                clock.advance(behind);
            }
        });
        let (server, folder) = (Server::new(), tempfile::tempdir().unwrap());
        Self { sandbox, server, folder, now, has_quotas: false, has_sellers: false, calls: Arc::default() }
    }

    /// A shop with the documented quotas, whose time goes as here: with so many orders, and so many sellers to each of whom belongs
    /// the connection of that number. Without sellers all connections are of one.
    pub async fn with_quotas(orders: usize, sellers: usize) -> Self {
        let calls: Arc<[AtomicU64; 2]> = Arc::default();
        let counted = Arc::clone(&calls);
        let sandbox = (0..sellers)
            .fold(Sandbox::builder().orders(orders), |sandbox, number| sandbox.seller(seller(&format!("c{number}"))));
        let sandbox = sandbox.on_request(move |request| {
            if request.operation.contains(' ') {
                counted[0].fetch_add(1, Ordering::Relaxed);
                counted[1].fetch_add(u64::from(request.status == Some(429)), Ordering::Relaxed);
            }
        });
        let sandbox = sandbox.start().await.unwrap();
        let (server, folder) = (Server::new(), tempfile::tempdir().unwrap());
        let now = DateTime::from(SystemTime::now());
        Self { sandbox, server, folder, now, has_quotas: true, has_sellers: sellers > 0, calls }
    }

    /// Adds a connection of these streams. Its slices end some time ago, so that they are the same in each run.
    pub fn add(&self, name: &str, objects: &[&str], more: &str) {
        let at = |days: u64| DateTime::from(self.now.to_system_time().unwrap() - Duration::from_secs(days * 24 * 3600));
        let times = match more.contains("start_date") {
            true => String::new(),
            false => format!("start_date = \"{}\"\nend_date = \"{}\"\n", at(160), at(10)),
        };
        let region = if more.contains("marketplaces") { "" } else { "region = \"JP\"\n" };
        let objects: Vec<_> = objects.iter().map(|name| format!("\"{name}\"")).collect();
        let text = format!(
            "name = \"{name}\"\n{region}{times}period_in_days = 15\nobjects = [{}]\n{more}\n[destination]\npostgres = {{ env = \"A\" }}\n",
            objects.join(", ")
        );
        std::fs::write(self.folder.path().join(format!("{name}.toml")), text).unwrap();
    }

    /// An empty database.
    pub fn database(&self) -> String {
        let name = self.server.query("postgres", "select 'work_' || count(*) from pg_database").remove(0);
        self.server.query("postgres", &format!("create database {name}"));
        name
    }

    pub fn url(&self, database: &str) -> String {
        self.server.url(USER, database)
    }

    pub async fn cluster(&self, database: &str) -> Cluster {
        connect(&self.url(database)).await
    }

    fn place(&self, database: &str) -> Place {
        let since = self.now.to_system_time().unwrap();
        Place {
            server: self.sandbox.url().to_owned(),
            database: self.url(database),
            since,
            stores: None,
            has_sellers: false,
        }
    }

    /// The rows that one process leaves that runs each connection to its end.
    pub async fn expected(&self) -> Vec<String> {
        let database = self.database();
        let place = self.place(&database);
        let mut destination = Postgres::connect(&place.database, "amazon").await.unwrap();
        let connections = Connection::open_all(self.folder.path()).unwrap();
        for connection in &connections {
            let now = self.now.to_system_time().unwrap();
            let sources = place.sources_now(connection);
            let summary =
                run(&sources, connection, &mut destination, RunOptions::new().now(now), |_| ()).await.unwrap();
            assert!(summary.is_whole(), "{summary:?}");
        }
        let rows = self.rows(&database);
        assert!(rows.len() > 300 * connections.len(), "{}", rows.len());
        rows
    }

    /// All rows of all tables, in an order of their own, and the slices without their times and ids.
    pub fn rows(&self, database: &str) -> Vec<String> {
        let slices =
            "select '', connection, stream, marketplace, slice, \"to\", rows, rejected from _spapi_slices".to_owned();
        let queries = TABLES.map(|table| format!("select '{table}', * from \"{table}\"")).into_iter().chain([slices]);
        let mut rows: Vec<_> = queries.flat_map(|sql| self.server.query(database, &sql)).collect();
        rows.sort();
        rows
    }

    /// The ports that a worker needs.
    pub fn ports(&self) -> [u16; 2] {
        let port = |address: &str| address.rsplit(':').next().unwrap().parse().unwrap();
        [port(self.sandbox.url().trim_end_matches('/')), port(self.url("").trim_end_matches('/'))]
    }

    /// Starts a worker.
    pub fn worker(&self, database: &str) -> Process {
        self.start(Command::new(std::env::current_exe().unwrap()), database)
    }

    /// Starts a worker in a network.
    pub fn worker_in(&self, network: &Network, database: &str) -> Process {
        self.start(network.command(), database)
    }

    fn start(&self, mut command: Command, database: &str) -> Process {
        command.env(DATABASE, self.url(database)).env(SERVER, self.sandbox.url());
        command.env(NOW, self.now.as_str()).env(FOLDER, self.folder.path());
        if self.has_quotas {
            command.env(QUOTAS, "1");
        }
        if self.has_sellers {
            command.env(SELLERS, "1");
        }
        Process(command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap())
    }
}

/// Waits until the streams are as they are to be.
pub async fn until(cluster: &Cluster, what: &str, is: impl Fn(&Listing) -> bool) -> Listing {
    let began = Instant::now();
    loop {
        let listing = cluster.list().await;
        if let Ok(listing) = &listing
            && is(listing)
        {
            return listing.clone();
        }
        assert!(began.elapsed() < LONGEST, "not {what}: {listing:#?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Whether so many streams were read, and nothing is left to do.
pub fn is_done(listing: &Listing, streams: usize) -> bool {
    let is_whole = |state| state == StreamJobState::Idle;
    listing.streams.len() == streams && listing.streams.iter().all(|one| is_whole(one.state) && one.whole_at.is_some())
}

//! What happens to workers.

use crate::networks::Network;
use crate::runtime;
use crate::workers::{LISTINGS, Process, RETURNS, SILENCE, Stage, TABLES, is_done, until};
use spapi_sandbox::{Fault, FaultKind};
use spapi_sync::cluster::{Cluster, StreamJobState};
use spapi_sync::{Connection, Kind, Origin, Stream};
use std::path::Path;
use std::time::{Duration, Instant};

macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub const CASES: &[(&str, fn())] = &[$((stringify!($name), || runtime().block_on($name()))),*];
    };
}

cases! {
    workers_that_are_killed_and_stopped_lose_and_double_nothing,
    workers_in_networks_that_are_split_lose_and_double_nothing,
    a_worker_that_is_stopped_and_overtaken_doubles_nothing,
    a_server_that_is_restarted_is_waited_for,
    a_stream_that_always_fails_stops_no_other,
    ten_thousand_streams_are_taken_by_two_workers,
    workers_together_stay_within_the_quotas,
    workers_in_networks_keep_the_quotas_of_each_seller,
    workers_rest_and_go_on,
    a_worker_ends_at_the_next_commit,
    an_older_program_works_with_a_database_of_a_newer_one_until_it_cannot,
}

/// How many faults workers have, and how many connections they read, for a figure. 20 and 3 without them.
const FAULTS: &str = "SPAPI_CLUSTER_FAULTS";
const CONNECTIONS: &str = "SPAPI_CLUSTER_CONNECTIONS";
/// How many sellers share no quota, and how many orders their shop has. 3 and 32 without them.
const SELLERS: &str = "SPAPI_CLUSTER_SELLERS";
const ORDERS: &str = "SPAPI_CLUSTER_ORDERS";

fn number(name: &str, usual: u32) -> u32 {
    std::env::var(name).map_or(usual, |number| number.parse().unwrap())
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

async fn workers_that_are_killed_and_stopped_lose_and_double_nothing() {
    faults_lose_and_double_nothing(0, 2).await;
}

async fn workers_in_networks_that_are_split_lose_and_double_nothing() {
    faults_lose_and_double_nothing(2, 4).await;
}

/// Faults of workers, which are spread over the networks, if there are any.
async fn faults_lose_and_double_nothing(networks: u8, count: u64) {
    let (faults, connections) = (number(FAULTS, 20), number(CONNECTIONS, 3));
    let streams = connections as usize * TABLES.len();
    let stage = Stage::with(connections as usize).await;
    let expected = stage.expected().await;
    let mut places = Vec::new();
    for number in 0..networks {
        places.push(Network::new(number, &stage.ports()).await);
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut kills, mut stops, mut splits, mut rounds) = (0, 0, 0, 0);
    while kills + stops + splits < faults {
        let database = stage.database();
        let cluster = stage.cluster(&database).await;
        let start = |index: u64| match places.get(index as usize % places.len().max(1)) {
            Some(network) => stage.worker_in(network, &database),
            None => stage.worker(&database),
        };
        let mut workers: Vec<_> = (0..count).map(start).collect();
        let is_over = async || is_done(&cluster.list().await.unwrap(), streams);
        while !is_over().await && kills + stops + splits < faults {
            tokio::time::sleep(Duration::from_millis(random.below(700))).await;
            let index = random.below(count);
            let worker = &mut workers[index as usize];
            // Shorter and longer than it takes until others get the jobs.
            let pause = Duration::from_millis(random.below(3000));
            match random.below(if places.is_empty() { 2 } else { 3 }) {
                0 => {
                    worker.kill();
                    *worker = start(index);
                    kills += 1;
                }
                1 => {
                    worker.signal("-STOP");
                    tokio::time::sleep(pause).await;
                    worker.signal("-CONT");
                    stops += 1;
                }
                _ => {
                    let network = &places[index as usize % places.len()];
                    network.cut();
                    tokio::time::sleep(pause).await;
                    network.mend();
                    splits += 1;
                }
            }
        }
        until(&cluster, "done", |listing| is_done(listing, streams)).await;
        // What a worker has begun that was stopped ends too.
        assert!(workers.iter_mut().all(Process::stop));
        let found = stage.rows(&database);
        assert!(
            found == expected,
            "after {kills} kills, {stops} stops and {splits} splits: {}",
            difference(&expected, &found)
        );
        rounds += 1;
    }
    println!(
        "{count} workers, {streams} streams: {kills} kills, {stops} stops and {splits} splits in {rounds} rounds of {} rows: \
         0 lost, 0 doubled",
        expected.len()
    );
}

/// What differs first.
fn difference(expected: &[String], found: &[String]) -> String {
    let first = expected.iter().zip(found).find(|(one, other)| one != other);
    format!("{} rows instead of {}, {first:?}", found.len(), expected.len())
}

async fn a_worker_that_is_stopped_and_overtaken_doubles_nothing() {
    let stage = Stage::with(1).await;
    let expected = stage.expected().await;
    let database = stage.database();
    let cluster = stage.cluster(&database).await;
    let mut first = stage.worker(&database);
    let begun = until(&cluster, "running", |listing| {
        listing.streams.iter().filter(|one| one.state == StreamJobState::Running).count() == TABLES.len()
    });
    let before = begun.await.streams[0].worker.clone();
    first.signal("-STOP");
    let mut second = stage.worker(&database);
    let done = until(&cluster, "done", |listing| is_done(listing, TABLES.len())).await;
    assert!(done.streams.iter().all(|one| one.worker != before), "{done:#?}");
    first.signal("-CONT");
    tokio::time::sleep(SILENCE).await;
    let after = cluster.list().await.unwrap();
    assert!(is_done(&after, TABLES.len()) && after.streams.iter().all(|one| one.worker != before), "{after:#?}");
    assert!(stage.rows(&database) == expected);
    // It works on.
    assert!(second.stop() && first.is_alive());
    let connections = Connection::open_all(stage.folder.path()).unwrap();
    assert_eq!(cluster.queue(&connections[0]).await.unwrap(), TABLES.len() as u64);
    until(&cluster, "done again", |listing| {
        is_done(listing, TABLES.len()) && listing.streams.iter().all(|one| one.worker == before)
    })
    .await;
    assert!(first.stop());
    assert!(stage.rows(&database) == expected);
}

async fn a_server_that_is_restarted_is_waited_for() {
    let mut stage = Stage::with(2).await;
    let expected = stage.expected().await;
    let database = stage.database();
    let mut workers = [stage.worker(&database), stage.worker(&database)];
    for wait in [1500, 2500] {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        stage.server.kill();
        tokio::time::sleep(Duration::from_millis(500)).await;
        stage.server.start();
    }
    let cluster = stage.cluster(&database).await;
    until(&cluster, "done", |listing| is_done(listing, 2 * TABLES.len())).await;
    assert!(workers.iter_mut().all(Process::is_alive) && workers.iter_mut().all(Process::stop));
    assert!(stage.rows(&database) == expected);
}

async fn a_stream_that_always_fails_stops_no_other() {
    let stage = Stage::with(2).await;
    let expected = stage.expected().await;
    std::fs::write(stage.folder.path().join("wrong.toml"), "name = 5").unwrap();
    let poison = Fault::new("reports@2021-06-30 createReport", FaultKind::ServerError).of_type(RETURNS);
    stage.sandbox.fault(poison).unwrap();
    let database = stage.database();
    let cluster = stage.cluster(&database).await;
    let mut worker = stage.worker(&database);
    let listing = until(&cluster, "failing, and the others done", |listing| {
        let is_poisoned = |name: &str| name == RETURNS;
        listing.streams.len() == 2 * TABLES.len()
            && listing.streams.iter().all(|one| match is_poisoned(&one.id.stream) {
                true => !one.failure.is_empty() && one.failures > 0,
                false => one.state == StreamJobState::Idle && one.whole_at.is_some(),
            })
    });
    let listing = listing.await;
    let failing: Vec<_> = listing.streams.iter().filter(|one| !one.failure.is_empty()).collect();
    assert!(failing.len() == 2 && failing.iter().all(|one| one.failure.contains("500")), "{failing:#?}");
    stage.sandbox.clear_faults();
    until(&cluster, "done", |listing| is_done(listing, 2 * TABLES.len())).await;
    assert!(worker.stop());
    assert!(stage.rows(&database) == expected);
}

async fn ten_thousand_streams_are_taken_by_two_workers() {
    const MARKETPLACES: &str =
        "marketplaces = [\"DE\", \"FR\", \"IT\", \"ES\", \"NL\", \"PL\", \"SE\", \"BE\", \"UK\", \"IE\"]";
    let stage = Stage::empty().await;
    // Nothing of them is due before the connection begins.
    let more = format!("{MARKETPLACES}\nstart_date = \"2099-01-01T00:00:00Z\"\ninclude_pii = true");
    let is_spanned = |stream: &&Stream| {
        stream.kind == Kind::Incremental && matches!(stream.origin, Origin::Report { is_found: false, .. })
    };
    let is_taken = |name: &&str| {
        let text = format!("name = \"a\"\nobjects = [\"{name}\"]\n{more}");
        Connection::parse(&text, "a.toml", Path::new("")).is_ok()
    };
    let spanned = Stream::all().iter().filter(is_spanned).map(|stream| stream.name);
    let names: Vec<_> = spanned.filter(is_taken).take(50).collect();
    let mut streams = 0;
    for number in 0..20 {
        stage.add(&format!("many{number}"), &names, &more);
    }
    let database = stage.database();
    let cluster = stage.cluster(&database).await;
    for connection in Connection::open_all(stage.folder.path()).unwrap() {
        streams += cluster.queue(&connection).await.unwrap();
        // Each is queued once.
        cluster.queue(&connection).await.unwrap();
    }
    assert!(streams >= 10_000, "{streams}");
    stage.server.query(&database, "update spapi_queue._private_jobs set run_at = now()");
    assert_eq!(cluster.list().await.unwrap().streams.len() as u64, streams);
    let mut workers = [stage.worker(&database), stage.worker(&database)];
    let left = "select count(*) from spapi_queue.jobs where task_identifier = 'read_stream'";
    let began = Instant::now();
    while stage.server.query(&database, left) != ["0"] {
        assert!(began.elapsed() < Duration::from_secs(600), "{:?} left", stage.server.query(&database, left));
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    println!("{streams} streams in {:?}", began.elapsed());
    let by_worker = "select count(*) > 100 from spapi_workers.streams group by worker";
    assert_eq!(stage.server.query(&database, by_worker), ["t", "t"]);
    let epochs = "select count(*), max(epoch) from amazon._spapi_streams";
    assert_eq!(stage.server.query(&database, epochs), [format!("{streams}, 1")]);
    assert!(workers.iter_mut().all(Process::stop));
}

async fn workers_together_stay_within_the_quotas() {
    // One seller, who may look at two reports a second, and whose workers look at one a second each.
    const CONNECTIONS: usize = 10;
    let stage = Stage::with_quotas(50, 0).await;
    for number in 0..CONNECTIONS {
        stage.add(&format!("c{number}"), &[LISTINGS], "");
    }
    let database = stage.database();
    let cluster = stage.cluster(&database).await;
    let mut workers = [stage.worker(&database), stage.worker(&database)];
    until(&cluster, "done", |listing| is_done(listing, CONNECTIONS)).await;
    assert!(workers.iter_mut().all(Process::stop));
    let [calls, too_many] = [0, 1].map(|index| stage.calls[index].load(std::sync::atomic::Ordering::Relaxed));
    println!("{calls} calls, {too_many} of them too many");
    assert!(calls >= 3 * CONNECTIONS as u64 && too_many == 0, "{calls} {too_many}");
    let logins = "select count(*) from spapi.tokens";
    assert_eq!(stage.server.query(&database, logins), ["1"]);
}

async fn workers_in_networks_keep_the_quotas_of_each_seller() {
    // getOrderItems: 30 calls at once, and one each two seconds.
    const BURST: u64 = 30;
    const EACH: Duration = Duration::from_secs(2);
    let sellers = number(SELLERS, 3) as usize;
    let stage = Stage::with_quotas(number(ORDERS, 32) as usize, sellers).await;
    for number in 0..sellers {
        stage.add(&format!("c{number}"), &["OrderItems"], "");
    }
    let mut places = Vec::new();
    for number in 0..2 {
        places.push(Network::new(number, &stage.ports()).await);
    }
    let database = stage.database();
    let cluster = stage.cluster(&database).await;
    let began = Instant::now();
    let mut workers: Vec<_> = (0..4).map(|index| stage.worker_in(&places[index % 2], &database)).collect();
    until(&cluster, "done", |listing| is_done(listing, sellers)).await;
    let took = began.elapsed();
    assert!(workers.iter_mut().all(Process::stop));
    let orders = "select count(distinct \"AmazonOrderId\") from \"OrderItems\"";
    let orders: u64 = stage.server.query(&database, orders)[0].parse().unwrap();
    let [calls, too_many] = [0, 1].map(|index| stage.calls[index].load(std::sync::atomic::Ordering::Relaxed));
    let ideal = EACH * orders.saturating_sub(BURST) as u32;
    println!(
        "{sellers} sellers of {orders} orders: {calls} calls, {too_many} of them too many, in {:.1} s; the quota allows {} s",
        took.as_secs_f64(),
        ideal.as_secs()
    );
    assert!(orders > BURST && calls >= orders * sellers as u64 && too_many == 0, "{orders} {calls} {too_many}");
    assert_eq!(stage.server.query(&database, "select count(*) from spapi.tokens"), [sellers.to_string()]);
}

async fn workers_rest_and_go_on() {
    let stage = Stage::with(2).await;
    let expected = stage.expected().await;
    let database = stage.database();
    let cluster = stage.cluster(&database).await;
    let mut workers = [stage.worker(&database), stage.worker(&database)];
    let is_running = |listing: &spapi_sync::cluster::Listing| {
        listing.workers == 2 && listing.streams.iter().any(|one| one.state == StreamJobState::Running)
    };
    until(&cluster, "running", is_running).await;
    cluster.drain().await.unwrap();
    while cluster.running(SILENCE).await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let resting = cluster.list().await.unwrap();
    assert!(resting.is_draining && resting.streams.iter().all(|one| one.failures == 0), "{resting:#?}");
    tokio::time::sleep(SILENCE).await;
    let still = cluster.list().await.unwrap();
    let states =
        |listing: &spapi_sync::cluster::Listing| listing.streams.iter().map(|one| one.state).collect::<Vec<_>>();
    assert_eq!(states(&still), states(&resting));
    cluster.resume().await.unwrap();
    until(&cluster, "done", |listing| is_done(listing, 2 * TABLES.len())).await;
    assert!(workers.iter_mut().all(Process::stop));
    assert!(stage.rows(&database) == expected);
}

async fn a_worker_ends_at_the_next_commit() {
    let stage = Stage::with(2).await;
    let expected = stage.expected().await;
    let database = stage.database();
    let cluster = stage.cluster(&database).await;
    let mut worker = stage.worker(&database);
    until(&cluster, "running", |listing| {
        listing.streams.iter().any(|one| one.state == StreamJobState::Running)
            && stage.server.query(&database, "select to_regclass('amazon._spapi_slices') is not null") == ["t"]
            && stage.server.query(&database, "select count(*) > 3 from amazon._spapi_slices") == ["t"]
    })
    .await;
    assert!(worker.stop());
    let left = cluster.list().await.unwrap();
    let is_given_back = |state| matches!(state, StreamJobState::Queued | StreamJobState::Idle);
    assert!(left.streams.iter().all(|one| is_given_back(one.state) && one.failures == 0), "{left:#?}");
    assert!(left.streams.iter().any(|one| one.state == StreamJobState::Queued), "{left:#?}");
    let mut other = stage.worker(&database);
    until(&cluster, "done", |listing| is_done(listing, 2 * TABLES.len())).await;
    assert!(other.stop());
    assert!(stage.rows(&database) == expected);
}

async fn an_older_program_works_with_a_database_of_a_newer_one_until_it_cannot() {
    let stage = Stage::empty().await;
    stage.add("one", &[LISTINGS], "");
    let database = stage.database();
    // Programs that start at once make the tables once.
    let url = stage.url(&database);
    let connected = tokio::join!(Cluster::connect(&url), Cluster::connect(&url), Cluster::connect(&url));
    let cluster = connected.0.unwrap();
    assert!(connected.1.is_ok() && connected.2.is_ok());
    stage.server.query(
        &database,
        "alter table spapi_workers.streams add column newer text not null default '';
         update spapi_workers.control set version = 2",
    );
    // A job of a newer program has more in it, and one that this program could not do has another name.
    stage.server.query(
        &database,
        "select from spapi_queue.add_job('read_stream', '{\"connection\":\"one\",\"stream\":\"GET_MERCHANT_LISTINGS_ALL_DATA\",
            \"marketplace\":\"A1VC38T7YXB528\",\"newer\":[1]}', job_key => 'one/GET_MERCHANT_LISTINGS_ALL_DATA/A1VC38T7YXB528');
         select from spapi_queue.add_job('read_stream_in_parts', '{}')",
    );
    let mut worker = stage.worker(&database);
    until(&cluster, "done", |listing| is_done(listing, 1)).await;
    let left = "select task_identifier, attempts from spapi_queue.jobs where task_identifier like 'read%'";
    assert_eq!(stage.server.query(&database, left), ["read_stream_in_parts, 0"]);

    stage.server.query(&database, "update spapi_workers.control set oldest = 2");
    let error = Cluster::connect(&url).await.unwrap_err().to_string();
    assert!(error.contains("changed by a newer version of this program") && error.contains("Update"), "{error}");
    let began = Instant::now();
    while worker.is_alive() {
        assert!(began.elapsed() < Duration::from_secs(60), "the worker goes on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!worker.stop());
}

//! Servers that stop, crash, and answer late or not at all.

use crate::server::{Server, USER};
use crate::support::{Database, builder, call, count, key, runtime, sandbox, update};
use spapi_core::Quotas;
use spapi_core::operation::Rate;
use spapi_core::throttle::{QuotaChange, QuotaStore};
use spapi_jobs::journal::Journal;
use spapi_sandbox::Limits;
use spapi_stores::Postgres;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

const RATE: Rate = Rate::new(0.001, 20);

fn url(server: &Server) -> String {
    server.url(USER, "postgres")
}

pub fn no_call_is_sent_while_the_server_is_away() {
    runtime().block_on(async {
        let mut server = Server::new();
        let (sandbox, seen) = sandbox(Limits::Documented).await;
        let stores = Postgres::connect(&url(&server).replace("owner@", "owner:s3cret@")).await.unwrap();
        let quotas = Quotas::with_store(stores.quota());
        let client = builder(sandbox.url()).quotas(&quotas).build().unwrap();
        call(&client).await.unwrap();
        server.stop();
        for _ in 0..3 {
            let error = call(&client).await.unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(error.is_connect() && shown.contains("no call is sent without it"), "{shown}");
            assert!(shown.contains("the Postgres database postgres on 127.0.0.1"), "{shown}");
            assert!(shown.contains("Nothing was sent") && !shown.contains("s3cret"), "{shown}");
        }
        assert_eq!(count(&seen, "getOrders"), 1);
        server.start();
        while let Err(error) = call(&client).await {
            assert!(error.is_connect(), "{error}");
            sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(count(&seen, "getOrders"), 2);
        let left: f64 = server.query("postgres", "select calls from spapi.quotas")[0].parse().unwrap();
        assert!((17.9..19.0).contains(&left), "the count of before goes on: {left}");
    });
}

pub fn calls_that_a_crash_may_have_lost_count_as_taken() {
    runtime().block_on(async {
        let mut server = Server::new();
        let quota = Postgres::connect(&url(&server)).await.unwrap().quota();
        for _ in 0..3 {
            assert!(update(&quota, "o", RATE, QuotaChange::Take).await.taken.is_some());
        }
        server.kill();
        server.start();
        assert!(update(&quota, "o", RATE, QuotaChange::Take).await.taken.is_none());
        // One that is called for the first time has all its calls.
        assert!(update(&quota, "p", RATE, QuotaChange::Take).await.taken.is_some());
        assert!(update(&quota, "p", RATE, QuotaChange::Take).await.taken.is_some());
        server.stop();
        server.start();
        assert!(update(&quota, "p", RATE, QuotaChange::Take).await.taken.is_some());
    });
}

pub fn a_lock_outlives_a_restart_of_the_server() {
    runtime().block_on(async {
        let mut server = Server::new();
        let one = Postgres::connect(&url(&server)).await.unwrap().journal();
        let two = Postgres::connect(&url(&server)).await.unwrap().journal();
        let held = one.lock("a").await.unwrap();
        server.kill();
        server.start();
        // Longer than a lease: it was extended after the restart.
        assert!(timeout(Duration::from_secs(20), two.lock("a")).await.is_err());
        drop(held);
        timeout(Duration::from_secs(10), two.lock("a")).await.unwrap().unwrap();
    });
}

pub fn a_session_that_the_server_ends_is_replaced(database: &Database) {
    runtime().block_on(async {
        let quota = database.connect().await.quota();
        for _ in 0..5 {
            assert!(update(&quota, "o", RATE, QuotaChange::Take).await.taken.is_some());
            database.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'spapi' and datname = current_database()");
        }
        let sessions = "select count(*) from pg_stat_activity where application_name = 'spapi' and datname = current_database()";
        update(&quota, "o", RATE, QuotaChange::Look).await;
        assert_eq!(database.query(sessions), ["1"]);
    });
}

/// A way to the server, which can be slow or dead.
#[derive(Clone, Default)]
struct Way {
    /// How long each piece needs, in milliseconds.
    delay: Arc<AtomicU64>,
    /// Whether pieces get lost. What was opened then stays lost.
    is_dead: Arc<AtomicBool>,
}

impl Way {
    /// Opens it to a server, and returns its port.
    async fn open(&self, port: u16) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let way = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let other = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                let ((here_in, here_out), (there_in, there_out)) = (stream.into_split(), other.into_split());
                tokio::spawn(way.clone().carry(here_in, there_out));
                tokio::spawn(way.clone().carry(there_in, here_out));
            }
        });
        own
    }

    async fn carry(self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut piece = vec![0; 16 * 1024];
        while let Ok(length @ 1..) = from.read(&mut piece).await {
            sleep(Duration::from_millis(self.delay.load(Ordering::SeqCst))).await;
            if self.is_dead.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            if to.write_all(&piece[..length]).await.is_err() {
                return;
            }
        }
    }
}

pub fn a_slow_connection_is_waited_for_and_a_dead_one_replaced(database: &Database) {
    runtime().block_on(async {
        let way = Way::default();
        let address = database.url();
        let port: u16 = address.split(['/', ':']).nth(4).unwrap().parse().unwrap();
        let own = way.open(port).await;
        let quota = Postgres::connect(&address.replace(&port.to_string(), &own.to_string())).await.unwrap().quota();
        way.delay.store(200, Ordering::SeqCst);
        assert!(update(&quota, "o", RATE, QuotaChange::Take).await.taken.is_some());
        way.is_dead.store(true, Ordering::SeqCst);
        for _ in 0..2 {
            let error = quota.update(&key("o"), RATE, &QuotaChange::Take).await.unwrap_err().to_string();
            assert!(error.contains("did not answer within 1.5 s"), "{error}");
        }
        way.is_dead.store(false, Ordering::SeqCst);
        way.delay.store(0, Ordering::SeqCst);
        // The session that is being opened meanwhile is lost as well, and given up after its time.
        while quota.update(&key("o"), RATE, &QuotaChange::Take).await.is_err() {}
    });
}

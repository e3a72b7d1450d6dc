//! Shared access tokens.

use crate::processes::{output, start};
use crate::support::{Database, builder, call, count, runtime, sandbox};
use spapi_core::Clock;
use spapi_core::auth::{AccessToken, ExposeSecret, TokenStore};
use spapi_sandbox::{CLIENT_SECRET, Limits, REFRESH_TOKEN};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, mpsc};
use std::time::{Duration, SystemTime};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn token(text: &str, seconds: u64) -> AccessToken {
    AccessToken::new(text, SystemTime::now() + Duration::from_secs(seconds))
}

pub fn eight_processes_request_one_token(database: &Database) {
    let runtime = runtime();
    let (sandbox, seen) = runtime.block_on(sandbox(Limits::Off));
    let mut processes: Vec<_> = (0..8).map(|_| start("call", &database.url(), sandbox.url())).collect();
    for process in &mut processes {
        let mut ready = [0; 6];
        process.stdout.as_mut().unwrap().read_exact(&mut ready).unwrap();
        assert_eq!(&ready, b"ready\n");
    }
    for process in &mut processes {
        process.stdin.take().unwrap().write_all(b"go\n").unwrap();
    }
    processes.into_iter().for_each(|process| drop(output(process)));
    assert_eq!((count(&seen, "login"), count(&seen, "getOrders")), (1, 8));
}

/// A clock that is wrong.
#[derive(Debug)]
struct Wrong(i64);

impl Clock for Wrong {
    fn now(&self) -> SystemTime {
        let off = Duration::from_secs(self.0.unsigned_abs());
        if self.0 < 0 { SystemTime::now() - off } else { SystemTime::now() + off }
    }
}

fn wrong_by(seconds: i64) -> Arc<Wrong> {
    Arc::new(Wrong(seconds))
}

pub fn a_token_is_renewed_once_when_it_expires(database: &Database) {
    runtime().block_on(async {
        let (sandbox, seen) = sandbox(Limits::Off).await;
        for round in 1..=3 {
            let mut calls = tokio::task::JoinSet::new();
            for _ in 0..4 {
                let tokens = Arc::new(database.connect().await.tokens());
                let client = builder(sandbox.url()).token_store(tokens).build().unwrap();
                calls.spawn(async move { call(&client).await });
            }
            calls.join_all().await.into_iter().for_each(|called| called.unwrap());
            assert_eq!(count(&seen, "login"), round);
            // As an hour later.
            database.query("update spapi.tokens set expires_at = clock_timestamp()");
        }
    });
}

pub fn clocks_that_are_wrong_make_no_difference(database: &Database) {
    runtime().block_on(async {
        let (sandbox, seen) = sandbox(Limits::Off).await;
        for seconds in [600, -600, 0, 600] {
            let clock = wrong_by(seconds);
            let tokens = database.connect().await.tokens().clock(clock.clone());
            let client = builder(sandbox.url()).token_store(Arc::new(tokens)).clock(clock).build().unwrap();
            call(&client).await.unwrap();
        }
        assert_eq!(count(&seen, "login"), 1, "all of them share the first token");
        let left =
            database.query("select round(extract(epoch from expires_at - clock_timestamp()) / 60) from spapi.tokens");
        assert_eq!(left, ["60"], "by the clock of the server");
        // Ten minutes before its end it is valid for all, and then for none.
        for (left, logins) in [(590, 1), (0, 2)] {
            database.query(&format!("update spapi.tokens set expires_at = clock_timestamp() + interval '{left} s'"));
            for seconds in [600, -600] {
                let clock = wrong_by(seconds);
                let tokens = database.connect().await.tokens().clock(clock.clone());
                let client = builder(sandbox.url()).token_store(Arc::new(tokens)).clock(clock).build().unwrap();
                call(&client).await.unwrap();
            }
            assert_eq!(count(&seen, "login"), logins);
        }
    });
}

/// A server that answers everything but the first request, and says when each begins, by its first line.
fn stalling_server() -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (begun, has_begun) = mpsc::channel();
    std::thread::spawn(move || {
        let mut stalled = None;
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut lines, mut length) = (Vec::new(), 0);
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
                lines.push(line);
            }
            stream.read_exact(&mut vec![0; length]).unwrap();
            if begun.send(lines[0].clone()).is_err() {
                return;
            }
            if stalled.is_none() {
                stalled = Some(stream);
                continue;
            }
            let body = r#"{"access_token":"Atza|1","expires_in":3600,"payload":{}}"#;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
            write!(stream.get_mut(), "{head}content-type: application/json\r\n\r\n{body}").unwrap();
        }
    });
    (url, has_begun)
}

pub fn another_process_renews_when_the_one_that_does_is_killed(database: &Database) {
    let (url, has_begun) = stalling_server();
    let mut process = start("call", &database.url(), &url);
    process.stdin.as_mut().unwrap().write_all(b"go\n").unwrap();
    assert!(has_begun.recv().unwrap().contains("/auth/o2/token"));
    process.kill().unwrap();
    process.wait().unwrap();
    let locks = database.query("select name from spapi.locks");
    let key = locks[0].strip_prefix("token ").unwrap();
    runtime().block_on(async {
        let tokens = database.connect().await.tokens();
        let lock = tokio::time::timeout(Duration::from_secs(1), tokens.lock(key)).await;
        assert!(lock.is_err(), "the one that was killed had the lock");
        let client = builder(&url).token_store(Arc::new(tokens)).build().unwrap();
        call(&client).await.unwrap();
    });
    let requests: Vec<_> = has_begun.try_iter().collect();
    assert_eq!(requests.iter().filter(|line| line.contains("/auth/o2/token")).count(), 1, "{requests:?}");
}

pub fn a_lock_that_a_dropped_caller_held_is_free(database: &Database) {
    runtime().block_on(async {
        let tokens = database.connect().await.tokens();
        drop(tokens.lock(KEY).await.unwrap().unwrap());
        for millis in [0, 1, 2, 3, 5, 8] {
            let lock = tokens.lock(KEY);
            let _ = tokio::time::timeout(Duration::from_millis(millis), lock).await;
        }
        // Much sooner than a lease ends.
        let other = database.connect().await.tokens();
        let lock = tokio::time::timeout(Duration::from_secs(5), other.lock(KEY)).await;
        assert!(lock.unwrap().unwrap().is_some());
    });
}

pub fn a_refused_renewal_keeps_no_token(database: &Database) {
    runtime().block_on(async {
        let (sandbox, _) = sandbox(Limits::Off).await;
        let client = async || {
            let tokens = Arc::new(database.connect().await.tokens());
            builder(sandbox.url()).token_store(tokens).build().unwrap()
        };
        call(&client().await).await.unwrap();
        assert_eq!(database.query("select count(*) from spapi.tokens"), ["1"]);
        assert!(sandbox.revoke(REFRESH_TOKEN));
        let error = call(&client().await).await.unwrap_err();
        assert!(error.is_auth(), "{error}");
        assert_eq!(database.query("select count(*) from spapi.tokens"), ["0"]);
    });
}

pub fn tokens_are_encrypted_with_a_key(database: &Database) {
    runtime().block_on(async {
        let stores = database.connect().await;
        let sealed = stores.tokens().sealed_with(&[7; 32]);
        sealed.save(KEY, &token("Atza|secret", 3600)).await.unwrap();
        assert_eq!(database.query("select position('secret'::bytea in token) from spapi.tokens"), ["0"]);
        let kept = sealed.load(KEY).await.unwrap().unwrap();
        assert_eq!(kept.token.expose_secret(), "Atza|secret");
        for (other, said) in [
            (stores.tokens(), "this program has no key"),
            (stores.tokens().sealed_with(&[8; 32]), "encrypted with another key"),
        ] {
            let error = other.load(KEY).await.unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        // A token of another seller in its place is not taken.
        database.query(&format!(
            "insert into spapi.tokens select '{}', token, is_sealed, expires_at from spapi.tokens",
            "f".repeat(32)
        ));
        assert!(sealed.load(&"f".repeat(32)).await.is_err());
    });
}

pub fn no_secret_is_stored_or_shown(database: &Database) {
    runtime().block_on(async {
        let (sandbox, _) = sandbox(Limits::Off).await;
        let stores = database.connect().await;
        let quotas = spapi_core::Quotas::with_store(stores.quota());
        let client = builder(sandbox.url()).token_store(Arc::new(stores.tokens())).quotas(&quotas).build().unwrap();
        call(&client).await.unwrap();
        let all = ["quotas", "tokens", "locks", "journal"]
            .map(|table| database.query(&format!("select row_to_json(it)::text from spapi.{table} it")).join("\n"));
        for secret in [CLIENT_SECRET, REFRESH_TOKEN] {
            assert!(!all.iter().any(|text| text.contains(secret)), "{all:?}");
        }
        let secret_url = database.url().replace("postgres://owner@", "postgres://owner:s3cret@");
        let stores = spapi_stores::Postgres::connect(&secret_url).await.unwrap();
        let shown = format!("{stores:?} {:?} {:?} {:?}", stores.quota(), stores.tokens(), stores.journal());
        assert!(!shown.contains("s3cret"), "{shown}");
    });
}

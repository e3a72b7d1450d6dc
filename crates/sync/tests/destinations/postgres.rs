//! Cases of Postgres alone.

use crate::cases::{CASES, claimed};
use crate::rows::{LEDGER, LISTINGS, MARKETPLACE, ORDERS, id, opened, put, row, text};
use crate::server::{Server, USER, programs};
use crate::{Case, Database, Opening, case, runtime};
use libtest_mimic::Trial;
use spapi_core::transport::ServiceTransport;
use spapi_core::{Client, Credentials, Endpoint, Marketplace};
use spapi_jobs::{MemoryJournal, Reports};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Sandbox};
use spapi_sync::{
    Batcher, ColumnKind, Connection, Destination, Gap, Kind, Postgres, RunOptions, Schema, SliceSource, SliceState,
    Sources, Stream, StreamId, Tables, Value, run,
};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, SystemTime};

/// Cases in a database of the server of all cases.
const OWN: [Case; 15] = [
    case!(values_are_exact_in_columns_of_their_types),
    case!(a_row_that_postgres_cannot_store_is_a_dead_letter),
    case!(many_dead_letters_flow_in_bounded_memory),
    case!(a_column_of_another_type_is_named),
    case!(a_database_that_cannot_be_used_is_named_with_what_to_do),
    case!(a_user_without_rights_learns_which_are_missing),
    case!(a_user_who_may_only_read_sees_the_state),
    case!(streams_side_by_side_share_a_few_sessions),
    case!(a_run_whose_session_ends_loses_its_claim),
    case!(a_commit_waits_for_a_lock_of_another_program),
    case!(a_slice_whose_session_ends_is_not_committed),
    case!(keys_of_another_slice_at_the_start_of_a_long_one_lose_nothing),
    case!(a_stream_that_another_machine_took_over_can_no_longer_be_committed),
    case!(a_run_and_the_claims_of_streams_exclude_each_other),
    case!(a_session_that_stands_still_in_a_commit_is_ended_by_the_next_claim),
];

/// Cases with a server of their own.
const FAULTS: [(&str, fn()); 3] = [
    ("a_server_that_is_killed_loses_and_doubles_nothing", a_server_that_is_killed_loses_and_doubles_nothing),
    ("tls_is_used_as_the_url_says", tls_is_used_as_the_url_says),
    ("a_full_disk_is_named_and_loses_nothing", a_full_disk_is_named_and_loses_nothing),
];

/// The server of the cases, which has to live as long as they run, and the cases.
pub fn trials() -> (Option<Arc<Server>>, Vec<Trial>) {
    let names = CASES.iter().chain(&OWN).map(|(name, _)| *name).chain(FAULTS.iter().map(|(name, _)| *name));
    if programs().is_none() {
        let name = |name| format!("postgres::{name} (no server of Postgres is installed here)");
        return (None, names.map(|it| Trial::test(name(it), || Ok(())).with_ignored_flag(true)).collect());
    }
    // A list of the cases needs no server.
    let is_list = std::env::args().any(|argument| argument == "--list");
    let server = (!is_list).then(|| Arc::new(Server::new()));
    let own = CASES.iter().chain(&OWN).map(|(name, case)| {
        let (case, server) = (*case, server.clone());
        Trial::test(format!("postgres::{name}"), move || {
            runtime().block_on(case(&OfServer::new(server.ok_or("there is no server")?)));
            Ok(())
        })
    });
    let faults = FAULTS.iter().map(|(name, case)| {
        let case = *case;
        let is_possible = !name.contains("full_disk") || small_disk().is_some();
        let name = match is_possible {
            true => format!("postgres::{name}"),
            false => format!("postgres::{name} (a small disk cannot be mounted here)"),
        };
        let trial = Trial::test(name, move || {
            case();
            Ok(())
        });
        trial.with_ignored_flag(!is_possible)
    });
    let trials = own.chain(faults).collect();
    (server, trials)
}

/// A database of a server.
struct OfServer {
    server: Arc<Server>,
    name: String,
}

impl OfServer {
    fn new(server: Arc<Server>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("case_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        server.query("postgres", &format!("create database {name}"));
        Self { server, name }
    }
}

impl Database for OfServer {
    fn open(&self) -> Opening<'_> {
        Box::pin(async {
            let opened = Postgres::connect(&self.address(), "amazon").await.unwrap();
            Box::new(opened) as Box<dyn Tables>
        })
    }

    fn query(&self, sql: &str) -> Vec<String> {
        self.server.query(&self.name, sql)
    }

    fn address(&self) -> String {
        self.server.url(USER, &self.name)
    }
}

/// A schema with a column of each type, and the marketplace as its key.
fn all_types() -> Arc<Schema> {
    let mut schema = Schema::of(Stream::find(LEDGER).unwrap());
    schema.columns.truncate(5);
    for (name, kind) in [
        ("a text", ColumnKind::Text),
        ("Integer", ColumnKind::Integer),
        ("decimal", ColumnKind::Decimal),
        ("boolean", ColumnKind::Boolean),
        ("date", ColumnKind::Date),
        ("timestamp", ColumnKind::Timestamp),
        ("json", ColumnKind::Json),
    ] {
        let mut column = schema.columns[4].clone();
        (column.name, column.kind, column.nullable) = (name.to_owned(), kind, true);
        schema.columns.push(column);
    }
    Arc::new(schema)
}

/// A row of all types.
fn of_all_types(values: [Value; 7]) -> Vec<Value> {
    let own = ["a", "m", "s"].map(|text| Value::Text(text.to_owned()));
    own.into_iter().chain([Value::Integer(0), Value::Null]).chain(values).collect()
}

const NULLS: [Value; 7] = [const { Value::Null }; 7];

async fn put_all_types(destination: &mut dyn Destination, rows: Vec<Vec<Value>>) -> SliceState {
    let schema = all_types();
    let mut writing = destination.begin(id(LEDGER, "s"), Arc::clone(&schema), Kind::Incremental).await.unwrap();
    let mut batcher = Batcher::new(schema);
    for row in rows {
        assert!(batcher.push(row).is_none());
    }
    writing.write(batcher.finish().unwrap()).await.unwrap();
    writing.commit(SliceSource::default()).await.unwrap()
}

async fn values_are_exact_in_columns_of_their_types(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let decimals = [
        "79228162514264337593543950335",
        "-7.9228162514264337593543950335",
        "0.0000000000000000000000000001",
        "1234567890.123456789012345678",
        "-0.5",
        "1980.10",
        "10000",
        "0",
    ];
    let mut rows = vec![of_all_types([
        Value::Text("折りたたみ傘 \\N \t\"x\"\n🎌".to_owned()),
        Value::Integer(i64::MIN),
        Value::Null,
        Value::Boolean(true),
        Value::Date("2024-02-29".to_owned()),
        Value::Timestamp(1_767_225_600_000_001),
        Value::Json(r#"{"b": [1.10, null], "a": "傘 \\u0000 \u00e9"}"#.to_owned()),
    ])];
    rows.push(of_all_types([
        Value::Text(String::new()),
        Value::Integer(i64::MAX),
        Value::Null,
        Value::Boolean(false),
        Value::Date("-004713-11-24".to_owned()),
        Value::Timestamp(-1),
        Value::Json("\"x\"".to_owned()),
    ]));
    for decimal in decimals {
        let mut values = NULLS;
        values[2] = Value::Decimal(decimal.parse().unwrap());
        rows.push(of_all_types(values));
    }
    let state = put_all_types(&mut *destination, rows).await;
    assert_eq!((state.rows, state.rejected), (10, 0));
    let types = database.query(&format!(
        "select string_agg(format_type(atttypid, atttypmod), ', ' order by attnum) from pg_attribute
         where attrelid = '\"{LEDGER}\"'::regclass and attnum > 5"
    ));
    assert_eq!(types, ["text, bigint, numeric, boolean, date, timestamp with time zone, jsonb"]);
    let found = database.query(&format!(
        "select to_json(\"a text\"), \"Integer\", boolean, date, timestamp, json ->> 'a', json -> 'b'
         from \"{LEDGER}\" where _ordinal < 2 order by _ordinal"
    ));
    assert_eq!(
        found,
        [
            r#""折りたたみ傘 \\N \t\"x\"\n🎌", -9223372036854775808, t, 2024-02-29, 2026-01-01 00:00:00.000001+00, 傘 \u0000 é, [1.10, null]"#,
            r#""", 9223372036854775807, f, 4714-11-24 BC, 1969-12-31 23:59:59.999999+00, NULL, NULL"#,
        ]
    );
    let found = database.query(&format!("select decimal from \"{LEDGER}\" where _ordinal > 1 order by _ordinal"));
    assert_eq!(found, decimals);
}

async fn a_row_that_postgres_cannot_store_is_a_dead_letter(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let with = |place: usize, value: Value| {
        let mut values = NULLS;
        values[0] = Value::Text("kept".to_owned());
        values[place] = value;
        of_all_types(values)
    };
    let json = |text: &str| with(6, Value::Json(text.to_owned()));
    let rows = vec![
        with(1, Value::Integer(1)),
        with(0, Value::Text("a\0b".to_owned())),
        json(r#"{"a": ["\u0000"]}"#),
        json(r#"{"\u0000": 1}"#),
        json(r#"{"a": "\ud83d"}"#),
        json("{"),
        with(4, Value::Date("-004713-11-23".to_owned())),
        with(4, Value::Date("soon".to_owned())),
        with(5, Value::Timestamp(i64::MAX)),
        with(5, Value::Timestamp(i64::MIN)),
        with(1, Value::Text("1".to_owned())),
        with(1, Value::Integer(2)),
    ];
    let state = put_all_types(&mut *destination, rows).await;
    assert_eq!((state.rows, state.rejected), (2, 10));
    let found = database.query(&format!("select \"Integer\" from \"{LEDGER}\" order by 1"));
    assert_eq!(found, ["1", "2"]);
    let found = database.query("select \"column\", reason from _spapi_rejected order by ctid");
    assert_eq!(
        found,
        [
            "a text, Postgres cannot store the character U+0000",
            "json, Postgres cannot store the character U+0000",
            "json, Postgres cannot store the character U+0000",
            "json, expected JSON",
            "json, expected JSON",
            "date, the date is out of range",
            "date, expected a date",
            "timestamp, the time is out of range",
            "timestamp, the time is out of range",
            "Integer, the value has another type than the column",
        ]
    );
    let found = database.query("select \"row\" from _spapi_rejected order by ctid limit 2");
    assert_eq!(found, [r#"{"a text":"a\u0000b"}"#, r#"{"a text":"kept","json":{"a":["\u0000"]}}"#]);

    // An index takes no key that is longer than a third of a page.
    let long = |length: usize| row(LISTINGS, "whole", &[("seller_sku", text(&"傘".repeat(length)))]);
    let state = put(&mut *destination, LISTINGS, "whole", vec![long(10), long(800), long(2000)]).await;
    assert_eq!((state.rows, state.rejected), (2, 1));
}

async fn many_dead_letters_flow_in_bounded_memory(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let mut writing = opened(&mut *destination, LEDGER, "s", Vec::new()).await;
    let why = Schema::of(Stream::find(LEDGER).unwrap()).row(&id(LEDGER, "s"), &[], []).unwrap_err();
    for number in 0..2000 {
        writing.reject(why.clone(), format!("{number} \0 {}", "x".repeat(1000))).await.unwrap();
    }
    let state = writing.commit(SliceSource::default()).await.unwrap();
    assert_eq!((state.rows, state.rejected), (0, 2000));
    let found = database.query("select count(*), count(distinct \"row\"), sum(length(\"row\")) from _spapi_rejected");
    assert_eq!(found, [format!("2000, 2000, {}", 2000 * 1008 + 6890)]);
}

async fn a_column_of_another_type_is_named(database: &dyn Database) {
    let mut destination = claimed(database).await;
    put(&mut *destination, LISTINGS, "whole", Vec::new()).await;
    let found = Stream::find(LISTINGS).unwrap();
    for (change, said) in [
        (
            "alter table \"{}\" alter price type numeric(10, 2)",
            "price of the table amazon.GET_MERCHANT_LISTINGS_ALL_DATA is numeric(10,2)",
        ),
        ("alter table \"{}\" alter price type text", "is text, and the stream has numeric"),
        ("alter table \"{}\" rename to other; create view \"{}\" as select * from other", "is not a table"),
    ] {
        database.query(&change.replace("{}", LISTINGS));
        let schema = Arc::new(Schema::of(found));
        let begun = destination.begin(id(LISTINGS, "whole"), schema, found.kind).await;
        let error = begun.err().unwrap().to_string();
        assert!(error.contains(said) && error.contains("another schema"), "{error}");
    }
}

async fn a_database_that_cannot_be_used_is_named_with_what_to_do(database: &dyn Database) {
    let good = database.address();
    let name = good.rsplit('/').next().unwrap();
    database.query("create role guarded_c login password 'right'");
    let guarded = good.replace(&format!("{USER}@"), "guarded_c:wrong-secret@");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (url, said, hint) in [
        (guarded.as_str(), "password authentication failed", "Correct user, password"),
        (&guarded.replace(":wrong-secret", ""), "password missing", "Correct user and password"),
        (&good.replace(name, "none"), "database \"none\" does not exist", "Create the database"),
        (&format!("postgres://u:secret@127.0.0.1:{nobody}/a"), "Connection refused", "Start the server"),
        (&format!("{good}?sslmode=require"), "server does not support TLS", "Let the server offer TLS"),
    ] {
        let error = Postgres::connect(url, "amazon").await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("cannot be used") && shown.contains(said) && shown.contains(hint), "{shown}");
        assert!(!shown.contains("secret"), "{shown}");
    }
    for mode in ["disable", "prefer"] {
        Postgres::connect(&format!("{good}?sslmode={mode}"), "amazon").await.unwrap();
    }
    let error = Postgres::connect(&good, "pg_mine").await.unwrap_err().to_string();
    assert!(error.contains("cannot be the name of a schema"), "{error}");
    let shown = format!("{:?}", Postgres::connect(&guarded.replace("wrong-secret", "right"), "public").await.err());
    assert!(shown.contains("permission denied for schema public"), "{shown}");
}

async fn a_user_without_rights_learns_which_are_missing(database: &dyn Database) {
    let name = database.address();
    let name = name.rsplit('/').next().unwrap();
    database.query(&format!(
        "create role guarded_r login password 'right'; revoke temporary on database {name} from public"
    ));
    let url = database.address().replace(&format!("{USER}@"), "guarded_r:right@");
    let error = Postgres::connect(&url, "amazon").await.unwrap_err().to_string();
    assert!(error.contains("permission denied for database") && error.contains("CREATE on the schema"), "{error}");
    database.query("create schema amazon; grant usage, create on schema amazon to guarded_r");
    let mut destination = Postgres::connect(&url, "amazon").await.unwrap();
    destination.claim("a").await.unwrap();
    put(&mut destination, LISTINGS, "whole", vec![row(LISTINGS, "whole", &[])]).await;
    // What is there already is compared with the new rows in a temporary table.
    let mut writing = opened(&mut destination, LISTINGS, "whole", vec![row(LISTINGS, "whole", &[])]).await;
    let why = Schema::of(Stream::find(LEDGER).unwrap()).row(&id(LEDGER, "s"), &[], []).unwrap_err();
    let _ = writing.reject(why, String::new()).await;
    let error = writing.commit(SliceSource::default()).await.unwrap_err().to_string();
    assert!(error.contains("permission denied to create temporary tables"), "{error}");
    database.query(&format!("grant temporary on database {name} to guarded_r"));
    put(&mut destination, LISTINGS, "whole", vec![row(LISTINGS, "whole", &[])]).await;
}

async fn a_user_who_may_only_read_sees_the_state(database: &dyn Database) {
    database.query("create role guarded_v login password 'right'");
    let url = database.address().replace(&format!("{USER}@"), "guarded_v:right@");
    assert!(Postgres::connect_filled(&url, "amazon").await.unwrap().is_none());
    let mut destination = claimed(database).await;
    let state = put(&mut *destination, LISTINGS, "whole", vec![row(LISTINGS, "whole", &[])]).await;
    database
        .query("grant usage on schema amazon to guarded_v; grant select on all tables in schema amazon to guarded_v");
    let mut reader = Postgres::connect_filled(&url, "amazon").await.unwrap().unwrap();
    assert_eq!(reader.states("a").await.unwrap(), [state]);
    assert_eq!(reader.rows("a", Stream::find(LISTINGS).unwrap(), "A1VC38T7YXB528").await.unwrap(), Some(1));
    assert_eq!(reader.gaps("a").await.unwrap(), []);
}

async fn streams_side_by_side_share_a_few_sessions(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let mut open = Vec::new();
    for number in 0..16 {
        let slice = format!("{number}");
        let rows = (0..1500).map(|_| row(LEDGER, &slice, &[("asin", text(&slice))]));
        open.push(opened(&mut *destination, LEDGER, &slice, rows.collect()).await);
    }
    let sessions =
        "select count(*) from pg_stat_activity where application_name = 'spapi' and datname = current_database()";
    assert_eq!(database.query(sessions), ["5"]);
    for writing in open.into_iter().rev() {
        writing.commit(SliceSource::default()).await.unwrap();
    }
    let found = database.query(&format!("select count(*), count(distinct asin) from \"{LEDGER}\" where asin = _slice"));
    assert_eq!(found, ["24000, 16"]);
    drop(opened(&mut *destination, LEDGER, "dropped", vec![row(LEDGER, "dropped", &[])]).await);
    // What a slice leaves behind is removed before the session writes the next one.
    for slice in ["v", "w", "x", "y"] {
        put(&mut *destination, LEDGER, slice, vec![row(LEDGER, slice, &[])]).await;
    }
    assert_eq!(database.query(sessions), ["5"]);
}

/// The server's processes that hold a claim, or write.
const CLAIMING: &str = "pid in (select pid from pg_locks where locktype = 'advisory')";

fn end_sessions(database: &dyn Database, which: &str) {
    let of =
        format!("from pg_stat_activity where application_name = 'spapi' and datname = current_database() and {which}");
    let ended = database.query(&format!("select pg_terminate_backend(pid) {of}"));
    assert!(!ended.is_empty() && ended.iter().all(|line| line == "t"), "{ended:?}");
    while database.query(&format!("select count(*) {of}")) != ["0"] {
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn stream(name: &str) -> StreamId {
    StreamId { connection: "a".to_owned(), stream: name.to_owned(), marketplace: MARKETPLACE.to_owned() }
}

fn sku(sku: &str) -> Vec<Vec<Value>> {
    vec![row(LISTINGS, "whole", &[("seller_sku", text(sku))])]
}

async fn a_stream_that_another_machine_took_over_can_no_longer_be_committed(database: &dyn Database) {
    let (mut first, mut second) = (database.open().await, database.open().await);
    for name in [LISTINGS, LEDGER] {
        first.claim_stream(stream(name)).await.unwrap();
    }
    let overtaken = opened(&mut *first, LISTINGS, "whole", sku("A")).await;
    let kept = opened(&mut *first, LEDGER, "s", vec![row(LEDGER, "s", &[])]).await;
    second.claim_stream(stream(LISTINGS)).await.unwrap();
    put(&mut *second, LISTINGS, "whole", sku("B")).await;
    let error = overtaken.commit(SliceSource::default()).await.unwrap_err().to_string();
    assert!(error.contains("another run of the connection a has begun"), "{error}");
    let gap = Gap { id: id(LISTINGS, "s"), failed_at: "2026-01-01T00:00:00Z".to_owned(), ..Gap::default() };
    assert!(first.note_gap(gap.clone()).await.is_err() && first.close_gap(id(LISTINGS, "s")).await.is_err());
    // The other stream is still the first one's.
    kept.commit(SliceSource::default()).await.unwrap();
    second.note_gap(gap).await.unwrap();
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\"")), ["B"]);
    let skipped = second.begin(id(ORDERS, "s"), Arc::new(Schema::of(Stream::find(ORDERS).unwrap())), Kind::Incremental);
    let error = skipped.await.err().unwrap().to_string();
    assert!(error.contains("was not claimed"), "{error}");
}

async fn a_run_and_the_claims_of_streams_exclude_each_other(database: &dyn Database) {
    let (mut worker, mut run) = (database.open().await, database.open().await);
    worker.claim_stream(stream(LISTINGS)).await.unwrap();
    let overtaken = opened(&mut *worker, LISTINGS, "whole", sku("A")).await;
    run.claim("a").await.unwrap();
    let error = overtaken.commit(SliceSource::default()).await.unwrap_err().to_string();
    assert!(error.contains("another run of the connection a has begun"), "{error}");
    let error = worker.claim_stream(stream(LISTINGS)).await.unwrap_err().to_string();
    assert!(error.contains("another run of the connection a writes to"), "{error}");
    put(&mut *run, LISTINGS, "whole", sku("B")).await;
    drop(run);
    // The server notices a little later that the run is gone.
    for _ in 0..100 {
        if worker.claim_stream(stream(LISTINGS)).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    put(&mut *worker, LISTINGS, "whole", sku("C")).await;
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\"")), ["C"]);
}

async fn a_session_that_stands_still_in_a_commit_is_ended_by_the_next_claim(database: &dyn Database) {
    let (mut first, mut second) = (database.open().await, database.open().await);
    first.claim_stream(stream(LISTINGS)).await.unwrap();
    let writing = opened(&mut *first, LISTINGS, "whole", sku("A")).await;
    let mut commit = writing.commit(SliceSource::default());
    // As if the process were stopped after the commit has begun.
    let locks = "select count(*) from pg_locks where locktype = 'advisory' and mode = 'ShareLock' and granted
        and database = (select oid from pg_database where datname = current_database())";
    while database.query(locks) != ["1"] {
        let polled = std::future::poll_fn(|context| Poll::Ready(commit.as_mut().poll(context))).await;
        assert!(polled.is_pending(), "the commit was not stopped");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    second.claim_stream(stream(LISTINGS)).await.unwrap();
    put(&mut *second, LISTINGS, "whole", sku("B")).await;
    assert!(commit.await.is_err());
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\"")), ["B"]);
    first.claim_stream(stream(LISTINGS)).await.unwrap();
    put(&mut *first, LISTINGS, "whole", sku("C")).await;
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\"")), ["C"]);
}

async fn a_run_whose_session_ends_loses_its_claim(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let sku = |sku: &str| vec![row(LISTINGS, "whole", &[("seller_sku", text(sku))])];
    put(&mut *destination, LISTINGS, "whole", sku("A")).await;
    let open = opened(&mut *destination, LISTINGS, "whole", sku("B")).await;
    end_sessions(database, CLAIMING);
    let error = open.commit(SliceSource::default()).await.unwrap_err().to_string();
    assert!(error.contains("the claim of the connection a is lost") && error.contains("Run again"), "{error}");
    let found = Stream::find(LISTINGS).unwrap();
    let begun = destination.begin(id(LISTINGS, "whole"), Arc::new(Schema::of(found)), found.kind).await;
    let error = begun.err().unwrap().to_string();
    assert!(error.contains("Run again: what was committed is whole"), "{error}");
    let mut other = claimed(database).await;
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\"")), ["A"]);
    put(&mut *other, LISTINGS, "whole", sku("C")).await;
}

async fn a_slice_whose_session_ends_is_not_committed(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let sku = |sku: &str| vec![row(LISTINGS, "whole", &[("seller_sku", text(sku))])];
    let open = opened(&mut *destination, LISTINGS, "whole", sku("A")).await;
    end_sessions(database, &format!("not {CLAIMING}"));
    let error = open.commit(SliceSource::default()).await.unwrap_err().to_string();
    assert!(error.contains("cannot be used") && error.contains("what was committed is whole"), "{error}");
    assert!(destination.states("a").await.unwrap().is_empty());
    // The claim still holds, and the slice has another session.
    put(&mut *destination, LISTINGS, "whole", sku("B")).await;
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\"")), ["B"]);
}

async fn a_commit_waits_for_a_lock_of_another_program(database: &dyn Database) {
    let mut destination = claimed(database).await;
    put(&mut *destination, LISTINGS, "whole", Vec::new()).await;
    let open = opened(&mut *destination, LISTINGS, "whole", vec![row(LISTINGS, "whole", &[])]).await;
    let mut other = Command::new("psql");
    other
        .args(["-X", "-q", &database.address()])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    let mut other = other.spawn().unwrap();
    use std::io::{BufRead, BufReader, Write};
    let mut input = other.stdin.take().unwrap();
    writeln!(input, "begin; lock table amazon.\"{LISTINGS}\"; select 'locked';").unwrap();
    let output = BufReader::new(other.stdout.take().unwrap());
    assert!(output.lines().any(|line| line.unwrap().contains("locked")));
    let commit = tokio::spawn(open.commit(SliceSource::default()));
    let waits = "select count(*) from pg_locks where not granted and database = (select oid from pg_database where datname = current_database())";
    while database.query(waits) != ["1"] {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!commit.is_finished());
    writeln!(input, "commit;").unwrap();
    assert_eq!(commit.await.unwrap().unwrap().rows, 1);
    drop(input);
    assert!(other.wait().unwrap().success());
}

const STREAMS: [&str; 3] = [LISTINGS, ORDERS, "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"];

/// Syncs a shop, until the end or the first error. `progress` is called with the rows so far.
async fn sync(shop: &Sandbox, url: &str, now: SystemTime, mut progress: impl FnMut(u64)) -> Result<(), String> {
    let client = Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(shop.url()))
        .transport(ServiceTransport::new(shop.service()))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .build()
        .unwrap();
    let pause = Duration::from_millis(20);
    let reports = Reports::new(&client).journal(MemoryJournal::default()).polling(pause, pause);
    let sources = Sources::new(&client).reports(reports);
    let start = spapi_core::DateTime::from(now - Duration::from_secs(100 * 24 * 3600));
    let objects = STREAMS.join("\", \"");
    let text = format!("name = \"a\"\nregion = \"JP\"\nstart_date = \"{start}\"\nobjects = [\"{objects}\"]\n");
    let connection = Connection::parse(&text, "a.toml", Path::new("")).unwrap();
    let mut destination = Postgres::connect(url, "amazon").await.map_err(|error| error.to_string())?;
    let options = RunOptions::new().now(now);
    let summary = run(&sources, &connection, &mut destination, options, |stream| progress(stream.rows)).await;
    let summary = summary.map_err(|error| error.to_string())?;
    assert!(summary.is_whole(), "{summary:?}");
    Ok(())
}

/// The rows of all tables, and the slices.
fn contents(server: &Server, database: &str) -> Vec<String> {
    let tables = STREAMS.map(|stream| format!("select '{stream}', t::text from \"{stream}\" t"));
    let slices =
        "select '', concat_ws(' ', stream, marketplace, slice, \"to\", rows, rejected) from _spapi_slices".to_owned();
    let mut rows: Vec<_> = tables.into_iter().chain([slices]).flat_map(|sql| server.query(database, &sql)).collect();
    rows.sort();
    rows
}

fn a_server_that_is_killed_loses_and_doubles_nothing() {
    runtime().block_on(async {
        let server = Server::new();
        let shop = Sandbox::builder().orders(1500).limits(spapi_sandbox::Limits::Off).build().unwrap();
        let now = SystemTime::now();
        server.query("postgres", "create database undisturbed");
        sync(&shop, &server.url(USER, "undisturbed"), now, |_| ()).await.unwrap();
        let expected = contents(&server, "undisturbed");
        assert!(expected.len() > 1000, "{}", expected.len());

        // In the middle of a slice, after each number of steps that a run has, and between runs.
        server.query("postgres", "create database killed");
        let url = server.url(USER, "killed");
        let shared = Arc::new(Mutex::new(server));
        let mut errors = 0;
        for after in 1.. {
            let mut steps = 0;
            let ended = sync(&shop, &url, now, |rows| {
                steps += u32::from(rows > 0);
                if steps == after {
                    shared.lock().unwrap().kill();
                }
            })
            .await;
            let mut server = shared.lock().unwrap();
            match ended {
                Ok(()) => break,
                Err(error) => {
                    // The second is that of a session that the next slice needed.
                    let is_lost = error.contains("what was committed is whole") || error.contains("error connecting");
                    assert!(is_lost, "{error}");
                    errors += 1;
                }
            }
            server.start();
            server.kill();
            server.start();
        }
        assert!(errors >= 2, "{errors}");
        let mut server = Arc::into_inner(shared).unwrap().into_inner().unwrap();
        server.kill();
        server.start();
        sync(&shop, &url, now, |_| ()).await.unwrap();
        assert_eq!(contents(&server, "killed"), expected);
    });
}

fn tls_is_used_as_the_url_says() {
    runtime().block_on(async {
        let mut server = Server::new();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (roots, data) = (server.folder().join("roots.pem"), server.data());
        std::fs::write(&roots, made.cert.pem()).unwrap();
        server.keep("server.crt", &made.cert.pem());
        server.keep("server.key", &made.signing_key.serialize_pem());
        std::fs::write(data.join("postgresql.auto.conf"), "ssl = on\n").unwrap();
        server.kill();
        server.start();
        server.query(
            "postgres",
            "create role guarded_t login password 'right'; grant create on database postgres to guarded_t",
        );
        let local = server.url("guarded_t:right", "postgres");
        let named = local.replace("127.0.0.1", "localhost");
        let roots = format!("sslmode=verify-full&sslrootcert={}", roots.display().to_string().replace('/', "%2F"));
        let is_encrypted =
            "select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'spapi'";
        for (url, is) in [
            (format!("{local}?sslmode=disable"), "f"),
            (local.clone(), "t"),
            (format!("{local}?sslmode=require"), "t"),
            (format!("{named}?{roots}"), "t"),
        ] {
            let destination = Postgres::connect(&url, "amazon").await;
            assert!(destination.is_ok(), "{url}: {destination:?}");
            assert_eq!(server.query("postgres", is_encrypted), [is], "{url}");
            drop(destination);
            while server.query("postgres", is_encrypted) != [""; 0] {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        for (url, said) in
            [(format!("{named}?sslmode=verify-full"), "certificate"), (format!("{local}?{roots}"), "certificate")]
        {
            let error = Postgres::connect(&url, "amazon").await.unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("sslrootcert") && !error.contains("right"), "{error}");
        }
    });
}

async fn keys_of_another_slice_at_the_start_of_a_long_one_lose_nothing(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let line = |slice: &str, number: u32| {
        let order = format!("503-{number:07}");
        row(ORDERS, slice, &[("amazon_order_id", text(&order)), ("order_status", text(slice))])
    };
    put(&mut *destination, ORDERS, "first", (0..3).map(|number| line("first", number)).collect()).await;
    // The server refuses the copy at its second row, while the others are still being sent.
    for slice in ["second", "third"] {
        put(&mut *destination, ORDERS, slice, (1..60_000).map(|number| line(slice, number)).collect()).await;
        let found = database
            .query(&format!("select order_status, count(*), max(_ordinal) from \"{ORDERS}\" group by 1 order by 1"));
        assert_eq!(found, ["first, 1, 0".to_owned(), format!("{slice}, 59999, 0")]);
    }
    // The session is as good as before.
    put(&mut *destination, LISTINGS, "whole", vec![row(LISTINGS, "whole", &[])]).await;
}

/// A folder on a disk of 96 MiB, until it is dropped.
struct SmallDisk(tempfile::TempDir);

fn small_disk() -> Option<SmallDisk> {
    let folder = tempfile::tempdir().ok()?;
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", "size=96m,mode=0777", "none"]).arg(folder.path());
    mount.output().is_ok_and(|output| output.status.success()).then(|| SmallDisk(folder))
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).output();
    }
}

fn a_full_disk_is_named_and_loses_nothing() {
    runtime().block_on(async {
        let disk = small_disk().unwrap();
        let ballast = disk.0.path().join("ballast");
        std::fs::write(&ballast, vec![1; 4 << 20]).unwrap();
        let server = Arc::new(Server::small(disk.0.path()));
        let database = OfServer::new(Arc::clone(&server));
        let mut destination = claimed(&database).await;
        let line = |slice: &str| row(LEDGER, slice, &[("asin", text(&"傘".repeat(60)))]);
        put(&mut *destination, LEDGER, "first", vec![line("first"); 10]).await;
        let found = Stream::find(LEDGER).unwrap();
        let schema = Arc::new(Schema::of(found));
        let mut writing = destination.begin(id(LEDGER, "second"), Arc::clone(&schema), found.kind).await.unwrap();
        let mut batcher = Batcher::new(schema);
        for _ in 0..400_000 {
            let Some(batch) = batcher.push(line("second")) else { continue };
            writing.write(batch).await.unwrap();
        }
        let error = writing.commit(SliceSource::default()).await.unwrap_err().to_string();
        assert!(error.contains("cannot be used: could not") && error.contains("The server's disk is full"), "{error}");
        drop(destination);
        let mut destination = claimed(&database).await;
        let found = || database.query(&format!("select _slice, count(*) from \"{LEDGER}\" group by 1 order by 1"));
        assert_eq!(found(), ["first, 10"]);
        // The server takes back the room of the rows that were not committed, for which it needs a little.
        std::fs::remove_file(&ballast).unwrap();
        database.query(&format!("vacuum amazon.\"{LEDGER}\""));
        put(&mut *destination, LEDGER, "second", vec![line("second"); 10]).await;
        assert_eq!(found(), ["first, 10", "second, 10"]);
        drop((destination, database, server));
        drop(disk);
    });
}

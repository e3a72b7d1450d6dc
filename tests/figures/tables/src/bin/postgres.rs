//! Writes a million rows of two streams into a server of its own, and lets psql copy the same rows into a table with the same
//! columns and key. Prints a line for each stream: its name, the milliseconds of both, and the rows.

/// `run` copies it here: it is that of the tests of spapi-sync.
#[allow(dead_code, reason = "the tests use the rest of it")]
mod server;

use server::{Server, USER};
use spapi_rows::{Kind, OwnedValue};
use spapi_sync::{Batcher, Destination, Postgres, Schema, SliceId, SliceSource, Stream, Value};
use spapi_types::Decimal;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One with a key of its own, into which rows are upserted, and one that replaces its slices.
const STREAMS: [&str; 2] = ["GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL", "GET_LEDGER_DETAIL_VIEW_DATA"];

fn main() {
    let rows: u64 = std::env::args().nth(1).map_or(1_000_000, |rows| rows.parse().expect("a number of rows"));
    if server::programs().is_none() {
        eprintln!("no server of Postgres is installed here");
        std::process::exit(3);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    // The settings of a server as it is installed.
    let server = Server::with(None, &[], &[]);
    for stream in STREAMS {
        server.query("postgres", "drop schema if exists amazon cascade");
        let ours = runtime.block_on(sync(&server, stream, rows));
        let file = server.folder().join("rows");
        let copy = |table: &str, how: &str| format!("\\copy amazon.\"{table}\" {how} '{}'", file.display());
        server.query("postgres", &copy(stream, "to"));
        let key: Vec<_> = key(stream).iter().map(|name| format!("\"{name}\"")).collect();
        server.query("postgres", &format!("create table theirs (like \"{stream}\" including defaults)"));
        server.query("postgres", &format!("alter table theirs add primary key ({})", key.join(", ")));
        server.query("postgres", "checkpoint");
        let began = Instant::now();
        server.query("postgres", &copy("theirs", "from"));
        let theirs = began.elapsed();
        let same = format!(
            "select count(*), (select count(*) from \"{stream}\"),
             (select count(*) from (select * from theirs except select * from \"{stream}\") as other) from theirs"
        );
        assert_eq!(server.query("postgres", &same), [format!("{rows}, {rows}, 0")]);
        println!("{stream} {} {} {rows}", ours.as_millis(), theirs.as_millis());
    }
}

fn key(stream: &str) -> Vec<String> {
    let schema = Schema::of(Stream::find(stream).expect("a stream"));
    schema.key.iter().map(|index| schema.columns[*index].name.clone()).collect()
}

/// Writes and commits a slice.
async fn sync(server: &Server, name: &str, count: u64) -> Duration {
    let stream = Stream::find(name).expect("a stream");
    let schema = Arc::new(Schema::of(stream));
    let mut destination = Postgres::connect(&server.url(USER, "postgres"), "amazon").await.expect("a database");
    destination.claim("a").await.expect("a claim");
    let id = SliceId {
        connection: "a".to_owned(),
        stream: name.to_owned(),
        marketplace: "A1VC38T7YXB528".to_owned(),
        slice: "2026-01-01T00:00:00Z".to_owned(),
    };
    server.query("postgres", "checkpoint");
    let began = Instant::now();
    let mut writing = destination.begin(id.clone(), Arc::clone(&schema), stream.kind).await.expect("a slice");
    let mut batcher = Batcher::new(Arc::clone(&schema));
    for number in 0..count {
        if let Some(batch) = batcher.push(row(stream, &schema, &id, number)) {
            writing.write(batch).await.expect("rows that are taken");
        }
    }
    if let Some(batch) = batcher.finish() {
        writing.write(batch).await.expect("rows that are taken");
    }
    let state = writing.commit(SliceSource::default()).await.expect("a commit");
    assert_eq!((state.rows, state.rejected), (count, 0));
    began.elapsed()
}

/// A row with a value in each column, as a report has them.
fn row(stream: &Stream, schema: &Schema, id: &SliceId, number: u64) -> Vec<Value> {
    // Ids in no order.
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let values: Vec<_> = stream.row_type().expect("typed rows").columns.iter().map(|column| match column.kind {
        Kind::Integer => OwnedValue::Integer((number % 1000) as i64),
        Kind::Decimal | Kind::LocalDecimal => OwnedValue::Decimal(Decimal::new((mixed % 10_000_000) as i64, 2)),
        Kind::Boolean => OwnedValue::Boolean(number % 2 == 0),
        Kind::Date => OwnedValue::DateTime("2026-01-31".into()),
        Kind::DateTime => OwnedValue::DateTime("2026-01-31T09:15:30+09:00".into()),
        _ if column.field.ends_with("_id") => {
            OwnedValue::Text(format!("{:03}-{:07}-{:07}", mixed % 1000, (mixed >> 10) % 10_000_000, number))
        }
        _ if column.field.contains("sku") => OwnedValue::Text(format!("SKU-{:05}", mixed % 50_000)),
        _ => OwnedValue::Text(column.field.chars().take(8).collect()),
    }).collect();
    schema.row(id, &values, []).expect("a row that fits")
}

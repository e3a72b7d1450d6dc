//! Made-up rows of a stream, and how they get into a destination.

use spapi_rows::{Kind, OwnedValue};
use spapi_sync::{Batcher, Destination, Schema, SliceId, SliceSource, Stream, Value};
use spapi_types::Decimal;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// One with a key of its own, into which rows are upserted, and one that replaces its slices.
pub const STREAMS: [&str; 2] = ["GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL", "GET_LEDGER_DETAIL_VIEW_DATA"];

/// The names of the columns of a stream's key.
pub fn key(stream: &str) -> Vec<String> {
    let schema = Schema::of(Stream::find(stream).expect("a stream"));
    schema.key.iter().map(|index| schema.columns[*index].name.clone()).collect()
}

/// Writes and commits a slice whose rows are in memory. The time is from the first row to the commit.
pub async fn sync(destination: &mut dyn Destination, name: &str, count: u64) -> Duration {
    let stream = Stream::find(name).expect("a stream");
    let schema = Arc::new(Schema::of(stream));
    destination.claim("a").await.expect("a claim");
    let id = SliceId {
        connection: "a".to_owned(),
        stream: name.to_owned(),
        marketplace: "A1VC38T7YXB528".to_owned(),
        slice: "2026-01-01T00:00:00Z".to_owned(),
    };
    let mut batcher = Batcher::new(Arc::clone(&schema));
    let mut batches: Vec<_> = (0..count).filter_map(|number| batcher.push(row(stream, &schema, &id, number))).collect();
    batches.extend(batcher.finish());
    let began = Instant::now();
    let mut writing = destination.begin(id, Arc::clone(&schema), stream.kind).await.expect("a slice");
    for batch in batches {
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

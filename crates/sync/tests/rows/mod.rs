//! Rows and slices for the tests of destinations.

use spapi_rows::OwnedValue;
use spapi_sync::{Batcher, Destination, Schema, SliceId, SliceSource, SliceState, Stream, Value, Writing};
use std::sync::Arc;

pub const MARKETPLACE: &str = "A1VC38T7YXB528";
pub const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
pub const LEDGER: &str = "GET_LEDGER_DETAIL_VIEW_DATA";
pub const ORDERS: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL";

/// A slice of the connection `a`.
pub fn id(stream: &str, slice: &str) -> SliceId {
    SliceId {
        connection: "a".to_owned(),
        stream: stream.to_owned(),
        marketplace: MARKETPLACE.to_owned(),
        slice: slice.to_owned(),
    }
}

/// A row with these fields; the others are absent or empty.
pub fn row(stream: &str, slice: &str, fields: &[(&str, OwnedValue)]) -> Vec<Value> {
    let schema = Schema::of(Stream::find(stream).unwrap());
    let values: Vec<_> = Stream::find(stream)
        .unwrap()
        .row_type()
        .unwrap()
        .columns
        .iter()
        .map(|column| match fields.iter().find(|(name, _)| *name == column.field) {
            Some((_, value)) => value.clone(),
            None if column.nullable => OwnedValue::Null,
            None => OwnedValue::Text(String::new()),
        })
        .collect();
    schema.row(&id(stream, slice), &values, []).unwrap()
}

pub fn text(text: &str) -> OwnedValue {
    OwnedValue::Text(text.to_owned())
}

/// A slice that is open, with these rows written.
pub async fn opened(
    destination: &mut dyn Destination,
    stream: &str,
    slice: &str,
    rows: Vec<Vec<Value>>,
) -> Box<dyn Writing> {
    let found = Stream::find(stream).unwrap();
    let schema = Arc::new(Schema::of(found));
    let mut writing = destination.begin(id(stream, slice), Arc::clone(&schema), found.kind).await.unwrap();
    let mut batcher = Batcher::new(schema);
    for row in rows {
        if let Some(batch) = batcher.push(row) {
            writing.write(batch).await.unwrap();
        }
    }
    if let Some(batch) = batcher.finish() {
        writing.write(batch).await.unwrap();
    }
    writing
}

/// Commits a slice with these rows.
pub async fn put(destination: &mut dyn Destination, stream: &str, slice: &str, rows: Vec<Vec<Value>>) -> SliceState {
    let writing = opened(destination, stream, slice, rows).await;
    let source = SliceSource { request_id: "R1".to_owned(), ..SliceSource::default() };
    writing.commit(source).await.unwrap()
}

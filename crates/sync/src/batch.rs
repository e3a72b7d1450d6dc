//! Bounded batches, in which rows flow to a destination.

use crate::schema::{Schema, Value};
use std::sync::Arc;

/// Rows of one stream. A batch is bounded in rows and in bytes, so that a few of them need little memory.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Batch {
    /// The columns.
    pub schema: Arc<Schema>,
    /// The rows, each with a value for each column.
    pub rows: Vec<Vec<Value>>,
}

/// The most rows of a batch.
const MOST_ROWS: usize = 1000;
/// The bytes at which a batch is full.
const MOST_BYTES: usize = 1024 * 1024;

/// Collects the rows of a slice into batches.
///
/// Of a stream without a key it numbers the rows, as their [ordinal](Schema::ORDINAL). Of a stream with a key the ordinal stays
/// 0: where a key repeats within a slice, the destination counts, because only it can do so for any number of rows.
#[derive(Debug)]
pub struct Batcher {
    schema: Arc<Schema>,
    rows: Vec<Vec<Value>>,
    bytes: usize,
    /// The next ordinal, with the index of its column.
    ordinal: Option<(usize, i64)>,
}

impl Batcher {
    /// An empty one.
    pub fn new(schema: Arc<Schema>) -> Self {
        let ordinal = schema.column(Schema::ORDINAL).filter(|_| !schema.has_own_key()).map(|column| (column, 0));
        Self { schema, rows: Vec::new(), bytes: 0, ordinal }
    }

    /// Takes a row. When a batch is full, it is returned.
    pub fn push(&mut self, mut row: Vec<Value>) -> Option<Batch> {
        if let Some((column, next)) = &mut self.ordinal
            && let Some(value) = row.get_mut(*column)
        {
            *value = Value::Integer(*next);
            *next += 1;
        }
        self.bytes += row.iter().map(size).sum::<usize>();
        self.rows.push(row);
        if self.rows.len() < MOST_ROWS && self.bytes < MOST_BYTES { None } else { self.finish() }
    }

    /// The rows that are left, if there are any.
    pub fn finish(&mut self) -> Option<Batch> {
        self.bytes = 0;
        let rows = std::mem::take(&mut self.rows);
        (!rows.is_empty()).then(|| Batch { schema: Arc::clone(&self.schema), rows })
    }
}

fn size(value: &Value) -> usize {
    let text = match value {
        Value::Text(text) | Value::Date(text) | Value::Json(text) => text.len(),
        _ => 0,
    };
    size_of::<Value>() + text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stream;

    fn batcher(stream: &str) -> (Batcher, usize) {
        let schema = Arc::new(Schema::of(Stream::find(stream).unwrap()));
        let ordinal = schema.column(Schema::ORDINAL).unwrap();
        (Batcher::new(Arc::clone(&schema)), ordinal)
    }

    fn row(batcher: &Batcher, text: &str) -> Vec<Value> {
        vec![Value::Text(text.to_owned()); batcher.schema.columns.len()]
    }

    #[test]
    fn a_batch_is_bounded_in_rows_and_in_bytes_and_loses_none() {
        let (mut batcher, _) = batcher("GET_LEDGER_DETAIL_VIEW_DATA");
        for (text, most) in [("x", MOST_ROWS), (&*"y".repeat(100_000), 12)] {
            let row = row(&batcher, text);
            let mut rows = 0;
            for _ in 0..2500 {
                if let Some(batch) = batcher.push(row.clone()) {
                    assert!(batch.rows.len() <= most);
                    rows += batch.rows.len();
                }
            }
            rows += batcher.finish().map_or(0, |batch| batch.rows.len());
            assert_eq!(rows, 2500);
            assert!(batcher.finish().is_none());
        }
    }

    #[test]
    fn rows_without_a_key_are_numbered_over_all_batches() {
        let (mut numbered, ordinal) = batcher("GET_LEDGER_DETAIL_VIEW_DATA");
        let row = row(&numbered, "x");
        let first = (0..MOST_ROWS).find_map(|_| numbered.push(row.clone())).unwrap();
        assert_eq!(first.rows[999][ordinal], Value::Integer(999));
        numbered.push(row.clone());
        assert_eq!(numbered.finish().unwrap().rows[0][ordinal], Value::Integer(1000));
        let (mut keyed, ordinal) = batcher("GET_MERCHANT_LISTINGS_ALL_DATA");
        keyed.push(vec![Value::Integer(0); keyed.schema.columns.len()]);
        keyed.push(vec![Value::Integer(0); keyed.schema.columns.len()]);
        assert_eq!(keyed.finish().unwrap().rows[1][ordinal], Value::Integer(0));
    }
}

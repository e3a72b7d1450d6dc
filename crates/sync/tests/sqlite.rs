//! What is in a file of SQLite after commits, drops and faults.
#![cfg(feature = "sqlite")]

use rusqlite::Connection;
use spapi_rows::{OwnedValue, RowType};
use spapi_sync::{
    Batcher, Destination, Gap, Kind, Rejected, Schema, SliceId, SliceSource, SliceState, Sqlite, Stream, Tables, Value,
    Writing,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
const LEDGER: &str = "GET_LEDGER_DETAIL_VIEW_DATA";
const ORDERS: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL";

fn id(stream: &str, slice: &str) -> SliceId {
    SliceId {
        connection: "a".to_owned(),
        stream: stream.to_owned(),
        marketplace: "A1VC38T7YXB528".to_owned(),
        slice: slice.to_owned(),
    }
}

fn rows(stream: &str) -> &'static RowType {
    Stream::find(stream).unwrap().row_type().unwrap()
}

/// A row with these fields; the others are absent or empty.
fn row(stream: &str, slice: &str, fields: &[(&str, OwnedValue)]) -> Vec<Value> {
    let schema = Schema::of(Stream::find(stream).unwrap());
    let values: Vec<_> = rows(stream)
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

fn text(text: &str) -> OwnedValue {
    OwnedValue::Text(text.to_owned())
}

async fn open(destination: &mut Sqlite, stream: &str, slice: &str, rows: Vec<Vec<Value>>) -> Box<dyn Writing> {
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

async fn put(destination: &mut Sqlite, stream: &str, slice: &str, rows: Vec<Vec<Value>>) -> SliceState {
    let writing = open(destination, stream, slice, rows).await;
    let source = SliceSource { request_id: "R1".to_owned(), ..SliceSource::default() };
    writing.commit(source).await.unwrap()
}

/// The destination, with the connection claimed.
async fn claimed(path: &Path) -> Sqlite {
    let mut destination = Sqlite::open(path).unwrap();
    destination.claim("a").await.unwrap();
    destination
}

/// A folder and a file in it.
fn file() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    (folder, path)
}

/// What a query of another program gives, a line for each row.
fn query(path: &Path, sql: &str) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let count = statement.column_count();
    let line = |row: &rusqlite::Row<'_>| {
        let cells =
            (0..count).map(|index| format!("{:?}", row.get_ref(index).unwrap().data_type()) + " " + &shown(row, index));
        Ok(cells.collect::<Vec<_>>().join(", "))
    };
    statement.query_map([], line).unwrap().map(Result::unwrap).collect()
}

fn shown(row: &rusqlite::Row<'_>, index: usize) -> String {
    row.get::<_, String>(index)
        .or_else(|_| row.get::<_, i64>(index).map(|number| number.to_string()))
        .unwrap_or_default()
}

#[tokio::test]
async fn rows_and_state_are_there_together_and_exactly() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let price = OwnedValue::Decimal("1980.10".parse().unwrap());
    let fields = [
        ("seller_sku", text("0012")),
        ("item_name", text("折りたたみ傘")),
        ("price", price),
        ("quantity", OwnedValue::Integer(3)),
    ];
    let state = put(&mut destination, LISTINGS, "whole", vec![row(LISTINGS, "whole", &fields)]).await;
    assert_eq!((state.rows, state.rejected), (1, 0));
    let found = query(&path, &format!("select seller_sku, item_name, price, quantity from {LISTINGS}"));
    assert_eq!(found, ["Text 0012, Text 折りたたみ傘, Text 1980.10, Integer 3"]);
    assert_eq!(destination.states("a").await.unwrap(), [state]);
    assert!(destination.states("b").await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_not_committed_is_not_visible() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let sku = |sku: &str| row(LISTINGS, "whole", &[("seller_sku", text(sku))]);
    put(&mut destination, LISTINGS, "whole", vec![sku("A")]).await;
    let writing = open(&mut destination, LISTINGS, "whole", vec![sku("B"), sku("C")]).await;
    assert_eq!(query(&path, &format!("select seller_sku from {LISTINGS}")), ["Text A"]);
    drop(writing);
    drop(destination);
    let mut destination = claimed(&path).await;
    assert_eq!(destination.states("a").await.unwrap().len(), 1);
    assert_eq!(query(&path, &format!("select seller_sku from {LISTINGS}")), ["Text A"]);
}

/// The file that the other process writes to.
const FILE: &str = "SPAPI_SYNC_TEST_FILE";

#[tokio::test]
async fn a_process_that_ends_before_its_commit_leaves_nothing_of_the_slice() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let sku = |sku: &str| row(LISTINGS, "whole", &[("seller_sku", text(sku))]);
    put(&mut destination, LISTINGS, "whole", vec![sku("A")]).await;
    drop(destination);
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "the_other_process"])
        .env(FILE, &path)
        .output()
        .unwrap()
        .status;
    assert!(!status.success());
    let mut destination = claimed(&path).await;
    assert_eq!(query(&path, &format!("select seller_sku from {LISTINGS}")), ["Text A"]);
    assert_eq!(destination.states("a").await.unwrap().len(), 1);
    put(&mut destination, LISTINGS, "whole", vec![sku("B")]).await;
    assert_eq!(query(&path, &format!("select seller_sku from {LISTINGS}")), ["Text B"]);
}

#[tokio::test]
#[ignore = "it is the other process of another test"]
async fn the_other_process() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let mut destination = claimed(Path::new(&path)).await;
    let rows = (0..3000).map(|number| row(LISTINGS, "whole", &[("seller_sku", text(&format!("{number}")))]));
    let _writing = open(&mut destination, LISTINGS, "whole", rows.collect()).await;
    std::process::abort();
}

#[tokio::test]
async fn a_snapshot_replaces_what_was_there() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let sku = |sku: &str| row(LISTINGS, "whole", &[("seller_sku", text(sku))]);
    put(&mut destination, LISTINGS, "whole", vec![sku("A"), sku("B")]).await;
    put(&mut destination, LISTINGS, "whole", vec![sku("B"), sku("C")]).await;
    assert_eq!(query(&path, &format!("select seller_sku from {LISTINGS} order by 1")), ["Text B", "Text C"]);
    assert_eq!(query(&path, "select count(*) from _spapi_slices"), ["Integer 1"]);
}

#[tokio::test]
async fn a_slice_without_a_key_is_replaced_as_a_whole_and_keeps_equal_rows() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let line = |slice: &str, asin: &str| row(LEDGER, slice, &[("asin", text(asin))]);
    let (one, two) = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    put(&mut destination, LEDGER, one, vec![line(one, "A"), line(one, "A"), line(one, "B")]).await;
    put(&mut destination, LEDGER, two, vec![line(two, "A")]).await;
    put(&mut destination, LEDGER, one, vec![line(one, "A"), line(one, "A")]).await;
    let found = query(&path, &format!("select _slice, _ordinal, asin from {LEDGER} order by 1, 2"));
    assert_eq!(
        found,
        [
            format!("Text {one}, Integer 0, Text A"),
            format!("Text {one}, Integer 1, Text A"),
            format!("Text {two}, Integer 0, Text A")
        ]
    );
}

#[tokio::test]
async fn a_key_that_repeats_in_a_slice_gets_an_ordinal_and_loses_nothing() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let line = |name: &str| row(LISTINGS, "whole", &[("seller_sku", text("A")), ("item_name", text(name))]);
    put(&mut destination, LISTINGS, "whole", vec![line("x"), line("y"), line("z")]).await;
    let found = query(&path, &format!("select _ordinal, item_name from {LISTINGS} order by 1"));
    assert_eq!(found, ["Integer 0, Text x", "Integer 1, Text y", "Integer 2, Text z"]);
}

#[tokio::test]
async fn a_slice_that_is_read_again_has_as_many_rows_of_a_key_as_the_new_one() {
    const SALES: &str = "GET_VENDOR_REAL_TIME_INVENTORY_REPORT";
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    // The start and end of the hour belong to the key, and are absent here.
    let line = |slice: &str, asin: &str| row(SALES, slice, &[("asin", text(asin))]);
    put(&mut destination, SALES, "s", vec![line("s", "A"), line("s", "A"), line("s", "B"), line("s", "B")]).await;
    put(&mut destination, SALES, "t", vec![line("t", "A")]).await;
    let found = query(&path, &format!("select asin, _ordinal, _slice, start_time from {SALES} order by 1, 2"));
    assert_eq!(
        found,
        ["Text A, Integer 0, Text t, Text ", "Text B, Integer 0, Text s, Text ", "Text B, Integer 1, Text s, Text "]
    );
}

#[tokio::test]
async fn times_are_texts_in_their_order() {
    const REMOVALS: &str = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA";
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let times = ["2026-01-02T09:00:00.5+09:00", "2026-01-02T00:00:00Z"];
    let line = |time: &&str| row(REMOVALS, "s", &[("last_updated_date", OwnedValue::DateTime((*time).into()))]);
    put(&mut destination, REMOVALS, "s", times.iter().map(line).collect()).await;
    let found = query(&path, &format!("select last_updated_date from {REMOVALS} order by 1"));
    assert_eq!(found, ["Text 2026-01-02T00:00:00.000000Z", "Text 2026-01-02T00:00:00.500000Z"]);
}

#[tokio::test]
async fn a_row_that_does_not_fit_is_a_dead_letter_of_its_slice() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    for expected in [1, 0] {
        let mut writing = open(&mut destination, LEDGER, "s", vec![row(LEDGER, "s", &[("asin", text("A"))])]).await;
        if expected == 1 {
            let schema = Schema::of(Stream::find(LEDGER).unwrap());
            let why: Rejected = schema.row(&id(LEDGER, "s"), &[], []).unwrap_err();
            writing.reject(why, "{\"asin\":\"B\"}".to_owned()).await.unwrap();
        }
        let state = writing.commit(SliceSource::default()).await.unwrap();
        assert_eq!((state.rows, state.rejected), (1, expected));
        assert_eq!(query(&path, "select count(*) from _spapi_rejected"), [format!("Integer {expected}")]);
    }
}

#[tokio::test]
async fn a_table_of_an_older_version_gets_the_columns_that_it_lacks() {
    let (_folder, path) = file();
    Connection::open(&path)
        .unwrap()
        .execute_batch(&format!(
            "create table {LEDGER} (_connection text not null, _marketplace text not null, _slice text not null, _ordinal integer not null, asin text,
             mine text, primary key (_connection, _marketplace, _slice, _ordinal));
             insert into {LEDGER} values ('a', 'm', 'old', 0, 'OLD', 'kept');"
        ))
        .unwrap();
    let mut destination = claimed(&path).await;
    put(&mut destination, LEDGER, "s", vec![row(LEDGER, "s", &[("asin", text("A")), ("fnsku", text("F"))])]).await;
    let found = query(&path, &format!("select asin, fnsku, mine from {LEDGER} order by 1"));
    assert_eq!(found, ["Text A, Text F, Null ", "Text OLD, Null , Text kept"]);
}

#[tokio::test]
async fn two_streams_are_written_side_by_side() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let one =
        open(&mut destination, LISTINGS, "whole", vec![row(LISTINGS, "whole", &[("seller_sku", text("A"))])]).await;
    let two = open(&mut destination, ORDERS, "s", vec![row(ORDERS, "s", &[("amazon_order_id", text("1"))])]).await;
    two.commit(SliceSource::default()).await.unwrap();
    one.commit(SliceSource::default()).await.unwrap();
    assert_eq!(destination.states("a").await.unwrap().len(), 2);
    assert_eq!(Stream::find(LISTINGS).unwrap().kind, Kind::Snapshot);
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named_with_what_to_do() {
    let (folder, path) = file();
    std::fs::write(&path, "not a database, but a text that is longer than the header of one would be").unwrap();
    let error = Sqlite::open(&path).unwrap_err().to_string();
    assert!(error.contains("a.db cannot be used") && error.contains("not a file of SQLite"), "{error}");
    let error = Sqlite::open(folder.path().join("none/a.db")).unwrap_err().to_string();
    assert!(error.contains("Create its folder"), "{error}");
}

#[tokio::test]
async fn a_filled_file_shows_its_slices_and_forgets_some_with_their_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    assert!(Sqlite::open_filled(&path).unwrap_err().to_string().contains("does not exist"));
    Connection::open(&path).unwrap().execute_batch("create table a (b)").unwrap();
    assert!(Sqlite::open_filled(&path).unwrap_err().to_string().contains("has no state of a run"));

    let mut destination = claimed(&path).await;
    let ledger = |slice: &str, number: usize| vec![row(LEDGER, slice, &[("msku", text("A"))]); number];
    for (slice, number) in [("2026-01-01T00:00:00Z", 2), ("2026-02-01T00:00:00Z", 3)] {
        let writing = open(&mut destination, LEDGER, slice, ledger(slice, number)).await;
        writing.commit(SliceSource::default()).await.unwrap();
    }
    drop(destination);
    let mut tables = Sqlite::open_filled(&path).unwrap();
    let committed = tables.states("a").await.unwrap();
    assert_eq!(committed.iter().map(|slice| slice.rows).collect::<Vec<_>>(), [2, 3]);
    assert!(committed[0].committed_at.ends_with('Z') && tables.states("b").await.unwrap().is_empty());
    let stream = Stream::find(LEDGER).unwrap();
    assert_eq!(tables.rows("a", stream, "A1VC38T7YXB528").await.unwrap(), Some(5));
    assert_eq!(tables.rows("b", stream, "A1VC38T7YXB528").await.unwrap(), Some(0));
    assert_eq!(tables.rows("a", Stream::find(ORDERS).unwrap(), "A1VC38T7YXB528").await.unwrap(), None);

    let unknown = id(LEDGER, "2025-01-01T00:00:00Z");
    let forgotten = vec![committed[1].id.clone(), unknown];
    assert!(tables.forget(forgotten.clone()).await.unwrap_err().to_string().contains("was not claimed"));
    tables.claim("a").await.unwrap();
    assert_eq!(tables.forget(forgotten).await.unwrap(), 3);
    assert_eq!(tables.rows("a", stream, "A1VC38T7YXB528").await.unwrap(), Some(2));
    assert_eq!(tables.states("a").await.unwrap(), [committed[0].clone()]);
}

#[tokio::test]
async fn a_connection_is_for_one_run_at_a_time_and_another_connection_for_another() {
    let (_folder, path) = file();
    let first = claimed(&path).await;
    let mut second = Sqlite::open(&path).unwrap();
    let error = second.claim("a").await.unwrap_err().to_string();
    assert!(error.contains("another run of the connection a writes to"), "{error}");
    second.claim("b").await.unwrap();
    drop(first);
    second.claim("a").await.unwrap();
}

#[tokio::test]
async fn a_slice_that_was_opened_before_another_claim_cannot_be_committed() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let sku = |sku: &str| row(LISTINGS, "whole", &[("seller_sku", text(sku))]);
    let stale = open(&mut destination, LISTINGS, "whole", vec![sku("OLD")]).await;
    destination.claim("a").await.unwrap();
    put(&mut destination, LISTINGS, "whole", vec![sku("NEW")]).await;
    let error = stale.commit(SliceSource::default()).await.unwrap_err().to_string();
    assert!(error.contains("another run of the connection a has begun"), "{error}");
    assert_eq!(query(&path, &format!("select seller_sku from {LISTINGS}")), ["Text NEW"]);
}

#[tokio::test]
async fn a_slice_that_is_still_open_does_not_keep_the_claim() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let stale = open(&mut destination, LISTINGS, "whole", Vec::new()).await;
    drop(destination);
    let mut destination = claimed(&path).await;
    let error = stale.commit(SliceSource::default()).await.unwrap_err().to_string();
    assert!(error.contains("has begun"), "{error}");
    put(&mut destination, LISTINGS, "whole", Vec::new()).await;
}

#[tokio::test]
async fn a_gap_is_kept_until_its_slice_is_committed_or_forgotten_or_the_gap_is_closed() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let gap = |slice: &str, attempts| Gap {
        id: id(LEDGER, slice),
        to: "2026-02-01T00:00:00Z".to_owned(),
        reason: "Amazon says \"no\"".to_owned(),
        attempts,
        failed_at: "2026-03-01T00:00:00Z".to_owned(),
        not_before: String::new(),
    };
    for slice in ["d", "c", "b", "a"] {
        destination.note_gap(gap(slice, 1)).await.unwrap();
    }
    destination.note_gap(gap("a", 2)).await.unwrap();
    assert_eq!(destination.gaps("a").await.unwrap(), [gap("a", 2), gap("b", 1), gap("c", 1), gap("d", 1)]);
    put(&mut destination, LEDGER, "a", Vec::new()).await;
    destination.forget(vec![id(LEDGER, "b")]).await.unwrap();
    destination.close_gap(id(LEDGER, "c")).await.unwrap();
    assert_eq!(destination.gaps("a").await.unwrap(), [gap("d", 1)]);

    let mut other = destination.clone();
    other.claim("b").await.unwrap();
    assert_eq!(other.gaps("b").await.unwrap(), []);
    let mut unclaimed = Sqlite::open(&path).unwrap();
    assert!(unclaimed.note_gap(gap("e", 1)).await.unwrap_err().to_string().contains("was not claimed"));
    rusqlite::Connection::open(&path).unwrap().execute("update _spapi_runs set epoch = epoch + 1", []).unwrap();
    assert!(destination.note_gap(gap("e", 1)).await.unwrap_err().to_string().contains("has begun"));
    assert_eq!(destination.gaps("a").await.unwrap(), [gap("d", 1)]);
}

#[tokio::test]
async fn a_slice_of_a_connection_that_was_not_claimed_is_refused() {
    let (_folder, path) = file();
    let mut destination = Sqlite::open(&path).unwrap();
    let found = Stream::find(LISTINGS).unwrap();
    let begun = destination.begin(id(LISTINGS, "whole"), Arc::new(Schema::of(found)), found.kind).await;
    assert!(begun.err().unwrap().to_string().contains("was not claimed"));
}

#[tokio::test]
async fn each_commit_of_a_snapshot_is_a_generation() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    for generation in 1..=3 {
        let state = put(&mut destination, LISTINGS, "whole", Vec::new()).await;
        assert_eq!(state.generation, generation);
    }
}

#[tokio::test]
async fn a_table_with_another_key_is_refused() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    Connection::open(&path).unwrap().execute_batch(&format!("create table {LISTINGS} (a text primary key)")).unwrap();
    let found = Stream::find(LISTINGS).unwrap();
    let begun = destination.begin(id(LISTINGS, "whole"), Arc::new(Schema::of(found)), found.kind).await;
    assert!(begun.err().unwrap().to_string().contains("with another key"));
}

const RETURNS: &str = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA";
const SHIPMENTS: &str = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL";

#[tokio::test]
async fn a_row_that_a_slice_of_events_no_longer_has_is_removed_and_noted() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let event = |slice: &str, name: &str| {
        row(SHIPMENTS, slice, &[("shipment_id", text(name)), ("shipment_item_id", text("1"))])
    };
    put(&mut destination, SHIPMENTS, "1", vec![event("1", "A"), event("1", "B"), event("1", "B")]).await;
    put(&mut destination, SHIPMENTS, "2", vec![event("2", "C")]).await;
    assert_eq!(query(&path, "select * from _spapi_removed"), [""; 0]);
    put(&mut destination, SHIPMENTS, "1", vec![event("1", "A")]).await;
    let kept = query(&path, &format!("select shipment_id from {SHIPMENTS} order by 1"));
    assert_eq!(kept, ["Text A", "Text C"]);
    let removed = "select connection, stream, slice, key from _spapi_removed";
    let found = query(&path, removed);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains(SHIPMENTS) && found[0].contains("\"shipment_id\":\"B\""), "{found:?}");
    // An empty answer is complete too.
    put(&mut destination, SHIPMENTS, "1", Vec::new()).await;
    assert_eq!(query(&path, &format!("select shipment_id from {SHIPMENTS}")), ["Text C"]);
    assert_eq!(query(&path, removed).len(), 2);
    assert!(!Schema::of(Stream::find(RETURNS).unwrap()).has_own_key());
}

#[tokio::test]
async fn a_row_that_a_slice_of_updates_no_longer_has_stays_because_it_moved_on() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let order = |slice: &str, id: &str| row(ORDERS, slice, &[("amazon_order_id", text(id)), ("sku", text("1"))]);
    put(&mut destination, ORDERS, "1", vec![order("1", "A"), order("1", "B")]).await;
    put(&mut destination, ORDERS, "1", vec![order("1", "A")]).await;
    assert_eq!(query(&path, &format!("select amazon_order_id from {ORDERS} order by 1")), ["Text A", "Text B"]);
    assert_eq!(query(&path, "select * from _spapi_removed"), [""; 0]);
}

#[tokio::test]
async fn what_a_snapshot_no_longer_has_is_noted() {
    let (_folder, path) = file();
    let mut destination = claimed(&path).await;
    let sku = |sku: &str| row(LISTINGS, "whole", &[("seller_sku", text(sku))]);
    put(&mut destination, LISTINGS, "whole", vec![sku("A"), sku("B'\"")]).await;
    put(&mut destination, LISTINGS, "whole", vec![sku("A"), sku("C")]).await;
    let removed = "select json_extract(key, '$.seller_sku') from _spapi_removed where removed_at <> ''";
    assert_eq!(query(&path, removed), ["Text B'\""]);
    assert_eq!(query(&path, &format!("select seller_sku from {LISTINGS} order by 1")), ["Text A", "Text C"]);
}

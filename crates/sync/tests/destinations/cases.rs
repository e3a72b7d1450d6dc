//! Cases of every destination.

use crate::rows::{LEDGER, LISTINGS, ORDERS, id, opened, put, row, text};
use crate::{ADDRESS, Case, Database, case, open};
use spapi_rows::OwnedValue;
use spapi_sync::{Gap, Kind, NotificationRow, NotificationTables, Rejected, Schema, SliceSource, Stream, Tables};
use std::sync::Arc;

/// The cases.
pub const CASES: [Case; 24] = [
    case!(rows_and_state_are_there_together_and_exactly),
    case!(what_is_not_committed_is_not_visible),
    case!(a_process_that_ends_before_its_commit_leaves_nothing_of_the_slice),
    case!(a_snapshot_replaces_what_was_there),
    case!(a_slice_without_a_key_is_replaced_as_a_whole_and_keeps_equal_rows),
    case!(a_key_that_repeats_in_a_slice_gets_an_ordinal_and_loses_nothing),
    case!(a_slice_that_is_read_again_has_as_many_rows_of_a_key_as_the_new_one),
    case!(a_row_with_an_older_cursor_does_not_replace_a_newer_one),
    case!(keys_repeat_over_the_batches_of_a_slice_and_lose_nothing),
    case!(a_row_that_does_not_fit_is_a_dead_letter_of_its_slice),
    case!(a_table_of_an_older_version_gets_the_columns_that_it_lacks),
    case!(two_streams_are_written_side_by_side),
    case!(a_filled_file_shows_its_slices_and_forgets_some_with_their_rows),
    case!(a_connection_is_for_one_run_at_a_time_and_another_connection_for_another),
    case!(a_slice_that_was_opened_before_another_claim_cannot_be_committed),
    case!(a_slice_that_is_still_open_does_not_keep_the_claim),
    case!(a_gap_is_kept_until_its_slice_is_committed_or_forgotten_or_the_gap_is_closed),
    case!(a_slice_of_a_connection_that_was_not_claimed_is_refused),
    case!(each_commit_of_a_snapshot_is_a_generation),
    case!(a_table_with_another_key_is_refused),
    case!(a_row_that_a_slice_of_events_no_longer_has_is_removed_and_noted),
    case!(a_row_that_a_slice_of_updates_no_longer_has_stays_because_it_moved_on),
    case!(what_a_snapshot_no_longer_has_is_noted),
    case!(notifications_have_a_table_for_each_type_and_a_row_for_each_id),
];

/// The destination, with the connection claimed. A process that another case starts has the locks of this one until it runs its own
/// program.
pub async fn claimed(database: &dyn Database) -> Box<dyn Tables> {
    let mut destination = database.open().await;
    for _ in 0..200 {
        match destination.claim("a").await {
            Err(error) if error.to_string().contains("another run") => {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            claimed => {
                claimed.unwrap();
                return destination;
            }
        }
    }
    panic!("another run keeps the connection");
}

async fn rows_and_state_are_there_together_and_exactly(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let price = OwnedValue::Decimal("1980.10".parse().unwrap());
    let fields = [
        ("seller_sku", text("0012")),
        ("item_name", text("折りたたみ傘")),
        ("price", price),
        ("quantity", OwnedValue::Integer(3)),
    ];
    let state = put(&mut *destination, LISTINGS, "whole", vec![row(LISTINGS, "whole", &fields)]).await;
    assert_eq!((state.rows, state.rejected), (1, 0));
    let found = database.query(&format!("select seller_sku, item_name, price, quantity from \"{LISTINGS}\""));
    assert_eq!(found, ["0012, 折りたたみ傘, 1980.10, 3"]);
    assert_eq!(destination.states("a").await.unwrap(), [state]);
    assert!(destination.states("b").await.unwrap().is_empty());
}

async fn what_is_not_committed_is_not_visible(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let sku = |sku: &str| row(LISTINGS, "whole", &[("seller_sku", text(sku))]);
    put(&mut *destination, LISTINGS, "whole", vec![sku("A")]).await;
    let writing = opened(&mut *destination, LISTINGS, "whole", vec![sku("B"), sku("C")]).await;
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\"")), ["A"]);
    drop(writing);
    drop(destination);
    let mut destination = claimed(database).await;
    assert_eq!(destination.states("a").await.unwrap().len(), 1);
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\"")), ["A"]);
}

async fn a_process_that_ends_before_its_commit_leaves_nothing_of_the_slice(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let sku = |sku: &str| row(LISTINGS, "whole", &[("seller_sku", text(sku))]);
    put(&mut *destination, LISTINGS, "whole", vec![sku("A")]).await;
    drop(destination);
    let program = std::env::current_exe().unwrap();
    let other = std::process::Command::new(program).env(ADDRESS, database.address()).output().unwrap();
    assert!(!other.status.success() && String::from_utf8_lossy(&other.stdout).contains(WRITTEN), "{other:?}");
    let mut destination = claimed(database).await;
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\"")), ["A"]);
    assert_eq!(destination.states("a").await.unwrap().len(), 1);
    put(&mut *destination, LISTINGS, "whole", vec![sku("B")]).await;
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\"")), ["B"]);
}

/// What the other process prints before it ends.
const WRITTEN: &str = "3000 rows are written";

/// What the other process does before it ends.
pub async fn leave_a_slice_open(address: &str) {
    let mut destination = open(address).await;
    destination.claim("a").await.unwrap();
    let rows = (0..3000).map(|number| row(LISTINGS, "whole", &[("seller_sku", text(&format!("{number}")))]));
    let _writing = opened(&mut *destination, LISTINGS, "whole", rows.collect()).await;
    println!("{WRITTEN}");
    std::process::abort();
}

async fn a_snapshot_replaces_what_was_there(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let sku = |sku: &str| row(LISTINGS, "whole", &[("seller_sku", text(sku))]);
    put(&mut *destination, LISTINGS, "whole", vec![sku("A"), sku("B")]).await;
    put(&mut *destination, LISTINGS, "whole", vec![sku("B"), sku("C")]).await;
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\" order by 1")), ["B", "C"]);
    assert_eq!(database.query("select count(*) from _spapi_slices"), ["1"]);
}

async fn a_slice_without_a_key_is_replaced_as_a_whole_and_keeps_equal_rows(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let line = |slice: &str, asin: &str| row(LEDGER, slice, &[("asin", text(asin))]);
    let (one, two) = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    put(&mut *destination, LEDGER, one, vec![line(one, "A"), line(one, "A"), line(one, "B")]).await;
    put(&mut *destination, LEDGER, two, vec![line(two, "A")]).await;
    put(&mut *destination, LEDGER, one, vec![line(one, "A"), line(one, "A")]).await;
    let found = database.query(&format!("select _slice, _ordinal, asin from \"{LEDGER}\" order by 1, 2"));
    assert_eq!(found, [format!("{one}, 0, A"), format!("{one}, 1, A"), format!("{two}, 0, A")]);
}

async fn a_key_that_repeats_in_a_slice_gets_an_ordinal_and_loses_nothing(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let line = |name: &str| row(LISTINGS, "whole", &[("seller_sku", text("A")), ("item_name", text(name))]);
    put(&mut *destination, LISTINGS, "whole", vec![line("x"), line("y"), line("z")]).await;
    let found = database.query(&format!("select _ordinal, item_name from \"{LISTINGS}\" order by 1"));
    assert_eq!(found, ["0, x", "1, y", "2, z"]);
}

async fn a_slice_that_is_read_again_has_as_many_rows_of_a_key_as_the_new_one(database: &dyn Database) {
    const SALES: &str = "GET_VENDOR_REAL_TIME_INVENTORY_REPORT";
    let mut destination = claimed(database).await;
    // The start and end of the hour belong to the key, and are absent here.
    let line = |slice: &str, asin: &str| row(SALES, slice, &[("asin", text(asin))]);
    put(&mut *destination, SALES, "s", vec![line("s", "A"), line("s", "A"), line("s", "B"), line("s", "B")]).await;
    put(&mut *destination, SALES, "t", vec![line("t", "A")]).await;
    let found = database.query(&format!("select asin, _ordinal, _slice from \"{SALES}\" order by 1, 2"));
    assert_eq!(found, ["A, 0, t", "B, 0, s", "B, 1, s"]);
}

async fn a_row_with_an_older_cursor_does_not_replace_a_newer_one(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let line = |day: &str, status: &str| {
        let time = OwnedValue::DateTime(format!("2026-01-{day}T00:00:00Z").as_str().into());
        row(ORDERS, "s", &[("amazon_order_id", text("1")), ("last_updated_date", time), ("order_status", text(status))])
    };
    let found = || database.query(&format!("select _ordinal, order_status from \"{ORDERS}\" order by 1"));
    put(&mut *destination, ORDERS, "s", vec![line("05", "Shipped")]).await;
    put(&mut *destination, ORDERS, "t", vec![line("04", "Pending")]).await;
    assert_eq!(found(), ["0, Shipped"]);
    put(&mut *destination, ORDERS, "u", vec![line("03", "A"), line("02", "B")]).await;
    assert_eq!(found(), ["0, Shipped", "1, B"]);
    put(&mut *destination, ORDERS, "v", vec![line("05", "Returned")]).await;
    assert_eq!(found(), ["0, Returned"]);
}

async fn keys_repeat_over_the_batches_of_a_slice_and_lose_nothing(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let line = |number: usize| {
        let (id, sku) = (format!("{}", number % 1250), format!("{number}"));
        row(ORDERS, "s", &[("amazon_order_id", text(&id)), ("product_name", text(&sku))])
    };
    for times in [3, 2, 1] {
        put(&mut *destination, ORDERS, "s", (0..1250 * times).map(line).collect()).await;
        let found = database.query(&format!(
            "select count(*), count(distinct product_name), max(_ordinal) from \"{ORDERS}\"
             where product_name = cast(_ordinal * 1250 + cast(amazon_order_id as bigint) as text)"
        ));
        assert_eq!(found, [format!("{0}, {0}, {1}", 1250 * times, times - 1)]);
    }
}

async fn a_row_that_does_not_fit_is_a_dead_letter_of_its_slice(database: &dyn Database) {
    let mut destination = claimed(database).await;
    for expected in [1, 0] {
        let mut writing = opened(&mut *destination, LEDGER, "s", vec![row(LEDGER, "s", &[("asin", text("A"))])]).await;
        if expected == 1 {
            let schema = Schema::of(Stream::find(LEDGER).unwrap());
            let why: Rejected = schema.row(&id(LEDGER, "s"), &[], []).unwrap_err();
            writing.reject(why, "{\"asin\":\"B\"}".to_owned()).await.unwrap();
        }
        let state = writing.commit(SliceSource::default()).await.unwrap();
        assert_eq!((state.rows, state.rejected), (1, expected));
        assert_eq!(database.query("select count(*) from _spapi_rejected"), [format!("{expected}")]);
    }
}

async fn a_table_of_an_older_version_gets_the_columns_that_it_lacks(database: &dyn Database) {
    drop(database.open().await);
    for sql in [
        format!(
            "create table \"{LEDGER}\" (_connection text not null, _marketplace text not null, _slice text not null,
             _ordinal bigint not null, asin text, mine text,
             primary key (_connection, _marketplace, _slice, _ordinal))"
        ),
        format!("insert into \"{LEDGER}\" values ('a', 'm', 'old', 0, 'OLD', 'kept')"),
    ] {
        database.query(&sql);
    }
    let mut destination = claimed(database).await;
    put(&mut *destination, LEDGER, "s", vec![row(LEDGER, "s", &[("asin", text("A")), ("fnsku", text("F"))])]).await;
    let found = database.query(&format!("select asin, fnsku, mine from \"{LEDGER}\" order by 1"));
    assert_eq!(found, ["A, F, NULL", "OLD, NULL, kept"]);
}

async fn two_streams_are_written_side_by_side(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let one =
        opened(&mut *destination, LISTINGS, "whole", vec![row(LISTINGS, "whole", &[("seller_sku", text("A"))])]).await;
    let two = opened(&mut *destination, ORDERS, "s", vec![row(ORDERS, "s", &[("amazon_order_id", text("1"))])]).await;
    two.commit(SliceSource::default()).await.unwrap();
    one.commit(SliceSource::default()).await.unwrap();
    assert_eq!(destination.states("a").await.unwrap().len(), 2);
    assert_eq!(Stream::find(LISTINGS).unwrap().kind, Kind::Snapshot);
}

async fn a_filled_file_shows_its_slices_and_forgets_some_with_their_rows(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let ledger = |slice: &str, number: usize| vec![row(LEDGER, slice, &[("msku", text("A"))]); number];
    for (slice, number) in [("2026-01-01T00:00:00Z", 2), ("2026-02-01T00:00:00Z", 3)] {
        let writing = opened(&mut *destination, LEDGER, slice, ledger(slice, number)).await;
        writing.commit(SliceSource::default()).await.unwrap();
    }
    drop(destination);
    let mut tables = database.open().await;
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

async fn a_connection_is_for_one_run_at_a_time_and_another_connection_for_another(database: &dyn Database) {
    let first = claimed(database).await;
    let mut second = database.open().await;
    let error = second.claim("a").await.unwrap_err().to_string();
    assert!(error.contains("another run of the connection a writes to"), "{error}");
    second.claim("b").await.unwrap();
    drop(first);
    second.claim("a").await.unwrap();
}

async fn a_slice_that_was_opened_before_another_claim_cannot_be_committed(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let sku = |sku: &str| row(LISTINGS, "whole", &[("seller_sku", text(sku))]);
    let stale = opened(&mut *destination, LISTINGS, "whole", vec![sku("OLD")]).await;
    destination.claim("a").await.unwrap();
    put(&mut *destination, LISTINGS, "whole", vec![sku("NEW")]).await;
    let error = stale.commit(SliceSource::default()).await.unwrap_err().to_string();
    assert!(error.contains("another run of the connection a has begun"), "{error}");
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\"")), ["NEW"]);
}

async fn a_slice_that_is_still_open_does_not_keep_the_claim(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let stale = opened(&mut *destination, LISTINGS, "whole", Vec::new()).await;
    drop(destination);
    let mut destination = claimed(database).await;
    let error = stale.commit(SliceSource::default()).await.unwrap_err().to_string();
    assert!(error.contains("has begun"), "{error}");
    put(&mut *destination, LISTINGS, "whole", Vec::new()).await;
}

async fn a_gap_is_kept_until_its_slice_is_committed_or_forgotten_or_the_gap_is_closed(database: &dyn Database) {
    let mut destination = claimed(database).await;
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
    put(&mut *destination, LEDGER, "a", Vec::new()).await;
    destination.forget(vec![id(LEDGER, "b")]).await.unwrap();
    destination.close_gap(id(LEDGER, "c")).await.unwrap();
    assert_eq!(destination.gaps("a").await.unwrap(), [gap("d", 1)]);

    assert_eq!(destination.gaps("b").await.unwrap(), []);
    let mut unclaimed = database.open().await;
    assert!(unclaimed.note_gap(gap("e", 1)).await.unwrap_err().to_string().contains("was not claimed"));
    database.query("update _spapi_runs set epoch = epoch + 1");
    assert!(destination.note_gap(gap("e", 1)).await.unwrap_err().to_string().contains("has begun"));
    assert_eq!(destination.gaps("a").await.unwrap(), [gap("d", 1)]);
}

async fn a_slice_of_a_connection_that_was_not_claimed_is_refused(database: &dyn Database) {
    let mut destination = database.open().await;
    let found = Stream::find(LISTINGS).unwrap();
    let begun = destination.begin(id(LISTINGS, "whole"), Arc::new(Schema::of(found)), found.kind).await;
    assert!(begun.err().unwrap().to_string().contains("was not claimed"));
}

async fn each_commit_of_a_snapshot_is_a_generation(database: &dyn Database) {
    let mut destination = claimed(database).await;
    for generation in 1..=3 {
        let state = put(&mut *destination, LISTINGS, "whole", Vec::new()).await;
        assert_eq!(state.generation, generation);
    }
}

async fn a_table_with_another_key_is_refused(database: &dyn Database) {
    let mut destination = claimed(database).await;
    database.query(&format!("create table \"{LISTINGS}\" (a text primary key)"));
    let found = Stream::find(LISTINGS).unwrap();
    let begun = destination.begin(id(LISTINGS, "whole"), Arc::new(Schema::of(found)), found.kind).await;
    assert!(begun.err().unwrap().to_string().contains("with another key"));
}

const SHIPMENTS: &str = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL";

async fn a_row_that_a_slice_of_events_no_longer_has_is_removed_and_noted(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let event = |slice: &str, name: &str| {
        row(SHIPMENTS, slice, &[("shipment_id", text(name)), ("shipment_item_id", text("1"))])
    };
    let ids = || database.query(&format!("select shipment_id from \"{SHIPMENTS}\" order by 1"));
    let removed = |id: &str| {
        let of = format!("slice = '1' and stream = '{SHIPMENTS}' and cast(key as text) like '%shipment_id%\"{id}\"%'");
        database.query(&format!("select connection from _spapi_removed where {of}"))
    };
    put(&mut *destination, SHIPMENTS, "1", vec![event("1", "A"), event("1", "B"), event("1", "B")]).await;
    put(&mut *destination, SHIPMENTS, "2", vec![event("2", "C")]).await;
    assert_eq!(database.query("select connection from _spapi_removed"), [""; 0]);
    put(&mut *destination, SHIPMENTS, "1", vec![event("1", "A")]).await;
    assert_eq!(ids(), ["A", "C"]);
    assert_eq!((removed("B").len(), removed("A").len()), (1, 0));
    // An empty answer is complete too.
    put(&mut *destination, SHIPMENTS, "1", Vec::new()).await;
    assert_eq!(ids(), ["C"]);
    assert_eq!((removed("A").len(), database.query("select connection from _spapi_removed").len()), (1, 2));
}

async fn a_row_that_a_slice_of_updates_no_longer_has_stays_because_it_moved_on(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let order = |slice: &str, id: &str| row(ORDERS, slice, &[("amazon_order_id", text(id)), ("sku", text("1"))]);
    put(&mut *destination, ORDERS, "1", vec![order("1", "A"), order("1", "B")]).await;
    put(&mut *destination, ORDERS, "1", vec![order("1", "A")]).await;
    assert_eq!(database.query(&format!("select amazon_order_id from \"{ORDERS}\" order by 1")), ["A", "B"]);
    assert_eq!(database.query("select connection from _spapi_removed"), [""; 0]);
}

async fn what_a_snapshot_no_longer_has_is_noted(database: &dyn Database) {
    let mut destination = claimed(database).await;
    let sku = |sku: &str| row(LISTINGS, "whole", &[("seller_sku", text(sku))]);
    put(&mut *destination, LISTINGS, "whole", vec![sku("A"), sku("B'\"")]).await;
    put(&mut *destination, LISTINGS, "whole", vec![sku("A"), sku("C")]).await;
    let removed = "select connection from _spapi_removed where cast(key as text) like '%seller_sku%B''%'";
    assert_eq!(database.query(removed).len(), 1);
    assert_eq!(database.query("select connection from _spapi_removed").len(), 1);
    assert_eq!(database.query(&format!("select seller_sku from \"{LISTINGS}\" order by 1")), ["A", "C"]);
}

async fn notifications_have_a_table_for_each_type_and_a_row_for_each_id(database: &dyn Database) {
    let mut tables = NotificationTables::claim(claimed(database).await, "a").await.unwrap();
    let notification = |table: &'static str, id: &str, payload: &str| NotificationRow {
        table,
        notification_id: id.to_owned(),
        notification_type: table.to_owned(),
        payload_version: "1.0".to_owned(),
        event_time: Some("2026-11-30T09:00:00.5+09:00".into()),
        publish_time: Some("soon".into()),
        seller_id: Some("A1SELLER".to_owned()),
        payload: payload.to_owned(),
        ..NotificationRow::default()
    };
    let first = [
        notification("ORDER_CHANGE", "1", r#"{"n":1}"#),
        notification("FEE_PROMOTION", "2", r#"{"n":2}"#),
        notification("ORDER_CHANGE", "1", r#"{"n":3}"#),
    ];
    tables.commit(first).await.unwrap();
    tables
        .commit([notification("ORDER_CHANGE", "3", "{}"), notification("ORDER_CHANGE", "1", r#"{"n":4}"#)])
        .await
        .unwrap();
    tables.commit([]).await.unwrap();
    let rows = database.query("select notification_id, _ordinal, seller_id, payload from \"ORDER_CHANGE\" order by 1");
    let rows: Vec<String> = rows.iter().map(|row| row.replace(": ", ":")).collect();
    assert_eq!(rows, [r#"1, 0, A1SELLER, {"n":4}"#, "3, 0, A1SELLER, {}"]);
    let times = "select count(*) from \"FEE_PROMOTION\" where event_time is not null and publish_time is null";
    assert_eq!(database.query(times), ["1"]);
}

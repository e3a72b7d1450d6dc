//! The shared journal.

use crate::support::{Database, builder, count, runtime, sandbox};
use spapi_core::{Marketplace, Quotas};
use spapi_jobs::Reports;
use spapi_jobs::journal::{Entry, Journal};
use spapi_sandbox::Limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::timeout;

fn entry(type_name: &str, id: Option<&str>) -> Entry {
    let mut entry = Entry::default();
    (entry.kind, entry.type_name, entry.id) = ("report".into(), type_name.into(), id.map(str::to_owned));
    entry.others.insert("newer".into(), "折りたたみ傘\u{0} \\".into());
    entry
}

pub fn an_entry_is_written_replaced_listed_and_removed(database: &Database) {
    runtime().block_on(async {
        let journal = database.connect().await.journal();
        let (one, two) = (entry("one", None).key(), entry("two", None).key());
        assert_eq!(journal.read(&one).await.unwrap(), None);
        journal.write(&one, &entry("one", None)).await.unwrap();
        journal.write(&one, &entry("one", Some("2"))).await.unwrap();
        journal.write(&two, &entry("two", Some("3"))).await.unwrap();
        let again = database.connect().await.journal();
        assert_eq!(again.read(&one).await.unwrap(), Some(entry("one", Some("2"))));
        assert_eq!(again.entries().await.unwrap().len(), 2);
        let ids = ["3".to_owned(), "9".to_owned()];
        assert_eq!(again.entries_by_id(&ids).await.unwrap(), [entry("two", Some("3"))]);
        again.remove(&one).await.unwrap();
        again.remove(&one).await.unwrap();
        assert_eq!(journal.entries().await.unwrap(), [entry("two", Some("3"))]);
    });
}

pub fn a_row_that_cannot_be_read_is_an_error_and_not_a_missing_entry(database: &Database) {
    runtime().block_on(async {
        let journal = database.connect().await.journal();
        let key = entry("one", None).key();
        journal.write(&key, &entry("one", None)).await.unwrap();
        for broken in ["[]", "null", r#"{"id":7}"#] {
            database.query(&format!("update spapi.journal set entry = '{broken}'"));
            let error = journal.read(&key).await.unwrap_err();
            assert!(error.is_config() && error.to_string().contains(&key.to_string()), "{error}");
            assert!(journal.entries().await.is_err(), "{broken}");
        }
    });
}

pub fn a_lock_keeps_another_process_out_until_it_is_dropped(database: &Database) {
    runtime().block_on(async {
        let (one, two) = (database.connect().await.journal(), database.connect().await.journal());
        let held = one.lock("a").await.unwrap();
        let _other = two.lock("b").await.unwrap();
        let mut waiting = two.lock("a");
        assert!(timeout(Duration::from_millis(300), &mut waiting).await.is_err());
        drop(held);
        // Much sooner than a lease ends.
        timeout(Duration::from_secs(5), waiting).await.unwrap().unwrap();
    });
}

pub fn one_at_a_time_holds_a_lock(database: &Database) {
    runtime().block_on(async {
        let holders = Arc::new(AtomicU32::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (journal, holders) = (database.connect().await.journal(), Arc::clone(&holders));
            tasks.spawn(async move {
                for _ in 0..3 {
                    let _held = journal.lock("a").await.unwrap();
                    assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                    tokio::task::yield_now().await;
                    holders.fetch_sub(1, Ordering::SeqCst);
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
        while database.query("select count(*) from spapi.locks") != ["0"] {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
}

pub fn a_request_of_another_process_is_not_overwritten(database: &Database) {
    runtime().block_on(async {
        let (one, two) = (database.connect().await.journal(), database.connect().await.journal());
        let key = entry("one", None).key();
        one.write(&key, &entry("one", None)).await.unwrap();
        one.write(&key, &entry("one", None)).await.unwrap();
        let error = two.write(&key, &entry("one", None)).await.unwrap_err().to_string();
        assert!(error.contains("another process requests the job") && error.contains("Nothing was sent"), "{error}");
        two.write(&key, &entry("one", Some("1"))).await.unwrap();
        two.remove(&key).await.unwrap();
        two.write(&key, &entry("one", None)).await.unwrap();
    });
}

pub fn two_processes_request_a_report_once(database: &Database) {
    runtime().block_on(async {
        let (sandbox, seen) = sandbox(Limits::Off).await;
        let mut processes = tokio::task::JoinSet::new();
        for _ in 0..2 {
            let client = builder(sandbox.url()).quotas(&Quotas::off()).build().unwrap();
            let pause = Duration::from_millis(20);
            let reports = Reports::new(&client).journal(database.connect().await.journal()).polling(pause, pause);
            processes.spawn(async move {
                // It always has rows, so that the journal keeps it for the process that is later.
                reports.request("GET_MERCHANT_LISTINGS_ALL_DATA", [Marketplace::JP]).await.map(drop)
            });
        }
        processes.join_all().await.into_iter().for_each(|ended| ended.unwrap());
        assert_eq!(count(&seen, "createReport"), 1);
    });
}

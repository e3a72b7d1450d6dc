//! Cases of SQLite alone.

use crate::cases::{CASES, claimed};
use crate::rows::{LEDGER, put, row};
use crate::{Case, Database, Opening, case, runtime};
use libtest_mimic::Trial;
use rusqlite::Connection;
use spapi_rows::OwnedValue;
use spapi_sync::{Destination, Sqlite, Tables};
use std::path::PathBuf;

const OWN: [Case; 3] = [
    case!(times_are_texts_in_their_order),
    case!(a_file_that_cannot_be_used_is_named_with_what_to_do),
    case!(a_file_that_no_run_has_filled_is_refused),
];

pub fn trials() -> impl Iterator<Item = Trial> {
    CASES.iter().chain(&OWN).map(|(name, case)| {
        let case = *case;
        Trial::test(format!("sqlite::{name}"), move || {
            runtime().block_on(case(&File::new()));
            Ok(())
        })
    })
}

struct File {
    folder: tempfile::TempDir,
}

impl File {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("a.db")
    }
}

impl Database for File {
    fn open(&self) -> Opening<'_> {
        Box::pin(async { Box::new(Sqlite::open(self.path()).unwrap()) as Box<dyn Tables> })
    }

    fn query(&self, sql: &str) -> Vec<String> {
        let connection = Connection::open(self.path()).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        let count = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        let mut lines = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let cell = |index| match row.get_ref(index).unwrap() {
                rusqlite::types::ValueRef::Null => "NULL".to_owned(),
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                other => other.as_str().unwrap().to_owned(),
            };
            lines.push((0..count).map(cell).collect::<Vec<_>>().join(", "));
        }
        lines
    }

    fn address(&self) -> String {
        format!("sqlite:{}", self.path().display())
    }
}

async fn times_are_texts_in_their_order(file: &dyn Database) {
    const REMOVALS: &str = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA";
    let mut destination = claimed(file).await;
    let times = ["2026-01-02T09:00:00.5+09:00", "2026-01-02T00:00:00Z"];
    let line = |time: &&str| row(REMOVALS, "s", &[("last_updated_date", OwnedValue::DateTime((*time).into()))]);
    put(&mut *destination, REMOVALS, "s", times.iter().map(line).collect()).await;
    let found = file.query(&format!("select last_updated_date from {REMOVALS} order by 1"));
    assert_eq!(found, ["2026-01-02T00:00:00.000000Z", "2026-01-02T00:00:00.500000Z"]);
}

async fn a_file_that_cannot_be_used_is_named_with_what_to_do(_: &dyn Database) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    std::fs::write(&path, "not a database, but a text that is longer than the header of one would be").unwrap();
    let error = Sqlite::open(&path).unwrap_err().to_string();
    assert!(error.contains("a.db cannot be used") && error.contains("not a file of SQLite"), "{error}");
    let error = Sqlite::open(folder.path().join("none/a.db")).unwrap_err().to_string();
    assert!(error.contains("Create its folder"), "{error}");
}

async fn a_file_that_no_run_has_filled_is_refused(file: &dyn Database) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    assert!(Sqlite::open_filled(&path).unwrap_err().to_string().contains("does not exist"));
    Connection::open(&path).unwrap().execute_batch("create table a (b)").unwrap();
    assert!(Sqlite::open_filled(&path).unwrap_err().to_string().contains("has no state of a run"));

    let mut destination = claimed(file).await;
    put(&mut *destination, LEDGER, "s", Vec::new()).await;
    let (_, path) = file.address().split_once(':').map(|(kind, path)| (kind.to_owned(), path.to_owned())).unwrap();
    assert_eq!(Sqlite::open_filled(path).unwrap().states("a").await.unwrap().len(), 1);
}

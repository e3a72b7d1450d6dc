//! Cases of SQLite alone.

use crate::cases::{CASES, claimed};
use crate::rows::{LEDGER, LISTINGS, put, row, text};
use crate::{Case, Database, Opening, case, runtime};
use libtest_mimic::Trial;
use rusqlite::Connection;
use spapi_rows::OwnedValue;
use spapi_sync::{Comparison, Condition, Destination, Select, Sqlite, SqliteReader, Stream, Tables, Value};
use std::path::PathBuf;

const OWN: [Case; 5] = [
    case!(times_are_texts_in_their_order),
    case!(a_file_that_cannot_be_used_is_named_with_what_to_do),
    case!(a_file_that_no_run_has_filled_is_refused),
    case!(chosen_rows_are_read_by_what_their_columns_are),
    case!(a_choice_that_the_table_does_not_have_is_refused_by_name),
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

/// A reader of a file with three listings of the connection `a`.
async fn filled(file: &dyn Database) -> SqliteReader {
    let mut destination = claimed(file).await;
    let line = |(sku, price, quantity): (&str, &str, i64)| {
        let price = OwnedValue::Decimal(price.parse().unwrap());
        let fields = [("seller_sku", text(sku)), ("price", price), ("quantity", OwnedValue::Integer(quantity))];
        row(LISTINGS, "whole", &fields)
    };
    let rows = [("A-1", "980.00", 3), ("A-2", "1980.10", 0), ("b-3", "20000", 12)].map(line);
    put(&mut *destination, LISTINGS, "whole", rows.into()).await;
    let (_, path) = file.address().split_once(':').map(|(kind, path)| (kind.to_owned(), path.to_owned())).unwrap();
    SqliteReader::open(path).unwrap()
}

fn listings(columns: &[&str], conditions: &[Condition], count: u32) -> Select {
    let mut select = Select::new("a", Stream::find(LISTINGS).unwrap(), count);
    select.columns = columns.iter().map(|&name| name.to_owned()).collect();
    select.conditions = conditions.to_vec();
    select.order = Some(("price".to_owned(), true));
    select
}

async fn chosen_rows_are_read_by_what_their_columns_are(file: &dyn Database) {
    let reader = filled(file).await;
    let skus = |comparison, column: &str, value: &str| {
        let (reader, condition) = (reader.clone(), Condition::new(column, comparison, value));
        async move {
            let found = reader.select(listings(&["seller_sku"], &[condition], 9)).await.unwrap();
            assert_eq!((found.columns, found.has_more), (vec!["seller_sku".to_owned()], false));
            let skus = found.rows.into_iter().map(|mut row| match row.remove(0) {
                Value::Text(sku) => sku,
                other => panic!("{other:?}"),
            });
            skus.collect::<Vec<_>>().join(" ")
        }
    };
    // As texts, 980.00 would be the greatest amount and 12 less than 3.
    assert_eq!(skus(Comparison::AtLeast, "price", "980").await, "b-3 A-2 A-1");
    assert_eq!(skus(Comparison::Greater, "price", "980").await, "b-3 A-2");
    assert_eq!(skus(Comparison::Is, "price", "1980.1").await, "A-2");
    assert_eq!(skus(Comparison::Greater, "quantity", "3").await, "b-3");
    assert_eq!(skus(Comparison::Less, "QUANTITY", "3").await, "A-2");
    assert_eq!(skus(Comparison::Contains, "seller_sku", "a-").await, "A-2 A-1");
    assert_eq!(skus(Comparison::IsNot, "seller_sku", "A-1").await, "b-3 A-2");
    assert_eq!(skus(Comparison::IsNotEmpty, "item_name", "").await, "");
    assert_eq!(skus(Comparison::Is, "seller_sku", "' or 1 = 1 --").await, "");

    let mut first = listings(&[], &[], 2);
    let found = reader.select(first.clone()).await.unwrap();
    assert!(found.has_more && found.rows.len() == 2 && !found.columns.contains(&"_slice".to_owned()));
    first.first = 2;
    let found = reader.select(first).await.unwrap();
    assert!(!found.has_more && found.rows.len() == 1);

    let table = reader.table("a", Stream::find(LISTINGS).unwrap()).await.unwrap().unwrap();
    assert!(table.rows == 3 && table.last_commit.is_some() && table.columns.contains(&"price".to_owned()));
    assert_eq!(reader.table("other", Stream::find(LISTINGS).unwrap()).await.unwrap().unwrap().rows, 0);
    assert_eq!(reader.table("a", Stream::find(LEDGER).unwrap()).await.unwrap(), None);
}

async fn a_choice_that_the_table_does_not_have_is_refused_by_name(file: &dyn Database) {
    let reader = filled(file).await;
    let refusal = |select: Select| {
        let reader = reader.clone();
        async move { reader.select(select).await.unwrap_err().to_string() }
    };
    let error = refusal(listings(&["seller_sku\" from x; --"], &[], 1)).await;
    assert!(error.contains("has no column") && error.contains("seller_sku, "), "{error}");
    for (column, value, wants) in [("quantity", "many", "a whole number"), ("price", "nan", "a number")] {
        let error = refusal(listings(&[], &[Condition::new(column, Comparison::Is, value)], 1)).await;
        assert!(error.contains(&format!("the column {column} is compared with {wants}, not {value}")), "{error}");
    }
    let error = refusal(Select::new("a", Stream::find(LEDGER).unwrap(), 1)).await;
    assert!(error.contains(&format!("there is no table {LEDGER}")), "{error}");
    assert!(SqliteReader::open("/nowhere/a.db").is_err());
}

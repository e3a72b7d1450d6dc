//! What is in a folder or a bucket of files after commits, drops and faults.
//!
//! The cases run for each form of files and, with the feature `cloud`, against a server with the interface of S3, which
//! `tests/foreign/install` installs. A case that cannot run here shows as ignored.

#[cfg(feature = "cloud")]
#[path = "foreign/aws.rs"]
mod aws;
mod rows;

use libtest_mimic::{Arguments, Trial};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use rows::{LEDGER, LISTINGS, MARKETPLACE, ORDERS, id, opened, put, row, text};
use serde_json::Value as Json;
use spapi_rows::OwnedValue;
use spapi_sync::{
    Batcher, Destination, FileFormat, Files, Gap, Kind, Schema, SliceSource, Sqlite, Stream, Tables, Value,
};
use std::fs;
use std::future::Future;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

const INVENTORY: &str = "GET_VENDOR_REAL_TIME_INVENTORY_REPORT";

/// A folder or a bucket for one test.
struct Place {
    form: FileFormat,
    root: Root,
}

enum Root {
    Folder(TempDir),
    #[cfg(feature = "cloud")]
    Bucket(bucket::Prefix),
}

impl Place {
    fn folder(form: FileFormat) -> Self {
        Self { form, root: Root::Folder(tempfile::tempdir().unwrap()) }
    }

    fn path(&self) -> PathBuf {
        match &self.root {
            Root::Folder(folder) => folder.path().join("data"),
            #[cfg(feature = "cloud")]
            Root::Bucket(_) => panic!("it is a bucket"),
        }
    }

    fn open(&self) -> Files {
        match &self.root {
            Root::Folder(_) => Files::folder(self.path(), self.form),
            #[cfg(feature = "cloud")]
            Root::Bucket(prefix) => prefix.open(self.form),
        }
    }

    async fn claimed(&self) -> Files {
        let mut files = self.open();
        self.claim(&mut files).await.unwrap();
        files
    }

    /// Claims the connection. A process that another case starts has the locks of this one until it runs its own program.
    async fn claim(&self, files: &mut Files) -> Result<(), spapi_core::Error> {
        for _ in 0..200 {
            match files.claim("a").await {
                Err(error) if error.to_string().contains("another run") => {
                    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                }
                claimed => return claimed,
            }
        }
        files.claim("a").await
    }

    async fn read(&self, path: &str) -> Option<Vec<u8>> {
        match &self.root {
            Root::Folder(_) => fs::read(self.path().join(path)).ok(),
            #[cfg(feature = "cloud")]
            Root::Bucket(prefix) => prefix.read(path).await,
        }
    }

    async fn write(&self, path: &str, bytes: &[u8]) {
        match &self.root {
            Root::Folder(_) => {
                let path = self.path().join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
            #[cfg(feature = "cloud")]
            Root::Bucket(prefix) => prefix.write(path, bytes).await,
        }
    }

    async fn remove(&self, path: &str) {
        match &self.root {
            Root::Folder(_) => fs::remove_file(self.path().join(path)).unwrap(),
            #[cfg(feature = "cloud")]
            Root::Bucket(prefix) => prefix.remove(path).await,
        }
    }

    /// All files, but for locks.
    async fn files(&self) -> Vec<String> {
        let mut found = match &self.root {
            Root::Folder(_) => {
                let mut found = Vec::new();
                walk(&self.path(), "", &mut found);
                found
            }
            #[cfg(feature = "cloud")]
            Root::Bucket(prefix) => prefix.files().await,
        };
        found.retain(|path| !path.ends_with(".lock"));
        found.sort();
        found
    }

    async fn json(&self, path: &str) -> Json {
        serde_json::from_slice(&self.read(path).await.unwrap()).unwrap()
    }

    /// The slices of a stream in the manifests of the connection `a`.
    async fn slices(&self, stream: &str) -> Vec<Json> {
        let manifest = self.json("_spapi/a/manifest.json").await;
        let mut slices = Vec::new();
        for table in manifest["tables"].as_array().unwrap() {
            if table["stream"] == stream {
                let table = self.json(table["file"].as_str().unwrap()).await;
                slices.extend(table["slices"].as_array().unwrap().clone());
            }
        }
        slices
    }

    /// What the manifests name: rows as the texts of these columns, in the order of slices and rows.
    async fn rows(&self, stream: &str, columns: &[&str]) -> Vec<String> {
        let mut rows = Vec::new();
        for slice in self.slices(stream).await {
            let Some(path) = slice["file"]["path"].as_str() else { continue };
            let bytes = self.read(path).await.unwrap();
            assert_eq!(slice["file"]["bytes"], bytes.len());
            let read = match self.form {
                FileFormat::Csv => csv_rows(&bytes, columns),
                FileFormat::Jsonl => jsonl_rows(&bytes, columns),
                _ => parquet_rows(bytes, columns),
            };
            assert_eq!(slice["rows"], read.len());
            rows.extend(read.into_iter().map(|row| row.join("|")));
        }
        rows
    }

    async fn dead_letters(&self, stream: &str) -> Vec<Json> {
        let mut letters = Vec::new();
        for slice in self.slices(stream).await {
            let Some(path) = slice["rejected_file"]["path"].as_str() else { continue };
            let text = String::from_utf8(self.read(path).await.unwrap()).unwrap();
            letters.extend(text.lines().map(|line| line.parse::<Json>().unwrap()));
        }
        letters
    }
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        match entry.path().is_dir() {
            true => walk(&entry.path(), &format!("{name}/"), found),
            false => found.push(name),
        }
    }
}

fn csv_rows(bytes: &[u8], columns: &[&str]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().unwrap().clone();
    let place = |name: &&str| header.iter().position(|column| column == *name).unwrap();
    let places: Vec<_> = columns.iter().map(place).collect();
    let row = |record: csv::StringRecord| places.iter().map(|index| record[*index].to_owned()).collect();
    reader.records().map(Result::unwrap).map(row).collect()
}

fn jsonl_rows(bytes: &[u8], columns: &[&str]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(bytes).unwrap();
    let lines = text.lines().map(|line| {
        // Its digits are those of the file.
        let object: std::collections::BTreeMap<String, Box<serde_json::value::RawValue>> =
            serde_json::from_str(line).unwrap();
        let cell = |name: &&str| match object[*name].get() {
            "null" => String::new(),
            text => text.parse::<Json>().unwrap().as_str().unwrap_or(text).to_owned(),
        };
        columns.iter().map(cell).collect()
    });
    lines.collect()
}

fn parquet_rows(bytes: Vec<u8>, columns: &[&str]) -> Vec<Vec<String>> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let text = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Decimal(_) => field.to_string().trim_end_matches('0').trim_end_matches('.').to_owned(),
        other => other.to_string(),
    };
    let row = |row: parquet::record::Row| {
        let cell = |name: &&str| {
            text(row.get_column_iter().find(|(column, _)| *column == name).map(|(_, field)| field).unwrap())
        };
        columns.iter().map(cell).collect()
    };
    reader.get_row_iter(None).unwrap().map(Result::unwrap).map(row).collect()
}

fn decimal(text: &str) -> OwnedValue {
    OwnedValue::Decimal(text.parse().unwrap())
}

fn sku(sku: &str) -> Vec<Value> {
    row(LISTINGS, "whole", &[("seller_sku", text(sku))])
}

fn line(slice: &str, asin: &str) -> Vec<Value> {
    row(LEDGER, slice, &[("asin", text(asin))])
}

async fn rows_and_state_are_there_together_and_exactly(place: Place) {
    let mut files = place.claimed().await;
    let fields = [
        ("seller_sku", text("0012")),
        ("item_name", text("折りたたみ傘, \"青\"\n2本")),
        ("price", decimal("1980.1")),
        ("quantity", OwnedValue::Integer(3)),
    ];
    let state = put(&mut files, LISTINGS, "whole", vec![row(LISTINGS, "whole", &fields)]).await;
    assert_eq!((state.rows, state.rejected, state.generation), (1, 0, 1));
    let found = place.rows(LISTINGS, &["_connection", "seller_sku", "item_name", "price", "quantity"]).await;
    assert_eq!(found, ["a|0012|折りたたみ傘, \"青\"\n2本|1980.1|3"]);
    assert_eq!(files.states("a").await.unwrap(), std::slice::from_ref(&state));
    assert!(files.states("b").await.unwrap().is_empty());
    drop(files);
    assert_eq!(place.open().states("a").await.unwrap(), [state]);
}

async fn what_is_not_committed_does_not_count(place: Place) {
    let mut files = place.claimed().await;
    put(&mut files, LISTINGS, "whole", vec![sku("A")]).await;
    let before = place.files().await;
    let writing = opened(&mut files, LISTINGS, "whole", vec![sku("B"), sku("C")]).await;
    drop(writing);
    drop(files);
    let mut files = place.claimed().await;
    assert_eq!(place.files().await, before);
    assert_eq!(files.states("a").await.unwrap().len(), 1);
    assert_eq!(place.rows(LISTINGS, &["seller_sku"]).await, ["A"]);
}

async fn a_snapshot_replaces_what_was_there(place: Place) {
    let mut files = place.claimed().await;
    put(&mut files, LISTINGS, "whole", vec![sku("A"), sku("B")]).await;
    let state = put(&mut files, LISTINGS, "whole", vec![sku("B"), sku("C")]).await;
    assert_eq!(state.generation, 2);
    assert_eq!(place.rows(LISTINGS, &["seller_sku"]).await, ["B", "C"]);
    let files: Vec<_> = place.files().await.into_iter().filter(|path| path.starts_with(LISTINGS)).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].starts_with(&format!("{LISTINGS}/a/{MARKETPLACE}/whole.")), "{files:?}");
}

async fn a_slice_is_replaced_as_a_whole_and_keeps_equal_rows(place: Place) {
    let mut files = place.claimed().await;
    let (one, two) = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    put(&mut files, LEDGER, one, vec![line(one, "A"), line(one, "A"), line(one, "B")]).await;
    put(&mut files, LEDGER, two, vec![line(two, "A")]).await;
    put(&mut files, LEDGER, one, vec![line(one, "A"), line(one, "A")]).await;
    let found = place.rows(LEDGER, &["_slice", "_ordinal", "asin"]).await;
    assert_eq!(found, [format!("{one}|0|A"), format!("{one}|1|A"), format!("{two}|0|A")]);
    // The same content again has the same file.
    let before = place.files().await.into_iter().filter(|path| path.starts_with(LEDGER)).collect::<Vec<_>>();
    put(&mut files, LEDGER, two, vec![line(two, "A")]).await;
    let after = place.files().await.into_iter().filter(|path| path.starts_with(LEDGER)).collect::<Vec<_>>();
    assert_eq!(after, before);
    assert_eq!(place.rows(LEDGER, &["asin"]).await.len(), 3);
}

async fn a_key_that_repeats_in_a_slice_gets_an_ordinal_and_loses_nothing(place: Place) {
    let mut files = place.claimed().await;
    // A text that looks like the column must not be taken for it.
    let row = |asin: &str| row(INVENTORY, "s", &[("asin", text(asin))]);
    let odd = "\"_ordinal\":7,";
    put(&mut files, INVENTORY, "s", vec![row("A"), row("A"), row(odd), row("A"), row("B"), row(odd)]).await;
    let found = place.rows(INVENTORY, &["asin", "_ordinal"]).await;
    let odds = [format!("{odd}|0"), format!("{odd}|1")];
    assert_eq!(found, ["A|0", "A|1", &odds[0], "A|2", "B|0", &odds[1]]);
}

async fn an_empty_slice_counts_as_done(place: Place) {
    let mut files = place.claimed().await;
    let state = put(&mut files, LEDGER, "s", Vec::new()).await;
    assert_eq!(files.states("a").await.unwrap(), [state]);
    let stream = Stream::find(LEDGER).unwrap();
    assert_eq!(files.rows("a", stream, MARKETPLACE).await.unwrap(), Some(0));
    assert!(place.files().await.iter().all(|path| path.starts_with("_spapi/")));
}

async fn a_row_that_does_not_fit_is_a_dead_letter_of_its_slice(place: Place) {
    let mut files = place.claimed().await;
    for expected in [1, 0] {
        let mut writing = opened(&mut files, LEDGER, "s", vec![line("s", "A")]).await;
        if expected == 1 {
            let schema = Schema::of(Stream::find(LEDGER).unwrap());
            let why = schema.row(&id(LEDGER, "s"), &[], []).unwrap_err();
            writing.reject(why, "{\"asin\":\"B\"}".to_owned()).await.unwrap();
        }
        let state = writing.commit(SliceSource::default()).await.unwrap();
        assert_eq!((state.rows, state.rejected), (1, expected));
        let letters = place.dead_letters(LEDGER).await;
        assert_eq!(letters.len() as u64, expected);
        assert!(letters.iter().all(|letter| letter["row"] == "{\"asin\":\"B\"}" && letter["slice"] == "s"));
    }
    assert!(place.files().await.iter().all(|path| !path.starts_with("_spapi_rejected/")));
}

async fn a_number_that_no_column_takes_is_a_dead_letter_or_exact(place: Place) {
    let mut files = place.claimed().await;
    let priced =
        |sku: &str, price: &str| row(LISTINGS, "whole", &[("seller_sku", text(sku)), ("price", decimal(price))]);
    let rows = vec![priced("A", "0.00000000001"), priced("B", "79228162514264337593543950335"), priced("C", "-0.1")];
    let state = put(&mut files, LISTINGS, "whole", rows).await;
    let found = place.rows(LISTINGS, &["seller_sku", "price"]).await;
    let letters = place.dead_letters(LISTINGS).await;
    if place.form != FileFormat::Parquet {
        assert_eq!(found, ["A|0.00000000001", "B|79228162514264337593543950335", "C|-0.1"]);
        assert_eq!((letters.len(), state.rejected), (0, 0));
        return;
    }
    assert_eq!(found, ["C|-0.1"]);
    assert_eq!((state.rows, state.rejected), (1, 2));
    let shown: Json = letters[0]["row"].as_str().unwrap().parse().unwrap();
    assert_eq!((&shown["seller_sku"], &shown["price"]), (&Json::from("A"), &Json::from("0.00000000001")));
    assert!(letters[1]["reason"].as_str().unwrap().contains("28 digits") && letters[1]["column"] == "price");
}

async fn times_are_moments_in_utc(place: Place) {
    const REMOVALS: &str = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA";
    let mut files = place.claimed().await;
    let times = ["2026-01-02T09:00:00.5+09:00", "2026-01-02T00:00:00Z"];
    let line = |time: &&str| row(REMOVALS, "s", &[("last_updated_date", OwnedValue::DateTime((*time).into()))]);
    put(&mut files, REMOVALS, "s", times.iter().map(line).collect()).await;
    let found = place.rows(REMOVALS, &["last_updated_date"]).await;
    let expected = match place.form {
        FileFormat::Parquet => ["2026-01-02 00:00:00.500", "2026-01-02 00:00:00"],
        _ => ["2026-01-02T00:00:00.500000Z", "2026-01-02T00:00:00.000000Z"],
    };
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found} {expected}");
    }
    assert_eq!(found.len(), 2);
}

async fn streams_are_written_and_committed_side_by_side(place: Place) {
    let mut files = place.claimed().await;
    let mut open_slices = Vec::new();
    for slice in 0..8 {
        let slice = format!("s{slice}");
        open_slices.push(opened(&mut files, LEDGER, &slice, vec![line(&slice, "A")]).await);
    }
    open_slices.push(opened(&mut files, LISTINGS, "whole", vec![sku("A")]).await);
    open_slices.push(opened(&mut files, ORDERS, "s", vec![row(ORDERS, "s", &[("amazon_order_id", text("1"))])]).await);
    let commits = open_slices.into_iter().map(|slice| tokio::spawn(slice.commit(SliceSource::default())));
    for commit in commits.collect::<Vec<_>>() {
        commit.await.unwrap().unwrap();
    }
    assert_eq!(files.states("a").await.unwrap().len(), 10);
    assert_eq!(place.open().states("a").await.unwrap(), files.states("a").await.unwrap());
    assert_eq!(place.rows(LEDGER, &["asin"]).await.len(), 8);
}

async fn slices_are_forgotten_with_their_rows_but_a_snapshot_stays_until_the_next(place: Place) {
    let mut files = place.claimed().await;
    let (one, two) = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z");
    let first = put(&mut files, LEDGER, one, vec![line(one, "A"); 2]).await;
    put(&mut files, LEDGER, two, vec![line(two, "A"); 3]).await;
    put(&mut files, LISTINGS, "whole", vec![sku("A"), sku("B")]).await;
    drop(files);
    let mut files = place.open();
    let stream = |name| Stream::find(name).unwrap();
    assert_eq!(files.rows("a", stream(LEDGER), MARKETPLACE).await.unwrap(), Some(5));
    assert_eq!(files.rows("a", stream(ORDERS), MARKETPLACE).await.unwrap(), None);
    let forgotten =
        vec![id(LEDGER, two), id(LEDGER, "2025-01-01T00:00:00Z"), id(ORDERS, "none"), id(LISTINGS, "whole")];
    assert!(files.forget(forgotten.clone()).await.unwrap_err().to_string().contains("was not claimed"));
    files.claim("a").await.unwrap();
    assert_eq!(files.forget(forgotten.clone()).await.unwrap(), 3);
    assert_eq!(files.forget(forgotten).await.unwrap(), 0);
    assert_eq!(files.states("a").await.unwrap(), [first]);
    assert_eq!(files.rows("a", stream(LEDGER), MARKETPLACE).await.unwrap(), Some(2));
    assert_eq!(files.rows("a", stream(ORDERS), MARKETPLACE).await.unwrap(), None);
    assert_eq!(place.rows(LISTINGS, &["seller_sku"]).await, ["A", "B"]);
    let state = put(&mut files, LISTINGS, "whole", vec![sku("C")]).await;
    assert_eq!((state.generation, place.rows(LISTINGS, &["seller_sku"]).await), (1, vec!["C".to_owned()]));
}

async fn a_gap_is_kept_until_its_slice_is_committed_or_forgotten_or_the_gap_is_closed(place: Place) {
    let mut files = place.claimed().await;
    let gap = |slice: &str, attempts| Gap {
        id: id(LEDGER, slice),
        to: "2026-02-01T00:00:00Z".to_owned(),
        reason: "Amazon says \"no\"".to_owned(),
        attempts,
        failed_at: "2026-03-01T00:00:00Z".to_owned(),
        not_before: String::new(),
    };
    for slice in ["d", "c", "b", "a"] {
        files.note_gap(gap(slice, 1)).await.unwrap();
    }
    files.note_gap(gap("a", 2)).await.unwrap();
    assert_eq!(files.gaps("a").await.unwrap(), [gap("a", 2), gap("b", 1), gap("c", 1), gap("d", 1)]);
    put(&mut files, LEDGER, "a", Vec::new()).await;
    files.forget(vec![id(LEDGER, "b")]).await.unwrap();
    files.close_gap(id(LEDGER, "c")).await.unwrap();
    assert_eq!(files.gaps("a").await.unwrap(), [gap("d", 1)]);
    assert!(place.open().note_gap(gap("e", 1)).await.unwrap_err().to_string().contains("was not claimed"));
    if matches!(place.root, Root::Folder(_)) {
        // Without it another run would have to wait.
        place.remove("_spapi/a/run.lock").await;
    }
    let mut other = place.claimed().await;
    assert!(files.note_gap(gap("e", 1)).await.unwrap_err().to_string().contains("has begun"));
    assert_eq!(other.gaps("a").await.unwrap(), [gap("d", 1)]);
}

async fn a_slice_that_was_opened_before_another_claim_cannot_be_committed(place: Place) {
    let mut files = place.claimed().await;
    let stale = opened(&mut files, LISTINGS, "whole", vec![sku("OLD")]).await;
    files.claim("a").await.unwrap();
    put(&mut files, LISTINGS, "whole", vec![sku("NEW")]).await;
    let error = stale.commit(SliceSource::default()).await.unwrap_err().to_string();
    assert!(error.contains("another run of the connection a has begun"), "{error}");
    let stale = opened(&mut files, LISTINGS, "whole", vec![sku("OLD")]).await;
    drop(files);
    let mut files = place.claimed().await;
    let error = stale.commit(SliceSource::default()).await.unwrap_err().to_string();
    assert!(error.contains("another run of the connection a has begun"), "{error}");
    assert_eq!(place.rows(LISTINGS, &["seller_sku"]).await, ["NEW"]);
    put(&mut files, LISTINGS, "whole", Vec::new()).await;
}

async fn a_slice_of_a_connection_that_was_not_claimed_is_refused(place: Place) {
    let found = Stream::find(LISTINGS).unwrap();
    let begun = place.open().begin(id(LISTINGS, "whole"), Arc::new(Schema::of(found)), found.kind).await;
    assert!(begun.err().unwrap().to_string().contains("was not claimed"));
    assert_eq!(found.kind, Kind::Snapshot);
}

async fn a_claim_removes_what_killed_runs_left_and_nothing_else(place: Place) {
    let mut files = place.claimed().await;
    put(&mut files, LEDGER, "s", vec![line("s", "A")]).await;
    drop(files);
    let before = place.files().await;
    let left = format!("{LEDGER}/a/{MARKETPLACE}/s.0123456789abcdef.{}", ending(place.form));
    let table = format!("_spapi/a/tables/{LEDGER}/{MARKETPLACE}.0123456789abcdef.json");
    let letters = format!("_spapi_rejected/a/{LEDGER}/{MARKETPLACE}/s.0123456789abcdef.jsonl");
    let own = [
        format!("{LEDGER}/a/{MARKETPLACE}/notes.txt"),
        format!("{LEDGER}/a/mine.parquet"),
        // Of another connection.
        format!("{LEDGER}/b/{MARKETPLACE}/s.0123456789abcdef.csv"),
    ];
    for path in [&left, &table, &letters].into_iter().chain(&own) {
        place.write(path, b"x").await;
    }
    place.claimed().await;
    let mut expected = before;
    expected.extend(own);
    expected.sort();
    assert_eq!(place.files().await, expected);
}

async fn files_of_another_form_are_refused(place: Place) {
    let mut files = place.claimed().await;
    put(&mut files, LEDGER, "s", vec![line("s", "A")]).await;
    drop(files);
    let form = if place.form == FileFormat::Csv { FileFormat::Jsonl } else { FileFormat::Csv };
    let other = Place { form, root: place.root };
    let error = other.open().claim("a").await.unwrap_err();
    assert!(error.to_string().contains("its setting says"), "{error}");
    other.open().claim("b").await.unwrap();
}

async fn a_damaged_manifest_is_named_and_nothing_is_removed(place: Place) {
    let manifest = "_spapi/a/manifest.json";
    let mut files = place.claimed().await;
    put(&mut files, LEDGER, "s", vec![line("s", "A")]).await;
    drop(files);
    let whole = place.read(manifest).await.unwrap();
    let table = place.json(manifest).await["tables"][0]["file"].as_str().unwrap().to_owned();
    let table_whole = place.read(&table).await.unwrap();
    let before = place.files().await;
    let newer = String::from_utf8(whole.clone()).unwrap().replace("\"version\": 1", "\"version\": 2");
    let changed = String::from_utf8(table_whole.clone()).unwrap().replace('s', "t");
    let faults: [(&str, Option<&[u8]>, &str); 6] = [
        (manifest, Some(&whole[..whole.len() / 2]), "manifest.json: the manifest cannot be read"),
        (manifest, Some(b""), "manifest.json: the manifest cannot be read"),
        (manifest, None, "manifest.json is missing, and there are files that it named"),
        (manifest, Some(newer.as_bytes()), "version 2"),
        (&table, Some(changed.as_bytes()), "it is not as it was written"),
        (&table, None, "is missing"),
    ];
    for (path, content, expected) in faults {
        match content {
            Some(content) => place.write(path, content).await,
            None => place.remove(path).await,
        }
        let error = place.claim(&mut place.open()).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error} {expected}");
        place.write(manifest, &whole).await;
        place.write(&table, &table_whole).await;
        assert_eq!(place.files().await, before);
    }
    let mut files = place.claimed().await;
    assert_eq!(files.states("a").await.unwrap().len(), 1);
    assert_eq!(place.rows(LEDGER, &["asin"]).await, ["A"]);
}

fn ending(form: FileFormat) -> &'static str {
    match form {
        FileFormat::Csv => "csv",
        FileFormat::Jsonl => "jsonl",
        _ => "parquet",
    }
}

/// What another process of this test does, and where.
const DOES: &str = "SPAPI_SYNC_TEST_DOES";
const WHERE: &str = "SPAPI_SYNC_TEST_WHERE";

/// The other process, before its start.
fn other(does: &str, place: &Place) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let root = match &place.root {
        Root::Folder(_) => place.path().into_os_string(),
        #[cfg(feature = "cloud")]
        Root::Bucket(prefix) => prefix.text().into(),
    };
    command.env(DOES, does).env(WHERE, root).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The other process: Parquet in the connection `a`.
async fn be_the_other(does: &str) -> ExitCode {
    let root = std::env::var(WHERE).unwrap();
    let mut files = match root.split_once(' ') {
        #[cfg(feature = "cloud")]
        Some((server, prefix)) => bucket::Prefix::of(server, prefix).open(FileFormat::Parquet),
        _ => Files::folder(&root, FileFormat::Parquet),
    };
    if let Err(error) = files.claim("a").await {
        println!("{error}");
        return ExitCode::SUCCESS;
    }
    let rows = (0..30_000).map(|number| sku(&format!("old {number}"))).collect();
    match does {
        "abort" => {
            let _writing = opened(&mut files, LISTINGS, "whole", rows).await;
            std::process::abort();
        }
        "wait" => {
            let writing = opened(&mut files, LISTINGS, "whole", rows).await;
            println!("ready");
            std::io::stdin().read_line(&mut String::new()).unwrap();
            match writing.commit(SliceSource::default()).await {
                Ok(_) => println!("committed"),
                Err(error) => println!("{error}"),
            }
        }
        // Writes until there is no room.
        "fill" => {
            let found = Stream::find(LEDGER).unwrap();
            let schema = Arc::new(Schema::of(found));
            for slice in 0.. {
                let slice = format!("s{slice}");
                let mut writing = files.begin(id(LEDGER, &slice), Arc::clone(&schema), found.kind).await.unwrap();
                let mut batcher = Batcher::new(Arc::clone(&schema));
                let mut ended = Ok(());
                for number in 0..1000 * (1 << slice.len()) {
                    // Digits that hardly compress.
                    let digits =
                        format!("{:?}", std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), number));
                    if let Some(batch) = batcher.push(line(&slice, &digits)) {
                        ended = ended.and(writing.write(batch).await);
                    }
                }
                if let Err(error) = ended.and(writing.commit(SliceSource::default()).await.map(drop)) {
                    println!("{error}");
                    break;
                }
            }
        }
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

async fn a_process_that_ends_before_its_commit_leaves_nothing_of_the_slice(place: Place) {
    let mut files = place.claimed().await;
    put(&mut files, LISTINGS, "whole", vec![sku("A")]).await;
    drop(files);
    let before = place.files().await;
    assert!(!other("abort", &place).output().unwrap().status.success());
    let mut files = place.claimed().await;
    assert_eq!(place.files().await, before);
    assert_eq!(files.states("a").await.unwrap().len(), 1);
    put(&mut files, LISTINGS, "whole", vec![sku("B")]).await;
    assert_eq!(place.rows(LISTINGS, &["seller_sku"]).await, ["B"]);
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

async fn a_process_that_was_stopped_and_overtaken_can_no_longer_commit(place: Place) {
    let mut child = other("wait", &place).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut first = String::new();
    output.read_line(&mut first).unwrap();
    assert_eq!(first, "ready\n");
    signal(&child, "-STOP");
    if matches!(place.root, Root::Folder(_)) {
        let error = place.open().claim("a").await.unwrap_err().to_string();
        assert!(error.contains("another run of the connection a writes to"), "{error}");
        // What a person does who takes the other run for dead.
        place.remove("_spapi/a/run.lock").await;
    }
    let mut files = place.claimed().await;
    put(&mut files, LISTINGS, "whole", vec![sku("new")]).await;
    signal(&child, "-CONT");
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    let mut last = String::new();
    output.read_line(&mut last).unwrap();
    assert!(last.contains("another run of the connection a has begun"), "{last}");
    assert!(child.wait().unwrap().success());
    assert_eq!(place.rows(LISTINGS, &["seller_sku"]).await, ["new"]);
    put(&mut files, LISTINGS, "whole", vec![sku("newer")]).await;
    assert_eq!(place.rows(LISTINGS, &["seller_sku"]).await, ["newer"]);
}

async fn a_full_disk_is_named_and_keeps_what_was_committed(place: Place) {
    // No file may become larger, and the signal that would say so is ignored, so that writing fails as on a full disk.
    let mut child = Command::new("sh");
    child.args(["-c", "trap '' XFSZ; ulimit -f 200; exec \"$0\""]).arg(std::env::current_exe().unwrap());
    let output = child.env(DOES, "fill").env(WHERE, place.path()).output().unwrap();
    let error = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && error.contains("cannot be written") && error.contains("large"), "{error}");
    let mut files = place.claimed().await;
    let states = files.states("a").await.unwrap();
    assert!(!states.is_empty());
    let rows: u64 = states.iter().map(|state| state.rows).sum();
    assert_eq!(place.rows(LEDGER, &["asin"]).await.len() as u64, rows);
    assert!(place.files().await.iter().all(|path| !path.contains("/staging/")));
}

async fn a_folder_that_cannot_be_written_is_named(place: Place) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::create_dir(place.path()).unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o555)).unwrap();
        let error = place.open().claim("a").await.unwrap_err();
        assert!(error.to_string().contains("data/_spapi/a") && error.to_string().contains("denied"), "{error}");
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut files = place.claimed().await;
        let writing = opened(&mut files, LISTINGS, "whole", vec![sku("A")]).await;
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o555)).unwrap();
        let error = writing.commit(SliceSource::default()).await.unwrap_err();
        assert!(error.to_string().contains("denied") && error.to_string().contains("permissions"), "{error}");
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        put(&mut files, LISTINGS, "whole", vec![sku("B")]).await;
        assert_eq!(place.rows(LISTINGS, &["seller_sku"]).await, ["B"]);
    }
}

async fn a_folder_that_no_run_has_filled_is_named(place: Place) {
    let error = Files::filled_folder(place.path(), place.form).unwrap_err().to_string();
    assert!(error.contains("does not exist"), "{error}");
    fs::create_dir(place.path()).unwrap();
    let error = Files::filled_folder(place.path(), place.form).unwrap_err().to_string();
    assert!(error.contains("has no state of a run"), "{error}");
    fs::write(place.path().join("file"), "").unwrap();
    let error = Files::folder(place.path().join("file"), place.form).claim("a").await.unwrap_err().to_string();
    assert!(error.contains("file/_spapi/a"), "{error}");
    place.claimed().await;
    Files::filled_folder(place.path(), place.form).unwrap();
}

/// Rows of three slices and a snapshot, of which some keys come again, and others in one slice.
async fn fill(files: &mut dyn Tables) {
    let order = |slice: &str, order: &str, item: &str, time: &str, price: &str| {
        row(
            ORDERS,
            slice,
            &[
                ("amazon_order_id", text(order)),
                ("sku", text(item)),
                ("last_updated_date", OwnedValue::DateTime(time.into())),
                ("item_price", decimal(price)),
                ("quantity", OwnedValue::Integer(2)),
            ],
        )
    };
    let (one, two, three) = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    let rows = (0..2500).map(|number| order(one, &format!("{number}"), "傘", "2026-01-05T00:00:00Z", "10.10"));
    put(files, ORDERS, one, rows.collect()).await;
    // Every fourth comes again, later.
    let again =
        (0..2500).step_by(4).map(|number| order(two, &format!("{number}"), "傘", "2026-02-05T00:00:00Z", "20.25"));
    put(files, ORDERS, two, again.collect()).await;
    put(files, ORDERS, three, vec![order(three, "x", "A", "2026-03-05T00:00:00Z", "0.01")]).await;
    put(files, LEDGER, one, vec![line(one, "A"); 7]).await;
    put(files, LISTINGS, "whole", vec![sku("A"), sku("A"), sku("B")]).await;
}

/// DuckDB reads what a sync has written in each form, by the queries of the documentation, and finds what SQLite has.
async fn duckdb_finds_in_each_form_what_sqlite_has() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("a.db");
    let mut sqlite = Sqlite::open(&database).unwrap();
    sqlite.claim("a").await.unwrap();
    fill(&mut sqlite).await;
    let schema = Schema::of(Stream::find(ORDERS).unwrap());
    let cursor = Stream::find(ORDERS).unwrap().cursor.unwrap();
    let key: Vec<_> = schema.key.iter().map(|index| schema.columns[*index].name.clone()).collect();
    let key = key.join(", ");
    let totals = "count(*), sum(item_price::decimal(38, 10)), sum(quantity::bigint), max(last_updated_date::timestamptz), \
                  count(distinct sku), sum(_ordinal::bigint), min(_slice::timestamptz), \
                  max(_slice::timestamptz)";
    let expected = query(Some(&database), &format!("select {totals} from sqlite.{ORDERS}"));
    assert_eq!(expected.len(), 1);
    let ledger = query(Some(&database), &format!("select count(*), max(_ordinal::bigint) from sqlite.{LEDGER}"));
    let listings = "select seller_sku, _ordinal::bigint from {} order by 1, 2";
    let sqlite_listings = query(Some(&database), &listings.replace("{}", &format!("sqlite.{LISTINGS}")));

    let page = include_str!("../docs/files.md");
    for form in [FileFormat::Parquet, FileFormat::Csv, FileFormat::Jsonl] {
        let place = Place::folder(form);
        fill(&mut place.claimed().await).await;
        // A file that a killed run left is not read by way of the manifest.
        place.write(&format!("{ORDERS}/a/{MARKETPLACE}/x.0123456789abcdef.{}", ending(form)), b"broken").await;
        let root = place.path().display().to_string();
        let of = |name: &str| {
            let heading = format!("<!-- {name} -->");
            let after = page.split_once(&heading).unwrap_or_else(|| panic!("{name}")).1;
            let query = after.split_once("```sql\n").unwrap().1.split_once("```").unwrap().0;
            query
                .replace("data/", &format!("{root}/"))
                .replace("amazon-jp", "a")
                .trim_end()
                .trim_end_matches(';')
                .to_owned()
        };
        let reader = match form {
            FileFormat::Csv => of("csv"),
            FileFormat::Jsonl => of("jsonl"),
            _ => of("parquet"),
        };
        let manifest = of("manifest");
        let read = |stream: &str| {
            let manifest = manifest.replace("STREAM", stream);
            (manifest, reader.replace("STREAM", stream))
        };
        let (set, from) = read(ORDERS);
        let newest = of("newest").replace("STREAM", ORDERS).replace("KEY", &key).replace("CURSOR", cursor);
        let sql = format!("{set};\ncreate view {ORDERS} as {from};\nselect {totals} from ({newest})");
        assert_eq!(query(None, &sql), expected, "{form:?}\n{sql}");
        let (set, from) = read(LEDGER);
        assert_eq!(
            query(None, &format!("{set};\nselect count(*), max(_ordinal::bigint) from ({from})")),
            ledger,
            "{form:?}"
        );
        let (set, from) = read(LISTINGS);
        let sql = format!("{set};\n{}", listings.replace("{}", &format!("({from})")));
        assert_eq!(query(None, &sql), sqlite_listings, "{form:?}");
    }
}

/// What DuckDB answers, a line of JSON for each row.
fn query(database: Option<&Path>, sql: &str) -> Vec<String> {
    let mut child = Command::new(python())
        .arg(foreign().join("query.py"))
        .args(database)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(sql.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{sql}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn foreign() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/foreign")
}

fn python() -> PathBuf {
    foreign().join("venv/bin/python")
}

#[cfg(feature = "cloud")]
mod bucket {
    use super::aws::Aws;
    use super::{FileFormat, Files};
    use futures_util::TryStreamExt;
    use object_store::ObjectStoreExt;
    use object_store::{ObjectStore, aws::AmazonS3, aws::AmazonS3Builder};
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A server with the interface of S3, until it is dropped.
    pub struct Server {
        aws: Aws,
        next: AtomicU32,
    }

    impl Server {
        pub fn start() -> Self {
            Self { aws: Aws::start(), next: AtomicU32::new(0) }
        }

        pub fn url(&self) -> &str {
            &self.aws.url
        }

        /// A prefix that no other test has.
        pub fn prefix(&self) -> Prefix {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            Prefix::of(self.url(), &format!("test{number}/data"))
        }
    }

    /// The objects of one test.
    pub struct Prefix {
        server: String,
        prefix: String,
        store: AmazonS3,
    }

    impl Prefix {
        pub fn of(server: &str, prefix: &str) -> Self {
            let store = AmazonS3Builder::new()
                .with_bucket_name("tests")
                .with_endpoint(server)
                .with_allow_http(true)
                .with_region("us-east-1")
                .with_access_key_id("key")
                .with_secret_access_key("secret")
                .build()
                .unwrap();
            Self { server: server.to_owned(), prefix: prefix.to_owned(), store }
        }

        pub fn text(&self) -> String {
            format!("{} {}", self.server, self.prefix)
        }

        pub fn open(&self, form: FileFormat) -> Files {
            let settings = [
                ("AWS_ENDPOINT_URL", self.server.as_str()),
                ("AWS_ALLOW_HTTP", "true"),
                ("AWS_REGION", "us-east-1"),
                ("AWS_ACCESS_KEY_ID", "key"),
                ("AWS_SECRET_ACCESS_KEY", "secret"),
            ];
            let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
            Files::bucket_with(&format!("s3://tests/{}", self.prefix), form, settings).unwrap()
        }

        fn path(&self, path: &str) -> object_store::path::Path {
            format!("{}/{path}", self.prefix).into()
        }

        pub async fn read(&self, path: &str) -> Option<Vec<u8>> {
            Some(self.store.get(&self.path(path)).await.ok()?.bytes().await.unwrap().to_vec())
        }

        pub async fn write(&self, path: &str, bytes: &[u8]) {
            self.store.put(&self.path(path), bytes.to_vec().into()).await.unwrap();
        }

        pub async fn remove(&self, path: &str) {
            self.store.delete(&self.path(path)).await.unwrap();
        }

        pub async fn files(&self) -> Vec<String> {
            let listed: Vec<_> = self.store.list(Some(&self.path(""))).try_collect().await.unwrap();
            let start = format!("{}/", self.prefix);
            listed.iter().map(|object| object.location.as_ref().strip_prefix(&start).unwrap().to_owned()).collect()
        }
    }
}

/// A file that is larger than one request takes is whole in the bucket.
#[cfg(feature = "cloud")]
async fn a_large_slice_is_sent_in_parts_and_is_whole(place: Place) {
    let mut files = place.claimed().await;
    // About 25 MB of lines.
    let name = "x".repeat(1000);
    let rows: Vec<_> = (0..25_000).map(|number| line("s", &format!("{number}{name}"))).collect();
    let state = put(&mut files, LEDGER, "s", rows).await;
    assert_eq!(state.rows, 25_000);
    let found = place.rows(LEDGER, &["asin"]).await;
    assert!(found.iter().enumerate().all(|(number, asin)| *asin == format!("{number}{name}")));
    assert!(place.slices(LEDGER).await[0]["file"]["bytes"].as_u64().unwrap() > 20_000_000);
}

#[cfg(feature = "cloud")]
async fn a_bucket_that_cannot_be_used_is_named(place: Place) {
    let Root::Bucket(_) = &place.root else { panic!("it is a folder") };
    for url in ["s3://", "https://a/b", "s3://key:secret@a/b", "az://a/b?sig=secret", "x"] {
        let error = Files::bucket_with(url, place.form, []).unwrap_err().to_string();
        assert!(error.starts_with("bucket: ") && !error.contains("secret"), "{url} {error}");
    }
    let server = place.json("x").await;
    let settings = [
        ("AWS_ENDPOINT_URL", server.as_str().unwrap()),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "a-secret"),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let error = Files::bucket_with("s3://none/x", place.form, settings).unwrap().claim("a").await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("s3://none/x") && shown.contains("there is no such bucket"), "{shown}");
    assert!(!shown.contains("a-secret"), "{shown}");
}

type Case = fn(Place) -> Pin<Box<dyn Future<Output = ()>>>;

macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        vec![$((stringify!($name), (|place| Box::pin($name(place))) as Case)),*]
    };
}

fn block_on(work: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work);
}

fn main() -> ExitCode {
    if let Ok(does) = std::env::var(DOES) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(be_the_other(&does));
    }
    let arguments = Arguments::from_args();
    let everywhere = cases![
        rows_and_state_are_there_together_and_exactly,
        what_is_not_committed_does_not_count,
        a_snapshot_replaces_what_was_there,
        a_slice_is_replaced_as_a_whole_and_keeps_equal_rows,
        a_key_that_repeats_in_a_slice_gets_an_ordinal_and_loses_nothing,
        an_empty_slice_counts_as_done,
        a_row_that_does_not_fit_is_a_dead_letter_of_its_slice,
        a_number_that_no_column_takes_is_a_dead_letter_or_exact,
        times_are_moments_in_utc,
        streams_are_written_and_committed_side_by_side,
        slices_are_forgotten_with_their_rows_but_a_snapshot_stays_until_the_next,
        a_gap_is_kept_until_its_slice_is_committed_or_forgotten_or_the_gap_is_closed,
        a_slice_that_was_opened_before_another_claim_cannot_be_committed,
        a_slice_of_a_connection_that_was_not_claimed_is_refused,
        a_claim_removes_what_killed_runs_left_and_nothing_else,
        files_of_another_form_are_refused,
        a_damaged_manifest_is_named_and_nothing_is_removed,
    ];
    let of_processes = cases![
        a_process_that_ends_before_its_commit_leaves_nothing_of_the_slice,
        a_process_that_was_stopped_and_overtaken_can_no_longer_commit,
    ];
    let of_folders = cases![a_full_disk_is_named_and_keeps_what_was_committed];
    let mut trials = Vec::new();
    for (name, case) in &everywhere {
        for form in [FileFormat::Parquet, FileFormat::Csv, FileFormat::Jsonl] {
            let case = *case;
            trials.push(Trial::test(format!("{}::{name}", ending(form)), move || {
                block_on(async move { case(Place::folder(form)).await });
                Ok(())
            }));
        }
    }
    let parquet = |name: &str, case: Case, missing: Option<&str>| {
        let name = missing.map_or_else(|| format!("parquet::{name}"), |missing| format!("parquet::{name} ({missing})"));
        let trial = Trial::test(name, move || {
            block_on(async move { case(Place::folder(FileFormat::Parquet)).await });
            Ok(())
        });
        trial.with_ignored_flag(missing.is_some())
    };
    let no_unix = (!cfg!(unix)).then_some("it needs the signals and limits of Unix");
    trials.extend(of_processes.iter().chain(&of_folders).map(|(name, case)| parquet(name, *case, no_unix)));
    trials.extend(
        cases![a_folder_that_no_run_has_filled_is_named].into_iter().map(|(name, case)| parquet(name, case, None)),
    );
    let may_all = may_write_everywhere().then_some("this user may write to a read-only folder");
    trials.extend(
        cases![a_folder_that_cannot_be_written_is_named].into_iter().map(|(name, case)| parquet(name, case, may_all)),
    );
    const MISSING: &str = "(it is not installed here: run crates/sync/tests/foreign/install)";
    let is_installed = python().exists();
    trials.push(match is_installed {
        true => Trial::test("duckdb_finds_in_each_form_what_sqlite_has", || {
            block_on(duckdb_finds_in_each_form_what_sqlite_has());
            Ok(())
        }),
        false => Trial::test(format!("DuckDB {MISSING}"), || Ok(())).with_ignored_flag(true),
    });
    #[cfg(feature = "cloud")]
    if is_installed && !arguments.list {
        let server = Arc::new(bucket::Server::start());
        let of_buckets = cases![a_large_slice_is_sent_in_parts_and_is_whole];
        for (name, case) in everywhere.into_iter().chain(of_processes).chain(of_buckets) {
            let server = Arc::clone(&server);
            // Lines of JSON do not compress, so that a slice can be large.
            let form = if name.contains("large") { FileFormat::Jsonl } else { FileFormat::Parquet };
            trials.push(Trial::test(format!("s3::{name}"), move || {
                let place = Place { form, root: Root::Bucket(server.prefix()) };
                block_on(case(place));
                Ok(())
            }));
        }
        trials.push(Trial::test("s3::a_bucket_that_cannot_be_used_is_named", move || {
            let place = Place { form: FileFormat::Parquet, root: Root::Bucket(server.prefix()) };
            block_on(async move {
                place.write("x", serde_json::to_string(server.url()).unwrap().as_bytes()).await;
                a_bucket_that_cannot_be_used_is_named(place).await;
            });
            Ok(())
        }));
    } else {
        trials.push(Trial::test(format!("S3 {MISSING}"), || Ok(())).with_ignored_flag(true));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Whether permissions do not hold this user up.
fn may_write_everywhere() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let mut permissions = fs::metadata(folder.path()).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(folder.path(), permissions).unwrap();
    fs::write(folder.path().join("x"), "").is_ok()
}

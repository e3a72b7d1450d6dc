//! Files in a folder or a bucket.

#[cfg(feature = "cloud")]
mod bucket;
mod encode;
mod manifest;
mod repeats;
mod store;
mod writing;

use super::names::safe;
use super::{Destination, Gap, SliceId, SliceState, Tables, Writing, not_claimed, overtaken};
use crate::mutex::locked;
use crate::{FileFormat, Kind, Schema, Stream};
use encode::ending;
use futures_util::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use manifest::{Manifest, RESTORE, Table, TableName, hex, json};
use sha2::{Digest, Sha256};
use spapi_core::{BoxFuture, Error, ErrorKind};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::{Arc, Mutex};
use store::{Folder, STATE, Store, Version, blocking, staging};
use writing::FilesWriting;

/// The folder of the dead letters.
const REJECTED: &str = "_spapi_rejected";
/// How many manifests of tables are read at a time.
const READ_AT_A_TIME: usize = 8;
/// How often a manifest is read again whose tables another program has replaced meanwhile.
const READ_AGAIN: usize = 5;

/// A folder of files, or a bucket (feature `cloud`): each slice is a file of its own, such as
/// `GET_MERCHANT_LISTINGS_ALL_DATA/amazon-jp/A1VC38T7YXB528/whole.1f0c33b2a4d5e697.parquet`.
///
/// A manifest for each connection, `_spapi/<connection>/manifest.json`, names the files that count, by way of a manifest for
/// each table, and is swapped by each commit. A file that it does not name does not count, and the next claim removes it.
///
/// A commit replaces the file of the slice. Keys that come again in another slice are there twice, with their slices and cursors.
/// In Parquet an amount has 28 digits before the point and 10 behind it; a row with more of them is a dead letter.
///
/// In a folder, a claim locks a file beside the manifest. In a bucket, a claim takes the connection from whichever run had it.
/// Clones share their claims.
#[derive(Clone)]
pub struct Files {
    shared: Arc<Shared>,
    /// Apart from what open slices share, so that the locks are free once this is dropped.
    locks: Arc<Mutex<HashMap<String, File>>>,
}

struct Shared {
    store: Arc<Store>,
    format: FileFormat,
    claims: tokio::sync::Mutex<HashMap<String, Claim>>,
}

/// A connection that this value has claimed, as it was last written.
struct Claim {
    manifest: Manifest,
    version: Version,
    tables: HashMap<TableKey, Table>,
}

/// The stream and the marketplace of a table.
type TableKey = (String, String);

/// The run that a slice belongs to.
#[derive(Clone, Debug, PartialEq)]
struct Run {
    epoch: u64,
    run: String,
}

impl Files {
    /// Opens a folder, which is created by the first claim if it does not exist.
    pub fn folder(path: impl AsRef<Path>, format: FileFormat) -> Self {
        Self::new(Store::Folder(Folder { root: path.as_ref().to_owned() }), format)
    }

    /// Opens a folder that a run has filled.
    ///
    /// # Errors
    /// When there is no such folder, or no run has filled it.
    pub fn filled_folder(path: impl AsRef<Path>, format: FileFormat) -> Result<Self, Error> {
        let path = path.as_ref();
        if path.join(STATE).is_dir() {
            return Ok(Self::folder(path, format));
        }
        let what = match path.is_dir() {
            true => "has no state of a run",
            false => "does not exist",
        };
        let error = Error::new(ErrorKind::Config, format!("the folder {} {what}", path.display()));
        Err(error.with_hint("Run the connection first, or give another folder."))
    }

    /// Opens a bucket by its URL: `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX` or `az://CONTAINER/PREFIX`. The credentials and
    /// other settings come from the variables of the environment that begin with `AWS_`, `GOOGLE_` or `AZURE_`.
    ///
    /// # Errors
    /// When the URL or the settings are wrong. No request is sent yet.
    #[cfg(feature = "cloud")]
    pub fn bucket(url: &str, format: FileFormat) -> Result<Self, Error> {
        let variables = std::env::vars_os();
        let variables =
            variables.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::bucket_with(url, format, variables)
    }

    /// Opens a bucket with these settings instead of those of the environment. They have the same names.
    ///
    /// # Errors
    /// The errors of [`bucket`](Self::bucket).
    #[cfg(feature = "cloud")]
    pub fn bucket_with(
        url: &str,
        format: FileFormat,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Error> {
        Ok(Self::new(Store::Bucket(bucket::Bucket::open(url, settings)?), format))
    }

    fn new(store: Store, format: FileFormat) -> Self {
        let shared = Shared { store: Arc::new(store), format, claims: tokio::sync::Mutex::default() };
        Self { shared: Arc::new(shared), locks: Arc::default() }
    }
}

impl Destination for Files {
    fn claim(&mut self, connection: &str) -> BoxFuture<'_, Result<(), Error>> {
        let connection = connection.to_owned();
        Box::pin(async move {
            let held = locked(&self.locks).remove(&connection);
            let lock = match (&*self.shared.store, held) {
                (Store::Folder(folder), None) => {
                    let (folder, connection) = (Folder { root: folder.root.clone() }, connection.clone());
                    Some(blocking(move || folder.lock(&connection)).await?)
                }
                (_, held) => held,
            };
            self.shared.claim(&connection).await?;
            if let Some(lock) = lock {
                locked(&self.locks).insert(connection, lock);
            }
            Ok(())
        })
    }
    fn begin(
        &mut self,
        id: SliceId,
        schema: Arc<Schema>,
        kind: Kind,
    ) -> BoxFuture<'_, Result<Box<dyn Writing>, Error>> {
        Box::pin(async move {
            let run = self.shared.run(&id.connection).await?;
            let writing = FilesWriting::new(Arc::clone(&self.shared), id, schema, kind, run);
            Ok(Box::new(writing) as Box<dyn Writing>)
        })
    }

    fn states(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<SliceState>, Error>> {
        let connection = connection.to_owned();
        Box::pin(async move {
            let Some((_, _, tables)) = self.shared.load(&connection).await? else { return Ok(Vec::new()) };
            let mut states: Vec<_> = tables.values().flat_map(Table::states).collect();
            states.sort_by(|a, b| a.id.cmp(&b.id));
            Ok(states)
        })
    }

    fn gaps(&mut self, connection: &str) -> BoxFuture<'_, Result<Vec<Gap>, Error>> {
        let connection = connection.to_owned();
        Box::pin(async move {
            let Some((_, _, tables)) = self.shared.load(&connection).await? else { return Ok(Vec::new()) };
            let mut gaps: Vec<_> = tables.values().flat_map(Table::gaps).collect();
            gaps.sort_by(|a, b| a.id.cmp(&b.id));
            Ok(gaps)
        })
    }

    fn note_gap(&mut self, gap: Gap) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let run = self.shared.run(&gap.id.connection).await?;
            let id = gap.id.clone();
            self.shared.change(&run, &[&id], |tables| tables[0].put_gap(gap.into())).await
        })
    }

    fn close_gap(&mut self, slice: SliceId) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let run = self.shared.run(&slice.connection).await?;
            self.shared.change(&run, &[&slice], |tables| tables[0].close_gap(&slice.slice)).await
        })
    }
}

impl Tables for Files {
    fn rows(
        &mut self,
        connection: &str,
        stream: &'static Stream,
        marketplace: &str,
    ) -> BoxFuture<'_, Result<Option<u64>, Error>> {
        let (connection, marketplace) = (connection.to_owned(), marketplace.to_owned());
        Box::pin(async move {
            let Some((manifest, _)) = self.shared.manifest(&connection).await? else { return Ok(None) };
            let is_wanted = |table: &&TableName| table.stream == stream.name && table.marketplace == marketplace;
            Ok(manifest.tables.iter().find(is_wanted).map(|table| table.rows))
        })
    }

    fn forget(&mut self, slices: Vec<SliceId>) -> BoxFuture<'_, Result<u64, Error>> {
        Box::pin(async move {
            let mut by_connection: BTreeMap<&str, Vec<&SliceId>> = BTreeMap::new();
            for slice in &slices {
                by_connection.entry(&slice.connection).or_default().push(slice);
            }
            let mut runs = Vec::new();
            for connection in by_connection.keys() {
                runs.push(self.shared.run(connection).await?);
            }
            let mut removed = 0;
            for (run, slices) in runs.iter().zip(by_connection.values()) {
                removed += self.shared.change(run, slices, |tables| forget(tables, slices)).await?;
            }
            Ok(removed)
        })
    }
}

/// Forgets slices, each of the table at its index. Returns how many rows go with them.
fn forget(tables: &mut [Table], slices: &[&SliceId]) -> u64 {
    let mut removed = 0;
    for id in slices {
        let of = |table: &&mut Table| table.stream == id.stream && table.marketplace == id.marketplace;
        let Some(table) = tables.iter_mut().find(of) else { continue };
        table.close_gap(&id.slice);
        let Some(slice) = table.find(&id.slice).filter(|slice| !slice.is_forgotten) else { continue };
        let is_snapshot = Stream::find(&id.stream).is_ok_and(|stream| stream.kind == Kind::Snapshot);
        if is_snapshot && slice.file.is_some() {
            slice.is_forgotten = true;
            slice.rejected_file = None;
        } else {
            removed += if slice.file.is_some() { slice.rows } else { 0 };
            table.slices.retain(|known| known.slice != id.slice);
        }
    }
    removed
}

impl Shared {
    /// The place of a connection's manifest.
    fn manifest_path(connection: &str) -> String {
        format!("{STATE}/{}/manifest.json", safe(connection))
    }

    /// The manifest of a connection, with its version. `None` if no run has begun.
    async fn manifest(&self, connection: &str) -> Result<Option<(Manifest, Version)>, Error> {
        let path = Self::manifest_path(connection);
        let Some((bytes, version)) = self.store.read(&path).await? else { return Ok(None) };
        Ok(Some((Manifest::read(&bytes, &self.store.place(&path), connection)?, version)))
    }

    /// The manifest of a connection and its tables.
    async fn load(&self, connection: &str) -> Result<Option<(Manifest, Version, HashMap<TableKey, Table>)>, Error> {
        let mut tries = 0;
        loop {
            let Some((manifest, version)) = self.manifest(connection).await? else { return Ok(None) };
            let tables =
                futures_util::stream::iter(manifest.tables.clone()).map(|name| async move { self.table(&name).await });
            let tables: Vec<_> = tables.buffered(READ_AT_A_TIME).try_collect().await?;
            let missing = tables.iter().zip(&manifest.tables).find(|(table, _)| table.is_none());
            let Some((_, name)) = missing else {
                let key = |table: Table| ((table.stream.clone(), table.marketplace.clone()), table);
                return Ok(Some((manifest, version, tables.into_iter().flatten().map(key).collect())));
            };
            tries += 1;
            if tries == READ_AGAIN {
                let message = format!("{} is missing", self.store.place(&name.file));
                return Err(Error::new(ErrorKind::Config, message).with_hint(RESTORE));
            }
        }
    }

    /// A table. `None` if its file does not exist.
    async fn table(&self, name: &TableName) -> Result<Option<Table>, Error> {
        let Some((bytes, _)) = self.store.read(&name.file).await? else { return Ok(None) };
        Table::read(&bytes, &self.store.place(&name.file), name).map(Some)
    }

    /// The run that has claimed a connection.
    async fn run(&self, connection: &str) -> Result<Run, Error> {
        let claims = self.claims.lock().await;
        let claim = claims.get(connection).ok_or_else(|| not_claimed(connection))?;
        Ok(claim.run())
    }

    /// Takes the next epoch of a connection, and removes the files that do not count.
    async fn claim(&self, connection: &str) -> Result<(), Error> {
        let mut claims = self.claims.lock().await;
        claims.remove(connection);
        let loaded = self.load(connection).await?;
        let folders = self.folders(connection).await?;
        let (mut manifest, version, tables) = match loaded {
            Some((manifest, version, tables)) => (manifest, Some(version), tables),
            None => {
                // Files that only a lost manifest could name must not count as left over.
                for folder in &folders {
                    let files = self.store.files(folder).await?;
                    if let Some(file) = files.iter().find(|file| is_ours(file)) {
                        let path = self.store.place(&Self::manifest_path(connection));
                        let message = format!("{path} is missing, and there are files that it named, such as {file}");
                        return Err(Error::new(ErrorKind::Config, message).with_hint(RESTORE));
                    }
                }
                (Manifest::new(connection, ending(self.format)), None, HashMap::new())
            }
        };
        if manifest.format != ending(self.format) {
            let message = format!(
                "{} has {} files of the connection {connection}, and its setting says {}",
                self.store.name(),
                manifest.format,
                ending(self.format)
            );
            let hint = format!("Write format = \"{}\", or give another folder.", manifest.format);
            return Err(Error::new(ErrorKind::Config, message).with_hint(hint));
        }
        manifest.epoch += 1;
        manifest.run = format!("{:016x}", RandomState::new().hash_one(manifest.epoch));
        manifest.begun_at = Timestamp::now().to_string();
        let Some(version) = self.swap(&manifest, version).await? else { return Err(overtaken(connection)) };
        // From here on no other run can commit, so what the manifest does not name never will count.
        let mut counted: HashSet<&str> = tables.values().flat_map(Table::files).collect();
        counted.extend(manifest.tables.iter().map(|table| &*table.file));
        let mut left = Vec::new();
        for folder in &folders {
            let files = self.store.files(folder).await?;
            left.extend(files.into_iter().filter(|file| is_ours(file) && !counted.contains(&**file)));
        }
        if matches!(*self.store, Store::Folder(_)) {
            left.extend(self.store.files(&staging(connection)).await?);
        }
        self.store.remove(left).await;
        claims.insert(connection.to_owned(), Claim { manifest, version, tables });
        Ok(())
    }

    /// The folders with files of a connection.
    async fn folders(&self, connection: &str) -> Result<Vec<String>, Error> {
        let streams = self.store.folders().await?;
        let connection = safe(connection);
        let mut folders = vec![format!("{STATE}/{connection}/tables")];
        for stream in streams {
            match &*stream {
                STATE => {}
                REJECTED => folders.push(format!("{REJECTED}/{connection}")),
                _ => folders.push(format!("{stream}/{connection}")),
            }
        }
        Ok(folders)
    }

    /// Writes the manifest of a connection in the place of this version. `None` if it is another one by now.
    async fn swap(&self, manifest: &Manifest, version: Option<Version>) -> Result<Option<Version>, Error> {
        let path = Self::manifest_path(&manifest.connection);
        if let Some(version) = self.store.swap(&path, json(manifest)?, version).await? {
            return Ok(Some(version));
        }
        // The answer to an earlier attempt may have been lost.
        let found = self.manifest(&manifest.connection).await?;
        Ok(found.filter(|(found, _)| found == manifest).map(|(_, version)| version))
    }

    /// Changes the tables of slices of one connection in one step, if the run still has it. Files that they name no more are
    /// removed.
    async fn change<T>(
        &self,
        run: &Run,
        slices: &[&SliceId],
        change: impl FnOnce(&mut [Table]) -> T,
    ) -> Result<T, Error> {
        let Some(connection) = slices.first().map(|slice| &*slice.connection) else { return Ok(change(&mut [])) };
        let mut claims = self.claims.lock().await;
        let Some(claim) = claims.get_mut(connection).filter(|claim| claim.run() == *run) else {
            return Err(overtaken(connection));
        };
        let mut tables: Vec<Table> = Vec::new();
        for slice in slices {
            if tables.iter().all(|table| table.stream != slice.stream || table.marketplace != slice.marketplace) {
                let key = (slice.stream.clone(), slice.marketplace.clone());
                tables.push(claim.tables.get(&key).cloned().unwrap_or_else(|| Table::new(slice)));
            }
        }
        let before: Vec<String> = tables.iter().flat_map(Table::files).map(str::to_owned).collect();
        let changed = change(&mut tables);
        let mut manifest = claim.manifest.clone();
        let mut old = Vec::new();
        for table in &tables {
            let bytes = json(table)?;
            let sha256 = hex(&Sha256::digest(&bytes));
            let (stream, place) = (safe(&table.stream), market(&table.marketplace));
            let file = format!("{STATE}/{}/tables/{stream}/{place}.{}.json", safe(connection), &sha256[..HASH]);
            let is_same = |known: &&TableName| known.stream == table.stream && known.marketplace == table.marketplace;
            let known = manifest.tables.iter().find(is_same);
            let is_empty = table.slices.is_empty() && table.gaps.is_empty();
            if known.map_or(is_empty, |known| known.file == file) {
                continue;
            }
            old.extend(known.map(|known| known.file.clone()));
            self.store.put(&file, bytes).await?;
            let (stream, marketplace) = (table.stream.clone(), table.marketplace.clone());
            manifest.name(TableName { stream, marketplace, file, sha256, rows: table.rows() });
        }
        if manifest != claim.manifest {
            let swapped = self.swap(&manifest, Some(claim.version.clone())).await?;
            claim.version = swapped.ok_or_else(|| overtaken(connection))?;
            claim.manifest = manifest;
        }
        let named: HashSet<&str> = tables.iter().flat_map(Table::files).collect();
        old.extend(before.into_iter().filter(|file| !named.contains(&**file)));
        for table in tables {
            claim.tables.insert((table.stream.clone(), table.marketplace.clone()), table);
        }
        self.store.remove(old).await;
        Ok(changed)
    }

    /// Whether a run still has its connection.
    async fn has(&self, run: &Run, connection: &str) -> Result<bool, Error> {
        let found = self.manifest(connection).await?;
        Ok(found.is_some_and(|(manifest, _)| manifest.epoch == run.epoch && manifest.run == run.run))
    }
}

impl Claim {
    fn run(&self) -> Run {
        Run { epoch: self.manifest.epoch, run: self.manifest.run.clone() }
    }
}

/// How many digits of the SHA-256 of a file are in its name.
const HASH: usize = 16;

/// The name of a marketplace's folder.
fn market(marketplace: &str) -> String {
    if marketplace.is_empty() { "all".to_owned() } else { safe(marketplace) }
}

/// Whether a path ends as those of our files do: with digits of a hash and an ending. Files that others have put beside ours stay.
fn is_ours(path: &str) -> bool {
    let mut parts = path.rsplit('.');
    let (ending, hash) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_hash = hash.len() == HASH && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_hash && parts.next().is_some() && ["parquet", "csv", "jsonl", "json"].contains(&ending)
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").field("place", &self.shared.store.name()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::is_ours;

    #[test]
    fn only_files_with_a_hash_in_their_name_are_ours() {
        assert!(is_ours("a/b/all/whole.0123456789abcdef.parquet"));
        for other in ["a/b/all/notes.txt", "a/whole.parquet", "a/0123456789abcdef.csv", "a/w.0123456789ABCDEF.csv"] {
            assert!(!is_ours(other), "{other}");
        }
    }
}

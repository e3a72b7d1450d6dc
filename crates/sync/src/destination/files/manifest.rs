//! The manifests, which say which files count.

use crate::destination::{Gap, SliceId, SliceSource, SliceState};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use spapi_core::{Error, ErrorKind};

/// The version of the form.
const VERSION: u32 = 1;

/// The manifest of a connection. It is the only file that is ever changed, and names all others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub version: u32,
    pub connection: String,
    /// The form of the files, as the ending of their names.
    pub format: String,
    /// The number of the run that has the connection. A commit of another one is refused.
    pub epoch: u64,
    /// What tells runs apart that took the same number at one moment.
    pub run: String,
    /// When the run began, in UTC and ISO 8601.
    pub begun_at: String,
    /// The tables, in the order of stream and marketplace.
    pub tables: Vec<TableName>,
}

/// A table in the manifest of its connection.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct TableName {
    pub stream: String,
    pub marketplace: String,
    /// The manifest of the table.
    pub file: String,
    pub sha256: String,
    /// The rows of all files.
    pub rows: u64,
}

/// The manifest of a table: the slices of a stream and a marketplace. Its file is never changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Table {
    pub version: u32,
    pub connection: String,
    pub stream: String,
    pub marketplace: String,
    /// The slices, in the order of their names.
    pub slices: Vec<Slice>,
    /// The gaps, in the order of the names of their slices.
    pub gaps: Vec<Missing>,
}

/// A slice and its files.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Slice {
    pub slice: String,
    pub to: String,
    pub request_id: String,
    pub document_id: String,
    pub rows: u64,
    pub rejected: u64,
    pub generation: u64,
    pub committed_at: String,
    /// Whether the slice is to be read again, which a snapshot's rows outlive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_forgotten: bool,
    /// The rows. `None` if there are none.
    pub file: Option<Part>,
    /// The dead letters. `None` if there are none.
    pub rejected_file: Option<Part>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Part {
    /// Its path below the folder of the destination.
    pub path: String,
    pub bytes: u64,
    pub sha256: String,
}

/// A gap.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Missing {
    pub slice: String,
    pub to: String,
    pub reason: String,
    pub attempts: u64,
    pub failed_at: String,
    pub not_before: String,
}

impl Manifest {
    pub fn new(connection: &str, format: &str) -> Self {
        Self {
            version: VERSION,
            connection: connection.to_owned(),
            format: format.to_owned(),
            epoch: 0,
            run: String::new(),
            begun_at: String::new(),
            tables: Vec::new(),
        }
    }

    /// Reads a manifest. `place` is its file.
    ///
    /// # Errors
    /// When it is damaged, of another version, or that of another connection.
    pub fn read(bytes: &[u8], place: &str, connection: &str) -> Result<Self, Error> {
        let manifest: Self = parse(bytes, place)?;
        let wrong = |what: String, hint: &'static str| {
            Err(Error::new(ErrorKind::Config, format!("{place}: {what}")).with_hint(hint))
        };
        if manifest.version != VERSION {
            let what = format!("the manifest has the version {}, and this program knows {VERSION}", manifest.version);
            return wrong(what, "Use the version of the program that wrote it, or give another folder.");
        }
        if manifest.connection != connection {
            let what = format!("it is the manifest of the connection {}", manifest.connection);
            return wrong(what, "Put the file back to where it was.");
        }
        Ok(manifest)
    }

    /// Adds a table, or names its new file.
    pub fn name(&mut self, name: TableName) {
        let key = |table: &TableName| (table.stream.clone(), table.marketplace.clone());
        match self.tables.binary_search_by_key(&key(&name), key) {
            Ok(index) => self.tables[index] = name,
            Err(index) => self.tables.insert(index, name),
        }
    }
}

impl Table {
    pub fn new(id: &SliceId) -> Self {
        Self {
            version: VERSION,
            connection: id.connection.clone(),
            stream: id.stream.clone(),
            marketplace: id.marketplace.clone(),
            ..Self::default()
        }
    }

    /// Reads the table that a manifest names. `place` is its file.
    ///
    /// # Errors
    /// When it is damaged or was changed.
    pub fn read(bytes: &[u8], place: &str, name: &TableName) -> Result<Self, Error> {
        if hex(&Sha256::digest(bytes)) != name.sha256 {
            let error = Error::new(ErrorKind::Config, format!("{place}: it is not as it was written"));
            return Err(error.with_hint(RESTORE));
        }
        parse(bytes, place)
    }

    /// The rows of all files.
    pub fn rows(&self) -> u64 {
        self.slices.iter().filter(|slice| slice.file.is_some()).map(|slice| slice.rows).sum()
    }

    pub fn find(&mut self, slice: &str) -> Option<&mut Slice> {
        let index = self.slices.binary_search_by(|known| known.slice.as_str().cmp(slice)).ok()?;
        self.slices.get_mut(index)
    }

    pub fn put(&mut self, slice: Slice) {
        match self.slices.binary_search_by(|known| known.slice.cmp(&slice.slice)) {
            Ok(index) => self.slices[index] = slice,
            Err(index) => self.slices.insert(index, slice),
        }
    }

    pub fn put_gap(&mut self, gap: Missing) {
        match self.gaps.binary_search_by(|known| known.slice.cmp(&gap.slice)) {
            Ok(index) => self.gaps[index] = gap,
            Err(index) => self.gaps.insert(index, gap),
        }
    }

    pub fn close_gap(&mut self, slice: &str) {
        self.gaps.retain(|known| known.slice != slice);
    }

    /// The paths of all files.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.slices.iter().flat_map(|slice| slice.file.iter().chain(&slice.rejected_file)).map(|part| &*part.path)
    }

    pub fn states(&self) -> impl Iterator<Item = SliceState> {
        self.slices.iter().filter(|slice| !slice.is_forgotten).map(|slice| SliceState {
            id: self.id(&slice.slice),
            source: SliceSource {
                to: slice.to.clone(),
                request_id: slice.request_id.clone(),
                document_id: slice.document_id.clone(),
            },
            rows: slice.rows,
            rejected: slice.rejected,
            generation: slice.generation,
            committed_at: slice.committed_at.clone(),
        })
    }

    pub fn gaps(&self) -> impl Iterator<Item = Gap> {
        self.gaps.iter().cloned().map(|gap| {
            let Missing { slice, to, reason, attempts, failed_at, not_before } = gap;
            Gap { id: self.id(&slice), to, reason, attempts, failed_at, not_before }
        })
    }

    fn id(&self, slice: &str) -> SliceId {
        SliceId {
            connection: self.connection.clone(),
            stream: self.stream.clone(),
            marketplace: self.marketplace.clone(),
            slice: slice.to_owned(),
        }
    }
}

impl From<Gap> for Missing {
    fn from(gap: Gap) -> Self {
        let Gap { id, to, reason, attempts, failed_at, not_before } = gap;
        Self { slice: id.slice, to, reason, attempts, failed_at, not_before }
    }
}

/// What to do about a manifest that is damaged.
pub(super) const RESTORE: &str = "Put it back from a copy: no file was removed. Without a copy, move the connection's files to another folder and \
     run again, which reads everything anew.";

fn parse<'a, T: Deserialize<'a>>(bytes: &'a [u8], place: &str) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| {
        Error::new(ErrorKind::Config, format!("{place}: the manifest cannot be read: {error}")).with_hint(RESTORE)
    })
}

pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec_pretty(value)
        .map_err(|error| Error::new(ErrorKind::Config, "a manifest cannot be written").with_source(error))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! The journal: what a job has to remember to survive the process.

mod folder;
mod memory;

pub use folder::FolderJournal;
pub use memory::MemoryJournal;

use crate::hash::hex;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spapi_core::{BoxFuture, DateTime, Error};
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Keeps what jobs have to remember: in memory, in files, or in a database of yours.
///
/// A job writes its [`Entry`] before it sends the request that creates the report, and again when Amazon has answered, when
/// the report has ended, and when the caller has read it. A later run of the program, with the same request and the same
/// journal, finds the entry and continues there.
pub trait Journal: Send + Sync + 'static {
    /// Waits until nobody else holds the lock of this name, in this process or in another that shares the journal, and
    /// takes it until the value is dropped. A lock whose process ended is free.
    ///
    /// # Errors
    /// When the journal cannot be used.
    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, Error>>;

    /// The entry under this key.
    ///
    /// # Errors
    /// When the journal cannot be used, or the entry cannot be read. An entry that is there and cannot be read must not count
    /// as missing, because the report would be requested again.
    fn read<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<Option<Entry>, Error>>;

    /// Writes the entry under this key in place of the one before, so that a process that is killed meanwhile leaves the old
    /// or the new entry.
    ///
    /// # Errors
    /// When the entry cannot be written.
    fn write<'a>(&'a self, key: &'a JobKey, entry: &'a Entry) -> BoxFuture<'a, Result<(), Error>>;

    /// Removes the entry under this key, if there is one.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn remove<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<(), Error>>;

    /// All entries.
    ///
    /// # Errors
    /// When the journal cannot be used, or an entry cannot be read.
    fn entries(&self) -> BoxFuture<'_, Result<Vec<Entry>, Error>>;

    /// The entries of what Amazon calls by one of these ids. By default it looks through [all](Self::entries); a journal of many
    /// sellers is to find them by an index, because each request looks for some.
    ///
    /// # Errors
    /// When the journal cannot be used, or an entry cannot be read.
    fn entries_by_id<'a>(&'a self, ids: &'a [String]) -> BoxFuture<'a, Result<Vec<Entry>, Error>> {
        Box::pin(async move {
            let mut entries = self.entries().await?;
            entries.retain(|entry| entry.id.as_ref().is_some_and(|id| ids.contains(id)));
            Ok(entries)
        })
    }
}

/// A journal that several sellers' [`Reports`](crate::Reports) share.
impl<J: Journal + ?Sized> Journal for Arc<J> {
    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, Error>> {
        (**self).lock(name)
    }

    fn read<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<Option<Entry>, Error>> {
        (**self).read(key)
    }

    fn write<'a>(&'a self, key: &'a JobKey, entry: &'a Entry) -> BoxFuture<'a, Result<(), Error>> {
        (**self).write(key, entry)
    }

    fn remove<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<(), Error>> {
        (**self).remove(key)
    }

    fn entries(&self) -> BoxFuture<'_, Result<Vec<Entry>, Error>> {
        (**self).entries()
    }

    fn entries_by_id<'a>(&'a self, ids: &'a [String]) -> BoxFuture<'a, Result<Vec<Entry>, Error>> {
        (**self).entries_by_id(ids)
    }
}

/// A lock of a [`Journal`]. It is free when this value is dropped.
pub struct Lock(#[expect(dead_code, reason = "held to be dropped")] Box<dyn Any + Send + Sync>);

impl Lock {
    /// A lock that is free when `guard` is dropped.
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lock")
    }
}

/// Identifies a job in a journal: equal requests of one seller have equal keys.
///
/// It is displayed as letters, digits, `_` and `-`, so it can name a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobKey(String);

impl JobKey {
    /// A key for what these parts identify. `name` makes it readable.
    pub(crate) fn new(name: &str, parts: &impl Serialize) -> Self {
        use sha2::{Digest, Sha256};
        let safe = |letter: char| if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' };
        let name: String = name.chars().take(100).map(safe).collect();
        let parts = serde_json::to_vec(parts).unwrap_or_default();
        Self(format!("{name}-{}", hex(&Sha256::digest(&parts)[..12])))
    }
}

impl fmt::Display for JobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a journal keeps of a job.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Entry {
    /// What the job makes: `report`.
    pub kind: String,
    /// The seller, as [`Client::seller`](spapi_core::Client::seller) gives it.
    pub seller: String,
    /// The region of the seller's client, such as `fe`.
    pub region: String,
    /// The type, such as `GET_MERCHANT_LISTINGS_ALL_DATA`.
    pub type_name: String,
    /// The ids of the marketplaces, in order.
    pub marketplaces: Vec<String>,
    /// The options.
    pub options: BTreeMap<String, String>,
    /// The start of the requested span.
    pub from: Option<DateTime>,
    /// The first moment after the requested span.
    pub to: Option<DateTime>,
    /// When the job was about to request it. Without an [`id`](Self::id), Amazon may have the request or not.
    pub asked_at: Option<DateTime>,
    /// The ids of similar reports that Amazon had before the request, so that a later list shows which one is new.
    pub known: Vec<String>,
    /// Amazon's id, once it is known.
    pub id: Option<String>,
    /// The status that Amazon gave last, such as `IN_QUEUE`. Empty before the first.
    pub status: String,
    /// The id of the document, once there is one.
    pub document_id: Option<String>,
    /// Whether the caller has finished with it.
    pub is_finished: bool,
    /// What another version of this crate has written.
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}

impl Entry {
    /// The key of the job, under which the journal has this entry.
    pub fn key(&self) -> JobKey {
        JobKey::new(&self.name(), &(self.identity(), &self.options))
    }

    /// The name of the lock under which it is requested. Amazon shows no options, so requests that differ only in them take
    /// turns.
    pub(crate) fn lock_name(&self) -> String {
        JobKey::new(&self.name(), &self.identity()).to_string()
    }

    fn name(&self) -> String {
        format!("{}-{}", self.kind, self.type_name)
    }

    fn identity(&self) -> impl Serialize {
        let owned = |time: &Option<DateTime>| time.as_ref().map(DateTime::to_string);
        (
            self.kind.clone(),
            self.seller.clone(),
            self.region.clone(),
            self.type_name.clone(),
            self.marketplaces.clone(),
            owned(&self.from),
            owned(&self.to),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_a_file_and_depends_on_every_part() {
        let key = JobKey::new("report/../A b", &("JP", 1));
        assert!(key.to_string().starts_with("report----A-b-"), "{key}");
        assert_eq!(key, JobKey::new("report/../A b", &("JP", 1)));
        assert_ne!(key, JobKey::new("report/../A b", &("JP", 2)));
        assert!(JobKey::new(&"x".repeat(500), &()).to_string().len() < 150);
    }

    #[test]
    fn an_entry_of_another_version_is_read_and_kept() {
        let text = r#"{"kind":"report","id":"1","somethingNew":{"a":[1]},"status":"PAUSED"}"#;
        let entry: Entry = serde_json::from_str(text).unwrap();
        assert_eq!((entry.id.as_deref(), entry.status.as_str(), entry.known.len()), (Some("1"), "PAUSED", 0));
        let written = serde_json::to_value(&entry).unwrap();
        assert_eq!(written["somethingNew"]["a"][0], 1);
    }
}

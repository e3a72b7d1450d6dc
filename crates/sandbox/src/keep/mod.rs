//! Keeps the shop between two runs: a folder with what clients changed, written after each request that changes anything.
//!
//! `sandbox.json` holds the state, and `documents/` holds a file for each document. The keeper replaces each file as a
//! whole, and writes the documents before the state that names them.

pub(crate) mod forms;

use crate::server::Server;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// The name and version of the state file's format.
const FORM: &str = "spapi-sandbox 4";

/// The largest file that is read, in bytes.
const LONGEST: u64 = 1 << 30;

/// Keeps the shop in a folder.
pub(crate) struct Keeper {
    folder: PathBuf,
    /// The state that was written last.
    written: Mutex<Vec<u8>>,
    /// Locked as long as the sandbox lives, so that no other sandbox writes into the folder.
    _lock: File,
}

/// The shop's seed data, and the state that clients have changed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Saved {
    form: String,
    pub(crate) seed: u64,
    pub(crate) orders: usize,
    /// The time from which the orders date back.
    pub(crate) began: SystemTime,
    /// By how much the clock was advanced.
    pub(crate) advanced: Duration,
    login: Value,
    reports: Value,
    feeds: Value,
    queries: Value,
    documents: Value,
    notifications: Value,
    inventory: Value,
    listings: Value,
    arrivals: Value,
    releases: Value,
    differences: Value,
    fulfillment: Value,
    plans: Value,
}

/// The JSON of the value in a lock.
pub(crate) fn saved<T: Serialize>(state: &Mutex<T>) -> serde_json::Result<Value> {
    serde_json::to_value(&*state.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Replaces the value in a lock with a saved one.
pub(crate) fn restore<T: DeserializeOwned>(state: &Mutex<T>, saved: Value) -> serde_json::Result<()> {
    *state.lock().unwrap_or_else(PoisonError::into_inner) = serde_json::from_value(saved)?;
    Ok(())
}

impl Keeper {
    /// Opens and locks a folder, and returns the shop that is kept there, if any.
    pub(crate) fn open(folder: PathBuf) -> io::Result<(Self, Option<Saved>)> {
        let at = |path: &Path, error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        fs::create_dir_all(folder.join("documents")).map_err(|error| at(&folder, error))?;
        let lock = folder.join("lock");
        let file = private().create(true).truncate(false).open(&lock).map_err(|error| at(&lock, error))?;
        if fs4::FileExt::try_lock(&file).is_err() {
            let message = format!("{}: another sandbox uses this folder now", folder.display());
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, message));
        }
        let path = folder.join("sandbox.json");
        let keeper = Self { folder, written: Mutex::default(), _lock: file };
        let bytes = match read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((keeper, None)),
            read => read.map_err(|error| at(&path, error))?,
        };
        let saved: Saved = serde_json::from_slice(&bytes).map_err(|error| foreign(&path, &error.to_string()))?;
        if saved.form != FORM {
            return Err(foreign(&path, "it has another format"));
        }
        Ok((keeper, Some(saved)))
    }

    /// Replaces the server's state with the saved one.
    pub(crate) fn restore(&self, server: &Server, saved: Saved) -> io::Result<()> {
        let path = self.folder.join("sandbox.json");
        let wrong = |part: &'static str| {
            let path = path.clone();
            move |error: serde_json::Error| foreign(&path, &format!("{part}: {error}"))
        };
        server.login.restore(saved.login).map_err(wrong("login"))?;
        server.reports.restore(saved.reports).map_err(wrong("reports"))?;
        server.feeds.restore(saved.feeds).map_err(wrong("feeds"))?;
        server.queries.restore(saved.queries).map_err(wrong("queries"))?;
        server.notifications.restore(saved.notifications).map_err(wrong("notifications"))?;
        server.inventory.restore(saved.inventory).map_err(wrong("inventory"))?;
        server.listings.restore(saved.listings).map_err(wrong("listings"))?;
        server.shop.restore(saved.arrivals).map_err(wrong("arrivals"))?;
        server.releases.restore(saved.releases).map_err(wrong("releases"))?;
        server.differences.restore(saved.differences).map_err(wrong("differences"))?;
        server.fulfillment.restore(saved.fulfillment).map_err(wrong("fulfillment"))?;
        server.plans.restore(saved.plans).map_err(wrong("plans"))?;
        server.documents.restore(saved.documents).map_err(wrong("documents"))?;
        for id in server.documents.with_body() {
            let path = self.document(&id);
            let bytes = read(&path).map_err(|error| foreign(&path, &error.to_string()))?;
            server.documents.restore_body(&id, bytes);
        }
        Ok(())
    }

    /// Writes what has changed since the last call.
    pub(crate) fn save(&self, server: &Server) -> io::Result<()> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        for (id, bytes) in server.documents.unwritten() {
            replace(&self.document(&id), &bytes)?;
        }
        let state = Saved {
            form: FORM.to_owned(),
            seed: server.seed,
            orders: server.orders,
            began: server.began,
            advanced: server.clock.advanced(),
            login: server.login.saved()?,
            reports: server.reports.saved()?,
            feeds: server.feeds.saved()?,
            queries: server.queries.saved()?,
            documents: server.documents.saved()?,
            notifications: server.notifications.saved()?,
            inventory: server.inventory.saved()?,
            listings: server.listings.saved()?,
            arrivals: server.shop.saved()?,
            releases: server.releases.saved()?,
            differences: server.differences.saved()?,
            fulfillment: server.fulfillment.saved()?,
            plans: server.plans.saved()?,
        };
        let bytes = serde_json::to_vec(&state)?;
        if bytes == *written {
            return Ok(());
        }
        replace(&self.folder.join("sandbox.json"), &bytes)?;
        *written = bytes;
        self.remove_dropped(server)
    }

    /// Removes the files of documents that the sandbox has dropped.
    fn remove_dropped(&self, server: &Server) -> io::Result<()> {
        let kept = server.documents.with_body();
        for entry in fs::read_dir(self.folder.join("documents"))? {
            let entry = entry?;
            let is_kept = entry.file_name().to_str().is_some_and(|name| kept.contains(name));
            if !is_kept && entry.file_type()?.is_file() {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn document(&self, id: &str) -> PathBuf {
        self.folder.join("documents").join(id)
    }
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keeper").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// The error for a file that is not the shop of an earlier run.
fn foreign(path: &Path, why: &str) -> io::Error {
    let message = format!(
        "{}: a sandbox of this version did not write this file ({why}); name another folder, or remove this one to start \
         a new shop",
        path.display()
    );
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Reads a whole regular file.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() || metadata.len() > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not a regular file of at most 1 GiB"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a new file next to the old one, and then renames it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    // A killed run may have left one.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private().create_new(true).open(&new)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&new, path)
}

/// Options that create a file that only its owner can read, because it may hold tokens and sellers' files.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

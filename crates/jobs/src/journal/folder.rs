//! A journal in a folder: a file for each job.

use super::{Entry, JobKey, Journal, Lock};
use spapi_core::{BoxFuture, Error, ErrorKind};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The largest entry that is read.
const LARGEST: u64 = 1 << 20;

/// How often a lock that another process holds is tried again.
const LOCK_WAIT: Duration = Duration::from_millis(200);

const ENTRY: &str = "json";
const LOCK: &str = "lock";
const NEW: &str = ".new-";

/// A journal in a folder, which survives the process: each job has a file of JSON, which its owner alone can read.
///
/// A file is written beside the old one and then renamed, so that a process that is killed at any moment leaves a whole
/// file. Several programs may use the folder at a time, if it is on a local disk. A file holds ids, types, marketplaces,
/// options and times, and neither a secret nor a row of a report.
///
/// Do not delete the file of a report that you still want: the next run would request the report again. A file that ends in
/// `.lock` is empty and exists while a program uses it, or after one was killed.
#[derive(Clone, Debug)]
pub struct FolderJournal {
    folder: Arc<Path>,
}

impl FolderJournal {
    /// A journal in this folder, which is created if it is missing.
    ///
    /// # Errors
    /// When the folder cannot be created, or a file in it cannot be written.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, Error> {
        let folder = folder.into();
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder).map_err(|error| unusable(&folder, "cannot be created", error))?;
        let journal = Self { folder: folder.into() };
        journal.temporary().map_err(|error| unusable(&journal.folder, "cannot be written to", error))?;
        Ok(journal)
    }

    fn path(&self, name: &str, extension: &str) -> PathBuf {
        self.folder.join(format!("{name}.{extension}"))
    }

    fn temporary(&self) -> io::Result<tempfile::NamedTempFile> {
        tempfile::Builder::new().prefix(NEW).tempfile_in(&self.folder)
    }

    fn write_entry(&self, path: &Path, entry: &Entry) -> io::Result<()> {
        let mut file = self.temporary()?;
        file.write_all(&serde_json::to_vec_pretty(entry)?)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        // The new name must survive a loss of power too. Not every system can do this for a folder.
        let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
        Ok(())
    }

    /// Runs what may block on a thread that may.
    fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Error> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, Error>> {
        let journal = self.clone();
        Box::pin(async move {
            tokio::task::spawn_blocking(move || work(&journal)).await.unwrap_or_else(|error| {
                Err(Error::new(ErrorKind::Config, "the journal's work was cut off").with_source(error))
            })
        })
    }
}

impl Journal for FolderJournal {
    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, Error>> {
        let path = self.path(name, LOCK);
        Box::pin(async move {
            loop {
                let locked = path.clone();
                if let Some(held) = self.run(move |_| try_lock(locked)).await? {
                    return Ok(Lock::new(held));
                }
                tokio::time::sleep(LOCK_WAIT).await;
            }
        })
    }

    fn read<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<Option<Entry>, Error>> {
        let path = self.path(&key.to_string(), ENTRY);
        self.run(move |_| read_entry(&path))
    }

    fn write<'a>(&'a self, key: &'a JobKey, entry: &'a Entry) -> BoxFuture<'a, Result<(), Error>> {
        let (path, entry) = (self.path(&key.to_string(), ENTRY), entry.clone());
        self.run(move |journal| {
            journal.write_entry(&path, &entry).map_err(|error| unusable(&path, "cannot be written", error))
        })
    }

    fn remove<'a>(&'a self, key: &'a JobKey) -> BoxFuture<'a, Result<(), Error>> {
        let path = self.path(&key.to_string(), ENTRY);
        self.run(move |_| match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(&path, "cannot be removed", error)),
            _ => Ok(()),
        })
    }

    fn entries(&self) -> BoxFuture<'_, Result<Vec<Entry>, Error>> {
        self.run(|journal| {
            let folder = &journal.folder;
            let unreadable = |error| unusable(folder, "cannot be read", error);
            let mut entries = Vec::new();
            for file in fs::read_dir(folder).map_err(unreadable)? {
                let path = file.map_err(unreadable)?.path();
                if path.extension().is_some_and(|extension| extension == ENTRY) {
                    // A file that is gone by now was removed by another process.
                    entries.extend(read_entry(&path)?);
                }
            }
            Ok(entries)
        })
    }
}

/// A lock that is held.
struct Held {
    file: File,
    path: PathBuf,
}

/// Locks the file, if nobody else holds it.
fn try_lock(path: PathBuf) -> Result<Option<Held>, Error> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(|error| unusable(&path, "cannot be opened", error))?;
    match fs4::FileExt::try_lock(&file) {
        Ok(()) => {}
        Err(fs4::TryLockError::Error(error)) if error.kind() != io::ErrorKind::Interrupted => {
            return Err(unusable(&path, "cannot be locked", error));
        }
        Err(_) => return Ok(None),
    }
    // The holder before may have removed the file after it was opened here. Then another may have locked its successor.
    Ok(is_at(&file, &path).then_some(Held { file, path }))
}

/// Whether the path still leads to the file.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    fs::metadata(path).ok().map(identity) == file.metadata().ok().map(identity)
}

/// Whether the path still leads to the file: it is never removed here.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

impl Drop for Held {
    fn drop(&mut self) {
        // It is removed while it is locked: without the lock it could be the file of another holder.
        #[cfg(unix)]
        let _ = fs::remove_file(&self.path);
        let _ = fs4::FileExt::unlock(&self.file);
    }
}

fn read_entry(path: &Path) -> Result<Option<Entry>, Error> {
    let mut text = Vec::new();
    match File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut text)) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable(path, "cannot be read", error)),
    }
    serde_json::from_slice(&text).map(Some).map_err(|error| {
        let message = format!("{} is not the journal's entry of a job", path.display());
        Error::new(ErrorKind::Config, message).with_source(error).with_hint(
            "Amazon may have the report that it stood for. Move the file away if you want to request the report again.",
        )
    })
}

fn unusable(path: &Path, what: &str, error: io::Error) -> Error {
    let message = format!("{} of the journal {what}: {error}", path.display());
    Error::new(ErrorKind::Config, message).with_source(error).with_hint(
        "Nothing that Amazon has is lost: mend the folder, or choose another only if no job in it is unfinished.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> JobKey {
        JobKey::new(name, &name)
    }

    fn entry(id: &str) -> Entry {
        Entry { kind: "report".into(), id: Some(id.into()), ..Entry::default() }
    }

    #[tokio::test]
    async fn an_entry_is_written_replaced_listed_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let journal = FolderJournal::open(folder.path().join("a/b")).unwrap();
        assert_eq!(journal.read(&key("one")).await.unwrap(), None);
        journal.write(&key("one"), &entry("1")).await.unwrap();
        journal.write(&key("one"), &entry("2")).await.unwrap();
        journal.write(&key("two"), &entry("3")).await.unwrap();
        let again = FolderJournal::open(folder.path().join("a/b")).unwrap();
        assert_eq!(again.read(&key("one")).await.unwrap(), Some(entry("2")));
        assert_eq!(again.entries().await.unwrap().len(), 2);
        assert_eq!(again.entries_by_id(&["3".to_owned(), "9".to_owned()]).await.unwrap(), [entry("3")]);
        again.remove(&key("one")).await.unwrap();
        again.remove(&key("one")).await.unwrap();
        assert_eq!(journal.entries().await.unwrap(), [entry("3")]);
    }

    #[tokio::test]
    #[cfg(unix)]
    async fn its_files_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = FolderJournal::open(&path).unwrap();
        journal.write(&key("one"), &entry("1")).await.unwrap();
        let _lock = journal.lock("one").await.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        let files: Vec<_> = fs::read_dir(&path).unwrap().map(|file| file.unwrap()).collect();
        assert_eq!(files.len(), 2);
        for file in files {
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        }
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_is_an_error_and_not_a_missing_entry() {
        let folder = tempfile::tempdir().unwrap();
        let journal = FolderJournal::open(folder.path()).unwrap();
        let path = journal.path(&key("one").to_string(), ENTRY);
        for broken in ["", "{\"id\":", "[]", "null", "{\"id\":7}"] {
            fs::write(&path, broken).unwrap();
            let error = journal.read(&key("one")).await.unwrap_err();
            assert!(error.is_config() && error.to_string().contains(&path.display().to_string()), "{error}");
            assert!(journal.entries().await.is_err(), "{broken}");
        }
        // What a killed process leaves beside the entries is no entry.
        fs::remove_file(&path).unwrap();
        fs::write(folder.path().join(".new-x1y2"), "{\"id\":").unwrap();
        assert_eq!(journal.entries().await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_lock_keeps_another_out_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (FolderJournal::open(folder.path()).unwrap(), FolderJournal::open(folder.path()).unwrap());
        let held = one.lock("a").await.unwrap();
        let _other = two.lock("b").await.unwrap();
        let mut waiting = Box::pin(two.lock("a"));
        let short = Duration::from_millis(50);
        assert!(tokio::time::timeout(short, &mut waiting).await.is_err());
        drop(held);
        waiting.await.unwrap();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn one_at_a_time_holds_a_lock_and_no_file_is_left() {
        use std::sync::atomic::{AtomicU32, Ordering};
        let folder = tempfile::tempdir().unwrap();
        let holders = Arc::new(AtomicU32::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (journal, holders) = (FolderJournal::open(folder.path()).unwrap(), Arc::clone(&holders));
            tasks.spawn(async move {
                for _ in 0..5 {
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
        #[cfg(unix)]
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = FolderJournal::open(&file).unwrap_err();
        assert!(error.is_config() && error.to_string().contains("file"), "{error}");
    }
}

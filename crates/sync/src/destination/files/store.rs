//! Where files are: in a folder or a bucket.

#[cfg(feature = "cloud")]
use super::bucket::Bucket;
use super::manifest::hex;
use crate::destination::names::safe;
use sha2::{Digest, Sha256};
use spapi_core::{Error, ErrorKind};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;

/// How long a manifest that another program is changing is waited for.
const BUSY: Duration = Duration::from_secs(30);

/// Where files are. Paths have `/` and are those below the folder or the bucket's prefix.
pub(super) enum Store {
    Folder(Folder),
    #[cfg(feature = "cloud")]
    Bucket(Bucket),
}

/// Which content a file has.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Version {
    pub tag: Option<String>,
    pub version: Option<String>,
}

/// A file that is not visible yet. It is removed when it is dropped.
pub(super) struct Staged {
    pub file: NamedTempFile,
}

impl Store {
    /// What its name is in messages.
    pub fn name(&self) -> String {
        match self {
            Self::Folder(folder) => format!("the folder {}", folder.root.display()),
            #[cfg(feature = "cloud")]
            Self::Bucket(bucket) => format!("the bucket {}", bucket.url),
        }
    }

    /// The name of a file in messages.
    pub fn place(&self, path: &str) -> String {
        match self {
            Self::Folder(folder) => folder.path(path).display().to_string(),
            #[cfg(feature = "cloud")]
            Self::Bucket(bucket) => bucket.place(path),
        }
    }

    /// A new file for what is not visible yet. Blocks.
    pub fn stage(&self, connection: &str) -> io::Result<Staged> {
        let file = match self {
            // On the same file system it can be renamed into its place.
            Self::Folder(folder) => stage_in(&folder.path(&staging(connection)))?,
            #[cfg(feature = "cloud")]
            Self::Bucket(_) => NamedTempFile::new()?,
        };
        Ok(Staged { file })
    }

    /// The content of a file and its version. `None` if there is no such file.
    pub async fn read(&self, path: &str) -> Result<Option<(Vec<u8>, Version)>, Error> {
        match self {
            Self::Folder(folder) => folder.blocking(path, "cannot be read", folder_read).await,
            #[cfg(feature = "cloud")]
            Self::Bucket(bucket) => bucket.read(path).await,
        }
    }

    /// Makes a file visible whose name stands for its content. A file of that name has this content already.
    pub async fn place_staged(&self, staged: Staged, path: &str) -> Result<(), Error> {
        match self {
            Self::Folder(folder) => {
                folder.blocking(path, "cannot be written", move |path| place(staged.file, path)).await
            }
            #[cfg(feature = "cloud")]
            Self::Bucket(bucket) => bucket.upload(staged, path).await,
        }
    }

    /// The same for bytes.
    pub async fn put(&self, path: &str, bytes: Vec<u8>) -> Result<(), Error> {
        match self {
            Self::Folder(folder) => {
                let staging = folder.path(&staging_of(path));
                folder.blocking(path, "cannot be written", move |path| write(path, &bytes, &staging)).await
            }
            #[cfg(feature = "cloud")]
            Self::Bucket(bucket) => bucket.put_new(path, bytes.into()).await,
        }
    }

    /// Replaces a file of this version, or creates the file. `None` if the file has another version.
    pub async fn swap(&self, path: &str, bytes: Vec<u8>, expected: Option<Version>) -> Result<Option<Version>, Error> {
        match self {
            Self::Folder(folder) => {
                let staging = folder.path(&staging_of(path));
                let swap = move |path: &Path| swap(path, &bytes, expected, &staging);
                folder.blocking(path, "cannot be written", swap).await
            }
            #[cfg(feature = "cloud")]
            Self::Bucket(bucket) => bucket.swap(path, bytes.into(), expected).await,
        }
    }

    /// Removes files. What cannot be removed stays: no manifest names it, and the next claim tries again.
    pub async fn remove(&self, paths: Vec<String>) {
        match self {
            Self::Folder(folder) => {
                let paths: Vec<_> = paths.iter().map(|path| folder.path(path)).collect();
                let remove = move || paths.iter().for_each(|path| drop(fs::remove_file(path)));
                let _ = tokio::task::spawn_blocking(remove).await;
            }
            #[cfg(feature = "cloud")]
            Self::Bucket(bucket) => bucket.remove(paths).await,
        }
    }

    /// The paths of all files below a folder.
    pub async fn files(&self, below: &str) -> Result<Vec<String>, Error> {
        match self {
            Self::Folder(folder) => {
                let prefix = below.to_owned();
                folder
                    .blocking(below, "cannot be listed", move |path| {
                        let mut found = Vec::new();
                        list(path, &prefix, &mut found)?;
                        Ok(found)
                    })
                    .await
            }
            #[cfg(feature = "cloud")]
            Self::Bucket(bucket) => bucket.files(below).await,
        }
    }

    /// The names of the folders at the top.
    pub async fn folders(&self) -> Result<Vec<String>, Error> {
        match self {
            Self::Folder(folder) => folder.blocking("", "cannot be listed", folders).await,
            #[cfg(feature = "cloud")]
            Self::Bucket(bucket) => bucket.folders().await,
        }
    }
}

/// The folder of what is not visible yet.
pub(super) fn staging(connection: &str) -> String {
    format!("{STATE}/{}/staging", safe(connection))
}

/// The same for a manifest by its path, which begins with the folder of its connection.
fn staging_of(manifest: &str) -> String {
    let connection: Vec<_> = manifest.split('/').take(2).collect();
    format!("{}/staging", connection.join("/"))
}

fn stage_in(folder: &Path) -> io::Result<NamedTempFile> {
    fs::create_dir_all(folder)?;
    tempfile::Builder::new().prefix("new-").tempfile_in(folder)
}

/// The folder of the manifests.
pub(super) const STATE: &str = "_spapi";

/// A folder of the local file system.
pub(super) struct Folder {
    pub root: PathBuf,
}

impl Folder {
    pub fn path(&self, path: &str) -> PathBuf {
        path.split('/').filter(|part| !part.is_empty()).fold(self.root.clone(), |folder, part| folder.join(part))
    }

    /// Does what may block on a thread that may.
    async fn blocking<T: Send + 'static>(
        &self,
        path: &str,
        what: &'static str,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let path = self.path(path);
        blocking(move || work(&path).map_err(|error| failed(format!("{} {what}", path.display()), error))).await
    }

    /// Locks a connection against other processes. Blocks.
    pub fn lock(&self, connection: &str) -> Result<File, Error> {
        let folder = self.path(&format!("{STATE}/{}", safe(connection)));
        let path = folder.join("run.lock");
        let cannot = |error| failed(format!("{} cannot be locked", path.display()), error);
        fs::create_dir_all(&folder).map_err(cannot)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(cannot)?;
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => Ok(file),
            Err(fs4::TryLockError::WouldBlock) => {
                let message = format!("another run of the connection {connection} writes to {}", self.root.display());
                Err(Error::new(ErrorKind::Config, message).with_hint("Wait for its end, or end that program."))
            }
            Err(fs4::TryLockError::Error(error)) => Err(cannot(error)),
        }
    }
}

/// Does what may block on a thread that may.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(Error::new(ErrorKind::Config, "the work on the files was cut off").with_source(error))
    })
}

/// An error of the file system.
pub(super) fn failed(what: String, error: io::Error) -> Error {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "There is no room for it. Make room and run again: what was committed is whole."
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "Change the permissions of the folder, or give another one."
        }
        _ => "Run again: what was committed is whole.",
    };
    Error::new(ErrorKind::Config, format!("{what}: {error}")).with_hint(hint).with_source(error)
}

fn folder_read(path: &Path) -> io::Result<Option<(Vec<u8>, Version)>> {
    match fs::read(path) {
        Ok(bytes) => {
            let version = version(&bytes);
            Ok(Some((bytes, version)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn version(bytes: &[u8]) -> Version {
    Version { tag: Some(hex(&Sha256::digest(bytes))), version: None }
}

/// Renames a file into its place, so that it survives a loss of power.
fn place(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.as_file().sync_all()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let missing: Vec<_> = folder.ancestors().take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
    fs::create_dir_all(folder)?;
    file.persist(path).map_err(|error| error.error)?;
    sync(folder)?;
    // The entry of a new folder is in its parent.
    missing.iter().filter_map(|folder| folder.parent()).try_for_each(sync)
}

/// Writes what is known of a folder's entries to the disk, where the system can.
fn sync(folder: &Path) -> io::Result<()> {
    match cfg!(unix) {
        true => File::open(folder)?.sync_all(),
        false => Ok(()),
    }
}

fn write(path: &Path, bytes: &[u8], staging: &Path) -> io::Result<()> {
    let mut file = stage_in(staging)?;
    file.write_all(bytes)?;
    place(file, path)
}

fn swap(path: &Path, bytes: &[u8], expected: Option<Version>, staging: &Path) -> io::Result<Option<Version>> {
    let lock = path.with_extension("lock");
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    let lock = File::options().create(true).truncate(false).write(true).open(lock)?;
    let since = Instant::now();
    // A program that was stopped while it changes the manifest holds the lock, and must not hold up others for ever.
    loop {
        match fs4::FileExt::try_lock(&lock) {
            Ok(()) => break,
            Err(fs4::TryLockError::WouldBlock) if since.elapsed() < BUSY => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(fs4::TryLockError::WouldBlock) => {
                return Err(io::Error::other("another program is changing it"));
            }
            Err(fs4::TryLockError::Error(error)) => return Err(error),
        }
    }
    if folder_read(path)?.map(|(_, version)| version) != expected {
        return Ok(None);
    }
    write(path, bytes, staging)?;
    Ok(Some(version(bytes)))
}

fn list(folder: &Path, prefix: &str, found: &mut Vec<String>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        // A name that is not Unicode is none of ours.
        let Some(name) = entry.file_name().to_str().map(|name| format!("{prefix}/{name}")) else { continue };
        match entry.file_type()?.is_dir() {
            true => list(&entry.path(), &name, found)?,
            false => found.push(name),
        }
    }
    Ok(())
}

fn folders(root: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(entry.file_name().into_string());
        }
    }
    Ok(found)
}

//! Buckets in files, one file each, shared by the processes that use a folder.
//!
//! A file is locked only while it is read and written, never while a call waits. So a process that ends at any moment
//! blocks nobody.

use super::learn::QuotaState;
use super::store::{QuotaAnswer, QuotaChange, QuotaKey, QuotaStore};
use crate::auth::StoreError;
use crate::detached::on_waiting_thread;
use crate::error::{Error, ErrorKind};
use crate::files::{Links, NewFile, open_regular, unique_name};
use crate::future::BoxFuture;
use crate::hash::hash;
use crate::operation::Rate;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// The version of the format of a state.
const FORMAT: u32 = 2;

/// How many bytes of a file are read at most: several times the length of a state.
const LONGEST: u64 = 4096;

/// How long a file's lock is tried for. It is shorter than the longest wait for a store, so that the work has ended
/// when its caller continues.
const LONGEST_LOCK: Duration = Duration::from_secs(1);

/// The contents of a file.
#[derive(Deserialize, Serialize)]
struct Saved {
    format: u32,
    state: QuotaState,
}

/// Quotas in a folder.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder, which is created if it is missing.
    ///
    /// # Errors
    /// When it cannot be created, or files in it cannot be written and locked.
    pub fn open(folder: PathBuf) -> Result<Self, Error> {
        prepare(&folder)?;
        Ok(Self(folder))
    }

    fn file(&self, key: &QuotaKey) -> PathBuf {
        let seller = key.seller.as_deref().unwrap_or_default();
        let name = [&key.server, &key.application, seller, &key.operation].join("\n");
        self.0.join(hash(&name)).with_extension("json")
    }
}

impl QuotaStore for Folder {
    fn update<'a>(
        &'a self,
        key: &'a QuotaKey,
        rate: Rate,
        change: &'a QuotaChange,
    ) -> BoxFuture<'a, Result<QuotaAnswer, StoreError>> {
        let (path, change) = (self.file(key), *change);
        Box::pin(async move {
            let updated = on_waiting_thread(move || {
                update(&path, rate, &change).map_err(|error| format!("{}: {error}", path.display()))
            });
            Ok(updated.await??)
        })
    }
}

fn update(path: &Path, rate: Rate, change: &QuotaChange) -> io::Result<QuotaAnswer> {
    let mut file = open_locked(path)?;
    let stored = read(&mut file, rate)?;
    let answer = change.apply(stored.as_ref(), rate, now());
    write(&mut file, answer.state)?;
    Ok(answer)
}

/// Creates the folder, and tests whether files in it can be written and locked.
fn prepare(folder: &Path) -> Result<(), Error> {
    let attempt = || {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        builder.create(folder)?;
        let mut probe = NewFile::create(&folder.join(unique_name()?).with_extension("probe"))?;
        lock(&probe.file)?;
        probe.file.write_all(b"\n")
    };
    attempt().map_err(|error| {
        Error::new(ErrorKind::Config, format!("the folder {} cannot keep quotas: {error}", folder.display()))
            .with_source(error)
            .with_hint("Give a folder on a local disk in which this program may make files and lock them.")
    })
}

/// Dropping the file releases the lock.
fn open_locked(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let file = open_regular(path, &mut options, Links::Refuse)?;
    keep_private(&file)?;
    lock(&file)?;
    Ok(file)
}

/// Removes the rights of other users, because a user who may read a file may lock it too.
#[cfg(unix)]
fn keep_private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let metadata = file.metadata()?;
    if metadata.nlink() > 1 {
        return Err(io::Error::other("it has another name too"));
    }
    match metadata.permissions().mode() & 0o077 {
        0 => Ok(()),
        _ => file.set_permissions(fs::Permissions::from_mode(0o600)),
    }
}

#[cfg(not(unix))]
fn keep_private(_: &File) -> io::Result<()> {
    Ok(())
}

/// Locks a file. Others hold its lock for microseconds only, unless they are malicious or were stopped.
fn lock(file: &File) -> io::Result<()> {
    let start = Instant::now();
    let mut pause = Duration::from_micros(100);
    loop {
        // Not the method of the standard library, which is younger than this crate's oldest Rust.
        match fs4::FileExt::try_lock(file) {
            Ok(()) => return Ok(()),
            Err(fs4::TryLockError::Error(error)) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            Err(_) if start.elapsed() >= LONGEST_LOCK => {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "another program holds its lock"));
            }
            Err(_) => std::thread::sleep(pause),
        }
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// `None` for an empty file. An unreadable file counts as a quota that is used up.
fn read(file: &mut File, rate: Rate) -> io::Result<Option<QuotaState>> {
    let mut content = Vec::new();
    file.take(LONGEST).read_to_end(&mut content)?;
    if content.is_empty() {
        return Ok(None);
    }
    // Text after the first line is left over from a longer line.
    let line = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let saved = serde_json::from_slice::<Saved>(line).ok().filter(|saved| saved.format == FORMAT);
    Ok(Some(saved.map_or_else(|| QuotaState::spent(rate, now().as_secs_f64()), |saved| saved.state)))
}

fn write(file: &mut File, state: QuotaState) -> io::Result<()> {
    let mut line = serde_json::to_vec(&Saved { format: FORMAT, state })?;
    line.push(b'\n');
    file.rewind()?;
    // In one write, so that a process that is killed here leaves a whole line.
    file.write_all(&line)?;
    file.set_len(u64::try_from(line.len()).unwrap_or(LONGEST))
}

/// The time since 1970.
fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::bucket::{Bucket, Lane};
    use super::super::numbers::{Numbers, Place};
    use super::*;
    use std::path::PathBuf;
    use std::sync::Arc;

    const RATE: Rate = Rate::new(0.001, 20);

    fn key(operation: &str) -> QuotaKey {
        let (server, application, operation) = ("s".into(), "a".into(), operation.into());
        QuotaKey { server, application, seller: None, operation }
    }

    fn path(folder: &tempfile::TempDir) -> PathBuf {
        Folder(folder.path().to_owned()).file(&key("a"))
    }

    fn take(path: &Path) -> bool {
        update(path, RATE, &QuotaChange::Take).unwrap().taken.is_some()
    }

    fn look(path: &Path) -> QuotaState {
        update(path, RATE, &QuotaChange::Look).unwrap().state
    }

    #[test]
    fn processes_see_each_others_spent_calls() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder);
        assert!((0..12).all(|_| take(&path)));
        assert_eq!((0..20).filter(|_| take(&path)).count(), 8);
        assert!(take(&Folder(folder.path().to_owned()).file(&key("b"))));
        let taken = update(&path.with_extension("c"), RATE, &QuotaChange::Take).unwrap().taken.unwrap();
        update(&path, RATE, &QuotaChange::Passed { taken, per_second: Some(0.0005) }).unwrap();
        assert_eq!(look(&path).per_second, 0.0005);
    }

    #[test]
    fn many_threads_take_no_more_than_the_burst() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder);
        let taken: usize = std::thread::scope(|scope| {
            let one = || (0..20).filter(|_| take(&path)).count();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(one)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 20);
    }

    #[test]
    fn an_unreadable_file_counts_as_spent() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder);
        assert!(take(&path));
        let good = fs::read_to_string(&path).unwrap();
        for (content, calls) in [
            ("not JSON".to_owned(), 0.0),
            (good.replace("\"format\":2", "\"format\":3"), 0.0),
            (good[..40].to_owned(), 0.0),
            ("\n".repeat(9000), 0.0),
            // The end of a longer line.
            (good.clone() + "1}}\n", 19.0),
            (good.replace("\"documented\":0.001", "\"documented\":5.0"), 19.0),
            (String::new(), 20.0),
        ] {
            fs::write(&path, &content).unwrap();
            let known = look(&path);
            assert!((known.calls - calls).abs() < 0.1, "{content}: {known:?}");
            assert_eq!(known.per_second, 0.001);
        }
    }

    #[test]
    fn numbers_out_of_range_are_corrected() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder);
        let odd =
            r#"{"format":2,"state":{"documented":0.001,"calls":-1e300,"filled_at":1e300,"per_second":0.0,"full":-1.0,"#;
        fs::write(&path, format!("{odd}\"refusals\":1,\"refused_at\":9e99,\"given\":0.0}}}}")).unwrap();
        let known = look(&path);
        // The rate of a tenth shows that the file was read.
        assert_eq!(known.per_second, 0.0001);
        assert!(known.until(1.0).as_secs_f64() < 5.0 * 3600.0, "{known:?}");
    }

    #[test]
    fn a_folder_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        prepare(&folder.path().join("some/where")).unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = prepare(&file).unwrap_err();
        assert!(error.is_config());
        assert!(error.to_string().contains("file cannot keep quotas: "), "{error}");
        assert_eq!(fs::read_dir(folder.path().join("some/where")).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_file_locked_by_another_program_blocks_neither_the_call_nor_its_thread() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder);
        assert!(take(&path));
        let other = File::open(&path).unwrap();
        fs4::FileExt::lock(&other).unwrap();
        let order = std::sync::Mutex::new(Vec::new());
        let call = async {
            let numbers = Numbers::new(key("a"), RATE, Place::new(Arc::new(Folder(folder.path().to_owned()))));
            assert!(numbers.apply(&QuotaChange::Take).await.unwrap().taken.is_some());
            order.lock().unwrap().push("the call");
        };
        let another = async {
            tokio::task::yield_now().await;
            order.lock().unwrap().push("another task of its thread");
        };
        tokio::join!(call, another);
        assert_eq!(*order.lock().unwrap(), ["another task of its thread", "the call"]);
        let error = update(&path, RATE, &QuotaChange::Take).unwrap_err();
        assert!(error.to_string().contains("another program holds its lock"), "{error}");
        drop(other);
        assert_eq!(
            look(&path).calls.floor(),
            19.0,
            "calls that were taken without the file are not written to it later"
        );
    }

    #[test]
    #[cfg(unix)]
    fn a_path_that_is_not_a_regular_file_is_neither_read_nor_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder);
        let victim = folder.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        for kind in ["pipe", "link", "dangling link", "link to a device", "second name", "folder", "socket"] {
            match kind {
                "pipe" => assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success()),
                "link" => std::os::unix::fs::symlink(&victim, &path).unwrap(),
                "dangling link" => std::os::unix::fs::symlink(folder.path().join("new"), &path).unwrap(),
                "link to a device" => std::os::unix::fs::symlink("/dev/zero", &path).unwrap(),
                "second name" => fs::hard_link(&victim, &path).unwrap(),
                "folder" => fs::create_dir(&path).unwrap(),
                _ => drop(std::os::unix::net::UnixListener::bind(&path).unwrap()),
            }
            update(&path, RATE, &QuotaChange::Take).expect_err(kind);
            assert_eq!(fs::read_to_string(&victim).unwrap(), "precious", "{kind}");
            assert!(!folder.path().join("new").exists(), "{kind}");
            match kind {
                "folder" => fs::remove_dir(&path).unwrap(),
                _ => fs::remove_file(&path).unwrap(),
            }
        }
    }

    #[test]
    #[cfg(unix)]
    fn files_and_folder_are_private_to_their_owner() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let above = tempfile::tempdir().unwrap();
        let folder = Folder::open(above.path().join("quotas")).unwrap();
        let path = folder.file(&key("a"));
        assert!(take(&path));
        assert_eq!((mode(&folder.0), mode(&path)), (0o700, 0o600));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        assert!(take(&path));
        assert_eq!(mode(&path), 0o600, "an older file becomes private");
    }

    #[test]
    #[cfg(unix)]
    fn a_file_with_the_name_of_a_probe_is_not_changed() {
        let folder = tempfile::tempdir().unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        // A predictable name for a probe.
        let probe = folder.path().join(format!("{}.probe", std::process::id()));
        std::os::unix::fs::symlink(&victim, &probe).unwrap();
        prepare(folder.path()).unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left of the probe");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_calls_of_two_processes_take_one_burst_and_return_unused_calls() {
        let folder = tempfile::tempdir().unwrap();
        let process = || {
            let place = Place::new(Arc::new(Folder(folder.path().to_owned())));
            Arc::new(Bucket::new(Numbers::new(key("a"), RATE, place)))
        };
        let buckets = [process(), process()];
        for (round, is_used) in [false, false, true].into_iter().enumerate() {
            let calls = (0..100).map(|number| {
                let bucket = Arc::clone(&buckets[number % 2]);
                tokio::spawn(async move {
                    let permit = bucket.take(Lane::Interactive, Duration::ZERO).await.ok();
                    permit.map(|mut permit| permit.set_used(is_used)).is_some()
                })
            });
            let calls: Vec<_> = calls.collect();
            // Some calls are dropped at any point.
            calls.iter().filter(|_| !is_used).step_by(3).for_each(tokio::task::JoinHandle::abort);
            let mut taken = 0;
            for call in calls {
                taken += u32::from(call.await.unwrap_or_default());
            }
            if is_used {
                assert_eq!(taken, RATE.burst);
            }
            // Other tasks return the permits of dropped calls; until then they are not available.
            while !is_used && look(&path(&folder)).calls < f64::from(RATE.burst) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            assert!(round < 2 || look(&path(&folder)).calls < 1.0);
        }
    }
}

//! Buckets in files, one each, shared by the processes that use a folder.
//!
//! A file is locked for as long as it takes to read and write it, never while somebody waits for a call, so a process
//! that ends at any moment holds nobody up.

use super::learn::QuotaState;
use super::store::{QuotaAnswer, QuotaChange, QuotaKey, QuotaStore};
use crate::auth::{BoxFuture, StoreError};
use crate::detached::on_waiting_thread;
use crate::digest::digest;
use crate::error::{Error, Kind};
use crate::operation::Rate;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The number of the form in which a state is written.
const FORMAT: u32 = 2;

/// The most that is read of a file: several times as long as a state.
const LONGEST: u64 = 4096;

/// What stands in a file.
#[derive(Deserialize, Serialize)]
struct Saved {
    format: u32,
    state: QuotaState,
}

/// Quotas in a folder.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder, which is made if it is missing.
    ///
    /// # Errors
    /// When it cannot be made, or files in it cannot be written and locked.
    pub fn open(folder: PathBuf) -> Result<Self, Error> {
        prepare(&folder)?;
        Ok(Self(folder))
    }

    fn file(&self, key: &QuotaKey) -> PathBuf {
        let seller = key.seller.as_deref().unwrap_or_default();
        let name = [&key.server, &key.application, seller, &key.operation].join("\n");
        self.0.join(digest(&name)).with_extension("json")
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

/// Makes the folder, and sees whether files in it can be written and locked.
pub(super) fn prepare(folder: &Path) -> Result<(), Error> {
    let attempt = || {
        fs::create_dir_all(folder)?;
        let probe = folder.join(format!("{}.probe", std::process::id()));
        open_locked(&probe).and_then(|mut file| file.write_all(b"\n"))?;
        fs::remove_file(probe)
    };
    attempt().map_err(|error| {
        Error::new(Kind::Config, format!("the folder {} cannot keep quotas: {error}", folder.display()))
            .with_source(error)
            .with_hint("Give a folder on a local disk in which this program may make files and lock them.")
    })
}

/// The lock ends with the file.
fn open_locked(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    loop {
        // By its full name: the method of the standard library is younger than the Rust this crate builds with.
        match fs4::FileExt::lock(&file) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            locked => return locked.map(|()| file),
        }
    }
}

/// `None` from a file without content; a file that cannot be understood counts as a spent quota.
fn read(file: &mut File, rate: Rate) -> io::Result<Option<QuotaState>> {
    let mut content = Vec::new();
    file.take(LONGEST).read_to_end(&mut content)?;
    if content.is_empty() {
        return Ok(None);
    }
    // What may stand behind the first line was left by a longer one.
    let line = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let saved = serde_json::from_slice::<Saved>(line).ok().filter(|saved| saved.format == FORMAT);
    Ok(Some(saved.map_or_else(|| QuotaState::spent(rate, now().as_secs_f64()), |saved| saved.state)))
}

fn write(file: &mut File, state: QuotaState) -> io::Result<()> {
    let mut line = serde_json::to_vec(&Saved { format: FORMAT, state })?;
    line.push(b'\n');
    file.rewind()?;
    // At once, so that a process that is ended here leaves a whole line.
    file.write_all(&line)?;
    file.set_len(u64::try_from(line.len()).unwrap_or(LONGEST))
}

/// The time since 1970.
fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    const RATE: Rate = Rate { per_second: 0.001, burst: 20 };

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
    fn what_one_has_spent_another_knows() {
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
    fn many_at_once_take_no_more_than_there_is() {
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
    fn what_cannot_be_understood_counts_as_spent() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder);
        assert!(take(&path));
        let good = fs::read_to_string(&path).unwrap();
        for (content, calls) in [
            ("not JSON".to_owned(), 0.0),
            (good.replace("\"format\":2", "\"format\":3"), 0.0),
            (good[..40].to_owned(), 0.0),
            ("\n".repeat(9000), 0.0),
            // The rest of a longer line.
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
    fn numbers_out_of_bounds_do_not_stop_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder);
        let odd = r#"{"format":2,"state":{"documented":0.001,"calls":-1e300,"at":1e300,"per_second":0.0,"full":-1.0,"#;
        fs::write(&path, format!("{odd}\"refusals\":1,\"refused_at\":9e99,\"given\":0.0}}}}")).unwrap();
        let known = look(&path);
        // A tenth of what is documented: it was understood.
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
}

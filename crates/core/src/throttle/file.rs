//! Buckets in files, one each, shared by the processes that use a folder.
//!
//! A file is locked for as long as it takes to read and write it, never while somebody waits for a call, so a process
//! that ends at any moment holds nobody up.

use super::learn::State;
use crate::digest::digest;
use crate::error::{Error, Kind};
use crate::operation::Rate;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// The number of the form in which a state is written.
const FORMAT: u32 = 1;

/// The most that is read of a file: several times as long as a state.
const LONGEST: u64 = 4096;

/// What stands in a file.
#[derive(Deserialize, Serialize)]
struct Saved {
    format: u32,
    /// The rate from which the state was learned.
    documented: f64,
    state: State,
}

/// The file of one bucket.
pub(super) struct StateFile {
    path: PathBuf,
    /// What was known last, to go on with while the file cannot be used.
    known: Mutex<Option<State>>,
}

impl StateFile {
    /// The file of the bucket of that name, which need not exist yet.
    pub fn new(folder: &Path, name: &str) -> Self {
        Self { path: folder.join(digest(name)).with_extension("json"), known: Mutex::default() }
    }

    /// Fills the bucket up to now, changes it and saves it.
    ///
    /// Where the file cannot be used, this process goes on with what it knows: a call is worth more than the chance
    /// that another process makes one too many.
    pub fn update<R>(&self, rate: Rate, change: impl FnOnce(&mut State) -> R) -> R {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = open_locked(&self.path).and_then(|mut file| Ok((read(&mut file, rate)?, file)));
        let (mut state, file) = match opened {
            Ok((state, file)) => (state, Some(file)),
            Err(error) => {
                self.warn(&error);
                (known.unwrap_or_else(|| State::new(rate, now())), None)
            }
        };
        state.fill(rate, now());
        let result = change(&mut state);
        if let Some(Err(error)) = file.map(|mut file| write(&mut file, rate, state)) {
            self.warn(&error);
        }
        *known = Some(state);
        result
    }

    fn warn(&self, error: &io::Error) {
        tracing::warn!(path = %self.path.display(), %error, "the quota's file cannot be used");
    }
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

/// A file without content is that of a full bucket, and one that cannot be understood of a spent one.
fn read(file: &mut File, rate: Rate) -> io::Result<State> {
    let mut content = Vec::new();
    file.take(LONGEST).read_to_end(&mut content)?;
    let new = State::new(rate, now());
    if content.is_empty() {
        return Ok(new);
    }
    // What may stand behind the first line was left by a longer one.
    let line = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let saved = serde_json::from_slice::<Saved>(line).ok().filter(|saved| saved.format == FORMAT);
    Ok(match saved {
        Some(saved) if saved.documented == rate.per_second => saved.state.within(rate),
        // What was learned from another rate says nothing of this one.
        Some(saved) => State { calls: saved.state.calls, at: saved.state.at, ..new }.within(rate),
        None => State { calls: 0.0, ..new },
    })
}

fn write(file: &mut File, rate: Rate, state: State) -> io::Result<()> {
    let mut line = serde_json::to_vec(&Saved { format: FORMAT, documented: rate.per_second, state })?;
    line.push(b'\n');
    file.rewind()?;
    // At once, so that a process that is ended here leaves a whole line.
    file.write_all(&line)?;
    file.set_len(u64::try_from(line.len()).unwrap_or(LONGEST))
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate::new(0.001, 20);

    fn take(file: &StateFile) -> bool {
        file.update(RATE, |state| state.take(RATE).is_some())
    }

    #[test]
    fn what_one_has_spent_another_knows() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] = [(); 2].map(|()| StateFile::new(folder.path(), "a"));
        assert!((0..12).all(|_| take(&first)));
        assert_eq!((0..20).filter(|_| take(&second)).count(), 8);
        assert!(!take(&first));
        assert!(take(&StateFile::new(folder.path(), "b")));
        let later = StateFile::new(folder.path(), "a");
        later.update(RATE, |state| state.passed(RATE, Some(0.0005)));
        assert_eq!(first.update(RATE, |state| state.per_second), 0.0005);
    }

    #[test]
    fn many_at_once_take_no_more_than_there_is() {
        let folder = tempfile::tempdir().unwrap();
        let taken: usize = std::thread::scope(|scope| {
            let path = folder.path();
            let one = move || {
                let file = StateFile::new(path, "a");
                (0..20).filter(|_| take(&file)).count()
            };
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(one)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(taken, 20);
    }

    #[test]
    fn what_cannot_be_understood_counts_as_spent() {
        let folder = tempfile::tempdir().unwrap();
        let file = StateFile::new(folder.path(), "a");
        assert!(take(&file));
        let good = fs::read_to_string(&file.path).unwrap();
        for (content, calls) in [
            ("not JSON".to_owned(), 0.0),
            (good.replace("\"format\":1", "\"format\":2"), 0.0),
            (good[..40].to_owned(), 0.0),
            ("\n".repeat(9000), 0.0),
            // The rest of a longer line.
            (good.clone() + "1}}\n", 19.0),
            (good.replace("\"documented\":0.001", "\"documented\":5.0"), 19.0),
            (String::new(), 20.0),
        ] {
            fs::write(&file.path, &content).unwrap();
            let known = file.update(RATE, |state| *state);
            assert!((known.calls - calls).abs() < 0.1, "{content}: {known:?}");
            assert_eq!(known.per_second, 0.001);
        }
    }

    #[test]
    fn numbers_out_of_bounds_do_not_stop_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = StateFile::new(folder.path(), "a");
        let odd = State {
            calls: -1e300,
            at: 1e300,
            per_second: 0.0,
            full: -1.0,
            refused_at: Some(9e99),
            ..State::new(RATE, 0.0)
        };
        let saved = Saved { format: FORMAT, documented: RATE.per_second, state: odd };
        fs::write(&file.path, serde_json::to_vec(&saved).unwrap()).unwrap();
        let known = file.update(RATE, |state| *state);
        assert!(known.until(1.0).as_secs_f64() < 5.0 * 3600.0, "{known:?}");
        assert!(known.per_second >= 0.0001 && known.full >= 0.0001, "{known:?}");
    }

    #[test]
    fn without_its_folder_it_goes_on_with_what_it_knows() {
        let folder = tempfile::tempdir().unwrap();
        let file = StateFile::new(folder.path(), "a");
        assert!(take(&file));
        folder.close().unwrap();
        assert_eq!((0..30).filter(|_| take(&file)).count(), 19);
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

//! Which notifications were handled, kept across restarts.

use super::window::{Key, Limits, Window, key};
use super::{BoxFuture, QueueError, QueueErrorKind};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Keeps which notifications were handled, beyond the memory of the process.
///
/// [`FileMarks`] keeps them in a file. A handler that must have its effect exactly once has its own: it writes the id in the
/// transaction that has the effect, [`are_marked`](Self::are_marked) looks there, and [`mark`](Self::mark) has nothing left to
/// do.
pub trait Marks: Send + Sync + 'static {
    /// Whether each of these notifications was handled, in the order of the ids, which are those of
    /// [`Notification::id`](crate::Notification::id).
    fn are_marked<'a>(&'a self, ids: &'a [String]) -> BoxFuture<'a, Result<Vec<bool>, QueueError>>;

    /// Takes note that these were handled. The messages are deleted after it returns.
    fn mark<'a>(&'a self, ids: &'a [String]) -> BoxFuture<'a, Result<(), QueueError>>;
}

/// The first line of the file.
const HEADER: &str = "spapi-events marks 1";

/// The bytes of a line: ten digits of seconds, a space, 32 of the id, and the end of the line.
const LINE: usize = 44;

/// The file is written anew when it has so many lines more than twice the ids that count.
const SLACK: usize = 1000;

/// Which notifications were handled, in a file that its owner alone can read.
///
/// It holds a hash of each id and a time, and nothing of a notification. A line is on the disk before the message is deleted; a
/// line that was cut off by a loss of power is ignored. One process at a time may use the file.
pub struct FileMarks(Arc<Inner>);

struct Inner {
    path: PathBuf,
    state: Mutex<State>,
    /// Held until it is dropped.
    _lock: File,
}

struct State {
    window: Window,
    file: File,
    lines: usize,
}

impl FileMarks {
    /// Opens the file, or creates it, with ids for 15 days and at most 250,000 of them: a queue of Amazon SQS keeps messages for
    /// 14 days at most. Such a file has up to 22 MB.
    ///
    /// # Errors
    /// When it cannot be read or written, holds something else, or is in use by another process.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, QueueError> {
        Self::open_with(path, super::consumer::WINDOW, super::consumer::MOST_IDS)
    }

    /// Opens the file with other limits: how long an id counts, and how many ids.
    ///
    /// # Errors
    /// The errors of [`open`](Self::open).
    pub fn open_with(path: impl Into<PathBuf>, longest: Duration, most: usize) -> Result<Self, QueueError> {
        let path = path.into();
        let failed = |error| unusable(&path, error);
        let lock = lock(&path)?;
        let mut text = String::new();
        let mut file = options().open(&path).map_err(failed)?;
        file.read_to_string(&mut text).map_err(failed)?;
        let mut lines = text.split_inclusive('\n');
        match lines.next() {
            None => {}
            Some(first) if first.trim_end() == HEADER => {}
            // The process was killed before the first line was whole.
            Some(first) if HEADER.starts_with(first) => {}
            Some(_) => {
                let message = format!("{} is not a file of handled notifications", path.display());
                return Err(QueueError::new(QueueErrorKind::Storage, message)
                    .with_hint("It was left as it is. Name another file."));
            }
        }
        let mut window = Window::new(Limits { longest, most });
        let mut count = 0;
        for (time, key) in lines.filter_map(parse) {
            window.insert(key, time);
            count += 1;
        }
        let is_whole = text.ends_with('\n') && text.len() == HEADER.len() + 1 + count * LINE;
        let mut state = State { window, file, lines: count };
        if !is_whole || state.is_wasteful() {
            state.rewrite(&path).map_err(failed)?;
        }
        Ok(Self(Arc::new(Inner { path, state: Mutex::new(state), _lock: lock })))
    }

    /// Runs what may block on a thread that may.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut State, &Path) -> io::Result<T> + Send + 'static,
    ) -> Result<T, QueueError> {
        let inner = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            let mut state = inner.state.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut state, &inner.path)
        });
        done.await.unwrap_or_else(|error| Err(io::Error::other(error))).map_err(|error| unusable(&self.0.path, error))
    }
}

impl Marks for FileMarks {
    fn are_marked<'a>(&'a self, ids: &'a [String]) -> BoxFuture<'a, Result<Vec<bool>, QueueError>> {
        let state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        let marked = ids.iter().map(|id| state.window.contains(key(id))).collect();
        Box::pin(std::future::ready(Ok(marked)))
    }

    fn mark<'a>(&'a self, ids: &'a [String]) -> BoxFuture<'a, Result<(), QueueError>> {
        let keys: Vec<Key> = ids.iter().map(key).collect();
        Box::pin(self.run(move |state, path| state.mark(&keys, path)))
    }
}

impl State {
    fn mark(&mut self, keys: &[Key], path: &Path) -> io::Result<()> {
        let now = seconds();
        let text: String = keys.iter().map(|key| line(now, *key)).collect();
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()?;
        self.lines += keys.len();
        keys.iter().for_each(|key| self.window.insert(*key, now));
        if self.is_wasteful() { self.rewrite(path) } else { Ok(()) }
    }

    fn is_wasteful(&self) -> bool {
        self.lines > 2 * self.window.iter().len() + SLACK
    }

    /// Writes the ids that count to a new file, which takes the place of the old one in one step.
    fn rewrite(&mut self, path: &Path) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut new = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
        let mut writer = io::BufWriter::new(new.as_file_mut());
        writeln!(writer, "{HEADER}")?;
        for (time, key) in self.window.iter() {
            writer.write_all(line(time, key).as_bytes())?;
        }
        writer.flush()?;
        drop(writer);
        new.as_file().sync_all()?;
        new.persist(path).map_err(|error| error.error)?;
        // The new name must survive a loss of power too. Not every system can do this for a folder.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        self.file = options().open(path)?;
        self.lines = self.window.iter().len();
        Ok(())
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).read(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn lock(path: &Path) -> Result<File, QueueError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    let file = options().open(path.with_file_name(name)).map_err(|error| unusable(path, error))?;
    match fs4::FileExt::try_lock(&file) {
        Ok(()) => Ok(file),
        Err(fs4::TryLockError::WouldBlock) => {
            let message = format!("{} is in use by another process", path.display());
            Err(QueueError::new(QueueErrorKind::Storage, message)
                .with_hint("Give each process a file of its own, or stop the other one."))
        }
        Err(fs4::TryLockError::Error(error)) => Err(unusable(path, error)),
    }
}

fn line(time: u64, key: Key) -> String {
    format!("{time:010} {key:032x}\n")
}

/// The time and the id of a line, if it is whole.
fn parse(line: &str) -> Option<(u64, Key)> {
    let (time, key) = line.strip_suffix('\n').filter(|_| line.len() == LINE)?.split_once(' ')?;
    Some((time.parse().ok()?, Key::from_str_radix(key, 16).ok()?))
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}

fn unusable(path: &Path, error: io::Error) -> QueueError {
    let message = format!("the handled notifications cannot be kept in {}: {error}", path.display());
    QueueError::new(QueueErrorKind::Storage, message).with_source(error)
}

impl fmt::Debug for FileMarks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileMarks").field("path", &self.0.path).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids<const N: usize>(ids: [&str; N]) -> Vec<String> {
        ids.map(str::to_owned).to_vec()
    }

    #[tokio::test]
    async fn marks_are_there_after_a_restart_also_beside_a_line_that_was_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("marks");
        let marks = FileMarks::open(&path).unwrap();
        marks.mark(&ids(["a", "b"])).await.unwrap();
        assert_eq!(marks.are_marked(&ids(["a", "c", "b"])).await.unwrap(), [true, false, true]);
        drop(marks);
        let text = std::fs::read_to_string(&path).unwrap();
        for cut in [0, 5, HEADER.len(), HEADER.len() + 1, text.len() - 7, text.len() - 1, text.len()] {
            std::fs::write(&path, &text[..cut]).unwrap();
            let marks = FileMarks::open(&path).unwrap();
            let expected = [cut > HEADER.len() + LINE, cut == text.len()];
            assert_eq!(marks.are_marked(&ids(["a", "b"])).await.unwrap(), expected, "{cut}");
            marks.mark(&ids(["d"])).await.unwrap();
            drop(marks);
            let marks = FileMarks::open(&path).unwrap();
            let expected = [expected[0], expected[1], true];
            assert_eq!(marks.are_marked(&ids(["a", "b", "d"])).await.unwrap(), expected, "{cut}");
        }
    }

    #[tokio::test]
    async fn the_file_stays_small_and_keeps_the_newest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("marks");
        let marks = FileMarks::open_with(&path, Duration::from_secs(3600), 10).unwrap();
        for number in 0..3000 {
            marks.mark(&ids([&number.to_string()])).await.unwrap();
        }
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 2 * 10 + SLACK + 1, "{lines}");
        drop(marks);
        let marks = FileMarks::open_with(&path, Duration::from_secs(3600), 10).unwrap();
        assert_eq!(marks.are_marked(&ids(["2989", "2990", "2999"])).await.unwrap(), [false, true, true]);
    }

    #[test]
    fn another_file_and_one_in_use_are_refused_and_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes");
        std::fs::write(&path, "my notes\n").unwrap();
        let error = FileMarks::open(&path).unwrap_err();
        assert!(error.to_string().contains("notes is not a file of handled notifications"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "my notes\n");
        let path = folder.path().join("marks");
        let _first = FileMarks::open(&path).unwrap();
        let error = FileMarks::open(&path).unwrap_err();
        assert!(error.to_string().contains("in use by another process"), "{error}");
        let error = FileMarks::open(folder.path().join("no/such")).unwrap_err();
        assert!(error.kind() == QueueErrorKind::Storage && error.to_string().contains("such"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("marks");
        let _marks = FileMarks::open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

//! A queue of files.

use super::queue::LONGEST_HIDDEN;
use super::{BoxFuture, Message, Queue, QueueError, QueueErrorKind, Receipt, Refused, SendMessage};
use crate::Notification;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// The ending of a message's name.
const MESSAGE: &str = ".json";

/// What follows the name while a message is hidden: how often it was received, and what makes the name unlike all others.
const TAKEN: &str = ".json.taken-";

/// What the names of files begin with that are being written.
const NEW: &str = ".new-";

/// The largest file that is read. One that is larger than a message may be is received nevertheless, so that it is named and
/// becomes a dead letter.
const LARGEST: u64 = 16 << 20;

/// How often an empty folder is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// No message is hidden until after that. A later time comes from a clock that was wrong.
const LATEST: Duration = LONGEST_HIDDEN.saturating_add(Duration::from_secs(3600));

/// A queue in a folder: each file whose name ends in `.json` is a message. Several processes may use it, if it is on a local
/// disk, and a process that is killed loses nothing.
///
/// A message that is received is renamed to `NAME.json.taken-COUNT-…`, and the time of its last change says until when it is
/// hidden. After that it can be received again under that name. Messages come by the order of their names. To put a file there,
/// write it elsewhere on the same disk and rename it, or call [`send`](SendMessage::send). Everything else stays where it
/// is. A file with more than 1 MiB, the most that a message of Amazon SQS has, cannot be read as a notification; one with more than
/// 16 MiB is not received, which is an error that names it once nothing else is left.
///
/// A folder of dead letters is such a queue too, so that they can be replayed.
#[derive(Clone, Debug)]
pub struct FolderQueue(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    folder: PathBuf,
    /// What the last look found and nobody has taken since.
    found: Mutex<VecDeque<OsString>>,
}

impl FolderQueue {
    /// The queue in this folder, which is created if it is missing.
    ///
    /// # Errors
    /// When the folder cannot be created or read.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, QueueError> {
        let folder = folder.into();
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder).map_err(|error| failed(&folder, "cannot be created", error))?;
        fs::read_dir(&folder).map_err(|error| failed(&folder, "cannot be read", error))?;
        Ok(Self(Arc::new(Inner { folder, found: Mutex::default() })))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0.folder
    }

    /// How many messages are there, also those that are hidden.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn count(&self) -> Result<usize, QueueError> {
        Ok(self.0.list().map_err(|error| failed(&self.0.folder, "cannot be read", error))?.len())
    }

    /// Runs what may block on a thread that may.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, QueueError> + Send + 'static,
    ) -> Result<T, QueueError> {
        let inner = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || work(&inner)).await;
        done.unwrap_or_else(|error| {
            Err(QueueError::new(QueueErrorKind::Storage, "the work on a folder was cut off").with_source(error))
        })
    }
}

impl Inner {
    /// The names of all messages, in their order.
    fn list(&self) -> io::Result<VecDeque<OsString>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            if name.to_str().is_some_and(|text| !text.starts_with(NEW) && parts(text).is_some()) {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names.into())
    }

    fn receive(&self, most: usize, visibility: Duration) -> Result<Vec<Message>, QueueError> {
        let mut messages = Vec::new();
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let mut has_looked = false;
        while messages.len() < most {
            let Some(name) = found.pop_front() else {
                if has_looked || !messages.is_empty() {
                    break;
                }
                has_looked = true;
                *found = self.list().map_err(|error| failed(&self.folder, "cannot be read", error))?;
                continue;
            };
            let path = self.folder.join(&name);
            match self.take(&path, &name.to_string_lossy(), visibility) {
                Ok(message) => {
                    let is_large =
                        message.as_ref().is_some_and(|message| message.body.len() > Notification::MOST_BYTES);
                    messages.extend(message);
                    // Several of them at a time would take much memory.
                    if is_large {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) if messages.is_empty() => return Err(failed(&path, "cannot be received", error)),
                // What was received before must not be lost for a while.
                Err(_) => break,
            }
        }
        Ok(messages)
    }

    /// Takes a message for this process, unless it is hidden or no file. It is not found if another process was faster.
    fn take(&self, path: &Path, name: &str, visibility: Duration) -> io::Result<Option<Message>> {
        let Some((id, count)) = parts(name) else { return Ok(None) };
        let metadata = fs::symlink_metadata(path)?;
        let now = SystemTime::now();
        let is_hidden = count > 0 && {
            let until = metadata.modified()?;
            until > now && until < now + LATEST
        };
        if is_hidden || !metadata.is_file() {
            return Ok(None);
        }
        if metadata.len() > LARGEST {
            let size = metadata.len();
            return Err(io::Error::other(format!("it has {size} bytes, and at most {LARGEST} are read; move it away")));
        }
        // The time comes before the name, so that nobody takes the file between the two for one whose time is over.
        File::options().append(true).open(path)?.set_modified(now + visibility.min(LONGEST_HIDDEN))?;
        let taken = format!("{id}{TAKEN}{}-{}", count.saturating_add(1), unique()?);
        let place = self.folder.join(&taken);
        fs::rename(path, &place)?;
        let mut body = Vec::new();
        File::open(&place)?.take(LARGEST).read_to_end(&mut body)?;
        let mut message = Message::new(id, Receipt::new(taken), body);
        message.receive_count = Some(count.saturating_add(1));
        Ok(Some(message))
    }

    /// Works on the files of several receipts.
    fn each<'a>(
        &self,
        receipts: impl Iterator<Item = &'a Receipt>,
        work: impl Fn(usize, &Path) -> io::Result<()>,
    ) -> Vec<Refused> {
        let mut refused = Vec::new();
        for (index, receipt) in receipts.enumerate() {
            let name = receipt.as_str();
            let is_ours = parts(name).is_some_and(|(_, count)| count > 0) && !name.contains(['/', '\\']);
            let path = self.folder.join(name);
            let result = if is_ours { work(index, &path) } else { Err(io::ErrorKind::NotFound.into()) };
            let error = match result {
                Ok(()) => continue,
                Err(error) if error.kind() == io::ErrorKind::NotFound => QueueError::new(
                    QueueErrorKind::Receipt,
                    format!("a message in {} was received again or is gone", self.folder.display()),
                ),
                Err(error) => failed(&path, "cannot be changed", error),
            };
            refused.push(Refused::new(index, error));
        }
        refused
    }

    fn send(&self, body: &[u8]) -> Result<(), QueueError> {
        let write = || {
            let mut file = tempfile::Builder::new().prefix(NEW).tempfile_in(&self.folder)?;
            file.write_all(body)?;
            file.as_file().sync_all()?;
            let time = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis());
            let path = self.folder.join(format!("{time:013}-{}{MESSAGE}", unique()?));
            file.persist_noclobber(path).map_err(|error| error.error)?;
            // The new name must survive a loss of power too. Not every system can do this for a folder.
            let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
            Ok(())
        };
        write().map_err(|error| failed(&self.folder, "cannot be written to", error))
    }
}

impl Queue for FolderQueue {
    fn receive(
        &self,
        most: usize,
        wait: Duration,
        visibility: Duration,
    ) -> BoxFuture<'_, Result<Vec<Message>, QueueError>> {
        let end = Instant::now() + wait.min(LONGEST_HIDDEN);
        Box::pin(async move {
            loop {
                let messages = self.run(move |inner| inner.receive(most, visibility)).await?;
                let now = Instant::now();
                if !messages.is_empty() || now >= end {
                    return Ok(messages);
                }
                tokio::time::sleep(LOOK.min(end - now)).await;
            }
        })
    }

    fn delete<'a>(&'a self, receipts: &'a [Receipt]) -> BoxFuture<'a, Result<Vec<Refused>, QueueError>> {
        let receipts = receipts.to_vec();
        Box::pin(self.run(move |inner| Ok(inner.each(receipts.iter(), |_, path| fs::remove_file(path)))))
    }

    fn change_visibility<'a>(
        &'a self,
        changes: &'a [(Receipt, Duration)],
    ) -> BoxFuture<'a, Result<Vec<Refused>, QueueError>> {
        let changes = changes.to_vec();
        Box::pin(self.run(move |inner| {
            let now = SystemTime::now();
            let receipts = changes.iter().map(|(receipt, _)| receipt);
            Ok(inner.each(receipts, |index, path| {
                File::options().append(true).open(path)?.set_modified(now + changes[index].1.min(LONGEST_HIDDEN))
            }))
        }))
    }
}

impl SendMessage for FolderQueue {
    fn send<'a>(&'a self, body: &'a [u8]) -> BoxFuture<'a, Result<(), QueueError>> {
        let body = body.to_vec();
        Box::pin(self.run(move |inner| inner.send(&body)))
    }
}

/// The message's own name in that of a file, and how often it was received.
fn parts(name: &str) -> Option<(&str, u32)> {
    if let Some(id) = name.strip_suffix(MESSAGE) {
        return Some((id, 0));
    }
    let (id, taken) = name.rsplit_once(TAKEN)?;
    Some((id, taken.split_once('-')?.0.parse().ok().filter(|count| *count > 0)?))
}

/// 16 hexadecimal digits that no other name has.
fn unique() -> io::Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(format!("{:016x}", u64::from_le_bytes(bytes)))
}

fn failed(path: &Path, what: &str, error: io::Error) -> QueueError {
    QueueError::new(QueueErrorKind::Storage, format!("{} {what}: {error}", path.display())).with_source(error)
}

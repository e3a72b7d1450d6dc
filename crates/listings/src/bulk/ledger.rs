//! What a run has sent, in a folder, so that another run goes on where it was killed.

use super::item::hash;
use super::plan::Way;
use crate::Issues;
use serde::{Deserialize, Serialize};
use spapi_core::{Bytes, Error, ErrorKind};
use std::collections::HashMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

const LOCK: &str = "bulk.lock";
const ANSWERS: &str = "answers.jsonl";
const JOBS: &str = "jobs";
/// The ending of a feed's text.
const FEED: &str = "feed.json";
/// The ending of the list of a feed's SKUs.
const SKUS: &str = "skus.json";

/// The longest list of SKUs that is read, and the longest line of an answer.
const LARGEST_LIST: u64 = 64 << 20;
const LONGEST_LINE: u64 = 4 << 20;

/// The folder of one seller and marketplace. One run at a time has it.
pub(super) struct Ledger {
    folder: PathBuf,
    answers: File,
    _lock: File,
}

/// A message of a feed.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Line {
    pub id: u64,
    pub sku: String,
    /// The hash of what is sent.
    pub hash: String,
}

/// A feed that an earlier run has made.
#[derive(Clone, Debug)]
pub(super) struct KnownFeed {
    /// The hash of its text, which is its name.
    pub hash: String,
    pub lines: Vec<Line>,
}

/// Amazon's answer to a call.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Answer {
    pub sku: String,
    /// The hash of what was sent.
    pub hash: String,
    pub is_accepted: bool,
    pub issues: Issues,
    /// When it came, in seconds since 1970.
    pub at: u64,
}

impl Ledger {
    /// Opens the part of a folder for one seller and marketplace, and creates it if it is missing.
    pub fn open(folder: &Path, seller_id: &str, marketplace_id: &str) -> Result<Self, Error> {
        // A seller's id has letters and digits.
        let safe: String = seller_id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
        let folder = folder.join(format!("{safe}-{marketplace_id}"));
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder).map_err(|error| unusable(&folder, "cannot be created", error))?;
        let open = |name: &str| {
            let path = folder.join(name);
            let mut options = OpenOptions::new();
            options.create(true).append(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(&path).map_err(|error| unusable(&path, "cannot be written", error))
        };
        let lock = open(LOCK)?;
        if fs4::FileExt::try_lock(&lock).is_err() {
            let message = format!("another run uses the folder {}", folder.display());
            return Err(Error::new(ErrorKind::Config, message).with_hint("Wait for it, or name another folder."));
        }
        let mut answers = open(ANSWERS)?;
        // A run that was killed may have left a part of a line.
        answers.write_all(b"\n").map_err(|error| unusable(&folder.join(ANSWERS), "cannot be written", error))?;
        Ok(Self { folder, answers, _lock: lock })
    }

    /// The folder of the feeds' journal.
    pub fn jobs(&self) -> PathBuf {
        self.folder.join(JOBS)
    }

    /// Keeps a feed before it is submitted.
    pub fn keep(&self, text: &Bytes, lines: &[Line]) -> Result<PathBuf, Error> {
        let hash = hash(text);
        let list =
            serde_json::to_vec(lines).map_err(|error| unusable(&self.folder, "cannot be written", error.into()))?;
        // The list without the feed is ignored, so it comes first.
        self.write(&self.path(&hash, SKUS), &list)?;
        let path = self.path(&hash, FEED);
        self.write(&path, text)?;
        Ok(path)
    }

    /// The feeds of earlier runs.
    pub fn feeds(&self) -> Result<Vec<KnownFeed>, Error> {
        let unreadable = |error| unusable(&self.folder, "cannot be read", error);
        let mut found = Vec::new();
        for file in fs::read_dir(&self.folder).map_err(unreadable)? {
            let name = file.map_err(unreadable)?.file_name();
            let Some(hash) = name.to_str().and_then(|name| name.strip_suffix(FEED)?.strip_suffix('.')) else {
                continue;
            };
            let path = self.path(hash, SKUS);
            let text = read(&path, LARGEST_LIST).map_err(|error| unusable(&path, "cannot be read", error))?;
            let lines =
                serde_json::from_slice(&text).map_err(|error| unusable(&path, "cannot be read", error.into()))?;
            found.push(KnownFeed { hash: hash.to_owned(), lines });
        }
        found.sort_by(|one, other| one.hash.cmp(&other.hash));
        Ok(found)
    }

    /// The text of a feed.
    pub fn feed(&self, hash: &str) -> PathBuf {
        self.path(hash, FEED)
    }

    /// Removes a feed.
    pub fn forget(&self, hash: &str) -> Result<(), Error> {
        // Without its text, the rest is ignored.
        for ending in [FEED, SKUS] {
            self.remove(&self.path(hash, ending))?;
        }
        Ok(())
    }

    /// Keeps Amazon's answer to a call.
    pub fn note(&mut self, answer: &Answer) -> Result<(), Error> {
        let written = serde_json::to_string(answer).map_err(io::Error::from);
        let written = written.and_then(|line| self.answers.write_all(format!("{line}\n").as_bytes()));
        written.map_err(|error| unusable(&self.folder.join(ANSWERS), "cannot be written", error))
    }

    /// Amazon's last answer for each SKU. A line that cannot be read is left out, so that its SKU is sent again.
    pub fn answers(&self) -> Result<HashMap<String, Answer>, Error> {
        let path = self.folder.join(ANSWERS);
        let unreadable = |error| unusable(&path, "cannot be read", error);
        let mut reader = BufReader::new(File::open(&path).map_err(unreadable)?);
        let mut answers = HashMap::new();
        let mut line = Vec::new();
        loop {
            line.clear();
            if reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
                return Ok(answers);
            }
            if let Ok(answer) = serde_json::from_slice::<Answer>(&line) {
                answers.insert(answer.sku.clone(), answer);
            }
        }
    }

    /// How a run that is not finished has sent its items.
    pub fn way(&self) -> Result<Option<Way>, Error> {
        match (self.feeds()?.is_empty(), self.answers()?.is_empty()) {
            (false, _) => Ok(Some(Way::Feed)),
            (true, false) => Ok(Some(Way::Api)),
            (true, true) => Ok(None),
        }
    }

    /// Removes the answers, once the caller has all outcomes.
    pub fn clear(&self) -> Result<(), Error> {
        let path = self.folder.join(ANSWERS);
        self.answers.set_len(0).map_err(|error| unusable(&path, "cannot be written", error))
    }

    fn path(&self, hash: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{hash}.{ending}"))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        let written = tempfile::NamedTempFile::new_in(&self.folder).and_then(|mut file| {
            file.write_all(bytes)?;
            file.as_file().sync_all()?;
            file.persist(path).map_err(|error| error.error)?;
            // The new name must survive a loss of power too. Not every system can do this for a folder.
            let _ = File::open(&self.folder).and_then(|folder| folder.sync_all());
            Ok(())
        });
        written.map_err(|error| unusable(path, "cannot be written", error))
    }

    fn remove(&self, path: &Path) -> Result<(), Error> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unusable(path, "cannot be removed", error)),
            _ => Ok(()),
        }
    }
}

fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unusable(path: &Path, what: &str, error: io::Error) -> Error {
    Error::new(ErrorKind::Config, format!("{} of the bulk journal {what}", path.display()))
        .with_source(error)
        .with_hint("Mend the folder, and run the same batch again: what Amazon has is not sent twice.")
}

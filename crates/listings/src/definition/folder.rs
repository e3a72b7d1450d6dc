//! The folder in which definitions are kept between runs.

use super::answer::{Answer, Wanted};
use super::checksum::Checksum;
use super::document::LARGEST_SCHEMA;
use spapi_core::Bytes;
use spapi_types::text::printable;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

/// The largest answer that is read, in bytes.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

/// How long a file that is not used stays. A schema is replaced by the next version within weeks.
const UNUSED: Duration = Duration::from_secs(60 * 24 * 3600);

/// How often the use of a file is noted.
const NOTED: Duration = Duration::from_secs(24 * 3600);

const SCHEMA: &str = ".schema.json";
const ANSWER: &str = ".answer.json";
const NEW: &str = ".new-";

/// A file for each schema, named by its checksum, and one for each answer.
///
/// A file is written beside its place and then renamed, so that a process that is killed leaves a whole file or none. After a
/// loss of power a file may be cut off: a schema then has another checksum, and an answer is not JSON. Neither is used.
/// Several processes may fill one folder, because files of one name have equal contents.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: Arc<Path>,
    /// Whether old files were removed.
    is_swept: Arc<AtomicBool>,
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path: path.into(), is_swept: Arc::default() }
    }

    /// The schema with this checksum, unless its file is missing or corrupt.
    pub(super) async fn schema(&self, checksum: Checksum) -> Option<Bytes> {
        let path = self.schema_path(checksum);
        let read = self.run(move |_| {
            let bytes = read(&path, LARGEST_SCHEMA)?;
            match Checksum::of(&bytes) == checksum {
                true => Ok(Bytes::from(bytes)),
                false => Err(io::Error::other("its contents do not have the checksum that is its name")),
            }
        });
        usable(read.await, &self.schema_path(checksum))
    }

    /// Keeps a schema. If that fails, it is downloaded again the next time.
    pub(super) async fn keep_schema(&self, checksum: Checksum, schema: Bytes) {
        let path = self.schema_path(checksum);
        let written = self.run(move |folder| folder.write(&path, &schema)).await;
        warn_if_lost(written, &self.schema_path(checksum));
    }

    /// The answer to this request, unless its file is missing or corrupt.
    pub(super) async fn answer(&self, wanted: &Wanted) -> Option<Answer> {
        let path = self.answer_path(wanted);
        let answer = usable(self.run(move |_| read_answer(&path)).await, &self.answer_path(wanted));
        // Names of files are hashes, and somebody may have renamed one.
        answer.filter(|answer| answer.wanted == *wanted)
    }

    /// Keeps an answer. If that fails, it is requested again the next time.
    pub(super) async fn keep_answer(&self, answer: &Answer) {
        let path = self.answer_path(&answer.wanted);
        let json = answer.to_json();
        let written = self.run(move |folder| folder.write(&path, &json)).await;
        warn_if_lost(written, &self.answer_path(&answer.wanted));
    }

    /// Removes an answer.
    pub(super) async fn remove_answer(&self, wanted: &Wanted) {
        let path = self.answer_path(wanted);
        let removed = self.run(move |_| match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        });
        warn_if_lost(removed.await, &self.answer_path(wanted));
    }

    /// All answers whose files can be read.
    pub(super) async fn answers(&self) -> Vec<Answer> {
        let read = self.run(|folder| {
            let mut answers = Vec::new();
            for entry in fs::read_dir(&folder.path)? {
                let path = entry?.path();
                if path.to_string_lossy().ends_with(ANSWER) {
                    // A file that cannot be read is replaced when its answer is requested.
                    answers.extend(read_answer(&path));
                }
            }
            Ok(answers)
        });
        usable(read.await, &self.path).unwrap_or_default()
    }

    fn schema_path(&self, checksum: Checksum) -> PathBuf {
        self.path.join(format!("{checksum}{SCHEMA}"))
    }

    /// The name begins with the product type, for a person who looks into the folder.
    fn answer_path(&self, wanted: &Wanted) -> PathBuf {
        let is_plain = |character: &char| character.is_ascii_alphanumeric() || *character == '_';
        let name: String = wanted.product_type.chars().filter(is_plain).take(80).collect();
        self.path.join(format!("{name}-{}{ANSWER}", Checksum::of(wanted.key().as_bytes())))
    }

    /// Runs what may block on a thread that may.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let folder = self.clone();
        tokio::task::spawn_blocking(move || work(&folder)).await.unwrap_or_else(|error| Err(io::Error::other(error)))
    }

    fn write(&self, path: &Path, contents: &[u8]) -> io::Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.path)?;
        if !self.is_swept.swap(true, Ordering::Relaxed) {
            self.sweep();
        }
        let mut file = tempfile::Builder::new().prefix(NEW).tempfile_in(&self.path)?;
        file.write_all(contents)?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }

    /// Removes our files that nobody has used for a long time, and what killed processes have left. A file that cannot be
    /// removed takes only room.
    fn sweep(&self) {
        for entry in fs::read_dir(&self.path).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let longest = match name.starts_with(NEW) {
                true => NOTED,
                false if name.ends_with(SCHEMA) || name.ends_with(ANSWER) => UNUSED,
                false => continue,
            };
            let metadata = entry.metadata();
            if metadata.is_ok_and(|metadata| metadata.is_file() && is_older(&metadata, longest)) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// The result, or nothing and a warning. A missing file is usual.
fn usable<T>(result: io::Result<T>, path: &Path) -> Option<T> {
    if let Err(error) = &result {
        if error.kind() != io::ErrorKind::NotFound {
            let path = path.display().to_string();
            let path = printable(&path).up_to(300);
            tracing::warn!(%path, %error, "a kept definition cannot be used, and is requested again");
        }
    }
    result.ok()
}

fn warn_if_lost(result: io::Result<()>, path: &Path) {
    if let Err(error) = result {
        let path = path.display().to_string();
        let path = printable(&path).up_to(300);
        tracing::warn!(%path, %error, "a definition cannot be kept, and the work goes on without");
    }
}

fn read_answer(path: &Path) -> io::Result<Answer> {
    let json = read(path, LARGEST_ANSWER)?;
    Answer::of_json(&json).ok_or_else(|| io::Error::other("it is not the answer to a request of a definition"))
}

/// Reads a file, and notes its use.
fn read(path: &Path, largest: usize) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.len() > largest as u64 {
        return Err(io::Error::other(format!("it has more than {largest} bytes")));
    }
    let mut contents = Vec::new();
    (&file).take(largest as u64).read_to_end(&mut contents)?;
    if is_older(&metadata, NOTED) {
        // Without this note the file is removed too early, which only costs a download.
        let _ = File::options().append(true).open(path).and_then(|file| file.set_modified(SystemTime::now()));
    }
    Ok(contents)
}

/// Whether a file was last changed or noted longer ago than this.
fn is_older(metadata: &fs::Metadata, than: Duration) -> bool {
    let age = metadata.modified().ok().and_then(|modified| modified.elapsed().ok());
    age.is_some_and(|age| age > than)
}

//! The models in an archive of Amazon's repository.

use super::model::Model;
use flate2::read::GzDecoder;
use spapi_core::DateTime;
use spapi_core::text::printable;
use std::io::Read;
use std::time::{Duration, SystemTime};
use tar::{Archive, EntryType, PaxExtensions};

/// How many bytes an archive may be unpacked to; Amazon's are 9 MiB.
const LARGEST: u64 = 128 * 1024 * 1024;

/// What an archive holds.
#[derive(Debug, Default)]
pub struct Newest {
    pub models: Vec<Model>,
    /// The commit, if the archive names it.
    commit: Option<String>,
    /// The time of the commit, in seconds since 1970.
    time: u64,
}

impl Newest {
    /// The commit and its day for a sentence, with a blank before it; empty if the archive does not name them.
    pub fn title(&self) -> String {
        let Some(commit) = &self.commit else { return String::new() };
        let day = DateTime::from(SystemTime::UNIX_EPOCH + Duration::from_secs(self.time));
        format!(" at commit {commit:.7} ({})", day.as_str().get(..10).unwrap_or_default())
    }
}

/// Reads the models of a `.tar.gz` in GitHub's form, where everything is below one folder.
///
/// # Errors
/// In words, when the archive is damaged, incomplete or too large, or has no models.
pub fn read(compressed: &[u8]) -> Result<Newest, String> {
    let mut newest = Newest::default();
    let mut unpacked = Vec::new();
    GzDecoder::new(compressed).take(LARGEST + 1).read_to_end(&mut unpacked).map_err(damaged)?;
    if unpacked.len() as u64 > LARGEST {
        return Err(format!("it unpacks to more than {LARGEST} bytes"));
    }
    let mut archive = Archive::new(unpacked.as_slice());
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        if entry.header().entry_type() == EntryType::XGlobalHeader {
            let mut header = Vec::new();
            entry.read_to_end(&mut header).map_err(damaged)?;
            newest.commit = commit(&header);
            continue;
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let parts: Vec<_> = path.split('/').skip(1).collect();
        let &["models", folder, file] = parts.as_slice() else { continue };
        if !entry.header().entry_type().is_file() || !file.ends_with(".json") {
            continue;
        }
        newest.time = newest.time.max(entry.header().mtime().unwrap_or_default());
        let mut text = Vec::new();
        entry.read_to_end(&mut text).map_err(damaged)?;
        let model = Model::read(folder, file, &text);
        newest.models.push(model.ok_or_else(|| format!("{} is not a model", printable(&path)))?);
    }
    match newest.models.is_empty() {
        true => Err("it has no models".to_owned()),
        false => Ok(newest),
    }
}

fn damaged(error: std::io::Error) -> String {
    format!("it is damaged or incomplete ({error})")
}

/// The commit in the global header of an archive that git has made.
fn commit(header: &[u8]) -> Option<String> {
    let mut extensions = PaxExtensions::new(header).flatten();
    let comment = extensions.find(|extension| extension.key_bytes() == b"comment")?;
    let commit = comment.value().ok()?;
    let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit.then(|| commit.to_owned())
}

//! `models/upstream.toml`: which commit of Amazon's repository the project stands on, and the sha256 of each file
//! that is fetched.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use codegen::Origin;
use codegen::files;
use codegen::retirements::check_date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::archive;

/// Where Amazon publishes them on GitHub.
pub const REPOSITORY: &str = "amzn/selling-partner-api-models";
const HEADER: &str = "\
# The commit of Amazon's models that this project is generated from, and the sha256 of each file that is fetched.
# Written by `cargo xtask models pin` and `cargo xtask models update`.

";

/// What is pinned.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The repository on GitHub, as `owner/name`.
    pub repository: String,
    /// The commit, as 40 hexadecimal digits.
    pub commit: String,
    /// The day of the commit, as `YYYY-MM-DD`.
    pub date: String,
    /// Path in the repository to sha256, as 64 hexadecimal digits in lower case.
    pub files: BTreeMap<String, String>,
}

impl Pin {
    /// Reads the pin of a folder, and checks its paths.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = file(folder);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text)
            .with_context(|| format!("{} does not have the form that `models pin` writes", path.display()))
    }

    fn parse(text: &str) -> Result<Self> {
        let pin: Self = toml::from_str(text)?;
        let (owner, name) = pin.repository.split_once('/').unwrap_or_default();
        let is_name = |name: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            !name.is_empty() && name != "." && name != ".." && name.bytes().all(plain)
        };
        ensure!(is_name(owner) && is_name(name), "`repository` must be OWNER/NAME, not {:?}", pin.repository);
        check_commit(&pin.commit)?;
        check_date(&pin.date)?;
        ensure!(pin.files.keys().any(|path| path.starts_with("models/")), "no model is pinned in `files`");
        for (path, hash) in &pin.files {
            let plain = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']);
            ensure!(files::is_pinned(path) && path.split('/').all(plain), "{path:?} is not a file that can be pinned");
            ensure!(is_hex(hash, 64), "the sha256 of {path} must be 64 hexadecimal digits in lower case");
        }
        Ok(pin)
    }

    /// The pin of an archive or a folder.
    ///
    /// # Errors
    /// When it cannot be read, or holds no model.
    pub fn of_path(path: &Path, commit: &str, date: &str) -> Result<Self> {
        let mut files = BTreeMap::new();
        archive::visit_path(path, &mut |name, content| {
            if files.insert(name.to_owned(), sha256(content, |_| Ok(()))?).is_some() {
                bail!("{name} occurs twice in {}", path.display());
            }
            Ok(())
        })?;
        let pin = Self { repository: REPOSITORY.into(), commit: commit.to_owned(), date: date.to_owned(), files };
        Self::parse(&pin.to_text()?)
            .with_context(|| format!("{} holds no archive of the repository", path.display()))?;
        Ok(pin)
    }

    /// The text of `upstream.toml`.
    pub fn to_text(&self) -> Result<String> {
        Ok(format!("{HEADER}{}", toml::to_string(self)?))
    }

    /// The origin of the models, which generated files name.
    pub fn origin(&self) -> Origin<'_> {
        Origin { repository: &self.repository, commit: self.short_commit() }
    }

    /// The first digits of the commit, for people.
    pub fn short_commit(&self) -> &str {
        self.commit.get(..7).unwrap_or(&self.commit)
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("upstream.toml")
}

pub fn check_commit(commit: &str) -> Result<()> {
    ensure!(is_hex(commit, 40), "a commit is 40 hexadecimal digits in lower case, not {commit:?}");
    Ok(())
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Reads to the end, hands each piece on, and returns the sha256 of all.
pub fn sha256(content: &mut dyn Read, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let length = match content.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let piece = buffer.get(..length).context("a reader returned more than was requested")?;
        hasher.update(piece);
        each(piece)?;
    }
    Ok(hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}

/// What the pin is made from.
#[derive(clap::Args)]
pub struct Args {
    /// The commit's archive (.tar.gz) or an unpacked folder of it
    #[arg(long, value_name = "PATH")]
    from: PathBuf,
    /// The commit, as 40 hexadecimal digits
    #[arg(long, value_name = "SHA")]
    commit: String,
    /// The day of the commit, as YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    date: String,
}

/// Writes the pin of an archive or a folder to `folder`.
pub fn run(args: &Args, folder: &Path) -> Result<()> {
    check_commit(&args.commit)?;
    check_date(&args.date)?;
    let pin = Pin::of_path(&args.from, &args.commit, &args.date)?;
    let path = file(folder);
    fs::write(&path, pin.to_text()?).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{}: {} files of {} at {}", path.display(), pin.files.len(), pin.repository, pin.short_commit());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn the_hash_is_of_all_that_was_read() {
        let mut seen = Vec::new();
        let content = vec![b'a'; 1_000_000];
        let hash = sha256(&mut content.as_slice(), |piece| {
            seen.extend_from_slice(piece);
            Ok(())
        });
        assert_eq!(hash.unwrap(), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
        assert_eq!(seen, content);
        assert_eq!(sha256(&mut [].as_slice(), |_| Ok(())).unwrap(), HASH);
    }

    #[test]
    fn a_pin_that_cannot_be_trusted_is_refused() {
        let pin = |repository: &str, commit: &str, date: &str, path: &str, hash: &str| {
            format!("repository = {repository:?}\ncommit = {commit:?}\ndate = {date:?}\n[files]\n{path:?} = {hash:?}\n")
        };
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let sound = pin("amzn/models", commit, "2026-08-05", "models/a/a.json", HASH);
        assert_eq!(Pin::parse(&sound).unwrap().short_commit(), "0123456");
        let cases = [
            (pin("amzn", commit, "2026-08-05", "models/a/a.json", HASH), "OWNER/NAME"),
            (pin("amzn/../x", commit, "2026-08-05", "models/a/a.json", HASH), "OWNER/NAME"),
            (pin("a/b", "main", "2026-08-05", "models/a/a.json", HASH), "40 hexadecimal"),
            (pin("a/b", commit, "yesterday", "models/a/a.json", HASH), "YYYY-MM-DD"),
            (pin("a/b", commit, "2026-08-05", "schemas/a.json", HASH), "no model"),
            (pin("a/b", commit, "2026-08-05", "models/../../a.json", HASH), "can be pinned"),
            (pin("a/b", commit, "2026-08-05", "models//a.json", HASH), "can be pinned"),
            (pin("a/b", commit, "2026-08-05", "models/a.json", &HASH.to_uppercase()), "64 hexadecimal"),
            (format!("other = 1\n{sound}"), "unknown field"),
        ];
        for (text, words) in cases {
            let error = format!("{:#}", Pin::parse(&text).unwrap_err());
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}

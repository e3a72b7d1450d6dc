//! `models fetch`: fetches the pinned files to `upstream/`, all or none.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use tempfile::TempDir;

use super::pin::{self, Pin};
use super::{archive, download};

/// The source of the files.
#[derive(clap::Args)]
pub struct Args {
    /// Take the files from this archive (.tar.gz) or unpacked folder instead of the network
    #[arg(long, value_name = "PATH")]
    from: Option<PathBuf>,
    /// Where the repository's archives are served: GitHub or a mirror of it
    #[arg(long, value_name = "URL", default_value = "https://github.com")]
    base_url: String,
    /// Give up when nothing arrives for this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

/// Brings the pinned files to `upstream/` in `folder`, unless they are there already and the caller gives no source.
pub fn run(args: &Args, folder: &Path) -> Result<()> {
    let pin = Pin::read(folder)?;
    let upstream = folder.join("upstream");
    // A given source must be valid even if nothing is needed from it.
    if args.from.is_none() && is_complete(&pin, &upstream) {
        println!("nothing to do: {} holds all {} files of {}", upstream.display(), pin.files.len(), title(&pin));
        return Ok(());
    }
    fetch(args, &pin, folder, &upstream).with_context(|| {
        let before = if upstream.exists() {
            format!("the models were not fetched; {} is unchanged", upstream.display())
        } else {
            "the models were not fetched".to_owned()
        };
        match args.from {
            Some(_) => format!("{before}; give `--from` the archive of commit {}", pin.commit),
            None => format!(
                "{before}; run the command again, or download {} in another way and give it with `--from FILE`",
                download::url(&args.base_url, &pin.repository, &pin.commit)
            ),
        }
    })?;
    println!("{}: {} files of {}", upstream.display(), pin.files.len(), title(&pin));
    Ok(())
}

fn title(pin: &Pin) -> String {
    format!("{} at {} ({})", pin.repository, pin.short_commit(), pin.date)
}

fn fetch(args: &Args, pin: &Pin, folder: &Path, upstream: &Path) -> Result<()> {
    remove_leftovers(folder);
    let bar = progress();
    let mut staging = Staging::new(pin, folder)?;
    let mut take = |name: &str, content: &mut dyn Read| {
        staging.take(name, content)?;
        bar.set_message(format!("{} of {} files", staging.seen.len(), pin.files.len()));
        Ok(())
    };
    match &args.from {
        Some(path) => archive::visit_path(path, &mut take).map(drop)?,
        None => {
            let url = download::url(&args.base_url, &pin.repository, &pin.commit);
            let body = download::open(&url, Duration::from_secs(args.timeout), &bar)?;
            archive::visit_archive(body, &mut take).with_context(|| format!("cannot read the archive {url}"))?;
        }
    }
    staging.check()?;
    staging.swap_in(upstream)
}

/// Shows bytes and files on a terminal.
pub fn progress() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {bytes} at {bytes_per_sec}, {msg}");
    let bar = ProgressBar::new_spinner().with_finish(ProgressFinish::AndClear).with_message("connecting");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Fails if a folder does not hold the pinned files, because generated code must come from them.
///
/// # Errors
/// When a file is missing, differs or is not pinned, with the command that repairs it.
pub fn require_complete(pin: &Pin, upstream: &Path) -> Result<()> {
    if !is_complete(pin, upstream) {
        bail!("models/upstream does not hold the pinned models: run `cargo xtask models fetch` first");
    }
    Ok(())
}

/// Whether a folder holds all pinned files with their hashes, and no other file that would be pinned.
pub fn is_complete(pin: &Pin, upstream: &Path) -> bool {
    let mut right = 0;
    let result = archive::visit_path(upstream, &mut |name, content| {
        let hash = pin::sha256(content, |_| Ok(()))?;
        if pin.files.get(name) != Some(&hash) {
            bail!("{name} differs from the pinned file");
        }
        right += 1;
        Ok(())
    });
    result.is_ok() && right == pin.files.len()
}

const PREFIX: &str = "upstream.partial-";

/// Removes what interrupted runs left more than an hour ago. No run takes an hour, so this removes nothing of a running
/// one. Leftovers that cannot be removed are harmless.
fn remove_leftovers(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_leftover = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let modified = entry.metadata().and_then(|data| data.modified());
        let age = modified.ok().and_then(|modified| SystemTime::now().duration_since(modified).ok());
        if is_leftover && age.is_some_and(|age| age > Duration::from_secs(60 * 60)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A folder next to `upstream/` for the files until all of them are there and valid.
struct Staging<'a> {
    pin: &'a Pin,
    folder: TempDir,
    seen: BTreeSet<String>,
    problems: Vec<String>,
}

impl<'a> Staging<'a> {
    fn new(pin: &'a Pin, folder: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(folder)
            .with_context(|| format!("cannot create a folder in {}", folder.display()))?;
        fs::create_dir(folder.path().join("new"))
            .with_context(|| format!("cannot write to {}", folder.path().display()))?;
        Ok(Self { pin, folder, seen: BTreeSet::new(), problems: Vec::new() })
    }

    fn new_files(&self) -> PathBuf {
        self.folder.path().join("new")
    }

    /// Writes a file if it is pinned, and notes its problems.
    fn take(&mut self, name: &str, content: &mut dyn Read) -> Result<()> {
        let Some(expected) = self.pin.files.get(name) else {
            self.problems.push(format!("{name} is present, but not pinned"));
            return Ok(());
        };
        if !self.seen.insert(name.to_owned()) {
            bail!("{name} occurs twice in the archive");
        }
        let path = self.new_files().join(name);
        let writing = || format!("cannot write {}", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(writing)?;
        }
        let mut file = File::create(&path).with_context(writing)?;
        let hash = pin::sha256(content, |piece| file.write_all(piece).with_context(writing))
            .with_context(|| format!("cannot store {name}"))?;
        if hash != *expected {
            self.problems.push(format!("{name} has the wrong sha256: expected {expected}, got {hash}"));
        }
        Ok(())
    }

    /// Fails with all files that are wrong, missing or not pinned.
    fn check(&mut self) -> Result<()> {
        let missing = self.pin.files.keys().filter(|name| !self.seen.contains(*name));
        self.problems.extend(missing.map(|name| format!("{name} is pinned, but missing")));
        if self.problems.is_empty() {
            return Ok(());
        }
        self.problems.sort();
        let shown = self.problems.iter().take(20).map(|problem| format!("\n  {problem}")).collect::<String>();
        let more = match self.problems.len().saturating_sub(20) {
            0 => String::new(),
            more => format!("\n  and {more} more"),
        };
        bail!("the files are not those of models/upstream.toml:{shown}{more}")
    }

    /// Replaces the old files with the new ones, and restores them if that fails.
    fn swap_in(self, upstream: &Path) -> Result<()> {
        let old = self.folder.path().join("old");
        let moving = || format!("cannot replace {}", upstream.display());
        let had_old = upstream.symlink_metadata().is_ok();
        if had_old {
            fs::rename(upstream, &old).with_context(moving)?;
        }
        if let Err(error) = fs::rename(self.new_files(), upstream) {
            if had_old && fs::rename(&old, upstream).is_err() {
                // Dropping the folder would remove the only copy.
                let kept = self.folder.keep();
                bail!("cannot replace {}: {error}; its files are in {}", upstream.display(), kept.display());
            }
            return Err(error).with_context(moving);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_leftovers_are_removed_and_fresh_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let make = |name: &str, age: u64| {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            let modified = SystemTime::now() - Duration::from_secs(age);
            File::open(&path).unwrap().set_modified(modified).unwrap();
            path
        };
        let old = make("upstream.partial-old", 7200);
        let fresh = make("upstream.partial-fresh", 0);
        let other = make("upstream", 7200);
        remove_leftovers(folder.path());
        assert!(!old.exists() && fresh.exists() && other.exists());
    }
}

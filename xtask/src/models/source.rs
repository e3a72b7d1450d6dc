//! A tree of Amazon's files from wherever it is: a folder, an archive, or a commit that is fetched.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::archive::{self, Stamp};
use super::pin::Pin;
use super::{download, fetch};
use codegen::diff::Side;
use codegen::files;

/// How commits are fetched.
#[derive(Debug, Clone, clap::Args)]
pub struct Network {
    /// Where the repository's archives are served: GitHub or a mirror of it
    #[arg(long, value_name = "URL", default_value = "https://github.com")]
    base_url: String,
    /// Give up when nothing arrives for this many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

/// Files below a folder, of a commit that may be known.
#[derive(Debug)]
pub struct Tree {
    /// The folder that holds `models/` and `schemas/`.
    pub root: PathBuf,
    /// What it is called in a digest: a short commit, or a path.
    pub name: String,
    /// The commit, as 40 hexadecimal digits.
    pub commit: Option<String>,
    /// The day of the commit, as `YYYY-MM-DD`.
    pub date: Option<String>,
    /// The folder of an unpacked archive. It is removed when the tree is dropped.
    #[allow(dead_code, reason = "held until the tree is dropped")]
    unpacked: Option<TempDir>,
}

impl Tree {
    /// The tree of a path or a commit. If the fetched models are of that commit, it is their tree; else it is fetched.
    pub fn of(place: &str, folder: &Path, network: &Network) -> Result<Self> {
        let path = Path::new(place);
        if path.exists() {
            return Self::of_path(path, None);
        }
        let is_commit = (7..=40).contains(&place.len()) && place.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_commit {
            bail!("{place} is neither an existing folder or archive nor a commit");
        }
        if let Ok(pin) = Pin::read(folder)
            && pin.commit.starts_with(place)
            && fetch::is_complete(&pin, &folder.join("upstream"))
        {
            return Ok(Self::pinned(folder, &pin));
        }
        if place.len() != 40 {
            bail!("{place} is not the pinned commit: give all 40 digits of another one");
        }
        let repository = Pin::read(folder).map(|pin| pin.repository);
        let repository = repository.as_deref().unwrap_or(super::pin::REPOSITORY);
        Self::of_commit(place, repository, network, None, "its path instead of the commit")
    }

    /// The fetched models.
    pub fn pinned(folder: &Path, pin: &Pin) -> Self {
        Self {
            root: folder.join("upstream"),
            name: pin.short_commit().to_owned(),
            commit: Some(pin.commit.clone()),
            date: Some(pin.date.clone()),
            unpacked: None,
        }
    }

    /// The tree of a folder or of an archive, which is unpacked. With `near`, the files come to a folder in it.
    pub fn of_path(path: &Path, near: Option<&Path>) -> Result<Self> {
        if path.is_dir() && near.is_none() {
            let Some(root) = files::tree_root(path) else {
                bail!("there is no `models` folder in {}; give an unpacked archive of the repository", path.display());
            };
            let name = path.display().to_string();
            return Ok(Self { root, name, commit: None, date: None, unpacked: None });
        }
        let unpacked = temporary(near)?;
        let stamp = archive::visit_path(path, &mut |name, content| write(&unpacked.path().join(FILES), name, content))?;
        let mut tree = Self::unpacked(unpacked, stamp, path.display().to_string())?;
        if let Some(commit) = &tree.commit {
            tree.name = commit.chars().take(7).collect();
        }
        Ok(tree)
    }

    /// The tree of a commit of a repository on the network; `HEAD` is the newest one.
    /// `instead` says in an error how to give a file instead.
    pub fn of_commit(
        commit: &str,
        repository: &str,
        network: &Network,
        near: Option<&Path>,
        instead: &str,
    ) -> Result<Self> {
        let url = download::url(&network.base_url, repository, commit);
        let bar = fetch::progress();
        let unpacked = temporary(near)?;
        let mut count = 0;
        let mut take = |name: &str, content: &mut dyn io::Read| {
            count += 1;
            bar.set_message(format!("{count} files"));
            write(&unpacked.path().join(FILES), name, content)
        };
        let stamp = download::open(&url, Duration::from_secs(network.timeout), &bar)
            .and_then(|body| archive::visit_archive(body, &mut take))
            .with_context(|| {
                format!("{url} was not fetched; run the command again, or download that archive in another way and give {instead}")
            })?;
        let mut tree = Self::unpacked(unpacked, stamp, commit.to_owned())?;
        match &tree.commit {
            Some(found) if commit != "HEAD" && found != commit => {
                bail!("{url} holds commit {found}, not the requested one")
            }
            None if commit != "HEAD" => tree.commit = Some(commit.to_owned()),
            _ => {}
        }
        tree.name = tree.commit.as_deref().unwrap_or(commit).chars().take(7).collect();
        Ok(tree)
    }

    fn unpacked(unpacked: TempDir, stamp: Stamp, name: String) -> Result<Self> {
        let root = unpacked.path().join(FILES);
        if !root.join("models").is_dir() {
            bail!("there is no model in {name}: it is not an archive of the repository, or it is incomplete");
        }
        let date = stamp.time.filter(|_| stamp.commit.is_some()).and_then(day);
        Ok(Self { root, name, commit: stamp.commit, date, unpacked: Some(unpacked) })
    }

    /// Generates the tree in memory with what `folder` knows, to be compared.
    pub fn side(&self, folder: &Path) -> Result<Side> {
        Side::of(&self.root, &self.name, &self.title(), folder)
    }

    /// The name with the day, for people.
    pub fn title(&self) -> String {
        match &self.date {
            Some(date) => format!("{} ({date})", self.name),
            None => self.name.clone(),
        }
    }
}

/// The files are one folder deeper: they may be moved, and the temporary folder must stay.
const FILES: &str = "files";

fn temporary(near: Option<&Path>) -> Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("upstream.partial-");
    match near {
        Some(folder) => {
            builder.tempdir_in(folder).with_context(|| format!("cannot create a folder in {}", folder.display()))
        }
        None => builder.tempdir().context("cannot create a temporary folder"),
    }
}

fn write(folder: &Path, name: &str, content: &mut dyn io::Read) -> Result<()> {
    let path = folder.join(name);
    let writing = || format!("cannot write {}", path.display());
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(writing)?;
    }
    let mut file = File::create_new(&path).with_context(|| format!("{name} occurs twice in the archive"))?;
    io::copy(content, &mut file).with_context(|| format!("cannot store {name}"))?;
    Ok(())
}

/// The day of a time in seconds since 1970, in UTC.
fn day(time: u64) -> Option<String> {
    let time = jiff::Timestamp::from_second(time.try_into().ok()?).ok()?;
    Some(time.strftime("%Y-%m-%d").to_string())
}

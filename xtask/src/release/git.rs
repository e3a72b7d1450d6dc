//! What git knows of a crate: the versions that were tagged, what changed since, whether the tree is as committed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, bail};
use semver::Version;

/// The repository of a checkout, asked by the program `git`.
pub struct Git {
    root: PathBuf,
}

/// What changed in a folder since a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changes {
    pub files: usize,
    pub commits: usize,
}

impl Git {
    /// # Errors
    /// When there is no repository, or one whose history and tags are not all here: a version that was released would
    /// look like a new one.
    pub fn open(root: &Path) -> Result<Self> {
        let git = Self::at(root);
        if git.ask(&["rev-parse", "--is-shallow-repository"])? == "true" {
            bail!("this clone is shallow and does not know every tag: run `git fetch --unshallow --tags` first");
        }
        Ok(git)
    }

    /// The repository of a folder, or of none: what is asked of that fails.
    pub fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Files that are not as they were committed, ignored ones aside.
    pub fn uncommitted(&self) -> Result<Vec<String>> {
        let lines = self.ask(&["-c", "core.quotePath=false", "status", "--porcelain"])?;
        // Two letters say what is the matter, then the name; the first line has lost a leading space.
        Ok(lines
            .lines()
            .filter_map(|line| Some(line.trim().split_once(' ')?.1.trim().trim_matches('"').to_owned()))
            .collect())
    }

    /// The tagged versions of each of these crates, lowest first.
    pub fn tagged<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<BTreeMap<String, Vec<Version>>> {
        let tags = self.ask(&["for-each-ref", "--format=%(refname:strip=2)", "refs/tags"])?;
        let of = |name: &str| {
            let prefix = tag_prefix(name);
            let version = |tag: &str| Version::parse(tag.strip_prefix(&prefix)?).ok();
            let mut versions: Vec<_> = tags.lines().filter_map(version).collect();
            versions.sort();
            (name.to_owned(), versions)
        };
        Ok(names.map(of).collect())
    }

    /// What changed in a folder between a tag and the commit that is checked out.
    pub fn changes(&self, tag: &str, folder: &str) -> Result<Changes> {
        let files = self.ask(&["diff", "--name-only", &format!("refs/tags/{tag}"), "HEAD", "--", folder])?;
        let commits = self.ask(&["rev-list", "--count", &format!("refs/tags/{tag}..HEAD"), "--", folder])?;
        let commits = commits.parse().with_context(|| format!("git counts the commits since {tag} as {commits}"))?;
        Ok(Changes { files: files.lines().count(), commits })
    }

    /// A file as it was at a tag; nothing where it was not there.
    pub fn file_at(&self, tag: &str, path: &str) -> Option<String> {
        self.ask(&["show", &format!("refs/tags/{tag}:{path}")]).ok()
    }

    /// The commit that is checked out.
    pub fn head(&self) -> Result<String> {
        self.ask(&["rev-parse", "HEAD"])
    }

    /// Tags a commit.
    pub fn tag(&self, tag: &str, commit: &str) -> Result<()> {
        // A light tag: it needs no identity and no key, so that nothing is in its way once a crate is published.
        self.ask(&["tag", "--no-sign", tag, commit]).map(drop)
    }

    /// The commit from which a crate was about to be published when a run was cut off.
    pub fn pending(&self, tag: &str) -> Option<String> {
        self.ask(&["rev-parse", "--verify", "--quiet", &pending_ref(tag)]).ok()
    }

    /// Notes the commit from which a crate is about to be published, or forgets it.
    pub fn set_pending(&self, tag: &str, commit: Option<&str>) -> Result<()> {
        let reference = pending_ref(tag);
        match commit {
            Some(commit) => self.ask(&["update-ref", &reference, commit]),
            None => self.ask(&["update-ref", "-d", &reference]),
        }
        .map(drop)
    }

    fn ask(&self, args: &[&str]) -> Result<String> {
        let output = Command::new("git").arg("-C").arg(&self.root).args(args).output();
        let Output { status, stdout, stderr } = output.context("the program git does not start")?;
        if !status.success() {
            bail!("`git {}` failed: {}", args.join(" "), String::from_utf8_lossy(&stderr).trim());
        }
        Ok(String::from_utf8_lossy(&stdout).trim().to_owned())
    }
}

/// What the tag of a version is called.
pub fn tag_of(name: &str, version: &Version) -> String {
    format!("{}{version}", tag_prefix(name))
}

fn tag_prefix(name: &str) -> String {
    format!("{name}-v")
}

fn pending_ref(tag: &str) -> String {
    format!("refs/publishing/{tag}")
}

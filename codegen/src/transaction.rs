//! Writes and removes files together or not at all: replaced files are kept until everything is done, and restored if
//! anything fails.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Changes below a root that are undone when this is dropped without [`Transaction::commit`].
#[derive(Debug)]
pub struct Transaction {
    root: PathBuf,
    /// Holds replaced files, by number. It is on the same file system as the root, so that all moves are renames.
    kept: Option<TempDir>,
    done: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    MadeFolder(PathBuf),
    /// A new file was created.
    Put(PathBuf),
    /// The replaced file is kept under this name.
    Took {
        path: PathBuf,
        kept: PathBuf,
    },
}

const PREFIX: &str = ".xtask-kept-";

impl Transaction {
    /// Starts without changes.
    ///
    /// # Errors
    /// When the root cannot be written to, or an interrupted run left the files that it had replaced.
    pub fn begin(root: &Path) -> Result<Self> {
        refuse_what_is_half_written(root)?;
        let kept = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(root)
            .with_context(|| format!("{} cannot be written to", root.display()))?;
        Ok(Self { root: root.to_owned(), kept: Some(kept), done: Vec::new() })
    }

    /// Writes a file, and replaces an existing one.
    pub fn write(&mut self, path: &Path, text: &str) -> Result<()> {
        let target = self.root.join(path);
        let folder = target.parent().unwrap_or(&self.root).to_owned();
        self.make_folders(&folder)?;
        let writing = || format!("{} cannot be written", target.display());
        // Written to a new file and then renamed, so that nobody reads half a file.
        let mut file = tempfile::NamedTempFile::new_in(&folder).with_context(writing)?;
        std::io::Write::write_all(&mut file, text.as_bytes()).with_context(writing)?;
        make_readable(file.as_file())?;
        self.take(&target)?;
        file.persist(&target).with_context(writing)?;
        self.done.push(Step::Put(target));
        Ok(())
    }

    /// Moves a file or folder to a place below the root. The source is not kept.
    pub fn put(&mut self, from: &Path, path: &Path) -> Result<()> {
        let target = self.root.join(path);
        self.take(&target)?;
        fs::rename(from, &target).with_context(|| format!("{} cannot be replaced", target.display()))?;
        self.done.push(Step::Put(target));
        Ok(())
    }

    /// Removes a file, and the folders above it that become empty.
    pub fn remove(&mut self, path: &Path) -> Result<()> {
        let target = self.root.join(path);
        self.take(&target)?;
        for folder in path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
            // A folder that still contains something is kept, and so are all folders above it.
            if fs::remove_dir(self.root.join(folder)).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// Keeps the changes.
    pub fn commit(mut self) {
        self.done.clear();
    }

    fn take(&mut self, target: &Path) -> Result<()> {
        let Some(folder) = &self.kept else { return Ok(()) };
        if target.symlink_metadata().is_err() {
            return Ok(());
        }
        let kept = folder.path().join(self.done.len().to_string());
        fs::rename(target, &kept).with_context(|| format!("{} cannot be moved aside", target.display()))?;
        self.done.push(Step::Took { path: target.to_owned(), kept });
        Ok(())
    }

    fn make_folders(&mut self, folder: &Path) -> Result<()> {
        let missing: Vec<_> = folder.ancestors().take_while(|folder| folder.symlink_metadata().is_err()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
            self.done.push(Step::MadeFolder(folder.to_owned()));
        }
        Ok(())
    }

    fn undo(step: &Step) -> std::io::Result<()> {
        match step {
            Step::MadeFolder(path) => fs::remove_dir(path),
            Step::Put(path) if path.is_dir() => fs::remove_dir_all(path),
            Step::Put(path) => fs::remove_file(path),
            Step::Took { path, kept } => {
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                fs::rename(kept, path)
            }
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let failed: Vec<_> =
            self.done.iter().rev().filter_map(|step| Self::undo(step).err().map(|error| (step, error))).collect();
        if let (false, Some(kept)) = (failed.is_empty(), self.kept.take()) {
            // Dropping the folder would remove the only copy.
            let kept = kept.keep();
            for (step, error) in failed {
                eprintln!("error: cannot undo {step:?}: {error}");
            }
            eprintln!("error: the replaced file is in {}", kept.display());
        }
    }
}

/// Whether a killed run has left replaced files, and so a tree that is neither old nor new.
///
/// # Errors
/// When it has, with the way to restore the tree.
pub fn refuse_what_is_half_written(root: &Path) -> Result<()> {
    let entries = root.read_dir().into_iter().flatten().flatten();
    let left = entries
        .map(|entry| entry.path())
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX)));
    match left {
        Some(left) => bail!(
            "an earlier run was interrupted while it wrote; the files that it replaced are in {}. Restore the tree: `git restore \
             .`, remove that folder and what `git status` shows as new (`.tmp` files, new crates, a new \
             models/versions.toml), then `cargo xtask models fetch`",
            left.display()
        ),
        None => Ok(()),
    }
}

/// Only its owner can read a temporary file, but everybody can read committed files.
fn make_readable(file: &fs::File) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Every file and folder below a root; a file with its text.
    fn tree(root: &Path) -> BTreeMap<PathBuf, Option<String>> {
        fn collect(folder: &Path, into: &mut BTreeMap<PathBuf, Option<String>>) {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                into.insert(path.clone(), fs::read_to_string(&path).ok());
                if path.is_dir() {
                    collect(&path, into);
                }
            }
        }
        let mut found = BTreeMap::new();
        collect(root, &mut found);
        found
    }

    fn sample() -> TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/deep")).unwrap();
        fs::create_dir_all(root.path().join("folder/inside")).unwrap();
        for name in ["a/x", "a/deep/only", "folder/inside/old", "blocked"] {
            fs::write(root.path().join(name), name).unwrap();
        }
        root
    }

    fn change(root: &Path) -> Result<Transaction> {
        let fresh = root.join("fresh");
        fs::create_dir(&fresh)?;
        fs::write(fresh.join("new"), "new")?;
        let mut transaction = Transaction::begin(root)?;
        transaction.write(Path::new("a/x"), "changed")?;
        transaction.write(Path::new("a/x"), "changed twice")?;
        transaction.write(Path::new("b/c/d"), "made")?;
        transaction.remove(Path::new("a/deep/only"))?;
        transaction.put(&fresh, Path::new("folder"))?;
        Ok(transaction)
    }

    #[test]
    fn a_commit_keeps_the_new_files_and_removes_the_kept_ones() {
        let root = sample();
        change(root.path()).unwrap().commit();
        let path = |name: &str| root.path().join(name);
        let text = |name: &str| Some(name.to_owned());
        let expected: BTreeMap<_, _> = [
            (path("a"), None),
            (path("a/x"), text("changed twice")),
            (path("b"), None),
            (path("b/c"), None),
            (path("b/c/d"), text("made")),
            (path("folder"), None),
            (path("folder/new"), text("new")),
            (path("blocked"), text("blocked")),
        ]
        .into();
        assert_eq!(tree(root.path()), expected);
    }

    #[test]
    fn a_run_does_not_overwrite_what_an_interrupted_one_kept() {
        let root = sample();
        // A killed run undoes nothing and removes nothing.
        std::mem::forget(change(root.path()).unwrap());
        let error = Transaction::begin(root.path()).unwrap_err().to_string();
        assert!(error.contains(PREFIX) && error.contains("git restore"), "{error}");
    }

    #[test]
    fn a_failed_run_is_undone() {
        let root = sample();
        let before = tree(root.path());
        drop(change(root.path()).unwrap());
        assert_eq!(tree(root.path()), before);

        let mut transaction = change(root.path()).unwrap();
        // A file is at the path of a folder.
        assert!(transaction.write(Path::new("blocked/y"), "").is_err());
        drop(transaction);
        assert_eq!(tree(root.path()), before);
    }
}

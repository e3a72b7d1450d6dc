//! Holds the generated files until all are made, then compares them with the files on disk, or writes them.

pub use super::emit::MARK;
use super::transaction::Transaction;
use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Generated files by their path below the root, and the folders that hold only generated files.
#[derive(Debug, Default)]
pub struct Output {
    files: BTreeMap<PathBuf, String>,
    owned: Vec<PathBuf>,
}

/// The result of a check.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Differences {
    pub changed: Vec<PathBuf>,
    pub missing: Vec<PathBuf>,
    pub superfluous: Vec<PathBuf>,
}

impl Differences {
    /// A line for each file that changed, is missing or should not be there.
    pub fn lines(&self, words: [&str; 3]) -> String {
        let kinds = words.into_iter().zip([&self.changed, &self.missing, &self.superfluous]);
        kinds.flat_map(|(word, paths)| paths.iter().map(move |path| format!("{word}: {}\n", path.display()))).collect()
    }

    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.missing.is_empty() && self.superfluous.is_empty()
    }
}

impl Output {
    /// Adds a file.
    pub fn file(&mut self, path: impl Into<PathBuf>, text: String) {
        self.files.insert(path.into(), text);
    }

    /// Marks a folder as holding only generated files.
    pub fn owns(&mut self, folder: impl Into<PathBuf>) {
        self.owned.push(folder.into());
    }

    /// The number of files.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// The number of lines of all files.
    pub fn lines(&self) -> usize {
        self.files.values().map(|text| text.lines().count()).sum()
    }

    /// Compares with the files below `root`.
    pub fn compare(&self, root: &Path) -> Result<Differences> {
        let mut found = Differences::default();
        for (path, text) in &self.files {
            match std::fs::read(root.join(path)) {
                Ok(bytes) if bytes == text.as_bytes() => {}
                Ok(_) => found.changed.push(path.clone()),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => found.missing.push(path.clone()),
                Err(error) => return Err(error).with_context(|| format!("{} cannot be opened", path.display())),
            }
        }
        found.superfluous = self.superfluous(root)?;
        Ok(found)
    }

    /// The files below a folder, by their path in it.
    pub fn below(&self, folder: &Path) -> BTreeMap<String, String> {
        let inside = |(path, text): (&PathBuf, &String)| {
            Some((path.strip_prefix(folder).ok()?.to_string_lossy().into_owned(), text.clone()))
        };
        self.files.iter().filter_map(inside).collect()
    }

    /// Writes files that differ and removes files that are no longer generated. Returns what it changed.
    ///
    /// # Errors
    /// As [`Output::begin`].
    pub fn write(&self, root: &Path) -> Result<Differences> {
        let (found, written) = self.begin(root)?;
        written.commit();
        Ok(found)
    }

    /// Writes files that differ, removes files that are no longer generated, and keeps the old files until the
    /// transaction is committed. Returns what it changed.
    ///
    /// # Errors
    /// Before anything is written, when a file to be written is not valid Rust or a file to be removed was not
    /// generated. When writing fails, the old files are restored.
    pub fn begin(&self, root: &Path) -> Result<(Differences, Transaction)> {
        let found = self.compare(root)?;
        let by_hand: Vec<_> = found.superfluous.iter().filter(|path| !is_generated(root, path)).collect();
        if let Some(first) = by_hand.first() {
            bail!(
                "{} was not generated, but is in a folder for generated files only ({} such): move it to a crate of its own, or \
                 remove it; nothing was written",
                first.display(),
                by_hand.len()
            );
        }
        let written: Vec<_> = found.changed.iter().chain(&found.missing).collect();
        written.par_iter().try_for_each(|path| check_syntax(path, &self.files[*path]))?;
        let mut transaction = Transaction::begin(root)?;
        for path in written {
            transaction.write(path, &self.files[path])?;
        }
        for path in &found.superfluous {
            transaction.remove(path)?;
        }
        Ok((found, transaction))
    }

    /// Whether a file is the changelog of a generated crate.
    fn keeps(&self, path: &Path) -> bool {
        path.ends_with(CHANGELOG) && self.files.contains_key(&path.with_file_name("Cargo.toml"))
    }

    fn superfluous(&self, root: &Path) -> Result<Vec<PathBuf>> {
        let mut found = BTreeSet::new();
        for owned in &self.owned {
            collect(root, owned, &mut |path| {
                if !self.files.contains_key(path) && !self.keeps(path) {
                    found.insert(path.to_owned());
                }
            })?;
        }
        Ok(found.into_iter().collect())
    }
}

/// The file that people and `models update` write next to a crate's generated files.
const CHANGELOG: &str = "CHANGELOG.md";

/// Whether a file may be removed: its first line says that it is generated, it is in a folder called `generated`, or it
/// is the changelog of a removed crate.
fn is_generated(root: &Path, path: &Path) -> bool {
    let says_so = || {
        std::fs::read(root.join(path)).is_ok_and(|bytes| {
            let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
            String::from_utf8_lossy(first).contains(MARK)
        })
    };
    path.components().any(|part| part.as_os_str() == "generated") || path.ends_with(CHANGELOG) || says_so()
}

/// Fails if a Rust file does not parse.
fn check_syntax(path: &Path, text: &str) -> Result<()> {
    if path.extension().is_none_or(|extension| extension != "rs") {
        return Ok(());
    }
    syn::parse_file(text)
        .map(drop)
        .map_err(|error| {
            let line = error.span().start().line;
            let shown = text.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim().to_owned();
            anyhow::anyhow!("{error}, at line {line}: {shown}")
        })
        .with_context(|| format!("{} would not be valid Rust", path.display()))
}

fn collect(root: &Path, folder: &Path, visit: &mut impl FnMut(&Path)) -> Result<()> {
    let entries = match std::fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be opened", folder.display())),
    };
    for entry in entries {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => collect(root, &path, visit)?,
            false => visit(&path),
        }
    }
    Ok(())
}

/// Puts `text` between the lines `begin` and `end` of a file.
pub fn between_markers(path: &str, file: &str, begin: &str, end: &str, text: &str) -> Result<String> {
    let from = file.find(&format!("{begin}\n")).map(|at| at + begin.len() + 1);
    match (from, file.find(end)) {
        (Some(from), Some(to)) if from <= to => Ok(format!("{}{text}{}", &file[..from], &file[to..])),
        _ => bail!("{path} has no lines `{begin}` and, below, `{end}`: put them where the generated lines belong"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(files: &[(&str, &str)]) -> Output {
        let mut output = Output::default();
        files.iter().for_each(|(path, text)| output.file(*path, format!("// {MARK}\n{text}")));
        output.owns("a");
        output
    }

    #[test]
    fn a_check_names_what_differs_is_missing_or_should_not_be_there() {
        let root = tempfile::tempdir().unwrap();
        output(&[("a/x.md", "1"), ("a/y.md", "2")]).write(root.path()).unwrap();
        let next = output(&[("a/x.md", "changed"), ("a/deep/z.md", "3")]);
        let found = next.compare(root.path()).unwrap();
        assert_eq!(found.changed, [PathBuf::from("a/x.md")]);
        assert_eq!(found.missing, [PathBuf::from("a/deep/z.md")]);
        assert_eq!(found.superfluous, [PathBuf::from("a/y.md")]);
        assert_eq!(
            std::fs::read_to_string(root.path().join("a/x.md")).unwrap(),
            format!("// {MARK}\n1"),
            "a check writes nothing"
        );
        assert_eq!(next.write(root.path()).unwrap(), found);
        assert!(next.compare(root.path()).unwrap().is_empty());
        assert!(!root.path().join("a/y.md").exists());
    }

    #[test]
    fn a_folder_that_is_no_longer_generated_is_removed() {
        let root = tempfile::tempdir().unwrap();
        output(&[("a/deep/x.md", "1")]).write(root.path()).unwrap();
        output(&[("b.md", "1")]).write(root.path()).unwrap();
        assert!(!root.path().join("a").exists());
    }

    #[test]
    fn the_changelog_of_a_crate_stays_as_long_as_the_crate() {
        let root = tempfile::tempdir().unwrap();
        let made = output(&[("a/x/Cargo.toml", "")]);
        made.write(root.path()).unwrap();
        std::fs::write(root.path().join("a/x/CHANGELOG.md"), "by hand").unwrap();
        assert!(made.compare(root.path()).unwrap().is_empty());
        output(&[("b.md", "1")]).write(root.path()).unwrap();
        assert!(!root.path().join("a").exists());
    }

    #[test]
    fn a_file_written_by_hand_is_named_and_never_removed() {
        let root = tempfile::tempdir().unwrap();
        output(&[("a/x.md", "1")]).write(root.path()).unwrap();
        std::fs::write(root.path().join("a/mine.md"), "by hand").unwrap();
        let error = output(&[("a/x.md", "2")]).write(root.path()).unwrap_err().to_string();
        assert!(error.contains("a/mine.md was not generated"), "{error}");
        assert!(root.path().join("a/mine.md").exists());
        assert!(std::fs::read_to_string(root.path().join("a/x.md")).unwrap().ends_with('1'), "nothing was written");
    }

    #[test]
    fn a_file_that_is_not_rust_is_named() {
        let root = tempfile::tempdir().unwrap();
        let error =
            output(&[("a/w.rs", "struct A;"), ("a/x.rs", "struct A { }\nstruct")]).write(root.path()).unwrap_err();
        assert!(format!("{error:#}").contains("a/x.rs"), "{error:#}");
        assert!(!root.path().join("a").exists(), "if one file is bad, nothing is written");
    }

    #[test]
    fn markers_keep_what_is_around_them() {
        let put = |file| between_markers("f", file, "# a", "# b", "new\n");
        assert_eq!(put("top\n# a\nold\n# b\nend\n").unwrap(), "top\n# a\nnew\n# b\nend\n");
        assert!(put("top").is_err());
        assert!(put("# b\n# a\n").is_err());
    }
}

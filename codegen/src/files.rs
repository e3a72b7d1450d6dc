//! Finds files in folders, in an order that does not depend on the file system.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

/// The names of all files below `folder`, relative to it and with `/` between the parts, sorted.
///
/// A linked file counts as a file; a linked folder is not entered, so that a loop of links is harmless.
pub fn files_below(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    collect(folder, "", &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<String>) -> Result<()> {
    let reading = || format!("cannot read the folder {}", folder.display());
    for entry in fs::read_dir(folder).with_context(reading)? {
        let entry = entry.with_context(reading)?;
        let path = entry.path();
        let Some(name) = entry.file_name().to_str().map(|name| format!("{prefix}{name}")) else {
            bail!("the name of {} is not UTF-8: rename or remove it", path.display());
        };
        let kind = entry.file_type().with_context(reading)?;
        if kind.is_dir() {
            collect(&path, &format!("{name}/"), found)?;
        } else if kind.is_file() || path.is_file() {
            found.push(name);
        }
    }
    Ok(())
}

/// The largest size in bytes of a model, a schema or a patch. Amazon's largest is below 1 MiB.
pub const LARGEST_FILE: u64 = 16 * 1024 * 1024;

/// The bytes of a file of at most [`LARGEST_FILE`] bytes.
///
/// # Errors
/// When it cannot be read, or is larger.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let reading = || format!("cannot read {}", path.display());
    let file = fs::File::open(path).with_context(reading)?;
    let mut bytes = Vec::new();
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).with_context(reading)?;
    let length = bytes.len() as u64;
    ensure!(length <= LARGEST_FILE, "{} has more than {LARGEST_FILE} bytes (LARGEST_FILE)", path.display());
    Ok(bytes)
}

/// Whether a file of Amazon's repository is pinned: a model, a schema, the licence or the notice.
pub fn is_pinned(path: &str) -> bool {
    path == "LICENSE"
        || path == "NOTICE"
        || path.starts_with("schemas/")
        || (path.starts_with("models/") && path.ends_with(".json"))
}

/// The folder that holds `models/`: `folder` itself, or its only sub-folder that does, as in an unpacked archive.
pub fn tree_root(folder: &Path) -> Option<PathBuf> {
    let holds_models = |candidate: &Path| candidate.join("models").is_dir();
    if holds_models(folder) {
        return Some(folder.to_owned());
    }
    let mut roots = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).filter(|path| holds_models(path));
    match (roots.next(), roots.next()) {
        (Some(root), None) => Some(root),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_a_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        fs::write(&path, "{}").unwrap();
        assert_eq!(read(&path).unwrap(), b"{}");
        fs::File::create(&path).unwrap().set_len(LARGEST_FILE + 1).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("a.json has more than 16777216 bytes"), "{error}");
    }

    #[test]
    fn files_are_sorted_and_the_root_is_found() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["top/models/b/two.json", "top/models/a/one.json", "top/LICENSE"] {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let top = folder.path().join("top");
        assert_eq!(files_below(&top).unwrap(), ["LICENSE", "models/a/one.json", "models/b/two.json"]);
        assert_eq!(tree_root(&top).unwrap(), top);
        assert_eq!(tree_root(folder.path()).unwrap(), top);
        assert_eq!(tree_root(&top.join("models")), None);

        fs::create_dir_all(folder.path().join("second/models")).unwrap();
        assert_eq!(tree_root(folder.path()), None, "with two candidates the root is unknown");
    }
}

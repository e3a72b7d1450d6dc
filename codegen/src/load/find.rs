//! Finds the model files of a folder.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::problem::{FileProblem, Place, Problem};
use crate::files;

/// A JSON file at the place of a model.
pub struct Found {
    /// The folder that holds it, such as `orders-api-model`.
    pub folder: String,
    /// Its name, such as `ordersV0.json`.
    pub file: String,
    /// The path of the file.
    pub path: PathBuf,
}

/// The JSON files below `dir`, sorted by folder and name, and the misplaced ones.
///
/// `dir` is what `models fetch` unpacks, an unpacked archive, or the folder whose sub-folders hold the files. Hidden
/// files, and files that are not JSON, are not models.
pub fn find(dir: &Path) -> Result<(Vec<Found>, Vec<FileProblem>)> {
    if !dir.is_dir() {
        bail!("there is no folder {}; `cargo xtask models fetch` fetches the models", dir.display());
    }
    let models = files::tree_root(dir).map_or_else(|| dir.to_owned(), |root| root.join("models"));
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for name in files::files_below(&models)? {
        if !name.ends_with(".json") || name.split('/').any(|part| part.starts_with('.')) {
            continue;
        }
        match name.split('/').collect::<Vec<_>>()[..] {
            [_, _] if !is_plain(&name) => {
                let message = "folders and files of models are named with letters, digits, `-`, `_` and `.`, at most 200 of \
                               them; rename this one or remove it";
                problems.push(Problem::error(Place::File, message).in_file(name));
            }
            [folder, file] => {
                found.push(Found { folder: folder.to_owned(), file: file.to_owned(), path: models.join(&name) });
            }
            _ => {
                let message =
                    "a model belongs in a folder of its section, one level deep; move this file there or remove it";
                problems.push(Problem::error(Place::File, message).in_file(name));
            }
        }
    }
    found.sort_by(|a, b| (&a.folder, &a.file).cmp(&(&b.folder, &b.file)));
    Ok((found, problems))
}

/// Whether the names of a folder and a file can become the names of a crate and a module, and can appear in any text.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    name.len() <= 200 && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_found_from_every_folder_that_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let files = [
            "b-model/x.json",
            "a-model/z.json",
            "a-model/notes.md",
            "a-model/._z.json",
            "stray.json",
            "a-model/v1/y.json",
        ];
        for name in files {
            let path = root.join("top/models").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "{}").unwrap();
        }
        for dir in [root.to_owned(), root.join("top"), root.join("top/models")] {
            let (found, problems) = find(&dir).unwrap();
            let names: Vec<_> = found.iter().map(|found| format!("{}/{}", found.folder, found.file)).collect();
            assert_eq!(names, ["a-model/z.json", "b-model/x.json"]);
            let misplaced: Vec<_> = problems.iter().map(|problem| problem.file.as_str()).collect();
            assert_eq!(misplaced, ["a-model/v1/y.json", "stray.json"]);
        }
    }

    #[test]
    fn a_missing_folder_is_an_error_that_names_it() {
        let error = find(Path::new("/no/such/folder")).err().unwrap().to_string();
        assert!(error.contains("/no/such/folder") && error.contains("models fetch"), "{error}");
    }
}

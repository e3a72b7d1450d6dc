//! Loads Amazon's models: finds the files, reads them, applies our patches, and validates and repairs their content.
//!
//! The generator may rely on what is returned. Problems of all files are reported at once.

mod checks;
mod find;
mod parse;
mod patch;
mod problem;
mod walk;

use std::path::Path;

use anyhow::{Result, bail};

use serde_json::Value;

use crate::files;
use checks::Kind;
pub use checks::LONGEST_CHAIN;
use problem::Severity;
pub use problem::{FileProblem, Place, child};

/// A model that has passed all checks.
#[derive(Debug)]
pub struct ModelFile {
    /// The folder that holds it, such as `orders-api-model`.
    pub folder: String,
    /// Its name, such as `ordersV0.json`.
    pub file: String,
    /// The Swagger 2.0 document, with its members in the order of the file.
    pub document: Value,
}

/// All models of a folder.
#[derive(Debug)]
pub struct Models {
    /// The models, sorted by folder and file; at least one.
    pub files: Vec<ModelFile>,
    /// Problems that were repaired or are harmless, in the order of the files.
    pub warnings: Vec<FileProblem>,
}

/// Loads the models of a folder and applies the patches of another folder.
///
/// `title` is the folder's name in errors, because the folder may be temporary. `dir` is what `models fetch` unpacks,
/// an unpacked archive, or the folder whose sub-folders hold the models. If the folder of patches does not exist, there
/// are no patches.
///
/// # Errors
/// When there is no model, or a file has a problem whose meaning is not certain: the error lists all such problems of
/// all files, each with its file and place. A document that a patch repairs must at least be JSON.
pub fn load_models(dir: &Path, title: &str, patches: Option<&Path>) -> Result<Models> {
    let (mut files, mut problems) = read_models(dir)?;
    if let Some(patches) = patches {
        problems.extend(patch::apply_all(patches, &mut files)?);
    }
    for model in &mut files {
        let name = format!("{}/{}", model.folder, model.file);
        let found = checks::check(&mut model.document);
        problems.extend(found.into_iter().map(|problem| problem.in_file(name.as_str())));
    }
    problems.sort_by(|a, b| a.file.cmp(&b.file));
    let (errors, warnings): (Vec<_>, Vec<_>) =
        problems.into_iter().partition(|problem| problem.problem.severity == Severity::Error);
    if !errors.is_empty() {
        bail!(summary(&errors, title));
    }
    if files.is_empty() {
        bail!("there is no model in {title}; `cargo xtask models fetch` fetches the models");
    }
    Ok(Models { files, warnings })
}

/// The unpatched models of a folder, and the problems of files that are not models.
fn read_models(dir: &Path) -> Result<(Vec<ModelFile>, Vec<FileProblem>)> {
    let (found, mut problems) = find::find(dir)?;
    let mut files = Vec::new();
    for found in found {
        let name = format!("{}/{}", found.folder, found.file);
        let bytes = files::read(&found.path)?;
        let (document, read) = parse::parse(&bytes);
        problems.extend(read.into_iter().map(|problem| problem.in_file(name.as_str())));
        let Some(document) = document else { continue };
        match checks::kind(&document) {
            Kind::Model => {
                files.push(ModelFile { folder: found.folder, file: found.file, document });
            }
            Kind::Other(problem) => problems.push(problem.in_file(name)),
        }
    }
    Ok((files, problems))
}

/// The patches that do not apply to the models of a folder, each with the reason.
pub fn patches_that_fail(dir: &Path, patches: &Path) -> Result<Vec<FileProblem>> {
    let mut problems = patch::apply_all(patches, &mut read_models(dir)?.0)?;
    problems.retain(|problem| problem.problem.severity == Severity::Error);
    Ok(problems)
}

fn summary(errors: &[FileProblem], title: &str) -> String {
    let lines: Vec<_> = errors.iter().map(|error| format!("  {error}")).collect();
    let number = if let [_] = errors { "one problem".to_owned() } else { format!("{} problems", errors.len()) };
    // A patch applies only to a model, and only to one that is valid JSON.
    let is_unread = |error: &&FileProblem| matches!(error.problem.place, Place::Line { .. });
    let is_patch = |error: &&FileProblem| error.file.starts_with("patches/");
    let mut advice = Vec::new();
    if errors.iter().any(|error| is_unread(&error) && !is_patch(&error)) {
        advice.push(
            "a file that is not JSON is incomplete or damaged: fetch the models again, or use a commit at which Amazon has repaired \
             it; a patch cannot repair it",
        );
    }
    if errors.iter().any(|error| is_patch(&error)) {
        advice.push("correct the patch, or remove it");
    }
    if errors.iter().any(|error| !is_unread(&error) && !is_patch(&error)) {
        advice.push(
            "repair a model with a patch under models/patches (see models/README.md), or use a commit at which it is valid",
        );
    }
    format!("{number} in the models of {title}:\n{}\n{}", lines.join("\n"), advice.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"{"swagger": "2.0", "info": {"version": "v1"}, "paths": {}}"#;

    fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        folder
    }

    #[test]
    fn models_are_sorted_and_have_their_warnings() {
        let dir = folder(&[
            ("models/b-model/b.json", SOUND.as_bytes()),
            ("models/a-model/z.json", format!("\u{feff}{SOUND}").as_bytes()),
            ("models/a-model/schema.json", br#"{"$schema": "x"}"#),
        ]);
        let models = load_models(dir.path(), "the folder", None).unwrap();
        let names: Vec<_> = models.files.iter().map(|model| (model.folder.as_str(), model.file.as_str())).collect();
        assert_eq!(names, [("a-model", "z.json"), ("b-model", "b.json")]);
        let warnings: Vec<_> = models.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(warnings[0].starts_with("a-model/schema.json: ") && warnings[0].ends_with("left out"));
        assert!(warnings[1].starts_with("a-model/z.json: starts with a byte order mark"));
    }

    #[test]
    fn one_error_lists_the_problems_of_all_files() {
        let dir = folder(&[
            ("a-model/broken.json", b"{\n"),
            ("a-model/latin.json", b"{\"a\": \"\x92\"}"),
            (
                "b-model/b.json",
                br##"{"swagger": "2.0", "info": {"version": "v1"}, "paths": [], "definitions": {
                "A": {"$ref": "#/definitions/B"}}} {}"##,
            ),
            ("b-model/sound.json", SOUND.as_bytes()),
            ("b-model/v3.json", br#"{"openapi": "3.0.0"}"#),
        ]);
        let error = load_models(dir.path(), "the folder", None).unwrap_err().to_string();
        let expected = [
            "6 problems in the models of the folder:\n",
            "\na file that is not JSON is incomplete or damaged: fetch the models again",
            "\nrepair a model with a patch under models/patches",
            "a-model/broken.json, line 2, column 1: is not valid JSON",
            "a-model/latin.json, line 1, column 8: the byte 0x92 at offset 7",
            "b-model/b.json, line 2, column 52: there is data after the end",
            "b-model/b.json at #/paths: must be an object",
            "b-model/b.json at #/definitions/A/$ref: the reference `#/definitions/B` leads nowhere",
            "b-model/v3.json: is OpenAPI \"3.0.0\"",
        ];
        for words in expected {
            assert!(error.contains(words), "{words} is not in {error}");
        }
        assert!(!error.contains("sound.json"), "{error}");
    }

    #[test]
    fn a_patch_can_repair_what_the_checks_refuse() {
        let model = br##"{"swagger": "2.0", "info": {"version": "v1"}, "paths": {},
            "definitions": {"A": {"$ref": "#/definitions/B"}}}"##;
        let dir = folder(&[("models/a-model/a.json", model)]);
        let error = load_models(dir.path(), "the folder", None).unwrap_err().to_string();
        assert!(error.starts_with("one problem in") && !error.contains("cut or damaged"), "{error}");
        let patch = br##"[{"op": "test", "path": "/definitions/A/$ref", "value": "#/definitions/B"},
            {"op": "replace", "path": "/definitions/A", "value": {"type": "string"}}]"##;
        let patches = folder(&[("a-model/a/0001-b-is-missing.json", patch)]);
        let models = load_models(dir.path(), "the folder", Some(patches.path())).unwrap();
        assert_eq!(models.files[0].document["definitions"]["A"]["type"], "string");
    }

    #[test]
    fn a_folder_without_models_is_an_error_that_says_how_to_get_them() {
        for dir in [folder(&[]), folder(&[("models/a-model/schema.json", b"{}")])] {
            let error = load_models(dir.path(), "the folder", None).unwrap_err().to_string();
            assert!(error.starts_with("there is no model in ") && error.contains("models fetch"), "{error}");
        }
    }

    #[test]
    fn a_model_cut_at_any_byte_is_an_error_and_no_panic() {
        let whole =
            r##"{"swagger": "2.0", "info": {"version": "ü"}, "paths": {"/a": {"get": {"responses": {"200": {}}}}}}"##;
        let dir = folder(&[("a-model/a.json", whole.as_bytes())]);
        assert!(load_models(dir.path(), "the folder", None).is_ok());
        for length in 0..whole.len() {
            std::fs::write(dir.path().join("a-model/a.json"), &whole.as_bytes()[..length]).unwrap();
            assert!(load_models(dir.path(), "the folder", None).is_err(), "cut at {length}");
        }
    }
}

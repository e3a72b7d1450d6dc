//! Compares the crates that are generated from tiny models with the expected ones.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use codegen::known::Known;
use codegen::output::Output;
use codegen::rows::Reports;
use codegen::words::Words;
use codegen::{load, own_workspace, row_files};

/// The files below a folder, by their place in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let names = codegen::files::files_below(folder).unwrap();
    let read = |name: String| (PathBuf::from(&name), std::fs::read_to_string(folder.join(name)).unwrap());
    names.into_iter().map(read).collect()
}

/// Compares files with the expected ones. With `UPDATE_GOLDEN=1` the expected files are written instead; review their
/// diff.
fn compare(made: &BTreeMap<PathBuf, String>, folder: &Path) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let _ = std::fs::remove_dir_all(folder);
        for (path, text) in made {
            let target = folder.join(path);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::write(target, text).unwrap();
        }
    }
    let expected = files(folder);
    assert_eq!(made.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (path, text) in made {
        assert_eq!(text, &expected[path], "{} differs; UPDATE_GOLDEN=1 writes it anew", path.display());
    }
}

#[test]
fn tiny_models_become_the_golden_crates() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = here.join("tests/golden");
    let models = load::load_models(&golden.join("models"), "the golden models", None).unwrap();
    let words = Words::read(&golden.join("docs")).unwrap();
    let known = Known { words, ..Known::read(&here.join("../models")).unwrap() };
    let out = tempfile::tempdir().unwrap();
    own_workspace(models.files, &known, None, &[]).unwrap().output.write(out.path()).unwrap();
    compare(&files(&out.path().join("crates/api")), &golden.join("expected"));
}

#[test]
fn tiny_reports_become_the_golden_rows() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let reports = Reports::read(&golden.join("rows")).unwrap();
    let mut output = Output::default();
    row_files(&mut output, &reports);
    let out = tempfile::tempdir().unwrap();
    output.write(out.path()).unwrap();
    compare(&files(&out.path().join("crates/rows/src/generated")), &golden.join("expected-rows"));
}

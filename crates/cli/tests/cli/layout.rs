//! The arrows between the files of the program.

use std::path::{Path, PathBuf};

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn no_command_uses_another() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = files(&source);
    assert!(files.len() > 20, "{files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let is_main = file == source.join("main.rs");
        assert!(is_main || !text.contains("crate::commands"), "{} uses a command", file.display());
        // From a command's own file, `super` is the list of commands.
        let is_top = file.parent() == Some(&source.join("commands"));
        assert!(!is_top || !text.lines().any(|line| line.starts_with("use super::")), "{}", file.display());
    }
}

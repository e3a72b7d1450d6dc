//! Runs `contract --recordings DIR` without recordings. `tests/contract` tests its report on recordings.

use std::path::Path;
use std::process::Command;

fn refusal(folder: &Path) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_xtask")).args(["contract", "--recordings"]).arg(folder).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_folder_without_recordings_is_refused_before_anything_is_built() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.md"), "{}").unwrap();
    let said = refusal(folder.path());
    assert!(
        said.starts_with("error: there are no recordings in ") && said.contains("a Recorder of spapi-record"),
        "{said}"
    );
    let said = refusal(&folder.path().join("missing"));
    assert!(said.starts_with("error: there is no folder ") && said.contains("missing"), "{said}");
}

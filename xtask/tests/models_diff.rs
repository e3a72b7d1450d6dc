//! Runs `models diff`: its arguments, its formats, and its errors. `codegen` tests the report on each change.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder of one tiny model with this rate.
fn models(rate: &str) -> TempDir {
    let description = format!("Gets it.\n\n| Rate (requests per second) | Burst |\n| - | - |\n| {rate} | 5 |\n");
    let model = json!({
        "swagger": "2.0", "info": {"title": "Shop", "version": "v0"},
        "paths": {"/shop": {"get": {
            "operationId": "getShop", "description": description, "responses": {"200": {"description": "Found."}}
        }}}
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("models/shop-api-model/shopV0.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, model.to_string()).unwrap();
    folder
}

fn diff(old: &Path, new: &Path, more: &[&str]) -> Output {
    let known = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(["models", "diff"]).arg(old).arg(new).args(more).arg("--folder").arg(known);
    command.env_remove("RUST_BACKTRACE").output().unwrap()
}

#[test]
fn the_report_is_markdown_or_json() {
    let (old, new) = (models("2"), models("3"));
    let output = diff(old.path(), new.path(), &[]);
    let read = String::from_utf8(output.stdout).unwrap();
    assert!(read.contains("| `spapi-shop` | patch |"), "{read}");
    let output = diff(old.path(), new.path(), &["--format", "json"]);
    let digest: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(digest["changes"][0]["kind"], "rate-changed", "{digest:#}");
}

#[test]
fn retirements_near_the_day_are_listed() {
    let sides = [models("2"), models("2")];
    let output = diff(sides[0].path(), sides[1].path(), &["--today", "2026-10-01"]);
    let said = String::from_utf8(output.stdout).unwrap();
    let line = "- the report type GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE is retired on 2026-11-11; replacement: ";
    assert!(said.contains("Nothing changed.\n\nNo crate changes.\n\n## Ends soon\n") && said.contains(line), "{said}");
}

#[test]
fn an_unusable_argument_is_named() {
    let sound = models("2");
    let broken = models("2");
    fs::write(broken.path().join("models/shop-api-model/shopV0.json"), "{").unwrap();
    for (new, words) in [
        (broken.path(), "shop-api-model/shopV0.json, line 1"),
        (Path::new("/no/such/place"), "neither an existing folder or archive"),
        (Path::new("abcdef0"), "give all 40 digits"),
    ] {
        let output = diff(sound.path(), new, &[]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(words), "{words} is not in {said}");
        assert!(output.stdout.is_empty());
    }
}

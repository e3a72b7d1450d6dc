//! Runs `generate --models DIR --out DIR`: `--check`, foreign files, and bad models. `codegen` tests the generated code.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../codegen/tests/golden")
}

fn generate(models: &Path, out: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("generate")
        .arg("--models")
        .arg(models)
        .arg("--out")
        .arg(out)
        .args(more)
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The files below a folder, by their place in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    fn collect(root: &Path, folder: &Path, into: &mut BTreeMap<PathBuf, String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => collect(root, &path, into),
                false => {
                    into.insert(path.strip_prefix(root).unwrap().to_owned(), std::fs::read_to_string(&path).unwrap());
                }
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(folder, folder, &mut found);
    found
}

#[test]
fn a_second_run_changes_nothing_and_a_check_lists_the_differences() {
    let out = tempfile::tempdir().unwrap();
    let models = golden().join("models");
    assert!(generate(&models, out.path(), &[]).status.success());
    let first = files(out.path());
    assert!(generate(&models, out.path(), &[]).status.success());
    assert_eq!(files(out.path()), first);
    assert!(generate(&models, out.path(), &["--check"]).status.success());

    std::fs::write(out.path().join("crates/api/paging/src/lib.rs"), "changed").unwrap();
    std::fs::remove_file(out.path().join("crates/api/shapes/README.md")).unwrap();
    std::fs::write(out.path().join("crates/api/paging/src/generated/stray.rs"), "").unwrap();
    let spoilt = files(out.path());
    let check = generate(&models, out.path(), &["--check"]);
    let said = stderr(&check);
    assert!(!check.status.success());
    for line in [
        "error: 3 files differ from those that the models give:\n",
        "run `cargo xtask generate` with the same options, but without --check, to write them",
        "changed: crates/api/paging/src/lib.rs",
        "missing: crates/api/shapes/README.md",
        "superfluous: crates/api/paging/src/generated/stray.rs",
    ] {
        assert!(said.contains(line), "{line} is not in {said}");
    }
    assert_eq!(files(out.path()), spoilt, "a check must not write");
    assert!(generate(&models, out.path(), &[]).status.success());
    assert_eq!(files(out.path()), first);
}

#[test]
fn one_section_is_generated_alone() {
    let out = tempfile::tempdir().unwrap();
    assert!(generate(&golden().join("models"), out.path(), &["paging"]).status.success());
    assert!(files(out.path()).keys().all(|path| path.starts_with("crates/api/paging")));
    let unknown = generate(&golden().join("models"), &out.path().join("other"), &["pagin"]);
    assert!(stderr(&unknown).contains("there is no section pagin"), "{}", stderr(&unknown));
}

#[test]
fn a_folder_with_foreign_files_is_refused() {
    let out = tempfile::tempdir().unwrap();
    std::fs::write(out.path().join("Cargo.toml"), "[package]").unwrap();
    let output = generate(&golden().join("models"), out.path(), &[]);
    assert!(stderr(&output).contains("was not written by this command"), "{}", stderr(&output));
    assert_eq!(files(out.path()).len(), 1);
}

/// Faults of published models, each with a text that the error must contain.
#[test]
fn a_bad_model_is_named_and_nothing_is_written() {
    let model = |paths: &str, definitions: &str| {
        format!(
            r#"{{"swagger": "2.0", "info": {{"title": "T", "version": "v1"}}, "paths": {{{paths}}}, "definitions": {{{definitions}}}}}"#
        )
    };
    let get = |path: &str, parameters: &str, schema: &str| {
        format!(
            r#""{path}": {{"get": {{"operationId": "getX", "parameters": [{parameters}],
                "responses": {{"200": {{"description": "", "schema": {schema}}}}}}}}}"#
        )
    };
    let text = r#"{"type": "string"}"#;
    let id = r#"{"name": "id", "in": "path", "required": true, "type": "string"}"#;
    let sound = model(&get("/x", "", text), "");
    let rated = |table: &str| sound.replace(r#""operationId""#, &format!(r#""description": "{table}", "operationId""#));
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("invalid JSON", sound[..sound.len() - 1].into(), "x.json"),
        ("data after the document", format!("{sound} {{}}").into(), "x.json"),
        ("not UTF-8", [sound.as_bytes(), b" \x92"].concat(), "UTF-8"),
        ("a duplicate key", model(&get("/x", "", text), r#""A": {"type": "string"}, "A": {"type": "integer"}"#).into(), "/definitions"),
        ("a parameter that the path lacks", model(&get("/x", id, text), "").into(), "id"),
        ("a placeholder without a parameter", model(&get("/x/{id}", "", text), "").into(), "id"),
        (
            "two properties of one name",
            model(&get("/x", "", r##"{"$ref": "#/definitions/A"}"##), r#""A": {"type": "object", "properties": {"fooBar": {"type": "string"}, "foo_bar": {"type": "string"}}}"#).into(),
            "foo_bar",
        ),
        ("a dangling reference", model(&get("/x", "", r##"{"$ref": "#/definitions/Gone"}"##), "").into(), "Gone"),
        ("a rate that cannot be read", rated(r"| Rate (requests per second) | Burst |\n| - | - |\n| often | 3 |").into(), "often"),
    ];
    for (what, bytes, named) in cases {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("models/x-model/x.json");
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, bytes).unwrap();
        let out = folder.path().join("out");
        let output = generate(&folder.path().join("models"), &out, &[]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{what}: {said}");
        assert!(said.contains("x.json") && said.contains(named), "{what}: {said}");
        assert!(!said.contains("panicked"), "{what}: {said}");
        assert!(!out.exists(), "{what}: something was written");
    }
}

#[test]
fn a_fault_with_a_certain_meaning_is_repaired_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("models/x-model/x.json");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let text = r#"{"swagger": "2.0", "info": {"title": "T", "version": "v1"}, "paths": {"/x/{orderId}": {"get": {
        "operationId": "getX", "parameters": [{"name": "orderID", "in": "path", "required": true, "type": "string"}],
        "responses": {"200": {"description": "", "schema": {"type": "object", "required": ["gone"], "properties": {"a": {"type": "string"}}}}}
    }}}}"#;
    std::fs::write(&file, text).unwrap();
    let out = folder.path().join("out");
    let output = generate(&folder.path().join("models"), &out, &[]);
    let said = stderr(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("orderID") && said.contains("gone"), "{said}");
    let operations = std::fs::read_to_string(out.join("crates/api/x/src/generated/v1/operations.rs")).unwrap();
    assert!(operations.contains(r#"request.path("orderId", order_id)"#), "{operations}");
}

#[test]
fn a_post_without_a_repeat_causes_a_warning_and_counts_as_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let operation = r#""responses": {"200": {"description": "", "schema": {"type": "object"}}}"#;
    let paths = format!(
        r#"{{"/x": {{"post": {{"operationId": "payX", {operation}}}, "get": {{"operationId": "getX", {operation}}}}}}}"#
    );
    write_model(folder.path(), "x-model/x.json", &paths);
    let output = generate(&folder.path().join("models"), &out, &[]);
    let said = stderr(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("warning: x-model/x.json: the POST payX counts as `once`"), "{said}");
    assert!(!said.contains("getX"), "{said}");
    let meta = std::fs::read_to_string(out.join("crates/api/x/src/generated/v1/meta.rs")).unwrap();
    assert!(meta.contains(".repeat(Repeat::Once)"), "{meta}");
}

/// In `models/sections.toml`, another operation takes the page token of the model with this name.
#[test]
fn further_pages_come_only_from_an_operation_with_the_same_answer() {
    let paths = |other: &str| {
        let answer = |name: &str| {
            format!(r##""responses": {{"200": {{"description": "", "schema": {{"$ref": "#/definitions/{name}"}}}}}}"##)
        };
        format!(
            r#"{{"/a/{{id}}": {{"get": {{"operationId": "getShipmentItemsByShipmentId", "parameters": [{{"name": "id",
            "in": "path", "required": true, "type": "string"}}], {}}}}}, "/b": {{"get": {{"operationId":
            "getShipmentItems", "parameters": [{{"name": "NextToken", "in": "query", "type": "string"}}], {}}}}}}}"#,
            answer("One"),
            answer(other)
        )
    };
    for (other, is_same) in [("One", true), ("Other", false)] {
        let folder = tempfile::tempdir().unwrap();
        write_model(folder.path(), "fulfillment-inbound-api-model/fulfillmentInboundV0.json", &paths(other));
        let out = folder.path().join("out");
        let output = generate(&folder.path().join("models"), &out, &[]);
        let said = stderr(&output);
        assert_eq!(output.status.success(), is_same, "{said}");
        if is_same {
            let folder = out.join("crates/api/fulfillment-inbound/src/generated/v0");
            let meta = std::fs::read_to_string(folder.join("meta.rs")).unwrap();
            assert!(meta.contains(r#"token_elsewhere("payload.NextToken", &GET_SHIPMENT_ITEMS)"#), "{meta}");
            let operations = std::fs::read_to_string(folder.join("operations.rs")).unwrap();
            assert!(operations.contains("`getShipmentItems` returns the further pages"), "{operations}");
        } else {
            assert!(said.contains("getShipmentItemsByShipmentId") && said.contains("has another type"), "{said}");
        }
    }
}

/// Writes a model with these paths, and two definitions with a page token and a list.
fn write_model(folder: &Path, place: &str, paths: &str) {
    let page = r#"{"type": "object", "properties": {"payload": {"type": "object", "properties": {"NextToken": {"type":
        "string"}, "ItemData": {"type": "array", "items": {"type": "string"}}}}}}"#;
    let text = format!(
        r#"{{"swagger": "2.0", "info": {{"title": "T", "version": "v1"}}, "paths": {paths}, "definitions": {{"One": {page},
        "Other": {page}}}}}"#
    );
    let file = folder.join("models").join(place);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}

#[test]
fn an_empty_folder_of_models_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let output = generate(folder.path(), &folder.path().join("out"), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no model"), "{}", stderr(&output));
}

//! Runs `docs` in a git checkout of its own, with a stand-in for cargo, so that nothing is built.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

/// A model with a description of everything that can have one.
const MODEL: &str = r##"{
    "swagger": "2.0", "info": {"title": "T", "version": "v1"},
    "paths": {"/things/{id}": {"get": {
        "operationId": "getThing", "description": "Words on the operation.\n\nTwo paragraphs.",
        "parameters": [
            {"name": "id", "in": "path", "required": true, "type": "string"},
            {"name": "kind", "in": "query", "type": "string", "description": "Words on the parameter."}
        ],
        "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Thing"}}}
    }}},
    "definitions": {"Thing": {
        "type": "object", "description": "Words on the type.",
        "properties": {"name": {"type": "string", "description": "Words on the\r\nproperty."}}
    }}
}"##;

fn git(checkout: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(checkout).args(arguments).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn amazons_descriptions_are_quoted_and_git_ignores_all_of_it() {
    let checkout = tempfile::tempdir().unwrap();
    if git(checkout.path(), &["init", "--quiet"]).is_none() {
        eprintln!("skipped: there is no git");
        return;
    }
    let models = tempfile::tempdir().unwrap();
    std::fs::create_dir(models.path().join("things-model")).unwrap();
    std::fs::write(models.path().join("things-model/things.json"), MODEL).unwrap();
    let target = checkout.path().join("build output");
    let docs = |cargo: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("docs").arg("--models").arg(models.path()).env("CARGO", cargo).env("CARGO_TARGET_DIR", &target);
        command.output().unwrap()
    };
    let output = docs("true");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("amazon-docs/build/doc; do not publish it"), "{said}");

    let generated = target.join("amazon-docs/sources/crates/api/things/src/generated/v1");
    let text = |file: &str| std::fs::read_to_string(generated.join(file)).unwrap();
    let operation =
        "    /// Amazon's description:\n    /// > Words on the operation.\n    /// > \n    /// > Two paragraphs.\n";
    assert!(text("mod.rs").contains(operation), "{}", text("mod.rs"));
    assert!(text("operations.rs").contains("    /// > Words on the parameter.\n"), "{}", text("operations.rs"));
    for quoted in ["\n/// > Words on the type.\n", "    /// > Words on the\n    /// > property.\n"] {
        assert!(text("types.rs").contains(quoted), "{}", text("types.rs"));
    }

    git(checkout.path(), &["add", "--all"]);
    assert_eq!(git(checkout.path(), &["status", "--porcelain"]).as_deref(), Some(""), "git would commit something");

    let failed = docs("false");
    assert!(!failed.status.success());
    assert!(String::from_utf8_lossy(&failed.stderr).contains("cargo doc failed"));
}

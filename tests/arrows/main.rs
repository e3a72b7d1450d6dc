//! Tests that each crate of the workspace depends only on the crates that the design allows.
//!
//! Only dependencies that a user compiles count. A dependency of tests is not an arrow.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What each crate may depend on. `api` stands for the section crates, all of which are below `crates/api`. Crates that
/// do not exist yet have their rows already.
const ALLOWED: &[(&str, &[&str])] = &[
    ("spapi-types", &[]),
    ("spapi-document-types", &["spapi-types"]),
    ("spapi-tables", &["spapi-types"]),
    ("spapi-core", &["spapi-document-types", "spapi-tables", "spapi-types"]),
    ("api", &["spapi-core"]),
    ("spapi-record", &["spapi-core", "spapi-types"]),
    ("spapi-metadata", &["spapi-document-types", "spapi-types"]),
    ("spapi-sandbox", &["spapi-events", "spapi-metadata", "spapi-rows", "spapi-types"]),
    ("spapi-rows", &["spapi-tables", "spapi-types"]),
    ("spapi-events", &["api", "spapi-core", "spapi-types"]),
    ("spapi-points", &["api", "spapi-rows", "spapi-types"]),
    ("spapi-mws", &["spapi-metadata", "spapi-rows", "spapi-tables", "spapi-types"]),
    ("spapi-jobs", &["api", "spapi-core", "spapi-document-types", "spapi-events", "spapi-types"]),
    (
        "spapi-listings",
        &["api", "spapi-core", "spapi-events", "spapi-jobs", "spapi-metadata", "spapi-points", "spapi-types"],
    ),
    ("spapi-stores", &["spapi-core", "spapi-jobs", "spapi-types"]),
    (
        "spapi-sync",
        &[
            "api",
            "spapi-core",
            "spapi-jobs",
            "spapi-listings",
            "spapi-metadata",
            "spapi-rows",
            "spapi-stores",
            "spapi-types",
        ],
    ),
    ("spapi-console", &["spapi-core", "spapi-metadata", "spapi-sync", "spapi-types"]),
    (
        "spapi-cli",
        &[
            "api",
            "spapi-console",
            "spapi-core",
            "spapi-events",
            "spapi-jobs",
            "spapi-listings",
            "spapi-metadata",
            "spapi-mws",
            "spapi-points",
            "spapi-record",
            "spapi-rows",
            "spapi-sandbox",
            "spapi-stores",
            "spapi-sync",
            "spapi-types",
        ],
    ),
    ("codegen", &["spapi-types"]),
    ("xtask", &["codegen", "spapi-types"]),
];

/// Packages that no other package depends on and that may use every crate.
const USERS: &[&str] = &["spapi-examples", "spapi-tests"];

/// Arrows of the workspace that the design does not have. Remove each together with the dependency.
const EXCEPTIONS: &[(&str, &str)] = &[];

/// A crate of the workspace and another one that it depends on.
type Arrow = (String, String);

#[test]
fn crates_depend_on_what_the_design_allows_and_nothing_else() {
    let arrows = arrows(&workspace());
    assert!(arrows.iter().any(|(from, _)| from == "api"), "the section crates were found");
    let wrong: Vec<_> = arrows.iter().filter_map(|(from, to)| why_wrong(from, to)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let is_gone = |(from, to): &&(&str, &str)| !arrows.contains(&((*from).to_owned(), (*to).to_owned()));
    let gone: Vec<_> = EXCEPTIONS.iter().filter(is_gone).collect();
    assert!(gone.is_empty(), "remove these from EXCEPTIONS, because the workspace no longer has them: {gone:?}");
}

/// Who only reads notifications needs no HTTP client and no runtime.
#[test]
fn events_without_features_depend_on_values_alone() {
    let workspace = workspace();
    let package =
        list(&workspace["packages"]).iter().find(|package| package["name"] == "spapi-events").expect("a crate");
    assert_eq!(package["features"].get("default"), None);
    let always = list(&package["dependencies"]).iter().filter(|one| one["kind"] != "dev" && one["optional"] == false);
    let mut always: Vec<_> = always.map(|one| one["name"].as_str().expect("a name")).collect();
    always.sort_unstable();
    assert_eq!(always, ["serde", "serde_json", "spapi-types"]);
}

#[test]
fn an_arrow_that_the_design_does_not_have_is_reported() {
    for (from, to) in [
        ("spapi-core", "spapi-record"),
        ("spapi-core", "spapi-metadata"),
        ("spapi-types", "spapi-core"),
        ("spapi-tables", "spapi-core"),
        ("spapi-metadata", "spapi-tables"),
        ("api", "spapi-metadata"),
        ("api", "api"),
        ("spapi-rows", "spapi-core"),
        ("spapi-jobs", "spapi-cli"),
        ("spapi-metadata", "spapi-core"),
    ] {
        assert!(why_wrong(from, to).is_some_and(|why| why.contains(from) && why.contains(to)), "{from} -> {to}");
    }
    assert!(why_wrong("spapi-new", "spapi-core").is_some_and(|why| why.contains("row")));
    assert_eq!(why_wrong("spapi-cli", "api"), None);
    assert_eq!(why_wrong("spapi-tests", "spapi-cli"), None);
}

#[test]
fn only_a_dependency_that_users_compile_is_an_arrow() {
    let dependency =
        |name: &str, kind: Value, path: Value| serde_json::json!({"name": name, "kind": kind, "path": path});
    let metadata = serde_json::json!({"packages": [{
        "name": "spapi-orders",
        "manifest_path": "/w/crates/api/orders/Cargo.toml",
        "dependencies": [
            dependency("spapi-core", Value::Null, "/w/crates/core".into()),
            dependency("spapi-types", "build".into(), "/w/crates/types".into()),
            dependency("spapi-sandbox", "dev".into(), "/w/crates/sandbox".into()),
            dependency("spapi-sales", Value::Null, "/w/crates/api/sales".into()),
            dependency("serde", Value::Null, Value::Null),
        ],
    }]});
    let expected = ["spapi-core", "spapi-types", "api"].map(|to| ("api".to_owned(), to.to_owned()));
    assert_eq!(arrows(&metadata), expected);
}

/// Why an arrow is wrong; `None` where it is allowed.
fn why_wrong(from: &str, to: &str) -> Option<String> {
    if USERS.contains(&from) || EXCEPTIONS.contains(&(from, to)) {
        return None;
    }
    match ALLOWED.iter().find(|(name, _)| *name == from) {
        None => Some(format!("{from} depends on {to}: give {from} a row in ALLOWED, as the design says")),
        Some((_, allowed)) if allowed.contains(&to) => None,
        Some((_, allowed)) => Some(format!("{from} depends on {to}, and may depend only on: {}", allowed.join(", "))),
    }
}

/// The output of `cargo metadata` for the workspace.
fn workspace() -> Value {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn arrows(metadata: &Value) -> Vec<Arrow> {
    let mut found = Vec::new();
    for package in list(&metadata["packages"]) {
        let from = name(&package["name"], &package["manifest_path"]);
        for dependency in list(&package["dependencies"]) {
            if dependency["kind"] != "dev" && dependency["path"].is_string() {
                found.push((from.clone(), name(&dependency["name"], &dependency["path"])));
            }
        }
    }
    found
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).expect("a list")
}

/// The name of a crate in the table.
fn name(name: &Value, path: &Value) -> String {
    let is_section = path.as_str().is_some_and(|path| path.replace('\\', "/").contains("/crates/api/"));
    if is_section { "api".to_owned() } else { name.as_str().expect("a name").to_owned() }
}

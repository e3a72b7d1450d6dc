//! Tests that the code in this folder uses every name of core that generated code uses. If core changes or removes a
//! name, this folder no longer compiles.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The texts of all Rust files below a folder.
fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(fs::read_to_string(&entry).unwrap());
        }
    }
}

fn word(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    &text[..end]
}

/// The names below a path: `a::b`, or `a::{b, c}` as `a::b` and `a::c`.
fn paths(text: &str, prefix: &str, names: &mut BTreeSet<String>) {
    let first = word(text);
    let rest = &text[first.len()..];
    if let Some(list) = rest.strip_prefix("::{").or_else(|| text.strip_prefix('{')) {
        let prefix = if first.is_empty() { prefix.to_owned() } else { format!("{prefix}{first}::") };
        let list = &list[..list.find('}').unwrap()];
        names.extend(
            list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(|name| format!("{prefix}{name}")),
        );
    } else if let Some(below) = rest.strip_prefix("::").filter(|below| !word(below).is_empty()) {
        paths(below, &format!("{prefix}{first}::"), names);
    } else {
        names.insert(format!("{prefix}{first}"));
    }
}

/// The names of calls: the words between `before` and a bracket.
fn calls(text: &str, before: &str, of: &str, names: &mut BTreeSet<String>) {
    for (at, _) in text.match_indices(before) {
        let rest = &text[at + before.len()..];
        let name = word(rest);
        if !name.is_empty() && rest[name.len()..].starts_with('(') {
            names.insert(format!("{of}{name}"));
        }
    }
}

/// The names below an imported type, such as `Paging::token` of `operation::Paging`.
fn members(text: &str, imported: &BTreeSet<String>, names: &mut BTreeSet<String>) {
    for path in imported {
        let before = format!("{}::", path.rsplit("::").next().unwrap());
        for (at, _) in text.match_indices(&before) {
            let other = text[..at].ends_with(|letter: char| letter.is_alphanumeric() || "_:".contains(letter));
            let name = word(&text[at + before.len()..]);
            if !other && !name.is_empty() {
                names.insert(format!("{path}::{name}"));
            }
        }
    }
}

fn used(sources: &[String]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for text in sources {
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for (at, found) in code.match_indices("spapi_core::") {
            paths(&code[at + found.len()..], "", &mut names);
        }
        let mut imported = BTreeSet::new();
        for (at, found) in code.match_indices("use spapi_core::") {
            paths(&code[at + found.len()..], "", &mut imported);
        }
        members(&code, &imported, &mut names);
        if imported.contains("Request") {
            calls(&code, "request.", "Request::", &mut names);
        }
        if imported.contains("operation::Operation") {
            // Rows consist of constructors and the methods chained to them.
            calls(&code, ".", "operation::", &mut names);
        }
    }
    names
}

#[test]
fn every_name_of_core_in_generated_code_is_compiled_here() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut generated, mut here) = (Vec::new(), Vec::new());
    sources(&tests.join("../crates/api"), &mut generated);
    sources(&tests.join("../crates/metadata/src/generated"), &mut generated);
    sources(&tests.join("compat/sections"), &mut here);
    sources(&tests.join("compat/picked"), &mut here);
    let (generated, here) = (used(&generated), used(&here));
    assert!(generated.len() > 80, "only {} names are found: {generated:?}", generated.len());
    let missing: Vec<_> = generated.difference(&here).collect();
    assert!(
        missing.is_empty(),
        "generated code uses names of core that nothing in tests/compat uses: {missing:?}; add a use of each to \
         tests/compat/picked, in the form of generated code"
    );
}

#[test]
fn names_are_read_from_paths_lists_and_calls() {
    let operations = "use spapi_core::{Client, Request};\n// spapi_core::not\nRequest::new(spapi_core::decode::json); \
                      self.request.query(1); request.path(2); types::Request::not(); OtherRequest::not(); x.not();";
    let meta = "use spapi_core::operation::{Operation, Paging};\nOperation::new(1)\n    .rate(1.5, 2).paging(Paging::token(1));";
    let types = "Request::not(); a.not(); request.not();";
    let names = used(&[operations, meta, types].map(str::to_owned));
    let expected = [
        "Client",
        "Request",
        "Request::new",
        "Request::path",
        "Request::query",
        "decode::json",
        "operation::Operation",
        "operation::Operation::new",
        "operation::Paging",
        "operation::Paging::token",
        "operation::paging",
        "operation::rate",
    ];
    assert_eq!(names.into_iter().collect::<Vec<_>>(), expected);
}

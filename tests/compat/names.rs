//! What generated code calls in core, as a list that is kept beside this file: what core takes away, or generated code begins to
//! use, shows there in review.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// All Rust files below a folder, each with its text.
fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let name = entry.file_name().unwrap().to_string_lossy().into_owned();
            found.push((name, fs::read_to_string(&entry).unwrap()));
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

/// The words that follow `before` and stand before a bracket: calls.
fn calls(text: &str, before: &str, of: &str, names: &mut BTreeSet<String>) {
    for (at, _) in text.match_indices(before) {
        let rest = &text[at + before.len()..];
        let name = word(rest);
        if !name.is_empty() && rest[name.len()..].starts_with('(') {
            names.insert(format!("{of}{name}"));
        }
    }
}

fn used(sources: &[(String, String)]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (file, text) in sources {
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for (at, found) in code.match_indices("spapi_core::") {
            paths(&code[at + found.len()..], "", &mut names);
        }
        calls(&code, "self.request.", "Request::", &mut names);
        if file == "meta.rs" {
            // Rows are made of constructors and of what is chained to them.
            calls(&code, ".", "operation::", &mut names);
            for kind in ["ArgumentRule", "Operation", "Paging", "Repeat"] {
                let before = format!("{kind}::");
                names.extend(
                    code.match_indices(&before)
                        .map(|(at, _)| format!("operation::{before}{}", word(&code[at + before.len()..]))),
                );
            }
        }
    }
    names
}

#[test]
fn what_generated_code_uses_of_core_is_listed() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/api"), &mut found);
    let names: String = used(&found).into_iter().map(|name| name + "\n").collect();
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("compat/core_names.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&list, &names).unwrap();
    }
    let listed = fs::read_to_string(&list).unwrap();
    assert!(
        names == listed,
        "compat/core_names.txt is not what generated code uses of core:\n{names}\nlook at the difference with \
         `UPDATE_GOLDEN=1 cargo test -p spapi-tests --test compat`; what is gone must not go from core before a new major version"
    );
}

#[test]
fn names_are_read_from_paths_lists_and_calls() {
    let operations =
        "use spapi_core::{Client, Error};\n// spapi_core::not\nf(spapi_core::decode::json); self.request.query(1);";
    let meta = "use spapi_core::operation::{Operation, Paging};\nOperation::new(1)\n    .rate(1.5, 2).paging(Paging::token(1));";
    let names = used(&[("a.rs".to_owned(), operations.to_owned()), ("meta.rs".to_owned(), meta.to_owned())]);
    let expected = [
        "Client",
        "Error",
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

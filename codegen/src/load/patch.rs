//! Repairs of Amazon's models that the project keeps: RFC 6902 patches in `<folder>/<file stem>/NNNN-why.json`.
//!
//! A patch uses `test` operations to state its assumptions. A patch that no longer applies fails with its name, so that
//! someone reviews it when Amazon changes the model. The operations are implemented here because the order of an
//! object's members must be kept; the crate `json-patch` moves the last member to the place of a removed one.

use std::path::Path;

use anyhow::Result;
use serde::Deserialize;
use serde_json::Value;

use super::ModelFile;
use super::parse::parse;
use super::problem::{FileProblem, Place, Problem, Severity};
use crate::files;

/// Applies the patches of a folder to their models, in the order of their names.
///
/// If the folder does not exist, there are no patches. Files that are not JSON are ignored.
pub fn apply_all(patches: &Path, models: &mut [ModelFile]) -> Result<Vec<FileProblem>> {
    let mut problems = Vec::new();
    if !patches.is_dir() {
        return Ok(problems);
    }
    for name in files::files_below(patches)? {
        if !name.ends_with(".json") {
            continue;
        }
        let path = patches.join(&name);
        let model = match target(&name, models) {
            Ok(model) => model,
            Err(message) => {
                problems.push(Problem::error(Place::File, message).in_file(shown_name(&name)));
                continue;
            }
        };
        let bytes = files::read(&path)?;
        let (patch, mut found) = parse(&bytes);
        let sound = found.iter().all(|problem| problem.severity == Severity::Warning);
        if let (Some(patch), true) = (patch, sound) {
            found.extend(apply(&patch, &mut model.document).err());
        }
        problems.extend(found.into_iter().map(|problem| problem.in_file(shown_name(&name))));
    }
    Ok(problems)
}

/// The name of a patch file in a problem, which cannot be confused with a model's.
fn shown_name(name: &str) -> String {
    format!("patches/{name}")
}

/// The model of a patch file, from the file's path.
fn target<'a>(name: &str, models: &'a mut [ModelFile]) -> Result<&'a mut ModelFile, String> {
    let [folder, stem, patch] = name.split('/').collect::<Vec<_>>()[..] else {
        return Err("a patch must be at `<folder>/<file stem>/NNNN-why.json`".into());
    };
    let numbered = patch.split_once('-').is_some_and(|(number, why)| {
        number.len() == 4 && number.bytes().all(|byte| byte.is_ascii_digit()) && why != ".json"
    });
    if !numbered {
        return Err("a patch must be called `NNNN-why.json`: four digits for the order, then the reason".into());
    }
    let file = format!("{stem}.json");
    let model = models.iter_mut().find(|model| model.folder == folder && model.file == file);
    model.ok_or_else(|| {
        format!(
            "there is no model {folder}/{file} to patch; remove the patch if Amazon has removed the model, or move it"
        )
    })
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Operation {
    Add { path: String, value: Value },
    Remove { path: String },
    Replace { path: String, value: Value },
    Move { from: String, path: String },
    Copy { from: String, path: String },
    Test { path: String, value: Value },
}

impl Operation {
    fn title(&self) -> String {
        let (name, path) = match self {
            Self::Add { path, .. } => ("add", path),
            Self::Remove { path } => ("remove", path),
            Self::Replace { path, .. } => ("replace", path),
            Self::Move { path, .. } => ("move", path),
            Self::Copy { path, .. } => ("copy", path),
            Self::Test { path, .. } => ("test", path),
        };
        format!("{name} {path}")
    }
}

/// Applies one patch to a document, up to the first operation that fails.
fn apply(patch: &Value, document: &mut Value) -> Result<(), Problem> {
    let Some(operations) = patch.as_array().filter(|operations| !operations.is_empty()) else {
        return Err(Problem::error(Place::File, "a patch must be a list of RFC 6902 operations, with one at least"));
    };
    for (index, operation) in operations.iter().enumerate() {
        let at = |message| Problem::error(Place::Operation(index), message);
        let operation: Operation = serde_json::from_value(operation.clone())
            .map_err(|error| at(format!("is not an RFC 6902 operation: {error}")))?;
        operation.run(document).map_err(|reason| {
            at(format!(
                "`{}` does not apply: {reason}; adapt the patch, or remove it if the model no longer needs it",
                operation.title()
            ))
        })?;
    }
    Ok(())
}

impl Operation {
    fn run(&self, document: &mut Value) -> Result<(), String> {
        match self {
            Self::Add { path, value } => add(document, &tokens(path)?, value.clone()),
            Self::Remove { path } => remove(document, &tokens(path)?).map(drop),
            Self::Replace { path, value } => {
                *at_mut(document, &tokens(path)?)? = value.clone();
                Ok(())
            }
            Self::Move { from, path } => {
                let (from, path) = (tokens(from)?, tokens(path)?);
                if path.len() > from.len() && path.starts_with(&from) {
                    return Err("a value cannot be moved into itself".into());
                }
                let value = remove(document, &from)?;
                add(document, &path, value)
            }
            Self::Copy { from, path } => {
                let value = at_mut(document, &tokens(from)?)?.clone();
                add(document, &tokens(path)?, value)
            }
            Self::Test { path, value } => {
                let found = at_mut(document, &tokens(path)?)?;
                if found == value {
                    return Ok(());
                }
                Err(format!("the model has {} there, not {}", shown(found), shown(value)))
            }
        }
    }
}

/// The unescaped parts of a JSON pointer.
fn tokens(pointer: &str) -> Result<Vec<String>, String> {
    if pointer.is_empty() {
        return Ok(Vec::new());
    }
    let parts =
        pointer.strip_prefix('/').ok_or_else(|| format!("`{pointer}` is not a JSON pointer, which starts with `/`"))?;
    Ok(parts.split('/').map(|part| part.replace("~1", "/").replace("~0", "~")).collect())
}

fn at_mut<'a>(document: &'a mut Value, path: &[String]) -> Result<&'a mut Value, String> {
    let mut current = document;
    for token in path {
        current = match current {
            Value::Object(members) => members.get_mut(token).ok_or_else(|| format!("there is no `{token}`"))?,
            Value::Array(elements) => {
                let index = index(token, elements.len().checked_sub(1))?;
                &mut elements[index]
            }
            _ => return Err(format!("there is no `{token}`, because its parent is neither an object nor a list")),
        };
    }
    Ok(current)
}

fn add(document: &mut Value, path: &[String], value: Value) -> Result<(), String> {
    let Some((last, parents)) = path.split_last() else {
        *document = value;
        return Ok(());
    };
    match at_mut(document, parents)? {
        Value::Object(members) => {
            members.insert(last.clone(), value);
        }
        Value::Array(elements) if last == "-" => elements.push(value),
        Value::Array(elements) => {
            let index = index(last, Some(elements.len()))?;
            elements.insert(index, value);
        }
        _ => return Err(format!("`{last}` cannot be added to a value that is neither an object nor a list")),
    }
    Ok(())
}

fn remove(document: &mut Value, path: &[String]) -> Result<Value, String> {
    let Some((last, parents)) = path.split_last() else {
        return Err("the whole model cannot be removed".into());
    };
    match at_mut(document, parents)? {
        Value::Object(members) => members.shift_remove(last).ok_or_else(|| format!("there is no `{last}`")),
        Value::Array(elements) => Ok(elements.remove(index(last, elements.len().checked_sub(1))?)),
        _ => Err(format!("there is no `{last}`, because its parent is neither an object nor a list")),
    }
}

/// The index of a token, at most `last`; an empty list has no `last`.
fn index(token: &str, last: Option<usize>) -> Result<usize, String> {
    let plain = token == "0" || !token.starts_with(['0', '+']);
    let index =
        token.parse::<usize>().ok().filter(|_| plain).ok_or_else(|| format!("`{token}` is not an index of a list"))?;
    match last {
        Some(last) if index <= last => Ok(index),
        _ => Err(format!("the list has no index {index}")),
    }
}

/// A value in an error message, cut off if it is long.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(document: Value, patch: Value) -> Result<Value, Problem> {
        let mut document = document;
        apply(&patch, &mut document).map(|()| document)
    }

    #[test]
    fn each_operation_does_what_the_rfc_says() {
        let cases = [
            (json!({"a": 1}), json!([{"op": "add", "path": "/b", "value": 2}]), json!({"a": 1, "b": 2})),
            (json!({"a": 1}), json!([{"op": "add", "path": "/a", "value": 2}]), json!({"a": 2})),
            (json!([1, 3]), json!([{"op": "add", "path": "/1", "value": 2}]), json!([1, 2, 3])),
            (json!([1]), json!([{"op": "add", "path": "/1", "value": 2}]), json!([1, 2])),
            (json!([]), json!([{"op": "add", "path": "/-", "value": 1}]), json!([1])),
            (json!({"a/b": {"c~d": 1}}), json!([{"op": "remove", "path": "/a~1b/c~0d"}]), json!({"a/b": {}})),
            (json!([1, 2]), json!([{"op": "remove", "path": "/0"}]), json!([2])),
            (json!({"a": null}), json!([{"op": "replace", "path": "/a", "value": {}}]), json!({"a": {}})),
            (json!({"a": 1}), json!([{"op": "replace", "path": "", "value": []}]), json!([])),
            (json!({"a": 1, "b": {}}), json!([{"op": "move", "from": "/a", "path": "/b/a"}]), json!({"b": {"a": 1}})),
            (json!({"a": [1]}), json!([{"op": "copy", "from": "/a/0", "path": "/b"}]), json!({"a": [1], "b": 1})),
            (
                json!({"a": {"b": 1}}),
                json!([{"op": "test", "path": "/a", "value": {"b": 1}, "note": "why"}]),
                json!({"a": {"b": 1}}),
            ),
        ];
        for (document, patch, expected) in cases {
            assert_eq!(patched(document, patch.clone()).unwrap(), expected, "{patch}");
        }
    }

    #[test]
    fn removing_and_replacing_keep_the_order_of_the_members() {
        let document = json!({"a": 1, "b": 2, "c": 3, "d": 4});
        let patch = json!([{"op": "remove", "path": "/a"}, {"op": "replace", "path": "/c", "value": 5}]);
        assert_eq!(patched(document, patch).unwrap().to_string(), r#"{"b":2,"c":5,"d":4}"#);
    }

    #[test]
    fn an_operation_that_does_not_apply_is_named_by_its_index() {
        let cases = [
            (json!({"op": "test", "path": "/a", "value": 2}), "the model has 1 there, not 2"),
            (json!({"op": "test", "path": "/no", "value": 2}), "there is no `no`"),
            (json!({"op": "remove", "path": "/no"}), "there is no `no`"),
            (json!({"op": "remove", "path": ""}), "cannot be removed"),
            (json!({"op": "replace", "path": "/no", "value": 1}), "there is no `no`"),
            (json!({"op": "add", "path": "/no/deeper", "value": 1}), "there is no `no`"),
            (json!({"op": "add", "path": "/a/b", "value": 1}), "neither an object nor a list"),
            (json!({"op": "add", "path": "/l/3", "value": 1}), "no index 3"),
            (json!({"op": "add", "path": "/l/01", "value": 1}), "not an index of a list"),
            (json!({"op": "remove", "path": "/l/-"}), "not an index of a list"),
            (json!({"op": "remove", "path": "/e/0"}), "no index 0"),
            (json!({"op": "move", "from": "/o", "path": "/o/p"}), "into itself"),
            (json!({"op": "copy", "from": "a", "path": "/b"}), "not a JSON pointer"),
            (json!({"op": "merge", "path": "/a"}), "unknown variant `merge`"),
            (json!({"op": "add", "path": "/a"}), "missing field `value`"),
            (json!("add"), "is not an RFC 6902 operation"),
        ];
        for (operation, words) in cases {
            let document = json!({"a": 1, "l": [1, 2], "e": [], "o": {}});
            let first = json!({"op": "test", "path": "/a", "value": 1});
            let problem = patched(document, json!([first, operation])).unwrap_err();
            assert_eq!(problem.place, Place::Operation(1));
            assert!(problem.message.contains(words), "{operation}: {}", problem.message);
        }
        for patch in [json!({}), json!([])] {
            assert_eq!(patched(json!({}), patch).unwrap_err().place, Place::File);
        }
    }

    fn model(document: Value) -> ModelFile {
        ModelFile { folder: "orders-api-model".into(), file: "ordersV0.json".into(), document }
    }

    #[test]
    fn patches_are_found_by_the_name_of_their_model_and_applied_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("orders-api-model/ordersV0");
        std::fs::create_dir_all(&home).unwrap();
        std::fs::write(home.join("0002-then.json"), r#"[{"op": "replace", "path": "/a", "value": 2}]"#).unwrap();
        std::fs::write(home.join("0001-first.json"), r#"[{"op": "add", "path": "/a", "value": 1}]"#).unwrap();
        std::fs::write(home.join("notes.md"), "not a patch").unwrap();
        let mut models = [model(json!({}))];
        assert_eq!(apply_all(folder.path(), &mut models).unwrap(), []);
        assert_eq!(models[0].document, json!({"a": 2}));
        assert_eq!(apply_all(&folder.path().join("none"), &mut models).unwrap(), []);
    }

    #[test]
    fn a_patch_without_a_model_a_misnamed_one_and_a_broken_one_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("orders-api-model/gone/0001-why.json", "[]"),
            ("orders-api-model/ordersV0/why.json", "[]"),
            ("orders-api-model/ordersV0/0001-cut.json", "[{"),
            ("stray.json", "[]"),
        ] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let problems = apply_all(folder.path(), &mut [model(json!({}))]).unwrap();
        let shown: Vec<_> = problems.iter().map(ToString::to_string).collect();
        let expected = [
            "patches/orders-api-model/gone/0001-why.json: there is no model orders-api-model/gone.json",
            "patches/orders-api-model/ordersV0/0001-cut.json, line 1, column 2: is not valid JSON",
            "patches/orders-api-model/ordersV0/why.json: a patch must be called `NNNN-why.json`",
            "patches/stray.json: a patch must be at",
        ];
        assert_eq!(shown.len(), expected.len(), "{shown:#?}");
        for (shown, start) in shown.iter().zip(expected) {
            assert!(shown.starts_with(start), "{shown}");
        }
    }
}

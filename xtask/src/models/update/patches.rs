//! A patch that no longer applies stops an update, which names Amazon's change that made the patch obsolete.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use serde_json::Value;

use codegen::diff::{Change, Digest};
use codegen::load::{self, FileProblem, Place};

/// Fails if a patch of `patches` does not apply to the models in `root`.
pub fn check(root: &Path, patches: &Path, digest: &Digest) -> Result<()> {
    let problems = load::patches_that_fail(root, patches)?;
    if problems.is_empty() {
        return Ok(());
    }
    let lines: String = problems.iter().map(|problem| explain(problem, patches, digest)).collect();
    bail!(
        "patches of this project no longer apply after Amazon's changes:{lines}\n\
         adapt each patch to the new model, or remove it where Amazon has repaired what it repairs, and run the update again"
    )
}

fn explain(problem: &FileProblem, patches: &Path, digest: &Digest) -> String {
    let name = problem.file.strip_prefix("patches/").unwrap_or(&problem.file);
    let model = name.rsplit_once('/').map(|(stem, _)| format!("{stem}.json")).unwrap_or_default();
    let pointer = match problem.problem.place {
        Place::Operation(index) => pointer(&patches.join(name), index).unwrap_or_default(),
        _ => String::new(),
    };
    let of_model: Vec<&Change> =
        digest.changes.iter().filter(|change| change.file == model && !change.pointer.is_empty()).collect();
    let near: Vec<_> = of_model.iter().copied().filter(|change| related(&change.pointer, &pointer)).collect();
    let whole = digest.changes.iter().filter(|change| change.file == model && change.kind.ends_with("-removed"));
    let shown: Vec<_> = if near.is_empty() { whole.chain(of_model).take(5).collect() } else { near };
    let mut text = format!("\n  models/{problem}");
    for change in shown {
        let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".into());
        let place = if change.place.is_empty() { &change.file } else { &change.place };
        text.push_str(&format!("\n    {} {place}: {} to {}", change.kind, side(&change.old), side(&change.new)));
    }
    text
}

/// Whether one path contains the other or equals it.
fn related(a: &str, b: &str) -> bool {
    let holds = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !b.is_empty() && (holds(a, b) || holds(b, a))
}

/// The path of a patch's operation.
fn pointer(patch: &Path, index: usize) -> Option<String> {
    let patch: Value = serde_json::from_slice(&fs::read(patch).ok()?).ok()?;
    Some(patch.get(index)?.get("path")?.as_str()?.to_owned())
}

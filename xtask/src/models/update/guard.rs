//! Refuses sets of models that are empty, incomplete or much too small: a faulty download must not look as if Amazon
//! had removed half of its API.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::models::pin::Pin;

/// The largest share of files or operations that may disappear at once.
const MOST_GONE: f64 = 0.1;

/// Says that models are older than the pinned ones, if they are.
pub fn older(old: &Pin, new: &Pin) -> Option<String> {
    // Dates of this form sort as texts.
    (new.date < old.date).then(|| {
        format!(
            "the models of {} ({}) are older than the pinned ones of {} ({})",
            new.short_commit(),
            new.date,
            old.short_commit(),
            old.date
        )
    })
}

/// Refuses models that are older than the pinned ones, unless that is allowed.
///
/// # Errors
/// When they are older.
pub fn age(old: &Pin, new: &Pin, allowed: bool) -> Result<()> {
    match older(old, new) {
        Some(said) if !allowed => bail!("{said}: pass --allow-older to go back to them"),
        _ => Ok(()),
    }
}

/// Refuses a set of files that is not complete.
pub fn files(root: &Path, files: &BTreeMap<String, String>) -> Result<()> {
    for name in ["LICENSE", "NOTICE"] {
        ensure!(files.contains_key(name), "{name} is missing: the repository is incomplete; fetch it again");
    }
    ensure!(files.keys().any(|name| name.starts_with("schemas/")), "schemas/ is missing: fetch the repository again");
    for name in files.keys() {
        let bytes = fs::read(root.join(name)).with_context(|| format!("cannot read {name}"))?;
        ensure!(!bytes.is_empty(), "{name} is empty: the repository is incomplete; fetch it again");
        if name.starts_with("schemas/") && name.ends_with(".json") {
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
            serde_json::from_slice::<Value>(text)
                .with_context(|| format!("{name} is not JSON: it may be incomplete; fetch the repository again"))?;
        }
    }
    Ok(())
}

/// The files of the checkout at `root` that differ from the commit, except ignored ones. Without a repository there are
/// none.
pub fn uncommitted(root: &Path) -> Vec<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(["-c", "core.quotePath=false", "status", "--porcelain"]);
    let Ok(output) = git.output() else { return Vec::new() };
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    // Two letters are the status, then comes the name.
    let name = |line: &str| Some(line.trim().split_once(' ')?.1.trim().trim_matches('"').to_owned());
    lines.lines().filter(|_| output.status.success()).filter_map(name).collect()
}

/// Refuses a set from which too much has disappeared, unless that is allowed.
///
/// # Errors
/// With a list of what has disappeared.
pub fn removals(what: &str, old: &[String], new: &[String], allowed: bool) -> Result<()> {
    let gone: Vec<_> = old.iter().filter(|name| !new.contains(name)).collect();
    #[allow(clippy::cast_precision_loss, reason = "counts of some hundred")]
    let share = gone.len() as f64 / old.len().max(1) as f64;
    if share <= MOST_GONE {
        return Ok(());
    }
    let list: String = gone.iter().map(|name| format!("\n  {name}")).collect();
    let said = format!("{} of {} {what} are gone:{list}", gone.len(), old.len());
    if allowed {
        eprintln!("warning: {said}");
        return Ok(());
    }
    bail!("{said}\nfetch the models again; if Amazon has really removed them, pass --allow-removals")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_may_go_and_more_must_be_allowed() {
        let names = |numbers: std::ops::Range<usize>| numbers.map(|number| format!("f{number}")).collect::<Vec<_>>();
        assert!(removals("models", &names(0..20), &names(2..20), false).is_ok());
        let error = removals("models", &names(0..20), &names(3..30), false).unwrap_err().to_string();
        assert!(
            error.starts_with("3 of 20 models are gone:\n  f0\n  f1\n  f2\n") && error.contains("--allow-removals"),
            "{error}"
        );
        assert!(removals("models", &names(0..20), &[], true).is_ok());
        assert!(removals("models", &[], &[], false).is_ok());
    }
}

//! Writes the digest for people: counts and verdicts, then what breaks, what is new, rates, and a line for each other
//! change.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::level::{Effect, Verdict};
use super::{Change, CrateRow, Digest};
use crate::escape::{code, value, visible};

/// Writes the digest.
pub fn write(digest: &Digest) -> String {
    let mut out = format!("# Models {} to {}\n\n", value(&digest.old), value(&digest.new));
    headline(&mut out, digest);
    crates(&mut out, digest);
    let (models, schemas): (Vec<&Change>, Vec<&Change>) =
        digest.changes.iter().partition(|change| change.section != "schemas");
    let is_rate = |change: &&&Change| change.kind.starts_with("rate-");
    let of = |effect: Effect| {
        models.iter().filter(move |change| change.effect == effect && !change.kind.starts_with("rate-")).copied()
    };
    grouped(&mut out, "Not known, because a side cannot be generated (see the notes)", of(Effect::Unknown), true);
    grouped(&mut out, "Breaking", of(Effect::Breaking), true);
    unexplained(&mut out, digest);
    grouped(&mut out, "Additive", of(Effect::Additive), false);
    grouped(&mut out, "Behaviour", of(Effect::Behaviour), true);
    rates(&mut out, models.iter().filter(is_rate).copied());
    lines(&mut out, "No effect on callers", of(Effect::Nothing));
    lines(&mut out, "Schemas of reports, feeds, notifications and Data Kiosk", schemas.into_iter());
    for (title, list) in [("Ends soon", &digest.retirements), ("Notes", &digest.notes)] {
        if !list.is_empty() {
            let _ = writeln!(out, "\n## {title}\n");
            list.iter().for_each(|line| {
                let _ = writeln!(out, "- {}", visible(&line.replace('\n', " ")));
            });
        }
    }
    out
}

fn headline(out: &mut String, digest: &Digest) {
    let counts = &digest.counts;
    if counts.files_added + counts.files_removed + counts.files_changed == 0 {
        out.push_str("Nothing changed.\n");
        return;
    }
    let _ = writeln!(
        out,
        "{} files changed, {} added, {} removed, {} the same. {} operations, before {}.",
        counts.files_changed,
        counts.files_added,
        counts.files_removed,
        counts.files_same,
        counts.operations_new,
        counts.operations_old
    );
    let rates = digest.changes.iter().filter(|change| change.kind.starts_with("rate-")).count();
    let _ = writeln!(
        out,
        "{} changes break callers, {} add, {} change what is sent or how fast; {} rates; {} API differences without an explanation.",
        counts.breaking,
        counts.additive,
        counts.behaviour,
        rates,
        digest.unexplained.len()
    );
}

fn crates(out: &mut String, digest: &Digest) {
    let mut rows: Vec<&CrateRow> = digest.crates.iter().filter(|row| row.verdict != Verdict::None).collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.verdict), &row.name));
    let same = digest.crates.len() - rows.len();
    if rows.is_empty() {
        let _ = writeln!(out, "\nNo crate changes.");
        return;
    }
    out.push_str("\n| crate | verdict | API: breaking | additive | behaviour |\n| --- | --- | --- | --- | --- |\n");
    for row in rows {
        let state = if row.state == "kept" { String::new() } else { format!(" ({})", row.state) };
        let (breaking, additive, behaviour) = (row.api_breaking, row.api_additive, row.api_behaviour);
        let _ =
            writeln!(out, "| `{}` | {}{state} | {breaking} | {additive} | {behaviour} |", row.name, row.verdict.word());
    }
    let _ = writeln!(out, "\n{same} other crates do not change.");
}

/// Lists every deprecated name, because callers search for their names.
fn is_deprecation(kind: &str) -> bool {
    kind.starts_with("deprecation-")
}

/// How a kind of change is described when it occurs at several places.
fn words(kind: &str) -> String {
    kind.replace('-', " ")
}

/// Lists changes by file and kind. With `in_full`, each change is written with its old and new value and its effect.
fn grouped<'a>(out: &mut String, title: &str, changes: impl Iterator<Item = &'a Change>, in_full: bool) {
    let mut files: BTreeMap<(&str, &str), BTreeMap<&str, Vec<&Change>>> = BTreeMap::new();
    for change in changes {
        let kinds = files.entry((&change.section, &change.file)).or_default();
        kinds.entry(&change.kind).or_default().push(change);
    }
    if files.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## {title}");
    for ((section, file), kinds) in files {
        let _ = writeln!(out, "\n`spapi-{section}`, {}", value(file));
        for (kind, changes) in kinds {
            // Definitions are added and removed together with the operations that use them, so their names suffice.
            if !in_full || kind.starts_with("definition-") && kind != "definition-renamed" {
                let places: Vec<_> = changes.iter().map(|change| shown(change)).collect();
                let places = if is_deprecation(kind) { places.join(", ") } else { several(&places) };
                let _ = writeln!(out, "- {}: {places}", words(kind));
                continue;
            }
            for change in changes {
                let _ = writeln!(out, "- {} {}{}: {}", words(kind), shown(change), sides(change), change.meaning);
            }
        }
    }
}

/// The names of a list, cut off after a length that people still read.
fn several(places: &[String]) -> String {
    const MOST: usize = 12;
    match places.len() {
        number if number > MOST => format!("{} and {} more", places[..MOST].join(", "), number - MOST),
        _ => places.join(", "),
    }
}

fn shown(change: &Change) -> String {
    match (change.kind.as_str(), change.place.as_str(), &change.new) {
        ("enum-value-added", place, Some(added)) => format!("{} {}", code(place), value(added)),
        ("operation-added", place, Some(route)) => format!("{} ({})", code(place), value(route)),
        (_, "", _) => change.meaning.clone(),
        (_, place, _) => code(place),
    }
}

fn sides(change: &Change) -> String {
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!(", {} to {}", value(old), value(new)),
        (Some(one), None) | (None, Some(one)) => format!(" ({})", value(one)),
        (None, None) => String::new(),
    }
}

fn unexplained(out: &mut String, digest: &Digest) {
    if digest.unexplained.is_empty() {
        return;
    }
    out.push_str("\n## API differences that no change of a model explains\n\n");
    for found in &digest.unexplained {
        let side = |text: &Option<String>| text.as_deref().map_or_else(|| "nothing".to_owned(), code);
        let (effect, old, new) = (found.effect.word(), side(&found.old), side(&found.new));
        let _ = writeln!(
            out,
            "- {effect}: `spapi-{}`, {} {}: {old} to {new}",
            found.section,
            value(&found.file),
            code(&found.place)
        );
    }
}

fn rates<'a>(out: &mut String, changes: impl Iterator<Item = &'a Change>) {
    let mut files: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    changes.for_each(|change| files.entry(&change.file).or_default().push(change));
    if files.is_empty() {
        return;
    }
    out.push_str("\n## Rates\n\n");
    for (file, changes) in files {
        for (kind, word) in
            [("rate-changed", "changed"), ("rate-removed", "no longer printed"), ("rate-added", "printed")]
        {
            let mut by_value: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for change in changes.iter().filter(|change| change.kind == kind) {
                by_value.entry(sides(change)).or_default().push(code(&change.place));
            }
            for (sides, places) in by_value {
                let _ = writeln!(out, "- {}, {word}{sides}: {}", value(file), several(&places));
            }
        }
    }
}

/// Writes a line for each file, with the number of changes of each kind.
fn lines<'a>(out: &mut String, title: &str, changes: impl Iterator<Item = &'a Change>) {
    let mut files: BTreeMap<&str, BTreeMap<&str, Vec<&Change>>> = BTreeMap::new();
    for change in changes {
        files.entry(&change.file).or_default().entry(&change.kind).or_default().push(change);
    }
    if files.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n## {title}\n");
    for (file, kinds) in files {
        let described: Vec<_> = kinds
            .iter()
            .map(|(kind, changes)| match changes.as_slice() {
                [change] if change.place.is_empty() => format!("{} ({})", words(kind), change.meaning),
                [change] => format!("{} {}", words(kind), shown(change)),
                all if is_deprecation(kind) => {
                    let names: Vec<_> = all.iter().map(|change| shown(change)).collect();
                    format!("{} {}", words(kind), names.join(", "))
                }
                several => format!("{} {} times", words(kind), several.len()),
            })
            .collect();
        let _ = writeln!(out, "- {}: {}", value(file), described.join("; "));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Counts;
    use super::*;

    #[test]
    fn every_deprecation_is_named_whatever_its_effect() {
        use Effect::{Additive, Behaviour, Breaking, Nothing, Unknown};
        let change = |number: usize, effect: Effect| Change {
            section: "shop".into(),
            file: "shop.json".into(),
            kind: "deprecation-added".into(),
            place: format!("get{}{number}", effect.word()),
            pointer: String::new(),
            old: None,
            new: None,
            effect,
            meaning: "it says so".into(),
        };
        let all = [Nothing, Behaviour, Additive, Breaking, Unknown];
        let digest = Digest {
            old: "a".into(),
            new: "b".into(),
            counts: Counts { files_changed: 1, ..Counts::default() },
            crates: Vec::new(),
            changes: all.iter().flat_map(|effect| (0..15).map(|number| change(number, *effect))).collect(),
            unexplained: Vec::new(),
            retirements: Vec::new(),
            notes: Vec::new(),
        };
        let text = write(&digest);
        for change in &digest.changes {
            assert!(text.contains(&format!("`{}`", change.place)), "{} is not in {text}", change.place);
        }
        assert!(text.contains("- shop.json: deprecation added `getnothing0`, `getnothing1`, "), "{text}");
    }
}

//! Each crate's `CHANGELOG.md`: what an update changes in a crate stands below the version that it raises the crate to.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use anyhow::{Result, bail};
use codegen::diff::level::Effect;
use codegen::diff::{Change, Digest};
use codegen::escape::{self, code};

const HEADING: &str = "## Unreleased\n";

/// The headings that entries stand below, in their order.
const KINDS: [&str; 4] = ["Added", "Changed", "Fixed", "Removed"];

/// The entries of a version by heading. A `BTreeMap` has them in the order of [`KINDS`].
pub type Entries = BTreeMap<&'static str, Vec<String>>;

/// A crate whose version rises, or a new one.
pub struct Raised {
    /// Where the crate is, below the root of the workspace.
    pub folder: PathBuf,
    /// The section, such as `orders`; empty for any other crate.
    pub section: String,
    pub name: String,
    pub from: Option<String>,
    pub to: String,
    /// Why the version of a crate rises that is not a section's.
    pub why: String,
}

/// What an update changes in a crate.
pub fn entries(digest: &Digest, raised: &Raised) -> Entries {
    let mut entries = Entries::new();
    if raised.section.is_empty() {
        entries.insert("Changed", vec![format!("- {}", raised.why)]);
        return entries;
    }
    let mut files: BTreeMap<(&str, Effect, &str), BTreeMap<&str, Vec<String>>> = BTreeMap::new();
    for change in digest.changes.iter().filter(|change| change.section == raised.section) {
        if let Some(kind) = kind(change) {
            let places = files.entry((kind, change.effect, &change.file)).or_default();
            places.entry(&change.kind).or_default().push(place(change));
        }
    }
    for ((kind, effect, file), changes) in files {
        let file = file.rsplit('/').next().unwrap_or(file);
        let words_of = |(kind, places): (&&str, &Vec<String>)| format!("{} {}", words(kind), places.join(", "));
        let changes: Vec<_> = changes.iter().map(words_of).collect();
        let word = if effect == Effect::Breaking { "Breaking, " } else { "" };
        entries.entry(kind).or_default().push(format!("- {word}{}: {}.", code(file), changes.join("; ")));
    }
    if entries.is_empty() {
        entries.insert("Changed", vec!["- Documentation alone.".to_owned()]);
    }
    entries
}

/// The heading for a change; `None` if callers do not notice it.
fn kind(change: &Change) -> Option<&'static str> {
    match change.effect {
        Effect::Breaking if change.kind.ends_with("-removed") => Some("Removed"),
        Effect::Additive => Some("Added"),
        Effect::Breaking | Effect::Behaviour => Some("Changed"),
        Effect::Nothing | Effect::Unknown => None,
    }
}

fn words(kind: &str) -> String {
    match kind {
        "rate-removed" => "rate no longer published, and kept,".to_owned(),
        _ => kind.replace('-', " "),
    }
}

fn place(change: &Change) -> String {
    match (change.kind.as_str(), &change.new, &change.old) {
        (_, _, _) if change.place.is_empty() => change.meaning.clone(),
        ("enum-value-added", Some(value), _) | ("enum-value-removed", _, Some(value)) => {
            format!("{} {}", code(&change.place), escape::value(value))
        }
        _ => code(&change.place),
    }
}

/// The changelog of a crate with a heading for a version, which has the entries of the update and those that people
/// wrote below `## Unreleased`. `text` is the present file, empty if there is none. `models` names the models of the
/// version.
///
/// # Errors
/// When there is no `## Unreleased`, or a line below it is not below one of the fixed headings.
pub fn add(text: Option<&str>, raised: &Raised, models: &str, mut entries: Entries) -> Result<String> {
    let empty = format!("# Changelog of `{}`\n\n{HEADING}", raised.name);
    let text = text.unwrap_or(&empty);
    let Some(start) = text.find(HEADING).map(|at| at + HEADING.len()) else {
        bail!("has no heading `## Unreleased`: put it above the newest version");
    };
    let end = text[start..].find("\n## ").map_or(text.len(), |at| start + at + 1);
    let mut kind: Option<&'static str> = None;
    let mut by_hand: BTreeMap<&'static str, String> = BTreeMap::new();
    for line in text[start..end].lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            kind = KINDS.into_iter().find(|kind| *kind == heading.trim());
            if kind.is_none() {
                bail!("has the heading `{heading}` below `## Unreleased`: use one of {}", KINDS.join(", "));
            }
        } else if let Some(kind) = kind {
            let _ = writeln!(by_hand.entry(kind).or_default(), "{line}");
        } else if !line.trim().is_empty() {
            bail!("has `{line}` below `## Unreleased` and above a heading such as `### Added`: move it below one");
        }
    }
    for (kind, lines) in by_hand {
        entries.entry(kind).or_default().insert(0, lines.trim().to_owned());
    }
    let mut out = format!("{}\n## {}\n\n{models}\n", &text[..start], raised.to);
    for (kind, entries) in entries {
        let _ = write!(out, "\n### {kind}\n\n{}\n", entries.join("\n"));
    }
    let rest = &text[end..];
    if !rest.is_empty() {
        out.push('\n');
        out.push_str(rest);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raised(to: &str) -> Raised {
        Raised {
            folder: "crates/api/orders".into(),
            section: "orders".into(),
            name: "spapi-orders".into(),
            from: None,
            to: to.into(),
            why: String::new(),
        }
    }

    fn one(kind: &'static str, text: &str) -> Entries {
        [(kind, vec![text.to_owned()])].into()
    }

    #[test]
    fn a_version_has_the_entries_of_the_update_and_those_by_hand_and_the_newest_comes_first() {
        let first = add(None, &raised("0.1.0"), "Models: a.", one("Added", "- One.")).unwrap();
        let expected =
            "# Changelog of `spapi-orders`\n\n## Unreleased\n\n## 0.1.0\n\nModels: a.\n\n### Added\n\n- One.\n";
        assert_eq!(first, expected);
        let edited = first.replace(
            "## Unreleased\n",
            "## Unreleased\n\n### Fixed\n\n- A fault,\n  on two lines.\n\n### Added\n\n- By hand.\n",
        );
        let second = add(Some(&edited), &raised("0.1.1"), "Models: b.", one("Added", "- Two.")).unwrap();
        let version =
            "## 0.1.1\n\nModels: b.\n\n### Added\n\n- By hand.\n- Two.\n\n### Fixed\n\n- A fault,\n  on two lines.\n\n";
        assert_eq!(second, expected.replace("## 0.1.0", &format!("{version}## 0.1.0")));
    }

    #[test]
    fn what_stands_below_no_fixed_heading_is_refused() {
        for (text, said) in [
            ("# Changelog\n", "no heading `## Unreleased`"),
            ("## Unreleased\n\n- Loose.\n", "`- Loose.`"),
            ("## Unreleased\n\n### Improved\n\n- This.\n", "`Improved`"),
        ] {
            let error = add(Some(text), &raised("0.1.1"), "", Entries::new()).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }
}

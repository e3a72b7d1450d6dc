//! The entries of `CHANGELOG.md` that an update brings: a part of its own below `## Unreleased`, between two marks, so
//! that what people write there stays as it is.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Result, bail};

use codegen::diff::level::Effect;
use codegen::diff::{Change, Digest};

const HEADING: &str = "## Unreleased\n";
const BEGIN: &str = "<!-- models:begin -->\n";
const END: &str = "<!-- models:end -->\n";

/// A crate whose version rises, or a new one.
pub struct Raised {
    /// `orders`; nothing for a crate that is no section.
    pub section: String,
    pub name: String,
    pub from: Option<String>,
    pub to: String,
    /// What there is to say of a crate that is no section.
    pub why: String,
}

/// The entries of one update.
pub fn entries(digest: &Digest, raised: &[Raised]) -> String {
    let mut out = format!("### Models {} to {}\n", digest.old, digest.new);
    for raised in raised {
        let versions = match &raised.from {
            Some(from) => format!("{from} to {}", raised.to),
            None => format!("{}, new", raised.to),
        };
        let _ = write!(out, "\n#### `{}` {versions}\n\n", raised.name);
        if raised.section.is_empty() {
            let _ = writeln!(out, "- {}", raised.why);
            continue;
        }
        let of_section = || digest.changes.iter().filter(|change| change.section == raised.section);
        let mut told = false;
        for (effect, word) in
            [(Effect::Breaking, "Breaking"), (Effect::Additive, "Added"), (Effect::Behaviour, "Changed")]
        {
            let mut files: BTreeMap<&str, BTreeMap<&str, Vec<String>>> = BTreeMap::new();
            for change in of_section().filter(|change| change.effect == effect) {
                files.entry(&change.file).or_default().entry(&change.kind).or_default().push(place(change));
            }
            for (file, kinds) in files {
                told = true;
                let file = file.rsplit('/').next().unwrap_or(file);
                let told = |(kind, places): (&&str, &Vec<String>)| format!("{} {}", words(kind), places.join(", "));
                let kinds: Vec<_> = kinds.iter().map(told).collect();
                let _ = writeln!(out, "- {word}, `{file}`: {}.", kinds.join("; "));
            }
        }
        if !told {
            out.push_str("- Documentation alone.\n");
        }
    }
    let removed = digest.crates.iter().filter(|row| row.state == "removed");
    removed.for_each(|row| {
        let _ = write!(out, "\n#### `{}`\n\n- Amazon has removed the section.\n", row.name);
    });
    out
}

fn words(kind: &str) -> String {
    match kind {
        "rate-removed" => "rate no longer printed, and kept,".to_owned(),
        _ => kind.replace('-', " "),
    }
}

fn place(change: &Change) -> String {
    match (change.kind.as_str(), &change.new, &change.old) {
        (_, _, _) if change.place.is_empty() => change.meaning.clone(),
        ("enum-value-added", Some(value), _) | ("enum-value-removed", _, Some(value)) => {
            format!("`{}` {value}", change.place)
        }
        _ => format!("`{}`", change.place),
    }
}

/// The changelog with these entries before those of earlier updates, and with what it says of the models' commit.
///
/// # Errors
/// When it has no `## Unreleased`, or one mark without the other.
pub fn add(text: &str, entries: &str, models: &str) -> Result<String> {
    let Some(start) = text.find(HEADING).map(|at| at + HEADING.len()) else {
        bail!("CHANGELOG.md has no heading `## Unreleased`: put it where the next release stands");
    };
    let end = text[start..].find("\n## ").map_or(text.len(), |at| start + at + 1);
    let (before, unreleased, after) = (&text[..start], &text[start..end], &text[end..]);
    // The one line that tells which models the crates are generated from is this command's too.
    let unreleased: String = unreleased
        .split_inclusive('\n')
        .map(|line| if line.starts_with("Models: ") { format!("{models}\n") } else { line.to_owned() })
        .collect();
    let unreleased = match (unreleased.find(BEGIN), unreleased.find(END)) {
        (Some(begin), Some(end)) if begin < end => {
            let at = begin + BEGIN.len();
            format!("{}{entries}\n{}", &unreleased[..at], &unreleased[at..])
        }
        (None, None) => {
            let rest = unreleased.trim_start_matches('\n');
            let gap = if rest.is_empty() { "" } else { "\n" };
            // Below the line on the models, where there is one.
            let line = rest.starts_with("Models: ").then(|| rest.find('\n')).flatten().map_or(0, |at| at + 1);
            let (line, rest) = rest.split_at(line);
            let gap_before = if line.is_empty() { "" } else { "\n" };
            format!("\n{line}{gap_before}{BEGIN}{entries}{END}{gap}{}", rest.trim_start_matches('\n'))
        }
        _ => bail!("CHANGELOG.md has one of the marks {} and {}, and not the other", BEGIN.trim(), END.trim()),
    };
    Ok(format!("{before}{unreleased}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_first_and_what_people_wrote_stays() {
        let by_hand =
            "# Changelog\n\n## Unreleased\n\nModels: old.\n\n### Added\n\n- A thing.\n\n## 0.1.0\n\nModels: first.\n";
        let once = add(by_hand, "ONE\n", "Models: new.").unwrap();
        let expected = "# Changelog\n\n## Unreleased\n\nModels: new.\n\n<!-- models:begin -->\nONE\n<!-- models:end -->\n\n\
            ### Added\n\n- A thing.\n\n## 0.1.0\n\nModels: first.\n";
        assert_eq!(once, expected);
        let twice = add(&once, "TWO\n", "Models: newer.").unwrap();
        assert_eq!(twice, expected.replace("ONE\n", "TWO\n\nONE\n").replace("new.", "newer."));
        let bare = add("## Unreleased\n", "ONE\n", "Models: new.").unwrap();
        assert_eq!(bare, "## Unreleased\n\n<!-- models:begin -->\nONE\n<!-- models:end -->\n");
        assert!(add("# Changelog\n", "ONE\n", "").is_err());
        assert!(add(&format!("## Unreleased\n{BEGIN}"), "ONE\n", "").is_err());
    }

    #[test]
    fn the_marks_of_a_release_are_not_those_of_the_next() {
        let released = add("## Unreleased\n", "ONE\n", "").unwrap().replace("Unreleased", "0.2.0");
        let text = format!("## Unreleased\n\n{released}");
        let next = add(&text, "TWO\n", "").unwrap();
        assert_eq!(next, format!("## Unreleased\n\n{BEGIN}TWO\n{END}{released}"));
    }
}

//! `CHANGELOG.md` at a release: what stands below `## Unreleased` goes to the crates that it names, under the day of the
//! release, a heading a crate and version. What people wrote keeps its words, and what names no crate stands first.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Result, bail};

use super::plan::Row;

const UNRELEASED: &str = "## Unreleased\n";
/// A bullet that starts with this is about all section crates.
const ALL_SECTIONS: &str = "spapi-<section>";
const SECTIONS: &str = "crates/api/";

/// A crate as people name it in an entry.
pub struct Named<'a> {
    pub row: &'a Row,
    pub folder: &'a str,
    pub programs: &'a [String],
}

/// The heading of a version.
pub fn heading(row: &Row) -> String {
    format!("### `{}` {}", row.name, row.to)
}

/// Whether a changelog has the heading of a version.
pub fn has(text: &str, row: &Row) -> bool {
    text.lines().any(|line| line.trim_end() == heading(row))
}

/// One bullet or paragraph below `## Unreleased`, with where it stands.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    /// The `###` heading above it, without the `### `.
    kind: String,
    /// The `####` heading above it, where it is an entry of `models update`.
    block: Option<String>,
    /// Whether it stands between the marks of `models update`.
    marked: bool,
    text: String,
}

impl Entry {
    /// What it is about: the first name in backticks of its heading, else of the bullet that starts with one.
    fn subject(&self) -> Option<&str> {
        let line = self.block.as_deref().or_else(|| self.text.strip_prefix("- "))?;
        line.strip_prefix('`')?.split_once('`').map(|(name, _)| name)
    }
}

/// The changelog with the entries of these crates under their versions. Entries of crates that are not released stay.
///
/// # Errors
/// When there is no `## Unreleased`, or a crate that was released before has no entry.
pub fn release(text: &str, crates: &[Named], workspace: &[String], day: &str) -> Result<String> {
    let Some(start) = text.find(UNRELEASED).map(|at| at + UNRELEASED.len()) else {
        bail!("CHANGELOG.md has no heading `## Unreleased`: put it where the next release stands");
    };
    let end = text[start..].find("\n## ").map_or(text.len(), |at| start + at + 1);
    let (models, entries) = read(&text[start..end]);

    let mut common = Vec::new();
    let mut staying = Vec::new();
    let mut own: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        let named = |named: &&Named| {
            let subject = entry.subject();
            subject == Some(&named.row.name) || named.programs.iter().any(|name| Some(name.as_str()) == subject)
        };
        match crates.iter().find(named) {
            Some(named) => own.entry(&named.row.name).or_default().push(entry),
            None if workspace.iter().any(|name| entry.subject() == Some(name)) => staying.push(entry),
            None => common.push(entry),
        }
    }
    let with_all_sections = common.iter().any(|entry| entry.subject() == Some(ALL_SECTIONS));

    let mut released = format!("## {day}\n\n{models}{}", written(&common, "###"));
    let mut silent = Vec::new();
    for named in crates {
        let _ = write!(released, "{}\n\n", heading(named.row));
        match own.get(named.row.name.as_str()) {
            Some(entries) => released.push_str(&written(entries, "####")),
            None if named.folder.starts_with(SECTIONS) && with_all_sections => {
                released.push_str("- With all section crates, see above.\n\n");
            }
            None if named.row.from.is_none() => released.push_str("- First release.\n\n"),
            None => silent.push(named.row.name.as_str()),
        }
    }
    if !silent.is_empty() {
        bail!(
            "CHANGELOG.md says nothing of {}: write below `## Unreleased` what users meet, each entry as \"- `crate`: ...\"",
            silent.join(", ")
        );
    }
    let unreleased = format!("\n{models}{}", written(&staying, "###"));
    Ok(format!("{}{unreleased}{}\n{}", &text[..start], released.trim_end(), separated(&text[end..])))
}

fn separated(rest: &str) -> String {
    if rest.is_empty() { String::new() } else { format!("\n{rest}") }
}

/// The line on the models with an empty line after it, and the entries.
fn read(unreleased: &str) -> (String, Vec<Entry>) {
    let mut models = String::new();
    let mut entries: Vec<Entry> = Vec::new();
    let (mut kind, mut block, mut marked, mut open) = (String::new(), None, false, false);
    for line in unreleased.lines() {
        if line.starts_with("Models: ") {
            models = format!("{line}\n\n");
            open = false;
        } else if line.starts_with("<!-- models:") {
            // What is below the marks belongs to no entry of theirs.
            (marked, block, open) = (line.contains("begin"), None, false);
            kind.clear();
        } else if let Some(name) = line.strip_prefix("### ") {
            (kind, block, open) = (name.to_owned(), None, false);
        } else if let Some(name) = line.strip_prefix("#### ") {
            (block, open) = (Some(name.to_owned()), false);
        } else if line.is_empty() {
            // An indented paragraph after it belongs to the bullet before it; see below.
            if let (true, Some(entry)) = (open, entries.last_mut()) {
                entry.text.push('\n');
            }
        } else {
            let starts = line.starts_with("- ");
            let goes_on = open
                && !starts
                && entries.last().is_some_and(|entry| line.starts_with(' ') || !entry.text.ends_with("\n\n"));
            match entries.last_mut() {
                Some(entry) if goes_on => entry.text.push_str(line),
                _ => {
                    let text = line.to_owned();
                    entries.push(Entry { kind: kind.clone(), block: block.clone(), marked, text });
                }
            }
            if let Some(entry) = entries.last_mut() {
                entry.text.push('\n');
            }
            open = true;
        }
    }
    entries.iter_mut().for_each(|entry| entry.text.truncate(entry.text.trim_end().len()));
    (models, entries)
}

/// Entries with their headings, each heading once in a row. At the level of a crate the crate's own heading says what a
/// block's would.
fn written(entries: &[Entry], level: &str) -> String {
    let mut out = String::new();
    let marks = |on: bool| if on { "<!-- models:begin -->\n" } else { "<!-- models:end -->\n\n" };
    let keeps_marks = level == "###";
    let mut last: Option<&Entry> = None;
    for entry in entries {
        let was_marked = last.is_some_and(|last| last.marked);
        let same_kind = last.is_some_and(|last| last.kind == entry.kind && last.marked == entry.marked);
        let same_block = same_kind && last.is_some_and(|last| last.block == entry.block);
        let bullets = entry.text.starts_with("- ") && last.is_some_and(|last| last.text.starts_with("- "));
        if last.is_some() && !(bullets && if keeps_marks { same_block } else { same_kind }) {
            out.push('\n');
        }
        if keeps_marks && was_marked != entry.marked {
            out.push_str(marks(entry.marked));
        }
        if !same_kind && !entry.kind.is_empty() {
            let _ = write!(out, "{level} {}\n\n", entry.kind);
        }
        if let (true, false, Some(block)) = (keeps_marks, same_block, &entry.block) {
            let _ = write!(out, "#### {block}\n\n");
        }
        let _ = writeln!(out, "{}", entry.text);
        last = Some(entry);
    }
    if let Some(last) = last {
        out.push('\n');
        if keeps_marks && last.marked {
            out.push_str(marks(false));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use semver::Version;

    fn row(name: &str, from: Option<&str>, to: &str) -> Row {
        let version = |text: &str| Version::parse(text).unwrap();
        Row { name: name.to_owned(), from: from.map(version), to: version(to), why: String::new() }
    }

    const TEXT: &str = "\
# Changelog

What users meet.

## Unreleased

Models: new.

<!-- models:begin -->
### Models b to c

#### `spapi-orders` 0.1.1 to 0.2.0

- Breaking, `o.json`: operation removed `x`.

#### `spapi-sales` 0.1.0 to 0.1.1

- Documentation alone.

### Models a to b

#### `spapi-orders` 0.1.0 to 0.1.1

- Added, `o.json`: property added `y`.
<!-- models:end -->

### Added

- `spapi-core`: a thing,
  on two lines.

  And a paragraph.
- `spapi`: a command.
- `cargo xtask release`.

### Fixed

- `spapi-core`: a fault.
- `spapi-sandbox`: waits.

## 2026-01-01

### `spapi-core` 0.1.0

- First release.
";

    const EXPECTED: &str = "\
# Changelog

What users meet.

## Unreleased

Models: new.

<!-- models:begin -->
### Models b to c

#### `spapi-sales` 0.1.0 to 0.1.1

- Documentation alone.

<!-- models:end -->

### Fixed

- `spapi-sandbox`: waits.

## 2026-11-24

Models: new.

### Added

- `cargo xtask release`.

### `spapi-core` 0.2.0

#### Added

- `spapi-core`: a thing,
  on two lines.

  And a paragraph.

#### Fixed

- `spapi-core`: a fault.

### `spapi-orders` 0.2.0

#### Models b to c

- Breaking, `o.json`: operation removed `x`.

#### Models a to b

- Added, `o.json`: property added `y`.

### `spapi-fresh` 0.1.0

- First release.

### `spapi-cli` 0.1.0

#### Added

- `spapi`: a command.

## 2026-01-01

### `spapi-core` 0.1.0

- First release.
";

    #[test]
    fn entries_go_to_their_crates_and_the_rest_stays() {
        let rows = [
            row("spapi-core", Some("0.1.0"), "0.2.0"),
            row("spapi-orders", Some("0.1.0"), "0.2.0"),
            row("spapi-fresh", None, "0.1.0"),
            row("spapi-cli", None, "0.1.0"),
        ];
        let programs = [vec![], vec![], vec![], vec!["spapi".to_owned()]];
        let crates: Vec<_> =
            rows.iter().zip(&programs).map(|(row, programs)| Named { row, folder: "crates/x", programs }).collect();
        let workspace = ["spapi-core", "spapi-orders", "spapi-fresh", "spapi-cli", "spapi-sales", "spapi-sandbox"];
        let made = release(TEXT, &crates, &workspace.map(str::to_owned), "2026-11-24").unwrap();
        assert_eq!(made, EXPECTED);
        assert!(rows.iter().all(|row| has(&made, row) && !has(TEXT, row)));
    }

    #[test]
    fn a_crate_that_was_released_before_needs_an_entry_or_one_for_all_sections() {
        let row = row("spapi-sales", Some("0.1.0"), "0.1.1");
        let crates = |folder| [Named { row: &row, folder, programs: &[] }];
        let silent = "## Unreleased\n";
        let error = release(silent, &crates("crates/api/sales"), &[], "d").unwrap_err().to_string();
        assert!(error.starts_with("CHANGELOG.md says nothing of spapi-sales: "), "{error}");
        let all = "## Unreleased\n\n### Fixed\n\n- `spapi-<section>`: smaller.\n";
        let made = release(all, &crates("crates/api/sales"), &[], "d").unwrap();
        assert_eq!(
            made,
            "## Unreleased\n\n## d\n\n### Fixed\n\n- `spapi-<section>`: smaller.\n\n### `spapi-sales` 0.1.1\n\n\
             - With all section crates, see above.\n"
        );
        assert!(release(all, &crates("crates/cli"), &[], "d").is_err(), "that is no section");
        assert!(release("# Changelog\n", &[], &[], "d").is_err());
    }
}

//! `CHANGELOG.md` at a release: what stands below `## Unreleased` goes to the crates that it names, under the day of the
//! release, a heading a crate and version. What people wrote keeps its words. What names no crate stands first, and what is
//! about all section crates is told below each of them.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Result, bail};

use super::plan::Row;

const UNRELEASED: &str = "## Unreleased\n";
/// A bullet that starts with this is about all section crates.
const ALL_SECTIONS: &str = "spapi-<section>";
const SECTIONS: &str = "crates/api/";
/// What the heading of a crate starts with.
const CRATE: &str = "\n### `";

/// Whether a folder is that of a section crate.
pub fn is_section(folder: &str) -> bool {
    folder.starts_with(SECTIONS)
}

/// A crate as people name it in an entry.
pub struct Named<'a> {
    pub row: &'a Row,
    pub folder: &'a str,
    pub programs: &'a [String],
}

/// What a run releases.
pub struct Run<'a> {
    /// The crates whose headings are to be written.
    pub crates: &'a [Named<'a>],
    /// The section crates that this or a later run releases.
    pub due_sections: &'a [String],
    /// What the crates and programs of the workspace are called.
    pub workspace: &'a [String],
    /// Whether it takes the entries that concern no crate.
    pub whole: bool,
    /// As `2026-11-24`.
    pub day: &'a str,
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

/// The changelog with the entries of these crates under their versions. Entries of crates that are not released stay. One
/// about all section crates is copied to each that does not have it, and stays until each that is due has it.
///
/// # Errors
/// When there is no `## Unreleased`, or a crate that was released before has no entry.
pub fn release(text: &str, run: &Run) -> Result<String> {
    let Run { crates, due_sections, workspace, whole, day } = *run;
    let Some(start) = text.find(UNRELEASED).map(|at| at + UNRELEASED.len()) else {
        bail!("CHANGELOG.md has no heading `## Unreleased`: put it where the next release stands");
    };
    let end = text[start..].find("\n## ").map_or(text.len(), |at| start + at + 1);
    let (models, entries) = read(&text[start..end]);
    let count = entries.len();
    let told = told(&text[end..]);
    let has_it = |name: &str, entry: &Entry| {
        told.get(name).is_some_and(|entries| entries.iter().any(|other| other.text == entry.text))
    };

    let mut common = Vec::new();
    let mut staying = Vec::new();
    let mut own: BTreeMap<&str, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        if entry.subject() == Some(ALL_SECTIONS) {
            let lacking = crates.iter().filter(|named| is_section(named.folder));
            let lacking: Vec<&str> = lacking.map(|named| named.row.name.as_str()).collect();
            let waits = |name: &String| !lacking.contains(&name.as_str()) && !has_it(name, &entry);
            let stands_nowhere = lacking.is_empty() && !told.keys().any(|name| has_it(name, &entry));
            let stays = stands_nowhere || due_sections.iter().any(waits);
            for name in lacking.into_iter().filter(|name| !has_it(name, &entry)) {
                own.entry(name).or_default().push(entry.clone());
            }
            if stays {
                staying.push(entry);
            }
            continue;
        }
        let named = |named: &&Named| {
            let subject = entry.subject();
            subject == Some(&named.row.name) || named.programs.iter().any(|name| Some(name.as_str()) == subject)
        };
        match crates.iter().find(named) {
            Some(named) => own.entry(&named.row.name).or_default().push(entry),
            None if workspace.iter().any(|name| entry.subject() == Some(name)) => staying.push(entry),
            None if !whole => staying.push(entry),
            None => common.push(entry),
        }
    }
    if crates.is_empty() && staying.len() == count {
        return Ok(text.to_owned());
    }

    let (before, same_day, after) = around(&text[end..], day);
    let (mut first, mut released) = (Vec::new(), String::new());
    let mut models_then = String::new();
    if let Some(section) = same_day {
        let at = section.find(CRATE).map_or(section.len(), |at| at + 1);
        (models_then, first) = read(&section[..at]);
        released = section[at..].trim().to_owned() + "\n\n";
    }
    for entry in common {
        let alike =
            |other: &Entry| (&other.kind, &other.block, other.marked) == (&entry.kind, &entry.block, entry.marked);
        let at = first.iter().rposition(alike).map_or(first.len(), |at| at + 1);
        first.insert(at, entry);
    }
    let models_now = if models.is_empty() { &models_then } else { &models };
    let mut released = format!("## {day}\n\n{models_now}{}{}", written(&first, "###"), released.trim_start());
    let mut silent = Vec::new();
    for named in crates {
        let _ = write!(released, "{}\n\n", heading(named.row));
        match own.get(named.row.name.as_str()) {
            Some(entries) => released.push_str(&written(entries, "####")),
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
    Ok(format!("{}{unreleased}{before}{}\n{}", &text[..start], released.trim_end(), separated(after)))
}

fn separated(rest: &str) -> String {
    if rest.is_empty() { String::new() } else { format!("\n{rest}") }
}

/// What stands before the section of a day, in it without its heading, and behind it. Without one, all stands behind.
fn around<'a>(released: &'a str, day: &str) -> (&'a str, Option<&'a str>, &'a str) {
    let heading = format!("## {day}\n");
    let at_line_start = |at: usize| at == 0 || released[..at].ends_with('\n');
    let found = released.match_indices(&heading).map(|(at, _)| at).find(|at| at_line_start(*at));
    let Some(at) = found else { return ("", None, released) };
    // With the end of the heading's line: a crate's heading may follow at once.
    let from = at + heading.len() - 1;
    let to = released[from..].find("\n## ").map_or(released.len(), |end| from + end + 1);
    (&released[..at], Some(&released[from..to]), &released[to..])
}

/// The entries below the headings of each crate.
fn told(released: &str) -> BTreeMap<String, Vec<Entry>> {
    let mut found: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for day in released.split("\n## ") {
        for section in day.split(CRATE).skip(1) {
            if let Some((name, rest)) = section.split_once('`') {
                let below = rest.split_once('\n').map_or("", |(_, below)| below);
                found.entry(name.to_owned()).or_default().extend(read(below).1);
            }
        }
    }
    found
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
        let workspace = workspace.map(str::to_owned);
        let run = Run { crates: &crates, due_sections: &[], workspace: &workspace, whole: true, day: "2026-11-24" };
        let made = release(TEXT, &run).unwrap();
        assert_eq!(made, EXPECTED);
        assert!(rows.iter().all(|row| has(&made, row) && !has(TEXT, row)));
    }

    /// The changelog after a run that releases these section crates on `day`, of those that are due.
    fn after(text: &str, rows: &[Row], due: &[&str], day: &str) -> Result<String> {
        let crates: Vec<_> = rows.iter().map(|row| Named { row, folder: "crates/api/x", programs: &[] }).collect();
        let due: Vec<_> = due.iter().map(|name| (*name).to_owned()).collect();
        let run = Run { crates: &crates, due_sections: &due, workspace: &due, whole: false, day };
        release(text, &run)
    }

    #[test]
    fn a_crate_that_was_released_before_needs_an_entry_or_one_for_all_sections() {
        let row = row("spapi-sales", Some("0.1.0"), "0.1.1");
        let crates = |folder| [Named { row: &row, folder, programs: &[] }];
        let released = |text: &str, folder| {
            let run = Run { crates: &crates(folder), due_sections: &[], workspace: &[], whole: true, day: "d" };
            release(text, &run)
        };
        let error = released("## Unreleased\n", "crates/api/sales").unwrap_err().to_string();
        assert!(error.starts_with("CHANGELOG.md says nothing of spapi-sales: "), "{error}");
        let all = "## Unreleased\n\n### Fixed\n\n- `spapi-<section>`: smaller.\n";
        let made = released(all, "crates/api/sales").unwrap();
        assert_eq!(
            made,
            "## Unreleased\n\n## d\n\n### `spapi-sales` 0.1.1\n\n#### Fixed\n\n- `spapi-<section>`: smaller.\n"
        );
        assert!(released(all, "crates/cli").is_err(), "that is no section");
        assert!(released("# Changelog\n", "crates/cli").is_err());
    }

    #[test]
    fn an_entry_for_all_sections_stays_until_each_that_is_due_has_it_and_is_told_of_none_twice() {
        let text = "## Unreleased\n\n### Fixed\n\n- `spapi-<section>`: smaller,\n  by half.\n- `cargo xtask`: works.\n";
        let due = ["spapi-a", "spapi-b", "spapi-c"];
        let entry = "- `spapi-<section>`: smaller,\n  by half.\n";
        let [a, b, c] = due.map(|name| row(name, None, "0.1.0"));

        let first = after(text, std::slice::from_ref(&a), &due, "d1").unwrap();
        assert_eq!(first, format!("{text}\n## d1\n\n### `spapi-a` 0.1.0\n\n#### Fixed\n\n{entry}"));
        // Released, and raised before the others were: it has the entry already, and one of its own alone.
        let raised = first.replacen("by half.\n", "by half.\n- `spapi-a`: waits.\n", 1);
        let again = after(&raised, &[row("spapi-a", Some("0.1.0"), "0.1.1")], &due, "d2").unwrap();
        assert!(
            again.contains("## d2\n\n### `spapi-a` 0.1.1\n\n#### Fixed\n\n- `spapi-a`: waits.\n\n## d1"),
            "{again}"
        );
        let error = after(&first, &[row("spapi-a", Some("0.1.0"), "0.1.1")], &due, "d2").unwrap_err();
        assert!(error.to_string().contains("says nothing of spapi-a"), "{error}");

        // The last that is due takes it along; what concerns no crate stays, as these runs name some.
        let last = after(&first, &[b, c], &["spapi-b", "spapi-c"], "d2").unwrap();
        let expected = format!(
            "## Unreleased\n\n### Fixed\n\n- `cargo xtask`: works.\n\n## d2\n\n### `spapi-b` 0.1.0\n\n#### Fixed\n\n\
             {entry}\n### `spapi-c` 0.1.0\n\n#### Fixed\n\n{entry}\n## d1\n\n### `spapi-a` 0.1.0\n\n#### Fixed\n\n{entry}"
        );
        assert_eq!(last, expected);

        // No section crate is due, and none has it: it is not lost with a crate that is no section.
        let core = row("spapi-core", None, "0.1.0");
        let crates = [Named { row: &core, folder: "crates/core", programs: &[] }];
        let run = Run { crates: &crates, due_sections: &[], workspace: &[], whole: true, day: "d" };
        assert!(release(text, &run).unwrap().starts_with(&format!("## Unreleased\n\n### Fixed\n\n{entry}\n## d\n")));
    }

    #[test]
    fn a_second_run_on_a_day_adds_to_its_heading() {
        let text = "## Unreleased\n\nModels: new.\n\n### Added\n\n- `cargo xtask`: more.\n- `spapi-b`: a call.\n\n\
            ### Fixed\n\n- `cargo xtask`: less.\n\n## d1\n\nModels: old.\n\n### Added\n\n- `cargo xtask`: first.\n\n\
            ### `spapi-a` 0.1.0\n\n- First release.\n\n## d0\n\n### `spapi-z` 0.1.0\n\n- First release.\n";
        let expected = "## Unreleased\n\nModels: new.\n\n## d1\n\nModels: new.\n\n### Added\n\n- `cargo xtask`: first.\n\
            - `cargo xtask`: more.\n\n### Fixed\n\n- `cargo xtask`: less.\n\n### `spapi-a` 0.1.0\n\n- First release.\n\n\
            ### `spapi-b` 0.1.0\n\n#### Added\n\n- `spapi-b`: a call.\n\n## d0\n\n### `spapi-z` 0.1.0\n\n- First release.\n";
        let b = row("spapi-b", None, "0.1.0");
        let crates = [Named { row: &b, folder: "crates/api/b", programs: &[] }];
        let run = Run { crates: &crates, due_sections: &[], workspace: &[], whole: true, day: "d1" };
        let made = release(text, &run).unwrap();
        assert_eq!(made, expected);
        // With nothing to move, nothing is touched.
        assert_eq!(release(&made, &Run { crates: &[], ..run }).unwrap(), made);
    }
}

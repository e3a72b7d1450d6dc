//! What every page has to be like.

use crate::page::{Kind, Page};
use crate::{guide, repository};
use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// The file with the list of pages. It is not a page.
const SUMMARY: &str = "SUMMARY.md";

/// Samples that are neither run nor part of an example, and do not say why.
pub fn samples(page: &Page, _: &[Page]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut before = None;
    for block in &page.blocks {
        let mut say = |what: &str| wrong.push(format!("{}:{}: {what}", page.name, block.line));
        let first = block.text.lines().next().unwrap_or_default();
        match &block.kind {
            Kind::Rust => {
                if let Err(what) = example(page, &block.text) {
                    say(&what);
                }
            }
            Kind::NotRun if !["#", "--", "//"].iter().any(|mark| first.starts_with(mark)) => {
                say("the sample is not run, and its first line does not say why");
            }
            Kind::Output | Kind::Errors
                if !matches!(
                    before,
                    Some(Kind::Commands { .. } | Kind::Console | Kind::Query { .. } | Kind::Output)
                ) =>
            {
                say("no sample writes this");
            }
            Kind::Unknown => say(&format!("{:?} is no kind of sample; tests/guide/main.rs lists them", block.info)),
            _ => {}
        }
        before = Some(block.kind.clone());
    }
    wrong
}

/// Refuses what is not one part of an example.
fn example(page: &Page, text: &str) -> Result<(), String> {
    let include = text.trim().strip_prefix("{{#include ").and_then(|rest| rest.strip_suffix("}}"));
    let include = include.ok_or("a sample in Rust is one {{#include ...}} of a file in examples")?;
    let (path, anchor) = include.split_once(':').unwrap_or((include, ""));
    let path = page.path.parent().unwrap().join(path);
    if !plain(&path).starts_with(plain(&repository().join("examples"))) {
        return Err(format!("{include} is not in examples, where every file is run"));
    }
    let source = fs::read_to_string(&path).map_err(|error| format!("{include}: {error}"))?;
    let has = |mark: &str| source.lines().any(|line| line.trim() == format!("// {mark}: {anchor}"));
    match anchor.is_empty() || has("ANCHOR") && has("ANCHOR_END") {
        true => Ok(()),
        false => Err(format!("{include}: there is no such part in the file")),
    }
}

/// Commands that are not run and do not exist, or lack an option.
pub fn options(page: &Page, _: &[Page]) -> Vec<String> {
    let mut wrong = Vec::new();
    for block in page.blocks.iter().filter(|block| block.kind == Kind::NotRun && block.info.starts_with("sh")) {
        let text = block.text.replace("\\\n", " ");
        for line in text.lines().filter(|line| line.starts_with("spapi ")) {
            let words: Vec<_> = line.split_whitespace().skip(1).collect();
            let is_name = |word: &&&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            let command: Vec<_> = words.iter().take_while(is_name).filter(|word| !word.starts_with('-')).collect();
            let help = Command::new(env!("CARGO_BIN_EXE_spapi")).args(&command).arg("--help").output().unwrap();
            let help = String::from_utf8_lossy(&help.stdout);
            let known: Vec<_> = help.split(|one: char| !one.is_ascii_alphanumeric() && one != '-').collect();
            let options = words.iter().filter(|word| word.starts_with("--")).filter_map(|word| word.split('=').next());
            let unknown = options.into_iter().find(|option| !known.contains(option));
            if help.is_empty() || unknown.is_some() {
                let what = unknown.unwrap_or("the command");
                wrong.push(format!("{}:{}: {what} does not exist: {line}", page.name, block.line));
            }
        }
    }
    wrong
}

/// Links that lead nowhere, in the source or in the pages that mdBook makes of it in `target/guide`.
pub fn links(page: &Page, pages: &[Page]) -> Vec<String> {
    let (source, root) = (plain(&guide().join("src")), plain(&repository()));
    let is_wrong = |link: &str| -> Option<&str> {
        if link.starts_with("https://") || link.starts_with("http://127.0.0.1") {
            return None;
        }
        let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = if path.is_empty() { page.path.clone() } else { page.path.parent().unwrap().join(path) };
        let target = plain(&target);
        if !target.exists() || !target.starts_with(&root) {
            return Some("there is no such file");
        }
        if !target.starts_with(&source) {
            // It would become a link to a file that ends in .html.
            return link.contains(".md").then_some("mdBook changes this link: name the folder instead");
        }
        if target.extension().is_none_or(|ending| ending != "md") {
            return None;
        }
        let Some(other) = pages.iter().find(|other| plain(&other.path) == target) else {
            return Some("it is not a page");
        };
        let is_there = anchor.is_empty() || other.headings.iter().any(|heading| heading == anchor);
        (!is_there).then_some("the page has no such heading")
    };
    let found = page.links.iter().filter_map(|(line, link)| Some((line, link, is_wrong(link)?)));
    found.map(|(line, link, what)| format!("{}:{line}: {link}: {what}", page.name)).collect()
}

/// The folder of the pictures, in `src`.
const PICTURES: &str = "images";
/// The largest picture, in bytes: git keeps each of its versions.
const LARGEST: u64 = 60_000;

/// Pictures that no page shows, that are too large, or that a reader who cannot see them learns nothing of.
pub fn pictures(page: &Page, pages: &[Page]) -> Vec<String> {
    let lacks = page.pictures.iter().filter(|(_, _, description)| description.trim().is_empty());
    let mut wrong: Vec<_> =
        lacks.map(|(line, path, _)| format!("{}:{line}: {path}: it has no description", page.name)).collect();
    if page.name != SUMMARY {
        return wrong;
    }
    let shown: Vec<_> = pages
        .iter()
        .flat_map(|page| page.pictures.iter().map(|(_, path, _)| plain(&page.path.parent().unwrap().join(path))))
        .collect();
    for file in fs::read_dir(guide().join("src").join(PICTURES)).unwrap() {
        let file = file.unwrap();
        if !shown.contains(&plain(&file.path())) {
            wrong.push(format!("{}: no page shows it", file.path().display()));
        }
        if file.metadata().unwrap().len() > LARGEST {
            wrong.push(format!("{}: it has more than {LARGEST} bytes", file.path().display()));
        }
    }
    wrong
}

/// Bold words on a page about the console that the console does not show.
pub fn texts_of_the_console(page: &Page, _: &[Page]) -> Vec<String> {
    if !page.name.ends_with("console.md") {
        return Vec::new();
    }
    let folder = repository().join("crates/console/texts");
    let files = [format!("{}.ftl", page.language()), format!("streams.{}.ftl", page.language())];
    let texts: String = files.iter().filter_map(|name| fs::read_to_string(folder.join(name)).ok()).collect();
    let known: HashSet<_> = texts.lines().filter_map(|line| Some(line.split_once(" = ")?.1.trim())).collect();
    let unknown = page.bold.iter().filter(|(_, text)| !known.contains(text.as_str()));
    unknown.map(|(line, text)| format!("{}:{line}: the console has no text {text:?}", page.name)).collect()
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

/// Pages that the summary lacks, or whose text does not say its language.
pub fn summary(page: &Page, pages: &[Page]) -> Vec<String> {
    if page.name == SUMMARY {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    let summary = pages.iter().find(|page| page.name == SUMMARY).expect("a summary");
    if summary.links.iter().filter(|(_, link)| *link == page.name).count() != 1 {
        wrong.push(format!("{}: it is not once in {SUMMARY}", page.name));
    }
    if let Some((language, _)) = page.name.split_once('/') {
        // A browser chooses the letters of Japanese by it, and a screen reader its voice.
        if !page.text.starts_with(&format!("<div lang=\"{language}\">\n\n")) || !page.text.ends_with("\n</div>\n") {
            wrong.push(format!("{}: it is not in a <div lang=\"{language}\">", page.name));
        }
    }
    wrong
}

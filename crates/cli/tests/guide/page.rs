//! A page of the guide.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::fs;
use std::path::{Path, PathBuf};

/// A page.
#[derive(Clone)]
pub struct Page {
    /// The path below `src`, with `/`.
    pub name: String,
    pub path: PathBuf,
    pub text: String,
    pub blocks: Vec<Block>,
    /// Line and destination of each link and picture.
    pub links: Vec<(usize, String)>,
    /// Line, destination and description of each picture.
    pub pictures: Vec<(usize, String, String)>,
    /// The ids of the headings.
    pub headings: Vec<String>,
    /// Line and text of what is printed in bold.
    pub bold: Vec<(usize, String)>,
}

/// A code block.
#[derive(Clone)]
pub struct Block {
    pub line: usize,
    /// The language and what follows it.
    pub info: String,
    pub kind: Kind,
    pub text: String,
}

/// What a code block is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Commands { exit: i32 },
    Serve,
    Console,
    Terminal,
    Databases,
    Query { file: String },
    Output,
    Errors,
    Rust,
    NotRun,
    Unknown,
}

impl Kind {
    fn of(info: &str) -> Self {
        let (language, mark) = info.split_once(',').unwrap_or((info, ""));
        match (language, mark) {
            (_, "not-run") => Self::NotRun,
            ("sh", "") => Self::Commands { exit: 0 },
            ("sh", "serve") => Self::Serve,
            ("sh", "console") => Self::Console,
            ("sh", "terminal") => Self::Terminal,
            ("sh", "databases") => Self::Databases,
            ("sh", mark) => match mark.strip_prefix("exit=").and_then(|code| code.parse().ok()) {
                Some(exit) => Self::Commands { exit },
                None => Self::Unknown,
            },
            ("sql", file) if !file.is_empty() => Self::Query { file: file.to_owned() },
            ("text", "output") => Self::Output,
            ("text", "errors") => Self::Errors,
            ("rust", "") => Self::Rust,
            _ => Self::Unknown,
        }
    }
}

impl Page {
    fn read(path: &Path, name: String) -> Self {
        let text = fs::read_to_string(path).unwrap().replace("\r\n", "\n");
        let mut page = Self {
            name,
            path: path.to_owned(),
            blocks: Vec::new(),
            links: Vec::new(),
            pictures: Vec::new(),
            headings: Vec::new(),
            bold: Vec::new(),
            text: String::new(),
        };
        let mut heading: Option<String> = None;
        let mut bold: Option<String> = None;
        let mut described: Option<String> = None;
        let mut is_code = false;
        for (event, range) in Parser::new_ext(&text, Options::ENABLE_TABLES).into_offset_iter() {
            let line = text[..range.start].matches('\n').count() + 1;
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    let info = match kind {
                        CodeBlockKind::Fenced(info) => info.to_string(),
                        CodeBlockKind::Indented => String::new(),
                    };
                    page.blocks.push(Block { line, kind: Kind::of(&info), info, text: String::new() });
                    is_code = true;
                }
                Event::End(TagEnd::CodeBlock) => is_code = false,
                Event::Text(part) if is_code => page.blocks.last_mut().unwrap().text.push_str(&part),
                Event::Text(part) | Event::Code(part) => {
                    heading.iter_mut().chain(&mut bold).chain(&mut described).for_each(|text| text.push_str(&part));
                }
                Event::Start(Tag::Strong) => bold = Some(String::new()),
                Event::End(TagEnd::Strong) => page.bold.extend(bold.take().map(|text| (line, text))),
                Event::Start(Tag::Link { dest_url, .. }) => page.links.push((line, dest_url.to_string())),
                Event::Start(Tag::Image { dest_url, .. }) => {
                    page.links.push((line, dest_url.to_string()));
                    page.pictures.push((line, dest_url.to_string(), String::new()));
                    described = Some(String::new());
                }
                Event::End(TagEnd::Image) => {
                    let text = described.take().unwrap_or_default();
                    page.pictures.last_mut().unwrap().2 = text;
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => page.headings.extend(heading.take().map(|text| id(&text))),
                _ => {}
            }
        }
        page.text = text;
        page
    }

    pub fn has_commands(&self) -> bool {
        let is_run = |kind: &Kind| matches!(kind, Kind::Commands { .. } | Kind::Serve | Kind::Console | Kind::Terminal);
        self.blocks.iter().any(|block| is_run(&block.kind))
    }

    /// The language that it is written in.
    pub fn language(&self) -> &str {
        self.name.split_once('/').map_or("en", |(language, _)| language)
    }
}

/// The id that mdBook gives a heading.
fn id(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|one| match one {
        one if one.is_alphanumeric() || one == '_' || one == '-' => Some(one.to_ascii_lowercase()),
        one if one.is_whitespace() => Some('-'),
        _ => None,
    });
    kept.collect()
}

/// All pages below a folder, in the order of their names.
pub fn all(source: &Path) -> Vec<Page> {
    let mut pages = Vec::new();
    let mut folders = vec![(source.to_owned(), String::new())];
    while let Some((folder, prefix)) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() {
                folders.push((entry.path(), format!("{name}/")));
            } else if name.ends_with(".md") {
                pages.push(Page::read(&entry.path(), name));
            }
        }
    }
    pages.sort_by(|a, b| a.name.cmp(&b.name));
    pages
}

//! The guide: its commands are run, its programs are those of `examples`, and its links lead somewhere.
//!
//! What follows the language of a code block says what the block is:
//!
//! | code block | meaning |
//! | --- | --- |
//! | `sh` | commands, run in the order of the page in a folder of their own; `sh,exit=2` for those that end with that code |
//! | `sh,serve` | starts the server that the later commands of the page call; without such a block it is `spapi sandbox serve` |
//! | `sh,console` | starts the console, and opens the page of its link |
//! | `sh,terminal` | a command in a terminal of its own, which ends with the page |
//! | `sh,databases` | lines `export NAME='postgres://…'`; here the variables lead to a server of Postgres that the test starts |
//! | `sql,FILE` | a query of this SQLite database |
//! | `text,output`, `text,errors` | what the block before it writes to stdout or stderr; `…` stands for any text, or alone for any lines |
//! | `rust` | one `{{#include ...}}` of a file in `examples`, which other tests compile and run |
//! | `...,not-run` | a sample that cannot run here; its first line is a comment that says why |
//!
//! On a page about the console, bold text is a text of the console: a label, a button, a heading. In commands the address
//! 127.0.0.1:9464 stands for one that is free.

mod checks;
mod commands;
mod matching;
mod page;
mod processes;
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../../../sync/tests/server/mod.rs"]
mod server;

use libtest_mimic::{Arguments, Failed, Trial};
use page::Page;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let pages = Arc::new(page::all(&guide().join("src")));
    let mut trials = vec![
        check("every sample is run, is part of an example, or says why not", &pages, checks::samples),
        check("the options of commands that are not run exist", &pages, checks::options),
        check("every link leads somewhere", &pages, checks::links),
        check("every page is in the summary, and in its language", &pages, checks::summary),
        check("every picture is shown, and says what it shows", &pages, checks::pictures),
        check("the console has the texts that pages about it name", &pages, checks::texts_of_the_console),
    ];
    trials.extend(pages.iter().filter(|page| page.has_commands()).map(run));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The root of the repository.
fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn guide() -> PathBuf {
    repository().join("guide")
}

fn check(name: &str, pages: &Arc<Vec<Page>>, of: fn(&Page, &[Page]) -> Vec<String>) -> Trial {
    let pages = Arc::clone(pages);
    Trial::test(name, move || {
        let wrong: Vec<String> = pages.iter().flat_map(|page| of(page, &pages)).collect();
        if wrong.is_empty() { Ok(()) } else { Err(Failed::from(wrong.join("\n"))) }
    })
}

fn run(page: &Page) -> Trial {
    let name = format!("the commands of {}", page.name);
    match commands::missing(page) {
        Some(missing) => Trial::test(format!("{name} ({missing})"), || Ok(())).with_ignored_flag(true),
        None => {
            let page = page.clone();
            Trial::test(name, move || commands::run(&page).map_err(Failed::from))
        }
    }
}

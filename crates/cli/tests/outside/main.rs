//! Tests that need what a checkout does not have: Python with the wheel, Node.js, Amazon's models.
//!
//! Without it, they show as ignored, each with the reason. `packaging/python/tests/install` makes the wheel.

#[path = "../cli/github.rs"]
mod github;
mod models;
mod npm;
mod wheel;

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let trials = vec![
        trial("the wheel reads reports into tables", wheel::missing(), wheel::works),
        trial("the wheel's module has the types that it names", wheel::missing(), wheel::has_types),
        trial("the packages of npm run the program", npm::missing(), npm::run_the_program),
        trial("the packages of npm say why they cannot run", npm::missing(), npm::say_why_not),
        trial("packages of npm are made only of fitting programs", npm::missing(), npm::refuse_others),
        trial("`self check` finds no difference from the pinned models", models::missing(), models::are_known),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A test, or its name with what it lacks here.
fn trial(name: &str, missing: Option<&str>, run: fn() -> Result<(), Failed>) -> Trial {
    match missing {
        Some(missing) => Trial::test(format!("{name} ({missing})"), || Ok(())).with_ignored_flag(true),
        None => Trial::test(name, run),
    }
}

/// A file of the repository.
fn in_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// Runs a command to its end, and returns its exit code and all that it writes.
fn ran(command: &mut Command) -> Result<(Option<i32>, String), Failed> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = [output.stdout, output.stderr].concat();
    Ok((output.status.code(), String::from_utf8_lossy(&text).into_owned()))
}

/// Runs a command that must succeed, and returns all that it writes.
fn succeeded(command: &mut Command) -> Result<String, Failed> {
    match ran(command)? {
        (Some(0), text) => Ok(text),
        (code, text) => Err(format!("{command:?} exits with {code:?}:\n{text}").into()),
    }
}

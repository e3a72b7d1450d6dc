//! Validates the sandbox's answers against Amazon's models: each served operation is called, and its answers must be valid
//! against the published schema, without members that the schema lacks.
//!
//! The models are fetched, not committed. Without them the tests show as ignored.

mod calls;
mod notices;
mod schemas;
#[path = "../sandbox/support.rs"]
#[allow(dead_code, reason = "it serves the other tests as well")]
mod support;

use libtest_mimic::{Arguments, Failed, Trial};
use schemas::Schemas;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let upstream = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/upstream");
    let trials = if upstream.is_dir() { trials(&upstream) } else { vec![ignored()] };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn ignored() -> Trial {
    let name = "answers are valid (the models are missing: run `cargo xtask models fetch`)";
    Trial::test(name, || Ok(())).with_ignored_flag(true)
}

/// A trial for each section, and one for the whole.
fn trials(upstream: &Path) -> Vec<Trial> {
    let schemas = Arc::new(Schemas::new(upstream));
    let mut trials: Vec<Trial> = calls::SECTIONS
        .into_iter()
        .map(|section| {
            let schemas = Arc::clone(&schemas);
            Trial::test(section, move || run(async move { problems(calls::problems(section, &schemas).await) }))
        })
        .collect();
    trials.push(Trial::test("every served operation is called", || run(async { problems(calls::uncalled().await) })));
    let of_notices = Arc::clone(&schemas);
    trials
        .push(Trial::test("notifications", move || run(async move { problems(notices::problems(&of_notices).await) })));
    let schemas = Arc::clone(&schemas);
    trials.push(Trial::test("wrong answers are found", move || problems(schemas.unnoticed())));
    trials
}

fn run(trial: impl Future<Output = Result<(), Failed>>) -> Result<(), Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(trial)
}

fn problems(problems: Vec<String>) -> Result<(), Failed> {
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

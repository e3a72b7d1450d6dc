//! Holds the generated types to the static examples that Amazon publishes in its models: each example of a success is
//! read as its operation's answer and written back, and what differs must stand in `drift.toml` with its reason.
//!
//! The models are fetched, not committed. Without them the tests show as ignored.

mod drift;
mod examples;

use examples::{Example, Outcome};
use libtest_mimic::{Arguments, Failed, Trial};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

#[rustfmt::skip]
#[path = "../generated/answers.rs"]
mod answers;

/// An operation's answer, as the generated table has it.
pub struct Answer {
    /// The model file, with its folder.
    pub model: &'static str,
    /// The operation's id.
    pub operation: &'static str,
    /// Its path; a greedy parameter is `{+name}`.
    pub path: &'static str,
    /// Its method, in upper case.
    pub method: &'static str,
    /// The status that the type belongs to, where it differs by status.
    pub status: Option<u16>,
    /// Reads a body as the type and writes it back; none where the operation answers without a body.
    pub reencode: Option<fn(&str) -> serde_json::Result<Value>>,
}

fn reencode<T: DeserializeOwned + Serialize>(body: &str) -> serde_json::Result<Value> {
    serde_json::from_str::<T>(body).and_then(serde_json::to_value)
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/upstream/models");
    let trials = if models.is_dir() { trials(&models) } else { vec![ignored()] };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn ignored() -> Trial {
    Trial::test("examples (the models are missing: run `cargo xtask models fetch`)", || Ok(())).with_ignored_flag(true)
}

/// A trial a model file, and one for the whole.
fn trials(models: &Path) -> Vec<Trial> {
    let expected = Arc::new(drift::Expected::read());
    let examples = Arc::new(examples::read(models));
    let models: BTreeSet<_> = answers::ANSWERS.iter().map(|answer| answer.model).collect();
    let mut trials: Vec<_> = models
        .into_iter()
        .map(|model| {
            let (examples, expected) = (examples.clone(), expected.clone());
            Trial::test(model.to_owned(), move || check(model, &examples, &expected))
        })
        .collect();
    trials.push(Trial::test("every example is accounted for", move || account(&examples, &expected)));
    trials
}

/// Checks the examples of one model: what drifts is what is expected to.
fn check(model: &str, examples: &[Example], expected: &drift::Expected) -> Result<(), Failed> {
    let mut problems = Vec::new();
    let mut found = BTreeSet::new();
    for example in examples.iter().filter(|example| example.model == model) {
        match example.outcome() {
            Outcome::Failed(why) => problems.push(format!("{}: {why}", example.name())),
            Outcome::Read(drifts) => found.extend(drifts.iter().map(|drift| format!("{}: {drift}", example.name()))),
            Outcome::Error | Outcome::NoBody | Outcome::NoType => {}
        }
    }
    let listed = expected.of(model);
    problems.extend(found.difference(&listed).map(|drift| format!("not in drift.toml: {drift}")));
    problems.extend(listed.difference(&found).map(|drift| format!("in drift.toml and not met: {drift}")));
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// Prints what became of the examples, and fails where one was left out or a row of `drift.toml` names no model.
fn account(examples: &[Example], expected: &drift::Expected) -> Result<(), Failed> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for example in examples {
        let kind = match example.outcome() {
            Outcome::Error => "of an error, which core reads",
            Outcome::NoBody => "of a success without a body",
            Outcome::NoType => "of a success with a body that the model gives no type",
            Outcome::Failed(_) => "of a success that does not read",
            Outcome::Read(drifts) if drifts.is_empty() => "of a success that reads and writes back the same",
            Outcome::Read(_) => "of a success with drift",
        };
        *counts.entry(kind).or_default() += 1;
    }
    println!("{} examples:", examples.len());
    counts.iter().for_each(|(kind, count)| println!("{count:5} {kind}"));
    expected.counts().iter().for_each(|(reason, count)| println!("{count:5} places drift: {reason}"));
    let unknown = expected.models().find(|model| !answers::ANSWERS.iter().any(|answer| answer.model == *model));
    match (examples.is_empty(), unknown) {
        (true, _) => Err("the models have no example".into()),
        (_, Some(model)) => Err(format!("drift.toml names {model}, which is no model").into()),
        _ => Ok(()),
    }
}

//! Tests the generated crates against Amazon's published models, through the client.
//!
//! `examples`: the generated builder requests each static example from the sandbox and decodes it into the operation's
//! types. `requests`: each builder sends what the model says. `expected.toml` lists what may differ, with its reason.
//! `spellings`: each example is decoded with its values in other spellings. `recordings`: the types decode recorded
//! answers without a difference. With `SPAPI_RECORDINGS`, the recordings are those of that folder, and only they are
//! tested: `cargo xtask contract` does this.
//!
//! The models are fetched, not committed. Without them, the tests that need them show as ignored.

mod call;
#[rustfmt::skip]
#[allow(deprecated, reason = "deprecated calls are tested against the models like all others")]
#[path = "../generated/dispatch.rs"]
mod dispatch;
mod examples;
mod expected;
mod model;
mod recordings;
mod reporting;
mod requests;
mod spellings;
mod values;

use dispatch::CALLS;
use examples::{Kind, Outcome};
use expected::{Expected, is_request};
use libtest_mimic::{Arguments, Failed, Trial};
use model::Model;
use recordings::{Checked, Folder, Table};
use requests::Verified;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    if let Some(folder) = std::env::var_os("SPAPI_RECORDINGS") {
        return check_recordings(&arguments, Path::new(&folder));
    }
    let models = tests.join("../models/upstream/models");
    let mut trials =
        if models.is_dir() { trials(models) } else { ["examples", "requests", "spellings"].map(ignored).into() };
    let sandbox = Arc::new(Folder::read(&tests.join("recorded/sandbox")).expect("recordings of the sandbox"));
    trials.extend(recorded(&sandbox, &Arc::default()));
    trials.extend(reporting::trials());
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn ignored(name: &str) -> Trial {
    let name = format!("{name} (the models are missing: run `cargo xtask models fetch`)");
    Trial::test(name, || Ok(())).with_ignored_flag(true)
}

/// The outcome of the recordings of each operation.
type CheckedByName = Mutex<BTreeMap<String, Checked>>;

/// Tests a folder of recordings against the types, and prints a table at the end.
fn check_recordings(arguments: &Arguments, folder: &Path) -> ExitCode {
    let folder = match Folder::read(folder) {
        Ok(folder) => Arc::new(folder),
        Err(why) => {
            eprintln!("error: {why}");
            return ExitCode::FAILURE;
        }
    };
    let checked = Arc::default();
    let conclusion = libtest_mimic::run(arguments, recorded(&folder, &checked));
    if !arguments.list {
        println!("{}", Table { checked: &checked.lock().unwrap_or_else(PoisonError::into_inner), folder: &folder });
    }
    conclusion.exit_code()
}

/// A trial for each operation with recordings, and one for the files that belong to no operation.
fn recorded(folder: &Arc<Folder>, checked: &Arc<CheckedByName>) -> Vec<Trial> {
    let trials = folder.operations.iter().map(|(name, recorded)| {
        let (folder, checked, key) = (Arc::clone(folder), Arc::clone(checked), name.clone());
        Trial::test(format!("recordings {name} ({})", recorded.count()), move || {
            let of_it = wait(folder.operations[&key].check());
            let verdict = verdict(&of_it.drifts());
            checked.lock().unwrap_or_else(PoisonError::into_inner).insert(key, of_it);
            verdict
        })
    });
    let rest = Arc::clone(folder);
    let rest = Trial::test("recordings all belong to known operations", move || verdict(&rest.unusable));
    trials.chain([rest]).collect()
}

/// What the trials share, so that the examples and each operation's requests run only once.
struct Run {
    models: PathBuf,
    expected: Expected,
    examples: OnceLock<Vec<Outcome>>,
    requests: OnceLock<Vec<(String, Verified)>>,
}

/// Two trials for each API, and the trials for all APIs together.
fn trials(models: PathBuf) -> Vec<Trial> {
    let run = Run { models, expected: Expected::read(), examples: OnceLock::new(), requests: OnceLock::new() };
    let run = Arc::new(run);
    let apis: BTreeSet<_> = CALLS.iter().map(|call| format!("{}@{}", call.section, call.module)).collect();
    let mut trials = Vec::new();
    for api in apis {
        let (shared, name) = (Arc::clone(&run), api.clone());
        trials.push(Trial::test(format!("examples {api}"), move || shared.check_examples(&name)));
        let shared = Arc::clone(&run);
        trials.push(Trial::test(format!("requests {api}"), move || shared.check_requests(&api)));
    }
    let shared = Arc::clone(&run);
    trials.push(Trial::test("every example has an outcome", move || shared.account_for_examples()));
    let models = run.models.clone();
    trials.push(Trial::test("examples in other spellings are decoded", move || respelt(&models)));
    trials.push(Trial::test("every operation's requests are compared", move || run.account_for_requests()));
    trials
}

/// The API of a place or a name: the text before the first space.
fn api_of(place: &str) -> &str {
    place.split(' ').next().unwrap_or_default()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future)
}

fn verdict(problems: &[String]) -> Result<(), Failed> {
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// Decodes all examples with their values in other spellings.
fn respelt(models: &Path) -> Result<(), Failed> {
    let tried = wait(spellings::run(models));
    println!("{} examples respelt, with {} odd values", tried.examples, tried.values);
    if tried.values < 1000 { Err("fewer than 1000 values were tried".into()) } else { verdict(&tried.problems) }
}

impl Run {
    fn examples(&self) -> &[Outcome] {
        self.examples.get_or_init(|| wait(examples::run(&self.models)))
    }

    fn requests(&self) -> &[(String, Verified)] {
        self.requests.get_or_init(|| {
            let mut models = BTreeMap::new();
            let verify = CALLS.iter().map(|call| {
                let model = models.entry(call.model).or_insert_with(|| Model::read(&self.models.join(call.model)));
                (call.name(), wait(requests::verify(call, model)))
            });
            verify.collect()
        })
    }

    /// The examples of one API differ only as expected.
    fn check_examples(&self, api: &str) -> Result<(), Failed> {
        let mut problems = Vec::new();
        let mut found = BTreeSet::new();
        for Outcome { name, differences, problems: own, .. } in
            self.examples().iter().filter(|o| api_of(&o.name) == api)
        {
            problems.extend(own.iter().map(|problem| format!("{name}: {problem}")));
            found.extend(differences.iter().map(|difference| format!("{name}: {difference}")));
        }
        problems.extend(self.expected.problems(&found, |place| api_of(place) == api && !is_request(place)));
        verdict(&problems)
    }

    /// The requests of one API differ from the model only as expected.
    fn check_requests(&self, api: &str) -> Result<(), Failed> {
        let mut problems = Vec::new();
        let mut found = BTreeSet::new();
        for (name, verified) in self.requests().iter().filter(|(name, _)| api_of(name) == api) {
            problems.extend(verified.problems.iter().map(|problem| format!("{name}: {problem}")));
            found.extend(verified.differences.iter().map(|difference| format!("{name} request: {difference}")));
        }
        problems.extend(self.expected.problems(&found, |place| api_of(place) == api && is_request(place)));
        verdict(&problems)
    }

    /// Prints the outcomes of the examples, and fails when there are none or a place names no API.
    fn account_for_examples(&self) -> Result<(), Failed> {
        let outcomes = self.examples();
        let count = |is: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
        println!("{} examples through the typed client:", outcomes.len());
        for (kind, words) in [
            (Kind::Clean, "clean: request and answer match the example"),
            (Kind::Raw, "raw: clean, but `raw_query` sends a value of the query"),
            (Kind::Drift, "drift: reached, but the types keep less or more than the example has"),
            (Kind::NotCallable, "not callable: the request does not fit the types"),
            (Kind::NotReached, "not reached: the sandbox answers with another example or with no example"),
        ] {
            println!("{:5} {words}", count(&|outcome| outcome.kind == kind));
        }
        println!("of these, by kind of example:");
        println!("{:5} errors", count(&|outcome| !outcome.is_success));
        println!("{:5} successes with a body", count(&|outcome| outcome.is_success && outcome.has_body));
        println!("{:5} successes without a body", count(&|outcome| outcome.is_success && !outcome.has_body));
        println!(
            "{:5} with required values that the example leaves out and the test filled in",
            count(&|outcome| outcome.is_filled)
        );
        self.print_reasons(|place| !is_request(place));
        let apis: BTreeSet<_> = CALLS.iter().map(|call| format!("{}@{}", call.section, call.module)).collect();
        let stray = self.expected.places().find(|place| !apis.contains(api_of(place)));
        match (outcomes.is_empty(), stray) {
            (true, _) => Err("the models have no example".into()),
            (_, Some(place)) => Err(format!("expected.toml names an API that does not exist: {place}").into()),
            _ => Ok(()),
        }
    }

    /// Prints how many parameters and properties were compared, and fails when an operation is missing.
    fn account_for_requests(&self) -> Result<(), Failed> {
        let requests = self.requests();
        let of_problems = requests.iter().filter(|(_, verified)| !verified.problems.is_empty()).count();
        let of_differences = requests.iter().filter(|(_, verified)| !verified.differences.is_empty()).count();
        let sum = |number: fn(&Verified) -> usize| requests.iter().map(|(_, verified)| number(verified)).sum::<usize>();
        println!("{} of {} operations verified:", requests.len() - of_problems, requests.len());
        println!("{:5} parameters sent as the model says", sum(|verified| verified.parameters));
        println!("{:5} required parameters without which nothing is sent", sum(|verified| verified.required));
        println!("{:5} properties of bodies compared", sum(|verified| verified.properties));
        println!("{of_differences:5} operations with a listed difference");
        self.print_reasons(is_request);
        let known = spapi_metadata::operations().count();
        if requests.len() == known { Ok(()) } else { Err(format!("{known} operations are known").into()) }
    }

    fn print_reasons(&self, is_meant: fn(&str) -> bool) {
        for (reason, places) in self.expected.reasons(is_meant) {
            let names: BTreeSet<_> = places.iter().filter_map(|place| place.split(": ").next()).collect();
            println!("{:5} places in {}: {reason}", places.len(), names.len());
        }
    }
}

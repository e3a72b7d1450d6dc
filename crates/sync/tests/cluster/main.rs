//! Workers in processes of their own on one Postgres server, which are killed and stopped.
//!
//! They show as ignored where that server is not installed.

mod cases;
mod networks;
#[allow(dead_code, reason = "other tests use the rest of it")]
#[path = "../server/mod.rs"]
mod server;
mod workers;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

fn main() -> ExitCode {
    if networks::is_passing_on() {
        runtime().block_on(networks::pass_on_all());
        return ExitCode::SUCCESS;
    }
    if workers::is_worker() {
        runtime().block_on(workers::work());
        return ExitCode::SUCCESS;
    }
    let server = server::programs().is_none().then_some("no server of Postgres is installed here");
    let networks = networks::missing();
    let trial = |(name, case): &(&str, fn())| {
        let case = *case;
        let missing = server.or(networks.filter(|_| name.contains("networks")));
        let why = missing.map(|what| format!(" ({what})")).unwrap_or_default();
        let run = move || {
            case();
            Ok(())
        };
        Trial::test(format!("{name}{why}"), run).with_ignored_flag(missing.is_some())
    };
    let mut arguments = Arguments::from_args();
    // Each case has a server and several processes.
    arguments.test_threads.get_or_insert(1);
    libtest_mimic::run(&arguments, cases::CASES.iter().map(trial).collect()).exit_code()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

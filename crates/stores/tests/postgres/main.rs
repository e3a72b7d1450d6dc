//! The stores on a server of Postgres. Cases show as ignored where none is installed.

mod faults;
mod journal;
mod processes;
mod quota;
mod schema;
#[allow(dead_code, reason = "tests of spapi-sync use the rest of it")]
#[path = "../../../sync/tests/server/mod.rs"]
mod server;
mod support;
mod tokens;

use libtest_mimic::{Arguments, Trial};
use server::{Server, programs};
use std::process::ExitCode;
use std::sync::Arc;
use support::Database;

/// A case with the name of its function.
macro_rules! case {
    ($name:path) => {
        (stringify!($name), $name)
    };
}

/// A case in a database of its own.
type Case = (&'static str, fn(&Database));

/// Cases in a server that all of them share.
const SHARED: [Case; 25] = [
    case!(quota::changes_are_what_spapi_core_makes_of_them),
    case!(quota::eight_processes_take_no_call_too_many_and_none_too_few),
    case!(quota::quotas_of_other_keys_are_apart),
    case!(quota::a_refusal_that_one_process_gets_stops_all),
    case!(quota::a_rate_that_is_not_a_positive_number_is_the_slowest),
    case!(quota::a_client_waits_for_calls_that_another_took),
    case!(tokens::eight_processes_request_one_token),
    case!(tokens::a_token_is_renewed_once_when_it_expires),
    case!(tokens::clocks_that_are_wrong_make_no_difference),
    case!(tokens::another_process_renews_when_the_one_that_does_is_killed),
    case!(tokens::a_lock_that_a_dropped_caller_held_is_free),
    case!(tokens::a_refused_renewal_keeps_no_token),
    case!(tokens::tokens_are_encrypted_with_a_key),
    case!(tokens::no_secret_is_stored_or_shown),
    case!(journal::an_entry_is_written_replaced_listed_and_removed),
    case!(journal::a_row_that_cannot_be_read_is_an_error_and_not_a_missing_entry),
    case!(journal::a_lock_keeps_another_process_out_until_it_is_dropped),
    case!(journal::one_at_a_time_holds_a_lock),
    case!(journal::a_request_of_another_process_is_not_overwritten),
    case!(journal::two_processes_request_a_report_once),
    case!(schema::many_programs_that_start_at_once_make_one_schema),
    case!(schema::a_newer_schema_is_refused_unless_it_is_additive),
    case!(schema::a_user_without_rights_learns_which_are_missing),
    case!(faults::a_slow_connection_is_waited_for_and_a_dead_one_replaced),
    case!(faults::a_session_that_the_server_ends_is_replaced),
];

/// Cases that stop their server.
const OWN: [(&str, fn()); 3] = [
    case!(faults::no_call_is_sent_while_the_server_is_away),
    case!(faults::calls_that_a_crash_may_have_lost_count_as_taken),
    case!(faults::a_lock_outlives_a_restart_of_the_server),
];

fn main() -> ExitCode {
    if let Some(code) = processes::run() {
        return code;
    }
    if programs().is_none() {
        let names = SHARED.iter().map(|(name, _)| name).chain(OWN.iter().map(|(name, _)| name));
        let name = |name| format!("{name} (no server of Postgres is installed here)");
        let trials = names.map(|it| Trial::test(name(it), || Ok(())).with_ignored_flag(true)).collect();
        return libtest_mimic::run(&Arguments::from_args(), trials).exit_code();
    }
    // A list of the cases needs no server.
    let is_list = std::env::args().any(|argument| argument == "--list");
    let server = (!is_list).then(|| Arc::new(Server::new()));
    let shared = SHARED.iter().map(|(name, case)| {
        let (case, server) = (*case, server.clone());
        Trial::test(*name, move || {
            case(&Database::new(&server.ok_or("there is no server")?));
            Ok(())
        })
    });
    let own = OWN.iter().map(|(name, case)| {
        let case = *case;
        Trial::test(*name, move || {
            case();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), shared.chain(own).collect()).exit_code()
}

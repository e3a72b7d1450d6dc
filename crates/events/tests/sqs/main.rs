//! Queues of Amazon SQS: against a server whose answers a test writes, and against moto, if it is installed.

#[path = "../shared/mod.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod shared;

#[path = "../../../sync/tests/foreign/aws.rs"]
mod aws;

#[path = "../shared/moto.rs"]
mod moto;

mod answers;
mod kills;
mod protocol;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

/// Tests with their names.
macro_rules! trials {
    ($($module:ident::$name:ident),* $(,)?) => {
        [$((concat!(stringify!($module), "::", stringify!($name)), (|| block_on($module::$name())) as fn())),*]
    };
}

/// The same for tests that use the server of moto.
macro_rules! trials_of_moto {
    ($($module:ident::$name:ident),* $(,)?) => {
        [$((concat!(stringify!($module), "::", stringify!($name)), (|moto: &moto::Moto| block_on($module::$name(moto))) as fn(&moto::Moto))),*]
    };
}

fn main() -> ExitCode {
    if kills::is_child() {
        block_on(kills::consume());
        return ExitCode::SUCCESS;
    }
    let arguments = Arguments::from_args();
    let own = trials![
        answers::requests_are_signed_and_complete,
        answers::refusals_are_named_and_show_no_secret,
        answers::an_answer_that_is_cut_off_or_is_no_json_may_pass,
        answers::a_server_that_is_not_there_may_come_back,
        answers::credentials_of_the_environment_are_needed,
        answers::a_batch_that_failed_in_part_is_sent_again_in_part,
    ];
    let of_moto = trials_of_moto![
        protocol::messages_are_received_hidden_and_deleted,
        protocol::a_large_list_is_sent_in_batches,
        protocol::attributes_are_read,
        protocol::what_keeps_failing_reaches_the_dead_letter_queue_and_is_replayed,
        protocol::a_queue_that_disappears_ends_the_run,
        kills::a_consumer_that_is_killed_again_and_again_loses_nothing,
    ];
    let mut trials: Vec<_> = own
        .into_iter()
        .map(|(name, test)| {
            Trial::test(name, move || {
                test();
                Ok(())
            })
        })
        .collect();
    if aws::Aws::is_installed() {
        let server = Arc::new(OnceLock::new());
        trials.extend(of_moto.into_iter().map(|(name, test)| {
            let server = Arc::clone(&server);
            Trial::test(format!("moto::{name}"), move || {
                test(server.get_or_init(moto::Moto::start));
                Ok(())
            })
        }));
    } else {
        trials.push(Trial::test(format!("moto {}", aws::MISSING), || Ok(())).with_ignored_flag(true));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

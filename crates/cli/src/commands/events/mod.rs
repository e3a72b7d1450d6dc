//! `spapi events`: notifications: what there is, the set-up, and what is done with them.

mod exec;
mod listen;
mod pick;
mod policy;
mod print;
mod replay;
mod setup;
mod source;
mod status;
mod steps;
mod tables;
mod target;
mod teardown;
mod test;
mod types;
mod wanted;
mod work;

use crate::catalog::close_to;
use crate::exit::Failure;
use crate::force::Force;
use clap::Subcommand;
use spapi_events::facts;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the notification types with their versions, destinations, roles and filters.
    Types(types::Options),
    /// Subscribe a seller to notifications: makes the destination and the subscriptions that are missing.
    Setup(Box<setup::Options>),
    /// Show the destinations, and what is subscribed and what is not.
    Status(status::Options),
    /// Have Amazon's sandbox send a made-up notification.
    Test(Box<test::Options>),
    /// Delete the subscriptions to a destination, and the destination.
    Teardown(Box<teardown::Options>),
    /// Print the policy that lets Amazon send to a queue, or check a queue.
    Policy(policy::Options),
    /// Take notifications from a queue to a command, to tables or to stdout.
    Listen(Box<listen::Options>),
    /// Give notifications that were kept to a command, to tables or to stdout once more.
    Replay(Box<replay::Options>),
}

pub async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Types(options) => types::run(&options),
        Command::Setup(options) => setup::run(*options).await,
        Command::Status(options) => status::run(options).await,
        Command::Test(options) => test::run(*options).await,
        Command::Teardown(options) => teardown::run(*options).await,
        Command::Policy(options) => policy::run(options).await,
        Command::Listen(options) => listen::run(*options).await,
        Command::Replay(options) => replay::run(*options).await,
    }
}

/// The name of a notification type in Amazon's spelling.
fn type_name(text: &str) -> Result<String, String> {
    let name = text.trim().to_ascii_uppercase().replace('-', "_");
    match name.is_empty() {
        false => Ok(name),
        true => Err("give a notification type, such as ORDER_CHANGE".to_owned()),
    }
}

/// Refuses the name of a type that is not known, or with `--force` warns of it.
fn check_type(name: &str, force: &Force) -> Result<(), Failure> {
    match facts::newest(name) {
        Some(_) => Ok(()),
        None => force.unknown("notification type", name, &close_types(name)),
    }
}

/// The names of types that are close to this one.
fn close_types(name: &str) -> Vec<&'static str> {
    close_to(name, facts::facts().iter().map(|facts| facts.name))
}

//! What the program does.

mod authorize;
pub mod call;
mod completions;
mod doctor;
mod marketplaces;
mod operations;
mod orders;
pub mod sandbox;

use crate::args::{AuthCommand, Command, OrdersCommand, SandboxCommand};
use crate::exit::{Exit, Failure};

/// Does what the command line says.
pub fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Orders(OrdersCommand::List(args)) => wait_for(orders::list(args)),
        Command::Call(args) => wait_for(call::run(args)),
        Command::Auth(AuthCommand::Authorize(args)) => wait_for(authorize::run(args)),
        Command::Doctor(args) => wait_for(doctor::run(args)),
        Command::Operations(args) => operations::run(&args),
        Command::Marketplaces(args) => marketplaces::run(&args),
        Command::Sandbox(SandboxCommand::Serve(args)) => wait_for(sandbox::serve(args)),
        Command::Completions(args) => completions::run(&args),
    }
}

/// One thread does: there is one call at a time, and the embedded sandbox has a thread of its own.
fn wait_for(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Failed, format!("the program cannot start its work: {error}")))?;
    runtime.block_on(work)
}

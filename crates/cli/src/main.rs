//! The program `spapi`: Amazon's Selling Partner API from a terminal.

mod body;
mod calling;
mod catalog;
mod commands;
mod completion;
mod connection;
mod definitions;
mod described;
mod documents;
mod exit;
mod feeds;
mod force;
mod input;
mod interrupt;
mod journal;
mod logging;
mod marketplace;
mod name_value;
mod notes;
mod number;
mod output;
mod page_token;
mod permission;
mod product_type;
mod progress;
mod report_types;
mod retirement;
mod seller;
mod sheet;
mod shell;
mod syncing;
mod time;
#[cfg(feature = "cluster")]
mod traces;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::CompleteEnv;
use commands::{
    airbyte, auth, call, completions, console, doctor, events, feed, itself, kiosk, listing, man, marketplaces, mcp,
    mws, operations, orders, points, report, sandbox, singer, sync,
};
use exit::{EXIT_CODES, Exit, Failure};
use std::path::PathBuf;
use std::process::ExitCode;

const ENVIRONMENT: &str = "\
Environment:
  SPAPI_CLIENT_ID      the application's client id (LWA credentials)
  SPAPI_CLIENT_SECRET  its secret
  SPAPI_REFRESH_TOKEN  the token of the seller or vendor who has authorized it
  SPAPI_SELLER_ID      Amazon's id of that seller or vendor; calls count towards this account's quota (optional)
  SPAPI_CREDENTIALS    a file with all of these, if --credentials is not given
  SPAPI_PROFILE        a profile with all of these, if --profile is not given
  SPAPI_CONFIG_FOLDER  the folder of profiles, if not the user's folder for configuration
  SPAPI_MARKETPLACE    the marketplace, if neither --marketplace nor --region is given
  SPAPI_ENDPOINT       the server to call, if --endpoint is not given
  SPAPI_APPLICATION_ID the application's own id, for `spapi auth`, if --application-id is not given
  SPAPI_QUOTA_FOLDER   the folder in which runs share quotas, if --quota-folder is not given
  SPAPI_JOURNAL_FOLDER the folder that remembers what was requested, if --journal is not given
  SPAPI_DEFINITIONS_FOLDER
                       the folder that keeps definitions of product types, if --definitions-folder is not given
No option takes a secret, because a shell keeps a history of commands. If no credentials are named, the program uses \
the profile `default`.";

const EXAMPLES: &str = "\
Without an account, against a made-up shop inside the program:
  spapi sync run --demo
  spapi orders list --marketplace JP --endpoint embedded
  spapi report get GET_MERCHANT_LISTINGS_ALL_DATA -m JP -e embedded -o listings.csv";

/// Calls Amazon's Selling Partner API.
#[derive(Debug, Parser)]
#[command(name = "spapi", version, after_help = format!("{EXAMPLES}\n\n{ENVIRONMENT}\n\n{EXIT_CODES}"))]
#[command(max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Log every call to stderr: attempts, waits, status and request id.
    #[arg(short, long, global = true, display_order = 900)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Orders (Orders API, version 2026-01-01).
    #[command(subcommand)]
    Orders(orders::Command),
    /// Items of Amazon's catalog: whether it has a product, and whether the seller may list it.
    #[command(subcommand)]
    Catalog(commands::catalog::Command),
    /// Listings: what they need, whether the seller may make them, changes of one at a time, and batches.
    #[command(subcommand)]
    Listing(listing::Command),
    /// Reports: their types, their rows, and schedules.
    #[command(subcommand)]
    Report(report::Command),
    /// Feeds: submit them, and read what Amazon did with them.
    #[command(subcommand)]
    Feed(feed::Command),
    /// Amazon Points, in Japan: set them, show them, and compare settlements with Finances.
    #[command(subcommand)]
    Points(points::Command),
    /// Queries of Data Kiosk.
    #[command(subcommand)]
    Kiosk(kiosk::Command),
    /// Notifications: what there is, the set-up, and handling them.
    #[command(subcommand)]
    Events(events::Command),
    /// Keep tables of a database up to date: orders, settlements, stock and more.
    #[command(subcommand)]
    Sync(sync::Command),
    /// Set up, run and look at connections in a browser, in Japanese, English or German.
    Console(Box<console::Options>),
    /// Read by Airbyte's protocol, in place of Airbyte's source for this API.
    #[command(subcommand)]
    Airbyte(airbyte::Command),
    /// Be a tap of Singer, for Meltano and other programs that move data.
    Singer(singer::Options),
    /// Call any operation by its name.
    Call(call::Options),
    /// Give tools to a language model: operations that read, reports, tables and listings (Model Context Protocol).
    Mcp(Box<mcp::Options>),
    /// Have a seller or vendor authorize the application.
    #[command(subcommand)]
    Auth(auth::Command),
    /// Check whether calls can be made: credentials, token, region, marketplaces and clock.
    Doctor(doctor::Options),
    /// List sections and operations, or the parameters of one operation.
    Operations(operations::Options),
    /// List the marketplaces with their ids, regions and currencies.
    Marketplaces(marketplaces::Options),
    /// The way over from Amazon's retired Marketplace Web Service (MWS).
    #[command(subcommand)]
    Mws(mws::Command),
    /// Serve the API from a made-up shop on this machine, for any client.
    #[command(subcommand)]
    Sandbox(sandbox::Command),
    /// Write a completion script for a shell to stdout.
    Completions(completions::Options),
    /// The program itself: whether Amazon's API has more than this version knows.
    #[command(name = "self", subcommand)]
    Itself(itself::Command),
    /// Write the manual pages into a folder, for those who make packages.
    #[command(hide = true)]
    Man(man::Options),
}

fn main() -> ExitCode {
    if is_source() {
        return ended(wait_for(airbyte::run(airbyte::Source::parse().command)));
    }
    // If a shell asks for candidates, this writes them and exits.
    CompleteEnv::with_factory(Cli::command).var(completion::VARIABLE).complete();
    let cli = Cli::parse();
    if cli.verbose {
        logging::start();
    }
    ended(run(cli.command))
}

/// Whether the program runs by the name of Airbyte's source.
fn is_source() -> bool {
    let name = std::env::args_os().next().map(PathBuf::from);
    name.as_ref().and_then(|name| name.file_stem()).is_some_and(|name| name == airbyte::NAME)
}

fn ended(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Runs the command.
fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Orders(command) => wait_for(orders::run(command)),
        Command::Catalog(command) => wait_for(commands::catalog::run(command)),
        Command::Listing(command) => wait_for(listing::run(command)),
        Command::Report(command) => wait_for(report::run(command)),
        Command::Feed(command) => wait_for(feed::run(command)),
        Command::Points(command) => wait_for(points::run(command)),
        Command::Kiosk(command) => wait_for(kiosk::run(command)),
        Command::Events(command) => wait_for(events::run(command)),
        Command::Sync(command) => wait_for(sync::run(command)),
        Command::Console(options) => wait_for(console::run(*options)),
        Command::Airbyte(command) => wait_for(airbyte::run(command)),
        Command::Singer(options) => wait_for(singer::run(options)),
        Command::Call(options) => wait_for(call::run(options)),
        Command::Mcp(options) => wait_for(mcp::run(*options)),
        Command::Auth(command) => wait_for(auth::run(command)),
        Command::Doctor(options) => wait_for(doctor::run(options)),
        Command::Operations(options) => operations::run(&options),
        Command::Marketplaces(options) => marketplaces::run(&options),
        Command::Mws(command) => wait_for(mws::run(command)),
        Command::Sandbox(command) => wait_for(sandbox::run(command)),
        Command::Completions(options) => completions::run(&options),
        Command::Itself(command) => wait_for(itself::run(command)),
        Command::Man(options) => man::run(&options, Cli::command()),
    }
}

/// There is one call at a time, and the embedded sandbox has a thread of its own. So this thread does the work, and the
/// only worker loads and unpacks documents for it.
fn wait_for(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime
        .map_err(|error| Failure::new(Exit::Failed, format!("the program cannot start its runtime: {error}")))?;
    runtime.block_on(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
        airbyte::Source::command().debug_assert();
    }
}

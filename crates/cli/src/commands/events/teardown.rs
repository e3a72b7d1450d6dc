//! `spapi events teardown`: deletes the subscriptions to a destination, and the destination.

use super::steps;
use super::target::To;
use super::{check_type, type_name};
use crate::completion;
use crate::connection::{Connection, Needs, Place};
use crate::exit::Failure;
use crate::force::Force;
use crate::interrupt::Interrupt;
use crate::notes;
use crate::output::Format;
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use spapi_events::setup::{Setup, Wanted};

const HELP: &str = "\
Only the seller's subscriptions to this destination are deleted, and those to others stay. With types, only the subscriptions to \
those are, and the destination stays. The queue itself is not touched.

If other sellers are subscribed by the same destination, tear down each of them with their types first.

Examples:
  spapi events teardown -m JP --queue arn:aws:sqs:ap-northeast-1:123456789012:orders --dry-run
  spapi events teardown ORDER_CHANGE -m JP --queue arn:aws:sqs:ap-northeast-1:123456789012:orders";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// Only the subscriptions to these types [default: all, and the destination].
    #[arg(
        value_name = "TYPE",
        value_delimiter = ',',
        value_parser = type_name,
        add = ArgValueCompleter::new(completion::notification_types)
    )]
    types: Vec<String>,

    #[command(flatten)]
    force: Force,

    #[command(flatten)]
    to: To,

    /// Show what would be deleted, and delete nothing.
    #[arg(long)]
    dry_run: bool,

    /// The format of the output.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    connection: Connection,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    options.types.iter().try_for_each(|name| check_type(name, &options.force))?;
    let target = options.to.target()?;
    let connected = options.connection.connect(options.place.needed_region()?, Needs::Seller).await?;
    let setup = Setup::new(&connected.client, target.clone());
    let is_whole = options.types.is_empty();
    let setup = options.types.into_iter().map(Wanted::new).fold(setup, Setup::subscribe);
    let mut interrupt = Interrupt::new();
    let planned = async {
        match is_whole {
            true => setup.plan_tear_down().await,
            false => setup.plan_unsubscribe().await,
        }
    };
    let plan = interrupt.or(notes::while_waiting(planned)).await?.map_err(|error| connected.failure(error))?;
    if plan.steps.is_empty() {
        notes::note(format!("there is nothing of {target} to delete in the region {}", connected.client.region()));
    }
    if options.dry_run {
        return steps::plan(options.format, &plan);
    }
    let applied = interrupt.or(notes::while_waiting(setup.carry_out(plan))).await?;
    steps::applied(options.format, &applied, &connected)
}

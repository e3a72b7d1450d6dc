//! `spapi events setup`: makes the destination and the subscriptions that are missing.

use super::steps;
use super::target::To;
use super::wanted::{Filters, Types};
use crate::connection::{Connection, Needs, Place};
use crate::exit::Failure;
use crate::force::Force;
use crate::interrupt::Interrupt;
use crate::notes;
use crate::output::Format;
use crate::shell::word;
use clap::Args;
use spapi_events::setup::Setup;

const HELP: &str = "\
What exists is used: the destination of the same queue or account, also under another name, and subscriptions that are equal. So \
the command can be run again, and goes on after a failure. A subscription to the same type with another version, filter or \
destination is named and left as it is, unless --replace is given. A type can have several subscriptions with an --expression each: \
those with another expression stay too, unless --replace is given.

A destination is of one region of the API, and a subscription of one seller: run the command for each. The queue must let Amazon \
send; `spapi events policy` prints how and checks it.

Examples:
  spapi events setup ORDER_CHANGE REPORT_PROCESSING_FINISHED -m JP --queue arn:aws:sqs:ap-northeast-1:123456789012:orders
  spapi events setup ANY_OFFER_CHANGED -m JP --queue arn:aws:sqs:ap-northeast-1:123456789012:orders --filter-marketplace JP --aggregate 5m --dry-run
  spapi events setup LISTINGS_ITEM_STATUS_CHANGE -m US --event-bridge 123456789012/us-east-1";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    #[command(flatten)]
    types: Types,

    #[command(flatten)]
    to: To,

    /// The name of the destination, if a new one is made [default: spapi- and the name of the queue].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Delete subscriptions that differ, and make them anew. Those with an expression that is not given are deleted.
    #[arg(long)]
    replace: bool,

    /// Show what would be done, and change nothing.
    #[arg(long)]
    dry_run: bool,

    /// The format of the output.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    force: Force,

    #[command(flatten)]
    place: Place,

    #[command(flatten)]
    connection: Connection,

    #[command(flatten)]
    filters: Filters,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let wanted = options.filters.given_to(options.types.wanted(&options.force)?)?;
    let target = options.to.target()?;
    let connected = options.connection.connect(options.place.needed_region()?, Needs::Seller).await?;
    let setup = wanted.into_iter().fold(Setup::new(&connected.client, target), Setup::subscribe);
    let setup = options.name.into_iter().fold(setup, Setup::named).replace(options.replace);
    let setup = if options.force.force { setup.unchecked() } else { setup };
    let mut interrupt = Interrupt::new();
    let plan = interrupt.or(notes::while_waiting(setup.plan())).await?.map_err(|error| connected.failure(error))?;
    if options.dry_run {
        return steps::plan(options.format, &plan);
    }
    let applied = interrupt.or(notes::while_waiting(setup.carry_out(plan))).await?;
    if let Some(arn) = options.to.queue().filter(|_| applied.is_whole()) {
        notes::note(format!(
            "the queue must let Amazon send: `spapi events policy --queue {} --check` looks",
            word(&arn.to_string())
        ));
    }
    steps::applied(options.format, &applied, &connected)
}

//! `spapi listing quantity`: changes the quantity of one channel, and nothing else.

use super::change::{applying, report, say, show};
use super::submitted;
use super::target::Target;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::output::Format;
use crate::output::table::Column;
use crate::{notes, number, time};
use clap::Args;
use serde_json::json;
use std::time::Duration;

const HELP: &str = "\
The lead time, the restock date and other channels stay as they are; what changed besides the quantity is shown. A quantity of \
0 ends the sale.

The exit code is 0 once Amazon has taken the change, also if it does not show it yet.

Example:
  spapi listing quantity A-1 -m DE --quantity 12";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The new quantity.
    #[arg(long, value_name = "NUMBER", value_parser = number::whole(0..=1_000_000_000), allow_negative_numbers = true)]
    quantity: u64,

    /// The code of the fulfillment channel. DEFAULT is what you ship yourself; Amazon counts the stock of its own channels.
    #[arg(long, value_name = "CODE", default_value = "DEFAULT")]
    channel: String,

    /// Show what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,

    /// How long to wait until Amazon shows the quantity.
    #[arg(long = "for", value_name = "DURATION", default_value = "2m", value_parser = time::wait, allow_hyphen_values = true)]
    longest: Duration,

    /// The format of the output.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,

    #[command(flatten)]
    target: Target,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { target, quantity, channel, dry_run, longest, format } = options;
    let (connected, listings) = target.connect().await?;
    let request = listings.quantity(&target.sku, target.marketplace(), quantity).channel(channel).wait_for(longest);
    let mut interrupt = Interrupt::new();
    let plan = interrupt.or(notes::while_waiting(request.plan())).await?.map_err(|error| connected.failure(error))?;
    let shown = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let what = format!("quantity ({})", plan.channel());
    let planned = json!({
        "sku": plan.listing().sku,
        "marketplaceId": plan.listing().marketplace_id,
        "channel": plan.channel(),
        "before": plan.before(),
        "after": plan.after(),
        "patch": plan.patch(),
        "preview": plan.preview(),
    });
    if format == Format::Table {
        let columns = [Column::text("WHAT"), Column::text("NOW"), Column::text("AFTER")];
        show(&columns, &[[what.clone(), shown(plan.before()), shown(Some(plan.after()))]])?;
    }
    say(plan.preview());
    if plan.is_refused() || dry_run {
        if format != Format::Table {
            submitted::json(format, &json!({ "plan": planned, "change": null }))?;
        }
        if plan.is_refused() {
            return Err(Failure::new(Exit::Failed, "Amazon would refuse the change; nothing was changed"));
        }
        notes::note("nothing was changed");
        return Ok(());
    }
    let change =
        interrupt.or(applying(plan.apply(), "the quantity")).await?.map_err(|error| connected.failure(error))?;
    match format {
        Format::Table => {
            let columns = [Column::text("WHAT"), Column::text("BEFORE"), Column::text("NOW")];
            show(&columns, &[[what, shown(change.before), shown(change.after)]])?;
        }
        format => submitted::json(format, &json!({ "plan": planned, "change": change }))?,
    }
    report(change.submission.is_some(), &change.pending, &change.others, &change.issues);
    Ok(())
}

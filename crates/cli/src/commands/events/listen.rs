//! `spapi events listen`: takes notifications from a queue.

use super::pick::Pick;
use super::source::{Source, Taking, Until};
use super::work::{Ending, Work};
use crate::exit::{Exit, Failure};
use crate::notes;
use crate::number::whole;
use clap::Args;
use spapi_events::consume::{Delivery, HandlerError, Summary};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const HELP: &str = "\
A message is deleted from the queue after its notification was handled: after the command has ended with 0, the tables are \
committed, or the line has left the program. What fails comes again later, until the queue moves it to its dead-letter queue. A \
message that cannot be read stays too, unless --dead-letters takes it. Nothing is lost if the program is killed.

Notifications may come twice and in another order. Those with an id that was handled are deleted without being handled again; \
--marks remembers the ids beyond this run.

With --type, --marketplace or --seller, other notifications stay in the queue and come again and again: give each purpose a queue \
of its own, or let --delete-others delete them.

The credentials of AWS come from the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, with AWS_SESSION_TOKEN if they are \
temporary; otherwise the role of the machine. They need sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility.

The command of --exec sees the environment of this program and writes to its stdout and stderr. A new secret of the application \
reaches it whole; lines on stdout and tables have *** in its place.

Ctrl-C stops it: what is being handled is finished, and the rest is given back.

Examples:
  spapi events listen --queue https://sqs.ap-northeast-1.amazonaws.com/123456789012/orders
  spapi events listen --queue URL --type ORDER_CHANGE --exec 'python3 handle.py' --dead-letters unreadable
  spapi events listen --queue URL --to sqlite:events.db --until-empty";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    #[command(flatten)]
    source: Source,

    /// Delete the notifications that --type, --marketplace and --seller leave out.
    #[arg(long)]
    delete_others: bool,

    /// Stop when the queue has no more messages to give.
    #[arg(long, visible_alias = "once")]
    until_empty: bool,

    /// Stop after so many notifications.
    #[arg(long, value_name = "NUMBER", value_parser = whole(1..=u64::MAX))]
    limit: Option<u64>,

    #[command(flatten)]
    taking: Taking,

    #[command(flatten)]
    pick: Pick,

    #[command(flatten)]
    work: Work,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { source, delete_others, until_empty, limit, taking, pick, work } = options;
    let until = Until { empty: until_empty, limit };
    take(&source, &taking, until, pick, &work, delete_others).await
}

/// Takes notifications to the work, and fails if an end was set and something is left.
pub async fn take(
    source: &Source,
    taking: &Taking,
    until: Until,
    pick: Pick,
    work: &Work,
    delete_others: bool,
) -> Result<(), Failure> {
    let ending = Arc::new(Ending::default());
    let worker = work.worker(&ending).await?;
    let others = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&others);
    let pick = Arc::new(pick);
    let handler = move |delivery: Delivery| {
        let (worker, pick, others) = (worker.clone(), Arc::clone(&pick), Arc::clone(&others));
        async move {
            if pick.takes(&delivery) {
                return worker.work(&delivery).await.inspect_err(|error| {
                    let name = delivery.notification_type.as_str();
                    notes::warn(format!("{name} {}: {error}", delivery.id().unwrap_or("without an id")));
                });
            }
            others.fetch_add(1, Ordering::Relaxed);
            if delete_others { Ok(()) } else { Err(HandlerError::new("it is not for this command")) }
        }
    };
    let summary = source.run(taking, until, work.concurrency(), work.longest(), handler, &ending).await?;
    let others = counted.load(Ordering::Relaxed);
    if others > 0 {
        notes::note(format!(
            "{others} of them were for others, and were {}",
            if delete_others { "deleted" } else { "left in the queue" }
        ));
    }
    let left = if delete_others { 0 } else { others };
    left_over(&summary, left, until)
}

/// Fails if the program was to empty the queue, and has not.
fn left_over(summary: &Summary, left: u64, until: Until) -> Result<(), Failure> {
    let failed = summary.failed.saturating_sub(left);
    let unreadable = summary.undecodable.saturating_sub(summary.dead);
    if !until.empty && until.limit.is_none() || failed + unreadable == 0 {
        return Ok(());
    }
    let mut failure = Failure::new(Exit::Failed, format!("{failed} failed and {unreadable} could not be read: they are still in the queue"));
    if unreadable > 0 {
        failure = failure.with_next("--dead-letters FOLDER takes those that cannot be read");
    }
    Err(failure)
}

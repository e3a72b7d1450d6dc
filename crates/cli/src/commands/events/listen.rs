//! `spapi events listen`: takes notifications from a queue.

use super::pick::Pick;
use super::source::{Source, Taking, Until};
use super::work::{Ending, Work};
use crate::exit::{Exit, Failure};
use crate::notes;
use crate::number::whole;
use clap::Args;
use spapi_events::consume::{Delivery, Handler, HandlerError, Summary};
use spapi_events::rotation::{SECRET_TYPES, SecretRotation};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const HELP: &str = "\
A message is deleted from the queue after its notification was handled: after the command has ended with 0, the tables are \
committed, or the line has left the program. What fails comes again later, until the queue moves it to its dead-letter queue. A \
message that cannot be read stays too, unless --dead-letters takes it. Nothing is lost if the program is killed.

Notifications may come twice and in another order. Those with an id that was handled are deleted without being handled again; \
--marks remembers the ids beyond this run.

With --type, --marketplace or --seller, all other notifications stay in the queue, for other programs. They come again and again, \
and each time counts as a receipt, so that a redrive policy moves them to the dead-letter queue in the end: give each purpose a \
queue of its own, or let --delete-others delete them, as the event filters of AWS Lambda do. They do not count as failed.

stderr has a line for each message that could not be read or handled, with where it is now, and at the end how many there were.

The credentials of AWS come from the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, with AWS_SESSION_TOKEN if they are \
temporary; otherwise the keys of the profile AWS_PROFILE or `default` in ~/.aws; otherwise the role of the machine. They need sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility.

The command of --exec sees the environment of this program and writes to its stdout and stderr. A new secret of the application \
reaches it whole; lines on stdout and tables have *** in its place.

Ctrl-C stops it: what is being handled is finished, and the rest is given back.

Examples:
  spapi events listen --queue https://sqs.ap-northeast-1.amazonaws.com/123456789012/orders
  spapi events listen --queue https://sqs.ap-northeast-1.amazonaws.com/123456789012/orders --type ORDER_CHANGE --exec 'python3 handle.py' --dead-letters unreadable
  spapi events listen --queue https://sqs.ap-northeast-1.amazonaws.com/123456789012/orders --to sqlite:events.db --until-empty";

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

    /// Put a new client secret, which a notification brings, into these files of credentials, and handle the notification so.
    #[arg(long, value_name = "FILE")]
    rotate_secret: Vec<PathBuf>,

    #[command(flatten)]
    taking: Taking,

    #[command(flatten)]
    pick: Pick,

    #[command(flatten)]
    work: Work,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { source, delete_others, until_empty, limit, rotate_secret, taking, pick, work } = options;
    pick.check()?;
    let until = Until { empty: until_empty, limit };
    let rotation = (!rotate_secret.is_empty())
        .then(|| rotate_secret.into_iter().fold(SecretRotation::new(), SecretRotation::file));
    take(&source, &taking, until, Others { pick, delete: delete_others, rotation }, &work).await
}

/// What is done with notifications that are not for the work.
pub struct Others {
    /// Which are for it.
    pub pick: Pick,
    /// Whether the others are deleted.
    pub delete: bool,
    /// What takes those of secrets.
    pub rotation: Option<SecretRotation>,
}

/// Takes notifications to the work, and fails if an end was set and something is left.
pub async fn take(source: &Source, taking: &Taking, until: Until, others: Others, work: &Work) -> Result<(), Failure> {
    let ending = Arc::new(Ending::default());
    let worker = work.worker(&ending).await?;
    let (rules, deleted) = (Arc::new(others), Arc::new(AtomicU64::new(0)));
    let counted = Arc::clone(&deleted);
    let handler = move |delivery: Delivery| {
        let (worker, rules, deleted) = (worker.clone(), Arc::clone(&rules), Arc::clone(&deleted));
        async move {
            let name = delivery.notification_type.as_str();
            match &rules.rotation {
                Some(rotation) if SECRET_TYPES.contains(&name) => rotation.handle(delivery.clone()).await,
                _ if rules.pick.takes(&delivery) => worker.work(&delivery).await,
                _ if rules.delete => {
                    deleted.fetch_add(1, Ordering::Relaxed);
                    Ok(())
                }
                _ => Err(HandlerError::declined()),
            }
        }
    };
    let summary = source.run(taking, until, work.concurrency(), work.longest(), handler, &ending).await?;
    for (count, place) in [(counted.load(Ordering::Relaxed), "deleted"), (summary.declined, "still in the queue")] {
        if count > 0 {
            notes::note(format!("left out by --type, --marketplace or --seller, and {place}: {count}"));
        }
    }
    left_over(&summary, until)
}

/// Fails if the program was to empty the queue, and has not.
fn left_over(summary: &Summary, until: Until) -> Result<(), Failure> {
    let failed = summary.failed;
    let unreadable = summary.undecodable.saturating_sub(summary.dead);
    if !until.empty && until.limit.is_none() || failed + unreadable == 0 {
        return Ok(());
    }
    let mut failure = Failure::new(
        Exit::Failed,
        format!("{failed} failed and {unreadable} could not be read; what was not handled is still in the queue"),
    );
    if unreadable > 0 {
        failure = failure.with_next("--dead-letters FOLDER takes those that cannot be read");
    }
    Err(failure)
}

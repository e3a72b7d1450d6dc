//! `spapi events policy`: the policy that lets Amazon send to a queue, printed or checked.

use super::source;
use super::target::queue;
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::notes;
use crate::output::{JsonOut, json};
use clap::Args;
use spapi_events::consume::SqsQueue;
use spapi_events::setup::{QueueArn, check_queue, queue_policy};
use std::io::Write;

const HELP: &str = "\
The policy lets Amazon's account send to the queue and look at its attributes. Without --check nothing is sent, and no credentials \
are needed. To set it:

  spapi events policy --queue ARN > policy.json
  aws sqs set-queue-attributes --queue-url URL --attributes \"$(jq '{Policy: tojson}' policy.json)\"

--check reads the queue's attributes with credentials of AWS, which come from the environment: AWS_ACCESS_KEY_ID and \
AWS_SECRET_ACCESS_KEY, the profile AWS_PROFILE, or the role of the machine. They need sqs:GetQueueAttributes.";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The queue: its ARN, or its URL at Amazon.
    #[arg(long, value_name = "ARN|URL", value_parser = queue)]
    queue: QueueArn,

    /// Read the queue's attributes, and say what keeps Amazon from sending to it.
    #[arg(long)]
    check: bool,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let Options { queue: arn, check } = options;
    if !check {
        let mut out = JsonOut::new();
        writeln!(out, "{}", json::indented(&queue_policy(&arn).to_string()))?;
        return Ok(out.flush()?);
    }
    let queue = SqsQueue::from_env(&arn.to_string()).map_err(source::failure)?;
    let attributes = Interrupt::new().or(notes::while_waiting(queue.attributes())).await?.map_err(source::failure)?;
    let problems = check_queue(&arn, |name| attributes.get(name));
    problems.iter().filter(|problem| !problem.is_certain()).for_each(notes::warn);
    let certain: Vec<_> = problems.iter().filter(|problem| problem.is_certain()).map(ToString::to_string).collect();
    match certain.as_slice() {
        [] => {
            notes::note("Amazon may send to the queue");
            Ok(())
        }
        [one] => Err(Failure::new(Exit::Failed, one.clone())),
        several => Err(Failure::new(Exit::Failed, several.join("\n"))),
    }
    .map_err(|failure| {
        failure.with_next("`spapi events policy` without --check prints the policy that the queue needs")
    })
}

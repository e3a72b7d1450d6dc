//! What the tools share, and the one way in which each of them is called: with a limit of time, and a line in the audit log.

use super::access::Allowed;
use super::answer::Answer;
use super::audit::{Audit, Entry, Outcome};
use super::reach::Reach;
use super::shield::Shield;
use super::tables::Source;
use super::tools::Tool;
use super::writes::{Confirmed, Previews};
use super::{listings, operations, report_types, reports, tables, words, writes};
use crate::exit::{Exit, Failure};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use spapi_core::text::printable;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The state of a server.
pub struct Service {
    pub reach: Reach,
    pub allowed: Allowed,
    pub previews: Previews,
    pub sources: Vec<Source>,
    pub shield: Shield,
    pub audit: Audit,
    /// The most bytes of an answer.
    pub size: usize,
    /// The longest time of a call.
    pub time: Duration,
}

/// What a model gets for a call.
pub struct Called {
    pub value: Value,
    pub is_error: bool,
}

impl Service {
    /// Calls a tool. `cancelled` ends when the caller no longer wants the answer.
    pub async fn call(&self, tool: Tool, arguments: Map<String, Value>, cancelled: impl Future<Output = ()>) -> Called {
        let began = Instant::now();
        let until = began + self.time;
        let (outcome, result) = if tool == Tool::SendWrite {
            // What was begun is not left in the middle.
            self.send(&arguments, until).await
        } else {
            let work = timeout_at(until, self.run(tool, arguments.clone(), until));
            tokio::select! {
                biased;
                () = cancelled => (Outcome::Cancelled, Err(Failure::new(Exit::Interrupted, "the call was cancelled"))),
                done = work => match done {
                    Ok(Ok(answer)) => (Outcome::Done, Ok(answer)),
                    Ok(Err(failure)) => (Outcome::Failed, Err(failure)),
                    Err(_) => (Outcome::TimedOut, Err(self.too_long())),
                },
            }
        };
        let (detail, value, is_error) = match result {
            Ok(answer) => (None, answer.sent(self.shield, self.size), false),
            Err(failure) => {
                let value = words::error(failure, self.shield);
                (value["error"]["message"].as_str().map(str::to_owned), value, true)
            }
        };
        let entry = Entry {
            tool: tool.name(),
            arguments: &arguments,
            outcome,
            lasted: began.elapsed(),
            bytes: value.to_string().len(),
            detail,
        };
        match self.audit.write(&entry) {
            // What was done stays known: after a write the answer matters more than the log.
            Err(failure) if tool != Tool::SendWrite => {
                Called { value: words::error(failure, self.shield), is_error: true }
            }
            _ => Called { value, is_error },
        }
    }

    /// Writes a line for a call of a tool that does not exist.
    pub fn note_unknown(&self, tool: &str, arguments: &Map<String, Value>) {
        let detail = Some("there is no such tool".to_owned());
        let entry = Entry { tool, arguments, outcome: Outcome::Failed, lasted: Duration::ZERO, bytes: 0, detail };
        // Nothing was done that the log could miss.
        if let Err(failure) = self.audit.write(&entry) {
            let _ = failure.report();
        }
    }

    async fn run(&self, tool: Tool, arguments: Map<String, Value>, until: Instant) -> Result<Answer, Failure> {
        match tool {
            Tool::FindOperations => operations::find(self, &read(tool, arguments)?),
            Tool::DescribeOperation => operations::describe(self, &read(tool, arguments)?),
            Tool::CallOperation => operations::call(self, read(tool, arguments)?).await,
            Tool::FindReportTypes => read(tool, arguments).map(|find| report_types::find(&find)),
            Tool::DescribeReportType => report_types::describe(&read(tool, arguments)?),
            // It says what Amazon has so far, shortly before the time is over.
            Tool::GetReport => reports::get(self, read(tool, arguments)?, until - self.time / 10).await,
            Tool::ListTables => tables::list(self, &read(tool, arguments)?).await,
            Tool::QueryTable => tables::query(self, &read(tool, arguments)?).await,
            Tool::ValidateListing => listings::validate(self, read(tool, arguments)?).await,
            Tool::PreviewListing => listings::preview(self, read(tool, arguments)?).await,
            Tool::PreviewWrite => writes::preview(self, read(tool, arguments)?).await,
            Tool::SendWrite => Err(Failure::new(Exit::Failed, "a write is sent in its own way")),
        }
    }

    /// Sends a confirmed write, which the audit log has before it is sent.
    async fn send(&self, arguments: &Map<String, Value>, until: Instant) -> (Outcome, Result<Answer, Failure>) {
        let confirmed = read(Tool::SendWrite, arguments.clone()).and_then(|send| Confirmed::take(self, &send));
        let confirmed = confirmed.and_then(|confirmed| {
            let entry = Entry {
                tool: Tool::SendWrite.name(),
                arguments,
                outcome: Outcome::Sending,
                lasted: Duration::ZERO,
                bytes: 0,
                detail: Some(confirmed.operation()),
            };
            self.audit.write(&entry).map(|()| confirmed)
        });
        match confirmed {
            Err(failure) => (Outcome::Failed, Err(failure)),
            Ok(confirmed) => match timeout_at(until, confirmed.send()).await {
                Ok(Ok(answer)) => (Outcome::Done, Ok(answer)),
                Ok(Err(failure)) => (Outcome::Failed, Err(failure)),
                Err(_) => {
                    let failure = Failure::new(Exit::OutcomeUnknown, "no answer came in time")
                        .with_next("find out whether Amazon carried it out, by reading, before you write again");
                    (Outcome::TimedOut, Err(failure))
                }
            },
        }
    }

    fn too_long(&self) -> Failure {
        Failure::new(Exit::Failed, format!("the call took longer than {} seconds", self.time.as_secs())).with_next(
            "ask for less, or again later; the person who runs this server can give it a longer --time-limit",
        )
    }
}

/// The arguments of a tool.
fn read<T: DeserializeOwned>(tool: Tool, mut arguments: Map<String, Value>) -> Result<T, Failure> {
    // Models leave out an argument so, too.
    arguments.retain(|_, value| !value.is_null());
    serde_json::from_value(Value::Object(arguments)).map_err(|error| {
        Failure::usage(format!("the arguments of {}: {}", tool.name(), printable(&error.to_string()).up_to(500)))
            .with_next("give the arguments as the schema of the tool says")
    })
}

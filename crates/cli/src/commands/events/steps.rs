//! The steps of a set-up or a tear-down, as planned and as carried out.

use crate::connection::Connected;
use crate::exit::{Exit, Failure};
use crate::notes;
use crate::output::table::Column;
use crate::output::{self, Format};
use serde_json::{Value, json};
use spapi_core::Error;
use spapi_events::setup::{Action, Applied, Plan, Step};

const COLUMNS: &[Column] = &[
    Column::text("STEP"),
    Column::text("RESULT"),
    Column::text("TYPE"),
    Column::text("VERSION"),
    Column::text("ABOUT"),
    Column::text("DIFFERS"),
    Column::text("ID"),
];

/// A step and what became of it.
struct Entry<'a> {
    step: &'a Step,
    result: &'static str,
    error: Option<&'a Error>,
}

fn row(entry: &Entry<'_>) -> Vec<String> {
    let step = entry.step;
    vec![
        step.action.as_str().to_owned(),
        entry.result.to_owned(),
        step.notification_type.clone().unwrap_or_default(),
        step.payload_version.clone().unwrap_or_default(),
        step.about.clone(),
        step.differences.join("; "),
        step.id.clone().unwrap_or_default(),
    ]
}

fn json(entry: &Entry<'_>) -> Value {
    let mut value = json!(entry.step);
    value["result"] = entry.result.into();
    if let Some(error) = entry.error {
        value["error"] = error.to_string().into();
    }
    value
}

/// Shows what would be done.
pub fn plan(format: Format, plan: &Plan) -> Result<(), Failure> {
    let entries = plan.steps.iter().map(|step| Entry { step, result: "planned", error: None });
    output::list(format, COLUMNS, entries, row, json)?;
    warn_of_left(&plan.left().collect::<Vec<_>>());
    note_others(&plan.steps);
    notes::note(match plan.changes() {
        true => "nothing was changed; without --dry-run it is",
        false => "there is nothing to change",
    });
    Ok(())
}

/// Shows what was done, and fails if something was not.
pub fn applied(format: Format, applied: &Applied, connected: &Connected) -> Result<(), Failure> {
    let done = applied.done.iter().map(|step| Entry { step, result: "done", error: None });
    let failed =
        applied.failed.iter().map(|failed| Entry { step: &failed.step, result: "failed", error: Some(&failed.error) });
    let untried = applied.untried.iter().map(|step| Entry { step, result: "not tried", error: None });
    output::list(format, COLUMNS, done.chain(failed).chain(untried), row, json)?;
    let left: Vec<_> = applied.left().collect();
    warn_of_left(&left);
    note_others(&applied.done);
    for failed in &applied.failed {
        let gone = if failed.is_deleted { "; the subscription before it is deleted" } else { "" };
        notes::warn(format!("failed: {}: {}{gone}", failed.step, failed.error));
    }
    if let Some(source) = &applied.event_source {
        notes::note(format!(
            "connect the partner event source {source} with an event bus in the AWS account: nothing arrives before"
        ));
    }
    if let Some(first) = applied.failed.first() {
        let count = applied.failed.len() + applied.untried.len();
        let total = count + applied.done.len();
        let Failure::Error { exit, .. } = connected.failure(first.error.clone()) else { return Ok(()) };
        return Err(Failure::new(exit, format!("not carried out: {count} of {total} steps"))
            .with_next("run it again: it goes on with what is missing"));
    }
    match left.len() {
        0 => Ok(()),
        count => {
            Err(Failure::new(Exit::Failed, format!("subscriptions that differ and were left as they are: {count}"))
                .with_next("add --replace to delete them and make them anew"))
        }
    }
}

/// Names the subscriptions that are not asked for, which stay beside those that are.
fn note_others(steps: &[Step]) {
    for step in steps.iter().filter(|step| step.action == Action::KeepOther) {
        let name = step.notification_type.as_deref().unwrap_or_default();
        notes::note(format!("{name} is also subscribed with the {}; --replace deletes that subscription", step.about));
    }
}

fn warn_of_left(left: &[&Step]) {
    for step in left {
        let name = step.notification_type.as_deref().unwrap_or_default();
        notes::warn(format!("{name} is subscribed otherwise: {}", step.differences.join("; ")));
    }
}

//! What Amazon says to a change, and issues as a table.

use crate::exit::{Exit, Failure};
use crate::marketplace::codes;
use crate::notes;
use crate::output::json::indented;
use crate::output::table::{Column, Table};
use crate::output::{Format, JsonOut, screen};
use serde::Serialize;
use spapi_listings::{Issue, Issues, Preview, Submission};
use std::io::{self, Write};

const COLUMNS: &[Column] = &[
    Column::text("ATTRIBUTE"),
    Column::text("SEVERITY"),
    Column::text("CODE"),
    Column::text("CATEGORIES"),
    Column::text("ACTIONS"),
    Column::text("MARKETS"),
    Column::text("MESSAGE"),
];

/// Writes issues: as a table by attribute, or as JSON in Amazon's order.
pub fn issues(format: Format, issues: &Issues) -> Result<(), Failure> {
    match format {
        Format::Table => {
            let mut table = Table::new(io::stdout().lock(), COLUMNS).wrapped_to(screen::width());
            for (attribute, issues) in issues.by_attribute() {
                for issue in issues {
                    table.push(row(attribute, issue))?;
                }
            }
            Ok(table.finish()?)
        }
        Format::Json => json(Format::Json, issues),
        Format::Jsonl => {
            let mut out = JsonOut::new();
            for issue in issues {
                writeln!(out, "{}", serde_json::to_string(issue).map_err(io::Error::from)?)?;
            }
            Ok(out.flush()?)
        }
    }
}

fn row(attribute: Option<&str>, issue: &Issue) -> Vec<String> {
    let enforcements = issue.enforcements.clone().unwrap_or_default();
    let actions: Vec<_> = enforcements.actions.iter().map(|action| action.as_str().to_owned()).collect();
    let until = enforcements.expiry_date.map(|date| format!(" until {date}")).unwrap_or_default();
    let exemption = enforcements.exemption.map(|status| format!(" ({status}{until})")).unwrap_or_default();
    let categories: Vec<_> = issue.categories.iter().map(|category| category.as_str()).collect();
    vec![
        attribute.unwrap_or_default().to_owned(),
        issue.severity.to_string(),
        issue.code.clone().unwrap_or_default(),
        categories.join(","),
        if actions.is_empty() { String::new() } else { format!("{}{exemption}", actions.join(",")) },
        codes(&issue.marketplace_ids),
        issue.message.clone(),
    ]
}

/// Writes a value as JSON: indented, or on one line.
pub fn json(format: Format, value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(io::Error::from)?;
    let mut out = JsonOut::new();
    writeln!(out, "{}", if format == Format::Json { indented(&text) } else { text })?;
    Ok(out.flush()?)
}

/// Writes what Amazon says to a preview. Fails unless Amazon would take the change.
pub fn preview(format: Format, preview: &Preview) -> Result<(), Failure> {
    match format {
        Format::Table => issues(format, preview.issues())?,
        format => json(format, preview)?,
    }
    match preview {
        Preview::Valid { .. } => {
            notes::note("Amazon would take it; nothing was changed");
            Ok(())
        }
        Preview::Unavailable { .. } => {
            Err(Failure::new(Exit::Failed, "the preview is not available: Amazon could not make it")
                .with_next("run it again later; the change itself can succeed all the same"))
        }
        _ => Err(Failure::new(Exit::Failed, "Amazon would refuse it; nothing was changed")),
    }
}

/// Writes what Amazon says to a change. Fails unless Amazon took it.
pub fn submission(format: Format, submission: &Submission) -> Result<(), Failure> {
    match format {
        Format::Table => {
            let columns = [Column::text("SKU"), Column::text("STATUS"), Column::text("SUBMISSION")];
            let mut table = Table::new(io::stdout().lock(), columns);
            table.push(vec![
                submission.sku.clone(),
                submission.status.to_string(),
                submission.submission_id.clone(),
            ])?;
            table.finish()?;
        }
        format => json(format, submission)?,
    }
    // The errors of a submission that Amazon did not take are in the failure.
    let is_accepted = submission.is_accepted();
    submission.issues.iter().filter(|issue| is_accepted || !issue.is_error()).for_each(notes::warn);
    Ok(submission.accepted()?)
}

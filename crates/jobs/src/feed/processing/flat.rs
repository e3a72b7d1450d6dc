//! The processing report of flat files: lines of a summary, then a table with a row for each issue.
//!
//! Words and names of columns can be in the seller's language. Then the summary's numbers and the columns are known by their
//! order.

use super::{FeedIssue, ProcessingReport, Severity, filled, message_id, unreadable};
use spapi_core::Error;

/// The columns of the table, in Amazon's order and in one spelling.
const COLUMNS: [&str; 5] = ["originalrecordnumber", "sku", "errorcode", "errortype", "errormessage"];

const MESSAGE: usize = 4;

pub(super) fn read(text: &str) -> Result<ProcessingReport, Error> {
    let mut report = ProcessingReport::default();
    let mut lines = text.lines();
    let mut counts = Vec::new();
    let mut columns = Vec::new();
    for line in lines.by_ref() {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        if filled >= COLUMNS.len() - 1 && count(cells[0]).is_none() {
            columns = self::columns(&cells);
            break;
        }
        if let (true, Some(count)) =
            (filled >= 2, cells.iter().rev().find(|cell| !cell.is_empty()).and_then(|last| count(last)))
        {
            counts.push(count);
        }
    }
    if columns.is_empty() && counts.is_empty() {
        return Err(unreadable("it is neither JSON nor XML, and has no summary and no table"));
    }
    let totals = &mut report.totals;
    (totals.processed, totals.accepted) = (counts.first().copied(), counts.get(1).copied());
    totals.invalid = totals.processed.zip(totals.accepted).map(|(all, accepted)| all.saturating_sub(accepted));
    for line in lines {
        row(&columns, line, &mut report.issues);
    }
    Ok(report)
}

/// What a column holds.
enum Column {
    /// One of `COLUMNS`.
    Known(usize),
    Other(String),
}

fn columns(names: &[&str]) -> Vec<Column> {
    let fold = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let place = |name: &&str| COLUMNS.iter().position(|known| *known == fold(name));
    let is_known = names.iter().any(|name| place(name).is_some_and(|place| place != 1));
    let column = |(at, name): (usize, &&str)| match place(name) {
        Some(known) => Column::Known(known),
        // Names in another language.
        None if !is_known && at < COLUMNS.len() => Column::Known(at),
        None => Column::Other((*name).to_owned()),
    };
    names.iter().enumerate().map(column).collect()
}

fn row(columns: &[Column], line: &str, issues: &mut Vec<FeedIssue>) {
    if line.trim().is_empty() {
        return;
    }
    let cells: Vec<&str> = line.split('\t').collect();
    let is_record = |at: usize| matches!(columns.get(at), Some(Column::Known(0)));
    let has_number = cells.iter().enumerate().any(|(at, cell)| is_record(at) && count(cell).is_some());
    // A line break inside a message.
    if let (false, 1, Some(last)) = (has_number, cells.len(), issues.last_mut()) {
        last.message.push('\n');
        last.message.push_str(line.trim());
        return;
    }
    let mut issue = FeedIssue::default();
    for (at, cell) in cells.iter().enumerate() {
        let Some(text) = filled(cell) else { continue };
        match columns.get(at) {
            Some(Column::Known(0)) => match message_id(&text) {
                Some(id) => issue.message_id = Some(id),
                None if count(&text) == Some(0) => {}
                None => drop(issue.details.insert("original-record-number".to_owned(), text)),
            },
            Some(Column::Known(1)) => issue.sku = Some(text),
            Some(Column::Known(2)) => issue.code = Some(text),
            Some(Column::Known(3)) => issue.severity = Severity::named(&text),
            Some(Column::Known(_)) => issue.message = text,
            Some(Column::Other(name)) => drop(issue.details.insert(name.clone(), text)),
            // A tab inside a message, which is the last column.
            None if matches!(columns.last(), Some(Column::Known(MESSAGE))) => {
                issue.message.push('\t');
                issue.message.push_str(&text);
            }
            None => drop(issue.details.insert(format!("column {}", at + 1), text)),
        }
    }
    issues.push(issue);
}

/// A whole number, with or without separators of thousands.
fn count(text: &str) -> Option<u64> {
    let digits: String =
        text.trim().chars().filter(|c| !matches!(c, ',' | '.' | ' ' | '\u{a0}' | '\u{202f}')).collect();
    let is_number = !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

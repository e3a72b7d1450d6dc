//! What the changes of a price and of a quantity show.

use crate::exit::Failure;
use crate::notes;
use crate::output::table::{Column, Table};
use crate::progress::Progress;
use spapi_listings::{Difference, Issues, Pending, Preview};
use std::io;

/// Writes a table of what was and what is.
pub fn show(columns: &[Column; 3], rows: &[[String; 3]]) -> Result<(), Failure> {
    let mut table = Table::new(io::stdout().lock(), columns.to_vec());
    for row in rows {
        table.push(row.to_vec())?;
    }
    Ok(table.finish()?)
}

/// Says what Amazon's preview found.
pub fn say(preview: &Preview) {
    if !preview.is_valid() && !preview.is_invalid() {
        notes::warn("the preview is not available: Amazon could not make it");
    }
    preview.issues().iter().for_each(notes::warn);
}

/// Waits for a change, and says what it waits for.
pub async fn applying<T>(change: impl Future<Output = T>, what: &str) -> T {
    let mut progress = Progress::new(false);
    progress.state(&format!("changing {what}, and waiting until Amazon shows it"), "");
    change.await
}

/// Says what else a change did, and what does not show it yet.
pub fn report(is_sent: bool, pending: &[Pending], others: &[Difference], issues: &Issues) {
    if !is_sent && pending.is_empty() {
        notes::note("nothing was sent, because the listing has it already");
    }
    for pending in pending {
        notes::warn(match pending {
            Pending::Attributes => "Amazon took the change, and the attributes do not show it yet",
            Pending::Offers => "Amazon took the change, and the offer that buyers see does not show it yet",
            _ => "Amazon took the change, and the stock that buyers can order does not show it yet",
        });
    }
    others.iter().for_each(|other| notes::warn(format!("something else changed: {other}")));
    issues.iter().for_each(|issue| notes::warn(format!("a new issue: {issue}")));
}

//! What was read, on stderr.

use crate::exit::{Exit, Failure};
use crate::notes;
use crate::number::noun;
use spapi_core::text::printable;
use spapi_mws::read::{Kind, Reason, Tally};
use std::collections::BTreeMap;

/// How many lines of one sort are written.
const SHOWN: usize = 20;

/// What was read.
pub struct Read<'a> {
    pub tally: &'a Tally,
    /// The records that are not written.
    pub others: &'a BTreeMap<Kind, u64>,
    pub files: u64,
    pub not_xml: u64,
}

pub fn write(read: &Read<'_>) {
    let Read { tally, others, files, not_xml, .. } = read;
    let documents: Vec<_> = tally.documents().map(|(name, count)| format!("{name} {count}")).collect();
    let documents = if documents.is_empty() { String::new() } else { format!(": {}", shortened(&documents)) };
    notes::note(format!("read {files} {}{documents}", noun(*files, "file")));
    for (kind, count) in tally.records() {
        let again = tally.repeated().find(|(repeated, _)| *repeated == kind).map(|(_, count)| count);
        let again = again.map(|count| format!(", {count} with an id that came before")).unwrap_or_default();
        let left_out = if others.contains_key(&kind) { format!("; to write them: --as {kind}") } else { String::new() };
        notes::note(format!("{count} {} of {kind}{again}{left_out}", noun(count, "record")));
    }
    let not_read: Vec<_> = tally.not_read().map(|(name, count)| format!("{name} {count}")).collect();
    if !not_read.is_empty() {
        notes::warn(format!("documents that are not read: {}", shortened(&not_read)));
    }
    if *not_xml > 0 {
        notes::warn(format!("{not_xml} {} left out, not being XML", noun(*not_xml, "file")));
    }
    let gaps = tally.gaps();
    for gap in gaps.iter().take(SHOWN) {
        let side = if gap.is_after { "after" } else { "before" };
        notes::warn(format!("a page of {} is missing {side} {}", gap.operation, printable(&gap.source).up_to(300)));
    }
    let more = gaps.len().saturating_sub(SHOWN) as u64 + tally.more_gaps();
    if more > 0 {
        notes::warn(format!("{more} more pages are missing"));
    }
    write_unmapped(tally);
}

/// Says which other rows a report has.
pub fn write_rows(report: &spapi_rows::Report) {
    let mut names = report.rows.iter().map(|rows| rows.name);
    let Some(first) = names.next() else { return };
    let others = names.collect::<Vec<_>>().join(", ");
    if !others.is_empty() {
        notes::note(format!("the rows are those of {first}; --rows chooses others: {others}"));
    }
}

fn write_unmapped(tally: &Tally) {
    let mut unmapped: Vec<_> = tally.unmapped().filter(|(_, reason, _)| *reason != Reason::Kept).collect();
    if unmapped.is_empty() {
        return;
    }
    unmapped.sort_by(|one, other| other.2.cmp(&one.2).then_with(|| one.0.cmp(other.0)));
    let paths: Vec<_> =
        unmapped.iter().take(SHOWN).map(|(path, reason, count)| format!("  {count} {path}: {reason}")).collect();
    let more = unmapped.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!("\n  and {more} more paths") } else { String::new() };
    notes::warn(format!("texts without a place today; --unmapped FILE writes them all\n{}{more}", paths.join("\n")));
}

fn shortened(all: &[String]) -> String {
    let shown = all.iter().take(SHOWN).map(|one| printable(one).up_to(100).to_string()).collect::<Vec<_>>().join(", ");
    if all.len() > SHOWN { format!("{shown} and {} more", all.len() - SHOWN) } else { shown }
}

/// The error for files that could not be read to their end.
pub fn failure(failed: u64) -> Result<(), Failure> {
    match failed {
        0 => Ok(()),
        1 => Err(Failure::new(Exit::Failed, "1 file could not be read to its end; what came before is written")),
        failed => Err(Failure::new(
            Exit::Failed,
            format!("{failed} files could not be read to their ends; what came before is written"),
        )),
    }
}

//! What a run did, as a table and as the reason why it is not whole.

use super::file;
use crate::exit::{Exit, Failure, described};
use crate::notes;
use crate::output::table::Column;
use crate::output::{self, Format};
use serde_json::json;
use spapi_core::StatusCode;
use spapi_sync::{Stream, StreamProgress, Summary, Tables};
use std::collections::HashMap;

const COLUMNS: &[Column] = &[
    Column::text("STREAM"),
    Column::text("MARKET"),
    Column::text("SLICES"),
    Column::number("ROWS READ"),
    Column::number("REJECTED"),
    Column::number("GAPS"),
    Column::number("TABLE HOLDS"),
];

pub async fn show(summary: &Summary, tables: &mut dyn Tables, connection: &str, format: Format) -> Result<(), Failure> {
    let mut held = HashMap::new();
    for one in &summary.streams {
        let marketplace = one.marketplace.map(|marketplace| marketplace.id()).unwrap_or_default();
        let rows = tables.rows(connection, one.stream, marketplace).await?;
        held.insert((one.stream.name, marketplace), rows.unwrap_or_default());
    }
    let holds = |one: &StreamProgress| {
        held[&(one.stream.name, one.marketplace.map(|marketplace| marketplace.id()).unwrap_or_default())]
    };
    let code = |one: &StreamProgress| one.marketplace.map(|marketplace| marketplace.country_code());
    let row = |one: &&StreamProgress| {
        vec![
            one.stream.name.to_owned(),
            code(one).unwrap_or("all").to_owned(),
            format!("{} of {}", one.done, one.slices),
            one.rows.to_string(),
            one.rejected.to_string(),
            one.gaps.to_string(),
            holds(one).to_string(),
        ]
    };
    let json = |one: &&StreamProgress| {
        json!({
            "stream": one.stream.name, "marketplace": code(one), "slices": one.slices, "committed": one.done,
            "rows": one.rows, "rejected": one.rejected, "gaps": one.gaps, "refused": one.refused, "holds": holds(one),
        })
    };
    Ok(output::list(format, COLUMNS, summary.streams.iter(), row, json)?)
}

/// Why a run is not whole, after a warning for each gap and each stream that was not read.
pub fn missing(summary: &Summary) -> Option<Failure> {
    let refused = summary.streams.iter().filter_map(|one| one.refused.as_ref());
    let refused = refused.inspect(|why| notes::warn(format!("not read: {why}"))).count();
    let mut first = None;
    let (mut gaps, mut next) = (0, None);
    for (slice, why) in summary.gaps() {
        let (exit, words) = described(why);
        notes::warn(format!("gap: {} {} {}: {words}", slice.stream, file::code(&slice.marketplace), slice.slice));
        if why.status() == Some(StatusCode::FORBIDDEN) {
            let roles = Stream::find(&slice.stream).map(Stream::roles).unwrap_or_default();
            next = next.or(Some(file::why_forbidden(roles)));
        }
        first = first.or(Some(exit));
        gaps += 1;
    }
    if gaps == 0 && refused == 0 {
        return None;
    }
    let is_any = summary.streams.iter().any(|one| one.done > 0);
    let exit = match first {
        Some(exit) if !is_any => exit,
        _ => Exit::Gaps,
    };
    let failure = Failure::new(exit, format!("{gaps} slices were not read, and {refused} streams cannot be read"));
    let next = next.unwrap_or_else(|| match gaps {
        0 => "remove these streams from the connection".to_owned(),
        _ => "run it again: it reads what is missing".to_owned(),
    });
    Some(failure.with_next(next))
}

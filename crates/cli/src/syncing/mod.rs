//! What the commands that run a connection share: its file, the progress, and what a run leaves out.

pub mod file;
pub mod lines;

use crate::exit::{Exit, Failure, described};
use crate::notes;
use spapi_core::StatusCode;
use spapi_sync::{Stream, Summary};

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

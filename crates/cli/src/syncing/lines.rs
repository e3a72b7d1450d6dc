//! The progress of a run on stderr: a line for each stream that changes on a terminal, or plain lines.

use crate::number::noun;
use crate::progress::PATIENCE;
use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressStyle};
use spapi_core::DateTime;
use spapi_core::text::printable;
use spapi_sync::{StreamProgress, Waiting, WaitingFor};
use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant, SystemTime};

/// The lines of a run.
pub struct Lines {
    bars: Option<MultiProgress>,
    lines: HashMap<(&'static str, &'static str), Line>,
}

/// The line of a stream of one marketplace.
struct Line {
    bar: Option<ProgressBar>,
    since: Instant,
    /// What the last plain line was about, and when it was written.
    said: Option<((u64, u64, u64), Instant)>,
}

/// How often a line on a terminal moves.
const TICK: Duration = Duration::from_millis(200);

impl Lines {
    pub fn new() -> Self {
        Self { bars: io::stderr().is_terminal().then(MultiProgress::new), lines: HashMap::new() }
    }

    /// Shows how far a stream is.
    pub fn show(&mut self, stream: &StreamProgress) {
        let code = stream.marketplace.map_or("all", |marketplace| marketplace.country_code());
        let bars = &self.bars;
        let line = self.lines.entry((stream.stream.name, code)).or_insert_with(|| Line::new(bars.as_ref()));
        let words = format!("{} {code}: {}", stream.stream.name, words(stream, line.since.elapsed()));
        match &line.bar {
            Some(bar) if stream.is_over() => bar.finish_with_message(printable(&words).to_string()),
            Some(bar) => bar.set_message(printable(&words).to_string()),
            None => {
                let about = (stream.slices, stream.done, stream.gaps);
                let is_new = line.said.is_none_or(|(said, at)| said != about || at.elapsed() >= PATIENCE);
                if is_new {
                    // An error of stderr is ignored: the user has closed it.
                    let _ = writeln!(io::stderr(), "progress: {}", printable(&words));
                    line.said = Some((about, Instant::now()));
                }
            }
        }
    }
}

impl Line {
    fn new(bars: Option<&MultiProgress>) -> Self {
        let bar = bars.map(|bars| {
            let bar = bars.add(ProgressBar::new_spinner());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { bar, since: Instant::now(), said: None }
    }
}

fn words(stream: &StreamProgress, lasted: Duration) -> String {
    if let Some(why) = &stream.refused {
        return format!("not read: {why}");
    }
    if stream.slices == 0 {
        return "nothing is due".to_owned();
    }
    let mut words = format!(
        "{} of {} {}, {} {}",
        stream.done,
        stream.slices,
        noun(stream.slices, "slice"),
        HumanCount(stream.rows),
        noun(stream.rows, "row")
    );
    // A rate of a moment says nothing, nor one that is made of waits.
    let rate = (stream.rows as f64 / lasted.as_secs_f64()) as u64;
    if lasted >= Duration::from_secs(1) && rate >= 100 {
        words.push_str(&format!(", {} rows a second", HumanCount(rate)));
    }
    if stream.rejected > 0 {
        words.push_str(&format!(", {} rejected", HumanCount(stream.rejected)));
    }
    if stream.gaps > 0 {
        words.push_str(&format!(", {} {}", stream.gaps, noun(stream.gaps, "gap")));
    }
    if let Some(waiting) = stream.waiting.as_ref().filter(|_| !stream.is_over()) {
        words.push_str(&format!(", {}", waits(waiting, SystemTime::now())));
    }
    words
}

/// For what a stream waits. A wait of some seconds has no end.
fn waits(waiting: &Waiting, now: SystemTime) -> String {
    let what = match waiting.what {
        WaitingFor::Quota => "waits for the quota",
        WaitingFor::Report => "waits for a report",
        _ => "waits for an answer",
    };
    let is_long = |until: &SystemTime| until.duration_since(now).is_ok_and(|wait| wait >= Duration::from_secs(10));
    match waiting.until.filter(is_long) {
        Some(until) => format!("{what} until {}", DateTime::from(until)),
        None => what.to_owned(),
    }
}

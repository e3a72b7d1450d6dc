//! Progress on stderr: one line that changes on a terminal, or a plain line for each state.

use crate::number::noun;
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use spapi_core::text::printable;
use spapi_jobs::State;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// The progress of a long command.
pub struct Progress {
    bar: Option<ProgressBar>,
    shown: String,
    /// When the last line was written.
    said: Instant,
    since: Instant,
    reading: Option<Instant>,
}

/// How often the line on a terminal moves.
const TICK: Duration = Duration::from_millis(200);

/// How long a state that stays the same has no further line, where there is no terminal.
pub const PATIENCE: Duration = Duration::from_secs(60);

impl Progress {
    /// `is_quiet` leaves out the changing line, where the output goes to the same terminal.
    pub fn new(is_quiet: bool) -> Self {
        let bar = (!is_quiet && io::stderr().is_terminal()).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        let now = Instant::now();
        Self { bar, shown: String::new(), said: now, since: now, reading: None }
    }

    /// Shows a state. `detail`, which may change often, is shown only on a terminal.
    pub fn state(&mut self, state: &str, detail: &str) {
        match &self.bar {
            Some(bar) if detail.is_empty() => bar.set_message(state.to_owned()),
            Some(bar) => bar.set_message(format!("{state}, {detail}")),
            None if self.shown != state || self.said.elapsed() >= PATIENCE => {
                let waited = self.since.elapsed().as_secs();
                let waited = if waited == 0 { String::new() } else { format!(", after {waited} s") };
                line(&format!("{state}{waited}"));
                state.clone_into(&mut self.shown);
                self.said = Instant::now();
            }
            None => {}
        }
    }

    /// Shows the state of a job.
    pub fn job(&mut self, state: &State) {
        match state {
            State::Waiting { status: Some(status), next } => {
                self.state(&status.to_string(), &format!("next look in {} s", next.as_secs()));
            }
            state => self.state(&state.to_string(), ""),
        }
    }

    /// Shows how much has been read.
    pub fn rows(&mut self, rows: u64, bytes: u64) {
        let since = *self.reading.get_or_insert_with(Instant::now);
        // A bar draws some times a second, whatever it is given; its text is not free.
        if let Some(bar) = self.bar.as_ref().filter(|_| rows.is_multiple_of(1000)) {
            bar.set_message(amount(rows, bytes, since.elapsed()));
        }
    }

    /// Shows how much was read in all.
    pub fn finish(&mut self, rows: u64, bytes: u64) {
        let lasted = self.reading.map_or(Duration::ZERO, |since| since.elapsed());
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        line(&amount(rows, bytes, lasted));
    }
}

/// An error of stderr is ignored: the user has closed it.
fn line(text: &str) {
    let _ = writeln!(io::stderr(), "progress: {}", printable(text));
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// A number of bytes, such as `1.50 MiB`.
pub fn size(bytes: u64) -> String {
    HumanBytes(bytes).to_string()
}

fn amount(rows: u64, bytes: u64, lasted: Duration) -> String {
    if rows == 0 {
        return size(bytes);
    }
    let text = format!("{} {}, {}", HumanCount(rows), noun(rows, "row"), HumanBytes(bytes));
    // A rate of a moment says nothing.
    match lasted.as_secs_f64() {
        seconds if seconds >= 1.0 => format!("{text}, {} rows a second", HumanCount((rows as f64 / seconds) as u64)),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_a_rate_once_it_took_a_second() {
        assert_eq!(amount(1, 10, Duration::ZERO), "1 row, 10 B");
        assert_eq!(amount(12_000, 4096, Duration::from_secs(2)), "12,000 rows, 4.00 KiB, 6,000 rows a second");
    }
}

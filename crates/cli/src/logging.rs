//! The log of `--verbose`.

use crate::output::text::printable_lines;
#[cfg(feature = "cluster")]
use crate::traces::Exported;
use std::io::{self, Stderr, Write};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::prelude::*;

/// Logs each call with its attempts, waits, status and request id to stderr.
///
/// Only our own crates are logged: the crates below them see headers and bodies, and cannot tell which are secret.
pub fn start() {
    start_by(|| Printable(io::stderr()));
}

/// The log of a program that runs for a long time: what it does, and what fails. Each line is a JSON object if `is_json`. Its
/// spans go to a collector of OpenTelemetry too, if the environment names one.
///
/// # Errors
/// When what the environment says of the collector is wrong.
#[cfg(feature = "cluster")]
pub fn start_service(is_json: bool) -> Result<Exported, crate::exit::Failure> {
    let writer = || Printable(io::stderr());
    let ours = || Targets::new().with_target("spapi", LevelFilter::INFO);
    // An exporter says here that a collector cannot be reached.
    let logged = ours().with_target("opentelemetry", LevelFilter::WARN);
    let log = tracing_subscriber::fmt::layer().with_writer(writer).with_ansi(false);
    let log = match is_json {
        true => log.json().flatten_event(true).with_filter(logged).boxed(),
        false => log.with_target(false).with_filter(logged).boxed(),
    };
    let exported = Exported::start()?;
    // A log that --verbose has begun goes on.
    let spans = exported.layer().map(|layer| layer.with_filter(ours()));
    let _ = tracing_subscriber::registry().with(spans).with(log).try_init();
    Ok(exported)
}

/// The same log, each line of which goes to `write`.
pub fn start_with(write: impl Fn(&str) + Clone + Send + Sync + 'static) {
    start_by(move || Lines(write.clone()));
}

fn start_by<W: Write + 'static>(writer: impl Fn() -> W + Send + Sync + 'static) {
    let log = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .with_ansi(false)
        .with_target(false)
        .with_span_events(FmtSpan::CLOSE);
    let ours = Targets::new().with_target("spapi", LevelFilter::DEBUG);
    tracing_subscriber::registry().with(log.with_filter(ours)).init();
}

/// A function, for lines.
struct Lines<F>(F);

impl<F: Fn(&str)> Write for Lines<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.0)(printable_lines(&String::from_utf8_lossy(bytes)).trim_end());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Stderr, for lines that may hold a server's text.
struct Printable(Stderr);

impl Write for Printable {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.write_all(printable_lines(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

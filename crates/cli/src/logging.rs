//! The log of `--verbose`.

use std::io;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::prelude::*;

/// Logs each call with its attempts, waits, status and request id to stderr.
///
/// Only what our own crates say: the crates below them know headers and bodies, and do not know which are secret.
pub fn start() {
    let log = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(false)
        .with_target(false)
        .with_span_events(FmtSpan::CLOSE);
    let ours = Targets::new().with_target("spapi", LevelFilter::DEBUG);
    tracing_subscriber::registry().with(log.with_filter(ours)).init();
}

//! Ctrl-C or the signal to terminate, in the middle of the work. The program still says how to go on, and leaves no part of a
//! file.

use crate::exit::{Exit, Failure};
use std::future::pending;
use std::pin::Pin;

/// Waits for calls until the user interrupts one of them.
pub struct Interrupt(Pin<Box<dyn Future<Output = Failure>>>);

impl Interrupt {
    pub fn new() -> Self {
        Self(Box::pin(signal()))
    }

    /// The result of the call.
    ///
    /// # Errors
    /// When the user has pressed Ctrl-C, or the program was asked to terminate, since the last call began.
    pub async fn or<T>(&mut self, call: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            failure = &mut self.0 => Err(failure),
            result = call => Ok(result),
        }
    }
}

/// Waits until the user presses Ctrl-C, or the program is asked to terminate.
pub async fn signal() -> Failure {
    tokio::select! {
        () = ctrl_c() => Failure::new(Exit::Interrupted, "interrupted by Ctrl-C"),
        () = terminated() => Failure::new(Exit::Terminated, "ended by the signal to terminate"),
    }
}

/// Waits for the second signal: the first one lets the work end by itself.
pub async fn second_signal() -> Failure {
    signal().await;
    signal().await
}

// If waiting for a signal fails, the signal still ends the program.

async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        pending::<()>().await;
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    pending().await
}

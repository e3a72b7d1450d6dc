//! Ctrl-C in the middle of a list. The program still names the page token to continue with.

use crate::exit::{Exit, Failure};
use std::future::pending;
use std::pin::Pin;

/// Waits for calls until the user interrupts one of them.
pub struct Interrupt(Pin<Box<dyn Future<Output = ()>>>);

impl Interrupt {
    pub fn new() -> Self {
        Self(Box::pin(async {
            // If waiting for Ctrl-C fails, Ctrl-C still ends the program.
            if tokio::signal::ctrl_c().await.is_err() {
                pending::<()>().await;
            }
        }))
    }

    /// The result of the call.
    ///
    /// # Errors
    /// When the user has pressed Ctrl-C since the last call began.
    pub async fn or<T>(&mut self, call: impl Future<Output = T>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            () = &mut self.0 => Err(Failure::new(Exit::Interrupted, "interrupted by Ctrl-C")),
            result = call => Ok(result),
        }
    }
}

//! Notes, warnings and errors on stderr, separate from the output.

use crate::output::text::printable_lines;
use std::fmt::Display;
use std::io::{self, Write};
use std::pin::pin;
use std::time::Duration;

/// Writes a note: something that is good to know.
pub fn note(text: impl Display) {
    say("note", text);
}

/// Writes a warning: something that is probably a mistake, but is allowed.
pub fn warn(text: impl Display) {
    say("warning", text);
}

/// Writes an error: why the program ends without success.
pub fn error(text: impl Display) {
    say("error", text);
}

/// Waits for a call, and writes a note if it takes long: a quota of a few calls an hour looks like a program that hangs.
pub async fn while_waiting<T>(call: impl Future<Output = T>) -> T {
    remind_after(LONG, || note(STILL_WAITING), call).await
}

const STILL_WAITING: &str = "still waiting: for the quota of this operation, for a pause that the server asks for, or \
                             for a slow answer. --verbose shows which; --longest-wait limits the first two";

/// Longer than an answer usually takes.
const LONG: Duration = Duration::from_secs(10);

async fn remind_after<T>(patience: Duration, remind: impl FnOnce(), call: impl Future<Output = T>) -> T {
    let mut call = pin!(call);
    match tokio::time::timeout(patience, call.as_mut()).await {
        Ok(done) => done,
        Err(_) => {
            remind();
            call.await
        }
    }
}

/// An error of stderr is ignored: the user has closed it.
fn say(kind: &str, text: impl Display) {
    // The text may hold names and messages of a server, a file or a pasted URL.
    let _ = writeln!(io::stderr(), "{kind}: {}", printable_lines(&text.to_string()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    #[tokio::test(start_paused = true)]
    async fn a_long_wait_writes_one_note_and_continues() {
        for (lasts, notes) in [(LONG / 2, 0), (LONG * 3, 1)] {
            let mut times = 0;
            let call = async {
                sleep(lasts).await;
                "done"
            };
            assert_eq!(remind_after(LONG, || times += 1, call).await, "done");
            assert_eq!(times, notes, "{lasts:?}");
        }
    }
}

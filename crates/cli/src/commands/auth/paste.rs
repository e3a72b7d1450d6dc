//! The URL that the user pastes.

use crate::exit::{Exit, Failure};
use std::future::pending;
use std::io::{self, BufRead, Read};
use std::thread;
use tokio::sync::oneshot;

/// The longest line that is read. A URL with a code has a few hundred characters.
const LONGEST: u64 = 16 * 1024;

/// The line that was pasted or piped.
pub fn pasted() -> Result<String, Failure> {
    read()?.ok_or_else(|| {
        Failure::usage("no URL was pasted")
            .with_next("start again, and paste the whole URL that the browser returns to, or send it to stdin")
    })
}

/// A line that is pasted at some time. If stdin has ended, none ever is.
pub async fn later_pasted() -> Result<String, Failure> {
    let (send, line) = oneshot::channel();
    // A thread of its own, because nothing can stop the reading, and the program must be able to end.
    thread::spawn(move || {
        // The program has the answer already if nobody takes the line.
        let _ = send.send(read());
    });
    match line.await {
        Ok(Ok(Some(line))) => Ok(line),
        Ok(Err(failure)) => Err(failure),
        Ok(Ok(None)) | Err(_) => pending().await,
    }
}

/// The first line of stdin; `None` if it is empty.
fn read() -> Result<Option<String>, Failure> {
    let mut line = Vec::new();
    io::stdin()
        .lock()
        .take(LONGEST + 1)
        .read_until(b'\n', &mut line)
        .map_err(|error| Failure::new(Exit::Failed, format!("the URL cannot be read from stdin: {error}")))?;
    if line.len() as u64 > LONGEST {
        return Err(Failure::usage(format!(
            "the pasted text is longer than {LONGEST} characters, so it is not the URL"
        )));
    }
    let line = String::from_utf8(line).map_err(|_| Failure::usage("the pasted bytes are not text"))?;
    Ok(Some(line.trim().to_owned()).filter(|line| !line.is_empty()))
}

/// Whether it is a code by itself and not a URL or a query.
pub fn is_code(pasted: &str) -> bool {
    pasted.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_neither_a_url_nor_a_query() {
        assert!(is_code("ANDMxqpCmqWHJeyzdbhH"));
        for other in ["https://shop.example/back?state=1", "?state=1", "state=1&spapi_oauth_code=2", "a b"] {
            assert!(!is_code(other), "{other}");
        }
    }
}

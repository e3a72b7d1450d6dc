//! Documents with a JSON value in each line.

use serde::de::DeserializeOwned;
use spapi_core::document::Text;
use spapi_core::{Error, ErrorKind};
use std::fmt;
use std::marker::PhantomData;

/// The longest line, in bytes.
const LONGEST: usize = 16 << 20;

/// The rows of a document with a JSON value in each line. One line and one piece of the document are in memory.
pub struct JsonLines<T> {
    text: Text,
    buffer: String,
    /// How much of the buffer has been read.
    read: usize,
    line: u64,
    is_over: bool,
    row: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> JsonLines<T> {
    pub(super) fn new(text: Text) -> Self {
        Self { text, buffer: String::new(), read: 0, line: 0, is_over: false, row: PhantomData }
    }

    /// The next row, or `None` after the last. Empty lines are skipped. You may drop the future: nothing is lost.
    ///
    /// # Errors
    /// When a line does not fit `T`: the error names the line, and the next call continues after it. When the download
    /// breaks, or a line is longer than 16 MiB, there are no more rows.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        let mut searched = self.read;
        loop {
            let end = self.buffer[searched..].find('\n').map(|at| searched + at);
            let line = match end {
                Some(end) => self.take(end, end + 1),
                None if self.is_over && self.read == self.buffer.len() => return Ok(None),
                None if self.is_over => self.take(self.buffer.len(), self.buffer.len()),
                None => {
                    self.buffer.drain(..self.read);
                    self.read = 0;
                    if self.buffer.len() > LONGEST {
                        let message = format!("line {} is longer than {LONGEST} bytes", self.line + 1);
                        self.is_over = true;
                        self.buffer.clear();
                        return Err(Error::new(ErrorKind::Decode, message)
                            .with_hint("Open the page and read its bytes instead of its rows."));
                    }
                    searched = self.buffer.len();
                    match self.text.try_next().await {
                        Ok(Some(piece)) => self.buffer.push_str(&piece),
                        Ok(None) => self.is_over = true,
                        Err(error) => {
                            self.is_over = true;
                            self.buffer.clear();
                            return Err(error);
                        }
                    }
                    continue;
                }
            };
            let row = self.buffer[line].trim();
            if !row.is_empty() {
                return serde_json::from_str(row).map(Some).map_err(|error| unfit(self.line, &error));
            }
            searched = self.read;
        }
    }

    fn take(&mut self, end: usize, next: usize) -> std::ops::Range<usize> {
        self.line += 1;
        let start = std::mem::replace(&mut self.read, next);
        start..end
    }
}

/// The error of a line. It does not show the line's values.
fn unfit(line: u64, error: &serde_json::Error) -> Error {
    let what = match error.classify() {
        serde_json::error::Category::Data => "does not fit the type of the rows",
        serde_json::error::Category::Eof => "ends early",
        _ => "is not JSON",
    };
    Error::new(ErrorKind::Decode, format!("line {line} {what}, at column {}", error.column()))
        .with_hint("Read it as serde_json::Value to see what it holds.")
}

impl<T> fmt::Debug for JsonLines<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsonLines").field("line", &self.line).finish_non_exhaustive()
    }
}

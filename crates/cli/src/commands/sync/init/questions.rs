//! Questions on a terminal.

use crate::exit::Failure;
use crate::notes;
use std::io::{self, BufRead, Write};

/// Asks on stderr, and reads the answers.
pub struct Questions<R>(pub R);

impl<R: BufRead> Questions<R> {
    /// Asks until the answer can be read.
    ///
    /// # Errors
    /// When the input ends. The error names the option.
    pub fn ask<T>(
        &mut self,
        option: &str,
        question: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        loop {
            match self.answer(question, &read)? {
                Answer::Read(value) => return Ok(value),
                Answer::Refused => {}
                Answer::Empty => notes::note("an answer is needed"),
                Answer::None => {
                    return Err(Failure::usage(format!("{option} is missing"))
                        .with_next(format!("give {option}, or answer the question")));
                }
            }
        }
    }

    /// Asks until the answer can be read, is empty, or the input ends. The last two are `None`, which is the default.
    pub fn ask_or_default<T>(
        &mut self,
        question: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Failure> {
        loop {
            match self.answer(question, &read)? {
                Answer::Read(value) => return Ok(Some(value)),
                Answer::Refused => {}
                Answer::Empty | Answer::None => return Ok(None),
            }
        }
    }

    /// Asks once.
    fn answer<T>(&mut self, question: &str, read: impl Fn(&str) -> Result<T, String>) -> Result<Answer<T>, Failure> {
        let mut err = io::stderr();
        // An error of stderr is ignored: the user has closed it.
        let _ = write!(err, "{question}: ").and_then(|()| err.flush());
        let mut answer = String::new();
        let length = self
            .0
            .read_line(&mut answer)
            .map_err(|error| Failure::usage(format!("the answers cannot be read from stdin: {error}")))?;
        if length == 0 {
            let _ = writeln!(err);
            return Ok(Answer::None);
        }
        Ok(match answer.trim() {
            "" => Answer::Empty,
            answer => match read(answer) {
                Ok(value) => Answer::Read(value),
                Err(why) => {
                    notes::note(why);
                    Answer::Refused
                }
            },
        })
    }
}

/// What came of a question.
enum Answer<T> {
    Read(T),
    /// It could not be read, and the user knows why.
    Refused,
    Empty,
    /// The input has ended.
    None,
}

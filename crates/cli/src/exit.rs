//! How the program ends, and what it says when it ends without success.

use crate::notes;
use crate::output::text::printable;
use std::error::Error as StdError;
use std::io;
use std::process::ExitCode;

/// The exit codes beside 0. They are documented in [`EXIT_CODES`] and in the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Amazon answered an error, or the call failed.
    Failed = 1,
    /// The command line is wrong. So exits clap as well.
    Usage = 2,
    /// Credentials are missing, or Amazon refuses them.
    Authorization = 3,
    /// The quota is spent for longer than the longest wait.
    Throttled = 4,
    /// What was asked for may or may not have been done.
    OutcomeUnknown = 5,
}

/// The part of the help that explains the codes.
pub const EXIT_CODES: &str = "\
Exit codes:
  0  success
  1  Amazon answered an error, or the call failed
  2  the command line is wrong; nothing was sent
  3  credentials are missing, or Amazon refuses them
  4  the quota is spent for longer than --longest-wait
  5  a write whose answer was lost: look whether it was done before trying again";

/// Why the program ends without its work done.
#[derive(Debug)]
pub enum Failure {
    /// Whoever read the output has closed it: there is nobody left to write for, and nothing has gone wrong.
    ReaderGone,
    /// Something went wrong.
    Told {
        exit: Exit,
        /// What, in one line or more.
        message: String,
        /// What to do about it.
        next: Option<String>,
    },
}

impl Failure {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self::Told { exit, message: message.into(), next: None }
    }

    /// The command line is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Whether it is for want of credentials, or Amazon refuses them.
    pub fn is_about_credentials(&self) -> bool {
        matches!(self, Self::Told { exit: Exit::Authorization, .. })
    }

    /// Says what to do about it.
    pub fn with_next(mut self, step: impl Into<String>) -> Self {
        if let Self::Told { next, .. } = &mut self {
            *next = Some(step.into());
        }
        self
    }

    /// Says what else to do about it.
    pub fn and_next(mut self, step: impl Into<String>) -> Self {
        if let Self::Told { next, .. } = &mut self {
            let step = step.into();
            *next = Some(next.take().map_or(step.clone(), |before| format!("{before}; {step}")));
        }
        self
    }

    /// Adds a line below the message. What it says may have come from outside.
    pub fn with_detail(mut self, what: &str, text: &str) -> Self {
        if let Self::Told { message, .. } = &mut self {
            message.push_str(&format!("\n  {what}: {}", printable(text)));
        }
        self
    }

    /// Says it on stderr, and gives the program's exit code.
    pub fn report(self) -> ExitCode {
        match self {
            Self::ReaderGone => ExitCode::SUCCESS,
            Self::Told { exit, message, next } => {
                notes::error(match next {
                    Some(next) => format!("{message}\n  next: {next}"),
                    None => message,
                });
                ExitCode::from(exit as u8)
            }
        }
    }
}

/// What core says of a call that failed: the operation, Amazon's words, the request id, and what to do.
impl From<spapi_core::Error> for Failure {
    fn from(error: spapi_core::Error) -> Self {
        let mut failure = Self::new(exit_of(&error), in_our_options(&printable(&error.to_string())));
        if let Some(cause) = root(&error) {
            failure = failure.with_detail("cause", &cause.to_string());
        }
        match error.retry_after() {
            Some(wait) if error.is_throttled() => {
                let seconds = wait.as_secs().saturating_add(1);
                failure.with_next(format!("call again later, or wait for it: --longest-wait {seconds}s"))
            }
            _ => failure,
        }
    }
}

/// Core speaks of its methods, and whoever calls it by this program has options.
fn in_our_options(message: &str) -> String {
    message.replace(".restricted(...)", "--restricted")
}

/// The first of the causes: those between say the same in general words.
fn root(error: &dyn StdError) -> Option<&dyn StdError> {
    let mut root = error.source()?;
    while let Some(cause) = root.source() {
        root = cause;
    }
    Some(root)
}

fn exit_of(error: &spapi_core::Error) -> Exit {
    if error.outcome_unknown() {
        Exit::OutcomeUnknown
    } else if error.is_throttled() {
        Exit::Throttled
    } else if error.is_auth() {
        Exit::Authorization
    } else if error.is_input() || error.is_config() {
        Exit::Usage
    } else {
        Exit::Failed
    }
}

/// Of writing the output. Other files name what they are.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            _ => Self::new(Exit::Failed, format!("the output cannot be written: {error}")),
        }
    }
}

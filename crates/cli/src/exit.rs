//! Exit codes, and the error that the program ends with.

use crate::notes;
use spapi_core::text::printable;
use spapi_core::{Error, ErrorKind};
use std::error::Error as StdError;
use std::io;
use std::process::ExitCode;

/// The exit codes other than 0. They are documented in [`EXIT_CODES`] and in the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Amazon answered an error, the call failed, Amazon did not take every message of a feed, or a comparison found differences.
    Failed = 1,
    /// The command line is wrong. clap uses the same code.
    Usage = 2,
    /// Credentials are missing, or Amazon refuses them.
    Authorization = 3,
    /// The quota is used up for longer than the longest wait.
    Throttled = 4,
    /// Amazon may have carried out the call.
    OutcomeUnknown = 5,
    /// A run of a connection has gaps, and has committed other slices.
    Gaps = 6,
    /// The user has pressed Ctrl-C in the middle of the work. Shells use this code for a program that the signal ends.
    Interrupted = 130,
    /// The program was asked to terminate. Shells use this code for a program that the signal ends.
    Terminated = 143,
}

/// The part of the help that explains the codes.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    success
  1    Amazon answered an error, the call failed, Amazon did not take every message of a feed, or a comparison found differences
  2    the command line is wrong; nothing was sent
  3    credentials are missing, or Amazon refuses them
  4    the quota is used up for longer than --longest-wait
  5    the answer to a write was lost: check whether Amazon carried it out before you call again
  6    some slices of a sync were not read, which the next run tries again; the others are committed
  130  interrupted by Ctrl-C in the middle of the work; 143 by the signal to terminate";

/// Why the program ends without success.
#[derive(Debug)]
pub enum Failure {
    /// The reader of the output has closed it. Nothing went wrong.
    ReaderGone,
    /// Something went wrong.
    Error {
        exit: Exit,
        /// The kind of the library's error, if it comes from one.
        kind: Option<ErrorKind>,
        /// One line or more.
        message: String,
        /// What to do about it.
        next: Option<String>,
    },
}

impl Failure {
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self::Error { exit, kind: None, message: message.into(), next: None }
    }

    /// The command line is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Whether credentials are missing or refused.
    pub fn is_about_credentials(&self) -> bool {
        matches!(self, Self::Error { exit: Exit::Authorization, .. })
    }

    /// Whether the command line is wrong.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Error { exit: Exit::Usage, .. })
    }

    /// Whether the user has ended the program, or nobody reads its output.
    pub fn is_from_the_user(&self) -> bool {
        matches!(self, Self::ReaderGone | Self::Error { exit: Exit::Interrupted | Exit::Terminated, .. })
    }

    /// The same with another exit code.
    pub fn with_exit(mut self, code: Exit) -> Self {
        if let Self::Error { exit, .. } = &mut self {
            *exit = code;
        }
        self
    }

    /// Sets the next step.
    pub fn with_next(mut self, step: impl Into<String>) -> Self {
        if let Self::Error { next, .. } = &mut self {
            *next = Some(step.into());
        }
        self
    }

    /// Adds another next step.
    pub fn and_next(mut self, step: impl Into<String>) -> Self {
        if let Self::Error { next, .. } = &mut self {
            let step = step.into();
            *next = Some(next.take().map_or(step.clone(), |before| format!("{before}; {step}")));
        }
        self
    }

    /// Adds a line below the message. Its text may come from a server.
    pub fn with_detail(mut self, what: &str, text: &str) -> Self {
        if let Self::Error { message, .. } = &mut self {
            message.push_str(&format!("\n  {what}: {}", printable(text).up_to(1000)));
        }
        self
    }

    /// The failure as an error for a library that calls the program's code.
    pub fn into_error(self) -> Error {
        match self {
            Self::Error { exit, kind, message, next } => {
                let of_exit = if exit == Exit::Authorization { ErrorKind::Login } else { ErrorKind::Config };
                Error::new(kind.unwrap_or(of_exit), message).with_hint(next.unwrap_or_default())
            }
            Self::ReaderGone => Error::new(ErrorKind::Config, "the program's output was closed"),
        }
    }

    /// Writes the failure to stderr, and returns the exit code.
    pub fn report(self) -> ExitCode {
        match self {
            Self::ReaderGone => ExitCode::SUCCESS,
            Self::Error { message, next, exit, .. } => {
                notes::error(match next {
                    Some(next) => format!("{message}\n  next: {next}"),
                    None => message,
                });
                ExitCode::from(exit as u8)
            }
        }
    }
}

/// A failed call, with the operation, Amazon's message, the request id and a hint.
impl From<spapi_core::Error> for Failure {
    fn from(error: spapi_core::Error) -> Self {
        let message = in_our_options(&printable(&error.to_string()).to_string());
        let mut failure = Self::Error { exit: exit_of(&error), kind: Some(error.kind()), message, next: None };
        if let Some(cause) = root(&error) {
            failure = failure.with_detail("cause", &cause.to_string());
        }
        match error.retry_after() {
            Some(wait) if !error.outcome_unknown() => {
                let seconds = wait.as_secs().saturating_add(1);
                failure.with_next(format!("call again later, or wait for it: --longest-wait {seconds}s"))
            }
            _ => failure,
        }
    }
}

/// The exit code and the words of an error that does not end the program at once.
pub fn described(error: &spapi_core::Error) -> (Exit, String) {
    (exit_of(error), in_our_options(&printable(&error.to_string()).to_string()))
}

/// The hints of the libraries name methods. Users of the program need the option or command instead.
fn in_our_options(message: &str) -> String {
    const WORDS: [(&str, &str); 19] = [
        (".restricted(...)", "--restricted"),
        ("`longest_wait`", "`--longest-wait`"),
        (".between(from, to)", "--from and --to"),
        ("use .unchecked()", "add --force"),
        ("facts() lists", "`spapi events types` lists"),
        ("Name it with .version(...),", "Name it behind the type, as in TYPE@1.0,"),
        ("Use Target::event_bridge(account, region);", "Give --event-bridge ACCOUNT/REGION;"),
        ("Use Target::queue(arn).", "Give --queue ARN."),
        (" with .schedules()", " with `spapi report schedule create`"),
        (", ...)", ""),
        ("and find its reports with .existing", "and read its reports with .existing"),
        ("Find its reports with .existing", "Read its reports with .existing"),
        ("See the list of streams", "`spapi sync objects` lists the streams"),
        ("Download::", "the library's Download::"),
        (".seller_id(id)", "--seller"),
        ("with .minimum(price)", "by --minimum"),
        ("with .maximum(price)", "by --maximum"),
        ("send it with .force()", "send it by --force"),
        ("to make a listing, use put", "to make a listing, use `spapi listing put`"),
    ];
    // The method, what ends its call, and what stands around the text between them.
    const CALLS: [(&str, &str, &str, &str); 4] = [
        (".option(\"", "\", value)", "--option ", "=VALUE"),
        (".content_type(\"", "\")", "--content-type '", "'"),
        (".existing(\"", "\")", "`spapi report get ", " --existing`"),
        (".request(\"", "\"", "`spapi report get ", "`"),
    ];
    let message = WORDS.iter().fold(message.to_owned(), |message, (from, to)| message.replace(from, to));
    CALLS.iter().fold(message, |message, (from, end, before, after)| {
        let Some((start, rest)) = message.split_once(from) else { return message };
        let Some((name, rest)) = rest.split_once(end) else { return message };
        format!("{start}{before}{name}{after}{rest}")
    })
}

/// The innermost cause. The causes between repeat it in general words.
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

/// A failure to write the output. Errors of other files name the file.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderGone,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::new(Exit::Failed, format!("the output cannot be written: {error}"))
                    .with_next("make room or write to another disk, and run the command again")
            }
            _ => Self::new(Exit::Failed, format!("the output cannot be written: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn hints_name_options_and_not_methods() {
        let error = Error::new(ErrorKind::Quota, "the quota is used up")
            .with_hint("The server asks for 179 s; `longest_wait` allows 0 s.")
            .with_retry_after(Duration::from_secs(178));
        let Failure::Error { exit, message, next, .. } = error.into() else { panic!("a failure") };
        assert_eq!(exit, Exit::Throttled);
        assert_eq!(message, "the quota is used up. The server asks for 179 s; `--longest-wait` allows 0 s.");
        assert_eq!(next.as_deref(), Some("call again later, or wait for it: --longest-wait 179s"));
    }

    #[test]
    fn the_kind_of_an_error_survives_the_program() {
        for kind in [ErrorKind::Connect, ErrorKind::Server, ErrorKind::Login, ErrorKind::Config, ErrorKind::Timeout] {
            let failure = Failure::from(Error::new(kind, "it failed")).with_exit(Exit::Failed);
            assert_eq!(failure.into_error().kind(), kind);
        }
        assert_eq!(Failure::usage("no such file").into_error().kind(), ErrorKind::Config);
        assert_eq!(Failure::new(Exit::Authorization, "no credentials").into_error().kind(), ErrorKind::Login);
    }

    #[test]
    fn hints_of_reports_name_commands() {
        for (hint, shown) in [
            (
                r#"Set it with .option("aggregateByLocation", value), which is one of A, B."#,
                "Set it with --option aggregateByLocation=VALUE, which is one of A, B.",
            ),
            (
                r#"Find its reports with .existing("GET_X")."#,
                "Read its reports with `spapi report get GET_X --existing`.",
            ),
            (
                r#"Create a schedule with .schedules(), and find its reports with .existing("GET_X")."#,
                "Create a schedule with `spapi report schedule create`, and read its reports with `spapi report get GET_X --existing`.",
            ),
            (r#"Request it with .request("GET_X", ...)."#, "Request it with `spapi report get GET_X`."),
            (
                r#"If it is a new type, set .content_type("text/xml; charset=UTF-8") or what it takes."#,
                "If it is a new type, set --content-type 'text/xml; charset=UTF-8' or what it takes.",
            ),
            ("Set it with .between(from, to).", "Set it with --from and --to."),
            ("If it is a new type, use .unchecked().", "If it is a new type, add --force."),
        ] {
            assert_eq!(in_our_options(hint), shown);
        }
    }
}

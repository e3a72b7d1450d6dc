//! Why a body is not a notification.

use std::fmt;

/// Why a body is not a notification. It never holds a value of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    kind: ParseErrorKind,
    reason: String,
}

/// The kinds of [`ParseError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ParseErrorKind {
    /// The body is longer than [`Notification::MOST_BYTES`](crate::Notification::MOST_BYTES).
    TooLarge,
    /// Lists and objects are nested deeper than [`Notification::MOST_DEPTH`](crate::Notification::MOST_DEPTH), or
    /// envelopes are wrapped in more than four others.
    TooDeep,
    /// The body is empty or not JSON.
    NotJson,
    /// The body is JSON and not an object, such as a list.
    NotAnObject,
    /// The body is an object without the envelope of a notification.
    NotANotification,
}

impl ParseError {
    pub(crate) fn new(kind: ParseErrorKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into() }
    }

    /// What is wrong.
    pub fn kind(&self) -> ParseErrorKind {
        self.kind
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the message is not a notification: {}", self.reason)
    }
}

impl std::error::Error for ParseError {}

//! Why an exchange failed.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

/// Why there is no answer, or only part of it. It holds no URL, because its query may be a secret.
#[derive(Clone, Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    message: Option<Cow<'static, str>>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// How an exchange failed. It decides whether the client may send the request again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The client could not connect: nothing was sent.
    Connect,
    /// The client did not connect because the server's certificate is not trusted: nothing was sent, and another
    /// attempt does not help.
    Untrusted,
    /// The answer did not come in time. The server may have received the request.
    Timeout,
    /// The connection broke, before or during the answer. The server may have received the request.
    Lost,
    /// The answer is larger than the limit, and the rest of it was not read.
    TooLarge,
    /// The transport cannot send this request: nothing was sent, and another attempt does not help.
    Unusable,
}

impl TransportError {
    /// An error of this kind, without a message of its own.
    pub fn new(kind: TransportErrorKind) -> Self {
        Self { kind, message: None, source: None }
    }

    /// Sets the message: what is wrong and what to do about it. Users see it, so it must not contain a URL or a secret.
    pub fn with_message(mut self, message: impl Into<Cow<'static, str>>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// Sets the cause. Users see it, so it must not contain a URL or a secret.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into().into());
        self
    }

    /// How the exchange failed.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    pub(crate) fn into_source(self) -> Option<Arc<dyn StdError + Send + Sync>> {
        self.source
    }

    /// The message that the transport has set.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (&self.message, self.kind) {
            (Some(message), _) => message,
            (None, TransportErrorKind::Connect) => "the connection failed",
            (None, TransportErrorKind::Untrusted) => "the server's certificate is not trusted",
            (None, TransportErrorKind::Timeout) => "the answer did not come in time",
            (None, TransportErrorKind::Lost) => "the connection broke",
            (None, TransportErrorKind::TooLarge) => "the answer has more bytes than are allowed",
            (None, TransportErrorKind::Unusable) => "the request cannot be sent",
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

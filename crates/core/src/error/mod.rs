//! What can go wrong with a call, and what to do about it.

pub(crate) mod bare;
mod body;
mod hollow;
mod login_code;
mod progress;
mod refused_token;

pub use login_code::LoginCode;
pub use progress::Progress;

#[cfg(feature = "document")]
pub(crate) use body::of_document_host;
pub(crate) use hollow::holds_only_errors;

use crate::headers;
use crate::mask::Mask;
use crate::transport::{TransportError, TransportErrorKind};
use crate::wire::Answer;
use http::{HeaderMap, StatusCode};
use refused_token::Refused;
use spapi_types::text::printable;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Why a call failed.
///
/// `Display` writes one line that says which operation failed, how, and what to do next. It never shows a body, a
/// query, a token or a secret. Of an answer it shows only Amazon's error codes and messages, the status and the request
/// id. Of an answer that is plain text or a page, for example of a proxy, it shows the text without its tags, or the title
/// and the heading of the page, up to 400 characters.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    hint: Cow<'static, str>,
    operation: Option<String>,
    /// The call that needed this one, if there was one.
    purpose: Option<String>,
    status: Option<StatusCode>,
    request_id: Option<String>,
    headers: HeaderMap,
    errors: Vec<ApiError>,
    excerpt: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    outcome_unknown: bool,
    /// Whether the answer was empty. Another attempt may get a full one.
    is_blank: bool,
    decode_path: Option<String>,
    login_code: Option<LoginCode>,
    progress: Option<Progress>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The kind of an error. The README has a table that says what to do for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be built with these settings, or it cannot use something that it was given.
    Config,
    /// The call cannot be made with these arguments.
    Input,
    /// There is no access token: the credentials cannot be used, or Login with Amazon refused.
    Login,
    /// A quota is used up: Amazon answered 429, or the local quota needs a longer wait than the call allows.
    Quota,
    /// The client could not connect: nothing was sent.
    Connect,
    /// The client did not connect because the server's certificate is not trusted: nothing was sent.
    Untrusted,
    /// No answer in time, or the status 408.
    Timeout,
    /// The connection broke before the answer was complete.
    Lost,
    /// Amazon refused the call: 400, or another status from 400 to 499 without a kind of its own.
    BadRequest,
    /// Amazon refused the caller: 401 or 403.
    Denied,
    /// Amazon does not have the requested resource: 404.
    NotFound,
    /// The server failed: a status of 500 or above.
    Server,
    /// The answer is not a success for another reason: it is a redirect, or a success that holds only errors.
    Answer,
    /// The answer is a success that could not be decoded.
    Decode,
    /// The answer is larger than the client's limit. It was a success: Amazon has carried out the call.
    TooLarge,
    /// There are more pages, but the client cannot fetch them.
    Paging,
    /// A page was refused because of its token: it has expired, or Amazon does not accept it.
    PageExpired,
    /// The document host, which is not part of the API, did not answer with success, or sent more than it had
    /// announced.
    DocumentHost,
    /// The presigned URL of a document is no longer valid.
    UrlExpired,
}

/// One of the errors in an answer, as Amazon describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiError {
    /// Amazon's code, such as `InvalidInput`. Codes differ between operations for the same thing. May be empty.
    pub code: String,
    /// Amazon's message. May be empty.
    pub message: String,
    /// Further details. Usually empty.
    pub details: String,
}

impl Error {
    /// Makes an error of this kind. The message says what went wrong in one line without a full stop. It must not
    /// contain a secret or a buyer's data.
    ///
    /// ```
    /// use spapi_core::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Input, "the report type is empty").with_hint("Nothing was sent.");
    /// assert_eq!(error.to_string(), "the report type is empty. Nothing was sent.");
    /// ```
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            hint: Cow::Borrowed(""),
            operation: None,
            purpose: None,
            status: None,
            request_id: None,
            headers: HeaderMap::new(),
            errors: Vec::new(),
            excerpt: None,
            retry_after: None,
            attempts: 0,
            outcome_unknown: false,
            is_blank: false,
            decode_path: None,
            login_code: None,
            progress: None,
            source: None,
        }))
    }

    /// Makes the error for an answer that is not a success.
    pub(crate) fn answer(answer: &Answer, mask: &Mask, now: SystemTime) -> Self {
        let Answer { status, headers, body, .. } = answer;
        let status = *status;
        let mut error = Self::new(ErrorKind::Answer, "");
        let body::Found { errors, excerpt, is_foreign } = body::find(body, headers);
        (error.0.errors, error.0.excerpt) = (errors, excerpt);
        error.0.errors.iter_mut().for_each(|error| error.mask(mask));
        error.0.excerpt.iter_mut().for_each(|excerpt| mask.text(excerpt));
        let refused = error.refused();
        let hint = match status.as_u16() {
            300..=399 => "Redirects are not followed, since they would carry the access token along.",
            401 | 403 if refused.is_some() => refused.map(Refused::hint).unwrap_or_default(),
            401 | 403 if is_foreign => {
                "The answer is not one of Amazon's API: a firewall or proxy on the way may have refused the call. Check \
                 the network and the endpoint."
            }
            401 => "Amazon refused the access token, and a fresh one too. Check the credentials.",
            403 => ROLE_HINT,
            407 => "A proxy on the way asks for a user name and a password.",
            429 => "The quota of this operation is used up. Call it less often, or wait longer.",
            501 => "The server does not have this operation.",
            500..=599 => "The fault is on the server's side. Try again later.",
            _ => "",
        };
        error.with_answer(status, headers, now).with_hint(hint)
    }

    /// Makes the error for a success that holds only errors.
    pub(crate) fn only_errors(answer: &Answer, mask: &Mask, now: SystemTime) -> Self {
        Self::answer(answer, mask, now).with_message("the answer holds only errors")
    }

    /// Says why the body of an answer without success could not be read.
    pub(crate) fn with_unread(self, answer: &Answer) -> Self {
        match &answer.unread {
            Some(unread) => self.with_further_hint(unread),
            None => self,
        }
    }

    /// Makes the error for an empty answer to a call that expects a body. Amazon sends such answers now and then;
    /// another attempt usually gets a full one.
    pub(crate) fn blank(kind: ErrorKind, message: &str) -> Self {
        let mut error = Self::new(kind, message);
        error.0.is_blank = true;
        error
    }

    /// Makes the error for a failed exchange with a server. `server` is the server's name in the message.
    pub fn transport(failure: TransportError, server: &str) -> Self {
        let (kind, message, hint) = match failure.kind() {
            TransportErrorKind::Connect => (
                ErrorKind::Connect,
                format!("cannot connect to {server}"),
                "Check the network, the endpoint and any proxy.",
            ),
            TransportErrorKind::Untrusted => (
                ErrorKind::Untrusted,
                format!("the certificate of {server} is not trusted"),
                "Nothing was sent. Check the endpoint, this machine's clock, the authorities that it trusts, and any \
                 proxy that shows a certificate of its own, which ClientBuilder::add_root_certificate can trust.",
            ),
            TransportErrorKind::Timeout => (ErrorKind::Timeout, format!("{server} did not answer in time"), ""),
            TransportErrorKind::Lost => {
                (ErrorKind::Lost, format!("the connection to {server} broke before the whole answer was there"), "")
            }
            TransportErrorKind::TooLarge => {
                (ErrorKind::TooLarge, format!("{server} sent more bytes than are allowed"), "")
            }
            TransportErrorKind::Unusable => (ErrorKind::Input, "the request cannot be sent".to_owned(), ""),
        };
        let message = failure.message().map_or(message, str::to_owned);
        let error = Self::new(kind, message).with_hint(hint);
        match failure.into_source() {
            Some(source) => error.with_shared_source(source),
            None => error,
        }
    }

    pub(crate) fn with_message(mut self, message: &str) -> Self {
        self.0.message = message.to_owned();
        self
    }

    /// Sets the hint: sentences that say what to do.
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = hint.into();
        self
    }

    /// Replaces the general hint about roles, if the error has it.
    pub(crate) fn with_role_hint(self, hint: &'static str) -> Self {
        if self.0.hint == ROLE_HINT { self.with_hint(hint) } else { self }
    }

    /// Adds a sentence to the hint.
    pub(crate) fn with_further_hint(mut self, hint: &str) -> Self {
        let separator = if self.0.hint.is_empty() { "" } else { " " };
        self.0.hint = format!("{}{separator}{hint}", self.0.hint).into();
        self
    }

    /// Sets the cause.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into().into());
        self
    }

    fn with_shared_source(mut self, source: Arc<dyn StdError + Send + Sync>) -> Self {
        self.0.source = Some(source);
        self
    }

    /// Sets the operation, unless it is set already.
    pub fn with_operation(mut self, operation: &crate::Operation) -> Self {
        self.0.operation.get_or_insert_with(|| operation.to_string());
        self
    }

    /// Sets the call that needed this one.
    pub(crate) fn on_behalf_of(mut self, purpose: String) -> Self {
        self.0.purpose = Some(purpose);
        self
    }

    /// Copies from the head of an answer the status, the server's request id, and the wait that `Retry-After` asks for,
    /// counted from `now`; and from an answer that is not a success its [`headers`](Self::headers).
    pub fn with_answer(mut self, status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Self {
        if !status.is_success() {
            self.0.headers = headers.clone();
        }
        self.0.retry_after = headers::retry_after(headers, now);
        self.with_status(status).with_request_id(headers::request_id(headers))
    }

    /// Sets the status of the answer.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Sets the server's request id.
    pub fn with_request_id(mut self, id: Option<&str>) -> Self {
        self.0.request_id = id.map(str::to_owned);
        self
    }

    /// Sets how long to wait before trying again.
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Says that the server asks for a longer wait than the client allows.
    pub(crate) fn with_long_wait(self, asked: Duration, longest: Duration) -> Self {
        let (asked_secs, longest) = (asked.as_secs_f64().ceil(), longest.as_secs_f64());
        let hint = format!("The server asks for {asked_secs} s; `longest_wait` allows {longest} s.");
        self.with_retry_after(asked).with_further_hint(&hint)
    }

    /// Sets how many attempts were made.
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Sets whether the server may have carried out the call although no answer says so.
    pub fn with_outcome_unknown(mut self, unknown: bool) -> Self {
        self.0.outcome_unknown = unknown;
        self
    }

    pub(crate) fn with_decode_path(mut self, path: String) -> Self {
        self.0.decode_path = Some(path);
        self
    }

    /// Makes it an error about the caller's authorization, whatever its kind was.
    pub(crate) fn about_caller(mut self) -> Self {
        self.0.kind = ErrorKind::Login;
        self
    }

    pub(crate) fn with_login_code(mut self, code: LoginCode) -> Self {
        self.0.kind = ErrorKind::Login;
        self.0.login_code = Some(code);
        self
    }

    /// Says that the token of the page had expired: it was `age` old and lives only for `life`.
    pub(crate) fn with_expired_page(mut self, life: Duration, age: Duration) -> Self {
        self.0.kind = ErrorKind::PageExpired;
        self.0.message =
            format!("the token of this page is valid for {} s and came {} s ago", life.as_secs(), age.as_secs());
        self.with_hint("Start again from the first page, and fetch one page right after the other.")
    }

    /// Says that Amazon does not accept the token of the page.
    pub(crate) fn with_refused_page(mut self) -> Self {
        self.0.kind = ErrorKind::PageExpired;
        self.with_message("the token of this page was refused").with_hint(START_AGAIN)
    }

    /// Sets the errors that the answer contains.
    pub fn with_errors(mut self, errors: Vec<ApiError>) -> Self {
        self.0.errors = errors;
        self
    }

    /// Sets how much of the document was read.
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.0.progress = Some(progress);
        self
    }

    /// How much of the document was read.
    pub fn progress(&self) -> Option<Progress> {
        self.0.progress
    }

    /// Whether the presigned URL of a document has expired. Ask Amazon for the document again and use the new URL.
    pub fn is_url_expired(&self) -> bool {
        matches!(self.0.kind, ErrorKind::UrlExpired)
    }

    /// The kind of the error.
    pub fn kind(&self) -> ErrorKind {
        match (self.0.kind, self.0.status.map(|status| status.as_u16())) {
            (ErrorKind::Answer, Some(401 | 403)) => ErrorKind::Denied,
            (ErrorKind::Answer, Some(404)) => ErrorKind::NotFound,
            (ErrorKind::Answer, Some(408)) => ErrorKind::Timeout,
            (ErrorKind::Answer, Some(429)) => ErrorKind::Quota,
            (ErrorKind::Answer, Some(400..=499)) => ErrorKind::BadRequest,
            (ErrorKind::Answer, Some(500..)) => ErrorKind::Server,
            (kind, _) => kind,
        }
    }

    /// The HTTP status of the answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Amazon's request id. Quote it to Amazon's support.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// The headers of the answer that was not a success. Empty if there was no such answer. They are as the server sent
    /// them, so `Display` and `Debug` do not show them.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The errors in the answer, in Amazon's words.
    pub fn errors(&self) -> &[ApiError] {
        &self.0.errors
    }

    /// The codes of [`errors`](Self::errors), such as `InvalidInput`.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.errors.iter().map(|error| error.code.as_str()).filter(|code| !code.is_empty())
    }

    /// The messages of [`errors`](Self::errors).
    pub fn messages(&self) -> impl Iterator<Item = &str> {
        self.0.errors.iter().map(|error| error.message.as_str()).filter(|message| !message.is_empty())
    }

    /// The beginning of an answer without success whose body describes no [`errors`](Self::errors) in a known way: at
    /// most 1000 bytes, on one line, without the secrets that the client sent. It may hold buyers' data, so `Display`
    /// and `Debug` do not show it.
    pub fn excerpt(&self) -> Option<&str> {
        self.0.excerpt.as_deref()
    }

    /// How long to wait before another attempt: as long as the server asks for, or until the local quota allows the
    /// call.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The operation that failed, as `section@version operation`, or as method and path for a request made by path.
    pub fn operation(&self) -> Option<&str> {
        self.0.operation.as_deref()
    }

    /// How many attempts were made. 0 if the call failed before the first.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The path in the answer of the value that could not be decoded, such as `payload.Orders[3].PurchaseDate`. Empty
    /// if it is the whole answer.
    pub fn decode_path(&self) -> Option<&str> {
        self.0.decode_path.as_deref()
    }

    /// What Login with Amazon answered instead of a token.
    pub fn login_code(&self) -> Option<&LoginCode> {
        self.0.login_code.as_ref()
    }

    /// Whether a quota is used up: Amazon answered 429, or the local quota needs a longer wait than the call allows.
    pub fn is_throttled(&self) -> bool {
        self.kind() == ErrorKind::Quota || self.0.status == Some(StatusCode::TOO_MANY_REQUESTS)
    }

    /// Whether no answer came in time.
    pub fn is_timeout(&self) -> bool {
        let status = matches!(self.status(), Some(StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT));
        status || self.0.kind == ErrorKind::Timeout
    }

    /// Whether the client could not connect, so that nothing was sent. This includes an untrusted certificate, which
    /// another attempt does not mend.
    pub fn is_connect(&self) -> bool {
        self.never_left()
    }

    /// Whether the caller is not authorized: the credentials cannot be used, Login with Amazon refused an access token
    /// ([`login_code`](Self::login_code) says why), or Amazon answered 401 or 403.
    pub fn is_auth(&self) -> bool {
        let no_token = self.kind() == ErrorKind::Login && !self.is_transient() && !self.is_throttled();
        no_token || self.kind() == ErrorKind::Denied
    }

    /// Whether Amazon's API, Login with Amazon or the document host failed: the status is 500 or above. Try again
    /// later.
    pub fn is_server_error(&self) -> bool {
        self.kind() == ErrorKind::Server || self.0.status.is_some_and(|status| status.is_server_error())
    }

    /// Whether Amazon refused the call, usually with 400. Its [`codes`](Self::codes) and [`messages`](Self::messages)
    /// say why. [`is_input`](Self::is_input) is for calls that were not sent at all.
    pub fn is_bad_request(&self) -> bool {
        self.kind() == ErrorKind::BadRequest
    }

    /// Whether Amazon answered 404: it does not have the requested resource.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Whether the answer was a success that could not be decoded. Amazon has carried out the call.
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// Whether Amazon refused a page because of its token, which has expired or is not accepted. Do not use the token
    /// again: fetch the pages again from the first one.
    pub fn is_page_token_expired(&self) -> bool {
        self.0.kind == ErrorKind::PageExpired
    }

    /// Whether the call could not be made with these arguments. Nothing was sent.
    pub fn is_input(&self) -> bool {
        self.0.kind == ErrorKind::Input
    }

    /// Whether the client could not be built with these settings.
    pub fn is_config(&self) -> bool {
        self.0.kind == ErrorKind::Config
    }

    /// Whether Amazon may have carried out the call although no answer says so, for example after a lost answer or a
    /// server's error. Check before calling again: it may be done twice. Always false for operations that only read.
    pub fn outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    /// Whether nothing of the call reached the server.
    pub(crate) fn never_left(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Connect | ErrorKind::Untrusted)
    }

    /// Whether the server's certificate is not trusted. Another attempt does not help.
    pub(crate) fn is_untrusted(&self) -> bool {
        self.0.kind == ErrorKind::Untrusted
    }

    /// Whether another attempt may succeed, although the server may have carried out this one.
    pub(crate) fn is_transient(&self) -> bool {
        match self.0.kind {
            _ if self.0.is_blank => true,
            ErrorKind::Timeout | ErrorKind::Lost | ErrorKind::Server => true,
            ErrorKind::DocumentHost | ErrorKind::UrlExpired => {
                self.0.status.is_some_and(|status| status.is_server_error())
            }
            ErrorKind::Answer | ErrorKind::Login => self.0.status.is_some_and(|status| match status {
                StatusCode::REQUEST_TIMEOUT => true,
                // The server will not support the call the next time either.
                StatusCode::NOT_IMPLEMENTED => false,
                status => status.is_server_error(),
            }),
            _ => false,
        }
    }

    /// Whether Amazon refused the access token rather than the call.
    pub(crate) fn says_token_refused(&self) -> bool {
        matches!(self.refused(), Some(Refused::AccessToken { .. }))
    }

    /// Whether Amazon refused the token of the page that was asked for.
    pub(crate) fn says_page_token_refused(&self) -> bool {
        self.status() == Some(StatusCode::BAD_REQUEST) && self.0.errors.iter().any(refused_token::is_about_page_token)
    }

    fn refused(&self) -> Option<Refused> {
        self.0.errors.iter().find_map(Refused::of)
    }
}

impl ApiError {
    /// Whether it says that the access token or the restricted data token is expired, revoked, malformed or invalid. The
    /// client then gets a new token and sends the call again, once.
    pub fn says_token_refused(&self) -> bool {
        matches!(Refused::of(self), Some(Refused::AccessToken { .. }))
    }

    pub(crate) fn mask(&mut self, mask: &Mask) {
        [&mut self.code, &mut self.message, &mut self.details].into_iter().for_each(|text| mask.text(text));
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        for name in [&inner.purpose, &inner.operation].into_iter().flatten() {
            write!(f, "{name}: ")?;
        }
        f.write_str(&inner.message)?;
        let mut separator = if inner.message.is_empty() { "" } else { ": " };
        if let Some(status) = inner.status {
            write!(f, "{separator}{status}")?;
            separator = ": ";
        }
        for error in inner.errors.iter().take(SHOWN_ERRORS) {
            f.write_str(separator)?;
            separator = "; ";
            let details = if error.message.contains(error.details.trim()) { "" } else { &error.details };
            let texts = [&error.code, &error.message, details];
            for (index, text) in texts.into_iter().filter(|text| !text.is_empty()).enumerate() {
                f.write_str(if index == 0 { "" } else { ": " })?;
                write_line(f, text)?;
            }
        }
        if inner.errors.len() > SHOWN_ERRORS {
            write!(f, "; and {} more", inner.errors.len() - SHOWN_ERRORS)?;
        }
        if let Some(progress) = &inner.progress {
            write!(f, ", after {progress}")?;
        }
        if inner.attempts > 1 {
            write!(f, ", after {} attempts", inner.attempts)?;
        }
        if let Some(id) = &inner.request_id {
            f.write_str(" (request id ")?;
            write_line(f, id)?;
            f.write_str(")")?;
        }
        if inner.outcome_unknown {
            f.write_str(". Amazon may have carried it out: check before calling again")?;
        }
        if !inner.hint.is_empty() {
            write!(f, ". {}", inner.hint)?;
        }
        Ok(())
    }
}

/// What a 403 usually means.
const ROLE_HINT: &str = "Check that the refresh token was granted in this region, that the application has the role which \
                         this operation needs, and that the seller's authorization is still valid.";

/// What helps after a page's token was refused.
const START_AGAIN: &str = "The token is of no further use: start again from the first page.";

const SHOWN_ERRORS: usize = 3;
const SHOWN_CHARACTERS: usize = 400;

/// Writes a text from a server on one line, up to a limit.
fn write_line(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "{}", printable(text.trim().trim_end_matches('.')).up_to(SHOWN_CHARACTERS))
}

/// Shows what `Display` shows, and the causes below it, so that a `main` that returns the error prints readable text.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        for (index, cause) in std::iter::successors(self.source(), |&cause| cause.source()).enumerate() {
            f.write_str(if index == 0 { "\n\nCaused by:\n    " } else { "\n    " })?;
            write_line(f, &cause.to_string())?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Error {
        let mut headers = HeaderMap::new();
        headers.insert("x-amzn-RequestId", http::HeaderValue::from_static("id-1"));
        let status = StatusCode::from_u16(status).unwrap();
        answer_with(status, headers, body)
    }

    fn answer_with(status: StatusCode, headers: HeaderMap, body: &str) -> Error {
        let answer = Answer { status, headers, body: body.to_owned().into(), unread: None };
        Error::answer(&answer, &Mask::new([]), SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn an_error_is_small_send_and_sync() {
        fn check<T: Send + Sync + Clone + 'static>() {}
        check::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn display_shows_the_call_the_failure_and_the_next_step() {
        let error =
            answer(403, r#"{"errors":[{"code":"Unauthorized","message":"Access is denied."}]}"#).with_operation(
                &crate::Operation::new("orders", "v0", "getOrders", http::Method::GET, "/orders/v0/orders"),
            );
        assert_eq!(
            error.to_string(),
            "orders@v0 getOrders: 403 Forbidden: Unauthorized: Access is denied (request id id-1). Check that the \
             refresh token was granted in this region, that the application has the role which this operation needs, \
             and that the seller's authorization is still valid."
        );
        assert!(error.is_auth() && !error.outcome_unknown());
    }

    #[test]
    fn a_servers_text_is_shown_on_one_line_of_limited_length() {
        let long = format!(r#"{{"code":"A\nB","message":"{}"}}"#, "x".repeat(5000));
        let shown = answer(400, &long).to_string();
        assert!(shown.starts_with("400 Bad Request: A B: xxx") && shown.len() < 600, "{shown}");
        assert!(!shown.contains('\n'));
        let many = format!("[{}]", [r#"{"code":"C","message":"m"}"#; 9].join(","));
        assert!(answer(400, &many).to_string().contains("C: m; C: m; C: m; and 6 more"));
    }

    #[test]
    fn headers_are_available_and_never_shown() {
        let mut headers = HeaderMap::new();
        headers.insert("x-made-up", http::HeaderValue::from_static("Mary Miller"));
        let error = answer_with(StatusCode::BAD_REQUEST, headers, "{}");
        assert_eq!(error.headers()["X-Made-Up"], "Mary Miller");
        for shown in [format!("{error}"), format!("{error:?}"), format!("{error:#?}")] {
            assert!(!shown.contains("Mary") && shown.contains("400"), "{shown}");
        }
        assert!(Error::new(ErrorKind::Input, "wrong").headers().is_empty());
    }

    #[test]
    fn a_body_without_amazons_errors_is_not_shown() {
        for body in [
            "<html>Mary Miller</html>",
            r#"{"order":{"buyer":"Mary Miller"}}"#,
            r#"{"order":{"buyer":"Mary Miller"#,
            r#"[["Mary Miller"]]"#,
            "<Order><Buyer>Mary Miller</Buyer></Order>",
            "\u{1}\0Mary Miller",
        ] {
            let error = answer(503, body);
            assert!(error.excerpt().unwrap().contains("Mary Miller") && error.errors().is_empty());
            for shown in [format!("{error}"), format!("{error:?}"), format!("{error:#?}")] {
                assert!(!shown.contains("Mary") && shown.contains("503"), "{shown}");
            }
        }
    }

    #[test]
    fn details_are_shown_where_they_say_more() {
        let shown = |details: &str| {
            let error = serde_json::json!({"code": "C", "message": "It is denied.", "details": details});
            answer(400, &error.to_string()).to_string()
        };
        assert_eq!(
            shown("The seller\nis away."),
            "400 Bad Request: C: It is denied: The seller is away (request id id-1)"
        );
        for nothing_more in ["", " ", "It is denied.", "denied"] {
            assert_eq!(shown(nothing_more), "400 Bad Request: C: It is denied (request id id-1)");
        }
        assert!(shown(&"\u{202e}x\u{9b}".repeat(3000)).len() < 2000);
        assert!(!shown("a\u{202e}\u{9b}b").contains(['\u{202e}', '\u{9b}']));
    }

    #[test]
    fn the_hint_fits_the_cause() {
        let of_roles = "the role which this operation needs";
        let of_firewalls = "a firewall or proxy on the way";
        for (status, body, hint) in [
            (403, "<html><body>Blocked by policy</body></html>", of_firewalls),
            (403, "Forbidden", of_firewalls),
            (401, "<html>Log in to the network</html>", of_firewalls),
            (403, r#"{"message":"Forbidden"}"#, of_roles),
            (403, r#"{"errors":[{"code":"Unauthorized"}]}"#, of_roles),
            (403, "<Error><Code>AccessDenied</Code></Error>", of_roles),
            (403, "", of_roles),
            (403, r#"{"errors":[{"details":"The access token is malformed"}]}"#, "and a fresh one too"),
            (401, r#"{"message":"no"}"#, "and a fresh one too"),
            (401, r#"{"code":"ExpiredToken"}"#, "and a fresh one too"),
            (403, "The access token has expired", "and a fresh one too"),
            (403, r#"{"message":"The access token is revoked"}"#, "have the seller authorize the application again"),
            (403, r#"{"details":"The LWA secret token you provided has expired."}"#, "Rotate it"),
            (403, r#"{"message":"The access token is not valid for this region"}"#, of_roles),
            (407, "<html>Password</html>", "A proxy"),
        ] {
            let shown = answer(status, body).to_string();
            assert!(shown.contains(hint), "{body}: {shown}");
            let is_other = hint != of_roles && hint != of_firewalls;
            assert!(is_other || shown.contains(of_roles) != shown.contains(of_firewalls), "{shown}");
            assert!(!shown.contains("Blocked") && !shown.contains("Log in"), "{shown}");
        }
    }

    #[test]
    fn debug_shows_what_display_does_and_the_causes_below() {
        let inner = Error::new(ErrorKind::Lost, "the socket\nbroke");
        let error = Error::new(ErrorKind::Input, "it failed").with_source(inner.with_source("reset"));
        assert_eq!(format!("{error:?}"), "it failed\n\nCaused by:\n    the socket broke\n    reset");
        assert_eq!(format!("{:?}", answer(404, "")), answer(404, "").to_string());
    }
}

//! One exchange over HTTP, and what may be said about one that failed.

use crate::error::{Error, Kind};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use std::error::Error as _;
use std::iter::successors;

pub(crate) type Answer = (StatusCode, HeaderMap, Bytes);

/// An exchange without a whole answer.
pub(crate) struct Failed {
    kind: Kind,
    /// The status, where the answer broke off after it.
    status: Option<StatusCode>,
    headers: HeaderMap,
    source: reqwest::Error,
}

/// Sends a request and reads the whole answer.
pub(crate) async fn send(request: reqwest::RequestBuilder) -> Result<Answer, Failed> {
    let mut response = request.send().await.map_err(|source| Failed {
        kind: kind(&source),
        status: None,
        headers: HeaderMap::new(),
        source,
    })?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    match response.bytes().await {
        Ok(body) => Ok((status, headers, body)),
        // The status says what happened, even if the words about it are lost.
        Err(_) if !status.is_success() => Ok((status, headers, Bytes::new())),
        Err(source) => {
            let kind = if source.is_timeout() { Kind::Timeout } else { Kind::Lost };
            Err(Failed { kind, status: Some(status), headers, source })
        }
    }
}

/// What may be said of an exchange that failed so.
pub(crate) fn kind(source: &reqwest::Error) -> Kind {
    match () {
        () if source.is_connect() && is_about_certificate(source) => Kind::Untrusted,
        () if source.is_connect() => Kind::Connect,
        () if source.is_builder() => Kind::Input,
        () if source.is_timeout() => Kind::Timeout,
        () => Kind::Lost,
    }
}

/// What to do about a certificate that is not to be trusted.
pub(crate) const UNTRUSTED_HINT: &str = "Nothing was sent. Check the endpoint, this machine's clock, the authorities \
                                         that it trusts, and any proxy that shows a certificate of its own, which \
                                         ClientBuilder::add_root_certificate can trust.";

/// Whether a connection failed because of a certificate. Asked of the words, since each TLS library has errors of its
/// own, and all of them have this word.
fn is_about_certificate(error: &reqwest::Error) -> bool {
    successors(error.source(), |&error| error.source())
        .any(|error| error.to_string().to_ascii_lowercase().contains("certificate"))
}

impl Failed {
    /// The error, with the cause but without the URL, whose query may hold what is not for logs.
    pub(crate) fn into_error(self, server: &str) -> Error {
        let (message, hint) = match self.kind {
            Kind::Connect => (format!("cannot connect to {server}"), "Check the network, the endpoint and any proxy."),
            Kind::Untrusted => (format!("the certificate of {server} is not to be trusted"), UNTRUSTED_HINT),
            Kind::Timeout => (format!("{server} did not answer in time"), ""),
            Kind::Lost => (format!("the connection to {server} broke before the answer was there"), ""),
            _ => ("the request cannot be built".to_owned(), ""),
        };
        let mut error = Error::new(self.kind, message).with_hint(hint);
        if let Some(status) = self.status {
            error = error.with_status(status).with_request_id(crate::response::request_id(&self.headers));
        }
        error.with_source(self.source.without_url())
    }
}

//! The bytes of a document as they arrive. After a broken connection it asks for the rest.

use super::host;
use crate::error::{Error, ErrorKind};
use crate::transport::Body;
use crate::{BoxFuture, Client};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Asks Amazon for another URL of the same document.
pub(super) type Renew = Arc<dyn Fn() -> BoxFuture<'static, Result<String, Error>> + Send + Sync>;

/// Where a document is.
pub(super) struct Place {
    client: Client,
    url: Url,
    renew: Option<Renew>,
}

pub(super) struct Source {
    /// `None` if the document is at hand.
    place: Option<Place>,
    /// `None` while another request is made.
    body: Option<Body>,
    /// The server uses it to check that it still has the same bytes. Without it a part is never requested, because it
    /// could belong to another document.
    tag: Option<HeaderValue>,
    /// The length of the whole document, if an answer has given it.
    length: Option<u64>,
    received: u64,
    breaks: u32,
}

impl Source {
    /// Requests the document with these headers and waits until its first bytes come.
    pub(super) async fn open(mut place: Place) -> Result<(Self, HeaderMap), Error> {
        let (head, body) = place.ask(&HeaderMap::new()).await?.into_parts();
        if head.status == StatusCode::PARTIAL_CONTENT {
            let message = "the document host sent a part of the document, and the whole was asked for";
            return Err(Error::new(ErrorKind::DocumentHost, message)
                .with_answer(head.status, &head.headers, place.client.clock().now())
                .with_hint(LOAD_AGAIN));
        }
        let (length, headers) = (announced_length(&head.headers, &body), head.headers);
        let tag = headers.get(header::ETAG).filter(|tag| is_strong(tag)).cloned();
        Ok((Self { place: Some(place), body: Some(body), tag, length, received: 0, breaks: 0 }, headers))
    }

    /// The bytes of a document that is at hand.
    pub(super) fn at_hand(body: Body) -> Self {
        Self { place: None, length: body.length(), body: Some(body), tag: None, received: 0, breaks: 0 }
    }

    /// The next bytes, or `None` after the last. An answer that ends before the announced length or continues after it
    /// is an error.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        while let Some(body) = &mut self.body {
            match body.chunk().await {
                Ok(Some(chunk)) => {
                    let received = self.received.saturating_add(chunk.len() as u64);
                    if let Some(length) = self.length.filter(|length| received > *length) {
                        self.body = None;
                        let message = format!("the document host sent more than the {length} bytes it had announced");
                        return Err(Error::new(ErrorKind::DocumentHost, message).with_hint(LOAD_AGAIN));
                    }
                    self.received = received;
                    return Ok(Some(chunk));
                }
                Ok(None) => {
                    self.body = None;
                    let received = self.received;
                    if let Some(length) = self.length.filter(|length| received != *length) {
                        let message = format!("the document ended after {received} of the {length} bytes announced");
                        return Err(Error::new(ErrorKind::Lost, message).with_hint(LOAD_AGAIN));
                    }
                }
                // All bytes came, and only the end of the connection broke.
                Err(_) if self.length == Some(self.received) => self.body = None,
                Err(failure) => {
                    let host = self.place.as_ref().map_or("the document at hand", |place| place.host());
                    let broke = Error::transport(failure, host);
                    self.go_on(broke).await?;
                }
            }
        }
        Ok(None)
    }

    /// Requests the rest. For a whole document it does so up to the policy's number of attempts. The answer must be the
    /// rest of the same bytes. The range counts the bytes as the host keeps them, packed or not.
    async fn go_on(&mut self, broke: Error) -> Result<(), Error> {
        // Closes the old connection before opening a new one.
        self.body = None;
        self.breaks += 1;
        let Some(place) = &mut self.place else { return Err(broke) };
        // The policy's total time does not apply: a long document may take hours.
        let wait = place.client.retry_policy().wait(self.breaks, Duration::ZERO, Duration::ZERO);
        let (Some(tag), Some(wait)) = (&self.tag, wait) else { return Err(broke) };
        let Ok(range) = HeaderValue::try_from(format!("bytes={}-", self.received)) else { return Err(broke) };
        tracing::debug!(
            received = self.received,
            breaks = self.breaks,
            "the connection of a document broke; asking for the rest"
        );
        place.client.clock().sleep(wait).await;
        let headers = HeaderMap::from_iter([(header::RANGE, range), (header::IF_RANGE, tag.clone())]);
        let (head, body) = match place.ask(&headers).await {
            Ok(answer) => answer.into_parts(),
            Err(refusal) if self.is_whole(&refusal, tag) => return Ok(()),
            Err(refusal) => return Err(refusal),
        };
        let announced = announced_length(&head.headers, &body);
        let total = total_of_rest(head.status, &head.headers, tag, self.received, self.length)
            // An answer whose length differs from its range is not the rest.
            .filter(|total| announced.is_none_or(|announced| announced == total - self.received));
        let Some(total) = total else {
            return Err(broke.with_hint("The server cannot continue the same document. Load it again."));
        };
        self.length = Some(total);
        self.body = Some(body);
        Ok(())
    }

    /// Whether the host refuses the rest because it has no more bytes than those received.
    fn is_whole(&self, refusal: &Error, tag: &HeaderValue) -> bool {
        let headers = refusal.headers();
        let has_all = refusal.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE)
            && total_of_none(headers) == Some(self.received)
            && self.length.is_none_or(|length| length == self.received);
        has_all && headers.get(header::ETAG).is_none_or(|now| now == tag)
    }
}

const LOAD_AGAIN: &str = "Load the document again.";

/// The length of an answer's body, if its head or the body itself gives it.
fn announced_length(headers: &HeaderMap, body: &Body) -> Option<u64> {
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.trim().parse().ok());
    announced.or_else(|| body.length())
}

impl Place {
    /// # Errors
    /// When the URL cannot be used.
    pub(super) fn new(client: Client, url: &str, renew: Option<Renew>) -> Result<Self, Error> {
        let url = host::parse(url, client.is_on_loopback())?;
        Ok(Self { client, url, renew })
    }

    fn host(&self) -> &str {
        self.url.host_str().unwrap_or("the server")
    }

    /// Requests the document with these headers. If the URL has expired, it is renewed once.
    async fn ask(&mut self, headers: &HeaderMap) -> Result<Response<Body>, Error> {
        let expired = match self.ask_once(headers).await {
            Err(error) if error.is_url_expired() => error,
            answer => return answer,
        };
        let Some(renew) = &self.renew else { return Err(expired) };
        tracing::debug!("the URL of a document has expired; asking for another");
        self.url = host::parse(&renew().await?, self.client.is_on_loopback())?;
        self.ask_once(headers).await
    }

    async fn ask_once(&self, headers: &HeaderMap) -> Result<Response<Body>, Error> {
        let Self { client, url, .. } = self;
        host::ask(client, url, client.retry_policy(), || {
            let mut request = Request::get(url.as_str()).body(Body::empty()).map_err(host::unusable)?;
            request.headers_mut().extend(headers.clone());
            Ok(request)
        })
        .await
    }
}

/// Whether answers with this tag are identical in every byte.
fn is_strong(tag: &HeaderValue) -> bool {
    tag.as_bytes().starts_with(b"\"")
}

/// The length of the whole document, if the answer is exactly what is missing after `received` bytes of the document
/// with this tag and length.
fn total_of_rest(
    status: StatusCode,
    headers: &HeaderMap,
    tag: &HeaderValue,
    received: u64,
    length: Option<u64>,
) -> Option<u64> {
    let range = || {
        let value = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
        let (range, total) = value.trim().strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let number = |text: &str| text.trim().parse::<u64>().ok();
        Some((number(first)?, number(last)?, number(total)?))
    };
    let (first, last, total) = range()?;
    let is_rest = status == StatusCode::PARTIAL_CONTENT
        && headers.get(header::ETAG) == Some(tag)
        && first == received
        && last >= first
        && last.checked_add(1) == Some(total)
        && length.is_none_or(|length| length == total);
    is_rest.then_some(total)
}

/// The length of the whole document, if the answer says that the document does not have the requested range.
fn total_of_none(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_RANGE)?.to_str().ok()?.trim().strip_prefix("bytes */")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_rest_of_the_same_bytes_is_accepted() {
        let tag = HeaderValue::from_static("\"a\"");
        let rest = |status: u16, tag_of_answer: &str, range: &str, length| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ETAG, tag_of_answer.parse().unwrap());
            headers.insert(header::CONTENT_RANGE, range.parse().unwrap());
            total_of_rest(StatusCode::from_u16(status).unwrap(), &headers, &tag, 10, length).is_some()
        };
        assert!(rest(206, "\"a\"", "bytes 10-99/100", Some(100)));
        assert!(rest(206, "\"a\"", "bytes 10-99/100", None));
        for (status, tag_of_answer, range, length) in [
            (200, "\"a\"", "bytes 10-99/100", Some(100)),
            (206, "\"b\"", "bytes 10-99/100", Some(100)),
            (206, "W/\"a\"", "bytes 10-99/100", Some(100)),
            (206, "\"a\"", "bytes 9-99/100", Some(100)),
            (206, "\"a\"", "bytes 10-50/100", Some(100)),
            (206, "\"a\"", "bytes 10-9/10", Some(10)),
            (206, "\"a\"", "bytes 10-99/100", Some(101)),
            (206, "\"a\"", "bytes 10-99/*", Some(100)),
            (206, "\"a\"", "bytes 10-18446744073709551615/18446744073709551615", None),
            (206, "\"a\"", "bytes */100", Some(100)),
            (206, "\"a\"", "10", Some(100)),
        ] {
            assert!(!rest(status, tag_of_answer, range, length), "{status} {tag_of_answer} {range}");
        }
        assert_eq!(total_of_rest(StatusCode::PARTIAL_CONTENT, &HeaderMap::new(), &tag, 10, None), None);
        for (tag, strong) in [("\"a\"", true), ("W/\"a\"", false), ("", false)] {
            assert_eq!(is_strong(&HeaderValue::from_static(tag)), strong, "{tag}");
        }
    }
}

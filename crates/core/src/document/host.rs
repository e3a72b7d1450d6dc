//! The document host, the server behind presigned URLs: which URLs the client accepts, and the errors of the host.

use crate::error::{self, Error, ErrorKind};
use crate::mask::Mask;
use crate::operation::Repeat;
use crate::transport::Body;
use crate::{Client, RetryPolicy, endpoint};
use http::{Request, Response};
use url::Url;

/// How many bytes of an error's body are read.
const LONGEST_ERROR: usize = 16 * 1024;

/// Validates a presigned URL. Only a client whose endpoint is on loopback may use a URL on this machine. The URL is a
/// secret while it is valid, so no error shows it.
pub(super) fn parse(text: &str, is_on_loopback: bool) -> Result<Url, Error> {
    let refused = |why: &str| Err(Error::new(ErrorKind::Input, format!("the document's URL {why}")));
    let text = text.trim();
    let Ok(url) = Url::parse(text) else { return refused("is not a URL") };
    if !matches!(url.scheme(), "https" | "http") {
        return refused("must start with https://, or with http:// for a loopback host");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refused("must not hold a user name or password");
    }
    if endpoint::may_be_this_machine(&url) && !is_on_loopback {
        return refused("is on this machine, and the client's endpoint is not");
    }
    if url.scheme() == "http" && !endpoint::is_loopback(&url) {
        return refused("is plain HTTP to another machine, where the document could be read on the way");
    }
    if is_changed(text) {
        return refused(
            "holds a part . or .. or a character that HTTP libraries would change, which breaks its signature",
        );
    }
    Ok(url)
}

/// Whether a URL would reach the server with another path. Libraries remove the parts `.` and `..`, also
/// percent-encoded ones, and line breaks and tabs, and turn backslashes into slashes.
fn is_changed(text: &str) -> bool {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let is_dots = |part: &str| matches!(part.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    path.contains('\\') || text.contains(['\t', '\n', '\r']) || path.split('/').any(is_dots)
}

/// Sends a request until it succeeds or the policy allows no further attempt.
pub(super) async fn ask(
    client: &Client,
    url: &Url,
    policy: &RetryPolicy,
    mut request: impl FnMut() -> Result<Request<Body>, Error> + Send,
) -> Result<Response<Body>, Error> {
    // A GET only reads, and a second PUT writes the same bytes.
    let retry = client.retry(Repeat::Safe).policy(policy);
    retry
        .run(|attempt| {
            let request = request();
            async move {
                let answer = client.exchange(request?).await?;
                if !answer.status().is_success() {
                    return Err(refusal(answer, url, client).await);
                }
                tracing::debug!(status = answer.status().as_u16(), attempt, "the document host answered");
                Ok(answer)
            }
        })
        .await
}

/// A request that cannot be built.
pub(super) fn unusable(error: http::Error) -> Error {
    Error::new(ErrorKind::Input, "the request cannot be built").with_source(error)
}

/// Makes the error for an answer without success.
async fn refusal(answer: Response<Body>, url: &Url, client: &Client) -> Error {
    let (mut head, mut rest) = answer.into_parts();
    let status = head.status;
    let mut body = Vec::new();
    let read = async {
        while let Ok(Some(chunk)) = rest.chunk().await {
            body.extend_from_slice(&chunk);
            if body.len() >= LONGEST_ERROR {
                break;
            }
        }
    };
    // The status says what happened, even if the body is lost or never ends.
    let _ = tokio::time::timeout(client.timeout(), read).await;
    body.truncate(LONGEST_ERROR);
    // The host may repeat the signature, which opens the document to everybody.
    let parameters: Vec<_> = url.query_pairs().map(|(_, value)| value).collect();
    let mask = Mask::new(parameters.iter().map(|value| &**value));
    mask.headers(&mut head.headers);
    // Only codes and messages are taken from the XML, because the rest repeats the request with its signature.
    let mut said = error::of_document_host(&body);
    said.iter_mut().for_each(|said| said.mask(&mask));
    let expired = said
        .iter()
        .any(|said| said.code == "ExpiredToken" || said.message.to_ascii_lowercase().contains("request has expired"));
    let hint = match status.as_u16() {
        _ if expired => "It is valid only for some minutes. Ask Amazon for the document again and use the new URL.",
        403 if said.iter().any(|said| said.code == "SignatureDoesNotMatch") => {
            "The URL must be used as it was given; for an upload, the content type must be exactly the one the \
             document was created with."
        }
        300..=399 => "Redirects are not followed.",
        403 => "Ask Amazon for the document again and use the new URL.",
        _ => "",
    };
    let message = if expired { "the document's URL has expired" } else { "the document host refused" };
    Error::new(if expired { ErrorKind::UrlExpired } else { ErrorKind::DocumentHost }, message)
        .with_answer(status, &head.headers, client.clock().now())
        .with_errors(said)
        .with_hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_url_is_not_shown() {
        for url in [
            "http://bucket.example/x?Sig=abc",
            "ftp://127.0.0.1/abc",
            "abc",
            "",
            "https://abc:d@bucket.example/x",
            "https://abc@bucket.example/x",
            "http://abc@127.0.0.1/x",
            "http://abc.localhost/x",
            "http://0.0.0.0/abc",
            "http://[::ffff:127.0.0.1]/abc",
            "https://bucket.example/abc/../b?x",
            "https://bucket.example/abc/./b",
            "https://bucket.example/abc/%2E%2e/b",
            "https://bucket.example/abc/.%2e",
            "https://bucket.example\\abc",
            "https://bucket.example/a\nbc?abc",
        ] {
            let error = parse(url, true).unwrap_err();
            assert!(error.is_input() && !format!("{error:?}").contains("abc"), "{error:?}");
        }
        for url in ["http://127.0.0.1:1/x?a=b", "http://localhost/x", "https://[::1]/x", "https://127.0.0.1/x"] {
            assert!(parse(url, true).is_ok());
            assert!(parse(url, false).is_err(), "{url}");
        }
        for url in ["https://localhost./x", "https://x.localhost/x", "https://0.0.0.0/x", "https://[::ffff:7f00:1]/x"] {
            assert!(parse(url, false).is_err(), "{url}");
        }
        for url in ["https://bucket.example/a..b/...?x=../y", "https://bucket.example/%2Fa?x=.."] {
            assert_eq!(parse(url, false).unwrap().as_str(), url);
        }
    }
}

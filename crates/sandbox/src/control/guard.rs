//! Guards the sandbox's own paths: programs on this machine may use them, but not web pages in a browser.
//!
//! A page of any site can make a browser send requests to a port of this machine, and a site whose name resolves to this
//! machine (DNS rebinding) can read the answers. These paths need no token, so the guard recognises such requests by the
//! headers that every browser sends. The other paths need no guard: a call needs the header `x-amz-access-token`, and a
//! document a signature, and a page of another site can send neither; the consent page takes only its own form. Clients also reach those paths under many host
//! names, such as that of a container.

use crate::http::{ApiError, hosts};
use axum::body::Bytes;
use axum::http::header;
use axum::http::request::Parts;

/// Refuses a request that may come from a foreign web page.
pub(super) fn check(parts: &Parts, body: &Bytes) -> Result<(), ApiError> {
    if let Some(host) = hosts::named(&parts.uri, &parts.headers).find(|host| !hosts::is_own(host)) {
        return Err(ApiError::refused(format!(
            "The host {host:?} is not this machine's: the sandbox's own paths answer only at 127.0.0.1 and localhost."
        )));
    }
    if is_from_another_site(parts) {
        return Err(ApiError::refused(
            "The request comes from a page of another site: call the sandbox's own paths from a program on this machine.",
        ));
    }
    let media_type =
        text(parts, header::CONTENT_TYPE.as_str()).unwrap_or_default().split(';').next().unwrap_or_default();
    if !body.is_empty() && !media_type.trim().eq_ignore_ascii_case("application/json") {
        return Err(ApiError::unsupported_media_type(
            "Send the body as JSON: the header `content-type: application/json` is required (curl: --json).",
        ));
    }
    Ok(())
}

/// Whether a browser sends the request for a page of another site.
pub(crate) fn is_from_another_site(parts: &Parts) -> bool {
    let is_foreign_origin = text(parts, header::ORIGIN.as_str()).is_some_and(|origin| {
        let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        host.is_none_or(|host| hosts::named(&parts.uri, &parts.headers).any(|own| own != host))
    });
    is_foreign_origin || text(parts, "sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

fn text<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

//! Who may use the sandbox's own paths: programs on this machine, and no page that a browser shows.
//!
//! A page of any site can make a browser send requests to a port of this machine, and a site whose name leads to this
//! machine (DNS rebinding) can read the answers. These paths need no token, so that such requests are told here by what
//! every browser says of them. The other paths need no such guard: a call needs the header `x-amz-access-token`, which
//! a page of another site cannot send, and a document its signature, while clients come to them under names of many
//! kinds, such as that of a container.

use crate::http::{ApiError, hosts};
use axum::body::Bytes;
use axum::http::header;
use axum::http::request::Parts;

/// Refuses what may come from a page of a stranger.
pub(super) fn check(parts: &Parts, body: &Bytes) -> Result<(), ApiError> {
    if let Some(host) = hosts::named(&parts.uri, &parts.headers).find(|host| !hosts::is_own(host)) {
        return Err(ApiError::refused(format!(
            "The host {host:?} is not this machine's: the sandbox's own paths answer at 127.0.0.1 and localhost alone."
        )));
    }
    let text = |name| parts.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let is_foreign_origin = text(header::ORIGIN.as_str()).is_some_and(|origin| {
        let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        host.is_none_or(|host| hosts::named(&parts.uri, &parts.headers).any(|own| own != host))
    });
    let is_foreign_site = text("sec-fetch-site").is_some_and(|site| !matches!(site, "same-origin" | "none"));
    if is_foreign_origin || is_foreign_site {
        return Err(ApiError::refused(
            "The request comes from a page of another site: call the sandbox's own paths from a program on this machine.",
        ));
    }
    let media_type = text(header::CONTENT_TYPE.as_str()).unwrap_or_default().split(';').next().unwrap_or_default();
    if !body.is_empty() && !media_type.trim().eq_ignore_ascii_case("application/json") {
        return Err(ApiError::unsupported_media_type(
            "Send the body as JSON: the header `content-type: application/json` is required (curl: --json).",
        ));
    }
    Ok(())
}

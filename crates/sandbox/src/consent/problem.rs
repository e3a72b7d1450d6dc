//! Why a consent page is not shown, or an answer of it is not taken.

use super::pages;
use crate::login::APPLICATION_ID;
use axum::http::StatusCode;
use axum::response::Response;

/// An error, which a page shows. The browser never goes on from it, because what it was sent with cannot be trusted.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    /// Amazon's code on its own page, if it is known.
    pub(super) code: Option<&'static str>,
    what: String,
    to_do: String,
}

impl Problem {
    fn new(code: Option<&'static str>, what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, what: what.into(), to_do: to_do.into() }
    }

    /// A parameter that the URL lacks.
    pub(super) fn missing(name: &str, to_do: &str) -> Self {
        Self::new(None, format!("The URL has no {name}."), to_do)
    }

    /// A parameter that the URL has twice.
    pub(super) fn repeated(name: &str) -> Self {
        Self::new(None, format!("The URL has {name} more than once."), "Send each parameter once.")
    }

    pub(super) fn unknown_application() -> Self {
        let to_do = format!("Use the id of the sandbox's application, {APPLICATION_ID}. It is not the client id.");
        Self::new(None, "No application has the application_id of the URL.", to_do)
    }

    pub(super) fn draft() -> Self {
        let to_do = "Add version=beta to the URL. It can go when the application is published.";
        Self::new(Some("MD1000"), "The application is a draft, and the URL does not say so.", to_do)
    }

    pub(super) fn unknown_redirect_uri(known: &[String]) -> Self {
        let known =
            if known.is_empty() { String::new() } else { format!(" It is registered with {}.", known.join(", ")) };
        let to_do = format!(
            "Register the redirect URI with the sandbox, character by character as it is sent: --redirect-uri of spapi \
             sandbox serve, or Builder::redirect_uri. Any URI on this machine is accepted too.{known}"
        );
        Self::new(Some("MD5101"), "The redirect_uri of the URL is not one of the application's.", to_do)
    }

    pub(super) fn fragment() -> Self {
        Self::new(Some("MD5110"), "The redirect_uri of the URL contains #.", "Leave out # and what follows it.")
    }

    pub(super) fn no_redirect_uri() -> Self {
        let to_do =
            "Send redirect_uri, or register one: --redirect-uri of spapi sandbox serve, or Builder::redirect_uri.";
        Self::new(Some("MD9100"), "The application has no redirect URI, and the URL names none.", to_do)
    }

    pub(super) fn no_login_uri() -> Self {
        let to_do = "Register one: --login-uri of spapi sandbox serve, or Builder::login_uri.";
        Self::new(Some("MD9100"), "The application has no login URI, which the Appstore opens.", to_do)
    }

    pub(super) fn void_amazon_state() -> Self {
        let to_do = "Begin again in the Appstore, and pass amazon_state unchanged, once and within ten minutes.";
        Self::new(None, "The amazon_state of the URL is unknown, has expired or was used before.", to_do)
    }

    pub(super) fn expired() -> Self {
        Self::new(None, "This page was open for more than ten minutes.", "Begin again at the application.")
    }

    pub(super) fn malformed_answer() -> Self {
        Self::new(None, "The answer of the page is incomplete.", "Open the page again, and choose a seller.")
    }

    pub(super) fn another_site() -> Self {
        let to_do = "Open the page itself, and answer there.";
        Self {
            status: StatusCode::FORBIDDEN,
            ..Self::new(None, "The answer comes from a page of another site.", to_do)
        }
    }

    pub(super) fn method(allowed: &str) -> Self {
        let what = format!("This page takes {allowed}.");
        Self { status: StatusCode::METHOD_NOT_ALLOWED, ..Self::new(None, what, "Open it in a browser.") }
    }

    pub(super) fn into_response(self) -> Response {
        pages::respond(self.status, pages::problem(self.code, &self.what, &self.to_do))
    }
}

//! How the application is registered with Amazon.

use super::Problem;
use crate::http::hosts;
use axum::http::Uri;

/// How the application is registered with Amazon.
#[derive(Clone, Debug, Default)]
pub(crate) struct Application {
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) login_uri: Option<String>,
    pub(crate) is_draft: bool,
}

impl Application {
    /// Why the sandbox cannot use it, if it cannot.
    pub(crate) fn problem(&self) -> Option<String> {
        let redirect = self.redirect_uris.iter().map(|uri| ("redirect URI", uri));
        let mut uris = redirect.chain(self.login_uri.iter().map(|uri| ("login URI", uri)));
        uris.find(|(_, uri)| uri.contains('#') || web(uri).is_none()).map(|(what, uri)| {
            format!("the {what} {uri:?} is not a URL of a page: begin it with https:// or http://, and leave out #")
        })
    }

    /// Where the browser goes back to, for the redirect URI that a request names.
    pub(super) fn redirect_uri(&self, named: Option<&str>) -> Result<String, Problem> {
        let Some(named) = named else {
            return self.redirect_uris.first().cloned().ok_or_else(Problem::no_redirect_uri);
        };
        if named.contains('#') {
            return Err(Problem::fragment());
        }
        if self.redirect_uris.iter().any(|known| known == named) || is_on_this_machine(named) {
            return Ok(named.to_owned());
        }
        Err(Problem::unknown_redirect_uri(&self.redirect_uris))
    }
}

/// The URI, if it is that of a page.
fn web(uri: &str) -> Option<Uri> {
    let uri: Uri = Some(uri).filter(|uri| uri.is_ascii())?.parse().ok()?;
    let is_page = matches!(uri.scheme_str(), Some("http" | "https"));
    let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    (is_page && !has_user).then_some(uri)
}

/// Whether a redirect URI leads to a program of this machine, at any port and path.
fn is_on_this_machine(uri: &str) -> bool {
    web(uri).and_then(|uri| uri.authority().map(|authority| hosts::is_loopback(authority.as_str()))).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_uri_is_registered_or_on_this_machine() {
        let shop = "https://shop.example/back".to_owned();
        let application = Application { redirect_uris: vec![shop.clone()], ..Application::default() };
        let goes_to = |named| application.redirect_uri(named).map_err(|problem| problem.code);
        assert_eq!(goes_to(None), Ok(shop.clone()));
        for known in [shop.as_str(), "http://127.0.0.1:3000/back?a=b", "http://localhost", "https://[::1]:8443/x"] {
            assert_eq!(goes_to(Some(known)), Ok(known.to_owned()));
        }
        for other in [
            "https://shop.example/back/",
            "https://shop.example/back?a=b",
            "https://shop.example",
            "https://evil.example/back",
            "http://127.0.0.1@evil.example/",
            "http://localhost.evil.example/",
            "http://user@127.0.0.1/",
            "http://10.0.0.1/",
            "http://spapi-sandbox.test/",
            "https://api.amazon.com/",
            "ftp://127.0.0.1/",
            "//127.0.0.1/",
            "127.0.0.1",
            "javascript:alert(1)",
            "http://127.0.0.1/\r\nset-cookie: a",
            "http://127.0.0.1/é",
        ] {
            assert_eq!(goes_to(Some(other)), Err(Some("MD5101")), "{other}");
        }
        assert_eq!(goes_to(Some("http://127.0.0.1/#a")), Err(Some("MD5110")));
        assert_eq!(Application::default().redirect_uri(None).map_err(|problem| problem.code), Err(Some("MD9100")));
    }

    #[test]
    fn a_registered_uri_is_a_page() {
        let problem = |uri: &str| Application { login_uri: Some(uri.to_owned()), ..Application::default() }.problem();
        assert_eq!(problem("https://shop.example/login"), None);
        for wrong in ["", "shop.example", "https://shop.example/#a", "mailto:a@shop.example", "https://a@shop.example/"]
        {
            assert!(problem(wrong).is_some_and(|problem| problem.contains("login URI")), "{wrong}");
        }
    }
}

//! An authorization that a seller begins in Amazon's Appstore.

use super::opened::Parameters;
use super::{Consent, ConsentState};
use crate::endpoint::is_loopback;
use crate::error::{Error, ErrorKind};
use crate::{Marketplace, percent_encode};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use url::{Host, Url};

/// An authorization that a seller has begun on the application's page in Amazon's Appstore, by consenting there. Amazon
/// then opened the application's login URI. [`Consent::begun_in_appstore`] reads it.
///
/// Let the visitor sign in to your website, so that you know whose authorization it is, and send the browser to
/// [`url`](Self::url). It comes back to the redirect URI as from the consent page: [`Consent::accept`] reads the answer.
/// Amazon gives ten minutes for all of it. (Source: Amazon's Selling Partner Appstore authorization workflow.)
///
/// ```
/// use spapi_core::Marketplace;
/// use spapi_core::auth::{Consent, ConsentState};
///
/// # fn f() -> Result<(), spapi_core::Error> {
/// let consent = Consent::of_seller(Marketplace::US, "amzn1.sellerapps.app.0123")?;
/// // The query with which Amazon opened https://shop.example/login:
/// let opened = "amazon_callback_uri=https%3A%2F%2Famazon.com%2Fapps%2Fauthorize%2Fconfirm%2Famzn1.sellerapps.app.0123\
///               &amazon_state=made-up&selling_partner_id=A1";
/// let start = consent.begun_in_appstore(opened)?;
/// assert_eq!(start.selling_partner_id(), Some("A1"));
/// // After the visitor has signed in: keep the state in the session, and send the browser to this URL.
/// let state = ConsentState::random()?;
/// let url = start.url(&state);
/// assert!(url.starts_with("https://amazon.com/apps/authorize/confirm/amzn1.sellerapps.app.0123?amazon_state=made-up&"));
/// # Ok(()) }
/// # f().unwrap();
/// ```
pub struct AppstoreStart {
    callback_uri: String,
    amazon_state: SecretString,
    selling_partner_id: Option<String>,
    redirect_uri: Option<String>,
    is_draft: bool,
}

impl Consent {
    /// Reads the URL, or its query, by which Amazon opened the application's login URI after a seller has consented in
    /// Amazon's Appstore. For a draft, Amazon may do the same after the [consent page](Self::url).
    ///
    /// Anyone can make a browser open the login URI with another `amazon_callback_uri`, to which your state would then go.
    /// So this accepts only Amazon's own hosts, or that of the [endpoint](Self::endpoint).
    ///
    /// # Errors
    /// When the URL is longer than 64 KiB, or a parameter is missing or not as Amazon sends it. No error shows a value from
    /// the URL.
    pub fn begun_in_appstore(&self, opened: &str) -> Result<AppstoreStart, Error> {
        const HINT: &str = "Begin again on the application's page in the Appstore, and pass the URL of the login URI \
                            unchanged.";
        let refused = |message: &str| Error::new(ErrorKind::Input, message).with_hint(HINT);
        let parameters = Parameters::read(opened, HINT)?;
        let missing = |name: &str| refused(&format!("the URL has no {name}"));
        let callback_uri = parameters.get("amazon_callback_uri").ok_or_else(|| missing("amazon_callback_uri"))?;
        let amazon_state = parameters.get("amazon_state").ok_or_else(|| missing("amazon_state"))?;
        let mut callback = Url::parse(&callback_uri).map_err(|_| refused("the amazon_callback_uri is not a URL"))?;
        if !self.may_confirm(&callback) {
            return Err(refused("the amazon_callback_uri is not a page of Amazon's that confirms authorizations"));
        }
        callback.set_fragment(None);
        Ok(AppstoreStart {
            callback_uri: callback.into(),
            amazon_state: amazon_state.into(),
            selling_partner_id: parameters.selling_partner_id(HINT)?,
            redirect_uri: self.redirect_uri.clone(),
            is_draft: self.is_draft || parameters.get("version").as_deref() == Some("beta"),
        })
    }

    /// Whether it is a page of Amazon's, or of the endpoint, that confirms authorizations.
    fn may_confirm(&self, url: &Url) -> bool {
        let is_of_server = match &self.server {
            None => url.scheme() == "https" && url.port().is_none() && url.host().as_ref().is_some_and(is_amazon),
            Some(server) => {
                let is_same = url.scheme() == server.scheme() && url.host() == server.host();
                // A sandbox may be called by another name of this machine, and with TLS or without.
                let is_here = is_loopback(url) && is_loopback(server) && matches!(url.scheme(), "http" | "https");
                (is_same || is_here) && url.port_or_known_default() == server.port_or_known_default()
            }
        };
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        // Other pages of Amazon's may send the browser, and with it the state, to any host.
        is_of_server && is_anonymous && url.path().starts_with("/apps/authorize/")
    }
}

/// Whether a host belongs to Amazon's marketplaces: `amazon.com`, `sellercentral.amazon.co.jp`.
fn is_amazon(host: &Host<&str>) -> bool {
    let Host::Domain(name) = host else { return false };
    Marketplace::ALL.iter().any(|marketplace| {
        let domain = marketplace.retail_host().trim_start_matches("www.");
        let is_below = name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        is_below || marketplace.vendor_central_host() == Some(*name)
    })
}

impl AppstoreStart {
    /// Amazon's id of the seller, as Amazon sent it. Only the answer that [`Consent::accept`] reads proves it.
    pub fn selling_partner_id(&self) -> Option<&str> {
        self.selling_partner_id.as_deref()
    }

    /// The URL to send the browser to. It holds a secret of Amazon's: do not log it.
    pub fn url(&self, state: &ConsentState) -> String {
        let mut url = self.callback_uri.clone();
        let mut begin = if url.contains('?') { '&' } else { '?' };
        let mut push = |name: &str, value: &str| {
            url.push(begin);
            url.push_str(name);
            url.push('=');
            percent_encode::push(&mut url, value);
            begin = '&';
        };
        push("amazon_state", self.amazon_state.expose_secret());
        push("state", state.as_str());
        if let Some(uri) = &self.redirect_uri {
            push("redirect_uri", uri);
        }
        if self.is_draft {
            push("version", "beta");
        }
        url
    }
}

/// Does not show Amazon's state.
impl fmt::Debug for AppstoreStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppstoreStart").field("selling_partner_id", &self.selling_partner_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Endpoint;

    const APP: &str = "amzn1.sp.solution.1";

    fn consent() -> Consent {
        Consent::of_seller(Marketplace::US, APP).unwrap()
    }

    fn opened(callback_uri: &str, rest: &str) -> String {
        let mut query = "https://shop.example/login?amazon_callback_uri=".to_owned();
        percent_encode::push(&mut query, callback_uri);
        query + rest
    }

    const REST: &str = "&amazon_state=made%2Bup&selling_partner_id=A1";

    fn confirm(host: &str) -> String {
        format!("{host}/apps/authorize/confirm/{APP}")
    }

    #[test]
    fn the_browser_goes_to_amazon_with_both_states() {
        let state = ConsentState::from("sesame".to_owned());
        let url = |consent: Consent, rest: &str| {
            let start = consent.begun_in_appstore(&opened(&confirm("https://amazon.com"), rest)).unwrap();
            assert_eq!(start.selling_partner_id(), Some("A1"));
            assert!(!format!("{start:?}").contains("made"));
            start.url(&state)
        };
        let begin = "https://amazon.com/apps/authorize/confirm/amzn1.sp.solution.1?amazon_state=made%2Bup&state=sesame";
        assert_eq!(url(consent(), REST), begin);
        assert_eq!(url(consent(), &format!("{REST}&version=beta")), format!("{begin}&version=beta"));
        assert_eq!(
            url(consent().redirect_uri("https://a.example/b").draft(), REST),
            format!("{begin}&redirect_uri=https%3A%2F%2Fa.example%2Fb&version=beta")
        );
        let with_query = opened(&(confirm("https://sellercentral.amazon.co.jp") + "?a=b#c"), REST);
        let url = consent().begun_in_appstore(&with_query).unwrap().url(&state);
        assert!(url.contains("?a=b&amazon_state=made%2Bup&state=sesame"), "{url}");
    }

    #[test]
    fn the_state_goes_only_to_hosts_of_amazon() {
        for host in [
            "https://amazon.com",
            "https://sellercentral.amazon.com",
            "https://sellercentral-europe.amazon.com",
            "https://sellercentral.amazon.co.jp",
            "https://vendorcentral.amazon.de",
            "https://www.vendorcentral.in",
        ] {
            assert!(consent().begun_in_appstore(&opened(&confirm(host), REST)).is_ok(), "{host}");
        }
        for host in [
            "https://evil.example",
            "http://amazon.com",
            "https://amazon.com:8443",
            "https://amazon.com.evil.example",
            "https://evilamazon.com",
            "https://amazon.com@evil.example",
            "https://user@amazon.com",
            "https://amazon.com.",
            "https://s3.amazonaws.com",
            "https://127.0.0.1",
            "http://127.0.0.1:8042",
            "//amazon.com",
            "javascript://amazon.com",
            "https://amazon.com/gp/redirect?to=",
            "https://amazon.com/gp/redirect/",
        ] {
            let error = consent().begun_in_appstore(&opened(&confirm(host), REST)).unwrap_err();
            assert!(error.is_input() && !error.to_string().contains("evil"), "{host}: {error}");
        }
    }

    #[test]
    fn an_endpoint_confirms_its_own_authorizations() {
        let at = |url: &str| consent().endpoint(&Endpoint::custom(url)).unwrap();
        let accepts = |url, callback: &str| at(url).begun_in_appstore(&opened(&confirm(callback), REST)).is_ok();
        assert!(accepts("http://127.0.0.1:8042", "http://127.0.0.1:8042"));
        assert!(accepts("http://127.0.0.1:8042/eu", "http://localhost:8042"));
        assert!(accepts("https://sandbox.example", "https://sandbox.example:443"));
        assert!(!accepts("http://127.0.0.1:8042", "http://127.0.0.1:8043"));
        assert!(accepts("https://localhost:8042", "http://127.0.0.1:8042"));
        assert!(!accepts("http://127.0.0.1:8042", "http://10.0.0.1:8042"));
        assert!(!accepts("http://127.0.0.1:8042", "https://amazon.com"));
        assert!(!accepts("https://sandbox.example", "https://other.example"));
    }

    #[test]
    fn what_is_missing_or_malformed_is_named() {
        let amazon = confirm("https://amazon.com");
        for (text, says) in [
            (String::new(), "no URL was given"),
            ("https://shop.example/login".into(), "no amazon_callback_uri"),
            (opened(&amazon, ""), "no amazon_state"),
            (opened(&amazon, "&amazon_state="), "no amazon_state"),
            (opened("amazon.com", REST), "not a URL"),
            (
                opened(&amazon, "&amazon_state=1&selling_partner_id=%1b%5B31m"),
                "selling_partner_id of the URL is not an id",
            ),
            (opened(&amazon, &format!("&amazon_state={}", "1".repeat(1_000_000))), "longer than 64 KiB"),
        ] {
            let shown = consent().begun_in_appstore(&text).unwrap_err().to_string();
            assert!(shown.contains(says) && shown.len() < 300, "{says}: {shown}");
        }
    }
}

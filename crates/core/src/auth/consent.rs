//! How a seller or vendor authorizes an application: the page to send them to, and what they come back with.

use crate::digest::hex;
use crate::error::{Error, Kind};
use crate::{Marketplace, percent_encode};
use secrecy::SecretString;
use std::fmt;
use url::Url;

/// Amazon's page on which a seller or vendor authorizes a public application.
///
/// ```
/// use spapi_core::Marketplace;
/// use spapi_core::auth::{Consent, ConsentState};
///
/// # fn f() -> Result<(), spapi_core::Error> {
/// let consent = Consent::of_seller(Marketplace::JP, "amzn1.sellerapps.app.0123").redirect_uri("https://shop.example/back");
/// let state = ConsentState::random()?;
/// // Keep the state in the visitor's session, and send the browser to:
/// let url = consent.url(&state);
/// assert!(url.starts_with("https://sellercentral.amazon.co.jp/apps/authorize/consent?application_id=amzn1."));
///
/// // The browser comes back to the redirect URI within some minutes:
/// # let came_back_to = format!("https://shop.example/back?state={}&selling_partner_id=A1&spapi_oauth_code=c", state.as_str());
/// let code = consent.accept(&came_back_to, &state)?;
/// assert_eq!(code.selling_partner_id(), Some("A1"));
/// // `Client::authorize` turns the code into the seller's credentials, within 5 minutes and once.
/// # Ok(()) }
/// # f().unwrap();
/// ```
///
/// The page of the redirect URI should send the header `Referrer-Policy: no-referrer`, so that the code does not reach
/// another site. (Source: Amazon's Website authorization workflow.)
#[derive(Clone, Debug)]
pub struct Consent {
    host: &'static str,
    application_id: String,
    redirect_uri: Option<String>,
    is_draft: bool,
}

impl Consent {
    /// The page for sellers. `application_id` is the application's own id, `amzn1.sellerapps.app...` or in older ones
    /// `amzn1.sp.solution...`, which is not its client id. An authorization holds for all marketplaces of the region.
    pub fn of_seller(marketplace: Marketplace, application_id: impl Into<String>) -> Self {
        Self::at(marketplace.seller_central_host(), application_id)
    }

    /// The page for vendors.
    ///
    /// # Errors
    /// When the host of the marketplace's Vendor Central is not known, as in Ireland.
    pub fn of_vendor(marketplace: Marketplace, application_id: impl Into<String>) -> Result<Self, Error> {
        let host = marketplace.vendor_central_host().ok_or_else(|| {
            let message = format!("the host of Vendor Central in {} is not known", marketplace.country());
            Error::new(Kind::Input, message)
                .with_hint("An authorization holds for the whole region: take another marketplace of it.")
        })?;
        Ok(Self::at(host, application_id))
    }

    fn at(host: &'static str, application_id: impl Into<String>) -> Self {
        Self { host, application_id: application_id.into(), redirect_uri: None, is_draft: false }
    }

    /// Sets where the browser is to come back to, one of those that the application is registered with; the first of
    /// them unless it is set.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Says that the application is a draft, which Amazon's page refuses otherwise (MD1000).
    pub fn draft(mut self) -> Self {
        self.is_draft = true;
        self
    }

    /// The URL of the page.
    pub fn url(&self, state: &ConsentState) -> String {
        let mut url = format!("https://{}/apps/authorize/consent?application_id=", self.host);
        percent_encode::push_str(&mut url, &self.application_id);
        url.push_str("&state=");
        percent_encode::push_str(&mut url, state.as_str());
        if let Some(uri) = &self.redirect_uri {
            url.push_str("&redirect_uri=");
            percent_encode::push_str(&mut url, uri);
        }
        if self.is_draft {
            url.push_str("&version=beta");
        }
        url
    }

    /// Reads the URL that the browser came back to, or its query, and checks that its state is the one that was sent
    /// along: otherwise somebody else's authorization could be slipped in.
    ///
    /// # Errors
    /// When the state is missing or another, or there is no code. No error shows the values.
    pub fn accept(&self, came_back_to: &str, state: &ConsentState) -> Result<AuthorizationCode, Error> {
        let refused = |message: String, hint| Err(Error::new(Kind::Input, message).with_hint(hint));
        const AGAIN: &str = "Begin anew with a new state, and take the URL that the browser comes back to as it is.";
        let came_back_to = came_back_to.trim();
        let query = match came_back_to.split_once('?') {
            Some((_, query)) => query,
            None => came_back_to,
        };
        let query = query.split('#').next().unwrap_or_default();
        let mut url = Url::parse("https://localhost").map_err(|_| Error::new(Kind::Input, "the URL cannot be read"))?;
        url.set_query(Some(query));
        let parameter = |wanted: &str| {
            let found = url.query_pairs().find(|(name, value)| name == wanted && !value.is_empty());
            found.map(|(_, value)| value.into_owned())
        };
        match parameter("state") {
            Some(given) if is_same(&given, state.as_str()) => {}
            Some(_) => return refused("the state is not the one that was sent along".into(), AGAIN),
            None if query.is_empty() => return refused("nothing was come back with".into(), AGAIN),
            None => return refused("the URL that was come back to has no state".into(), AGAIN),
        }
        if let Some(error) = parameter("error") {
            let plain: String = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
            return refused(format!("Amazon's page answered {plain}: the application was not authorized"), AGAIN);
        }
        let Some(code) = parameter("spapi_oauth_code") else {
            let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
            return refused(format!("the URL has no spapi_oauth_code, but {}", names.join(", ")), AGAIN);
        };
        Ok(AuthorizationCode {
            code: code.into(),
            selling_partner_id: parameter("selling_partner_id"),
            redirect_uri: self.redirect_uri.clone(),
        })
    }
}

/// Compares without telling by its time how much is right.
fn is_same(given: &str, sent: &str) -> bool {
    let differing = given.bytes().zip(sent.bytes()).fold(0, |bits, (one, other)| bits | (one ^ other));
    given.len() == sent.len() && differing == 0
}

/// What is sent along with a seller and must come back with them, known to nobody else.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentState(String);

impl ConsentState {
    /// A state that nobody can guess. It is good for one seller and some minutes: keep it in their session.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn random() -> Result<Self, Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)
            .map_err(|error| Error::new(Kind::Config, "the system gives no random numbers").with_source(error))?;
        Ok(Self(hex(bytes)))
    }

    /// The state as text, to be kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A state that was kept as text. An empty one fits nothing that comes back.
impl From<String> for ConsentState {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Without the state.
impl fmt::Debug for ConsentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentState").finish_non_exhaustive()
    }
}

/// What a seller brings back from Amazon's page: good once, for 5 minutes, with
/// [`Client::authorize`](crate::Client::authorize).
pub struct AuthorizationCode {
    pub(super) code: SecretString,
    pub(super) selling_partner_id: Option<String>,
    pub(super) redirect_uri: Option<String>,
}

impl AuthorizationCode {
    /// Amazon's id of the seller or vendor who has authorized the application.
    pub fn selling_partner_id(&self) -> Option<&str> {
        self.selling_partner_id.as_deref()
    }
}

/// Without the code.
impl fmt::Debug for AuthorizationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationCode")
            .field("selling_partner_id", &self.selling_partner_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> ConsentState {
        ConsentState::from("sesame+1".to_owned())
    }

    #[test]
    fn every_marketplace_has_a_page_for_sellers_and_all_but_one_for_vendors() {
        let mut without = Vec::new();
        for marketplace in Marketplace::ALL {
            let url = Consent::of_seller(*marketplace, "amzn1.sellerapps.app.1").url(&state());
            let begin = format!("https://{}/apps/authorize/consent?", marketplace.seller_central_host());
            assert_eq!(url, begin + "application_id=amzn1.sellerapps.app.1&state=sesame%2B1");
            match Consent::of_vendor(*marketplace, "a") {
                Ok(consent) => {
                    let url = consent.url(&state());
                    assert!(url.contains("vendorcentral") && Url::parse(&url).is_ok(), "{url}");
                }
                Err(error) => {
                    assert!(error.is_input() && error.to_string().contains(marketplace.country()), "{error}");
                    without.push(*marketplace);
                }
            }
        }
        assert_eq!(without, [Marketplace::IE]);
    }

    #[test]
    fn the_url_carries_what_was_set() {
        let consent = Consent::of_seller(Marketplace::US, "app").redirect_uri("https://a.example/b?c=d").draft();
        assert_eq!(
            consent.url(&state()),
            "https://sellercentral.amazon.com/apps/authorize/consent?application_id=app&state=sesame%2B1\
             &redirect_uri=https%3A%2F%2Fa.example%2Fb%3Fc%3Dd&version=beta"
        );
    }

    #[test]
    fn what_comes_back_is_read_as_a_url_or_as_its_query() {
        let consent = Consent::of_seller(Marketplace::US, "app").redirect_uri("https://a.example");
        let query = "state=sesame%2B1&selling_partner_id=A1&spapi_oauth_code=code%2B1";
        for text in [query.to_owned(), format!("?{query}"), format!(" https://a.example/back?{query}#x\n")] {
            let code = consent.accept(&text, &state()).unwrap();
            assert_eq!(code.selling_partner_id(), Some("A1"));
            assert_eq!(secrecy::ExposeSecret::expose_secret(&code.code), "code+1");
            assert_eq!(code.redirect_uri.as_deref(), Some("https://a.example"));
            assert!(!format!("{code:?}").contains("code+1"));
        }
    }

    #[test]
    fn another_state_or_none_is_refused_and_nothing_secret_is_shown() {
        let consent = Consent::of_seller(Marketplace::US, "app");
        for (text, why) in [
            ("state=sesame%2B2&spapi_oauth_code=code1", "not the one"),
            ("state=sesame&spapi_oauth_code=code1", "not the one"),
            ("state=sesame%2B1%00&spapi_oauth_code=code1", "not the one"),
            ("state=&spapi_oauth_code=code1", "no state"),
            ("spapi_oauth_code=code1", "no state"),
            ("", "nothing was come back with"),
            ("state=sesame%2B1&error=access_denied&spapi_oauth_code=code1", "answered access_denied"),
            ("https://a.example/code1", "no state"),
            ("state=sesame%2B1&selling_partner_id=code1&spapi_oauth_code=", "but state, selling_partner_id, spapi"),
        ] {
            let error = consent.accept(text, &state()).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(error.is_input() && shown.contains(why), "{text}: {shown}");
            assert!(!shown.contains("sesame") && !shown.contains("code1"), "{shown}");
        }
        assert!(consent.accept("state=&spapi_oauth_code=c", &ConsentState::from(String::new())).is_err());
        assert!(!format!("{:?}", state()).contains("sesame"));
    }

    #[test]
    fn random_states_differ() {
        let states: std::collections::HashSet<_> =
            (0..100).map(|_| ConsentState::random().unwrap().as_str().to_owned()).collect();
        assert_eq!(states.len(), 100);
        assert!(states.iter().all(|state| state.len() == 32));
    }
}

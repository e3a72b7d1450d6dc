//! How a seller or vendor authorizes an application: the page to send them to, and the code that comes back.

mod appstore;
mod code;
mod opened;
mod state;

pub use appstore::AppstoreStart;
pub use code::AuthorizationCode;
pub use state::ConsentState;

use crate::endpoint::parse_url;
use crate::error::{Error, ErrorKind};
use crate::{Endpoint, Marketplace, percent_encode};
use opened::Parameters;
use url::Url;

/// Amazon's page on which a seller or vendor authorizes a public application.
///
/// ```
/// use spapi_core::Marketplace;
/// use spapi_core::auth::{Consent, ConsentState};
///
/// # fn f() -> Result<(), spapi_core::Error> {
/// let consent = Consent::of_seller(Marketplace::JP, "amzn1.sellerapps.app.0123")?.redirect_uri("https://shop.example/back");
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
/// You can also mail the URL to a seller, and exchange the code in another program: keep [`ConsentState::as_str`] until
/// then, or make an [`AuthorizationCode`] from a code whose state was validated elsewhere.
///
/// The page at the redirect URI should send the header `Referrer-Policy: no-referrer`, so that the code does not reach
/// another site. (Source: Amazon's Website authorization workflow.)
#[derive(Clone, Debug)]
pub struct Consent {
    host: &'static str,
    /// The server that shows the page in place of Amazon.
    server: Option<Url>,
    application_id: String,
    redirect_uri: Option<String>,
    is_draft: bool,
}

impl Consent {
    /// The page for sellers. `application_id` is the id of the application itself, `amzn1.sellerapps.app...` or
    /// `amzn1.sp.solution...`, not its client id. An authorization is valid for all marketplaces of the region.
    ///
    /// # Errors
    /// When the application id does not have one of these forms.
    pub fn of_seller(marketplace: Marketplace, application_id: impl Into<String>) -> Result<Self, Error> {
        Self::on_page_of(marketplace.seller_central_host(), application_id.into())
    }

    /// The page for vendors.
    ///
    /// # Errors
    /// The errors of [`of_seller`](Self::of_seller). Also an error if the host of the marketplace's Vendor Central is
    /// not known, as in Ireland.
    pub fn of_vendor(marketplace: Marketplace, application_id: impl Into<String>) -> Result<Self, Error> {
        let host = marketplace.vendor_central_host().ok_or_else(|| {
            let message = format!("the host of Vendor Central in {} is not known", marketplace.country());
            Error::new(ErrorKind::Input, message)
                .with_hint("An authorization is valid for the whole region: use another marketplace of it.")
        })?;
        Self::on_page_of(host, application_id.into())
    }

    fn on_page_of(host: &'static str, application_id: String) -> Result<Self, Error> {
        let application_id = application_id.trim();
        if !is_application_id(application_id) {
            let is_client_id = application_id.starts_with("amzn1.application-oa2-client.");
            let what = if is_client_id { "a client id" } else { "malformed" };
            return Err(Error::new(ErrorKind::Input, format!("the application id is {what}")).with_hint(
                "It begins with amzn1.sp.solution. or amzn1.sellerapps.app. and is on the application's page in Seller \
                 Central or the developer portal.",
            ));
        }
        Ok(Self { host, server: None, application_id: application_id.to_owned(), redirect_uri: None, is_draft: false })
    }

    /// Sets where the browser comes back to: one of the URIs that the application is registered with. By default the
    /// first of them.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Sets the server that shows the page: that of an [`Endpoint::Custom`], such as a sandbox, at `/apps/authorize/consent`
    /// below its base URL. The other endpoints have Amazon's page.
    ///
    /// # Errors
    /// When the base URL of the endpoint is not usable.
    pub fn endpoint(mut self, endpoint: &Endpoint) -> Result<Self, Error> {
        self.server = match endpoint {
            Endpoint::Production | Endpoint::Sandbox => None,
            Endpoint::Custom { base_url, .. } => Some(parse_url("base URL", base_url)?),
        };
        Ok(self)
    }

    /// Says that the application is a draft. Without this Amazon's page refuses drafts (MD1000).
    pub fn draft(mut self) -> Self {
        self.is_draft = true;
        self
    }

    /// The URL of the page.
    pub fn url(&self, state: &ConsentState) -> String {
        let mut url = match &self.server {
            Some(server) => server.as_str().trim_end_matches('/').to_owned(),
            None => format!("https://{}", self.host),
        };
        url.push_str("/apps/authorize/consent?application_id=");
        percent_encode::push(&mut url, &self.application_id);
        url.push_str("&state=");
        percent_encode::push(&mut url, state.as_str());
        if let Some(uri) = &self.redirect_uri {
            url.push_str("&redirect_uri=");
            percent_encode::push(&mut url, uri);
        }
        if self.is_draft {
            url.push_str("&version=beta");
        }
        url
    }

    /// Reads the URL that the browser came back to, or its query, and compares its state with the one that was sent.
    /// Without this an attacker could insert an authorization of their own.
    ///
    /// # Errors
    /// When the URL is longer than 64 KiB, its state is missing or differs, or it has no code. If the state is right and the
    /// page says that the application was not authorized, the error is of the kind [`ErrorKind::Login`], otherwise
    /// [`ErrorKind::Input`]. No error shows a value from the URL.
    pub fn accept(&self, came_back_to: &str, state: &ConsentState) -> Result<AuthorizationCode, Error> {
        const HINT: &str = "Begin again with a new state, and pass the URL that the browser comes back to unchanged.";
        let refused = |message| Err(Error::new(ErrorKind::Input, message).with_hint(HINT));
        let parameters = Parameters::read(came_back_to, HINT)?;
        match parameters.get("state") {
            Some(given) if state.is(&given) => {}
            Some(_) => return refused("the state is not the one that was sent"),
            None => return refused("the URL has no state"),
        }
        if let Some(error) = parameters.get("error") {
            let plain: String = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
            let message = format!("the consent page answered {plain}: the application was not authorized");
            return Err(Error::new(ErrorKind::Login, message)
                .with_hint("The seller or vendor can begin again, and consent then."));
        }
        let Some(code) = parameters.get("spapi_oauth_code") else {
            return refused("the URL has no spapi_oauth_code");
        };
        let code = self.redirect_uri.iter().fold(AuthorizationCode::new(code), AuthorizationCode::with_redirect_uri);
        let id = parameters.selling_partner_id(HINT)?;
        Ok(id.into_iter().fold(code, AuthorizationCode::with_selling_partner_id))
    }
}

/// Letters, digits, dots and hyphens after one of the prefixes that Amazon uses.
fn is_application_id(text: &str) -> bool {
    let rest = ["amzn1.sp.solution.", "amzn1.sellerapps.app."].iter().find_map(|prefix| text.strip_prefix(prefix));
    rest.is_some_and(|rest| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        (1..=100).contains(&rest.len()) && rest.bytes().all(is_plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const APP: &str = "amzn1.sp.solution.1";

    fn state() -> ConsentState {
        ConsentState::from("sesame+1".to_owned())
    }

    #[test]
    fn every_marketplace_has_a_page_for_sellers_and_all_but_one_for_vendors() {
        let mut without = Vec::new();
        for marketplace in Marketplace::ALL {
            let url = Consent::of_seller(*marketplace, "amzn1.sellerapps.app.1").unwrap().url(&state());
            let begin = format!("https://{}/apps/authorize/consent?", marketplace.seller_central_host());
            assert_eq!(url, begin + "application_id=amzn1.sellerapps.app.1&state=sesame%2B1");
            match Consent::of_vendor(*marketplace, APP) {
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
    fn the_url_has_the_values_that_were_set() {
        let consent = Consent::of_seller(Marketplace::US, APP).unwrap().redirect_uri("https://a.example/b?c=d").draft();
        assert_eq!(
            consent.url(&state()),
            "https://sellercentral.amazon.com/apps/authorize/consent?application_id=amzn1.sp.solution.1&state=sesame%2B1\
             &redirect_uri=https%3A%2F%2Fa.example%2Fb%3Fc%3Dd&version=beta"
        );
    }

    #[test]
    fn the_redirect_is_read_as_a_url_or_as_its_query() {
        let consent = Consent::of_seller(Marketplace::US, APP).unwrap().redirect_uri("https://a.example");
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
        let consent = Consent::of_seller(Marketplace::US, APP).unwrap();
        for (text, why) in [
            ("state=sesame%2B2&spapi_oauth_code=code1", "not the one"),
            ("state=sesame&spapi_oauth_code=code1", "not the one"),
            ("state=sesame%2B1%00&spapi_oauth_code=code1", "not the one"),
            ("state=&spapi_oauth_code=code1", "no state"),
            ("spapi_oauth_code=code1", "no state"),
            ("", "no URL was given"),
            ("https://a.example/back", "no state"),
            ("https://a.example/code1", "no state"),
            ("state=sesame%2B1&selling_partner_id=code1&spapi_oauth_code=", "no spapi_oauth_code"),
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
    fn a_refusal_is_told_apart_from_a_wrong_url() {
        let consent = Consent::of_seller(Marketplace::US, APP).unwrap();
        let error =
            consent.accept("state=sesame%2B1&error=access_denied&spapi_oauth_code=code1", &state()).unwrap_err();
        assert!(error.is_auth() && error.to_string().contains("answered access_denied"), "{error}");
        assert!(!format!("{error} {error:?}").contains("code1"));
        // Another page must not end a flow that it does not belong to.
        assert!(consent.accept("state=other&error=access_denied", &state()).unwrap_err().is_input());
        assert!(consent.accept("error=access_denied", &state()).unwrap_err().is_input());
    }

    #[test]
    fn an_endpoint_shows_its_own_page() {
        let at = |endpoint: &Endpoint| Consent::of_seller(Marketplace::DE, APP).unwrap().endpoint(endpoint);
        let url = |endpoint| at(&endpoint).unwrap().url(&state());
        let page = "/apps/authorize/consent?application_id=amzn1.sp.solution.1&state=sesame%2B1";
        for (base, begin) in [
            ("http://127.0.0.1:8042", "http://127.0.0.1:8042"),
            ("http://localhost:8042/eu/", "http://localhost:8042/eu"),
            ("https://sandbox.example", "https://sandbox.example"),
        ] {
            assert_eq!(url(Endpoint::custom(base)), format!("{begin}{page}"));
        }
        for endpoint in [Endpoint::Production, Endpoint::Sandbox] {
            assert_eq!(url(endpoint), format!("https://sellercentral-europe.amazon.com{page}"));
        }
        for wrong in
            ["http://sandbox.example", "sandbox", "https://user@sandbox.example", "https://sandbox.example?a=b"]
        {
            assert!(at(&Endpoint::custom(wrong)).unwrap_err().is_config(), "{wrong}");
        }
    }

    #[test]
    fn a_hostile_redirect_is_not_shown_and_its_length_is_limited() {
        let consent = Consent::of_seller(Marketplace::US, APP).unwrap();
        let long = format!("state=sesame%2B1&{}=1", "n".repeat(1_000_000));
        for text in [
            "state=sesame%2B1&%1b%5B31m=1&%0d%0aevil=2",
            "state=sesame%2B1&error=%1b%5B31m%0d%0aevil%e2%80%ae",
            "state=sesame%2B1&spapi_oauth_code=c&selling_partner_id=%1b%5D0;evil%07",
            "state=sesame%2B1&spapi_oauth_code=c&selling_partner_id=A1%0aevil",
            "state=sesame%2B1&spapi_oauth_code=c&selling_partner_id=A1%e2%80%aeevil",
            &long,
        ] {
            let error = consent.accept(text, &state()).unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.len() < 1000, "{} bytes", shown.len());
            let is_plain = shown.chars().all(|c| c.is_ascii_graphic() || c == ' ' || c == '\u{2019}');
            assert!(is_plain && !shown.contains("evil=2"), "{shown}");
        }
    }

    #[test]
    fn an_application_id_is_distinguished_from_other_ids() {
        for good in [
            "amzn1.sp.solution.1234abcd-12ab-34cd-56ef-1234567890ab",
            "amzn1.sellerapps.app.1234abcd-12ab-34cd-56ef-1234567890ab",
            " amzn1.sellerapps.app.2eca283f-9f5a-4d13-b16c-474EXAMPLE57\n",
        ] {
            let url = Consent::of_seller(Marketplace::DE, good).unwrap().url(&state());
            assert!(url.contains(&format!("application_id={}&", good.trim())), "{url}");
        }
        let endless = format!("amzn1.sp.solution.{}", "1".repeat(1000));
        for bad in [
            "",
            "abc",
            "amzn1.application-oa2-client.0123456789abcdef0123456789abcdef",
            "amzn1.oa2-cs.v1.0123",
            "amzn1.sp.solution.",
            "amzn1.sp.solution.1 2",
            "amzn1.sp.solution.1\u{1b}[31m",
            "amzn1.sp.solution.1&x=1",
            &endless,
        ] {
            for error in [Consent::of_seller(Marketplace::DE, bad), Consent::of_vendor(Marketplace::DE, bad)] {
                let shown = error.unwrap_err().to_string();
                assert!(shown.contains("the application id is ") && shown.contains("amzn1.sp.solution."), "{shown}");
                assert_eq!(shown.contains("is a client id"), bad.contains("oa2-client"), "{shown}");
                assert!(bad.len() < 20 || !shown.contains(bad), "{shown}");
            }
        }
    }
}

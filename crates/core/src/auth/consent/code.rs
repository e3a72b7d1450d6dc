//! The code that a seller brings back from Amazon's page.

use secrecy::SecretString;
use std::fmt;

/// The code that a seller brings back from Amazon's page. [`Client::authorize`](crate::Client::authorize) exchanges it,
/// once and within 5 minutes.
pub struct AuthorizationCode {
    pub(in crate::auth) code: SecretString,
    pub(in crate::auth) selling_partner_id: Option<String>,
    pub(in crate::auth) redirect_uri: Option<String>,
}

impl AuthorizationCode {
    /// The value of `spapi_oauth_code`, from a URL that you have read and whose state you have compared.
    /// [`Consent::accept`](super::Consent::accept) does both.
    pub fn new(code: impl Into<SecretString>) -> Self {
        Self { code: code.into(), selling_partner_id: None, redirect_uri: None }
    }

    /// Sets the value of `selling_partner_id`, which becomes the seller id of the credentials.
    pub fn with_selling_partner_id(mut self, id: impl Into<String>) -> Self {
        self.selling_partner_id = Some(id.into());
        self
    }

    /// Sets the redirect URI of the consent page's URL, if it had one: Amazon expects it again with the code.
    pub fn with_redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Amazon's id of the seller or vendor who has authorized the application.
    pub fn selling_partner_id(&self) -> Option<&str> {
        self.selling_partner_id.as_deref()
    }
}

/// Does not show the code.
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

    #[test]
    fn a_code_can_be_exchanged_by_itself() {
        let code = AuthorizationCode::new("c0de").with_selling_partner_id("A1").with_redirect_uri("https://a.example");
        assert_eq!(code.selling_partner_id(), Some("A1"));
        assert!(!format!("{code:?}").contains("c0de"));
    }
}

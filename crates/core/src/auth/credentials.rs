//! Who calls: an application, and the seller or vendor who has authorized it.

use super::store::{CredentialStore, StoreError};
use crate::error::{Error, ErrorKind};
use crate::future::BoxFuture;
use crate::hash::hash;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::future;

/// An application's client id and secret, and the refresh token with which a seller or vendor has authorized it.
///
/// `Debug` does not show the secrets. The memory of this value is wiped when it is dropped, and a
/// [`CredentialFile`](super::CredentialFile) wipes what it read or wrote. Other copies are not wiped: the environment
/// of the process, a `String` that you cloned instead of moving it here, and the buffers of the HTTP and TLS libraries.
#[derive(Clone)]
pub struct Credentials {
    pub(super) client_id: String,
    pub(super) client_secret: SecretString,
    pub(super) refresh_token: Option<SecretString>,
    pub(super) seller_id: Option<String>,
}

const ID: &str = "SPAPI_CLIENT_ID";
const SECRET: &str = "SPAPI_CLIENT_SECRET";
const TOKEN: &str = "SPAPI_REFRESH_TOKEN";
const SELLER: &str = "SPAPI_SELLER_ID";

impl Credentials {
    /// Credentials of an application and one seller's or vendor's refresh token.
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
        refresh_token: impl Into<SecretString>,
    ) -> Self {
        Self { refresh_token: Some(refresh_token.into()), ..Self::application(client_id, client_secret) }
    }

    /// Credentials of the application itself. They are enough for grantless operations, such as those of notification
    /// destinations, and for [`Client::authorize`](crate::Client::authorize). Calls for a seller fail with them.
    pub fn application(client_id: impl Into<String>, client_secret: impl Into<SecretString>) -> Self {
        Self { client_id: client_id.into(), client_secret: client_secret.into(), refresh_token: None, seller_id: None }
    }

    /// Sets Amazon's id of the seller or vendor, such as `A1B2C3D4E5F6G7`, whose quota counts the calls. Without it the
    /// refresh token identifies the seller, so that a seller who authorizes the application again counts as another
    /// one.
    pub fn with_seller_id(mut self, id: impl Into<String>) -> Self {
        self.seller_id = Some(id.into());
        self
    }

    /// Reads `SPAPI_CLIENT_ID`, `SPAPI_CLIENT_SECRET`, `SPAPI_REFRESH_TOKEN` and, if it is set, `SPAPI_SELLER_ID` from
    /// the environment. White space around the values is ignored. It does not read which server to call:
    /// [`Client::from_env`](crate::Client::from_env) reads both.
    ///
    /// # Errors
    /// When one of the first three is missing, empty or not Unicode. The error names all of these.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_seller_variables(&|name| std::env::var(name).ok())
    }

    /// Reads the credentials of the application itself, `SPAPI_CLIENT_ID` and `SPAPI_CLIENT_SECRET`, from the
    /// environment.
    ///
    /// # Errors
    /// The errors of [`from_env`](Self::from_env).
    pub fn application_from_env() -> Result<Self, Error> {
        Self::from_variables(&[ID, SECRET], |name| std::env::var(name).ok())
    }

    /// Reads the same variables from another source.
    pub(crate) fn from_seller_variables(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Error> {
        Self::from_variables(&[ID, SECRET, TOKEN], variable)
    }

    fn from_variables(required: &[&str], variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let value = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let missing: Vec<_> = required.iter().copied().filter(|name| value(name).is_none()).collect();
        if !missing.is_empty() {
            let message = format!("the environment lacks {}", missing.join(", "));
            let application = missing.iter().any(|name| *name != TOKEN).then_some(
                "The client id and secret are on the application's page in Seller Central or the developer portal (LWA \
                 credentials).",
            );
            let seller = missing
                .contains(&TOKEN)
                .then_some("The refresh token is shown when a seller authorizes the application.");
            let hint = application.into_iter().chain(seller).collect::<Vec<_>>().join(" ");
            return Err(Error::new(ErrorKind::Config, message).with_hint(hint));
        }
        let of_seller = |name| value(name).filter(|_| required.contains(&TOKEN));
        Ok(Self {
            client_id: value(ID).unwrap_or_default(),
            client_secret: value(SECRET).unwrap_or_default().into(),
            refresh_token: of_seller(TOKEN).map(Into::into),
            seller_id: of_seller(SELLER),
        })
    }

    /// The application's client id.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The client secret, to save.
    pub fn client_secret(&self) -> &SecretString {
        &self.client_secret
    }

    /// The id of the seller or vendor, if it was given.
    pub fn seller_id(&self) -> Option<&str> {
        self.seller_id.as_deref()
    }

    /// The refresh token, to save. It does not expire, and together with the client secret it opens the seller's data.
    /// `None` if the credentials are those of the application itself.
    pub fn refresh_token(&self) -> Option<&SecretString> {
        self.refresh_token.as_ref()
    }

    /// The name under which the seller's or vendor's quotas are counted.
    pub(super) fn seller_key(&self) -> String {
        match (&self.seller_id, &self.refresh_token) {
            (Some(id), _) => format!("seller {id}"),
            (None, Some(token)) => format!("token {}", hash(token.expose_secret())),
            (None, None) => "nobody".to_owned(),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id)
            .field("seller_id", &self.seller_id)
            .finish_non_exhaustive()
    }
}

/// Credentials that do not change.
impl CredentialStore for Credentials {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, StoreError>> {
        Box::pin(future::ready(Ok(self.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_has_all_credentials() {
        let read =
            |required: &[&str]| Credentials::from_variables(required, |name| Some(format!(" {name}-value\n"))).unwrap();
        let credentials = read(&[ID, SECRET, TOKEN]);
        assert_eq!(credentials.client_id(), "SPAPI_CLIENT_ID-value");
        assert_eq!(credentials.client_secret.expose_secret(), "SPAPI_CLIENT_SECRET-value");
        assert_eq!(credentials.refresh_token().unwrap().expose_secret(), "SPAPI_REFRESH_TOKEN-value");
        assert_eq!(credentials.seller_id(), Some("SPAPI_SELLER_ID-value"));
        let shown = format!("{credentials:?} {credentials:#?}");
        assert!(!shown.contains("SECRET") && !shown.contains("REFRESH"), "{shown}");
        let application = read(&[ID, SECRET]);
        assert!(application.refresh_token().is_none() && application.seller_id().is_none());
    }

    #[test]
    fn a_missing_variable_is_named() {
        let names = &[ID, SECRET, TOKEN];
        let one = Credentials::from_variables(names, |name| (name != TOKEN).then(|| "secret-x".into()));
        let error = one.unwrap_err();
        assert!(error.is_config());
        let shown = error.to_string();
        assert!(shown.starts_with("the environment lacks SPAPI_REFRESH_TOKEN. The refresh token is shown"), "{shown}");
        let application = Credentials::from_variables(&[ID, SECRET], |_| None).unwrap_err().to_string();
        assert!(
            application.contains("The client id and secret are on") && !application.contains("refresh"),
            "{application}"
        );
        assert!(!shown.contains("secret-x"));
        let all = Credentials::from_variables(names, |_| Some(" ".into())).unwrap_err().to_string();
        assert!(all.contains("SPAPI_CLIENT_ID, SPAPI_CLIENT_SECRET, SPAPI_REFRESH_TOKEN"), "{all}");
    }

    #[test]
    fn sellers_are_distinguished_by_id_or_by_token_and_the_token_is_not_shown() {
        let seller = |token: &str| Credentials::new("app", "secret", token);
        assert_eq!(seller("one").with_seller_id("A1").seller_key(), seller("two").with_seller_id("A1").seller_key());
        assert_ne!(seller("one").seller_key(), seller("two").seller_key());
        assert!(!seller("Atzr|one").seller_key().contains("one"));
    }
}

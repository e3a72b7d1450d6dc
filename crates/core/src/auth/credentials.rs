//! Who calls, and for whom.

use crate::error::{Error, Kind};
use secrecy::SecretString;
use std::fmt;

/// An application's client id and secret, and the refresh token with which a seller or vendor has authorized it.
///
/// The secrets do not show in `Debug` and are wiped from memory when dropped.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
    pub(crate) refresh_token: SecretString,
}

impl Credentials {
    /// Credentials of an application and one seller's or vendor's refresh token.
    pub fn new(
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
        refresh_token: impl Into<SecretString>,
    ) -> Self {
        Self { client_id: client_id.into(), client_secret: client_secret.into(), refresh_token: refresh_token.into() }
    }

    /// Reads `SPAPI_CLIENT_ID`, `SPAPI_CLIENT_SECRET` and `SPAPI_REFRESH_TOKEN` from the environment. White space
    /// around them is left out.
    ///
    /// # Errors
    /// When one is missing, empty or not Unicode. The error names all that are.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        const NAMES: [&str; 3] = ["SPAPI_CLIENT_ID", "SPAPI_CLIENT_SECRET", "SPAPI_REFRESH_TOKEN"];
        let values = NAMES.map(|name| variable(name).unwrap_or_default().trim().to_owned());
        let missing: Vec<_> = NAMES.into_iter().zip(&values).filter(|(_, value)| value.is_empty()).collect();
        if !missing.is_empty() {
            let names: Vec<_> = missing.into_iter().map(|(name, _)| name).collect();
            let message = format!("the environment lacks {}", names.join(", "));
            return Err(Error::new(Kind::Config, message).with_hint(
                "The client id and secret are on the application's page in Seller Central or the developer portal \
                 (LWA credentials); the refresh token is shown when a seller authorizes the application.",
            ));
        }
        let [client_id, client_secret, refresh_token] = values;
        Ok(Self::new(client_id, client_secret, refresh_token))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn the_environment_gives_all_three() {
        let credentials = Credentials::from_variables(|name| Some(format!(" {name}-value\n"))).unwrap();
        assert_eq!(credentials.client_id, "SPAPI_CLIENT_ID-value");
        assert_eq!(credentials.client_secret.expose_secret(), "SPAPI_CLIENT_SECRET-value");
        assert_eq!(credentials.refresh_token.expose_secret(), "SPAPI_REFRESH_TOKEN-value");
        let shown = format!("{credentials:?} {credentials:#?}");
        assert!(!shown.contains("SECRET") && !shown.contains("REFRESH"), "{shown}");
    }

    #[test]
    fn what_is_missing_is_named() {
        let one = Credentials::from_variables(|name| (name != "SPAPI_REFRESH_TOKEN").then(|| "secret-x".into()));
        let error = one.unwrap_err();
        assert!(error.is_config());
        let shown = error.to_string();
        assert!(shown.starts_with("the environment lacks SPAPI_REFRESH_TOKEN. The client id"), "{shown}");
        assert!(!shown.contains("secret-x"));
        let all = Credentials::from_variables(|_| Some(" ".into())).unwrap_err().to_string();
        assert!(all.contains("SPAPI_CLIENT_ID, SPAPI_CLIENT_SECRET, SPAPI_REFRESH_TOKEN"), "{all}");
    }
}

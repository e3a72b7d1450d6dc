//! Where the credentials of a connection are.

use super::keys::{Keys, shown};
use serde_json::Value;
use spapi_core::auth::{CredentialFile, CredentialStore, StoreError};
use spapi_core::{BoxFuture, Credentials, Error};
use std::fmt;
use std::path::{Path, PathBuf};

/// Where the credentials of a connection are. `Debug` shows none.
#[derive(Clone)]
#[non_exhaustive]
pub enum CredentialSource {
    /// In a file that only its owner can read, as [`CredentialFile`] describes it.
    File(PathBuf),
    /// In the environment, as [`Credentials::from_env`] reads them.
    Environment,
    /// In variables of the environment that the connection names.
    Variables {
        /// The application's client id, or the variable that has it.
        client_id: Reference,
        /// The variable that has the client secret.
        client_secret: String,
        /// The variable that has the refresh token.
        refresh_token: String,
    },
    /// In the configuration itself, as Airbyte passes them.
    Given(Credentials),
}

/// A value, or the variable of the environment that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reference {
    /// The value.
    Value(String),
    /// The name of the variable.
    Variable(String),
}

impl CredentialSource {
    /// The credentials, for the builder of a client. A file is read again for each access token.
    ///
    /// # Errors
    /// When the file cannot be used, or a variable is missing or empty.
    pub fn open(&self) -> Result<impl CredentialStore + use<>, Error> {
        self.open_with(&|name| std::env::var(name).ok())
    }

    fn open_with(&self, variable: &dyn Fn(&str) -> Option<String>) -> Result<Opened, Error> {
        let value = |name: &str| {
            let value = variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
            value.ok_or_else(|| {
                Error::new(spapi_core::ErrorKind::Config, format!("the environment lacks {name}"))
                    .with_hint("The connection names this variable. Set it, or name another one.")
            })
        };
        Ok(match self {
            Self::File(path) => Opened::File(CredentialFile::open(path)?),
            Self::Environment => Opened::Fixed(Credentials::from_env()?),
            Self::Variables { client_id, client_secret, refresh_token } => {
                let client_id = match client_id {
                    Reference::Value(id) => id.clone(),
                    Reference::Variable(name) => value(name)?,
                };
                Opened::Fixed(Credentials::new(client_id, value(client_secret)?, value(refresh_token)?))
            }
            Self::Given(credentials) => Opened::Fixed(credentials.clone()),
        })
    }
}

/// Credentials that were found.
enum Opened {
    File(CredentialFile),
    Fixed(Credentials),
}

impl CredentialStore for Opened {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, StoreError>> {
        match self {
            Self::File(file) => file.credentials(),
            Self::Fixed(credentials) => credentials.credentials(),
        }
    }
}

impl fmt::Debug for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Environment => f.write_str("Environment"),
            Self::Variables { .. } => f.debug_struct("Variables").finish_non_exhaustive(),
            Self::Given(_) => f.debug_tuple("Given").finish_non_exhaustive(),
        }
    }
}

const CLIENT_ID: &[&str] = &["lwa_client_id", "lwa_app_id"];
const CLIENT_SECRET: &[&str] = &["lwa_client_secret"];
const REFRESH_TOKEN: &[&str] = &["refresh_token"];
const FILE: &[&str] = &["credentials_file"];

/// Reads the source of a file of ours, in which no secret may stand. A file is relative to `folder`.
pub(super) fn read(keys: &mut Keys<'_>, folder: &Path) -> Result<CredentialSource, Error> {
    let file = keys.text(FILE)?;
    let id = keys.take(CLIENT_ID)?;
    let secret = variable(keys, CLIENT_SECRET)?;
    let token = variable(keys, REFRESH_TOKEN)?;
    match (file, id, secret, token) {
        (None, None, None, None) => Ok(CredentialSource::Environment),
        (Some((_, file)), None, None, None) => Ok(CredentialSource::File(folder.join(file))),
        (Some((key, _)), ..) => Err(keys.wrong(
            key,
            "the file has the client id, the client secret and the refresh token, and the connection names one too",
            "Remove either the file or the three others.",
        )),
        (None, Some((key, id)), Some(client_secret), Some(refresh_token)) => {
            let client_id = match id {
                Value::String(id) => {
                    if let Some(what) = not_a_client_id(&id) {
                        return Err(keys.wrong(key, what, "Write the client id of the application's LWA credentials."));
                    }
                    Reference::Value(id.trim().to_owned())
                }
                other => Reference::Variable(variable_of(keys, key, other)?),
            };
            Ok(CredentialSource::Variables { client_id, client_secret, refresh_token })
        }
        _ => Err(keys.wrong(
            CLIENT_ID[0],
            "of lwa_client_id, lwa_client_secret and refresh_token some are here and some are missing",
            "Name all three, or a credentials_file, or none of them for the environment's SPAPI_CLIENT_ID, \
             SPAPI_CLIENT_SECRET and SPAPI_REFRESH_TOKEN.",
        )),
    }
}

/// Reads the credentials that an Airbyte configuration contains.
pub(super) fn read_given(keys: &mut Keys<'_>) -> Result<CredentialSource, Error> {
    let (_, id) = keys.required_text(&["lwa_app_id"])?;
    let (_, secret) = keys.required_text(&["lwa_client_secret"])?;
    let (_, token) = keys.required_text(&["refresh_token"])?;
    Ok(CredentialSource::Given(Credentials::new(id, secret, token)))
}

/// The name of the variable that has a secret.
fn variable(keys: &mut Keys<'_>, names: &[&'static str]) -> Result<Option<String>, Error> {
    let Some((key, value)) = keys.take(names)? else { return Ok(None) };
    variable_of(keys, key, value).map(Some)
}

fn variable_of(keys: &Keys<'_>, key: &str, value: Value) -> Result<String, Error> {
    let hint = format!(
        "Write {key} = {{ env = \"NAME\" }} with the name of a variable of the environment, or move the credentials to a \
         credentials_file."
    );
    match value {
        Value::Object(mut table) => match (table.remove("env"), table.is_empty()) {
            (Some(Value::String(name)), true) if !name.trim().is_empty() => Ok(name.trim().to_owned()),
            _ => Err(keys.wrong(key, "it names no variable", hint)),
        },
        _ => Err(keys.wrong(key, "it stands in the file, where secrets must not be", hint)),
    }
}

/// Why a text cannot be a client id.
fn not_a_client_id(text: &str) -> Option<String> {
    let is_app_id = text.starts_with("amzn1.sp.solution.") || text.starts_with("amzn1.sellerapps.");
    match is_app_id || text.starts_with("Atzr|") || text.starts_with("amzn1.oa2-cs.") {
        true => Some(format!("{} is not a client id, which begins with amzn1.application-oa2-client.", shown(text))),
        false => None,
    }
}

/// Why a text cannot be an app id.
pub(super) fn not_an_app_id(text: &str) -> Option<String> {
    let is_client_id = text.starts_with("amzn1.application-oa2-client.");
    match is_client_id || text.starts_with("Atzr|") || text.starts_with("amzn1.oa2-cs.") {
        true if is_client_id => Some("it is the LWA client id, which is another id than the app id".to_owned()),
        true => Some(format!("{} is not an app id", shown(text))),
        false => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_when_the_source_is_opened_and_a_missing_one_is_named() {
        let source = CredentialSource::Variables {
            client_id: Reference::Variable("ID".to_owned()),
            client_secret: "SECRET".to_owned(),
            refresh_token: "TOKEN".to_owned(),
        };
        assert!(source.open_with(&|name| Some(format!("{name}-x"))).is_ok());
        let Err(error) = source.open_with(&|name| (name != "TOKEN").then(|| "secret-x".to_owned())) else {
            panic!("a variable is missing")
        };
        let error = error.to_string();
        assert!(error.contains("the environment lacks TOKEN") && !error.contains("secret-x"), "{error}");
        let given = CredentialSource::Given(Credentials::new("id", "secret-y", "token-y"));
        assert!(!format!("{given:?}").contains("-y"));
    }
}

//! Restricted data tokens, which give access to buyers' personal data for one method and path.

use super::login;
use super::token::Token;
use crate::DataElement;
use crate::error::{Error, ErrorKind};
use crate::operation::Operation;
use http::Method;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

/// What one restricted data token gives access to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Resource {
    method: Method,
    path: String,
    data: Vec<DataElement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    restricted_data_token: SecretString,
    #[serde(default)]
    expires_in: serde_json::Value,
}

/// How long such a token is valid if the answer does not say.
const USUAL_LIFE: u64 = 3600;

impl Resource {
    /// What a call opens with a token: the operation's path for all of its resources, or the one path that it calls.
    pub(crate) fn new(operation: &Operation, data: Vec<DataElement>, called_path: &str) -> Self {
        let is_generic = operation.restricted.is_some_and(|restricted| !restricted.by_resource);
        let path = if is_generic { &*operation.path } else { called_path };
        Self { method: operation.method.clone(), path: path.to_owned(), data }
    }

    /// The body of the call that asks for the token.
    pub(crate) fn token_request(&self) -> Value {
        let mut resource = json!({ "method": self.method.as_str(), "path": self.path });
        if !self.data.is_empty() {
            resource["dataElements"] = self.data.iter().map(|element| element.as_str()).collect();
        }
        json!({ "restrictedResources": [resource] })
    }

    /// The token in the answer to that call.
    pub(crate) fn token(answer: &[u8], asked_at: SystemTime) -> Result<Token, Error> {
        let unusable = || Error::new(ErrorKind::Login, "the answer holds no usable restricted data token");
        let answer: Answer = crate::json::read(answer).map_err(|_| unusable())?;
        let life = Duration::from_secs(login::seconds(&answer.expires_in).unwrap_or(USUAL_LIFE));
        Token::new(answer.restricted_data_token.expose_secret(), asked_at, life).ok_or_else(unusable)
    }
}

/// Validates the data elements for the operation, and sorts them, so that another order does not need another token.
pub(crate) fn validate_data_elements(
    operation: &Operation,
    mut data: Vec<DataElement>,
) -> Result<Vec<DataElement>, Error> {
    data.sort_unstable();
    data.dedup();
    // A call by path has no metadata.
    if operation.id.is_empty() {
        return Ok(data);
    }
    let Some(restricted) = operation.restricted else {
        let message = "it is not a restricted operation, so there is no restricted data token for it";
        return Err(Error::new(ErrorKind::Input, message).with_hint(
            "Nothing was sent. If the application's role alone gives access to buyers' data, as for searchOrders with \
             includedData BUYER and RECIPIENT, no token is needed.",
        ));
    };
    let refused = |message: &str| Err(Error::new(ErrorKind::Input, message).with_hint("Nothing was sent."));
    if let Some(element) = data.iter().find(|element| !restricted.data_elements.contains(element)) {
        return refused(&format!("it has no restricted data element {}", element.as_str()));
    }
    if data.is_empty() && !restricted.data_elements.is_empty() {
        let names: Vec<_> = restricted.data_elements.iter().map(|element| element.as_str()).collect();
        return refused(&format!("the request for restricted data does not say which of {}", names.join(", ")));
    }
    Ok(data)
}

use serde::{Deserialize, Serialize};

/// The payload of `APPLICATION_OAUTH_CLIENT_NEW_SECRET`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ApplicationOauthClientNewSecret {
    /// `clientId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// `newClientSecret`.
    #[serde(skip_serializing)]
    pub new_client_secret: Option<crate::Secret>,
    /// `newClientSecretExpiryTime`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_client_secret_expiry_time: Option<spapi_types::DateTime>,
    /// `oldClientSecretExpiryTime`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_client_secret_expiry_time: Option<spapi_types::DateTime>,
}

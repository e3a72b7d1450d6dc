use serde::{Deserialize, Serialize};

/// The payload of `APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct ApplicationOauthClientSecretExpiry {
    /// `clientId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// `clientSecretExpiryTime`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret_expiry_time: Option<spapi_types::DateTime>,
    /// `clientSecretExpiryReason`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret_expiry_reason: Option<String>,
}

//! The reasons for which Login with Amazon refuses a token.

spapi_types::open_enum! {
    /// Why Login with Amazon refused a token.
    pub enum LoginCode {
        /// The refresh token is revoked, expired, or belongs to another application.
        InvalidGrant = "invalid_grant",
        /// The client id or the client secret is wrong, or the secret was rotated.
        InvalidClient = "invalid_client",
        /// The application may not use this grant or token.
        UnauthorizedClient = "unauthorized_client",
        /// The scope is unknown or not granted.
        InvalidScope = "invalid_scope",
        /// The request lacks a parameter.
        InvalidRequest = "invalid_request",
        /// The grant type is wrong.
        UnsupportedGrantType = "unsupported_grant_type",
        /// Amazon's server failed.
        ServerError = "server_error",
    }
}

//! What Login with Amazon says when it refuses.

spapi_types::open_enum! {
    /// What Login with Amazon says is wrong.
    pub enum LoginCode {
        /// The refresh token is revoked, expired, or another application's.
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
        /// The fault is on Amazon's side.
        ServerError = "server_error",
    }
}

//! Stores of your own for credentials and access tokens.

use super::credentials::Credentials;
use crate::future::BoxFuture;
use secrecy::SecretString;
use std::any::Any;
use std::fmt;
use std::future::ready;
use std::time::SystemTime;

/// Why a store failed. It becomes the source of an error or is logged, so it must not contain a secret.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Returns the credentials of one seller or vendor from a vault, a database or a file.
///
/// A client asks it before each request for an access token, about once an hour. So a client secret or refresh token
/// that you replace there is used from then on, without a restart. [`Credentials`] are a store that always returns
/// itself, and a [`CredentialFile`](super::CredentialFile) reads a file.
///
/// ```
/// use spapi_core::auth::{BoxFuture, CredentialStore, Credentials, StoreError};
///
/// /// Keeps the secret in a vault.
/// struct Vault;
///
/// impl CredentialStore for Vault {
///     fn credentials(&self) -> BoxFuture<'_, Result<Credentials, StoreError>> {
///         Box::pin(async { Ok(Credentials::new("the client id", read("secret").await?, read("token").await?)) })
///     }
/// }
///
/// async fn read(name: &str) -> Result<String, StoreError> {
///     # Ok(name.to_owned())
/// }
///
/// # fn f() -> Result<(), spapi_core::Error> {
/// let spapi = spapi_core::Client::builder(spapi_core::Marketplace::JP).credentials(Vault).build()?;
/// # Ok(()) }
/// ```
pub trait CredentialStore: Send + Sync + 'static {
    /// The current credentials. They may change, but must stay those of one application and one seller.
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, StoreError>>;
}

/// Keeps access tokens for several processes, or from one run to the next, so that they share tokens.
///
/// A client keeps its tokens in memory too, and asks the store only if none of them is valid. If the store fails, the
/// client logs a warning and continues without it. Restricted data tokens are not kept here.
///
/// ```
/// use spapi_core::auth::{AccessToken, BoxFuture, ExposeSecret, StoreError, TokenStore};
/// use std::time::{Duration, UNIX_EPOCH};
///
/// /// Keeps tokens in a database, as text and as seconds since 1970.
/// struct Table;
///
/// impl TokenStore for Table {
///     fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, StoreError>> {
///         Box::pin(async move {
///             let row = select(key).await?;
///             Ok(row.map(|(token, seconds)| AccessToken::new(token, UNIX_EPOCH + Duration::from_secs(seconds))))
///         })
///     }
///
///     fn save<'a>(&'a self, key: &'a str, token: &'a AccessToken) -> BoxFuture<'a, Result<(), StoreError>> {
///         Box::pin(async move {
///             let seconds = token.expires_at.duration_since(UNIX_EPOCH)?.as_secs();
///             upsert(key, token.token.expose_secret(), seconds).await
///         })
///     }
/// }
/// # async fn select(_: &str) -> Result<Option<(String, u64)>, StoreError> { Ok(None) }
/// # async fn upsert(_: &str, _: &str, _: u64) -> Result<(), StoreError> { Ok(()) }
/// ```
pub trait TokenStore: Send + Sync + 'static {
    /// The token kept under the key, if there is one. The store need not check whether it has expired.
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, StoreError>>;

    /// Replaces the token kept under the key. The key is 32 hexadecimal digits: a hash of application, seller and
    /// scope, which is the same in every process.
    fn save<'a>(&'a self, key: &'a str, token: &'a AccessToken) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Removes the token kept under the key, if there is one: Login with Amazon refused to renew it, because the seller
    /// revoked the authorization or the application's secret is no longer valid. By default it stays until it is replaced.
    fn remove<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(ready(Ok(())))
    }

    /// Waits until no other process renews the token under this key, and keeps the others waiting until the value is
    /// dropped. The client then loads the token once more, since the process before it may have saved a new one, and
    /// renews it only if that is not valid.
    ///
    /// `None`, as by default, if the store has no locks: then two processes may renew a token at the same time, which
    /// Amazon allows. After an error the client continues without the lock.
    fn lock<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, Result<Option<TokenLock>, StoreError>> {
        Box::pin(ready(Ok(None)))
    }
}

/// A lock of a [`TokenStore`]. It is free when this value is dropped.
pub struct TokenLock(#[expect(dead_code, reason = "held to be dropped")] Box<dyn Any + Send + Sync>);

impl TokenLock {
    /// A lock that is free when `guard` is dropped.
    pub fn new(guard: impl Any + Send + Sync) -> Self {
        Self(Box::new(guard))
    }
}

impl fmt::Debug for TokenLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenLock")
    }
}

/// An access token and when it expires.
#[derive(Clone)]
#[non_exhaustive]
pub struct AccessToken {
    /// The token, as it is sent.
    pub token: SecretString,
    /// When it expires.
    pub expires_at: SystemTime,
}

impl AccessToken {
    /// A token that is valid until then.
    pub fn new(token: impl Into<SecretString>, expires_at: SystemTime) -> Self {
        Self { token: token.into(), expires_at }
    }
}

/// Does not show the token.
impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

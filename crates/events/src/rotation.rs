//! Takes over a client secret that was changed (features `consume` and `setup`).
//!
//! After `rotateApplicationClientSecret`, or a rotation in the developer console, Amazon sends the new secret by the notification
//! `APPLICATION_OAUTH_CLIENT_NEW_SECRET`, to the queue that the console has for the application. [`SecretRotation`] is the handler
//! that puts it where your programs read it: in [`CredentialFile`]s, in [`RotatingCredentials`] of this process, or in a store of
//! your own. Clients ask there before each request for an access token, so they go on without a restart. The old secret is valid
//! for a while after the change.

use crate::consume::{BoxFuture, Delivery, Handler, HandlerError};
use crate::payloads::application_oauth_client_new_secret::ApplicationOauthClientNewSecret;
use crate::payloads::application_oauth_client_secret_expiry::ApplicationOauthClientSecretExpiry;
use spapi_core::auth::{CredentialFile, CredentialStore, Credentials, SecretString, StoreError};
use spapi_core::{DateTime, Error};
use spapi_types::text::printable;
use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;
use tokio::sync::Mutex;

/// The two notification types that it handles, for [`Router::on_types`](crate::consume::Router::on_types).
pub const SECRET_TYPES: &[&str] = &["APPLICATION_OAUTH_CLIENT_NEW_SECRET", "APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY"];

/// A place that holds the secret of an application, in which a new one replaces it.
pub trait SecretKeeper: Send + Sync + 'static {
    /// Replaces the secret of this application. Returns whether the place holds it, or has held the new one already. An error must
    /// not contain a secret.
    fn replace<'a>(&'a self, client_id: &'a str, secret: &'a SecretString) -> BoxFuture<'a, Result<bool, StoreError>>;
}

/// The handler of changed client secrets.
///
/// A notification about a secret that none of its places holds is a failure, so that it stays in the queue. So is one after which a
/// place cannot be written. A notification that a secret will expire is logged as a warning.
///
/// ```no_run
/// use spapi_events::consume::{Consumer, FolderQueue, Router};
/// use spapi_events::rotation::{RotatingCredentials, SECRET_TYPES, SecretRotation};
///
/// # async fn f(credentials: spapi_core::Credentials) -> Result<(), Box<dyn std::error::Error>> {
/// let credentials = RotatingCredentials::new(credentials);
/// let client = spapi_core::Client::builder(spapi_core::Marketplace::DE).credentials(credentials.clone()).build()?;
/// let rotation = SecretRotation::new().keeper(credentials).file("seller.json");
/// let router = Router::new().on_types(SECRET_TYPES, rotation).ignore_others();
/// Consumer::new(FolderQueue::open("notifications")?, router).run(std::future::pending()).await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
pub struct SecretRotation {
    keepers: Vec<Arc<dyn SecretKeeper>>,
    /// When the secret of an application was changed last, so that an older notification does not bring an older one back.
    newest: Arc<Mutex<HashMap<String, SystemTime>>>,
}

impl SecretRotation {
    /// A handler without a place.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a place that holds the secret.
    pub fn keeper(mut self, keeper: impl SecretKeeper) -> Self {
        self.keepers.push(Arc::new(keeper));
        self
    }

    /// Adds a [`CredentialFile`]. It is read when a secret has changed, and replaced in one step.
    pub fn file(self, path: impl Into<PathBuf>) -> Self {
        self.keeper(SecretFile(path.into()))
    }

    async fn rotate(&self, delivery: &Delivery, new: &ApplicationOauthClientNewSecret) -> Result<(), HandlerError> {
        let (Some(client_id), Some(secret)) = (&new.client_id, &new.new_client_secret) else {
            return Err(HandlerError::new("the notification of a new client secret has no client id or no secret"));
        };
        if secret.expose().trim().is_empty() {
            return Err(HandlerError::new("the notification of a new client secret has an empty one"));
        }
        let shown = printable(client_id).up_to(100);
        // Two notifications about one application must not overtake each other.
        let mut newest = self.newest.lock().await;
        let time = delivery.event_time.as_ref().map(DateTime::to_system_time).and_then(Result::ok);
        if let (Some(time), Some(last)) = (time, newest.get(client_id)) {
            if time < *last {
                tracing::info!(client_id = %shown, "an older change of the client secret was left out");
                return Ok(());
            }
        }
        let secret = SecretString::from(secret.expose().trim());
        let mut is_held = false;
        for keeper in &self.keepers {
            is_held |= keeper.replace(client_id, &secret).await.map_err(HandlerError::new)?;
        }
        if !is_held {
            return Err(HandlerError::new(format!("no place here holds the secret of the application {shown}")));
        }
        newest.extend(time.map(|time| (client_id.clone(), time)));
        tracing::info!(client_id = %shown, "the client secret was changed");
        Ok(())
    }
}

impl Handler for SecretRotation {
    fn handle(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), HandlerError>> {
        Box::pin(async move {
            if let Some(new) = delivery.payload_as::<ApplicationOauthClientNewSecret>() {
                return self.rotate(&delivery, new).await;
            }
            if let Some(expiry) = delivery.payload_as::<ApplicationOauthClientSecretExpiry>() {
                let client_id = printable(expiry.client_id.as_deref().unwrap_or_default()).up_to(100).to_string();
                let expires = expiry.client_secret_expiry_time.as_ref().map(DateTime::as_str).unwrap_or_default();
                tracing::warn!(client_id, expires, "the client secret will expire; rotate it before");
                return Ok(());
            }
            Err(HandlerError::new("the notification is not one about a client secret"))
        })
    }
}

impl fmt::Debug for SecretRotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretRotation").field("keepers", &self.keepers.len()).finish_non_exhaustive()
    }
}

/// The credentials with another secret.
fn with_secret(credentials: &Credentials, secret: &SecretString) -> Credentials {
    let changed = match credentials.refresh_token() {
        Some(token) => Credentials::new(credentials.client_id(), secret.clone(), token.clone()),
        None => Credentials::application(credentials.client_id(), secret.clone()),
    };
    match credentials.seller_id() {
        Some(id) => changed.with_seller_id(id),
        None => changed,
    }
}

/// Credentials in a file.
struct SecretFile(PathBuf);

impl SecretKeeper for SecretFile {
    fn replace<'a>(&'a self, client_id: &'a str, secret: &'a SecretString) -> BoxFuture<'a, Result<bool, StoreError>> {
        let (path, client_id, secret) = (self.0.clone(), client_id.to_owned(), secret.clone());
        Box::pin(async move {
            let replace = move || -> Result<bool, Error> {
                let credentials = CredentialFile::open(&path)?.read()?;
                if credentials.client_id() != client_id {
                    return Ok(false);
                }
                CredentialFile::save(&path, &with_secret(&credentials, &secret))?;
                Ok(true)
            };
            Ok(tokio::task::spawn_blocking(replace).await??)
        })
    }
}

/// Credentials of this process whose secret a [`SecretRotation`] replaces. Clones share the secret, so that one is for the client
/// and one for the handler.
#[derive(Clone)]
pub struct RotatingCredentials(Arc<RwLock<Credentials>>);

impl RotatingCredentials {
    /// These credentials, until their secret is replaced.
    pub fn new(credentials: Credentials) -> Self {
        Self(Arc::new(RwLock::new(credentials)))
    }
}

impl CredentialStore for RotatingCredentials {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, StoreError>> {
        let credentials = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        Box::pin(std::future::ready(Ok(credentials)))
    }
}

impl SecretKeeper for RotatingCredentials {
    fn replace<'a>(&'a self, client_id: &'a str, secret: &'a SecretString) -> BoxFuture<'a, Result<bool, StoreError>> {
        let mut credentials = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let is_ours = credentials.client_id() == client_id;
        if is_ours {
            *credentials = with_secret(&credentials, secret);
        }
        Box::pin(std::future::ready(Ok(is_ours)))
    }
}

impl fmt::Debug for RotatingCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.read().unwrap_or_else(PoisonError::into_inner).fmt(f)
    }
}

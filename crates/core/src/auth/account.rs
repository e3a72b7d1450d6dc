//! One seller's or vendor's part of a client: the identity, and the tokens to call with.

use super::credentials::Credentials;
use super::login::{Grant, Login};
use super::restricted::Resource;
use super::store::{CredentialStore, TokenStore};
use super::token::{Slot, Token};
use crate::Error;
use crate::error::ErrorKind;
use crate::hash::hash;
use spapi_types::text::printable;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OnceCell;

/// The tokens of one seller or vendor: for the authorization itself, for each grantless scope and for restricted data.
pub(crate) struct Account {
    login: Arc<Login>,
    credentials: Box<dyn CredentialStore>,
    store: Option<Arc<dyn TokenStore>>,
    identity: OnceCell<Identity>,
    seller: Slot,
    scopes: Mutex<HashMap<&'static str, Arc<Slot>>>,
    restricted: Mutex<HashMap<Resource, Arc<Slot>>>,
}

/// The identity under which calls are counted. It holds no secret.
pub(crate) struct Identity {
    pub application: Arc<str>,
    pub seller: Arc<str>,
    /// Amazon's id of the seller or vendor, if the credentials have it.
    pub seller_id: Option<Arc<str>>,
}

impl Account {
    pub(crate) fn new(
        login: Arc<Login>,
        credentials: Box<dyn CredentialStore>,
        store: Option<Arc<dyn TokenStore>>,
    ) -> Self {
        Self {
            login,
            credentials,
            store,
            identity: OnceCell::new(),
            seller: Slot::default(),
            scopes: Mutex::default(),
            restricted: Mutex::default(),
        }
    }

    /// An account of the same or another application, with its own credentials and tokens.
    pub(crate) fn with_credentials(&self, credentials: Box<dyn CredentialStore>) -> Self {
        Self::new(Arc::clone(&self.login), credentials, self.store.clone())
    }

    /// The identity. It is read once, so that a new refresh token does not start a new count.
    pub(crate) async fn identity(&self) -> Result<&Identity, Error> {
        let read = async || {
            let credentials = self.credentials().await?;
            Ok(Identity {
                application: credentials.client_id().into(),
                seller: credentials.seller_key().into(),
                seller_id: credentials.seller_id().map(Into::into),
            })
        };
        self.identity.get_or_try_init(read).await
    }

    /// The seller's access token, but not `refused`, which Amazon has refused.
    pub(crate) async fn seller_token(
        &self,
        refused: Option<&Arc<Token>>,
        longest_wait: Duration,
    ) -> Result<Arc<Token>, Error> {
        let renew = async {
            let credentials = self.credentials().await?;
            let Some(refresh_token) = credentials.refresh_token() else {
                let message =
                    "the credentials are only the application's, and this call needs a seller's authorization";
                return Err(Error::new(ErrorKind::Login, message)
                    .with_hint("Nothing was sent. Use credentials with a refresh token."));
            };
            let grant = Grant::Seller { refresh_token };
            self.renewed(&credentials, &credentials.seller_key(), refused, grant, longest_wait).await
        };
        self.seller.token(&*self.login.clock, refused, renew).await
    }

    /// An access token of a grantless scope.
    pub(crate) async fn scope_token(
        &self,
        scope: &'static str,
        refused: Option<&Arc<Token>>,
        longest_wait: Duration,
    ) -> Result<Arc<Token>, Error> {
        let slot = Arc::clone(lock(&self.scopes).entry(scope).or_default());
        let renew = async {
            let credentials = self.credentials().await?;
            self.renewed(&credentials, &format!("scope {scope}"), refused, Grant::Scope(scope), longest_wait).await
        };
        slot.token(&*self.login.clock, refused, renew).await
    }

    /// A restricted data token. `mint` gets a new one if there is none.
    pub(crate) async fn restricted_token(
        &self,
        resource: &Resource,
        refused: Option<&Arc<Token>>,
        mint: impl Future<Output = Result<Token, Error>>,
    ) -> Result<Arc<Token>, Error> {
        let slot = {
            let mut slots = lock(&self.restricted);
            match slots.get(resource) {
                Some(slot) => Arc::clone(slot),
                None => {
                    // Without this, tokens that open one document each would accumulate.
                    let now = self.login.clock.now();
                    slots.retain(|_, slot| !slot.is_idle(now));
                    Arc::clone(slots.entry(resource.clone()).or_default())
                }
            }
        };
        slot.token(&*self.login.clock, refused, mint).await
    }

    /// Exchanges the code of a seller who has authorized the application for the seller's credentials.
    pub(crate) async fn authorize(&self, code: &super::AuthorizationCode) -> Result<Credentials, Error> {
        let application = self.credentials().await?;
        let grant = Grant::Code { code: &code.code, redirect_uri: code.redirect_uri.as_deref() };
        let granted = self.login.ask(&application, grant, self.login.longest_wait).await?;
        let refresh_token = granted.refresh_token.ok_or_else(|| {
            Error::new(ErrorKind::Login, "the token endpoint answered without a refresh token")
                .with_hint("Check the token URL of the endpoint.")
        })?;
        Ok(Credentials {
            refresh_token: Some(refresh_token),
            seller_id: code.selling_partner_id.clone(),
            ..application
        })
    }

    async fn credentials(&self) -> Result<Credentials, Error> {
        self.credentials.credentials().await.map_err(|error| match error.downcast::<Error>() {
            Ok(error) => error.about_caller(),
            Err(source) => Error::new(ErrorKind::Login, "the credential store returned no credentials")
                .with_source(source)
                .with_hint("Nothing was sent. The store's own error is the source of this one."),
        })
    }

    /// A token from the token store, or a new one, which it saves there.
    async fn renewed(
        &self,
        credentials: &Credentials,
        owner: &str,
        refused: Option<&Arc<Token>>,
        grant: Grant<'_>,
        longest_wait: Duration,
    ) -> Result<Token, Error> {
        let Some(store) = &self.store else { return Ok(self.login.ask(credentials, grant, longest_wait).await?.token) };
        let key = hash(&format!("{}\n{}\n{owner}", self.login.url, credentials.client_id()));
        if let Some(token) = self.kept(&**store, &key, refused).await {
            return Ok(token);
        }
        let lock = store.lock(&key).await.unwrap_or_else(|error| {
            warn(&*error);
            None
        });
        // Another process may have renewed it while this one waited.
        if lock.is_some() {
            if let Some(token) = self.kept(&**store, &key, refused).await {
                return Ok(token);
            }
        }
        let granted = self.login.ask(credentials, grant, longest_wait).await;
        let noted = match &granted {
            Ok(granted) => match granted.token.to_keep() {
                Some(kept) => store.save(&key, &kept).await,
                None => Ok(()),
            },
            Err(error) if error.is_auth() => store.remove(&key).await,
            Err(_) => Ok(()),
        };
        if let Err(error) = noted {
            warn(&*error);
        }
        Ok(granted?.token)
    }

    /// The token from the token store, if it is valid and not the one that Amazon `refused`.
    async fn kept(&self, store: &dyn TokenStore, key: &str, refused: Option<&Arc<Token>>) -> Option<Token> {
        let kept = store.load(key).await.unwrap_or_else(|error| {
            warn(&*error);
            None
        });
        let token = Token::kept(&kept?)?;
        let was_refused = refused.is_some_and(|refused| refused.header == token.header);
        if was_refused || !token.is_good_at(self.login.clock.now()) {
            return None;
        }
        tracing::debug!("the token store had an access token");
        Some(token)
    }
}

fn warn(error: &(dyn std::error::Error + Send + Sync)) {
    tracing::warn!(error = %printable(&error.to_string()).up_to(400), "the token store failed");
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

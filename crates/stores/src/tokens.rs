//! Access tokens that all programs of a database share.

use crate::link::{LONGEST, Link, Session};
use crate::locks::Locks;
use crate::seal::Seal;
use spapi_core::auth::{AccessToken, ExposeSecret, SecretString, StoreError, TokenLock, TokenStore};
use spapi_core::{BoxFuture, Clock, SystemClock};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a process waits for another that renews a token.
const LONGEST_RENEWAL: Duration = Duration::from_secs(60);

/// The longest validity that is stored, in seconds. Amazon's tokens are valid for an hour.
const LONGEST_LIFE: f64 = 30.0 * 86400.0;

/// Access tokens in a Postgres database, for all programs that use it: see [`Postgres::tokens`](crate::Postgres::tokens).
///
/// When a token expires, one program renews it, and the others wait and take the result. If that program ends meanwhile, another one
/// renews it after 15 seconds. The expiry is stored by the server's clock, so that the clocks of the machines make no difference.
///
/// The database has the access tokens, with hashes of whose they are, until a day after they expired. It never has a client secret or a
/// refresh token. Who reads an access token can call Amazon with it for up to an hour: let other users of the database not read the
/// schema `spapi`, or set [`sealed_with`](Self::sealed_with).
///
/// While the database cannot be used, each client requests its own tokens and logs a warning.
#[derive(Clone)]
pub struct Tokens {
    link: Arc<Link>,
    locks: Arc<Locks>,
    clock: Arc<dyn Clock>,
    seal: Option<Seal>,
}

impl Tokens {
    pub(crate) fn new(link: &Arc<Link>, locks: &Arc<Locks>) -> Self {
        let clock = Arc::new(SystemClock);
        Self { link: Arc::clone(link), locks: Arc::clone(locks), clock, seal: None }
    }

    /// Encrypts tokens with this key, which all programs must have: 32 random bytes. Tokens of another key are errors, which the client
    /// logs.
    pub fn sealed_with(mut self, key: &[u8; 32]) -> Self {
        self.seal = Some(Seal::new(key));
        self
    }

    /// Sets the clock, if the clients have one of their own. By default it is the system's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    async fn find(&self, key: &str) -> Result<Option<AccessToken>, StoreError> {
        let select = "select token, is_sealed, extract(epoch from expires_at - clock_timestamp())::float8
            from spapi.tokens where key = $1";
        let select = move |session: Arc<Session>| async move {
            let row = session.client.query_opt(select, &[&key]).await?;
            row.map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).transpose()
        };
        let found: Option<(Vec<u8>, bool, f64)> = self.link.run(LONGEST, select).await?;
        let Some((token, is_sealed, left)) = found else { return Ok(None) };
        let token = match (&self.seal, is_sealed) {
            (_, false) => token,
            (Some(seal), true) => seal
                .open(key, &token)
                .ok_or("a stored access token was encrypted with another key than this program's")?,
            (None, true) => return Err("a stored access token is encrypted, and this program has no key".into()),
        };
        let token = SecretString::from(String::from_utf8(token).map_err(|_| "a stored access token is not a text")?);
        let left = Duration::try_from_secs_f64(left).unwrap_or_default();
        Ok(self.clock.now().checked_add(left).map(|expires_at| AccessToken::new(token, expires_at)))
    }

    async fn put(&self, key: &str, token: &AccessToken) -> Result<(), StoreError> {
        let life =
            token.expires_at.duration_since(self.clock.now()).unwrap_or_default().as_secs_f64().min(LONGEST_LIFE);
        let secret = token.token.expose_secret();
        let sealed = self.seal.as_ref().map(|seal| seal.seal(key, secret)).transpose()?;
        let (bytes, is_sealed) = (sealed.as_deref().unwrap_or(secret.as_bytes()), sealed.is_some());
        let insert = "with expired as (
                delete from spapi.tokens where expires_at < clock_timestamp() - interval '1 day' and key <> $1
            )
            insert into spapi.tokens values ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
            on conflict (key) do update
            set token = excluded.token, is_sealed = excluded.is_sealed, expires_at = excluded.expires_at";
        let insert = move |session: Arc<Session>| async move {
            session.client.execute(insert, &[&key, &bytes, &is_sealed, &life]).await.map(drop)
        };
        Ok(self.link.run(LONGEST, insert).await?)
    }
}

impl TokenStore for Tokens {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, StoreError>> {
        Box::pin(self.find(key))
    }

    fn save<'a>(&'a self, key: &'a str, token: &'a AccessToken) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(self.put(key, token))
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let delete = move |session: Arc<Session>| async move {
                session.client.execute("delete from spapi.tokens where key = $1", &[&key]).await.map(drop)
            };
            Ok(self.link.run(LONGEST, delete).await?)
        })
    }

    fn lock<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<TokenLock>, StoreError>> {
        Box::pin(async move {
            let name = format!("token {key}");
            match timeout(LONGEST_RENEWAL, self.locks.lock(&name)).await {
                Ok(guard) => Ok(Some(TokenLock::new(guard?))),
                Err(_) => Err("another process has been renewing the access token for a minute".into()),
            }
        })
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("database", &self.link.name())
            .field("is_sealed", &self.seal.is_some())
            .finish_non_exhaustive()
    }
}

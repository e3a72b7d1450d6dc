//! The client: a pool of connections, a table of quotas, and one seller's tokens.

use crate::auth::{Account, AuthorizationCode, CredentialFile, CredentialStore, Credentials, Login, TokenStore};
use crate::clock::{Clock, SystemClock};
use crate::endpoint::{Endpoint, Server};
use crate::error::{Error, ErrorKind};
use crate::marketplace::{Marketplace, Region, UnknownName};
use crate::observe::Observers;
use crate::retry::RetryPolicy;
use crate::throttle::{Priority, Quotas};
use crate::transport::Transport;
use crate::transport::pool::{Pool, Settings};
use crate::user_agent;
use crate::wire::{Sizes, Wire};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A client for one seller or vendor in one region. Cheap to clone: all clones share one pool of connections, one
/// token and one quota. [`for_seller`](Self::for_seller) makes one for another seller from it.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
    pub(crate) account: Arc<Account>,
}

/// What the clients of all sellers share.
pub(crate) struct Inner {
    pub wire: Wire,
    pub api: Server,
    /// Where restricted data tokens are issued, if that is another server.
    pub restricted: Option<Server>,
    /// Whether the server is on this machine.
    pub is_on_loopback: bool,
    pub region: Region,
    /// The region in which all marketplaces of a call must be, if the client validates that.
    pub marketplaces_in: Option<Region>,
    pub quotas: Quotas,
    pub priority: Priority,
    pub retry: RetryPolicy,
    pub timeout: Duration,
    pub longest_wait: Duration,
    pub clock: Arc<dyn Clock>,
    pub observers: Observers,
}

impl Client {
    /// A client with settings from the environment, see [`ClientBuilder::from_env`]. It calls Amazon, or the server in
    /// `SPAPI_ENDPOINT`: with the exports that `spapi sandbox serve` prints it calls that sandbox.
    ///
    /// ```no_run
    /// # fn f() -> Result<(), spapi_core::Error> {
    /// let spapi = spapi_core::Client::from_env(spapi_core::Marketplace::JP)?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The errors of [`ClientBuilder::from_env`] and [`ClientBuilder::build`].
    pub fn from_env(region: impl Into<Region>) -> Result<Self, Error> {
        ClientBuilder::from_env(region)?.build()
    }

    /// Starts a client for a region, or for the region of a marketplace.
    pub fn builder(region: impl Into<Region>) -> ClientBuilder {
        ClientBuilder {
            region: region.into(),
            credentials: None,
            endpoint: Endpoint::Production,
            application: None,
            clock: Arc::new(SystemClock),
            retry: RetryPolicy::new(),
            quotas: None,
            token_store: None,
            priority: Priority::Interactive,
            longest_wait: Duration::from_secs(300),
            timeout: Duration::from_secs(60),
            transport: None,
            sizes: Sizes::default(),
            any_marketplace: false,
            http: Settings::default(),
            observers: Observers::none(),
        }
    }

    /// A client for another seller or vendor who has authorized the application in this region. It shares all settings,
    /// the pool of connections and the quotas, which count by seller, with this client. It has tokens of its own, so
    /// that a problem with one seller's authorization does not affect another seller.
    ///
    /// It costs little, but keep it for as long as you call for the seller: a new client asks for a new token.
    ///
    /// ```no_run
    /// # async fn f(spapi: spapi_core::Client) -> Result<(), spapi_core::Error> {
    /// use spapi_core::auth::CredentialFile;
    ///
    /// let other = spapi.for_seller(CredentialFile::open("sellers/A1B2C3.json")?);
    /// # Ok(()) }
    /// ```
    pub fn for_seller(&self, credentials: impl CredentialStore) -> Self {
        let account = Arc::new(self.account.with_credentials(Box::new(credentials)));
        Self { inner: Arc::clone(&self.inner), account }
    }

    /// Exchanges what a seller brought back from Amazon's page, see [`Consent`](crate::auth::Consent), for the seller's
    /// credentials: this client's application id and secret, and the seller's refresh token and id. Save them, for
    /// example with [`CredentialFile::save`](crate::auth::CredentialFile::save), and call with
    /// [`for_seller`](Self::for_seller). If the client runs for longer than its client secret is valid, it needs a
    /// store of credentials for this too, which returns [`Credentials::application`] with the current secret.
    ///
    /// # Errors
    /// An error if Login with Amazon refuses the code, which is valid for 5 minutes and only once, or cannot be
    /// reached. A lost answer is not asked for again, because the code is then used up.
    pub async fn authorize(&self, code: &AuthorizationCode) -> Result<Credentials, Error> {
        self.account.authorize(code).await
    }

    /// The policy for trying again.
    pub fn retry_policy(&self) -> &RetryPolicy {
        &self.inner.retry
    }

    /// The quotas that it keeps, see [`ClientBuilder::quotas`].
    pub fn quotas(&self) -> &Quotas {
        &self.inner.quotas
    }

    /// How long one attempt may take, see [`ClientBuilder::timeout`].
    pub fn timeout(&self) -> Duration {
        self.inner.timeout
    }

    /// Whether its endpoint is on this machine. Only then does it accept plain HTTP, and the URL of a document on this
    /// machine.
    pub fn is_on_loopback(&self) -> bool {
        self.inner.is_on_loopback
    }

    /// The clock that it uses.
    pub fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    /// Identifies the seller or vendor for whom it calls, by the id or, if that is not known, by a hash of the refresh token.
    /// It is no secret, and stays the same for as long as the client exists. Use it to keep what belongs to different sellers
    /// apart.
    ///
    /// # Errors
    /// When the client's store of credentials cannot be read.
    pub async fn seller(&self) -> Result<String, Error> {
        Ok(self.account.identity().await?.seller.to_string())
    }

    /// Amazon's id of the seller or vendor for whom it calls, if the credentials have it.
    ///
    /// # Errors
    /// When the client's store of credentials cannot be read.
    pub async fn seller_id(&self) -> Result<Option<String>, Error> {
        Ok(self.account.identity().await?.seller_id.as_deref().map(str::to_owned))
    }

    /// The region it was built for.
    pub fn region(&self) -> Region {
        self.inner.region
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("region", &self.inner.region)
            .field("base_url", &self.inner.api.base)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Client`].
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder {
    region: Region,
    credentials: Option<Box<dyn CredentialStore>>,
    endpoint: Endpoint,
    application: Option<(String, String)>,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    quotas: Option<Quotas>,
    token_store: Option<Arc<dyn TokenStore>>,
    priority: Priority,
    longest_wait: Duration,
    timeout: Duration,
    transport: Option<Arc<dyn Transport>>,
    sizes: Sizes,
    any_marketplace: bool,
    http: Settings,
    observers: Observers,
}

impl ClientBuilder {
    /// Starts a client with settings from the environment:
    ///
    /// | variable | what it sets |
    /// | --- | --- |
    /// | `SPAPI_CLIENT_ID`, `SPAPI_CLIENT_SECRET`, `SPAPI_REFRESH_TOKEN`, `SPAPI_SELLER_ID` | the credentials, see [`Credentials::from_env`] |
    /// | `SPAPI_CREDENTIALS` | a [`CredentialFile`] instead of them |
    /// | `SPAPI_ENDPOINT` | the server, see [`Endpoint::from_env`] |
    /// | `SPAPI_REGION` | the region, such as `eu`, instead of `region` |
    /// | `SPAPI_MARKETPLACE` | the marketplace whose region it is, such as `DE`, instead of `region` |
    ///
    /// # Errors
    /// When a variable of the credentials is missing, or a variable has an unusable value.
    pub fn from_env(region: impl Into<Region>) -> Result<Self, Error> {
        Self::from_variables(region.into(), &|name| std::env::var(name).ok())
    }

    fn from_variables(region: Region, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let value = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let wrong = |name: &str, error: UnknownName| {
            Err(Error::new(ErrorKind::Config, format!("{name} cannot be used: {error}")))
        };
        let region = match (value("SPAPI_MARKETPLACE"), value("SPAPI_REGION")) {
            (Some(name), _) => match name.parse::<Marketplace>() {
                Ok(marketplace) => marketplace.region(),
                Err(error) => return wrong("SPAPI_MARKETPLACE", error),
            },
            (None, Some(name)) => match name.parse() {
                Ok(region) => region,
                Err(error) => return wrong("SPAPI_REGION", error),
            },
            (None, None) => region,
        };
        let builder = Client::builder(region).endpoint(Endpoint::from_variables(variable)?);
        Ok(match value("SPAPI_CREDENTIALS") {
            Some(file) => builder.credentials(CredentialFile::open(file)?),
            None => builder.credentials(Credentials::from_seller_variables(variable)?),
        })
    }

    /// Sets the credentials of the application and of the seller or vendor: [`Credentials`], a [`CredentialFile`] or
    /// another store. Required.
    pub fn credentials(mut self, credentials: impl CredentialStore) -> Self {
        self.credentials = Some(Box::new(credentials));
        self
    }

    /// Sets where access tokens are kept besides the client's own memory. By default nowhere.
    pub fn token_store(mut self, store: Arc<dyn TokenStore>) -> Self {
        self.token_store = Some(store);
        self
    }

    /// Sets the server to call. By default the region's production endpoint.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Sets the name and version of the application, which the user agent tells Amazon.
    pub fn app(mut self, name: impl Into<String>, version: impl Into<String>) -> Self {
        self.application = Some((name.into(), version.into()));
        self
    }

    /// Sets the clock that decides when access tokens are renewed and the tokens of pages expire. By default the
    /// system's.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets when calls are tried again. By default [`RetryPolicy::new`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Shares quotas with other clients. By default the client and its clones have their own, in memory.
    pub fn quotas(mut self, quotas: &Quotas) -> Self {
        self.quotas = Some(quotas.clone());
        self
    }

    /// Sets which calls go first when a quota is short, unless a call sets it. By default [`Priority::Interactive`].
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Sets how long a call may wait at a time: for the local quota, or because Amazon's API, Login with Amazon or the
    /// document host asks for it with `Retry-After`. A call that would wait longer fails at once, and the error says
    /// how long the wait would have been. By default 5 minutes, which is enough for every documented rate.
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.longest_wait = wait;
        self
    }

    /// Sets how long one attempt may take, from connecting to the last byte of the answer. By default a minute.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Allows marketplaces of any region. By default it is an error, and nothing is sent, if a parameter or a member of
    /// the body called `marketplaceId` or `marketplaceIds` names a known marketplace of another region than the
    /// client's, because the region's server does not know that marketplace. [`Endpoint::Sandbox`] always allows them:
    /// Amazon's sandbox expects the marketplaces of its examples.
    pub fn any_marketplace(mut self) -> Self {
        self.any_marketplace = true;
        self
    }

    /// Sets how many bytes the answer to a call may have. By default 64 MiB. A larger answer is an error
    /// ([`ErrorKind::TooLarge`]), and the rest of it is not read. The decoded value takes several times the size of its
    /// JSON. Documents do not have this limit, because they are read piece by piece.
    pub fn largest_answer(mut self, bytes: usize) -> Self {
        self.sizes.answer = bytes;
        self
    }

    /// Sets how many bytes an answer without success, or one with a token, may have. By default 1 MiB. Of a larger
    /// answer without success the error has only the status. An error keeps at most the first hundred errors of an
    /// answer.
    pub fn largest_error(mut self, bytes: usize) -> Self {
        self.sizes.error = bytes;
        self
    }

    /// Sets the transport of all requests: calls, logins and documents. By default the client connects over HTTP. See
    /// [`transport`](crate::transport).
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Trusts the certificates of these authorities for every server, besides the system's: those of a proxy that
    /// inspects TLS, or of a test server. The text holds one or several certificates in PEM, as such files do.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub fn add_root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http.root_certificates.push(pem.into());
        self
    }

    /// Adds an observer, which sees each answer of the API, see [`Observer`](crate::Observer): a recorder of
    /// `spapi-record`, its drift report, or your own.
    #[cfg(feature = "observe")]
    pub fn observer(mut self, observer: impl crate::Observer) -> Self {
        self.observers.add(observer);
        self
    }

    /// Builds the client. Nothing is sent yet.
    ///
    /// # Errors
    /// When the credentials are missing, the endpoint, the application's name or a root certificate cannot be used, or
    /// TLS cannot be set up.
    pub fn build(mut self) -> Result<Client, Error> {
        let credentials = self.credentials.take().ok_or_else(|| {
            Error::new(ErrorKind::Config, "the client has no credentials")
                .with_hint("Give it some with .credentials(Credentials::from_env()?).")
        })?;
        let endpoint = self.endpoint.resolve(self.region)?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => {
                self.http.ignores_proxies = endpoint.loopback;
                self.http.needs_tls = endpoint.tls;
                Arc::new(Pool::new(&self.http)?)
            }
        };
        let wire = Wire { transport, user_agent: user_agent::header(self.application.as_ref())?, sizes: self.sizes };
        let login = Login {
            wire: wire.clone(),
            url: endpoint.token,
            clock: Arc::clone(&self.clock),
            retry: self.retry.clone(),
            timeout: self.timeout,
            longest_wait: self.longest_wait,
        };
        let account = Arc::new(Account::new(Arc::new(login), credentials, self.token_store));
        let inner = Arc::new(Inner {
            wire,
            api: endpoint.api,
            restricted: endpoint.restricted,
            is_on_loopback: endpoint.loopback,
            region: self.region,
            marketplaces_in: (!self.any_marketplace && self.endpoint != Endpoint::Sandbox).then_some(self.region),
            quotas: self.quotas.unwrap_or_else(Quotas::in_memory),
            priority: self.priority,
            retry: self.retry,
            timeout: self.timeout,
            longest_wait: self.longest_wait,
            clock: self.clock,
            observers: self.observers,
        });
        Ok(Client { inner, account })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .field("application", &self.application)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A client of these variables and those of the credentials.
    fn client(variables: &[(&str, &str)]) -> Result<Client, Error> {
        let variable = |name: &str| {
            let given = variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            let is_secret = ["SPAPI_CLIENT_ID", "SPAPI_CLIENT_SECRET", "SPAPI_REFRESH_TOKEN"].contains(&name);
            given.or_else(|| is_secret.then(|| "s3cr3t".to_owned()))
        };
        ClientBuilder::from_variables(Region::FarEast, &variable)?.build()
    }

    #[test]
    fn the_environment_names_the_server_and_the_region() {
        for (variables, base, region) in [
            (&[][..], "https://sellingpartnerapi-fe.amazon.com", Region::FarEast),
            (&[("SPAPI_ENDPOINT", " http://127.0.0.1:8080\n")], "http://127.0.0.1:8080", Region::FarEast),
            (&[("SPAPI_ENDPOINT", "sandbox")], "https://sandbox.sellingpartnerapi-fe.amazon.com", Region::FarEast),
            (&[("SPAPI_ENDPOINT", "production")], "https://sellingpartnerapi-fe.amazon.com", Region::FarEast),
            (&[("SPAPI_REGION", "eu")], "https://sellingpartnerapi-eu.amazon.com", Region::Europe),
            (&[("SPAPI_MARKETPLACE", "DE")], "https://sellingpartnerapi-eu.amazon.com", Region::Europe),
            (
                &[("SPAPI_MARKETPLACE", ""), ("SPAPI_REGION", "")],
                "https://sellingpartnerapi-fe.amazon.com",
                Region::FarEast,
            ),
        ] {
            let client = client(variables).unwrap();
            assert_eq!((client.inner.api.base.as_str(), client.region()), (base, region), "{variables:?}");
        }
    }

    #[test]
    fn an_unusable_variable_is_named_and_its_value_is_not_shown() {
        for (name, value) in [
            ("SPAPI_ENDPOINT", "embedded-s3cr3t"),
            ("SPAPI_REGION", "mars"),
            ("SPAPI_MARKETPLACE", "Atlantis"),
            ("SPAPI_CLIENT_SECRET", " "),
        ] {
            let error = client(&[(name, value)]).unwrap_err();
            assert!(error.is_config() && error.to_string().contains(name), "{error}");
            assert!(!error.to_string().contains("s3cr3t"), "{error}");
        }
        assert!(client(&[("SPAPI_CREDENTIALS", "/none/such/file")]).unwrap_err().to_string().contains("/none/such"));
    }
}

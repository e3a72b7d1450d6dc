//! Starting and stopping a sandbox.

use crate::examples::Examples;
use crate::faults::{Fault, Faults};
#[cfg(feature = "tls")]
use crate::http::Secure;
use crate::http::hosts::NO_PORT_HOST;
use crate::http::{Entrance, InProcess, LoggedRequest, RequestLog, Room, TOKEN_PATH};
use crate::keep::Keeper;
use crate::login::{Login, REFRESH_TOKEN, RestrictedRole, Roles};
use crate::quota::{Limits, Quota};
use crate::seal::Seal;
use crate::sections::documents::{self, ContentType, Documents};
use crate::sections::fba_inventory::Inventory;
use crate::sections::feeds;
use crate::sections::notifications::Notifications;
use crate::sections::reports::Reports;
use crate::server::Server;
use crate::shop::{Offers, Shop};
use crate::time::Clock;
use spapi_types::Region;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};

/// A sandbox: at a port of this machine until it is dropped, or within the process.
///
/// [Started](Builder::start), it runs on a thread of its own, so that a test may block, or run a program that calls it,
/// without stopping it. Dropping it closes its port and its connections before the drop returns.
///
/// [Built](Builder::build), it has no port: its [service](Self::service) answers.
pub struct Sandbox {
    url: String,
    token_url: String,
    server: Arc<Server>,
    #[cfg(feature = "tls")]
    https: Option<Https>,
    /// Stops the thread when it is dropped.
    _listening: Option<Listening>,
}

/// Where HTTPS is served, and the authority to trust for it.
#[cfg(feature = "tls")]
#[derive(Debug)]
struct Https {
    url: String,
    ca: String,
}

impl Sandbox {
    /// Starts a sandbox with the default shop, the machine's time and Amazon's documented limits.
    ///
    /// # Errors
    /// When no port of the loopback address is free, or the system gives no thread.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// A sandbox to be set up before it starts.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The sandbox as a service in this process, which needs no port: a transport for a client, or whatever else calls
    /// a [`tower_service::Service`].
    pub fn service(&self) -> InProcess {
        InProcess::new(Arc::clone(&self.server))
    }

    /// The address that stands for the host of [its region](Builder::region), without a slash at the end:
    /// `http://127.0.0.1:49152`. Without a
    /// port it is `https://spapi-sandbox.test`, a name that exists nowhere and that only its service answers to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address that stands for the host of that region: `http://127.0.0.1:49152/eu`. Each region has its own orders,
    /// reports and quotas, and refuses the marketplaces of the others, as Amazon's hosts do.
    pub fn url_of(&self, region: Region) -> String {
        format!("{}/{}", self.url, region.code())
    }

    /// The address that stands for Login with Amazon's token endpoint.
    pub fn token_url(&self) -> &str {
        &self.token_url
    }

    /// The address for HTTPS, where it is [switched on](Builder::https): `https://localhost:49152`.
    #[cfg(feature = "tls")]
    pub fn https_url(&self) -> Option<&str> {
        self.https.as_ref().map(|https| https.url.as_str())
    }

    /// The certificate in PEM of the authority that a client has to trust for HTTPS, where it is
    /// [switched on](Builder::https). Each sandbox has one of its own.
    #[cfg(feature = "tls")]
    pub fn ca_certificate(&self) -> Option<&str> {
        self.https.as_ref().map(|https| https.ca.as_str())
    }

    /// The time it lives by: advance it to let tokens expire and quotas refill.
    pub fn clock(&self) -> &Clock {
        &self.server.clock
    }

    /// The code that comes to the redirect URI when a seller consents, or consents again after
    /// [`revoke`](Self::revoke). It can be exchanged once, within five minutes, and with the same redirect URI where
    /// one is given here; the exchange gives a further refresh token.
    ///
    /// `seller` is the refresh token that the seller was set up with, [`REFRESH_TOKEN`] for the one that every sandbox
    /// knows. `None` where there is no such seller.
    pub fn authorization_code(&self, seller: &str, redirect_uri: Option<&str>) -> Option<String> {
        self.server.login.authorization_code(seller, redirect_uri)
    }

    /// Lets a seller take back the authorization: every token of theirs is void from now on. `seller` is the refresh
    /// token that the seller was set up with; `false` where there is no such seller.
    pub fn revoke(&self, seller: &str) -> bool {
        self.server.login.revoke(seller)
    }

    /// Makes a new client secret and gives it. The one before works for seven days more.
    pub fn rotate_client_secret(&self) -> String {
        self.server.login.rotate_client_secret();
        self.server.login.client_secret()
    }

    /// The newest client secret: [`CLIENT_SECRET`](crate::CLIENT_SECRET) until it is rotated, here or by a call of
    /// rotateApplicationClientSecret, which sends it by no other way.
    pub fn client_secret(&self) -> String {
        self.server.login.client_secret()
    }

    /// The examples that it answers by, where it was given [models](Builder::models).
    pub fn examples(&self) -> Option<&Examples> {
        self.server.examples.as_ref()
    }

    /// Lets calls go wrong from now on. Of several faults that are due for one call, the first given counts.
    ///
    /// # Errors
    /// When the fault cannot be caused, with what can.
    pub fn fault(&self, fault: Fault) -> io::Result<()> {
        self.server.faults.add(vec![fault]).map_err(invalid)
    }

    /// Takes back every fault.
    pub fn clear_faults(&self) {
        self.server.faults.clear();
    }
}

/// Its address and time, without what is in the shop.
impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("url", &self.url).field("clock", &self.server.clock).finish_non_exhaustive()
    }
}

fn invalid(problem: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, problem)
}

/// The thread that serves a port.
struct Listening {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed already.
            let _ = thread.join();
        }
    }
}

/// Sets up a [`Sandbox`].
#[derive(Clone, Debug)]
#[must_use = "a builder starts nothing until `start`"]
pub struct Builder {
    seed: u64,
    orders: usize,
    clock: Clock,
    limits: Limits,
    refresh_tokens: Vec<String>,
    port: u16,
    models: Option<PathBuf>,
    log: Option<RequestLog>,
    #[cfg(feature = "tls")]
    https: bool,
    #[cfg(feature = "tls")]
    proxy: bool,
    foreign_refresh_tokens: Vec<String>,
    documents: documents::Settings,
    roles: Vec<RestrictedRole>,
    connection_timeout: Duration,
    document_bytes: usize,
    region: Region,
    folder: Option<PathBuf>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            seed: 1,
            orders: 300,
            clock: Clock::system(),
            limits: Limits::default(),
            refresh_tokens: vec![REFRESH_TOKEN.to_owned()],
            port: 0,
            models: None,
            log: None,
            #[cfg(feature = "tls")]
            https: false,
            #[cfg(feature = "tls")]
            proxy: false,
            foreign_refresh_tokens: Vec::new(),
            documents: documents::Settings::default(),
            roles: RestrictedRole::ALL.to_vec(),
            connection_timeout: Duration::from_secs(30),
            document_bytes: 256 << 20,
            region: Region::FarEast,
            folder: None,
        }
    }
}

impl Builder {
    /// The number from which the shop follows: the same seed, number of orders and time give the same shop.
    /// 1 unless it is set.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many orders the shop has in each region. 300 unless it is set.
    pub fn orders(mut self, orders: usize) -> Self {
        self.orders = orders;
        self
    }

    /// The region that [`Sandbox::url`] stands for. [`Region::FarEast`] unless it is set; the addresses of all regions
    /// are [`Sandbox::url_of`].
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }

    /// The time it lives by. The orders date from the weeks before the moment of its start.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How strictly it throttles. [`Limits::Documented`] unless it is set.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// One more seller who has authorised the application, by the refresh token. Each seller has quotas of their own;
    /// the shop is the same.
    pub fn seller(mut self, refresh_token: impl Into<String>) -> Self {
        self.refresh_tokens.push(refresh_token.into());
        self
    }

    /// The port to listen on. A free one unless it is set.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Keeps the shop in this folder, and goes on with what was kept there: reports, feeds, documents, subscriptions,
    /// stock, prices, consents, secrets and tokens. What changes is written before the request that changes it is
    /// answered. [`seed`](Self::seed) and [`orders`](Self::orders) count for a new shop alone. Faults, quotas that were
    /// spent and page tokens are not kept.
    ///
    /// The folder is made where it is not there. One sandbox at a time can use it.
    pub fn keep_in(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// How long a connection may stay open without the whole head of a request: at its start, and between two requests.
    /// 30 seconds unless it is set.
    pub fn connection_timeout(mut self, timeout: Duration) -> Self {
        self.connection_timeout = timeout;
        self
    }

    /// Answers by the static examples of the models below this folder, as Amazon's own sandbox does: an operation that
    /// has [examples](Examples) answers by them and by nothing else. One that has none answers as without this.
    ///
    /// A request that matches none gets Amazon's refusal, with the nearest example and the difference in the header
    /// `x-sandbox-nearest` and in the [`LoggedRequest`].
    pub fn models(mut self, folder: impl Into<PathBuf>) -> Self {
        self.models = Some(folder.into());
        self
    }

    /// Is called with each request once it is answered, on the sandbox's thread, which serves nothing meanwhile.
    pub fn on_request(mut self, told: impl Fn(&LoggedRequest) + Send + Sync + 'static) -> Self {
        self.log = Some(RequestLog::new(told));
        self
    }

    /// Takes HTTPS too, at the same port. The client has to trust [`Sandbox::ca_certificate`].
    #[cfg(feature = "tls")]
    pub fn https(mut self) -> Self {
        self.https = true;
        self
    }

    /// Is a proxy too, at the same port, and takes HTTPS: a client that has Amazon's hosts written in reaches the
    /// sandbox in their place. What is asked of it for any other host is refused, so that no test reaches the network.
    #[cfg(feature = "tls")]
    pub fn proxy(mut self) -> Self {
        self.https = true;
        self.proxy = true;
        self
    }

    /// A refresh token that a seller gave to another application: asking with it is refused as `unauthorized_client`.
    pub fn foreign_refresh_token(mut self, refresh_token: impl Into<String>) -> Self {
        self.foreign_refresh_tokens.push(refresh_token.into());
        self
    }

    /// The restricted roles that the application holds, in the place of all of them.
    ///
    /// Orders 2026-01-01 leaves out what the roles do not allow of buyers and recipients, and no restricted data token
    /// can name a data element of Orders v0 without a role for it.
    pub fn restricted_roles(mut self, roles: impl IntoIterator<Item = RestrictedRole>) -> Self {
        self.roles = roles.into_iter().collect();
        self
    }

    /// Whether documents are compressed by gzip. They are unless it is set.
    pub fn compressed_documents(mut self, compressed: bool) -> Self {
        self.documents.gzip = compressed;
        self
    }

    /// What the content type of a downloaded document says. The truth unless it is set.
    pub fn document_content_type(mut self, says: ContentType) -> Self {
        self.documents.content_type = says;
        self
    }

    /// A sandbox without a port: only its [service](Sandbox::service) answers. Port, HTTPS and proxy are for
    /// [`start`](Self::start) and count for nothing here.
    ///
    /// # Errors
    /// When a setting makes no sense, the models cannot be read or are not there, or what was [kept](Self::keep_in)
    /// cannot be read.
    pub fn build(self) -> io::Result<Sandbox> {
        let url = format!("https://{NO_PORT_HOST}");
        let server = self.server(&url)?;
        Ok(Sandbox {
            token_url: url.clone() + TOKEN_PATH,
            url,
            server,
            #[cfg(feature = "tls")]
            https: None,
            _listening: None,
        })
    }

    /// How many bytes of documents, and of bodies that are being sent, are in memory at most. 256 MiB unless it is set.
    ///
    /// Where there is no room for a further one, uploads that no feed was made of are dropped, the oldest first, and
    /// then other documents by their age. A document that alone is larger is refused.
    pub fn document_bytes(mut self, most: usize) -> Self {
        self.document_bytes = most;
        self
    }

    /// Starts it on 127.0.0.1.
    ///
    /// # Errors
    /// When a setting makes no sense, the models cannot be read or are not there, what was [kept](Self::keep_in) cannot
    /// be read, the port is taken, or the system gives no thread.
    pub async fn start(self) -> io::Result<Sandbox> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let url = format!("http://{address}");
        #[cfg(feature = "tls")]
        let secure = match self.https {
            true => Some(Secure::new(address.port(), self.proxy, self.log.clone())?),
            false => None,
        };
        let timeout = self.connection_timeout;
        let server = self.server(&url)?;
        #[cfg(feature = "tls")]
        let https = secure
            .as_ref()
            .map(|secure| Https { url: format!("https://localhost:{}", address.port()), ca: secure.ca().to_owned() });
        let entrance = Entrance {
            server: Arc::clone(&server),
            timeout,
            #[cfg(feature = "tls")]
            secure,
        };
        let (started, has_started) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("spapi-sandbox".into())
            .spawn(move || serve(listener, entrance, started, stopped))?;
        has_started.await.unwrap_or_else(|_| Err(io::Error::other("the sandbox's thread ended before it served")))?;
        Ok(Sandbox {
            token_url: url.clone() + TOKEN_PATH,
            url,
            server,
            #[cfg(feature = "tls")]
            https,
            _listening: Some(Listening { stop: Some(stop), thread: Some(thread) }),
        })
    }

    /// All that answers depend on. Documents are at this URL.
    fn server(self, url: &str) -> io::Result<Arc<Server>> {
        if let Some(problem) = self.limits.problem() {
            return Err(invalid(problem));
        }
        let clock = self.clock;
        let (keeper, saved) = match self.folder {
            Some(folder) => Keeper::open(folder).map(|(keeper, saved)| (Some(keeper), saved))?,
            None => (None, None),
        };
        // What was kept is of the shop that it was kept of.
        let (seed, orders, began) = match &saved {
            Some(saved) => {
                clock.advance(saved.advanced.saturating_sub(clock.advanced()));
                (saved.seed, saved.orders, saved.began)
            }
            None => (self.seed, self.orders, clock.now()),
        };
        let sellers = self.refresh_tokens.len();
        let room = Room::new(self.document_bytes);
        let documents = Documents::new(url.to_owned(), self.documents, room.clone(), clock.clone(), Seal::new(seed));
        let server = Arc::new(Server {
            region: self.region,
            seed,
            orders,
            began,
            login: Login::new(self.refresh_tokens, self.foreign_refresh_tokens, clock.clone(), seed),
            quota: Quota::new(self.limits, clock.clone()),
            shop: Shop::new(seed, orders, began),
            inventory: Inventory::new(seed, began),
            offers: Offers::default(),
            reports: Reports::new(sellers, || documents.new_id(), began),
            documents,
            feeds: feeds::none(),
            notifications: Notifications::default(),
            roles: Roles::new(self.roles),
            pages: Seal::new(seed),
            requests: AtomicU64::new(0),
            clock,
            room,
            work: Semaphore::new(2),
            faults: Faults::new(seed),
            examples: self.models.map(Examples::read).transpose()?,
            log: self.log,
            keeper,
        });
        if let Some(keeper) = &server.keeper {
            if let Some(saved) = saved {
                keeper.restore(&server, saved)?;
            }
            keeper.save(&server)?;
        }
        Ok(server)
    }
}

/// Serves until `stopped` resolves. The runtime ends with the function, and with it every connection.
fn serve(
    listener: TcpListener,
    entrance: Entrance,
    started: oneshot::Sender<io::Result<()>>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(started.send(Err(error))),
    };
    runtime.block_on(async {
        let listener = match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => return drop(started.send(Err(error))),
        };
        // Where the start is no longer waited for, `stopped` has resolved too.
        let _ = started.send(Ok(()));
        tokio::select! {
            () = entrance.serve(listener) => {}
            _ = stopped => {}
        }
    });
    // Connections end here. Work on a large feed ends by itself.
    runtime.shutdown_background();
}

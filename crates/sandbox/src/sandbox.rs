//! Starting and stopping a sandbox.

use crate::consent::Application;
use crate::control::{impose_on, place_orders};
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
use crate::sections::differences::{Differences, PointsDifference, plant};
use crate::sections::documents::{self, ContentType, Documents};
use crate::sections::fba_inventory::Inventory;
use crate::sections::fulfillment_inbound::Plans;
use crate::sections::fulfillment_outbound::FulfillmentOrders;
use crate::sections::notifications::{Delivery, Notifications, Sent};
use crate::sections::product_type_definitions::Releases;
use crate::sections::reports::{ReportType, Reports};
use crate::sections::{application_management, data_kiosk, feeds, pass};
use crate::server::Server;
use crate::shop::listings::Listings;
use crate::shop::{Catalog, Shop};
use crate::time::Clock;
use serde_json::Value;
use spapi_types::{Marketplace, Region};
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};

/// A sandbox, which serves a port of this machine or answers within the process.
///
/// [`Builder::start`] serves a port on a separate thread, so that the sandbox still answers while a test blocks or runs a
/// program that calls it. Dropping the sandbox closes its port and its connections before the drop returns.
///
/// [`Builder::build`] opens no port: the sandbox's [service](Self::service) answers.
pub struct Sandbox {
    url: String,
    token_url: String,
    server: Arc<Server>,
    #[cfg(feature = "tls")]
    https: Option<Https>,
    /// Stops the thread when it is dropped.
    _listening: Option<Listening>,
}

/// The HTTPS address, and the certificate authority that clients must trust.
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
    /// When no port of the loopback address is free, or the system cannot create a thread.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Sets up a sandbox before it starts.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The report types that every sandbox makes, by Amazon's names.
    pub fn report_types() -> impl Iterator<Item = &'static str> {
        ReportType::names()
    }

    /// The sandbox as a service in this process, without a port: use it as the transport of a client, or for anything
    /// else that calls a [`tower_service::Service`].
    pub fn service(&self) -> InProcess {
        InProcess::new(Arc::clone(&self.server))
    }

    /// The sandbox's URL for [its region](Builder::region), without a slash at the end: `http://127.0.0.1:49152`. A
    /// sandbox without a port has `https://spapi-sandbox.test`, a host that does not exist; only its service answers it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The sandbox's URL for a region: `http://127.0.0.1:49152/eu`. Each region has its own orders, reports and quotas,
    /// and refuses the marketplaces of the others, as Amazon's hosts do.
    pub fn url_of(&self, region: Region) -> String {
        format!("{}/{}", self.url, region.code())
    }

    /// The URL that takes the place of Login with Amazon's token endpoint.
    pub fn token_url(&self) -> &str {
        &self.token_url
    }

    /// The URL for HTTPS, if it is [switched on](Builder::https): `https://localhost:49152`.
    #[cfg(feature = "tls")]
    pub fn https_url(&self) -> Option<&str> {
        self.https.as_ref().map(|https| https.url.as_str())
    }

    /// The PEM certificate of the authority that a client must trust for HTTPS, if HTTPS is
    /// [switched on](Builder::https). Each sandbox has its own.
    #[cfg(feature = "tls")]
    pub fn ca_certificate(&self) -> Option<&str> {
        self.https.as_ref().map(|https| https.ca.as_str())
    }

    /// The sandbox's clock. When it advances, tokens expire and quotas refill.
    pub fn clock(&self) -> &Clock {
        &self.server.clock
    }

    /// The authorization code that Amazon sends to the redirect URI when a seller consents, or consents again after
    /// [`revoke`](Self::revoke). A client can exchange it once, within five minutes, for a new refresh token. If
    /// `redirect_uri` is given here, the exchange must name the same one.
    ///
    /// `seller` is the refresh token that the seller was set up with; [`REFRESH_TOKEN`] names the seller that every
    /// sandbox has. `None` if there is no such seller. A browser gets such a code on the
    /// [consent page](crate#the-consent-page).
    pub fn authorization_code(&self, seller: &str, redirect_uri: Option<&str>) -> Option<String> {
        self.server.login.authorization_code(seller, redirect_uri)
    }

    /// Revokes a seller's authorization: all the seller's tokens are void from now on. `seller` is the refresh token that
    /// the seller was set up with. Returns `false` if there is no such seller.
    pub fn revoke(&self, seller: &str) -> bool {
        self.server.login.revoke(seller)
    }

    /// Makes and returns a new client secret. The previous one works for seven more days.
    pub fn rotate_client_secret(&self) -> String {
        application_management::rotate(&self.server);
        self.server.login.client_secret()
    }

    /// The newest client secret: [`CLIENT_SECRET`](crate::CLIENT_SECRET) until [`Sandbox::rotate_client_secret`] or a call
    /// of rotateApplicationClientSecret makes another. That call does not return the secret; only this method does.
    pub fn client_secret(&self) -> String {
        self.server.login.client_secret()
    }

    /// Replaces the issues that Amazon has with a listing besides those of its attributes, such as a suppression. The issues
    /// have the form that `getListingsItem` shows, without `marketplaceIds`, and show at once.
    ///
    /// # Errors
    /// When the marketplace has no such listing, or an issue has another form.
    pub fn impose_issues(&self, marketplace: Marketplace, sku: &str, issues: &[Value]) -> io::Result<()> {
        impose_on(&self.server, marketplace, sku, issues).map_err(invalid)
    }

    /// Places orders in a marketplace, and returns their ids. They are paid, and shipped or cancelled, within days of the
    /// sandbox's clock.
    ///
    /// # Errors
    /// When the shop does not sell in the marketplace, or has too many orders: 1,000 at a time, and 10,000 altogether.
    pub fn place_orders(&self, marketplace: Marketplace, count: u32) -> io::Result<Vec<String>> {
        place_orders(&self.server, marketplace.id(), count).map_err(invalid)
    }

    /// Makes the settlements differ from the finances in the points of an order, and returns its id: the given one, or the
    /// first by id that allows it and has no difference yet. The difference is in a settlement that has ended.
    ///
    /// # Errors
    /// When there is no such order.
    pub fn plant_points(&self, difference: PointsDifference, order_id: Option<&str>) -> io::Result<String> {
        plant(&self.server, difference, order_id).map_err(invalid)
    }

    /// The notifications that were sent, the oldest first: each with the region and the destination of the subscription, and
    /// the notification as Amazon sends it. The sandbox keeps the newest 10,000. What is due by its clock is sent first.
    pub fn notifications(&self) -> Vec<Value> {
        pass(&self.server);
        self.server.notifications.queued()
    }

    /// The examples that the sandbox answers with, if it has [models](Builder::models).
    pub fn examples(&self) -> Option<&Examples> {
        self.server.examples.as_ref()
    }

    /// Adds a fault: calls fail as it says from now on. When several faults apply to one call, the first one added counts.
    ///
    /// # Errors
    /// When the sandbox cannot cause the fault; the error says what is possible.
    pub fn fault(&self, fault: Fault) -> io::Result<()> {
        self.server.faults.add(vec![fault]).map_err(invalid)
    }

    /// Removes every fault.
    pub fn clear_faults(&self) {
        self.server.faults.clear();
    }
}

/// Shows the URL and the clock, but not the shop.
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
#[must_use = "a builder does nothing until `start` or `build`"]
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
    replacing_clears_points: bool,
    orders_per_day: u32,
    delivery: Delivery,
    application: Application,
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
            replacing_clears_points: true,
            orders_per_day: 0,
            delivery: Delivery::default(),
            application: Application::default(),
        }
    }
}

impl Builder {
    /// The seed that decides the shop: the same seed, number of orders and time give the same shop. The default is 1.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// How many orders the shop has in each region. The default is 300.
    pub fn orders(mut self, orders: usize) -> Self {
        self.orders = orders;
        self
    }

    /// The region that [`Sandbox::url`] reaches. The default is [`Region::FarEast`]; [`Sandbox::url_of`] has the URLs of
    /// all regions.
    pub fn region(mut self, region: Region) -> Self {
        self.region = region;
        self
    }

    /// The sandbox's clock. The orders date from the weeks before the sandbox starts.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How strictly the sandbox throttles. The default is [`Limits::Documented`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Adds a seller who has authorized the application, by the refresh token. Each seller has its own quotas; all sellers
    /// share one shop.
    pub fn seller(mut self, refresh_token: impl Into<String>) -> Self {
        self.refresh_tokens.push(refresh_token.into());
        self
    }

    /// Adds a redirect URI that the application is registered with: the [consent page](crate#the-consent-page) sends the
    /// browser only to these, and to the first of them if a request names none. Other than Amazon, the sandbox also accepts
    /// every redirect URI on this machine.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.application.redirect_uris.push(uri.into());
        self
    }

    /// The login URI that the application is registered with, which Amazon opens after a seller has consented in its
    /// Appstore.
    pub fn login_uri(mut self, uri: impl Into<String>) -> Self {
        self.application.login_uri = Some(uri.into());
        self
    }

    /// Makes the application a draft: its consent page needs `version=beta`.
    pub fn draft(mut self) -> Self {
        self.application.is_draft = true;
        self
    }

    /// The port to listen on. The default is any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Keeps the shop in this folder, and continues with the shop that an earlier run kept there: reports, feeds,
    /// documents, subscriptions, notifications, stock, listings, consents, secrets and tokens. The sandbox writes each change before it
    /// answers the request. [`seed`](Self::seed) and [`orders`](Self::orders) apply only to a new shop. The sandbox does
    /// not keep faults, spent quotas and page tokens.
    ///
    /// The sandbox creates the folder if it does not exist. One sandbox at a time can use it.
    pub fn keep_in(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Whether an offer in Japan loses its Amazon Points when a request replaces it whole, as a change of the price alone
    /// did in MWS. It is not known whether Amazon still clears them. The default is `true`.
    pub fn replacing_clears_points(mut self, clears: bool) -> Self {
        self.replacing_clears_points = clears;
        self
    }

    /// How many orders arrive each day in each marketplace, by the sandbox's clock. The default is none:
    /// [`Sandbox::place_orders`] places single ones.
    pub fn orders_per_day(mut self, orders: u32) -> Self {
        self.orders_per_day = orders;
        self
    }

    /// Writes each notification that the sandbox sends into this folder, as a file of its own: `NUMBER-ID.json`, with the
    /// body that the message of a queue has. The numbers have 20 digits and grow, so that the names are in the order of
    /// sending. The sandbox creates the folder, and never removes a file.
    pub fn notifications_to(mut self, folder: impl Into<PathBuf>) -> Self {
        self.delivery.folder = Some(folder.into());
        self
    }

    /// The sandbox calls this function for each notification that it sends. The call blocks the sandbox.
    pub fn on_notification(mut self, listener: impl Fn(&Sent) + Send + Sync + 'static) -> Self {
        self.delivery.listener = Some(Arc::new(listener));
        self
    }

    /// How long a connection may stay open without the whole head of a request: at its start, and between two requests.
    /// The default is 30 seconds.
    pub fn connection_timeout(mut self, timeout: Duration) -> Self {
        self.connection_timeout = timeout;
        self
    }

    /// Answers with the static examples of the models below this folder, as Amazon's own sandbox does: an operation that
    /// has [examples](Examples) answers only with them. An operation without examples answers as it does without this.
    ///
    /// A request that matches no example gets Amazon's error; the header `x-sandbox-nearest` and the [`LoggedRequest`] name
    /// the nearest example and the difference.
    pub fn models(mut self, folder: impl Into<PathBuf>) -> Self {
        self.models = Some(folder.into());
        self
    }

    /// The sandbox calls this function for each request after it has answered it. The call runs on the sandbox's thread
    /// and blocks it.
    pub fn on_request(mut self, log: impl Fn(&LoggedRequest) + Send + Sync + 'static) -> Self {
        self.log = Some(RequestLog::new(log));
        self
    }

    /// Serves HTTPS too, at the same port. The client must trust [`Sandbox::ca_certificate`].
    #[cfg(feature = "tls")]
    pub fn https(mut self) -> Self {
        self.https = true;
        self
    }

    /// Makes the sandbox an HTTP proxy too, at the same port, and switches HTTPS on: a client that has Amazon's hosts
    /// hard-coded then reaches the sandbox. The proxy refuses any other host, so that no test reaches the network.
    #[cfg(feature = "tls")]
    pub fn proxy(mut self) -> Self {
        self.https = true;
        self.proxy = true;
        self
    }

    /// Adds a refresh token that a seller gave to another application: the token endpoint refuses it with
    /// `unauthorized_client`.
    pub fn foreign_refresh_token(mut self, refresh_token: impl Into<String>) -> Self {
        self.foreign_refresh_tokens.push(refresh_token.into());
        self
    }

    /// The restricted roles that the application holds. By default it holds all of them.
    ///
    /// Orders 2026-01-01 leaves out the data of buyers and recipients that the roles do not allow, and a restricted data
    /// token cannot name a data element of Orders v0 without a role for it.
    pub fn restricted_roles(mut self, roles: impl IntoIterator<Item = RestrictedRole>) -> Self {
        self.roles = roles.into_iter().collect();
        self
    }

    /// Whether the sandbox compresses documents with gzip. The default is `true`.
    pub fn compressed_documents(mut self, compressed: bool) -> Self {
        self.documents.gzip = compressed;
        self
    }

    /// What the content type of a downloaded document says. The default is the true one.
    pub fn document_content_type(mut self, says: ContentType) -> Self {
        self.documents.content_type = says;
        self
    }

    /// Builds a sandbox without a port: only its [service](Sandbox::service) answers. The settings for port, HTTPS and proxy
    /// have no effect here; they are for [`start`](Self::start).
    ///
    /// # Errors
    /// When a setting is invalid, the models are missing or cannot be read, or the [kept](Self::keep_in) shop cannot be
    /// read.
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

    /// The most bytes of documents and of incoming request bodies in memory. The default is 256 MiB.
    ///
    /// When there is no room for another, the sandbox drops the uploads that no feed uses, the oldest first, and then the
    /// oldest other documents. It refuses a document that is larger than the whole limit.
    pub fn document_bytes(mut self, most: usize) -> Self {
        self.document_bytes = most;
        self
    }

    /// Starts the sandbox on 127.0.0.1.
    ///
    /// # Errors
    /// When a setting is invalid, the models are missing or cannot be read, the [kept](Self::keep_in) shop cannot be read,
    /// the port is taken, or the system cannot create a thread.
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
        has_started
            .await
            .unwrap_or_else(|_| Err(io::Error::other("the sandbox's thread ended before it could answer")))?;
        Ok(Sandbox {
            token_url: url.clone() + TOKEN_PATH,
            url,
            server,
            #[cfg(feature = "tls")]
            https,
            _listening: Some(Listening { stop: Some(stop), thread: Some(thread) }),
        })
    }

    /// The state that the answers depend on. `url` is the base of the documents' URLs.
    fn server(self, url: &str) -> io::Result<Arc<Server>> {
        if let Some(problem) = self.limits.problem() {
            return Err(invalid(problem));
        }
        if let Some(problem) = self.application.problem() {
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
        self.delivery.prepare()?;
        let sellers = self.refresh_tokens.len();
        let room = Room::new(self.document_bytes);
        let documents = Documents::new(url.to_owned(), self.documents, room.clone(), clock.clone(), Seal::new(seed));
        let catalog = Arc::new(Catalog::new(seed));
        let server = Arc::new(Server {
            region: self.region,
            seed,
            orders,
            began,
            login: Login::new(self.refresh_tokens, self.foreign_refresh_tokens, clock.clone(), seed),
            application: self.application,
            quota: Quota::new(self.limits, clock.clone()),
            shop: Shop::new(seed, orders, began, self.orders_per_day),
            inventory: Inventory::new(seed, began),
            listings: Listings::new(began, self.replacing_clears_points, Arc::clone(&catalog)),
            catalog,
            reports: Reports::new(sellers, began),
            documents,
            feeds: feeds::none(),
            queries: data_kiosk::none(),
            notifications: Notifications::new(self.delivery),
            releases: Releases::default(),
            differences: Differences::default(),
            fulfillment: FulfillmentOrders::default(),
            plans: Plans::default(),
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

/// Lets things happen without a request as the time goes on, if something takes the notifications of them. Never ends.
async fn send_in_time(server: &Server) {
    if !server.notifications.is_delivered() {
        std::future::pending::<()>().await;
    }
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    loop {
        seconds.tick().await;
        pass(server);
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
    let server = Arc::clone(&entrance.server);
    runtime.block_on(async {
        let listener = match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => return drop(started.send(Err(error))),
        };
        // If nobody waits for the start any more, `stopped` has resolved too.
        let _ = started.send(Ok(()));
        tokio::select! {
            () = entrance.serve(listener) => {}
            () = send_in_time(&server) => {}
            _ = stopped => {}
        }
    });
    // Connections end here. Work on a large feed ends by itself.
    runtime.shutdown_background();
}

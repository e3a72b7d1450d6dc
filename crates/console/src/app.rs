//! The console: what its pages share, and its paths.

use crate::connections::Folder;
use crate::door::Door;
use crate::guard::{self, Names};
use crate::listen::{Certificate, Secured};
use crate::pages;
use crate::reach::Reach;
use crate::runs::Runs;
use crate::setup::Pending;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use spapi_core::auth::SecretString;
use spapi_core::{Error, ErrorKind};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What the pages share.
pub(crate) struct App {
    pub folder: Folder,
    pub reach: Box<dyn Reach>,
    pub door: Door,
    pub names: Names,
    /// The name of the cookie of a session. Cookies do not know ports, and each console has its own.
    pub cookie: String,
    pub runs: Runs,
    pub pending: Pending,
}

impl App {
    /// The address of the pages, without a path.
    pub fn origin(&self) -> String {
        format!("{}://{}", self.names.scheme, self.names.hosts.first().map(String::as_str).unwrap_or_default())
    }
}

/// Who reaches the console.
#[derive(Debug)]
#[non_exhaustive]
pub enum Access {
    /// Browsers on this machine, by the one-time link.
    Local,
    /// Browsers elsewhere too, by TLS and with a password.
    Network {
        /// The name by which browsers call this machine: `console.shop.example`.
        name: String,
        /// The certificate of that name.
        certificate: Certificate,
        /// The password, of at least 12 characters.
        password: SecretString,
    },
}

/// The shortest password.
const SHORTEST_PASSWORD: usize = 12;

/// The web pages over the connections of a folder.
///
/// Only browsers that were let in see them: by the [one-time link](Self::link), or by the password.
pub struct Console {
    app: Arc<App>,
    listener: TcpListener,
    certificate: Option<Certificate>,
}

impl Console {
    /// Takes an address for the console. Port 0 is one that is free. `folder` has the files of the connections, and gets new ones.
    ///
    /// # Errors
    /// When the address is not one of this machine's own (127.0.0.1 or `::1`) and `access` is [`Access::Local`]; when the
    /// password is too short; when the address is taken.
    pub async fn bind(
        address: SocketAddr,
        access: Access,
        folder: impl Into<PathBuf>,
        reach: impl Reach,
    ) -> Result<Self, Error> {
        let wrong = |what: String, hint: &'static str| Err(Error::new(ErrorKind::Config, what).with_hint(hint));
        let (name, certificate, password) = match access {
            Access::Local if !address.ip().is_loopback() => {
                return wrong(
                    format!("{address} can be reached from other machines"),
                    "Give a certificate and a password, or listen on 127.0.0.1.",
                );
            }
            Access::Local => (None, None, None),
            Access::Network { password, .. } if length(&password) < SHORTEST_PASSWORD => {
                return wrong(
                    format!("the password has fewer than {SHORTEST_PASSWORD} characters"),
                    "Choose a longer one.",
                );
            }
            Access::Network { name, certificate, password } => (Some(name), Some(certificate), Some(password)),
        };
        let taken = |error: io::Error| {
            Error::new(ErrorKind::Config, format!("the console cannot listen on {address}"))
                .with_hint("Another program may have the port: choose another one.")
                .with_source(error)
        };
        let listener = TcpListener::bind(address).await.map_err(taken)?;
        let port = listener.local_addr().map_err(taken)?.port();
        let hosts = match &name {
            Some(name) if port == 443 => vec![name.clone(), format!("{name}:443")],
            Some(name) => vec![format!("{name}:{port}")],
            None => ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}")).into(),
        };
        let is_secured = certificate.is_some();
        let app = App {
            folder: Folder::new(folder.into()),
            reach: Box::new(reach),
            door: Door::new(password)?,
            names: Names { scheme: if is_secured { "https" } else { "http" }, hosts },
            cookie: format!("{}spapi_console_{port}", if is_secured { "__Host-" } else { "" }),
            runs: Runs::default(),
            pending: Pending::default(),
        };
        Ok(Self { app: Arc::new(app), listener, certificate })
    }

    /// The link that lets one browser in, once.
    pub fn link(&self) -> String {
        let key = self.app.door.key().map(|key| format!("/enter?key={key}")).unwrap_or_default();
        format!("{}{key}", self.app.origin())
    }

    /// The paths, for a test that needs no port.
    pub fn router(&self) -> Router {
        router(&self.app)
    }

    /// Serves the pages until `stop` is done. Runs that go on then end at their next commit, and this waits for them.
    ///
    /// # Errors
    /// When the server cannot go on.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
        let Self { app, listener, certificate } = self;
        let router = router(&app);
        // The streams of progress never end by themselves, so the server is dropped instead of asked to finish.
        let serve = async move {
            match certificate {
                None => axum::serve(listener, router).await,
                Some(certificate) => axum::serve(Secured::new(listener, certificate), router).await,
            }
        };
        tokio::select! {
            served = serve => {
                served.map_err(|error| Error::new(ErrorKind::Config, "the console ended").with_source(error))?;
            }
            () = stop => {}
        }
        app.runs.stop_all().await;
        Ok(())
    }
}

fn length(password: &SecretString) -> usize {
    use spapi_core::auth::ExposeSecret;
    password.expose_secret().chars().count()
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console").field("origin", &self.app.origin()).finish_non_exhaustive()
    }
}

fn router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/", get(pages::home::show))
        .route("/enter", get(pages::enter::by_link))
        .route("/password", get(pages::enter::ask).post(pages::enter::by_password))
        .route("/language", post(pages::enter::language))
        .route("/new", get(pages::settings::new).post(pages::settings::create))
        .route("/new/objects", get(pages::objects::of_new).post(pages::objects::create))
        .route("/check-settings", post(pages::settings::judge))
        .route("/sign-in", get(pages::sign_in::show).post(pages::sign_in::begin))
        .route("/sign-in/pasted", post(pages::sign_in::pasted))
        .route("/amazon/answer", get(pages::sign_in::answer))
        .route("/streams/{stream}", get(pages::objects::stream))
        .route("/connections/{id}", get(pages::overview::show))
        .route("/connections/{id}/settings", get(pages::settings::edit).post(pages::settings::save))
        .route("/connections/{id}/objects", get(pages::objects::edit).post(pages::objects::save))
        .route("/connections/{id}/check", post(pages::check::run))
        .route("/connections/{id}/plan", get(pages::plan::show))
        .route("/connections/{id}/run", get(pages::run::show).post(pages::run::begin))
        .route("/connections/{id}/run/events", get(pages::run::events))
        .route("/connections/{id}/stop", post(pages::run::stop))
        .route("/connections/{id}/tables/{stream}", get(pages::tables::show))
        .route("/connections/{id}/dead-letters", get(pages::tables::dead_letters))
        .route("/connections/{id}/charts", get(pages::charts::show))
        .route("/style.css", get(pages::style))
        .route("/progress.js", get(pages::progress_script))
        .route("/settings.js", get(pages::settings_script))
        .route("/favicon.ico", get(pages::no_icon))
        .fallback(pages::missing)
        .layer(from_fn_with_state(Arc::clone(app), guard::pass))
        .with_state(Arc::clone(app))
}

//! Where calls go, and with whose credentials.

use crate::exit::{Exit, Failure};
use crate::{notes, time};
use clap::Args;
use spapi_core::auth::CredentialFile;
use spapi_core::{Client, Credentials, Endpoint, Quotas, Region};
use spapi_sandbox::Sandbox;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// The options of every command that calls.
#[derive(Debug, Args)]
pub struct Connection {
    /// Where to call: production, sandbox (Amazon's), embedded (a made-up shop inside the program, which needs no
    /// credentials), or the URL of another server, which is sent the credentials.
    #[arg(
        short,
        long,
        env = "SPAPI_ENDPOINT",
        hide_env_values = true,
        default_value = "production",
        value_name = "ENDPOINT"
    )]
    pub endpoint: Server,

    /// A file with the credentials, in place of the environment: JSON that its owner alone can read, as `spapi auth
    /// authorize` writes it.
    #[arg(long, env = "SPAPI_CREDENTIALS", hide_env_values = true, value_name = "FILE")]
    pub credentials: Option<PathBuf>,

    /// Where to keep what the quotas have left, for the next run and for other programs that name the same folder
    /// [default: spapi/quotas in the user's folder for state].
    #[arg(long, env = "SPAPI_QUOTA_FOLDER", hide_env_values = true, value_name = "FOLDER")]
    pub quota_folder: Option<PathBuf>,

    /// How long a call may wait for its quota before it is given up, such as 90s or 10m.
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = time::duration)]
    pub longest_wait: Duration,
}

/// A server that speaks the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    Production,
    Sandbox,
    Embedded,
    Url(String),
}

impl Server {
    /// Whether it has a server for each region.
    pub fn is_regional(&self) -> bool {
        matches!(self, Self::Production | Self::Sandbox)
    }

    /// Its address, where it has one before it is called.
    pub fn address(&self, region: Region) -> &str {
        match self {
            Self::Production => region.production_url(),
            Self::Sandbox => region.sandbox_url(),
            Self::Embedded => "(embedded sandbox)",
            Self::Url(url) => url,
        }
    }
}

impl FromStr for Server {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "production" => Ok(Self::Production),
            "sandbox" => Ok(Self::Sandbox),
            "embedded" => Ok(Self::Embedded),
            url if url.starts_with("https://") || url.starts_with("http://") => Ok(Self::Url(url.to_owned())),
            _ => Err(
                "give production, sandbox, embedded or a URL: https://..., or on this machine http://127.0.0.1:PORT",
            ),
        }
    }
}

/// What the credentials of a command must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A seller's authorization.
    Seller,
    /// The application's client id and secret are enough.
    Application,
}

impl Needs {
    /// What an operation of that grantless scope, or of none, needs.
    pub fn of_scope(scope: Option<&str>) -> Self {
        scope.map_or(Self::Seller, |_| Self::Application)
    }
}

/// A client, and the sandbox it talks to where that is our own. The sandbox ends with it.
pub struct Connected {
    pub client: Client,
    _sandbox: Option<Sandbox>,
}

impl Connection {
    /// Builds the client. The embedded sandbox is started, and is given its own credentials whatever the environment
    /// holds.
    pub async fn connect(&self, region: Region, needs: Needs) -> Result<Connected, Failure> {
        let builder = Client::builder(region)
            .app(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
            .longest_wait(self.longest_wait);
        if self.endpoint == Server::Embedded {
            let sandbox =
                Sandbox::builder().region(region).start().await.map_err(|error| {
                    Failure::new(Exit::Failed, format!("the embedded sandbox cannot start: {error}"))
                })?;
            notes::note("this is the embedded sandbox: a made-up shop, and nothing reaches Amazon");
            let (id, secret, token) =
                (spapi_sandbox::CLIENT_ID, spapi_sandbox::CLIENT_SECRET, spapi_sandbox::REFRESH_TOKEN);
            let builder = builder.endpoint(Endpoint::custom(sandbox.url()));
            let client = builder.credentials(Credentials::new(id, secret, token)).build()?;
            return Ok(Connected { client, _sandbox: Some(sandbox) });
        }
        let builder = match &self.endpoint {
            Server::Sandbox => builder.endpoint(Endpoint::Sandbox),
            Server::Url(url) => builder.endpoint(Endpoint::custom(url)),
            _ => builder,
        };
        let builder = match &self.credentials {
            Some(path) => builder.credentials(
                CredentialFile::open(path).map_err(|error| Failure::new(Exit::Authorization, error.to_string()))?,
            ),
            None => builder.credentials(from_env(needs)?),
        };
        let builder = match self.quotas() {
            Some(quotas) => builder.quotas(&quotas),
            None => builder,
        };
        Ok(Connected { client: builder.build()?, _sandbox: None })
    }

    /// The quotas that runs share, where there is a place for them. A server on this machine starts anew, and what was
    /// spent of the one before it says nothing: its quotas are shared by who names a folder only.
    fn quotas(&self) -> Option<Quotas> {
        let usual = || {
            if matches!(self.endpoint, Server::Url(_)) {
                return None;
            }
            let state = dirs::state_dir().or_else(dirs::data_local_dir)?;
            Some(state.join("spapi").join("quotas"))
        };
        let folder = self.quota_folder.clone().or_else(usual)?;
        Quotas::in_folder(folder)
            .map_err(|error| notes::warn(format!("{error}\n  this run does not know what others have spent")))
            .ok()
    }
}

fn from_env(needs: Needs) -> Result<Credentials, Failure> {
    let seller = Credentials::from_env();
    let found = match needs {
        Needs::Seller => seller,
        Needs::Application => seller.or_else(|_| Credentials::application_from_env()),
    };
    found.map_err(|error| {
        Failure::new(Exit::Authorization, error.to_string()).with_next(match needs {
            Needs::Seller => {
                "set them, or give --credentials FILE, as spapi auth authorize writes it; or look around without an \
                 account: --endpoint embedded"
            }
            Needs::Application => "set them, or give --credentials FILE with client_id and client_secret",
        })
    })
}

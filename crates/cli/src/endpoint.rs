//! Where calls go, and with whose credentials.

use crate::exit::{Exit, Failure};
use crate::{notes, time};
use clap::Args;
use spapi_core::{Client, Credentials, Endpoint, Region};
use spapi_sandbox::Sandbox;
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
            _ => Err("give production, sandbox, embedded or a URL that starts with https://"),
        }
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
    pub async fn connect(&self, region: Region) -> Result<Connected, Failure> {
        let (endpoint, credentials, sandbox) = match &self.endpoint {
            Server::Production => (Endpoint::Production, from_env()?, None),
            Server::Sandbox => (Endpoint::Sandbox, from_env()?, None),
            Server::Url(url) => (Endpoint::custom(url), from_env()?, None),
            Server::Embedded => {
                let sandbox = Sandbox::start().await.map_err(|error| {
                    Failure::new(Exit::Failed, format!("the embedded sandbox cannot start: {error}"))
                })?;
                notes::note("this is the embedded sandbox: a made-up shop, and nothing reaches Amazon");
                let (id, secret, token) =
                    (spapi_sandbox::CLIENT_ID, spapi_sandbox::CLIENT_SECRET, spapi_sandbox::REFRESH_TOKEN);
                (Endpoint::custom(sandbox.url()), Credentials::new(id, secret, token), Some(sandbox))
            }
        };
        let client = Client::builder(region)
            .endpoint(endpoint)
            .credentials(credentials)
            .app(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
            .longest_wait(self.longest_wait)
            .build()?;
        Ok(Connected { client, _sandbox: sandbox })
    }
}

fn from_env() -> Result<Credentials, Failure> {
    Credentials::from_env().map_err(|error| {
        Failure::new(Exit::Authorization, error.to_string())
            .with_next("set them and run again, or look around without an account: --endpoint embedded")
    })
}

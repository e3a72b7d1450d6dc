//! `spapi console`: web pages to set up, run and look at connections.

use crate::connection::{Connected, Connection as Way, Server};
use crate::exit::{Exit, Failure};
use crate::journal::Memory;
use crate::syncing::file::{self, Call};
use crate::{interrupt, notes, syncing};
use clap::Args;
use spapi_console::{Access, Certificate, Console, Reach};
use spapi_core::auth::SecretString;
use spapi_core::{BoxFuture, Client, Credentials, Endpoint, Error, Region};
use spapi_sandbox::{Builder, Sandbox};
use spapi_sync::Connection;
use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use tokio::sync::Mutex;

const HELP: &str = "\
The program prints a link and opens it in a browser. The link lets one browser in, once. The pages are in Japanese, English and \
German. Only this machine reaches them, unless --listen names another address: then browsers need TLS and the password in \
SPAPI_CONSOLE_PASSWORD.

Ctrl-C ends the console, and its runs at their next commits. A second one ends them at once.

Examples:
  spapi console
  spapi console --endpoint embedded
  SPAPI_CONSOLE_PASSWORD=... spapi console --listen 0.0.0.0 --host-name shop.example --certificate cert.pem --key key.pem";

/// The variable with the password.
const PASSWORD: &str = "SPAPI_CONSOLE_PASSWORD";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Options {
    /// The folder with the files of the connections. It is created with the first one.
    #[arg(long, value_name = "FOLDER", default_value = "connections")]
    folder: PathBuf,

    /// The port. 0 is one that is free.
    #[arg(long, value_name = "PORT", default_value_t = 8717)]
    port: u16,

    /// Do not open a browser.
    #[arg(long)]
    no_open: bool,

    /// The address to listen on, if other machines are to reach the console.
    #[arg(long, value_name = "ADDRESS", requires = "host_name")]
    listen: Option<IpAddr>,

    /// The name by which browsers call this machine.
    #[arg(long, value_name = "NAME", requires_all = ["listen", "certificate", "key"])]
    host_name: Option<String>,

    /// The certificate of that name, as PEM.
    #[arg(long, value_name = "FILE", requires = "host_name")]
    certificate: Option<PathBuf>,

    /// The private key of the certificate, as PEM.
    #[arg(long, value_name = "FILE", requires = "host_name")]
    key: Option<PathBuf>,

    #[command(flatten)]
    memory: Memory,

    #[command(flatten)]
    call: Call,
}

pub async fn run(options: Options) -> Result<(), Failure> {
    let access = access(&options)?;
    let address = SocketAddr::new(options.listen.unwrap_or(Ipv4Addr::LOCALHOST.into()), options.port);
    let is_made_up = options.call.endpoint == Some(Server::Embedded);
    let way = AmazonOrSandbox { call: options.call, memory: options.memory, sandboxes: Mutex::default() };
    let console = Console::bind(address, access, options.folder, way).await?;
    let link = console.link();
    writeln!(io::stdout(), "{link}")?;
    io::stdout().flush()?;
    if is_made_up {
        notes::note("this is the embedded sandbox, a made-up shop: nothing reaches Amazon");
    }
    notes::note("the link lets one browser in, once; Ctrl-C ends the console");
    if !options.no_open && open::that_detached(&link).is_err() {
        notes::note("no browser could be opened: open the link yourself");
    }
    let stop = async {
        interrupt::signal().await;
        notes::note("the console ends, and its runs at their next commits; Ctrl-C again ends them at once");
    };
    tokio::select! {
        biased;
        failure = interrupt::second_signal() => Err(failure),
        served = console.serve(stop) => Ok(served?),
    }
}

/// Who reaches the console.
fn access(options: &Options) -> Result<Access, Failure> {
    let (Some(_), Some(name), Some(certificate), Some(key)) =
        (options.listen, &options.host_name, &options.certificate, &options.key)
    else {
        return Ok(Access::Local);
    };
    let password = std::env::var(PASSWORD).ok().filter(|password| !password.is_empty()).ok_or_else(|| {
        Failure::usage(format!("{PASSWORD} is not set, and other machines could reach the console"))
            .with_next("set it to a password of at least 12 characters")
    })?;
    let certificate = Certificate::from_pem(&read(certificate)?, &read(key)?)?;
    Ok(Access::Network { name: name.clone(), certificate, password: SecretString::from(password) })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))
}

/// The servers that the options name, or the embedded sandbox.
struct AmazonOrSandbox {
    call: Call,
    memory: Memory,
    /// The sandboxes that were started. They live as long as the console, so that a run continues with the same shop.
    sandboxes: Mutex<HashMap<Region, Sandbox>>,
}

impl AmazonOrSandbox {
    /// The address of the embedded sandbox of a region, which is started if it does not run yet.
    async fn sandbox(&self, region: Region) -> Result<String, Failure> {
        let mut sandboxes = self.sandboxes.lock().await;
        if let Some(sandbox) = sandboxes.get(&region) {
            return Ok(sandbox.url().to_owned());
        }
        let folder = self.call.keep.as_ref().map(|folder| folder.join(region.code()));
        let sandbox = folder.iter().fold(Sandbox::builder().region(region), Builder::keep_in).start().await;
        let sandbox = sandbox
            .map_err(|error| Failure::new(Exit::Failed, format!("the embedded sandbox cannot start: {error}")))?;
        let url = sandbox.url().to_owned();
        sandboxes.insert(region, sandbox);
        Ok(url)
    }

    /// How a connection's servers are reached: the embedded sandbox by its address.
    async fn way(&self, connection: &Connection) -> Result<(Way, bool), Failure> {
        let way = self.call.reach(connection);
        if way.endpoint != Server::Embedded {
            return Ok((way, false));
        }
        let region = connection.marketplaces.first().map_or(Region::FarEast, |marketplace| marketplace.region());
        Ok((Way { endpoint: Server::Url(self.sandbox(region).await?), keep: None, ..way }, true))
    }

    async fn connected(&self, connection: &Connection) -> Result<spapi_console::Connected, Failure> {
        let (way, is_embedded) = self.way(connection).await?;
        let connected: Connected = match (is_embedded, connection.marketplaces.first()) {
            (true, Some(marketplace)) => {
                way.connect_by(marketplace.region(), |builder| Ok(builder.credentials(sandbox_credentials()))).await?
            }
            _ => way.connect_for(connection).await?,
        };
        let store = file::raw_documents(connection)?;
        let sources = syncing::sources(&connected.client, &way, self.memory.open(&way)?, store.as_ref());
        Ok(spapi_console::Connected { client: connected.client, sources })
    }

    async fn of_application(&self, region: Region, credentials: Credentials) -> Result<Client, Failure> {
        let endpoint = self.call.endpoint.clone().unwrap_or(Server::Production);
        let (endpoint, credentials) = match endpoint {
            Server::Embedded => {
                let own = Credentials::application(spapi_sandbox::CLIENT_ID, spapi_sandbox::CLIENT_SECRET);
                (Server::Url(self.sandbox(region).await?), own)
            }
            other => (other, credentials),
        };
        let way = self.call.at(endpoint);
        Ok(way.connect_by(region, |builder| Ok(builder.credentials(credentials))).await?.client)
    }

    async fn endpoint(&self, region: Region) -> Result<Endpoint, Failure> {
        match &self.call.endpoint {
            Some(Server::Embedded) => Ok(Endpoint::custom(self.sandbox(region).await?)),
            Some(Server::Url(url)) => Ok(Endpoint::custom(url)),
            _ => Ok(Endpoint::Production),
        }
    }
}

/// The credentials that the embedded sandbox knows, whatever a connection has.
fn sandbox_credentials() -> Credentials {
    let (id, secret, token) = (spapi_sandbox::CLIENT_ID, spapi_sandbox::CLIENT_SECRET, spapi_sandbox::REFRESH_TOKEN);
    Credentials::new(id, secret, token).with_seller_id(spapi_sandbox::SELLER_ID)
}

impl Reach for AmazonOrSandbox {
    fn connect<'a>(&'a self, connection: &'a Connection) -> BoxFuture<'a, Result<spapi_console::Connected, Error>> {
        Box::pin(async move { self.connected(connection).await.map_err(Failure::into_error) })
    }

    fn application(&self, region: Region, credentials: Credentials) -> BoxFuture<'_, Result<Client, Error>> {
        Box::pin(async move { self.of_application(region, credentials).await.map_err(Failure::into_error) })
    }

    fn consent_endpoint(&self, region: Region) -> BoxFuture<'_, Result<Endpoint, Error>> {
        Box::pin(async move { self.endpoint(region).await.map_err(Failure::into_error) })
    }

    fn is_made_up(&self) -> bool {
        self.call.endpoint == Some(Server::Embedded)
    }
}

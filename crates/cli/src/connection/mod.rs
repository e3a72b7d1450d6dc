//! The options of a connection, and the client that is built from them.

mod credentials;
mod place;
mod server;
mod synced;

pub use credentials::{Needs, Profile};
pub use place::{Place, regions};
pub use server::{Server, names as servers};

use crate::exit::{Exit, Failure};
use crate::shell::word;
use crate::{notes, time};
use clap::Args;
use clap_complete::engine::ArgValueCandidates;
use spapi_core::client::ClientBuilder;
use spapi_core::text::printable;
use spapi_core::transport::Transport;
use spapi_core::{Client, Credentials, Endpoint, Quotas, Region};
use spapi_sandbox::{Builder, Sandbox};
use std::path::PathBuf;
use std::time::Duration;

/// The options of every command that calls.
#[derive(Debug, Args)]
pub struct Connection {
    /// The server to call: production, sandbox (Amazon's), embedded (a made-up shop inside the program, without
    /// credentials), or the URL of another server, which receives the credentials.
    #[arg(
        short,
        long,
        env = "SPAPI_ENDPOINT",
        hide_env_values = true,
        default_value = "production",
        value_name = "ENDPOINT",
        add = ArgValueCandidates::new(server::names),
    )]
    pub endpoint: Server,

    /// A file with the credentials in JSON, as `spapi auth authorize` writes it; only its owner may read it
    /// [env: SPAPI_CREDENTIALS].
    #[arg(long, value_name = "FILE", conflicts_with = "profile")]
    pub credentials: Option<PathBuf>,

    /// The profile with the credentials, which `spapi auth authorize` saves [env: SPAPI_PROFILE].
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(credentials::profile_names))]
    pub profile: Option<Profile>,

    /// The folder in which this run and others share what is left of the quotas [default: spapi/quotas in the user's
    /// folder for state].
    #[arg(long, env = "SPAPI_QUOTA_FOLDER", hide_env_values = true, value_name = "FOLDER")]
    pub quota_folder: Option<PathBuf>,

    /// With --endpoint embedded: keep the shop in this folder for the next run.
    #[arg(long, value_name = "FOLDER")]
    pub keep: Option<PathBuf>,

    /// The longest time that a call waits for its quota or for the server, such as 90s or 10m [default: 5m; without a limit
    /// for reports, feeds and queries].
    #[arg(long, value_name = "DURATION", value_parser = time::wait, allow_hyphen_values = true)]
    pub longest_wait: Option<Duration>,

    /// The quotas that the clients share, instead of those of the folder.
    #[arg(skip)]
    pub shared_quotas: Option<Quotas>,
}

/// How long a call waits unless --longest-wait says otherwise.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// A client, with the embedded sandbox if the client calls it. The sandbox ends with the client.
pub struct Connected {
    pub client: Client,
    _sandbox: Option<Sandbox>,
    pub server: Server,
}

/// The reason for which a command did not get what it asked for.
pub enum Problem {
    /// Amazon or the library says so.
    OfCall(Box<spapi_core::Error>),
    /// The program says so.
    OfUse(Failure),
}

impl From<spapi_core::Error> for Problem {
    fn from(error: spapi_core::Error) -> Self {
        Self::OfCall(Box::new(error))
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::OfUse(failure)
    }
}

impl Connected {
    /// Amazon's id of the seller, for operations that name the seller in their path.
    pub async fn seller_id(&self) -> Result<String, Failure> {
        self.client.seller_id().await?.ok_or_else(|| {
            Failure::usage("this command needs Amazon's id of the seller").with_next(
                "give it by --seller, by seller_id in the file of the credentials, or by SPAPI_SELLER_ID beside those of \
                 the environment; Seller Central shows it as the merchant token",
            )
        })
    }

    /// The problem as a failure, with the next step.
    pub fn explained(&self, problem: Problem) -> Failure {
        match problem {
            Problem::OfCall(error) => self.failure(*error),
            Problem::OfUse(failure) => failure,
        }
    }

    /// The error as a failure. A sandbox of ours may add the example that is nearest to the request. The header for it is
    /// ignored from any other server, because its text would look like the program's.
    pub fn failure(&self, error: spapi_core::Error) -> Failure {
        let header = |name| error.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let is_ours = self.server.is_local() && header("server").as_deref() == Some("spapi-sandbox");
        let nearest = header("x-sandbox-nearest").filter(|_| is_ours);
        let next = match &self.server {
            Server::Url(url) if error.is_connect() => Some(format!(
                "check that a server runs at {}; `spapi sandbox serve` starts one",
                printable(url).up_to(200)
            )),
            _ if error.is_connect() => {
                Some("check that this machine has a network, and whether it needs a proxy (HTTPS_PROXY)".to_owned())
            }
            Server::Url(url) if self.server.is_local() => region_path(&error).map(|region| {
                let url = url.trim_end_matches('/');
                let base = Region::ALL.iter().find_map(|other| url.strip_suffix(&format!("/{}", other.code())));
                format!("call the sandbox of this region: --endpoint {}/{}", base.unwrap_or(url), region.code())
            }),
            _ => None,
        };
        let failure = Failure::from(error);
        let failure = next.into_iter().fold(failure, Failure::with_next);
        nearest.into_iter().fold(failure, |failure, nearest| failure.with_detail("nearest example", &nearest))
    }
}

/// The region whose path our sandbox names in an error.
fn region_path(error: &spapi_core::Error) -> Option<Region> {
    let names =
        |region: &Region| error.messages().any(|message| message.contains(&format!("the path /{}", region.code())));
    Region::ALL.iter().copied().find(names)
}

impl Connection {
    /// The options by which another command reaches the same server as the same seller, each after a blank.
    pub fn words(&self) -> String {
        let endpoint = match &self.endpoint {
            Server::Production => None,
            Server::Sandbox => Some("sandbox"),
            Server::Embedded => Some("embedded"),
            Server::Url(url) => Some(url.as_str()),
        };
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let options = [
            ("-e", endpoint.map(str::to_owned)),
            ("--keep", path(&self.keep)),
            ("--credentials", path(&self.credentials)),
            ("--profile", self.profile.as_ref().map(ToString::to_string)),
        ];
        let given = options.iter().filter_map(|(name, value)| value.as_ref().map(|value| (name, value)));
        given.map(|(name, value)| format!(" {name} {}", word(value))).collect()
    }

    /// Whether what was sent is gone after this command, with the shop of an embedded sandbox that is not kept.
    pub fn forgets(&self) -> bool {
        self.endpoint == Server::Embedded && self.keep.is_none()
    }

    /// Starts a client of the endpoint's region.
    fn builder(&self, region: Region) -> ClientBuilder {
        let builder = Client::builder(region)
            .app(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
            .longest_wait(self.longest_wait.unwrap_or(LONGEST_WAIT));
        match &self.endpoint {
            Server::Sandbox => builder.endpoint(Endpoint::Sandbox),
            Server::Url(url) => builder.endpoint(Endpoint::custom(url)),
            Server::Production | Server::Embedded => builder,
        }
    }

    /// A client that sends nothing to a server, only to this transport. It has no credentials of the user.
    pub fn without_server(&self, region: Region, transport: impl Transport) -> Result<Client, Failure> {
        let nobody = Credentials::new("none", "none", "none");
        Ok(self.builder(region).credentials(nobody).transport(transport).build()?)
    }

    /// Builds the client. The embedded sandbox is started, and gets its own credentials, never those of the environment.
    pub async fn connect(&self, region: Region, needs: Needs) -> Result<Connected, Failure> {
        self.connect_by(region, |builder| self.source(needs)?.give(builder, needs)).await
    }

    /// The same with credentials that `give` gives to the client, unless it calls the embedded sandbox.
    pub async fn connect_by(
        &self,
        region: Region,
        give: impl FnOnce(ClientBuilder) -> Result<ClientBuilder, Failure>,
    ) -> Result<Connected, Failure> {
        let builder = self.builder(region);
        if self.endpoint == Server::Embedded {
            let sandbox = self.keep.iter().fold(Sandbox::builder().region(region), Builder::keep_in).start().await;
            let sandbox = sandbox.map_err(|error| {
                let place = self.keep.iter().map(|folder| format!(" in {}", folder.display())).collect::<String>();
                Failure::new(Exit::Failed, format!("the embedded sandbox cannot start{place}: {error}"))
            })?;
            notes::note(match &self.keep {
                None => "this is the embedded sandbox, a made-up shop that is new in each run: nothing reaches Amazon",
                Some(_) => "this is the embedded sandbox, a made-up shop: nothing reaches Amazon",
            });
            let (id, secret, token) =
                (spapi_sandbox::CLIENT_ID, spapi_sandbox::CLIENT_SECRET, spapi_sandbox::REFRESH_TOKEN);
            let builder = builder.endpoint(Endpoint::custom(sandbox.url()));
            let credentials = Credentials::new(id, secret, token).with_seller_id(spapi_sandbox::SELLER_ID);
            let client = builder.credentials(credentials).build()?;
            return Ok(Connected { client, _sandbox: Some(sandbox), server: Server::Embedded });
        }
        if self.keep.is_some() {
            return Err(Failure::usage("--keep is for --endpoint embedded")
                .with_next("`spapi sandbox serve --keep FOLDER` keeps the shop of a server"));
        }
        let builder = give(builder)?;
        let builder = match self.quotas() {
            Some(quotas) => builder.quotas(&quotas),
            None => builder,
        };
        Ok(Connected { client: builder.build()?, _sandbox: None, server: self.endpoint.clone() })
    }

    /// The quotas that runs share. A server given by its URL often starts with fresh quotas, so they are shared only if a
    /// folder is named.
    fn quotas(&self) -> Option<Quotas> {
        if let Some(quotas) = &self.shared_quotas {
            return Some(quotas.clone());
        }
        let usual = || {
            if matches!(self.endpoint, Server::Url(_)) {
                return None;
            }
            let state = dirs::state_dir().or_else(dirs::data_local_dir)?;
            Some(state.join("spapi").join("quotas"))
        };
        let folder = self.quota_folder.clone().or_else(usual)?;
        Quotas::in_folder(folder)
            .map_err(|error| notes::warn(format!("{error}\n  this run does not know what others have used")))
            .ok()
    }
}

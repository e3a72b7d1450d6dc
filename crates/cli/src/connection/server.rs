//! The servers that can be called.

use clap_complete::engine::CompletionCandidate;
use spapi_core::Region;
use spapi_sync::Environment;
use std::str::FromStr;
use url::{Host, Url};

/// A server that speaks the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    Production,
    Sandbox,
    Embedded,
    Url(String),
}

impl Server {
    /// The server that an environment of a connection stands for.
    pub fn of(environment: Environment) -> Self {
        match environment {
            Environment::Sandbox => Self::Sandbox,
            _ => Self::Production,
        }
    }

    /// Whether each region has its own server.
    pub fn is_regional(&self) -> bool {
        matches!(self, Self::Production | Self::Sandbox)
    }

    /// Whether it runs on this machine, as a sandbox of ours does.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Embedded => true,
            Self::Production | Self::Sandbox => false,
            Self::Url(url) => is_loopback(url),
        }
    }

    /// Its address for messages.
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

/// The words for servers, as a shell offers them.
pub fn names() -> Vec<CompletionCandidate> {
    ["production", "sandbox", "embedded"].map(CompletionCandidate::new).into()
}

fn is_loopback(url: &str) -> bool {
    match Url::parse(url).ok().as_ref().and_then(Url::host) {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

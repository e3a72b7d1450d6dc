//! The server that calls go to.

use crate::Region;
use crate::error::{Error, ErrorKind};
use crate::operation::Rate;
#[cfg(feature = "document")]
use std::net::Ipv4Addr;
use std::sync::Arc;
use url::{Host, Url};

/// The rate of every operation in Amazon's sandbox.
pub(crate) const SANDBOX_RATE: Rate = Rate::new(5.0, 15);

const PRODUCTION_TOKEN_URL: &str = "https://api.amazon.com/auth/o2/token";

/// The server that a client calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Endpoint {
    /// Amazon's production server of the client's region.
    #[default]
    Production,
    /// Amazon's sandbox of the client's region. It allows 5 calls a second for each operation.
    Sandbox,
    /// Any other server that speaks the API.
    #[non_exhaustive]
    Custom {
        /// The URL before the path of an operation. Plain HTTP is allowed for loopback hosts only.
        base_url: String,
        /// The URL of the token endpoint. By default `/auth/o2/token` below the base URL.
        token_url: Option<String>,
    },
}

/// The environment variable that sets the server to call.
const ENDPOINT: &str = "SPAPI_ENDPOINT";

impl Endpoint {
    /// The server in the environment variable `SPAPI_ENDPOINT`: `production`, `sandbox` (Amazon's), or the URL of
    /// another server with its own token endpoint, as `spapi sandbox serve` prints it. Production if the variable is
    /// not set.
    ///
    /// # Errors
    /// When the variable has another value.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(&|name| std::env::var(name).ok())
    }

    pub(crate) fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let value = variable(ENDPOINT).unwrap_or_default();
        match value.trim() {
            "" | "production" => Ok(Self::Production),
            "sandbox" => Ok(Self::Sandbox),
            url if url.starts_with("http://") || url.starts_with("https://") => Ok(Self::custom(url)),
            _ => Err(Error::new(ErrorKind::Config, format!("{ENDPOINT} is not an endpoint"))
                .with_hint("Set it to production, sandbox, or a URL that begins with https:// or http://127.0.0.1.")),
        }
    }

    /// A server with a token endpoint of its own, at `/auth/o2/token` below the base URL.
    pub fn custom(base_url: impl Into<String>) -> Self {
        Self::Custom { base_url: base_url.into(), token_url: None }
    }

    /// A server with its token endpoint at another URL.
    pub fn custom_with_token_url(base_url: impl Into<String>, token_url: impl Into<String>) -> Self {
        Self::Custom { base_url: base_url.into(), token_url: Some(token_url.into()) }
    }

    pub(crate) fn resolve(&self, region: Region) -> Result<Resolved, Error> {
        let resolved = |base: &str, token: &str| Resolved::new(region, base, token);
        match self {
            Self::Production => resolved(region.production_url(), PRODUCTION_TOKEN_URL),
            Self::Sandbox => {
                let mut sandbox = resolved(region.sandbox_url(), PRODUCTION_TOKEN_URL)?;
                sandbox.api.common_rate = Some(SANDBOX_RATE);
                sandbox.restricted = Some(resolved(region.production_url(), PRODUCTION_TOKEN_URL)?.api);
                Ok(sandbox)
            }
            Self::Custom { base_url, token_url: Some(token_url) } => resolved(base_url, token_url),
            Self::Custom { base_url, token_url: None } => {
                resolved(base_url, &format!("{}/auth/o2/token", base_url.trim_end_matches('/')))
            }
        }
    }
}

/// The server that is called, and whose calls are counted.
#[derive(Debug)]
pub(crate) struct Server {
    /// The URL before an operation's path, without a slash at the end.
    pub base: String,
    /// The name under which its calls are counted.
    pub name: Arc<str>,
    /// The rate of each of its operations, in place of their own.
    pub common_rate: Option<Rate>,
}

/// Validated URLs.
pub(crate) struct Resolved {
    pub api: Server,
    /// Where restricted data tokens are issued, if elsewhere: Amazon's sandbox accepts those of its production server.
    /// (Source: Amazon's page about the sandbox.)
    pub restricted: Option<Server>,
    /// The URL of the token endpoint.
    pub token: Url,
    /// Whether both are on this machine, so that a proxy from the environment is not used.
    pub loopback: bool,
    /// Whether one of them needs TLS.
    pub tls: bool,
}

impl Resolved {
    fn new(region: Region, base: &str, token: &str) -> Result<Self, Error> {
        let base = parse_url("base URL", base)?;
        let token = parse_url("token URL", token)?;
        let url = base.as_str().trim_end_matches('/').to_owned();
        Ok(Self {
            api: Server { name: format!("{region:?} {url}").into(), base: url, common_rate: None },
            restricted: None,
            loopback: is_loopback(&base) && is_loopback(&token),
            tls: base.scheme() == "https" || token.scheme() == "https",
            token,
        })
    }
}

pub(crate) fn parse_url(what: &str, text: &str) -> Result<Url, Error> {
    let refused = |why: &str| Err(Error::new(ErrorKind::Config, format!("the endpoint's {what} {why}")));
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => return refused(&format!("is not a URL: {error}")),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refused("must not hold a user name or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refused("must not hold a query or a fragment");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => refused(
            "is plain HTTP to another machine, where tokens could be read on the way. \
             Use https://, or a loopback host such as 127.0.0.1",
        ),
        _ => refused("must start with https://, or with http:// for a loopback host"),
    }
}

/// Whether a URL's host is certainly this machine: `localhost`, an address of 127.0.0.0/8, or `[::1]`. DNS decides
/// about other names, such as `shop.localhost`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a URL's host may be this machine: loopback in any spelling, or the unspecified address.
#[cfg(feature = "document")]
pub(crate) fn may_be_this_machine(url: &Url) -> bool {
    let is_here = |address: Ipv4Addr| address.is_loopback() || address.is_unspecified();
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => is_here(address),
        Some(Host::Ipv6(address)) => {
            address.is_loopback() || address.is_unspecified() || address.to_ipv4().is_some_and(is_here)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amazons_endpoints_share_one_token_endpoint() {
        for region in Region::ALL {
            for endpoint in [Endpoint::Production, Endpoint::Sandbox] {
                let resolved = endpoint.resolve(*region).unwrap();
                assert!(resolved.api.base.ends_with(&format!("sellingpartnerapi-{region}.amazon.com")));
                assert_eq!(resolved.token.as_str(), PRODUCTION_TOKEN_URL);
                assert!(resolved.tls && !resolved.loopback);
                let restricted = resolved.restricted.map(|server| server.base);
                match endpoint {
                    Endpoint::Sandbox => assert_eq!(restricted.as_deref(), Some(region.production_url())),
                    _ => assert_eq!(restricted, None),
                }
            }
        }
    }

    #[test]
    fn a_custom_endpoint_has_its_own_token_endpoint() {
        for base in ["http://127.0.0.1:8080", "http://127.0.0.1:8080/"] {
            let resolved = Endpoint::custom(base).resolve(Region::Europe).unwrap();
            assert_eq!(resolved.api.base, "http://127.0.0.1:8080");
            assert_eq!(resolved.token.as_str(), "http://127.0.0.1:8080/auth/o2/token");
            assert!(resolved.loopback && !resolved.tls);
        }
        let elsewhere = Endpoint::custom_with_token_url("https://proxy.example/spapi/", "https://login.example/token");
        let resolved = elsewhere.resolve(Region::Europe).unwrap();
        assert_eq!(resolved.api.base, "https://proxy.example/spapi");
        assert_eq!(resolved.token.as_str(), "https://login.example/token");
    }

    #[test]
    fn plain_http_is_for_loopback_only() {
        for base in ["http://localhost:1", "http://127.8.8.8", "http://[::1]:80", "http://LOCALHOST", "http://127.1"] {
            assert!(Endpoint::custom(base).resolve(Region::Europe).is_ok(), "{base}");
        }
        for base in [
            "http://sellingpartnerapi-eu.amazon.com",
            "http://10.0.0.1",
            "http://localhost.example.com",
            "http://shop.localhost",
            "http://evil.localhost.",
            "http://localhost.",
            "http://0.0.0.0",
            "http://[::]",
            "http://[::ffff:127.0.0.1]",
            "http://[::ffff:10.0.0.1]",
            "http://127.0.0.1.example.com",
            "ftp://127.0.0.1",
            "127.0.0.1:8080",
            "https://user:password@proxy.example",
            "https://proxy.example?x=1",
            "https://proxy.example#x",
            "nonsense",
            "",
        ] {
            let error = Endpoint::custom(base).resolve(Region::Europe).err().expect(base).to_string();
            assert!(error.starts_with("the endpoint's base URL "), "{error}");
            assert!(!error.contains("password@"), "{error}");
        }
    }
}

//! The consent page: whose it is, and where the browser goes after it.

use crate::completion;
use crate::connection::Server;
use crate::exit::Failure;
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use spapi_core::auth::Consent;
use spapi_core::{Endpoint, Marketplace};
use url::{Host, Url};

/// The place of the authorization.
#[derive(Debug, Args)]
pub struct Place {
    /// A marketplace, by country code or id. The authorization is given on its page, and is valid in its region.
    #[arg(
        short,
        long,
        value_name = "CODE",
        env = "SPAPI_MARKETPLACE",
        hide_env_values = true,
        add = ArgValueCompleter::new(completion::marketplaces),
    )]
    pub marketplace: Marketplace,
}

/// What Amazon's consent page is made for.
#[derive(Debug, Args)]
pub struct Page {
    #[command(flatten)]
    pub place: Place,

    /// The application's id, amzn1.sellerapps.app... or amzn1.sp.solution...; it is not the client id.
    #[arg(long, value_name = "ID", env = "SPAPI_APPLICATION_ID", hide_env_values = true, value_parser = application_id)]
    application_id: String,

    /// The URL that the browser returns to, one of the application's redirect URIs [default: the first of them].
    #[arg(long, value_name = "URI")]
    pub redirect_uri: Option<String>,

    /// Authorize as a vendor, in Vendor Central.
    #[arg(long)]
    vendor: bool,

    /// The application is a draft.
    #[arg(long)]
    draft: bool,
}

impl Page {
    /// The page of Amazon, or of a sandbox on this machine.
    pub fn consent(&self, endpoint: &Server) -> Result<Consent, Failure> {
        let consent = match self.vendor {
            true => Consent::of_vendor(self.place.marketplace, &self.application_id)?,
            false => Consent::of_seller(self.place.marketplace, &self.application_id)?,
        };
        let consent = self.redirect_uri.iter().fold(consent, |consent, uri| consent.redirect_uri(uri));
        let consent = if self.draft { consent.draft() } else { consent };
        match endpoint {
            Server::Url(url) if endpoint.is_local() => Ok(consent.endpoint(&Endpoint::custom(url))?),
            _ => Ok(consent),
        }
    }

    /// The port at which the program takes the answer; `None` if the answer is pasted.
    pub fn port(&self, listen: Option<u16>, endpoint: &Server) -> Result<Option<u16>, Failure> {
        match (listen, &self.redirect_uri) {
            (Some(_), None) if !endpoint.is_local() => Err(Failure::usage(
                "--listen is given without --redirect-uri, and Amazon sends no browser to this machine",
            )
            .with_next("give --redirect-uri, one of the application's, from which a tunnel leads to the port")),
            (Some(port), _) => Ok(Some(port)),
            (None, Some(uri)) => Ok(port_here(uri)),
            (None, None) => Ok(endpoint.is_local().then_some(0)),
        }
    }
}

/// The port of a redirect URI on this machine that needs no TLS.
fn port_here(redirect_uri: &str) -> Option<u16> {
    let url = Url::parse(redirect_uri).ok().filter(|url| url.scheme() == "http")?;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(_) => false,
    };
    url.port_or_known_default().filter(|_| is_here)
}

/// The page that reads an answer, which does not name the application.
pub fn accepting(place: &Place) -> Result<Consent, Failure> {
    Ok(Consent::of_seller(place.marketplace, "amzn1.sellerapps.app.any")?)
}

fn application_id(text: &str) -> Result<String, &'static str> {
    if text.starts_with("amzn1.application-oa2-client.") {
        return Err("it is a client id: give the application's own id from its page in the developer console");
    }
    let id = ["amzn1.sellerapps.app.", "amzn1.sp.solution."].iter().find_map(|prefix| text.strip_prefix(prefix));
    let is_plain = |id: &str| id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
    match id.is_some_and(|id| !id.is_empty() && is_plain(id)) {
        true => Ok(text.to_owned()),
        false => {
            Err("give the application's id, amzn1.sellerapps.app... or amzn1.sp.solution..., from its page in the \
                      developer console")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_id_has_one_of_two_forms() {
        for id in ["amzn1.sellerapps.app.0123-ab", "amzn1.sp.solution.0a1b2c3d-0000-4000-8000-000000000000"] {
            assert_eq!(application_id(id).as_deref(), Ok(id));
        }
        for wrong in [
            "",
            "abc",
            "amzn1.sellerapps.app.",
            "amzn1.sp.solution.a b",
            "amzn1.sellerapps.app.1&x=2",
            " amzn1.sp.solution.1",
        ] {
            assert!(application_id(wrong).unwrap_err().contains("amzn1.sp.solution"), "{wrong}");
        }
        assert!(application_id("amzn1.application-oa2-client.0123").unwrap_err().contains("client id"));
    }

    #[test]
    fn a_redirect_uri_on_this_machine_names_the_port() {
        for (uri, port) in [
            ("http://127.0.0.1:8765/back", Some(8765)),
            ("http://localhost:8765", Some(8765)),
            ("http://localhost/back", Some(80)),
            ("https://localhost:8765/back", None),
            ("http://localhost.example:8765/", None),
            ("http://10.0.0.1:8765/", None),
            ("https://shop.example/back", None),
            ("back", None),
        ] {
            assert_eq!(port_here(uri), port, "{uri}");
        }
    }
}

//! The hosts that a request may name.

use axum::http::HeaderMap;
use axum::http::Uri;
use axum::http::header;
use spapi_types::Region;
use std::net::IpAddr;

/// The host of Login with Amazon.
const LOGIN_HOST: &str = "api.amazon.com";

/// The host of a sandbox without a port. RFC 2606 reserves `.test`, so it never exists.
pub(crate) const NO_PORT_HOST: &str = "spapi-sandbox.test";

/// Amazon's hosts that the sandbox answers for.
pub(crate) fn amazon_hosts() -> Vec<&'static str> {
    Region::ALL.iter().flat_map(|region| of_region(*region)).chain([LOGIN_HOST]).collect()
}

/// The production and the sandbox host of a region.
fn of_region(region: Region) -> impl Iterator<Item = &'static str> {
    [region.production_url(), region.sandbox_url()].into_iter().filter_map(|url| url.strip_prefix("https://"))
}

/// The region of one of Amazon's hosts.
pub(crate) fn region(host: &str) -> Option<Region> {
    let name = without_port(host).to_ascii_lowercase();
    Region::ALL.iter().copied().find(|region| of_region(*region).any(|host| host == name))
}

/// The hosts, with their ports, that a request names: in its target, if that is a whole URL, and in its headers.
pub(crate) fn named<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
    let of_headers = headers.get_all(header::HOST).iter().map(|host| host.to_str().unwrap_or_default());
    uri.authority().map(|authority| authority.as_str()).into_iter().chain(of_headers)
}

/// A host without its port, and without the brackets of an IPv6 address.
fn without_port(host: &str) -> &str {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    host.split_once(':').map_or(host, |(name, _)| name)
}

/// Whether a host is this machine, a sandbox or Amazon. A foreign page cannot have such a name, so this refuses foreign
/// names that resolve to this machine (DNS rebinding).
pub(crate) fn is_own(host: &str) -> bool {
    let name = without_port(host).to_ascii_lowercase();
    is_loopback(host) || name == NO_PORT_HOST || amazon_hosts().contains(&name.as_str())
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let name = without_port(host).to_ascii_lowercase();
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_hosts_are_loopback_and_those_that_the_sandbox_answers_for() {
        for own in [
            "localhost",
            "LOCALHOST:8042",
            "127.0.0.1",
            "127.0.0.1:8042",
            "127.9.9.9:1",
            "[::1]:8042",
            "[::1]",
            "spapi-sandbox.test",
            "sellingpartnerapi-fe.amazon.com:443",
            "api.amazon.com",
        ] {
            assert!(is_own(own), "{own}");
        }
        for other in [
            "",
            "evil.example",
            "evil.example:8042",
            "localhost.evil.example",
            "evil.localhost",
            "127.0.0.1.evil.example",
            "127.0.0.1@evil.example",
            "10.0.0.1",
            "0.0.0.0",
            "[::]",
            "[::ffff:10.0.0.1]",
            "evil-api.amazon.com",
            "2130706433",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }
}

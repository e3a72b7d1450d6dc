//! The HTTP transport. Only this file uses reqwest.

use super::{Body, Transport, TransportError, TransportErrorKind};
use crate::error::{Error, ErrorKind};
use crate::future::BoxFuture;
use http::{Request, Response};
use std::error::Error as _;
use std::iter::successors;
use std::time::Duration;

const HAS_TLS: bool = cfg!(any(feature = "rustls", feature = "native-tls"));

/// Connections to servers, kept for later requests.
pub(crate) struct Pool(reqwest::Client);

/// What a pool is made with.
#[derive(Default)]
pub(crate) struct Settings {
    /// Whether proxies from the environment are ignored.
    pub ignores_proxies: bool,
    /// Whether the endpoint is on TLS.
    pub needs_tls: bool,
    /// Certificates of further authorities, in PEM.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub root_certificates: Vec<Vec<u8>>,
}

impl Pool {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        if settings.needs_tls && !HAS_TLS {
            return Err(Error::new(ErrorKind::Config, "the endpoint needs TLS, and this program was built without it")
                .with_hint("Enable the feature rustls or native-tls of spapi-core."));
        }
        let mut http = reqwest::Client::builder()
            // A redirect would carry the access token along.
            .redirect(reqwest::redirect::Policy::none())
            // The client repeats requests itself, where the operation allows it.
            .retry(reqwest::retry::never())
            // Another crate of the program may have enabled unpacking for all clients. Documents must come as they are.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .connect_timeout(Duration::from_secs(10))
            // Amazon's gateways close idle connections after a minute, and a call sent at that moment would be lost.
            .pool_idle_timeout(Duration::from_secs(45));
        if settings.ignores_proxies {
            http = http.no_proxy();
        }
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        for pem in &settings.root_certificates {
            http = http.tls_certs_merge(root_certificates(pem)?);
        }
        let http = http.build();
        http.map(Self).map_err(|error| Error::new(ErrorKind::Config, "HTTP cannot be set up").with_source(error))
    }
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn root_certificates(pem: &[u8]) -> Result<Vec<reqwest::Certificate>, Error> {
    let error = || {
        Error::new(ErrorKind::Config, "a root certificate cannot be read")
            .with_hint("Give it in PEM, beginning with -----BEGIN CERTIFICATE-----.")
    };
    match reqwest::Certificate::from_pem_bundle(pem) {
        Ok(certificates) if certificates.is_empty() => Err(error()),
        Ok(certificates) => Ok(certificates),
        Err(source) => Err(error().with_source(source)),
    }
}

impl Transport for Pool {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        let request = request.map(|body| match body.as_bytes() {
            Some(bytes) => reqwest::Body::from(bytes.clone()),
            None => reqwest::Body::wrap(body),
        });
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(failure)?;
            if !HAS_TLS && request.url().scheme() == "https" {
                let message = "the URL needs TLS, and this program was built without it: enable the feature rustls or \
                               native-tls of spapi-core";
                return Err(TransportError::new(TransportErrorKind::Unusable).with_message(message));
            }
            let answer = self.0.execute(request).await.map_err(failure)?;
            Ok(Response::<reqwest::Body>::from(answer).map(|body| Body::mapped(body, failure)))
        })
    }
}

/// Describes an exchange that failed, without its URL.
fn failure(source: reqwest::Error) -> TransportError {
    let kind = match () {
        () if source.is_connect() && is_about_certificate(&source) => TransportErrorKind::Untrusted,
        () if source.is_connect() => TransportErrorKind::Connect,
        () if source.is_builder() => TransportErrorKind::Unusable,
        () if source.is_timeout() => TransportErrorKind::Timeout,
        () => TransportErrorKind::Lost,
    };
    TransportError::new(kind).with_source(source.without_url())
}

/// Whether a connection failed because of a certificate. It looks at the text, because each TLS library has its own
/// errors and all of them contain this word.
fn is_about_certificate(error: &reqwest::Error) -> bool {
    successors(error.source(), |&error| error.source())
        .any(|error| error.to_string().to_ascii_lowercase().contains("certificate"))
}

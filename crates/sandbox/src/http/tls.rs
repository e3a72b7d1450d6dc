//! HTTPS for Amazon's hosts, with a certificate authority that lives as long as the sandbox.

use super::hosts::amazon_hosts;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

/// The host of documents for clients that use the proxy: they may expect HTTPS URLs at the usual port, like Amazon's. RFC
/// 2606 reserves `.test`, so it never exists.
pub(crate) const DOCUMENTS_HOST: &str = "documents.spapi-sandbox.test";

/// The names of this machine that reach the sandbox.
pub(crate) const OWN_HOSTS: [&str; 2] = ["localhost", "127.0.0.1"];

/// How long the certificates are valid: longer than any sandbox runs, and as short as strict clients require.
const LIFE: Duration = Duration::from_secs(365 * 86400);

/// How much earlier the certificates become valid, because the clocks of two machines differ.
const SLACK: Duration = Duration::from_secs(86400);

/// The certificates of one sandbox. Their keys are only in memory and end with the sandbox.
pub(crate) struct Tls {
    acceptor: TlsAcceptor,
    ca: String,
}

impl Tls {
    /// Makes the authority, and one certificate for all hosts.
    pub(crate) fn new() -> io::Result<Self> {
        let now = SystemTime::now();
        let valid = |params: &mut CertificateParams| {
            params.not_before = (now - SLACK).into();
            params.not_after = (now + LIFE).into();
        };
        let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
        valid(&mut params);
        params.distinguished_name.push(DnType::CommonName, "spapi sandbox, for tests on this machine alone");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let ca = CertifiedIssuer::self_signed(params, key).map_err(io::Error::other)?;

        let hosts = OWN_HOSTS.into_iter().chain([DOCUMENTS_HOST]).chain(amazon_hosts()).map(str::to_owned);
        let mut params = CertificateParams::new(hosts.collect::<Vec<_>>()).map_err(io::Error::other)?;
        valid(&mut params);
        params.distinguished_name.push(DnType::CommonName, "spapi sandbox");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        // Strict clients, such as Python's since 3.13, require it.
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.signed_by(&key, &ca).map_err(io::Error::other)?;

        let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(io::Error::other)?;
        // Name the provider, because the process may have another default or several providers.
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .map_err(io::Error::other)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), ca: ca.pem() })
    }

    /// The PEM certificate of the authority.
    pub(crate) fn ca(&self) -> &str {
        &self.ca
    }

    /// Does the TLS handshake.
    pub(crate) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> io::Result<TlsStream<S>> {
        self.acceptor.accept(stream).await
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

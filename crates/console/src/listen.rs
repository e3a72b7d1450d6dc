//! Connections over TLS.

use axum::serve::Listener;
use spapi_core::{Error, ErrorKind};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// How long a browser may take until the connection is encrypted.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How many encrypted connections may wait to be served.
const WAITING: usize = 64;

/// A certificate with its key.
pub struct Certificate(Arc<ServerConfig>);

impl Certificate {
    /// Reads a chain of certificates and its private key, both in PEM.
    ///
    /// # Errors
    /// When one of both cannot be read, or they do not belong together. The error shows nothing of the key.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, Error> {
        let failed = |what: &str| {
            Error::new(ErrorKind::Config, what.to_owned()).with_hint("Give a certificate and its private key in PEM.")
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(|| failed("there is no certificate"))?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| failed("there is no private key"))?;
        let provider = tokio_rustls::rustls::crypto::aws_lc_rs::default_provider();
        let config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|_| failed("the certificate and the key do not belong together"))?;
        Ok(Self(Arc::new(config)))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").finish_non_exhaustive()
    }
}

/// A listener whose connections are encrypted. A slow browser does not keep others waiting.
pub(crate) struct Secured {
    accepted: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: io::Result<SocketAddr>,
}

impl Secured {
    pub fn new(listener: TcpListener, certificate: Certificate) -> Self {
        let address = listener.local_addr();
        let acceptor = TlsAcceptor::from(certificate.0);
        let (sender, accepted) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            loop {
                let (stream, address) = tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok(accepted) => accepted,
                        // Such as too many open files, which passes.
                        Err(_) => { tokio::time::sleep(Duration::from_millis(100)).await; continue }
                    },
                    () = sender.closed() => return,
                };
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                        // The server has ended if nobody takes it.
                        let _ = sender.send((stream, address)).await;
                    }
                });
            }
        });
        Self { accepted, address }
    }
}

impl Listener for Secured {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.accepted.recv().await {
            Some(accepted) => accepted,
            // The task that accepts lives as long as this value.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        match &self.address {
            Ok(address) => Ok(*address),
            Err(error) => Err(error.kind().into()),
        }
    }
}

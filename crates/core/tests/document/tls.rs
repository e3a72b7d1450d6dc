//! Documents over TLS.

#![cfg(any(feature = "rustls", feature = "native-tls"))]

use crate::support::{hides_the_url, ok, read};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use spapi_core::client::ClientBuilder;
use spapi_core::{Client, Credentials, Endpoint, Marketplace, RetryPolicy};
use std::sync::Arc;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A document host behind TLS on loopback: its URL, and the certificate authority of this name in PEM. OpenSSL looks
/// authorities up by name, so each host has its own.
async fn host(authority: &str) -> (String, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, authority);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = names.signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config =
        // The provider is named because other packages of the workspace may add a second one.
        ServerConfig::builder_with_provider(Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/bucket/report?X-Amz-Signature=s3cr3t", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not trust the certificate ends the handshake.
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let mut stream = BufReader::new(stream);
            let Some(seen) = read(&mut stream).await else { continue };
            let body = if seen.line.starts_with("PUT ") { b"" } else { &b"a\tb\n"[..] };
            let _ = stream.write_all(&ok(&[], body)).await;
            let _ = stream.shutdown().await;
        }
    });
    (url, authority.pem())
}

fn builder() -> ClientBuilder {
    Client::builder(Marketplace::JP)
        .credentials(Credentials::new("client-id", "open sesame", "Atzr|1 2"))
        .endpoint(Endpoint::custom("http://127.0.0.1:1"))
        .retry(RetryPolicy::none())
}

#[tokio::test]
async fn a_host_is_trusted_by_its_added_authority() {
    let (url, authority) = host("first").await;
    let (_, another) = host("second").await;
    let client = builder().add_root_certificate([another.as_str(), &authority].concat()).build().unwrap();
    let document = client.download(&url).open().await.unwrap();
    assert_eq!(document.bytes().collect(10).await.unwrap(), "a\tb\n");
    client.upload(&url, "text/xml").send("<x/>").await.unwrap();

    for client in [builder().build().unwrap(), builder().add_root_certificate(another).build().unwrap()] {
        let error = client.download(&url).open().await.unwrap_err();
        assert!(error.is_connect(), "{error}");
        hides_the_url(&error);
    }
}

#[tokio::test]
async fn a_text_that_is_not_a_certificate_is_refused() {
    let not_base_64 = "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n";
    let not_a_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "nonsense", not_base_64, not_a_certificate] {
        let error = builder().add_root_certificate(pem).build().unwrap_err();
        assert!(error.is_config(), "{pem}: {error}");
    }
}

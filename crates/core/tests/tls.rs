//! Servers with an untrusted certificate, and servers without TLS.

#![cfg(any(feature = "rustls", feature = "native-tls"))]

mod support;

use spapi_core::operation::Operation;
use spapi_core::{Method, Request, Value, decode};
use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use support::{GET, POST, Server, ok};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

static PUT: Operation = Operation::new("test", "v1", "putThing", Method::PUT, "/test/v1/things");
static SLOW: Operation = Operation::new("test", "v1", "getSlow", Method::GET, "/slow").rate(0.01, 2);

/// A server with an untrusted certificate: its URL, and the number of connections that it has accepted.
async fn untrusted_server() -> (String, Arc<AtomicU32>) {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key.into())
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let accepted = Arc::new(AtomicU32::new(0));
    tokio::spawn({
        let accepted = Arc::clone(&accepted);
        async move {
            while let Ok((stream, _)) = listener.accept().await {
                accepted.fetch_add(1, Ordering::SeqCst);
                let acceptor = acceptor.clone();
                tokio::spawn(async move { acceptor.accept(stream).await.is_ok() });
            }
        }
    });
    (url, accepted)
}

#[tokio::test]
async fn an_untrusted_certificate_is_final_and_nothing_was_sent() {
    let server = Server::start(|_| ok()).await;
    let token_url = format!("{}{}", server.url, support::LOGIN_PATH);
    for operation in [&GET, &POST, &PUT] {
        let (url, accepted) = untrusted_server().await;
        let endpoint = spapi_core::Endpoint::custom_with_token_url(url, &token_url);
        let client = server.builder().endpoint(endpoint).build().unwrap();
        let error = Request::<Value>::new(&client, operation, decode::json).send().await.unwrap_err();
        assert_eq!(error.kind(), spapi_core::ErrorKind::Untrusted);
        assert!(error.is_connect() && !error.outcome_unknown() && !error.is_timeout(), "{error:?}");
        assert_eq!((error.attempts(), accepted.load(Ordering::SeqCst)), (1, 1), "a repetition would not help");
        assert_eq!(
            error.to_string(),
            format!(
                "{operation}: the certificate of localhost is not trusted. Nothing was sent. Check the endpoint, \
                 this machine's clock, the authorities that it trusts, and any proxy that shows a certificate of its \
                 own, which ClientBuilder::add_root_certificate can trust."
            )
        );
        assert!(error.source().is_some());
    }
    // The same applies to the token endpoint.
    let (url, accepted) = untrusted_server().await;
    let endpoint = spapi_core::Endpoint::custom_with_token_url(&server.url, format!("{url}/token"));
    let client = server.builder().endpoint(endpoint).build().unwrap();
    let error = Request::<Value>::new(&client, &GET, decode::json).send().await.unwrap_err();
    assert!(error.to_string().contains("the certificate of the token endpoint is not trusted"), "{error}");
    assert_eq!(accepted.load(Ordering::SeqCst), 1);
    assert!(server.calls().is_empty());
}

#[cfg(feature = "document")]
#[tokio::test]
async fn an_untrusted_document_host_is_final_too() {
    let server = Server::start(|_| ok()).await;
    let (url, accepted) = untrusted_server().await;
    let error = server.client().download(format!("{url}/document")).open().await.unwrap_err();
    assert!(error.is_connect() && error.to_string().contains("the certificate of localhost"), "{error}");
    assert_eq!(accepted.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_untrusted_certificate_takes_no_quota() {
    let server = Server::start(|_| ok()).await;
    let token_url = format!("{}{}", server.url, support::LOGIN_PATH);
    let (url, accepted) = untrusted_server().await;
    let endpoint = spapi_core::Endpoint::custom_with_token_url(url, token_url);
    let client = server.builder().endpoint(endpoint).longest_wait(Duration::ZERO).build().unwrap();
    for _ in 0..3 {
        let error = Request::<Value>::new(&client, &SLOW, decode::json).send().await.unwrap_err();
        assert!(error.is_connect(), "{error}");
    }
    assert_eq!(accepted.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_server_without_tls_is_a_failed_connection() {
    let server = Server::start(|_| ok()).await;
    let token_url = format!("{}{}", server.url, support::LOGIN_PATH);
    // The server closes or resets the connection, or answers in plain HTTP.
    for (answer, resets) in [("", false), ("", true), ("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n", false)]
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let accepted = Arc::new(AtomicU32::new(0));
        tokio::spawn({
            let accepted = Arc::clone(&accepted);
            async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    accepted.fetch_add(1, Ordering::SeqCst);
                    let mut hello = [0; 64];
                    stream.read_exact(&mut hello).await.unwrap();
                    stream.write_all(answer.as_bytes()).await.unwrap();
                    if resets {
                        stream.set_zero_linger().unwrap();
                    }
                }
            }
        });
        let endpoint = spapi_core::Endpoint::custom_with_token_url(url, &token_url);
        let client = server.builder().endpoint(endpoint).build().unwrap();
        let error = Request::<Value>::new(&client, &POST, decode::json).send().await.unwrap_err();
        assert!(error.is_connect() && !error.outcome_unknown(), "{error}");
        assert_eq!((error.attempts(), accepted.load(Ordering::SeqCst)), (4, 4), "{answer:?}");
        assert!(error.to_string().contains("cannot connect to 127.0.0.1"), "{error}");
    }
}

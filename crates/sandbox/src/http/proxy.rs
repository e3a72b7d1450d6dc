//! HTTPS, and the proxy for clients that have Amazon's hosts hard-coded.

use super::hosts::amazon_hosts;
use super::listen::{Entrance, Line, Stream};
use super::tls::{self, Tls};
use super::{DOCUMENTS_PATH, LoggedRequest, RequestLog};
use crate::server::Server;
use axum::body::{Body, to_bytes};
use axum::http::{self, HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;

/// The first byte of a client's TLS hello. No HTTP request begins with it.
const GREETING: u8 = 0x16;

/// The port of HTTPS.
const HTTPS_PORT: u16 = 443;

/// What the port needs for HTTPS and the proxy.
#[derive(Clone)]
pub(crate) struct Secure {
    tls: Arc<Tls>,
    port: u16,
    is_proxy: bool,
    log: Option<RequestLog>,
}

impl Secure {
    pub(crate) fn new(port: u16, is_proxy: bool, log: Option<RequestLog>) -> io::Result<Self> {
        Ok(Self { tls: Arc::new(Tls::new()?), port, is_proxy, log })
    }

    /// The PEM certificate of the authority to trust.
    pub(crate) fn ca(&self) -> &str {
        self.tls.ca()
    }

    fn tell(&self, method: &str, path: &str, status: Option<u16>, why: String) {
        if let Some(log) = &self.log {
            log.tell(&LoggedRequest::of_connection(method, path, status, why));
        }
    }

    /// Why the proxy refuses a target, or `None` if it accepts it.
    fn objection(&self, uri: &Uri, default_port: u16) -> Option<String> {
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        if !self.is_proxy {
            return Some("the sandbox was started without its proxy; start it with --proxy or Builder::proxy".into());
        }
        let port = uri.port_u16().unwrap_or(default_port);
        let is_own = tls::OWN_HOSTS.contains(&host.as_str()) && port == self.port;
        let amazon = amazon_hosts();
        let is_known = host == tls::DOCUMENTS_HOST || amazon.contains(&host.as_str());
        if is_own || (port == default_port && is_known) {
            return None;
        }
        Some(format!(
            "{host}:{port} is not a host of the Selling Partner API, and this proxy reaches only the sandbox, which \
             answers for {}",
            amazon.join(", ")
        ))
    }
}

/// Whether the client speaks TLS.
pub(super) async fn starts_with_tls(stream: &TcpStream) -> bool {
    let mut first = [0];
    // A client that leaves before the first byte sends no requests.
    stream.peek(&mut first).await.is_ok_and(|read| read == 1) && first[0] == GREETING
}

/// Whether the request names one of Amazon's hosts, because its client has them hard-coded.
pub(super) fn is_for_amazon(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    amazon_hosts().contains(&host.strip_suffix(":443").unwrap_or(host))
}

/// Replaces the documents' URLs in the answer to such a client with HTTPS URLs that the proxy serves.
pub(super) async fn with_documents_host(server: &Server, response: Response) -> Response {
    if response.headers().get(header::CONTENT_TYPE).is_none_or(|kind| kind != "application/json") {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The sandbox's own bodies are in memory and in UTF-8, so reading them does not fail.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let own = format!("\"{}{DOCUMENTS_PATH}", server.documents.host());
    let named =
        String::from_utf8_lossy(&body).replace(&own, &format!("\"https://{}{DOCUMENTS_PATH}", tls::DOCUMENTS_HOST));
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(named))
}

impl Entrance {
    /// Answers the requests of a connection whose client speaks TLS.
    pub(super) async fn secured_requests(self, stream: impl Stream, line: Line) {
        let Some(secure) = self.secure.clone() else { return };
        let greeted = tokio::select! {
            greeted = tokio::time::timeout(self.timeout, secure.tls.accept(stream)) => greeted,
            () = line.hung_up() => return,
        };
        match greeted.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(stream) => self.requests(stream, line).await,
            Err(error) => {
                let why = format!(
                    "the TLS handshake failed: {error}; does the client trust the sandbox's certificate authority?"
                );
                secure.tell("TLS", "-", None, why);
            }
        }
    }

    /// Returns a request that the sandbox answers itself. Opens a tunnel for `CONNECT`, and refuses foreign hosts.
    pub(super) fn through_proxy(
        &self,
        request: http::Request<Incoming>,
        line: &Line,
    ) -> Result<http::Request<Incoming>, Box<Response>> {
        let Some(secure) = &self.secure else { return Ok(request) };
        let is_tunnel = request.method() == Method::CONNECT;
        if !is_tunnel && request.uri().host().is_none() {
            return Ok(request);
        }
        let default_port = if is_tunnel || request.uri().scheme_str() == Some("https") { HTTPS_PORT } else { 80 };
        if let Some(objection) = secure.objection(request.uri(), default_port) {
            let host = request.uri().host().unwrap_or_default();
            let status = StatusCode::FORBIDDEN;
            secure.tell(request.method().as_str(), host, Some(status.as_u16()), objection.clone());
            let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
            return Err(Box::new((status, text, format!("spapi sandbox: {objection}.\n")).into_response()));
        }
        if !is_tunnel {
            return Ok(request);
        }
        let (entrance, line) = (self.clone(), line.clone());
        tokio::spawn(async move {
            // A client that leaves before the tunnel is open sends no requests.
            if let Ok(stream) = hyper::upgrade::on(request).await {
                entrance.secured_requests(TokioIo::new(stream), line).await;
            }
        });
        Err(Box::new(Response::new(Body::empty())))
    }
}

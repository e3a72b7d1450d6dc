//! HTTPS, and the proxy for clients that have Amazon's hosts written in.

use super::{Entrance, Line, Stream};
use crate::record::{Observer, Record};
use crate::tls::{self, Tls};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use std::io;
use std::sync::Arc;
use tokio::net::TcpStream;

/// The first byte of a client's TLS greeting, which no HTTP begins with.
const GREETING: u8 = 0x16;

/// The port of HTTPS.
const HTTPS_PORT: u16 = 443;

/// What an entrance needs beyond plain HTTP.
#[derive(Clone)]
pub(crate) struct Secure {
    tls: Arc<Tls>,
    port: u16,
    is_proxy: bool,
    observer: Option<Observer>,
}

impl Secure {
    pub(crate) fn new(port: u16, is_proxy: bool, observer: Option<Observer>) -> io::Result<Self> {
        Ok(Self { tls: Arc::new(Tls::new()?), port, is_proxy, observer })
    }

    /// The certificate of the authority to trust, in PEM.
    pub(crate) fn ca(&self) -> &str {
        self.tls.ca()
    }

    fn tell(&self, method: &str, path: &str, status: Option<u16>, why: String) {
        if let Some(observer) = &self.observer {
            observer.tell(&Record::of_connection(method, path, status, why));
        }
    }

    /// Why what is asked for is not this proxy's, if so.
    fn objection(&self, uri: &Uri, default_port: u16) -> Option<String> {
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        if !self.is_proxy {
            return Some("the sandbox was started without its proxy, which takes --proxy or Builder::proxy".into());
        }
        let port = uri.port_u16().unwrap_or(default_port);
        let is_own = tls::OWN_HOSTS.contains(&host.as_str()) && port == self.port;
        let amazon = tls::amazon_hosts();
        if is_own || (port == default_port && amazon.contains(&host.as_str())) {
            return None;
        }
        Some(format!(
            "{host}:{port} is no host of the Selling Partner API, and this proxy reaches nothing but the sandbox; it \
             stands for {}",
            amazon.join(", ")
        ))
    }
}

/// Whether the client speaks TLS.
pub(super) async fn starts_with_tls(stream: &TcpStream) -> bool {
    let mut first = [0];
    // Whoever is gone before the first byte has no requests either.
    stream.peek(&mut first).await.is_ok_and(|read| read == 1) && first[0] == GREETING
}

impl Entrance {
    /// Answers the requests of a connection whose client speaks TLS.
    pub(super) async fn secured_requests(self, stream: impl Stream, line: Line) {
        let Some(secure) = self.secure.clone() else { return };
        match secure.tls.accept(stream).await {
            Ok(stream) => self.requests(stream, line).await,
            Err(error) => {
                let why = format!("no HTTPS: {error}; does the client trust the sandbox's certificate authority?");
                secure.tell("TLS", "-", None, why);
            }
        }
    }

    /// A request that is the sandbox's own, directly or in the place of a host of Amazon's. A tunnel is opened, and
    /// anything else refused.
    pub(super) fn through_proxy(
        &self,
        request: Request<Incoming>,
        line: &Line,
    ) -> Result<Request<Incoming>, Box<Response>> {
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
            // A client that leaves before the tunnel stands has no requests.
            if let Ok(stream) = hyper::upgrade::on(request).await {
                entrance.secured_requests(TokioIo::new(stream), line).await;
            }
        });
        Err(Box::new(Response::new(Body::empty())))
    }
}

//! The request as the client builds it, without a server.

use super::arguments::Values;
use crate::connection::Server;
use crate::exit::{Exit, Failure};
use crate::output::JsonOut;
use crate::output::json::indented;
use http::Request;
use spapi_core::text::printable;
use spapi_core::transport::{Body, Purpose, Transport, TransportError, TransportErrorKind};
use spapi_core::{BoxFuture, Bytes, Error, Response, Value};
use spapi_metadata::Location;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// A transport that keeps the request of the call and sends nothing. Tokens are words that say what they stand for.
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<Option<Request<Bytes>>>>);

impl Transport for Kept {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let token = match request.extensions().get() {
            Some(Purpose::Login) => r#"{"access_token":"(an access token)","expires_in":3600}"#,
            Some(Purpose::RestrictedDataToken) => {
                r#"{"restrictedDataToken":"(a restricted data token)","expiresIn":3600}"#
            }
            _ => {
                let request = request.map(|body| body.as_bytes().cloned().unwrap_or_default());
                *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
                return Box::pin(async { Err(TransportError::new(TransportErrorKind::Unusable)) });
            }
        };
        Box::pin(async move { Ok(http::Response::new(Body::from(token))) })
    }
}

impl Kept {
    /// The request that was kept.
    ///
    /// # Errors
    /// When the client refused the call and made no request.
    pub fn request(&self, sent: Result<Response<Value>, Error>) -> Result<Request<Bytes>, Failure> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (kept, sent) {
            (Some(request), _) => Ok(request),
            (None, Err(error)) => Err(error.into()),
            (None, Ok(_)) => Err(Failure::new(Exit::Failed, "the client made no request")),
        }
    }

    /// Writes the request that was kept: method, URL, parameters without encoding, headers and body.
    ///
    /// # Errors
    /// When the client refused the call and made no request.
    pub fn show(&self, sent: Result<Response<Value>, Error>, server: &Server, values: &Values) -> Result<(), Failure> {
        let request = self.request(sent)?;
        let url = url(&request, server);
        let mut out = JsonOut::new();
        writeln!(out, "{} {url}", request.method())?;
        for given in values {
            let place = match given.parameter.location {
                Location::Path => "path",
                Location::Query => "query",
                // The headers follow.
                _ => continue,
            };
            for value in &given.values {
                writeln!(out, "{place}: {} = {}", given.parameter.name, printable(value))?;
            }
        }
        for (name, value) in request.headers() {
            writeln!(out, "header: {name} = {}", printable(&String::from_utf8_lossy(value.as_bytes())))?;
        }
        if let (false, Ok(json)) = (request.body().is_empty(), std::str::from_utf8(request.body())) {
            writeln!(out, "body:\n{}", indented(json))?;
        }
        Ok(out.flush()?)
    }
}

/// The address of a request. The embedded sandbox has no address that others could use.
pub fn url(request: &Request<Bytes>, server: &Server) -> String {
    match server {
        Server::Embedded => {
            format!("(embedded sandbox){}", request.uri().path_and_query().map_or("/", |path| path.as_str()))
        }
        _ => request.uri().to_string(),
    }
}

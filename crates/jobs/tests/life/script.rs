//! An Amazon that answers as a test writes it, in paused time.

use crate::support::{PausedClock, epoch};
use http::{Request, Response};
use serde_json::{Value, json};
use spapi_core::transport::{Body, Transport, TransportError, TransportErrorKind};
use spapi_core::{BoxFuture, Bytes, Client, Credentials, Endpoint, Marketplace};
use std::sync::{Arc, Mutex};
use tokio::time::Instant;

/// A request that came.
#[derive(Clone, Debug)]
pub struct Call {
    /// The method and the path, such as `GET /feeds/2021-06-30/feeds`. For the document host only the method and `document`.
    pub name: String,
    pub uri: String,
    pub headers: http::HeaderMap,
    pub body: Bytes,
}

impl Call {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What comes back.
pub enum Reply {
    Json(u16, Value),
    Text(u16, String),
    /// The connection ends before the answer.
    Lost,
}

type Answer = Box<dyn FnMut(&Call, usize) -> Reply + Send>;

#[derive(Clone)]
pub struct Script(Arc<Mutex<(Vec<Call>, Answer)>>, PausedClock);

impl Script {
    /// `answer` gets each call and how many of the same name were before it.
    pub fn new(answer: impl FnMut(&Call, usize) -> Reply + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new((Vec::new(), Box::new(answer)))), PausedClock(Instant::now(), epoch()))
    }

    /// The same, but `fault` may answer in place of `answer`: after the call has had its effect if the flag says so.
    pub fn with_faults(
        mut answer: impl FnMut(&Call, usize) -> Reply + Send + 'static,
        mut fault: impl FnMut(&str, usize) -> Option<(bool, Reply)> + Send + 'static,
    ) -> Self {
        Self::new(move |call, before| {
            let fault = fault(&call.name, before);
            if let Some((false, reply)) = fault {
                return reply;
            }
            let reply = answer(call, before);
            fault.map_or(reply, |(_, reply)| reply)
        })
    }

    pub fn client(&self) -> Client {
        Client::builder(Marketplace::JP)
            .endpoint(Endpoint::custom("https://amazon.test"))
            .credentials(Credentials::new("id", "secret", "Atzr|token"))
            .transport(self.clone())
            .clock(Arc::new(self.1.clone()))
            .build()
            .unwrap()
    }

    /// The calls whose name ends like this.
    pub fn calls(&self, name: &str) -> Vec<Call> {
        self.0.lock().unwrap().0.iter().filter(|call| call.name.ends_with(name)).cloned().collect()
    }
}

impl Transport for Script {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?;
            let name = match head.uri.host() {
                Some("documents.test") => "document",
                _ => head.uri.path(),
            };
            let name = format!("{} {name}", head.method);
            let reply = if name.contains("/auth/o2/token") {
                Reply::Json(200, json!({ "access_token": "Atza|1", "token_type": "bearer", "expires_in": 36_000_000 }))
            } else {
                let mut script = self.0.lock().unwrap();
                let before = script.0.iter().filter(|call| call.name == name).count();
                let call = Call { name, uri: head.uri.to_string(), headers: head.headers, body };
                script.0.push(call.clone());
                (script.1)(&call, before)
            };
            match reply {
                Reply::Json(status, body) => {
                    Ok(Response::builder().status(status).body(Body::from(body.to_string())).unwrap())
                }
                Reply::Text(status, text) => Ok(Response::builder().status(status).body(Body::from(text)).unwrap()),
                Reply::Lost => Err(TransportError::new(TransportErrorKind::Lost)),
            }
        })
    }
}

/// The answer of the document host to a URL that has expired.
pub fn expired() -> Reply {
    let text = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
    Reply::Text(403, text.to_owned())
}

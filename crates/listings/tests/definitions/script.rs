//! An Amazon within the process, whose answers a test writes.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{Request, Response};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use spapi_core::transport::{Body, Transport, TransportError, TransportErrorKind};
use spapi_core::{BoxFuture, Client, Clock, Credentials, DateTime, Endpoint, Marketplace, RetryPolicy};
use spapi_listings::Definitions;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

pub const SELLER: &str = "A1SELLER";

/// A request that came.
#[derive(Clone, Debug)]
pub struct Call {
    /// The last part of the path, or `document` for the document host.
    pub name: String,
    pub path: String,
    pub query: BTreeMap<String, String>,
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
pub struct Script {
    state: Arc<Mutex<(Vec<Call>, Answer)>>,
    clock: PausedClock,
}

/// A clock that follows tokio's.
#[derive(Clone, Debug)]
struct PausedClock(Instant, SystemTime);

impl Clock for PausedClock {
    fn now(&self) -> SystemTime {
        self.1 + self.0.elapsed()
    }
}

impl Script {
    /// `answer` gets each call and how many of the same name were before it.
    pub fn new(answer: impl FnMut(&Call, usize) -> Reply + Send + 'static) -> Self {
        let epoch = DateTime::from("2026-11-29T20:00:00Z").to_system_time().unwrap();
        let state = Arc::new(Mutex::new((Vec::new(), Box::new(answer) as Answer)));
        Self { state, clock: PausedClock(Instant::now(), epoch) }
    }

    /// A client of the seller [`SELLER`] in Japan.
    pub fn client(&self) -> Client {
        self.client_of(Some(SELLER))
    }

    pub fn client_of(&self, seller: Option<&str>) -> Client {
        let credentials = Credentials::new("id", "secret", "Atzr|token");
        let credentials = match seller {
            Some(id) => credentials.with_seller_id(id),
            None => credentials,
        };
        Client::builder(Marketplace::JP)
            .endpoint(Endpoint::custom("https://amazon.test"))
            .credentials(credentials)
            .transport(self.clone())
            .clock(Arc::new(self.clock.clone()))
            .retry(RetryPolicy::new().attempts(2))
            .build()
            .unwrap()
    }

    pub fn definitions(&self, folder: &Path) -> Definitions {
        Definitions::new(&self.client()).folder(folder)
    }

    /// The calls of that name so far.
    pub fn calls(&self, name: &str) -> Vec<Call> {
        self.state.lock().unwrap().0.iter().filter(|call| call.name == name).cloned().collect()
    }

    /// How many definitions and how many schemas were requested since the last count.
    pub fn counts(&self) -> (usize, usize) {
        let mut state = self.state.lock().unwrap();
        let documents = state.0.iter().filter(|call| call.name == "document").count();
        let all = state.0.len();
        state.0.clear();
        (all - documents, documents)
    }
}

impl Transport for Script {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let uri = request.uri().clone();
            let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
            let name = match uri.host() {
                Some("documents.test") => "document",
                _ => uri.path().rsplit('/').next().unwrap_or_default(),
            };
            // The way to Amazon and back takes a while.
            tokio::time::sleep(Duration::from_millis(100)).await;
            let reply = if uri.path().contains("/auth/o2/token") {
                Reply::Json(200, json!({ "access_token": "Atza|1", "token_type": "bearer", "expires_in": 36_000_000 }))
            } else {
                let call = Call { name: name.to_owned(), path: uri.path().to_owned(), query };
                let mut state = self.state.lock().unwrap();
                let before = state.0.iter().filter(|known| known.name == call.name).count();
                state.0.push(call.clone());
                (state.1)(&call, before)
            };
            let answer = |status, body: Body| Ok(Response::builder().status(status).body(body).unwrap());
            match reply {
                Reply::Json(status, body) => answer(status, body.to_string().into()),
                Reply::Text(status, text) => answer(status, text.into()),
                Reply::Lost => Err(TransportError::new(TransportErrorKind::Lost)),
            }
        })
    }
}

/// The product types of a scripted Amazon, which a test changes while it runs.
#[derive(Clone)]
pub struct Types(Arc<Mutex<State>>);

pub struct State {
    pub schema: String,
    pub version: String,
    pub is_gone: bool,
    pub is_down: bool,
    pub is_denied: bool,
    /// How many more downloads are cut off, and how many more links have expired.
    pub cut: usize,
    pub expired: usize,
    /// The checksum that the answer has, if not that of the schema.
    pub checksum: Option<String>,
}

impl Types {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            schema: schema("1"),
            version: "v1".to_owned(),
            is_gone: false,
            is_down: false,
            is_denied: false,
            cut: 0,
            expired: 0,
            checksum: None,
        })))
    }

    pub fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.lock().unwrap());
    }

    pub fn script(&self) -> Script {
        let types = self.clone();
        Script::new(move |call, _| types.answer(call))
    }

    fn answer(&self, call: &Call) -> Reply {
        let mut state = self.0.lock().unwrap();
        if state.is_down {
            return Reply::Lost;
        }
        if call.name == "document" {
            if state.expired > 0 {
                state.expired -= 1;
                let text = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
                return Reply::Text(403, text.to_owned());
            }
            let text = match state.cut {
                0 => state.schema.clone(),
                _ => state.schema[..state.schema.len() / 2].to_owned(),
            };
            state.cut = state.cut.saturating_sub(1);
            return Reply::Text(200, text);
        }
        if state.is_denied {
            return Reply::Json(403, json!({ "errors": [{ "code": "Unauthorized", "message": "no" }] }));
        }
        if state.is_gone {
            return Reply::Json(404, json!({ "errors": [{ "code": "NOT_FOUND", "message": "no such type" }] }));
        }
        let checksum = state.checksum.clone().unwrap_or_else(|| BASE64_STANDARD.encode(Md5::digest(&state.schema)));
        Reply::Json(200, definition(&call.name, call, &state.version, &checksum))
    }
}

/// The answer to `getDefinitionsProductType`.
pub fn definition(product_type: &str, call: &Call, version: &str, checksum: &str) -> Value {
    let link = json!({ "resource": "https://documents.test/schema?X-Amz-Signature=s3cr3t", "verb": "GET" });
    json!({
        "productType": product_type,
        "displayName": "Luggage",
        "locale": if call.query["locale"] == "DEFAULT" { "ja_JP" } else { &call.query["locale"] },
        "marketplaceIds": [call.query["marketplaceIds"]],
        "requirements": call.query["requirements"],
        "requirementsEnforced": call.query["requirementsEnforced"],
        "productTypeVersion": { "version": version, "latest": true, "releaseCandidate": false },
        "propertyGroups": { "offer": { "title": "Offer", "propertyNames": ["purchasable_offer", "condition_type"] } },
        "schema": { "link": link, "checksum": checksum },
    })
}

/// A schema with this title.
pub fn schema(title: &str) -> String {
    json!({
        "$schema": "https://schemas.amazon.com/selling-partners/definitions/product-types/meta-schema/v1",
        "title": title,
        "type": "object",
        "required": ["item_name"],
        "properties": { "item_name": {
            "title": "Title", "type": "array", "minItems": 1, "maxUniqueItems": 1, "selectors": ["marketplace_id", "language_tag"],
            "items": { "type": "object", "required": ["value"], "properties": {
                "value": { "type": "string", "maxLength": 200 },
                "language_tag": { "type": "string" },
                "marketplace_id": { "type": "string" },
            }, "additionalProperties": false },
        } },
        "additionalProperties": false,
    })
    .to_string()
}

/// Counts warnings on the thread of a test.
#[derive(Clone, Default)]
pub struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    /// Counts from now on, until the guard is dropped.
    pub fn listen(&self) -> tracing::subscriber::DefaultGuard {
        tracing::subscriber::set_default(self.clone())
    }

    /// The texts since the last call.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN && metadata.target().starts_with("spapi_listings")
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Text(String);
        impl tracing::field::Visit for Text {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn fmt::Debug) {
                self.0.push_str(&format!("{field}={value:?} "));
            }
        }
        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

//! An Amazon within the process that takes feeds and calls, with the documented quotas and in tokio's time.

use http::{Request, Response};
use serde_json::{Value, json};
use spapi_core::transport::{Body, Transport, TransportError, TransportErrorKind};
use spapi_core::{BoxFuture, Bytes, Client, Clock, Credentials, DateTime, Endpoint, Marketplace};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

pub const SELLER: &str = "A1SELLER";

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// The connection ends before anything is done.
    Reset,
    /// It is done, and the connection ends before the answer.
    LostAnswer,
    /// Amazon refuses the caller.
    Forbidden,
    /// Amazon fails, and nothing is done.
    Broken,
}

/// A listing.
#[derive(Clone, Debug)]
pub struct Listing {
    pub updated_at: Instant,
    pub is_new: bool,
    pub issues: Vec<Value>,
    pub attributes: Value,
    /// How long after the last change it can be bought. `None` for one that never can.
    pub buyable_after: Option<Duration>,
    pub is_deleted: bool,
}

struct Feed {
    body: Bytes,
    made: Instant,
    is_applied: bool,
    issues: Vec<Value>,
}

type Chooser = Box<dyn FnMut(&str, u32) -> Option<Fault> + Send>;

pub struct State {
    pub listings: BTreeMap<String, Listing>,
    /// How often each SKU was in a message or a call.
    pub sent: BTreeMap<String, u32>,
    pub calls: HashMap<&'static str, u32>,
    /// Calls beyond the quota.
    pub refused: u32,
    pub fault: Chooser,
    /// How a feed ends.
    pub feed_status: &'static str,
    pub processing: Duration,
    feeds: Vec<Feed>,
    uploads: HashMap<String, Bytes>,
    buckets: HashMap<&'static str, (f64, Instant)>,
    start: Instant,
}

#[derive(Clone)]
pub struct Amazon(Arc<Mutex<State>>);

#[derive(Debug)]
struct PausedClock(Instant);

impl Clock for PausedClock {
    fn now(&self) -> SystemTime {
        epoch() + self.0.elapsed()
    }
}

fn epoch() -> SystemTime {
    DateTime::from("2026-11-29T20:00:00Z").to_system_time().unwrap()
}

/// A SKU that Amazon refuses at once has `refused` in it, one whose listing gets an error `wrong`, one that never appears `lost`,
/// and one that cannot be bought `idle`.
fn says(sku: &str, word: &str) -> bool {
    sku.contains(word)
}

fn issue(code: &str) -> Value {
    json!({ "code": code, "message": "not good", "severity": "ERROR", "attributeNames": ["item_name"], "categories": ["INVALID_ATTRIBUTE"] })
}

impl Amazon {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            listings: BTreeMap::new(),
            sent: BTreeMap::new(),
            calls: HashMap::new(),
            refused: 0,
            fault: Box::new(|_, _| None),
            feed_status: "DONE",
            processing: Duration::from_secs(90),
            feeds: Vec::new(),
            uploads: HashMap::new(),
            buckets: HashMap::new(),
            start: Instant::now(),
        })))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub fn client(&self) -> Client {
        let start = self.state().start;
        Client::builder(Marketplace::DE)
            .endpoint(Endpoint::custom("https://amazon.test"))
            .credentials(Credentials::new("id", "secret", "Atzr|token"))
            .transport(self.clone())
            .clock(Arc::new(PausedClock(start)))
            .longest_wait(Duration::from_secs(24 * 3600))
            .build()
            .unwrap()
    }

    pub fn calls(&self, operation: &str) -> u32 {
        self.state().calls.get(operation).copied().unwrap_or_default()
    }

    /// Adds a listing that was changed long ago.
    pub fn add(&self, sku: &str) {
        let updated_at = self.state().start;
        let listing = Listing {
            updated_at,
            is_new: false,
            issues: Vec::new(),
            attributes: json!({}),
            buyable_after: Some(Duration::ZERO),
            is_deleted: false,
        };
        self.state().listings.insert(sku.to_owned(), listing);
    }

    /// The SKUs that were sent more than once.
    pub fn sent_twice(&self) -> Vec<String> {
        self.state().sent.iter().filter(|(_, count)| **count > 1).map(|(sku, _)| sku.clone()).collect()
    }
}

impl State {
    fn date(&self, at: Instant) -> String {
        DateTime::from(epoch() + at.duration_since(self.start)).to_string()
    }

    /// Takes a call from the documented quota.
    fn takes(&mut self, operation: &'static str) -> bool {
        let (rate, burst) = match operation {
            "createFeed" => (0.0083, 15.0),
            "createFeedDocument" => (0.5, 15.0),
            "getFeeds" => (0.0222, 10.0),
            "getFeed" => (2.0, 15.0),
            "getFeedDocument" => (0.0222, 10.0),
            "put" | "get" => (5.0, 10.0),
            "patch" | "delete" | "search" => (5.0, 5.0),
            _ => return true,
        };
        let (left, at) = self.buckets.entry(operation).or_insert((burst, Instant::now()));
        *left = (*left + at.elapsed().as_secs_f64() * rate).min(burst);
        *at = Instant::now();
        let may = *left >= 0.999;
        if may {
            *left -= 1.0;
        }
        may
    }

    /// Carries out a change. Returns the issues of the answer.
    fn change(&mut self, sku: &str, operation: &str, attributes: &Value) -> Vec<Value> {
        *self.sent.entry(sku.to_owned()).or_default() += 1;
        if says(sku, "refused") {
            return vec![issue("4000001")];
        }
        if operation == "DELETE" {
            if let Some(listing) = self.listings.get_mut(sku) {
                (listing.is_deleted, listing.updated_at) = (true, Instant::now());
            }
            return Vec::new();
        }
        if says(sku, "lost") {
            return Vec::new();
        }
        let listing = Listing {
            updated_at: Instant::now(),
            is_new: !self.listings.contains_key(sku),
            issues: if says(sku, "wrong") { vec![issue("90220")] } else { Vec::new() },
            attributes: attributes.clone(),
            buyable_after: (!says(sku, "idle")).then_some(Duration::from_secs(20)),
            is_deleted: false,
        };
        self.listings.insert(sku.to_owned(), listing);
        Vec::new()
    }

    fn item(&self, sku: &str) -> Option<Value> {
        let listing = self.listings.get(sku)?;
        let age = listing.updated_at.elapsed();
        // A new listing shows after a while, and a deleted one for a while.
        if listing.is_new && age < Duration::from_secs(5) || listing.is_deleted && age > Duration::from_secs(30) {
            return None;
        }
        let is_buyable = listing.issues.is_empty() && listing.buyable_after.is_some_and(|after| age >= after);
        let status: &[&str] = if is_buyable { &["BUYABLE", "DISCOVERABLE"] } else { &["DISCOVERABLE"] };
        Some(json!({
            "sku": sku,
            "summaries": [{ "marketplaceId": Marketplace::DE.id(), "productType": "LUGGAGE", "status": status,
                "lastUpdatedDate": self.date(listing.updated_at) }],
            "issues": listing.issues,
            "attributes": listing.attributes,
        }))
    }

    fn apply(&mut self, feed: usize) {
        let body: Value = serde_json::from_slice(&self.feeds[feed].body).unwrap();
        let mut issues = Vec::new();
        for message in body["messages"].as_array().unwrap() {
            let sku = message["sku"].as_str().unwrap();
            for issue in self.change(sku, message["operationType"].as_str().unwrap(), &message["attributes"]) {
                // Amazon leaves out the SKU at times.
                issues.push(json!({ "messageId": message["messageId"], "code": issue["code"], "severity": "ERROR", "message": "not good" }));
            }
        }
        self.feeds[feed].issues = issues;
        self.feeds[feed].is_applied = true;
    }

    fn report(&self, feed: &Feed) -> Value {
        let body: Value = serde_json::from_slice(&feed.body).unwrap();
        let count = body["messages"].as_array().unwrap().len();
        json!({ "header": { "sellerId": SELLER, "version": "2.0" }, "issues": feed.issues,
            "summary": { "messagesProcessed": count, "messagesAccepted": count - feed.issues.len(), "messagesInvalid": feed.issues.len() } })
    }

    fn answer(&mut self, operation: &'static str, request: &Request<()>, body: &Bytes) -> (u16, Value) {
        let path = request.uri().path().to_owned();
        let last = decoded(path.rsplit('/').next().unwrap_or_default());
        let json = || serde_json::from_slice::<Value>(body).unwrap_or_default();
        match operation {
            "login" => (200, json!({ "access_token": "Atza|1", "token_type": "bearer", "expires_in": 36_000_000 })),
            "createFeedDocument" => {
                let id = format!("in-{}", self.uploads.len());
                self.uploads.insert(id.clone(), Bytes::new());
                (201, json!({ "feedDocumentId": id, "url": format!("https://documents.test/{id}?signature=1") }))
            }
            "upload" => {
                self.uploads.insert(last, body.clone());
                (200, json!({}))
            }
            "createFeed" => {
                let document = json()["inputFeedDocumentId"].as_str().unwrap().to_owned();
                let body = self.uploads[&document].clone();
                self.feeds.push(Feed { body, made: Instant::now(), is_applied: false, issues: Vec::new() });
                (202, json!({ "feedId": (self.feeds.len()).to_string() }))
            }
            "getFeeds" => {
                let feeds: Vec<Value> = (0..self.feeds.len()).map(|feed| self.feed(feed)).collect();
                (200, json!({ "feeds": feeds }))
            }
            "getFeed" => {
                let feed = last.parse::<usize>().unwrap() - 1;
                if self.feeds[feed].made.elapsed() >= self.processing
                    && !self.feeds[feed].is_applied
                    && self.feed_status == "DONE"
                {
                    self.apply(feed);
                }
                (200, self.feed(feed))
            }
            "getFeedDocument" => {
                (200, json!({ "feedDocumentId": last, "url": format!("https://documents.test/{last}?signature=1") }))
            }
            "download" => {
                let feed = last.trim_start_matches("out-").parse::<usize>().unwrap() - 1;
                (200, self.report(&self.feeds[feed]))
            }
            "search" => {
                let skus = parameter(request, "identifiers");
                assert!(skus.len() <= 20, "at most 20 identifiers");
                assert_eq!(parameter(request, "identifiersType"), ["SKU"]);
                let items: Vec<Value> = skus.iter().filter_map(|sku| self.item(sku)).collect();
                (200, json!({ "numberOfResults": items.len(), "items": items }))
            }
            "get" => match self.item(&last) {
                Some(item) => (200, item),
                None => (404, json!({ "errors": [{ "code": "NOT_FOUND", "message": "no listing" }] })),
            },
            "put" | "patch" | "delete" => {
                let method = if operation == "delete" { "DELETE" } else { "UPDATE" };
                let issues = self.change(&last, method, &json()["attributes"]);
                let status = if issues.is_empty() { "ACCEPTED" } else { "INVALID" };
                (200, json!({ "sku": last, "status": status, "submissionId": "S1", "issues": issues }))
            }
            _ => panic!("{operation} {path}"),
        }
    }

    fn feed(&self, feed: usize) -> Value {
        let made = &self.feeds[feed];
        let is_done = made.made.elapsed() >= self.processing;
        let id = (feed + 1).to_string();
        let mut shown = json!({
            "feedId": id, "feedType": "JSON_LISTINGS_FEED", "marketplaceIds": [Marketplace::DE.id()], "createdTime": self.date(made.made),
            "processingStatus": if is_done { self.feed_status } else { "IN_QUEUE" },
        });
        if is_done && made.is_applied {
            shown["resultFeedDocumentId"] = format!("out-{id}").into();
        }
        shown
    }
}

/// The values of a parameter of the query.
fn parameter(request: &Request<()>, name: &str) -> Vec<String> {
    let query = request.uri().query().unwrap_or_default();
    let value = query.split('&').find_map(|field| field.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
    value.split(',').map(decoded).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        match (first, others) {
            (b'%', [high, low, others @ ..]) => {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&[*high, *low]).unwrap(), 16).unwrap());
                rest = others;
            }
            _ => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn operation(request: &Request<()>) -> &'static str {
    let (method, path) = (request.method().as_str(), request.uri().path());
    if request.uri().host() == Some("documents.test") {
        return if method == "PUT" { "upload" } else { "download" };
    }
    let feeds = path.strip_prefix("/feeds/2021-06-30/");
    let items = path.strip_prefix("/listings/2021-08-01/items/");
    match (method, feeds, items) {
        ("POST", Some("documents"), _) => "createFeedDocument",
        ("POST", Some("feeds"), _) => "createFeed",
        ("GET", Some("feeds"), _) => "getFeeds",
        ("GET", Some(path), _) if path.starts_with("feeds/") => "getFeed",
        ("GET", Some(_), _) => "getFeedDocument",
        ("GET", _, Some(path)) => {
            if path.contains('/') {
                "get"
            } else {
                "search"
            }
        }
        ("PUT", _, Some(_)) => "put",
        ("PATCH", _, Some(_)) => "patch",
        ("DELETE", _, Some(_)) => "delete",
        _ => "login",
    }
}

impl Transport for Amazon {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?;
            let request = Request::from_parts(head, ());
            let name = operation(&request);
            // The way to Amazon and back takes a while.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let errors = |status: u16, code: &str| (status, json!({ "errors": [{ "code": code, "message": code }] }));
            let (fault, (status, body)) = {
                let mut state = self.state();
                let count = state.calls.entry(name).or_default();
                *count += 1;
                let number = *count;
                let fault = (state.fault)(name, number);
                let answer = match fault {
                    Some(Fault::Reset) => return Err(TransportError::new(TransportErrorKind::Lost)),
                    Some(Fault::Forbidden) => errors(403, "Unauthorized"),
                    Some(Fault::Broken) => errors(500, "InternalFailure"),
                    _ if !state.takes(name) => {
                        state.refused += 1;
                        errors(429, "QuotaExceeded")
                    }
                    _ => state.answer(name, &request, &body),
                };
                (fault, answer)
            };
            if fault == Some(Fault::LostAnswer) {
                return Err(TransportError::new(TransportErrorKind::Lost));
            }
            Ok(Response::builder().status(status).body(Body::from(body.to_string())).unwrap())
        })
    }
}

//! An Amazon within the process, with the listings of one seller, whose time is tokio's.
//!
//! Its rules are written anew here, so that they do not repeat a mistake of the library.

use http::{Request, Response};
use serde_json::{Map, Value, json};
use spapi_core::transport::{Body, Transport, TransportError, TransportErrorKind};
use spapi_core::{BoxFuture, Client, Clock, Credentials, DateTime, Endpoint, Marketplace, Quotas};
use spapi_listings::Listings;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// How a call goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// 429, and nothing is done.
    Throttled,
    /// 500, and nothing is done.
    Failed,
    /// It is done, and the connection ends before the answer.
    LostAnswer,
    /// The connection ends before anything is done.
    Lost,
    /// Nothing is sent.
    NoConnection,
}

/// A listing as Amazon keeps it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub product_type: String,
    pub attributes: Map<String, Value>,
    /// The points of the offer in Japan.
    pub points: Option<i64>,
    pub status: Vec<&'static str>,
    pub issues: Value,
    /// Since when it is there.
    pub since: Instant,
}

impl Stored {
    pub fn new(attributes: Value) -> Self {
        Self {
            product_type: "LUGGAGE".to_owned(),
            attributes: attributes.as_object().unwrap().clone(),
            points: None,
            status: vec!["BUYABLE", "DISCOVERABLE"],
            issues: json!([]),
            since: Instant::now(),
        }
    }
}

/// A call that came.
#[derive(Clone, Debug)]
pub struct Call {
    /// `GET`, `PUT`, `PATCH`, `DELETE`, or `PREVIEW` for a preview of one of them.
    pub name: String,
    /// The path and the query, byte for byte.
    pub uri: String,
    pub body: Value,
}

/// The fault of a call of this name, by its number from 1.
type Chooser = Box<dyn FnMut(&str, usize) -> Option<Fault> + Send>;
type Effect = Box<dyn FnMut(&mut Stored) + Send>;
type Answer = Box<dyn FnMut(&Call) -> Option<Value> + Send>;

pub struct State {
    pub listings: HashMap<String, Stored>,
    pub calls: Vec<Call>,
    pub fault: Chooser,
    /// What a patch does besides what it says.
    pub effect: Effect,
    /// An answer to a change or a preview in place of the usual one.
    pub answer: Answer,
    /// How long the attributes take to show a change, and the offers and the stock.
    pub delays: (Duration, Duration),
    /// What a listing showed before its last change, and when that was.
    old: HashMap<String, (Stored, Instant)>,
}

#[derive(Clone)]
pub struct Amazon(Arc<Mutex<State>>);

/// A clock that follows tokio's.
#[derive(Debug)]
struct PausedClock(Instant, SystemTime);

impl Clock for PausedClock {
    fn now(&self) -> SystemTime {
        self.1 + self.0.elapsed()
    }
}

impl Amazon {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            listings: HashMap::new(),
            calls: Vec::new(),
            fault: Box::new(|_, _| None),
            effect: Box::new(|_| {}),
            answer: Box::new(|_| None),
            delays: (Duration::ZERO, Duration::ZERO),
            old: HashMap::new(),
        })))
    }

    /// An Amazon with one listing.
    pub fn with(sku: &str, attributes: Value) -> Self {
        let amazon = Self::new();
        amazon.state().listings.insert(sku.to_owned(), Stored::new(attributes));
        amazon
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub fn listings(&self, marketplace: Marketplace) -> Listings {
        Listings::new(&self.client(marketplace), "A1SELLER")
    }

    pub fn client(&self, marketplace: Marketplace) -> Client {
        let epoch = DateTime::from("2026-11-29T20:00:00Z").to_system_time().unwrap();
        Client::builder(marketplace)
            .endpoint(Endpoint::custom("https://amazon.test"))
            .credentials(Credentials::new("id", "secret", "Atzr|token"))
            .transport(self.clone())
            .clock(Arc::new(PausedClock(Instant::now(), epoch)))
            .quotas(&Quotas::off())
            .build()
            .unwrap()
    }

    /// How often a call of this name came.
    pub fn calls(&self, name: &str) -> usize {
        self.state().calls.iter().filter(|call| call.name == name).count()
    }

    /// The last call of this name.
    pub fn last(&self, name: &str) -> Call {
        self.state().calls.iter().rfind(|call| call.name == name).unwrap().clone()
    }

    pub fn stored(&self, sku: &str) -> Stored {
        self.state().listings[sku].clone()
    }
}

impl State {
    fn reply(&mut self, call: &Call, sku: &str, markets: &[String]) -> (u16, Value) {
        if let Some(body) = (self.answer)(call) {
            return (200, body);
        }
        let done = |status: &str| json!({ "sku": sku, "status": status, "submissionId": "submission-1", "issues": [] });
        match call.name.as_str() {
            "GET" => match self.shown(sku, markets) {
                Some(item) => (200, item),
                None => (404, json!({ "errors": [{ "code": "NOT_FOUND", "message": "SKU not found" }] })),
            },
            "PREVIEW" => (200, done("VALID")),
            "DELETE" => {
                self.keep(sku);
                self.listings.remove(sku);
                (200, done("ACCEPTED"))
            }
            "PUT" => {
                let mut stored = Stored::new(call.body["attributes"].clone());
                stored.product_type = call.body["productType"].as_str().unwrap().to_owned();
                self.listings.insert(sku.to_owned(), stored);
                (200, done("ACCEPTED"))
            }
            "PATCH" => {
                self.keep(sku);
                let stored = self.listings.entry(sku.to_owned()).or_insert_with(|| Stored::new(json!({})));
                for patch in call.body["patches"].as_array().unwrap() {
                    change(stored, patch, &markets[0]);
                }
                (self.effect)(stored);
                (200, done("ACCEPTED"))
            }
            other => panic!("{other}"),
        }
    }

    fn keep(&mut self, sku: &str) {
        if let Some(stored) = self.listings.get(sku) {
            self.old.insert(sku.to_owned(), (stored.clone(), Instant::now()));
        }
    }

    fn shown(&self, sku: &str, markets: &[String]) -> Option<Value> {
        let now = self.listings.get(sku);
        // After a change the old state shows for a while.
        let old = self.old.get(sku);
        let after = |delay: Duration| match old {
            Some((old, at)) if at.elapsed() < delay => Some(old),
            _ => now.filter(|now| now.since <= Instant::now()),
        };
        let (stored, offered) = (after(self.delays.0)?, after(self.delays.1));
        let mut item = json!({ "sku": sku, "issues": stored.issues });
        let summary = |id: &String| {
            json!({ "marketplaceId": id, "asin": "B000000001", "productType": stored.product_type, "status": stored.status,
                "itemName": "Suitcase", "createdDate": "2026-01-01T00:00:00Z", "lastUpdatedDate": "2026-01-01T00:00:00Z" })
        };
        item["summaries"] = markets.iter().map(summary).collect();
        item["attributes"] = of_markets(&stored.attributes, markets).into();
        if let Some(offered) = offered {
            item["offers"] = offers(offered, markets);
            item["fulfillmentAvailability"] = list(&offered.attributes, "fulfillment_availability")
                .iter()
                .map(|stock| json!({ "fulfillmentChannelCode": stock["fulfillment_channel_code"], "quantity": stock.get("quantity") }))
                .collect();
        }
        Some(item)
    }
}

pub fn list<'all>(attributes: &'all Map<String, Value>, name: &str) -> &'all [Value] {
    attributes.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The instances of these marketplaces, and those that are of all.
fn of_markets(attributes: &Map<String, Value>, markets: &[String]) -> Map<String, Value> {
    let is_there = |instance: &&Value| {
        instance.get("marketplace_id").is_none_or(|id| markets.iter().any(|market| id == market.as_str()))
    };
    let kept = |value: &Value| value.as_array().unwrap().iter().filter(is_there).cloned().collect::<Vec<_>>();
    let all = attributes.iter().map(|(name, value)| (name.clone(), kept(value)));
    all.filter(|(_, list)| !list.is_empty()).map(|(name, list)| (name, list.into())).collect()
}

/// What buyers see: the sale price if there is one.
fn offers(stored: &Stored, markets: &[String]) -> Value {
    let shown = |offer: &Value| {
        let audience = offer["audience"].as_str().unwrap_or("ALL");
        let price = offer.pointer("/discounted_price/0/schedule/0/value_with_tax");
        let price = price.or(offer.pointer("/our_price/0/schedule/0/value_with_tax"));
        let mut shown = json!({
            "marketplaceId": offer["marketplace_id"],
            "offerType": if audience == "B2B" { "B2B" } else { "B2C" },
            "price": { "currencyCode": offer["currency"], "amount": price.map(ToString::to_string) },
        });
        if let (Some(points), "ALL") = (stored.points, audience) {
            shown["points"] = json!({ "pointsNumber": points });
        }
        shown
    };
    let is_there = |offer: &&Value| markets.iter().any(|market| offer["marketplace_id"] == market.as_str());
    list(&stored.attributes, "purchasable_offer").iter().filter(is_there).map(shown).collect()
}

fn change(stored: &mut Stored, patch: &Value, market: &str) {
    let name = patch["path"].as_str().unwrap().strip_prefix("/attributes/").unwrap().to_owned();
    let selectors: &[&str] = match name.as_str() {
        "purchasable_offer" => &["marketplace_id", "currency", "audience"],
        "fulfillment_availability" => &["fulfillment_channel_code"],
        _ => &["marketplace_id", "language_tag"],
    };
    let key = |instance: &Value| -> Vec<Value> {
        let usual = |selector: &str| match selector {
            "marketplace_id" => market.into(),
            "audience" => "ALL".into(),
            _ => Value::Null,
        };
        selectors.iter().map(|name| instance.get(name).cloned().unwrap_or_else(|| usual(name))).collect()
    };
    let mut instances = list(&stored.attributes, &name).to_vec();
    for sent in patch["value"].as_array().unwrap() {
        let place = instances.iter().position(|known| key(known) == key(sent));
        match (patch["op"].as_str().unwrap(), place) {
            ("merge", Some(place)) => {
                for (member, value) in sent.as_object().unwrap() {
                    match value {
                        Value::Null => instances[place].as_object_mut().unwrap().remove(member),
                        value => instances[place].as_object_mut().unwrap().insert(member.clone(), value.clone()),
                    };
                }
            }
            ("add" | "replace", Some(place)) => instances[place] = sent.clone(),
            ("add" | "replace" | "merge", None) => instances.push(sent.clone()),
            ("delete", Some(place)) => drop(instances.remove(place)),
            ("delete", None) => {}
            other => panic!("{other:?}"),
        }
    }
    stored.attributes.insert(name, instances.into());
}

impl Transport for Amazon {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?;
            let answer = |(status, body): (u16, Value)| {
                Ok(Response::builder().status(status).body(Body::from(body.to_string())).unwrap())
            };
            if head.uri.path() == "/auth/o2/token" {
                return answer((
                    200,
                    json!({ "access_token": "Atza|1", "token_type": "bearer", "expires_in": 36_000_000 }),
                ));
            }
            let query: HashMap<String, String> = head
                .uri
                .query()
                .unwrap_or_default()
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.replace("%2C", ",")))
                .collect();
            let is_preview = query.get("mode").is_some_and(|mode| mode == "VALIDATION_PREVIEW");
            let name = if is_preview { "PREVIEW".to_owned() } else { head.method.to_string() };
            let sku = decoded(head.uri.path().rsplit('/').next().unwrap());
            let markets: Vec<String> = query["marketplaceIds"].split(',').map(str::to_owned).collect();
            let call =
                Call { name, uri: head.uri.to_string(), body: serde_json::from_slice(&body).unwrap_or_default() };
            let mut state = self.state();
            state.calls.push(call.clone());
            let number = state.calls.iter().filter(|before| before.name == call.name).count();
            let failed = |kind| Err(TransportError::new(kind));
            match (state.fault)(&call.name, number) {
                Some(Fault::Throttled) => answer((429, json!({ "errors": [{ "code": "QuotaExceeded" }] }))),
                Some(Fault::Failed) => answer((500, json!({ "errors": [{ "code": "InternalFailure" }] }))),
                Some(Fault::NoConnection) => failed(TransportErrorKind::Connect),
                Some(Fault::Lost) => failed(TransportErrorKind::Lost),
                Some(Fault::LostAnswer) => {
                    state.reply(&call, &sku, &markets);
                    failed(TransportErrorKind::Lost)
                }
                None => answer(state.reply(&call, &sku, &markets)),
            }
        })
    }
}

/// Undoes percent-encoding.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match (first, after) {
            (b'%', [high, low, ..]) => {
                let digits = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// An offer with a price.
pub fn offer(marketplace: Marketplace, audience: &str, price: f64) -> Value {
    json!({ "marketplace_id": marketplace.id(), "currency": marketplace.currency(), "audience": audience,
        "our_price": [{ "schedule": [{ "value_with_tax": price }] }] })
}

/// The same with further members.
pub fn with(mut instance: Value, members: Value) -> Value {
    for (name, value) in members.as_object().unwrap() {
        instance[name] = value.clone();
    }
    instance
}

/// A price in the form of an attribute.
pub fn price(amount: f64) -> Value {
    json!([{ "schedule": [{ "value_with_tax": amount }] }])
}

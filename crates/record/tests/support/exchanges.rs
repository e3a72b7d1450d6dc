//! Exchanges with secrets in random places, for recordings.

use crate::support::{Reply, Server};
use fastrand::Rng;
use spapi_core::operation::{Operation, Paging};
use spapi_core::{Client, DateTime, Decimal, Method, Object, Request, RetryPolicy, Value, decode};
use spapi_record::Recorder;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

static CALL: Operation = Operation::new("test", "v1", "call", Method::POST, "/test/v1/{thingId}/{+rest}")
    .required(&["state"])
    .paging(Paging::token("pageToken", "next"));

spapi_core::open_enum! {
    /// A test's enum.
    pub enum State { New = "NEW", Sold = "SOLD" }
}

/// A type with every kind of field that generated types have.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Thing {
    #[serde(deserialize_with = "spapi_core::absent::or_default")]
    thing_id: String,
    #[serde(deserialize_with = "spapi_core::absent::or_default")]
    state: State,
    time: Option<DateTime>,
    #[serde(with = "spapi_core::decimal::number_option", skip_serializing_if = "Option::is_none")]
    total: Option<Decimal>,
    #[serde(with = "spapi_core::decimal::text_option", skip_serializing_if = "Option::is_none")]
    price: Option<Decimal>,
    quantity: Option<i64>,
    weight: Option<f64>,
    is_gift: Option<bool>,
    #[serde(deserialize_with = "spapi_core::absent::list")]
    things: Vec<Thing>,
    #[serde(deserialize_with = "spapi_core::absent::map")]
    states: BTreeMap<String, State>,
    #[serde(deserialize_with = "spapi_core::absent::map_of_lists")]
    notes: BTreeMap<String, Vec<Thing>>,
    open: Option<Box<Open>>,
    anything: Option<Value>,
    next: Option<String>,
}

/// A structure that keeps what it does not know.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Open {
    state: Option<State>,
    thing: Option<Thing>,
    #[serde(flatten)]
    unknown_fields: Object,
}

const NAMES: [&str; 17] = [
    "thingId", "state", "time", "total", "price", "quantity", "weight", "isGift", "things", "states", "notes", "open",
    "anything", "next", "thing", "errors", "message",
];

/// Status, headers and body.
type Parts = (u16, Vec<(&'static str, String)>, String);

/// Makes exchanges, and remembers the secrets that no recording may contain.
pub struct Exchanges {
    rng: Rng,
    server: Server,
    reply: Arc<Mutex<Parts>>,
    secrets: Vec<String>,
    /// The request ids. They are not secret, so logs contain them; recordings do not contain ids of unusual form.
    request_ids: Vec<String>,
}

impl Exchanges {
    pub async fn new(seed: u64) -> Self {
        let reply = Arc::new(Mutex::new(Parts::default()));
        let server = Server::start({
            let reply = Arc::clone(&reply);
            move |_| {
                let (status, headers, body) = reply.lock().unwrap().clone();
                Reply::Answer { status, headers, body }
            }
        })
        .await;
        Self { rng: Rng::with_seed(seed), server, reply, secrets: Vec::new(), request_ids: Vec::new() }
    }

    /// Records some exchanges into a folder.
    pub async fn run(&mut self, folder: &Path) {
        let client = self
            .server
            .builder()
            .retry(RetryPolicy::none())
            .observer(Recorder::in_folder(folder).unwrap())
            .build()
            .unwrap();
        for _ in 0..3 {
            self.prepare_reply();
            if self.rng.u8(..4) == 0 { self.by_path(&client).await } else { self.typed(&client).await }
        }
        // A recording that cannot be written causes a log message, which must not contain secrets either.
        std::fs::rename(folder, folder.with_extension("away")).unwrap();
        self.prepare_reply();
        self.typed(&client).await;
        std::fs::rename(folder.with_extension("away"), folder).unwrap();
    }

    async fn typed(&mut self, client: &Client) {
        let mut request = Request::<Thing>::new(client, &CALL, decode::json);
        request.path("thingId", self.text());
        request.path("rest", format!("{}/{}", self.text(), self.text()));
        request.query("state", self.text());
        request.query_csv("ids", [self.text(), "NEW".to_owned(), self.text()]);
        request.raw_query(self.text(), self.text());
        if self.rng.bool() {
            request.query("pageToken", self.text());
        }
        request.header("x-buyer", self.word());
        let body = self.object(0).to_string();
        match (self.rng.bool(), serde_json::from_str::<Thing>(&body)) {
            (true, Ok(body)) => request.json(&body),
            _ => request.json(&serde_json::from_str::<Value>(&body).unwrap()),
        }
        // Whether the answer can be decoded does not matter here.
        let _ = request.send().await;
    }

    async fn by_path(&mut self, client: &Client) {
        let path = format!("/{}/v1/{}/{{id}}", self.rng.choice(["test", "0"]).unwrap(), self.word());
        let request = client.request(Method::PUT, path).path("id", self.text()).query(self.text(), self.text());
        let _ = request.json(&self.object(0)).send().await;
    }

    fn prepare_reply(&mut self) {
        let status = *self.rng.choice(&[200, 200, 200, 201, 400, 401, 403, 429, 500]).unwrap();
        let body = match self.rng.u8(..12) {
            0 => format!("<html>{}</html>", self.text()),
            1 => format!(r#"{{"thingId":"{}","#, self.word()),
            2 => Value::from(vec![self.object(0), self.text().into()]).to_string(),
            3 => Value::from(self.text()).to_string(),
            _ => self.object(0).to_string(),
        };
        let names = ["content-type", "date", "retry-after", "x-amzn-ratelimit-limit", "x-amzn-errortype"];
        let mut headers: Vec<_> = names.into_iter().map(|name| (name, self.word())).collect();
        headers.push(("x-amzn-requestid", self.word()));
        self.request_ids.extend(self.secrets.pop());
        *self.reply.lock().unwrap() = (status, headers, body);
    }

    fn object(&mut self, depth: u8) -> Value {
        let mut members = Object::new();
        for _ in 0..self.rng.usize(1..9) {
            let name = match self.rng.u8(..4) {
                0 => self.text(),
                _ => (*self.rng.choice(NAMES.iter()).unwrap()).to_owned(),
            };
            // Most values have the form that the type expects, because the decoder would stop at others.
            let value = match name.as_str() {
                "thingId" | "next" | "message" | "time" | "state" => self.text().into(),
                "price" => self.number().to_string().into(),
                "total" | "weight" => self.number(),
                "quantity" => Value::from(self.integer()),
                "things" | "errors" if depth < 3 => vec![self.object(depth + 1), Value::Null].into(),
                "open" | "thing" if depth < 3 => self.object(depth + 1),
                "states" => serde_json::json!({ self.text(): self.text(), "A1VC38T7YXB528": "SOLD" }),
                "notes" if depth < 3 => serde_json::json!({ self.text(): [self.object(depth + 1)] }),
                _ => self.any(depth),
            };
            members.insert(name, value);
        }
        members.into()
    }

    fn any(&mut self, depth: u8) -> Value {
        match self.rng.u8(..7) {
            0 => self.number(),
            1 => self.integer().into(),
            2 if depth < 3 => self.object(depth + 1),
            3 if depth < 3 => vec![self.any(depth + 1), self.any(depth + 1)].into(),
            4 => Value::Null,
            _ => self.text().into(),
        }
    }

    /// A buyer's text of a random kind.
    fn text(&mut self) -> String {
        let text = match self.rng.u8(..7) {
            0 => format!("{}@{}.example", self.word(), self.word()),
            1 => format!("+81-90-{:08}", self.rng.u32(10_000_000..100_000_000)),
            2 => (0..8).map(|_| self.rng.char('一'..='龥')).collect(),
            3 => format!("{} {}", self.word(), self.word()),
            4 => self.rng.u64(100_000_000..1_000_000_000_000).to_string(),
            5 => format!("https://store.example/{}?X-Amz-Signature={}", self.word(), self.word()),
            _ => self.word(),
        };
        self.secrets.push(text.clone());
        text
    }

    fn word(&mut self) -> String {
        let word: String = (0..12).map(|_| self.rng.alphabetic()).collect();
        self.secrets.push(word.clone());
        word
    }

    fn integer(&mut self) -> u64 {
        let number = self.rng.u64(100_000_000..1_000_000_000_000_000);
        self.secrets.push(number.to_string());
        number
    }

    fn number(&mut self) -> Value {
        let number = Value::from(f64::from(self.rng.u32(100_000_000..)) / 100.0 + 0.01);
        self.secrets.push(number.to_string());
        number
    }

    /// Looks for the secrets in the recordings and log messages, and forgets them. Returns the number of secrets.
    pub fn check(&mut self, recorded: &str, traced: &str) -> usize {
        for secret in self.secrets.iter().chain(&self.request_ids) {
            assert!(!recorded.contains(secret), "{secret} is in {recorded}");
        }
        for secret in &self.secrets {
            assert!(!traced.contains(secret), "{secret} is in {traced}");
        }
        self.request_ids.clear();
        std::mem::take(&mut self.secrets).len()
    }
}

//! A client of plain HTTP, so that the sandbox's tests do not depend on the project's own client.

use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use spapi_events::{Notification, Payload};
use spapi_sandbox::{Builder, CLIENT_ID, CLIENT_SECRET, Clock, Limits, REFRESH_TOKEN, Sandbox};
use std::io::Read;
use std::time::{Duration, SystemTime};

pub const JP: &str = "A1VC38T7YXB528";
pub const US: &str = "ATVPDKIKX0DER";
pub const DE: &str = "A1PA6795UKMFR9";

/// 2026-11-22T09:00:00Z, the time of these tests' clocks.
pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_338_000)
}

/// A sandbox with a stopped clock, without limits, and with a hundred orders in each region, which one page holds.
pub fn builder() -> Builder {
    Sandbox::builder().clock(Clock::stopped_at(now())).limits(Limits::Off).orders(100)
}

/// A seller's client of a sandbox.
pub struct Caller {
    http: Client,
    url: String,
    token: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Caller {
    /// A client of the seller that every sandbox has.
    pub async fn new(sandbox: &Sandbox) -> Self {
        Self::of(sandbox, REFRESH_TOKEN).await
    }

    /// A client of the seller with that refresh token.
    pub async fn of(sandbox: &Sandbox, refresh_token: &str) -> Self {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("refresh_token", refresh_token),
        ];
        Self::granted(sandbox, &form).await
    }

    /// A client with the application's own token of that scope.
    pub async fn of_scope(sandbox: &Sandbox, scope: &str) -> Self {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("scope", scope),
        ];
        Self::granted(sandbox, &form).await
    }

    async fn granted(sandbox: &Sandbox, form: &[(&str, &str)]) -> Self {
        let answer = answer(Client::new().post(sandbox.token_url()).form(form)).await;
        Self::with_token(sandbox, answer.body["access_token"].as_str().expect("an access token"))
    }

    /// The same client, at the endpoint of the marketplace's region.
    pub fn at(&self, marketplace: &str) -> Self {
        let region = match marketplace {
            JP => "fe",
            US => "na",
            DE => "eu",
            other => panic!("the region of {other}"),
        };
        let root = self.url.trim_end_matches("/fe").trim_end_matches("/na").trim_end_matches("/eu");
        Self { http: self.http.clone(), url: format!("{root}/{region}"), token: self.token.clone() }
    }

    /// A client that sends this token.
    pub fn with_token(sandbox: &Sandbox, token: &str) -> Self {
        // Each call has a connection of its own: on a busy machine the sandbox may close an idle one.
        let http = Client::builder().pool_max_idle_per_host(0).build().expect("a client");
        Self { http, url: sandbox.url().to_owned(), token: token.to_owned() }
    }

    /// A client with a restricted data token for these resources, which this one asks for.
    pub async fn restricted(&self, resources: Value) -> Self {
        let body = json!({ "restrictedResources": resources });
        let answer = self.post("/tokens/2021-03-01/restrictedDataToken", &body).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        assert_eq!(answer.body["expiresIn"], json!(3600));
        let token = answer.body["restrictedDataToken"].as_str().expect("a token").to_owned();
        Self { http: self.http.clone(), url: self.url.clone(), token }
    }

    /// The status of a DELETE and its body.
    pub async fn delete(&self, path: &str, query: &[(&str, &str)]) -> (u16, String) {
        let response = self.request(reqwest::Method::DELETE, path).query(query).send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("a whole body"))
    }

    /// The answer to a POST of a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(reqwest::Method::POST, path).json(body)).await
    }

    /// The access token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A request with the seller's access token. The path goes out as it is given.
    pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url.clone() + path).header("x-amz-access-token", &self.token)
    }

    /// The answer to a GET with these query parameters.
    pub async fn get(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        answer(self.request(reqwest::Method::GET, path).query(query)).await
    }

    /// The body of the answer to a GET, which must have status 200.
    pub async fn body(&self, path: &str, query: &[(&str, &str)]) -> Value {
        let answer = self.get(path, query).await;
        assert_eq!(answer.status, 200, "{path} {query:?}: {:?}", answer.body);
        answer.body
    }
}

const NOTIFICATIONS: &str = "/notifications/v1";

/// Subscribes a seller to types of notifications in a version, at an event bus for those that only that takes and at a
/// queue for the others. `directive` may be null.
pub async fn subscribe(
    sandbox: &Sandbox,
    seller: &Caller,
    marketplace: &str,
    kinds: &[(&str, &str)],
    directive: Value,
) {
    let application = Caller::of_scope(sandbox, "sellingpartnerapi::notifications").await.at(marketplace);
    for (kind, version) in kinds {
        let is_for_bus = kind.starts_with("LISTINGS_ITEM") || *kind == "PRODUCT_TYPE_DEFINITIONS_CHANGE";
        let id = destination(&application, is_for_bus).await;
        let mut body = json!({ "payloadVersion": version, "destinationId": id });
        if directive.is_object() {
            body["processingDirective"] = directive.clone();
        }
        let path = format!("{NOTIFICATIONS}/subscriptions/{kind}");
        let answer = seller.at(marketplace).post(&path, &body).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
    }
}

/// The id of the application's event bus or queue, which is made if it does not exist.
pub async fn destination(application: &Caller, is_bus: bool) -> Value {
    let (name, resource) = match is_bus {
        true => ("eventBridge", json!({ "region": "us-east-1", "accountId": "000000000000" })),
        false => ("sqs", json!({ "arn": "arn:aws:sqs:us-east-1:000000000000:shop" })),
    };
    let path = format!("{NOTIFICATIONS}/destinations");
    let wanted = json!({ "name": name, "resourceSpecification": { name: resource } });
    let made = application.post(&path, &wanted).await;
    if made.status == 200 {
        return made.body["payload"]["destinationId"].clone();
    }
    let known = application.body(&path, &[]).await["payload"].clone();
    let known = known.as_array().expect("a list").iter().find(|known| known["resource"].get(name).is_some()).cloned();
    known.expect("the destination exists")["destinationId"].clone()
}

/// The type and the payload of each notification that was sent. The project's own types read each of them.
pub fn heard(sandbox: &Sandbox) -> Vec<(String, Value)> {
    let sent = sandbox.notifications().into_iter().map(|mut sent| sent["notification"].take());
    let sent = sent.inspect(|sent| {
        let read = Notification::parse(sent.to_string().as_bytes()).expect("a notification");
        assert!(!matches!(read.payload, Payload::Other(_)), "{sent}");
    });
    let member = |sent: &mut Value, names: [&str; 2]| {
        names.iter().find_map(|name| sent.get_mut(*name).map(Value::take)).expect("a member")
    };
    sent.map(|mut sent| {
        let kind = member(&mut sent, ["NotificationType", "notificationType"]);
        (kind.as_str().expect("a text").to_owned(), member(&mut sent, ["Payload", "payload"]))
    })
    .collect()
}

/// Sends a request and reads its answer, which must be JSON.
pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.expect("a whole body");
    let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{status} is not JSON ({error}): {text}"));
    Answer { status, headers, body }
}

/// What a presigned URL gives.
#[derive(Debug)]
pub struct Downloaded {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

/// Sends a request of a presigned URL.
pub async fn presigned(request: RequestBuilder) -> Downloaded {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Downloaded { status, headers, bytes: response.bytes().await.expect("a whole body").to_vec() }
}

impl Downloaded {
    pub fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().expect("an ASCII header"))
    }

    /// The text, where it was neither compressed nor in another charset.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("UTF-8")
    }

    /// The decompressed bytes.
    pub fn unpacked(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        flate2::read::GzDecoder::new(&self.bytes[..]).read_to_end(&mut bytes).expect("gzip");
        bytes
    }

    /// Asserts that an error has the shape of Amazon's document host.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        let text = self.text();
        assert_eq!(self.status, status, "{text}");
        assert!(text.contains(&format!("<Error><Code>{code}</Code><Message>")), "{text}");
        assert_eq!(self.header("content-type"), Some("application/xml"));
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().expect("an ASCII header"))
    }

    /// Asserts that an error of the API has Amazon's shape, and returns its message.
    pub fn error(&self, status: u16, code: &str) -> &str {
        assert_eq!(self.status, status, "{:?}", self.body);
        let [error] = self.body["errors"].as_array().expect("a list of errors").as_slice() else {
            panic!("one error: {:?}", self.body)
        };
        assert_eq!(error["code"], json!(code), "{:?}", self.body);
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert!(self.header("x-amzn-errortype").is_some_and(|kind| kind.ends_with("Exception")));
        assert!(self.header("x-amzn-requestid").is_some());
        error["message"].as_str().expect("a message")
    }
}

/// An order from elsewhere, of this many units, that Amazon ships.
pub fn fulfillment_order(id: &str, sku: &str, units: u32) -> Value {
    json!({
        "marketplaceId": JP,
        "sellerFulfillmentOrderId": id,
        "displayableOrderId": id,
        "displayableOrderDate": "2026-11-22T08:00:00Z",
        "displayableOrderComment": "Thank you",
        "shippingSpeedCategory": "Standard",
        "destinationAddress": {
            "name": "A Buyer",
            "addressLine1": "4-5-6 Mihon",
            "city": "Osaka",
            "postalCode": "530-0000",
            "countryCode": "JP",
        },
        "items": [{ "sellerSku": sku, "sellerFulfillmentOrderItemId": "1", "quantity": units }],
    })
}

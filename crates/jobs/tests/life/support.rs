//! An Amazon within the process, whose time is tokio's, whose quotas are the documented ones, and that fails on request.

#![allow(dead_code, reason = "each test uses a part")]

use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use spapi_core::transport::{Body, Transport, TransportError, TransportErrorKind};
use spapi_core::{BoxFuture, Bytes, Client, Clock, Credentials, DateTime, Endpoint, Marketplace};
use std::collections::{HashMap, VecDeque};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

pub const ORDERS: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
pub const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
pub const STOCK: &str = "GET_AFN_INVENTORY_DATA";
pub const SETTLEMENTS: &str = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2";

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// 429.
    Throttled,
    /// 503, and nothing is done.
    Unavailable,
    /// 503, and it is done.
    UnavailableButDone,
    /// The connection ends before anything is done.
    Reset,
    /// It is done, and the connection ends before the answer.
    LostAnswer,
    /// It is done, and the answer has no body.
    Blank,
    /// Nothing is sent.
    NoConnection,
    /// 403 with an expired token, once and for all.
    DeadToken,
    /// The URL has expired.
    ExpiredUrl,
    /// The document's connection ends after this many bytes.
    Cut(usize),
    /// The answer takes longer than any test.
    Silence,
}

/// How a report ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    Done,
    DoneWithoutDocument,
    DoneWithoutRows,
    CancelledInQueue,
    CancelledForNoData,
    Fatal,
    FatalWithoutReason,
    Never,
}

#[derive(Clone, Debug)]
pub struct Made {
    pub id: String,
    pub kind: String,
    pub marketplaces: Vec<String>,
    pub options: Value,
    pub from: String,
    pub to: String,
    pub created: Instant,
    pub created_at: SystemTime,
    pub end: End,
    pub schedule: Option<String>,
    pub is_cancelled: bool,
    /// Whether Amazon no longer has it.
    pub is_gone: bool,
}

type Chooser = Box<dyn FnMut(&str, &Request<()>, u32) -> Option<Fault> + Send>;

pub struct State {
    pub made: Vec<Made>,
    pub calls: HashMap<&'static str, u32>,
    pub refused: u32,
    pub fault: Chooser,
    pub end: Box<dyn FnMut(&str) -> End + Send>,
    pub processing: Duration,
    /// How old a report is when the list shows it.
    pub listed_after: Duration,
    pub rows: usize,
    pub has_quotas: bool,
    urls: HashMap<String, (String, Instant)>,
    buckets: HashMap<&'static str, (f64, Instant)>,
    token_is_dead: bool,
    start: Instant,
    epoch: SystemTime,
}

#[derive(Clone)]
pub struct Amazon(Arc<Mutex<State>>);

/// A clock that follows tokio's.
#[derive(Clone, Debug)]
pub struct PausedClock(pub Instant, pub SystemTime);

impl Clock for PausedClock {
    fn now(&self) -> SystemTime {
        self.1 + self.0.elapsed()
    }
}

/// A clock that skips waits, and panics after so many.
#[derive(Debug)]
pub struct SkippingClock(pub AtomicU32);

impl Clock for SkippingClock {
    fn now(&self) -> SystemTime {
        epoch()
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).expect("no further wait");
        Box::pin(tokio::task::yield_now())
    }
}

pub fn epoch() -> SystemTime {
    DateTime::from("2026-11-29T20:00:00Z").to_system_time().unwrap()
}

impl Amazon {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            made: Vec::new(),
            calls: HashMap::new(),
            refused: 0,
            fault: Box::new(|_, _, _| None),
            end: Box::new(|_| End::Done),
            processing: Duration::from_secs(90),
            listed_after: Duration::ZERO,
            rows: 50,
            has_quotas: true,
            urls: HashMap::new(),
            buckets: HashMap::new(),
            token_is_dead: false,
            start: Instant::now(),
            epoch: epoch(),
        })))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub fn client(&self) -> Client {
        self.client_with_skew(0)
    }

    /// A client whose clock is wrong by so many seconds.
    pub fn client_with_skew(&self, seconds: i64) -> Client {
        let clock = {
            let state = self.state();
            let skew = Duration::from_secs(seconds.unsigned_abs());
            PausedClock(state.start, if seconds < 0 { state.epoch - skew } else { state.epoch + skew })
        };
        self.client_with(clock)
    }

    pub fn client_with(&self, clock: impl Clock + 'static) -> Client {
        Client::builder(Marketplace::DE)
            .endpoint(Endpoint::custom("https://amazon.test"))
            .credentials(Credentials::new("id", "secret", "Atzr|token"))
            .transport(self.clone())
            .clock(Arc::new(clock))
            .build()
            .unwrap()
    }

    /// The calls that fail, by the name of the operation and the number of its call, from 1.
    pub fn failing(&self, mut fault: impl FnMut(&str, u32) -> Option<Fault> + Send + 'static) {
        self.state().fault = Box::new(move |operation, _, number| fault(operation, number));
    }

    /// How the reports of each type end.
    pub fn ending(&self, end: impl FnMut(&str) -> End + Send + 'static) {
        self.state().end = Box::new(end);
    }

    pub fn revive_token(&self) {
        self.state().token_is_dead = false;
    }

    pub fn calls(&self, operation: &str) -> u32 {
        self.state().calls.get(operation).copied().unwrap_or_default()
    }

    /// How many reports were created.
    pub fn created(&self) -> usize {
        self.state().made.len()
    }

    /// Adds a report that nobody requested.
    pub fn add(&self, kind: &str, age: Duration, end: End) -> String {
        let mut state = self.state();
        let id = (state.made.len() + 1).to_string();
        let created_at = state.now() - age;
        let text = DateTime::from(created_at).to_string();
        state.made.push(Made {
            id: id.clone(),
            kind: kind.to_owned(),
            marketplaces: vec![Marketplace::DE.id().to_owned()],
            options: json!({}),
            from: text.clone(),
            to: text,
            created: Instant::now(),
            created_at,
            end,
            schedule: None,
            is_cancelled: false,
            is_gone: false,
        });
        id
    }
}

impl Made {
    fn status(&self, processing: Duration, is_old: bool) -> &'static str {
        let age = if is_old { Duration::MAX } else { self.created.elapsed() };
        match self.end {
            _ if self.is_cancelled => "CANCELLED",
            End::CancelledInQueue if age >= processing => "CANCELLED",
            End::Never | End::CancelledInQueue => "IN_QUEUE",
            _ if age < processing / 2 => "IN_QUEUE",
            _ if age < processing => "IN_PROGRESS",
            End::Done | End::DoneWithoutDocument | End::DoneWithoutRows => "DONE",
            End::CancelledForNoData => "CANCELLED",
            End::Fatal | End::FatalWithoutReason => "FATAL",
        }
    }

    fn body(&self, processing: Duration, now: SystemTime) -> Value {
        let is_old = now.duration_since(self.created_at).is_ok_and(|age| age > self.created.elapsed() + processing);
        let status = self.status(processing, is_old);
        let mut body = json!({
            "reportId": self.id, "reportType": self.kind, "marketplaceIds": self.marketplaces,
            "dataStartTime": self.from, "dataEndTime": self.to,
            "createdTime": DateTime::from(self.created_at).as_str(), "processingStatus": status,
        });
        if !matches!(status, "IN_QUEUE") && !self.is_cancelled && self.end != End::CancelledInQueue {
            body["processingStartTime"] = body["createdTime"].clone();
        }
        let has_document = matches!(self.end, End::Done | End::DoneWithoutRows | End::Fatal);
        if has_document && matches!(status, "DONE" | "FATAL") {
            body["reportDocumentId"] = format!("document-{}", self.id).into();
        }
        if let Some(schedule) = &self.schedule {
            body["reportScheduleId"] = schedule.clone().into();
        }
        body
    }

    /// The rows of its document: each depends on the report and on its number.
    pub fn lines(&self, rows: usize) -> Vec<String> {
        (0..rows).map(|row| format!("{}-{}-{row}", self.kind, self.from)).collect()
    }

    fn document(&self, rows: usize) -> String {
        match self.end {
            End::Fatal => json!({ "errorDetails": "The dates do not fit, mary@example.com." }).to_string(),
            End::DoneWithoutRows => "order-id\tquantity\n".to_owned(),
            _ => {
                let lines = self.lines(rows).into_iter().map(|line| format!("{line}\t1\n"));
                format!("order-id\tquantity\n{}", lines.collect::<String>())
            }
        }
    }
}

impl State {
    fn now(&self) -> SystemTime {
        self.epoch + self.start.elapsed()
    }

    /// Takes a call from the documented quota.
    fn takes(&mut self, operation: &'static str) -> bool {
        let (rate, burst) = match operation {
            "createReport" | "getReportDocument" => (0.0167, 15.0),
            "getReports" | "cancelReport" => (0.0222, 10.0),
            "getReport" => (2.0, 15.0),
            _ => return true,
        };
        let (left, at) = self.buckets.entry(operation).or_insert((burst, Instant::now()));
        *left = (*left + at.elapsed().as_secs_f64() * rate).min(burst);
        *at = Instant::now();
        let may = *left >= 0.999 || !self.has_quotas;
        if may {
            *left -= 1.0;
        }
        may
    }

    fn answer(&mut self, operation: &'static str, request: &Request<()>, body: &Value) -> Response<Body> {
        let path = request.uri().path();
        let last = path.rsplit('/').next().unwrap_or_default();
        let now = self.now();
        match operation {
            "login" => reply(200, &json!({ "access_token": "Atza|1", "token_type": "bearer", "expires_in": 3600 })),
            "rdt" => reply(200, &json!({ "restrictedDataToken": "Atz.sprdt|1", "expiresIn": 3600 })),
            "createReport" => {
                let kind = body["reportType"].as_str().unwrap().to_owned();
                let text =
                    |name: &str| body[name].as_str().map_or_else(|| DateTime::from(now).to_string(), str::to_owned);
                let made = Made {
                    id: (self.made.len() + 1).to_string(),
                    end: (self.end)(&kind),
                    kind,
                    marketplaces: serde_json::from_value(body["marketplaceIds"].clone()).unwrap(),
                    options: body["reportOptions"].clone(),
                    from: text("dataStartTime"),
                    to: text("dataEndTime"),
                    created: Instant::now(),
                    created_at: now,
                    schedule: None,
                    is_cancelled: false,
                    is_gone: false,
                };
                self.made.push(made.clone());
                reply(202, &json!({ "reportId": made.id }))
            }
            "getReports" => self.list(request, now),
            "getReport" | "cancelReport" => {
                let processing = self.processing;
                match self.made.iter_mut().find(|made| made.id == last && !made.is_gone) {
                    None => reply(404, &json!({ "errors": [{ "code": "NotFound", "message": "no report" }] })),
                    Some(made) if operation == "cancelReport" => {
                        made.is_cancelled = true;
                        reply(200, &json!({}))
                    }
                    Some(made) => reply(200, &made.body(processing, now)),
                }
            }
            "getReportDocument" => {
                let id = last.trim_start_matches("document-");
                if !self.made.iter().any(|made| made.id == id && !made.is_gone) {
                    return reply(404, &json!({ "errors": [{ "code": "NotFound", "message": "no document" }] }));
                }
                let url = format!("https://documents.test/{id}?signature={}", self.urls.len());
                self.urls.insert(url.clone(), (id.to_owned(), Instant::now()));
                reply(200, &json!({ "reportDocumentId": last, "url": url }))
            }
            _ => reply(404, &json!({})),
        }
    }

    fn list(&self, request: &Request<()>, now: SystemTime) -> Response<Body> {
        let query = request.uri().query().unwrap_or_default();
        let fields: HashMap<String, String> = query
            .split('&')
            .filter_map(|field| field.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.replace("%3A", ":").replace("%2C", ",")))
            .collect();
        // A page token is the query of the first page, and where the next one begins.
        let (fields, from) = match fields.get("nextToken") {
            None => (fields, 0),
            Some(token) => {
                assert_eq!(fields.len(), 1, "nextToken must be the only parameter");
                let (kind, from) = token.split_once('~').unwrap();
                (HashMap::from([("reportTypes".to_owned(), kind.to_owned())]), from.parse().unwrap())
            }
        };
        let kind = fields["reportTypes"].clone();
        let ids: Vec<String> =
            fields.get("marketplaceIds").iter().flat_map(|ids| ids.split(',')).map(str::to_owned).collect();
        assert!(ids.len() <= 10, "marketplaceIds takes at most 10 values");
        let is_of = |made: &Made| ids.is_empty() || ids.iter().any(|id| made.marketplaces.contains(id));
        let since = fields.get("createdSince").map(|since| DateTime::from(since.as_str()).to_system_time().unwrap());
        let mut found: Vec<&Made> = self
            .made
            .iter()
            .filter(|made| {
                made.kind == kind
                    && is_of(made)
                    && made.created.elapsed() >= self.listed_after
                    && !made.is_gone
                    && since.is_none_or(|since| made.created_at >= since)
            })
            .collect();
        found.sort_by_key(|made| std::cmp::Reverse(made.created_at));
        let page: Vec<Value> = found.iter().skip(from).take(100).map(|made| made.body(self.processing, now)).collect();
        let mut body = json!({ "reports": page });
        if found.len() > from + 100 {
            body["nextToken"] = format!("{kind}~{}", from + 100).into();
        }
        reply(200, &body)
    }

    fn document(&mut self, request: &Request<()>, fault: Option<Fault>) -> Response<Body> {
        const EXPIRED: &str = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>";
        let known = self.urls.get(&request.uri().to_string()).cloned();
        let is_good = known.as_ref().is_some_and(|(_, at)| at.elapsed() < Duration::from_secs(300));
        let expired = Response::builder().status(403).body(Body::from(EXPIRED)).unwrap();
        let (Some((id, _)), true) = (known, is_good && fault != Some(Fault::ExpiredUrl)) else { return expired };
        let made = self.made.iter().find(|made| made.id == id).unwrap();
        let text = made.document(self.rows).into_bytes();
        let range = request.headers().get("range").and_then(|range| range.to_str().ok());
        let condition = request.headers().get("if-range").and_then(|tag| tag.to_str().ok());
        let is_same = condition.is_none_or(|tag| tag == format!("\"{id}-{}\"", self.rows));
        let range = range.filter(|_| is_same);
        let from = range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
        let rest = text[from.unwrap_or_default()..].to_vec();
        let mut answer = Response::builder()
            .header("etag", format!("\"{id}-{}\"", self.rows))
            .header("content-length", rest.len())
            .header("content-type", "text/plain; charset=UTF-8");
        if let Some(from) = from {
            let range = format!("bytes {from}-{}/{}", text.len() - 1, text.len());
            answer = answer.status(206).header("content-range", range);
        }
        let mut pieces: VecDeque<_> = match fault {
            Some(Fault::Cut(at)) => {
                let kept = rest[..at.min(rest.len())].to_vec();
                [Ok(Bytes::from(kept)), Err(TransportError::new(TransportErrorKind::Lost))].into()
            }
            _ => [Ok(Bytes::from(rest))].into(),
        };
        pieces.retain(|piece| !piece.as_ref().is_ok_and(Bytes::is_empty));
        answer.body(Body::stream(Pieces(pieces))).unwrap()
    }
}

struct Pieces(VecDeque<Result<Bytes, TransportError>>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, TransportError>>> {
        Poll::Ready(self.0.pop_front().map(|piece| piece.map(http_body::Frame::data)))
    }
}

fn reply(status: u16, body: &Value) -> Response<Body> {
    let answer = Response::builder().status(status).header("x-amzn-requestid", "R1");
    answer.body(Body::from(body.to_string())).unwrap()
}

fn operation(request: &Request<()>) -> &'static str {
    let path = request.uri().path();
    let (method, reports) = (request.method().as_str(), "/reports/2021-06-30");
    match (method, path.strip_prefix(reports)) {
        _ if request.uri().host() == Some("documents.test") => "document",
        ("POST", Some("/reports")) => "createReport",
        ("GET", Some("/reports")) => "getReports",
        ("GET", Some(path)) if path.starts_with("/reports/") => "getReport",
        ("DELETE", Some(path)) if path.starts_with("/reports/") => "cancelReport",
        ("GET", Some(path)) if path.starts_with("/documents/") => "getReportDocument",
        _ if path.contains("restrictedDataToken") => "rdt",
        _ => "login",
    }
}

impl Transport for Amazon {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?;
            let body: Value = serde_json::from_slice(&body).unwrap_or_default();
            let request = Request::from_parts(head, ());
            let name = operation(&request);
            // The way to Amazon and back takes a while.
            tokio::time::sleep(Duration::from_millis(100)).await;
            let (answer, fault) = {
                let mut state = self.state();
                let count = state.calls.entry(name).or_default();
                *count += 1;
                let number = *count;
                let subject = if name == "createReport" { body["reportType"].as_str().unwrap_or(name) } else { name };
                let fault = (state.fault)(name, &request, number).or_else(|| {
                    // Faults of one report type go by the type's name.
                    (name == "createReport").then(|| (state.fault)(subject, &request, number)).flatten()
                });
                if fault == Some(Fault::DeadToken) {
                    state.token_is_dead = true;
                }
                let errors =
                    |status, code: &str| reply(status, &json!({ "errors": [{ "code": code, "message": code }] }));
                match fault {
                    Some(Fault::NoConnection) => return Err(TransportError::new(TransportErrorKind::Connect)),
                    Some(Fault::Reset) => return Err(TransportError::new(TransportErrorKind::Lost)),
                    _ if state.token_is_dead && name == "login" => {
                        return Ok(reply(400, &json!({ "error": "invalid_grant", "error_description": "revoked" })));
                    }
                    _ if state.token_is_dead && name != "document" => {
                        let body =
                            json!({ "errors": [{ "code": "Unauthorized", "message": "access token has expired" }] });
                        return Ok(reply(403, &body));
                    }
                    Some(Fault::Throttled) => (errors(429, "QuotaExceeded"), None),
                    Some(Fault::Unavailable) => (errors(503, "ServiceUnavailable"), None),
                    _ if name != "document" && !state.takes(name) => {
                        state.refused += 1;
                        (errors(429, "QuotaExceeded"), None)
                    }
                    _ if name == "document" => (state.document(&request, fault), None),
                    _ => (state.answer(name, &request, &body), fault),
                }
            };
            match fault {
                Some(Fault::LostAnswer) => Err(TransportError::new(TransportErrorKind::Lost)),
                Some(Fault::UnavailableButDone) => Ok(reply(503, &json!({}))),
                Some(Fault::Blank) => Ok(Response::builder().status(StatusCode::ACCEPTED).body(Body::empty()).unwrap()),
                Some(Fault::Silence) => std::future::pending().await,
                _ => Ok(answer),
            }
        })
    }
}

//! Runs the drop-in for Airbyte's source against the sandbox, in paused time.

use serde_json::Value;
use spapi_core::transport::{Body, Purpose, ServiceTransport, Transport, TransportError};
use spapi_core::{BoxFuture, Client, Credentials, DateTime, Endpoint, Marketplace};
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Fault, FaultKind, REFRESH_TOKEN, Sandbox};
use spapi_sync::airbyte::{self, Catalog, Messages, ReadOptions, ReadOutcome, State};
use spapi_sync::{Connection, Sources};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

const LISTINGS: &str = "GET_MERCHANT_LISTINGS_ALL_DATA";
const FLAT_ORDERS: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL";
const XML_ORDERS: &str = "GET_XML_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
const TRAFFIC: &str = "GET_SALES_AND_TRAFFIC_REPORT";
const RETURNS: &str = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE";

/// What is written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn messages(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

struct Shop {
    sandbox: Sandbox,
    client: Client,
}

/// Refuses an operation.
struct Denying {
    operation: &'static str,
    calls: Arc<AtomicUsize>,
    shop: Box<dyn Transport>,
}

impl Transport for Denying {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        match request.extensions().get::<Purpose>() {
            Some(Purpose::Call(operation)) if operation.id == self.operation => {
                self.calls.fetch_add(1, Ordering::Relaxed);
                let body =
                    r#"{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied."}]}"#;
                let answer = http::Response::builder().status(403).header("content-type", "application/json");
                Box::pin(std::future::ready(Ok(answer.body(Body::from(body)).unwrap())))
            }
            _ => self.shop.send(request),
        }
    }
}

/// What a run wrote.
struct Run {
    outcome: ReadOutcome,
    messages: Vec<Value>,
}

impl Run {
    fn records(&self, stream: &str) -> Vec<&Value> {
        let records = self.messages.iter().filter(|message| message["type"] == "RECORD");
        records
            .map(|message| &message["record"])
            .filter(|record| record["stream"] == stream)
            .map(|record| &record["data"])
            .collect()
    }

    fn states(&self, stream: &str) -> Vec<&Value> {
        let states = self.messages.iter().filter(|message| message["type"] == "STATE").map(|message| &message["state"]);
        states.filter(|state| state["stream"]["stream_descriptor"]["name"] == stream).collect()
    }

    fn last_state(&self, stream: &str) -> &Value {
        &self.states(stream).last().unwrap()["stream"]["stream_state"]
    }

    /// The statuses of a stream, with the other kinds of its messages between them, each once.
    fn order(&self, stream: &str) -> Vec<String> {
        let name = |message: &Value| match message["type"].as_str().unwrap() {
            "RECORD" if message["record"]["stream"] == stream => Some("RECORD".to_owned()),
            "STATE" if message["state"]["stream"]["stream_descriptor"]["name"] == stream => Some("STATE".to_owned()),
            "TRACE" => {
                let trace = &message["trace"];
                let status = &trace["stream_status"];
                if status["stream_descriptor"]["name"] == stream {
                    let reasons = if status["reasons"].is_null() { "" } else { " WAITING" };
                    Some(format!("{}{reasons}", status["status"].as_str().unwrap()))
                } else if trace["error"]["stream_descriptor"]["name"] == stream {
                    Some("ERROR".to_owned())
                } else {
                    None
                }
            }
            _ => None,
        };
        let mut names: Vec<_> =
            self.messages.iter().filter_map(name).filter(|name| !name.ends_with("WAITING")).collect();
        names.dedup();
        names
    }

    fn errors(&self) -> Vec<&Value> {
        self.messages.iter().map(|message| &message["trace"]["error"]).filter(|error| !error.is_null()).collect()
    }

    /// The states of all streams, as a platform stores them.
    fn stored(&self) -> String {
        let mut last: std::collections::BTreeMap<String, &Value> = std::collections::BTreeMap::new();
        for message in self.messages.iter().filter(|message| message["type"] == "STATE") {
            let name = message["state"]["stream"]["stream_descriptor"]["name"].as_str().unwrap();
            last.insert(name.to_owned(), &message["state"]);
        }
        serde_json::to_string(&last.into_values().collect::<Vec<_>>()).unwrap()
    }
}

impl Shop {
    fn open() -> Self {
        let sandbox = Sandbox::builder().orders(60).build().unwrap();
        let client = Client::builder(Marketplace::JP)
            .endpoint(Endpoint::custom(sandbox.url()))
            .transport(ServiceTransport::new(sandbox.service()))
            .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
            .build()
            .unwrap();
        Self { sandbox, client }
    }

    /// The same shop, which refuses an operation, and how often it was called.
    fn denying(self, operation: &'static str) -> (Self, Arc<AtomicUsize>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let shop = Box::new(ServiceTransport::new(self.sandbox.service()));
        let client = Client::builder(Marketplace::JP)
            .endpoint(Endpoint::custom(self.sandbox.url()))
            .transport(Denying { operation, calls: Arc::clone(&calls), shop })
            .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
            .build()
            .unwrap();
        (Self { client, ..self }, calls)
    }

    async fn read(&self, streams: &[&str], rest: &str, state: &str) -> Run {
        self.read_at(streams, rest, state, SystemTime::now()).await
    }

    async fn read_at(&self, streams: &[&str], rest: &str, state: &str, now: SystemTime) -> Run {
        let written = Written::default();
        let messages = Messages::new(written.clone());
        messages.mask(REFRESH_TOKEN);
        let entries: Vec<_> = streams
            .iter()
            .map(|name| serde_json::json!({ "stream": { "name": name }, "sync_mode": "incremental", "generation_id": 0 }))
            .collect();
        let catalog = Catalog::parse(&serde_json::json!({ "streams": entries }).to_string(), "catalog.json").unwrap();
        let options = ReadOptions::new(catalog).state(State::parse(state, "state.json").unwrap()).now(now);
        let outcome = airbyte::read(&Sources::new(&self.client), &connection(rest), options, &messages).await.unwrap();
        let messages = written.messages();
        Run { outcome, messages }
    }
}

fn connection(rest: &str) -> Connection {
    let start = DateTime::from(SystemTime::now() - days(70));
    let text = format!(
        r#"{{"region":"JP","account_type":"Seller","lwa_app_id":"{CLIENT_ID}","lwa_client_secret":"{CLIENT_SECRET}",
        "refresh_token":"{REFRESH_TOKEN}","replication_start_date":"{start}"{rest}}}"#
    );
    Connection::parse(&text, "config.json", Path::new("")).unwrap()
}

fn days(days: u64) -> Duration {
    Duration::from_secs(days * 24 * 3600)
}

#[tokio::test(start_paused = true)]
async fn messages_come_in_the_protocols_order_and_states_count_the_records() {
    let shop = Shop::open();
    let streams = ["Orders", LISTINGS, FLAT_ORDERS, TRAFFIC];
    let run = shop.read(&streams, "", "[]").await;
    assert_eq!((run.outcome, run.errors().len()), (ReadOutcome::Complete, 0));
    for stream in streams {
        let order = run.order(stream);
        assert_eq!(order[..3], ["STARTED", "RUNNING", "RECORD"], "{stream}");
        assert_eq!(order[order.len() - 2..], ["STATE", "COMPLETE"], "{stream}");
        let counts: Vec<_> =
            run.states(stream).iter().map(|state| state["sourceStats"]["recordCount"].as_f64().unwrap()).collect();
        #[allow(clippy::cast_precision_loss)]
        let records = run.records(stream).len() as f64;
        assert!(
            records > 0.0 && (counts.iter().sum::<f64>() - records).abs() < 0.5,
            "{stream}: {counts:?} of {records}"
        );
    }
    let bytes = serde_json::to_string(&run.messages).unwrap();
    assert!(!bytes.contains(REFRESH_TOKEN));
}

#[tokio::test(start_paused = true)]
async fn records_have_the_documents_names_and_texts_and_the_added_fields() {
    let shop = Shop::open();
    let run = shop.read(&["OrderItems", LISTINGS, XML_ORDERS, TRAFFIC, "Orders"], "", "").await;
    let item = run.records("OrderItems")[0];
    let order =
        run.records("Orders").into_iter().find(|order| order["AmazonOrderId"] == item["AmazonOrderId"]).unwrap();
    assert_eq!(item["LastUpdateDate"], order["LastUpdateDate"]);
    assert!(item["ItemPrice"]["Amount"].is_string() && item["OrderItemId"].is_string());
    // The document's header is Japanese, and a number is a text.
    let listing = run.records(LISTINGS)[0];
    assert!(listing["seller-sku"].is_string() && listing["price"].is_string(), "{listing}");
    assert_eq!(listing["dataEndTime"].as_str().unwrap().len(), "2026-01-01".len());
    assert!(listing["open-date"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{listing}");
    let order = run.records(XML_ORDERS)[0];
    assert!(order["AmazonOrderID"].is_string() && order["OrderItem"].is_array(), "{order}");
    let traffic = run.records(TRAFFIC)[0];
    let date = traffic["date"].as_str().unwrap();
    assert_eq!(traffic["queryEndDate"], format!("{date}T23:59:59Z"));
    assert_eq!(traffic["marketplaceId"], Marketplace::JP.id());
    assert!(traffic["salesByAsin"]["unitsOrdered"].is_number());
    let states = run.last_state("OrderItems")["states"].as_array().unwrap();
    let id = states[0]["partition"]["AmazonOrderId"].as_str().unwrap();
    assert!(run.records("OrderItems").iter().any(|item| item["AmazonOrderId"] == id));
    assert!(run.last_state("OrderItems")["parent_state"]["Orders"]["LastUpdateDate"].is_string());
}

#[tokio::test(start_paused = true)]
async fn a_second_run_reads_from_the_states_of_the_first_and_a_resumed_one_has_all() {
    let shop = Shop::open();
    let streams = ["Orders", "OrderItems", FLAT_ORDERS, TRAFFIC, RETURNS];
    let whole = shop.read(&streams, "", "[]").await;
    assert_eq!(whole.outcome, ReadOutcome::Complete);
    let again = shop.read(&streams, "", &whole.stored()).await;
    assert_eq!(again.outcome, ReadOutcome::Complete);
    for stream in streams {
        let (first, second) = (whole.records(stream).len(), again.records(stream).len());
        assert!(second < first, "{stream}: {second} of {first}");
    }
    assert!(again.records(TRAFFIC).is_empty());
    // From each state in the middle, the rest comes.
    let all = whole.records(FLAT_ORDERS);
    for state in whole.states(FLAT_ORDERS) {
        let stored = serde_json::to_string(&[state]).unwrap();
        let rest = shop.read(&[FLAT_ORDERS], "", &stored).await;
        let at = state["stream"]["stream_state"]["last-updated-date"].as_str().unwrap();
        let at: jiff::Timestamp = at.parse().unwrap();
        let later = all
            .iter()
            .filter(|row| row["last-updated-date"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap() > at);
        let rows = rest.records(FLAT_ORDERS);
        assert!(later.into_iter().all(|row| rows.contains(row)), "{at}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_fails_says_so_keeps_its_state_and_leaves_the_others_alone() {
    let shop = Shop::open();
    shop.sandbox.fault(Fault::new("documents", FaultKind::CorruptGzip).nth(2)).unwrap();
    let run = shop.read(&[FLAT_ORDERS, "Orders"], "", "[]").await;
    assert_eq!(run.outcome, ReadOutcome::Failed);
    assert_eq!(run.order("Orders").last().unwrap(), "COMPLETE");
    let order = run.order(FLAT_ORDERS);
    assert_eq!(order[order.len() - 3..], ["ERROR", "STATE", "INCOMPLETE"]);
    let errors = run.errors();
    assert_eq!(errors.len(), 2);
    assert_eq!(errors[0]["stream_descriptor"]["name"], FLAT_ORDERS);
    assert!(errors[1]["message"].as_str().unwrap().contains("1 of 2 streams failed"), "{}", errors[1]);
    // The next run has what is missing.
    let next = shop.read(&[FLAT_ORDERS], "", &run.stored()).await;
    assert_eq!(next.outcome, ReadOutcome::Complete);
    let whole = shop.read(&[FLAT_ORDERS], "", "[]").await;
    let (first, rest) = (run.records(FLAT_ORDERS), next.records(FLAT_ORDERS));
    assert!(whole.records(FLAT_ORDERS).iter().all(|row| first.contains(row) || rest.contains(row)));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_the_users_to_solve_and_is_not_repeated() {
    let shop = Shop::open();
    let (shop, calls) = shop.denying("getOrders");
    let run = shop.read(&["Orders"], "", "[]").await;
    let error = run.errors()[0];
    assert_eq!(error["failure_type"], "config_error");
    let words = error["message"].as_str().unwrap();
    assert!(words.contains("403") && words.contains("professional plan"), "{words}");
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_in_airbytes_source_is_right_here_unless_it_is_wanted() {
    let shop = Shop::open();
    let right = shop.read(&[XML_ORDERS, LISTINGS], "", "[]").await;
    assert!(!right.records(XML_ORDERS).is_empty());
    let quirks = r#","airbyte_quirks":["empty-xml-orders","latin-1"]"#;
    let wrong = shop.read(&[XML_ORDERS, LISTINGS], quirks, "[]").await;
    assert_eq!((wrong.outcome, wrong.records(XML_ORDERS).len()), (ReadOutcome::Complete, 0));
    let names = |run: &Run| run.records(LISTINGS)[0].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert!(names(&right).contains(&"item-name".to_owned()) && !names(&wrong).contains(&"item-name".to_owned()));
    assert_eq!(right.records(LISTINGS).len(), wrong.records(LISTINGS).len());
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_gone_or_unknown_is_no_failure() {
    let shop = Shop::open();
    let run = shop.read(&["GET_FBA_SNS_FORECAST_DATA", "Nothing", "Orders"], "", "[]").await;
    assert_eq!(run.outcome, ReadOutcome::Complete);
    assert_eq!(run.order("Nothing"), ["INCOMPLETE"]);
    assert_eq!(run.order("GET_FBA_SNS_FORECAST_DATA"), ["INCOMPLETE"]);
    assert!(run.errors().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_check_makes_one_call_and_says_why_it_fails() {
    let shop = Shop::open();
    let checked = async |connection: &Connection| {
        let written = Written::default();
        airbyte::check(&shop.client, connection, &Messages::new(written.clone())).await.unwrap();
        let messages = written.messages();
        assert_eq!(messages.len(), 1);
        messages[0]["connectionStatus"].clone()
    };
    assert_eq!(checked(&connection("")).await["status"], "SUCCEEDED");
    let mut vendor = connection("");
    vendor.account = spapi_metadata::document_types::Party::Vendor;
    assert_eq!(checked(&vendor).await["status"], "SUCCEEDED");
    let (denying, calls) = Shop::open().denying("getMarketplaceParticipations");
    let written = Written::default();
    airbyte::check(&denying.client, &connection(""), &Messages::new(written.clone())).await.unwrap();
    let failed = written.messages()[0]["connectionStatus"].clone();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    assert_eq!(failed["status"], "FAILED");
    assert!(failed["message"].as_str().unwrap().contains("professional plan"), "{failed}");
}

//! Tests published clients in other languages against the sandbox.
//!
//! `interop/install` installs them. The test of a client that is not installed shows as ignored.

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use spapi_core::document::Dialect;
use spapi_core::{Client, Credentials, Endpoint, Marketplace};
use spapi_orders::v2026_01_01::Orders;
use spapi_reports::v2021_06_30::Reports;
use spapi_reports::v2021_06_30::types::CreateReportSpecification;
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, LoggedRequest, REFRESH_TOKEN, Sandbox};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, Mutex};

/// The page size that the scripts request.
const PAGE: usize = 20;

/// A client and the script that uses it.
struct Peer {
    name: &'static str,
    /// The program that runs the script: from the search path, or installed in this folder.
    program: &'static str,
    /// A path that exists once the client is installed.
    installed: &'static str,
    script: &'static str,
    /// The operations of orders that the script calls. All scripts call the same operations of reports and feeds.
    orders_by: &'static [&'static str],
    /// The client's name for the error of an unknown order.
    not_found: &'static str,
    /// Whether the client reads the report's rows too.
    has_rows: bool,
}

const PEERS: [Peer; 3] = [
    Peer {
        name: "python-amazon-sp-api (Python), by proxy",
        program: "venv/bin/python",
        installed: "venv/bin/python",
        script: "python_amazon_sp_api.py",
        orders_by: &["orders@v0 getOrder", "orders@v0 getOrderItems", "orders@v0 getOrders"],
        not_found: "404",
        has_rows: false,
    },
    Peer {
        name: "amzn-sp-api (Python), by endpoint",
        program: "venv/bin/python",
        installed: "venv/bin/python",
        script: "amzn_sp_api.py",
        orders_by: &["orders@2026-01-01 getOrder", "orders@2026-01-01 searchOrders"],
        not_found: "404",
        has_rows: true,
    },
    Peer {
        name: "amazon-sp-api (Node.js), by proxy",
        program: "node",
        installed: "node_modules/amazon-sp-api",
        script: "amazon-sp-api.js",
        orders_by: &["orders@v0 getOrder", "orders@v0 getOrderItems", "orders@v0 getOrders"],
        not_found: "NotFound",
        has_rows: false,
    },
];

/// The operations that every script calls beside those of orders.
const CALLED_BY_ALL: [&str; 9] = [
    "document",
    "feeds@2021-06-30 createFeed",
    "feeds@2021-06-30 createFeedDocument",
    "feeds@2021-06-30 getFeed",
    "feeds@2021-06-30 getFeedDocument",
    "login",
    "reports@2021-06-30 createReport",
    "reports@2021-06-30 getReport",
    "reports@2021-06-30 getReportDocument",
];

/// How often each client called each operation.
type Calls = BTreeMap<&'static str, BTreeMap<String, usize>>;

/// What a script prints.
#[derive(Deserialize)]
struct Printed {
    pages: Vec<Vec<String>>,
    /// The number of items of the first order.
    items: usize,
    unknown_order: String,
    /// The text of the report on the listings in Japan.
    report: String,
    /// The report's rows, by the names of the columns.
    rows: Option<Vec<Row>>,
    /// The number of refused messages of a feed whose one message has no SKU.
    feed: u64,
}

type Row = BTreeMap<String, String>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let calls: Arc<Mutex<Calls>> = Arc::default();
    let trials = PEERS.iter().map(|peer| {
        if folder().join(peer.installed).exists() && has(peer.program) {
            let calls = calls.clone();
            return Trial::test(peer.name, move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                let made = runtime.block_on(drive(peer))?;
                calls.lock().expect("no test panics with it").insert(peer.name, made);
                Ok(())
            });
        }
        let name = format!("{} (it is not installed here: run tests/interop/install)", peer.name);
        Trial::test(name, || Ok(())).with_ignored_flag(true)
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    for (name, calls) in &*calls.lock().expect("no test panics with it") {
        println!("{name}:");
        calls.iter().for_each(|(operation, count)| println!("{count:5} {operation}"));
    }
    conclusion.exit_code()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("interop")
}

/// The path of the program in this folder, or its name if it is not installed here.
fn program(name: &str) -> PathBuf {
    Some(folder().join(name)).filter(|path| path.exists()).unwrap_or_else(|| name.into())
}

fn has(name: &str) -> bool {
    Command::new(program(name)).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Runs the script: it gets a token, lists the orders of Japan page by page, reads the items of one, causes an error,
/// downloads a report, submits a feed and reads its result. Returns how often it called each operation.
async fn drive(peer: &Peer) -> Result<BTreeMap<String, usize>, Failed> {
    let logged: Arc<Mutex<Vec<LoggedRequest>>> = Arc::default();
    let log = logged.clone();
    let on_request = move |request: &LoggedRequest| log.lock().expect("no test panics with it").push(request.clone());
    let sandbox = Sandbox::builder().proxy().orders(100).on_request(on_request).start().await?;
    let ca_file = tempfile::NamedTempFile::new()?;
    std::fs::write(&ca_file, sandbox.ca_certificate().ok_or("no authority")?)?;

    let output = Command::new(program(peer.program))
        .arg(folder().join(peer.script))
        .env("SPAPI_ENDPOINT", sandbox.url())
        .env("SPAPI_CLIENT_ID", CLIENT_ID)
        .env("SPAPI_CLIENT_SECRET", CLIENT_SECRET)
        .env("SPAPI_REFRESH_TOKEN", REFRESH_TOKEN)
        .env("HTTPS_PROXY", sandbox.url())
        .env("SSL_CERT_FILE", ca_file.path())
        .env("NODE_EXTRA_CA_CERTS", ca_file.path())
        // The proxy settings of this machine would send requests elsewhere.
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env_remove("https_proxy")
        .output()?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{} exits with {}:\n{stderr}", peer.script, output.status).into());
    }
    let printed: Printed = serde_json::from_slice(&output.stdout)?;
    // This comes before the calls of our own client, which must not count.
    let logged = logged.lock().expect("no test panics with it").clone();

    let spapi = Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(sandbox.url()))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .build()?;
    let (ids, items) = expected_orders(&spapi).await?;
    let sizes: Vec<_> = printed.pages.iter().map(Vec::len).collect();
    let (last, full) = sizes.split_last().ok_or("no pages")?;
    if full.iter().any(|size| *size != PAGE) || *last > PAGE || full.is_empty() {
        return Err(format!("pages of {sizes:?} orders").into());
    }
    if printed.pages.concat() != ids {
        return Err(format!("{} orders of {}, or others", printed.pages.concat().len(), ids.len()).into());
    }
    if printed.items != items || printed.unknown_order != peer.not_found {
        return Err(format!(
            "{} items instead of {items}; the error of an unknown order is {}",
            printed.items, printed.unknown_order
        )
        .into());
    }
    let (report, rows) = expected_report(&spapi).await?;
    if !report.contains("商品名") || printed.report != report || printed.feed != 1 {
        return Err(format!(
            "{} messages of the feed were refused; the report is\n{:?}\n{report}",
            printed.feed, printed.report
        )
        .into());
    }
    if rows.len() < 2 || printed.rows != peer.has_rows.then(|| rows.clone()) {
        return Err(format!("the rows are {:#?} instead of {rows:#?}", printed.rows).into());
    }
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    logged.iter().for_each(|request| *calls.entry(request.operation.clone()).or_default() += 1);
    let called: BTreeSet<_> = calls.keys().map(String::as_str).collect();
    let expected = peer.orders_by.iter().chain(&CALLED_BY_ALL).copied().collect();
    if called != expected || calls["login"] != 1 || logged.iter().any(|request| request.status == Some(403)) {
        return Err(format!("the sandbox's requests: {logged:#?}").into());
    }
    Ok(calls)
}

/// The ids of the orders in Japan as our own client lists them, and the number of items of the first.
async fn expected_orders(spapi: &Client) -> Result<(Vec<String>, usize), Failed> {
    let search = Orders::new(spapi).search_orders().marketplace_ids([Marketplace::JP]).created_after("2000-01-01");
    let (mut found, mut orders) = (search.items(), Vec::new());
    while let Some(order) = found.try_next().await? {
        orders.push(order);
    }
    let first = orders.first().ok_or("no orders")?;
    let items = first.order_items.len();
    Ok((orders.iter().map(|order| order.order_id.clone()).collect(), items))
}

/// The report on the listings in Japan as our own client reads it: its text, and its rows.
async fn expected_report(spapi: &Client) -> Result<(String, Vec<Row>), Failed> {
    let reports = Reports::new(spapi);
    let order = CreateReportSpecification::new(["A1VC38T7YXB528"], "GET_MERCHANT_LISTINGS_ALL_DATA");
    let id = reports.create_report(order).send().await?.into_inner().report_id;
    let document = loop {
        if let Some(document) = reports.get_report(&id).send().await?.into_inner().report_document_id {
            break document;
        }
    };
    let url = reports.get_report_document(document).send().await?.into_inner().url;
    let text = spapi.download(&url).open().await?.text()?.collect(1 << 20).await?;
    let mut read = spapi.download(&url).open().await?.rows(Dialect::TSV)?;
    let mut rows = Vec::new();
    while let Some(row) = read.try_next().await? {
        rows.push(row);
    }
    Ok((text, rows))
}

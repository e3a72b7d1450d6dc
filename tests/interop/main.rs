//! Clients in other languages, as they are published, against the sandbox.
//!
//! `interop/install` installs them. Where one is not installed, its test shows as ignored and says so.

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

/// How many orders the scripts ask for on a page.
const PAGE: usize = 20;

/// A client and the script that drives it.
struct Peer {
    name: &'static str,
    /// What runs the script: a program of the search path, or one that was installed here.
    program: &'static str,
    /// What stands there once the client is installed.
    installed: &'static str,
    script: &'static str,
    /// The operations of orders that the script calls; those of reports and feeds are the same for all.
    orders_by: &'static [&'static str],
    /// Its name for an order that is not there.
    not_found: &'static str,
    /// Whether it reads the report's rows too.
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

/// What every script calls beside orders.
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
    /// How many lines the first order has.
    items: usize,
    unknown_order: String,
    /// The text of the report on Japan's listings.
    report: String,
    /// Its rows, by the names of their columns.
    rows: Option<Vec<Row>>,
    /// How many messages of a feed of one message, which lacks its SKU, were refused.
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

/// The program where it is installed here, or else by its name.
fn program(name: &str) -> PathBuf {
    Some(folder().join(name)).filter(|path| path.exists()).unwrap_or_else(|| name.into())
}

fn has(name: &str) -> bool {
    Command::new(program(name)).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The client gets a token, lists the orders of Japan page by page, reads the lines of one, meets an error, downloads
/// a report, submits a feed and reads what became of it. Gives how often it called each operation.
async fn drive(peer: &Peer) -> Result<BTreeMap<String, usize>, Failed> {
    let told: Arc<Mutex<Vec<LoggedRequest>>> = Arc::default();
    let teller = told.clone();
    let told_of = move |record: &LoggedRequest| teller.lock().expect("no test panics with it").push(record.clone());
    let sandbox = Sandbox::builder().proxy().orders(100).on_request(told_of).start().await?;
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
        // What this machine has for other purposes would lead elsewhere.
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env_remove("https_proxy")
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{} ends with {}:\n{said}", peer.script, output.status).into());
    }
    let printed: Printed = serde_json::from_slice(&output.stdout)?;
    // Before our own client calls.
    let told = told.lock().expect("no test panics with it").clone();

    let spapi = Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(sandbox.url()))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .build()?;
    let (ids, lines) = expected_orders(&spapi).await?;
    let sizes: Vec<_> = printed.pages.iter().map(Vec::len).collect();
    let (last, full) = sizes.split_last().ok_or("no pages")?;
    if full.iter().any(|size| *size != PAGE) || *last > PAGE || full.is_empty() {
        return Err(format!("pages of {sizes:?} orders").into());
    }
    if printed.pages.concat() != ids {
        return Err(format!("{} orders of {}, or others", printed.pages.concat().len(), ids.len()).into());
    }
    if printed.items != lines || printed.unknown_order != peer.not_found {
        return Err(format!("{} lines of {lines}; an unknown order is {}", printed.items, printed.unknown_order).into());
    }
    let (report, rows) = expected_report(&spapi).await?;
    if !report.contains("商品名") || printed.report != report || printed.feed != 1 {
        return Err(format!("a feed of {}; the report is\n{:?}\n{report}", printed.feed, printed.report).into());
    }
    if rows.len() < 2 || printed.rows != peer.has_rows.then(|| rows.clone()) {
        return Err(format!("the rows are {:#?} in place of {rows:#?}", printed.rows).into());
    }
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    told.iter().for_each(|record| *calls.entry(record.operation.clone()).or_default() += 1);
    let called: BTreeSet<_> = calls.keys().map(String::as_str).collect();
    let expected = peer.orders_by.iter().chain(&CALLED_BY_ALL).copied().collect();
    if called != expected || calls["login"] != 1 || told.iter().any(|record| record.status == Some(403)) {
        return Err(format!("what the sandbox saw: {told:#?}").into());
    }
    Ok(calls)
}

/// The ids of Japan's orders in the order of the lists, and how many lines the first has, as our own client sees them.
async fn expected_orders(spapi: &Client) -> Result<(Vec<String>, usize), Failed> {
    let search = Orders::new(spapi).search_orders().marketplace_ids([Marketplace::JP]).created_after("2000-01-01");
    let (mut found, mut orders) = (search.items(), Vec::new());
    while let Some(order) = found.try_next().await? {
        orders.push(order);
    }
    let first = orders.first().ok_or("no orders")?;
    let lines = first.order_items.len();
    Ok((orders.iter().map(|order| order.order_id.clone()).collect(), lines))
}

/// The report on Japan's listings as our own client sees it: its text, and its rows.
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

//! Clients in other languages, as they are published, against the sandbox.
//!
//! `interop/install` installs them. Where one is not installed, its test shows as ignored and says so.

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use spapi_core::{Client, Credentials, Endpoint, Marketplace};
use spapi_orders::v2026_01_01::Orders;
use spapi_reports::v2021_06_30::Reports;
use spapi_reports::v2021_06_30::types::CreateReportSpecification;
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Record, Sandbox};
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
    /// The operation that the script lists orders by.
    lists_by: &'static str,
    /// Its name for an order that is not there.
    not_found: &'static str,
    /// Whether it downloads reports and submits feeds.
    has_documents: bool,
}

const PEERS: [Peer; 3] = [
    Peer {
        name: "python-amazon-sp-api (Python), by proxy",
        program: "venv/bin/python",
        installed: "venv/bin/python",
        script: "python_amazon_sp_api.py",
        lists_by: "orders@v0 getOrders",
        not_found: "404",
        has_documents: true,
    },
    Peer {
        name: "amzn-sp-api (Python), by endpoint",
        program: "venv/bin/python",
        installed: "venv/bin/python",
        script: "amzn_sp_api.py",
        lists_by: "orders@v2026_01_01 searchOrders",
        not_found: "404",
        has_documents: false,
    },
    Peer {
        name: "amazon-sp-api (Node.js), by proxy",
        program: "node",
        installed: "node_modules/amazon-sp-api",
        script: "amazon-sp-api.js",
        lists_by: "orders@v0 getOrders",
        not_found: "NotFound",
        has_documents: true,
    },
];

/// What a script prints.
#[derive(Deserialize)]
struct Printed {
    pages: Vec<Vec<String>>,
    /// How many lines the first order has.
    items: usize,
    unknown_order: String,
    /// The text of the report on Japan's listings.
    report: Option<String>,
    /// How many messages of a feed of one message, which lacks its SKU, were refused.
    feed: Option<u64>,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = PEERS.iter().map(|peer| {
        if folder().join(peer.installed).exists() && has(peer.program) {
            return Trial::test(peer.name, || {
                tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(orders(peer))
            });
        }
        let name = format!("{} (it is not installed here: run tests/interop/install)", peer.name);
        Trial::test(name, || Ok(())).with_ignored_flag(true)
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
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

/// The client gets a token, lists the orders of Japan page by page, reads the lines of one, and meets an error. Where it
/// can, it downloads a report and submits a feed.
async fn orders(peer: &Peer) -> Result<(), Failed> {
    let told: Arc<Mutex<Vec<Record>>> = Arc::default();
    let teller = told.clone();
    let told_of = move |record: &Record| teller.lock().expect("no test panics with it").push(record.clone());
    let sandbox = Sandbox::builder().proxy().on_request(told_of).start().await?;
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
    if peer.has_documents {
        let report = expected_report(&spapi).await?;
        if !report.contains("商品名") || printed.report.as_ref() != Some(&report) || printed.feed != Some(1) {
            return Err(format!("a feed of {:?}; the report is\n{:?}\n{report}", printed.feed, printed.report).into());
        }
    }
    let told = told.lock().expect("no test panics with it");
    let count = |operation: &str| told.iter().filter(|record| record.operation == operation).count();
    let listed = count(peer.lists_by);
    // Our own list of what is expected is one more call, or two, where it is by the same operation.
    if count("login") != 2 || listed < sizes.len() || told.iter().any(|record| record.status == Some(403)) {
        return Err(format!("what the sandbox saw: {told:#?}").into());
    }
    Ok(())
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

/// The report on Japan's listings as our own client sees it.
async fn expected_report(spapi: &Client) -> Result<String, Failed> {
    let reports = Reports::new(spapi);
    let order = CreateReportSpecification::new(["A1VC38T7YXB528"], "GET_MERCHANT_LISTINGS_ALL_DATA");
    let id = reports.create_report(order).send().await?.into_inner().report_id;
    let document = loop {
        if let Some(document) = reports.get_report(&id).send().await?.into_inner().report_document_id {
            break document;
        }
    };
    let url = reports.get_report_document(document).send().await?.into_inner().url;
    Ok(spapi.download(url).open().await?.text()?.collect(1 << 20).await?)
}

//! PyAirbyte reads the sandbox through the program, as it reads through Airbyte's source.
//!
//! `install` installs it. Without it the test shows as ignored.

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};
use spapi_core::{Client, Credentials, DateTime, Endpoint, Marketplace, Quotas};
use spapi_jobs::Reports;
use spapi_rows::TextRow;
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, Limits, REFRESH_TOKEN, Sandbox};
use spapi_sync::Stream;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, SystemTime};

/// The streams that the sandbox cannot serve, each with the reason.
const NOT_SERVED: [(&str, &str); 9] = [
    ("FbaInboundShipmentItems", "the sandbox has no shipments to Amazon"),
    ("FbaInboundShipments", "the sandbox has no shipments to Amazon"),
    ("ListFinancialEventGroups", "the sandbox has no finances of this version"),
    ("ListFinancialEvents", "the sandbox has no finances of this version"),
    ("GET_AFN_INVENTORY_DATA_BY_COUNTRY", "Amazon does not have it for Japan"),
    ("GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_PROMOTION_DATA", "Amazon does not have it for Japan"),
    ("GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_REPLACEMENT_DATA", "Amazon does not have it for Japan"),
    ("GET_ORDER_REPORT_DATA_SHIPPING", "Amazon makes it by a schedule, and the shop has none"),
    ("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE", "Amazon no longer has it"),
];

/// Streams whose rows are compared with those of the same report, cell by cell.
const COMPARED: [&str; 4] = [
    "GET_AFN_INVENTORY_DATA",
    "GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA",
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "GET_STRANDED_INVENTORY_UI_DATA",
];

const NAME: &str = "PyAirbyte reads every stream of the sandbox twice";

fn main() -> ExitCode {
    let trial = match python().exists() {
        true => Trial::test(NAME, || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
            runtime.block_on(drive())
        }),
        false => {
            let name = format!("{NAME} (it is not installed here: run crates/cli/tests/airbyte/install)");
            Trial::test(name, || Ok(())).with_ignored_flag(true)
        }
    };
    libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/airbyte")
}

fn python() -> PathBuf {
    folder().join("venv/bin/python")
}

async fn drive() -> Result<(), Failed> {
    let sandbox = Sandbox::builder().limits(Limits::Off).orders(150).start().await?;
    let work = tempfile::tempdir()?;
    let program = work.path().join("source-amazon-seller-partner");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_spapi"), &program)?;
    let start = DateTime::from(SystemTime::now() - Duration::from_secs(10 * 24 * 3600));
    let settings = json!({
        "auth_type": "oauth2.0", "aws_environment": "PRODUCTION", "region": "JP", "account_type": "Seller",
        "lwa_app_id": CLIENT_ID, "lwa_client_secret": CLIENT_SECRET, "refresh_token": REFRESH_TOKEN,
        "replication_start_date": format!("{}T00:00:00Z", &start.as_str()[..10]), "financial_events_step": "180",
        "include_pii": true,
    });
    let config = work.path().join("config.json");
    std::fs::write(&config, settings.to_string())?;
    let discovered = Command::new(&program).args(["discover", "--config"]).arg(&config).output()?;
    let discovered: Value = serde_json::from_slice(&discovered.stdout)?;
    let all = discovered["catalog"]["streams"].as_array().ok_or("no catalog")?;
    let names = all.iter().filter_map(|stream| stream["name"].as_str());
    let names: Vec<_> = names.filter(|name| NOT_SERVED.iter().all(|(other, _)| other != name)).collect();
    // Amazon makes some reports only once in a while.
    let has_limit = |name: &str| {
        Stream::find(name).ok().and_then(Stream::report_type).is_some_and(|known| known.frequency.is_some())
    };
    let marked = names.iter().map(|name| if has_limit(name) { format!("+{name}") } else { (*name).to_owned() });

    let output = Command::new(python())
        .arg(folder().join("read.py"))
        .args([&program, &config])
        .arg(work.path())
        .args(marked)
        .env("SPAPI_ENDPOINT", sandbox.url())
        .env("HOME", work.path())
        .current_dir(work.path())
        .output()?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("read.py exits with {}:\n{stderr}", output.status).into());
    }
    let printed = String::from_utf8(output.stdout)?;
    let printed: Value = serde_json::from_str(printed.lines().last().ok_or("read.py prints nothing")?)?;
    let mut empty = Vec::new();
    let (mut first, mut second) = (0, 0);
    for name in &names {
        let counts = printed["streams"][*name].as_array().ok_or("a stream is missing")?;
        let count = |index: usize| counts[index].as_u64().unwrap_or_default();
        if count(0) == 0 {
            empty.push(*name);
        }
        if count(1) > count(0) {
            return Err(format!("{name}: the second read has more records: {counts:?}").into());
        }
        first += count(0);
        second += count(1);
    }
    println!(
        "{} streams, {first} records, then {second}; {} messages; empty: {empty:?}",
        names.len(),
        printed["lines"]
    );
    if empty.len() > 4 || second >= first {
        return Err(format!("{} streams are empty: {empty:?}", empty.len()).into());
    }
    compare(&sandbox, &work.path().join("messages-1.jsonl")).await
}

/// Compares the records with the rows of the same reports, as our own client reads them.
async fn compare(sandbox: &Sandbox, messages: &Path) -> Result<(), Failed> {
    let mut records: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for line in std::fs::read_to_string(messages)?.lines() {
        let mut message: Value = serde_json::from_str(line)?;
        if message["type"] == "RECORD" {
            let name = message["record"]["stream"].as_str().ok_or("no name")?.to_owned();
            records.entry(name).or_default().push(message["record"]["data"].take());
        }
    }
    let client = Client::builder(Marketplace::JP)
        .endpoint(Endpoint::custom(sandbox.url()))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN))
        .quotas(&Quotas::off())
        .build()?;
    let reports = Reports::new(&client);
    for name in COMPARED {
        // The newest report of the type is the last that the program requested.
        let mut existing = reports.existing(name).unchecked();
        let mut expected: Vec<Vec<String>> = Vec::new();
        while let Some(report) = existing.try_next().await? {
            expected.clear();
            let mut rows = report.document.rows::<TextRow>().await?;
            while let Some(row) = rows.try_next().await? {
                expected.push(sorted(row.cells()));
            }
            if records.get(name).is_some_and(|records| records.len() == expected.len()) {
                break;
            }
        }
        // The document may name its columns in another language, so the cells are compared without their names.
        let found = records.get(name).ok_or("a stream has no records")?.iter().map(|record| {
            let own = record.as_object().into_iter().flatten().filter(|(name, _)| *name != "dataEndTime");
            sorted(own.map(|(_, value)| value.as_str().unwrap_or_default()))
        });
        let found: Vec<_> = found.collect();
        if expected.is_empty() || found != expected {
            return Err(format!("{name}: {} records instead of {} rows, or others", found.len(), expected.len()).into());
        }
    }
    Ok(())
}

fn sorted<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut texts: Vec<_> = texts.map(str::to_owned).collect();
    texts.sort();
    texts
}

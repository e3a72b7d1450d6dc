//! Runs every stream against the sandbox into a file of SQLite, in paused time.
#![cfg(feature = "sqlite")]

use spapi_core::transport::ServiceTransport;
use spapi_core::{Client, Credentials, DateTime, Endpoint, Marketplace};
use spapi_metadata::document_types::Party;
use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Sandbox};
use spapi_sync::{Connection, RunOptions, Sources, Sqlite, Stream, Tables, run};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The rows of each of these streams, or why it has none.
async fn flow(
    account: &str,
    marketplace: Marketplace,
    names: &[&'static str],
) -> BTreeMap<&'static str, Result<u64, String>> {
    let sandbox = Sandbox::builder().build().unwrap();
    let client = Client::builder(marketplace)
        .endpoint(Endpoint::custom(sandbox.url_of(marketplace.region())))
        .transport(ServiceTransport::new(sandbox.service()))
        .credentials(Credentials::new(CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN).with_seller_id("SELLER1"))
        .build()
        .unwrap();
    let objects: Vec<_> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let now = SystemTime::now();
    let start = DateTime::from(now - Duration::from_secs(65 * 24 * 3600));
    let text = format!(
        "name = \"a\"\nregion = \"{}\"\naccount_type = \"{account}\"\ninclude_pii = true\nstart_date = \"{start}\"\nobjects = [{}]",
        marketplace.country_code(),
        objects.join(", ")
    );
    let connection = Connection::parse(&text, "a.toml", Path::new("")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut destination = Sqlite::open(folder.path().join("a.db")).unwrap();
    let summary =
        run(&Sources::new(&client), &connection, &mut destination, RunOptions::new().now(now), |_| ()).await.unwrap();
    let mut all = BTreeMap::new();
    for shown in &summary.streams {
        let marketplace = shown.marketplace.map(Marketplace::id).unwrap_or_default();
        let rows = destination.rows("a", shown.stream, marketplace).await.unwrap().unwrap_or_default();
        let gap = summary.gaps().find(|(id, _)| id.stream == shown.stream.name);
        let result = match (&shown.refused, gap) {
            (Some(why), _) => Err(why.clone()),
            (None, Some((_, why))) => Err(why.to_string()),
            _ if shown.rejected > 0 => Err(format!("{} of {rows} rows do not fit", shown.rejected)),
            _ if shown.slices == 0 => Err("it has no slices".to_owned()),
            _ => Ok(rows),
        };
        all.insert(shown.stream.name, result);
    }
    all
}

/// All streams: in Japan, and those that Japan lacks in the United States or Germany.
async fn everything() -> BTreeMap<&'static str, Result<u64, String>> {
    let of = |is_seller: bool| {
        let streams = Stream::all().iter().filter(|stream| stream.parties().contains(&Party::Seller) == is_seller);
        streams.map(|stream| stream.name).collect::<Vec<_>>()
    };
    let mut all = flow("Seller", Marketplace::JP, &of(true)).await;
    all.extend(flow("Vendor", Marketplace::JP, &of(false)).await);
    for marketplace in [Marketplace::US, Marketplace::DE] {
        let is_elsewhere =
            |why: &String| why.contains("Amazon does not have it for") || why.contains("does not exist for");
        let elsewhere = all.iter().filter(|(_, result)| result.as_ref().is_err_and(is_elsewhere));
        let elsewhere: Vec<_> = elsewhere.map(|(name, _)| *name).filter(|name| of(true).contains(name)).collect();
        all.extend(flow("Seller", marketplace, &elsewhere).await);
    }
    all
}

/// Why a stream has no rows, by a part of what the run says.
const REASONS: [(&str, &str); 5] = [
    ("Amazon does not have it for", "Amazon has it in other marketplaces"),
    ("does not exist for", "Amazon has it in other marketplaces"),
    ("Amazon no longer has it", "Amazon no longer has it"),
    ("The sandbox does not make", "the sandbox does not make its report"),
    ("needs the option", "the connection has to choose an option of the report"),
];

/// Streams of reports that Amazon makes by itself, and that the sandbox does not make.
const NOT_FOUND: [&str; 10] = [
    "GET_DATE_RANGE_FINANCIAL_HOLDS_DATA",
    "GET_EASYSHIP_PICKEDUP",
    "GET_EASYSHIP_WAITING_FOR_PICKUP",
    "GET_FLAT_FILE_GEO_OPPORTUNITIES",
    "GET_FLAT_FILE_SALES_TAX_DATA",
    "GET_ORDER_REPORT_DATA_SHIPPING",
    "GET_ORDER_REPORT_DATA_SHIPPING_XML_ORDER_REPORT_FEE",
    "GET_ORDER_REPORT_DATA_SHIPPING_XML_ORDER_REPORT_ITEM",
    "GET_ORDER_REPORT_DATA_SHIPPING_XML_ORDER_REPORT_PRICE",
    "GET_ORDER_REPORT_DATA_SHIPPING_XML_ORDER_REPORT_PROMOTION",
];

/// How many streams have rows.
const FLOW: usize = 78;

#[tokio::test(start_paused = true)]
async fn every_stream_that_the_sandbox_serves_has_rows() {
    let all = everything().await;
    assert_eq!(all.len(), Stream::all().len());
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut flowing = 0;
    for (name, result) in &all {
        match result {
            Ok(0) => panic!("{name} has no rows"),
            Ok(_) => flowing += 1,
            Err(why) => {
                let reason = REASONS.iter().find(|(part, _)| why.contains(part)).map(|(_, reason)| *reason);
                let is_not_found = NOT_FOUND.contains(name) && why == "it has no slices";
                let reason = reason.or(is_not_found.then_some("the sandbox does not make its report"));
                reasons.entry(reason.unwrap_or_else(|| panic!("{name}: {why}"))).or_default().push(name);
            }
        }
    }
    for (reason, names) in &reasons {
        println!("{} streams: {reason}: {}", names.len(), names.join(", "));
    }
    println!("streams: {flowing} of {} flow", all.len());
    assert!(flowing >= FLOW, "only {flowing} streams have rows");
    // Every operation and every query flows.
    let is_report = |name: &str| Stream::find(name).unwrap().report_type().is_some();
    let others: Vec<_> = all.iter().filter(|(name, result)| !is_report(name) && result.is_err()).collect();
    assert!(others.is_empty(), "{others:?}");
}

//! Runs every program as a user does, against the sandbox, and compares what it prints.

use spapi_sandbox::{CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, Sandbox};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The lines that a program prints.
fn run(program: &str) -> Vec<String> {
    // The environment of the user must not send an example to another server.
    lines_of(Command::new(program).env_remove("SPAPI_ENDPOINT"))
}

fn lines_of(command: &mut Command) -> Vec<String> {
    let output = command.output().expect("the program starts");
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}\n{shown}{}", output.status, String::from_utf8_lossy(&output.stderr));
    shown.lines().map(str::to_owned).collect()
}

/// A program that calls this sandbox.
fn on(program: &str, sandbox: &Sandbox) -> Command {
    let mut command = Command::new(program);
    for name in ["SPAPI_CREDENTIALS", "SPAPI_MARKETPLACE", "SPAPI_REGION"] {
        command.env_remove(name);
    }
    command
        .env("SPAPI_ENDPOINT", sandbox.url())
        .env("SPAPI_CLIENT_ID", CLIENT_ID)
        .env("SPAPI_CLIENT_SECRET", CLIENT_SECRET)
        .env("SPAPI_REFRESH_TOKEN", REFRESH_TOKEN);
    command
}

#[test]
fn list_orders() {
    let lines = run(env!("CARGO_BIN_EXE_list_orders"));
    assert!(lines.len() > 5, "{lines:#?}");
    for line in &lines {
        let fields: Vec<_> = line.split('\t').collect();
        assert!(fields.len() == 3 && fields[0].len() == 19 && fields[2].ends_with(" items"), "{line}");
    }
}

#[test]
fn continue_later() {
    let lines = run(env!("CARGO_BIN_EXE_continue_later"));
    let [first, others] = lines.as_slice() else { panic!("{lines:#?}") };
    assert_eq!(first, "first page: 20 orders");
    let count = others.strip_prefix("other pages: ").and_then(|rest| rest.strip_suffix(" orders"));
    assert!(count.and_then(|count| count.parse::<u32>().ok()).is_some_and(|count| count > 20), "{others}");
}

#[test]
fn buyer_data() {
    let lines = run(env!("CARGO_BIN_EXE_buyer_data"));
    let fields: Vec<Vec<&str>> = lines.iter().map(|line| line.split('\t').collect()).collect();
    assert!(fields.iter().all(|line| line.len() == 3 && !line[2].is_empty()), "{lines:#?}");
    // Both versions name the same buyers.
    let of = |version: &str| fields.iter().filter(|line| line[0] == version).map(|line| &line[1..]).collect::<Vec<_>>();
    let (v0, v2026) = (of("v0"), of("2026-01-01"));
    assert!(!v2026.is_empty());
    assert_eq!(v0[..v2026.len()], v2026);
}

#[test]
fn report_to_rows() {
    let lines = run(env!("CARGO_BIN_EXE_report_to_rows"));
    let (total, rows) = lines.split_last().expect("a total");
    assert!(!rows.is_empty());
    assert!(total.starts_with("total\t") && total.ends_with(" EUR"), "{total}");
    let cents = total["total\t".len()..].split_once('.').expect("a decimal point").1;
    assert_eq!(cents.len(), "00 EUR".len());
}

#[test]
fn submit_feed() {
    let lines = run(env!("CARGO_BIN_EXE_submit_feed"));
    assert_eq!(lines, ["茶器-急須01: 1 messages accepted, 0 refused"]);
}

#[test]
fn query_data_kiosk() {
    let lines = run(env!("CARGO_BIN_EXE_query_data_kiosk"));
    let (total, days) = lines.split_last().expect("a total");
    assert_eq!(days.len(), 8, "{lines:#?}");
    let number = |line: &String| line.split_once('\t').and_then(|(_, number)| number.parse::<u64>().ok());
    assert_eq!(days.iter().map(number).sum::<Option<u64>>(), number(total), "{lines:#?}");
}

#[test]
fn two_sellers() {
    let lines = run(env!("CARGO_BIN_EXE_two_sellers"));
    let [first, second] = lines.as_slice() else { panic!("{lines:#?}") };
    let (first, second) = (first.split_once(':').expect("a name"), second.split_once(':').expect("a name"));
    assert_eq!((first.0, second.0), ("first seller", "second seller"));
    assert!(first.1.contains("Amazon") && second.1.contains("Amazon"), "{lines:#?}");
}

#[test]
fn manage_stock() {
    let lines = run(env!("CARGO_BIN_EXE_manage_stock"));
    let (change, stock) = lines.split_last().expect("a change");
    assert!(!stock.is_empty() && stock.iter().all(|line| line.contains(" ready\t")), "{lines:#?}");
    assert!(change.starts_with("茶器-急須01: the quantity of DEFAULT is 5"), "{change}");
}

#[test]
fn change_price() {
    let lines = run(env!("CARGO_BIN_EXE_change_price"));
    assert_eq!(lines[0], "SENCHA-100: 1080 JPY before");
    assert!(lines.len() > 1 && lines[1].contains("1180"), "{lines:#?}");
}

#[test]
fn handle_notifications() {
    let lines = run(env!("CARGO_BIN_EXE_handle_notifications"));
    let changed = lines.iter().filter(|line| line.ends_with(" changed")).count();
    assert!(changed == 2 && lines.last().expect("a summary").contains("2 handled"), "{lines:#?}");
}

#[test]
fn find_points() {
    let lines = run(env!("CARGO_BIN_EXE_find_points"));
    assert!(!lines.is_empty() && lines.iter().all(|line| line.ends_with(" points")), "{lines:#?}");
}

#[test]
fn read_mws_archive() {
    let lines = run(env!("CARGO_BIN_EXE_read_mws_archive"));
    let [order, unmapped, gaps] = lines.as_slice() else { panic!("{lines:#?}") };
    assert_eq!(order, "503-1234567-1234567\t1980.00 JPY");
    assert!(unmapped.ends_with("/TFMShipmentStatus"), "{unmapped}");
    assert_eq!(gaps, "0 pages are missing");
}

#[test]
fn explain_mws_token() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_explain_mws_token"));
    let lines = lines_of(command.stdin(std::process::Stdio::null()));
    let kinds: Vec<_> = lines.iter().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(kinds, ["SellerId", "MarketplaceId", "MwsAuthToken"], "{lines:#?}");
    assert!(!lines.concat().contains("0a1b2c3d"), "{lines:#?}");
}

#[test]
fn exact_values() {
    assert_eq!(
        run(env!("CARGO_BIN_EXE_exact_values")),
        ["JP\t2026-11-01T00:00Z\tShipped\t1234.50 JPY", "DE\t2026-11-02\tLostAtSea\t17.31 EUR"]
    );
}

#[test]
fn read_a_file() {
    assert_eq!(run(env!("CARGO_BIN_EXE_read_a_file")), ["急須\t3", "SENCHA-100\tunknown"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.txt");
    std::fs::write(&file, "\u{feff}sku\tquantity\nKöln-1\t7\n").expect("a file");
    assert_eq!(lines_of(Command::new(env!("CARGO_BIN_EXE_read_a_file")).arg(&file)), ["Köln-1\t7"]);
}

#[test]
fn typed_rows() {
    let lines = run(env!("CARGO_BIN_EXE_typed_rows"));
    let (columns, rows) = lines.split_last().expect("the columns");
    assert!(rows.iter().any(|line| line.starts_with("SENCHA-100\t1080")), "{lines:#?}");
    assert!(columns.ends_with(" columns, 0 with buyers' data"), "{columns}");
}

#[test]
fn record_and_replay() {
    let lines = run(env!("CARGO_BIN_EXE_record_and_replay"));
    let [recorded, replayed, unserved, file] = lines.as_slice() else { panic!("{lines:#?}") };
    assert!(recorded == "recorded\t100 orders" && replayed == "replayed\t100 orders", "{lines:#?}");
    assert_eq!(unserved, "unserved\t0");
    assert!(file.starts_with("file\t0001-orders-") && file.ends_with("searchOrders.json"), "{file}");
}

#[test]
fn plan_calls() {
    let lines = run(env!("CARGO_BIN_EXE_plan_calls"));
    let (found, plans) = lines.split_last().expect("an operation");
    assert!(plans.iter().any(|line| line.starts_with("orders@v0 getOrders\t")), "{lines:#?}");
    assert_eq!(found, "orders@v0 getOrderAddress\torderId = 503-1234567-1234567");
}

#[test]
fn fill_tables() {
    let lines = run(env!("CARGO_BIN_EXE_fill_tables"));
    let first: Vec<_> = lines.iter().filter(|line| line.starts_with("first run")).collect();
    assert_eq!(first.len(), 2, "{lines:#?}");
    assert!(first.iter().all(|line| line.contains("1 slices, ") && !line.ends_with(" 0 rows")), "{lines:#?}");
    assert!(lines.iter().all(|line| !line.starts_with("gap")), "{lines:#?}");
    assert_eq!(lines.iter().filter(|line| line.starts_with("row\t")).count(), 3, "{lines:#?}");
}

#[test]
fn list_a_product() {
    let lines = run(env!("CARGO_BIN_EXE_list_a_product"));
    let [found, others @ ..] = lines.as_slice() else { panic!("no lines") };
    assert!(found.starts_with("found\tB0"), "{found}");
    let names: Vec<_> = others.iter().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(names, ["checked", "preview", "live", "deleted"], "{lines:#?}");
    assert_eq!((&*others[0], &*others[1]), ("checked\t0 errors", "preview\tvalid"), "{lines:#?}");
}

#[tokio::test]
async fn serve_console() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_serve_console"))
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let out = child.stdout.take().expect("its output");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).expect("a line");
    let link = line.trim().strip_prefix("console\t").expect("a link").to_owned();
    let page = reqwest::get(&link).await.expect("a page");
    let status = page.status();
    child.kill().expect("it ends");
    child.wait().expect("it has ended");
    assert!(status.is_success() && link.contains("/enter?key="), "{status} {link}");
}

#[test]
fn create_inbound_shipment() {
    let made = run(env!("CARGO_BIN_EXE_create_inbound_shipment"));
    let fields: Vec<Vec<&str>> = made.iter().map(|line| line.split('\t').collect()).collect();
    let [shipment, labels] = fields.as_slice() else { panic!("{made:#?}") };
    assert_eq!((shipment[0], shipment.len()), ("shipment", 3), "{made:#?}");
    assert!(labels[0].starts_with("labels of 12 ") && labels[1].starts_with("http"), "{made:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn inbound_shipment_status() {
    let all = run(env!("CARGO_BIN_EXE_inbound_shipment_status"));
    assert!(all.len() > 1 && all.iter().all(|line| line.ends_with(" units have arrived")), "{all:#?}");
    let id = all[0].split('\t').next().expect("an id");
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let one = lines_of(on(env!("CARGO_BIN_EXE_inbound_shipment_status"), &sandbox).arg(id));
    assert_eq!(one, all[..1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_shipped_and_tracked() {
    let sandbox = Sandbox::start().await.expect("a sandbox");
    let shipped = lines_of(&mut on(env!("CARGO_BIN_EXE_ship_order"), &sandbox));
    let (order, previews) = shipped.split_last().expect("an order");
    assert!(previews.len() == 3 && previews.iter().all(|line| line.ends_with(" JPY")), "{shipped:#?}");
    assert_eq!(order, "web-shop-1001\tReceived");
    sandbox.clock().advance(Duration::from_secs(24 * 3600));
    let tracked = lines_of(&mut on(env!("CARGO_BIN_EXE_track_order"), &sandbox));
    assert_eq!(tracked[0], "web-shop-1001\tComplete");
    assert!(tracked.len() == 2 && tracked[1].starts_with("package "), "{tracked:#?}");
}

#[test]
fn an_order_is_tracked_in_a_sandbox_of_its_own() {
    let tracked = run(env!("CARGO_BIN_EXE_track_order"));
    assert_eq!(tracked[0], "web-shop-1002\tComplete");
    assert!(tracked.len() == 2 && tracked[1].starts_with("package "), "{tracked:#?}");
}

#[test]
fn errors_by_kind() {
    assert_eq!(
        run(env!("CARGO_BIN_EXE_errors_by_kind")),
        [
            "unsafe argument: Input: correct the program or its settings",
            "wrong argument: BadRequest: read codes() and messages(): Amazon refuses the arguments",
            "unknown order: NotFound: treat it as absent: Amazon does not have it",
            "throttled: Quota: wait for retry_after(), then call again",
            "server error: Server: call again later",
            "lost answer: Lost: check whether Amazon carried out the call before you repeat it",
            "unknown seller: Login: check the credentials, or ask the seller to authorize the application again",
            "no server: Connect: call again later",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_names_another_server() {
    let paths = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&paths);
    let sandbox = Sandbox::builder().on_request(move |request| log.lock().unwrap().push(request.path.clone()));
    let sandbox = sandbox.start().await.expect("a sandbox");
    let mut command = on(env!("CARGO_BIN_EXE_list_orders"), &sandbox);
    assert!(lines_of(&mut command).len() > 5);
    let paths = paths.lock().unwrap();
    assert!(paths.iter().any(|path| path == "/orders/2026-01-01/orders"), "{paths:?}");
}

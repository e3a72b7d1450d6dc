//! `spapi sandbox serve` as a server for our client and others.

use crate::support::{Ran, run, spapi};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A sandbox in its own process.
pub struct Served {
    child: Child,
    /// What it printed at its start.
    said: String,
}

impl Served {
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_with(arguments, &[])
    }

    fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let arguments = [&["sandbox", "serve", "--port", "0"], arguments].concat();
        let mut command = spapi(&arguments);
        let mut child =
            command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        while !said.ends_with("Ctrl-C ends it.\n") {
            // If it ends at once, its log has the reason.
            assert!(out.read_line(&mut said).unwrap() > 0, "{said}{:?}", child.wait_with_output());
        }
        Self { child, said }
    }

    /// The exported value of a variable.
    pub fn exported(&self, name: &str) -> &str {
        let (_, rest) = self.said.split_once(&format!("export {name}='")).unwrap_or_else(|| panic!("{}", self.said));
        rest.split('\'').next().unwrap()
    }

    /// The program with the exported variables.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = spapi(arguments);
        for name in [
            "SPAPI_ENDPOINT",
            "SPAPI_CLIENT_ID",
            "SPAPI_CLIENT_SECRET",
            "SPAPI_REFRESH_TOKEN",
            "SPAPI_SELLER_ID",
            "SPAPI_APPLICATION_ID",
        ] {
            command.env(name, self.exported(name));
        }
        command
    }

    pub fn call(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    /// Ends it with a signal, and returns its log.
    #[cfg(unix)]
    pub fn ended_by(mut self, signal: &str) -> String {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        let mut log = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const LIST: [&str; 6] = ["orders", "list", "-m", "JP", "--created-after", "60d"];

#[test]
fn a_client_with_the_printed_variables_is_served() {
    let served = Served::start(&["--seed", "7", "--orders", "40"]);
    let listed = served.call(&[&LIST[..], &["-f", "jsonl"]].concat()).ended(0);
    let again = Served::start(&["--seed", "7", "--orders", "40"]);
    let ids = |text: &str| -> Vec<String> {
        let order = |line: &str| serde_json::from_str::<Value>(line).unwrap()["orderId"].to_string();
        text.lines().map(order).collect()
    };
    assert!((1..=40).contains(&ids(&listed.out).len()), "{}", listed.out);
    assert_eq!(ids(&listed.out), ids(&again.call(&[&LIST[..], &["-f", "jsonl"]].concat()).ended(0).out));
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_and_its_log_has_a_line_for_each_request_without_secrets() {
    for signal in ["-TERM", "-INT"] {
        let served = Served::start(&[]);
        served.call(&[&LIST[..], &["-n", "1"]].concat()).ended(0);
        served.call(&["call", "supply-sources", "getSupplySources"]);
        let (secret, token) = (served.exported("SPAPI_CLIENT_SECRET").to_owned(), "Atz");
        let log = served.ended_by(signal);
        for part in [
            "POST   /auth/o2/token 200 login ",
            "GET    /orders/2026-01-01/orders 200 orders@2026-01-01 searchOrders ",
            "GET    /supplySources/2020-07-01/supplySources 501 supply-sources@2020-07-01 getSupplySources ",
            "note: the sandbox has ended",
        ] {
            assert!(log.contains(part), "{part:?} is not in {log}");
        }
        assert!(!log.contains(&secret) && !log.contains(token) && !log.contains("created"), "{log}");
    }
}

/// The status line of the answer to a POST.
pub fn post(url: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let (host, length) = (stream.peer_addr().unwrap(), body.len());
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_fault_makes_a_call_fail() {
    let served = Served::start(&[]);
    let fault = r#"{"on": "orders@2026-01-01 searchOrders", "kind": "expiredToken"}"#;
    assert_eq!(post(served.exported("SPAPI_ENDPOINT"), "/_sandbox/faults", fault), "HTTP/1.1 201 Created");
    served.call(&LIST).ended(3).said(&["403 Forbidden", "Unauthorized"]);
}

#[cfg(unix)]
#[test]
fn a_shop_is_kept_for_the_next_server() {
    let folder = tempfile::tempdir().unwrap();
    let keep = ["--keep", folder.path().to_str().unwrap()];
    let body = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/data/report.json");
    let served = Served::start(&keep);
    let made = served.call(&["call", "reports", "createReport", "-m", "JP", "--body", body]).ended(0).out;
    let made: Value = serde_json::from_str(&made).unwrap();
    served.ended_by("-TERM");
    let served = Served::start(&keep);
    let id = format!("reportId={}", made["reportId"].as_str().unwrap());
    served.call(&["call", "reports", "getReport", &id, "-m", "JP"]).ended(0);
}

/// Subscribes to changes of orders, and lets a day pass.
fn let_a_day_pass(served: &Served) {
    let folder = tempfile::tempdir().unwrap();
    let body = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/data/destination.json");
    let made = served.call(&["call", "notifications", "createDestination", "--body", body]).ended(0);
    let made: Value = serde_json::from_str(&made.out).unwrap();
    let id = made["payload"]["destinationId"].as_str().unwrap();
    let subscription = folder.path().join("subscription.json");
    std::fs::write(&subscription, format!(r#"{{"payloadVersion": "1.0", "destinationId": "{id}"}}"#)).unwrap();
    let subscription = subscription.to_str().unwrap();
    let create =
        ["call", "notifications", "createSubscription", "notificationType=ORDER_CHANGE", "--body", subscription];
    served.call(&create).ended(0);
    let day = r#"{"advanceSeconds": 86400}"#;
    assert_eq!(post(served.exported("SPAPI_ENDPOINT"), "/_sandbox/clock", day), "HTTP/1.1 200 OK");
}

#[test]
fn notifications_become_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new");
    let served = Served::start(&["--notifications-to", path.to_str().unwrap(), "--orders-per-day", "24"]);
    let_a_day_pass(&served);
    let count = std::fs::read_dir(&path).unwrap().count();
    assert!(count >= 24, "{count}");
}

#[test]
fn what_happens_in_the_shop_reaches_a_listener() {
    const QUEUE: &str = "arn:aws:sqs:ap-northeast-1:123456789012:shop-events";
    let folder = tempfile::tempdir().unwrap();
    let (queue, marks) = (folder.path().join("queue"), folder.path().join("marks"));
    let [queue, marks] = [&queue, &marks].map(|path| path.to_str().unwrap());
    let served = Served::start(&["--notifications-to", queue, "--orders-per-day", "24"]);
    let doubled = r#"{"on": "notifications", "kind": "doubled", "share": 1}"#;
    assert_eq!(post(served.exported("SPAPI_ENDPOINT"), "/_sandbox/faults", doubled), "HTTP/1.1 201 Created");
    served.call(&["events", "setup", "ORDER_CHANGE", "-m", "JP", "--queue", QUEUE]).ended(0);
    let status = served.call(&["events", "status", "ORDER_CHANGE", "-m", "JP", "-f", "jsonl"]).ended(0).out;
    assert!(status.contains(r#""what":"subscribed""#), "{status}");
    let day = r#"{"advanceSeconds": 86400}"#;
    assert_eq!(post(served.exported("SPAPI_ENDPOINT"), "/_sandbox/clock", day), "HTTP/1.1 200 OK");
    served.call(&["events", "teardown", "-m", "JP", "--queue", QUEUE]).ended(0);

    let files = std::fs::read_dir(queue).unwrap().count();
    let listen = ["events", "listen", "--folder", queue, "--until-empty", "--marks", marks, "-m", "JP"];
    let ran = run(&listen).ended(0).said(&[" duplicates"]);
    let lines: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut ids: Vec<_> = lines.iter().map(|line| line["NotificationMetadata"]["NotificationId"].to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), lines.len()), (files / 2, files / 2), "each once");
    assert!(lines.len() >= 24 && lines.iter().all(|line| line["NotificationType"] == "ORDER_CHANGE"));
    assert_eq!(std::fs::read_dir(queue).unwrap().count(), 0);
}

/// Answers calls of a queue, each of which succeeds, and counts the messages that they send.
fn queue() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/000000000000/shop", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut length, mut line) = (0, String::new());
            while reader.read_line(&mut line).unwrap() > 2 {
                let lower = line.to_ascii_lowercase();
                if let Some(value) = lower.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let body: Value = serde_json::from_slice(&body).unwrap();
            let entries = body["Entries"].as_array().unwrap();
            let done: Vec<Value> = entries.iter().map(|entry| serde_json::json!({ "Id": entry["Id"] })).collect();
            assert!(entries.iter().all(|entry| entry["MessageBody"].as_str().unwrap().contains("ORDER_CHANGE")));
            let answer = serde_json::json!({ "Successful": done, "Failed": [] }).to_string();
            counted.fetch_add(entries.len(), Ordering::SeqCst);
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\
                 connection: close\r\n\r\n{answer}",
                answer.len()
            )
            .unwrap();
        }
    });
    (url, count)
}

#[cfg(unix)]
#[test]
fn notifications_reach_a_queue_before_the_end() {
    let (url, count) = queue();
    let keys = [("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "AWS-secret"), ("AWS_REGION", "us-east-1")];
    let served = Served::start_with(&["--notifications-to", &url, "--orders-per-day", "24"], &keys);
    let_a_day_pass(&served);
    let log = served.ended_by("-TERM");
    assert!(count.load(Ordering::SeqCst) >= 24, "{log}");
    assert!(!log.contains("AWS-secret") && !log.contains("warning"), "{log}");
    run(&["sandbox", "serve", "--notifications-to", "arn:aws:s3:::bucket"]).ended(1).said(&["--notifications-to"]);
}

#[test]
fn the_regions_are_addresses_of_one_server() {
    let served = Served::start(&["--region", "eu"]);
    served.call(&["orders", "list", "-m", "DE", "-n", "1"]).ended(0);
    let american = format!("{}/na", served.exported("SPAPI_ENDPOINT"));
    assert!(served.said.contains(&format!("{american}, for na")), "{}", served.said);
    served.call(&["orders", "list", "-m", "US", "-n", "1", "-e", &american]).ended(0);
    served.call(&["orders", "list", "-m", "US", "-n", "1"]).ended(1);
}

#[test]
fn limits_may_be_amazons_or_none() {
    let metrics = ["call", "orders@v0", "getOrders", "MarketplaceIds=JP", "CreatedAfter=2000-01-01"];
    let spending =
        [&metrics[..], &["MaxResultsPerPage=1", "--all-pages", "-f", "jsonl", "--longest-wait", "0s"]].concat();
    let spent = Served::start(&["--limits", "0.1"]).call(&spending).ended(4);
    assert_eq!(spent.out.lines().count(), 2, "a tenth of the documented burst of 20");
    run(&["sandbox", "serve", "--limits", "none"]).ended(2).said(&["documented, amazon-sandbox, off, or a factor"]);
}

#[test]
fn buyers_show_by_the_roles_of_the_application() {
    let include = [&LIST[..], &["--include", "BUYER,RECIPIENT", "-f", "jsonl"]].concat();
    for (roles, shown) in [
        (&[][..], &["\"buyerName\"", "\"addressLine1\"", "\"city\""][..]),
        (&["--restricted-roles", "none"], &["\"city\""]),
    ] {
        let listed = Served::start(roles).call(&include).ended(0).out;
        for part in ["\"buyerName\"", "\"addressLine1\"", "\"city\""] {
            assert_eq!(listed.contains(part), shown.contains(&part), "{roles:?}: {part}");
        }
    }
    run(&["sandbox", "serve", "--restricted-roles", "tax"]).ended(2).said(&["all, none, or some of", "tax-invoicing"]);
}

#[test]
fn examples_are_answered_from_a_folder_of_models() {
    let folder = temporary("models");
    let path = "/orders/v0/orders/{orderId}";
    let example = serde_json::json!({"request": {"parameters": {"orderId": {"value": "TEST_CASE_200"}}}, "response": {"made": "up"}});
    let responses = serde_json::json!({"200": {"x-amzn-api-sandbox": {"static": [example]}}});
    let operation =
        serde_json::json!({"get": {"parameters": [{"name": "orderId", "in": "path"}], "responses": responses}});
    let model = serde_json::json!({"paths": {path: operation, "/new": operation}});
    std::fs::write(folder.join("model.json"), model.to_string()).unwrap();

    let served = Served::start(&["--models", folder.to_str().unwrap()]);
    assert!(served.said.contains("answers with 1 examples"), "{}", served.said);
    let matched = served.call(&["call", "orders@v0", "getOrder", "orderId=TEST_CASE_200", "-m", "JP"]).ended(0);
    assert_eq!(serde_json::from_str::<Value>(&matched.out).unwrap(), serde_json::json!({"made": "up"}));
    let other = served.call(&["call", "orders@v0", "getOrder", "orderId=1", "-m", "JP"]);
    other.ended(1).said(&[
        "400",
        "InvalidInput",
        "Could not match input arguments",
        "  nearest example: orders@v0 getOrder 200 #0: orderId is not \"TEST_CASE_200\"",
    ]);
    #[cfg(unix)]
    {
        let log = served.ended_by("-TERM");
        assert!(log.contains("warning: the examples of GET /new of model.json are left out"), "{log}");
        let nearest = "(nearest example: orders@v0 getOrder 200 #0: orderId is not \"TEST_CASE_200\")";
        assert!(log.contains("(example 200 #0)") && log.contains(nearest), "{log}");
    }

    let missing = folder.join("missing");
    run(&["sandbox", "serve", "-p", "0", "--models", missing.to_str().unwrap()])
        .ended(2)
        .said(&["--models: ", "missing"]);
    let empty = temporary("empty");
    run(&["sandbox", "serve", "-p", "0", "--models", empty.to_str().unwrap()])
        .ended(2)
        .said(&["no model of Amazon's", "cargo xtask models fetch"]);
}

#[test]
fn an_authority_is_written_for_https_and_the_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let ca_file = folder.path().join("ca.pem");
    let served = Served::start(&["--proxy", "--ca-file", ca_file.to_str().unwrap()]);
    let pem = std::fs::read_to_string(&ca_file).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
    assert_eq!(served.exported("SSL_CERT_FILE"), ca_file.canonicalize().unwrap().to_str().unwrap());
    assert_eq!(served.exported("HTTPS_PROXY"), served.exported("SPAPI_ENDPOINT"));
    assert!(served.said.contains("https://localhost:"), "{}", served.said);

    run(&["sandbox", "serve", "--ca-file", "x.pem"]).ended(2).said(&["--https or --proxy"]);
    #[cfg(unix)]
    {
        served.ended_by("-TERM");
        assert!(!ca_file.exists(), "its authority has ended");
    }
    std::fs::write(&ca_file, "another's").unwrap();
    let nowhere = ca_file.join("below a file");
    run(&["sandbox", "serve", "-p", "0", "--https", "--ca-file", nowhere.to_str().unwrap()])
        .ended(1)
        .said(&["the certificate cannot be written", "--ca-file FILE"]);
}

#[test]
fn the_authority_is_written_over_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let serve = |more: &[&str]| {
        let mut command = spapi(&[&["sandbox", "serve", "-p", "0", "--https"], more].concat());
        Ran::of(command.current_dir(folder.path()).output().unwrap())
    };
    // By default in the folder where the program runs.
    let victim = folder.path().join("victim");
    std::fs::write(&victim, "another's").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&victim, folder.path().join("spapi-sandbox-ca.pem")).unwrap();
    #[cfg(not(unix))]
    std::fs::write(folder.path().join("spapi-sandbox-ca.pem"), "another's").unwrap();
    serve(&[]).ended(2).said(&["spapi-sandbox-ca.pem exists already", "--ca-file FILE"]);
    serve(&["--ca-file", "victim"]).ended(2).said(&["victim exists already"]);
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "another's");
    #[cfg(unix)]
    {
        let target = folder.path().join("target");
        std::os::unix::fs::symlink(&target, folder.path().join("dangling")).unwrap();
        serve(&["--ca-file", "dangling"]).ended(2).said(&["dangling exists already"]);
        assert!(!target.exists());
    }
}

#[test]
fn numbers_have_bounds_and_are_refused_in_plain_words() {
    for (option, value, says) in [
        ("--orders", "99999999999", "give a whole number from 0 to 100000"),
        ("--orders", "-3", "give a whole number from 0 to 100000"),
        ("--port", "80x", "give a whole number from 0 to 65535"),
        ("--port", "65536", "give a whole number from 0 to 65535"),
        ("--seed", "-1", "give a whole number from 0"),
        ("--limits", "1e308", "a factor from 0.001 to 1000"),
        ("--limits", "-1", "a factor from 0.001 to 1000"),
    ] {
        run(&["sandbox", "serve", option, value]).ended(2).said(&[value, option, says]);
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    run(&["sandbox", "serve", "--port", &port]).ended(1).said(&[
        "port",
        &port,
        "is taken",
        "--port; 0 takes a free one",
    ]);
}

/// A folder with this name for the tests.
fn temporary(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sandbox").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_call_to_another_regions_shop_is_answered_with_its_endpoint() {
    let served = Served::start(&["--region", "fe"]);
    let url = served.exported("SPAPI_ENDPOINT").to_owned();
    let next = format!("next: call the sandbox of this region: --endpoint {url}/eu\n");
    let list = ["orders", "list", "-m", "DE"];
    served.call(&list).ended(1).said(&["below the path /eu", &next]);
    served.call(&[&list[..], &["--endpoint", &format!("{url}/na")]].concat()).ended(1).said(&[&next]);
    served.call(&[&list[..], &["--endpoint", &format!("{url}/eu")]].concat()).ended(0);
}

//! What `spapi orders list` sends, and how it follows pages.

use crate::support::{Answer, Ran, Server, reply, run_with_credentials, with_credentials};
use serde_json::Value;

const PAGES: [Answer; 2] = [
    reply("200 OK", r#"{"orders":[{"orderId":"1"},{"orderId":"2"}],"pagination":{"nextToken":"a+b/c="}}"#),
    reply("200 OK", r#"{"orders":[{"orderId":"3"}],"pagination":{}}"#),
];

fn list(server: &Server, more: &[&str]) -> Ran {
    let list = ["orders", "list", "-m", "JP", "-e", &server.url, "--created-after", "2026-11-01"];
    run_with_credentials(&[&list[..], more].concat())
}

fn lines(server: &Server) -> Vec<String> {
    server.received().into_iter().map(|call| call.line).collect()
}

#[test]
fn options_become_parameters() {
    let server = Server::start(vec![PAGES[1].clone()]);
    run_with_credentials(&[
        "orders",
        "list",
        "--marketplace",
        "jp,A39IBJ37TRP1C6",
        "--endpoint",
        &server.url,
        "--updated-after",
        "2026-11-01T09:00+09:00",
        "--updated-before",
        "2026-11-02",
        "--status",
        "shipped",
        "--status",
        "new-status",
        "--force",
        "--limit",
        "7",
    ])
    .ended(0)
    .said(&["warning: --status NEW_STATUS is not a known value, and is sent as it is"]);
    let line = lines(&server).remove(0);
    let (path, query) = line.split_once('?').unwrap();
    assert_eq!(path, "GET /orders/2026-01-01/orders");
    let mut query: Vec<&str> = query.split('&').collect();
    query.sort_unstable();
    assert_eq!(
        query,
        [
            "fulfillmentStatuses=SHIPPED,NEW_STATUS",
            "includedData=FULFILLMENT,PROCEEDS",
            "lastUpdatedAfter=2026-11-01T00%3A00%3A00Z",
            "lastUpdatedBefore=2026-11-02T00%3A00%3A00Z",
            "marketplaceIds=A1VC38T7YXB528,A39IBJ37TRP1C6",
            "maxResultsPerPage=7",
        ]
    );
}

#[test]
fn pages_are_followed_to_the_last() {
    let server = Server::start(PAGES.to_vec());
    let found = list(&server, &["--format", "jsonl"]).ended(0).out;
    let ids: Vec<_> =
        found.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["orderId"].clone()).collect();
    assert_eq!(ids, ["1", "2", "3"]);
    let lines = lines(&server);
    assert!(!lines[0].contains("paginationToken") && lines[1].contains("paginationToken=a%2Bb%2Fc%3D"), "{lines:?}");
    assert!(lines.iter().all(|line| line.contains("marketplaceIds=A1VC38T7YXB528")), "{lines:?}");
}

#[test]
fn a_limit_that_is_reached_asks_for_no_further_page() {
    let server = Server::start(PAGES.to_vec());
    assert_eq!(list(&server, &["--format", "jsonl", "--limit", "2"]).ended(0).out.lines().count(), 2);
    assert_eq!(lines(&server).len(), 1);
}

#[test]
fn rows_before_an_error_are_written_and_json_stays_unclosed() {
    const BROKEN: Answer =
        reply("400 Bad Request", r#"{"errors":[{"code":"InvalidInput","message":"the token is old"}]}"#);
    let out = |arguments: &[&str]| {
        let server = Server::start(vec![PAGES[0].clone(), BROKEN]);
        let ran = run_with_credentials(&[arguments, &["-e", &server.url]].concat());
        ran.ended(1).said(&["InvalidInput: the token is old"]).out
    };
    for arguments in [
        &["orders", "list", "-m", "JP"][..],
        &["call", "orders", "searchOrders", "createdAfter=2026-11-01", "--all-pages"],
    ] {
        let out = |format| out(&[arguments, &["--format", format]].concat());
        assert_eq!(out("jsonl").lines().count(), 2);
        assert_eq!(out("table").lines().count(), 1 + 2);
        let json = out("json");
        assert!(json.contains("\"orderId\": \"2\"") && serde_json::from_str::<Value>(&json).is_err(), "{json}");
    }
}

#[test]
fn numbers_and_times_have_bounds_and_are_refused_by_name() {
    let server = Server::start(vec![PAGES[1].clone()]);
    for (option, value, says) in [
        ("--limit", "0", "give a whole number from 1 to"),
        ("--limit", "-3", "give a whole number from 1 to"),
        ("-n", "99999999999999999999", "give a whole number from 1 to"),
        ("--created-after", "99999999999d", "99999999999d back from now lies before the year 1970"),
        ("--created-before", "99999999999999999999999w", "lies before the year 1970"),
        ("--updated-after", "1969-12-31", "it lies before the year 1970"),
        ("--updated-before", "-3d", "a time back from now, such as 45m, 12h, 30d or 3w"),
        ("--longest-wait", "31d", "give 30d at most"),
        ("--longest-wait", "99999999999999999999d", "give 30d at most"),
        ("--longest-wait", "-5m", "a whole number and its unit"),
    ] {
        let ran = run_with_credentials(&["orders", "list", "-m", "JP", "-e", &server.url, option, value]);
        ran.ended(2).said(&[value, option.trim_start_matches("-n"), says]);
    }
    assert!(lines(&server).is_empty());
}

#[test]
fn quantities_add_up_however_large() {
    let server = Server::start(vec![reply(
        "200 OK",
        r#"{"orders":[{"orderId":"1","orderItems":[{"quantityOrdered":9223372036854775807},
            {"quantityOrdered":9223372036854775807}]}]}"#,
    )]);
    let shown = list(&server, &[]).ended(0).out;
    assert!(shown.contains(" 18446744073709551614 "), "{shown}");
}

#[test]
fn a_list_that_was_cut_off_goes_on_without_losing_or_doubling_an_order() {
    const BROKEN: Answer = reply("429 Too Many Requests", "{}");
    for times in [&["--updated-after", "7d", "--updated-before", "2026-12-31"][..], &[]] {
        let list = |server: &Server, more: &[&str]| {
            let list = ["orders", "list", "-m", "JP", "-f", "jsonl", "--longest-wait", "0s", "-e", &server.url];
            run_with_credentials(&[&list[..], more].concat())
        };
        let ids = |text: &str| -> Vec<String> {
            text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["orderId"].to_string()).collect()
        };
        let server = Server::start(vec![PAGES[0].clone(), BROKEN]);
        let first = list(&server, times).ended(4);
        let (_, rest) = first.err.split_once("go on with the same command and ").unwrap();
        let options: Vec<&str> = rest.trim().split(' ').collect();
        assert_eq!(options[2..], ["--page-token", "a+b/c="], "the absolute time stays as it was given: {}", first.err);
        assert_eq!(options[0], if times.is_empty() { "--created-after" } else { "--updated-after" });

        let server = Server::start(vec![PAGES[1].clone()]);
        let second = list(&server, &options).ended(0);
        assert_eq!([ids(&first.out), ids(&second.out)].concat(), ["\"1\"", "\"2\"", "\"3\""]);
        assert!(lines(&server)[0].contains("paginationToken=a%2Bb%2Fc%3D"));
    }
}

#[test]
fn included_data_are_added_and_have_columns() {
    let answer = reply(
        "200 OK",
        r#"{"orders":[{"orderId":"1","buyer":{"buyerName":"Mary Miller","buyerEmail":"m@example.com"},
            "fulfillment":{"fulfillmentStatus":"SHIPPED"},
            "recipient":{"deliveryAddress":{"name":"Jo Miller","city":"Leeds","countryCode":"GB"}}}]}"#,
    );
    let server = Server::start(vec![answer]);
    for include in ["buyer,recipient", "BUYER,Recipient,buyer"] {
        let out = list(&server, &["--include", include]).ended(0).out;
        let titles = out.lines().next().unwrap();
        assert!(titles.contains("STATUS") && titles.contains("BUYER") && titles.contains("RECIPIENT"), "{out}");
        for cell in ["SHIPPED", "Mary Miller", "m@example.com", "Jo Miller", "Leeds", "GB"] {
            assert!(out.contains(cell), "{cell} in {out}");
        }
        let line = lines(&server).remove(0);
        assert!(line.contains("includedData=FULFILLMENT,PROCEEDS,BUYER,RECIPIENT"), "{line}");
    }
    let out = list(&server, &[]).ended(0).out;
    assert!(!out.contains("BUYER") && !out.contains("Mary"), "{out}");
    list(&server, &["--include", "tax"]).ended(0).said(&["note: the table has no column for TAX: --format jsonl"]);
}

#[test]
fn a_typo_in_a_value_is_not_sent() {
    let server = Server::start(vec![PAGES[1].clone()]);
    list(&server, &["--status", "shiped"])
        .ended(2)
        .said(&["--status SHIPED is not a known value; did you mean SHIPPED"]);
    list(&server, &["--include", "byer"])
        .ended(2)
        .said(&["--include BYER is not a known value; did you mean BUYER", "--force"]);
    assert!(lines(&server).is_empty());
}

#[cfg(unix)]
#[test]
fn ctrl_c_in_the_middle_of_a_list_names_the_page_to_go_on_with() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};
    const CALL: [&str; 6] = ["call", "orders", "searchOrders", "createdAfter=2026-11-01", "--all-pages", "-m"];
    for command in [&["orders", "list", "--created-after", "2026-11-01", "-m"][..], &CALL] {
        let server = Server::start(vec![PAGES[0].clone(), Answer::Silence]);
        let mut program = with_credentials(&[command, &["JP", "-f", "jsonl", "-e", &server.url]].concat());
        let mut child = program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        for _ in 0..2 {
            assert!(out.read_line(&mut String::new()).unwrap() > 0);
        }
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{err}");
        assert!(err.contains("interrupted by Ctrl-C") && err.ends_with("--page-token a+b/c=\n"), "{err}");
    }
}

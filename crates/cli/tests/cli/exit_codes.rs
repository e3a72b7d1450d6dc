//! Each exit code with its causes, and no secret in any output.

use crate::support::{ACCESS_TOKEN, Answer, CREDENTIALS, Ran, Server, reply, run, run_with_credentials};

const REFUSED: Answer = reply(
    "403 Forbidden",
    r#"{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied."}]}"#,
);

fn get_order(server: &Server, more: &[&str]) -> Ran {
    run_with_credentials(&[&["call", "orders", "getOrder", "orderId=1", "-e", &server.url], more].concat())
}

fn create_report(server: &Server) -> Ran {
    let body = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/data/report.json");
    run_with_credentials(&["call", "reports", "createReport", "--body", body, "-e", &server.url])
}

#[test]
fn one_for_an_error_of_amazons() {
    let answer = reply("400 Bad Request", r#"{"errors":[{"code":"InvalidInput","message":"orderId is odd"}]}"#);
    let server = Server::start(vec![answer]);
    get_order(&server, &[]).ended(1).said(&[
        "error: orders@2026-01-01 getOrder: 400 Bad Request: InvalidInput: orderId is odd",
        "request id request-7",
    ]);
}

#[test]
fn one_for_a_server_that_is_not_there() {
    // No server of another test can have this port.
    let ran = run_with_credentials(&["call", "orders", "getOrder", "orderId=1", "-e", "http://127.0.0.1:1"]);
    ran.ended(1).said(&["cannot connect", "Check the network", "cause: "]);
}

#[test]
fn one_for_an_answer_that_cannot_be_read() {
    let server = Server::start(vec![reply("200 OK", "<html>Mary Miller</html>")]);
    let ran = get_order(&server, &[]).ended(1).said(&["cannot be read", "not valid JSON", "request-7"]);
    assert!(!ran.err.contains("Mary"), "{}", ran.err);
    let server = Server::start(vec![reply("200 OK", "7")]);
    let ran = run_with_credentials(&["orders", "list", "-m", "JP", "-e", &server.url]);
    let ran = ran.ended(1).said(&["cannot be read", "next: `spapi call orders@2026-01-01 searchOrders`"]);
    assert!(!ran.err.contains("Mary"), "{}", ran.err);
}

#[test]
fn two_for_a_wrong_command_line() {
    run(&[]).ended(2).said(&["Usage: spapi"]);
    run(&["orders", "list"]).ended(2).said(&["--marketplace"]);
    run(&["orders", "list", "-m", "XX"]).ended(2).said(&["\"XX\" is not a marketplace"]);
    run(&["orders", "list", "-m", "JP", "--created-after", "yesterday"]).ended(2).said(&["45m, 12h, 30d or 3w"]);
    run(&["orders", "list", "-m", "JP", "--created-after", "1d", "--updated-after", "1d"])
        .ended(2)
        .said(&["cannot be used"]);
    run(&["orders", "list", "-m", "JP", "--created-before", "90d"])
        .ended(2)
        .said(&["--created-before is not later than --created-after", "30d"]);
    run(&["orders", "list", "-m", "JP", "-e", "nowhere"]).ended(2).said(&["production, sandbox, embedded or a URL"]);
    for url in ["http://10.0.0.1", "https://user:made-up@proxy.example", "https://proxy.example?key=made-up"] {
        let ran = run_with_credentials(&["orders", "list", "-m", "JP", "-e", url]);
        let ran = ran.ended(2).said(&["the endpoint's base URL"]);
        assert!(!ran.err.contains("made-up"), "{}", ran.err);
    }
}

#[test]
fn three_without_credentials() {
    for endpoint in ["production", "sandbox", "http://127.0.0.1:1"] {
        let ran = run(&["orders", "list", "--marketplace", "JP", "--endpoint", endpoint]);
        ran.ended(3).said(&[
            "SPAPI_CLIENT_ID, SPAPI_CLIENT_SECRET, SPAPI_REFRESH_TOKEN",
            "next: ",
            "--endpoint embedded",
        ]);
    }
    run(&["call", "orders", "getOrder", "orderId=1", "--region", "fe"]).ended(3).said(&["SPAPI_CLIENT_ID"]);
}

#[test]
fn three_where_they_are_refused() {
    let revoked = reply("400 Bad Request", r#"{"error":"invalid_grant","error_description":"revoked"}"#);
    let server = Server::with_login(revoked, vec![]);
    get_order(&server, &[])
        .ended(3)
        .said(&["Login with Amazon gave no access token", "authorize the application again"]);
    assert!(server.received().is_empty());
    let server = Server::start(vec![REFUSED]);
    get_order(&server, &[]).ended(3).said(&["403 Forbidden", "Unauthorized", "role", "request-7"]);
}

#[test]
fn four_where_amazon_throttles_for_longer_than_the_longest_wait() {
    let throttled = reply("429 Too Many Requests", r#"{"errors":[{"code":"QuotaExceeded","message":"slow down"}]}"#);
    let server = Server::start(vec![throttled]);
    let ran = get_order(&server, &["--longest-wait", "0s"]);
    ran.ended(4).said(&["429", "QuotaExceeded", "request-7", "next: call again later", "--longest-wait"]);
    assert_eq!(server.received().len(), 1);
}

#[test]
fn five_where_the_answer_to_a_write_is_lost() {
    let server = Server::start(vec![Answer::HangUp]);
    create_report(&server).ended(5).said(&["createReport", "may have carried it out", "check before"]);
    assert_eq!(server.received().len(), 1, "a second report would be worse than a question");
    let server = Server::start(vec![reply("503 Service Unavailable", "")]);
    create_report(&server).ended(5).said(&["503", "may have carried it out"]);
}

#[test]
fn no_secret_is_shown_or_logged() {
    let found = reply("200 OK", r#"{"order":{"buyer":"Mary Miller"}}"#);
    for answers in [vec![REFUSED], vec![found]] {
        let server = Server::start(answers);
        let ran = get_order(&server, &["--verbose"]);
        assert!(ran.err.contains("operation=getOrder") && ran.err.contains("request-7"), "{}", ran.err);
        let secrets = [CREDENTIALS[1].1, CREDENTIALS[2].1, ACCESS_TOKEN, "Mary"];
        for secret in secrets {
            assert!(!ran.err.contains(secret), "{secret} in {}", ran.err);
        }
    }
}

//! What `spapi call` sends and shows, with a server that keeps the requests.

use crate::support::{
    ACCESS_TOKEN, Answer, CREDENTIALS, Ran, Server, reply, reply_with, run, run_with_credentials, run_with_input,
    spapi, with_credentials,
};
use std::path::PathBuf;

/// A file that is removed at the end of the test.
struct File(PathBuf);

impl File {
    fn new(name: &str, text: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[test]
fn an_answer_of_nothing_but_a_byte_order_mark_has_no_body() {
    let server = Server::start(vec![reply("200 OK", "\u{feff}\r\n")]);
    let arguments =
        ["call", "listings-items", "deleteListingsItem", "sellerId=A1", "sku=a", "marketplaceIds=JP", "--endpoint"];
    let ran = run_with_credentials(&[&arguments[..], &[&server.url]].concat()).ended(0);
    assert_eq!(ran.out, "");
    ran.said(&["done: 200 OK, an answer without a body"]);
}

#[test]
fn arguments_reach_the_server_where_they_belong() {
    let server = Server::start(vec![reply("200 OK", r#"{"ok":true}"#)]);
    let call = |arguments: &[&str]| {
        run_with_credentials(&[&["call"], arguments, &["--endpoint", &server.url]].concat()).ended(0)
    };
    call(&[
        "listings-items",
        "getListingsItem",
        "sellerId=A1",
        r"sku=A/B C+é%\",
        "marketplaceIds=JP,AU",
        "includedData=summaries",
    ]);
    call(&[
        "listings-items",
        "getListingsItem",
        "sellerId=A1",
        "sku=a,b",
        "marketplaceIds=JP",
        "includedData=summaries",
        "includedData=offers",
    ]);
    call(&["catalog-items", "searchCatalogItems", "marketplaceIds=JP", r"keywords=socks\, red,靴下"]);
    call(&[
        "shipping@v2",
        "getTracking",
        "trackingId=1",
        "carrierId=2",
        "x-amzn-shipping-business-id=AmazonShipping_JP",
    ]);
    let received = server.received();
    let lines: Vec<&str> = received.iter().map(|call| call.line.as_str()).collect();
    assert_eq!(
        lines,
        [
            "GET /listings/2021-08-01/items/A1/A%2FB%20C%2B%C3%A9%25%5C?marketplaceIds=A1VC38T7YXB528,A39IBJ37TRP1C6&includedData=summaries",
            "GET /listings/2021-08-01/items/A1/a%2Cb?marketplaceIds=A1VC38T7YXB528&includedData=summaries,offers",
            "GET /catalog/2022-04-01/items?marketplaceIds=A1VC38T7YXB528&keywords=socks%2C%20red,%E9%9D%B4%E4%B8%8B",
            "GET /shipping/v2/tracking?trackingId=1&carrierId=2",
        ]
    );
    assert!(received[3].headers.contains(&"x-amzn-shipping-business-id: amazonshipping_jp".to_owned()));
    for call in &received {
        assert!(call.headers.contains(&format!("x-amz-access-token: {ACCESS_TOKEN}")), "{call:?}");
        assert!(call.headers.iter().any(|header| header.starts_with("user-agent: spapi-cli/")), "{call:?}");
    }
}

#[test]
fn answers_keep_every_digit_and_the_order_of_members() {
    const BODY: &str = r#"{"z":12345678901234567.890,"a":{"amount":1.10,"text":"é \"x\""},"list":[]}"#;
    let server = Server::start(vec![reply("200 OK", BODY)]);
    let call = |format: &str| {
        run_with_credentials(&["call", "reports", "getReport", "reportId=1", "-e", &server.url, "-f", format])
            .ended(0)
            .out
    };
    assert_eq!(call("jsonl"), format!("{BODY}\n"));
    assert_eq!(
        call("json"),
        "{\n  \"z\": 12345678901234567.890,\n  \"a\": {\n    \"amount\": 1.10,\n    \"text\": \"é \\\"x\\\"\"\n  },\n  \"list\": []\n}\n"
    );
    assert_eq!(
        call("table"),
        "MEMBER    VALUE\nz         12345678901234567.890\na.amount  1.10\na.text    é \"x\"\nlist      -\n"
    );
}

#[test]
fn a_body_is_sent_unchanged() {
    let server = Server::start(vec![reply("202 Accepted", r#"{"reportId":"9"}"#)]);
    let body = File::new("body_as_it_stands.json", "\u{feff}{ \"price\": 17.310000000000000001,\n \"é\": [] }\n");
    // It is none of the fields of a report that is asked for.
    let call = ["call", "reports", "createReport", "--force", "-e", &server.url, "--body"];
    run_with_credentials(&[&call[..], &[body.path()]].concat()).ended(0);
    run_with_input(&[&call[..], &["-"]].concat(), r#"{"reportType":"X"}"#).ended(0);
    let received = server.received();
    assert_eq!(received[0].line, "POST /reports/2021-06-30/reports");
    assert_eq!(received[0].body, "{ \"price\": 17.310000000000000001,\n \"é\": [] }");
    assert!(received[0].headers.contains(&"content-type: application/json".to_owned()));
    assert_eq!(received[1].body, r#"{"reportType":"X"}"#);
}

#[test]
fn a_body_that_the_model_does_not_know_is_refused_before_anything_is_sent() {
    let server = Server::start(vec![reply("202 Accepted", r#"{"reportId":"9"}"#)]);
    let body = r#"{"reportTyp": "X", "marketplaceIds": ["JPN"], "dataStartTime": 5}"#;
    let call = ["call", "reports", "createReport", "-e", &server.url, "--body", "-"];
    for more in [&[][..], &["--dry-run"]] {
        run_with_input(&[&call[..], more].concat(), body).ended(2).said(&[
            "the body has 4 mistakes",
            "reportTyp of the body: there is no such field; did you mean reportType",
            "marketplaceIds[0] of the body: \"JPN\" is not a known marketplace; did you mean JP",
            "dataStartTime of the body: it takes a time in a text, not 5",
            "reportType of the body: it is required, but missing",
            "--force",
            "--example-body",
        ]);
    }
    assert!(server.received().is_empty());
    let sent = run_with_input(&[&call[..], &["--force"]].concat(), body).ended(0);
    sent.said(&["warning: reportTyp of the body: there is no such field, and the body is sent as it is"]);
    assert_eq!(server.received()[0].body, body);
}

#[test]
fn country_codes_in_a_body_become_ids_and_choose_the_region() {
    let server = Server::start(vec![reply("202 Accepted", r#"{"reportId":"9"}"#)]);
    let body = r#"{"reportType": "JP", "marketplaceIds": ["JP","A1VC38T7YXB528"]}"#;
    run_with_input(&["call", "reports", "createReport", "-e", &server.url, "--body", "-"], body).ended(0);
    assert_eq!(server.received()[0].body, body.replace(r#"["JP""#, r#"["A1VC38T7YXB528""#));
    let dry = ["call", "reports", "createReport", "--dry-run", "--body", "-"];
    let shown = run_with_input(&dry, body).ended(0).out;
    assert!(shown.contains("https://sellingpartnerapi-fe.amazon.com"), "{shown}");
    run_with_input(&[&dry[..], &["--region", "eu"]].concat(), body)
        .ended(2)
        .said(&["the marketplace JP is in fe, and the call would go to eu"]);
}

#[test]
fn a_bad_body_is_refused_with_its_place_and_the_next_step() {
    let bad = File::new("bad_body.json", "{\n  \"reportType\": \"X\",\n  oops\n}\n");
    let call = |body: &str| run(&["call", "reports", "createReport", "--region", "fe", "--body", body]).ended(2);
    let example = "`spapi operations reports@2021-06-30 createReport --example-body` prints one to fill in";
    call(bad.path()).said(&[
        "bad_body.json is not valid JSON",
        "at line 3 column 3",
        "next: correct the body at this place",
        example,
    ]);
    let two = File::new("two_bodies.json", "{}\n{}\n");
    call(two.path()).said(&["two_bodies.json is not valid JSON", "at line 2 column 1"]);
    let empty = File::new("empty_body.json", " \n");
    call(empty.path()).said(&["empty_body.json is empty", "next: give a body as JSON", example]);
    call("/nowhere/body.json").said(&["--body /nowhere/body.json cannot be read"]);
    let large = File::new("large_body.json", "");
    std::fs::OpenOptions::new().write(true).open(large.path()).unwrap().set_len((64 << 20) + 1).unwrap();
    call(large.path()).said(&["large_body.json is larger than 64 MiB", "next: "]);
    run(&["call", "reports", "createReport", "--region", "fe"]).ended(2).said(&["needs a body", "--body FILE"]);
    run(&["call", "orders", "getOrder", "orderId=1", "--region", "fe", "--body", "-"])
        .ended(2)
        .said(&["takes no body"]);
}

#[test]
fn an_answer_without_a_body_is_a_success() {
    let server = Server::start(vec![reply("204 No Content", "")]);
    let call = ["call", "reports", "cancelReport", "reportId=1", "-e", &server.url];
    let ran = run_with_credentials(&call).ended(0).said(&["204 No Content", "request-7"]);
    assert_eq!(ran.out, "");
    assert_eq!(server.received()[0].line, "DELETE /reports/2021-06-30/reports/1");
}

#[test]
fn an_empty_answer_to_a_read_is_not_a_success() {
    for body in ["", " \n"] {
        let server = Server::start(vec![reply("200 OK", body)]);
        for more in [&["--all-pages"][..], &["-f", "jsonl"]] {
            let call = ["call", "orders@v0", "getOrders", "MarketplaceIds=JP", "CreatedAfter=7d", "-e", &server.url];
            let ran = run_with_credentials(&[&call[..], more].concat()).ended(1).said(&["empty", "request-7"]);
            assert!(ran.out.is_empty() || ran.out == "[", "{}", ran.out);
        }
    }
    let server = Server::start(vec![reply("204 No Content", "")]);
    run_with_credentials(&["call", "orders", "getOrder", "orderId=1", "-e", &server.url]).ended(0);
}

#[test]
fn a_success_that_holds_only_errors_is_not_a_success() {
    let server = Server::start(vec![reply("200 OK", r#"{"errors":[{"code":"InternalFailure","message":"broken"}]}"#)]);
    for command in [&["orders", "list", "-m", "JP"][..], &["call", "orders", "searchOrders", "-m", "JP", "--all-pages"]]
    {
        let ran = run_with_credentials(&[command, &["-f", "jsonl", "-e", &server.url]].concat());
        assert_eq!(ran.ended(1).said(&["InternalFailure", "broken"]).out, "");
    }
}

#[test]
fn a_long_wait_is_explained() {
    let server = Server::start(vec![
        reply_with("503 Service Unavailable", "retry-after: 11\r\n", "{}"),
        reply("200 OK", r#"{"payload":[]}"#),
    ]);
    let call = ["call", "sellers", "getMarketplaceParticipations", "-e", &server.url];
    let ran = run_with_credentials(&call).ended(0);
    ran.said(&["note: still waiting", "a pause that the server asks for", "--longest-wait limits the first two"]);
}

#[test]
fn a_pause_that_the_server_asks_for_is_bounded_like_the_quota() {
    for (status, code) in [("503 Service Unavailable", 1), ("429 Too Many Requests", 4)] {
        let server = Server::start(vec![reply_with(status, "retry-after: 4000\r\n", "{}")]);
        let call = ["call", "sellers", "getMarketplaceParticipations", "--longest-wait", "1s", "-e", &server.url];
        let ran = run_with_credentials(&call).ended(code);
        ran.said(&[&status[..3], "next: call again later, or wait for it: --longest-wait 400"]);
        assert_eq!(server.received().len(), 1);
    }
}

#[test]
fn arguments_are_validated_before_anything_is_sent() {
    run(&["call", "orders", "serchOrders"]).ended(2).said(&["did you mean searchOrders", "`spapi operations orders`"]);
    run(&["call", "sales", "getOrderMetrics", "granularty=Day"]).ended(2).said(&[
        "no parameter \"granularty\"; did you mean granularity",
        "marketplaceIds (required)",
        "next: ",
    ]);
    run(&["call", "sales", "getOrderMetrics", "asin=B0"])
        .ended(2)
        .said(&["needs marketplaceIds, interval, granularity", "add marketplaceIds=..."]);
    run(&["call", "orders", "searchOrders", "maxResultsPerPage=many"]).ended(2).said(&["whole number, not \"many\""]);
    run(&["call", "orders", "getOrder", "17"]).ended(2).said(&["write it as name=value"]);
    // Core refuses a value that would change the path.
    let server = Server::start(vec![reply("200 OK", "{}")]);
    run_with_credentials(&["call", "orders", "getOrder", "orderId=..", "-e", &server.url])
        .ended(2)
        .said(&["orderId is .."]);
    assert!(server.received().is_empty());
}

#[test]
fn an_unknown_value_is_sent_only_by_force() {
    let server = Server::start(vec![reply("200 OK", "{}")]);
    let call = |more: &[&str]| {
        let call = ["call", "orders", "getOrder", "orderId=1", "includedData=BUYERS", "-e", &server.url];
        run_with_credentials(&[&call[..], more].concat())
    };
    call(&[]).ended(2).said(&["includedData \"BUYERS\" is not a known value; did you mean BUYER?", "--force"]);
    assert!(server.received().is_empty());
    call(&["--force"]).ended(0).said(&["warning: includedData \"BUYERS\"", "sent as it is; did you mean BUYER?"]);
    assert!(server.received()[0].line.ends_with("?includedData=BUYERS"));
}

#[test]
fn a_marketplace_fills_its_parameter_or_chooses_the_region() {
    let server = Server::start(vec![reply("200 OK", "{}")]);
    let call = |more: &[&str]| run_with_credentials(&[&["call"], more, &["-e", &server.url]].concat()).ended(0);
    call(&["reports", "getReports", "reportTypes=X", "-m", "DE"]);
    let sent = server.received().remove(0).line;
    assert_eq!(sent, "GET /reports/2021-06-30/reports?reportTypes=X&marketplaceIds=A1PA6795UKMFR9");
    call(&["orders", "getOrder", "orderId=1", "-m", "DE"])
        .said(&["note: getOrder does not take a marketplace: DE only chooses the region eu"]);
    call(&["fba-inventory", "getInventorySummaries", "granularityType=Marketplace", "granularityId=JP", "-m", "JP"]);
    let sent = server.received().pop().unwrap().line;
    assert!(sent.contains("granularityId=A1VC38T7YXB528&marketplaceIds=A1VC38T7YXB528"), "{sent}");
    call(&["orders", "searchOrders", "createdAfter=7d", "marketplaceIds=JP"]);
    let sent = server.received().pop().unwrap().line;
    assert!(sent.contains("createdAfter=20") && !sent.contains("7d"), "{sent}");
}

#[test]
fn a_missing_file_or_server_has_a_next_step() {
    let body = ["call", "reports", "createReport", "--region", "fe", "--body", "/nowhere/body.json"];
    run(&body).ended(2).said(&["/nowhere/body.json cannot be read", "next: give a file", "--body -"]);
    let nobody = ["call", "orders", "getOrder", "orderId=1", "-e", "http://127.0.0.1:1"];
    run_with_credentials(&nobody)
        .ended(1)
        .said(&["next: check that a server runs at http://127.0.0.1:1", "`spapi sandbox serve`"]);
    run(&["call", "orders", "getOrder", "orderId=1", "-m", "JP", "--credentials", "/nowhere/seller.json"])
        .ended(3)
        .said(&["/nowhere/seller.json", "next: check the path"]);
    let server = Server::start(vec![reply("501 Not Implemented", r#"{"errors":[{"code":"X","message":"not here"}]}"#)]);
    run_with_credentials(&["call", "sellers", "getAccount", "-e", &server.url]).ended(1).said(&[
        "501",
        "next: this sandbox has",
        "--endpoint sandbox",
    ]);
}

#[test]
fn the_region_is_chosen_or_follows_the_marketplaces() {
    let server = |arguments: &[&str]| run(&[&["call"], arguments, &["--dry-run"]].concat());
    let order = ["orders", "getOrder", "orderId=1"];
    server(&order).ended(2).said(&["the region to call is not known", "--marketplace", "--region na, eu or fe"]);
    for (chosen, host) in
        [(["--region", "eu"], "sellingpartnerapi-eu"), (["--marketplace", "jp"], "sellingpartnerapi-fe")]
    {
        let shown = server(&[&order[..], &chosen].concat()).ended(0).out;
        assert!(shown.contains(host), "{shown}");
    }
    let follows = server(&["orders", "searchOrders", "marketplaceIds=MX"]).ended(0).out;
    assert!(follows.contains("https://sellingpartnerapi-na.amazon.com"), "{follows}");
    server(&["orders", "searchOrders", "marketplaceIds=MX", "--region", "fe"])
        .ended(2)
        .said(&["MX is in na, and the call would go to fe"]);
    server(&["orders", "searchOrders", "marketplaceIds=MX,DE"]).ended(2).said(&["DE is in eu"]);
    server(&[&order[..], &["--region", "na", "--marketplace", "JP"]].concat()).ended(2).said(&["cannot be used with"]);
}

#[test]
fn a_dry_run_shows_the_call_and_sends_nothing() {
    let server = Server::start(vec![reply("200 OK", "{}")]);
    let body = File::new("dry_run.json", r#"{"shipFrom":"靴","weight":1.10}"#);
    let shown = run(&[
        "call",
        "awd",
        "updateInbound",
        "orderId=A/B",
        "--body",
        body.path(),
        "--force",
        "--dry-run",
        "-e",
        &server.url,
    ])
    .ended(0)
    .out;
    let (request, headers) = shown.split_once("path: orderId = A/B\n").expect(&shown);
    assert_eq!(request, format!("PUT {}/awd/2024-05-09/inboundOrders/A%2FB\n", server.url));
    for header in [
        "header: content-type = application/json\n",
        "header: user-agent = spapi-cli/",
        "header: x-amz-access-token = (an access token)\n",
    ] {
        assert!(headers.contains(header), "{header} is not in {headers}");
    }
    assert!(shown.ends_with("\nbody:\n{\n  \"shipFrom\": \"靴\",\n  \"weight\": 1.10\n}\n"), "{shown}");

    let order = ["call", "orders@v0", "getOrder", "orderId=1", "--restricted=buyerInfo", "--dry-run"];
    let shown = run_with_credentials(&[&order[..], &["-e", "embedded"]].concat()).ended(0).out;
    assert!(shown.starts_with("GET (embedded sandbox)/orders/v0/orders/1\n"), "{shown}");
    assert!(shown.contains("header: x-amz-access-token = (a restricted data token)\n"), "{shown}");
    for (_, secret) in CREDENTIALS {
        assert!(!shown.contains(secret), "{shown}");
    }
    let search = ["call", "orders", "searchOrders", "-m", "JP", "createdAfter=2026-11-01", "--dry-run"];
    let shown = run(&search).ended(0).out;
    assert!(
        shown.starts_with(
            "GET https://sellingpartnerapi-fe.amazon.com/orders/2026-01-01/orders?createdAfter=2026-11-01&marketplaceIds="
        ),
        "{shown}"
    );
    assert!(shown.contains("\nquery: createdAfter = 2026-11-01\nquery: marketplaceIds = A1VC38T7YXB528\n"), "{shown}");
    assert!(!shown.contains("body:"), "{shown}");
    // What the client refuses, a dry run refuses too.
    run(&["call", "orders", "getOrder", "orderId=..", "--region", "fe", "--dry-run"]).ended(2).said(&["orderId is .."]);
    assert!(server.received().is_empty());
}

#[test]
fn pages_by_an_offset_are_followed_in_the_body() {
    let server = Server::start(vec![
        reply("200 OK", r#"{"offers":[{"asin":"B1"}],"pagination":{"totalResults":2}}"#),
        reply("200 OK", r#"{"offers":[{"asin":"B2"}],"pagination":{"totalResults":2}}"#),
    ]);
    let body = File::new(
        "offers.json",
        r#"{"filters":{"marketplaceId":"JP","programTypes":[]},"pagination":{"limit":1,"offset":0}}"#,
    );
    let call = ["call", "replenishment", "listOffers", "--marketplace", "JP", "--body", body.path()];
    let ran = run_with_credentials(&[&call[..], &["--all-pages", "-f", "jsonl", "-e", &server.url]].concat()).ended(0);
    assert_eq!(ran.out, "{\"asin\":\"B1\"}\n{\"asin\":\"B2\"}\n");
    let offsets: Vec<_> = server.received().iter().map(|call| call.body.matches("\"offset\":1").count()).collect();
    assert_eq!(offsets, [0, 1]);
}

/// The option that the error names to go on.
fn page_token(said: &str) -> [String; 2] {
    let (_, option) =
        said.split_once("go on with the same command").and_then(|(_, on)| on.split_once("--page-token ")).expect(said);
    ["--page-token".to_owned(), option.trim_end().to_owned()]
}

#[test]
fn a_list_that_was_cut_off_goes_on_without_losing_or_doubling_an_item() {
    const FIRST: Answer = reply("200 OK", r#"{"orders":[{"id":1},{"id":2}],"pagination":{"nextToken":"a+b/c="}}"#);
    const SECOND: Answer = reply("200 OK", r#"{"orders":[{"id":3}],"pagination":{"nextToken":"d"}}"#);
    const LAST: Answer = reply("200 OK", r#"{"orders":[{"id":4}],"pagination":{}}"#);
    const BROKEN: Answer = reply("429 Too Many Requests", "{}");
    let call = |server: &Server, more: &[&str]| {
        let call = ["call", "orders", "searchOrders", "-m", "JP", "createdAfter=7d", "--all-pages", "-f", "jsonl"];
        run_with_credentials(&[&call[..], &["--longest-wait", "0s", "-e", &server.url], more].concat())
    };
    let server = Server::start(vec![FIRST, SECOND, BROKEN]);
    let first = call(&server, &[])
        .ended(4)
        .said(&["go on with the same command, with createdAfter=20", " and --page-token d\n"]);
    assert_eq!(first.out, "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
    let sent = server.received().remove(0).line;
    let option = page_token(&first.err);
    let server = Server::start(vec![LAST]);
    assert_eq!(call(&server, &[&option[0], &option[1]]).ended(0).out, "{\"id\":4}\n");
    assert!(server.received()[0].line.contains("paginationToken=d"));
    // The time that was sent is the one to repeat.
    let (_, time) = first.err.split_once("createdAfter=").unwrap();
    let time = time.split(' ').next().unwrap().replace(':', "%3A");
    assert!(sent.contains(&format!("createdAfter={time}")), "{time} in {sent}");

    // After an error on the first page, the list starts again.
    let server = Server::start(vec![BROKEN]);
    let ran = call(&server, &[]).ended(4);
    assert!(!ran.err.contains("--page-token"), "{}", ran.err);
    let server = Server::start(vec![BROKEN]);
    call(&server, &["--page-token", "a+b/c="]).ended(4).said(&["--page-token a+b/c="]);
}

#[test]
fn a_page_token_that_the_server_refuses_is_not_advised_again() {
    const FIRST: Answer = reply("200 OK", r#"{"orders":[],"pagination":{"nextToken":"dead"}}"#);
    const REFUSED: Answer =
        reply("400 Bad Request", r#"{"errors":[{"code":"InvalidInput","message":"Invalid token"}]}"#);
    let again = "next: begin again from the first page, without the page token: the server refuses this page\n";
    let search = ["call", "orders", "searchOrders", "-m", "JP", "createdAfter=2026-11-01"];
    let list = ["orders", "list", "-m", "JP"];
    let items = ["call", "orders@v0", "getOrderItems", "orderId=1", "NextToken=dead"];
    let dead = ["--page-token", "dead"];
    for (answers, command) in [
        (vec![FIRST, REFUSED], [&search[..], &["--all-pages"]].concat()),
        (vec![REFUSED], [&search[..], &["--all-pages"], &dead].concat()),
        (vec![REFUSED], [&search[..], &dead].concat()),
        (vec![REFUSED], items.to_vec()),
        (vec![FIRST, REFUSED], list.to_vec()),
        (vec![REFUSED], [&list[..], &dead].concat()),
        (vec![reply("404 Not Found", "{}")], [&list[..], &dead].concat()),
    ] {
        let server = Server::start(answers);
        let ran = run_with_credentials(&[&command[..], &["-e", &server.url]].concat()).ended(1).said(&[again]);
        assert!(!ran.err.contains("--page-token dead"), "{command:?}: {}", ran.err);
    }
    // Without a page token, the advice would make no sense.
    let server = Server::start(vec![REFUSED]);
    let ran = run_with_credentials(&[&search[..], &["--all-pages", "-e", &server.url]].concat()).ended(1);
    assert!(!ran.err.contains("begin again"), "{}", ran.err);
}

#[test]
fn times_back_from_now_in_a_body_are_sent_as_times() {
    let server = Server::start(vec![reply("202 Accepted", r#"{"reportId":"9"}"#)]);
    let call = ["call", "reports", "createReport", "-e", &server.url, "--body", "-"];
    run_with_input(&call, r#"{"reportType":"X","marketplaceIds":["JP"],"dataStartTime":"30d"}"#).ended(0);
    let sent: serde_json::Value = serde_json::from_str(&server.received()[0].body).unwrap();
    let start = sent["dataStartTime"].as_str().unwrap();
    assert!(start.starts_with("20") && start.ends_with('Z'), "{start}");
    run_with_input(&call, r#"{"reportType":"X","marketplaceIds":["JP"],"dataStartTime":"yesterday"}"#)
        .ended(2)
        .said(&["dataStartTime of the body: \"yesterday\" is not a time (give an ISO 8601 date"]);
    assert!(server.received().is_empty());
}

#[test]
fn an_unknown_value_of_a_text_is_sent_with_a_warning_that_names_the_nearest() {
    let server = Server::start(vec![reply("200 OK", r#"{"payload":{"Orders":[]}}"#)]);
    let call = ["call", "orders@v0", "getOrders", "-m", "JP", "CreatedAfter=7d", "-e", &server.url];
    let warning = "warning: OrderStatuses \"Shiped\" is not a known value, and is sent as it is; did you mean Shipped";
    run_with_credentials(&[&call[..], &["OrderStatuses=Shiped"]].concat()).ended(0).said(&[warning]);
    assert!(server.received()[0].line.contains("OrderStatuses=Shiped"));
    let known = run_with_credentials(&[&call[..], &["OrderStatuses=Shipped"]].concat()).ended(0);
    assert!(!known.err.contains("known value"), "{}", known.err);
}

#[test]
fn pages_by_an_offset_go_on_too() {
    let server = Server::start(vec![
        reply("200 OK", r#"{"offers":[{"asin":"B1"}],"pagination":{"totalResults":2}}"#),
        reply("429 Too Many Requests", "{}"),
    ]);
    let body =
        File::new("offset.json", r#"{"filters":{"price":17.310000000000000001},"pagination":{"limit":1,"offset":0}}"#);
    let call = |server: &Server, more: &[&str]| {
        let call = ["call", "replenishment", "listOffers", "-m", "JP", "--body", body.path(), "--all-pages", "--force"];
        run_with_credentials(&[&call[..], &["-f", "jsonl", "--longest-wait", "0s", "-e", &server.url], more].concat())
    };
    let option = page_token(&call(&server, &[]).ended(4).err);
    let server = Server::start(vec![reply("200 OK", r#"{"offers":[{"asin":"B2"}],"pagination":{"totalResults":2}}"#)]);
    assert_eq!(call(&server, &[&option[0], &option[1]]).ended(0).out, "{\"asin\":\"B2\"}\n");
    let sent = server.received().remove(0).body;
    assert_eq!(sent, r#"{"filters":{"price":17.310000000000000001},"pagination":{"limit":1,"offset":1}}"#);
    call(&server, &["--page-token", "next"]).ended(2).said(&["give --page-token that number"]);
}

#[test]
fn pages_of_another_operation_go_on_with_its_command() {
    let first = reply("200 OK", r#"{"payload":{"ItemData":[{"SellerSKU":"a"}],"NextToken":"t+1"}}"#);
    let server = Server::start(vec![first, reply("429 Too Many Requests", "{}")]);
    let call =
        ["call", "fulfillment-inbound@v0", "getShipmentItemsByShipmentId", "shipmentId=FBA1", "MarketplaceId=JP"];
    let more = ["--all-pages", "-f", "jsonl", "--longest-wait", "0s", "-e", &server.url];
    let cut = run_with_credentials(&[&call[..], &more].concat()).ended(4);
    assert_eq!(cut.out, "{\"SellerSKU\":\"a\"}\n");
    let (_, command) = cut.err.split_once("go on with `spapi ").expect(&cut.err);
    let words: Vec<&str> = command.split('`').next().unwrap().split(' ').collect();
    let last = reply("200 OK", r#"{"payload":{"ItemData":[{"SellerSKU":"b"}]}}"#);
    let server = Server::start(vec![last]);
    let rest = run_with_credentials(&[&words[..], &["-f", "jsonl", "-e", &server.url]].concat()).ended(0);
    assert_eq!(rest.out, "{\"SellerSKU\":\"b\"}\n");
    let sent = server.received().remove(0).line;
    assert!(sent.contains("NextToken=t%2B1") && sent.contains("MarketplaceId=A1VC38T7YXB528"), "{sent}");
}

#[test]
fn pages_that_cannot_be_followed_end_with_an_error_after_the_first() {
    let server = Server::start(vec![reply("200 OK", r#"{"payload":{"DownloadURL":"https://example.com/"}}"#)]);
    let labels = ["fulfillment-inbound@v0", "getLabels"];
    let arguments = ["shipmentId=FBA1", "PageType=PackageLabel_A4_2", "LabelType=UNIQUE", "--marketplace", "JP"];
    let more = ["--all-pages", "-f", "jsonl", "-e", &server.url];
    let ran = run_with_credentials(&[&["call"], &labels[..], &arguments, &more].concat()).ended(1);
    let ran = ran.said(&["its answers do not show which page is the last: ask for each page by PageStartIndex"]);
    assert!(ran.out.contains("DownloadURL"), "{}", ran.out);
    let described = run(&[&["operations"], &labels[..]].concat()).ended(0).out;
    assert!(described.contains("pages: PageStartIndex continues, --all-pages cannot fetch them"), "{described}");
}

#[test]
fn all_pages_of_an_operation_without_pages_is_one_answer() {
    let server = Server::start(vec![reply("200 OK", r#"{"payload":[{"count":1},{"count":2}]}"#)]);
    let metrics = ["call", "sales", "getOrderMetrics", "marketplaceIds=JP", "interval=7d", "granularity=Day"];
    let more = ["--all-pages", "--format", "table", "-e", &server.url];
    let ran = run_with_credentials(&[&metrics[..], &more].concat()).ended(0).said(&["not known to have pages"]);
    assert_eq!(ran.out, "count\n1\n2\n");
}

#[test]
fn personal_data_are_asked_for_only_by_option() {
    let token = r#"{"restrictedDataToken":"made-up-restricted-token","expiresIn":3600}"#;
    let order = r#"{"payload":{}}"#;
    let server = Server::start(vec![reply("200 OK", token), reply("200 OK", order)]);
    let call = |arguments: &[&str]| {
        run_with_credentials(&[&["call"], arguments, &["orderId=1", "--endpoint", &server.url]].concat())
    };
    call(&["orders@v0", "getOrder", "--restricted=buyerInfo,shippingAddress"]).ended(0);
    let received = server.received();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&received[0].body).unwrap(),
        serde_json::json!({ "restrictedResources": [{
            "method": "GET",
            "path": "/orders/v0/orders/{orderId}",
            "dataElements": ["buyerInfo", "shippingAddress"],
        }] })
    );
    assert!(received[1].headers.contains(&"x-amz-access-token: made-up-restricted-token".to_owned()), "{received:?}");
    call(&["orders@v0", "getOrder"]).ended(0);
    assert!(server.received()[0].headers.contains(&format!("x-amz-access-token: {ACCESS_TOKEN}")));
    call(&["orders@v0", "getOrder", "--restricted=shoeSize"]).ended(2).said(&["buyerTaxInformation"]);
    call(&["orders@v0", "getOrder", "--restricted"])
        .ended(2)
        .said(&["must name the buyers' data to request", "next: request buyers' data with --restricted=buyerInfo,"]);
    call(&["orders@v0", "getOrderAddress", "--restricted=buyerInfo"]).ended(2).said(&["has no buyerInfo"]);
    call(&["orders", "getOrder", "--restricted"])
        .ended(2)
        .said(&["has no data for which a restricted data token is needed", "leave out --restricted"]);
    assert!(server.received().is_empty());

    let denied = Server::start(vec![reply("403 Forbidden", "{}")]);
    let ran = run_with_credentials(&["call", "orders@v0", "getOrderAddress", "orderId=1", "-e", &denied.url]);
    let ran = ran.ended(3).said(&["restricted data token", "next: request buyers' data with --restricted\n"]);
    assert!(!ran.err.contains(".restricted("), "{}", ran.err);
}

#[test]
fn a_grantless_operation_needs_no_refresh_token() {
    let server = Server::start(vec![reply("200 OK", r#"{"payload":[]}"#)]);
    let run = |section: &str, operation: &str| {
        let mut command = spapi(&["call", section, operation, "--endpoint", &server.url]);
        Ran::of(command.envs(CREDENTIALS[..2].iter().copied()).output().unwrap())
    };
    run("notifications", "getDestinations").ended(0);
    run("sellers", "getAccount").ended(3).said(&["the environment lacks SPAPI_REFRESH_TOKEN"]);
    assert_eq!(server.received().len(), 1);
}

#[test]
fn the_next_run_knows_the_quota_that_the_last_has_used() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(vec![reply("200 OK", r#"{"payload":{}}"#)]);
    let run = |folder: &std::path::Path| {
        let options = ["--longest-wait", "0s", "--quota-folder", folder.to_str().unwrap(), "-e", &server.url];
        Ran::of(with_credentials(&[&["call", "sellers", "getAccount"][..], &options].concat()).output().unwrap())
    };
    let codes: Vec<_> = (0..17).map(|_| run(folder.path()).code).collect();
    assert_eq!((&codes[..15], codes[16]), (&[0; 15][..], 4), "fifteen at once: {codes:?}");
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    run(&file).ended(0).said(&["warning: the folder", "does not know what others have used"]);
}

#[test]
fn a_retired_operation_or_type_has_a_warning() {
    let dry = |arguments: &[&str]| {
        run(&[&["call"], arguments, &["--dry-run", "--endpoint", "http://127.0.0.1:9"]].concat()).ended(0)
    };
    dry(&["orders@v0", "getOrder", "orderId=1", "--region", "fe"]).said(&[
        "warning: orders@v0 getOrder",
        "2027-03-27",
        "replacement: getOrder of v2026_01_01",
    ]);
    dry(&["finances@v0", "listFinancialEvents", "--region", "fe"]).said(&["2027-08-27", "replacement: v2024_06_19"]);
    let body = File::new("ending.json", r#"{"reportType": "GET_FBA_SNS_FORECAST_DATA", "marketplaceIds": []}"#);
    dry(&["reports", "createReport", "--region", "fe", "--body", body.path()])
        .said(&["warning: GET_FBA_SNS_FORECAST_DATA was to be retired on 2025-12-11", "replenishment"]);
    let stays = dry(&["orders@v0", "confirmShipment", "orderId=1", "--region", "fe", "--force", "--body", body.path()]);
    assert!(!stays.err.contains("as Amazon has announced"), "{}", stays.err);
}

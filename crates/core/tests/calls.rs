//! The bytes that reach the server, and the calls that are refused before that.

mod support;

use spapi_core::operation::{ArgumentRule, Operation, Paging};
use spapi_core::{Client, DateTime, Error, Marketplace, Method, Request, RequestOptions, Value, decode};
use std::fmt;
use std::future::Future;
use std::time::Duration;
use support::{GET, POST, Reply, Server, json, ok};

static ITEM: Operation =
    Operation::new("listings-items", "2021-08-01", "getItem", Method::GET, "/items/{sellerId}/{sku}/details");
static UPLOAD: Operation =
    Operation::new("uploads", "2020-11-01", "createUpload", Method::POST, "/uploads/2020-11-01/{+resource}");

fn request(client: &Client, operation: &'static Operation) -> Request<Value> {
    Request::new(client, operation, decode::json)
}

/// Decodes once what is percent-encoded.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            out.push(u8::from_str_radix(&text[at + 1..at + 3], 16).unwrap());
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).unwrap()
}

#[tokio::test]
async fn path_values_arrive_byte_for_byte() {
    let server = Server::start(|_| ok()).await;
    let client = server.client();
    let values = [
        r"A/B C+é%\",
        "%2F",
        "%2e%2e",
        "%",
        "..a",
        "...",
        "a..",
        ". .",
        "?x=1",
        "#x",
        ";a=b",
        "a:b@c",
        "&=,'\"<>`{}|^",
        "日本",
        "\u{0}\n\t",
        "~-_.",
        "{sku}",
    ];
    for value in values {
        let mut call = request(&client, &ITEM);
        call.path("sellerId", "A1");
        call.path("sku", value);
        call.send().await.unwrap();
    }
    for (call, value) in server.calls().iter().zip(values) {
        let segments: Vec<_> = call.target.split('/').collect();
        assert_eq!(segments.len(), 5, "{}", call.target);
        assert_eq!((segments[1], segments[2], segments[4]), ("items", "A1", "details"));
        assert_eq!(decoded(segments[3]), value);
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte);
        assert!(segments[3].bytes().all(is_plain), "{}", call.target);
    }
    assert_eq!(server.calls()[0].target, "/items/A1/A%2FB%20C%2B%C3%A9%25%5C/details");
}

#[tokio::test]
async fn a_time_that_is_not_iso_8601_is_refused_by_name_before_it_is_sent() {
    static LIST: Operation = Operation::new("orders", "2026-01-01", "searchOrders", Method::GET, "/orders");
    let server = Server::start(|_| ok()).await;
    let client = server.client();
    let wrong =
        ["yesterday", "7d", "", "14.03.2026", "2026-02-30", "2026-13-01T00:00:00Z", "1700000000", " 2026-11-02"];
    for wrong in wrong {
        let mut call = request(&client, &LIST);
        call.query_time("createdBefore", "2026-11-02");
        call.query_time("createdAfter", wrong);
        let error = refused(&server, call).await;
        assert!(error.contains("createdAfter is not a date or time that the API takes. Nothing was sent"), "{error}");
        assert!(wrong.is_empty() || !error.contains(wrong), "{error}");
    }
    for right in ["2026-11-01", "2026-11-01T09:30Z", "2026-11-01T09:30:00.123+09:00"] {
        let mut call = request(&client, &LIST);
        // The last value counts.
        call.query_time("createdAfter", "yesterday");
        call.query_time("createdAfter", right);
        call.send().await.unwrap();
    }
    let mut raw = request(&client, &LIST);
    raw.query_time("createdAfter", "yesterday");
    raw.raw_query("createdAfter", "TEST_CASE_200");
    raw.send().await.unwrap();
    assert_eq!(server.calls().last().unwrap().target, "/orders?createdAfter=TEST_CASE_200");
    assert_eq!(server.calls().len(), 4);
}

#[tokio::test]
async fn a_time_in_a_body_is_sent_as_it_is() {
    static SHIP: Operation = Operation::new("test", "v1", "shipThings", Method::POST, "/things");
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Body {
        shipped: DateTime,
    }
    let server = Server::start(|_| ok()).await;
    // Forms in which examples of Amazon's sandbox have them.
    for time in ["02/21/2022", "2021-01-01T10-00:00.000Z", "2020-04-01T10:00:00.00-07", "2026-11-01", ""] {
        let mut call = request(&server.client(), &SHIP);
        call.json(&Body { shipped: time.into() });
        call.send().await.unwrap();
        assert_eq!(server.calls().last().unwrap().body, format!(r#"{{"shipped":"{time}"}}"#));
    }
}

#[tokio::test]
async fn a_greedy_path_keeps_its_slashes() {
    let server = Server::start(|_| ok()).await;
    let client = server.client();
    let mut call = request(&client, &UPLOAD);
    call.path("resource", "messaging/v1/orders/1-2 3/messages/..x");
    call.send().await.unwrap();
    assert_eq!(server.calls()[0].target, "/uploads/2020-11-01/messaging/v1/orders/1-2%203/messages/..x");
}

async fn refused(server: &Server, call: Request<Value>) -> String {
    let error = call.send().await.unwrap_err();
    assert!(error.is_input() && !error.outcome_unknown(), "{error}");
    assert!(server.calls().is_empty() && server.logins().is_empty(), "the client sent something");
    error.to_string()
}

#[tokio::test]
async fn path_values_that_would_change_the_path_are_refused_by_name() {
    let server = Server::start(|_| ok()).await;
    let client = server.client();
    for (value, reason) in [
        ("", "the path parameter sku is empty"),
        (".", "the path parameter sku is ., which"),
        ("..", "the path parameter sku is .., which"),
    ] {
        let mut call = request(&client, &ITEM);
        call.path("sellerId", "A1");
        call.path("sku", value);
        let error = refused(&server, call).await;
        assert!(error.starts_with("listings-items@2021-08-01 getItem: ") && error.contains(reason), "{error}");
    }
    for value in ["..", "a/../b", "./a", "a/.", ""] {
        let mut call = request(&client, &UPLOAD);
        call.path("resource", value);
        let error = refused(&server, call).await;
        assert!(error.contains("path parameter resource"), "{error}");
    }
    let mut missing = request(&client, &ITEM);
    missing.path("sellerId", "A1");
    assert!(refused(&server, missing).await.contains("the path parameter sku is not set"));
    let mut unknown = request(&client, &GET);
    unknown.path("sku", "A1");
    assert!(refused(&server, unknown).await.contains("the path /test/v1/things has no parameter sku"));
}

#[tokio::test]
async fn query_values_are_encoded_and_lists_are_joined_or_repeated() {
    let server = Server::start(|_| ok()).await;
    let client = server.client();
    let mut call = request(&client, &GET);
    call.query("after", "2024-01-01T00:00:00+09:00");
    call.query_csv("marketplaceIds", [Marketplace::JP, Marketplace::AU]);
    call.query_csv("skus", ["a,b", "c d"]);
    call.query_multi("mskus", ["x&y", "z"]);
    call.query_csv("none", Vec::<String>::new());
    call.query_multi("nothing", Vec::<String>::new());
    call.query("odd name[]", 5);
    call.query("flag", true);
    call.query("twice", 1);
    call.query("twice", 2);
    call.send().await.unwrap();
    assert_eq!(
        server.calls()[0].target,
        "/test/v1/things?after=2024-01-01T00%3A00%3A00%2B09%3A00&marketplaceIds=A1VC38T7YXB528,A39IBJ37TRP1C6\
         &skus=a%2Cb,c%20d&mskus=x%26y&mskus=z&odd%20name%5B%5D=5&flag=true&twice=2"
    );
}

static NEEDY: Operation = Operation::new("test", "v1", "getNeedy", Method::GET, "/test/v1/needy").required(&[
    "marketplaceIds",
    "x-business-id",
    "type",
]);

#[tokio::test]
async fn all_missing_parameters_are_named_before_anything_is_sent() {
    let server = Server::start(|_| ok()).await;
    let client = server.client();
    let error = refused(&server, request(&client, &NEEDY)).await;
    assert!(
        error.starts_with("test@v1 getNeedy: the required parameters marketplaceIds, x-business-id, type are not set"),
        "{error}"
    );
    let mut call = request(&client, &NEEDY);
    call.query_csv("marketplaceIds", Vec::<String>::new());
    call.header("X-Business-Id", "b");
    call.query("type", "t");
    let error = refused(&server, call.clone()).await;
    assert!(error.contains("the required parameter marketplaceIds is not set"), "{error}");
    call.raw_query("marketplaceIds", "TEST_CASE_200");
    call.send().await.unwrap();
    assert_eq!(server.calls()[0].target, "/test/v1/needy?type=t&marketplaceIds=TEST_CASE_200");
    assert_eq!(server.calls()[0].header("x-business-id"), Some("b"));
}

#[tokio::test]
async fn a_raw_value_replaces_a_typed_one() {
    let server = Server::start(|_| ok()).await;
    let mut call = request(&server.client(), &GET);
    call.query_multi("a", [1, 2]);
    call.raw_query("a", "TEST,CASE");
    call.send().await.unwrap();
    assert_eq!(server.calls()[0].target, "/test/v1/things?a=TEST%2CCASE");
}

#[tokio::test]
async fn headers_and_body() {
    let server = Server::start(|_| ok()).await;
    let client = server.builder().app("My/App", "2.1").build().unwrap();
    let mut call = request(&client, &POST);
    call.header("X-Custom", "väl");
    call.json(&serde_json::json!({"name": "é", "price": 17.31}));
    call.send().await.unwrap();
    request(&client, &GET).send().await.unwrap();
    let [post, get] = &server.calls()[..] else { panic!("two calls") };
    assert_eq!((post.method.as_str(), get.method.as_str()), ("POST", "GET"));
    assert_eq!(post.body, r#"{"name":"é","price":17.31}"#);
    assert_eq!(post.header("content-type"), Some("application/json"));
    assert_eq!(post.header("x-custom"), Some("väl"));
    assert_eq!(post.header("accept"), Some("application/json, application/hal+json"));
    let agent = post.header("user-agent").unwrap();
    assert!(agent.starts_with(r"My\/App/2.1 (Language=Rust/"), "{agent}");
    assert_eq!(server.logins()[0].header("user-agent"), Some(agent));
    for absent in ["content-length", "content-type", "transfer-encoding", "api-version", "referer"] {
        assert_eq!(get.header(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn a_post_without_a_body_sends_its_length_once() {
    let server = Server::start(|_| ok()).await;
    request(&server.client(), &POST).send().await.unwrap();
    let call = &server.calls()[0];
    let lengths = call.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    assert_eq!(lengths.map(|(_, length)| length.as_str()).collect::<Vec<_>>(), ["0"]);
    assert_eq!((call.header("transfer-encoding"), call.header("content-type")), (None, None));
}

#[derive(serde::Deserialize)]
struct Unprintable;

impl fmt::Display for Unprintable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

impl serde::Serialize for Unprintable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no"))
    }
}

#[tokio::test]
async fn arguments_that_cannot_be_sent_are_errors_of_the_send() {
    let server = Server::start(|_| ok()).await;
    let client = server.client();
    type Change = fn(&mut Request<Value>);
    let changes: [(Change, &str); 9] = [
        (|call| call.path("sku", Unprintable), "the value of sku cannot be written as text"),
        (|call| call.query("a", Unprintable), "the value of a cannot be written as text"),
        (|call| call.query_csv("a", [Unprintable]), "the value of a cannot be written as text"),
        (|call| call.query_multi("a", [Unprintable]), "the value of a cannot be written as text"),
        (|call| call.header("a", Unprintable), "the value of a cannot be written as text"),
        (|call| call.header("a b", 1), "\"a b\" is not a name for a header"),
        (|call| call.header("a", "x\r\ny: z"), "the value of the header a holds characters"),
        (|call| call.header("X-Amz-Access-Token", "t"), "x-amz-access-token is set by the client itself"),
        (|call| call.json(&Unprintable), "the body cannot be written as JSON"),
    ];
    for (change, reason) in changes {
        let mut call = request(&client, &POST);
        change(&mut call);
        let error = refused(&server, call).await;
        assert!(error.contains(reason), "{error}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = Server::start_all(|seen| async move { panic!("followed to {seen:?}") }).await;
        let location = format!("{}/stolen", elsewhere.url);
        let server = Server::start(move |_| Reply::Answer {
            status,
            headers: vec![("location", location.clone())],
            body: String::new(),
        })
        .await;
        let error = request(&server.client(), &GET).send().await.unwrap_err();
        assert_eq!(error.status().unwrap(), status);
        assert!(error.to_string().contains("Redirects are not followed"), "{error}");
        assert_eq!(server.calls().len(), 1);
        assert!(elsewhere.calls().is_empty());
    }
}

#[tokio::test]
async fn calls_by_path_behave_like_other_calls() {
    let server = Server::start(|seen| {
        if seen.target.starts_with("/gone") {
            json(404, r#"{"errors":[{"code":"NotFound","message":"no"}]}"#)
        } else {
            json(200, r#"{"a":[1,2]}"#)
        }
    })
    .await;
    let client = server.client();
    let answer = client
        .request(Method::PUT, "/listings/{sku}/x")
        .path("sku", "a/b")
        .query("q", "1,2")
        .header("x-y", "z")
        .json(&[1])
        .with_options(RequestOptions::new().timeout(Duration::from_secs(30)))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.json::<Value>().unwrap()["a"][1], 2);
    assert_eq!((answer.status().as_u16(), answer.request_id()), (200, Some("request-1")));
    assert_eq!(&answer.body()[..], br#"{"a":[1,2]}"#);
    let error = answer.json::<Vec<u8>>().unwrap_err();
    assert!(error.is_decode() && error.to_string().starts_with("PUT /listings/{sku}/x: the answer cannot"), "{error}");
    let call = &server.calls()[0];
    assert_eq!((call.method.as_str(), call.target.as_str()), ("PUT", "/listings/a%2Fb/x?q=1%2C2"));
    assert_eq!((call.body.as_str(), call.header("x-y"), call.token()), ("[1]", Some("z"), "Atza|1"));

    let error = client.request(Method::GET, "/gone").send().await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.operation(), Some("GET /gone"));
    for (path, reason) in [
        ("gone", "does not start with a slash"),
        ("", "does not start with a slash"),
        ("/a?b=c", "holds a query"),
        ("/a#b", "holds a query or a fragment"),
        ("/a/../b", "is . or .."),
        ("/a/%2e%2e/b", "cannot hold as they are"),
        ("/a/.%2E", "cannot hold as they are"),
        (r"/a\b", "cannot hold as they are"),
        ("/a b", "cannot hold as they are"),
        ("/é", "cannot hold as they are"),
        ("/{a", "a brace in the path is not closed"),
        ("/{a}", "the path parameter a is not set"),
        ("//other.example/a/\n", "cannot hold as they are"),
    ] {
        let error = client.request(Method::GET, path).send().await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains(reason), "{path}: {error}");
    }
    assert_eq!(server.calls().len(), 2);
    client.request(Method::GET, "//other.example/%41%C3%A9;v=1").send().await.unwrap();
    assert_eq!(server.calls()[2].target, "//other.example/%41%C3%A9;v=1");
}

#[tokio::test]
async fn the_raw_answer_is_available() {
    let server = Server::start(|_| json(201, r#"{"a": 17.30}"#)).await;
    let response = request(&server.client(), &POST).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.request_id()), (201, Some("request-1")));
    assert_eq!(&response.body()[..], br#"{"a": 17.30}"#);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response["a"], 17.3);
    let (value, raw) = response.into_parts();
    assert_eq!((value["a"].as_f64(), raw.status().as_u16()), (Some(17.3), 201));
}

#[test]
fn futures_can_be_sent_between_threads() {
    fn check<T: Send>(_: &T) {}
    fn future<T>(future: impl Future<Output = T> + Send) {
        drop(future);
    }
    #[allow(dead_code)]
    fn all(client: Client, call: Request<Value>) {
        check(&client);
        future(call.clone().send());
        future(client.request(Method::GET, "/").send());
        let mut pages = call.clone().untyped_pages();
        future(pages.try_next());
        let mut items = call.items(|_| None, |page| vec![page]);
        future(items.try_next());
        check(&(pages, items));
    }
    fn error<T: Send + Sync + std::error::Error + 'static>() {}
    error::<Error>();
}

#[tokio::test]
async fn debug_shows_names_and_no_values() {
    let server = Server::start(|_| ok()).await;
    let client = server.client();
    let mut call = request(&client, &ITEM);
    call.path("sku", "Mary-path");
    call.query("email", "Mary-query");
    call.header("x-name", "Mary-header");
    call.json(&spapi_core::json!("Mary-body"));
    let untyped = client.request(Method::GET, "/x").query("email", "Mary");
    for shown in [format!("{call:?}"), format!("{untyped:#?}"), format!("{:?}", call.clone().untyped_pages())] {
        assert!(!shown.contains("Mary") && shown.contains("email"), "{shown}");
    }
    let shown = format!("{client:?} {:?}", server.builder());
    assert!(!shown.contains("sesame") && !shown.contains("Atzr") && shown.contains("FarEast"), "{shown}");
}

static RULES: [(ArgumentRule, &str); 5] = [
    (ArgumentRule::RepeatArguments, "MarketplaceId=M&Filter=F&NextToken=T%2B%2F%3D"),
    (ArgumentRule::RepeatRequired, "MarketplaceId=M&NextToken=T%2B%2F%3D"),
    (ArgumentRule::TokenOnly, "NextToken=T%2B%2F%3D"),
    (ArgumentRule::TokenOrRepeat, "NextToken=T%2B%2F%3D"),
    (ArgumentRule::TokenPlusQueryType, "MarketplaceId=M&NextToken=T%2B%2F%3D&QueryType=NEXT_TOKEN"),
];

fn paged(rule: ArgumentRule) -> &'static Operation {
    let operation = Operation::new("test", "v0", "getPaged", Method::GET, "/test/v0/{id}")
        .required(&["MarketplaceId"])
        .paging(Paging::token("NextToken", "NextToken").rule(rule));
    Box::leak(Box::new(operation))
}

#[tokio::test]
async fn with_a_page_token_the_rule_decides_what_is_sent() {
    for (rule, expected) in &RULES {
        let server = Server::start(|_| ok()).await;
        let mut call = request(&server.client(), paged(*rule));
        call.path("id", "1");
        call.query("MarketplaceId", "M");
        call.query("Filter", "F");
        call.clone().send().await.unwrap();
        call.query("NextToken", "");
        call.clone().send().await.unwrap();
        call.query("NextToken", "T+/=");
        call.header("x-kept", "yes");
        call.send().await.unwrap();
        let targets: Vec<_> = server.calls().iter().map(|call| call.target.clone()).collect();
        let first = "/test/v0/1?MarketplaceId=M&Filter=F";
        assert_eq!(targets, [first, first, &format!("/test/v0/1?{expected}")], "{rule:?}");
        assert_eq!(server.calls()[2].header("x-kept"), Some("yes"));
    }
}

#[tokio::test]
async fn with_a_page_token_the_rule_decides_what_is_required() {
    for (rule, _) in &RULES {
        let server = Server::start(|_| ok()).await;
        let mut call = request(&server.client(), paged(*rule));
        call.path("id", "1");
        let error = call.clone().send().await.unwrap_err();
        assert!(
            error.to_string().contains("MarketplaceId is not set. Nothing was sent. Set it, or the token"),
            "{error}"
        );
        call.query("NextToken", "T");
        let needs_none = matches!(rule, ArgumentRule::TokenOnly | ArgumentRule::TokenOrRepeat);
        assert_eq!(call.send().await.is_ok(), needs_none, "{rule:?}");
    }
}

//! Answers over several pages.

mod support;

use spapi_core::operation::{ArgumentRule, Operation, Paging, Repeat};
use spapi_core::{Clock, Items, Method, Pages, Request, RetryPolicy, Value, decode};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use support::{GET, Reply, Server, json, ok};
use tokio::sync::Semaphore;

static LIST: Operation = Operation::new("test", "v1", "listThings", Method::GET, "/list")
    .required(&["type"])
    .paging(Paging::token("pageToken", "paging.next").items("things").rule(ArgumentRule::TokenOnly));

fn page(things: &str, next: &str) -> Reply {
    json(200, format!(r#"{{"things":{things},"paging":{{"next":{next}}}}}"#))
}

fn request(server: &Server) -> Request<Value> {
    let mut request = Request::new(&server.client(), &LIST, decode::json);
    request.query("type", "all");
    request
}

fn next_token(page: &Value) -> Option<&str> {
    page["paging"]["next"].as_str()
}

fn pages(server: &Server) -> Pages<Value> {
    request(server).pages(next_token)
}

fn items(server: &Server) -> Items<Value, u64> {
    let list = |page: Value| page["things"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    request(server).items(next_token, list)
}

fn targets(server: &Server) -> Vec<String> {
    server.calls().into_iter().map(|call| call.target).collect()
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    for end in ["null", "\"\"", "7"] {
        let server = Server::replying([page("[1,2]", "\"A+/=\""), page("[]", "\"b\""), page("[3]", end)]).await;
        let mut pages = pages(&server);
        let mut sizes = Vec::new();
        while let Some(page) = pages.try_next().await.unwrap() {
            assert_eq!(page.request_id(), Some("request-1"));
            sizes.push(page["things"].as_array().unwrap().len());
        }
        assert_eq!(sizes, [2, 0, 1]);
        assert!(pages.try_next().await.unwrap().is_none());
        assert_eq!(targets(&server), ["/list?type=all", "/list?pageToken=A%2B%2F%3D", "/list?pageToken=b"]);
    }
}

#[tokio::test]
async fn items_come_from_all_pages_and_an_empty_page_is_not_the_end() {
    let server = Server::replying([page("[1,2]", "\"a\""), page("[]", "\"b\""), page("[3]", "null")]).await;
    let mut items = items(&server);
    let mut found = Vec::new();
    while let Some(item) = items.try_next().await.unwrap() {
        found.push(item);
    }
    assert_eq!(found, [1, 2, 3]);
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn pages_without_a_type_follow_the_operations_own_paging() {
    let server = Server::replying([page("[1]", "\"a\""), page("[2,3]", "null")]).await;
    let mut pages = request(&server).untyped_pages();
    let mut found = Vec::new();
    while let Some(page) = pages.try_next().await.unwrap() {
        found.extend(LIST.paging.unwrap().list(&page).iter().filter_map(Value::as_u64));
    }
    assert_eq!(found, [1, 2, 3]);
}

#[tokio::test]
async fn a_repeated_token_is_an_error_instead_of_an_endless_loop() {
    for replies in [
        vec![page("[1]", "\"a\""), page("[2]", "\"a\"")],
        vec![page("[1]", "\"a\""), page("[2]", "\"b\""), page("[3]", "\"a\"")],
    ] {
        let count = replies.len() as u64;
        let server = Server::replying(replies).await;
        let mut items = items(&server);
        for expected in 1..=count {
            assert_eq!(items.try_next().await.unwrap(), Some(expected), "fetched items are not lost");
        }
        for _ in 0..2 {
            let error = items.try_next().await.unwrap_err();
            assert!(
                error.to_string().starts_with("test@v1 listThings: the answer names a page that was fetched before"),
                "{error}"
            );
        }
        assert_eq!(server.calls().len() as u64, count);
    }
}

#[tokio::test]
async fn paging_can_be_resumed_with_a_token() {
    let server = Server::replying([page("[4]", "\"t5\""), page("[5]", "null")]).await;
    let mut request = Request::<Value>::new(&server.client(), &LIST, decode::json);
    request.query("pageToken", "t4");
    let mut pages = request.pages(next_token);
    while pages.try_next().await.unwrap().is_some() {}
    assert_eq!(targets(&server), ["/list?pageToken=t4", "/list?pageToken=t5"]);

    let server = Server::replying([page("[4]", "\"t4\"")]).await;
    let mut request = Request::<Value>::new(&server.client(), &LIST, decode::json);
    request.query("pageToken", "t4");
    let mut pages = request.pages(next_token);
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.is_err(), "the token it was resumed with counts as well");
}

#[tokio::test]
async fn after_an_error_the_same_page_is_fetched_again() {
    let server = Server::replying([page("[1]", "\"a\""), json(400, ""), page("[2]", "null")]).await;
    let mut items = items(&server);
    assert_eq!(items.try_next().await.unwrap(), Some(1));
    assert!(items.try_next().await.is_err());
    assert_eq!(items.try_next().await.unwrap(), Some(2));
    assert_eq!(items.try_next().await.unwrap(), None);
    assert_eq!(targets(&server)[1..], ["/list?pageToken=a", "/list?pageToken=a"]);
}

#[tokio::test]
async fn a_dropped_try_next_loses_nothing() {
    let arrived = Arc::new(Semaphore::new(0));
    let server = Server::start({
        let arrived = Arc::clone(&arrived);
        let is_silent = Mutex::new(true);
        move |seen| match seen.target.as_str() {
            "/list?type=all" => page("[1]", "\"a\""),
            _ if std::mem::take(&mut *is_silent.lock().unwrap()) => {
                arrived.add_permits(1);
                Reply::Silence
            }
            _ => page("[2]", "null"),
        }
    })
    .await;
    let mut items = items(&server);
    assert_eq!(items.try_next().await.unwrap(), Some(1));
    tokio::select! {
        _ = items.try_next() => panic!("the server is silent"),
        _ = arrived.acquire() => {}
    }
    assert_eq!(items.try_next().await.unwrap(), Some(2));
    assert_eq!(items.try_next().await.unwrap(), None);
    assert_eq!(targets(&server)[1..], ["/list?pageToken=a", "/list?pageToken=a"]);
}

#[tokio::test]
async fn a_further_page_of_an_operation_without_paging_is_an_error() {
    let server = Server::start(|_| page("[1]", "\"a\"")).await;
    let mut pages = Request::<Value>::new(&server.client(), &GET, decode::json).pages(next_token);
    assert!(pages.try_next().await.unwrap().is_some());
    let error = pages.try_next().await.unwrap_err();
    assert!(error.to_string().contains("does not know how to ask for it"), "{error}");
    let server = Server::start(|_| ok()).await;
    let mut pages = Request::<Value>::new(&server.client(), &GET, decode::json).untyped_pages();
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn the_token_to_save_is_that_of_the_next_page() {
    let server = Server::replying([page("[1]", "\"A+/=\""), page("[]", "\"b\""), page("[2]", "null")]).await;
    let mut pages = pages(&server);
    assert_eq!((pages.next_token(), pages.is_done()), (None, false));
    for (token, is_done) in [(Some("A+/="), false), (Some("b"), false), (None, true)] {
        assert!(pages.try_next().await.unwrap().is_some());
        assert_eq!((pages.next_token(), pages.is_done()), (token, is_done));
    }
    let mut request = request(&server);
    request.query("pageToken", "A+/= %2B");
    assert_eq!(request.pages(next_token).next_token(), Some("A+/= %2B"), "as it was given");
}

#[tokio::test]
async fn the_token_to_save_loses_no_item() {
    let all = || {
        Server::start(|seen| match seen.target.as_str() {
            "/list?type=all" => page("[1,2]", "\"t2\""),
            "/list?pageToken=t2" => page("[3,4,5]", "\"t3\""),
            "/list?pageToken=t3" => page("[]", "\"t4\""),
            _ => page("[6]", "null"),
        })
    };
    let list = |page: Value| page["things"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    for stop in 0..=6 {
        let server = all().await;
        let mut items = items(&server);
        let mut found = Vec::new();
        for _ in 0..stop {
            found.push(items.try_next().await.unwrap().unwrap());
        }
        let saved = items.next_token().map(str::to_owned);
        // In the middle of a page it is the token of that page, and at its end the token of the next page.
        assert_eq!(saved.as_deref(), [None, None, Some("t2"), Some("t2"), Some("t2"), Some("t3"), None][stop]);
        assert_eq!(items.is_done(), stop == 6);
        if items.is_done() {
            assert_eq!(items.try_next().await.unwrap(), None);
            continue;
        }
        let mut again = request(&server);
        if let Some(token) = &saved {
            again.query("pageToken", token);
        }
        let mut again = again.items(next_token, list);
        let mut rest = Vec::new();
        while let Some(item) = again.try_next().await.unwrap() {
            rest.push(item);
        }
        assert!(again.is_done());
        let missing: Vec<u64> = (1..=6).filter(|item| !found.contains(item) && !rest.contains(item)).collect();
        assert!(missing.is_empty(), "{stop}: {found:?} {rest:?}");
        assert_eq!(rest.last(), Some(&6));
    }
}

static OFFERS: Operation = Operation::new("test", "v1", "listOffers", Method::POST, "/offers")
    .repeat(Repeat::Safe)
    .paging(Paging::offset("pagination.offset", "pagination.limit", "pagination.totalResults", 9000).items("offers"));

fn offers(server: &Server, offset: u64) -> Request<Value> {
    let mut request = Request::new(&server.client(), &OFFERS, decode::json);
    request.json(&serde_json::json!({"filters": {"asins": ["A"]}, "pagination": {"limit": 2, "offset": offset}}));
    request
}

/// A server with `all` offers that returns at most `longest` at once, with or without the total.
async fn offers_server(all: u64, longest: u64, tells_total: bool) -> Server {
    let calls = AtomicU64::new(0);
    Server::start(move |seen| {
        assert!(calls.fetch_add(1, Ordering::SeqCst) < 20, "pages without end");
        let body: Value = serde_json::from_str(&seen.body).unwrap();
        assert_eq!(body["filters"], serde_json::json!({"asins": ["A"]}), "the rest of the body stays");
        let [offset, limit] = ["offset", "limit"].map(|name| body["pagination"][name].as_u64().unwrap());
        let offers: Vec<u64> = (offset..all.min(offset + limit.min(longest))).collect();
        let pagination = if tells_total { serde_json::json!({"totalResults": all}) } else { Value::Null };
        json(200, serde_json::json!({"offers": offers, "pagination": pagination}).to_string())
    })
    .await
}

fn numbers(page: Value) -> Vec<u64> {
    page["offers"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect()
}

#[tokio::test]
async fn pages_by_offset_end_at_the_total_or_at_an_empty_page() {
    // The total saves the last call; a server that returns fewer items than requested loses none.
    for (all, longest, tells_total, calls) in
        [(5, 2, true, 3), (4, 2, true, 2), (4, 2, false, 3), (5, 2, false, 4), (3, 1, true, 3), (0, 2, true, 1)]
    {
        let server = offers_server(all, longest, tells_total).await;
        let mut items = offers(&server, 0).items_by_offset(numbers);
        let mut found = Vec::new();
        while let Some(item) = items.try_next().await.unwrap() {
            found.push(item);
        }
        assert_eq!(found, (0..all).collect::<Vec<_>>(), "{all} {longest} {tells_total}");
        assert!(items.is_done() && items.try_next().await.unwrap().is_none());
        assert_eq!(server.calls().len(), calls, "{all} {longest} {tells_total}");

        let mut pages = offers(&server, 0).untyped_pages();
        let mut count = 0;
        while let Some(page) = pages.try_next().await.unwrap() {
            count += OFFERS.paging.unwrap().list(&page).len() as u64;
        }
        assert_eq!(count, all);
    }
}

#[tokio::test]
async fn pages_by_offset_can_be_resumed() {
    let server = offers_server(5, 2, true).await;
    let mut items = offers(&server, 2).items_by_offset(numbers);
    assert_eq!(items.try_next().await.unwrap(), Some(2));
    assert_eq!(items.next_token(), Some("2"), "one item of the page has not been returned");
    assert_eq!(items.try_next().await.unwrap(), Some(3));
    assert_eq!(items.next_token(), Some("4"));
    assert_eq!(items.try_next().await.unwrap(), Some(4));
    assert_eq!((items.next_token(), items.is_done()), (None, true));
}

#[tokio::test]
async fn pages_beyond_the_highest_offset_are_an_error_and_are_not_requested() {
    for tells_total in [true, false] {
        let server = offers_server(20_000, 2, tells_total).await;
        let mut items = offers(&server, 8999).items_by_offset(numbers);
        assert_eq!(items.try_next().await.unwrap(), Some(8999));
        assert_eq!(items.try_next().await.unwrap(), Some(9000));
        for _ in 0..2 {
            let error = items.try_next().await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "test@v1 listOffers: the next page has the offset 9001, and Amazon accepts none beyond 9000. Ask \
                 with narrower filters, so that each call has fewer results."
            );
        }
        assert!(!items.is_done());
        assert!(offers(&server, 9001).pages_by_offset().try_next().await.is_err());
        assert_eq!(server.calls().len(), 1);
    }
    // A list that ends at the highest offset ends without an error.
    let server = offers_server(9002, 2, true).await;
    let mut pages = offers(&server, 9000).pages_by_offset();
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.unwrap().is_none());
}

static SHIPMENT_ITEMS: Operation = Operation::new("test", "v0", "getShipmentItems", Method::GET, "/shipmentItems")
    .required(&["QueryType", "MarketplaceId"])
    .paging(Paging::token("NextToken", "next").items("things").rule(ArgumentRule::TokenPlusQueryType));
static ITEMS_BY_ID: Operation =
    Operation::new("test", "v0", "getShipmentItemsByShipmentId", Method::GET, "/shipments/{id}/items")
        .paging(Paging::token_elsewhere("next", &SHIPMENT_ITEMS).items("things"));

fn items_by_id(server: &Server) -> Request<Value> {
    let mut request = Request::new(&server.client(), &ITEMS_BY_ID, decode::json);
    request.path("id", "FBA1");
    request
}

#[tokio::test]
async fn a_token_of_another_operation_is_followed_there() {
    let answer = |things: &str, next: &str| json(200, format!(r#"{{"things":{things},"next":{next}}}"#));
    let server =
        Server::replying([answer("[1]", "\"a+\""), answer("[]", "\"b\""), json(500, ""), answer("[2]", "null")]).await;
    let mut request = items_by_id(&server);
    request.query("MarketplaceId", "M");
    request.header("x-kept", "yes");
    let mut pages = request.clone().untyped_pages();
    assert!(pages.try_next().await.unwrap().is_some());
    assert_eq!(pages.next_token(), Some("a+"));
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.unwrap().is_none());
    let further = "/shipmentItems?MarketplaceId=M&NextToken";
    assert_eq!(
        targets(&server),
        [
            "/shipments/FBA1/items?MarketplaceId=M",
            &format!("{further}=a%2B&QueryType=NEXT_TOKEN"),
            &format!("{further}=b&QueryType=NEXT_TOKEN"),
            &format!("{further}=b&QueryType=NEXT_TOKEN"),
        ]
    );
    assert!(server.calls().iter().all(|call| call.header("x-kept") == Some("yes")));
}

#[tokio::test]
async fn a_missing_parameter_of_the_other_operation_is_named() {
    let server = Server::start(|_| json(200, r#"{"things":[1],"next":"a"}"#)).await;
    let mut items = items_by_id(&server).items(|page| page["next"].as_str(), |page| vec![page["things"][0].clone()]);
    assert!(items.try_next().await.unwrap().is_some());
    let error = items.try_next().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "test@v0 getShipmentItems: the required parameter MarketplaceId is not set. This operation has the further \
         pages: set what it needs before the first page is fetched."
    );
    assert_eq!(server.calls().len(), 1);
    assert_eq!(items.next_token(), Some("a"), "the other operation accepts this token");
}

#[tokio::test]
async fn pages_that_cannot_be_followed_are_an_error_that_says_how_to_request_them() {
    static LABELS: Operation = Operation::new("test", "v0", "getLabels", Method::GET, "/labels")
        .paging(Paging::page_index("PageStartIndex", "PageSize"));
    static JOB: Operation = Operation::new("test", "v1", "getQuery", Method::GET, "/job")
        .paging(Paging::job("paginationToken", "pagination.nextToken"));
    let server = Server::start(|_| json(200, r#"{"pagination":{"nextToken":"t"}}"#)).await;
    for (operation, says) in [
        (&LABELS, "its answers do not show which page is the last: ask for each page by PageStartIndex"),
        (&JOB, "the next page is the result of another job: start one with paginationToken"),
    ] {
        let mut pages = Request::<Value>::new(&server.client(), operation, decode::json).untyped_pages();
        assert!(pages.try_next().await.unwrap().is_some());
        let error = pages.try_next().await.unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
    let server = Server::start(|_| json(200, r#"{"pagination":{"nextToken":null}}"#)).await;
    let mut pages = Request::<Value>::new(&server.client(), &JOB, decode::json).untyped_pages();
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.unwrap().is_none(), "a job without a token has one page");
    let mut pages = request(&server).pages_by_offset();
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.is_err(), "only an operation with pages by offset can be read by offset");
}

static SHORT_LIVED: Operation = Operation::new("test", "v1", "getSummaries", Method::GET, "/list")
    .paging(Paging::token("pageToken", "paging.next").items("things").token_life(Duration::from_secs(30)));

#[derive(Debug)]
struct ManualClock(AtomicU64);

impl Clock for ManualClock {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000 + self.0.load(Ordering::SeqCst))
    }
}

/// The items of an operation whose tokens are valid for half a minute, and the clock of the client.
fn short_lived(server: &Server, token: &str) -> (Items<Value, u64>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock(AtomicU64::new(0)));
    let client = server.builder().retry(RetryPolicy::none()).clock(Arc::clone(&clock) as _).build().unwrap();
    let mut request = Request::<Value>::new(&client, &SHORT_LIVED, decode::json);
    request.query("pageToken", token);
    let list = |page: Value| page["things"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    (request.items(next_token, list), clock)
}

#[tokio::test]
async fn an_expired_page_token_has_its_own_kind_of_error() {
    let refusal = || json(400, r#"{"errors":[{"code":"InvalidInput","message":"Bad token."}]}"#);
    let server = Server::replying([page("[1,2]", "\"a\""), refusal(), page("[3]", "null")]).await;
    let (mut items, clock) = short_lived(&server, "");
    assert_eq!(items.try_next().await.unwrap(), Some(1));
    clock.0.store(45, Ordering::SeqCst);
    assert_eq!(items.try_next().await.unwrap(), Some(2), "fetched items are not lost");
    let error = items.try_next().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "test@v1 getSummaries: the token of this page is valid for 30 s and came 45 s ago: 400 Bad Request: InvalidInput: Bad \
         token (request id request-1). Start again from the first page, and fetch one page right after the other."
    );
    assert!(error.is_page_token_expired() && !error.is_input());
    assert_eq!(error.codes().collect::<Vec<_>>(), ["InvalidInput"]);
    // Amazon may be less strict than documented, so the client requests the same page again.
    assert_eq!(items.try_next().await.unwrap(), Some(3));
    assert_eq!(targets(&server)[1..], ["/list?pageToken=a", "/list?pageToken=a"]);
}

#[tokio::test]
async fn a_page_whose_token_is_refused_says_to_start_again() {
    let refusal = |message: &str| {
        json(400, spapi_core::json!({"errors": [{"code": "InvalidInput", "message": message}]}).to_string())
    };
    for (message, is_refused) in [
        ("NextToken is invalid.", true),
        ("The pagination token has expired", true),
        ("invalid pageToken", true),
        ("The date is invalid.", false),
        ("", false),
    ] {
        let server = Server::replying([page("[1]", "\"a\""), refusal(message)]).await;
        let mut pages = pages(&server);
        assert!(pages.try_next().await.unwrap().is_some());
        let error = pages.try_next().await.unwrap_err();
        assert_eq!(error.is_page_token_expired(), is_refused, "{error}");
        assert!(error.to_string().contains("start again from the first page"), "{error}");
        // It may be the token or another argument.
        assert_eq!(error.to_string().contains("continue with the same token"), !is_refused, "{error}");
        assert_eq!(error.status().unwrap(), 400);
    }
    // The first page was asked for without a token.
    let server = Server::replying([refusal("NextToken is invalid.")]).await;
    let error = pages(&server).try_next().await.unwrap_err();
    assert!(!error.is_page_token_expired() && !error.to_string().contains("first page"), "{error}");
}

#[tokio::test]
async fn other_errors_are_not_mistaken_for_an_expired_page_token() {
    for (status, age, saved, is_expired) in [
        (400, 30, "", true),
        (400, 29, "", false),
        (404, 45, "", false),
        (500, 45, "", false),
        (429, 45, "", false),
        // The age of a saved token is unknown.
        (400, 45, "saved", false),
    ] {
        let first = if saved.is_empty() { page("[1]", "\"a\"") } else { json(status, "") };
        let server = Server::replying([first, json(status, "")]).await;
        let (mut items, clock) = short_lived(&server, saved);
        if saved.is_empty() {
            assert_eq!(items.try_next().await.unwrap(), Some(1));
        }
        clock.0.store(age, Ordering::SeqCst);
        let error = items.try_next().await.unwrap_err();
        assert_eq!(error.status().unwrap(), status);
        assert_eq!(error.is_page_token_expired(), is_expired, "{status} {age} {saved}");
        assert_eq!(error.to_string().contains("token"), status == 400, "{error}");
    }
    let server = Server::replying([page("[1]", "\"a\""), page("[2]", "null")]).await;
    let (mut items, clock) = short_lived(&server, "");
    assert_eq!(items.try_next().await.unwrap(), Some(1));
    clock.0.store(45, Ordering::SeqCst);
    assert_eq!(items.try_next().await.unwrap(), Some(2), "a page that Amazon returns late is no error");
    // An operation whose tokens have no known lifetime.
    let server = Server::replying([page("[1]", "\"a\""), json(400, "")]).await;
    let mut pages = pages(&server);
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(!pages.try_next().await.unwrap_err().is_page_token_expired());
}

#[tokio::test]
async fn an_endless_series_of_empty_pages_is_an_error() {
    for things in ["[]", "[7]"] {
        let count = AtomicU64::new(0);
        let server =
            Server::start(move |_| page(things, &format!("\"t{}\"", count.fetch_add(1, Ordering::Relaxed)))).await;
        let first = usize::from(things == "[7]");
        let mut items = items(&server);
        let mut came = 0;
        let error = loop {
            match items.try_next().await {
                Ok(Some(_)) => came += 1,
                Ok(None) => panic!("the list ended without an error"),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains("the last 101 pages brought nothing"), "{error}");
        assert_eq!((server.calls().len(), came), (101 + first, if first == 0 { 0 } else { 102 }));
        // The token with which to continue is available.
        assert_eq!(items.next_token(), Some(format!("t{}", 100 + first).as_str()));
        assert!(!items.is_done() && items.try_next().await.is_err());

        let before = server.calls().len();
        let mut pages = pages(&server).most_idle_pages(2);
        while pages.try_next().await.is_ok_and(|page| page.is_some()) {}
        assert_eq!(server.calls().len() - before, 3 + first);
        let mut untyped = request(&server).untyped_pages().most_idle_pages(0);
        while untyped.try_next().await.is_ok_and(|page| page.is_some()) {}
        assert_eq!(server.calls().len() - before, 4 + 2 * first);
    }
}

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Things {
    things: Option<Vec<u64>>,
    paging: Option<Next>,
}

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Next {
    next: Option<String>,
}

#[tokio::test]
async fn a_page_whose_items_or_token_cannot_be_read_is_an_error() {
    for (body, problem) in [
        (r#"{"things":"none","paging":{"next":"b"}}"#, "things"),
        (r#"{"things":{"1":1}}"#, "things"),
        (r#"{"things":[1],"paging":{"next":["b"]}}"#, "token for the next page"),
        (r#"{"things":[1],"paging":{"next":{"token":"b"}}}"#, "token for the next page"),
    ] {
        let server = Server::replying([json(200, body)]).await;
        let mut request = Request::<Things>::new(&server.client(), &LIST, decode::json);
        request.query("type", "all");
        fn next(page: &Things) -> Option<&str> {
            page.paging.as_ref()?.next.as_deref()
        }
        let mut items = request.items(next, |page| page.things.unwrap_or_default());
        let error = loop {
            match items.try_next().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{body} counted as the last page"),
                Err(error) => break error,
            }
        };
        assert!(error.to_string().contains(problem), "{body}: {error}");
    }
}

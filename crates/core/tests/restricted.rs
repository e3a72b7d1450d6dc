//! Restricted data tokens: requested only when asked for, shared, renewed, and never skipped.

mod support;

use serde_json::json as value;
use spapi_core::operation::{Operation, Paging, Restricted};
use spapi_core::{Client, DataElement, Error, Method, Request, RequestOptions, RetryPolicy, Value, decode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use support::{GET, ManualClock, Reply, Seen, Server, fast, json, ok, token};

const TOKENS_PATH: &str = "/tokens/2021-03-01/restrictedDataToken";

static GET_ORDERS: Operation = Operation::new("orders", "v0", "getOrders", Method::GET, "/orders")
    .paging(Paging::token("NextToken", "next").items("orders"))
    .restricted(Restricted::new().data_elements(DataElement::ALL));
static GET_ITEMS: Operation = Operation::new("orders", "v0", "getOrderItems", Method::GET, "/orders/{orderId}/items")
    .restricted(Restricted::new().data_elements(&[DataElement::BuyerInfo]));
static GET_ADDRESS: Operation =
    Operation::new("orders", "v0", "getOrderAddress", Method::GET, "/orders/{orderId}/address")
        .restricted(Restricted::new());
static GET_DOCUMENT: Operation =
    Operation::new("reports", "2021-06-30", "getReportDocument", Method::GET, "/documents/{documentId}")
        .restricted(Restricted::new().by_resource());
static CREATE_SHIPMENT: Operation =
    Operation::new("mfn", "v0", "createShipment", Method::POST, "/shipments").restricted(Restricted::new());

/// A server that gives out restricted data tokens `Atz.1`, `Atz.2` and so on, and leaves other calls to `answer`.
async fn server(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Server {
    let made = AtomicU32::new(0);
    Server::start(move |seen| match seen.target.as_str() {
        TOKENS_PATH => {
            let number = made.fetch_add(1, Ordering::SeqCst) + 1;
            json(200, format!(r#"{{"restrictedDataToken":"Atz.{number}","expiresIn":3600}}"#))
        }
        _ => answer(seen),
    })
    .await
}

fn tokens_made(server: &Server) -> Vec<Value> {
    let calls = server.calls().into_iter().filter(|call| call.target == TOKENS_PATH);
    calls.map(|call| serde_json::from_str(&call.body).unwrap()).collect()
}

fn called_with(server: &Server) -> Vec<String> {
    let calls = server.calls().into_iter().filter(|call| call.target != TOKENS_PATH);
    calls.map(|call| call.token().to_owned()).collect()
}

fn request(client: &Client, operation: &'static Operation, data: &[DataElement]) -> Request<Value> {
    let mut request = Request::new(client, operation, decode::json);
    request.restricted(data.iter().copied());
    request
}

async fn items(client: &Client, order: &str) -> Result<(), Error> {
    let mut request = request(client, &GET_ITEMS, &[DataElement::BuyerInfo]);
    request.path("orderId", order);
    request.send().await.map(drop)
}

#[tokio::test]
async fn a_token_is_made_on_request_and_serves_all_orders() {
    let server = server(|_| ok()).await;
    let client = server.client();
    for order in ["1", "2", "3/4"] {
        items(&client, order).await.unwrap();
    }
    let mut plain = Request::<Value>::new(&client, &GET_ITEMS, decode::json);
    plain.path("orderId", "5");
    plain.send().await.unwrap();
    assert_eq!(
        tokens_made(&server),
        [value!({ "restrictedResources": [
            { "method": "GET", "path": "/orders/{orderId}/items", "dataElements": ["buyerInfo"] }
        ] })]
    );
    assert_eq!(server.calls()[0].token(), "Atza|1", "the request for the token has the seller's own token");
    assert_eq!(
        called_with(&server),
        ["Atz.1", "Atz.1", "Atz.1", "Atza|1"],
        "without a request there is no restricted data token"
    );
}

#[tokio::test]
async fn each_set_of_data_and_each_document_has_its_own_token() {
    let server = server(|_| ok()).await;
    let client = server.client();
    let (info, address) = (DataElement::BuyerInfo, DataElement::ShippingAddress);
    for data in [&[info][..], &[info, address], &[address, info, address]] {
        request(&client, &GET_ORDERS, data).send().await.unwrap();
    }
    for document in ["a", "b", "a", "b c"] {
        let mut request = request(&client, &GET_DOCUMENT, &[]);
        request.path("documentId", document);
        request.send().await.unwrap();
    }
    let mut of_order = request(&client, &GET_ADDRESS, &[]);
    of_order.path("orderId", "1");
    of_order.send().await.unwrap();
    let by_path = client.request(Method::GET, "/orders/{id}/items").path("id", "1").query("a", "b");
    by_path.restricted([info]).send().await.unwrap();
    let resources: Vec<_> =
        tokens_made(&server).into_iter().map(|body| body["restrictedResources"][0].clone()).collect();
    assert_eq!(
        resources,
        [
            value!({ "method": "GET", "path": "/orders", "dataElements": ["buyerInfo"] }),
            value!({ "method": "GET", "path": "/orders", "dataElements": ["buyerInfo", "shippingAddress"] }),
            value!({ "method": "GET", "path": "/documents/a" }),
            value!({ "method": "GET", "path": "/documents/b" }),
            value!({ "method": "GET", "path": "/documents/b%20c" }),
            value!({ "method": "GET", "path": "/orders/{orderId}/address" }),
            value!({ "method": "GET", "path": "/orders/1/items", "dataElements": ["buyerInfo"] }),
        ]
    );
    assert_eq!(called_with(&server), ["Atz.1", "Atz.2", "Atz.2", "Atz.3", "Atz.4", "Atz.3", "Atz.5", "Atz.6", "Atz.7"]);
}

#[tokio::test]
async fn a_token_serves_all_pages_and_is_renewed_when_it_expires() {
    let clock = ManualClock::new();
    let server = server({
        let clock = clock.clone();
        move |seen| {
            clock.advance(2000);
            let next = match seen.target.as_str() {
                "/orders" => "\"a\"",
                "/orders?NextToken=a" => "\"b\"",
                "/orders?NextToken=b" => "\"c\"",
                _ => "null",
            };
            json(200, format!(r#"{{"orders":[1],"next":{next}}}"#))
        }
    })
    .await;
    let client = server.builder().clock(clock).build().unwrap();
    let mut pages = request(&client, &GET_ORDERS, &[DataElement::BuyerInfo]).untyped_pages();
    let mut count = 0;
    while pages.try_next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!(count, 4);
    assert_eq!(called_with(&server), ["Atz.1", "Atz.1", "Atz.2", "Atz.2"]);
    assert_eq!(tokens_made(&server).len(), 2);
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let server = server(|seen| if seen.token() == "Atz.1" { json(401, "") } else { ok() }).await;
    let client = server.client();
    items(&client, "1").await.unwrap();
    items(&client, "2").await.unwrap();
    assert_eq!(called_with(&server), ["Atz.1", "Atz.2", "Atz.2"]);

    let expired = r#"{"code":"Unauthorized","details":"The restricted data token has expired."}"#;
    let server = self::server(move |seen| if seen.token() == "Atz.1" { json(403, expired) } else { ok() }).await;
    items(&server.client(), "1").await.unwrap();
    assert_eq!(called_with(&server), ["Atz.1", "Atz.2"]);

    let denied = r#"{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied."}]}"#;
    let server = self::server(move |_| json(403, denied)).await;
    let error = items(&server.client(), "1").await.unwrap_err();
    assert!(error.is_auth());
    assert_eq!(called_with(&server), ["Atz.1"], "the call is neither repeated nor sent without the token");
    assert!(!error.to_string().contains("ask for one"), "{error}");
    let mut without = Request::<Value>::new(&server.client(), &GET_ITEMS, decode::json);
    without.path("orderId", "1");
    let error = without.send().await.unwrap_err();
    assert!(error.to_string().contains("ask for one with .restricted(...)"), "{error}");
}

#[tokio::test]
async fn without_a_restricted_data_token_the_call_is_not_sent() {
    let denied = r#"{"errors":[{"code":"Unauthorized","message":"Application does not have access."}]}"#;
    type Case = (fn(&str) -> Reply, &'static str);
    let cases: [Case; 6] = [
        (|body| json(403, body), "403 Forbidden: Unauthorized"),
        (|_| json(400, ""), "400 Bad Request"),
        (|_| json(200, "{}"), "no usable restricted data token"),
        (|_| json(200, r#"{"restrictedDataToken":""}"#), "no usable restricted data token"),
        (|_| json(500, ""), "after 4 attempts"),
        (|_| Reply::Close, "after 4 attempts"),
    ];
    for (reply, says) in cases {
        let server = Server::start(move |_| reply(denied)).await;
        for operation in [&GET_ADDRESS, &CREATE_SHIPMENT] {
            let before = server.calls().len();
            let mut request = request(&server.client(), operation, &[]);
            if operation.path.contains('{') {
                request.path("orderId", "1");
            }
            let error = request.send().await.unwrap_err();
            let begin = format!("{operation}: no restricted data token: ");
            assert!(error.to_string().starts_with(&begin) && error.to_string().contains(says), "{error}");
            assert!(!error.outcome_unknown(), "a shipment has not been bought: {error}");
            assert!(server.calls()[before..].iter().all(|call| call.target == TOKENS_PATH));
        }
    }
}

#[tokio::test]
async fn an_impossible_request_for_data_is_refused_before_anything_is_sent() {
    let server = server(|_| ok()).await;
    let client = server.client();
    for (operation, data, says) in [
        (&GET, &[][..], "not a restricted operation"),
        (&GET_ITEMS, &[DataElement::ShippingAddress], "it has no restricted data element shippingAddress"),
        (&GET_ITEMS, &[], "which of buyerInfo"),
        (&GET_ADDRESS, &[DataElement::BuyerInfo], "it has no restricted data element buyerInfo"),
    ] {
        let error = request(&client, operation, data).send().await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains(says), "{error}");
    }
    assert!(server.calls().is_empty() && server.logins().is_empty());
}

#[tokio::test]
async fn the_request_for_a_token_respects_its_quota_and_the_calls_options() {
    let server = server(|_| ok()).await;
    let client = server.builder().longest_wait(Duration::ZERO).build().unwrap();
    let mut errors = Vec::new();
    for number in 0..11 {
        let mut request = request(&client, &GET_DOCUMENT, &[]);
        request.path("documentId", number);
        errors.extend(request.send().await.err());
    }
    assert_eq!(errors.len(), 1, "ten at once");
    assert!(errors[0].is_throttled() && errors[0].to_string().contains("createRestrictedDataToken"), "{}", errors[0]);

    let silent = Server::start(|_| Reply::Silence).await;
    let mut request = request(&silent.client(), &GET_DOCUMENT, &[]);
    request.path("documentId", 1);
    request.with_options(RequestOptions::new().timeout(Duration::from_millis(200)).retry(RetryPolicy::none()));
    let error = request.send().await.unwrap_err();
    assert!(error.is_timeout() && error.attempts() == 1, "{error}");
}

#[tokio::test]
async fn many_callers_share_one_token_and_its_failure() {
    let server = server(|_| ok()).await;
    let client = server.client();
    let callers: Vec<_> = (0..100)
        .map(|order| {
            let client = client.clone();
            tokio::spawn(async move { items(&client, &order.to_string()).await })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!((tokens_made(&server).len(), server.logins().len()), (1, 1));
}

#[tokio::test]
async fn sellers_do_not_share_restricted_data_tokens() {
    let logins = AtomicU32::new(0);
    let first = Mutex::new(true);
    let server = Server::start_all(move |seen| {
        let reply = match seen.target.as_str() {
            support::LOGIN_PATH => token(logins.fetch_add(1, Ordering::SeqCst) + 1),
            TOKENS_PATH if std::mem::take(&mut *first.lock().unwrap()) => json(403, ""),
            TOKENS_PATH => json(200, format!(r#"{{"restrictedDataToken":"for {}"}}"#, seen.token())),
            _ => ok(),
        };
        async move { reply }
    })
    .await;
    let client = server.builder().retry(fast()).build().unwrap();
    let other = client.for_seller(spapi_core::Credentials::new("client-id", "open sesame", "other"));
    assert!(items(&client, "1").await.unwrap_err().is_auth());
    items(&other, "1").await.unwrap();
    items(&client, "1").await.unwrap();
    assert_eq!(called_with(&server), ["for Atza|2", "for Atza|1"]);
}

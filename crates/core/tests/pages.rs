//! Answers over several pages.

mod support;

use spapi_core::operation::{ArgumentRule, Operation, Paging};
use spapi_core::{Items, Method, Pages, Request, Value, decode};
use std::sync::{Arc, Mutex};
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
async fn items_come_from_all_pages_and_an_empty_page_is_no_end() {
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
async fn a_token_that_comes_again_is_an_error_and_no_endless_loop() {
    for replies in [
        vec![page("[1]", "\"a\""), page("[2]", "\"a\"")],
        vec![page("[1]", "\"a\""), page("[2]", "\"b\""), page("[3]", "\"a\"")],
    ] {
        let count = replies.len() as u64;
        let server = Server::replying(replies).await;
        let mut items = items(&server);
        for expected in 1..=count {
            assert_eq!(items.try_next().await.unwrap(), Some(expected), "what was fetched is not lost");
        }
        for _ in 0..2 {
            let error = items.try_next().await.unwrap_err();
            assert!(
                error.to_string().starts_with("test v1 listThings: the answer names as the next a page"),
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
async fn a_page_after_one_of_an_operation_without_paging_is_an_error() {
    let server = Server::start(|_| page("[1]", "\"a\"")).await;
    let mut pages = Request::<Value>::new(&server.client(), &GET, decode::json).pages(next_token);
    assert!(pages.try_next().await.unwrap().is_some());
    let error = pages.try_next().await.unwrap_err();
    assert!(error.to_string().contains("not known how to ask for it"), "{error}");
    let server = Server::start(|_| ok()).await;
    let mut pages = Request::<Value>::new(&server.client(), &GET, decode::json).untyped_pages();
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.unwrap().is_none());
}

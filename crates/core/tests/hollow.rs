//! Successful answers that are empty or contain only errors.

mod support;

use spapi_core::operation::{Operation, Paging, Repeat, Restricted};
use spapi_core::{Error, ErrorKind, Method, Request, Value, decode};
use std::sync::Mutex;
use support::{GET, POST, Reply, Server, json, ok};

static SEARCH: Operation =
    Operation::new("test", "v1", "searchThings", Method::POST, "/test/v1/search").repeat(Repeat::Safe);
static PUT: Operation = Operation::new("test", "v1", "putThing", Method::PUT, "/test/v1/things");
static LIST: Operation = Operation::new("test", "v1", "listThings", Method::GET, "/test/v1/things")
    .paging(Paging::token("NextToken", "payload.NextToken").items("payload.Things"));
static ADDRESS: Operation =
    Operation::new("test", "v1", "getAddress", Method::GET, "/address").restricted(Restricted::new());

const ERRORS: &str = r#"{"errors":[{"code":"InternalFailure","message":"It is broken.","details":""}]}"#;

async fn send(server: &Server, operation: &'static Operation) -> Result<Value, Error> {
    Request::<Value>::new(&server.client(), operation, decode::json).send().await.map(|answer| answer.into_inner())
}

fn things(page: Value) -> Vec<Value> {
    page["payload"]["Things"].as_array().cloned().unwrap_or_default()
}

fn token(page: &Value) -> Option<&str> {
    page["payload"]["NextToken"].as_str()
}

fn is_reported(error: &Error) {
    assert_eq!((error.status().unwrap().as_u16(), error.request_id()), (200, Some("request-1")), "{error}");
    assert!(error.codes().eq(["InternalFailure"]) && !error.outcome_unknown(), "{error}");
    let shown = error.to_string();
    assert!(shown.contains("the answer holds only errors: 200 OK: InternalFailure: It is broken"), "{shown}");
}

#[tokio::test]
async fn a_success_with_only_errors_is_an_error_with_amazons_codes() {
    for body in [ERRORS.to_owned(), ERRORS.replacen('{', r#"{"payload":{"Things":[],"NextToken":null},"#, 1)] {
        for operation in [&GET, &SEARCH, &POST, &PUT] {
            let answered = body.clone();
            let server = Server::start(move |_| json(200, answered.clone())).await;
            is_reported(&send(&server, operation).await.unwrap_err());
            let nothing = Request::<()>::new(&server.client(), operation, decode::empty).send().await;
            is_reported(&nothing.unwrap_err());
            is_reported(
                &server.client().request(operation.method.clone(), "/test/v1/things").send().await.unwrap_err(),
            );
        }
        let answered = body.clone();
        let server = Server::start(move |_| json(200, answered.clone())).await;
        let request = || Request::<Value>::new(&server.client(), &LIST, decode::json);
        let mut items = request().items(token, things);
        is_reported(&items.try_next().await.unwrap_err());
        assert!(!items.is_done());
        is_reported(&request().pages(token).try_next().await.unwrap_err());
        is_reported(&request().untyped_pages().try_next().await.unwrap_err());
    }
}

#[tokio::test]
async fn a_later_page_with_only_errors_is_an_error_and_is_requested_again() {
    let first = r#"{"payload":{"Things":[1],"NextToken":"t1"}}"#;
    let server =
        Server::replying([json(200, first), json(200, ERRORS), json(200, r#"{"payload":{"Things":[2]}}"#)]).await;
    let mut items = Request::<Value>::new(&server.client(), &LIST, decode::json).items(token, things);
    assert_eq!(items.try_next().await.unwrap(), Some(1.into()));
    is_reported(&items.try_next().await.unwrap_err());
    assert_eq!(items.try_next().await.unwrap(), Some(2.into()));
    assert_eq!(items.try_next().await.unwrap(), None);
}

#[tokio::test]
async fn errors_beside_data_stay_in_the_success() {
    for body in [
        r#"{"payload":{"Things":[1]},"errors":[{"code":"C"}]}"#,
        r#"{"responses":[{"status":{"statusCode":400},"body":{"errors":[{"code":"C"}]}}]}"#,
        r#"[{"Status":"ClientError","errors":[{"code":"C"}]}]"#,
        r#"{"errors":[],"payload":null}"#,
        r#"{"errors":[{"code":"C"}],"accepted":0}"#,
    ] {
        let server = Server::start(move |_| json(200, body)).await;
        assert_eq!(send(&server, &SEARCH).await.unwrap(), serde_json::from_str::<Value>(body).unwrap());
        server.client().request(Method::GET, "/a").send().await.unwrap();
    }
}

/// A type of a page whose members may all be absent.
#[derive(Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct AllOptional {
    orders: Option<Vec<String>>,
}

/// A type that has the members of an error.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Outcome {
    code: String,
    message: Option<String>,
}

const BARE: [&str; 4] = [
    r#"{"code":"InternalFailure","message":"It is broken."}"#,
    r#"{"errorCode":"InternalFailure","errorMessage":"It is broken.","requestId":"R"}"#,
    r#"[{"code":"InternalFailure","message":"It is broken.","details":""}]"#,
    "\u{feff}{\"message\":\"It is broken.\",\"code\":\"InternalFailure\"}",
];

#[tokio::test]
async fn an_error_without_a_name_around_it_is_an_error_where_the_type_has_no_place_for_it() {
    for body in BARE {
        let server = Server::start(move |_| json(200, body)).await;
        let client = server.client();
        for operation in [&GET, &POST, &PUT] {
            is_reported(&Request::<AllOptional>::new(&client, operation, decode::json).send().await.unwrap_err());
            is_reported(
                &Request::<Vec<AllOptional>>::new(&client, operation, decode::json_list).send().await.unwrap_err(),
            );
            is_reported(&Request::<Vec<u64>>::new(&client, operation, decode::json_list).send().await.unwrap_err());
            is_reported(
                &Request::<Option<AllOptional>>::new(&client, operation, decode::json_or_empty)
                    .send()
                    .await
                    .unwrap_err(),
            );
            is_reported(&Request::<()>::new(&client, operation, decode::empty).send().await.unwrap_err());
        }
        // Where the type says nothing, what was only read is data of no operation.
        for operation in [&GET, &SEARCH] {
            is_reported(&send(&server, operation).await.unwrap_err());
        }
        send(&server, &POST).await.unwrap();
    }
}

#[tokio::test]
async fn data_that_look_like_an_error_stay_a_success() {
    let body = BARE[0];
    let server = Server::start(move |_| json(200, body)).await;
    for operation in [&GET, &POST] {
        let answer = Request::<Outcome>::new(&server.client(), operation, decode::json).send().await.unwrap();
        assert_eq!(answer.code, "InternalFailure");
    }
    for body in [
        r#"{"code":"SUCCESS","message":"It is done."}"#,
        r#"{"code":200,"message":"It is done."}"#,
        r#"{"message":"It is done."}"#,
        r#"{"code":"ANcode"}"#,
        r#"{"code":"C","message":"m","orders":["1"]}"#,
    ] {
        let server = Server::start(move |_| json(200, body)).await;
        Request::<AllOptional>::new(&server.client(), &GET, decode::json).send().await.unwrap();
        Request::<()>::new(&server.client(), &POST, decode::empty).send().await.unwrap();
        send(&server, &GET).await.unwrap();
    }
}

#[tokio::test]
async fn errors_beside_an_empty_list_and_what_was_asked_for_are_an_error() {
    for body in [
        ERRORS.replacen('{', r#"{"payload":{"Things":[],"CreatedBefore":"2026-01-02T03:04:05Z"},"#, 1),
        ERRORS.replacen('{', r#"{"things":[],"count":0,"#, 1),
        ERRORS.replacen('{', r#"{"pagination":{"pageSize":20,"hasMore":false},"things":[],"#, 1),
    ] {
        let server = Server::start(move |_| json(200, body.clone())).await;
        is_reported(&send(&server, &LIST).await.unwrap_err());
        is_reported(&Request::<AllOptional>::new(&server.client(), &GET, decode::json).send().await.unwrap_err());
    }
}

#[tokio::test]
async fn a_bare_error_does_not_repeat_the_access_token() {
    let server = Server::start(|seen| {
        let token = seen.token().to_owned();
        json(200, format!(r#"{{"code":"C","message":"it was {token}"}}"#))
    })
    .await;
    let error = Request::<AllOptional>::new(&server.client(), &GET, decode::json).send().await.unwrap_err();
    assert!(error.to_string().contains("it was [hidden]"), "{error}");
    assert_eq!(error.attempts(), 1);
}

#[tokio::test]
async fn an_empty_answer_to_a_reading_call_is_requested_again_and_then_an_error() {
    for blank in ["", " \r\n\t ", "\u{feff}", "\u{feff}\n"] {
        for operation in [&GET, &SEARCH] {
            let server = Server::replying([json(200, blank), json(200, blank), ok()]).await;
            send(&server, operation).await.unwrap();
            assert_eq!(server.calls().len(), 3);

            let server = Server::start(move |_| json(200, blank)).await;
            let error = send(&server, operation).await.unwrap_err();
            assert!(error.is_decode() && error.decode_path() == Some("") && !error.outcome_unknown(), "{error}");
            assert_eq!((error.attempts(), server.calls().len()), (4, 4));
            assert!(
                error.to_string().contains("it is empty: 200 OK, after 4 attempts (request id request-1)"),
                "{error}"
            );
            // The program reads in this way, because some of its answers may be empty.
            let read = Request::<Option<Value>>::new(&server.client(), operation, decode::json_or_empty).send().await;
            assert!(read.unwrap_err().is_decode());
        }
        let server = Server::replying([json(200, blank), ok()]).await;
        server.client().request(Method::GET, "/a").send().await.unwrap();
        assert_eq!(server.calls().len(), 2);
    }
    let server = Server::replying([json(200, ""), json(200, r#"{"restrictedDataToken":"Atz.sprdt|1"}"#), ok()]).await;
    let mut call = Request::<Value>::new(&server.client(), &ADDRESS, decode::json);
    call.restricted([]);
    call.send().await.unwrap();
    assert_eq!(server.calls().len(), 3);
}

#[tokio::test]
async fn an_empty_answer_is_none_where_allowed_and_after_a_write() {
    let server = Server::start(|_| json(204, "")).await;
    let read = Request::<Option<Value>>::new(&server.client(), &GET, decode::json_or_empty).send().await.unwrap();
    assert_eq!(read.into_inner(), None);
    let server = Server::start(|_| json(200, "")).await;
    for operation in [&POST, &PUT] {
        Request::<()>::new(&server.client(), operation, decode::empty).send().await.unwrap();
        let error = send(&server, operation).await.unwrap_err();
        assert!(error.is_decode() && error.attempts() == 1, "{error}");
    }
    assert_eq!(server.calls().len(), 4);
}

#[tokio::test]
async fn a_login_with_a_success_that_is_empty_is_tried_again_and_one_with_an_error_says_it() {
    let replies = |replies: Vec<Reply>| {
        let replies = Mutex::new(replies.into_iter());
        Server::start_all(move |_| {
            let reply = replies.lock().unwrap().next().unwrap_or_else(ok);
            async move { reply }
        })
    };
    let server = replies(vec![json(200, ""), json(200, " "), support::token(1), ok()]).await;
    send(&server, &GET).await.unwrap();
    assert_eq!(server.logins().len(), 3);

    let server = replies(vec![json(200, ""), json(200, ""), json(200, ""), json(200, ""), ok()]).await;
    let error = send(&server, &GET).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Login && error.to_string().contains("without a body"), "{error}");
    assert_eq!(server.logins().len(), 4);

    let server = replies(vec![json(200, r#"{"error":"invalid_grant","error_description":"It is revoked."}"#)]).await;
    let error = send(&server, &GET).await.unwrap_err();
    assert_eq!(error.login_code(), Some(&spapi_core::auth::LoginCode::InvalidGrant), "{error}");
    assert!(error.is_auth() && error.to_string().contains("invalid_grant: It is revoked"), "{error}");
}

//! What a server answers, and what becomes of it.

use crate::shared::feed;
use serde_json::{Value, json};
use spapi_events::consume::{Consumer, Delivery, Queue, QueueErrorKind, Receipt, SqsQueue};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request: its headers in lower case, and its body.
#[derive(Clone, Debug)]
struct Request {
    head: String,
    body: Value,
}

impl Request {
    fn action(&self) -> &str {
        let target = self.head.lines().find_map(|line| line.strip_prefix("x-amz-target: amazonsqs.")).unwrap();
        target.trim()
    }
}

/// A server that answers with bytes of HTTP. It keeps the requests.
#[derive(Clone)]
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    async fn start(answer: impl Fn(&Request) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server =
            Self { url: format!("http://{}/123456789012/q", listener.local_addr().unwrap()), requests: Arc::default() };
        let (requests, answer) = (Arc::clone(&server.requests), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (requests, answer) = (Arc::clone(&requests), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut stream = stream;
                    let Some(request) = read(&mut stream).await else { return };
                    requests.lock().unwrap().push(request.clone());
                    let _ = stream.write_all(answer(&request).as_bytes()).await;
                });
            }
        });
        server
    }

    fn queue(&self) -> SqsQueue {
        let builder = SqsQueue::builder(&self.url).region("eu-west-1");
        builder.credentials("AKIDEXAMPLE", "open-sesame", Some("a-session".into())).build().unwrap()
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let mut part = [0; 4096];
        let length = stream.read(&mut part).await.ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&part[..length]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.trim().parse().ok()?;
        if bytes.len() - end - 4 >= length {
            return Some(Request { head, body: serde_json::from_slice(&bytes[end + 4..]).unwrap() });
        }
    }
}

fn http(status: u16, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

fn ok(body: &Value) -> String {
    http(200, "", &body.to_string())
}

pub async fn requests_are_signed_and_complete() {
    let server = Server::start(|_| ok(&json!({}))).await;
    let queue = server.queue();
    assert!(queue.receive(50, Duration::from_secs(90), Duration::from_millis(1500)).await.unwrap().is_empty());
    let requests = server.requests();
    let head = &requests[0].head;
    for part in [
        "post / http/1.1",
        "content-type: application/x-amz-json-1.0",
        "x-amz-target: amazonsqs.receivemessage",
        "x-amz-security-token: a-session",
        "authorization: aws4-hmac-sha256 credential=akidexample/",
        "/eu-west-1/sqs/aws4_request, signedheaders=content-type;host;",
    ] {
        assert!(head.contains(part), "{part}: {head}");
    }
    assert!(!head.contains("sesame"), "{head}");
    let expected = json!({
        "QueueUrl": server.url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 20, "VisibilityTimeout": 2,
        "MessageSystemAttributeNames": ["ApproximateReceiveCount", "SentTimestamp"],
    });
    assert_eq!(requests[0].body, expected);
}

pub async fn refusals_are_named_and_show_no_secret() {
    let error =
        |code: &str| format!("{{\"__type\":\"com.amazonaws.sqs#{code}\",\"message\":\"open-sesame a-session AQEB\"}}");
    for (status, headers, body, kind, words) in [
        (400, "", error("QueueDoesNotExist"), QueueErrorKind::Gone, "the queue does not exist"),
        (403, "", error("ExpiredTokenException"), QueueErrorKind::Credentials, "have expired"),
        (403, "", error("UnrecognizedClientException"), QueueErrorKind::Credentials, "Set AWS_ACCESS_KEY_ID"),
        (
            403,
            "date: Tue, 01 Jan 2030 00:00:00 GMT\r\n",
            error("SignatureDoesNotMatch"),
            QueueErrorKind::Clock,
            "minutes behind Amazon's",
        ),
        (
            403,
            "date: Tue, 01 Jan 2019 00:00:00 GMT\r\n",
            error("InvalidSignatureException"),
            QueueErrorKind::Clock,
            "minutes ahead of Amazon's",
        ),
        (400, "", error("RequestTimeTooSkewed"), QueueErrorKind::Clock, "Set the clock"),
        (400, "", error("RequestThrottled"), QueueErrorKind::Throttled, "too many requests"),
        (500, "", error("InternalFailure"), QueueErrorKind::Server, "failed"),
        (503, "", "<html>busy</html>".to_owned(), QueueErrorKind::Server, "HTTP 503"),
    ] {
        let server = Server::start(move |_| http(status, headers, &body)).await;
        let error = server.queue().receive(1, Duration::ZERO, Duration::from_secs(1)).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(error.kind() == kind && shown.contains(words), "{shown}");
        assert!(!["sesame", "a-session", "AQEB"].iter().any(|secret| shown.contains(secret)), "{shown}");
    }
}

pub async fn an_answer_that_is_cut_off_or_is_no_json_may_pass() {
    let whole = ok(&json!({ "Messages": [] }));
    for answer in [
        String::new(),
        "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"Messages\":[".to_owned(),
        http(200, "", "<html>Sign in to the network</html>"),
        http(200, "", "{\"Messages\":[{\"Body\":7}]}"),
        whole[..20].to_owned(),
    ] {
        let server = Server::start(move |_| answer.clone()).await;
        let error = server.queue().receive(1, Duration::ZERO, Duration::from_secs(1)).await.unwrap_err();
        assert!(matches!(error.kind(), QueueErrorKind::Connect | QueueErrorKind::Server), "{error:?}");
    }
}

pub async fn a_server_that_is_not_there_may_come_back() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let queue = SqsQueue::builder(&format!("http://127.0.0.1:{port}/1/q")).credentials("k", "s", None).build().unwrap();
    let error = queue.receive(1, Duration::ZERO, Duration::from_secs(1)).await.unwrap_err();
    assert!(error.kind() == QueueErrorKind::Connect && error.to_string().contains("cannot be reached"), "{error}");
}

pub async fn credentials_of_the_environment_are_needed() {
    // The tests run without a role of AWS, or at least without these files.
    let error = SqsQueue::builder("arn:aws:sqs:eu-west-1:1:q").credentials("", "s", None).build().unwrap_err();
    assert!(error.kind() == QueueErrorKind::Credentials && error.to_string().contains("AWS_ACCESS_KEY_ID"), "{error}");
}

pub async fn a_batch_that_failed_in_part_is_sent_again_in_part() {
    let deleted: Arc<Mutex<Vec<String>>> = Arc::default();
    let received = Arc::new(Mutex::new(false));
    let noted = Arc::clone(&deleted);
    let server = Server::start(move |request| match request.action() {
        "receivemessage" if !std::mem::replace(&mut *received.lock().unwrap(), true) => {
            let message = |number: usize| {
                json!({
                    "MessageId": number.to_string(), "ReceiptHandle": format!("receipt-{number}"), "Body": feed(&number.to_string()),
                    "Attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "1764500000000" },
                })
            };
            ok(&json!({ "Messages": (0..10).map(message).collect::<Vec<_>>() }))
        }
        "deletemessagebatch" => {
            let entries = request.body["Entries"].as_array().unwrap().clone();
            // It answers 200, although every second one failed or is not named.
            let (mut successful, mut failed) = (Vec::new(), Vec::new());
            for (index, entry) in entries.iter().enumerate() {
                match index % 4 {
                    1 => failed.push(json!({ "Id": entry["Id"], "Code": "InternalError", "SenderFault": false })),
                    3 => {}
                    _ => {
                        noted.lock().unwrap().push(entry["ReceiptHandle"].as_str().unwrap().to_owned());
                        successful.push(json!({ "Id": entry["Id"] }));
                    }
                }
            }
            ok(&json!({ "Successful": successful, "Failed": failed }))
        }
        _ => ok(&json!({})),
    })
    .await;
    let consumer = Consumer::new(server.queue(), |_: Delivery| async { Ok(()) });
    let summary = consumer.wait(Duration::ZERO).until_empty().run(std::future::pending()).await.unwrap();
    let mut deleted = deleted.lock().unwrap().clone();
    deleted.sort();
    let expected: Vec<_> = (0..10).map(|number| format!("receipt-{number}")).collect();
    assert_eq!((deleted, summary.handled, summary.undeleted), (expected, 10, 0));
    let refused = server.queue().delete(&["a", "b", "c", "d"].map(Receipt::new)).await.unwrap();
    assert_eq!(refused.iter().map(|refused| refused.index).collect::<Vec<_>>(), [1, 3]);
}

//! The exchanges that an observer sees.
#![cfg(feature = "observe")]

mod support;

use spapi_core::operation::{Operation, Restricted};
use spapi_core::{BodyType, Exchange, Method, Observer, Request, Value, decode};
use std::sync::{Arc, Mutex};
use support::{GET, POST, Reply, Server, json};

#[derive(Default)]
struct Seen(Mutex<Vec<String>>);

impl Observer for Seen {
    fn observe(&self, exchange: &Exchange<'_>) {
        let read = |of: BodyType, body: &[u8]| {
            let mut json = serde_json::Deserializer::from_slice(body);
            let mut again = None;
            let mut reader = <dyn erased_serde::Deserializer<'_>>::erase(&mut json);
            of.read(&mut reader, &mut |value| again = serde_json::to_string(value).ok()).ok()?;
            again
        };
        let answer = exchange.answer_type.and_then(|of| read(of, exchange.body));
        let asked = exchange.request_type.zip(exchange.request_body).and_then(|(of, body)| read(of, body));
        let query: Vec<_> = exchange.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.0.lock().unwrap().push(format!(
            "{} {} {} {:?} {:?} {:?} {:?}",
            exchange.operation.id,
            exchange.path,
            query.join("&"),
            exchange.path_parameters,
            asked.as_deref().unwrap_or_default(),
            exchange.status.as_u16(),
            answer.as_deref().unwrap_or_default(),
        ));
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Thing {
    id: u8,
}

static ADDRESS: Operation =
    Operation::new("test", "v1", "getAddress", Method::GET, "/address/{id}").restricted(Restricted::new());

#[tokio::test]
async fn an_observer_sees_each_answer_once_and_no_tokens() {
    let server = Server::replying([
        json(503, "busy"),
        json(200, r#"{"id":7,"unknown":1}"#),
        json(200, r#"{"id":"Mary"}"#),
        Reply::Close,
        json(403, r#"{"message":"no token"}"#),
        json(200, r#"{"restrictedDataToken":"Atza|r"}"#),
        json(200, r#"{"id":8}"#),
        json(200, "text"),
        json(204, ""),
    ])
    .await;
    let seen = Arc::new(Seen::default());
    let client = server.builder().observer(Arc::clone(&seen)).observer(Arc::clone(&seen)).build().unwrap();
    let mut get = Request::<Thing>::new(&client, &GET, decode::json);
    get.query("a b", "c d");
    get.send().await.unwrap();
    let mut post = Request::<Thing>::new(&client, &POST, decode::json);
    post.json(&Thing { id: 3 });
    assert!(post.clone().send().await.unwrap_err().is_decode());
    post.send().await.unwrap_err();
    let mut address = Request::<Thing>::new(&client, &ADDRESS, decode::json);
    address.path("id", "x/y");
    address.restricted([]);
    address.clone().send().await.unwrap_err();
    address.send().await.unwrap();
    client.request(Method::GET, "/by/path").send().await.unwrap();
    Request::<Option<Value>>::new(&client, &GET, decode::json_or_empty).send().await.unwrap();

    let seen = seen.0.lock().unwrap();
    let expected = [
        r#"getThings /test/v1/things a b=c%20d [] "" 503 """#,
        r#"getThings /test/v1/things a b=c%20d [] "" 200 "{\"id\":7}""#,
        r#"createThing /test/v1/things  [] "{\"id\":3}" 200 """#,
        r#"getAddress /address/x%2Fy  [("id", "x/y")] "" 200 "{\"id\":8}""#,
        r#" /by/path  [] "" 200 """#,
        r#"getThings /test/v1/things  [] "" 204 """#,
    ];
    assert_eq!(*seen, expected.iter().flat_map(|line| [*line, *line]).collect::<Vec<_>>());
}

//! Exchanges are recorded without personal data and replayed instead of Amazon's answers.

#[path = "../../core/tests/support/mod.rs"]
mod support;

use spapi_core::operation::{Operation, Paging, Restricted};
use spapi_core::{Client, Error, Marketplace, Method, Request, Value, decode};
use spapi_record::{Recorder, Replay};
use std::path::Path;
use std::time::Duration;
use support::{GET, POST, Reply, Server, json, ok};

static THING: Operation = Operation::new("test", "v1", "getThing", Method::GET, "/test/v1/things/{thingId}");
static LIST: Operation = Operation::new("test", "v1", "listThings", Method::GET, "/test/v1/list")
    .paging(Paging::token("pageToken", "next").items("things"));

spapi_core::open_enum! {
    /// A test's enum.
    pub enum State { New = "NEW", Sold = "SOLD" }
}

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Thing {
    #[serde(deserialize_with = "spapi_core::absent::or_default")]
    thing_id: String,
    state: Option<State>,
    quantity: Option<i64>,
}

#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Page {
    #[serde(deserialize_with = "spapi_core::absent::list")]
    things: Vec<Thing>,
    next: Option<String>,
}

fn thing(client: &Client, id: &str) -> Request<Thing> {
    let mut request = Request::new(client, &THING, decode::json);
    request.path("thingId", id);
    request
}

fn list(client: &Client) -> Request<Page> {
    let mut request = Request::new(client, &LIST, decode::json);
    request.query("createdAfter", "2026-01-31T00:00:00Z");
    request.query_csv("marketplaceIds", [Marketplace::JP, Marketplace::AU]);
    request.query("state", "SOLD");
    request
}

/// The names of the files in a folder, and what is in them.
fn recordings(folder: &Path) -> Vec<(String, Value)> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    files.iter().map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), read(path))).collect()
}

/// The `N` recordings in a folder.
fn contents<const N: usize>(folder: &Path) -> [Value; N] {
    recordings(folder).into_iter().map(|(_, value)| value).collect::<Vec<_>>().try_into().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    recordings(folder).into_iter().map(|(name, _)| name).collect()
}

/// A folder with these recordings.
fn folder_of(recordings: &[Value]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (index, recording) in recordings.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{index:02}.json")), recording.to_string()).unwrap();
    }
    folder
}

fn recording(operation: &Operation, parameters: Value, query: &[&str], response: Value) -> Value {
    serde_json::json!({
        "operation": {"section": operation.section, "version": operation.version, "id": operation.id},
        "request": {
            "method": operation.method.as_str(), "path": operation.path, "path_parameters": parameters, "query": query
        },
        "response": response
    })
}

fn no_parameters() -> Value {
    serde_json::json!({})
}

fn recorder(folder: impl Into<std::path::PathBuf>) -> Recorder {
    Recorder::in_folder(folder).unwrap()
}

fn replaying(replay: &Replay) -> Client {
    replay.client(Marketplace::JP).build().unwrap()
}

#[tokio::test]
async fn each_answer_becomes_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::replying([
        json(429, r#"{"errors":[{"code":"QuotaExceeded","message":"Mary has no more"}]}"#),
        json(200, r#"{"thingId":"thing-1234567","state":"SOLD","quantity":7,"buyer":"Mary"}"#),
        Reply::Close,
        json(200, r#"{"thingId":"thing-7654321","state":"LOST","quantity":1234567}"#),
        json(200, r#"{"things":[{"thingId":"thing-1234567"}],"next":null}"#),
        json(503, "<html>Mary</html>"),
        json(204, ""),
    ])
    .await;
    let client = server.builder().observer(recorder(folder.path().join("new"))).build().unwrap();
    thing(&client, "thing-1234567").send().await.unwrap();
    thing(&client, "thing-7654321").send().await.unwrap();
    list(&client).send().await.unwrap();
    let mut post = Request::<Option<Page>>::new(&client, &POST, decode::json_or_empty);
    post.json(&Thing { thing_id: "thing-1234567".into(), state: Some(State::New), quantity: Some(3) });
    post.clone().send().await.unwrap_err();
    post.send().await.unwrap();

    let recorded = recordings(&folder.path().join("new"));
    let names: Vec<_> = recorded.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "0001-test-v1-getThing.json",
            "0002-test-v1-getThing.json",
            "0003-test-v1-getThing.json",
            "0004-test-v1-listThings.json",
            "0005-test-v1-createThing.json",
            "0006-test-v1-createThing.json",
        ]
    );
    let [throttled, sold, lost, list, failed, done] = contents(&folder.path().join("new"));
    assert_eq!(throttled["response"]["status"], 429);
    assert_eq!(throttled["response"]["body"]["errors"][0]["code"], "QuotaExceeded");
    assert_ne!(throttled["response"]["body"]["errors"][0]["message"], "Mary has no more");
    assert_eq!(sold["request"]["path"], "/test/v1/things/{thingId}");
    let id = &sold["response"]["body"]["thingId"];
    assert!(id != "thing-1234567" && id.as_str().unwrap().len() == 13, "{id}");
    assert_eq!(sold["request"]["path_parameters"]["thingId"], *id);
    assert_eq!(list["response"]["body"]["things"][0]["thingId"], *id);
    assert_eq!(failed["request"]["body"], serde_json::json!({"thingId": id, "state": "NEW", "quantity": 3}));
    assert_eq!(
        (&sold["response"]["body"]["state"], &sold["response"]["body"]["quantity"]),
        (&"SOLD".into(), &7.into())
    );
    assert!(lost["response"]["body"]["state"] != "LOST" && lost["response"]["body"]["quantity"] != 1234567);
    let query: Vec<_> =
        list["request"]["query"].as_array().unwrap().iter().map(|pair| pair.as_str().unwrap()).collect();
    assert_eq!(query[..2], ["createdAfter=2026-01-31T00:00:00Z", "marketplaceIds=A1VC38T7YXB528,A39IBJ37TRP1C6"]);
    assert!(query[2].starts_with("state=") && query[2] != "state=SOLD", "{query:?}");
    assert_eq!(failed["response"]["text"].as_str().unwrap().len(), "<html>Mary</html>".len());
    assert_eq!(done["response"], serde_json::json!({"status": 204, "headers": done["response"]["headers"]}));
    // The file must be readable by people.
    let text = std::fs::read_to_string(folder.path().join("new").join(names[1])).unwrap();
    assert!(text.lines().count() > 20 && text.ends_with("}\n"), "{text}");
}

#[tokio::test]
async fn many_calls_at_once_have_a_file_each() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_| json(200, r#"{"thingId":"thing-1234567"}"#)).await;
    let client = server.builder().observer(recorder(folder.path())).build().unwrap();
    let calls: Vec<_> = (0..60).map(|_| tokio::spawn(thing(&client, "thing-1234567").send())).collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let recorded = recordings(folder.path());
    assert_eq!(recorded.len(), 60);
    let ids: std::collections::HashSet<_> =
        recorded.iter().map(|(_, value)| &value["response"]["body"]["thingId"]).collect();
    assert_eq!(ids.len(), 1, "equal texts have equal stand-ins");
    assert_eq!(recorded[59].0, "0060-test-v1-getThing.json");
}

#[tokio::test]
async fn data_without_a_type_is_left_out_and_tokens_are_not_recorded() {
    static ADDRESS: Operation =
        Operation::new("test", "v1", "getAddress", Method::GET, "/address").restricted(Restricted::new());
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|seen| match seen.target.as_str() {
        "/tokens/2021-03-01/restrictedDataToken" => json(200, r#"{"restrictedDataToken":"Atza|restricted"}"#),
        _ => json(200, r#"{"thingId":"thing-1234567"}"#),
    })
    .await;
    let client = server.builder().observer(recorder(folder.path())).build().unwrap();
    let by_path = client
        .request(Method::POST, String::from("/test/v1/things/Mary-1234567"))
        .query(String::from("Mary"), "Miller");
    by_path.json(&"Mary").send().await.unwrap();
    let mut address = Request::<Thing>::new(&client, &ADDRESS, decode::json);
    address.restricted([]);
    address.send().await.unwrap();
    Request::<Value>::new(&client, &GET, decode::json).send().await.unwrap();
    Request::<()>::new(&client, &GET, decode::empty).send().await.unwrap();

    assert!(!server.logins().is_empty() && server.calls().len() == 5);
    let [by_path, address, anything, unread] = contents(folder.path());
    assert_eq!(names(folder.path())[0], "0001-by-path.json");
    assert!(by_path["request"]["path"].as_str().unwrap().starts_with("/test/v1/"));
    assert!(!by_path.to_string().contains("Mary") && !by_path.to_string().contains("Miller"), "{by_path}");
    for left_out in [&by_path, &anything] {
        assert_eq!(left_out["response"]["body_left_out"], true);
        assert!(left_out["response"].get("body").is_none() && left_out["request"].get("body").is_none());
    }
    assert_eq!(address["operation"]["id"], "getAddress");
    assert!(unread["response"].get("body_left_out").is_none() && unread["response"].get("body").is_none());
}

#[tokio::test]
async fn an_answer_of_nothing_but_a_byte_order_mark_is_recorded_without_a_body() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::replying([json(200, "\u{feff}\r\n"), json(200, "\u{feff}Mary")]).await;
    let client = server.builder().observer(recorder(folder.path())).build().unwrap();
    let post = Request::<Option<Page>>::new(&client, &POST, decode::json_or_empty);
    assert!(post.clone().send().await.unwrap().is_none());
    post.send().await.unwrap_err();
    let [blank, text] = contents(folder.path());
    assert_eq!(blank["response"], serde_json::json!({"status": 200, "headers": blank["response"]["headers"]}));
    assert!(text["response"]["text"].is_string(), "{text}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_an_error_of_the_recorder_and_later_not_of_a_call() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_| ok()).await;
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = Recorder::in_folder(&file).unwrap_err();
    assert!(error.is_config() && error.to_string().contains("cannot record into"), "{error}");

    let used = folder.path().join("used");
    let client = server.builder().observer(recorder(&used)).build().unwrap();
    thing(&client, "1").send().await.unwrap();
    let error = Recorder::in_folder(&used).unwrap_err();
    assert!(error.is_config() && error.to_string().contains("holds recordings already"), "{error}");

    std::fs::remove_dir_all(&used).unwrap();
    thing(&client, "1").send().await.unwrap();
}

#[tokio::test]
async fn recordings_are_replayed_without_a_network() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::replying([
        json(
            200,
            r#"{"things":[{"thingId":"thing-1234567","quantity":1},{"thingId":"thing-7654321"}],"next":"abc-123456"}"#,
        ),
        json(200, r#"{"things":[],"next":"def-123456"}"#),
        json(503, "<html>busy</html>"),
        json(200, r#"{"things":[{"thingId":"thing-2222222","state":"SOLD"}],"next":""}"#),
        json(404, r#"{"errors":[{"code":"NotFound","message":"Mary"}]}"#),
        json(200, r#"["thing-1234567"]"#),
        json(200, "<html>no JSON</html>"),
    ])
    .await;
    let recorded = server.builder().observer(recorder(folder.path())).build().unwrap();
    let run = async |client: &Client| {
        let mut items = list(client).items(|page| page.next.as_deref(), |page| page.things);
        let mut seen = Vec::new();
        while let Some(item) = items.try_next().await.unwrap() {
            seen.push((item.thing_id, item.state, item.quantity));
        }
        let mut errors = Vec::new();
        for _ in 0..3 {
            errors.push(thing(client, "thing-7654321").send().await.unwrap_err());
        }
        (seen, errors)
    };
    let (seen, errors) = run(&recorded).await;
    let calls = server.calls().len();

    for strict in [false, true] {
        let replay = Replay::open(folder.path()).unwrap();
        let replay = if strict { replay.strict() } else { replay };
        assert_eq!(replay.unserved().len(), 7);
        let (replayed, replayed_errors) = run(&replaying(&replay)).await;
        assert_eq!(replay.unserved(), [""; 0]);
        let kept = |seen: &[(String, Option<State>, Option<i64>)]| {
            seen.iter().map(|(id, state, quantity)| (id.len(), state.clone(), *quantity)).collect::<Vec<_>>()
        };
        assert_eq!(kept(&replayed), kept(&seen));
        assert_ne!(replayed[0].0, seen[0].0);
        for (replayed, recorded) in replayed_errors.iter().zip(&errors) {
            assert_eq!(replayed.status(), recorded.status());
            assert_eq!(replayed.codes().collect::<Vec<_>>(), recorded.codes().collect::<Vec<_>>());
            assert_eq!(replayed.decode_path(), recorded.decode_path());
            assert_eq!(replayed.request_id().map(str::len), recorded.request_id().map(str::len));
        }
        assert_eq!((errors[1].decode_path(), errors[2].decode_path()), (Some(""), Some("")));
        let error = thing(&replaying(&replay), "thing-7654321").send().await.unwrap_err();
        assert!(error.is_input() && error.to_string().contains("all 3 recordings of it in"), "{error}");
    }
    assert_eq!(server.calls().len(), calls, "the replay sent something");
}

#[tokio::test(start_paused = true)]
async fn a_replay_needs_neither_waits_nor_credentials() {
    static RARE: Operation = Operation::new("test", "v1", "getRare", Method::GET, "/rare").rate(0.001, 1);
    let throttled = serde_json::json!({"status": 429, "headers": {"retry-after": "200"}});
    let expired = serde_json::json!({"status": 403, "body": {"message": "The access token has expired."}});
    let done = serde_json::json!({"status": 200, "body": {"thingId": "a"}});
    let folder = folder_of(
        &[throttled, expired, done.clone(), done].map(|response| recording(&RARE, no_parameters(), &[], response)),
    );
    let replay = Replay::open(folder.path()).unwrap();
    let client = replaying(&replay);
    let started = tokio::time::Instant::now();
    for _ in 0..2 {
        let mut request = Request::<Thing>::new(&client, &RARE, decode::json);
        request.query("anything", 1);
        assert_eq!(request.send().await.unwrap().thing_id, "a");
    }
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert!(replay.unserved().is_empty());
}

/// The error of a call that has no answer in the recordings.
async fn refused<T>(request: Request<T>) -> String {
    let error: Error = match request.send().await {
        Ok(_) => panic!("a recording answered the call"),
        Err(error) => error,
    };
    assert!(error.is_input() && !error.outcome_unknown(), "{error}");
    error.to_string()
}

#[tokio::test]
async fn a_strict_replay_says_what_differs() {
    let response = serde_json::json!({"status": 200, "body": {}});
    let query = |token: &'static str| {
        ["createdAfter=2026-01-31T00:00:00Z", "marketplaceIds=A1VC38T7YXB528,A39IBJ37TRP1C6", "state=QWER", token]
    };
    let parameters = serde_json::json!({"thingId": "xyzab-7654321"});
    let folder = folder_of(&[
        recording(&LIST, no_parameters(), &query("pageToken=Mary")[..3], response.clone()),
        recording(&LIST, no_parameters(), &query("pageToken=Mary"), response.clone()),
        recording(&THING, parameters, &[], response),
    ]);
    let replay = Replay::open(folder.path()).unwrap().strict();
    let client = replaying(&replay);

    let mut other = list(&client);
    other.query("createdAfter", "2026-02-01T00:00:00Z");
    other.query("limit", 7);
    let error = refused(other).await;
    assert!(
        error.contains(
            "the nearest, 00.json, differs: the query parameter createdAfter has another value, the query \
             parameter limit is not in the recording."
        ),
        "{error}"
    );
    let mut page = Request::<Page>::new(&client, &LIST, decode::json);
    page.query("pageToken", "Mary");
    let error = refused(page).await;
    assert!(
        error.contains("nearest, 01.json") && error.contains("createdAfter of the recording is not set"),
        "{error}"
    );
    assert!(!error.contains("Mary"), "{error}");
    for id in ["thing-12345678", "thing_1234567", "things-123456", "Thing-1234567"] {
        let error = refused(thing(&client, id)).await;
        assert!(error.contains("the path parameter thingId has another value"), "{error}");
    }
    let error = refused(Request::<Page>::new(&client, &GET, decode::json)).await;
    assert!(error.contains("there is no recording of it in"), "{error}");
    assert_eq!(replay.unserved().len(), 3, "a failed call uses no recording");

    // A value with the shape of the stand-in may be the recorded one.
    thing(&client, "thing-1234567").send().await.unwrap();
    let mut second = list(&client);
    second.query("pageToken", "Mary");
    second.send().await.unwrap();
    list(&client).send().await.unwrap();
    assert!(replay.unserved().is_empty());
}

#[tokio::test]
async fn a_request_made_by_path_finds_the_recordings_of_the_operation() {
    let of = |id: &str, quantity: u8| {
        let response = serde_json::json!({"status": 200, "body": {"quantity": quantity}});
        recording(&THING, serde_json::json!({"thingId": id}), &[], response)
    };
    let folder = folder_of(&[of("a/b", 1), of("a1", 2)]);
    let replay = Replay::open(folder.path()).unwrap().strict();
    let client = replaying(&replay);
    let quantity = async |path: &str, id: &str| -> Value {
        let mut request = client.request(Method::GET, path.to_owned());
        if !id.is_empty() {
            request = request.path("id", id);
        }
        request.send().await.unwrap().json::<Value>().unwrap()["quantity"].clone()
    };
    assert_eq!(quantity("/test/v1/things/a1", "").await, 2);
    assert_eq!(quantity("/test/v1/things/{id}", "a/b").await, 1);
    let error = client.request(Method::GET, "/test/v1/things/a1/parts").send().await.unwrap_err();
    assert!(error.to_string().contains("there is no recording of it"), "{error}");
}

#[tokio::test]
async fn a_fixed_path_is_recorded_unchanged_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|seen| match seen.target.as_str() {
        "/sellers/v1/account" => json(200, r#"{"owner":"Mary"}"#),
        _ => json(404, r#"{"errors":[{"code":"NotFound","message":"Mary"}]}"#),
    })
    .await;
    let account = |client: &Client| client.request(Method::GET, "/sellers/v1/account").send();
    let thing = |client: &Client| {
        let request = client.request(Method::GET, "/test/v1/things/{thingId}/parts");
        request.path(String::from("thingId"), "thing-1234567").send()
    };
    let made = |client: &Client| client.request(Method::GET, format!("/test/v1/things/{}", "thing-1234567")).send();
    let recorded = server.builder().observer(recorder(folder.path())).build().unwrap();
    account(&recorded).await.unwrap();
    thing(&recorded).await.unwrap_err();
    made(&recorded).await.unwrap_err();

    let [of_account, of_thing, of_made] = contents(folder.path());
    assert_eq!(of_account["request"]["path"], "/sellers/v1/account");
    assert_eq!(of_thing["request"]["path"], "/test/v1/things/{thingId}/parts");
    let id = of_thing["request"]["path_parameters"]["thingId"].as_str().unwrap();
    assert!(id.len() == 13 && id != "thing-1234567", "{id}");
    let path = of_made["request"]["path"].as_str().unwrap();
    assert!(path.starts_with("/test/v1/") && path.ends_with(&format!("/{id}")) && !path.contains("things"), "{path}");

    for strict in [false, true] {
        let replay = Replay::open(folder.path()).unwrap();
        let replay = if strict { replay.strict() } else { replay };
        let client = replaying(&replay);
        let error = account(&client).await.unwrap_err();
        assert!(error.is_input(), "{error}");
        let said = error.to_string();
        assert!(said.contains("0001-by-path.json has no body") && said.contains("a section's crate"), "{said}");
        let error = thing(&client).await.unwrap_err();
        assert!(error.is_not_found() && error.codes().eq(["NotFound"]), "{error}");
        let error = made(&client).await.unwrap_err().to_string();
        assert!(error.contains("there is no recording of it") && error.contains("cannot be found again"), "{error}");
        let error = client.request(Method::GET, "/test/v1/others").send().await.unwrap_err().to_string();
        assert!(error.contains("Record it, and replay that") && !error.contains("found again"), "{error}");
        assert_eq!(replay.unserved(), ["0001-by-path.json", "0003-by-path.json"]);
    }
}

#[tokio::test]
async fn a_replay_answers_with_the_given_documents_and_accepts_uploads() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(|_| json(200, r#"{"thingId":"https://bucket.example/documents/Mary?signature=abc"}"#));
    let recorded = server.await.builder().observer(recorder(folder.path())).build().unwrap();
    thing(&recorded, "1").send().await.unwrap();
    let replay = Replay::open(folder.path()).unwrap();
    let url = thing(&replaying(&replay), "1").send().await.unwrap().into_inner().thing_id;
    assert!(url.starts_with("https://") && !url.contains("bucket") && !url.contains("Mary"), "{url}");

    // A folder that is opened again answers in the same way.
    let replay = Replay::open(folder.path()).unwrap().with_document(&url, "a\tb\n1\t2\n");
    let client = replaying(&replay);
    let url = thing(&client, "1").send().await.unwrap().into_inner().thing_id;
    let document = client.download(&url).open().await.unwrap();
    let mut rows = document.rows::<(u8, u8)>(spapi_core::document::Dialect::TSV).unwrap();
    assert_eq!((rows.try_next().await.unwrap(), rows.try_next().await.unwrap()), (Some((1, 2)), None));

    let error = client.download("https://mary.example/x?signature=abc").open().await.unwrap_err();
    let said = error.to_string();
    assert!(error.is_input() && said.contains("no document for this URL") && said.contains("with_document"), "{said}");
    assert!(!said.contains("mary") && !said.contains("abc"), "{said}");

    client.upload(&url, "text/plain").send("bytes").await.unwrap();
    client.upload(&url, "text/plain").send_reader(3, tokio::io::repeat(1)).await.unwrap_err();
    client.upload(&url, "text/plain").send_reader(3, &b"abc"[..]).await.unwrap();
}

#[test]
fn files_that_are_not_recordings_are_named() {
    let open = |recordings: &[Value]| Replay::open(folder_of(recordings).path()).unwrap_err();
    let error = open(&[]);
    assert!(error.is_config() && error.to_string().contains("there are no recordings in"), "{error}");
    let response = |response: Value| recording(&GET, no_parameters(), &[], response);
    for (value, reason) in [
        (serde_json::json!({"Mary": 1}), "00.json is not a recording: line 1, column"),
        (response(serde_json::json!({"status": 7})), "there is no such status"),
        (response(serde_json::json!({"status": 200, "body": 1, "text": ""})), "has a body and a text"),
        (response(serde_json::json!({"status": 200, "headers": {"a b": "c"}})), "a header of its answer"),
    ] {
        let error = open(&[value]);
        assert!(error.is_config() && error.to_string().contains(reason), "{error}");
        assert!(!error.to_string().contains("Mary"), "{error}");
    }
    let error = Replay::open("no such folder").unwrap_err();
    assert!(error.is_config() && error.to_string().contains("no such folder"), "{error}");
}

#[tokio::test]
async fn a_recording_written_by_hand_answers_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"{
        "operation": {"section": "test", "version": "v1", "id": "getThings"},
        "request": {"method": "GET", "path": "/test/v1/things"},
        "response": {"status": 200, "body": {"total": 17.310, "id": 12345678901234567890123}}
    }"#;
    std::fs::write(folder.path().join("1.json"), text).unwrap();
    let client = replaying(&Replay::open(folder.path()).unwrap());
    let answer = Request::<Value>::new(&client, &GET, decode::json).send().await.unwrap();
    assert_eq!(answer.body().as_ref(), br#"{"total": 17.310, "id": 12345678901234567890123}"#);
}

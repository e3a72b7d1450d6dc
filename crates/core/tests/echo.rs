//! Servers that repeat the secrets that they received: no error or log contains them.

mod support;
#[path = "support/traced.rs"]
mod traced;

use base64::Engine;
use spapi_core::auth::AuthorizationCode;
use spapi_core::operation::{Operation, Restricted};
use spapi_core::{Credentials, Error, Method, Request, Value, decode};
use std::error::Error as _;
use support::{GET, Reply, Seen, Server, json};
use traced::Everything;

static ADDRESS: Operation =
    Operation::new("test", "v1", "getAddress", Method::GET, "/address").restricted(Restricted::new());

const SECRET: &str = "amzn1.oa2-cs.v1.s/3+c r\"3t";
const REFRESH: &str = "Atzr|IwEBI refresh/+";
const CODE: &str = "ANcode0123456789";
const ACCESS: &str = "Atza|IwEBI\"access/0123456789abcdef";
const RESTRICTED: &str = "Atz.sprdt|IwEBI\"restricted/0123456789";

/// Parts of the secrets that no text may contain, in any spelling.
const NEEDLES: [&str; 12] = [
    "s/3+c",
    "s%2F3",
    "s%2f3",
    "IwEBI",
    "Atzr|",
    "Atza|",
    "Atz.sprdt|",
    "tzr%7C",
    "tza%7C",
    "tza\\u007c",
    "ANcode0123456789",
    "0123456789",
];

/// The text in the spellings that a server may repeat it in.
fn copies(text: &str) -> Vec<String> {
    let escaped = serde_json::to_string(text).unwrap();
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let form = encoded.replace("%20", "+");
    let units: String = text.chars().map(|c| format!("\\u{:04x}", c as u32)).collect();
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let parted = text.chars().map(String::from).collect::<Vec<_>>().join("\u{200b}");
    let base64 = base64::engine::general_purpose::URL_SAFE.encode(format!("id:{text}"));
    let end = text[text.len() - 16..].to_owned();
    vec![text.to_owned(), escaped, encoded.to_lowercase(), encoded, form, units, hex, parted, base64, end]
}

/// All texts that an error shows or returns.
fn shown(error: &Error) -> String {
    let mut out = format!("{error} {error:?} {error:#?} {:?} {:?}", error.errors(), error.login_code());
    out += &format!("{:?} {:?} {:?}", error.request_id(), error.headers(), error.operation());
    let mut cause = error.source();
    while let Some(error) = cause {
        out += &format!(" {error} {error:?}");
        cause = error.source();
    }
    out
}

fn hides(error: &Error) {
    let shown = shown(error);
    for needle in NEEDLES {
        assert!(!shown.contains(needle), "{needle}: {shown}");
    }
    assert!(shown.contains("[hidden]"), "{shown}");
}

/// Answers with the text at each place that an error shows.
fn answers(status: u16, text: &str) -> Vec<Reply> {
    let quoted = serde_json::to_string(text).unwrap();
    let body = |names: [&str; 3], place: usize| {
        let texts: Vec<_> = (0..3).map(|index| if index == place { &quoted[..] } else { "\"x\"" }).collect();
        let [code, message, details] = names;
        format!(r#"{{"{code}":{},"{message}":{},"{details}":{}}}"#, texts[0], texts[1], texts[2])
    };
    let mut replies = Vec::new();
    for place in 0..3 {
        replies.push(json(status, body(["error", "error_description", "details"], place)));
        replies.push(json(status, format!(r#"{{"errors":[{}]}}"#, body(["code", "message", "details"], place))));
    }
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        for name in ["x-amzn-RequestId", "x-amzn-ErrorType", "x-made-up"] {
            replies.push(Reply::Answer { status, headers: vec![(name, text.to_owned())], body: String::new() });
        }
    }
    replies
}

fn credentials() -> Credentials {
    Credentials::new("amzn1.application-oa2-client.1", SECRET, REFRESH)
}

#[tokio::test]
async fn secrets_repeated_by_the_token_endpoint_are_masked() {
    let everything = Everything::install();
    for secret in [SECRET, REFRESH, CODE] {
        for copy in copies(secret) {
            for status in [400, 401, 500, 200] {
                let count = answers(status, &copy).len();
                for index in 0..count {
                    if status == 200 && index >= 6 {
                        continue;
                    }
                    let copy = copy.clone();
                    let server = Server::start_all(move |_| {
                        let reply = answers(status, &format!("it was <{copy}> once")).swap_remove(index);
                        async move { reply }
                    })
                    .await;
                    let builder = server.builder().credentials(credentials()).retry(spapi_core::RetryPolicy::none());
                    let client = builder.build().unwrap();
                    let error = match secret {
                        CODE => client.authorize(&AuthorizationCode::new(CODE)).await.unwrap_err(),
                        _ => Request::<Value>::new(&client, &GET, decode::json).send().await.unwrap_err(),
                    };
                    hides(&error);
                }
            }
        }
    }
    // A server that repeats the whole form.
    let repeat = |seen: &Seen| json(400, format!(r#"{{"error":"invalid_grant","error_description":"{}"}}"#, seen.body));
    let server = Server::start_all(move |seen| std::future::ready(repeat(&seen))).await;
    let client = server.builder().credentials(credentials()).build().unwrap();
    let error = Request::<Value>::new(&client, &GET, decode::json).send().await.unwrap_err();
    hides(&error);
    assert!(error.to_string().contains("grant_type=refresh_token"), "{error}");

    secrets_repeated_by_the_api_are_masked().await;
    let traced = everything.text.lock().unwrap().clone();
    for needle in NEEDLES {
        assert!(!traced.contains(needle), "{needle}: {traced}");
    }
    assert!(traced.contains("request_id=") && traced.contains("[hidden]"), "{traced}");
}

async fn secrets_repeated_by_the_api_are_masked() {
    for (secret, operation) in [(ACCESS, &GET), (RESTRICTED, &ADDRESS), (ACCESS, &ADDRESS)] {
        for copy in copies(secret) {
            for status in [400, 401, 403, 429, 200] {
                for index in 0..answers(status, &copy).len() {
                    // A success whose headers repeat a secret is no error, but its log messages are checked.
                    let is_success = status == 200 && !matches!(index, 1 | 3 | 5);
                    let copy = copy.clone();
                    let server = Server::start_all(move |seen| {
                        let granted =
                            |name: &str, token: &str| json(200, spapi_core::json!({ name: token }).to_string());
                        let reply = match (seen.is_login(), secret, &*seen.method) {
                            (true, ..) => granted("access_token", ACCESS),
                            (_, RESTRICTED, "POST") => granted("restrictedDataToken", RESTRICTED),
                            _ => answers(status, &format!("it was <{copy}> once")).swap_remove(index),
                        };
                        async move { reply }
                    })
                    .await;
                    let builder = server.builder().credentials(credentials()).retry(spapi_core::RetryPolicy::none());
                    let mut call = Request::<Value>::new(&builder.build().unwrap(), operation, decode::json);
                    if operation.restricted.is_some() {
                        call.restricted([]);
                    }
                    match call.send().await {
                        Ok(answer) => assert!(is_success && !format!("{answer:?}").contains("IwEBI")),
                        Err(error) if is_success => assert!(!shown(&error).contains("IwEBI"), "{}", shown(&error)),
                        Err(error) => hides(&error),
                    }
                }
            }
        }
    }
}

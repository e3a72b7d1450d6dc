//! No log message and no error shows a secret or a buyer's data.

mod support;
#[path = "support/traced.rs"]
mod traced;

use spapi_core::{Request, Value, decode};
use std::fmt::Write;
use std::sync::{Arc, Mutex};
use support::{GET, POST, Reply, Server, json, ok};
use traced::Everything;

/// Texts that only the server may know.
const SECRETS: [&str; 5] = ["Atza", "Atzr", "sesame", "Mary", "pageToken42"];

#[tokio::test]
async fn nothing_secret_is_traced_logged_or_shown() {
    let everything = Everything::install();

    let buyer = r#"{"buyer":"Mary Miller","NextToken":"pageToken42"}"#;
    let server = Server::replying([
        json(401, ""),
        json(200, buyer),
        json(500, buyer),
        json(400, buyer),
        Reply::Close,
        Reply::Truncated { status: 200 },
        json(200, buyer),
        json(429, buyer),
        ok(),
    ])
    .await;
    let client = server.client();
    let mut shown = String::new();
    for operation in [&GET, &POST, &POST, &POST, &POST, &GET] {
        let mut call = Request::<u8>::new(&client, operation, decode::json);
        call.query("email", "Mary@example.com");
        call.header("x-buyer", "Mary");
        call.json(&spapi_core::json!("Mary"));
        write!(shown, "{call:?}").unwrap();
        let error = call.send().await.unwrap_err();
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            write!(shown, "\n{error} {error:?}").unwrap();
            cause = error.source();
        }
    }
    let refused = json(400, r#"{"error":"invalid_grant","error_description":"no"}"#);
    let refused = Mutex::new(Some(refused));
    let login = Server::start_all(move |_| {
        let reply = refused.lock().unwrap().take().unwrap_or_else(ok);
        async move { reply }
    })
    .await;
    for _ in 0..2 {
        let error = Request::<Value>::new(&login.client(), &GET, decode::json).send().await.unwrap_err();
        write!(shown, "\n{error} {error:?}").unwrap();
    }
    write!(shown, "{client:?}").unwrap();
    identities(&mut shown).await;
    #[cfg(feature = "document")]
    documents(&mut shown).await;

    let traced = everything.text.lock().unwrap().clone();
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} is shown:\n{shown}");
        assert!(!traced.contains(secret), "{secret} is traced:\n{traced}");
    }
    // These messages prove that the subscriber works.
    for expected in [
        "spapi_call",
        "section=test",
        "operation=getThings",
        "status=500",
        "request_id=\"request-1\"",
        "attempt=2",
        "log reqwest",
    ] {
        assert!(traced.contains(expected), "{expected} is not traced:\n{traced}");
    }
    assert!(shown.contains("connection to 127.0.0.1 broke"), "{shown}");
}

/// Credentials, their stores, and their tokens.
async fn identities(shown: &mut String) {
    use spapi_core::auth::{AccessToken, BoxFuture, Consent, ConsentState, StoreError, TokenStore};
    use spapi_core::operation::{Operation, Restricted};
    use spapi_core::{Credentials, Marketplace, Method};

    struct Broken;

    impl TokenStore for Broken {
        fn load<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, StoreError>> {
            Box::pin(async { Ok(Some(AccessToken::new("Atza|kept", std::time::SystemTime::now()))) })
        }

        fn save<'a>(&'a self, _: &'a str, token: &'a AccessToken) -> BoxFuture<'a, Result<(), StoreError>> {
            Box::pin(async move { Err(format!("{token:?} cannot be kept").into()) })
        }
    }

    static ADDRESS: Operation =
        Operation::new("test", "v1", "getAddress", Method::GET, "/address").restricted(Restricted::new());
    for replies in [
        vec![json(200, r#"{"restrictedDataToken":"Atza|restricted"}"#), json(400, r#"{"buyer":"Mary"}"#)],
        vec![json(200, r#"{"restrictedDataToken":"Atza|\n"}"#)],
        vec![json(403, r#"{"token":"Atza|restricted"}"#)],
    ] {
        let server = Server::replying(replies).await;
        let client = server.builder().token_store(Arc::new(Broken)).build().unwrap();
        let mut call = Request::<Value>::new(&client, &ADDRESS, decode::json);
        call.restricted([]);
        let error = call.clone().send().await.unwrap_err();
        write!(shown, "{call:?} {error} {error:?}").unwrap();
    }
    let state = ConsentState::from("sesame".to_owned());
    let consent = Consent::of_seller(Marketplace::JP, "amzn1.sp.solution.1").unwrap();
    let code = consent.accept("state=sesame&spapi_oauth_code=Atza", &state).unwrap();
    let granted = r#"{"access_token":"Atza|1","refresh_token":"Atzr|1"}"#;
    let server = Server::start_all(move |_| async move { json(200, granted) }).await;
    let credentials = server.client().authorize(&code).await.unwrap();
    let seller = server.client().for_seller(Credentials::new("id", "sesame", "Atzr|2"));
    let wrong = consent.accept("state=sesame&spapi_oauth_code=", &state).unwrap_err();
    let start = "amazon_callback_uri=https://amazon.com/apps/authorize/confirm/1&amazon_state=sesame";
    let start = consent.begun_in_appstore(start).unwrap();
    write!(shown, "{state:?} {code:?} {credentials:?} {seller:?} {wrong} {wrong:?} {start:?}").unwrap();
}

/// The signature of a document's URL gives everybody access to it, and it holds buyers' data.
#[cfg(feature = "document")]
async fn documents(shown: &mut String) {
    use spapi_core::document::Dialect;
    let text = |body: &str| Reply::Answer { status: 200, headers: Vec::new(), body: body.into() };
    let server =
        Server::replying([json(403, "<Error>Mary</Error>"), text("a\nMary\n"), Reply::Close, json(403, "Mary")]).await;
    let client = server.builder().retry(spapi_core::RetryPolicy::none()).build().unwrap();
    let url = format!("{}/Mary?X-Amz-Signature=sesame", server.url);
    let mut errors = vec![client.download(&url).open().await.unwrap_err()];
    let mut rows = client.download(&url).open().await.unwrap().rows::<(u8,)>(Dialect::TSV).unwrap();
    errors.push(rows.try_next().await.unwrap_err());
    errors.push(client.download(&url).open().await.unwrap_err());
    errors.push(client.upload(&url, "text/xml").send("Mary").await.unwrap_err());
    write!(shown, "{rows:?} {:?} {:?}", client.download(&url), client.upload(&url, "text/xml")).unwrap();
    for error in &errors {
        let mut cause: Option<&dyn std::error::Error> = Some(error);
        while let Some(error) = cause {
            write!(shown, "\n{error} {error:?}").unwrap();
            cause = error.source();
        }
    }
}

//! Nothing that is secret or a buyer's is logged or shown, at any level.

#[cfg(feature = "record")]
#[path = "support/exchanges.rs"]
mod exchanges;
mod support;

use spapi_core::{Request, Value, decode};
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use support::{GET, POST, Reply, Server, json, ok};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes down everything that is traced or logged.
#[derive(Clone, Default)]
struct Everything {
    text: Arc<Mutex<String>>,
    spans: Arc<AtomicU64>,
}

struct Fields<'text>(&'text mut String);

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = self.text.lock().unwrap();
        write!(text, "\nspan {}", span.metadata().name()).unwrap();
        span.record(&mut Fields(&mut text));
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields(&mut self.text.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = self.text.lock().unwrap();
        write!(text, "\nevent {}", event.metadata().target()).unwrap();
        event.record(&mut Fields(&mut text));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl log::Log for Everything {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        write!(self.text.lock().unwrap(), "\nlog {} {}", record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

/// What the server knows and nobody else should.
const SECRETS: [&str; 5] = ["Atza", "Atzr", "sesame", "Mary", "pageToken42"];

#[tokio::test]
async fn nothing_secret_is_traced_logged_or_shown() {
    let everything = Everything::default();
    tracing::subscriber::set_global_default(everything.clone()).unwrap();
    log::set_boxed_logger(Box::new(everything.clone())).unwrap();
    log::set_max_level(log::LevelFilter::Trace);

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
    #[cfg(feature = "record")]
    recordings(&everything).await;

    let traced = everything.text.lock().unwrap().clone();
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} is shown:\n{shown}");
        assert!(!traced.contains(secret), "{secret} is traced:\n{traced}");
    }
    // That it has seen anything at all:
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

/// Credentials, what they come from, and what comes of them.
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
    write!(shown, "{state:?} {code:?} {credentials:?} {seller:?} {wrong} {wrong:?}").unwrap();
}

/// What a recording holds, and what is traced about it, whatever comes and wherever it stands.
#[cfg(feature = "record")]
async fn recordings(everything: &Everything) {
    let folder = tempfile::tempdir().unwrap();
    let mut exchanges = exchanges::Exchanges::new(7).await;
    let (mut files, mut secrets) = (0, 0);
    for run in 0..60 {
        let folder = folder.path().join(run.to_string());
        let traced_before = everything.text.lock().unwrap().len();
        exchanges.run(&folder).await;
        let mut recorded = String::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            write!(recorded, "\n{}\n{}", path.display(), std::fs::read_to_string(&path).unwrap()).unwrap();
            files += 1;
        }
        let traced = everything.text.lock().unwrap()[traced_before..].to_owned();
        assert!(traced.contains("an exchange cannot be recorded"), "{traced}");
        secrets += exchanges.check(&recorded, &traced);
    }
    // Three a run, and those that were tried again with a fresh token.
    assert!(files > 180 && secrets > 4000, "{files} {secrets}");
}

/// The signature of a document's URL opens it to everybody, and what stands in it is the buyers'.
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

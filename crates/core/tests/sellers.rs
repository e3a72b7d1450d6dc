//! Many sellers in one process, and the stores of their credentials and tokens.

mod support;

use secrecy::ExposeSecret;
use spapi_core::auth::{
    AccessToken, BoxFuture, Consent, ConsentState, CredentialFile, CredentialStore, LoginCode, StoreError, TokenLock,
    TokenStore,
};
use spapi_core::operation::Operation;
use spapi_core::{Client, Credentials, Error, Marketplace, Method, Quotas, Request, Value, decode};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use support::{GET, ManualClock, Reply, Seen, Server, json, ok, token};

async fn get(client: &Client) -> Result<(), Error> {
    Request::<Value>::new(client, &GET, decode::json).send().await.map(drop)
}

/// Returns each seller's own token, except for the seller who has revoked the authorization.
fn login_of_sellers(seen: &Seen) -> Reply {
    let field = |name: &str| {
        let fields = seen.body.split('&').filter_map(|field| field.split_once('='));
        fields.filter(|(known, _)| *known == name).map(|(_, value)| value.to_owned()).next()
    };
    match field("refresh_token").as_deref() {
        Some("revoked") => json(400, r#"{"error":"invalid_grant","error_description":"no longer"}"#),
        Some(seller) => json(200, format!(r#"{{"access_token":"of {seller}","expires_in":3600}}"#)),
        None => token(0),
    }
}

async fn server_of_sellers() -> Server {
    Server::start_all(|seen| async move { if seen.is_login() { login_of_sellers(&seen) } else { ok() } }).await
}

fn seller(refresh_token: &str) -> Credentials {
    Credentials::new("client-id", "open sesame", refresh_token)
}

#[tokio::test]
async fn a_client_names_its_seller_without_a_secret_and_always_alike() {
    let server = server_of_sellers().await;
    let named = seller("one").with_seller_id("A1B2C3");
    let first = server.builder().credentials(seller("one")).build().unwrap();
    let [same, other, named] = [seller("one"), seller("two"), named].map(|seller| first.for_seller(seller));
    let name = first.seller().await.unwrap();
    assert_eq!(same.seller().await.unwrap(), name);
    assert_ne!(name, other.seller().await.unwrap());
    assert!(!name.contains("one") && named.seller().await.unwrap() == "seller A1B2C3", "{name}");
    assert!(server.calls().is_empty() && server.logins().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn sellers_have_tokens_of_their_own_and_one_who_revoked_fails_alone() {
    let server = server_of_sellers().await;
    let first = server.builder().credentials(seller("one")).build().unwrap();
    let (second, third) = (first.for_seller(seller("two")), first.for_seller(seller("revoked")));
    let results = tokio::join!(get(&first), get(&second), get(&third), get(&third));
    assert!(results.0.is_ok() && results.1.is_ok());
    for error in [results.2.unwrap_err(), results.3.unwrap_err()] {
        assert_eq!(error.login_code(), Some(&LoginCode::InvalidGrant));
        assert!(error.is_auth() && error.to_string().contains("authorize the application again"), "{error}");
    }
    get(&second).await.unwrap();
    let mut tokens: Vec<_> = server.calls().iter().map(|call| call.token().to_owned()).collect();
    tokens.sort_unstable();
    assert_eq!(tokens, ["of one", "of two", "of two"]);
    assert_eq!(server.logins().len(), 3);
}

static SLOW: Operation = Operation::new("test", "v1", "getSlow", Method::GET, "/slow").rate(0.001, 2);

/// The number of calls that pass before the local quota is spent.
async fn spend(client: &Client) -> usize {
    let mut sent = 0;
    loop {
        match Request::<Value>::new(client, &SLOW, decode::json).send().await {
            Ok(_) => sent += 1,
            Err(error) if error.is_throttled() && error.status().is_none() => return sent,
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn one_table_of_quotas_counts_by_seller() {
    let server = server_of_sellers().await;
    let first = server.builder().credentials(seller("one")).longest_wait(Duration::ZERO).build().unwrap();
    let by_id = |token, id| first.for_seller(seller(token).with_seller_id(id));
    assert_eq!(spend(&first).await, 2);
    assert_eq!(spend(&first.for_seller(seller("one"))).await, 0, "the same seller");
    assert_eq!(spend(&first.for_seller(seller("two"))).await, 2);
    assert_eq!(spend(&by_id("three", "A1")).await, 2);
    assert_eq!(spend(&by_id("four", "A1")).await, 0, "a new authorization of the same seller");
    let elsewhere = server.builder().quotas(&Quotas::in_memory()).credentials(seller("one"));
    assert_eq!(spend(&elsewhere.longest_wait(Duration::ZERO).build().unwrap()).await, 2, "other quotas");
}

static GRANTLESS: Operation =
    Operation::new("notifications", "v1", "getDestinations", Method::GET, "/notifications/v1/destinations")
        .grantless("sellingpartnerapi::notifications");

#[tokio::test]
async fn credentials_of_an_application_alone_allow_only_grantless_calls() {
    let server = server_of_sellers().await;
    let application = Credentials::application("client-id", "open sesame");
    let client = server.builder().credentials(application).build().unwrap();
    Request::<Value>::new(&client, &GRANTLESS, decode::json).send().await.unwrap();
    let error = get(&client).await.unwrap_err();
    assert!(error.is_auth() && error.to_string().contains("Use credentials with a refresh token"), "{error}");
    assert_eq!((server.calls().len(), server.logins().len()), (1, 1));
    get(&client.for_seller(seller("one"))).await.unwrap();
}

/// A credential store whose content a test replaces; with `None` it fails.
#[derive(Clone)]
struct Vault(Arc<Mutex<Option<Credentials>>>);

impl CredentialStore for Vault {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, StoreError>> {
        let content = self.0.lock().unwrap().clone();
        Box::pin(async { content.ok_or_else(|| "the vault is closed".into()) })
    }
}

#[tokio::test]
async fn a_rotated_secret_is_used_for_the_next_token() {
    let server = server_of_sellers().await;
    let clock = ManualClock::new();
    let vault = Vault(Arc::new(Mutex::new(Some(Credentials::new("client-id", "old", "one")))));
    let client = server.builder().credentials(vault.clone()).clock(clock.clone()).build().unwrap();
    get(&client).await.unwrap();
    *vault.0.lock().unwrap() = Some(Credentials::new("client-id", "new", "one"));
    get(&client).await.unwrap();
    clock.advance(3600);
    get(&client).await.unwrap();
    let secrets: Vec<_> =
        server.logins().iter().map(|login| login.body.rsplit_once('=').unwrap().1.to_owned()).collect();
    assert_eq!(secrets, ["old", "new"]);

    *vault.0.lock().unwrap() = None;
    get(&client).await.unwrap();
    clock.advance(3600);
    let error = get(&client).await.unwrap_err();
    assert!(error.is_auth() && error.to_string().contains("the credential store returned no credentials"), "{error}");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the vault is closed");
    *vault.0.lock().unwrap() = Some(seller("two"));
    get(&client).await.unwrap();
}

#[tokio::test]
async fn a_file_is_read_again_for_each_token() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seller.json");
    let server = server_of_sellers().await;
    let clock = ManualClock::new();
    let file = CredentialFile::save(&path, &seller("one")).unwrap();
    let client = server.builder().credentials(file).clock(clock.clone()).build().unwrap();
    get(&client).await.unwrap();
    CredentialFile::save(&path, &seller("two")).unwrap();
    clock.advance(3600);
    get(&client).await.unwrap();
    let tokens: Vec<_> = server.calls().iter().map(|call| call.token().to_owned()).collect();
    assert_eq!(tokens, ["of one", "of two"]);
    std::fs::remove_file(&path).unwrap();
    clock.advance(3600);
    let error = get(&client).await.unwrap_err();
    assert!(error.is_auth() && error.to_string().contains("seller.json cannot be read"), "{error}");
}

/// A store of tokens that several clients use, as processes would.
#[derive(Clone, Default)]
struct Tokens {
    kept: Arc<Mutex<HashMap<String, AccessToken>>>,
    is_broken: bool,
    /// The lock for all tokens, if it has one.
    lock: Option<Arc<tokio::sync::Mutex<()>>>,
}

impl TokenStore for Tokens {
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<AccessToken>, StoreError>> {
        Box::pin(async move {
            match self.is_broken {
                true => Err("out of order".into()),
                false => Ok(self.kept.lock().unwrap().get(key).cloned()),
            }
        })
    }

    fn save<'a>(&'a self, key: &'a str, token: &'a AccessToken) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            if self.is_broken {
                return Err("out of order".into());
            }
            self.kept.lock().unwrap().insert(key.to_owned(), token.clone());
            Ok(())
        })
    }

    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            self.kept.lock().unwrap().remove(key);
            Ok(())
        })
    }

    fn lock<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Option<TokenLock>, StoreError>> {
        Box::pin(async move {
            match &self.lock {
                _ if self.is_broken => Err("out of order".into()),
                Some(lock) => Ok(Some(TokenLock::new(Arc::clone(lock).lock_owned().await))),
                None => Ok(None),
            }
        })
    }
}

#[tokio::test]
async fn processes_that_need_a_token_at_once_request_one() {
    let server = Server::start_all(|seen| async move {
        if seen.is_login() {
            // Long enough for all to find that there is no token.
            tokio::time::sleep(Duration::from_millis(100)).await;
            return token(1);
        }
        ok()
    })
    .await;
    let store = Tokens { lock: Some(Arc::default()), ..Tokens::default() };
    let processes: Vec<_> = (0..8)
        .map(|_| {
            let client = server.builder().token_store(Arc::new(store.clone())).build().unwrap();
            tokio::spawn(async move { get(&client).await })
        })
        .collect();
    for process in processes {
        process.await.unwrap().unwrap();
    }
    assert_eq!((server.logins().len(), server.calls().len()), (1, 8));
}

#[tokio::test]
async fn the_token_of_a_revoked_authorization_is_removed_from_the_store() {
    let refusals = [(400, "invalid_grant", true), (401, "invalid_client", true), (503, "busy", false)];
    for (status, error, is_removed) in refusals {
        let is_first = Arc::new(AtomicBool::new(true));
        let server = Server::start_all(move |seen| {
            let reply = match seen.is_login() {
                false => ok(),
                true if is_first.swap(false, Ordering::SeqCst) => token(1),
                true => json(status, format!(r#"{{"error":"{error}"}}"#)),
            };
            async move { reply }
        })
        .await;
        let (store, clock) = (Tokens::default(), ManualClock::new());
        let client = server.builder().token_store(Arc::new(store.clone())).clock(clock.clone()).build().unwrap();
        get(&client).await.unwrap();
        clock.advance(3600);
        get(&client).await.unwrap_err();
        assert_eq!(store.kept.lock().unwrap().is_empty(), is_removed, "{error}");
    }
}

#[tokio::test]
async fn processes_that_share_a_store_request_one_token() {
    let server = Server::start(|_| ok()).await;
    let (store, clock) = (Tokens::default(), ManualClock::new());
    let client = |token: &str| {
        let builder = server.builder().token_store(Arc::new(store.clone())).clock(clock.clone());
        builder.credentials(seller(token)).build().unwrap()
    };
    get(&client("one")).await.unwrap();
    get(&client("one")).await.unwrap();
    assert_eq!(server.logins().len(), 1);
    Request::<Value>::new(&client("one"), &GRANTLESS, decode::json).send().await.unwrap();
    get(&client("two")).await.unwrap();
    get(&client("one").for_seller(seller("two"))).await.unwrap();
    assert_eq!(server.logins().len(), 3, "a scope and another seller have tokens of their own");
    clock.advance(3540);
    get(&client("one")).await.unwrap();
    get(&client("one")).await.unwrap();
    assert_eq!(server.logins().len(), 4, "one that ends within a minute is renewed");
    let tokens: Vec<_> = server.calls().iter().map(|call| call.token().to_owned()).collect();
    assert_eq!(tokens, ["Atza|1", "Atza|1", "Atza|2", "Atza|3", "Atza|3", "Atza|4", "Atza|4"]);

    let kept = store.kept.lock().unwrap();
    let expires_at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 3540 + 3600);
    assert!(kept.values().any(|token| token.expires_at == expires_at && token.token.expose_secret() == "Atza|4"));
    for key in kept.keys() {
        assert!(key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
    }
    assert!(!format!("{kept:?}").contains("Atza"));
}

#[tokio::test]
async fn a_token_that_was_refused_is_not_taken_from_the_store_again() {
    let server = Server::start(|seen| if seen.token() == "Atza|1" { json(401, "") } else { ok() }).await;
    let store = Tokens::default();
    let client = || server.builder().token_store(Arc::new(store.clone())).build().unwrap();
    get(&client()).await.unwrap();
    get(&client()).await.unwrap();
    let tokens: Vec<_> = server.calls().iter().map(|call| call.token().to_owned()).collect();
    assert_eq!(tokens, ["Atza|1", "Atza|2", "Atza|2"]);
}

#[tokio::test]
async fn a_store_that_fails_or_holds_nonsense_does_not_stop_calls() {
    let server = Server::start(|_| ok()).await;
    let broken = Tokens { is_broken: true, ..Tokens::default() };
    get(&server.builder().token_store(Arc::new(broken)).build().unwrap()).await.unwrap();
    let store = Tokens::default();
    let client = || server.builder().token_store(Arc::new(store.clone())).build().unwrap();
    get(&client()).await.unwrap();
    let end_of_time = SystemTime::now() + Duration::from_secs(86400);
    for odd in [
        AccessToken::new("", end_of_time),
        AccessToken::new("a\nb", end_of_time),
        AccessToken::new("t", SystemTime::UNIX_EPOCH),
    ] {
        store.kept.lock().unwrap().values_mut().for_each(|kept| *kept = odd.clone());
        get(&client()).await.unwrap();
    }
    assert_eq!(server.logins().len(), 5);
    assert!(server.calls().iter().all(|call| call.token().starts_with("Atza|")));
}

#[tokio::test]
async fn an_authorization_becomes_the_sellers_credentials() {
    let server = Server::start_all(|seen| async move {
        match seen.body.contains("grant_type=authorization_code") {
            true => json(200, r#"{"access_token":"a","refresh_token":"Atzr|new","expires_in":3600}"#),
            false => login_of_sellers(&seen),
        }
    })
    .await;
    let application = Credentials::application("client-id", "open sesame");
    let client = server.builder().credentials(application).build().unwrap();
    let consent =
        Consent::of_seller(Marketplace::JP, "amzn1.sellerapps.app.1").unwrap().redirect_uri("https://a.example/b");
    let state = ConsentState::random().unwrap();
    let came_back_to =
        format!("https://a.example/b?state={}&selling_partner_id=A1&spapi_oauth_code=c%2F1", state.as_str());
    let code = consent.accept(&came_back_to, &state).unwrap();
    let credentials = client.authorize(&code).await.unwrap();
    assert_eq!((credentials.client_id(), credentials.seller_id()), ("client-id", Some("A1")));
    assert_eq!(credentials.refresh_token().unwrap().expose_secret(), "Atzr|new");
    assert_eq!(
        server.logins()[0].body,
        "grant_type=authorization_code&code=c%2F1&client_id=client-id&client_secret=open%20sesame\
         &redirect_uri=https%3A%2F%2Fa.example%2Fb"
    );
    get(&client.for_seller(credentials)).await.unwrap();
}

#[tokio::test]
async fn a_code_is_sent_once_and_a_refused_one_says_why() {
    let consent = Consent::of_seller(Marketplace::JP, "amzn1.sellerapps.app.1").unwrap();
    let state = ConsentState::random().unwrap();
    let code = consent.accept(&format!("state={}&spapi_oauth_code=sesame", state.as_str()), &state).unwrap();
    for (reply, says) in [
        ((|| json(400, r#"{"error":"invalid_grant"}"#)) as fn() -> Reply, "the redirect URI is not the one"),
        (|| json(200, r#"{"access_token":"a"}"#), "without a refresh token"),
        (|| json(503, ""), "Try again later"),
        (|| Reply::Close, "broke before the whole answer"),
    ] {
        let server = Server::start_all(move |_| async move { reply() }).await;
        let error = server.client().authorize(&code).await.unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
        assert!(!format!("{error} {error:?}").contains("sesame"), "{error:?}");
        assert_eq!(server.logins().len(), 1, "{says}");
    }
}

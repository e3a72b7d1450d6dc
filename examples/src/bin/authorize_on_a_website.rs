//! A website on which sellers authorize the application: they begin on the website, or in Amazon's Appstore.
//!
//! It ends when a seller has authorized it. Open the URL that it prints; its sandbox has the pages of Amazon's side.

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use spapi_core::auth::{Consent, ConsentState};
use spapi_core::{Client, Credentials, Endpoint, Error as SpapiError, Marketplace};
use spapi_sandbox::{APPLICATION_ID, CLIENT_ID, CLIENT_SECRET, Sandbox};
use spapi_sellers::v1::Sellers;
use std::collections::HashMap;
use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// What the website keeps. A real one keeps the states in its sessions, and removes those that nobody comes back for.
struct Website {
    client: Client,
    consent: Consent,
    /// The state of each visitor who was sent to Amazon, by the visitor's cookie.
    states: Mutex<HashMap<String, ConsentState>>,
    /// The credentials of sellers who have authorized the application. A real website saves them.
    authorized: mpsc::Sender<Credentials>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let website = format!("http://{}", listener.local_addr()?);
    // Amazon has the login URI and the redirect URI from the page on which you register the application.
    let sandbox = Sandbox::builder().login_uri(format!("{website}/login")).start().await?;
    let endpoint = Endpoint::custom(sandbox.url());
    let consent = Consent::of_seller(Marketplace::JP, APPLICATION_ID)?
        .redirect_uri(format!("{website}/back"))
        // For Amazon's own pages, leave this out.
        .endpoint(&endpoint)?;
    let application = Credentials::application(CLIENT_ID, CLIENT_SECRET);
    let client = Client::builder(Marketplace::JP).endpoint(endpoint).credentials(application).build()?;

    let (authorized, mut sellers) = mpsc::channel(1);
    let state = Website { client: client.clone(), consent, states: Mutex::default(), authorized };
    let router = Router::new()
        .route("/", get(home))
        .route("/authorize", get(authorize))
        .route("/login", get(login))
        .route("/back", get(back))
        .with_state(Arc::new(state));
    println!("website\t{website}/");
    println!("appstore\t{}/apps/store", sandbox.url());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = axum::serve(listener, router).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let server = tokio::spawn(server.into_future());

    let credentials = sellers.recv().await.ok_or("the website ended")?;
    let _ = stop.send(());
    server.await??;
    let seller = credentials.seller_id().unwrap_or_default().to_owned();
    let answer = Sellers::new(&client.for_seller(credentials)).get_marketplace_participations().send().await?;
    let names: Vec<_> = answer.payload.iter().map(|row| row.marketplace.name.as_str()).collect();
    println!("authorized\t{seller}\t{}", names.join(", "));
    Ok(())
}

async fn home() -> Html<&'static str> {
    Html("<!doctype html><title>Shop tools</title><a href=\"/authorize\">Authorize Shop tools</a>")
}

/// The visitor begins here: on to Amazon's consent page.
async fn authorize(State(website): State<Arc<Website>>) -> Result<Response, Refused> {
    let state = ConsentState::random()?;
    let url = website.consent.url(&state);
    website.send(state, url)
}

/// The seller has begun in the Appstore: Amazon opens the login URI. A real website lets the visitor sign in first.
async fn login(State(website): State<Arc<Website>>, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let start = website.consent.begun_in_appstore(&query.unwrap_or_default())?;
    let state = ConsentState::random()?;
    let url = start.url(&state);
    website.send(state, url)
}

/// Amazon sends the browser back to the redirect URI.
async fn back(
    State(website): State<Arc<Website>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Refused> {
    // Each state is for one answer, so it is taken and not read.
    let state = website.take_state(&headers).ok_or(Refused("your visit has ended: begin again".to_owned()))?;
    let code = website.consent.accept(&query.unwrap_or_default(), &state)?;
    let credentials = website.client.authorize(&code).await?;
    // `CredentialFile::save_new` saves them in a file; a `CredentialStore` of your own reads them from a database.
    let _ = website.authorized.send(credentials).await;
    Ok(([NO_REFERRER], Html("<!doctype html><title>Shop tools</title>Shop tools is authorized.")).into_response())
}

/// The URL of the page has Amazon's code, so no other site may see it.
const NO_REFERRER: (header::HeaderName, &str) = (header::REFERRER_POLICY, "no-referrer");

impl Website {
    /// Sends the visitor to Amazon, and keeps the state for when the visitor comes back.
    fn send(&self, state: ConsentState, url: String) -> Result<Response, Refused> {
        // Behind HTTPS the cookie is `Secure` too. With `Strict` it would not come back from Amazon.
        let visit = ConsentState::random()?.as_str().to_owned();
        let cookie = format!("visit={visit}; HttpOnly; SameSite=Lax; Path=/; Max-Age=600");
        self.states.lock().unwrap_or_else(PoisonError::into_inner).insert(visit, state);
        Ok((StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, url)]).into_response())
    }

    /// Takes the state of the visitor, by the cookie.
    fn take_state(&self, headers: &HeaderMap) -> Option<ConsentState> {
        let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
        let visit = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix("visit="))?;
        self.states.lock().unwrap_or_else(PoisonError::into_inner).remove(visit)
    }
}

/// Why the visitor is not authorized. The errors of `spapi-core` show no secrets.
struct Refused(String);

impl From<SpapiError> for Refused {
    fn from(error: SpapiError) -> Self {
        Self(error.to_string())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        // Plain text, so that nothing in it is HTML.
        (StatusCode::BAD_REQUEST, [NO_REFERRER], self.0).into_response()
    }
}

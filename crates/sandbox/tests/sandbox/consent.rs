//! The pages on which a seller authorizes the application, as a browser without scripts uses them.

use crate::support::{Caller, answer, builder};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response, Url};
use spapi_sandbox::{APPLICATION_ID, Builder, CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SELLER_ID, Sandbox};
use std::collections::BTreeMap;
use std::time::Duration;

const CONSENT: &str = "/apps/authorize/consent";
const APPSTORE: &str = "/apps/store";
const BACK: &str = "http://127.0.0.1:3000/back?from=amazon";
const LOGIN: &str = "https://shop.example/login";
const STATE: &str = "sesame+1/=&é";
const MINUTE: Duration = Duration::from_secs(60);

/// A browser that does not follow redirects.
fn browser() -> Client {
    Client::builder().redirect(Policy::none()).build().unwrap()
}

fn url(sandbox: &Sandbox, path: &str, query: &[(&str, &str)]) -> Url {
    Url::parse_with_params(&(sandbox.url().to_owned() + path), query).unwrap()
}

/// The query of an application that is not a draft.
fn query() -> Vec<(&'static str, &'static str)> {
    vec![("application_id", APPLICATION_ID), ("state", STATE), ("redirect_uri", BACK)]
}

async fn get(url: Url) -> Response {
    browser().get(url).send().await.unwrap()
}

/// The text of a page that is shown, and its sealed time.
async fn shown(url: Url) -> (String, String) {
    let response = get(url).await;
    assert_eq!(response.status(), 200);
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; "), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    let page = response.text().await.unwrap();
    assert!(!page.contains("<script") && !page.contains("style="), "{page}");
    let (_, rest) = page.split_once("name=\"shown\" value=\"").unwrap();
    let time = rest.split('"').next().unwrap().to_owned();
    (page, time)
}

/// Opens a page, and answers it.
async fn decide(url: Url, seller: &str, decision: &str) -> Response {
    let (_, time) = shown(url.clone()).await;
    send(url, &[("shown", &time), ("seller", seller), ("decision", decision)]).await
}

async fn send(url: Url, form: &[(&str, &str)]) -> Response {
    browser().post(url).form(form).send().await.unwrap()
}

/// Where a redirect leads: the URL without its query, and the parameters.
#[track_caller]
fn goes_to(response: &Response) -> (String, BTreeMap<String, String>) {
    assert_eq!(response.status(), 303);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let mut url = Url::parse(response.headers()["location"].to_str().unwrap()).unwrap();
    let parameters = url.query_pairs().into_owned().collect();
    url.set_query(None);
    (url.into(), parameters)
}

/// Asserts that an error is shown, and that the browser goes nowhere.
async fn assert_problem(response: Response, status: u16, says: &[&str]) {
    assert_eq!(response.status(), status);
    assert!(response.headers().get("location").is_none());
    let page = response.text().await.unwrap();
    for part in says {
        assert!(page.contains(part), "{part:?} is not in {page}");
    }
}

/// The status of the exchange, and the refresh token.
async fn exchange(sandbox: &Sandbox, code: &str, redirect_uri: &str) -> (u16, Option<String>) {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("code", code),
        ("redirect_uri", redirect_uri),
    ];
    let answer = answer(Client::new().post(sandbox.token_url()).form(&form)).await;
    (answer.status.as_u16(), answer.body["refresh_token"].as_str().map(str::to_owned))
}

async fn start(builder: Builder) -> Sandbox {
    builder.start().await.unwrap()
}

#[tokio::test]
async fn a_seller_who_allows_brings_back_a_code_that_works_once() {
    let sandbox = start(builder().seller("Atzr|second")).await;
    let page = url(&sandbox, CONSENT, &query());
    let (text, _) = shown(page.clone()).await;
    for part in
        [APPLICATION_ID, "<label for=\"seller\">", "<html lang=\"en\">", SELLER_ID, "A2SPAPISANDBOX", "viewport"]
    {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let (to, parameters) = goes_to(&decide(page, "A2SPAPISANDBOX", "allow").await);
    assert_eq!(to, "http://127.0.0.1:3000/back");
    let names: Vec<&str> = parameters.keys().map(String::as_str).collect();
    assert_eq!(names, ["from", "selling_partner_id", "spapi_oauth_code", "state"]);
    assert_eq!((parameters["from"].as_str(), parameters["state"].as_str()), ("amazon", STATE));
    assert_eq!(parameters["selling_partner_id"], "A2SPAPISANDBOX");

    let (status, token) = exchange(&sandbox, &parameters["spapi_oauth_code"], BACK).await;
    assert_eq!(status, 200);
    let caller = Caller::of(&sandbox, &token.unwrap()).await;
    assert_eq!(caller.get("/sellers/v1/account", &[]).await.status, 200);
    // The token is that of the second seller.
    sandbox.revoke(REFRESH_TOKEN);
    assert_eq!(caller.get("/sellers/v1/account", &[]).await.status, 200);
    sandbox.revoke("Atzr|second");
    assert_eq!(caller.get("/sellers/v1/account", &[]).await.status, 403);
    assert_eq!(exchange(&sandbox, &parameters["spapi_oauth_code"], BACK).await.0, 400);
}

#[tokio::test]
async fn a_code_expires_and_belongs_to_its_redirect_uri() {
    let sandbox = start(builder()).await;
    for (wait, redirect_uri, status) in [
        (5 * MINUTE - Duration::from_secs(1), BACK, 200),
        (5 * MINUTE, BACK, 400),
        (MINUTE, "http://127.0.0.1:3000/other", 400),
    ] {
        let (_, parameters) = goes_to(&decide(url(&sandbox, CONSENT, &query()), SELLER_ID, "allow").await);
        sandbox.clock().advance(wait);
        assert_eq!(exchange(&sandbox, &parameters["spapi_oauth_code"], redirect_uri).await.0, status, "{wait:?}");
    }
}

#[tokio::test]
async fn without_a_redirect_uri_the_browser_goes_to_the_first_registered_one() {
    let registered = "https://shop.example/back";
    let sandbox = start(builder().redirect_uri(registered).redirect_uri("https://shop.example/other")).await;
    let page = url(&sandbox, CONSENT, &query()[..2]);
    let (to, parameters) = goes_to(&decide(page, SELLER_ID, "allow").await);
    assert_eq!(to, registered);
    assert_eq!(exchange(&sandbox, &parameters["spapi_oauth_code"], registered).await.0, 200);
    let other = [&query()[..2], &[("redirect_uri", "https://shop.example/other")]].concat();
    let (to, _) = goes_to(&decide(url(&sandbox, CONSENT, &other), SELLER_ID, "allow").await);
    assert_eq!(to, "https://shop.example/other");
}

#[tokio::test]
async fn a_seller_who_refuses_brings_back_no_code() {
    let sandbox = start(builder()).await;
    let (to, parameters) = goes_to(&decide(url(&sandbox, CONSENT, &query()), SELLER_ID, "refuse").await);
    assert_eq!(to, "http://127.0.0.1:3000/back");
    let parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(parameters, [("error", "access_denied"), ("from", "amazon"), ("state", STATE)]);
}

#[tokio::test]
async fn a_wrong_request_is_explained_and_leads_nowhere() {
    let sandbox = start(builder()).await;
    let with = |name: &'static str, value: &'static str| {
        let others = query().into_iter().filter(move |(known, _)| *known != name);
        others.chain((!value.is_empty()).then_some((name, value))).collect::<Vec<_>>()
    };
    for (query, says) in [
        (with("application_id", ""), &["no application_id"][..]),
        (with("application_id", "amzn1.sellerapps.app.other"), &["No application has", APPLICATION_ID]),
        (with("application_id", CLIENT_ID), &["not the client id"]),
        (with("state", ""), &["no state"]),
        (with("redirect_uri", "https://evil.example/back"), &["MD5101", "not one of the application's"]),
        (with("redirect_uri", "http://127.0.0.1:3000/#back"), &["MD5110"]),
        (with("redirect_uri", ""), &["MD9100", "no redirect URI"]),
        ([query(), query()].concat(), &["more than once"]),
    ] {
        let says: Vec<&str> = says.iter().copied().chain(["Nothing was authorized"]).collect();
        let page = url(&sandbox, CONSENT, &query);
        // The page is what it is, whatever the answer of a form says.
        assert_problem(get(page.clone()).await, 400, &says).await;
        let form = [("shown", "1"), ("seller", SELLER_ID), ("decision", "allow")];
        assert_problem(send(page, &form).await, 400, &says).await;
    }
    let put = browser().request(Method::PUT, url(&sandbox, CONSENT, &query())).send().await.unwrap();
    assert_problem(put, 405, &["GET and POST"]).await;
    assert_problem(get(url(&sandbox, APPSTORE, &[])).await, 400, &["MD9100", "no login URI"]).await;
}

#[tokio::test]
async fn what_the_url_holds_cannot_change_the_page() {
    let sandbox = start(builder()).await;
    let hostile = "\"><script>alert(1)</script><a href='";
    for name in ["state", "extra", hostile] {
        let query = [&query()[..1], &[("redirect_uri", BACK), ("state", "1"), (name, hostile)]].concat();
        let query: Vec<_> = query.into_iter().filter(|pair| name != "state" || *pair != ("state", "1")).collect();
        let (page, _) = shown(url(&sandbox, CONSENT, &query)).await;
        assert!(!page.contains("alert(1)<") && !page.contains("<a href='"), "{page}");
    }
    let redirect_uri = format!("http://127.0.0.1/{hostile}");
    let query = [&query()[..2], &[("redirect_uri", redirect_uri.as_str())]].concat();
    let page = get(url(&sandbox, CONSENT, &query)).await.text().await.unwrap();
    assert!(!page.contains("<script"), "{page}");
}

#[tokio::test]
async fn only_the_page_itself_answers_within_ten_minutes() {
    let sandbox = start(builder()).await;
    let page = url(&sandbox, CONSENT, &query());
    let (_, time) = shown(page.clone()).await;
    let good = [("shown", time.as_str()), ("seller", SELLER_ID), ("decision", "allow")];
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let sent = browser().post(page.clone()).header(name, value).form(&good).send().await.unwrap();
        assert_problem(sent, 403, &["another site"]).await;
    }
    for (name, value) in [("shown", "1"), ("seller", "A9"), ("seller", REFRESH_TOKEN), ("decision", "perhaps")] {
        let wrong = good.map(|(known, was)| if known == name { (name, value) } else { (known, was) });
        assert_problem(send(page.clone(), &wrong).await, 400, &["incomplete"]).await;
    }
    let own = browser().post(page.clone()).header("origin", sandbox.url()).header("sec-fetch-site", "same-origin");
    assert_eq!(own.form(&good).send().await.unwrap().status(), 303);
    // A second tab with the same page brings back another code.
    sandbox.clock().advance(10 * MINUTE - Duration::from_secs(1));
    assert_eq!(send(page.clone(), &good).await.status(), 303);
    sandbox.clock().advance(Duration::from_secs(1));
    assert_problem(send(page, &good).await, 400, &["ten minutes", "Begin again"]).await;
}

#[tokio::test]
async fn a_draft_needs_the_beta_version() {
    let sandbox = start(builder().draft()).await;
    assert_problem(get(url(&sandbox, CONSENT, &query())).await, 400, &["MD1000", "version=beta"]).await;
    let beta = [query(), vec![("version", "beta")]].concat();
    let (to, _) = goes_to(&decide(url(&sandbox, CONSENT, &beta), SELLER_ID, "allow").await);
    assert_eq!(to, "http://127.0.0.1:3000/back");
    // A published application takes it too.
    let sandbox = start(builder()).await;
    assert_eq!(get(url(&sandbox, CONSENT, &beta)).await.status(), 200);
}

/// The query with which the login URI was opened, with the other state and redirect URI that the application adds.
fn confirming(opened: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    vec![("amazon_state", &opened["amazon_state"]), ("state", STATE), ("redirect_uri", BACK)]
}

#[tokio::test]
async fn a_seller_begins_in_the_appstore() {
    let sandbox = start(builder().login_uri(LOGIN).seller("Atzr|second")).await;
    let begin = async || goes_to(&decide(url(&sandbox, APPSTORE, &[]), "A2SPAPISANDBOX", "allow").await);
    let (to, opened) = begin().await;
    assert_eq!(to, LOGIN);
    let names: Vec<&str> = opened.keys().map(String::as_str).collect();
    assert_eq!(names, ["amazon_callback_uri", "amazon_state", "selling_partner_id"]);
    assert_eq!(opened["selling_partner_id"], "A2SPAPISANDBOX");
    let callback = &opened["amazon_callback_uri"];
    assert_eq!(*callback, format!("{}/apps/authorize/confirm/{APPLICATION_ID}", sandbox.url()));

    let confirm = Url::parse_with_params(callback, confirming(&opened)).unwrap();
    let head = browser().head(confirm.clone()).send().await.unwrap();
    assert_eq!(head.status(), 405, "a look at the URL uses nothing up");
    let (to, parameters) = goes_to(&get(confirm.clone()).await);
    assert_eq!(to, "http://127.0.0.1:3000/back");
    assert_eq!((parameters["state"].as_str(), parameters["selling_partner_id"].as_str()), (STATE, "A2SPAPISANDBOX"));
    assert_eq!(exchange(&sandbox, &parameters["spapi_oauth_code"], BACK).await.0, 200);
    assert_problem(get(confirm).await, 400, &["used before", "Begin again"]).await;

    // Amazon's state is void after ten minutes, and after the seller has revoked.
    let confirmed = async |opened: BTreeMap<String, String>| {
        get(Url::parse_with_params(callback, confirming(&opened)).unwrap()).await
    };
    let (_, opened) = begin().await;
    sandbox.clock().advance(10 * MINUTE - Duration::from_secs(1));
    assert_eq!(confirmed(opened).await.status(), 303);
    let (_, opened) = begin().await;
    sandbox.clock().advance(10 * MINUTE);
    assert_problem(confirmed(opened).await, 400, &["has expired"]).await;
    let (_, opened) = begin().await;
    sandbox.revoke("Atzr|second");
    assert_problem(confirmed(opened).await, 400, &["unknown"]).await;
}

#[tokio::test]
async fn a_wrong_confirmation_is_explained_and_uses_nothing_up() {
    let sandbox = start(builder().login_uri(LOGIN)).await;
    let (_, opened) = goes_to(&decide(url(&sandbox, APPSTORE, &[]), SELLER_ID, "allow").await);
    let path = format!("/apps/authorize/confirm/{APPLICATION_ID}");
    let good = confirming(&opened);
    for (path, query, says) in [
        ("/apps/authorize/confirm/other", good.clone(), "No application has"),
        (path.as_str(), good[1..].to_vec(), "no amazon_state"),
        (&path, vec![good[0], good[2]], "no state"),
        (&path, good[..2].to_vec(), "MD9100"),
        (&path, [&good[..2], &[("redirect_uri", "https://evil.example")]].concat(), "MD5101"),
        (&path, [&[("amazon_state", "guess")], &good[1..]].concat(), "unknown"),
    ] {
        assert_problem(get(url(&sandbox, path, &query)).await, 400, &[says]).await;
    }
    assert_eq!(get(url(&sandbox, &path, &good)).await.status(), 303);
}

#[tokio::test]
async fn a_draft_with_a_login_uri_is_sent_there_first() {
    let sandbox = start(builder().draft().login_uri(LOGIN)).await;
    let beta = [query(), vec![("version", "beta")]].concat();
    let (to, opened) = goes_to(&decide(url(&sandbox, CONSENT, &beta), SELLER_ID, "allow").await);
    assert_eq!((to.as_str(), opened["version"].as_str()), (LOGIN, "beta"));
    let callback = &opened["amazon_callback_uri"];
    let without = Url::parse_with_params(callback, confirming(&opened)).unwrap();
    assert_problem(get(without).await, 400, &["MD1000"]).await;
    let with = [confirming(&opened), vec![("version", "beta")]].concat();
    let (to, _) = goes_to(&get(Url::parse_with_params(callback, with).unwrap()).await);
    assert_eq!(to, "http://127.0.0.1:3000/back");
}

#[tokio::test]
async fn an_authorization_that_was_begun_outlives_the_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = start(builder().login_uri(LOGIN).keep_in(folder.path())).await;
    let (_, opened) = goes_to(&decide(url(&sandbox, APPSTORE, &[]), SELLER_ID, "allow").await);
    drop(sandbox);
    let sandbox = start(builder().login_uri(LOGIN).keep_in(folder.path())).await;
    let path = format!("/apps/authorize/confirm/{APPLICATION_ID}");
    let (_, parameters) = goes_to(&get(url(&sandbox, &path, &confirming(&opened))).await);
    drop(sandbox);
    let sandbox = start(builder().keep_in(folder.path())).await;
    assert_eq!(exchange(&sandbox, &parameters["spapi_oauth_code"], BACK).await.0, 200);
}

#[tokio::test]
async fn what_the_application_is_registered_with_is_checked_at_the_start() {
    for wrong in [builder().redirect_uri("shop.example"), builder().login_uri("https://shop.example/#login")] {
        let error = wrong.start().await.unwrap_err();
        assert!(error.to_string().contains("is not a URL of a page"), "{error}");
    }
}

#[tokio::test]
async fn the_style_sheet_is_the_pages_own() {
    let sandbox = start(builder()).await;
    let (page, _) = shown(url(&sandbox, CONSENT, &query())).await;
    let path = page.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = get(url(&sandbox, path, &[])).await;
    assert_eq!(
        (style.status().as_u16(), &style.headers()["content-type"]),
        (200, &"text/css; charset=utf-8".parse().unwrap())
    );
}

//! Who is let in, and what is refused.

use crate::browser::{Browser, FORM, form};
use crate::shop::{Shop, console};
use axum::http::{StatusCode, header};
use spapi_console::{Access, Certificate, Console};
use spapi_core::auth::SecretString;
use spapi_sandbox::Sandbox;
use std::sync::Arc;

/// Every path that a browser reads.
const PAGES: [&str; 16] = [
    "/",
    "/new",
    "/new/objects",
    "/sign-in",
    "/streams/Orders",
    "/connections/x",
    "/connections/x/settings",
    "/connections/x/objects",
    "/connections/x/plan",
    "/connections/x/run",
    "/connections/x/run/events",
    "/connections/x/tables/Orders",
    "/connections/x/dead-letters",
    "/connections/x/charts",
    "/none",
    "/connections/..%2f..%2fetc",
];
/// Every path that takes a form.
const FORMS: [&str; 11] = [
    "/language",
    "/check-settings",
    "/connections/x/check",
    "/new",
    "/new/objects",
    "/sign-in",
    "/sign-in/pasted",
    "/connections/x/settings",
    "/connections/x/objects",
    "/connections/x/run",
    "/connections/x/stop",
];

#[tokio::test]
async fn the_link_lets_one_browser_in_and_only_once() {
    let (console, _sandbox, _folder) = console().await;
    let outside = Browser::outside(&console);
    for path in PAGES {
        assert_eq!(outside.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for key in ["", "x", &"0".repeat(32)] {
        assert_eq!(outside.get(&format!("/enter?key={key}")).await.status, StatusCode::FORBIDDEN, "{key}");
    }
    let link = console.link();
    let inside = Browser::inside(&console).await;
    assert_eq!(inside.get("/").await.status, StatusCode::OK);
    let again = link.split_once(&inside.host).unwrap().1;
    assert_eq!(outside.get(again).await.status, StatusCode::FORBIDDEN);
    assert_eq!(inside.get(again).await.location(), "/");
    assert!(!console.link().contains("key="));
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_for_scripts_and_other_sites() {
    let (console, _sandbox, _folder) = console().await;
    let browser = Browser::outside(&console);
    let link = console.link();
    let page = browser.get(link.split_once(&browser.host).unwrap().1).await;
    let cookie = page.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Strict") && cookie.contains("; Path=/"));
    assert!(!page.has(cookie.split(['=', ';']).nth(1).unwrap()), "the page does not show it");
}

#[tokio::test]
async fn a_name_that_is_not_ours_is_refused() {
    let (console, _sandbox, _folder) = console().await;
    let mut browser = Browser::inside(&console).await;
    let own = browser.host.clone();
    let port = own.rsplit(':').next().unwrap().to_owned();
    for host in ["evil.example", &format!("evil.example:{port}"), "127.0.0.1", "127.0.0.1:1", ""] {
        browser.host = host.to_owned();
        for path in PAGES.iter().chain(&["/style.css", "/enter?key=x", "/amazon/answer?state=x"]) {
            assert_eq!(browser.get(path).await.status, StatusCode::MISDIRECTED_REQUEST, "{host} {path}");
        }
    }
    for host in [format!("localhost:{port}"), format!("[::1]:{port}"), own] {
        browser.host = host;
        assert_eq!(browser.get("/").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_form_needs_the_token_of_its_session_and_the_origin_of_its_page() {
    let (console, _sandbox, folder) = console().await;
    let browser = Browser::inside(&console).await;
    let token = browser.get("/").await.token().to_owned();
    let ours = format!("http://{}", browser.host);
    for path in FORMS {
        for wrong in ["", "x", &"0".repeat(32)] {
            assert_eq!(browser.post_with(path, &[], wrong).await.status, StatusCode::FORBIDDEN, "{path} {wrong}");
        }
        for origin in ["http://evil.example", "null", "", "https://evil.example", &format!("{ours}.evil.example")] {
            let request = browser.request("POST", path).header(header::CONTENT_TYPE, FORM);
            let request = request.header(header::ORIGIN, origin).body(form(&[], &token)).unwrap();
            assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN, "{path} {origin}");
        }
        let request = browser.request("POST", path).header(header::CONTENT_TYPE, FORM).body(form(&[], &token)).unwrap();
        assert_eq!(browser.send(request).await.status, StatusCode::FORBIDDEN, "{path} without an origin");
        let request =
            browser.request("POST", path).header(header::ORIGIN, &ours).header(header::CONTENT_TYPE, "text/plain");
        assert_eq!(
            browser.send(request.body(form(&[], &token)).unwrap()).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
        assert_ne!(browser.post_with(path, &[], &token).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let page = browser.send(browser.request(method, "/").body(form(&[], &token)).unwrap()).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
    }
    let long = "x".repeat(300 * 1024);
    assert_eq!(browser.post_with("/new", &[("name", &long)], &token).await.status, StatusCode::FORBIDDEN);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was written");
}

#[tokio::test]
async fn every_answer_has_a_strict_policy() {
    let (console, _sandbox, _folder) = console().await;
    let browser = Browser::inside(&console).await;
    for path in PAGES.iter().chain(&["/style.css", "/progress.js", "/enter?key=x", "/amazon/answer?state=x"]) {
        let page = browser.get(path).await;
        let has = |name: &str, text: &str| {
            let value = page.headers.get(name).unwrap_or_else(|| panic!("{path} lacks {name}"));
            assert!(value.to_str().unwrap().contains(text), "{path}: {name}: {value:?}");
        };
        has("content-security-policy", "default-src 'none'");
        has("content-security-policy", "frame-ancestors 'none'");
        has("x-content-type-options", "nosniff");
        has("cache-control", "no-store");
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
        let is_inline = page.has("<style") || page.has(" style=") || page.has("onclick=") || page.has("javascript:");
        assert!(!is_inline, "{path}");
        for part in page.body.split("<script").skip(1) {
            assert!(part.starts_with(" src=\"/"), "{path}: {part}");
        }
    }
}

#[tokio::test]
async fn the_language_is_kept_and_leads_nowhere_else() {
    let (console, _sandbox, _folder) = console().await;
    let mut browser = Browser::inside(&console).await;
    assert!(browser.get("/").await.has("<html lang=\"ja\">"));
    for (back, to) in [
        ("/new?draft=1", "/new?draft=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("", "/"),
        ("/\r\nx: y", "/"),
    ] {
        let page = browser.post("/language", &[("language", "de"), ("back", back)]).await;
        assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, to), "{back}");
        browser.keep(&page);
    }
    assert!(browser.get("/new").await.has("<html lang=\"de\">"));
}

#[tokio::test]
async fn other_machines_need_tls_and_a_password() {
    let sandbox = Arc::new(Sandbox::start().await.unwrap());
    let folder = tempfile::tempdir().unwrap();
    let bind = |address: [u8; 4], access| {
        Console::bind((address, 0).into(), access, folder.path(), Shop(Arc::clone(&sandbox)))
    };
    let error = bind([0, 0, 0, 0], Access::Local).await.unwrap_err().to_string();
    assert!(error.contains("other machines") && error.contains("password"), "{error}");
    let network = |password: &str| {
        let own = rcgen::generate_simple_self_signed(["console.example".to_owned()]).unwrap();
        let certificate =
            Certificate::from_pem(own.cert.pem().as_bytes(), own.signing_key.serialize_pem().as_bytes()).unwrap();
        Access::Network { name: "console.example".to_owned(), certificate, password: SecretString::from(password) }
    };
    let error = bind([127, 0, 0, 1], network("short")).await.unwrap_err().to_string();
    assert!(error.contains("fewer than 12") && !error.contains("short"), "{error}");
    assert!(Certificate::from_pem(b"", b"").is_err());

    let console = bind([127, 0, 0, 1], network("correct horse battery")).await.unwrap();
    let mut browser = Browser::outside(&console);
    assert!(browser.host.starts_with("console.example:") && browser.scheme == "https");
    assert_eq!(browser.get("/").await.location(), "/password");
    let ask = browser.get("/password").await;
    assert_eq!(ask.status, StatusCode::OK);
    let wrong = browser.post_with("/password", &[("password", "wrong horse battery")], "").await;
    assert!(wrong.status == StatusCode::FORBIDDEN && !wrong.has("wrong horse"), "{}", wrong.body);
    let right = browser.post_with("/password", &[("password", "correct horse battery")], "").await;
    let cookie = right.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-") && cookie.contains("; Secure"), "{cookie}");
    browser.keep(&right);
    assert_eq!(browser.get("/").await.status, StatusCode::OK);
    assert!(!browser.seen.lock().unwrap().contains("correct horse"));
}

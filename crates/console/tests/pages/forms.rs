//! The settings and the choice of objects.

use crate::browser::{Browser, Page};
use crate::shop::console;
use axum::http::StatusCode;
use spapi_sync::Connection;

pub const SECRET: &str = "amzn1.oa2-cs.v1.sesame-secret";
pub const TOKEN: &str = "Atzr|sesame-token";

/// Settings that are right.
pub const SETTINGS: [(&str, &str); 11] = [
    ("name", "楽しい店"),
    ("environment", "PRODUCTION"),
    ("region", "JP"),
    ("account", "Seller"),
    ("client_id", "amzn1.application-oa2-client.0123"),
    ("client_secret", SECRET),
    ("refresh_token", TOKEN),
    ("app_id", "amzn1.sp.solution.0123"),
    ("zone", "shop"),
    ("start", ""),
    ("period", "90"),
];

/// A day so many days ago.
pub fn ago(days: i64) -> String {
    jiff::Zoned::now().date().checked_sub(jiff::Span::new().days(days)).unwrap().to_string()
}

/// The settings with some of them changed.
pub fn settings<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = SETTINGS.to_vec();
    all.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    all.extend(changes);
    all
}

/// Makes a connection with these objects. Returns the path of its pages.
pub async fn connected(browser: &Browser, changes: &[(&str, &str)], objects: &[&str]) -> String {
    let page = browser.post("/new", &settings(changes)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    let draft = page.location().split_once("draft=").unwrap().1.to_owned();
    assert_eq!(browser.get(page.location()).await.status, StatusCode::OK);
    let mut fields = vec![("draft", draft.as_str())];
    fields.extend(objects.iter().map(|name| ("object", *name)));
    let page = browser.post("/new/objects", &fields).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    page.location().split("/plan").next().unwrap().to_owned()
}

fn nothing_secret(browser: &Browser) {
    let seen = browser.seen.lock().unwrap();
    assert!(!seen.contains("sesame"), "a page shows a secret");
}

#[tokio::test]
async fn a_new_user_makes_a_connection_in_japanese() {
    let (console, _sandbox, folder) = console().await;
    let browser = Browser::inside(&console).await;
    let first = browser.get("/").await;
    assert!(first.has("接続はまだありません") && first.has("新しい接続を作成"), "{}", first.body);
    let form = browser.get("/new").await;
    for label in ["接続名", "地域", "LWAクライアントID", "リフレッシュトークン", "取得開始日時", "レポートオプション"]
    {
        assert!(form.has(label), "{label}");
    }
    let path =
        connected(&browser, &[("start", "2026/10/1"), ("wait", "yes")], &["GET_MERCHANT_LISTINGS_ALL_DATA", "Orders"])
            .await;
    let file = folder.path().join("connection.toml");
    let connection = Connection::open(&file).unwrap();
    assert_eq!((connection.name.as_str(), connection.streams.len()), ("楽しい店", 2));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("start_date = \"2026-09-30T15:00:00Z\"") && !text.contains("sesame"), "{text}");
    let credentials = std::fs::read_to_string(folder.path().join("connection.credentials.json")).unwrap();
    assert!(credentials.contains("sesame-secret") && credentials.contains("sesame-token"));
    #[cfg(unix)]
    for name in ["connection.toml", "connection.credentials.json"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
    let plan = browser.get(&format!("{path}/plan?saved=new")).await;
    assert!(plan.has("接続を作成しました") && plan.has("すべての出品商品") && plan.has("<svg"), "{}", plan.body);
    let settings = browser.get(&format!("{path}/settings")).await;
    assert!(settings.has("2026-09-30T15:00:00Z") && settings.has("2026年10月1日 00:00"), "{}", settings.body);
    assert!(settings.has("認証情報は登録済みです"));
    nothing_secret(&browser);
}

/// The text of the fault of a field.
fn fault<'a>(page: &'a Page, field: &str) -> &'a str {
    let start = format!("id=\"{field}-fault\">");
    page.body.split_once(&start).map(|(_, rest)| rest.split('<').next().unwrap()).unwrap_or_default()
}

#[tokio::test]
async fn a_wrong_field_says_so_and_what_was_typed_stays() {
    let (console, _sandbox, folder) = console().await;
    let browser = Browser::inside(&console).await;
    connected(&browser, &[("name", "taken")], &["Orders"]).await;
    for (name, value, said) in [
        ("name", "", "入力してください"),
        ("name", "TAKEN", "すでに使われています"),
        ("client_id", "amzn1.sp.solution.1", "アプリIDが入力されています"),
        ("app_id", "amzn1.application-oa2-client.1", "LWAクライアントIDが入力されています"),
        ("refresh_token", "Atza|sesame", "アクセストークン"),
        ("client_secret", "amzn1.application-oa2-client.1", "IDが入力されています"),
        ("start", "いつか", "日時として読み取れません"),
        ("period", "9999", "1 から 3660 まで"),
        ("report_options", "GET_LEDGER_SUMMARY_VIEW_DATA", "読み取れません"),
        ("report_options", "GET_LEDGER_SUMMARY_VIEW_DATA x=1", "接続できません"),
    ] {
        let page = browser.post("/new", &settings(&[(name, value)])).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}={value}");
        assert!(fault(&page, name).contains(said), "{name}={value}: {:?}", fault(&page, name));
        assert!(page.has("aria-invalid=\"true\"") && page.has(&format!("href=\"#{name}\"")), "{name}");
        if name != "name" {
            assert!(page.has("value=\"楽しい店\""), "the other fields stay");
        }
    }
    // The secrets that were right need not be typed again.
    let page = browser.post("/new", &settings(&[("period", "x")])).await;
    assert!(page.has("入力済みです"));
    let draft = page.after("name=\"draft\" value=\"").to_owned();
    let without = settings(&[("client_secret", ""), ("refresh_token", ""), ("draft", &draft)]);
    let page = browser.post("/new", &without).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else was written");
    nothing_secret(&browser);
}

#[tokio::test]
async fn a_field_is_checked_before_the_form_is_sent() {
    let (console, _sandbox, folder) = console().await;
    let browser = Browser::inside(&console).await;
    let page = browser.post("/check-settings", &settings(&[("app_id", "x"), ("start", "2026-10-01")])).await;
    let found: serde_json::Value = serde_json::from_str(&page.body).unwrap();
    assert!(found["faults"]["app_id"].as_str().unwrap().contains("アプリIDの形式"), "{found}");
    assert!(found["notes"]["start"].as_str().unwrap().contains("2026-09-30T15:00:00Z"), "{found}");
    assert!(found["faults"]["name"].is_null() && found["notes"]["end"].is_null());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    nothing_secret(&browser);
}

#[tokio::test]
async fn settings_are_changed_and_what_the_form_does_not_know_stays() {
    let (console, _sandbox, folder) = console().await;
    let browser = Browser::inside(&console).await;
    let path = connected(&browser, &[("name", "shop")], &["Orders", "OrderItems"]).await;
    let file = folder.path().join("shop.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("# Ours.\n{text}\n[streams.OrderItems]\nlookback_days = 3\n")).unwrap();
    let changes =
        [("name", "other"), ("client_id", ""), ("client_secret", ""), ("refresh_token", ""), ("period", "30")];
    let page = browser.post(&format!("{path}/settings"), &settings(&changes)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    let connection = Connection::open(&file).unwrap();
    assert_eq!((connection.name.as_str(), connection.period_in_days), ("shop", Some(30)));
    let items = connection.streams.iter().find(|chosen| chosen.stream.name == "OrderItems").unwrap();
    assert_eq!(items.lookback_days, 3);
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("# Ours.\n"));
    let credentials = || std::fs::read_to_string(folder.path().join("shop.credentials.json")).unwrap();
    assert!(credentials().contains("sesame-token"));
    let changes = [("client_id", ""), ("client_secret", "amzn1.oa2-cs.v1.sesame-new"), ("refresh_token", "")];
    browser.post(&format!("{path}/settings"), &settings(&changes)).await;
    assert!(credentials().contains("sesame-new") && credentials().contains("sesame-token"));
    let page = browser.post(&format!("{path}/objects"), &[("object", "Orders"), ("object", "x")]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let connection = Connection::open(&file).unwrap();
    assert_eq!(connection.streams.len(), 1);
    let page = browser.post(&format!("{path}/objects"), &[]).await;
    assert!(page.status == StatusCode::UNPROCESSABLE_ENTITY && page.has("1つ以上"));
    nothing_secret(&browser);
}

#[tokio::test]
async fn a_file_with_an_error_is_shown_with_it_and_stays() {
    let (console, _sandbox, folder) = console().await;
    let browser = Browser::inside(&console).await;
    let file = folder.path().join("broken.toml");
    std::fs::write(&file, "name = \"a\"\nrefresh_token = \"Atzr|sesame\"\nobjects = [\"Order\"]\n").unwrap();
    for path in ["/", "/connections/broken", "/connections/broken/settings", "/connections/broken/plan"] {
        let page = browser.get(path).await;
        assert!(page.status == StatusCode::OK && page.has("broken.toml"), "{path}");
    }
    assert_eq!(browser.get("/connections/none/plan").await.status, StatusCode::NOT_FOUND);
    nothing_secret(&browser);
}

#[tokio::test]
async fn a_sign_in_needs_its_state() {
    let (console, _sandbox, _folder) = console().await;
    let browser = Browser::inside(&console).await;
    let page = browser.post("/sign-in", &settings(&[("app_id", "")])).await;
    let missing = browser.get(page.location()).await;
    assert!(missing.has("次の項目を接続設定で入力してください"), "{}", missing.body);
    let page = browser.post("/sign-in", &settings(&[])).await;
    let page = browser.get(page.location()).await;
    let state = page.after("state=").split('&').next().unwrap().to_owned();
    assert_eq!(state.len(), 32);
    let outside = Browser::outside(&console);
    for wrong in ["", "x", &"0".repeat(32)] {
        let page = outside.get(&format!("/amazon/answer?state={wrong}&spapi_oauth_code=sesame")).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{wrong}");
    }
    let refused = outside.get(&format!("/amazon/answer?state={state}&error=access_denied")).await;
    assert!(refused.has("サインインを完了できませんでした"), "{}", refused.body);
    assert_eq!(refused.headers["referrer-policy"], "no-referrer");
    let again = outside.get(&format!("/amazon/answer?state={state}&spapi_oauth_code=sesame")).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN, "a state is good once");
    nothing_secret(&browser);
}

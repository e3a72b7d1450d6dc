//! Runs: their beginning, progress, end and gaps.

use crate::browser::{Browser, Page};
use crate::forms::{ago, connected};
use crate::shop::console;
use axum::http::StatusCode;
use spapi_sandbox::{Fault, FaultKind};
use std::time::Duration;

/// The page of a run that is over.
pub async fn ended(browser: &Browser, path: &str) -> Page {
    for _ in 0..1200 {
        let page = browser.get(&format!("{path}/run")).await;
        if !page.has("data-events") {
            return page;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the run does not end: {}", browser.get(&format!("{path}/run")).await.text());
}

#[tokio::test]
async fn a_run_shows_its_progress_and_its_end() {
    let (console, _sandbox, _folder) = console().await;
    let browser = Browser::inside(&console).await;
    let objects = ["GET_MERCHANT_LISTINGS_ALL_DATA", "fba_inventory_summaries"];
    let path = connected(&browser, &[("name", "shop")], &objects).await;
    let before = browser.get(&format!("{path}/run")).await;
    assert!(before.has("まだ実行していません"));
    assert_eq!(browser.get(&format!("{path}/run/events")).await.status, StatusCode::NOT_FOUND);
    assert!(browser.get(&path).await.has("まだデータがありません"));
    // Two tabs begin one run.
    for _ in 0..2 {
        let page = browser.post(&format!("{path}/run"), &[]).await;
        assert_eq!(page.location(), format!("{path}/run"));
    }
    let during = browser.get(&format!("{path}/run")).await;
    let is_over = during.has("取得が終わりました");
    assert!(is_over || during.has("http-equiv=\"refresh\""), "without scripts the page comes again");
    let events = browser.get(&format!("{path}/run/events")).await;
    assert!(events.body.ends_with("event: end\ndata: end\n\n"), "{}", events.body);
    let after = ended(&browser, &path).await;
    assert!(after.has("取得が終わりました") && after.has("すべての出品商品"), "{}", after.body);
    let overview = browser.get(&path).await;
    assert!(overview.has("最新") && overview.has("FBA倉庫の在庫数"), "{}", overview.body);
}

#[tokio::test]
async fn a_gap_has_its_reason_and_a_button_that_fills_it() {
    let (console, sandbox, _folder) = console().await;
    let browser = Browser::inside(&console).await;
    let path = connected(&browser, &[("name", "shop")], &["GET_MERCHANT_LISTINGS_ALL_DATA"]).await;
    sandbox.fault(Fault::new("documents", FaultKind::CorruptGzip).nth(1)).unwrap();
    browser.post(&format!("{path}/run"), &[]).await;
    let after = ended(&browser, &path).await;
    assert!(after.has("欠けている期間") && after.has("一部を取得できませんでした"), "{}", after.body);
    let overview = browser.get(&path).await;
    assert!(overview.has("欠けている期間を取り直す") && overview.has("1回失敗しました"), "{}", overview.body);
    let fields = [("stream", "GET_MERCHANT_LISTINGS_ALL_DATA"), ("marketplace", "JP")];
    assert_eq!(browser.post(&format!("{path}/run"), &fields).await.status, StatusCode::SEE_OTHER);
    ended(&browser, &path).await;
    assert!(!browser.get(&path).await.has("欠けている期間を取り直す"));
    let page = browser.post(&format!("{path}/run"), &[("stream", "Orders")]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND, "a stream that the connection does not have");
}

#[tokio::test]
async fn a_run_is_stopped_and_goes_on() {
    let (console, sandbox, _folder) = console().await;
    let browser = Browser::inside(&console).await;
    let start = ago(60);
    let settings = [("name", "shop"), ("period", "5"), ("start", start.as_str())];
    let path = connected(&browser, &settings, &["GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"]).await;
    sandbox.fault(Fault::delay("reports getReport", 100)).unwrap();
    browser.post(&format!("{path}/run"), &[]).await;
    browser.post(&format!("{path}/stop"), &[]).await;
    let stopped = ended(&browser, &path).await;
    assert!(stopped.has("途中で停止しました") || stopped.has("取得が終わりました"), "{}", stopped.body);
    // Nothing to stop is no error.
    assert_eq!(browser.post(&format!("{path}/stop"), &[]).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_check_says_what_amazon_says() {
    let (console, sandbox, _folder) = console().await;
    let browser = Browser::inside(&console).await;
    let path = connected(&browser, &[("name", "shop")], &["GET_MERCHANT_LISTINGS_ALL_DATA"]).await;
    let good = browser.post(&format!("{path}/check"), &[]).await;
    assert!(good.has("認証情報は有効です") && good.has("問題は見つかりませんでした"), "{}", good.text());
    assert!(good.has("日本のレポートを取得できます"));
    assert!(sandbox.revoke(spapi_sandbox::REFRESH_TOKEN));
    let bad = browser.post(&format!("{path}/check"), &[]).await;
    assert!(bad.has("Amazonに接続できませんでした") && !bad.has("問題は見つかりませんでした"), "{}", bad.body);
}

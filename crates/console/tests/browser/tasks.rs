//! The tests: what a user comes to do.

use crate::driver::{Like, Window, axe};
use crate::shop::console;
use crate::steps::{OBJECTS, User};
use spapi_sandbox::Sandbox;
use std::sync::Arc;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use tokio::sync::oneshot;

/// A console that serves, until it is dropped.
pub struct Served {
    pub link: String,
    sandbox: Arc<Sandbox>,
    _folder: TempDir,
    _stop: oneshot::Sender<()>,
}

pub async fn served() -> Served {
    let (console, sandbox, folder) = console().await;
    let link = console.link();
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(console.serve(async move { drop(stopped.await) }));
    Served { link, sandbox, _folder: folder, _stop: stop }
}

pub async fn a_new_user_fills_tables_in_japanese() {
    let served = served().await;
    let user = User::enter(Window::open(Like::default()).await, &served.link).await;
    user.sees("接続はまだありません").await;
    user.window.picture("01-empty").await;
    user.presses("新しい接続を作成").await;
    user.sees("LWAクライアントID").await;
    user.window.picture("02-settings").await;
    user.connects("みどり堂 本店").await;
    user.window.picture("03-plan").await;
    user.sees("取得期間のカレンダー").await;
    user.runs().await;
    user.window.picture("04-run").await;
    user.presses("取り込んだデータを見る").await;
    user.sees("最新").await;
    user.window.picture("05-data").await;
    user.presses("すべての出品商品").await;
    user.sees("seller_sku").await;
    assert!(user.driver().find_all(By::Css("table tbody tr")).await.unwrap().len() > 3);
    user.window.picture("06-rows").await;
    user.presses("グラフ").await;
    user.sees("日別の注文数").await;
    assert!(user.driver().find_all(By::Css("svg rect.bar")).await.unwrap().len() > 30);
    user.window.picture("07-charts").await;
    user.goes_to("/connections/connection/objects").await;
    user.sees("おすすめ").await;
    user.window.picture("08-objects").await;
    user.window.close().await;
}

/// Presses the tab key until the element with this id or text has the focus.
async fn tabs_to(user: &User, wanted: &str) -> WebElement {
    for _ in 0..80 {
        user.driver().action_chain().send_keys(Key::Tab).perform().await.unwrap();
        let now = user.driver().active_element().await.unwrap();
        let id = now.attr("id").await.unwrap().unwrap_or_default();
        if id == wanted || now.text().await.unwrap().contains(wanted) && !wanted.is_ascii() {
            return now;
        }
    }
    panic!("the tab key never reaches {wanted}");
}

pub async fn everything_is_reached_by_keyboard() {
    let served = served().await;
    let user = User::enter(Window::open(Like::default()).await, &served.link).await;
    tabs_to(&user, "新しい接続を作成").await.send_keys(Key::Enter).await.unwrap();
    user.sees("LWAクライアントID").await;
    tabs_to(&user, "name").await.send_keys("キーボード").await.unwrap();
    for (field, text) in [
        ("client_id", "amzn1.application-oa2-client.0123456789"),
        ("client_secret", "amzn1.oa2-cs.v1.0123456789"),
        ("refresh_token", "Atzr|0123456789"),
    ] {
        tabs_to(&user, field).await.send_keys(text).await.unwrap();
    }
    tabs_to(&user, "オブジェクト選択へ進む").await.send_keys(Key::Enter).await.unwrap();
    user.sees("おすすめ").await;
    tabs_to(&user, "fba_inventory_summaries").await.send_keys(" ").await.unwrap();
    tabs_to(&user, "保存して取得計画を見る").await.send_keys(Key::Enter).await.unwrap();
    user.sees("接続を作成しました").await;
    tabs_to(&user, "取得を開始する").await.send_keys(Key::Enter).await.unwrap();
    user.sees("取得が終わりました").await;
    user.window.close().await;
}

pub async fn a_seller_signs_in_with_amazon() {
    let served = served().await;
    let user = User::enter(Window::open(Like::default()).await, &served.link).await;
    user.goes_to("/new").await;
    user.types("name", "サインイン").await;
    user.types("app_id", spapi_sandbox::APPLICATION_ID).await;
    user.types("client_id", spapi_sandbox::CLIENT_ID).await;
    user.types("client_secret", spapi_sandbox::CLIENT_SECRET).await;
    user.presses("Amazonでサインイン").await;
    user.sees("Amazonの認可画面を開く").await;
    user.window.picture("10-sign-in").await;
    user.presses("Amazonの認可画面を開く").await;
    let allow = By::Css("form button[value='allow'], form button[name='allow']");
    let allow = user.driver().query(allow).first().await.unwrap();
    user.window.picture("11-consent").await;
    allow.click().await.unwrap();
    user.sees("サインインが完了し").await;
    user.window.picture("12-signed-in").await;
    // What was typed before is there, but no secret.
    let name = user.driver().find(By::Id("name")).await.unwrap();
    assert_eq!(name.value().await.unwrap().as_deref(), Some("サインイン"));
    let source = user.driver().source().await.unwrap();
    assert!(!source.contains("Atzr|") || source.matches("Atzr|").count() == source.matches("Atzr| で").count());
    user.window.close().await;
}

pub async fn wrong_inputs_are_shown_at_their_fields() {
    let served = served().await;
    let user = User::enter(Window::open(Like::default()).await, &served.link).await;
    user.goes_to("/new").await;
    user.fills_in("誤り").await;
    user.types("client_id", "amzn1.sp.solution.0123").await;
    user.types("start", "あした").await;
    user.presses("オブジェクト選択へ進む").await;
    user.sees("2 件の誤りがあります").await;
    user.window.picture("20-faults").await;
    for (field, said) in [("client_id", "アプリIDが入力されています"), ("start", "日時として読み取れません")]
    {
        let fault = user.driver().find(By::Id(format!("{field}-fault"))).await.unwrap();
        assert!(fault.text().await.unwrap().contains(said), "{field}");
    }
    user.types("client_id", "amzn1.application-oa2-client.0123").await;
    user.types("start", "2026年10月1日").await;
    user.presses("オブジェクト選択へ進む").await;
    user.sees("おすすめ").await;
    user.presses("保存して取得計画を見る").await;
    user.sees("1つ以上選んでください").await;
    user.window.close().await;
}

pub async fn a_reload_and_a_second_tab_see_the_same_run() {
    let served = served().await;
    served.sandbox.fault(spapi_sandbox::Fault::delay("reports getReport", 1500)).unwrap();
    let user = User::enter(Window::open(Like::default()).await, &served.link).await;
    user.connects("二つのタブ").await;
    user.presses("取得を開始する").await;
    user.sees("取得しています").await;
    user.window.picture("30-running").await;
    let run = user.driver().current_url().await.unwrap();
    user.driver().refresh().await.unwrap();
    user.sees("二つのタブ").await;
    let first = user.driver().window().await.unwrap();
    let second = user.driver().new_tab().await.unwrap();
    user.driver().switch_to_window(second).await.unwrap();
    user.driver().goto(run.as_str()).await.unwrap();
    user.sees("取得が終わりました").await;
    user.driver().switch_to_window(first).await.unwrap();
    user.sees("取得が終わりました").await;
    user.window.close().await;
}

pub async fn the_pages_work_without_scripts() {
    let served = served().await;
    let like = Like { has_scripts: false, ..Like::default() };
    let user = User::enter(Window::open(like).await, &served.link).await;
    user.connects("スクリプトなし").await;
    user.runs().await;
    user.presses("取り込んだデータを見る").await;
    user.sees("最新").await;
    user.window.close().await;
}

pub async fn the_pages_fit_a_phone() {
    let served = served().await;
    let like = Like { size: (390, 844), ..Like::default() };
    let user = User::enter(Window::open(like).await, &served.link).await;
    user.goes_to("/new").await;
    assert!(user.overhang().await <= 0, "the settings are wider than a phone");
    user.window.picture("40-phone-settings").await;
    user.connects("スマホ").await;
    user.window.picture("41-phone-plan").await;
    user.runs().await;
    for (page, name) in
        [("", "data"), ("/run", "run"), ("/charts", "charts"), ("/objects", "objects"), ("/plan", "plan-after")]
    {
        user.goes_to(&format!("/connections/connection{page}")).await;
        user.sees("スマホ").await;
        assert!(user.overhang().await <= 0, "{name} is wider than a phone");
        user.window.picture(&format!("42-phone-{name}")).await;
    }
    user.window.close().await;
}

pub async fn the_pages_are_accessible() {
    let axe = axe().expect("axe-core, without which the test is ignored");
    let served = served().await;
    let user = User::enter(Window::open(Like::default()).await, &served.link).await;
    user.connects("確認").await;
    user.runs().await;
    let table = format!("/connections/connection/tables/{}?marketplace=JP", OBJECTS[0]);
    let mut wrong = Vec::new();
    for page in [
        "/",
        "/new",
        "/sign-in",
        "/connections/connection",
        "/connections/connection/plan",
        "/connections/connection/run",
        "/connections/connection/charts",
        "/connections/connection/objects",
        "/connections/connection/settings",
        &table,
        "/connections/connection/dead-letters",
        "/streams/Orders",
        "/none",
    ] {
        user.goes_to(page).await;
        let script = format!("{axe}; const done = arguments[0]; axe.run().then(found => done(found.violations));");
        let found = user.driver().execute_async(script, vec![]).await.unwrap();
        for violation in found.json().as_array().unwrap() {
            let (impact, id) = (violation["impact"].as_str().unwrap_or_default(), &violation["id"]);
            eprintln!("{page}: {impact} {id}: {}", violation["nodes"][0]["html"]);
            if ["serious", "critical"].contains(&impact) {
                wrong.push(format!("{page}: {id}: {}", violation["nodes"][0]["html"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    user.window.close().await;
}

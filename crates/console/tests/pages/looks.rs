//! Rows, dead letters and charts, and texts that try to be more than text.

use crate::browser::Browser;
use crate::forms::{ago, connected};
use crate::runs::ended;
use crate::shop::console;
use rusqlite::Connection;

const ATTACK: &str = "<img src=x onerror=alert(1)>\"'><svg onload=alert(2)>";

#[tokio::test]
async fn rows_and_charts_are_shown_and_nothing_in_them_is_markup() {
    let (console, _sandbox, folder) = console().await;
    let browser = Browser::inside(&console).await;
    let objects = [
        "GET_MERCHANT_LISTINGS_ALL_DATA",
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
        "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
    ];
    let name = "<img src=x onerror=alert(1)>\"'><svg onload=alert(2)>";
    let start = ago(45);
    let path = connected(&browser, &[("name", name), ("start", &start)], &objects).await;
    browser.post(&format!("{path}/run"), &[]).await;
    ended(&browser, &path).await;
    let database = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
    let database = database.into_iter().find(|path| path.extension().is_some_and(|end| end == "db")).unwrap();
    let rows = Connection::open(&database).unwrap();
    rows.execute("update GET_MERCHANT_LISTINGS_ALL_DATA set item_name = ?", [ATTACK]).unwrap();
    rows.execute("update GET_MERCHANT_LISTINGS_ALL_DATA set seller_sku = ? where rowid = 1", [ATTACK]).unwrap();
    rows.execute("insert into _spapi_rejected values (?1, 'Orders', '', ?2, ?2, ?2, ?2)", [name, ATTACK]).unwrap();
    drop(rows);

    let table = browser.get(&format!("{path}/tables/GET_MERCHANT_LISTINGS_ALL_DATA?marketplace=JP")).await;
    assert!(table.has("<th scope=\"col\">seller_sku</th>") && table.has("&lt;img src=x"), "{}", table.body);
    let letters = browser.get(&format!("{path}/dead-letters")).await;
    assert!(letters.has("取り込めなかった行") && letters.has("&lt;svg onload"), "{}", letters.body);
    let charts = browser.get(&format!("{path}/charts?days=90")).await;
    for title in ["日別の注文数", "日別の売上(JPY)", "在庫の多い商品", "Amazonポイントの付与と返還"]
    {
        assert!(charts.has(title), "{title}");
    }
    assert!(charts.has("role=\"img\"") && charts.has("<desc ") && charts.has("数値を表で見る"));
    for page in
        ["/", &path, &format!("{path}/settings"), &format!("{path}/objects"), &format!("{path}/run"), "/streams/Orders"]
    {
        browser.get(page).await;
    }
    let seen = browser.seen.lock().unwrap();
    assert!(!seen.contains("<img") && !seen.contains("<svg onload") && !seen.contains("\"'>"), "markup came through");
}

#[tokio::test]
async fn pages_of_a_table_follow_each_other() {
    let (console, _sandbox, _folder) = console().await;
    let browser = Browser::inside(&console).await;
    let objects = ["GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"];
    let start = ago(45);
    let path = connected(&browser, &[("name", "shop"), ("start", &start)], &objects).await;
    browser.post(&format!("{path}/run"), &[]).await;
    ended(&browser, &path).await;
    let table = format!("{path}/tables/{}?marketplace=JP", objects[0]);
    let first = browser.get(&table).await;
    assert!(first.has("次のページ") && !first.has("前のページ"), "{}", first.body);
    let second = browser.get(&format!("{table}&page=1")).await;
    assert!(second.has("前のページ") && first.body != second.body);
    let far = browser.get(&format!("{table}&page=4000000000")).await;
    assert!(far.has("行がありません"), "{}", far.body);
    assert!(browser.get(&format!("{table}&page=x")).await.has("次のページ"));
}

//! What a user does on the pages.

use crate::driver::Window;
use std::time::Duration;
use thirtyfour::prelude::*;

/// Where a user is: the window, and the address of the console.
pub struct User {
    pub window: Window,
    pub origin: String,
}

impl User {
    /// Opens the one-time link.
    pub async fn enter(window: Window, link: &str) -> Self {
        window.driver.goto(link).await.unwrap();
        let user = Self { window, origin: link.split("/enter").next().unwrap().to_owned() };
        user.sees("接続の一覧").await;
        user
    }

    pub fn driver(&self) -> &WebDriver {
        &self.window.driver
    }

    pub async fn goes_to(&self, path: &str) {
        self.driver().goto(format!("{}{path}", self.origin)).await.unwrap();
    }

    /// The text of the page.
    pub async fn text(&self) -> String {
        let Ok(body) = self.driver().find(By::Tag("body")).await else { return String::new() };
        // The page may change while it is read.
        body.text().await.unwrap_or_default()
    }

    /// Waits until the page shows a text.
    pub async fn sees(&self, text: &str) {
        for _ in 0..300 {
            if self.text().await.contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.window.picture("unseen").await;
        panic!("the page never shows {text}:\n{}", self.text().await);
    }

    pub async fn types(&self, field: &str, text: &str) {
        let field = self.driver().find(By::Id(field)).await.unwrap();
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    pub async fn chooses(&self, field: &str, value: &str) {
        let option = format!("#{field} option[value='{value}']");
        self.driver().find(By::Css(option)).await.unwrap().click().await.unwrap();
    }

    /// Presses the button or link with this text.
    pub async fn presses(&self, text: &str) {
        let path = format!("//main//*[self::button or self::a or self::summary][contains(., '{text}')]");
        let found = self.driver().find(By::XPath(path)).await.unwrap();
        found.scroll_into_view().await.unwrap();
        found.click().await.unwrap();
    }

    /// Ticks the box of an object.
    pub async fn ticks(&self, object: &str) {
        let found = self.driver().find(By::Id(object)).await.unwrap();
        self.driver()
            .execute("arguments[0].scrollIntoView({block: 'center'})", vec![found.to_json().unwrap()])
            .await
            .unwrap();
        found.click().await.unwrap();
    }

    /// Fills in the settings of a new connection.
    pub async fn fills_in(&self, name: &str) {
        self.types("name", name).await;
        self.chooses("region", "JP").await;
        self.types("client_id", "amzn1.application-oa2-client.0123456789").await;
        self.types("client_secret", "amzn1.oa2-cs.v1.0123456789").await;
        self.types("refresh_token", "Atzr|0123456789").await;
    }

    /// Makes a connection with three objects. Ends on its plan.
    pub async fn connects(&self, name: &str) {
        self.goes_to("/new").await;
        self.fills_in(name).await;
        let start = jiff::Zoned::now().date().checked_sub(jiff::Span::new().days(45)).unwrap();
        self.types("start", &start.to_string()).await;
        self.presses("オブジェクト選択へ進む").await;
        self.sees("おすすめ").await;
        for object in OBJECTS {
            self.ticks(object).await;
        }
        self.presses("保存して取得計画を見る").await;
        self.sees("接続を作成しました").await;
    }

    /// Begins a run from the plan, and waits for its end.
    pub async fn runs(&self) {
        self.presses("取得を開始する").await;
        self.sees("取得が終わりました").await;
    }

    /// Chooses a language by its code.
    pub async fn speaks(&self, language: &str) {
        let button = By::Css(format!("header button[lang='{language}']"));
        self.driver().find(button).await.unwrap().click().await.unwrap();
        self.driver().query(By::Css(format!("html[lang='{language}']"))).first().await.unwrap();
    }

    /// How many pixels the page is wider than the window.
    pub async fn overhang(&self) -> i64 {
        let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        self.driver().execute(script, vec![]).await.unwrap().json().as_i64().unwrap()
    }
}

/// What a new user chooses.
pub const OBJECTS: [&str; 3] = [
    "GET_MERCHANT_LISTINGS_ALL_DATA",
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "fba_inventory_summaries",
];

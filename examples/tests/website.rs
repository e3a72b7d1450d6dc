//! Runs the website of `authorize_on_a_website`, with a browser that has no scripts.

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

/// The website, until it ends.
struct Website {
    child: Child,
    out: BufReader<ChildStdout>,
    home: String,
    appstore: String,
}

impl Website {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_authorize_on_a_website"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("a program");
        let mut out = BufReader::new(child.stdout.take().expect("its output"));
        let home = field(&mut out, "website");
        let appstore = field(&mut out, "appstore");
        Self { child, out, home, appstore }
    }

    /// What it prints about the seller.
    fn end(mut self) -> String {
        let seller = field(&mut self.out, "authorized");
        assert!(self.child.wait().expect("an exit code").success());
        seller
    }
}

/// If a test fails, the website ends with it.
impl Drop for Website {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The rest of the next line, which begins with the name.
fn field(out: &mut impl BufRead, name: &str) -> String {
    let mut line = String::new();
    out.read_line(&mut line).expect("a line");
    line.trim_end()
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('\t'))
        .unwrap_or_else(|| panic!("{line}"))
        .to_owned()
}

/// A browser that follows redirects, and keeps one cookie.
struct Browser {
    client: Client,
    cookie: Option<String>,
}

/// A page, and where it was found.
struct Page {
    url: String,
    status: u16,
    text: String,
}

impl Browser {
    fn new() -> Self {
        Self { client: Client::builder().redirect(Policy::none()).build().expect("a client"), cookie: None }
    }

    async fn open(&mut self, url: &str) -> Page {
        let request = self.client.get(url);
        self.follow(url.to_owned(), request).await
    }

    async fn follow(&mut self, mut url: String, mut request: RequestBuilder) -> Page {
        loop {
            let with_cookie = self.cookie.iter().fold(request, |request, cookie| request.header("cookie", cookie));
            let response = with_cookie.send().await.expect("an answer");
            if let Some(cookie) = response.headers().get("set-cookie") {
                self.cookie = cookie.to_str().expect("ASCII").split(';').next().map(str::to_owned);
            }
            let Some(location) = response.headers().get("location") else {
                let status = response.status().as_u16();
                return Page { url, status, text: response.text().await.expect("a page") };
            };
            location.to_str().expect("ASCII").clone_into(&mut url);
            request = self.client.get(&url);
        }
    }

    /// Answers a page of Amazon's side.
    async fn decide(&mut self, page: &Page, decision: &str) -> Page {
        let shown = page.text.split("name=\"shown\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let form = [("shown", shown.expect("a form")), ("seller", "A1SPAPISANDBOX"), ("decision", decision)];
        let request = self.client.post(&page.url).form(&form);
        self.follow(page.url.clone(), request).await
    }
}

const SELLER: &str = "A1SPAPISANDBOX\tAmazon.co.jp";

#[tokio::test]
async fn a_seller_begins_on_the_website() {
    let website = Website::start();
    let mut browser = Browser::new();
    let home = browser.open(&website.home).await;
    assert!(home.text.contains("href=\"/authorize\""), "{}", home.text);
    let consent = browser.open(&format!("{}authorize", website.home)).await;
    assert!(consent.text.contains("Authorize an application"), "{}", consent.text);

    // Somebody else's answer, one without a visit, and a refusal authorize nothing, and the website goes on.
    let back = format!("{}back", website.home);
    let foreign = browser.open(&format!("{back}?state=guess&spapi_oauth_code=attack")).await;
    assert!(foreign.status == 400 && foreign.text.contains("not the one that was sent"), "{}", foreign.text);
    let stranger = Browser::new().open(&format!("{back}?state=guess&spapi_oauth_code=attack")).await;
    assert!(stranger.status == 400 && stranger.text.contains("begin again"), "{}", stranger.text);
    let consent = browser.open(&format!("{}authorize", website.home)).await;
    let refused = browser.decide(&consent, "refuse").await;
    assert!(refused.status == 400 && refused.text.contains("access_denied"), "{}", refused.text);

    let consent = browser.open(&format!("{}authorize", website.home)).await;
    let done = browser.decide(&consent, "allow").await;
    assert!(done.status == 200 && done.text.contains("is authorized"), "{}", done.text);
    assert!(done.url.starts_with(&back), "{}", done.url);
    assert_eq!(website.end(), SELLER);
}

#[tokio::test]
async fn a_seller_begins_in_the_appstore() {
    let website = Website::start();
    let mut browser = Browser::new();
    let hostile =
        "login?amazon_callback_uri=https%3A%2F%2Fevil.example%2Fapps%2Fauthorize%2Fconfirm%2F1&amazon_state=1";
    let refused = browser.open(&(website.home.clone() + hostile)).await;
    assert!(refused.status == 400 && refused.text.contains("not a page of Amazon's"), "{}", refused.text);
    let page = browser.open(&website.appstore).await;
    let done = browser.decide(&page, "allow").await;
    assert!(done.status == 200 && done.text.contains("is authorized"), "{}", done.text);
    assert_eq!(website.end(), SELLER);
}

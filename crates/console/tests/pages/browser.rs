//! A browser without a window: it keeps cookies, and sends forms as a page has them.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt;
use spapi_console::Console;
use std::sync::Mutex;
use tower::ServiceExt;

pub struct Browser {
    router: Router,
    pub host: String,
    pub scheme: &'static str,
    pub cookies: Vec<(String, String)>,
    pub language: &'static str,
    /// The text of every page so far.
    pub seen: Mutex<String>,
}

pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Page {
    /// Where it sends the browser.
    pub fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }

    /// The token of its forms.
    pub fn token(&self) -> &str {
        self.after("name=\"csrf\" value=\"")
    }

    /// The text behind another, up to the next quotation mark.
    pub fn after(&self, text: &str) -> &str {
        let rest = self.body.split_once(text).unwrap_or_else(|| panic!("no {text} in {}", self.body)).1;
        rest.split('"').next().unwrap()
    }

    /// The content without its marks, for the message of a failure.
    pub fn text(&self) -> String {
        let content = self.body.split_once("<main").map_or(self.body.as_str(), |(_, content)| content);
        content.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| format!("{text} ")).collect()
    }

    pub fn has(&self, text: &str) -> bool {
        self.body.contains(text)
    }
}

impl Browser {
    /// A browser that was not let in yet.
    pub fn outside(console: &Console) -> Self {
        let link = console.link();
        let (scheme, rest) = link.split_once("://").unwrap();
        Self {
            router: console.router(),
            host: rest.split('/').next().unwrap().to_owned(),
            scheme: if scheme == "https" { "https" } else { "http" },
            cookies: Vec::new(),
            language: "ja",
            seen: Mutex::default(),
        }
    }

    /// A browser that the one-time link has let in.
    pub async fn inside(console: &Console) -> Self {
        let mut browser = Self::outside(console);
        let link = console.link();
        let path = link.split_once(&browser.host).unwrap().1.to_owned();
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        browser.keep(&page);
        browser
    }

    /// Keeps the cookies of a page.
    pub fn keep(&mut self, page: &Page) {
        for line in page.headers.get_all(header::SET_COOKIE) {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    pub fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::COOKIE, cookies.join("; "))
    }

    pub async fn send(&self, request: Request<Body>) -> Page {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap();
        self.seen.lock().unwrap().push_str(&body);
        Page { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(self.request("GET", path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form with the token of the browser's session.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.get("/").await.token().to_owned();
        self.post_with(path, fields, &token).await
    }

    pub async fn post_with(&self, path: &str, fields: &[(&str, &str)], token: &str) -> Page {
        let origin = format!("{}://{}", self.scheme, self.host);
        let request = self.request("POST", path).header(header::ORIGIN, origin);
        self.send(request.header(header::CONTENT_TYPE, FORM).body(form(fields, token)).unwrap()).await
    }
}

pub const FORM: &str = "application/x-www-form-urlencoded";

pub fn form(fields: &[(&str, &str)], token: &str) -> Body {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    if !token.is_empty() {
        form.append_pair("csrf", token);
    }
    Body::from(form.finish())
}

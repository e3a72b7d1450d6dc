//! The pages. Each module has one page, or the steps of one task.

pub mod charts;
pub mod check;
pub mod enter;
pub mod home;
pub mod objects;
pub mod overview;
pub mod plan;
pub mod run;
pub mod settings;
pub mod sign_in;
pub mod tables;

use crate::app::App;
use crate::connections::Entry;
use crate::door::Session;
use crate::guard::{Fields, Host};
use crate::language::Language;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{DOCTYPE, Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use spapi_core::{Error, Marketplace};
use spapi_sync::Connection;
use std::convert::Infallible;
use std::sync::Arc;

/// What a page knows of its request.
pub struct Asked {
    pub app: Arc<App>,
    pub language: Language,
    /// The text that its forms must send. Empty without a session.
    pub csrf: String,
    /// The name by which the browser called this server.
    pub host: String,
    /// The path with its query.
    pub here: String,
    pub query: Fields,
    /// The fields of the form, if one was sent.
    pub fields: Fields,
}

impl FromRequestParts<Arc<App>> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let session = parts.extensions.get::<Session>();
        Ok(Self {
            app: Arc::clone(app),
            language: Language::of(&parts.headers),
            csrf: session.map(|session| session.csrf.clone()).unwrap_or_default(),
            host: parts.extensions.get::<Host>().map(|host| host.0.clone()).unwrap_or_default(),
            here: parts.uri.path_and_query().map(|path| path.as_str().to_owned()).unwrap_or_default(),
            query: Fields::parse(parts.uri.query().unwrap_or_default().as_bytes()),
            fields: parts.extensions.get::<Fields>().cloned().unwrap_or_default(),
        })
    }
}

impl Asked {
    /// The text of a key.
    pub fn say(&self, key: &str) -> String {
        self.language.say(key)
    }

    /// The hidden field that every form needs.
    pub fn token(&self) -> Markup {
        html! { input type="hidden" name="csrf" value=(self.csrf); }
    }

    /// A page.
    pub fn page(&self, title: &str, content: &Markup) -> Markup {
        self.page_with(title, &html! {}, content)
    }

    /// A page with further elements in its head.
    pub fn page_with(&self, title: &str, head: &Markup, content: &Markup) -> Markup {
        let language = self.language;
        document(
            language,
            title,
            head,
            &html! {
                a.skip href="#content" { (language.say("skip")) }
                header.top {
                    a.brand href="/" { (language.say("brand")) }
                    @if self.app.reach.is_made_up() { span.badge { (language.say("made-up")) } }
                    form.languages method="post" action="/language" aria-label=(language.say("language")) {
                        (self.token())
                        input type="hidden" name="back" value=(self.here);
                        @for one in Language::ALL {
                            button.plain name="language" value=(one.code()) lang=(one.code())
                                aria-current=[(one == language).then_some("true")] { (one.name()) }
                        }
                    }
                }
                main id="content" { (content) }
            },
        )
    }

    /// The connection of an id, or the page that says that there is none or that it cannot be read.
    pub fn connection(&self, id: &str) -> Result<(Entry, Connection), Box<Response>> {
        let Some(entry) = self.app.folder.find(id) else {
            return Err(Box::new(self.failed(StatusCode::NOT_FOUND, "missing-connection", None)));
        };
        match entry.connection.clone() {
            Ok(connection) => Ok((entry, connection)),
            Err(error) => Err(Box::new(self.failed(StatusCode::OK, "broken-connection", Some(&error)))),
        }
    }

    /// A page that says that something failed.
    pub fn failed(&self, status: StatusCode, key: &str, error: Option<&Error>) -> Response {
        let content = html! {
            h1 { (self.say("failed-title")) }
            (problem(self.language, &self.say(key), error))
            p { a href="/" { (self.say("back-home")) } }
        };
        (status, self.page(&self.say("failed-title"), &content)).into_response()
    }
}

/// A page without a session's parts.
fn document(language: Language, title: &str, head: &Markup, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " – " (language.say("brand")) }
                link rel="stylesheet" href="/style.css";
                (head)
            }
            body { (body) }
        }
    }
}

/// A box that says what is wrong. The library's words are in English.
pub fn problem(language: Language, what: &str, error: Option<&Error>) -> Markup {
    html! {
        div.notice.bad role="alert" {
            p { (what) }
            @if let Some(error) = error {
                @let plainly = language.plainly(error);
                @if plainly != what { p { (plainly) } }
                details {
                    summary { (language.say("details")) }
                    p lang="en" { (error.to_string()) }
                }
            }
        }
    }
}

/// A request that the guard refused.
pub fn refused(language: Language, status: StatusCode, key: &str) -> Response {
    let title = language.say("refused-title");
    let content = html! { main { h1 { (title) } p { (language.say(key)) } } };
    (status, document(language, &title, &html! {}, &content)).into_response()
}

/// What a browser sees that was not let in.
pub fn closed(app: &App, language: Language) -> Response {
    if app.door.has_password() {
        return Redirect::to("/password").into_response();
    }
    refused(language, StatusCode::FORBIDDEN, "closed")
}

/// A path that does not exist.
pub async fn missing(asked: Asked) -> Response {
    asked.failed(StatusCode::NOT_FOUND, "missing-page", None)
}

/// The stylesheet.
pub async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../../assets/style.css"))
}

/// The script that shows progress.
pub async fn progress_script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("../../assets/progress.js"))
}

/// The script that checks settings.
pub async fn settings_script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("../../assets/settings.js"))
}

/// There is no icon.
pub async fn no_icon() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Characters of a part of a path that stay.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// The path of a connection's page.
pub fn path(id: &str, page: &str) -> String {
    format!("/connections/{}{page}", utf8_percent_encode(id, PART))
}

/// The first marketplace of a connection, whose zone times are shown in.
pub fn first(connection: &Connection) -> Marketplace {
    connection.marketplaces.first().copied().unwrap_or(Marketplace::JP)
}

/// The tabs of a connection.
pub fn tabs(asked: &Asked, id: &str, connection: &Connection, current: &str) -> Markup {
    let pages = [
        ("", "tab-overview"),
        ("/plan", "tab-plan"),
        ("/run", "tab-run"),
        ("/charts", "tab-charts"),
        ("/objects", "tab-objects"),
        ("/settings", "tab-settings"),
    ];
    html! {
        p.trail { a href="/" { (asked.say("connections")) } " / " (connection.name) }
        nav.tabs aria-label=(connection.name) {
            ul {
                @for (page, key) in pages {
                    li { a href=(path(id, page)) aria-current=[(page == current).then_some("page")] { (asked.say(key)) } }
                }
            }
        }
    }
}

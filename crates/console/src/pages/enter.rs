//! How a browser is let in, and the choice of its language.

use super::{Asked, document, refused};
use crate::door::Tried;
use crate::language::{COOKIE, Language};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use maud::{Markup, html};

/// The one-time link.
pub async fn by_link(asked: Asked) -> Response {
    if !asked.csrf.is_empty() {
        return Redirect::to("/").into_response();
    }
    match asked.app.door.enter(asked.query.text("key")) {
        true => let_in(&asked),
        false => refused(asked.language, StatusCode::FORBIDDEN, "closed"),
    }
}

/// Begins a session, and goes on to the first page.
fn let_in(asked: &Asked) -> Response {
    let Ok(session) = asked.app.door.begin() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let cookie = cookie(asked, &asked.app.cookie, &session, "");
    // A browser that came from another program or page sends the cookie only with the next step that this page makes.
    let head = html! { meta http-equiv="refresh" content="0;url=/"; };
    let content = html! { main { p { a href="/" { (asked.say("go-on")) } } } };
    let page = document(asked.language, &asked.say("brand"), &head, &content);
    (AppendHeaders([(header::SET_COOKIE, cookie)]), page).into_response()
}

fn cookie(asked: &Asked, name: &str, value: &str, more: &str) -> String {
    let secure = if asked.app.names.scheme == "https" { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{more}")
}

/// The form of the password.
pub async fn ask(asked: Asked) -> Response {
    if !asked.csrf.is_empty() || !asked.app.door.has_password() {
        return Redirect::to("/").into_response();
    }
    password_page(&asked, None).into_response()
}

fn password_page(asked: &Asked, fault: Option<&str>) -> Markup {
    let title = asked.say("password-title");
    let content = html! {
        main {
            h1 { (title) }
            form method="post" action="/password" {
                label for="password" { (asked.say("password")) }
                input id="password" type="password" name="password" autocomplete="current-password" required autofocus
                    aria-describedby=[fault.map(|_| "password-fault")];
                @if let Some(key) = fault { p.fault id="password-fault" { (asked.say(key)) } }
                button { (asked.say("enter")) }
            }
        }
    };
    document(asked.language, &title, &html! {}, &content)
}

/// Tries a password.
pub async fn by_password(asked: Asked) -> Response {
    match asked.app.door.try_password(asked.fields.text("password")) {
        Tried::Right => let_in(&asked),
        Tried::Wrong => (StatusCode::FORBIDDEN, password_page(&asked, Some("password-wrong"))).into_response(),
        Tried::TooOften => {
            (StatusCode::TOO_MANY_REQUESTS, password_page(&asked, Some("password-too-often"))).into_response()
        }
    }
}

/// Chooses the language, and goes back to the page.
pub async fn language(asked: Asked) -> Response {
    let language = Language::find(asked.fields.text("language")).unwrap_or(asked.language);
    let cookie = cookie(&asked, COOKIE, language.code(), "; Max-Age=31536000");
    let back = asked.fields.text("back");
    // Only a path of ours, not `//another.example`.
    let is_ours = back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\r', '\n']);
    let back = if is_ours && HeaderValue::from_str(back).is_ok() { back } else { "/" };
    (AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(back)).into_response()
}

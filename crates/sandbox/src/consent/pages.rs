//! The HTML of the pages. They need no script.

use super::{APPSTORE_PATH, Application, STYLE_PATH};
use crate::login::APPLICATION_ID;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};

/// Nothing but our own style sheet. A form may lead to any site, because browsers check the redirects after it too, and
/// only the application decides where those go.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action http: https:; base-uri 'none'; \
                      frame-ancestors 'none'";

/// A page as an answer.
pub(super) fn respond(status: StatusCode, page: Markup) -> Response {
    (status, HEADERS, Html(page.into_string())).into_response()
}

/// The style sheet as an answer.
pub(super) fn style() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (kind, [NOSNIFF], include_str!("style.css")).into_response()
}

/// Sends the browser on.
pub(super) fn redirect(to: &str) -> Response {
    // Registered and named redirect URIs are ASCII without control characters, and so is an encoded query.
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::SEE_OTHER, HEADERS, [(header::LOCATION, to)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

const NOSNIFF: (header::HeaderName, &str) = (header::X_CONTENT_TYPE_OPTIONS, "nosniff");

/// With the referrer policy `no-referrer` a browser would send the form with the origin `null`.
const HEADERS: [(header::HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::REFERRER_POLICY, "same-origin"),
    NOSNIFF,
];

/// What the page asks the seller.
pub(super) struct Question<'a> {
    /// The query of the URL, which the answer has too.
    pub(super) query: &'a str,
    /// The sealed time of the page.
    pub(super) shown: String,
    pub(super) sellers: Vec<String>,
    /// Where the browser goes afterwards.
    pub(super) then: &'a str,
}

/// The page on which a seller allows or refuses.
pub(super) fn consent(application: &Application, question: &Question<'_>) -> Markup {
    page(
        "Authorize an application",
        &html! {
            p {
                "The application below asks to call the Selling Partner API as you, in every marketplace of your region, "
                "until you revoke it."
            }
            (facts(application, question.then))
            (form(question, &html! {
                button type="submit" name="decision" value="allow" { "Allow" }
                button.quiet type="submit" name="decision" value="refuse" { "Refuse" }
            }))
        },
    )
}

/// The application's page in the Appstore.
pub(super) fn appstore(application: &Application, question: &Question<'_>) -> Markup {
    page(
        "An application in the Appstore",
        &html! {
            p {
                "Here a seller authorizes the application without having been at its website before. Amazon then opens the "
                "login URI of the application."
            }
            (facts(application, question.then))
            (form(question, &html! {
                button type="submit" name="decision" value="allow" { "Authorize now" }
            }))
        },
    )
}

/// The page that shows an error.
pub(super) fn problem(code: Option<&str>, what: &str, to_do: &str) -> Markup {
    let title = "The authorization cannot go on";
    page(
        title,
        &html! {
            p role="alert" { (what) }
            @if let Some(code) = code {
                p { "Amazon's own page shows the code " strong { (code) } "." }
            }
            p { (to_do) }
            p { "Nothing was authorized." }
        },
    )
}

fn facts(application: &Application, then: &str) -> Markup {
    html! {
        dl {
            dt { "Application" }
            dd { (APPLICATION_ID) @if application.is_draft { " (draft)" } }
            dt { "The browser goes on to" }
            dd { (then) }
        }
    }
}

fn form(question: &Question<'_>, buttons: &Markup) -> Markup {
    html! {
        form method="post" action={ "?" (question.query) } {
            input type="hidden" name="shown" value=(question.shown);
            p {
                label for="seller" { "Seller or vendor" }
                select #seller name="seller" required {
                    @for id in &question.sellers {
                        option value=(id) { "Sandbox Kitchen, " (id) }
                    }
                }
            }
            p.buttons { (buttons) }
        }
    }
}

fn page(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · spapi sandbox" }
                link rel="stylesheet" href=(STYLE_PATH);
            }
            body {
                header { p { strong { "spapi sandbox" } " A made-up Seller Central: nothing here reaches Amazon." } }
                main {
                    h1 { (title) }
                    (content)
                }
                footer { p { a href=(APPSTORE_PATH) { "The application in the Appstore" } } }
            }
        }
    }
}

//! Whether a connection can be used.

use super::{Asked, path, problem, tabs};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use spapi_sync::{Finding, Stream};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a check may last. A quota of a few calls an hour would keep the browser waiting.
const LONGEST: Duration = Duration::from_secs(60);

/// The button that begins a check.
pub fn form(asked: &Asked, id: &str) -> Markup {
    html! {
        form.alone method="post" action=(path(id, "/check")) {
            (asked.token())
            button.second { (asked.say("check-button")) }
            p.help { (asked.say("check-help")) }
        }
    }
}

/// Makes a few cheap calls, and shows what came of them.
pub async fn run(asked: Asked, Path(id): Path<String>) -> Response {
    let (_, connection) = match asked.connection(&id) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let mut findings = Vec::new();
    let roles = roles(connection.streams.iter().map(|chosen| chosen.stream));
    let checked = async {
        match asked.app.reach.connect(&connection).await {
            Ok(connected) => {
                spapi_sync::check(&connection, &connected.client, |finding| findings.push(shown(&asked, finding)))
                    .await;
                None
            }
            Err(error) => Some(error),
        }
    };
    let failed = tokio::time::timeout(LONGEST, checked).await;
    let title = asked.say("check-title");
    let content = html! {
        (tabs(&asked, &id, &connection, "/check"))
        h1 { (title) }
        ul.findings { @for (_, finding) in &findings { li { (finding) } } }
        @match &failed {
            Err(_) => { (problem(asked.language, &asked.say("check-too-long"), None)) }
            Ok(Some(error)) => { (problem(asked.language, &asked.say("check-credentials-bad"), Some(error))) }
            Ok(None) => {
                @if findings.iter().all(|(is_good, _)| *is_good) {
                    p.notice.good { (asked.say("check-good")) }
                } @else if !roles.is_empty() {
                    p { (asked.say("check-roles")) " " span lang="en" { (roles.join(", ")) } }
                }
            }
        }
        p { a.button href=(path(&id, "/plan")) { (asked.say("tab-plan")) } }
    };
    asked.page(&title, &content).into_response()
}

/// The roles of the application that the streams need, each once.
fn roles(streams: impl Iterator<Item = &'static Stream>) -> Vec<&'static str> {
    streams.flat_map(Stream::roles).copied().collect::<BTreeSet<_>>().into_iter().collect()
}

/// A finding in plain words, with whether it is good.
fn shown(asked: &Asked, finding: Finding) -> (bool, Markup) {
    let language = asked.language;
    let of = |key: &str, country: String| language.say_with(key, &[("country", country.into())]);
    match finding {
        Finding::Accepted => (true, html! { "✓ " (asked.say("check-credentials-good")) }),
        Finding::Refused(error) => (false, problem(language, &asked.say("check-credentials-bad"), Some(&error))),
        Finding::Sells(marketplace, true) => (true, html! { "✓ " (of("check-sells", language.country(marketplace))) }),
        Finding::Sells(marketplace, false) => {
            (false, html! { "! " (of("check-sells-not", language.country(marketplace))) })
        }
        Finding::Listed(marketplace) => (true, html! { "✓ " (of("check-reports", language.country(marketplace))) }),
        Finding::NotListed(marketplace, error) => {
            (false, problem(language, &of("check-reports-not", language.country(marketplace)), Some(&error)))
        }
        _ => (true, html! {}),
    }
}

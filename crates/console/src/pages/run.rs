//! The run of a connection: its beginning, its progress and its end.

use super::{Asked, first, path, problem, tabs};
use crate::app::App;
use crate::language::Language;
use crate::runs::{Phase, Shown};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::stream;
use maud::{Markup, html};
use spapi_core::{Error, Marketplace};
use spapi_sync::{Connection, RunOptions, Stream, StreamProgress};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The shortest time between two pictures of the progress.
const PAUSE: Duration = Duration::from_millis(400);

/// Begins a run, of all or of one stream.
pub async fn begin(asked: Asked, Path(id): Path<String>) -> Response {
    let (_, mut connection) = match asked.connection(&id) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let only = asked.fields.text("stream");
    if !only.is_empty() {
        connection.streams.retain(|chosen| chosen.stream.name == only);
        if let Ok(marketplace) = asked.fields.text("marketplace").parse::<Marketplace>() {
            connection.marketplaces.retain(|one| *one == marketplace);
        }
        if connection.streams.is_empty() || connection.marketplaces.is_empty() {
            return asked.failed(StatusCode::NOT_FOUND, "missing-page", None);
        }
    }
    // Who presses a button does not want to hear that a report rests.
    let options = RunOptions::new().retry_all(!only.is_empty());
    let app: Arc<App> = Arc::clone(&asked.app);
    asked.app.runs.begin(&id, connection, options, |connection| {
        Box::pin(async move {
            let connected = app.reach.connect(&connection).await?;
            Ok((connected, connection))
        })
    });
    Redirect::to(&path(&id, "/run")).into_response()
}

/// Asks the run to end at the next commit.
pub async fn stop(asked: Asked, Path(id): Path<String>) -> Response {
    if let Some(run) = asked.app.runs.of(&id) {
        run.stop();
    }
    Redirect::to(&path(&id, "/run")).into_response()
}

/// The last run, or the button for the first.
pub async fn show(asked: Asked, Path(id): Path<String>) -> Response {
    let (_, connection) = match asked.connection(&id) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let title = asked.say("tab-run");
    let shown = asked.app.runs.of(&id).map(|run| run.now());
    let is_on = shown.as_ref().is_some_and(|shown| !shown.is_over());
    let head = html! {
        @if is_on {
            script src="/progress.js" defer {}
            noscript { meta http-equiv="refresh" content="3"; }
        }
    };
    let content = html! {
        (tabs(&asked, &id, &connection, "/run"))
        h1 { (title) }
        @match &shown {
            None => { p { (asked.say("run-none")) } }
            Some(shown) => {
                div #progress data-events=[is_on.then(|| path(&id, "/run/events"))] data-lost=(asked.say("progress-lost")) {
                    (progress(asked.language, shown, first(&connection)))
                }
            }
        }
        @if is_on {
            form.alone method="post" action=(path(&id, "/stop")) {
                (asked.token())
                button.second { (asked.say("stop-button")) }
                p.help { (asked.say("stop-help")) }
            }
        } @else {
            form.alone method="post" action=(path(&id, "/run")) {
                (asked.token())
                button { (asked.say(if shown.is_some() { "run-again-button" } else { "run-button" })) }
            }
            @if let Some(shown) = &shown { (gaps(&asked, &connection, shown)) }
            p { a href=(path(&id, "")) { (asked.say("to-tables")) } }
        }
    };
    asked.page_with(&title, &head, &content).into_response()
}

/// The progress as events, each a part of the page.
pub async fn events(asked: Asked, Path(id): Path<String>) -> Response {
    let Some(run) = asked.app.runs.of(&id) else { return StatusCode::NOT_FOUND.into_response() };
    let language = asked.language;
    let marketplace = match asked.connection(&id) {
        Ok((_, connection)) => first(&connection),
        Err(_) => Marketplace::JP,
    };
    let state = (run.changes(), false);
    let events = stream::unfold(state, move |(mut changes, is_over)| async move {
        if is_over {
            return None;
        }
        let shown = changes.borrow_and_update().clone();
        if shown.is_over() {
            return Some((Ok::<_, Infallible>(Event::default().event("end").data("end")), (changes, true)));
        }
        let picture = progress(language, &shown, marketplace).into_string();
        tokio::time::sleep(PAUSE).await;
        // A wait for the quota changes nothing for minutes, but its end comes nearer.
        let _ = tokio::time::timeout(Duration::from_secs(5), changes.changed()).await;
        Some((Ok(Event::default().event("progress").data(picture)), (changes, false)))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// How far a run is.
fn progress(language: Language, shown: &Shown, marketplace: Marketplace) -> Markup {
    let begun = language.moment(shown.begun, marketplace);
    let lasted = |at: &SystemTime| language.lasting(at.duration_since(shown.begun).unwrap_or_default());
    let (done, slices) =
        shown.streams.iter().fold((0, 0), |(done, all), one| (done + one.done + one.gaps, all + one.slices));
    html! {
        p.state role="status" {
            strong { @match &shown.phase {
                Phase::Running => { (language.say("run-running")) }
                Phase::Stopping => { (language.say("run-stopping")) }
                Phase::Ended { is_stopped: false, .. } => { (language.say("run-ended")) }
                Phase::Ended { .. } => { (language.say("run-stopped")) }
                Phase::Failed { .. } => { (language.say("run-failed")) }
            } }
            " " (language.say_with("run-begun", &[("time", begun.into())]))
            @if let Phase::Ended { at, .. } | Phase::Failed { at, .. } = &shown.phase {
                " " (language.say_with("run-lasted", &[("time", lasted(at).into())]))
            }
        }
        @if let Phase::Failed { why, .. } = &shown.phase { (problem(language, &language.plainly(why), Some(why))) }
        @if slices > 0 {
            progress max=(slices) value=(done) aria-label=(language.say("column-slices")) {}
            p.quiet { (language.number(done)) " / " (language.number(slices)) }
        }
        @if !shown.streams.is_empty() {
            div.wide tabindex="0" role="region" aria-label=(language.say("tab-run")) {
                table {
                    thead { tr {
                        th scope="col" { (language.say("column-object")) }
                        th scope="col" { (language.say("column-marketplace")) }
                        th.number scope="col" { (language.say("column-slices")) }
                        th.number scope="col" { (language.say("column-rows")) }
                        th.number scope="col" { (language.say("column-dead-letters")) }
                        th.number scope="col" { (language.say("column-gaps")) }
                        th scope="col" { (language.say("column-state")) }
                    } }
                    tbody { @for one in &shown.streams { tr {
                        th scope="row" { (language.title(one.stream)) }
                        td { (language.marketplace(one.marketplace.map(|one| one.country_code()))) }
                        td.number { (language.number(one.done)) " / " (language.number(one.slices)) }
                        td.number { (language.number(one.rows)) }
                        td.number { (language.number(one.rejected)) }
                        td.number { (language.number(one.gaps)) }
                        td { (state(language, one, shown.is_over(), marketplace)) }
                    } } }
                }
            }
        }
    }
}

/// What a stream does, or why it does not go on.
fn state(language: Language, one: &StreamProgress, is_over: bool, marketplace: Marketplace) -> Markup {
    if let Some(why) = &one.refused {
        return html! { (language.say("state-refused")) br; small lang="en" { (why) } };
    }
    match &one.waiting {
        _ if one.slices == 0 => html! { (language.say("state-nothing")) },
        _ if one.is_over() && one.gaps > 0 => html! { (language.say("state-gaps")) },
        _ if one.is_over() => html! { (language.say("state-done")) },
        _ if is_over => html! { (language.say("state-open")) },
        None => html! { (language.say("state-reads")) },
        Some(waiting) => {
            let far = waiting.until.filter(|until| {
                until.duration_since(SystemTime::now()).is_ok_and(|wait| wait >= Duration::from_secs(10))
            });
            html! {
                (language.waits(waiting.what))
                @if let Some(until) = far {
                    " " (language.say_with("waits-until", &[("time", language.moment(until, marketplace).into())]))
                }
            }
        }
    }
}

/// The slices that failed, with the reasons.
fn gaps(asked: &Asked, connection: &Connection, shown: &Shown) -> Markup {
    if shown.gaps.is_empty() {
        return html! {};
    }
    let title = |name: &str| Stream::find(name).map_or(name.to_owned(), |stream| asked.language.title(stream));
    html! {
        h2 { (asked.say("gaps-title")) }
        p { (asked.say("gaps-about")) }
        ul.gaps { @for (id, why) in &shown.gaps { li {
            strong { (title(&id.stream)) } " " (asked.language.time(&id.slice, first(connection)))
            (reason(asked.language, why))
        } } }
    }
}

fn reason(language: Language, why: &Error) -> Markup {
    html! {
        p { (language.plainly(why)) }
        details { summary { (language.say("details")) } p lang="en" { (why.to_string()) } }
    }
}

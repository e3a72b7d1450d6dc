//! How far the tables of a connection are.

use super::{Asked, first, path, problem, tabs};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use spapi_core::Error;
use spapi_sync::{Connection, Hole, Kind, Standing, standings};
use std::time::{Duration, SystemTime};

/// The tables with their freshness and gaps.
pub async fn show(asked: Asked, Path(id): Path<String>) -> Response {
    let (_, connection) = match asked.connection(&id) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let title = asked.say("tab-overview");
    let found = of(&connection).await;
    let content = html! {
        (tabs(&asked, &id, &connection, ""))
        h1 { (connection.name) }
        @if asked.query.text("saved") == "settings" { p.notice.good role="status" { (asked.say("saved-settings")) } }
        @match &found {
            Err(error) => { (problem(asked.language, &asked.say("tables-failed"), Some(error))) }
            Ok(None) => {
                p { (asked.say("nothing-read")) }
                p { a.button href=(path(&id, "/plan")) { (asked.say("tab-plan")) } }
            }
            Ok(Some(standings)) => { (shown(&asked, &id, &connection, standings)) }
        }
    };
    asked.page(&title, &content).into_response()
}

/// How far each stream is. `None` if nothing was read yet.
async fn of(connection: &Connection) -> Result<Option<Vec<Standing>>, Error> {
    let Some(destination) = &connection.destination else { return Ok(None) };
    let Some(mut tables) = destination.open_filled().await? else { return Ok(None) };
    standings(connection, &mut *tables, SystemTime::now()).await.map(Some)
}

fn shown(asked: &Asked, id: &str, connection: &Connection, standings: &[Standing]) -> Markup {
    let language = asked.language;
    let rejected: u64 = standings.iter().map(|one| one.rejected).sum();
    html! {
        div.wide tabindex="0" role="region" aria-label=(asked.say("tables-title")) {
            table {
                caption { (asked.say("tables-title")) }
                thead { tr {
                    th scope="col" { (asked.say("column-object")) }
                    th scope="col" { (asked.say("column-marketplace")) }
                    th.number scope="col" { (asked.say("column-rows")) }
                    th scope="col" { (asked.say("column-up-to")) }
                    th scope="col" { (asked.say("column-freshness")) }
                    th.number scope="col" { (asked.say("column-gaps")) }
                    th.number scope="col" { (asked.say("column-due")) }
                } }
                tbody { @for one in standings { tr {
                    th scope="row" { a href=(table(id, one)) { (language.title(one.stream)) } }
                    td { (language.marketplace(one.marketplace)) }
                    td.number { (language.number(one.rows)) }
                    td { (up_to(asked, connection, one)) }
                    td { (freshness(asked, one)) }
                    td.number { (language.number(one.gaps.len() as u64)) }
                    td.number { (language.number(one.due.len() as u64)) }
                } } }
            }
        }
        @if rejected > 0 {
            p { a href=(path(id, "/dead-letters")) { (language.count("dead-letters-count", rejected)) } }
        }
        form.alone method="post" action=(path(id, "/run")) {
            (asked.token())
            button { (asked.say("run-again-button")) }
        }
        @if standings.iter().any(|one| !one.gaps.is_empty()) {
            h2 { (asked.say("gaps-title")) }
            p { (asked.say("gaps-about")) }
            ul.gaps { @for one in standings { @for hole in &one.gaps { li { (gap(asked, id, connection, one, hole)) } } } }
        }
    }
}

/// The page of a stream's table.
fn table(id: &str, one: &Standing) -> String {
    let marketplace = one.marketplace.map(|code| format!("?marketplace={code}")).unwrap_or_default();
    path(id, &format!("/tables/{}{marketplace}", one.stream.name))
}

fn up_to(asked: &Asked, connection: &Connection, one: &Standing) -> String {
    let marketplace = first(connection);
    match (&one.span, &one.last_commit) {
        (_, None) => asked.say("never-read"),
        (Some((_, to)), _) => asked.language.time(to.as_str(), marketplace),
        (None, Some(at)) => asked.language.time(at, marketplace),
    }
}

/// How old the newest data are. A day is what most streams have anyway.
fn freshness(asked: &Asked, one: &Standing) -> String {
    match one.behind {
        None => String::new(),
        Some(behind) if behind < Duration::from_secs(3600) => asked.say("fresh"),
        Some(behind) => asked.language.say_with("behind", &[("time", asked.language.lasting(behind).into())]),
    }
}

/// A gap, with the button that fills it.
fn gap(asked: &Asked, id: &str, connection: &Connection, one: &Standing, hole: &Hole) -> Markup {
    let language = asked.language;
    let marketplace = first(connection);
    html! {
        p {
            strong { (language.title(one.stream)) } " " (language.marketplace(one.marketplace)) " "
            @if one.stream.kind != Kind::Snapshot {
                (language.time(hole.from.as_str(), marketplace)) " – " (language.time(hole.to.as_str(), marketplace))
            }
        }
        @if let Some(failed) = &hole.failed {
            p {
                (language.count("gap-failed", failed.attempts))
                @if !failed.not_before.is_empty() {
                    " " (language.say_with("gap-rests", &[("time", language.time(&failed.not_before, marketplace).into())]))
                }
            }
            details { summary { (asked.say("details")) } p lang="en" { (failed.reason) } }
        }
        form method="post" action=(path(id, "/run")) {
            (asked.token())
            input type="hidden" name="stream" value=(one.stream.name);
            @if let Some(code) = one.marketplace { input type="hidden" name="marketplace" value=(code); }
            button.second { (asked.say("fill-button")) }
        }
    }
}

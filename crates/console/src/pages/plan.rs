//! What the next run reads.

use super::{Asked, first, path, problem, tabs};
use crate::chart::{Lane, Timeline};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use spapi_core::Error;
use spapi_sync::{Connection, Kind, Plan, PlannedStream, plan, plan_next};
use std::time::{Duration, SystemTime};

/// The most slices of a stream in its table. The picture has all.
const MOST: usize = 400;

/// The plan of the next run.
pub async fn show(asked: Asked, Path(id): Path<String>) -> Response {
    let (_, connection) = match asked.connection(&id) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let title = asked.say("tab-plan");
    let planned = of(&connection).await;
    let content = html! {
        (tabs(&asked, &id, &connection, "/plan"))
        h1 { (title) }
        @match asked.query.text("saved") {
            "new" => { p.notice.good role="status" { (asked.say("saved-new")) } }
            "objects" => { p.notice.good role="status" { (asked.say("saved-objects")) } }
            _ => {}
        }
        @match planned {
            Ok(plan) => { (shown(&asked, &id, &connection, &plan)) }
            Err(error) => { (problem(asked.language, &asked.say("plan-failed"), Some(&error))) }
        }
    };
    asked.page(&title, &content).into_response()
}

/// The plan of the next run, or of the first.
async fn of(connection: &Connection) -> Result<Plan, Error> {
    let now = SystemTime::now();
    let filled = match &connection.destination {
        Some(destination) => destination.open_filled().await?,
        None => None,
    };
    match filled {
        Some(mut tables) => plan_next(connection, &tables.states(&connection.name).await?, now),
        None => plan(connection, now),
    }
}

fn shown(asked: &Asked, id: &str, connection: &Connection, plan: &Plan) -> Markup {
    let language = asked.language;
    let slices: u64 = plan.streams.iter().map(|one| one.slices.len() as u64).sum();
    let lasts = language.at_least(Duration::from_secs(plan.shortest_seconds));
    let marketplace = first(connection);
    let lanes: Vec<_> =
        plan.streams.iter().filter(|one| one.kind != Kind::Snapshot).map(|one| lane(asked, one)).collect();
    html! {
        p {
            (language.count("plan-slices", slices)) " "
            (language.say_with("plan-time", &[("time", lasts.into())]))
        }
        form.alone method="post" action=(path(id, "/run")) {
            (asked.token())
            button { (asked.say("run-button")) }
        }
        @if lanes.iter().any(|lane| !lane.spans.is_empty()) {
            h2 { (asked.say("plan-calendar")) }
            (Timeline {
                id: "calendar",
                title: &asked.say("plan-calendar"),
                about: &asked.say("plan-calendar-about"),
                lanes: &lanes,
                day: &|day| language.day(day),
                marketplace,
            }.draw())
        }
        h2 { (asked.say("plan-table")) }
        div.wide tabindex="0" role="region" aria-label=(asked.say("plan-table")) {
            table {
                thead { tr {
                    th scope="col" { (asked.say("column-object")) }
                    th scope="col" { (asked.say("column-marketplace")) }
                    th scope="col" { (asked.say("column-way")) }
                    th.number scope="col" { (asked.say("column-slices")) }
                    th.number scope="col" { (asked.say("column-shortest")) }
                } }
                tbody { @for one in &plan.streams { tr {
                    th scope="row" { a href={ "/streams/" (one.stream.name) } { (language.title(one.stream)) } }
                    td { (language.marketplace(one.marketplace)) }
                    td { (language.way(one.stream)) }
                    td.number { (language.number(one.slices.len() as u64)) }
                    td.number { (language.at_least(Duration::from_secs(one.shortest_seconds))) }
                } } }
            }
        }
        @for one in plan.streams.iter().filter(|one| one.kind != Kind::Snapshot && !one.slices.is_empty()) {
            details {
                summary { (language.title(one.stream)) " (" (language.number(one.slices.len() as u64)) ")" }
                ol { @for slice in one.slices.iter().take(MOST) {
                    li { @if let (Some(from), Some(to)) = (&slice.from, &slice.to) {
                        (language.time(from.as_str(), marketplace)) " – " (language.time(to.as_str(), marketplace))
                    } }
                } }
                @if one.slices.len() > MOST { p { (language.count("more", (one.slices.len() - MOST) as u64)) } }
            }
        }
        p.help { (asked.say("plan-zone")) }
    }
}

fn lane(asked: &Asked, planned: &PlannedStream) -> Lane {
    let spans = planned.slices.iter().filter_map(|slice| {
        let time = |time: &Option<spapi_types::DateTime>| time.as_ref()?.to_system_time().ok();
        Some((time(&slice.from)?, time(&slice.to)?))
    });
    let label = asked.language.title(planned.stream);
    let place = planned.marketplace.map(|code| format!(" ({code})")).unwrap_or_default();
    Lane { label: format!("{label}{place}"), spans: spans.collect() }
}

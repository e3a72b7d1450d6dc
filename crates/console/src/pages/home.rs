//! The list of connections.

use super::{Asked, path, problem};
use crate::connections::Entry;
use crate::runs::Phase;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use spapi_core::{Error, ErrorKind};

/// The first page.
pub async fn show(asked: Asked) -> Response {
    let title = asked.say("connections");
    let entries = match asked.app.folder.entries() {
        Ok(entries) => entries,
        Err(error) => {
            let folder = asked.app.folder.path().display();
            let error = Error::new(ErrorKind::Config, format!("the folder {folder} cannot be read")).with_source(error);
            return asked.failed(axum::http::StatusCode::OK, "broken-folder", Some(&error));
        }
    };
    let content = html! {
        h1 { (title) }
        @if entries.is_empty() {
            p { (asked.say("no-connections")) }
            ol.steps {
                li { (asked.say("step-settings")) }
                li { (asked.say("step-objects")) }
                li { (asked.say("step-plan")) }
                li { (asked.say("step-run")) }
            }
        } @else {
            ul.cards { @for entry in &entries { li { (card(&asked, entry)) } } }
        }
        p { a.button href="/new" { (asked.say("new-connection")) } }
        p.quiet { (asked.say("folder")) " " code { (asked.app.folder.path().display()) } }
    };
    asked.page(&title, &content).into_response()
}

fn card(asked: &Asked, entry: &Entry) -> Markup {
    let connection = match &entry.connection {
        Ok(connection) => connection,
        Err(error) => {
            return html! {
                h2 { (entry.id) }
                (problem(asked.language, &asked.say("broken-connection"), Some(error)))
            };
        }
    };
    let countries: Vec<_> = connection.marketplaces.iter().map(|one| asked.language.country(*one)).collect();
    let state = asked.app.runs.of(&entry.id).map(|run| match run.now().phase {
        Phase::Running => "run-running",
        Phase::Stopping => "run-stopping",
        Phase::Ended { is_stopped: false, .. } => "run-ended",
        Phase::Ended { .. } => "run-stopped",
        Phase::Failed { .. } => "run-failed",
    });
    html! {
        h2 { a href=(path(&entry.id, "")) { (connection.name) } }
        p {
            (countries.join(", ")) " · " (asked.language.count("objects-count", connection.streams.len() as u64))
            @if let Some(state) = state { " · " strong { (asked.say(state)) } }
        }
    }
}

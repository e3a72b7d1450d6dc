//! Rows of a table, and the rows that did not fit.

use super::{Asked, path, problem, tabs};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use spapi_core::{Error, Marketplace};
use spapi_sync::{Connection, DestinationSettings, Sqlite, Stream};

/// How many rows a page has.
const ROWS: u32 = 50;
/// The most characters of a cell. A document within a cell may be long.
const LONGEST: usize = 300;

/// The file of SQLite that runs of a connection have filled. `None` if there is none, or the rows go elsewhere.
pub fn filled(connection: &Connection) -> Result<Option<Sqlite>, Error> {
    match &connection.destination {
        Some(DestinationSettings::Sqlite(file)) if file.exists() => Sqlite::open_filled(file).map(Some),
        _ => Ok(None),
    }
}

/// Says why no rows can be shown.
pub fn nothing(asked: &Asked, id: &str, connection: &Connection) -> Markup {
    match &connection.destination {
        Some(DestinationSettings::Sqlite(_)) | None => html! {
            p { (asked.say("nothing-read")) }
            p { a.button href=(path(id, "/plan")) { (asked.say("tab-plan")) } }
        },
        Some(elsewhere) => html! {
            p { (asked.language.say_with("rows-elsewhere", &[("place", elsewhere.shown().into())])) }
        },
    }
}

/// Rows of a stream.
pub async fn show(asked: Asked, Path((id, name)): Path<(String, String)>) -> Response {
    let (_, connection) = match asked.connection(&id) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let Some(stream) = Stream::all().iter().find(|stream| stream.name == name) else {
        return asked.failed(StatusCode::NOT_FOUND, "missing-page", None);
    };
    let code = asked.query.text("marketplace").parse::<Marketplace>().ok();
    let page: u64 = asked.query.text("page").parse::<u32>().unwrap_or_default().into();
    let title = asked.language.title(stream);
    let marketplace = code.map(Marketplace::id).unwrap_or_default();
    // One row more says whether there is a further page.
    let part = (page * u64::from(ROWS), ROWS + 1);
    let found = match filled(&connection) {
        Ok(Some(file)) => file.page(&connection.name, stream, marketplace, part).await,
        Ok(None) => Ok(None),
        Err(error) => Err(error),
    };
    let to = |page: u64| {
        let place = code.map(|code| format!("&marketplace={}", code.country_code())).unwrap_or_default();
        path(&id, &format!("/tables/{}?page={page}{place}", stream.name))
    };
    let content = html! {
        (tabs(&asked, &id, &connection, ""))
        h1 { (title) }
        p { code { (stream.name) } @if let Some(code) = code { " · " (asked.language.country(code)) } }
        @match &found {
            Err(error) => { (problem(asked.language, &asked.say("tables-failed"), Some(error))) }
            Ok(None) => { (nothing(&asked, &id, &connection)) }
            Ok(Some(found)) if found.rows.is_empty() => { p { (asked.say("no-rows")) } }
            Ok(Some(found)) => {
                // The columns of the connector come first in the file, and matter least to a reader.
                @let shown: Vec<_> = (0..found.columns.len()).filter(|index| !found.columns[*index].starts_with('_')).collect();
                div.wide tabindex="0" role="region" aria-label=(title) {
                    table.rows {
                        thead { tr { @for index in &shown { th scope="col" { (found.columns[*index]) } } } }
                        tbody { @for row in found.rows.iter().take(ROWS as usize) { tr {
                            @for index in &shown { td { (cell(row[*index].as_deref())) } }
                        } } }
                    }
                }
                nav.pages aria-label=(asked.say("pages")) {
                    @if page > 0 { a href=(to(page - 1)) rel="prev" { (asked.say("page-before")) } }
                    " " (asked.language.say_with("page-number", &[("shown", asked.language.number(page + 1).into())])) " "
                    @if found.rows.len() > ROWS as usize { a href=(to(page + 1)) rel="next" { (asked.say("page-next")) } }
                }
            }
        }
    };
    asked.page(&title, &content).into_response()
}

fn cell(text: Option<&str>) -> Markup {
    match text {
        None => html! {},
        Some(text) => match text.char_indices().nth(LONGEST) {
            Some((end, _)) => html! { (&text[..end]) "…" },
            None => html! { (text) },
        },
    }
}

/// The rows that did not fit.
pub async fn dead_letters(asked: Asked, Path(id): Path<String>) -> Response {
    let (_, connection) = match asked.connection(&id) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let page: u64 = asked.query.text("page").parse::<u32>().unwrap_or_default().into();
    let part = (page * u64::from(ROWS), ROWS + 1);
    let found = match filled(&connection) {
        Ok(Some(file)) => file.dead_letters(&connection.name, part).await.map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(error),
    };
    let title = asked.say("dead-letters");
    let stream_title = |name: &str| Stream::find(name).map_or(name.to_owned(), |stream| asked.language.title(stream));
    let content = html! {
        (tabs(&asked, &id, &connection, ""))
        h1 { (title) }
        p { (asked.say("dead-letters-about")) }
        @match &found {
            Err(error) => { (problem(asked.language, &asked.say("tables-failed"), Some(error))) }
            Ok(None) => { (nothing(&asked, &id, &connection)) }
            Ok(Some(letters)) if letters.is_empty() => { p { (asked.say("no-dead-letters")) } }
            Ok(Some(letters)) => {
                div.wide tabindex="0" role="region" aria-label=(title) {
                    table.rows {
                        thead { tr {
                            th scope="col" { (asked.say("column-object")) }
                            th scope="col" { (asked.say("column-slice")) }
                            th scope="col" { (asked.say("column-column")) }
                            th scope="col" { (asked.say("column-reason")) }
                            th scope="col" { (asked.say("column-row")) }
                        } }
                        tbody { @for letter in letters.iter().take(ROWS as usize) { tr {
                            td { (stream_title(&letter.stream)) }
                            td { (letter.slice) }
                            td { code { (letter.column) } }
                            td lang="en" { (letter.reason) }
                            td { (cell(Some(&letter.row))) }
                        } } }
                    }
                }
                nav.pages aria-label=(asked.say("pages")) {
                    @if page > 0 { a href=(path(&id, &format!("/dead-letters?page={}", page - 1))) { (asked.say("page-before")) } }
                    @if letters.len() > ROWS as usize {
                        " " a href=(path(&id, &format!("/dead-letters?page={}", page + 1))) { (asked.say("page-next")) }
                    }
                }
            }
        }
    };
    asked.page(&title, &content).into_response()
}

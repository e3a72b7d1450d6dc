//! The choice of objects, and what is known of one.

use super::{Asked, path, problem, tabs};
use crate::language::Language;
use crate::setup::{Against, streams_of};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use spapi_metadata::document_types::Party;
use spapi_sync::{ChosenStream, Connection, Draft, Kind, Schema, Stream, plan};
use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

/// What most sellers begin with.
const FOR_SELLERS: [&str; 6] = [
    "GET_MERCHANT_LISTINGS_ALL_DATA",
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "fba_inventory_summaries",
    "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
    "GET_SALES_AND_TRAFFIC_REPORT",
];
/// What most vendors begin with.
const FOR_VENDORS: [&str; 3] = ["VendorOrders", "GET_VENDOR_SALES_REPORT", "GET_VENDOR_INVENTORY_REPORT"];

/// The groups after the recommended ones, in their order on the page.
const GROUPS: [&str; 7] =
    ["group-orders", "group-listings", "group-stock", "group-money", "group-returns", "group-analysis", "group-others"];

fn group(stream: &Stream) -> &'static str {
    let name = stream.name.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match () {
        () if has(&["RETURN", "REIMBURSEMENT", "REPLACEMENT", "EXCHANGE"]) => "group-returns",
        () if has(&["SETTLEMENT", "FINANC", "TAX", "VAT", "GST", "TRANSACTION", "FEE", "MARGIN"]) => "group-money",
        () if has(&[
            "ANALYTICS",
            "TRAFFIC",
            "COUPON",
            "PROMOTION",
            "METRIC",
            "OPPORTUNIT",
            "FORECAST",
            "PERFORMANCE",
        ]) =>
        {
            "group-analysis"
        }
        () if has(&["LISTINGS", "OFFER_STATUS", "BROWSE_TREE", "ELIGIBILITY"]) => "group-listings",
        () if has(&["INVENTORY", "FBA", "LEDGER", "RECEIPTS", "REMOVAL"]) => "group-stock",
        () if has(&["ORDER", "SHIPMENT", "SHIPPING", "EASYSHIP"]) => "group-orders",
        () => "group-others",
    }
}

/// The objects of a new connection.
pub async fn of_new(asked: Asked) -> Response {
    let draft = asked.query.text("draft").to_owned();
    match unsaved(&asked, &draft) {
        Ok((_, connection)) => {
            let choice = Choice { connection: &connection, chosen: BTreeSet::new(), is_empty: false };
            choice.of_new(&asked, &draft).into_response()
        }
        Err(response) => *response,
    }
}

/// The settings of a new connection as a connection, or the way back to their form.
fn unsaved(asked: &Asked, draft: &str) -> Result<(Draft, Connection), Box<Response>> {
    let again = || Box::new(Redirect::to(&format!("/new?draft={draft}")).into_response());
    let Some(mut unsaved) = asked.app.pending.find(draft).filter(|unsaved| unsaved.connection.is_none()) else {
        return Err(Box::new(Redirect::to("/new").into_response()));
    };
    let names = asked.app.folder.other_names(None);
    let against =
        Against { other_names: &names, before: None, has_credentials: false, is_made_up: asked.app.reach.is_made_up() };
    let mut file = Draft::new();
    let checked = unsaved.setup.check(&unsaved.secrets, &against, &mut file, asked.language);
    checked.map(|connection| (file, connection)).map_err(|_| again())
}

/// Writes a new connection.
pub async fn create(asked: Asked) -> Response {
    let draft = asked.fields.text("draft").to_owned();
    let (mut file, connection) = match unsaved(&asked, &draft) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let chosen = chosen(&asked, connection.account);
    if chosen.is_empty() {
        let choice = Choice { connection: &connection, chosen, is_empty: true };
        return (StatusCode::UNPROCESSABLE_ENTITY, choice.of_new(&asked, &draft)).into_response();
    }
    file.set_list("objects", chosen.iter().copied());
    let credentials =
        asked.app.pending.find(&draft).and_then(|unsaved| unsaved.secrets.credentials(&unsaved.setup.client_id, None));
    match asked.app.folder.create(file, &connection.name, credentials.as_ref()) {
        Ok(id) => {
            asked.app.pending.forget(&draft);
            Redirect::to(&path(&id, "/plan?saved=new")).into_response()
        }
        Err(error) => asked.failed(StatusCode::OK, "not-saved", Some(&error)),
    }
}

/// The objects of a connection.
pub async fn edit(asked: Asked, Path(id): Path<String>) -> Response {
    match asked.connection(&id) {
        Ok((_, connection)) => {
            let chosen = connection.streams.iter().map(|one| one.stream.name).collect();
            Choice { connection: &connection, chosen, is_empty: false }.of(&asked, &id).into_response()
        }
        Err(response) => *response,
    }
}

/// Saves the objects of a connection.
pub async fn save(asked: Asked, Path(id): Path<String>) -> Response {
    let (entry, connection) = match asked.connection(&id) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let chosen = chosen(&asked, connection.account);
    if chosen.is_empty() {
        let choice = Choice { connection: &connection, chosen, is_empty: true };
        return (StatusCode::UNPROCESSABLE_ENTITY, choice.of(&asked, &id)).into_response();
    }
    let names: Vec<_> = chosen.into_iter().collect();
    let saved = Draft::open(&entry.path).and_then(|mut file| {
        file.set_list("objects", names.iter().copied());
        file.keep_streams(&names);
        asked.app.folder.save(&entry, file, None)
    });
    match saved {
        Ok(()) => Redirect::to(&path(&id, "/plan?saved=objects")).into_response(),
        Err(error) => asked.failed(StatusCode::OK, "not-saved", Some(&error)),
    }
}

/// The names of the objects that were sent and that the account can have.
fn chosen(asked: &Asked, party: Party) -> BTreeSet<&'static str> {
    let sent = asked.fields.all("object");
    streams_of(party).map(|stream| stream.name).filter(|name| sent.iter().any(|one| one == name)).collect()
}

/// The page with the choice.
struct Choice<'a> {
    connection: &'a Connection,
    chosen: BTreeSet<&'static str>,
    /// Whether nothing was chosen, although something must be.
    is_empty: bool,
}

impl Choice<'_> {
    fn of_new(&self, asked: &Asked, draft: &str) -> Markup {
        let title = asked.say("objects-title");
        let hidden = html! { input type="hidden" name="draft" value=(draft); };
        let content = html! {
            p.trail { a href={ "/new?draft=" (draft) } { (asked.say("back-to-settings")) } }
            h1 { (title) }
            (self.form(asked, "/new/objects", &hidden, "save-and-plan"))
        };
        asked.page(&title, &content)
    }

    fn of(&self, asked: &Asked, id: &str) -> Markup {
        let title = asked.say("tab-objects");
        let content = html! {
            (tabs(asked, id, self.connection, "/objects"))
            h1 { (title) }
            (self.form(asked, &path(id, "/objects"), &html! {}, "save"))
        };
        asked.page(&title, &content)
    }

    fn form(&self, asked: &Asked, action: &str, hidden: &Markup, button: &str) -> Markup {
        let recommended: &[&str] = if self.connection.account == Party::Vendor { &FOR_VENDORS } else { &FOR_SELLERS };
        let (first, others): (Vec<_>, Vec<_>) =
            streams_of(self.connection.account).partition(|stream| recommended.contains(&stream.name));
        html! {
            p { (asked.say("objects-about")) }
            @if self.is_empty { (problem(asked.language, &asked.say("fault-no-objects"), None)) }
            form.objects method="post" action=(action) {
                (asked.token())
                (hidden)
                fieldset {
                    legend { (asked.say("group-recommended")) }
                    @for stream in first { (self.item(asked, stream)) }
                }
                @for key in GROUPS {
                    @let own: Vec<_> = others.iter().copied().filter(|stream| group(stream) == key).collect();
                    @let count = own.iter().filter(|stream| self.chosen.contains(stream.name)).count();
                    @if !own.is_empty() {
                        details open[count > 0] {
                            summary { (asked.say(key)) " (" (own.len()) ")" }
                            fieldset {
                                legend.hidden { (asked.say(key)) }
                                @for stream in own { (self.item(asked, stream)) }
                            }
                        }
                    }
                }
                div.bar { button { (asked.say(button)) } }
            }
        }
    }

    fn item(&self, asked: &Asked, stream: &'static Stream) -> Markup {
        let now = SystemTime::now();
        let language = asked.language;
        let is_chosen = self.chosen.contains(stream.name);
        let why = if !self.connection.marketplaces.iter().any(|one| stream.is_offered(*one, now)) {
            Some("not-offered")
        } else if stream.needs_personal_data() && !self.connection.include_pii {
            Some("needs-personal-data")
        } else {
            None
        };
        html! {
            div.object {
                input type="checkbox" name="object" value=(stream.name) id=(stream.name)
                    checked[is_chosen] disabled[why.is_some() && !is_chosen] aria-describedby={ "about-" (stream.name) };
                label for=(stream.name) { (language.title(stream)) }
                p.help id={ "about-" (stream.name) } {
                    (language.way(stream)) " " (self.cost(language, stream, now)) " "
                    @if let Some(why) = why { strong { (asked.say(why)) } " " }
                    a href={ "/streams/" (stream.name) } { code { (stream.name) } }
                }
            }
        }
    }

    /// How many slices a first run reads, and how long the quotas make that last.
    fn cost(&self, language: Language, stream: &'static Stream, now: SystemTime) -> String {
        let mut alone = self.connection.clone();
        alone.streams = vec![ChosenStream::new(stream)];
        let Ok(plan) = plan(&alone, now) else { return String::new() };
        let slices = plan.streams.iter().map(|one| one.slices.len() as u64).sum();
        let lasts = Duration::from_secs(plan.shortest_seconds);
        let slices = language.count(if stream.kind == Kind::Snapshot { "cost-times" } else { "cost-slices" }, slices);
        format!("{slices} {}", language.say_with("cost-time", &[("time", language.at_least(lasts).into())]))
    }
}

/// What is known of a stream.
pub async fn stream(asked: Asked, Path(name): Path<String>) -> Response {
    let Some(stream) = Stream::all().iter().find(|stream| stream.name == name) else {
        return asked.failed(StatusCode::NOT_FOUND, "missing-page", None);
    };
    let title = asked.language.title(stream);
    let schema = Schema::of(stream);
    let content = html! {
        h1 { (title) }
        p { code { (stream.name) } }
        dl {
            dt { (asked.say("stream-way")) } dd { (asked.language.way(stream)) }
            @if !stream.key.is_empty() { dt { (asked.say("stream-key")) } dd { code { (stream.key.join(", ")) } } }
            @if stream.lookback_days > 0 {
                dt { (asked.say("stream-lookback")) } dd { (asked.language.count("days", stream.lookback_days.into())) }
            }
            @if !stream.roles().is_empty() { dt { (asked.say("stream-roles")) } dd lang="en" { (stream.roles().join(", ")) } }
        }
        h2 { (asked.say("stream-columns")) }
        ul.columns {
            @for column in &schema.columns { @if !column.name.starts_with('_') { li { code { (column.name) } } } }
        }
    };
    asked.page(&title, &content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recommended_exists_and_every_group_has_objects() {
        for name in FOR_SELLERS.iter().chain(&FOR_VENDORS) {
            assert_eq!(Stream::find(name).map(|stream| stream.name), Ok(*name));
        }
        for key in GROUPS {
            assert!(Stream::all().iter().any(|stream| group(stream) == key), "{key}");
        }
    }
}

//! The form of a connection's settings.

use super::{Asked, path, problem, tabs};
use crate::connections::Entry;
use crate::language::Language;
use crate::setup::{Against, Faults, SEVERAL, Secrets, Setup, Unsaved, Zone};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use spapi_core::auth::CredentialFile;
use spapi_core::{Credentials, Marketplace};
use spapi_sync::{Connection, CredentialSource, Draft};
use std::collections::HashMap;

/// The form for a new connection.
pub async fn new(asked: Asked) -> Response {
    let unsaved = asked.app.pending.find(asked.query.text("draft")).filter(|unsaved| unsaved.connection.is_none());
    let (setup, secrets) = match unsaved {
        Some(unsaved) => (unsaved.setup, unsaved.secrets),
        None => (Setup::new(asked.language), Secrets::default()),
    };
    let form = Form { setup: &setup, secrets: &secrets, faults: &Faults::default(), before: None };
    form.page(&asked, asked.query.text("draft")).into_response()
}

/// Takes the settings of a new connection, and goes on to its objects.
pub async fn create(asked: Asked) -> Response {
    let (mut setup, secrets) = typed(&asked);
    let names = asked.app.folder.other_names(None);
    let against =
        Against { other_names: &names, before: None, has_credentials: false, is_made_up: asked.app.reach.is_made_up() };
    let checked = setup.check(&secrets, &against, &mut Draft::new(), asked.language);
    let kept = asked.app.pending.keep(asked.fields.text("draft"), Unsaved::new(setup.clone(), secrets.clone(), None));
    let draft = match kept {
        Ok(draft) => draft,
        Err(error) => return asked.failed(StatusCode::INTERNAL_SERVER_ERROR, "failed-title", Some(&error)),
    };
    match checked {
        Ok(_) => Redirect::to(&format!("/new/objects?draft={draft}")).into_response(),
        Err(faults) => {
            let form = Form { setup: &setup, secrets: &secrets, faults: &faults, before: None };
            (StatusCode::UNPROCESSABLE_ENTITY, form.page(&asked, &draft)).into_response()
        }
    }
}

/// What was typed, with the secrets that were typed before.
pub fn typed(asked: &Asked) -> (Setup, Secrets) {
    let before = asked.app.pending.find(asked.fields.text("draft")).map(|unsaved| unsaved.secrets).unwrap_or_default();
    (Setup::typed(&asked.fields), Secrets::typed(&asked.fields).or(before))
}

/// The form of a connection.
pub async fn edit(asked: Asked, axum::extract::Path(id): axum::extract::Path<String>) -> Response {
    let (entry, connection) = match asked.connection(&id) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let draft = asked.query.text("draft");
    let unsaved = asked.app.pending.find(draft).filter(|unsaved| unsaved.connection.as_ref() == Some(&id));
    let (setup, secrets) = match unsaved {
        Some(unsaved) => (unsaved.setup, unsaved.secrets),
        None => (Setup::of(&connection), Secrets::default()),
    };
    let before = Some((&entry, &connection));
    let form = Form { setup: &setup, secrets: &secrets, faults: &Faults::default(), before };
    form.page(&asked, draft).into_response()
}

/// Saves the changed settings of a connection.
pub async fn save(asked: Asked, axum::extract::Path(id): axum::extract::Path<String>) -> Response {
    let (entry, connection) = match asked.connection(&id) {
        Ok(found) => found,
        Err(response) => return *response,
    };
    let (mut setup, secrets) = typed(&asked);
    let credentials_before = stored(&connection);
    let names = asked.app.folder.other_names(Some(&id));
    let against = Against {
        other_names: &names,
        before: Some(&connection),
        has_credentials: credentials_before.is_some(),
        is_made_up: asked.app.reach.is_made_up() || !matches!(connection.credentials, CredentialSource::File(_)),
    };
    let mut draft = match Draft::open(&entry.path) {
        Ok(draft) => draft,
        Err(error) => return asked.failed(StatusCode::OK, "broken-connection", Some(&error)),
    };
    let checked = setup.check(&secrets, &against, &mut draft, asked.language);
    if let Err(faults) = checked {
        let kept = Unsaved::new(setup.clone(), secrets.clone(), Some(id));
        let kept = asked.app.pending.keep(asked.fields.text("draft"), kept).unwrap_or_default();
        let form = Form { setup: &setup, secrets: &secrets, faults: &faults, before: Some((&entry, &connection)) };
        return (StatusCode::UNPROCESSABLE_ENTITY, form.page(&asked, &kept)).into_response();
    }
    let credentials = secrets.credentials(&setup.client_id, credentials_before.as_ref());
    if let Err(error) = asked.app.folder.save(&entry, draft, credentials.as_ref()) {
        return asked.failed(StatusCode::OK, "not-saved", Some(&error));
    }
    asked.app.pending.forget(asked.fields.text("draft"));
    Redirect::to(&path(&id, "?saved=settings")).into_response()
}

/// What is wrong with what was typed so far, and the times in both zones, for the script that shows both at the fields. Nothing is kept.
pub async fn judge(asked: Asked) -> Response {
    let (mut setup, secrets) = typed(&asked);
    let id = asked.fields.text("of");
    let connection = match asked.app.folder.find(id).map(|entry| entry.connection) {
        Some(Ok(connection)) => Some(connection),
        _ => None,
    };
    let names = asked.app.folder.other_names(Some(id));
    let has_credentials = connection.as_ref().and_then(stored).is_some();
    let is_elsewhere =
        connection.as_ref().is_some_and(|connection| !matches!(connection.credentials, CredentialSource::File(_)));
    let against = Against {
        other_names: &names,
        before: connection.as_ref(),
        has_credentials,
        is_made_up: asked.app.reach.is_made_up() || is_elsewhere,
    };
    let faults = setup.check(&secrets, &against, &mut Draft::new(), asked.language).err().unwrap_or_default();
    let shop = setup.marketplace(connection.as_ref());
    let notes = [("start", &setup.start), ("end", &setup.end)];
    let notes = notes.into_iter().filter_map(|(field, time)| Some((field, in_both_zones(asked.language, time, shop)?)));
    let faults: HashMap<_, _> = faults.0.into_iter().map(|(field, fault)| (field, fault.text)).collect();
    Json(HashMap::from([("faults", faults), ("notes", notes.collect())])).into_response()
}

/// A time in UTC and in that of the marketplace. `None` if it is not one.
fn in_both_zones(language: Language, time: &str, shop: Marketplace) -> Option<String> {
    crate::setup::converted(time, shop)?;
    Some(language.say_with(
        "time-converted",
        &[
            ("utc", time.into()),
            ("local", language.time(time, shop).into()),
            ("country", language.country(shop).into()),
        ],
    ))
}

/// The credentials in the file of a connection.
fn stored(connection: &Connection) -> Option<Credentials> {
    match &connection.credentials {
        CredentialSource::File(file) => CredentialFile::open(file).and_then(|file| file.read()).ok(),
        _ => None,
    }
}

/// The form with what is in it.
struct Form<'a> {
    setup: &'a Setup,
    secrets: &'a Secrets,
    faults: &'a Faults,
    before: Option<(&'a Entry, &'a Connection)>,
}

/// What a field is like beside its name and value.
#[derive(Clone, Copy, Default)]
struct Look {
    is_required: bool,
    is_fixed: bool,
    placeholder: &'static str,
    mode: Option<&'static str>,
}

impl Form<'_> {
    fn page(&self, asked: &Asked, draft: &str) -> Markup {
        let language = asked.language;
        let title = if self.before.is_some() { asked.say("tab-settings") } else { asked.say("new-connection") };
        let action = match self.before {
            Some((entry, _)) => path(&entry.id, "/settings"),
            None => "/new".to_owned(),
        };
        let shown =
            if self.faults.0.is_empty() { title.clone() } else { format!("{} {title}", asked.say("fault-mark")) };
        let content = html! {
            @if let Some((entry, connection)) = self.before { (tabs(asked, &entry.id, connection, "/settings")) }
            h1 { (title) }
            @if self.before.is_none() { p { (asked.say("settings-about")) } }
            @if !self.faults.0.is_empty() { (self.summary(language)) }
            form.settings method="post" action=(action) autocomplete="off" {
                (asked.token())
                input type="hidden" name="draft" value=(draft);
                input type="hidden" name="of" value=[self.before.map(|(entry, _)| &entry.id)];
                fieldset {
                    legend { (asked.say("settings-required")) }
                    (self.text(language, "name", &self.setup.name, Look { is_required: true, is_fixed: self.before.is_some(), ..Look::default() }))
                    (self.select(language, "environment", &self.setup.environment, &[
                        ("PRODUCTION".to_owned(), asked.say("environment-production")),
                        ("SANDBOX".to_owned(), asked.say("environment-sandbox")),
                    ]))
                    (self.select(language, "region", &self.setup.region, &self.regions(language)))
                    (self.select(language, "account", &self.setup.account, &[
                        ("Seller".to_owned(), asked.say("account-seller")),
                        ("Vendor".to_owned(), asked.say("account-vendor")),
                    ]))
                }
                fieldset {
                    legend { (asked.say("settings-credentials")) }
                    @if asked.app.reach.is_made_up() { p.notice { (asked.say("credentials-not-needed")) } }
                    (self.stored_note(asked))
                    (self.text(language, "client_id", &self.setup.client_id, Look {
                        placeholder: "amzn1.application-oa2-client.…", ..Look::default()
                    }))
                    (self.secret(language, "client_secret", self.secrets.client_secret.is_some()))
                    (self.secret(language, "refresh_token", self.secrets.refresh_token.is_some()))
                    @if let Some(seller) = &self.secrets.seller_id {
                        p.notice.good role="status" { (language.say_with("signed-in-as", &[("seller", seller.as_str().into())])) }
                    }
                    p { button.second formaction="/sign-in" name="connection" value=[self.before.map(|(entry, _)| &entry.id)] {
                        (asked.say("sign-in"))
                    } }
                    p.help { (asked.say("sign-in-help")) }
                }
                fieldset {
                    legend { (asked.say("settings-optional")) }
                    (self.text(language, "app_id", &self.setup.app_id, Look { placeholder: "amzn1.sp.solution.…", ..Look::default() }))
                    (self.zone(language))
                    (self.time(language, "start", &self.setup.start))
                    (self.time(language, "end", &self.setup.end))
                    (self.text(language, "period", &self.setup.period, Look { mode: Some("numeric"), ..Look::default() }))
                    (self.lines(language, "report_options", &self.setup.report_options))
                    (self.flag(language, "wait", self.setup.is_spaced))
                }
                button { @if self.before.is_some() { (asked.say("save")) } @else { (asked.say("to-objects")) } }
            }
            @if let Some((entry, _)) = self.before { (super::check::form(asked, &entry.id)) }
        };
        asked.page_with(&shown, &html! { script src="/settings.js" defer {} }, &content)
    }

    /// All that is wrong, with links to the fields.
    fn summary(&self, language: Language) -> Markup {
        html! {
            div.notice.bad role="alert" tabindex="-1" autofocus {
                p { (language.count("faults", self.faults.0.len() as u64)) }
                ul {
                    @for (field, fault) in &self.faults.0 {
                        li { a href={ "#" (field) } { (label(language, field)) ": " (fault.text) } }
                    }
                }
            }
        }
    }

    fn fault(&self, language: Language, field: &'static str) -> Markup {
        let Some(fault) = self.faults.of(field) else { return html! {} };
        html! {
            p.fault id={ (field) "-fault" } {
                (fault.text)
                @if let Some(detail) = &fault.detail { br; (language.say("details")) ": " span lang="en" { (detail) } }
            }
        }
    }

    /// The elements that describe a field: its help, and what is wrong with it.
    fn described(&self, field: &str) -> String {
        match self.faults.of(field) {
            Some(_) => format!("{field}-fault {field}-help"),
            None => format!("{field}-help"),
        }
    }

    fn around(&self, language: Language, field: &'static str, is_required: bool, input: &Markup) -> Markup {
        html! {
            div.field {
                label for=(field) {
                    (label(language, field))
                    @if is_required { " " span.required { (language.say("required")) } }
                }
                (self.fault(language, field))
                (input)
                p.help id={ (field) "-help" } { (help(language, field)) }
            }
        }
    }

    fn text(&self, language: Language, field: &'static str, value: &str, look: Look) -> Markup {
        let input = html! {
            input id=(field) name=(field) value=(value) required[look.is_required] readonly[look.is_fixed]
                placeholder=[(!look.placeholder.is_empty()).then_some(look.placeholder)] inputmode=[look.mode]
                spellcheck="false" autocapitalize="off" aria-describedby=(self.described(field))
                aria-invalid=[self.faults.of(field).map(|_| "true")];
        };
        self.around(language, field, look.is_required, &input)
    }

    fn secret(&self, language: Language, field: &'static str, is_kept: bool) -> Markup {
        let input = html! {
            input id=(field) name=(field) type="password" autocomplete="off" aria-describedby=(self.described(field))
                aria-invalid=[self.faults.of(field).map(|_| "true")];
            @if is_kept { p.kept { (language.say("secret-kept")) } }
        };
        self.around(language, field, false, &input)
    }

    fn select(&self, language: Language, field: &'static str, value: &str, choices: &[(String, String)]) -> Markup {
        let input = html! {
            select id=(field) name=(field) aria-describedby=(self.described(field))
                aria-invalid=[self.faults.of(field).map(|_| "true")] {
                @for (choice, text) in choices { option value=(choice) selected[choice == value] { (text) } }
            }
        };
        self.around(language, field, true, &input)
    }

    fn zone(&self, language: Language) -> Markup {
        let shop = self.setup.marketplace(self.before.map(|(_, connection)| connection));
        let choices = [
            ("shop", language.say_with("zone-shop", &[("country", language.country(shop).into())]), Zone::Shop),
            ("utc", language.say("zone-utc"), Zone::Utc),
        ];
        html! {
            div.field {
                label for="zone" { (label(language, "zone")) }
                select id="zone" name="zone" aria-describedby="zone-help" {
                    @for (value, text, zone) in choices {
                        option value=(value) selected[self.setup.zone == zone] { (text) }
                    }
                }
                p.help id="zone-help" { (help(language, "zone")) }
            }
        }
    }

    fn time(&self, language: Language, field: &'static str, value: &str) -> Markup {
        let shop = self.setup.marketplace(self.before.map(|(_, connection)| connection));
        let input = html! {
            input id=(field) name=(field) value=(value) placeholder="2026-01-01 00:00" spellcheck="false"
                aria-describedby=(self.described(field)) aria-invalid=[self.faults.of(field).map(|_| "true")];
            @if let Some(shown) = in_both_zones(language, value, shop) { p.kept id={ (field) "-note" } { (shown) } }
        };
        self.around(language, field, false, &input)
    }

    fn lines(&self, language: Language, field: &'static str, value: &str) -> Markup {
        let input = html! {
            textarea id=(field) name=(field) rows="2" spellcheck="false" aria-describedby=(self.described(field))
                aria-invalid=[self.faults.of(field).map(|_| "true")] { (value) }
        };
        self.around(language, field, false, &input)
    }

    fn flag(&self, language: Language, field: &'static str, is_on: bool) -> Markup {
        html! {
            div.field.check {
                input id=(field) name=(field) type="checkbox" value="yes" checked[is_on] aria-describedby={ (field) "-help" };
                label for=(field) { (label(language, field)) }
                p.help id={ (field) "-help" } { (help(language, field)) }
            }
        }
    }

    /// The marketplaces, the one of the form's language first.
    fn regions(&self, language: Language) -> Vec<(String, String)> {
        let mut all: Vec<_> = Marketplace::ALL.to_vec();
        all.sort_by_key(|one| (*one != Marketplace::JP, *one != Marketplace::US));
        let mut choices = Vec::new();
        if let Some((_, connection)) = self.before.filter(|(_, connection)| connection.marketplaces.len() > 1) {
            let codes: Vec<_> = connection.marketplaces.iter().map(|one| language.country(*one)).collect();
            choices.push((SEVERAL.to_owned(), codes.join(", ")));
        }
        choices.extend(all.into_iter().map(|one| {
            let code = one.country_code();
            (code.to_owned(), format!("{} ({code})", language.country(one)))
        }));
        choices
    }

    /// Where the credentials of a connection are.
    fn stored_note(&self, asked: &Asked) -> Markup {
        let Some((_, connection)) = self.before else { return html! {} };
        match &connection.credentials {
            CredentialSource::File(_) => match stored(connection) {
                Some(_) => html! { p.kept { (asked.say("credentials-stored")) } },
                None => problem(asked.language, &asked.say("credentials-unreadable"), None),
            },
            _ => html! { p.kept { (asked.say("credentials-elsewhere")) } },
        }
    }
}

/// The name of a field.
fn label(language: Language, field: &str) -> String {
    language.say(match field {
        "name" => "label-name",
        "environment" => "label-environment",
        "region" => "label-region",
        "account" => "label-account",
        "client_id" => "label-client-id",
        "client_secret" => "label-client-secret",
        "refresh_token" => "label-refresh-token",
        "app_id" => "label-app-id",
        "zone" => "label-zone",
        "start" => "label-start",
        "end" => "label-end",
        "period" => "label-period",
        "report_options" => "label-report-options",
        _ => "label-wait",
    })
}

/// What a field is for.
fn help(language: Language, field: &str) -> String {
    language.say(match field {
        "name" => "help-name",
        "environment" => "help-environment",
        "region" => "help-region",
        "account" => "help-account",
        "client_id" => "help-client-id",
        "client_secret" => "help-client-secret",
        "refresh_token" => "help-refresh-token",
        "app_id" => "help-app-id",
        "zone" => "help-zone",
        "start" => "help-start",
        "end" => "help-end",
        "period" => "help-period",
        "report_options" => "help-report-options",
        _ => "help-wait",
    })
}

//! The sign-in with Amazon: to the consent page and back.

use super::settings::typed;
use super::{Asked, document, path, refused};
use crate::language::Language;
use crate::setup::{Faults, Kind, Unsaved};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use spapi_core::auth::{Consent, ConsentState, CredentialFile, ExposeSecret};
use spapi_core::{Credentials, Error, Marketplace};
use spapi_metadata::document_types::Party;
use spapi_sync::CredentialSource;

/// Takes what was typed so far, and goes on to the page with the link to Amazon.
pub async fn begin(asked: Asked) -> Response {
    let (setup, secrets) = typed(&asked);
    let connection = Some(asked.fields.text("connection").to_owned()).filter(|id| !id.is_empty());
    let unsaved = Unsaved::new(setup, secrets, connection);
    match asked.app.pending.keep(asked.fields.text("draft"), unsaved) {
        Ok(draft) => Redirect::to(&format!("/sign-in?draft={draft}")).into_response(),
        Err(error) => asked.failed(StatusCode::INTERNAL_SERVER_ERROR, "failed-title", Some(&error)),
    }
}

/// The page with the link to Amazon, or what is missing for it.
pub async fn show(asked: Asked) -> Response {
    let draft = asked.query.text("draft").to_owned();
    let Some(mut unsaved) = asked.app.pending.find(&draft) else { return Redirect::to("/new").into_response() };
    let faults = missing(&asked, &unsaved);
    let title = asked.say("sign-in");
    if !faults.0.is_empty() {
        let content = html! {
            h1 { (title) }
            div.notice.bad role="alert" {
                p { (asked.say("sign-in-missing")) }
                ul { @for (_, fault) in &faults.0 { li { (fault.text) } } }
            }
            p { a.button href=(back(&unsaved, &draft)) { (asked.say("back-to-settings")) } }
        };
        return asked.page(&title, &content).into_response();
    }
    let marketplace = marketplace(&asked, &unsaved);
    let consent = match unsaved.setup.party() {
        Party::Vendor => Consent::of_vendor(marketplace, unsaved.setup.app_id.as_str()),
        _ => Consent::of_seller(marketplace, unsaved.setup.app_id.as_str()),
    };
    let consent = consent.and_then(|consent| Ok((consent, ConsentState::random()?)));
    let (consent, state) = match consent {
        Ok(found) => found,
        Err(error) => return asked.failed(StatusCode::OK, "failed-title", Some(&error)),
    };
    let is_direct = asked.query.has("direct") || asked.app.reach.is_made_up();
    let redirect = format!("{}://{}/amazon/answer", asked.app.names.scheme, asked.host);
    let consent = if is_direct { consent.redirect_uri(&redirect) } else { consent };
    let consent = if asked.query.has("published") { consent } else { consent.draft() };
    let endpoint = asked.app.reach.consent_endpoint(marketplace.region()).await;
    let consent = match endpoint.and_then(|endpoint| consent.endpoint(&endpoint)) {
        Ok(consent) => consent,
        Err(error) => return asked.failed(StatusCode::OK, "failed-title", Some(&error)),
    };
    let url = consent.url(&state);
    unsaved.sign_in = Some((consent, state));
    if let Err(error) = asked.app.pending.keep(&draft, unsaved.clone()) {
        return asked.failed(StatusCode::INTERNAL_SERVER_ERROR, "failed-title", Some(&error));
    }
    let content = html! {
        p.trail { a href=(back(&unsaved, &draft)) { (asked.say("back-to-settings")) } }
        h1 { (title) }
        p { (asked.say("sign-in-about")) }
        @if is_direct {
            p { a.button href=(url) { (asked.say("sign-in-go")) } }
            @if !asked.app.reach.is_made_up() { p.help { (asked.say("sign-in-redirect")) " " code { (redirect) } } }
        } @else {
            ol.steps {
                li {
                    p { (asked.say("sign-in-step-open")) }
                    p { a.button href=(url) target="_blank" rel="noopener noreferrer" { (asked.say("sign-in-go")) } }
                }
                li {
                    form method="post" action="/sign-in/pasted" {
                        (asked.token())
                        input type="hidden" name="draft" value=(draft);
                        label for="pasted" { (asked.say("sign-in-step-paste")) }
                        input id="pasted" name="pasted" autocomplete="off" required spellcheck="false";
                        button { (asked.say("sign-in-take")) }
                    }
                }
            }
            p.help {
                a href={ "/sign-in?direct=yes&draft=" (draft) } { (asked.say("sign-in-directly")) } " " code { (redirect) }
            }
        }
        @if !asked.app.reach.is_made_up() && !asked.query.has("published") {
            p.help { a href={ "/sign-in?published=yes&draft=" (draft) @if is_direct { "&direct=yes" } } {
                (asked.say("sign-in-published"))
            } }
        }
    };
    asked.page(&title, &content).into_response()
}

/// What the sign-in needs and the form lacks.
fn missing(asked: &Asked, unsaved: &Unsaved) -> Faults {
    let mut faults = Faults::default();
    let before = before(asked, unsaved);
    if unsaved.setup.app_id.is_empty() || Kind::of(&unsaved.setup.app_id) != Kind::AppId {
        faults.add("app_id", asked.say("sign-in-needs-app-id"));
    }
    if before.is_none() && !asked.app.reach.is_made_up() {
        if Kind::of(&unsaved.setup.client_id) != Kind::ClientId {
            faults.add("client_id", asked.say("sign-in-needs-client-id"));
        }
        if unsaved.secrets.client_secret.is_none() {
            faults.add("client_secret", asked.say("sign-in-needs-client-secret"));
        }
    }
    faults
}

/// The credentials of the connection that is changed.
fn before(asked: &Asked, unsaved: &Unsaved) -> Option<Credentials> {
    let entry = asked.app.folder.find(unsaved.connection.as_deref()?)?;
    match entry.connection.ok()?.credentials {
        CredentialSource::File(file) => CredentialFile::open(file).and_then(|file| file.read()).ok(),
        _ => None,
    }
}

fn marketplace(asked: &Asked, unsaved: &Unsaved) -> Marketplace {
    let connection = unsaved.connection.as_deref().and_then(|id| asked.app.folder.find(id)?.connection.ok());
    unsaved.setup.marketplace(connection.as_ref())
}

/// The form that the sign-in began in.
fn back(unsaved: &Unsaved, draft: &str) -> String {
    match &unsaved.connection {
        Some(id) => path(id, &format!("/settings?draft={draft}")),
        None => format!("/new?draft={draft}"),
    }
}

/// The answer that the user has pasted.
pub async fn pasted(asked: Asked) -> Response {
    let draft = asked.fields.text("draft");
    let Some(unsaved) = asked.app.pending.find(draft) else { return Redirect::to("/new").into_response() };
    match take(&asked, draft, unsaved, asked.fields.text("pasted")).await {
        Ok(to) => Redirect::to(&to).into_response(),
        Err(error) => asked.failed(StatusCode::OK, "sign-in-failed", Some(&error)),
    }
}

/// The answer that Amazon's page has sent the browser back with. It comes without the cookie of the session, so its state alone says
/// whose it is.
pub async fn answer(asked: Asked) -> Response {
    let state = asked.query.text("state").to_owned();
    let Some((draft, unsaved)) = asked.app.pending.signed_in(&state) else {
        return refused(asked.language, StatusCode::FORBIDDEN, "sign-in-unknown");
    };
    let to = back(&unsaved, &draft);
    let mut response = match take(&asked, &draft, unsaved, &asked.here).await {
        // The cookie comes with the next step, which this page makes.
        Ok(to) => {
            passing(asked.language, &to, html! { meta http-equiv="refresh" content={ "0;url=" (to) }; }, &html! {})
        }
        Err(error) => passing(
            asked.language,
            &to,
            html! {},
            &super::problem(asked.language, &asked.say("sign-in-failed"), Some(&error)),
        ),
    };
    // The code in this page's address must not reach another page.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn passing(language: Language, to: &str, head: Markup, content: &Markup) -> Response {
    let title = language.say("sign-in");
    let body = html! { main { h1 { (title) } (content) p { a.button href=(to) { (language.say("go-on")) } } } };
    document(language, &title, &head, &body).into_response()
}

/// Exchanges the code of an answer, and keeps the token and the seller's id with the form. Returns where that is.
async fn take(asked: &Asked, draft: &str, mut unsaved: Unsaved, answered: &str) -> Result<String, Error> {
    let Some((consent, state)) = unsaved.sign_in.take() else {
        let error = Error::new(spapi_core::ErrorKind::Input, "no sign-in goes on");
        return Err(error.with_hint("Begin it again."));
    };
    let code = consent.accept(answered, &state)?;
    let before = before(asked, &unsaved);
    let client_id = match unsaved.setup.client_id.as_str() {
        "" => before.as_ref().map(|one| one.client_id()).unwrap_or_default(),
        typed => typed,
    };
    let stored = before.as_ref().map(Credentials::client_secret);
    let secret = unsaved.secrets.client_secret.as_ref().or(stored).map(|secret| secret.expose_secret());
    let application = Credentials::application(client_id, secret.unwrap_or_default());
    let region = marketplace(asked, &unsaved).region();
    let client = asked.app.reach.application(region, application).await?;
    let credentials = client.authorize(&code).await?;
    unsaved.secrets.refresh_token = credentials.refresh_token().cloned();
    unsaved.secrets.seller_id = credentials.seller_id().map(str::to_owned);
    if unsaved.setup.client_id.is_empty() && before.is_none() {
        // Only where all data are made up.
        credentials.client_id().clone_into(&mut unsaved.setup.client_id);
        unsaved.secrets.client_secret = Some(credentials.client_secret().clone());
    }
    // Beside the token it says that it is there.
    let to = format!("{}#refresh_token", back(&unsaved, draft));
    asked.app.pending.keep(draft, unsaved)?;
    Ok(to)
}

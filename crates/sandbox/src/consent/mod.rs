//! The pages on which a seller authorizes the application, in outline as those of Seller Central and the Appstore.

mod application;
mod pages;
mod problem;

pub(crate) use application::Application;

use crate::control::guard;
use crate::http::{Meaning, Query};
use crate::login::{APPLICATION_ID, FLOW_LIFE, seller_id};
use crate::server::Server;
use crate::time::dates;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use pages::Question;
use problem::Problem;
use std::collections::HashMap;

/// The path of the page to which an application sends a seller.
const CONSENT_PATH: &str = "/apps/authorize/consent";

/// The path to which an application sends a seller who has begun in the Appstore; its id follows.
const CONFIRM_PATH: &str = "/apps/authorize/confirm/";

/// The path of the application's page in the Appstore. Amazon has it elsewhere.
const APPSTORE_PATH: &str = "/apps/store";

const STYLE_PATH: &str = "/apps/style.css";

/// The purpose under which the time of a page is sealed.
const SHOWN: &str = "consent page";

/// Whether a path is one of these pages.
pub(crate) fn is_at(path: &str) -> bool {
    [CONSENT_PATH, APPSTORE_PATH, STYLE_PATH].contains(&path) || path.starts_with(CONFIRM_PATH)
}

/// Answers a request of one of the pages.
pub(crate) async fn answer(server: &Server, parts: &Parts, meaning: &Meaning, body: Body) -> Response {
    let body = match server.read_body(body).await {
        Ok(body) => body,
        Err(error) => return error.into_response(),
    };
    carry_out(server, parts, meaning, &body.bytes).unwrap_or_else(Problem::into_response)
}

fn carry_out(server: &Server, parts: &Parts, meaning: &Meaning, body: &[u8]) -> Result<Response, Problem> {
    if meaning.path == STYLE_PATH {
        return Ok(pages::style());
    }
    let page = Page { server, query: &meaning.query, raw_query: parts.uri.query().unwrap_or_default() };
    page.refuse_repeated_names()?;
    if let Some(application_id) = meaning.path.strip_prefix(CONFIRM_PATH) {
        // Not for HEAD, because the answer uses up Amazon's state.
        return if parts.method == Method::GET { page.confirm(application_id) } else { Err(Problem::method("GET")) };
    }
    let form = match parts.method {
        Method::GET | Method::HEAD => None,
        Method::POST if guard::is_from_another_site(parts) => return Err(Problem::another_site()),
        Method::POST => Some(Form(form_urlencoded::parse(body).into_owned().collect())),
        _ => return Err(Problem::method("GET and POST")),
    };
    match meaning.path.as_str() {
        APPSTORE_PATH => page.appstore(form.as_ref()),
        _ => page.consent(form.as_ref()),
    }
}

/// What a seller has answered on a page.
struct Form(HashMap<String, String>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// A page that a browser asks for.
struct Page<'a> {
    server: &'a Server,
    query: &'a Query,
    raw_query: &'a str,
}

impl Page<'_> {
    /// The page to which an application sends a seller, or what follows the seller's answer.
    fn consent(&self, form: Option<&Form>) -> Result<Response, Problem> {
        let id = self.required("application_id", "Add the id of the application, as its own page shows it.")?;
        self.check_application(id)?;
        let (state, back) = self.way_back()?;
        let application = &self.server.application;
        // Amazon sends the seller of a draft with a login URI there, as from the Appstore. (Reported in the issues 1726 of
        // amzn/selling-partner-api-docs and 4093 of amzn/selling-partner-api-models.)
        let login_uri = application.login_uri.as_deref().filter(|_| application.is_draft);
        let Some(form) = form else {
            return Ok(pages::respond(
                StatusCode::OK,
                pages::consent(application, &self.question(login_uri.unwrap_or(&back))),
            ));
        };
        let seller = self.seller(form)?;
        match (form.get("decision"), login_uri) {
            (Some("allow"), Some(login_uri)) => Ok(self.open_login_uri(login_uri, seller)),
            (Some("allow"), None) => {
                let code = self.server.login.consent_of(seller, self.query.text("redirect_uri"));
                Ok(go_back(&back, state, seller, &code))
            }
            // OAuth 2.0 does this (RFC 6749, section 4.1.2.1). What Amazon does is not documented.
            (Some("refuse"), _) => {
                Ok(pages::redirect(&with_query(&back, &[("state", state), ("error", "access_denied")])))
            }
            _ => Err(Problem::malformed_answer()),
        }
    }

    /// The application's page in the Appstore, or what follows the seller's answer there.
    fn appstore(&self, form: Option<&Form>) -> Result<Response, Problem> {
        let application = &self.server.application;
        let login_uri = application.login_uri.as_deref().ok_or_else(Problem::no_login_uri)?;
        match form {
            None => Ok(pages::respond(StatusCode::OK, pages::appstore(application, &self.question(login_uri)))),
            Some(form) if form.get("decision") == Some("allow") => {
                Ok(self.open_login_uri(login_uri, self.seller(form)?))
            }
            Some(_) => Err(Problem::malformed_answer()),
        }
    }

    /// Sends a seller who has begun in the Appstore, and has signed in to the application, to its redirect URI.
    fn confirm(&self, application_id: &str) -> Result<Response, Problem> {
        self.check_application(application_id)?;
        let amazon_state = self.required("amazon_state", "Pass the one with which the login URI was opened.")?;
        let (state, back) = self.way_back()?;
        let confirmed = self.server.login.confirm(amazon_state, self.query.text("redirect_uri"));
        let (seller, code) = confirmed.ok_or_else(Problem::void_amazon_state)?;
        Ok(go_back(&back, state, seller, &code))
    }

    fn refuse_repeated_names(&self) -> Result<(), Problem> {
        let mut names: Vec<&str> = self.query.pairs().map(|(name, _)| name).collect();
        names.sort_unstable();
        let repeated = names.windows(2).find(|pair| pair[0] == pair[1]);
        repeated.map_or(Ok(()), |pair| Err(Problem::repeated(pair[0])))
    }

    fn required(&self, name: &str, to_do: &str) -> Result<&str, Problem> {
        self.query.text(name).ok_or_else(|| Problem::missing(name, to_do))
    }

    fn check_application(&self, id: &str) -> Result<(), Problem> {
        if id != APPLICATION_ID {
            return Err(Problem::unknown_application());
        }
        let is_for_drafts = self.query.text("version") == Some("beta");
        if self.server.application.is_draft && !is_for_drafts { Err(Problem::draft()) } else { Ok(()) }
    }

    /// The application's state, and where it goes back to.
    fn way_back(&self) -> Result<(&str, String), Problem> {
        let to_do = "Add a random value that belongs to the browser's session, and compare it when it comes back.";
        let state = self.required("state", to_do)?;
        Ok((state, self.server.application.redirect_uri(self.query.text("redirect_uri"))?))
    }

    fn question<'a>(&'a self, then: &'a str) -> Question<'a> {
        let now = dates::seconds(self.server.clock.now()).to_string();
        Question {
            query: self.raw_query,
            shown: self.server.pages.close(SHOWN, &now),
            sellers: self.server.login.seller_ids(),
            then,
        }
    }

    /// The index of the seller who has answered in time.
    fn seller(&self, form: &Form) -> Result<usize, Problem> {
        let shown = form.get("shown").and_then(|shown| self.server.pages.open(SHOWN, shown));
        let shown: u64 = shown.and_then(|shown| shown.parse().ok()).ok_or_else(Problem::malformed_answer)?;
        if dates::seconds(self.server.clock.now()).saturating_sub(shown) >= FLOW_LIFE.as_secs() {
            return Err(Problem::expired());
        }
        let ids = self.server.login.seller_ids();
        ids.iter().position(|id| form.get("seller") == Some(id.as_str())).ok_or_else(Problem::malformed_answer)
    }

    fn open_login_uri(&self, login_uri: &str, seller: usize) -> Response {
        let callback_uri = format!("{}{CONFIRM_PATH}{APPLICATION_ID}", self.server.documents.host());
        let (amazon_state, id) = (self.server.login.begin_in_appstore(seller), seller_id(seller));
        let mut query = vec![
            ("amazon_callback_uri", callback_uri.as_str()),
            ("amazon_state", &amazon_state),
            ("selling_partner_id", &id),
        ];
        if self.server.application.is_draft {
            query.push(("version", "beta"));
        }
        pages::redirect(&with_query(login_uri, &query))
    }
}

/// Sends the browser back to the application with a code.
fn go_back(redirect_uri: &str, state: &str, seller: usize, code: &str) -> Response {
    let query = [("state", state), ("selling_partner_id", &seller_id(seller)), ("spapi_oauth_code", code)];
    pages::redirect(&with_query(redirect_uri, &query))
}

/// A URI with more parameters.
fn with_query(uri: &str, parameters: &[(&str, &str)]) -> String {
    let begin = if uri.contains('?') { '&' } else { '?' };
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{uri}{begin}{query}")
}

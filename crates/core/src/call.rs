//! Builds a call: its path, query, headers and body.

use crate::auth::{self, DataElement, Resource};
use crate::error::{Error, ErrorKind};
use crate::observe::{Asked, Noted};
use crate::operation::ArgumentRule;
use crate::operation::lookup;
use crate::options::RequestOptions;
use crate::response::OperationRef;
use crate::{DateTime, Operation, Region, marketplaces, percent_encode};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use serde::Serialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt::{self, Display, Write};
use url::Url;

type Name = Cow<'static, str>;

/// An operation with its arguments. An error about an argument is kept until the call is sent.
#[derive(Clone)]
pub(crate) struct Call {
    pub operation: OperationRef,
    path: Vec<(Name, String)>,
    /// Names as they are, values percent-encoded. A name may occur more than once.
    query: Vec<(Name, String)>,
    /// The names of dates and times in the query that have another form than those of ISO 8601.
    not_times: Vec<Name>,
    headers: HeaderMap,
    body: Option<Bytes>,
    pub options: RequestOptions,
    /// The Rust type of the body.
    pub body_type: Noted,
    /// The restricted data that the call asks for.
    restricted: Option<Vec<DataElement>>,
    /// Whether the call asks for a restricted data token, which a server of its own may issue.
    pub is_for_restricted_token: bool,
    wrong: Option<Error>,
}

/// A call that is ready to be sent.
pub(crate) struct Prepared {
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Option<Bytes>,
    /// What the restricted data token of the call must give access to, if the call needs one.
    pub restricted: Option<Resource>,
    /// Whether the call asks for a restricted data token.
    pub is_for_restricted_token: bool,
    pub asked: Asked,
}

impl Call {
    pub(crate) fn new(operation: OperationRef) -> Self {
        Self {
            operation,
            path: Vec::new(),
            query: Vec::new(),
            not_times: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            options: RequestOptions::new(),
            body_type: Noted::none(),
            restricted: None,
            is_for_restricted_token: false,
            wrong: None,
        }
    }

    pub(crate) fn set_path(&mut self, name: Name, value: &dyn Display) {
        let text = self.text(&name, value);
        self.path.retain(|(known, _)| *known != name);
        self.path.push((name, text));
    }

    pub(crate) fn set_query(&mut self, name: Name, value: &dyn Display) {
        let encoded = self.encoded(&name, value);
        self.clear_query(&name);
        self.query.push((name, encoded));
    }

    fn clear_query(&mut self, name: &str) {
        self.query.retain(|(known, _)| known != name);
        self.not_times.retain(|known| known != name);
    }

    /// Sets a date or time.
    pub(crate) fn set_query_time(&mut self, name: Name, time: &DateTime) {
        self.set_query(name.clone(), time);
        if !time.is_iso_8601() {
            self.not_times.push(name);
        }
    }

    pub(crate) fn set_query_list(&mut self, name: Name, values: impl Iterator<Item = impl Display>, style: List) {
        self.clear_query(&name);
        match style {
            List::Repeated => {
                for value in values {
                    let encoded = self.encoded(&name, &value);
                    self.query.push((name.clone(), encoded));
                }
            }
            List::Commas => {
                let encoded: Vec<_> = values.map(|value| self.encoded(&name, &value)).collect();
                if !encoded.is_empty() {
                    self.query.push((name, encoded.join(",")));
                }
            }
        }
    }

    fn encoded(&mut self, name: &str, value: &dyn Display) -> String {
        let mut encoded = String::new();
        percent_encode::push(&mut encoded, &self.text(name, value));
        encoded
    }

    fn text(&mut self, name: &str, value: &dyn Display) -> String {
        let mut text = String::new();
        if write!(text, "{value}").is_err() {
            self.refuse(input(format!("the value of {name} cannot be written as text")));
        }
        text
    }

    /// The value of a query parameter, decoded; the first of several. `None` if it is empty.
    pub(crate) fn query_text(&self, name: &str) -> Option<String> {
        let (_, value) = self.query.iter().find(|(known, value)| known == name && !value.is_empty())?;
        Some(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
    }

    pub(crate) fn set_header(&mut self, name: &str, value: &dyn Display) {
        const OWN: [&str; 13] = [
            "accept-encoding",
            "authorization",
            "connection",
            "content-length",
            "content-type",
            "expect",
            "host",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "user-agent",
            "x-amz-access-token",
        ];
        let value = self.text(name, value);
        let refusal = match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::try_from(value)) {
            (Err(_), _) => format!("{name:?} is not a name for a header"),
            (Ok(name), _) if OWN.contains(&name.as_str()) => format!("the header {name} is set by the client itself"),
            (Ok(_), Err(_)) => format!("the value of the header {name} holds characters that a header cannot"),
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
                return;
            }
        };
        self.refuse(input(refusal));
    }

    pub(crate) fn set_json(&mut self, body: &impl Serialize) {
        match serde_json::to_vec(body) {
            Ok(body) => self.body = Some(body.into()),
            Err(error) => {
                self.refuse(Error::new(ErrorKind::Input, "the body cannot be written as JSON").with_source(error))
            }
        }
    }

    pub(crate) fn set_restricted(&mut self, data: Vec<DataElement>) {
        match auth::validate_data_elements(&self.operation, data) {
            Ok(data) => self.restricted = Some(data),
            Err(error) => self.refuse(error),
        }
    }

    /// The value in the body at a path of names joined by dots.
    pub(crate) fn body_at(&self, path: &str) -> Option<Value> {
        let body: Value = serde_json::from_slice(self.body.as_deref()?).ok()?;
        lookup(&body, path).cloned()
    }

    /// Puts a value into the body at a path of names joined by dots.
    pub(crate) fn set_in_body(&mut self, path: &str, value: Value) {
        let body = self.body.as_deref().and_then(|body| serde_json::from_slice(body).ok());
        let mut body: Value = body.unwrap_or_default();
        let mut place = &mut body;
        for name in path.split('.') {
            if !place.is_object() {
                *place = json!({});
            }
            place = &mut place[name];
        }
        *place = value;
        self.set_json(&body);
    }

    /// Switches to the operation of the same API that continues this one. Query, headers and options stay.
    pub(crate) fn continue_with(&mut self, operation: &'static Operation) {
        self.operation = OperationRef::Listed(operation);
        self.path.clear();
        self.body = None;
    }

    /// Keeps the first error.
    pub(crate) fn refuse(&mut self, error: Error) {
        self.wrong.get_or_insert(error);
    }

    /// Validates the call and builds its URI and headers. If a region is given, the marketplaces must be in it.
    pub(crate) fn prepare(self, base: &str, region: Option<Region>) -> Result<Prepared, Error> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        // A server answers another form with an unclear error, or ignores the parameter.
        if let Some(name) = self.not_times.first() {
            return Err(input(format!("{name} is not a date or time that the API takes"))
                .with_hint("Nothing was sent. Give ISO 8601, such as 2026-11-01 or 2026-11-01T09:30:00Z."));
        }
        if matches!(self.operation.method, Method::CONNECT | Method::TRACE) {
            let message = format!("the method {} does not call an operation", self.operation.method);
            return Err(input(message).with_hint("Nothing was sent."));
        }
        let (query, required) = arguments(&self.operation, self.query);
        check_required(&self.operation, required, &query, &self.headers)?;
        if let Some(region) = region {
            marketplaces::check(region, &self.path, &query, self.body.as_ref())?;
        }
        let mut url = base.to_owned();
        push_path(&mut url, &self.operation.path, &self.path)?;
        let asked = Asked::new(&url[base.len()..], &self.path, &query, self.body.as_ref(), self.body_type);
        let restricted = self.restricted.map(|data| Resource::new(&self.operation, data, &url[base.len()..]));
        push_query(&mut url, &query);
        // The URL library normalizes a URL like a browser. The client must send exactly the URL that was meant.
        let is_unchanged = Url::parse(&url).is_ok_and(|parsed| parsed.as_str() == url);
        let uri = is_unchanged.then(|| Uri::try_from(url).ok()).flatten();
        let uri = uri.ok_or_else(|| {
            input("the path holds characters that a path cannot hold as they are")
                .with_hint("Write {name} in the path and give the value as a path parameter, or percent-encode it.")
        })?;
        let mut headers = self.headers;
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json, application/hal+json"));
        if self.body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        Ok(Prepared {
            uri,
            headers,
            body: self.body,
            restricted,
            is_for_restricted_token: self.is_for_restricted_token,
            asked,
        })
    }
}

/// How a list is written in a query.
#[derive(Clone, Copy)]
pub(crate) enum List {
    /// `a=1,2`
    Commas,
    /// `a=1&a=2`
    Repeated,
}

fn input(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Input, message)
}

/// The query to send, and the names that it must contain. A page's token may replace the other arguments.
fn arguments(operation: &Operation, mut query: Vec<(Name, String)>) -> (Vec<(Name, String)>, &'static [&'static str]) {
    let required = operation.required;
    let Some(paging) = operation.paging else { return (query, required) };
    let Some(token) = paging.token_parameter() else { return (query, required) };
    // An empty token means the first page.
    query.retain(|(name, value)| name != token || !value.is_empty());
    if !query.iter().any(|(name, _)| name == token) {
        return (query, required);
    }
    match paging.rule {
        ArgumentRule::RepeatRequired => {
            query.retain(|(name, _)| name == token || required.contains(&name.as_ref()));
            (query, required)
        }
        ArgumentRule::TokenOnly | ArgumentRule::TokenOrRepeat => {
            query.retain(|(name, _)| name == token);
            (query, &[])
        }
        ArgumentRule::TokenPlusQueryType => {
            query.retain(|(name, _)| name == token || name == "MarketplaceId");
            query.push(("QueryType".into(), "NEXT_TOKEN".into()));
            (query, required)
        }
        // `RepeatArguments`, which also holds for an operation without a rule.
        _ => (query, required),
    }
}

fn check_required(
    operation: &Operation,
    required: &[&str],
    query: &[(Name, String)],
    headers: &HeaderMap,
) -> Result<(), Error> {
    let is_given = |wanted: &str| query.iter().any(|(name, _)| name == wanted) || headers.contains_key(wanted);
    let missing: Vec<_> = required.iter().copied().filter(|name| !is_given(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let plural = if missing.len() == 1 { "parameter" } else { "parameters" };
    let message = format!("the required {plural} {} not set", and_verb(&missing));
    let token = operation.paging.and_then(|paging| paging.token_parameter());
    let hint = match token {
        Some(token) if !is_given(token) => "Nothing was sent. Set it, or the token of a page.",
        _ => "Nothing was sent.",
    };
    Err(input(message).with_hint(hint))
}

fn and_verb(names: &[&str]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

/// Fills the parameters into the path.
fn push_path(url: &mut String, template: &str, values: &[(Name, String)]) -> Result<(), Error> {
    let mut values: Vec<_> = values.iter().collect();
    if !template.starts_with('/') {
        return Err(input("the path does not start with a slash"));
    }
    if template.contains(['?', '#']) {
        return Err(input("the path holds a query or a fragment").with_hint("Give the query's parameters one by one."));
    }
    let start = url.len();
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        url.push_str(literal);
        let Some((name, after)) = after.split_once('}') else {
            return Err(input("a brace in the path is not closed"));
        };
        let (name, keeps_slashes) = name.strip_prefix('+').map_or((name, false), |name| (name, true));
        let Some(position) = values.iter().position(|(known, _)| *known == name) else {
            return Err(input(format!("the path parameter {name} is not set")));
        };
        let (_, value) = values.swap_remove(position);
        push_path_value(url, name, value, keeps_slashes)?;
        rest = after;
    }
    url.push_str(rest);
    if let Some((name, _)) = values.first() {
        return Err(input(format!("the path {template} has no parameter {name}")));
    }
    // The parameters' own dots have been refused by name. These are the path's.
    if url[start..].split('/').any(is_dots) {
        return Err(input("a part of the path is . or .., which means another path"));
    }
    Ok(())
}

fn push_path_value(url: &mut String, name: &str, value: &str, keeps_slashes: bool) -> Result<(), Error> {
    if value.is_empty() {
        return Err(input(format!("the path parameter {name} is empty")));
    }
    if keeps_slashes {
        if value.split('/').any(is_dots) {
            return Err(input(format!("a part of the path parameter {name} is . or .., which means another path")));
        }
        percent_encode::push_keeping_slashes(url, value);
    } else {
        if is_dots(value) {
            return Err(input(format!("the path parameter {name} is {value}, which means another path"))
                .with_hint("No server would read it as a value, so the API cannot be asked for it."));
        }
        percent_encode::push(url, value);
    }
    Ok(())
}

fn is_dots(segment: &str) -> bool {
    matches!(segment, "." | "..")
}

fn push_query(url: &mut String, query: &[(Name, String)]) {
    let mut separator = '?';
    for (name, value) in query {
        url.push(separator);
        percent_encode::push(url, name);
        url.push('=');
        url.push_str(value);
        separator = '&';
    }
}

/// The operation and the names of its arguments. The values may be a buyer's data.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |pairs: &[(Name, String)]| pairs.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>();
        f.debug_struct("Request")
            .field("operation", &format_args!("{}", &*self.operation))
            .field("path", &names(&self.path))
            .field("query", &names(&self.query))
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("has_body", &self.body.is_some())
            .field("restricted", &self.restricted)
            .field("options", &self.options)
            .finish()
    }
}

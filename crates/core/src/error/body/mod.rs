//! Reads the errors from an answer, whatever shape they have.
//!
//! Amazon's gateways, login servers and document hosts use error shapes of their own, and so do proxies on the way. So
//! this module searches for the names that mean a code, a message or details ([`value`] has their table) wherever errors
//! may be: in a list, a map, an object or a text, inside a few known wrappers, in JSON, XML, HTML, a form or plain text.
//! It keeps a limited amount, however large the body is.
//!
//! The words of a body without such names are shown only if they are for people: of a page its title and heading, of plain
//! text all without its tags. Like all texts of a server they are kept on one line, without control characters and up to a
//! limit, and the caller masks the secrets of the request. A document host may send a part of a
//! document, so of its bodies only the codes and messages in XML count.

mod json;
#[cfg(test)]
mod tests;
mod value;
mod xml;

use super::ApiError;
use http::HeaderMap;
use spapi_types::json::without_byte_order_mark;
use spapi_types::text::printable;
use value::{LONGEST_TEXT, MOST_ERRORS, Member, Name, Value, beginning, bounded};

/// How many bytes of a body without known errors are kept.
const LONGEST_EXCERPT: usize = 1000;
/// How many bytes a tag in plain text has at most.
const LONGEST_TAG: usize = 1000;

/// What a body says about errors.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub errors: Vec<ApiError>,
    /// The beginning of a body that describes no error in a known way.
    pub excerpt: Option<String>,
    /// Whether the body is none that a server of Amazon's API sends, but for example a page of a proxy.
    pub is_foreign: bool,
}

/// The errors in a body. If the body names no code, the header `x-amzn-ErrorType` gives it.
pub(super) fn find(body: &[u8], headers: &HeaderMap) -> Found {
    let mut found = Found::default();
    let body = without_byte_order_mark(body).trim_ascii();
    found.read(body);
    if found.errors.is_empty() && !body.is_empty() {
        let text = String::from_utf8_lossy(&body[..body.len().min(2 * LONGEST_EXCERPT)]);
        found.excerpt = Some(printable(beginning(&text, LONGEST_EXCERPT)).to_string());
    }
    let errors = &mut found.errors;
    if errors.iter().all(|error| error.code.is_empty()) {
        let header = headers.get("x-amzn-ErrorType").and_then(|value| value.to_str().ok());
        let code = header.map(short_code).unwrap_or_default();
        if !code.is_empty() {
            found.is_foreign = false;
            match errors.first_mut() {
                Some(error) => error.code = code.to_owned(),
                None => errors.push(ApiError { code: code.to_owned(), ..ApiError::default() }),
            }
        }
    }
    found
}

impl Found {
    fn read(&mut self, body: &[u8]) {
        let errors = &mut self.errors;
        match body.first() {
            None => {}
            Some(b'<') => match xml::read(&String::from_utf8_lossy(body)) {
                xml::Document::Xml(roots) => {
                    roots.iter().for_each(|root| in_root(root, errors));
                    self.is_foreign = self.errors.is_empty();
                }
                xml::Document::Page(page) => {
                    in_value(&page, errors);
                    self.is_foreign = true;
                }
            },
            Some(first) => match crate::json::read(body) {
                Ok(json::Body(Value::Text(text))) if *first == b'"' => in_text(&text, errors),
                Ok(json::Body(value)) => in_value(&value, errors),
                // It is JSON that was cut.
                Err(_) if matches!(first, b'{' | b'[' | b'"') => {}
                Err(_) => {
                    let text = std::str::from_utf8(body).ok().filter(|text| !text.contains('\0'));
                    let form = text.map(form).unwrap_or_default();
                    in_value(&form, errors);
                    self.is_foreign = errors.is_empty();
                    match text.filter(|_| self.is_foreign) {
                        Some(text) if xml::holds_page(text) => in_value(&xml::heading(text), errors),
                        Some(text) => push(ApiError { message: plain(text), ..ApiError::default() }, errors),
                        None => {}
                    }
                }
            },
        }
    }
}

/// The codes and messages in the XML of a document host. Only these are taken, and only from elements of their own,
/// because the rest may repeat the request with its signature.
#[cfg(feature = "document")]
pub(crate) fn of_document_host(body: &[u8]) -> Vec<ApiError> {
    let mut errors = Vec::new();
    let body = without_byte_order_mark(body).trim_ascii_start();
    if let xml::Document::Xml(roots) = xml::read(&String::from_utf8_lossy(body)) {
        for mut root in roots {
            remove_direct_texts(&mut root);
            match &root.value {
                // Its own members may be the document's.
                Value::Object(members) if root.name == Name::Unknown && !is_code(&root) => {
                    in_elements(members, &mut errors);
                }
                _ => in_root(&root, &mut errors),
            }
        }
    }
    errors.iter_mut().for_each(|error| error.details.clear());
    errors.retain(|error| *error != ApiError::default());
    errors
}

/// Removes the texts that are directly in elements for errors.
#[cfg(feature = "document")]
fn remove_direct_texts(element: &mut Member) {
    match (&mut element.value, element.name) {
        (value @ Value::Text(_), Name::Error | Name::Errors | Name::Wrapper | Name::Unknown) => *value = Value::Nothing,
        (Value::Object(members), Name::Code | Name::Message) => members.retain(|member| member.name == Name::Text),
        (Value::Object(members), _) => members.iter_mut().for_each(remove_direct_texts),
        _ => {}
    }
}

/// A text that is the whole body. It may be a JSON text within a JSON text.
fn in_text(text: &str, errors: &mut Vec<ApiError>) {
    if text.starts_with(['{', '[']) {
        if let Ok(json::Body(value)) = crate::json::read(text.as_bytes()) {
            in_value(&value, errors);
        }
    }
    if errors.is_empty() {
        push(ApiError { message: plain(text), ..ApiError::default() }, errors);
    }
}

/// A text for people, on one line and without tags.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<').filter(|_| out.len() < LONGEST_TEXT) {
        out.push_str(before);
        rest = match beginning(after, LONGEST_TAG).find('>') {
            Some(end) if is_of_page(&after[..end]) => &after[end + 1..],
            _ => {
                out.push('<');
                after
            }
        };
    }
    out.push_str(rest);
    bounded(&out)
}

/// Whether a tag is one of HTML. Other texts have signs such as `<` too.
fn is_of_page(tag: &str) -> bool {
    const NAMES: [&str; 24] = [
        "a", "b", "br", "center", "code", "div", "em", "font", "h1", "h2", "h3", "h4", "hr", "i", "img", "li", "ol",
        "p", "pre", "small", "span", "strong", "u", "ul",
    ];
    let name = tag.trim_start_matches('/').split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// The fields of a form, as login servers may answer.
fn form(text: &str) -> Value {
    if text.contains(char::is_whitespace) || !text.contains('=') {
        return Value::Nothing;
    }
    let fields = url::form_urlencoded::parse(text.as_bytes()).take(MOST_ERRORS);
    let member = |(key, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| Member {
        name: Name::of(&key),
        key: bounded(&key),
        value: Value::Text(bounded(&value)),
    };
    Value::Object(fields.map(member).collect())
}

/// The errors of an XML text. If an error names no code, the root's own name may be one.
fn in_root(root: &Member, errors: &mut Vec<ApiError>) {
    match (&root.value, root.name) {
        (Value::Object(members), Name::Unknown) => {
            in_elements(members, errors);
            if errors.is_empty() {
                push(one(members), errors);
            }
        }
        (value, Name::Errors) => each_element(value, errors),
        (value, Name::Error) => each(value, errors),
        (value, _) => in_value(value, errors),
    }
    if is_code(root) {
        match errors.first_mut() {
            Some(error) if error.code.is_empty() => error.code.clone_from(&root.key),
            Some(_) => {}
            None => push(ApiError { code: root.key.clone(), ..ApiError::default() }, errors),
        }
    }
}

/// Whether the name of the outermost element is the code of an error.
fn is_code(root: &Member) -> bool {
    root.key.ends_with("Exception") || root.key.ends_with("Error") && root.name != Name::Error
}

/// The errors in elements that are data themselves.
fn in_elements(members: &[Member], errors: &mut Vec<ApiError>) {
    for Member { name, value, .. } in members {
        match (name, value) {
            (Name::Errors, value) => each_element(value, errors),
            (Name::Error, value) => each(value, errors),
            (Name::Wrapper | Name::Unknown | Name::Payload, Value::Object(members)) => in_elements(members, errors),
            _ => {}
        }
    }
}

/// The errors in an element for several, of which each is an element too.
fn each_element(value: &Value, errors: &mut Vec<ApiError>) {
    match value {
        Value::Object(members) if members.iter().any(|member| member.name == Name::Error) => {
            let elements = members.iter().filter(|member| member.name == Name::Error);
            elements.for_each(|member| each(&member.value, errors));
        }
        value => each(value, errors),
    }
}

fn in_value(value: &Value, errors: &mut Vec<ApiError>) {
    match value {
        Value::Nothing | Value::Text(_) => {}
        Value::List(list) => {
            for value in list {
                match value {
                    Value::Text(message) => push(ApiError { message: message.clone(), ..ApiError::default() }, errors),
                    Value::List(inner) => {
                        let objects = inner.iter().filter(|value| matches!(value, Value::Object(_)));
                        objects.for_each(|value| in_value(value, errors));
                    }
                    value => in_value(value, errors),
                }
            }
        }
        Value::Object(members) => {
            for Member { name, value, .. } in members {
                match (name, value) {
                    (Name::Errors, value) => each(value, errors),
                    (Name::Error | Name::Wrapper, Value::List(_) | Value::Object(_)) => each(value, errors),
                    // Everything else in a payload is data.
                    (Name::Payload, Value::Object(members)) => {
                        let within = members.iter().filter(|member| member.name == Name::Errors);
                        within.for_each(|member| each(&member.value, errors));
                    }
                    _ => {}
                }
            }
            push(one(members), errors);
        }
    }
}

/// The elements of a list of errors, or the values of a map of errors. Instead of these it may be one error, and an error
/// may be only its message.
fn each(value: &Value, errors: &mut Vec<ApiError>) {
    match value {
        Value::Text(message) => push(ApiError { message: message.clone(), ..ApiError::default() }, errors),
        Value::List(list) => list.iter().for_each(|value| each(value, errors)),
        Value::Object(members) if members.iter().all(|member| member.name == Name::Unknown) => {
            for Member { key, value, .. } in members {
                let before = errors.len();
                each(value, errors);
                let is_index = key.bytes().all(|byte| byte.is_ascii_digit());
                let nameless = errors[before..].iter_mut().filter(|error| error.code.is_empty() && !is_index);
                nameless.for_each(|error| short_code(key).clone_into(&mut error.code));
            }
        }
        Value::Nothing | Value::Object(_) => in_value(value, errors),
    }
}

/// The error that an object's own members describe.
fn one(members: &[Member]) -> ApiError {
    let find = |wanted: Name, read: fn(&Value) -> Option<String>| {
        let mut found = members.iter().filter(|member| member.name == wanted).filter_map(|member| read(&member.value));
        found.next().unwrap_or_default()
    };
    let text = |wanted: Name| find(wanted, Value::words);
    let (mut code, mut message) = (find(Name::Code, Value::code), text(Name::Message));
    if message.is_empty() {
        message = text(Name::Title);
    }
    // An error that is an object has been read by itself.
    let error = find(Name::Error, |value| match value {
        Value::Text(_) => value.words(),
        _ => None,
    });
    if message.is_empty() && error.contains(char::is_whitespace) {
        message = error;
    } else if code.is_empty() {
        code = error;
    }
    if code.is_empty() {
        code = Some(text(Name::Type)).filter(|code| !is_address(code)).unwrap_or_default();
    }
    if code.is_empty() {
        code = find(Name::Details, Value::inner_code);
    }
    if message.is_empty() && !code.is_empty() {
        // As in `<Error code="C">m</Error>`.
        message = text(Name::Text);
    }
    ApiError { code: short_code(&code).to_owned(), message, details: text(Name::Details) }
}

fn push(error: ApiError, errors: &mut Vec<ApiError>) {
    if error != ApiError::default() && errors.len() < MOST_ERRORS {
        errors.push(error);
    }
}

/// Whether the type of an error is an address rather than a name.
fn is_address(kind: &str) -> bool {
    ["http://", "https://", "about:", "urn:", "tag:"].iter().any(|scheme| kind.starts_with(scheme))
}

/// Only the name of a type of error: without the namespace before `#`, without the prefix of a SOAP fault, and without
/// the address of its schema that some gateways add after a colon.
fn short_code(code: &str) -> &str {
    let code = code.split_once(":http").map_or(code, |(name, _)| name);
    let name = code.rsplit_once('#').map_or(code, |(_, name)| name);
    let is_name = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    match name.rsplit_once(':') {
        Some((prefix, local)) if is_name(prefix) && is_name(local) => local,
        _ => name.trim().trim_end_matches(':'),
    }
}

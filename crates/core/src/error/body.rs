//! Reads the errors from an answer, whatever shape they have.
//!
//! Amazon's gateways and login servers use error shapes of their own. So this module searches for the names that mean a
//! code, a message or details wherever errors may be: in a list, an object or a text, inside a few known wrappers, in
//! JSON or XML. It keeps a limited amount, however large the body is.

use super::ApiError;
use crate::json;
use http::HeaderMap;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use spapi_types::text::printable;
use std::cell::Cell;
use std::fmt;

/// How many bytes of a code, a message or details are kept.
const MOST_ERRORS: usize = 100;
/// How many bytes are kept of a code, a message or details.
const LONGEST_TEXT: usize = 4096;
/// How deep the body is searched, enough for `{"Output": {"errors": [{"error": {"code": "C"}}]}}`.
const MOST_VALUES: usize = 2000;
/// How deep the body is searched: `{"Output": {"errors": [{"error": {"code": "C"}}]}}`.
const MOST_DEPTH: usize = 6;

/// The errors in a body. If the body names no code, the header `x-amzn-ErrorType` gives it.
pub(crate) fn errors(body: &[u8], headers: &HeaderMap) -> Vec<ApiError> {
    let mut errors = Vec::new();
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    if body.trim_ascii_start().starts_with(b"<") {
        in_xml(&String::from_utf8_lossy(body), &mut errors);
    } else if let Ok(Body(value)) = json::read(body) {
        in_value(&value, &mut errors);
    }
    if !errors.iter().any(|error| !error.code.is_empty()) {
        let header = headers.get("x-amzn-ErrorType").and_then(|value| value.to_str().ok());
        let code = header.map(short_code).unwrap_or_default();
        if !code.is_empty() {
            match errors.first_mut() {
                Some(error) => error.code = code.to_owned(),
                None => errors.push(ApiError { code: code.to_owned(), ..ApiError::default() }),
            }
        }
    }
    errors
}

/// Only the name of a type of error: without the namespace before `#`, and without the address of its schema that
/// some gateways add after a colon.
fn short_code(code: &str) -> &str {
    let name = code.rsplit_once('#').map_or(code, |(_, name)| name);
    name.split(':').next().unwrap_or_default().trim()
}

fn push(error: ApiError, errors: &mut Vec<ApiError>) {
    if error != ApiError::default() && errors.len() < MOST_ERRORS {
        errors.push(error);
    }
}

/// The parts of a JSON value that may describe an error.
#[derive(Debug, Default)]
enum Said {
    #[default]
    Nothing,
    Text(String),
    List(Vec<Said>),
    Object(Vec<(Name, Said)>),
}

/// What a member means, by its name in any case and without `_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Errors,
    /// An error or, at the token endpoint, its code.
    Error,
    Code,
    Type,
    Message,
    Details,
    Payload,
    /// An object that only contains the errors.
    Wrapper,
}

impl Name {
    fn of(name: &str) -> Option<Self> {
        if name.len() > 32 {
            return None;
        }
        let name: String = name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect();
        Some(match name.as_str() {
            "errors" | "errorlist" => Self::Errors,
            "error" => Self::Error,
            "code" | "errorcode" => Self::Code,
            "type" | "errortype" => Self::Type,
            "message" | "errormessage" | "errordescription" => Self::Message,
            "details" | "detail" | "errordetails" => Self::Details,
            "payload" => Self::Payload,
            "output" | "errorresponse" => Self::Wrapper,
            _ => return None,
        })
    }
}

fn in_value(value: &Said, errors: &mut Vec<ApiError>) {
    match value {
        Said::Nothing | Said::Text(_) => {}
        Said::List(list) => list.iter().for_each(|value| in_value(value, errors)),
        Said::Object(fields) => {
            for (name, value) in fields {
                match (name, value) {
                    (Name::Errors, value) => each(value, errors),
                    (Name::Error | Name::Wrapper, Said::List(_) | Said::Object(_)) => in_value(value, errors),
                    // Everything else in a payload is data.
                    (Name::Payload, Said::Object(fields)) => {
                        let within = fields.iter().filter(|(name, _)| *name == Name::Errors);
                        within.for_each(|(_, value)| each(value, errors));
                    }
                    _ => {}
                }
            }
            push(one(fields), errors);
        }
    }
}

/// The elements of a list of errors. Instead of a list it may be one error, and an error may be only its message.
fn each(value: &Said, errors: &mut Vec<ApiError>) {
    match value {
        Said::Text(message) => push(ApiError { message: message.clone(), ..ApiError::default() }, errors),
        Said::List(list) => list.iter().for_each(|value| each(value, errors)),
        Said::Nothing | Said::Object(_) => in_value(value, errors),
    }
}

/// The error that an object's own members describe.
fn one(fields: &[(Name, Said)]) -> ApiError {
    let text = |wanted: Name| {
        let mut found = fields.iter().filter(|(name, _)| *name == wanted).filter_map(|(_, value)| words(value));
        found.next().unwrap_or_default()
    };
    let (mut code, mut message) = (text(Name::Code), text(Name::Message));
    let error = text(Name::Error);
    if message.is_empty() && error.contains(char::is_whitespace) {
        message = error;
    } else if code.is_empty() {
        code = error;
    }
    if code.is_empty() {
        // An address is not a code.
        code = Some(text(Name::Type)).filter(|code| !code.contains("://")).unwrap_or_default();
    }
    ApiError { code: short_code(&code).to_owned(), message, details: text(Name::Details) }
}

/// A text that is not empty, or several joined.
fn words(value: &Said) -> Option<String> {
    match value {
        Said::Text(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Said::List(list) => {
            let texts: Vec<_> = list.iter().filter_map(words).collect();
            Some(bounded(&texts.join("; "))).filter(|text| !text.is_empty())
        }
        Said::Nothing | Said::Object(_) => None,
    }
}

/// The part of a text that is kept, on one line.
fn bounded(text: &str) -> String {
    printable(beginning(text, LONGEST_TEXT)).to_string()
}

/// At most that many bytes, without cutting a character.
fn beginning(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

struct Body(Said);

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Search { values: &Cell::new(0), depth: 0 }.deserialize(deserializer).map(Self)
    }
}

/// Reads the parts of a value that may describe errors, and skips the rest.
#[derive(Clone, Copy)]
struct Search<'a> {
    /// How many values have been kept.
    values: &'a Cell<usize>,
    depth: usize,
}

impl Search<'_> {
    fn deeper(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    fn goes_on(self) -> bool {
        self.values.get() < MOST_VALUES && self.depth < MOST_DEPTH
    }
}

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = Said;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Said, D::Error> {
        self.values.set(self.values.get() + 1);
        if self.goes_on() { deserializer.deserialize_any(self) } else { skip(deserializer) }
    }
}

fn skip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Said, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| Said::Nothing)
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = Said;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Said, E> {
        Ok(Said::Text(bounded(text.trim())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Said, E> {
        Ok(Said::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Said, E> {
        Ok(Said::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Said, E> {
        Ok(Said::Text(value.to_string()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Said, E> {
        Ok(Said::Nothing)
    }

    fn visit_unit<E>(self) -> Result<Said, E> {
        Ok(Said::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Said, A::Error> {
        let mut list = Vec::new();
        while list.len() < MOST_ERRORS && self.goes_on() {
            match elements.next_element_seed(self.deeper())? {
                Some(value) => list.push(value),
                None => return Ok(Said::List(list)),
            }
        }
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Said::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Said, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = members.next_key::<String>()? {
            match Name::of(&name) {
                Some(name) if self.goes_on() => fields.push((name, members.next_value_seed(self.deeper())?)),
                _ => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        Ok(Said::Object(fields))
    }
}

/// The errors of an XML text: those in elements `Error`, or the root itself, whose name is then the code. A page of HTML
/// has none. Only code and message are taken, because the rest may repeat the request with its signature.
pub(crate) fn in_xml(text: &str, errors: &mut Vec<ApiError>) {
    let mut rest = text;
    while let Some(error) = element(rest, "Error") {
        let found = ApiError {
            code: short_code(&xml_text(error.inside, "Code")).to_owned(),
            message: xml_text(error.inside, "Message"),
            ..ApiError::default()
        };
        push(found, errors);
        rest = error.after;
        if errors.len() >= MOST_ERRORS {
            return;
        }
    }
    let Some(root) = root(text) else { return };
    let is_name = root.ends_with("Exception") || root.ends_with("Error") && root != "Error";
    if errors.is_empty() && is_name {
        let code = bounded(root);
        push(ApiError { code, message: xml_text(text, "Message"), ..ApiError::default() }, errors);
    }
}

/// The name of the outermost element, without a prefix.
fn root(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        let (_, after) = rest.split_once('<')?;
        if !after.starts_with(['?', '!']) {
            let name = after.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next()?;
            return name.rsplit(':').next();
        }
        rest = after;
    }
}

struct Element<'text> {
    inside: &'text str,
    after: &'text str,
}

/// The first element of a name that has an end. The name may begin with a small letter.
fn element<'text>(text: &'text str, name: &str) -> Option<Element<'text>> {
    let small = name.to_ascii_lowercase();
    let mut rest = text;
    loop {
        let (_, after) = rest.split_once('<')?;
        rest = after;
        let Some(tag) = [name, &small].into_iter().find(|name| after.starts_with(*name)) else { continue };
        let behind = &after[tag.len()..];
        if !behind.starts_with(|c: char| c == '>' || c.is_whitespace()) {
            continue;
        }
        let (attributes, inside) = behind.split_once('>')?;
        if attributes.ends_with('/') {
            continue;
        }
        let (inside, after) = inside.split_once(&format!("</{tag}>"))?;
        return Some(Element { inside, after });
    }
}

/// The text of an element, with its references resolved.
fn xml_text(text: &str, name: &str) -> String {
    let Some(Element { inside, .. }) = element(text, name) else { return String::new() };
    let inside = inside.trim();
    let literal = inside.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>"));
    if let Some(literal) = literal {
        return bounded(literal.trim());
    }
    // A reference is at most ten times as long as what it means.
    let inside = beginning(inside, 10 * LONGEST_TEXT);
    let mut out = String::new();
    let mut rest = inside;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        match after.split_once(';').and_then(|(name, after)| Some((reference(name)?, after))) {
            Some((char, after)) => {
                out.push(char);
                rest = after;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    bounded(&out)
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Vec<(String, String, String)> {
        let errors = errors(body.as_bytes(), &HeaderMap::new());
        errors.into_iter().map(|error| (error.code, error.message, error.details)).collect()
    }

    fn error(code: &str, message: &str) -> Vec<(String, String, String)> {
        vec![(code.into(), message.into(), String::new())]
    }

    #[test]
    fn every_shape() {
        for body in [
            r#"{"errors":[{"code":"C","message":"m","details":""}]}"#,
            r#"{"payload":null,"errors":[{"code":"C","message":"m","details":null}]}"#,
            r#"{"payload":{"x":1},"errors":[{"code":"C","message":"m"}]}"#,
            r#"[{"code":"C","message":"m"}]"#,
            r#"{"code":"C","message":"m"}"#,
            r#"{"errors":{"code":"C","message":"m"}}"#,
            r#"{"error":{"code":"C","message":"m"}}"#,
            r#"{"error":"C","error_description":"m"}"#,
            r#"{"errors":[null,{"Code":"C","Message":"m"},false]}"#,
            r#"{"Errors":[{"code":"C","message":"m"}]}"#,
            r#"{"errors":[{"error":{"code":"C","message":"m"}}]}"#,
            r#"{"errorCode":"C","errorMessage":"m"}"#,
            r#"{"error_code":"C","error_message":"m"}"#,
            r#"{"ErrorCode":"C","ErrorMessage":"m"}"#,
            r#"{"code":"C","message":"m","type":"client"}"#,
            r#"{"__type":"com.amazon.coral.service#C","message":"m"}"#,
            r#"{"__type":"C","Message":"m"}"#,
            r#"{"Output":{"__type":"com.amazon.coral.service#C","message":"m"},"Version":"1.0"}"#,
            r#"{"ErrorResponse":{"Error":{"Type":"Sender","Code":"C","Message":"m"}}}"#,
            r#"{"payload":{"errors":[{"code":"C","message":"m"}],"message":"data"}}"#,
            "\u{feff} {\"errors\":[{\"code\":\"C\",\"message\":\"m\"}]}",
            "<Error><Code>C</Code><Message>m</Message></Error>",
            "<?xml version=\"1.0\"?>\n<!-- <Errors> --><ErrorResponse xmlns=\"http://x/\">\n<Error><Type>Sender</Type>\
             <Code>C</Code><Message xml:lang=\"en\"> m </Message></Error></ErrorResponse>",
            "\u{feff}<Error><Code>C</Code><Message>m</Message></Error>",
            "<C><Error><code>C</code><message><![CDATA[m]]></message></Error></C>",
        ] {
            assert_eq!(read(body), error("C", "m"), "{body}");
        }
        for body in [
            r#"{"message":"m"}"#,
            r#"{"errors":"m"}"#,
            r#"{"errors":["m"]}"#,
            r#"{"error":"","error_description":"m"}"#,
            r#"{"type":"https://example.com/problem","message":"m"}"#,
            "<Error><Message>m</Message></Error>",
        ] {
            assert_eq!(read(body), error("", "m"), "{body}");
        }
        assert_eq!(read(r#"{"error":"it is busy"}"#), error("", "it is busy"));
        assert_eq!(
            read(r#"{"Output":{"__type":"a.b#UnknownOperationException"}}"#),
            error("UnknownOperationException", "")
        );
        assert_eq!(
            read("<AccessDeniedException>\n<Message>m</Message></AccessDeniedException>"),
            error("AccessDeniedException", "m")
        );
        assert_eq!(read("<UnknownOperationException/>"), error("UnknownOperationException", ""));
        assert_eq!(read(r#"{"message":"all","errors":["one","two"]}"#).len(), 3);
        assert_eq!(read(r#"{"errors":[{"code":"C","details":["d","e"]}]}"#)[0].2, "d; e");
        assert_eq!(read("{\"errors\":[{\"code\":\"C\",\"message\":\"a\\ud83d\tb\"}]}"), error("C", "a\u{fffd} b"));
        assert_eq!(
            read("<Error><Message>b &lt;&amp;lt; &#233;&#x1f600; &x; &</Message></Error>"),
            error("", "b <&lt; é\u{1f600} &x; &")
        );
        assert_eq!(read(r#"{"Message":"m"}"#), error("", "m"));
        assert_eq!(read(r#"{"errors":[{"code":"C"}]}"#), error("C", ""));
        assert_eq!(read(r#"{"code":404,"message":"m"}"#), error("404", "m"));
        assert_eq!(read(r#"[{"code":"A"},{"code":"B","details":"d"}]"#)[1], ("B".into(), "".into(), "d".into()));
    }

    #[test]
    fn no_shape() {
        for body in [
            "",
            " ",
            "<html>busy</html>",
            "null",
            "[]",
            "{}",
            "7",
            "\"text\"",
            r#"{"errors":[]}"#,
            "{\"errors\":",
            r#"{"responses":[{"body":{"errors":[{"code":"C"}]}}]}"#,
            r#"{"payload":{"code":"C","message":"m"}}"#,
            "<html><head><title>Error</title></head><body>Code<p>Message</body></html>",
            "<!DOCTYPE html><html><Message>m</Message></html>",
            "<Error></Error",
            "<",
            "<Error><Code>A",
            "\u{feff}",
        ] {
            assert_eq!(read(body), [], "{body}");
        }
        assert_eq!(errors(&[0xff, 0xfe, 0x00], &HeaderMap::new()), []);
    }

    #[test]
    fn the_header_helps_out() {
        let mut headers = HeaderMap::new();
        headers.insert("x-amzn-errortype", "AccessDenied:http://internal.example/".parse().unwrap());
        let code = |body: &str| errors(body.as_bytes(), &headers).remove(0);
        assert_eq!(code("").code, "AccessDenied");
        assert_eq!(
            code(r#"{"message":"m"}"#),
            ApiError { code: "AccessDenied".into(), message: "m".into(), ..Default::default() }
        );
        assert_eq!(code(r#"{"code":"C"}"#).code, "C");
        assert_eq!(code("<html>busy</html>").code, "AccessDenied");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let many = format!("{{\"errors\":[{}{{}}]}}", r#"{"code":"C","message":"m"},"#.repeat(100_000));
        assert_eq!(read(&many).len(), MOST_ERRORS);
        let many = "<Error><Code>C</Code></Error>".repeat(100_000);
        assert_eq!(read(&many).len(), MOST_ERRORS);
        let long = "é".repeat(1_000_000);
        for body in [format!(r#"{{"message":"{long}"}}"#), format!("<Error><Message>{long}</Message></Error>")] {
            let message = &read(&body)[0].1;
            assert!(message.len() <= LONGEST_TEXT && message.starts_with("éé"), "{}", message.len());
        }
        let deep = format!("{}{{\"code\":\"C\"}}{}", r#"{"error":"#.repeat(50_000), "}".repeat(50_000));
        assert_eq!(read(&deep), []);
        let wide = format!(r#"{{"details":[{}0],"code":"C","message":"m"}}"#, "[[[[0]]]],".repeat(100_000));
        assert_eq!(read(&wide)[0].0, "C");
        assert_eq!(read(&"<a".repeat(100_000)), []);
    }
}

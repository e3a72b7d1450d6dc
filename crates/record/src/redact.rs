//! Decides which parts of an exchange are written as they are. Other parts get a stand-in or are left out.

use super::outline::{Outline, Reads};
use super::stand_in::StandIns;
use http::HeaderMap;
use serde_json::{Map, Number, Value, json};
use spapi_core::{ApiError, DateTime, Marketplace, Operation, open_enum};
use std::collections::BTreeMap;

/// The longest form of a date with a time, a fraction and an offset. A longer fraction could hide data.
const LONGEST_DATE: usize = 35;

/// A number of at most this many digits is a count rather than an id.
const COUNT_DIGITS: usize = 4;

impl StandIns {
    /// A body, with the outline of its type.
    pub(super) fn body(&self, value: &Value, outline: Option<&Outline>) -> Value {
        let reads = outline.map(|outline| outline.reads).unwrap_or_default();
        let child = |index| outline.and_then(|outline| outline.children.get(index));
        match value {
            Value::Null | Value::Bool(_) => value.clone(),
            Value::Number(number) if reads == Reads::Integer && is_count(number) => value.clone(),
            Value::Number(number) => self.number(number).into(),
            Value::String(text) if is_harmless(text, reads) => value.clone(),
            Value::String(text) => self.text(text).into(),
            Value::Array(list) => {
                let of = |(index, value): (usize, &Value)| self.body(value, child(index).map(|child| &child.outline));
                list.iter().enumerate().map(of).collect()
            }
            Value::Object(members) => {
                let mut written = Map::new();
                for (index, (name, value)) in members.iter().enumerate() {
                    let child = child(index);
                    let name = if child.is_some_and(|child| child.is_field) || is_public(name) {
                        Some(name.clone())
                    } else {
                        // Two keys must not become equal.
                        self.text_unless(name, |name| members.contains_key(name) || written.contains_key(name))
                    };
                    let value = self.body(value, child.map(|child| &child.outline));
                    written.extend(name.map(|name| (name, value)));
                }
                written.into()
            }
        }
    }

    /// The body of an error. Names of Amazon's shapes stay, and so does a code that is one plain word.
    pub(super) fn error_body(&self, value: &Value) -> Value {
        match value {
            Value::Array(list) => list.iter().map(|error| self.error_body(error)).collect(),
            Value::Object(members) => {
                let mut written = Map::new();
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("errors" | "Errors" | "error", Value::Array(_) | Value::Object(_)) => {
                            written.insert(name.clone(), self.error_body(value));
                        }
                        ("code" | "Code" | "error", Value::String(code)) if is_plain_word(code) => {
                            written.insert(name.clone(), value.clone());
                        }
                        ("message" | "Message" | "details" | "Details" | "detail", Value::String(text))
                            if says_token_refused(text) =>
                        {
                            // The client reacts to this text, and must do so in a replay too.
                            written.insert(name.clone(), json!("The access token has expired."));
                        }
                        (
                            "errors" | "Errors" | "error" | "code" | "Code" | "message" | "Message" | "details"
                            | "Details" | "detail" | "error_description",
                            value,
                        ) => {
                            written.insert(name.clone(), self.body(value, None));
                        }
                        (name, value) => {
                            let taken = |name: &str| members.contains_key(name) || written.contains_key(name);
                            let stand_in = self.text_unless(name, taken);
                            let value = self.body(value, None);
                            written.extend(stand_in.map(|name| (name, value)));
                        }
                    }
                }
                written.into()
            }
            value => self.body(value, None),
        }
    }

    /// The headers of an answer that describe the call rather than its contents.
    pub(super) fn headers(&self, headers: &HeaderMap) -> BTreeMap<String, String> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let mut written = BTreeMap::new();
        let mut keep = |name: &str, is_harmless: fn(&str) -> bool| {
            // After the colon, an error's type has an address, which the client does not read.
            let text = text(name).map(|text| match (name, text.split_once(':')) {
                ("x-amzn-errortype", Some((kind, _))) => kind.trim_end(),
                _ => text,
            });
            if let Some(text) = text {
                let value = if is_harmless(text) { text.to_owned() } else { self.text(text) };
                written.insert(name.to_owned(), value);
            }
        };
        keep("content-type", is_content_type);
        keep("date", is_date);
        keep("retry-after", |text| is_rate(text) || is_date(text));
        keep("x-amzn-errortype", is_error_type);
        keep("x-amzn-ratelimit-limit", is_rate);
        keep("x-amzn-requestid", is_request_id);
        written
    }

    /// The value of a query parameter, which may be a list with commas.
    pub(super) fn query_value(&self, operation: &Operation, name: &str, values: &[String]) -> String {
        let is_token = operation.paging.and_then(|paging| paging.token_parameter()) == Some(name);
        let one = |value: &String| if !is_token && is_argument(value) { value.clone() } else { self.text(value) };
        values.iter().map(one).collect::<Vec<_>>().join(",")
    }

    /// The value of a parameter of the path.
    pub(super) fn path_value(&self, value: &str) -> String {
        if is_public(value) { value.to_owned() } else { self.text(value) }
    }

    /// The path of a request by path that was made at run time: the API's name up to its version stays. The rest may
    /// hold values.
    pub(super) fn unknown_path(&self, path: &str) -> String {
        let is_name = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let parts: Vec<_> = path.split('/').collect();
        let version =
            parts.iter().position(|part| is_version(part)).filter(|at| parts[..*at].iter().all(|part| is_name(part)));
        let known = version.map_or(0, |at| at + 1);
        let written = parts.iter().enumerate().map(|(index, part)| {
            if index < known || (part.starts_with('{') && part.ends_with('}')) {
                (*part).to_owned()
            } else {
                self.text(part)
            }
        });
        written.collect::<Vec<_>>().join("/")
    }
}

/// Whether the client gets a new access token after an error with this message.
fn says_token_refused(message: &str) -> bool {
    let mut error = ApiError::default();
    message.clone_into(&mut error.message);
    error.says_token_refused()
}

fn is_harmless(text: &str, reads: Reads) -> bool {
    match reads {
        Reads::Enum(marker) => open_enum::lists(marker, text) || is_public(text),
        Reads::DateTime => is_date(text) || is_public(text),
        // Some models declare times as plain text.
        Reads::Data => is_timestamp(text) || is_public(text),
        Reads::Not | Reads::Anything | Reads::Integer => is_public(text),
    }
}

/// Whether Amazon publishes the text and core knows it: the id of a marketplace, or a currency.
fn is_public(text: &str) -> bool {
    Marketplace::ALL.iter().any(|marketplace| marketplace.id() == text || marketplace.currency() == text)
}

/// Whether a value of the query is harmless by its form. A replay compares such a value exactly.
pub(super) fn is_argument(text: &str) -> bool {
    let is_count = !text.is_empty() && text.len() <= COUNT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
    is_count || matches!(text, "true" | "false") || is_public(text) || is_date(text)
}

fn is_count(number: &Number) -> bool {
    let most = 10_u64.pow(COUNT_DIGITS as u32);
    number.as_i64().is_some_and(|number| number.unsigned_abs() < most)
}

fn is_date(text: &str) -> bool {
    text.len() <= LONGEST_DATE && DateTime::from(text).to_system_time().is_ok()
}

/// A date with a time of day, a form that only times have: `2026-01-31T09:30:00.000+09:00`.
fn is_timestamp(text: &str) -> bool {
    text.as_bytes().get(10) == Some(&b'T') && text.len() <= "2026-01-31T09:30:00.000+09:00".len() && is_date(text)
}

fn is_version(part: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    part.strip_prefix('v').is_some_and(is_number) || (part.len() == 10 && is_date(part))
}

/// A code in the form that Amazon's APIs use: `InvalidInput`.
fn is_plain_word(code: &str) -> bool {
    !code.is_empty() && code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// The type of an error: `ResourceNotFoundException`.
fn is_error_type(text: &str) -> bool {
    is_plain_word(text) && text.ends_with("Exception")
}

/// A number such as `0.0167` or `60`.
fn is_rate(text: &str) -> bool {
    text.len() <= 8 && text.parse::<f32>().is_ok() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The form of a UUID: hexadecimal digits in groups.
fn is_request_id(text: &str) -> bool {
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn is_content_type(text: &str) -> bool {
    const TYPES: [&str; 7] = [
        "application/hal+json",
        "application/json",
        "application/problem+json",
        "application/x-amz-json-1.0",
        "application/xml",
        "text/html",
        "text/plain",
    ];
    let lower = text.to_ascii_lowercase();
    let (kind, parameter) =
        lower.split_once(';').map_or((lower.as_str(), ""), |(kind, rest)| (kind.trim(), rest.trim()));
    let is_charset = matches!(
        parameter.trim_start_matches("charset=").trim_matches('"'),
        "" | "utf-8" | "iso-8859-1" | "us-ascii" | "windows-1252" | "shift_jis" | "windows-31j"
    );
    TYPES.contains(&kind) && is_charset
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::{Deserialize, Serialize};
    use spapi_core::BodyType;

    spapi_core::open_enum! {
        /// A test's enum.
        pub enum State { Shipped = "Shipped", Open = "Open" }
    }

    #[derive(Default, Deserialize, Serialize)]
    #[serde(default)]
    #[allow(dead_code, reason = "the test decodes the fields but does not read them")]
    struct Order {
        #[serde(deserialize_with = "spapi_core::absent::or_default")]
        id: String,
        #[serde(deserialize_with = "spapi_core::absent::or_default")]
        state: State,
        time: Option<DateTime>,
        count: Option<i64>,
        #[serde(with = "spapi_core::decimal::number_option")]
        total: Option<spapi_core::Decimal>,
        #[serde(deserialize_with = "spapi_core::absent::list")]
        lines: Vec<Line>,
        #[serde(deserialize_with = "spapi_core::absent::map")]
        notes: BTreeMap<String, String>,
        anything: Option<Value>,
    }

    /// A structure that keeps what it does not know.
    #[derive(Default, Deserialize, Serialize)]
    #[serde(default, rename_all = "camelCase")]
    #[allow(dead_code, reason = "the test decodes the fields but does not read them")]
    struct Line {
        #[serde(deserialize_with = "spapi_core::absent::or_default")]
        line_state: State,
        gift: Option<bool>,
        #[serde(flatten)]
        unknown_fields: spapi_core::Object,
    }

    fn written(body: Value) -> Value {
        StandIns::of_a_test().body(&body, Some(&Outline::of(BodyType::of::<Order>(), &body)))
    }

    fn names(value: &Value) -> Vec<&str> {
        value.as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn what_the_type_knows_stays() {
        for state in State::VALUES {
            let body = json!({
                "state": state, "time": "2026-01-31T09:30:00Z", "count": 9999, "notes": {"A1VC38T7YXB528": "JPY"},
                "lines": [{"lineState": state, "gift": true}, null], "anything": null, "total": 0
            });
            assert_eq!(written(body.clone()), body);
        }
    }

    #[test]
    fn what_it_does_not_know_gets_a_stand_in_of_the_same_shape() {
        let body = json!({
            "id": "503-1234567", "state": "Mary Miller", "time": "Mary's birthday", "count": 12345, "total": 17.31,
            "lines": [{"lineState": "Shipped", "Mary": {"Miller": "Shipped"}, "gift": null}],
            "notes": {"mary@example.com": "Mary"}, "anything": {"Mary": ["Miller", 7, "2001-02-03T04:05:06Z"]},
            "Mary Miller": "2001-02-03T04:05:06Z"
        });
        let written = written(body);
        let text = written.to_string();
        for lost in ["503", "Mary", "Miller", "birthday", "12345", "17.31", "example", "2001-02-03"] {
            assert!(!text.contains(lost), "{lost} in {text}");
        }
        assert_eq!(written["lines"][0]["lineState"], "Shipped");
        assert_eq!(names(&written["lines"][0]).len(), 3);
        assert_eq!(written["id"].as_str().unwrap().find('-'), Some(3));
        assert!(written["count"].as_i64().unwrap() > 9999);
        assert_eq!(names(&written).len(), 9);
        // A text that an enum lists is harmless in that enum, but not elsewhere.
        assert_ne!(
            written["lines"][0]
                .as_object()
                .unwrap()
                .values()
                .find_map(|v| v.as_object())
                .unwrap()
                .values()
                .next()
                .unwrap(),
            "Shipped"
        );
    }

    #[test]
    fn a_moment_that_is_declared_as_text_stays() {
        for (text, stays) in [
            ("2026-01-31T09:30:00.000+09:00", true),
            ("2026-01-31T09:30Z", true),
            ("2026-01-31", false),
            ("2026-01-31 09:30:00", false),
            ("2026-01-31T09:30:00.1234567890123", false),
            ("2026-13-31T09:30:00Z", false),
        ] {
            assert_eq!(written(json!({"id": text}))["id"] == text, stays, "{text}");
        }
    }

    #[test]
    fn a_body_of_another_form_is_all_data() {
        for body in [json!("Mary"), json!(["Mary"]), json!({"lines": "Mary"}), json!({"id": {"Mary": "Mary"}})] {
            let text = written(body).to_string();
            assert!(!text.contains("Mary"), "{text}");
        }
        // Nothing is known about what follows a value that cannot be decoded.
        let text = written(json!({"id": {"Mary": 1}, "state": "Shipped"})).to_string();
        assert!(!text.contains("Shipped") && !text.contains("state"), "{text}");
    }

    #[test]
    fn of_an_error_the_code_stays() {
        let stand_ins = StandIns::of_a_test();
        let error = stand_ins.error_body(&json!({
            "errors": [{"code": "InvalidInput", "message": "Mary is unknown", "details": "Mary", "buyer": "Mary"}],
            "payload": {"code": "Mary"}, "Mary": "Mary"
        }));
        let text = error.to_string();
        assert!(!text.contains("Mary") && !text.contains("unknown") && !text.contains("payload"), "{text}");
        assert_eq!(error["errors"][0]["code"], "InvalidInput");
        assert_ne!(error["errors"][0]["message"], "");
        for shape in
            [json!([{"code": "A"}]), json!({"code": "A"}), json!({"error": {"code": "A"}}), json!({"error": "A"})]
        {
            assert_eq!(stand_ins.error_body(&shape), shape);
        }
        for code in ["Mary Miller", "mary@x", "12345", ""] {
            let written = stand_ins.error_body(&json!({"code": code}));
            assert!(code.is_empty() || written["code"] != code, "{written}");
        }
        let expired = stand_ins.error_body(&json!({"message": "Mary's access token has expired"}));
        assert!(says_token_refused(expired["message"].as_str().unwrap()));
    }

    #[test]
    fn headers_are_chosen_by_name_and_by_form() {
        let stand_ins = StandIns::of_a_test();
        let headers = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            stand_ins.headers(&HeaderMap::from_iter(pairs))
        };
        let kept = [
            ("content-type", "application/json; charset=UTF-8"),
            ("date", "Mon, 28 Oct 2019 18:49:32 GMT"),
            ("retry-after", "60"),
            ("x-amzn-errortype", "AccessDeniedException"),
            ("x-amzn-ratelimit-limit", "0.0167"),
            ("x-amzn-requestid", "8a6f2b1e-0c4d-4b62-9a1f-3f0d5e7c9b21"),
        ];
        let kept_as_is = headers(&kept);
        assert!(kept.iter().all(|(name, value)| kept_as_is[*name] == *value), "{kept_as_is:?}");
        assert!(headers(&[("set-cookie", "Mary"), ("x-buyer", "Mary")]).is_empty());
        let with_address = headers(&[("x-amzn-errortype", "AccessDeniedException:http://internal.example/Mary")]);
        assert_eq!(with_address["x-amzn-errortype"], "AccessDeniedException");
        for (name, _) in kept {
            for value in ["Mary Miller", "text/html; charset=Mary", "inf"] {
                let written = headers(&[(name, value)]);
                assert!(!written[name].contains("Mary") && written[name] != value, "{written:?}");
            }
        }
    }

    #[test]
    fn a_path_that_was_written_by_hand_keeps_the_name_of_the_api() {
        let stand_ins = StandIns::of_a_test();
        let path = stand_ins.unknown_path("/orders/v0/orders/503-12345/{name}");
        assert!(path.starts_with("/orders/v0/") && path.ends_with("/{name}"), "{path}");
        assert!(!path[11..].contains("orders") && !path.contains("503"), "{path}");
        assert!(stand_ins.unknown_path("/vendor/orders/2021-12-28/x").starts_with("/vendor/orders/2021-12-28/"));
        for path in ["/MaryMiller/x", "/a1/v0/x", "/Mary Miller/v0", "/v", ""] {
            assert!(!stand_ins.unknown_path(path).contains("Mary") && stand_ins.unknown_path(path).len() == path.len());
        }
    }
}

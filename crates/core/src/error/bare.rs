//! Successful answers that are one error, or a list of errors, without a name around it.
//!
//! A few operations answer a code and a message when they succeed. So an answer is an error only where its type does not
//! have these members, which [`decode`](crate::decode) knows.

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use spapi_types::json::without_byte_order_mark;
use std::borrow::Cow;
use std::fmt;

/// No bare error is longer.
const LONGEST: usize = 64 * 1024;

/// How many members a body has in all if it is an error, or a list of errors, that has at least a code and a message or
/// details. Reading stops at the first other member.
pub(crate) fn members(body: &[u8]) -> Option<usize> {
    let body = without_byte_order_mark(body);
    if body.len() > LONGEST || !matches!(body.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return None;
    }
    serde_json::from_slice::<Bare>(body).ok().map(|Bare(members)| members)
}

struct Bare(usize);

impl<'de> Deserialize<'de> for Bare {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Search).map(Self)
    }
}

struct Search;

/// A code that says that nothing is wrong.
fn is_success(code: &str) -> bool {
    let words = ["ok", "success", "successful", "succeeded", "accepted", "created", "done", "none", "0"];
    let is_status = code.len() == 3 && code.starts_with('2') && code.bytes().all(|byte| byte.is_ascii_digit());
    is_status || code.is_empty() || words.iter().any(|word| code.eq_ignore_ascii_case(word))
}

impl<'de> Visitor<'de> for Search {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an error")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<usize, A::Error> {
        let mut members = 0;
        while let Some(Bare(of_one)) = elements.next_element()? {
            members += of_one;
        }
        if members == 0 { Err(A::Error::custom("it is empty")) } else { Ok(members) }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<usize, A::Error> {
        let (mut count, mut has_code, mut has_words) = (0, false, false);
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            count += 1;
            let name: String = name.chars().filter(|c| !matches!(c, '_' | '-')).take(20).collect();
            match name.to_ascii_lowercase().as_str() {
                "code" | "errorcode" => {
                    let code = match members.next_value()? {
                        serde_json::Value::String(code) => code,
                        serde_json::Value::Number(code) => code.to_string(),
                        _ => String::new(),
                    };
                    if is_success(code.trim()) {
                        return Err(A::Error::custom("it is a success"));
                    }
                    has_code = true;
                }
                "message" | "errormessage" | "details" | "detail" | "errordetails" => {
                    has_words = true;
                    members.next_value::<IgnoredAny>()?;
                }
                "type" | "errortype" | "requestid" => _ = members.next_value::<IgnoredAny>()?,
                _ => return Err(A::Error::custom("it has another member")),
            }
        }
        if has_code && has_words { Ok(count) } else { Err(A::Error::custom("it has no code or no message")) }
    }
}

#[cfg(test)]
mod tests {
    use super::members;

    #[test]
    fn an_error_without_a_name_around_it_differs_from_data() {
        for (body, count) in [
            (r#"{"code":"C","message":"m"}"#, 2),
            (r#"{"errorCode":"C","errorMessage":"m"}"#, 2),
            (r#"{"error_code":"C","error-message":"m","requestId":"R"}"#, 3),
            (" \u{feff}".trim_start(), 0),
            ("\u{feff}{\"Code\":404,\"Message\":null}", 2),
            (r#" [{"code":"C","message":"m","details":""},{"code":"D","details":{}}]"#, 5),
        ] {
            assert_eq!(members(body.as_bytes()).unwrap_or_default(), count, "{body}");
        }
        for body in [
            "",
            "{}",
            "[]",
            "[{}]",
            "7",
            "null",
            "{\"code\":",
            r#"{"code":"C"}"#,
            r#"{"message":"m"}"#,
            r#"{"code":"","message":"m"}"#,
            r#"{"code":"SUCCESS","message":"m"}"#,
            r#"{"code":"200","message":"m"}"#,
            r#"{"code":200,"message":"m"}"#,
            r#"{"code":"C","message":"m","orderId":"1"}"#,
            r#"{"orders":[],"code":"C","message":"m"}"#,
            r#"[{"code":"C","message":"m"},{"sku":"s"}]"#,
        ] {
            assert_eq!(members(body.as_bytes()), None, "{body}");
        }
    }
}

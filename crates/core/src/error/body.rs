//! Reads the errors out of an answer, in whatever shape they come.

use super::ApiError;
use http::HeaderMap;
use serde_json::Value;

/// The errors in a body: `{"errors": [...]}` (beside a payload or not), a bare list, a bare error, only a message, or
/// what the token endpoint sends. Where the body names no code, the header `x-amzn-ErrorType` does.
pub(crate) fn errors(body: &[u8], headers: &HeaderMap) -> Vec<ApiError> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let mut errors = in_value(&value);
    if !errors.iter().any(|error| !error.code.is_empty()) {
        let header = headers.get("x-amzn-ErrorType").and_then(|value| value.to_str().ok());
        // Some gateways add the address of the error's schema after a colon.
        let code = header.and_then(|value| value.split(':').next()).unwrap_or_default().trim();
        if !code.is_empty() {
            match errors.first_mut() {
                Some(error) => error.code = code.to_owned(),
                None => errors.push(ApiError { code: code.to_owned(), ..ApiError::default() }),
            }
        }
    }
    errors
}

fn in_value(value: &Value) -> Vec<ApiError> {
    match value {
        Value::Array(list) => list.iter().filter_map(one).collect(),
        Value::Object(fields) => match fields.get("errors").or_else(|| fields.get("Errors")) {
            Some(Value::Array(list)) => list.iter().filter_map(one).collect(),
            Some(error @ Value::Object(_)) => one(error).into_iter().collect(),
            _ => one(value).into_iter().collect(),
        },
        _ => Vec::new(),
    }
}

fn one(value: &Value) -> Option<ApiError> {
    if let Some(error @ Value::Object(_)) = value.get("error") {
        return one(error);
    }
    let text = |names: [&str; 3]| {
        let found = names.into_iter().find_map(|name| value.get(name));
        match found {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    };
    let error = ApiError {
        code: text(["code", "Code", "error"]),
        message: text(["message", "Message", "error_description"]),
        details: text(["details", "Details", "detail"]),
    };
    (error != ApiError::default()).then_some(error)
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
            r#"{"errors":[null,{"Code":"C","Message":"m"},7]}"#,
        ] {
            assert_eq!(read(body), error("C", "m"), "{body}");
        }
        assert_eq!(read(r#"{"message":"m"}"#), error("", "m"));
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
    }
}

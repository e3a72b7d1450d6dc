//! The document in which Amazon says why a report, feed or query failed.

use serde_json::Value;
use spapi_core::Error;
use spapi_core::document::Document;
use spapi_types::text::printable;

/// How many bytes are read. Amazon's reasons have some hundred.
const LONGEST_DOCUMENT: usize = 64 * 1024;

/// How many characters are shown.
const LONGEST: usize = 600;

/// The members that hold the reason, in this order.
const MEMBERS: [&str; 4] = ["errorDetails", "errorMessage", "message", "errors"];

/// Amazon's reason, on one line.
pub(crate) async fn read(document: impl Future<Output = Result<Document, Error>>) -> Option<String> {
    let bytes = async { document.await?.bytes().collect(LONGEST_DOCUMENT).await };
    shown(&String::from_utf8_lossy(&unless_unreadable(bytes.await)?))
}

/// The content of a document. `None` if it cannot be read: that a job failed matters more than why.
pub(crate) fn unless_unreadable<T>(content: Result<T, Error>) -> Option<T> {
    content.inspect_err(|error| tracing::debug!(%error, "the reason of a failed job cannot be read")).ok()
}

/// The reason in a document: of a JSON object the member that holds it, else the text.
pub(crate) fn shown(document: &str) -> Option<String> {
    let json: Option<Value> = serde_json::from_str(document.trim_start_matches('\u{feff}')).ok();
    let member = json.as_ref().and_then(|json| MEMBERS.iter().find_map(|name| json.get(name)));
    let reason = match member.or(json.as_ref().filter(|json| json.is_string())) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => document.to_owned(),
    };
    let masked: Vec<_> = reason.split_whitespace().map(masked).collect();
    let reason = printable(masked.join(" ").trim()).up_to(LONGEST).to_string();
    (!reason.is_empty()).then_some(reason)
}

/// Replaces a word that can be a person's address, a token or a signed URL.
fn masked(word: &str) -> &str {
    let is_address = word.contains('@');
    let is_token = word.contains("Atza|") || word.contains("Atzr|") || word.contains("Atz");
    let is_signed = word.contains("://") && word.contains('?');
    if is_address || is_token || is_signed { "…" } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_found_in_each_form() {
        for (document, reason) in [
            (r#"{"errorDetails":"The end date is wrong."}"#, "The end date is wrong."),
            ("\u{feff}{\"message\":\"too late\\nby a day\"}", "too late by a day"),
            (r#"{"errors":[{"code":"X"}]}"#, r#"[{"code":"X"}]"#),
            (r#""only a text""#, "only a text"),
            ("plain text", "plain text"),
            (r#"{"other":1}"#, r#"{"other":1}"#),
        ] {
            assert_eq!(shown(document).as_deref(), Some(reason));
        }
        assert_eq!(shown("  "), None);
        assert_eq!(shown(r#"{"errorDetails":""}"#), None);
    }

    #[test]
    fn the_reason_is_bounded_and_shows_no_address_token_or_signed_url() {
        let reason = shown(&"long ".repeat(1000)).unwrap();
        assert_eq!(reason.chars().count(), LONGEST + 1);
        let reason =
            shown("mary@example.com has Atza|IwEB and https://bucket.example/x?Signature=1 \u{1b}[31mred").unwrap();
        assert_eq!(reason, "… has … and …  [31mred");
    }
}

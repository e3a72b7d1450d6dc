//! Words that all messages share.

use serde_json::Value;
use spapi_types::text::printable;

/// The most characters of a value that a message shows.
const LONGEST_VALUE: usize = 60;

/// A name of an attribute or member, which may come from outside.
pub(super) fn name(name: &str) -> String {
    printable(name).up_to(LONGEST_VALUE).to_string()
}

/// A value, shortened.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("\"{}\"", printable(text).up_to(LONGEST_VALUE)),
        Value::Array(items) => match items.len() {
            0 => "an empty list".to_owned(),
            1 => "a list of one value".to_owned(),
            number => format!("a list of {number} values"),
        },
        Value::Object(members) => match members.keys().next() {
            None => "an empty object".to_owned(),
            Some(first) => format!("an object with {}", name(first)),
        },
        other => printable(&other.to_string()).up_to(LONGEST_VALUE).to_string(),
    }
}

/// The first of these texts, and how many more there are: `a, b or c`, `a, b and 7 more`.
pub(super) fn listed(texts: impl ExactSizeIterator<Item = String>, last: &str, most: usize) -> String {
    let more = texts.len().saturating_sub(most);
    // Thousands of choices are not written only to be counted.
    let mut texts: Vec<_> = texts.take(most).collect();
    if more > 0 {
        return format!("{} and {more} more", texts.join(", "));
    }
    match texts.pop() {
        None => String::new(),
        Some(only) if texts.is_empty() => only,
        Some(end) => format!("{} {last} {end}", texts.join(", ")),
    }
}

/// A number and what it counts: `1 character`, `3 characters`.
pub(super) fn counted(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

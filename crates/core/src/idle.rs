//! Notices pages that bring nothing new although each of them names a next one.

use serde_json::value::RawValue;
use spapi_types::operation::Paging;
use spapi_types::text::from_utf8_lossy;
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// How many pages in a row may be without an item that the page before did not have.
pub(crate) const MOST_IDLE: usize = 100;

/// Counts pages in a row that are empty, or the same as the page before.
pub(crate) struct Idle {
    pub most: usize,
    count: usize,
    hasher: RandomState,
    /// The hash of the last page's items.
    last: Option<u64>,
}

impl Idle {
    pub(crate) fn new() -> Self {
        Self { most: MOST_IDLE, count: 0, hasher: RandomState::new(), last: None }
    }

    /// Whether this page makes it too many. `token` is that of the next page, which may be the only difference between
    /// pages.
    pub(crate) fn is_too_much(&mut self, body: &[u8], paging: Option<Paging>, token: &str) -> bool {
        let text = from_utf8_lossy(body);
        let list = paging.and_then(|paging| paging.items).map(|path| member(&text, path));
        let (hash, is_empty) = match list {
            Some(Found::Nothing) => (self.hasher.hash_one(""), true),
            Some(Found::Value(items)) => (self.hasher.hash_one(items), matches!(items, "[]" | "null" | "{}")),
            Some(Found::Unreadable) | None => (self.hasher.hash_one(text.replace(token, "")), false),
        };
        let is_idle = is_empty || self.last == Some(hash);
        self.count = if is_idle { self.count + 1 } else { 0 };
        self.last = Some(hash);
        self.count > self.most
    }
}

enum Found<'a> {
    /// The text of the value.
    Value(&'a str),
    Nothing,
    Unreadable,
}

/// The text of the value at a path of names joined by dots.
fn member<'a>(text: &'a str, path: &str) -> Found<'a> {
    let mut text = text;
    for name in path.split('.') {
        text = match serde_json::from_str::<Option<HashMap<Cow<'_, str>, &RawValue>>>(text) {
            Ok(members) => match members.as_ref().and_then(|members| members.get(name)) {
                Some(value) => value.get(),
                None => return Found::Nothing,
            },
            Err(_) => return Found::Unreadable,
        };
    }
    // White space does not make a list of something.
    let is_hollow = |open: char, close: char| text.starts_with(open) && text[1..].trim_start().starts_with(close);
    if is_hollow('[', ']') || is_hollow('{', '}') { Found::Value("[]") } else { Found::Value(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGING: Paging = Paging::token("nextToken", "nextToken").items("payload.items");

    /// The number of the page at which the count of idle pages was too high.
    fn stopped(paging: Option<Paging>, page: impl Fn(usize) -> String) -> Option<usize> {
        let mut idle = Idle::new();
        (0..1000).find(|number| idle.is_too_much(page(*number).as_bytes(), paging, &format!("token-{number}")))
    }

    #[test]
    fn pages_without_new_items_are_counted() {
        let items = Some(PAGING);
        let empty: [fn(usize) -> String; 5] = [
            |n| format!(r#"{{"payload":{{"items":[]}},"nextToken":"token-{n}"}}"#),
            |n| format!(r#"{{"payload":{{"items":[ ], "id":{n}}},"nextToken":"token-{n}"}}"#),
            |n| format!(r#"{{"payload":{{"items":null}},"nextToken":"token-{n}"}}"#),
            |n| format!(r#"{{"payload":{{}},"nextToken":"token-{n}"}}"#),
            |n| format!(r#"{{"nextToken":"token-{n}","payload":null}}"#),
        ];
        for page in empty {
            assert_eq!(stopped(items, page), Some(MOST_IDLE), "{}", page(0));
        }
        let equal = |n| format!(r#"{{"payload":{{"items":[{{"id":1}}]}},"nextToken":"token-{n}"}}"#);
        assert_eq!(stopped(items, equal), Some(MOST_IDLE + 1));
        assert_eq!(stopped(None, equal), Some(MOST_IDLE + 1));
        assert_eq!(stopped(items, |n| format!("not JSON token-{n}")), Some(MOST_IDLE + 1));
    }

    #[test]
    fn pages_with_new_items_reset_the_count() {
        let items = Some(PAGING);
        assert_eq!(stopped(items, |n| format!(r#"{{"payload":{{"items":[{n}]}},"nextToken":"t"}}"#)), None);
        // A hundred empty pages in a row are allowed.
        let seldom = |n: usize| match n % (MOST_IDLE + 1) {
            0 => format!(r#"{{"payload":{{"items":[{n}]}}}}"#),
            _ => r#"{"payload":{"items":[]}}"#.to_owned(),
        };
        assert_eq!(stopped(items, seldom), None);
        assert_eq!(stopped(None, |n| format!(r#"{{"a":{n}}}"#)), None);
    }
}

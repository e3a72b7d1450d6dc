//! Writes the path of a value in an answer: `payload.Orders[3].PurchaseDate`.
//!
//! A path is shown and logged, so it must not contain data. The name of a field is part of the API, but the key of a
//! map may be a buyer's name. If the type does not say which it is, a name is shown if it looks like a field's: a
//! letter or `_`, then letters, digits, `_` and `-`, all ASCII and at most 64. Any other, and each key of a map or of an
//! object that no type describes, is shown as `{key}`.

use std::fmt::Write;

/// The longest name that is shown.
const LONGEST_NAME: usize = 64;

/// Appends a name that may be a field or a map's key.
pub fn push_key(path: &mut String, key: &str) {
    if looks_like_field(key) { push_name(path, key) } else { push_data(path) }
}

/// Appends the name of a field.
pub fn push_name(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

/// Appends `{key}` for the key of a map.
pub fn push_data(path: &mut String) {
    push_name(path, "{key}");
}

/// Appends the index of an element, counted from 0.
pub fn push_index(path: &mut String, index: usize) {
    write!(path, "[{index}]").unwrap_or_default();
}

fn looks_like_field(key: &str) -> bool {
    key.len() <= LONGEST_NAME
        && key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_that_could_be_data_is_hidden() {
        let path = |keys: &[&str]| {
            let mut path = String::new();
            keys.iter().for_each(|key| super::push_key(&mut path, key));
            path
        };
        assert_eq!(path(&["payload", "Order_Total", "x-y2"]), "payload.Order_Total.x-y2");
        let long = "a".repeat(65);
        for odd in ["Mary Miller", "", "503-1234567", "a.b", "a\u{9b}", "\u{202e}abc", "é", "a\n", "*", &long] {
            assert_eq!(path(&["payload", odd, "id"]), "payload.{key}.id", "{odd:?}");
        }
    }
}

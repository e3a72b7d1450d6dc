//! Which value of a JSON text stands at a line and column.
//!
//! serde_json says where in the text it failed, not in which field. Finding the field by reading the text again needs
//! no type, so it is compiled once, where a second deserializer would be compiled for every type of every API.

use std::fmt::Write;

/// The path of the value that ends or begins at a position as serde_json counts it: lines from 1, and how many bytes
/// of the line were read. Empty for the whole text.
pub(crate) fn at(text: &[u8], line: usize, column: usize) -> String {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines.by_ref().take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    let read = text.get(..before.saturating_add(column)).unwrap_or(text);
    Walk { text: read, at: 0, open: Vec::new(), last_closed: None }.path()
}

/// A container that has not been closed yet.
enum Open<'text> {
    Object { key: Option<&'text [u8]> },
    Array { index: usize },
}

struct Walk<'text> {
    text: &'text [u8],
    at: usize,
    open: Vec<Open<'text>>,
    /// How deep the value stood that was complete last, unless something else came after it.
    last_closed: Option<usize>,
}

impl<'text> Walk<'text> {
    fn path(mut self) -> String {
        while let Some(byte) = self.text.get(self.at) {
            self.at += 1;
            match byte {
                b'{' => self.enter(Open::Object { key: None }),
                b'[' => self.enter(Open::Array { index: 0 }),
                b'}' | b']' => {
                    self.open.pop();
                    self.last_closed = Some(self.open.len());
                }
                b',' => {
                    self.last_closed = None;
                    match self.open.last_mut() {
                        Some(Open::Array { index }) => *index += 1,
                        Some(Open::Object { key }) => *key = None,
                        None => {}
                    }
                }
                b'"' => self.string(),
                b':' => {}
                byte if byte.is_ascii_whitespace() => {}
                _ => self.last_closed = Some(self.open.len()),
            }
        }
        // serde_json stops after a scalar and before a container.
        let depth = self.last_closed.unwrap_or(self.open.len());
        let mut path = String::new();
        for open in self.open.iter().take(depth) {
            match open {
                Open::Array { index } => write!(path, "[{index}]").unwrap_or_default(),
                Open::Object { key: Some(key) } => push_key(&mut path, &String::from_utf8_lossy(key)),
                Open::Object { key: None } => {}
            }
        }
        path
    }

    fn enter(&mut self, container: Open<'text>) {
        self.last_closed = None;
        self.open.push(container);
    }

    /// A string, which in an object without a key is the key.
    fn string(&mut self) {
        let start = self.at;
        loop {
            match self.text.get(self.at) {
                None => return,
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
            }
        }
        let inside = &self.text[start..self.at];
        self.at += 1;
        match self.open.last_mut() {
            Some(Open::Object { key: key @ None }) => *key = Some(inside),
            _ => self.last_closed = Some(self.open.len()),
        }
    }
}

/// Appends a field's name; one that is no plain word is quoted.
pub fn push_key(path: &mut String, key: &str) {
    if key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) && !key.is_empty() {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    } else {
        write!(path, "[\"{key}\"]").unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[allow(dead_code)]
    struct Page {
        payload: Payload,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    #[allow(dead_code)]
    struct Payload {
        #[serde(default, deserialize_with = "crate::absent::list")]
        orders: Vec<Order>,
        #[serde(default, deserialize_with = "crate::absent::map")]
        by_sku: BTreeMap<String, Order>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    #[allow(dead_code)]
    struct Order {
        id: String,
        #[serde(default)]
        count: Option<u32>,
        #[serde(default, with = "crate::decimal::number_option")]
        total: Option<crate::Decimal>,
        #[serde(default)]
        lines: Vec<Vec<u8>>,
        #[serde(default)]
        inner: Option<Box<Order>>,
    }

    /// Breaks a good page at every value and compares with a crate that follows the path while reading.
    #[test]
    fn agrees_with_serde_path_to_error() {
        let order = r#"{"Id" : "a\"}{[,", "Count":3, "Total":1.5, "Lines":[[1,2],[3]],
            "Inner":{"Id":"b","Lines":[]}, "Unknown":{"x":[1,{"y":"]"}]}}"#;
        let good = format!(
            r#"{{"other":[1,"}}"],"payload":{{"Orders":[{order},
            {order}],"BySku":{{"A":{order},"b":{order}}}}}}}"#
        );
        serde_json::from_str::<Page>(&good).unwrap();
        let starts = [r#""a\"}{[,""#, "3", "[[1", "[3]", "2]", "{\"Id\":\"b\"", "\"b\",", "[],", "{\"Orders\"", "[{"];
        let replacements = ["true", "null", "-1.5", "\"text\"", "[true]", "{\"x\":1}", "300", "[]", "{}", "[ {", "}"];
        let mut compared = 0;
        for start in starts {
            for (position, _) in good.match_indices(start) {
                for replacement in replacements {
                    let length = value_length(&good[position..]);
                    let broken = format!("{}{replacement}{}", &good[..position], &good[position + length..]);
                    let Err(error) = serde_json::from_str::<Page>(&broken) else { continue };
                    if error.classify() != serde_json::error::Category::Data {
                        continue;
                    }
                    let mut reader = serde_json::Deserializer::from_str(&broken);
                    let expected = serde_path_to_error::deserialize::<_, Page>(&mut reader).unwrap_err();
                    let expected = expected.path().to_string();
                    let expected = if expected == "." { "" } else { &expected };
                    assert_eq!(
                        super::at(broken.as_bytes(), error.line(), error.column()),
                        expected,
                        "{error}\n{broken}"
                    );
                    compared += 1;
                }
            }
        }
        assert!(compared > 200, "{compared}");
    }

    fn value_length(text: &str) -> usize {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
        values.next().unwrap().unwrap();
        values.byte_offset()
    }

    #[test]
    fn odd_keys_are_quoted_and_odd_places_do_no_harm() {
        let text = br#"{"a b":{"":[0,{"c.d":x"#;
        assert_eq!(super::at(text, 1, 22), r#"["a b"][""][1]["c.d"]"#);
        for column in 0..40 {
            for line in 0..4 {
                super::at(text, line, column);
                super::at(b"]]}},,::\"\\", line, column);
                super::at("\"é\n\\".as_bytes(), line, column);
            }
        }
        super::at(b"", usize::MAX, usize::MAX);
    }
}

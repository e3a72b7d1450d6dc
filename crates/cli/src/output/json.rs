//! JSON text that keeps every digit of a number and the order of members, which a parsed value would lose.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;
use std::io::{self, Write};

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    OneLine,
    Indented { depth: usize },
}

/// Valid JSON on one line.
pub fn one_line(json: &str) -> String {
    laid_out(json, Layout::OneLine)
}

/// Valid JSON with each member or element on its own line.
pub fn indented(json: &str) -> String {
    laid_out(json, Layout::Indented { depth: 0 })
}

/// Changes only the white space between the tokens of valid JSON.
fn laid_out(json: &str, layout: Layout) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 4);
    let (indent, mut depth) = match layout {
        Layout::OneLine => (false, 0),
        Layout::Indented { depth } => (true, depth),
    };
    let new_line = |out: &mut String, depth: usize| {
        if indent {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    };
    let mut in_text = false;
    let mut escaped = false;
    let mut just_opened = false;
    for character in json.chars() {
        if in_text {
            out.push(character);
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_text = false,
                _ => {}
            }
            continue;
        }
        if matches!(character, ' ' | '\t' | '\n' | '\r') {
            continue;
        }
        if just_opened && !matches!(character, '}' | ']') {
            new_line(&mut out, depth);
        }
        match character {
            '{' | '[' => {
                out.push(character);
                depth += 1;
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if !just_opened {
                    new_line(&mut out, depth);
                }
                out.push(character);
            }
            ',' => {
                out.push(',');
                new_line(&mut out, depth);
            }
            ':' => out.push_str(if indent { ": " } else { ":" }),
            _ => {
                in_text = character == '"';
                out.push(character);
            }
        }
        just_opened = matches!(character, '{' | '[');
    }
    out
}

/// A JSON array that is written element by element.
///
/// After an error the array stays unclosed: a part of it is not valid JSON.
pub struct Array<W> {
    out: W,
    is_empty: bool,
}

impl<W: Write> Array<W> {
    pub fn new(out: W) -> Self {
        Self { out, is_empty: true }
    }

    /// Adds an element, which is valid JSON.
    pub fn push(&mut self, json: &str) -> io::Result<()> {
        let before = if self.is_empty { "[\n  " } else { ",\n  " };
        self.is_empty = false;
        let element = laid_out(json, Layout::Indented { depth: 1 });
        self.out.write_all(format!("{before}{element}").as_bytes())
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.out.write_all(if self.is_empty { b"[]\n" } else { b"\n]\n" })?;
        self.out.flush()
    }
}

/// The members of an object, in their order.
pub struct Members<'json>(pub Vec<(String, &'json RawValue)>);

impl<'json> Deserialize<'json> for Members<'json> {
    fn deserialize<D: Deserializer<'json>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'json> Visitor<'json> for Collect {
            type Value = Members<'json>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'json>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// The members, if it is an object.
pub fn members(json: &RawValue) -> Option<Vec<(String, &RawValue)>> {
    serde_json::from_str::<Members>(json.get()).ok().map(|members| members.0)
}

/// The elements, if it is an array.
pub fn elements(json: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(json.get()).ok()
}

/// The elements of the array at a path of names joined by dots, if there is one. Null is an empty one.
pub fn elements_by_path<'json>(json: &'json RawValue, path: &str) -> Option<Vec<&'json RawValue>> {
    let list = path.split('.').try_fold(json, |value, name| {
        // Of two members of one name the later counts, as in a parsed value.
        members(value)?.into_iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    })?;
    if list.get() == "null" { Some(Vec::new()) } else { elements(list) }
}

/// The object with a number set at a path of names joined by dots. All else stays digit for digit.
pub fn with_number_by_path(json: &RawValue, path: &str, number: u64) -> Option<Box<RawValue>> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let mut members = members(json)?;
    let old = members.iter().position(|(known, _)| known == name);
    let value = match (rest, old) {
        (None, _) => RawValue::from_string(number.to_string()).ok()?,
        (Some(rest), Some(index)) => with_number_by_path(members[index].1, rest, number)?,
        (Some(rest), None) => with_number_by_path(RawValue::from_string("{}".to_owned()).ok()?.as_ref(), rest, number)?,
    };
    match old {
        Some(index) => members[index].1 = &value,
        None => members.push((name.to_owned(), &value)),
    }
    let members =
        members.iter().map(|(name, value)| Some(format!("{}:{}", serde_json::to_string(name).ok()?, value.get())));
    RawValue::from_string(format!("{{{}}}", members.collect::<Option<Vec<_>>>()?.join(","))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ODD: &str =
        r#" { "b" :1.10 , "a": [ ] ,"c":{ }, "d":[ 1,{"e":"x, \"{[: \\"} ], "n":12345678901234567.890 } "#;

    #[test]
    fn layout_changes_white_space_and_nothing_else() {
        assert_eq!(one_line(ODD), r#"{"b":1.10,"a":[],"c":{},"d":[1,{"e":"x, \"{[: \\"}],"n":12345678901234567.890}"#);
        let shown = indented(ODD);
        assert_eq!(
            shown,
            "{\n  \"b\": 1.10,\n  \"a\": [],\n  \"c\": {},\n  \"d\": [\n    1,\n    {\n      \"e\": \"x, \\\"{[: \\\\\"\n    }\n  ],\n  \"n\": 12345678901234567.890\n}"
        );
        assert_eq!(one_line(&shown), one_line(ODD));
        for scalar in ["null", "true", "-1.5e3", r#""靴下 \u00e9""#] {
            assert_eq!(one_line(scalar), scalar);
            assert_eq!(indented(scalar), scalar);
        }
    }

    #[test]
    fn an_array_grows_element_by_element() {
        let mut out = Vec::new();
        let mut array = Array::new(&mut out);
        array.push(r#"{"a":[1]}"#).unwrap();
        array.push("2.0").unwrap();
        array.finish().unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "[\n  {\n    \"a\": [\n      1\n    ]\n  },\n  2.0\n]\n");
        let mut out = Vec::new();
        Array::new(&mut out).finish().unwrap();
        assert_eq!(out, b"[]\n");
    }

    #[test]
    fn lists_are_found_by_path_with_every_digit() {
        let json: &RawValue = serde_json::from_str(r#"{"payload":{"Items":[1.10,{"b":1,"a":2}]},"x":1}"#).unwrap();
        let found: Vec<_> = elements_by_path(json, "payload.Items").unwrap().into_iter().map(RawValue::get).collect();
        assert_eq!(found, ["1.10", r#"{"b":1,"a":2}"#]);
        let null: &RawValue = serde_json::from_str(r#"{"orders":null}"#).unwrap();
        assert_eq!(elements_by_path(null, "orders").map(|list| list.len()), Some(0));
        for path in ["payload", "payload.items", "x", "x.y", "payload.Items.0"] {
            assert!(elements_by_path(json, path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_number_is_set_and_all_else_stays() {
        let set = |json: &str, path| {
            let json: &RawValue = serde_json::from_str(json).unwrap();
            with_number_by_path(json, path, 40).map(|json| json.get().to_owned())
        };
        let body = r#"{"price":17.310000000000000001,"page":{"limit":1,"offset":0},"a":[]}"#;
        let expected = r#"{"price":17.310000000000000001,"page":{"limit":1,"offset":40},"a":[]}"#;
        assert_eq!(set(body, "page.offset").as_deref(), Some(expected));
        assert_eq!(set("{}", "page.offset").as_deref(), Some(r#"{"page":{"offset":40}}"#));
        assert_eq!(set("[]", "page.offset"), None);
        assert_eq!(set(r#"{"page":1}"#, "page.offset"), None);
    }
}

//! Attributes from the text of a file.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use spapi_core::{Error, ErrorKind};
use spapi_types::text::printable;
use std::cell::RefCell;
use std::fmt;

/// Reads the JSON text of attributes, for example of a file that a person has written.
///
/// It is stricter than `serde_json`: a name that an object has twice is an error, since one of the two values would be lost.
/// Whether the attributes are an object, and a valid one, is the task of the [`Validator`](crate::Validator).
///
/// # Errors
/// [`ErrorKind::Input`] for a text that is not JSON, a number that no program can keep (`1e400`), a repeated name, or more
/// than 128 levels, with the JSON pointer, the line and the column.
pub fn read_attributes(text: &str) -> Result<Value, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Error::new(ErrorKind::Input, "the attributes are missing: the text is empty"));
    }
    let path = RefCell::new(Vec::new());
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Part(&path).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| {
        let pointer: String = path.borrow().iter().map(|name| format!("/{}", escaped(name))).collect();
        let place = match pointer.as_str() {
            "" => String::new(),
            pointer => format!(" at {}", printable(pointer).up_to(200)),
        };
        let why = error.to_string();
        Error::new(ErrorKind::Input, format!("the attributes cannot be read{place}: {}", printable(&why).up_to(200)))
    })
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Reads a value and keeps the path to it until it is read.
struct Part<'path>(&'path RefCell<Vec<String>>);

impl<'text> DeserializeSeed<'text> for Part<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'text>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'text> Visitor<'text> for Part<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'text>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        loop {
            self.0.borrow_mut().push(read.len().to_string());
            match items.next_element_seed(Part(self.0))? {
                Some(item) => read.push(item),
                None => {
                    self.0.borrow_mut().pop();
                    return Ok(Value::Array(read));
                }
            }
            self.0.borrow_mut().pop();
        }
    }

    fn visit_map<A: MapAccess<'text>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            self.0.borrow_mut().push(name.clone());
            let value = members.next_value_seed(Part(self.0))?;
            if read.insert(name, value).is_some() {
                return Err(A::Error::custom("this name stands twice in one object; one of the two must go"));
            }
            self.0.borrow_mut().pop();
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_text_of_attributes_is_read_as_it_stands() {
        let text = "\u{feff}{\"a\": [{\"value\": 0.07, \"n\": -3, \"b\": true, \"z\": null, \"t\": \"茶\\u00e9\"}], \"e\": []}";
        let expected = json!({ "a": [{ "value": 0.07, "n": -3, "b": true, "z": null, "t": "茶é" }], "e": [] });
        assert_eq!(read_attributes(text).unwrap(), expected);
    }

    #[test]
    fn an_error_names_the_pointer_and_the_line() {
        let deep = "[".repeat(200);
        for (text, parts) in [
            (
                "{\n\"purchasable_offer\": [{}, {\"price\": 1e400}]}",
                &["/purchasable_offer/1/price", "line 2", "out of range"][..],
            ),
            ("{\"a\": [{\"b/c\": 1, \"b/c\": 2}]}", &["/a/0/b~1c", "twice"]),
            ("{\"a\": [1, }", &["/a/1", "line 1"]),
            ("{\"a\": NaN}", &["/a", "line 1"]),
            ("{\"a\": 1} x", &["trailing"]),
            ("{\"a\": 1", &["line 1"]),
            ("", &["empty"]),
            (" \n", &["empty"]),
            (&deep, &["recursion limit"]),
        ] {
            let error = read_attributes(text).unwrap_err().to_string();
            assert!(parts.iter().all(|part| error.contains(part)), "{text}: {error}");
            assert!(error.len() < 600, "{error}");
        }
    }
}

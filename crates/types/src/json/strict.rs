//! Reads JSON that a person or program has written as a whole, and finds what `serde_json` ignores.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};
use std::cell::RefCell;
use std::fmt;

/// A name that stands twice in one object.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repeated {
    /// The JSON pointer of the member.
    pub pointer: String,
    /// Whether the member has the same value each time.
    pub is_equal: bool,
}

/// Why a text is not JSON that can be read.
#[derive(Debug)]
pub struct StrictError {
    pointer: String,
    error: serde_json::Error,
}

impl StrictError {
    /// The JSON pointer of the value that was being read. Empty for the text as a whole.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// What is wrong, with the line and the column.
    pub fn error(&self) -> &serde_json::Error {
        &self.error
    }
}

impl fmt::Display for StrictError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => write!(f, "{}", self.error),
            pointer => write!(f, "at {pointer}: {}", self.error),
        }
    }
}

impl std::error::Error for StrictError {}

/// Reads a text of JSON as `serde_json` does, and says which names an object has twice, of which it keeps the last value.
///
/// # Errors
/// When the text is not JSON, has a number that no program can keep (`1e400`), or has more than 128 levels.
///
/// ```
/// use spapi_types::json::read_strictly;
///
/// let (value, repeated) = read_strictly(r#"{"a": [{"b": 1, "b": 2}]}"#)?;
/// assert_eq!(value["a"][0]["b"], 2);
/// assert_eq!((repeated[0].pointer.as_str(), repeated[0].is_equal), ("/a/0/b", false));
/// assert_eq!(read_strictly(r#"{"a": [1, }"#).unwrap_err().pointer(), "/a/1");
/// # Ok::<(), spapi_types::json::StrictError>(())
/// ```
pub fn read_strictly(text: &str) -> Result<(Value, Vec<Repeated>), StrictError> {
    let state = State { path: RefCell::default(), repeated: RefCell::default() };
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Part(&state).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    match read {
        Ok(value) => Ok((value, state.repeated.into_inner())),
        Err(error) => Err(StrictError { pointer: state.pointer(), error }),
    }
}

/// The way to the value that is read, and the names that were found twice.
struct State {
    path: RefCell<Vec<Step>>,
    repeated: RefCell<Vec<Repeated>>,
}

enum Step {
    Member(String),
    Element(usize),
}

impl State {
    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for step in self.path.borrow().iter() {
            pointer.push('/');
            match step {
                Step::Member(name) => pointer.push_str(&name.replace('~', "~0").replace('/', "~1")),
                Step::Element(at) => pointer.push_str(&at.to_string()),
            }
        }
        pointer
    }
}

/// Reads a value and keeps the path to it until it is read.
struct Part<'state>(&'state State);

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
            self.0.path.borrow_mut().push(Step::Element(read.len()));
            let item = items.next_element_seed(Part(self.0))?;
            self.0.path.borrow_mut().pop();
            match item {
                Some(item) => read.push(item),
                None => return Ok(Value::Array(read)),
            }
        }
    }

    fn visit_map<A: MapAccess<'text>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            // It says that it keeps numbers as texts.
            if name == crate::open_enum::ARBITRARY_NUMBER && read.is_empty() {
                let number: String = members.next_value()?;
                return number.parse().map(Value::Number).map_err(A::Error::custom);
            }
            self.0.path.borrow_mut().push(Step::Member(name.clone()));
            let value = members.next_value_seed(Part(self.0))?;
            match read.entry(name) {
                Entry::Vacant(entry) => _ = entry.insert(value),
                Entry::Occupied(mut entry) => {
                    let is_equal = *entry.get() == value;
                    self.0.repeated.borrow_mut().push(Repeated { pointer: self.0.pointer(), is_equal });
                    entry.insert(value);
                }
            }
            self.0.path.borrow_mut().pop();
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_text_is_read_as_serde_json_reads_it() {
        let text = r#"{"z": [1, -2, 2.5, 1e3, null, true], "a": {"\u0041\n": ""}, "m": 18446744073709551615, "t": "茶\u00e9"}"#;
        assert_eq!(read_strictly(text).unwrap(), (serde_json::from_str(text).unwrap(), Vec::new()));
    }

    #[test]
    fn names_that_stand_twice_are_said_with_their_pointers() {
        let (value, repeated) = read_strictly(r#"{"a": [{"b/c": 1, "d": 2, "b/c": 3}], "x": [1], "x": [1]}"#).unwrap();
        assert_eq!(value, json!({ "a": [{ "b/c": 3, "d": 2 }], "x": [1] }));
        let found: Vec<_> = repeated.iter().map(|one| (one.pointer.as_str(), one.is_equal)).collect();
        assert_eq!(found, [("/a/0/b~1c", false), ("/x", true)]);
    }

    #[test]
    fn an_error_has_the_pointer_and_the_line() {
        let deep = "[".repeat(100_000);
        for (text, pointer, part) in [
            ("{\n\"a\": [{}, {\"b\": 1e400}]}", "/a/1/b", "line 2"),
            ("{\"a\": [1, }", "/a/1", "line 1"),
            ("{\"a\": NaN}", "/a", "line 1"),
            ("{\"a\": 1} x", "", "trailing"),
            ("", "", "EOF"),
        ] {
            let error = read_strictly(text).unwrap_err();
            assert_eq!(error.pointer(), pointer, "{text}");
            assert!(error.to_string().contains(part), "{text}: {error}");
        }
        assert!(read_strictly(&deep).unwrap_err().to_string().contains("recursion limit"));
    }
}

//! Attributes from the text of a file.

use serde_json::Value;
use spapi_core::{Error, ErrorKind};
use spapi_types::json::read_strictly;
use spapi_types::text::printable;

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
    let (pointer, why) = match read_strictly(text) {
        Ok((value, repeated)) => match repeated.into_iter().next() {
            None => return Ok(value),
            Some(name) => (name.pointer, "this name stands twice in one object; one of the two must go".to_owned()),
        },
        Err(error) => (error.pointer().to_owned(), error.error().to_string()),
    };
    let place = match pointer.as_str() {
        "" => String::new(),
        pointer => format!(" at {}", printable(pointer).up_to(200)),
    };
    Err(Error::new(ErrorKind::Input, format!("the attributes cannot be read{place}: {}", printable(&why).up_to(200))))
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

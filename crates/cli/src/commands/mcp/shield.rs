//! What is kept from a model: secrets always, and buyers' data unless the user shows them.

use serde_json::{Map, Value};
use spapi_core::text::printable;
use spapi_rows::{is_person, is_personal, is_personal_within};
use std::collections::BTreeSet;

/// Stands for a secret.
pub const HIDDEN: &str = "[hidden]";

/// Parts of the names of members whose values are secret, in lower case and without separators.
const SECRET_NAMES: [&str; 7] =
    ["secret", "password", "accesstoken", "refreshtoken", "restricteddatatoken", "authorizationcode", "credentials"];

/// How the tokens and secrets of Login with Amazon begin.
const SECRET_WORDS: [&str; 6] = ["Atza|", "Atzr|", "Atzc|", "Atc|", "amzn1.oa2-cs.", "SQK|"];

/// Parameters of an address that let its bearer in, in lower case.
const SIGNATURES: [&str; 6] =
    ["x-amz-signature=", "x-amz-credential=", "x-amz-security-token=", "signature=", "awsaccesskeyid=", "sig="];

/// Names of members with an encoded document, such as a label with the address of a buyer, in lower case and without separators.
const DOCUMENTS: [&str; 6] = ["content", "contents", "data", "filecontents", "labelstream", "stream"];

/// A text of a document is longer.
const SHORTEST_DOCUMENT: usize = 100;

/// How deep objects and lists may be nested.
const DEEPEST: usize = 100;

/// Cleans what goes to a model.
#[derive(Clone, Copy, Debug)]
pub struct Shield {
    shows_buyers: bool,
}

/// A value that may be shown.
#[derive(Debug, PartialEq)]
pub struct Cleaned {
    pub value: Value,
    /// The names of the members with buyers' data that were left out.
    pub left_out: BTreeSet<String>,
}

impl Shield {
    /// A shield that shows buyers' data, or not.
    pub fn new(shows_buyers: bool) -> Self {
        Self { shows_buyers }
    }

    /// Whether buyers' data are shown.
    pub fn shows_buyers(self) -> bool {
        self.shows_buyers
    }

    /// The value without secrets and control characters, and without buyers' data unless they are shown.
    pub fn clean(self, value: Value) -> Cleaned {
        let mut left_out = BTreeSet::new();
        let value = self.value(value, Place::default(), &mut left_out);
        Cleaned { value, left_out }
    }

    fn value(self, value: Value, place: Place, left_out: &mut BTreeSet<String>) -> Value {
        match value {
            // Nothing of Amazon's is nested so deep.
            Value::Array(_) | Value::Object(_) if place.depth > DEEPEST => Value::from(HIDDEN),
            Value::Array(list) => {
                let below = place.below(false);
                list.into_iter().map(|inner| self.value(inner, below, left_out)).collect()
            }
            Value::Object(object) => Value::Object(self.object(object, place, left_out)),
            Value::String(text) => self.plain(&text, place, left_out).into(),
            other => other,
        }
    }

    fn object(self, object: Map<String, Value>, place: Place, left_out: &mut BTreeSet<String>) -> Map<String, Value> {
        let mut shown = Map::new();
        for (name, value) in object {
            let is_about_buyer =
                is_personal(&name) || (place.is_person && is_personal_within(&name)) || is_document(&name, &value);
            let name = printable(&name).to_string();
            if is_secret(&name) && !value.is_null() {
                shown.insert(name, HIDDEN.into());
            } else if is_about_buyer && !self.shows_buyers {
                left_out.insert(name);
            } else {
                let below = place.below(is_person(&name));
                let value = self.value(value, below, left_out);
                shown.insert(name, value);
            }
        }
        shown
    }

    /// A text on one line, without secrets. JSON in a text is cleaned too.
    fn plain(self, text: &str, place: Place, left_out: &mut BTreeSet<String>) -> String {
        let start = text.trim_start();
        if start.starts_with(['{', '['])
            && let Ok(json @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(start)
        {
            return self.value(json, place.below(false), left_out).to_string();
        }
        printable(&without_secrets(text)).to_string()
    }
}

/// Where a value stands.
#[derive(Clone, Copy, Default)]
struct Place {
    /// Whether it is in what describes a buyer.
    is_person: bool,
    depth: usize,
}

impl Place {
    fn below(self, is_person: bool) -> Self {
        Self { is_person: self.is_person || is_person, depth: self.depth + 1 }
    }
}

/// A name in lower case and without separators.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a member is an encoded document.
fn is_document(name: &str, value: &Value) -> bool {
    let is_encoded = |text: &str| text.len() > SHORTEST_DOCUMENT && !text.contains(' ');
    value.as_str().is_some_and(is_encoded) && DOCUMENTS.contains(&&*plain(name))
}

/// Whether the value of a member of this name is secret.
fn is_secret(name: &str) -> bool {
    let plain = plain(name);
    SECRET_NAMES.iter().any(|part| plain.contains(part))
}

/// Hides the words of a text that are secrets, and what signs an address.
fn without_secrets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let lower = word.to_ascii_lowercase();
        if let Some(start) = SECRET_WORDS.iter().filter_map(|begin| word.find(begin)).min() {
            out.push_str(&word[..start]);
            out.push_str(HIDDEN);
        } else if let Some(query) = word.find('?').filter(|_| lower.contains("://"))
            && SIGNATURES.iter().any(|name| lower[query..].contains(name))
        {
            out.push_str(&word[..=query]);
            out.push_str(HIDDEN);
        } else {
            out.push_str(word);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn buyers_data_are_left_out_and_named_unless_they_are_shown() {
        let order = json!({
            "orderId": "503-1",
            "buyer": {"buyerName": "s", "buyerEmail": "s", "buyerPurchaseOrderNumber": "7"},
            "recipient": {"deliveryAddress": {"name": "s", "addressLine1": "s", "city": "Kobe", "phone": "s"}},
            "note": "{\"buyerEmail\": \"s\", \"sku\": \"A\"}",
        });
        let Cleaned { value, left_out } = Shield::new(false).clean(order.clone());
        assert!(!value.to_string().contains("\"s\"") && !value.to_string().contains("\\\"s\\\""), "{value}");
        assert_eq!(
            (&value["orderId"], &value["recipient"]["deliveryAddress"]["city"]),
            (&"503-1".into(), &"Kobe".into())
        );
        assert_eq!(value["note"], r#"{"sku":"A"}"#);
        let names: Vec<_> = left_out.iter().map(String::as_str).collect();
        assert_eq!(names, ["addressLine1", "buyerEmail", "buyerName", "name", "phone"]);
        let shown = Shield::new(true).clean(order);
        assert_eq!((shown.value["buyer"]["buyerName"].as_str(), shown.left_out.len()), (Some("s"), 0));
    }

    #[test]
    fn secrets_are_hidden_whoever_is_shown() {
        for shows_buyers in [false, true] {
            let answer = json!({
                "restrictedDataToken": "Atz.sprdt|x", "client_secret": 5, "nextToken": "abc", "pageToken": null,
                "text": "token Atza|IwEBIK2 end, amzn1.oa2-cs.v1.0123",
                "url": "https://a.example/doc?X-Amz-Expires=300&X-Amz-Signature=0a1b",
                "image": "https://m.media-amazon.example/a.jpg?size=5",
            });
            let value = Shield::new(shows_buyers).clean(answer).value;
            assert_eq!(value["restrictedDataToken"], HIDDEN);
            assert_eq!(value["client_secret"], HIDDEN);
            assert_eq!(value["nextToken"], "abc");
            assert_eq!(value["text"], "token [hidden] end, [hidden]");
            assert_eq!(value["url"], "https://a.example/doc?[hidden]");
            assert_eq!(value["image"], "https://m.media-amazon.example/a.jpg?size=5");
        }
    }

    #[test]
    fn an_encoded_document_may_be_a_label_with_an_address() {
        let label = json!({"labelStream": "iVBORw0KGgo".repeat(20), "Contents": "H4sIAAA".repeat(20), "content": "a few words"});
        let cleaned = Shield::new(false).clean(label.clone());
        assert_eq!(cleaned.value, json!({"content": "a few words"}));
        assert_eq!(Shield::new(true).clean(label.clone()).value, label);
    }

    #[test]
    fn control_and_invisible_characters_do_not_get_through() {
        let value = json!({"ti\u{202e}tle": "red\u{1b}[31m\nsock\u{200b}\u{e0041}", "list": ["a\tb"]});
        let shown = Shield::new(true).clean(value).value;
        assert_eq!(shown, json!({"ti\u{fffd}tle": "red [31m sock\u{fffd}\u{fffd}", "list": ["a b"]}));
    }

    #[test]
    fn what_is_nested_too_deep_is_not_shown() {
        let mut value = json!({"buyerEmail": "s"});
        for _ in 0..2 * DEEPEST {
            value = json!([value]);
        }
        let shown = Shield::new(true).clean(value).value.to_string();
        assert!(shown.contains(HIDDEN) && !shown.contains("\"s\""), "{shown}");
    }
}

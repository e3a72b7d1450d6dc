//! A listings feed of the user's own, in parts that Amazon takes.

use super::ListingsPart;
use serde::Deserialize;
use serde_json::value::RawValue;
use spapi_core::{Bytes, Error, ErrorKind};
use spapi_types::text::printable;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;

/// What of a message says which one it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    message_id: u64,
    sku: String,
}

pub(super) fn parts(text: Bytes, most_messages: usize, most_bytes: usize) -> Result<Vec<ListingsPart>, Error> {
    let json = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text);
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(json).map_err(|error| refused(error, ""))?;
    if !members.contains_key("header") {
        return Err(refused("it has no header", HEADER));
    }
    let messages = members.get("messages").map_or("[]", |messages| messages.get());
    let messages: Vec<&RawValue> =
        serde_json::from_str(messages).map_err(|error| refused(format_args!("messages: {error}"), ""))?;
    if messages.is_empty() {
        return Err(refused("it has no messages", HEADER));
    }
    let is_small = messages.len() <= most_messages && text.len() <= most_bytes;
    let mut parts = Parts::of(&members);
    let mut seen = HashMap::with_capacity(messages.len());
    for (index, message) in messages.iter().enumerate() {
        let named: Named = serde_json::from_str(message.get())
            .map_err(|error| refused(format_args!("message {}: {error}", index + 1), ""))?;
        if !is_small && parts.is_full(message.get(), most_messages, most_bytes) {
            parts.begin();
        }
        if seen.insert(named.message_id, index).is_some() {
            let reason = format!("two of its messages have the messageId {}", named.message_id);
            return Err(refused(reason, "Give each message an id of its own."));
        }
        parts.push(message.get(), named)?;
    }
    if is_small {
        return Ok(vec![ListingsPart { bytes: text, skus: parts.skus }]);
    }
    Ok(parts.finish())
}

const HEADER: &str = "A listings feed is an object with a header and messages.";

fn refused(why: impl Display, hint: &'static str) -> Error {
    let why = why.to_string();
    Error::new(ErrorKind::Input, format!("the listings feed cannot be read: {}", printable(&why).up_to(300)))
        .with_hint(if hint.is_empty() { "Correct it at this place. Nothing was sent." } else { hint })
}

/// The parts that are done, and the one that is begun.
struct Parts {
    /// The members around the messages.
    start: Vec<u8>,
    done: Vec<ListingsPart>,
    bytes: Vec<u8>,
    skus: BTreeMap<u64, String>,
    /// The part of each SKU.
    part_of: HashMap<String, usize>,
}

const END: &[u8] = b"]}";

impl Parts {
    fn of(members: &BTreeMap<String, &RawValue>) -> Self {
        let mut start = b"{".to_vec();
        for (name, value) in members.iter().filter(|(name, _)| *name != "messages") {
            start.extend_from_slice(serde_json::Value::from(name.as_str()).to_string().as_bytes());
            start.push(b':');
            start.extend_from_slice(value.get().as_bytes());
            start.push(b',');
        }
        start.extend_from_slice(b"\"messages\":[");
        let bytes = start.clone();
        Self { start, done: Vec::new(), bytes, skus: BTreeMap::new(), part_of: HashMap::new() }
    }

    fn is_full(&self, message: &str, most_messages: usize, most_bytes: usize) -> bool {
        let is_too_large = self.bytes.len() + 1 + message.len() + END.len() > most_bytes;
        !self.skus.is_empty() && (self.skus.len() == most_messages || is_too_large)
    }

    fn begin(&mut self) {
        let mut bytes = std::mem::replace(&mut self.bytes, self.start.clone());
        bytes.extend_from_slice(END);
        self.done.push(ListingsPart { bytes: bytes.into(), skus: std::mem::take(&mut self.skus) });
    }

    fn push(&mut self, message: &str, named: Named) -> Result<(), Error> {
        let Named { message_id, sku } = named;
        let part = *self.part_of.entry(sku.clone()).or_insert(self.done.len());
        if part != self.done.len() {
            let reason = format!("it needs several feeds, and messages of SKU {sku} would get into two of them");
            return Err(refused(reason, "Put all changes of one SKU into one message. Nothing was sent."));
        }
        self.skus.insert(message_id, sku);
        if self.skus.len() > 1 {
            self.bytes.push(b',');
        }
        self.bytes.extend_from_slice(message.as_bytes());
        Ok(())
    }

    fn finish(mut self) -> Vec<ListingsPart> {
        self.begin();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn feed(skus: &[&str]) -> String {
        let messages = skus.iter().zip(11..).map(|(sku, id)| json!({ "messageId": id, "sku": sku, "new": [1.50] }));
        json!({ "header": { "sellerId": "A1" }, "later": 1, "messages": messages.collect::<Vec<_>>() }).to_string()
    }

    fn split(text: &str, most_messages: usize, most_bytes: usize) -> Result<Vec<ListingsPart>, Error> {
        parts(text.to_owned().into(), most_messages, most_bytes)
    }

    #[test]
    fn a_small_feed_stays_as_it_is() {
        let text = format!("\u{feff} {}\n", feed(&["a", "b", "a"]));
        let parts = split(&text, 3, 1000).unwrap();
        assert_eq!((parts.len(), &parts[0].bytes[..], parts[0].sku(12)), (1, text.as_bytes(), Some("b")));
    }

    #[test]
    fn a_large_feed_becomes_parts_that_have_every_message_once() {
        let text = feed(&["a", "b", "c", "d", "e"]);
        for (most_messages, most_bytes) in [(2, 10_000), (100, text.len() - 1), (100, 1)] {
            let parts = split(&text, most_messages, most_bytes).unwrap();
            let all: Vec<Value> = parts.iter().map(|part| serde_json::from_slice(&part.bytes).unwrap()).collect();
            assert!(all.len() > 1 && all.iter().all(|part| part["later"] == 1 && part["header"]["sellerId"] == "A1"));
            let messages: Vec<&Value> = all.iter().flat_map(|part| part["messages"].as_array().unwrap()).collect();
            let whole: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(messages, whole["messages"].as_array().unwrap().iter().collect::<Vec<_>>());
            assert!(parts.iter().all(|part| part.len() <= most_messages));
        }
        assert_eq!(split(&text, 2, 10_000).unwrap()[1].sku(13), Some("c"));
        assert!(split(&feed(&["a", "b", "c", "b"]), 3, 1000).unwrap_err().to_string().contains("messages of SKU b"));
    }

    #[test]
    fn what_is_not_a_listings_feed_is_refused() {
        for (text, part) in [
            ("<a/>", "line 1 column 1"),
            ("{}", "no header"),
            (r#"{"header":{},"messages":[{"messageId":1}]}"#, "missing field `sku`"),
            (r#"{"header":{}}"#, "no messages"),
            (r#"{"header":{},"messages":{}}"#, "messages: "),
            (r#"{"header":{},"messages":[{"sku":"a"}]}"#, "message 1: missing field `messageId`"),
            (r#"{"header":{},"messages":[{"messageId":1,"sku":"a"},{"messageId":1,"sku":"b"}]}"#, "the messageId 1"),
        ] {
            let error = split(text, 10, 1000).unwrap_err();
            assert!(error.is_input() && error.to_string().contains(part), "{text}: {error}");
        }
    }
}

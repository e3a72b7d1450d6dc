//! The processing report of the listings feed, in JSON.

use super::{FeedIssue, FeedTotals, ProcessingReport, Severity, filled, message_id, unreadable};
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use spapi_core::Error;
use std::fmt;

pub(super) fn read(text: &str) -> Result<ProcessingReport, Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let report = reader.deserialize_map(Members).map_err(unreadable)?;
    reader.end().map_err(unreadable)?;
    Ok(report)
}

/// Reads the members of the report. Issues are read one by one, so that the report is in memory once.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = ProcessingReport;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a processing report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<ProcessingReport, A::Error> {
        let mut report = ProcessingReport::default();
        let mut is_report = false;
        while let Some(name) = members.next_key::<String>()? {
            is_report |= matches!(name.as_str(), "header" | "issues" | "summary");
            match name.as_str() {
                "header" => report.feed_id = text(&members.next_value::<Value>()?["feedId"]),
                "summary" => report.totals = totals(&members.next_value::<Value>()?),
                "issues" => members.next_value_seed(Each(&mut |issue| report.issues.push(self::issue(issue))))?,
                "items" => members.next_value_seed(Each(&mut |item| report.items.push(item)))?,
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        match is_report {
            true => Ok(report),
            false => Err(A::Error::custom("it has no header, issues and summary")),
        }
    }
}

/// Gives each element of a list to a function. Anything but a list has none.
struct Each<'a>(&'a mut dyn FnMut(Value));

impl<'de> serde::de::DeserializeSeed<'de> for Each<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Each<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element()? {
            (self.0)(element);
        }
        Ok(())
    }
}

fn totals(summary: &Value) -> FeedTotals {
    let count = |name: &str| match &summary[name] {
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_u64(),
        _ => None,
    };
    FeedTotals {
        processed: count("messagesProcessed"),
        accepted: count("messagesAccepted"),
        invalid: count("messagesInvalid"),
        errors: count("errors"),
        warnings: count("warnings"),
    }
}

fn issue(value: Value) -> FeedIssue {
    const KNOWN: [&str; 7] = ["messageId", "sku", "code", "severity", "message", "attributeName", "attributeNames"];
    let member = |name: &str| text(&value[name]);
    let mut attributes: Vec<String> =
        value["attributeNames"].as_array().into_iter().flatten().filter_map(text).collect();
    if let Some(one) = member("attributeName").filter(|one| !attributes.contains(one)) {
        attributes.insert(0, one);
    }
    let others = value.as_object().into_iter().flatten().filter(|(name, _)| !KNOWN.contains(&name.as_str()));
    FeedIssue {
        message_id: member("messageId").as_deref().and_then(message_id),
        sku: member("sku"),
        code: member("code"),
        severity: Severity::named(&member("severity").unwrap_or_default()),
        // An issue of another form is kept as it is.
        message: member("message").unwrap_or_else(|| if value.is_object() { String::new() } else { value.to_string() }),
        attributes,
        details: others
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), text(value).unwrap_or_else(|| value.to_string())))
            .collect(),
    }
}

/// A text or number as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => filled(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

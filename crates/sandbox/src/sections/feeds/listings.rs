//! The listings feed in JSON: each message is validated alone, and the valid ones change the shop.

use super::changes;
use super::feed::Outcome;
use crate::sections::documents::Text;
use crate::sections::jobs::Course;
use crate::shop::Offers;
use serde_json::{Value, json};
use std::collections::HashSet;

/// The most messages of a feed.
const MOST: usize = 25_000;

/// The longest text that the sandbox decodes, in bytes: decoded JSON takes many times its length in memory.
const LONGEST: usize = 16 << 20;

/// The codes of a missing attribute and of an invalid one.
const MISSING: &str = "90220";
const WRONG: &str = "99022";

pub(super) fn process(feed: &Course, text: &str, offers: &Offers) -> Outcome {
    let is_readable = text.len() <= LONGEST;
    let input: Value = match is_readable {
        true => serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default(),
        false => Value::Null,
    };
    let seller = input["header"]["sellerId"].as_str();
    let problem = match (&input, seller, input["header"]["version"].as_str(), input["messages"].as_array()) {
        (Value::Object(_), Some(_), Some("2.0"), Some(messages)) if (1..=MOST).contains(&messages.len()) => None,
        (Value::Object(_), None, ..) => Some((MISSING, "header.sellerId is missing.")),
        (Value::Object(_), Some(_), Some("2.0"), _) => Some((WRONG, "messages must hold 1 to 25000 messages.")),
        (Value::Object(_), Some(_), ..) => Some((WRONG, "header.version must be 2.0.")),
        _ if !is_readable => Some((WRONG, "The document is longer than 16 MiB, the most JSON that the sandbox reads.")),
        _ => Some((WRONG, "The document is not a JSON object.")),
    };
    if let Some((code, message)) = problem {
        // An issue without a message id concerns the whole feed.
        let issue = json!({ "code": code, "severity": "ERROR", "message": message });
        return Outcome::fatal(Some(report(&feed.id, &input, 0, &[vec![issue]])));
    }
    let messages = input["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut seen = HashSet::new();
    let issues: Vec<Vec<Value>> = messages
        .iter()
        .map(|message| {
            let changes = changes::of(message, &feed.markets);
            let issues = issues(message, changes.as_ref().err().copied(), &mut seen);
            if issues.is_empty() {
                let sku = message["sku"].as_str().unwrap_or_default();
                changes.into_iter().flatten().for_each(|(market, change)| offers.change(market, sku, change));
            }
            issues
        })
        .collect();
    Outcome::done(report(&feed.id, &input, messages.len(), &issues))
}

/// The issues of a message; `attribute` is an attribute that the sandbox cannot read.
fn issues(message: &Value, attribute: Option<changes::Wrong>, seen: &mut HashSet<u64>) -> Vec<Value> {
    let text = |name: &str| message[name].as_str().filter(|text| !text.is_empty());
    let is_filled = |name: &str| match &message[name] {
        Value::Object(members) => !members.is_empty(),
        Value::Array(entries) => !entries.is_empty(),
        _ => false,
    };
    let id = message["messageId"].as_u64().filter(|id| (1..=2_147_483_647).contains(id));
    let mut found = Vec::new();
    match id {
        None => found.push((WRONG, "messageId", "must be a whole number from 1 to 2147483647.")),
        Some(id) if !seen.insert(id) => found.push((WRONG, "messageId", "is the same as in an earlier message.")),
        Some(_) => {}
    }
    if text("sku").is_none() {
        found.push((MISSING, "sku", "is required but not supplied."));
    }
    let operation = text("operationType");
    if matches!(operation, Some("UPDATE" | "PARTIAL_UPDATE" | "PATCH")) && text("productType").is_none() {
        found.push((MISSING, "productType", "is required but not supplied."));
    }
    match operation {
        Some("UPDATE" | "PARTIAL_UPDATE") if !is_filled("attributes") => {
            found.push((MISSING, "attributes", "is required but not supplied."));
        }
        Some("PATCH") if !is_filled("patches") => {
            found.push((MISSING, "patches", "is required but not supplied."));
        }
        Some("UPDATE" | "PARTIAL_UPDATE" | "PATCH" | "DELETE") => {}
        _ => found.push((WRONG, "operationType", "must be UPDATE, PARTIAL_UPDATE, PATCH or DELETE.")),
    }
    found.extend(attribute.map(|(name, what)| (WRONG, name, what)));
    let issue = |(code, name, what): (&str, &str, &str)| {
        let message = format!("{name} {what}");
        let mut issue = json!({ "code": code, "severity": "ERROR", "message": message, "attributeName": name });
        if let Some(id) = id {
            issue["messageId"] = id.into();
        }
        if let Some(sku) = text("sku") {
            issue["sku"] = sku.into();
        }
        issue
    };
    found.into_iter().map(issue).collect()
}

/// The report on the messages, with their issues.
fn report(feed: &str, input: &Value, messages: usize, issues: &[Vec<Value>]) -> Text {
    let invalid = issues.iter().filter(|issues| !issues.is_empty()).count();
    let issues: Vec<&Value> = issues.iter().flatten().collect();
    let mut header = json!({
        "sellerId": input["header"]["sellerId"].as_str().unwrap_or_default(),
        "version": "2.0",
        "feedId": feed,
    });
    if input["header"]["report"].is_object() {
        header["report"] = input["header"]["report"].clone();
    }
    Text::json(&json!({
        "header": header,
        "summary": {
            "errors": issues.len(),
            "warnings": 0,
            "messagesProcessed": messages,
            "messagesAccepted": messages.saturating_sub(invalid),
            "messagesInvalid": invalid.min(messages),
        },
        "issues": issues,
    }))
}

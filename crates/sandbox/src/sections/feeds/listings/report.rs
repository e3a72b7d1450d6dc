//! The processing report of the listings feed.

use super::message::{Message, Problem};
use crate::sections::documents::Text;
use crate::sections::feeds::feed::MOST_NAMED;
use crate::sections::listings_items::{Part, item};
use crate::server::Server;
use crate::shop::listings::Severity;
use serde_json::{Value, json};
use spapi_types::{Marketplace, Region};
use std::collections::BTreeSet;

/// The report on a feed.
pub(super) struct Report<'a> {
    feed: &'a str,
    input: &'a Value,
    issues: Vec<Value>,
    errors: usize,
    warnings: usize,
    messages: usize,
    invalid: usize,
    /// The errors before the present message.
    before: usize,
    items: Option<Vec<Value>>,
}

impl<'a> Report<'a> {
    pub(super) fn new(feed: &'a str, input: &'a Value) -> Self {
        let (issues, items) = (Vec::new(), None);
        Self { feed, input, issues, errors: 0, warnings: 0, messages: 0, invalid: 0, before: 0, items }
    }

    /// Begins with a message.
    pub(super) fn begin(&mut self) {
        self.messages += 1;
        self.before = self.errors;
    }

    /// Ends the message: one with an error is invalid.
    pub(super) fn end(&mut self) {
        self.invalid += usize::from(self.errors > self.before);
    }

    /// Adds a problem of a message.
    pub(super) fn add(&mut self, message: &Message, problem: &Problem) {
        match problem.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning | Severity::Info => self.warnings += 1,
        }
        // The number of messages limits that of errors, but each message can have many warnings.
        if !problem.is_error() && self.warnings > MOST_NAMED {
            return;
        }
        let mut issue = json!({ "code": problem.code, "severity": problem.severity, "message": problem.message });
        let mut add = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                issue[name] = value;
            }
        };
        add("messageId", message.id.map(Value::from));
        add("sku", message.sku.map(Value::from));
        // Only an attribute of a message has a name.
        let has_name = message.id.is_some() || message.sku.is_some();
        add("attributeName", (has_name && !problem.name.is_empty()).then(|| problem.name.clone().into()));
        self.issues.push(issue);
    }

    /// Adds the listings that the feed has changed, with what Amazon finds in them.
    pub(super) fn add_items(
        &mut self,
        server: &Server,
        region: Region,
        marketplaces: &[Marketplace],
        skus: &[&str],
        parts: &[Part],
        locale: &str,
    ) {
        let mut items = Vec::new();
        let mut seen = BTreeSet::new();
        for sku in skus.iter().filter(|sku| seen.insert(**sku)) {
            server.listings.hurry(region, marketplaces, sku, server.clock.now());
            let listing = server.listings.get(region, sku);
            items.extend(listing.and_then(|listing| item(server, &listing, marketplaces, parts, locale)));
        }
        self.items = Some(items);
    }

    pub(super) fn text(self) -> Text {
        let header = &self.input["header"];
        let mut report = json!({
            "header": {
                "sellerId": header["sellerId"].as_str().unwrap_or_default(),
                "version": "2.0",
                "feedId": self.feed,
            },
            "summary": {
                "errors": self.errors,
                "warnings": self.warnings,
                "messagesProcessed": self.messages,
                "messagesAccepted": self.messages.saturating_sub(self.invalid),
                "messagesInvalid": self.invalid,
            },
            "issues": self.issues,
        });
        if let Some(items) = self.items {
            let issues = || items.iter().filter_map(|item| item["issues"].as_array()).flatten();
            let of = |severity: &str| issues().filter(|issue| issue["severity"] == severity).count();
            report["header"]["report"] = header["report"].clone();
            report["summary"]["itemSummary"] =
                json!({ "items": items.len(), "errors": of("ERROR"), "warnings": of("WARNING") });
            report["items"] = items.into();
        }
        Text::json(&report)
    }
}

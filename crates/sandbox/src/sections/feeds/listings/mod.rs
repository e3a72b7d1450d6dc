//! The listings feed in JSON: each message is validated alone, and the valid ones change the shop's listings.

mod message;
mod report;

use super::feed::Outcome;
use crate::sections::jobs::Course;
use crate::sections::listings_items::{PARTS, Part, settle};
use crate::server::Server;
use crate::shop::listings::Stop;
use message::{Message, Problem};
use report::Report;
use serde_json::Value;
use spapi_types::Marketplace;
use std::collections::HashSet;

/// The most messages of a feed.
const MOST: usize = 25_000;

/// The longest text that the sandbox decodes, in bytes: decoded JSON takes many times its length in memory.
const LONGEST: usize = 16 << 20;

/// The version of the API whose parts a report can hold.
const API_VERSION: &str = "2021-08-01";

pub(super) fn process(feed: &Course, text: &str, server: &Server) -> Outcome {
    let input: Value = match text.len() <= LONGEST {
        true => serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default(),
        false => Value::Null,
    };
    let locale = input["header"]["issueLocale"].as_str().unwrap_or("en_US");
    let mut report = Report::new(&feed.id, &input);
    let (messages, parts) = match contents(&input, text.len()) {
        Ok(contents) => contents,
        Err(problem) => {
            // An issue without a message id concerns the whole feed.
            report.add(&Message::none(), &problem);
            return Outcome::fatal(Some(report.text()));
        }
    };
    let marketplaces: Vec<Marketplace> = feed.markets.iter().map(|market| market.marketplace).collect();
    let seller = input["header"]["sellerId"].as_str().unwrap_or_default();
    let mut seen = HashSet::new();
    let mut changed: Vec<&str> = Vec::new();
    settle(server);
    for value in messages {
        let message = Message::read(value);
        report.begin();
        let mut problems = message.problems(&mut seen);
        if problems.is_empty() {
            problems = carry_out(server, feed, &marketplaces, seller, &message, &mut report, locale);
        }
        if problems.is_empty() {
            changed.extend(message.sku);
        }
        problems.iter().for_each(|problem| report.add(&message, problem));
        report.end();
    }
    if let Some(parts) = parts {
        report.add_items(server, feed.account.region, &marketplaces, &changed, &parts, locale);
    }
    settle(server);
    Outcome::done(report.text())
}

/// The messages of a feed, and the parts of listings that the report is to hold.
type Contents<'a> = (&'a [Value], Option<Vec<Part>>);

fn contents(input: &Value, length: usize) -> Result<Contents<'_>, Problem> {
    let header = &input["header"];
    if length > LONGEST {
        return Err(Problem::wrong("document", "is longer than 16 MiB, the most JSON that the sandbox reads."));
    }
    if !input.is_object() {
        return Err(Problem::wrong("document", "is not a JSON object."));
    }
    if !header["sellerId"].is_string() {
        return Err(Problem::missing("header.sellerId"));
    }
    if header["version"] != "2.0" {
        return Err(Problem::wrong("header.version", "must be 2.0."));
    }
    let parts = match &header["report"] {
        Value::Null => None,
        report => Some(parts(report)?),
    };
    match input["messages"].as_array() {
        Some(messages) if (1..=MOST).contains(&messages.len()) => Ok((messages, parts)),
        _ => Err(Problem::wrong("messages", "must hold 1 to 25000 messages.")),
    }
}

fn parts(report: &Value) -> Result<Vec<Part>, Problem> {
    let names = report["includedData"].as_array().filter(|names| !names.is_empty());
    let known = |name: &Value| PARTS.iter().find(|(known, _)| name == known).map(|(_, part)| *part);
    let parts: Option<Vec<Part>> = names.and_then(|names| names.iter().map(known).collect());
    match parts {
        Some(parts) if report["apiVersion"] == API_VERSION => Ok(parts),
        _ => Err(Problem::wrong(
            "header.report",
            "needs includedData with parts of a listing, and apiVersion 2021-08-01.",
        )),
    }
}

/// Carries out a message, and returns why the service does not take it. What it only warns of goes into the report.
fn carry_out(
    server: &Server,
    feed: &Course,
    marketplaces: &[Marketplace],
    seller: &str,
    message: &Message,
    report: &mut Report,
    locale: &str,
) -> Vec<Problem> {
    let (region, now) = (feed.account.region, server.clock.now());
    let Some(sku) = message.sku else { return Vec::new() };
    let change = match message.change() {
        Ok(Some(change)) => change,
        Ok(None) => {
            server.listings.delete(region, marketplaces, seller, sku, now);
            return Vec::new();
        }
        Err(problem) => return vec![problem],
    };
    let submission = message.submission(region, marketplaces, seller, sku, &change);
    match server.listings.submit(&submission, now) {
        Ok(verdict) => {
            let problems = verdict.issues.iter().map(|(_, issue)| Problem::of(issue, locale));
            let (errors, warnings): (Vec<Problem>, Vec<Problem>) = problems.partition(Problem::is_error);
            warnings.iter().for_each(|warning| report.add(message, warning));
            errors
        }
        Err(Stop::Refused(refusal)) => vec![refusal.into()],
        Err(Stop::Full) => vec![Problem::wrong("sku", "is new, and the sandbox keeps no more listings.")],
    }
}

//! `spapi events types`: the notification types.

use super::close_types;
use crate::catalog::did_you_mean;
use crate::completion;
use crate::exit::Failure;
use crate::output::table::Column;
use crate::output::{self, Format};
use clap::Args;
use clap_complete::engine::ArgValueCompleter;
use serde_json::{Value, json};
use spapi_events::facts::{self, DestinationKind, NotificationFacts, Party, Subscription};

#[derive(Debug, Args)]
pub struct Options {
    /// Only types with all of these words in their name or in what they say, such as 'listings item'.
    #[arg(value_name = "FILTER", add = ArgValueCompleter::new(completion::notification_types))]
    filter: Option<String>,

    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(options: &Options) -> Result<(), Failure> {
    let filter = options.filter.as_deref().unwrap_or_default();
    let typed = words(filter);
    let has = |facts: &&NotificationFacts| {
        let own = [facts.name, facts.about].map(words).concat().join(" ");
        typed.iter().all(|word| own.contains(word.as_str()))
    };
    let mut found = facts::facts().iter().filter(has).peekable();
    if found.peek().is_none() {
        let close = did_you_mean(&close_types(&typed.join("_")));
        return Err(Failure::usage(format!("no notification type has {filter:?} in its name or description{close}"))
            .with_next("`spapi events types` lists all"));
    }
    Ok(output::list(options.format, COLUMNS, found, row, json)?)
}

/// The words of a text in lower case.
fn words(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| letter.is_whitespace() || matches!(letter, '_' | '-' | ','));
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

const COLUMNS: &[Column] = &[
    Column::text("TYPE"),
    Column::text("VERSION"),
    Column::text("DESTINATION"),
    Column::text("OF"),
    Column::text("FILTERS"),
    Column::text("STATUS"),
    Column::text("ROLES"),
    Column::text("ABOUT"),
];

fn row(facts: &&NotificationFacts) -> Vec<String> {
    vec![
        facts.name.to_owned(),
        facts.payload_version.unwrap_or_default().to_owned(),
        destination(facts).to_owned(),
        parties(facts).join(","),
        filters(facts).join(","),
        status(facts),
        facts.roles.join("; "),
        facts.about.to_owned(),
    ]
}

fn json(facts: &&NotificationFacts) -> Value {
    json!({
        "type": facts.name,
        "payloadVersion": facts.payload_version,
        "destination": Some(destination(facts)).filter(|name| !name.is_empty()),
        "parties": parties(facts),
        "roles": facts.roles,
        "subscription": match facts.subscription {
            Subscription::Token => "token",
            Subscription::Grantless => "grantless",
            Subscription::Console => "console",
            _ => "other",
        },
        "filters": filters(facts),
        "confirmed": facts.is_confirmed,
        "retiresOn": facts.retirement.map(|retirement| retirement.on),
        "instead": facts.retirement.and_then(|retirement| retirement.instead).map(plain),
        "typed": facts.has_payload_type,
        "about": facts.about,
    })
}

fn destination(facts: &NotificationFacts) -> &'static str {
    match facts.destination {
        DestinationKind::Sqs => "SQS",
        DestinationKind::EventBridge => "EventBridge",
        DestinationKind::Either => "either",
        _ => "",
    }
}

fn parties(facts: &NotificationFacts) -> Vec<&'static str> {
    let name = |party: &Party| match party {
        Party::Seller => "seller",
        Party::Vendor => "vendor",
        Party::Application => "application",
        _ => "other",
    };
    facts.parties.iter().map(name).collect()
}

fn filters(facts: &NotificationFacts) -> Vec<&'static str> {
    let expression = facts.filter_expression.then_some("filterExpression");
    facts.event_filter.iter().copied().chain(expression).collect()
}

/// Without the quotes of documentation.
fn plain(name: &str) -> &str {
    name.trim_matches('`')
}

fn status(facts: &NotificationFacts) -> String {
    let instead = |name: &str| format!(", use {name}");
    match facts.retirement {
        Some(retirement) => {
            format!("ends {}{}", retirement.on, retirement.instead.map(plain).map(instead).unwrap_or_default())
        }
        None if !facts.is_confirmed => "not confirmed".to_owned(),
        None if facts.subscription == Subscription::Console => "set in the developer console".to_owned(),
        None => "active".to_owned(),
    }
}

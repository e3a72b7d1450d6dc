//! Names of MWS, and what replaces each.
//!
//! ```
//! use spapi_mws::map;
//!
//! let entry = map::find("list_orders").expect("it is in the table");
//! assert_eq!(entry.name, "ListOrders");
//! let today: Vec<_> = entry.replacement.names().collect();
//! assert_eq!(today, ["orders@2026-01-01 searchOrders", "orders@v0 getOrders"]);
//! assert_eq!(entry.builders()[0], "spapi_orders::v2026_01_01::Orders::search_orders");
//! assert_eq!(entry.retirements()[0].on, Some("2027-03-27"));
//! ```

mod mentions;
mod spelling;
mod table;

pub use mentions::{Mention, mentions};

use spapi_metadata::document_types::{Availability, Status};
use spapi_metadata::{FeedType, Published, RETIRED_TYPES, ReportType};
use spapi_types::operation::OperationName;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A name of MWS, and what replaces it. The facts come from Amazon's guide for the way over and its changelog, and from
/// the names that client libraries of MWS have.
#[derive(Debug)]
#[non_exhaustive]
pub struct Entry {
    /// What the name is of.
    pub kind: Kind,
    /// The name as MWS writes it: `ListOrders`, `_GET_ORDERS_DATA_`.
    pub name: &'static str,
    /// The section of MWS and its version: `Orders 2013-09-01`. For values, what they are values of.
    pub section: &'static str,
    /// What replaces it.
    pub replacement: Replacement,
    /// What does more than the operations' builders, in one of the other libraries of this project:
    /// `spapi_jobs::Reports::request`.
    pub library: Option<&'static str>,
    /// The command of the program that does it, without its arguments: `spapi orders list`.
    pub command: Option<&'static str>,
    /// What else to know, in plain text with names in backticks; empty if there is nothing.
    pub note: &'static str,
    /// Whether the row is doubtful.
    pub is_unsure: bool,
}

/// What a name of MWS is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// An operation, the `Action` of a request.
    Operation,
    /// A report type.
    ReportType,
    /// A feed type.
    FeedType,
    /// A notification type.
    NotificationType,
    /// A state of a report or feed.
    State,
    /// How often a report is made.
    Schedule,
    /// A parameter of a request.
    Parameter,
    /// The host of an endpoint.
    Host,
    /// A client library: `MarketplaceWebServiceOrders`, or what has MWS in its name.
    Library,
}

impl Kind {
    /// The kind in words: `report type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::ReportType => "report type",
            Self::FeedType => "feed type",
            Self::NotificationType => "notification type",
            Self::State => "state",
            Self::Schedule => "schedule",
            Self::Parameter => "parameter",
            Self::Host => "host",
            Self::Library => "client library",
        }
    }
}

/// What replaces a name: what lasts longest comes first. Where several steps replace one, they are in their order, and
/// the note of the row says so. Empty where nothing does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replacement {
    /// Operations: `orders@2026-01-01 searchOrders`.
    Operations(&'static [&'static str]),
    /// Report types.
    Reports(&'static [&'static str]),
    /// Feed types.
    Feeds(&'static [&'static str]),
    /// Notification types.
    Notifications(&'static [&'static str]),
    /// Values, names of parameters, or URLs.
    Values(&'static [&'static str]),
    /// Crates of this project.
    Crates(&'static [&'static str]),
}

impl Replacement {
    /// The names of today.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let (Self::Operations(names)
        | Self::Reports(names)
        | Self::Feeds(names)
        | Self::Notifications(names)
        | Self::Values(names)
        | Self::Crates(names)) = self;
        names.iter().copied()
    }

    /// The operations, as published.
    fn published(self) -> impl Iterator<Item = Published> {
        let names = if let Self::Operations(names) = self { names } else { &[] };
        names.iter().filter_map(|name| spapi_metadata::find(&name.parse::<OperationName>().ok()?))
    }
}

/// The end of something that replaces a name of MWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retired {
    /// The name of today.
    pub name: &'static str,
    /// The day, as `YYYY-MM-DD`; `None` for a type that Amazon no longer lists or has removed on an unknown day.
    pub on: Option<&'static str>,
    /// What replaces it, in words.
    pub instead: Option<&'static str>,
}

impl Entry {
    /// Whether something replaces it.
    pub fn is_replaced(&self) -> bool {
        self.replacement.names().next().is_some()
    }

    /// The builders of the section crates that replace it: `spapi_orders::v2026_01_01::Orders::search_orders`.
    pub fn builders(&self) -> Vec<String> {
        self.replacement.published().map(|published| builder(&published)).collect()
    }

    /// The commands of the program that do what it did, the most convenient first. Words in capitals stand for what the
    /// user gives.
    pub fn commands(&self) -> Vec<String> {
        let own = self.command.map(|command| match self.replacement {
            Replacement::Reports(types) => types.iter().map(|name| report_command(command, name)).collect(),
            Replacement::Feeds(types) if command == "spapi feed submit" => {
                types.iter().map(|name| format!("{command} {name} FILE")).collect()
            }
            Replacement::Notifications(types) => types.iter().map(|name| format!("{command} {name}")).collect(),
            // Only the commands about types take one.
            Replacement::Operations(_) if matches!(self.kind, Kind::ReportType | Kind::FeedType) => Vec::new(),
            _ => vec![command.to_owned()],
        });
        let calls = self.replacement.published().map(|published| format!("spapi call {}", published.entry.operation));
        own.unwrap_or_default().into_iter().chain(calls).collect()
    }

    /// Those of its replacements that Amazon has retired or will.
    pub fn retirements(&self) -> Vec<Retired> {
        self.replacement.names().filter_map(|name| retired(self.replacement, name)).collect()
    }
}

fn retired(of: Replacement, name: &'static str) -> Option<Retired> {
    let (on, instead) = match of {
        Replacement::Operations(_) => {
            let published = spapi_metadata::find(&name.parse::<OperationName>().ok()?)?;
            let retirement = published.entry.retirement.or(published.api.retirement)?;
            (Some(retirement.on), retirement.instead)
        }
        Replacement::Reports(_) => {
            let kind = ReportType::find(name)?;
            is_ending(kind.status, kind.retires_on).then_some((kind.retires_on, kind.instead))?
        }
        Replacement::Feeds(_) => {
            let kind = FeedType::find(name)?;
            is_ending(kind.status, kind.retires_on).then_some((kind.retires_on, kind.instead))?
        }
        Replacement::Notifications(_) => {
            let is_it = |retired: &&spapi_metadata::RetiredType| {
                retired.section == "notifications" && retired.name == name && retired.payload.is_none()
            };
            let retirement = RETIRED_TYPES.iter().find(is_it)?.retirement;
            (Some(retirement.on), retirement.instead)
        }
        Replacement::Values(_) | Replacement::Crates(_) => return None,
    };
    Some(Retired { name, on, instead })
}

fn is_ending(status: Status, retires_on: Option<&str>) -> bool {
    retires_on.is_some() || status != Status::Listed
}

/// The command that gets a report, by the ways in which reports of its type come.
fn report_command(command: &str, name: &str) -> String {
    let ways = ReportType::find(name).map_or(&[][..], |kind| kind.availability);
    if ways.is_empty() || ways.contains(&Availability::Requested) {
        format!("{command} {name}")
    } else if ways.contains(&Availability::Scheduled) {
        format!("spapi report schedule create {name}")
    } else {
        format!("{command} {name} --existing")
    }
}

/// The path of the method in the section's crate that makes the builder.
fn builder(published: &Published) -> String {
    let section = published.section.name;
    let mut client = String::new();
    for word in section.split('-') {
        let mut letters = word.chars();
        client.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        client.extend(letters);
    }
    let krate = section.replace('-', "_");
    format!("spapi_{krate}::{}::{client}::{}", published.api.module, snake(&published.entry.operation.id))
}

/// `getMyFeesEstimateForSKU` as `get_my_fees_estimate_for_sku`.
fn snake(id: &str) -> String {
    let letters: Vec<char> = id.chars().collect();
    let mut snake = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let is_small =
            |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|letter| !letter.is_ascii_uppercase());
        if at > 0 && letter.is_ascii_uppercase() && (is_small(at.checked_sub(1)) || is_small(Some(at + 1))) {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// The name of the row for what has MWS in its name and is no name of Amazon's.
const MWS: &str = "MWS";

/// All names, by their kinds.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    table::rows()
}

/// The row of a name, in upper or lower case and with or without underscores: `ListOrders`, `list_orders`,
/// `GET_ORDERS_DATA`.
pub fn find(name: &str) -> Option<&'static Entry> {
    FOLDED.get(folded(name).as_str()).copied()
}

/// At most three names that are like another one, the nearest first.
pub fn nearest(name: &str) -> Vec<&'static Entry> {
    const LIKE: f64 = 0.75;
    const LONGEST: usize = 200;
    if name.len() > LONGEST {
        return Vec::new();
    }
    let name = folded(name);
    let likeness = |entry: &Entry| strsim::normalized_damerau_levenshtein(&name, &folded(entry.name));
    let mut like: Vec<_> = entries().map(|entry| (likeness(entry), entry)).filter(|(like, _)| *like >= LIKE).collect();
    like.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    like.into_iter().take(3).map(|(_, entry)| entry).collect()
}

static FOLDED: LazyLock<HashMap<String, &'static Entry>> =
    LazyLock::new(|| entries().map(|entry| (folded(entry.name), entry)).collect());

/// The letters and digits of a name in lower case.
fn folded(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

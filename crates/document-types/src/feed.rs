//! Feed types.

use crate::generated::feeds::FEED_TYPES;
use crate::{DocumentOption, Format, Frequency, Layout, Marketplaces, Party, Status, find};

/// What is known of a feed type. A fact that nobody knows is `None`, empty or `Unknown`.
#[derive(Debug)]
#[non_exhaustive]
pub struct FeedType {
    /// Amazon's name: `JSON_LISTINGS_FEED`.
    pub name: &'static str,
    /// A short title: `Listings`.
    pub title: &'static str,
    /// The group in which a list shows it: `listings`.
    pub category: &'static str,
    /// The format of the feed.
    pub format: Format,
    /// The content type for `createFeedDocument` and for the upload, which must be the same:
    /// `text/xml; charset=UTF-8`.
    pub content_type: &'static str,
    /// The form of its processing report.
    pub processing_report: ProcessingReport,
    /// Who can send it.
    pub parties: &'static [Party],
    /// The marketplaces that take it.
    pub marketplaces: Marketplaces,
    /// The most messages in one feed.
    pub most_messages: Option<u32>,
    /// The most feeds in some time. For most types this is Amazon's advice.
    pub frequency: Frequency,
    /// Its options.
    pub options: &'static [DocumentOption],
    /// The files of its schemas: JSON schemas below `schemas/feeds` of Amazon's repository, or Amazon's XSD.
    pub schemas: &'static [&'static str],
    /// Whether Amazon still takes it, apart from `retires_on`.
    pub status: Status,
    /// The day on which Amazon retires it or has retired it, as `YYYY-MM-DD`. Such a feed ends as `FATAL`.
    pub retires_on: Option<&'static str>,
    /// What replaces it, in words.
    pub instead: Option<&'static str>,
    /// What else to know, in plain text; empty if there is nothing.
    pub note: &'static str,
    /// The names of the fields above whose facts are doubtful.
    pub unsure: &'static [&'static str],
}

/// The form of a feed's processing report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProcessingReport {
    /// It is not known.
    Unknown,
    /// JSON, with a summary and issues by message.
    Json,
    /// XML, with a summary and results by message.
    Xml,
    /// Lines of a summary, then a table in TSV with a row for each error.
    FlatFile,
}

impl ProcessingReport {
    /// The layout of such a report; `None` if it is not known.
    pub const fn layout(self) -> Option<Layout> {
        match self {
            Self::Unknown => None,
            Self::Json => Some(Layout::of(Format::Json)),
            Self::Xml => Some(Layout::of(Format::Xml)),
            Self::FlatFile => Some(Layout::of(Format::Tsv)),
        }
    }
}

impl FeedType {
    /// The size below which Amazon advises to keep a feed, in bytes.
    pub const ADVISED_BYTES: u64 = 10 * 1024 * 1024;

    /// A row about which nothing but the rules is known.
    pub(crate) const UNKNOWN: Self = Self {
        name: "",
        title: "",
        category: "",
        format: Format::Tsv,
        content_type: "",
        processing_report: ProcessingReport::Unknown,
        parties: &[Party::Seller],
        marketplaces: Marketplaces::Unknown,
        most_messages: None,
        frequency: Frequency { times: 1, minutes: 20 },
        options: &[],
        schemas: &[],
        status: Status::Listed,
        retires_on: None,
        instead: None,
        note: "",
        unsure: &[],
    };

    /// All known types, in the order of their names.
    pub fn all() -> &'static [Self] {
        FEED_TYPES
    }

    /// The type of that name. `None` for a type that is not known, which Amazon may take all the same.
    pub fn find(name: &str) -> Option<&'static Self> {
        find::by_name(FEED_TYPES, |kind| kind.name, name)
    }

    /// At most three known names that are like a misspelt one, the nearest first.
    pub fn nearest(name: &str) -> Vec<&'static str> {
        find::nearest(FEED_TYPES.iter().map(|kind| kind.name), name)
    }

    /// The option of that name.
    pub fn option(&self, name: &str) -> Option<&'static DocumentOption> {
        self.options.iter().find(|option| option.name == name)
    }

    /// Whether Amazon no longer takes it on a day, given as `YYYY-MM-DD`.
    pub fn is_gone(&self, today: &str) -> bool {
        self.status.is_gone(self.retires_on, today)
    }
}

//! Report types.

use crate::generated::reports::REPORT_TYPES;
use crate::{
    Access, Availability, Dates, DocumentOption, Format, Frequency, Layout, MarketplaceIds, Marketplaces, Party,
    Periods, Status, find,
};

/// What is known of a report type. A fact that nobody knows is `None`, empty or `Unknown`.
#[derive(Debug)]
#[non_exhaustive]
pub struct ReportType {
    /// Amazon's name: `GET_MERCHANT_LISTINGS_ALL_DATA`.
    pub name: &'static str,
    /// A short title: `All listings`.
    pub title: &'static str,
    /// The group in which a list shows it: `listings`.
    pub category: &'static str,
    /// The form of its documents.
    pub layout: Layout,
    /// How it comes.
    pub availability: &'static [Availability],
    /// What its document needs.
    pub access: Access,
    /// The roles of an application, any of which is enough: `Brand Analytics`.
    pub roles: &'static [&'static str],
    /// Who can have it.
    pub parties: &'static [Party],
    /// The marketplaces that have it.
    pub marketplaces: Marketplaces,
    /// How many marketplaces one report covers.
    pub marketplace_ids: MarketplaceIds,
    /// Whether it takes `dataStartTime` and `dataEndTime`.
    pub dates: Dates,
    /// Whether Amazon ignores the time of day in them.
    pub has_dates_only: bool,
    /// The longest span between them, in days.
    pub longest_days: Option<u32>,
    /// How far before the request the start may lie, in days. Months and years are rounded down to whole days.
    pub history_days: Option<u32>,
    /// The whole periods that it covers, if it covers only such.
    pub periods: Option<Periods>,
    /// The hours from the end of a range until its data are complete.
    pub delay_hours: Option<u32>,
    /// How long Amazon keeps the document, in days.
    pub retention_days: u32,
    /// The most requests in some time. Amazon fails or cancels reports beyond it.
    pub frequency: Option<Frequency>,
    /// Its options.
    pub options: &'static [DocumentOption],
    /// The files of its JSON schemas, below `schemas/reports` of Amazon's repository.
    pub schemas: &'static [&'static str],
    /// Whether Amazon still has it, apart from `retires_on`.
    pub status: Status,
    /// The day on which Amazon retires it or has retired it, as `YYYY-MM-DD`.
    pub retires_on: Option<&'static str>,
    /// What replaces it, in words.
    pub instead: Option<&'static str>,
    /// What else to know, in plain text; empty if there is nothing.
    pub note: &'static str,
    /// The names of the fields above whose facts are doubtful.
    pub unsure: &'static [&'static str],
}

impl ReportType {
    /// A row about which nothing but the rules is known.
    pub(crate) const UNKNOWN: Self = Self {
        name: "",
        title: "",
        category: "",
        layout: Layout::of(Format::Tsv),
        availability: &[],
        access: Access::Open,
        roles: &[],
        parties: &[Party::Seller],
        marketplaces: Marketplaces::Unknown,
        marketplace_ids: MarketplaceIds::Unknown,
        dates: Dates::Unknown,
        has_dates_only: false,
        longest_days: None,
        history_days: None,
        periods: None,
        delay_hours: None,
        retention_days: 90,
        frequency: None,
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
        REPORT_TYPES
    }

    /// The type of that name. `None` for a type that is not known, which Amazon may have all the same.
    pub fn find(name: &str) -> Option<&'static Self> {
        find::by_name(REPORT_TYPES, |kind| kind.name, name)
    }

    /// At most three known names that are like a misspelt one, the nearest first.
    pub fn nearest(name: &str) -> Vec<&'static str> {
        find::nearest(REPORT_TYPES.iter().map(|kind| kind.name), name)
    }

    /// The option of that name.
    pub fn option(&self, name: &str) -> Option<&'static DocumentOption> {
        self.options.iter().find(|option| option.name == name)
    }

    /// Whether Amazon no longer has it on a day, given as `YYYY-MM-DD`.
    pub fn is_gone(&self, today: &str) -> bool {
        self.status.is_gone(self.retires_on, today)
    }
}

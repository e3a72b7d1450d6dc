//! Datasets of Data Kiosk.

use crate::generated::data_kiosk::DATASETS;
use crate::{MarketplaceIds, Party, Rounding, Status, find, schemas};

/// What is known of a dataset of Data Kiosk. A fact that nobody knows is `None`, empty or `Unknown`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Dataset {
    /// The root field of its queries: `analytics_salesAndTraffic_2024_04_24`.
    pub name: &'static str,
    /// A short title: `Sales and traffic`.
    pub title: &'static str,
    /// Its version, as `YYYY-MM-DD`.
    pub version: &'static str,
    /// The file of its schema, below `schemas/data-kiosk` of Amazon's repository.
    pub schema: Option<&'static str>,
    /// Who can query it.
    pub parties: &'static [Party],
    /// The roles of an application, any of which is enough: `Brand Analytics`.
    pub roles: &'static [&'static str],
    /// Its queries: the fields of the root.
    pub queries: &'static [Query],
    /// How long Amazon keeps a query and its document, in days.
    pub retention_days: Option<u32>,
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

/// A query of a dataset.
#[derive(Debug)]
#[non_exhaustive]
pub struct Query {
    /// Its name: `salesAndTrafficByAsin`.
    pub name: &'static str,
    /// What Amazon does with dates inside a week or month, if the query sums by weeks or months.
    pub rounding: Rounding,
    /// Whether these weeks and months are those of UTC. If not, their zone is not known.
    pub is_utc: bool,
    /// How far before the request the start may lie, in days. `Some(0)`: it is not before today.
    pub history_days: Option<u32>,
    /// How far after today the end may lie, in days.
    pub future_days: Option<u32>,
    /// The most products in one query, or in one of its filters.
    pub most_products: Option<u32>,
    /// How many marketplaces it takes.
    pub marketplace_ids: MarketplaceIds,
}

impl Query {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            rounding: Rounding::None,
            is_utc: false,
            history_days: None,
            future_days: None,
            most_products: None,
            marketplace_ids: MarketplaceIds::Several,
        }
    }
}

impl Dataset {
    /// The most characters of a query, after white space that it does not need is removed.
    pub const LONGEST_QUERY: usize = 8000;

    /// A row about which nothing but the rules is known.
    pub(crate) const UNKNOWN: Self = Self {
        name: "",
        title: "",
        version: "",
        schema: None,
        parties: &[Party::Seller],
        roles: &[],
        queries: &[],
        retention_days: None,
        status: Status::Listed,
        retires_on: None,
        instead: None,
        note: "",
        unsure: &[],
    };

    /// All known datasets, in the order of their names.
    pub fn all() -> &'static [Self] {
        DATASETS
    }

    /// The dataset of that name. `None` for one that is not known, which Amazon may have all the same.
    pub fn find(name: &str) -> Option<&'static Self> {
        find::by_name(DATASETS, |dataset| dataset.name, name)
    }

    /// At most three known names that are like a misspelt one, the nearest first.
    pub fn nearest(name: &str) -> Vec<&'static str> {
        find::nearest(DATASETS.iter().map(|dataset| dataset.name), name)
    }

    /// Its types, fields and arguments as a GraphQL schema in our own order, without descriptions and directives. `None` for
    /// a dataset without a published schema.
    pub fn graphql(&self) -> Option<&'static str> {
        schemas::of(self.name)
    }

    /// Whether Amazon no longer has it on a day, given as `YYYY-MM-DD`.
    pub fn is_gone(&self, today: &str) -> bool {
        self.status.is_gone(self.retires_on, today)
    }
}

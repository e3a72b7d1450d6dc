//! What rows of several kinds say.

use spapi_types::Marketplace;

/// A way in which a report comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Availability {
    /// `createReport` requests it.
    Requested,
    /// `createReportSchedule` repeats it.
    Scheduled,
    /// Amazon makes it unasked; `getReports` finds it.
    Automatic,
}

/// What an application needs for a document beyond the seller's consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// One of its roles, none of which is restricted.
    Open,
    /// A restricted role.
    RestrictedRole,
    /// A restricted role, and a restricted data token for `getReportDocument` with that document's path. The token has
    /// no data elements.
    RestrictedDataToken,
}

/// The kind of a selling partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Party {
    /// Sells to Amazon's customers.
    Seller,
    /// Sells to Amazon.
    Vendor,
}

/// The marketplaces that have something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Marketplaces {
    /// It is not known which.
    Unknown,
    /// All.
    All,
    /// Only these, region by region.
    Only(&'static [Marketplace]),
}

impl Marketplaces {
    /// Whether a marketplace has it. `None` if that is not known.
    pub fn contains(self, marketplace: Marketplace) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::All => Some(true),
            Self::Only(some) => Some(some.contains(&marketplace)),
        }
    }
}

/// How many marketplaces one request covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MarketplaceIds {
    /// That is not known.
    Unknown,
    /// One. With several, Amazon takes the first or fails.
    One,
    /// Several.
    Several,
    /// All of the account, whichever are given.
    Ignored,
    /// The request cannot name marketplaces.
    Refused,
}

/// What a report type does with `dataStartTime` and `dataEndTime`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dates {
    /// That is not known.
    Unknown,
    /// Every request needs both.
    Required,
    /// A request may leave them out.
    Optional,
    /// Amazon ignores them.
    Ignored,
    /// A request must leave them out.
    Refused,
}

/// Whether Amazon still has a type, apart from an announced day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// Amazon lists it.
    Listed,
    /// Amazon no longer lists it and may refuse it.
    Unlisted,
    /// It is gone.
    Removed,
}

impl Status {
    /// Whether a type of this status is gone on a day, given as `YYYY-MM-DD`.
    pub(crate) fn is_gone(self, retires_on: Option<&str>, today: &str) -> bool {
        // Days of this form sort as texts.
        self == Self::Removed || retires_on.is_some_and(|day| day <= today)
    }
}

/// The most requests in some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Frequency {
    /// The number of requests.
    pub times: u32,
    /// The time, in minutes.
    pub minutes: u32,
}

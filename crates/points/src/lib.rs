#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

#[cfg(feature = "finances")]
mod finances;
mod json;
mod movement;
mod preferences;
mod reconcile;
mod retired;
#[cfg(feature = "rows")]
mod settlement;

#[cfg(feature = "finances")]
pub use finances::movements;
pub use json::{Found, find};
pub use movement::{Meaning, Movement};
pub use preferences::{FEED, LONGEST_SKU, PreferenceError, Preferences, check_marketplace, percent, percent_of};
pub use reconcile::{Difference, EDGE, LAG, Outcome, Period, Reconciliation, Side, What};
pub use retired::{RetiredColumn, retired_column};
#[cfg(feature = "rows")]
pub use settlement::SettlementRow;

pub use spapi_types::{HasPoints, Points};

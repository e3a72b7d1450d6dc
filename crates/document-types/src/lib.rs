#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod data_kiosk;
mod facts;
mod feed;
mod find;
#[rustfmt::skip]
mod generated;
mod layout;
mod options;
mod period;
mod report;
mod schemas;

pub use data_kiosk::{Dataset, Query};
pub use facts::{Access, Availability, Dates, Frequency, MarketplaceIds, Marketplaces, Party, Status};
pub use feed::{FeedType, ProcessingReport};
pub use layout::{Format, Layout, TextCharset};
pub use options::{DocumentOption, OptionKind};
pub use period::{Period, Periods, Rounding, Unit};
pub use report::ReportType;

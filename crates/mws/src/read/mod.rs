//! Answers, notifications and reports of MWS that archives keep, read into today's shapes.
//!
//! A [`Reader`] takes the XML of an archive and returns [`Record`]s: JSON in the shape that the Selling Partner API has
//! today, which [`Record::to`] decodes into the type of a section crate.
//!
//! - Elements are known by their local names, in any order, so that the namespaces of all versions are read.
//! - Lists may have a wrapper or not. Empty elements are absent. Booleans, dates and amounts are read in each of the
//!   spellings that MWS used.
//! - What has no place today is never lost without a word: [`Record::unmapped`] has its path and its text.
//! - An entity of a document is never expanded, and a document type declaration is refused. A text that is cut off, or
//!   that is not XML alone, is an error with its line and column.

mod build;
mod document;
mod elements;
mod error;
mod foreign;
mod frame;
mod json;
mod kind;
mod lowest;
mod notification;
mod reader;
mod record;
mod report;
mod shape;
mod shapes;
mod source;
mod tally;
mod value;

pub use error::{Position, ReadError, ReadErrorKind};
pub use kind::{Column, Kind, UnknownKind};
pub use lowest::{
    LongestTime, LowestListing, LowestOffers, LowestPrice, LowestProduct, MarketplaceAsin, Money, ProductIdentifiers,
    Qualifiers, SkuIdentifier,
};
pub use reader::{Item, Reader};
pub use record::{Page, Reason, Record, Unmapped};
/// How a text writes its characters.
pub use spapi_tables::Charset;
pub use tally::{Gap, Tally};

#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod attributes;
pub mod bulk;
mod change;
pub mod definition;
pub mod discover;
#[cfg(feature = "events")]
pub mod events;
mod issues;
mod listing;
pub mod template;
mod validate;
mod wait;

pub use attributes::{Attributes, Selectors, apply, read_attributes};
pub use change::{
    Difference, Pending, Points, PriceChange, PricePlan, PriceRequest, QuantityChange, QuantityPlan, QuantityRequest,
    Way,
};
pub use definition::{Definition, Definitions, Requirements};
pub use discover::Discovery;
pub use issues::{EnforcementAction, Enforcements, ExemptionStatus, Issue, IssueCategory, IssueSeverity, Issues};
pub use listing::{
    Delete, Listing, ListingAvailability, ListingOffer, ListingSearch, ListingStatus, Listings, Patch, Preview, Put,
    Submission, SubmissionStatus, read_patches, sku_fault,
};
pub use spapi_jobs::ListingsPatch;
pub use validate::{Finding, Findings, Severity, Validator};
pub use wait::{Look, Wait, WaitEnded, Waited};

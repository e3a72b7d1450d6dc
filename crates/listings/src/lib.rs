#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod attributes;
mod change;
mod issues;
mod listing;
mod wait;

pub use attributes::{Attributes, Selectors, apply};
pub use change::{
    Difference, Pending, Points, PriceChange, PricePlan, PriceRequest, QuantityChange, QuantityPlan, QuantityRequest,
    Way,
};
pub use issues::{EnforcementAction, Enforcements, ExemptionStatus, Issue, IssueCategory, IssueSeverity, Issues};
pub use listing::{
    Delete, Listing, ListingAvailability, ListingOffer, ListingStatus, Listings, Patch, Preview, Put, Submission,
    SubmissionStatus, read_patches,
};
pub use spapi_jobs::ListingsPatch;
pub use wait::{Look, Wait, WaitEnded, Waited};

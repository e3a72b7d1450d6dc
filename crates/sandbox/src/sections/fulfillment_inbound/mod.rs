//! Fulfillment Inbound: shipments of the seller to Amazon's warehouses, in both versions of the API.

mod labels;
mod plan;
pub(super) mod v0;
pub(super) mod v2024_03_20;

pub(crate) use plan::Plans;
pub(super) use v2024_03_20::settle;

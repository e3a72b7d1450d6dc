//! Orders: two versions of the API for the same orders.

mod list;
pub(super) mod v0;
pub(super) mod v2026_01_01;

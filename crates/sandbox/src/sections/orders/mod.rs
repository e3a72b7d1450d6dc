//! Orders: two versions of the API for the same orders.

mod list;
mod notices;
pub(super) mod v0;
pub(super) mod v2026_01_01;

pub(super) use notices::settle;

//! Orders: two versions over one list, and what each shows of the buyer.

mod list;
pub(super) mod v0;
pub(super) mod v2026_01_01;

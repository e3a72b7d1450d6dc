//! The APIs that the sandbox serves, a module each.

mod listing;
mod orders_2026_01_01;
mod orders_v0;

use crate::routes::Route;

/// Every operation that the sandbox serves.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    orders_v0::ROUTES.iter().chain(&orders_2026_01_01::ROUTES)
}

//! The APIs that the sandbox serves, a module each.

mod application_management_2023_11_30;
mod listing;
mod orders_2026_01_01;
mod orders_v0;
mod sellers_v1;
mod tokens_2021_03_01;

use crate::routes::Route;

/// Every operation that the sandbox serves.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    application_management_2023_11_30::ROUTES
        .iter()
        .chain(&orders_v0::ROUTES)
        .chain(&orders_2026_01_01::ROUTES)
        .chain(&sellers_v1::ROUTES)
        .chain(&tokens_2021_03_01::ROUTES)
}

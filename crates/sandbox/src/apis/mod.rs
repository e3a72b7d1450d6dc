//! The APIs that the sandbox serves, a module each.

mod application_management_2023_11_30;
mod fba_inventory_v1;
mod feeds_2021_06_30;
mod jobs;
mod listing;
mod marketplaces;
mod notifications_v1;
mod orders_2026_01_01;
mod orders_v0;
mod reports_2021_06_30;
mod sellers_v1;
mod tokens_2021_03_01;

use crate::routes::Route;

/// Every operation that the sandbox serves.
pub(crate) fn routes() -> impl Iterator<Item = &'static Route> {
    application_management_2023_11_30::ROUTES
        .iter()
        .chain(&fba_inventory_v1::ROUTES)
        .chain(&feeds_2021_06_30::ROUTES)
        .chain(&notifications_v1::ROUTES)
        .chain(&orders_v0::ROUTES)
        .chain(&orders_2026_01_01::ROUTES)
        .chain(&reports_2021_06_30::ROUTES)
        .chain(&sellers_v1::ROUTES)
        .chain(&tokens_2021_03_01::ROUTES)
}

//! The sections of the API that the sandbox serves, each with its operations and what it keeps.

pub(crate) mod application_management;
mod call;
mod catalog_items;
pub(crate) mod data_kiosk;
pub(crate) mod differences;
pub(crate) mod documents;
pub(crate) mod fba_inventory;
pub(crate) mod feeds;
mod finances;
pub(crate) mod fulfillment_inbound;
pub(crate) mod fulfillment_outbound;
mod jobs;
mod language;
pub(crate) mod listings_items;
mod listings_restrictions;
mod marketplaces;
pub(crate) mod notifications;
mod orders;
mod paging;
mod passing;
mod product_pricing;
pub(crate) mod product_type_definitions;
pub(crate) mod reports;
mod sales;
mod sellers;
mod tokens;
mod uploads;
mod vendor;

pub(crate) use call::answer;
pub use differences::PointsDifference;
pub use documents::ContentType;
pub use notifications::Sent;
pub(crate) use passing::pass;

use crate::http::{ApiError, Reply, published};
use crate::server::Server;
use call::Call;
use spapi_metadata::Published;

/// The operations of one API that the sandbox serves.
struct Served {
    /// The section's name: `orders`.
    section: &'static str,
    /// The module of its version: `v0`.
    module: &'static str,
    /// Whether its calls may take long, such as the work on a whole feed. They run outside of the thread that serves the
    /// others.
    takes_long: bool,
    /// The id and the handler of each operation.
    operations: &'static [(&'static str, Handler)],
}

/// The function that answers the calls of an operation.
type Handler = fn(&Server, &Call) -> Result<Reply, ApiError>;

/// Every API that the sandbox serves operations of.
static SERVED: [&Served; 24] = [
    &application_management::SERVED,
    &catalog_items::SERVED,
    &data_kiosk::SERVED,
    &fba_inventory::SERVED,
    &feeds::SERVED,
    &finances::v0::SERVED,
    &finances::v2024_06_19::SERVED,
    &fulfillment_inbound::v0::SERVED,
    &fulfillment_inbound::v2024_03_20::SERVED,
    &fulfillment_outbound::SERVED,
    &listings_items::SERVED,
    &listings_restrictions::SERVED,
    &notifications::SERVED,
    &orders::v0::SERVED,
    &orders::v2026_01_01::SERVED,
    &product_pricing::SERVED,
    &product_type_definitions::SERVED,
    &reports::SERVED,
    &sales::SERVED,
    &sellers::SERVED,
    &tokens::SERVED,
    &uploads::SERVED,
    &vendor::direct_fulfillment::SERVED,
    &vendor::orders::SERVED,
];

/// The API and the handler of an operation, if the sandbox serves it.
fn served(operation: &Published) -> Option<(&'static Served, Handler)> {
    let [section, module, id] = published::key(operation);
    let served = SERVED.iter().find(|served| (served.section, served.module) == (section, module))?;
    served.operations.iter().find(|(known, _)| *known == id).map(|(_, handler)| (*served, *handler))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_served_operation_is_one_that_amazon_publishes() {
        let served =
            || SERVED.iter().flat_map(|api| api.operations.iter().map(|(id, _)| [api.section, api.module, *id]));
        for key in served() {
            assert!(
                spapi_metadata::operations().any(|operation| published::key(&operation) == key),
                "{key:?} is not in the table of operations"
            );
        }
        assert_eq!(
            spapi_metadata::operations().filter(|operation| super::served(operation).is_some()).count(),
            served().count()
        );
    }
}

//! The types of reports that the sandbox makes.

use super::{Outcome, Report, end_users, listings, orders, sales, settlements, unshipped};
use crate::server::Server;
use spapi_metadata::document_types::{Access, Availability};
use std::fmt;

/// A type of report.
pub(crate) struct ReportType {
    pub(crate) name: &'static str,
    pub(super) make: fn(&Report, &Server) -> Outcome,
}

impl ReportType {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|kind| kind.name == name)
    }

    /// Whether it comes in this way.
    pub(crate) fn comes(&self, how: Availability) -> bool {
        self.known().is_some_and(|known| known.availability.contains(&how))
    }

    /// Whether its document needs a restricted data token.
    pub(crate) fn is_restricted(&self) -> bool {
        self.known().is_some_and(|known| known.access == Access::RestrictedDataToken)
    }

    fn known(&self) -> Option<&'static spapi_metadata::ReportType> {
        spapi_metadata::ReportType::find(self.name)
    }
}

impl fmt::Debug for ReportType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Every type.
pub(crate) static TYPES: [ReportType; 7] = [
    ReportType { name: "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", make: orders::by_order_date },
    ReportType { name: "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL", make: orders::by_last_update },
    ReportType { name: "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING", make: unshipped::make },
    ReportType { name: "GET_MERCHANT_LISTINGS_ALL_DATA", make: listings::make },
    ReportType { name: settlements::NAME, make: settlements::make },
    ReportType { name: sales::NAME, make: sales::make },
    ReportType { name: end_users::NAME, make: end_users::make },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_known_with_how_it_comes() {
        for kind in &TYPES {
            assert!(kind.known().is_some_and(|known| !known.availability.is_empty()), "{kind:?}");
        }
    }
}

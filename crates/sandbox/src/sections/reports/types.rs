//! The types of reports that the sandbox makes.

use super::{Outcome, Report, end_users, listings, orders, sales, settlements, unshipped};
use crate::server::Server;
use std::fmt;

/// A type of report.
pub(crate) struct ReportType {
    pub(crate) name: &'static str,
    /// Whether createReport makes it.
    pub(crate) requested: bool,
    /// Whether a schedule makes it.
    pub(crate) scheduled: bool,
    /// Whether its document needs a restricted data token.
    pub(crate) restricted: bool,
    pub(super) make: fn(&Report, &Server) -> Outcome,
}

impl ReportType {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|kind| kind.name == name)
    }
}

impl fmt::Debug for ReportType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Every type.
pub(crate) static TYPES: [ReportType; 7] = [
    ReportType {
        name: "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL",
        requested: true,
        scheduled: false,
        restricted: false,
        make: orders::by_order_date,
    },
    ReportType {
        name: "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
        requested: true,
        scheduled: false,
        restricted: false,
        make: orders::by_last_update,
    },
    ReportType {
        name: "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING",
        requested: true,
        scheduled: true,
        restricted: true,
        make: unshipped::make,
    },
    ReportType {
        name: "GET_MERCHANT_LISTINGS_ALL_DATA",
        requested: true,
        scheduled: false,
        restricted: false,
        make: listings::make,
    },
    ReportType {
        name: settlements::NAME,
        requested: false,
        scheduled: false,
        restricted: false,
        make: settlements::make,
    },
    ReportType { name: sales::NAME, requested: true, scheduled: true, restricted: false, make: sales::make },
    ReportType { name: end_users::NAME, requested: true, scheduled: true, restricted: false, make: end_users::make },
];

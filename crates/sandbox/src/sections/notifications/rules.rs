//! What Amazon allows for each type of notification: its versions, its destinations and its filters.

use crate::http::ApiError;

/// A type of notification that sellers can subscribe to.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// The versions of its payload; none if they are not known, and then any one is accepted.
    versions: &'static [&'static str],
    goes_to: GoesTo,
    filter: Filter,
    /// Whether the members of its envelope begin with a small letter.
    pub(crate) is_camel: bool,
}

/// The destinations that take a type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum GoesTo {
    Queue,
    Bus,
    Either,
}

/// How a subscription can be limited.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    None,
    /// By the event filter of the type's own name.
    Event,
    /// By an expression on the payload.
    Expression,
}

const V1: &[&str] = &["1.0"];
const V2020: &[&str] = &["2020-09-04"];

const fn kind(name: &'static str, versions: &'static [&'static str], goes_to: GoesTo) -> Kind {
    Kind { name, versions, goes_to, filter: Filter::None, is_camel: false }
}

const fn camel(kind: Kind) -> Kind {
    Kind { is_camel: true, ..kind }
}

const fn filtered(kind: Kind, filter: Filter) -> Kind {
    Kind { filter, ..kind }
}

/// All types with a subscription.
static KINDS: [Kind; 26] = [
    camel(kind("ACCOUNT_STATUS_CHANGED", &["2021-01-01"], GoesTo::Queue)),
    filtered(kind("ANY_OFFER_CHANGED", V1, GoesTo::Queue), Filter::Event),
    kind("B2B_ANY_OFFER_CHANGED", V1, GoesTo::Queue),
    kind("BOPIS_CHECKIN_DETAILS", &[], GoesTo::Queue),
    kind("BRANDED_ITEM_CONTENT_CHANGE", V1, GoesTo::Bus),
    camel(kind("DATA_KIOSK_QUERY_PROCESSING_FINISHED", &["2023-11-15"], GoesTo::Queue)),
    camel(kind("DETAIL_PAGE_TRAFFIC_EVENT", V2020, GoesTo::Queue)),
    kind("EXTERNAL_FULFILLMENT_SHIPMENT_STATUS_CHANGE", V1, GoesTo::Queue),
    kind("FBA_INVENTORY_AVAILABILITY_CHANGES", V1, GoesTo::Queue),
    kind("FBA_OUTBOUND_SHIPMENT_STATUS", V1, GoesTo::Queue),
    kind("FEE_PROMOTION", V1, GoesTo::Queue),
    camel(kind("FEED_PROCESSING_FINISHED", V2020, GoesTo::Queue)),
    filtered(kind("FULFILLMENT_ORDER_STATUS", V1, GoesTo::Queue), Filter::Expression),
    camel(kind("ITEM_INVENTORY_EVENT_CHANGE", V2020, GoesTo::Queue)),
    kind("ITEM_PRODUCT_TYPE_CHANGE", V1, GoesTo::Bus),
    camel(kind("ITEM_SALES_EVENT_CHANGE", V2020, GoesTo::Queue)),
    kind("LISTINGS_ITEM_ISSUES_CHANGE", &["1.0", "2023-12-13"], GoesTo::Bus),
    kind("LISTINGS_ITEM_MFN_QUANTITY_CHANGE", V1, GoesTo::Bus),
    kind("LISTINGS_ITEM_STATUS_CHANGE", V1, GoesTo::Bus),
    filtered(kind("ORDER_CHANGE", V1, GoesTo::Queue), Filter::Event),
    kind("PRICING_HEALTH", V1, GoesTo::Queue),
    kind("PRODUCT_TYPE_DEFINITIONS_CHANGE", V1, GoesTo::Bus),
    camel(kind("REPORT_PROCESSING_FINISHED", V2020, GoesTo::Queue)),
    filtered(
        camel(kind("SHIPMENT_TRACKING_MILESTONE_CHANGED", &["2026-01-30"], GoesTo::Either)),
        Filter::Event,
    ),
    kind("SHIPPING_CHARGE_NOTIFICATION", &[], GoesTo::Queue),
    kind("TRANSACTION_UPDATE", V1, GoesTo::Queue),
];

/// The types that Amazon has removed, each with the one that replaces it.
const REMOVED: [(&str, &str); 2] = [("MFN_ORDER_STATUS_CHANGE", "ORDER_CHANGE"), ("ORDER_STATUS_CHANGE", "ORDER_CHANGE")];

/// The type of this name, if sellers can subscribe to it.
pub(super) fn find(name: &str) -> Result<&'static Kind, ApiError> {
    if let Some(known) = KINDS.iter().find(|known| known.name == name) {
        return Ok(known);
    }
    if let Some((_, now)) = REMOVED.iter().find(|(removed, _)| *removed == name) {
        return Err(ApiError::invalid_input(format!("notificationType: Amazon has removed {name}; use {now}.")));
    }
    if name.starts_with("APPLICATION_OAUTH_CLIENT_") {
        return Err(ApiError::invalid_input(format!(
            "notificationType: {name} needs no subscription; it goes to the queue of the application."
        )));
    }
    Err(ApiError::invalid_input(format!("notificationType: there is no notification {name:?}.")))
}

impl Kind {
    /// Refuses a version that the payload does not have.
    pub(super) fn check_version(&self, version: &str) -> Result<(), ApiError> {
        if self.versions.is_empty() || self.versions.contains(&version) {
            return Ok(());
        }
        let versions = self.versions.join(", ");
        Err(ApiError::invalid_input(format!("payloadVersion: {} has {versions}, not {version:?}.", self.name)))
    }

    /// Refuses a destination that does not take the type.
    pub(super) fn check_destination(&self, is_queue: bool) -> Result<(), ApiError> {
        match (self.goes_to, is_queue) {
            (GoesTo::Queue, false) => Err(ApiError::invalid_input(format!(
                "destinationId: {} goes to an SQS queue, not to EventBridge.",
                self.name
            ))),
            (GoesTo::Bus, true) => Err(ApiError::invalid_input(format!(
                "destinationId: {} goes to EventBridge, not to an SQS queue.",
                self.name
            ))),
            _ => Ok(()),
        }
    }

    pub(super) fn filter(&self) -> Filter {
        self.filter
    }
}

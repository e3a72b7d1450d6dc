//! The notification types of MWS.

use super::notification;
use crate::map::Entry;

#[rustfmt::skip]
pub static NOTIFICATIONS: &[Entry] = &[
    notification("AnyOfferChanged", &["ANY_OFFER_CHANGED"]),
    notification("FeedProcessingFinished", &["FEED_PROCESSING_FINISHED"]),
    notification("FBAOutboundShipmentStatus", &["FBA_OUTBOUND_SHIPMENT_STATUS"]),
    notification("FeePromotion", &["FEE_PROMOTION"]),
    notification("FulfillmentOrderStatus", &["FULFILLMENT_ORDER_STATUS"]),
    notification("ReportProcessingFinished", &["REPORT_PROCESSING_FINISHED"]),
    notification("OrderStatusChange", &["ORDER_CHANGE"]),
];

//! The feed types of MWS.

use super::feed;
use crate::map::{Entry, Replacement};

#[rustfmt::skip]
pub static FEEDS: &[Entry] = &[
    feed("_POST_PRODUCT_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED"])).command("spapi listing bulk").note("Amazon has retired the feed on 2025-07-31; a single listing is changed by `spapi listing`"),
    feed("_POST_INVENTORY_AVAILABILITY_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED"])).command("spapi listing bulk").note("Amazon has retired the feed on 2025-07-31; a single listing is changed by `spapi listing`"),
    feed("_POST_PRODUCT_OVERRIDES_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED"])).command("spapi listing bulk").note("Amazon has retired the feed on 2025-07-31; a single listing is changed by `spapi listing`"),
    feed("_POST_PRODUCT_PRICING_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED"])).command("spapi listing bulk").note("Amazon has retired the feed on 2025-07-31; a single listing is changed by `spapi listing`"),
    feed("_POST_PRODUCT_IMAGE_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED"])).command("spapi listing bulk").note("Amazon has retired the feed on 2025-07-31; a single listing is changed by `spapi listing`"),
    feed("_POST_PRODUCT_RELATIONSHIP_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED"])).command("spapi listing bulk").note("Amazon has retired the feed on 2025-07-31; a single listing is changed by `spapi listing`"),
    feed("_POST_FLAT_FILE_INVLOADER_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED"])).command("spapi listing bulk").note("Amazon has retired the feed on 2025-07-31; a single listing is changed by `spapi listing`"),
    feed("_POST_FLAT_FILE_LISTINGS_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED"])).command("spapi listing bulk").note("Amazon has retired the feed on 2025-07-31; a single listing is changed by `spapi listing`"),
    feed("_POST_FLAT_FILE_BOOKLOADER_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED"])).command("spapi listing bulk").note("Amazon has retired the feed on 2025-07-31; a single listing is changed by `spapi listing`"),
    feed("_POST_FLAT_FILE_CONVERGENCE_LISTINGS_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED"])).command("spapi listing bulk").note("Amazon has retired the feed on 2025-07-31; a single listing is changed by `spapi listing`"),
    feed("_POST_FLAT_FILE_PRICEANDQUANTITYONLY_UPDATE_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED"])).command("spapi listing bulk").note("Amazon has retired the feed on 2025-07-31; a single listing is changed by `spapi listing`"),
    feed("_POST_UIEE_BOOKLOADER_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED"])).command("spapi listing bulk").note("Amazon has retired the feed on 2025-07-31; a single listing is changed by `spapi listing`").unsure(),
    feed("_POST_STD_ACES_DATA_", Replacement::Feeds(&["JSON_LISTINGS_FEED", "POST_STD_ACES_DATA"])).command("spapi listing bulk").unsure(),
    feed("_POST_ORDER_ACKNOWLEDGEMENT_DATA_", Replacement::Feeds(&["POST_ORDER_ACKNOWLEDGEMENT_DATA"])),
    feed("_POST_PAYMENT_ADJUSTMENT_DATA_", Replacement::Feeds(&["POST_PAYMENT_ADJUSTMENT_DATA"])),
    feed("_POST_ORDER_FULFILLMENT_DATA_", Replacement::Feeds(&["POST_ORDER_FULFILLMENT_DATA"])),
    feed("_POST_INVOICE_CONFIRMATION_DATA_", Replacement::Feeds(&["POST_INVOICE_CONFIRMATION_DATA"])),
    feed("_POST_EXPECTED_SHIP_DATE_SOD_", Replacement::Feeds(&["POST_EXPECTED_SHIP_DATE_SOD"])),
    feed("_POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA_", Replacement::Feeds(&["POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA"])),
    feed("_POST_FLAT_FILE_PAYMENT_ADJUSTMENT_DATA_", Replacement::Feeds(&["POST_FLAT_FILE_PAYMENT_ADJUSTMENT_DATA"])),
    feed("_POST_FLAT_FILE_FULFILLMENT_DATA_", Replacement::Feeds(&["POST_FLAT_FILE_FULFILLMENT_DATA"])),
    feed("_POST_EXPECTED_SHIP_DATE_SOD_FLAT_FILE_", Replacement::Feeds(&["POST_EXPECTED_SHIP_DATE_SOD_FLAT_FILE"])),
    feed("_POST_FULFILLMENT_ORDER_REQUEST_DATA_", Replacement::Feeds(&["POST_FULFILLMENT_ORDER_REQUEST_DATA"])),
    feed("_POST_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA_", Replacement::Feeds(&["POST_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA"])),
    feed("_POST_FBA_INBOUND_CARTON_CONTENTS_", Replacement::Feeds(&["POST_FBA_INBOUND_CARTON_CONTENTS"])),
    feed("_POST_FLAT_FILE_FULFILLMENT_ORDER_REQUEST_DATA_", Replacement::Feeds(&["POST_FLAT_FILE_FULFILLMENT_ORDER_REQUEST_DATA"])),
    feed("_POST_FLAT_FILE_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA_", Replacement::Feeds(&["POST_FLAT_FILE_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA"])),
    feed("_POST_FLAT_FILE_FBA_CREATE_REMOVAL_", Replacement::Feeds(&["POST_FLAT_FILE_FBA_CREATE_REMOVAL"])),
    feed("_POST_FLAT_FILE_FBA_CREATE_INBOUND_PLAN_", Replacement::Operations(&["fulfillment-inbound@2024-03-20 createInboundPlan"])).note("Amazon has retired the feed on 2024-03-27"),
    feed("_POST_FLAT_FILE_FBA_UPDATE_INBOUND_PLAN_", Replacement::Operations(&["fulfillment-inbound@2024-03-20 createInboundPlan"])).note("Amazon has retired the feed on 2024-03-27"),
    feed("_POST_EASYSHIP_DOCUMENTS_", Replacement::Feeds(&["POST_EASYSHIP_DOCUMENTS"])),
    feed("_UPLOAD_VAT_INVOICE_", Replacement::Feeds(&["UPLOAD_VAT_INVOICE"])),
];

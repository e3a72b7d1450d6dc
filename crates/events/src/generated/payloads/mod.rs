//! The payloads: a module for each notification type, and below it for each version where there are several.

/// The payload of `APPLICATION_OAUTH_CLIENT_NEW_SECRET`.
pub mod application_oauth_client_new_secret;
/// The payload of `APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY`.
pub mod application_oauth_client_secret_expiry;
/// The payload of `DATA_KIOSK_QUERY_PROCESSING_FINISHED`.
pub mod data_kiosk_query_processing_finished;
/// The payload of `FEED_PROCESSING_FINISHED`.
pub mod feed_processing_finished;
/// The payloads of `LISTINGS_ITEM_ISSUES_CHANGE`.
pub mod listings_item_issues_change {
    /// Version `v1_0`.
    pub mod v1_0;
    /// Version `v2023_12_13`.
    pub mod v2023_12_13;
}
/// The payload of `LISTINGS_ITEM_MFN_QUANTITY_CHANGE`.
pub mod listings_item_mfn_quantity_change;
/// The payload of `LISTINGS_ITEM_STATUS_CHANGE`.
pub mod listings_item_status_change;
/// The payload of `PRODUCT_TYPE_DEFINITIONS_CHANGE`.
pub mod product_type_definitions_change;
/// The payload of `REPORT_PROCESSING_FINISHED`.
pub mod report_processing_finished;

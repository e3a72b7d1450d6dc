//! What is known of notifications.

pub mod payloads;

use crate::facts::NotificationFacts;
use crate::payload::PayloadType;
use serde::de::DeserializeOwned;
use serde_json::Value;
use spapi_types::json::{self, Note};

spapi_types::open_enum! {
    /// A notification type.
    pub enum NotificationType {
        AccountStatusChanged = "ACCOUNT_STATUS_CHANGED",
        AnyOfferChanged = "ANY_OFFER_CHANGED",
        ApplicationOauthClientNewSecret = "APPLICATION_OAUTH_CLIENT_NEW_SECRET",
        ApplicationOauthClientSecretExpiry = "APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY",
        B2bAnyOfferChanged = "B2B_ANY_OFFER_CHANGED",
        BopisCheckinDetails = "BOPIS_CHECKIN_DETAILS",
        BrandedItemContentChange = "BRANDED_ITEM_CONTENT_CHANGE",
        DataKioskQueryProcessingFinished = "DATA_KIOSK_QUERY_PROCESSING_FINISHED",
        DetailPageTrafficEvent = "DETAIL_PAGE_TRAFFIC_EVENT",
        ExternalFulfillmentShipmentStatusChange = "EXTERNAL_FULFILLMENT_SHIPMENT_STATUS_CHANGE",
        FbaInventoryAvailabilityChanges = "FBA_INVENTORY_AVAILABILITY_CHANGES",
        FbaOutboundShipmentStatus = "FBA_OUTBOUND_SHIPMENT_STATUS",
        FeedProcessingFinished = "FEED_PROCESSING_FINISHED",
        FeePromotion = "FEE_PROMOTION",
        FulfillmentOrderStatus = "FULFILLMENT_ORDER_STATUS",
        ItemInventoryEventChange = "ITEM_INVENTORY_EVENT_CHANGE",
        ItemProductTypeChange = "ITEM_PRODUCT_TYPE_CHANGE",
        ItemSalesEventChange = "ITEM_SALES_EVENT_CHANGE",
        ListingsItemIssuesChange = "LISTINGS_ITEM_ISSUES_CHANGE",
        ListingsItemMfnQuantityChange = "LISTINGS_ITEM_MFN_QUANTITY_CHANGE",
        ListingsItemStatusChange = "LISTINGS_ITEM_STATUS_CHANGE",
        MfnOrderStatusChange = "MFN_ORDER_STATUS_CHANGE",
        OrderChange = "ORDER_CHANGE",
        OrderStatusChange = "ORDER_STATUS_CHANGE",
        PricingHealth = "PRICING_HEALTH",
        ProductTypeDefinitionsChange = "PRODUCT_TYPE_DEFINITIONS_CHANGE",
        ReportProcessingFinished = "REPORT_PROCESSING_FINISHED",
        ShipmentTrackingMilestoneChanged = "SHIPMENT_TRACKING_MILESTONE_CHANGED",
        ShippingChargeNotification = "SHIPPING_CHARGE_NOTIFICATION",
        TransactionUpdate = "TRANSACTION_UPDATE",
    }
}

impl NotificationType {
    /// The type of that name, also under the other names that Amazon has for it.
    pub(crate) fn known(name: &str) -> Self {
        match name {
            "LISTINGS_ITEM_STATUS_CHANGED" => Self::ListingsItemStatusChange,
            _ => Self::from(name),
        }
    }
}

/// The payload of a notification, by its type and version.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Payload {
    /// `REPORT_PROCESSING_FINISHED` 2020-09-04.
    ReportProcessingFinished(Box<payloads::report_processing_finished::ReportProcessingFinished>),
    /// `FEED_PROCESSING_FINISHED` 2020-09-04.
    FeedProcessingFinished(Box<payloads::feed_processing_finished::FeedProcessingFinished>),
    /// `DATA_KIOSK_QUERY_PROCESSING_FINISHED` 2023-11-15.
    DataKioskQueryProcessingFinished(Box<payloads::data_kiosk_query_processing_finished::DataKioskQueryProcessingFinished>),
    /// `LISTINGS_ITEM_MFN_QUANTITY_CHANGE` 1.0.
    ListingsItemMfnQuantityChange(Box<payloads::listings_item_mfn_quantity_change::ListingsItemMfnQuantityChange>),
    /// `LISTINGS_ITEM_STATUS_CHANGE` 1.0.
    ListingsItemStatusChange(Box<payloads::listings_item_status_change::ListingsItemStatusChange>),
    /// `PRODUCT_TYPE_DEFINITIONS_CHANGE` 1.0.
    ProductTypeDefinitionsChange(Box<payloads::product_type_definitions_change::ProductTypeDefinitionsChange>),
    /// `LISTINGS_ITEM_ISSUES_CHANGE` 1.0.
    ListingsItemIssuesChangeV1_0(Box<payloads::listings_item_issues_change::v1_0::ListingsItemIssuesChange>),
    /// `LISTINGS_ITEM_ISSUES_CHANGE` 2023-12-13.
    ListingsItemIssuesChangeV2023_12_13(Box<payloads::listings_item_issues_change::v2023_12_13::ListingsItemIssuesChange>),
    /// `APPLICATION_OAUTH_CLIENT_NEW_SECRET`.
    ApplicationOauthClientNewSecret(Box<payloads::application_oauth_client_new_secret::ApplicationOauthClientNewSecret>),
    /// `APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY`.
    ApplicationOauthClientSecretExpiry(Box<payloads::application_oauth_client_secret_expiry::ApplicationOauthClientSecretExpiry>),
    /// The payload of a type or version that is not known, as JSON.
    Other(Value),
}

/// Every type and version.
pub(crate) static FACTS: &[NotificationFacts] = &[];

/// The payload of that type and version.
pub(crate) fn decode(kind: &NotificationType, version: &str, text: &[u8]) -> Option<Payload> {
    fn read<P: DeserializeOwned>(text: &[u8], make: impl Fn(Box<P>) -> Payload) -> Option<Payload> {
        json::read(text).ok().map(|payload| make(Box::new(payload)))
    }
    match (kind, version) {
        (NotificationType::ReportProcessingFinished, "2020-09-04") => read(text, Payload::ReportProcessingFinished),
        (NotificationType::FeedProcessingFinished, "2020-09-04") => read(text, Payload::FeedProcessingFinished),
        (NotificationType::DataKioskQueryProcessingFinished, "2023-11-15") => read(text, Payload::DataKioskQueryProcessingFinished),
        (NotificationType::ListingsItemMfnQuantityChange, "1.0") => read(text, Payload::ListingsItemMfnQuantityChange),
        (NotificationType::ListingsItemStatusChange, "1.0") => read(text, Payload::ListingsItemStatusChange),
        (NotificationType::ProductTypeDefinitionsChange, "1.0") => read(text, Payload::ProductTypeDefinitionsChange),
        (NotificationType::ListingsItemIssuesChange, "1.0") => read(text, Payload::ListingsItemIssuesChangeV1_0),
        (NotificationType::ListingsItemIssuesChange, "2023-12-13") => read(text, Payload::ListingsItemIssuesChangeV2023_12_13),
        (NotificationType::ApplicationOauthClientNewSecret, _) => read(text, Payload::ApplicationOauthClientNewSecret),
        (NotificationType::ApplicationOauthClientSecretExpiry, _) => read(text, Payload::ApplicationOauthClientSecretExpiry),
        _ => None,
    }
}

/// What a payload of that type and version has otherwise than its type.
pub(crate) fn drift(kind: &NotificationType, version: &str, text: &[u8]) -> Vec<Note> {
    fn read<P: DeserializeOwned>(text: &[u8]) -> Vec<Note> {
        json::read_with_all_notes::<P>(text).map(|(_, notes)| notes).unwrap_or_default()
    }
    match (kind, version) {
        (NotificationType::ReportProcessingFinished, "2020-09-04") => read::<payloads::report_processing_finished::ReportProcessingFinished>(text),
        (NotificationType::FeedProcessingFinished, "2020-09-04") => read::<payloads::feed_processing_finished::FeedProcessingFinished>(text),
        (NotificationType::DataKioskQueryProcessingFinished, "2023-11-15") => read::<payloads::data_kiosk_query_processing_finished::DataKioskQueryProcessingFinished>(text),
        (NotificationType::ListingsItemMfnQuantityChange, "1.0") => read::<payloads::listings_item_mfn_quantity_change::ListingsItemMfnQuantityChange>(text),
        (NotificationType::ListingsItemStatusChange, "1.0") => read::<payloads::listings_item_status_change::ListingsItemStatusChange>(text),
        (NotificationType::ProductTypeDefinitionsChange, "1.0") => read::<payloads::product_type_definitions_change::ProductTypeDefinitionsChange>(text),
        (NotificationType::ListingsItemIssuesChange, "1.0") => read::<payloads::listings_item_issues_change::v1_0::ListingsItemIssuesChange>(text),
        (NotificationType::ListingsItemIssuesChange, "2023-12-13") => read::<payloads::listings_item_issues_change::v2023_12_13::ListingsItemIssuesChange>(text),
        (NotificationType::ApplicationOauthClientNewSecret, _) => read::<payloads::application_oauth_client_new_secret::ApplicationOauthClientNewSecret>(text),
        (NotificationType::ApplicationOauthClientSecretExpiry, _) => read::<payloads::application_oauth_client_secret_expiry::ApplicationOauthClientSecretExpiry>(text),
        _ => Vec::new(),
    }
}

impl PayloadType for payloads::report_processing_finished::ReportProcessingFinished {
    const NOTIFICATION_TYPE: &'static str = "REPORT_PROCESSING_FINISHED";
    const VERSIONS: &'static [&'static str] = &["2020-09-04"];

    fn of(payload: &Payload) -> Option<&Self> {
        match payload {
            Payload::ReportProcessingFinished(payload) => Some(payload),
            _ => None,
        }
    }
}

impl PayloadType for payloads::feed_processing_finished::FeedProcessingFinished {
    const NOTIFICATION_TYPE: &'static str = "FEED_PROCESSING_FINISHED";
    const VERSIONS: &'static [&'static str] = &["2020-09-04"];

    fn of(payload: &Payload) -> Option<&Self> {
        match payload {
            Payload::FeedProcessingFinished(payload) => Some(payload),
            _ => None,
        }
    }
}

impl PayloadType for payloads::data_kiosk_query_processing_finished::DataKioskQueryProcessingFinished {
    const NOTIFICATION_TYPE: &'static str = "DATA_KIOSK_QUERY_PROCESSING_FINISHED";
    const VERSIONS: &'static [&'static str] = &["2023-11-15"];

    fn of(payload: &Payload) -> Option<&Self> {
        match payload {
            Payload::DataKioskQueryProcessingFinished(payload) => Some(payload),
            _ => None,
        }
    }
}

impl PayloadType for payloads::listings_item_mfn_quantity_change::ListingsItemMfnQuantityChange {
    const NOTIFICATION_TYPE: &'static str = "LISTINGS_ITEM_MFN_QUANTITY_CHANGE";
    const VERSIONS: &'static [&'static str] = &["1.0"];

    fn of(payload: &Payload) -> Option<&Self> {
        match payload {
            Payload::ListingsItemMfnQuantityChange(payload) => Some(payload),
            _ => None,
        }
    }
}

impl PayloadType for payloads::listings_item_status_change::ListingsItemStatusChange {
    const NOTIFICATION_TYPE: &'static str = "LISTINGS_ITEM_STATUS_CHANGE";
    const VERSIONS: &'static [&'static str] = &["1.0"];

    fn of(payload: &Payload) -> Option<&Self> {
        match payload {
            Payload::ListingsItemStatusChange(payload) => Some(payload),
            _ => None,
        }
    }
}

impl PayloadType for payloads::product_type_definitions_change::ProductTypeDefinitionsChange {
    const NOTIFICATION_TYPE: &'static str = "PRODUCT_TYPE_DEFINITIONS_CHANGE";
    const VERSIONS: &'static [&'static str] = &["1.0"];

    fn of(payload: &Payload) -> Option<&Self> {
        match payload {
            Payload::ProductTypeDefinitionsChange(payload) => Some(payload),
            _ => None,
        }
    }
}

impl PayloadType for payloads::listings_item_issues_change::v1_0::ListingsItemIssuesChange {
    const NOTIFICATION_TYPE: &'static str = "LISTINGS_ITEM_ISSUES_CHANGE";
    const VERSIONS: &'static [&'static str] = &["1.0"];

    fn of(payload: &Payload) -> Option<&Self> {
        match payload {
            Payload::ListingsItemIssuesChangeV1_0(payload) => Some(payload),
            _ => None,
        }
    }
}

impl PayloadType for payloads::listings_item_issues_change::v2023_12_13::ListingsItemIssuesChange {
    const NOTIFICATION_TYPE: &'static str = "LISTINGS_ITEM_ISSUES_CHANGE";
    const VERSIONS: &'static [&'static str] = &["2023-12-13"];

    fn of(payload: &Payload) -> Option<&Self> {
        match payload {
            Payload::ListingsItemIssuesChangeV2023_12_13(payload) => Some(payload),
            _ => None,
        }
    }
}

impl PayloadType for payloads::application_oauth_client_new_secret::ApplicationOauthClientNewSecret {
    const NOTIFICATION_TYPE: &'static str = "APPLICATION_OAUTH_CLIENT_NEW_SECRET";
    const VERSIONS: &'static [&'static str] = &[];

    fn of(payload: &Payload) -> Option<&Self> {
        match payload {
            Payload::ApplicationOauthClientNewSecret(payload) => Some(payload),
            _ => None,
        }
    }
}

impl PayloadType for payloads::application_oauth_client_secret_expiry::ApplicationOauthClientSecretExpiry {
    const NOTIFICATION_TYPE: &'static str = "APPLICATION_OAUTH_CLIENT_SECRET_EXPIRY";
    const VERSIONS: &'static [&'static str] = &[];

    fn of(payload: &Payload) -> Option<&Self> {
        match payload {
            Payload::ApplicationOauthClientSecretExpiry(payload) => Some(payload),
            _ => None,
        }
    }
}


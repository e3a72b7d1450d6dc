//! The types of feeds that Amazon takes or used to take.

/// A type of feed.
#[derive(Debug)]
pub(crate) struct FeedType {
    pub(crate) name: &'static str,
    pub(super) form: Form,
    /// Whether Amazon no longer takes it. Such a feed ends as FATAL.
    pub(super) removed: bool,
}

impl FeedType {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        TYPES.iter().find(|kind| kind.name == name)
    }
}

/// The format of a feed's document.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    /// Listings in JSON.
    Listings,
    /// Columns separated by tabs.
    Flat,
    Xml,
    /// Any file; its content is not read.
    File,
}

const fn taken(name: &'static str, form: Form) -> FeedType {
    FeedType { name, form, removed: false }
}

const fn removed(name: &'static str, form: Form) -> FeedType {
    FeedType { name, form, removed: true }
}

/// Every type.
pub(super) static TYPES: [FeedType; 34] = [
    taken("JSON_LISTINGS_FEED", Form::Listings),
    taken("POST_FLAT_FILE_OFFER_POINTS_PREFERENCE_DATA", Form::Flat),
    taken("POST_ORDER_ACKNOWLEDGEMENT_DATA", Form::Xml),
    taken("POST_PAYMENT_ADJUSTMENT_DATA", Form::Xml),
    taken("POST_ORDER_FULFILLMENT_DATA", Form::Xml),
    taken("POST_INVOICE_CONFIRMATION_DATA", Form::Xml),
    taken("POST_EXPECTED_SHIP_DATE_SOD", Form::Xml),
    taken("POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA", Form::Flat),
    taken("POST_FLAT_FILE_PAYMENT_ADJUSTMENT_DATA", Form::Flat),
    taken("POST_FLAT_FILE_FULFILLMENT_DATA", Form::Flat),
    taken("POST_EXPECTED_SHIP_DATE_SOD_FLAT_FILE", Form::Flat),
    taken("POST_FULFILLMENT_ORDER_REQUEST_DATA", Form::Xml),
    taken("POST_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA", Form::Xml),
    taken("POST_FBA_INBOUND_CARTON_CONTENTS", Form::Xml),
    taken("POST_FLAT_FILE_FULFILLMENT_ORDER_REQUEST_DATA", Form::Flat),
    taken("POST_FLAT_FILE_FULFILLMENT_ORDER_CANCELLATION_REQUEST_DATA", Form::Flat),
    taken("POST_FLAT_FILE_FBA_CREATE_REMOVAL", Form::Flat),
    taken("POST_EASYSHIP_DOCUMENTS", Form::Flat),
    taken("UPLOAD_VAT_INVOICE", Form::File),
    removed("POST_PRODUCT_DATA", Form::Xml),
    removed("POST_INVENTORY_AVAILABILITY_DATA", Form::Xml),
    removed("POST_PRODUCT_OVERRIDES_DATA", Form::Xml),
    removed("POST_PRODUCT_PRICING_DATA", Form::Xml),
    removed("POST_PRODUCT_IMAGE_DATA", Form::Xml),
    removed("POST_PRODUCT_RELATIONSHIP_DATA", Form::Xml),
    removed("POST_FLAT_FILE_INVLOADER_DATA", Form::Flat),
    removed("POST_FLAT_FILE_LISTINGS_DATA", Form::Flat),
    removed("POST_FLAT_FILE_BOOKLOADER_DATA", Form::Flat),
    removed("POST_FLAT_FILE_CONVERGENCE_LISTINGS_DATA", Form::Flat),
    removed("POST_FLAT_FILE_PRICEANDQUANTITYONLY_UPDATE_DATA", Form::Flat),
    removed("POST_UIEE_BOOKLOADER_DATA", Form::File),
    removed("POST_FLAT_FILE_FBA_CREATE_INBOUND_PLAN", Form::Flat),
    removed("POST_FLAT_FILE_FBA_UPDATE_INBOUND_PLAN", Form::Flat),
    removed("RFQ_UPLOAD_FEED", Form::Flat),
];

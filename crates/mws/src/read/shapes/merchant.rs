//! Shipments whose labels sellers buy from Amazon, and the services for them: Merchant Fulfillment v0.

use super::super::shape::*;

/// The answer about one shipment.
pub(in crate::read) const ANSWER: Rows = &[each("Shipment", &What::Record(SHIPMENT)).to("")];

pub(in crate::read) const SHIPMENT: Rows = &[
    text("ShipmentId"),
    text("AmazonOrderId"),
    text("SellerOrderId"),
    list("ItemList", &["Item"], &What::Object(&[text("OrderItemId"), integer("Quantity")])),
    object("ShipFromAddress", ADDRESS),
    object("ShipToAddress", ADDRESS),
    object("PackageDimensions", PACKAGE),
    object("Weight", &[number("Value"), text("Unit")]),
    object("Insurance", MONEY),
    object("ShippingService", SERVICE),
    object("Label", LABEL),
    text("Status"),
    text("TrackingId"),
    time("CreatedDate"),
    time("LastUpdatedDate"),
];

const MONEY: Rows = &[text("CurrencyCode"), number("Amount")];

const ADDRESS: Rows = &[
    text("Name"),
    text("AddressLine1"),
    text("AddressLine2"),
    text("AddressLine3"),
    text("DistrictOrCounty"),
    text("Email"),
    text("City"),
    text("StateOrProvinceCode"),
    text("PostalCode"),
    text("CountryCode"),
    text("Phone"),
];

const PACKAGE: Rows =
    &[number("Length"), number("Width"), number("Height"), text("Unit"), text("PredefinedPackageDimensions")];

const LABEL: Rows = &[
    text("CustomTextForLabel"),
    text("LabelFormat"),
    text("StandardIdForLabel"),
    object("FileContents", &[text("Contents"), text("FileType"), text("Checksum")]),
    object("Dimensions", &[number("Width"), number("Length"), text("Unit")]),
];

/// The services for a shipment, and the carriers without one.
pub(in crate::read) const SERVICES: Rows = &[
    list("ShippingServiceList", &["ShippingService"], &What::Record(SERVICE)).to(""),
    list("RejectedShippingServiceList", &["RejectedShippingService"], &What::Object(REJECTED)),
    list("TemporarilyUnavailableCarrierList", &["TemporarilyUnavailableCarrier"], CARRIER),
    list("TermsAndConditionsNotAcceptedCarrierList", &["TermsAndConditionsNotAcceptedCarrier"], CARRIER),
];

pub(in crate::read) const SERVICE: Rows = &[
    text("ShippingServiceName"),
    text("CarrierName"),
    text("ShippingServiceId"),
    text("ShippingServiceOfferId"),
    time("ShipDate"),
    time("EarliestEstimatedDeliveryDate"),
    time("LatestEstimatedDeliveryDate"),
    object("Rate", MONEY),
    object("ShippingServiceOptions", OPTIONS),
    list("AvailableLabelFormats", &["LabelFormat"], TEXT),
    list("AvailableFormatOptionsForLabel", &["LabelFormatOption"], &What::Object(FORMAT_OPTION)),
    flag("RequiresAdditionalSellerInputs"),
];

const OPTIONS: Rows = &[
    text("DeliveryExperience"),
    object("DeclaredValue", MONEY),
    flag("CarrierWillPickUp"),
    text("CarrierWillPickUpOption"),
    text("LabelFormat"),
];

const FORMAT_OPTION: Rows = &[flag("IncludePackingSlipWithLabel"), text("LabelFormat")];

const REJECTED: Rows = &[
    text("CarrierName"),
    text("ShippingServiceName"),
    text("ShippingServiceId"),
    text("RejectionReasonCode"),
    text("RejectionReasonMessage"),
];

const CARRIER: &What = &What::Object(&[text("CarrierName")]);

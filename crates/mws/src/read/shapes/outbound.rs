//! Orders from elsewhere that Amazon ships, and their packages: Fulfillment Outbound 2020-07-01.

use super::super::shape::*;

pub(in crate::read) const ORDERS: Rows =
    &[token("NextToken").to("nextToken"), list("FulfillmentOrders", &["member"], &What::Record(ORDER)).to("")];

pub(in crate::read) const ORDER: Rows = &[
    text("SellerFulfillmentOrderId").to("sellerFulfillmentOrderId"),
    text("MarketplaceId").to("marketplaceId"),
    text("DisplayableOrderId").to("displayableOrderId"),
    time("DisplayableOrderDateTime").to("displayableOrderDate"),
    text("DisplayableOrderComment").to("displayableOrderComment"),
    text("ShippingSpeedCategory").to("shippingSpeedCategory"),
    object("DeliveryWindow", WINDOW).to("deliveryWindow"),
    object("DestinationAddress", ADDRESS).to("destinationAddress"),
    text("FulfillmentAction").to("fulfillmentAction"),
    text("FulfillmentPolicy").to("fulfillmentPolicy"),
    object("CODSettings", COD).to("codSettings"),
    time("ReceivedDateTime").to("receivedDate"),
    text("FulfillmentOrderStatus").to("fulfillmentOrderStatus"),
    time("StatusUpdatedDateTime").to("statusUpdatedDate"),
    list("NotificationEmailList", &["member"], TEXT).to("notificationEmails"),
];

const WINDOW: Rows = &[time("StartDateTime").to("startDate"), time("EndDateTime").to("endDate")];

const ADDRESS: Rows = &[
    text("Name").to("name"),
    text("Line1").to("addressLine1"),
    text("Line2").to("addressLine2"),
    text("Line3").to("addressLine3"),
    text("City").to("city"),
    text("DistrictOrCounty").to("districtOrCounty"),
    text("StateOrProvinceCode").to("stateOrRegion"),
    text("CountryCode").to("countryCode"),
    text("PostalCode").to("postalCode"),
    text("PhoneNumber").to("phone"),
];

const MONEY: Rows = &[text("CurrencyCode").to("currencyCode"), text("Value").to("value")];

const COD: Rows = &[
    flag("IsCODRequired").to("isCodRequired"),
    object("CODCharge", MONEY).to("codCharge"),
    object("CODChargeTax", MONEY).to("codChargeTax"),
    object("ShippingCharge", MONEY).to("shippingCharge"),
    object("ShippingChargeTax", MONEY).to("shippingChargeTax"),
];

/// An order with its items and shipments.
pub(in crate::read) const DETAILS: Rows = &[
    object("FulfillmentOrder", ORDER).to("fulfillmentOrder"),
    list("FulfillmentOrderItem", &["member"], &What::Object(ITEM)).to("fulfillmentOrderItems"),
    list("FulfillmentShipment", &["member"], &What::Object(SHIPMENT)).to("fulfillmentShipments"),
    list("ReturnItemList", &["member"], &What::Object(RETURN_ITEM)).to("returnItems"),
    list("ReturnAuthorizationList", &["member"], &What::Object(RETURN_AUTHORIZATION)).to("returnAuthorizations"),
];

const ITEM: Rows = &[
    text("SellerSKU").to("sellerSku"),
    text("SellerFulfillmentOrderItemId").to("sellerFulfillmentOrderItemId"),
    integer("Quantity").to("quantity"),
    text("GiftMessage").to("giftMessage"),
    text("DisplayableComment").to("displayableComment"),
    text("FulfillmentNetworkSKU").to("fulfillmentNetworkSku"),
    text("OrderItemDisposition").to("orderItemDisposition"),
    integer("CancelledQuantity").to("cancelledQuantity"),
    integer("UnfulfillableQuantity").to("unfulfillableQuantity"),
    time("EstimatedShipDateTime").to("estimatedShipDate"),
    time("EstimatedArrivalDateTime").to("estimatedArrivalDate"),
    object("PerUnitPrice", MONEY).to("perUnitPrice"),
    object("PerUnitTax", MONEY).to("perUnitTax"),
    object("PerUnitDeclaredValue", MONEY).to("perUnitDeclaredValue"),
];

const SHIPMENT: Rows = &[
    text("AmazonShipmentId").to("amazonShipmentId"),
    text("FulfillmentCenterId").to("fulfillmentCenterId"),
    text("FulfillmentShipmentStatus").to("fulfillmentShipmentStatus"),
    time("ShippingDateTime").to("shippingDate"),
    time("EstimatedArrivalDateTime").to("estimatedArrivalDate"),
    list("FulfillmentShipmentItem", &["member"], &What::Object(SHIPMENT_ITEM)).to("fulfillmentShipmentItem"),
    list("FulfillmentShipmentPackage", &["member"], &What::Object(PACKAGE)).to("fulfillmentShipmentPackage"),
];

const SHIPMENT_ITEM: Rows = &[
    text("SellerSKU").to("sellerSku"),
    text("SellerFulfillmentOrderItemId").to("sellerFulfillmentOrderItemId"),
    integer("Quantity").to("quantity"),
    integer("PackageNumber").to("packageNumber"),
    text("SerialNumber").to("serialNumber"),
];

const PACKAGE: Rows = &[
    integer("PackageNumber").to("packageNumber"),
    text("CarrierCode").to("carrierCode"),
    text("TrackingNumber").to("trackingNumber"),
    time("EstimatedArrivalDateTime").to("estimatedArrivalDate"),
];

const RETURN_ITEM: Rows = &[
    text("SellerReturnItemId").to("sellerReturnItemId"),
    text("SellerFulfillmentOrderItemId").to("sellerFulfillmentOrderItemId"),
    text("AmazonShipmentId").to("amazonShipmentId"),
    text("SellerReturnReasonCode").to("sellerReturnReasonCode"),
    text("ReturnComment").to("returnComment"),
    text("AmazonReturnReasonCode").to("amazonReturnReasonCode"),
    text("Status").to("status"),
    time("StatusChangedDate").to("statusChangedDate"),
    text("ReturnAuthorizationId").to("returnAuthorizationId"),
    text("ReturnReceivedCondition").to("returnReceivedCondition"),
    text("FulfillmentCenterId").to("fulfillmentCenterId"),
];

const RETURN_AUTHORIZATION: Rows = &[
    text("ReturnAuthorizationId").to("returnAuthorizationId"),
    text("FulfillmentCenterId").to("fulfillmentCenterId"),
    object("ReturnToAddress", ADDRESS).to("returnToAddress"),
    text("AmazonRmaId").to("amazonRmaId"),
    text("RmaPageURL").to("rmaPageURL"),
];

/// Where a package is.
pub(in crate::read) const TRACKING: Rows = &[
    integer("PackageNumber").to("packageNumber"),
    text("TrackingNumber").to("trackingNumber"),
    text("CustomerTrackingLink").to("customerTrackingLink"),
    text("CarrierCode").to("carrierCode"),
    text("CarrierPhoneNumber").to("carrierPhoneNumber"),
    text("CarrierURL").to("carrierURL"),
    time("ShipDate").to("shipDate"),
    time("EstimatedArrivalDate").to("estimatedArrivalDate"),
    object("ShipToAddress", TRACKING_ADDRESS).to("shipToAddress"),
    text("CurrentStatus").to("currentStatus"),
    text("SignedForBy").to("signedForBy"),
    text("AdditionalLocationInfo").to("additionalLocationInfo"),
    list("TrackingEvents", &["member"], &What::Object(TRACKING_EVENT)).to("trackingEvents"),
];

const TRACKING_ADDRESS: Rows = &[text("City").to("city"), text("State").to("state"), text("Country").to("country")];

const TRACKING_EVENT: Rows = &[
    time("EventDate").to("eventDate"),
    object("EventAddress", TRACKING_ADDRESS).to("eventAddress"),
    text("EventCode").to("eventCode"),
];

//! Orders and their items: Orders v0.

use super::super::shape::*;

const MONEY: Rows = &[text("CurrencyCode"), text("Amount")];

pub(in crate::read) const ORDERS: Rows = &[
    token("NextToken"),
    time("CreatedBefore"),
    time("LastUpdatedBefore"),
    list("Orders", &["Order"], &What::Record(ORDER)).to(""),
];

pub(in crate::read) const ORDER: Rows = &[
    text("AmazonOrderId"),
    text("SellerOrderId"),
    time("PurchaseDate"),
    time("LastUpdateDate"),
    time("LastUpdatedDate").to("LastUpdateDate"),
    text("OrderStatus"),
    text("FulfillmentChannel"),
    text("SalesChannel"),
    text("OrderChannel"),
    text("ShipServiceLevel"),
    object("ShippingAddress", ADDRESS),
    object("OrderTotal", MONEY),
    integer("NumberOfItemsShipped"),
    integer("NumberOfItemsUnshipped"),
    list("PaymentExecutionDetail", &["PaymentExecutionDetailItem"], &What::Object(PAYMENT)),
    text("PaymentMethod"),
    list("PaymentMethodDetails", &["PaymentMethodDetail"], TEXT),
    text("MarketplaceId"),
    text("BuyerEmail").to("BuyerInfo.BuyerEmail"),
    text("BuyerName").to("BuyerInfo.BuyerName"),
    text("BuyerCounty").to("BuyerInfo.BuyerCounty"),
    object("BuyerTaxInfo", BUYER_TAX).to("BuyerInfo.BuyerTaxInfo"),
    text("PurchaseOrderNumber").to("BuyerInfo.PurchaseOrderNumber"),
    text("ShipmentServiceLevelCategory"),
    text("EasyShipShipmentStatus"),
    text("CbaDisplayableShippingLabel"),
    text("OrderType"),
    time("EarliestShipDate"),
    time("LatestShipDate"),
    time("EarliestDeliveryDate"),
    time("LatestDeliveryDate"),
    flag("IsBusinessOrder"),
    flag("IsPrime"),
    flag("IsPremiumOrder"),
    flag("IsGlobalExpressEnabled"),
    text("ReplacedOrderId"),
    flag("IsReplacementOrder"),
    time("PromiseResponseDueDate"),
    flag("IsEstimatedShipDateSet"),
    flag("IsSoldByAB"),
    flag("HasRegulatedItems"),
    nowhere("ShippedByAmazonTFM"),
    nowhere("TFMShipmentStatus"),
    nowhere("TaxRegistrationDetails"),
    nowhere("BuyerIdentificationInformation"),
];

const ADDRESS: Rows = &[
    text("Name"),
    text("AddressLine1"),
    text("AddressLine2"),
    text("AddressLine3"),
    text("City"),
    text("County"),
    text("District"),
    text("StateOrRegion"),
    text("Municipality"),
    text("PostalCode"),
    text("CountryCode"),
    text("Country").to("CountryCode"),
    text("Phone"),
    text("AddressType"),
    nowhere("isAddressSharingConfidential"),
];

const PAYMENT: Rows = &[object("Payment", MONEY), text("PaymentMethod"), text("SubPaymentMethod").to("PaymentMethod")];

const BUYER_TAX: Rows = &[
    text("CompanyLegalName"),
    text("TaxingRegion"),
    list("TaxClassifications", &["TaxClassification"], &What::Object(&[text("Name"), text("Value")])),
];

pub(in crate::read) const ITEMS: Rows =
    &[token("NextToken"), text("AmazonOrderId"), list("OrderItems", &["OrderItem"], &What::Record(ITEM)).to("")];

/// The id of the order is a member of the page. Each item gets it, so that it can be joined to its order.
pub(in crate::read) const ITEM: Rows = &[
    text("AmazonOrderId").kept(),
    text("ASIN"),
    text("SellerSKU"),
    text("OrderItemId"),
    text("Title"),
    integer("QuantityOrdered"),
    integer("QuantityShipped"),
    object("ProductInfo", &[text("NumberOfItems")]),
    object("PointsGranted", &[integer("PointsNumber"), object("PointsMonetaryValue", MONEY)]),
    object("ItemPrice", MONEY),
    object("ShippingPrice", MONEY),
    object("GiftWrapPrice", MONEY).to("BuyerInfo.GiftWrapPrice"),
    object("ItemTax", MONEY),
    object("ShippingTax", MONEY),
    object("GiftWrapTax", MONEY).to("BuyerInfo.GiftWrapTax"),
    object("ShippingDiscount", MONEY),
    object("ShippingDiscountTax", MONEY),
    object("PromotionDiscount", MONEY),
    object("PromotionDiscountTax", MONEY),
    list("PromotionIds", &["PromotionId"], TEXT),
    object("CODFee", MONEY),
    object("CODFeeDiscount", MONEY),
    text("IsGift"),
    text("GiftMessageText").to("BuyerInfo.GiftMessageText"),
    text("GiftWrapLevel").to("BuyerInfo.GiftWrapLevel"),
    object("BuyerCustomizedInfo", &[text("CustomizedURL")]).to("BuyerInfo.BuyerCustomizedInfo"),
    text("ConditionNote"),
    text("ConditionId"),
    text("ConditionSubtypeId"),
    time("ScheduledDeliveryStartDate"),
    time("ScheduledDeliveryEndDate"),
    text("PriceDesignation"),
    object("TaxCollection", &[text("Model"), text("ResponsibleParty")]),
    flag("SerialNumberRequired"),
    flag("IsTransparency"),
    text("IossNumber"),
    text("StoreChainStoreId"),
    text("DeemedResellerCategory"),
    nowhere("InvoiceData"),
];

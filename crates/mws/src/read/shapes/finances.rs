//! Financial events and their groups: Finances v0.

use super::super::shape::*;

pub(in crate::read) const EVENTS: Rows = &[
    list("ShipmentEventList", &["ShipmentEvent"], &What::Record(SHIPMENT_EVENT)),
    list("ShipmentSettleEventList", &["ShipmentSettleEvent", "ShipmentEvent"], &What::Record(SHIPMENT_EVENT)),
    list("RefundEventList", &["ShipmentEvent"], &What::Record(SHIPMENT_EVENT)),
    list("GuaranteeClaimEventList", &["ShipmentEvent"], &What::Record(SHIPMENT_EVENT)),
    list(
        "EBTRefundReimbursementOnlyEventList",
        &["EBTRefundReimbursementOnlyEvent"],
        &What::Record(EBT_REFUND_REIMBURSEMENT_ONLY_EVENT),
    ),
    list("ChargebackEventList", &["ShipmentEvent"], &What::Record(SHIPMENT_EVENT)),
    list("PayWithAmazonEventList", &["PayWithAmazonEvent"], &What::Record(PAY_WITH_AMAZON_EVENT)),
    list(
        "ServiceProviderCreditEventList",
        &["SolutionProviderCreditEvent"],
        &What::Record(SOLUTION_PROVIDER_CREDIT_EVENT),
    ),
    list("RetrochargeEventList", &["RetrochargeEvent"], &What::Record(RETROCHARGE_EVENT)),
    list("RentalTransactionEventList", &["RentalTransactionEvent"], &What::Record(RENTAL_TRANSACTION_EVENT)),
    list("ProductAdsPaymentEventList", &["ProductAdsPaymentEvent"], &What::Record(PRODUCT_ADS_PAYMENT_EVENT)),
    list("ServiceFeeEventList", &["ServiceFeeEvent"], &What::Record(SERVICE_FEE_EVENT)),
    list("SellerDealPaymentEventList", &["SellerDealPaymentEvent"], &What::Record(SELLER_DEAL_PAYMENT_EVENT)),
    list("DebtRecoveryEventList", &["DebtRecoveryEvent"], &What::Record(DEBT_RECOVERY_EVENT)),
    list("LoanServicingEventList", &["LoanServicingEvent"], &What::Record(LOAN_SERVICING_EVENT)),
    list("AdjustmentEventList", &["AdjustmentEvent"], &What::Record(ADJUSTMENT_EVENT)),
    list("SAFETReimbursementEventList", &["SAFETReimbursementEvent"], &What::Record(SAFET_REIMBURSEMENT_EVENT)),
    list(
        "SellerReviewEnrollmentPaymentEventList",
        &["SellerReviewEnrollmentPaymentEvent"],
        &What::Record(SELLER_REVIEW_ENROLLMENT_PAYMENT_EVENT),
    ),
    list("FBALiquidationEventList", &["FBALiquidationEvent"], &What::Record(FBA_LIQUIDATION_EVENT)),
    list("CouponPaymentEventList", &["CouponPaymentEvent"], &What::Record(COUPON_PAYMENT_EVENT)),
    list("ImagingServicesFeeEventList", &["ImagingServicesFeeEvent"], &What::Record(IMAGING_SERVICES_FEE_EVENT)),
    list(
        "NetworkComminglingTransactionEventList",
        &["NetworkComminglingTransactionEvent"],
        &What::Record(NETWORK_COMMINGLING_TRANSACTION_EVENT),
    ),
    list("AffordabilityExpenseEventList", &["AffordabilityExpenseEvent"], &What::Record(AFFORDABILITY_EXPENSE_EVENT)),
    list(
        "AffordabilityExpenseReversalEventList",
        &["AffordabilityExpenseEvent"],
        &What::Record(AFFORDABILITY_EXPENSE_EVENT),
    ),
    list("RemovalShipmentEventList", &["RemovalShipmentEvent"], &What::Record(REMOVAL_SHIPMENT_EVENT)),
    list(
        "RemovalShipmentAdjustmentEventList",
        &["RemovalShipmentAdjustmentEvent"],
        &What::Record(REMOVAL_SHIPMENT_ADJUSTMENT_EVENT),
    ),
    list("TrialShipmentEventList", &["TrialShipmentEvent"], &What::Record(TRIAL_SHIPMENT_EVENT)),
    list("TDSReimbursementEventList", &["TDSReimbursementEvent"], &What::Record(TDS_REIMBURSEMENT_EVENT)),
    list("AdhocDisbursementEventList", &["AdhocDisbursementEvent"], &What::Record(ADHOC_DISBURSEMENT_EVENT)),
    list("TaxWithholdingEventList", &["TaxWithholdingEvent"], &What::Record(TAX_WITHHOLDING_EVENT)),
    list("ChargeRefundEventList", &["ChargeRefundEvent"], &What::Record(CHARGE_REFUND_EVENT)),
    list(
        "FailedAdhocDisbursementEventList",
        &["FailedAdhocDisbursementEvent"],
        &What::Record(FAILED_ADHOC_DISBURSEMENT_EVENT),
    ),
    list(
        "ValueAddedServiceChargeEventList",
        &["ValueAddedServiceChargeEvent"],
        &What::Record(VALUE_ADDED_SERVICE_CHARGE_EVENT),
    ),
    list(
        "CapacityReservationBillingEventList",
        &["CapacityReservationBillingEvent"],
        &What::Record(CAPACITY_RESERVATION_BILLING_EVENT),
    ),
    nowhere("PerformanceBondRefundEventList"),
];

const CURRENCY: Rows = &[text("CurrencyCode"), number("CurrencyAmount")];

const CHARGE_COMPONENT: Rows = &[text("ChargeType"), object("ChargeAmount", CURRENCY)];

const FEE_COMPONENT: Rows = &[text("FeeType"), object("FeeAmount", CURRENCY)];

const DIRECT_PAYMENT: Rows = &[text("DirectPaymentType"), object("DirectPaymentAmount", CURRENCY)];

const TAX_WITHHELD_COMPONENT: Rows =
    &[text("TaxCollectionModel"), list("TaxesWithheld", &["ChargeComponent"], &What::Object(CHARGE_COMPONENT))];

const PROMOTION: Rows = &[text("PromotionType"), text("PromotionId"), object("PromotionAmount", CURRENCY)];

const SHIPMENT_ITEM: Rows = &[
    text("SellerSKU"),
    text("OrderItemId"),
    text("OrderAdjustmentItemId"),
    integer("QuantityShipped"),
    list("ItemChargeList", &["ChargeComponent"], &What::Object(CHARGE_COMPONENT)),
    list("ItemChargeAdjustmentList", &["ChargeComponent"], &What::Object(CHARGE_COMPONENT)),
    list("ItemFeeList", &["FeeComponent"], &What::Object(FEE_COMPONENT)),
    list("ItemFeeAdjustmentList", &["FeeComponent"], &What::Object(FEE_COMPONENT)),
    list("ItemTaxWithheldList", &["TaxWithheldComponent"], &What::Object(TAX_WITHHELD_COMPONENT)),
    list("PromotionList", &["Promotion"], &What::Object(PROMOTION)),
    list("PromotionAdjustmentList", &["Promotion"], &What::Object(PROMOTION)),
    object("CostOfPointsGranted", CURRENCY),
    object("CostOfPointsReturned", CURRENCY),
];

const SHIPMENT_EVENT: Rows = &[
    text("AmazonOrderId"),
    text("SellerOrderId"),
    text("MarketplaceName"),
    text("StoreName"),
    list("OrderChargeList", &["ChargeComponent"], &What::Object(CHARGE_COMPONENT)),
    list("OrderChargeAdjustmentList", &["ChargeComponent"], &What::Object(CHARGE_COMPONENT)),
    list("ShipmentFeeList", &["FeeComponent"], &What::Object(FEE_COMPONENT)),
    list("ShipmentFeeAdjustmentList", &["FeeComponent"], &What::Object(FEE_COMPONENT)),
    list("OrderFeeList", &["FeeComponent"], &What::Object(FEE_COMPONENT)),
    list("OrderFeeAdjustmentList", &["FeeComponent"], &What::Object(FEE_COMPONENT)),
    list("DirectPaymentList", &["DirectPayment"], &What::Object(DIRECT_PAYMENT)),
    time("PostedDate"),
    list("ShipmentItemList", &["ShipmentItem"], &What::Object(SHIPMENT_ITEM)),
    list("ShipmentItemAdjustmentList", &["ShipmentItem"], &What::Object(SHIPMENT_ITEM)),
];

const EBT_REFUND_REIMBURSEMENT_ONLY_EVENT: Rows = &[text("OrderId"), time("PostedDate"), object("Amount", CURRENCY)];

const PAY_WITH_AMAZON_EVENT: Rows = &[
    text("SellerOrderId"),
    time("TransactionPostedDate"),
    text("BusinessObjectType"),
    text("SalesChannel"),
    object("Charge", CHARGE_COMPONENT),
    list("FeeList", &["FeeComponent"], &What::Object(FEE_COMPONENT)),
    text("PaymentAmountType"),
    text("AmountDescription"),
    text("FulfillmentChannel"),
    text("StoreName"),
];

const SOLUTION_PROVIDER_CREDIT_EVENT: Rows = &[
    text("ProviderTransactionType"),
    text("SellerOrderId"),
    text("MarketplaceId"),
    text("MarketplaceCountryCode"),
    text("SellerId"),
    text("SellerStoreName"),
    text("ProviderId"),
    text("ProviderStoreName"),
    object("TransactionAmount", CURRENCY),
    time("TransactionCreationDate"),
];

const RETROCHARGE_EVENT: Rows = &[
    text("RetrochargeEventType"),
    text("AmazonOrderId"),
    time("PostedDate"),
    object("BaseTax", CURRENCY),
    object("ShippingTax", CURRENCY),
    text("MarketplaceName"),
    list("RetrochargeTaxWithheldList", &["TaxWithheldComponent"], &What::Object(TAX_WITHHELD_COMPONENT)),
];

const RENTAL_TRANSACTION_EVENT: Rows = &[
    text("AmazonOrderId"),
    text("RentalEventType"),
    integer("ExtensionLength"),
    time("PostedDate"),
    list("RentalChargeList", &["ChargeComponent"], &What::Object(CHARGE_COMPONENT)),
    list("RentalFeeList", &["FeeComponent"], &What::Object(FEE_COMPONENT)),
    text("MarketplaceName"),
    object("RentalInitialValue", CURRENCY),
    object("RentalReimbursement", CURRENCY),
    list("RentalTaxWithheldList", &["TaxWithheldComponent"], &What::Object(TAX_WITHHELD_COMPONENT)),
];

const PRODUCT_ADS_PAYMENT_EVENT: Rows = &[
    time("postedDate"),
    text("transactionType"),
    text("invoiceId"),
    object("baseValue", CURRENCY),
    object("taxValue", CURRENCY),
    object("transactionValue", CURRENCY),
];

const SERVICE_FEE_EVENT: Rows = &[
    text("AmazonOrderId"),
    text("FeeReason"),
    list("FeeList", &["FeeComponent"], &What::Object(FEE_COMPONENT)),
    text("SellerSKU"),
    text("FnSKU"),
    text("FeeDescription"),
    text("ASIN"),
    text("StoreName"),
];

const SELLER_DEAL_PAYMENT_EVENT: Rows = &[
    time("postedDate"),
    text("dealId"),
    text("dealDescription"),
    text("eventType"),
    text("feeType"),
    object("feeAmount", CURRENCY),
    object("taxAmount", CURRENCY),
    object("totalAmount", CURRENCY),
];

const DEBT_RECOVERY_ITEM: Rows = &[
    object("RecoveryAmount", CURRENCY),
    object("OriginalAmount", CURRENCY),
    time("GroupBeginDate"),
    time("GroupEndDate"),
];

const CHARGE_INSTRUMENT: Rows = &[text("Description"), text("Tail"), object("Amount", CURRENCY)];

const DEBT_RECOVERY_EVENT: Rows = &[
    text("DebtRecoveryType"),
    object("RecoveryAmount", CURRENCY),
    object("OverPaymentCredit", CURRENCY),
    list("DebtRecoveryItemList", &["DebtRecoveryItem"], &What::Object(DEBT_RECOVERY_ITEM)),
    list("ChargeInstrumentList", &["ChargeInstrument"], &What::Object(CHARGE_INSTRUMENT)),
];

const LOAN_SERVICING_EVENT: Rows = &[object("LoanAmount", CURRENCY), text("SourceBusinessEventType")];

const ADJUSTMENT_ITEM: Rows = &[
    text("Quantity"),
    object("PerUnitAmount", CURRENCY),
    object("TotalAmount", CURRENCY),
    text("SellerSKU"),
    text("FnSKU"),
    text("ProductDescription"),
    text("ASIN"),
    text("TransactionNumber"),
];

const ADJUSTMENT_EVENT: Rows = &[
    text("AdjustmentType"),
    time("PostedDate"),
    text("StoreName"),
    object("AdjustmentAmount", CURRENCY),
    list("AdjustmentItemList", &["AdjustmentItem"], &What::Object(ADJUSTMENT_ITEM)),
];

const SAFET_REIMBURSEMENT_ITEM: Rows = &[
    list("itemChargeList", &["ChargeComponent"], &What::Object(CHARGE_COMPONENT)),
    text("productDescription"),
    text("quantity"),
];

const SAFET_REIMBURSEMENT_EVENT: Rows = &[
    time("PostedDate"),
    text("SAFETClaimId"),
    object("ReimbursedAmount", CURRENCY),
    text("ReasonCode"),
    list("SAFETReimbursementItemList", &["SAFETReimbursementItem"], &What::Object(SAFET_REIMBURSEMENT_ITEM)),
];

const SELLER_REVIEW_ENROLLMENT_PAYMENT_EVENT: Rows = &[
    time("PostedDate"),
    text("EnrollmentId"),
    text("ParentASIN"),
    object("FeeComponent", FEE_COMPONENT),
    object("ChargeComponent", CHARGE_COMPONENT),
    object("TotalAmount", CURRENCY),
];

const FBA_LIQUIDATION_EVENT: Rows = &[
    time("PostedDate"),
    text("OriginalRemovalOrderId"),
    object("LiquidationProceedsAmount", CURRENCY),
    object("LiquidationFeeAmount", CURRENCY),
];

const COUPON_PAYMENT_EVENT: Rows = &[
    time("PostedDate"),
    text("CouponId"),
    text("SellerCouponDescription"),
    integer("ClipOrRedemptionCount"),
    text("PaymentEventId"),
    object("FeeComponent", FEE_COMPONENT),
    object("ChargeComponent", CHARGE_COMPONENT),
    object("TotalAmount", CURRENCY),
];

const IMAGING_SERVICES_FEE_EVENT: Rows = &[
    text("ImagingRequestBillingItemID"),
    text("ASIN"),
    time("PostedDate"),
    list("FeeList", &["FeeComponent"], &What::Object(FEE_COMPONENT)),
];

const NETWORK_COMMINGLING_TRANSACTION_EVENT: Rows = &[
    text("TransactionType"),
    time("PostedDate"),
    text("NetCoTransactionID"),
    text("SwapReason"),
    text("ASIN"),
    text("MarketplaceId"),
    object("TaxExclusiveAmount", CURRENCY),
    object("TaxAmount", CURRENCY),
];

const AFFORDABILITY_EXPENSE_EVENT: Rows = &[
    text("AmazonOrderId"),
    time("PostedDate"),
    text("MarketplaceId"),
    text("TransactionType"),
    object("BaseExpense", CURRENCY),
    object("TaxTypeCGST", CURRENCY),
    object("TaxTypeSGST", CURRENCY),
    object("TaxTypeIGST", CURRENCY),
    object("TotalExpense", CURRENCY),
];

const REMOVAL_SHIPMENT_ITEM: Rows = &[
    text("RemovalShipmentItemId"),
    text("TaxCollectionModel"),
    text("FulfillmentNetworkSKU"),
    integer("Quantity"),
    object("Revenue", CURRENCY),
    object("FeeAmount", CURRENCY),
    object("TaxAmount", CURRENCY),
    object("TaxWithheld", CURRENCY),
];

const REMOVAL_SHIPMENT_EVENT: Rows = &[
    time("PostedDate"),
    text("MerchantOrderId"),
    text("OrderId"),
    text("TransactionType"),
    text("StoreName"),
    list("RemovalShipmentItemList", &["RemovalShipmentItem"], &What::Object(REMOVAL_SHIPMENT_ITEM)),
];

const REMOVAL_SHIPMENT_ITEM_ADJUSTMENT: Rows = &[
    text("RemovalShipmentItemId"),
    text("TaxCollectionModel"),
    text("FulfillmentNetworkSKU"),
    integer("AdjustedQuantity"),
    object("RevenueAdjustment", CURRENCY),
    object("TaxAmountAdjustment", CURRENCY),
    object("TaxWithheldAdjustment", CURRENCY),
];

const REMOVAL_SHIPMENT_ADJUSTMENT_EVENT: Rows = &[
    time("PostedDate"),
    text("AdjustmentEventId"),
    text("MerchantOrderId"),
    text("OrderId"),
    text("TransactionType"),
    list(
        "RemovalShipmentItemAdjustmentList",
        &["RemovalShipmentItemAdjustment"],
        &What::Object(REMOVAL_SHIPMENT_ITEM_ADJUSTMENT),
    ),
];

const TRIAL_SHIPMENT_EVENT: Rows = &[
    text("AmazonOrderId"),
    text("FinancialEventGroupId"),
    time("PostedDate"),
    text("SKU"),
    list("FeeList", &["FeeComponent"], &What::Object(FEE_COMPONENT)),
];

const TDS_REIMBURSEMENT_EVENT: Rows =
    &[time("PostedDate"), text("TdsOrderId").to("TDSOrderId"), object("ReimbursedAmount", CURRENCY)];

const ADHOC_DISBURSEMENT_EVENT: Rows =
    &[text("TransactionType"), time("PostedDate"), text("TransactionId"), object("TransactionAmount", CURRENCY)];

const TAX_WITHHOLDING_PERIOD: Rows = &[time("StartDate"), time("EndDate")];

const TAX_WITHHOLDING_EVENT: Rows = &[
    time("PostedDate"),
    object("BaseAmount", CURRENCY),
    object("WithheldAmount", CURRENCY),
    object("TaxWithholdingPeriod", TAX_WITHHOLDING_PERIOD),
];

const CHARGE_REFUND_TRANSACTION: Rows = &[object("ChargeAmount", CURRENCY), text("ChargeType")];

const CHARGE_REFUND_EVENT: Rows = &[
    time("PostedDate"),
    text("ReasonCode"),
    text("ReasonCodeDescription"),
    list("ChargeRefundTransactions", &["ChargeRefundTransaction"], &What::Object(CHARGE_REFUND_TRANSACTION)),
];

const FAILED_ADHOC_DISBURSEMENT_EVENT: Rows = &[
    text("FundsTransfersType"),
    text("TransferId"),
    text("DisbursementId"),
    text("PaymentDisbursementType"),
    text("Status"),
    object("TransferAmount", CURRENCY),
    time("PostedDate"),
];

const VALUE_ADDED_SERVICE_CHARGE_EVENT: Rows =
    &[text("TransactionType"), time("PostedDate"), text("Description"), object("TransactionAmount", CURRENCY)];

const CAPACITY_RESERVATION_BILLING_EVENT: Rows =
    &[text("TransactionType"), time("PostedDate"), text("Description"), object("TransactionAmount", CURRENCY)];

pub(in crate::read) const FINANCIAL_EVENT_GROUP: Rows = &[
    text("FinancialEventGroupId"),
    text("ProcessingStatus"),
    text("FundTransferStatus"),
    object("OriginalTotal", CURRENCY),
    object("ConvertedTotal", CURRENCY),
    time("FundTransferDate"),
    text("TraceId"),
    text("AccountTail"),
    object("BeginningBalance", CURRENCY),
    time("FinancialEventGroupStart"),
    time("FinancialEventGroupEnd"),
];

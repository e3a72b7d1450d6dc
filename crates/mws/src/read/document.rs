//! The documents of MWS, by the names of their outermost elements.

use super::kind::Kind;
use super::shape::*;
use super::shapes::{finances, inbound, inventory, merchant, notifications, orders, outbound, products, reports};

/// The answers of operations, by the names of the operations without `ByNextToken`, in alphabetical order.
static ANSWERS: &[(&str, Kind, &What)] = &[
    ("CancelFeedSubmissions", Kind::Feeds, &What::Object(reports::FEEDS)),
    ("CancelReportRequests", Kind::Reports, &What::Object(reports::REPORTS)),
    ("CancelShipment", Kind::MerchantShipments, &What::Object(merchant::ANSWER)),
    ("CreateShipment", Kind::MerchantShipments, &What::Object(merchant::ANSWER)),
    ("GetCompetitivePricingForASIN", Kind::Prices, &What::Record(products::PRICE)),
    ("GetCompetitivePricingForSKU", Kind::Prices, &What::Record(products::PRICE)),
    ("GetEligibleShippingServices", Kind::ShippingServices, &What::Object(merchant::SERVICES)),
    ("GetFeedSubmissionList", Kind::Feeds, &What::Object(reports::FEEDS)),
    ("GetFulfillmentOrder", Kind::FulfillmentOrderDetails, &What::Record(outbound::DETAILS)),
    ("GetLowestOfferListingsForASIN", Kind::LowestOffers, &What::Record(products::LOWEST_OFFERS)),
    ("GetLowestOfferListingsForSKU", Kind::LowestOffers, &What::Record(products::LOWEST_OFFERS)),
    ("GetLowestPricedOffersForASIN", Kind::Offers, &What::Record(products::OFFERS)),
    ("GetLowestPricedOffersForSKU", Kind::Offers, &What::Record(products::OFFERS)),
    ("GetMatchingProduct", Kind::Products, &What::Answer(products::MATCHING)),
    ("GetMatchingProductForId", Kind::Products, &What::Answer(products::MATCHING)),
    ("GetMyPriceForASIN", Kind::Prices, &What::Record(products::PRICE)),
    ("GetMyPriceForSKU", Kind::Prices, &What::Record(products::PRICE)),
    ("GetOrder", Kind::Orders, &What::Object(orders::ORDERS)),
    ("GetPackageTrackingDetails", Kind::PackageTracking, &What::Record(outbound::TRACKING)),
    ("GetReportList", Kind::Reports, &What::Object(reports::REPORTS)),
    ("GetReportRequestList", Kind::Reports, &What::Object(reports::REPORTS)),
    ("GetShipment", Kind::MerchantShipments, &What::Object(merchant::ANSWER)),
    ("ListAllFulfillmentOrders", Kind::FulfillmentOrders, &What::Object(outbound::ORDERS)),
    ("ListFinancialEventGroups", Kind::FinancialEventGroups, &What::Object(GROUPS)),
    ("ListFinancialEvents", Kind::FinancialEvents, &What::Object(EVENTS)),
    ("ListInboundShipmentItems", Kind::InboundItems, &What::Object(inbound::ITEMS)),
    ("ListInboundShipments", Kind::InboundShipments, &What::Object(inbound::SHIPMENTS)),
    ("ListInventorySupply", Kind::Inventory, &What::Object(inventory::INVENTORY)),
    ("ListMatchingProducts", Kind::Products, &What::Answer(products::MATCHING)),
    ("ListOrderItems", Kind::OrderItems, &What::Object(orders::ITEMS)),
    ("ListOrders", Kind::Orders, &What::Object(orders::ORDERS)),
    ("RequestReport", Kind::Reports, &What::Object(reports::REPORTS)),
    ("SubmitFeed", Kind::Feeds, &What::Object(reports::FEEDS)),
];

const EVENTS: Rows = &[token("NextToken"), object("FinancialEvents", finances::EVENTS).to("")];

const GROUPS: Rows = &[
    token("NextToken"),
    list("FinancialEventGroupList", &["FinancialEventGroup"], &What::Record(finances::FINANCIAL_EVENT_GROUP)).to(""),
];

/// What stands beside the results of an answer.
const BESIDE: Rows = &[object("ResponseMetadata", &[text("RequestId"), text("RequestID").to("RequestId")]).to("")];

const ERRORS: Rows =
    &[each("Error", &What::Record(ERROR)).to(""), text("RequestId"), text("RequestID").to("RequestId")];

pub(super) const ERROR: Rows =
    &[text("Code").to("code"), text("Message").to("message"), text("Detail").to("details"), nowhere("Type")];

/// The document with an outermost element of this name. `None` if this module does not read it.
pub(super) fn of_root(root: &str) -> Option<Found> {
    match root {
        "Notification" => {
            Some(Found { kind: Kind::Notifications, root: &What::Record(notifications::NOTIFICATION), result: None })
        }
        "ErrorResponse" => Some(Found { kind: Kind::Errors, root: &What::Object(ERRORS), result: None }),
        _ => {
            let operation = operation_of(root)?;
            let at = ANSWERS.binary_search_by(|(name, ..)| (*name).cmp(operation)).ok()?;
            let (_, kind, result) = &ANSWERS[at];
            Some(Found { kind: *kind, root: &What::Object(BESIDE), result: Some(result) })
        }
    }
}

/// What a document is, and what its results are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub kind: Kind,
    pub root: &'static What,
    /// For the answer of an operation, what its elements are whose names end with `Result`.
    pub result: Option<&'static What>,
}

impl Found {
    /// The member of the page that each of its records gets, wherever it stands.
    pub(super) fn shared(self) -> Option<&'static str> {
        (self.kind == Kind::OrderItems).then_some("AmazonOrderId")
    }
}

/// The operation whose answer has this outermost element, without `ByNextToken`. `None` for other elements.
pub(super) fn operation_of(root: &str) -> Option<&str> {
    let operation = root.strip_suffix("Response").filter(|operation| !operation.is_empty() && *operation != "Error")?;
    Some(operation.strip_suffix("ByNextToken").unwrap_or(operation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_are_in_alphabetical_order() {
        assert!(ANSWERS.is_sorted_by_key(|(name, ..)| *name));
    }
}

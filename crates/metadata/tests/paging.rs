//! Tests the paging of each operation in the generated table.

use Style::{Elsewhere, Index, Job, Offset, Token};
use spapi_metadata::{Published, operations};
use spapi_types::operation::ArgumentRule::{
    self, RepeatArguments, RepeatRequired, TokenOnly, TokenOrRepeat, TokenPlusQueryType,
};
use spapi_types::operation::PagingStyle;
use std::collections::BTreeMap;
use std::time::Duration;

/// How the next page is requested.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Style {
    /// The query parameter for the token, the token's path in the answer, and the rule for the other arguments.
    Token(&'static str, &'static str, ArgumentRule),
    /// The token's path in the answer, and the operation that takes the token.
    Elsewhere(&'static str, &'static str),
    /// The paths of offset and page size in the body, the path of the total in the answer, and the highest offset.
    Offset(&'static str, &'static str, &'static str, u64),
    /// The query parameters for the page index and the page size.
    Index(&'static str, &'static str),
    /// The token's path in the body, and its path in the answer about a job.
    Job(&'static str, &'static str),
}

/// Model, operation, style, and the path of the list in the answer; empty if there is no list, or more than one.
#[rustfmt::skip]
const EXPECTED: &[(&str, &str, Style, &str)] = &[
    ("InvoicesApiModel_2024-06-19.json", "getInvoices", Token("nextToken", "nextToken", RepeatArguments), "invoices"),
    ("InvoicesApiModel_2024-06-19.json", "getInvoicesExports", Token("nextToken", "nextToken", RepeatArguments), "exports"),
    ("aplusContent_2020-11-01.json", "listContentDocumentAsinRelations", Token("pageToken", "nextPageToken", RepeatArguments), "asinMetadataSet"),
    ("aplusContent_2020-11-01.json", "searchContentDocuments", Token("pageToken", "nextPageToken", RepeatArguments), "contentMetadataRecords"),
    ("aplusContent_2020-11-01.json", "searchContentPublishRecords", Token("pageToken", "nextPageToken", RepeatArguments), "publishRecordList"),
    ("awd_2024-05-09.json", "listInboundShipments", Token("nextToken", "nextToken", RepeatArguments), "shipments"),
    ("awd_2024-05-09.json", "listInventory", Token("nextToken", "nextToken", RepeatArguments), "inventory"),
    ("awd_2024-05-09.json", "listOutbounds", Token("nextToken", "nextToken", RepeatArguments), "outboundOrders"),
    ("awd_2024-05-09.json", "listReplenishmentOrders", Token("nextToken", "nextToken", RepeatArguments), "orders"),
    ("catalogItems_2020-12-01.json", "searchCatalogItems", Token("pageToken", "pagination.nextToken", RepeatArguments), "items"),
    ("catalogItems_2022-04-01.json", "searchCatalogItems", Token("pageToken", "pagination.nextToken", RepeatArguments), "items"),
    ("dataKiosk_2023-11-15.json", "createQuery", Job("paginationToken", "pagination.nextToken"), ""),
    ("dataKiosk_2023-11-15.json", "getQueries", Token("paginationToken", "pagination.nextToken", RepeatArguments), "queries"),
    ("dataKiosk_2023-11-15.json", "getQuery", Job("paginationToken", "pagination.nextToken"), ""),
    ("externalFulfillmentReturns_2024-09-11.json", "listReturns", Token("nextToken", "nextToken", RepeatArguments), "returns"),
    ("externalFulfillmentShipments_2024-09-11.json", "getShipments", Token("paginationToken", "pagination.nextToken", RepeatArguments), "shipments"),
    ("fbaInventory.json", "getInventorySummaries", Token("nextToken", "pagination.nextToken", RepeatArguments), "payload.inventorySummaries"),
    ("feeds_2021-06-30.json", "getFeeds", Token("nextToken", "nextToken", TokenOnly), "feeds"),
    ("financesInvoices_2026-06-25.json", "getInvoice", Token("nextTokenForLineItems", "nextTokenForLineItems", RepeatArguments), "invoiceItems"),
    ("financesInvoices_2026-06-25.json", "getInvoiceHeaders", Token("nextToken", "nextToken", RepeatArguments), "invoices"),
    ("financesV0.json", "listFinancialEventGroups", Token("NextToken", "payload.NextToken", RepeatArguments), "payload.FinancialEventGroupList"),
    ("financesV0.json", "listFinancialEvents", Token("NextToken", "payload.NextToken", RepeatArguments), ""),
    ("financesV0.json", "listFinancialEventsByGroupId", Token("NextToken", "payload.NextToken", RepeatArguments), ""),
    ("financesV0.json", "listFinancialEventsByOrderId", Token("NextToken", "payload.NextToken", RepeatArguments), ""),
    ("finances_2024-06-19.json", "listBalances", Token("nextToken", "nextToken", RepeatArguments), "balances"),
    ("finances_2024-06-19.json", "listSummary", Token("nextToken", "nextToken", RepeatArguments), "summaries"),
    ("finances_2024-06-19.json", "listTransactions", Token("nextToken", "payload.nextToken", RepeatArguments), "payload.transactions"),
    ("fulfillmentInboundV0.json", "getLabels", Index("PageStartIndex", "PageSize"), ""),
    ("fulfillmentInboundV0.json", "getShipmentItems", Token("NextToken", "payload.NextToken", TokenPlusQueryType), "payload.ItemData"),
    ("fulfillmentInboundV0.json", "getShipmentItemsByShipmentId", Elsewhere("payload.NextToken", "getShipmentItems"), "payload.ItemData"),
    ("fulfillmentInboundV0.json", "getShipments", Token("NextToken", "payload.NextToken", TokenPlusQueryType), "payload.ShipmentData"),
    ("fulfillmentInbound_2024-03-20.json", "getSelfShipAppointmentSlots", Token("paginationToken", "pagination.nextToken", RepeatArguments), "selfShipAppointmentSlotsAvailability.slots"),
    ("fulfillmentInbound_2024-03-20.json", "listDeliveryWindowOptions", Token("paginationToken", "pagination.nextToken", RepeatArguments), "deliveryWindowOptions"),
    ("fulfillmentInbound_2024-03-20.json", "listInboundPlanBoxes", Token("paginationToken", "pagination.nextToken", RepeatArguments), "boxes"),
    ("fulfillmentInbound_2024-03-20.json", "listInboundPlanItems", Token("paginationToken", "pagination.nextToken", RepeatArguments), "items"),
    ("fulfillmentInbound_2024-03-20.json", "listInboundPlanPallets", Token("paginationToken", "pagination.nextToken", RepeatArguments), "pallets"),
    ("fulfillmentInbound_2024-03-20.json", "listInboundPlans", Token("paginationToken", "pagination.nextToken", RepeatArguments), "inboundPlans"),
    ("fulfillmentInbound_2024-03-20.json", "listPackingGroupBoxes", Token("paginationToken", "pagination.nextToken", RepeatArguments), "boxes"),
    ("fulfillmentInbound_2024-03-20.json", "listPackingGroupItems", Token("paginationToken", "pagination.nextToken", RepeatArguments), "items"),
    ("fulfillmentInbound_2024-03-20.json", "listPackingOptions", Token("paginationToken", "pagination.nextToken", RepeatArguments), "packingOptions"),
    ("fulfillmentInbound_2024-03-20.json", "listPlacementOptions", Token("paginationToken", "pagination.nextToken", RepeatArguments), "placementOptions"),
    ("fulfillmentInbound_2024-03-20.json", "listShipmentBoxes", Token("paginationToken", "pagination.nextToken", RepeatArguments), "boxes"),
    ("fulfillmentInbound_2024-03-20.json", "listShipmentContentUpdatePreviews", Token("paginationToken", "pagination.nextToken", RepeatArguments), "contentUpdatePreviews"),
    ("fulfillmentInbound_2024-03-20.json", "listShipmentItems", Token("paginationToken", "pagination.nextToken", RepeatArguments), "items"),
    ("fulfillmentInbound_2024-03-20.json", "listShipmentPallets", Token("paginationToken", "pagination.nextToken", RepeatArguments), "pallets"),
    ("fulfillmentInbound_2024-03-20.json", "listTransportationOptions", Token("paginationToken", "pagination.nextToken", RepeatArguments), "transportationOptions"),
    ("fulfillmentOutbound_2020-07-01.json", "getFeatureInventory", Token("nextToken", "payload.nextToken", RepeatArguments), "payload.featureSkus"),
    ("fulfillmentOutbound_2020-07-01.json", "listAllFulfillmentOrders", Token("nextToken", "payload.nextToken", RepeatArguments), "payload.fulfillmentOrders"),
    ("fulfillmentOutbound_2026-07-04.json", "listOrders", Token("pageToken", "pagination.nextToken", RepeatArguments), "orders"),
    ("listingsItems_2021-08-01.json", "searchListingsItems", Token("pageToken", "pagination.nextToken", RepeatArguments), "items"),
    ("notifications.json", "getSubscriptions", Token("nextToken", "payload.nextToken", RepeatArguments), "payload.subscriptions"),
    ("ordersV0.json", "getOrderItems", Token("NextToken", "payload.NextToken", TokenOrRepeat), "payload.OrderItems"),
    ("ordersV0.json", "getOrderItemsBuyerInfo", Token("NextToken", "payload.NextToken", TokenOrRepeat), "payload.OrderItems"),
    ("ordersV0.json", "getOrders", Token("NextToken", "payload.NextToken", RepeatRequired), "payload.Orders"),
    ("orders_2026-01-01.json", "searchOrders", Token("paginationToken", "pagination.nextToken", RepeatArguments), "orders"),
    ("replenishment-2022-11-07.json", "listOfferMetrics", Offset("pagination.offset", "pagination.limit", "pagination.totalResults", 9000), "offers"),
    ("replenishment-2022-11-07.json", "listOffers", Offset("pagination.offset", "pagination.limit", "pagination.totalResults", 9000), "offers"),
    ("reports_2021-06-30.json", "getReports", Token("nextToken", "nextToken", TokenOnly), "reports"),
    ("sellerWallet_2024-03-01.json", "listAccountTransactions", Token("nextPageToken", "nextPageToken", RepeatArguments), "transactions"),
    ("sellerWallet_2024-03-01.json", "listTransferSchedules", Token("nextPageToken", "nextPageToken", RepeatArguments), "transferSchedules"),
    ("services.json", "getFixedSlotCapacity", Token("nextPageToken", "nextPageToken", RepeatArguments), "capacities"),
    ("services.json", "getRangeSlotCapacity", Token("nextPageToken", "nextPageToken", RepeatArguments), "capacities"),
    ("services.json", "getServiceJobs", Token("pageToken", "payload.nextPageToken", RepeatArguments), "payload.jobs"),
    ("supplySources_2020-07-01.json", "getSupplySources", Token("nextPageToken", "nextPageToken", RepeatArguments), "supplySources"),
    ("transfers_2024-06-01.json", "listExpectedPayouts", Token("nextToken", "nextToken", RepeatArguments), "expectedPayouts"),
    ("transfers_2024-06-01.json", "listPayouts", Token("nextToken", "nextToken", RepeatArguments), "payouts"),
    ("vehicles_2024-11-01.json", "getVehicles", Token("pageToken", "pagination.nextToken", RepeatArguments), "vehicles"),
    ("vendorDirectFulfillmentOrdersV1.json", "getOrders", Token("nextToken", "payload.pagination.nextToken", RepeatArguments), "payload.orders"),
    ("vendorDirectFulfillmentOrders_2021-12-28.json", "getOrders", Token("nextToken", "pagination.nextToken", RepeatArguments), "orders"),
    ("vendorDirectFulfillmentShippingV1.json", "getCustomerInvoices", Token("nextToken", "payload.pagination.nextToken", RepeatArguments), "payload.customerInvoices"),
    ("vendorDirectFulfillmentShippingV1.json", "getPackingSlips", Token("nextToken", "payload.pagination.nextToken", RepeatArguments), "payload.packingSlips"),
    ("vendorDirectFulfillmentShippingV1.json", "getShippingLabels", Token("nextToken", "payload.pagination.nextToken", RepeatArguments), "payload.shippingLabels"),
    ("vendorDirectFulfillmentShipping_2021-12-28.json", "getCustomerInvoices", Token("nextToken", "pagination.nextToken", RepeatArguments), "customerInvoices"),
    ("vendorDirectFulfillmentShipping_2021-12-28.json", "getPackingSlips", Token("nextToken", "pagination.nextToken", RepeatArguments), "packingSlips"),
    ("vendorDirectFulfillmentShipping_2021-12-28.json", "getShippingLabels", Token("nextToken", "pagination.nextToken", RepeatArguments), "shippingLabels"),
    ("vendorOrders.json", "getPurchaseOrders", Token("nextToken", "payload.pagination.nextToken", RepeatArguments), "payload.orders"),
    ("vendorOrders.json", "getPurchaseOrdersStatus", Token("nextToken", "payload.pagination.nextToken", RepeatArguments), "payload.ordersStatus"),
    ("vendorShipments.json", "GetShipmentDetails", Token("nextToken", "payload.pagination.nextToken", RepeatArguments), "payload.shipments"),
    ("vendorShipments.json", "GetShipmentLabels", Token("nextToken", "payload.pagination.nextToken", RepeatArguments), "payload.transportLabels"),
];

#[test]
fn every_operation_has_its_expected_paging() {
    let mut found = BTreeMap::new();
    for Published { api, entry, .. } in operations() {
        let Some(paging) = entry.operation.paging else { continue };
        let style = match paging.style {
            PagingStyle::Token { parameter, response_path, .. } => Token(parameter, response_path, paging.rule),
            PagingStyle::TokenElsewhere { response_path, operation, .. } => Elsewhere(response_path, &operation.id),
            PagingStyle::Offset { offset, limit, total, maximum, .. } => Offset(offset, limit, total, maximum),
            PagingStyle::PageIndex { index, size, .. } => Index(index, size),
            PagingStyle::Job { parameter, response_path, .. } => Job(parameter, response_path),
            other => panic!("{}: {other:?} is new: add it to this test", entry.operation),
        };
        found.insert((api.model, &*entry.operation.id), (style, paging.items.unwrap_or_default()));
    }
    let expected: BTreeMap<_, _> =
        EXPECTED.iter().map(|(model, id, style, items)| ((*model, *id), (*style, *items))).collect();
    assert_eq!(expected.len(), EXPECTED.len(), "a row is repeated");
    for (key, row) in &expected {
        assert_eq!(found.get(key), Some(row), "{key:?}");
    }
    let unexpected: Vec<_> = found.iter().filter(|(key, _)| !expected.contains_key(*key)).collect();
    assert!(unexpected.is_empty(), "{unexpected:?}");
    assert_eq!(found.len(), 79);
}

#[test]
fn only_one_operation_has_short_lived_tokens() {
    let lives: Vec<_> = operations()
        .filter_map(|Published { entry, .. }| Some((&*entry.operation.id, entry.operation.paging?.token_life?)))
        .collect();
    assert_eq!(lives, [("getInventorySummaries", Duration::from_secs(30))]);
}

#[test]
fn an_operation_that_continues_another_has_a_list_of_the_same_form() {
    let mut count = 0;
    for Published { entry, .. } in operations() {
        let Some(paging) = entry.operation.paging else { continue };
        if let PagingStyle::TokenElsewhere { response_path, operation, .. } = paging.style {
            let other = operation.paging.expect("it pages");
            assert!(other.token_parameter().is_some(), "{operation}");
            assert_eq!(other.items, paging.items, "{operation}");
            assert!(
                matches!(other.style, PagingStyle::Token { response_path: its, .. } if its == response_path),
                "{operation}"
            );
            count += 1;
        }
    }
    assert_eq!(count, 1);
}

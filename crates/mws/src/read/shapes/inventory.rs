//! Stock at Amazon's warehouses: FBA Inventory v1.

use super::super::shape::*;

pub(in crate::read) const INVENTORY: Rows = &[
    text("MarketplaceId").to("granularity.granularityId"),
    list("InventorySupplyList", &["member"], &What::Record(SUPPLY)).to(""),
    token("NextToken").to("nextToken"),
];

/// The two counts of MWS are not defined quite as those that they become.
pub(in crate::read) const SUPPLY: Rows = &[
    text("SellerSKU").to("sellerSku"),
    text("FNSKU").to("fnSku"),
    text("ASIN").to("asin"),
    text("Condition").to("condition"),
    integer("TotalSupplyQuantity").to("totalQuantity"),
    integer("InStockSupplyQuantity").to("inventoryDetails.fulfillableQuantity"),
    nowhere("EarliestAvailability"),
    nowhere("SupplyDetail"),
];

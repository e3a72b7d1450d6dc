//! Shipments to Amazon's warehouses and their items: Fulfillment Inbound v0.

use super::super::shape::*;

pub(in crate::read) const SHIPMENTS: Rows =
    &[token("NextToken"), list("ShipmentData", &["member"], &What::Record(SHIPMENT)).to("")];

pub(in crate::read) const SHIPMENT: Rows = &[
    text("ShipmentId"),
    text("ShipmentName"),
    object("ShipFromAddress", ADDRESS),
    text("DestinationFulfillmentCenterId"),
    text("ShipmentStatus"),
    text("LabelPrepType"),
    flag("AreCasesRequired"),
    time("ConfirmedNeedByDate"),
    text("BoxContentsSource"),
    object("EstimatedBoxContentsFee", FEE),
];

const ADDRESS: Rows = &[
    text("Name"),
    text("AddressLine1"),
    text("AddressLine2"),
    text("City"),
    text("DistrictOrCounty"),
    text("StateOrProvinceCode"),
    text("CountryCode"),
    text("PostalCode"),
];

const AMOUNT: Rows = &[text("CurrencyCode"), number("Value")];

const FEE: Rows = &[integer("TotalUnits"), object("FeePerUnit", AMOUNT), object("TotalFee", AMOUNT)];

pub(in crate::read) const ITEMS: Rows =
    &[token("NextToken"), list("ItemData", &["member"], &What::Record(ITEM)).to("")];

pub(in crate::read) const ITEM: Rows = &[
    text("ShipmentId"),
    text("SellerSKU"),
    text("FulfillmentNetworkSKU"),
    integer("QuantityShipped"),
    integer("QuantityReceived"),
    integer("QuantityInCase"),
    list("PrepDetailsList", &["PrepDetails"], &What::Object(&[text("PrepInstruction"), text("PrepOwner")])),
    time("ReleaseDate"),
];

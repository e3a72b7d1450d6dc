use serde::{Deserialize, Serialize};

/// `ListingsItemMfnQuantityChange` of `LISTINGS_ITEM_MFN_QUANTITY_CHANGE` 1.0.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListingsItemMfnQuantityChange {
    /// `SellerId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<String>,
    /// `FulfillmentChannelCode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fulfillment_channel_code: Option<String>,
    /// `Sku`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// `Quantity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
}

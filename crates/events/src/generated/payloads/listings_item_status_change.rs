use serde::{Deserialize, Serialize};

/// `ListingsItemStatusChange` of `LISTINGS_ITEM_STATUS_CHANGE` 1.0.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListingsItemStatusChange {
    /// `SellerId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller_id: Option<String>,
    /// `MarketplaceId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marketplace_id: Option<String>,
    /// `Asin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asin: Option<String>,
    /// `Sku`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// `CreatedDate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_date: Option<spapi_types::DateTime>,
    /// `Status`.
    #[serde(deserialize_with = "spapi_types::absent::list", skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<Status>,
}

spapi_types::open_enum! {
    /// `Status` of `LISTINGS_ITEM_STATUS_CHANGE` 1.0.
    pub enum Status {
        Buyable = "BUYABLE",
        Discoverable = "DISCOVERABLE",
        Deleted = "DELETED",
    }
}

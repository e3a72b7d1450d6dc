use serde::{Deserialize, Serialize};

/// `ListingsItemIssuesChange` of `LISTINGS_ITEM_ISSUES_CHANGE` 1.0.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ListingsItemIssuesChange {
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
    /// `Severities`.
    #[serde(deserialize_with = "spapi_types::absent::list", skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<Severity>,
    /// `EnforcementActions`.
    #[serde(deserialize_with = "spapi_types::absent::list", skip_serializing_if = "Vec::is_empty")]
    pub enforcement_actions: Vec<EnforcementAction>,
}

spapi_types::open_enum! {
    /// `Severity` of `LISTINGS_ITEM_ISSUES_CHANGE` 1.0.
    pub enum Severity {
        None = "NONE",
        Error = "ERROR",
        Warning = "WARNING",
    }
}

spapi_types::open_enum! {
    /// `EnforcementAction` of `LISTINGS_ITEM_ISSUES_CHANGE` 1.0.
    pub enum EnforcementAction {
        SearchSuppressed = "SEARCH_SUPPRESSED",
    }
}

use serde::{Deserialize, Serialize};

/// `ProductTypeDefinitionsChange` of `PRODUCT_TYPE_DEFINITIONS_CHANGE` 1.0.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ProductTypeDefinitionsChange {
    /// `MarketplaceId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marketplace_id: Option<String>,
    /// `AccountId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// `ProductTypeVersion`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_type_version: Option<String>,
    /// `NewProductTypes`.
    #[serde(deserialize_with = "spapi_types::absent::list", skip_serializing_if = "Vec::is_empty")]
    pub new_product_types: Vec<String>,
}

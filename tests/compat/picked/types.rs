//! Types as in `types.rs` of the section crates: a field for each way of core to decode and encode one.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Offers {
    #[serde(deserialize_with = "spapi_core::absent::list", skip_serializing_if = "::std::vec::Vec::is_empty")]
    pub offers: Vec<Picked>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Wrapped {
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub payload: Option<Picked>,
}

spapi_core::payload!(Wrapped, Picked);

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct Picked {
    #[serde(deserialize_with = "spapi_core::absent::or_default", skip_serializing_if = "spapi_core::Object::is_empty")]
    pub attributes: spapi_core::Object,
    #[serde(
        deserialize_with = "spapi_core::absent::map",
        skip_serializing_if = "::std::collections::BTreeMap::is_empty"
    )]
    pub texts: ::std::collections::BTreeMap<String, String>,
    #[serde(
        deserialize_with = "spapi_core::absent::map_of_lists",
        skip_serializing_if = "::std::collections::BTreeMap::is_empty"
    )]
    pub unit_identifiers: ::std::collections::BTreeMap<String, Vec<String>>,
    #[serde(with = "spapi_core::decimal::number")]
    pub width: spapi_core::Decimal,
    #[serde(with = "spapi_core::decimal::text")]
    pub amount: spapi_core::Decimal,
    #[serde(with = "spapi_core::decimal::number_option", skip_serializing_if = "::std::option::Option::is_none")]
    pub weight: Option<spapi_core::Decimal>,
    #[serde(with = "spapi_core::decimal::text_option", skip_serializing_if = "::std::option::Option::is_none")]
    pub fee: Option<spapi_core::Decimal>,
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub payload: Option<spapi_core::Value>,
    #[serde(flatten)]
    pub unknown_fields: spapi_core::Object,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Item {
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub points_granted: Option<PointsGranted>,
}

spapi_core::has_points!(Item, in points_granted);

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct PointsGranted {
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub points_number: Option<i64>,
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub points_monetary_value: Option<Money>,
}

spapi_core::has_points!(PointsGranted: points_number, points_monetary_value);

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Money {
    #[serde(with = "spapi_core::decimal::text_option", skip_serializing_if = "::std::option::Option::is_none")]
    pub amount: Option<spapi_core::Decimal>,
    #[serde(skip_serializing_if = "::std::option::Option::is_none")]
    pub currency_code: Option<String>,
}

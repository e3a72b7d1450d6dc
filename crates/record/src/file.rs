//! The form of a recording's file.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One exchange. Bodies are written from values and read as text, because a recording written by hand may hold what a
/// value does not keep, such as the last zero of a number.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, bound(deserialize = "Body: Deserialize<'de>"))]
pub(super) struct Recording<Body> {
    /// Absent if the request was made by path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Named>,
    pub request: Request,
    pub response: Response<Body>,
}

/// Which operation it is.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub section: String,
    pub version: String,
    pub id: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    pub method: String,
    /// With its parameters in braces.
    pub path: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub path_parameters: BTreeMap<String, String>,
    /// `name=value`, not encoded, in the order of the URL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields, bound(deserialize = "Body: Deserialize<'de>"))]
pub(super) struct Response<Body> {
    pub status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body, if it is JSON.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub body: Option<Body>,
    /// The body, if it is not JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Whether the body was left out because no type decodes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub body_left_out: bool,
}

/// A body of `null` is a body.
fn present<'de, D: Deserializer<'de>, Body: Deserialize<'de>>(deserializer: D) -> Result<Option<Body>, D::Error> {
    Body::deserialize(deserializer).map(Some)
}

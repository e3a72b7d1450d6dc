//! Uploads 2020-11-01: files that other operations take by their id.

use super::call::Call;
use super::documents::Announced;
use super::{Served, marketplaces};
use crate::http::{ApiError, Reply, published};
use crate::server::Server;
use axum::http::HeaderValue;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use spapi_types::Method;
use spapi_types::operation::RequestPath;

pub(super) static SERVED: Served = Served {
    section: "uploads",
    module: "v2020_11_01",
    takes_long: false,
    operations: &[("createUploadDestinationForResource", create_upload_destination)],
};

fn create_upload_destination(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let takes_forms = takes_forms(call.id())?;
    let ids = call.query.list("marketplaceIds").unwrap_or_default();
    if ids.len() != 1 {
        return Err(ApiError::invalid_input(format!("marketplaceIds must hold one id, not {}.", ids.len())));
    }
    marketplaces::read(call.region, "marketplaceIds", ids)?;
    let hash = call.query.text("contentMD5").and_then(|text| hash(text, takes_forms));
    let hash = hash.ok_or_else(|| {
        let form = if takes_forms { "32 hexadecimal digits" } else { "base64" };
        ApiError::invalid_input(format!("contentMD5 must be the MD5 of the file in {form}."))
    })?;
    let content_type = match call.query.text("contentType") {
        Some(given) if HeaderValue::from_str(given).is_ok() => given,
        None if !takes_forms => "application/octet-stream",
        _ => return Err(ApiError::invalid_input("contentType must be the content type of the file.")),
    };
    let announced = Announced { content_type, hash: Some(hash), takes_forms };
    let (id, url) = server.documents.create(call.account()?, &announced);
    let headers = match takes_forms {
        true => json!({}),
        false => json!({ "Content-MD5": BASE64_STANDARD.encode(hash), "Content-Type": content_type }),
    };
    Ok(Reply::created(json!({ "payload": { "uploadDestinationId": id, "url": url, "headers": headers } })))
}

/// Whether files for the operation with this path are uploaded by forms. A+ Content and messages take files.
fn takes_forms(resource: &str) -> Result<bool, ApiError> {
    let path = format!("/{resource}");
    let found = RequestPath::parse(&path).ok().and_then(|path| spapi_metadata::find_by_path(&Method::POST, &path));
    match found.map(|(operation, _)| published::key(&operation)[0]) {
        Some("aplus-content") => Ok(true),
        Some("messaging") => Ok(false),
        _ => Err(ApiError::invalid_input(format!(
            "resource: no operation of A+ Content or Messaging has the path {path:?}. Examples are \
             aplus/2020-11-01/contentDocuments and messaging/v1/orders/{{amazonOrderId}}/messages/invoice."
        ))),
    }
}

fn hash(text: &str, is_hexadecimal: bool) -> Option<[u8; 16]> {
    if !is_hexadecimal {
        return BASE64_STANDARD.decode(text).ok()?.try_into().ok();
    }
    let is_right = text.len() == 32 && text.chars().all(|digit| digit.is_ascii_hexdigit());
    u128::from_str_radix(text, 16).ok().filter(|_| is_right).map(u128::to_be_bytes)
}

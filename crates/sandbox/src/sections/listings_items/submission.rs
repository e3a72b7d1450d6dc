//! putListingsItem, patchListingsItem and deleteListingsItem, and the preview of the first two.

use super::body::issues;
use super::{locale, of_query, seller, settle, sku};
use crate::faults::FaultKind;
use crate::http::{ApiError, Reply};
use crate::sections::call::Call;
use crate::server::Server;
use crate::shop::listings::{Attributes, Change, Issue, Patch, Refusal, Severity, Stop, Submission};
use crate::shop::product_types::Requirements;
use serde::Deserialize;
use serde_json::{Value, json};
use spapi_types::Marketplace;

/// The longest body, in bytes. The sandbox keeps the attributes.
const LONGEST_BODY: usize = 512 << 10;

/// The longest SKU, in bytes.
const LONGEST_SKU: usize = 500;

/// The longest list of patches.
const MOST_PATCHES: usize = 1000;

/// The code of a preview that Amazon could not make.
const UNAVAILABLE: &str = "4000000";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutRequest {
    product_type: String,
    requirements: Option<String>,
    attributes: Attributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PatchRequest {
    product_type: String,
    patches: Vec<Value>,
}

/// The parts of an answer.
const PARTS: [(&str, bool); 2] = [("issues", false), ("identifiers", true)];

pub(super) fn put_listings_item(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let marketplaces = of_query(call, 1)?;
    let PutRequest { product_type, requirements, attributes } = call.json_up_to(LONGEST_BODY)?;
    let requirements = requirements.as_deref().unwrap_or("LISTING");
    let known = Requirements::ALL.iter().find(|(name, _)| *name == requirements).map(|(_, known)| *known);
    let names = || Requirements::ALL.map(|(name, _)| name).join(", ");
    let requirements =
        known.ok_or_else(|| ApiError::invalid_input(format!("requirements must be one of {}.", names())))?;
    answer(server, call, &marketplaces, &product_type, &Change::Put { attributes, requirements })
}

pub(super) fn patch_listings_item(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    let marketplaces = of_query(call, usize::MAX)?;
    let PatchRequest { product_type, patches } = call.json_up_to(LONGEST_BODY)?;
    if !(1..=MOST_PATCHES).contains(&patches.len()) {
        return Err(ApiError::invalid_input(format!("patches must hold 1 to {MOST_PATCHES} patches.")));
    }
    let patches = patches.iter().map(Patch::read).collect::<Result<_, _>>().map_err(refused)?;
    answer(server, call, &marketplaces, &product_type, &Change::Patches(patches))
}

pub(super) fn delete_listings_item(server: &Server, call: &Call) -> Result<Reply, ApiError> {
    settle(server);
    let marketplaces = of_query(call, 1)?;
    if call.odd != Some(FaultKind::LostSubmission) {
        server.listings.delete(call.region, &marketplaces, seller(call), sku(call), server.clock.now());
    }
    Ok(body(server, call, "ACCEPTED", Vec::new()).into())
}

/// Answers a change: with a preview, or after it is stored.
fn answer(
    server: &Server,
    call: &Call,
    marketplaces: &[Marketplace],
    product_type: &str,
    change: &Change,
) -> Result<Reply, ApiError> {
    settle(server);
    let (query, now) = (&call.query, server.clock.now());
    let is_preview = query.choices("mode", &[("VALIDATION_PREVIEW", ())])?.is_some();
    let has_identifiers = query.choices("includedData", &PARTS)?.is_some_and(|parts| parts.contains(&true));
    if has_identifiers && !is_preview {
        return Err(ApiError::invalid_input("includedData: identifiers need mode=VALIDATION_PREVIEW."));
    }
    if product_type.is_empty() {
        return Err(ApiError::invalid_input("productType is required."));
    }
    if sku(call).is_empty() || sku(call).len() > LONGEST_SKU || seller(call).len() > LONGEST_SKU {
        return Err(ApiError::too_long("The SKU and the seller's id", LONGEST_SKU));
    }
    let submission =
        Submission { region: call.region, marketplaces, seller: seller(call), sku: sku(call), product_type, change };
    if is_preview && call.odd == Some(FaultKind::PreviewUnavailable) {
        let issue =
            Issue::new(UNAVAILABLE, Severity::Error, "", "", "The service had an internal error. Try again later.")
                .and("de", "Der Dienst hatte einen internen Fehler. Bitte später erneut versuchen.")
                .and("fr", "Le service a eu une erreur interne. Réessayez plus tard.")
                .and("ja", "内部エラーが発生しました。後でもう一度お試しください。");
        let ids: Vec<&str> = marketplaces.iter().map(|marketplace| marketplace.id()).collect();
        let issues = vec![issue.body(locale(query, marketplaces), &ids)];
        return Ok(body(server, call, "INVALID", issues).into());
    }
    let verdict = if is_preview {
        server.listings.preview(&submission, now).map_err(refused)?
    } else if call.odd == Some(FaultKind::LostSubmission) {
        server.listings.check(&submission, now).map_err(refused)?
    } else {
        server.listings.submit(&submission, now).map_err(|stop| match stop {
            Stop::Refused(refusal) => refused(refusal),
            Stop::Full => ApiError::invalid_input("The sandbox keeps no more listings."),
        })?
    };
    settle(server);
    let status = match (verdict.is_valid(), is_preview) {
        (false, _) => "INVALID",
        (true, true) => "VALID",
        (true, false) => "ACCEPTED",
    };
    let issues =
        issues(verdict.issues.iter().map(|(marketplace, issue)| (*marketplace, issue)), locale(query, marketplaces));
    let mut body = body(server, call, status, issues);
    if has_identifiers {
        let identifiers = verdict.asins.iter().map(|(marketplace, asin)| match asin {
            Some(asin) => json!({ "marketplaceId": marketplace.id(), "asin": asin }),
            None => json!({ "marketplaceId": marketplace.id() }),
        });
        body["identifiers"] = identifiers.collect();
    }
    Ok(body.into())
}

fn body(server: &Server, call: &Call, status: &str, issues: Vec<Value>) -> Value {
    json!({ "sku": sku(call), "status": status, "submissionId": server.listings.next_submission(), "issues": issues })
}

fn refused(Refusal { name, what }: Refusal) -> ApiError {
    ApiError::invalid_input(format!("{name} {what}."))
}

//! Refuses calls for marketplaces of another region, which the called server does not know.

use crate::error::{Error, ErrorKind};
use bytes::Bytes;
use serde_json::Value;
use spapi_types::{Marketplace, Region};
use std::borrow::Cow;

type Pairs = [(Cow<'static, str>, String)];

/// Looks for ids of marketplaces outside the region in parameters of the path and the query and in members of the body
/// that are called `marketplaceId` or `marketplaceIds`, in any spelling. Unknown ids pass.
pub(crate) fn check(region: Region, path: &Pairs, query: &Pairs, body: Option<&Bytes>) -> Result<(), Error> {
    for (name, value) in path.iter().filter(|(name, _)| names_marketplaces(name)) {
        check_id(region, name, value)?;
    }
    for (name, values) in query.iter().filter(|(name, _)| names_marketplaces(name)) {
        for value in values.split(',') {
            check_id(region, name, &percent_encoding::percent_decode_str(value).decode_utf8_lossy())?;
        }
    }
    // Most bodies do not have to be parsed.
    let body = body.filter(|body| body.windows(10).any(|part| part.eq_ignore_ascii_case(b"arketplace")));
    match body.map(|body| serde_json::from_slice(body)) {
        Some(Ok(body)) => check_body(region, &body),
        _ => Ok(()),
    }
}

fn check_body(region: Region, value: &Value) -> Result<(), Error> {
    match value {
        Value::Array(list) => list.iter().try_for_each(|value| check_body(region, value)),
        Value::Object(members) => members.iter().try_for_each(|(name, value)| match value {
            Value::String(id) if names_marketplaces(name) => check_id(region, name, id),
            Value::Array(list) if names_marketplaces(name) => {
                let mut ids = list.iter().filter_map(Value::as_str);
                ids.try_for_each(|id| check_id(region, name, id))
            }
            value => check_body(region, value),
        }),
        _ => Ok(()),
    }
}

fn names_marketplaces(name: &str) -> bool {
    let mut letters = name.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase());
    let is_id = letters.by_ref().take(13).eq(*b"marketplaceid");
    is_id && matches!((letters.next(), letters.next()), (None | Some(b's'), None))
}

fn check_id(region: Region, name: &str, id: &str) -> Result<(), Error> {
    let Some(found) = Marketplace::ALL.iter().find(|known| known.id() == id.trim()) else { return Ok(()) };
    let its = found.region();
    if its == region {
        return Ok(());
    }
    let code = found.country_code();
    let message = format!("{name} names the marketplace {code}, which is in {its}, and the call would go to {region}");
    Err(Error::new(ErrorKind::Input, message).with_hint(format!(
        "Nothing was sent. Make a client for it with Client::builder(Marketplace::{code}), or allow any marketplace with \
         ClientBuilder::any_marketplace."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &[(&str, &str)], query: &[(&str, &str)], body: &str) -> bool {
        let pairs = |pairs: &[(&str, &str)]| -> Vec<_> {
            pairs.iter().map(|(name, value)| (name.to_string().into(), value.to_string())).collect()
        };
        let body = (!body.is_empty()).then(|| Bytes::copy_from_slice(body.as_bytes()));
        check(Region::FarEast, &pairs(path), &pairs(query), body.as_ref()).is_err()
    }

    #[test]
    fn ids_of_another_region_are_found_in_path_query_and_body() {
        let (jp, de) = (Marketplace::JP.id(), Marketplace::DE.id());
        for name in ["marketplaceIds", "MarketplaceIds", "MarketplaceId", "marketplace_ids", "marketplaceid"] {
            assert!(refused(&[], &[(name, de)], ""), "{name}");
            assert!(refused(&[], &[(name, &format!("{jp},{de}"))], ""), "{name}");
            assert!(refused(&[], &[(name, jp), (name, de)], ""), "{name}");
            assert!(refused(&[(name, de)], &[], ""), "{name}");
            assert!(refused(&[], &[], &format!(r#"{{"{name}":"{de}"}}"#)), "{name}");
            assert!(refused(&[], &[], &format!(r#"{{"a":[{{"{name}":["{jp}","{de}"]}}]}}"#)), "{name}");
            assert!(!refused(&[(name, jp)], &[(name, jp)], &format!(r#"{{"{name}":["{jp}"]}}"#)), "{name}");
            assert!(!refused(&[], &[(name, "A0UNKNOWN,,DE")], ""), "{name}");
        }
        for name in ["marketplace", "sku", "homeMarketplaceId", "marketplaceIdsOf"] {
            assert!(!refused(&[(name, de)], &[(name, de)], &format!(r#"{{"{name}":"{de}"}}"#)), "{name}");
        }
        for body in ["", "null", "marketplaceId", "\"marketplaceIds\"", r#"{"marketplaceId":7}"#] {
            assert!(!refused(&[], &[], body), "{body}");
        }
    }
}

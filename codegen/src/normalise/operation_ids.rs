//! Distinguishes two operations with the same id: shippingV2 calls a PUT and a POST of one path `linkCarrierAccount`.
//! The first keeps the id, the second gets its method as a suffix.

use crate::naming;
use crate::walk;
use anyhow::{Result, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Makes the ids distinct, also as Rust names.
pub fn apply(document: &mut Value) -> Result<()> {
    let mut seen = BTreeMap::new();
    let mut clash = None;
    walk::operations_mut(document, |path, method, operation| {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let place = format!("{} {path}", method.to_uppercase());
        if let Entry::Vacant(first) = seen.entry(naming::value_name(&id)) {
            first.insert(place);
            return;
        }
        let renamed = format!("{id}{}", naming::type_name(method));
        if let Some(first) = seen.insert(naming::value_name(&renamed), place.clone()) {
            clash = Some(format!("{first} and {place} would both be called `{renamed}`"));
        }
        operation.insert("operationId".into(), renamed.into());
    });
    match clash {
        Some(clash) => bail!("{clash}"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_second_of_one_id_gets_its_method() {
        let mut document = json!({"paths": {"/a": {"put": {"operationId": "link"}, "post": {"operationId": "Link"}}}});
        apply(&mut document).unwrap();
        assert_eq!(document["paths"]["/a"]["put"]["operationId"], "link");
        assert_eq!(document["paths"]["/a"]["post"]["operationId"], "LinkPost");
    }

    #[test]
    fn three_of_one_id_and_method_are_an_error() {
        let post = || json!({"post": {"operationId": "link"}});
        let mut document = json!({"paths": {"/a": post(), "/b": post(), "/c": post()}});
        assert!(apply(&mut document).unwrap_err().to_string().contains("POST /c"));
    }
}

//! Attributes and patches in the form of JSON that a person has written.

use crate::Attributes;
use serde_json::Value;
use spapi_core::{Error, ErrorKind, Marketplace};
use spapi_jobs::ListingsPatch;
use spapi_types::text::printable;

/// How much of a name an error shows.
const LONGEST_NAME: usize = 60;

/// The attributes of a put: an object with an array of objects for each attribute.
pub(super) fn checked_attributes(
    attributes: &Value,
    product_type: &str,
    marketplace: Marketplace,
) -> Result<Attributes, Error> {
    if product_type.trim().is_empty() {
        return refuse("the product type is empty");
    }
    let Value::Object(attributes) = attributes else {
        return refuse(&format!("the attributes are {}, not an object", kind(attributes)));
    };
    if attributes.is_empty() {
        return refuse("the attributes are empty");
    }
    for (name, value) in attributes {
        let pointer = pointer(name);
        let Value::Array(instances) = value else {
            return refuse(&format!("{pointer} is {}, not an array of objects", kind(value)));
        };
        if let Some((index, instance)) = instances.iter().enumerate().find(|(_, instance)| !instance.is_object()) {
            return refuse(&format!("{pointer}/{index} is {}, not an object", kind(instance)));
        }
        of_marketplace(name, instances, marketplace)?;
    }
    Ok(attributes.clone())
}

/// Refuses instances for another marketplace than that of the call, which Amazon takes for one of the call's or refuses.
pub(super) fn of_marketplace(name: &str, instances: &[Value], marketplace: Marketplace) -> Result<(), Error> {
    for (index, instance) in instances.iter().enumerate() {
        let Some(id) = instance.get("marketplace_id").and_then(Value::as_str) else { continue };
        if id != marketplace.id() {
            let country = id.parse::<Marketplace>().map(|other| format!(" ({})", other.country_code()));
            return refuse(&format!(
                "{}/{index}/marketplace_id is {}{}, and the call is for {} ({})",
                pointer(name),
                printable(id).up_to(LONGEST_NAME),
                country.unwrap_or_default(),
                marketplace.id(),
                marketplace.country_code()
            ));
        }
    }
    Ok(())
}

/// Reads patches in the form of the API: an array of objects with `op`, `path` and `value`, or an object with this array as
/// `patches`.
///
/// # Errors
/// When the value has another form. The error has the JSON pointer of what is wrong.
///
/// ```
/// use serde_json::json;
/// use spapi_listings::read_patches;
///
/// let value = json!([{ "currency": "USD", "audience": "ALL", "marketplace_id": "ATVPDKIKX0DER" }]);
/// let patches = read_patches(&json!([{ "op": "delete", "path": "/attributes/purchasable_offer", "value": value }]))?;
/// assert_eq!(patches[0].attribute(), "purchasable_offer");
/// # Ok::<_, spapi_core::Error>(())
/// ```
pub fn read_patches(value: &Value) -> Result<Vec<ListingsPatch>, Error> {
    let (place, list) = match value.get("patches") {
        Some(list) => ("/patches", list),
        None => ("", value),
    };
    let Value::Array(list) = list else {
        return refuse(&format!(
            "{} is {}, not an array of patches",
            if place.is_empty() { "the text" } else { place },
            kind(list)
        ));
    };
    let patch = |(index, patch): (usize, &Value)| {
        let text = |name: &str| match patch.get(name) {
            Some(Value::String(text)) => Ok(text.as_str()),
            Some(other) => refuse(&format!("{place}/{index}/{name} is {}, not a text", kind(other))),
            None if patch.is_object() => refuse(&format!("{place}/{index} has no {name}")),
            None => refuse(&format!("{place}/{index} is {}, not an object", kind(patch))),
        };
        let (op, path) = (text("op")?, text("path")?);
        let value = patch.get("value").cloned().unwrap_or_else(|| Value::Array(Vec::new()));
        let made = match op {
            "add" => ListingsPatch::add(path, value),
            "replace" => ListingsPatch::replace(path, value),
            "merge" => ListingsPatch::merge(path, value),
            "delete" => ListingsPatch::delete(path, value),
            other => {
                let other = printable(other).up_to(LONGEST_NAME);
                return refuse(&format!("{place}/{index}/op is {other}, not add, replace, merge or delete"));
            }
        };
        made.map_err(|error| Error::new(ErrorKind::Input, format!("{place}/{index}: {error}")))
    };
    list.iter().enumerate().map(patch).collect()
}

/// The JSON pointer of an attribute.
fn pointer(name: &str) -> String {
    format!("/{}", printable(&name.replace('~', "~0").replace('/', "~1")).up_to(LONGEST_NAME))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn refuse<T>(message: &str) -> Result<T, Error> {
    Err(Error::new(ErrorKind::Input, message).with_hint("Nothing was sent."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn attributes_that_are_not_arrays_of_objects_are_refused_by_their_pointer() {
        for (attributes, pointer) in [
            (json!([]), "the attributes are an array, not an object"),
            (json!({}), "the attributes are empty"),
            (json!({ "brand": "x" }), "/brand is a text, not an array of objects"),
            (json!({ "a/b": [{}, 3] }), "/a~1b/1 is a number, not an object"),
            (json!({ "a\u{1b}b": null }), "/a b is null"),
            (
                json!({ "brand": [{ "marketplace_id": "A1PA6795UKMFR9" }, { "marketplace_id": "A13V1IB3VIYZZH" }] }),
                "/brand/1/marketplace_id is A13V1IB3VIYZZH (FR), and the call is for A1PA6795UKMFR9 (DE)",
            ),
            (json!({ "brand": [{ "marketplace_id": "x" }] }), "/brand/0/marketplace_id is x, and the call is for"),
        ] {
            let error = checked_attributes(&attributes, "LUGGAGE", Marketplace::DE).unwrap_err();
            assert!(error.is_input() && error.to_string().starts_with(pointer), "{error}");
        }
        assert!(checked_attributes(&json!({ "brand": [{}] }), " ", Marketplace::DE).is_err());
        assert!(checked_attributes(&json!({ "brand": [{}] }), "LUGGAGE", Marketplace::DE).is_ok());
    }

    #[test]
    fn a_patch_that_cannot_be_read_is_refused_by_its_pointer() {
        let good = json!({ "op": "merge", "path": "/attributes/purchasable_offer", "value": [{}] });
        for (patches, pointer) in [
            (json!("x"), "the text is a text, not an array"),
            (json!({ "patches": {} }), "/patches is an object, not an array"),
            (json!([good, 7]), "/1 is a number, not an object"),
            (json!([{ "op": "merge" }]), "/0 has no path"),
            (json!({ "patches": [{ "op": 1 }] }), "/patches/0/op is a number, not a text"),
            (json!([{ "op": "move", "path": "/attributes/x" }]), "/0/op is move, not add"),
            (json!([{ "op": "replace", "path": "/attributes/x/0/value", "value": [{}] }]), "/0: the patch (replace)"),
            (json!([{ "op": "replace", "path": "/attributes/x", "value": {} }]), "/0: the patch (replace)"),
        ] {
            let error = read_patches(&patches).unwrap_err();
            assert!(error.is_input() && error.to_string().starts_with(pointer), "{error}");
        }
        assert_eq!(read_patches(&json!({ "productType": "X", "patches": [good] })).unwrap().len(), 1);
    }
}

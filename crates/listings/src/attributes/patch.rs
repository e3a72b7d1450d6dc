//! What a patch makes of stored attributes.

use super::selectors::identity as identity_by;
use super::{Attributes, OFFER, STOCK, Selectors};
use serde_json::{Map, Value};
use spapi_core::{Error, ErrorKind};
use spapi_jobs::ListingsPatch;
use spapi_types::text::printable;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The attributes that Amazon merges. For the others it refuses `merge`.
const MERGED: [&str; 2] = [OFFER, STOCK];

/// The member that `merge` does not delete.
const KEPT: &str = "our_price";

/// Changes the attributes as Amazon's `patchListingsItem` does, which is how a change is checked and shown before it is sent.
///
/// | operation | for each instance of the patch |
/// | --- | --- |
/// | `add`, `replace` | takes the place of the instances with the same selectors, whole, or joins the others |
/// | `merge` | changes the members it names; `null` removes one |
/// | `delete` | removes the instances that have its members |
///
/// # Errors
/// When Amazon refuses the patch: `merge` of another attribute than the offer and the stock, or without a selector; `merge` that
/// removes `our_price`; an operation without a value. The attributes are unchanged then.
pub fn apply(attributes: &mut Attributes, patch: &ListingsPatch, selectors: &Selectors) -> Result<(), Error> {
    let name = patch.attribute();
    let refuse = |why: &str| {
        let message = format!("the patch ({}) of {} {why}", patch.op(), printable(name).up_to(60));
        Err(Error::new(ErrorKind::Input, message))
    };
    let sent = patch.instances();
    if sent.is_empty() {
        return refuse("has no value; Amazon needs the selectors of at least one instance");
    }
    let known = attributes.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let identity = |instance: &Value| selectors.identity(name, instance);
    let mut stored = known;
    match patch.op() {
        "merge" => {
            if !MERGED.contains(&name) {
                return refuse("is not possible: Amazon merges purchasable_offer and fulfillment_availability only");
            }
            let mut places = HashMap::new();
            for (place, known) in stored.iter().enumerate() {
                places.entry(identity(known)).or_insert(place);
            }
            for instance in sent {
                let Value::Object(members) = instance else { return refuse("needs objects as its values") };
                if let Some(missing) = selectors.of(name).iter().find(|selector| !is_filled(members.get(*selector))) {
                    return refuse(&format!(
                        "needs the selector {missing}, which tells Amazon which instance to change"
                    ));
                }
                if members.get(KEPT).is_some_and(Value::is_null) {
                    return refuse("cannot remove our_price; to end an offer, set its end_at to a time in the past");
                }
                let identity = identity(instance);
                let place = places.get(&identity).and_then(|place| stored.get_mut(*place));
                match place.and_then(Value::as_object_mut) {
                    Some(known) => merge(known, members),
                    None => {
                        let mut new = Map::new();
                        merge(&mut new, members);
                        places.insert(identity, stored.len());
                        stored.push(Value::Object(new));
                    }
                }
            }
        }
        "delete" => {
            // Instances of a patch mostly have the same members.
            let mut unwanted: BTreeMap<Vec<String>, HashSet<String>> = BTreeMap::new();
            for instance in sent.iter().filter_map(Value::as_object) {
                let members = selected(selectors, name, instance);
                let names: Vec<String> = members.keys().cloned().collect();
                let text = identity_by(&names, &Value::Object(members));
                unwanted.entry(names).or_default().insert(text);
            }
            let has = |known: &Value, names: &[String]| names.iter().all(|name| known.get(name).is_some());
            let is_unwanted = |known: &Value| {
                let mut kinds = unwanted.iter();
                kinds.any(|(names, texts)| has(known, names) && texts.contains(&identity_by(names, known)))
            };
            stored.retain(|known| !is_unwanted(known));
        }
        _ => stored = join(&stored, sent, identity).into_iter().map(|(instance, _)| instance.clone()).collect(),
    }
    match stored.is_empty() {
        true => attributes.remove(name),
        false => attributes.insert(name.to_owned(), Value::Array(stored)),
    };
    Ok(())
}

/// Where an instance comes from, by its index there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Sent(usize),
    Stored(usize),
}

/// The instances of an attribute after `sent` ones have taken the places of stored ones that are the same. All stored ones
/// with the same selectors give way, since an attribute such as `bullet_point` has several.
pub(crate) fn join<'a>(
    stored: &'a [Value],
    sent: &'a [Value],
    identity: impl Fn(&Value) -> String,
) -> Vec<(&'a Value, Origin)> {
    let mut waiting: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, instance) in sent.iter().enumerate() {
        waiting.entry(identity(instance)).or_default().push(at);
    }
    let mut joined = Vec::new();
    let sent_at = |at: usize| sent.get(at).map(|instance| (instance, Origin::Sent(at)));
    for (at, known) in stored.iter().enumerate() {
        match waiting.get_mut(&identity(known)) {
            None => joined.push((known, Origin::Stored(at))),
            // The first of the stored ones gives its place to all that are sent.
            Some(same) => joined.extend(std::mem::take(same).into_iter().filter_map(sent_at)),
        }
    }
    let mut left: Vec<_> = waiting.into_values().flatten().collect();
    left.sort_unstable();
    joined.extend(left.into_iter().filter_map(sent_at));
    joined
}

/// The selectors of an instance that a patch deletes, or all of its members if it has no selector.
fn selected(selectors: &Selectors, attribute: &str, instance: &Map<String, Value>) -> Map<String, Value> {
    let key = selectors.key(attribute, instance);
    if key.is_empty() { instance.clone() } else { key }
}

fn is_filled(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_null() && value.as_str() != Some(""))
}

/// Sets the members of `sent`, and removes those that it sets to `null`.
fn merge(known: &mut Map<String, Value>, sent: &Map<String, Value>) {
    for (name, value) in sent {
        match value {
            Value::Null => known.remove(name),
            value => known.insert(name.clone(), value.clone()),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stored() -> Value {
        json!({ "purchasable_offer": [
            { "marketplace_id": "ATVPDKIKX0DER", "currency": "USD", "audience": "ALL", "our_price": [{ "schedule": [{ "value_with_tax": 20 }] }],
              "minimum_seller_allowed_price": [{ "schedule": [{ "value_with_tax": 15 }] }] },
            { "marketplace_id": "ATVPDKIKX0DER", "currency": "USD", "audience": "B2B", "our_price": [{ "schedule": [{ "value_with_tax": 18 }] }] },
        ] })
    }

    /// What a patch makes of the offers.
    fn patched(patch: ListingsPatch) -> Result<Vec<Value>, String> {
        let Value::Object(mut attributes) = stored() else { unreachable!() };
        let before = attributes.clone();
        match apply(&mut attributes, &patch, &Selectors::usual()) {
            Ok(()) => Ok(attributes["purchasable_offer"].as_array().cloned().unwrap_or_default()),
            Err(error) => {
                assert_eq!(attributes, before, "a refused patch changes nothing");
                Err(error.to_string())
            }
        }
    }

    fn offer(audience: &str, members: Value) -> Value {
        let mut offer = json!({ "marketplace_id": "ATVPDKIKX0DER", "currency": "USD", "audience": audience });
        for (name, value) in members.as_object().unwrap() {
            offer[name] = value.clone();
        }
        offer
    }

    fn price(amount: f64) -> Value {
        json!({ "our_price": [{ "schedule": [{ "value_with_tax": amount }] }] })
    }

    #[test]
    fn replace_takes_the_place_of_the_whole_instance_and_leaves_the_other_audience() {
        let sent = offer("ALL", price(17.0));
        let offers = patched(ListingsPatch::replace("purchasable_offer", json!([sent])).unwrap()).unwrap();
        assert_eq!(offers, [sent, stored()["purchasable_offer"][1].clone()]);
    }

    #[test]
    fn merge_keeps_the_members_that_it_does_not_name() {
        let sent = offer("ALL", price(17.0));
        let offers = patched(ListingsPatch::merge("purchasable_offer", json!([sent])).unwrap()).unwrap();
        assert_eq!(offers[0]["our_price"], price(17.0)["our_price"]);
        assert_eq!(
            offers[0]["minimum_seller_allowed_price"],
            stored()["purchasable_offer"][0]["minimum_seller_allowed_price"]
        );
        assert_eq!(offers[1], stored()["purchasable_offer"][1]);
    }

    #[test]
    fn merge_removes_a_member_that_is_null_but_not_the_price() {
        let sent = offer("ALL", json!({ "minimum_seller_allowed_price": null }));
        let offers = patched(ListingsPatch::merge("purchasable_offer", json!([sent])).unwrap()).unwrap();
        assert_eq!(offers[0].get("minimum_seller_allowed_price"), None);
        let sent = offer("B2B", json!({ "our_price": null }));
        let error = patched(ListingsPatch::merge("purchasable_offer", json!([sent])).unwrap()).unwrap_err();
        assert!(error.contains("our_price"), "{error}");
    }

    #[test]
    fn merge_needs_every_selector_and_one_of_two_attributes() {
        let sent = json!([{ "marketplace_id": "ATVPDKIKX0DER", "currency": "USD" }]);
        let error = patched(ListingsPatch::merge("purchasable_offer", sent).unwrap()).unwrap_err();
        assert!(error.contains("audience"), "{error}");
        let error = patched(ListingsPatch::merge("brand", json!([{ "value": "x" }])).unwrap()).unwrap_err();
        assert!(error.contains("brand"), "{error}");
    }

    #[test]
    fn delete_removes_the_instance_with_these_selectors() {
        let offers =
            patched(ListingsPatch::delete("purchasable_offer", json!([offer("B2B", json!({}))])).unwrap()).unwrap();
        assert_eq!(offers, [stored()["purchasable_offer"][0].clone()]);
    }

    #[test]
    fn a_new_channel_joins_the_others() {
        let Value::Object(mut attributes) =
            json!({ "fulfillment_availability": [{ "fulfillment_channel_code": "DEFAULT", "quantity": 21 }] })
        else {
            unreachable!()
        };
        let patch =
            ListingsPatch::replace("fulfillment_availability", json!([{ "fulfillment_channel_code": "AMAZON_NA" }]));
        apply(&mut attributes, &patch.unwrap(), &Selectors::usual()).unwrap();
        assert_eq!(
            attributes["fulfillment_availability"],
            json!([{ "fulfillment_channel_code": "DEFAULT", "quantity": 21 }, { "fulfillment_channel_code": "AMAZON_NA" }])
        );
    }

    #[test]
    fn all_values_with_the_same_selectors_give_way_to_the_sent_ones() {
        let bullet = |value: &str, language: &str| json!({ "value": value, "language_tag": language });
        let schema =
            json!({ "properties": { "bullet_point": { "selectors": ["language_tag"], "maxUniqueItems": 5 } } });
        let Value::Object(mut attributes) =
            json!({ "bullet_point": [bullet("a", "en_US"), bullet("b", "es_US"), bullet("c", "en_US")] })
        else {
            unreachable!()
        };
        let sent = json!([bullet("x", "en_US"), bullet("y", "en_US"), bullet("z", "en_US")]);
        let patch = ListingsPatch::replace("bullet_point", sent).unwrap();
        apply(&mut attributes, &patch, &Selectors::of_schema(&schema)).unwrap();
        let all = json!([bullet("x", "en_US"), bullet("y", "en_US"), bullet("z", "en_US"), bullet("b", "es_US")]);
        assert_eq!(attributes["bullet_point"], all);
    }

    #[test]
    fn a_patch_without_a_value_or_with_a_deeper_path_is_refused() {
        assert!(patched(ListingsPatch::delete("purchasable_offer", json!([])).unwrap()).is_err());
        assert!(ListingsPatch::replace("/attributes/purchasable_offer/0", json!([{}])).is_err());
    }
}

//! Turns every object and enum of a payload into a definition with a short name: the name of its member. Parts that are
//! alike are one definition.

use super::schema::Places;
use crate::naming;
use anyhow::{Result, bail};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Names of traits and types that the generated module uses.
const TAKEN: [&str; 4] = ["Clone", "Debug", "Default", "PartialEq"];

/// The definitions of a payload, whose own is called `root`. `types` has names for the types of members, by their place.
pub fn definitions(
    payload: Value,
    root: &str,
    types: &BTreeMap<String, String>,
    places: Places,
) -> Result<Map<String, Value>> {
    let mut names = Names { types, root, definitions: Map::new(), used: Vec::new() };
    let mut payload = payload;
    names.below(&mut payload, "", root);
    let missing = types.keys().find(|place| places == Places::AreThere && !names.used.contains(place));
    if let Some(place) = missing {
        bail!("`types` names {place}, which is neither an object nor an enum");
    }
    let mut all = Map::new();
    all.insert(root.to_owned(), payload);
    all.extend(names.definitions);
    Ok(all)
}

struct Names<'a> {
    types: &'a BTreeMap<String, String>,
    root: &'a str,
    definitions: Map<String, Value>,
    used: Vec<&'a String>,
}

impl<'a> Names<'a> {
    /// Names everything below a schema. `holder` is the name of its type.
    fn below(&mut self, schema: &mut Value, place: &str, holder: &str) {
        if let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            for (name, member) in members {
                let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                self.member(member, &place, name, holder);
            }
        }
    }

    fn member(&mut self, schema: &mut Value, place: &str, name: &str, holder: &str) {
        if let Some(items) = schema.get_mut("items") {
            return self.member(items, &format!("{place}[]"), &singular(name), holder);
        }
        let is_object = schema.get("properties").and_then(Value::as_object).is_some_and(|members| !members.is_empty());
        if !is_object && schema.get("enum").is_none() {
            return;
        }
        let given = self.types.get_key_value(place);
        let name = match given {
            Some((place, given)) => {
                self.used.push(place);
                given.clone()
            }
            None => usual(schema).map_or_else(|| naming::type_name(name), str::to_owned),
        };
        self.below(schema, place, &name);
        let name = self.put(&name, holder, schema.take());
        *schema = json!({"$ref": format!("#/components/schemas/{name}")});
    }

    /// The name of a definition with this content: of one that is there, or of a new one.
    fn put(&mut self, name: &str, holder: &str, schema: Value) -> String {
        if let Some((known, _)) = self.definitions.iter().find(|(_, known)| **known == schema) {
            return known.clone();
        }
        let longer = format!("{holder}{name}");
        let numbered = (2..).map(|number| format!("{longer}{number}"));
        let free = |name: &String| {
            name != self.root && !TAKEN.contains(&name.as_str()) && !self.definitions.contains_key(name)
        };
        let name = [name.to_owned(), longer.clone()].into_iter().chain(numbered).find(free).unwrap_or(longer.clone());
        self.definitions.insert(name.clone(), schema);
        name
    }
}

/// The name of a structure that many members share.
fn usual(schema: &Value) -> Option<&'static str> {
    let members = schema.get("properties")?.as_object()?;
    let mut names: Vec<_> = members.keys().map(|name| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    match names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["amount", "currencycode"] | ["currencyamount", "currencycode"] => Some("Money"),
        ["pointsnumber"] => Some("Points"),
        _ => None,
    }
}

/// The name of an element of a list.
fn singular(name: &str) -> String {
    let is_singular = ["ss", "us", "is"].iter().any(|ending| name.ends_with(ending));
    match (name.strip_suffix("ies"), name.strip_suffix('s')) {
        (Some(stem), _) => format!("{stem}y"),
        (None, Some(stem)) if !is_singular => stem.to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_has_the_name_of_its_member_and_equal_types_are_one() {
        let money = json!({"type": "object", "properties": {"Amount": {}, "CurrencyCode": {}}});
        let price =
            json!({"type": "object", "properties": {"Listing": money, "Status": {"type": "string", "enum": ["A"]}}});
        let other = json!({"type": "object", "properties": {"x": {}}});
        let payload = json!({"type": "object", "properties": {
            "Prices": {"type": "array", "items": price}, "BestPrice": price, "Shipping": money,
            "Root": other, "Group": {"type": "object", "properties": {"Price": {"type": "object", "properties": {"y": {}}}}}
        }});
        let types = BTreeMap::from([("Group".to_owned(), "Deal".to_owned())]);
        let found = definitions(payload.clone(), "Root", &types, Places::AreThere).unwrap();
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            ["Root", "Money", "Status", "Price", "RootRoot", "DealPrice", "Deal"]
        );
        assert_eq!(found["Root"]["properties"]["BestPrice"]["$ref"], "#/components/schemas/Price");
        let types = BTreeMap::from([("Shipment".to_owned(), "Deal".to_owned())]);
        assert!(definitions(payload.clone(), "Root", &types, Places::MayBeMissing).is_ok());
        assert!(definitions(payload, "Root", &types, Places::AreThere).unwrap_err().to_string().contains("Shipment"));
    }

    #[test]
    fn elements_are_singular() {
        let names = ["Offers", "Severities", "Status", "Address", "FulfillmentInventoryByMarketplace"].map(singular);
        assert_eq!(names, ["Offer", "Severity", "Status", "Address", "FulfillmentInventoryByMarketplace"]);
    }
}

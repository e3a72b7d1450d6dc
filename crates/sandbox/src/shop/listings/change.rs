//! What a client sends to change a listing, and what it makes of the attributes.

use super::Attributes;
use super::offer::{EVERYBODY, OFFER, STOCK, is_in, text};
use crate::shop::product_types::{self, Requirements};
use serde_json::{Map, Value};
use spapi_types::Marketplace;
use spapi_types::text::printable;

/// A change of a listing.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// The listing as a whole.
    Put {
        attributes: Attributes,
        requirements: Requirements,
    },
    Patches(Vec<Patch>),
}

/// A change of one attribute.
#[derive(Clone, Debug)]
pub(crate) struct Patch {
    op: Op,
    pub(crate) attribute: String,
    pub(crate) instances: Vec<Map<String, Value>>,
}

/// The operation of a patch. `add` and `replace` are the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Replace,
    Merge,
    Delete,
}

/// Why the service does not take a change at all.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// The attribute or member that is wrong.
    pub(crate) name: String,
    /// What is wrong, without the name.
    pub(crate) what: String,
}

impl Refusal {
    fn new(name: &str, what: impl Into<String>) -> Self {
        Self { name: printable(name).up_to(100).to_string(), what: what.into() }
    }
}

/// The attributes that can be merged.
const MERGED: [&str; 2] = [OFFER, STOCK];

/// Whether an attribute says how the seller sells, not what the product is. A whole listing without one of these leaves it
/// as it is.
pub(crate) fn is_sales_term(name: &str) -> bool {
    const NAMES: [&str; 6] = [OFFER, STOCK, "list_price", "product_tax_code", "max_order_quantity", "gift_options"];
    NAMES.contains(&name) || name.starts_with("condition_") || name.starts_with("merchant_")
}

impl Patch {
    /// Replaces instances, as a message with the attributes of a partial update does.
    pub(crate) fn replace(attribute: &str, value: &Value) -> Result<Self, Refusal> {
        Ok(Self { op: Op::Replace, attribute: attribute.to_owned(), instances: objects(attribute, value)? })
    }

    /// Reads a patch of a request or of a message.
    pub(crate) fn read(patch: &Value) -> Result<Self, Refusal> {
        let op = match patch["op"].as_str() {
            Some("add" | "replace") => Op::Replace,
            Some("merge") => Op::Merge,
            Some("delete") => Op::Delete,
            _ => return Err(Refusal::new("op", "must be add, replace, merge or delete")),
        };
        let Some(path) = patch["path"].as_str() else { return Err(Refusal::new("path", "is required")) };
        let name = path.strip_prefix("/attributes/").or_else(|| path.strip_prefix('/')).unwrap_or_default();
        if name.is_empty() || name == "attributes" || name.contains('/') {
            let path = printable(path).up_to(200);
            return Err(Refusal::new("path", format!("is an Invalid path ({path}); it must be /attributes/NAME")));
        }
        let instances = match patch.get("value") {
            None | Some(Value::Null) => Vec::new(),
            Some(value) => objects(name, value)?,
        };
        let is_empty = instances.iter().all(Map::is_empty);
        if instances.is_empty() || (op == Op::Delete && is_empty) {
            return Err(Refusal::new(name, "has an invalid empty value"));
        }
        if op == Op::Merge && !MERGED.contains(&name) {
            let what = "cannot be merged; only purchasable_offer and fulfillment_availability can";
            return Err(Refusal::new(name, what));
        }
        if op == Op::Merge {
            for instance in &instances {
                let is_missing = |selector: &&&str| text(instance, selector).is_none();
                if let Some(missing) = usual_selectors(name).iter().find(is_missing) {
                    return Err(Refusal::new(name, format!("needs the selector {missing} for a merge")));
                }
                if instance.get("our_price").is_some_and(Value::is_null) {
                    return Err(Refusal::new(name, "cannot lose our_price by a merge"));
                }
            }
        }
        Ok(Self { op, attribute: name.to_owned(), instances })
    }

    /// Whether the values are ones that the service does not take in a replacement: an instance without members, or a null.
    pub(crate) fn has_void(&self) -> bool {
        let is_void = |instance: &Map<String, Value>| instance.is_empty() || instance.values().any(holds_null);
        self.op == Op::Replace && self.instances.iter().any(is_void)
    }

    /// Whether it takes the place of the whole offer for all buyers in a marketplace.
    pub(crate) fn replaces_offer(&self, marketplace: Marketplace) -> bool {
        let is_for_all =
            |instance: &Map<String, Value>| text(instance, "audience").is_none_or(|audience| audience == EVERYBODY);
        let is_it = |instance: &Map<String, Value>| is_in(instance, marketplace) && is_for_all(instance);
        self.op != Op::Merge && self.attribute == OFFER && self.instances.iter().any(is_it)
    }

    /// Changes the attributes in a marketplace.
    pub(crate) fn apply(&self, attributes: &mut Attributes, product_type: &str, marketplace: Marketplace) {
        let name = self.attribute.as_str();
        let selectors = selectors(product_type, name);
        let mut stored = match attributes.get_mut(name).map(Value::take) {
            Some(Value::Array(stored)) => stored,
            _ => Vec::new(),
        };
        match self.op {
            Op::Replace => {
                let sent = localized(name, &self.instances, marketplace);
                replace(&mut stored, sent, &selectors);
            }
            Op::Merge => {
                for sent in localized(name, &self.instances, marketplace) {
                    merge(&mut stored, sent, &selectors);
                }
            }
            Op::Delete => {
                let mut wanted: Vec<_> =
                    self.instances.iter().filter(|wanted| is_in(wanted, marketplace)).cloned().collect();
                for wanted in &mut wanted {
                    // Without a selector, all members tell the instance apart.
                    if selectors.iter().any(|selector| wanted.contains_key(*selector)) {
                        wanted.retain(|member, _| selectors.contains(&member.as_str()));
                    }
                    wanted.insert("marketplace_id".into(), marketplace.id().into());
                }
                stored.retain(|known| !wanted.iter().any(|wanted| has_all(known, wanted)));
            }
        }
        match stored.is_empty() {
            true => attributes.remove(name),
            false => attributes.insert(name.to_owned(), Value::Array(stored)),
        };
    }
}

/// Replaces the attributes of a listing in a marketplace by those of a whole one.
pub(crate) fn put(
    attributes: &mut Attributes,
    sent: &Attributes,
    requirements: Requirements,
    marketplace: Marketplace,
) {
    let names: Vec<String> = attributes.keys().filter(|name| !sent.contains_key(*name)).cloned().collect();
    let is_kept = |name: &str| is_sales_term(name) || requirements == Requirements::OfferOnly;
    for name in names.iter().filter(|name| !is_kept(name)) {
        set(attributes, name, Vec::new(), marketplace);
    }
    for (name, value) in sent {
        let instances: Vec<_> = value.as_array().into_iter().flatten().filter_map(Value::as_object).cloned().collect();
        set(attributes, name, localized(name, &instances, marketplace), marketplace);
    }
}

/// Puts instances in the place of all that an attribute has in a marketplace.
fn set(attributes: &mut Attributes, name: &str, new: Vec<Map<String, Value>>, marketplace: Marketplace) {
    let mut stored = match attributes.remove(name) {
        Some(Value::Array(stored)) => stored,
        _ => Vec::new(),
    };
    stored.retain(|known| known.as_object().is_some_and(|known| !is_in(known, marketplace)));
    stored.extend(new.into_iter().map(Value::Object));
    if !stored.is_empty() {
        attributes.insert(name.to_owned(), Value::Array(stored));
    }
}

/// Puts the sent instances in the place of the stored ones with the same selectors.
fn replace(stored: &mut Vec<Value>, sent: Vec<Map<String, Value>>, selectors: &[&str]) {
    let is_replaced =
        |known: &Value| known.as_object().is_some_and(|known| sent.iter().any(|sent| is_same(known, sent, selectors)));
    let place = stored.iter().position(is_replaced).unwrap_or(stored.len());
    stored.retain(|known| !is_replaced(known));
    // The instances before the place are unchanged, so the place is still in the list.
    let rest = stored.split_off(place.min(stored.len()));
    stored.extend(sent.into_iter().map(Value::Object));
    stored.extend(rest);
}

/// Changes the named members of the stored instance with the same selectors.
fn merge(stored: &mut Vec<Value>, sent: Map<String, Value>, selectors: &[&str]) {
    let mut known = stored.iter_mut().filter_map(Value::as_object_mut);
    let Some(known) = known.find(|known| is_same(known, &sent, selectors)) else {
        let new = sent.into_iter().filter(|(_, value)| !value.is_null());
        stored.push(Value::Object(new.collect()));
        return;
    };
    for (name, value) in sent {
        match value {
            Value::Null => known.remove(&name),
            value => known.insert(name, value),
        };
    }
}

/// The instances for a marketplace, each with the selectors that the client left out and the service fills in.
fn localized(name: &str, sent: &[Map<String, Value>], marketplace: Marketplace) -> Vec<Map<String, Value>> {
    let mut filled: Vec<_> = sent.iter().filter(|instance| is_in(instance, marketplace)).cloned().collect();
    for instance in &mut filled {
        let mut fill = |member: &str, value: &str| {
            if text(instance, member).is_none() {
                instance.insert(member.to_owned(), value.into());
            }
        };
        fill("marketplace_id", marketplace.id());
        if name == OFFER {
            fill("currency", marketplace.currency());
            fill("audience", EVERYBODY);
        }
    }
    filled
}

/// The selectors of the offer and of the stock.
fn usual_selectors(attribute: &str) -> &'static [&'static str] {
    match attribute {
        OFFER => &["marketplace_id", "currency", "audience"],
        STOCK => &["fulfillment_channel_code"],
        _ => &[],
    }
}

/// The members that tell the instances of an attribute apart. The marketplace always does.
fn selectors(product_type: &str, attribute: &str) -> Vec<&'static str> {
    let mut selectors: Vec<&'static str> = match usual_selectors(attribute) {
        [] => product_types::find(product_type)
            .and_then(|known| known.selectors(attribute))
            .unwrap_or(&["language_tag"])
            .to_vec(),
        usual => usual.to_vec(),
    };
    if !selectors.contains(&"marketplace_id") {
        selectors.push("marketplace_id");
    }
    selectors
}

/// Whether two instances have the same value, or none, for each selector.
fn is_same(one: &Map<String, Value>, other: &Map<String, Value>, selectors: &[&str]) -> bool {
    selectors.iter().all(|name| one.get(*name) == other.get(*name))
}

/// Whether an instance has all of these members.
fn has_all(known: &Value, wanted: &Map<String, Value>) -> bool {
    wanted.iter().all(|(name, value)| known.get(name) == Some(value))
}

fn holds_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(entries) => entries.iter().any(holds_null),
        Value::Object(members) => members.values().any(holds_null),
        _ => false,
    }
}

/// The objects of an attribute's value.
fn objects(name: &str, value: &Value) -> Result<Vec<Map<String, Value>>, Refusal> {
    let entries = value.as_array().map(|entries| entries.iter().map(|entry| entry.as_object().cloned()));
    let objects: Option<Option<Vec<_>>> = entries.map(Iterator::collect);
    objects.flatten().ok_or_else(|| Refusal::new(name, "must be an array of objects"))
}

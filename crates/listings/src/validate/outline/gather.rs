//! From a schema to its places.

use super::{Condition, More, Open, Place, Rare};
use crate::validate::parts;
use crate::validate::references::target;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// The most places. Amazon's schemas have about two thousand.
const MOST_PLACES: usize = 100_000;

/// How many references lead to references before they are not followed.
const MOST_HOPS: usize = 16;

/// The places of a schema, of which the first is that of the attributes as a whole.
pub(super) fn places(schema: &Value) -> Vec<Place> {
    let mut builder = Builder {
        root: schema,
        places: Vec::new(),
        known: HashMap::new(),
        names: HashSet::new(),
        selectors: HashSet::new(),
    };
    builder.place(vec![schema]);
    builder.places
}

struct Builder<'schema> {
    root: &'schema Value,
    places: Vec<Place>,
    /// Names and selectors that are the same in many places, each once.
    names: HashSet<Arc<str>>,
    selectors: HashSet<Arc<[String]>>,
    /// The place of schemas, by their addresses: a schema that refers to itself leads to a place that exists.
    known: HashMap<Vec<*const Value>, usize>,
}

impl<'schema> Builder<'schema> {
    /// The place to which all of these schemas apply.
    fn place(&mut self, sources: Vec<&'schema Value>) -> Option<usize> {
        let mut key: Vec<_> = sources.iter().map(|source| std::ptr::from_ref(*source)).collect();
        key.sort_unstable();
        key.dedup();
        if let Some(known) = self.known.get(&key) {
            return Some(*known);
        }
        if self.places.len() >= MOST_PLACES {
            return None;
        }
        let at = self.places.len();
        self.places.push(Place::default());
        self.known.insert(key, at);
        let Gathered { mut place, rare, mut members, items, patterns, others, conditions } = self.gather(sources);
        place.rare = (!rare.is_empty()).then(|| Box::new(rare));
        let mut more = More::default();
        for (pattern, sources) in patterns {
            let Some(rule) = parts::pattern(pattern) else { continue };
            for (_, known) in members.iter_mut().filter(|(name, _)| rule.is_valid(&Value::from(**name))) {
                known.extend(&sources);
            }
            more.patterns.extend(self.place(sources).map(|inner| (rule, inner)));
        }
        let mut known = Vec::with_capacity(members.len());
        for (name, sources) in members {
            if let Some(member) = self.place(sources) {
                known.push((self.name(name), member));
            }
        }
        place.members = known.into();
        if !others.is_empty() {
            more.others = self.place(others);
        }
        for (premise, branches) in conditions {
            let branches = branches.map(|branch| branch.and_then(|branch| self.place(vec![branch])));
            more.conditions.push(Condition { premise: std::ptr::from_ref(premise).addr(), branches, rule: None });
        }
        place.more = (!more.is_empty()).then(|| Box::new(more));
        if !items.is_empty() {
            place.items = self.place(items);
        }
        if let Some(items) = place.items.and_then(|items| self.places.get(items)) {
            let has_selectors = !place.selectors.is_empty();
            let selectors = place.selectors.iter().filter(|name| !items.is_closed || items.has(name));
            place.selectors = selectors.cloned().collect();
            // Items that can have none of the selectors are all the same one.
            place.is_single |= has_selectors && place.selectors.is_empty();
        }
        match self.selectors.get(&place.selectors) {
            Some(same) => place.selectors = same.clone(),
            None => _ = self.selectors.insert(place.selectors.clone()),
        }
        if let Some(new) = self.places.get_mut(at) {
            *new = place;
        }
        Some(at)
    }

    fn name(&mut self, name: &str) -> Arc<str> {
        match self.names.get(name) {
            Some(same) => same.clone(),
            None => {
                let name: Arc<str> = name.into();
                self.names.insert(name.clone());
                name
            }
        }
    }

    /// What these schemas, and those that they join without a condition, say of the place, and the schemas of its parts.
    fn gather(&self, sources: Vec<&'schema Value>) -> Gathered<'schema> {
        let mut found = Gathered::default();
        let Gathered { place, rare, members, items, patterns, others, conditions } = &mut found;
        let mut seen = HashSet::new();
        // Whether it always applies, and not only as one of several forms.
        let mut waiting: Vec<_> = sources.into_iter().map(|source| (source, true)).collect();
        while let Some((source, is_certain)) = waiting.pop() {
            let Value::Object(schema) = source else { continue };
            if !seen.insert(std::ptr::from_ref(source)) {
                continue;
            }
            for (name, member) in object(schema, "properties") {
                members.entry(name).or_default().push(member);
            }
            for (pattern, member) in object(schema, "patternProperties") {
                patterns.entry(pattern).or_default().push(member);
            }
            others.extend(schema.get("additionalProperties").filter(|other| other.is_object()));
            if let Some(premise) = schema.get("if") {
                conditions.push((premise, [schema.get("then"), schema.get("else")]));
            }
            match schema.get("items") {
                Some(Value::Array(tuple)) => items.extend(tuple),
                Some(every) => items.push(every),
                None => {}
            }
            if place.selectors.is_empty() {
                place.selectors = list(schema, "selectors").iter().filter_map(Value::as_str).map(Into::into).collect();
            }
            if rare.open.is_none() {
                rare.open = self.open(schema);
            }
            if let Some(lifecycle) = schema.get("$lifecycle").and_then(Value::as_object) {
                rare.deprecated.extend(list(lifecycle, "enumDeprecated").iter().cloned());
                let pointers = list(lifecycle, "replacedBy").iter().filter_map(Value::as_str);
                rare.replaced_by.extend(pointers.map(str::to_owned));
            }
            if is_certain {
                place.is_fixed |= schema.get("editable") == Some(&Value::Bool(false));
                place.is_closed |= schema.get("additionalProperties") == Some(&Value::Bool(false));
                place.is_single |= schema.get("maxItems").and_then(Value::as_f64) == Some(1.0);
            }
            if place.label.is_none() {
                place.label = schema.get("title").and_then(Value::as_str).map(Into::into);
            }
            if let Some(other) = schema.get("$ref").and_then(Value::as_str).and_then(|name| target(self.root, name)) {
                waiting.push((other, is_certain));
            }
            waiting.extend(list(schema, "allOf").iter().map(|other| (other, is_certain)));
            waiting.extend(list(schema, "anyOf").iter().map(|other| (other, false)));
            waiting.extend(list(schema, "oneOf").iter().map(|other| (other, false)));
        }
        found
    }

    fn open(&self, schema: &Map<String, Value>) -> Option<Open> {
        let mut open = Open::default();
        for branch in list(schema, "anyOf") {
            let mut branch = branch.as_object()?;
            for _ in 0..MOST_HOPS {
                let Some(reference) = branch.get("$ref").and_then(Value::as_str) else { break };
                branch = target(self.root, reference)?.as_object()?;
            }
            let values = list(branch, "enum");
            if !values.is_empty() {
                open.values.extend(values.iter().cloned());
                open.texts.extend(values.iter().filter_map(Value::as_str).map(str::to_owned));
                open.labels.extend(list(branch, "enumNames").iter().cloned());
                open.labels.resize(open.values.len(), Value::Null);
            } else if !NARROWING.iter().any(|keyword| branch.contains_key(*keyword)) {
                match branch.get("type") {
                    None => open.is_every_type = true,
                    Some(Value::String(one)) => open.types.push(one.clone()),
                    Some(several) => open
                        .types
                        .extend(several.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned)),
                }
            }
        }
        let is_open = open.is_every_type || !open.types.is_empty();
        (is_open && !open.values.is_empty()).then_some(open)
    }
}

/// What schemas say of a place, and the schemas of its parts.
#[derive(Default)]
struct Gathered<'schema> {
    place: Place,
    rare: Rare,
    members: BTreeMap<&'schema str, Vec<&'schema Value>>,
    items: Vec<&'schema Value>,
    patterns: BTreeMap<&'schema str, Vec<&'schema Value>>,
    others: Vec<&'schema Value>,
    conditions: Vec<(&'schema Value, [Option<&'schema Value>; 2])>,
}

/// Keywords that make a form of `anyOf` more than "any text" or "any number".
const NARROWING: [&str; 9] = ["allOf", "anyOf", "const", "format", "if", "not", "oneOf", "pattern", "properties"];

fn list<'a>(schema: &'a Map<String, Value>, keyword: &str) -> &'a [Value] {
    schema.get(keyword).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn object<'a>(schema: &'a Map<String, Value>, keyword: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    schema.get(keyword).and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

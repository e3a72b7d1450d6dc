//! What lints need to know of a schema, gathered once: for each place of the attributes, its selectors, open choices,
//! deprecated values and labels.

use super::references::target;
use crate::attributes::is_equal;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// The most places. Amazon's schemas have about two thousand.
const MOST_PLACES: usize = 100_000;

/// The member that lints look at in every place.
pub(super) const MARKETPLACE: &str = "marketplace_id";

/// How many references lead to references before they are not followed.
const MOST_HOPS: usize = 16;

/// The places of a schema as a tree, or as a graph if the schema refers to itself.
pub(super) struct Outline {
    places: Vec<Place>,
}

/// A place of the attributes, with what all schemas say of it that apply there without a condition.
///
/// A walk over a listing visits a few hundred of them, so that what it needs is small and comes first.
#[derive(Default)]
pub(super) struct Place {
    /// The members below which a lint can find something.
    pub watched: Box<[(Arc<str>, usize)]>,
    /// The members that tell items apart, as far as items may have them.
    pub selectors: Arc<[String]>,
    items: Option<usize>,
    /// What few places have.
    pub rare: Option<Box<Rare>>,
    /// Whether a lint can find something here or below.
    is_watched: bool,
    /// Whether a stored value must stay as it is.
    pub is_fixed: bool,
    /// Whether other members are refused.
    pub is_closed: bool,
    /// The title, in the language of the schema.
    pub label: Option<Box<str>>,
    /// All members, in the order of their names.
    members: Box<[(Arc<str>, usize)]>,
}

/// What few places have.
#[derive(Default)]
pub(super) struct Rare {
    /// The listed values where the schema takes others too.
    pub open: Option<Open>,
    /// Values that the schema still takes, but not for long.
    pub deprecated: Vec<Value>,
    /// Relative JSON pointers to what replaces this place.
    pub replaced_by: Vec<String>,
}

impl Rare {
    fn is_empty(&self) -> bool {
        self.open.is_none() && self.deprecated.is_empty() && self.replaced_by.is_empty()
    }
}

/// An enumeration beside which any text passes: `anyOf` of a type and of an `enum`.
#[derive(Default)]
pub(super) struct Open {
    /// The values and their labels, in the order of the schema.
    pub values: Vec<Value>,
    pub labels: Vec<Value>,
    texts: HashSet<String>,
    /// The types that pass beside the values. None: every type.
    types: Vec<String>,
    is_every_type: bool,
}

impl Outline {
    pub fn of(schema: &Value) -> Self {
        let mut builder = Builder {
            root: schema,
            places: Vec::new(),
            known: HashMap::new(),
            names: HashSet::new(),
            selectors: HashSet::new(),
        };
        builder.place(vec![schema]);
        let mut outline = Self { places: builder.places };
        outline.watch();
        outline
    }

    /// Notes where a lint can find something. A schema may refer to itself, so that this goes on until nothing changes.
    fn watch(&mut self) {
        let is_watched = |places: &[Place], at: &usize| places.get(*at).is_some_and(|place| place.is_watched);
        loop {
            let watched: Vec<_> = self
                .places
                .iter()
                .map(|place| {
                    place.rare.is_some()
                        || !place.selectors.is_empty()
                        || place.items.is_some_and(|items| is_watched(&self.places, &items))
                        || place.members.iter().any(|(name, at)| &**name == MARKETPLACE || is_watched(&self.places, at))
                })
                .collect();
            let mut is_changed = false;
            for (place, is_watched) in self.places.iter_mut().zip(watched) {
                is_changed |= place.is_watched != is_watched;
                place.is_watched = is_watched;
            }
            if !is_changed {
                break;
            }
        }
        let watched: Vec<Box<[_]>> = self
            .places
            .iter()
            .map(|place| {
                let members = place.members.iter();
                members.filter(|(name, at)| &**name == MARKETPLACE || is_watched(&self.places, at)).cloned().collect()
            })
            .collect();
        for (place, watched) in self.places.iter_mut().zip(watched) {
            place.watched = watched;
        }
    }

    /// The place of the attributes as a whole.
    pub fn root(&self) -> Option<&Place> {
        self.places.first()
    }

    pub fn member(&self, place: &Place, name: &str) -> Option<&Place> {
        let at = place.members.binary_search_by(|(known, _)| known.as_ref().cmp(name)).ok()?;
        self.at(place.members.get(at)?.1)
    }

    /// A place by its number.
    pub fn at(&self, place: usize) -> Option<&Place> {
        self.places.get(place)
    }

    pub fn items(&self, place: &Place) -> Option<&Place> {
        self.places.get(place.items?)
    }

    /// The place of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&Place> {
        self.member(self.root()?, name)
    }
}

impl Place {
    /// The names of the members.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|(name, _)| name.as_ref())
    }

    pub fn has(&self, member: &str) -> bool {
        self.names().any(|name| name == member)
    }
}

impl Open {
    fn has(&self, text: &str) -> bool {
        match self.values.as_slice() {
            [only] => only.as_str() == Some(text),
            _ => self.texts.contains(text),
        }
    }

    /// Whether only the open form takes the value.
    pub fn misses(&self, value: &Value) -> bool {
        let type_name = match value {
            Value::String(text) if self.has(text) => return false,
            Value::String(_) => "string",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::Bool(_) => "boolean",
            _ => return false,
        };
        let is_type = |known: &String| known == type_name || (known == "number" && type_name == "integer");
        (self.is_every_type || self.types.iter().any(is_type))
            && !self.values.iter().any(|known| !known.is_string() && is_equal(known, value))
    }
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
        let (mut place, rare, members, items) = self.gather(sources);
        place.rare = (!rare.is_empty()).then(|| Box::new(rare));
        let mut known = Vec::with_capacity(members.len());
        for (name, sources) in members {
            if let Some(member) = self.place(sources) {
                known.push((self.name(name), member));
            }
        }
        place.members = known.into();
        if !items.is_empty() {
            place.items = self.place(items);
        }
        if let Some(items) = place.items.and_then(|items| self.places.get(items)) {
            let selectors = place.selectors.iter().filter(|name| !items.is_closed || items.has(name));
            place.selectors = selectors.cloned().collect();
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
    #[allow(clippy::type_complexity)]
    fn gather(
        &self,
        sources: Vec<&'schema Value>,
    ) -> (Place, Rare, BTreeMap<&'schema str, Vec<&'schema Value>>, Vec<&'schema Value>) {
        let mut place = Place::default();
        let mut rare = Rare::default();
        let mut members: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        let mut items = Vec::new();
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
        (place, rare, members, items)
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

/// Keywords that make a form of `anyOf` more than "any text" or "any number".
const NARROWING: [&str; 9] = ["allOf", "anyOf", "const", "format", "if", "not", "oneOf", "pattern", "properties"];

fn list<'a>(schema: &'a Map<String, Value>, keyword: &str) -> &'a [Value] {
    schema.get(keyword).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn object<'a>(schema: &'a Map<String, Value>, keyword: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    schema.get(keyword).and_then(Value::as_object).into_iter().flatten().map(|(name, value)| (name.as_str(), value))
}

//! What lints need to know of a schema, gathered once: for each place of the attributes, its selectors, open choices,
//! deprecated values and labels.

mod gather;

use super::{parts, references};
use crate::Selectors;
use crate::attributes::is_equal;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// The member that lints look at in every place.
pub(super) const MARKETPLACE: &str = "marketplace_id";

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
    /// Whether that is so here or below.
    has_fixed: bool,
    /// Whether there is one item at most, which has no selectors.
    is_single: bool,
    /// Whether other members are refused.
    pub is_closed: bool,
    /// The title, in the language of the schema.
    pub label: Option<Box<str>>,
    /// All members, in the order of their names.
    members: Box<[(Arc<str>, usize)]>,
    /// What applies to some values only.
    more: Option<Box<More>>,
}

/// The places of members that have no name in the schema, and those under a condition.
#[derive(Default)]
struct More {
    /// By the pattern of a name.
    patterns: Vec<(jsonschema::Validator, usize)>,
    /// Of members whose names fit neither.
    others: Option<usize>,
    conditions: Vec<Condition>,
}

/// An `if` with its `then` and `else`.
struct Condition {
    /// Where the schema of the condition is in memory, by which it is found once more.
    premise: usize,
    branches: [Option<usize>; 2],
    rule: Option<jsonschema::Validator>,
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
        let mut outline = Self::unconditional(schema);
        outline.watch();
        outline.premises(schema);
        outline
    }

    /// The outline before its conditions can be checked.
    fn unconditional(schema: &Value) -> Self {
        Self { places: gather::places(schema) }
    }

    /// The selectors of the attributes.
    pub fn selectors(schema: &Value) -> Selectors {
        let outline = Self::unconditional(schema);
        let mut found = Selectors::default();
        let (mut waiting, mut seen) = (vec![0], HashSet::from([0]));
        while let Some(place) = waiting.pop().and_then(|at| outline.at(at)) {
            for (name, at) in &place.members {
                let Some(attribute) = outline.at(*at).filter(|_| found.of(name).is_empty()) else { continue };
                match attribute.selectors.is_empty() {
                    true if attribute.is_single => found.set_single(name),
                    true => {}
                    false => found.set(name, attribute.selectors.iter()),
                }
            }
            // Those without a condition come first.
            let conditions = place.more.iter().flat_map(|more| &more.conditions);
            waiting.extend(conditions.flat_map(|condition| condition.branches).flatten().filter(|at| seen.insert(*at)));
        }
        found
    }

    /// Notes where a lint can find something, and where a value can be fixed. A schema may refer to itself, so that this goes on
    /// until nothing changes.
    fn watch(&mut self) {
        let is_watched = |places: &[Place], at: usize| places.get(at).is_some_and(|place| place.is_watched);
        let has_fixed = |places: &[Place], at: usize| places.get(at).is_some_and(|place| place.has_fixed);
        loop {
            let known: Vec<_> = self
                .places
                .iter()
                .map(|place| {
                    let mut inner = place.inner();
                    let has_marketplace = || place.members.iter().any(|(name, _)| &**name == MARKETPLACE);
                    let watched = place.rare.is_some()
                        || !place.selectors.is_empty()
                        || has_marketplace()
                        || inner.any(|at| is_watched(&self.places, at));
                    let fixed = place.is_fixed || place.inner().any(|at| has_fixed(&self.places, at));
                    (watched, fixed)
                })
                .collect();
            let mut is_changed = false;
            for (place, (is_watched, has_fixed)) in self.places.iter_mut().zip(known) {
                is_changed |= place.is_watched != is_watched || place.has_fixed != has_fixed;
                (place.is_watched, place.has_fixed) = (is_watched, has_fixed);
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
                members.filter(|(name, at)| &**name == MARKETPLACE || is_watched(&self.places, *at)).cloned().collect()
            })
            .collect();
        for (place, watched) in self.places.iter_mut().zip(watched) {
            place.watched = watched;
        }
    }

    /// Compiles the conditions under which there is something to find, and forgets the others.
    fn premises(&mut self, schema: &Value) {
        let is_needed: Vec<bool> = self.places.iter().map(|place| place.is_watched || place.has_fixed).collect();
        let is_needed = |at: &usize| is_needed.get(*at).copied().unwrap_or_default();
        let mut waiting = Vec::new();
        for more in self.places.iter_mut().filter_map(|place| place.more.as_deref_mut()) {
            more.patterns.retain(|(_, at)| is_needed(at));
            more.others = more.others.filter(is_needed);
            more.conditions.retain(|condition| condition.branches.iter().flatten().any(is_needed));
            waiting.extend(more.conditions.iter().map(|condition| condition.premise));
        }
        if !waiting.is_empty() {
            let pointers = references::conditions(schema);
            let pointer = |premise: usize| pointers.get(&premise).map(String::as_str);
            let mut rules = parts::compile(schema, waiting.iter().copied().filter_map(pointer));
            for more in self.places.iter_mut().filter_map(|place| place.more.as_deref_mut()) {
                for condition in &mut more.conditions {
                    condition.rule = pointer(condition.premise).and_then(|pointer| rules.remove(pointer));
                }
                more.conditions.retain(|condition| condition.rule.is_some());
            }
        }
        for place in &mut self.places {
            place.more = place.more.take().filter(|more| !more.is_empty());
        }
    }

    /// The places of a member that the schema does not name, and that applies to its value all the same.
    pub fn unnamed<'outline>(&'outline self, place: &Place, name: &str) -> impl Iterator<Item = &'outline Place> {
        let more = place.more.as_deref().filter(|_| !place.has(name));
        let mut found = Vec::new();
        if let Some(more) = more {
            let text = Value::from(name);
            found.extend(more.patterns.iter().filter(|(pattern, _)| pattern.is_valid(&text)).map(|(_, at)| *at));
            found.extend(more.others.filter(|_| found.is_empty()));
        }
        found.into_iter().filter_map(|at| self.at(at))
    }

    /// The places of the branches (`then`, `else`) that apply to the value.
    pub fn applied<'outline>(&'outline self, place: &Place, value: &Value) -> impl Iterator<Item = &'outline Place> {
        let mut found = Vec::new();
        for condition in place.more.iter().flat_map(|more| &more.conditions) {
            let [then, otherwise] = condition.branches;
            let holds = condition.rule.as_ref().is_some_and(|rule| rule.is_valid(value));
            found.extend(if holds { then } else { otherwise });
        }
        found.into_iter().filter_map(|at| self.at(at))
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
        self.members.binary_search_by(|(known, _)| known.as_ref().cmp(member)).is_ok()
    }

    /// Whether it has members without a name in the schema, or conditions.
    pub fn has_more(&self) -> bool {
        self.more.is_some()
    }

    /// Whether a stored value here or below must stay as it is.
    pub fn has_fixed(&self) -> bool {
        self.has_fixed
    }

    /// The places below, and those of the branches of its conditions.
    fn inner(&self) -> impl Iterator<Item = usize> {
        let more = self.more.as_deref();
        let members = self.members.iter().map(|(_, at)| *at);
        let patterns = more.into_iter().flat_map(|more| more.patterns.iter().map(|(_, at)| *at));
        let others = more.and_then(|more| more.others);
        let branches = more.into_iter().flat_map(|more| &more.conditions).flat_map(|condition| condition.branches);
        members.chain(self.items).chain(patterns).chain(others).chain(branches.flatten())
    }
}

impl More {
    fn is_empty(&self) -> bool {
        self.patterns.is_empty() && self.others.is_none() && self.conditions.is_empty()
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

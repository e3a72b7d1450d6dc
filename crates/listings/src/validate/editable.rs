//! Values that must stay as they are once a listing has them (`editable` false).

use super::outline::{Outline, Place};
use super::pointer::joined;
use crate::Selectors;
use crate::attributes::{canonical_text, identity, is_equal};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap, VecDeque};

/// A change that is not allowed.
pub(super) struct Change<'value> {
    /// Where the sent value stands, or where the value would stand that is left out.
    pub pointer: String,
    pub stored: &'value Value,
    /// What is sent in its place. `None` if nothing is.
    pub sent: Option<&'value Value>,
}

/// The changes that are not allowed, between the instances that are sent and the stored ones with the same selectors. What
/// holds under a condition counts if the condition holds `after` the change.
///
/// A value that is not stored yet may be set. An instance that is not sent stays as it is.
pub(super) fn compare<'value>(
    outline: &Outline,
    selectors: &Selectors,
    attribute: &str,
    stored: &'value [Value],
    sent: &'value [Value],
    after: &Value,
) -> Vec<Change<'value>> {
    let mut walk = Walk { outline, known: BTreeSet::new(), found: Vec::new() };
    let pairs = pairs(stored, sent, |one| selectors.identity(attribute, one)).replaced;
    let pointer = joined("", attribute);
    for root in whole(outline, outline.root(), after) {
        for place in named(outline, root, attribute) {
            for (at, stored, sent) in &pairs {
                if place.is_fixed {
                    walk.add(pointer.clone(), stored, Some(sent));
                }
                if let Some(items) = outline.items(place) {
                    walk.value(items, stored, sent, &joined(&pointer, &at.to_string()));
                }
            }
        }
    }
    walk.found
}

/// A place and the branches of conditions that apply to its value.
fn whole<'outline>(outline: &'outline Outline, place: Option<&'outline Place>, value: &Value) -> Vec<&'outline Place> {
    let mut found: Vec<&Place> = place.into_iter().collect();
    let mut at = 0;
    while let Some(place) = found.get(at) {
        at += 1;
        for branch in outline.applied(place, value) {
            // Two conditions may have one branch.
            if !found.iter().any(|known| std::ptr::eq(*known, branch)) {
                found.push(branch);
            }
        }
    }
    found
}

/// The places of a member.
fn named<'outline>(outline: &'outline Outline, place: &'outline Place, name: &str) -> Vec<&'outline Place> {
    outline.member(place, name).into_iter().chain(outline.unnamed(place, name)).collect()
}

struct Walk<'walk, 'value> {
    outline: &'walk Outline,
    /// Several conditions may say the same of one place.
    known: BTreeSet<String>,
    found: Vec<Change<'value>>,
}

impl<'value> Walk<'_, 'value> {
    fn add(&mut self, pointer: String, stored: &'value Value, sent: Option<&'value Value>) {
        if self.known.insert(pointer.clone()) {
            self.found.push(Change { pointer, stored, sent });
        }
    }

    fn value(&mut self, place: &Place, stored: &'value Value, sent: &'value Value, pointer: &str) {
        if is_equal(stored, sent) {
            return;
        }
        for place in whole(self.outline, Some(place), sent) {
            self.place(place, stored, sent, pointer);
        }
    }

    fn place(&mut self, place: &Place, stored: &'value Value, sent: &'value Value, pointer: &str) {
        if !place.has_fixed() {
            return;
        }
        if place.is_fixed {
            self.add(pointer.to_owned(), stored, Some(sent));
            return;
        }
        match (stored, sent) {
            (Value::Object(stored), Value::Object(sent)) => {
                for (name, stored) in stored {
                    let pointer = joined(pointer, name);
                    for place in named(self.outline, place, name) {
                        match sent.get(name) {
                            Some(sent) => self.value(place, stored, sent, &pointer),
                            None => self.dropped(place, stored, &pointer),
                        }
                    }
                }
            }
            (Value::Array(stored), Value::Array(sent)) => {
                let Some(items) = self.outline.items(place) else { return };
                let pairs = pairs(stored, sent, |one| match place.selectors.as_ref() {
                    [] => String::new(),
                    selectors => identity(selectors, one),
                });
                for (at, stored, sent) in pairs.replaced {
                    self.value(items, stored, sent, &joined(pointer, &at.to_string()));
                }
                for stored in pairs.dropped {
                    self.dropped(items, stored, pointer);
                }
            }
            _ => {}
        }
    }

    /// Notes a stored value that is left out, if it is fixed or has a fixed part.
    fn dropped(&mut self, place: &Place, stored: &'value Value, pointer: &str) {
        let is_fixed = whole(self.outline, Some(place), stored).into_iter().any(|place| self.is_fixed(place, stored));
        if is_fixed {
            self.add(pointer.to_owned(), stored, None);
        }
    }

    /// Whether the value is fixed, or has a fixed part.
    fn is_fixed(&self, place: &Place, value: &Value) -> bool {
        let mut inner = match value {
            _ if place.is_fixed => return true,
            _ if !place.has_fixed() => return false,
            Value::Object(members) => members
                .iter()
                .flat_map(|(name, value)| named(self.outline, place, name).into_iter().map(move |place| (place, value)))
                .collect::<Vec<_>>(),
            Value::Array(items) => {
                let place = self.outline.items(place);
                place.into_iter().flat_map(|place| items.iter().map(move |item| (place, item))).collect()
            }
            _ => return false,
        }
        .into_iter();
        inner.any(|(place, value)| {
            whole(self.outline, Some(place), value).into_iter().any(|place| self.is_fixed(place, value))
        })
    }
}

/// Which items of a list take the places of which others.
struct Pairs<'value> {
    /// The index of the sent one, the stored one and the sent one.
    replaced: Vec<(usize, &'value Value, &'value Value)>,
    /// The stored ones whose places nothing takes.
    dropped: Vec<&'value Value>,
}

/// The sent values that take the place of other stored ones. Several may have the same selectors: a value that is stored as it is
/// sent stays, and the others are compared in their order.
fn pairs<'value>(stored: &'value [Value], sent: &'value [Value], identity: impl Fn(&Value) -> String) -> Pairs<'value> {
    let mut equal: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (at, stored) in stored.iter().enumerate() {
        equal.entry(canonical_text(stored)).or_default().push_back(at);
    }
    let mut is_left = vec![true; stored.len()];
    let take = |at: usize, is_left: &mut Vec<bool>| {
        if let Some(is_left) = is_left.get_mut(at) {
            *is_left = false;
        }
    };
    let mut changed = Vec::new();
    for (at, sent) in sent.iter().enumerate() {
        match equal.get_mut(&canonical_text(sent)).and_then(VecDeque::pop_front) {
            Some(known) => take(known, &mut is_left),
            None => changed.push((at, sent)),
        }
    }
    let mut same: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (at, stored) in stored.iter().enumerate() {
        if is_left.get(at) == Some(&true) {
            same.entry(identity(stored)).or_default().push_back(at);
        }
    }
    let mut replaced = Vec::new();
    for (at, sent) in changed {
        let known = same.get_mut(&identity(sent)).and_then(VecDeque::pop_front);
        if let Some((known, stored)) = known.and_then(|known| Some((known, stored.get(known)?))) {
            take(known, &mut is_left);
            replaced.push((at, stored, sent));
        }
    }
    let dropped = stored.iter().zip(&is_left).filter(|(_, is_left)| **is_left).map(|(stored, _)| stored).collect();
    Pairs { replaced, dropped }
}

//! Checks beyond the schema that follow from what the schema says by the way.

use super::choices::{meant, some_of};
use super::finding::Severity;
use super::outline::{MARKETPLACE, Open, Outline, Place};
use super::pointer::escaped;
use super::words::{listed, name, shown};
use crate::attributes::is_equal;
use serde_json::Value;
use spapi_core::Marketplace;

/// A lint: its code, the pointer of the value, and what its finding says after the name of the place.
pub(super) struct Lint {
    pub code: &'static str,
    pub severity: Severity,
    pub pointer: String,
    pub property: Option<String>,
    pub message: String,
}

/// The code of a value for another marketplace than that of the listing.
const MISMATCH: &str = "marketplace_mismatch";

/// How deep attributes are walked, as deep as `serde_json` reads.
const DEEPEST: usize = 128;

/// The way to a value.
#[derive(Clone, Copy)]
struct Path<'path> {
    before: Option<&'path Path<'path>>,
    segment: Segment<'path>,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Segment<'path> {
    Root,
    Member(&'path str),
    Item(usize),
}

impl<'path> Path<'path> {
    const ROOT: Path<'static> = Path { before: None, segment: Segment::Root, depth: 0 };

    fn to(&'path self, segment: Segment<'path>) -> Self {
        Path { before: Some(self), segment, depth: self.depth + 1 }
    }

    fn pointer(&self) -> String {
        let mut pointer = self.before.map(Path::pointer).unwrap_or_default();
        match self.segment {
            Segment::Root => {}
            Segment::Member(name) => {
                pointer.push('/');
                pointer.push_str(&escaped(name));
            }
            Segment::Item(at) => {
                pointer.push('/');
                pointer.push_str(&at.to_string());
            }
        }
        pointer
    }

    fn member(&self) -> Option<&'path str> {
        match self.segment {
            Segment::Member(name) => Some(name),
            _ => None,
        }
    }
}

/// The walk over attributes.
pub(super) struct Walk<'walk> {
    pub outline: &'walk Outline,
    pub marketplace: Option<Marketplace>,
    /// Whether the walk looks at an instance: by its attribute and index.
    pub looks_at: &'walk dyn Fn(&str, usize) -> bool,
}

impl Walk<'_> {
    /// Calls `found` with each lint.
    pub fn attributes(&self, attributes: &Value, found: &mut dyn FnMut(Lint)) {
        if let Some(root) = self.outline.root() {
            self.value(root, attributes, &Path::ROOT, found);
        }
    }

    fn value(&self, place: &Place, value: &Value, path: &Path<'_>, found: &mut dyn FnMut(Lint)) {
        if path.depth > DEEPEST {
            return;
        }
        if let (1, Some(attribute), Value::Array(items)) = (path.depth, path.member(), value) {
            if !(0..items.len()).any(|at| (self.looks_at)(attribute, at)) {
                return;
            }
        }
        let mut add = |code, property, message| {
            // Amazon takes attributes for the marketplace of the call only.
            let severity = if code == MISMATCH { Severity::Error } else { Severity::Warning };
            found(Lint { code, severity, pointer: path.pointer(), property, message });
        };
        let rare = place.rare.as_deref();
        if let Some(rare) = rare {
            if !rare.replaced_by.is_empty() {
                let others =
                    rare.replaced_by.iter().map(|pointer| name(pointer.rsplit('/').next().unwrap_or_default()));
                let message = format!("is replaced by {}, says the schema", listed(others, "and", 5));
                add("replaced_by", None, message);
            }
            if rare.deprecated.iter().any(|deprecated| is_equal(deprecated, value)) {
                let message = format!("takes {} only until Amazon removes the value, says the schema", shown(value));
                add("enum_deprecated", None, message);
            }
        }
        let open = rare.and_then(|rare| rare.open.as_ref());
        if let Some(message) = self.other_marketplace(value, path.member(), open) {
            add(MISMATCH, None, message);
        } else if let Some(open) = open.filter(|open| open.misses(value)) {
            let message = self.outside(open, value, path.member());
            add("value_outside_open_enum", None, message);
        }
        match value {
            Value::Object(members) => {
                // The attributes of a product type are more than those of a listing.
                if members.len() < place.watched.len() {
                    for (name, value) in members {
                        let at = place.watched.binary_search_by(|(known, _)| known.as_ref().cmp(name));
                        let watched = at.ok().and_then(|at| place.watched.get(at));
                        if let Some(inner) = watched.and_then(|(_, place)| self.outline.at(*place)) {
                            self.value(inner, value, &path.to(Segment::Member(name)), found);
                        }
                    }
                } else {
                    for (name, place) in &place.watched {
                        if let (Some(place), Some(value)) = (self.outline.at(*place), members.get(&**name)) {
                            self.value(place, value, &path.to(Segment::Member(name)), found);
                        }
                    }
                }
                if place.has_more() {
                    for (name, value) in members {
                        for inner in self.outline.unnamed(place, name) {
                            self.value(inner, value, &path.to(Segment::Member(name)), found);
                        }
                    }
                }
            }
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    let is_skipped = match (path.depth, path.member()) {
                        (1, Some(attribute)) => !(self.looks_at)(attribute, at),
                        _ => false,
                    };
                    if is_skipped {
                        continue;
                    }
                    let path = path.to(Segment::Item(at));
                    self.selectors(place, item, &path, found);
                    if let Some(inner) = self.outline.items(place) {
                        self.value(inner, item, &path, found);
                    }
                }
            }
            _ => {}
        }
        if place.has_more() {
            for branch in self.outline.applied(place, value) {
                self.value(branch, value, path, found);
            }
        }
    }

    fn selectors(&self, place: &Place, item: &Value, path: &Path<'_>, found: &mut dyn FnMut(Lint)) {
        let Some(members) = item.as_object() else { return };
        if place.selectors.iter().all(|name| members.contains_key(name)) {
            return;
        }
        let missing: Vec<_> = place.selectors.iter().filter(|name| !members.contains_key(*name)).collect();
        let property = missing.first().map(|first| (*first).clone());
        let missing = listed(missing.into_iter().map(|missing| name(missing)), "and", 5);
        found(Lint {
            code: "selector_missing",
            severity: Severity::Warning,
            pointer: path.pointer(),
            property,
            message: format!(
                "has no {missing}, by which Amazon tells its values apart: a later change may hit another one"
            ),
        });
    }

    fn outside(&self, open: &Open, value: &Value, member: Option<&str>) -> String {
        if let Some(other) = marketplace(value).filter(|_| member == Some(MARKETPLACE)) {
            return format!(
                "has the marketplace id of {} ({}), but this schema is for {}",
                other.country(),
                other.id(),
                some_of(&open.values)
            );
        }
        let meant = meant(value, &open.values, &open.labels).map(|meant| format!(" ({meant})")).unwrap_or_default();
        format!("takes any text, but Amazon knows {}{meant}; it may refuse {}", some_of(&open.values), shown(value))
    }

    /// Another marketplace's id where the listing is for one marketplace.
    fn other_marketplace(&self, value: &Value, member: Option<&str>, open: Option<&Open>) -> Option<String> {
        let here = self.marketplace.filter(|_| member == Some(MARKETPLACE))?;
        value.as_str().filter(|id| *id != here.id())?;
        let other = match marketplace(value) {
            Some(other) => format!("the marketplace id of {} ({})", other.country(), other.id()),
            None => format!("{} in the place of a marketplace id", shown(value)),
        };
        let listed = open.is_some_and(|open| !open.misses(value));
        let listed = if listed { ", which the schema lists too" } else { "" };
        Some(format!("has {other}{listed}; this listing is for {} ({})", here.country(), here.id()))
    }
}

fn marketplace(value: &Value) -> Option<Marketplace> {
    let id = value.as_str()?;
    Marketplace::ALL.iter().copied().find(|marketplace| marketplace.id() == id)
}

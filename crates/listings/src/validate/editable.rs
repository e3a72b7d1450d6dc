//! Values that must stay as they are once a listing has them (`editable` false).

use super::outline::{Outline, Place};
use super::pointer::joined;
use crate::Selectors;
use crate::attributes::is_equal;
use serde_json::Value;

/// Calls `changed` with the pointer, the stored and the sent value of each change that is not allowed: between an instance that
/// is sent and the stored one with the same selectors.
///
/// A value that is not stored yet may be set, and one that is not sent stays out of it.
pub(super) fn compare(
    outline: &Outline,
    selectors: &Selectors,
    attribute: &str,
    stored: &[Value],
    sent: &[Value],
    changed: &mut impl FnMut(&str, &Value, &Value),
) {
    let Some(place) = outline.attribute(attribute) else { return };
    let pointer = joined("", attribute);
    for (at, sent) in sent.iter().enumerate() {
        let Some(stored) = stored.iter().find(|stored| selectors.is_same(attribute, stored, sent)) else { continue };
        if place.is_fixed && !is_equal(stored, sent) {
            changed(&pointer, stored, sent);
        }
        if let Some(items) = outline.items(place) {
            walk(outline, items, stored, sent, &joined(&pointer, &at.to_string()), changed);
        }
    }
}

fn walk(
    outline: &Outline,
    place: &Place,
    stored: &Value,
    sent: &Value,
    pointer: &str,
    changed: &mut impl FnMut(&str, &Value, &Value),
) {
    if is_equal(stored, sent) {
        return;
    }
    if place.is_fixed {
        changed(pointer, stored, sent);
    }
    match (stored, sent) {
        (Value::Object(stored), Value::Object(sent)) => {
            for (name, sent) in sent {
                if let (Some(place), Some(stored)) = (outline.member(place, name), stored.get(name)) {
                    walk(outline, place, stored, sent, &joined(pointer, name), changed);
                }
            }
        }
        (Value::Array(stored), Value::Array(sent)) => {
            let Some(items) = outline.items(place) else { return };
            for (at, sent) in sent.iter().enumerate() {
                let same = match &*place.selectors {
                    [] => stored.get(at),
                    names => stored.iter().find(|stored| is_same(names, stored, sent)),
                };
                if let Some(stored) = same {
                    walk(outline, items, stored, sent, &joined(pointer, &at.to_string()), changed);
                }
            }
        }
        _ => {}
    }
}

/// Whether two items have equal selectors, where an absent one equals an absent one.
fn is_same(selectors: &[String], one: &Value, other: &Value) -> bool {
    selectors.iter().all(|name| match (one.get(name), other.get(name)) {
        (None, None) => true,
        (Some(one), Some(other)) => is_equal(one, other),
        _ => false,
    })
}

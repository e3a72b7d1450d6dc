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
    for (at, stored, sent) in replaced(stored, sent, |stored, sent| selectors.is_same(attribute, stored, sent)) {
        if place.is_fixed {
            changed(&pointer, stored, sent);
        }
        if let Some(items) = outline.items(place) {
            walk(outline, items, stored, sent, &joined(&pointer, &at.to_string()), changed);
        }
    }
}

/// The sent values that take the place of other stored ones, each with its index. Several may have the same selectors: a value that is
/// stored as it is sent stays, and the others are compared in their order.
fn replaced<'value>(
    stored: &'value [Value],
    sent: &'value [Value],
    is_same: impl Fn(&Value, &Value) -> bool,
) -> Vec<(usize, &'value Value, &'value Value)> {
    let mut left: Vec<&Value> = stored.iter().collect();
    let mut changed: Vec<(usize, &Value)> = Vec::new();
    for (at, sent) in sent.iter().enumerate() {
        match left.iter().position(|stored| is_equal(stored, sent)) {
            Some(known) => drop(left.remove(known)),
            None => changed.push((at, sent)),
        }
    }
    let mut pairs = Vec::new();
    for (at, sent) in changed {
        if let Some(known) = left.iter().position(|stored| is_same(stored, sent)) {
            pairs.push((at, left.remove(known), sent));
        }
    }
    pairs
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
            for (at, stored, sent) in replaced(stored, sent, |stored, sent| is_same(&place.selectors, stored, sent)) {
                walk(outline, items, stored, sent, &joined(pointer, &at.to_string()), changed);
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

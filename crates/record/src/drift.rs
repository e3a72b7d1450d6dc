//! What the types did not keep of an answer.
//!
//! Amazon's answers do not always match its published models, but the types read them anyway: a missing value becomes
//! empty, an unknown one is skipped. This module reports that. A [`DriftReporter`] encodes each decoded value as JSON
//! and compares the result with the answer.

use crate::outline::{Outline, Reads};
use serde_json::{Map, Number, Value};
use spapi_core::decode::{Note, NoteKind};
use spapi_core::{BodyType, Exchange, Observer, Operation, json_path};
use std::collections::HashMap;
use std::fmt;

/// One difference between an answer and what the types kept of it. It holds no values, which may be buyers' data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Drift {
    /// The path, such as `payload.Orders[3].OrderTotal`.
    pub path: String,
    /// The kind of difference.
    pub kind: DriftKind,
}

/// How a value differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DriftKind {
    /// The answer has a value that the type has a place for, but could not keep.
    Lost,
    /// The answer has a value that the type has no place for.
    Unknown,
    /// The type holds a value that the answer lacks.
    Defaulted,
    /// Both have a value, but not the same.
    Changed,
}

/// The differences in one answer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DriftReport {
    /// The operation that was called.
    pub operation: Operation,
    /// The differences, in the order of the answer; never empty.
    pub drifts: Vec<Drift>,
}

/// `Defaulted payload.Orders[3].PurchaseDate`
impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.kind, self.path)
    }
}

/// Compares an answer with the JSON that was encoded from its decoded value.
///
/// Numbers are compared by value (`1` and `1.0` are one), texts by letter. Null, an empty list and an empty object
/// count as absent. Since JSON does not tell a field that the type lacks from one that it could not keep, both are
/// reported as [`DriftKind::Lost`]; only a [`DriftReporter`] tells them apart.
///
/// ```
/// use spapi_record::drift::{DriftKind, compare};
/// use serde_json::json;
///
/// let drifts = compare(&json!({"id": 1, "new": "x"}), &json!({"id": 1.0, "name": ""}));
/// assert_eq!(drifts[0].to_string(), "Lost new");
/// assert_eq!(drifts[1].to_string(), "Defaulted name");
/// ```
pub fn compare(raw: &Value, typed: &Value) -> Vec<Drift> {
    compare_as(&NOTHING, raw, typed)
}

/// Compares with the outline of the typed value, which says which names are keys of maps, and so data.
fn compare_as(outline: &Outline, raw: &Value, typed: &Value) -> Vec<Drift> {
    let mut drifts = Vec::new();
    at(&mut String::new(), outline, raw, typed, &mut drifts);
    drifts
}

fn at(path: &mut String, outline: &Outline, raw: &Value, typed: &Value, drifts: &mut Vec<Drift>) {
    let mut report = |path: &str, kind| drifts.push(Drift { path: path.to_owned(), kind });
    match (raw, typed) {
        _ if is_absent(raw) && is_absent(typed) => {}
        (Value::Object(raw), Value::Object(typed)) => objects(path, outline, raw, typed, drifts),
        (Value::Array(raw), Value::Array(typed)) => arrays(path, outline, raw, typed, drifts),
        _ if is_absent(raw) => report(path, DriftKind::Defaulted),
        _ if is_absent(typed) => report(path, DriftKind::Lost),
        _ if !is_equal(raw, typed) => report(path, DriftKind::Changed),
        _ => {}
    }
}

fn objects(
    path: &mut String,
    outline: &Outline,
    raw: &Map<String, Value>,
    typed: &Map<String, Value>,
    drifts: &mut Vec<Drift>,
) {
    let children: HashMap<_, _> = typed.keys().zip(&outline.children).collect();
    // The typed value is read completely, and all names in a map are keys.
    let is_map = outline.children.iter().any(|child| child.is_key);
    let step = |key| if is_map { Step::Data } else { Step::Key(key) };
    for (key, raw) in raw {
        let outline = children.get(key).map_or(&NOTHING, |child| &child.outline);
        let typed = typed.get(key).unwrap_or(&Value::Null);
        within(path, &step(key), |path| at(path, outline, raw, typed, drifts));
    }
    for (key, typed) in typed.iter().filter(|(key, _)| !raw.contains_key(*key)) {
        within(path, &step(key), |path| at(path, &NOTHING, &Value::Null, typed, drifts));
    }
}

/// The outline of a value of which nothing is known.
static NOTHING: Outline = Outline { reads: Reads::Not, children: Vec::new() };

/// Compares elements one by one. If there are different numbers of them, elements of the answer without an equal are
/// lost.
fn arrays(path: &mut String, outline: &Outline, raw: &[Value], typed: &[Value], drifts: &mut Vec<Drift>) {
    // A null element does not count.
    let raw: Vec<_> = raw.iter().enumerate().filter(|(_, value)| !value.is_null()).collect();
    let mut kept = typed.iter();
    if raw.len() == typed.len() {
        for (place, ((index, raw), typed)) in raw.into_iter().zip(kept).enumerate() {
            let outline = outline.children.get(place).map_or(&NOTHING, |child| &child.outline);
            within(path, &Step::Index(index), |path| at(path, outline, raw, typed, drifts));
        }
        return;
    }
    let mut next = kept.next();
    let mut end = 0;
    for (index, raw) in raw {
        end = index + 1;
        if next.is_some_and(|typed| compare(raw, typed).is_empty()) {
            next = kept.next();
        } else {
            within(path, &Step::Index(index), |path| {
                drifts.push(Drift { path: path.clone(), kind: DriftKind::Lost });
            });
        }
    }
    for (index, _) in (end..).zip(next.into_iter().chain(kept)) {
        within(path, &Step::Index(index), |path| {
            drifts.push(Drift { path: path.clone(), kind: DriftKind::Defaulted });
        });
    }
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.iter().all(Value::is_null),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn is_equal(raw: &Value, typed: &Value) -> bool {
    match (raw, typed) {
        (Value::Number(raw), Value::Number(typed)) => is_same_number(raw, typed),
        _ => raw == typed,
    }
}

fn is_same_number(raw: &Number, typed: &Number) -> bool {
    raw == typed || (raw.as_i64().is_none() || typed.as_i64().is_none()) && raw.as_f64() == typed.as_f64()
}

enum Step<'step> {
    /// A name that may be a field's.
    Key(&'step str),
    /// The key of a map.
    Data,
    Index(usize),
}

/// Goes one step down the path, and back.
fn within(path: &mut String, step: &Step<'_>, then: impl FnOnce(&mut String)) {
    let length = path.len();
    push(path, step);
    then(path);
    path.truncate(length);
}

fn push(path: &mut String, step: &Step<'_>) {
    match step {
        Step::Key(key) => json_path::push_key(path, key),
        Step::Data => json_path::push_data(path),
        Step::Index(index) => json_path::push_index(path, *index),
    }
}

/// Compares each typed answer of a client with what the types kept of it, and reports the differences. For that it
/// decodes and encodes each answer once more.
///
/// ```
/// use spapi_core::{Client, Marketplace};
/// use spapi_record::drift::DriftReporter;
///
/// let reporter = DriftReporter::new(|report| {
///     for drift in &report.drifts {
///         eprintln!("{}: {drift}", report.operation);
///     }
/// });
/// let builder = Client::builder(Marketplace::JP).observer(reporter);
/// ```
pub struct DriftReporter(Box<dyn Fn(&DriftReport) + Send + Sync>);

impl DriftReporter {
    /// A reporter that calls the function for each answer with differences.
    pub fn new(report: impl Fn(&DriftReport) + Send + Sync + 'static) -> Self {
        Self(Box::new(report))
    }
}

impl Observer for DriftReporter {
    fn observe(&self, exchange: &Exchange<'_>) {
        let drifts = exchange.answer_type.and_then(|of| drifts(of, exchange.body)).unwrap_or_default();
        if !drifts.is_empty() {
            (self.0)(&DriftReport { operation: exchange.operation.clone(), drifts });
        }
    }
}

impl fmt::Debug for DriftReporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DriftReporter").finish_non_exhaustive()
    }
}

/// What a type does not keep of a body. `None` if the body cannot be decoded, or not be compared.
fn drifts(of: BodyType, body: &[u8]) -> Option<Vec<Drift>> {
    let typed = of.decode(body).ok()?;
    let raw = BodyType::of::<Value>().decode(body).ok()?;
    let mut drifts = compare(&raw.value, &typed.value);
    if !drifts.is_empty() {
        // The outline reads the value once more, and only tells fields from keys in the paths.
        drifts = compare_as(&Outline::of(of, &typed.value), &raw.value, &typed.value);
    }
    Some(with_notes(drifts, typed.notes))
}

/// Adds what the decoder found, and separates what the type has no place for from what it could not keep.
fn with_notes(mut drifts: Vec<Drift>, notes: Vec<Note>) -> Vec<Drift> {
    let found: HashMap<_, _> = drifts.iter().enumerate().map(|(index, drift)| (drift.path.clone(), index)).collect();
    for Note { path, kind, .. } in notes {
        let is_unknown = kind == NoteKind::Unknown;
        let kind = match kind {
            NoteKind::Unread | NoteKind::Repeated => DriftKind::Lost,
            NoteKind::Unknown => DriftKind::Unknown,
            // The value was read in another spelling.
            _ => DriftKind::Changed,
        };
        match found.get(&path).map(|index| &mut drifts[*index]) {
            Some(drift) if drift.kind == DriftKind::Lost && is_unknown => drift.kind = kind,
            // A member beyond the type is no loss where it counts as absent, such as null.
            None if is_unknown => {}
            Some(_) => {}
            None => drifts.push(Drift { path, kind }),
        }
    }
    drifts
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(raw: Value, typed: Value) -> Vec<String> {
        compare(&raw, &typed).iter().map(Drift::to_string).collect()
    }

    const NONE: [&str; 0] = [];

    #[test]
    fn absence_has_many_forms() {
        for (raw, typed) in [
            (json!({"a": null}), json!({})),
            (json!({}), json!({"a": []})),
            (json!({"a": []}), json!({})),
            (json!({"a": [null]}), json!({"a": []})),
            (json!({"a": {}}), json!({})),
            (json!({"a": 1}), json!({"a": 1.0})),
            (json!({"a": 17.31}), json!({"a": 17.31})),
            (json!([1, null, 2]), json!([1, 2])),
            (json!(18446744073709551615_u64), json!(18446744073709551615_u64)),
        ] {
            assert_eq!(shown(raw, typed), NONE);
        }
    }

    #[test]
    fn the_keys_of_maps_are_not_named() {
        #[derive(serde::Serialize, serde::Deserialize)]
        struct Kept {
            counts: HashMap<String, Option<u8>>,
            orders: HashMap<String, Order>,
        }
        #[derive(serde::Serialize, serde::Deserialize)]
        struct Order {
            id: Option<u8>,
        }
        let body = br#"{"counts":{"Mary":"many"},"orders":{"B0ABCDEFGH":{"id":"x","new":1}},"other":{"Miller":1}}"#;
        let drifts = drifts(BodyType::of::<Kept>(), body).unwrap();
        let shown: Vec<_> = drifts.iter().map(Drift::to_string).collect();
        assert_eq!(shown, ["Lost counts.{key}", "Lost orders.{key}.id", "Unknown orders.{key}.new", "Unknown other"]);
    }

    #[test]
    fn every_difference_is_named_by_path() {
        assert_eq!(
            shown(
                json!({"a": {"lost": 1}, "b": [{"x": "1,234"}, null, {"x": "y"}], "n": 17.31, "time": "2024-01-01T00:00Z"}),
                json!({"a": {"made up": ""}, "b": [{}, {"x": "Y"}], "n": 17.309999, "time": "2024-01-01T00:00:00Z"}),
            ),
            ["Lost a.lost", "Defaulted a.{key}", "Lost b[0].x", "Changed b[2].x", "Changed n", "Changed time"]
        );
        assert_eq!(shown(json!([1, "x", 2, null, 3]), json!([1, 2, 3])), ["Lost [1]"]);
        assert_eq!(shown(json!([1]), json!([1, 2])), ["Defaulted [1]"]);
        assert_eq!(shown(json!({"a": "1"}), json!({"a": 1})), ["Changed a"]);
        assert_eq!(shown(json!({}), json!({"a": {"b": ""}})), ["Defaulted a"]);
        assert_eq!(shown(json!({"a": {}}), json!({"a": {"b": ""}})), ["Defaulted a.b"]);
        assert_eq!(shown(json!(9007199254740993_i64), json!(9007199254740992_i64)), ["Changed "]);
    }
}

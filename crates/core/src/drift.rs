//! What the types did not keep of an answer.
//!
//! Amazon's answers and its published models do not always agree, and the types are made to read them all the same:
//! what is missing becomes empty, what is unknown is passed over. This module makes it visible. A client built with
//! [`report_drift`](crate::client::ClientBuilder::report_drift) writes every value that it has read back to JSON and
//! compares that with the answer.

use crate::decode::{self, DecodeError, Note, NoteKind};
use crate::operation::Operation;
use crate::response::{Origin, RawResponse};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// One difference between an answer and what the types kept of it. It holds no values, which may be buyers' data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Drift {
    /// Where it is: `payload.Orders[3].OrderTotal`.
    pub path: String,
    /// What it is.
    pub kind: DriftKind,
}

/// What a difference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DriftKind {
    /// The answer has a value that the type has a place for, but could not keep.
    Lost,
    /// The answer has a value that the type has no place for.
    Unknown,
    /// The type holds a value that the answer lacks.
    Defaulted,
    /// Both have a value, and it is another.
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

/// Compares an answer with a value that was read from it and written back.
///
/// Numbers are compared by value (`1` and `1.0` are one), texts by letter. Null, an empty list and an empty object are
/// as good as absent. Since JSON does not tell a field that the type lacks from one that it could not keep, both are
/// reported as [`DriftKind::Lost`]; only a client's own reports tell them apart.
///
/// ```
/// use spapi_core::drift::{DriftKind, compare};
/// use serde_json::json;
///
/// let drifts = compare(&json!({"id": 1, "new": "x"}), &json!({"id": 1.0, "name": ""}));
/// assert_eq!(drifts[0].to_string(), "Lost new");
/// assert_eq!(drifts[1].to_string(), "Defaulted name");
/// ```
pub fn compare(raw: &Value, typed: &Value) -> Vec<Drift> {
    let mut drifts = Vec::new();
    at(&mut String::new(), raw, typed, &mut drifts);
    drifts
}

fn at(path: &mut String, raw: &Value, typed: &Value, drifts: &mut Vec<Drift>) {
    let mut report = |path: &str, kind| drifts.push(Drift { path: path.to_owned(), kind });
    match (raw, typed) {
        _ if is_absent(raw) && is_absent(typed) => {}
        (Value::Object(raw), Value::Object(typed)) => objects(path, raw, typed, drifts),
        (Value::Array(raw), Value::Array(typed)) => arrays(path, raw, typed, drifts),
        _ if is_absent(raw) => report(path, DriftKind::Defaulted),
        _ if is_absent(typed) => report(path, DriftKind::Lost),
        _ if !is_equal(raw, typed) => report(path, DriftKind::Changed),
        _ => {}
    }
}

fn objects(path: &mut String, raw: &Map<String, Value>, typed: &Map<String, Value>, drifts: &mut Vec<Drift>) {
    for (key, raw) in raw {
        within(path, &Step::Key(key), |path| at(path, raw, typed.get(key).unwrap_or(&Value::Null), drifts));
    }
    for (key, typed) in typed.iter().filter(|(key, _)| !raw.contains_key(*key)) {
        within(path, &Step::Key(key), |path| at(path, &Value::Null, typed, drifts));
    }
}

/// Elements are compared one by one; where their numbers differ, those of the answer that have no equal are lost.
fn arrays(path: &mut String, raw: &[Value], typed: &[Value], drifts: &mut Vec<Drift>) {
    // A null element is no element.
    let raw: Vec<_> = raw.iter().enumerate().filter(|(_, value)| !value.is_null()).collect();
    let mut kept = typed.iter();
    if raw.len() == typed.len() {
        for ((index, raw), typed) in raw.into_iter().zip(kept) {
            within(path, &Step::Index(index), |path| at(path, raw, typed, drifts));
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
    Key(&'step str),
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
        Step::Key(key) => crate::json_path::push_key(path, key),
        Step::Index(index) => crate::json_path::push_index(path, *index),
    }
}

/// Where a client's reports go.
#[derive(Clone)]
pub(crate) struct Reporter(Arc<dyn Fn(&DriftReport) + Send + Sync>);

/// The reporter of the client that an answer came from.
pub(crate) fn reporter(response: &RawResponse) -> Option<(&Origin, &Reporter)> {
    let origin = response.origin()?;
    Some((origin, origin.drift.as_ref()?))
}

impl Reporter {
    pub(crate) fn new(report: impl Fn(&DriftReport) + Send + Sync + 'static) -> Self {
        Self(Arc::new(report))
    }

    /// Reads a body and reports what was not kept.
    pub(crate) fn decode<T>(&self, operation: &Operation, body: &[u8]) -> Result<T, DecodeError>
    where
        T: DeserializeOwned + Serialize,
    {
        let (value, notes): (T, _) = decode::read_watched(body)?;
        // A value that cannot be written back or compared is no reason to withhold it.
        if let (Ok(raw), Ok(typed)) = (decode::read(body), serde_json::to_value(&value)) {
            let drifts = with_notes(compare(&raw, &typed), notes);
            if !drifts.is_empty() {
                (self.0)(&DriftReport { operation: operation.clone(), drifts });
            }
        }
        Ok(value)
    }
}

/// Adds what the reading of an answer met, and tells what the type has no place for from what it could not keep.
fn with_notes(mut drifts: Vec<Drift>, notes: Vec<Note>) -> Vec<Drift> {
    let found: HashMap<_, _> = drifts.iter().enumerate().map(|(index, drift)| (drift.path.clone(), index)).collect();
    for Note { path, kind } in notes {
        let kind = match kind {
            NoteKind::Respelled | NoteKind::Replaced => DriftKind::Changed,
            NoteKind::Unread | NoteKind::Repeated => DriftKind::Lost,
            NoteKind::Unknown => DriftKind::Unknown,
        };
        match found.get(&path).map(|index| &mut drifts[*index]) {
            Some(drift) if drift.kind == DriftKind::Lost && kind == DriftKind::Unknown => drift.kind = kind,
            // What an answer holds beyond the type is no loss where it is as good as nothing, such as null.
            None if kind == DriftKind::Unknown => {}
            Some(_) => {}
            None => drifts.push(Drift { path, kind }),
        }
    }
    drifts
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use serde_json::json;
    use std::sync::Mutex;

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
    fn every_difference_is_named_by_path() {
        assert_eq!(
            shown(
                json!({"a": {"lost": 1}, "b": [{"x": "1,234"}, null, {"x": "y"}], "n": 17.31, "time": "2024-01-01T00:00Z"}),
                json!({"a": {"made up": ""}, "b": [{}, {"x": "Y"}], "n": 17.309999, "time": "2024-01-01T00:00:00Z"}),
            ),
            ["Lost a.lost", "Defaulted a.*", "Lost b[0].x", "Changed b[2].x", "Changed n", "Changed time"]
        );
        assert_eq!(shown(json!([1, "x", 2, null, 3]), json!([1, 2, 3])), ["Lost [1]"]);
        assert_eq!(shown(json!([1]), json!([1, 2])), ["Defaulted [1]"]);
        assert_eq!(shown(json!({"a": "1"}), json!({"a": 1})), ["Changed a"]);
        assert_eq!(shown(json!({}), json!({"a": {"b": ""}})), ["Defaulted a"]);
        assert_eq!(shown(json!({"a": {}}), json!({"a": {"b": ""}})), ["Defaulted a.b"]);
        assert_eq!(shown(json!(9007199254740993_i64), json!(9007199254740992_i64)), ["Changed "]);
    }

    #[derive(Default, Serialize, Deserialize)]
    #[serde(default)]
    struct Order {
        #[serde(deserialize_with = "crate::absent::or_default")]
        id: String,
        #[serde(with = "crate::decimal::number_option", skip_serializing_if = "Option::is_none")]
        total: Option<crate::Decimal>,
        #[serde(deserialize_with = "crate::absent::list", skip_serializing_if = "Vec::is_empty")]
        lines: Vec<Order>,
    }

    #[test]
    fn a_clients_report_tells_the_unknown_from_the_lost() {
        let reports = Arc::new(Mutex::new(Vec::new()));
        let reporter = Reporter::new({
            let reports = Arc::clone(&reports);
            move |report: &DriftReport| reports.lock().unwrap().push(report.clone())
        });
        let operation = Operation::new("orders", "v0", "getOrder", http::Method::GET, "/");
        let read = |body: &str| reporter.decode::<Order>(&operation, body.as_bytes());
        let order = read(
            r#"{"lines":[{"gift":{"note":"for Mary"},"id":"a","total":17.31},{"id":null,"total":"2.50"}],"total":"1,234"}"#,
        )
        .unwrap();
        assert_eq!(order.lines[0].total.unwrap().to_string(), "17.31");
        let exact = read(r#"{"id":"x","total":123456789012345.67,"lines":null}"#).unwrap();
        assert_eq!(exact.total.unwrap().to_string(), "123456789012345.67");
        assert!(read("7").is_err() && read("{} {}").is_err());
        let reports = reports.lock().unwrap();
        assert_eq!(reports.len(), 1);
        assert_eq!(reports[0].operation.id, "getOrder");
        let drifts: Vec<_> = reports[0].drifts.iter().map(Drift::to_string).collect();
        assert_eq!(
            drifts,
            ["Unknown lines[0].gift", "Defaulted lines[1].id", "Changed lines[1].total", "Lost total", "Defaulted id"]
        );
        assert!(!format!("{reports:?}").contains("Mary"));
    }
}

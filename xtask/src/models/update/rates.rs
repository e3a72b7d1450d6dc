//! Keeps rates that Amazon drops, because tables of rates disappear by mistake and return months later.

use std::collections::BTreeMap;

use serde_json::Value;

use codegen::Generated;
use codegen::known::{LastKnownRate, Rates};
use codegen::metadata::rates::{self, Rate};
use codegen::normalise;
use codegen::walk;

/// The rates to keep after a change of models, and which of them are new.
///
/// `commit` is the old models' commit. A rate that a model prints again is not kept.
pub fn keep<'a>(
    kept: &Rates,
    old: impl Iterator<Item = &'a Generated>,
    new: impl Iterator<Item = &'a Generated>,
    commit: &str,
) -> (Rates, Vec<String>) {
    let mut next = kept.clone();
    let mut lines = Vec::new();
    let old: BTreeMap<String, Vec<(String, Rate)>> = old.flat_map(printed).collect();
    for (place, operations) in new.flat_map(printed) {
        let (mut dropped, mut back) = (Vec::new(), Vec::new());
        for (id, rate) in operations {
            let rows = next.0.entry(place.clone()).or_default();
            let before = old.get(&place).and_then(|operations| operations.iter().find(|(known, _)| *known == id));
            match (rate.values(), before.and_then(|(_, rate)| rate.values())) {
                (Some(_), _) => {
                    if rows.remove(&id).is_some() {
                        back.push(id);
                    }
                }
                (None, Some((per_second, burst))) => {
                    dropped.push(id.clone());
                    rows.insert(id, LastKnownRate { per_second, burst, commit: commit.to_owned() });
                }
                (None, None) => {}
            }
        }
        for (ids, what) in
            [(dropped, "no longer have a rate; the last known ones are kept"), (back, "have their rates again")]
        {
            if !ids.is_empty() {
                lines.push(format!("{place}: {} operations {what}: {}", ids.len(), ids.join(", ")));
            }
        }
    }
    next.0.retain(|_, rows| !rows.is_empty());
    (next, lines)
}

/// The rate of each operation in the models of a section.
fn printed(section: &Generated) -> Vec<(String, Vec<(String, Rate)>)> {
    let of_api = |document: &Value| {
        let mut document = document.clone();
        // The ids are those of generated operations. A model that fails here was not generated.
        let _ = normalise::operation_ids::apply(&mut document);
        let operations = walk::operations(&document).map(|(_, _, operation)| {
            let text = |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default();
            (text("operationId").to_owned(), rates::read(text("description")).unwrap_or(Rate::Unknown))
        });
        operations.collect()
    };
    section.apis.iter().map(|api| (api.place.clone(), of_api(&api.document))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use codegen::GeneratedApi;
    use serde_json::json;

    fn section(rate: Option<&str>) -> Generated {
        let table = |rate: &str| format!("| Rate | Burst |\n| - | - |\n| {rate} | 5 |");
        let description = rate.map(table).unwrap_or_default();
        let document = json!({"paths": {"/a": {"get": {"operationId": "getA", "description": description}}}});
        let api = GeneratedApi { place: "a/a.json".into(), module: "v0".into(), document, operations: Vec::new() };
        Generated { name: "a".into(), apis: vec![api], files: BTreeMap::new(), table: String::new(), failure: None }
    }

    #[test]
    fn a_dropped_rate_is_kept_until_it_is_printed_again() {
        let step = |kept: &Rates, old: Option<&str>, new: Option<&str>| {
            let (rates, lines) = keep(kept, [section(old)].iter(), [section(new)].iter(), "c1");
            (rates, lines.len())
        };
        let none = Rates::default();
        let (kept, lines) = step(&none, Some("2"), None);
        let row = LastKnownRate { per_second: 2.0, burst: 5, commit: "c1".into() };
        assert_eq!((&kept.0["a/a.json"]["getA"], lines), (&row, 1));
        assert_eq!(step(&kept, None, None), (kept.clone(), 0));
        assert_eq!(step(&kept, None, Some("3")), (none.clone(), 1));
        assert_eq!(step(&none, Some("2"), Some("3")), (none, 0));
    }
}
